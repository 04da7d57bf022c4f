//! FIFO topics: one message after the other, each once.
//!
//! Follows "Message ordering details for FIFO topics" and "Message deduplication for FIFO topics" (Amazon SNS Developer
//! Guide). What was taken is remembered in memory; after a restart it is the FIFO queue, which remembers on disk, that takes
//! a copy for one.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use awsproto::{AwsError, Timestamp};
use futures_util::lock::Mutex as Turn;
use model::World;
use model::topic::{Fifo, ThroughputScope, TopicId};

use super::Taken;
use super::said::Said;

/// "If a message with a particular deduplication ID is successfully published, any message published with the same
/// deduplication ID, within the five-minute deduplication interval, is accepted but not delivered."
const REMEMBERED_FOR: Duration = Duration::from_secs(300);
/// Messages that a topic remembers: 300 a second, for as long as it does.
const REMEMBERED_MAX: usize = 90_000;
/// The first of all sequence numbers, which have twenty digits.
const FIRST: u64 = 10_000_000_000_000_000_000;

/// All topics'.
#[derive(Default)]
pub(super) struct FifoTopics(Mutex<HashMap<TopicId, Arc<Turn<Order>>>>);

impl FifoTopics {
    /// A topic's.
    pub(super) fn of(&self, topic: TopicId, world: &World) -> Arc<Turn<Order>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.contains_key(&topic) {
            all.retain(|known, _| world.topics.contains(known));
        }
        Arc::clone(all.entry(topic).or_default())
    }
}

/// What of two messages tells that they are one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Copy {
    group: Option<String>,
    deduplication: Option<String>,
}

impl Copy {
    pub(super) fn of(fifo: Fifo, said: &Said) -> Copy {
        let group = match fifo.throughput {
            Some(ThroughputScope::MessageGroup) => said.group.clone(),
            Some(ThroughputScope::Topic) | None => None,
        };
        Copy { group, deduplication: said.deduplication.clone() }
    }
}

/// What a topic has taken lately.
#[derive(Default)]
pub(super) struct Order {
    last: u64,
    known: HashMap<Copy, Taken>,
    by_time: VecDeque<(Timestamp, Copy)>,
}

impl Order {
    /// What was answered to the first of the same messages.
    pub(super) fn known(&mut self, copy: &Copy, now: Timestamp) -> Option<Taken> {
        while let Some((at, _)) = self.by_time.front() {
            if now < at.saturating_add(REMEMBERED_FOR) {
                break;
            }
            let (_, old) = self.by_time.pop_front().expect("there is a first");
            self.known.remove(&old);
        }
        self.known.get(copy).cloned()
    }

    /// The next number: greater than any before, also of a former run.
    pub(super) fn next(&mut self, now: Timestamp) -> Result<String, AwsError> {
        if self.known.len() >= REMEMBERED_MAX {
            return Err(AwsError::new("Throttled", "Rate exceeded").with_status(429));
        }
        let by_clock = u64::try_from(now.as_millis()).unwrap_or_default().saturating_mul(1000);
        self.last = by_clock.max(self.last + 1);
        Ok((FIRST + self.last).to_string())
    }

    /// Remembers what was answered.
    pub(super) fn remember(&mut self, copy: Copy, taken: Taken, now: Timestamp) {
        self.by_time.push_back((now, copy.clone()));
        self.known.insert(copy, taken);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(id: &str) -> Taken {
        Taken { message_id: id.to_owned(), sequence_number: None }
    }

    #[test]
    fn a_copy_is_known_for_five_minutes() {
        let mut order = Order::default();
        let copy = Copy { group: None, deduplication: Some("d".to_owned()) };
        let (start, second) = (Timestamp::from_secs(1_000_000), |s: i64| Timestamp::from_secs(1_000_000 + s));
        assert_eq!(order.known(&copy, start), None);
        order.remember(copy.clone(), taken("1"), start);
        assert_eq!(order.known(&copy, second(299)), Some(taken("1")));
        assert_eq!(order.known(&copy, second(300)), None);
        assert!(order.known.is_empty() && order.by_time.is_empty());
    }

    #[test]
    fn numbers_grow_whatever_the_clock_does() {
        let mut order = Order::default();
        let numbers: Vec<String> = [1_000, 1_000, 900, 2_000]
            .into_iter()
            .map(|at| order.next(Timestamp::from_secs(at)).unwrap())
            .collect();
        assert!(numbers.is_sorted() && numbers.iter().all(|it| it.len() == 20), "{numbers:?}");
        assert_eq!(numbers[0], "10000000001000000000");
    }

    #[test]
    fn a_topic_remembers_so_many() {
        let mut order = Order::default();
        let now = Timestamp::from_secs(1);
        for number in 0..REMEMBERED_MAX {
            let copy = Copy { group: None, deduplication: Some(number.to_string()) };
            order.remember(copy, taken(""), now);
        }
        assert_eq!(order.next(now).unwrap_err().to_string(), "Throttled: Rate exceeded");
    }
}
