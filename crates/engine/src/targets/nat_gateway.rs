//! NAT gateways: many sources behind one address, by ports.
//!
//! Follows "NAT gateways" and "Troubleshoot NAT gateways" (VPC User Guide). A gateway's interface stands in its subnet:
//! packets enter it, and leave it, across that subnet's network ACL and by that subnet's route table. Its public address
//! is the internet gateway's business. IPv6 packets for an address that stands for an IPv4 one become IPv4 here (NAT64), and
//! so do ICMP errors about what answers them.

use guest::nat64;
use model::rule::protocol;
use model::{NatGatewayId, NetworkInterfaceId};
use std::net::IpAddr;
use wire::translate::{echo_in_other_family, error_in_other_family};
use wire::{Flow, IcmpKind};

use crate::connection::{Connection, End, Translation};
use crate::drop_reason::DropReason;
use crate::findings::NatUse;
use crate::journey::{Crossing, Journey, Place, Site, Step};
use crate::nat_metrics::NatVisit;
use crate::packet::{Packet, Part};

/// "NAT gateways support traffic with a maximum transmission unit of 8500" towards private networks.
const NAT_MTU: u16 = 8500;

/// Takes a packet to the gateway's interface.
pub fn reach<'a>(journey: &mut Journey<'a, '_>, id: NatGatewayId, crossing: Crossing<'a>) -> Step<'a> {
    let network = journey.network();
    let interface = network.nat_gateways.get(&id).and_then(|gateway| gateway.interface);
    let site = interface
        .and_then(|interface: NetworkInterfaceId| network.network_interfaces.get(&interface))
        .and_then(|interface| Site::of(network, interface));
    match site {
        Some(site) => Step::Go(Place::Entering(site, crossing.forwarded())),
        None => journey.deny(Some(id.into()), DropReason::Blackhole, String::new),
    }
}

/// Translates a packet that has entered the gateway's interface, and sends it out again by the same interface.
pub fn translate<'a>(journey: &mut Journey<'a, '_>, id: NatGatewayId, site: Site<'a>) -> Step<'a> {
    let for_gateway = site.interface.has_address(journey.packet.flow.destination);
    let came = journey.packet.flow;
    let result = if for_gateway {
        inwards(journey, id).inspect(|()| journey.limit_mtu(NAT_MTU))
    } else {
        journey.limit_mtu(NAT_MTU);
        outwards(journey, id, site)
    };
    let as_sent = |flow: Flow| flow.source.is_ipv4() == journey.sent.source.is_ipv4();
    let visit = NatVisit {
        gateway: id,
        from: if for_gateway { End::Responder } else { End::Initiator },
        attempts: !for_gateway && result.is_ok() && is_attempt(journey),
        as_sent: as_sent(came),
        leaves_as_sent: as_sent(journey.packet.flow),
        died_of: result.err().map(Untranslated::reason),
    };
    journey.findings.nat_visits.push(visit);
    match result {
        Ok(()) => {
            journey.findings.hops += 1;
            journey.findings.neighbours = false;
            journey.findings.always_tracked = true;
            Step::Go(Place::Leaving(site))
        }
        Err(why) => journey.deny(Some(id.into()), why.reason(), || why.explanation().to_owned()),
    }
}

/// Whether the packet that was just translated opens a TCP connection: "this includes only the initial SYN".
fn is_attempt(journey: &Journey<'_, '_>) -> bool {
    let fresh = journey.findings.nat.iter().last().is_some_and(|used| used.fresh);
    fresh && journey.connection.is_none() && journey.packet.flow.protocol == protocol::TCP
}

/// Why a gateway does not translate a packet.
#[derive(Clone, Copy)]
enum Untranslated {
    Source,
    Protocol,
    PortsExhausted,
    Unsolicited,
    Idle,
    TimeToLive,
    TooManyGateways,
}

impl Untranslated {
    fn reason(self) -> DropReason {
        match self {
            Untranslated::Source => DropReason::NatSource,
            Untranslated::Protocol => DropReason::NatProtocol,
            Untranslated::PortsExhausted => DropReason::NatPortsExhausted,
            Untranslated::Unsolicited => DropReason::NatUnsolicited,
            Untranslated::Idle => DropReason::NatIdle,
            Untranslated::TimeToLive => DropReason::TimeToLive,
            Untranslated::TooManyGateways => DropReason::RoutingLoop,
        }
    }

    fn explanation(self) -> &'static str {
        match self {
            Untranslated::Source => "the source is not in the gateway's VPC",
            Untranslated::Protocol => {
                "only TCP, UDP and ICMP echo are translated, fragments of UDP alone, and of IPv6 what is for 64:ff9b::/96"
            }
            Untranslated::PortsExhausted => "all 55,000 ports towards this destination are taken",
            Untranslated::Unsolicited => "no connection from inside is answered by this packet",
            Untranslated::TimeToLive => "the time to live ran out at the gateway",
            Untranslated::Idle => {
                "the gateway does not know, or no longer, the connection that this packet goes on with"
            }
            Untranslated::TooManyGateways => "too many NAT gateways",
        }
    }
}

/// A packet from inside: its source becomes the gateway's address and a port of its own.
fn outwards<'a>(journey: &mut Journey<'a, '_>, id: NatGatewayId, site: Site<'a>) -> Result<(), Untranslated> {
    let flow = journey.packet.flow;
    let beyond = beyond(&flow).ok_or(Untranslated::Protocol)?;
    if journey.network().interface_at(site.interface.vpc, flow.source).is_none() {
        return Err(Untranslated::Source);
    }
    check_protocol(journey)?;
    check_time_to_live(journey)?;
    let translation = match existing(journey, id, site) {
        Some(translation) => NatUse { translation, fresh: false },
        // "When a connection times out, a NAT gateway returns an RST packet to any resources behind the NAT gateway that
        // attempt to continue the connection" (NAT gateways and NAT instances compared).
        None if journey.packet.continues => return Err(Untranslated::Idle),
        // What is about no connection, and a later fragment of what was not seen to begin.
        None if journey.packet.is_error || journey.packet.part == Part::Later => {
            return Err(Untranslated::Protocol);
        }
        None => {
            let flow = free_port(journey, id, site, &beyond).ok_or(Untranslated::PortsExhausted)?;
            NatUse { translation: Translation { gateway: id, flow }, fresh: true }
        }
    };
    if journey.packet.is_error {
        let source = translation.translation.flow.source;
        return change(&mut journey.packet, Flow { source, ..beyond });
    }
    if !journey.findings.nat.push(translation) {
        return Err(Untranslated::TooManyGateways);
    }
    let translated = translation.translation.flow;
    journey.note_pass(id, || {
        format!(
            "source {}:{} -> {}:{}",
            flow.source, flow.source_port, translated.source, translated.source_port
        )
    });
    change(&mut journey.packet, translated)
}

/// A port of the first of the gateway's addresses that has one left towards this destination, the primary one before the
/// others: "each IPv4 address can support up to 55,000 simultaneous connections to each unique destination".
fn free_port(journey: &Journey<'_, '_>, id: NatGatewayId, site: Site<'_>, beyond: &Flow) -> Option<Flow> {
    site.interface.private_addresses.iter().find_map(|private| {
        let wanted = Flow { source: IpAddr::V4(private.address), ..*beyond };
        journey.around.nat.free_port(id, &wanted)
    })
}

/// The flow as the gateway's other side has it, but for the source. `None` for IPv6 that is not to become IPv4.
fn beyond(flow: &Flow) -> Option<Flow> {
    let IpAddr::V6(destination) = flow.destination else { return Some(*flow) };
    let protocol = if flow.protocol == protocol::ICMPV6 { protocol::ICMP } else { flow.protocol };
    Some(Flow { destination: IpAddr::V4(nat64::embedded(destination)?), protocol, ..*flow })
}

/// The packet goes on as `flow`. ICMP has other numbers in the other family, or no counterpart there.
fn change(packet: &mut Packet, flow: Flow) -> Result<(), Untranslated> {
    let is_ipv4 = packet.flow.source.is_ipv4();
    if let Some((icmp_type, code)) = packet.icmp.filter(|_| is_ipv4 != flow.source.is_ipv4()) {
        let kind = match packet.is_error {
            true => error_in_other_family(is_ipv4, IcmpKind { icmp_type, code }),
            false => echo_in_other_family(icmp_type).map(|icmp_type| IcmpKind { icmp_type, code }),
        };
        let kind = kind.ok_or(Untranslated::Protocol)?;
        packet.icmp = Some((kind.icmp_type, kind.code));
    }
    packet.flow = flow;
    Ok(())
}

fn check_protocol(journey: &Journey<'_, '_>) -> Result<(), Untranslated> {
    let packet = &journey.packet;
    let icmp = if packet.flow.source.is_ipv4() { protocol::ICMP } else { protocol::ICMPV6 };
    let supported = match packet.flow.protocol {
        protocol::TCP => packet.part == Part::Whole,
        protocol::UDP => true,
        number if number == icmp => packet.part == Part::Whole && (packet.is_echo() || packet.is_error),
        _ => false,
    };
    if supported { Ok(()) } else { Err(Untranslated::Protocol) }
}

/// The gateway is a router: what would leave it with no time to live dies.
fn check_time_to_live(journey: &Journey<'_, '_>) -> Result<(), Untranslated> {
    match journey.packet.ttl <= journey.findings.hops + 1 {
        true => Err(Untranslated::TimeToLive),
        false => Ok(()),
    }
}

/// The translation that the packet's connection already has at this gateway, while the gateway has its address.
fn existing(journey: &Journey<'_, '_>, id: NatGatewayId, site: Site<'_>) -> Option<Translation> {
    let (slot, end) = journey.connection.filter(|(_, end)| *end == End::Initiator)?;
    debug_assert_eq!(end, End::Initiator);
    let connection = journey.around.connections.get(slot)?;
    let known = connection.nat().iter().find(|translation| translation.gateway == id).copied();
    known.filter(|translation| site.interface.has_address(translation.flow.source))
}

/// A packet from outside: it must answer a connection, whose initiator is its destination.
fn inwards(journey: &mut Journey<'_, '_>, id: NatGatewayId) -> Result<(), Untranslated> {
    let flow = journey.packet.flow;
    let slot = match journey.packet.is_error {
        true => journey.connection.map(|(slot, _)| slot),
        false => journey.around.nat.connection_of(id, &flow),
    };
    let connection = slot.and_then(|slot| journey.around.connections.get(slot));
    let live = connection.filter(|connection| !connection.is_expired(journey.around.now));
    let Some(inside) = live.and_then(|connection| inside(connection, id)) else {
        return Err(Untranslated::Unsolicited);
    };
    check_protocol(journey)?;
    check_time_to_live(journey)?;
    journey.findings.by_another_connection |= journey.connection.map(|(own, _)| own) != slot;
    journey.note_pass(id, || {
        format!(
            "destination {}:{} -> {}:{}",
            flow.destination, flow.destination_port, inside.source, inside.source_port
        )
    });
    let is_error = journey.packet.is_error;
    let inwards = match (is_error, inside.source.is_ipv6()) {
        (false, _) => inside.reversed(),
        (true, false) => Flow { destination: inside.source, ..flow },
        (true, true) => {
            let IpAddr::V4(router) = flow.source else { return Err(Untranslated::Protocol) };
            let source = IpAddr::V6(nat64::embed(router));
            Flow { source, destination: inside.source, protocol: protocol::ICMPV6, ..flow }
        }
    };
    change(&mut journey.packet, inwards)
}

/// A connection's flow as it enters a gateway from inside: as its initiator sent it, or as the gateway before made it.
fn inside(connection: &Connection, id: NatGatewayId) -> Option<Flow> {
    let position = connection.nat().iter().position(|translation| translation.gateway == id)?;
    match position.checked_sub(1) {
        Some(before) => Some(connection.nat()[before].flow),
        None => connection.flow(End::Initiator),
    }
}
