//! Requests that are forms: of the EC2 and the query protocol.

use crate::error::AwsError;
use crate::incoming::Incoming;
use crate::input::Input;
use crate::params::Node;

/// The operation that the form names.
pub(super) fn operation(incoming: &Incoming<'_>) -> Result<String, AwsError> {
    let named = incoming.form_value("Action").filter(|name| !name.is_empty());
    named.ok_or_else(|| AwsError::new("MissingAction", "The request must contain the parameter Action"))
}

/// The parameters, from the body or else the query string.
pub(super) fn read(incoming: &Incoming<'_>) -> Result<Input, AwsError> {
    let form = if incoming.body.is_empty() { incoming.query.as_bytes() } else { incoming.body };
    Node::parse_form(form).map(Input::Form)
}
