//! Keys that volumes are encrypted with: as answers name them. Nothing is encrypted, since volumes hold nothing.
//!
//! Follows "Amazon EBS encryption" (EBS User Guide). There is no key service here: the account's own key for EBS
//! (`alias/aws/ebs`) is there in every Region, and a key that is named by its identifier or ARN is shown as it was named.

use awsproto::AwsError;
use model::storage_defaults::managed_key_id;
use model::{Scope, World};

/// The key of a new volume, if it is encrypted: by what the request says, and what it is made from.
pub(crate) fn of_new(
    world: &World,
    scope: Scope,
    encrypted: Option<bool>,
    key: Option<&str>,
    source: Option<&str>,
) -> Result<Option<String>, AwsError> {
    let key = key.filter(|key| !key.is_empty());
    // "Even if you omit the Encrypted parameter", and even if it is false ("Encryption by default", EBS User Guide).
    let encrypted = encrypted == Some(true) || world.storage_defaults(scope).encrypts;
    if key.is_some() && !encrypted {
        return Err(AwsError::new(
            "InvalidParameterDependency",
            "The parameter KmsKeyId requires the parameter Encrypted to be set.",
        ));
    }
    if let Some(key) = key {
        return arn_of(scope, key).map(Some);
    }
    match (source, encrypted) {
        // "Volumes that are created from encrypted snapshots are also automatically encrypted" (CreateVolume).
        (Some(key), _) => Ok(Some(key.to_owned())),
        (None, true) => Ok(Some(default_key(world, scope))),
        (None, false) => Ok(None),
    }
}

/// The key that is taken when none is named.
pub(crate) fn default_key(world: &World, scope: Scope) -> String {
    world.storage_defaults(scope).kms_key.unwrap_or_else(|| own_key(scope))
}

/// The ARN of a key by one of the names that it has.
pub(crate) fn arn_of(scope: Scope, name: &str) -> Result<String, AwsError> {
    let Scope { account, region } = scope;
    let alias = name.rsplit_once(":alias/").map_or(name.strip_prefix("alias/"), |(_, alias)| Some(alias));
    match alias {
        Some("aws/ebs") => return Ok(own_key(scope)),
        Some(alias) => {
            return Err(AwsError::new(
                "UnsupportedOperation",
                format!("Hamlet has no key service, and does not know which key alias/{alias} is."),
            ));
        }
        None => {}
    }
    let id = name.rsplit_once(":key/").map_or(name, |(_, id)| id);
    let is_id = id.len() == KEY_ID_LENGTH || id.starts_with("mrk-");
    match is_id && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        true if name.starts_with("arn:") => Ok(name.to_owned()),
        true => Ok(region.arn("kms", account, format_args!("key/{id}"))),
        false => Err(AwsError::invalid_value("KmsKeyId", name, "It is malformed.")),
    }
}

/// The name of the key that AWS keeps for an account's volumes.
pub(crate) const MANAGED_KEY_ALIAS: &str = "alias/aws/ebs";

/// Characters of a key's identifier, which is a UUID.
const KEY_ID_LENGTH: usize = 36;

/// The key that AWS keeps for an account's volumes: the same in every run.
fn own_key(scope: Scope) -> String {
    let Scope { account, region } = scope;
    let id = managed_key_id(scope);
    region.arn("kms", account, format_args!("key/{id}"))
}
