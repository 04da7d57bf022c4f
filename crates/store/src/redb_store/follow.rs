//! A watch: a place in the log, and a wait for the revision after it.

use super::{Shared, tables};
use crate::{Event, Revision, StoreError, Watch};
use std::sync::Arc;
use std::time::Duration;

pub(super) struct Follow {
    shared: Arc<Shared>,
    /// The last revision given out.
    after: Revision,
}

impl Follow {
    pub(super) fn new(shared: Arc<Shared>, after: Revision) -> Result<Self, StoreError> {
        let oldest = shared.read(tables::oldest_watch)?;
        if after < oldest {
            return Err(StoreError::Compacted { oldest });
        }
        Ok(Self { shared, after })
    }

    fn compacted(&self) -> StoreError {
        match self.shared.read(tables::oldest_watch) {
            Ok(oldest) => StoreError::Compacted { oldest },
            Err(error) => error,
        }
    }
}

impl Watch for Follow {
    fn next(&mut self, timeout: Duration) -> Result<Option<Event>, StoreError> {
        let next = Revision(self.after.0.saturating_add(1));
        if !self.shared.progress.wait_for(next, timeout)? {
            return Ok(None);
        }
        let Some(event) = self.shared.read(|read| tables::event(read, next))? else {
            return Err(self.compacted());
        };
        self.after = next;
        event.map(Some)
    }
}
