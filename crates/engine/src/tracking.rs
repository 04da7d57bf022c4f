//! What packets leave behind: the connections that the engine remembers, begun, moved on and forgotten.
//!
//! Which packets are tracked by security groups is `stages::security_group`'s to say; how long they are remembered,
//! [`crate::connection`]'s.

use wire::Flow;

use crate::clock::Moment;
use crate::connection::{End, Side, Timeouts};
use crate::decide::Decision;
use crate::drop_reason::DropReason;
use crate::engine::Engine;
use crate::findings::Findings;
use crate::journey::Arrival;
use crate::packet::Packet;
use crate::port::{PortId, PortKind};
use crate::slot::Slot;

impl Engine {
    /// The connection a packet belongs to. One that was idle for too long is forgotten, if the packet is its own.
    pub(crate) fn live_connection(
        &mut self,
        port: PortId,
        flow: &Flow,
        forget: bool,
        now: Moment,
    ) -> Option<(Slot, End)> {
        let (slot, end) = self.connections.find(port, flow)?;
        if !self.connections.get(slot)?.is_expired(now) {
            return Some((slot, end));
        }
        if forget {
            self.forget_idle(slot);
        }
        None
    }

    /// Remembers what was decided about a packet, for the next packets of its connection.
    pub(crate) fn remember(
        &mut self,
        port: PortId,
        packet: &Packet,
        connection: Option<(Slot, End)>,
        decision: &Decision,
        now: Moment,
    ) -> Result<(), DropReason> {
        let (slot, from) = match connection {
            Some(found) => found,
            None => match self.begin(port, packet, decision, now)? {
                Some(slot) => (slot, End::Initiator),
                None => return Ok(()),
            },
        };
        let Arrival::At(to) = decision.arrival else { return Ok(()) };
        let tracked = decision.findings.receiver_tracks.unwrap_or(true) || decision.findings.always_tracked;
        let arrived = Side::new(to, decision.flow.reversed(), tracked);
        let reaches = self.connections.get(slot).and_then(|it| it.side(from.other()));
        let settled = match reaches {
            Some(side) if side.port == to && side.flow == arrived.flow => true,
            Some(_) if from == End::Responder => false,
            Some(_) | None if !self.may_track(to, tracked) => return Err(DropReason::ConnectionLimit),
            Some(_) | None => self.move_side(slot, from.other(), arrived),
        };
        if settled {
            self.settle(slot, from, decision);
        }
        Ok(())
    }

    /// Begins a connection for a packet that its sender's security groups let out and track, or that has arrived.
    fn begin(
        &mut self,
        port: PortId,
        packet: &Packet,
        decision: &Decision,
        now: Moment,
    ) -> Result<Option<Slot>, DropReason> {
        let tracked = decision.findings.sender_tracks.unwrap_or(true) || decision.findings.always_tracked;
        let arrived = matches!(decision.arrival, Arrival::At(_));
        if !arrived && decision.findings.sender_tracks != Some(true) {
            return Ok(None);
        }
        if !self.may_track(port, tracked) {
            return Err(DropReason::ConnectionLimit);
        }
        if self.ports.get(port).is_none_or(|link| link.connections >= self.limits.connections_per_port) {
            return if tracked { Err(DropReason::ConnectionLimit) } else { Ok(None) };
        }
        let is_for_service = matches!(decision.arrival, Arrival::At(to) if self.ports.services() == Some(to));
        if !self.make_room(port, is_for_service) {
            return if tracked { Err(DropReason::ConnectionShare) } else { Ok(None) };
        }
        let side = Side::new(port, packet.flow, tracked);
        match self.connections.insert(side, now) {
            Some(slot) => {
                self.count_side(side, 1);
                Ok(Some(slot))
            }
            None if tracked => Err(DropReason::ConnectionLimit),
            None => Ok(None),
        }
    }

    /// Whether a link may begin one more connection of all that there can be. When there are few left, it may if it has not
    /// its share, and who has most gives one up. To a service of its own link, such as instance metadata, it always may: how
    /// much of that there can be is bounded by their allowance.
    fn make_room(&mut self, port: PortId, is_for_service: bool) -> bool {
        if !self.connections.is_scarce() {
            return true;
        }
        if !is_for_service && self.connections.has_share(port) {
            return false;
        }
        if self.connections.is_full() {
            let Some(victim) = self.connections.victim() else { return false };
            self.forget(victim);
            self.displaced += 1;
        }
        true
    }

    /// Whether an interface may have one more connection that its security groups track; counts what it may not have.
    fn may_track(&mut self, port: PortId, tracked: bool) -> bool {
        let limit = self.limits.tracked_per_interface;
        self.ports.get_mut(port).is_none_or(|link| !tracked || link.allows_connection(limit))
    }

    fn count_side(&mut self, side: Side, change: i32) {
        if let Some(link) = self.ports.get_mut(side.port) {
            link.connections = link.connections.saturating_add_signed(change);
            link.tracked = link.tracked.saturating_add_signed(if side.tracked { change } else { 0 });
        }
    }

    /// Gives a connection a new side, taking the key from a connection that has it.
    fn move_side(&mut self, slot: Slot, end: End, side: Side) -> bool {
        match self.connections.find(side.port, &side.flow) {
            Some((other, _)) if other == slot => return false,
            Some((other, end)) => self.take_side(other, end),
            None => {}
        }
        if let Some(old) = self.connections.get(slot).and_then(|it| it.side(end)) {
            self.settle_flow(slot, end);
            self.settle_decision(slot, end);
            self.count_side(old, -1);
        }
        self.count_side(side, 1);
        self.connections.set_side(slot, end, Some(side))
    }

    /// Takes a side from a connection because its key is now another's; without sides it is forgotten.
    fn take_side(&mut self, slot: Slot, end: End) {
        let Some(connection) = self.connections.get(slot) else { return };
        match (connection.side(end), connection.side(end.other())) {
            (Some(side), Some(_)) => {
                self.settle_flow(slot, end);
                self.settle_decision(slot, end);
                self.connections.set_side(slot, end, None);
                self.count_side(side, -1);
            }
            _ => self.forget(slot),
        }
    }

    /// Marks a connection's way from one side as decided.
    fn settle(&mut self, slot: Slot, from: End, decision: &Decision) {
        let generation = self.world.network.generation;
        let findings = &decision.findings;
        if from == End::Initiator {
            self.settle_nat(slot, findings);
        }
        let timeouts = self.timeouts_of(slot);
        let Some(connection) = self.connections.get_mut(slot) else { return };
        if from == End::Initiator {
            connection.set_endpoint(findings.endpoint);
        }
        connection.through_egress_only |= findings.through_egress_only;
        connection.set_timeouts(timeouts);
        // What a connection's first packet was let by decides whether it is tracked: "the response traffic for an untracked
        // flow is allowed based on the inbound or outbound rule that permits the response traffic".
        let tracks = match from {
            End::Initiator => [findings.sender_tracks, findings.receiver_tracks],
            End::Responder => [None, None],
        };
        for (end, tracks) in [from, from.other()].into_iter().zip(tracks) {
            let (Some(tracks), Some(side)) = (tracks, connection.side(end)) else { continue };
            let tracks = tracks || findings.always_tracked;
            connection.set_tracked(end, tracks);
            if let Some(link) = self.ports.get_mut(side.port) {
                link.tracked =
                    link.tracked.saturating_add_signed(i32::from(tracks) - i32::from(side.tracked));
            }
        }
        // What changes its family is made anew each time, and what goes by its link-layer address would have to be told from
        // what goes by its IP address: there is no fast path for them.
        let in_place =
            connection.flow(from).is_some_and(|sent| sent.source.is_ipv4() == decision.flow.source.is_ipv4());
        let is_fast = in_place && !findings.by_another_connection && !findings.by_link_address;
        connection.decide(from, if is_fast { generation } else { 0 }, findings.way());
    }

    /// Takes the ports that NAT gateways on the way have chosen, and gives back those of gateways that are no longer on it.
    fn settle_nat(&mut self, slot: Slot, findings: &Findings) {
        let Some(connection) = self.connections.get_mut(slot) else { return };
        let used = || findings.nat.iter().map(|used| used.translation);
        if connection.nat().iter().copied().eq(used()) {
            return;
        }
        if connection.is_open_tcp() {
            self.nat_metrics.change_active(connection.gateways(), false);
            self.nat_metrics.change_active(used().map(|translation| translation.gateway), true);
        }
        self.nat_metrics.leave(connection.waypoints);
        let before = connection.set_nat(used().collect());
        connection.waypoints = self.nat_metrics.enter(connection.gateways());
        for translation in before.iter().filter(|old| !used().any(|new| new == **old)) {
            self.nat.release(translation);
        }
        for fresh in findings.nat.iter().filter(|used| used.fresh) {
            self.nat.take(fresh.translation, slot);
        }
    }

    /// What the interfaces at a connection's ends have configured.
    fn timeouts_of(&self, slot: Slot) -> Timeouts {
        let Some(connection) = self.connections.get(slot) else { return Timeouts::default() };
        let sides = [End::Initiator, End::Responder].into_iter().filter_map(|end| connection.side(end));
        Timeouts::of(sides.filter_map(|side| match self.ports.get(side.port)?.kind {
            PortKind::Interface(id) => {
                Some(self.world.network.network_interfaces.get(&id)?.connection_tracking)
            }
            PortKind::Internet(_) | PortKind::Services => None,
        }))
    }

    /// Forgets a connection of which no packet was seen for too long.
    pub(crate) fn forget_idle(&mut self, slot: Slot) {
        if let Some(connection) = self.connections.get(slot).filter(|it| it.is_established_tcp()) {
            self.nat_metrics.idle(connection.gateways());
        }
        self.forget(slot);
    }

    /// Forgets a connection and gives back what it held.
    pub(crate) fn forget(&mut self, slot: Slot) {
        for end in [End::Initiator, End::Responder] {
            self.settle_flow(slot, end);
            self.settle_decision(slot, end);
        }
        let Some(connection) = self.connections.remove(slot) else { return };
        if connection.is_open_tcp() {
            self.nat_metrics.change_active(connection.gateways(), false);
        }
        self.nat_metrics.leave(connection.waypoints);
        for translation in connection.nat() {
            self.nat.release(translation);
        }
        for side in [End::Initiator, End::Responder].into_iter().filter_map(|end| connection.side(end)) {
            self.count_side(side, -1);
        }
    }
}
