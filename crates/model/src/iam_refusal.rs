//! Why IAM refuses a change. Which code and sentence stand for a refusal is decided in ring 2.

/// What a refusal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IamNoun {
    /// A user, by name.
    User,
    /// A group, by name.
    Group,
    /// A role, by name.
    Role,
    /// An instance profile, by name.
    InstanceProfile,
    /// An access key, by identifier.
    AccessKey,
    /// A managed policy, by ARN; by name where that is taken.
    Policy,
    /// A version of a managed policy.
    PolicyVersion,
    /// The name that stands for an account's number.
    AccountAlias,
    /// A password, by its user's name.
    LoginProfile,
    /// An OpenID Connect provider, by ARN; by URL where that is taken.
    OidcProvider,
    /// A virtual MFA device, by serial number; by name where that is taken.
    MfaDevice,
    /// A user's SSH public key, by identifier.
    SshPublicKey,
    /// A signing certificate, by identifier.
    SigningCertificate,
    /// A server certificate, by name.
    ServerCertificate,
    /// A SAML provider, by ARN; by name where that is taken.
    SamlProvider,
    /// A key of a SAML provider, by identifier.
    SamlPrivateKey,
    /// A service-specific credential, by identifier.
    ServiceSpecificCredential,
}

/// A refused change of what belongs to IAM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IamRefusal {
    /// There is none.
    NoSuch(IamNoun, String),
    /// The name is taken; upper and lower case are the same there.
    Exists(IamNoun, String),
    /// A text is no ARN.
    MalformedArn,
    /// A quota is reached: its name at AWS, and the limit.
    QuotaReached(&'static str, usize),
    /// The own policies of an entity would have more characters than so many.
    InlinePoliciesTooLong(IamNoun, String, usize),
    /// The role is in an instance profile, or the instance profile has a role.
    RoleInInstanceProfile,
    /// A user has a password.
    HasLoginProfile,
    /// A user has access keys.
    HasAccessKeys,
    /// A user has MFA devices.
    HasMfaDevices,
    /// A user has signing certificates.
    HasSigningCertificates,
    /// A user has credentials that AWS does not name when it refuses: SSH public keys, service-specific ones.
    HasOtherCredentials,
    /// The user has the SSH public key already.
    DuplicateSshPublicKey,
    /// The user has the signing certificate already.
    DuplicateCertificate,
    /// Assertions would have to be encrypted, and nothing could decrypt them.
    NoSamlPrivateKey,
    /// Somebody has the MFA device already.
    MfaDeviceInUse,
    /// Somebody has the MFA device that is to be deleted.
    MfaDeviceAssigned,
    /// Somebody else has the MFA device, or nobody.
    MfaDeviceOfOther,
    /// Two codes are not the MFA device's, or do not follow each other.
    InvalidAuthenticationCode,
    /// An entity has policies of its own.
    HasInlinePolicies,
    /// Managed policies are attached to an entity.
    HasAttachedPolicies,
    /// The user is in a group, or the group has users.
    UserInGroup,
    /// Somebody uses the managed policy.
    PolicyInUse,
    /// The managed policy has more than one version.
    HasPolicyVersions,
    /// The version is the one that holds.
    DefaultPolicyVersion,
    /// The managed policy has so many versions already.
    TooManyPolicyVersions(usize),
}

impl std::fmt::Display for IamRefusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for IamRefusal {}
