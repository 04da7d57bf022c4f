"""IAM's users, groups, access keys and policies: codes, sentences, order and fields."""

import base64
import re

from botocore.exceptions import ClientError

import scenario
from facts import Facts
from identities import ADMINISTRATOR, ALLOW

NONE = "arn:aws:iam::aws:policy/NoSuchPolicy"


class Identities(Facts):
    def setUp(self):
        super().setUp()
        self.iam = self.client(service="iam")

    def policy(self, name="describe", **more):
        return self.iam.create_policy(PolicyName=name, PolicyDocument=ALLOW, **more)["Policy"]["Arn"]

    def conflict(self, message, call, **asked):
        self.refused("DeleteConflict", message, call, **asked)
        with self.assertRaises(ClientError) as refused:
            call(**asked)
        self.assertEqual(409, refused.exception.response["ResponseMetadata"]["HTTPStatusCode"])

    def test_a_user_is_shown_as_it_was_made(self):
        boundary = self.policy()
        made = self.iam.create_user(UserName="Ada", Path="/people/", PermissionsBoundary=boundary)["User"]
        expected = dict(
            Path="/people/",
            UserName="Ada",
            Arn=f"arn:aws:iam::{self.account}:user/people/Ada",
            PermissionsBoundary=dict(PermissionsBoundaryType="Policy", PermissionsBoundaryArn=boundary),
        )
        self.shows_members("it", expected, made)
        self.assertRegex(made["UserId"], "^AIDA[A-Z2-7]{17}$")
        self.iam.get_waiter("user_exists").wait(UserName="ada", WaiterConfig={"Delay": 1, "MaxAttempts": 1})
        self.iam.update_user(UserName="ada", NewUserName="Grace", NewPath="/")
        renamed = self.iam.get_user(UserName="grace")["User"]
        self.shows("the same user", (made["UserId"], "/"), (renamed["UserId"], renamed["Path"]))
        self.refused("NoSuchEntity", "The user with name Ada cannot be found.", self.iam.get_user, UserName="Ada")
        self.shows("the caller", f"arn:aws:iam::{self.account}:root", self.iam.get_user()["User"]["Arn"])

    def test_names_are_taken_in_either_case(self):
        iam = self.iam
        iam.create_user(UserName="ada")
        iam.create_user(UserName="bob")
        iam.create_group(GroupName="admins")
        self.policy()
        exists = "EntityAlreadyExists"
        self.refused(exists, "User with name ADA already exists.", iam.create_user, UserName="ADA")
        self.refused(exists, "User with name Ada already exists.", iam.update_user, UserName="bob", NewUserName="Ada")
        self.refused(exists, "Group with name Admins already exists.", iam.create_group, GroupName="Admins")
        self.refused(
            exists,
            "A policy called Describe already exists. Duplicate names are not allowed.",
            iam.create_policy,
            PolicyName="Describe",
            PolicyDocument=ALLOW,
        )
        iam.update_user(UserName="ada", NewUserName="ADA")

    def test_an_access_key_tells_its_account_and_there_are_two(self):
        iam = self.iam
        iam.create_user(UserName="ada")
        key = iam.create_access_key(UserName="ada")["AccessKey"]
        self.assertRegex(key["AccessKeyId"], "^AKIA[A-Z2-7]{16}$")
        self.assertRegex(key["SecretAccessKey"], "^[A-Za-z0-9+/]{40}$")
        self.shows("its account", self.account, account_of(key["AccessKeyId"]))
        other = iam.create_access_key(UserName="ada")["AccessKey"]
        self.assertNotEqual(key["SecretAccessKey"], other["SecretAccessKey"])
        self.refused(
            "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2", iam.create_access_key, UserName="ada"
        )
        iam.update_access_key(UserName="ada", AccessKeyId=key["AccessKeyId"], Status="Inactive")
        shown = {it["AccessKeyId"]: it for it in iam.list_access_keys(UserName="ada")["AccessKeyMetadata"]}
        self.shows_members("it", dict(UserName="ada", Status="Inactive"), shown[key["AccessKeyId"]])
        self.assertNotIn("SecretAccessKey", shown[key["AccessKeyId"]])
        used = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])
        self.shows(
            "never", ("ada", {"Region": "N/A", "ServiceName": "N/A"}), (used["UserName"], used["AccessKeyLastUsed"])
        )
        self.refused(
            "NoSuchEntity",
            "The Access Key with id AKIAAAAAAAAAAAAAAAAA cannot be found.",
            iam.delete_access_key,
            UserName="ada",
            AccessKeyId="AKIAAAAAAAAAAAAAAAAA",
        )
        self.conflict("Cannot delete entity, must delete access keys first.", iam.delete_user, UserName="ada")

    def test_what_has_something_stays(self):
        iam, policy = self.iam, self.policy()
        iam.create_user(UserName="ada")
        iam.create_group(GroupName="admins")
        iam.create_role(RoleName="web", AssumeRolePolicyDocument=scenario.trust("ec2"))
        iam.add_user_to_group(UserName="ada", GroupName="admins")
        member = "Cannot delete entity, must remove users from group first."
        self.conflict(member, iam.delete_group, GroupName="admins")
        self.conflict(member, iam.delete_user, UserName="ada")
        iam.remove_user_from_group(UserName="ada", GroupName="admins")
        attached = "Cannot delete entity, must detach all policies first."
        inline = "Cannot delete entity, must delete policies first."
        for kind, who in (
            ("user", {"UserName": "ada"}),
            ("group", {"GroupName": "admins"}),
            ("role", {"RoleName": "web"}),
        ):
            with self.subTest(kind):
                attach, detach = getattr(iam, f"attach_{kind}_policy"), getattr(iam, f"detach_{kind}_policy")
                put, remove = getattr(iam, f"put_{kind}_policy"), getattr(iam, f"delete_{kind}_policy")
                delete = getattr(iam, f"delete_{kind}")
                attach(**who, PolicyArn=policy)
                attach(**who, PolicyArn=policy)
                self.conflict(attached, delete, **who)
                self.conflict("Cannot delete a policy attached to entities.", iam.delete_policy, PolicyArn=policy)
                detach(**who, PolicyArn=policy)
                self.refused("NoSuchEntity", f"Policy {policy} was not found.", detach, **who, PolicyArn=policy)
                put(**who, PolicyName="own", PolicyDocument=ALLOW)
                self.conflict(inline, delete, **who)
                remove(**who, PolicyName="own")
                missing = f"The {kind} policy with name own cannot be found."
                self.refused("NoSuchEntity", missing, remove, **who, PolicyName="own")
                self.refused("NoSuchEntity", missing, getattr(iam, f"get_{kind}_policy"), **who, PolicyName="own")
                gone = f"Policy {NONE} does not exist or is not attachable."
                self.refused("NoSuchEntity", gone, attach, **who, PolicyArn=NONE)
                delete(**who)
        iam.delete_policy(PolicyArn=policy)
        self.refused("NoSuchEntity", f"Policy {policy} was not found.", iam.get_policy, PolicyArn=policy)

    def test_a_boundary_is_a_use_of_a_policy(self):
        iam, policy = self.iam, self.policy()
        iam.create_user(UserName="ada", PermissionsBoundary=policy)
        iam.create_role(
            RoleName="web", AssumeRolePolicyDocument=scenario.trust("ec2"), PermissionsBoundary=ADMINISTRATOR
        )
        shown = iam.get_policy(PolicyArn=policy)["Policy"]
        self.shows_members("it", dict(AttachmentCount=0, PermissionsBoundaryUsageCount=1), shown)
        self.conflict("Cannot delete a policy attached to entities.", iam.delete_policy, PolicyArn=policy)
        users = iam.list_entities_for_policy(PolicyArn=policy, PolicyUsageFilter="PermissionsBoundary")["PolicyUsers"]
        self.shows("the user", ["ada"], [user["UserName"] for user in users])
        attached = iam.list_entities_for_policy(PolicyArn=policy, PolicyUsageFilter="PermissionsPolicy")
        self.shows("nobody", [], attached["PolicyUsers"])
        iam.delete_user_permissions_boundary(UserName="ada")
        iam.delete_policy(PolicyArn=policy)
        self.refused(
            "NoSuchEntity",
            f"Scope ARN: {NONE} does not exist or is not attachable.",
            iam.put_role_permissions_boundary,
            RoleName="web",
            PermissionsBoundary=NONE,
        )

    def test_a_policy_has_five_versions_and_one_that_holds(self):
        iam, policy = self.iam, self.policy(Description="to look")
        self.shows_members("it", dict(Description="to look", DefaultVersionId="v1"), self.shown(policy))
        for number in range(2, 6):
            made = iam.create_policy_version(PolicyArn=policy, PolicyDocument=ALLOW, SetAsDefault=number == 5)
            self.shows("its number", f"v{number}", made["PolicyVersion"]["VersionId"])
        self.refused(
            "LimitExceeded",
            "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing"
            " version.",
            iam.create_policy_version,
            PolicyArn=policy,
            PolicyDocument=ALLOW,
        )
        self.shows("what holds", "v5", self.shown(policy)["DefaultVersionId"])
        default = "Cannot delete the default version of a policy."
        self.conflict(default, iam.delete_policy_version, PolicyArn=policy, VersionId="v5")
        iam.delete_policy_version(PolicyArn=policy, VersionId="v4")
        made = iam.create_policy_version(PolicyArn=policy, PolicyDocument=ALLOW)["PolicyVersion"]
        self.shows("a number of its own", "v6", made["VersionId"])
        listed = iam.list_policy_versions(PolicyArn=policy)["Versions"]
        self.shows("the newest first", ["v6", "v5", "v3", "v2", "v1"], [it["VersionId"] for it in listed])
        self.refused(
            "NoSuchEntity",
            f"Policy {policy} version v4 does not exist or is not attachable.",
            iam.get_policy_version,
            PolicyArn=policy,
            VersionId="v4",
        )
        self.conflict(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions."
            " The default version is deleted with the policy.",
            iam.delete_policy,
            PolicyArn=policy,
        )

    def shown(self, policy):
        return self.iam.get_policy(PolicyArn=policy)["Policy"]

    def test_quotas(self):
        iam = self.iam
        iam.create_user(UserName="ada")
        for number in range(10):
            iam.attach_user_policy(UserName="ada", PolicyArn=self.policy(f"p{number}"))
        self.refused(
            "LimitExceeded",
            "Cannot exceed quota for PoliciesPerUser: 10",
            iam.attach_user_policy,
            UserName="ada",
            PolicyArn=ADMINISTRATOR,
        )
        long = ALLOW.replace("Describe*", "D" * 2048)
        self.refused(
            "LimitExceeded",
            "Maximum policy size of 2048 bytes exceeded for user ada",
            iam.put_user_policy,
            UserName="ada",
            PolicyName="long",
            PolicyDocument=long,
        )
        self.refused(
            "LimitExceeded",
            "Cannot exceed quota for PolicySize: 6144",
            iam.create_policy,
            PolicyName="long",
            PolicyDocument=ALLOW.replace("Describe*", "D" * 6144),
        )
        for number in range(11):
            iam.create_group(GroupName=f"g{number}")
        for number in range(10):
            iam.add_user_to_group(UserName="ada", GroupName=f"g{number}")
        self.refused(
            "LimitExceeded",
            "Cannot exceed quota for GroupsPerUser: 10",
            iam.add_user_to_group,
            UserName="ada",
            GroupName="g10",
        )

    def test_documents_that_are_none_and_arns_that_are_none(self):
        iam = self.iam
        iam.create_user(UserName="ada")
        bad = "MalformedPolicyDocument"
        json, syntax = "This policy contains invalid Json", "Syntax errors in policy."
        own = dict(UserName="ada", PolicyName="own")
        self.refused(bad, json, iam.put_user_policy, **own, PolicyDocument="no")
        self.refused(bad, syntax, iam.put_user_policy, **own, PolicyDocument="{}")
        self.refused(bad, syntax, iam.create_policy, PolicyName="own", PolicyDocument="{}")
        malformed = "Invalid ARN:  Could not be parsed!"
        self.refused("ValidationError", malformed, iam.get_policy, PolicyArn="x" * 20)
        self.refused("ValidationError", malformed, iam.attach_user_policy, UserName="ada", PolicyArn="x" * 20)
        self.refused(
            "ValidationError",
            r"2 validation errors detected: Value 'x' at 'permissionsBoundary' failed to satisfy constraint: Member"
            r" must have length greater than or equal to 20; Value 'a b' at 'userName' failed to satisfy"
            r" constraint: Member must satisfy regular expression pattern: [\w+=,.@-]+",
            iam.create_user,
            UserName="a b",
            PermissionsBoundary="x",
        )

    def test_policies_of_aws_are_everybodys_and_nobody_changes_them(self):
        iam = self.iam
        shown = self.shown(ADMINISTRATOR)
        self.shows_members(
            "it", dict(PolicyName="AdministratorAccess", PolicyId="ANPAIWMBCKSKIEE64ZLYK", Path="/"), shown
        )
        version = iam.get_policy_version(PolicyArn=ADMINISTRATOR, VersionId=shown["DefaultVersionId"])["PolicyVersion"]
        self.shows("all", "*", version["Document"]["Statement"][0]["Action"])
        listed = [policy["Arn"] for policy in iam.list_policies(Scope="AWS", MaxItems=1000)["Policies"]]
        self.assertIn(ADMINISTRATOR, listed)
        self.shows("none of its own", [], iam.list_policies(Scope="Local")["Policies"])
        for call, asked in (
            (iam.delete_policy, {}),
            (iam.create_policy_version, {"PolicyDocument": ALLOW}),
            (iam.tag_policy, {"Tags": [{"Key": "a", "Value": "b"}]}),
        ):
            with self.assertRaises(ClientError) as refused:
                call(PolicyArn=ADMINISTRATOR, **asked)
            self.assertEqual("AccessDenied", refused.exception.response["Error"]["Code"])
        iam.create_group(GroupName="admins")
        iam.attach_group_policy(GroupName="admins", PolicyArn=ADMINISTRATOR)
        self.shows("once here", 1, self.shown(ADMINISTRATOR)["AttachmentCount"])
        other = self.client(service="iam", account="799999999999")
        self.shows("not there", 0, other.get_policy(PolicyArn=ADMINISTRATOR)["Policy"]["AttachmentCount"])


def account_of(access_key_id):
    """As people read the account out of an access key's identifier."""
    decoded = base64.b32decode(re.sub("^AKIA", "", access_key_id))
    return f"{(int.from_bytes(decoded[:6], 'big') & 0x7FFFFFFFFF80) >> 7:012d}"
