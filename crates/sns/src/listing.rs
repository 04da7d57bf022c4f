//! Pages of lists: "up to 100" on each, and `NextToken`.

use awsproto::{AwsError, Page};

use crate::errors::invalid;

const ITEMS: i32 = 100;

/// The page that is asked for, and the token of the next.
pub(crate) fn page<T>(
    all: Vec<T>,
    next_token: Option<&str>,
    name: impl Fn(&T) -> String,
) -> Result<(Vec<T>, Option<String>), AwsError> {
    let page = Page::new(Some(ITEMS), next_token, ITEMS..=ITEMS).map_err(|_| invalid("NextToken"))?;
    Ok(page.cut(all, name))
}
