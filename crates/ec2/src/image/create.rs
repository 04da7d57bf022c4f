//! Images of one's own. Follows CreateImage, RegisterImage and CopyImage (EC2 API Reference).

use awsproto::{AwsError, Call};
use model::image::{Image, ImageDescription, ImageDevice, SourceImage, UnknownImages};
use model::instance_lifecycle::LaunchVolume;
use model::instance_type::Architecture;
use model::refusal::VolumeRefusal;
use model::snapshot::CopySnapshot;
use model::volume::{NewVolume, is_same_device};
use model::{Id, ImageId, Instance, InstanceId, InstanceState, Scope, SnapshotId, Tags, VolumeId, World};

use crate::block_device::{self, Devices};
use crate::encryption;
use crate::errors::{self, refused};
use crate::request::{refuse_unsupported, required_id, source_region_of};
use crate::shapes::*;
use crate::snapshot::checked_description;

/// Characters of an image's name.
const NAME_LENGTH: std::ops::RangeInclusive<usize> = 3..=128;
/// What names have beside letters and digits.
const NAME_SIGNS: &str = "()[] ./-'@_";
/// What can be tagged with an image.
const TAGGED: [&str; 2] = ["image", "snapshot"];
/// The device that an image starts from unless it says otherwise.
const ROOT_DEVICE: &str = "/dev/sda1";

/// Tags of the image, and of its snapshots.
struct AskedTags {
    image: Tags,
    snapshot: Tags,
}

impl AskedTags {
    fn read(specifications: Vec<TagSpecification>) -> Result<AskedTags, AwsError> {
        let mut tags = awsproto::tags::specified_by_type(specifications, &TAGGED)?;
        let mut of = |kind: &str| tags.remove(kind).unwrap_or_default();
        Ok(AskedTags { image: of("image"), snapshot: of("snapshot") })
    }
}

fn checked_name(name: Option<String>) -> Result<String, AwsError> {
    let name = name.ok_or_else(|| AwsError::missing_parameter("name"))?;
    let is_sign = |sign: char| sign.is_ascii_alphanumeric() || NAME_SIGNS.contains(sign);
    match NAME_LENGTH.contains(&name.chars().count()) && name.chars().all(is_sign) {
        true => Ok(name),
        false => Err(AwsError::new(
            "InvalidAMIName.Malformed",
            "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '.', '-', '/' \
             and '_'",
        )),
    }
}

fn fresh(call: &mut Call) -> ImageId {
    call.with_ids(|ids| ids.fresh())
}

/// Makes an image of an instance: it is restarted, snapshots are taken of its volumes.
pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateImageRequest,
) -> Result<CreateImageResult, AwsError> {
    let CreateImageRequest {
        block_device_mappings,
        boot_mode_override,
        description,
        instance_id,
        name,
        no_reboot,
        snapshot_location,
        tag_specifications,
    } = request;
    refuse_unsupported(&[
        ("BootModeOverride", boot_mode_override.is_some()),
        ("SnapshotLocation", snapshot_location.is_some_and(|it| it != "regional")),
    ])?;
    let id: InstanceId = required_id(instance_id.as_deref())?;
    let (scope, now) = (call.scope, call.now);
    let instance = world.instance(scope, id).map_err(refused)?.clone();
    if !matches!(instance.state, InstanceState::Running | InstanceState::Stopped) {
        return Err(refused(VolumeRefusal::InstanceNotReady(id)));
    }
    let name = checked_name(name)?;
    world.check_image_name(scope, &name).map_err(refused)?;
    let description = description.map(checked_description).transpose()?;
    let tags = AskedTags::read(tag_specifications)?;
    let image = fresh(call);
    let devices = devices_of(world, scope, &instance, block_device_mappings)?;
    let devices =
        taken(call, world, &devices, &tags.snapshot, &format!("Created by CreateImage({id}) for {image}"))?;
    let began_as = world.image_of(&instance);
    let described = ImageDescription {
        name,
        description,
        architecture: architecture_of(&began_as, &instance),
        base: began_as.base().or(Some(instance.image)),
        boot_mode: boot_mode(&began_as),
        ena: true,
        sriov: true,
        imds_v2: began_as.has_imds_v2(),
        root_device: instance.root_device.clone(),
        devices,
        source_instance: Some(id),
        source_image: Some(SourceImage { region: scope.region, id: instance.image }),
    };
    world.create_image(scope, image, described, tags.image, now).map_err(refused)?;
    if no_reboot != Some(true) && instance.state == InstanceState::Running {
        world.reboot_instance(scope, id).map_err(refused)?;
    }
    Ok(CreateImageResult { image_id: Some(image.to_string()) })
}

fn architecture_of(image: &Image, instance: &Instance) -> Architecture {
    let of_type = || model::InstanceType::find(&instance.instance_type).and_then(|it| it.architecture());
    image.architecture().or_else(of_type).unwrap_or(Architecture::X86_64)
}

fn boot_mode(image: &Image) -> Option<String> {
    match image {
        Image::Own(image) => image.described.boot_mode.clone(),
        Image::Public(_) | Image::Unknown(_) => super::boot_mode(image).map(str::to_owned),
    }
}

/// A device of the image to be, and the volume that a snapshot is taken of for it.
struct Source {
    device: LaunchVolume,
    volume: Option<VolumeId>,
}

/// The volumes of an instance as the request changes them for the image.
fn devices_of(
    world: &World,
    scope: Scope,
    instance: &Instance,
    mappings: Vec<BlockDeviceMapping>,
) -> Result<Vec<Source>, AwsError> {
    let held = world.volumes_of(instance.id);
    let volumes = held.iter().map(|(volume, attachment)| LaunchVolume {
        device: attachment.device.clone(),
        delete_on_termination: attachment.delete_on_termination,
        volume: NewVolume {
            capacity: volume.capacity,
            snapshot: None,
            kms_key: volume.kms_key.clone(),
            multi_attach: false,
            tags: Tags::new(),
        },
    });
    let mut devices = Devices { root: instance.root_device.clone(), volumes: volumes.collect() };
    devices.change(world, scope, &|name| is_same_device(name, &instance.root_device), mappings)?;
    let volume_at = |device: &str| {
        let mut at = held.iter().filter(|(_, it)| is_same_device(&it.device, device));
        at.next().map(|(volume, _)| volume.id)
    };
    let sources =
        devices.volumes.into_iter().map(|device| Source { volume: volume_at(&device.device), device });
    Ok(sources.collect())
}

/// Takes the snapshots.
fn taken(
    call: &mut Call,
    world: &mut World,
    sources: &[Source],
    tags: &Tags,
    description: &str,
) -> Result<Vec<ImageDevice>, AwsError> {
    let (scope, now) = (call.scope, call.now);
    let mut devices = Vec::new();
    for Source { device, volume } in sources {
        let snapshot = match volume {
            Some(volume) => {
                let (text, tags) = (description.to_owned(), tags.clone());
                let made = call.with_ids(|ids| world.create_snapshot(scope, *volume, text, tags, ids, now));
                Some(made.map_err(refused)?)
            }
            None => device.volume.snapshot,
        };
        devices.push(device_with(device.clone(), snapshot));
    }
    Ok(devices)
}

fn device_with(launch: LaunchVolume, snapshot: Option<SnapshotId>) -> ImageDevice {
    let LaunchVolume { device, delete_on_termination, volume } = launch;
    let NewVolume { capacity, kms_key, snapshot: _, multi_attach: _, tags: _ } = volume;
    ImageDevice { device, delete_on_termination, capacity, snapshot, kms_key }
}

/// Makes an image of snapshots that are there.
pub(crate) fn register(
    call: &mut Call,
    world: &mut World,
    request: RegisterImageRequest,
) -> Result<RegisterImageResult, AwsError> {
    let RegisterImageRequest {
        architecture,
        billing_products,
        block_device_mappings,
        boot_mode,
        description,
        ena_support,
        image_location,
        imds_support,
        kernel_id,
        name,
        ramdisk_id,
        root_device_name,
        sriov_net_support,
        tag_specifications,
        tpm_support,
        uefi_data,
        virtualization_type,
    } = request;
    refuse_unsupported(&[
        ("BillingProduct", !billing_products.is_empty()),
        ("ImageLocation", image_location.is_some()),
        ("KernelId", kernel_id.is_some()),
        ("RamdiskId", ramdisk_id.is_some()),
        ("TpmSupport", tpm_support.is_some()),
        ("UefiData", uefi_data.is_some()),
        ("VirtualizationType other than hvm", virtualization_type.is_some_and(|it| it != "hvm")),
    ])?;
    let scope = call.scope;
    let tags = awsproto::tags::specified(tag_specifications, "image")?;
    let root_device = root_device_name.unwrap_or_else(|| ROOT_DEVICE.to_owned());
    let devices = registered(world, scope, block_device_mappings)?;
    let root = devices.iter().find(|it| is_same_device(&it.device, &root_device));
    let snapshot = root.and_then(|it| it.snapshot).ok_or_else(|| no_root(&root_device))?;
    let content = world.snapshot_content(scope, snapshot).map_err(refused)?;
    let described = ImageDescription {
        name: checked_name(name)?,
        description: description.map(checked_description).transpose()?,
        architecture: parse_architecture(architecture.as_deref())?,
        base: content.image.and_then(|image| world.base_of(image)),
        boot_mode: checked_boot_mode(boot_mode)?,
        ena: ena_support.unwrap_or(false),
        sriov: is_exactly("sriovNetSupport", sriov_net_support.as_deref(), "simple")?,
        imds_v2: is_exactly("imdsSupport", imds_support.as_deref(), "v2.0")?,
        root_device,
        devices,
        source_instance: None,
        source_image: None,
    };
    let (id, now) = (fresh(call), call.now);
    world.create_image(scope, id, described, tags, now).map_err(refused)?;
    Ok(RegisterImageResult { image_id: Some(id.to_string()) })
}

fn no_root(device: &str) -> AwsError {
    AwsError::new(
        "InvalidBlockDeviceMapping",
        format!("The root device '{device}' must be mapped to a snapshot in the block-device mapping"),
    )
}

/// The devices of an image that is registered. Instance stores are ignored, as at a launch: no type here has any.
fn registered(
    world: &World,
    scope: Scope,
    mappings: Vec<BlockDeviceMapping>,
) -> Result<Vec<ImageDevice>, AwsError> {
    block_device::check_names(&mappings)?;
    let mut devices = Vec::new();
    for BlockDeviceMapping { device_name, ebs, no_device: _, virtual_name: _ } in mappings {
        if let Some(ebs) = ebs {
            let launch = block_device::new_volume(world, scope, device_name.unwrap_or_default(), ebs)?;
            let snapshot = launch.volume.snapshot;
            devices.push(device_with(launch, snapshot));
        }
    }
    Ok(devices)
}

/// "Default: i386" (RegisterImage), which no type here runs: images are of 64 bits unless they say otherwise.
fn parse_architecture(name: Option<&str>) -> Result<Architecture, AwsError> {
    match name {
        None | Some("x86_64") => Ok(Architecture::X86_64),
        Some("arm64") => Ok(Architecture::Arm64),
        Some(other @ ("i386" | "x86_64_mac" | "arm64_mac")) => Err(AwsError::new(
            "UnsupportedOperation",
            format!("Hamlet does not support images of the architecture {other}."),
        )),
        Some(other) => Err(AwsError::invalid_value("architecture", other, "Unknown architecture.")),
    }
}

fn checked_boot_mode(mode: Option<String>) -> Result<Option<String>, AwsError> {
    match mode.as_deref() {
        None | Some("legacy-bios" | "uefi" | "uefi-preferred") => Ok(mode),
        Some(other) => Err(AwsError::invalid_value("bootMode", other, "Unknown boot mode.")),
    }
}

/// Whether a member was sent that can have one value only.
fn is_exactly(member: &str, value: Option<&str>, only: &str) -> Result<bool, AwsError> {
    match value {
        None => Ok(false),
        Some(value) if value == only => Ok(true),
        Some(other) => Err(AwsError::invalid_value(member, other, &format!("It must be {only}."))),
    }
}

/// Copies an image of this Region or another, with its snapshots.
pub(crate) fn copy(
    call: &mut Call,
    world: &mut World,
    request: CopyImageRequest,
) -> Result<CopyImageResult, AwsError> {
    let CopyImageRequest {
        // The answer to a call with the same token is repeated for all actions alike.
        client_token: _,
        copy_image_tags,
        description,
        destination_availability_zone,
        destination_availability_zone_id,
        destination_outpost_arn,
        encrypted,
        kms_key_id,
        name,
        // When it is done at the latest: it is done at once.
        snapshot_copy_completion_duration_minutes: _,
        source_image_id,
        source_region,
        tag_specifications,
    } = request;
    refuse_unsupported(&[
        (
            "DestinationAvailabilityZone",
            destination_availability_zone.is_some() || destination_availability_zone_id.is_some(),
        ),
        ("DestinationOutpostArn", destination_outpost_arn.is_some()),
    ])?;
    let tags = AskedTags::read(tag_specifications)?;
    let region = source_region_of(call.scope, source_region)?;
    let (scope, now) = (call.scope, call.now);
    let source: ImageId = required_id(source_image_id.as_deref())?;
    let image = world.image(Scope { region, ..scope }, source, UnknownImages::Refuse);
    let image = image.ok_or_else(|| errors::not_found(ImageId::KIND, &[&source.to_string()]))?;
    let name = checked_name(name)?;
    world.check_image_name(scope, &name).map_err(refused)?;
    let copies_tags = copy_image_tags == Some(true);
    let shown = super::render(&image);
    let default_description = || {
        format!(
            "[Copied {source} from {region}] {}",
            shown.description.as_deref().or(shown.name.as_deref()).unwrap_or_default()
        )
    };
    let id = fresh(call);
    let encryption = Encryption { encrypted, key: kms_key_id.as_deref() };
    let copies =
        SnapshotCopies { from: SourceImage { region, id: source }, to: id, tags: &tags.snapshot, encryption };
    let devices = copies.of(call, world, image.devices())?;
    let own_tags = match &image {
        Image::Own(image) if copies_tags && image.scope.account == scope.account => image.tags.clone(),
        Image::Own(_) | Image::Public(_) | Image::Unknown(_) => Tags::new(),
    };
    let described = ImageDescription {
        name,
        description: description
            .map(checked_description)
            .transpose()?
            .or_else(|| Some(default_description())),
        architecture: image.architecture().unwrap_or(Architecture::X86_64),
        base: image.base(),
        boot_mode: boot_mode(&image),
        ena: shown.ena_support == Some(true),
        sriov: shown.sriov_net_support.is_some(),
        imds_v2: image.has_imds_v2(),
        root_device: image.root_device().to_owned(),
        devices,
        source_instance: None,
        source_image: Some(SourceImage { region, id: source }),
    };
    let tags = own_tags.into_iter().chain(tags.image.clone()).collect();
    world.create_image(scope, id, described, tags, now).map_err(refused)?;
    Ok(CopyImageResult { image_id: Some(id.to_string()) })
}

/// What a request says of the encryption of copies.
#[derive(Clone, Copy)]
struct Encryption<'a> {
    encrypted: Option<bool>,
    key: Option<&'a str>,
}

/// How the snapshots of an image are copied.
struct SnapshotCopies<'a> {
    from: SourceImage,
    to: ImageId,
    tags: &'a Tags,
    encryption: Encryption<'a>,
}

impl SnapshotCopies<'_> {
    fn of(
        &self,
        call: &mut Call,
        world: &mut World,
        devices: Vec<ImageDevice>,
    ) -> Result<Vec<ImageDevice>, AwsError> {
        let copy = |device: ImageDevice| match device.snapshot {
            Some(snapshot) => self.one(call, world, device, snapshot),
            None => Ok(device),
        };
        devices.into_iter().map(copy).collect()
    }

    fn one(
        &self,
        call: &mut Call,
        world: &mut World,
        device: ImageDevice,
        snapshot: SnapshotId,
    ) -> Result<ImageDevice, AwsError> {
        let (scope, now) = (call.scope, call.now);
        let SourceImage { region, id: from } = self.from;
        let Encryption { encrypted, key } = self.encryption;
        let default = device.kms_key.as_ref().map(|_| encryption::default_key(world, scope));
        let kms_key = encryption::of_new(world, scope, encrypted, key, default.as_deref())?;
        let copy = CopySnapshot {
            region,
            source: snapshot,
            description: format!(
                "Copied for DestinationAmi {} from SourceAmi {from} for SourceSnapshot {snapshot}. Task created on {}.",
                self.to, now.0
            ),
            kms_key: kms_key.clone(),
            tags: self.tags.clone(),
        };
        let made = call.with_ids(|ids| world.copy_snapshot(scope, copy, ids, now));
        // Who may launch an image need not be able to read what it is made of.
        let made = made.map_err(|_| {
            AwsError::new("InvalidRequest", "You do not have permission to access the storage of this ami")
        })?;
        Ok(ImageDevice { snapshot: Some(made), kms_key, ..device })
    }
}

#[cfg(test)]
mod tests;
