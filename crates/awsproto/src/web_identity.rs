//! Whom an identity provider vouches for: what its token has said, once it is believed.
//!
//! Follows "OIDC federation" and "Available keys for AWS OIDC federation" (IAM User Guide).

use serde::{Deserialize, Serialize};

/// What a token that is believed says of who presents it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebIdentity {
    /// Who vouches, and what conditions know of it.
    pub federation: Federation,
    /// For whom the token was made out: `sts.amazonaws.com`.
    pub audience: String,
    /// Who it is, by the provider's name for them.
    pub subject: String,
    /// The tags that their session is to have.
    pub tags: Vec<(String, String)>,
    /// The keys of those that sessions begun from it have as well.
    pub transitive_tag_keys: Vec<String>,
    /// Who is said to be behind it.
    pub source_identity: Option<String>,
}

impl WebIdentity {
    /// `provider:audience:subject`, as CloudTrail's `principalId`.
    pub fn id(&self) -> String {
        format!("{}:{}:{}", self.federation.provider, self.audience, self.subject)
    }
}

/// What the sessions of a web identity are known by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Federation {
    /// The provider: an ARN, or a name that AWS knows (`accounts.google.com`). The condition key `aws:FederatedProvider`.
    pub provider: String,
    /// The condition keys that its token gives: `accounts.google.com:sub`.
    pub keys: Vec<(String, Vec<String>)>,
}
