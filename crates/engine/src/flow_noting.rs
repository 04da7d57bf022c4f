//! Packets meet the live book: which of them are looked at closely, and what is written of them.
//!
//! A flow's first packet is followed stage by stage, as a trace is; so is the first after the network has changed. The others
//! that come off the fast path are counted in the entry that is there, unless something else becomes of them. What is said to
//! the link itself, its services among it, is not there, as it is not in flow logs.

use std::sync::Arc;
use wire::QuotedPacket;

use crate::clock::{Moment, Now};
use crate::connection::{End, Sent};
use crate::decide::Decision;
use crate::drop_reason::DropReason;
use crate::engine::Engine;
use crate::flow_ring::{Decided, DecidedFlow, FlowDecisions, RingKey, Ruling, course};
use crate::journey::{Arrival, Journey};
use crate::packet::{Packet, Part};
use crate::port::{PortId, PortKind};
use crate::slot::Slot;
use crate::stage::Stage;
use crate::trace::TraceStep;

/// What is to be done about a packet for the live book.
pub(crate) struct Noting {
    key: RingKey,
    /// What its stages say, if they are asked to.
    pub(crate) steps: Option<Vec<TraceStep>>,
    is_known: bool,
}

/// A packet, for the live book.
#[derive(Clone, Copy)]
pub(crate) struct Noted<'a> {
    pub(crate) packet: &'a Packet,
    pub(crate) quote: Option<&'a QuotedPacket>,
    pub(crate) size: Sent,
}

impl Engine {
    /// How a packet is to be looked at; `None` for what is not written down.
    pub(crate) fn noting(&mut self, port: PortId, packet: &Packet, now: Moment) -> Option<Noting> {
        let key = RingKey { port, flow: packet.flow, via: packet.via, fragments: false };
        let refused_before = RingKey { fragments: true, ..key };
        let known = (packet.part != Part::Whole).then(|| self.flow_ring.knows(&refused_before)).flatten();
        let known = known.or_else(|| self.flow_ring.knows(&key));
        let link = self.ports.get_mut(port).filter(|link| link.kind != PortKind::Services)?;
        let is_known = known.is_some();
        let is_fresh = known == Some(self.world.network.generation);
        let steps = (!is_fresh && link.entries.has_more(now)).then(Vec::new);
        Some(Noting { key, steps, is_known })
    }

    /// Writes down what became of a packet.
    pub(crate) fn note_flow(&mut self, noting: Noting, noted: Noted<'_>, ending: Ending, now: Now) {
        let Noting { key, steps, is_known } = noting;
        let key = RingKey { fragments: is_refused_as_fragment(noted.packet, &ending), ..key };
        // Its link has begun enough.
        if steps.is_none() && !is_known {
            return self.flow_ring.leave_out(None);
        }
        if steps.as_ref().is_some_and(|steps| is_for_link(steps, &ending)) {
            return;
        }
        let before = self.counted_before(&key, &noted, &ending);
        let mut decided = self.decided(&key, (noted, before), steps.as_deref(), &ending);
        if is_known && self.flow_ring.repeat(&key, &decided, now.wall) {
            return;
        }
        self.settle_entry(&key, before);
        if !self.ports.get_mut(key.port).is_some_and(|link| link.entries.has_more(now.moment)) {
            return self.flow_ring.leave_out(Some(&key));
        }
        // Something else has become of it than of those before: the same packet again, to be followed.
        let again = steps.is_none().then(|| self.follow(key.port, &noted, now.moment));
        if let Some(again) = &again {
            decided = self.decided(&key, (noted, before), Some(again), &ending);
        }
        self.flow_ring.begin(key, decided, now.wall);
        if let Some(link) = self.ports.get_mut(key.port) {
            link.entries.take();
        }
    }

    fn decided<'s>(
        &self,
        key: &RingKey,
        (noted, before): (Noted<'_>, Option<Sent>),
        steps: Option<&'s [TraceStep]>,
        ending: &Ending,
    ) -> Decided<'s> {
        let interface = |port: PortId| match self.ports.get(port)?.kind {
            PortKind::Interface(id) => Some(id),
            PortKind::Internet(_) | PortKind::Services => None,
        };
        let refused = ending.refused;
        let (sender, receiver) = (interface(key.port), ending.to.and_then(interface));
        let flow = DecidedFlow {
            sender,
            receiver: receiver.filter(|_| refused.is_none()),
            sent: noted.packet.flow,
            arrived: ending.flow,
            icmp: noted.packet.icmp,
            refused,
            ruling: steps.and_then(|steps| Ruling::of(steps, refused)),
            course: steps.map(|steps| course(steps, [sender, receiver])).unwrap_or_default(),
        };
        Decided { flow, steps, size: noted.size, before, generation: self.world.network.generation }
    }

    /// What the connection that has counted a packet had counted before.
    fn counted_before(&self, key: &RingKey, noted: &Noted<'_>, ending: &Ending) -> Option<Sent> {
        let is_counted = ending.refused.is_none() && !noted.packet.is_error;
        let sent = self.sent_by(key).filter(|_| is_counted)?;
        Some(Sent {
            packets: sent.packets.saturating_sub(noted.size.packets),
            bytes: sent.bytes.saturating_sub(noted.size.bytes),
        })
    }

    /// What a connection has counted of a flow's packets. Those that are addressed to a neighbour are not told apart there;
    /// they are never on the fast path, and are counted one by one, as are fragments that are refused.
    fn sent_by(&self, key: &RingKey) -> Option<Sent> {
        let is_told_apart = key.via.is_none() && !key.fragments;
        let (slot, end) = self.connections.find(key.port, &key.flow).filter(|_| is_told_apart)?;
        Some(self.connections.get(slot)?.sent(end))
    }

    /// The entry that says something else of this flow has its packets up to now.
    fn settle_entry(&mut self, key: &RingKey, before: Option<Sent>) {
        if let Some(sent) = before.or_else(|| self.sent_by(key)) {
            self.flow_ring.settle(key, sent);
        }
    }

    /// What one end of a connection has sent stays counted when the connection has it no longer.
    pub(crate) fn settle_decision(&mut self, slot: Slot, end: End) {
        if self.flow_ring.is_empty() {
            return;
        }
        let Some(connection) = self.connections.get(slot) else { return };
        let (Some(side), sent) = (connection.side(end), connection.sent(end)) else { return };
        let key = RingKey { port: side.port, flow: side.flow, via: None, fragments: false };
        self.flow_ring.settle(&key, sent);
    }

    /// What the stages say of a packet, once more; it changes nothing.
    fn follow(&self, port: PortId, noted: &Noted<'_>, now: Moment) -> Vec<TraceStep> {
        let mut steps = Vec::new();
        let key = noted.quote.map_or(noted.packet.flow, |quote| quote.flow.reversed());
        let connection = self.connections.find(port, &key);
        let connection =
            connection.filter(|(slot, _)| self.connections.get(*slot).is_some_and(|it| !it.is_expired(now)));
        let world = Arc::clone(&self.world);
        let Ok((place, sender)) = self.start(&world.network, port, noted.packet, connection) else {
            return steps;
        };
        let around = self.surroundings(&world.network, now);
        let about = noted.quote.map(|quote| quote.flow);
        Journey::new(around, *noted.packet, about, sender, connection, Some(&mut steps)).run(place);
        steps
    }

    /// What was decided about flows after the entry of this number; 0 for all that is known.
    pub fn flow_decisions(&self, after: u64) -> FlowDecisions {
        self.flow_ring.after(after, |key| self.sent_by(key))
    }
}

/// What became of a packet.
pub(crate) struct Ending {
    to: Option<PortId>,
    flow: wire::Flow,
    refused: Option<DropReason>,
}

impl Ending {
    /// As it was decided.
    pub(crate) fn of(decision: &Decision) -> Ending {
        let (to, refused) = match decision.arrival {
            Arrival::At(to) => (Some(to), None),
            Arrival::Dropped(reason) => (None, Some(reason)),
        };
        Ending { to, flow: decision.flow, refused }
    }

    /// It has died after that.
    pub(crate) fn but_refused(self, reason: DropReason) -> Ending {
        Ending { refused: Some(reason), ..self }
    }
}

/// Whether a packet was refused for being a fragment: what is of the same flow and whole goes on.
fn is_refused_as_fragment(packet: &Packet, ending: &Ending) -> bool {
    packet.part != Part::Whole && ending.refused == Some(DropReason::NatProtocol)
}

/// Whether a packet was for a service of its link.
fn is_for_link(steps: &[TraceStep], ending: &Ending) -> bool {
    let is_service = steps.last().is_some_and(|step| step.stage == Stage::LinkService);
    is_service && ending.refused != Some(DropReason::ReservedRange)
}
