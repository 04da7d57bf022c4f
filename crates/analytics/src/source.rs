//! Where log events come from: what a store offers to those who run queries over it.
//!
//! ```text
//!   store (of crate logs) ──implements──> Source ──Batch──> Worker
//! ```
//!
//! A batch lends what the store has: nothing is copied for each event. Events lie in columns, an event is the same place in
//! each of them.

use crate::Layout;
use std::borrow::Cow;
use std::ops::{ControlFlow, Range};

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
#[derive(Clone, Copy)]
pub struct Batch<'a> {
    /// When each happened, in milliseconds since 1970.
    pub timestamps: &'a [i64],
    /// What else there is of each event.
    pub columns: &'a dyn Columns,
    /// The streams that they are in.
    pub streams: Streams<'a>,
    /// The group, as `ACCOUNT:GROUP`.
    pub log: &'a str,
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

/// The columns of a batch that a store reads when somebody asks for them: as many values as there are events, but for offsets.
pub trait Columns {
    /// When each came in, in milliseconds since 1970.
    fn ingested(&self) -> &[i64];

    /// The store's number of each: with the group, what `@ptr` says.
    fn pointers(&self) -> &[u64];

    /// Where each message begins if they lie behind one another, and where the last one ends: one more than there are events.
    fn offsets(&self) -> &[u32];

    /// How many bytes some messages have together that lie behind one another.
    fn bytes(&self, events: Range<usize>) -> u64 {
        let offsets = self.offsets();
        u64::from(offsets[events.end] - offsets[events.start])
    }

    /// How many fields the store has messages taken apart into, with a blank between two: as many as the layout has names. None if
    /// they are texts.
    fn fields(&self) -> Option<usize> {
        None
    }

    /// All messages as texts, those that are taken apart put together.
    fn texts(&self) -> Strings<'_>;

    /// A field of all events, if the store has them taken apart.
    fn field(&self, place: usize) -> FieldColumn<'_> {
        unreachable!("field {place} of messages that are texts")
    }
}

impl<'a> dyn Columns + 'a {
    /// A message.
    #[must_use]
    pub fn message(&self, event: usize) -> Cow<'_, [u8]> {
        match self.fields() {
            None => Cow::Borrowed(self.texts().get(event)),
            Some(fields) => {
                let fields: Vec<&[u8]> = (0..fields).map(|place| self.field(place).get(event)).collect();
                Cow::Owned(fields.join(&b' '))
            }
        }
    }
}

/// Columns that are there.
#[derive(Debug, Clone, Copy)]
pub struct Lent<'a> {
    /// When each event came in.
    pub ingested: &'a [i64],
    /// The number of each.
    pub pointers: &'a [u64],
    /// What they say.
    pub messages: Strings<'a>,
}

impl Columns for Lent<'_> {
    fn ingested(&self) -> &[i64] {
        self.ingested
    }

    fn pointers(&self) -> &[u64] {
        self.pointers
    }

    fn offsets(&self) -> &[u32] {
        self.messages.offsets
    }

    fn texts(&self) -> Strings<'_> {
        self.messages
    }
}

/// A field of all events.
#[derive(Debug, Clone, Copy)]
pub enum FieldColumn<'a> {
    /// What each event has.
    Texts(Strings<'a>),
    /// Which of some words each event has.
    Words {
        /// The words, all different.
        words: Strings<'a>,
        /// Their places, by events.
        codes: &'a [u16],
    },
}

impl<'a> FieldColumn<'a> {
    /// The field of an event.
    #[must_use]
    pub fn get(&self, event: usize) -> &'a [u8] {
        match self {
            FieldColumn::Texts(texts) => texts.get(event),
            FieldColumn::Words { words, codes } => words.get(usize::from(codes[event])),
        }
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

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let bytes = self.bytes;
        self.offsets.windows(2).map(move |it| &bytes[it[0] as usize..it[1] as usize])
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
