//! Queries of Logs Insights: started, run, and asked for what they found.
//!
//! Follows StartQuery, GetQueryResults, StopQuery and DescribeQueries (Amazon CloudWatch Logs API Reference). What a query means is
//! `query`'s, how it is answered `analytics`'; here are who waits for whom, for how long, and what is kept. A few run at once, each
//! on threads of its own; the others wait. What was found is in memory, so that a restart forgets it.
//!
//! | file | what |
//! |---|---|
//! | `start` | what may be asked, of which groups |
//! | `run` | the running |
//! | `results` | what was found; which queries there were; stopping one |
//! | `fields` | which fields a group's events have |

mod fields;
mod results;
mod run;
mod start;

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use analytics::Answer;
use model::{AccountId, Scope};
use tokio::sync::Semaphore;

use crate::events::Events;

pub(crate) use fields::fields;
pub(crate) use results::{describe, results, stop};
pub(crate) use start::{group_names, start};

/// "Up to 30 concurrent Logs Insights queries" of an account, those that wait among them.
pub(crate) const OPEN_MAX: usize = 30;
/// How many run at once, whosever they are.
const RUNNING_MAX: usize = 2;
/// Queries that are remembered, of an account.
const REMEMBERED_MAX: usize = 500;
/// What was found, of all accounts.
const RESULTS_BYTES_MAX: usize = 256 << 20;
/// "Query results … are available for 7 days".
const REMEMBERED_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// All queries, and what is asked.
pub struct Queries {
    events: Arc<Events>,
    places: Arc<Semaphore>,
    remembered: Mutex<Remembered>,
    /// What keys of groups are hashed with.
    seed: u64,
    /// How many have been started.
    started: AtomicU64,
}

/// The newest last.
#[derive(Default)]
struct Remembered {
    queries: VecDeque<Arc<Query>>,
}

/// A query that was started.
struct Query {
    id: String,
    /// How many were started before.
    number: u64,
    scope: Scope,
    /// As DescribeQueries shows it.
    text: String,
    groups: Vec<String>,
    created_ms: i64,
    cancelled: AtomicBool,
    state: Mutex<QueryState>,
}

/// How far a query is.
#[derive(Clone)]
enum QueryState {
    Scheduled,
    Running,
    Complete(Arc<Found>),
    Failed,
    Cancelled,
    TimedOut,
}

/// What was found.
struct Found {
    answer: Answer,
    groups: usize,
    took_ms: i64,
    bytes: usize,
}

/// There are too many that are not done.
struct TooManyOpen;

impl Queries {
    /// Queries over these events. The seed is to be known to nobody who writes logs.
    pub fn new(events: Arc<Events>, seed: u64) -> Queries {
        let places = Arc::new(Semaphore::new(RUNNING_MAX));
        Queries { events, places, remembered: Mutex::default(), seed, started: AtomicU64::new(0) }
    }

    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The query of an identifier, if it is of this place.
    fn find(&self, scope: Scope, id: &str) -> Option<Arc<Query>> {
        let remembered = self.remembered();
        remembered.queries.iter().find(|query| query.id == id && query.scope == scope).cloned()
    }

    /// Those of a place, the newest first.
    fn of(&self, scope: Scope) -> Vec<Arc<Query>> {
        let remembered = self.remembered();
        remembered.queries.iter().rev().filter(|query| query.scope == scope).cloned().collect()
    }

    /// Remembers one more, if its account has not too many that are not done.
    fn remember(&self, query: Arc<Query>) -> Result<(), TooManyOpen> {
        let mut remembered = self.remembered();
        let account = query.scope.account;
        let of_account = remembered.queries.iter().filter(|it| it.scope.account == account);
        if of_account.filter(|it| it.is_open()).count() >= OPEN_MAX {
            return Err(TooManyOpen);
        }
        remembered.forget_old(query.created_ms);
        remembered.queries.push_back(query);
        remembered.forget_more_than(account, REMEMBERED_MAX);
        Ok(())
    }

    /// Keeps what a query has found, for which others may have to go.
    fn keep(&self, query: &Arc<Query>, found: Found) {
        query.set(QueryState::Complete(Arc::new(found)));
        self.remembered().make_room();
    }
}

impl Remembered {
    fn forget_old(&mut self, now_ms: i64) {
        self.queries.retain(|query| query.is_open() || now_ms - query.created_ms < REMEMBERED_MS);
    }

    fn forget_more_than(&mut self, account: AccountId, most: usize) {
        let of_account = self.queries.iter().filter(|query| query.scope.account == account).count();
        if of_account > most {
            let mine = |query: &Arc<Query>| query.scope.account == account && !query.is_open();
            if let Some(place) = self.queries.iter().position(mine) {
                self.queries.remove(place);
            }
        }
    }

    /// Forgets the oldest of the account that takes the most room, until what is left fits.
    fn make_room(&mut self) {
        loop {
            let mut by_account: HashMap<AccountId, usize> = HashMap::new();
            for query in &self.queries {
                *by_account.entry(query.scope.account).or_default() += query.bytes();
            }
            if by_account.values().sum::<usize>() <= RESULTS_BYTES_MAX {
                return;
            }
            let Some((account, _)) = by_account.into_iter().max_by_key(|(_, bytes)| *bytes) else { return };
            let takes_room = |query: &Arc<Query>| query.scope.account == account && query.bytes() > 0;
            match self.queries.iter().position(takes_room) {
                Some(place) => drop(self.queries.remove(place)),
                None => return,
            }
        }
    }
}

impl Query {
    fn state(&self) -> QueryState {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Goes on to another state, unless it is done: what was cancelled stays so.
    fn set(&self, next: QueryState) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.is_open() {
            *state = next;
        }
    }

    fn is_open(&self) -> bool {
        self.state().is_open()
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    fn bytes(&self) -> usize {
        match self.state() {
            QueryState::Complete(found) => found.bytes,
            _ => 0,
        }
    }
}

impl QueryState {
    fn is_open(&self) -> bool {
        matches!(self, QueryState::Scheduled | QueryState::Running)
    }

    fn name(&self) -> &'static str {
        match self {
            QueryState::Scheduled => "Scheduled",
            QueryState::Running => "Running",
            QueryState::Complete(_) => "Complete",
            QueryState::Failed => "Failed",
            QueryState::Cancelled => "Cancelled",
            QueryState::TimedOut => "Timeout",
        }
    }
}
