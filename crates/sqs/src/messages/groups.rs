//! The groups of a queue that keeps the order: a group's messages come one after the other, and none of it while somebody has
//! one before it.
//!
//! Follows "FIFO queue delivery logic" (Amazon SQS Developer Guide): "As long as a message with a specific message group ID is
//! invisible, no more messages belonging to the same message group ID will be returned".

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::line::{Number, Place};

/// All groups.
#[derive(Debug, Default)]
pub(super) struct Groups {
    groups: HashMap<Arc<str>, Group>,
    /// Those whose first message can be received, by that.
    ready: BTreeSet<(Number, Arc<str>)>,
}

#[derive(Debug, Default)]
struct Group {
    waiting: BTreeSet<Number>,
    delayed: BTreeSet<Number>,
    /// How many somebody has, or that are being taken away.
    taken: usize,
}

impl Group {
    /// The message that comes next, while nobody has one.
    fn first(&self) -> Option<Number> {
        let first = self.waiting.first().copied()?;
        // What was sent before and is held back keeps its place.
        self.delayed.first().is_none_or(|delayed| *delayed > first).then_some(first)
    }

    fn ready(&self) -> Option<Number> {
        self.first().filter(|_| self.taken == 0)
    }
}

impl Groups {
    /// The next message: of the group that the answer has something of, or else of the one whose turn it is.
    pub(super) fn next(&self, open: Option<&str>) -> Option<Number> {
        let more = open.and_then(|name| self.groups.get(name)).and_then(Group::first);
        more.or_else(|| self.ready.first().map(|(number, _)| *number))
    }

    pub(super) fn enter(&mut self, name: Arc<str>, number: Number, place: Place) {
        self.change(name, |group| match place {
            Place::Waiting => {
                group.waiting.insert(number);
            }
            Place::Delayed(_) => {
                group.delayed.insert(number);
            }
            Place::InFlight(_) | Place::Leaving => group.taken += 1,
        });
    }

    pub(super) fn leave(&mut self, name: Arc<str>, number: Number, place: Place) {
        self.change(name, |group| match place {
            Place::Waiting => {
                group.waiting.remove(&number);
            }
            Place::Delayed(_) => {
                group.delayed.remove(&number);
            }
            Place::InFlight(_) | Place::Leaving => group.taken -= 1,
        });
    }

    fn change(&mut self, name: Arc<str>, change: impl FnOnce(&mut Group)) {
        let group = self.groups.entry(Arc::clone(&name)).or_default();
        let before = group.ready();
        change(group);
        let after = group.ready();
        let is_empty = group.waiting.is_empty() && group.delayed.is_empty() && group.taken == 0;
        if before != after {
            if let Some(number) = before {
                self.ready.remove(&(number, Arc::clone(&name)));
            }
            if let Some(number) = after {
                self.ready.insert((number, Arc::clone(&name)));
            }
        }
        if is_empty {
            self.groups.remove(&name);
        }
    }
}
