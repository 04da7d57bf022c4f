//! Images. Follows DescribeImages and DescribeImageAttribute (EC2 API Reference). Images of one's own cannot be made.

use awsproto::{AwsError, Call, Filterable};
use model::image::{self, Image};
use model::instance_type::Architecture;
use model::{IdKind, ImageId, Region, World};
use std::borrow::Cow;

use crate::errors;
use crate::request::{self, Describe, bool_values, parse_id, text_values};
use crate::shapes::{self, *};
use crate::volume::{GP3_IOPS, GP3_THROUGHPUT_MIBPS};

/// What Amazon's account is called in answers and in `Owners`.
const OWNER_ALIAS: &str = "amazon";

pub(crate) fn describe(
    call: &mut Call,
    _: &World,
    request: DescribeImagesRequest,
) -> Result<DescribeImagesResult, AwsError> {
    let DescribeImagesRequest {
        executable_users,
        filters,
        image_ids,
        // No image is left out for its age, and none is ever disabled.
        include_deprecated: _,
        include_disabled: _,
        max_results,
        next_token,
        owners,
    } = request;
    let scope = call.scope;
    let all: Vec<Image> = image::all(scope.region).collect();
    let mut named = request::named_or_all(&image_ids, all.iter(), Image::id)?;
    // Nobody but Amazon has images here: `self`, or another account, has none.
    let is_owner = |owner: &String| owner == OWNER_ALIAS || owner == image::OWNER;
    named.retain(|_| owners.is_empty() || owners.iter().any(is_owner));
    // "Images with explicit launch permissions" for an account are none; `all` are the public ones.
    named.retain(|_| executable_users.is_empty() || executable_users.contains(&"all".to_owned()));
    let describe = Describe { kind: "image", ids: &image_ids, filters, max_results, next_token };
    let images = named.into_iter().map(render).collect();
    let (images, next_token) = describe.page(images, |image: &shapes::Image| image.image_id.as_ref())?;
    Ok(DescribeImagesResult { images, next_token })
}

pub(crate) fn describe_attribute(
    call: &mut Call,
    _: &World,
    request: DescribeImageAttributeRequest,
) -> Result<ImageAttribute, AwsError> {
    let DescribeImageAttributeRequest { attribute, image_id } = request;
    let text = image_id.as_deref().unwrap_or_default();
    let id: ImageId = parse_id(text)?;
    let image =
        image::find(call.scope.region, id).ok_or_else(|| errors::not_found(IdKind::Image, &[text]))?;
    let shape = render(&image);
    let value = |value: Option<String>| Some(AttributeValue { value });
    let mut answer = ImageAttribute { image_id: shape.image_id, ..Default::default() };
    match attribute.as_deref().unwrap_or_default() {
        "description" => answer.description = value(shape.description),
        "blockDeviceMapping" => answer.block_device_mappings = shape.block_device_mappings,
        "launchPermission" => {
            answer.launch_permissions =
                vec![LaunchPermission { group: Some("all".into()), ..Default::default() }];
        }
        "bootMode" => answer.boot_mode = value(shape.boot_mode),
        "sriovNetSupport" => answer.sriov_net_support = value(shape.sriov_net_support),
        "imdsSupport" => answer.imds_support = value(shape.imds_support),
        "productCodes"
        | "kernel"
        | "ramdisk"
        | "tpmSupport"
        | "uefiData"
        | "lastLaunchedTime"
        | "deregistrationProtection" => {}
        other => return Err(AwsError::invalid_value("attribute", other, "Unknown attribute.")),
    }
    Ok(answer)
}

fn render(image: &Image) -> shapes::Image {
    let release = image.release;
    let text = |text: &str| Some(text.to_owned());
    shapes::Image {
        image_id: Some(image.id().to_string()),
        name: text(release.name),
        description: text(release.description),
        image_location: Some(format!("{OWNER_ALIAS}/{}", release.name)),
        image_owner_alias: text(OWNER_ALIAS),
        owner_id: text(image::OWNER),
        architecture: text(release.architecture.name()),
        boot_mode: text(match release.architecture {
            Architecture::X86_64 => "uefi-preferred",
            Architecture::Arm64 => "uefi",
        }),
        creation_date: text(image::CREATED),
        deprecation_time: text(image::DEPRECATED),
        ena_support: Some(true),
        sriov_net_support: text("simple"),
        hypervisor: text("xen"),
        image_type: text("machine"),
        imds_support: text("v2.0"),
        platform_details: text("Linux/UNIX"),
        usage_operation: text("RunInstances"),
        public: Some(true),
        root_device_name: text(image::ROOT_DEVICE),
        root_device_type: text("ebs"),
        state: text("available"),
        virtualization_type: text("hvm"),
        block_device_mappings: vec![root_volume(image)],
        ..Default::default()
    }
}

fn root_volume(image: &Image) -> BlockDeviceMapping {
    BlockDeviceMapping {
        device_name: Some(image::ROOT_DEVICE.to_owned()),
        ebs: Some(EbsBlockDevice {
            delete_on_termination: Some(true),
            encrypted: Some(false),
            iops: Some(GP3_IOPS),
            snapshot_id: Some(image.snapshot().to_string()),
            throughput: Some(GP3_THROUGHPUT_MIBPS),
            volume_size: i32::try_from(image.release.root_volume_gib).ok(),
            volume_type: Some("gp3".to_owned()),
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
            "root-device-name" => text_values(&self.root_device_name),
            "root-device-type" => text_values(&self.root_device_type),
            "sriov-net-support" => text_values(&self.sriov_net_support),
            "state" => text_values(&self.state),
            "virtualization-type" => text_values(&self.virtualization_type),
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
            | "platform"
            | "product-code"
            | "product-code.type"
            | "ramdisk-id"
            | "source-image-id"
            | "source-image-region"
            | "source-instance-id"
            | "state-reason-code"
            | "state-reason-message" => Vec::new(),
            _ => return None,
        })
    }
}

/// The SSM parameters that name an image, whichever Region it is of.
fn parameters<'a>(id: &Option<String>) -> Vec<Cow<'a, str>> {
    let all = Region::all().flat_map(image::all);
    let named = all.filter(|image| id.as_ref() == Some(&image.id().to_string()));
    named.flat_map(|image| image.parameters().collect::<Vec<_>>()).map(Cow::from).collect()
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

    #[test]
    fn amazon_linux_is_found_as_people_look_for_it() {
        let mut caller = Caller::new();
        let answer = caller.ok(
            "DescribeImages",
            &[
                ("Owner.1", "amazon"),
                ("Filter.1.Name", "name"),
                ("Filter.1.Value.1", "al2023-ami-2023.*-kernel-6.1-x86_64"),
                ("Filter.2.Name", "state"),
                ("Filter.2.Value.1", "available"),
            ],
        );
        assert_eq!(answer.texts("imageId").len(), 1);
        assert_eq!(
            (answer.text("imageOwnerId"), answer.text("architecture")),
            ("137112412989".into(), "x86_64".into())
        );
        assert!(caller.ok("DescribeImages", &[("Owner.1", "self")]).texts("imageId").is_empty());
        assert_eq!(
            caller.refused("DescribeImages", &[("ImageId.1", "ami-0123456789abcdef0")]),
            "InvalidAMIID.NotFound: The image id '[ami-0123456789abcdef0]' does not exist"
        );
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
        assert_eq!(caller.ok("DescribeInstanceTypes", &free).texts("instanceType"), ["t2.micro", "t3.micro"]);
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
