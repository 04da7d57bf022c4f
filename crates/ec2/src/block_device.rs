//! Block devices of instances to be launched: those of the image, as the request changes them, and the request's own.
//!
//! Follows "Block device mappings" (EC2 User Guide), and RunInstances and EbsBlockDevice (EC2 API Reference). No instance
//! stores: as on AWS, names of them are ignored for types that have none.

use awsproto::AwsError;
use model::image::{Image, ImageDevice};
use model::instance_lifecycle::LaunchVolume;
use model::volume::{Capacity, NewVolume, VolumeType, Wish, is_device_name, is_same_device};
use model::{Scope, Tags, World};

use crate::encryption;
use crate::errors::refused;
use crate::request;
use crate::shapes::*;
use crate::volume::{Asked, parse_type, positive};

/// What a device that is no image's is of when nobody says it.
const DEFAULT_TYPE: VolumeType = VolumeType::Gp2;

/// What a launch has: where it starts from, and all of its volumes.
pub(crate) struct Devices {
    pub(crate) root: String,
    pub(crate) volumes: Vec<LaunchVolume>,
}

/// The devices of a launch.
pub(crate) fn of_launch(
    world: &World,
    scope: Scope,
    image: &Image,
    mappings: Vec<BlockDeviceMapping>,
    tags: &Tags,
) -> Result<Devices, AwsError> {
    let mut devices = of_image(world, scope, image)?;
    devices.change(world, scope, &|name| image.is_root_device(name), mappings)?;
    for volume in &mut devices.volumes {
        volume.volume.tags = tags.clone();
    }
    Ok(devices)
}

/// "Each device name can be used once" in a request.
pub(crate) fn check_names(mappings: &[BlockDeviceMapping]) -> Result<(), AwsError> {
    for (place, mapping) in mappings.iter().enumerate() {
        let name = mapping.device_name.as_deref().ok_or_else(|| AwsError::missing_parameter("deviceName"))?;
        let again = mappings.iter().take(place).filter_map(|it| it.device_name.as_deref());
        if again.into_iter().any(|other| is_same_device(other, name)) {
            let message = format!("The device '{name}' is used in more than one block-device mapping");
            return Err(AwsError::new("InvalidBlockDeviceMapping", message));
        }
    }
    Ok(())
}

/// The devices that the image has.
fn of_image(world: &World, scope: Scope, image: &Image) -> Result<Devices, AwsError> {
    let mut volumes = Vec::new();
    for ImageDevice { device, delete_on_termination, capacity, snapshot, kms_key } in image.devices() {
        let kms_key = encryption::of_new(world, scope, None, None, kms_key.as_deref())?;
        let volume = NewVolume { capacity, snapshot, kms_key, multi_attach: false, tags: Tags::new() };
        volumes.push(LaunchVolume { device, delete_on_termination, volume });
    }
    Ok(Devices { root: image.root_device().to_owned(), volumes })
}

impl Devices {
    /// Changes them as a request says, which may call the root device by any name that `is_root` knows.
    pub(crate) fn change(
        &mut self,
        world: &World,
        scope: Scope,
        is_root: &dyn Fn(&str) -> bool,
        mappings: Vec<BlockDeviceMapping>,
    ) -> Result<(), AwsError> {
        check_names(&mappings)?;
        mappings.into_iter().try_for_each(|mapping| change(world, scope, is_root, self, mapping))
    }
}

fn change(
    world: &World,
    scope: Scope,
    is_root: &dyn Fn(&str) -> bool,
    devices: &mut Devices,
    mapping: BlockDeviceMapping,
) -> Result<(), AwsError> {
    let BlockDeviceMapping { device_name, ebs, no_device, virtual_name } = mapping;
    let name = device_name.unwrap_or_default();
    let at_root = is_root(&name);
    let at = devices
        .volumes
        .iter()
        .position(|it| is_same_device(&it.device, &name) || (at_root && it.device == devices.root));
    if no_device.is_some() {
        return leave_out(devices, at, &name);
    }
    // "Instance store volumes … are ignored" for types without them.
    let Some(ebs) = ebs else {
        return match virtual_name {
            Some(_) => Ok(()),
            None => Err(AwsError::missing_parameter("ebs")),
        };
    };
    refuse_what_is_not_there(&ebs)?;
    match at.and_then(|at| devices.volumes.get_mut(at)) {
        Some(volume) => change_volume(world, scope, volume, ebs, at_root),
        None => {
            devices.volumes.push(new_volume(world, scope, name, ebs)?);
            Ok(())
        }
    }
}

/// "To omit the device from the block device mapping, specify an empty string" (BlockDeviceMapping).
fn leave_out(devices: &mut Devices, at: Option<usize>, name: &str) -> Result<(), AwsError> {
    match at {
        Some(at) if devices.volumes.get(at).is_some_and(|it| it.device == devices.root) => {
            let message = format!("The root device '{name}' cannot be left out of the block-device mapping");
            Err(AwsError::new("InvalidBlockDeviceMapping", message))
        }
        Some(at) => {
            devices.volumes.remove(at);
            Ok(())
        }
        None => Ok(()),
    }
}

fn refuse_what_is_not_there(ebs: &EbsBlockDevice) -> Result<(), AwsError> {
    let EbsBlockDevice {
        availability_zone,
        availability_zone_id,
        ebs_card_index,
        outpost_arn,
        volume_initialization_rate,
        // These are read where the volume is made.
        delete_on_termination: _,
        encrypted: _,
        iops: _,
        kms_key_id: _,
        snapshot_id: _,
        throughput: _,
        volume_size: _,
        volume_type: _,
    } = ebs;
    request::refuse_unsupported(&[
        ("Ebs.AvailabilityZone", availability_zone.is_some() || availability_zone_id.is_some()),
        ("Ebs.EbsCardIndex", ebs_card_index.is_some_and(|index| index != 0)),
        ("Ebs.OutpostArn", outpost_arn.is_some()),
        ("Ebs.VolumeInitializationRate", volume_initialization_rate.is_some()),
    ])
}

/// A device that the image has, with what the request says otherwise.
fn change_volume(
    world: &World,
    scope: Scope,
    launch: &mut LaunchVolume,
    ebs: EbsBlockDevice,
    is_root: bool,
) -> Result<(), AwsError> {
    let volume = &mut launch.volume;
    let before = volume.capacity;
    if is_root && ebs.snapshot_id.is_some_and(|id| volume.snapshot.is_none_or(|own| id != own.to_string())) {
        let message = "snapshotId cannot be modified on root device";
        return Err(AwsError::new("InvalidBlockDeviceMapping", message));
    }
    let size_gib = positive("volumeSize", ebs.volume_size)?.unwrap_or(before.size_gib);
    if size_gib < before.size_gib {
        let from = volume.snapshot.map(|id| format!(" '{id}'")).unwrap_or_default();
        let message = format!(
            "Volume of size {size_gib}GB is smaller than snapshot{from}, expect size>= {}GB",
            before.size_gib
        );
        return Err(AwsError::new("InvalidBlockDeviceMapping", message));
    }
    let volume_type = ebs.volume_type.as_deref().map_or(Ok(before.volume_type), parse_type)?;
    if is_root && !volume_type.can_boot() {
        let name = volume_type.name();
        let message = format!("Volumes of type {name} cannot be used as root device");
        return Err(AwsError::invalid_parameter_value(message));
    }
    let stays = volume_type == before.volume_type;
    let wish = Wish {
        iops: positive("iops", ebs.iops)?.or(before.iops.filter(|_| stays)),
        throughput_mibps: positive("throughput", ebs.throughput)?
            .or(before.throughput_mibps.filter(|_| stays)),
    };
    let source = volume.kms_key.clone();
    volume.capacity = Capacity::checked(volume_type, size_gib, wish).map_err(refused)?;
    volume.kms_key =
        encryption::of_new(world, scope, ebs.encrypted, ebs.kms_key_id.as_deref(), source.as_deref())?;
    launch.delete_on_termination = ebs.delete_on_termination.unwrap_or(launch.delete_on_termination);
    Ok(())
}

/// A device of the request's own. Volumes that are made by a launch go with the instance unless it says otherwise.
pub(crate) fn new_volume(
    world: &World,
    scope: Scope,
    name: String,
    ebs: EbsBlockDevice,
) -> Result<LaunchVolume, AwsError> {
    if !is_device_name(&name) {
        let reason = format!("{name} is not a valid EBS device name.");
        return Err(AwsError::invalid_value("device", &name, &reason));
    }
    let asked = Asked {
        size: ebs.volume_size,
        volume_type: ebs.volume_type,
        iops: ebs.iops,
        throughput: ebs.throughput,
        encrypted: ebs.encrypted,
        kms_key_id: ebs.kms_key_id,
        snapshot_id: ebs.snapshot_id,
    };
    Ok(LaunchVolume {
        device: name,
        delete_on_termination: ebs.delete_on_termination.unwrap_or(true),
        volume: asked.read(world, scope, DEFAULT_TYPE, "size or snapshotId")?,
    })
}
