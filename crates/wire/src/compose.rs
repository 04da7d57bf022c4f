//! Composing IP packets: the Ethernet and IP headers around a payload, lengths and checksums filled in.
//!
//! TCP, UDP and ICMP build on this; it also composes any other protocol as it is. Left out: IPv4
//! options and IPv6 extension headers, which nothing here needs to send.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::checksum::{self, Sum};
use crate::ethernet::{EtherType, EthernetHeader, Link};
use crate::{ipv4, protocol};

/// An IP packet to build.
///
/// Should one address be IPv4 and the other IPv6, the IPv4 one is written as an IPv4-mapped IPv6 address.
#[derive(Clone, Copy, Debug)]
pub struct IpPacket<'a> {
    /// The hardware addresses.
    pub link: Link,
    /// The sender.
    pub source: IpAddr,
    /// The receiver.
    pub destination: IpAddr,
    /// The transport protocol. TCP, UDP, ICMP and ICMPv6 get their checksum filled in.
    pub protocol: u8,
    /// TTL or hop limit.
    pub ttl: u8,
    /// The identification, for IPv4.
    pub identification: u16,
    /// May nobody fragment it, for IPv4?
    pub dont_fragment: bool,
    /// The transport header and its payload, in pieces; what does not fit an IP packet is cut off.
    pub payload: &'a [&'a [u8]],
}

impl<'a> IpPacket<'a> {
    /// An empty packet with nothing out of the ordinary.
    pub fn new(source: IpAddr, destination: IpAddr, protocol: u8) -> IpPacket<'a> {
        IpPacket {
            link: Link::default(),
            source,
            destination,
            protocol,
            ttl: 64,
            identification: 0,
            dont_fragment: true,
            payload: &[],
        }
    }

    /// The most that fits in a packet between these addresses.
    pub fn payload_len_max(&self) -> usize {
        match (self.source, self.destination) {
            (IpAddr::V4(_), IpAddr::V4(_)) => usize::from(u16::MAX) - ipv4::HEADER_LEN,
            (IpAddr::V6(_), _) | (_, IpAddr::V6(_)) => usize::from(u16::MAX),
        }
    }

    /// Builds the frame.
    pub fn build(&self) -> Vec<u8> {
        let mut frame = Vec::new();
        self.write(&mut frame);
        frame
    }

    /// Builds the frame around a transport whose checksum is as it should be, or that is only a part of one.
    pub(crate) fn build_around(&self) -> Vec<u8> {
        let mut frame = Vec::new();
        self.write_unfinished(&mut frame);
        frame
    }

    /// Appends the frame.
    pub fn write(&self, frame: &mut Vec<u8>) {
        let (start, source, destination) = self.write_unfinished(frame);
        fill_checksum(&mut frame[start..], source, destination, self.protocol);
    }

    /// Appends the frame but for the transport's checksum. Returns where the transport begins, and the addresses.
    fn write_unfinished(&self, frame: &mut Vec<u8>) -> (usize, IpAddr, IpAddr) {
        let whole: usize = self.payload.iter().map(|piece| piece.len()).sum();
        let len = whole.min(self.payload_len_max());
        let (source, destination) = match (self.source, self.destination) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => {
                self.write_ipv4(source, destination, len, frame);
                (self.source, self.destination)
            }
            (source, destination) => {
                let (source, destination) = (to_ipv6(source), to_ipv6(destination));
                self.write_ipv6(source, destination, len, frame);
                (source.into(), destination.into())
            }
        };
        let start = frame.len();
        for piece in self.payload {
            frame.extend_from_slice(piece);
        }
        frame.truncate(start + len);
        (start, source, destination)
    }

    fn write_ipv4(&self, source: Ipv4Addr, destination: Ipv4Addr, len: usize, frame: &mut Vec<u8>) {
        self.write_ethernet(EtherType::Ipv4, frame);
        let total_len = u16::try_from(ipv4::HEADER_LEN + len).expect("cut to fit an IPv4 packet");
        let flags = if self.dont_fragment { ipv4::DONT_FRAGMENT } else { 0 };
        let mut header = [0; ipv4::HEADER_LEN];
        header[0] = 0x45;
        header[2..4].copy_from_slice(&total_len.to_be_bytes());
        header[4..6].copy_from_slice(&self.identification.to_be_bytes());
        header[6..8].copy_from_slice(&flags.to_be_bytes());
        header[8] = self.ttl;
        header[9] = self.protocol;
        header[12..16].copy_from_slice(&source.octets());
        header[16..20].copy_from_slice(&destination.octets());
        let sum = checksum::checksum(&header);
        header[10..12].copy_from_slice(&sum.to_be_bytes());
        frame.extend_from_slice(&header);
    }

    fn write_ipv6(&self, source: Ipv6Addr, destination: Ipv6Addr, len: usize, frame: &mut Vec<u8>) {
        self.write_ethernet(EtherType::Ipv6, frame);
        let payload_len = u16::try_from(len).expect("cut to fit an IPv6 packet");
        frame.extend_from_slice(&[0x60, 0, 0, 0]);
        frame.extend_from_slice(&payload_len.to_be_bytes());
        frame.extend_from_slice(&[self.protocol, self.ttl]);
        frame.extend_from_slice(&source.octets());
        frame.extend_from_slice(&destination.octets());
    }

    fn write_ethernet(&self, ethertype: EtherType, frame: &mut Vec<u8>) {
        EthernetHeader { destination: self.link.destination, source: self.link.source, ethertype }
            .write(frame);
    }
}

fn to_ipv6(address: IpAddr) -> Ipv6Addr {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    }
}

/// Fills in the checksum of a transport whose checksum field is zero.
pub(crate) fn fill_checksum(transport: &mut [u8], source: IpAddr, destination: IpAddr, protocol: u8) {
    let Some(at) = protocol::checksum_offset(protocol).map(usize::from) else {
        return;
    };
    if transport.len() < at + 2 {
        return;
    }
    let start = if protocol::has_pseudo_header(protocol) {
        let len = u32::try_from(transport.len()).expect("cut to fit an IP packet");
        checksum::pseudo_header(source, destination, protocol, len)
    } else {
        Sum::default()
    };
    let sum = checksum::nonzero_for_udp(protocol, start.plus(transport).checksum());
    transport[at..at + 2].copy_from_slice(&sum.to_be_bytes());
}
