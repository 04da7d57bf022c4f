//! One connection: both directions in one entry, with what security groups and gateways remember of it.
//!
//! Follows "Security group connection tracking" (EC2 User Guide) and "NAT gateways" (VPC User Guide).

use model::network_interface::ConnectionTracking;
use model::{NatGatewayId, NetworkInterfaceId, SubnetId, VpcEndpointId, rule::protocol};
use std::net::IpAddr;
use wire::{Flow, IcmpKind, TcpFlags};

use crate::clock::Moment;
use crate::connection_key::ConnectionKey;
use crate::flow_book::WatchedAt;
use crate::port::PortId;
use crate::waypoints::WaypointsId;

/// Which end of a connection a packet comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// The end that sent the first packet.
    Initiator,
    /// The other end.
    Responder,
}

impl End {
    /// The other end.
    #[inline]
    pub fn other(self) -> End {
        match self {
            End::Initiator => End::Responder,
            End::Responder => End::Initiator,
        }
    }

    #[inline]
    pub(crate) fn index(self) -> usize {
        self as usize
    }
}

/// One end of a connection: where it is, and its packets as it sends them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    /// Its link.
    pub port: PortId,
    /// Its packets as they leave it. With translation on the way, the reverse of one side's is not the other's.
    pub flow: Flow,
    /// Whether security groups on its interface let the connection's packets pass without looking at rules.
    pub tracked: bool,
}

/// What one side of a connection has sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Packets.
    pub packets: u64,
    /// Bytes.
    pub bytes: u64,
}

impl Sent {
    /// So much more.
    #[inline]
    pub fn add(&mut self, packets: u64, bytes: u64) {
        self.packets += packets;
        self.bytes += bytes;
    }
}

/// What becomes of packets on their way from one side of a connection to the other, besides translation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// The largest packet that it can carry.
    pub mtu: u16,
    /// How many routers on it decrement the time to live.
    pub hops: u8,
    /// Whether both sides are in one subnet, and so see each other's link-layer addresses.
    pub neighbours: bool,
    /// The ICMP type and code that this was decided for: requests and answers share a flow, but not rules.
    pub icmp: Option<IcmpKind>,
}

impl Side {
    /// A side.
    pub fn new(port: PortId, flow: Flow, tracked: bool) -> Side {
        Side { port, flow, tracked }
    }
}

impl Way {
    const UNKNOWN: Way = Way { mtu: u16::MAX, hops: 0, neighbours: false, icmp: None };
}

/// What the network remembers of a TCP connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TcpState {
    /// Opened, not answered.
    Opening,
    /// Data can flow.
    Established,
    /// One side has finished.
    Closing(End),
    /// Both sides have finished, or one has reset it.
    Closed,
}

/// What a packet can mean for a TCP connection, for those who count connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It is answered: data can flow.
    Established,
    /// It is over.
    Closed,
    /// It was over, and is opened again.
    OpenedAgain,
}

/// How far a connection of any protocol has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// TCP, by its flags.
    Tcp(TcpState),
    /// UDP: exchanges seen, up to two. "UDP stream" is more than one.
    Udp {
        /// Changes of direction, up to three.
        turns: u8,
        /// Who sent last.
        last: End,
    },
    /// Any other protocol.
    Other,
}

/// A connection. Two cache lines: what finds it and what lets a packet pass in the first, the rest in the second.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub struct Connection {
    /// Initiator and responder, as the table finds them. The responder is unknown until a packet has reached it.
    keys: [ConnectionKey; 2],
    /// The generation of the network under which each side's packets were last decided to reach the other. Zero: never.
    decided: [u64; 2],
    /// When its last packet passed.
    last_seen: Moment,
    /// After how many milliseconds without packets it is forgotten.
    timeout_ms: u32,
    /// How far it has come.
    progress: Progress,
    /// FIN and RST of both sides that no flow log has seen yet.
    closing_flags: ClosingFlags,
    /// The ways of both sides' packets, as they were decided.
    ways: [Way; 2],
    /// What both sides have sent.
    sent: [Sent; 2],
    /// What only some connections have.
    rare: Option<Box<Rare>>,
    /// Whether security groups of each side's interface let packets pass without looking at rules.
    tracked: [bool; 2],
    /// Whether an egress-only internet gateway is on its way.
    pub through_egress_only: bool,
    /// What the last packet meant for it, until somebody has counted that.
    pub(crate) turn: Option<Turn>,
    /// The NAT gateways on its way, as a number, for those who count packets.
    pub(crate) waypoints: WaypointsId,
}

const _: () = assert!(size_of::<Option<Connection>>() == 128, "two cache lines");

/// What only connections over IPv6, through NAT gateways or VPC endpoints, or with configured timeouts have.
#[derive(Clone, Debug, Default)]
struct Rare {
    /// The initiator's address and the one it sends to, if they are IPv6: keys have no room for them.
    ipv6: [u128; 2],
    /// The responder's, where it has not the same two. Only link services see others: they know instances by stand-ins.
    ipv6_of_responder: Option<Box<[u128; 2]>>,
    /// The NAT gateways on the initiator's way, in their order, each with what it translates to.
    nat: Box<[Translation]>,
    /// The VPC endpoint that the initiator's packets leave through.
    endpoint: Option<EndpointPassage>,
    /// What its interfaces have configured about timeouts.
    timeouts: Timeouts,
    /// Where flow logs add up what each side sends.
    watched: [Option<WatchedAt>; 2],
}

/// The flags FIN and RST that each side has sent, two bits for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct ClosingFlags(u8);

impl ClosingFlags {
    const OF_ONE: u8 = TcpFlags::FIN.0 | TcpFlags::RST.0;

    fn shift(from: End) -> u8 {
        match from {
            End::Initiator => 0,
            End::Responder => 4,
        }
    }

    fn note(&mut self, from: End, flags: TcpFlags) {
        self.0 |= (flags.0 & ClosingFlags::OF_ONE) << ClosingFlags::shift(from);
    }

    /// What one side has sent; it is forgotten.
    fn take(&mut self, from: End) -> u8 {
        let flags = self.0 >> ClosingFlags::shift(from) & ClosingFlags::OF_ONE;
        self.0 &= !(ClosingFlags::OF_ONE << ClosingFlags::shift(from));
        flags
    }
}

/// Idle timeouts of a connection's interfaces, in seconds: the shorter one of both ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Established TCP.
    tcp_established_s: u32,
    /// UDP with more than one exchange.
    udp_stream_s: u16,
    /// Other UDP.
    udp_s: u16,
}

impl Default for Timeouts {
    fn default() -> Self {
        Timeouts::of([])
    }
}

impl Timeouts {
    /// The shortest of what interfaces have configured; AWS's defaults where they have not.
    pub fn of(configured: impl IntoIterator<Item = ConnectionTracking>) -> Timeouts {
        let defaults = Timeouts { tcp_established_s: 432_000, udp_stream_s: 180, udp_s: 30 };
        let seconds = |wanted: Option<u32>, default: u16| {
            wanted.map_or(default, |s| u16::try_from(s).unwrap_or(default))
        };
        configured.into_iter().enumerate().fold(defaults, |so_far, (position, own)| {
            let own = Timeouts {
                tcp_established_s: own.tcp_established_timeout_s.unwrap_or(defaults.tcp_established_s),
                udp_stream_s: seconds(own.udp_stream_timeout_s, defaults.udp_stream_s),
                udp_s: seconds(own.udp_timeout_s, defaults.udp_s),
            };
            if position == 0 { own } else { so_far.shorter(own) }
        })
    }

    fn shorter(self, other: Timeouts) -> Timeouts {
        Timeouts {
            tcp_established_s: self.tcp_established_s.min(other.tcp_established_s),
            udp_stream_s: self.udp_stream_s.min(other.udp_stream_s),
            udp_s: self.udp_s.min(other.udp_s),
        }
    }
}

fn ipv6_bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// What a NAT gateway made of a connection's source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Translation {
    /// The gateway.
    pub gateway: NatGatewayId,
    /// Its private address and the port it chose, towards the destination: the initiator's flow after translation.
    pub flow: Flow,
}

/// A connection's way through a VPC endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndpointPassage {
    /// The endpoint.
    pub endpoint: VpcEndpointId,
    /// By which of its doors.
    pub door: EndpointDoor,
    /// The initiator's packets as they come to it, after NAT gateways: what the service is told of the sender.
    pub inside: Flow,
}

impl EndpointPassage {
    /// Whether it is through a gateway endpoint.
    pub fn is_by_route(&self) -> bool {
        matches!(self.door, EndpointDoor::Route(_))
    }
}

/// Where packets go into an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndpointDoor {
    /// A gateway endpoint, by the route of this subnet.
    Route(SubnetId),
    /// An interface endpoint, at this interface.
    Interface(NetworkInterfaceId),
}

/// Idle timeouts that AWS does not publish are marked as Hamlet's choice.
mod timeout {
    /// Hamlet's choice for connections that were not answered.
    pub(super) const TCP_OPENING_MS: u64 = 120_000;
    /// Hamlet's choice for connections of which one side has finished.
    pub(super) const TCP_CLOSING_MS: u64 = 120_000;
    /// Hamlet's choice for connections that are over: room for the last acknowledgements.
    pub(super) const TCP_CLOSED_MS: u64 = 10_000;
    /// Hamlet's choice.
    pub(super) const ICMP_MS: u64 = 30_000;
    /// "Other protocols: 600 seconds".
    pub(super) const OTHER_MS: u64 = 600_000;
    /// "If a connection that's using a NAT gateway is idle for 350 seconds or more, the connection times out"; so with
    /// interface endpoints (AWS PrivateLink quotas).
    pub(super) const NAT_IDLE_MS: u64 = 350_000;
}

impl Connection {
    /// A connection of which the first packet is being looked at. Only the table knows keys.
    pub(crate) fn new(key: ConnectionKey, initiator: Side, now: Moment) -> Connection {
        let progress = match initiator.flow.protocol {
            protocol::TCP => Progress::Tcp(TcpState::Opening),
            protocol::UDP => Progress::Udp { turns: 0, last: End::Initiator },
            _ => Progress::Other,
        };
        let mut connection = Connection {
            keys: [ConnectionKey::NONE; 2],
            decided: [0; 2],
            last_seen: now,
            timeout_ms: 0,
            progress,
            closing_flags: ClosingFlags::default(),
            ways: [Way::UNKNOWN; 2],
            sent: [Sent::default(); 2],
            rare: None,
            tracked: [false; 2],
            through_egress_only: false,
            turn: None,
            waypoints: WaypointsId::default(),
        };
        connection.set_side(End::Initiator, Some((key, initiator)));
        connection.renew_timeout();
        connection
    }

    /// One side; the responder's is unknown until a packet has reached it.
    pub fn side(&self, end: End) -> Option<Side> {
        Some(Side { port: self.port(end)?, flow: self.flow(end)?, tracked: self.tracked[end.index()] })
    }

    /// The link whose share of the table it comes from: its initiator's, as long as that is known.
    pub(crate) fn holder(&self) -> Option<PortId> {
        self.port(End::Initiator).or_else(|| self.port(End::Responder))
    }

    /// Whether the responder has sent anything.
    pub(crate) fn is_answered(&self) -> bool {
        self.sent(End::Responder).packets > 0
    }

    /// When its last packet passed.
    pub(crate) fn last_seen(&self) -> Moment {
        self.last_seen
    }

    /// The link of one side.
    #[inline]
    pub fn port(&self, end: End) -> Option<PortId> {
        let key = self.key(end);
        key.is_used().then(|| key.link())
    }

    /// One side's packets as they leave it.
    #[inline]
    pub fn flow(&self, end: End) -> Option<Flow> {
        let key = self.key(end);
        if key.is_ipv6() { Some(key.ipv6_flow(self.ipv6(end)?)) } else { key.ipv4_flow() }
    }

    /// One side's address and the one it sends to, if they are IPv6.
    #[inline]
    fn ipv6(&self, end: End) -> Option<[u128; 2]> {
        let rare = self.rare.as_ref()?;
        let [initiator, responder] = rare.ipv6;
        Some(match (end, &rare.ipv6_of_responder) {
            (End::Initiator, _) => [initiator, responder],
            (End::Responder, None) => [responder, initiator],
            (End::Responder, Some(own)) => **own,
        })
    }

    fn set_ipv6(&mut self, end: End, addresses: [u128; 2]) {
        let mut both = [End::Initiator, End::Responder].map(|end| self.ipv6(end).unwrap_or_default());
        both[end.index()] = addresses;
        let [initiator, responder] = both;
        let differs = self.key(End::Responder).is_ipv6() && responder != [initiator[1], initiator[0]];
        let rare = self.rare();
        rare.ipv6 = initiator;
        rare.ipv6_of_responder = differs.then(|| Box::new(responder));
    }

    #[inline]
    pub(crate) fn key(&self, end: End) -> ConnectionKey {
        self.keys[end.index()]
    }

    /// Whether one of its sides is the one that `key`, made of `flow`, is for.
    #[inline]
    pub(crate) fn has_side(&self, end: End, key: ConnectionKey, flow: &Flow) -> bool {
        self.key(end) == key
            && (!key.is_ipv6() || self.ipv6(end) == Some([flow.source, flow.destination].map(ipv6_bits)))
    }

    /// Puts a side in, or takes it out. Only the table may, because the sides are its keys.
    pub(crate) fn set_side(&mut self, end: End, side: Option<(ConnectionKey, Side)>) {
        let at = end.index();
        self.keys[at] = side.map_or(ConnectionKey::NONE, |(key, _)| key);
        self.tracked[at] = side.is_some_and(|(_, side)| side.tracked);
        self.decided[at] = 0;
        self.ways[at] = Way::UNKNOWN;
        self.sent[at] = Sent::default();
        if let Some(rare) = &mut self.rare {
            rare.watched[at] = None;
        }
        if let Some((_, side)) = side.filter(|(key, _)| key.is_ipv6()) {
            self.set_ipv6(end, [side.flow.source, side.flow.destination].map(ipv6_bits));
        }
    }

    /// Something of each of its cache lines.
    #[inline]
    pub(crate) fn prefetch(&self) -> u32 {
        self.timeout_ms ^ u32::from(self.through_egress_only)
    }

    /// Something of where its IPv6 addresses are.
    #[inline]
    pub(crate) fn prefetch_ipv6(&self) -> u32 {
        let Some(rare) = &self.rare else { return 0 };
        let [initiator, responder] = rare.ipv6.map(|address| u32::from(address.to_ne_bytes()[0]));
        initiator ^ responder ^ u32::from(rare.ipv6_of_responder.is_some())
    }

    /// Whether the packets of both sides are IPv6, and the answers to each other as they are.
    #[inline]
    pub(crate) fn is_plain_ipv6(&self) -> bool {
        self.keys[0].has_ports_of_ipv6_answer(self.keys[1])
            && self.rare.as_ref().is_some_and(|rare| rare.ipv6_of_responder.is_none())
    }

    fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// The NAT gateways on the initiator's way, in their order, each with what it translates to.
    pub fn nat(&self) -> &[Translation] {
        self.rare.as_ref().map_or(&[], |rare| &rare.nat)
    }

    /// The NAT gateways on the initiator's way, in their order.
    pub fn gateways(&self) -> impl Iterator<Item = NatGatewayId> + Clone {
        self.nat().iter().map(|translation| translation.gateway)
    }

    /// Says which NAT gateways are on the initiator's way; returns which were.
    pub fn set_nat(&mut self, nat: Box<[Translation]>) -> Box<[Translation]> {
        let before = std::mem::replace(&mut self.rare().nat, nat);
        self.renew_timeout();
        before
    }

    /// The VPC endpoint that the initiator's packets leave through.
    pub fn endpoint(&self) -> Option<EndpointPassage> {
        self.rare.as_ref()?.endpoint
    }

    /// Says which VPC endpoint the initiator's packets leave through.
    pub fn set_endpoint(&mut self, endpoint: Option<EndpointPassage>) {
        if endpoint != self.endpoint() {
            self.rare().endpoint = endpoint;
            self.renew_timeout();
        }
    }

    /// Says what its interfaces have configured.
    pub fn set_timeouts(&mut self, timeouts: Timeouts) {
        if timeouts != self.timeouts() {
            self.rare().timeouts = timeouts;
            self.renew_timeout();
        }
    }

    fn timeouts(&self) -> Timeouts {
        self.rare.as_ref().map_or_else(Timeouts::default, |rare| rare.timeouts)
    }

    /// Where flow logs add up what one side sends on the fast path.
    pub(crate) fn watched(&self, from: End) -> Option<WatchedAt> {
        self.rare.as_ref()?.watched[from.index()]
    }

    /// Says where flow logs do so.
    pub(crate) fn set_watched(&mut self, from: End, watched: Option<WatchedAt>) {
        self.rare().watched[from.index()] = watched;
    }

    /// FIN and RST that one side has sent since this was asked last.
    pub(crate) fn take_closing_flags(&mut self, from: End) -> u8 {
        self.closing_flags.take(from)
    }

    /// Has the next packet of one side decided again.
    pub(crate) fn forget_decision(&mut self, from: End) {
        self.decided[from.index()] = 0;
    }

    /// Says whether security groups let one side's packets pass without looking at rules.
    pub fn set_tracked(&mut self, end: End, tracked: bool) {
        self.tracked[end.index()] = tracked;
    }

    /// The way of one side's packets, as it was decided.
    #[inline]
    pub fn way(&self, from: End) -> Way {
        self.ways[from.index()]
    }

    /// Remembers what was decided about the way of one side's packets, under this generation of the network.
    pub fn decide(&mut self, from: End, generation: u64, way: Way) {
        self.decided[from.index()] = generation;
        self.ways[from.index()] = way;
    }

    /// Whether a packet from `from` reaches the other side, already decided under this generation of the network.
    #[inline]
    pub fn is_decided(&self, from: End, generation: u64) -> bool {
        self.decided[from.index()] == generation && self.keys.iter().all(|key| key.is_used())
    }

    /// Whether it has been idle for longer than it is remembered.
    #[inline]
    pub fn is_expired(&self, now: Moment) -> bool {
        now.since(self.last_seen) > u64::from(self.timeout_ms)
    }

    /// What one side has sent.
    pub fn sent(&self, end: End) -> Sent {
        self.sent[end.index()]
    }

    /// Counts a packet that passed and moves the connection on.
    #[inline(always)]
    pub fn record(&mut self, from: End, flags: TcpFlags, packets: u32, bytes: u64, now: Moment) {
        self.last_seen = now;
        self.sent[from.index()].add(u64::from(packets), bytes);
        if let Some(progress) = self.progress.after(from, flags) {
            self.move_on(progress, from, flags);
        }
    }

    #[cold]
    fn move_on(&mut self, progress: Progress, from: End, flags: TcpFlags) {
        self.closing_flags.note(from, flags);
        self.turn = self.progress.turn(progress);
        self.progress = progress;
        self.renew_timeout();
    }

    /// Whether it is a TCP connection that is not over.
    pub fn is_open_tcp(&self) -> bool {
        matches!(self.progress, Progress::Tcp(state) if state != TcpState::Closed)
    }

    /// Whether it is a TCP connection that was answered and is not over.
    pub fn is_established_tcp(&self) -> bool {
        matches!(self.progress, Progress::Tcp(TcpState::Established | TcpState::Closing(_)))
    }

    #[cold]
    fn renew_timeout(&mut self) {
        self.timeout_ms = u32::try_from(self.timeout()).unwrap_or(u32::MAX);
    }

    /// After how many milliseconds without packets it is forgotten.
    fn timeout(&self) -> u64 {
        let configured = self.timeouts();
        let timeout = match self.progress {
            Progress::Tcp(TcpState::Opening) => timeout::TCP_OPENING_MS,
            Progress::Tcp(TcpState::Established) => u64::from(configured.tcp_established_s) * 1000,
            Progress::Tcp(TcpState::Closing(_)) => timeout::TCP_CLOSING_MS,
            Progress::Tcp(TcpState::Closed) => timeout::TCP_CLOSED_MS,
            Progress::Udp { turns, .. } if turns > 1 => u64::from(configured.udp_stream_s) * 1000,
            Progress::Udp { .. } => u64::from(configured.udp_s) * 1000,
            Progress::Other => match self.flow(End::Initiator).map(|flow| flow.protocol) {
                Some(protocol::ICMP | protocol::ICMPV6) => timeout::ICMP_MS,
                Some(_) | None => timeout::OTHER_MS,
            },
        };
        let is_by_interface = |it: EndpointPassage| matches!(it.door, EndpointDoor::Interface(_));
        match self.nat().is_empty() && !self.endpoint().is_some_and(is_by_interface) {
            true => timeout,
            false => timeout.min(timeout::NAT_IDLE_MS),
        }
    }

    /// As what a packet from this side arrives. `None` if it arrives as it was sent.
    #[inline]
    pub fn translated(&self, from: End) -> Option<Flow> {
        let untouched = self.is_plain_ipv6() || self.key(from).is_answered_by(self.key(from.other()));
        if untouched { None } else { self.flow(from.other()).map(|flow| flow.reversed()) }
    }
}

impl Progress {
    /// What a packet changes it to; `None` if it changes nothing, as most packets do.
    #[inline]
    fn after(self, from: End, flags: TcpFlags) -> Option<Progress> {
        match self {
            Progress::Tcp(TcpState::Established) if !flags.intersects(TcpFlags::FIN | TcpFlags::RST) => None,
            Progress::Tcp(state) => {
                Some(Progress::Tcp(state.after(from, flags))).filter(|progress| *progress != self)
            }
            Progress::Udp { turns, last } if last != from && turns < 3 => {
                Some(Progress::Udp { turns: turns + 1, last: from })
            }
            Progress::Udp { .. } | Progress::Other => None,
        }
    }

    /// What it means that it has changed to `after`.
    fn turn(self, after: Progress) -> Option<Turn> {
        match (self, after) {
            (Progress::Tcp(TcpState::Closed), Progress::Tcp(TcpState::Opening)) => Some(Turn::OpenedAgain),
            (Progress::Tcp(TcpState::Opening), Progress::Tcp(TcpState::Established)) => {
                Some(Turn::Established)
            }
            (_, Progress::Tcp(TcpState::Closed)) => Some(Turn::Closed),
            (_, Progress::Tcp(_) | Progress::Udp { .. } | Progress::Other) => None,
        }
    }
}

impl TcpState {
    fn after(self, from: End, flags: TcpFlags) -> TcpState {
        if flags.contains(TcpFlags::RST) {
            return TcpState::Closed;
        }
        match (self, flags.contains(TcpFlags::FIN)) {
            (TcpState::Closed, false) if flags.opens() => TcpState::Opening,
            (TcpState::Closed, _) => TcpState::Closed,
            (TcpState::Closing(first), true) if first != from => TcpState::Closed,
            (TcpState::Closing(first), _) => TcpState::Closing(first),
            (_, true) => TcpState::Closing(from),
            (TcpState::Opening, false) if from == End::Responder => TcpState::Established,
            // A connection picked up in mid-stream carries no SYN.
            (TcpState::Opening, false) if !flags.contains(TcpFlags::SYN) => TcpState::Established,
            (TcpState::Opening | TcpState::Established, false) => self,
        }
    }
}

#[cfg(test)]
impl Connection {
    /// Some connection.
    pub(crate) fn example(protocol: u8) -> Connection {
        let flow = Flow {
            source: "10.0.0.1".parse().unwrap(),
            destination: "10.0.0.2".parse().unwrap(),
            protocol,
            source_port: 40000,
            destination_port: 22,
        };
        let key = ConnectionKey::new(7, PortId(1), &flow).unwrap();
        Connection::new(key, Side::new(PortId(1), flow, true), Moment(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_established_tcp_connection_is_remembered_for_five_days_and_a_closed_one_for_seconds() {
        let mut tcp = Connection::example(6);
        let say = |tcp: &mut Connection, from, flags| {
            tcp.record(from, flags, 1, 60, Moment(0));
            tcp.turn.take()
        };
        assert_eq!(say(&mut tcp, End::Initiator, TcpFlags::SYN), None);
        assert_eq!(tcp.timeout_ms, 120_000);
        assert_eq!(say(&mut tcp, End::Responder, TcpFlags::SYN | TcpFlags::ACK), Some(Turn::Established));
        say(&mut tcp, End::Initiator, TcpFlags::ACK);
        assert_eq!(tcp.timeout_ms, 432_000_000);
        say(&mut tcp, End::Initiator, TcpFlags::FIN | TcpFlags::ACK);
        assert_eq!(tcp.progress, Progress::Tcp(TcpState::Closing(End::Initiator)));
        assert_eq!(say(&mut tcp, End::Responder, TcpFlags::FIN | TcpFlags::ACK), Some(Turn::Closed));
        assert_eq!((tcp.progress, tcp.timeout_ms), (Progress::Tcp(TcpState::Closed), 10_000));
        assert_eq!(say(&mut tcp, End::Initiator, TcpFlags::SYN), Some(Turn::OpenedAgain));
    }

    #[test]
    fn a_second_exchange_makes_udp_a_stream() {
        let mut udp = Connection::example(17);
        let say = |udp: &mut Connection, from| udp.record(from, TcpFlags::default(), 1, 60, Moment(0));
        say(&mut udp, End::Initiator);
        say(&mut udp, End::Responder);
        assert_eq!(udp.timeout_ms, 30_000);
        say(&mut udp, End::Initiator);
        assert_eq!(udp.timeout_ms, 180_000);
    }
}
