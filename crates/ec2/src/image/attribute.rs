//! What is known and settled of an image. Follows DescribeImageAttribute, ModifyImageAttribute and ResetImageAttribute (EC2
//! API Reference).

use awsproto::{AwsError, Call};
use model::image::Image;
use model::sharing::ChangeSharing;
use model::{ImageId, World};

use super::{find, render, sharing_of};
use crate::errors::refused;
use crate::request::{only_attribute, refuse_unsupported, required_id};
use crate::shapes::*;
use crate::sharing::{self, Shared};

const LAUNCH_PERMISSION: &str = "launchPermission";
const DESCRIPTION: &str = "description";
const IMDS_SUPPORT: &str = "imdsSupport";

impl Shared for LaunchPermission {
    fn new(group: Option<String>, user_id: Option<String>) -> Self {
        LaunchPermission { group, user_id, ..Default::default() }
    }

    fn parts(&self) -> (Option<&str>, Option<&str>) {
        (self.group.as_deref(), self.user_id.as_deref())
    }
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeImageAttributeRequest,
) -> Result<ImageAttribute, AwsError> {
    let DescribeImageAttributeRequest { attribute, image_id } = request;
    let text = image_id.ok_or_else(|| AwsError::missing_parameter("imageId"))?;
    let image = find_described(call, world, &text)?;
    let shape = render(&image);
    let value = |value: Option<String>| Some(AttributeValue { value });
    let mut answer = ImageAttribute { image_id: shape.image_id, ..Default::default() };
    match attribute.as_deref().unwrap_or_default() {
        DESCRIPTION => answer.description = value(shape.description),
        "blockDeviceMapping" => answer.block_device_mappings = shape.block_device_mappings,
        LAUNCH_PERMISSION => answer.launch_permissions = sharing::shown(&sharing_of(&image)),
        "bootMode" => answer.boot_mode = value(shape.boot_mode),
        "sriovNetSupport" => answer.sriov_net_support = value(shape.sriov_net_support),
        IMDS_SUPPORT => answer.imds_support = value(shape.imds_support),
        "deregistrationProtection" if shape.deregistration_protection.is_some() => {
            answer.deregistration_protection = value(shape.deregistration_protection);
        }
        "productCodes"
        | "kernel"
        | "ramdisk"
        | "tpmSupport"
        | "uefiData"
        | "lastLaunchedTime"
        | "deregistrationProtection" => {}
        other => return Err(unknown_attribute(other)),
    }
    Ok(answer)
}

/// The image, also one of one's own that cannot be launched.
fn find_described(call: &Call, world: &World, text: &str) -> Result<Image, AwsError> {
    let id: Option<ImageId> = text.parse().ok();
    let own = id.and_then(|id| world.images.get_shared(&id)).filter(|it| it.scope == call.scope);
    own.map_or_else(|| find(call, world, text), |image| Ok(Image::Own(image)))
}

fn unknown_attribute(name: &str) -> AwsError {
    AwsError::invalid_value("attribute", name, "Unknown attribute.")
}

/// One change of an image's attributes.
enum Change {
    Description(String),
    Sharing(ChangeSharing),
    ImdsV2,
}

pub(crate) fn modify(
    call: &mut Call,
    world: &mut World,
    request: ModifyImageAttributeRequest,
) -> Result<(), AwsError> {
    let ModifyImageAttributeRequest {
        attribute,
        description,
        image_id,
        imds_support,
        launch_permission,
        operation_type,
        organization_arns,
        organizational_unit_arns,
        product_codes,
        user_groups,
        user_ids,
        value,
    } = request;
    refuse_unsupported(&[
        ("OrganizationArn", !organization_arns.is_empty() || !organizational_unit_arns.is_empty()),
        ("ProductCode", !product_codes.is_empty()),
    ])?;
    let id: ImageId = required_id(image_id.as_deref())?;
    operation_type.as_deref().map(sharing::check_operation).transpose()?;
    let by_operation = || match operation_type.as_deref() {
        Some(operation) => sharing::of_operation(operation, &user_groups, &user_ids).map(Change::Sharing),
        None => Err(AwsError::missing_parameter("operationType")),
    };
    let named = match (attribute.as_deref(), value) {
        (None, _) if operation_type.is_some() => Some(by_operation()),
        (None, _) => None,
        (Some(DESCRIPTION), value) => Some(Ok(Change::Description(value.unwrap_or_default()))),
        (Some(IMDS_SUPPORT), value) => Some(imds_v2(value.as_deref())),
        (Some(LAUNCH_PERMISSION), _) if launch_permission.is_some() => None,
        (Some(LAUNCH_PERMISSION), _) => Some(by_operation()),
        (Some(other), _) => Some(Err(unknown_attribute(other))),
    };
    let description = description.map(|it| Ok(Change::Description(it.value.unwrap_or_default())));
    let imds_support = imds_support.map(|it| imds_v2(it.value.as_deref()));
    let permission = launch_permission.map(permission);
    let change = only_attribute(&mut [named, description, imds_support, permission].into_iter().flatten())??;
    match change {
        Change::Description(text) => world.describe_image(call.scope, id, text),
        Change::Sharing(change) => world.share_image(call.scope, id, change),
        Change::ImdsV2 => world.require_imds_v2(call.scope, id),
    }
    .map_err(refused)
}

fn permission(modifications: LaunchPermissionModifications) -> Result<Change, AwsError> {
    let LaunchPermissionModifications { add, remove } = modifications;
    let mut all = add.iter().chain(&remove);
    refuse_unsupported(&[(
        "LaunchPermission.OrganizationArn",
        all.any(|it| it.organization_arn.is_some() || it.organizational_unit_arn.is_some()),
    )])?;
    let change = ChangeSharing { add: sharing::read(&add)?, remove: sharing::read(&remove)? };
    sharing::refuse_nothing(&change)?;
    Ok(Change::Sharing(change))
}

/// "Currently, you can only set v2.0" (Configure the AMI).
fn imds_v2(value: Option<&str>) -> Result<Change, AwsError> {
    match value {
        Some("v2.0") => Ok(Change::ImdsV2),
        other => Err(AwsError::invalid_value(IMDS_SUPPORT, other.unwrap_or_default(), "It must be v2.0.")),
    }
}

pub(crate) fn reset(
    call: &mut Call,
    world: &mut World,
    request: ResetImageAttributeRequest,
) -> Result<(), AwsError> {
    let ResetImageAttributeRequest { attribute, image_id } = request;
    let id: ImageId = required_id(image_id.as_deref())?;
    match attribute.as_deref().unwrap_or_default() {
        LAUNCH_PERMISSION => {}
        other => return Err(unknown_attribute(other)),
    }
    let remove = world.own_image(call.scope, id).map_err(refused)?.sharing.clone();
    world.share_image(call.scope, id, ChangeSharing { remove, ..Default::default() }).map_err(refused)
}
