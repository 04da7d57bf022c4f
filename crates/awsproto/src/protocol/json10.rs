//! The JSON 1.0 protocol: JSON in, JSON out, the operation in `X-Amz-Target`. DynamoDB, SQS.
//!
//! Follows "AWS JSON 1.0 protocol" (Smithy). Errors alone; no service that Hamlet has speaks it.

use super::dialect::Dialect;
use super::json_error;
use crate::error::AwsError;
use crate::reply::Reply;
use crate::service::Service;

const CONTENT_TYPE: &str = "application/x-amz-json-1.0";

pub(super) struct Json10;

impl Dialect for Json10 {
    fn write_error(&self, _: &Service, error: &AwsError, _: &str) -> Reply {
        Reply::new(json_error::status(error), CONTENT_TYPE, json_error::body(error))
    }
}
