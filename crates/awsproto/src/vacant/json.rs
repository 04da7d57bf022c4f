//! Requests of vacant operations that are JSON, or were CBOR. What nobody asks for is ignored, as AWS ignores it.

use super::asked::{Values, beyond, missing, of_text, within};
use super::{Member, Shape, Vacant};
use crate::error::AwsError;
use crate::json::{self, FromJson};
use model::Timestamp;
use serde_json::Value;

/// Reads an object.
pub(super) fn read(operation: &Vacant, value: &Value) -> Result<Values, AwsError> {
    let values = members(value, operation.members)?;
    match missing(operation.members, &values) {
        None => Ok(values),
        Some(member) => Err(AwsError::new("ValidationException", json::missing(member.name))),
    }
}

fn members(value: &Value, members: &'static [Member]) -> Result<Values, AwsError> {
    let object = value.as_object().ok_or_else(|| json::serialization("Expected a structure."))?;
    let mut values = Values::new();
    for member in members {
        match object.get(member.wire) {
            None | Some(Value::Null) => {}
            Some(found) => drop(values.insert(member.name, one(found, member)?)),
        }
    }
    Ok(values)
}

fn one(found: &Value, member: &'static Member) -> Result<Value, AwsError> {
    let as_text = found.as_str().filter(|_| member.is_text);
    let found = match as_text {
        Some(text) => {
            of_text(text, &member.shape).ok_or_else(|| json::serialization("Expected another type."))?
        }
        None => found.clone(),
    };
    match (&member.shape, as_text) {
        // One of several of a name in a query string is a list, too.
        (Shape::List(..), Some(_)) => Ok(Value::Array(vec![found])),
        (shape, _) => checked(&found, member.name, shape),
    }
}

fn checked(value: &Value, name: &str, shape: &'static Shape) -> Result<Value, AwsError> {
    match shape {
        Shape::Text => drop(String::from_json(value)?),
        Shape::Flag => drop(bool::from_json(value)?),
        Shape::Whole(first, last) => {
            let number = i64::from_json(value)?;
            return within(number, *first..=*last, |bounds| {
                beyond("ValidationException", name, number, bounds)
            });
        }
        Shape::Number => drop(f64::from_json(value)?),
        Shape::Moment => drop(Timestamp::from_json(value)?),
        Shape::Bytes => drop(Vec::<u8>::from_json(value)?),
        Shape::Structure(inner) => {
            let values = members(value, inner)?;
            if let Some(member) = missing(inner, &values) {
                return Err(AwsError::new("ValidationException", json::missing(member.name)));
            }
        }
        Shape::List(_, of) => {
            let members = value.as_array().ok_or_else(|| json::serialization("Expected a list."))?;
            members.iter().try_for_each(|member| checked(member, name, of).map(drop))?;
        }
        Shape::Any => {}
    }
    Ok(value.clone())
}
