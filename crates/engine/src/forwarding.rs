//! A question's packet on its whole way: also through instances that it is not addressed to, and that forward it.
//!
//! What an instance does with such a packet is its own business, and no network knows it. With its source/destination check
//! off it is assumed to send the packet on, as Linux does where nothing else is configured: to an address in an interface's
//! IPv4 subnet by that interface, to others by the first one, which has the default route. Unchanged, as routers and
//! firewalls do, or from its own address, as NAT instances do. Or it is assumed to keep it. Each such step of a trace says
//! that it is assumed.

use model::{Network, NetworkInterface, NetworkInterfaceId, ResourceId};
use std::net::IpAddr;
use wire::Flow;
use wire::translate::echo_in_other_family;

use crate::clock::Moment;
use crate::drop_reason::DropReason;
use crate::engine::Engine;
use crate::journey::Arrival;
use crate::on_link::{self, OnLink};
use crate::packet::Packet;
use crate::port::{PortId, PortKind};
use crate::stage::Stage;
use crate::trace::{Outcome, TraceStep};

/// What instances on the way are assumed to do with packets for others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Forwarding {
    /// They send them on as they are.
    #[default]
    Unchanged,
    /// They send them on from their own address, and what answers them back.
    FromOwnAddress,
    /// They have the destination address, or a way to it that the network does not know.
    Kept,
}

/// Where a packet has arrived.
pub(crate) enum Arrived {
    /// At who has its destination address, or at who keeps it; from this link it is answered.
    At(PortId, Packet),
    /// At a service of a link.
    AtService,
}

/// More instances than any path goes through: beyond that it is taken for a loop.
const FORWARDERS_MAX: usize = 16;

/// A packet and its answer on their way.
pub(crate) struct Traveller {
    engine: Engine,
    now: Moment,
    /// The instances that were assumed to forward, by the interfaces that the packet came by.
    pub(crate) forwarders: Vec<NetworkInterfaceId>,
    replaced: Vec<Replaced>,
    /// Where the answer is waited for, and as what.
    expected: Option<(PortId, Flow)>,
}

/// A source that an instance has replaced by its own address.
struct Replaced {
    by: PortId,
    original: Flow,
    own: Flow,
}

/// What an instance does with a packet.
enum Onward {
    /// It is for it; the answer leaves by this link.
    Taken(PortId),
    /// It is assumed to keep it.
    Kept(NetworkInterfaceId),
    /// It is assumed to send it on from this link, as this.
    Forwarded { by: NetworkInterfaceId, from: PortId, flow: Flow, how: String },
}

impl Traveller {
    pub(crate) fn new(engine: Engine) -> Traveller {
        Traveller { engine, now: Moment(0), forwarders: Vec::new(), replaced: Vec::new(), expected: None }
    }

    /// What is waited for at a link: it is taken there, whoever has its destination address.
    pub(crate) fn expect(&mut self, at: PortId, flow: Flow) {
        self.expected = Some((at, flow));
    }

    /// Goes from link to link; tells where the packet has arrived, and as what, or why it died.
    pub(crate) fn travel(
        &mut self,
        from: PortId,
        packet: Packet,
        next_hop: Option<NetworkInterfaceId>,
        forwarding: Forwarding,
        steps: &mut Vec<TraceStep>,
    ) -> Result<Arrived, DropReason> {
        let (mut from, mut packet, mut next_hop) = (from, packet, next_hop);
        let mut seen = Vec::new();
        loop {
            let Some(via) = self.leave_link(from, &packet, next_hop.take(), steps)? else {
                return Ok(Arrived::AtService);
            };
            self.now = Moment(self.now.0 + 1);
            let decision = self.engine.decide(from, Packet { via, ..packet }, None, self.now, Some(steps));
            let at = match decision.arrival {
                Arrival::At(at) => at,
                Arrival::Dropped(reason) => return Err(reason),
            };
            if self.engine.ports().services() == Some(at) {
                return Ok(Arrived::AtService);
            }
            packet = arrived(packet, decision.flow, decision.findings.hops);
            let (by, onward_from, flow, how) = match self.onward(at, &packet.flow, forwarding) {
                Onward::Taken(answers_from) => return Ok(Arrived::At(answers_from, packet)),
                Onward::Kept(by) => {
                    let what = format!("assumed to have {}, or to know a way there", packet.flow.destination);
                    steps.push(step(by, Outcome::Pass, what));
                    self.forwarders.push(by);
                    return Ok(Arrived::At(at, packet));
                }
                Onward::Forwarded { by, from, flow, how } => (by, from, flow, how),
            };
            if !self.forwarders.contains(&by) {
                self.forwarders.push(by);
            }
            if seen.contains(&(at, packet.flow)) || seen.len() == FORWARDERS_MAX {
                let why = "it has been here before".to_owned();
                steps.push(step(by, Outcome::Deny(DropReason::RoutingLoop), why));
                return Err(DropReason::RoutingLoop);
            }
            seen.push((at, packet.flow));
            steps.push(step(by, Outcome::Pass, how));
            packet = Packet { flow, ttl: packet.ttl.saturating_sub(1), ..packet };
            from = onward_from;
        }
    }

    /// What happens to a packet on its sender's link: none if a service answers there, else the neighbour that it is
    /// addressed to where that has not its destination address.
    fn leave_link(
        &self,
        from: PortId,
        packet: &Packet,
        next_hop: Option<NetworkInterfaceId>,
        steps: &mut Vec<TraceStep>,
    ) -> Result<Option<Option<NetworkInterfaceId>>, DropReason> {
        let (place, _) = self.place(from);
        let note = |outcome: Outcome, detail: String| {
            let stage = Stage::LinkService;
            TraceStep { at: place, by: place, stage, direction: None, outcome, detail }
        };
        match on_link::fate(&self.engine, from, &packet.flow, next_hop) {
            OnLink::Answered => {
                let answers = format!("{} answers on the link", packet.flow.destination);
                steps.push(note(Outcome::Pass, answers));
                Ok(None)
            }
            OnLink::Dies(death) => {
                steps.push(note(Outcome::Deny(death.reason()), death.explanation().to_owned()));
                Err(death.reason())
            }
            OnLink::GoesOn(via) => Ok(Some(via)),
        }
    }

    /// Where a link is in a trace: the interface, or the internet.
    pub(crate) fn place(&self, at: PortId) -> (Option<ResourceId>, Stage) {
        match self.interface_of(at) {
            Some(interface) => (Some(interface.id.into()), Stage::Instance),
            None => (None, Stage::Internet),
        }
    }

    /// Whether a link is that of an interface.
    pub(crate) fn is_at(&self, at: PortId, interface: NetworkInterfaceId) -> bool {
        self.engine.ports().of_interface(interface) == Some(at)
    }

    /// Whether who is behind a link has an address, as far as the network knows.
    pub(crate) fn has_address(&self, at: PortId, address: IpAddr) -> bool {
        match self.interface_of(at) {
            Some(interface) => self.own_interface(interface, address).is_some(),
            None => self.engine.ports().get(at).is_some_and(|link| link.is_internet_host(address)),
        }
    }

    fn network(&self) -> &Network {
        &self.engine.world().network
    }

    fn interface_of(&self, at: PortId) -> Option<&NetworkInterface> {
        match self.engine.ports().get(at)?.kind {
            PortKind::Interface(id) => self.network().network_interfaces.get(&id),
            PortKind::Internet(_) | PortKind::Services => None,
        }
    }

    /// What the instance at a link does with a packet.
    fn onward(&mut self, at: PortId, flow: &Flow, forwarding: Forwarding) -> Onward {
        let Some(interface) = self.interface_of(at).cloned() else { return Onward::Taken(at) };
        if self.expected.is_some_and(|expected| expected == (at, *flow)) {
            return Onward::Taken(at);
        }
        let by = interface.id;
        if let Some(it) = self.replaced.iter().find(|it| it.by == at && it.own.reversed() == *flow) {
            let flow = it.original.reversed();
            let how = format!("assumed to send the answer on to {}", flow.destination);
            let (_, from) = self.way_out(&interface, at, flow.destination);
            return Onward::Forwarded { by, from, flow, how };
        }
        if let Some(own) = self.own_interface(&interface, flow.destination) {
            return Onward::Taken(self.engine.ports().of_interface(own.id).unwrap_or(at));
        }
        if forwarding == Forwarding::Kept {
            return Onward::Kept(by);
        }
        let (out, from) = self.way_out(&interface, at, flow.destination);
        let own = out.addresses().find(|own| own.is_ipv4() == flow.source.is_ipv4());
        match own.filter(|_| forwarding == Forwarding::FromOwnAddress) {
            Some(source) => {
                let own = Flow { source, ..*flow };
                self.replaced.push(Replaced { by: from, original: *flow, own });
                let how = format!("assumed to forward it from its own address {source}");
                Onward::Forwarded { by, from, flow: own, how }
            }
            None => {
                let how = "assumed to forward it: its source/destination check is off".to_owned();
                Onward::Forwarded { by, from, flow: *flow, how }
            }
        }
    }

    /// All interfaces of the instance that has this one; an endpoint's is alone.
    fn interfaces_beside<'a>(&'a self, interface: &'a NetworkInterface) -> Vec<&'a NetworkInterface> {
        let network = self.network();
        let instance = interface.instance().and_then(|id| network.instances.get(&id));
        let all = instance.into_iter().flat_map(|instance| &instance.interfaces);
        let all: Vec<_> = all.filter_map(|id| network.network_interfaces.get(id)).collect();
        if all.is_empty() { vec![interface] } else { all }
    }

    /// The interface by which the instance that has `interface` is known under an address: a packet may come by any of them.
    fn own_interface<'a>(
        &'a self,
        interface: &'a NetworkInterface,
        address: IpAddr,
    ) -> Option<&'a NetworkInterface> {
        self.interfaces_beside(interface).into_iter().find(|own| own.has_address(address))
    }

    /// The interface by which an instance forwards a packet that came by another. Only IPv4 subnets are on the link: IPv6
    /// addresses are leases of their own, and everything goes by the router.
    fn way_out(
        &self,
        came_by: &NetworkInterface,
        at: PortId,
        destination: IpAddr,
    ) -> (NetworkInterface, PortId) {
        let all = self.interfaces_beside(came_by);
        let is_on_link = |it: &&&NetworkInterface| {
            let subnet = self.network().subnets.get(&it.subnet);
            destination.is_ipv4() && subnet.is_some_and(|subnet| subnet.contains(destination))
        };
        let has_family =
            |it: &&&NetworkInterface| it.addresses().any(|own| own.is_ipv4() == destination.is_ipv4());
        let out = all.iter().find(is_on_link).or_else(|| all.iter().find(has_family)).copied();
        let found = out.and_then(|out| Some((out.clone(), self.engine.ports().of_interface(out.id)?)));
        found.unwrap_or_else(|| (came_by.clone(), at))
    }
}

/// A packet as it has arrived. ICMP has other numbers in the other family.
fn arrived(sent: Packet, flow: Flow, hops: u8) -> Packet {
    let icmp = match sent.flow.source.is_ipv4() == flow.source.is_ipv4() {
        true => sent.icmp,
        false => sent.icmp.and_then(|(kind, code)| Some((echo_in_other_family(kind)?, code))),
    };
    Packet { flow, icmp, ttl: sent.ttl.saturating_sub(hops), ..sent }
}

fn step(by: NetworkInterfaceId, outcome: Outcome, detail: String) -> TraceStep {
    let at = Some(by.into());
    TraceStep { at, by: at, stage: Stage::Instance, direction: None, outcome, detail }
}
