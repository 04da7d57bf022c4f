//! redb asserts what it wrote. On a damaged file such an assertion is not a fault of this
//! program but of the file, and so it becomes an error.

use crate::StoreError;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `act`, answering [`StoreError::Corrupt`] should redb panic in it.
///
/// Nothing that `act` left half done is used again: a failed opening is dropped, a failed commit
/// is followed by a new opening, and reads leave nothing.
pub(super) fn guard<T>(act: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    catch_unwind(AssertUnwindSafe(act)).unwrap_or_else(|panic| {
        let what = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("an assertion failed");
        Err(StoreError::Corrupt(format!("redb stopped: {what}")))
    })
}
