//! Which AWS code and sentence stand for what the model refuses. Statuses and codes are those of IAM's model.

use awsproto::AwsError;
use model::{IamNoun, IamRefusal};

/// The error for a refusal.
pub(crate) fn refused(refusal: IamRefusal) -> AwsError {
    match refusal {
        IamRefusal::NoSuch(noun, name) => no_such(noun, &name),
        IamRefusal::Exists(noun, name) => exists(noun, &name),
        IamRefusal::MalformedArn => AwsError::new("ValidationError", "Invalid ARN:  Could not be parsed!"),
        IamRefusal::QuotaReached(quota, limit) => quota_reached(quota, limit),
        IamRefusal::InlinePoliciesTooLong(noun, name, limit) => {
            limit_exceeded(format!("Maximum policy size of {limit} bytes exceeded for {} {name}", word(noun)))
        }
        IamRefusal::TooManyPolicyVersions(limit) => limit_exceeded(format!(
            "A managed policy can have up to {limit} versions. Before you create a new version, you must delete an existing version."
        )),
        IamRefusal::RoleInInstanceProfile => must_first("remove roles from instance profile"),
        IamRefusal::HasLoginProfile => must_first("delete login profile"),
        IamRefusal::HasAccessKeys => must_first("delete access keys"),
        IamRefusal::HasMfaDevices => must_first("delete MFA device"),
        IamRefusal::HasSigningCertificates => must_first("delete certificates"),
        IamRefusal::HasOtherCredentials => must_first("remove referenced objects"),
        IamRefusal::DuplicateSshPublicKey => {
            let sentence = "The SSH public key is already associated with the specified IAM user.";
            AwsError::new("DuplicateSSHPublicKey", sentence)
        }
        IamRefusal::DuplicateCertificate => {
            let sentence = "The same certificate is associated with an IAM user in the account.";
            AwsError::new("DuplicateCertificate", sentence).with_status(409)
        }
        IamRefusal::NoSamlPrivateKey => {
            let sentence = "A private key is needed where assertions have to be encrypted.";
            AwsError::new("InvalidInput", sentence)
        }
        IamRefusal::MfaDeviceInUse => already_exists("MFA Device is already in use.".to_owned()),
        IamRefusal::MfaDeviceAssigned => {
            delete_conflict("MFA VirtualMFADevice in use. Must deactivate first.")
        }
        IamRefusal::MfaDeviceOfOther => no_such_entity("MFA Device invalid for user."),
        IamRefusal::InvalidAuthenticationCode => {
            let sentence = "Authentication code for device is not valid.";
            AwsError::new("InvalidAuthenticationCode", sentence).with_status(403)
        }
        IamRefusal::HasInlinePolicies => must_first("delete policies"),
        IamRefusal::HasAttachedPolicies => must_first("detach all policies"),
        IamRefusal::UserInGroup => must_first("remove users from group"),
        IamRefusal::PolicyInUse => delete_conflict("Cannot delete a policy attached to entities."),
        IamRefusal::HasPolicyVersions => delete_conflict(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. \
             The default version is deleted with the policy.",
        ),
        IamRefusal::DefaultPolicyVersion => delete_conflict("Cannot delete the default version of a policy."),
    }
}

/// `NoSuchEntity`.
fn no_such(noun: IamNoun, name: &str) -> AwsError {
    let sentence = match noun {
        IamNoun::User | IamNoun::Group | IamNoun::Role => {
            format!("The {} with name {name} cannot be found.", word(noun))
        }
        IamNoun::InstanceProfile => format!("Instance Profile {name} cannot be found."),
        IamNoun::AccessKey => format!("The Access Key with id {name} cannot be found."),
        IamNoun::Policy => format!("Policy {name} was not found."),
        IamNoun::PolicyVersion => format!("Policy version {name} was not found."),
        IamNoun::AccountAlias => format!("The account alias {name} could not be found."),
        IamNoun::LoginProfile => format!("Login Profile for User {name} cannot be found."),
        IamNoun::OidcProvider => format!("OpenIDConnect Provider not found for arn {name}"),
        IamNoun::MfaDevice => format!("VirtualMFADevice with serial number {name} doesn't exist."),
        IamNoun::SshPublicKey => format!("The SSH Public Key with id {name} cannot be found."),
        IamNoun::SigningCertificate => format!("The Certificate with id {name} cannot be found."),
        IamNoun::ServerCertificate => format!("The Server Certificate with name {name} cannot be found."),
        IamNoun::SamlProvider => format!("Manifest not found for arn {name}"),
        IamNoun::SamlPrivateKey => format!("The private key with id {name} cannot be found."),
        IamNoun::ServiceSpecificCredential => format!("No such credential {name} exists"),
    };
    no_such_entity(sentence)
}

/// `EntityAlreadyExists`.
fn exists(noun: IamNoun, name: &str) -> AwsError {
    let sentence = match noun {
        IamNoun::User => format!("User with name {name} already exists."),
        IamNoun::Group => format!("Group with name {name} already exists."),
        IamNoun::Role => format!("Role with name {name} already exists."),
        IamNoun::InstanceProfile => format!("Instance Profile {name} already exists."),
        IamNoun::Policy => format!("A policy called {name} already exists. Duplicate names are not allowed."),
        IamNoun::AccountAlias => format!("The account alias {name} already exists."),
        IamNoun::LoginProfile => format!("Login Profile for user {name} already exists."),
        IamNoun::OidcProvider => format!("Provider with url https://{name} already exists."),
        IamNoun::MfaDevice => "MFADevice entity at the same path and name already exists.".to_owned(),
        IamNoun::ServerCertificate => format!("The Server Certificate with name {name} already exists."),
        IamNoun::SamlProvider => format!("SAMLProvider with name {name} already exists."),
        IamNoun::AccessKey
        | IamNoun::PolicyVersion
        | IamNoun::SshPublicKey
        | IamNoun::SigningCertificate
        | IamNoun::SamlPrivateKey
        | IamNoun::ServiceSpecificCredential => format!("{name} already exists."),
    };
    already_exists(sentence)
}

fn already_exists(sentence: String) -> AwsError {
    AwsError::new("EntityAlreadyExists", sentence).with_status(409)
}

/// A noun as sentences have it.
pub(crate) fn word(noun: IamNoun) -> &'static str {
    match noun {
        IamNoun::User => "user",
        IamNoun::Group => "group",
        IamNoun::Role => "role",
        IamNoun::InstanceProfile => "instance profile",
        IamNoun::AccessKey => "access key",
        IamNoun::Policy => "policy",
        IamNoun::PolicyVersion => "policy version",
        IamNoun::AccountAlias => "account alias",
        IamNoun::LoginProfile => "login profile",
        IamNoun::OidcProvider => "provider",
        IamNoun::MfaDevice => "MFA device",
        IamNoun::SshPublicKey => "SSH public key",
        IamNoun::SigningCertificate => "certificate",
        IamNoun::ServerCertificate => "server certificate",
        IamNoun::SamlProvider => "SAML provider",
        IamNoun::SamlPrivateKey => "private key",
        IamNoun::ServiceSpecificCredential => "service-specific credential",
    }
}

fn must_first(what: &str) -> AwsError {
    delete_conflict(format!("Cannot delete entity, must {what} first."))
}

fn delete_conflict(sentence: impl Into<String>) -> AwsError {
    AwsError::new("DeleteConflict", sentence).with_status(409)
}

fn limit_exceeded(sentence: String) -> AwsError {
    AwsError::new("LimitExceeded", sentence).with_status(409)
}

/// `NoSuchEntity`, in other words than most.
pub(crate) fn no_such_entity(sentence: impl Into<String>) -> AwsError {
    AwsError::new("NoSuchEntity", sentence).with_status(404)
}

/// `LimitExceeded`.
pub(crate) fn quota_reached(quota: &str, limit: usize) -> AwsError {
    limit_exceeded(format!("Cannot exceed quota for {quota}: {limit}"))
}
