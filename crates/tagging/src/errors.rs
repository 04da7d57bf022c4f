//! The words of refusals.

use awsproto::AwsError;

pub(crate) fn invalid(sentence: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterException", sentence)
}

/// Characters of an ARN.
pub(crate) const ARN_MAX: usize = 1011;
/// Characters of a pagination token.
pub(crate) const TOKEN_MAX: usize = 2048;

/// Refuses texts that are longer than the model has them.
pub(crate) fn check_lengths<'a>(
    place: &str,
    texts: impl IntoIterator<Item = &'a String>,
    max: usize,
) -> Result<(), AwsError> {
    match texts.into_iter().find(|text| text.chars().count() > max) {
        None => Ok(()),
        Some(text) => Err(invalid(format!(
            "1 validation error detected: Value '{text}' at '{place}' failed to satisfy constraint: Member must have \
             length less than or equal to {max}"
        ))),
    }
}

/// A token that is none of ours, or of another time: tokens of AWS's hold for a quarter of an hour.
pub(crate) fn expired(_: AwsError) -> AwsError {
    let sentence = "The pagination token is expired or was never given out.";
    AwsError::new("PaginationTokenExpiredException", sentence)
}

pub(crate) fn not_an_arn(text: &str) -> AwsError {
    invalid(format!("{text} is not a valid AmazonResourceName (ARN)"))
}
