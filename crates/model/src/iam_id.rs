//! Unique identifiers of IAM: four letters that say of what, and seventeen that nobody else has (`AROA…`).
//!
//! Follows "IAM identifiers" (IAM User Guide). A name can be given again after its owner is gone, an identifier cannot:
//! credentials of a deleted role are not those of a new one with its name.

use std::fmt;
use std::str::FromStr;

use crate::as_text::as_text;
use crate::ids::Ids;
use crate::table_key::kept_as_number;

/// The letters behind a prefix, of five bits each (RFC 4648, base32); those of access keys are the same.
pub const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// How many there are.
const LENGTH: usize = 17;

/// Why a text is not an identifier of the wanted kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedIamId(pub String);

impl fmt::Display for MalformedIamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not an identifier of IAM: \"{}\"", self.0)
    }
}

impl std::error::Error for MalformedIamId {}

/// A prefix and so many letters of five bits each, the highest first.
pub(crate) fn write_letters(
    prefix: &str,
    length: usize,
    bits: u128,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    f.write_str(prefix)?;
    for place in (0..length).rev() {
        let letter = usize::try_from(bits >> (5 * place) & 31).expect("five bits");
        write!(f, "{}", char::from(LETTERS[letter]))?;
    }
    Ok(())
}

/// The bits of a text that [`write_letters`] has written.
pub(crate) fn read_letters(prefix: &str, length: usize, text: &str) -> Option<u128> {
    let letters = text.strip_prefix(prefix)?.as_bytes();
    let value = |letter: &u8| u128::try_from(LETTERS.iter().position(|known| known == letter)?).ok();
    let whole = letters.len() == length;
    whole.then(|| letters.iter().try_fold(0, |bits, letter| Some(bits << 5 | value(letter)?)))?
}

macro_rules! iam_identifiers {
    ($($(#[$doc:meta])* $name:ident $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u128);

        impl $name {
            /// A new one.
            pub fn fresh(ids: &mut Ids<'_>) -> Self {
                $name((ids.bits() << 64 | ids.bits() & u128::from(u64::MAX)) & ((1 << (5 * LENGTH)) - 1))
            }

            /// The first one there could be.
            pub const FIRST: Self = $name(0);
            /// The last one there could be.
            pub const LAST: Self = $name(u128::MAX);

            /// One from a small number, for fixtures and tests.
            pub const fn numbered(number: u64) -> Self {
                $name(number as u128)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_letters($prefix, LENGTH, self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = MalformedIamId;
            fn from_str(text: &str) -> Result<Self, MalformedIamId> {
                read_letters($prefix, LENGTH, text).map($name).ok_or_else(|| MalformedIamId(text.to_owned()))
            }
        }

        as_text! { $name }
        kept_as_number! { $name of u128 }
    )*};
}

iam_identifiers! {
    /// A role.
    RoleId "AROA";
    /// An instance profile.
    InstanceProfileId "AIPA";
    /// A user.
    UserId "AIDA";
    /// A group of users.
    GroupId "AGPA";
    /// A policy that stands by itself.
    ManagedPolicyId "ANPA";
    /// A virtual MFA device. Nobody sees it, AWS has none.
    MfaDeviceId "AMFA";
    /// A SAML provider.
    SamlProviderId "SAMLP";
    /// A key that a SAML provider's assertions are decrypted with.
    SamlPrivateKeyId "SAMLK";
    /// A server certificate.
    ServerCertificateId "ASCA";
    /// A user's public key for CodeCommit.
    SshPublicKeyId "APKA";
    /// A user's credential for one service.
    ServiceSpecificCredentialId "ACCA";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_have_twenty_one_letters_and_are_read_as_they_are_written() {
        let mut bits = u128::MAX / 3;
        let mut random = || {
            bits = bits.rotate_left(7) ^ 0x1234_5678;
            bits
        };
        let mut ids = Ids::new(&mut random);
        for _ in 0..100 {
            let (role, profile) = (RoleId::fresh(&mut ids), InstanceProfileId::fresh(&mut ids));
            assert_eq!(role.to_string().len(), 21);
            assert_eq!(role.to_string().parse(), Ok(role));
            assert_eq!(profile.to_string().parse(), Ok(profile));
            assert!(profile.to_string().parse::<RoleId>().is_err());
            let user = UserId::fresh(&mut ids);
            assert!(user.to_string().starts_with("AIDA") && user.to_string().parse() == Ok(user));
        }
        assert_eq!(RoleId::numbered(1).to_string(), "AROAAAAAAAAAAAAAAAAAB");
    }

    #[test]
    fn other_texts_are_none() {
        for text in
            ["", "AROA", "AROAAAAAAAAAAAAAAAAA1", "aroaaaaaaaaaaaaaaaaab", "AROAAAAAAAAAAAAAAAAABB", "AROAé"]
        {
            assert_eq!(text.parse::<RoleId>(), Err(MalformedIamId(text.to_owned())), "{text}");
        }
    }
}
