//! What NAT gateways count, under the names of their CloudWatch metrics.
//!
//! Follows "NAT gateway metrics and dimensions" (VPC User Guide). Sums run from when the engine began; left out: CloudWatch's
//! periods and statistics.
//!
//! Packets on the fast path are counted by their connection's waypoints, and spread over the gateways when somebody asks and
//! every ten seconds.

use model::{NatGatewayId, Network};
use std::collections::BTreeMap;

use crate::clock::Moment;
use crate::connection::{Connection, End, Sent, Turn};
use crate::drop_reason::DropReason;
use crate::metric::Metric;
use crate::waypoints::{Waypoints, WaypointsId};

/// Peak rates are averages of this long.
const WINDOW_MS: u64 = 10_000;
/// "The highest 10-second bytes per second average in a given minute": how many windows a minute has.
const WINDOWS: usize = 6;

/// What one gateway has counted.
#[derive(Clone, Debug, Default)]
struct Gateway {
    /// What came to it, by the end of connections that sent it.
    received: [Sent; 2],
    /// What it sent on of that.
    sent: [Sent; 2],
    active: u64,
    attempts: u64,
    established: u64,
    no_port: u64,
    idle: u64,
    dropped: u64,
    /// What had come to it when the current window began.
    before: Sent,
    /// What came to it in the last windows, the latest first.
    windows: [Sent; WINDOWS],
}

/// A packet's visit to a NAT gateway, off the fast path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NatVisit {
    /// The gateway.
    pub gateway: NatGatewayId,
    /// Which end of connections sends packets this way.
    pub from: End,
    /// Whether it is the first packet of a TCP connection.
    pub attempts: bool,
    /// Whether it came in the address family in which it was sent; later gateways see what NAT64 has made of it.
    pub as_sent: bool,
    /// Whether it left in that family.
    pub leaves_as_sent: bool,
    /// Why it died there, if it did.
    pub died_of: Option<DropReason>,
}

/// How large a packet, or what was made of it, is on its way: as it was sent, and as it arrives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    pub(crate) sent: Sent,
    pub(crate) arrives: Sent,
}

/// What all NAT gateways have counted.
#[derive(Debug, Default)]
pub(crate) struct NatMetrics {
    gateways: BTreeMap<NatGatewayId, Gateway>,
    waypoints: Waypoints,
    /// What was sent on the fast path since it was last spread over the gateways: by waypoints, and by the end that sent it.
    sent: Vec<[Sent; 2]>,
    /// The current window's number since the clock began.
    window: u64,
}

impl NatMetrics {
    /// Counts packets on the fast path, which a connection has recorded.
    #[inline(always)]
    pub(crate) fn count(&mut self, connection: &mut Connection, from: End, packets: u32, bytes: u64) {
        let Some(place) = connection.waypoints.place() else { return };
        if let Some(sent) = self.sent.get_mut(place) {
            sent[from.index()].add(u64::from(packets), bytes);
        }
        if connection.turn.is_some() {
            self.turn(connection);
        }
    }

    /// The number for these gateways, in their order, for one more connection.
    pub(crate) fn enter(&mut self, gateways: impl Iterator<Item = NatGatewayId> + Clone) -> WaypointsId {
        let waypoints = self.waypoints.enter(gateways);
        self.sent.resize(self.waypoints.len(), [Sent::default(); 2]);
        waypoints
    }

    /// One connection less has this number. What was counted under it is its gateways', before it is given out again.
    pub(crate) fn leave(&mut self, waypoints: WaypointsId) {
        if let (true, Some(place)) = (self.waypoints.leave(waypoints), waypoints.place()) {
            self.spread(place);
        }
    }

    /// Adds what was counted at a place to its gateways.
    fn spread(&mut self, place: usize) {
        let sent = std::mem::take(&mut self.sent[place]);
        for gateway in self.waypoints.gateways(place) {
            let gateway = self.gateways.entry(*gateway).or_default();
            for (end, sent) in sent.iter().enumerate() {
                gateway.received[end].add(sent.packets, sent.bytes);
                gateway.sent[end].add(sent.packets, sent.bytes);
            }
        }
    }

    fn spread_all(&mut self) {
        (0..self.sent.len()).for_each(|place| self.spread(place));
    }

    /// Counts a packet that was not on the fast path.
    pub(crate) fn visit(&mut self, visit: &NatVisit, sizes: &Sizes) {
        let size = |as_sent: bool| if as_sent { sizes.sent } else { sizes.arrives };
        let gateway = self.gateways.entry(visit.gateway).or_default();
        let (came, end) = (size(visit.as_sent), visit.from.index());
        gateway.received[end].add(came.packets, came.bytes);
        gateway.attempts += u64::from(visit.attempts);
        match visit.died_of {
            None => {
                let left = size(visit.leaves_as_sent);
                gateway.sent[end].add(left.packets, left.bytes);
            }
            // What nobody inside asked for is "traffic being actively blocked by the NAT gateway": it shows as the
            // difference between what came and what was sent on.
            Some(DropReason::NatUnsolicited) => {}
            Some(reason) => {
                gateway.dropped += came.packets;
                gateway.no_port += u64::from(reason == DropReason::NatPortsExhausted);
            }
        }
    }

    /// A TCP connection came to pass these gateways, or passes them no more.
    pub(crate) fn change_active(&mut self, gateways: impl Iterator<Item = NatGatewayId>, is_active: bool) {
        for id in gateways {
            let active = &mut self.gateways.entry(id).or_default().active;
            *active = if is_active { *active + 1 } else { active.saturating_sub(1) };
        }
    }

    /// Counts what the last packet has meant for its connection, if anything.
    #[cold]
    pub(crate) fn turn(&mut self, connection: &mut Connection) {
        match connection.turn.take() {
            None => {}
            Some(Turn::Established) => {
                self.each(connection.gateways(), |gateway| gateway.established += 1);
            }
            Some(Turn::Closed) => self.change_active(connection.gateways(), false),
            Some(Turn::OpenedAgain) => {
                self.change_active(connection.gateways(), true);
                self.each(connection.gateways(), |gateway| gateway.attempts += 1);
            }
        }
    }

    /// A TCP connection through these gateways was forgotten because nothing was sent for too long.
    pub(crate) fn idle(&mut self, gateways: impl Iterator<Item = NatGatewayId>) {
        self.each(gateways, |gateway| gateway.idle += 1);
    }

    fn each(&mut self, gateways: impl Iterator<Item = NatGatewayId>, mut change: impl FnMut(&mut Gateway)) {
        gateways.for_each(|id| change(self.gateways.entry(id).or_default()));
    }

    /// Time passes: begins a new window when it is time, and forgets gateways that are gone.
    pub(crate) fn roll(&mut self, network: &Network, now: Moment) {
        let passed = (now.0 / WINDOW_MS).saturating_sub(self.window);
        if passed == 0 {
            return;
        }
        self.window = now.0 / WINDOW_MS;
        self.spread_all();
        self.gateways.retain(|id, gateway| network.nat_gateways.contains(id) || gateway.active > 0);
        self.gateways.values_mut().for_each(|gateway| gateway.roll(passed));
    }

    /// The metrics of every gateway that is in the network, by name.
    pub(crate) fn of_all(&mut self, network: &Network, now: Moment) -> Vec<(NatGatewayId, Vec<Metric>)> {
        self.roll(network, now);
        self.spread_all();
        let of = |id: &NatGatewayId| self.gateways.get(id).cloned().unwrap_or_default().metrics();
        network.nat_gateways.iter().map(|(id, _)| (id, of(&id))).collect()
    }
}

impl Gateway {
    fn received(&self) -> Sent {
        let [source, destination] = self.received;
        Sent { packets: source.packets + destination.packets, bytes: source.bytes + destination.bytes }
    }

    /// What came in the current window.
    fn current(&self) -> Sent {
        let all = self.received();
        Sent { packets: all.packets - self.before.packets, bytes: all.bytes - self.before.bytes }
    }

    fn roll(&mut self, passed: u64) {
        match usize::try_from(passed) {
            Ok(passed) if passed <= WINDOWS => {
                self.windows.rotate_right(passed);
                self.windows[..passed].fill(Sent::default());
                self.windows[passed - 1] = self.current();
            }
            Ok(_) | Err(_) => self.windows = Default::default(),
        }
        self.before = self.received();
    }

    /// The highest of the last minute's averages.
    fn peak(&self, of: impl Fn(Sent) -> u64) -> u64 {
        let windows = self.windows.iter().copied().chain([self.current()]);
        windows.map(of).max().unwrap_or(0) * 1000 / WINDOW_MS
    }

    /// By name, in the order of names.
    fn metrics(self) -> Vec<Metric> {
        let [from_source, from_destination] = self.received;
        let [to_destination, to_source] = self.sent;
        vec![
            Metric::gauge("ActiveConnectionCount", self.active),
            Metric::bytes("BytesInFromDestination", from_destination.bytes),
            Metric::bytes("BytesInFromSource", from_source.bytes),
            Metric::bytes("BytesOutToDestination", to_destination.bytes),
            Metric::bytes("BytesOutToSource", to_source.bytes),
            Metric::count("ConnectionAttemptCount", self.attempts),
            Metric::count("ConnectionEstablishedCount", self.established),
            Metric::count("ErrorPortAllocation", self.no_port),
            Metric::count("IdleTimeoutCount", self.idle),
            Metric::count("PacketsDropCount", self.dropped),
            Metric::count("PacketsInFromDestination", from_destination.packets),
            Metric::count("PacketsInFromSource", from_source.packets),
            Metric::count("PacketsOutToDestination", to_destination.packets),
            Metric::count("PacketsOutToSource", to_source.packets),
            // "Units: Count", although they are rates.
            Metric::gauge("PeakBytesPerSecond", self.peak(|window| window.bytes)),
            Metric::gauge("PeakPacketsPerSecond", self.peak(|window| window.packets)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gateway(number: u64) -> NatGatewayId {
        NatGatewayId::numbered(number)
    }

    #[test]
    fn what_passes_two_gateways_counts_at_both_and_numbers_are_used_again() {
        let mut metrics = NatMetrics::default();
        let both = metrics.enter([gateway(1), gateway(2)].into_iter());
        let one = metrics.enter([gateway(2)].into_iter());
        assert_eq!(metrics.enter([gateway(1), gateway(2)].into_iter()), both);
        assert_eq!(metrics.enter(std::iter::empty()), WaypointsId::default());
        for (waypoints, from, packets) in [(both, End::Initiator, 2), (one, End::Responder, 3)] {
            let mut connection = Connection::example(6);
            connection.waypoints = waypoints;
            metrics.count(&mut connection, from, packets, 100 * u64::from(packets));
        }
        metrics.count(&mut Connection::example(6), End::Initiator, 9, 900);
        metrics.leave(both);
        metrics.leave(both);
        assert_eq!(metrics.enter([gateway(3)].into_iter()), both, "its number is free");
        metrics.spread_all();
        let received = |number| metrics.gateways[&gateway(number)].received;
        assert_eq!(received(1), [Sent { packets: 2, bytes: 200 }, Sent::default()]);
        assert_eq!(received(2), [Sent { packets: 2, bytes: 200 }, Sent { packets: 3, bytes: 300 }]);
        assert_eq!(received(3), [Sent::default(); 2]);
    }

    #[test]
    fn a_peak_is_the_highest_of_the_last_six_averages_of_ten_seconds() {
        let mut gateway = Gateway::default();
        let peak = |gateway: &Gateway| gateway.peak(|window| window.packets);
        gateway.received[0].add(500, 50_000);
        assert_eq!((peak(&gateway), gateway.peak(|window| window.bytes)), (50, 5000));
        gateway.roll(1);
        gateway.received[1].add(100, 10_000);
        assert_eq!(peak(&gateway), 50, "the last window's");
        gateway.roll(5);
        assert_eq!(peak(&gateway), 50, "a minute has six");
        gateway.roll(1);
        assert_eq!(peak(&gateway), 10);
        gateway.roll(1_000_000);
        assert_eq!(peak(&gateway), 0);
    }
}
