//! What a virtual network card says about a frame: a checksum still to be finished, a super-frame
//! still to be cut into segments.
//!
//! Follows the virtio 1.2 specification, section 5.1.6 (`struct virtio_net_hdr`), as Linux's TAP
//! writes it with little-endian fields. Left out: receive-side coalescing, hash reports, tunnels.
//! A guest can make its card say anything, so nothing is believed before [`VnetHeader::validate`].

use std::fmt;

use crate::checksum::Sum;
use crate::headers::{Fragment, Headers, Layer3};
use crate::protocol;

/// How far the transport checksum of a packet is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChecksumState {
    /// The field holds the checksum (or, for UDP, zero for none).
    Complete,
    /// The field holds the sum of the pseudo-header, not complemented; the rest is left to the card.
    Partial,
}

/// How a super-frame is to be cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gso {
    /// Not at all: the frame is one packet.
    #[default]
    None,
    /// Into TCP segments over IPv4.
    TcpV4,
    /// Into TCP segments over IPv6.
    TcpV6,
    /// Into IP fragments of one UDP datagram.
    Udp,
    /// Into UDP datagrams.
    UdpL4,
}

/// The header in front of every frame that a virtual network card sends or receives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VnetHeader {
    /// The checksum is partial, and to be finished.
    pub needs_checksum: bool,
    /// The checksum was checked already.
    pub data_valid: bool,
    /// How to cut.
    pub gso: Gso,
    /// The TCP segments take part in explicit congestion notification.
    pub ecn: bool,
    /// The length of all headers; a hint.
    pub header_len: u16,
    /// How much payload each piece carries.
    pub gso_size: u16,
    /// Where the checksum's coverage begins in the frame.
    pub checksum_start: u16,
    /// Where the checksum lies, from there.
    pub checksum_offset: u16,
}

/// Why a card's word about a frame cannot be true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BadOffload {
    /// Shorter than the header.
    TooShort,
    /// A way of cutting that nobody agreed on.
    UnknownGso(u8),
    /// The checksum, or its coverage, is not within the frame.
    ChecksumOutsideFrame,
    /// The checksum is not where the transport has it; [`finish_checksum`] can still finish it.
    ChecksumElsewhere,
    /// Pieces of no size.
    EmptySegments,
    /// The way of cutting does not fit the packet.
    WrongGso,
    /// The headers are said to be longer than the frame.
    HeaderOutsideFrame,
}

impl fmt::Display for BadOffload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            BadOffload::TooShort => "the offload header is cut off",
            BadOffload::UnknownGso(number) => return write!(f, "segmentation type {number} is unknown"),
            BadOffload::ChecksumOutsideFrame => "the checksum to finish is outside the frame",
            BadOffload::ChecksumElsewhere => "the checksum to finish is not the transport's",
            BadOffload::EmptySegments => "the segments to cut have no size",
            BadOffload::WrongGso => "the segmentation does not fit the packet",
            BadOffload::HeaderOutsideFrame => "the headers are longer than the frame",
        };
        f.write_str(words)
    }
}

impl std::error::Error for BadOffload {}

const NEEDS_CHECKSUM: u8 = 1;
const DATA_VALID: u8 = 2;
const GSO_ECN: u8 = 0x80;

impl VnetHeader {
    /// The length of the header in its short form, without a number of merged buffers.
    pub const LEN: usize = 10;

    /// Reads the header in front of a frame, short or long: where the frame begins is the caller's to know.
    #[inline]
    pub fn parse(bytes: &[u8]) -> Result<VnetHeader, BadOffload> {
        let Some(&[flags, gso, h0, h1, g0, g1, s0, s1, o0, o1]) = bytes.first_chunk::<{ VnetHeader::LEN }>()
        else {
            return Err(BadOffload::TooShort);
        };
        Ok(VnetHeader {
            needs_checksum: flags & NEEDS_CHECKSUM != 0,
            data_valid: flags & DATA_VALID != 0,
            gso: Gso::from_number(gso & !GSO_ECN)?,
            ecn: gso & GSO_ECN != 0,
            header_len: u16::from_le_bytes([h0, h1]),
            gso_size: u16::from_le_bytes([g0, g1]),
            checksum_start: u16::from_le_bytes([s0, s1]),
            checksum_offset: u16::from_le_bytes([o0, o1]),
        })
    }

    /// The header in its short form.
    #[inline]
    pub fn to_bytes(&self) -> [u8; VnetHeader::LEN] {
        let flags = if self.needs_checksum { NEEDS_CHECKSUM } else { 0 }
            | if self.data_valid { DATA_VALID } else { 0 };
        let gso = self.gso.number() | if self.ecn { GSO_ECN } else { 0 };
        let [h0, h1] = self.header_len.to_le_bytes();
        let [g0, g1] = self.gso_size.to_le_bytes();
        let [s0, s1] = self.checksum_start.to_le_bytes();
        let [o0, o1] = self.checksum_offset.to_le_bytes();
        [flags, gso, h0, h1, g0, g1, s0, s1, o0, o1]
    }

    /// Checks every claim against the frame, and says how far its transport checksum is computed.
    #[inline]
    pub fn validate(&self, frame: &[u8], headers: &Headers) -> Result<ChecksumState, BadOffload> {
        if usize::from(self.header_len) > frame.len() {
            return Err(BadOffload::HeaderOutsideFrame);
        }
        self.validate_gso(headers)?;
        if !self.needs_checksum {
            return Ok(ChecksumState::Complete);
        }
        let at = self.checksum_field(frame)?;
        let expected =
            self.checksum_start == headers.transport_offset && headers.checksum_offset() == Some(at);
        if expected && headers.has_ports() {
            Ok(ChecksumState::Partial)
        } else {
            Err(BadOffload::ChecksumElsewhere)
        }
    }

    #[inline]
    fn validate_gso(&self, headers: &Headers) -> Result<(), BadOffload> {
        let (layer3, protocol) = match self.gso {
            Gso::None => return Ok(()),
            Gso::TcpV4 => (Layer3::Ipv4, protocol::TCP),
            Gso::TcpV6 => (Layer3::Ipv6, protocol::TCP),
            Gso::Udp | Gso::UdpL4 => (headers.layer3, protocol::UDP),
        };
        if self.gso_size == 0 {
            return Err(BadOffload::EmptySegments);
        }
        // "If the driver negotiated VIRTIO_NET_F_CSUM ... gso_type differs from NONE: it MUST also set NEEDS_CSUM".
        let fits =
            headers.layer3 == layer3 && headers.protocol == protocol && headers.fragment == Fragment::None;
        if fits && self.needs_checksum { Ok(()) } else { Err(BadOffload::WrongGso) }
    }

    #[inline]
    fn checksum_field(&self, frame: &[u8]) -> Result<usize, BadOffload> {
        let at = usize::from(self.checksum_start) + usize::from(self.checksum_offset);
        if at + 2 <= frame.len() { Ok(at) } else { Err(BadOffload::ChecksumOutsideFrame) }
    }

    /// How many packets the frame will be on a wire. The header was validated.
    #[inline]
    pub fn packets(&self, headers: &Headers) -> u32 {
        match self.gso {
            Gso::None => 1,
            Gso::TcpV4 | Gso::TcpV6 | Gso::UdpL4 | Gso::Udp => {
                self.segmented_len(headers).div_ceil(u32::from(self.gso_size.max(1))).max(1)
            }
        }
    }

    /// How many bytes of IP, headers included, the frame will be on a wire. The header was validated.
    #[inline]
    pub fn bytes_on_wire(&self, headers: &Headers) -> u64 {
        let len = u64::from(self.segmented_len(headers));
        len + u64::from(self.packets(headers)) * u64::from(self.repeated_len(headers))
    }

    /// The length of the longest IP packet that the frame will be on a wire: what an MTU is compared with.
    #[inline]
    pub fn largest_packet(&self, headers: &Headers) -> u32 {
        match self.gso {
            Gso::None => headers.total_len,
            Gso::TcpV4 | Gso::TcpV6 | Gso::UdpL4 | Gso::Udp => {
                self.segmented_len(headers).min(u32::from(self.gso_size)) + self.repeated_len(headers)
            }
        }
    }

    /// How much is spread over the pieces: the payload, or for fragments all that follows the IP header.
    #[inline]
    fn segmented_len(&self, headers: &Headers) -> u32 {
        match self.gso {
            Gso::Udp => headers.transport_len(),
            Gso::None | Gso::TcpV4 | Gso::TcpV6 | Gso::UdpL4 => headers.payload_len(),
        }
    }

    /// How much every piece repeats.
    #[inline]
    fn repeated_len(&self, headers: &Headers) -> u32 {
        headers.total_len - self.segmented_len(headers)
    }

    /// What a card says of a whole TCP or UDP packet with a partial checksum.
    pub fn partial(headers: &Headers) -> Option<VnetHeader> {
        let at = headers.checksum_offset().filter(|_| headers.has_ports())?;
        let checksum_offset = u16::try_from(at).ok()?.checked_sub(headers.transport_offset)?;
        Some(VnetHeader {
            needs_checksum: true,
            header_len: headers.payload_offset,
            checksum_start: headers.transport_offset,
            checksum_offset,
            ..VnetHeader::default()
        })
    }
}

impl Gso {
    #[inline]
    fn from_number(number: u8) -> Result<Gso, BadOffload> {
        match number {
            0 => Ok(Gso::None),
            1 => Ok(Gso::TcpV4),
            3 => Ok(Gso::Udp),
            4 => Ok(Gso::TcpV6),
            5 => Ok(Gso::UdpL4),
            other => Err(BadOffload::UnknownGso(other)),
        }
    }

    #[inline]
    fn number(self) -> u8 {
        match self {
            Gso::None => 0,
            Gso::TcpV4 => 1,
            Gso::Udp => 3,
            Gso::TcpV6 => 4,
            Gso::UdpL4 => 5,
        }
    }
}

/// Finishes a partial checksum as the card would, wherever it lies, for those who have no card:
/// packet captures, parsers in software, fragmentation.
///
/// A super-frame stays one: its checksum is then right for the whole of it.
pub fn finish_checksum(frame: &mut [u8], vnet: &mut VnetHeader) -> Result<(), BadOffload> {
    if !vnet.needs_checksum {
        return Ok(());
    }
    let at = vnet.checksum_field(frame)?;
    let start = usize::from(vnet.checksum_start);
    let sum = Sum::default().plus(&frame[start..]).checksum();
    // The offset tells UDP, where zero would mean that there is none.
    let udp = vnet.checksum_offset == 6;
    let sum = if udp && sum == 0 { 0xffff } else { sum };
    frame[at..at + 2].copy_from_slice(&sum.to_be_bytes());
    vnet.needs_checksum = false;
    vnet.data_valid = true;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{TcpFlags, TcpSegment, UdpDatagram, checksum, parse};

    /// A frame as Linux hands it to a TAP with offloads: the checksum field has the pseudo-header's sum.
    fn partial(mut frame: Vec<u8>) -> (Vec<u8>, Headers, VnetHeader) {
        let headers = parse(&frame).unwrap();
        let at = headers.checksum_offset().unwrap();
        let sum = checksum::transport_pseudo_header(&headers).folded();
        frame[at..at + 2].copy_from_slice(&sum.to_be_bytes());
        let vnet = VnetHeader::partial(&headers).unwrap();
        (frame, headers, vnet)
    }

    fn segment(payload: &[u8]) -> Vec<u8> {
        let (a, b) = ("10.0.0.1:1".parse().unwrap(), "10.0.0.2:2".parse().unwrap());
        TcpSegment { payload, ..TcpSegment::new(a, b, TcpFlags::ACK) }.build()
    }

    fn datagram(payload: &[u8]) -> Vec<u8> {
        UdpDatagram::new("[fd00::1]:1".parse().unwrap(), "[fd00::2]:2".parse().unwrap(), payload).build()
    }

    #[test]
    fn the_bytes_are_those_of_virtio() {
        let vnet = VnetHeader {
            needs_checksum: true,
            data_valid: false,
            gso: Gso::TcpV4,
            ecn: true,
            header_len: 54,
            gso_size: 1448,
            checksum_start: 34,
            checksum_offset: 16,
        };
        assert_eq!(vnet.to_bytes(), [1, 0x81, 54, 0, 0xa8, 0x05, 34, 0, 16, 0]);
        assert_eq!(VnetHeader::parse(&vnet.to_bytes()), Ok(vnet));
        assert_eq!(VnetHeader::parse(&[0; 9]), Err(BadOffload::TooShort));
        assert_eq!(VnetHeader::parse(&[0, 2, 0, 0, 0, 0, 0, 0, 0, 0]), Err(BadOffload::UnknownGso(2)));
    }

    #[test]
    fn a_partial_checksum_is_finished_as_if_it_had_never_been_partial() {
        for whole in [segment(b"hello"), datagram(b"odd")] {
            let (mut frame, headers, mut vnet) = partial(whole.clone());
            assert_eq!(vnet.validate(&frame, &headers), Ok(ChecksumState::Partial));
            assert_ne!(frame, whole);
            finish_checksum(&mut frame, &mut vnet).unwrap();
            assert_eq!(frame, whole);
            assert_eq!(vnet.validate(&frame, &headers), Ok(ChecksumState::Complete));
        }
    }

    #[test]
    fn segments_are_counted_as_a_wire_would_see_them() {
        let (_, headers, vnet) = partial(segment(&[7; 10_000]));
        assert_eq!((vnet.packets(&headers), vnet.bytes_on_wire(&headers)), (1, 10_040));
        let vnet = VnetHeader { gso: Gso::TcpV4, gso_size: 1460, ..vnet };
        assert_eq!((vnet.packets(&headers), vnet.bytes_on_wire(&headers)), (7, 10_000 + 7 * 40));
        assert_eq!(vnet.largest_packet(&headers), 1500);

        let (_, headers, vnet) = partial(datagram(&[7; 3000]));
        let vnet = VnetHeader { gso: Gso::UdpL4, gso_size: 1000, ..vnet };
        assert_eq!((vnet.packets(&headers), vnet.bytes_on_wire(&headers)), (3, 3000 + 3 * 48));
        assert_eq!(vnet.largest_packet(&headers), 1048);
    }

    #[test]
    fn each_lie_of_a_card_has_its_name() {
        let (frame, headers, honest) = partial(segment(b"hello"));
        let gso = VnetHeader { gso: Gso::TcpV4, gso_size: 2, ..honest };
        assert_eq!(gso.validate(&frame, &headers), Ok(ChecksumState::Partial));
        let lies = [
            (VnetHeader { checksum_start: 65_535, ..honest }, BadOffload::ChecksumOutsideFrame),
            (VnetHeader { checksum_offset: 23, ..honest }, BadOffload::ChecksumElsewhere),
            (VnetHeader { checksum_offset: 24, ..honest }, BadOffload::ChecksumOutsideFrame),
            (VnetHeader { checksum_start: 14, ..honest }, BadOffload::ChecksumElsewhere),
            (VnetHeader { header_len: 60, ..honest }, BadOffload::HeaderOutsideFrame),
            (VnetHeader { gso_size: 0, ..gso }, BadOffload::EmptySegments),
            (VnetHeader { gso: Gso::TcpV6, ..gso }, BadOffload::WrongGso),
            (VnetHeader { gso: Gso::UdpL4, ..gso }, BadOffload::WrongGso),
            (VnetHeader { needs_checksum: false, ..gso }, BadOffload::WrongGso),
        ];
        for (lie, wanted) in lies {
            assert_eq!(lie.validate(&frame, &headers), Err(wanted), "{lie:?}");
        }
    }
}
