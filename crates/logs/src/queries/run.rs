//! A query is run: when there is a place for it, on threads that may wait, for an hour at most.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use ::query::Plan;
use analytics::{Answer, Search, SearchError, Source, Window, Worker};

use super::{Found, Queries, Query, QueryState};
use crate::GroupSource;

/// "Queries time out after 60 minutes".
const LASTS_MAX: Duration = Duration::from_secs(60 * 60);
/// How many threads one has.
const THREADS: usize = 2;
/// What one may take of memory while it runs.
const MEMORY_BYTES_MAX: usize = 256 << 20;
/// What one may find, in bytes.
const FOUND_BYTES_MAX: usize = 128 << 20;

/// What is to be done.
pub(super) struct Task {
    pub(super) plan: Plan,
    pub(super) window: Window,
    pub(super) groups: Vec<GroupSource>,
}

/// Runs a query in the background.
pub(super) fn run_later(queries: Arc<Queries>, query: Arc<Query>, task: Task) {
    tokio::spawn(async move {
        let Ok(_place) = Arc::clone(&queries.places).acquire_owned().await else { return };
        if query.is_cancelled() {
            return;
        }
        query.set(QueryState::Running);
        let (seed, running) = (queries.seed, Arc::clone(&query));
        let done = tokio::task::spawn_blocking(move || answer(seed, &running, &task));
        match tokio::time::timeout(LASTS_MAX, done).await {
            Ok(Ok(Ok(found))) => queries.keep(&query, found),
            Ok(Ok(Err(SearchError::Cancelled))) => query.set(QueryState::Cancelled),
            Ok(Ok(Err(error))) => {
                tracing::warn!(query = query.id, %error, "a query failed");
                query.set(QueryState::Failed);
            }
            Ok(Err(error)) => {
                tracing::error!(query = query.id, %error, "a query's thread ended");
                query.set(QueryState::Failed);
            }
            Err(_) => {
                query.set(QueryState::TimedOut);
                query.cancelled.store(true, Ordering::Relaxed);
            }
        }
    });
}

fn answer(seed: u64, query: &Query, task: &Task) -> Result<Found, SearchError> {
    let begun = Instant::now();
    let search =
        Search::new(&task.plan, task.window, seed, &query.cancelled).within(MEMORY_BYTES_MAX, THREADS);
    let mut workers = vec![];
    for source in &task.groups {
        scan(&search, source, task.window, &mut workers)?;
    }
    let answer = search.finish(workers)?;
    let bytes = bytes(&answer);
    if bytes > FOUND_BYTES_MAX {
        return Err(SearchError::TooLarge);
    }
    let took_ms = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
    Ok(Found { answer, groups: task.groups.len(), took_ms, bytes })
}

/// Goes through a group: each worker through a part of the time, the same ones for all groups.
fn scan<'s, 'p>(
    search: &'s Search<'p>,
    source: &GroupSource,
    window: Window,
    workers: &mut Vec<Worker<'s, 'p>>,
) -> Result<(), SearchError> {
    let parts = source.parts(window.from_ms, window.to_ms, THREADS);
    while workers.len() < parts.len() {
        workers.push(search.worker());
    }
    std::thread::scope(|scope| {
        let threads: Vec<_> = workers
            .iter_mut()
            .zip(parts)
            .map(|(worker, (from_ms, to_ms))| scope.spawn(move || worker.scan(source, from_ms, to_ms)))
            .collect();
        threads.into_iter().try_for_each(|thread| match thread.join() {
            Ok(scanned) => scanned,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })
}

fn bytes(answer: &Answer) -> usize {
    let value = |value: &Option<String>| value.as_ref().map_or(0, String::len) + size_of::<Option<String>>();
    let row = |row: &analytics::Row| value(&row.pointer) + row.values.iter().map(value).sum::<usize>();
    answer.rows.iter().map(row).sum()
}
