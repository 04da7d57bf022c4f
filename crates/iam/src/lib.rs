//! AWS Identity and Access Management: requests in, answers and changes out.
//!
//! Users, groups, roles, instance profiles, access keys, policies and who has them. What nobody can have here yet is
//! answered as "not implemented".

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

mod access_key;
mod account_alias;
mod account_summary;
mod arn;
mod attachment;
mod authorization_details;
mod boundary;
mod certificate;
mod credential_report;
mod document;
mod entity;
mod errors;
mod group;
mod inline_policy;
mod instance_profile;
mod last_accessed;
mod listing;
mod login_profile;
mod managed_policy;
mod mfa_device;
mod oidc_provider;
mod password_hash;
mod password_policy;
mod path;
mod policy_entities;
mod policy_version;
mod qr_code;
mod role;
mod saml_provider;
mod secret;
mod server_certificate;
mod service_access;
mod service_linked_role;
mod service_names;
mod service_specific_credential;
pub mod shapes;
mod sign_in;
mod signing_certificate;
mod simulation;
mod ssh_public_key;
mod tags;
mod touches;
mod user;
#[rustfmt::skip]
mod vacant;
#[cfg(test)]
mod testing;

use awsproto::{Action, Api, Need, read, write};
use model::World;
use shapes::op;
use simulation::context_keys;

pub use sign_in::{NotSignedIn, Typed, must_change_password, sign_in};

/// The service.
pub static API: Api<World> = Api {
    service: &shapes::SERVICE,
    actions: ACTIONS,
    vacant: vacant::ROWS,
    tokens: &(),
    first_use: None,
    touches: touches::touches,
};

/// Every action of IAM that Hamlet has.
static ACTIONS: &[Action<World>] = &[
    // Roles.
    write!(CreateRole, role::create),
    read!(GetRole, role::get),
    read!(ListRoles, role::list),
    write!(UpdateRole, role::update),
    write!(UpdateAssumeRolePolicy, role::update_trust_policy),
    write!(DeleteRole, role::delete),
    write!(TagRole, role::tag),
    write!(UntagRole, role::untag),
    read!(ListRoleTags, role::list_tags),
    write!(UpdateRoleDescription, role::update_description),
    write!(PutRolePermissionsBoundary, boundary::put_on_role),
    write!(DeleteRolePermissionsBoundary, boundary::delete_from_role),
    write!(AttachRolePolicy, attachment::attach_to_role),
    write!(DetachRolePolicy, attachment::detach_from_role),
    read!(ListAttachedRolePolicies, attachment::list_of_role),
    write!(PutRolePolicy, inline_policy::put_on_role),
    read!(GetRolePolicy, inline_policy::get_of_role),
    write!(DeleteRolePolicy, inline_policy::delete_from_role),
    read!(ListRolePolicies, inline_policy::list_of_role),
    // Users.
    write!(CreateUser, user::create),
    read!(GetUser, user::get),
    read!(ListUsers, user::list),
    write!(UpdateUser, user::update),
    write!(DeleteUser, user::delete),
    write!(TagUser, user::tag),
    write!(UntagUser, user::untag),
    read!(ListUserTags, user::list_tags),
    write!(PutUserPermissionsBoundary, boundary::put_on_user),
    write!(DeleteUserPermissionsBoundary, boundary::delete_from_user),
    write!(AttachUserPolicy, attachment::attach_to_user),
    write!(DetachUserPolicy, attachment::detach_from_user),
    read!(ListAttachedUserPolicies, attachment::list_of_user),
    write!(PutUserPolicy, inline_policy::put_on_user),
    read!(GetUserPolicy, inline_policy::get_of_user),
    write!(DeleteUserPolicy, inline_policy::delete_from_user),
    read!(ListUserPolicies, inline_policy::list_of_user),
    // Access keys.
    write!(CreateAccessKey, access_key::create).needs(Need::Secret(access_key::secret)),
    read!(ListAccessKeys, access_key::list),
    write!(UpdateAccessKey, access_key::update),
    write!(DeleteAccessKey, access_key::delete),
    read!(GetAccessKeyLastUsed, access_key::last_used),
    // Groups.
    write!(CreateGroup, group::create),
    read!(GetGroup, group::get),
    read!(ListGroups, group::list),
    write!(UpdateGroup, group::update),
    write!(DeleteGroup, group::delete),
    write!(AddUserToGroup, group::add_user),
    write!(RemoveUserFromGroup, group::remove_user),
    read!(ListGroupsForUser, group::list_for_user),
    write!(AttachGroupPolicy, attachment::attach_to_group),
    write!(DetachGroupPolicy, attachment::detach_from_group),
    read!(ListAttachedGroupPolicies, attachment::list_of_group),
    write!(PutGroupPolicy, inline_policy::put_on_group),
    read!(GetGroupPolicy, inline_policy::get_of_group),
    write!(DeleteGroupPolicy, inline_policy::delete_from_group),
    read!(ListGroupPolicies, inline_policy::list_of_group),
    // Managed policies.
    write!(CreatePolicy, managed_policy::create),
    read!(GetPolicy, managed_policy::get),
    read!(ListPolicies, managed_policy::list),
    write!(DeletePolicy, managed_policy::delete),
    write!(TagPolicy, managed_policy::tag),
    write!(UntagPolicy, managed_policy::untag),
    read!(ListPolicyTags, managed_policy::list_tags),
    write!(CreatePolicyVersion, policy_version::create),
    read!(GetPolicyVersion, policy_version::get),
    read!(ListPolicyVersions, policy_version::list),
    write!(SetDefaultPolicyVersion, policy_version::set_default),
    write!(DeletePolicyVersion, policy_version::delete),
    read!(ListEntitiesForPolicy, policy_entities::list),
    // The account.
    read!(GetAccountSummary, account_summary::get),
    read!(GetAccountAuthorizationDetails, authorization_details::get),
    write!(CreateAccountAlias, account_alias::create),
    read!(ListAccountAliases, account_alias::list),
    write!(DeleteAccountAlias, account_alias::delete),
    read!(GetAccountPasswordPolicy, password_policy::get),
    write!(UpdateAccountPasswordPolicy, password_policy::update),
    write!(DeleteAccountPasswordPolicy, password_policy::delete),
    write!(GenerateCredentialReport, credential_report::generate),
    read!(GetCredentialReport, credential_report::get),
    // Passwords.
    write!(CreateLoginProfile, login_profile::create).needs(Need::Secret(login_profile::prepare)),
    read!(GetLoginProfile, login_profile::get),
    write!(UpdateLoginProfile, login_profile::update),
    write!(DeleteLoginProfile, login_profile::delete),
    write!(ChangePassword, login_profile::change),
    // MFA devices.
    write!(CreateVirtualMFADevice, mfa_device::create).needs(Need::Secret(mfa_device::seed)),
    read!(ListVirtualMFADevices, mfa_device::list_virtual),
    write!(DeleteVirtualMFADevice, mfa_device::delete),
    write!(EnableMFADevice, mfa_device::enable),
    write!(ResyncMFADevice, mfa_device::resync),
    write!(DeactivateMFADevice, mfa_device::deactivate),
    read!(ListMFADevices, mfa_device::list),
    read!(GetMFADevice, mfa_device::get),
    write!(TagMFADevice, mfa_device::tag),
    write!(UntagMFADevice, mfa_device::untag),
    read!(ListMFADeviceTags, mfa_device::list_tags),
    // SSH public keys.
    write!(UploadSSHPublicKey, ssh_public_key::upload),
    read!(GetSSHPublicKey, ssh_public_key::get),
    read!(ListSSHPublicKeys, ssh_public_key::list),
    write!(UpdateSSHPublicKey, ssh_public_key::update),
    write!(DeleteSSHPublicKey, ssh_public_key::delete),
    // Signing certificates.
    write!(UploadSigningCertificate, signing_certificate::upload),
    read!(ListSigningCertificates, signing_certificate::list),
    write!(UpdateSigningCertificate, signing_certificate::update),
    write!(DeleteSigningCertificate, signing_certificate::delete),
    // Server certificates.
    write!(UploadServerCertificate, server_certificate::upload),
    read!(GetServerCertificate, server_certificate::get),
    read!(ListServerCertificates, server_certificate::list),
    write!(UpdateServerCertificate, server_certificate::update),
    write!(DeleteServerCertificate, server_certificate::delete),
    write!(TagServerCertificate, server_certificate::tag),
    write!(UntagServerCertificate, server_certificate::untag),
    read!(ListServerCertificateTags, server_certificate::list_tags),
    // Service-specific credentials.
    write!(CreateServiceSpecificCredential, service_specific_credential::create)
        .needs(Need::Secret(service_specific_credential::password)),
    write!(ResetServiceSpecificCredential, service_specific_credential::reset)
        .needs(Need::Secret(service_specific_credential::password)),
    read!(ListServiceSpecificCredentials, service_specific_credential::list),
    write!(UpdateServiceSpecificCredential, service_specific_credential::update),
    write!(DeleteServiceSpecificCredential, service_specific_credential::delete),
    // Service-linked roles.
    write!(CreateServiceLinkedRole, service_linked_role::create),
    write!(DeleteServiceLinkedRole, service_linked_role::delete),
    read!(GetServiceLinkedRoleDeletionStatus, service_linked_role::deletion_status),
    // Identity providers.
    write!(CreateOpenIDConnectProvider, oidc_provider::create),
    read!(GetOpenIDConnectProvider, oidc_provider::get),
    read!(ListOpenIDConnectProviders, oidc_provider::list),
    write!(UpdateOpenIDConnectProviderThumbprint, oidc_provider::update_thumbprints),
    write!(AddClientIDToOpenIDConnectProvider, oidc_provider::add_client_id),
    write!(RemoveClientIDFromOpenIDConnectProvider, oidc_provider::remove_client_id),
    write!(DeleteOpenIDConnectProvider, oidc_provider::delete),
    write!(TagOpenIDConnectProvider, oidc_provider::tag),
    write!(UntagOpenIDConnectProvider, oidc_provider::untag),
    read!(ListOpenIDConnectProviderTags, oidc_provider::list_tags),
    write!(CreateSAMLProvider, saml_provider::create),
    read!(GetSAMLProvider, saml_provider::get),
    read!(ListSAMLProviders, saml_provider::list),
    write!(UpdateSAMLProvider, saml_provider::update),
    write!(DeleteSAMLProvider, saml_provider::delete),
    write!(TagSAMLProvider, saml_provider::tag),
    write!(UntagSAMLProvider, saml_provider::untag),
    read!(ListSAMLProviderTags, saml_provider::list_tags),
    // What somebody might do.
    read!(SimulateCustomPolicy, simulation::custom),
    read!(SimulatePrincipalPolicy, simulation::principal),
    read!(GetContextKeysForCustomPolicy, context_keys::of_custom),
    read!(GetContextKeysForPrincipalPolicy, context_keys::of_principal),
    read!(ListPoliciesGrantingServiceAccess, service_access::list),
    write!(GenerateServiceLastAccessedDetails, last_accessed::generate),
    read!(GetServiceLastAccessedDetails, last_accessed::get),
    read!(GetServiceLastAccessedDetailsWithEntities, last_accessed::get_with_entities),
    // Instance profiles.
    write!(CreateInstanceProfile, instance_profile::create),
    read!(GetInstanceProfile, instance_profile::get),
    read!(ListInstanceProfiles, instance_profile::list),
    read!(ListInstanceProfilesForRole, instance_profile::list_for_role),
    write!(AddRoleToInstanceProfile, instance_profile::add_role),
    write!(RemoveRoleFromInstanceProfile, instance_profile::remove_role),
    write!(DeleteInstanceProfile, instance_profile::delete),
    write!(TagInstanceProfile, instance_profile::tag),
    write!(UntagInstanceProfile, instance_profile::untag),
    read!(ListInstanceProfileTags, instance_profile::list_tags),
];

#[cfg(test)]
mod tests {
    use awsproto::constraints::is_known_pattern;

    /// The tables are inside generated functions: their text is read.
    #[test]
    fn every_pattern_of_the_model_can_be_matched() {
        let text = include_str!("shapes.rs");
        let patterns = text.split("Rule::Pattern(").skip(1).filter_map(|rest| {
            // As Rust writes it, which for these texts is as JSON does.
            let literal = rest.trim_start().strip_prefix('"')?.split("\")").next()?;
            Some(literal.replace("\\\\", "\\"))
        });
        let patterns: std::collections::BTreeSet<String> = patterns.collect();
        assert!(patterns.len() > 5, "{patterns:?}");
        for pattern in patterns {
            assert!(is_known_pattern(&pattern), "{pattern}");
        }
    }
}
