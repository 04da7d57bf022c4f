//! Who may use the web console: whoever opens an address that only this machine's user was told, once and soon.
//!
//! The address has a token, which becomes a session when it is opened. Only digests of both are kept, in memory: a Hamlet
//! that starts again knows nobody, and `hamlet console` lets its user in again. A cookie goes to every port of the host it is
//! for, other users' programs among them, which is why a session is nothing worth to anybody but the daemon's own user: the
//! kernel says whose process asks (`crate::local_users`).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::UserId;
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::clock;

/// Bytes of a token or a session's key.
const KEY_BYTES: usize = 32;
/// How long an address that was printed can be opened.
const TOKEN_LIFE: Duration = Duration::from_secs(15 * 60);
/// How many are remembered; the oldest go.
const TOKENS_MAX: usize = 16;
/// How long somebody stays signed in, as in AWS's console.
const SESSION_LIFE: Duration = Duration::from_secs(12 * 60 * 60);
/// How many are at once; the oldest end.
const SESSIONS_MAX: usize = 64;

/// Lets people in, and knows them again.
#[derive(Default)]
pub struct Entrance(Mutex<Doors>);

#[derive(Default)]
struct Doors {
    tokens: VecDeque<(KeyDigest, Instant)>,
    sessions: VecDeque<Session>,
}

/// Whom somebody is taken for who has come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    /// The root of the account.
    Root,
    /// A user, whose password was known.
    User(UserId),
}

struct Session {
    key: KeyDigest,
    identity: Identity,
    /// The name and port under which it was begun.
    host: String,
    until: Instant,
}

type KeyDigest = [u8; 32];

impl Entrance {
    /// A token that lets somebody in, once.
    pub fn token(&self, now: Instant) -> String {
        let token = new_key();
        let mut doors = self.doors();
        doors.tokens.push_back((digest(&token), now + TOKEN_LIFE));
        keep_newest(&mut doors.tokens, TOKENS_MAX);
        token
    }

    /// Takes a token for the key of a session at a host; none if it is not one, was taken before, or is too old.
    pub(crate) fn enter(&self, token: &str, host: &str, now: Instant) -> Option<String> {
        let token = digest(token);
        let mut doors = self.doors();
        let place = doors.tokens.iter().position(|(it, _)| *it == token)?;
        let (_, until) = doors.tokens.remove(place)?;
        if until <= now {
            return None;
        }
        let key = new_key();
        let session = Session {
            key: digest(&key),
            identity: Identity::Root,
            host: host.to_ascii_lowercase(),
            until: now + SESSION_LIFE,
        };
        doors.sessions.push_back(session);
        keep_newest(&mut doors.sessions, SESSIONS_MAX);
        Some(key)
    }

    /// Whose session at this host a key is of; nobody's, if it is of none.
    pub(crate) fn knows(&self, key: &str, host: &str, now: Instant) -> Option<Identity> {
        self.in_session(key, host, now, |session| session.identity)
    }

    /// Lets a session be somebody else's from now on; false if there is none.
    pub(crate) fn become_another(&self, key: &str, host: &str, now: Instant, identity: Identity) -> bool {
        self.in_session(key, host, now, |session| session.identity = identity).is_some()
    }

    fn in_session<T>(
        &self,
        key: &str,
        host: &str,
        now: Instant,
        then: impl FnOnce(&mut Session) -> T,
    ) -> Option<T> {
        let key = digest(key);
        let mut doors = self.doors();
        doors.sessions.retain(|session| session.until > now);
        let mut sessions = doors.sessions.iter_mut();
        sessions.find(|session| session.key == key && session.host.eq_ignore_ascii_case(host)).map(then)
    }

    /// Ends a session.
    pub(crate) fn leave(&self, key: &str) {
        let key = digest(key);
        self.doors().sessions.retain(|session| session.key != key);
    }

    fn doors(&self) -> std::sync::MutexGuard<'_, Doors> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn new_key() -> String {
    URL_SAFE_NO_PAD.encode(clock::random::<KEY_BYTES>())
}

/// What is compared: how long that takes tells nothing of the key.
fn digest(key: &str) -> KeyDigest {
    Sha256::digest(key.as_bytes()).into()
}

fn keep_newest<T>(all: &mut VecDeque<T>, most: usize) {
    all.drain(..all.len().saturating_sub(most));
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "127.0.0.1:4566";

    #[test]
    fn a_token_lets_in_once() {
        let (entrance, now) = (Entrance::default(), Instant::now());
        let token = entrance.token(now);
        assert!(token.len() >= 43, "256 bits");
        let key = entrance.enter(&token, HOST, now).unwrap();
        assert_eq!(entrance.knows(&key, HOST, now), Some(Identity::Root));
        assert_eq!(entrance.enter(&token, HOST, now), None, "it was used");
        assert_eq!(entrance.enter("", HOST, now), None);
        assert_eq!(entrance.knows(&token, HOST, now), None, "a token is no session");
    }

    #[test]
    fn a_token_is_soon_too_old_and_a_session_ends() {
        let (entrance, now) = (Entrance::default(), Instant::now());
        let (late, good) = (entrance.token(now), entrance.token(now));
        assert_eq!(entrance.enter(&late, HOST, now + TOKEN_LIFE), None);
        let key = entrance.enter(&good, HOST, now + TOKEN_LIFE / 2).unwrap();
        assert!(entrance.knows(&key, HOST, now + SESSION_LIFE).is_some());
        assert_eq!(entrance.knows(&key, HOST, now + SESSION_LIFE + TOKEN_LIFE), None);
    }

    #[test]
    fn a_session_is_of_the_host_it_was_begun_at() {
        let (entrance, now) = (Entrance::default(), Instant::now());
        let key = entrance.enter(&entrance.token(now), "LocalHost:4566", now).unwrap();
        assert!(entrance.knows(&key, "localhost:4566", now).is_some());
        assert_eq!(entrance.knows(&key, "localhost:4567", now), None);
        assert_eq!(entrance.knows(&key, HOST, now), None);
    }

    #[test]
    fn a_session_becomes_another_persons_and_no_other_session_does() {
        let (entrance, now) = (Entrance::default(), Instant::now());
        let enter = || entrance.enter(&entrance.token(now), HOST, now).unwrap();
        let (key, other) = (enter(), enter());
        let bob = Identity::User(UserId::numbered(1));
        assert!(entrance.become_another(&key, HOST, now, bob));
        assert_eq!(entrance.knows(&key, HOST, now), Some(bob));
        assert_eq!(entrance.knows(&other, HOST, now), Some(Identity::Root));
        assert!(entrance.become_another(&key, HOST, now, Identity::Root));
        assert_eq!(entrance.knows(&key, HOST, now), Some(Identity::Root));
        assert!(!entrance.become_another("no key", HOST, now, bob));
        assert!(!entrance.become_another(&key, "elsewhere:4566", now, bob));
        assert!(!entrance.become_another(&key, HOST, now + SESSION_LIFE, bob));
    }

    #[test]
    fn who_leaves_is_not_known_any_more() {
        let (entrance, now) = (Entrance::default(), Instant::now());
        let key = entrance.enter(&entrance.token(now), HOST, now).unwrap();
        entrance.leave(&key);
        assert_eq!(entrance.knows(&key, HOST, now), None);
    }

    #[test]
    fn the_oldest_make_room() {
        let (entrance, now) = (Entrance::default(), Instant::now());
        let first = entrance.token(now);
        for _ in 0..TOKENS_MAX {
            entrance.token(now);
        }
        assert_eq!(entrance.enter(&first, HOST, now), None);
        let enter = || entrance.enter(&entrance.token(now), HOST, now).unwrap();
        let oldest = enter();
        let newer: Vec<String> = (0..SESSIONS_MAX).map(|_| enter()).collect();
        assert_eq!(entrance.knows(&oldest, HOST, now), None);
        assert!(newer.iter().all(|key| entrance.knows(key, HOST, now).is_some()));
    }
}
