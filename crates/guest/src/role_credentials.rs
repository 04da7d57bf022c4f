//! Temporary credentials of an instance's role: nothing is remembered, everything follows from a secret.
//!
//! Follows "Retrieve security credentials from instance metadata" (EC2 User Guide). A session token says whom it stands for
//! and since when, with a keyed hash over that; access key id and secret are keyed hashes too. So credentials hold after a
//! restart, on whichever side they are asked about: [`RoleSession::credentials`] gives them out, [`RoleSession::of_token`]
//! takes them back.
//!
//! ```text
//!  association made     + 5 h              + 10 h
//!        |----- credentials 1 -----|            (six hours each, an hour before their end there are new ones)
//!                          |----- credentials 2 -----|
//! ```

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use model::iam_id::LETTERS;
use model::{AccountId, Instance, InstanceId, Role, RoleId, Timestamp};
use sha2::Sha256;

/// How long credentials hold.
const LIFETIME_MS: i64 = 6 * 60 * 60 * 1000;
/// How often there are new ones. "We make new credentials available at least five minutes before the expiration of the old
/// credentials"; SDKs look for them fifteen minutes before.
const ROTATION_MS: i64 = 5 * 60 * 60 * 1000;
/// What the keyed hashes are over, so that one cannot be taken for another.
const TOKEN: &[u8] = b"session token\0";
const ACCESS_KEY_ID: &[u8] = b"access key id\0";
const ACCESS_KEY_CHECK: &[u8] = b"access key check\0";
const SECRET_ACCESS_KEY: &[u8] = b"secret access key\0";
/// How temporary access key ids begin.
const PREFIX: &str = "ASIA";
/// Bytes of an access key id that anybody would call random, and bytes that only the key's owner can add to them.
const ID_BYTES: usize = 6;
const CHECK_BYTES: usize = 4;
const HASH_BYTES: usize = 32;

/// The secret that credentials are made with. The caller keeps it for as long as credentials shall hold.
#[derive(Clone)]
pub struct CredentialKey([u8; HASH_BYTES]);

impl CredentialKey {
    /// The key that follows from another secret.
    pub fn of(secret: &[u8]) -> Self {
        CredentialKey(hash(secret, b"role credentials\0", &[]))
    }

    /// Whether an access key id was made with this key, by all that its letters tell.
    pub fn has_made(&self, access_key_id: &str) -> bool {
        let bytes = access_key_id.strip_prefix(PREFIX).and_then(from_letters);
        let parts = bytes.as_deref().and_then(|bytes| bytes.split_first_chunk::<ID_BYTES>());
        parts.is_some_and(|(id, check)| check == self.check(*id))
    }

    fn check(&self, id: [u8; ID_BYTES]) -> [u8; CHECK_BYTES] {
        first(hash(&self.0, ACCESS_KEY_CHECK, &id))
    }
}

impl std::fmt::Debug for CredentialKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CredentialKey(..)")
    }
}

/// Temporary credentials.
#[derive(Clone, PartialEq, Eq)]
pub struct RoleCredentials {
    /// `ASIA…`
    pub access_key_id: String,
    /// Forty characters.
    pub secret_access_key: String,
    /// What has to be sent along.
    pub session_token: String,
}

impl std::fmt::Debug for RoleCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RoleCredentials").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

/// An instance that acts as a role, for some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleSession {
    /// Whose role.
    pub account: AccountId,
    /// Which role.
    pub role: RoleId,
    /// Which instance; its identifier is the session's name.
    pub instance: InstanceId,
    /// Since when, in whole seconds.
    pub issued: Timestamp,
}

impl RoleSession {
    /// The session that an instance is in, `since` it was associated with an instance profile.
    pub fn current(instance: &Instance, role: &Role, since: Timestamp, now: Timestamp) -> RoleSession {
        let begin = since.0 - since.0.rem_euclid(1000);
        // Rounded down also where the clock was set back to before `since`: nothing is issued in the future.
        let rotations = now.0.saturating_sub(begin).div_euclid(ROTATION_MS);
        let issued = Timestamp(begin.saturating_add(rotations.saturating_mul(ROTATION_MS)));
        RoleSession { account: role.account, role: role.id, instance: instance.id, issued }
    }

    /// Whether its credentials would hold for twice as long as any do: they were issued before the clock was set back, and
    /// have ended.
    pub fn is_of_the_future(&self, now: Timestamp) -> bool {
        self.issued.0.saturating_sub(now.0) >= LIFETIME_MS
    }

    /// Until when.
    pub fn expires(&self) -> Timestamp {
        Timestamp(self.issued.0.saturating_add(LIFETIME_MS))
    }

    /// The session's credentials, the same whenever they are asked for.
    pub fn credentials(&self, key: &CredentialKey) -> RoleCredentials {
        let claim = self.claim();
        let id: [u8; ID_BYTES] = first(hash(&key.0, ACCESS_KEY_ID, claim.as_bytes()));
        let letters = to_letters(&[id.as_slice(), &key.check(id)].concat());
        let secret: [u8; 30] = first(hash(&key.0, SECRET_ACCESS_KEY, claim.as_bytes()));
        let seal = hash(&key.0, TOKEN, claim.as_bytes());
        RoleCredentials {
            access_key_id: format!("{PREFIX}{letters}"),
            secret_access_key: STANDARD.encode(secret),
            session_token: STANDARD.encode([seal.as_slice(), claim.as_bytes()].concat()),
        }
    }

    /// The session that a token stands for; `None` if this key did not make it. It may be over.
    pub fn of_token(key: &CredentialKey, token: &str) -> Option<RoleSession> {
        let bytes = STANDARD.decode(token).ok()?;
        let (seal, claim) = bytes.split_first_chunk::<HASH_BYTES>()?;
        keyed(&key.0, TOKEN, claim).verify_slice(seal).ok()?;
        RoleSession::read(std::str::from_utf8(claim).ok()?)
    }

    fn claim(&self) -> String {
        format!("{} {} {} {}", self.account, self.role, self.instance, self.issued.0)
    }

    fn read(claim: &str) -> Option<RoleSession> {
        let mut words = claim.split(' ');
        let mut word = || words.next();
        let session = RoleSession {
            account: word()?.parse().ok()?,
            role: word()?.parse().ok()?,
            instance: word()?.parse().ok()?,
            issued: Timestamp(word()?.parse().ok()?),
        };
        word().is_none().then_some(session)
    }
}

fn keyed(key: &[u8], what: &[u8], text: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length is taken");
    mac.update(what);
    mac.update(text);
    mac
}

fn hash(key: &[u8], what: &[u8], text: &[u8]) -> [u8; HASH_BYTES] {
    keyed(key, what, text).finalize().into_bytes().into()
}

/// The first bytes of a hash.
fn first<const N: usize>(hash: [u8; HASH_BYTES]) -> [u8; N] {
    std::array::from_fn(|index| hash[index])
}

/// Five bits a letter; the number of bits must be a multiple of five.
fn to_letters(bytes: &[u8]) -> String {
    let bit = |place: usize| bytes[place / 8] >> (7 - place % 8) & 1;
    let letter = |start: usize| (start..start + 5).fold(0, |sum, place| sum << 1 | usize::from(bit(place)));
    (0..bytes.len() * 8).step_by(5).map(|start| char::from(LETTERS[letter(start)])).collect()
}

fn from_letters(letters: &str) -> Option<Vec<u8>> {
    let mut bits = Vec::with_capacity(letters.len() * 5);
    for letter in letters.bytes() {
        let value = LETTERS.iter().position(|known| *known == letter)?;
        bits.extend((0..5).rev().map(|place| value >> place & 1 == 1));
    }
    let whole = bits.len() == (ID_BYTES + CHECK_BYTES) * 8;
    let byte = |bits: &[bool]| bits.iter().fold(0, |sum, bit| sum << 1 | u8::from(*bit));
    whole.then(|| bits.chunks(8).map(byte).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{self, NOW, WEB};
    use proptest::prelude::*;

    const HOUR_MS: i64 = 60 * 60 * 1000;

    fn key() -> CredentialKey {
        CredentialKey::of(b"secret")
    }

    fn session(after_ms: i64) -> RoleSession {
        let world = fixture::with_role();
        let instance = world.network.instances.get(&WEB).unwrap();
        let role = world.roles.values().next().unwrap();
        RoleSession::current(instance, role, Timestamp(NOW.0 + 7), Timestamp(NOW.0 + after_ms))
    }

    #[test]
    fn credentials_look_like_those_of_aws_and_are_taken_back() {
        let session = session(0);
        let credentials = session.credentials(&key());
        assert!(credentials.access_key_id.starts_with("ASIA") && credentials.access_key_id.len() == 20);
        assert_eq!(credentials.secret_access_key.len(), 40);
        assert_eq!(RoleSession::of_token(&key(), &credentials.session_token), Some(session.clone()));
        assert!(key().has_made(&credentials.access_key_id));
        let other = CredentialKey::of(b"other");
        assert_eq!(RoleSession::of_token(&other, &credentials.session_token), None);
        assert!(!other.has_made(&credentials.access_key_id));
        assert_ne!(session.credentials(&other).secret_access_key, credentials.secret_access_key);
    }

    #[test]
    fn there_are_new_ones_an_hour_before_the_old_ones_end() {
        let first = session(0);
        assert_eq!(first.issued.0 % 1000, 0);
        assert_eq!(session(5 * HOUR_MS - 1), first);
        let second = session(5 * HOUR_MS);
        assert_eq!(second.issued.0 - first.issued.0, 5 * HOUR_MS);
        assert_eq!(first.expires().0 - second.issued.0, HOUR_MS);
        assert_ne!(first.credentials(&key()), second.credentials(&key()));
    }

    #[test]
    fn nothing_is_issued_in_the_future_by_a_clock_that_was_set_back() {
        let first = session(0);
        for after_ms in [-1, -HOUR_MS, -5 * HOUR_MS, -10_000 * HOUR_MS] {
            let (then, now) = (session(after_ms), Timestamp(NOW.0 + after_ms));
            assert!(then.issued <= now && then.expires() > now, "{after_ms}");
            assert!(!then.is_of_the_future(now));
            assert_eq!(first.is_of_the_future(now), after_ms <= -6 * HOUR_MS, "{after_ms}");
        }
    }

    #[test]
    fn a_token_with_any_letter_changed_is_none() {
        let token = session(0).credentials(&key()).session_token;
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(RoleSession::of_token(&key(), std::str::from_utf8(&changed).unwrap()), None, "{at}");
        }
    }

    #[test]
    fn access_keys_of_others_are_not_ours() {
        for id in
            ["", "ASIA", "AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE", "ASIAAAAAAAAAAAAAAAAA", "ASIAé"]
        {
            assert!(!key().has_made(id), "{id}");
        }
    }

    proptest! {
        #[test]
        fn no_token_and_no_access_key_id_makes_it_panic(text in "\\PC{0,80}", letters in "ASIA[A-Z2-7]{0,20}") {
            prop_assert_eq!(RoleSession::of_token(&key(), &text), None);
            key().has_made(&text);
            key().has_made(&letters);
        }

        #[test]
        fn letters_are_read_as_they_are_written(bytes in any::<[u8; 10]>()) {
            prop_assert_eq!(from_letters(&to_letters(&bytes)), Some(bytes.to_vec()));
        }
    }
}
