//! `@ptr`: which event a row is, for GetLogRecord. It says nothing to anybody else.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The pointer of an event of a group, which is `ACCOUNT:GROUP`.
#[must_use]
pub fn print(log: &str, pointer: u64) -> String {
    STANDARD.encode(format!("{pointer:x}@{log}"))
}

/// The group and the event that a pointer says.
#[must_use]
pub fn read(text: &str) -> Option<(String, u64)> {
    let bytes = STANDARD.decode(text).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (pointer, log) = text.split_once('@')?;
    Some((log.to_owned(), u64::from_str_radix(pointer, 16).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_says_which_event_it_is() {
        let printed = print("123456789012:/a@b", u64::MAX);
        assert_eq!(read(&printed), Some(("123456789012:/a@b".to_owned(), u64::MAX)));
        assert_eq!(read("x"), None);
    }
}
