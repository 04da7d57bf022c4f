//! The messages of one queue: which can be received, which are held back, and in which order they come. Time is an argument;
//! what messages say lies elsewhere.
//!
//! Follows "Amazon SQS visibility timeout", "Amazon SQS delay queues" and "FIFO queue delivery logic" (Amazon SQS Developer
//! Guide).

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use model::Timestamp;

use super::groups::Groups;

/// Messages of a queue that are received and not deleted: "approximately 120,000".
pub const IN_FLIGHT_MAX: usize = 120_000;

/// A message's number: later ones have higher ones, in all queues.
pub type Number = u64;

/// A queue's messages.
#[derive(Debug)]
pub struct Line {
    /// Of a queue that keeps the order: what its groups have.
    groups: Option<Groups>,
    entries: HashMap<Number, Entry>,
    /// What can be received, where no order is kept.
    waiting: BTreeSet<Number>,
    /// What is held back, and until when.
    held: BTreeSet<(i64, Number)>,
    /// All, by age.
    by_age: BTreeSet<(i64, Number)>,
    in_flight: usize,
    delayed: usize,
}

/// What is known of a message, but for what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When it was sent.
    pub sent: Timestamp,
    /// Its group.
    pub group: Option<Arc<str>>,
    /// Where it is.
    pub place: Place,
    /// How often it was received.
    pub receives: u32,
    /// When it was received first.
    pub first_receive: Option<Timestamp>,
}

/// Where a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It can be received.
    Waiting,
    /// It cannot yet.
    Delayed(Timestamp),
    /// Somebody has received it, and nobody else gets it until then.
    InFlight(Timestamp),
    /// It is being taken away.
    Leaving,
}

/// What is asked of a queue.
#[derive(Clone, Copy, Debug)]
pub struct Asking {
    /// How many at most.
    pub count: usize,
    /// For how long nobody else gets them.
    pub visibility_ms: i64,
    /// How often a message is received at most, if messages that were received oftener go elsewhere.
    pub receives_max: Option<u32>,
    /// For how long messages are kept.
    pub retention_ms: i64,
}

/// What comes of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// What was received.
    pub picked: Vec<Picked>,
    /// What was received too often: it is leaving.
    pub leaving: Vec<Number>,
}

/// A received message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picked {
    /// Which.
    pub number: Number,
    /// What is known of it.
    pub entry: Entry,
}

/// How many messages are where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// That can be received.
    pub waiting: usize,
    /// That somebody has.
    pub in_flight: usize,
    /// That cannot be received yet.
    pub delayed: usize,
}

/// As many messages are received and not deleted as may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverLimit;

/// Why the time in which nobody else gets a message is not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotChanged {
    /// There is no such message any more, or somebody else has it by now.
    Gone,
    /// Nobody has it.
    NotInFlight,
}

impl Line {
    /// An empty one.
    pub fn new(keeps_order: bool) -> Line {
        Line {
            groups: keeps_order.then(Groups::default),
            entries: HashMap::new(),
            waiting: BTreeSet::new(),
            held: BTreeSet::new(),
            by_age: BTreeSet::new(),
            in_flight: 0,
            delayed: 0,
        }
    }

    /// Whether it keeps the order.
    pub fn keeps_order(&self) -> bool {
        self.groups.is_some()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What is known of a message.
    pub fn get(&self, number: Number) -> Option<&Entry> {
        self.entries.get(&number)
    }

    /// All messages' numbers.
    pub fn numbers(&self) -> impl Iterator<Item = Number> {
        self.entries.keys().copied()
    }

    /// A message comes.
    pub fn add(&mut self, number: Number, entry: Entry) {
        self.by_age.insert((entry.sent.0, number));
        let place = entry.place;
        self.entries.insert(number, entry);
        self.enter(number, place);
    }

    /// A message is gone.
    pub fn remove(&mut self, number: Number) -> Option<Entry> {
        let place = self.entries.get(&number)?.place;
        self.leave(number, place);
        let entry = self.entries.remove(&number)?;
        self.by_age.remove(&(entry.sent.0, number));
        Some(entry)
    }

    /// Gives somebody messages, the oldest first.
    ///
    /// # Errors
    /// Of a queue without order, when too many are received and not deleted; one that keeps the order has none then.
    pub fn receive(&mut self, now: Timestamp, asking: &Asking) -> Result<Received, OverLimit> {
        self.wake(now);
        let room = IN_FLIGHT_MAX.saturating_sub(self.in_flight);
        if room == 0 && !self.keeps_order() {
            return Err(OverLimit);
        }
        let mut received = Received::default();
        // "attempts to return as many messages with the same message group ID as possible".
        let mut open: Option<Arc<str>> = None;
        while received.picked.len() < asking.count.min(room) {
            let Some(number) = self.next(open.as_deref()) else { break };
            let entry = &self.entries[&number];
            if asking.receives_max.is_some_and(|most| entry.receives >= most) {
                // What comes behind it waits until it has left.
                open = None;
                self.go(number, Place::Leaving);
                received.leaving.push(number);
                continue;
            }
            let until = Timestamp(now.0.saturating_add(asking.visibility_ms));
            let entry = self.entries.get_mut(&number).expect("what waits is there");
            entry.receives = entry.receives.saturating_add(1);
            entry.first_receive.get_or_insert(now);
            self.go(number, Place::InFlight(until));
            let entry = self.entries[&number].clone();
            open.clone_from(&entry.group);
            received.picked.push(Picked { number, entry });
        }
        Ok(received)
    }

    /// Takes out messages that can be received, the oldest first: they are leaving. Of a group that keeps its order no more
    /// than one leaves at once.
    pub fn give_away(&mut self, now: Timestamp, most: usize) -> Vec<Number> {
        self.wake(now);
        let mut leaving = Vec::new();
        while leaving.len() < most {
            let Some(number) = self.next(None) else { break };
            self.go(number, Place::Leaving);
            leaving.push(number);
        }
        leaving
    }

    fn next(&self, open: Option<&str>) -> Option<Number> {
        match &self.groups {
            None => self.waiting.first().copied(),
            Some(groups) => groups.next(open),
        }
    }

    /// Changes for how long nobody else gets a message, by who received it so many times ago.
    pub fn change(
        &mut self,
        number: Number,
        receives: u32,
        now: Timestamp,
        ms: i64,
    ) -> Result<(), NotChanged> {
        self.wake(now);
        let Some(entry) = self.entries.get(&number) else { return Err(NotChanged::Gone) };
        if self.keeps_order() && entry.receives > receives {
            return Err(NotChanged::Gone);
        }
        match entry.place {
            Place::InFlight(_) => {}
            Place::Waiting | Place::Delayed(_) => return Err(NotChanged::NotInFlight),
            Place::Leaving => return Err(NotChanged::Gone),
        }
        let place = match ms {
            0 => Place::Waiting,
            ms => Place::InFlight(Timestamp(now.0.saturating_add(ms))),
        };
        self.go(number, place);
        Ok(())
    }

    /// Whether somebody who has received a message so many times ago has it still: nobody else may have got it since.
    pub fn is_held_by(&mut self, number: Number, receives: u32, now: Timestamp) -> bool {
        self.wake(now);
        let held = self.entries.get(&number).filter(|it| it.receives <= receives);
        held.is_some_and(|it| matches!(it.place, Place::InFlight(_)))
    }

    /// What was leaving stays after all.
    pub fn stay(&mut self, number: Number) {
        if self.entries.get(&number).is_some_and(|it| it.place == Place::Leaving) {
            self.go(number, Place::Waiting);
        }
    }

    /// Takes out what is older than messages are kept.
    pub fn expire(&mut self, now: Timestamp, retention_ms: i64) -> Vec<Number> {
        let mut expired = Vec::new();
        while let Some((sent, number)) = self.by_age.first().copied()
            && sent.saturating_add(retention_ms) <= now.0
        {
            self.remove(number);
            expired.push(number);
        }
        expired
    }

    /// When something that is held back can be received again, if nothing happens until then.
    pub fn next_wake(&self) -> Option<Timestamp> {
        self.held.first().map(|(until, _)| Timestamp(*until))
    }

    /// How many are where.
    pub fn counts(&mut self, now: Timestamp) -> Counts {
        self.wake(now);
        let (in_flight, delayed) = (self.in_flight, self.delayed);
        Counts { waiting: self.entries.len() - in_flight - delayed, in_flight, delayed }
    }

    /// What was held back until now can be received.
    fn wake(&mut self, now: Timestamp) {
        while let Some((until, number)) = self.held.first().copied()
            && until <= now.0
        {
            self.go(number, Place::Waiting);
        }
    }

    fn go(&mut self, number: Number, place: Place) {
        let entry = self.entries.get_mut(&number).expect("who goes is there");
        let before = std::mem::replace(&mut entry.place, place);
        self.leave(number, before);
        self.enter(number, place);
    }

    fn enter(&mut self, number: Number, place: Place) {
        match place {
            Place::Waiting | Place::Leaving => {}
            Place::Delayed(until) => {
                self.delayed += 1;
                self.held.insert((until.0, number));
            }
            Place::InFlight(until) => {
                self.in_flight += 1;
                self.held.insert((until.0, number));
            }
        }
        match (&mut self.groups, place) {
            (None, Place::Waiting) => {
                self.waiting.insert(number);
            }
            (None, Place::Delayed(_) | Place::InFlight(_) | Place::Leaving) => {}
            (Some(groups), place) => groups.enter(group_of(&self.entries, number), number, place),
        }
    }

    fn leave(&mut self, number: Number, place: Place) {
        match place {
            Place::Waiting | Place::Leaving => {}
            Place::Delayed(until) => {
                self.delayed -= 1;
                self.held.remove(&(until.0, number));
            }
            Place::InFlight(until) => {
                self.in_flight -= 1;
                self.held.remove(&(until.0, number));
            }
        }
        match &mut self.groups {
            None => {
                self.waiting.remove(&number);
            }
            Some(groups) => groups.leave(group_of(&self.entries, number), number, place),
        }
    }
}

fn group_of(entries: &HashMap<Number, Entry>, number: Number) -> Arc<str> {
    let group = entries.get(&number).and_then(|it| it.group.clone());
    group.unwrap_or_else(|| Arc::from(""))
}
