//! Names of streams: what may stand in the name of a file.

use crate::StoreError;
use std::fmt;
use std::sync::Arc;

/// The longest name.
const BYTES_MAX: usize = 128;

/// A stream's name: letters, digits, `-`, `_`, and `/` between parts, such as `console/i-0123456789abcdef0`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamName(Arc<str>);

impl StreamName {
    /// The name, if it is one.
    pub fn new(text: &str) -> Result<Self, StoreError> {
        let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'/');
        if text.is_empty() || text.len() > BYTES_MAX || !text.bytes().all(good) {
            return Err(StoreError::Invalid(format!("{text:?} is no name of a stream")));
        }
        Ok(Self(text.into()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as a part of a file's name.
    pub(super) fn in_files(&self) -> String {
        self.0.replace('/', "+")
    }

    pub(super) fn from_files(text: &str) -> Option<Self> {
        Self::new(&text.replace('+', "/")).ok()
    }
}

impl fmt::Display for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_comes_back_from_the_name_of_a_file_and_stays_inside_its_folder() {
        let name = StreamName::new("console/i-0123").unwrap();
        assert_eq!(name.in_files(), "console+i-0123");
        assert_eq!(StreamName::from_files("console+i-0123"), Some(name));
        for bad in ["", "a b", "..", "a.b", "a+b", "é", &"x".repeat(129)] {
            assert!(StreamName::new(bad).is_err(), "{bad:?}");
        }
    }
}
