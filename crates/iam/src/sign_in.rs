//! Who signs in to the console with a password. Follows "How IAM users sign in to AWS" (IAM User Guide).
//!
//! Codes of MFA devices are not asked for yet: who has a device does not sign in without one.

use model::{AccountId, Timestamp, User, UserId, World};

use crate::password_hash::hashed;
use crate::password_policy;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What somebody has typed.
pub struct Typed<'a> {
    /// Twelve digits, or an alias.
    pub account: &'a str,
    /// The user's name.
    pub user: &'a str,
    /// The password.
    pub password: &'a str,
}

/// Why somebody is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotSignedIn {
    /// There is no such account, user or password; which, nobody is told.
    Wrong,
    /// The password is too old, and only an administrator sets another one.
    Expired,
    /// A code would have to be shown.
    NeedsCode,
}

/// The user whose password somebody knows.
///
/// # Errors
/// Anything of it is wrong, the password has expired for good, or the user has an MFA device.
pub fn sign_in(world: &World, typed: &Typed<'_>, now: Timestamp) -> Result<UserId, NotSignedIn> {
    let account = account_named(world, typed.account).ok_or(NotSignedIn::Wrong)?;
    let user = world.user_named(account, typed.user).map_err(|_| NotSignedIn::Wrong)?;
    let profile = user.login_profile.as_ref().ok_or(NotSignedIn::Wrong)?;
    if hashed(typed.password, &profile.password.salt) != profile.password {
        return Err(NotSignedIn::Wrong);
    }
    let policy = password_policy::of(world, account);
    if policy.is_some_and(|policy| policy.hard_expiry) && has_expired(world, user, now) {
        return Err(NotSignedIn::Expired);
    }
    match world.mfa_devices_with(account, Some(user.id)).is_empty() {
        true => Ok(user.id),
        false => Err(NotSignedIn::NeedsCode),
    }
}

/// Whether a user who has signed in has to choose another password before anything else.
pub fn must_change_password(world: &World, user: &User, now: Timestamp) -> bool {
    user.login_profile.as_ref().is_some_and(|profile| profile.reset_required) || has_expired(world, user, now)
}

/// "When users' passwords expire" (Set an account password policy for IAM users).
fn has_expired(world: &World, user: &User, now: Timestamp) -> bool {
    let days = password_policy::of(world, user.account).and_then(|policy| policy.age_days_max);
    let (Some(days), Some(profile)) = (days, &user.login_profile) else { return false };
    now.0.saturating_sub(profile.changed.0) > i64::from(days) * DAY_MS
}

/// The account that has this number or this alias.
fn account_named(world: &World, typed: &str) -> Option<AccountId> {
    typed.parse().ok().or_else(|| world.account_with_alias(typed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::password_hash::salt;
    use crate::testing::root;
    use awsproto::Provided;
    use awsproto::testing::Caller;

    fn typed<'a>(account: &'a str, user: &'a str, password: &'a str) -> Typed<'a> {
        Typed { account, user, password }
    }

    #[test]
    fn who_knows_the_password_is_the_user_by_number_and_alias() {
        let mut caller = with_bob();
        caller.ok("CreateAccountAlias", &[("AccountAlias", "lab")]);
        let now = caller.call.now;
        let number = AccountId::DEFAULT.to_string();
        let asked = |account: &str, user: &str, password: &str| {
            sign_in(&caller.world, &typed(account, user, password), now)
        };
        let bob = caller.world.user_named(AccountId::DEFAULT, "bob").unwrap().id;
        assert_eq!(asked(&number, "bob", "correct-Horse-7"), Ok(bob));
        assert_eq!(asked("lab", "bob", "correct-Horse-7"), Ok(bob));
        for (account, user, password) in [
            (number.as_str(), "bob", "correct-horse-7"),
            (number.as_str(), "bob", ""),
            (number.as_str(), "eve", "correct-Horse-7"),
            ("222222222222", "bob", "correct-Horse-7"),
            ("elsewhere", "bob", "correct-Horse-7"),
            ("", "bob", "correct-Horse-7"),
        ] {
            assert_eq!(
                asked(account, user, password),
                Err(NotSignedIn::Wrong),
                "{account} {user} {password}"
            );
        }
    }

    #[test]
    fn a_password_that_is_too_old_has_to_be_changed_or_lets_nobody_in() {
        let mut caller = with_bob();
        let number = AccountId::DEFAULT.to_string();
        let days = |caller: &Caller, days: i64| Timestamp(caller.call.now.0 + days * DAY_MS);
        let asked = |caller: &Caller, now| {
            let signed_in = sign_in(&caller.world, &typed(&number, "bob", "correct-Horse-7"), now);
            let bob = caller.world.user_named(AccountId::DEFAULT, "bob").unwrap();
            (signed_in.map(|_| ()), must_change_password(&caller.world, bob, now))
        };
        assert_eq!(asked(&caller, days(&caller, 400)), (Ok(()), false));
        caller.ok("UpdateAccountPasswordPolicy", &[("MaxPasswordAge", "30")]);
        assert_eq!(asked(&caller, days(&caller, 30)), (Ok(()), false));
        assert_eq!(asked(&caller, days(&caller, 31)), (Ok(()), true));
        caller.ok("UpdateAccountPasswordPolicy", &[("MaxPasswordAge", "30"), ("HardExpiry", "true")]);
        assert_eq!(asked(&caller, days(&caller, 31)), (Err(NotSignedIn::Expired), true));
        assert_eq!(asked(&caller, days(&caller, 30)), (Ok(()), false));
        caller.ok("UpdateLoginProfile", &[("UserName", "bob"), ("PasswordResetRequired", "true")]);
        assert_eq!(asked(&caller, days(&caller, 1)), (Ok(()), true));
    }

    /// An account with the user `bob`, who has a password.
    fn with_bob() -> Caller {
        let mut caller = root();
        caller.ok("CreateUser", &[("UserName", "bob")]);
        let bits = [7; 32];
        caller.call.provided = Provided::Secret { bits, made: salt(&bits).into_bytes() };
        caller.ok("CreateLoginProfile", &[("UserName", "bob"), ("Password", "correct-Horse-7")]);
        caller
    }
}
