//! What is decided, and how AWS says it.

use serde::Serialize;

/// What is decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It is allowed.
    Allowed(Grant),
    /// It is not: what had to allow it does not.
    ImplicitDeny(PolicyType),
    /// It is denied, by a policy of this type, and by which if it is a managed one.
    ExplicitDeny(PolicyType, Option<String>),
}

/// What allows a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// Who asks is the account's root.
    Root,
    /// An identity-based policy does.
    Identity,
    /// The resource's policy does.
    Resource,
    /// Both do, and both had to.
    Both,
}

/// The types of policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyType {
    /// An organization's, on accounts.
    ServiceControl,
    /// An organization's, on resources.
    ResourceControl,
    /// Of a VPC endpoint.
    Endpoint,
    /// Of a resource.
    Resource,
    /// Of a role: who may act as it.
    Trust,
    /// Of a user, group or role.
    Identity,
    /// Of a user or role: what it may be allowed at most.
    Boundary,
    /// Of a session.
    Session,
}

impl PolicyType {
    /// As AWS's sentences name it.
    pub fn name(self) -> &'static str {
        match self {
            PolicyType::ServiceControl => "service control policy",
            PolicyType::ResourceControl => "resource control policy",
            PolicyType::Endpoint => "VPC endpoint policy",
            PolicyType::Resource => "resource-based policy",
            PolicyType::Trust => "role trust policy",
            PolicyType::Identity => "identity-based policy",
            PolicyType::Boundary => "permissions boundary",
            PolicyType::Session => "session policy",
        }
    }

    fn article(self) -> &'static str {
        match self {
            PolicyType::Trust => "the",
            PolicyType::Identity => "an",
            PolicyType::ServiceControl
            | PolicyType::ResourceControl
            | PolicyType::Endpoint
            | PolicyType::Resource
            | PolicyType::Boundary
            | PolicyType::Session => "a",
        }
    }
}

impl Decision {
    /// Whether it is allowed.
    pub fn is_allowed(&self) -> bool {
        matches!(self, Decision::Allowed(_))
    }

    /// Why it is not, as AWS's sentences end: "because no identity-based policy allows the ec2:RunInstances action", "with an
    /// explicit deny in a permissions boundary: arn:…". Follows "Troubleshoot access denied error messages" (IAM User Guide).
    pub fn reason(&self, action: &str) -> Option<String> {
        match self {
            Decision::Allowed(_) => None,
            Decision::ImplicitDeny(by) => {
                Some(format!("because no {} allows the {action} action", by.name()))
            }
            Decision::ExplicitDeny(by, managed) => {
                let policy = managed.as_ref().map(|arn| format!(": {arn}")).unwrap_or_default();
                Some(format!("with an explicit deny in {} {}{policy}", by.article(), by.name()))
            }
        }
    }
}
