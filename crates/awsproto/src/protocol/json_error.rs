//! Errors as JSON: what the protocols have in common.

use crate::error::AwsError;
use serde_json::{Map, Value};

/// Code and message, as one object, and what else the error has.
pub(super) fn body(error: &AwsError) -> String {
    Value::Object(members(error)).to_string()
}

/// The members of that object.
pub(super) fn members(error: &AwsError) -> Map<String, Value> {
    let mut members = Map::new();
    members.insert("__type".into(), error.code.as_ref().into());
    if !error.message.is_empty() {
        members.insert("message".into(), error.message.as_str().into());
    }
    if let Some(Value::Object(more)) = error.members.as_deref() {
        members.extend(more.clone());
    }
    members
}

/// Services whose operation is no path of its own answer every client error with 400, whatever the code; but for the
/// instances that EC2 Instance Connect does not find (EC2 Instance Connect API Reference).
pub(super) fn status(error: &AwsError) -> u16 {
    match error.status {
        404 | 500.. => error.status,
        _ => 400,
    }
}
