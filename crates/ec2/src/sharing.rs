//! Permissions of images and snapshots as requests and answers have them: the group `all`, and accounts.

use awsproto::AwsError;
use model::AccountId;
use model::sharing::{ChangeSharing, Sharing};

/// The one group there is.
const EVERYBODY: &str = "all";

/// A permission of one who is named: `CreateVolumePermission`, `LaunchPermission`.
pub(crate) trait Shared {
    fn new(group: Option<String>, user_id: Option<String>) -> Self;
    /// Group and account.
    fn parts(&self) -> (Option<&str>, Option<&str>);
}

/// Who is named by a list of permissions.
pub(crate) fn read(list: &[impl Shared]) -> Result<Sharing, AwsError> {
    let mut sharing = Sharing::default();
    for permission in list {
        let (group, account) = permission.parts();
        sharing.everybody |= group.map_or(Ok(false), read_group)?;
        sharing.accounts.extend(account.map(read_account).transpose()?);
    }
    Ok(sharing)
}

/// The change that `OperationType` says, with the groups and accounts beside it.
pub(crate) fn of_operation(
    operation: &str,
    groups: &[String],
    accounts: &[String],
) -> Result<ChangeSharing, AwsError> {
    let mut named = Sharing::default();
    for group in groups {
        named.everybody |= read_group(group)?;
    }
    named.accounts = accounts.iter().map(|it| read_account(it)).collect::<Result<_, _>>()?;
    match operation {
        "add" => Ok(ChangeSharing { add: named, ..Default::default() }),
        "remove" => Ok(ChangeSharing { remove: named, ..Default::default() }),
        other => Err(AwsError::invalid_value("operationType", other, "It must be add or remove.")),
    }
}

/// Whether an `OperationType` is one.
pub(crate) fn check_operation(operation: &str) -> Result<(), AwsError> {
    of_operation(operation, &[], &[]).map(drop)
}

/// Who has a permission, as answers list them.
pub(crate) fn shown<T: Shared>(sharing: &Sharing) -> Vec<T> {
    let everybody = sharing.everybody.then(|| T::new(Some(EVERYBODY.to_owned()), None));
    let accounts = sharing.accounts.iter().map(|account| T::new(None, Some(account.to_string())));
    everybody.into_iter().chain(accounts).collect()
}

/// Whether somebody is named by `all`, by `self` for the caller, or by the number of an account.
pub(crate) fn names(sharing: &Sharing, user: &str, caller: AccountId) -> bool {
    match user {
        EVERYBODY => sharing.everybody,
        "self" => sharing.accounts.contains(&caller),
        user => user.parse().is_ok_and(|account: AccountId| sharing.accounts.contains(&account)),
    }
}

/// Whether an account is named as the owner: by `self` for the caller, or by its number.
pub(crate) fn is_owner(account: AccountId, owner: &str, caller: AccountId) -> bool {
    match owner {
        "self" => account == caller,
        owner => account.to_string() == owner,
    }
}

/// A change of nothing is none.
pub(crate) fn refuse_nothing(change: &ChangeSharing) -> Result<(), AwsError> {
    match *change == ChangeSharing::default() {
        true => Err(AwsError::invalid_parameter_combination("No attributes specified.")),
        false => Ok(()),
    }
}

fn read_group(group: &str) -> Result<bool, AwsError> {
    match group {
        EVERYBODY => Ok(true),
        other => Err(AwsError::new("InvalidParameterValue", format!("Invalid group: \"{other}\""))),
    }
}

fn read_account(text: &str) -> Result<AccountId, AwsError> {
    let malformed = || AwsError::new("InvalidUserID.Malformed", format!("Invalid user id: \"{text}\""));
    text.parse().map_err(|_| malformed())
}
