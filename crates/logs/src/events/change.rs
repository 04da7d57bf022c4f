//! What callers want of the writer, and what becomes of it.

use std::collections::HashMap;
use std::sync::Arc;

use super::block::Block;
use super::house::Kept;
use super::operation::Operation;
use super::{Events, LAYOUTS_MAX, Problem, STREAMS_MAX, Shared, State};

/// Events of one call: of one stream, the oldest first.
#[derive(Clone, Debug)]
pub(crate) struct NewEvents {
    pub(crate) stream: String,
    /// Whether the stream is made if it is not there.
    pub(crate) make: bool,
    /// How the messages are written: the names of fields, if that is known.
    pub(crate) layout: Option<String>,
    /// When they came.
    pub(crate) now: i64,
    /// When each happened, and what it says.
    pub(crate) events: Vec<(i64, String)>,
}

pub(super) enum Change {
    Create { group: u64, name: String, now: i64 },
    Delete { group: u64, name: String },
    Put { group: u64, new: NewEvents },
}

/// What is asked of the writer.
pub(super) enum Job {
    Change(Change),
    /// What is in memory alone goes to segments.
    Flush,
    /// What is dead in a group's segments gives its room back.
    Clean {
        group: u64,
        kept: Option<Kept>,
    },
}

impl Change {
    pub(super) fn takes_room(&self) -> bool {
        match self {
            Change::Create { .. } | Change::Put { .. } => true,
            Change::Delete { .. } => false,
        }
    }

    pub(super) fn bytes(&self) -> usize {
        match self {
            Change::Create { .. } | Change::Delete { .. } => 600,
            Change::Put { new, .. } => new.events.iter().map(|it| it.1.len() + 28).sum(),
        }
    }
}

impl Events {
    /// Makes a stream.
    pub(crate) async fn create_stream(&self, group: u64, name: &str, now: i64) -> Result<(), Problem> {
        self.writer.ask(Job::Change(Change::Create { group, name: name.to_owned(), now })).await
    }

    /// Deletes a stream with its events.
    pub(crate) async fn delete_stream(&self, group: u64, name: &str) -> Result<(), Problem> {
        self.writer.ask(Job::Change(Change::Delete { group, name: name.to_owned() })).await
    }

    /// Takes events. They last when this is done.
    pub(crate) async fn put(&self, group: u64, new: NewEvents) -> Result<(), Problem> {
        self.writer.ask(Job::Change(Change::Put { group, new })).await
    }
}

/// A batch of changes on its way: what they would do, on top of what is.
pub(super) struct Plan<'s> {
    state: &'s State,
    next: u64,
    made: usize,
    streams: HashMap<(u64, Arc<str>), Option<u64>>,
    layouts: HashMap<Arc<str>, u32>,
    pub(super) operations: Vec<Operation>,
}

impl<'s> Plan<'s> {
    pub(super) fn on(state: &'s State) -> Plan<'s> {
        Plan {
            state,
            next: state.next,
            made: 0,
            streams: HashMap::new(),
            layouts: HashMap::new(),
            operations: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, change: Change) -> Result<(), Problem> {
        match change {
            Change::Create { group, name, now } => match self.stream(group, &name) {
                Some(_) => Err(Problem::StreamExists),
                None => self.create(group, &name, now).map(drop),
            },
            Change::Delete { group, name } => {
                let stream = self.stream(group, &name).ok_or(Problem::NoStream)?;
                self.streams.insert((group, name.into()), None);
                self.operations.push(Operation::Deleted { group, stream });
                Ok(())
            }
            Change::Put { group, new } => self.put(group, new),
        }
    }

    fn stream(&self, group: u64, name: &str) -> Option<u64> {
        match self.streams.get(&(group, Arc::from(name))) {
            Some(planned) => *planned,
            None => self.state.groups.get(&group)?.by_name.get(name).copied(),
        }
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    fn create(&mut self, group: u64, name: &str, created: i64) -> Result<u64, Problem> {
        if self.state.streams + self.made >= STREAMS_MAX {
            return Err(Problem::TooMany);
        }
        self.made += 1;
        let (stream, name) = (self.number(), Arc::<str>::from(name));
        self.streams.insert((group, Arc::clone(&name)), Some(stream));
        self.operations.push(Operation::Stream { group, stream, created, name });
        Ok(stream)
    }

    fn put(&mut self, group: u64, new: NewEvents) -> Result<(), Problem> {
        let NewEvents { stream, make, layout, now, events } = new;
        let stream = match self.stream(group, &stream) {
            Some(stream) => stream,
            None if make => self.create(group, &stream, now)?,
            None => return Err(Problem::NoStream),
        };
        let layout = layout.map_or(0, |text| self.layout(text.into()));
        let mut block = Block::of(stream, layout);
        for (timestamp, message) in &events {
            let number = self.number();
            block.push(*timestamp, now, number, message);
        }
        if block.len() > 0 {
            self.operations.push(Operation::Events { group, block: Arc::new(block) });
        }
        Ok(())
    }

    /// The number of a layout; zero, as if it were not known, if there are too many.
    fn layout(&mut self, text: Arc<str>) -> u32 {
        let known = self.state.layouts.iter().find(|(_, it)| **it == text).map(|it| *it.0);
        if let Some(known) = known.or_else(|| self.layouts.get(&text).copied()) {
            return known;
        }
        let count = self.state.layouts.len() + self.layouts.len();
        let Some(number) = u32::try_from(count + 1).ok().filter(|_| count < LAYOUTS_MAX) else { return 0 };
        self.layouts.insert(Arc::clone(&text), number);
        self.operations.push(Operation::Layout { layout: number, text });
        number
    }
}

impl State {
    /// Does what is durable.
    pub(super) fn apply(&mut self, operation: Operation) {
        match operation {
            Operation::Stream { group, stream, created, name } => {
                let group = self.groups.entry(group).or_default();
                group.by_name.insert(Arc::clone(&name), stream);
                group.streams.insert(stream, super::Stream { name, created, seen: None });
                group.dirty.insert(stream);
                self.streams += 1;
                self.next = self.next.max(stream + 1);
            }
            Operation::Deleted { group, stream } => {
                let Some(group) = self.groups.get_mut(&group) else { return };
                let Some(gone) = group.streams.remove(&stream) else { return };
                group.by_name.remove(&gone.name);
                group.pending.retain(|block| block.stream != stream);
                group.dirty.insert(stream);
                group.count();
                self.streams -= 1;
            }
            Operation::Layout { layout, text } => {
                self.layouts.insert(layout, text);
            }
            Operation::Events { group, block } => {
                let last = block.numbers.last().copied().unwrap_or_default();
                self.next = self.next.max(last + 1);
                let Some(group) = self.groups.get_mut(&group) else { return };
                let Some(stream) = group.streams.get_mut(&block.stream) else { return };
                stream.note(&block);
                group.dirty.insert(block.stream);
                group.bytes += super::billed(block.len(), block.text.len());
                group.pending.push(block);
            }
        }
    }
}

impl super::Group {
    /// Counts anew what its events take.
    pub(super) fn count(&mut self) {
        let alive = |stream: &u64| self.streams.contains_key(stream);
        let entries = self.segments.values().flat_map(|it| &it.entries).filter(|it| alive(&it.stream));
        let size = |it: u32| usize::try_from(it).unwrap_or(usize::MAX);
        let in_segments: u64 = entries.map(|it| super::billed(size(it.events), size(it.text_bytes))).sum();
        let in_memory: u64 = self.pending.iter().map(|it| super::billed(it.len(), it.text.len())).sum();
        self.bytes = in_segments + in_memory;
    }
}

impl Shared {
    /// Refuses what takes room if there is too little.
    pub(super) fn check_room(&self) -> Result<(), Problem> {
        // A file system that does not say it will say when it is full.
        let is_left = rustix::fs::statvfs(&self.folder)
            .map_or(true, |it| it.f_bavail.saturating_mul(it.f_frsize) >= super::RESERVE_BYTES);
        if is_left { Ok(()) } else { Err(Problem::Full) }
    }
}
