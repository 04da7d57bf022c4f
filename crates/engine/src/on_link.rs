//! What the link itself does with a packet, as far as its addresses tell: for questions, which have no frame.
//!
//! The order is that of [`crate::answer`], which decides about frames: services of the link, groups of stations, then the
//! station that the packet is addressed to.

use guest::link::LinkService;
use guest::public_names::DNS;
use model::rule::protocol;
use model::{Network, NetworkInterface, NetworkInterfaceId};
use std::net::IpAddr;
use wire::Flow;

use crate::drop_reason::DropReason;
use crate::engine::Engine;
use crate::next_hop::{NextHop, next_hop};
use crate::port::{PortId, PortKind};
use crate::stages::interface_state::{NOT_UP, is_up};

/// What becomes of a packet on its sender's link.
pub(crate) enum OnLink {
    /// A service answers it in place.
    Answered,
    /// It dies there.
    Dies(Death),
    /// It goes on its journey. To this neighbour first, where it is addressed to one that has not its IP address.
    GoesOn(Option<NetworkInterfaceId>),
}

/// Why a packet dies on its sender's link.
#[derive(Clone, Copy)]
pub(crate) enum Death {
    /// Nothing is behind the interface that would send.
    NotUp,
    /// It is addressed to a station that is not there, or does not take it.
    NoStation,
    /// It is for several stations.
    Group,
    /// It is for a resolver that is switched off.
    NoResolver,
}

/// What becomes of a packet on the link that it is sent on: to a neighbour, or to whom the network gives for its destination.
pub(crate) fn fate(engine: &Engine, from: PortId, flow: &Flow, to: Option<NetworkInterfaceId>) -> OnLink {
    let Some(link) = engine.ports.get(from) else { return OnLink::Dies(Death::NotUp) };
    match link.kind {
        PortKind::Interface(id) => match engine.world.network.network_interfaces.get(&id) {
            Some(interface) => on_interface(engine, interface, flow, to),
            None => OnLink::Dies(Death::NotUp),
        },
        PortKind::Internet(_) => on_internet(flow),
        PortKind::Services => OnLink::GoesOn(None),
    }
}

fn on_interface(
    engine: &Engine,
    interface: &NetworkInterface,
    flow: &Flow,
    to: Option<NetworkInterfaceId>,
) -> OnLink {
    let network = &engine.world.network;
    if !is_up(network, interface) {
        return OnLink::Dies(Death::NotUp);
    }
    let asked =
        guest::link::service(network, interface, flow.destination, flow.protocol, flow.destination_port);
    if asked.is_some() && to.is_some() {
        return OnLink::Dies(Death::NoStation);
    }
    match asked.filter(|_| flow.protocol == protocol::UDP) {
        Some(LinkService::Dns) if !has_resolver(network, interface) => {
            return OnLink::Dies(Death::NoResolver);
        }
        Some(_) => return OnLink::Answered,
        None => {}
    }
    if is_group(flow.destination) {
        return OnLink::Dies(Death::Group);
    }
    let Some(to) = to else { return OnLink::GoesOn(None) };
    let Some(to) = network.network_interfaces.get(&to) else {
        return OnLink::Dies(Death::NoStation);
    };
    match next_hop(network, &engine.ports, interface, flow.destination, to.mac) {
        NextHop::ByAddress => OnLink::GoesOn(None),
        NextHop::Neighbour(id) => OnLink::GoesOn(Some(id)),
        NextHop::Nobody => OnLink::Dies(Death::NoStation),
    }
}

/// Whether the resolver answers in the interface's VPC.
fn has_resolver(network: &Network, interface: &NetworkInterface) -> bool {
    network.vpcs.get(&interface.vpc).is_some_and(|vpc| vpc.dns_support)
}

fn on_internet(flow: &Flow) -> OnLink {
    let is_query = flow.protocol == protocol::UDP && flow.destination_port == 53;
    match flow.destination {
        destination if is_group(destination) => OnLink::Dies(Death::Group),
        IpAddr::V4(DNS) if is_query => OnLink::Answered,
        IpAddr::V4(_) | IpAddr::V6(_) => OnLink::GoesOn(None),
    }
}

impl Death {
    pub(crate) fn reason(self) -> DropReason {
        match self {
            Death::NotUp => DropReason::InterfaceDown,
            Death::NoStation => DropReason::DestinationMac,
            Death::Group => DropReason::Broadcast,
            Death::NoResolver => DropReason::LinkService,
        }
    }

    pub(crate) fn explanation(self) -> &'static str {
        match self {
            Death::NotUp => NOT_UP,
            Death::NoStation => "no station of the link has this link-layer address and takes the packet",
            Death::Group => "a VPC carries neither broadcast nor multicast",
            Death::NoResolver => "DNS support is off",
        }
    }
}

/// Whether an address stands for several stations, which a VPC carries nothing to.
pub(crate) fn is_group(destination: IpAddr) -> bool {
    match destination {
        IpAddr::V4(v4) => v4.is_broadcast() || v4.is_multicast(),
        IpAddr::V6(v6) => v6.is_multicast(),
    }
}
