//! Patterns that were read, so that they are not read again for every call.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::pattern::Pattern;

/// Patterns that are remembered; all are forgotten when there are more.
const REMEMBERED_MAX: usize = 500;

/// Patterns by their text.
#[derive(Default)]
pub(super) struct Patterns(Mutex<HashMap<String, Arc<Pattern>>>);

impl Patterns {
    /// The pattern of a text that a filter has; none if it is none, which was refused when the filter was made.
    pub(super) fn read(&self, text: &str) -> Option<Arc<Pattern>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pattern) = known.get(text) {
            return Some(Arc::clone(pattern));
        }
        let pattern = Arc::new(Pattern::parse(text).ok()?);
        if known.len() == REMEMBERED_MAX {
            known.clear();
        }
        known.insert(text.to_owned(), Arc::clone(&pattern));
        Some(pattern)
    }
}
