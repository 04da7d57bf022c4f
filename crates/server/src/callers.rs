//! Who calls: the root of an account or a user by an access key, somebody by the temporary credentials of a session or of an
//! instance's role, or, in open mode, whoever asks.

use awsproto::sigv4::{self, Authorization, Secret, SignatureError, SignedRequest};
use awsproto::{Bearer, Opened, Principal, Session, SessionKey};
use guest::{CredentialKey, RoleSession};
use model::{AccessKeyId, AccountId, Role, Timestamp, UserId, World};
use std::sync::Arc;

use crate::config::{Auth, Config};
use crate::credentials::AccessKey;

/// Whom a request acts for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Who it is.
    pub principal: Principal,
    /// What shows that it is them who ask.
    pub proof: Proof,
    /// What is known of the session, where the credentials are temporary.
    pub session: Option<Arc<Session>>,
    /// Whether nobody knows its access key, and open mode takes it for an administrator of the account.
    pub is_stranger: bool,
}

/// What shows who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A signature that holds; or, in open mode, any in the `Authorization` header, which no page of another origin can
    /// have its visitor's browser send: the browser asks first (CORS), and is not allowed to.
    Shown,
    /// Open mode, and a signature of a key that nobody knows in the query, as any link can have it. Enough to read, and to
    /// open tunnels, which no link can and where browsers say who asks; not to change anything.
    Lacking,
}

/// What is told whoever would change something with less.
pub(crate) const UNPROVEN: &str = "A signature in the query changes something only if it is of a key that Hamlet knows: sign in \
                                   the Authorization header.";

impl Caller {
    fn root(account: AccountId) -> Caller {
        Caller::shown(Principal::Root(account))
    }

    /// An instance as its role.
    pub(crate) fn in_role(role: &Role, session: &RoleSession) -> Caller {
        let known = Session {
            instance: Some(session.instance),
            ..Session::lasting(session.issued, session.expires())
        };
        let principal = as_role(role, session.instance.to_string());
        Caller { session: Some(Arc::new(known)), ..Caller::shown(principal) }
    }

    /// Somebody who has shown that it is them.
    pub(crate) fn shown(principal: Principal) -> Caller {
        Caller { principal, proof: Proof::Shown, session: None, is_stranger: false }
    }

    /// The account it acts in.
    pub fn account(&self) -> AccountId {
        self.principal.account()
    }
}

/// What callers are known by.
pub struct Callers {
    default: AccountId,
    root: AccessKey,
    roles: CredentialKey,
    sessions: SessionKey,
}

impl Callers {
    /// The callers of a run.
    pub fn of(config: &Config, root: &AccessKey) -> Callers {
        Callers {
            default: config.account,
            root: root.clone(),
            roles: root.role_credentials(),
            sessions: root.sessions(),
        }
    }

    /// What the tokens of new sessions are to be sealed with.
    pub fn sessions(&self) -> &SessionKey {
        &self.sessions
    }

    /// Whom a request acts for, if its signature holds; `auth` says what becomes of keys that nobody knows.
    pub fn identify(
        &self,
        world: &World,
        request: &SignedRequest<'_>,
        authorization: &Authorization,
        auth: Auth,
        now: Timestamp,
    ) -> Result<Caller, SignatureError> {
        let (id, token) = (&authorization.scope.access_key_id, authorization.session_token.as_deref());
        let (caller, secret) = self.bearer(world, id, token, now)?.unzip();
        match (sigv4::verify(request, authorization, |_| secret, now), caller) {
            (Ok(()), Some(caller)) => Ok(caller),
            (Err(SignatureError::UnknownKey(_)), None) if auth == Auth::Open => {
                let in_header = request.header("authorization").is_some();
                Ok(self.stranger(id, if in_header { Proof::Shown } else { Proof::Lacking }))
            }
            (Err(error), _) => Err(error),
            (Ok(()), None) => Err(SignatureError::UnknownKey(Box::new(authorization.clone()))),
        }
    }

    /// Whoever bears an access key, with the secret that their signatures are to be checked by; `None` if nobody knows it. It
    /// is not checked that they have it.
    pub(crate) fn bearer(
        &self,
        world: &World,
        access_key_id: &str,
        token: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<(Caller, Secret)>, SignatureError> {
        // Forgetting the token must not make a stranger of an instance, whom open mode would take for root.
        if self.roles.has_made(access_key_id) {
            return self.role(world, access_key_id, token, now).map(Some);
        }
        if let Some(opened) = self.session_of(access_key_id, token)? {
            return by_session(world, opened, now).map(Some);
        }
        if let Ok(id) = access_key_id.parse::<AccessKeyId>() {
            if let Some(key) = world.access_keys.get(&id) {
                return by_access_key(world, key).map(Some);
            }
            // Its last bearer must not come back as a stranger, whom open mode would take for root.
            if world.deleted_access_keys.contains(&id) {
                return Err(SignatureError::WrongToken);
            }
        }
        let is_root = access_key_id == self.root.access_key_id;
        Ok(is_root.then(|| (Caller::root(self.root.account), lasting(&self.root.secret_access_key))))
    }

    /// Whoever asks with a key that nobody knows, in open mode.
    pub(crate) fn stranger(&self, access_key_id: &str, proof: Proof) -> Caller {
        Caller { proof, is_stranger: true, ..Caller::root(self.account_of(access_key_id)) }
    }

    /// The role of an instance. Credentials hold until they end, also those of an instance that has another role by then;
    /// those of a role that was deleted are nobody's.
    fn role(
        &self,
        world: &World,
        access_key_id: &str,
        token: Option<&str>,
        now: Timestamp,
    ) -> Result<(Caller, Secret), SignatureError> {
        let token = token.ok_or(SignatureError::WrongToken)?;
        let session = RoleSession::of_token(&self.roles, token).ok_or(SignatureError::WrongToken)?;
        let role = world.roles.get(&session.role).ok_or(SignatureError::WrongToken)?;
        if session.is_of_the_future(now) {
            return Err(SignatureError::ExpiredToken);
        }
        let credentials = session.credentials(&self.roles);
        if credentials.access_key_id != access_key_id {
            return Err(SignatureError::WrongToken);
        }
        let secret = Secret {
            key: credentials.secret_access_key,
            session_token: Some(credentials.session_token),
            expires: Some(session.expires()),
        };
        Ok((Caller::in_role(role, &session), secret))
    }

    /// The session whose credentials a request is signed with. Either part of them that is ours is enough to look for it:
    /// with the other one lost or changed, open mode must not take it for a stranger.
    fn session_of(&self, id: &str, token: Option<&str>) -> Result<Option<Opened>, SignatureError> {
        let opened = token.and_then(|token| self.sessions.opened(token));
        let is_whole = opened.as_ref().is_some_and(|opened| opened.credentials.access_key_id == id);
        match opened.is_some() || self.sessions.has_made(id) {
            true if !is_whole => Err(SignatureError::WrongToken),
            true | false => Ok(opened),
        }
    }

    /// In open mode an access key id of twelve digits names the account; every other unknown key is the default's.
    fn account_of(&self, access_key_id: &str) -> AccountId {
        access_key_id.parse().unwrap_or(self.default)
    }
}

/// A user, or the account's root, by an access key of its own. One that is not active is nobody's, in open mode too.
fn by_access_key(world: &World, key: &model::AccessKey) -> Result<(Caller, Secret), SignatureError> {
    if !key.active {
        return Err(SignatureError::WrongToken);
    }
    let caller = match key.user {
        None => Caller::root(key.account),
        Some(user) => user_in(world, user).map(Caller::shown).ok_or(SignatureError::WrongToken)?,
    };
    Ok((caller, lasting(&key.secret)))
}

fn lasting(secret: &str) -> Secret {
    Secret { key: secret.to_owned(), session_token: None, expires: None }
}

/// Whoever bears a session's credentials. They hold until they end; those of a role or user that was deleted are nobody's.
fn by_session(world: &World, opened: Opened, now: Timestamp) -> Result<(Caller, Secret), SignatureError> {
    let Opened { credentials, bearer, session } = opened;
    let principal = bearer_in(world, bearer, &session).ok_or(SignatureError::WrongToken)?;
    if session.is_of_the_future(now) {
        return Err(SignatureError::ExpiredToken);
    }
    let secret = Secret {
        key: credentials.secret_access_key,
        session_token: Some(credentials.session_token),
        expires: Some(session.expires),
    };
    Ok((Caller { session: Some(Arc::new(session)), ..Caller::shown(principal) }, secret))
}

/// Who somebody is by now, unless they are gone.
fn bearer_in(world: &World, bearer: Bearer, session: &Session) -> Option<Principal> {
    match bearer {
        Bearer::Root(account) => Some(Principal::Root(account)),
        Bearer::User(user) => user_in(world, user),
        Bearer::Role(role, name) => {
            let role = world.roles.get(&role)?;
            Some(as_role(role, name))
        }
        Bearer::Federated(account, name) => {
            let is_issued = session.issuer.is_none_or(|user| world.users.get(&user).is_some());
            is_issued.then_some(Principal::FederatedUser { account, name })
        }
    }
}

fn as_role(role: &Role, session: String) -> Principal {
    Principal::AssumedRole {
        account: role.account,
        role: role.id,
        role_path: role.path.clone(),
        role_name: role.name.clone(),
        session,
    }
}

fn user_in(world: &World, user: UserId) -> Option<Principal> {
    let user = world.users.get(&user)?;
    Some(Principal::User {
        account: user.account,
        user: user.id,
        path: user.path.clone(),
        name: user.name.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use awsproto::sigv4::Payload;
    use model::role::NewRole;
    use model::user::NewUser;
    use model::{Ids, InstanceId, Tags};

    const NOW: Timestamp = Timestamp(1_767_225_600_000);
    const HOUR_MS: i64 = 60 * 60 * 1000;

    /// Callers, and the mode in which they ask.
    struct Asking {
        callers: Callers,
        auth: Auth,
    }

    impl std::ops::Deref for Asking {
        type Target = Callers;
        fn deref(&self) -> &Callers {
            &self.callers
        }
    }

    fn callers(auth: Auth) -> Asking {
        let root = AccessKey {
            access_key_id: "AKIAROOT".to_owned(),
            secret_access_key: "secret".to_owned(),
            account: AccountId::DEFAULT,
        };
        let (roles, sessions) = (root.role_credentials(), root.sessions());
        Asking { callers: Callers { default: AccountId::DEFAULT, roles, sessions, root }, auth }
    }

    /// A world with the role `web`, and a session of an instance that acts as it.
    fn session() -> (World, RoleSession) {
        let mut world = World::default();
        let role = NewRole {
            path: "/servers/".into(),
            name: "web".into(),
            description: None,
            trust_policy: policy::Document::stored("{}"),
            max_session_duration_s: 3600,
            boundary: None,
            tags: Tags::new(),
        };
        let account: AccountId = "222222222222".parse().unwrap();
        let role = world.create_role(account, role, &mut Ids::new(&mut || 7), NOW).unwrap();
        (world, RoleSession { account, role, instance: InstanceId::numbered(1), issued: NOW })
    }

    /// A request that somebody signs at some time, as the SDKs do.
    fn ask(
        callers: &Asking,
        world: &World,
        (id, secret, token): (&str, &str, Option<&str>),
        now: Timestamp,
    ) -> Result<Caller, SignatureError> {
        let date = now.basic();
        let mut headers = vec![("host", "127.0.0.1"), ("x-amz-date", date.as_str())];
        headers.extend(token.map(|token| ("x-amz-security-token", token)));
        let request = SignedRequest {
            method: "POST",
            path: "/",
            query: "",
            headers: &headers,
            body: Payload::Whole(b"Action=X"),
        };
        let scope = sigv4::CredentialScope {
            access_key_id: id.to_owned(),
            date: date[..8].to_owned(),
            region: "us-east-1".to_owned(),
            service: "sts".to_owned(),
        };
        let signature = sigv4::sign(&request, scope, secret, now);
        let mut headers = headers.clone();
        headers.push(("authorization", &signature));
        let request = SignedRequest { headers: &headers, ..request };
        callers.identify(world, &request, &sigv4::parse(&request)?, callers.auth, now)
    }

    #[test]
    fn an_instance_is_its_role_in_either_mode_until_its_credentials_end() {
        let (world, session) = session();
        for auth in [Auth::Open, Auth::Strict] {
            let callers = callers(auth);
            let credentials = session.credentials(&callers.roles);
            let key = (
                credentials.access_key_id.as_str(),
                credentials.secret_access_key.as_str(),
                Some(credentials.session_token.as_str()),
            );
            let caller = ask(&callers, &world, key, Timestamp(NOW.0 + 6 * HOUR_MS - 1000)).unwrap();
            assert_eq!(caller.account().to_string(), "222222222222");
            assert_eq!(
                caller.principal.arn(model::Partition::Commercial),
                "arn:aws:sts::222222222222:assumed-role/web/i-00000000000000001"
            );
            assert_eq!(caller.principal.user_id(), format!("{}:i-00000000000000001", session.role));
            let late = ask(&callers, &world, key, Timestamp(NOW.0 + 6 * HOUR_MS));
            assert_eq!(late, Err(SignatureError::ExpiredToken));
            let early = ask(&callers, &world, key, Timestamp(NOW.0 - 6 * HOUR_MS));
            assert_eq!(early, Err(SignatureError::ExpiredToken), "from before the clock was set back");
        }
    }

    #[test]
    fn role_credentials_in_part_or_changed_are_refused_in_open_mode_too() {
        let (mut world, session) = session();
        let callers = callers(Auth::Open);
        let credentials = session.credentials(&callers.roles);
        let (id, secret) = (credentials.access_key_id.as_str(), credentials.secret_access_key.as_str());
        let token = credentials.session_token.as_str();
        assert_eq!(ask(&callers, &world, (id, secret, None), NOW), Err(SignatureError::WrongToken));
        assert_eq!(ask(&callers, &world, (id, secret, Some("x")), NOW), Err(SignatureError::WrongToken));
        let wrong = ask(&callers, &world, (id, "wrong", Some(token)), NOW);
        assert!(matches!(wrong, Err(SignatureError::Mismatch { .. })), "{wrong:?}");
        let later = RoleSession { issued: Timestamp(NOW.0 + 1000), ..session.clone() };
        let later = later.credentials(&callers.roles);
        let mixed = ask(&callers, &world, (id, secret, Some(&later.session_token)), NOW);
        assert_eq!(mixed, Err(SignatureError::WrongToken));
        world.delete_role(session.account, "web").unwrap();
        assert_eq!(ask(&callers, &world, (id, secret, Some(token)), NOW), Err(SignatureError::WrongToken));
    }

    #[test]
    fn a_user_is_known_by_an_access_key_as_long_as_that_is_active_in_either_mode() {
        let mut world = World::default();
        let mut number = 0;
        let mut random = || {
            number += 1;
            number
        };
        let new = NewUser { path: "/team/".into(), name: "bob".into(), boundary: None, tags: Tags::new() };
        let ids = &mut Ids::new(&mut random);
        let user = world.create_user(AccountId::DEFAULT, new, ids, NOW).unwrap();
        let key = world
            .create_access_key(AccountId::DEFAULT, Some(user), "s".repeat(40), ids, NOW)
            .map(|id| id.to_string())
            .unwrap();
        let secret = "s".repeat(40);
        for auth in [Auth::Open, Auth::Strict] {
            let callers = callers(auth);
            let caller = ask(&callers, &world, (&key, &secret, None), NOW).unwrap();
            let arn = caller.principal.arn(model::Partition::Commercial);
            assert_eq!(arn, "arn:aws:iam::123456789012:user/team/bob");
            let wrong = ask(&callers, &world, (&key, "wrong", None), NOW);
            assert!(matches!(wrong, Err(SignatureError::Mismatch { .. })), "{wrong:?}");
            let mut inactive = world.clone();
            inactive.access_keys.get_mut(&key.parse().unwrap()).unwrap().active = false;
            let refused = ask(&callers, &inactive, (&key, &secret, None), NOW);
            assert_eq!(refused, Err(SignatureError::WrongToken));
            let mut deleted = world.clone();
            deleted.delete_access_key(AccountId::DEFAULT, Some(user), &key).unwrap();
            let refused = ask(&callers, &deleted, (&key, &secret, None), NOW);
            assert_eq!(refused, Err(SignatureError::WrongToken));
        }
    }

    /// A world with the user `bob` and the role `web`, and what stands for each that can have a session.
    fn bearers() -> (World, [Bearer; 4]) {
        let (mut world, session) = session();
        let new = NewUser { path: "/".into(), name: "bob".into(), boundary: None, tags: Tags::new() };
        let user = world.create_user(AccountId::DEFAULT, new, &mut Ids::new(&mut || 9), NOW).unwrap();
        let federated = Bearer::Federated(AccountId::DEFAULT, "eve".into());
        let role = Bearer::Role(session.role, "alice".into());
        (world, [Bearer::Root(AccountId::DEFAULT), Bearer::User(user), role, federated])
    }

    fn an_hour(bearer: &Bearer, issuer: Option<UserId>, callers: &Callers) -> [String; 3] {
        let session = Session { issuer, ..Session::lasting(NOW, Timestamp(NOW.0 + HOUR_MS)) };
        let made = callers.sessions.credentials(AccountId::DEFAULT, bearer, &session, 5);
        [made.access_key_id, made.secret_access_key, made.session_token]
    }

    #[test]
    fn everybody_with_a_session_is_known_by_it_in_either_mode_until_it_ends() {
        let (world, bearers) = bearers();
        let arns = [
            "arn:aws:iam::123456789012:root",
            "arn:aws:iam::123456789012:user/bob",
            "arn:aws:sts::222222222222:assumed-role/web/alice",
            "arn:aws:sts::123456789012:federated-user/eve",
        ];
        for auth in [Auth::Open, Auth::Strict] {
            let callers = callers(auth);
            for (bearer, arn) in bearers.iter().zip(arns) {
                let [id, secret, token] = an_hour(bearer, None, &callers);
                let key = (id.as_str(), secret.as_str(), Some(token.as_str()));
                let caller = ask(&callers, &world, key, Timestamp(NOW.0 + HOUR_MS - 1000)).unwrap();
                assert_eq!(caller.principal.arn(model::Partition::Commercial), arn);
                assert!(caller.session.is_some() && !caller.is_stranger);
                for over in [NOW.0 + HOUR_MS, NOW.0 - HOUR_MS] {
                    let late = ask(&callers, &world, key, Timestamp(over));
                    assert_eq!(late, Err(SignatureError::ExpiredToken), "{arn}");
                }
            }
        }
    }

    #[test]
    fn a_session_in_part_or_changed_is_refused_in_open_mode_too() {
        let (world, bearers) = bearers();
        let callers = callers(Auth::Open);
        let [id, secret, token] = an_hour(&bearers[1], None, &callers);
        let [_, _, of_another] = an_hour(&bearers[2], None, &callers);
        let changed = token.replacen(&token[20..21], if &token[20..21] == "A" { "B" } else { "A" }, 1);
        for part in [
            (id.as_str(), None),
            (id.as_str(), Some(changed.as_str())),
            ("AKIAIOSFODNN7EXAMPLE", Some(token.as_str())),
            ("AKIAROOT", Some(token.as_str())),
        ] {
            let refused = ask(&callers, &world, (part.0, &secret, part.1), NOW);
            assert_eq!(refused, Err(SignatureError::WrongToken), "{part:?}");
        }
        for (secret, token) in [("wrong", &token), (&secret, &of_another)] {
            let refused = ask(&callers, &world, (&id, secret, Some(token)), NOW);
            assert!(refused.is_err(), "{refused:?}");
        }
    }

    #[test]
    fn sessions_end_with_the_user_or_role_that_they_are_of() {
        let (mut world, [_, user, role, federated]) = bearers();
        let callers = callers(Auth::Open);
        let bob = match &user {
            Bearer::User(id) => Some(*id),
            Bearer::Root(_) | Bearer::Role(..) | Bearer::Federated(..) => None,
        };
        let sessions = [
            an_hour(&user, None, &callers),
            an_hour(&role, None, &callers),
            an_hour(&federated, bob, &callers),
        ];
        let asked = |world: &World| {
            sessions
                .each_ref()
                .map(|[id, secret, token]| ask(&callers, world, (id, secret, Some(token)), NOW).err())
        };
        assert_eq!(asked(&world), [None, None, None]);
        world.delete_user(AccountId::DEFAULT, "bob").unwrap();
        world.delete_role("222222222222".parse().unwrap(), "web").unwrap();
        let gone = || Some(SignatureError::WrongToken);
        assert_eq!(asked(&world), [gone(), gone(), gone()]);
    }

    #[test]
    fn strangers_are_root_in_open_mode_and_nobody_in_strict_mode() {
        let world = World::default();
        let root = |account: &str| Caller::root(account.parse().unwrap());
        let stranger = |account: &str| Caller { is_stranger: true, ..root(account) };
        for (id, token, expected) in [
            ("222222222222", None, stranger("222222222222")),
            ("AKIAIOSFODNN7EXAMPLE", None, stranger("123456789012")),
            // Real temporary credentials, by which somebody has forgotten to unset a profile.
            ("ASIAIOSFODNN7EXAMPLE", Some("IQoJb3JpZ2luX2VjEPr"), stranger("123456789012")),
        ] {
            assert_eq!(ask(&callers(Auth::Open), &world, (id, "none", token), NOW), Ok(expected));
            let strict = ask(&callers(Auth::Strict), &world, (id, "none", token), NOW);
            assert!(matches!(strict, Err(SignatureError::UnknownKey(_))), "{strict:?}");
        }
        for auth in [Auth::Open, Auth::Strict] {
            let own = ask(&callers(auth), &world, ("AKIAROOT", "secret", None), NOW);
            assert_eq!(own, Ok(root("123456789012")));
            let wrong = ask(&callers(auth), &world, ("AKIAROOT", "wrong", None), NOW);
            assert!(matches!(wrong, Err(SignatureError::Mismatch { .. })), "{wrong:?}");
        }
    }
    #[test]
    fn a_query_that_anybody_can_write_shows_nothing_and_one_by_a_known_key_does() {
        let (world, callers) = (World::default(), callers(Auth::Open));
        let now = NOW;
        let proof = |id: &str, secret: &str| {
            let scope = sigv4::CredentialScope {
                access_key_id: id.to_owned(),
                date: now.basic_date(),
                region: "us-east-1".to_owned(),
                service: "sts".to_owned(),
            };
            let headers = [("host", "127.0.0.1")];
            let request = SignedRequest {
                method: "GET",
                path: "/",
                query: "Action=X",
                headers: &headers,
                body: Payload::Whole(b""),
            };
            let query = sigv4::presign(&request, scope, secret, now, 60);
            let request = SignedRequest { query: &query, ..request };
            callers.identify(&world, &request, &sigv4::parse(&request)?, callers.auth, NOW).map(|it| it.proof)
        };
        assert_eq!(proof("AKIASOMEBODY", "any"), Ok(Proof::Lacking));
        assert_eq!(proof("222222222222", "any"), Ok(Proof::Lacking));
        assert_eq!(proof("AKIAROOT", "secret"), Ok(Proof::Shown));
        assert!(matches!(proof("AKIAROOT", "wrong"), Err(SignatureError::Mismatch { .. })));
    }
}
