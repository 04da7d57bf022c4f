//! Files of records in Parquet.
//!
//! Follows "Flow log files" and "Available fields" (VPC User Guide): numbers are numbers, and none where a record's text has `-`;
//! texts are as they are in the text, `-` too.

use crate::field::{Field, FieldType};
use crate::format::Format;
use crate::parquet::{Column, Value, Writer};

/// What the schema is called. Readers do not look at it.
const SCHEMA: &str = "vpcflowlogs";

/// A file of records that is being written.
#[derive(Debug)]
pub struct ParquetFile {
    /// Which of a line's fields become columns, and of which kind: each field once, whatever the format says.
    columns: Vec<Option<FieldType>>,
    writer: Writer,
}

impl ParquetFile {
    /// A file of records of this format.
    pub fn new(format: &Format) -> ParquetFile {
        let fields = format.fields();
        let is_first = |(place, field): (usize, &Field)| !fields[..place].contains(field);
        let columns = fields.iter().enumerate();
        let columns = columns.map(|it| is_first(it).then(|| it.1.kind())).collect();
        let first = fields.iter().enumerate().filter(|it| is_first(*it)).map(|(_, field)| column(*field));
        ParquetFile { columns, writer: Writer::new(SCHEMA, first) }
    }

    /// Adds a record, as [`crate::Line`] writes it in this format.
    pub fn put(&mut self, line: &str) {
        let values = self.columns.iter().zip(line.split(' '));
        self.writer.push(values.filter_map(|(kind, text)| kind.map(|kind| value(kind, text))));
    }

    /// The whole file.
    pub fn finish(self) -> Vec<u8> {
        self.writer.finish()
    }
}

/// "account_id": what SQL takes for a name.
fn column(field: Field) -> Column {
    Column { name: field.name().replace('-', "_"), kind: field.kind() }
}

fn value(kind: FieldType, text: &str) -> Value<'_> {
    match kind {
        FieldType::String => Value::Text(text),
        FieldType::Int32 | FieldType::Int64 => text.parse().map_or(Value::Null, Value::Number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_names_for_sql_and_each_field_is_one_of_them_once() {
        let format: Format = "${account-id} ${srcport} ${account-id} ${pkt-dst-aws-service}".parse().unwrap();
        let mut file = ParquetFile::new(&format);
        file.put("1 2 1 S3");
        let bytes = file.finish();
        let count = |name: &str| bytes.windows(name.len()).filter(|it| *it == name.as_bytes()).count();
        // In the schema, and beside the column's one chunk.
        assert_eq!((count("account_id"), count("srcport"), count("pkt_dst_aws_service")), (2, 2, 2));
        assert_eq!(count("account-id"), 0);
    }

    #[test]
    fn a_number_that_is_not_there_is_none_and_a_text_is_as_it_is() {
        assert_eq!(value(FieldType::Int64, "-"), Value::Null);
        assert_eq!(value(FieldType::Int64, "17"), Value::Number(17));
        assert_eq!(value(FieldType::String, "-"), Value::Text("-"));
    }
}
