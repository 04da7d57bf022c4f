#!/usr/bin/env python3
"""Who may do what: a user with one policy, a group that gives more, a deny and a boundary that win, control by tags.
Each refusal has AWS's words, and `hamlet why-denied` names the statement that decided."""

import json
import re

import harness
from harness import ACCOUNT

ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


class Permissions(harness.Lab):
    options = ("--auth", "strict", "--instances", "none")

    def walk(self):
        self.a_user_with_one_policy()
        self.the_reasoning()
        self.a_group_gives_more()
        self.a_deny_wins()
        self.a_boundary_wins()
        self.control_by_tags()
        self.tags_on_creation()
        self.dry_run()
        self.a_role_for_flow_logs()
        self.an_encoded_message()
        self.when_it_was_used()
        self.an_inactive_key()
        self.after_a_restart()

    def iam(self, *words):
        return self.aws("iam", *words)

    def new_user(self, name):
        self.iam("create-user", "--user-name", name)
        return self.iam("create-access-key", "--user-name", name)["AccessKey"]

    def as_user(self, key, *words):
        variables = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
        return self.aws_result(*words, environment=variables)

    def may(self, key, *words):
        result = self.as_user(key, *words)
        self.holds(result.code == 0, f"{key['UserName']} may not {words}: {result}")
        return json.loads(result.out) if result.out.strip() else {}

    def may_not(self, key, code, message, *words):
        result = self.as_user(key, *words)
        found = re.search(r"\(([^)]*)\) when calling the \w+ operation: (.*)", result.err, re.S)
        self.holds(result.code != 0 and found, f"{key['UserName']} may {words}: {result}")
        self.sees(found[1], code, f"the code of {words}")
        pattern = ".*".join(re.escape(part) for part in message.split("…"))
        self.holds(re.fullmatch(pattern, found[2].strip(), re.S), f"{found[2].strip()!r}\n  AWS says {message!r}")

    def why(self, *expected):
        told = self.hamlet.hamlet("why-denied").out
        for sentence in expected:
            self.holds(sentence in told, f"{sentence!r} is not in:\n{told}")

    def a_user_with_one_policy(self):
        self.step("1. a user who may look at the network, and nothing else")
        self.vpc = self.ec2("create-vpc", "--cidr-block", "10.0.0.0/16")["Vpc"]["VpcId"]
        self.ann = self.new_user("ann")
        self.arn = f"arn:aws:iam::{ACCOUNT}:user/ann"
        self.sees(self.may(self.ann, "sts", "get-caller-identity")["Arn"], self.arn)
        self.may_not(
            self.ann,
            "UnauthorizedOperation",
            f"You are not authorized to perform this operation. User: {self.arn} is not authorized to perform: "
            "ec2:DescribeVpcs because no identity-based policy allows the ec2:DescribeVpcs action. Encoded "
            "authorization failure message: …",
            "ec2",
            "describe-vpcs",
        )
        read_only = "arn:aws:iam::aws:policy/AmazonVPCReadOnlyAccess"
        self.iam("attach-user-policy", "--user-name", "ann", "--policy-arn", read_only)
        seen = self.may(self.ann, "ec2", "describe-vpcs", "--vpc-ids", self.vpc)["Vpcs"]
        self.sees([it["VpcId"] for it in seen], [self.vpc])
        arn = f"arn:aws:ec2:us-west-2:{ACCOUNT}:vpc/{self.vpc}"
        self.may_not(
            self.ann,
            "UnauthorizedOperation",
            f"You are not authorized to perform this operation. User: {self.arn} is not authorized to perform: "
            f"ec2:DeleteVpc on resource: {arn} because no identity-based policy allows the ec2:DeleteVpc action…",
            "ec2",
            "delete-vpc",
            "--vpc-id",
            self.vpc,
        )
        self.may_not(
            self.ann,
            "AccessDenied",
            f"User: {self.arn} is not authorized to perform: iam:ListUsers… because no identity-based policy allows "
            "the iam:ListUsers action",
            "iam",
            "list-users",
        )

    def the_reasoning(self):
        self.step("2. `hamlet why-denied` says which policies were read, and what came of each statement")
        self.as_user(self.ann, "ec2", "delete-vpc", "--vpc-id", self.vpc)
        self.why(
            "ec2 DeleteVpc was refused",
            f"caller    {self.arn}",
            "DENIED ec2:DeleteVpc",
            "identity-based policy arn:aws:iam::aws:policy/AmazonVPCReadOnlyAccess: says nothing about it",
            "is about other actions: ",
            "aws:username = ann",
        )
        told = self.hamlet.hamlet("why-denied", "--allowed", "--json").out
        self.sees(json.loads(told)["allowed"], True)

    def a_group_gives_more(self):
        self.step("3. a group's policy counts for its members, from when they are in it")
        self.iam("create-group", "--group-name", "admins")
        everything = "arn:aws:iam::aws:policy/AdministratorAccess"
        self.iam("attach-group-policy", "--group-name", "admins", "--policy-arn", everything)
        self.iam("add-user-to-group", "--group-name", "admins", "--user-name", "ann")
        self.may(self.ann, "iam", "list-users")

    def a_deny_wins(self):
        self.step("4. an explicit deny wins over every allow, and a managed policy's is named")
        deny = policy({"Sid": "NoUsers", "Effect": "Deny", "Action": "iam:*User*", "Resource": "*"})
        made = self.iam("create-policy", "--policy-name", "no-users", "--policy-document", deny)["Policy"]
        self.iam("attach-user-policy", "--user-name", "ann", "--policy-arn", made["Arn"])
        self.may_not(
            self.ann,
            "AccessDenied",
            f"User: {self.arn} is not authorized to perform: iam:ListUsers… with an explicit deny in an identity-based "
            f"policy: {made['Arn']}",
            "iam",
            "list-users",
        )
        self.why("statement 1 NoUsers (Deny, line 1): matches, by iam:*User*")
        self.iam("detach-user-policy", "--user-name", "ann", "--policy-arn", made["Arn"])
        self.may(self.ann, "iam", "list-users")

    def a_boundary_wins(self):
        self.step("5. a boundary is the most that a user may do")
        boundary = "arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess"
        self.iam("put-user-permissions-boundary", "--user-name", "ann", "--permissions-boundary", boundary)
        self.may(self.ann, "ec2", "describe-vpcs")
        self.may_not(
            self.ann,
            "UnauthorizedOperation",
            "…because no permissions boundary allows the ec2:CreateVpc action…",
            "ec2",
            "create-vpc",
            "--cidr-block",
            "10.9.0.0/16",
        )
        self.iam("delete-user-permissions-boundary", "--user-name", "ann")

    def control_by_tags(self):
        self.step("6. start and stop only what carries your own tag")
        self.bob = self.new_user("bob")
        own = {
            "Effect": "Allow",
            "Action": ["ec2:StartInstances", "ec2:StopInstances"],
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:ResourceTag/Owner": "${aws:username}"}},
        }
        document = policy(own, {"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"})
        self.iam("put-user-policy", "--user-name", "bob", "--policy-name", "own", "--policy-document", document)
        instances = {}
        for owner in ("bob", "ann"):
            tags = f"ResourceType=instance,Tags=[{{Key=Owner,Value={owner}}}]"
            words = ("--image-id", "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64")
            made = self.ec2("run-instances", *words, "--instance-type", "t3.micro", "--tag-specifications", tags)
            instances[owner] = made["Instances"][0]["InstanceId"]
        self.ec2("wait", "instance-running", "--instance-ids", *instances.values())
        self.may(self.bob, "ec2", "stop-instances", "--instance-ids", instances["bob"])
        arn = f"arn:aws:ec2:us-west-2:{ACCOUNT}:instance/{instances['ann']}"
        self.may_not(
            self.bob,
            "UnauthorizedOperation",
            f"…ec2:StopInstances on resource: {arn} because no identity-based policy allows the ec2:StopInstances "
            "action…",
            "ec2",
            "stop-instances",
            "--instance-ids",
            instances["ann"],
        )
        self.why("aws:ResourceTag/Owner, which is ann")

    def tags_on_creation(self):
        self.step("7. who must name a cost centre cannot leave it out")
        centre = {
            "Effect": "Allow",
            "Action": ["ec2:CreateVolume", "ec2:CreateTags"],
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:RequestTag/CostCentre": "42"}},
        }
        self.iam("put-user-policy", "--user-name", "bob", "--policy-name", "tags", "--policy-document", policy(centre))
        volume = ("ec2", "create-volume", "--availability-zone", "us-west-2a", "--size", "1")
        self.may_not(self.bob, "UnauthorizedOperation", "…ec2:CreateVolume…", *volume)
        tags = "ResourceType=volume,Tags=[{Key=CostCentre,Value=%s}]"
        self.may_not(
            self.bob, "UnauthorizedOperation", "…ec2:CreateVolume…", *volume, "--tag-specifications", tags % "43"
        )
        self.may(self.bob, *volume, "--tag-specifications", tags % "42")

    def dry_run(self):
        self.step("8. a dry run is decided first")
        delete = ("ec2", "delete-vpc", "--vpc-id", self.vpc, "--dry-run")
        self.may_not(self.bob, "UnauthorizedOperation", "…ec2:DeleteVpc…", *delete)
        result = self.as_user(self.ann, *delete)
        self.holds("(DryRunOperation)" in result.err, result)

    def a_role_for_flow_logs(self):
        self.step("9. a role for flow logs: the service is trusted with it, nobody else is, and it may write logs")
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        }
        role = ("--role-name", "flow-logs")
        made = self.iam("create-role", *role, "--assume-role-policy-document", policy(trust))["Role"]
        writes = ("CreateLogGroup", "CreateLogStream", "PutLogEvents", "DescribeLogGroups", "DescribeLogStreams")
        logs = {"Effect": "Allow", "Action": [f"logs:{it}" for it in writes], "Resource": "*"}
        self.iam("put-role-policy", *role, "--policy-name", "logs", "--policy-document", policy(logs))
        simulate = ("simulate-principal-policy", "--policy-source-arn", made["Arn"], "--action-names")
        told = self.iam(*simulate, "logs:PutLogEvents", "logs:DeleteLogGroup", "ec2:DescribeVpcs")["EvaluationResults"]
        decisions = [(it["EvalActionName"], it["EvalDecision"]) for it in told]
        expected = ["allowed", "implicitDeny", "implicitDeny"]
        self.sees([it for _, it in decisions], expected, decisions)
        assume = ("assume-role", "--role-arn", made["Arn"], "--role-session-name", "me")
        self.may_not(self.ann, "AccessDenied", "…sts:AssumeRole…", "sts", *assume)

    def an_encoded_message(self):
        self.step("10. whoever may decode what EC2's refusal carries reads why; the refused user may not")
        tags = "ResourceType=volume,Tags=[{Key=CostCentre,Value=43}]"
        volume = ("ec2", "create-volume", "--availability-zone", "us-west-2a", "--size", "1")
        refused = self.as_user(self.bob, *volume, "--tag-specifications", tags).err
        message = re.search(r"Encoded authorization failure message: ([A-Za-z0-9+/=]+)", refused)[1]
        decode = ("sts", "decode-authorization-message", "--encoded-message", message)
        self.may_not(self.bob, "AccessDenied", "…sts:DecodeAuthorizationMessage…", *decode)
        decoded = json.loads(self.aws(*decode)["DecodedMessage"])
        self.sees((decoded["allowed"], decoded["explicitDeny"]), (False, False))
        self.sees(decoded["matchedStatements"], {"items": []})
        context = decoded["context"]
        self.sees(context["action"], "ec2:CreateVolume")
        self.sees((context["principal"]["name"], context["principal"]["arn"]), ("bob", self.arn.replace("ann", "bob")))
        keys = {it["key"]: [value["value"] for value in it["values"]["items"]] for it in context["conditions"]["items"]}
        self.sees(keys["aws:RequestTag/CostCentre"], ["43"])
        changed = ("--encoded-message", message[:-4] + "AAA=")
        result = self.aws_result("sts", "decode-authorization-message", *changed)
        self.holds("(InvalidAuthorizationMessageException)" in result.err, result)

    def when_it_was_used(self):
        self.step("11. when and for what a key was last used")

        def used():
            return self.iam("get-access-key-last-used", "--access-key-id", self.bob["AccessKeyId"])

        self.may(self.bob, "ec2", "describe-vpcs")
        harness.wait_for(
            "a use to be noted", lambda: used()["AccessKeyLastUsed"]["ServiceName"] == "ec2", 10, every=0.5
        )
        seen = used()
        self.sees((seen["UserName"], seen["AccessKeyLastUsed"]["Region"]), ("bob", "us-west-2"))
        key = self.iam("create-access-key", "--user-name", "ann")["AccessKey"]["AccessKeyId"]
        never = self.iam("get-access-key-last-used", "--access-key-id", key)["AccessKeyLastUsed"]
        self.sees(never, {"ServiceName": "N/A", "Region": "N/A"})

    def an_inactive_key(self):
        self.step("12. a key that is not active is nobody's, and a deleted one")
        key = ("--user-name", "bob", "--access-key-id", self.bob["AccessKeyId"])
        self.iam("update-access-key", *key, "--status", "Inactive")
        self.may_not(self.bob, "InvalidClientTokenId", "…", "sts", "get-caller-identity")
        self.iam("update-access-key", *key, "--status", "Active")
        self.may(self.bob, "sts", "get-caller-identity")
        self.iam("delete-access-key", *key)
        self.may_not(self.bob, "InvalidClientTokenId", "…", "sts", "get-caller-identity")

    def after_a_restart(self):
        self.step("13. users, keys and policies are there after a restart of Hamlet")
        self.hamlet.stop()
        self.hamlet.start()
        self.may(self.ann, "iam", "list-users")
        self.may_not(self.bob, "InvalidClientTokenId", "…", "iam", "list-users")


if __name__ == "__main__":
    harness.run(Permissions)
