//! A packet's journey through the network, place by place.
//!
//! ```text
//!   an interface ── EGRESS stages ──> a target ──> ... ──> INGRESS stages ── an interface
//!                                       │  ^
//!                                       v  │
//!                                    the internet
//! ```
//!
//! The journey reads the network and the connections and changes neither. What it found out, where the packet arrives
//! and as what, is applied by [`crate::Engine`] or shown by a trace.

use model::{
    Destination, Header, NatGatewayId, Network, NetworkInterface, ResourceId, RouteTable, Subnet, Target,
    VpcId,
};
use wire::{Flow, IcmpKind, translate};

use crate::clock::Moment;
use crate::connection::End;
use crate::connection_table::ConnectionTable;
use crate::drop_reason::DropReason;
use crate::findings::Findings;
use crate::flow_record::Observation;
use crate::nat::NatTable;
use crate::packet::Packet;
use crate::port::{PortId, PortTable};
use crate::slot::Slot;
use crate::stage::Stage;
use crate::trace::{Outcome, TraceStep};

/// What a journey reads.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// The network.
    pub network: &'a Network,
    /// The links.
    pub ports: &'a PortTable,
    /// The connections.
    pub connections: &'a ConnectionTable,
    /// The NAT gateways' ports.
    pub nat: &'a NatTable,
    /// The time.
    pub now: Moment,
}

/// Where a packet is.
#[derive(Clone, Copy)]
pub enum Place<'a> {
    /// At an interface, about to leave it.
    Leaving(Site<'a>),
    /// At what a route points to.
    At(Target, Crossing<'a>),
    /// About to enter an interface's subnet and then the interface.
    Entering(Site<'a>, Crossing<'a>),
    /// In a NAT gateway.
    Translating(NatGatewayId, Site<'a>),
    /// On the internet, under public addresses.
    Internet,
    /// At the link that it is for.
    Arrived(PortId),
}

/// An interface and its subnet.
#[derive(Clone, Copy)]
pub struct Site<'a> {
    /// The interface.
    pub interface: &'a NetworkInterface,
    /// Its subnet.
    pub subnet: &'a Subnet,
}

impl<'a> Site<'a> {
    /// The place of an interface.
    pub fn of(network: &'a Network, interface: &'a NetworkInterface) -> Option<Site<'a>> {
        Some(Site { interface, subnet: network.subnets.get(&interface.subnet)? })
    }
}

/// What lies behind a packet that is between two interfaces.
#[derive(Clone, Copy)]
pub struct Crossing<'a> {
    /// The VPC that it is in, or comes from.
    pub vpc: VpcId,
    /// The subnet that it left; none when it comes from outside the VPC.
    pub from: Option<&'a Subnet>,
    /// Whether a route or gateway sends it to an interface that need not have its destination address.
    pub forwarded: bool,
}

/// What a stage decides.
pub enum Step<'a> {
    /// On to the next stage.
    Continue,
    /// On to another place; the remaining stages of this one are not for this packet.
    Go(Place<'a>),
    /// The end.
    Drop(DropReason),
}

/// Who sent a packet into the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// An instance, by this interface.
    Interface(model::NetworkInterfaceId),
    /// A host on the internet.
    Internet,
}

/// "The maximum transmission unit inside a VPC" (Network MTU, EC2 User Guide).
pub const VPC_MTU: u16 = 9001;

/// A packet on its way.
pub struct Journey<'a, 't> {
    /// What it reads.
    pub around: Surroundings<'a>,
    /// The packet, as it is now.
    pub packet: Packet,
    /// For an ICMP error: what it quotes, in the direction in which that was sent.
    pub about: Option<Flow>,
    /// As what it was sent.
    pub sent: Flow,
    /// Who sent it.
    pub sender: Sender,
    /// The connection it belongs to, and its side; for an ICMP error the connection that the error is about, and the
    /// side that the error comes from.
    pub connection: Option<(Slot, End)>,
    /// What was found out so far.
    pub findings: Findings,
    /// What it was at each interface that somebody logs.
    pub course: Vec<Observation>,
    /// The interface that it has left last, while it has come to no other and not to the internet.
    pub(crate) left: Option<model::NetworkInterfaceId>,
    /// The stage that is asked, or was last.
    pub stage: Stage,
    trace: Option<&'t mut Vec<TraceStep>>,
}

/// Where a journey ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// At a link.
    At(PortId),
    /// Nowhere.
    Dropped(DropReason),
}

impl<'a, 't> Journey<'a, 't> {
    /// A packet at the beginning of its way.
    pub fn new(
        around: Surroundings<'a>,
        packet: Packet,
        about: Option<Flow>,
        sender: Sender,
        connection: Option<(Slot, End)>,
        trace: Option<&'t mut Vec<TraceStep>>,
    ) -> Self {
        let icmp = packet.icmp.map(|(icmp_type, code)| IcmpKind { icmp_type, code });
        let findings = Findings { mtu: VPC_MTU, mtu_in_other_family: VPC_MTU, icmp, ..Findings::default() };
        let stage = Stage::Journey;
        Journey {
            around,
            sent: packet.flow,
            packet,
            about,
            sender,
            connection,
            findings,
            course: Vec::new(),
            left: None,
            stage,
            trace,
        }
    }

    /// The network.
    pub fn network(&self) -> &'a Network {
        self.around.network
    }

    /// What rules see of the packet as it is now.
    pub fn header(&self) -> Header {
        self.packet.header()
    }

    /// Notes a step, if anybody wants to know.
    pub fn note(&mut self, step: impl FnOnce() -> TraceStep) {
        if let Some(trace) = self.trace.as_deref_mut() {
            trace.push(step());
        }
    }

    /// Notes that a packet went somewhere or was changed.
    pub fn note_pass(&mut self, at: impl Into<ResourceId>, detail: impl FnOnce() -> String) {
        let (at, stage) = (Some(at.into()), self.stage);
        self.note(|| TraceStep {
            at,
            by: at,
            stage,
            direction: None,
            outcome: Outcome::Pass,
            detail: detail(),
        });
    }

    /// Notes that the packet died, and says so.
    pub fn deny(
        &mut self,
        at: Option<ResourceId>,
        reason: DropReason,
        detail: impl FnOnce() -> String,
    ) -> Step<'a> {
        let stage = self.stage;
        self.note(|| TraceStep {
            at,
            by: at,
            stage,
            direction: None,
            outcome: Outcome::Deny(reason),
            detail: detail(),
        });
        Step::Drop(reason)
    }

    /// Narrows the largest packet that the way can carry. What counts is its length as it was sent, which is another one
    /// when its address family has changed since.
    pub fn limit_mtu(&mut self, mtu: u16) {
        let as_sent = match (self.sent.source.is_ipv4(), self.packet.flow.source.is_ipv4()) {
            (true, true) | (false, false) => mtu,
            (true, false) => mtu.saturating_sub(translate::GROWTH),
            (false, true) => mtu.saturating_add(translate::GROWTH),
        };
        self.findings.mtu = self.findings.mtu.min(as_sent);
        if self.sent.source.is_ipv4() != self.packet.flow.source.is_ipv4() {
            self.findings.mtu_in_other_family = self.findings.mtu_in_other_family.min(mtu);
        }
    }

    /// The route that wins in a table for the packet's destination, noted and checked.
    pub fn route(&mut self, table: &'a RouteTable, at: impl Into<ResourceId>) -> Result<Target, DropReason> {
        self.stage = Stage::RouteTable;
        let network = self.network();
        let (at, by) = (Some(at.into()), Some(table.id.into()));
        let destination = self.packet.flow.destination;
        let found = network.longest_match(table, destination);
        let (outcome, detail) = match found {
            None => (Outcome::Deny(DropReason::NoRoute), format!("no route to {destination}")),
            Some((route, block)) => {
                let state = network.route_state(table.vpc, route.target);
                let way = match route.destination {
                    Destination::Cidr(_) => format!("{block} -> {}", route.target),
                    Destination::PrefixList(list) => format!("{block} in {list} -> {}", route.target),
                };
                match state {
                    model::RouteState::Active => (Outcome::Pass, way),
                    model::RouteState::Blackhole => {
                        (Outcome::Deny(DropReason::Blackhole), format!("{way} is a blackhole"))
                    }
                }
            }
        };
        self.note(|| TraceStep { at, by, stage: Stage::RouteTable, direction: None, outcome, detail });
        match (outcome, found) {
            (Outcome::Deny(reason), _) => Err(reason),
            (Outcome::Allow | Outcome::Pass, Some((route, _))) => Ok(route.target),
            (Outcome::Allow | Outcome::Pass, None) => Err(DropReason::NoRoute),
        }
    }
}

impl<'a> Crossing<'a> {
    /// A packet that has not left its subnet.
    pub fn within(site: &Site<'a>) -> Crossing<'a> {
        Crossing { vpc: site.interface.vpc, from: Some(site.subnet), forwarded: false }
    }

    /// A packet that comes into a VPC from outside.
    pub fn from_outside(vpc: VpcId) -> Crossing<'a> {
        Crossing { vpc, from: None, forwarded: false }
    }

    /// The same packet, sent to an interface that need not have its destination address.
    pub fn forwarded(self) -> Crossing<'a> {
        Crossing { forwarded: true, ..self }
    }
}
