//! Images. Follows DescribeImages (EC2 API Reference).

pub(crate) mod attribute;
pub(crate) mod create;
pub(crate) mod life;

use awsproto::{AwsError, Call, Filterable, Timestamp};
use model::image::{self, Distribution, Image, ImageDevice, OwnImage, Release};
use model::instance_type::Architecture;
use model::sharing::Sharing;
use model::volume::VolumeType;
use model::{AccountId, IdKind, ImageId, World};
use std::borrow::Cow;

use crate::errors;
use crate::request::{self, Describe, bool_values, parse_id, render_tags, text_values};
use crate::shapes::{self, *};
use crate::sharing;

/// What `Owners` can say beside accounts.
const OWNER_ALIASES: [&str; 4] = ["self", "amazon", "aws-marketplace", "aws-backup-vault"];
/// The instance stores that Ubuntu's images map.
const INSTANCE_STORES: [(&str, &str); 2] = [("/dev/sdb", "ephemeral0"), ("/dev/sdc", "ephemeral1")];
/// When images that nobody knows were made: before every other, so that none of them is the newest.
const UNKNOWN_CREATED: &str = "2006-08-25T00:00:00.000Z";
/// What is said of them.
const UNKNOWN_IMAGE: &str = "Hamlet does not know this image: it runs its default content under every id that is not in \
                             the catalogue (hamlet up --unknown-images).";

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeImagesRequest,
) -> Result<DescribeImagesResult, AwsError> {
    let DescribeImagesRequest {
        executable_users,
        filters,
        image_ids,
        include_deprecated,
        include_disabled,
        max_results,
        next_token,
        owners,
    } = request;
    check_owners(&owners)?;
    let scope = call.scope;
    let mut all: Vec<Image> = image::all(scope.region).map(Image::from).collect();
    all.extend(world.visible_images(scope).map(Image::Own));
    all.extend(unknown(call, world, &image_ids));
    let asked_for_some = !image_ids.is_empty();
    let image_ids = without_deregistered(world, image_ids);
    if asked_for_some && image_ids.is_empty() {
        return Ok(DescribeImagesResult::default());
    }
    let mut named = request::named_or_all(&image_ids, all.iter(), Image::id)?;
    named.retain(|image| {
        owners.is_empty() || owners.iter().any(|owner| is_owned_by(image, owner, scope.account))
    });
    named.retain(|image| {
        executable_users.is_empty()
            || executable_users.iter().any(|user| is_executable_by(image, user, scope.account))
    });
    named.retain(|image| include_disabled == Some(true) || !is_disabled(image));
    // "If you specify the image IDs, deprecated AMIs are included" (Deprecate an AMI, EC2 User Guide).
    let shows_deprecated = include_deprecated == Some(true) || !image_ids.is_empty();
    named.retain(|image| shows_deprecated || !is_deprecated(image, scope.account, call.now));
    let describe = Describe { kind: "image", ids: &image_ids, filters, max_results, next_token };
    let images = named.into_iter().map(render);
    let (images, next_token) = describe.page(images, |image: &shapes::Image| image.image_id.as_ref())?;
    Ok(DescribeImagesResult { images, next_token })
}

/// The image that a request names by its id.
pub(crate) fn find(call: &Call, world: &World, text: &str) -> Result<Image, AwsError> {
    let id: ImageId = parse_id(text)?;
    let found = world.image(call.scope, id, call.unknown_images);
    found.ok_or_else(|| errors::not_found(IdKind::Image, &[text]))
}

/// The image that a launch names: by its id, or by `resolve:ssm:` and a public parameter.
pub(crate) fn of_launch(call: &Call, world: &World, text: &str) -> Result<Image, AwsError> {
    let Some(parameter) = text.strip_prefix("resolve:ssm:") else {
        return find(call, world, text);
    };
    // "resolve:ssm:parameter-name:version-number" (RunInstances); public parameters have one version.
    let name = parameter.strip_suffix(":1").unwrap_or(parameter);
    let named = image::named_by(call.scope.region, name).map(Image::from);
    named.ok_or_else(|| errors::not_found(IdKind::Image, &[text]))
}

/// Those of the ids that are images although nobody knows them.
fn unknown(call: &Call, world: &World, ids: &[String]) -> Vec<Image> {
    let named = ids.iter().filter_map(|text| text.parse::<ImageId>().ok());
    let found = named.filter_map(|id| world.image(call.scope, id, call.unknown_images));
    found.filter(|image| matches!(image, Image::Unknown(_))).collect()
}

pub(crate) fn check_owners(owners: &[String]) -> Result<(), AwsError> {
    let is_account = |owner: &str| owner.len() == 12 && owner.bytes().all(|byte| byte.is_ascii_digit());
    match owners.iter().find(|owner| !OWNER_ALIASES.contains(&owner.as_str()) && !is_account(owner)) {
        Some(owner) => Err(AwsError::new("InvalidUserID.Malformed", format!("Invalid user id: \"{owner}\""))),
        None => Ok(()),
    }
}

fn is_owned_by(image: &Image, owner: &str, caller: AccountId) -> bool {
    match image {
        Image::Own(image) => sharing::is_owner(image.scope.account, owner, caller),
        Image::Public(_) | Image::Unknown(_) => is_publisher(image.distribution(), owner, caller),
    }
}

/// Whether who publishes a distribution's images is named, by number or alias, or by `self` for the caller.
pub(crate) fn is_publisher(distribution: &Distribution, owner: &str, caller: AccountId) -> bool {
    match owner {
        "self" => distribution.owner == caller.to_string(),
        owner => owner == distribution.owner || owner == distribution.owner_alias,
    }
}

/// Who may launch an image: those of others, everybody.
fn sharing_of(image: &Image) -> Sharing {
    match image {
        Image::Own(image) => image.sharing.clone(),
        Image::Public(_) | Image::Unknown(_) => Sharing { everybody: true, ..Default::default() },
    }
}

/// Whether the image is public, for `all`, or shared with an account by its number, with the caller's for `self`.
fn is_executable_by(image: &Image, user: &str, caller: AccountId) -> bool {
    sharing::names(&sharing_of(image), user, caller)
}

/// "Recently deregistered images … return empty results. After all instances that reference a deregistered AMI are
/// terminated, specifying the ID of the image will eventually return an error" (DescribeImages).
fn without_deregistered(world: &World, ids: Vec<String>) -> Vec<String> {
    let is_referred_to = |text: &str| {
        let id: Option<ImageId> = text.parse().ok();
        let id = id.filter(|id| world.deregistered_images.contains(id));
        id.is_some_and(|id| world.network.instances.values().any(|instance| instance.image == id))
    };
    ids.into_iter().filter(|text| !is_referred_to(text)).collect()
}

fn is_disabled(image: &Image) -> bool {
    match image {
        Image::Own(image) => image.disabled,
        Image::Public(_) | Image::Unknown(_) => false,
    }
}

/// Whether it is only shown to those who ask for old ones. Dates of answers are in the order of time.
fn is_deprecated(image: &Image, caller: AccountId, now: Timestamp) -> bool {
    match image {
        Image::Public(image) => {
            let Release { is_latest, deprecated, .. } = image.release;
            !is_latest && deprecated.is_some_and(|date| *date < *now.to_string())
        }
        // "If you are the AMI owner, all deprecated AMIs appear in the response" (DescribeImages).
        Image::Own(image) => {
            image.scope.account != caller && image.deprecated.is_some_and(|date| date <= now)
        }
        Image::Unknown(_) => false,
    }
}

pub(crate) fn render(image: &Image) -> shapes::Image {
    let distribution = image.distribution();
    let text = |text: &str| Some(text.to_owned());
    let described = shapes::Image {
        image_id: Some(image.id().to_string()),
        image_owner_alias: text(distribution.owner_alias),
        owner_id: text(distribution.owner),
        architecture: text(image.architecture().unwrap_or(Architecture::X86_64).name()),
        boot_mode: boot_mode(image).map(str::to_owned),
        ena_support: Some(true),
        sriov_net_support: text("simple"),
        hypervisor: text("xen"),
        image_type: text("machine"),
        imds_support: image.has_imds_v2().then(|| "v2.0".to_owned()),
        platform: distribution.platform.map(str::to_owned),
        platform_details: text(distribution.platform_details),
        usage_operation: text(distribution.usage_operation),
        public: Some(true),
        root_device_name: text(image.root_device()),
        root_device_type: text("ebs"),
        state: text("available"),
        virtualization_type: text("hvm"),
        block_device_mappings: block_devices(image),
        ..Default::default()
    };
    match image {
        Image::Public(image) => released(image.release, described),
        Image::Own(image) => own(image, described),
        Image::Unknown(id) => shapes::Image {
            name: Some(format!("unknown-{id}")),
            description: text(UNKNOWN_IMAGE),
            image_location: Some(format!("{}/unknown-{id}", distribution.owner_alias)),
            creation_date: text(UNKNOWN_CREATED),
            ..described
        },
    }
}

/// What is known of images that were released.
fn released(release: &Release, described: shapes::Image) -> shapes::Image {
    shapes::Image {
        name: Some(release.name.to_owned()),
        description: Some(format!("{}. {}", release.description.trim_end_matches('.'), content(release))),
        image_location: Some(format!("{}/{}", release.distribution.owner_alias, release.name)),
        creation_date: Some(release.created.to_owned()),
        deprecation_time: release.deprecated.map(str::to_owned),
        ..described
    }
}

/// What its owner says of an image.
fn own(image: &OwnImage, described: shapes::Image) -> shapes::Image {
    let OwnImage { scope, described: it, sharing, created, deprecated, disabled, protection, tags, .. } =
        image;
    shapes::Image {
        name: Some(it.name.clone()),
        description: it.description.clone(),
        image_location: Some(format!("{}/{}", scope.account, it.name)),
        image_owner_alias: None,
        owner_id: Some(scope.account.to_string()),
        boot_mode: it.boot_mode.clone(),
        ena_support: Some(it.ena),
        sriov_net_support: it.sriov.then(|| "simple".to_owned()),
        public: Some(sharing.everybody),
        state: Some(if *disabled { "disabled" } else { "available" }.to_owned()),
        creation_date: Some(created.to_string()),
        deprecation_time: deprecated.map(|at| at.to_string()),
        deregistration_protection: Some(life::protection(*protection)),
        source_instance_id: it.source_instance.map(|id| id.to_string()),
        source_image_id: it.source_image.map(|source| source.id.to_string()),
        source_image_region: it.source_image.map(|source| source.region.name().to_owned()),
        tags: render_tags(tags),
        ..described
    }
}

/// What is said of an image beside what its publisher says: whoever launches one should know what runs.
fn content(release: &Release) -> &'static str {
    match release.distribution.platform {
        None => "In Hamlet its content is the userland of the machine that Hamlet runs on.",
        Some(_) => "Hamlet lists it and does not run it.",
    }
}

/// How it starts. Of images that nobody knows nothing is said.
pub(crate) fn boot_mode(image: &Image) -> Option<&'static str> {
    match image.architecture()? {
        Architecture::X86_64 => image.distribution().boot_mode,
        Architecture::Arm64 => Some("uefi"),
    }
}

fn block_devices(image: &Image) -> Vec<BlockDeviceMapping> {
    let store = |(device, store): (&str, &str)| BlockDeviceMapping {
        device_name: Some(device.to_owned()),
        virtual_name: Some(store.to_owned()),
        ..Default::default()
    };
    let says_gp3 = image.distribution().says_gp3_performance || matches!(image, Image::Own(_));
    let devices = image.devices().into_iter().map(|it| block_device(it, says_gp3));
    let stores = INSTANCE_STORES.into_iter().filter(|_| image.distribution().instance_stores);
    devices.chain(stores.map(store)).collect()
}

fn block_device(it: ImageDevice, says_gp3: bool) -> BlockDeviceMapping {
    let number = |value: Option<u32>| value.and_then(|it| i32::try_from(it).ok());
    let is_said = says_gp3 || it.capacity.volume_type != VolumeType::Gp3;
    BlockDeviceMapping {
        device_name: Some(it.device),
        ebs: Some(EbsBlockDevice {
            delete_on_termination: Some(it.delete_on_termination),
            encrypted: Some(it.kms_key.is_some()),
            iops: number(it.capacity.iops).filter(|_| is_said),
            snapshot_id: it.snapshot.map(|id| id.to_string()),
            throughput: number(it.capacity.throughput_mibps).filter(|_| is_said),
            volume_size: number(Some(it.capacity.size_gib)),
            volume_type: Some(it.capacity.volume_type.name().to_owned()),
            ..Default::default()
        }),
        ..Default::default()
    }
}

impl Filterable for shapes::Image {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        if let Some(name) = name.strip_prefix("block-device-mapping.") {
            return device_values(&self.block_device_mappings, name);
        }
        Some(match name {
            "architecture" => text_values(&self.architecture),
            "boot-mode" => text_values(&self.boot_mode),
            "creation-date" => text_values(&self.creation_date),
            "description" => text_values(&self.description),
            "ena-support" => bool_values(self.ena_support),
            "hypervisor" => text_values(&self.hypervisor),
            "image-id" => text_values(&self.image_id),
            "image-type" => text_values(&self.image_type),
            "is-public" => bool_values(self.public),
            "manifest-location" => text_values(&self.image_location),
            "name" => text_values(&self.name),
            "owner-alias" => text_values(&self.image_owner_alias),
            "owner-id" => text_values(&self.owner_id),
            "platform" => text_values(&self.platform),
            "root-device-name" => text_values(&self.root_device_name),
            "root-device-type" => text_values(&self.root_device_type),
            "sriov-net-support" => text_values(&self.sriov_net_support),
            "state" => text_values(&self.state),
            "virtualization-type" => text_values(&self.virtualization_type),
            "source-image-id" => text_values(&self.source_image_id),
            "source-image-region" => text_values(&self.source_image_region),
            "source-instance-id" => text_values(&self.source_instance_id),
            "image-allowed" => bool_values(Some(true)),
            "free-tier-eligible" => bool_values(self.free_tier_eligible),
            "public-ssm-parameter-name" => parameters(&self.image_id),
            "image-watermark.source-image-creation-time"
            | "image-watermark.source-image-id"
            | "image-watermark.source-image-region"
            | "image-watermark.watermark-creation-time"
            | "image-watermark.watermark-key"
            | "instance-type-specification.supported-instance-type"
            | "instance-type-specification.unsupported-instance-type"
            | "scan-result.critical-fix-available-since"
            | "scan-result.finding-scan-date"
            | "scan-result.high-fix-available-since"
            | "scan-result.highest-finding-severity-label"
            | "scan-result.informational-fix-available-since"
            | "scan-result.low-fix-available-since"
            | "scan-result.medium-fix-available-since"
            | "kernel-id"
            | "product-code"
            | "product-code.type"
            | "ramdisk-id"
            | "state-reason-code"
            | "state-reason-message" => Vec::new(),
            _ => return None,
        })
    }
}

/// The SSM parameters that name an image, whichever Region it is of.
fn parameters<'a>(id: &Option<String>) -> Vec<Cow<'a, str>> {
    let id = id.as_deref().and_then(|id| id.parse().ok());
    let image = id.and_then(image::find_anywhere);
    let names = image.map(|image| image.release.parameters).unwrap_or_default();
    names.iter().map(|name| Cow::Borrowed(*name)).collect()
}

fn device_values<'a>(devices: &'a [BlockDeviceMapping], name: &str) -> Option<Vec<Cow<'a, str>>> {
    let ebs = || devices.iter().filter_map(|device| device.ebs.as_ref());
    Some(match name {
        "delete-on-termination" => ebs().flat_map(|it| bool_values(it.delete_on_termination)).collect(),
        "device-name" => devices.iter().flat_map(|it| text_values(&it.device_name)).collect(),
        "snapshot-id" => ebs().flat_map(|it| text_values(&it.snapshot_id)).collect(),
        "volume-size" => ebs().filter_map(|it| Some(it.volume_size?.to_string().into())).collect(),
        "volume-type" => ebs().flat_map(|it| text_values(&it.volume_type)).collect(),
        "encrypted" => ebs().flat_map(|it| bool_values(it.encrypted)).collect(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;
    use model::image::UnknownImages;

    /// Name and architecture of the newest image of an owner whose name matches, as `most_recent` of Terraform's data source
    /// finds it.
    fn newest(caller: &mut Caller, owner: &str, pattern: &str) -> (String, String) {
        let parameters = [("Owner.1", owner), ("Filter.1.Name", "name"), ("Filter.1.Value.1", pattern)];
        let answer = caller.ok("DescribeImages", &parameters);
        let dated = answer.texts("creationDate").into_iter().zip(answer.texts("imageId"));
        let (_, id) = dated.max().unwrap_or_else(|| panic!("no image of {owner} is called {pattern}"));
        let answer = caller.ok("DescribeImages", &[("ImageId.1", &id)]);
        (answer.text("name"), answer.text("architecture"))
    }

    #[test]
    fn the_newest_of_each_name_is_what_people_mean_by_it() {
        let mut caller = Caller::new();
        for (owner, pattern, found) in [
            ("amazon", "al2023-ami-*", "al2023-ami-2023.12.20260930.0-kernel-6.18-x86_64"),
            (
                "amazon",
                "al2023-ami-2023.*-kernel-6.1-x86_64",
                "al2023-ami-2023.12.20260930.0-kernel-6.1-x86_64",
            ),
            ("amazon", "amzn2-ami-hvm-*-x86_64-gp2", "amzn2-ami-hvm-2.0.20260930.0-x86_64-gp2"),
            ("amazon", "amzn2-ami-kernel-5.10-hvm*", "amzn2-ami-kernel-5.10-hvm-2.0.20260930.0-x86_64-gp2"),
            ("137112412989", "amzn-ami-vpc-nat-*", "amzn-ami-vpc-nat-2018.03.0.20230807.0-x86_64-ebs"),
            ("amazon", "amzn2-ami-ecs-hvm-*-x86_64-ebs", "amzn2-ami-ecs-hvm-2.0.20260924-x86_64-ebs"),
            (
                "099720109477",
                "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-*",
                "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20260923",
            ),
            (
                "099720109477",
                "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-*",
                "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20260731",
            ),
            (
                "amazon",
                "ubuntu/images/hvm-ssd/ubuntu-focal-20.04-*",
                "ubuntu/images/hvm-ssd/ubuntu-focal-20.04-amd64-server-20250603",
            ),
            ("136693071363", "debian-12-*", "debian-12-amd64-20260914-2601"),
            ("309956199498", "RHEL-9.*", "RHEL-9.8.0_HVM-20260908-x86_64-0-Hourly2-GP3"),
        ] {
            let newest = newest(&mut caller, owner, pattern);
            assert_eq!(newest, (found.to_owned(), "x86_64".to_owned()), "{pattern}");
        }
    }

    #[test]
    fn an_image_says_whose_it_is_what_it_costs_and_what_it_runs_here() {
        let mut caller = Caller::new();
        let mut named = |name: &str| {
            caller.ok("DescribeImages", &[("Filter.1.Name", "name"), ("Filter.1.Value.1", name)])
        };
        let amazon = named("al2023-ami-2023.*-kernel-6.18-x86_64");
        assert_eq!(
            (amazon.text("imageOwnerAlias"), amazon.text("imageOwnerId")),
            ("amazon".into(), "137112412989".into())
        );
        assert_eq!(
            (amazon.text("imdsSupport"), amazon.text("bootMode")),
            ("v2.0".into(), "uefi-preferred".into())
        );
        assert_eq!((amazon.text("iops"), amazon.text("rootDeviceName")), ("3000".into(), "/dev/xvda".into()));
        assert_eq!(
            amazon.text("description"),
            "Amazon Linux 2023 AMI 2023.12.20260930.0 x86_64 HVM kernel-6.18. In Hamlet its content is the userland of \
             the machine that Hamlet runs on."
        );
        let ubuntu = named("ubuntu/*noble*arm64*");
        assert_eq!(ubuntu.texts("deviceName"), ["/dev/sda1", "/dev/sdb", "/dev/sdc"]);
        assert_eq!(ubuntu.texts("virtualName"), ["ephemeral0", "ephemeral1"]);
        assert_eq!((ubuntu.text("bootMode"), ubuntu.texts("iops").len()), ("uefi".into(), 0));
        assert!(named("amzn2-ami-hvm-*-x86_64-gp2").texts("bootMode").is_empty());
        assert_eq!(named("RHEL-9*x86_64*").text("usageOperation"), "RunInstances:0010");
        let windows = named("Windows_Server-2022-English-Full-Base-*");
        assert_eq!(
            (windows.text("platform"), windows.text("platformDetails")),
            ("windows".into(), "Windows".into())
        );
        assert!(windows.text("description").ends_with("Hamlet lists it and does not run it."));
    }

    #[test]
    fn windows_is_found_and_not_run() {
        let mut caller = Caller::new();
        let filter = [("Filter.1.Name", "platform"), ("Filter.1.Value.1", "windows")];
        let id = caller.ok("DescribeImages", &filter).text("imageId");
        let launch = [("ImageId", &*id), ("InstanceType", "t3.large"), ("MinCount", "1"), ("MaxCount", "1")];
        assert_eq!(
            caller.refused("RunInstances", &launch),
            format!(
                "UnsupportedOperation: {id} is an image of Windows, which Hamlet lists and does not run."
            )
        );
    }

    #[test]
    fn old_images_are_shown_to_those_who_ask() {
        let mut caller = Caller::new();
        caller.call.now = caller.call.now + std::time::Duration::from_secs(5 * 365 * 24 * 60 * 60);
        let name = [("Filter.1.Name", "name"), ("Filter.1.Value.1", "al2023-ami-2023.9.*")];
        assert!(caller.ok("DescribeImages", &name).texts("imageId").is_empty());
        let all = caller.ok("DescribeImages", &[name[0], name[1], ("IncludeDeprecated", "true")]);
        assert_eq!(all.texts("imageId").len(), 2);
        let id = all.text("imageId");
        assert_eq!(caller.ok("DescribeImages", &[("ImageId.1", &id)]).texts("deprecationTime").len(), 1);
        let latest = [("Filter.1.Name", "name"), ("Filter.1.Value.1", "al2023-ami-2023.12.*")];
        assert_eq!(caller.ok("DescribeImages", &latest).texts("imageId").len(), 6);
    }

    #[test]
    fn images_are_found_by_their_owners() {
        let mut caller = Caller::new();
        let mut count = |owner| caller.ok("DescribeImages", &[("Owner.1", owner)]).texts("imageId").len();
        assert_eq!((count("self"), count("aws-marketplace"), count("123456789012")), (0, 0, 0));
        assert_eq!(count("099720109477"), 6);
        assert!(count("amazon") > 40);
        assert_eq!(
            caller.refused("DescribeImages", &[("Owner.1", "canonical")]),
            "InvalidUserID.Malformed: Invalid user id: \"canonical\""
        );
    }

    #[test]
    fn an_id_that_nobody_knows_runs_and_says_so() {
        let mut caller = Caller::new();
        let id = [("ImageId.1", "ami-0123456789abcdef0")];
        let shown = caller.ok("DescribeImages", &id);
        assert!(shown.text("description").starts_with("Hamlet does not know this image"), "{shown:?}");
        let launch = [
            ("ImageId", "ami-0123456789abcdef0"),
            ("InstanceType", "t4g.micro"),
            ("MinCount", "1"),
            ("MaxCount", "1"),
            ("BlockDeviceMapping.1.DeviceName", "/dev/sda1"),
            ("BlockDeviceMapping.1.Ebs.VolumeSize", "30"),
        ];
        assert_eq!(caller.ok("RunInstances", &launch).text("architecture"), "arm64");
        assert_eq!(caller.ok("DescribeVolumes", &[]).text("size"), "30");
        let filter = [("Filter.1.Name", "image-id"), ("Filter.1.Value.1", id[0].1)];
        assert!(caller.ok("DescribeImages", &filter).texts("imageId").is_empty());
        caller.call.unknown_images = UnknownImages::Refuse;
        let not_found = "InvalidAMIID.NotFound: The image id '[ami-0123456789abcdef0]' does not exist";
        assert_eq!(caller.refused("DescribeImages", &id), not_found);
        assert_eq!(caller.refused("RunInstances", &launch), not_found);
        assert_eq!(caller.ok("DescribeInstances", &[]).text("rootDeviceName"), "/dev/xvda");
    }

    #[test]
    fn an_image_is_found_by_the_parameter_that_names_it() {
        let mut caller = Caller::new();
        let mut found = |parameter| {
            let filter = [("Filter.1.Name", "public-ssm-parameter-name"), ("Filter.1.Value.1", parameter)];
            caller.ok("DescribeImages", &filter).texts("architecture")
        };
        assert_eq!(found("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"), ["arm64"]);
        assert!(found("/aws/service/nothing").is_empty());
    }

    #[test]
    fn types_are_described_filtered_and_offered() {
        let mut caller = Caller::new();
        let answer = caller.ok("DescribeInstanceTypes", &[("InstanceType.1", "t2.micro")]);
        assert_eq!((answer.text("defaultVCpus"), answer.text("sizeInMiB")), ("1".into(), "1024".into()));
        assert_eq!(
            (answer.text("maximumNetworkInterfaces"), answer.text("ipv4AddressesPerInterface")),
            ("2".into(), "2".into())
        );
        let free = [("Filter.1.Name", "free-tier-eligible"), ("Filter.1.Value.1", "true")];
        assert_eq!(
            caller.ok("DescribeInstanceTypes", &free).texts("instanceType"),
            ["c7i-flex.large", "m7i-flex.large", "t3.micro", "t3.small", "t4g.micro", "t4g.small"]
        );
        let zones = [
            ("LocationType", "availability-zone"),
            ("Filter.1.Name", "instance-type"),
            ("Filter.1.Value.1", "t2.micro"),
        ];
        assert_eq!(caller.ok("DescribeInstanceTypeOfferings", &zones).texts("location").len(), 4);
        assert_eq!(
            caller.refused("DescribeInstanceTypes", &[("InstanceType.1", "t9.huge")]),
            "InvalidInstanceType: The following supplied instance types do not exist: [t9.huge]"
        );
    }
}
