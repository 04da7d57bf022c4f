//! Packets of the reference model to frames and back.

use model::MacAddress;
use sim::reference::{Packet, Part};
use std::net::SocketAddr;
use wire::icmp::EchoKind;
use wire::{Flow, Fragment, IcmpEcho, IpPacket, Link, Mac, TcpFlags, TcpSegment, UdpDatagram};

/// The frame by which an interface sends a packet.
pub(crate) fn build(packet: &Packet, mac: MacAddress) -> Vec<u8> {
    let whole = build_whole(packet, mac);
    match packet.part {
        Part::Whole => whole,
        Part::First(number) => part_of(&whole, number, 0, true),
        Part::Later(number) => part_of(&whole, number, 1480, false),
    }
}

/// The packet's transport as a part of a packet.
fn part_of(whole: &[u8], number: u16, offset: u16, more: bool) -> Vec<u8> {
    let headers = wire::parse(whole).expect("what was just built");
    let transport = &whole[usize::from(headers.transport_offset)..headers.end()];
    let packet = IpPacket {
        link: headers.link(),
        ttl: headers.ttl,
        ..IpPacket::new(headers.source, headers.destination, 44)
    };
    if headers.source.is_ipv6() {
        let [o0, o1] = (offset | u16::from(more)).to_be_bytes();
        let [n0, n1] = number.to_be_bytes();
        let header = [headers.protocol, 0, o0, o1, 0, 0, n0, n1];
        return IpPacket { payload: &[&header, transport], ..packet }.build();
    }
    let mut frame = IpPacket { payload: &[transport], identification: number, ..packet }.build();
    let flags = (offset / 8) | if more { 0x2000 } else { 0 };
    frame[20..22].copy_from_slice(&flags.to_be_bytes());
    frame[23] = headers.protocol;
    frame[24..26].fill(0);
    let sum = wire::checksum::checksum(&frame[14..34]);
    frame[24..26].copy_from_slice(&sum.to_be_bytes());
    frame
}

fn build_whole(packet: &Packet, mac: MacAddress) -> Vec<u8> {
    let link = Link { source: Mac(mac.0), destination: Mac(packet.next_hop.0) };
    let Flow { source, destination, source_port, destination_port, protocol } = packet.flow;
    let (from, to) = (SocketAddr::new(source, source_port), SocketAddr::new(destination, destination_port));
    let carried = vec![b'x'; usize::from(packet.length)];
    let raw = |payload: &[&[u8]]| {
        IpPacket { link, ttl: packet.ttl, payload, ..IpPacket::new(source, destination, protocol) }.build()
    };
    match (protocol, packet.icmp, packet.about) {
        (_, Some((kind, code)), Some(about)) => {
            let quoted = build(&sent(about), mac);
            let quoted = &quoted[14..quoted.len().min(14 + 64)];
            raw(&[&[kind, code, 0, 0, 0, 0, 0, 0], quoted])
        }
        (1 | 58, Some((8 | 128 | 0 | 129, _)), None) => {
            let kind = match packet.icmp {
                Some((8 | 128, _)) => EchoKind::Request,
                _ => EchoKind::Reply,
            };
            let echo = IcmpEcho::request(source, destination, source_port, 1);
            IcmpEcho { link, kind, ttl: packet.ttl, payload: &carried, ..echo }.build()
        }
        (1 | 58, Some((kind, code)), None) => raw(&[&[kind, code, 0, 0, 1, 2, 3, 4], &carried]),
        (6, _, _) => {
            let segment = TcpSegment::new(from, to, TcpFlags(packet.flags));
            TcpSegment { link, ttl: packet.ttl, payload: &carried, ..segment }.build()
        }
        (17, _, _) => UdpDatagram { link, ttl: packet.ttl, ..UdpDatagram::new(from, to, &carried) }.build(),
        _ => raw(&[&carried]),
    }
}

/// What was sent, as far as an error quotes it.
fn sent(flow: Flow) -> Packet {
    let echo = match flow.protocol {
        1 => Some((8, 0)),
        58 => Some((128, 0)),
        _ => None,
    };
    // An ICMP message without identifier is no echo.
    let echo = echo.map(|kind| if flow.source_port == 0 { (13, 0) } else { kind });
    Packet {
        flow,
        icmp: echo,
        flags: 0x10,
        ttl: 60,
        about: None,
        length: 8,
        part: Part::Whole,
        next_hop: MacAddress::ROUTER,
    }
}

/// What a later fragment counts as.
pub(crate) const LATER_LENGTH: u16 = 8;

/// What a frame says, and what is wrong with it.
pub(crate) fn read(frame: &[u8]) -> Result<(Packet, wire::Headers), String> {
    let headers = wire::parse(frame).map_err(|problem| format!("{problem:?}"))?;
    if !wire::checksum::network_is_valid(frame, &headers)
        || !wire::checksum::transport_is_valid(frame, &headers)
    {
        return Err("a checksum is wrong".to_owned());
    }
    let packet = Packet {
        flow: headers.flow(),
        icmp: headers.icmp.map(|icmp| (icmp.icmp_type, icmp.code)),
        flags: headers.tcp_flags.0,
        ttl: headers.ttl,
        about: wire::quoted(frame, &headers).map(|quote| quote.flow),
        length: match headers.fragment {
            _ if headers.is_icmp_error() => 0,
            Fragment::None | Fragment::First { .. } => headers.payload_len() as u16,
            // Whatever it carries, none of it is a header.
            Fragment::Later { .. } => LATER_LENGTH,
        },
        part: match headers.fragment {
            Fragment::None => Part::Whole,
            Fragment::First { identification } => Part::First(identification as u16),
            Fragment::Later { identification, .. } => Part::Later(identification as u16),
        },
        next_hop: MacAddress(headers.destination_mac.0),
    };
    Ok((packet, headers))
}

/// How long a packet may be, as an ICMP error says.
pub(crate) fn told_mtu(frame: &[u8]) -> Result<u16, String> {
    let (packet, headers) = read(frame)?;
    let at = usize::from(headers.transport_offset) + 4;
    let detail = frame.get(at..at + 4).ok_or("an error without an MTU")?;
    match (packet.icmp, detail) {
        (Some((3, 4)), [0, 0, high, low]) | (Some((2, 0)), [0, 0, high, low]) => {
            Ok(u16::from_be_bytes([*high, *low]))
        }
        (kind, detail) => Err(format!("{kind:?} with {detail:?} does not tell an MTU")),
    }
}
