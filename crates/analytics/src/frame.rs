//! Rows in columns: a column for each slot of a phase, as far as it has been asked for.

use crate::Batch;
use crate::discovered::Wanted;
use crate::value::Value;
use query::{Input, Origin};
use std::ops::Range;
use std::sync::Arc;

/// Some rows. Those of the first phase are events, whose fields are read when a step first asks for them.
pub(crate) struct Frame<'a> {
    rows: usize,
    columns: Vec<Option<Vec<Value<'a>>>>,
    source: RowSource<'a>,
}

enum RowSource<'a> {
    /// Events of a batch, by their places in it.
    Batch { batch: &'a Batch<'a>, events: Vec<u32> },
    /// Events that have been kept.
    Kept(Vec<Identity>),
    /// Groups.
    Groups,
}

/// Which event a row is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub time_ms: i64,
    pub pointer: u64,
    pub log: Arc<str>,
}

impl<'a> Frame<'a> {
    /// Those of these events of a batch that happened within the times.
    pub(crate) fn of_batch(
        batch: &'a Batch<'a>,
        events: Range<usize>,
        (from_ms, to_ms): (i64, i64),
        slots: usize,
    ) -> Frame<'a> {
        let within = |event: &usize| (from_ms..=to_ms).contains(&batch.timestamps[*event]);
        let events: Vec<u32> = events
            .filter(within)
            .map(|event| u32::try_from(event).expect("offsets are of 32 bits"))
            .collect();
        Frame { rows: events.len(), columns: empty(slots), source: RowSource::Batch { batch, events } }
    }

    /// Events that have been kept: rows of all slots.
    pub(crate) fn of_kept(kept: Vec<(Identity, Vec<Value<'static>>)>, slots: usize) -> Frame<'static> {
        let (identities, rows): (Vec<Identity>, Vec<Vec<Value<'static>>>) = kept.into_iter().unzip();
        let mut columns: Vec<Vec<Value<'static>>> =
            (0..slots).map(|_| Vec::with_capacity(rows.len())).collect();
        for row in rows {
            columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
        }
        let columns = columns.into_iter().map(Some).collect();
        Frame { rows: identities.len(), columns, source: RowSource::Kept(identities) }
    }

    /// Groups, whose first columns these are.
    pub(crate) fn of_groups(rows: usize, given: Vec<Vec<Value<'static>>>, slots: usize) -> Frame<'static> {
        let mut columns = empty(slots);
        columns.iter_mut().zip(given).for_each(|(column, values)| *column = Some(values));
        Frame { rows, columns, source: RowSource::Groups }
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// How many bytes the messages of these events have.
    pub(crate) fn message_bytes(&self) -> u64 {
        let RowSource::Batch { batch, events } = &self.source else { return 0 };
        events.iter().map(|event| batch.messages.get(*event as usize).len() as u64).sum()
    }

    /// A slot's values; nothing was ever put into one that has none.
    pub(crate) fn column(&self, slot: usize) -> Option<&[Value<'a>]> {
        self.columns[slot].as_deref()
    }

    pub(crate) fn set(&mut self, slot: usize, values: Vec<Value<'a>>) {
        debug_assert_eq!(values.len(), self.rows);
        self.columns[slot] = Some(values);
    }

    /// Reads what these slots hold, if they are fields of events that have not been read yet. Of what is found in messages
    /// everything is read that the phase wants, since the message is gone through but once.
    pub(crate) fn read(&mut self, origins: &[Origin], slots: &[usize]) {
        let RowSource::Batch { batch, events } = &self.source else { return };
        let mut discovered = false;
        for slot in slots {
            if self.columns[*slot].is_some() {
                continue;
            }
            match &origins[*slot] {
                Origin::Event(Input::Discovered(_)) => discovered = true,
                Origin::Event(input) => self.columns[*slot] = Some(system_field(input, batch, events)),
                Origin::Computed => {}
            }
        }
        if discovered {
            let wanted = origins.iter().enumerate().filter(|(slot, _)| self.columns[*slot].is_none());
            let (slots, names): (Vec<usize>, Vec<&str>) = wanted
                .filter_map(|(slot, origin)| match origin {
                    Origin::Event(Input::Discovered(name)) => Some((slot, &**name)),
                    _ => None,
                })
                .unzip();
            let columns = Wanted::new(names).read(batch, events);
            slots.into_iter().zip(columns).for_each(|(slot, column)| self.columns[slot] = Some(column));
        }
    }

    /// When a row's event happened.
    pub(crate) fn time_ms(&self, row: usize) -> i64 {
        match &self.source {
            RowSource::Batch { batch, events } => batch.timestamps[events[row] as usize],
            RowSource::Kept(identities) => identities[row].time_ms,
            RowSource::Groups => 0,
        }
    }

    /// The store's number of a row's event.
    pub(crate) fn pointer(&self, row: usize) -> u64 {
        match &self.source {
            RowSource::Batch { batch, events } => batch.pointers[events[row] as usize],
            RowSource::Kept(identities) => identities[row].pointer,
            RowSource::Groups => 0,
        }
    }

    /// The group of a row's event.
    pub(crate) fn log(&self, row: usize) -> Arc<str> {
        match &self.source {
            RowSource::Batch { batch, .. } => batch.log.into(),
            RowSource::Kept(identities) => Arc::clone(&identities[row].log),
            RowSource::Groups => "".into(),
        }
    }

    /// Which event a row is, if it is one.
    pub(crate) fn identity(&self, row: usize) -> Option<&Identity> {
        match &self.source {
            RowSource::Kept(identities) => Some(&identities[row]),
            RowSource::Batch { .. } | RowSource::Groups => None,
        }
    }

    /// Leaves the rows for which `stays` has true.
    pub(crate) fn retain(&mut self, stays: &[bool]) {
        self.rows = stays.iter().filter(|stays| **stays).count();
        if self.rows == stays.len() {
            return;
        }
        for column in self.columns.iter_mut().flatten() {
            retain(column, stays);
        }
        match &mut self.source {
            RowSource::Batch { events, .. } => retain(events, stays),
            RowSource::Kept(identities) => retain(identities, stays),
            RowSource::Groups => {}
        }
    }

    /// What a copy of a row takes of memory.
    pub(crate) fn row_bytes(&self, row: usize) -> usize {
        let value = |column: &Vec<Value<'a>>| size_of::<Value<'a>>() + column[row].owned_bytes();
        self.columns.iter().flatten().map(value).sum()
    }

    /// These rows, in this order; some may be there several times.
    pub(crate) fn take(&mut self, rows: &[usize]) {
        self.rows = rows.len();
        for column in self.columns.iter_mut().flatten() {
            *column = take(column, rows);
        }
        match &mut self.source {
            RowSource::Batch { events, .. } => *events = take(events, rows),
            RowSource::Kept(identities) => *identities = take(identities, rows),
            RowSource::Groups => {}
        }
    }
}

fn empty<'a>(slots: usize) -> Vec<Option<Vec<Value<'a>>>> {
    (0..slots).map(|_| None).collect()
}

fn retain<T>(items: &mut Vec<T>, stays: &[bool]) {
    let mut stays = stays.iter();
    items.retain(|_| stays.next().copied().unwrap_or(false));
}

fn take<T: Clone>(items: &[T], rows: &[usize]) -> Vec<T> {
    rows.iter().map(|row| items[*row].clone()).collect()
}

fn system_field<'a>(input: &Input, batch: &Batch<'a>, events: &[u32]) -> Vec<Value<'a>> {
    let value = |event: &u32| {
        let event = *event as usize;
        match input {
            Input::Timestamp => Value::Time(batch.timestamps[event]),
            Input::IngestionTime => Value::Time(batch.ingested[event]),
            Input::Message => Value::text(batch.messages.get(event)),
            Input::LogStream => Value::text(batch.streams.name(event).as_bytes()),
            Input::Log => Value::text(batch.log.as_bytes()),
            Input::Pointer => Value::owned_text(crate::pointer::print(batch.log, batch.pointers[event])),
            Input::Discovered(_) => Value::Absent,
        }
    };
    events.iter().map(value).collect()
}
