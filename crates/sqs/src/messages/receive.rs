//! Messages are received, at once or when some come.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use model::Timestamp;
use redb::{Database, ReadableDatabase};
use tokio::sync::futures::Notified;
use tokio::sync::{Notify, SemaphorePermit};
use tokio::time::Instant;

use super::index::{CONTENTS, read};
use super::line::{Asking, OverLimit, Picked, Received};
use super::row::Content;
use super::{HandleKey, Messages, Problem, QueueOf, Receipt};

/// A message that somebody has received.
#[derive(Clone, Debug)]
pub struct Delivered {
    /// What is known of it.
    pub picked: Picked,
    /// By what it is deleted.
    pub handle: String,
    /// What it says.
    pub content: Content,
}

/// What a question has brought.
#[derive(Debug, Default)]
pub struct Answer {
    /// What was received.
    pub delivered: Vec<Delivered>,
    /// What was received too often, and is to go elsewhere.
    pub leaving: Vec<u64>,
}

impl Messages {
    /// Receives what there is.
    ///
    /// # Errors
    /// As many are received and not deleted as may be, or the store's.
    pub async fn receive(&self, queue: QueueOf, asking: Asking, now: Timestamp) -> Result<Answer, Problem> {
        let (received, expired) = {
            let mut lines = self.lines();
            let of = lines.of(queue);
            let expired = of.line.expire(now, asking.retention_ms);
            let received = of.line.receive(now, &asking);
            // Who waits beside may have what this one has left.
            if of.line.counts(now).waiting > 0 {
                of.news.notify_one();
            }
            if let Ok(received) = &received {
                lines.dirty.extend(received.picked.iter().map(|it| (queue.messages, it.number)));
            }
            (received, expired)
        };
        self.count.fetch_sub(expired.len(), Ordering::Relaxed);
        self.give_back(queue.messages, expired).await?;
        let Received { picked, leaving } = received.map_err(|OverLimit| Problem::OverLimit)?;
        let (database, handles) = (Arc::clone(&self.database), self.handles.clone());
        let delivered = match picked.is_empty() {
            true => Vec::new(),
            false => tokio::task::spawn_blocking(move || contents(&database, &handles, queue, picked))
                .await
                .map_err(|error| Problem::Storage(error.to_string()))??,
        };
        Ok(Answer { delivered, leaving })
    }

    /// Waits until there may be something new, or until then. Nobody holds a thread; who goes away waits no longer.
    pub(crate) async fn news(&self, queue: QueueOf, told: Notified<'_>, now: Timestamp, end: Instant) {
        let wake = self.lines().of(queue).line.next_wake();
        let in_ms = wake.map(|at| u64::try_from(at.0 - now.0).unwrap_or(0).max(1));
        let until = in_ms.map_or(end, |ms| end.min(Instant::now() + Duration::from_millis(ms)));
        tokio::select! {
            () = told => {}
            () = tokio::time::sleep_until(until) => {}
        }
    }

    /// By what who waits for a queue's messages is told of some.
    pub(crate) fn bell(&self, queue: QueueOf) -> Arc<Notify> {
        Arc::clone(&self.lines().of(queue).news)
    }

    /// A place among those who wait.
    ///
    /// # Errors
    /// There are as many as there can be.
    pub(crate) fn place(&self) -> Result<SemaphorePermit<'_>, Problem> {
        self.waiters.try_acquire().map_err(|_| Problem::TooMany)
    }
}

/// What messages say. What was deleted in between is not there.
fn contents(
    database: &Database,
    handles: &HandleKey,
    queue: QueueOf,
    picked: Vec<Picked>,
) -> Result<Vec<Delivered>, Problem> {
    let table = database.begin_read()?.open_table(CONTENTS)?;
    let mut delivered = Vec::with_capacity(picked.len());
    for picked in picked {
        let Some(row) = table.get((queue.messages, picked.number))? else { continue };
        let content = read(row.value())?;
        let receipt =
            Receipt { queue: queue.messages, number: picked.number, receives: picked.entry.receives };
        delivered.push(Delivered { handle: handles.write(receipt), picked, content });
    }
    Ok(delivered)
}
