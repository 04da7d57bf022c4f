//! IPv6: the header and the walk along its extension headers.
//!
//! Follows RFC 8200; atomic fragments per RFC 6946. An authentication header, like ESP, is a
//! transport protocol of its own here, as it is for IPv4. Left out: jumbograms.

use std::net::Ipv6Addr;

use crate::field;
use crate::headers::Fragment;
use crate::malformed::Malformed;

/// The length of an IPv6 header without extension headers.
pub const HEADER_LEN: usize = 40;

/// How many extension headers a packet may have; RFC 8200 knows four kinds that may precede a transport.
pub const EXTENSION_HEADERS_MAX: usize = 8;

const HOP_BY_HOP: u8 = 0;
const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const DESTINATION_OPTIONS: u8 = 60;

/// The fields of an IPv6 header that matter here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ipv6Header {
    /// The sender.
    pub source: Ipv6Addr,
    /// The receiver.
    pub destination: Ipv6Addr,
    /// What follows: an extension header or the transport protocol.
    pub next_header: u8,
    /// How many routers it may still pass.
    pub hop_limit: u8,
    /// The length of everything after this header.
    pub payload_len: u16,
}

impl Ipv6Header {
    /// Reads the header at the start of `packet`, and checks that the packet is all there.
    #[inline(always)]
    pub fn parse(packet: &[u8]) -> Result<Ipv6Header, Malformed> {
        let header = Ipv6Header::parse_quoted(packet)?;
        if HEADER_LEN + usize::from(header.payload_len) > packet.len() {
            return Err(Malformed::BadTotalLength);
        }
        Ok(header)
    }

    /// Reads the header of a packet that may be cut off after it, as ICMPv6 errors quote it.
    #[inline(always)]
    pub(crate) fn parse_quoted(packet: &[u8]) -> Result<Ipv6Header, Malformed> {
        let Some(header) = packet.first_chunk::<HEADER_LEN>() else {
            return Err(Malformed::TooShort);
        };
        if header[0] >> 4 != 6 {
            return Err(Malformed::BadVersion);
        }
        Ok(Ipv6Header {
            source: Ipv6Addr::from(field::at::<8, 16, _>(header)),
            destination: Ipv6Addr::from(field::at::<24, 16, _>(header)),
            next_header: header[6],
            hop_limit: header[7],
            payload_len: field::word::<4, _>(header),
        })
    }
}

/// What stands between the IPv6 header and the transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chain {
    pub(crate) protocol: u8,
    pub(crate) len: u16,
    pub(crate) fragment: Fragment,
    pub(crate) source_route: bool,
}

/// Walks the extension headers at the start of `payload`; stops at a later fragment's bytes.
#[inline(always)]
pub(crate) fn walk(payload: &[u8], first: u8) -> Result<Chain, Malformed> {
    let chain = Chain { protocol: first, len: 0, fragment: Fragment::None, source_route: false };
    if is_extension(first) { walk_extensions(payload, chain) } else { Ok(chain) }
}

fn walk_extensions(payload: &[u8], mut chain: Chain) -> Result<Chain, Malformed> {
    let mut seen_fragment = false;
    for position in 0..EXTENSION_HEADERS_MAX {
        let bytes = &payload[usize::from(chain.len)..];
        let (&[next, len, _, segments_left, ..], kind) =
            (bytes.first_chunk::<8>().ok_or(Malformed::BadExtensionHeader)?, chain.protocol);
        let len = if kind == FRAGMENT { 8 } else { (u16::from(len) + 1) * 8 };
        let misplaced = (kind == HOP_BY_HOP && position != 0) || (kind == FRAGMENT && seen_fragment);
        if misplaced || usize::from(len) > bytes.len() {
            return Err(Malformed::BadExtensionHeader);
        }
        if kind == FRAGMENT {
            seen_fragment = true;
            chain.fragment = fragment(bytes);
        }
        chain.source_route |= kind == ROUTING && segments_left > 0;
        chain.protocol = next;
        chain.len += len;
        if !is_extension(next) || matches!(chain.fragment, Fragment::Later { .. }) {
            return Ok(chain);
        }
    }
    Err(Malformed::TooManyExtensionHeaders)
}

#[inline]
fn is_extension(protocol: u8) -> bool {
    matches!(protocol, HOP_BY_HOP | ROUTING | FRAGMENT | DESTINATION_OPTIONS)
}

fn fragment(header: &[u8]) -> Fragment {
    let Some(&[_, _, o0, o1, i0, i1, i2, i3]) = header.first_chunk::<8>() else {
        return Fragment::None;
    };
    let field = u16::from_be_bytes([o0, o1]);
    let identification = u32::from_be_bytes([i0, i1, i2, i3]);
    match (field & !7, field & 1 == 1) {
        (0, false) => Fragment::None,
        (0, true) => Fragment::First { identification },
        (offset, more) => Fragment::Later { identification, offset, more },
    }
}
