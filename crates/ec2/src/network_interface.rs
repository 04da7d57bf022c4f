//! Network interfaces. Follows CreateNetworkInterface, AttachNetworkInterface, AssignPrivateIpAddresses and their
//! neighbours in the EC2 API Reference. No prefix delegation, no EFA, no ENA Express.

use awsproto::{AwsError, Call, Filterable};
use model::network_interface::{
    AssignPrivateAddresses, Attachment, ConnectionTracking, InterfaceKind, NewNetworkInterface,
    PublicAddress, Wish,
};
use model::refusal::NetworkInterfaceRefusal;
use model::{InstanceState, NetworkInterfaceId, Scope, SecurityGroupId, World};
use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::errors::refused;
use crate::host_name;
use crate::request::{self, Describe, bool_values, parse_id, render_tags, required_id, text_values};
use crate::shapes::{self, *};

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateNetworkInterfaceRequest,
) -> Result<CreateNetworkInterfaceResult, AwsError> {
    let CreateNetworkInterfaceRequest {
        client_token,
        connection_tracking_specification,
        description,
        enable_primary_ipv6,
        groups,
        interface_type,
        ipv4_prefix_count,
        ipv4_prefixes,
        ipv6_address_count,
        ipv6_addresses,
        ipv6_prefix_count,
        ipv6_prefixes,
        operator,
        private_ip_address,
        private_ip_addresses,
        secondary_private_ip_address_count,
        subnet_id,
        tag_specifications,
    } = request;
    request::refuse_unsupported(&[
        ("EnablePrimaryIpv6", enable_primary_ipv6 == Some(true)),
        ("InterfaceType", interface_type.as_deref().is_some_and(|kind| kind != "interface")),
        ("Ipv4Prefix", !ipv4_prefixes.is_empty()),
        ("Ipv4PrefixCount", ipv4_prefix_count.is_some_and(|count| count > 0)),
        ("Ipv6Prefix", !ipv6_prefixes.is_empty()),
        ("Ipv6PrefixCount", ipv6_prefix_count.is_some_and(|count| count > 0)),
        ("Operator", operator.is_some()),
    ])?;
    let addresses = Addresses {
        primary: private_ip_address,
        listed: private_ip_addresses,
        secondary_count: secondary_private_ip_address_count,
        ipv6: ipv6_addresses,
        ipv6_count: ipv6_address_count,
    };
    let addresses = addresses.read()?;
    let new = NewNetworkInterface {
        groups: request::group_ids(&groups)?,
        description: description.unwrap_or_default(),
        primary_address: addresses.primary,
        secondary_addresses: addresses.secondary,
        ipv6_addresses: addresses.ipv6,
        connection_tracking: tracking(connection_tracking_specification)?,
        requester: Some(call.principal.user_id()),
        tags: awsproto::tags::specified(tag_specifications, "network-interface")?,
        ..NewNetworkInterface::in_subnet(required_id(subnet_id.as_deref())?)
    };
    let scope = call.scope;
    let id = call.with_ids(|ids| world.create_network_interface(scope, new, ids)).map_err(refused)?;
    let interface = render(world, world.network_interface(scope, id).map_err(refused)?);
    Ok(CreateNetworkInterfaceResult {
        // "pending" in the answer, "available" ever after.
        network_interface: Some(shapes::NetworkInterface { status: Some("pending".to_owned()), ..interface }),
        client_token,
    })
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteNetworkInterfaceRequest,
) -> Result<(), AwsError> {
    let DeleteNetworkInterfaceRequest { network_interface_id } = request;
    let id = required_id(network_interface_id.as_deref())?;
    world.delete_network_interface(call.scope, id).map_err(refused)
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeNetworkInterfacesRequest,
) -> Result<DescribeNetworkInterfacesResult, AwsError> {
    let DescribeNetworkInterfacesRequest {
        filters,
        // Interfaces that a service provider manages, of which there are none.
        include_managed_resources: _,
        max_results,
        network_interface_ids,
        next_token,
    } = request;
    let scope = call.scope;
    let all = world.network.network_interfaces.values().filter(|interface| interface.scope == scope);
    let named = request::named_or_all(&network_interface_ids, all, |interface| interface.id)?;
    let describe =
        Describe { kind: "networkInterface", ids: &network_interface_ids, filters, max_results, next_token };
    let interfaces = named.into_iter().map(|interface| render(world, interface)).collect();
    let (network_interfaces, next_token) = describe
        .page(interfaces, |interface: &shapes::NetworkInterface| interface.network_interface_id.as_ref())?;
    Ok(DescribeNetworkInterfacesResult { network_interfaces, next_token })
}

pub(crate) fn describe_attribute(
    call: &mut Call,
    world: &World,
    request: DescribeNetworkInterfaceAttributeRequest,
) -> Result<DescribeNetworkInterfaceAttributeResult, AwsError> {
    let DescribeNetworkInterfaceAttributeRequest { attribute, network_interface_id } = request;
    let id = required_id(network_interface_id.as_deref())?;
    let interface = world.network_interface(call.scope, id).map_err(refused)?;
    let shape = render(world, interface);
    let mut answer = DescribeNetworkInterfaceAttributeResult {
        network_interface_id: shape.network_interface_id,
        ..Default::default()
    };
    match attribute.as_deref().ok_or_else(|| AwsError::missing_parameter("attribute"))? {
        "description" => answer.description = Some(AttributeValue { value: shape.description }),
        "groupSet" => answer.groups = Some(shape.groups),
        "sourceDestCheck" => {
            answer.source_dest_check = Some(AttributeBooleanValue { value: shape.source_dest_check });
        }
        "attachment" => answer.attachment = shape.attachment,
        "associatePublicIpAddress" => {
            answer.associate_public_ip_address = Some(interface.auto_assign_public_ip);
        }
        other => return Err(AwsError::invalid_value("attribute", other, "Unknown attribute.")),
    }
    Ok(answer)
}

/// What ModifyNetworkInterfaceAttribute can change.
enum Change {
    Description(String),
    SourceDestCheck(bool),
    Groups(Vec<SecurityGroupId>),
    DeleteOnTermination(NetworkInterfaceAttachmentChanges),
    AssociatePublicIpAddress(bool),
    ConnectionTracking(ConnectionTracking),
}

pub(crate) fn modify_attribute(
    call: &mut Call,
    world: &mut World,
    request: ModifyNetworkInterfaceAttributeRequest,
) -> Result<(), AwsError> {
    let ModifyNetworkInterfaceAttributeRequest {
        associate_public_ip_address,
        associated_subnet_ids,
        attachment,
        connection_tracking_specification,
        description,
        ena_srd_specification,
        enable_primary_ipv6,
        groups,
        network_interface_id,
        source_dest_check,
    } = request;
    request::refuse_unsupported(&[
        ("AssociatedSubnetId", !associated_subnet_ids.is_empty()),
        ("EnablePrimaryIpv6", enable_primary_ipv6.is_some()),
        ("EnaSrdSpecification", ena_srd_specification.is_some()),
    ])?;
    let scope = call.scope;
    let id: NetworkInterfaceId = required_id(network_interface_id.as_deref())?;
    let groups = request::group_ids(&groups);
    let tracking = connection_tracking_specification.map(|wanted| tracking(Some(wanted))).transpose()?;
    let sent = [
        description.map(|value| Change::Description(value.value.unwrap_or_default())),
        source_dest_check.and_then(|value| value.value).map(Change::SourceDestCheck),
        Some(groups?).filter(|groups| !groups.is_empty()).map(Change::Groups),
        attachment.map(Change::DeleteOnTermination),
        associate_public_ip_address.map(Change::AssociatePublicIpAddress),
        tracking.map(Change::ConnectionTracking),
    ];
    let change = request::only_attribute(&mut sent.into_iter().flatten())?;
    world.users_network_interface(scope, id).map_err(refused)?;
    apply(world, scope, id, change)
}

fn apply(world: &mut World, scope: Scope, id: NetworkInterfaceId, change: Change) -> Result<(), AwsError> {
    match change {
        Change::Description(text) => world.update_network_interface(id, |it| it.description = text),
        Change::SourceDestCheck(on) => world.update_network_interface(id, |it| it.source_dest_check = on),
        Change::AssociatePublicIpAddress(on) => {
            world.update_network_interface(id, |it| it.auto_assign_public_ip = on);
        }
        Change::ConnectionTracking(to) => {
            world.update_network_interface(id, |it| it.connection_tracking = to)
        }
        Change::Groups(groups) => return world.set_interface_groups(scope, id, &groups).map_err(refused),
        Change::DeleteOnTermination(attachment) => return change_attachment(world, scope, id, attachment),
    }
    Ok(())
}

fn change_attachment(
    world: &mut World,
    scope: Scope,
    id: NetworkInterfaceId,
    changes: NetworkInterfaceAttachmentChanges,
) -> Result<(), AwsError> {
    let NetworkInterfaceAttachmentChanges {
        attachment_id,
        default_ena_queue_count,
        delete_on_termination,
        ena_queue_count,
    } = changes;
    request::refuse_unsupported(&[
        ("Attachment.DefaultEnaQueueCount", default_ena_queue_count.is_some()),
        ("Attachment.EnaQueueCount", ena_queue_count.is_some()),
    ])?;
    let attachment = required_id(attachment_id.as_deref())?;
    let delete = delete_on_termination.unwrap_or(false);
    world.set_delete_on_termination(scope, id, attachment, delete).map_err(refused)
}

pub(crate) fn reset_attribute(
    call: &mut Call,
    world: &mut World,
    request: ResetNetworkInterfaceAttributeRequest,
) -> Result<(), AwsError> {
    let ResetNetworkInterfaceAttributeRequest { network_interface_id, source_dest_check } = request;
    // The attribute is named by its parameter; what that says does not matter.
    request::only_attribute(&mut source_dest_check.into_iter())?;
    let id = required_id(network_interface_id.as_deref())?;
    world.users_network_interface(call.scope, id).map_err(refused)?;
    world.update_network_interface(id, |interface| interface.source_dest_check = true);
    Ok(())
}

pub(crate) fn attach(
    call: &mut Call,
    world: &mut World,
    request: AttachNetworkInterfaceRequest,
) -> Result<AttachNetworkInterfaceResult, AwsError> {
    let AttachNetworkInterfaceRequest {
        device_index,
        ena_queue_count,
        ena_srd_specification,
        instance_id,
        network_card_index,
        network_interface_id,
    } = request;
    request::refuse_unsupported(&[
        ("EnaQueueCount", ena_queue_count.is_some()),
        ("EnaSrdSpecification", ena_srd_specification.is_some()),
        ("NetworkCardIndex", network_card_index.is_some_and(|index| index != 0)),
    ])?;
    let (scope, now) = (call.scope, call.now);
    let id = required_id(network_interface_id.as_deref())?;
    let instance = required_id(instance_id.as_deref())?;
    let index = parse_device_index(device_index)?;
    let attach = call.with_ids(|ids| world.attach_network_interface(scope, id, instance, index, now, ids));
    let attachment = attach.map_err(refused)?;
    Ok(AttachNetworkInterfaceResult {
        attachment_id: Some(attachment.to_string()),
        network_card_index: Some(0),
    })
}

pub(crate) fn detach(
    call: &mut Call,
    world: &mut World,
    request: DetachNetworkInterfaceRequest,
) -> Result<(), AwsError> {
    // No detachment waits for the instance here, so that none has to be forced.
    let DetachNetworkInterfaceRequest { attachment_id, force: _ } = request;
    let text = attachment_id.as_deref().unwrap_or_default();
    if text.starts_with(SERVICE_ATTACHMENT) {
        return Err(refused(NetworkInterfaceRefusal::ServiceAttachment));
    }
    world.detach_network_interface(call.scope, parse_id(text)?).map_err(refused)
}

pub(crate) fn assign_private(
    call: &mut Call,
    world: &mut World,
    request: AssignPrivateIpAddressesRequest,
) -> Result<AssignPrivateIpAddressesResult, AwsError> {
    let AssignPrivateIpAddressesRequest {
        allow_reassignment,
        ipv4_prefix_count,
        ipv4_prefixes,
        network_interface_id,
        private_ip_addresses,
        secondary_private_ip_address_count,
    } = request;
    request::refuse_unsupported(&[
        ("Ipv4Prefix", !ipv4_prefixes.is_empty()),
        ("Ipv4PrefixCount", ipv4_prefix_count.is_some()),
    ])?;
    let id = required_id(network_interface_id.as_deref())?;
    let addresses = match (private_ip_addresses.is_empty(), secondary_private_ip_address_count) {
        (true, None) => {
            return Err(AwsError::missing_parameter("secondaryPrivateIpAddressCount or privateIpAddresses"));
        }
        (false, Some(_)) => {
            return Err(list_and_count("privateIpAddresses", "secondaryPrivateIpAddressCount"));
        }
        (true, Some(count)) => Wish::Count(address_count("secondaryPrivateIpAddressCount", count)?),
        (false, None) => Wish::Listed(ipv4_addresses("privateIpAddress", &private_ip_addresses)?),
    };
    let assign =
        AssignPrivateAddresses { addresses, allow_reassignment: allow_reassignment.unwrap_or(false) };
    let scope = call.scope;
    let added =
        call.with_ids(|ids| world.assign_private_addresses(scope, id, assign, ids)).map_err(refused)?;
    let render =
        |address: Ipv4Addr| AssignedPrivateIpAddress { private_ip_address: Some(address.to_string()) };
    Ok(AssignPrivateIpAddressesResult {
        network_interface_id: Some(id.to_string()),
        assigned_private_ip_addresses: added.into_iter().map(render).collect(),
        assigned_ipv4_prefixes: Vec::new(),
    })
}

pub(crate) fn unassign_private(
    call: &mut Call,
    world: &mut World,
    request: UnassignPrivateIpAddressesRequest,
) -> Result<(), AwsError> {
    let UnassignPrivateIpAddressesRequest { ipv4_prefixes, network_interface_id, private_ip_addresses } =
        request;
    request::refuse_unsupported(&[("Ipv4Prefix", !ipv4_prefixes.is_empty())])?;
    let id = required_id(network_interface_id.as_deref())?;
    if private_ip_addresses.is_empty() {
        return Err(AwsError::missing_parameter("privateIpAddress"));
    }
    let addresses = ipv4_addresses("privateIpAddress", &private_ip_addresses)?;
    world.unassign_private_addresses(call.scope, id, &addresses).map_err(refused)
}

pub(crate) fn assign_ipv6(
    call: &mut Call,
    world: &mut World,
    request: AssignIpv6AddressesRequest,
) -> Result<AssignIpv6AddressesResult, AwsError> {
    let AssignIpv6AddressesRequest {
        ipv6_address_count,
        ipv6_addresses,
        ipv6_prefix_count,
        ipv6_prefixes,
        network_interface_id,
    } = request;
    request::refuse_unsupported(&[
        ("Ipv6Prefix", !ipv6_prefixes.is_empty()),
        ("Ipv6PrefixCount", ipv6_prefix_count.is_some()),
    ])?;
    let id = required_id(network_interface_id.as_deref())?;
    let addresses = match (ipv6_addresses.is_empty(), ipv6_address_count) {
        (true, None) => return Err(AwsError::missing_parameter("ipv6AddressCount or ipv6Addresses")),
        (false, Some(_)) => return Err(list_and_count("ipv6Addresses", "ipv6AddressCount")),
        (true, Some(count)) => Wish::Count(address_count("ipv6AddressCount", count)?),
        (false, None) => Wish::Listed(parse_ipv6_addresses(&ipv6_addresses)?),
    };
    let scope = call.scope;
    let added =
        call.with_ids(|ids| world.assign_ipv6_addresses(scope, id, addresses, ids)).map_err(refused)?;
    Ok(AssignIpv6AddressesResult {
        network_interface_id: Some(id.to_string()),
        assigned_ipv6_addresses: added.iter().map(Ipv6Addr::to_string).collect(),
        assigned_ipv6_prefixes: Vec::new(),
    })
}

pub(crate) fn unassign_ipv6(
    call: &mut Call,
    world: &mut World,
    request: UnassignIpv6AddressesRequest,
) -> Result<UnassignIpv6AddressesResult, AwsError> {
    let UnassignIpv6AddressesRequest { ipv6_addresses, ipv6_prefixes, network_interface_id } = request;
    request::refuse_unsupported(&[("Ipv6Prefix", !ipv6_prefixes.is_empty())])?;
    let id = required_id(network_interface_id.as_deref())?;
    let addresses = parse_ipv6_addresses(&ipv6_addresses)?;
    world.unassign_ipv6_addresses(call.scope, id, &addresses).map_err(refused)?;
    Ok(UnassignIpv6AddressesResult {
        network_interface_id: Some(id.to_string()),
        unassigned_ipv6_addresses: addresses.iter().map(Ipv6Addr::to_string).collect(),
        unassigned_ipv6_prefixes: Vec::new(),
    })
}

/// The addresses that a new interface is to have, as CreateNetworkInterface and RunInstances take them.
#[derive(Default)]
pub(crate) struct Addresses {
    /// `PrivateIpAddress`.
    pub primary: Option<String>,
    /// `PrivateIpAddresses`, of which one may be marked as primary.
    pub listed: Vec<PrivateIpAddressSpecification>,
    /// `SecondaryPrivateIpAddressCount`.
    pub secondary_count: Option<i32>,
    /// `Ipv6Addresses`.
    pub ipv6: Vec<InstanceIpv6Address>,
    /// `Ipv6AddressCount`.
    pub ipv6_count: Option<i32>,
}

/// The same, read.
pub(crate) struct ReadAddresses {
    pub primary: Option<Ipv4Addr>,
    pub secondary: Wish<Ipv4Addr>,
    pub ipv6: Option<Wish<Ipv6Addr>>,
}

impl Addresses {
    pub(crate) fn read(self) -> Result<ReadAddresses, AwsError> {
        let (primaries, others): (Vec<_>, Vec<_>) =
            self.listed.into_iter().partition(|address| address.primary == Some(true));
        let texts = |list: Vec<PrivateIpAddressSpecification>| -> Vec<String> {
            list.into_iter().filter_map(|address| address.private_ip_address).collect()
        };
        let (mut primaries, others) = (texts(primaries), texts(others));
        primaries.extend(self.primary);
        if primaries.len() > 1 {
            return Err(AwsError::invalid_parameter_combination(
                "Only one primary private IP address can be specified.",
            ));
        }
        let secondary = match (others.is_empty(), self.secondary_count) {
            (true, None) => Wish::NONE,
            (true, Some(count)) => Wish::Count(address_count("secondaryPrivateIpAddressCount", count)?),
            (false, None) => Wish::Listed(ipv4_addresses("privateIpAddresses", &others)?),
            (false, Some(_)) => {
                return Err(list_and_count("privateIpAddresses", "secondaryPrivateIpAddressCount"));
            }
        };
        let is_primary = self.ipv6.iter().any(|address| address.is_primary_ipv6 == Some(true));
        request::refuse_unsupported(&[("Ipv6Addresses.IsPrimaryIpv6", is_primary)])?;
        let ipv6: Vec<String> = self.ipv6.into_iter().filter_map(|address| address.ipv6_address).collect();
        let ipv6 = match (ipv6.is_empty(), self.ipv6_count) {
            (true, None) => None,
            (true, Some(count)) => Some(Wish::Count(address_count("ipv6AddressCount", count)?)),
            (false, None) => Some(Wish::Listed(parse_ipv6_addresses(&ipv6)?)),
            (false, Some(_)) => return Err(list_and_count("ipv6Addresses", "ipv6AddressCount")),
        };
        let primary = primaries.first().map(|text| ipv4_address("privateIpAddress", text)).transpose()?;
        Ok(ReadAddresses { primary, secondary, ipv6 })
    }
}

pub(crate) fn list_and_count(list: &str, count: &str) -> AwsError {
    AwsError::invalid_parameter_combination(format!(
        "The parameter {list} cannot be used with the parameter {count}"
    ))
}

/// Reads an IPv4 address.
pub(crate) fn ipv4_address(parameter: &str, text: &str) -> Result<Ipv4Addr, AwsError> {
    text.parse().map_err(|_| AwsError::invalid_value(parameter, text, "This is not a valid IPv4 address."))
}

pub(crate) fn ipv4_addresses(parameter: &str, texts: &[String]) -> Result<Vec<Ipv4Addr>, AwsError> {
    texts.iter().map(|text| ipv4_address(parameter, text)).collect()
}

fn parse_ipv6_addresses(texts: &[String]) -> Result<Vec<Ipv6Addr>, AwsError> {
    let read = |text: &String| {
        text.parse()
            .map_err(|_| AwsError::invalid_value("ipv6Addresses", text, "This is not a valid IPv6 address."))
    };
    texts.iter().map(read).collect()
}

/// How many addresses one request can ask for; no instance type allows more on an interface.
const ADDRESSES_MAX: usize = 50;

pub(crate) fn address_count(parameter: &str, count: i32) -> Result<usize, AwsError> {
    let reason = format!("Expecting a value between 0 and {ADDRESSES_MAX}.");
    let refused = || AwsError::invalid_value(parameter, &count.to_string(), &reason);
    usize::try_from(count).ok().filter(|count| *count <= ADDRESSES_MAX).ok_or_else(refused)
}

/// Reads a device index.
pub(crate) fn parse_device_index(index: Option<i32>) -> Result<u16, AwsError> {
    let index = index.ok_or_else(|| AwsError::missing_parameter("deviceIndex"))?;
    let refused =
        |_| AwsError::invalid_value("deviceIndex", &index.to_string(), "This is not a device index.");
    u16::try_from(index).map_err(refused)
}

/// Reads idle timeouts of tracked connections.
pub(crate) fn tracking(
    wanted: Option<ConnectionTrackingSpecificationRequest>,
) -> Result<ConnectionTracking, AwsError> {
    let Some(wanted) = wanted else { return Ok(ConnectionTracking::default()) };
    Ok(ConnectionTracking {
        tcp_established_timeout_s: timeout(
            "TcpEstablishedTimeout",
            wanted.tcp_established_timeout,
            60,
            432_000,
        )?,
        udp_stream_timeout_s: timeout("UdpStreamTimeout", wanted.udp_stream_timeout, 60, 180)?,
        udp_timeout_s: timeout("UdpTimeout", wanted.udp_timeout, 30, 60)?,
    })
}

fn timeout(parameter: &str, value: Option<i32>, min: u32, max: u32) -> Result<Option<u32>, AwsError> {
    let Some(value) = value else { return Ok(None) };
    let seconds = u32::try_from(value).ok().filter(|seconds| (min..=max).contains(seconds));
    let reason = format!("Expecting a value between {min} and {max}.");
    seconds.map(Some).ok_or_else(|| AwsError::invalid_value(parameter, &value.to_string(), &reason))
}

/// How the attachments of services' interfaces begin.
const SERVICE_ATTACHMENT: &str = "ela-attach-";

/// An interface as answers show it.
pub(crate) fn render(world: &World, interface: &model::NetworkInterface) -> shapes::NetworkInterface {
    let attached = interface.attachment.is_some();
    let private_dns_name =
        interface.primary_address().and_then(|it| host_name::on_interface(world, interface, it));
    let association =
        interface.private_addresses.first().and_then(|it| association(world, interface, it.public));
    shapes::NetworkInterface {
        network_interface_id: Some(interface.id.to_string()),
        subnet_id: Some(interface.subnet.to_string()),
        vpc_id: Some(interface.vpc.to_string()),
        availability_zone: Some(interface.zone.to_string()),
        availability_zone_id: Some(interface.zone.zone_id()),
        description: Some(interface.description.clone()),
        owner_id: Some(interface.scope.account.to_string()),
        requester_id: interface.requester.clone(),
        requester_managed: Some(interface.is_requester_managed()),
        status: Some(if attached { "in-use" } else { "available" }.to_owned()),
        mac_address: Some(interface.mac.to_string()),
        private_ip_address: interface.primary_address().map(|address| address.to_string()),
        private_dns_name,
        source_dest_check: Some(interface.source_dest_check),
        groups: groups(world, &interface.groups),
        attachment: interface.attachment.as_ref().map(|it| attachment(world, it)),
        public_dns_name: association.as_ref().and_then(|it| it.public_dns_name.clone()),
        association,
        private_ip_addresses: private_addresses(world, interface),
        ipv6_addresses: interface.ipv6_addresses.iter().map(ipv6_address).collect(),
        ipv6_address: interface.ipv6_addresses.first().map(Ipv6Addr::to_string),
        interface_type: Some(kind(interface.kind).to_owned()),
        connection_tracking_configuration: tracking_shown(interface.connection_tracking),
        operator: Some(OperatorResponse { managed: Some(false), ..Default::default() }),
        tag_set: render_tags(&interface.tags),
        ..Default::default()
    }
}

fn kind(kind: InterfaceKind) -> &'static str {
    match kind {
        InterfaceKind::Interface => "interface",
        InterfaceKind::NatGateway => "nat_gateway",
        InterfaceKind::InstanceConnectEndpoint => "ec2_instance_connect_endpoint",
    }
}

/// Groups with their names.
pub(crate) fn groups(world: &World, groups: &[SecurityGroupId]) -> Vec<GroupIdentifier> {
    let render = |id: &SecurityGroupId| GroupIdentifier {
        group_id: Some(id.to_string()),
        group_name: world.network.security_groups.get(id).map(|group| group.name.clone()),
    };
    groups.iter().map(render).collect()
}

/// `attaching` until the instance runs, `attached` from then on.
pub(crate) fn attachment_status(world: &World, attachment: &Attachment) -> &'static str {
    let instance = attachment.instance.and_then(|id| world.network.instances.get(&id));
    match instance.map(|instance| instance.state) {
        Some(InstanceState::Pending) => "attaching",
        Some(InstanceState::ShuttingDown | InstanceState::Terminated) => "detaching",
        Some(InstanceState::Running | InstanceState::Stopping | InstanceState::Stopped) | None => "attached",
    }
}

fn attachment(world: &World, attachment: &Attachment) -> NetworkInterfaceAttachment {
    let id = attachment.id.to_string();
    let (id, owner) = match attachment.instance {
        Some(_) => (id, attachment.instance_owner.to_string()),
        None => (id.replace("eni-attach-", SERVICE_ATTACHMENT), "amazon-aws".to_owned()),
    };
    NetworkInterfaceAttachment {
        attachment_id: Some(id),
        instance_id: attachment.instance.map(|instance| instance.to_string()),
        instance_owner_id: Some(owner),
        device_index: Some(attachment.device_index.into()),
        network_card_index: Some(0),
        status: Some(attachment_status(world, attachment).to_owned()),
        attach_time: Some(attachment.attached),
        delete_on_termination: Some(attachment.delete_on_termination),
        ..Default::default()
    }
}

/// What a public address is to the interface it is mapped to. A lent one belongs to `amazon`.
pub(crate) fn association(
    world: &World,
    interface: &model::NetworkInterface,
    public: Option<PublicAddress>,
) -> Option<NetworkInterfaceAssociation> {
    let public = public?;
    let elastic = public.elastic.and_then(|id| world.network.elastic_ips.get(&id));
    let owner = elastic.map_or("amazon".to_owned(), |elastic| elastic.scope.account.to_string());
    Some(NetworkInterfaceAssociation {
        public_ip: Some(public.address.to_string()),
        public_dns_name: world
            .network
            .vpcs
            .get(&interface.vpc)
            .map(|vpc| host_name::of_public_address(vpc, public.address).unwrap_or_default()),
        ip_owner_id: Some(owner),
        allocation_id: elastic.map(|elastic| elastic.id.to_string()),
        association_id: elastic.and_then(|elastic| elastic.association).map(|it| it.id.to_string()),
        ..Default::default()
    })
}

fn private_addresses(
    world: &World,
    interface: &model::NetworkInterface,
) -> Vec<NetworkInterfacePrivateIpAddress> {
    let primary = interface.primary_address();
    let render = |private: &model::network_interface::PrivateAddress| NetworkInterfacePrivateIpAddress {
        private_ip_address: Some(private.address.to_string()),
        private_dns_name: host_name::on_interface(world, interface, private.address),
        primary: Some(primary == Some(private.address)),
        association: association(world, interface, private.public),
    };
    interface.private_addresses.iter().map(render).collect()
}

fn ipv6_address(address: &Ipv6Addr) -> NetworkInterfaceIpv6Address {
    NetworkInterfaceIpv6Address {
        ipv6_address: Some(address.to_string()),
        is_primary_ipv6: Some(false),
        ..Default::default()
    }
}

/// Timeouts as answers show them; nothing when all are AWS's own.
fn tracking_shown(tracking: ConnectionTracking) -> Option<ConnectionTrackingConfiguration> {
    let seconds = |value: Option<u32>| value.and_then(|seconds| i32::try_from(seconds).ok());
    (tracking != ConnectionTracking::default()).then(|| ConnectionTrackingConfiguration {
        tcp_established_timeout: seconds(tracking.tcp_established_timeout_s),
        udp_stream_timeout: seconds(tracking.udp_stream_timeout_s),
        udp_timeout: seconds(tracking.udp_timeout_s),
    })
}

/// The values of text members of a list, for a filter.
pub(crate) fn each<'a, T>(list: &'a [T], member: impl Fn(&'a T) -> &'a Option<String>) -> Vec<Cow<'a, str>> {
    list.iter().filter_map(|item| member(item).as_deref()).map(Cow::from).collect()
}

impl Filterable for shapes::NetworkInterface {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        if let Some(name) = name.strip_prefix("attachment.") {
            return attachment_values(self.attachment.as_slice(), name);
        }
        if let Some(name) = name.strip_prefix("association.") {
            return association_values(self.association.as_slice(), name);
        }
        if let Some(name) = name.strip_prefix("addresses.") {
            return address_values(&self.private_ip_addresses, name);
        }
        Some(match name {
            "availability-zone" => text_values(&self.availability_zone),
            "availability-zone-id" => text_values(&self.availability_zone_id),
            "deny-all-igw-traffic" | "ipv6-native" => bool_values(Some(false)),
            "description" => text_values(&self.description),
            "group-id" => each(&self.groups, |group| &group.group_id),
            "group-name" => each(&self.groups, |group| &group.group_name),
            "interface-type" => text_values(&self.interface_type),
            "ipv6-address" | "ipv6-addresses.ipv6-address" => {
                each(&self.ipv6_addresses, |it| &it.ipv6_address)
            }
            "mac-address" => text_values(&self.mac_address),
            "network-interface-id" => text_values(&self.network_interface_id),
            "operator.managed" => bool_values(Some(false)),
            "operator.principal" => Vec::new(),
            "owner-id" => text_values(&self.owner_id),
            "private-dns-name" => text_values(&self.private_dns_name),
            "private-ip-address" => text_values(&self.private_ip_address),
            "public-dns-name" => text_values(&self.public_dns_name),
            "requester-id" => text_values(&self.requester_id),
            "requester-managed" => bool_values(self.requester_managed),
            "source-dest-check" => bool_values(self.source_dest_check),
            "status" => text_values(&self.status),
            "subnet-id" => text_values(&self.subnet_id),
            "vpc-id" => text_values(&self.vpc_id),
            _ => return None,
        })
    }
}

fn attachment_values<'a>(
    attachments: &'a [NetworkInterfaceAttachment],
    name: &str,
) -> Option<Vec<Cow<'a, str>>> {
    let number = |value: Option<i32>| value.map(|number| number.to_string().into());
    Some(match name {
        "attachment-id" => each(attachments, |it| &it.attachment_id),
        "attach-time" => {
            attachments.iter().filter_map(|it| Some(it.attach_time?.to_string().into())).collect()
        }
        "delete-on-termination" => {
            attachments.iter().flat_map(|it| bool_values(it.delete_on_termination)).collect()
        }
        "device-index" => attachments.iter().filter_map(|it| number(it.device_index)).collect(),
        "instance-id" => each(attachments, |it| &it.instance_id),
        "instance-owner-id" => each(attachments, |it| &it.instance_owner_id),
        "network-card-index" => attachments.iter().filter_map(|it| number(it.network_card_index)).collect(),
        "status" => each(attachments, |it| &it.status),
        _ => return None,
    })
}

fn association_values<'a>(
    associations: &'a [NetworkInterfaceAssociation],
    name: &str,
) -> Option<Vec<Cow<'a, str>>> {
    Some(match name {
        "allocation-id" => each(associations, |it| &it.allocation_id),
        "association-id" => each(associations, |it| &it.association_id),
        "ip-owner-id" | "owner-id" => each(associations, |it| &it.ip_owner_id),
        "public-ip" => each(associations, |it| &it.public_ip),
        "public-dns-name" => each(associations, |it| &it.public_dns_name),
        "carrier-ip" | "customer-owned-ip" => Vec::new(),
        _ => return None,
    })
}

fn address_values<'a>(
    addresses: &'a [NetworkInterfacePrivateIpAddress],
    name: &str,
) -> Option<Vec<Cow<'a, str>>> {
    if let Some(name) = name.strip_prefix("association.") {
        // An unknown name is unknown whether there are addresses or not.
        association_values(&[], name)?;
        let values = addresses.iter().filter_map(|it| association_values(it.association.as_slice(), name));
        return Some(values.flatten().collect());
    }
    Some(match name {
        "primary" => addresses.iter().flat_map(|it| bool_values(it.primary)).collect(),
        "private-ip-address" => each(addresses, |it| &it.private_ip_address),
        "private-dns-name" => each(addresses, |it| &it.private_dns_name),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    #[test]
    fn an_interface_is_made_shown_and_deleted() {
        let (mut caller, subnet) = with_subnet();
        let answer = caller.ok(
            "CreateNetworkInterface",
            &[("SubnetId", &subnet), ("Description", "back"), ("PrivateIpAddress", "10.0.0.10")],
        );
        assert_eq!(answer.text("status"), "pending");
        let id = answer.text("networkInterfaceId");
        let shown = caller.ok("DescribeNetworkInterfaces", &[("NetworkInterfaceId.1", &id)]);
        assert_eq!(
            (shown.text("status"), shown.text("privateIpAddress")),
            ("available".into(), "10.0.0.10".into())
        );
        assert_eq!(
            (shown.text("sourceDestCheck"), shown.text("groupName")),
            ("true".into(), "default".into())
        );
        assert!(shown.texts("privateDnsName").is_empty(), "no host names in this VPC");
        assert_eq!(
            caller.ok("DescribeSubnets", &[("SubnetId.1", &subnet)]).text("availableIpAddressCount"),
            "250"
        );
        caller.ok("DeleteNetworkInterface", &[("NetworkInterfaceId", &id)]);
        assert_eq!(
            caller.refused("DeleteNetworkInterface", &[("NetworkInterfaceId", &id)]),
            format!("InvalidNetworkInterfaceID.NotFound: The networkInterface ID '{id}' does not exist")
        );
    }

    #[test]
    fn addresses_that_cannot_be_had_are_refused_in_aws_words() {
        let (mut caller, subnet) = with_subnet();
        let mut refused = |address| {
            caller.refused("CreateNetworkInterface", &[("SubnetId", &subnet), ("PrivateIpAddress", address)])
        };
        let reserved = "InvalidParameterValue: Address is in subnet's reserved address range";
        assert_eq!(refused("10.0.0.3"), reserved);
        assert_eq!(refused("10.0.0.255"), reserved);
        assert_eq!(
            refused("10.0.1.4"),
            "InvalidParameterValue: Address does not fall within the subnet's address range"
        );
        caller.ok("CreateNetworkInterface", &[("SubnetId", &subnet), ("PrivateIpAddress", "10.0.0.4")]);
        assert_eq!(
            caller.refused(
                "CreateNetworkInterface",
                &[("SubnetId", &subnet), ("PrivateIpAddress", "10.0.0.4")]
            ),
            "InvalidIPAddress.InUse: The specified address is already in use."
        );
    }

    #[test]
    fn a_full_subnet_has_no_address_left() {
        let (mut caller, subnet) = with_subnet();
        let vpc = caller.ok("DescribeSubnets", &[("SubnetId.1", &subnet)]).text("vpcId");
        let small =
            caller.ok("CreateSubnet", &[("VpcId", &vpc), ("CidrBlock", "10.0.9.0/28")]).text("subnetId");
        for _ in 0..11 {
            caller.ok("CreateNetworkInterface", &[("SubnetId", &small)]);
        }
        assert_eq!(
            caller.refused("CreateNetworkInterface", &[("SubnetId", &small)]),
            "InsufficientFreeAddressesInSubnet: The specified subnet does not have enough free addresses to satisfy \
             the request."
        );
        assert_eq!(
            caller.refused("DeleteSubnet", &[("SubnetId", &small)]),
            format!("DependencyViolation: The subnet '{small}' has dependencies and cannot be deleted.")
        );
    }

    #[test]
    fn interfaces_are_attached_and_detached_hot_but_never_the_primary_one() {
        let mut caller = Caller::new();
        let id = caller.running(&[]);
        let shown = caller.ok("DescribeInstances", &[]);
        let subnet = shown.text("subnetId");
        let extra = caller.ok("CreateNetworkInterface", &[("SubnetId", &subnet)]).text("networkInterfaceId");
        let at = |index| [("NetworkInterfaceId", &*extra), ("InstanceId", &*id), ("DeviceIndex", index)];
        assert_eq!(
            caller.refused("AttachNetworkInterface", &at("0")),
            format!(
                "InvalidParameterValue: Instance '{id}' already has an interface attached at device index '0'."
            )
        );
        let attachment = caller.ok("AttachNetworkInterface", &at("1")).text("attachmentId");
        assert_eq!(
            caller.refused("DeleteNetworkInterface", &[("NetworkInterfaceId", &extra)]),
            format!("InvalidParameterValue: Network interface '{extra}' is currently in use.")
        );
        caller.ok("DetachNetworkInterface", &[("AttachmentId", &attachment)]);
        assert_eq!(
            caller.refused("DetachNetworkInterface", &[("AttachmentId", &attachment)]),
            format!("InvalidAttachmentID.NotFound: The attachment ID '{attachment}' does not exist")
        );
        assert_eq!(
            caller.refused("DetachNetworkInterface", &[("AttachmentId", &shown.text("attachmentId"))]),
            "OperationNotPermitted: The network interface at device index 0 and networkCard index 0 cannot be detached."
        );
    }

    #[test]
    fn secondary_addresses_come_and_go_within_the_types_limit() {
        let mut caller = Caller::new();
        caller.running(&[]);
        let id = caller.ok("DescribeInstances", &[]).text("networkInterfaceId");
        let one = [("NetworkInterfaceId", &*id), ("SecondaryPrivateIpAddressCount", "1")];
        let address = caller.ok("AssignPrivateIpAddresses", &one).text("privateIpAddress");
        assert_eq!(
            caller.refused("AssignPrivateIpAddresses", &one),
            "PrivateIpAddressLimitExceeded: Number of private addresses will exceed limit."
        );
        let unassign = [("NetworkInterfaceId", &*id), ("PrivateIpAddress.1", &*address)];
        caller.ok("UnassignPrivateIpAddresses", &unassign);
        assert_eq!(
            caller.refused("UnassignPrivateIpAddresses", &unassign),
            format!(
                "InvalidParameterValue: Some of the specified private IP addresses are not assigned to the network \
                 interface '{id}'"
            )
        );
        assert!(
            caller
                .refused("AssignIpv6Addresses", &[("NetworkInterfaceId", &id), ("Ipv6AddressCount", "1")])
                .starts_with("InvalidParameterValue: The subnet ")
        );
    }

    #[test]
    fn an_address_is_not_taken_from_another_interface_unasked() {
        let (mut caller, subnet) = with_subnet();
        let mut made = |address| {
            let parameters = [("SubnetId", &*subnet), ("PrivateIpAddress", address)];
            caller.ok("CreateNetworkInterface", &parameters).text("networkInterfaceId")
        };
        let (one, two) = (made("10.0.0.10"), made("10.0.0.20"));
        fn to<'a>(interface: &'a str, address: &'a str) -> [(&'a str, &'a str); 2] {
            [("NetworkInterfaceId", interface), ("PrivateIpAddress.1", address)]
        }
        let answer = caller.ok("AssignPrivateIpAddresses", &to(&one, "10.0.0.50"));
        assert_eq!(answer.text("privateIpAddress"), "10.0.0.50");
        let kept = "InvalidParameterValue: [10.0.0.50] assigned, but move is not allowed.";
        assert_eq!(caller.refused("AssignPrivateIpAddresses", &to(&two, "10.0.0.50")), kept);
        let both = [
            to(&two, "10.0.0.50")[0],
            ("PrivateIpAddress.1", "10.0.0.10"),
            ("PrivateIpAddress.2", "10.0.0.50"),
        ];
        assert_eq!(
            caller.refused("AssignPrivateIpAddresses", &both),
            "InvalidParameterValue: [10.0.0.10, 10.0.0.50] assigned, but move is not allowed."
        );
        let allowed = ("AllowReassignment", "true");
        let primary = [to(&two, "10.0.0.10").as_slice(), &[allowed]].concat();
        assert_eq!(
            caller.refused("AssignPrivateIpAddresses", &primary),
            "InvalidParameterValue: [10.0.0.10] assigned, but move is not allowed.",
            "a primary address never moves"
        );
        caller.ok("AssignPrivateIpAddresses", &[to(&two, "10.0.0.50").as_slice(), &[allowed]].concat());
        let shown = caller.ok("DescribeNetworkInterfaces", &[("NetworkInterfaceId.1", &one)]);
        assert!(!shown.0.contains("10.0.0.50"), "{}", shown.0);
    }

    #[test]
    fn what_an_interface_has_already_may_be_assigned_again() {
        let (mut caller, subnet) = with_subnet();
        let made = caller.ok(
            "CreateNetworkInterface",
            &[
                ("SubnetId", &subnet),
                ("PrivateIpAddress", "10.0.0.10"),
                ("SecondaryPrivateIpAddressCount", "1"),
            ],
        );
        let id = made.text("networkInterfaceId");
        let mut addresses = made.texts("privateIpAddress");
        addresses.dedup();
        for address in &addresses {
            for allowed in ["false", "true"] {
                let again = [
                    ("NetworkInterfaceId", &*id),
                    ("PrivateIpAddress.1", &**address),
                    ("AllowReassignment", allowed),
                ];
                let answer = caller.ok("AssignPrivateIpAddresses", &again);
                assert_eq!(&answer.text("privateIpAddress"), address);
            }
        }
        let shown = caller.ok("DescribeNetworkInterfaces", &[("NetworkInterfaceId.1", &id)]);
        assert_eq!(shown.texts("primary").len(), 2);
    }

    #[test]
    fn an_interface_tells_who_made_it_and_that_nobody_manages_it() {
        let (mut caller, subnet) = with_subnet();
        let made = caller.ok("CreateNetworkInterface", &[("SubnetId", &subnet)]);
        assert_eq!(
            (made.text("requesterId"), made.text("requesterManaged"), made.text("managed")),
            ("123456789012".into(), "false".into(), "false".into())
        );
        let id = made.text("networkInterfaceId");
        caller.ok("DeleteNetworkInterface", &[("NetworkInterfaceId", &id)]);
        caller.running(&[]);
        let of_instance = caller.ok("DescribeNetworkInterfaces", &[]);
        assert!(of_instance.texts("requesterId").is_empty(), "{}", of_instance.0);
    }

    #[test]
    fn one_attribute_at_a_time_is_changed() {
        let (mut caller, subnet) = with_subnet();
        let id = caller.ok("CreateNetworkInterface", &[("SubnetId", &subnet)]).text("networkInterfaceId");
        let off = [("NetworkInterfaceId", &*id), ("SourceDestCheck.Value", "false")];
        caller.ok("ModifyNetworkInterfaceAttribute", &off);
        let shown = [("NetworkInterfaceId", &*id), ("Attribute", "sourceDestCheck")];
        assert_eq!(caller.ok("DescribeNetworkInterfaceAttribute", &shown).text("value"), "false");
        let both = [off[0], off[1], ("Description.Value", "x")];
        let refused = caller.refused("ModifyNetworkInterfaceAttribute", &both);
        assert!(refused.starts_with("InvalidParameterCombination: "), "{refused}");
    }

    fn with_subnet() -> (Caller, String) {
        let mut caller = Caller::new();
        let vpc = caller.ok("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]).text("vpcId");
        let subnet =
            caller.ok("CreateSubnet", &[("VpcId", &vpc), ("CidrBlock", "10.0.0.0/24")]).text("subnetId");
        (caller, subnet)
    }

    #[test]
    fn a_reset_names_its_attribute() {
        let mut caller = Caller::new();
        let subnet = caller.ok("DescribeSubnets", &[]).text("subnetId");
        let id = caller.ok("CreateNetworkInterface", &[("SubnetId", &subnet)]).text("networkInterfaceId");
        let one = ("NetworkInterfaceId", &*id);
        assert_eq!(
            caller.refused("ResetNetworkInterfaceAttribute", &[one]),
            "InvalidParameterCombination: No attributes specified."
        );
        caller.ok("ModifyNetworkInterfaceAttribute", &[one, ("SourceDestCheck.Value", "false")]);
        caller.ok("ResetNetworkInterfaceAttribute", &[one, ("SourceDestCheck", "sourceDestCheck")]);
        assert_eq!(caller.ok("DescribeNetworkInterfaces", &[]).text("sourceDestCheck"), "true");
    }
}
