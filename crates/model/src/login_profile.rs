//! Passwords of users, for the console.
//!
//! Follows "User passwords in the AWS Management Console" (IAM User Guide). Only a hash of a password is kept, salted and
//! made slowly, by whoever sets it; here it is compared and nothing else.

use serde::{Deserialize, Serialize};

use crate::timestamp::Timestamp;

/// A user's password.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoginProfile {
    /// When the user got one.
    pub created: Timestamp,
    /// When the password was last changed.
    pub changed: Timestamp,
    /// Whether the user has to choose another one.
    pub reset_required: bool,
    /// Salt and hash of it.
    pub password: PasswordHash,
    /// Hashes of those before, the newest first.
    pub former: Vec<PasswordHash>,
}

/// What is kept of a password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordHash {
    /// What it is hashed with, base64.
    pub salt: String,
    /// The hash, base64.
    pub hash: String,
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PasswordHash").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for LoginProfile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoginProfile").field("created", &self.created).finish_non_exhaustive()
    }
}
