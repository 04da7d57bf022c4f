//! What a protocol is asked for.

use crate::error::AwsError;
use crate::incoming::Incoming;
use crate::input::Input;
use crate::reply::{Output, Reply};
use crate::rest::HttpRoute;
use crate::service::Service;

/// One protocol: reads requests, writes answers and errors.
pub(crate) trait Dialect: Sync {
    /// The operation that a request names; it may not exist.
    fn operation(&self, service: &Service, incoming: &Incoming<'_>) -> Result<String, AwsError>;

    /// The parameters of a request. The routes are the service's, for protocols that have some.
    fn read(&self, routes: &'static [HttpRoute], incoming: &Incoming<'_>) -> Result<Input, AwsError>;

    /// An answer in its envelope.
    fn write(&self, service: &Service, operation: &str, request_id: &str, output: &Output) -> Reply;

    /// An error in its envelope.
    fn write_error(&self, service: &Service, error: &AwsError, request_id: &str) -> Reply;

    /// The error for an action that AWS does not know.
    fn unknown_action(&self, service: &Service, action: &str) -> AwsError;
}
