//! One event with all its fields, by its pointer. Follows GetLogRecord (Amazon CloudWatch Logs API Reference).

use std::collections::BTreeMap;
use std::sync::Arc;

use awsproto::{AwsError, Call};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::World;
use serde_json::Value;

use crate::errors;
use crate::events::{Events, Problem};
use crate::shapes::*;
use crate::source;

/// Fields of JSON that are shown: "up to 200 log event fields".
const FIELDS_MAX: usize = 200;

/// What `@ptr` of queries' results says of an event: its number, and its group as `ACCOUNT:GROUP`.
pub fn pointer(log: &str, number: u64) -> String {
    STANDARD.encode(format!("{number:x}@{log}"))
}

/// The group, and the event's number.
fn read_pointer(pointer: &str) -> Option<(String, u64)> {
    let text = String::from_utf8(STANDARD.decode(pointer).ok()?).ok()?;
    let (number, log) = text.split_once('@')?;
    Some((log.to_owned(), u64::from_str_radix(number, 16).ok()?))
}

/// The name of the group that a pointer leads to, if it is of who asks.
pub(crate) fn group_of(call: &Call, pointer: &str) -> Option<String> {
    let (log, _) = read_pointer(pointer)?;
    let (account, name) = log.split_once(':')?;
    (account == call.scope.account.to_string()).then(|| name.to_owned())
}

pub(crate) async fn get(
    call: Call,
    world: Arc<World>,
    events: Arc<Events>,
    request: GetLogRecordRequest,
) -> Result<GetLogRecordResponse, AwsError> {
    let GetLogRecordRequest {
        log_record_pointer,
        // Nothing is masked.
        unmask: _,
    } = request;
    let pointer = log_record_pointer.ok_or_else(|| errors::missing("logRecordPointer"))?;
    let invalid = || errors::invalid("The specified logRecordPointer is invalid.");
    let (log, number) = read_pointer(&pointer).ok_or_else(invalid)?;
    let gone = || errors::not_found("The specified log record does not exist.");
    let name = group_of(&call, &pointer).ok_or_else(gone)?;
    let of = world.log_group(call.scope, &name).map_err(|_| gone())?;
    let group = of.id.number();
    let found = tokio::task::spawn_blocking(move || events.event(group, number)).await;
    let found = found.map_err(|error| errors::problem(Problem::Storage(error.to_string())))?;
    let (found, format) = found.map_err(errors::problem)?.ok_or_else(gone)?;
    if of.oldest(call.now).is_some_and(|oldest| found.timestamp < oldest) {
        return Err(gone());
    }
    let mut record = BTreeMap::new();
    if let Ok(json @ Value::Object(_)) = serde_json::from_str(&found.message) {
        flatten("", &json, &mut record);
    } else {
        let layout = format.map(|format| source::layout(&format));
        record.extend(analytics::fields(found.message.as_bytes(), layout.as_ref()));
    }
    let system = [
        ("@ptr", pointer),
        ("@timestamp", found.timestamp.to_string()),
        ("@ingestionTime", found.ingested.to_string()),
        ("@logStream", found.stream.to_string()),
        ("@log", log),
        ("@message", found.message),
    ];
    record.extend(system.map(|(name, value)| (name.to_owned(), value)));
    Ok(GetLogRecordResponse { log_record: Some(record) })
}

/// The values in JSON by their ways: `a.b`, `a.0`.
fn flatten(way: &str, value: &Value, into: &mut BTreeMap<String, String>) {
    let below = |name: &str| if way.is_empty() { name.to_owned() } else { format!("{way}.{name}") };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, it)| flatten(&below(name), it, into)),
        Value::Array(members) => {
            members.iter().enumerate().for_each(|(place, it)| flatten(&below(&place.to_string()), it, into));
        }
        _ if into.len() >= FIELDS_MAX => {}
        Value::Null => {}
        // A name that begins with @ is shown with another one.
        Value::String(text) => drop(into.insert(own(way), text.clone())),
        Value::Bool(_) | Value::Number(_) => drop(into.insert(own(way), value.to_string())),
    }
}

fn own(way: &str) -> String {
    if way.starts_with('@') { format!("@{way}") } else { way.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_read_again_and_nothing_else_is_one() {
        let log = "123456789012:/a#b".to_owned();
        assert_eq!(read_pointer(&pointer(&log, u64::MAX)), Some((log, u64::MAX)));
        for other in ["", "x", &STANDARD.encode("7"), &STANDARD.encode("-1@a")] {
            assert_eq!(read_pointer(other), None, "{other}");
        }
    }
}
