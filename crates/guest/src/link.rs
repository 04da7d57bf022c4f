//! Which destinations are services of the link itself, answered by the network and routed nowhere.
//!
//! Follows "Understanding Amazon DNS", "Access instance metadata" and "Set the time reference for your EC2 instance".
//! Left out: ECS task metadata (169.254.170.2) and Windows licence activation (169.254.169.250 and .251).

use model::{Network, NetworkInterface, Subnet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::neighbor::{ROUTER_LINK_LOCAL, ROUTER_WELL_KNOWN};

/// The VPC resolver, on every link.
pub const RESOLVER: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 253);
/// The VPC resolver, on every link with IPv6.
pub const RESOLVER_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x253);
/// Instance metadata.
pub const METADATA: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 254);
/// Instance metadata, where `HttpProtocolIpv6` is enabled.
pub const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
/// The Amazon Time Sync Service.
pub const TIME: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 123);
/// The Amazon Time Sync Service on IPv6.
pub const TIME_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x123);
/// Where DHCPv6 clients look for servers (RFC 8415).
pub const DHCPV6_SERVERS: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 1, 2);

const TCP: u8 = 6;
const UDP: u8 = 17;

/// A service of the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkService {
    /// The VPC resolver: UDP and TCP port 53.
    Dns,
    /// Instance metadata: TCP port 80.
    Metadata,
    /// NTP: UDP port 123.
    Time,
    /// DHCP for IPv4: UDP port 67.
    Dhcp,
    /// DHCP for IPv6: UDP port 547.
    Dhcpv6,
}

/// The service that a packet from `interface` is for; `None` when it is for none, and the rules of the network apply.
pub fn service(
    network: &Network,
    interface: &NetworkInterface,
    destination: IpAddr,
    protocol: u8,
    port: u16,
) -> Option<LinkService> {
    let is_at = |offered: LinkService| match offered {
        LinkService::Dns => is_resolver(network, interface, destination),
        LinkService::Metadata => is_metadata(network, interface, destination),
        LinkService::Time => is_time(destination),
        LinkService::Dhcp => is_dhcp_server(network, interface, destination),
        LinkService::Dhcpv6 => is_dhcpv6_server(destination),
    };
    listening(protocol, port).filter(|offered| is_at(*offered))
}

/// Whether an address belongs to a service of the link: nothing sent to it is routed, whatever its port.
pub fn is_service_address(network: &Network, interface: &NetworkInterface, address: IpAddr) -> bool {
    is_resolver(network, interface, address) || is_metadata(network, interface, address) || is_time(address)
}

fn listening(protocol: u8, port: u16) -> Option<LinkService> {
    match (protocol, port) {
        (UDP | TCP, 53) => Some(LinkService::Dns),
        (TCP, 80) => Some(LinkService::Metadata),
        (UDP, 123) => Some(LinkService::Time),
        (UDP, 67) => Some(LinkService::Dhcp),
        (UDP, 547) => Some(LinkService::Dhcpv6),
        _ => None,
    }
}

fn is_resolver(network: &Network, interface: &NetworkInterface, address: IpAddr) -> bool {
    match address {
        IpAddr::V4(RESOLVER) | IpAddr::V6(RESOLVER_V6) => true,
        IpAddr::V4(v4) => in_vpc_resolver(network, interface).contains(&Some(v4)),
        IpAddr::V6(_) => false,
    }
}

/// The primary block's base plus two, and the same in the interface's own subnet.
fn in_vpc_resolver(network: &Network, interface: &NetworkInterface) -> [Option<Ipv4Addr>; 2] {
    let vpc = network.vpcs.get(&interface.vpc).map(|vpc| vpc.resolver());
    let subnet = network.subnets.get(&interface.subnet).and_then(resolver_in_subnet);
    [vpc, subnet]
}

fn resolver_in_subnet(subnet: &Subnet) -> Option<Ipv4Addr> {
    subnet.cidr.map(|cidr| Ipv4Addr::from(u32::from(cidr.network()).wrapping_add(2)))
}

/// Metadata is an instance's own: interfaces that services hold have none.
fn is_metadata(network: &Network, interface: &NetworkInterface, address: IpAddr) -> bool {
    let Some(instance) = interface.instance().and_then(|id| network.instances.get(&id)) else {
        return false;
    };
    match address {
        IpAddr::V4(v4) => v4 == METADATA,
        IpAddr::V6(v6) => v6 == METADATA_V6 && instance.metadata_options.ipv6,
    }
}

fn is_time(address: IpAddr) -> bool {
    matches!(address, IpAddr::V4(TIME) | IpAddr::V6(TIME_V6))
}

/// Clients without a lease broadcast; clients that renew one ask the router, which is the server of the lease.
fn is_dhcp_server(network: &Network, interface: &NetworkInterface, address: IpAddr) -> bool {
    let IpAddr::V4(v4) = address else { return false };
    let router = network.subnets.get(&interface.subnet).and_then(Subnet::router);
    v4.is_broadcast() || router == Some(v4)
}

fn is_dhcpv6_server(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(DHCPV6_SERVERS | ROUTER_LINK_LOCAL | ROUTER_WELL_KNOWN))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{self, SPARE, WEB, WEB_ETH0};
    use model::World;

    fn found(world: &World, destination: &str, protocol: u8, port: u16) -> Option<LinkService> {
        let web = fixture::eni(world, WEB_ETH0);
        service(&world.network, &web, destination.parse().unwrap(), protocol, port)
    }

    #[test]
    fn services_are_told_by_address_protocol_and_port() {
        let world = fixture::world();
        for (destination, protocol, port, expected) in [
            ("10.0.0.2", UDP, 53, Some(LinkService::Dns)),
            ("10.0.0.2", TCP, 53, Some(LinkService::Dns)),
            ("10.0.1.2", UDP, 53, Some(LinkService::Dns)),
            ("169.254.169.253", UDP, 53, Some(LinkService::Dns)),
            ("fd00:ec2::253", UDP, 53, Some(LinkService::Dns)),
            ("10.0.2.2", UDP, 53, None),
            ("10.1.0.2", UDP, 53, None),
            ("10.0.1.11", UDP, 53, None),
            ("10.0.0.2", UDP, 54, None),
            ("169.254.169.254", TCP, 80, Some(LinkService::Metadata)),
            ("169.254.169.254", TCP, 443, None),
            ("169.254.169.254", UDP, 80, None),
            ("fd00:ec2::254", TCP, 80, None),
            ("169.254.169.123", UDP, 123, Some(LinkService::Time)),
            ("fd00:ec2::123", UDP, 123, Some(LinkService::Time)),
            ("255.255.255.255", UDP, 67, Some(LinkService::Dhcp)),
            ("10.0.1.1", UDP, 67, Some(LinkService::Dhcp)),
            ("10.0.2.1", UDP, 67, None),
            ("ff02::1:2", UDP, 547, Some(LinkService::Dhcpv6)),
            ("10.0.1.11", 1, 0, None),
        ] {
            assert_eq!(
                found(&world, destination, protocol, port),
                expected,
                "{destination} {protocol}/{port}"
            );
        }
    }

    #[test]
    fn metadata_is_on_ipv6_once_it_is_enabled_there_and_never_for_a_lone_interface() {
        let mut world = fixture::world();
        world.network.instances.get_mut(&WEB).unwrap().metadata_options.ipv6 = true;
        assert_eq!(found(&world, "fd00:ec2::254", TCP, 80), Some(LinkService::Metadata));
        let spare = fixture::eni(&world, SPARE);
        assert_eq!(service(&world.network, &spare, IpAddr::V4(METADATA), TCP, 80), None);
    }
}
