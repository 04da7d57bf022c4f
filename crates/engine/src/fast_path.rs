//! The fast path: packets of connections whose way was decided under this generation of the network.
//!
//! Its shortest form is for plain packets. It asks what `Engine::fast_path` asks and comes to the same, from numbers as they
//! lie in the frame; what it does not take it leaves untouched for that. It reads a cell of the index, a connection's two
//! cache lines and two links.

use model::MacAddress;
use wire::plain::{PlainChange, PlainPacket};
use wire::plain_ipv6::PlainIpv6Packet;
use wire::{Fragment, Headers, Layer3, Link, Mac, VnetHeader};

use crate::clock::Moment;
use crate::connection_key::ConnectionKey;
use crate::engine::Engine;
use crate::passage::Transfer;
use crate::port::{PortId, PortTable};

/// As many connections as fit, with their index, into a part of the cache that is near enough.
const PREFETCH_CONNECTIONS_MIN: usize = 5_000;

impl Engine {
    /// Fetches into the cache what [`Engine::receive`] will look at for frames that wait. Changes nothing.
    ///
    /// With so many connections that they are not in the cache, a packet mostly waits for memory: first for the index and
    /// then for its connection. Who has several frames at hand lets all of them be prefetched before any is received. Their
    /// waits, none of which depends on another, then pass at once.
    pub fn prefetch<'a>(&self, waiting: impl IntoIterator<Item = (PortId, &'a [u8])>) {
        if self.connections.len() < PREFETCH_CONNECTIONS_MIN {
            return;
        }
        let keys = waiting.into_iter().filter_map(|(link, frame)| self.connections.key_of(link, frame));
        self.connections.prefetch(keys);
    }

    /// Where a plain packet of a known connection goes. The frame has been changed then, and the packet counted.
    #[inline(always)]
    pub(crate) fn fast_path_ipv4(
        &mut self,
        link: PortId,
        frame: &mut [u8],
        vnet: &VnetHeader,
        now: Moment,
    ) -> Option<PortId> {
        let packet = PlainPacket::read(frame)?;
        let checksum = packet.checksum_state(frame, vnet)?;
        let key = ConnectionKey::ipv4(link, packet.addresses, packet.protocol, packet.ports)?;
        let (connection, from) = self.connections.find_ipv4(key)?;
        let way = connection.way(from);
        let arrives = connection.key(from.other()).ipv4_received()?;
        let known = connection.is_decided(from, self.world.network.generation)
            && !connection.is_expired(now)
            && packet.ttl > way.hops
            && packet.total_len <= way.mtu
            && way.icmp.is_none()
            && !packet.tcp_flags.opens();
        if !known {
            return None;
        }
        let bytes = u64::from(packet.total_len);
        let macs = (packet.source_mac, packet.destination_mac);
        let destination = pass(&mut self.ports, link, macs, way.neighbours, arrives.link, bytes)?;
        connection.record(from, packet.tcp_flags, 1, bytes, now);
        // Of all that packets pass, NAT gateways alone are hops.
        if way.hops != 0 {
            self.nat_metrics.count(connection, from, 1, bytes);
        }
        // Neighbours see each other: the sender's own address is in the frame already.
        let source = if way.neighbours { packet.source_mac } else { Mac(MacAddress::ROUTER.0) };
        let change = PlainChange {
            link: Link { source, destination: Mac(destination.0) },
            addresses: arrives.addresses,
            ports: arrives.ports,
            ttl: packet.ttl - way.hops,
        };
        packet.rewrite(frame, checksum, &change);
        Some(arrives.link)
    }

    /// The same for IPv6.
    #[inline(always)]
    pub(crate) fn fast_path_ipv6(
        &mut self,
        link: PortId,
        frame: &mut [u8],
        vnet: &VnetHeader,
        now: Moment,
    ) -> Option<PortId> {
        let packet = PlainIpv6Packet::read(frame).filter(|packet| packet.is_one_packet(frame, vnet))?;
        let (slot, from) = self.connections.find(link, &packet.flow)?;
        let connection = self.connections.get_mut(slot)?;
        let (way, to) = (connection.way(from), connection.port(from.other())?);
        let known = connection.is_decided(from, self.world.network.generation)
            && !connection.is_expired(now)
            && packet.hop_limit > way.hops
            && packet.total_len <= u32::from(way.mtu)
            && way.icmp.is_none()
            && !packet.tcp_flags.opens()
            && connection.is_plain_ipv6();
        if !known {
            return None;
        }
        let bytes = u64::from(packet.total_len);
        let macs = (packet.source_mac, packet.destination_mac);
        let destination = pass(&mut self.ports, link, macs, way.neighbours, to, bytes)?;
        connection.record(from, packet.tcp_flags, 1, bytes, now);
        let source = if way.neighbours { packet.source_mac } else { Mac(MacAddress::ROUTER.0) };
        let macs = Link { source, destination: Mac(destination.0) };
        PlainIpv6Packet::rewrite(frame, macs, packet.hop_limit - way.hops);
        Some(to)
    }

    /// A whole packet of a connection whose way was decided under this generation of the network, whatever its headers.
    #[inline]
    pub(crate) fn fast_path(
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
}

/// Counts a packet at the links that it passes. Returns the receiver's link-layer address; nothing, and nothing is counted,
/// if a link is closed, the sender's address is not its own, or the frame is for somebody else.
#[inline(always)]
fn pass(
    ports: &mut PortTable,
    from: PortId,
    (source_mac, destination_mac): (Mac, u64),
    neighbours: bool,
    to: PortId,
    bytes: u64,
) -> Option<MacAddress> {
    let destination = ports.get(to)?.mac;
    if !is_addressed_to(destination_mac, neighbours, destination) {
        return None;
    }
    let sender = ports.get_mut(from).filter(|sender| sender.mac.0 == source_mac.0)?;
    sender.counters.packets_in += 1;
    sender.counters.bytes_in += bytes;
    if let Some(receiver) = ports.get_mut(to) {
        receiver.counters.packets_out += 1;
        receiver.counters.bytes_out += bytes;
    }
    Some(destination)
}

/// Whether a frame has the link-layer destination under which its connection goes where it went: the router's, or from
/// neighbour to neighbour the receiver's.
#[inline(always)]
fn is_addressed_to(destination: u64, neighbours: bool, receiver: MacAddress) -> bool {
    const ROUTER: u64 = Mac(MacAddress::ROUTER.0).number();
    destination == ROUTER || neighbours && destination == Mac(receiver.0).number()
}
