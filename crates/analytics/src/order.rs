//! The order in which `sort` puts values, by which `min` and `max` choose, too.
//!
//! "All non-number values come before all number values. […] The algorithm groups consecutive numeric characters and
//! consecutive alphabetic characters into separate chunks for comparison. It orders non-numeric portions by their Unicode
//! values, and it orders numeric portions by their length first and then by their numerical value" (sort). What is absent comes
//! before everything.

use crate::value::{Value, read_number};
use std::borrow::Cow;
use std::cmp::Ordering;

/// A value as it is put in order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Rank<'a> {
    Absent,
    Text(Cow<'a, [u8]>),
    Number(f64),
}

impl<'a> Rank<'a> {
    pub(crate) fn of(value: &'a Value<'_>) -> Rank<'a> {
        match value {
            Value::Absent | Value::Structure(_) => Rank::Absent,
            Value::Text(text) => match read_number(text) {
                Some(number) => Rank::Number(number),
                None => Rank::Text(Cow::Borrowed(text)),
            },
            other => other.as_number().map_or(Rank::Absent, Rank::Number),
        }
    }

    pub(crate) fn into_owned(self) -> Rank<'static> {
        match self {
            Rank::Absent => Rank::Absent,
            Rank::Text(text) => Rank::Text(Cow::Owned(text.into_owned())),
            Rank::Number(number) => Rank::Number(number),
        }
    }

    pub(crate) fn into_value(self) -> Value<'static> {
        match self {
            Rank::Absent => Value::Absent,
            Rank::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Rank::Number(number) => Value::Number(number),
        }
    }

    pub(crate) fn compare(&self, other: &Rank<'_>) -> Ordering {
        match (self, other) {
            (Rank::Number(one), Rank::Number(other)) => one.total_cmp(other),
            (Rank::Text(one), Rank::Text(other)) => natural(one, other),
            _ => self.kind().cmp(&other.kind()),
        }
    }

    fn kind(&self) -> u8 {
        match self {
            Rank::Absent => 0,
            Rank::Text(_) => 1,
            Rank::Number(_) => 2,
        }
    }
}

/// Texts in chunks. The order of UTF-8's bytes is that of its characters.
fn natural(one: &[u8], other: &[u8]) -> Ordering {
    let (mut left, mut right) = (one, other);
    loop {
        let (Some(first), Some(second)) = (left.first(), right.first()) else {
            return left.len().cmp(&right.len()).then_with(|| one.cmp(other));
        };
        if first.is_ascii_digit() && second.is_ascii_digit() {
            let (digits, others) = (digits(left), digits(right));
            let ordering = digits.len().cmp(&others.len()).then_with(|| digits.cmp(others));
            if ordering.is_ne() {
                return ordering;
            }
            (left, right) = (&left[digits.len()..], &right[others.len()..]);
        } else if first == second {
            (left, right) = (&left[1..], &right[1..]);
        } else {
            return first.cmp(second);
        }
    }
}

fn digits(text: &[u8]) -> &[u8] {
    let length = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    &text[..length]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sorted(texts: &[&str]) -> Vec<String> {
        let mut texts: Vec<Value<'_>> = texts.iter().map(|text| Value::text(text.as_bytes())).collect();
        texts.sort_by(|one, other| Rank::of(one).compare(&Rank::of(other)));
        texts.iter().map(|text| text.print().unwrap()).collect()
    }

    /// The list on the page about sort, as it stands there.
    #[test]
    fn the_documentation_is_in_order() {
        let page = [
            "!:",
            "#",
            "*%04",
            "0#",
            "5A",
            "111A",
            "2345_",
            "@",
            "@_",
            "A",
            "A9876fghj",
            "a12345hfh",
            "0",
            "01",
            "1",
            "2",
            "3",
        ];
        let mut shuffled = page;
        shuffled.reverse();
        shuffled.swap(2, 3);
        assert_eq!(sorted(&shuffled), page);
    }

    #[test]
    fn numbers_are_put_in_order_by_what_they_are() {
        assert_eq!(sorted(&["10", "9", "-1", "1.5", "x"]), ["x", "-1", "1.5", "9", "10"]);
    }

    proptest! {
        #[test]
        fn it_is_an_order(texts in proptest::collection::vec("[0-9aA_.-]{0,5}", 3)) {
            let values: Vec<Value<'_>> = texts.iter().map(|text| Value::text(text.as_bytes())).collect();
            let compare = |one: usize, other: usize| Rank::of(&values[one]).compare(&Rank::of(&values[other]));
            prop_assert_eq!(compare(0, 1), compare(1, 0).reverse());
            if compare(0, 1).is_le() && compare(1, 2).is_le() {
                prop_assert!(compare(0, 2).is_le());
            }
        }
    }
}
