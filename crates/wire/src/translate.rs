//! The same packet in the other address family, as a NAT64 router sends it on.
//!
//! Follows RFC 7915: the IP header is made anew, the transport is kept, ICMP echoes change their numbers. Left out: ICMP
//! errors, fragments, options and extension headers, which are lost.

use crate::compose::{IpPacket, Link};
use crate::flow::Flow;
use crate::packet::{Fragment, Headers};
use crate::{icmp, icmpv6, protocol};

/// The kind of an ICMP echo, request or reply, in the other family.
pub fn echo_in_other_family(kind: u8) -> Option<u8> {
    match kind {
        icmp::ECHO_REQUEST => Some(icmpv6::ECHO_REQUEST),
        icmp::ECHO_REPLY => Some(icmpv6::ECHO_REPLY),
        icmpv6::ECHO_REQUEST => Some(icmp::ECHO_REQUEST),
        icmpv6::ECHO_REPLY => Some(icmp::ECHO_REPLY),
        _ => None,
    }
}

/// A frame with the packet that goes on as `flow`, `hops` routers further. `None` for what has no counterpart in the other
/// family, or no time left to live.
pub fn translate(frame: &[u8], headers: &Headers, flow: &Flow, link: Link, hops: u8) -> Option<Vec<u8>> {
    let ttl = headers.ttl.checked_sub(hops).filter(|ttl| *ttl > 0)?;
    if headers.fragment != Fragment::None {
        return None;
    }
    let mut transport = frame.get(usize::from(headers.transport_offset)..headers.end())?.to_vec();
    match headers.protocol {
        protocol::TCP | protocol::UDP => {
            transport.get_mut(..2)?.copy_from_slice(&flow.source_port.to_be_bytes());
            transport.get_mut(2..4)?.copy_from_slice(&flow.destination_port.to_be_bytes());
        }
        protocol::ICMP | protocol::ICMPV6 => {
            let kind = transport.first_mut()?;
            *kind = echo_in_other_family(*kind)?;
            transport.get_mut(4..6)?.copy_from_slice(&flow.source_port.to_be_bytes());
        }
        _ => return None,
    }
    let checksum = usize::from(protocol::checksum_offset(flow.protocol)?);
    transport.get_mut(checksum..checksum + 2)?.fill(0);
    let packet = IpPacket {
        link,
        ttl,
        payload: &[&transport],
        ..IpPacket::new(flow.source, flow.destination, flow.protocol)
    };
    Some(packet.build())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{IcmpEcho, TcpFlags, TcpSegment, checksum, parse};
    use std::net::{IpAddr, SocketAddr};

    const LINK: Link = Link { source: crate::Mac([2; 6]), destination: crate::Mac([4; 6]) };

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_tcp_segment_keeps_all_but_its_ends() {
        let (from, to): (SocketAddr, SocketAddr) =
            ("[2600::7]:50000".parse().unwrap(), "[64:ff9b::c000:20a]:80".parse().unwrap());
        let frame =
            TcpSegment { payload: b"GET /", ..TcpSegment::new(from, to, TcpFlags::PSH | TcpFlags::ACK) }
                .build();
        let headers = parse(&frame).unwrap();
        let flow = Flow {
            source: address("10.0.0.9"),
            destination: address("192.0.2.10"),
            source_port: 1024,
            ..headers.flow()
        };
        let translated = translate(&frame, &headers, &flow, LINK, 1).unwrap();
        let there = parse(&translated).unwrap();
        assert_eq!((there.flow(), there.ttl, there.tcp_flags), (flow, headers.ttl - 1, headers.tcp_flags));
        assert_eq!(there.payload(&translated), b"GET /");
        assert!(
            checksum::network_is_valid(&translated, &there)
                && checksum::transport_is_valid(&translated, &there)
        );
    }

    #[test]
    fn an_echo_changes_its_number_and_back() {
        let frame = IcmpEcho::request(address("2600::7"), address("64:ff9b::c000:20a"), 77, 1).build();
        let headers = parse(&frame).unwrap();
        let flow = Flow {
            source: address("10.0.0.9"),
            destination: address("192.0.2.10"),
            protocol: protocol::ICMP,
            source_port: 1025,
            destination_port: 1025,
        };
        let translated = translate(&frame, &headers, &flow, LINK, 1).unwrap();
        let there = parse(&translated).unwrap();
        assert_eq!((there.flow(), there.icmp.map(|it| it.icmp_type)), (flow, Some(icmp::ECHO_REQUEST)));
        assert!(checksum::transport_is_valid(&translated, &there));
        let back = translate(&translated, &there, &headers.flow(), LINK, 1).unwrap();
        assert_eq!(parse(&back).unwrap().flow(), headers.flow());
    }

    #[test]
    fn what_has_no_time_to_live_or_no_counterpart_ends_here() {
        let frame = IcmpEcho::request(address("2600::7"), address("64:ff9b::c000:20a"), 77, 1).build();
        let headers = parse(&frame).unwrap();
        let flow = Flow { source: address("10.0.0.9"), destination: address("192.0.2.10"), ..headers.flow() };
        assert_eq!(translate(&frame, &headers, &flow, LINK, headers.ttl), None);
        let esp =
            IpPacket { payload: &[&[0; 32]], ..IpPacket::new(address("2600::7"), address("2600::8"), 50) }
                .build();
        assert_eq!(translate(&esp, &parse(&esp).unwrap(), &flow, LINK, 1), None);
    }
}
