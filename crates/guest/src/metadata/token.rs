//! Session tokens of version 2: nothing is remembered, the token itself says until when it holds.
//!
//! A token is its expiry and a keyed hash over expiry and instance. It holds for the instance it was made for and for no
//! other ("the token is valid only for the instance", How IMDSv2 works), also after a restart with the same key.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use hmac::{Hmac, KeyInit, Mac};
use model::{InstanceId, Timestamp};
use sha2::Sha256;

use super::TOKEN_TTL_MAX_S;

const EXPIRY_LEN: usize = 8;

/// The secret that tokens are made with. The caller draws it at random, and keeps it for as long as tokens shall hold.
#[derive(Clone)]
pub struct TokenKey(pub [u8; 32]);

impl std::fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenKey(..)")
    }
}

/// A token for an instance: 56 characters, as on AWS.
pub(super) fn make(key: &TokenKey, instance: InstanceId, now: Timestamp, ttl_s: u32) -> String {
    let expiry = now.0.saturating_add(i64::from(ttl_s) * 1000).to_be_bytes();
    let hash = mac(key, instance, expiry).finalize().into_bytes();
    URL_SAFE.encode([expiry.as_slice(), &hash].concat())
}

/// How many seconds a token still holds, rounded up; `None` when it is malformed, another instance's or expired.
pub(super) fn seconds_left(key: &TokenKey, instance: InstanceId, now: Timestamp, token: &str) -> Option<u32> {
    let bytes = URL_SAFE.decode(token).ok()?;
    let (expiry, hash) = bytes.split_first_chunk::<EXPIRY_LEN>()?;
    mac(key, instance, *expiry).verify_slice(hash).ok()?;
    let left_ms = i64::from_be_bytes(*expiry).checked_sub(now.0).filter(|left_ms| *left_ms > 0)?;
    // One that would hold for twice as long as any token does was made before the clock was set back.
    if left_ms > 2 * i64::from(TOKEN_TTL_MAX_S) * 1000 {
        return None;
    }
    u32::try_from(left_ms / 1000 + i64::from(left_ms % 1000 > 0)).ok()
}

fn mac(key: &TokenKey, instance: InstanceId, expiry: [u8; EXPIRY_LEN]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.0).expect("a key of any length is taken");
    mac.update(b"instance metadata token\0");
    mac.update(&expiry);
    mac.update(instance.to_string().as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: TokenKey = TokenKey([7; 32]);
    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    #[test]
    fn a_token_holds_for_its_instance_until_it_expires() {
        let (mine, other) = (InstanceId::numbered(1), InstanceId::numbered(2));
        let token = make(&KEY, mine, NOW, 60);
        assert_eq!(token.len(), 56);
        let left = |key: &TokenKey, instance, after_ms| {
            seconds_left(key, instance, Timestamp(NOW.0 + after_ms), &token)
        };
        assert_eq!(left(&KEY, mine, 0), Some(60));
        assert_eq!(left(&KEY, mine, 59_999), Some(1));
        assert_eq!(left(&KEY, mine, 60_000), None, "expired");
        assert_eq!(left(&KEY, mine, -1000), Some(61), "a clock that was set back a little");
        assert_eq!(left(&KEY, mine, -2 * 21_600_000), None, "and by a lot");
        assert_eq!(left(&KEY, mine, -NOW.0), None);
        assert_eq!(left(&KEY, other, 0), None, "another instance");
        assert_eq!(left(&TokenKey([8; 32]), mine, 0), None, "another key");
    }

    #[test]
    fn a_token_with_any_letter_changed_does_not_hold() {
        let instance = InstanceId::numbered(1);
        let token = make(&KEY, instance, NOW, 60);
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(seconds_left(&KEY, instance, NOW, &changed), None, "{changed}");
        }
        for rubbish in ["", "AAAA", "not base64!", &"A".repeat(4000)] {
            assert_eq!(seconds_left(&KEY, instance, NOW, rubbish), None);
        }
    }
}
