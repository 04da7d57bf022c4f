//! Identifiers that are shown as UUIDs.

use std::fmt;

/// A text is no such identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidUuid;

impl fmt::Display for InvalidUuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a UUID")
    }
}

pub(crate) fn write(number: u128, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let digits = format!("{number:032x}");
    let (a, b, c, d, e) = (&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]);
    write!(f, "{a}-{b}-{c}-{d}-{e}")
}

/// Each has one spelling.
pub(crate) fn read<T: fmt::Display>(text: &str, of: fn(u128) -> T) -> Result<T, InvalidUuid> {
    let id = u128::from_str_radix(&text.replace('-', ""), 16).map(of).map_err(|_| InvalidUuid)?;
    if id.to_string() == text { Ok(id) } else { Err(InvalidUuid) }
}

/// A type of them.
macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u128);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                crate::uuid_id::write(self.0, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::uuid_id::InvalidUuid;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                crate::uuid_id::read(text, $name)
            }
        }

        crate::as_text::as_text! { $name }
        crate::table_key::kept_as_number! { $name of u128 }
    };
}

pub(crate) use uuid_id;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log_settings::QueryDefinitionId;

    #[test]
    fn one_is_found_by_its_own_spelling_alone() {
        let text = "00000000-0000-1234-0000-00000000abcd";
        let id: QueryDefinitionId = text.parse().unwrap();
        assert_eq!(id.to_string(), text);
        for other in ["", "x", "12", &text.replace('-', ""), &text.to_uppercase()] {
            assert_eq!(other.parse::<QueryDefinitionId>(), Err(InvalidUuid), "{other}");
        }
    }
}
