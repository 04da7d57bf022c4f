//! Ethernet II: hardware addresses, ether types and the 14-byte header.
//!
//! Follows IEEE 802.3 clause 3. A VPC carries no VLAN tags, so a tag is recognised but never read.

use std::fmt;
use std::str::FromStr;

use crate::field;

/// The length of an Ethernet header without tags.
pub const HEADER_LEN: usize = 14;

/// A hardware address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mac(pub [u8; 6]);

impl Mac {
    /// The address every station on a link listens to.
    pub const BROADCAST: Mac = Mac([0xff; 6]);

    /// Its bytes as one number, the first of them highest: compared in one step.
    #[inline(always)]
    pub const fn number(self) -> u64 {
        let [a, b, c, d, e, f] = self.0;
        u64::from_be_bytes([0, 0, a, b, c, d, e, f])
    }

    /// Is this the broadcast address?
    #[inline]
    pub fn is_broadcast(self) -> bool {
        self == Mac::BROADCAST
    }

    /// Is this a group address (the broadcast address is one)?
    #[inline]
    pub fn is_multicast(self) -> bool {
        self.0[0] & 1 == 1
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

/// The text is not six pairs of hexadecimal digits separated by colons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadMac;

impl fmt::Display for BadMac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a hardware address is six pairs of hexadecimal digits, such as 02:00:0a:00:01:0a")
    }
}

impl std::error::Error for BadMac {}

impl FromStr for Mac {
    type Err = BadMac;

    fn from_str(text: &str) -> Result<Mac, BadMac> {
        let mut pairs = text.split(':');
        let mut mac = [0; 6];
        for byte in &mut mac {
            *byte = hex_pair(pairs.next().ok_or(BadMac)?)?;
        }
        match pairs.next() {
            None => Ok(Mac(mac)),
            Some(_) => Err(BadMac),
        }
    }
}

// `from_str_radix` alone would let "+a" through.
fn hex_pair(pair: &str) -> Result<u8, BadMac> {
    if pair.len() != 2 || !pair.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(BadMac);
    }
    u8::from_str_radix(pair, 16).map_err(|_| BadMac)
}

/// What an Ethernet frame carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EtherType {
    /// IPv4, 0x0800.
    Ipv4,
    /// ARP, 0x0806.
    Arp,
    /// IPv6, 0x86dd.
    Ipv6,
    /// A VLAN tag in any of its dialects: 0x8100, 0x88a8, 0x9100.
    Vlan,
    /// Anything else; below 0x0600 it is a length, not a type.
    Other(u16),
}

impl From<u16> for EtherType {
    #[inline]
    fn from(number: u16) -> EtherType {
        match number {
            0x0800 => EtherType::Ipv4,
            0x0806 => EtherType::Arp,
            0x86dd => EtherType::Ipv6,
            0x8100 | 0x88a8 | 0x9100 => EtherType::Vlan,
            other => EtherType::Other(other),
        }
    }
}

impl From<EtherType> for u16 {
    #[inline]
    fn from(ethertype: EtherType) -> u16 {
        match ethertype {
            EtherType::Ipv4 => 0x0800,
            EtherType::Arp => 0x0806,
            EtherType::Ipv6 => 0x86dd,
            EtherType::Vlan => 0x8100,
            EtherType::Other(other) => other,
        }
    }
}

/// The header in front of every frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EthernetHeader {
    /// Who should take the frame.
    pub destination: Mac,
    /// Who says it sent the frame.
    pub source: Mac,
    /// What follows.
    pub ethertype: EtherType,
}

impl EthernetHeader {
    /// Reads the header, or nothing if the frame is too short for one.
    #[inline(always)]
    pub fn parse(frame: &[u8]) -> Option<EthernetHeader> {
        let header = frame.first_chunk::<HEADER_LEN>()?;
        Some(EthernetHeader {
            destination: Mac(field::at::<0, 6, _>(header)),
            source: Mac(field::at::<6, 6, _>(header)),
            ethertype: EtherType::from(field::word::<12, _>(header)),
        })
    }

    /// Appends the header to a frame being composed.
    pub fn write(&self, frame: &mut Vec<u8>) {
        frame.extend_from_slice(&self.destination.0);
        frame.extend_from_slice(&self.source.0);
        frame.extend_from_slice(&u16::from(self.ethertype).to_be_bytes());
    }
}

/// The hardware addresses of a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// The sender's.
    pub source: Mac,
    /// The receiver's.
    pub destination: Mac,
}

impl Link {
    /// The other direction.
    #[must_use]
    pub fn reversed(self) -> Link {
        Link { source: self.destination, destination: self.source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mac_reads_what_it_writes() {
        let mac = Mac([0x02, 0, 0x0a, 0, 1, 0xfe]);
        assert_eq!(mac.to_string(), "02:00:0a:00:01:fe");
        assert_eq!("02:00:0A:00:01:FE".parse(), Ok(mac));
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in [
            "",
            "02:00:0a:00:01",
            "02:00:0a:00:01:fe:00",
            "2:0:a:0:1:fe",
            "+2:00:0a:00:01:fe",
            "02-00-0a-00-01-fe",
        ] {
            assert_eq!(text.parse::<Mac>(), Err(BadMac), "{text}");
        }
    }

    #[test]
    fn broadcast_is_multicast_but_not_the_other_way_round() {
        assert!(Mac::BROADCAST.is_broadcast() && Mac::BROADCAST.is_multicast());
        let group = Mac([0x33, 0x33, 0, 0, 0, 1]);
        assert!(group.is_multicast() && !group.is_broadcast());
        assert!(!Mac([2, 0, 0, 0, 0, 1]).is_multicast());
    }

    #[test]
    fn every_ethertype_keeps_its_number() {
        for number in [0x0800, 0x0806, 0x86dd, 0x8100, 0x88cc, 0x05dc] {
            assert_eq!(u16::from(EtherType::from(number)), number);
        }
    }
}
