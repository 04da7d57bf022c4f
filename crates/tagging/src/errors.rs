//! The words of refusals.

use awsproto::AwsError;

pub(crate) fn invalid(sentence: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterException", sentence)
}

/// Characters of an ARN.
const ARN_MAX: usize = 1011;
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

/// Refuses what cannot be an ARN.
pub(crate) fn check_arns(arns: &[String]) -> Result<(), AwsError> {
    check_lengths("resourceARNList", arns, ARN_MAX)?;
    match arns.iter().find(|arn| arn.splitn(6, ':').count() < 6 || !arn.starts_with("arn:")) {
        Some(other) => Err(invalid(format!("{other} is not a valid AmazonResourceName (ARN)"))),
        None => Ok(()),
    }
}
