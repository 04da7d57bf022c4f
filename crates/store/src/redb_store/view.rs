//! A snapshot: one read transaction of redb.

use super::guard::guard;
use super::tables;
use crate::{Key, Record, Revision, Snapshot, StoreError};
use redb::ReadTransaction;

pub(super) struct View {
    pub(super) read: ReadTransaction,
    pub(super) revision: Revision,
}

impl Snapshot for View {
    fn revision(&self) -> Revision {
        self.revision
    }

    fn get(&self, key: &str) -> Result<Option<Record>, StoreError> {
        guard(|| tables::get(&self.read, key).map_err(explain))
    }

    fn range(&self, prefix: &str) -> Result<Vec<(Key, Record)>, StoreError> {
        guard(|| tables::range(&self.read, prefix).map_err(explain))
    }
}

/// A read fails when its file was let go of, after a failure or at the end; or for good reason.
fn explain(error: redb::Error) -> StoreError {
    match error {
        redb::Error::Io(_) | redb::Error::PreviousIo | redb::Error::DatabaseClosed => {
            StoreError::SnapshotLost
        }
        // redb's errors grow, and all others say that the file is not what was written.
        other => StoreError::Corrupt(other.to_string()),
    }
}
