//! What identifies a conversation: two addresses, a protocol and two ports.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, SocketAddr};

use crate::protocol;

/// One direction of a conversation.
///
/// An ICMP echo has its identifier in both ports, so that a reply's flow is the request's reversed.
/// Whatever has no ports has zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flow {
    /// The sender's address.
    pub source: IpAddr,
    /// The receiver's address.
    pub destination: IpAddr,
    /// The transport protocol.
    pub protocol: u8,
    /// The sender's port.
    pub source_port: u16,
    /// The receiver's port.
    pub destination_port: u16,
}

impl Flow {
    /// The other direction.
    #[inline]
    #[must_use]
    pub fn reversed(&self) -> Flow {
        Flow {
            source: self.destination,
            destination: self.source,
            protocol: self.protocol,
            source_port: self.destination_port,
            destination_port: self.source_port,
        }
    }
}

// Two words for IPv4, five for IPv6: every packet is looked up by this hash, and the derived one
// feeds a hasher a dozen small pieces.
impl Hash for Flow {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        let ports = u64::from(self.source_port) << 16 | u64::from(self.destination_port);
        state.write_u64(u64::from(self.protocol) << 32 | ports);
        match (self.source, self.destination) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => {
                state.write_u64(u64::from(source.to_bits()) << 32 | u64::from(destination.to_bits()));
            }
            (source, destination) => {
                write_ipv6(source, state);
                write_ipv6(destination, state);
            }
        }
    }
}

#[inline]
fn write_ipv6<H: Hasher>(address: IpAddr, state: &mut H) {
    let bits = match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    };
    state.write_u64((bits >> 64) as u64);
    state.write_u64((bits & 0xffff_ffff_ffff_ffff) as u64);
}

/// One line for people: `10.0.1.10:40000 -> 10.0.2.20:22 tcp`.
impl fmt::Display for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = protocol::Name(self.protocol);
        match self.protocol {
            protocol::TCP | protocol::UDP => {
                let source = SocketAddr::new(self.source, self.source_port);
                write!(f, "{source} -> {} {name}", SocketAddr::new(self.destination, self.destination_port))
            }
            protocol::ICMP | protocol::ICMPV6 if self.source_port != 0 => {
                write!(f, "{} -> {} {name} id {}", self.source, self.destination, self.source_port)
            }
            _ => write!(f, "{} -> {} {name}", self.source, self.destination),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{TcpFlags, TcpSegment, parse};

    #[test]
    fn there_and_back_is_the_same_flow() {
        let (a, b) = ("10.0.1.10:40000".parse().unwrap(), "10.0.2.20:22".parse().unwrap());
        let there = parse(&TcpSegment::new(a, b, TcpFlags::SYN).build()).unwrap().flow();
        let back = parse(&TcpSegment::new(b, a, TcpFlags::SYN | TcpFlags::ACK).build()).unwrap().flow();
        assert_eq!(there.reversed(), back);
        assert_eq!(there.to_string(), "10.0.1.10:40000 -> 10.0.2.20:22 tcp");
    }
}
