//! The REST protocol with JSON bodies: the operation in method and path. Lambda, API Gateway.
//!
//! Follows "AWS restJson1 protocol" (Smithy). Errors alone; no service that Hamlet has speaks it.

use super::dialect::Dialect;
use super::json_error;
use crate::error::AwsError;
use crate::reply::Reply;
use crate::service::Service;

const CONTENT_TYPE: &str = "application/json";

pub(super) struct RestJson;

impl Dialect for RestJson {
    fn write_error(&self, _: &Service, error: &AwsError, _: &str) -> Reply {
        let reply = Reply::new(error.status, CONTENT_TYPE, json_error::body(error));
        // The one place where clients look for the code that also answers to HEAD have.
        Reply { headers: vec![("x-amzn-errortype", error.code.clone().into_owned())], ..reply }
    }
}
