//! What was decided lately, so that somebody can ask why. It is in memory: a restart forgets it.

use awsproto::Origin;
use model::Timestamp;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::Question;

/// How many refused calls are remembered. What was allowed has room of its own: it comes in floods.
const REFUSED_MAX: usize = 1_000;
/// How many allowed calls are.
const ALLOWED_MAX: usize = 1_000;

/// A call whose caller's policies were asked.
#[derive(Debug)]
pub(crate) struct Judged {
    /// The request's UUID.
    pub(crate) request_id: String,
    /// By which way it has come.
    pub(crate) origin: Origin,
    /// When.
    pub(crate) at: Timestamp,
    /// Of which service.
    pub(crate) service: &'static str,
    /// What was called.
    pub(crate) operation: &'static str,
    /// What was asked.
    pub(crate) questions: Vec<Question>,
    /// The question whose answer was told; `None` if all was allowed.
    pub(crate) refused: Option<usize>,
}

/// What was decided lately.
#[derive(Default)]
pub(crate) struct Ledger(Mutex<Pages>);

#[derive(Default)]
struct Pages {
    refused: VecDeque<Arc<Judged>>,
    allowed: VecDeque<Arc<Judged>>,
}

impl Ledger {
    /// Writes a call down; the oldest of its kind is forgotten.
    pub(crate) fn write(&self, judged: Judged) {
        let judged = Arc::new(judged);
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (page, limit) = match judged.refused {
            Some(_) => (&mut pages.refused, REFUSED_MAX),
            None => (&mut pages.allowed, ALLOWED_MAX),
        };
        let oldest = if page.len() == limit { page.pop_front() } else { None };
        page.push_back(judged);
        // It takes longer to throw away than all of this, and others wait.
        drop(pages);
        drop(oldest);
    }

    /// The call of a request, whatever became of it.
    pub(crate) fn find(&self, request_id: &str) -> Option<Arc<Judged>> {
        let pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = pages.refused.iter().chain(&pages.allowed);
        all.find(|judged| judged.request_id == request_id).cloned()
    }

    /// The call that was refused last, or allowed last.
    pub(crate) fn last(&self, allowed: bool) -> Option<Arc<Judged>> {
        let pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let page = if allowed { &pages.allowed } else { &pages.refused };
        page.back().cloned()
    }
}
