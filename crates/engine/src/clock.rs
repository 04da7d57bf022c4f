//! The engine's clock: milliseconds since some fixed moment. It never goes back and is always an argument.

/// A moment, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub u64);

impl Moment {
    /// Milliseconds from `earlier` to now; zero when `earlier` is later.
    pub fn since(self, earlier: Moment) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// The time, twice: as a moment for what runs out, and as the time of day for who asks for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// For timeouts.
    pub moment: Moment,
    /// For clocks.
    pub wall: model::Timestamp,
}
