//! The internet checksum: in full (RFC 1071), by difference (RFC 1624), and over pseudo-headers.
//!
//! Pseudo-headers are those of RFC 9293 (IPv4) and RFC 8200 section 8.1 (IPv6).

use std::net::IpAddr;

use crate::headers::{Fragment, Headers};
use crate::protocol;

/// A one's complement sum in the making.
///
/// Kept in the machine's own byte order, which the sum does not mind (RFC 1071, section 2(B)),
/// and turned round once at the end.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sum(u64);

impl Sum {
    /// Adds bytes that begin at an even offset of what is summed.
    #[inline]
    #[must_use]
    pub fn plus(self, bytes: &[u8]) -> Sum {
        let (words, rest) = bytes.as_chunks::<4>();
        let sum: u64 = words.iter().map(|&word| u64::from(u32::from_ne_bytes(word))).sum();
        let tail = match *rest {
            [a, b, c] => u64::from(u16::from_ne_bytes([a, b])) + u64::from(u16::from_ne_bytes([c, 0])),
            [a, b] => u64::from(u16::from_ne_bytes([a, b])),
            [a] => u64::from(u16::from_ne_bytes([a, 0])),
            _ => 0,
        };
        Sum(u64::from(fold64(self.0)) + sum + tail)
    }

    /// Adds one 16-bit word.
    #[inline]
    #[must_use]
    pub fn plus_word(self, word: u16) -> Sum {
        Sum(u64::from(fold64(self.0)) + u64::from(word.to_be()))
    }

    /// The sum in 16 bits, not complemented.
    #[inline]
    pub fn folded(self) -> u16 {
        u16::from_be(fold64(self.0))
    }

    /// The checksum: the complement of the sum.
    #[inline]
    pub fn checksum(self) -> u16 {
        !self.folded()
    }
}

/// The checksum of bytes, as in an IPv4 header whose checksum field is zero.
#[inline]
pub fn checksum(bytes: &[u8]) -> u16 {
    Sum::default().plus(bytes).checksum()
}

/// The sum of the pseudo-header in front of TCP, UDP and ICMPv6. Both addresses are of one family.
#[inline]
pub fn pseudo_header(source: IpAddr, destination: IpAddr, protocol: u8, transport_len: u32) -> Sum {
    add_address(add_address(Sum::default(), source), destination)
        .plus(&transport_len.to_be_bytes())
        .plus_word(u16::from(protocol))
}

#[inline]
fn add_address(sum: Sum, address: IpAddr) -> Sum {
    match address {
        IpAddr::V4(address) => sum.plus(&address.octets()),
        IpAddr::V6(address) => sum.plus(&address.octets()),
    }
}

/// What changing some words does to a checksum that covers them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Difference(u16);

impl Difference {
    /// The difference between two equally long, even stretches at an even offset.
    #[inline]
    pub fn between<const N: usize>(old: [u8; N], new: [u8; N]) -> Difference {
        const { assert!(N.is_multiple_of(2), "a checksum covers whole 16-bit words") };
        let mut sum = 0u64;
        let mut at = 0;
        while at < N {
            sum += u64::from(!u16::from_be_bytes([old[at], old[at + 1]]));
            sum += u64::from(u16::from_be_bytes([new[at], new[at + 1]]));
            at += 2;
        }
        Difference(fold64(sum))
    }

    /// The same for up to four words that are one number: the old ones complemented, and the new ones.
    #[inline]
    pub(crate) fn between_numbers(old_complement: u64, new: u64) -> Difference {
        let halves = |number: u64| (number & 0xffff_ffff) + (number >> 32);
        Difference(fold64(halves(old_complement) + halves(new)))
    }

    /// Both differences together.
    #[inline]
    #[must_use]
    pub fn and(self, other: Difference) -> Difference {
        Difference(fold32(u32::from(self.0) + u32::from(other.0)))
    }

    /// The checksum after the change: RFC 1624, equation 3.
    #[inline]
    pub fn adjust(self, checksum: u16) -> u16 {
        !self.adjust_sum(!checksum)
    }

    /// The not complemented sum after the change, as a half-computed checksum field holds it.
    #[inline]
    pub fn adjust_sum(self, sum: u16) -> u16 {
        fold32(u32::from(sum) + u32::from(self.0))
    }
}

// Two rounds always suffice: the first leaves at most 0x1fffe.
#[inline]
fn fold32(sum: u32) -> u16 {
    let once = (sum & 0xffff) + (sum >> 16);
    // At most 0xffff: the mask takes nothing away.
    (((once & 0xffff) + (once >> 16)) & 0xffff) as u16
}

#[inline]
fn fold64(sum: u64) -> u16 {
    let halves = (sum & 0xffff_ffff) + (sum >> 32);
    let quarters = (halves & 0xffff) + ((halves >> 16) & 0xffff) + (halves >> 32);
    // Of at most 18 bits.
    fold32((quarters & 0xffff_ffff) as u32)
}

/// Is the IPv4 header's checksum right? (IPv6 has none, and is always right.)
pub fn network_is_valid(frame: &[u8], headers: &Headers) -> bool {
    match headers.source {
        IpAddr::V4(_) => frame
            .get(usize::from(headers.network_offset)..usize::from(headers.transport_offset))
            .is_some_and(|header| checksum(header) == 0),
        IpAddr::V6(_) => true,
    }
}

/// The transport checksum this whole packet ought to have, whatever its field holds now.
///
/// Nothing for fragments, whose checksum covers bytes that are elsewhere, and for protocols without one.
pub fn transport(frame: &[u8], headers: &Headers) -> Option<u16> {
    let field = headers.checksum_offset()?;
    if headers.fragment != Fragment::None {
        return None;
    }
    let start = usize::from(headers.transport_offset);
    let before = frame.get(start..field)?;
    let after = frame.get(field + 2..headers.end())?;
    let sum = transport_pseudo_header(headers).plus(before).plus(after);
    Some(nonzero_for_udp(headers.protocol, sum.checksum()))
}

/// The sum of this packet's pseudo-header: what the field of a half-computed checksum holds.
pub fn transport_pseudo_header(headers: &Headers) -> Sum {
    if !protocol::has_pseudo_header(headers.protocol) {
        return Sum::default();
    }
    pseudo_header(headers.source, headers.destination, headers.protocol, headers.transport_len())
}

/// Is the transport checksum right, or absent as a UDP sender over IPv4 may leave it?
pub fn transport_is_valid(frame: &[u8], headers: &Headers) -> bool {
    let Some(wanted) = transport(frame, headers) else {
        return true;
    };
    let Some(found) = headers.checksum_offset().and_then(|at| read_word(frame, at)) else {
        return true;
    };
    let absent = found == 0 && headers.protocol == protocol::UDP && headers.source.is_ipv4();
    // All ones and all zeros are the same number in one's complement.
    absent || found == wanted || (found == 0xffff && wanted == 0)
}

fn read_word(frame: &[u8], at: usize) -> Option<u16> {
    frame.get(at..)?.first_chunk().map(|&word| u16::from_be_bytes(word))
}

// "If the computed checksum is zero, it is transmitted as all ones": zero means no checksum (RFC 768).
#[inline]
pub(crate) fn nonzero_for_udp(protocol: u8, checksum: u16) -> u16 {
    if checksum == 0 && protocol == protocol::UDP { 0xffff } else { checksum }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_1071() {
        let bytes = [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7];
        assert_eq!(Sum::default().plus(&bytes).folded(), 0xddf2);
    }

    #[test]
    fn the_example_of_rfc_1624() {
        // HC = 0xdd2f, m = 0x5555, m' = 0x3285: equation 3 gives zero where equation 4 would not.
        let change = Difference::between(0x5555u16.to_be_bytes(), 0x3285u16.to_be_bytes());
        assert_eq!(change.adjust(0xdd2f), 0x0000);
    }

    #[test]
    fn an_odd_byte_counts_as_the_high_half() {
        assert_eq!(checksum(&[0x12]), checksum(&[0x12, 0x00]));
        assert_eq!(checksum(&[1, 2, 3, 4, 5, 6, 7]), checksum(&[1, 2, 3, 4, 5, 6, 7, 0]));
    }

    #[test]
    fn the_longest_packet_of_all_ones_does_not_overflow() {
        assert_eq!(checksum(&[0xff; 65536]), 0);
    }

    #[test]
    fn a_udp_checksum_of_zero_is_sent_as_all_ones() {
        use crate::{ChecksumState, Rewrite, UdpDatagram, parse};
        let (a, b) = ("10.0.0.1:1".parse().unwrap(), "10.0.0.2:2".parse().unwrap());
        let mut frame = UdpDatagram::new(a, b, b"hello").build();
        let mut headers = parse(&frame).unwrap();
        let fields: Vec<u16> = (0..=u16::MAX)
            .map(|port| {
                Rewrite::new(&mut frame, &mut headers, ChecksumState::Complete).set_source_port(port);
                u16::from_be_bytes([frame[40], frame[41]])
            })
            .collect();
        assert!(fields.contains(&0xffff) && !fields.contains(&0));
    }
}
