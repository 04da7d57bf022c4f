//! What becomes of received messages: they are deleted, or somebody needs more time.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use model::Timestamp;

use super::index::Changes;
use super::line::{NotChanged, Number};
use super::{Messages, Problem, QueueOf, Receipt, lock};

impl Messages {
    /// Deletes messages, and returns when that is durable. Says of each whether its handle held.
    ///
    /// # Errors
    /// The store's.
    pub(crate) async fn delete(
        &self,
        queue: QueueOf,
        receipts: Vec<Receipt>,
        now: Timestamp,
    ) -> Result<Vec<Result<(), Problem>>, Problem> {
        let mut held = Vec::with_capacity(receipts.len());
        let mut gone = Vec::with_capacity(receipts.len());
        {
            let mut lines = self.lines();
            let line = &mut lines.of(queue).line;
            for receipt in receipts {
                let Receipt { queue: of, number, receives } = receipt;
                if of != queue.messages || line.get(number).is_none() {
                    // Of a message that is gone there is nothing left to delete.
                    held.push(Ok(()));
                } else if queue.in_order && !line.is_held_by(number, receives, now) {
                    held.push(Err(Problem::Expired));
                } else {
                    held.push(Ok(()));
                    gone.push(number);
                }
            }
        }
        self.take_away(queue, gone).await?;
        Ok(held)
    }

    /// Takes messages away, durably.
    pub(super) async fn take_away(&self, queue: QueueOf, numbers: Vec<Number>) -> Result<(), Problem> {
        if numbers.is_empty() {
            return Ok(());
        }
        let make = move |changes: &mut Changes<'_>| {
            numbers.iter().try_for_each(|number| changes.remove((queue.messages, *number)))?;
            Ok(numbers)
        };
        let (lines, count) = (Arc::clone(&self.lines), Arc::clone(&self.count));
        let settle = move |outcome: Result<&Vec<Number>, &Problem>| {
            let Ok(numbers) = outcome else { return };
            let mut lines = lock(&lines);
            let of = lines.of(queue);
            let removed = numbers.iter().filter(|number| of.line.remove(**number).is_some()).count();
            count.fetch_sub(removed, Ordering::Relaxed);
            // The group can go on.
            if queue.in_order {
                of.news.notify_one();
            }
        };
        self.queue.change(make, settle).await.map(drop)
    }

    /// Changes for how long nobody else gets a message.
    ///
    /// # Errors
    /// The message is gone, or nobody has it.
    pub(crate) fn change_visibility(
        &self,
        queue: QueueOf,
        receipt: Receipt,
        now: Timestamp,
        ms: i64,
    ) -> Result<(), Problem> {
        if receipt.queue != queue.messages {
            return Err(Problem::Gone);
        }
        let mut lines = self.lines();
        let of = lines.of(queue);
        of.line.change(receipt.number, receipt.receives, now, ms).map_err(|not| match not {
            NotChanged::Gone => Problem::Gone,
            NotChanged::NotInFlight => Problem::NotInFlight,
        })?;
        // Who waits looks when it can be received next.
        of.news.notify_one();
        lines.dirty.insert((queue.messages, receipt.number));
        Ok(())
    }
}
