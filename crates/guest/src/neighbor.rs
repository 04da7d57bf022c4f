//! IPv6 neighbour discovery: which MAC address answers for an IPv6 address on an interface's link.
//!
//! The counterpart of ARP, with the same rule: the network answers from what it knows, guests are never asked. Router
//! addresses follow "Subnet sizing for IPv6" (VPC User Guide): the subnet's ::1, `fe80:ec2::1` and the link-local address
//! made from the router's MAC. Link-local addresses of other instances get no answer.

use model::{MacAddress, Network, NetworkInterface};
use std::net::{IpAddr, Ipv6Addr};

use crate::link;

/// The router's link-local address on every link, made from [`MacAddress::ROUTER`].
pub const ROUTER_LINK_LOCAL: Ipv6Addr = link_local(MacAddress::ROUTER);

/// The router's well-known link-local address.
pub const ROUTER_WELL_KNOWN: Ipv6Addr = Ipv6Addr::new(0xfe80, 0xec2, 0, 0, 0, 0, 0, 1);

/// The link-local address made from a MAC address: modified EUI-64 (RFC 4291, appendix A).
pub const fn link_local(mac: MacAddress) -> Ipv6Addr {
    let [a, b, c, d, e, f] = mac.0;
    Ipv6Addr::from_octets([0xfe, 0x80, 0, 0, 0, 0, 0, 0, a ^ 2, b, c, 0xff, 0xfe, d, e, f])
}

/// The MAC address that `asker` is told for `target`; `None` for no answer, as for the asker's own addresses.
pub fn owner(network: &Network, asker: &NetworkInterface, target: Ipv6Addr) -> Option<MacAddress> {
    if asker.has_address(IpAddr::V6(target)) || target == link_local(asker.mac) {
        return None;
    }
    let subnet = network.subnets.get(&asker.subnet)?;
    subnet.ipv6_cidr.as_ref()?;
    if is_router(subnet.router_v6(), target) || link::is_service_address(network, asker, IpAddr::V6(target)) {
        return Some(MacAddress::ROUTER);
    }
    let neighbor = network.interface_at(asker.vpc, IpAddr::V6(target))?;
    (neighbor.subnet == asker.subnet).then_some(neighbor.mac)
}

fn is_router(in_subnet: Option<Ipv6Addr>, target: Ipv6Addr) -> bool {
    in_subnet == Some(target) || target == ROUTER_LINK_LOCAL || target == ROUTER_WELL_KNOWN
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{self, DB_ETH0, SPARE, WEB_ETH0};

    #[test]
    fn the_router_has_four_kinds_of_addresses() {
        let world = fixture::world();
        let web = fixture::eni(&world, WEB_ETH0);
        for target in
            ["fe80::ec:2ff:fe00:1", "fe80:ec2::1", "2600:1f13:a:1::1", "fd00:ec2::253", "fd00:ec2::123"]
        {
            assert_eq!(
                owner(&world.network, &web, target.parse().unwrap()),
                Some(MacAddress::ROUTER),
                "{target}"
            );
        }
        let metadata = "fd00:ec2::254".parse().unwrap();
        assert_eq!(owner(&world.network, &web, metadata), None, "HttpProtocolIpv6 is off");
    }

    #[test]
    fn an_interface_of_the_subnet_is_found_by_others_only() {
        let mut world = fixture::world();
        let (web, target) = (fixture::eni(&world, WEB_ETH0), "2600:1f13:a:1::10".parse().unwrap());
        assert_eq!(owner(&world.network, &web, target), None, "its own address");
        assert_eq!(owner(&world.network, &web, link_local(web.mac)), None, "its own address");
        let spare = fixture::eni(&world, SPARE);
        assert_eq!(owner(&world.network, &spare, target), Some(web.mac));
        assert_eq!(owner(&world.network, &fixture::eni(&world, DB_ETH0), target), None, "another subnet");
        world.network.subnets.get_mut(&fixture::PUBLIC).unwrap().ipv6_cidr = None;
        assert_eq!(owner(&world.network, &spare, ROUTER_WELL_KNOWN), None, "a subnet without IPv6");
    }
}
