//! Domain names as people write them: lower case, without the final dot.
//!
//! Follows "DNS domain name format" (Route 53 Developer Guide): every printable ASCII character may be part of a label,
//! written as itself or as an octal escape (`\052` is `*`). Left out: bytes outside of that range, and a dot or a
//! backslash inside of a label.

use std::fmt;
use std::str::FromStr;

const NAME_LEN_MAX: usize = 253;
const LABEL_LEN_MAX: usize = 63;

/// A domain name. Its order is the order in which Route 53 lists names: "with the labels reversed".
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DomainName(String);

/// Why a text is not a domain name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedName(pub String);

impl fmt::Display for MalformedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a domain name: {}", self.0)
    }
}

impl std::error::Error for MalformedName {}

impl DomainName {
    /// The name, in lower case and without the final dot.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As Route 53 shows it: with the final dot, and with escapes for all but letters, digits, `-` and `_`.
    pub fn escaped(&self) -> String {
        let mut text = String::with_capacity(self.0.len() + 1);
        for character in self.0.chars() {
            match character {
                'a'..='z' | '0'..='9' | '-' | '_' | '.' => text.push(character),
                other => text.push_str(&format!("\\{:03o}", u32::from(other))),
            }
        }
        text + "."
    }

    /// Whether this name is the zone's own, or below it.
    pub fn is_in(&self, zone: &DomainName) -> bool {
        is_in(&self.0, &zone.0)
    }
}

/// Whether a name is the zone's own, or below it. Both are in lower case and without the final dot.
pub fn is_in(name: &str, zone: &str) -> bool {
    name.strip_suffix(zone).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// The bytes that names are ordered by: `com.example.www.` for `www.example.com`. Those of names below follow their
/// parent's.
pub(crate) fn reversed(name: &str) -> impl Iterator<Item = u8> {
    name.rsplit('.').flat_map(|label| label.bytes().chain([b'.']))
}

impl FromStr for DomainName {
    type Err = MalformedName;
    fn from_str(text: &str) -> Result<Self, MalformedName> {
        let malformed = || MalformedName(text.to_owned());
        let name = unescaped(text.strip_suffix('.').unwrap_or(text)).ok_or_else(malformed)?;
        let labels = name.split('.').all(|label| (1..=LABEL_LEN_MAX).contains(&label.len()));
        (labels && name.len() <= NAME_LEN_MAX).then_some(DomainName(name)).ok_or_else(malformed)
    }
}

/// In lower case and without escapes; `None` for what no name has.
fn unescaped(text: &str) -> Option<String> {
    let (mut name, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(character) = rest.chars().next() {
        let (byte, len) = match character {
            '\\' => (octal(rest.get(1..4)?)?, 4),
            other => (u8::try_from(other).ok()?, 1),
        };
        let is_escaped_dot = len == 4 && byte == b'.';
        if !byte.is_ascii_graphic() || byte == b'\\' || is_escaped_dot {
            return None;
        }
        name.push(char::from(byte.to_ascii_lowercase()));
        rest = &rest[len..];
    }
    Some(name)
}

/// The byte that three octal digits stand for.
pub(crate) fn octal(digits: &str) -> Option<u8> {
    let plain = digits.bytes().all(|digit| matches!(digit, b'0'..=b'7'));
    plain.then(|| u8::from_str_radix(digits, 8).ok()).flatten()
}

impl Ord for DomainName {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        reversed(&self.0).cmp(reversed(&other.0))
    }
}

impl PartialOrd for DomainName {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl serde::Serialize for DomainName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.escaped())
    }
}

impl<'de> serde::Deserialize<'de> for DomainName {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_is_the_same_however_it_is_written() {
        let name: DomainName = "WWW.Corp.internal.".parse().unwrap();
        assert_eq!((name.as_str(), name.escaped().as_str()), ("www.corp.internal", "www.corp.internal."));
        let wildcard: DomainName = "*.corp.internal".parse().unwrap();
        assert_eq!(wildcard.escaped(), "\\052.corp.internal.");
        assert_eq!(wildcard, wildcard.escaped().parse().unwrap());
    }

    #[test]
    fn what_no_name_has_is_refused() {
        let long_label = "a".repeat(64);
        let long_name = format!("{}a", "abc.".repeat(64));
        for wrong in [
            "",
            ".",
            "a..b",
            ".a",
            "a b",
            "ä.de",
            "a\\",
            "a\\05",
            "a\\056b",
            "a\\400",
            "a\\+52",
            "a\\é12",
            &long_label,
            &long_name,
        ] {
            assert!(wrong.parse::<DomainName>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_are_in_their_zone_by_whole_labels() {
        assert!(is_in("a.corp.internal", "corp.internal") && is_in("corp.internal", "corp.internal"));
        assert!(!is_in("acorp.internal", "corp.internal") && !is_in("internal", "corp.internal"));
    }

    #[test]
    fn names_below_come_right_behind_their_parent() {
        let mut names: Vec<DomainName> = ["b.test", "a.test", "x.a.test", "a-b.test", "test", "y.x.a.test"]
            .map(|name| name.parse().unwrap())
            .into();
        names.sort();
        // "-" comes before "." in ASCII, and Route 53 looks at the dot at a label's end.
        let sorted: Vec<&str> = names.iter().map(DomainName::as_str).collect();
        assert_eq!(sorted, ["test", "a-b.test", "a.test", "x.a.test", "y.x.a.test", "b.test"]);
    }

    proptest! {
        #[test]
        fn any_text_is_a_name_that_reads_as_it_is_shown_or_none(text in "([a-zA-Z0-9*_.-]|\\\\[0-7]{0,3}|é| ){0,80}") {
            let Ok(name) = text.parse::<DomainName>() else { return Ok(()) };
            prop_assert_eq!(name.escaped().parse(), Ok(name));
        }
    }
}
