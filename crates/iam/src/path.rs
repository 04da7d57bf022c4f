//! Folders of names, as ARNs show them. What letters they have is checked with the request.

/// The folder of something new; `/` when none is given.
pub(crate) fn of_new(path: Option<String>) -> String {
    path.unwrap_or_else(|| "/".to_owned())
}

/// The beginning of paths to be listed; all of them when none is given.
pub(crate) fn prefix(prefix: Option<String>) -> String {
    prefix.unwrap_or_else(|| "/".to_owned())
}
