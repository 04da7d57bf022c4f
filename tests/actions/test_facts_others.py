"""AWS STS, roles and instance profiles of IAM, public parameters of Systems Manager: codes, sentences and fields."""

import json

from botocore.exceptions import ClientError

import scenario
from facts import Facts

LATEST = "/aws/service/ami-amazon-linux-latest"
DEFAULT = f"{LATEST}/al2023-ami-kernel-default-x86_64"


class CallerIdentity(Facts):
    def test_the_root_of_an_account(self):
        answer = self.client(service="sts").get_caller_identity()
        expected = dict(UserId=self.account, Account=self.account, Arn=f"arn:aws:iam::{self.account}:root")
        self.shows_members("root", expected, answer)


class Iam(Facts):
    def setUp(self):
        super().setUp()
        self.iam = self.client(service="iam")

    def role(self, name="web", **more):
        return self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=scenario.trust("ec2"), **more)["Role"]

    def test_roles(self):
        made = self.role(Path="/servers/")
        expected = dict(
            Path="/servers/",
            RoleName="web",
            Arn=f"arn:aws:iam::{self.account}:role/servers/web",
            MaxSessionDuration=3600,
        )
        self.shows_members("it", expected, made)
        self.assertRegex(made["RoleId"], "^AROA[A-Z2-7]{17}$")
        # boto3 decodes what is URL-encoded.
        self.shows(
            "the trust policy",
            json.loads(scenario.trust("ec2")),
            self.iam.get_role(RoleName="web")["Role"]["AssumeRolePolicyDocument"],
        )
        self.iam.get_waiter("role_exists").wait(RoleName="web", WaiterConfig={"Delay": 1, "MaxAttempts": 1})
        self.shows(
            "in every Region",
            "web",
            self.client(service="iam", region="eu-west-1").get_role(RoleName="web")["Role"]["RoleName"],
        )
        self.refused(
            "EntityAlreadyExists",
            "Role with name Web already exists.",
            self.iam.create_role,
            RoleName="Web",
            AssumeRolePolicyDocument=scenario.trust("ec2"),
        )
        self.refused("NoSuchEntity", "The role with name none cannot be found.", self.iam.get_role, RoleName="none")
        other = self.client(service="iam", account="799999999999")
        self.refused("NoSuchEntity", "The role with name web cannot be found.", other.get_role, RoleName="web")

    def test_trust_policies(self):
        def refused(code, message, document):
            self.refused(code, message, self.iam.create_role, RoleName="bad", AssumeRolePolicyDocument=document)

        refused("MalformedPolicyDocument", "This policy contains invalid Json", "{")
        refused("MalformedPolicyDocument", "Syntax errors in policy.", "{}")
        refused(
            "MalformedPolicyDocument",
            "Has prohibited field Resource",
            scenario.trust("ec2").replace('"Action"', '"Resource": "*", "Action"'),
        )
        refused(
            "MalformedPolicyDocument",
            "AssumeRole policy may only specify STS AssumeRole actions.",
            scenario.trust("ec2").replace("sts:AssumeRole", "s3:*"),
        )
        refused("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048", scenario.trust("x" * 2048))
        self.role()
        self.refused(
            "MalformedPolicyDocument",
            "This policy contains invalid Json",
            self.iam.update_assume_role_policy,
            RoleName="web",
            PolicyDocument="no",
        )

    def test_what_has_policies_is_not_pretended(self):
        self.role()
        for call, parameters in (
            (self.iam.put_role_policy, dict(RoleName="web", PolicyName="p", PolicyDocument="{}")),
            (self.iam.attach_role_policy, dict(RoleName="web", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")),
            (self.iam.create_user, dict(UserName="ada")),
        ):
            with self.assertRaises(ClientError) as refused:
                call(**parameters)
            self.shows(
                call.__name__,
                ("NotImplemented", 501),
                (
                    refused.exception.response["Error"]["Code"],
                    refused.exception.response["ResponseMetadata"]["HTTPStatusCode"],
                ),
            )

    def test_instance_profiles(self):
        self.role()
        self.role("db")
        profile = dict(InstanceProfileName="servers")
        made = self.iam.create_instance_profile(**profile)["InstanceProfile"]
        self.shows_members(
            "it", dict(Path="/", Arn=f"arn:aws:iam::{self.account}:instance-profile/servers", Roles=[]), made
        )
        self.assertRegex(made["InstanceProfileId"], "^AIPA[A-Z2-7]{17}$")
        self.iam.get_waiter("instance_profile_exists").wait(**profile, WaiterConfig={"Delay": 1, "MaxAttempts": 1})
        self.refused(
            "EntityAlreadyExists",
            "Instance Profile servers already exists.",
            self.iam.create_instance_profile,
            **profile,
        )
        self.iam.add_role_to_instance_profile(**profile, RoleName="web")
        self.refused(
            "LimitExceeded",
            "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1",
            self.iam.add_role_to_instance_profile,
            **profile,
            RoleName="db",
        )
        self.shows(
            "its role",
            ["web"],
            [it["RoleName"] for it in self.iam.get_instance_profile(**profile)["InstanceProfile"]["Roles"]],
        )
        conflict = "Cannot delete entity, must remove roles from instance profile first."
        self.refused("DeleteConflict", conflict, self.iam.delete_role, RoleName="web")
        self.refused("DeleteConflict", conflict, self.iam.delete_instance_profile, **profile)
        self.iam.remove_role_from_instance_profile(**profile, RoleName="web")
        self.iam.delete_role(RoleName="web")
        self.iam.delete_instance_profile(**profile)
        self.refused(
            "NoSuchEntity", "Instance Profile servers cannot be found.", self.iam.get_instance_profile, **profile
        )


class PublicParameters(Facts):
    def setUp(self):
        super().setUp()
        self.ssm = self.client(service="ssm")

    def test_one(self):
        parameter = self.ssm.get_parameter(Name=DEFAULT)["Parameter"]
        self.shows_members(
            "it",
            dict(
                Name=DEFAULT,
                Type="String",
                Version=1,
                DataType="text",
                ARN=f"arn:aws:ssm:{self.region}::parameter{DEFAULT}",
            ),
            parameter,
        )
        [image] = self.ec2.describe_images(ImageIds=[parameter["Value"]])["Images"]
        self.shows(
            "an image of this Region",
            ("available", "x86_64", "amazon"),
            (image["State"], image["Architecture"], image["ImageOwnerAlias"]),
        )
        other = self.client(service="ssm", region="eu-west-1").get_parameter(Name=DEFAULT)["Parameter"]["Value"]
        self.shows("each Region has its own", True, other != parameter["Value"])
        self.refused("ParameterNotFound", "…", self.ssm.get_parameter, Name=f"{DEFAULT}-nonsense")
        self.refused("ParameterVersionNotFound", "…", self.ssm.get_parameter, Name=f"{DEFAULT}:7")

    def test_several(self):
        answer = self.ssm.get_parameters(Names=[DEFAULT, "nonsense"])
        self.shows(
            "found and not",
            ([DEFAULT], ["nonsense"]),
            ([it["Name"] for it in answer["Parameters"]], answer["InvalidParameters"]),
        )
        self.refused("ValidationException", "…", self.ssm.get_parameters, Names=[DEFAULT] * 11)

    def test_by_path(self):
        below = self.ssm.get_parameters_by_path(Path=LATEST)["Parameters"]
        self.shows("directly below", True, all(it["Name"].startswith(f"{LATEST}/") for it in below) and len(below) > 3)
        self.shows("not further down", [], self.ssm.get_parameters_by_path(Path="/aws")["Parameters"])
        self.shows(
            "unless asked", len(below), len(self.ssm.get_parameters_by_path(Path="/aws", Recursive=True)["Parameters"])
        )
        self.refused("ValidationException", "…", self.ssm.get_parameters_by_path, Path="aws")
        self.refused("ValidationException", "…", self.ssm.get_parameters_by_path, Path=LATEST, MaxResults=11)
