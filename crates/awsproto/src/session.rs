//! A session: what temporary credentials stand for, beside whom.
//!
//! Follows "Temporary security credentials in IAM" and "Pass session tags in AWS STS" (IAM User Guide).

use model::{InstanceId, Tags, Timestamp, UserId};
use policy::Document;
use serde::{Deserialize, Serialize};

use crate::web_identity::Federation;

/// What is known of a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Since when, in whole seconds: the condition key `aws:TokenIssueTime`.
    pub issued: Timestamp,
    /// Until when.
    pub expires: Timestamp,
    /// The policies that were passed when it began, which bound it; the managed ones by their ARN.
    pub policies: Vec<Document>,
    /// The ARNs of managed policies that were passed when it began.
    pub policy_arns: Vec<String>,
    /// The tags that were passed: they count as the principal's, before those of its role.
    pub tags: Tags,
    /// The keys of those that sessions which are begun from this one have as well.
    pub transitive_tag_keys: Vec<String>,
    /// Who is said to be behind it: the condition key `aws:SourceIdentity`.
    pub source_identity: Option<String>,
    /// When somebody has shown a second factor: `aws:MultiFactorAuthPresent` and `aws:MultiFactorAuthAge`.
    pub mfa: Option<Timestamp>,
    /// Whether a role's session has begun it.
    pub is_chained: bool,
    /// The instance that its credentials were handed to.
    pub instance: Option<InstanceId>,
    /// For a federated user, the user who asked for its credentials; nobody stands for the account's root.
    #[serde(default)]
    pub issuer: Option<UserId>,
    /// For a role's, the identity provider that has vouched for who asked for it.
    #[serde(default)]
    pub federation: Option<Federation>,
    /// Whether somebody has it by signing in to the web console, whose pages call what GetSessionToken's credentials cannot.
    #[serde(default)]
    pub is_of_console: bool,
}

impl Session {
    /// Whether it would hold for twice its life: it was begun before the clock was set back, and has ended.
    pub fn is_of_the_future(&self, now: Timestamp) -> bool {
        self.issued.0.saturating_sub(now.0) >= self.expires.0.saturating_sub(self.issued.0)
    }

    /// A session with nothing but its time.
    pub fn lasting(issued: Timestamp, expires: Timestamp) -> Session {
        Session {
            issued,
            expires,
            policies: Vec::new(),
            policy_arns: Vec::new(),
            tags: Tags::new(),
            transitive_tag_keys: Vec::new(),
            source_identity: None,
            mfa: None,
            is_chained: false,
            instance: None,
            issuer: None,
            federation: None,
            is_of_console: false,
        }
    }

    /// Whether policies were passed when it began, be they there still or not.
    pub fn has_policies(&self) -> bool {
        !self.policies.is_empty() || !self.policy_arns.is_empty()
    }
}
