#!/usr/bin/env python3
"""Temporary credentials of AWS STS: of a role, by a profile too, of a user and of a federated user, and what becomes of
them when Hamlet is started anew. Only who signs with a key that exists is answered."""

import json
import re

import harness
from harness import ACCOUNT, Lab

KEY = ("AccessKeyId", "SecretAccessKey", "SessionToken")
NAMES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def trust(account):
    who = {"AWS": f"arn:aws:iam::{account}:root"}
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole"}]}
    )


def allow(action):
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class Sts(Lab):
    options = ("--auth", "strict")

    def walk(self):
        self.somebody()
        self.the_root_may_not()
        self.a_role_is_acted_as()
        self.a_profile_does_it()
        self.misused()
        self.other_sessions()
        self.after_a_restart()
        self.gone()

    def as_somebody(self, key, *words):
        """A command that signs with credentials as STS and IAM show them."""
        values = {name: key[member] for name, member in zip(NAMES, KEY, strict=True) if key.get(member)}
        return self.aws_result(*words, environment=values)

    def answered(self, key, *words):
        result = self.as_somebody(key, *words)
        self.holds(result.code == 0, f"{words}: {result}")
        return json.loads(result.out)

    def refused_with(self, code, key, *words):
        result = self.as_somebody(key, *words)
        self.holds(f"({code})" in result.err, f"{code} expected of {words}: {result}")

    def arn(self, key):
        return self.answered(key, "sts", "get-caller-identity")["Arn"]

    def somebody(self):
        self.step("1. a user, and a role that trusts the account")
        self.aws("iam", "create-user", "--user-name", "bob")
        policy = ("--policy-name", "all", "--policy-document", allow("*"))
        self.aws("iam", "put-user-policy", "--user-name", "bob", *policy)
        self.bob = self.aws("iam", "create-access-key", "--user-name", "bob")["AccessKey"]
        made = self.aws("iam", "create-role", "--role-name", "web", "--assume-role-policy-document", trust(ACCOUNT))[
            "Role"
        ]
        self.role, self.role_id = made["Arn"], made["RoleId"]

    def assume(self, *more):
        return ("sts", "assume-role", "--role-arn", self.role, "--role-session-name", "alice", *more)

    def the_root_may_not(self):
        self.step("2. the root of an account may not act as a role")
        result = self.aws_result(*self.assume())
        self.holds("Roles may not be assumed by root accounts." in result.err, str(result))

    def a_role_is_acted_as(self):
        self.step("3. the user acts as the role")
        answer = self.answered(self.bob, *self.assume())
        arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/web/alice"
        self.sees(answer["AssumedRoleUser"], dict(AssumedRoleId=f"{self.role_id}:alice", Arn=arn))
        self.session = answer["Credentials"]
        self.holds(re.fullmatch("ASIA[A-Z2-7]{16}", self.session["AccessKeyId"]), self.session["AccessKeyId"])
        self.sees(self.arn(self.session), arn)
        info = ("sts", "get-access-key-info", "--access-key-id", self.session["AccessKeyId"])
        self.sees(self.answered(self.bob, *info)["Account"], ACCOUNT)
        result = self.as_somebody(self.bob, *self.assume("--duration-seconds", "3601"))
        self.holds("exceeds the MaxSessionDuration set for this role" in result.err, str(result))

    def a_profile_does_it(self):
        self.step("4. a profile with role_arn and source_profile does so by itself")
        path = self.user.stage / "aws-config"
        path.write_text(
            f"[profile bob]\naws_access_key_id = {self.bob['AccessKeyId']}\n"
            f"aws_secret_access_key = {self.bob['SecretAccessKey']}\n"
            f"[profile web]\nrole_arn = {self.role}\nsource_profile = bob\nrole_session_name = profile\n"
        )
        # Keys in the environment go before a profile's.
        variables = {name: value for name, value in self.hamlet.environment.items() if name not in NAMES}
        # The CLI keeps what it was given in its user's home, also for another Hamlet.
        chosen = {"AWS_CONFIG_FILE": str(path), "AWS_PROFILE": "web", "HOME": str(self.user.stage)}
        result = harness.run_aws(["sts", "get-caller-identity"], {**variables, **chosen}, start=True)
        self.holds("assumed-role/web/profile" in result.out, f"{result}")

    def misused(self):
        self.step("5. credentials in part, or changed, are refused")
        token = self.session["SessionToken"]
        who = ("sts", "get-caller-identity")
        for change, code in (
            ({"SessionToken": None}, "InvalidClientTokenId"),
            ({"SessionToken": token[::-1]}, "InvalidClientTokenId"),
            ({"SecretAccessKey": "x" * 40}, "SignatureDoesNotMatch"),
            ({"AccessKeyId": self.bob["AccessKeyId"]}, "InvalidClientTokenId"),
        ):
            self.refused_with(code, {**self.session, **change}, *who)

    def other_sessions(self):
        self.step("6. sessions of the user, and of somebody for whom it asks")
        self.token = self.answered(self.bob, "sts", "get-session-token")["Credentials"]
        self.sees(self.arn(self.token), f"arn:aws:iam::{ACCOUNT}:user/bob")
        self.refused_with("InvalidClientTokenId", self.token, "iam", "list-users")
        self.refused_with("AccessDenied", self.token, "sts", "get-session-token")
        federation = ("sts", "get-federation-token", "--name", "eve", "--policy", allow("ec2:*"))
        self.eve = self.answered(self.bob, *federation)["Credentials"]
        self.sees(self.arn(self.eve), f"arn:aws:sts::{ACCOUNT}:federated-user/eve")
        self.refused_with("AccessDenied", self.session, *federation)

    def after_a_restart(self):
        self.step("7. they hold after a restart of Hamlet")
        self.hamlet.stop()
        self.hamlet.start()
        self.sees(self.arn(self.session), f"arn:aws:sts::{ACCOUNT}:assumed-role/web/alice")
        self.sees(self.arn(self.token), f"arn:aws:iam::{ACCOUNT}:user/bob")

    def gone(self):
        self.step("8. and end with the role, or the user")
        self.aws("iam", "delete-role", "--role-name", "web")
        self.refused_with("InvalidClientTokenId", self.session, "sts", "get-caller-identity")
        self.aws("iam", "delete-user-policy", "--user-name", "bob", "--policy-name", "all")
        self.aws("iam", "delete-access-key", "--user-name", "bob", "--access-key-id", self.bob["AccessKeyId"])
        self.aws("iam", "delete-user", "--user-name", "bob")
        for key in (self.token, self.eve):
            self.refused_with("InvalidClientTokenId", key, "sts", "get-caller-identity")


if __name__ == "__main__":
    harness.run(Sts)
