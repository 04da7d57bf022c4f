//! ARP: which MAC address answers for an IPv4 address on an interface's link.
//!
//! A subnet is not a shared wire: requests reach the network alone, and it answers from what it knows (facts: "Subnet
//! L2 is emulated"). An address that no interface has gets no answer. Whatever a guest claims about addresses, by
//! gratuitous ARP or otherwise, is not listened to.

use model::{MacAddress, Network, NetworkInterface};
use std::net::{IpAddr, Ipv4Addr};

use crate::link;

/// The MAC address that `asker` is told for `target`; `None` for no answer.
///
/// The asker's own addresses get none either: an answer would tell its duplicate address detection that they are taken.
pub fn owner(network: &Network, asker: &NetworkInterface, target: Ipv4Addr) -> Option<MacAddress> {
    if asker.has_address(IpAddr::V4(target)) {
        return None;
    }
    let subnet = network.subnets.get(&asker.subnet)?;
    if subnet.router() == Some(target) || link::is_service_address(network, asker, IpAddr::V4(target)) {
        return Some(MacAddress::ROUTER);
    }
    let neighbor = network.interface_at(asker.vpc, IpAddr::V4(target))?;
    (neighbor.subnet == asker.subnet).then_some(neighbor.mac)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{self, SPARE, WEB_ETH0};

    fn asked_by_web(target: &str) -> Option<MacAddress> {
        let world = fixture::world();
        owner(&world.network, &fixture::eni(&world, WEB_ETH0), target.parse().unwrap())
    }

    #[test]
    fn the_router_answers_for_itself_and_for_the_services_of_the_link() {
        for target in
            ["10.0.1.1", "10.0.1.2", "10.0.0.2", "169.254.169.253", "169.254.169.254", "169.254.169.123"]
        {
            assert_eq!(asked_by_web(target), Some(MacAddress::ROUTER), "{target}");
        }
    }

    #[test]
    fn an_interface_of_the_subnet_is_found_and_one_of_another_subnet_is_not() {
        let spare = fixture::eni(&fixture::world(), SPARE).mac;
        assert_eq!(asked_by_web("10.0.1.11"), Some(spare));
        assert_eq!(asked_by_web("10.0.2.20"), None);
    }

    #[test]
    fn nobody_answers_for_unassigned_reserved_and_own_addresses() {
        for target in ["10.0.1.99", "10.0.1.0", "10.0.1.3", "10.0.1.255", "10.0.1.10", "10.0.1.12", "0.0.0.0"]
        {
            assert_eq!(asked_by_web(target), None, "{target}");
        }
    }
}
