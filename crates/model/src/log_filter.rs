//! What looks at a log group's events as they come: metric filters, which count them, and subscription filters, which pass them
//! on.
//!
//! Follows PutMetricFilter and PutSubscriptionFilter (Amazon CloudWatch Logs API Reference). Settings alone:
//! `logs` counts, and there is nobody yet to whom events could go.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::timestamp::Timestamp;

/// What is counted of a group's events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricFilter {
    /// Of which events.
    pub pattern: String,
    /// When it was made, or replaced.
    pub created: Timestamp,
    /// In which metric.
    pub transformation: MetricTransformation,
}

/// How events become a metric's values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricTransformation {
    /// The metric's name.
    pub metric: String,
    /// Where it is.
    pub namespace: String,
    /// A number, or the field that has it: `$bytes`.
    pub value: String,
    /// The value where no event matches.
    pub default_value: Option<f64>,
    /// Dimensions, and the fields that have their values.
    pub dimensions: BTreeMap<String, String>,
    /// AWS's word for the unit.
    pub unit: Option<String>,
}

/// Who is told of a group's events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionFilter {
    /// Of which events.
    pub pattern: String,
    /// When it was made.
    pub created: Timestamp,
    /// The ARN of who is told.
    pub destination: String,
    /// As whom.
    pub role: Option<String>,
    /// How events are spread.
    pub distribution: Distribution,
}

/// How events are spread over the shards of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Distribution {
    /// Those of a log stream together.
    #[default]
    ByLogStream,
    /// At random.
    Random,
}
