//! Units, in AWS's words.

use awsproto::metering::UNITS;

/// What has no unit.
const NONE: &str = "None";

/// The unit of a word; none is no unit, and so is a word that is none.
pub(crate) fn unit(word: Option<&str>) -> &'static str {
    UNITS.into_iter().find(|it| Some(*it) == word).unwrap_or(NONE)
}
