//! What a connection is found by: a packet's link and flow, packed into two words.
//!
//! ```text
//!  addresses  IPv4: source 32 | destination 32          IPv6: 64 bits of a keyed hash of both
//!  rest       used 1 | IPv6 1 | link 22 | protocol 8 | source port 16 | destination port 16
//! ```
//!
//! Two words are compared at once, and the keys of both sides of a connection share half a cache line. The key of an IPv4
//! packet says everything. Equal keys of IPv6 packets only make it very likely that their flows are equal; who needs to
//! know compares the flows too.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use wire::Flow;

use crate::port::{PORTS_MAX, PortId};

/// The key of one side of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ConnectionKey {
    addresses: u64,
    rest: u64,
}

/// An IPv4 packet that arrives somewhere, in numbers: source before destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ReceivedIpv4 {
    pub(crate) link: PortId,
    pub(crate) addresses: u64,
    pub(crate) ports: u32,
}

const USED: u64 = 1 << 63;
const IPV6: u64 = 1 << 62;
const LINK_BIT: u32 = 40;
const LINK_MASK: u64 = (1 << 22) - 1;
const PROTOCOL_BIT: u32 = 32;

const _: () = assert!(PORTS_MAX as u64 - 1 <= LINK_MASK, "every link's number fits");

impl ConnectionKey {
    /// The key of no side.
    pub(crate) const NONE: ConnectionKey = ConnectionKey { addresses: 0, rest: 0 };

    /// The key of packets that arrive on `link` with this flow. `None` if there cannot be such a link.
    #[inline]
    pub(crate) fn new(seed: u64, link: PortId, flow: &Flow) -> Option<ConnectionKey> {
        let ports = u32::from(flow.source_port) << 16 | u32::from(flow.destination_port);
        match (flow.source, flow.destination) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => {
                let addresses = u64::from(source.to_bits()) << 32 | u64::from(destination.to_bits());
                ConnectionKey::ipv4(link, addresses, flow.protocol, ports)
            }
            (source, destination) => {
                let addresses = fingerprint(seed, source, destination);
                let key = ConnectionKey::ipv4(link, addresses, flow.protocol, ports)?;
                Some(ConnectionKey { rest: key.rest | IPV6, ..key })
            }
        }
    }

    /// The same from an IPv4 packet's numbers: source before destination.
    #[inline(always)]
    pub(crate) fn ipv4(link: PortId, addresses: u64, protocol: u8, ports: u32) -> Option<ConnectionKey> {
        let link = (link.0 < PORTS_MAX).then_some(u64::from(link.0))?;
        let rest = USED | link << LINK_BIT | u64::from(protocol) << PROTOCOL_BIT | u64::from(ports);
        Some(ConnectionKey { addresses, rest })
    }

    /// A hash, keyed so that a guest cannot choose flows that collide.
    #[inline]
    pub(crate) fn hash(self, seed: u64) -> u32 {
        (fold(fold(seed ^ self.addresses) ^ self.rest) >> 32) as u32
    }

    /// Whether this is the key of a side.
    #[inline]
    pub(crate) fn is_used(self) -> bool {
        self.rest != 0
    }

    /// Whether there is more to the flow than the key says.
    #[inline]
    pub(crate) fn is_ipv6(self) -> bool {
        self.rest & IPV6 != 0
    }

    /// The link.
    #[inline]
    pub(crate) fn link(self) -> PortId {
        PortId((self.rest >> LINK_BIT & LINK_MASK) as u32)
    }

    #[inline(always)]
    fn protocol(self) -> u8 {
        (self.rest >> PROTOCOL_BIT & 0xff) as u8
    }

    /// Source before destination.
    #[inline(always)]
    fn ports(self) -> u32 {
        (self.rest & 0xffff_ffff) as u32
    }

    /// The flow, if it is IPv4.
    #[inline]
    pub(crate) fn ipv4_flow(self) -> Option<Flow> {
        (self.rest & (USED | IPV6) == USED).then(|| Flow {
            source: IpAddr::V4(Ipv4Addr::from_bits((self.addresses >> 32) as u32)),
            destination: IpAddr::V4(Ipv4Addr::from_bits((self.addresses & 0xffff_ffff) as u32)),
            protocol: self.protocol(),
            source_port: (self.ports() >> 16) as u16,
            destination_port: (self.ports() & 0xffff) as u16,
        })
    }

    /// The flow of an IPv6 key, with the addresses that it says too little of: source and destination.
    #[inline]
    pub(crate) fn ipv6_flow(self, [source, destination]: [u128; 2]) -> Flow {
        Flow {
            source: IpAddr::V6(Ipv6Addr::from_bits(source)),
            destination: IpAddr::V6(Ipv6Addr::from_bits(destination)),
            protocol: self.protocol(),
            source_port: (self.ports() >> 16) as u16,
            destination_port: (self.ports() & 0xffff) as u16,
        }
    }

    /// As what packets reach a side over IPv4: the reverse of what it sends.
    #[inline(always)]
    pub(crate) fn ipv4_received(self) -> Option<ReceivedIpv4> {
        (self.rest & (USED | IPV6) == USED).then(|| ReceivedIpv4 {
            link: self.link(),
            addresses: self.addresses.rotate_left(32),
            ports: self.ports().rotate_left(16),
        })
    }

    /// Whether both are IPv6, with the ports of a packet and its answer.
    #[inline]
    pub(crate) fn has_ports_of_ipv6_answer(self, other: ConnectionKey) -> bool {
        let (ports, others) = (self.ports(), other.ports());
        self.rest & other.rest & IPV6 != 0 && ports.rotate_left(16) == others
    }

    /// Whether both are IPv4, and the packets of one are answers to the other's as they are: nothing is translated between.
    #[inline]
    pub(crate) fn is_answered_by(self, other: ConnectionKey) -> bool {
        let (ports, others) = (self.ports(), other.ports());
        self.addresses.rotate_left(32) == other.addresses
            && ports.rotate_left(16) == others
            && (self.rest | other.rest) & IPV6 == 0
    }
}

const FOLD: u64 = 0x9e37_79b9_7f4a_7c15;

/// The lower half.
#[inline(always)]
fn low(number: u128) -> u64 {
    (number & 0xffff_ffff_ffff_ffff) as u64
}

/// Multiply, and fold both halves of the product together.
#[inline]
fn fold(value: u64) -> u64 {
    let product = u128::from(value) * u128::from(FOLD);
    low(product) ^ (product >> 64) as u64
}

fn fingerprint(seed: u64, source: IpAddr, destination: IpAddr) -> u64 {
    let mut mixed = seed;
    for address in [source, destination] {
        let bits = match address {
            IpAddr::V4(v4) => u128::from(v4.to_bits()),
            IpAddr::V6(v6) => v6.to_bits(),
        };
        mixed = fold(fold(mixed ^ (bits >> 64) as u64) ^ low(bits));
    }
    fold(mixed ^ seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(source: &str, destination: &str) -> Flow {
        let (source, destination) = (source.parse().unwrap(), destination.parse().unwrap());
        Flow { source, destination, protocol: 17, source_port: 0xfedc, destination_port: 53 }
    }

    fn key(link: u32, flow: &Flow) -> ConnectionKey {
        ConnectionKey::new(7, PortId(link), flow).unwrap()
    }

    #[test]
    fn an_ipv4_key_says_everything_and_an_ipv6_key_does_not() {
        let (v4, v6) = (flow("255.1.2.3", "10.0.0.1"), flow("fd00::1", "fd00::2"));
        for link in [0, PORTS_MAX - 1] {
            assert_eq!((key(link, &v4).link(), key(link, &v4).ipv4_flow()), (PortId(link), Some(v4)));
            assert_eq!((key(link, &v6).link(), key(link, &v6).ipv4_flow()), (PortId(link), None));
        }
        assert_eq!(ConnectionKey::new(7, PortId(PORTS_MAX), &v4), None);
        assert_eq!(ConnectionKey::NONE.ipv4_flow(), None);
    }

    #[test]
    fn every_part_of_a_flow_makes_a_difference() {
        for flow in [flow("10.0.0.1", "10.0.0.2"), flow("fd00::1", "fd00::2")] {
            let others = [
                flow.reversed(),
                Flow { source: "fd00::9".parse().unwrap(), ..flow },
                Flow { destination: "10.0.0.9".parse().unwrap(), ..flow },
                Flow { protocol: 6, ..flow },
                Flow { source_port: 1, ..flow },
                Flow { destination_port: 1, ..flow },
            ];
            assert!(others.iter().all(|other| key(1, other) != key(1, &flow)));
            assert_ne!(key(1, &flow), key(2, &flow));
        }
    }

    #[test]
    fn an_answer_comes_from_any_link_but_with_the_reversed_flow() {
        let there = flow("10.0.0.1", "10.0.0.2");
        assert!(key(1, &there).is_answered_by(key(2, &there.reversed())));
        assert!(!key(1, &there).is_answered_by(key(2, &there)));
        let translated = Flow { source_port: 1024, ..there };
        assert!(!key(1, &there).is_answered_by(key(2, &translated.reversed())));
    }
}
