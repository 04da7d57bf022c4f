//! UDP: building datagrams.
//!
//! Follows RFC 768. Reading is [`crate::parse`]; the payload is [`Headers::payload`](crate::Headers::payload).

use std::net::SocketAddr;

use crate::compose::IpPacket;
use crate::ethernet::Link;
use crate::protocol;

/// The length of a UDP header.
pub const HEADER_LEN: usize = 8;

/// A UDP datagram to build.
#[derive(Clone, Copy, Debug)]
pub struct UdpDatagram<'a> {
    /// The hardware addresses.
    pub link: Link,
    /// Address and port of the sender.
    pub source: SocketAddr,
    /// Address and port of the receiver.
    pub destination: SocketAddr,
    /// TTL or hop limit.
    pub ttl: u8,
    /// The bytes to carry; what does not fit an IP packet is cut off.
    pub payload: &'a [u8],
}

impl<'a> UdpDatagram<'a> {
    /// A datagram with nothing out of the ordinary.
    pub fn new(source: SocketAddr, destination: SocketAddr, payload: &'a [u8]) -> UdpDatagram<'a> {
        UdpDatagram { link: Link::default(), source, destination, ttl: 64, payload }
    }

    /// Builds the frame.
    pub fn build(&self) -> Vec<u8> {
        let mut frame = Vec::new();
        self.write(&mut frame);
        frame
    }

    /// Appends the frame.
    pub fn write(&self, frame: &mut Vec<u8>) {
        let packet = IpPacket {
            link: self.link,
            ttl: self.ttl,
            ..IpPacket::new(self.source.ip(), self.destination.ip(), protocol::UDP)
        };
        let payload = &self.payload[..self.payload.len().min(packet.payload_len_max() - HEADER_LEN)];
        let len = u16::try_from(HEADER_LEN + payload.len()).expect("cut to fit an IP packet");
        let mut header = [0; HEADER_LEN];
        header[0..2].copy_from_slice(&self.source.port().to_be_bytes());
        header[2..4].copy_from_slice(&self.destination.port().to_be_bytes());
        header[4..6].copy_from_slice(&len.to_be_bytes());
        IpPacket { payload: &[&header, payload], ..packet }.write(frame);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{checksum, parse};

    #[test]
    fn a_datagram_reads_back_in_both_families() {
        for (source, destination) in
            [("10.0.1.10:5353", "10.0.0.2:53"), ("[2001:db8::1]:5353", "[2001:db8::2]:53")]
        {
            let frame =
                UdpDatagram::new(source.parse().unwrap(), destination.parse().unwrap(), b"hello").build();
            let headers = parse(&frame).unwrap();
            assert_eq!(headers.to_string(), format!("{source} -> {destination} udp"));
            assert_eq!(headers.payload(&frame), b"hello");
            assert!(checksum::network_is_valid(&frame, &headers));
            assert!(checksum::transport_is_valid(&frame, &headers));
        }
    }

    #[test]
    fn more_than_an_ip_packet_holds_is_cut_off() {
        let (a, b) = ("10.0.0.1:1".parse().unwrap(), "10.0.0.2:2".parse().unwrap());
        let frame = UdpDatagram::new(a, b, &[7; 70_000]).build();
        assert_eq!(parse(&frame).unwrap().payload_len(), 65_507);
    }
}
