//! The codec against etherparse, an independent reader and writer of the same headers.

mod packets;

use etherparse::{NetHeaders, PacketBuilder, PacketHeaders, TransportHeader};
use packets::{Packet, packet};
use proptest::prelude::*;
use std::net::IpAddr;
use wire::{Headers, parse, protocol};

const AUTHENTICATION_HEADER: u8 = 51;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn etherparse_reads_what_we_write(packet in packet()) {
        let frame = packet.build();
        let theirs = PacketHeaders::from_ethernet_slice(&frame).expect("a sound packet");
        agree(&parse(&frame).unwrap(), &theirs);
        checksums_agree(&theirs);
    }

    #[test]
    fn we_write_what_etherparse_writes(packet in packet()) {
        let Some(theirs) = build_theirs(&packet) else { return Ok(()) };
        prop_assert_eq!(packet.build(), theirs);
    }

    #[test]
    fn both_read_a_damaged_packet_alike(
        packet in packet(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut frame = packet.build();
        for (at, value) in damage {
            let len = frame.len().min(62);
            frame[at.index(len)] = value;
        }
        if let (Ok(ours), Ok(theirs)) = (parse(&frame), PacketHeaders::from_ethernet_slice(&frame)) {
            agree(&ours, &theirs);
        }
    }
}

fn agree(ours: &Headers, theirs: &PacketHeaders<'_>) {
    match theirs.net.as_ref().expect("a network header") {
        NetHeaders::Ipv4(header, _) => {
            assert_eq!(ours.source, IpAddr::from(header.source));
            assert_eq!(ours.destination, IpAddr::from(header.destination));
            assert_eq!((ours.ttl, ours.dont_fragment), (header.time_to_live, header.dont_fragment));
            assert_eq!(ours.total_len, u32::from(header.total_len));
            assert_eq!(ours.fragment != wire::Fragment::None, header.is_fragmenting_payload());
        }
        NetHeaders::Ipv6(header, _) => {
            assert_eq!(ours.source, IpAddr::from(header.source));
            assert_eq!(ours.destination, IpAddr::from(header.destination));
            assert_eq!(ours.ttl, header.hop_limit);
            assert_eq!(ours.total_len, 40 + u32::from(header.payload_length));
        }
        NetHeaders::Arp(_) => assert_eq!(ours.layer3, wire::Layer3::Arp),
    }
    // etherparse looks behind an authentication header; to a security group it is a protocol of its own.
    if ours.protocol == AUTHENTICATION_HEADER {
        return;
    }
    match theirs.transport.as_ref() {
        Some(TransportHeader::Tcp(tcp)) => {
            assert_eq!(ours.protocol, protocol::TCP);
            assert_eq!((ours.source_port, ours.destination_port), (tcp.source_port, tcp.destination_port));
            let flags = ours.tcp_flags;
            assert_eq!(flags.contains(wire::TcpFlags::SYN), tcp.syn);
            assert_eq!(flags.contains(wire::TcpFlags::ACK), tcp.ack);
            assert_eq!(flags.contains(wire::TcpFlags::FIN), tcp.fin);
            assert_eq!(flags.contains(wire::TcpFlags::RST), tcp.rst);
            assert_eq!(usize::from(ours.payload_offset - ours.transport_offset), tcp.header_len());
        }
        Some(TransportHeader::Udp(udp)) => {
            assert_eq!(ours.protocol, protocol::UDP);
            assert_eq!((ours.source_port, ours.destination_port), (udp.source_port, udp.destination_port));
        }
        Some(TransportHeader::Icmpv4(icmp)) => same_kind(ours, protocol::ICMP, &icmp.to_bytes()),
        Some(TransportHeader::Icmpv6(icmp)) => same_kind(ours, protocol::ICMPV6, &icmp.to_bytes()),
        Some(TransportHeader::Igmp(_)) => assert_eq!(ours.protocol, 2),
        // A fragment, or a message that etherparse leaves to its caller.
        None => assert!(!ours.has_ports() || ours.fragment != wire::Fragment::None),
    }
}

fn same_kind(ours: &Headers, protocol: u8, bytes: &[u8]) {
    let kind = ours.icmp.expect("etherparse found ICMP");
    assert_eq!((ours.protocol, kind.icmp_type, kind.code), (protocol, bytes[0], bytes[1]));
}

fn checksums_agree(theirs: &PacketHeaders<'_>) {
    let payload = theirs.payload.slice();
    match (theirs.net.as_ref(), theirs.transport.as_ref()) {
        (Some(NetHeaders::Ipv4(ip, _)), transport) => {
            assert_eq!(ip.header_checksum, ip.calc_header_checksum());
            match transport {
                Some(TransportHeader::Tcp(tcp)) => {
                    assert_eq!(tcp.checksum, tcp.calc_checksum_ipv4(ip, payload).unwrap())
                }
                Some(TransportHeader::Udp(udp)) => {
                    assert_eq!(udp.checksum, udp.calc_checksum_ipv4(ip, payload).unwrap())
                }
                Some(TransportHeader::Icmpv4(icmp)) => {
                    assert_eq!(icmp.checksum, icmp.icmp_type.calc_checksum(payload))
                }
                Some(TransportHeader::Icmpv6(_) | TransportHeader::Igmp(_)) | None => {}
            }
        }
        (Some(NetHeaders::Ipv6(ip, _)), Some(TransportHeader::Tcp(tcp))) => {
            assert_eq!(tcp.checksum, tcp.calc_checksum_ipv6(ip, payload).unwrap());
        }
        (Some(NetHeaders::Ipv6(ip, _)), Some(TransportHeader::Udp(udp))) => {
            assert_eq!(udp.checksum, udp.calc_checksum_ipv6(ip, payload).unwrap());
        }
        (Some(NetHeaders::Ipv6(ip, _)), Some(TransportHeader::Icmpv6(icmp))) => {
            let wanted = icmp.icmp_type.calc_checksum(ip.source, ip.destination, payload).unwrap();
            assert_eq!(icmp.checksum, wanted);
        }
        (Some(NetHeaders::Ipv6(..) | NetHeaders::Arp(_)) | None, _) => {}
    }
}

fn build_theirs(packet: &Packet) -> Option<Vec<u8>> {
    let link = PacketBuilder::ethernet2([0; 6], [0; 6]);
    let (source, destination) = (packet.source(), packet.destination());
    let link = match (source.ip(), destination.ip()) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => {
            link.ipv4(source.octets(), destination.octets(), packet.ttl)
        }
        (IpAddr::V6(source), IpAddr::V6(destination)) => {
            link.ipv6(source.octets(), destination.octets(), packet.ttl)
        }
        _ => return None,
    };
    let mut frame = Vec::new();
    let (from, to) = (packet.source_port, packet.destination_port);
    match (packet.protocol, packet.v6) {
        (protocol::UDP, _) => link.udp(from, to).write(&mut frame, &packet.payload).ok()?,
        (protocol::ICMP, false) => {
            link.icmpv4_echo_request(from, to).write(&mut frame, &packet.payload).ok()?
        }
        (protocol::ICMP, true) => {
            link.icmpv6_echo_request(from, to).write(&mut frame, &packet.payload).ok()?
        }
        (protocol::TCP, _) => {
            tcp(link.tcp(from, to, 0, 0xffff), packet.flags).write(&mut frame, &packet.payload).ok()?
        }
        _ => return None,
    }
    Some(frame)
}

type TcpStep = etherparse::PacketBuilderStep<etherparse::TcpHeader>;

fn tcp(mut step: TcpStep, flags: u8) -> TcpStep {
    let set = |bit: u8| flags & bit != 0;
    for (bit, apply) in [
        (0x01, TcpStep::fin as fn(TcpStep) -> TcpStep),
        (0x02, TcpStep::syn),
        (0x04, TcpStep::rst),
        (0x08, TcpStep::psh),
        (0x40, TcpStep::ece),
        (0x80, TcpStep::cwr),
    ] {
        step = if set(bit) { apply(step) } else { step };
    }
    step = if set(0x10) { step.ack(0) } else { step };
    if set(0x20) { step.urg(0) } else { step }
}
