//! Worlds that are not read any more. Taking one apart can take long, and must not hold up frames: whoever publishes the
//! next one does it.

use std::sync::{Arc, Mutex, PoisonError};

use model::World;

#[derive(Default)]
pub(crate) struct Retired(Mutex<Vec<Arc<World>>>);

impl Retired {
    pub(crate) fn put(&self, world: Arc<World>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(world);
    }

    /// All of them, to be dropped.
    pub(crate) fn take(&self) -> Vec<Arc<World>> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
