//! The shortest form of the fast path: plain packets of connections whose way was decided under this generation.
//!
//! It asks what `Engine::fast_path` asks and comes to the same, from numbers as they lie in the frame; what it
//! does not take it leaves untouched for that. It reads a cell of the index, a connection's two cache lines and two links.

use model::MacAddress;
use wire::plain::{PlainChange, PlainPacket};
use wire::plain_ipv6::PlainIpv6Packet;
use wire::{Link, Mac, VnetHeader};

use crate::clock::Moment;
use crate::connection_key::ConnectionKey;
use crate::port::{PortId, PortTable};
use crate::receive::{Engine, is_addressed_to};

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
