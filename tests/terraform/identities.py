#!/usr/bin/env python3
"""Users, groups, policies, roles and what an account has as a whole, by Terraform. What is built is used: the key that
was made may do what the policies say."""

import json

from terraform import TerraformLab, harness


class Identities(TerraformLab):
    folder = "identities"
    options = ("--instances", "none")
    use = "the key that was made, and the role that it may act as"
    changed = {
        "description": "May look at the network for longer.",
        "hours": 2,
        "actions": ["ec2:DescribeVpcs"],
        "password_length": 16,
    }

    def as_ann(self, *words, **more):
        key = {"AWS_ACCESS_KEY_ID": self.output("key"), "AWS_SECRET_ACCESS_KEY": self.output("secret")}
        return self.aws_result(*words, environment={**key, **more})

    def assume(self, *more):
        return self.as_ann(
            "sts", "assume-role", "--role-arn", self.output("role"), "--role-session-name", "review", *more
        )

    def may(self, session, *words):
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        members = ("AccessKeyId", "SecretAccessKey", "SessionToken")
        variables = {name: session[member] for name, member in zip(names, members, strict=True)}
        return self.aws_result(*words, environment=variables).code == 0

    def packets(self):
        self.sees(self.output("alias"), "octo-org")
        self.holds(self.as_ann("ec2", "describe-subnets").code == 0, "the group's policy lets her look")
        self.holds("(AccessDenied)" in self.as_ann("iam", "list-users").err, "nothing lets her list users")
        refused = self.assume()
        self.holds("(AccessDenied)" in refused.err, f"the role asks for an external id\n{refused}")
        session = json.loads(self.assume("--external-id", "12345").out)["Credentials"]
        self.holds(self.may(session, "ec2", "describe-vpcs"), "the role's policy and its boundary allow it")
        self.holds(not self.may(session, "iam", "list-users"), "its boundary does not")

    def after_change(self):
        role = self.aws("iam", "get-role", "--role-name", "looker")["Role"]
        self.sees((role["MaxSessionDuration"], role["Tags"]), (7200, [{"Key": "Hours", "Value": "2"}]))
        self.holds("(UnauthorizedOperation)" in self.as_ann("ec2", "describe-subnets").err, "she may no more")
        words = ("--role-arn", self.output("role"), "--role-session-name", "review", "--external-id", "12345")
        self.holds(self.as_ann("sts", "assume-role", *words, "--duration-seconds", "7200").code == 0, "two hours")
        self.sees(self.aws("iam", "get-account-password-policy")["PasswordPolicy"]["MinimumPasswordLength"], 16)
        # A policy has five versions: the provider takes the oldest away before it makes a sixth.
        for number in range(6):
            self.given["actions"] = ["ec2:DescribeVpcs", f"ec2:DescribeTags{number}"]
            self.apply()
        versions = self.aws("iam", "list-policy-versions", "--policy-arn", self.output("policy"))["Versions"]
        self.sees([it["VersionId"] for it in versions if it["IsDefaultVersion"]], ["v8"])
        self.sees(len(versions), 5)

    def drift(self):
        everything = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
        for words in (
            ("remove-user-from-group", "--group-name", "readers", "--user-name", "ann"),
            ("detach-role-policy", "--role-name", "server", "--policy-arn", self.output("policy")),
            ("put-user-policy", "--user-name", "ann", "--policy-name", "ask", "--policy-document", everything),
            ("delete-account-alias", "--account-alias", "octo-org"),
            ("untag-role", "--role-name", "looker", "--tag-keys", "Hours"),
        ):
            self.aws("iam", *words)

    def import_all(self):
        told = super().import_all()
        # Only what cannot be imported is left to do.
        self.holds(" 0 to change" in told, told)

    def resources(self):
        """The account's own count of each kind, and what that leaves out."""
        counted = self.aws("iam", "get-account-summary")["SummaryMap"]
        counted = {kind: count for kind, count in counted.items() if "Quota" not in kind}
        has_policy = self.aws_result("iam", "get-account-password-policy").code == 0
        providers = self.aws("iam", "list-open-id-connect-providers")["OpenIDConnectProviderList"]
        aliases = self.aws("iam", "list-account-aliases")["AccountAliases"]
        return {**counted, "password policy": has_policy, "providers": providers, "aliases": aliases}


if __name__ == "__main__":
    harness.run(Identities, both=False)
