//! Texts that are given away and taken back: nobody else can read, make or change them, and nothing has to be remembered.
//!
//! AES-256-GCM, with keys that follow from a secret. The nonce is a keyed hash of the text, so that no chance is needed:
//! what is sealed twice looks the same, which says no more than that it is; two texts would need the same 96 bits of a
//! hash to share a nonce, and no Hamlet seals the billions of them that this takes.

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 12;

/// The secret that texts are sealed with. Whoever holds it keeps it for as long as they shall be taken back.
#[derive(Clone)]
pub struct SessionKey([u8; KEY_BYTES]);

/// What a text is sealed for, so that one cannot be taken for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// What temporary credentials stand for.
    SessionToken,
    /// Why somebody was refused, for those who may know (DecodeAuthorizationMessage).
    AuthorizationMessage,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Purpose::SessionToken => b"session token\0",
            Purpose::AuthorizationMessage => b"authorization message\0",
        }
    }
}

impl SessionKey {
    /// The key that follows from another secret.
    pub fn of(secret: &[u8]) -> SessionKey {
        SessionKey(hash(secret, b"sessions\0", &[]))
    }

    /// Seals a text.
    pub fn seal(&self, purpose: Purpose, text: &[u8]) -> String {
        let nonce = self.nonce(purpose, text);
        let payload = Payload { msg: text, aad: purpose.label() };
        let sealed = self.cipher().encrypt(&Nonce::from(nonce), payload).expect("texts are not of gigabytes");
        STANDARD.encode([nonce.as_slice(), &sealed].concat())
    }

    /// The text that was sealed with this key, for this purpose; of anything else, nothing.
    pub fn open(&self, purpose: Purpose, sealed: &str) -> Option<Vec<u8>> {
        let bytes = STANDARD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>()?;
        let payload = Payload { msg: sealed, aad: purpose.label() };
        self.cipher().decrypt(&Nonce::from(*nonce), payload).ok()
    }

    /// A keyed hash, for what is derived from what was sealed.
    pub(crate) fn hash(&self, what: &[u8], text: &[u8]) -> [u8; KEY_BYTES] {
        hash(&self.0, what, text)
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new(&self.hash(b"cipher\0", &[]).into())
    }

    fn nonce(&self, purpose: Purpose, text: &[u8]) -> [u8; NONCE_BYTES] {
        let of_purpose = hash(&self.hash(b"nonce\0", &[]), purpose.label(), text);
        std::array::from_fn(|index| of_purpose[index])
    }
}

impl std::fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionKey(..)")
    }
}

fn hash(key: &[u8], what: &[u8], text: &[u8]) -> [u8; KEY_BYTES] {
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).expect("a key of any length is taken");
    mac.update(what);
    mac.update(text);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PURPOSES: [Purpose; 2] = [Purpose::SessionToken, Purpose::AuthorizationMessage];

    #[test]
    fn nothing_can_be_read_in_it() {
        let text = r#"{"role":"AROAEXAMPLEEXAMPLEEXA","name":"alice","secret":"alice"}"#;
        let sealed = SessionKey::of(b"secret").seal(Purpose::SessionToken, text.as_bytes());
        let bytes = STANDARD.decode(&sealed).unwrap();
        for place in 0..text.len() - 4 {
            let part = &text[place..place + 4];
            assert!(!bytes.windows(4).any(|seen| seen == part.as_bytes()), "{part}");
            assert!(!sealed.contains(part), "{part}");
        }
    }

    #[test]
    fn what_is_nothing_sealed_is_nothing() {
        let key = SessionKey::of(b"secret");
        for text in ["", "x", "AAAA", "IQoJb3JpZ2luX2VjEPr", "é"] {
            assert_eq!(key.open(Purpose::SessionToken, text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_key_that_sealed_a_text_opens_it_and_no_other(text in any::<Vec<u8>>(), other in any::<u64>()) {
            let key = SessionKey::of(b"secret");
            for purpose in PURPOSES {
                let sealed = key.seal(purpose, &text);
                prop_assert_eq!(key.open(purpose, &sealed), Some(text.clone()));
                prop_assert_eq!(key.seal(purpose, &text), sealed.clone());
                prop_assert_eq!(SessionKey::of(&other.to_le_bytes()).open(purpose, &sealed), None);
            }
            let message = key.seal(Purpose::AuthorizationMessage, &text);
            prop_assert_eq!(key.open(Purpose::SessionToken, &message), None);
        }

        #[test]
        fn no_bit_and_no_letter_can_be_changed(text in any::<Vec<u8>>(), place in any::<prop::sample::Index>(), bit in 0..8u8) {
            let key = SessionKey::of(b"secret");
            let sealed = key.seal(Purpose::SessionToken, &text);
            let mut bytes = STANDARD.decode(&sealed).unwrap();
            bytes[place.index(STANDARD.decode(&sealed).unwrap().len())] ^= 1 << bit;
            prop_assert_eq!(key.open(Purpose::SessionToken, &STANDARD.encode(bytes)), None);
            let mut letters = sealed.clone().into_bytes();
            let at = place.index(letters.len());
            letters[at] = if letters[at] == b'A' { b'B' } else { b'A' };
            prop_assert_eq!(key.open(Purpose::SessionToken, std::str::from_utf8(&letters).unwrap()), None);
            let shorter = &sealed[..place.index(sealed.len())];
            prop_assert_eq!(key.open(Purpose::SessionToken, shorter), None);
        }
    }
}
