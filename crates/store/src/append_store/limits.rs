//! What one append and one store hold at most.

use super::entry::NewEntry;
use crate::StoreError;

/// The longest entry.
pub const ENTRY_BYTES_MAX: usize = 1 << 20;
/// The most bytes in the entries of one append.
pub const APPEND_BYTES_MAX: usize = 4 << 20;
/// The most entries in one append.
pub const APPEND_ENTRIES_MAX: usize = 10_000;
/// The most streams in one store: each takes some hundred bytes of memory.
pub const STREAMS_MAX: usize = 100_000;

pub(super) fn check(entries: &[NewEntry<'_>]) -> Result<(), StoreError> {
    at_most("entries", entries.len(), APPEND_ENTRIES_MAX)?;
    for entry in entries {
        at_most("bytes in an entry", entry.bytes.len(), ENTRY_BYTES_MAX)?;
    }
    at_most("bytes", entries.iter().map(|entry| entry.bytes.len()).sum(), APPEND_BYTES_MAX)
}

pub(super) fn at_most(what: &str, found: usize, limit: usize) -> Result<(), StoreError> {
    if found > limit {
        return Err(StoreError::Invalid(format!("there are {found} {what}, and {limit} is the most")));
    }
    Ok(())
}
