//! What `stats` computes over many events: "Functions to use with stats" (CloudWatch Logs User Guide).

/// An aggregation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Aggregate {
    /// `count(*)`: events.
    Count,
    /// `count(f)`: events that have the field.
    CountPresent,
    /// Different values.
    CountDistinct,
    /// The sum of numbers.
    Sum,
    /// Their mean.
    Average,
    /// Their standard deviation.
    StandardDeviation,
    /// The least value; also `sortsFirst`.
    Least,
    /// The greatest value; also `sortsLast`.
    Greatest,
    /// The value below which so many percent of the numbers lie.
    Percentile(f64),
    /// The value of the first event that has one.
    Earliest,
    /// The value of the last event that has one.
    Latest,
}

impl Aggregate {
    /// The aggregation of that name. The percentage of `pct` is set by who reads it.
    pub(crate) fn find(name: &str) -> Option<Aggregate> {
        Some(match name.to_ascii_lowercase().as_str() {
            "count" | "count_over_time" => Aggregate::CountPresent,
            "count_distinct" => Aggregate::CountDistinct,
            "sum" | "sum_over_time" => Aggregate::Sum,
            "avg" => Aggregate::Average,
            "stddev" => Aggregate::StandardDeviation,
            "min" | "sortsfirst" => Aggregate::Least,
            "max" | "sortslast" => Aggregate::Greatest,
            "pct" | "median" => Aggregate::Percentile(50.0),
            "earliest" => Aggregate::Earliest,
            "latest" => Aggregate::Latest,
            _ => return None,
        })
    }

    /// Whether numbers alone count.
    #[must_use]
    pub fn is_of_numbers(self) -> bool {
        match self {
            Aggregate::Sum | Aggregate::Average | Aggregate::StandardDeviation | Aggregate::Percentile(_) => {
                true
            }
            Aggregate::Count
            | Aggregate::CountPresent
            | Aggregate::CountDistinct
            | Aggregate::Least
            | Aggregate::Greatest
            | Aggregate::Earliest
            | Aggregate::Latest => false,
        }
    }
}
