//! Temporary credentials for the page, of whoever is signed in, and how somebody signs in as another.

use awsproto::{Bearer, Session};
use http_body_util::Full;
use hyper::body::{Body, Bytes};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};
use iam::{NotSignedIn, Typed};
use model::{AccountId, Timestamp, World};
use policy::Document;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::entrance::Identity;
use super::{guarded, json, key_in};
use crate::api::{Api, Client};
use crate::clock;
use crate::host_name::addressed;
use crate::shares::Holder;

/// How long the page's credentials hold. It asks for others before they end.
const CREDENTIALS_LIFE: Duration = Duration::from_secs(60 * 60);
/// The longest form that somebody signs in with: a name of 64 letters, a password of 128.
const FORM_BYTES_MAX: usize = 4 << 10;
/// All that may be done by whoever has to choose another password first.
const ONLY_PASSWORD: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:ChangePassword","iam:GetAccountPasswordPolicy"],"Resource":"*"}]}"#;

const NOBODY: &str = "Nobody is signed in: `hamlet console` prints an address that lets you in.";
const GONE: &str = "The user who was signed in is gone: `hamlet console` prints an address that lets you in.";
const WRONG: &str = "Authentication failed. Your authentication information is incorrect. Please try again.";
const EXPIRED: &str = "Your password has expired. Please contact your administrator to reset your password.";
const NEEDS_CODE: &str = "This user has an MFA device, and Hamlet's console does not ask for its codes yet. \
                          The aws CLI does: `aws sts get-session-token --serial-number …`.";

/// Somebody who has come in at this host before.
pub(super) struct Known<'a> {
    key: &'a str,
    host: String,
    identity: Identity,
}

impl Known<'_> {
    /// Whose resources they see; none if the user is gone.
    pub(super) fn account(&self, api: &Api) -> Option<AccountId> {
        let signed_in = SignedIn::of(&api.state.snapshot(), api.config.account, self.identity, clock::now());
        signed_in.map(|it| it.account)
    }

    /// Whether it is still them who are signed in, whenever it is asked.
    pub(super) fn is_still(&self, api: &Arc<Api>) -> super::terminal::SignedIn {
        let (api, key, host, identity) =
            (Arc::clone(api), self.key.to_owned(), self.host.clone(), self.identity);
        Box::new(move || api.entrance.knows(&key, &host, Instant::now()) == Some(identity))
    }
}

/// Who asks. Everything here is asked for by POST or as a WebSocket, with the origin that browsers then say;
/// `crate::web_page` has seen to it that it is ours.
pub(super) fn known<'a>(api: &Api, client: &Client, head: &'a Parts) -> Option<Known<'a>> {
    let host = addressed(head).unwrap_or_default();
    let key = key_in(head, &host)?;
    if client.holder != Holder::Own || !head.headers.contains_key("origin") {
        return None;
    }
    let identity = api.entrance.knows(key, &host, Instant::now())?;
    Some(Known { key, host, identity })
}

/// Temporary credentials of whoever is signed in.
pub(super) fn credentials(api: &Api, client: &Client, head: &Parts) -> Response<Full<Bytes>> {
    let Some(known) = known(api, client, head) else { return nobody() };
    match credentials_at(api, known.identity, clock::now()) {
        Some(credentials) => json(StatusCode::OK, &credentials),
        None => refusal(StatusCode::UNAUTHORIZED, GONE),
    }
}

/// Lets a session be a user's who has typed name and password.
pub(super) async fn sign_in(
    api: &Api,
    client: &Client,
    head: &Parts,
    body: impl Body<Data = Bytes>,
) -> Response<Full<Bytes>> {
    let Some(known) = known(api, client, head) else { return nobody() };
    let read = api.bodies.read(client.holder, body).await.ok();
    let form = read.filter(|it| it.bytes.len() <= FORM_BYTES_MAX);
    let form = form.and_then(|it| serde_json::from_slice::<Form>(&it.bytes).ok());
    let Some(Form { account, user, password }) = form else {
        return refusal(StatusCode::BAD_REQUEST, WRONG);
    };
    let now = clock::now();
    let typed = Typed { account: &account, user: &user, password: &password };
    match iam::sign_in(&api.state.snapshot(), &typed, now) {
        Ok(user) => {
            api.uses.note_password(user, now);
            changed(api, &known, Identity::User(user))
        }
        Err(NotSignedIn::Wrong) => refusal(StatusCode::FORBIDDEN, WRONG),
        Err(NotSignedIn::Expired) => refusal(StatusCode::FORBIDDEN, EXPIRED),
        Err(NotSignedIn::NeedsCode) => refusal(StatusCode::FORBIDDEN, NEEDS_CODE),
    }
}

/// Lets a session be the root's again: the console is let in to by whom the machine belongs to.
pub(super) fn sign_in_as_root(api: &Api, client: &Client, head: &Parts) -> Response<Full<Bytes>> {
    match known(api, client, head) {
        Some(known) => changed(api, &known, Identity::Root),
        None => nobody(),
    }
}

fn changed(api: &Api, known: &Known<'_>, identity: Identity) -> Response<Full<Bytes>> {
    match api.entrance.become_another(known.key, &known.host, Instant::now(), identity) {
        true => {
            let response = guarded(StatusCode::NO_CONTENT).header("cache-control", "no-store");
            response.body(Full::default()).expect("status and headers are well-formed")
        }
        false => nobody(),
    }
}

/// Tells whoever has not come in.
pub(super) fn nobody() -> Response<Full<Bytes>> {
    refusal(StatusCode::UNAUTHORIZED, NOBODY)
}

fn refusal(status: StatusCode, problem: &'static str) -> Response<Full<Bytes>> {
    json(status, &Problem { problem })
}

fn credentials_at(api: &Api, identity: Identity, now: Timestamp) -> Option<Credentials> {
    let signed_in = SignedIn::of(&api.state.snapshot(), api.config.account, identity, now)?;
    let issued = Timestamp::from_secs(now.as_secs());
    let session = Session {
        is_of_console: true,
        policies: signed_in.bounds.iter().cloned().collect(),
        ..Session::lasting(issued, issued.saturating_add(CREDENTIALS_LIFE))
    };
    let own = u64::from_le_bytes(clock::random());
    let made = api.callers.sessions().credentials(signed_in.account, &signed_in.bearer, &session, own);
    Some(Credentials {
        access_key_id: made.access_key_id,
        secret_access_key: made.secret_access_key,
        session_token: made.session_token,
        expiration: session.expires.to_the_second(),
        account: signed_in.account.to_string(),
        user: signed_in.user,
        must_change_password: signed_in.bounds.is_some(),
        region: api.config.region.to_string(),
    })
}

/// Whom credentials are to stand for.
struct SignedIn {
    account: AccountId,
    bearer: Bearer,
    user: Option<String>,
    /// All that may be done, where that is less than what policies allow.
    bounds: Option<Document>,
}

impl SignedIn {
    /// Nobody, if the user is gone.
    fn of(world: &World, own: AccountId, identity: Identity, now: Timestamp) -> Option<SignedIn> {
        match identity {
            Identity::Root => {
                Some(SignedIn { account: own, bearer: Bearer::Root(own), user: None, bounds: None })
            }
            Identity::User(id) => {
                let user = world.users.get(&id)?;
                let must_change = iam::must_change_password(world, user, now);
                Some(SignedIn {
                    account: user.account,
                    bearer: Bearer::User(id),
                    user: Some(user.name.clone()),
                    bounds: must_change.then(|| Document::stored(ONLY_PASSWORD)),
                })
            }
        }
    }
}

/// What somebody signs in with.
#[derive(Deserialize)]
struct Form {
    account: String,
    user: String,
    password: String,
}

#[derive(Serialize)]
struct Problem {
    problem: &'static str,
}

/// Temporary credentials, and whose they are.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Credentials {
    access_key_id: String,
    secret_access_key: String,
    session_token: String,
    expiration: String,
    account: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    must_change_password: bool,
    region: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::user::NewUser;
    use model::{Ids, Tags};

    #[test]
    fn credentials_are_of_whoever_is_signed_in_as_long_as_they_are_there() {
        let (mut world, own, now) = (World::default(), AccountId::DEFAULT, Timestamp(0));
        let new = NewUser { path: "/".into(), name: "bob".into(), boundary: None, tags: Tags::new() };
        let other: AccountId = "222222222222".parse().unwrap();
        let bob = world.create_user(other, new, &mut Ids::new(&mut || 9), now).unwrap();
        let of = |world: &World, identity| {
            SignedIn::of(world, own, identity, now).map(|it| (it.account, it.bearer, it.user))
        };
        assert_eq!(of(&world, Identity::Root), Some((own, Bearer::Root(own), None)));
        let as_bob = Some((other, Bearer::User(bob), Some("bob".to_owned())));
        assert_eq!(of(&world, Identity::User(bob)), as_bob);
        world.delete_user(other, "bob").unwrap();
        assert_eq!(of(&world, Identity::User(bob)), None);
    }
}
