//! What a protocol is asked for.

use crate::error::AwsError;
use crate::incoming::Incoming;
use crate::input::Input;
use crate::reply::{Output, Reply};
use crate::rest::HttpRoute;
use crate::service::Service;

/// One protocol: reads requests, writes answers and errors.
///
/// Errors it must have, since the services that Hamlet does not have are refused in their own protocol. The rest is there as
/// soon as a service that it has speaks the protocol; until then it says of itself that it is not.
pub(crate) trait Dialect: Sync {
    /// An error in its envelope.
    fn write_error(&self, service: &Service, error: &AwsError, request_id: &str) -> Reply;

    /// The operation that a request names; it may not exist.
    fn operation(&self, _: &Service, _: &Incoming<'_>) -> Result<String, AwsError> {
        Err(not_yet())
    }

    /// The parameters of a request. The routes are the service's, for protocols that have some.
    fn read(&self, _: &'static [HttpRoute], _: &Incoming<'_>) -> Result<Input, AwsError> {
        Err(not_yet())
    }

    /// An answer in its envelope.
    fn write(&self, service: &Service, _: &str, request_id: &str, _: &Output) -> Reply {
        self.write_error(service, &not_yet(), request_id)
    }

    /// The error for an action that AWS does not know.
    fn unknown_action(&self, _: &Service, _: &str) -> AwsError {
        AwsError::new("UnknownOperationException", "")
    }
}

fn not_yet() -> AwsError {
    AwsError::not_implemented_yet("requests in this protocol")
}
