//! What was different in stored records before: they are rewritten, format by format, when a data directory is opened.
//!
//! A new field with a default needs no new format: records without it can be read. Whatever else changes in a row, its
//! tables or its keys does; docs/add-a-stored-record.md says how.

use serde_json::Value;

use crate::world::World;

/// The format that records are written in.
pub const FORMAT: u32 = 2;

/// Rewrites a row of a table as the next format has it, in place.
type Step = fn(table: &str, row: &mut Value) -> Result<(), String>;

/// From format 1 to 2, from 2 to 3, and so on.
const STEPS: [Step; FORMAT as usize - 1] = [user_data_as_base64];

/// A record of an older format as today's has it; `None` if that is the same.
pub fn upgrade(from: u32, key: &str, value: &[u8]) -> Result<Option<Vec<u8>>, String> {
    let table = key.split_once('/').map_or(key, |(table, _)| table);
    let done = usize::try_from(from).ok().and_then(|from| from.checked_sub(1));
    let steps =
        done.and_then(|done| STEPS.get(done..)).ok_or_else(|| format!("there is no format {from}"))?;
    let before: Value = serde_json::from_slice(value).map_err(|error| error.to_string())?;
    let mut row = before.clone();
    for step in steps {
        step(table, &mut row)?;
    }
    let after = serde_json::to_vec(&row).map_err(|error| error.to_string())?;
    // A record that could not be read afterwards is left as it is, and so are all the others.
    World::default().load_record(key, &after)?;
    Ok((row != before).then_some(after))
}

/// Format 2: an instance's user data is text in base64, as the API carries it. As a list of numbers it took three times as
/// much, in a record that is written with every change of the instance.
fn user_data_as_base64(table: &str, row: &mut Value) -> Result<(), String> {
    if table != "instances" {
        return Ok(());
    }
    let user_data = row.get_mut("user_data").ok_or("it has no user_data")?;
    let bytes: Vec<u8> = serde_json::from_value(user_data.take()).map_err(|error| error.to_string())?;
    *user_data = Value::String(crate::base64_text::encode(&bytes));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(user_data: &str) -> Value {
        let golden = include_str!("../tests/golden_records/format-1/instances/made-1.json");
        let mut row = serde_json::from_str::<Value>(golden).unwrap()["row"].take();
        row["user_data"] = serde_json::from_str(user_data).unwrap();
        row
    }

    fn upgraded(from: u32, row: &Value) -> Result<Option<Value>, String> {
        let key = format!("instances/{}", row["id"].as_str().unwrap());
        let after = upgrade(from, &key, &serde_json::to_vec(row).unwrap())?;
        Ok(after.map(|after| serde_json::from_slice(&after).unwrap()))
    }

    #[test]
    fn user_data_of_format_1_becomes_text() {
        assert_eq!(upgraded(1, &row("[35,33,255]")), Ok(Some(row(r#""IyH/""#))));
        assert_eq!(upgraded(2, &row(r#""IyH/""#)), Ok(None), "today's format");
    }

    #[test]
    fn what_cannot_be_read_afterwards_is_said() {
        let mut unknown = row("[]");
        unknown["colour"] = Value::from("green");
        let said = upgraded(1, &unknown).unwrap_err();
        assert!(said.starts_with("unknown field `colour`"), "{said}");
        for bad in [(1, row("[300]")), (0, row("[]")), (FORMAT + 1, row("[]")), (2, row(r#""?""#))] {
            assert!(upgraded(bad.0, &bad.1).is_err(), "{bad:?}");
        }
        assert_eq!(upgrade(1, "ships/1", b"{}"), Err("no such table: ships".to_owned()));
    }
}
