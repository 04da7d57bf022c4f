//! Durable records with revisions, compare-and-set transactions and watch.
//!
//! The model is etcd's ("KV API guarantees", etcd documentation): one counter, the revision,
//! grows with every transaction that changes something; a record remembers the revision that
//! last wrote it; a transaction compares, then changes, all or nothing; a watch replays what
//! changed after a revision. [`Redb`] keeps it in one file on this machine. Another backend is
//! another implementation of [`Store`], held to the same `tests/conformance.rs`.
//!
//! ```text
//!   transaction(compare, changes)                 snapshot()            watch(after)
//!        |                                            |                      |
//!   queue -> leader takes all who wait                |                      |
//!        -> compare, apply, log     one redb commit   v                      v
//!        -> fsync                   ------------->  records             log (bounded)
//!        -> answer each its own revision
//! ```
//!
//! Bulk data has stores of its own, [`AppendStore`]: it would make every snapshot and commit here slower.
//!
//! Left out: leases, reads of older revisions, and keys which are not text.

mod append_store;
mod disk;
mod error;
mod limits;
mod queue;
mod record;
mod redb_store;
#[cfg(test)]
mod simulated_disk;

pub use append_store::{
    APPEND_BYTES_MAX, APPEND_ENTRIES_MAX, AppendOptions, AppendStore, ENTRY_BYTES_MAX, Entry, NewEntry,
    Position, STREAMS_MAX, StreamName, checksum,
};
pub use error::StoreError;
pub use limits::{CHANGES_MAX, COMPARES_MAX, KEY_BYTES_MAX, TRANSACTION_BYTES_MAX, VALUE_BYTES_MAX};
pub use record::{Change, Compare, Event, Key, Record, Revision};
pub use redb_store::{FellBack, LOCK_FILE, Options, Redb, Upgrade};

use std::time::Duration;

/// Records with revisions. Every method blocks; call them from a thread that may wait.
pub trait Store: Send + Sync {
    /// Applies all `changes` if every one of `compare` holds, and answers once they are on disk.
    ///
    /// Deleting an absent key changes nothing, and a transaction that changes nothing answers
    /// the current revision without a new one. Callers on several threads share one fsync.
    fn transaction(&self, compare: &[Compare], changes: &[Change]) -> Result<Revision, StoreError>;

    /// All records as of one revision. Hold it briefly: it keeps replaced data on the disk.
    fn snapshot(&self) -> Result<Box<dyn Snapshot>, StoreError>;

    /// What changes after the revision `after`, in order, without gaps.
    ///
    /// To follow the store, read a snapshot and watch from its revision. Fails with
    /// [`StoreError::Compacted`] when the changes right after `after` are no longer kept.
    fn watch(&self, after: Revision) -> Result<Box<dyn Watch>, StoreError>;
}

/// A consistent view of all records as of one revision.
pub trait Snapshot: Send {
    /// The revision this view shows.
    fn revision(&self) -> Revision;

    /// The record at `key`, if there is one.
    fn get(&self, key: &str) -> Result<Option<Record>, StoreError>;

    /// Every record whose key begins with `prefix`, in the order of the keys' bytes.
    fn range(&self, prefix: &str) -> Result<Vec<(Key, Record)>, StoreError>;
}

/// Events after a revision, in order. The store's bounded log is the buffer: a watch that falls
/// behind it gets [`StoreError::Compacted`] and must begin again from a snapshot.
pub trait Watch: Send {
    /// The next event, waiting for one at most `timeout`; `None` when there was none.
    fn next(&mut self, timeout: Duration) -> Result<Option<Event>, StoreError>;
}
