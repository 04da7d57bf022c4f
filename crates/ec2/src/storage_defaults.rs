//! What an account settles for all of its volumes, snapshots and images in a Region. Follows EnableEbsEncryptionByDefault,
//! ModifyEbsDefaultKmsKeyId, EnableSnapshotBlockPublicAccess, EnableImageBlockPublicAccess and their neighbours (EC2 API
//! Reference).

use awsproto::{AwsError, Call};
use model::World;
use model::storage_defaults::SnapshotSharing;

use crate::encryption;
use crate::shapes::*;

/// The state of images that are not to be shared with everybody, and the only one that can be asked for.
const IMAGES_BLOCKED: &str = "block-new-sharing";
/// The state of what everybody can be given.
const UNBLOCKED: &str = "unblocked";
/// Who has settled it: this account, not its organization.
const MANAGED_BY: &str = "account";

pub(crate) fn encryption(
    call: &mut Call,
    world: &World,
    GetEbsEncryptionByDefaultRequest {}: GetEbsEncryptionByDefaultRequest,
) -> Result<GetEbsEncryptionByDefaultResult, AwsError> {
    let settled = world.storage_defaults(call.scope);
    Ok(GetEbsEncryptionByDefaultResult {
        ebs_encryption_by_default: Some(settled.encrypts),
        sse_type: settled.encrypts.then(|| "sse-kms".to_owned()),
    })
}

pub(crate) fn enable_encryption(
    call: &mut Call,
    world: &mut World,
    EnableEbsEncryptionByDefaultRequest {}: EnableEbsEncryptionByDefaultRequest,
) -> Result<EnableEbsEncryptionByDefaultResult, AwsError> {
    world.change_storage_defaults(call.scope, |settled| settled.encrypts = true);
    Ok(EnableEbsEncryptionByDefaultResult { ebs_encryption_by_default: Some(true) })
}

pub(crate) fn disable_encryption(
    call: &mut Call,
    world: &mut World,
    DisableEbsEncryptionByDefaultRequest {}: DisableEbsEncryptionByDefaultRequest,
) -> Result<DisableEbsEncryptionByDefaultResult, AwsError> {
    world.change_storage_defaults(call.scope, |settled| settled.encrypts = false);
    Ok(DisableEbsEncryptionByDefaultResult { ebs_encryption_by_default: Some(false) })
}

pub(crate) fn key(
    call: &mut Call,
    world: &World,
    GetEbsDefaultKmsKeyIdRequest {}: GetEbsDefaultKmsKeyIdRequest,
) -> Result<GetEbsDefaultKmsKeyIdResult, AwsError> {
    Ok(GetEbsDefaultKmsKeyIdResult { kms_key_id: Some(shown_key(call, world)) })
}

pub(crate) fn modify_key(
    call: &mut Call,
    world: &mut World,
    request: ModifyEbsDefaultKmsKeyIdRequest,
) -> Result<ModifyEbsDefaultKmsKeyIdResult, AwsError> {
    let ModifyEbsDefaultKmsKeyIdRequest { kms_key_id } = request;
    let key = encryption::arn_of(call.scope, &kms_key_id.unwrap_or_default())?;
    world.change_storage_defaults(call.scope, |settled| settled.kms_key = Some(key.clone()));
    Ok(ModifyEbsDefaultKmsKeyIdResult { kms_key_id: Some(key) })
}

pub(crate) fn reset_key(
    call: &mut Call,
    world: &mut World,
    ResetEbsDefaultKmsKeyIdRequest {}: ResetEbsDefaultKmsKeyIdRequest,
) -> Result<ResetEbsDefaultKmsKeyIdResult, AwsError> {
    world.change_storage_defaults(call.scope, |settled| settled.kms_key = None);
    Ok(ResetEbsDefaultKmsKeyIdResult { kms_key_id: Some(shown_key(call, world)) })
}

/// "alias/aws/ebs" is what AWS says of the key that it keeps; a key of one's own is shown by its ARN.
fn shown_key(call: &Call, world: &World) -> String {
    world.storage_defaults(call.scope).kms_key.unwrap_or_else(|| encryption::MANAGED_KEY_ALIAS.to_owned())
}

pub(crate) fn snapshot_sharing(
    call: &mut Call,
    world: &World,
    GetSnapshotBlockPublicAccessStateRequest {}: GetSnapshotBlockPublicAccessStateRequest,
) -> Result<GetSnapshotBlockPublicAccessStateResult, AwsError> {
    let state = match world.storage_defaults(call.scope).snapshot_sharing {
        SnapshotSharing::Unblocked => UNBLOCKED,
        SnapshotSharing::NewBlocked => "block-new-sharing",
        SnapshotSharing::AllBlocked => "block-all-sharing",
    };
    Ok(GetSnapshotBlockPublicAccessStateResult {
        state: Some(state.to_owned()),
        managed_by: Some(MANAGED_BY.to_owned()),
    })
}

pub(crate) fn block_snapshot_sharing(
    call: &mut Call,
    world: &mut World,
    request: EnableSnapshotBlockPublicAccessRequest,
) -> Result<EnableSnapshotBlockPublicAccessResult, AwsError> {
    let EnableSnapshotBlockPublicAccessRequest { state } = request;
    let sharing = match state.as_deref().unwrap_or_default() {
        "block-new-sharing" => SnapshotSharing::NewBlocked,
        "block-all-sharing" => SnapshotSharing::AllBlocked,
        UNBLOCKED => {
            let reason = "Sharing is unblocked by DisableSnapshotBlockPublicAccess.";
            return Err(AwsError::invalid_value("state", UNBLOCKED, reason));
        }
        other => return Err(AwsError::invalid_value("state", other, "Unknown state.")),
    };
    world.change_storage_defaults(call.scope, |settled| settled.snapshot_sharing = sharing);
    Ok(EnableSnapshotBlockPublicAccessResult { state })
}

pub(crate) fn unblock_snapshot_sharing(
    call: &mut Call,
    world: &mut World,
    DisableSnapshotBlockPublicAccessRequest {}: DisableSnapshotBlockPublicAccessRequest,
) -> Result<DisableSnapshotBlockPublicAccessResult, AwsError> {
    world
        .change_storage_defaults(call.scope, |settled| settled.snapshot_sharing = SnapshotSharing::Unblocked);
    Ok(DisableSnapshotBlockPublicAccessResult { state: Some(UNBLOCKED.to_owned()) })
}

pub(crate) fn image_sharing(
    call: &mut Call,
    world: &World,
    GetImageBlockPublicAccessStateRequest {}: GetImageBlockPublicAccessStateRequest,
) -> Result<GetImageBlockPublicAccessStateResult, AwsError> {
    let is_blocked = world.storage_defaults(call.scope).image_sharing_blocked;
    Ok(GetImageBlockPublicAccessStateResult {
        image_block_public_access_state: Some(if is_blocked { IMAGES_BLOCKED } else { UNBLOCKED }.to_owned()),
        managed_by: Some(MANAGED_BY.to_owned()),
    })
}

pub(crate) fn block_image_sharing(
    call: &mut Call,
    world: &mut World,
    request: EnableImageBlockPublicAccessRequest,
) -> Result<EnableImageBlockPublicAccessResult, AwsError> {
    let EnableImageBlockPublicAccessRequest { image_block_public_access_state } = request;
    match image_block_public_access_state.as_deref().unwrap_or_default() {
        IMAGES_BLOCKED => {}
        other => {
            return Err(AwsError::invalid_value("imageBlockPublicAccessState", other, "Unknown state."));
        }
    }
    world.change_storage_defaults(call.scope, |settled| settled.image_sharing_blocked = true);
    Ok(EnableImageBlockPublicAccessResult { image_block_public_access_state })
}

pub(crate) fn unblock_image_sharing(
    call: &mut Call,
    world: &mut World,
    DisableImageBlockPublicAccessRequest {}: DisableImageBlockPublicAccessRequest,
) -> Result<DisableImageBlockPublicAccessResult, AwsError> {
    world.change_storage_defaults(call.scope, |settled| settled.image_sharing_blocked = false);
    Ok(DisableImageBlockPublicAccessResult { image_block_public_access_state: Some(UNBLOCKED.to_owned()) })
}
