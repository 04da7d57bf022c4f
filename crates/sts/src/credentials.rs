//! Credentials as answers have them, and for how long they hold.

use awsproto::{AwsError, Bearer, Call, Principal, Session, Timestamp};
use model::AccountId;

use crate::shapes::Credentials;

/// How long the root of an account can have one; asked for more, "the session for … owners defaults to one hour".
const ROOT_DURATION_MAX_S: i32 = 60 * 60;
/// What users' sessions, and federated users', last if nobody says how long.
const USER_DURATION_S: i32 = 12 * 60 * 60;

/// A session that begins with this call.
pub(crate) fn session(call: &Call, duration_s: i32) -> Session {
    let issued = call.now.0 - call.now.0.rem_euclid(1000);
    Session::lasting(Timestamp(issued), Timestamp(issued + i64::from(duration_s) * 1000))
}

/// Credentials for somebody of an account.
pub(crate) fn issue(call: &mut Call, account: AccountId, bearer: &Bearer, session: &Session) -> Credentials {
    let own = call.ids.u64();
    let made = call.sessions.credentials(account, bearer, session, own);
    Credentials {
        access_key_id: Some(made.access_key_id),
        secret_access_key: Some(made.secret_access_key),
        session_token: Some(made.session_token),
        expiration: Some(session.expires),
    }
}

/// The length of a session that a user or a root asks for, in seconds; its bounds were checked with the request.
pub(crate) fn users_duration(call: &Call, asked: Option<i32>) -> i32 {
    let duration = asked.unwrap_or(USER_DURATION_S);
    match call.principal {
        Principal::Root(_) => duration.min(ROOT_DURATION_MAX_S),
        Principal::User { .. }
        | Principal::AssumedRole { .. }
        | Principal::FederatedUser { .. }
        | Principal::WebIdentity { .. } => duration,
    }
}

/// "You must call the … operation using the long-term security credentials of an IAM user" (GetFederationToken), or of the
/// root.
pub(crate) fn long_term(call: &Call, operation: &str) -> Result<(), AwsError> {
    match call.session {
        None => Ok(()),
        Some(_) => Err(without_session(operation)),
    }
}

/// What a session is told that may not call an operation.
pub(crate) fn without_session(operation: &str) -> AwsError {
    AwsError::new("AccessDenied", format!("Cannot call {operation} with session credentials"))
}

/// A token is as long as it has to be.
pub(crate) fn any_token_size(minimum: Option<i32>) -> Result<(), AwsError> {
    match minimum {
        None => Ok(()),
        Some(_) => Err(AwsError::not_implemented_yet("the parameter MinimumSessionTokenSize")),
    }
}
