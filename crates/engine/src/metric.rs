//! A number that is counted, under the name that AWS gives it.

use std::fmt;

/// A counted number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// AWS's name for it.
    pub name: &'static str,
    /// What it counts.
    pub unit: Unit,
    /// Whether it says how something stands, and does not only grow.
    pub is_gauge: bool,
    /// How many.
    pub value: u64,
}

/// What a metric counts, in CloudWatch's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes of IP packets.
    Bytes,
    /// Anything else.
    Count,
}

impl Metric {
    /// So many of something.
    pub fn count(name: &'static str, value: u64) -> Metric {
        Metric { name, unit: Unit::Count, is_gauge: false, value }
    }

    /// So many of something that is there now, or was at most.
    pub fn gauge(name: &'static str, value: u64) -> Metric {
        Metric { is_gauge: true, ..Metric::count(name, value) }
    }

    /// So many bytes.
    pub fn bytes(name: &'static str, value: u64) -> Metric {
        Metric { name, unit: Unit::Bytes, is_gauge: false, value }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unit::Bytes => "Bytes",
            Unit::Count => "Count",
        })
    }
}
