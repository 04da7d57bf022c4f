//! Remote calls in CBOR: service and operation in the path. CloudWatch, and what AWS moves to it.
//!
//! Follows "Smithy RPC v2 CBOR protocol" (Smithy). Requests and answers are JSON to everything but this file.

use super::dialect::Dialect;
use super::json_error;
use crate::cbor;
use crate::error::AwsError;
use crate::incoming::Incoming;
use crate::input::Input;
use crate::json::{self, Value};
use crate::reply::{Output, Reply};
use crate::rest::HttpRoute;
use crate::service::Service;
use serde_json::Map;

const CONTENT_TYPE: &str = "application/cbor";

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

    fn write(&self, _: &Service, _: &str, _: &str, output: &Output) -> Reply {
        let answer = json::parse(output.body.as_bytes()).expect("an answer of ours is JSON");
        reply(200, &answer)
    }

    fn write_error(&self, _: &Service, error: &AwsError, _: &str) -> Reply {
        reply(json_error::status(error), &Value::Object(json_error::members(error)))
    }
}

fn reply(status: u16, value: &Value) -> Reply {
    let reply = Reply::new(status, CONTENT_TYPE, cbor::write(value));
    Reply { headers: vec![("smithy-protocol", "rpc-v2-cbor".to_owned())], ..reply }
}
