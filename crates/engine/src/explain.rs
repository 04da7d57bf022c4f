//! Questions without packets: what would happen if this were sent, and to the answer?
//!
//! The stages are the packets' own; only the connections are imagined, so that an answer is judged as one.

use model::{MacAddress, NetworkInterfaceId, World};
use std::net::IpAddr;
use std::sync::Arc;
use wire::Flow;

use crate::clock::Moment;
use crate::drop_reason::DropReason;
use crate::journey::Arrival;
use crate::packet::Packet;
use crate::port::{PortId, PortKind, Ports};
use crate::receive::{Engine, Limits};
use crate::trace::TraceStep;

/// A question.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Who sends: an interface, or, without one, the host of the simulated internet that has the source address.
    pub sender: Option<NetworkInterfaceId>,
    /// What is sent.
    pub flow: Flow,
    /// Type and code, for ICMP.
    pub icmp: Option<(u8, u8)>,
}

/// What would happen.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    /// The packet's stages.
    pub forward: Vec<TraceStep>,
    /// Why the packet died, if it did.
    pub forward_drop: Option<DropReason>,
    /// The answer's stages; empty when there is nothing to answer.
    pub reply: Vec<TraceStep>,
    /// Why the answer died, if it did.
    pub reply_drop: Option<DropReason>,
}

impl Story {
    /// Whether the packet and its answer both arrive.
    pub fn reachable(&self) -> bool {
        self.forward_drop.is_none() && self.reply_drop.is_none()
    }
}

/// Asks what would happen in `world`. `internet` are the links to simulated hosts; every interface counts as connected.
pub fn trace(world: &Arc<World>, internet: &Ports, question: &Question) -> Story {
    let mut engine = Engine::new(Arc::clone(world), Arc::default(), Limits::default(), 0);
    let links = internet.iter().filter(|port| !matches!(port.kind, PortKind::Interface(_)));
    for port in links {
        engine.open_port(port.kind.clone(), port.mac);
    }
    for interface in world.network_interfaces.values() {
        engine.open_port(PortKind::Interface(interface.id), interface.mac);
    }
    let mut forward = Vec::new();
    let Some(port) = sender_port(&engine, question) else {
        return Story {
            forward,
            forward_drop: Some(DropReason::NoSuchHost),
            reply: Vec::new(),
            reply_drop: None,
        };
    };
    let packet = Packet::imagined(question.flow, question.icmp);
    let decision = engine.decide(port, packet, None, Moment(1), Some(&mut forward));
    let mut story = Story { forward, forward_drop: None, reply: Vec::new(), reply_drop: None };
    match decision.arrival {
        Arrival::Dropped(reason) => story.forward_drop = Some(reason),
        Arrival::At(to) if engine.ports.services() == Some(to) => {}
        // A router or firewall forwards the packet; what it sends on is another question.
        Arrival::At(to) if !answers(&engine, to, decision.flow.destination) => {}
        Arrival::At(to) => {
            let icmp = question.icmp.map(|asked| reply_to(asked, &decision.flow));
            let answer = Packet::imagined(decision.flow.reversed(), icmp);
            let decision = engine.decide(to, answer, None, Moment(2), Some(&mut story.reply));
            if let Arrival::Dropped(reason) = decision.arrival {
                story.reply_drop = Some(reason);
            }
        }
    }
    story
}

/// Whether the packet has reached whom it was addressed to.
fn answers(engine: &Engine, port: PortId, destination: IpAddr) -> bool {
    match engine.ports.get(port).map(|port| &port.kind) {
        Some(PortKind::Interface(id)) => engine
            .world
            .network_interfaces
            .get(id)
            .is_some_and(|interface| interface.has_address(destination)),
        Some(PortKind::Internet(_) | PortKind::Services) | None => true,
    }
}

fn sender_port(engine: &Engine, question: &Question) -> Option<PortId> {
    match question.sender {
        Some(interface) => engine.ports.of_interface(interface),
        None => engine.ports.internet_host(question.flow.source),
    }
}

/// What answers an ICMP message that arrived as `flow`; NAT64 may have changed its family.
fn reply_to(asked: (u8, u8), flow: &Flow) -> (u8, u8) {
    match (asked, flow.source) {
        ((8 | 128, code), IpAddr::V4(_)) => (0, code),
        ((8 | 128, code), IpAddr::V6(_)) => (129, code),
        (other, _) => other,
    }
}

/// A link to simulated hosts, for questions asked without an engine that runs.
pub fn internet_of(hosts: Vec<model::IpNet>) -> Ports {
    let mut ports = Ports::default();
    ports.open(PortKind::Internet(hosts), MacAddress([2, 0, 0, 0, 0, 1]));
    ports
}

/// The address family of both ends must be the same.
pub fn is_askable(source: IpAddr, destination: IpAddr) -> bool {
    source.is_ipv4() == destination.is_ipv4()
}
