//! Pages of lists that are sorted.

use awsproto::{AwsError, Page};

use crate::errors;

/// A number that may be said: from one on.
pub(crate) fn limit(said: Option<i32>, member: &str, most: i32) -> Result<usize, AwsError> {
    match said {
        Some(said) if said < 1 => {
            Err(errors::violated(said, member, "have value greater than or equal to 1"))
        }
        Some(said) if said > most => {
            Err(errors::violated(said, member, &format!("have value less than or equal to {most}")))
        }
        Some(_) | None => Ok(usize::try_from(said.unwrap_or(most)).unwrap_or(1)),
    }
}

/// A page of rows that come in the order of their keys.
pub(crate) fn page<T>(
    rows: impl Iterator<Item = T>,
    key: impl Fn(&T) -> String,
    (said, most): (Option<i32>, i32),
    token: Option<&str>,
) -> Result<(Vec<T>, Option<String>), AwsError> {
    limit(said, "limit", most)?;
    let page = Page::new(Some(said.unwrap_or(most)), token, 1..=most).map_err(|_| errors::invalid_token())?;
    Ok(page.cut_sorted(rows, key))
}
