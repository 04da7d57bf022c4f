//! What a controller does, as `hamlet status` shows it.

use serde::{Deserialize, Serialize};

/// One controller in `hamlet status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControllerStatus {
    /// Its noun.
    pub name: String,
    /// How many steps it is taking.
    pub busy: usize,
    /// The step that ended last, well or not.
    pub last_step: Option<LastStep>,
    /// The last step that failed, until one of the same key goes well.
    pub last_error: Option<FailedStep>,
    /// How long until what failed is tried again.
    pub next_retry_ms: Option<u64>,
}

/// A step that has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastStep {
    /// What it was for.
    pub key: String,
    /// What was done.
    pub step: String,
    /// How long ago it ended.
    pub ago_ms: u64,
}

/// A step that has failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedStep {
    /// What it was for.
    pub key: String,
    /// What was to be done.
    pub step: String,
    /// Why it was not.
    pub error: String,
    /// How long ago it failed.
    pub ago_ms: u64,
}
