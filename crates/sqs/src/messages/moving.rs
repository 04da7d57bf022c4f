//! Messages go from one queue to another: what was received too often to where its queue says, and back again.

use std::sync::Arc;

use model::Timestamp;
use redb::ReadableTable;

use super::index::{Changes, read};
use super::line::{Entry, Number, Place};
use super::row::Head;
use super::{Messages, Problem, QueueOf, lock};

/// From where to where messages go.
#[derive(Clone, Debug)]
pub struct Move {
    /// Where they are.
    pub from: QueueOf,
    /// Where they go.
    pub to: QueueOf,
    /// What they tell of where they were: its ARN, if they are to.
    pub source: Option<String>,
}

/// What was moved: the number of before, and the one of now with what is known of it.
type Moved = Vec<(Number, Option<(Number, Entry)>)>;

impl Messages {
    /// Moves messages that are leaving, durably. If it fails, they stay.
    ///
    /// # Errors
    /// The store's.
    pub async fn shift(&self, way: Move, numbers: Vec<Number>, now: Timestamp) -> Result<usize, Problem> {
        if numbers.is_empty() {
            return Ok(0);
        }
        let Move { from, to, source } = way;
        let all = numbers.clone();
        let make = move |changes: &mut Changes<'_>| -> Result<Moved, Problem> {
            let shift = |number| Ok((number, one(changes, (from, to), number, source.as_deref(), now)?));
            numbers.into_iter().map(shift).collect()
        };
        let lines = Arc::clone(&self.lines);
        let settle = move |outcome: Result<&Moved, &Problem>| {
            let mut lines = lock(&lines);
            let Ok(moved) = outcome else {
                all.iter().for_each(|number| lines.of(from).line.stay(*number));
                return;
            };
            for (before, after) in moved {
                lines.of(from).line.remove(*before);
                if let Some((number, entry)) = after {
                    lines.of(to).line.add(*number, entry.clone());
                    lines.of(to).news.notify_one();
                }
            }
            lines.of(from).news.notify_one();
        };
        let moved = self.queue.change(make, settle).await?;
        Ok(moved.iter().filter(|(_, after)| after.is_some()).count())
    }
}

fn one(
    changes: &mut Changes<'_>,
    (from, to): (QueueOf, QueueOf),
    number: Number,
    source: Option<&str>,
    now: Timestamp,
) -> Result<Option<(Number, Entry)>, Problem> {
    let at = (from.messages, number);
    let head: Option<Head> = changes.heads.get(at)?.map(|it| read(it.value())).transpose()?;
    let (Some(mut content), Some(head)) = (changes.content(at)?, head) else { return Ok(None) };
    changes.remove(at)?;
    content.source = source.map(str::to_owned).or(content.source);
    // "the enqueue timestamp is unchanged" for standard queues, and is reset for FIFO queues.
    let sent = if to.in_order { now.0 } else { head.sent };
    let after = changes.next_number()?;
    let head = Head { sent, from: sent, group: head.group, in_order: to.in_order };
    changes.put((to.messages, after), &content, &head)?;
    let group = head.group.map(Into::into);
    let sent = Timestamp(sent);
    Ok(Some((after, Entry { sent, group, place: Place::Waiting, receives: 0, first_receive: None })))
}
