//! A question's packet on its whole way: also through instances that it is not addressed to, and that forward it.
//!
//! What an instance does with such a packet is its own business, and no network knows it. With its source/destination check
//! off it is assumed to send the packet on: unchanged, as routers and firewalls do, or from its own address, as NAT
//! instances do; by its interface in the destination's subnet, or else by its first one, which has its default route. Each
//! such step of a trace says that it is assumed.

use model::{NetworkInterface, NetworkInterfaceId};
use wire::Flow;
use wire::translate::echo_in_other_family;

use crate::clock::Moment;
use crate::drop_reason::DropReason;
use crate::engine::Engine;
use crate::journey::Arrival;
use crate::packet::Packet;
use crate::port::{PortId, PortKind};
use crate::stage::Stage;
use crate::trace::{Outcome, TraceStep};

/// What instances on the way are assumed to do with packets for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Forwarding {
    /// They send them on as they are.
    Unchanged,
    /// They send them on from their own address, and what answers them back.
    FromOwnAddress,
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
}

/// A source that an instance has replaced by its own address.
struct Replaced {
    by: PortId,
    original: Flow,
    own: Flow,
}

/// A packet that goes on: from this link, as this.
struct Forwarded {
    from: PortId,
    flow: Flow,
    how: String,
}

impl Traveller {
    pub(crate) fn new(engine: Engine) -> Traveller {
        Traveller { engine, now: Moment(0), forwarders: Vec::new(), replaced: Vec::new() }
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Goes from link to link; tells where the packet has arrived, and as what, or why it died.
    pub(crate) fn travel(
        &mut self,
        from: PortId,
        packet: Packet,
        forwarding: Forwarding,
        steps: &mut Vec<TraceStep>,
    ) -> Result<(PortId, Flow), DropReason> {
        let (mut from, mut packet) = (from, packet);
        let mut seen = Vec::new();
        loop {
            self.now = Moment(self.now.0 + 1);
            let decision = self.engine.decide(from, packet, None, self.now, Some(steps));
            let at = match decision.arrival {
                Arrival::At(at) => at,
                Arrival::Dropped(reason) => return Err(reason),
            };
            let Some((by, onward)) = self.onward(at, &decision.flow, forwarding) else {
                return Ok((at, decision.flow));
            };
            if seen.contains(&(at, decision.flow)) || seen.len() == FORWARDERS_MAX {
                steps.push(step(
                    by,
                    Outcome::Deny(DropReason::RoutingLoop),
                    "it has been here before".to_owned(),
                ));
                return Err(DropReason::RoutingLoop);
            }
            seen.push((at, decision.flow));
            steps.push(step(by, Outcome::Pass, onward.how));
            if !self.forwarders.contains(&by) {
                self.forwarders.push(by);
            }
            if packet.flow.source.is_ipv4() != onward.flow.source.is_ipv4() {
                packet.icmp = packet.icmp.and_then(|(kind, code)| Some((echo_in_other_family(kind)?, code)));
            }
            packet = Packet { flow: onward.flow, ttl: packet.ttl.saturating_sub(1), ..packet };
            from = onward.from;
        }
    }

    /// What the instance at a link does with a packet; none when it has reached whom it is for.
    fn onward(
        &mut self,
        at: PortId,
        flow: &Flow,
        forwarding: Forwarding,
    ) -> Option<(NetworkInterfaceId, Forwarded)> {
        let PortKind::Interface(id) = self.engine.ports().get(at)?.kind else { return None };
        let world = self.engine.world().clone();
        let interface = world.network.network_interfaces.get(&id)?;
        if let Some(it) = self.replaced.iter().find(|it| it.by == at && it.own.reversed() == *flow) {
            let how = format!("assumed to send the answer on to {}", it.original.source);
            return Some((id, Forwarded { from: at, flow: it.original.reversed(), how }));
        }
        if interface.has_address(flow.destination) {
            return None;
        }
        let out = self.way_out(interface, flow);
        let from = self.engine.ports().of_interface(out.id)?;
        let own = out.addresses().find(|own| own.is_ipv4() == flow.source.is_ipv4());
        let (flow, how) = match (forwarding, own) {
            (Forwarding::FromOwnAddress, Some(own)) => {
                let sent = Flow { source: own, ..*flow };
                self.replaced.push(Replaced { by: from, original: *flow, own: sent });
                (sent, format!("assumed to forward it from its own address {own}"))
            }
            (Forwarding::Unchanged | Forwarding::FromOwnAddress, _) => {
                (*flow, "assumed to forward it: its source/destination check is off".to_owned())
            }
        };
        Some((id, Forwarded { from, flow, how }))
    }

    /// The interface by which an instance forwards a packet that came by `came_by`.
    fn way_out<'a>(&'a self, came_by: &'a NetworkInterface, flow: &Flow) -> &'a NetworkInterface {
        let world = self.engine.world();
        let instance = came_by.instance().and_then(|id| world.network.instances.get(&id));
        let interfaces = instance.into_iter().flat_map(|instance| &instance.interfaces);
        let mut interfaces = interfaces.filter_map(|id| world.network.network_interfaces.get(id)).peekable();
        let first = interfaces.peek().copied();
        let in_subnet = |it: &&NetworkInterface| {
            world.network.subnets.get(&it.subnet).is_some_and(|subnet| subnet.contains(flow.destination))
        };
        interfaces.find(in_subnet).or(first).unwrap_or(came_by)
    }
}

fn step(by: NetworkInterfaceId, outcome: Outcome, detail: String) -> TraceStep {
    let at = Some(by.into());
    TraceStep { at, by: at, stage: Stage::Instance, direction: None, outcome, detail }
}
