//! Golden records: what was once written is read for ever, and written again as it was.
//!
//! `golden_records/format-N/TABLE/NAME.json` is a record as a program of format N wrote it: its key and its row. It is never
//! changed. Where today's program writes the same row differently, because a field came with a default or a format changed
//! it, `NAME.written.json` beside it is the row as it is written today. `HAMLET_GOLDEN=write` writes those.
//!
//! Nothing here lists tables, enums or fields: the tables come from `World`, the rest is seen while records are read.
//! docs/add-a-stored-record.md says what to do when one of these tests fails.

mod golden;

use golden::coverage::Coverage;
use golden::file::{self, Golden};
use model::row::Row;
use model::upgrade::upgrade;
use model::world::{TableVisitor, World};
use serde_json::Value;
use std::fmt::Display;
use std::str::FromStr;

/// What is wrong, in sentences.
type Complaints = Vec<String>;

/// Runs a check for each record, as its table's row.
struct EachRecord<C>(C, Complaints);

trait Check {
    fn check<K: FromStr + Display, V: Row>(&mut self, golden: &Golden) -> Result<(), String>;
}

impl<C: Check> TableVisitor for EachRecord<C> {
    fn visit<K: FromStr + Display, V: Row>(&mut self, table: &'static str) {
        let records = file::of_table(table);
        if records.is_empty() {
            self.1.push(format!("{table} has no golden record"));
        }
        for golden in records {
            let checked = self.0.check::<K, V>(&golden);
            self.1.extend(checked.err().map(|problem| format!("{}: {problem}", golden.path.display())));
        }
    }
}

fn each_record<C: Check>(check: C) -> EachRecord<C> {
    let mut visitor = EachRecord(check, Complaints::new());
    World::visit_each_table(&mut visitor);
    visitor
}

fn none(complaints: &Complaints) {
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}

/// The row as today's format has it.
fn row_of_today(golden: &Golden) -> Result<Value, String> {
    let before = serde_json::to_vec(&golden.row).expect("it was read from JSON");
    let after = upgrade(golden.format, &golden.key, &before)?;
    let own = after.iter().find(|(key, _)| *key == golden.key);
    own.map_or(Ok(golden.row.clone()), |(_, it)| serde_json::from_slice(it).map_err(|it| it.to_string()))
}

fn read<V: Row>(golden: &Golden) -> Result<V, String> {
    serde_json::from_value(row_of_today(golden)?).map_err(|error| error.to_string())
}

struct IsReadAndWrittenAgain;

impl Check for IsReadAndWrittenAgain {
    fn check<K: FromStr + Display, V: Row>(&mut self, golden: &Golden) -> Result<(), String> {
        let (table, id) = golden.key.split_once('/').ok_or("its key has no table")?;
        let key: K = id.parse().map_err(|_| "its key is no key of its table")?;
        let written = serde_json::to_value(read::<V>(golden)?).map_err(|error| error.to_string())?;
        if format!("{table}/{key}") != golden.key {
            return Err(format!("its key is written {table}/{key}"));
        }
        let expected = golden.written.as_ref().unwrap_or(&golden.row);
        if written == *expected {
            return Ok(());
        }
        if std::env::var_os("HAMLET_GOLDEN").is_some() {
            golden.write(&written);
        }
        Err(format!("it is written {written}\n  and no longer {expected}"))
    }
}

#[test]
fn every_record_is_read_and_written_again_as_it_was() {
    none(&each_record(IsReadAndWrittenAgain).1);
}

impl Check for Coverage {
    fn check<K: FromStr + Display, V: Row>(&mut self, golden: &Golden) -> Result<(), String> {
        self.read::<V>(&row_of_today(golden)?)
    }
}

#[test]
fn every_variant_and_every_part_of_a_row_is_in_a_record() {
    let EachRecord(coverage, mut complaints) = each_record(Coverage::default());
    complaints.extend(coverage.complaints());
    none(&complaints);
}

struct RefusesAnUnknownField;

impl Check for RefusesAnUnknownField {
    fn check<K: FromStr + Display, V: Row>(&mut self, golden: &Golden) -> Result<(), String> {
        let row = row_of_today(golden)?;
        for place in objects(&row) {
            let mut changed = row.clone();
            let object = changed.pointer_mut(&place).and_then(Value::as_object_mut).expect("it is an object");
            object.insert("of_a_later_program".to_owned(), Value::from(1));
            if serde_json::from_value::<V>(changed).is_ok() {
                return Err(format!("an unknown field at \"{place}\" is dropped without a word"));
            }
        }
        Ok(())
    }
}

/// Where there are objects in a value, as JSON pointers.
fn objects(value: &Value) -> Vec<String> {
    let inside = |name: &str, value: &Value| -> Vec<String> {
        objects(value).iter().map(|place| format!("/{name}{place}")).collect()
    };
    match value {
        Value::Object(object) => {
            let parts = object.iter().flat_map(|(name, value)| inside(name, value));
            std::iter::once(String::new()).chain(parts).collect()
        }
        Value::Array(list) => {
            list.iter().enumerate().flat_map(|(place, value)| inside(&place.to_string(), value)).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

#[test]
fn a_record_with_an_unknown_field_is_refused_wherever_it_is() {
    none(&each_record(RefusesAnUnknownField).1);
}

#[test]
fn a_folder_of_no_table_is_noticed() {
    let tables: Vec<&str> = World::tables().collect();
    let unknown: Vec<String> =
        file::folders().into_iter().filter(|it| !tables.contains(&it.as_str())).collect();
    assert_eq!(unknown, Vec::<String>::new(), "a table that is gone needs a format without it");
}

#[test]
fn a_record_that_cannot_be_read_is_named_with_what_is_wrong() {
    let golden = &file::of_table("internet_gateways")[0];
    let load = |key: &str, row: &Value| {
        let bytes = serde_json::to_vec(row).unwrap();
        World::load(1, [(key, bytes.as_slice())]).map(drop).map_err(|error| error.to_string())
    };
    assert_eq!(load(&golden.key, &golden.row), Ok(()));
    let mut unknown = golden.row.clone();
    unknown["colour"] = Value::from("green");
    let said = load(&golden.key, &unknown).unwrap_err();
    assert!(
        said.starts_with(&format!("stored record {} cannot be read: unknown field `colour`", golden.key)),
        "{said}"
    );
    let said = load("ships/ship-1", &golden.row).unwrap_err();
    assert_eq!(said, "stored record ships/ship-1 cannot be read: no such table: ships");
    let said = load("internet_gateways/boat", &golden.row).unwrap_err();
    assert_eq!(said, "stored record internet_gateways/boat cannot be read: not an identifier");
}
