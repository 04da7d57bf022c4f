//! The words of refusals. Codes and statuses are the API Reference's; where no client has published a sentence, it is ours.

use awsproto::{AwsError, Call};
use model::account::NeedsNoOptIn;

pub(crate) fn invalid(sentence: impl Into<String>) -> AwsError {
    AwsError::new("ValidationException", sentence)
}

/// What was never told is not found.
pub(crate) fn not_found(what: &str) -> AwsError {
    AwsError::new("ResourceNotFoundException", format!("No {what} found for the account.")).with_status(404)
}

pub(crate) fn no_such_region(name: &str) -> AwsError {
    invalid(format!("The Region {name} does not exist."))
}

pub(crate) fn needs_no_opt_in(NeedsNoOptIn(region): NeedsNoOptIn) -> AwsError {
    invalid(format!("The Region {region} is enabled by default, and cannot be disabled."))
}

/// Refuses to speak for another account: "the caller must be an identity in the organization's management account or a
/// delegated administrator account". Not even for its own number: "the management account can't specify its own AccountId".
pub(crate) fn refuse_account(call: &Call, action: &str, account: Option<String>) -> Result<(), AwsError> {
    if account.is_none() {
        return Ok(());
    }
    let caller = call.principal_arn();
    let sentence = format!(
        "User: {caller} is not authorized to perform: account:{action} (Your organization must first enable trusted \
         access with AWS Account Management.)"
    );
    Err(AwsError::new("AccessDeniedException", sentence))
}
