"""Policies that somebody may send to break something, at every place where one comes in.

They are refused in AWS's words with nothing half done, or taken, and then as quick as others. And what is told of who
called what.
"""

import json
import time
import unittest
import urllib.parse

from botocore.exceptions import ClientError

import hamlet
import wire

ACCOUNT = "777777777777"
# How much longer than a plain policy a bad one may take, and what is too short to be measured.
TIMES_MAX = 25
SECONDS_MIN = 0.25
REPEATS = 5

PLAIN = {"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"}


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trusting(**more):
    return policy(
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole", **more}
    )


# Good policies that a matcher could choke on. None has more than 6,144 characters.
BOMBS = {
    "wildcards in actions": policy({**PLAIN, "Action": "ec2:" + "*a?" * 1900}),
    "wildcards in resources": policy({**PLAIN, "Resource": "arn:aws:ec2:*:*:" + "*a*aa?" * 950}),
    "wildcards in conditions": policy({**PLAIN, "Condition": {"StringLike": {"aws:UserAgent": "*a" * 2800 + "b"}}}),
    "a thousand values": policy(
        {**PLAIN, "Condition": {"StringLike": {"aws:UserAgent": [f"*{n}" for n in range(700)]}}}
    ),
    "many statements": policy(*[{"Effect": "Deny", "Action": "x:*y*z", "Resource": "*"}] * 115),
    "variables": policy({**PLAIN, "Resource": "arn:aws:ec2:*:*:" + "${aws:username}*" * 370}),
}
# What is no policy, and what is said of it.
BROKEN = {
    "{": "This policy contains invalid Json",
    "[" * 5000: "This policy contains invalid Json",
    '{"a":' * 2000 + "1" + "}" * 2000: "This policy contains invalid Json",
    policy(PLAIN).replace('"Effect"', '"Effect": "Deny", "Effect"', 1): "This policy contains invalid Json",
    policy({**PLAIN, "Action": 7}): "Syntax errors in policy.",
    policy({**PLAIN, "Sid": 7}): "Syntax errors in policy.",
    policy({**PLAIN, "Effect": True}): "Syntax errors in policy.",
    policy({**PLAIN, "Condition": {"NumericEquals": {"s3:max-keys": {"a": 1}}}}): "Syntax errors in policy.",
    policy({**PLAIN, "Condition": {"NumericEquals": {"s3:max-keys": "ten"}}}): "The policy failed legacy parsing",
    policy({**PLAIN, "Condition": {"IpAddress": {"aws:SourceIp": "1.2.3.4/99"}}}): "The policy failed legacy parsing",
}
# Numbers and booleans may be written as such, or as texts.
AS_TEXTS = (
    {"NumericEquals": {"s3:max-keys": 10}, "Bool": {"aws:SecureTransport": False}},
    {"NumericEquals": {"s3:max-keys": "10"}, "Bool": {"aws:SecureTransport": "false"}},
)


class Policies(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hamlet = hamlet.Hamlet()
        cls.addClassCleanup(cls.hamlet.stop)
        cls.iam = cls.hamlet.client("iam", account=ACCOUNT, validate=False)
        cls.iam.create_user(UserName="victim")
        cls.iam.create_group(GroupName="victims")
        cls.iam.add_user_to_group(GroupName="victims", UserName="victim")
        key = cls.iam.create_access_key(UserName="victim")["AccessKey"]
        cls.key = (key["AccessKeyId"], key["SecretAccessKey"])
        trust = json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": {
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/victim"},
                    "Action": "sts:AssumeRole",
                },
            }
        )
        cls.role = cls.iam.create_role(RoleName="victim", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        cls.sts = cls.hamlet.client("sts", key=cls.key, validate=False)

    def places(self):
        """Where policies of identities come in: name, call, and the code of a refusal."""
        iam, malformed = self.iam, "MalformedPolicyDocument"
        tried = {"ActionNames": ["ec2:DescribeVpcs"]}
        return (
            ("CreatePolicy", lambda text: iam.create_policy(PolicyName="p", PolicyDocument=text), malformed),
            (
                "PutRolePolicy",
                lambda text: iam.put_role_policy(RoleName="victim", PolicyName="p", PolicyDocument=text),
                malformed,
            ),
            (
                "PutGroupPolicy",
                lambda text: iam.put_group_policy(GroupName="victims", PolicyName="p", PolicyDocument=text),
                malformed,
            ),
            (
                "PutUserPolicy",
                lambda text: iam.put_user_policy(UserName="victim", PolicyName="p", PolicyDocument=text),
                malformed,
            ),
            (
                "SimulateCustomPolicy",
                lambda text: iam.simulate_custom_policy(PolicyInputList=[text], **tried),
                "InvalidInput",
            ),
            (
                "GetContextKeysForCustomPolicy",
                lambda text: iam.get_context_keys_for_custom_policy(PolicyInputList=[text]),
                "InvalidInput",
            ),
            (
                "AssumeRole",
                lambda text: self.sts.assume_role(RoleArn=self.role, RoleSessionName="me", Policy=text),
                malformed,
            ),
        )

    def there_is_nothing(self):
        self.assertEqual([], self.iam.list_policies(Scope="Local")["Policies"])
        self.assertEqual([], self.iam.list_role_policies(RoleName="victim")["PolicyNames"])
        self.assertEqual([], self.iam.list_group_policies(GroupName="victims")["PolicyNames"])
        self.assertEqual([], self.iam.list_user_policies(UserName="victim")["PolicyNames"])

    def test_what_is_no_policy_is_refused_everywhere_and_leaves_nothing(self):
        for place, call, code in self.places():
            for text, sentence in BROKEN.items():
                # A session's policy has 2,048 characters at most, which is looked at first.
                if place == "AssumeRole" and len(text) > 2048:
                    continue
                with self.subTest(f"{place} {text[:60]}"):
                    with self.assertRaises(ClientError) as refused:
                        call(text)
                    told = refused.exception.response["Error"]
                    self.assertEqual((code, sentence), (told["Code"], told["Message"]))
        self.there_is_nothing()

    def test_a_trust_policy_that_is_none_is_refused_and_makes_no_role(self):
        for text, sentence in {
            **{text: sentence for text, sentence in BROKEN.items() if "invalid Json" in sentence},
            trusting(Sid=7): "Syntax errors in policy.",
            trusting(Condition={"NumericEquals": {"a:b": "ten"}}): "The policy failed legacy parsing",
        }.items():
            with self.subTest(text[:60]):
                with self.assertRaises(ClientError) as refused:
                    self.iam.create_role(RoleName="none", AssumeRolePolicyDocument=text)
                self.assertEqual(sentence, refused.exception.response["Error"]["Message"])
        self.assertEqual(["victim"], [role["RoleName"] for role in self.iam.list_roles()["Roles"]])

    def test_bytes_that_are_no_text_are_refused(self):
        for service, operation, parameters in (
            ("iam", "CreatePolicy", {"PolicyName": "p", "PolicyDocument": None}),
            ("iam", "PutUserPolicy", {"UserName": "victim", "PolicyName": "p", "PolicyDocument": None}),
            ("iam", "CreateRole", {"RoleName": "none", "AssumeRolePolicyDocument": None}),
            ("iam", "SimulateCustomPolicy", {"ActionNames.member.1": "a:b", "PolicyInputList.member.1": None}),
        ):
            version = hamlet.model(service).api_version
            known = {"Action": operation, "Version": version, **{k: v for k, v in parameters.items() if v}}
            unknown = next(name for name, value in parameters.items() if value is None)
            body = f"{urllib.parse.urlencode(known)}&{unknown}=%7B%FF%FE%22%C3%28%7D".encode()
            with self.subTest(operation):
                answer = wire.signed(self.hamlet, service, operation, body)
                self.assertEqual(400, answer.status, answer)
                self.assertIsNone(answer.problem)
        self.there_is_nothing()

    def test_numbers_may_be_written_as_texts(self):
        known = [
            {"ContextKeyName": "s3:max-keys", "ContextKeyType": "numeric", "ContextKeyValues": ["10.0"]},
            {"ContextKeyName": "aws:SecureTransport", "ContextKeyType": "boolean", "ContextKeyValues": ["FALSE"]},
        ]
        for condition in AS_TEXTS:
            text = policy({**PLAIN, "Condition": condition})
            answer = self.iam.simulate_custom_policy(
                PolicyInputList=[text], ActionNames=["ec2:DescribeVpcs"], ContextEntries=known
            )
            self.assertEqual("allowed", answer["EvaluationResults"][0]["EvalDecision"], text)

    def test_no_good_policy_takes_long(self):
        plain = self.seconds(policy(PLAIN))
        limit = max(SECONDS_MIN, TIMES_MAX * plain)
        for name, text in BOMBS.items():
            with self.subTest(name):
                self.assertLessEqual(len("".join(text.split())), 6144)
                self.assertLess(self.seconds(text), limit, f"a plain one takes {plain:.3f} s")
        self.there_is_nothing()

    def seconds(self, text):
        """How long it takes to write a policy down, to try it, and to be decided about by it."""
        ec2 = self.hamlet.client("ec2", key=self.key, validate=False)
        arn = self.iam.create_policy(PolicyName="bomb", PolicyDocument=text)["Policy"]["Arn"]
        self.iam.attach_user_policy(UserName="victim", PolicyArn=arn)
        agent = {"ContextKeyName": "aws:UserAgent", "ContextKeyType": "string", "ContextKeyValues": ["a" * 2000]}
        began = time.monotonic()
        for _ in range(REPEATS):
            self.iam.simulate_custom_policy(
                PolicyInputList=[text],
                ActionNames=["ec2:" + "a" * 100, "ec2:DescribeVpcs"],
                ResourceArns=["arn:aws:ec2:us-east-1:123456789012:" + "a" * 1900],
                ContextEntries=[agent],
            )
            try:
                ec2.describe_vpcs()
            except ClientError as refused:
                self.assertEqual("UnauthorizedOperation", refused.response["Error"]["Code"])
        took = (time.monotonic() - began) / REPEATS
        self.iam.detach_user_policy(UserName="victim", PolicyArn=arn)
        self.iam.delete_policy(PolicyArn=arn)
        return took


class LastAccessed(unittest.TestCase):
    account = "777777777778"

    def test_who_called_what_is_told_and_survives(self):
        machine = hamlet.Hamlet()
        self.addCleanup(machine.stop)
        iam = machine.client("iam", account=self.account)
        iam.create_user(UserName="ann")
        text = policy({"Effect": "Allow", "Action": ["ec2:Describe*", "sqs:*"], "Resource": "*"})
        iam.put_user_policy(UserName="ann", PolicyName="see", PolicyDocument=text)
        key = iam.create_access_key(UserName="ann")["AccessKey"]
        ec2 = machine.client("ec2", key=(key["AccessKeyId"], key["SecretAccessKey"]), region="eu-west-1")
        ec2.describe_vpcs()
        with self.assertRaises(ClientError):
            ec2.create_vpc(CidrBlock="10.0.0.0/16")
        self.told(iam)
        machine.restart()
        self.told(machine.client("iam", account=self.account))

    def told(self, iam):
        """What is written down once a second is waited for."""
        arn = f"arn:aws:iam::{self.account}:user/ann"
        job = iam.generate_service_last_accessed_details(Arn=arn, Granularity="ACTION_LEVEL")["JobId"]
        ends = time.monotonic() + 10
        while True:
            services = iam.get_service_last_accessed_details(JobId=job)["ServicesLastAccessed"]
            ec2 = next(service for service in services if service["ServiceNamespace"] == "ec2")
            actions = [action["ActionName"] for action in ec2.get("TrackedActionsLastAccessed", [])]
            if actions == ["CreateVpc", "DescribeVpcs"] or time.monotonic() > ends:
                break
            time.sleep(0.1)
        self.assertEqual(["CreateVpc", "DescribeVpcs"], actions)
        self.assertEqual(["ec2", "sqs"], [service["ServiceNamespace"] for service in services])
        self.assertEqual(
            (arn, "eu-west-1", 1),
            (ec2["LastAuthenticatedEntity"], ec2["LastAuthenticatedRegion"], ec2["TotalAuthenticatedEntities"]),
        )
        self.assertNotIn("LastAuthenticated", services[1])


if __name__ == "__main__":
    unittest.main()
