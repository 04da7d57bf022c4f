//! What a service measures in the name of others: a metric filter's numbers.
//!
//! Services do not know each other. Whoever serves them brings one [`Meter`], to which numbers go.

use model::{Scope, Timestamp};

/// Units, in AWS's words. Follows MetricDatum (Amazon CloudWatch API Reference).
pub const UNITS: [&str; 27] = [
    "Seconds",
    "Microseconds",
    "Milliseconds",
    "Bytes",
    "Kilobytes",
    "Megabytes",
    "Gigabytes",
    "Terabytes",
    "Bits",
    "Kilobits",
    "Megabits",
    "Gigabits",
    "Terabits",
    "Percent",
    "Count",
    "Bytes/Second",
    "Kilobytes/Second",
    "Megabytes/Second",
    "Gigabytes/Second",
    "Terabytes/Second",
    "Bits/Second",
    "Kilobits/Second",
    "Megabits/Second",
    "Gigabits/Second",
    "Terabits/Second",
    "Count/Second",
    "None",
];

/// A number, and of which metric it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Measurement {
    /// Whose metric, and where.
    pub scope: Scope,
    /// Where it is among metrics.
    pub namespace: String,
    /// What it is called there.
    pub metric: String,
    /// Names and values of its dimensions.
    pub dimensions: Vec<(String, String)>,
    /// AWS's word for the unit; none if there is none.
    pub unit: Option<String>,
    /// When it was so.
    pub at: Timestamp,
    /// The number.
    pub reading: Reading,
}

/// The number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reading {
    /// It is so.
    Value(f64),
    /// It is so unless something else was measured in the same minute.
    Otherwise(f64),
}

/// Takes numbers.
pub trait Meter: Send + Sync {
    /// Takes them.
    fn measure(&self, measurements: Vec<Measurement>);
}
