//! Values of fields: what they are as numbers, as texts and as conditions, and how they are printed.

use query::{Literal, civil};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

/// A value. Numbers are never NaN: what has no value is absent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value<'a> {
    Absent,
    Boolean(bool),
    Number(f64),
    /// Milliseconds since 1970.
    Time(i64),
    /// UTF-8, which nobody checks again before it is printed.
    Text(Cow<'a, [u8]>),
    /// A map or a list.
    Structure(Arc<serde_json::Value>),
}

impl<'a> Value<'a> {
    pub(crate) fn text(text: &'a [u8]) -> Value<'a> {
        Value::Text(Cow::Borrowed(text))
    }

    pub(crate) fn owned_text(text: impl Into<Vec<u8>>) -> Value<'static> {
        Value::Text(Cow::Owned(text.into()))
    }

    /// A number, or nothing if it is none: 0 / 0.
    pub(crate) fn number(number: f64) -> Value<'static> {
        if number.is_finite() { Value::Number(number) } else { Value::Absent }
    }

    pub(crate) fn literal(literal: &Literal) -> Value<'static> {
        match literal {
            Literal::Absent => Value::Absent,
            Literal::Number(number) => Value::Number(*number),
            Literal::Text(text) => Value::owned_text(text.as_bytes()),
            Literal::Boolean(boolean) => Value::Boolean(*boolean),
        }
    }

    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Value::Absent)
    }

    /// As a number, if it is one.
    pub(crate) fn as_number(&self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(*number),
            Value::Text(text) => read_number(text),
            Value::Boolean(boolean) => Some(f64::from(u8::from(*boolean))),
            Value::Time(time) => Some(*time as f64),
            Value::Absent | Value::Structure(_) => None,
        }
    }

    /// As a time: what is one, or counts milliseconds.
    pub(crate) fn as_time(&self) -> Option<i64> {
        match self {
            Value::Time(time) => Some(*time),
            other => other.as_number().map(|number| number as i64),
        }
    }

    /// As a text; "maps and lists are treated as null for string functions" (structure types).
    pub(crate) fn as_text(&self) -> Option<Cow<'_, [u8]>> {
        match self {
            Value::Text(text) => Some(Cow::Borrowed(text)),
            Value::Absent | Value::Structure(_) => None,
            other => other.print().map(|printed| Cow::Owned(printed.into_bytes())),
        }
    }

    /// As a condition.
    pub(crate) fn is_true(&self) -> bool {
        match self {
            Value::Boolean(boolean) => *boolean,
            Value::Number(number) => *number != 0.0,
            Value::Text(text) => {
                text.as_ref() == b"true" || read_number(text).is_some_and(|number| number != 0.0)
            }
            Value::Absent | Value::Time(_) | Value::Structure(_) => false,
        }
    }

    /// As results show it: "the values are always strings". Absent ones are left out.
    pub(crate) fn print(&self) -> Option<String> {
        match self {
            Value::Absent => None,
            Value::Boolean(boolean) => Some(u8::from(*boolean).to_string()),
            Value::Number(number) => Some(print_number(*number)),
            Value::Time(time) => Some(civil::print(*time)),
            Value::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
            Value::Structure(structure) => Some(structure.to_string()),
        }
    }

    pub(crate) fn into_owned(self) -> Value<'static> {
        match self {
            Value::Absent => Value::Absent,
            Value::Boolean(boolean) => Value::Boolean(boolean),
            Value::Number(number) => Value::Number(number),
            Value::Time(time) => Value::Time(time),
            Value::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Value::Structure(structure) => Value::Structure(structure),
        }
    }

    /// What it has of its own, beside what is lent.
    pub(crate) fn owned_bytes(&self) -> usize {
        match self {
            Value::Text(Cow::Owned(text)) => text.len(),
            _ => 0,
        }
    }

    /// What it takes of memory, about.
    pub(crate) fn bytes(&self) -> usize {
        let beside = match self {
            Value::Text(text) => text.len(),
            // Its own text, several times over for its tables; nobody keeps many.
            Value::Structure(structure) => 4 * structure.to_string().len(),
            Value::Absent | Value::Boolean(_) | Value::Number(_) | Value::Time(_) => 0,
        };
        size_of::<Value<'_>>() + beside
    }
}

/// Whether two values compare so. What is absent compares with nothing; "comparing map and list to any other fields results in
/// false" (structure types). A number compares as one with whatever reads as a number. A text in quotes compares as a text with
/// texts; two fields do so, unless both are numbers.
pub(crate) fn compare(left: &Value<'_>, right: &Value<'_>, quoted: bool) -> Option<Compared> {
    match (left, right) {
        (Value::Absent | Value::Structure(_), _) | (_, Value::Absent | Value::Structure(_)) => None,
        (Value::Text(left), Value::Text(right)) if quoted => Some(Compared::As(left.cmp(right))),
        (Value::Text(one), Value::Text(other)) => Some(match (read_number(one), read_number(other)) {
            (Some(one), Some(other)) => numbers(one, other),
            _ => Compared::As(one.cmp(other)),
        }),
        (Value::Boolean(boolean), Value::Text(text)) => Some(with_boolean(*boolean, text)),
        (Value::Text(text), Value::Boolean(boolean)) => Some(match with_boolean(*boolean, text) {
            Compared::As(ordering) => Compared::As(ordering.reverse()),
            Compared::Different => Compared::Different,
        }),
        _ => Some(match (left.as_number(), right.as_number()) {
            (Some(left), Some(right)) => numbers(left, right),
            _ => Compared::Different,
        }),
    }
}

/// What comes of comparing two values that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compared {
    As(Ordering),
    /// A number and what is none: neither is greater.
    Different,
}

impl Compared {
    pub(crate) fn holds(self, comparison: query::Comparison) -> bool {
        match self {
            Compared::As(ordering) => comparison.holds(ordering),
            Compared::Different => comparison == query::Comparison::NotEqual,
        }
    }
}

fn numbers(left: f64, right: f64) -> Compared {
    left.partial_cmp(&right).map_or(Compared::Different, Compared::As)
}

fn with_boolean(boolean: bool, text: &[u8]) -> Compared {
    let other = match text {
        b"true" => Some(1.0),
        b"false" => Some(0.0),
        text => read_number(text),
    };
    other.map_or(Compared::Different, |other| numbers(f64::from(u8::from(boolean)), other))
}

/// Reads a number as logs have them: a sign, digits, a fraction, an exponent; nothing else, no blanks.
pub(crate) fn read_number(text: &[u8]) -> Option<f64> {
    const DIGITS_OF_AN_INTEGER: usize = 15;
    if text.len() <= DIGITS_OF_AN_INTEGER {
        let mut number: u64 = 0;
        let mut plain = !text.is_empty();
        for byte in text {
            let digit = byte.wrapping_sub(b'0');
            plain &= digit < 10;
            number = number.wrapping_mul(10).wrapping_add(u64::from(digit));
        }
        if plain {
            return Some(number as f64);
        }
    }
    let looks = text.first().is_some_and(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'+'))
        && text.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E'));
    let number: f64 = std::str::from_utf8(text).ok().filter(|_| looks)?.parse().ok()?;
    number.is_finite().then_some(number)
}

/// Whole numbers without a fraction, others with four digits of it; very small and very large ones with an exponent.
pub(crate) fn print_number(number: f64) -> String {
    const WHOLE_MAX: f64 = 1e18;
    const FRACTION_MIN: f64 = 1e-4;
    if number.fract() == 0.0 && number.abs() < WHOLE_MAX {
        return format!("{}", number as i64);
    }
    if number.abs() >= WHOLE_MAX || number.abs() < FRACTION_MIN {
        return print_exponent(number);
    }
    let printed = format!("{number:.4}");
    printed.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// As Java does it: `1.2345E19`, `1.0E-5`.
fn print_exponent(number: f64) -> String {
    let printed = format!("{number:E}");
    match printed.split_once('E') {
        Some((mantissa, exponent)) if !mantissa.contains('.') => format!("{mantissa}.0E{exponent}"),
        _ => printed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use query::Comparison;

    fn text(text: &str) -> Value<'static> {
        Value::owned_text(text)
    }

    fn holds(left: &Value<'_>, comparison: Comparison, right: &Value<'_>, quoted: bool) -> bool {
        compare(left, right, quoted).is_some_and(|compared| compared.holds(comparison))
    }

    #[test]
    fn a_field_compares_as_a_number_with_a_number() {
        assert!(holds(&text("22"), Comparison::Equal, &Value::Number(22.0), false));
        assert!(holds(&text("100"), Comparison::Greater, &Value::Number(22.0), false));
        assert!(!holds(&text("ssh"), Comparison::Greater, &Value::Number(22.0), false));
        assert!(holds(&text("ssh"), Comparison::NotEqual, &Value::Number(22.0), false));
    }

    #[test]
    fn a_field_compares_as_a_text_with_what_is_quoted() {
        assert!(holds(&text("100"), Comparison::Less, &text("22"), true));
        assert!(!holds(&text("022"), Comparison::Equal, &text("22"), true));
        assert!(holds(&Value::Number(5.0), Comparison::Greater, &text("3"), true));
    }

    #[test]
    fn two_fields_compare_as_numbers_if_both_are() {
        assert!(holds(&text("100"), Comparison::Greater, &text("22"), false));
        assert!(holds(&text("b"), Comparison::Greater, &text("a"), false));
    }

    #[test]
    fn nothing_holds_for_what_is_not_there() {
        for comparison in [Comparison::Equal, Comparison::NotEqual, Comparison::Less] {
            assert!(!holds(&Value::Absent, comparison, &Value::Number(1.0), false));
        }
    }

    #[test]
    fn booleans_are_words_and_digits() {
        assert!(holds(&Value::Boolean(true), Comparison::Equal, &text("true"), true));
        assert!(holds(&Value::Boolean(true), Comparison::Equal, &Value::Number(1.0), false));
        assert!(holds(&text("false"), Comparison::Equal, &Value::Boolean(false), false));
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        let read = |text: &str| read_number(text.as_bytes());
        assert_eq!(read("0042"), Some(42.0));
        assert_eq!(read("-1.5e3"), Some(-1500.0));
        assert_eq!(read("12345678901234567890"), Some(12_345_678_901_234_567_890.0));
        for no in ["", "-", "1 ", "nan", "inf", "0x1", "1e999", "1.2.3", "eni-1", "10.0.0.1"] {
            assert_eq!(read(no), None, "{no}");
        }
    }

    #[test]
    fn numbers_are_printed_as_results_have_them() {
        for (number, printed) in [
            (3.0, "3"),
            (-0.0, "0"),
            (12.5, "12.5"),
            (128_000_000.0 / 1024.0 / 1024.0, "122.0703"),
            (9_007_199_254_740_991.0, "9007199254740991"),
            (0.000_01, "1.0E-5"),
            (1.2345e19, "1.2345E19"),
            (2.999_99, "3"),
        ] {
            assert_eq!(print_number(number), printed);
        }
    }
}
