//! What passwords of an account's users have to be. Follows UpdateAccountPasswordPolicy and its neighbours in the IAM API
//! Reference, and "Set an account password policy for IAM users" (IAM User Guide).

use awsproto::{AwsError, Call};
use model::account_settings::PasswordPolicy as Policy;
use model::{AccountId, World};

use crate::errors::no_such_entity;
use crate::shapes::*;

/// Signs that count as symbols.
const SYMBOLS: &str = "!@#$%^&*()_+-=[]{}|'";
/// "Minimum password length of 8 characters and a maximum length of 128 characters", "minimum of three of the following mix
/// of character types" (the default password policy).
const DEFAULT_LENGTH_MIN: usize = 8;
const DEFAULT_KINDS_MIN: usize = 3;
/// "If you do not specify a value for this parameter, then the operation uses the default value of 6"
/// (UpdateAccountPasswordPolicy).
const LENGTH_MIN: u32 = 6;

pub(crate) fn get(
    call: &mut Call,
    world: &World,
    _: (),
) -> Result<GetAccountPasswordPolicyResponse, AwsError> {
    let policy = of(world, call.scope.account).ok_or_else(|| none(call.scope.account))?;
    let number = |value: Option<u32>| value.and_then(|value| i32::try_from(value).ok());
    Ok(GetAccountPasswordPolicyResponse {
        password_policy: Some(PasswordPolicy {
            allow_users_to_change_password: Some(policy.users_may_change),
            expire_passwords: Some(policy.age_days_max.is_some()),
            hard_expiry: Some(policy.hard_expiry),
            max_password_age: number(policy.age_days_max),
            minimum_password_length: number(Some(policy.length_min)),
            password_reuse_prevention: number(policy.reuse_prevention),
            require_lowercase_characters: Some(policy.lowercase),
            require_numbers: Some(policy.numbers),
            require_symbols: Some(policy.symbols),
            require_uppercase_characters: Some(policy.uppercase),
        }),
    })
}

/// "This operation does not support partial updates" (UpdateAccountPasswordPolicy).
pub(crate) fn update(
    call: &mut Call,
    world: &mut World,
    request: UpdateAccountPasswordPolicyRequest,
) -> Result<(), AwsError> {
    let UpdateAccountPasswordPolicyRequest {
        allow_users_to_change_password,
        hard_expiry,
        max_password_age,
        minimum_password_length,
        password_reuse_prevention,
        require_lowercase_characters,
        require_numbers,
        require_symbols,
        require_uppercase_characters,
    } = request;
    let policy = Policy {
        length_min: minimum_password_length.map_or(LENGTH_MIN, i32::unsigned_abs),
        symbols: require_symbols.unwrap_or(false),
        numbers: require_numbers.unwrap_or(false),
        uppercase: require_uppercase_characters.unwrap_or(false),
        lowercase: require_lowercase_characters.unwrap_or(false),
        users_may_change: allow_users_to_change_password.unwrap_or(false),
        age_days_max: max_password_age.map(i32::unsigned_abs),
        reuse_prevention: password_reuse_prevention.map(i32::unsigned_abs),
        hard_expiry: hard_expiry.unwrap_or(false),
    };
    world.account_settings_mut(call.scope.account).password_policy = Some(policy);
    Ok(())
}

pub(crate) fn delete(call: &mut Call, world: &mut World, _: ()) -> Result<(), AwsError> {
    of(world, call.scope.account).ok_or_else(|| none(call.scope.account))?;
    world.account_settings_mut(call.scope.account).password_policy = None;
    Ok(())
}

/// An account's own policy.
pub(crate) fn of(world: &World, account: AccountId) -> Option<&Policy> {
    world.account_settings_of(account)?.password_policy.as_ref()
}

fn none(account: AccountId) -> AwsError {
    no_such_entity(format!("The Password Policy with domain name {account} cannot be found."))
}

/// Refuses a password that is not what the account wants.
pub(crate) fn check(policy: Option<&Policy>, password: &str) -> Result<(), AwsError> {
    let has = |kind: fn(char) -> bool| password.chars().any(kind);
    let symbols = has(|letter| SYMBOLS.contains(letter));
    let numbers = has(|letter| letter.is_ascii_digit());
    let uppercase = has(|letter| letter.is_ascii_uppercase());
    let lowercase = has(|letter| letter.is_ascii_lowercase());
    let length = password.chars().count();
    let is_good = match policy {
        None => {
            let kinds = [symbols, numbers, uppercase, lowercase].into_iter().filter(|has| *has).count();
            length >= DEFAULT_LENGTH_MIN && kinds >= DEFAULT_KINDS_MIN
        }
        Some(policy) => {
            length >= usize::try_from(policy.length_min).unwrap_or(usize::MAX)
                && (symbols || !policy.symbols)
                && (numbers || !policy.numbers)
                && (uppercase || !policy.uppercase)
                && (lowercase || !policy.lowercase)
        }
    };
    if is_good { Ok(()) } else { Err(violation()) }
}

/// `PasswordPolicyViolation`.
pub(crate) fn violation() -> AwsError {
    AwsError::new("PasswordPolicyViolation", "Password does not conform to the account password policy.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_has_three_kinds_of_letters_unless_the_account_wants_others() {
        for (password, is_good) in
            [("Secret12", true), ("secret1!", true), ("secret12", false), ("Secr3t!", false)]
        {
            assert_eq!(check(None, password).is_ok(), is_good, "{password}");
        }
        let policy = Policy {
            length_min: 6,
            symbols: true,
            numbers: false,
            uppercase: false,
            lowercase: true,
            users_may_change: false,
            age_days_max: None,
            reuse_prevention: None,
            hard_expiry: false,
        };
        for (password, is_good) in [("secre!", true), ("SECRE!", false), ("secret", false), ("sec!", false)] {
            assert_eq!(check(Some(&policy), password).is_ok(), is_good, "{password}");
        }
    }
}
