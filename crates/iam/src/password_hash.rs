//! What is kept of passwords: PBKDF2 with HMAC-SHA256 (RFC 8018), with a salt of the user's own.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use model::login_profile::PasswordHash;
use sha2::Sha256;

/// How often the hash is repeated. It is done by the one that changes the world, so that it may not take long.
const ROUNDS: u32 = 10_000;
const SALT_BYTES: usize = 16;

/// A salt, from bits that nobody can guess.
pub(crate) fn salt(bits: &[u8; 32]) -> String {
    STANDARD.encode(&bits[..SALT_BYTES])
}

/// A password with a salt.
pub(crate) fn hashed(password: &str, salt: &str) -> PasswordHash {
    let hash = pbkdf2(password.as_bytes(), salt.as_bytes(), ROUNDS);
    PasswordHash { salt: salt.to_owned(), hash: STANDARD.encode(hash) }
}

/// The first block, which is all that is needed of 32 bytes.
fn pbkdf2(password: &[u8], salt: &[u8], rounds: u32) -> [u8; 32] {
    let keyed = <Hmac<Sha256> as KeyInit>::new_from_slice(password).expect("keys have any length");
    let hash = |parts: &[&[u8]]| -> [u8; 32] {
        let mut mac = keyed.clone();
        parts.iter().for_each(|part| mac.update(part));
        mac.finalize().into_bytes().into()
    };
    let mut last = hash(&[salt, &1_u32.to_be_bytes()]);
    let mut sum = last;
    for _ in 1..rounds {
        last = hash(&[&last]);
        sum.iter_mut().zip(last).for_each(|(sum, byte)| *sum ^= byte);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_function_of_the_standard() {
        // RFC 7914, section 11.
        let hash = pbkdf2(b"passwd", b"salt", 1);
        assert_eq!(hash[..8], [0x55, 0xac, 0x04, 0x6e, 0x56, 0xe3, 0x08, 0x9f]);
        let hash = pbkdf2(b"Password", b"NaCl", 80_000);
        assert_eq!(hash[..8], [0x4d, 0xdc, 0xd8, 0xf6, 0x0b, 0x98, 0xbe, 0x21]);
    }

    #[test]
    fn the_same_password_is_another_hash_with_another_salt() {
        let (one, other) = (salt(&[1; 32]), salt(&[2; 32]));
        assert_eq!(hashed("secret", &one), hashed("secret", &one));
        assert_ne!(hashed("secret", &one).hash, hashed("secret", &other).hash);
        assert_ne!(hashed("secret", &one), hashed("Secret", &one));
    }
}
