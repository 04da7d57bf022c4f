//! The streams and events of all log groups, in a store of their own beside the state.
//!
//! ```text
//!   put, create, delete -> one thread: all that waits -> one write to the journal, one fsync -> memory -> answers
//!                                 journal full -> segments of each group -> index -> a new journal
//!   read                -> what is in the journal, from memory; blocks of segments, one at a time
//! ```
//!
//! Nobody sees an event that is not durable, and one whose storing has failed never was there. A group is the number that its
//! row in the model has; a row may be gone while its events are here: keeping house gives them back, and what is too old, or of
//! streams that are gone. The index (redb) says which blocks there are, so that neither a crash nor a full disk leaves anything
//! half: what it does not name is not there.

mod block;
mod change;
mod columns;
mod house;
mod index;
mod journal;
mod open;
mod operation;
mod page;
mod read;
mod segment;
mod stored;
mod streams;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod writer;

use awsproto::metering::Meter;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(crate) use block::Block;
pub(crate) use change::NewEvents;
pub use house::Kept;
pub(crate) use page::{Direction, Found, Page, Position, Question};
pub(crate) use read::Wanted;
pub use read::{Part, Scanned};
use segment::Segment;
pub(crate) use streams::{StreamOrder, StreamShown};

use crate::watching::Watchers;

/// Streams of all groups at most: each takes some three hundred bytes of memory.
pub const STREAMS_MAX: usize = 1_000_000;
/// Layouts of messages at most.
const LAYOUTS_MAX: usize = 10_000;
/// How long the journal gets before its events move into segments; so much memory they take.
const JOURNAL_BYTES_MAX: u64 = 8 << 20;
/// How much longer it gets while the disk refuses segments.
const OVERFULL: u64 = 4;
/// Bytes on the disk that are left for deleting.
const RESERVE_BYTES: u64 = 64 << 20;

/// All events of all log groups.
pub struct Events {
    writer: writer::Writer,
    shared: Arc<Shared>,
    pub(crate) watchers: Watchers,
}

impl Events {
    /// The same, where metric filters' numbers go to a meter.
    #[must_use]
    pub fn metered_by(mut self, meter: Arc<dyn Meter>) -> Events {
        self.watchers.meter = Some(meter);
        self
    }
}

/// What readers and the writer share.
struct Shared {
    folder: PathBuf,
    /// Changed by the writer alone.
    state: Mutex<State>,
}

/// What is in memory.
#[derive(Default)]
struct State {
    groups: HashMap<u64, Group>,
    layouts: Layouts,
    /// The number of the next stream, event or file.
    next: u64,
    /// Streams of all groups.
    streams: usize,
}

/// How messages are written, by numbers.
type Layouts = BTreeMap<u32, Arc<str>>;

/// What is in memory of a group.
#[derive(Default)]
struct Group {
    streams: BTreeMap<u64, Stream>,
    by_name: BTreeMap<Arc<str>, u64>,
    segments: BTreeMap<u64, Arc<Segment>>,
    /// What is in the journal alone.
    pending: Vec<Arc<Block>>,
    /// Streams of which the index does not know all.
    dirty: HashSet<u64>,
    /// Bytes of the messages in segments and in the journal, with what AWS counts for each.
    bytes: u64,
}

/// A stream.
#[derive(Clone, Debug)]
struct Stream {
    name: Arc<str>,
    created: i64,
    seen: Option<Seen>,
}

/// What is known of a stream's events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    first: i64,
    last: i64,
    ingested: i64,
}

/// Why something is not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// There is no such stream.
    NoStream,
    /// There is one of the name.
    StreamExists,
    /// There are as many as there can be.
    TooMany,
    /// There is too little room on the disk.
    Full,
    /// The disk or the store does not do as it should.
    Storage(String),
}

macro_rules! storage_errors {
    ($($error:ty),*) => {
        $(impl From<$error> for Problem {
            fn from(error: $error) -> Problem {
                Problem::Storage(error.to_string())
            }
        })*
    };
}
storage_errors!(
    redb::StorageError,
    redb::TableError,
    redb::TransactionError,
    redb::CommitError,
    redb::DatabaseError
);

impl From<std::io::Error> for Problem {
    fn from(error: std::io::Error) -> Problem {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Problem::Full,
            _ => Problem::Storage(error.to_string()),
        }
    }
}

/// What an event takes besides its message: "26 bytes for each log event" (PutLogEvents).
pub(crate) const EVENT_OVERHEAD_BYTES: usize = 26;

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stream {
    fn note(&mut self, block: &Block) {
        let (Some(first), Some(last)) = (block.timestamps.first(), block.timestamps.last()) else { return };
        let ingested = block.ingested.iter().copied().max().unwrap_or_default();
        let seen = self.seen.get_or_insert(Seen { first: *first, last: *last, ingested });
        seen.first = seen.first.min(*first);
        seen.last = seen.last.max(*last);
        seen.ingested = seen.ingested.max(ingested);
    }
}

fn billed(events: usize, text_bytes: usize) -> u64 {
    (events * EVENT_OVERHEAD_BYTES + text_bytes) as u64
}
