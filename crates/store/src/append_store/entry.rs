//! What streams consist of, and places in them.

use std::sync::Arc;

/// An entry to be appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewEntry<'a> {
    /// When it is appended, in milliseconds since 1970. Entries of a stream do not go back in time: one that says it is
    /// earlier than the last gets the last one's. Times that may come out of order belong into the bytes.
    pub time_ms: i64,
    /// What it says.
    pub bytes: &'a [u8],
}

/// An entry of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number in the stream: the first has one, and none is left out.
    pub sequence: u64,
    /// When it was appended, in milliseconds since 1970.
    pub time_ms: i64,
    /// What it says.
    pub bytes: Arc<[u8]>,
}

impl Entry {
    /// What it takes in memory, about.
    pub(super) fn cost(&self) -> usize {
        size_of::<Entry>() + 2 * size_of::<usize>() + self.bytes.len()
    }
}

/// A place between the entries of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// Before the entry of this number.
    Sequence(u64),
    /// Before the first entry of this time or a later one.
    Time(i64),
}

impl Position {
    /// Before everything.
    pub const START: Position = Position::Sequence(0);
    /// After everything.
    pub const END: Position = Position::Sequence(u64::MAX);

    /// Whether an entry of this number and time comes after this place.
    pub(super) fn precedes(self, sequence: u64, time_ms: i64) -> bool {
        match self {
            Position::Sequence(place) => place <= sequence,
            Position::Time(place) => place <= time_ms,
        }
    }
}
