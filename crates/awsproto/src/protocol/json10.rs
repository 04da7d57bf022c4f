//! The JSON 1.0 protocol: JSON in, JSON out, the operation in `X-Amz-Target`. DynamoDB, SQS.
//!
//! Follows "AWS JSON 1.0 protocol" (Smithy).

use super::dialect::Dialect;
use super::{json_error, targeted};
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

    fn write_error(&self, _: &Service, error: &AwsError, _: &str) -> Reply {
        Reply::new(json_error::status(error), CONTENT_TYPE, json_error::body(error))
    }
}
