//! Questions without packets: what would happen if this were sent, and to the answer?
//!
//! The stages are the packets' own; only the connections are imagined, so that an answer is judged as one. So is what
//! instances do with packets for others, which only they know; `forwarding.rs` has that.

use model::{NetworkInterfaceId, World};
use std::net::IpAddr;
use std::sync::Arc;
use wire::Flow;

use crate::drop_reason::DropReason;
use crate::engine::{Engine, Limits};
use crate::forwarding::{Forwarding, Traveller};
use crate::packet::Packet;
use crate::port::{PortId, PortKind, PortTable};
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
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Story {
    /// The packet's stages.
    pub forward: Vec<TraceStep>,
    /// Why the packet died, if it did.
    pub forward_drop: Option<DropReason>,
    /// The answer's stages; empty when there is nothing to answer.
    pub reply: Vec<TraceStep>,
    /// Why the answer died, if it did.
    pub reply_drop: Option<DropReason>,
    /// The instances that are assumed to forward what is not addressed to them, by the interfaces that it came by.
    pub forwarders: Vec<NetworkInterfaceId>,
}

impl Story {
    /// Whether the packet and its answer both arrive.
    pub fn reachable(&self) -> bool {
        self.forward_drop.is_none() && self.reply_drop.is_none()
    }
}

/// Asks what would happen in `world`. `internet` are the links to simulated hosts; every interface counts as connected.
///
/// Instances that the packet is not addressed to are taken for routers; where that leads nowhere, for NAT instances.
pub fn trace(world: &Arc<World>, internet: &PortTable, question: &Question) -> Story {
    let story = tell(world, internet, question, Forwarding::Unchanged);
    if story.reachable() || story.forwarders.is_empty() {
        return story;
    }
    let translated = tell(world, internet, question, Forwarding::FromOwnAddress);
    if translated.reachable() { translated } else { story }
}

fn tell(world: &Arc<World>, internet: &PortTable, question: &Question, forwarding: Forwarding) -> Story {
    let mut story = Story::default();
    let engine = imagined(world, internet);
    let Some(port) = sender_port(&engine, question) else {
        story.forward_drop = Some(DropReason::NoSuchHost);
        return story;
    };
    let mut traveller = Traveller::new(engine);
    let packet = Packet::imagined(question.flow, question.icmp);
    match traveller.travel(port, packet, forwarding, &mut story.forward) {
        Err(reason) => story.forward_drop = Some(reason),
        Ok((at, _)) if traveller.engine().ports().services() == Some(at) => {}
        Ok((at, flow)) => {
            let icmp = question.icmp.map(|asked| reply_to(asked, &flow));
            let answer = Packet::imagined(flow.reversed(), icmp);
            let arrived = traveller.travel(at, answer, Forwarding::Unchanged, &mut story.reply);
            story.reply_drop = arrived.err();
        }
    }
    story.forwarders = traveller.forwarders;
    story
}

/// An engine of which every interface is connected, and which has seen no packet.
fn imagined(world: &Arc<World>, internet: &PortTable) -> Engine {
    let mut engine = Engine::new(Arc::clone(world), Arc::default(), Limits::default(), 0);
    let links = internet.iter().filter(|port| !matches!(port.kind, PortKind::Interface(_)));
    for port in links {
        engine.open_port(port.kind.clone(), port.mac);
    }
    for interface in world.network.network_interfaces.values() {
        engine.open_port(PortKind::Interface(interface.id), interface.mac);
    }
    engine
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
