//! The index: which streams there are, which blocks in which segments, and from which journal on the rest is. It is changed when
//! events move into segments or out of them, in one transaction.

use std::path::Path;
use std::sync::Arc;

use redb::{Database, ReadableTable, TableDefinition};

use super::segment::Segment;
use super::{Problem, Seen, State, Stream};

/// When it was made, what is known of its events, and its name, by group and number.
type StreamRow = (i64, Option<(i64, i64, i64)>, &'static str);
const STREAMS: TableDefinition<'_, (u64, u64), StreamRow> = TableDefinition::new("streams");
/// The lines of blocks, by group and number.
const SEGMENTS: TableDefinition<'_, (u64, u64), &[u8]> = TableDefinition::new("segments");
const LAYOUTS: TableDefinition<'_, u32, &str> = TableDefinition::new("layouts");
/// The journal that goes on from here, and the next number.
const GOES_ON: TableDefinition<'_, (), (u64, u64)> = TableDefinition::new("goes on");

pub(super) struct Index(Database);

/// A group and a number, and the segment as it is now, if it is there.
type SegmentChange = ((u64, u64), Option<Arc<Segment>>);

/// What is different.
#[derive(Default)]
pub(super) struct Changes {
    /// By group and number; none if it is gone.
    pub(super) streams: Vec<((u64, u64), Option<Stream>)>,
    pub(super) segments: Vec<SegmentChange>,
    pub(super) layouts: Vec<(u32, Arc<str>)>,
    /// The journal that goes on, and the next number.
    pub(super) goes_on: Option<(u64, u64)>,
}

impl Index {
    pub(super) fn open(folder: &Path) -> Result<Index, Problem> {
        let database = Database::create(folder.join("index.redb"))?;
        let transaction = database.begin_write()?;
        transaction.open_table(STREAMS)?;
        transaction.open_table(SEGMENTS)?;
        transaction.open_table(LAYOUTS)?;
        transaction.open_table(GOES_ON)?;
        transaction.commit()?;
        Ok(Index(database))
    }

    /// What it knows, and the journal that goes on from there, if there is one.
    pub(super) fn load(&self, folder: &Path) -> Result<(State, Option<u64>), Problem> {
        let transaction = self.0.begin_write()?;
        let mut state = State { next: 1, ..State::default() };
        let mut journal = None;
        if let Some(row) = transaction.open_table(GOES_ON)?.get(())? {
            let (number, next) = row.value();
            (journal, state.next) = (Some(number), next);
        }
        for row in transaction.open_table(LAYOUTS)?.iter()? {
            let (layout, text) = row?;
            state.layouts.insert(layout.value(), text.value().into());
        }
        for row in transaction.open_table(STREAMS)?.iter()? {
            let (at, row) = row?;
            let ((group, stream), (created, seen, name)) = (at.value(), row.value());
            let seen = seen.map(|(first, last, ingested)| Seen { first, last, ingested });
            let name: Arc<str> = name.into();
            let group = state.groups.entry(group).or_default();
            group.by_name.insert(Arc::clone(&name), stream);
            group.streams.insert(stream, Stream { name, created, seen });
            state.streams += 1;
        }
        for row in transaction.open_table(SEGMENTS)?.iter()? {
            let (at, row) = row?;
            let (group, number) = at.value();
            let segment = Segment::open(folder, group, number, row.value())?;
            state.groups.entry(group).or_default().segments.insert(number, Arc::new(segment));
        }
        state.groups.values_mut().for_each(super::Group::count);
        transaction.abort()?;
        Ok((state, journal))
    }

    pub(super) fn commit(&self, changes: &Changes) -> Result<(), Problem> {
        let transaction = self.0.begin_write()?;
        {
            let mut streams = transaction.open_table(STREAMS)?;
            for (at, stream) in &changes.streams {
                match stream {
                    Some(Stream { name, created, seen }) => {
                        let seen = seen.map(|it| (it.first, it.last, it.ingested));
                        streams.insert(at, (*created, seen, &**name))?;
                    }
                    None => drop(streams.remove(at)?),
                }
            }
            let mut segments = transaction.open_table(SEGMENTS)?;
            for (at, segment) in &changes.segments {
                match segment {
                    Some(segment) => drop(segments.insert(at, segment.index().as_slice())?),
                    None => drop(segments.remove(at)?),
                }
            }
            let mut layouts = transaction.open_table(LAYOUTS)?;
            for (layout, text) in &changes.layouts {
                layouts.insert(layout, &**text)?;
            }
            if let Some(goes_on) = &changes.goes_on {
                transaction.open_table(GOES_ON)?.insert((), goes_on)?;
            }
        }
        Ok(transaction.commit()?)
    }
}
