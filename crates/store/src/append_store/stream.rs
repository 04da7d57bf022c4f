//! A stream as it is kept in memory: its segments by where they begin, and the entries that are in none yet.

use super::entry::{Entry, Position};
use super::segment::Segment;
use std::collections::VecDeque;

/// One stream.
#[derive(Clone, Debug)]
pub(super) struct Stream {
    /// In order. Of the last one it is known where it ends once the stream was looked at.
    pub(super) segments: Vec<Segment>,
    /// Whether the last segment was looked at.
    pub(super) seen: bool,
    /// What is in the journal and in no segment.
    pub(super) pending: VecDeque<Entry>,
    /// The first entry that was not dropped.
    pub(super) first: u64,
    /// What the segments say that `first` is.
    pub(super) first_in_segments: u64,
    /// The number of the next entry.
    pub(super) next: u64,
    /// The time of the last entry.
    pub(super) time_ms: i64,
    /// Why nothing can be read or written, if its files do not hold what they should.
    pub(super) damage: Option<String>,
}

impl Stream {
    /// One that has nothing, not even in files.
    pub(super) fn new() -> Self {
        Self { seen: true, ..Self::of(Vec::new()) }
    }

    /// One with these segments, which nobody has looked at.
    pub(super) fn of(segments: Vec<Segment>) -> Self {
        let first = segments.first().map_or(1, |segment| segment.first);
        Self {
            segments,
            seen: false,
            pending: VecDeque::new(),
            first,
            first_in_segments: first,
            next: 1,
            time_ms: i64::MIN,
            damage: None,
        }
    }

    /// The number of the first entry that is in no segment.
    pub(super) fn flushed(&self) -> u64 {
        self.next - self.pending.len() as u64
    }

    /// Whether something has to be written into segments.
    pub(super) fn is_dirty(&self) -> bool {
        self.damage.is_none() && (!self.pending.is_empty() || self.first != self.first_in_segments)
    }

    /// Puts entries at the end, leaving out those that are there already.
    pub(super) fn append(&mut self, entries: &[Entry]) {
        let next = self.next;
        for entry in entries.iter().filter(|entry| entry.sequence >= next) {
            self.next = entry.sequence + 1;
            self.time_ms = self.time_ms.max(entry.time_ms);
            self.pending.push_back(entry.clone());
        }
    }

    /// Drops what comes before `first`.
    pub(super) fn drop_before(&mut self, first: u64) {
        self.first = self.first.max(first.min(self.next));
    }

    /// The bytes in segments.
    pub(super) fn bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.bytes).sum()
    }

    /// Segments of which everything was dropped. The last one stays: it says what the next entry is.
    pub(super) fn take_dropped(&mut self) -> Vec<Segment> {
        let dropped = self.segments.windows(2).take_while(|pair| pair[1].first <= self.first).count();
        self.segments.drain(..dropped).collect()
    }

    /// Whether there are such segments.
    pub(super) fn has_dropped(&self) -> bool {
        self.segments.get(1).is_some_and(|second| second.first <= self.first)
            || (self.first >= self.flushed() && self.segments.first().is_some_and(|it| it.first < self.first))
    }

    /// The pending entries at or after a place, as many as `budget` has room for.
    pub(super) fn pending_after(&self, place: Position, budget: usize) -> Vec<Entry> {
        let begin = self.pending_begin().max(self.place_in_pending(place));
        let mut budget = Budget::of(budget);
        self.pending.range(begin..).take_while(|entry| budget.has_room(entry)).cloned().collect()
    }

    /// The pending entries before a place, the newest first.
    pub(super) fn pending_before(&self, place: Position, budget: usize) -> Vec<Entry> {
        let begin = self.pending_begin();
        let end = self.place_in_pending(place).max(begin);
        let mut budget = Budget::of(budget);
        self.pending.range(begin..end).rev().take_while(|entry| budget.has_room(entry)).cloned().collect()
    }

    fn pending_begin(&self) -> usize {
        self.place_in_pending(Position::Sequence(self.first))
    }

    fn place_in_pending(&self, place: Position) -> usize {
        self.pending.partition_point(|entry| !place.precedes(entry.sequence, entry.time_ms))
    }
}

/// Room for bytes of entries. The first one always has room.
pub(super) struct Budget(usize);

impl Budget {
    pub(super) fn of(bytes: usize) -> Self {
        Self(bytes.max(1))
    }

    pub(super) fn is_used_up(&self) -> bool {
        self.0 == 0
    }

    pub(super) fn has_room(&mut self, entry: &Entry) -> bool {
        let had = self.0 > 0;
        self.0 = self.0.saturating_sub(entry.bytes.len().max(1));
        had
    }
}
