//! One rule of a filter policy, and which value keeps it.
//!
//! Follows "String value matching", "Numeric value matching" and "Key matching" (Amazon SNS Developer Guide).

use std::net::IpAddr;

use super::numeric::{self, Range};

/// A rule.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Rule {
    /// This very text.
    Text(String),
    /// This number, however it is written.
    Number(f64),
    /// True or false.
    Bool(bool),
    /// Nothing.
    Null,
    /// A text that begins so.
    Prefix(String),
    /// A text that ends so.
    Suffix(String),
    /// A text that differs by the case of its letters alone, if at all.
    IgnoringCase(String),
    /// A text of these parts, with anything between them.
    Wildcard(Vec<String>),
    /// An address of this network.
    Network { address: IpAddr, length: u8 },
    /// A number of this range.
    Range(Range),
    /// Whether there is such a member at all.
    Exists(bool),
    /// Something that keeps none of these.
    AnythingBut(Vec<Rule>),
}

/// A value that is looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value<'a> {
    Text(&'a str),
    Number(f64),
    Bool(bool),
    Null,
}

impl Rule {
    /// Whether a value that is there keeps it.
    pub(super) fn is_kept_by(&self, value: Value<'_>) -> bool {
        let text = |keeps: &dyn Fn(&str) -> bool| matches!(value, Value::Text(text) if keeps(text));
        match self {
            Rule::Text(wanted) => text(&|it| it == wanted),
            Rule::Number(wanted) => matches!(value, Value::Number(it) if numeric::are_equal(it, *wanted)),
            Rule::Bool(wanted) => value == Value::Bool(*wanted),
            Rule::Null => value == Value::Null,
            Rule::Prefix(start) => text(&|it| it.starts_with(start)),
            Rule::Suffix(end) => text(&|it| it.ends_with(end)),
            Rule::IgnoringCase(wanted) => text(&|it| it.to_lowercase() == wanted.to_lowercase()),
            Rule::Wildcard(parts) => text(&|it| has_parts(it, parts)),
            Rule::Network { address, length } => text(&|it| is_in(it, *address, *length)),
            Rule::Range(range) => matches!(value, Value::Number(it) if range.has(it)),
            Rule::Exists(wanted) => *wanted,
            Rule::AnythingBut(others) => !others.iter().any(|other| other.is_kept_by(value)),
        }
    }

    /// Whether a member that is not there keeps it.
    pub(super) fn is_kept_by_absence(&self) -> bool {
        match self {
            Rule::Exists(wanted) => !wanted,
            Rule::Text(_)
            | Rule::Number(_)
            | Rule::Bool(_)
            | Rule::Null
            | Rule::Prefix(_)
            | Rule::Suffix(_)
            | Rule::IgnoringCase(_)
            | Rule::Wildcard(_)
            | Rule::Network { .. }
            | Rule::Range(_)
            | Rule::AnythingBut(_) => false,
        }
    }
}

/// Whether a text is these parts in order, with anything between one and the next.
fn has_parts(text: &str, parts: &[String]) -> bool {
    let [first, between @ .., last] = parts else { return parts.first().is_some_and(|it| it == text) };
    let inside = text.strip_prefix(first.as_str()).and_then(|it| it.strip_suffix(last.as_str()));
    let Some(mut rest) = inside else { return false };
    // The first place is always as good as a later one.
    for part in between {
        let Some(at) = rest.find(part.as_str()) else { return false };
        rest = &rest[at + part.len()..];
    }
    true
}

fn is_in(text: &str, network: IpAddr, length: u8) -> bool {
    match (text.parse(), network) {
        (Ok(IpAddr::V4(it)), IpAddr::V4(network)) => {
            let shift = 32 - u32::from(length);
            u32::from(it).checked_shr(shift) == u32::from(network).checked_shr(shift)
        }
        (Ok(IpAddr::V6(it)), IpAddr::V6(network)) => {
            let shift = 128 - u32::from(length);
            u128::from(it).checked_shr(shift) == u128::from(network).checked_shr(shift)
        }
        (Ok(_) | Err(_), _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wildcard(pattern: &str) -> Rule {
        Rule::Wildcard(pattern.split('*').map(str::to_owned).collect())
    }

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, text, expected) in [
            ("a*c", "abc", true),
            ("a*c", "ac", true),
            ("a*c", "a", false),
            ("*", "", true),
            ("a*a", "a", false),
            ("*b*", "abc", true),
            ("*ab*ab*", "xabyab", true),
            ("*ab*ab*", "xab", false),
            ("a*b*c", "abbc", true),
            ("abc", "abc", true),
            ("abc", "abcd", false),
        ] {
            assert_eq!(wildcard(pattern).is_kept_by(Value::Text(text)), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn an_address_is_in_its_network() {
        let rule = |address: &str, length| Rule::Network { address: address.parse().unwrap(), length };
        for (network, length, text, expected) in [
            ("10.0.0.0", 24, "10.0.0.255", true),
            ("10.0.0.0", 24, "10.0.1.0", false),
            ("10.0.0.0", 24, "10.0.0", false),
            ("0.0.0.0", 0, "203.0.113.9", true),
            ("0.0.0.0", 0, "::1", false),
            ("2001:db8::", 32, "2001:db8:ffff::1", true),
            ("::", 0, "2001:db8::1", true),
            ("10.0.0.1", 32, "10.0.0.2", false),
        ] {
            let kept = rule(network, length).is_kept_by(Value::Text(text));
            assert_eq!(kept, expected, "{network}/{length} {text}");
        }
    }

    #[test]
    fn kinds_of_values_are_told_apart() {
        assert!(!Rule::Text("1".to_owned()).is_kept_by(Value::Number(1.0)));
        assert!(!Rule::Number(1.0).is_kept_by(Value::Text("1")));
        assert!(Rule::AnythingBut(vec![Rule::Text("a".to_owned())]).is_kept_by(Value::Number(1.0)));
        assert!(Rule::IgnoringCase("Ä".to_owned()).is_kept_by(Value::Text("ä")));
        assert!(Rule::Null.is_kept_by(Value::Null) && !Rule::Null.is_kept_by_absence());
        assert!(Rule::Exists(false).is_kept_by_absence() && !Rule::Exists(false).is_kept_by(Value::Null));
    }
}
