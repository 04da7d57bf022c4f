//! Launching instances. Follows RunInstances (EC2 API Reference). No Spot, no hibernation.

use awsproto::{AwsError, Call};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::image::Image;
use model::instance::{MetadataOptions, ShutdownBehavior};
use model::instance_lifecycle::{InterfaceSource, Launch, LaunchInterface};
use model::network_interface::NewNetworkInterface;
use model::refusal::VpcRefusal;
use model::{InstanceType, Link, Refusal, Scope, SecurityGroupId, SubnetId, Tags, World, Zone};

use crate::block_device;
use crate::cpu_options;
use crate::errors::refused;
use crate::image;
use crate::instance;
use crate::instance_defaults;
use crate::instance_maintenance;
use crate::instance_profile;
use crate::instance_type;
use crate::launch_request::Asked;
use crate::launch_template;
use crate::network_interface::{Addresses, parse_device_index, tracking};
use crate::placement;
use crate::request::{self, optional_id};
use crate::shapes::*;

/// "User data is limited to 16 KB, in raw form, before it is base64-encoded" (EC2 User Guide).
const USER_DATA_BYTES_MAX: usize = 16 * 1024;
/// What can be tagged at launch.
const TAGGED: [&str; 3] = ["instance", "volume", "network-interface"];

pub(crate) fn run(
    call: &mut Call,
    world: &mut World,
    request: RunInstancesRequest,
) -> Result<Reservation, AwsError> {
    let (request, origin) = launch_template::with_template(call, world, request)?;
    let asked = Asked::read(request)?;
    let (scope, now) = (call.scope, call.now);
    let mut launch = read(call, world, scope, asked.clone())?;
    launch.tags.extend(origin);
    let count = count(world, &launch, asked.min_count, asked.max_count)?;
    let mut ids = Vec::new();
    for index in 0..count {
        launch.launch_index = index;
        let launched = call.with_ids(|ids| world.launch_instance(scope, launch.clone(), ids, now));
        ids.push(launched.map_err(refused)?);
    }
    let instances = ids.iter().filter_map(|id| world.network.instances.get(id));
    Ok(Reservation {
        reservation_id: Some(launch.reservation.to_string()),
        owner_id: Some(scope.account.to_string()),
        instances: instances.map(|instance| instance::render(world, instance)).collect(),
        ..Default::default()
    })
}

/// A launch for one instance, whose index is still to be set.
fn read(call: &mut Call, world: &World, scope: Scope, asked: Asked) -> Result<Launch, AwsError> {
    let image = image_of(call, world, asked.image_id.as_deref())?;
    let instance_type = type_of(&image, asked.instance_type.as_deref())?;
    let placement = placement::of_launch(call, world, asked.placement.clone())?;
    let mut tags = awsproto::tags::specified_by_type(asked.tag_specifications.clone(), &TAGGED)?;
    let mut tags_of = |kind: &str| tags.remove(kind).unwrap_or_default();
    let interfaces = interfaces(world, scope, &asked, &tags_of("network-interface"))?;
    let devices =
        block_device::of_launch(world, scope, &image, asked.block_device_mappings, &tags_of("volume"))?;
    let defaults = world.metadata_defaults(scope).over(image.metadata_options());
    let metadata_options = asked.metadata_options.map_or(Ok(defaults), |it| metadata(defaults, it))?;
    instance_defaults::check_tokens(call, world, metadata_options)?;
    Ok(Launch {
        reservation: call.with_ids(|ids| ids.fresh()),
        launch_index: 0,
        image,
        instance_type,
        key_name: asked.key_name.filter(|name| !name.is_empty()),
        interfaces,
        user_data: user_data(asked.user_data.as_deref())?,
        metadata_options,
        disable_api_termination: asked.disable_api_termination.unwrap_or(false),
        disable_api_stop: asked.disable_api_stop.unwrap_or(false),
        shutdown_behavior: shutdown_behavior(asked.instance_initiated_shutdown_behavior.as_deref())?,
        monitoring: asked.monitoring,
        ebs_optimized: asked.ebs_optimized.unwrap_or(false),
        instance_profile: instance_profile::of_launch(world, scope, asked.iam_instance_profile)?,
        root_device: devices.root,
        volumes: devices.volumes,
        cpu_credits: cpu_credits(instance_type, asked.credit_specification)?,
        cpu_options: cpu_options::of_launch(instance_type, asked.cpu_options)?,
        placement,
        maintenance: instance_maintenance::of_launch(asked.maintenance_options)?,
        client_token: asked.client_token.unwrap_or_default(),
        tags: tags_of("instance"),
    })
}

/// How many instances are launched: as many as wanted, or as there are addresses for, but not fewer than needed.
fn count(world: &World, launch: &Launch, min: Option<i32>, max: Option<i32>) -> Result<u32, AwsError> {
    let positive = |parameter, value: Option<i32>| {
        let value = value.unwrap_or_default();
        let refused =
            || AwsError::invalid_value(parameter, &value.to_string(), "Expecting a value of at least 1.");
        u32::try_from(value).ok().filter(|count| *count > 0).ok_or_else(refused)
    };
    let (min, max) = (positive("minCount", min)?, positive("maxCount", max)?);
    if max < min {
        let reason = "maxCount must be equal or greater than minCount.";
        return Err(AwsError::invalid_value("maxCount", &max.to_string(), reason));
    }
    let subnet = launch.interfaces.first().and_then(|interface| match &interface.source {
        InterfaceSource::New { interface, .. } => world.network.subnets.get(&interface.subnet),
        InterfaceSource::Existing(_) => None,
    });
    match subnet.filter(|subnet| subnet.cidr.is_some()).map(|subnet| world.available_addresses(subnet.id)) {
        Some(free) if free < max => Ok(free.max(min)),
        Some(_) | None => Ok(max),
    }
}

/// The image, which must be of Linux.
fn image_of(call: &Call, world: &World, text: Option<&str>) -> Result<Image, AwsError> {
    let text = text.ok_or_else(|| AwsError::missing_parameter("ImageId"))?;
    let image = image::of_launch(call, world, text)?;
    match image.is_windows() {
        true => Err(AwsError::new(
            "UnsupportedOperation",
            format!("{} is an image of Windows, which Hamlet lists and does not run.", image.id()),
        )),
        false => Ok(image),
    }
}

/// The type, which must fit the image. "Default: m1.small" (RunInstances), which no image here can run on.
fn type_of(image: &Image, name: Option<&str>) -> Result<&'static InstanceType, AwsError> {
    let Some(name) = name else {
        return Err(AwsError::invalid_parameter_combination(
            "Non-Windows instances with a virtualization type of 'hvm' are currently not supported for this instance \
             type : m1.small",
        ));
    };
    let instance_type = instance_type::find(name)?;
    match image.architecture() {
        None => Ok(instance_type),
        Some(wants) if instance_type.runs(wants) => Ok(instance_type),
        Some(wants) => Err(AwsError::invalid_parameter_value(format!(
            "The architecture '{}' of the specified instance type does not match the architecture '{}' of the \
             specified AMI. Specify an instance type and an AMI that have matching architectures, and try again. You \
             can use 'describe-instance-types' or 'describe-images' to discover the architecture of the instance type \
             or AMI.",
            instance_type.architectures,
            wants.name()
        ))),
    }
}

/// The interfaces: those specified one by one, or a single one with what was said for the instance as a whole.
fn interfaces(
    world: &World,
    scope: Scope,
    asked: &Asked,
    tags: &Tags,
) -> Result<Vec<LaunchInterface>, AwsError> {
    let zone = placement_zone(scope, asked.zone())?;
    if asked.network_interfaces.is_empty() {
        return Ok(vec![only_interface(world, scope, asked, zone, tags)?]);
    }
    refuse_instance_level(asked)?;
    let specified = &asked.network_interfaces;
    let interfaces: Result<Vec<_>, _> =
        specified.iter().map(|it| specified_interface(world, scope, it.clone(), zone, tags)).collect();
    let interfaces = interfaces?;
    match interfaces.iter().any(|interface| interface.device_index == 0) {
        true => Ok(interfaces),
        false => {
            Err(AwsError::invalid_parameter_combination("A network interface at device index 0 is required."))
        }
    }
}

/// What must be said for each interface once one is specified.
fn refuse_instance_level(asked: &Asked) -> Result<(), AwsError> {
    let refused = |what: &str| {
        Err(AwsError::invalid_parameter_combination(format!(
            "Network interfaces and an instance-level {what} may not be specified on the same request"
        )))
    };
    if asked.subnet_id.is_some() {
        return refused("subnet ID");
    }
    if !asked.security_group_ids.is_empty() || !asked.security_groups.is_empty() {
        return refused("security groups");
    }
    if asked.private_ip_address.is_some() {
        return refused("private IP address");
    }
    let asks = |it: &InstanceNetworkInterfaceSpecification| it.associate_public_ip_address.is_some();
    match asked.network_interfaces.len() > 1 && asked.network_interfaces.iter().any(asks) {
        true => Err(AwsError::invalid_parameter_combination(
            "The associatePublicIPAddress parameter cannot be specified when launching with multiple network \
             interfaces.",
        )),
        false => Ok(()),
    }
}

fn only_interface(
    world: &World,
    scope: Scope,
    asked: &Asked,
    zone: Option<Zone>,
    tags: &Tags,
) -> Result<LaunchInterface, AwsError> {
    if !asked.security_groups.is_empty() && asked.subnet_id.is_some() {
        return Err(AwsError::invalid_parameter_combination(
            "The parameter groupName cannot be used with the parameter subnet",
        ));
    }
    let subnet = subnet_of(world, scope, optional_id(asked.subnet_id.as_deref())?, zone)?;
    let mut groups = request::group_ids(&asked.security_group_ids)?;
    groups.extend(groups_by_name(world, scope, &asked.security_groups)?);
    let addresses = Addresses {
        primary: asked.private_ip_address.clone(),
        ipv6: asked.ipv6_addresses.clone(),
        ipv6_count: asked.ipv6_address_count,
        ..Default::default()
    };
    let addresses = addresses.read()?;
    let interface = NewNetworkInterface {
        groups,
        primary_address: addresses.primary,
        ipv6_addresses: addresses.ipv6,
        tags: tags.clone(),
        ..NewNetworkInterface::in_subnet(subnet)
    };
    Ok(LaunchInterface {
        device_index: 0,
        delete_on_termination: true,
        source: InterfaceSource::New { interface: Box::new(interface), public_address: None },
    })
}

fn specified_interface(
    world: &World,
    scope: Scope,
    specification: InstanceNetworkInterfaceSpecification,
    zone: Option<Zone>,
    tags: &Tags,
) -> Result<LaunchInterface, AwsError> {
    let InstanceNetworkInterfaceSpecification {
        associate_carrier_ip_address,
        associate_public_ip_address,
        connection_tracking_specification,
        delete_on_termination,
        description,
        device_index,
        ena_queue_count,
        ena_srd_specification,
        groups,
        interface_type,
        ipv4_prefix_count,
        ipv4_prefixes,
        ipv6_address_count,
        ipv6_addresses,
        ipv6_prefix_count,
        ipv6_prefixes,
        network_card_index,
        network_interface_id,
        primary_ipv6,
        private_ip_address,
        private_ip_addresses,
        secondary_private_ip_address_count,
        subnet_id,
    } = specification;
    request::refuse_unsupported(&[
        ("AssociateCarrierIpAddress", associate_carrier_ip_address == Some(true)),
        ("EnaQueueCount", ena_queue_count.is_some()),
        ("EnaSrdSpecification", ena_srd_specification.is_some()),
        ("InterfaceType", interface_type.as_deref().is_some_and(|kind| kind != "interface")),
        ("NetworkCardIndex", network_card_index.is_some_and(|index| index != 0)),
        ("PrimaryIpv6", primary_ipv6 == Some(true)),
    ])?;
    let device_index = parse_device_index(device_index)?;
    if let Some(id) = optional_id(network_interface_id.as_deref())? {
        return Ok(LaunchInterface {
            device_index,
            delete_on_termination: delete_on_termination.unwrap_or(false),
            source: InterfaceSource::Existing(id),
        });
    }
    let subnet = subnet_of(world, scope, optional_id(subnet_id.as_deref())?, zone)?;
    let addresses = Addresses {
        primary: private_ip_address,
        listed: private_ip_addresses,
        secondary_count: secondary_private_ip_address_count,
        ipv6: ipv6_addresses,
        ipv6_count: ipv6_address_count,
        ipv4_prefixes,
        ipv4_prefix_count,
        ipv6_prefixes,
        ipv6_prefix_count,
    };
    let addresses = addresses.read()?;
    let interface = NewNetworkInterface {
        groups: request::group_ids(&groups)?,
        description: description.unwrap_or_default(),
        primary_address: addresses.primary,
        secondary_addresses: addresses.secondary,
        ipv6_addresses: addresses.ipv6,
        prefixes: addresses.prefixes,
        connection_tracking: tracking(connection_tracking_specification)?,
        tags: tags.clone(),
        ..NewNetworkInterface::in_subnet(subnet)
    };
    Ok(LaunchInterface {
        device_index,
        delete_on_termination: delete_on_termination.unwrap_or(true),
        source: InterfaceSource::New {
            interface: Box::new(interface),
            public_address: associate_public_ip_address,
        },
    })
}

/// The subnet named, which must be in the zone wanted; or a default one.
fn subnet_of(
    world: &World,
    scope: Scope,
    named: Option<SubnetId>,
    zone: Option<Zone>,
) -> Result<SubnetId, AwsError> {
    let Some(id) = named else {
        let subnet = world.default_subnet_for_launch(scope, zone);
        return subnet.map(|subnet| subnet.id).map_err(|refusal| no_default(refusal, zone));
    };
    let subnet = world.subnet(scope, id).map_err(refused)?;
    match zone.filter(|zone| *zone != subnet.zone) {
        Some(zone) => {
            let reason = format!("The subnet '{id}' is in the availability zone {}.", subnet.zone);
            Err(AwsError::invalid_value("availabilityZone", &zone.to_string(), &reason))
        }
        None => Ok(id),
    }
}

/// Without a default VPC, or a default subnet in the zone, RunInstances has words of its own.
fn no_default(refusal: Refusal, zone: Option<Zone>) -> AwsError {
    if refusal == VpcRefusal::NoDefault.into() {
        return AwsError::new(
            "VPCIdNotSpecified",
            "No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.",
        );
    }
    match zone {
        Some(zone) => {
            AwsError::new("MissingInput", format!("No default subnet for availability zone: '{zone}'."))
        }
        None => refused(refusal),
    }
}

fn placement_zone(scope: Scope, name: Option<&str>) -> Result<Option<Zone>, AwsError> {
    let Some(name) = name.filter(|name| !name.is_empty()) else { return Ok(None) };
    let unknown = || AwsError::invalid_parameter_value(format!("Invalid availability zone: [{name}]"));
    Zone::find(scope.region, name).map(Some).ok_or_else(unknown)
}

/// Groups of the default VPC by their names.
fn groups_by_name(world: &World, scope: Scope, names: &[String]) -> Result<Vec<SecurityGroupId>, AwsError> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let vpc = world.default_vpc(scope).ok_or_else(|| no_default(VpcRefusal::NoDefault.into(), None))?.id;
    let find = |name: &String| {
        let group = world
            .network
            .security_groups
            .linked(Link::name(vpc, name))
            .find(|group| group.vpc == vpc && group.name == *name);
        group.map(|group| group.id).ok_or_else(|| {
            let message = format!("The security group '{name}' does not exist in default VPC '{vpc}'");
            AwsError::new("InvalidGroup.NotFound", message)
        })
    };
    names.iter().map(find).collect()
}

/// User data, which comes in base64.
pub(crate) fn user_data(base64: Option<&str>) -> Result<Vec<u8>, AwsError> {
    let text: String = base64.unwrap_or_default().split_whitespace().collect();
    let data = STANDARD
        .decode(text)
        .map_err(|_| AwsError::new("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data."))?;
    checked_user_data(data)
}

/// User data of a size that AWS takes.
pub(crate) fn checked_user_data(data: Vec<u8>) -> Result<Vec<u8>, AwsError> {
    match data.len() <= USER_DATA_BYTES_MAX {
        true => Ok(data),
        false => Err(AwsError::invalid_parameter_value("User data is limited to 16384 bytes")),
    }
}

/// Metadata options: what was sent, and for the rest what was there before.
pub(crate) fn metadata(
    before: MetadataOptions,
    sent: InstanceMetadataOptionsRequest,
) -> Result<MetadataOptions, AwsError> {
    let hop_limit = match sent.http_put_response_hop_limit {
        None => before.hop_limit,
        Some(limit) => {
            let allowed = u8::try_from(limit).ok().filter(|limit| (1..=64).contains(limit));
            let reason = "Expecting a value between 1 and 64.";
            let refused = || AwsError::invalid_value("HttpPutResponseHopLimit", &limit.to_string(), reason);
            allowed.ok_or_else(refused)?
        }
    };
    Ok(MetadataOptions {
        enabled: switch("HttpEndpoint", sent.http_endpoint, ("enabled", "disabled"), before.enabled)?,
        tokens_required: switch(
            "HttpTokens",
            sent.http_tokens,
            ("required", "optional"),
            before.tokens_required,
        )?,
        hop_limit,
        ipv6: switch("HttpProtocolIpv6", sent.http_protocol_ipv6, ("enabled", "disabled"), before.ipv6)?,
        instance_tags: switch(
            "InstanceMetadataTags",
            sent.instance_metadata_tags,
            ("enabled", "disabled"),
            before.instance_tags,
        )?,
    })
}

fn switch(
    parameter: &str,
    sent: Option<String>,
    (on, off): (&str, &str),
    before: bool,
) -> Result<bool, AwsError> {
    match sent {
        None => Ok(before),
        Some(text) if text == on => Ok(true),
        Some(text) if text == off => Ok(false),
        Some(text) => Err(AwsError::invalid_value(parameter, &text, &format!("Expecting {on} or {off}."))),
    }
}

/// `stop` unless something else is said.
pub(crate) fn shutdown_behavior(text: Option<&str>) -> Result<ShutdownBehavior, AwsError> {
    match text {
        None | Some("stop") => Ok(ShutdownBehavior::Stop),
        Some("terminate") => Ok(ShutdownBehavior::Terminate),
        Some(other) => Err(AwsError::invalid_value(
            "instanceInitiatedShutdownBehavior",
            other,
            "Expecting stop or terminate.",
        )),
    }
}

fn cpu_credits(
    instance_type: &InstanceType,
    sent: Option<CreditSpecificationRequest>,
) -> Result<Option<String>, AwsError> {
    let Some(credits) = sent.and_then(|sent| sent.cpu_credits) else { return Ok(None) };
    if !instance_type.is_burstable() {
        let message =
            format!("The creditSpecification parameter is not supported for {}.", instance_type.name);
        return Err(AwsError::invalid_parameter_combination(message));
    }
    match credits == "standard" || credits == "unlimited" {
        true => Ok(Some(credits)),
        false => Err(AwsError::invalid_value("cpuCredits", &credits, "Expecting standard or unlimited.")),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    #[test]
    fn a_launch_is_pending_with_a_private_address_and_shows_its_public_one_when_it_runs() {
        let mut caller = Caller::new();
        let answer = caller.launch(&[]);
        assert_eq!(answer.text("name"), "pending");
        assert_eq!(answer.texts("code"), ["0", "pending"], "of the state and of its reason");
        assert!(answer.text("privateIpAddress").starts_with("172.31."));
        assert!(answer.text("privateDnsName").ends_with(".us-west-2.compute.internal"));
        assert_eq!(answer.texts("status"), ["attaching", "in-use"], "of the interface and its attachment");
        assert!(answer.texts("publicIp").is_empty());
        caller.settle();
        let answer = caller.ok("DescribeInstances", &[]);
        assert_eq!(answer.text("name"), "running");
        let public = answer.text("ipAddress");
        assert_eq!(answer.text("ipOwnerId"), "amazon");
        let dashed = public.replace('.', "-");
        assert_eq!(answer.text("dnsName"), format!("ec2-{dashed}.us-west-2.compute.amazonaws.com"));
    }

    #[test]
    fn amazon_linux_2023_wants_metadata_tokens_that_go_two_hops() {
        let mut caller = Caller::new();
        let answer = caller.launch(&[]);
        assert_eq!(
            (answer.text("httpTokens"), answer.text("httpPutResponseHopLimit")),
            ("required".into(), "2".into())
        );
        let answer = caller.launch(&[
            ("MetadataOptions.HttpTokens", "optional"),
            ("MetadataOptions.HttpPutResponseHopLimit", "1"),
        ]);
        assert_eq!(
            (answer.text("httpTokens"), answer.text("httpPutResponseHopLimit")),
            ("optional".into(), "1".into())
        );
    }

    #[test]
    fn a_launch_of_several_is_one_reservation_whose_instances_are_numbered() {
        let mut caller = Caller::new();
        let image = caller.launch(&[]).text("imageId");
        let parameters =
            [("ImageId", &*image), ("InstanceType", "t3.micro"), ("MinCount", "2"), ("MaxCount", "3")];
        let answer = caller.ok("RunInstances", &parameters);
        assert_eq!(answer.texts("amiLaunchIndex"), ["0", "1", "2"]);
        let reservation = answer.text("reservationId");
        let filter = [("Filter.1.Name", "reservation-id"), ("Filter.1.Value.1", &*reservation)];
        let answer = caller.ok("DescribeInstances", &filter);
        assert_eq!((answer.texts("reservationId").len(), answer.texts("amiLaunchIndex").len()), (1, 3));
    }

    #[test]
    fn tags_go_to_the_instance_its_volume_and_its_interface() {
        let mut caller = Caller::new();
        let id = caller.running(&[
            ("TagSpecification.1.ResourceType", "instance"),
            ("TagSpecification.1.Tag.1.Key", "Name"),
            ("TagSpecification.1.Tag.1.Value", "web"),
            ("TagSpecification.2.ResourceType", "volume"),
            ("TagSpecification.2.Tag.1.Key", "Name"),
            ("TagSpecification.2.Tag.1.Value", "disk"),
            ("TagSpecification.3.ResourceType", "network-interface"),
            ("TagSpecification.3.Tag.1.Key", "Name"),
            ("TagSpecification.3.Tag.1.Value", "eth0"),
        ]);
        let web =
            caller.ok("DescribeInstances", &[("Filter.1.Name", "tag:Name"), ("Filter.1.Value.1", "web")]);
        assert_eq!(web.text("instanceId"), id);
        let disk =
            caller.ok("DescribeVolumes", &[("Filter.1.Name", "tag:Name"), ("Filter.1.Value.1", "disk")]);
        assert_eq!(disk.text("instanceId"), id);
        let eth0 = caller
            .ok("DescribeNetworkInterfaces", &[("Filter.1.Name", "tag:Name"), ("Filter.1.Value.1", "eth0")]);
        assert_eq!(eth0.text("instanceId"), id);
    }

    #[test]
    fn an_image_is_named_by_its_id_or_by_amazons_parameter() {
        let mut caller = Caller::new();
        let alias = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";
        let parameters =
            [("ImageId", alias), ("InstanceType", "t2.micro"), ("MinCount", "1"), ("MaxCount", "1")];
        assert_eq!(caller.ok("RunInstances", &parameters).text("name"), "pending");
        let mut refused = |image| {
            caller.refused("RunInstances", &[("ImageId", image), ("MinCount", "1"), ("MaxCount", "1")])
        };
        assert_eq!(refused("x"), "InvalidAMIID.Malformed: Invalid id: \"x\" (expecting \"ami-...\")");
        assert!(refused("resolve:ssm:/my/image").starts_with("InvalidAMIID.NotFound: "));
    }

    #[test]
    fn what_does_not_go_together_is_refused_in_aws_words() {
        let mut caller = Caller::new();
        let subnet = caller.ok("DescribeSubnets", &[]).text("subnetId");
        let image = model::image::all(caller.scope().region).next().unwrap().id().to_string();
        let mut refused = |more: &[(&str, &str)]| {
            let mut parameters = vec![("ImageId", &*image), ("MinCount", "1"), ("MaxCount", "1")];
            parameters.extend_from_slice(more);
            if !more.iter().any(|(name, _)| *name == "InstanceType") {
                parameters.push(("InstanceType", "t2.micro"));
            }
            caller.refused("RunInstances", &parameters)
        };
        let eth0 = ("NetworkInterface.1.DeviceIndex", "0");
        assert_eq!(
            refused(&[eth0, ("SubnetId", &subnet)]),
            "InvalidParameterCombination: Network interfaces and an instance-level subnet ID may not be specified on \
             the same request"
        );
        assert_eq!(
            refused(&[eth0, ("SecurityGroupId.1", "sg-0123456789abcdef0")]),
            "InvalidParameterCombination: Network interfaces and an instance-level security groups may not be \
             specified on the same request"
        );
        assert_eq!(
            refused(&[("SubnetId", &subnet), ("SecurityGroup.1", "default")]),
            "InvalidParameterCombination: The parameter groupName cannot be used with the parameter subnet"
        );
        assert_eq!(
            refused(&[
                eth0,
                ("NetworkInterface.1.AssociatePublicIpAddress", "true"),
                ("NetworkInterface.2.DeviceIndex", "1")
            ]),
            "InvalidParameterCombination: The associatePublicIPAddress parameter cannot be specified when launching \
             with multiple network interfaces."
        );
        assert_eq!(
            refused(&[("KeyName", "none")]),
            "InvalidKeyPair.NotFound: The key pair 'none' does not exist"
        );
        assert_eq!(
            refused(&[("UserData", "%%%")]),
            "InvalidUserData.Malformed: Invalid BASE64 encoding of user data."
        );
        assert_eq!(
            refused(&[("Placement.AvailabilityZone", "us-west-2z")]),
            "InvalidParameterValue: Invalid availability zone: [us-west-2z]"
        );
        let arm = refused(&[("InstanceType", "t4g.micro")]);
        assert!(
            arm.starts_with("InvalidParameterValue: The architecture 'arm64' of the specified instance type"),
            "{arm}"
        );
        assert_eq!(
            refused(&[("InstanceType", "t9.huge")]),
            "InvalidParameterValue: Invalid value 't9.huge' for InstanceType."
        );
    }

    #[test]
    fn a_group_of_another_network_is_refused_and_leaves_nothing_behind() {
        let mut caller = Caller::new();
        let vpc = caller.ok("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]).text("vpcId");
        let filter = [("Filter.1.Name", "vpc-id"), ("Filter.1.Value.1", &*vpc)];
        let group = caller.ok("DescribeSecurityGroups", &filter).text("groupId");
        let subnet = caller.ok("DescribeSubnets", &[]).text("subnetId");
        let image = model::image::all(caller.scope().region).next().unwrap().id().to_string();
        let refused = caller.refused(
            "RunInstances",
            &[
                ("ImageId", &image),
                ("InstanceType", "t2.micro"),
                ("MinCount", "1"),
                ("MaxCount", "1"),
                ("SubnetId", &subnet),
                ("SecurityGroupId.1", &group),
            ],
        );
        assert_eq!(
            refused,
            format!(
                "InvalidParameter: Security group {group} and subnet {subnet} belong to different networks."
            )
        );
        assert!(
            caller.world.network.network_interfaces.is_empty() && caller.world.network.instances.is_empty()
        );
    }

    #[test]
    fn without_a_default_vpc_or_a_subnet_in_it_a_subnet_must_be_named() {
        let mut caller = Caller::new();
        let image = model::image::all(caller.scope().region).next().unwrap().id().to_string();
        let launch =
            [("ImageId", &*image), ("InstanceType", "t2.micro"), ("MinCount", "1"), ("MaxCount", "1")];
        let vpc = caller.ok("DescribeVpcs", &[]).text("vpcId");
        for subnet in caller.ok("DescribeSubnets", &[]).texts("subnetId") {
            caller.ok("DeleteSubnet", &[("SubnetId", &subnet)]);
        }
        let mut in_zone = launch.to_vec();
        in_zone.push(("Placement.AvailabilityZone", "us-west-2c"));
        assert_eq!(
            caller.refused("RunInstances", &in_zone),
            "MissingInput: No default subnet for availability zone: 'us-west-2c'."
        );
        assert_eq!(
            caller.refused("RunInstances", &launch),
            format!("MissingInput: No subnets found for the default VPC '{vpc}'. Please specify a subnet.")
        );
        let gateway = caller.ok("DescribeInternetGateways", &[]).text("internetGatewayId");
        caller.ok("DetachInternetGateway", &[("InternetGatewayId", &gateway), ("VpcId", &vpc)]);
        caller.ok("DeleteVpc", &[("VpcId", &vpc)]);
        assert_eq!(
            caller.refused("RunInstances", &launch),
            "VPCIdNotSpecified: No default VPC for this user. GroupName is only supported for EC2-Classic and default \
             VPC."
        );
    }

    #[test]
    fn interfaces_are_made_or_taken_as_specified() {
        let mut caller = Caller::new();
        let zone = ("Placement.AvailabilityZone", "us-west-2b");
        let subnet = caller
            .ok(
                "DescribeSubnets",
                &[("Filter.1.Name", "availability-zone"), ("Filter.1.Value.1", "us-west-2b")],
            )
            .text("subnetId");
        let extra = caller.ok("CreateNetworkInterface", &[("SubnetId", &subnet)]).text("networkInterfaceId");
        let id = caller.running(&[
            zone,
            ("NetworkInterface.1.DeviceIndex", "0"),
            ("NetworkInterface.1.Description", "front"),
            ("NetworkInterface.1.SecondaryPrivateIpAddressCount", "1"),
            ("NetworkInterface.2.DeviceIndex", "1"),
            ("NetworkInterface.2.NetworkInterfaceId", &extra),
        ]);
        let answer = caller.ok("DescribeInstances", &[("InstanceId.1", &id)]);
        assert_eq!(answer.texts("deviceIndex"), ["0", "1"]);
        assert_eq!(answer.texts("deleteOnTermination")[1..], ["true", "false"], "after the root volume's");
        assert!(answer.texts("ipAddress").is_empty(), "two interfaces get no lent address");
        assert!(answer.0.contains(&extra) && answer.text("availabilityZone") == "us-west-2b");
        let taken = caller.refused(
            "AttachNetworkInterface",
            &[("NetworkInterfaceId", &extra), ("InstanceId", &id), ("DeviceIndex", "2")],
        );
        assert_eq!(taken, format!("InvalidNetworkInterface.InUse: Interface: [{extra}] in use."));
    }

    #[test]
    fn what_a_launch_asks_beyond_what_there_is_is_refused_and_not_forgotten() {
        let mut caller = Caller::new();
        let device = ("BlockDeviceMapping.1.DeviceName", "/dev/xvda");
        let monitored = ("Monitoring.Enabled", "true");
        for (parameter, value, name) in [
            ("BlockDeviceMapping.1.Ebs.EbsCardIndex", "1", "Ebs.EbsCardIndex"),
            ("BlockDeviceMapping.1.Ebs.OutpostArn", "arn", "Ebs.OutpostArn"),
            ("BlockDeviceMapping.1.Ebs.VolumeInitializationRate", "100", "Ebs.VolumeInitializationRate"),
            ("Monitoring.MetricCategoryId.1", "x", "Monitoring.MetricCategoryId"),
            ("Placement.Affinity", "host", "Placement.Affinity"),
            (
                "CapacityReservationSpecification.CapacityReservationPreference",
                "capacity-reservations-only",
                "CapacityReservationSpecification.CapacityReservationPreference",
            ),
        ] {
            assert_eq!(
                caller.refused_launch(&[device, monitored, (parameter, value)]),
                format!("UnsupportedOperation: Hamlet does not support the parameter {name} yet.")
            );
        }
        assert_eq!(
            caller.refused_launch(&[device, ("BlockDeviceMapping.1.Ebs.SnapshotId", "snap-00000001")]),
            "InvalidBlockDeviceMapping: snapshotId cannot be modified on root device"
        );
        caller.launch(&[device, ("BlockDeviceMapping.1.Ebs.Iops", "4000")]);
    }
}
