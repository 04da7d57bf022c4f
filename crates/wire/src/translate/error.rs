//! ICMP errors in the other address family, with the packet that they quote.
//!
//! Follows RFC 7915, sections 4.2, 4.3, 5.2 and 5.3: types, codes, MTU and pointer have their counterparts, or the error ends
//! here. Left out: extensions of errors (RFC 4884), which go on as part of the quote; a quoted first fragment becomes a
//! whole packet.

use std::net::IpAddr;

use super::{Extent, GROWTH, Onward, translate_transport};
use crate::checksum;
use crate::compose::IpPacket;
use crate::field;
use crate::flow::Flow;
use crate::headers::{Headers, IcmpKind, Layer3};
use crate::ipv4::Ipv4Header;
use crate::ipv6::Ipv6Header;
use crate::quoted::QuotedPacket;
use crate::{ethernet, icmp, icmp_types, icmpv6_types, ipv4, ipv6};

/// Type and code of an ICMP error in the other family. `is_ipv4` says which one it is of.
pub fn error_in_other_family(is_ipv4: bool, kind: IcmpKind) -> Option<IcmpKind> {
    let (icmp_type, code) = if is_ipv4 { to_ipv6(kind)? } else { to_ipv4(kind)? };
    Some(IcmpKind { icmp_type, code })
}

const PROTOCOL_UNREACHABLE: u8 = 2;
const UNRECOGNIZED_NEXT_HEADER: u8 = 1;

/// The table of RFC 7915, section 4.2.
fn to_ipv6(kind: IcmpKind) -> Option<(u8, u8)> {
    const NO_ROUTE: (u8, u8) = (icmpv6_types::DESTINATION_UNREACHABLE, 0);
    const PROHIBITED: (u8, u8) = (icmpv6_types::DESTINATION_UNREACHABLE, 1);
    const PORT: (u8, u8) = (icmpv6_types::DESTINATION_UNREACHABLE, 4);
    match (kind.icmp_type, kind.code) {
        (icmp_types::DESTINATION_UNREACHABLE, code) => match code {
            0 | 1 | 5..=8 | 11 | 12 => Some(NO_ROUTE),
            PROTOCOL_UNREACHABLE => Some((icmpv6_types::PARAMETER_PROBLEM, UNRECOGNIZED_NEXT_HEADER)),
            3 => Some(PORT),
            icmp_types::CODE_FRAGMENTATION_NEEDED => Some((icmpv6_types::PACKET_TOO_BIG, 0)),
            9 | 10 | 13 | 15 => Some(PROHIBITED),
            _ => None,
        },
        (icmp_types::TIME_EXCEEDED, code) => Some((icmpv6_types::TIME_EXCEEDED, code)),
        (icmp_types::PARAMETER_PROBLEM, 0 | 2) => Some((icmpv6_types::PARAMETER_PROBLEM, 0)),
        _ => None,
    }
}

/// The table of RFC 7915, section 5.2.
fn to_ipv4(kind: IcmpKind) -> Option<(u8, u8)> {
    match (kind.icmp_type, kind.code) {
        (icmpv6_types::DESTINATION_UNREACHABLE, code) => {
            let code = match code {
                0 | 2 | 3 => 1,
                1 => 10,
                4 => 3,
                _ => return None,
            };
            Some((icmp_types::DESTINATION_UNREACHABLE, code))
        }
        (icmpv6_types::PACKET_TOO_BIG, _) => {
            Some((icmp_types::DESTINATION_UNREACHABLE, icmp_types::CODE_FRAGMENTATION_NEEDED))
        }
        (icmpv6_types::TIME_EXCEEDED, code) => Some((icmp_types::TIME_EXCEEDED, code)),
        (icmpv6_types::PARAMETER_PROBLEM, 0) => Some((icmp_types::PARAMETER_PROBLEM, 0)),
        (icmpv6_types::PARAMETER_PROBLEM, UNRECOGNIZED_NEXT_HEADER) => {
            Some((icmp_types::DESTINATION_UNREACHABLE, PROTOCOL_UNREACHABLE))
        }
        _ => None,
    }
}

/// A frame with the ICMP error that goes on, about the packet that its receiver had sent as `sent`. `None` for what has no
/// counterpart in the other family, no time left to live, or a wrong checksum.
pub fn translate_error(
    frame: &[u8],
    headers: &Headers,
    quote: &QuotedPacket,
    sent: &Flow,
    onward: &Onward,
) -> Option<Vec<u8>> {
    let ttl = headers.ttl.checked_sub(onward.hops).filter(|ttl| *ttl > 0)?;
    if !checksum::transport_is_valid(frame, headers) {
        return None;
    }
    let is_ipv4 = headers.layer3 == Layer3::Ipv4;
    let kind = error_in_other_family(is_ipv4, headers.icmp?)?;
    let old = Quoted::read(frame, headers, quote)?;
    let rest = frame.get(usize::from(headers.transport_offset) + 4..)?.first_chunk::<4>()?;
    let detail = if is_ipv4 {
        detail_in_ipv6(headers.icmp?, *rest, old.total_len)?
    } else {
        detail_in_ipv4(kind, u32::from_be_bytes(*rest))?
    };
    let (quote, max) =
        (old.translated(quote, sent)?, if is_ipv4 { QUOTE_IN_IPV6_MAX } else { QUOTE_IN_IPV4_MAX });
    let error = IpPacket {
        link: onward.link,
        ttl,
        identification: onward.identification,
        dont_fragment: false,
        payload: &[&[kind.icmp_type, kind.code, 0, 0], &detail, &quote[..quote.len().min(max)]],
        ..IpPacket::new(onward.flow.source, onward.flow.destination, onward.flow.protocol)
    };
    Some(error.build())
}

// As much as the errors of our own quote (RFC 4443, section 3; RFC 1812, section 4.3.2.3).
const QUOTE_IN_IPV6_MAX: usize = 1280 - ipv6::HEADER_LEN - icmp::HEADER_LEN;
const QUOTE_IN_IPV4_MAX: usize = 576 - ipv4::HEADER_LEN - icmp::HEADER_LEN;

/// The quoted packet as it was.
struct Quoted<'a> {
    ttl: u8,
    /// How long its IP packet was, of which the quote has the beginning.
    total_len: u16,
    /// How long its transport was.
    transport_len: u16,
    /// The transport, as far as it is quoted.
    transport: &'a [u8],
}

impl<'a> Quoted<'a> {
    fn read(frame: &'a [u8], headers: &Headers, quote: &QuotedPacket) -> Option<Quoted<'a>> {
        let bytes = frame.get(usize::from(quote.network_offset)..headers.end())?;
        let network_len = quote.transport_offset - quote.network_offset;
        let (ttl, total_len) = match headers.layer3 {
            Layer3::Ipv4 => {
                let header = Ipv4Header::parse_quoted(bytes).ok()?;
                (header.ttl, header.total_len)
            }
            Layer3::Ipv6 => {
                let header = Ipv6Header::parse_quoted(bytes).ok()?;
                (header.hop_limit, header.payload_len.checked_add(field::length(ipv6::HEADER_LEN))?)
            }
            Layer3::Arp => return None,
        };
        let transport_len = total_len.checked_sub(network_len)?;
        let transport = bytes.get(usize::from(network_len)..)?;
        let transport = &transport[..transport.len().min(usize::from(transport_len))];
        Some(Quoted { ttl, total_len, transport_len, transport })
    }

    /// The same packet as `sent`, without its hardware addresses.
    fn translated(&self, quote: &QuotedPacket, sent: &Flow) -> Option<Vec<u8>> {
        let mut transport = self.transport.to_vec();
        let extent = Extent::BeginningOf(u32::from(self.transport_len));
        translate_transport(&mut transport, extent, &quote.flow, sent)?;
        let packet = IpPacket {
            ttl: self.ttl,
            payload: &[&transport],
            ..IpPacket::new(sent.source, sent.destination, sent.protocol)
        };
        let mut packet = packet.build_around().split_off(ethernet::HEADER_LEN);
        self.set_length(&mut packet, sent);
        Some(packet)
    }

    /// The header says how long the packet was, not how much of it is quoted.
    fn set_length(&self, packet: &mut [u8], sent: &Flow) {
        match sent.source {
            IpAddr::V4(_) => {
                let total_len = self.transport_len.saturating_add(field::length(ipv4::HEADER_LEN));
                packet[2..4].copy_from_slice(&total_len.to_be_bytes());
                packet[10..12].fill(0);
                let sum = checksum::checksum(&packet[..ipv4::HEADER_LEN]);
                packet[10..12].copy_from_slice(&sum.to_be_bytes());
            }
            IpAddr::V6(_) => packet[4..6].copy_from_slice(&self.transport_len.to_be_bytes()),
        }
    }
}

/// The second word of an IPv4 error, for IPv6. `total_len` is the length of the quoted packet.
fn detail_in_ipv6(kind: IcmpKind, [pointer, _, high, low]: [u8; 4], total_len: u16) -> Option<[u8; 4]> {
    match (kind.icmp_type, kind.code) {
        (icmp_types::DESTINATION_UNREACHABLE, icmp_types::CODE_FRAGMENTATION_NEEDED) => {
            let mtu = match u16::from_be_bytes([high, low]) {
                0 => plateau_below(total_len),
                mtu => mtu,
            };
            Some(u32::from(mtu).saturating_add(GROWTH.into()).max(IPV6_MTU_MIN).to_be_bytes())
        }
        // The next header field.
        (icmp_types::DESTINATION_UNREACHABLE, PROTOCOL_UNREACHABLE) => Some(6u32.to_be_bytes()),
        (icmp_types::PARAMETER_PROBLEM, _) => {
            let pointer: u32 = match pointer {
                0 => 0,
                1 => 1,
                2 | 3 => 4,
                8 => 7,
                9 => 6,
                12..=15 => 8,
                16..=19 => 24,
                _ => return None,
            };
            Some(pointer.to_be_bytes())
        }
        _ => Some([0; 4]),
    }
}

/// "The MTU ... nodes MUST NOT reduce below the IPv6 minimum link MTU" (RFC 8201).
const IPV6_MTU_MIN: u32 = 1280;

/// What a router that does not say its MTU can be supposed to have (RFC 1191, section 7).
fn plateau_below(total_len: u16) -> u16 {
    const PLATEAUS: [u16; 10] = [32_000, 17_914, 8_166, 4_352, 2_002, 1_492, 1_006, 508, 296, 68];
    PLATEAUS.into_iter().find(|mtu| *mtu < total_len).unwrap_or(68)
}

/// The second word of what becomes an IPv4 error of this kind.
fn detail_in_ipv4(kind: IcmpKind, rest: u32) -> Option<[u8; 4]> {
    match (kind.icmp_type, kind.code) {
        (icmp_types::DESTINATION_UNREACHABLE, icmp_types::CODE_FRAGMENTATION_NEEDED) => {
            let mtu = u16::try_from(rest).unwrap_or(u16::MAX).saturating_sub(GROWTH);
            let [high, low] = mtu.to_be_bytes();
            Some([0, 0, high, low])
        }
        (icmp_types::PARAMETER_PROBLEM, _) => {
            let pointer = match rest {
                0 => 0,
                1 => 1,
                4 | 5 => 2,
                6 => 9,
                7 => 8,
                8..=23 => 12,
                24..=39 => 16,
                _ => return None,
            };
            Some([pointer, 0, 0, 0])
        }
        _ => Some([0; 4]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{IcmpEcho, Link, TcpFlags, TcpSegment, UdpDatagram, parse, protocol, quoted, translate};
    use std::net::{Ipv4Addr, Ipv6Addr};

    const ROUTER: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 1);
    const ROUTER_V6: Ipv6Addr = Ipv6Addr::new(0x2600, 0, 0, 0, 0, 0, 0, 1);

    fn flow(source: &str, destination: &str, protocol: u8, ports: (u16, u16)) -> Flow {
        let (source, destination) = (source.parse().unwrap(), destination.parse().unwrap());
        Flow { source, destination, protocol, source_port: ports.0, destination_port: ports.1 }
    }

    fn onward(flow: Flow) -> Onward {
        Onward { flow, link: Link::default(), hops: 1, identification: 5, mtu: 9001 }
    }

    fn frame(flow: &Flow, len: usize) -> Vec<u8> {
        let payload = vec![7; len];
        let ends = ((flow.source, flow.source_port).into(), (flow.destination, flow.destination_port).into());
        match flow.protocol {
            protocol::TCP => {
                TcpSegment { payload: &payload, ..TcpSegment::new(ends.0, ends.1, TcpFlags::ACK) }.build()
            }
            protocol::UDP => UdpDatagram::new(ends.0, ends.1, &payload).build(),
            _ => IcmpEcho {
                payload: &payload,
                ..IcmpEcho::request(flow.source, flow.destination, flow.source_port, 9)
            }
            .build(),
        }
    }

    /// The same packet before and behind a NAT64 gateway.
    fn pairs() -> [(Flow, Flow); 3] {
        [(6, 6), (17, 17), (58, 1)].map(|(inside, outside)| {
            let (from, to) = if inside == 58 { (77, 77) } else { (50_000, 80) };
            let outside_ports = if inside == 58 { (1024, 1024) } else { (1024, 80) };
            (
                flow("2600::7", "64:ff9b::c000:20a", inside, (from, to)),
                flow("10.0.0.9", "192.0.2.10", outside, outside_ports),
            )
        })
    }

    #[test]
    fn an_error_from_outside_quotes_what_was_sent_inside_down_to_the_checksums() {
        for (inside, outside) in pairs() {
            let sent = frame(&inside, 16);
            let received = translate(&sent, &parse(&sent).unwrap(), &onward(outside)).unwrap().remove(0);
            let error = icmp::time_exceeded(ROUTER, &received, &parse(&received).unwrap()).unwrap();
            let headers = parse(&error).unwrap();
            let quote = quoted(&error, &headers).unwrap();
            let told = flow("64:ff9b::cb00:7101", "2600::7", protocol::ICMPV6, (0, 0));
            let told = translate_error(&error, &headers, &quote, &inside, &onward(told)).unwrap();
            let there = parse(&told).unwrap();
            assert_eq!(there.to_string(), "64:ff9b::cb00:7101 -> 2600::7 icmpv6 time exceeded");
            assert!(checksum::transport_is_valid(&told, &there));
            assert_eq!(quoted(&told, &there).unwrap().flow, inside);
            let quote = &told[14 + 40 + 8..];
            assert_eq!(quote[7], sent[14 + 7] - 1, "the hop limit it had left");
            assert_eq!(quote[40..], sent[14 + 40..], "the transport, ports and checksum as they were sent");
            assert_eq!(quote[4..6], sent[14 + 4..14 + 6], "its length");
        }
    }

    #[test]
    fn an_error_from_inside_quotes_what_was_sent_outside() {
        for (inside, outside) in pairs() {
            let sent = frame(&outside.reversed(), 1400);
            let received =
                translate(&sent, &parse(&sent).unwrap(), &onward(inside.reversed())).unwrap().remove(0);
            let error =
                crate::icmpv6::destination_unreachable(ROUTER_V6, 4, &received, &parse(&received).unwrap());
            let error = error.unwrap();
            let headers = parse(&error).unwrap();
            let quote = quoted(&error, &headers).unwrap();
            let told = flow("10.0.0.9", "192.0.2.10", protocol::ICMP, (0, 0));
            let told = translate_error(&error, &headers, &quote, &outside.reversed(), &onward(told)).unwrap();
            let there = parse(&told).unwrap();
            assert_eq!(there.to_string(), "10.0.0.9 -> 192.0.2.10 icmp port unreachable");
            assert_eq!(there.total_len, 576, "no longer than an error may be");
            assert!(checksum::transport_is_valid(&told, &there));
            assert_eq!(quoted(&told, &there).unwrap().flow, outside.reversed());
            let quote = &told[14 + 20 + 8..];
            assert_eq!(checksum::checksum(&quote[..20]), 0);
            assert_eq!(quote[20..], sent[14 + 20..][..quote.len() - 20]);
        }
    }

    #[test]
    fn too_big_says_the_mtu_of_the_other_side() {
        let (inside, outside) = pairs()[1];
        let large = frame(&outside, 2000);
        let from_router =
            |mtu| icmp::fragmentation_needed(ROUTER, mtu, &large, &parse(&large).unwrap()).unwrap();
        let told = |mtu: u16| {
            let error = from_router(mtu);
            let headers = parse(&error).unwrap();
            let quote = quoted(&error, &headers).unwrap();
            let to = flow("64:ff9b::cb00:7101", "2600::7", protocol::ICMPV6, (0, 0));
            let told = translate_error(&error, &headers, &quote, &inside, &onward(to)).unwrap();
            assert_eq!(
                parse(&told).unwrap().to_string(),
                "64:ff9b::cb00:7101 -> 2600::7 icmpv6 packet too big"
            );
            u32::from_be_bytes(told[58..62].try_into().unwrap())
        };
        assert_eq!([1500, 1400, 576].map(told), [1520, 1420, 1280]);
        assert_eq!(told(0), 2002 + 20, "a router that does not say");
        let detail = detail_in_ipv4(IcmpKind { icmp_type: 3, code: 4 }, 1400);
        assert_eq!(detail, Some([0, 0, 0x05, 0x64]), "1380");
    }

    #[test]
    fn what_has_no_counterpart_ends_here() {
        let v4 = |icmp_type, code| error_in_other_family(true, IcmpKind { icmp_type, code });
        let v6 = |icmp_type, code| error_in_other_family(false, IcmpKind { icmp_type, code });
        let nothing = [v4(4, 0), v4(5, 1), v4(3, 14), v4(12, 1), v6(1, 5), v6(4, 2), v6(128, 0), v4(8, 0)];
        assert_eq!(nothing, [None; 8]);
        assert_eq!(v4(3, 2), Some(IcmpKind { icmp_type: 4, code: 1 }));
        assert_eq!(v6(4, 1), Some(IcmpKind { icmp_type: 3, code: 2 }));
        assert_eq!(detail_in_ipv6(IcmpKind { icmp_type: 12, code: 0 }, [10, 0, 0, 0], 100), None);
        assert_eq!(detail_in_ipv4(IcmpKind { icmp_type: 12, code: 0 }, 40), None);
    }

    #[test]
    fn a_damaged_error_is_not_told() {
        let (inside, outside) = pairs()[0];
        let received = frame(&outside, 16);
        let mut error = icmp::time_exceeded(ROUTER, &received, &parse(&received).unwrap()).unwrap();
        *error.last_mut().unwrap() ^= 1;
        let headers = parse(&error).unwrap();
        let quote = quoted(&error, &headers).unwrap();
        let to = onward(flow("64:ff9b::1", "2600::7", protocol::ICMPV6, (0, 0)));
        assert_eq!(translate_error(&error, &headers, &quote, &inside, &to), None);
    }
}
