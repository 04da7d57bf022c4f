"""AWS STS: who a caller is, and that somebody has shown a second factor."""

import json

import one_time_code
import story
from facts import Facts


class CallerIdentity(Facts):
    def test_the_root_of_an_account(self):
        answer = self.client(service="sts").get_caller_identity()
        expected = dict(UserId=self.account, Account=self.account, Arn=f"arn:aws:iam::{self.account}:root")
        self.shows_members("root", expected, answer)


SHOWN = {"Bool": {"aws:MultiFactorAuthPresent": "true"}, "NumericLessThan": {"aws:MultiFactorAuthAge": "300"}}


def allow(**more):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **more}]})


class SecondFactor(Facts):
    def setUp(self):
        super().setUp()
        self.iam = self.client(service="iam")
        self.iam.create_user(UserName="ada")
        key = self.iam.create_access_key(UserName="ada")["AccessKey"]
        self.key = (key["AccessKeyId"], key["SecretAccessKey"])
        self.iam.put_user_policy(
            UserName="ada",
            PolicyName="with-a-code",
            PolicyDocument=allow(Action="ec2:DescribeVpcs", Resource="*", Condition=SHOWN),
        )

    def signed(self, service, key):
        return story.told().hamlet.client(service, key=key)

    def shown(self, name):
        """The next code of a new device: one is taken half a minute early."""
        made = self.iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
        seed, serial = made["Base32StringSeed"], made["SerialNumber"]
        self.iam.enable_mfa_device(UserName="ada", SerialNumber=serial, **one_time_code.two(seed))
        return {"SerialNumber": serial, "TokenCode": one_time_code.code(seed, 1)}

    def test_a_session_that_was_begun_with_a_code_may_do_what_asks_for_one(self):
        sts, shown = self.signed("sts", self.key), self.shown("phone")
        refused = "You are not authorized to perform this operation. …"
        self.refused("UnauthorizedOperation", refused, self.signed("ec2", self.key).describe_vpcs)
        for more, may in (({}, False), (shown, True)):
            begun = sts.get_session_token(**more)["Credentials"]
            ec2 = self.signed("ec2", (begun["AccessKeyId"], begun["SecretAccessKey"], begun["SessionToken"]))
            if may:
                self.shows("its VPCs", 200, ec2.describe_vpcs()["ResponseMetadata"]["HTTPStatusCode"])
            else:
                self.refused("UnauthorizedOperation", refused, ec2.describe_vpcs)
        wrong = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
        self.refused("AccessDenied", wrong, sts.get_session_token, **shown)
        self.refused("AccessDenied", "MultiFactorAuthentication failed, …", sts.get_session_token, TokenCode="123456")

    def test_a_role_may_ask_for_one(self):
        trust = allow(Action="sts:AssumeRole", Principal={"AWS": self.account}, Condition=SHOWN)
        role = self.iam.create_role(RoleName="web", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        self.iam.put_user_policy(
            UserName="ada", PolicyName="act", PolicyDocument=allow(Action="sts:AssumeRole", Resource=role)
        )
        sts, shown = self.signed("sts", self.key), self.shown("phone")
        asked = dict(RoleArn=role, RoleSessionName="ada")
        self.refused("AccessDenied", "User: … is not authorized to perform: sts:AssumeRole …", sts.assume_role, **asked)
        wrong = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
        # Six digits that are another code than the next one.
        other = f"{(int(shown['TokenCode']) + 1) % 1_000_000:06}"
        self.refused("AccessDenied", wrong, sts.assume_role, **asked, **{**shown, "TokenCode": other})
        self.shows(
            "who one is",
            f"arn:aws:sts::{self.account}:assumed-role/web/ada",
            sts.assume_role(**asked, **shown)["AssumedRoleUser"]["Arn"],
        )
        self.refused("AccessDenied", wrong, sts.assume_role, **asked, **shown)
