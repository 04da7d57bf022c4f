//! What becomes of images of one's own. Follows DeregisterImage, DisableImage, EnableImageDeprecation,
//! EnableImageDeregistrationProtection and their counterparts (EC2 API Reference).

use awsproto::{AwsError, Call};
use model::image::DeregistrationProtection;
use model::refusal::SnapshotRefusal;
use model::{ImageId, Refusal, Scope, SnapshotId, World};

use crate::errors::refused;
use crate::request::required_id;
use crate::shapes::*;

pub(crate) fn deregister(
    call: &mut Call,
    world: &mut World,
    request: DeregisterImageRequest,
) -> Result<DeregisterImageResult, AwsError> {
    let DeregisterImageRequest { delete_associated_snapshots, image_id } = request;
    let id: ImageId = required_id(image_id.as_deref())?;
    let snapshots = world.deregister_image(call.scope, id, call.now).map_err(refused)?;
    let deleted = snapshots.into_iter().filter(|_| delete_associated_snapshots == Some(true));
    let delete_snapshot_results =
        deleted.map(|snapshot| delete_snapshot(world, call.scope, snapshot)).collect();
    Ok(DeregisterImageResult { r#return: Some(true), delete_snapshot_results })
}

fn delete_snapshot(world: &mut World, scope: Scope, id: SnapshotId) -> DeleteSnapshotReturnCode {
    let return_code = match world.delete_snapshot(scope, id) {
        Ok(()) => "success",
        Err(Refusal::Snapshot(SnapshotRefusal::InUse(..))) => "skipped",
        Err(_) => "internal-error",
    };
    DeleteSnapshotReturnCode { snapshot_id: Some(id.to_string()), return_code: Some(return_code.to_owned()) }
}

pub(crate) fn enable(
    call: &mut Call,
    world: &mut World,
    EnableImageRequest { image_id }: EnableImageRequest,
) -> Result<EnableImageResult, AwsError> {
    let id: ImageId = required_id(image_id.as_deref())?;
    world.set_image_disabled(call.scope, id, false).map_err(refused)?;
    Ok(EnableImageResult { r#return: Some(true) })
}

pub(crate) fn disable(
    call: &mut Call,
    world: &mut World,
    DisableImageRequest { image_id }: DisableImageRequest,
) -> Result<DisableImageResult, AwsError> {
    let id: ImageId = required_id(image_id.as_deref())?;
    world.set_image_disabled(call.scope, id, true).map_err(refused)?;
    Ok(DisableImageResult { r#return: Some(true) })
}

pub(crate) fn enable_deprecation(
    call: &mut Call,
    world: &mut World,
    request: EnableImageDeprecationRequest,
) -> Result<EnableImageDeprecationResult, AwsError> {
    let EnableImageDeprecationRequest { deprecate_at, image_id } = request;
    let id: ImageId = required_id(image_id.as_deref())?;
    let at = deprecate_at.ok_or_else(|| AwsError::missing_parameter("DeprecateAt"))?;
    if at <= call.now {
        return Err(AwsError::invalid_value(
            "DeprecateAt",
            &at.to_string(),
            "The date and time must be in the future.",
        ));
    }
    world.set_image_deprecation(call.scope, id, Some(at)).map_err(refused)?;
    Ok(EnableImageDeprecationResult { r#return: Some(true) })
}

pub(crate) fn disable_deprecation(
    call: &mut Call,
    world: &mut World,
    DisableImageDeprecationRequest { image_id }: DisableImageDeprecationRequest,
) -> Result<DisableImageDeprecationResult, AwsError> {
    let id: ImageId = required_id(image_id.as_deref())?;
    world.set_image_deprecation(call.scope, id, None).map_err(refused)?;
    Ok(DisableImageDeprecationResult { r#return: Some(true) })
}

pub(crate) fn protect(
    call: &mut Call,
    world: &mut World,
    request: EnableImageDeregistrationProtectionRequest,
) -> Result<EnableImageDeregistrationProtectionResult, AwsError> {
    let EnableImageDeregistrationProtectionRequest { image_id, with_cooldown } = request;
    let id: ImageId = required_id(image_id.as_deref())?;
    world.protect_image(call.scope, id, with_cooldown == Some(true)).map_err(refused)?;
    Ok(EnableImageDeregistrationProtectionResult { r#return: Some(protection_of(world, call.scope, id)?) })
}

pub(crate) fn unprotect(
    call: &mut Call,
    world: &mut World,
    request: DisableImageDeregistrationProtectionRequest,
) -> Result<DisableImageDeregistrationProtectionResult, AwsError> {
    let DisableImageDeregistrationProtectionRequest { image_id } = request;
    let id: ImageId = required_id(image_id.as_deref())?;
    world.unprotect_image(call.scope, id, call.now).map_err(refused)?;
    Ok(DisableImageDeregistrationProtectionResult { r#return: Some(protection_of(world, call.scope, id)?) })
}

fn protection_of(world: &World, scope: Scope, id: ImageId) -> Result<String, AwsError> {
    Ok(protection(world.own_image(scope, id).map_err(refused)?.protection))
}

/// As answers write it.
pub(super) fn protection(protection: DeregistrationProtection) -> String {
    match protection {
        DeregistrationProtection::Off => "disabled".to_owned(),
        DeregistrationProtection::On { with_cooldown: false } => "enabled-without-cooldown".to_owned(),
        DeregistrationProtection::On { with_cooldown: true } => "enabled-with-cooldown".to_owned(),
        DeregistrationProtection::CoolingDown { until } => format!("disabled-effective-at-{until}"),
    }
}
