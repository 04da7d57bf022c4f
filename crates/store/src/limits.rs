//! The limits of one transaction, checked before anything is read or written.

use crate::{Change, Compare, StoreError};
use std::collections::HashSet;

/// The longest key.
pub const KEY_BYTES_MAX: usize = 1024;
/// The longest value.
pub const VALUE_BYTES_MAX: usize = 1 << 20;
/// The most changes in one transaction.
pub const CHANGES_MAX: usize = 4096;
/// The most comparisons in one transaction.
pub const COMPARES_MAX: usize = 4096;
/// The most bytes of keys and values in one transaction.
pub const TRANSACTION_BYTES_MAX: usize = 16 << 20;

pub(crate) fn check(compare: &[Compare], changes: &[Change]) -> Result<(), StoreError> {
    at_most("comparisons", compare.len(), COMPARES_MAX)?;
    at_most("changes", changes.len(), CHANGES_MAX)?;
    for condition in compare {
        match condition {
            Compare::Revision(key, _) | Compare::Present(key) => check_key(key)?,
            Compare::StoreRevision(_) => {}
        }
    }
    let mut keys = HashSet::new();
    let mut bytes = 0;
    for change in changes {
        check_key(change.key())?;
        if !keys.insert(change.key()) {
            return Err(invalid(format!("it changes {} twice", change.key())));
        }
        bytes += change.key().len() + check_value(change)?;
    }
    at_most("bytes", bytes, TRANSACTION_BYTES_MAX)
}

fn check_key(key: &str) -> Result<(), StoreError> {
    if key.is_empty() {
        return Err(invalid("a key is empty".into()));
    }
    at_most("bytes in a key", key.len(), KEY_BYTES_MAX)
}

fn check_value(change: &Change) -> Result<usize, StoreError> {
    match change {
        Change::Put(_, value) => {
            at_most("bytes in a value", value.len(), VALUE_BYTES_MAX).map(|()| value.len())
        }
        Change::Delete(_) => Ok(0),
    }
}

fn at_most(what: &str, found: usize, limit: usize) -> Result<(), StoreError> {
    if found > limit {
        return Err(invalid(format!("it has {found} {what}, and {limit} is the most")));
    }
    Ok(())
}

fn invalid(why: String) -> StoreError {
    StoreError::Invalid(why)
}
