//! Who hears of what happens to a bucket's objects.
//!
//! Follows "Amazon S3 Event Notifications" (Amazon S3 User Guide). It is what a bucket is set to; what is told is where its
//! objects are. Nothing is told to functions or to EventBridge, which are not there.

use serde::{Deserialize, Serialize};

/// Who hears of what happens to a bucket's objects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notifications {
    /// Topics, queues and functions, in the order in which they were given.
    pub to: Vec<Notification>,
    /// Whether EventBridge hears of everything.
    pub event_bridge: bool,
}

/// Of what one of them hears.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notification {
    /// What its owner calls it.
    pub id: String,
    /// What it goes to.
    pub kind: Destination,
    /// Its ARN.
    pub arn: String,
    /// What happens, as `s3:ObjectCreated:*`.
    pub events: Vec<String>,
    /// What the keys begin with.
    pub prefix: Option<String>,
    /// What the keys end with.
    pub suffix: Option<String>,
}

/// What a notification goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Destination {
    /// A topic of SNS.
    Topic,
    /// A queue of SQS.
    Queue,
    /// A function of Lambda.
    Function,
}
