//! What waits for somebody who looks at a live tail: an update for each second that has passed.
//!
//! Follows StartLiveTail (Amazon CloudWatch Logs API Reference). What a client does not take in time is bounded, in updates and
//! in bytes: the oldest goes first, and the one that follows says that it is not all.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

/// "Every second, a LiveTailSessionUpdate object is sent."
const UPDATE: Duration = Duration::from_secs(1);
/// "can include as many as 500 log events".
pub(super) const EVENTS_MAX: usize = 500;
/// Bytes of an update's events. AWS's pages name no bound; clients read no frame of more than 24 MiB, and a byte may take six
/// in JSON.
const UPDATE_BYTES_MAX: usize = 2 << 20;
/// "buffers up to 10 LiveTailSessionUpdate events or 5000 log events, after which it starts dropping the oldest events".
const WAITING_MAX: usize = 10;
/// Bytes of all that waits for one client.
const WAITING_BYTES_MAX: usize = 4 << 20;
/// About what an event takes besides its message.
const EVENT_OVERHEAD_BYTES: usize = 100;

/// An event that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tailed {
    /// The group's ARN.
    pub(crate) group: Arc<str>,
    pub(crate) stream: Arc<str>,
    pub(crate) time: i64,
    pub(crate) ingested: i64,
    pub(crate) message: String,
}

impl Tailed {
    fn bytes(&self) -> usize {
        self.message.len() + EVENT_OVERHEAD_BYTES
    }
}

/// What came in a second.
#[derive(Debug, Default)]
pub(crate) struct Update {
    pub(crate) events: Vec<Tailed>,
    /// Whether there was more.
    pub(crate) is_sampled: bool,
    bytes: usize,
}

impl Update {
    fn add(&mut self, event: Tailed) {
        let bytes = self.bytes + event.bytes();
        if self.events.len() == EVENTS_MAX || bytes > UPDATE_BYTES_MAX {
            self.is_sampled = true;
            return;
        }
        self.bytes = bytes;
        self.events.push(event);
    }
}

/// Updates that a client has not taken.
#[derive(Debug)]
pub(crate) struct Updates {
    /// When the present second ends.
    due: Instant,
    present: Update,
    past: VecDeque<Update>,
}

impl Updates {
    pub(crate) fn new(now: Instant) -> Updates {
        Updates { due: now + UPDATE, present: Update::default(), past: VecDeque::new() }
    }

    /// Events have come; there may have been more.
    pub(super) fn add(&mut self, events: Vec<Tailed>, are_all: bool, now: Instant) {
        self.pass(now);
        self.present.is_sampled |= !are_all;
        events.into_iter().for_each(|event| self.present.add(event));
        self.bound();
    }

    /// The next update; when there will be one, if there is none yet.
    pub(crate) fn take(&mut self, now: Instant) -> Result<Update, Instant> {
        self.pass(now);
        self.past.pop_front().ok_or(self.due)
    }

    /// Closes the updates of the seconds that have ended.
    fn pass(&mut self, now: Instant) {
        if self.due > now {
            return;
        }
        self.past.push_back(std::mem::take(&mut self.present));
        // Nothing came in the seconds since.
        let more = now.duration_since(self.due).as_secs();
        let kept = usize::try_from(more).unwrap_or(usize::MAX).min(WAITING_MAX);
        self.past.extend(std::iter::repeat_with(Update::default).take(kept));
        self.due += UPDATE + Duration::from_secs(more);
        self.bound();
    }

    /// Lets the oldest go where too much waits.
    fn bound(&mut self) {
        let mut bytes = self.present.bytes + self.past.iter().map(|it| it.bytes).sum::<usize>();
        while self.past.len() > WAITING_MAX || bytes > WAITING_BYTES_MAX {
            let Some(gone) = self.past.pop_front() else { return };
            bytes -= gone.bytes;
            let next = self.past.front_mut().unwrap_or(&mut self.present);
            next.is_sampled |= gone.is_sampled || !gone.events.is_empty();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn every_second_has_an_update_be_it_that_nothing_came() {
        let begun = Instant::now();
        let mut updates = Updates::new(begun);
        updates.add(events(2, 1), true, begun);
        assert_eq!(updates.take(begun).unwrap_err(), begun + SECOND);
        updates.add(events(1, 1), true, begun + SECOND);
        assert_eq!(taken(&mut updates, begun + SECOND), [(2, false)]);
        assert_eq!(taken(&mut updates, begun + 3 * SECOND), [(1, false), (0, false)]);
        assert_eq!(updates.take(begun + 3 * SECOND).unwrap_err(), begun + 4 * SECOND);
    }

    #[test]
    fn an_update_has_five_hundred_events_or_two_mebibytes_and_says_that_there_was_more() {
        let begun = Instant::now();
        let mut updates = Updates::new(begun);
        updates.add(events(300, 1), true, begun);
        updates.add(events(200, 1), true, begun);
        updates.add(events(501, 1), true, begun + SECOND);
        updates.add(events(5, 1 << 20), true, begun + 2 * SECOND);
        updates.add(events(1, 1), false, begun + 3 * SECOND);
        let taken = taken(&mut updates, begun + 4 * SECOND);
        assert_eq!(taken, [(500, false), (500, true), (1, true), (1, true)]);
    }

    #[test]
    fn for_a_client_that_takes_nothing_ten_updates_wait_and_the_first_says_that_others_are_gone() {
        let begun = Instant::now();
        let mut updates = Updates::new(begun);
        for second in 0..100 {
            updates.add(events(7, 1), true, begun + second * SECOND);
        }
        let left = taken(&mut updates, begun + 100 * SECOND);
        assert_eq!(left, [[(7, true)].as_slice(), &[(7, false); 9]].concat());
        // Whoever sleeps for a year is not told of each of its seconds.
        let later = begun + 365 * 24 * 3600 * SECOND;
        assert_eq!(taken(&mut updates, later), [(0, false); 10]);
        assert_eq!(updates.take(later).unwrap_err(), later + SECOND);
    }

    #[test]
    fn what_waits_is_bounded_in_bytes() {
        let begun = Instant::now();
        let mut updates = Updates::new(begun);
        for second in 0..10 {
            updates.add(events(2, 900 << 10), true, begun + second * SECOND);
            let waiting = updates.past.iter().map(|it| it.bytes).sum::<usize>() + updates.present.bytes;
            assert!(waiting <= WAITING_BYTES_MAX, "{waiting}");
        }
        assert_eq!(taken(&mut updates, begun + 10 * SECOND), [(2, true), (2, false)]);
    }

    fn events(count: usize, bytes: usize) -> Vec<Tailed> {
        let (group, stream) = (Arc::from("arn:aws:logs:::app"), Arc::from("one"));
        vec![Tailed { group, stream, time: 1, ingested: 2, message: "x".repeat(bytes) }; count]
    }

    /// How many events each update has that is there, and whether it says that there was more.
    fn taken(updates: &mut Updates, now: Instant) -> Vec<(usize, bool)> {
        let next = || updates.take(now).ok().map(|it| (it.events.len(), it.is_sampled));
        std::iter::from_fn(next).collect()
    }
}
