"""IAM's roles, instance profiles and MFA devices: codes, sentences and fields."""

import json

import one_time_code
import scenario
from facts import Facts


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

    def test_mfa_devices(self):
        self.iam.create_user(UserName="ada")
        made = self.iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]
        phone = dict(SerialNumber=f"arn:aws:iam::{self.account}:mfa/phone")
        self.shows_members("it", phone, made)
        seed = made["Base32StringSeed"].decode()
        self.assertRegex(seed, "^[A-Z2-7]{64}$")
        self.assertEqual(b"\x89PNG\r\n\x1a\n", made["QRCodePNG"][:8])
        self.refused(
            "EntityAlreadyExists",
            "MFADevice entity at the same path and name already exists.",
            self.iam.create_virtual_mfa_device,
            VirtualMFADeviceName="phone",
        )
        ada = dict(UserName="ada", **phone)
        codes = one_time_code.two(seed)
        self.refused(
            "InvalidAuthenticationCode",
            "Authentication code for device is not valid.",
            self.iam.enable_mfa_device,
            **ada,
            **{**codes, "AuthenticationCode2": codes["AuthenticationCode1"]},
        )
        self.iam.enable_mfa_device(**ada, **codes)
        listed = self.iam.list_mfa_devices(UserName="ada")["MFADevices"]
        self.shows_members("hers", ada, listed[0])
        conflict = "Cannot delete entity, must delete MFA device first."
        self.refused("DeleteConflict", conflict, self.iam.delete_user, UserName="ada")
        conflict = "MFA VirtualMFADevice in use. Must deactivate first."
        self.refused("DeleteConflict", conflict, self.iam.delete_virtual_mfa_device, **phone)
        self.iam.deactivate_mfa_device(**ada)
        self.refused("NoSuchEntity", "MFA Device invalid for user.", self.iam.deactivate_mfa_device, **ada)
        self.iam.delete_virtual_mfa_device(**phone)
        missing = f"VirtualMFADevice with serial number {phone['SerialNumber']} doesn't exist."
        self.refused("NoSuchEntity", missing, self.iam.delete_virtual_mfa_device, **phone)
        self.iam.delete_user(UserName="ada")
