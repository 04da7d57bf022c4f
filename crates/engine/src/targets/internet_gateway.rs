//! Internet gateways: one public address for one private address, both ways.
//!
//! Follows "Internet gateways" (VPC User Guide) and the Reachability Analyzer's IGW explanation codes. The instance never
//! sees its public address. IPv6 passes untranslated.

use model::network_interface::InterfaceKind;
use model::{Direction, InternetGatewayId, Link, NetworkInterface};
use std::net::{IpAddr, Ipv4Addr};
use wire::Flow;

use crate::drop_reason::DropReason;
use crate::journey::{Crossing, Journey, Place, Site, Step};
use crate::packet::is_private_range;
use crate::stage::Stage;
use crate::targets::public_access::{Way, blocked};

/// "Traffic over an internet gateway is limited to an MTU of 1500" (Network MTU).
pub const INTERNET_MTU: u16 = 1500;

/// A packet leaves the VPC: its private source becomes the public address that stands for it.
pub fn leave<'a>(journey: &mut Journey<'a, '_>, id: InternetGatewayId, crossing: Crossing<'a>) -> Step<'a> {
    let at = Some(id.into());
    let flow = journey.packet.flow;
    if is_private_range(flow.destination) {
        return journey.deny(at, DropReason::PrivateDestination, || {
            format!("{} is a private address; it is not on the internet", flow.destination)
        });
    }
    let owner = journey.network().interface_at(crossing.vpc, flow.source);
    let public = owner.and_then(|owner| Some((owner, public_source(owner, flow.source)?)));
    let Some((owner, public)) = public else {
        return journey
            .deny(at, DropReason::NoPublicAddress, || format!("{} has no public address", flow.source));
    };
    if let Some(end) = blocked(journey, id.into(), owner, Way::Outbound, (Direction::Egress, flow)) {
        return end;
    }
    if public != flow.source {
        journey.note_pass(id, || format!("source {} -> {public}", flow.source));
    } else {
        journey.note_pass(id, || "to the internet".to_owned());
    }
    journey.packet.flow.source = public;
    journey.limit_mtu(INTERNET_MTU);
    Step::Go(Place::Internet)
}

/// The address under which the internet knows a private source.
fn public_source(owner: &NetworkInterface, source: IpAddr) -> Option<IpAddr> {
    match source {
        IpAddr::V4(private) => owner.public_address_of(private).map(IpAddr::V4),
        IpAddr::V6(_) => Some(source),
    }
}

/// A packet comes to a VPC from the internet: its public destination becomes the private address behind it.
pub fn enter<'a>(
    journey: &mut Journey<'a, '_>,
    interface: &'a NetworkInterface,
    private: Option<Ipv4Addr>,
) -> Step<'a> {
    journey.stage = Stage::InternetGateway;
    let network = journey.network();
    let flow = journey.packet.flow;
    let Some(gateway) = network.internet_gateways.linked(Link::Vpc(interface.vpc)).next() else {
        return journey.deny(Some(interface.vpc.into()), DropReason::NoPublicMapping, || {
            "the VPC has no internet gateway attached".to_owned()
        });
    };
    let at = Some(gateway.id.into());
    if is_private_range(flow.source) {
        return journey.deny(at, DropReason::PrivateSource, || {
            format!("{} is a private address; it cannot come from the internet", flow.source)
        });
    }
    let entering = Flow { destination: private.map_or(flow.destination, IpAddr::V4), ..flow };
    let seen = (Direction::Ingress, entering);
    if let Some(end) = blocked(journey, gateway.id.into(), interface, Way::Inbound, seen) {
        return end;
    }
    // AWS denies an endpoint's interfaces what comes by internet gateways (`DenyAllIgwTraffic`).
    if interface.kind == InterfaceKind::VpcEndpoint {
        return journey.deny(at, DropReason::EndpointSource, || {
            "an interface endpoint takes nothing from the internet".to_owned()
        });
    }
    if let Some(private) = private {
        journey.note_pass(gateway.id, || format!("destination {} -> {private}", flow.destination));
        journey.packet.flow.destination = IpAddr::V4(private);
    } else {
        journey.note_pass(gateway.id, || "from the internet".to_owned());
    }
    journey.limit_mtu(INTERNET_MTU);
    let crossing = Crossing::from_outside(interface.vpc);
    // "A gateway route table gives you fine-grain control over the routing path of traffic entering your VPC".
    if let Some(table) = gateway.route_table.and_then(|edge| network.route_tables.get(&edge.table)) {
        return match journey.route(table, gateway.id) {
            Ok(target) => Step::Go(Place::At(target, crossing)),
            Err(reason) => Step::Drop(reason),
        };
    }
    match Site::of(network, interface) {
        Some(site) => Step::Go(Place::Entering(site, crossing)),
        None => journey.deny(at, DropReason::NoSuchAddress, String::new),
    }
}
