//! Questions without packets: what would happen if this were sent, and to the answer?
//!
//! The stages are the packets' own; only the connections are imagined, so that an answer is judged as one. So is what
//! instances do with packets for others, which only they know; `forwarding.rs` has that.

use model::network_interface::InterfaceKind;
use model::{Network, NetworkInterfaceId, VpcId, World};
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;
use wire::Flow;

use crate::drop_reason::DropReason;
use crate::engine::{Engine, Limits};
use crate::forwarding::{Arrived, Forwarding, Traveller};
use crate::packet::{Packet, Part, is_private_range};
use crate::port::{PortId, PortKind, PortTable};
use crate::trace::{Outcome, TraceStep};

/// A question.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Who sends: an interface, or, without one, the host of the simulated internet that has the source address.
    pub sender: Option<NetworkInterfaceId>,
    /// The neighbour to which it is addressed on the sender's link; without one, whom the network gives for its destination.
    pub next_hop: Option<NetworkInterfaceId>,
    /// What is sent.
    pub flow: Flow,
    /// Type and code, for ICMP.
    pub icmp: Option<(u8, u8)>,
    /// Whether it is the first fragment of a packet; so is the answer to it.
    pub is_fragmented: bool,
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
    /// The instances that the packet or its answer comes to without being addressed to them, by the interfaces that it came
    /// by. What they do with it no network knows.
    pub forwarders: Vec<NetworkInterfaceId>,
    /// What they are assumed to do.
    pub assumed: Forwarding,
}

impl Story {
    /// Whether the packet and its answer both arrive.
    pub fn reachable(&self) -> bool {
        self.forward_drop.is_none() && self.reply_drop.is_none()
    }
}

/// Asks what would happen in `world`. `internet` are the links to simulated hosts; every interface counts as connected.
///
/// Instances that the packet is not addressed to are taken for routers; where that leads nowhere, for NAT instances; and
/// where no network that is known here has the destination, for the ones that have it, or know the way.
pub fn trace(world: &Arc<World>, internet: &PortTable, question: &Question) -> Story {
    let story = trace_assuming(world, internet, question, Forwarding::Unchanged);
    if story.reachable() || story.forwarders.is_empty() {
        return story;
    }
    let is_foreign = is_foreign(&world.network, internet, question.flow.destination, &story);
    let others = [Some(Forwarding::FromOwnAddress), is_foreign.then_some(Forwarding::Kept)];
    let others = others.into_iter().flatten();
    let mut told = others.map(|forwarding| trace_assuming(world, internet, question, forwarding));
    told.find(Story::reachable).unwrap_or(story)
}

/// The same where instances do this with packets for others.
pub fn trace_assuming(
    world: &Arc<World>,
    internet: &PortTable,
    question: &Question,
    assumed: Forwarding,
) -> Story {
    let mut story = Story { assumed, ..Story::default() };
    let engine = imagined(world, internet);
    let Some(port) = sender_port(&engine, question) else {
        story.forward_drop = Some(DropReason::NoSuchHost);
        return story;
    };
    let part = if question.is_fragmented { Part::First } else { Part::Whole };
    let packet = Packet::imagined(question.flow, question.icmp, part);
    let mut traveller = Traveller::new(engine);
    match traveller.travel(port, packet, question.next_hop, assumed, &mut story.forward) {
        Err(reason) => story.forward_drop = Some(reason),
        Ok(Arrived::AtService) => {}
        Ok(Arrived::At(at, arrived)) => {
            if let Some(answer) = arrived.answer() {
                let asked = Asked { port, flow: question.flow };
                let by = on_the_link_back(&traveller, at, asked, question);
                story.reply_drop = send_back(&mut traveller, (at, by), answer, asked, &mut story.reply).err();
            }
        }
    }
    story.forwarders = traveller.forwarders;
    story
}

/// Who asked, and as what.
#[derive(Clone, Copy)]
struct Asked {
    port: PortId,
    flow: Flow,
}

/// Whom a neighbour answers that was used as a router, where the network knows no way back: who has used it.
fn on_the_link_back(
    traveller: &Traveller,
    at: PortId,
    asked: Asked,
    question: &Question,
) -> Option<NetworkInterfaceId> {
    let is_neighbour = question.next_hop.is_some_and(|neighbour| traveller.is_at(at, neighbour));
    let knows_no_way = !traveller.has_address(asked.port, asked.flow.source);
    question.sender.filter(|_| is_neighbour && knows_no_way)
}

/// The answer must come back to who asked, from the address and the port that were asked: to anything else nobody listens.
fn send_back(
    traveller: &mut Traveller,
    (from, by): (PortId, Option<NetworkInterfaceId>),
    answer: Packet,
    asked: Asked,
    steps: &mut Vec<TraceStep>,
) -> Result<(), DropReason> {
    traveller.expect(asked.port, asked.flow.reversed());
    let arrived = traveller.travel(from, answer, by, Forwarding::Unchanged, steps)?;
    let Arrived::At(at, packet) = arrived else { return Ok(()) };
    if packet.flow == asked.flow.reversed()
        && (at == asked.port || !traveller.has_address(asked.port, asked.flow.source))
    {
        return Ok(());
    }
    let (place, stage) = traveller.place(at);
    let (found, wanted) = (end(packet.flow), end(asked.flow.reversed()));
    steps.push(TraceStep {
        at: place,
        by: place,
        stage,
        direction: None,
        outcome: Outcome::Deny(DropReason::UnexpectedAnswer),
        detail: format!("the answer comes from {found}, and what was asked is {wanted}"),
    });
    Err(DropReason::UnexpectedAnswer)
}

/// Whom a packet comes from, as text.
fn end(flow: Flow) -> String {
    match flow.source_port {
        0 => flow.source.to_string(),
        port => std::net::SocketAddr::new(flow.source, port).to_string(),
    }
}

/// An engine of which every interface is connected, and which has seen no packet.
fn imagined(world: &Arc<World>, internet: &PortTable) -> Engine {
    let mut engine = Engine::new(Arc::clone(world), Arc::default(), Limits::default(), 0);
    let links = internet.iter().filter(|port| !matches!(port.kind, PortKind::Interface(_)));
    for port in links {
        engine.open_port(port.kind.clone(), port.mac);
    }
    for interface in world.network.network_interfaces.values().filter(|interface| has_link(interface.kind)) {
        engine.open_port(PortKind::Interface(interface.id), interface.mac);
    }
    engine
}

/// NAT gateways and endpoints are the network's own; behind other interfaces somebody sends and receives frames.
fn has_link(kind: InterfaceKind) -> bool {
    match kind {
        InterfaceKind::Interface | InterfaceKind::InstanceConnectEndpoint => true,
        InterfaceKind::NatGateway | InterfaceKind::VpcEndpoint => false,
    }
}

fn sender_port(engine: &Engine, question: &Question) -> Option<PortId> {
    match question.sender {
        Some(interface) => engine.ports.of_interface(interface),
        None => engine.ports.internet_host(question.flow.source),
    }
}

/// Whether an address is nobody's that could be reached from where instances were to forward the packet: perhaps one has it,
/// or a tunnel to it. Of the internet that is only assumed where their routes lead back to them.
fn is_foreign(network: &Network, internet: &PortTable, address: IpAddr, story: &Story) -> bool {
    let forwarders = story.forwarders.iter().filter_map(|id| network.network_interfaces.get(id));
    let own: BTreeSet<VpcId> = forwarders.map(|interface| interface.vpc).collect();
    let peerings = network.vpc_peering_connections.values().filter(|peering| peering.is_active());
    let peers = peerings.flat_map(|peering| own.iter().filter_map(|vpc| Some(peering.peer_of(*vpc)?.vpc)));
    let has_owner = peers.chain(own.iter().copied()).any(|vpc| network.interface_at(vpc, address).is_some());
    let is_public = match address {
        IpAddr::V4(v4) => network.public_addresses.get(&v4).is_some(),
        IpAddr::V6(v6) => network.interface_with_ipv6(v6).is_some(),
    };
    let leads_back = story.forward_drop == Some(DropReason::RoutingLoop);
    !has_owner
        && !is_public
        && internet.internet_host(address).is_none()
        && (is_private_range(address) || leads_back)
}
