//! Numbers in filter policies: "from -10^9 to 10^9 (-1 billion to 1 billion), with five digits of accuracy after the decimal
//! point" (filter policy constraints).

/// The greatest number, and the least with a minus sign.
const MAX: f64 = 1e9;
/// Digits after the point: numbers that differ behind them are the same.
const STEP: f64 = 1e5;

/// Numbers between two, or beyond one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Range {
    pub(super) bottom: Option<Bound>,
    pub(super) top: Option<Bound>,
}

/// An end of a range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bound {
    pub(super) at: f64,
    /// Whether the number itself is out of it.
    pub(super) open: bool,
}

/// Whether numbers of this size can be in a policy.
pub(super) fn is_in_bounds(number: f64) -> bool {
    number.abs() <= MAX
}

pub(super) fn are_equal(one: f64, other: f64) -> bool {
    (one * STEP).round() == (other * STEP).round()
}

impl Range {
    pub(super) fn has(&self, number: f64) -> bool {
        let above = self.bottom.is_none_or(|it| it.at < number && !are_equal(it.at, number) || it.is(number));
        let below = self.top.is_none_or(|it| number < it.at && !are_equal(it.at, number) || it.is(number));
        above && below
    }
}

impl Bound {
    fn is(self, number: f64) -> bool {
        !self.open && are_equal(self.at, number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_in_a_range_or_not_and_the_sixth_digit_does_not_count() {
        let range = Range {
            bottom: Some(Bound { at: 0.0, open: true }),
            top: Some(Bound { at: 100.0, open: false }),
        };
        for (number, expected) in
            [(0.0, false), (0.000_001, false), (0.000_01, true), (100.0, true), (100.000_01, false)]
        {
            assert_eq!(range.has(number), expected, "{number}");
        }
        assert!(Range::default().has(f64::MAX));
        assert!(are_equal(301.5, 301.500_001) && !are_equal(301.5, 301.500_01));
    }
}
