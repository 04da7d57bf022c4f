//! Which fields a message has, found in itself.

use crate::frame::{Column, Texts, Words};
use crate::json::{self, Leaf};
use crate::value::Value;
use crate::{Batch, FieldColumn, Layout, Strings};
use std::collections::{BTreeMap, HashMap};

/// Fields that are asked for, and where their values go.
pub(crate) struct Wanted<'n> {
    /// The columns by their fields' names.
    columns: HashMap<&'n str, Vec<usize>>,
    names: Vec<&'n str>,
}

impl<'n> Wanted<'n> {
    pub(crate) fn new(names: Vec<&'n str>) -> Wanted<'n> {
        let mut columns: HashMap<&str, Vec<usize>> = HashMap::new();
        for (column, name) in names.iter().enumerate() {
            columns.entry(name).or_default().push(column);
        }
        Wanted { columns, names }
    }

    /// The fields of these events, a column for each name.
    pub(crate) fn read<'a>(&self, batch: &'a Batch<'a>, events: &[u32]) -> Vec<Column<'a>> {
        let layout = batch.layout;
        let Some(fields) = batch.columns.fields() else {
            return self.find(&batch.columns.texts(), layout, events);
        };
        let place = |name: &str| layout?.position(name).filter(|place| *place < fields);
        let column = |name: &&str| match place(name) {
            Some(place) => given(&batch.columns.field(place), events),
            None => Column::absent(events.len()),
        };
        self.names.iter().map(column).collect()
    }

    /// The same of texts, which are looked through.
    fn find<'a>(&self, texts: &Strings<'a>, layout: Option<&Layout>, events: &[u32]) -> Vec<Column<'a>> {
        let mut columns = vec![vec![Value::Absent; events.len()]; self.names.len()];
        let mut places = layout.map(|layout| self.places(layout));
        let mut found = vec![];
        for (row, event) in events.iter().enumerate() {
            let message = texts.get(*event as usize);
            if layout.is_none() && json::may_be_object(message) {
                self.read_object(message, row, &mut columns, &mut found);
            } else if let Some(layout) = layout.or_else(|| Layout::recognized(message)) {
                let places = places.get_or_insert_with(|| self.places(layout));
                split(message, places, row, &mut columns);
            }
        }
        columns.into_iter().map(Column::from).collect()
    }

    /// Which place of the message goes into which column, by places.
    fn places(&self, layout: &Layout) -> Vec<(usize, usize)> {
        let place = |(column, name): (usize, &&str)| Some((layout.position(name)?, column));
        let mut places: Vec<(usize, usize)> = self.names.iter().enumerate().filter_map(place).collect();
        places.sort_unstable();
        places
    }

    fn read_object<'a>(
        &self,
        message: &'a [u8],
        row: usize,
        columns: &mut [Vec<Value<'a>>],
        found: &mut Vec<(usize, Leaf<'a>)>,
    ) {
        found.clear();
        let is_object = json::flatten(message, &mut |name, leaf| {
            for column in self.columns.get(name).into_iter().flatten() {
                found.push((*column, leaf.clone()));
            }
        });
        if is_object {
            for (column, leaf) in found.drain(..) {
                columns[column][row] = value(leaf);
            }
        }
    }
}

fn value(leaf: Leaf<'_>) -> Value<'_> {
    match leaf {
        Leaf::Text(text) => Value::Text(text),
        Leaf::Number(number) => Value::text(number),
        Leaf::Boolean(boolean) => Value::Boolean(boolean),
        Leaf::Null => Value::Absent,
    }
}

/// A `-` is what a record has where it has nothing.
pub(crate) fn field(text: &[u8]) -> Value<'_> {
    if text == b"-" { Value::Absent } else { Value::text(text) }
}

/// What the store has in a column already.
fn given<'a>(column: &FieldColumn<'a>, events: &[u32]) -> Column<'a> {
    match column {
        FieldColumn::Texts(texts) => Texts { texts: *texts, events: events.to_vec() }.into(),
        FieldColumn::Words { words, codes } => {
            let codes = events.iter().map(|event| codes[*event as usize]).collect();
            Words { words: words.iter().map(field).collect(), codes }.into()
        }
    }
}

/// Takes what stands between spaces.
fn split<'a>(message: &'a [u8], places: &[(usize, usize)], row: usize, columns: &mut [Vec<Value<'a>>]) {
    let mut wanted = places.iter().peekable();
    let (mut place, mut start) = (0, 0);
    for end in memchr::memchr_iter(b' ', message).chain(std::iter::once(message.len())) {
        while let Some((_, column)) = wanted.next_if(|(wanted, _)| *wanted == place) {
            columns[*column][row] = field(&message[start..end]);
        }
        if wanted.peek().is_none() {
            return;
        }
        place += 1;
        start = end + 1;
    }
}

/// All fields that are discovered in a message, with their values: what GetLogRecord shows beside the message itself.
#[must_use]
pub fn fields(message: &[u8], layout: Option<&Layout>) -> Vec<(String, String)> {
    if let Some(layout) = layout.or_else(|| Layout::recognized(message)) {
        return layout
            .names()
            .iter()
            .zip(message.split(|byte| *byte == b' '))
            .filter(|(_, field)| *field != b"-".as_slice())
            .map(|(name, field)| (name.to_string(), String::from_utf8_lossy(field).into_owned()))
            .collect();
    }
    let mut fields = vec![];
    let is_object = json::may_be_object(message)
        && json::flatten(message, &mut |name, leaf| {
            fields.extend(value(leaf).print().map(|value| (name.to_owned(), value)));
        });
    if is_object { fields } else { vec![] }
}

/// "CloudWatch Logs Insights can extract up to 1,000 fields of a log group" (supported logs).
const FIELDS_OF_GROUP_MAX: usize = 1000;
/// What every event has.
const OF_EVERY_EVENT: [&str; 5] = ["@ingestionTime", "@log", "@logStream", "@message", "@timestamp"];

/// Counts in how many events each field is: what GetLogGroupFields tells.
#[derive(Debug, Default)]
pub struct FieldCounter {
    events: u64,
    fields: BTreeMap<String, u64>,
}

impl FieldCounter {
    /// Counts these events, too.
    pub fn add(&mut self, batch: &Batch<'_>) {
        for event in 0..batch.len() {
            self.events += 1;
            for (name, _) in fields(&batch.columns.message(event), batch.layout) {
                if self.fields.len() < FIELDS_OF_GROUP_MAX || self.fields.contains_key(&name) {
                    *self.fields.entry(name).or_default() += 1;
                }
            }
        }
    }

    /// How many events were counted.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.events
    }

    /// The fields, and in how many of a hundred events each is, the most frequent first.
    #[must_use]
    pub fn percent(&self) -> Vec<(String, u32)> {
        if self.events == 0 {
            return vec![];
        }
        let all = OF_EVERY_EVENT.iter().map(|name| ((*name).to_owned(), self.events));
        let found = self.fields.iter().map(|(name, count)| (name.clone(), *count));
        let mut fields: Vec<(String, u64)> = all.chain(found).collect();
        fields.sort_by(|(name, count), (other, others)| others.cmp(count).then_with(|| name.cmp(other)));
        let percent = |count: u64| u32::try_from(count * 100 / self.events).unwrap_or(100);
        fields.into_iter().map(|(name, count)| (name, percent(count))).collect()
    }
}
