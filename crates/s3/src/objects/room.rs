//! Room on the disk. What takes some is refused while there is still enough for what gives some back: deleting changes the
//! index, too, and an index that could not be written once is of no use until the next start.

use std::path::Path;

use super::{Objects, Refusal};

/// Bytes that are left for deleting: more than all changes that can wait at once, with what the index copies for them.
const RESERVE: u64 = 32 * 1024 * 1024;

/// Whether there is more than the reserve.
pub(super) fn is_left(folder: &Path) -> bool {
    // A file system that does not say it will say when it is full.
    rustix::fs::statvfs(folder).map_or(true, |it| it.f_bavail.saturating_mul(it.f_frsize) >= RESERVE)
}

impl Objects {
    /// Refuses what takes room if there is too little.
    pub(super) fn check_room(&self) -> Result<(), Refusal> {
        match is_left(&self.bodies.folder) {
            true => Ok(()),
            false => Err(Refusal::Full),
        }
    }
}
