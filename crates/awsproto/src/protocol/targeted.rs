//! Requests that name their operation in `X-Amz-Target`: of both JSON protocols.

use crate::error::AwsError;
use crate::incoming::Incoming;
use crate::input::Input;
use crate::json;

/// The operation that the header names.
pub(super) fn operation(incoming: &Incoming<'_>) -> Result<String, AwsError> {
    let name = incoming.targeted_operation().map(str::to_owned);
    name.ok_or_else(|| AwsError::new("UnknownOperationException", ""))
}

/// The parameters, which are the body.
pub(super) fn read(incoming: &Incoming<'_>) -> Result<Input, AwsError> {
    json::parse(incoming.body).map(Input::Json)
}
