"""IAM's part of the scenario: who there is, and what they may do."""

import json

import hamlet

TAGS = [{"Key": "team", "Value": "blue"}]
ALLOW = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"}]}
)
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
OWN_POLICY = f"arn:aws:iam::{hamlet.ACCOUNT}:policy/teams/describe"

USER = {"UserName": "alice"}
GROUP = {"GroupName": "admins"}
ROLE = {"RoleName": "web"}


def build(iam):
    """What is there until the end. The role `web` is there already."""
    iam.create_policy(
        PolicyName="describe", Path="/teams/", PolicyDocument=ALLOW, Description="to look at things", Tags=TAGS
    )
    iam.create_user(**USER, Path="/people/", PermissionsBoundary=OWN_POLICY, Tags=TAGS)
    iam.create_group(**GROUP, Path="/people/")
    iam.add_user_to_group(**USER, **GROUP)
    for kind, who in kinds():
        getattr(iam, f"attach_{kind}_policy")(**who, PolicyArn=OWN_POLICY)
        getattr(iam, f"put_{kind}_policy")(**who, PolicyName="own", PolicyDocument=ALLOW)


def kinds():
    return (("user", USER), ("group", GROUP), ("role", ROLE))


def change(iam):
    account(iam)
    passwords(iam)
    service_linked_roles(iam)
    providers(iam)
    simulations(iam)
    users(iam)
    access_keys(iam)
    groups(iam)
    policies(iam)
    for kind, who in kinds():
        getattr(iam, f"attach_{kind}_policy")(**who, PolicyArn=ADMINISTRATOR)
        getattr(iam, f"list_attached_{kind}_policies")(**who, PathPrefix="/teams/")
        getattr(iam, f"detach_{kind}_policy")(**who, PolicyArn=ADMINISTRATOR)
        getattr(iam, f"get_{kind}_policy")(**who, PolicyName="own")
        getattr(iam, f"list_{kind}_policies")(**who)
    iam.update_role_description(**ROLE, Description="for web servers")
    iam.put_role_permissions_boundary(**ROLE, PermissionsBoundary=OWN_POLICY)
    iam.get_role(**ROLE)
    iam.delete_role_permissions_boundary(**ROLE)


def account(iam):
    iam.get_account_summary()
    iam.get_account_authorization_details(Filter=["User", "Role", "Group", "LocalManagedPolicy"])
    iam.create_account_alias(AccountAlias="hamlet-test")
    iam.list_account_aliases()
    iam.update_account_password_policy(MinimumPasswordLength=8, RequireSymbols=True, MaxPasswordAge=90)
    iam.get_account_password_policy()
    iam.generate_credential_report()
    iam.get_credential_report()


def passwords(iam):
    iam.create_login_profile(**USER, Password="Secret!1", PasswordResetRequired=True)
    iam.get_login_profile(**USER)
    iam.update_login_profile(**USER, Password="Secret!2", PasswordResetRequired=False)


def service_linked_roles(iam):
    made = iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com", CustomSuffix="blue")["Role"]
    task = iam.delete_service_linked_role(RoleName=made["RoleName"])["DeletionTaskId"]
    iam.get_service_linked_role_deletion_status(DeletionTaskId=task)


def providers(iam):
    made = iam.create_open_id_connect_provider(
        Url="https://issuer.example/team", ClientIDList=["me"], ThumbprintList=["a" * 40], Tags=TAGS
    )
    provider = {"OpenIDConnectProviderArn": made["OpenIDConnectProviderArn"]}
    iam.get_open_id_connect_provider(**provider)
    iam.list_open_id_connect_providers()
    iam.update_open_id_connect_provider_thumbprint(**provider, ThumbprintList=["b" * 40])
    iam.add_client_id_to_open_id_connect_provider(**provider, ClientID="you")
    iam.remove_client_id_from_open_id_connect_provider(**provider, ClientID="you")
    iam.tag_open_id_connect_provider(**provider, Tags=[{"Key": "stage", "Value": "test"}])
    iam.list_open_id_connect_provider_tags(**provider)
    iam.untag_open_id_connect_provider(**provider, TagKeys=["stage"])


def simulations(iam):
    asked = {"ActionNames": ["ec2:DescribeVpcs", "ec2:CreateVpc", "ec2:DeleteVpc"]}
    source = f"arn:aws:iam::{hamlet.ACCOUNT}:user/people/alice"
    vpc = f"arn:aws:ec2:us-east-1:{hamlet.ACCOUNT}:vpc/vpc-1"
    for page in iam.get_paginator("simulate_principal_policy").paginate(PolicySourceArn=source, MaxItems=2, **asked):
        assert page["EvaluationResults"], page
    result = iam.simulate_principal_policy(PolicySourceArn=source, ResourceArns=[vpc], **asked)["EvaluationResults"][0]
    assert (result["EvalDecision"], result["EvalDecisionDetails"]) == ("allowed", {}), result
    given = {"PolicyInputList": [ALLOW]}
    entry = {"ContextKeyName": "aws:CurrentTime", "ContextKeyType": "date", "ContextKeyValues": ["2026-11-29"]}
    iam.simulate_custom_policy(**given, **asked, ContextEntries=[entry])
    iam.get_context_keys_for_custom_policy(**given)
    iam.get_context_keys_for_principal_policy(PolicySourceArn=source)
    iam.list_policies_granting_service_access(Arn=source, ServiceNamespaces=["ec2", "s3"])
    job = iam.generate_service_last_accessed_details(Arn=OWN_POLICY, Granularity="ACTION_LEVEL")["JobId"]
    iam.get_service_last_accessed_details(JobId=job)
    iam.get_service_last_accessed_details_with_entities(JobId=job, ServiceNamespace="ec2")


def users(iam):
    iam.get_user(**USER)
    iam.get_user()
    iam.list_users(PathPrefix="/people/")
    iam.update_user(**USER, NewUserName="alicia", NewPath="/")
    iam.update_user(UserName="alicia", NewUserName="alice", NewPath="/people/")
    iam.tag_user(**USER, Tags=[{"Key": "stage", "Value": "test"}])
    iam.list_user_tags(**USER)
    iam.untag_user(**USER, TagKeys=["stage"])
    iam.delete_user_permissions_boundary(**USER)
    iam.put_user_permissions_boundary(**USER, PermissionsBoundary=OWN_POLICY)


def access_keys(iam):
    key = iam.create_access_key(**USER)["AccessKey"]
    named = {**USER, "AccessKeyId": key["AccessKeyId"]}
    iam.list_access_keys(**USER)
    iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])
    iam.update_access_key(**named, Status="Inactive")


def own_password(client):
    """Changed by its user: `client` makes one with a key."""
    iam = client()
    key = iam.create_access_key(**USER)["AccessKey"]
    own = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:ChangePassword", "Resource": "*"}]}
    iam.put_user_policy(**USER, PolicyName="password", PolicyDocument=json.dumps(own))
    iam.delete_user_permissions_boundary(**USER)
    user = client((key["AccessKeyId"], key["SecretAccessKey"]))
    user.change_password(OldPassword="Secret!2", NewPassword="Secret!3")
    iam.delete_user_policy(**USER, PolicyName="password")
    iam.delete_access_key(**USER, AccessKeyId=key["AccessKeyId"])
    iam.put_user_permissions_boundary(**USER, PermissionsBoundary=OWN_POLICY)


def groups(iam):
    iam.get_group(**GROUP)
    iam.list_groups(PathPrefix="/people/")
    iam.list_groups_for_user(**USER)
    iam.update_group(**GROUP, NewGroupName="chiefs")
    iam.update_group(GroupName="chiefs", NewGroupName="admins")


def policies(iam):
    policy = {"PolicyArn": OWN_POLICY}
    iam.get_policy(**policy)
    iam.list_policies(Scope="Local", OnlyAttached=True, PathPrefix="/teams/")
    iam.create_policy_version(**policy, PolicyDocument=ALLOW, SetAsDefault=True)
    iam.list_policy_versions(**policy)
    iam.get_policy_version(**policy, VersionId="v2")
    iam.set_default_policy_version(**policy, VersionId="v1")
    iam.list_entities_for_policy(**policy)
    iam.tag_policy(**policy, Tags=[{"Key": "stage", "Value": "test"}])
    iam.list_policy_tags(**policy)
    iam.untag_policy(**policy, TagKeys=["stage"])


def tear_down(iam):
    for kind, who in kinds():
        getattr(iam, f"detach_{kind}_policy")(**who, PolicyArn=OWN_POLICY)
        getattr(iam, f"delete_{kind}_policy")(**who, PolicyName="own")
    for key in iam.list_access_keys(**USER)["AccessKeyMetadata"]:
        iam.delete_access_key(**USER, AccessKeyId=key["AccessKeyId"])
    iam.delete_login_profile(**USER)
    iam.delete_account_alias(AccountAlias="hamlet-test")
    iam.delete_account_password_policy()
    provider = f"arn:aws:iam::{hamlet.ACCOUNT}:oidc-provider/issuer.example/team"
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=provider)
    iam.remove_user_from_group(**USER, **GROUP)
    iam.delete_group(**GROUP)
    iam.delete_user(**USER)
    iam.delete_policy_version(PolicyArn=OWN_POLICY, VersionId="v2")
    iam.delete_policy(PolicyArn=OWN_POLICY)
