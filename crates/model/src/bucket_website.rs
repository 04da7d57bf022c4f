//! What a browser finds at a bucket's website endpoint.
//!
//! Follows "Hosting a static website using Amazon S3" and "Configuring a webpage redirect" (Amazon S3 User Guide).

use serde::{Deserialize, Serialize};

/// A bucket's website: either all of it is elsewhere, or it has an index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Website {
    /// Where all requests are sent to.
    pub redirect_all: Option<Elsewhere>,
    /// What is shown of a folder: the end of its key.
    pub index: Option<String>,
    /// The key of what is shown where there is nothing.
    pub error: Option<String>,
    /// What is elsewhere; the first that fits counts.
    pub rules: Vec<RoutingRule>,
}

/// Another host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Elsewhere {
    /// Its name.
    pub host: String,
    /// `http` or `https`; as the request came if it is not said.
    pub protocol: Option<String>,
}

/// What is elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoutingRule {
    /// Of keys that begin so.
    pub key_prefix: Option<String>,
    /// Where the answer would be this error.
    pub error_code: Option<u16>,
    /// `http` or `https`.
    pub protocol: Option<String>,
    /// The host.
    pub host: Option<String>,
    /// In place of the key.
    pub key: Option<Replacement>,
    /// The status of the answer; 301 if it is not said.
    pub status: Option<u16>,
}

/// What a key is replaced by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Replacement {
    /// Its beginning.
    Prefix(String),
    /// All of it.
    Whole(String),
}
