//! TCP: flags, the fields an answer needs, building segments, and the reset.
//!
//! Follows RFC 9293. Options are carried, only the maximum segment size is written.

use std::net::SocketAddr;

use crate::compose::IpPacket;
use crate::ethernet::Link;
use crate::headers::Headers;
use crate::protocol;
use crate::tcp_flags::TcpFlags;

/// The length of a TCP header without options.
pub const HEADER_LEN: usize = 20;

/// The fields of a TCP header that [`Headers`] leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TcpNumbers {
    /// The sequence number of the first byte.
    pub sequence: u32,
    /// The next byte the sender expects.
    pub acknowledgement: u32,
    /// The receive window, unscaled.
    pub window: u16,
    /// How many payload bytes the segment carries.
    pub payload_len: u32,
}

/// Reads the numbers of a TCP segment, or nothing if the packet has no TCP header.
pub fn numbers(frame: &[u8], headers: &Headers) -> Option<TcpNumbers> {
    if headers.protocol != protocol::TCP || !headers.has_transport() {
        return None;
    }
    let &[_, _, _, _, s0, s1, s2, s3, a0, a1, a2, a3, _, _, w0, w1, ..] =
        frame.get(usize::from(headers.transport_offset)..)?.first_chunk::<HEADER_LEN>()?;
    Some(TcpNumbers {
        sequence: u32::from_be_bytes([s0, s1, s2, s3]),
        acknowledgement: u32::from_be_bytes([a0, a1, a2, a3]),
        window: u16::from_be_bytes([w0, w1]),
        payload_len: headers.payload_len(),
    })
}

/// A TCP segment to build.
#[derive(Clone, Copy, Debug)]
pub struct TcpSegment<'a> {
    /// The hardware addresses.
    pub link: Link,
    /// Address and port of the sender.
    pub source: SocketAddr,
    /// Address and port of the receiver.
    pub destination: SocketAddr,
    /// The sequence number.
    pub sequence: u32,
    /// The acknowledgement number.
    pub acknowledgement: u32,
    /// The flags.
    pub flags: TcpFlags,
    /// The receive window.
    pub window: u16,
    /// The maximum segment size to announce; only a SYN should.
    pub maximum_segment_size: Option<u16>,
    /// TTL or hop limit.
    pub ttl: u8,
    /// The bytes to carry.
    pub payload: &'a [u8],
}

impl<'a> TcpSegment<'a> {
    /// A segment with these flags and nothing else out of the ordinary.
    pub fn new(source: SocketAddr, destination: SocketAddr, flags: TcpFlags) -> TcpSegment<'a> {
        TcpSegment {
            link: Link::default(),
            source,
            destination,
            sequence: 0,
            acknowledgement: 0,
            flags,
            window: 0xffff,
            maximum_segment_size: None,
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
        let (options, options_len) = self.options();
        let options = &options[..options_len];
        IpPacket {
            link: self.link,
            ttl: self.ttl,
            payload: &[&self.header(options.len()), options, self.payload],
            ..IpPacket::new(self.source.ip(), self.destination.ip(), protocol::TCP)
        }
        .write(frame);
    }

    fn options(&self) -> ([u8; 4], usize) {
        match self.maximum_segment_size {
            Some(size) => {
                let [high, low] = size.to_be_bytes();
                ([2, 4, high, low], 4)
            }
            None => ([0; 4], 0),
        }
    }

    fn header(&self, options_len: usize) -> [u8; HEADER_LEN] {
        let mut header = [0; HEADER_LEN];
        header[0..2].copy_from_slice(&self.source.port().to_be_bytes());
        header[2..4].copy_from_slice(&self.destination.port().to_be_bytes());
        header[4..8].copy_from_slice(&self.sequence.to_be_bytes());
        header[8..12].copy_from_slice(&self.acknowledgement.to_be_bytes());
        header[12] = if options_len == 0 { 0x50 } else { 0x60 };
        header[13] = self.flags.0;
        header[14..16].copy_from_slice(&self.window.to_be_bytes());
        header
    }
}

/// The reset that answers a segment for a connection nobody knows: RFC 9293, section 3.10.7.1.
///
/// "If the incoming segment has an ACK field, the reset takes its sequence number from the ACK
/// field of the segment; otherwise, the reset has sequence number zero and the ACK field is set to
/// the sum of the sequence number and segment length." A reset is never answered with a reset.
pub fn reset(frame: &[u8], headers: &Headers) -> Option<Vec<u8>> {
    let numbers = numbers(frame, headers)?;
    if headers.tcp_flags.contains(TcpFlags::RST) {
        return None;
    }
    let (sequence, acknowledgement, flags) = if headers.tcp_flags.contains(TcpFlags::ACK) {
        (numbers.acknowledgement, 0, TcpFlags::RST)
    } else {
        let next = numbers.sequence.wrapping_add(segment_len(&numbers, headers.tcp_flags));
        (0, next, TcpFlags::RST | TcpFlags::ACK)
    };
    let source = SocketAddr::new(headers.destination, headers.destination_port);
    let destination = SocketAddr::new(headers.source, headers.source_port);
    let answer = TcpSegment {
        link: headers.link().reversed(),
        sequence,
        acknowledgement,
        window: 0,
        ..TcpSegment::new(source, destination, flags)
    };
    Some(answer.build())
}

// SYN and FIN occupy a sequence number each.
fn segment_len(numbers: &TcpNumbers, flags: TcpFlags) -> u32 {
    numbers.payload_len + u32::from(flags.contains(TcpFlags::SYN)) + u32::from(flags.contains(TcpFlags::FIN))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::parse;

    fn segment(flags: TcpFlags) -> TcpSegment<'static> {
        let source = "10.0.1.10:40000".parse().unwrap();
        let destination = "10.0.2.20:22".parse().unwrap();
        TcpSegment { sequence: 1000, acknowledgement: 77, ..TcpSegment::new(source, destination, flags) }
    }

    fn answer(segment: &TcpSegment<'_>) -> Option<(Headers, TcpNumbers)> {
        let frame = segment.build();
        let reset = reset(&frame, &parse(&frame).unwrap())?;
        let headers = parse(&reset).unwrap();
        Some((headers, numbers(&reset, &headers).unwrap()))
    }

    #[test]
    fn a_reset_to_a_syn_acknowledges_it() {
        let (headers, numbers) = answer(&segment(TcpFlags::SYN)).unwrap();
        assert_eq!(headers.to_string(), "10.0.2.20:22 -> 10.0.1.10:40000 tcp RST,ACK");
        assert_eq!((numbers.sequence, numbers.acknowledgement), (0, 1001));
    }

    #[test]
    fn a_reset_to_an_acknowledgement_takes_its_number() {
        let data = TcpSegment { payload: b"hello", ..segment(TcpFlags::ACK | TcpFlags::PSH) };
        let (headers, numbers) = answer(&data).unwrap();
        assert_eq!(headers.to_string(), "10.0.2.20:22 -> 10.0.1.10:40000 tcp RST");
        assert_eq!((numbers.sequence, numbers.acknowledgement), (77, 0));
    }

    #[test]
    fn a_reset_is_not_answered() {
        assert_eq!(answer(&segment(TcpFlags::RST)), None);
    }

    #[test]
    fn only_a_lone_syn_opens() {
        assert!(TcpFlags::SYN.opens());
        assert!((TcpFlags::SYN | TcpFlags::ECE | TcpFlags::CWR).opens());
        assert!(!(TcpFlags::SYN | TcpFlags::ACK).opens());
        assert!(!(TcpFlags::SYN | TcpFlags::FIN).opens());
        assert!(!TcpFlags::ACK.opens());
    }
}
