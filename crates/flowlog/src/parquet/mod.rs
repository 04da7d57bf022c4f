//! Parquet files of flat columns.
//!
//! Follows "File Format" (Apache Parquet). Every column may have nulls; values are as they are (PLAIN) and compressed by gzip,
//! as AWS's files of flow logs are; a group of rows has one page of each column. No dictionaries: gzip finds what repeats.

mod column;
mod thrift;

pub(crate) use column::Value;

use column::{Chunk, PLAIN, RLE, Values};
use thrift::Struct;

use crate::field::FieldType;

/// How many rows a group has. Its columns are in memory as they are; what is written is compressed.
pub(crate) const ROWS: usize = 20_000;
/// What files begin and end with.
const MAGIC: &[u8; 4] = b"PAR1";
/// The version of the format that says what pages of this kind say.
const VERSION: i32 = 1;
const CREATED_BY: &str = concat!("hamlet version ", env!("CARGO_PKG_VERSION"));
const OPTIONAL: i32 = 1;
const GZIP: i32 = 2;

/// A column, as the schema has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: FieldType,
}

/// A file that is being written.
#[derive(Debug)]
pub(crate) struct Writer {
    schema: String,
    columns: Vec<(Column, Values)>,
    /// What is complete.
    bytes: Vec<u8>,
    groups: Vec<Group>,
    /// How many rows are in none of them.
    open: usize,
}

/// A group of rows: a chunk of each column.
#[derive(Debug)]
struct Group {
    rows: i64,
    chunks: Vec<Chunk>,
}

impl Writer {
    /// A file whose schema has this name.
    pub(crate) fn new(schema: &str, columns: impl IntoIterator<Item = Column>) -> Writer {
        let values = |column: Column| {
            let values = Values::new(column.kind);
            (column, values)
        };
        Writer {
            schema: schema.to_owned(),
            columns: columns.into_iter().map(values).collect(),
            bytes: MAGIC.to_vec(),
            groups: Vec::new(),
            open: 0,
        }
    }

    /// Adds a row, a value for each column; what is missing is null.
    pub(crate) fn push<'a>(&mut self, row: impl IntoIterator<Item = Value<'a>>) {
        let mut row = row.into_iter();
        for (_, values) in &mut self.columns {
            values.push(row.next().unwrap_or(Value::Null));
        }
        self.open += 1;
        if self.open == ROWS {
            self.close_group();
        }
    }

    /// The whole file.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        if self.open > 0 {
            self.close_group();
        }
        let mut bytes = std::mem::take(&mut self.bytes);
        let begin = bytes.len();
        thrift::write(&mut bytes, |it| self.write_footer(it));
        let length = u32::try_from(bytes.len() - begin).expect("a footer is small");
        bytes.extend(length.to_le_bytes());
        bytes.extend(MAGIC);
        bytes
    }

    fn close_group(&mut self) {
        let bytes = &mut self.bytes;
        let chunks = self.columns.iter_mut().map(|(_, values)| values.write(bytes)).collect();
        let rows = i64::try_from(std::mem::take(&mut self.open)).unwrap_or_default();
        self.groups.push(Group { rows, chunks });
    }

    /// "FileMetaData".
    fn write_footer(&self, it: &mut Struct<'_>) {
        it.int(1, VERSION);
        let root = std::iter::once(None);
        let elements: Vec<_> = root.chain(self.columns.iter().map(|(column, _)| Some(column))).collect();
        it.structs(2, elements.into_iter(), |element, it| match element {
            None => self.write_root(it),
            Some(column) => write_element(column, it),
        });
        it.long(3, self.groups.iter().map(|group| group.rows).sum());
        it.structs(4, self.groups.iter().enumerate(), |(place, group), it| {
            self.write_group(place, group, it)
        });
        it.binary(6, CREATED_BY.as_bytes());
        // That least and greatest values are so by the order of their type.
        it.structs(7, self.columns.iter(), |_, it| it.inner(1, |_| {}));
    }

    fn write_root(&self, it: &mut Struct<'_>) {
        it.binary(4, self.schema.as_bytes());
        it.int(5, i32::try_from(self.columns.len()).unwrap_or_default());
    }

    /// "RowGroup".
    fn write_group(&self, place: usize, group: &Group, it: &mut Struct<'_>) {
        let columns: Vec<_> = self.columns.iter().map(|(column, _)| column).zip(&group.chunks).collect();
        let sum = |of: fn(&Chunk) -> i64| group.chunks.iter().map(of).sum();
        it.structs(1, columns.into_iter(), |(column, chunk), it| {
            it.long(2, chunk.offset);
            it.inner(3, |it| write_chunk(column, chunk, it));
        });
        it.long(2, sum(|chunk| chunk.plain_bytes));
        it.long(3, group.rows);
        if let Some(first) = group.chunks.first() {
            it.long(5, first.offset);
        }
        it.long(6, sum(|chunk| chunk.bytes));
        if let Ok(place) = i16::try_from(place) {
            it.short(7, place);
        }
    }
}

/// A type's number, and the number of what it means by the older names.
fn types(kind: FieldType) -> (i32, i32) {
    match kind {
        // INT32 and INT_32, INT64 and INT_64, BYTE_ARRAY and UTF8.
        FieldType::Int32 => (1, 17),
        FieldType::Int64 => (2, 18),
        FieldType::String => (6, 0),
    }
}

/// "SchemaElement" of a column.
fn write_element(column: &Column, it: &mut Struct<'_>) {
    let (physical, converted) = types(column.kind);
    it.int(1, physical);
    it.int(3, OPTIONAL);
    it.binary(4, column.name.as_bytes());
    it.int(6, converted);
    let integer = |bits: i8| {
        move |it: &mut Struct<'_>| {
            it.byte(1, bits);
            it.truth(2, true);
        }
    };
    it.inner(10, |it| match column.kind {
        FieldType::String => it.inner(1, |_| {}),
        FieldType::Int32 => it.inner(10, integer(32)),
        FieldType::Int64 => it.inner(10, integer(64)),
    });
}

/// "ColumnMetaData".
fn write_chunk(column: &Column, chunk: &Chunk, it: &mut Struct<'_>) {
    it.int(1, types(column.kind).0);
    it.ints(2, &[RLE, PLAIN]);
    it.binaries(3, &[column.name.as_bytes()]);
    it.int(4, GZIP);
    it.long(5, chunk.rows);
    it.long(6, chunk.plain_bytes);
    it.long(7, chunk.bytes);
    it.long(9, chunk.offset);
    it.inner(12, |it| {
        it.long(3, chunk.nulls);
        if let Some((least, most)) = &chunk.range {
            it.binary(5, most);
            it.binary(6, least);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(rows: usize) -> Vec<u8> {
        let column = |name: &str, kind| Column { name: name.to_owned(), kind };
        let columns = [column("dstport", FieldType::Int32), column("action", FieldType::String)];
        let mut writer = Writer::new("flows", columns);
        for row in 0..rows {
            writer.push([Value::Number(i64::try_from(row % 7).unwrap()), Value::Text("ACCEPT")]);
        }
        writer.finish()
    }

    #[test]
    fn it_begins_and_ends_as_files_do_and_says_how_long_its_footer_is() {
        let bytes = file(3);
        assert!(bytes.starts_with(MAGIC) && bytes.ends_with(MAGIC));
        let length = u32::from_le_bytes(bytes[bytes.len() - 8..bytes.len() - 4].try_into().unwrap());
        let footer = &bytes[bytes.len() - 8 - length as usize..bytes.len() - 8];
        assert_eq!(footer[..2], [0x15, 2], "field 1, its version: 1");
        for name in ["flows", "dstport", "action", CREATED_BY] {
            assert!(footer.windows(name.len()).any(|it| it == name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn a_group_is_closed_when_it_is_full() {
        let gzipped = |rows: usize| file(rows).windows(3).filter(|it| it == &[0x1f, 0x8b, 8]).count();
        assert_eq!((gzipped(1), gzipped(ROWS), gzipped(ROWS + 1)), (2, 2, 4), "a page of each column");
    }
}
