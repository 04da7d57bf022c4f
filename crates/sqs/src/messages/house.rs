//! What is done by and by: states are stored, what is too old goes, and what nobody has any more gives its room back.

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use model::Timestamp;
use redb::ReadableTable;

use super::index::Changes;
use super::line::{Number, Place};
use super::{Messages, Problem};

/// Rows in one change, so that nobody else waits long.
const ROWS_MAX: usize = 1000;

/// A queue that there is.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    /// For how long it keeps messages.
    pub retention_ms: i64,
}

impl Messages {
    /// Stores how often, and until when, messages were received lately.
    ///
    /// # Errors
    /// The store's.
    pub async fn store_states(&self) -> Result<(), Problem> {
        loop {
            let states: Vec<_> = {
                let mut lines = self.lines();
                let some: Vec<(u64, Number)> = lines.dirty.iter().take(ROWS_MAX).copied().collect();
                for it in &some {
                    lines.dirty.remove(it);
                }
                let entry = |(queue, number): &(u64, Number)| {
                    let entry = lines.by_queue.get(queue)?.line.get(*number)?;
                    let until = match entry.place {
                        Place::InFlight(until) | Place::Delayed(until) => until.0,
                        Place::Waiting | Place::Leaving => 0,
                    };
                    Some((
                        (*queue, *number),
                        (until, entry.receives, entry.first_receive.map_or(0, |it| it.0)),
                    ))
                };
                some.iter().filter_map(entry).collect()
            };
            if states.is_empty() {
                return Ok(());
            }
            let make = move |changes: &mut Changes<'_>| {
                for (at, state) in states {
                    // It may have been deleted meanwhile.
                    if changes.heads.get(at)?.is_some() {
                        changes.states.insert(at, state)?;
                    }
                }
                Ok(())
            };
            self.queue.change(make, |_| {}).await?;
        }
    }

    /// Gives back what is too old, what copies of are known no longer, and what is of queues that are gone. `kept` is asked
    /// after it is known which queues have messages here: a queue's row is there before its messages are. Where the disk is nearly full, it is
    /// looked how much of what was deleted can be written again.
    ///
    /// # Errors
    /// The store's.
    pub async fn keep_house(
        &self,
        now: Timestamp,
        kept: impl FnOnce() -> HashMap<u64, Kept>,
    ) -> Result<(), Problem> {
        let here: Vec<u64> = self.lines().by_queue.keys().copied().collect();
        let kept = kept();
        for queue in here {
            match kept.get(&queue) {
                Some(Kept { retention_ms }) => self.expire(queue, now, *retention_ms).await?,
                None => self.forget(queue).await?,
            }
        }
        self.look_for_room().await
    }

    async fn expire(&self, queue: u64, now: Timestamp, retention_ms: i64) -> Result<(), Problem> {
        let (expired, over) = {
            let mut lines = self.lines();
            let Some(of) = lines.by_queue.get_mut(&queue) else { return Ok(()) };
            (of.line.expire(now, retention_ms), of.copies.expire(now))
        };
        self.count.fetch_sub(expired.len(), Ordering::Relaxed);
        self.give_back(queue, expired).await?;
        for marks in over.chunks(ROWS_MAX) {
            let marks = marks.to_vec();
            let make = move |changes: &mut Changes<'_>| {
                for mark in &marks {
                    let is_over = |until: i64| until <= now.0;
                    let until = changes.copies.get((queue, mark))?.map(|it| it.value().0);
                    if until.is_some_and(is_over) {
                        changes.copies.remove((queue, mark))?;
                    }
                }
                Ok(())
            };
            self.queue.change(make, |_| {}).await?;
        }
        Ok(())
    }

    /// Forgets a queue that is gone. What was sent to it in its last moments is found the next time.
    async fn forget(&self, queue: u64) -> Result<(), Problem> {
        let gone = self.lines().by_queue.remove(&queue);
        if let Some(gone) = gone {
            self.count.fetch_sub(gone.line.len(), Ordering::Relaxed);
            // Who waits learns that there is no queue.
            gone.news.notify_waiters();
        }
        self.drop_rows(queue, u64::MAX).await?;
        self.forget_tasks(queue).await?;
        let make = move |changes: &mut Changes<'_>| {
            changes.purges.remove(queue)?;
            let (first, last) = ([0; 32], [u8::MAX; 32]);
            changes.copies.retain_in((queue, &first)..=(queue, &last), |_, _| false)?;
            Ok(())
        };
        self.queue.change(make, |_| {}).await
    }

    /// Takes the rows of messages away that no line has any more.
    pub(super) async fn give_back(&self, queue: u64, numbers: Vec<Number>) -> Result<(), Problem> {
        for numbers in numbers.chunks(ROWS_MAX) {
            let numbers = numbers.to_vec();
            let make = move |changes: &mut Changes<'_>| {
                numbers.iter().try_for_each(|number| changes.remove((queue, *number)))
            };
            self.queue.change(make, |_| {}).await?;
        }
        Ok(())
    }

    /// Takes all rows of a queue away, up to a number.
    pub(super) async fn drop_rows(&self, queue: u64, last: Number) -> Result<(), Problem> {
        loop {
            let make = move |changes: &mut Changes<'_>| {
                let mut some = Vec::new();
                for row in changes.heads.range((queue, 0)..=(queue, last))?.take(ROWS_MAX) {
                    some.push(row?.0.value());
                }
                some.iter().try_for_each(|at| changes.remove(*at))?;
                Ok(some.len())
            };
            if self.queue.change(make, |_| {}).await? < ROWS_MAX {
                return Ok(());
            }
        }
    }
}
