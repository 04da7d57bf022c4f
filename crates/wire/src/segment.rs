//! Cutting a super-frame into the packets it stands for, in software.
//!
//! What the receiving card or the kernel would do (TSO, USO), for those who need real packets:
//! captures, and paths whose other end takes no super-frames. RFC 9293 decides what each segment
//! repeats; the IPv4 identification counts up as Linux's does.

use crate::checksum;
use crate::compose::fill_checksum;
use crate::headers::{Headers, Layer3};
use crate::offload::{BadOffload, Gso, VnetHeader, finish_checksum};
use crate::protocol;
use crate::tcp_flags::TcpFlags;

/// Cuts a frame into packets, each with its checksums finished.
///
/// A frame that is one packet is returned as that one. So is one large UDP datagram to be sent in
/// fragments ([`Gso::Udp`]): [`crate::fragment()`] cuts it.
pub fn segment(frame: &[u8], headers: &Headers, vnet: &VnetHeader) -> Result<Vec<Vec<u8>>, BadOffload> {
    match vnet.gso {
        Gso::None | Gso::Udp => Ok(vec![finished(frame, vnet)?]),
        Gso::TcpV4 | Gso::TcpV6 | Gso::UdpL4 => {
            vnet.validate(frame, headers)?;
            Ok(cut(frame, headers, usize::from(vnet.gso_size)))
        }
    }
}

fn finished(frame: &[u8], vnet: &VnetHeader) -> Result<Vec<u8>, BadOffload> {
    let (mut frame, mut vnet) = (frame.to_vec(), *vnet);
    finish_checksum(&mut frame, &mut vnet)?;
    Ok(frame)
}

fn cut(frame: &[u8], headers: &Headers, size: usize) -> Vec<Vec<u8>> {
    let payload = headers.payload(frame);
    // A frame without payload is one packet all the same.
    let count = payload.len().div_ceil(size).max(1);
    (0..count)
        .map(|index| {
            let from = index * size;
            let piece = &payload[from..payload.len().min(from + size)];
            compose(frame, headers, piece, Place { index, from, last: index + 1 == count })
        })
        .collect()
}

/// Which of the segments one is.
struct Place {
    index: usize,
    from: usize,
    last: bool,
}

fn compose(frame: &[u8], headers: &Headers, payload: &[u8], place: Place) -> Vec<u8> {
    let mut segment = frame[..usize::from(headers.payload_offset)].to_vec();
    segment.extend_from_slice(payload);
    fix_network(&mut segment, headers, place.index);
    let transport = &mut segment[usize::from(headers.transport_offset)..];
    match headers.protocol {
        protocol::TCP => fix_tcp(transport, headers.tcp_flags, &place),
        _ => fix_udp(transport),
    }
    fill_checksum(transport, headers.source, headers.destination, headers.protocol);
    segment
}

fn fix_network(segment: &mut [u8], headers: &Headers, index: usize) {
    let network = usize::from(headers.network_offset);
    let len = word(segment.len() - network);
    let header = &mut segment[network..usize::from(headers.transport_offset)];
    match headers.layer3 {
        Layer3::Ipv4 => {
            let identification = u16::from_be_bytes([header[4], header[5]]).wrapping_add(word(index));
            header[2..4].copy_from_slice(&len.to_be_bytes());
            header[4..6].copy_from_slice(&identification.to_be_bytes());
            header[10..12].fill(0);
            let sum = checksum::checksum(header);
            header[10..12].copy_from_slice(&sum.to_be_bytes());
        }
        Layer3::Ipv6 => header[4..6].copy_from_slice(&(len - 40).to_be_bytes()),
        Layer3::Arp => {}
    }
}

// FIN and PSH speak of the last byte, CWR of the first (RFC 3168, section 6.1.2).
fn fix_tcp(transport: &mut [u8], flags: TcpFlags, place: &Place) {
    let [s0, s1, s2, s3] = [transport[4], transport[5], transport[6], transport[7]];
    let from = u32::try_from(place.from).expect("within one super-frame");
    let sequence = u32::from_be_bytes([s0, s1, s2, s3]).wrapping_add(from);
    let not_last = if place.last { TcpFlags::default() } else { TcpFlags::FIN | TcpFlags::PSH };
    let not_first = if place.index == 0 { TcpFlags::default() } else { TcpFlags::CWR };
    transport[4..8].copy_from_slice(&sequence.to_be_bytes());
    transport[13] = flags.0 & !(not_last | not_first).0;
    transport[16..18].fill(0);
}

fn fix_udp(transport: &mut [u8]) {
    let len = word(transport.len());
    transport[4..6].copy_from_slice(&len.to_be_bytes());
    transport[6..8].fill(0);
}

fn word(len: usize) -> u16 {
    u16::try_from(len).expect("a segment is no longer than the super-frame it is cut from")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{TcpSegment, UdpDatagram, parse, tcp};

    fn check(frame: &[u8], gso: Gso, gso_size: u16) -> Vec<Vec<u8>> {
        let headers = parse(frame).unwrap();
        let vnet = VnetHeader { gso, gso_size, ..VnetHeader::partial(&headers).unwrap() };
        let segments = segment(frame, &headers, &vnet).unwrap();
        assert_eq!(segments.len(), vnet.packets(&headers) as usize);
        assert_eq!(segments.iter().map(|it| it.len() as u64 - 14).sum::<u64>(), vnet.bytes_on_wire(&headers));
        let mut whole = Vec::new();
        for segment in &segments {
            let piece = parse(segment).unwrap();
            assert_eq!(piece.flow(), headers.flow());
            assert!(piece.total_len <= vnet.largest_packet(&headers));
            assert!(checksum::network_is_valid(segment, &piece));
            assert!(checksum::transport_is_valid(segment, &piece));
            whole.extend_from_slice(piece.payload(segment));
        }
        assert_eq!(whole, headers.payload(frame));
        segments
    }

    #[test]
    fn tcp_segments_count_on_and_only_the_last_ends() {
        for (a, b, gso) in
            [("10.0.0.1:1", "10.0.0.2:2", Gso::TcpV4), ("[fd00::1]:1", "[fd00::2]:2", Gso::TcpV6)]
        {
            let (a, b) = (a.parse().unwrap(), b.parse().unwrap());
            let flags = TcpFlags::ACK | TcpFlags::PSH | TcpFlags::FIN | TcpFlags::CWR;
            let frame =
                TcpSegment { sequence: u32::MAX - 10, payload: &[7; 2500], ..TcpSegment::new(a, b, flags) }
                    .build();
            let segments = check(&frame, gso, 1000);
            let read = |segment: &Vec<u8>| {
                let headers = parse(segment).unwrap();
                (tcp::numbers(segment, &headers).unwrap().sequence, headers.tcp_flags.to_string())
            };
            let read: Vec<_> = segments.iter().map(read).collect();
            let wanted = [(u32::MAX - 10, "ACK,CWR"), (989, "ACK"), (1989, "FIN,PSH,ACK")];
            assert_eq!(read, wanted.map(|(sequence, flags)| (sequence, flags.to_string())));
        }
    }

    #[test]
    fn udp_is_cut_into_datagrams() {
        let (a, b) = ("10.0.0.1:1".parse().unwrap(), "10.0.0.2:2".parse().unwrap());
        check(&UdpDatagram::new(a, b, &[7; 2500]).build(), Gso::UdpL4, 1200);
        check(&UdpDatagram::new(a, b, &[]).build(), Gso::UdpL4, 1200);
    }
}
