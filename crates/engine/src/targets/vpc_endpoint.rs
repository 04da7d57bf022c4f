//! Gateway endpoints: from a VPC straight to a service of its Region, without public addresses, and only answers back.
//!
//! Follows "Gateway endpoints" (AWS PrivateLink Guide) and the Reachability Analyzer's VPCE_GATEWAY explanation codes. A
//! service knows who asks by the private address, which is not unique: on the wire it sees a stand-in, one for each
//! interface, and is told by [`crate::Engine::origin`] for whom that stands.

use model::{Network, SubnetId, Target, VpcEndpointId, rule::protocol};
use std::net::IpAddr;
use wire::Flow;

use crate::connection::{End, EndpointPassage};
use crate::drop_reason::DropReason;
use crate::journey::{Crossing, Journey, Place, Sender, Site, Step};
use crate::nat::with_source_port;
use crate::packet::Part;
use crate::port::{PortId, PortTable};
use crate::stage::Stage;
use crate::targets::internet_gateway::INTERNET_MTU;

/// How many ports in a row are tried for a connection whose own is taken. Only an interface that forwards for others can
/// have taken it, and from nobody but itself.
const PORTS_TRIED: u16 = 64;

/// A packet leaves the VPC for the service. That its destination is the service's follows from the route, whose only
/// destination is the service's prefix list.
pub fn leave<'a>(journey: &mut Journey<'a, '_>, id: VpcEndpointId, crossing: Crossing<'a>) -> Step<'a> {
    let at = Some(id.into());
    let (network, flow) = (journey.network(), journey.packet.flow);
    let Some(endpoint) = network.vpc_endpoints.get(&id).filter(|endpoint| endpoint.vpc == crossing.vpc)
    else {
        return journey.deny(at, DropReason::Blackhole, || "not in this VPC".to_owned());
    };
    // "You can't extend a gateway endpoint connection out of a VPC" (Gateway endpoints, Considerations).
    let owner = network.interface_at(endpoint.vpc, flow.source);
    let (Some(_), Some(from), Some(link)) = (owner, crossing.from, sender_link(journey)) else {
        return journey.deny(at, DropReason::EndpointSource, || {
            format!("{} is not an address of {}", flow.source, endpoint.vpc)
        });
    };
    if journey.connection.is_some_and(|(_, end)| end == End::Responder) {
        return journey.deny(at, DropReason::EndpointUnsolicited, || {
            "the connection was begun from outside".to_owned()
        });
    }
    if !is_supported(journey) {
        return journey.deny(at, DropReason::EndpointProtocol, || {
            "only TCP and ICMP echo pass, in whole packets".to_owned()
        });
    }
    let Some(host) = journey.around.ports.internet_host(flow.destination) else {
        journey.stage = Stage::Internet;
        return journey
            .deny(None, DropReason::NoSuchHost, || format!("no service answers at {}", flow.destination));
    };
    let Some(beyond) = outward(journey, id, link, host) else {
        return journey.deny(at, DropReason::EndpointPortsExhausted, || {
            format!("port {} of the interface is taken towards {}", flow.source_port, flow.destination)
        });
    };
    journey.note_pass(id, || format!("to {} as {}, privately", flow.destination, flow.source));
    journey.findings.endpoint = Some(EndpointPassage { endpoint: id, from: from.id, inside: flow });
    journey.packet.flow = beyond;
    journey.limit_mtu(INTERNET_MTU);
    Step::Go(Place::Arrived(host))
}

/// The link that the packet's connection began at, which is the sender's.
fn sender_link(journey: &Journey<'_, '_>) -> Option<PortId> {
    match journey.sender {
        Sender::Interface(interface) => journey.around.ports.of_interface(interface),
        Sender::Internet => None,
    }
}

fn is_supported(journey: &Journey<'_, '_>) -> bool {
    let packet = &journey.packet;
    let protocol = match packet.flow.protocol {
        protocol::TCP => true,
        protocol::ICMP => packet.is_echo(),
        _ => false,
    };
    protocol && packet.part == Part::Whole && !packet.is_error
}

/// As what the service sees the packet: as before; else from the stand-in of the link it began at, by the packet's own port
/// or the next that no connection of the link has there. What went another way so far is a stranger's to the service.
fn outward(journey: &Journey<'_, '_>, id: VpcEndpointId, link: PortId, host: PortId) -> Option<Flow> {
    let flow = journey.packet.flow;
    if let Some(known) = known(journey, id, host) {
        return Some(known);
    }
    let source = PortTable::stand_in(link, flow.source);
    let as_seen =
        |step: u16| with_source_port(&Flow { source, ..flow }, flow.source_port.wrapping_add(step).max(1));
    let connections = journey.around.connections;
    let is_free = |seen: &Flow| {
        let other = connections.find(host, &seen.reversed()).and_then(|(slot, _)| connections.get(slot));
        other.is_none_or(|other| other.is_expired(journey.around.now))
    };
    (0..PORTS_TRIED).map(as_seen).find(is_free)
}

/// As what the service has seen the packet's connection so far, through this endpoint and from the same address.
fn known(journey: &Journey<'_, '_>, id: VpcEndpointId, host: PortId) -> Option<Flow> {
    let connection = journey.around.connections.get(journey.connection?.0)?;
    let is_same = |it: &EndpointPassage| it.endpoint == id && it.inside == journey.packet.flow;
    connection.endpoint().filter(is_same)?;
    let service = connection.side(End::Responder).filter(|side| side.port == host)?;
    Some(service.flow.reversed())
}

/// What answers a connection that has come through an endpoint, or is an error about it, goes back through it. `None` if
/// the packet is of no such connection.
pub fn enter<'a>(journey: &mut Journey<'a, '_>) -> Option<Step<'a>> {
    let (slot, end) = journey.connection?;
    let connection = journey.around.connections.get(slot)?;
    let passage = connection.endpoint().filter(|_| end == End::Responder)?;
    let seen = connection.side(End::Responder)?.flow.reversed();
    if journey.packet.flow.destination != seen.source {
        return None;
    }
    Some(back(journey, passage))
}

fn back<'a>(journey: &mut Journey<'a, '_>, passage: EndpointPassage) -> Step<'a> {
    journey.stage = Stage::VpcEndpoint;
    let (network, EndpointPassage { endpoint: id, from, inside }) = (journey.network(), passage);
    let at = Some(id.into());
    let endpoint = network.vpc_endpoints.get(&id);
    let owner = endpoint.and_then(|endpoint| network.interface_at(endpoint.vpc, inside.source));
    let site = owner.and_then(|owner| Site::of(network, owner));
    let Some(site) = site.filter(|_| leads_to(network, from, inside.destination, id)) else {
        return journey.deny(at, DropReason::EndpointUnsolicited, || {
            format!("no route of {from} leads to the endpoint any more")
        });
    };
    let back = inside.reversed();
    journey.packet.flow = match journey.packet.is_error {
        true => Flow { destination: back.destination, ..journey.packet.flow },
        false => back,
    };
    journey.note_pass(id, || format!("answers {}", inside.source));
    journey.limit_mtu(INTERNET_MTU);
    Step::Go(Place::Entering(site, Crossing::from_outside(site.interface.vpc)))
}

/// Whether the way out of a subnet is still by the endpoint: without it nothing comes back by it either.
fn leads_to(network: &Network, subnet: SubnetId, service: IpAddr, id: VpcEndpointId) -> bool {
    let table = network.subnets.get(&subnet).and_then(|subnet| network.route_table_of(subnet));
    let route = table.and_then(|table| network.longest_match(table, service));
    route.is_some_and(|(route, _)| route.target == Target::VpcEndpoint(id))
}
