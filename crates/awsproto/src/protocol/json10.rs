//! The JSON 1.0 protocol: JSON in, JSON out, the operation in `X-Amz-Target`. DynamoDB, SQS.
//!
//! Follows "AWS JSON 1.0 protocol" (Smithy).

use super::dialect::Dialect;
use super::{json_error, query_compatible, targeted};
use crate::error::AwsError;
use crate::incoming::Incoming;
use crate::input::Input;
use crate::reply::{Output, Reply};
use crate::rest::HttpRoute;
use crate::service::Service;

const CONTENT_TYPE: &str = "application/x-amz-json-1.0";

pub(super) struct Json10;

impl Dialect for Json10 {
    fn operation(&self, _: &Service, incoming: &Incoming<'_>) -> Result<String, AwsError> {
        targeted::operation(incoming)
    }

    fn read(&self, _: &'static [HttpRoute], incoming: &Incoming<'_>) -> Result<Input, AwsError> {
        targeted::read(incoming)
    }

    fn write(&self, _: &Service, _: &str, _: &str, output: &Output) -> Reply {
        Reply::new(200, CONTENT_TYPE, output.body.clone())
    }

    fn write_error(&self, service: &Service, error: &AwsError, _: &str) -> Reply {
        let Some((named, said)) = query_compatible::told(service, error) else {
            return Reply::new(json_error::status(error), CONTENT_TYPE, json_error::body(error));
        };
        let reply = Reply::new(named.status, CONTENT_TYPE, json_error::body(&named));
        Reply { headers: vec![("x-amzn-query-error", said)], ..reply }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Protocol;

    #[test]
    fn errors_have_the_code_of_before_in_a_header() {
        let gone = AwsError::new("QueueDoesNotExist", "The specified queue does not exist.");
        let reply = gone.render(&service("sqs"), "r-1");
        let body = r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"The specified queue does not exist."}"#;
        assert_eq!((reply.status, &*reply.text()), (400, body));
        let said = "AWS.SimpleQueueService.NonExistentQueue;Sender".to_owned();
        assert_eq!(reply.headers, [("x-amzn-query-error", said)]);
        let other = AwsError::new("ResourceNotFoundException", "").render(&service("dynamodb"), "r-1");
        assert_eq!((other.headers, other.status), (Vec::new(), 400));
    }

    #[test]
    fn whoever_is_refused_gets_the_status_of_before_too() {
        let denied = AwsError::new("AccessDeniedException", "No.").render(&service("sqs"), "r-1");
        assert_eq!((denied.status, denied.headers[0].1.as_str()), (403, "AccessDenied;Sender"));
        let broken = AwsError::new("InternalError", "").render(&service("sqs"), "r-1");
        assert_eq!((broken.status, broken.headers[0].1.as_str()), (500, "InternalError;Receiver"));
    }

    const fn service(name: &'static str) -> Service {
        Service {
            name,
            title: "x",
            protocol: Protocol::Json10,
            api_version: "1",
            xml_namespace: "",
            target_prefix: "",
            known_operations: &[],
            routes: &[],
        }
    }
}
