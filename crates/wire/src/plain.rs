//! The packets that most packets are, read and changed in the fewest steps: whole, IPv4 without options, TCP or UDP.
//!
//! Whatever else a frame holds is `None` here, and for [`crate::parse`] to judge: what is read here, it would accept and read
//! the same. The fields stay numbers, as they lie in the frame, so that a look-up and a change need no others.

use crate::checksum::{Difference, nonzero_for_udp};
use crate::ethernet::Link;
use crate::ethernet::Mac;
use crate::field;
use crate::offload::{ChecksumState, Gso, VnetHeader};
use crate::tcp_flags::TcpFlags;
use crate::{protocol, tcp, udp};

/// Ethernet, IPv4 and the first eight bytes of the transport.
const HEAD: usize = TRANSPORT + udp::HEADER_LEN;
const TRANSPORT: usize = 34;
const TCP_END: usize = TRANSPORT + tcp::HEADER_LEN;

/// A plain packet's headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlainPacket {
    /// Who says it sent the frame.
    pub source_mac: Mac,
    /// For whom the frame is, as [`Mac::number`] has it.
    pub destination_mac: u64,
    /// The sender's address in the upper half, the receiver's in the lower.
    pub addresses: u64,
    /// The sender's port in the upper half, the receiver's in the lower.
    pub ports: u32,
    /// TCP or UDP.
    pub protocol: u8,
    /// The flags, if this is TCP.
    pub tcp_flags: TcpFlags,
    /// The time to live.
    pub ttl: u8,
    /// The length of the IP packet, header included.
    pub total_len: u16,
}

/// What a plain packet is to become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlainChange {
    /// Its hardware addresses.
    pub link: Link,
    /// Its addresses.
    pub addresses: u64,
    /// Its ports.
    pub ports: u32,
    /// Its time to live.
    pub ttl: u8,
}

impl PlainPacket {
    /// Reads a frame, if it is a plain packet.
    #[inline(always)]
    pub fn read(frame: &[u8]) -> Option<PlainPacket> {
        let head = frame.first_chunk::<HEAD>()?;
        // Ether type, version and header length; then whether it is a fragment.
        let is_plain = field::word::<12, _>(head) == 0x0800 && head[14] == 0x45;
        if !is_plain || field::word::<20, _>(head) & 0x3fff != 0 {
            return None;
        }
        let total_len = field::word::<16, _>(head);
        let transport_len = usize::from(total_len).checked_sub(TRANSPORT - 14)?;
        if TRANSPORT + transport_len > frame.len() {
            return None;
        }
        let protocol = head[23];
        let tcp_flags = match protocol {
            protocol::UDP => {
                let len = usize::from(field::word::<38, _>(head));
                (udp::HEADER_LEN..=transport_len).contains(&len).then_some(TcpFlags::default())?
            }
            protocol::TCP => {
                let head = frame.first_chunk::<TCP_END>()?;
                let len = usize::from(head[46] >> 4) * 4;
                (tcp::HEADER_LEN..=transport_len).contains(&len).then_some(TcpFlags(head[47]))?
            }
            _ => return None,
        };
        Some(PlainPacket {
            source_mac: Mac(field::at::<6, 6, _>(head)),
            destination_mac: u64::from_be_bytes(field::at::<0, 8, _>(head)) >> 16,
            addresses: u64::from_be_bytes(field::at::<26, 8, _>(head)),
            ports: u32::from_be_bytes(field::at::<34, 4, _>(head)),
            protocol,
            tcp_flags,
            ttl: head[22],
            total_len,
        })
    }

    /// How far its checksum is computed; `None` for a frame to be cut, and for a card's word that is not as simple.
    #[inline(always)]
    pub fn checksum_state(&self, frame: &[u8], vnet: &VnetHeader) -> Option<ChecksumState> {
        if vnet.gso != Gso::None || usize::from(vnet.header_len) > frame.len() {
            return None;
        }
        if !vnet.needs_checksum {
            return Some(ChecksumState::Complete);
        }
        let is_transports = usize::from(vnet.checksum_start) == TRANSPORT
            && usize::from(vnet.checksum_start) + usize::from(vnet.checksum_offset) == self.checksum_at();
        is_transports.then_some(ChecksumState::Partial)
    }

    #[inline(always)]
    fn checksum_at(&self) -> usize {
        if self.protocol == protocol::TCP { TRANSPORT + 16 } else { TRANSPORT + 6 }
    }

    /// Changes the frame that this was read from.
    #[inline(always)]
    pub fn rewrite(&self, frame: &mut [u8], checksum: ChecksumState, change: &PlainChange) {
        if self.addresses != change.addresses || self.ports != change.ports {
            let addresses = (self.addresses, change.addresses);
            translate(frame, self.checksum_at(), checksum, addresses, (self.ports, change.ports));
        }
        let Some(head) = frame.first_chunk_mut::<HEAD>() else { return };
        head[0..6].copy_from_slice(&change.link.destination.0);
        head[6..12].copy_from_slice(&change.link.source.0);
        if self.ttl != change.ttl {
            let word = |ttl: u8| u16::from_be_bytes([ttl, self.protocol]);
            let aged = Difference::between_numbers(u64::from(!word(self.ttl)), u64::from(word(change.ttl)));
            let sum = aged.adjust(field::word::<24, _>(head));
            head[22] = change.ttl;
            head[24..26].copy_from_slice(&sum.to_be_bytes());
        }
    }
}

/// Changes addresses and ports, each from the first to the second, and the checksums that cover them. Takes numbers rather
/// than the packet, which so need never be put in memory.
#[inline(never)]
fn translate(
    frame: &mut [u8],
    checksum_at: usize,
    checksum: ChecksumState,
    (old_addresses, addresses): (u64, u64),
    (old_ports, ports): (u32, u32),
) {
    let readdressed = match old_addresses == addresses {
        true => Difference::default(),
        false => Difference::between_numbers(!old_addresses, addresses),
    };
    let renumbered = match old_ports == ports {
        true => Difference::default(),
        false => Difference::between_numbers(u64::from(!old_ports), u64::from(ports)),
    };
    let Some(head) = frame.first_chunk_mut::<HEAD>() else { return };
    let sum = readdressed.adjust(field::word::<24, _>(head));
    let protocol = head[23];
    head[24..26].copy_from_slice(&sum.to_be_bytes());
    head[26..34].copy_from_slice(&addresses.to_be_bytes());
    head[34..38].copy_from_slice(&ports.to_be_bytes());
    let rest = frame.get_mut(checksum_at..).unwrap_or_default();
    let Some(field) = rest.first_chunk_mut::<2>() else { return };
    let old = u16::from_be_bytes(*field);
    let new = match checksum {
        // A half-computed checksum holds the sum of the pseudo-header; it does not cover the ports yet.
        ChecksumState::Partial => readdressed.adjust_sum(old),
        // One that a UDP sender left out stays left out.
        ChecksumState::Complete if old == 0 && protocol == protocol::UDP => old,
        ChecksumState::Complete => nonzero_for_udp(protocol, readdressed.and(renumbered).adjust(old)),
    };
    *field = new.to_be_bytes();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Flow, IcmpEcho, Rewrite, TcpSegment, UdpDatagram, parse};
    use std::net::{IpAddr, Ipv4Addr, SocketAddr};

    fn frames() -> [Vec<u8>; 2] {
        let (a, b): (SocketAddr, SocketAddr) =
            ("10.0.1.10:40000".parse().unwrap(), "198.51.100.7:80".parse().unwrap());
        [
            TcpSegment::new(a, b, TcpFlags::SYN | TcpFlags::ACK).build(),
            UdpDatagram::new(a, b, b"hello").build(),
        ]
    }

    fn address(bits: u64) -> IpAddr {
        IpAddr::V4(Ipv4Addr::from_bits((bits & 0xffff_ffff) as u32))
    }

    /// What is plain reads as `parse` reads it: with any byte of the headers changed to anything, and cut anywhere.
    #[test]
    fn nothing_is_plain_that_parse_would_not_accept_and_read_the_same() {
        let mut plain = 0;
        for (frame, at, value) in frames().iter().flat_map(|frame| {
            (0..54.min(frame.len())).flat_map(move |at| (0..=255).map(move |value| (frame, at, value)))
        }) {
            let mut frame = frame.clone();
            frame[at] = value;
            frame.truncate(if value % 5 == 0 {
                frame.len().saturating_sub(usize::from(value) / 5)
            } else {
                frame.len()
            });
            let Some(packet) = PlainPacket::read(&frame) else { continue };
            plain += 1;
            let headers = parse(&frame).expect("a plain packet is a packet");
            assert_eq!(address(packet.addresses >> 32), headers.source);
            assert_eq!(address(packet.addresses), headers.destination);
            assert_eq!((packet.ports >> 16) as u16, headers.source_port);
            assert_eq!(packet.ports & 0xffff, u32::from(headers.destination_port));
            assert_eq!((packet.protocol, packet.tcp_flags), (headers.protocol, headers.tcp_flags));
            assert_eq!((packet.ttl, u32::from(packet.total_len)), (headers.ttl, headers.total_len));
            assert_eq!(packet.source_mac, headers.source_mac);
            assert!(headers.fragment == crate::Fragment::None && !headers.source_route);
        }
        assert!(plain > 10_000, "{plain}");
    }

    #[test]
    fn ping_fragments_options_and_ipv6_are_not_plain() {
        let [tcp, _] = frames();
        let changed = |at: usize, value: u8| {
            let mut frame = tcp.clone();
            frame[at] = value;
            frame
        };
        let (a, b) = ("[fd00::1]:1".parse().unwrap(), "[fd00::2]:2".parse().unwrap());
        let ping = IcmpEcho::request("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap(), 1, 1).build();
        let others = [
            ping,
            changed(20, 0x20),
            changed(21, 1),
            changed(14, 0x46),
            TcpSegment::new(a, b, TcpFlags::SYN).build(),
        ];
        assert!(others.iter().all(|frame| PlainPacket::read(frame).is_none()));
        assert!(PlainPacket::read(&tcp).is_some());
    }

    /// Byte for byte what [`Rewrite`] makes of it, whatever the checksum was.
    #[test]
    fn a_change_is_the_one_that_rewrite_makes() {
        let mut random = 1u64;
        for step in 0..40_000u32 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let mut frame = frames()[step as usize % 2].clone();
            let packet = PlainPacket::read(&frame).unwrap();
            let checksum = if step % 3 == 0 { ChecksumState::Partial } else { ChecksumState::Complete };
            let field = [0, 0xffff, 1, (random >> 16 & 0xffff) as u16][step as usize / 2 % 4];
            let at = packet.checksum_at();
            frame[at..at + 2].copy_from_slice(&field.to_be_bytes());
            let change = PlainChange {
                link: Link { source: Mac([2; 6]), destination: Mac([4; 6]) },
                addresses: if step % 5 == 0 { packet.addresses } else { random.rotate_left(17) },
                ports: if step % 7 == 0 { packet.ports } else { (random >> 32) as u32 },
                ttl: packet.ttl - (step % 3) as u8,
            };
            let mut wanted = frame.clone();
            let mut headers = parse(&wanted).unwrap();
            let mut rewrite = Rewrite::new(&mut wanted, &mut headers, checksum);
            let flow = Flow {
                source: address(change.addresses >> 32),
                destination: address(change.addresses),
                protocol: packet.protocol,
                source_port: (change.ports >> 16) as u16,
                destination_port: (change.ports & 0xffff) as u16,
            };
            rewrite.set_flow(&flow).unwrap();
            rewrite.set_link(change.link);
            rewrite.set_ttl(change.ttl);
            packet.rewrite(&mut frame, checksum, &change);
            assert_eq!(frame, wanted, "step {step}");
        }
    }
}
