//! What both types of VPC endpoints do: a connection of the VPC's becomes one that a service sees, and back.
//!
//! A service knows who asks by the private address, which is not unique: on the wire it sees a stand-in, one for each
//! interface, and is told by [`crate::Engine::origin`] for whom that stands.

use model::NetworkInterfaceId;
use std::net::IpAddr;
use wire::Flow;

use crate::connection::{Connection, End, EndpointDoor, EndpointPassage};
use crate::drop_reason::DropReason;
use crate::journey::{Journey, Place, Sender, Step};
use crate::nat::with_source_port;
use crate::packet::Part;
use crate::port::{PortId, PortTable};
use crate::stage::Stage;
use crate::targets::{interface_endpoint, vpc_endpoint};

/// How many ports in a row are tried for a connection whose own is taken: by what the interface forwards for others, or by
/// a connection of its own through another interface of the same endpoint.
const PORTS_TRIED: u16 = 64;

/// The packet goes on to the service at `service`, as what that sees.
pub fn leave<'a>(
    journey: &mut Journey<'a, '_>,
    passage: EndpointPassage,
    link: PortId,
    service: IpAddr,
) -> Step<'a> {
    let at = Some(passage.endpoint.into());
    let Some(host) = journey.around.ports.internet_host(service) else {
        journey.stage = Stage::Internet;
        return journey.deny(None, DropReason::NoSuchHost, || format!("no service answers at {service}"));
    };
    let Some(beyond) = outward(journey, &passage, link, (host, service)) else {
        return journey.deny(at, DropReason::EndpointPortsExhausted, || {
            format!("port {} of the interface is taken towards {service}", passage.inside.source_port)
        });
    };
    journey.note_pass(passage.endpoint, || format!("to {service} as {}, privately", passage.inside.source));
    journey.findings.endpoint = Some(passage);
    journey.packet.flow = beyond;
    Step::Go(Place::Arrived(host))
}

/// The link that the packet's connection began at, which is the sender's.
pub fn sender_link(journey: &Journey<'_, '_>) -> Option<PortId> {
    match journey.sender {
        Sender::Interface(interface) => journey.around.ports.of_interface(interface),
        Sender::Internet => None,
    }
}

/// Whether the packet answers a connection that was begun from outside.
pub fn is_answer(journey: &Journey<'_, '_>) -> bool {
    journey.connection.is_some_and(|(_, end)| end == End::Responder)
}

/// Whether it is a whole packet, and no error about another.
pub fn is_whole(journey: &Journey<'_, '_>) -> bool {
    journey.packet.part == Part::Whole && !journey.packet.is_error
}

/// As what the service sees the packet: as before; else from the stand-in of the link it began at, by the packet's own port
/// or the next that no connection of the link has there. What went another way so far is a stranger's to the service.
fn outward(
    journey: &Journey<'_, '_>,
    passage: &EndpointPassage,
    link: PortId,
    (host, service): (PortId, IpAddr),
) -> Option<Flow> {
    let flow = Flow { destination: service, ..journey.packet.flow };
    if let Some(known) = known(journey, passage, host) {
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
fn known(journey: &Journey<'_, '_>, passage: &EndpointPassage, host: PortId) -> Option<Flow> {
    let connection = live(journey)?;
    let is_same = |it: &EndpointPassage| {
        it.endpoint == passage.endpoint
            && it.inside == passage.inside
            && it.is_by_route() == passage.is_by_route()
    };
    connection.endpoint().filter(is_same)?;
    let service = connection.side(End::Responder).filter(|side| side.port == host)?;
    Some(service.flow.reversed())
}

fn live<'a>(journey: &Journey<'a, '_>) -> Option<&'a Connection> {
    journey.around.connections.get(journey.connection?.0)
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
    Some(match passage.door {
        EndpointDoor::Route(from) => vpc_endpoint::back(journey, passage, from),
        EndpointDoor::Interface(id) => interface_endpoint::back(journey, passage, id),
    })
}

/// Whether the packet is of a connection that has come in by this interface of an endpoint before.
pub fn is_known(journey: &Journey<'_, '_>, interface: NetworkInterfaceId) -> bool {
    let connection = live(journey).filter(|connection| !connection.is_expired(journey.around.now));
    let Some((passage, (_, end))) = connection.and_then(Connection::endpoint).zip(journey.connection) else {
        return false;
    };
    let is_its_own = match end {
        End::Initiator => journey.packet.flow == passage.inside,
        End::Responder => journey.packet.is_error || journey.packet.flow == passage.inside.reversed(),
    };
    passage.door == EndpointDoor::Interface(interface) && is_its_own
}
