//! Random packets, and everything the codec can do to bytes, for the tests beside this folder.
#![allow(dead_code, reason = "each test file uses a part")]

use proptest::prelude::*;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use wire::{
    Arp, ChecksumState, Flow, IcmpEcho, IpPacket, Onward, Rewrite, TcpFlags, TcpSegment, UdpDatagram,
    VnetHeader, checksum, finish_checksum, fragment, icmp, icmpv6, parse, protocol, quoted, segment, tcp,
    translate, translate_error,
};

/// A packet as its parts.
#[derive(Clone, Debug)]
pub(crate) struct Packet {
    pub(crate) v6: bool,
    pub(crate) protocol: u8,
    pub(crate) source: u128,
    pub(crate) destination: u128,
    pub(crate) source_port: u16,
    pub(crate) destination_port: u16,
    pub(crate) flags: u8,
    pub(crate) ttl: u8,
    pub(crate) payload: Vec<u8>,
}

impl Packet {
    pub(crate) fn source(&self) -> SocketAddr {
        SocketAddr::new(address(self.source, self.v6), self.source_port)
    }

    pub(crate) fn destination(&self) -> SocketAddr {
        SocketAddr::new(address(self.destination, self.v6), self.destination_port)
    }

    pub(crate) fn build(&self) -> Vec<u8> {
        let (source, destination, payload) = (self.source(), self.destination(), &self.payload[..]);
        match self.protocol {
            protocol::TCP => {
                let flags = TcpFlags(self.flags);
                TcpSegment { ttl: self.ttl, payload, ..TcpSegment::new(source, destination, flags) }.build()
            }
            protocol::UDP => {
                UdpDatagram { ttl: self.ttl, ..UdpDatagram::new(source, destination, payload) }.build()
            }
            protocol::ICMP => {
                let echo =
                    IcmpEcho::request(source.ip(), destination.ip(), self.source_port, self.destination_port);
                IcmpEcho { ttl: self.ttl, payload, ..echo }.build()
            }
            other => {
                let packet = IpPacket::new(source.ip(), destination.ip(), other);
                IpPacket { ttl: self.ttl, payload: &[payload], ..packet }.build()
            }
        }
    }
}

pub(crate) fn packet() -> impl Strategy<Value = Packet> {
    let protocol = prop_oneof![Just(protocol::TCP), Just(protocol::UDP), Just(protocol::ICMP), Just(47)];
    let payload = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..64),
        prop::collection::vec(any::<u8>(), 500..1500),
        prop::collection::vec(prop_oneof![Just(0u8), Just(0xff)], 0..8),
    ];
    (any::<bool>(), protocol, bits(), bits(), word(), word(), any::<u8>(), any::<u8>(), payload).prop_map(
        |(v6, protocol, source, destination, source_port, destination_port, flags, ttl, payload)| Packet {
            v6,
            protocol,
            source,
            destination,
            source_port,
            destination_port,
            flags,
            ttl,
            payload,
        },
    )
}

/// Addresses, with the corners of one's complement among them.
pub(crate) fn bits() -> impl Strategy<Value = u128> {
    prop_oneof![4 => any::<u128>(), 1 => Just(0), 1 => Just(u128::MAX)]
}

/// Ports, with the corners of one's complement among them.
pub(crate) fn word() -> impl Strategy<Value = u16> {
    prop_oneof![4 => any::<u16>(), 1 => Just(0), 1 => Just(u16::MAX)]
}

pub(crate) fn address(bits: u128, v6: bool) -> IpAddr {
    if v6 { Ipv6Addr::from_bits(bits).into() } else { Ipv4Addr::from_bits(bits as u32).into() }
}

/// Does to a frame all that can be done; whatever it is, nothing may panic.
pub(crate) fn exercise(frame: &[u8]) {
    let _ = Arp::parse(frame);
    let Ok(headers) = parse(frame) else { return };
    assert!(headers.end() <= frame.len());
    assert!(
        headers.network_offset <= headers.transport_offset
            && headers.transport_offset <= headers.payload_offset
    );
    assert!(usize::from(headers.payload_offset) <= headers.end());
    drop((headers.to_string(), headers.flow().to_string()));
    checksum::network_is_valid(frame, &headers);
    checksum::transport_is_valid(frame, &headers);
    compose_answers(frame, &headers);
    rewrite(frame, &headers);
    offload(frame, &headers);
    change_family(frame, &headers);
    for mtu in [0, 27, 68, 576] {
        for piece in fragment(frame, &headers, mtu).unwrap_or_default() {
            parse_again(&piece, &headers);
        }
    }
}

// A fragment is an IP packet even where its transport no longer is one.
fn parse_again(piece: &[u8], headers: &wire::Headers) {
    if let Ok(again) = parse(piece) {
        assert_eq!(again.source, headers.source);
    }
}

fn compose_answers(frame: &[u8], headers: &wire::Headers) {
    let (v4, v6) = (Ipv4Addr::new(10, 0, 0, 1), Ipv6Addr::LOCALHOST);
    let answers = [
        icmp::fragmentation_needed(v4, 1500, frame, headers),
        icmp::time_exceeded(v4, frame, headers),
        icmpv6::packet_too_big(v6, 1500, frame, headers),
        icmpv6::time_exceeded(v6, frame, headers),
        tcp::reset(frame, headers),
        icmpv6::NeighborSolicitation::parse(frame, headers)
            .map(|question| question.answered_by(headers.source_mac, true).build()),
    ];
    for answer in answers.into_iter().flatten() {
        let headers = parse(&answer).expect("what we compose, we can read");
        assert!(checksum::network_is_valid(&answer, &headers));
        assert!(checksum::transport_is_valid(&answer, &headers));
    }
    icmpv6::is_router_solicitation(frame, headers);
}

fn rewrite(frame: &[u8], headers: &wire::Headers) {
    for checksum in [ChecksumState::Complete, ChecksumState::Partial] {
        let (mut frame, mut headers) = (frame.to_vec(), *headers);
        let quote = quoted(&frame, &headers);
        let flow = headers.flow().reversed();
        let mut packet = Rewrite::new(&mut frame, &mut headers, checksum);
        packet.set_link(wire::Link::default());
        let _ = packet.set_flow(&flow);
        packet.set_echo_identifier(7);
        let _ = packet.decrement_ttl();
        if let Some(mut quote) = quote {
            let reversed = quote.flow.reversed();
            let _ = packet.set_quoted_flow(&mut quote, &reversed);
        }
        assert_eq!(parse(&frame), Ok(headers));
    }
}

fn change_family(frame: &[u8], headers: &wire::Headers) {
    let v6 = headers.source.is_ipv4();
    let protocol = match headers.protocol {
        protocol::ICMP => protocol::ICMPV6,
        protocol::ICMPV6 => protocol::ICMP,
        other => other,
    };
    let flow = Flow { source: address(7, v6), destination: address(9, v6), protocol, ..headers.flow() };
    let onward = Onward { flow, link: wire::Link::default(), hops: 1, identification: 3, mtu: 1280 };
    let translated = translate(frame, headers, &onward).into_iter().flatten();
    let told =
        quoted(frame, headers).and_then(|quote| translate_error(frame, headers, &quote, &flow, &onward));
    for frame in translated.chain(told) {
        let there = parse(&frame).expect("what we compose, we can read");
        assert_eq!((there.source, there.ttl), (flow.source, headers.ttl - 1));
        assert!(checksum::network_is_valid(&frame, &there));
    }
}

fn offload(frame: &[u8], headers: &wire::Headers) {
    // The frame's own bytes are as hostile an offload header as any.
    let Ok(vnet) = VnetHeader::parse(&frame[frame.len() / 2..]) else { return };
    let gso_size = vnet.gso_size | 0x40;
    let honest = VnetHeader::partial(headers).map(|honest| VnetHeader { gso: vnet.gso, gso_size, ..honest });
    for mut vnet in [Some(vnet), honest].into_iter().flatten() {
        if vnet.validate(frame, headers).is_ok() {
            assert!(vnet.packets(headers) >= 1);
            assert!(vnet.bytes_on_wire(headers) >= u64::from(headers.total_len));
            assert!(vnet.largest_packet(headers) <= headers.total_len);
            let segments = segment(frame, headers, &vnet).expect("validated");
            assert!(segments.len() == vnet.packets(headers) as usize || vnet.gso == wire::Gso::Udp);
        }
        drop(segment(frame, headers, &vnet));
        let _ = finish_checksum(&mut frame.to_vec(), &mut vnet);
    }
}
