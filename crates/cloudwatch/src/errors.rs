//! CloudWatch's errors, in its codes and words. Follows the "Errors" of each action (Amazon CloudWatch API Reference); older
//! clients know them without `Exception`.

use awsproto::AwsError;

pub(crate) fn invalid(sentence: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterValueException", sentence)
}

pub(crate) fn combination(sentence: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterCombinationException", sentence)
}

pub(crate) fn missing(member: &str) -> AwsError {
    AwsError::new("MissingRequiredParameterException", format!("The parameter {member} is required."))
}

/// What GetMetricData says, which has none of the errors above.
pub(crate) fn validation(sentence: impl Into<String>) -> AwsError {
    AwsError::new("ValidationError", sentence)
}

pub(crate) fn invalid_token() -> AwsError {
    AwsError::new("InvalidNextToken", "The next token is not valid.")
}

/// There are as many metrics as there can be.
pub(crate) fn too_many() -> AwsError {
    AwsError::new("LimitExceededFault", "There are too many metrics.")
}
