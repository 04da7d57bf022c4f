//! Units, in AWS's words. Follows MetricDatum (Amazon CloudWatch API Reference).

/// What has no unit.
pub(crate) const NONE: &str = "None";

const ALL: [&str; 27] = [
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
    NONE,
];

/// The unit of a word; none is no unit, and so is a word that is none.
pub(crate) fn unit(word: Option<&str>) -> &'static str {
    ALL.into_iter().find(|it| Some(*it) == word).unwrap_or(NONE)
}
