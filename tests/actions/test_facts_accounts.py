"""What IAM has for a whole account: alias, passwords, service-linked roles, providers, summaries."""

import csv
import io

from botocore.exceptions import ClientError

import scenario
from facts import Facts
from identities import ADMINISTRATOR, ALLOW


class Accounts(Facts):
    def setUp(self):
        super().setUp()
        self.iam = self.client(service="iam")

    def code(self, call, **asked):
        with self.assertRaises(ClientError) as refused:
            call(**asked)
        return refused.exception.response["Error"]["Code"]

    def test_an_alias_is_one_accounts_alone(self):
        alias = dict(AccountAlias=f"company-{self.account}")
        self.iam.create_account_alias(**alias)
        self.shows("it", list(alias.values()), self.iam.list_account_aliases()["AccountAliases"])
        other = self.client(service="iam", account="799999999998")
        taken = f"The account alias {alias['AccountAlias']} already exists."
        self.refused("EntityAlreadyExists", taken, other.create_account_alias, **alias)
        self.iam.create_account_alias(AccountAlias=f"{alias['AccountAlias']}x")
        missing = f"The account alias {alias['AccountAlias']} could not be found."
        self.refused("NoSuchEntity", missing, self.iam.delete_account_alias, **alias)

    def test_passwords_are_what_the_account_wants(self):
        iam, user = self.iam, dict(UserName="ada")
        iam.create_user(**user)
        weak = "Password does not conform to the account password policy."
        self.refused("PasswordPolicyViolation", weak, iam.create_login_profile, **user, Password="secret")
        missing = "Login Profile for User ada cannot be found."
        self.refused("NoSuchEntity", missing, iam.get_login_profile, **user)
        iam.create_login_profile(**user, Password="Secret!1", PasswordResetRequired=True)
        self.shows("it", True, iam.get_login_profile(**user)["LoginProfile"]["PasswordResetRequired"])
        exists = "Login Profile for user ada already exists."
        self.refused("EntityAlreadyExists", exists, iam.create_login_profile, **user, Password="Secret!1")
        first = "Cannot delete entity, must delete login profile first."
        self.refused("DeleteConflict", first, iam.delete_user, **user)
        none = f"The Password Policy with domain name {self.account} cannot be found."
        self.refused("NoSuchEntity", none, iam.get_account_password_policy)
        iam.update_account_password_policy(MinimumPasswordLength=10, PasswordReusePrevention=2)
        policy = iam.get_account_password_policy()["PasswordPolicy"]
        self.shows_members("it", dict(MinimumPasswordLength=10, RequireSymbols=False, ExpirePasswords=False), policy)
        for password, is_good in (("short", False), ("longer-one", True), ("longer-two", True), ("longer-one", False)):
            if is_good:
                iam.update_login_profile(**user, Password=password)
            else:
                self.refused("PasswordPolicyViolation", weak, iam.update_login_profile, **user, Password=password)
        only = "Only IAM Users can change their own password"
        self.refused("InvalidUserType", only, iam.change_password, OldPassword="a", NewPassword="b")
        iam.delete_login_profile(**user)
        iam.delete_user(**user)

    def test_roles_of_services_are_theirs(self):
        iam, service = self.iam, dict(AWSServiceName="elasticloadbalancing.amazonaws.com")
        made = iam.create_service_linked_role(**service)["Role"]
        name = dict(RoleName="AWSServiceRoleForElasticLoadBalancing")
        self.shows_members("it", dict(**name, Path=f"/aws-service-role/{service['AWSServiceName']}/"), made)
        attached = iam.list_attached_role_policies(**name)["AttachedPolicies"]
        self.shows("its policy", ["AWSElasticLoadBalancingServiceRolePolicy"], [it["PolicyName"] for it in attached])
        taken = f"Service role name {name['RoleName']} has been taken in this account, please try a different suffix."
        self.refused("InvalidInput", taken, iam.create_service_linked_role, **service)
        suffix = f"Custom suffix is not allowed for {service['AWSServiceName']}"
        self.refused("InvalidInput", suffix, iam.create_service_linked_role, **service, CustomSuffix="x")
        protected = (
            f"Cannot perform the operation on the protected role '{name['RoleName']}' - this role is only modifiable"
            " by AWS"
        )
        for call, asked in (
            (iam.delete_role, {}),
            (iam.attach_role_policy, {"PolicyArn": ADMINISTRATOR}),
            (iam.put_role_policy, {"PolicyName": "own", "PolicyDocument": ALLOW}),
            (iam.put_role_permissions_boundary, {"PermissionsBoundary": ADMINISTRATOR}),
            (iam.update_assume_role_policy, {"PolicyDocument": scenario.trust("ec2")}),
        ):
            self.refused("UnmodifiableEntity", protected, call, **name, **asked)
        iam.create_role(RoleName="web", AssumeRolePolicyDocument=scenario.trust("ec2"))
        self.refused(
            "PolicyNotAttachable",
            "Cannot attach a Service Role Policy to a Customer Role.",
            iam.attach_role_policy,
            RoleName="web",
            PolicyArn=attached[0]["PolicyArn"],
        )
        task = iam.delete_service_linked_role(**name)["DeletionTaskId"]
        self.shows("over", "SUCCEEDED", iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"])
        self.shows("gone", "NoSuchEntity", self.code(iam.get_role, **name))
        self.shows("no role of a service", "NoSuchEntity", self.code(iam.delete_service_linked_role, RoleName="web"))
        self.shows(
            "no task", "NoSuchEntity", self.code(iam.get_service_linked_role_deletion_status, DeletionTaskId=f"{task}x")
        )

    def test_everything_at_once(self):
        iam = self.iam
        policy = iam.create_policy(PolicyName="describe", PolicyDocument=ALLOW)["Policy"]["Arn"]
        iam.create_user(UserName="ada")
        iam.create_group(GroupName="admins")
        iam.add_user_to_group(UserName="ada", GroupName="admins")
        iam.attach_group_policy(GroupName="admins", PolicyArn=ADMINISTRATOR)
        iam.put_user_policy(UserName="ada", PolicyName="own", PolicyDocument=ALLOW)
        iam.attach_user_policy(UserName="ada", PolicyArn=policy)
        details = iam.get_account_authorization_details()
        user = details["UserDetailList"][0]
        self.shows("its groups", ["admins"], user["GroupList"])
        self.shows("its own", "own", user["UserPolicyList"][0]["PolicyName"])
        self.shows("attached", policy, user["AttachedManagedPolicies"][0]["PolicyArn"])
        self.shows("policies", ["describe", "AdministratorAccess"], [it["PolicyName"] for it in details["Policies"]])
        only = iam.get_account_authorization_details(Filter=["Group"])
        self.shows(
            "groups alone", (1, [], []), (len(only["GroupDetailList"]), only["UserDetailList"], only["Policies"])
        )
        summary = iam.get_account_summary()["SummaryMap"]
        self.shows_members(
            "summary", dict(Users=1, Groups=1, Policies=1, PolicyVersionsInUse=2, UsersQuota=5000), summary
        )

    def test_a_credential_report_has_a_line_each(self):
        iam = self.iam
        self.shows("none", "ReportNotPresent", self.code(iam.get_credential_report))
        iam.create_user(UserName="ada")
        iam.create_access_key(UserName="ada")
        self.shows("begun", "STARTED", iam.generate_credential_report()["State"])
        self.shows("done", "COMPLETE", iam.generate_credential_report()["State"])
        content = iam.get_credential_report()["Content"].decode()
        lines = list(csv.DictReader(io.StringIO(content)))
        self.shows("users", ["<root_account>", "ada"], [line["user"] for line in lines])
        expected = dict(password_enabled="false", access_key_1_active="true", access_key_2_active="false")
        self.shows_members("ada", expected, lines[1])
        self.assertRegex(lines[1]["user_creation_time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$")

    def test_providers(self):
        iam = self.iam
        made = iam.create_open_id_connect_provider(Url="https://issuer.example/x", ClientIDList=["me"])
        arn = f"arn:aws:iam::{self.account}:oidc-provider/issuer.example/x"
        provider = dict(OpenIDConnectProviderArn=arn)
        self.shows("its ARN", arn, made["OpenIDConnectProviderArn"])
        self.shows_members(
            "it", dict(Url="issuer.example/x", ClientIDList=["me"]), iam.get_open_id_connect_provider(**provider)
        )
        exists = "Provider with url https://issuer.example/x already exists."
        self.refused("EntityAlreadyExists", exists, iam.create_open_id_connect_provider, Url="https://issuer.example/x")
        wrong = "Invalid Open ID Connect Provider URL"
        self.refused("ValidationError", wrong, iam.create_open_id_connect_provider, Url="http://issuer.example")
        iam.delete_open_id_connect_provider(**provider)
        self.refused(
            "NoSuchEntity",
            f"OpenIDConnect Provider not found for arn {arn}",
            iam.get_open_id_connect_provider,
            **provider,
        )
