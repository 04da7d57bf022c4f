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

use model::{Header, NatGatewayId, NetworkInterface, ResourceId, RouteTable, Subnet, Target, VpcId, World};
use wire::{Flow, IcmpKind, translate};

use crate::clock::Moment;
use crate::connection::{End, Translation, Way};
use crate::connection_table::{ConnectionTable, Slot};
use crate::drop_reason::DropReason;
use crate::nat::NatTable;
use crate::nat_metrics::NatVisit;
use crate::packet::Packet;
use crate::port::{PortId, PortTable};
use crate::stages::{self, Stage};
use crate::targets;
use crate::trace::{Outcome, TraceStep};

/// What a journey reads.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// The network.
    pub world: &'a World,
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
    pub fn of(world: &'a World, interface: &'a NetworkInterface) -> Option<Site<'a>> {
        Some(Site { interface, subnet: world.network.subnets.get(&interface.subnet)? })
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

/// What a NAT gateway must do for a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NatUse {
    /// The gateway and what it translates to.
    pub translation: Translation,
    /// Whether the translation is new.
    pub fresh: bool,
}

/// How many NAT gateways a packet may pass.
pub const NAT_GATEWAYS_MAX: usize = 4;

/// What NAT gateways must do for a connection, one after the other.
#[derive(Clone, Copy, Debug, Default)]
pub struct NatUses([Option<NatUse>; NAT_GATEWAYS_MAX]);

impl NatUses {
    /// One more gateway. Whether there was room for it.
    pub fn push(&mut self, used: NatUse) -> bool {
        let free = self.0.iter_mut().find(|place| place.is_none());
        free.map(|place| *place = Some(used)).is_some()
    }

    /// The gateways, in their order.
    pub fn iter(&self) -> impl Iterator<Item = NatUse> {
        self.0.into_iter().flatten()
    }
}

/// A packet's visits to NAT gateways, one after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NatVisits([Option<NatVisit>; NAT_VISITS_MAX]);

/// As many gateways as a packet may pass, and one in which it dies of having passed too many.
const NAT_VISITS_MAX: usize = NAT_GATEWAYS_MAX + 1;

impl NatVisits {
    /// One more. What comes after the last that there is room for is not counted; the packet is going round in circles.
    pub fn push(&mut self, visit: NatVisit) {
        if let Some(free) = self.0.iter_mut().find(|place| place.is_none()) {
            *free = Some(visit);
        }
    }

    /// The visits, in their order.
    pub fn iter(&self) -> impl Iterator<Item = NatVisit> {
        self.0.into_iter().flatten()
    }
}

/// What a journey found out on its way.
#[derive(Clone, Copy, Debug, Default)]
pub struct Findings {
    /// Whether the sender's security groups track the connection; none when they were not asked.
    pub sender_tracks: Option<bool>,
    /// Whether the receiver's security groups track the connection; none when they were not asked.
    pub receiver_tracks: Option<bool>,
    /// Whether something on the way makes connections tracked whatever the rules say.
    pub always_tracked: bool,
    /// The NAT gateways on the way, in their order.
    pub nat: NatUses,
    /// Its visits to NAT gateways, for those who count.
    pub nat_visits: NatVisits,
    /// Whether an egress-only internet gateway was on the way.
    pub through_egress_only: bool,
    /// Whether it was decided by what is remembered of another connection, which may end before its own.
    pub by_another_connection: bool,
    /// Whether sender and receiver are in one subnet, so that the packet went straight from one to the other.
    pub neighbours: bool,
    /// Whether it went to a neighbour for the link-layer address alone.
    pub by_link_address: bool,
    /// How many routers decremented the time to live.
    pub hops: u8,
    /// The largest packet that the way can carry.
    pub mtu: u16,
    /// The same of the part on which it is of another address family than it was sent in.
    pub mtu_in_other_family: u16,
    /// The ICMP type and code of the packet.
    pub icmp: Option<IcmpKind>,
}

impl Findings {
    /// How packets travel.
    pub fn way(&self) -> Way {
        Way { mtu: self.mtu, hops: self.hops, neighbours: self.neighbours, icmp: self.icmp }
    }
}

/// "The maximum transmission unit inside a VPC" (Network MTU, EC2 User Guide).
pub const VPC_MTU: u16 = 9001;

/// More places than any packet needs: from an interface by a NAT gateway and the internet to another VPC's interface.
const PLACES_MAX: usize = 16;

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
        Journey { around, sent: packet.flow, packet, about, sender, connection, findings, trace }
    }

    /// The network.
    pub fn world(&self) -> &'a World {
        self.around.world
    }

    /// What rules see of the packet as it is now.
    pub fn header(&self) -> Header {
        self.packet.header()
    }

    /// Goes from place to place until the packet arrives or dies.
    pub fn run(&mut self, start: Place<'a>) -> Arrival {
        let mut place = start;
        for _ in 0..PLACES_MAX {
            let step = match place {
                Place::Leaving(site) => self.pass(stages::EGRESS, site, Crossing::within(&site)),
                Place::Entering(site, crossing) => self.pass(stages::INGRESS, site, crossing),
                Place::At(target, crossing) => targets::reach(self, target, crossing),
                Place::Translating(gateway, site) => targets::nat_gateway::translate(self, gateway, site),
                Place::Internet => targets::internet::cross(self),
                Place::Arrived(port) => return Arrival::At(port),
            };
            match step {
                Step::Go(next) => place = next,
                Step::Drop(reason) => return Arrival::Dropped(reason),
                Step::Continue => unreachable!("the last stage of a list always decides"),
            }
        }
        self.deny("journey", None, DropReason::RoutingLoop, String::new);
        Arrival::Dropped(DropReason::RoutingLoop)
    }

    fn pass(&mut self, list: &[Stage], site: Site<'a>, crossing: Crossing<'a>) -> Step<'a> {
        for stage in list {
            match (stage.decide)(self, site, crossing) {
                Step::Continue => {}
                decided => return decided,
            }
        }
        unreachable!("the last stage of a list always decides")
    }

    /// Notes a step, if anybody wants to know.
    pub fn note(&mut self, step: impl FnOnce() -> TraceStep) {
        if let Some(trace) = self.trace.as_deref_mut() {
            trace.push(step());
        }
    }

    /// Notes that a packet went somewhere or was changed.
    pub fn note_pass(
        &mut self,
        stage: &'static str,
        at: impl Into<ResourceId>,
        detail: impl FnOnce() -> String,
    ) {
        let at = Some(at.into());
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
        stage: &'static str,
        at: Option<ResourceId>,
        reason: DropReason,
        detail: impl FnOnce() -> String,
    ) -> Step<'a> {
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
        let world = self.world();
        let (at, by) = (Some(at.into()), Some(table.id.into()));
        let destination = self.packet.flow.destination;
        let found = world.longest_match(table, destination);
        let (outcome, detail) = match found {
            None => (Outcome::Deny(DropReason::NoRoute), format!("no route to {destination}")),
            Some((route, block)) => match world.route_state(table.vpc, route.target) {
                model::RouteState::Active => (Outcome::Pass, format!("{block} -> {}", route.target)),
                model::RouteState::Blackhole => (
                    Outcome::Deny(DropReason::Blackhole),
                    format!("{block} -> {} is a blackhole", route.target),
                ),
            },
        };
        self.note(|| TraceStep { at, by, stage: "route table", direction: None, outcome, detail });
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
