//! Access keys. Follows CreateAccessKey, UpdateAccessKey and their neighbours in the IAM API Reference.

use awsproto::{AwsError, Call, Input, SecretBits};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{AccessKeyId, World};

use crate::errors::refused;
use crate::listing::{Listed, asked};
use crate::shapes::{self, *};
use crate::{entity, secret, user};

/// Bytes of a secret: forty characters in base64.
const SECRET_BYTES: usize = 30;
/// What is said of when and where a key was used that never was.
const NEVER: &str = "N/A";

/// A new secret, from bits that nobody can guess.
pub(crate) fn secret(_: &Input, bits: &SecretBits) -> Vec<u8> {
    STANDARD.encode(&bits[..SECRET_BYTES]).into_bytes()
}

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateAccessKeyRequest,
) -> Result<CreateAccessKeyResponse, AwsError> {
    let CreateAccessKeyRequest { user_name } = request;
    let owner = entity::owner(call, world, user_name.as_deref())?;
    let secret = secret::made_text(call)?;
    let (account, now) = (call.scope.account, call.now);
    let make = |ids: &mut model::Ids<'_>| world.create_access_key(account, owner, secret.clone(), ids, now);
    let id = call.with_ids(make).map_err(refused)?;
    Ok(CreateAccessKeyResponse {
        access_key: Some(shapes::AccessKey {
            access_key_id: Some(id.to_string()),
            create_date: Some(now),
            secret_access_key: Some(secret),
            status: Some(status(true)),
            user_name: user::name_of(world, owner),
        }),
    })
}

pub(crate) fn list(
    call: &mut Call,
    world: &World,
    request: ListAccessKeysRequest,
) -> Result<ListAccessKeysResponse, AwsError> {
    let ListAccessKeysRequest { marker, max_items, user_name } = request;
    let owner = entity::owner(call, world, user_name.as_deref())?;
    let keys = world.access_keys_of(call.scope.account, owner).collect();
    let listed = Listed::page(keys, asked(max_items, marker), |key| key.id.to_string())?;
    let listed = listed.map(|key| AccessKeyMetadata {
        access_key_id: Some(key.id.to_string()),
        create_date: Some(key.created),
        status: Some(status(key.active)),
        user_name: user::name_of(world, owner),
    });
    Ok(ListAccessKeysResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        access_key_metadata: listed.items,
    })
}

pub(crate) fn update(
    call: &mut Call,
    world: &mut World,
    request: UpdateAccessKeyRequest,
) -> Result<(), AwsError> {
    let UpdateAccessKeyRequest { access_key_id, status, user_name } = request;
    let owner = entity::owner(call, world, user_name.as_deref())?;
    let (id, active) = (access_key_id.unwrap_or_default(), is_active(status.as_deref())?);
    world.set_access_key_active(call.scope.account, owner, &id, active).map_err(refused)
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteAccessKeyRequest,
) -> Result<(), AwsError> {
    let DeleteAccessKeyRequest { access_key_id, user_name } = request;
    let owner = entity::owner(call, world, user_name.as_deref())?;
    let id = access_key_id.unwrap_or_default();
    world.delete_access_key(call.scope.account, owner, &id).map_err(refused)
}

/// "The Region and service … N/A" when the key "has not been used since IAM began tracking this information"
/// (AccessKeyLastUsed).
pub(crate) fn last_used(
    call: &mut Call,
    world: &World,
    request: GetAccessKeyLastUsedRequest,
) -> Result<GetAccessKeyLastUsedResponse, AwsError> {
    let GetAccessKeyLastUsedRequest { access_key_id } = request;
    let id = access_key_id.unwrap_or_default();
    let found = id.parse::<AccessKeyId>().ok().and_then(|id| world.access_keys.get(&id));
    let own = found.filter(|key| key.account == call.scope.account);
    let missing = || model::IamRefusal::NoSuch(model::IamNoun::AccessKey, id.clone());
    let key = own.ok_or_else(missing).map_err(refused)?;
    let used = key.last_used.as_ref();
    let or_never = |text: Option<&String>| Some(text.map_or_else(|| NEVER.to_owned(), String::clone));
    Ok(GetAccessKeyLastUsedResponse {
        access_key_last_used: Some(AccessKeyLastUsed {
            last_used_date: used.map(|used| used.at),
            region: or_never(used.map(|used| &used.region)),
            service_name: or_never(used.map(|used| &used.service)),
        }),
        user_name: user::name_of(world, key.user),
    })
}

/// Whether a request lets a credential be used, or no longer.
pub(crate) fn is_active(status: Option<&str>) -> Result<bool, AwsError> {
    match status {
        Some("Active") => Ok(true),
        Some("Inactive") => Ok(false),
        // The model has a third word, which credentials come to by themselves.
        Some(_) | None => Err(AwsError::new("ValidationError", "Status must be either Active or Inactive.")),
    }
}

/// `Active` or `Inactive`.
pub(crate) fn status(active: bool) -> String {
    if active { "Active" } else { "Inactive" }.to_owned()
}
