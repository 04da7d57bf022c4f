//! A queue is emptied.
//!
//! Follows PurgeQueue (Amazon SQS API Reference): "within the last 60 seconds" only once.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use model::Timestamp;

use super::index::Changes;
use super::line::Number;
use super::{Messages, Problem, QueueOf, lock};

/// How long nobody can purge a queue again.
const INTERVAL_MS: i64 = 60_000;

impl Messages {
    /// Takes all messages of a queue out. When it returns none of them is received any more, not after a crash either; the
    /// store gives their room back thereafter.
    ///
    /// # Errors
    /// It was purged just now, or the store's.
    pub async fn purge(&self, queue: QueueOf, now: Timestamp) -> Result<(), Problem> {
        {
            let mut lines = self.lines();
            let of = lines.of(queue);
            if of.purged.is_some_and(|at| now.is_within(INTERVAL_MS, at)) {
                return Err(Problem::Purging);
            }
            of.purged = Some(now);
        }
        let make = move |changes: &mut Changes<'_>| {
            // What comes after this change is not purged.
            let last = changes.next_number()?;
            changes.purges.insert(queue.messages, last)?;
            Ok(last)
        };
        let (lines, count) = (Arc::clone(&self.lines), Arc::clone(&self.count));
        let settle = move |outcome: Result<&Number, &Problem>| {
            let mut lines = lock(&lines);
            let of = lines.of(queue);
            let Ok(last) = outcome else {
                of.purged = None;
                return;
            };
            let before: Vec<Number> = of.line.numbers().filter(|number| number <= last).collect();
            before.iter().for_each(|number| drop(of.line.remove(*number)));
            count.fetch_sub(before.len(), Ordering::Relaxed);
        };
        let last = self.queue.change(make, settle).await?;
        self.drop_rows(queue.messages, last).await
    }
}
