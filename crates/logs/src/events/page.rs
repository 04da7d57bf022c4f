//! Pages: the first events behind a place, or the last ones before it, in the order of their time and number. Blocks may overlap,
//! since events come late; they are looked at in the order of their times until none can have anything that belongs on the page.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::read::{Candidate, Wanted};
use super::{Block, Events, Problem};

/// A time and a number: between events, or at one.
pub(crate) type Position = (i64, u64);

/// Which way events are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// From the oldest on.
    Forward,
    /// From the newest back.
    Backward,
}

/// Which events are wanted.
pub(crate) struct Question<'a> {
    pub(crate) group: u64,
    pub(crate) streams: Wanted,
    /// Within which times, both ends included.
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) direction: Direction,
    /// What was read so far: it is not read again.
    pub(crate) after: Option<Position>,
    /// How many events, and how many bytes of messages, a page has.
    pub(crate) limit: usize,
    pub(crate) bytes_max: usize,
    /// How many bytes of messages are looked through for one page.
    pub(crate) scan_bytes_max: usize,
    /// Which of them.
    pub(crate) matches: &'a (dyn Fn(&str) -> bool + Sync),
}

/// An event that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) stream: Arc<str>,
    pub(crate) timestamp: i64,
    pub(crate) ingested: i64,
    pub(crate) number: u64,
    pub(crate) message: String,
}

impl Found {
    pub(super) fn of(block: &Block, event: usize, stream: Arc<str>) -> Found {
        Found {
            stream,
            timestamp: block.timestamps[event],
            ingested: block.ingested[event],
            number: block.numbers[event],
            message: block.message(event).to_owned(),
        }
    }
}

/// Events, the oldest first whichever way they were read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) events: Vec<Found>,
    /// From where it goes on; none if there is nothing more.
    pub(crate) next: Option<Position>,
}

/// The best so far.
struct Best {
    direction: Direction,
    limit: usize,
    bytes_max: usize,
    found: BTreeMap<Position, Found>,
    bytes: usize,
    /// What is here or behind does not belong on the page.
    bound: Option<Position>,
    /// Whether nobody has looked there.
    is_cut: bool,
}

impl Events {
    /// The page of a question. Blocks; call it from a thread that may wait.
    pub(crate) fn page(&self, question: &Question<'_>) -> Result<Page, Problem> {
        let &Question { group, direction, after, limit, bytes_max, .. } = question;
        // What is behind the place that was reached needs not be looked at.
        let (from, to) = match (direction, after) {
            (Direction::Forward, Some((time, _))) => (question.from.max(time), question.to),
            (Direction::Backward, Some((time, _))) => (question.from, question.to.min(time)),
            (Direction::Forward | Direction::Backward, None) => (question.from, question.to),
        };
        let mut candidates = self.candidates(group, &question.streams, from, to);
        match direction {
            Direction::Forward => candidates.sort_by_key(|it| it.least),
            Direction::Backward => candidates.sort_by_key(|it| std::cmp::Reverse(it.greatest)),
        }
        let mut best = Best {
            direction,
            limit,
            bytes_max,
            found: BTreeMap::new(),
            bytes: 0,
            bound: None,
            is_cut: false,
        };
        let (mut buffer, mut looked_at) = (Vec::new(), 0);
        for candidate in &candidates {
            let edge = edge(direction, candidate);
            if best.excludes(edge) {
                break;
            }
            let made_way = after.is_none_or(|after| is_before(direction, after, edge));
            if looked_at > question.scan_bytes_max && made_way {
                best.cut(edge);
                break;
            }
            looked_at += candidate.bytes();
            let block = candidate.block(&mut buffer)?;
            // It may have been deleted meanwhile.
            let Some(stream) = self.stream_name(group, block.stream) else { continue };
            best.look(question, &block, &stream, (from, to));
        }
        Ok(best.page())
    }
}

/// The first place that a block can have an event at.
fn edge(direction: Direction, candidate: &Candidate) -> Position {
    match direction {
        Direction::Forward => (candidate.least, 0),
        Direction::Backward => (candidate.greatest, u64::MAX),
    }
}

/// Whether a place comes before another one, the way that is read.
fn is_before(direction: Direction, one: Position, other: Position) -> bool {
    match direction {
        Direction::Forward => one < other,
        Direction::Backward => one > other,
    }
}

impl Best {
    fn excludes(&self, place: Position) -> bool {
        self.bound.is_some_and(|bound| !is_before(self.direction, place, bound))
    }

    /// Nothing from here on.
    fn cut(&mut self, place: Position) {
        if !self.excludes(place) {
            self.bound = Some(place);
            self.is_cut = true;
            let is_in = |it: &Position| is_before(self.direction, *it, place);
            self.found.retain(|it, _| is_in(it));
        }
    }

    fn look(&mut self, question: &Question<'_>, block: &Block, stream: &Arc<str>, (from, to): (i64, i64)) {
        let within = block.within(from, to);
        let mut events: Vec<usize> = within.collect();
        if self.direction == Direction::Backward {
            events.reverse();
        }
        for event in events {
            let place = (block.timestamps[event], block.numbers[event]);
            let is_seen = question.after.is_some_and(|after| !is_before(self.direction, after, place));
            if is_seen {
                continue;
            }
            // A block is sorted by time and number.
            if self.excludes(place) {
                break;
            }
            if (question.matches)(block.message(event)) {
                self.add(place, Found::of(block, event, Arc::clone(stream)));
            }
        }
    }

    fn add(&mut self, place: Position, found: Found) {
        self.bytes += found.message.len();
        self.found.insert(place, found);
        while self.found.len() > self.limit || (self.bytes > self.bytes_max && self.found.len() > 1) {
            let last = match self.direction {
                Direction::Forward => self.found.pop_last(),
                Direction::Backward => self.found.pop_first(),
            };
            let Some((place, found)) = last else { return };
            self.bytes -= found.message.len();
            self.bound = Some(place);
        }
    }

    fn page(self) -> Page {
        let last = match self.direction {
            Direction::Forward => self.found.last_key_value(),
            Direction::Backward => self.found.first_key_value(),
        };
        // No event is at a place where looking was left off.
        let next = if self.is_cut { self.bound } else { self.bound.and(last.map(|it| *it.0)) };
        Page { events: self.found.into_values().collect(), next }
    }
}
