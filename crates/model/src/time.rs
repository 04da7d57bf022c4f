//! Points in time. The network never asks what time it is; it is told.

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Whether this is less than `ms` from another moment, to either side. What is shown or kept for a while after a moment
    /// is so counted: a moment in the future is one from before the clock was set back, and the while must end all the
    /// same.
    pub fn is_within(self, ms: i64, of: Timestamp) -> bool {
        self.0.abs_diff(of.0) < ms.unsigned_abs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_while_ends_however_the_clock_was_set() {
        let end = Timestamp(1_700_000_000_000);
        let within = |after_ms: i64| Timestamp(end.0 + after_ms).is_within(1000, end);
        assert!(within(0) && within(999) && within(-999));
        assert!(!within(1000) && !within(-1000));
        assert!(!Timestamp(i64::MIN).is_within(1000, Timestamp(i64::MAX)));
        assert!(!Timestamp(i64::MAX).is_within(1000, Timestamp(i64::MIN)));
    }
}
