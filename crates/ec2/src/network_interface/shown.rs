//! Network interfaces as answers show them.

use model::network_interface::{ConnectionTracking, InterfaceKind, PublicAddress};
use model::network_interface_prefix::PrefixFamily;
use model::{IpNet, SecurityGroupId, World};
use std::net::Ipv6Addr;

use super::attachment;
use crate::host_name;
use crate::request::render_tags;
use crate::shapes::{self, *};

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
        attachment: interface.attachment.as_ref().map(|it| attachment::render(world, it)),
        public_dns_name: association.as_ref().and_then(|it| it.public_dns_name.clone()),
        association,
        private_ip_addresses: private_addresses(world, interface),
        ipv6_addresses: interface.ipv6_addresses.iter().map(ipv6_address).collect(),
        ipv4_prefixes: interface.prefixes_of(PrefixFamily::Ipv4).map(ipv4_prefix).collect(),
        ipv6_prefixes: interface.prefixes_of(PrefixFamily::Ipv6).map(ipv6_prefix).collect(),
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
        InterfaceKind::VpcEndpoint => "vpc_endpoint",
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

fn ipv4_prefix(prefix: IpNet) -> Ipv4PrefixSpecification {
    Ipv4PrefixSpecification { ipv4_prefix: Some(prefix.to_string()) }
}

fn ipv6_prefix(prefix: IpNet) -> Ipv6PrefixSpecification {
    Ipv6PrefixSpecification { ipv6_prefix: Some(prefix.to_string()) }
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
