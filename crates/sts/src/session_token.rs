//! Temporary credentials of a user, or of an account's root. Follows "GetSessionToken" (STS API Reference).

use awsproto::{AwsError, Bearer, Call, Principal, Session};
use model::World;

use crate::credentials::{any_token_size, issue, long_term, session, users_duration, without_session};
use crate::second_factor;
use crate::shapes::{GetSessionTokenRequest, GetSessionTokenResponse};

pub(crate) fn get(
    call: &mut Call,
    world: &mut World,
    request: GetSessionTokenRequest,
) -> Result<GetSessionTokenResponse, AwsError> {
    let GetSessionTokenRequest { duration_seconds, minimum_session_token_size, serial_number, token_code } =
        request;
    let duration = users_duration(call, duration_seconds);
    any_token_size(minimum_session_token_size)?;
    long_term(call, "GetSessionToken")?;
    let bearer = match &call.principal {
        Principal::Root(account) => Bearer::Root(*account),
        Principal::User { user, .. } => Bearer::User(*user),
        Principal::AssumedRole { .. } | Principal::FederatedUser { .. } | Principal::WebIdentity { .. } => {
            return Err(without_session("GetSessionToken"));
        }
    };
    let mfa = second_factor::take(call, world, serial_number, token_code)?;
    let session = Session { mfa, ..session(call, duration) };
    let credentials = issue(call, call.principal.account(), &bearer, &session);
    // What AWS says of the token's size is not published.
    Ok(GetSessionTokenResponse {
        credentials: Some(credentials),
        session_token_size: None,
        session_token_utilization: None,
    })
}

#[cfg(test)]
mod tests {
    use crate::API;
    use awsproto::testing::Caller;
    use awsproto::{Bearer, Principal, Session, Timestamp};
    use model::UserId;
    use std::sync::Arc;

    fn user() -> Caller {
        let mut caller = Caller::new(&API, "us-east-1");
        let account = caller.call.principal.account();
        let (path, name) = ("/".to_owned(), "bob".to_owned());
        caller.call.principal = Principal::User { account, user: UserId::numbered(1), path, name };
        caller
    }

    #[test]
    fn a_user_has_twelve_hours_and_a_root_has_one() {
        for (mut caller, bearer, hours) in [
            (user(), Bearer::User(UserId::numbered(1)), 12),
            (Caller::new(&API, "us-east-1"), Bearer::Root(model::AccountId::DEFAULT), 1),
        ] {
            let answer = caller.ok("GetSessionToken", &[]);
            let opened = caller.call.sessions.opened(&answer.text("SessionToken")).unwrap();
            assert_eq!(opened.bearer, bearer);
            assert_eq!(opened.credentials.access_key_id, answer.text("AccessKeyId"));
            assert_eq!(opened.credentials.secret_access_key, answer.text("SecretAccessKey"));
            assert_eq!(opened.session.expires.0 - caller.call.now.0, hours * 3_600_000);
        }
    }

    #[test]
    fn lengths_have_bounds() {
        let refused = |seconds| user().refused("GetSessionToken", &[("DurationSeconds", seconds)]);
        let sentence = "failed to satisfy constraint: Member must have value";
        let short = format!("'899' at 'durationSeconds' {sentence} greater than or equal to 900");
        assert_eq!(refused("899"), format!("ValidationError: 1 validation error detected: Value {short}"));
        let long = format!("'129601' at 'durationSeconds' {sentence} less than or equal to 129600");
        assert_eq!(refused("129601"), format!("ValidationError: 1 validation error detected: Value {long}"));
    }

    #[test]
    fn sessions_do_not_beget_their_like() {
        let mut caller = user();
        caller.call.session = Some(Arc::new(Session::lasting(Timestamp(0), Timestamp(1))));
        let refused = caller.refused_with_status("GetSessionToken", &[]);
        assert_eq!(refused, "403 AccessDenied: Cannot call GetSessionToken with session credentials");
    }
}
