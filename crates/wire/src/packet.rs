//! A frame read once: [`parse`] gives [`Headers`], all that a decision about a packet needs.
//!
//! ```text
//!  frame  | Ethernet | IP header, options or extension headers | TCP/UDP/ICMP | payload | padding |
//!         0          network_offset                            transport_offset         end()
//!                                                                             payload_offset
//! ```
//!
//! Strict: what a careful receiver would not accept is [`Malformed`]. Checksums are not looked at
//! (they may be half-computed, see [`crate::offload`]); [`crate::checksum`] checks them on request.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::arp;
use crate::compose::Link;
use crate::ethernet::{EtherType, EthernetHeader, HEADER_LEN, Mac};
use crate::field;
use crate::flow::Flow;
use crate::malformed::Malformed;
use crate::tcp::TcpFlags;
use crate::{icmp, icmpv6, ipv4, ipv6, protocol, tcp, udp};

/// What the Ethernet frame carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer3 {
    /// Address resolution for IPv4.
    Arp,
    /// IPv4.
    Ipv4,
    /// IPv6.
    Ipv6,
}

/// Whether the packet is a part of a larger one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fragment {
    /// The packet is whole.
    None,
    /// The first part, which has the transport header.
    First {
        /// What all parts of a packet share.
        identification: u32,
    },
    /// A later part: no transport header, so no ports.
    Later {
        /// What all parts of a packet share.
        identification: u32,
        /// Where its bytes belong in the whole packet's payload.
        offset: u16,
        /// Do more parts follow this one?
        more: bool,
    },
}

/// Type and code of an ICMP or ICMPv6 message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IcmpKind {
    /// The message type.
    pub icmp_type: u8,
    /// The code within the type.
    pub code: u8,
}

/// Everything a decision needs to know about a packet. For ARP, the protocol addresses and nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Headers {
    /// Who should take the frame.
    pub destination_mac: Mac,
    /// Who says it sent the frame.
    pub source_mac: Mac,
    /// What the frame carries.
    pub layer3: Layer3,
    /// The sender's address (ARP: the sender's protocol address).
    pub source: IpAddr,
    /// The receiver's address (ARP: the target's protocol address).
    pub destination: IpAddr,
    /// The transport protocol, after any IPv6 extension headers.
    pub protocol: u8,
    /// The sender's port; for an ICMP echo its identifier; otherwise zero.
    pub source_port: u16,
    /// The receiver's port; for an ICMP echo its identifier; otherwise zero.
    pub destination_port: u16,
    /// Type and code, if this is ICMP or ICMPv6 and not a later fragment.
    pub icmp: Option<IcmpKind>,
    /// The flags, if this is TCP.
    pub tcp_flags: TcpFlags,
    /// TTL or hop limit.
    pub ttl: u8,
    /// Whether this is a part of a packet.
    pub fragment: Fragment,
    /// May nobody on the way fragment it? Always so for IPv6.
    pub dont_fragment: bool,
    /// Does it ask to be routed by way of other addresses (IPv4 options, IPv6 routing header)?
    pub source_route: bool,
    /// Where the IP header begins in the frame.
    pub network_offset: u16,
    /// Where the transport header begins (for a later fragment, its bytes).
    pub transport_offset: u16,
    /// Where the payload of TCP, UDP or ICMP begins; without such a header, where the transport begins.
    pub payload_offset: u16,
    /// The length of the IP packet, header included; without Ethernet header and padding.
    pub total_len: u32,
}

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

const NETWORK_OFFSET: u16 = HEADER_LEN as u16;
const IPV6_HEADER_LEN: u16 = ipv6::HEADER_LEN as u16;
const ARP_LEN: u16 = arp::LEN as u16;

/// What the transport header adds; also read from the packets that ICMP errors quote.
#[derive(Clone, Copy, Default)]
pub(crate) struct Transport {
    pub(crate) source_port: u16,
    pub(crate) destination_port: u16,
    pub(crate) icmp: Option<IcmpKind>,
    pub(crate) tcp_flags: TcpFlags,
    pub(crate) header_len: u16,
}

impl Transport {
    #[inline(always)]
    fn parse(protocol: u8, bytes: &[u8], fragment: Fragment) -> Result<Transport, Malformed> {
        match (fragment, protocol) {
            (Fragment::Later { .. }, _) => Ok(Transport::default()),
            (_, protocol::TCP) => Transport::parse_tcp(bytes),
            (_, protocol::UDP) => Transport::parse_udp(bytes, fragment),
            (_, protocol::ICMP | protocol::ICMPV6) => Transport::parse_icmp(protocol, bytes),
            (Fragment::None | Fragment::First { .. }, _) => Ok(Transport::default()),
        }
    }

    #[inline(always)]
    fn parse_tcp(bytes: &[u8]) -> Result<Transport, Malformed> {
        let Some(header) = bytes.first_chunk::<{ tcp::HEADER_LEN }>() else {
            return Err(Malformed::TruncatedTransport);
        };
        let header_len = u16::from(header[12] >> 4) * 4;
        if usize::from(header_len) < tcp::HEADER_LEN || usize::from(header_len) > bytes.len() {
            return Err(Malformed::BadTransportLength);
        }
        Ok(Transport {
            source_port: field::word::<0, _>(header),
            destination_port: field::word::<2, _>(header),
            icmp: None,
            tcp_flags: TcpFlags(header[13]),
            header_len,
        })
    }

    #[inline(always)]
    fn parse_udp(bytes: &[u8], fragment: Fragment) -> Result<Transport, Malformed> {
        let Some(header) = bytes.first_chunk::<{ udp::HEADER_LEN }>() else {
            return Err(Malformed::TruncatedTransport);
        };
        let len = usize::from(field::word::<4, _>(header));
        let fits = len <= bytes.len() || fragment != Fragment::None;
        if len < udp::HEADER_LEN || !fits {
            return Err(Malformed::BadTransportLength);
        }
        Ok(Transport {
            source_port: field::word::<0, _>(header),
            destination_port: field::word::<2, _>(header),
            icmp: None,
            tcp_flags: TcpFlags::default(),
            header_len: udp::HEADER_LEN as u16,
        })
    }

    #[inline(always)]
    pub(crate) fn parse_icmp(protocol: u8, bytes: &[u8]) -> Result<Transport, Malformed> {
        let Some(&[icmp_type, code, _, _, i0, i1, _, _]) = bytes.first_chunk::<{ icmp::HEADER_LEN }>() else {
            return Err(Malformed::TruncatedTransport);
        };
        let identifier = if is_echo(protocol, icmp_type) { u16::from_be_bytes([i0, i1]) } else { 0 };
        Ok(Transport {
            source_port: identifier,
            destination_port: identifier,
            icmp: Some(IcmpKind { icmp_type, code }),
            tcp_flags: TcpFlags::default(),
            header_len: icmp::HEADER_LEN as u16,
        })
    }
}

#[inline]
pub(crate) fn is_echo(protocol: u8, icmp_type: u8) -> bool {
    match protocol {
        protocol::ICMP => icmp_type == icmp::ECHO_REQUEST || icmp_type == icmp::ECHO_REPLY,
        protocol::ICMPV6 => icmp_type == icmpv6::ECHO_REQUEST || icmp_type == icmpv6::ECHO_REPLY,
        _ => false,
    }
}

impl Headers {
    /// What identifies the conversation this packet belongs to.
    #[inline]
    pub fn flow(&self) -> Flow {
        Flow {
            source: self.source,
            destination: self.destination,
            protocol: self.protocol,
            source_port: self.source_port,
            destination_port: self.destination_port,
        }
    }

    /// The hardware addresses.
    #[inline]
    pub fn link(&self) -> Link {
        Link { source: self.source_mac, destination: self.destination_mac }
    }

    /// Where the IP packet ends in the frame; what follows is padding.
    #[inline]
    pub fn end(&self) -> usize {
        usize::from(self.network_offset) + self.total_len as usize
    }

    /// Does the packet have its transport header, that is, is it not a later fragment (or ARP)?
    #[inline]
    pub fn has_transport(&self) -> bool {
        self.layer3 != Layer3::Arp && !matches!(self.fragment, Fragment::Later { .. })
    }

    /// Does the packet have ports?
    #[inline]
    pub fn has_ports(&self) -> bool {
        self.has_transport() && (self.protocol == protocol::TCP || self.protocol == protocol::UDP)
    }

    /// The length of the transport header and its payload.
    #[inline]
    pub fn transport_len(&self) -> u32 {
        self.total_len - u32::from(self.transport_offset - self.network_offset)
    }

    /// The length of the payload.
    #[inline]
    pub fn payload_len(&self) -> u32 {
        self.total_len - u32::from(self.payload_offset - self.network_offset)
    }

    /// The payload of the frame these headers were read from; nothing of any shorter frame.
    #[inline]
    pub fn payload<'a>(&self, frame: &'a [u8]) -> &'a [u8] {
        frame.get(usize::from(self.payload_offset)..self.end()).unwrap_or_default()
    }

    /// The identifier of an ICMP or ICMPv6 echo request or reply.
    #[inline]
    pub fn echo_identifier(&self) -> Option<u16> {
        let kind = self.icmp?;
        is_echo(self.protocol, kind.icmp_type).then_some(self.source_port)
    }

    /// Where the transport checksum lies in the frame, if the packet has one that we keep right.
    #[inline]
    pub fn checksum_offset(&self) -> Option<usize> {
        if !self.has_transport() {
            return None;
        }
        protocol::checksum_offset(self.protocol).map(|at| usize::from(self.transport_offset + at))
    }

    /// Is this an ICMP or ICMPv6 error, which quotes the packet it is about?
    #[inline]
    pub fn is_icmp_error(&self) -> bool {
        let Some(kind) = self.icmp else { return false };
        match self.layer3 {
            Layer3::Ipv4 => self.protocol == protocol::ICMP && icmp::is_error(kind.icmp_type),
            Layer3::Ipv6 => self.protocol == protocol::ICMPV6 && icmpv6::is_error(kind.icmp_type),
            Layer3::Arp => false,
        }
    }

    pub(crate) fn network_len(&self) -> usize {
        usize::from(self.transport_offset - self.network_offset)
    }

    pub(crate) fn ipv4_ends(&self) -> Option<(Ipv4Addr, Ipv4Addr)> {
        match (self.layer3, self.source, self.destination) {
            (Layer3::Ipv4, IpAddr::V4(source), IpAddr::V4(destination)) => Some((source, destination)),
            (Layer3::Arp | Layer3::Ipv4 | Layer3::Ipv6, _, _) => None,
        }
    }
}

/// One line for people: `10.0.1.10:40000 -> 10.0.2.20:22 tcp SYN`.
impl fmt::Display for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.layer3 == Layer3::Arp {
            return write!(f, "{} -> {} arp", self.source, self.destination);
        }
        self.write_ends(f)?;
        write!(f, " {}", protocol::Name(self.protocol))?;
        if self.protocol == protocol::TCP && self.has_transport() {
            write!(f, " {}", self.tcp_flags)?;
        }
        if let Some(kind) = self.icmp {
            self.write_icmp(f, kind)?;
        }
        match self.fragment {
            Fragment::None => Ok(()),
            Fragment::First { .. } => f.write_str(" first fragment"),
            Fragment::Later { offset, .. } => write!(f, " fragment at {offset}"),
        }
    }
}

impl Headers {
    fn write_ends(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.has_ports() {
            return write!(f, "{} -> {}", self.source, self.destination);
        }
        let source = SocketAddr::new(self.source, self.source_port);
        write!(f, "{source} -> {}", SocketAddr::new(self.destination, self.destination_port))
    }

    fn write_icmp(&self, f: &mut fmt::Formatter<'_>, kind: IcmpKind) -> fmt::Result {
        let name = match self.protocol {
            protocol::ICMPV6 => icmpv6::name(kind),
            _ => icmp::name(kind),
        };
        match name {
            Some(name) => write!(f, " {name}")?,
            None => write!(f, " type {} code {}", kind.icmp_type, kind.code)?,
        }
        match self.echo_identifier() {
            Some(identifier) => write!(f, " id {identifier}"),
            None => Ok(()),
        }
    }
}

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
