//! Bulk data beside the nouns: streams of entries that are appended, read in ranges, and dropped from the front.
//!
//! What is many and small, or large (console output, log events, flow records, parts of objects), would make every
//! snapshot of the network and every commit of its records slower. It has stores of its own; only the row that says that
//! a stream is there is a record.
//!
//! ```text
//!   append(stream, entries)               read(stream, from), read_back(stream, before)
//!        |                                        |
//!   queue -> leader takes all who wait            |  what is in no segment yet: memory
//!        -> one write to the journal              |  everything else: segments, one after the other
//!        -> one fsync, if anybody asks for it     v
//!   number.journal  ----- when it is full ----->  stream.first.time.number.segment
//! ```
//!
//! All streams share the journal, and so the fsync; each has segments of its own, so that reading and dropping are cheap.
//! Every byte is written twice for it. Memory holds what is in the journal, one segment for each reader, and a line for
//! each segment. Sequences begin with one, also in a stream that is made again after it was deleted.
//!
//! Left out: changing or removing single entries, and more than one process.

mod bytes;
mod checksum;
mod entry;
mod flush;
mod folder;
mod frame;
mod journal;
mod limits;
mod operation;
mod reader;
mod recovery;
mod segment;
mod stream;
mod stream_name;
mod writer;

#[cfg(test)]
mod crash_tests;
#[cfg(test)]
mod fault_tests;
#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod simulated_folder;

pub use checksum::extend as checksum;
pub use entry::{Entry, NewEntry, Position};
pub use limits::{APPEND_BYTES_MAX, APPEND_ENTRIES_MAX, ENTRY_BYTES_MAX, STREAMS_MAX};
pub use stream_name::StreamName;

use crate::StoreError;
use crate::disk::store_error;
use crate::redb_store::ProcessLock;
use folder::{Directory, Folder};
use frame::FileNumber;
use journal::Journal;
use recovery::Found;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::{Arc, Mutex};
use writer::{Request, Shared, Wanted, Writer, failed, lock};

/// How a store is kept.
#[derive(Clone, Copy, Debug)]
pub struct AppendOptions {
    /// About how large the journal gets before its entries move into segments, and how much memory they take.
    pub journal_bytes: u64,
    /// About how large a segment gets. What is dropped frees whole segments.
    pub segment_bytes: u64,
    /// How many bytes of the newest entries each stream keeps at least; older segments are dropped. `None`: all.
    pub stream_bytes_max: Option<u64>,
}

impl Default for AppendOptions {
    fn default() -> Self {
        Self { journal_bytes: 8 << 20, segment_bytes: 4 << 20, stream_bytes_max: None }
    }
}

/// A store of streams in one folder, for one process. Every method blocks; call them from a thread that may wait.
pub struct AppendStore {
    shared: Shared,
    damage: Option<String>,
    _lock: Option<ProcessLock>,
}

impl AppendStore {
    /// Opens the store in `folder`, making both if they are not there.
    pub fn open(folder: &Path, options: AppendOptions) -> Result<Self, StoreError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|error| store_error(error.kind(), format!("{}: {error}", folder.display())))?;
        let lock = ProcessLock::take(folder)?;
        Self::on(Arc::new(Directory(folder.to_owned())), options, Some(lock))
    }

    /// A disk that is full, or fails, can still be read: what fails here is tried again by the next append.
    fn on(
        folder: Arc<dyn Folder>,
        options: AppendOptions,
        lock: Option<ProcessLock>,
    ) -> Result<Self, StoreError> {
        let found = recovery::find(&*folder).map_err(|error| failed(&error))?;
        let Found { streams, journal, leftovers, next_number, damage } = found;
        let (journal, next_file) = match journal {
            Some(journal) => (journal, next_number),
            None => (
                Journal::create(&*folder, FileNumber(next_number)).map_err(|error| failed(&error))?,
                next_number + 1,
            ),
        };
        let pending_cost = flush::pending_cost(&streams);
        let writer = Writer { journal, garbage: leftovers, next_file, pending_cost };
        let shared = Shared {
            folder,
            options,
            queue: Default::default(),
            writer: Mutex::new(writer),
            streams: Mutex::new(streams),
        };
        shared.tidy();
        Ok(Self { shared, damage, _lock: lock })
    }

    /// What was acknowledged and is lost because the disk did not keep the journal, in words.
    pub fn damage(&self) -> Option<&str> {
        self.damage.as_deref()
    }

    /// Appends entries, all or none, and answers the first one's number once they are on the disk. The stream is made if
    /// it is not there. Callers on several threads share one fsync.
    pub fn append(&self, stream: &StreamName, entries: &[NewEntry<'_>]) -> Result<u64, StoreError> {
        self.submit(Wanted::append(stream, entries)?, true)
    }

    /// The same, answered once the kernel has the entries: they survive the end of this process, but a power cut only if
    /// something was synced after them. For what nobody is promised, such as console output.
    pub fn append_lazily(&self, stream: &StreamName, entries: &[NewEntry<'_>]) -> Result<u64, StoreError> {
        self.submit(Wanted::append(stream, entries)?, false)
    }

    /// Makes everything last that was appended before.
    pub fn sync(&self) -> Result<(), StoreError> {
        self.submit(Wanted::Sync, true).map(drop)
    }

    /// Entries at or after a place, the oldest first: as many as have `bytes_max` bytes (an empty one counts as one),
    /// and at least one if there is one. A stream that is not there is empty.
    pub fn read(
        &self,
        stream: &StreamName,
        from: Position,
        bytes_max: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        self.shared.read(stream, from, bytes_max)
    }

    /// Entries before a place, the newest first, with the same limits.
    pub fn read_back(
        &self,
        stream: &StreamName,
        before: Position,
        bytes_max: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        self.shared.read_back(stream, before, bytes_max)
    }

    /// Drops everything before a place. It is not read any more; the disk gets the room of whole segments back.
    pub fn compact(&self, stream: &StreamName, before: Position) -> Result<(), StoreError> {
        let first = match before {
            Position::Sequence(first) => first,
            Position::Time(_) => {
                self.read(stream, before, 0)?.first().map_or(u64::MAX, |entry| entry.sequence)
            }
        };
        self.submit(Wanted::DropBefore { stream: stream.clone(), first }, true)?;
        if lock(&self.shared.streams).get(stream).is_some_and(|it| it.has_dropped()) {
            self.shared.tidy();
        }
        Ok(())
    }

    /// Deletes a stream with everything in it. One that is not there is deleted already.
    pub fn delete(&self, stream: &StreamName) -> Result<(), StoreError> {
        self.submit(Wanted::Delete { stream: stream.clone() }, true)?;
        self.shared.tidy();
        Ok(())
    }

    /// The streams there are, in the order of their names.
    pub fn streams(&self) -> Vec<StreamName> {
        lock(&self.shared.streams).keys().cloned().collect()
    }

    fn submit(&self, wanted: Wanted, durable: bool) -> Result<u64, StoreError> {
        self.shared.submit(Request { wanted, durable })
    }
}

impl Drop for AppendStore {
    /// What was appended lazily survives a power cut from here on, if the disk lets it.
    fn drop(&mut self) {
        let _ = self.sync();
    }
}
