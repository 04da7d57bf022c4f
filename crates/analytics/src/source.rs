//! Where log events come from: what a store offers to those who run queries over it.
//!
//! ```text
//!   store (of crate logs) ──implements──> Source ──Batch──> Worker
//! ```
//!
//! A batch lends what the store has: nothing is copied for each event. Events lie in columns, an event is the same place in
//! each of them.

use crate::Layout;
use std::ops::ControlFlow;

/// Events of one log group, in no particular order of streams, each batch at most some thousands.
pub trait Source {
    /// Hands batches whose events may lie within the times to `each` until it breaks. Both ends inclusive, milliseconds since
    /// 1970. A batch may have other events, too.
    fn scan(
        &self,
        from_ms: i64,
        to_ms: i64,
        each: &mut dyn FnMut(&Batch<'_>) -> ControlFlow<()>,
    ) -> Result<(), SourceError>;

    /// Times within which about equally many events lie, so that several can be scanned at once: up to so many parts that
    /// touch without overlapping, and that together are all of it.
    fn parts(&self, from_ms: i64, to_ms: i64, parts: usize) -> Vec<(i64, i64)> {
        let _ = parts;
        vec![(from_ms, to_ms)]
    }
}

/// Some events.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// When each happened, in milliseconds since 1970.
    pub timestamps: &'a [i64],
    /// When each came in, likewise.
    pub ingested: &'a [i64],
    /// The streams that they are in.
    pub streams: Streams<'a>,
    /// What they say.
    pub messages: Strings<'a>,
    /// The group, as `ACCOUNT:GROUP`.
    pub log: &'a str,
    /// The store's number of each event: with the group, what `@ptr` says.
    pub pointers: &'a [u64],
    /// The names of fields, where the writer of the group is known to write them in this order: VPC flow logs.
    pub layout: Option<&'a Layout>,
}

impl Batch<'_> {
    /// How many events it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.timestamps.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.timestamps.is_empty()
    }
}

/// The stream of each event, as a place in a short list of names.
#[derive(Debug, Clone, Copy)]
pub struct Streams<'a> {
    /// The streams' names.
    pub names: &'a [&'a str],
    /// Which one each event is in.
    pub by_event: &'a [u32],
}

impl<'a> Streams<'a> {
    /// The name of an event's stream.
    #[must_use]
    pub fn name(&self, event: usize) -> &'a str {
        self.names[self.by_event[event] as usize]
    }
}

/// Texts behind one another. They need not be checked to be UTF-8 again.
#[derive(Debug, Clone, Copy)]
pub struct Strings<'a> {
    /// Where each begins, and behind the last one its end: one more than there are texts.
    pub offsets: &'a [u32],
    /// The texts.
    pub bytes: &'a [u8],
}

impl<'a> Strings<'a> {
    /// A text.
    #[must_use]
    pub fn get(&self, index: usize) -> &'a [u8] {
        &self.bytes[self.offsets[index] as usize..self.offsets[index + 1] as usize]
    }
}

/// Why events could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceError(pub String);

impl std::fmt::Display for SourceError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for SourceError {}
