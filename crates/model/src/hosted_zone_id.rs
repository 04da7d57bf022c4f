//! Identifiers of hosted zones and of their changes: a letter and twenty digits to the base of 36.
//!
//! Follows GetHostedZone and GetChange (Route 53 API Reference), which show them behind a path that is no part of them.
//! The shorter identifiers of old zones are not read.

use std::collections::VecDeque;
use std::fmt;
use std::str::FromStr;

use crate::as_text::as_text;
use crate::table_key::kept_as_number;
use crate::timestamp::Timestamp;

/// Digits behind the letter of an identifier.
const ID_DIGITS: usize = 20;
const ID_BASE: u128 = 36;
/// Bits of randomness that fit these digits.
const ID_BITS: u32 = 100;

macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident $letter:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u128);

        impl $name {
            /// The least of all.
            pub const MIN: $name = $name(0);
            /// The greatest of all.
            pub const MAX: $name = $name(u128::MAX);

            /// An identifier made of the low bits of `random`.
            pub fn from_random(random: u128) -> Self {
                $name(random & ((1 << ID_BITS) - 1))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{}", $letter, digits(self.0))
            }
        }

        impl FromStr for $name {
            type Err = UnknownId;
            fn from_str(text: &str) -> Result<Self, UnknownId> {
                let value = text.strip_prefix($letter).and_then(value_of);
                value.map($name).ok_or_else(|| UnknownId(text.to_owned()))
            }
        }

        as_text! { $name }
        kept_as_number! { $name of u128 }
    )*};
}

identifiers! {
    /// A hosted zone, such as `Z0441723226OZ66S5ZCNZ`.
    HostedZoneId 'Z';
    /// A change of a hosted zone, such as `C0441723226OZ66S5ZCNZ`. Later ones are greater.
    HostedZoneChangeId 'C';
}

/// A text that is no identifier of a zone or of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownId(pub String);

impl fmt::Display for UnknownId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no such identifier: {}", self.0)
    }
}

impl std::error::Error for UnknownId {}

fn digits(mut value: u128) -> String {
    let mut digits = VecDeque::with_capacity(ID_DIGITS);
    for _ in 0..ID_DIGITS {
        let digit = u32::try_from(value % ID_BASE).expect("a digit is less than the base");
        digits.push_front(
            char::from_digit(digit, 36).expect("a digit is less than the base").to_ascii_uppercase(),
        );
        value /= ID_BASE;
    }
    digits.into_iter().collect()
}

fn value_of(text: &str) -> Option<u128> {
    let plain = text.len() == ID_DIGITS && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'Z'));
    plain.then(|| u128::from_str_radix(text, 36).ok()).flatten()
}

impl HostedZoneChangeId {
    /// Milliseconds in front, so that later changes have greater identifiers.
    pub(crate) fn at(now: Timestamp, random: u128) -> Self {
        const RANDOM_BITS: u32 = ID_BITS - 48;
        let moment = u128::from(now.0.unsigned_abs()) & ((1 << 48) - 1);
        HostedZoneChangeId(moment << RANDOM_BITS | random & ((1 << RANDOM_BITS) - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_a_letter_and_twenty_digits() {
        let id = HostedZoneId::from_random(u128::MAX);
        let text = id.to_string();
        assert_eq!((text.len(), &text[..1]), (21, "Z"));
        assert_eq!(text.parse(), Ok(id));
        for wrong in ["Z", "C0000000000000000000A", "Z0000000000000000000a", "Z+0000000000000000000", "ZZ"] {
            assert!(wrong.parse::<HostedZoneId>().is_err(), "{wrong}");
        }
        let later = HostedZoneChangeId::at(Timestamp(1), 0);
        assert!(HostedZoneChangeId::at(Timestamp(0), u128::MAX) < later);
    }
}
