//! The protocol numbers of IP that a VPC tells apart, with their names.
//!
//! Follows IANA's "Assigned Internet Protocol Numbers". Others stay plain numbers.

use std::fmt;

/// ICMP for IPv4.
pub const ICMP: u8 = 1;
/// TCP.
pub const TCP: u8 = 6;
/// UDP.
pub const UDP: u8 = 17;
/// ICMP for IPv6.
pub const ICMPV6: u8 = 58;

/// Where the checksum lies in this protocol's header, if it is one we keep right.
#[inline]
pub(crate) fn checksum_offset(protocol: u8) -> Option<u16> {
    match protocol {
        TCP => Some(16),
        UDP => Some(6),
        ICMP | ICMPV6 => Some(2),
        _ => None,
    }
}

/// Does the checksum of this protocol cover the addresses too?
#[inline]
pub(crate) fn has_pseudo_header(protocol: u8) -> bool {
    protocol != ICMP
}

/// Prints a protocol number as people write it: `tcp`, `icmpv6`, `protocol 47`.
#[derive(Clone, Copy, Debug)]
pub struct Name(pub u8);

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            ICMP => f.write_str("icmp"),
            TCP => f.write_str("tcp"),
            UDP => f.write_str("udp"),
            ICMPV6 => f.write_str("icmpv6"),
            other => write!(f, "protocol {other}"),
        }
    }
}
