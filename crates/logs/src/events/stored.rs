//! Blocks as segments have them: columns that are read one by one, when somebody asks for them. Records of flow logs are taken
//! apart, a column for each field: they take a quarter of the room so, and who asks for three fields of fourteen reads no others.
//!
//! ```text
//!   head    = version 2, stream u64, layout u32, count u32, columns u8, (bytes u32, checksum u32) x columns
//!   columns = timestamps, ingested, numbers, lengths of messages
//!             and one: all messages behind one another
//!             or more: the fields of messages that have all the same number of them, with a blank between two
//! ```
//!
//! The index has the checksum of the head.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::io;
use std::ops::Range;

use analytics::{Columns, FieldColumn, Layout, Strings};

use super::Layouts;
use super::block::Block;
use super::columns::{
    Field, are_places, count, put_lengths, put_numbers, take, take_lengths, take_numbers, whole,
};
use super::segment::Entry;

const VERSION: u8 = 2;
/// Bytes of the head before the columns' places, and of each of these.
const HEAD_BYTES: usize = 18;
const PLACE_BYTES: usize = 8;
/// Columns of every block: those before messages.
const COMMON: usize = 4;
/// Fields that a message has at most to be taken apart.
const FIELDS_MAX: usize = 64;
/// What a head has at most.
pub(super) const HEAD_BYTES_MAX: usize = HEAD_BYTES + (COMMON + FIELDS_MAX) * PLACE_BYTES;

/// Writes a block behind what is there. Gives its head's checksum.
pub(super) fn write(block: &Block, layouts: &Layouts, out: &mut Vec<u8>) -> u32 {
    let columns = columns(block, layouts);
    let start = out.len();
    out.push(VERSION);
    out.extend_from_slice(&block.stream.to_le_bytes());
    out.extend_from_slice(&block.layout.to_le_bytes());
    out.extend_from_slice(&count(block.len()));
    out.push(u8::try_from(columns.len()).expect("there are few columns"));
    for column in &columns {
        out.extend_from_slice(&count(column.len()));
        out.extend_from_slice(&store::checksum(0, column).to_le_bytes());
    }
    let checksum = store::checksum(0, &out[start..]);
    columns.iter().for_each(|column| out.extend_from_slice(column));
    checksum
}

fn columns(block: &Block, layouts: &Layouts) -> Vec<Vec<u8>> {
    let mut columns = vec![Vec::new(); COMMON];
    put_numbers(&mut columns[0], block.timestamps.iter().copied());
    put_numbers(&mut columns[1], block.ingested.iter().copied());
    put_numbers(&mut columns[2], block.numbers.iter().map(|it| it.cast_signed()));
    put_lengths(&mut columns[3], &block.offsets);
    match taken_apart(block, fields(block, layouts)) {
        Some(fields) => columns.extend(fields.iter().map(|field| {
            let mut column = Vec::new();
            field.put(&mut column);
            column
        })),
        None => columns.push(block.text.clone().into_bytes()),
    }
    columns
}

/// How many fields each message of a block has, if they are records of flow logs: of one that is known, or of the default format,
/// whoever has written them.
fn fields(block: &Block, layouts: &Layouts) -> usize {
    if let Some(layout) = layouts.get(&block.layout) {
        return layout.split_whitespace().count();
    }
    let is_record = |event: usize| Layout::recognized(block.message(event).as_bytes()).is_some();
    match (0..block.len()).all(is_record) {
        true => Layout::of_default_format().names().len(),
        false => 0,
    }
}

/// The fields of messages, if each has so many.
fn taken_apart(block: &Block, fields: usize) -> Option<Vec<Field>> {
    // One alone would be taken for text.
    if !(2..=FIELDS_MAX).contains(&fields) {
        return None;
    }
    let mut columns: Vec<Vec<&str>> = vec![Vec::with_capacity(block.len()); fields];
    for event in 0..block.len() {
        let mut parts = block.message(event).split(' ');
        for column in &mut columns {
            column.push(parts.next()?);
        }
        if parts.next().is_some() {
            return None;
        }
    }
    Some(columns.iter().map(|it| Field::of(it)).collect())
}

/// A block of a segment whose columns are read when somebody asks for them. What cannot be read is as if nothing were there, until
/// `finish` tells it.
pub(super) struct StoredBlock<'s> {
    pub(super) stream: u64,
    pub(super) layout: u32,
    pub(super) timestamps: Vec<i64>,
    count: usize,
    /// Bytes of all messages.
    text_bytes: u64,
    /// Where each column is in the block, and its checksum.
    places: Vec<(Range<usize>, u32)>,
    read: &'s Read<'s>,
    ingested: OnceCell<Vec<i64>>,
    numbers: OnceCell<Vec<u64>>,
    offsets: OnceCell<Vec<u32>>,
    text: OnceCell<String>,
    fields: Vec<OnceCell<Field>>,
    failed: RefCell<Option<Unreadable>>,
}

/// Reads bytes of a block.
pub(super) type Read<'s> = dyn Fn(Range<usize>) -> io::Result<Cow<'s, [u8]>> + 's;

/// A block that is damaged, or could not be read.
#[derive(Debug)]
pub(super) enum Unreadable {
    Damaged,
    Failed(io::Error),
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Unreadable {
        Unreadable::Failed(error)
    }
}

impl<'s> StoredBlock<'s> {
    /// The block that the index has so, of which these are the first bytes.
    pub(super) fn open(
        first: &[u8],
        entry: &Entry,
        read: &'s Read<'s>,
    ) -> Result<StoredBlock<'s>, Unreadable> {
        let (mut block, head) = StoredBlock::of_head(first, read).ok_or(Unreadable::Damaged)?;
        let is_whole =
            block.places.last().is_some_and(|(place, _)| u32::try_from(place.end) == Ok(entry.bytes));
        if store::checksum(0, &first[..head]) != entry.checksum || !is_whole || block.stream != entry.stream {
            return Err(Unreadable::Damaged);
        }
        block.timestamps = block.column(0, |bytes| numbers(bytes, block.count))?;
        block.text_bytes = u64::from(entry.text_bytes);
        Ok(block)
    }

    fn of_head(first: &[u8], read: &'s Read<'s>) -> Option<(StoredBlock<'s>, usize)> {
        let mut rest = first;
        let rest = &mut rest;
        let [VERSION] = take(rest)? else { return None };
        let stream = u64::from_le_bytes(take(rest)?);
        let layout = u32::from_le_bytes(take(rest)?);
        let size = |it: [u8; 4]| usize::try_from(u32::from_le_bytes(it)).ok();
        let count = size(take(rest)?)?;
        let columns = usize::from(u8::from_le_bytes(take(rest)?));
        let head = HEAD_BYTES + columns * PLACE_BYTES;
        let (mut places, mut end) = (Vec::with_capacity(columns), head);
        for _ in 0..columns {
            let start = end;
            end = start.checked_add(size(take(rest)?)?)?;
            places.push((start..end, u32::from_le_bytes(take(rest)?)));
        }
        let fields = match columns.checked_sub(COMMON)? {
            0 => return None,
            1 => Vec::new(),
            fields => (0..fields).map(|_| OnceCell::new()).collect(),
        };
        let block = StoredBlock {
            stream,
            layout,
            timestamps: Vec::new(),
            count,
            text_bytes: 0,
            places,
            read,
            ingested: OnceCell::new(),
            numbers: OnceCell::new(),
            offsets: OnceCell::new(),
            text: OnceCell::new(),
            fields,
            failed: RefCell::new(None),
        };
        Some((block, head))
    }

    fn column<T>(&self, column: usize, decode: impl FnOnce(&[u8]) -> Option<T>) -> Result<T, Unreadable> {
        let (place, checksum) = &self.places[column];
        let bytes = (self.read)(place.clone())?;
        let is_sound = store::checksum(0, &bytes) == *checksum;
        decode(&bytes).filter(|_| is_sound).ok_or(Unreadable::Damaged)
    }

    /// The same; nothing of it if it cannot be read, which is told later.
    fn later<T>(
        &self,
        column: usize,
        decode: impl FnOnce(&[u8]) -> Option<T>,
        instead: impl FnOnce() -> T,
    ) -> T {
        self.column(column, decode).unwrap_or_else(|problem| self.instead(problem, instead))
    }

    fn instead<T>(&self, problem: Unreadable, instead: impl FnOnce() -> T) -> T {
        self.failed.borrow_mut().get_or_insert(problem);
        instead()
    }
}

impl StoredBlock<'_> {
    /// To be asked when everything has been looked at: whether something could not be read.
    pub(super) fn finish(self) -> Result<(), Unreadable> {
        self.failed.into_inner().map_or(Ok(()), Err)
    }

    /// Of which events the times are within, both ends included.
    pub(super) fn within(&self, from: i64, to: i64) -> Range<usize> {
        super::block::within(&self.timestamps, from, to)
    }

    /// All of it, in one piece.
    pub(super) fn into_block(mut self) -> Result<Block, Unreadable> {
        self.ingested();
        self.numbers();
        self.text();
        let block = Block {
            stream: self.stream,
            layout: self.layout,
            timestamps: std::mem::take(&mut self.timestamps),
            ingested: self.ingested.take().unwrap_or_default(),
            numbers: self.numbers.take().unwrap_or_default(),
            offsets: self.offsets.take().unwrap_or_default(),
            text: self.text.take().unwrap_or_default(),
        };
        self.finish().map(|()| block)
    }

    /// Messages put together of their fields; none if they do not lie where they should.
    fn joined(&self) -> Option<String> {
        let fields: Vec<&Field> = (0..self.fields.len()).map(|place| self.field(place)).collect();
        let offsets = self.offsets();
        let mut text = String::with_capacity(offsets.last().map_or(0, |it| *it as usize));
        for event in 0..self.count {
            for (place, field) in fields.iter().enumerate() {
                if place > 0 {
                    text.push(' ');
                }
                text.push_str(field.get(event));
            }
        }
        are_places(offsets, &text).then_some(text)
    }

    fn ingested(&self) -> &[i64] {
        let instead = || vec![0; self.count];
        self.ingested.get_or_init(|| self.later(1, |bytes| numbers(bytes, self.count), instead))
    }

    fn numbers(&self) -> &[u64] {
        let read =
            |bytes: &[u8]| whole(bytes, |rest| take_numbers(rest, self.count, |it| Some(it.cast_unsigned())));
        self.numbers.get_or_init(|| self.later(2, read, || vec![0; self.count]))
    }

    fn offsets(&self) -> &[u32] {
        let read = |bytes: &[u8]| whole(bytes, |rest| take_lengths(rest, self.count));
        self.offsets.get_or_init(|| self.later(3, read, || vec![0; self.count + 1]))
    }

    /// All messages behind one another.
    fn text(&self) -> &str {
        let offsets = self.offsets();
        let length = offsets.last().map_or(0, |it| usize::try_from(*it).expect("a length in memory"));
        let read = |bytes: &[u8]| {
            let text = std::str::from_utf8(bytes).ok()?;
            (text.len() == length && are_places(offsets, text)).then(|| text.to_owned())
        };
        let instead = || " ".repeat(length);
        self.text.get_or_init(|| match self.fields.len() {
            0 => self.later(COMMON, read, instead),
            _ => self
                .joined()
                .filter(|it| it.len() == length)
                .unwrap_or_else(|| self.instead(Unreadable::Damaged, instead)),
        })
    }

    fn field(&self, place: usize) -> &Field {
        let read = |bytes: &[u8]| Field::read(bytes, self.count);
        self.fields[place].get_or_init(|| self.later(COMMON + place, read, || Field::nothing(self.count)))
    }
}

fn numbers(bytes: &[u8], count: usize) -> Option<Vec<i64>> {
    whole(bytes, |rest| take_numbers(rest, count, Some))
}

/// Some events of a block, for who looks at them.
pub(super) struct Shown<'b, 's> {
    pub(super) block: &'b StoredBlock<'s>,
    pub(super) events: Range<usize>,
}

impl Columns for Shown<'_, '_> {
    fn ingested(&self) -> &[i64] {
        &self.block.ingested()[self.events.clone()]
    }

    fn pointers(&self) -> &[u64] {
        &self.block.numbers()[self.events.clone()]
    }

    fn offsets(&self) -> &[u32] {
        &self.block.offsets()[self.events.start..=self.events.end]
    }

    fn bytes(&self, events: Range<usize>) -> u64 {
        // Of all of them the index knows it.
        if events.len() == self.block.count {
            return self.block.text_bytes;
        }
        let offsets = self.offsets();
        u64::from(offsets[events.end] - offsets[events.start])
    }

    fn fields(&self) -> Option<usize> {
        Some(self.block.fields.len()).filter(|fields| *fields > 0)
    }

    fn texts(&self) -> Strings<'_> {
        Strings { offsets: self.offsets(), bytes: self.block.text().as_bytes() }
    }

    fn field(&self, place: usize) -> FieldColumn<'_> {
        self.block.field(place).lent(self.events.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::cell::RefCell;

    fn block(messages: &[String], layout: u32) -> Block {
        let mut block = Block::of(7, layout);
        for (number, message) in (1_u32..).zip(messages) {
            block.push(1_700_000_000_000 + i64::from(number) / 2, 9, u64::from(number), message);
        }
        block
    }

    fn layouts() -> Layouts {
        Layouts::from([(1, "${srcaddr} ${action}".into())])
    }

    fn entry(block: &Block, bytes: &[u8], checksum: u32) -> Entry {
        Entry::of(block, 0, bytes.len(), checksum)
    }

    proptest! {
        #[test]
        fn a_block_is_read_as_it_was_written_and_nothing_else_is_one(
            messages in prop::collection::vec("[a-cß]{0,3} [a-c]{0,3}( x)?", 1..20),
            layout in 0..2_u32,
        ) {
            let (written, mut bytes) = (block(&messages, layout), Vec::new());
            let checksum = write(&written, &layouts(), &mut bytes);
            let entry = entry(&written, &bytes, checksum);
            let part = |place: Range<usize>| Ok(bytes[place].into());
            let all = 0..written.len();
            let stored = StoredBlock::open(&bytes, &entry, &part).unwrap();
            let is_apart = layout == 1 && messages.iter().all(|it| it.matches(' ').count() == 1);
            let shown = Shown { block: &stored, events: all.clone() };
            let columns: &dyn Columns = &shown;
            prop_assert_eq!(columns.fields().is_some(), is_apart);
            for event in all {
                prop_assert_eq!(columns.message(event), written.message(event).as_bytes());
                prop_assert_eq!(columns.texts().get(event), written.message(event).as_bytes());
            }
            prop_assert_eq!(stored.into_block().unwrap(), written);
            for end in 0..bytes.len() {
                let shorter = Entry { bytes: end as u32, ..entry };
                let opened = StoredBlock::open(&bytes[..end], &shorter, &part);
                prop_assert!(opened.is_err());
            }
        }
    }

    #[test]
    fn no_more_is_read_than_is_asked_for() {
        let messages: Vec<String> =
            (0..1000).map(|it| format!("10.0.{}.{} ACCEPT", it / 250, it % 250)).collect();
        let (written, mut bytes) = (block(&messages, 1), Vec::new());
        let checksum = write(&written, &layouts(), &mut bytes);
        let read = RefCell::new(0);
        let part = |place: Range<usize>| {
            *read.borrow_mut() += place.len();
            Ok(bytes[place].into())
        };
        let stored = StoredBlock::open(&bytes, &entry(&written, &bytes, checksum), &part).unwrap();
        let shown = Shown { block: &stored, events: 10..20 };
        assert_eq!(shown.field(1).get(0), b"ACCEPT");
        assert_eq!(shown.field(0).get(0), b"10.0.0.10");
        assert_eq!(Columns::bytes(&shown, 0..10), 10 * "10.0.0.10 ACCEPT".len() as u64);
        let wanted = *read.borrow();
        assert_eq!(shown.pointers()[0], 11);
        assert!(wanted < *read.borrow() && *read.borrow() < bytes.len());
    }

    #[test]
    fn records_of_flow_logs_take_a_quarter_of_the_room() {
        let record = |it: u32| {
            let (address, port) = (it * 7 % 200, 32768 + it * 7919 % 28000);
            format!(
                "2 123456789012 eni-0123456789abcdef0 10.0.0.{address} 10.0.1.7 {port} 443 6 5 {} 1700000000 1700000060 ACCEPT OK",
                it * 31 % 14000
            )
        };
        let messages: Vec<String> = (0..4000).map(record).collect();
        let (written, mut bytes) = (block(&messages, 0), Vec::new());
        write(&written, &Layouts::new(), &mut bytes);
        assert!(bytes.len() * 4 < written.text.len(), "{} of {}", bytes.len(), written.text.len());
    }
}
