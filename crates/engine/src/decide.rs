//! A packet is decided: its journey through the network as it is now, and what is remembered of it. Touches no frame.

use model::Network;
use std::sync::Arc;
use wire::{Flow, QuotedPacket};

use crate::clock::Moment;
use crate::connection::End;
use crate::drop_reason::DropReason;
use crate::engine::Engine;
use crate::findings::Findings;
use crate::flow_record::Observation;
use crate::journey::{Arrival, Journey, Place, Sender, Site, Surroundings};
use crate::packet::{Packet, Part};
use crate::port::{PortId, PortKind, PortTable};
use crate::slot::Slot;
use crate::trace::TraceStep;

/// What was decided about a packet.
pub(crate) struct Decision {
    /// Where it goes; or why it died.
    pub(crate) arrival: Arrival,
    /// As what it arrives.
    pub(crate) flow: Flow,
    /// What was found on the way.
    pub(crate) findings: Findings,
    /// What flow logs see of it.
    pub(crate) course: Vec<Observation>,
}

impl Engine {
    /// Sends a packet on its journey and remembers what was decided. Touches no frame.
    pub(crate) fn decide(
        &mut self,
        port: PortId,
        packet: Packet,
        quote: Option<&QuotedPacket>,
        now: Moment,
        trace: Option<&mut Vec<TraceStep>>,
    ) -> Decision {
        let key = match quote {
            Some(quote) => quote.flow.reversed(),
            None => packet.flow,
        };
        let connection = self.live_connection(port, &key, quote.is_none(), now);
        if let Some((slot, from)) = connection {
            self.settle_flow(slot, from);
        }
        let world = Arc::clone(&self.world);
        let around = self.surroundings(&world.network, now);
        let dropped = |reason| Decision {
            arrival: Arrival::Dropped(reason),
            flow: packet.flow,
            findings: Findings::default(),
            course: Vec::new(),
        };
        let (place, sender) = match self.start(&world.network, port, &packet, connection) {
            Ok(start) => start,
            Err(reason) => return dropped(reason),
        };
        let about = quote.map(|quote| quote.flow);
        let mut journey = Journey::new(around, packet, about, sender, connection, trace);
        let arrival = journey.run(place);
        let (mut flow, findings, course) = (journey.packet.flow, journey.findings, journey.course);
        if let Arrival::At(to) = arrival
            && self.ports.services() == Some(to)
        {
            flow.source = PortTable::stand_in(port, flow.source);
        }
        // A service answers a stand-in address; the answer is for whom it stands.
        let asker = connection.filter(|_| self.ports.services() == Some(port));
        if let Some(side) = asker.and_then(|(slot, from)| self.connections.get(slot)?.side(from.other())) {
            flow = side.flow.reversed();
        }
        let mut decision = Decision { arrival, flow, findings, course };
        // An ICMP error is about a connection and begins none; a later fragment does not say what it belongs to.
        if !packet.is_error
            && packet.part != Part::Later
            && let Err(reason) = self.remember(port, &packet, connection, &decision, now)
        {
            // What could not be remembered is no matter of flow logs.
            decision.course.clear();
            decision.arrival = Arrival::Dropped(reason);
        }
        decision
    }

    /// What a journey reads.
    pub(crate) fn surroundings<'a>(&'a self, network: &'a Network, now: Moment) -> Surroundings<'a> {
        let (ports, connections, nat) = (&self.ports, &self.connections, &self.nat);
        Surroundings { network, ports, connections, nat, now }
    }

    /// Where a packet from a link begins its journey.
    pub(crate) fn start<'a>(
        &self,
        network: &'a Network,
        port: PortId,
        packet: &Packet,
        connection: Option<(Slot, End)>,
    ) -> Result<(Place<'a>, Sender), DropReason> {
        let link = self.ports.get(port).ok_or(DropReason::InterfaceDown)?;
        match &link.kind {
            PortKind::Interface(id) => {
                let interface = network.network_interfaces.get(id).ok_or(DropReason::InterfaceDown)?;
                let site = Site::of(network, interface).ok_or(DropReason::InterfaceDown)?;
                Ok((Place::Leaving(site), Sender::Interface(*id)))
            }
            PortKind::Internet(_) if link.is_internet_host(packet.flow.source) => {
                Ok((Place::Internet, Sender::Internet))
            }
            PortKind::Internet(_) => Err(DropReason::SpoofedSource),
            PortKind::Services => {
                let side = connection
                    .and_then(|(slot, end)| self.connections.get(slot)?.side(end.other()))
                    .ok_or(DropReason::NoSuchAddress)?;
                Ok((Place::Arrived(side.port), Sender::Internet))
            }
        }
    }
}
