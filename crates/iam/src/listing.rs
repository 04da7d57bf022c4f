//! Pages of lists: `Marker` and `MaxItems`.

use awsproto::{AwsError, Page};

/// "If you do not include this parameter, the number of items defaults to 100" (ListRoles).
pub(crate) const ITEMS: i32 = 100;
const ITEMS_MAX: i32 = 1000;

/// Which page of a list is asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) max_items: Option<i32>,
    pub(crate) marker: Option<String>,
}

/// One page of a list.
pub(crate) struct Listed<T> {
    /// What is on the page.
    pub items: Vec<T>,
    /// Where the next one begins, if there is one.
    pub marker: Option<String>,
}

impl<T> Listed<T> {
    /// Cuts the page that was asked for out of all items, which are sorted by `name` first.
    pub(crate) fn page(all: Vec<T>, asked: Asked, name: impl Fn(&T) -> String) -> Result<Self, AwsError> {
        let (items, marker) = asked.page()?.cut(all, name);
        Ok(Listed { items, marker })
    }

    /// The same for items that are sorted by `name`.
    pub(crate) fn of_sorted(
        all: impl Iterator<Item = T>,
        asked: Asked,
        name: impl Fn(&T) -> String,
    ) -> Result<Self, AwsError> {
        let (items, marker) = asked.page()?.cut_sorted(all, name);
        Ok(Listed { items, marker })
    }

    /// Whether there is a next page.
    pub(crate) fn is_truncated(&self) -> Option<bool> {
        Some(self.marker.is_some())
    }

    /// The items of the page as answers show them.
    pub(crate) fn map<U>(self, show: impl Fn(T) -> U) -> Listed<U> {
        Listed { items: self.items.into_iter().map(show).collect(), marker: self.marker }
    }
}

impl Asked {
    fn page(&self) -> Result<Page, AwsError> {
        let page = Page::new(Some(self.max_items.unwrap_or(ITEMS)), self.marker.as_deref(), 1..=ITEMS_MAX);
        page.map_err(|_| AwsError::new("ValidationError", "Invalid Marker."))
    }
}

/// The pages of a whole list, as most requests ask for them.
pub(crate) fn asked(max_items: Option<i32>, marker: Option<String>) -> Asked {
    Asked { max_items, marker }
}
