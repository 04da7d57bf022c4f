//! How much of everything an account has, and how much it may have. Follows GetAccountSummary in the IAM API Reference.

use std::collections::BTreeMap;

use awsproto::{AwsError, Call};
use model::quotas::*;
use model::{AccessKey, Entity, PolicyRef, World};

use crate::shapes::*;

/// Managed policies that AWS lets versions of be in use at a time.
const POLICY_VERSIONS_IN_USE_MAX: usize = 10_000;

pub(crate) fn get(call: &mut Call, world: &World, _: ()) -> Result<GetAccountSummaryResponse, AwsError> {
    let account = call.scope.account;
    let devices = world.mfa_devices_of(account);
    let devices_in_use = devices.iter().filter(|it| it.assignment.is_some()).count();
    let devices_of_root = world.mfa_devices_with(account, None).len();
    let providers = world.oidc_providers_of(account).count() + world.saml_providers_of(account).len();
    let certificates_of_root = world.signing_certificates_of(account, None).count();
    let keys_of_root = world.access_keys_of(account, None).collect::<Vec<&AccessKey>>().len();
    let counts = [
        ("Users", world.users_of(account).count()),
        ("UsersQuota", USERS_MAX),
        ("Groups", world.user_groups_of(account).count()),
        ("GroupsQuota", GROUPS_MAX),
        ("Roles", world.roles_of(account).count()),
        ("RolesQuota", ROLES_MAX),
        ("InstanceProfiles", world.instance_profiles_of(account).count()),
        ("InstanceProfilesQuota", INSTANCE_PROFILES_MAX),
        ("Policies", world.managed_policies_of(account).count()),
        ("PoliciesQuota", MANAGED_POLICIES_MAX),
        ("PolicyVersionsInUse", policies_in_use(call, world)),
        ("PolicyVersionsInUseQuota", POLICY_VERSIONS_IN_USE_MAX),
        ("VersionsPerPolicyQuota", MANAGED_POLICY_VERSIONS_MAX),
        ("PolicySizeQuota", MANAGED_POLICY_MAX),
        ("UserPolicySizeQuota", USER_INLINE_POLICIES_MAX),
        ("GroupPolicySizeQuota", GROUP_INLINE_POLICIES_MAX),
        ("RolePolicySizeQuota", ROLE_INLINE_POLICIES_MAX),
        ("AssumeRolePolicySizeQuota", TRUST_POLICY_MAX),
        ("AttachedPoliciesPerUserQuota", ATTACHED_POLICIES_MAX),
        ("AttachedPoliciesPerGroupQuota", ATTACHED_POLICIES_MAX),
        ("AttachedPoliciesPerRoleQuota", ATTACHED_POLICIES_MAX),
        ("GroupsPerUserQuota", GROUPS_PER_USER_MAX),
        ("AccessKeysPerUserQuota", ACCESS_KEYS_PER_USER_MAX),
        ("SigningCertificatesPerUserQuota", SIGNING_CERTIFICATES_PER_USER_MAX),
        ("ServerCertificates", world.server_certificates_of(account).len()),
        ("ServerCertificatesQuota", SERVER_CERTIFICATES_MAX),
        ("MFADevices", devices.len()),
        ("MFADevicesInUse", devices_in_use),
        ("Providers", providers),
        ("AccountMFAEnabled", usize::from(devices_of_root > 0)),
        ("AccountAccessKeysPresent", usize::from(keys_of_root > 0)),
        ("AccountPasswordPresent", 1),
        ("AccountSigningCertificatesPresent", usize::from(certificates_of_root > 0)),
        // Tokens of the first version, which hold in the Regions that need no opt-in.
        ("GlobalEndpointTokenVersion", 1),
    ];
    let shown = |(name, count): (&str, usize)| (name.to_owned(), i32::try_from(count).unwrap_or(i32::MAX));
    Ok(GetAccountSummaryResponse { summary_map: Some(BTreeMap::from(counts.map(shown))) })
}

/// How many managed policies somebody in the account uses.
fn policies_in_use(call: &Call, world: &World) -> usize {
    let account = call.scope.account;
    let users = world.users_of(account).map(|user| Entity::User(user.id));
    let groups = world.user_groups_of(account).map(|group| Entity::Group(group.id));
    let roles = world.roles_of(account).map(|role| Entity::Role(role.id));
    let permissions = users.chain(groups).chain(roles).filter_map(|entity| world.permissions(entity));
    let used = permissions.flat_map(|it| it.managed().map(|(policy, _)| policy).collect::<Vec<_>>());
    used.collect::<std::collections::BTreeSet<PolicyRef>>().len()
}
