//! A second factor that comes with a request for a session: the serial number of an MFA device, and what it shows.
//!
//! Follows "Secure API access with MFA" (IAM User Guide).

use awsproto::{AwsError, Call, Input, Principal, Timestamp};
use model::mfa_device::CodeRefusal;
use model::{AccountId, UserId, World};

/// Takes the code that comes with a request, if one does: it is used up by that. When it was shown is what the session
/// remembers.
pub(crate) fn take(
    call: &Call,
    world: &mut World,
    serial_number: Option<String>,
    token_code: Option<String>,
) -> Result<Option<Timestamp>, AwsError> {
    let (serial, code) = match (serial_number, token_code) {
        (None, None) => return Ok(None),
        (Some(serial), Some(code)) => (serial, code),
        (Some(_), None) | (None, Some(_)) => {
            return Err(failed(", must provide both MFA serial number and one time pass code."));
        }
    };
    let (account, user) = owner(call).ok_or_else(not_theirs)?;
    let taken = world.use_mfa_code(account, user, &serial, &code, call.now);
    taken.map(|()| Some(call.now)).map_err(|refusal| match refusal {
        CodeRefusal::NotTheirs => not_theirs(),
        // The space at the end is AWS's.
        CodeRefusal::WrongCode => failed(" with invalid MFA one time pass code. "),
    })
}

/// Whether a request comes with a second factor, for whoever decides about it before the code is taken: one that is wrong is
/// refused when it is.
pub(crate) fn is_shown(input: &Input) -> bool {
    ["SerialNumber", "TokenCode"].iter().all(|parameter| input.text(parameter).is_some())
}

/// Whose device can be shown: sessions have none.
fn owner(call: &Call) -> Option<(AccountId, Option<UserId>)> {
    match &call.principal {
        Principal::Root(account) if call.session.is_none() => Some((*account, None)),
        Principal::User { account, user, .. } if call.session.is_none() => Some((*account, Some(*user))),
        Principal::Root(_)
        | Principal::User { .. }
        | Principal::AssumedRole { .. }
        | Principal::FederatedUser { .. }
        | Principal::WebIdentity { .. } => None,
    }
}

fn not_theirs() -> AwsError {
    failed(
        ", unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.",
    )
}

fn failed(how: &str) -> AwsError {
    AwsError::new("AccessDenied", format!("MultiFactorAuthentication failed{how}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::API;
    use awsproto::testing::Caller;
    use model::one_time_code::{SEED_BYTES, Seed, code, step};
    use model::{Ids, Tags};

    const PHONE: &str = "arn:aws:iam::123456789012:mfa/phone";
    const SEED: [u8; SEED_BYTES] = [5; SEED_BYTES];
    const WRONG: &str =
        "403 AccessDenied: MultiFactorAuthentication failed with invalid MFA one time pass code. ";

    /// A user who has a phone, whose present code has been used.
    fn user() -> Caller {
        let mut caller = Caller::new(&API, "us-east-1");
        let (account, now, user) = (caller.call.scope.account, caller.call.now, UserId::numbered(1));
        caller.call.principal = Principal::User { account, user, path: "/".into(), name: "bob".into() };
        let (place, tags) = (("/".to_owned(), "phone".to_owned()), Tags::new());
        let mut ids = || 7;
        let world = &mut caller.world;
        world.create_mfa_device(account, place, Seed::new(SEED), tags, &mut Ids::new(&mut ids), now).unwrap();
        let codes = [-1, 0].map(|offset| code(&SEED, step(now) + offset));
        world.enable_mfa_device(account, Some(user), PHONE, (&codes[0], &codes[1]), now).unwrap();
        drop(world.commit());
        caller
    }

    fn shown(caller: &Caller) -> [(&'static str, String); 2] {
        [("SerialNumber", PHONE.to_owned()), ("TokenCode", code(&SEED, step(caller.call.now)))]
    }

    fn borrowed<'a>(pairs: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
        pairs.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }

    #[test]
    fn a_session_remembers_when_a_code_was_shown_and_each_is_shown_once() {
        let mut caller = user();
        let used = shown(&caller);
        assert_eq!(caller.refused_with_status("GetSessionToken", &borrowed(&used)), WRONG);
        caller.call.now.0 += 30_000;
        let next = shown(&caller);
        let answer = caller.ok("GetSessionToken", &borrowed(&next));
        let opened = caller.call.sessions.opened(&answer.text("SessionToken")).unwrap();
        assert_eq!(opened.session.mfa, Some(caller.call.now));
        assert_eq!(caller.refused_with_status("GetSessionToken", &borrowed(&next)), WRONG);
        let without = caller.ok("GetSessionToken", &[]).text("SessionToken");
        assert_eq!(caller.call.sessions.opened(&without).unwrap().session.mfa, None);
    }

    #[test]
    fn a_code_alone_and_the_device_of_somebody_else_are_refused() {
        let mut caller = user();
        caller.call.now.0 += 30_000;
        let pairs = shown(&caller);
        for alone in [&pairs[..1], &pairs[1..]] {
            assert_eq!(
                caller.refused("GetSessionToken", &borrowed(alone)),
                "AccessDenied: MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."
            );
        }
        caller.call.principal = Principal::Root(caller.call.scope.account);
        assert_eq!(
            caller.refused("GetSessionToken", &borrowed(&pairs)),
            "AccessDenied: MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial \
             number is valid and associated with this user."
        );
    }
}
