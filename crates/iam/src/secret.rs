//! What was made of secret bits before an action was called.

use awsproto::{AwsError, Call, Provided};

/// What the action's need has made.
pub(crate) fn made(call: &Call) -> Result<&[u8], AwsError> {
    match &call.provided {
        Provided::Secret { made, .. } => Ok(made),
        Provided::Nothing | Provided::ConsoleOutput(_) | Provided::Events(_) => Err(absent()),
    }
}

/// The same, where it is text.
pub(crate) fn made_text(call: &Call) -> Result<String, AwsError> {
    String::from_utf8(made(call)?.to_vec()).map_err(|_| absent())
}

/// There is none, which is our fault.
pub(crate) fn absent() -> AwsError {
    AwsError::new("ServiceFailure", "There is no secret.").with_status(500)
}
