//! Idempotency tokens: the same request with the same token gets the same answer and changes nothing twice.
//!
//! Follows "Ensuring idempotency in Amazon EC2 API requests" (EC2 API Reference).

use serde::{Deserialize, Serialize};

use crate::table_key::kept_as_number;
use crate::timestamp::Timestamp;

/// A hash of scope, action and token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequestTokenKey(pub u128);

kept_as_number! { RequestTokenKey of u128 }

impl std::fmt::Display for RequestTokenKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl std::str::FromStr for RequestTokenKey {
    type Err = std::num::ParseIntError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u128::from_str_radix(text, 16).map(RequestTokenKey)
    }
}

/// What was answered to a request that carried a token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestToken {
    /// A hash of the request's parameters.
    pub parameters: u64,
    /// The answer's body.
    pub answer: String,
    /// When it was answered; tokens are forgotten after a while.
    pub answered: Timestamp,
}
