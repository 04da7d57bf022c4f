//! JSON in requests and answers, of whichever protocol.
//!
//! Members nobody asks for are ignored, as AWS ignores them; a member of the wrong type is a
//! `SerializationException`. Numbers of JSON nesting are bounded by serde_json (128).

use crate::constraints::{self, Constraint};
use crate::error::AwsError;
use crate::input::Input;
use crate::reply::Output;
use base64::Engine as _;
use model::Timestamp;
pub use serde_json::Value;
use serde_json::{Map, Number};
use std::collections::BTreeMap;

/// Reads a request body; an empty one is an empty object.
pub fn parse(body: &[u8]) -> Result<Value, AwsError> {
    if body.trim_ascii().is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    serde_json::from_slice(body).map_err(|_| serialization(""))
}

/// Reads a request, for generated decoders.
pub fn decode<T: FromJson>(input: &Input) -> Result<T, AwsError> {
    T::from_json(input.json()?)
}

/// Reads a request whose members keep rules of their model. `code` says that one does not.
pub(crate) fn decode_within<T: FromJson>(
    input: &Input,
    constraints: &[Constraint],
    code: &'static str,
) -> Result<T, AwsError> {
    let request = decode(input)?;
    constraints::check_json(input.json()?, constraints, code)?;
    Ok(request)
}

/// The body of an answer.
pub fn encode<T: ToJson>(answer: &T) -> Output {
    Output::of(answer.to_json().to_string())
}

/// Something that can be read from a JSON value.
pub trait FromJson: Sized {
    /// Reads the value.
    fn from_json(value: &Value) -> Result<Self, AwsError>;
}

/// Something that can be written as a JSON value.
pub trait ToJson {
    /// Writes the value.
    fn to_json(&self) -> Value;
}

/// The members of one JSON object, for generated decoders.
pub struct Members<'a>(&'a Map<String, Value>);

impl<'a> Members<'a> {
    /// The object's members.
    pub fn of(value: &'a Value) -> Result<Self, AwsError> {
        value.as_object().map(Members).ok_or_else(|| serialization("Expected a structure."))
    }

    /// A member that may be absent or null.
    pub fn optional<T: FromJson>(&self, name: &str) -> Result<Option<T>, AwsError> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => T::from_json(value).map(Some),
        }
    }

    /// A member that must be there.
    pub fn required<T: FromJson>(&self, name: &str) -> Result<Option<T>, AwsError> {
        match self.optional(name)? {
            Some(value) => Ok(Some(value)),
            None => Err(AwsError::new("ValidationException", missing(name))),
        }
    }

    /// A member that must be there, of a service whose older clients speak the query protocol.
    pub fn parameter<T: FromJson>(&self, name: &str) -> Result<Option<T>, AwsError> {
        match self.optional(name)? {
            Some(value) => Ok(Some(value)),
            None => {
                let sentence = format!("The request must contain the parameter {name}.");
                Err(AwsError::new("MissingParameter", sentence))
            }
        }
    }

    /// A list that may be absent.
    pub fn list<T: FromJson>(&self, name: &str) -> Result<Vec<T>, AwsError> {
        Ok(self.optional(name)?.map_or_else(Vec::new, |List(members)| members))
    }

    /// A list that must be there.
    pub fn required_list<T: FromJson>(&self, name: &str) -> Result<Vec<T>, AwsError> {
        Ok(self.required(name)?.map_or_else(Vec::new, |List(members)| members))
    }
}

/// Collects the members of one JSON object, for generated encoders.
#[derive(Default)]
pub struct Object(Map<String, Value>);

impl Object {
    /// Adds a member unless it is absent.
    pub fn field<T: ToJson>(&mut self, name: &str, value: &Option<T>) {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value.to_json());
        }
    }

    /// Adds a moment as a date (ISO 8601) unless it is absent.
    pub fn date(&mut self, name: &str, moment: &Option<Timestamp>) {
        self.field(name, &moment.map(|moment| moment.to_string()));
    }

    /// Adds a list, empty or not.
    pub fn list<T: ToJson>(&mut self, name: &str, members: &[T]) {
        self.0.insert(name.to_owned(), members.iter().map(ToJson::to_json).collect());
    }

    /// Adds a list unless it is empty.
    pub fn list_unless_empty<T: ToJson>(&mut self, name: &str, members: &[T]) {
        if !members.is_empty() {
            self.list(name, members);
        }
    }

    /// The whole object.
    pub fn finish(self) -> Value {
        Value::Object(self.0)
    }
}

struct List<T>(Vec<T>);

impl<T: FromJson> FromJson for List<T> {
    fn from_json(value: &Value) -> Result<Self, AwsError> {
        let members = value.as_array().ok_or_else(|| serialization("Expected a list."))?;
        members.iter().map(T::from_json).collect::<Result<_, _>>().map(List)
    }
}

impl FromJson for String {
    fn from_json(value: &Value) -> Result<Self, AwsError> {
        value.as_str().map(str::to_owned).ok_or_else(|| serialization("Expected a string."))
    }
}

impl FromJson for bool {
    fn from_json(value: &Value) -> Result<Self, AwsError> {
        value.as_bool().ok_or_else(|| serialization("Expected true or false."))
    }
}

impl FromJson for i64 {
    fn from_json(value: &Value) -> Result<Self, AwsError> {
        value.as_i64().ok_or_else(|| serialization("Expected a whole number."))
    }
}

impl FromJson for i32 {
    fn from_json(value: &Value) -> Result<Self, AwsError> {
        let number = i64::from_json(value)?;
        i32::try_from(number).map_err(|_| serialization("The number is too large."))
    }
}

impl FromJson for f64 {
    fn from_json(value: &Value) -> Result<Self, AwsError> {
        value.as_f64().ok_or_else(|| serialization("Expected a number."))
    }
}

impl FromJson for Timestamp {
    /// Seconds since the epoch, with a fraction; some clients send ISO 8601 instead.
    fn from_json(value: &Value) -> Result<Self, AwsError> {
        let written = value.as_str().and_then(Timestamp::parse);
        let counted = || value.as_f64().map(|seconds| Timestamp::from_millis(to_millis(seconds)));
        written.or_else(counted).ok_or_else(|| serialization("Expected a timestamp."))
    }
}

impl FromJson for Vec<u8> {
    fn from_json(value: &Value) -> Result<Self, AwsError> {
        let text = String::from_json(value)?;
        let bytes = base64::engine::general_purpose::STANDARD.decode(text);
        bytes.map_err(|_| serialization("Expected Base64."))
    }
}

impl<T: FromJson> FromJson for BTreeMap<String, T> {
    fn from_json(value: &Value) -> Result<Self, AwsError> {
        let object = value.as_object().ok_or_else(|| serialization("Expected an object."))?;
        object.iter().map(|(key, value)| Ok((key.clone(), T::from_json(value)?))).collect()
    }
}

impl<T: ToJson> ToJson for BTreeMap<String, T> {
    fn to_json(&self) -> Value {
        Value::Object(self.iter().map(|(key, value)| (key.clone(), value.to_json())).collect())
    }
}

/// What a list in a list is. A list of bytes is a text.
impl<T: ToJson> ToJson for Box<[T]> {
    fn to_json(&self) -> Value {
        Value::Array(self.iter().map(ToJson::to_json).collect())
    }
}

impl ToJson for String {
    fn to_json(&self) -> Value {
        Value::String(self.clone())
    }
}

impl ToJson for bool {
    fn to_json(&self) -> Value {
        Value::Bool(*self)
    }
}

impl ToJson for i32 {
    fn to_json(&self) -> Value {
        Value::from(*self)
    }
}

impl ToJson for i64 {
    fn to_json(&self) -> Value {
        Value::from(*self)
    }
}

impl ToJson for f64 {
    fn to_json(&self) -> Value {
        Number::from_f64(*self).map_or(Value::Null, Value::Number)
    }
}

impl ToJson for Timestamp {
    fn to_json(&self) -> Value {
        match self.0 % 1000 {
            0 => Value::from(self.as_secs()),
            _ => to_seconds(*self).to_json(),
        }
    }
}

impl ToJson for Vec<u8> {
    fn to_json(&self) -> Value {
        Value::String(base64::engine::general_purpose::STANDARD.encode(self))
    }
}

/// The nearest millisecond; the extremes where there is none (`as` saturates).
fn to_millis(seconds: f64) -> i64 {
    (seconds * 1000.0).round() as i64
}

/// Exact to the millisecond for all moments within 285,000 years of the epoch.
fn to_seconds(moment: Timestamp) -> f64 {
    moment.0 as f64 / 1000.0
}

pub(crate) fn serialization(message: &str) -> AwsError {
    AwsError::new("SerializationException", message)
}

pub(crate) fn missing(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    let name: String = first.into_iter().chain(letters).collect();
    format!(
        "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member \
         must not be null"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn moments_are_seconds_with_a_fraction_if_they_need_one() {
        assert_eq!(Timestamp(1_700_000_000_000).to_json().to_string(), "1700000000");
        assert_eq!(Timestamp(1_700_000_000_123).to_json().to_string(), "1700000000.123");
        assert_eq!(Timestamp::from_json(&Value::from(1.5)).unwrap(), Timestamp(1500));
        assert_eq!(Timestamp::from_json(&Value::from("1970-01-01T00:00:01Z")).unwrap(), Timestamp(1000));
    }

    #[test]
    fn wrong_types_are_serialization_errors() {
        assert_eq!(parse(b"{").unwrap_err().code, "SerializationException");
        assert_eq!(parse(b" ").unwrap(), Value::Object(Map::new()));
        assert_eq!(i32::from_json(&Value::from(1_i64 << 40)).unwrap_err().code, "SerializationException");
        assert!(Members::of(&Value::from(1)).is_err());
    }

    #[test]
    fn nesting_is_bounded() {
        assert!(parse("[".repeat(100_000).as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn any_body_is_read_or_refused_without_a_panic(body in prop::collection::vec(any::<u8>(), 0..200), text in r#"[\[\]{}",:0-9a-e.-]{0,60}"#) {
            for body in [body.as_slice(), text.as_bytes()] {
                let Ok(value) = parse(body) else { continue };
                let _ = (Timestamp::from_json(&value), f64::from_json(&value), <Vec<u8>>::from_json(&value));
            }
        }

        #[test]
        fn moments_survive_json(ms in -62_135_596_800_000_i64..253_402_300_799_999) {
            let moment = Timestamp(ms);
            let text = moment.to_json().to_string();
            let back = Timestamp::from_json(&serde_json::from_str(&text).unwrap());
            prop_assert_eq!(back.unwrap(), moment);
        }
    }
}
