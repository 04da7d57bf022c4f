//! The revision everyone may see, and a way to wait for it to grow.

use crate::{Revision, StoreError};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// `None` once the store is closed.
pub(super) struct Progress {
    revision: Mutex<Option<Revision>>,
    grew: Condvar,
}

impl Progress {
    pub(super) fn new(revision: Revision) -> Self {
        Self { revision: Mutex::new(Some(revision)), grew: Condvar::new() }
    }

    pub(super) fn reach(&self, revision: Revision) {
        *self.lock() = Some(revision);
        self.grew.notify_all();
    }

    pub(super) fn close(&self) {
        *self.lock() = None;
        self.grew.notify_all();
    }

    /// Whether the store reached `revision` before `timeout` was over.
    pub(super) fn wait_for(&self, revision: Revision, timeout: Duration) -> Result<bool, StoreError> {
        let behind = |now: &mut Option<Revision>| now.is_some_and(|now| now < revision);
        let (now, _) = self
            .grew
            .wait_timeout_while(self.lock(), timeout, behind)
            .unwrap_or_else(PoisonError::into_inner);
        Ok(now.ok_or(StoreError::Closed)? >= revision)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Revision>> {
        self.revision.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
