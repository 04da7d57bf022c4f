//! One column of a group of rows: its values as they are written, and what its header says of them.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

use super::thrift;
use crate::field::FieldType;

/// A value; none is a null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    /// Nothing.
    Null,
    /// Of a column of texts.
    Text(&'a str),
    /// Of a column of numbers.
    Number(i64),
}

/// A column's values since the last group of rows.
#[derive(Debug)]
pub(super) struct Values {
    kind: FieldType,
    /// The values that are there, one after the other.
    plain: Vec<u8>,
    /// Whether each is there.
    there: Vec<bool>,
    range: Option<Range>,
}

/// The least and the greatest value.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Range {
    Numbers(i64, i64),
    Texts(String, String),
}

/// What the footer says of a column in a group of rows.
#[derive(Debug)]
pub(super) struct Chunk {
    /// Where it begins.
    pub(super) offset: i64,
    pub(super) rows: i64,
    /// How long it is, with its header, before and after it was compressed.
    pub(super) plain_bytes: i64,
    pub(super) bytes: i64,
    pub(super) nulls: i64,
    /// Its least and greatest value.
    pub(super) range: Option<(Vec<u8>, Vec<u8>)>,
}

/// A page of values.
const DATA_PAGE: i32 = 0;
/// How values are written: as they are.
pub(super) const PLAIN: i32 = 0;
/// How it is written which of them are there: how often the same.
pub(super) const RLE: i32 = 3;

impl Values {
    pub(super) fn new(kind: FieldType) -> Values {
        Values { kind, plain: Vec::new(), there: Vec::new(), range: None }
    }

    /// Adds a value. What is no value of this column is none.
    pub(super) fn push(&mut self, value: Value<'_>) {
        let is_there = match (self.kind, value) {
            (FieldType::String, Value::Text(text)) => self.push_text(text),
            (FieldType::Int32, Value::Number(number)) => match i32::try_from(number) {
                Ok(number) => self.push_number(&number.to_le_bytes(), number.into()),
                Err(_) => false,
            },
            (FieldType::Int64, Value::Number(number)) => self.push_number(&number.to_le_bytes(), number),
            (FieldType::String, Value::Number(_)) | (FieldType::Int32 | FieldType::Int64, Value::Text(_)) => {
                false
            }
            (_, Value::Null) => false,
        };
        self.there.push(is_there);
    }

    fn push_text(&mut self, text: &str) -> bool {
        let Ok(length) = u32::try_from(text.len()) else { return false };
        self.plain.extend(length.to_le_bytes());
        self.plain.extend(text.as_bytes());
        match &mut self.range {
            Some(Range::Texts(least, _)) if text < least.as_str() => text.clone_into(least),
            Some(Range::Texts(_, most)) if text > most.as_str() => text.clone_into(most),
            Some(_) => {}
            None => self.range = Some(Range::Texts(text.to_owned(), text.to_owned())),
        }
        true
    }

    fn push_number(&mut self, bytes: &[u8], number: i64) -> bool {
        self.plain.extend(bytes);
        match &mut self.range {
            Some(Range::Numbers(least, most)) => (*least, *most) = (number.min(*least), number.max(*most)),
            Some(Range::Texts(..)) | None => self.range = Some(Range::Numbers(number, number)),
        }
        true
    }

    /// Writes them as one page, and forgets them.
    pub(super) fn write(&mut self, file: &mut Vec<u8>) -> Chunk {
        let mut page = Vec::with_capacity(self.plain.len() + self.there.len() / 4);
        write_there(&self.there, &mut page);
        page.append(&mut self.plain);
        let compressed = gzip(&page);
        let rows = std::mem::take(&mut self.there);
        let offset = file.len();
        thrift::write(file, |it| {
            it.int(1, DATA_PAGE);
            it.int(2, size(page.len()));
            it.int(3, size(compressed.len()));
            it.inner(5, |it| {
                it.int(1, size(rows.len()));
                it.int(2, PLAIN);
                it.int(3, RLE);
                it.int(4, RLE);
            });
        });
        let header = file.len() - offset;
        file.extend(&compressed);
        let range = self.range.take().map(|range| range.bytes(self.kind));
        Chunk {
            offset: long(offset),
            rows: long(rows.len()),
            plain_bytes: long(header + page.len()),
            bytes: long(header + compressed.len()),
            nulls: long(rows.iter().filter(|it| !**it).count()),
            range,
        }
    }
}

impl Range {
    /// Both as values are written, but without a text's length.
    fn bytes(self, kind: FieldType) -> (Vec<u8>, Vec<u8>) {
        let bytes = |number: i64| match i32::try_from(number) {
            Ok(number) if kind == FieldType::Int32 => number.to_le_bytes().to_vec(),
            _ => number.to_le_bytes().to_vec(),
        };
        match self {
            Range::Texts(least, most) => (least.into_bytes(), most.into_bytes()),
            Range::Numbers(least, most) => (bytes(least), bytes(most)),
        }
    }
}

/// Which values are there, as "definition levels": the number of bytes, then runs of the same, each with its length.
fn write_there(there: &[bool], page: &mut Vec<u8>) {
    let mut runs = Vec::new();
    for run in there.chunk_by(|a, b| a == b) {
        thrift::varint(&mut runs, (run.len() as u64) << 1);
        runs.push(u8::from(run[0]));
    }
    page.extend(size(runs.len()).to_le_bytes());
    page.append(&mut runs);
}

fn gzip(page: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    // Memory takes what it is given.
    let written = encoder.write_all(page).and_then(|()| encoder.finish());
    written.expect("memory takes what it is given")
}

/// A group of rows is small ([`super::ROWS`]).
fn size(length: usize) -> i32 {
    i32::try_from(length).expect("a page is smaller than two gigabytes")
}

fn long(length: usize) -> i64 {
    i64::try_from(length).expect("memory is smaller than that")
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;
    use proptest::prelude::*;
    use std::io::Read;

    /// What a page says, read by the specification and not by what wrote it; `None` is a null.
    fn read(kind: FieldType, rows: usize, page: &[u8]) -> Vec<Option<Vec<u8>>> {
        let (length, rest) = page.split_first_chunk::<4>().unwrap();
        let (mut runs, mut values) = rest.split_at(u32::from_le_bytes(*length) as usize);
        let mut there = Vec::new();
        while !runs.is_empty() {
            let (mut count, mut shift) = (0, 0);
            loop {
                let (byte, rest) = runs.split_first().unwrap();
                runs = rest;
                count |= usize::from(byte & 0x7f) << shift;
                shift += 7;
                if byte & 0x80 == 0 {
                    break;
                }
            }
            assert_eq!(count & 1, 0, "runs of the same, not packed bits");
            let (level, rest) = runs.split_first().unwrap();
            runs = rest;
            there.extend(std::iter::repeat_n(*level == 1, count >> 1));
        }
        assert_eq!(there.len(), rows);
        let mut take = |count: usize| {
            let (taken, rest) = values.split_at(count);
            values = rest;
            taken.to_vec()
        };
        let read = there.into_iter().map(|is_there| {
            is_there.then(|| match kind {
                FieldType::Int32 => take(4),
                FieldType::Int64 => take(8),
                FieldType::String => {
                    let length = u32::from_le_bytes(take(4).try_into().unwrap());
                    take(length as usize)
                }
            })
        });
        let read = read.collect();
        assert!(values.is_empty(), "nothing is left over");
        read
    }

    /// Writes values, and what the page and its chunk say of them.
    fn written(kind: FieldType, all: &[Value<'_>]) -> (Vec<Option<Vec<u8>>>, Chunk) {
        let mut values = Values::new(kind);
        all.iter().for_each(|value| values.push(*value));
        let mut file = b"PAR1".to_vec();
        let chunk = values.write(&mut file);
        assert_eq!((chunk.offset, chunk.offset + chunk.bytes), (4, long(file.len())));
        let header = file.windows(2).position(|it| it == [0x1f, 0x8b]).unwrap();
        let mut page = Vec::new();
        GzDecoder::new(&file[header..]).read_to_end(&mut page).unwrap();
        assert_eq!(chunk.plain_bytes, long(header - 4 + page.len()));
        assert_eq!(chunk.nulls, long(all.iter().filter(|it| **it == Value::Null).count()));
        (read(kind, all.len(), &page), chunk)
    }

    #[test]
    fn what_is_no_value_of_the_column_is_none() {
        let mut values = Values::new(FieldType::Int32);
        for value in [Value::Number(1 << 31), Value::Text("1"), Value::Null] {
            values.push(value);
        }
        let chunk = values.write(&mut Vec::new());
        assert_eq!((chunk.rows, chunk.nulls, chunk.range), (3, 3, None));
    }

    proptest! {
        #[test]
        fn numbers_come_back_with_their_nulls_and_their_range(
            all in proptest::collection::vec(proptest::option::weighted(0.7, any::<i32>()), 1..200),
        ) {
            let values: Vec<_> =
                all.iter().map(|it| it.map_or(Value::Null, |number| Value::Number(number.into()))).collect();
            let (read, chunk) = written(FieldType::Int32, &values);
            let bytes = |it: &i32| it.to_le_bytes().to_vec();
            prop_assert_eq!(read, all.iter().map(|it| it.as_ref().map(bytes)).collect::<Vec<_>>());
            let there: Vec<_> = all.iter().flatten().collect();
            let range = there.iter().min().zip(there.iter().max()).map(|(least, most)| (bytes(least), bytes(most)));
            prop_assert_eq!(chunk.range, range);
            let (read, _) = written(FieldType::Int64, &values);
            let long = |it: &i32| i64::from(*it).to_le_bytes().to_vec();
            prop_assert_eq!(read, all.iter().map(|it| it.as_ref().map(long)).collect::<Vec<_>>());
        }

        #[test]
        fn texts_come_back_whatever_they_are(
            all in proptest::collection::vec(proptest::option::weighted(0.7, ".*"), 1..100),
        ) {
            let values: Vec<_> =
                all.iter().map(|it| it.as_deref().map_or(Value::Null, Value::Text)).collect();
            let (read, chunk) = written(FieldType::String, &values);
            let bytes = |it: &String| it.clone().into_bytes();
            prop_assert_eq!(read, all.iter().map(|it| it.as_ref().map(bytes)).collect::<Vec<_>>());
            let there: Vec<_> = all.iter().flatten().collect();
            let range = there.iter().min().zip(there.iter().max());
            prop_assert_eq!(chunk.range, range.map(|(least, most)| (bytes(least), bytes(most))));
        }
    }
}
