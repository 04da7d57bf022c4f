//! Why a text is no policy. The codes are the services'; the sentences are here, as IAM has them.

use std::fmt;

use crate::named::Named;

/// Why a text is not a policy of the wanted kind. Its sentence (`Display`) is what IAM says with MalformedPolicyDocument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyProblem {
    /// It is not JSON, or has a key twice.
    NotJson,
    /// It is JSON, but not a policy.
    Syntax,
    /// It is in none of the versions that may be used for this.
    Version,
    /// It is written as a policy is, but something in it is not what it has to be: an effect, a date, an ARN.
    LegacyParsing,
    /// It has something that other kinds of policies may have.
    ProhibitedField(&'static str),
    /// It lacks something that this kind of policy must have.
    MissingField(&'static str),
    /// It names principals, and may not.
    NamesPrincipals,
    /// It names a principal that none can be.
    Principal(Named),
    /// It names a principal in a form that none has: the kind, and what it says.
    MalformedPrincipal(&'static str, String),
    /// Two statements have the same Sid.
    SidTwice,
    /// A Sid has other characters than letters and digits.
    Sid,
    /// A statement has no actions.
    NoActions,
    /// A statement has no resources.
    NoResources,
    /// An action has no vendor.
    NoVendor,
    /// An action has several colons.
    Colons,
    /// An action's vendor has characters that none has.
    Vendor(String),
    /// A trust policy speaks of other actions than those of acting as a role.
    OtherActions,
    /// A resource is no ARN.
    NoArn(String),
    /// A resource's partition does not exist.
    Partition {
        /// The partition.
        partition: String,
        /// The resource, as an ARN.
        resource: String,
    },
    /// A resource's ARN ends before its service.
    NoResourceVendor,
    /// IAM has no Regions, and a resource says one.
    IamRegion(String),
    /// Buckets' ARNs have no Region, and a resource says one.
    S3Region(String),
    /// IAM has no such resources.
    IamPath,
}

impl fmt::Display for PolicyProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use PolicyProblem::*;
        match self {
            NotJson => f.write_str("This policy contains invalid Json"),
            Syntax => f.write_str("Syntax errors in policy."),
            Version => f.write_str("Policy document must be version 2012-10-17 or greater."),
            LegacyParsing => f.write_str("The policy failed legacy parsing"),
            ProhibitedField(field) => write!(f, "Has prohibited field {field}"),
            MissingField(field) => write!(f, "Missing required field {field}"),
            NamesPrincipals => f.write_str("Policy document should not specify a principal."),
            Principal(named) => write!(f, "Invalid principal in policy: {}", named.quoted()),
            MalformedPrincipal(kind, value) => {
                write!(f, "Invalid principal in policy: \"{kind}\":\"{value}\"")
            }
            SidTwice => f.write_str("Statement IDs (SID) in a single policy must be unique."),
            Sid => f.write_str(
                "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
            ),
            NoActions => f.write_str("Policy statement must contain actions."),
            NoResources => f.write_str("Policy statement must contain resources."),
            NoVendor => {
                f.write_str("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
            }
            Colons => f.write_str("Actions/Condition can contain only one colon."),
            Vendor(vendor) => write!(f, "Vendor {vendor} is not valid"),
            OtherActions => f.write_str("AssumeRole policy may only specify STS AssumeRole actions."),
            NoArn(resource) => write!(f, "Resource {resource} must be in ARN format or \"*\"."),
            Partition { partition, resource } => {
                write!(f, "Partition \"{partition}\" is not valid for resource \"{resource}\".")
            }
            NoResourceVendor => {
                f.write_str("Resource vendor must be fully qualified and cannot contain regexes.")
            }
            IamRegion(resource) => write!(f, "IAM resource {resource} cannot contain region information."),
            S3Region(resource) => write!(f, "Resource {resource} can not contain region information."),
            IamPath => write!(
                f,
                "IAM resource path must either be \"*\" or start with {}.",
                crate::validate::IAM_PATHS.join(", ")
            ),
        }
    }
}

impl std::error::Error for PolicyProblem {}
