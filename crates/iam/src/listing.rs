//! Pages of lists: `Marker` and `MaxItems`.

use awsproto::{AwsError, Page};

use crate::constraint::violated;

/// "If you do not include this parameter, the number of items defaults to 100" (ListRoles).
const ITEMS: i32 = 100;
const ITEMS_MAX: i32 = 1000;

/// One page of a list.
pub(crate) struct Listed<T> {
    /// What is on the page.
    pub items: Vec<T>,
    /// Where the next one begins, if there is one.
    pub marker: Option<String>,
}

impl<T> Listed<T> {
    /// Cuts the page that was asked for out of all items, which `name` sorts.
    pub(crate) fn page(
        all: Vec<T>,
        max_items: Option<i32>,
        marker: Option<&str>,
        name: impl Fn(&T) -> String,
    ) -> Result<Listed<T>, AwsError> {
        let limit = max_items.unwrap_or(ITEMS);
        let rule = match limit {
            ..1 => Some("have value greater than or equal to 1"),
            1..=ITEMS_MAX => None,
            _ => Some("have value less than or equal to 1000"),
        };
        if let Some(rule) = rule {
            return Err(violated(&limit.to_string(), "maxItems", rule));
        }
        let page = Page::new(Some(limit), marker, 1..=ITEMS_MAX);
        let page = page.map_err(|_| AwsError::new("ValidationError", "Invalid Marker."))?;
        let (items, marker) = page.cut(all, name);
        Ok(Listed { items, marker })
    }

    /// Whether there is a next page.
    pub(crate) fn is_truncated(&self) -> Option<bool> {
        Some(self.marker.is_some())
    }
}
