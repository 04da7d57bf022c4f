#!/usr/bin/env python3
"""A role for whom an identity provider vouches: "Configuring OpenID Connect in Amazon Web Services" (GitHub Docs) and
"Create a role for OpenID Connect federation" (IAM User Guide). The provider runs here; the aws CLI is given its token
in a file."""

import json
import time

import harness
from harness import ACCOUNT, Lab
from oidc_provider import Key, Provider, write_file

ISSUER = "https://token.ci.example"
FROM_A_FILE = "https://oidc.cluster.example/id/0123456789"
AUDIENCE = "sts.amazonaws.com"
SUBJECT = "repo:octo-org/octo-repo:ref:refs/heads/main"
SIGNING = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
ADVICE = "please reference AssumeRoleWithWebIdentity documentation for requirements"


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


class WebIdentity(Lab):
    def __init__(self, user):
        super().__init__(user)
        self.provider = Provider(ISSUER, Key("RS256", "first"))
        self.cluster = Key("ES256", "of the cluster")
        self.keys = user.stage / "jwks.json"
        write_file(self.keys, [self.cluster])
        self.options = (
            *("--auth", "strict", "--instances", "none"),
            *("--oidc-issuer", f"{ISSUER}={self.provider.address}"),
            *("--oidc-issuer", f"{FROM_A_FILE}={self.keys}"),
            *("--oidc-issuer", "https://gone.example=http://127.0.0.1:9"),
        )

    def walk(self):
        try:
            self.a_provider_and_a_role()
            self.a_token_in_a_file()
            self.what_the_role_may()
            self.tags_and_source_identity()
            self.not_this_branch()
            self.not_believed()
            self.a_new_key()
            self.from_a_file()
            self.nobody_else_is_asked()
            self.in_the_trail()
            self.after_a_restart()
        finally:
            self.provider.end()

    # What it does.

    def trust(self, name, url, *more):
        """A role that trusts the tokens of a provider for the main branch."""
        who = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{url}"}
        condition = {
            "StringEquals": {f"{url}:aud": AUDIENCE},
            "StringLike": {f"{url}:sub": "repo:octo-org/*:ref:refs/heads/main"},
        }
        statement = {"Effect": "Allow", "Principal": who, "Action": ["sts:AssumeRoleWithWebIdentity", *more]}
        document = policy({**statement, "Condition": condition})
        words = ("--role-name", name, "--assume-role-policy-document", document)
        return self.aws("iam", "create-role", *words)["Role"]["Arn"]

    def with_token(self, token, *words, role=None):
        """The aws CLI as in a pod or a workflow: nothing but a role and a token in a file."""
        path = self.user.stage / "token"
        path.write_text(token)
        variables = {name: value for name, value in self.hamlet.environment.items() if name not in SIGNING}
        chosen = {
            "AWS_WEB_IDENTITY_TOKEN_FILE": str(path),
            "AWS_ROLE_ARN": role or self.role,
            "AWS_ROLE_SESSION_NAME": "build",
            "HOME": str(self.user.stage),
        }
        return harness.run_aws(["--output", "json", *words], {**variables, **chosen}, start=True)

    def assume(self, token, *more, role=None):
        words = ("--role-session-name", "build", "--web-identity-token", token, *more)
        return self.aws_result("sts", "assume-role-with-web-identity", "--role-arn", role or self.role, *words)

    def assumed(self, token, *more, **options):
        result = self.assume(token, *more, **options)
        self.holds(result.code == 0, result)
        return json.loads(result.out)

    def refused_with(self, code, message, token, *more, **options):
        result = self.assume(token, *more, **options)
        self.holds(f"({code}) when calling" in result.err and message in result.err, f"{code}: {message}\n{result}")

    def as_session(self, credentials, *words):
        names = ("AccessKeyId", "SecretAccessKey", "SessionToken")
        variables = {variable: credentials[name] for variable, name in zip(SIGNING, names, strict=True)}
        return self.aws_result(*words, environment=variables)

    # What is seen.

    def a_provider_and_a_role(self):
        self.step("1. the provider is written down in IAM, and a role trusts its tokens for one branch")
        words = ("--url", ISSUER, "--client-id-list", AUDIENCE)
        made = self.aws("iam", "create-open-id-connect-provider", *words)["OpenIDConnectProviderArn"]
        self.sees(made, f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.ci.example")
        self.role = self.trust("ci", "token.ci.example", "sts:TagSession", "sts:SetSourceIdentity")
        allow = policy({"Effect": "Allow", "Action": "ec2:DescribeVpcs", "Resource": "*"})
        self.aws("iam", "put-role-policy", "--role-name", "ci", "--policy-name", "look", "--policy-document", allow)

    def a_token_in_a_file(self):
        self.step("2. the aws CLI with AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN, and no key, is the role's session")
        result = self.with_token(self.provider.token(SUBJECT), "sts", "get-caller-identity")
        self.holds(result.code == 0, result)
        self.sees(json.loads(result.out)["Arn"], f"arn:aws:sts::{ACCOUNT}:assumed-role/ci/build")
        self.sees(self.provider.asked, ["/.well-known/openid-configuration", "/keys"], "what the provider was asked")
        answer = self.assumed(self.provider.token(SUBJECT))
        self.sees(
            {name: answer[name] for name in ("SubjectFromWebIdentityToken", "Audience", "Provider")},
            {
                "SubjectFromWebIdentityToken": SUBJECT,
                "Audience": AUDIENCE,
                "Provider": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.ci.example",
            },
        )

    def what_the_role_may(self):
        self.step("3. it may do what the role's policy says, and nothing else; the policy knows who vouches")
        token = self.provider.token(SUBJECT)
        self.holds(self.with_token(token, "ec2", "describe-vpcs").code == 0, "it may look")
        result = self.with_token(token, "ec2", "create-vpc", "--cidr-block", "10.9.0.0/16")
        self.holds("(UnauthorizedOperation)" in result.err and "ec2:CreateVpc" in result.err, result)
        only_mine = policy(
            {
                "Effect": "Allow",
                "Action": "ec2:CreateVpc",
                "Resource": "*",
                "Condition": {
                    "StringEquals": {
                        "aws:FederatedProvider": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.ci.example",
                        "token.ci.example:sub": SUBJECT,
                    },
                    "DateGreaterThan": {"aws:TokenIssueTime": "2026-01-01T00:00:00Z"},
                },
            }
        )
        words = ("--role-name", "ci", "--policy-name", "make", "--policy-document", only_mine)
        self.aws("iam", "put-role-policy", *words)
        result = self.with_token(token, "ec2", "create-vpc", "--cidr-block", "10.9.0.0/16")
        self.holds(result.code == 0, result)

    def tags_and_source_identity(self):
        self.step("4. session tags and a source identity that the token has")
        claims = {
            "https://aws.amazon.com/tags": {"principal_tags": {"Team": ["blue"]}, "transitive_tag_keys": ["Team"]},
            "https://aws.amazon.com/source_identity": "Ada",
        }
        answer = self.assumed(self.provider.token(SUBJECT, **claims))
        self.sees((answer["SourceIdentity"], answer["PackedPolicySize"]), ("Ada", 1))
        blue = policy(
            {
                "Effect": "Allow",
                "Action": "iam:ListUsers",
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:PrincipalTag/Team": "blue", "aws:SourceIdentity": "Ada"}},
            }
        )
        self.aws("iam", "put-role-policy", "--role-name", "ci", "--policy-name", "blue", "--policy-document", blue)
        self.holds(self.as_session(answer["Credentials"], "iam", "list-users").code == 0, "the blue team may")
        plain = self.assumed(self.provider.token(SUBJECT))["Credentials"]
        self.holds("(AccessDenied)" in self.as_session(plain, "iam", "list-users").err, "others may not")
        untrusting = self.trust("untagged", "token.ci.example")
        denied = ("AccessDenied", "Not authorized to perform sts:TagSession")
        self.refused_with(*denied, self.provider.token(SUBJECT, **claims), role=untrusting)

    def not_this_branch(self):
        self.step("5. another branch is refused, and why-denied says by which condition")
        token = self.provider.token("repo:octo-org/octo-repo:ref:refs/heads/feature")
        self.refused_with("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity", token)
        told = self.hamlet.hamlet("why-denied").out
        for part in ("DENIED sts:AssumeRoleWithWebIdentity", "token.ci.example:sub, which is repo:octo-org/octo-repo:"):
            self.holds(part in told, f"{part!r} is not in:\n{told}")
        nowhere = f"arn:aws:iam::{ACCOUNT}:role/nowhere"
        denied = ("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
        self.refused_with(*denied, self.provider.token(SUBJECT), role=nowhere)

    def not_believed(self):
        self.step("6. tokens that are over, for others, of others, changed, or none")
        now = int(time.time())
        late = self.provider.token(SUBJECT, iat=now - 900, exp=now - 300)
        self.refused_with("ExpiredTokenException", "Token expired: current date/time ", late)
        others = self.provider.token(SUBJECT, audience="https://github.com/octo-org")
        self.refused_with("InvalidIdentityToken", "Incorrect token audience", others)
        unknown = self.provider.token(SUBJECT, iss="https://unknown.example")
        nobody = "No OpenIDConnect provider found in your account for https://unknown.example"
        self.refused_with("InvalidIdentityToken", nobody, unknown)
        forged = Key("RS256", "first").token(self.provider.claims(SUBJECT))
        self.refused_with("InvalidIdentityToken", "signature", forged)
        self.refused_with("InvalidIdentityToken", "is not a valid JWT", "an access token")
        saml = ("--role-arn", self.role, "--principal-arn", f"arn:aws:iam::{ACCOUNT}:saml-provider/x")
        result = self.aws_result("sts", "assume-role-with-saml", *saml, "--saml-assertion", "eA==")
        self.holds("(NotImplemented) when calling the AssumeRoleWithSAML" in result.err, result)

    def a_new_key(self):
        self.step("7. the provider changes its key: tokens of the new one hold at once, of the old no more")
        old = self.provider.token(SUBJECT)
        self.provider.keys = [Key("ES384", "second")]
        self.assumed(self.provider.token(SUBJECT))
        self.refused_with("InvalidIdentityToken", "Couldn't retrieve verification key", old)

    def from_a_file(self):
        self.step("8. a provider whose keys are in a file, as a cluster's")
        words = ("--url", FROM_A_FILE, "--client-id-list", AUDIENCE)
        self.aws("iam", "create-open-id-connect-provider", *words)
        place = FROM_A_FILE.removeprefix("https://")
        role = self.trust("pod", place)
        token = self.cluster.token({**self.provider.claims(SUBJECT), "iss": FROM_A_FILE})
        self.assumed(token, role=role)
        self.keys.write_text("[]")
        self.refused_with(
            "InvalidIdentityToken",
            f"Couldn't retrieve verification key from your identity provider, {ADVICE}",
            token,
            role=role,
        )

    def nobody_else_is_asked(self):
        self.step("9. whom the command line does not name is not asked, though IAM knows it")
        elsewhere = self.provider.address.replace("http://", "https://")
        for issuer in ("https://169.254.169.254", elsewhere):
            self.aws("iam", "create-open-id-connect-provider", "--url", issuer, "--client-id-list", AUDIENCE)
            before = len(self.provider.asked)
            token = self.provider.token(SUBJECT, iss=issuer)
            self.refused_with(
                "InvalidIdentityToken",
                f"Couldn't retrieve verification key from your identity provider, {ADVICE}",
                token,
            )
            self.sees(len(self.provider.asked), before, "what the provider was asked")
        words = ("--url", "https://gone.example", "--client-id-list", AUDIENCE)
        self.aws("iam", "create-open-id-connect-provider", *words)
        token = self.provider.token(SUBJECT, iss="https://gone.example")
        self.refused_with("IDPCommunicationError", "could not be reached", token)

    def in_the_trail(self):
        self.step("10. CloudTrail tells who it was, and nothing of the token")
        words = ("--lookup-attributes", "AttributeKey=EventName,AttributeValue=AssumeRoleWithWebIdentity")
        events = self.aws("cloudtrail", "lookup-events", *words)["Events"]
        told = [json.loads(event["CloudTrailEvent"]) for event in events]
        first = told[-1]
        provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.ci.example"
        self.sees(
            first["userIdentity"],
            {
                "type": "WebIdentityUser",
                "principalId": f"{provider}:{AUDIENCE}:{SUBJECT}",
                "userName": SUBJECT,
                "identityProvider": provider,
            },
        )
        self.sees(events[-1]["Username"], SUBJECT)
        self.holds("webIdentityToken" not in json.dumps(told), "tokens are in no event")
        self.holds(any(event.get("errorCode") == "AccessDenied" for event in told), "refusals are events")

    def after_a_restart(self):
        self.step("11. its sessions hold after a restart")
        session = self.assumed(self.provider.token(SUBJECT))["Credentials"]
        self.holds(self.hamlet.stop(), "it ended as it should")
        self.hamlet.start()
        result = self.as_session(session, "ec2", "create-vpc", "--cidr-block", "10.8.0.0/16")
        self.holds(result.code == 0, result)


if __name__ == "__main__":
    harness.run(WebIdentity)
