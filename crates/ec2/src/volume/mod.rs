//! Volumes. Follows CreateVolume, DeleteVolume and DescribeVolumeAttribute (EC2 API Reference).
//!
//! A volume is a record: no instance sees a disk under a device's name, whatever is attached there.

pub(crate) mod attachment;
mod describe;
pub(crate) mod modification;
pub(crate) mod status;

pub(crate) use describe::describe;

use awsproto::{AwsError, Call};
use model::refusal::CapacityRefusal;
use model::snapshot::SnapshotContent;
use model::volume::{Capacity, NewVolume, VolumeType, Wish};
use model::{Scope, VolumeId, World, Zone};

use crate::encryption;
use crate::errors::refused;
use crate::request::{self, optional_id, required_id};
use crate::shapes::{self, *};

/// What a volume is of when nobody says it.
const DEFAULT_TYPE: VolumeType = VolumeType::Gp2;

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateVolumeRequest,
) -> Result<shapes::Volume, AwsError> {
    let CreateVolumeRequest {
        availability_zone,
        availability_zone_id,
        // The answer to a call with the same token is repeated for all actions alike.
        client_token: _,
        encrypted,
        iops,
        kms_key_id,
        multi_attach_enabled,
        operator,
        outpost_arn,
        size,
        snapshot_id,
        tag_specifications,
        throughput,
        volume_initialization_rate,
        volume_type,
    } = request;
    request::refuse_unsupported(&[
        ("Operator", operator.is_some()),
        ("OutpostArn", outpost_arn.is_some()),
        ("VolumeInitializationRate", volume_initialization_rate.is_some()),
    ])?;
    let (scope, now) = (call.scope, call.now);
    let zone = zone_of(scope, availability_zone.as_deref(), availability_zone_id.as_deref())?;
    let asked = Asked { size, volume_type, iops, throughput, encrypted, kms_key_id, snapshot_id };
    let new = NewVolume {
        multi_attach: multi_attach_enabled.unwrap_or(false),
        tags: awsproto::tags::specified(tag_specifications, "volume")?,
        ..asked.read(world, scope, DEFAULT_TYPE, "size/snapshot")?
    };
    let id = call.with_ids(|ids| world.create_volume(scope, zone, new, ids, now)).map_err(refused)?;
    let made = world.volume(scope, id).map_err(refused)?;
    Ok(shapes::Volume { state: Some("creating".to_owned()), ..describe::render(made) })
}

/// What a request says of a new volume.
pub(crate) struct Asked {
    pub(crate) size: Option<i32>,
    pub(crate) volume_type: Option<String>,
    pub(crate) iops: Option<i32>,
    pub(crate) throughput: Option<i32>,
    pub(crate) encrypted: Option<bool>,
    pub(crate) kms_key_id: Option<String>,
    pub(crate) snapshot_id: Option<String>,
}

impl Asked {
    /// The volume that is meant; `missing` is what the request must have said of its size.
    pub(crate) fn read(
        self,
        world: &World,
        scope: Scope,
        default: VolumeType,
        missing: &str,
    ) -> Result<NewVolume, AwsError> {
        let Asked { size, volume_type, iops, throughput, encrypted, kms_key_id, snapshot_id } = self;
        let volume_type = volume_type.as_deref().map_or(Ok(default), parse_type)?;
        let snapshot = optional_id(snapshot_id.as_deref())?;
        let content = snapshot.map(|id| world.snapshot_content(scope, id)).transpose().map_err(refused)?;
        let size = size_of(size, content.as_ref(), missing)?;
        let source = content.and_then(|it| it.kms_key);
        let wish =
            Wish { iops: positive("iops", iops)?, throughput_mibps: positive("throughput", throughput)? };
        Ok(NewVolume {
            capacity: Capacity::checked(volume_type, size, wish).map_err(refused)?,
            snapshot,
            kms_key: encryption::of_new(world, scope, encrypted, kms_key_id.as_deref(), source.as_deref())?,
            multi_attach: false,
            tags: Default::default(),
        })
    }
}

/// The size that is meant, which is no smaller than that of what it is made from.
fn size_of(asked: Option<i32>, content: Option<&SnapshotContent>, missing: &str) -> Result<u32, AwsError> {
    match (positive("size", asked)?, content) {
        (Some(size_gib), Some(content)) if size_gib < content.size_gib => {
            let refusal = CapacityRefusal::SmallerThanSnapshot {
                size_gib,
                snapshot: content.id,
                min: content.size_gib,
            };
            Err(refused(refusal))
        }
        (Some(size_gib), _) => Ok(size_gib),
        (None, Some(content)) => Ok(content.size_gib),
        (None, None) => Err(AwsError::missing_parameter(missing)),
    }
}

/// Reads a type of volumes.
pub(crate) fn parse_type(name: &str) -> Result<VolumeType, AwsError> {
    VolumeType::named(name).ok_or_else(|| {
        AwsError::new("UnknownVolumeType", format!("Unsupported volume type '{name}' for volume creation."))
    })
}

/// Reads a number that cannot be negative.
pub(crate) fn positive(parameter: &str, value: Option<i32>) -> Result<Option<u32>, AwsError> {
    let refused = |value: i32| {
        AwsError::invalid_value(parameter, &value.to_string(), "Value must be a positive integer.")
    };
    value.map(|value| u32::try_from(value).map_err(|_| refused(value))).transpose()
}

fn zone_of(scope: Scope, name: Option<&str>, id: Option<&str>) -> Result<Zone, AwsError> {
    let text = match (name, id) {
        (Some(_), Some(_)) => {
            return Err(AwsError::invalid_parameter_combination(
                "Only one of availabilityZone or availabilityZoneId can be specified",
            ));
        }
        (Some(text), None) | (None, Some(text)) => text,
        (None, None) => return Err(AwsError::missing_parameter("availabilityZone")),
    };
    let unknown = || AwsError::new("InvalidZone.NotFound", format!("The zone '{text}' does not exist."));
    Zone::find(scope.region, text).ok_or_else(unknown)
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteVolumeRequest,
) -> Result<(), AwsError> {
    let DeleteVolumeRequest { volume_id } = request;
    let id: VolumeId = required_id(volume_id.as_deref())?;
    world.delete_volume(call.scope, id).map_err(refused)
}

pub(crate) fn describe_attribute(
    call: &mut Call,
    world: &World,
    request: DescribeVolumeAttributeRequest,
) -> Result<DescribeVolumeAttributeResult, AwsError> {
    let DescribeVolumeAttributeRequest { attribute, volume_id } = request;
    let id: VolumeId = required_id(volume_id.as_deref())?;
    let volume = world.volume(call.scope, id).map_err(refused)?;
    let mut answer = DescribeVolumeAttributeResult { volume_id: Some(id.to_string()), ..Default::default() };
    match attribute.as_deref().unwrap_or_default() {
        "autoEnableIO" => {
            answer.auto_enable_io = Some(AttributeBooleanValue { value: Some(volume.auto_enable_io) });
        }
        // Nothing here is sold in a market.
        "productCodes" => {}
        other => return Err(AwsError::invalid_value("attribute", other, "Unknown attribute.")),
    }
    Ok(answer)
}

pub(crate) fn modify_attribute(
    call: &mut Call,
    world: &mut World,
    request: ModifyVolumeAttributeRequest,
) -> Result<(), AwsError> {
    let ModifyVolumeAttributeRequest { auto_enable_io, volume_id } = request;
    let id: VolumeId = required_id(volume_id.as_deref())?;
    let on = auto_enable_io.and_then(|it| it.value);
    let on = on.ok_or_else(|| AwsError::missing_parameter("autoEnableIO"))?;
    world.set_auto_enable_io(call.scope, id, on).map_err(refused)
}

/// Operations of a volume are never disabled here, so that there is nothing to enable.
pub(crate) fn enable_io(
    call: &mut Call,
    world: &mut World,
    request: EnableVolumeIORequest,
) -> Result<(), AwsError> {
    let EnableVolumeIORequest { volume_id } = request;
    let id: VolumeId = required_id(volume_id.as_deref())?;
    world.volume(call.scope, id).map(drop).map_err(refused)
}

#[cfg(test)]
mod tests;
