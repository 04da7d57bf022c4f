//! Messages come: durable first, then to be received.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use model::Timestamp;

use super::copies::{First, INTERVAL_MS, Mark};
use super::index::Changes;
use super::line::{Entry, Number, Place};
use super::row::{Content, Head};
use super::{MESSAGES_MAX, Messages, Problem, QueueOf, lock};

/// A message that is to be sent.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// What it says.
    pub content: Content,
    /// Its group.
    pub group: Option<String>,
    /// How long it is held back.
    pub delay_ms: i64,
    /// By what copies of it are known.
    pub mark: Option<Mark>,
}

/// A message that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Its identifier; of a copy, the first one's.
    pub id: String,
    /// Its number; of a copy, the first one's.
    pub number: Number,
}

/// What was stored of one: nothing of a copy.
struct Stored {
    sent: Sent,
    entry: Option<Entry>,
}

impl Messages {
    /// Sends messages, all or none, and returns when they are durable.
    ///
    /// # Errors
    /// There is no room for them, or the store's.
    pub async fn send(
        &self,
        queue: QueueOf,
        messages: Vec<NewMessage>,
        now: Timestamp,
    ) -> Result<Vec<Sent>, Problem> {
        self.check_room(messages.iter().map(|it| it.content.body.len()).sum())?;
        let all = messages.len();
        if self.count.fetch_add(all, Ordering::Relaxed) + all > MESSAGES_MAX {
            self.count.fetch_sub(all, Ordering::Relaxed);
            return Err(Problem::TooMany);
        }
        // Marks are noted before the commit, so that copies in the same one are known.
        let noted: Arc<Mutex<Vec<(Mark, Number)>>> = Arc::default();
        let (lines, marks) = (Arc::clone(&self.lines), Arc::clone(&noted));
        let make = move |changes: &mut Changes<'_>| {
            let mut stored = Vec::with_capacity(all);
            for message in messages {
                let first = message.mark.and_then(|mark| {
                    lock(&lines).of(queue).copies.first(&mark, now).map(|it| (it.id.clone(), it.number))
                });
                stored.push(match first {
                    Some((id, number)) => Stored { sent: Sent { id, number }, entry: None },
                    None => {
                        let number = changes.next_number()?;
                        if let Some(mark) = message.mark {
                            let first = note(changes, queue, (mark, number), &message.content.id, now)?;
                            lock(&lines).of(queue).copies.note(mark, first);
                            marks.lock().expect("nobody who notes panics").push((mark, number));
                        }
                        store(changes, queue, number, message, now)?
                    }
                });
            }
            Ok(stored)
        };
        let (lines, count) = (Arc::clone(&self.lines), Arc::clone(&self.count));
        let settle = move |outcome: Result<&Vec<Stored>, &Problem>| {
            let mut lines = lock(&lines);
            let into = lines.of(queue);
            let mut new = 0;
            if let Ok(stored) = outcome {
                for Stored { sent, entry } in stored {
                    if let Some(entry) = entry {
                        into.line.add(sent.number, entry.clone());
                        into.news.notify_one();
                        new += 1;
                    }
                }
            } else {
                let noted = noted.lock().expect("nobody who notes panics");
                noted.iter().for_each(|(mark, number)| into.copies.forget(mark, *number));
            }
            count.fetch_sub(all - new, Ordering::Relaxed);
        };
        let stored = self.queue.change(make, settle).await?;
        Ok(stored.into_iter().map(|it| it.sent).collect())
    }
}

fn note(
    changes: &mut Changes<'_>,
    queue: QueueOf,
    (mark, number): (Mark, Number),
    id: &str,
    now: Timestamp,
) -> Result<First, Problem> {
    let until = Timestamp(now.0.saturating_add(INTERVAL_MS));
    changes.copies.insert((queue.messages, &mark), (until.0, number, id))?;
    Ok(First { until, number, id: id.to_owned() })
}

fn store(
    changes: &mut Changes<'_>,
    queue: QueueOf,
    number: Number,
    message: NewMessage,
    now: Timestamp,
) -> Result<Stored, Problem> {
    let NewMessage { content, group, delay_ms, mark: _ } = message;
    let from = now.0.saturating_add(delay_ms);
    let head = Head { sent: now.0, from, group: group.clone(), in_order: queue.in_order };
    changes.put((queue.messages, number), &content, &head)?;
    let place = if from > now.0 { Place::Delayed(Timestamp(from)) } else { Place::Waiting };
    let entry = Entry { sent: now, group: group.map(Into::into), place, receives: 0, first_receive: None };
    Ok(Stored { sent: Sent { id: content.id, number }, entry: Some(entry) })
}
