//! The same as [`mod@crate::plain`] for IPv6: whole packets without extension headers, TCP or UDP.
//!
//! There is less to change: IPv6 addresses are not translated, except into IPv4 ones, which is not plain; and its header has no
//! checksum.

use crate::ethernet::Link;
use crate::ethernet::Mac;
use crate::field;
use crate::flow::Flow;
use crate::offload::{Gso, VnetHeader};
use crate::tcp_flags::TcpFlags;
use crate::{ipv6, protocol, tcp, udp};
use std::net::{IpAddr, Ipv6Addr};

const TRANSPORT: usize = 14 + ipv6::HEADER_LEN;
/// Ethernet, IPv6 and the first eight bytes of the transport.
const HEAD: usize = TRANSPORT + udp::HEADER_LEN;
const TCP_END: usize = TRANSPORT + tcp::HEADER_LEN;

/// A plain packet's headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlainIpv6Packet {
    /// Who says it sent the frame.
    pub source_mac: Mac,
    /// For whom the frame is, as [`Mac::number`] has it.
    pub destination_mac: u64,
    /// Addresses, protocol and ports.
    pub flow: Flow,
    /// The flags, if this is TCP.
    pub tcp_flags: TcpFlags,
    /// The hop limit.
    pub hop_limit: u8,
    /// The length of the IP packet, header included.
    pub total_len: u32,
}

impl PlainIpv6Packet {
    /// Reads a frame, if it is a plain packet.
    #[inline(always)]
    pub fn read(frame: &[u8]) -> Option<PlainIpv6Packet> {
        let head = frame.first_chunk::<HEAD>()?;
        if field::word::<12, _>(head) != 0x86dd || head[14] >> 4 != 6 {
            return None;
        }
        let payload_field = field::word::<18, _>(head);
        let payload_len = usize::from(payload_field);
        if TRANSPORT + payload_len > frame.len() {
            return None;
        }
        let protocol = head[20];
        let tcp_flags = match protocol {
            protocol::UDP => {
                let len = usize::from(field::word::<58, _>(head));
                (udp::HEADER_LEN..=payload_len).contains(&len).then_some(TcpFlags::default())?
            }
            protocol::TCP => {
                let head = frame.first_chunk::<TCP_END>()?;
                let len = usize::from(head[66] >> 4) * 4;
                (tcp::HEADER_LEN..=payload_len).contains(&len).then_some(TcpFlags(head[67]))?
            }
            _ => return None,
        };
        let flow = Flow {
            source: IpAddr::V6(Ipv6Addr::from(field::at::<22, 16, _>(head))),
            destination: IpAddr::V6(Ipv6Addr::from(field::at::<38, 16, _>(head))),
            protocol,
            source_port: field::word::<54, _>(head),
            destination_port: field::word::<56, _>(head),
        };
        Some(PlainIpv6Packet {
            source_mac: Mac(field::at::<6, 6, _>(head)),
            destination_mac: u64::from_be_bytes(field::at::<0, 8, _>(head)) >> 16,
            flow,
            tcp_flags,
            hop_limit: head[21],
            total_len: u32::from(field::length(ipv6::HEADER_LEN)) + u32::from(payload_field),
        })
    }

    /// Whether what is around the frame says nothing more than that its own checksum is complete, or is to be completed.
    #[inline(always)]
    pub fn is_one_packet(&self, frame: &[u8], vnet: &VnetHeader) -> bool {
        let checksum_offset = if self.flow.protocol == protocol::TCP { 16 } else { 6 };
        let is_transports = usize::from(vnet.checksum_start) == TRANSPORT
            && usize::from(vnet.checksum_offset) == checksum_offset;
        vnet.gso == Gso::None
            && usize::from(vnet.header_len) <= frame.len()
            && (!vnet.needs_checksum || is_transports)
    }

    /// Changes the frame that this was read from.
    #[inline(always)]
    pub fn rewrite(frame: &mut [u8], link: Link, hop_limit: u8) {
        let Some(head) = frame.first_chunk_mut::<HEAD>() else { return };
        head[0..6].copy_from_slice(&link.destination.0);
        head[6..12].copy_from_slice(&link.source.0);
        head[21] = hop_limit;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ChecksumState, Fragment, IcmpEcho, Rewrite, TcpSegment, UdpDatagram, parse};
    use std::net::SocketAddr;

    fn frames() -> [Vec<u8>; 2] {
        let (a, b): (SocketAddr, SocketAddr) =
            ("[fd00:0:0:1::10]:40000".parse().unwrap(), "[2001:db8::7]:80".parse().unwrap());
        [
            TcpSegment::new(a, b, TcpFlags::SYN | TcpFlags::ACK).build(),
            UdpDatagram::new(a, b, b"hello").build(),
        ]
    }

    /// What is plain reads as `parse` reads it: with any byte of the headers changed to anything, and cut anywhere.
    #[test]
    fn nothing_is_plain_that_parse_would_not_accept_and_read_the_same() {
        let mut plain = 0;
        for (frame, at, value) in frames().iter().flat_map(|frame| {
            (0..74.min(frame.len())).flat_map(move |at| (0..=255).map(move |value: u8| (frame, at, value)))
        }) {
            let mut frame = frame.clone();
            frame[at] = value;
            let cut = if value % 5 == 0 { usize::from(value) / 5 } else { 0 };
            frame.truncate(frame.len().saturating_sub(cut));
            let Some(packet) = PlainIpv6Packet::read(&frame) else { continue };
            plain += 1;
            let headers = parse(&frame).expect("a plain packet is a packet");
            assert_eq!((packet.flow, packet.tcp_flags), (headers.flow(), headers.tcp_flags));
            assert_eq!((packet.hop_limit, packet.total_len), (headers.ttl, headers.total_len));
            assert_eq!(packet.source_mac, headers.source_mac);
            assert!(headers.fragment == Fragment::None && !headers.source_route);
        }
        assert!(plain > 10_000, "{plain}");
    }

    #[test]
    fn ping_extension_headers_and_ipv4_are_not_plain() {
        let (a, b): (SocketAddr, SocketAddr) = ("10.0.0.1:1".parse().unwrap(), "10.0.0.2:2".parse().unwrap());
        let [tcp, _] = frames();
        let ping = IcmpEcho::request("fd00::1".parse().unwrap(), "fd00::2".parse().unwrap(), 1, 1).build();
        let mut others = vec![ping, TcpSegment::new(a, b, TcpFlags::SYN).build()];
        // Hop-by-hop options, routing, fragment, destination options.
        others.extend([0, 43, 44, 60].map(|next_header| {
            let mut frame = tcp.clone();
            frame[20] = next_header;
            frame
        }));
        assert!(others.iter().all(|frame| PlainIpv6Packet::read(frame).is_none()));
        assert!(PlainIpv6Packet::read(&tcp).is_some());
    }

    #[test]
    fn a_change_is_the_one_that_rewrite_makes() {
        for mut frame in frames() {
            let link = Link { source: Mac([2; 6]), destination: Mac([4; 6]) };
            let mut wanted = frame.clone();
            let mut headers = parse(&wanted).unwrap();
            let mut rewrite = Rewrite::new(&mut wanted, &mut headers, ChecksumState::Complete);
            rewrite.set_link(link);
            rewrite.set_ttl(7);
            PlainIpv6Packet::rewrite(&mut frame, link, 7);
            assert_eq!(frame, wanted);
        }
    }

    #[test]
    fn a_frame_to_be_cut_or_with_another_checksum_is_not_one_packet() {
        let [tcp, udp] = frames();
        let partial = |offset| VnetHeader {
            needs_checksum: true,
            checksum_start: field::length(TRANSPORT),
            checksum_offset: offset,
            ..VnetHeader::default()
        };
        for (frame, offset) in [(tcp, 16), (udp, 6)] {
            let packet = PlainIpv6Packet::read(&frame).unwrap();
            assert!(packet.is_one_packet(&frame, &VnetHeader::default()));
            assert!(packet.is_one_packet(&frame, &partial(offset)));
            assert!(!packet.is_one_packet(&frame, &partial(offset + 2)));
            let cut = VnetHeader { gso: Gso::TcpV6, gso_size: 1440, ..partial(offset) };
            assert!(!packet.is_one_packet(&frame, &cut));
            let longer = VnetHeader { header_len: 4000, ..VnetHeader::default() };
            assert!(!packet.is_one_packet(&frame, &longer));
        }
    }
}
