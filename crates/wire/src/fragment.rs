//! Cutting an IPv4 packet into fragments that fit an MTU.
//!
//! Follows RFC 791 section 2.3 and 3.2. A fragment may be cut again. IPv6 packets are never
//! fragmented on the way (RFC 8200 section 5). Reassembly is left to the receiver.

use std::fmt;

use crate::checksum::checksum;
use crate::headers::{Fragment, Headers, Layer3};
use crate::ipv4;

/// Why a packet cannot be cut up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CannotFragment {
    /// Only IPv4 packets can.
    NotIpv4,
    /// Its sender forbids it.
    DontFragment,
    /// The MTU leaves no room for eight bytes after the header.
    MtuTooSmall,
}

impl fmt::Display for CannotFragment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CannotFragment::NotIpv4 => "only IPv4 packets are fragmented on the way",
            CannotFragment::DontFragment => "the packet says not to fragment it",
            CannotFragment::MtuTooSmall => "the MTU leaves no room for a fragment",
        })
    }
}

impl std::error::Error for CannotFragment {}

/// Cuts a packet into frames whose IP packets are at most `mtu` long; one that fits is returned whole.
///
/// A half-computed transport checksum must be finished before ([`crate::finish_checksum`]).
pub fn fragment(frame: &[u8], headers: &Headers, mtu: u16) -> Result<Vec<Vec<u8>>, CannotFragment> {
    if headers.layer3 != Layer3::Ipv4 {
        return Err(CannotFragment::NotIpv4);
    }
    if headers.total_len <= u32::from(mtu) {
        return Ok(vec![frame[..headers.end()].to_vec()]);
    }
    if headers.dont_fragment {
        return Err(CannotFragment::DontFragment);
    }
    // The first header is never shorter than the later ones, so one size fits all.
    let units = usize::from(mtu).saturating_sub(headers.network_len()) / 8;
    if units == 0 {
        return Err(CannotFragment::MtuTooSmall);
    }
    Ok(cut(frame, headers, units * 8))
}

fn cut(frame: &[u8], headers: &Headers, len: usize) -> Vec<Vec<u8>> {
    let network = usize::from(headers.network_offset);
    let (link, header) = (&frame[..network], &frame[network..usize::from(headers.transport_offset)]);
    let later_header = without_uncopied_options(header);
    let payload = &frame[usize::from(headers.transport_offset)..headers.end()];
    let (base, last_has_more) = position(headers.fragment);
    let last = payload.len().div_ceil(len) - 1;
    let piece = |(index, bytes): (usize, &[u8])| {
        let header = if index == 0 { header } else { &later_header };
        let more = index < last || last_has_more;
        compose(link, header, base + index * len, more, bytes)
    };
    payload.chunks(len).enumerate().map(piece).collect()
}

fn position(fragment: Fragment) -> (usize, bool) {
    match fragment {
        Fragment::None => (0, false),
        Fragment::First { .. } => (0, true),
        Fragment::Later { offset, more, .. } => (usize::from(offset), more),
    }
}

fn compose(link: &[u8], header: &[u8], offset: usize, more: bool, payload: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(link.len() + header.len() + payload.len());
    frame.extend_from_slice(link);
    frame.extend_from_slice(header);
    let total_len =
        u16::try_from(header.len() + payload.len()).expect("no longer than the packet that was cut");
    let offset = u16::try_from(offset / 8).expect("within the packet that was cut") & ipv4::OFFSET_MASK;
    let flags = if more { offset | ipv4::MORE_FRAGMENTS } else { offset };
    let header = &mut frame[link.len()..];
    header[2..4].copy_from_slice(&total_len.to_be_bytes());
    header[6..8].copy_from_slice(&flags.to_be_bytes());
    header[10..12].fill(0);
    let sum = checksum(header);
    header[10..12].copy_from_slice(&sum.to_be_bytes());
    frame.extend_from_slice(payload);
    frame
}

fn without_uncopied_options(header: &[u8]) -> Vec<u8> {
    let (fixed, options) = header.split_at(ipv4::HEADER_LEN);
    let mut shortened = fixed.to_vec();
    shortened.extend(ipv4::copied_options(options));
    shortened[0] = 0x40 | u8::try_from(shortened.len() / 4).expect("no longer than the header it was");
    shortened
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{IpPacket, checksum, parse};

    fn packet(len: usize, dont_fragment: bool) -> Vec<u8> {
        let payload: Vec<u8> = (0..=u8::MAX).cycle().take(len).collect();
        let (a, b) = ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
        let packet = IpPacket { dont_fragment, identification: 9, ..IpPacket::new(a, b, 47) };
        IpPacket { payload: &[&payload], ..packet }.build()
    }

    /// Puts fragments together in the plainest way.
    fn reassemble(pieces: &[Vec<u8>]) -> Vec<u8> {
        let mut whole = Vec::new();
        for (index, piece) in pieces.iter().enumerate() {
            let headers = parse(piece).unwrap();
            assert!(checksum::network_is_valid(piece, &headers));
            let (offset, more) = position(headers.fragment);
            assert_eq!(offset, whole.len());
            assert_eq!(more, index + 1 < pieces.len());
            whole.extend_from_slice(headers.payload(piece));
        }
        whole
    }

    #[test]
    fn the_pieces_fit_and_make_the_whole_again_even_cut_twice() {
        let frame = packet(4000, false);
        let headers = parse(&frame).unwrap();
        let pieces = fragment(&frame, &headers, 1500).unwrap();
        assert_eq!(pieces.iter().map(|piece| piece.len() - 14).collect::<Vec<_>>(), [1500, 1500, 1060]);
        assert_eq!(reassemble(&pieces), headers.payload(&frame));

        let cut_again = |piece: &Vec<u8>| fragment(piece, &parse(piece).unwrap(), 577).unwrap();
        let smaller: Vec<_> = pieces.iter().flat_map(cut_again).collect();
        assert!(smaller.len() > 6 && smaller.iter().all(|piece| piece.len() <= 14 + 577));
        assert_eq!(reassemble(&smaller), headers.payload(&frame));
    }

    #[test]
    fn what_fits_stays_whole_and_what_may_not_be_cut_is_not() {
        let frame = packet(1480, true);
        assert_eq!(fragment(&frame, &parse(&frame).unwrap(), 1500).unwrap(), std::slice::from_ref(&frame));
        assert_eq!(fragment(&frame, &parse(&frame).unwrap(), 1499), Err(CannotFragment::DontFragment));
        let frame = packet(100, false);
        assert_eq!(fragment(&frame, &parse(&frame).unwrap(), 27), Err(CannotFragment::MtuTooSmall));
    }

    #[test]
    fn only_options_that_say_so_are_repeated() {
        let mut frame = packet(64, false);
        frame.splice(34..34, [68, 4, 5, 0, 148, 4, 0, 0]);
        frame[14] = 0x47;
        frame[17] = 92;
        let pieces = fragment(&frame, &parse(&frame).unwrap(), 60).unwrap();
        assert_eq!(pieces[0][34..42], [68, 4, 5, 0, 148, 4, 0, 0]);
        assert_eq!(pieces[1][14], 0x46);
        assert_eq!(pieces[1][34..38], [148, 4, 0, 0]);
    }
}
