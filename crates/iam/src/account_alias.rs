//! The name that stands for an account's number. Follows CreateAccountAlias and its neighbours in the IAM API Reference.

use awsproto::{AwsError, Call};
use model::World;

use crate::errors::refused;
use crate::listing::{Listed, asked};
use crate::shapes::*;

/// "If your AWS account already has an alias, this operation overwrites it" (CreateAccountAlias).
pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateAccountAliasRequest,
) -> Result<(), AwsError> {
    let CreateAccountAliasRequest { account_alias } = request;
    world.create_account_alias(call.scope.account, &account_alias.unwrap_or_default()).map_err(refused)
}

pub(crate) fn list(
    call: &mut Call,
    world: &World,
    request: ListAccountAliasesRequest,
) -> Result<ListAccountAliasesResponse, AwsError> {
    let ListAccountAliasesRequest { marker, max_items } = request;
    let alias = world.account_settings_of(call.scope.account).and_then(|settings| settings.alias.clone());
    let listed = Listed::of_sorted(alias.into_iter(), asked(max_items, marker), String::clone)?;
    Ok(ListAccountAliasesResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        account_aliases: listed.items,
    })
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteAccountAliasRequest,
) -> Result<(), AwsError> {
    let DeleteAccountAliasRequest { account_alias } = request;
    world.delete_account_alias(call.scope.account, &account_alias.unwrap_or_default()).map_err(refused)
}
