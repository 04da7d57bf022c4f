//! Frames in, frames out: the fast path for packets of known connections, the journey for all others.

use guest::PublicNames;
use model::{MacAddress, NatGatewayId, NetworkInterfaceId, World};
use std::sync::Arc;
use wire::{
    BadOffload, ChecksumState, Flow, Fragment, Gso, Headers, Layer3, Link, Mac, Malformed, QuotedPacket,
    Rewrite, VnetHeader,
};

use crate::answer::{self, LinkAnswer};
use crate::clock::{Moment, Now};
use crate::connection::{End, Sent, Way};
use crate::connection_table::{ConnectionTable, Slot};
use crate::drop_reason::{DropCounters, DropReason};
use crate::fragments::{Decided, FragmentKey, Fragments};
use crate::journey::{Arrival, Findings, Journey, NatVisits, Place, Sender, Site, Surroundings};
use crate::metric::Metric;
use crate::nat::NatTable;
use crate::nat_metrics::{NatMetrics, Sizes};
use crate::packet::{Packet, Part};
use crate::port::{Port, PortId, PortKind, PortTable};
use crate::send_on::{Passage, Sending, size};
use crate::trace::TraceStep;

/// How much the engine may remember.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections in all. When seven eighths of them are there, each link has its share.
    pub connections: usize,
    /// Connections of one link, whether it began them or answers, however much room there is.
    pub connections_per_port: u32,
    /// Connections that a NAT gateway keeps to one destination: "up to 55,000 simultaneous connections to each unique
    /// destination" (NAT gateways, VPC User Guide).
    pub nat_connections_per_destination: u32,
    /// Connections that the security groups of one interface may track: its connection tracking allowance. AWS has one
    /// for each instance type and does not publish them.
    pub tracked_per_interface: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connections: 2_000_000,
            connections_per_port: 1_000_000,
            nat_connections_per_destination: 55_000,
            tracked_per_interface: 1_000_000,
        }
    }
}

/// What becomes of a received frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Send the frame, which was changed in place, to this link.
    Forward(PortId),
    /// The frame has been dealt with; what is to be sent, if anything, is in the outgoing frames.
    Done,
    /// The frame died.
    Dropped(DropReason),
}

/// A frame that the engine made.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing {
    /// The link to send it to.
    pub port: PortId,
    /// The frame.
    pub frame: Vec<u8>,
}

/// The engine's state: the network as it is, the links, and what it remembers of packets.
pub struct Engine {
    pub(crate) world: Arc<World>,
    pub(crate) ports: PortTable,
    pub(crate) connections: ConnectionTable,
    pub(crate) nat: NatTable,
    pub(crate) names: Arc<PublicNames>,
    pub(crate) nat_metrics: NatMetrics,
    fragments: Fragments,
    /// What tells the fragments of packets apart that were made IPv4; the latest that was given out.
    pub(crate) identification: u16,
    drops: DropCounters,
    /// How many connections were given up for those of others.
    pub(crate) displaced: u64,
    pub(crate) limits: Limits,
}

/// What was decided about a packet.
pub(crate) struct Decision {
    /// Where it goes; or why it died.
    pub(crate) arrival: Arrival,
    /// As what it arrives.
    pub(crate) flow: Flow,
    /// What was found on the way.
    pub(crate) findings: Findings,
}

impl Engine {
    /// An engine for `world`. `seed` keys its tables and should be secret.
    pub fn new(world: Arc<World>, names: Arc<PublicNames>, limits: Limits, seed: u64) -> Engine {
        Engine {
            world,
            ports: PortTable::default(),
            connections: ConnectionTable::new(limits.connections, seed),
            nat: NatTable::new(limits.nat_connections_per_destination, seed),
            names,
            nat_metrics: NatMetrics::default(),
            fragments: Fragments::default(),
            identification: 0,
            drops: DropCounters::default(),
            displaced: 0,
            limits,
        }
    }

    /// Makes `world` the network that packets see. Every connection is decided again with its next packet.
    pub fn publish(&mut self, world: Arc<World>) {
        self.world = world;
    }

    /// The network that packets see.
    pub fn world(&self) -> &Arc<World> {
        &self.world
    }

    /// The links.
    pub fn ports(&self) -> &PortTable {
        &self.ports
    }

    /// The connections.
    pub fn connections(&self) -> &ConnectionTable {
        &self.connections
    }

    /// How many packets died of what.
    pub fn drops(&self) -> &DropCounters {
        &self.drops
    }

    /// How many connections of those who had most were given up, so that others could begin theirs.
    pub fn displaced_connections(&self) -> u64 {
        self.displaced
    }

    /// How many ports NAT gateways have given out.
    pub fn nat_ports(&self) -> usize {
        self.nat.len()
    }

    /// What NAT gateways have counted, under the names of their CloudWatch metrics.
    pub fn nat_gateway_metrics(&mut self, now: Moment) -> Vec<(NatGatewayId, Vec<Metric>)> {
        self.nat_metrics.of_all(&self.world, now)
    }

    /// How interfaces stand with their allowances, under the names of their driver's metrics.
    pub fn interface_metrics(&self) -> Vec<(NetworkInterfaceId, Vec<Metric>)> {
        let of = |port: &Port| match port.kind {
            PortKind::Interface(id) => Some((id, port.allowances(self.limits.tracked_per_interface))),
            PortKind::Internet(_) | PortKind::Services => None,
        };
        self.ports.iter().filter_map(of).collect()
    }

    /// Counts a packet that died outside the engine: of what is around the frame, or at the link it was for.
    pub fn count_drop(&mut self, reason: DropReason) {
        self.drops.count(reason, 1);
    }

    /// Opens a link.
    pub fn open_port(&mut self, kind: PortKind, mac: MacAddress) -> Option<PortId> {
        self.ports.open(kind, mac)
    }

    /// Closes a link and forgets its connections.
    pub fn close_port(&mut self, port: PortId) {
        for slot in self.connections.on_port(port) {
            self.forget(slot);
        }
        self.fragments.forget_link(port);
        self.ports.close(port);
    }

    /// Forgets connections that have been idle for too long: looks at up to `steps` of them.
    pub fn expire(&mut self, now: Moment, steps: usize) {
        for slot in self.connections.expired(now, steps) {
            self.forget_idle(slot);
        }
        self.nat_metrics.roll(&self.world, now);
    }

    /// Takes a frame from a link. It may be changed in place; frames that the engine makes are added to `out`.
    #[inline]
    pub fn receive(
        &mut self,
        port: PortId,
        frame: &mut [u8],
        vnet: &mut VnetHeader,
        now: Now,
        out: &mut Vec<Outgoing>,
    ) -> Verdict {
        if let Some(to) = self.fast_path_ipv4(port, frame, vnet, now.moment) {
            return Verdict::Forward(to);
        }
        self.receive_other(port, frame, vnet, now, out)
    }

    /// Whatever is not a plain packet of a known connection.
    #[inline(never)]
    fn receive_other(
        &mut self,
        port: PortId,
        frame: &mut [u8],
        vnet: &mut VnetHeader,
        now: Now,
        out: &mut Vec<Outgoing>,
    ) -> Verdict {
        if let Some(to) = self.fast_path_ipv6(port, frame, vnet, now.moment) {
            return Verdict::Forward(to);
        }
        let verdict = match wire::parse(frame) {
            Ok(mut headers) => match self.fast_path(port, frame, &mut headers, vnet, now.moment) {
                Some(to) => return Verdict::Forward(to),
                None => self.slow_path(port, frame, &mut headers, vnet, now, out),
            },
            Err(Malformed::NotIp(_) | Malformed::Vlan) => Verdict::Dropped(DropReason::Ethertype),
            Err(_) => Verdict::Dropped(DropReason::Malformed),
        };
        if let Verdict::Dropped(reason) = verdict {
            self.drops.count(reason, 1);
        }
        verdict
    }

    /// The fast path: a whole packet of a connection whose way was decided under this generation of the network.
    #[inline]
    fn fast_path(
        &mut self,
        port: PortId,
        frame: &mut [u8],
        headers: &mut Headers,
        vnet: &VnetHeader,
        now: Moment,
    ) -> Option<PortId> {
        // An ICMP error is not a packet of the connection whose flow it may share, but about another.
        if headers.fragment != Fragment::None || headers.layer3 == Layer3::Arp || headers.is_icmp_error() {
            return None;
        }
        let (slot, from) = self.connections.find(port, &headers.flow())?;
        let source_mac = self.ports.get(port)?.mac;
        let connection = self.connections.get_mut(slot)?;
        let to = connection.port(from.other())?;
        let receiver_mac = self.ports.get(to)?.mac;
        let way = connection.way(from);
        let known = connection.is_decided(from, self.world.network.generation)
            && !connection.is_expired(now)
            && headers.source_mac.0 == source_mac.0
            && is_addressed_to(headers.destination_mac.number(), way.neighbours, receiver_mac)
            && headers.ttl > way.hops
            && headers.icmp == way.icmp
            && !headers.source_route
            && !headers.tcp_flags.opens();
        // What is beyond the allowance of link services goes the slow path, to be dropped there.
        if !known || Some(to) == self.ports.services() && !self.ports.get_mut(port)?.allows_link_service(now)
        {
            return None;
        }
        let checksum = vnet.validate(frame, headers).ok()?;
        if vnet.largest_packet(headers) > u32::from(way.mtu) {
            return None;
        }
        let (packets, bytes) = (vnet.packets(headers), vnet.bytes_on_wire(headers));
        connection.record(from, headers.tcp_flags, packets, bytes, now);
        self.nat_metrics.count(connection, from, packets, bytes);
        let flow = connection.translated(from);
        self.deliver(frame, headers, checksum, Transfer { from: port, to, flow, way, packets, bytes })?;
        Some(to)
    }

    /// Changes a frame into what arrives, and counts it on both links.
    #[inline]
    pub(crate) fn deliver(
        &mut self,
        frame: &mut [u8],
        headers: &mut Headers,
        checksum: ChecksumState,
        transfer: Transfer,
    ) -> Option<()> {
        let destination = self.ports.get(transfer.to)?.mac;
        let source = match transfer.way.neighbours {
            true => self.ports.get(transfer.from)?.mac,
            false => MacAddress::ROUTER,
        };
        let mut rewrite = Rewrite::new(frame, headers, checksum);
        if let Some(flow) = &transfer.flow {
            rewrite.set_flow(flow).ok()?;
        }
        rewrite.set_link(Link { source: Mac(source.0), destination: Mac(destination.0) });
        for _ in 0..transfer.way.hops {
            rewrite.decrement_ttl().ok()?;
        }
        self.count(&transfer);
        Some(())
    }

    #[inline]
    pub(crate) fn count(&mut self, transfer: &Transfer) {
        if let Some(port) = self.ports.get_mut(transfer.from) {
            port.counters.packets_in += u64::from(transfer.packets);
            port.counters.bytes_in += transfer.bytes;
        }
        if let Some(port) = self.ports.get_mut(transfer.to) {
            port.counters.packets_out += u64::from(transfer.packets);
            port.counters.bytes_out += transfer.bytes;
        }
    }

    /// Everything that is not the fast path: link services, first packets, fragments, errors, changed networks.
    fn slow_path(
        &mut self,
        port: PortId,
        frame: &mut [u8],
        headers: &mut Headers,
        vnet: &mut VnetHeader,
        now: Now,
        out: &mut Vec<Outgoing>,
    ) -> Verdict {
        let Some(checksum) = checksum_state(frame, headers, vnet) else {
            return Verdict::Dropped(DropReason::BadOffload);
        };
        let Some(link) = self.ports.get(port) else { return Verdict::Dropped(DropReason::InterfaceDown) };
        if headers.source_mac.0 != link.mac.0 {
            return Verdict::Dropped(DropReason::SourceMac);
        }
        let via = match answer::on_link(self, port, frame, headers, now) {
            LinkAnswer::Frame(frame) => {
                out.push(Outgoing { port, frame });
                return Verdict::Done;
            }
            LinkAnswer::Drop(reason) => return Verdict::Dropped(reason),
            LinkAnswer::ForNobody(told) => {
                out.extend(told.map(|frame| Outgoing { port, frame }));
                return Verdict::Dropped(DropReason::DestinationMac);
            }
            LinkAnswer::NotForLink(via) => via,
        };
        if headers.source_route {
            return Verdict::Dropped(DropReason::SourceRoute);
        }
        if let Some(passage) = self.passage_of_first_fragment(port, headers, now.moment) {
            let mut packet = Sending { port, frame, headers, vnet, checksum };
            return self.send_on(&mut packet, &passage, now.moment, out);
        }
        let quote = wire::quoted(frame, headers);
        let sent = Packet { via, ..Packet::new(headers) };
        let decision = self.decide(port, sent, quote.as_ref(), now.moment, None);
        let to = match decision.arrival {
            Arrival::At(to) => to,
            Arrival::Dropped(reason) => {
                let sent = size(headers, vnet);
                self.count_nat_visits(&decision.findings.nat_visits, sent, sent);
                let told = match reason {
                    DropReason::TimeToLive => answer::time_exceeded(self, &decision.findings, frame, headers),
                    DropReason::NatIdle => wire::tcp::reset(frame, headers),
                    _ => None,
                };
                out.extend(told.map(|frame| Outgoing { port, frame }));
                return Verdict::Dropped(reason);
            }
        };
        let passage = Passage {
            to,
            flow: decision.flow,
            way: decision.findings.way(),
            mtu_in_other_family: decision.findings.mtu_in_other_family,
            nat_visits: decision.findings.nat_visits,
        };
        self.remember_first_fragment(port, headers, &passage, now.moment);
        self.send_on(&mut Sending { port, frame, headers, vnet, checksum }, &passage, now.moment, out)
    }

    fn passage_of_first_fragment(&self, port: PortId, headers: &Headers, now: Moment) -> Option<Passage> {
        let Fragment::Later { identification, .. } = headers.fragment else { return None };
        self.fragments.passage(
            &fragment_key(port, headers, identification),
            self.world.network.generation,
            now,
        )
    }

    fn remember_first_fragment(&mut self, port: PortId, headers: &Headers, passage: &Passage, now: Moment) {
        if let Fragment::First { identification } = headers.fragment {
            let decided = Decided { passage: *passage, generation: self.world.network.generation, at: now };
            self.fragments.remember(fragment_key(port, headers, identification), decided);
        }
    }

    /// Counts a packet on its connection.
    pub(crate) fn record(&mut self, port: PortId, headers: &Headers, transfer: &Transfer, now: Moment) {
        // An error is about a connection; a later fragment does not show which it belongs to.
        if headers.is_icmp_error() || !headers.has_transport() {
            return;
        }
        if let Some((slot, from)) = self.connections.find(port, &headers.flow())
            && let Some(connection) = self.connections.get_mut(slot)
        {
            connection.record(from, headers.tcp_flags, transfer.packets, transfer.bytes, now);
            self.nat_metrics.turn(connection);
        }
    }

    /// Counts what was no matter of the fast path at the NAT gateways that it came to.
    pub(crate) fn count_nat_visits(&mut self, visits: &NatVisits, sent: Sent, arrives: Sent) {
        for visit in visits.iter() {
            self.nat_metrics.visit(&visit, &Sizes { sent, arrives });
        }
    }

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
        let world = Arc::clone(&self.world);
        let around = Surroundings {
            world: &world,
            ports: &self.ports,
            connections: &self.connections,
            nat: &self.nat,
            now,
        };
        let dropped = |reason| Decision {
            arrival: Arrival::Dropped(reason),
            flow: packet.flow,
            findings: Findings::default(),
        };
        let (place, sender) = match self.start(&world, port, &packet, connection) {
            Ok(start) => start,
            Err(reason) => return dropped(reason),
        };
        let about = quote.map(|quote| quote.flow);
        let mut journey = Journey::new(around, packet, about, sender, connection, trace);
        let arrival = journey.run(place);
        let (mut flow, findings) = (journey.packet.flow, journey.findings);
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
        let mut decision = Decision { arrival, flow, findings };
        // An ICMP error is about a connection and begins none; a later fragment does not say what it belongs to.
        if !packet.is_error
            && packet.part != Part::Later
            && let Err(reason) = self.remember(port, &packet, connection, &decision, now)
        {
            decision.arrival = Arrival::Dropped(reason);
        }
        decision
    }

    /// Where a packet from a link begins its journey.
    fn start<'a>(
        &self,
        world: &'a World,
        port: PortId,
        packet: &Packet,
        connection: Option<(Slot, End)>,
    ) -> Result<(Place<'a>, Sender), DropReason> {
        let link = self.ports.get(port).ok_or(DropReason::InterfaceDown)?;
        match &link.kind {
            PortKind::Interface(id) => {
                let interface = world.network.network_interfaces.get(id).ok_or(DropReason::InterfaceDown)?;
                let site = Site::of(world, interface).ok_or(DropReason::InterfaceDown)?;
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

/// How far a frame's checksum is computed. A partial one that is not where its transport has it, such as that of a packet
/// inside a tunnel, is finished here: what is rewritten around it must not disturb it.
fn checksum_state(frame: &mut [u8], headers: &Headers, vnet: &mut VnetHeader) -> Option<ChecksumState> {
    match vnet.validate(frame, headers) {
        Ok(state) => Some(state),
        Err(BadOffload::ChecksumElsewhere) if vnet.gso == Gso::None => {
            wire::finish_checksum(frame, vnet).ok()?;
            Some(ChecksumState::Complete)
        }
        Err(_) => None,
    }
}

/// A packet being handed from one link to another.
pub(crate) struct Transfer {
    pub(crate) from: PortId,
    pub(crate) to: PortId,
    /// As what it arrives, if it may have to be changed.
    pub(crate) flow: Option<Flow>,
    pub(crate) way: Way,
    pub(crate) packets: u32,
    pub(crate) bytes: u64,
}

/// Whether a frame has the link-layer destination under which its connection goes where it went: the router's, or from
/// neighbour to neighbour the receiver's.
#[inline(always)]
pub(crate) fn is_addressed_to(destination: u64, neighbours: bool, receiver: MacAddress) -> bool {
    const ROUTER: u64 = Mac(MacAddress::ROUTER.0).number();
    destination == ROUTER || neighbours && destination == Mac(receiver.0).number()
}

fn fragment_key(port: PortId, headers: &Headers, identification: u32) -> FragmentKey {
    FragmentKey {
        port,
        next_hop: headers.destination_mac,
        source: headers.source,
        destination: headers.destination,
        protocol: headers.protocol,
        identification,
    }
}
