//! Group commit: callers wait in a queue, and one of them, the leader, commits for all.
//!
//! While the leader waits for its fsync, others arrive; the next leader takes them all. A lone
//! caller waits for nobody.

use crate::{Change, Compare, Revision, StoreError};
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// The most transactions in one commit.
const GROUP_MAX: usize = 256;

type Outcome = Result<Revision, StoreError>;

/// One transaction that waits.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) compare: Vec<Compare>,
    pub(super) changes: Vec<Change>,
}

#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    turned: Condvar,
}

/// Bounded by the callers: each has at most one request here, and waits for it.
#[derive(Default)]
struct State {
    waiting: VecDeque<(Request, Ticket)>,
    leading: bool,
}

type Ticket = Arc<Mutex<Option<Outcome>>>;

impl Queue {
    /// Waits for the outcome of `request`, and leads a group through `commit` when it must.
    /// `commit` answers one outcome for each request, in order.
    pub(super) fn submit(&self, request: Request, commit: impl Fn(&[Request]) -> Vec<Outcome>) -> Outcome {
        let ticket = Ticket::default();
        let mut state = lock(&self.state);
        state.waiting.push_back((request, ticket.clone()));
        loop {
            if let Some(outcome) = lock(&ticket).take() {
                return outcome;
            }
            if state.leading {
                state = self.turned.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            state.leading = true;
            let group = state.waiting.len().min(GROUP_MAX);
            let (requests, tickets) = state.waiting.drain(..group).unzip();
            drop(state);
            Turn { queue: self, tickets }.lead(requests, &commit);
            state = lock(&self.state);
        }
    }
}

/// One leader's turn. It ends, and everyone gets an answer, even if the commit panics.
struct Turn<'a> {
    queue: &'a Queue,
    tickets: Vec<Ticket>,
}

impl Turn<'_> {
    fn lead(self, requests: Vec<Request>, commit: impl Fn(&[Request]) -> Vec<Outcome>) {
        let outcomes = commit(&requests);
        assert_eq!(outcomes.len(), self.tickets.len(), "every transaction has one outcome");
        for (ticket, outcome) in self.tickets.iter().zip(outcomes) {
            *lock(ticket) = Some(outcome);
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        for ticket in &self.tickets {
            lock(ticket)
                .get_or_insert_with(|| Err(StoreError::Uncertain("the commit was interrupted".into())));
        }
        lock(&self.queue.state).leading = false;
        self.queue.turned.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
