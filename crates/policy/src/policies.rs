//! The policies that have a say in a request.
//!
//! Follows "Policies and permissions in IAM: Policy types" (IAM User Guide).

use serde::Serialize;

use crate::document::Document;

/// A policy, and where it comes from.
#[derive(Clone, Copy, Debug)]
pub struct Attached<'a> {
    /// The policy.
    pub document: &'a Document,
    /// Where it comes from.
    pub origin: Origin<'a>,
}

/// Where a policy comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin<'a> {
    /// A managed policy, of the account's or of AWS's.
    Managed {
        /// `arn:aws:iam::111122223333:policy/name`.
        arn: &'a str,
    },
    /// An inline policy of a user, group or role.
    Inline {
        /// Whose.
        owner_arn: &'a str,
        /// Its name.
        name: &'a str,
    },
    /// A session's own, given when it began.
    Session,
    /// A role's trust policy.
    Trust {
        /// The role.
        role_arn: &'a str,
    },
    /// A policy of a resource: of a bucket, a key, an endpoint.
    Resource {
        /// The resource.
        arn: &'a str,
    },
    /// Given with the question, to be tried.
    Given {
        /// What it is called there.
        name: &'a str,
    },
}

impl<'a> Origin<'a> {
    /// What a policy that was given to be tried is called.
    pub fn given(&self) -> Option<&'a str> {
        match self {
            Origin::Given { name } => Some(name),
            Origin::Managed { .. }
            | Origin::Inline { .. }
            | Origin::Session
            | Origin::Trust { .. }
            | Origin::Resource { .. } => None,
        }
    }
}

/// The policies that have a say. What there is none of has none; no identity-based policy allows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Policies<'a> {
    /// The user's, its groups' and the role's: any of them may allow.
    pub identity: &'a [Attached<'a>],
    /// The permissions boundary.
    pub boundary: Option<Attached<'a>>,
    /// The session's policies, if it was given any: any of them may allow.
    pub session: Option<&'a [Attached<'a>]>,
    /// The resource's policy.
    pub resource: Option<ResourcePolicy<'a>>,
    /// The policy of the VPC endpoint that the request came through.
    pub endpoint: Option<Attached<'a>>,
    /// An organization's service control policies for the caller's account: any of them may allow.
    pub service_control: Option<&'a [Attached<'a>]>,
    /// An organization's resource control policies for the resource's account: any of them may allow.
    pub resource_control: Option<&'a [Attached<'a>]>,
}

/// The policy of a resource.
#[derive(Clone, Copy, Debug)]
pub struct ResourcePolicy<'a> {
    /// The policy.
    pub attached: Attached<'a>,
    /// Nothing is allowed that it does not allow, also in its own account: trust policies of roles, policies of KMS keys.
    pub must_allow: bool,
}
