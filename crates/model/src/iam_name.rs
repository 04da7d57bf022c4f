//! Names in IAM, as they are looked up by: unique in an account, upper and lower case being the same.
//!
//! Follows "IAM identifiers" and "IAM and AWS STS quotas" (IAM User Guide): "Names of users, groups, roles … must be unique
//! within an account. Names are not distinguished by case."

use std::ops::RangeInclusive;

use crate::place::AccountId;
use crate::table_key::kept_as_they_are;

/// Letters of the longest name, of a group, a policy or an instance profile.
const LETTERS_MAX: usize = 128;

/// An account, and a name in it. Keys sort by account and then by name, as lists do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NameKey {
    account: AccountId,
    /// In small letters, filled up with zeros, which no name has.
    name: [u8; LETTERS_MAX],
}

kept_as_they_are! { NameKey }

impl NameKey {
    /// The key of a name; `None` if it is too long for one.
    pub fn new(account: AccountId, name: &str) -> Option<NameKey> {
        let mut letters = [0; LETTERS_MAX];
        letters.get_mut(..name.len())?.copy_from_slice(name.as_bytes());
        letters.make_ascii_lowercase();
        Some(NameKey { account, name: letters })
    }

    /// The keys of all names of an account.
    pub fn all_of(account: AccountId) -> RangeInclusive<NameKey> {
        let filled_with = |letter| NameKey { account, name: [letter; LETTERS_MAX] };
        filled_with(0)..=filled_with(u8::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_in_either_case_and_sort_as_words_do() {
        let key = |name: &str| NameKey::new(AccountId::DEFAULT, name).unwrap();
        assert_eq!(key("Alice"), key("aLICE"));
        assert!(key("ab") < key("abc") && key("abc") < key("B"));
        assert!(NameKey::all_of(AccountId::DEFAULT).contains(&key(&"x".repeat(128))));
        let other: AccountId = "222222222222".parse().unwrap();
        assert!(!NameKey::all_of(other).contains(&key("a")));
        assert_eq!(NameKey::new(AccountId::DEFAULT, &"x".repeat(129)), None);
    }
}
