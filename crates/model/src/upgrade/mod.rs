//! What was different in stored records before: they are rewritten, format by format, when a data directory is opened.
//!
//! A new field with a default needs no new format: records without it can be read. Whatever else changes in a row, its
//! tables or its keys does; docs/add-a-stored-record.md says how.

mod root_volumes;

use serde_json::Value;

use crate::world::World;

/// The format that records are written in.
pub const FORMAT: u32 = 3;

/// Rewrites a row of a table as the next format has it, in place, and adds the records that are made out of it.
type Step = fn(table: &str, row: &mut Value, made: &mut Vec<(String, Value)>) -> Result<(), String>;

/// From format 1 to 2, from 2 to 3, and so on.
const STEPS: [Step; FORMAT as usize - 1] = [user_data_as_base64, root_volumes::separate];

/// What a record of an older format is in today's: itself, unless it is the same, and the records that are made out of it.
pub fn upgrade(from: u32, key: &str, value: &[u8]) -> Result<Vec<(String, Vec<u8>)>, String> {
    let done = usize::try_from(from).ok().and_then(|from| from.checked_sub(1));
    let steps =
        done.and_then(|done| STEPS.get(done..)).ok_or_else(|| format!("there is no format {from}"))?;
    let before: Value = serde_json::from_slice(value).map_err(|error| error.to_string())?;
    let mut records = vec![(key.to_owned(), before.clone())];
    for step in steps {
        let mut made = Vec::new();
        for (key, row) in &mut records {
            let table = key.split_once('/').map_or(key.as_str(), |(table, _)| table);
            step(table, row, &mut made)?;
        }
        records.extend(made);
    }
    let is_same = |(other, row): &(String, Value)| other == key && *row == before;
    let mut upgraded = Vec::new();
    for record in records {
        let after = serde_json::to_vec(&record.1).map_err(|error| error.to_string())?;
        // A record that could not be read afterwards is left as it is, and so are all the others.
        World::default().load_record(&record.0, &after)?;
        if !is_same(&record) {
            upgraded.push((record.0, after));
        }
    }
    Ok(upgraded)
}

/// Format 2: an instance's user data is text in base64, as the API carries it. As a list of numbers it took three times as
/// much, in a record that is written with every change of the instance.
fn user_data_as_base64(table: &str, row: &mut Value, _made: &mut Vec<(String, Value)>) -> Result<(), String> {
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
        let golden = include_str!("../../tests/golden_records/format-1/instances/made-1.json");
        let mut row = serde_json::from_str::<Value>(golden).unwrap()["row"].take();
        row["user_data"] = serde_json::from_str(user_data).unwrap();
        row
    }

    fn upgraded(from: u32, row: &Value) -> Result<Vec<(String, Value)>, String> {
        let key = format!("instances/{}", row["id"].as_str().unwrap());
        let records = upgrade(from, &key, &serde_json::to_vec(row).unwrap())?;
        Ok(records.into_iter().map(|(key, row)| (key, serde_json::from_slice(&row).unwrap())).collect())
    }

    #[test]
    fn user_data_of_format_1_becomes_text() {
        for (from, user_data) in [(1, "[35,33,255]"), (2, r#""IyH/""#)] {
            assert_eq!(upgraded(from, &row(user_data)).unwrap()[0].1["user_data"], "IyH/");
        }
    }

    #[test]
    fn the_volume_of_an_instance_becomes_a_record_with_everything_that_it_had() {
        let mut before = row(r#""""#);
        before["state"] = Value::from("Running");
        let old = before["root_volume"].clone();
        let made = upgraded(2, &before).unwrap();
        let [(_, instance), (key, volume)] = &made[..] else { panic!("two records") };
        assert_eq!((&instance["root_device"], &instance["root_volume"]), (&"/dev/xvda".into(), &Value::Null));
        assert_eq!(*key, format!("volumes/{}", old["id"].as_str().unwrap()));
        assert_eq!((&volume["tags"], &volume["created"]), (&old["tags"], &old["created"]));
        assert_eq!(volume["capacity"]["size_gib"], old["size_gib"]);
        assert_eq!(volume["attachments"][0]["instance"], before["id"]);
        let deleted = &volume["attachments"][0]["delete_on_termination"];
        assert_eq!(*deleted, old["delete_on_termination"]);
        assert!(volume["snapshot"].as_str().unwrap().starts_with("snap-"));
        assert_eq!(upgraded(3, instance), Ok(Vec::new()), "today's format");

        before["state"] = Value::from("Terminated");
        assert_eq!(upgraded(2, &before).unwrap().len(), 1, "it was gone with its instance");
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
