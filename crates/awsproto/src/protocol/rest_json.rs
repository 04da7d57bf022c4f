//! The REST protocol with JSON bodies: the operation in method and path. Lambda, API Gateway.
//!
//! Follows "AWS restJson1 protocol" (Smithy). A request's members come in its path, its query string and its body; here
//! they are one object, in which those that do not come in the body are text.

use super::dialect::Dialect;
use super::json_error;
use crate::constraints::Constraint;
use crate::error::AwsError;
use crate::incoming::Incoming;
use crate::input::Input;
use crate::json::{self, FromJson, Value};
use crate::reply::{Output, Reply};
use crate::rest::{self, HttpRoute};
use crate::service::Service;
use serde_json::map::{Entry, Map};

pub use crate::json::{decode, encode};

const CONTENT_TYPE: &str = "application/json";

/// Reads a request whose members keep rules of their model.
pub fn decode_within<T: FromJson>(input: &Input, constraints: &[Constraint]) -> Result<T, AwsError> {
    json::decode_within(input, constraints, "ValidationException")
}

/// The answer of operations for which the model has none.
pub fn encode_nothing(_: &()) -> Output {
    Output::default()
}

pub(super) struct RestJson;

impl Dialect for RestJson {
    fn operation(&self, service: &Service, incoming: &Incoming<'_>) -> Result<String, AwsError> {
        let matched = rest::find(service.routes, incoming.method, incoming.path, incoming.query)
            .ok_or_else(no_such_path)?;
        Ok(matched.route.operation.to_owned())
    }

    fn read(&self, routes: &'static [HttpRoute], incoming: &Incoming<'_>) -> Result<Input, AwsError> {
        let matched =
            rest::find(routes, incoming.method, incoming.path, incoming.query).ok_or_else(no_such_path)?;
        let mut request = match json::parse(incoming.body)? {
            Value::Object(members) => members,
            _ => return Err(json::serialization("Expected a structure.")),
        };
        let members = rest::members(&matched, incoming.query).map_err(json::serialization)?;
        members.into_iter().for_each(|(name, text)| add(&mut request, name, text));
        Ok(Input::Json(Value::Object(request)))
    }

    fn write(&self, service: &Service, operation: &str, _: &str, output: &Output) -> Reply {
        Reply::new(rest::status(service.routes, operation), CONTENT_TYPE, output.body.clone())
    }

    fn unknown_action(&self, _: &Service, _: &str) -> AwsError {
        no_such_path()
    }

    fn write_error(&self, _: &Service, error: &AwsError, _: &str) -> Reply {
        let reply = Reply::new(error.status, CONTENT_TYPE, json_error::body(error));
        // The one place where clients look for the code that also answers to HEAD have.
        Reply { headers: vec![("x-amzn-errortype", error.code.clone().into_owned())], ..reply }
    }
}

/// Adds a text; what is there several times is a list.
fn add(request: &mut Map<String, Value>, name: String, text: String) {
    match request.entry(name) {
        Entry::Vacant(free) => drop(free.insert(Value::from(text))),
        Entry::Occupied(mut taken) => match taken.get_mut() {
            Value::Array(texts) => texts.push(Value::from(text)),
            first => *first = Value::Array(vec![first.take(), Value::from(text)]),
        },
    }
}

fn no_such_path() -> AwsError {
    AwsError::new("UnknownOperationException", "").with_status(404)
}

#[cfg(test)]
mod tests {
    use super::*;

    static ROUTES: &[HttpRoute] =
        &[HttpRoute { operation: "ListTags", method: "GET", path: "/tags/{Arn}", status: 200 }];

    #[test]
    fn members_come_from_path_query_and_body() {
        let read = |query, body: &'static str| {
            let incoming = Incoming {
                method: "GET",
                path: "/tags/a%2Fb",
                query,
                body: body.as_bytes(),
                ..Incoming::default()
            };
            RestJson.read(ROUTES, &incoming)
        };
        let members = read("keys=1&keys=2&Max=5", r#"{"Deep": {"er": 1}}"#).unwrap();
        let expected = serde_json::json!({"Arn": "a/b", "keys": ["1", "2"], "Max": "5", "Deep": {"er": 1}});
        assert_eq!(members, Input::Json(expected));
        assert_eq!(read("", "[]").unwrap_err().code, "SerializationException");
        assert_eq!(read("a=%ff", "").unwrap_err().code, "SerializationException");
    }
}
