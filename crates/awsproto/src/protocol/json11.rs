//! The JSON 1.1 protocol: JSON in, JSON out, the operation in `X-Amz-Target`. Systems Manager.
//!
//! Follows "AWS JSON 1.1 protocol" (Smithy).

use super::dialect::Dialect;
use super::{json_error, targeted};
use crate::constraints::Constraint;
use crate::error::AwsError;
use crate::incoming::Incoming;
use crate::input::Input;
use crate::json::{self, FromJson};
use crate::reply::{Output, Reply};
use crate::rest::HttpRoute;
use crate::service::Service;

pub use crate::json::{decode, encode};

const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// Reads a request of CloudWatch Logs whose members keep rules of its model.
pub fn decode_within<T: FromJson>(input: &Input, constraints: &[Constraint]) -> Result<T, AwsError> {
    json::decode_within(input, constraints, "InvalidParameterException")
}

/// The body of an answer without members.
pub fn encode_nothing(_: &()) -> Output {
    Output::of("{}".to_owned())
}

pub(super) struct Json11;

impl Dialect for Json11 {
    fn operation(&self, _: &Service, incoming: &Incoming<'_>) -> Result<String, AwsError> {
        targeted::operation(incoming)
    }

    fn read(&self, _: &'static [HttpRoute], incoming: &Incoming<'_>) -> Result<Input, AwsError> {
        targeted::read(incoming)
    }

    fn write(&self, _: &Service, _: &str, _: &str, output: &Output) -> Reply {
        Reply::new(200, CONTENT_TYPE, output.body.clone())
    }

    fn write_error(&self, _: &Service, error: &AwsError, _: &str) -> Reply {
        Reply::new(json_error::status(error), CONTENT_TYPE, json_error::body(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Protocol;

    #[test]
    fn errors_are_objects_and_all_of_the_clients_have_one_status() {
        let error = AwsError::new("AccessDeniedException", "No.").with_status(403);
        let reply = error.render(&SERVICE, "r-1");
        assert_eq!(reply.text(), r#"{"__type":"AccessDeniedException","message":"No."}"#);
        assert_eq!((reply.status, reply.content_type), (400, "application/x-amz-json-1.1"));
        let missing = AwsError::not_implemented(&SERVICE, "PutParameter");
        assert_eq!((missing.code.as_ref(), missing.status), ("NotImplementedException", 501));
        assert_eq!(missing.render(&SERVICE, "r-1").status, 501);
    }

    static SERVICE: Service = Service {
        name: "ssm",
        title: "x",
        protocol: Protocol::Json11,
        api_version: "1",
        xml_namespace: "",
        target_prefix: "AmazonSSM",
        known_operations: &[],
        routes: &[],
    };
}
