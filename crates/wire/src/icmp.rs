//! ICMP for IPv4: names, echo (of both families), and the errors a router sends.
//!
//! Follows RFC 792, RFC 1191 (the next hop's MTU) and RFC 1122 section 3.2.2 (when to stay silent).

use std::net::{IpAddr, Ipv4Addr};

use crate::compose::IpPacket;
use crate::ethernet::Link;
use crate::headers::Headers;
use crate::{icmp_types, icmpv6_types, protocol};

/// The length of an ICMP header with its four bytes of detail; the same for ICMPv6.
pub const HEADER_LEN: usize = 8;

/// Which way an echo goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EchoKind {
    /// Are you there?
    Request,
    /// I am.
    Reply,
}

/// An echo to build: ICMP between IPv4 addresses, ICMPv6 otherwise.
#[derive(Clone, Copy, Debug)]
pub struct IcmpEcho<'a> {
    /// The hardware addresses.
    pub link: Link,
    /// The sender.
    pub source: IpAddr,
    /// The receiver.
    pub destination: IpAddr,
    /// Question or answer.
    pub kind: EchoKind,
    /// Tells the conversations of one sender apart.
    pub identifier: u16,
    /// Tells the questions of one conversation apart.
    pub sequence: u16,
    /// TTL or hop limit.
    pub ttl: u8,
    /// The bytes to be sent back.
    pub payload: &'a [u8],
}

impl<'a> IcmpEcho<'a> {
    /// A request with nothing out of the ordinary.
    pub fn request(source: IpAddr, destination: IpAddr, identifier: u16, sequence: u16) -> IcmpEcho<'a> {
        let link = Link::default();
        IcmpEcho {
            link,
            source,
            destination,
            kind: EchoKind::Request,
            identifier,
            sequence,
            ttl: 64,
            payload: &[],
        }
    }

    /// Builds the frame.
    pub fn build(&self) -> Vec<u8> {
        let mut frame = Vec::new();
        self.write(&mut frame);
        frame
    }

    /// Appends the frame.
    pub fn write(&self, frame: &mut Vec<u8>) {
        let (protocol, icmp_type) = match (self.source.is_ipv4() && self.destination.is_ipv4(), self.kind) {
            (true, EchoKind::Request) => (protocol::ICMP, icmp_types::ECHO_REQUEST),
            (true, EchoKind::Reply) => (protocol::ICMP, icmp_types::ECHO_REPLY),
            (false, EchoKind::Request) => (protocol::ICMPV6, icmpv6_types::ECHO_REQUEST),
            (false, EchoKind::Reply) => (protocol::ICMPV6, icmpv6_types::ECHO_REPLY),
        };
        let [i0, i1] = self.identifier.to_be_bytes();
        let [s0, s1] = self.sequence.to_be_bytes();
        let header = [icmp_type, 0, 0, 0, i0, i1, s0, s1];
        IpPacket {
            link: self.link,
            ttl: self.ttl,
            payload: &[&header, self.payload],
            ..IpPacket::new(self.source, self.destination, protocol)
        }
        .write(frame);
    }
}

/// "Fragmentation needed and DF set", with the MTU that would have done.
pub fn fragmentation_needed(router: Ipv4Addr, mtu: u16, frame: &[u8], headers: &Headers) -> Option<Vec<u8>> {
    let [high, low] = mtu.to_be_bytes();
    error(
        router,
        [icmp_types::DESTINATION_UNREACHABLE, icmp_types::CODE_FRAGMENTATION_NEEDED],
        [0, 0, high, low],
        frame,
        headers,
    )
}

/// "Destination unreachable" with any other code.
pub fn destination_unreachable(
    router: Ipv4Addr,
    code: u8,
    frame: &[u8],
    headers: &Headers,
) -> Option<Vec<u8>> {
    error(router, [icmp_types::DESTINATION_UNREACHABLE, code], [0; 4], frame, headers)
}

/// "Time to live exceeded in transit": what traceroute looks for.
pub fn time_exceeded(router: Ipv4Addr, frame: &[u8], headers: &Headers) -> Option<Vec<u8>> {
    error(router, [icmp_types::TIME_EXCEEDED, 0], [0; 4], frame, headers)
}

// "As much of the original datagram as possible without the length of the ICMP datagram
// exceeding 576 bytes" (RFC 1812, section 4.3.2.3).
const QUOTE_LEN_MAX: usize = 576 - 20 - HEADER_LEN;

fn error(
    router: Ipv4Addr,
    kind: [u8; 2],
    detail: [u8; 4],
    frame: &[u8],
    headers: &Headers,
) -> Option<Vec<u8>> {
    if !may_be_answered(headers) {
        return None;
    }
    let (sender, _) = headers.ipv4_ends()?;
    let packet = frame.get(usize::from(headers.network_offset)..headers.end())?;
    let quote = &packet[..packet.len().min(QUOTE_LEN_MAX)];
    let [icmp_type, code] = kind;
    let answer = IpPacket {
        link: headers.link().reversed(),
        payload: &[&[icmp_type, code, 0, 0], &detail, quote],
        ..IpPacket::new(IpAddr::V4(router), IpAddr::V4(sender), protocol::ICMP)
    };
    Some(answer.build())
}

// "An ICMP error message MUST NOT be sent as the result of receiving: an ICMP error message, or a
// datagram destined to an IP broadcast or IP multicast address, or a datagram sent as a link-layer
// broadcast, or a non-initial fragment, or a datagram whose source address does not define a
// single host" (RFC 1122, section 3.2.2).
fn may_be_answered(headers: &Headers) -> bool {
    !headers.is_icmp_error()
        && headers.has_transport()
        && !headers.destination_mac.is_multicast()
        && is_one_station(headers.destination)
        && is_one_station(headers.source)
}

/// Does the address belong to one station that could be spoken to?
pub(crate) fn is_one_station(address: IpAddr) -> bool {
    let broadcast = matches!(address, IpAddr::V4(address) if address.is_broadcast());
    !address.is_multicast() && !address.is_unspecified() && !address.is_loopback() && !broadcast
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Mac, TcpFlags, TcpSegment, UdpDatagram, checksum, parse, quoted};

    const ROUTER: Ipv4Addr = Ipv4Addr::new(10, 0, 1, 1);

    fn datagram(destination: &str, len: usize) -> Vec<u8> {
        let payload = vec![7; len];
        UdpDatagram::new("10.0.1.10:1".parse().unwrap(), destination.parse().unwrap(), &payload).build()
    }

    #[test]
    fn ping_and_its_reply() {
        for (a, b, words) in [("10.0.1.10", "10.0.2.20", "icmp"), ("fd00::1", "fd00::2", "icmpv6")] {
            let request = IcmpEcho {
                payload: b"abc",
                ..IcmpEcho::request(a.parse().unwrap(), b.parse().unwrap(), 7, 3)
            };
            let frame = request.build();
            let headers = parse(&frame).unwrap();
            assert_eq!(headers.to_string(), format!("{a} -> {b} {words} echo request id 7"));
            let reply = IcmpEcho {
                kind: EchoKind::Reply,
                payload: b"abc",
                ..IcmpEcho::request(b.parse().unwrap(), a.parse().unwrap(), 7, 3)
            };
            let reply = reply.build();
            let answered = parse(&reply).unwrap();
            assert_eq!(answered.to_string(), format!("{b} -> {a} {words} echo reply id 7"));
            assert_eq!(answered.flow(), headers.flow().reversed());
            assert_eq!(answered.payload(&reply), b"abc");
            assert_eq!(reply[answered.transport_offset as usize + 6..][..2], [0, 3]);
            assert!(checksum::transport_is_valid(&reply, &answered));
        }
    }

    #[test]
    fn too_big_says_what_would_fit_and_quotes_the_packet() {
        let frame = datagram("10.0.2.20:2", 2000);
        let headers = parse(&frame).unwrap();
        let answer = fragmentation_needed(ROUTER, 1500, &frame, &headers).unwrap();
        let outer = parse(&answer).unwrap();
        assert_eq!(outer.to_string(), "10.0.1.1 -> 10.0.1.10 icmp fragmentation needed");
        assert_eq!(outer.total_len, 576);
        assert_eq!(answer[38..42], [0, 0, 0x05, 0xdc]);
        assert!(checksum::transport_is_valid(&answer, &outer));
        assert_eq!(quoted(&answer, &outer).unwrap().flow, headers.flow());
    }

    #[test]
    fn errors_are_not_sent_about_errors_groups_or_nobody() {
        let error_about = |frame: &[u8]| time_exceeded(ROUTER, frame, &parse(frame).unwrap());
        let expired = error_about(&datagram("10.0.2.20:2", 1)).unwrap();
        assert_eq!(parse(&expired).unwrap().to_string(), "10.0.1.1 -> 10.0.1.10 icmp time exceeded");
        assert_eq!(error_about(&expired), None, "an error");
        assert_eq!(error_about(&datagram("224.0.0.1:2", 1)), None, "a group");
        assert_eq!(error_about(&datagram("255.255.255.255:2", 1)), None, "everyone");
        let mut later = datagram("10.0.2.20:2", 8);
        later[21] = 4;
        assert_eq!(error_about(&later), None, "a later fragment");
        let broadcast = Link { destination: Mac::BROADCAST, ..Link::default() };
        let (a, b) = ("10.0.1.10:1".parse().unwrap(), "10.0.2.20:2".parse().unwrap());
        let frame = TcpSegment { link: broadcast, ..TcpSegment::new(a, b, TcpFlags::SYN) }.build();
        assert_eq!(error_about(&frame), None, "a link-layer broadcast");
    }
}
