//! Reading: which blocks have to be looked at, and one after the other of them. Only one is in memory at a time, and nothing is
//! copied out of it for who only looks.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use analytics::Columns;

use super::segment::{Entry, Segment};
use super::{Block, Events, Layouts, Problem, block, stored};

/// Of which streams events are wanted.
#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    All,
    One(u64),
    These(HashSet<u64>),
}

impl Wanted {
    fn has(&self, stream: u64) -> bool {
        match self {
            Wanted::All => true,
            Wanted::One(it) => *it == stream,
            Wanted::These(some) => some.contains(&stream),
        }
    }
}

/// A block that is not read yet.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) least: i64,
    pub(super) greatest: i64,
    at: Place,
}

#[derive(Clone, Debug)]
enum Place {
    Memory(Arc<Block>),
    Segment(Arc<Segment>, Entry),
}

impl Candidate {
    /// The block; what is read from a segment goes through the buffer.
    pub(super) fn block(&self, buffer: &mut Vec<u8>) -> Result<Arc<Block>, Problem> {
        match &self.at {
            Place::Memory(block) => Ok(Arc::clone(block)),
            Place::Segment(segment, entry) => segment.read(entry, buffer).map(Arc::new),
        }
    }

    /// How many bytes its messages have.
    pub(super) fn bytes(&self) -> usize {
        match &self.at {
            Place::Memory(block) => block.text.len(),
            Place::Segment(_, entry) => usize::try_from(entry.text_bytes).unwrap_or(usize::MAX),
        }
    }

    fn stream(&self) -> u64 {
        match &self.at {
            Place::Memory(block) => block.stream,
            Place::Segment(_, entry) => entry.stream,
        }
    }

    fn has_number(&self, number: u64) -> bool {
        match &self.at {
            Place::Memory(block) => block.numbers.contains(&number),
            Place::Segment(_, entry) => (entry.first..=entry.last).contains(&number),
        }
    }
}

/// Events of one stream that somebody looks at, in the order of time.
pub struct Part<'a> {
    /// When each happened, in milliseconds since 1970.
    pub timestamps: &'a [i64],
    /// What else is known of each, and what they say. Fields in columns are those of the layout; without one, those of flow logs'
    /// default format.
    pub columns: &'a dyn Columns,
    /// The stream's name.
    pub stream: &'a str,
    /// How the messages are written, if that is known.
    pub layout: Option<&'a str>,
}

/// What a look at events was like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scanned {
    /// How many events were shown.
    pub events: u64,
    /// Bytes of their messages.
    pub bytes: u64,
}

/// Somebody who looks at events.
struct Look<'e> {
    layouts: Layouts,
    within: (i64, i64),
    each: &'e mut dyn FnMut(&Part<'_>) -> ControlFlow<()>,
    scanned: Scanned,
}

impl Look<'_> {
    fn at(
        &mut self,
        candidate: &Candidate,
        stream: &str,
        buffer: &mut Vec<u8>,
    ) -> Result<ControlFlow<()>, Problem> {
        if let Place::Segment(segment, entry) = &candidate.at {
            let looked = segment.look(entry, |block| {
                let events = block.within(self.within.0, self.within.1);
                let shown = stored::Shown { block, events: events.clone() };
                self.show(&block.timestamps[events], &shown, stream, block.layout)
            })?;
            if let Some(goes_on) = looked {
                return Ok(goes_on);
            }
        }
        let block = &*candidate.block(buffer)?;
        let events = block.within(self.within.0, self.within.1);
        let shown = block::Shown { block, events: events.clone() };
        Ok(self.show(&block.timestamps[events], &shown, stream, block.layout))
    }

    fn show(
        &mut self,
        timestamps: &[i64],
        columns: &dyn Columns,
        stream: &str,
        layout: u32,
    ) -> ControlFlow<()> {
        if timestamps.is_empty() {
            return ControlFlow::Continue(());
        }
        self.scanned.events += timestamps.len() as u64;
        self.scanned.bytes += columns.bytes(0..timestamps.len());
        let layout = self.layouts.get(&layout).map(|it| &**it);
        (self.each)(&Part { timestamps, columns, stream, layout })
    }
}

/// An event, and how its message is written.
pub(crate) type WithLayout = (super::Found, Option<Arc<str>>);

impl Events {
    /// The blocks of a group that may have events within the times, both ends included.
    pub(super) fn candidates(&self, group: u64, wanted: &Wanted, from: i64, to: i64) -> Vec<Candidate> {
        let state = self.shared.state();
        let Some(of) = state.groups.get(&group) else { return Vec::new() };
        let is_meant = |stream: u64, least: i64, greatest: i64| {
            least <= to && greatest >= from && wanted.has(stream) && of.streams.contains_key(&stream)
        };
        let mut all = Vec::new();
        for segment in of.segments.values() {
            let entries = segment.entries.iter().filter(|it| is_meant(it.stream, it.least, it.greatest));
            all.extend(entries.map(|entry| Candidate {
                least: entry.least,
                greatest: entry.greatest,
                at: Place::Segment(Arc::clone(segment), *entry),
            }));
        }
        for block in &of.pending {
            let (Some(least), Some(greatest)) = (block.timestamps.first(), block.timestamps.last()) else {
                continue;
            };
            if is_meant(block.stream, *least, *greatest) {
                let at = Place::Memory(Arc::clone(block));
                all.push(Candidate { least: *least, greatest: *greatest, at });
            }
        }
        all
    }

    /// Shows the events of a group within the times, both ends included, to `each` until it breaks: in no order of streams, and
    /// within a stream nearly in that of time. Blocks; call it from a thread that may wait.
    ///
    /// # Errors
    /// The store's.
    pub fn scan(
        &self,
        group: u64,
        (from, to): (i64, i64),
        each: &mut dyn FnMut(&Part<'_>) -> ControlFlow<()>,
    ) -> Result<Scanned, Problem> {
        let layouts = self.shared.state().layouts.clone();
        let mut look = Look { layouts, within: (from, to), each, scanned: Scanned::default() };
        let mut buffer = Vec::new();
        for candidate in self.candidates(group, &Wanted::All, from, to) {
            // It may have been deleted meanwhile.
            let Some(stream) = self.stream_name(group, candidate.stream()) else { continue };
            if look.at(&candidate, &stream, &mut buffer)?.is_break() {
                break;
            }
        }
        Ok(look.scanned)
    }

    /// Times that touch without overlapping and are all of those given, at most so many, in each of which lies about as much.
    pub fn parts(&self, group: u64, (from, to): (i64, i64), count: usize) -> Vec<(i64, i64)> {
        let mut candidates = self.candidates(group, &Wanted::All, from, to);
        candidates.sort_by_key(|it| it.least);
        let total: usize = candidates.iter().map(Candidate::bytes).sum();
        let (mut parts, mut begins, mut before) = (Vec::new(), from, 0);
        for candidate in &candidates {
            let is_enough = before * count >= total * (parts.len() + 1);
            if parts.len() + 1 < count && is_enough && candidate.least > begins {
                parts.push((begins, candidate.least - 1));
                begins = candidate.least;
            }
            before += candidate.bytes();
        }
        parts.push((begins, to));
        parts
    }

    /// The event of a number, its stream, and how its message is written.
    ///
    /// # Errors
    /// The store's.
    pub(crate) fn event(&self, group: u64, number: u64) -> Result<Option<WithLayout>, Problem> {
        let mut buffer = Vec::new();
        let candidates = self.candidates(group, &Wanted::All, i64::MIN, i64::MAX);
        for candidate in candidates.into_iter().filter(|it| it.has_number(number)) {
            let block = candidate.block(&mut buffer)?;
            let Some(event) = block.numbers.iter().position(|it| *it == number) else { continue };
            let Some(stream) = self.stream_name(group, block.stream) else { continue };
            let layout = self.shared.state().layouts.get(&block.layout).cloned();
            return Ok(Some((super::Found::of(&block, event, stream), layout)));
        }
        Ok(None)
    }
}
