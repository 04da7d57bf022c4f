//! The internet: public addresses of every VPC, and the simulated hosts. Nothing beyond is reached, ever.

use model::{Direction, Link};
use std::net::IpAddr;

use crate::connection::End;
use crate::drop_reason::DropReason;
use crate::journey::{Crossing, Journey, Place, Site, Step};
use crate::stage::Stage;
use crate::targets::public_access::{Way, blocked};
use crate::targets::{endpoint_passage, internet_gateway};
use crate::trace::{Outcome, TraceStep};

/// Takes a packet to whoever has its public destination.
pub fn cross<'a>(journey: &mut Journey<'a, '_>) -> Step<'a> {
    if let Some(step) = endpoint_passage::enter(journey) {
        return step;
    }
    let network = journey.network();
    let destination = journey.packet.flow.destination;
    match destination {
        IpAddr::V4(public) => {
            if let Some(mapping) = network.public_addresses.get(&public)
                && let Some(interface) = network.network_interfaces.get(&mapping.interface)
            {
                return internet_gateway::enter(journey, interface, Some(mapping.private));
            }
        }
        IpAddr::V6(address) => {
            if let Some(interface) = network.interface_with_ipv6(address) {
                return enter_ipv6(journey, interface);
            }
        }
    }
    match journey.around.ports.internet_host(destination) {
        Some(port) => {
            journey.note(|| TraceStep {
                at: None,
                by: None,
                stage: Stage::Internet,
                direction: None,
                outcome: Outcome::Pass,
                detail: format!("delivered to {destination}"),
            });
            Step::Go(Place::Arrived(port))
        }
        None => journey.deny(None, DropReason::NoSuchHost, || {
            format!("nobody on the simulated internet has {destination}")
        }),
    }
}

/// Answers to what left by an egress-only gateway come back through it; everything else needs an internet gateway.
fn enter_ipv6<'a>(journey: &mut Journey<'a, '_>, interface: &'a model::NetworkInterface) -> Step<'a> {
    let network = journey.network();
    let answers = journey.connection.is_some_and(|(slot, end)| {
        let connection = journey.around.connections.get(slot);
        end == End::Responder && connection.is_some_and(|it| it.through_egress_only)
    });
    let egress_only = network.egress_only_internet_gateways.linked(Link::Vpc(interface.vpc)).next();
    let has_gateway = network.internet_gateways.linked(Link::Vpc(interface.vpc)).next().is_some();
    match (egress_only, Site::of(network, interface)) {
        (Some(gateway), Some(site)) if answers => {
            journey.stage = Stage::EgressOnlyInternetGateway;
            let entering = (Direction::Ingress, journey.packet.flow);
            if let Some(end) = blocked(journey, gateway.id.into(), interface, Way::Outbound, entering) {
                return end;
            }
            journey.note_pass(gateway.id, || "answers a connection".to_owned());
            journey.limit_mtu(internet_gateway::INTERNET_MTU);
            Step::Go(Place::Entering(site, Crossing::from_outside(interface.vpc)))
        }
        (Some(gateway), _) if !has_gateway => {
            journey.stage = Stage::EgressOnlyInternetGateway;
            let at = Some(gateway.id.into());
            journey.deny(at, DropReason::EgressOnly, || {
                "only answers to connections from inside may enter".to_owned()
            })
        }
        _ => internet_gateway::enter(journey, interface, None),
    }
}
