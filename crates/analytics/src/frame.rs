//! Rows in columns: a column for each slot of a phase, as far as it has been asked for.

use crate::discovered::{Wanted, field};
use crate::value::{Value, read_number};
use crate::{Batch, Strings};
use query::{Input, Origin};
use std::cell::OnceCell;
use std::ops::Range;
use std::sync::Arc;

/// Some rows. Those of the first phase are events, whose fields are read when a step first asks for them.
pub(crate) struct Frame<'a> {
    rows: usize,
    columns: Vec<Option<Column<'a>>>,
    source: RowSource<'a>,
}

/// The values of a slot, one for each row.
pub(crate) struct Column<'a> {
    stored: Stored<'a>,
    /// The values themselves, when somebody has asked for them.
    values: OnceCell<Vec<Value<'a>>>,
}

/// What values are made of.
enum Stored<'a> {
    Nothing,
    Words(Words<'a>),
    Texts(Texts<'a>),
}

/// A few values, and which of them each row has.
#[derive(Clone)]
pub(crate) struct Words<'a> {
    pub words: Vec<Value<'a>>,
    pub codes: Vec<u16>,
}

/// A field's texts in a batch, and which of its events each row is.
pub(crate) struct Texts<'a> {
    pub texts: Strings<'a>,
    pub events: Vec<u32>,
}

impl<'a> From<Vec<Value<'a>>> for Column<'a> {
    fn from(values: Vec<Value<'a>>) -> Column<'a> {
        Column { stored: Stored::Nothing, values: values.into() }
    }
}

impl<'a> FromIterator<Value<'a>> for Column<'a> {
    fn from_iter<I: IntoIterator<Item = Value<'a>>>(values: I) -> Column<'a> {
        values.into_iter().collect::<Vec<_>>().into()
    }
}

impl<'a> From<Words<'a>> for Column<'a> {
    fn from(words: Words<'a>) -> Column<'a> {
        Column { stored: Stored::Words(words), values: OnceCell::new() }
    }
}

impl<'a> From<Texts<'a>> for Column<'a> {
    fn from(texts: Texts<'a>) -> Column<'a> {
        Column { stored: Stored::Texts(texts), values: OnceCell::new() }
    }
}

impl<'a> Column<'a> {
    /// Nothing, in every row.
    pub(crate) fn absent(rows: usize) -> Column<'a> {
        Words { words: vec![Value::Absent], codes: vec![0; rows] }.into()
    }

    /// A value for each row.
    pub(crate) fn values(&self) -> &[Value<'a>] {
        self.values.get_or_init(|| match &self.stored {
            Stored::Nothing => vec![],
            Stored::Words(words) => words.values(),
            Stored::Texts(texts) => texts.each(field).collect(),
        })
    }

    fn retain(&mut self, stays: &[bool]) {
        match &mut self.stored {
            Stored::Nothing => {}
            Stored::Words(words) => retain_copies(&mut words.codes, stays),
            Stored::Texts(texts) => retain_copies(&mut texts.events, stays),
        }
        if let Some(values) = self.values.get_mut() {
            retain(values, stays);
        }
    }

    fn take(&mut self, rows: &[usize]) {
        match &mut self.stored {
            Stored::Nothing => {}
            Stored::Words(words) => words.codes = take(&words.codes, rows),
            Stored::Texts(texts) => texts.events = take(&texts.events, rows),
        }
        if let Some(values) = self.values.get_mut() {
            *values = take(values, rows);
        }
    }
}

impl<'a> Texts<'a> {
    /// What each row has.
    pub(crate) fn each<T>(&self, of_text: impl Fn(&'a [u8]) -> T) -> impl Iterator<Item = T> {
        self.events.iter().map(move |event| of_text(self.texts.get(*event as usize)))
    }
}

impl<'a> Words<'a> {
    pub(crate) fn values(&self) -> Vec<Value<'a>> {
        self.each(&self.words)
    }

    /// What each row has, if this is what each word has.
    pub(crate) fn each<T: Clone>(&self, of_words: &[T]) -> Vec<T> {
        self.codes.iter().map(|code| of_words[usize::from(*code)].clone()).collect()
    }
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
        let place = |event: usize| u32::try_from(event).expect("offsets are of 32 bits");
        let mut places: Vec<u32> = (place(events.start)..place(events.end)).collect();
        let within: Vec<bool> =
            batch.timestamps[events].iter().map(|time| (from_ms..=to_ms).contains(time)).collect();
        if within.contains(&false) {
            retain_copies(&mut places, &within);
        }
        let events = places;
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
        let columns = columns.into_iter().map(|values| Some(values.into())).collect();
        Frame { rows: identities.len(), columns, source: RowSource::Kept(identities) }
    }

    /// Groups, whose first columns these are.
    pub(crate) fn of_groups(rows: usize, given: Vec<Column<'static>>, slots: usize) -> Frame<'static> {
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
        match (events.first(), events.last()) {
            // Those that lie behind one another need not be asked one by one.
            (Some(first), Some(last)) if (last - first) as usize + 1 == events.len() => {
                batch.columns.bytes(*first as usize..*last as usize + 1)
            }
            _ => events.iter().map(|event| batch.columns.bytes(*event as usize..*event as usize + 1)).sum(),
        }
    }

    /// A slot's values; nothing was ever put into one that has none.
    pub(crate) fn column(&self, slot: usize) -> Option<&[Value<'a>]> {
        self.columns[slot].as_ref().map(Column::values)
    }

    /// The same as words, if a slot's values are a few.
    pub(crate) fn words(&self, slot: usize) -> Option<&Words<'a>> {
        match &self.columns[slot].as_ref()?.stored {
            Stored::Words(words) => Some(words),
            Stored::Nothing | Stored::Texts(_) => None,
        }
    }

    /// The same as numbers, NaN where there is none.
    pub(crate) fn numbers(&self, slot: usize) -> Vec<f64> {
        let number = |value: &Value<'_>| value.as_number().unwrap_or(f64::NAN);
        let Some(column) = &self.columns[slot] else { return vec![f64::NAN; self.rows] };
        match &column.stored {
            Stored::Nothing => column.values().iter().map(number).collect(),
            Stored::Words(words) => words.each(&words.words.iter().map(number).collect::<Vec<_>>()),
            Stored::Texts(texts) => texts.each(|text| read_number(text).unwrap_or(f64::NAN)).collect(),
        }
    }

    pub(crate) fn set(&mut self, slot: usize, values: Vec<Value<'a>>) {
        debug_assert_eq!(values.len(), self.rows);
        self.columns[slot] = Some(values.into());
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
                Origin::Event(input) => self.columns[*slot] = Some(system_field(input, batch, events).into()),
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
            RowSource::Batch { batch, events } => batch.columns.pointers()[events[row] as usize],
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
            column.retain(stays);
        }
        match &mut self.source {
            RowSource::Batch { events, .. } => retain_copies(events, stays),
            RowSource::Kept(identities) => retain(identities, stays),
            RowSource::Groups => {}
        }
    }

    /// What a copy of a row takes of memory.
    pub(crate) fn row_bytes(&self, row: usize) -> usize {
        let value = |column: &Column<'a>| size_of::<Value<'a>>() + column.values()[row].owned_bytes();
        self.columns.iter().flatten().map(value).sum()
    }

    /// These rows, in this order; some may be there several times.
    pub(crate) fn take(&mut self, rows: &[usize]) {
        self.rows = rows.len();
        for column in self.columns.iter_mut().flatten() {
            column.take(rows);
        }
        match &mut self.source {
            RowSource::Batch { events, .. } => *events = take(events, rows),
            RowSource::Kept(identities) => *identities = take(identities, rows),
            RowSource::Groups => {}
        }
    }
}

fn empty<'a>(slots: usize) -> Vec<Option<Column<'a>>> {
    (0..slots).map(|_| None).collect()
}

fn retain<T>(items: &mut Vec<T>, stays: &[bool]) {
    let mut stays = stays.iter();
    items.retain(|_| stays.next().copied().unwrap_or(false));
}

/// The same without a decision for each, which the processor could not foresee.
fn retain_copies<T: Copy>(items: &mut Vec<T>, stays: &[bool]) {
    let mut kept = 0;
    for (place, stays) in (0..items.len()).zip(stays) {
        items[kept] = items[place];
        kept += usize::from(*stays);
    }
    items.truncate(kept);
}

fn take<T: Clone>(items: &[T], rows: &[usize]) -> Vec<T> {
    rows.iter().map(|row| items[*row].clone()).collect()
}

fn system_field<'a>(input: &Input, batch: &'a Batch<'a>, events: &[u32]) -> Vec<Value<'a>> {
    let events = events.iter().map(|event| *event as usize);
    let columns = batch.columns;
    match input {
        Input::Timestamp => events.map(|event| Value::Time(batch.timestamps[event])).collect(),
        Input::IngestionTime => {
            let ingested = columns.ingested();
            events.map(|event| Value::Time(ingested[event])).collect()
        }
        // Where many are wanted they are put together at once.
        Input::Message if events.len() * 4 >= batch.len() => {
            let texts = columns.texts();
            events.map(|event| Value::text(texts.get(event))).collect()
        }
        Input::Message => events.map(|event| Value::Text(columns.message(event))).collect(),
        Input::LogStream => events.map(|event| Value::text(batch.streams.name(event).as_bytes())).collect(),
        Input::Log => events.map(|_| Value::text(batch.log.as_bytes())).collect(),
        Input::Pointer => {
            let numbers = columns.pointers();
            events.map(|event| Value::owned_text(crate::pointer::print(batch.log, numbers[event]))).collect()
        }
        Input::Discovered(_) => events.map(|_| Value::Absent).collect(),
    }
}
