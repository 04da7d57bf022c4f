//! Snapshots. Follows CreateSnapshot, CreateSnapshots, CopySnapshot and DeleteSnapshot (EC2 API Reference).

pub(crate) mod attribute;
mod describe;

pub(crate) use describe::describe;

use awsproto::{AwsError, Call};
use model::snapshot::CopySnapshot;
use model::{InstanceId, Scope, SnapshotId, Tags, VolumeId, World};

use crate::encryption;
use crate::errors::refused;
use crate::request::{self, render_tags, required_id, source_region_of};
use crate::shapes::{self, *};

/// "The description must be less than 255 characters" (CreateSnapshot).
const DESCRIPTION_LENGTH_MAX: usize = 255;
/// "The maximum value is 2880 minutes (48 hours)" (time-based copies, EBS User Guide).
const DURATION_MINUTES: std::ops::RangeInclusive<i32> = 1..=2880;

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateSnapshotRequest,
) -> Result<shapes::Snapshot, AwsError> {
    let CreateSnapshotRequest { description, location, outpost_arn, tag_specifications, volume_id } = request;
    refuse_other_places(location.as_deref(), outpost_arn.as_deref())?;
    let volume: VolumeId = required_id(volume_id.as_deref())?;
    let description = checked_description(description.unwrap_or_default())?;
    let tags = awsproto::tags::specified(tag_specifications, "snapshot")?;
    let id = take(call, world, volume, description, tags)?;
    begun(world, call.scope, id)
}

fn take(
    call: &mut Call,
    world: &mut World,
    volume: VolumeId,
    description: String,
    tags: Tags,
) -> Result<SnapshotId, AwsError> {
    let (scope, now) = (call.scope, call.now);
    call.with_ids(|ids| world.create_snapshot(scope, volume, description, tags, ids, now)).map_err(refused)
}

/// A snapshot as it is shown to whoever asked for it: it has only begun.
fn begun(world: &World, scope: Scope, id: SnapshotId) -> Result<shapes::Snapshot, AwsError> {
    let made = describe::render(world.snapshot(scope, id).map_err(refused)?);
    Ok(shapes::Snapshot {
        state: Some("pending".to_owned()),
        progress: Some(String::new()),
        completion_time: None,
        storage_tier: None,
        ..made
    })
}

/// Snapshots are kept in the Region, not in an Outpost or a Local Zone.
fn refuse_other_places(location: Option<&str>, outpost: Option<&str>) -> Result<(), AwsError> {
    request::refuse_unsupported(&[("OutpostArn", outpost.is_some())])?;
    match location {
        None | Some("regional") => Ok(()),
        Some("local") => request::refuse_unsupported(&[("Location", true)]),
        Some(other) => Err(AwsError::invalid_value("Location", other, "Unknown location.")),
    }
}

/// What is said of a snapshot, or of an image.
pub(crate) fn checked_description(description: String) -> Result<String, AwsError> {
    match description.chars().count() > DESCRIPTION_LENGTH_MAX {
        true => Err(AwsError::invalid_parameter_value(format!(
            "Description can be at most {DESCRIPTION_LENGTH_MAX} characters"
        ))),
        false => Ok(description),
    }
}

/// Takes snapshots of all volumes of an instance at once.
pub(crate) fn create_of_instance(
    call: &mut Call,
    world: &mut World,
    request: CreateSnapshotsRequest,
) -> Result<CreateSnapshotsResult, AwsError> {
    let CreateSnapshotsRequest {
        copy_tags_from_source,
        description,
        instance_specification,
        location,
        outpost_arn,
        tag_specifications,
    } = request;
    refuse_other_places(location.as_deref(), outpost_arn.as_deref())?;
    let copies_tags = match copy_tags_from_source.as_deref() {
        None => false,
        Some("volume") => true,
        Some(other) => return Err(AwsError::invalid_value("copyTagsFromSource", other, "Unknown source.")),
    };
    let volumes = volumes_of(world, call.scope, instance_specification.unwrap_or_default())?;
    let description = checked_description(description.unwrap_or_default())?;
    let tags = awsproto::tags::specified(tag_specifications, "snapshot")?;
    let mut snapshots = Vec::new();
    for volume in volumes {
        let own = match copies_tags {
            true => world.volume(call.scope, volume).map_err(refused)?.tags.clone(),
            false => Tags::new(),
        };
        let tags = own.into_iter().chain(tags.clone()).collect();
        let id = take(call, world, volume, description.clone(), tags)?;
        snapshots.push(info(begun(world, call.scope, id)?));
    }
    Ok(CreateSnapshotsResult { snapshots })
}

/// The volumes of an instance that are meant.
fn volumes_of(world: &World, scope: Scope, asked: InstanceSpecification) -> Result<Vec<VolumeId>, AwsError> {
    let InstanceSpecification { exclude_boot_volume, exclude_data_volume_ids, instance_id } = asked;
    let id: InstanceId = required_id(instance_id.as_deref())?;
    let instance = world.instance(scope, id).map_err(refused)?;
    let excluded: Vec<VolumeId> =
        exclude_data_volume_ids.iter().map(|id| request::parse_id(id)).collect::<Result<_, _>>()?;
    let root = world.volume_at(id, &instance.root_device).map(|volume| volume.id);
    if let Some(id) = excluded.iter().find(|id| Some(**id) == root) {
        return Err(AwsError::invalid_parameter_value(format!(
            "The volume {id} is the boot volume; use excludeBootVolume to leave it out"
        )));
    }
    let held: Vec<VolumeId> = world.volumes_of(id).into_iter().map(|(volume, _)| volume.id).collect();
    if let Some(id) = excluded.iter().find(|id| !held.contains(id)) {
        return Err(AwsError::invalid_parameter_value(format!(
            "The volume {id} is not attached to the instance"
        )));
    }
    let leaves_root = exclude_boot_volume == Some(true);
    let is_left_out = |id: &VolumeId| excluded.contains(id) || leaves_root && Some(*id) == root;
    Ok(held.into_iter().filter(|id| !is_left_out(id)).collect())
}

fn info(snapshot: shapes::Snapshot) -> SnapshotInfo {
    SnapshotInfo {
        availability_zone: None,
        description: snapshot.description,
        encrypted: snapshot.encrypted,
        outpost_arn: None,
        owner_id: snapshot.owner_id,
        progress: snapshot.progress,
        snapshot_id: snapshot.snapshot_id,
        sse_type: snapshot.sse_type,
        start_time: snapshot.start_time,
        state: snapshot.state,
        tags: snapshot.tags,
        volume_id: snapshot.volume_id,
        volume_size: snapshot.volume_size,
    }
}

pub(crate) fn copy(
    call: &mut Call,
    world: &mut World,
    request: CopySnapshotRequest,
) -> Result<CopySnapshotResult, AwsError> {
    let CopySnapshotRequest {
        completion_duration_minutes,
        description,
        destination_availability_zone,
        destination_outpost_arn,
        // Which Region the presigned request is for; the call itself is sent to that.
        destination_region: _,
        encrypted,
        kms_key_id,
        // What lets the source's Region hand the snapshot out. Both are here.
        presigned_url: _,
        source_region,
        source_snapshot_id,
        tag_specifications,
    } = request;
    request::refuse_unsupported(&[
        ("DestinationAvailabilityZone", destination_availability_zone.is_some()),
        ("DestinationOutpostArn", destination_outpost_arn.is_some()),
    ])?;
    check_duration(completion_duration_minutes)?;
    let (scope, now) = (call.scope, call.now);
    let tags = awsproto::tags::specified(tag_specifications, "snapshot")?;
    let region = source_region_of(call.scope, source_region)?;
    let source: SnapshotId = required_id(source_snapshot_id.as_deref())?;
    let content = world.snapshot_content(Scope { region, ..scope }, source).map_err(refused)?;
    let key = content.kms_key.as_deref().map(|_| encryption::default_key(world, scope));
    let copy = CopySnapshot {
        region,
        source,
        description: checked_description(description.unwrap_or_default())?,
        kms_key: encryption::of_new(world, scope, encrypted, kms_key_id.as_deref(), key.as_deref())?,
        tags: tags.clone(),
    };
    let id = call.with_ids(|ids| world.copy_snapshot(scope, copy, ids, now)).map_err(refused)?;
    Ok(CopySnapshotResult { snapshot_id: Some(id.to_string()), tags: render_tags(&tags) })
}

/// When a copy is done at the latest. It is done at once.
fn check_duration(minutes: Option<i32>) -> Result<(), AwsError> {
    match minutes.filter(|minutes| !DURATION_MINUTES.contains(minutes)) {
        Some(other) => Err(AwsError::invalid_value(
            "completionDurationMinutes",
            &other.to_string(),
            "Expecting a value between 1 and 2880.",
        )),
        None => Ok(()),
    }
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteSnapshotRequest,
) -> Result<(), AwsError> {
    let DeleteSnapshotRequest { snapshot_id } = request;
    let id: SnapshotId = required_id(snapshot_id.as_deref())?;
    world.delete_snapshot(call.scope, id).map_err(refused)
}

#[cfg(test)]
mod tests;
