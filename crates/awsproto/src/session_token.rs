//! Temporary credentials: whom they stand for is sealed in the session token, and nothing is remembered.
//!
//! Follows "Temporary security credentials in IAM" (IAM User Guide). The access key's identifier tells its account, as AWS's
//! does, and is known again by what this key has left in its letters:
//!
//! ```text
//!  ASIA  1  account, 40 bits  own, 23 bits  check, 16 bits
//! ```
//!
//! Sixteen bits of check mean that one in 65,536 temporary keys of AWS that name an account is taken for one of ours, and
//! refused where open mode would have let it in; they let nobody in, which is the token's to do.

use crate::sealed::{Purpose, SessionKey};
use crate::session::Session;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::access_key::{parts_of_temporary_key, temporary_key};
use model::{AccountId, RoleId, UserId};
use serde::{Deserialize, Serialize};

const OWN_BITS: u32 = 23;
const CHECK_BITS: u32 = 16;
/// Bytes of a secret: forty characters in base64.
const SECRET_BYTES: usize = 30;

/// Whom temporary credentials stand for. Roles and users are meant by identifier: who is gone does not come back with a
/// namesake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bearer {
    /// The root of an account (GetSessionToken).
    #[serde(rename = "root")]
    Root(AccountId),
    /// A user (GetSessionToken).
    #[serde(rename = "user")]
    User(UserId),
    /// A role in a session of this name (AssumeRole).
    #[serde(rename = "role")]
    Role(RoleId, String),
    /// Somebody of this name, in an account (GetFederationToken); for whom is in the session.
    #[serde(rename = "federated")]
    Federated(AccountId, String),
}

/// Temporary credentials.
#[derive(Clone, PartialEq, Eq)]
pub struct TemporaryCredentials {
    /// `ASIA…`
    pub access_key_id: String,
    /// Forty characters.
    pub secret_access_key: String,
    /// What has to be sent along.
    pub session_token: String,
}

impl std::fmt::Debug for TemporaryCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TemporaryCredentials")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// What a session token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The credentials that it belongs to.
    pub credentials: TemporaryCredentials,
    /// Whom they stand for.
    pub bearer: Bearer,
    /// What is known of the session. It may be over.
    pub session: Session,
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Claim<B, S> {
    key: String,
    bearer: B,
    session: S,
}

impl SessionKey {
    /// New credentials of an account. `own` tells them from others that stand for the same.
    pub fn credentials(
        &self,
        account: AccountId,
        bearer: &Bearer,
        session: &Session,
        own: u64,
    ) -> TemporaryCredentials {
        let key = self.access_key_id(account, own & ((1 << OWN_BITS) - 1));
        let claim =
            serde_json::to_vec(&Claim { key: key.clone(), bearer, session }).expect("it is text and numbers");
        self.credentials_of(key, &claim)
    }

    fn credentials_of(&self, access_key_id: String, claim: &[u8]) -> TemporaryCredentials {
        let secret = self.hash(b"secret access key\0", claim);
        TemporaryCredentials {
            access_key_id,
            secret_access_key: STANDARD.encode(&secret[..SECRET_BYTES]),
            session_token: self.seal(Purpose::SessionToken, claim),
        }
    }

    /// What a session token says; `None` if this key has not sealed it.
    pub fn opened(&self, session_token: &str) -> Option<Opened> {
        let claim = self.open(Purpose::SessionToken, session_token)?;
        let Claim { key, bearer, session } = serde_json::from_slice::<Claim<Bearer, Session>>(&claim).ok()?;
        Some(Opened { credentials: self.credentials_of(key, &claim), bearer, session })
    }

    /// Whether an access key's identifier was made with this key, by all that its letters tell.
    pub fn has_made(&self, access_key_id: &str) -> bool {
        let parts = parts_of_temporary_key(access_key_id);
        parts.is_some_and(|(account, bits)| self.access_key_id(account, bits >> CHECK_BITS) == access_key_id)
    }

    fn access_key_id(&self, account: AccountId, own: u64) -> String {
        let check = self.hash(b"access key check\0", format!("{account} {own}").as_bytes());
        let check = u64::from(u16::from_be_bytes([check[0], check[1]]));
        temporary_key(account, own << CHECK_BITS | check)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web_identity::Federation;
    use model::{Tags, Timestamp};
    use policy::Document;
    use proptest::prelude::*;

    const ACCOUNT: AccountId = AccountId::DEFAULT;

    fn session(tag: &str) -> Session {
        Session {
            policies: vec![Document::stored(r#"{"Statement":[]}"#)],
            policy_arns: vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".into()],
            tags: Tags::from([("team".to_owned(), tag.to_owned())]),
            transitive_tag_keys: vec!["team".into()],
            source_identity: Some("alice".into()),
            mfa: Some(Timestamp(5)),
            is_chained: true,
            issuer: Some(UserId::numbered(7)),
            federation: Some(Federation {
                provider: "accounts.google.com".into(),
                keys: vec![("accounts.google.com:sub".into(), vec!["alice".into()])],
            }),
            is_of_console: true,
            ..Session::lasting(Timestamp(0), Timestamp(3_600_000))
        }
    }

    #[test]
    fn credentials_look_like_those_of_aws_and_are_taken_back_whole() {
        let key = SessionKey::of(b"secret");
        for bearer in [
            Bearer::Root(ACCOUNT),
            Bearer::User(UserId::numbered(1)),
            Bearer::Role(RoleId::numbered(1), "alice".into()),
            Bearer::Federated(ACCOUNT, "eve".into()),
        ] {
            let credentials = key.credentials(ACCOUNT, &bearer, &session("blue"), u64::MAX);
            assert!(credentials.access_key_id.starts_with("ASIA") && credentials.access_key_id.len() == 20);
            assert_eq!(model::access_key::account_of_key(&credentials.access_key_id), Some(ACCOUNT));
            assert_eq!(credentials.secret_access_key.len(), 40);
            let opened = key.opened(&credentials.session_token).unwrap();
            assert_eq!(opened, Opened { credentials, bearer, session: session("blue") });
        }
    }

    #[test]
    fn tokens_of_before_there_was_a_console_are_opened_as_what_they_were() {
        let key = SessionKey::of(b"secret");
        let made = key.credentials(ACCOUNT, &Bearer::Root(ACCOUNT), &session("blue"), 1);
        let claim = key.open(Purpose::SessionToken, &made.session_token).unwrap();
        let older = String::from_utf8(claim).unwrap().replace(r#","is_of_console":true"#, "");
        let opened = key.opened(&key.seal(Purpose::SessionToken, older.as_bytes())).unwrap();
        assert_eq!(opened.session, Session { is_of_console: false, ..session("blue") });
    }

    #[test]
    fn credentials_for_the_same_differ() {
        let key = SessionKey::of(b"secret");
        let make = |own| key.credentials(ACCOUNT, &Bearer::Root(ACCOUNT), &session("blue"), own);
        let (one, two) = (make(1), make(2));
        assert_ne!(one.access_key_id, two.access_key_id);
        assert_ne!(one.secret_access_key, two.secret_access_key);
        assert_ne!(one.session_token, two.session_token);
    }

    #[test]
    fn access_keys_of_others_are_not_ours() {
        let key = SessionKey::of(b"secret");
        let made = key.credentials(ACCOUNT, &Bearer::Root(ACCOUNT), &session(""), 1).access_key_id;
        assert!(key.has_made(&made) && !SessionKey::of(b"other").has_made(&made));
        let permanent = made.replacen("ASIA", "AKIA", 1);
        for id in ["", "ASIA", "ASIAIOSFODNN7EXAMPLE", "ASIAY34FZKBOKMUTVV7A", "ASIAé", &permanent] {
            assert!(!key.has_made(id), "{id}");
        }
    }

    proptest! {
        #[test]
        fn what_this_key_makes_it_knows_again(number in 0..1_000_000_000_000u64, own in any::<u64>(), tag in "\\PC{0,9}") {
            let key = SessionKey::of(b"secret");
            let account: AccountId = format!("{number:012}").parse().unwrap();
            let made = key.credentials(account, &Bearer::Root(account), &session(&tag), own);
            prop_assert!(key.has_made(&made.access_key_id));
            let opened = key.opened(&made.session_token).unwrap();
            prop_assert_eq!(&opened.credentials, &made);
            prop_assert_eq!(opened.session, session(&tag));
        }
    }
}
