//! To whom a frame is addressed on its link, and whether that is somebody.
//!
//! A subnet's link is emulated: senders learn link-layer addresses from the network's own answers, the router's for what is
//! behind it and a neighbour's for the neighbour (`guest::arp`, `guest::neighbor`). Packets go by their IP address, but only
//! under the link-layer address that was given for it. A neighbour may also be addressed on the link with a packet that is
//! for somebody else: that is how instances in one subnet use one of them as their router, whose source/destination check
//! is off. Anything else is for nobody.

use model::{MacAddress, Network, NetworkInterface, NetworkInterfaceId};
use std::net::IpAddr;

use crate::port::{PortKind, PortTable};

/// Where a frame is to go first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NextHop {
    /// Where its IP address says: it is addressed to the router, or to the neighbour that has the IP address.
    ByAddress,
    /// To this neighbour, which has not the IP address.
    Neighbour(NetworkInterfaceId),
    /// To nobody: no station of the link has the link-layer address and takes the packet.
    Nobody,
}

/// The next hop of a packet that an interface sends to one station, by its link-layer address.
pub(crate) fn next_hop(
    network: &Network,
    ports: &PortTable,
    sender: &NetworkInterface,
    destination: IpAddr,
    mac: MacAddress,
) -> NextHop {
    if mac == MacAddress::ROUTER {
        return NextHop::ByAddress;
    }
    let is_on_link = |it: &&NetworkInterface| it.subnet == sender.subnet;
    let owner = network.interface_at(sender.vpc, destination).filter(is_on_link);
    if owner.is_some_and(|owner| owner.mac == mac) {
        return NextHop::ByAddress;
    }
    let neighbour = ports.with_mac(mac).and_then(|port| match port.kind {
        PortKind::Interface(id) => network.network_interfaces.get(&id),
        PortKind::Internet(_) | PortKind::Services => None,
    });
    match neighbour.filter(is_on_link).filter(|neighbour| neighbour.id != sender.id) {
        // Known by an address that it had: the sender is told who has it now.
        Some(neighbour) if neighbour.source_dest_check && owner.is_some() => NextHop::Nobody,
        Some(neighbour) => NextHop::Neighbour(neighbour.id),
        None => NextHop::Nobody,
    }
}
