//! Remote calls in CBOR: service and operation in the path. CloudWatch, and what AWS moves to it.
//!
//! Follows "Smithy RPC v2 CBOR protocol" (Smithy). Requests and answers are JSON to everything but this file.

use super::dialect::Dialect;
use super::{json_error, query_compatible};
use crate::cbor;
use crate::constraints::Constraint;
use crate::error::AwsError;
use crate::incoming::Incoming;
use crate::input::Input;
use crate::json::{self, FromJson, Value};
use crate::reply::{Output, Reply};
use crate::rest::HttpRoute;
use crate::service::Service;
use serde_json::Map;

pub use super::json11::encode_nothing;
pub use crate::json::{decode, encode};

const CONTENT_TYPE: &str = "application/cbor";

/// Members of answers that are moments, by service: in CBOR they say so.
const MOMENTS: [(&str, &[&str]); 1] = [("monitoring", &["Timestamp", "Timestamps"])];

/// The members of a service's answers that are moments.
pub(super) fn moments(service: &Service) -> &'static [&'static str] {
    MOMENTS.iter().find(|(name, _)| *name == service.name).map_or(&[], |(_, members)| *members)
}

/// Reads a request whose members keep rules of the service's model.
pub fn decode_within<T: FromJson>(input: &Input, constraints: &[Constraint]) -> Result<T, AwsError> {
    json::decode_within(input, constraints, "ValidationError")
}

pub(super) struct RpcCbor;

impl Dialect for RpcCbor {
    /// Of `/service/…/operation/…`, what comes last.
    fn operation(&self, service: &Service, incoming: &Incoming<'_>) -> Result<String, AwsError> {
        let name =
            incoming.path.rsplit_once("/operation/").map(|(_, name)| name).filter(|name| !name.is_empty());
        Ok(name.ok_or_else(|| self.unknown_action(service, ""))?.to_owned())
    }

    fn read(&self, _: &'static [HttpRoute], incoming: &Incoming<'_>) -> Result<Input, AwsError> {
        if incoming.body.is_empty() {
            return Ok(Input::Json(Value::Object(Map::new())));
        }
        cbor::read(incoming.body).map(Input::Json).ok_or_else(|| json::serialization("The body is not CBOR."))
    }

    fn write(&self, service: &Service, _: &str, _: &str, output: &Output) -> Reply {
        let answer = json::parse(output.body.as_bytes()).expect("an answer of ours is JSON");
        reply(200, cbor::write(&answer, moments(service)))
    }

    fn write_error(&self, service: &Service, error: &AwsError, _: &str) -> Reply {
        let body = |error: &AwsError| cbor::write(&Value::Object(json_error::members(error)), &[]);
        let Some((named, said)) = query_compatible::told(service, error) else {
            return reply(json_error::status(error), body(error));
        };
        let mut reply = reply(named.status, body(&named));
        reply.headers.push(("x-amzn-query-error", said));
        reply
    }
}

fn reply(status: u16, body: Vec<u8>) -> Reply {
    let reply = Reply::new(status, CONTENT_TYPE, body);
    Reply { headers: vec![("smithy-protocol", "rpc-v2-cbor".to_owned())], ..reply }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Protocol;

    #[test]
    fn moments_say_that_they_are_and_other_numbers_do_not() {
        let output = Output::of(
            r#"{"Timestamps":[1],"Values":[1.0],"Datapoints":[{"Timestamp":2,"Sum":2}]}"#.to_owned(),
        );
        let reply = output.render(&SERVICE, "GetMetricData", "r-1");
        let tagged = |number: u8| [0xc1, number];
        let has = |bytes: &[u8]| reply.body.windows(bytes.len()).any(|it| it == bytes);
        assert!(has(&tagged(1)) && has(&tagged(2)));
        assert_eq!(reply.body.iter().filter(|it| **it == 0xc1).count(), 2);
    }

    #[test]
    fn errors_have_the_code_of_before_in_a_header() {
        let error = AwsError::new("InvalidParameterValueException", "No.");
        let reply = error.render(&SERVICE, "r-1");
        let said = "InvalidParameterValue;Sender".to_owned();
        assert_eq!((reply.status, reply.headers.last()), (400, Some(&("x-amzn-query-error", said))));
        let body = cbor::read(&reply.body).expect("it is CBOR");
        assert_eq!(body["__type"], "com.amazonaws.cloudwatch#InvalidParameterValueException");
    }

    const SERVICE: Service = Service {
        name: "monitoring",
        title: "x",
        protocol: Protocol::RpcCbor,
        api_version: "1",
        xml_namespace: "",
        target_prefix: "",
        known_operations: &[],
        routes: &[],
    };
}
