//! A frame read once: [`parse`] gives [`Headers`], all that a decision about a packet needs.
//!
//! Strict: what a careful receiver would not accept is [`Malformed`]. Checksums are not looked at
//! (they may be half-computed, see [`crate::offload`]); [`crate::checksum`] checks them on request.

use std::net::IpAddr;

use crate::arp;
use crate::ethernet::{EtherType, EthernetHeader, HEADER_LEN};
use crate::field;
use crate::headers::{Fragment, Headers, Layer3};
use crate::malformed::Malformed;
use crate::tcp_flags::TcpFlags;
use crate::transport::Transport;
use crate::{ipv4, ipv6};

/// Reads an Ethernet frame.
#[inline]
pub fn parse(frame: &[u8]) -> Result<Headers, Malformed> {
    let Some(ethernet) = EthernetHeader::parse(frame) else {
        return Err(Malformed::TooShort);
    };
    match ethernet.ethertype {
        EtherType::Ipv4 => parse_ipv4(frame, ethernet),
        EtherType::Ipv6 => parse_ipv6(frame, ethernet),
        EtherType::Arp => parse_arp(frame),
        EtherType::Vlan => Err(Malformed::Vlan),
        EtherType::Other(number) => Err(Malformed::NotIp(number)),
    }
}

#[inline(always)]
fn parse_ipv4(frame: &[u8], ethernet: EthernetHeader) -> Result<Headers, Malformed> {
    let header = ipv4::Ipv4Header::parse(&frame[HEADER_LEN..])?;
    let source_route = match header.options(&frame[HEADER_LEN..]) {
        [] => false,
        options => ipv4::asks_for_source_route(options)?,
    };
    let transport_offset = NETWORK_OFFSET + header.header_len;
    let end = HEADER_LEN + usize::from(header.total_len);
    let transport =
        Transport::parse(header.protocol, &frame[usize::from(transport_offset)..end], header.fragment)?;
    Ok(Headers {
        destination_mac: ethernet.destination,
        source_mac: ethernet.source,
        layer3: Layer3::Ipv4,
        source: IpAddr::V4(header.source),
        destination: IpAddr::V4(header.destination),
        protocol: header.protocol,
        source_port: transport.source_port,
        destination_port: transport.destination_port,
        icmp: transport.icmp,
        tcp_flags: transport.tcp_flags,
        ttl: header.ttl,
        fragment: header.fragment,
        dont_fragment: header.dont_fragment,
        source_route,
        network_offset: NETWORK_OFFSET,
        transport_offset,
        payload_offset: transport_offset + transport.header_len,
        total_len: u32::from(header.total_len),
    })
}

#[inline(always)]
fn parse_ipv6(frame: &[u8], ethernet: EthernetHeader) -> Result<Headers, Malformed> {
    let header = ipv6::Ipv6Header::parse(&frame[HEADER_LEN..])?;
    let start = HEADER_LEN + ipv6::HEADER_LEN;
    let payload = &frame[start..start + usize::from(header.payload_len)];
    let chain = ipv6::walk(payload, header.next_header)?;
    let transport = &payload[usize::from(chain.len)..];
    ipv4::check_fragment(chain.fragment, transport.len(), chain.protocol)?;
    let transport = Transport::parse(chain.protocol, transport, chain.fragment)?;
    let transport_offset = NETWORK_OFFSET + IPV6_HEADER_LEN + chain.len;
    Ok(Headers {
        destination_mac: ethernet.destination,
        source_mac: ethernet.source,
        layer3: Layer3::Ipv6,
        source: IpAddr::V6(header.source),
        destination: IpAddr::V6(header.destination),
        protocol: chain.protocol,
        source_port: transport.source_port,
        destination_port: transport.destination_port,
        icmp: transport.icmp,
        tcp_flags: transport.tcp_flags,
        ttl: header.hop_limit,
        fragment: chain.fragment,
        dont_fragment: true,
        source_route: chain.source_route,
        network_offset: NETWORK_OFFSET,
        transport_offset,
        payload_offset: transport_offset + transport.header_len,
        total_len: u32::from(IPV6_HEADER_LEN) + u32::from(header.payload_len),
    })
}

// Out of line: the hot path has no ARP.
#[inline(never)]
fn parse_arp(frame: &[u8]) -> Result<Headers, Malformed> {
    let ethernet = EthernetHeader::parse(frame).ok_or(Malformed::TooShort)?;
    let packet = arp::Arp::parse(frame)?;
    Ok(Headers {
        destination_mac: ethernet.destination,
        source_mac: ethernet.source,
        layer3: Layer3::Arp,
        source: IpAddr::V4(packet.sender),
        destination: IpAddr::V4(packet.target),
        protocol: 0,
        source_port: 0,
        destination_port: 0,
        icmp: None,
        tcp_flags: TcpFlags::default(),
        ttl: 0,
        fragment: Fragment::None,
        dont_fragment: true,
        source_route: false,
        network_offset: NETWORK_OFFSET,
        transport_offset: NETWORK_OFFSET + ARP_LEN,
        payload_offset: NETWORK_OFFSET + ARP_LEN,
        total_len: u32::from(ARP_LEN),
    })
}

const NETWORK_OFFSET: u16 = field::length(HEADER_LEN);
const IPV6_HEADER_LEN: u16 = field::length(ipv6::HEADER_LEN);
const ARP_LEN: u16 = field::length(arp::LEN);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{IpPacket, TcpSegment, UdpDatagram};

    fn syn() -> Vec<u8> {
        let (source, destination) = ("10.0.1.10:40000".parse().unwrap(), "10.0.2.20:22".parse().unwrap());
        TcpSegment::new(source, destination, TcpFlags::SYN).build()
    }

    fn datagram() -> Vec<u8> {
        let (source, destination) = ("[fd00::1]:40000".parse().unwrap(), "[fd00::2]:53".parse().unwrap());
        UdpDatagram::new(source, destination, b"0123456789").build()
    }

    /// The datagram with extension headers put before its UDP header; each gets its length filled in.
    fn with_extensions(first: u8, extensions: &[u8]) -> Vec<u8> {
        let mut frame = datagram();
        frame[20] = first;
        frame.splice(54..54, extensions.iter().copied());
        let payload_len = u16::try_from(frame.len() - 54).unwrap();
        frame[18..20].copy_from_slice(&payload_len.to_be_bytes());
        frame
    }

    #[test]
    fn headers_stay_small() {
        assert!(size_of::<Headers>() <= 80, "{}", size_of::<Headers>());
    }

    #[test]
    fn a_syn_reads_as_people_write_it() {
        let headers = parse(&syn()).unwrap();
        assert_eq!(headers.to_string(), "10.0.1.10:40000 -> 10.0.2.20:22 tcp SYN");
        assert_eq!((headers.total_len, headers.ttl, headers.payload_len()), (40, 64, 0));
    }

    #[test]
    fn padding_is_not_payload() {
        let mut frame = syn();
        frame.resize(60, 0);
        assert_eq!(parse(&frame).unwrap().payload_len(), 0);
    }

    #[test]
    fn a_frame_cut_anywhere_is_refused() {
        let frame = syn();
        for len in 0..frame.len() {
            let wanted = if len < 34 { Malformed::TooShort } else { Malformed::BadTotalLength };
            assert_eq!(parse(&frame[..len]), Err(wanted), "{len}");
        }
        let frame = datagram();
        for len in 0..frame.len() {
            let wanted = if len < 54 { Malformed::TooShort } else { Malformed::BadTotalLength };
            assert_eq!(parse(&frame[..len]), Err(wanted), "{len}");
        }
    }

    #[test]
    fn each_lie_has_its_name() {
        let cases: [(usize, u8, Malformed); 10] = [
            (12, 0x81, Malformed::Vlan),
            (13, 0x01, Malformed::NotIp(0x0801)),
            (14, 0x65, Malformed::BadVersion),
            (14, 0x44, Malformed::BadHeaderLength),
            (14, 0x4f, Malformed::BadHeaderLength),
            (17, 19, Malformed::BadHeaderLength),
            (17, 41, Malformed::BadTotalLength),
            (17, 39, Malformed::TruncatedTransport),
            (46, 0x40, Malformed::BadTransportLength),
            (46, 0x60, Malformed::BadTransportLength),
        ];
        for (at, value, wanted) in cases {
            let mut frame = syn();
            frame[at] = value;
            assert_eq!(parse(&frame), Err(wanted), "byte {at} = {value:#x}");
        }
    }

    #[test]
    fn a_udp_length_must_fit_its_packet() {
        for len in [7u8, 19] {
            let mut frame = datagram();
            frame[59] = len;
            assert_eq!(parse(&frame), Err(Malformed::BadTransportLength));
        }
    }

    #[test]
    fn a_strict_source_route_is_flagged_and_a_timestamp_is_not() {
        let with_option = |option: [u8; 4]| {
            let mut frame = syn();
            frame[14] = 0x46;
            frame.splice(34..34, option);
            frame[17] = 44;
            parse(&frame)
        };
        assert!(with_option([137, 3, 4, 0]).unwrap().source_route);
        assert!(with_option([131, 3, 4, 0]).unwrap().source_route);
        assert!(!with_option([1, 1, 1, 0]).unwrap().source_route);
        assert!(!with_option([68, 4, 5, 0]).unwrap().source_route);
        assert!(!with_option([0, 137, 3, 4]).unwrap().source_route, "nothing counts after the end");
        assert_eq!(with_option([68, 5, 5, 0]), Err(Malformed::BadOptions));
        assert_eq!(with_option([68, 1, 5, 0]), Err(Malformed::BadOptions));
        assert_eq!(with_option([1, 1, 1, 68]), Err(Malformed::BadOptions));
    }

    #[test]
    fn a_first_fragment_has_ports_and_a_later_one_has_none() {
        let mut frame = datagram_v4(24);
        frame[18..22].copy_from_slice(&[0, 9, 0x20, 0]);
        let first = parse(&frame).unwrap();
        assert_eq!(first.fragment, Fragment::First { identification: 9 });
        assert_eq!(first.to_string(), "10.0.0.1:1 -> 10.0.0.2:2 udp first fragment");
        frame[20..22].copy_from_slice(&[0x20, 4]);
        let later = parse(&frame).unwrap();
        assert_eq!(later.fragment, Fragment::Later { identification: 9, offset: 32, more: true });
        assert_eq!(later.to_string(), "10.0.0.1 -> 10.0.0.2 udp fragment at 32");
        assert_eq!((later.flow().source_port, later.flow().destination_port), (0, 0));
    }

    #[test]
    fn the_ping_of_death_and_the_overlapping_header_are_refused() {
        let mut frame = datagram_v4(24);
        frame[20..22].copy_from_slice(&[0x1f, 0xff]);
        assert_eq!(parse(&frame), Err(Malformed::BadFragment), "ends past 65,535");
        let mut frame = datagram_v4(23);
        frame[20..22].copy_from_slice(&[0x20, 0]);
        assert_eq!(parse(&frame), Err(Malformed::BadFragment), "odd length though more follow");
        let mut frame = syn();
        frame[20..22].copy_from_slice(&[0, 1]);
        assert_eq!(parse(&frame), Err(Malformed::BadFragment), "overlaps the TCP flags");
    }

    fn datagram_v4(transport_len: usize) -> Vec<u8> {
        let (source, destination) = ("10.0.0.1:1".parse().unwrap(), "10.0.0.2:2".parse().unwrap());
        UdpDatagram::new(source, destination, &vec![7; transport_len - 8]).build()
    }

    #[test]
    fn extension_headers_are_walked() {
        let frame = with_extensions(0, &[60, 0, 1, 4, 0, 0, 0, 0, 17, 0, 1, 4, 0, 0, 0, 0]);
        let headers = parse(&frame).unwrap();
        assert_eq!(headers.to_string(), "[fd00::1]:40000 -> [fd00::2]:53 udp");
        assert_eq!((headers.transport_offset, headers.transport_len()), (70, 18));
    }

    #[test]
    fn a_routing_header_with_segments_left_is_flagged() {
        let routed = |left| parse(&with_extensions(43, &[17, 0, 0, left, 0, 0, 0, 0])).unwrap().source_route;
        assert!(routed(1) && !routed(0));
    }

    #[test]
    fn extension_headers_have_an_order_and_a_limit() {
        let hop_by_hop_second = [0, 0, 1, 4, 0, 0, 0, 0, 17, 0, 1, 4, 0, 0, 0, 0];
        assert_eq!(parse(&with_extensions(60, &hop_by_hop_second)), Err(Malformed::BadExtensionHeader));
        let many = [60, 0, 1, 4, 0, 0, 0, 0].repeat(ipv6::EXTENSION_HEADERS_MAX + 1);
        assert_eq!(parse(&with_extensions(60, &many)), Err(Malformed::TooManyExtensionHeaders));
        assert_eq!(
            parse(&with_extensions(60, &[17, 9, 1, 4, 0, 0, 0, 0])),
            Err(Malformed::BadExtensionHeader)
        );
    }

    #[test]
    fn ipv6_fragments_and_the_atomic_one() {
        let fragment =
            |offset_and_more: u8| parse(&with_extensions(44, &[17, 0, 0, offset_and_more, 0, 0, 0, 5]));
        assert_eq!(fragment(0).unwrap().fragment, Fragment::None, "an atomic fragment is whole (RFC 6946)");
        assert_eq!(
            fragment(8).unwrap().fragment,
            Fragment::Later { identification: 5, offset: 8, more: false }
        );
        assert_eq!(fragment(1), Err(Malformed::BadFragment), "18 bytes, and more follow");
    }

    #[test]
    fn another_protocol_has_addresses_only() {
        let (source, destination) = ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
        let frame = IpPacket { payload: &[b"x"], ..IpPacket::new(source, destination, 47) }.build();
        let headers = parse(&frame).unwrap();
        assert_eq!(headers.to_string(), "10.0.0.1 -> 10.0.0.2 protocol 47");
        assert_eq!(headers.payload(&frame), b"x");
        assert_eq!(headers.checksum_offset(), None);
    }
}
