//! Group commit: callers wait in a queue, and one of them, the leader, commits for all.
//!
//! While the leader waits for its fsync, others arrive; the next leader takes them all. A lone
//! caller waits for nobody.

use crate::StoreError;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// The most requests in one commit.
const GROUP_MAX: usize = 256;

/// Requests that wait for a leader to answer each with a `T`.
pub(crate) struct Queue<R, T> {
    state: Mutex<State<R, T>>,
    turned: Condvar,
}

impl<R, T> Default for Queue<R, T> {
    fn default() -> Self {
        let state = State { waiting: VecDeque::new(), leading: false };
        Self { state: Mutex::new(state), turned: Condvar::new() }
    }
}

/// Bounded by the callers: each has at most one request here, and waits for it.
struct State<R, T> {
    waiting: VecDeque<(R, Ticket<T>)>,
    leading: bool,
}

type Outcome<T> = Result<T, StoreError>;
type Ticket<T> = Arc<Mutex<Option<Outcome<T>>>>;

impl<R, T> Queue<R, T> {
    /// Waits for the outcome of `request`, and leads a group through `commit` when it must.
    /// `commit` answers one outcome for each request, in order.
    pub(crate) fn submit(&self, request: R, commit: impl Fn(&[R]) -> Vec<Outcome<T>>) -> Outcome<T> {
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
            let (requests, tickets): (Vec<R>, _) = state.waiting.drain(..group).unzip();
            drop(state);
            Turn { queue: self, tickets }.lead(&requests, &commit);
            state = lock(&self.state);
        }
    }
}

/// One leader's turn. It ends, and everyone gets an answer, even if the commit panics.
struct Turn<'a, R, T> {
    queue: &'a Queue<R, T>,
    tickets: Vec<Ticket<T>>,
}

impl<R, T> Turn<'_, R, T> {
    fn lead(self, requests: &[R], commit: impl Fn(&[R]) -> Vec<Outcome<T>>) {
        let outcomes = commit(requests);
        assert_eq!(outcomes.len(), self.tickets.len(), "every request has one outcome");
        for (ticket, outcome) in self.tickets.iter().zip(outcomes) {
            *lock(ticket) = Some(outcome);
        }
    }
}

impl<R, T> Drop for Turn<'_, R, T> {
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
