//! IPv4: the header, its options as far as they can do harm, and the checks on fragments.
//!
//! Follows RFC 791; source routes per RFC 7126 section 4.3; hostile fragments per RFC 1858 and 3128.

use std::net::Ipv4Addr;

use crate::field;
use crate::headers::Fragment;
use crate::malformed::Malformed;
use crate::protocol;

/// The length of an IPv4 header without options.
pub const HEADER_LEN: usize = 20;

pub(crate) const DONT_FRAGMENT: u16 = 0x4000;
pub(crate) const MORE_FRAGMENTS: u16 = 0x2000;
pub(crate) const OFFSET_MASK: u16 = 0x1fff;

/// The fields of an IPv4 header that matter here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ipv4Header {
    /// The sender.
    pub source: Ipv4Addr,
    /// The receiver.
    pub destination: Ipv4Addr,
    /// The transport protocol.
    pub protocol: u8,
    /// How many routers it may still pass.
    pub ttl: u8,
    /// Whether it is a part of a packet.
    pub fragment: Fragment,
    /// May nobody fragment it?
    pub dont_fragment: bool,
    /// The header's length, options included.
    pub header_len: u16,
    /// The packet's length, header included.
    pub total_len: u16,
}

impl Ipv4Header {
    /// Reads the header at the start of `packet`, and checks that the packet is all there.
    #[inline(always)]
    pub fn parse(packet: &[u8]) -> Result<Ipv4Header, Malformed> {
        let header = Ipv4Header::parse_quoted(packet)?;
        if usize::from(header.total_len) > packet.len() {
            return Err(Malformed::BadTotalLength);
        }
        if header.fragment != Fragment::None {
            check_fragment(
                header.fragment,
                usize::from(header.total_len - header.header_len),
                header.protocol,
            )?;
        }
        Ok(header)
    }

    /// Reads the header of a packet that may be cut off after it, as ICMP errors quote it.
    #[inline(always)]
    pub(crate) fn parse_quoted(packet: &[u8]) -> Result<Ipv4Header, Malformed> {
        let Some(header) = packet.first_chunk::<HEADER_LEN>() else {
            return Err(Malformed::TooShort);
        };
        if header[0] >> 4 != 4 {
            return Err(Malformed::BadVersion);
        }
        let header_len = u16::from(header[0] & 0x0f) * 4;
        let total_len = field::word::<2, _>(header);
        if usize::from(header_len) < HEADER_LEN
            || header_len > total_len
            || usize::from(header_len) > packet.len()
        {
            return Err(Malformed::BadHeaderLength);
        }
        let flags = field::word::<6, _>(header);
        Ok(Ipv4Header {
            source: Ipv4Addr::from(field::at::<12, 4, _>(header)),
            destination: Ipv4Addr::from(field::at::<16, 4, _>(header)),
            protocol: header[9],
            ttl: header[8],
            fragment: fragment(field::word::<4, _>(header), flags),
            dont_fragment: flags & DONT_FRAGMENT != 0,
            header_len,
            total_len,
        })
    }

    /// The options of the packet this header was read from.
    #[inline]
    pub fn options<'a>(&self, packet: &'a [u8]) -> &'a [u8] {
        packet.get(HEADER_LEN..usize::from(self.header_len)).unwrap_or_default()
    }
}

#[inline]
fn fragment(identification: u16, flags: u16) -> Fragment {
    let identification = u32::from(identification);
    let more = flags & MORE_FRAGMENTS != 0;
    match (flags & OFFSET_MASK, more) {
        (0, false) => Fragment::None,
        (0, true) => Fragment::First { identification },
        (offset, more) => Fragment::Later { identification, offset: offset * 8, more },
    }
}

/// Refuses fragments that no sender makes and that confuse receivers; for both IP versions.
#[inline]
pub(crate) fn check_fragment(fragment: Fragment, len: usize, protocol: u8) -> Result<(), Malformed> {
    let sound = match fragment {
        Fragment::None => true,
        Fragment::First { .. } => len.is_multiple_of(8),
        Fragment::Later { offset, more, .. } => {
            // At offset 8 a fragment could replace the TCP flags that were looked at (RFC 3128).
            let overlaps_tcp = protocol == protocol::TCP && offset == 8;
            let whole_units = !more || len.is_multiple_of(8);
            !overlaps_tcp && whole_units && usize::from(offset) + len <= usize::from(u16::MAX)
        }
    };
    if sound { Ok(()) } else { Err(Malformed::BadFragment) }
}

const OPTION_END: u8 = 0;
const OPTION_NOTHING: u8 = 1;
const OPTION_LOOSE_SOURCE_ROUTE: u8 = 131;
const OPTION_STRICT_SOURCE_ROUTE: u8 = 137;

/// Do these options ask for a route by way of other addresses?
pub fn asks_for_source_route(options: &[u8]) -> Result<bool, Malformed> {
    let mut found = false;
    let mut rest = options;
    while let Some(&kind) = rest.first() {
        match kind {
            OPTION_END => break,
            OPTION_NOTHING => rest = &rest[1..],
            _ => {
                found |= kind == OPTION_LOOSE_SOURCE_ROUTE || kind == OPTION_STRICT_SOURCE_ROUTE;
                rest = &rest[option_len(rest)?..];
            }
        }
    }
    Ok(found)
}

/// The length of the option at the start of `options`, which is neither an end nor a filler.
fn option_len(options: &[u8]) -> Result<usize, Malformed> {
    let len = usize::from(*options.get(1).ok_or(Malformed::BadOptions)?);
    if len < 2 || len > options.len() { Err(Malformed::BadOptions) } else { Ok(len) }
}

/// The options that every fragment must repeat: those with the copied flag (RFC 791, section 3.1).
///
/// Padded to whole words. The options were read before, so bad ones end the list.
pub(crate) fn copied_options(options: &[u8]) -> Vec<u8> {
    let mut copied = Vec::new();
    let mut rest = options;
    while let Some(&kind) = rest.first() {
        if kind == OPTION_END {
            break;
        }
        let len = if kind == OPTION_NOTHING { 1 } else { option_len(rest).unwrap_or(rest.len()) };
        if kind & 0x80 != 0 {
            copied.extend_from_slice(&rest[..len]);
        }
        rest = &rest[len..];
    }
    copied.resize(copied.len().next_multiple_of(4), OPTION_END);
    copied
}
