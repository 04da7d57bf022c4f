//! What a rule of a security group or a network ACL matches: protocol, ports or ICMP type, and an address range.
//!
//! A match is data, and read in two ways: does this packet match, and how is it written for a person. Follows "Security
//! group rules" and "Network ACL rules" (VPC User Guide). Left out: which set of packets it matches, which nobody asks yet.

use std::fmt;
use std::net::IpAddr;

/// IANA protocol numbers that have rules of their own on AWS.
pub mod protocol {
    /// ICMP for IPv4.
    pub const ICMP: u8 = 1;
    /// TCP.
    pub const TCP: u8 = 6;
    /// UDP.
    pub const UDP: u8 = 17;
    /// ICMP for IPv6.
    pub const ICMPV6: u8 = 58;

    /// The name for people: `tcp`, `udp`, `icmp`, `icmpv6`, or the number.
    pub fn name(number: u8) -> std::borrow::Cow<'static, str> {
        match number {
            ICMP => "icmp".into(),
            TCP => "tcp".into(),
            UDP => "udp".into(),
            ICMPV6 => "icmpv6".into(),
            other => other.to_string().into(),
        }
    }
}

/// The fields of a packet that rules look at, as one end of the conversation sees them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Header {
    /// Source address.
    pub source: IpAddr,
    /// Destination address.
    pub destination: IpAddr,
    /// IP protocol number.
    pub protocol: u8,
    /// What the transport header says.
    pub transport: Transport,
}

/// The part of the transport header that rules look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// Ports of TCP or UDP.
    Ports {
        /// Source port.
        source: u16,
        /// Destination port.
        destination: u16,
    },
    /// Type and code of ICMP or ICMPv6.
    Icmp {
        /// Type.
        kind: u8,
        /// Code.
        code: u8,
    },
    /// A protocol without ports, or a later fragment, in which they are not visible.
    Opaque,
}

/// Which protocols a rule is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum RuleProtocol {
    /// Every protocol, written `-1`.
    All,
    /// One protocol by its IANA number.
    Number(u8),
}

impl fmt::Display for RuleProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RuleProtocol::All => f.write_str("all traffic"),
            RuleProtocol::Number(number) => f.write_str(&protocol::name(*number)),
        }
    }
}

/// Which ports, or ICMP types and codes, a rule is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Ports {
    /// Every port; also for protocols that have none.
    Any,
    /// Destination ports from the first to the last, both included (TCP and UDP).
    Range {
        /// First port.
        from: u16,
        /// Last port.
        to: u16,
    },
    /// ICMP type and code; `None` stands for any.
    Icmp {
        /// Type.
        kind: Option<u8>,
        /// Code.
        code: Option<u8>,
    },
}

/// Protocol and ports of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traffic {
    /// The protocol.
    pub protocol: RuleProtocol,
    /// The ports, or ICMP type and code.
    pub ports: Ports,
}

impl Traffic {
    /// Every packet.
    pub const ALL: Traffic = Traffic { protocol: RuleProtocol::All, ports: Ports::Any };

    /// Whether a packet's protocol and ports match. Addresses are the rule's own business.
    pub fn matches(&self, header: &Header) -> bool {
        self.matches_protocol(header.protocol) && self.matches_ports(header.transport)
    }

    fn matches_protocol(&self, number: u8) -> bool {
        match self.protocol {
            RuleProtocol::All => true,
            RuleProtocol::Number(wanted) => wanted == number,
        }
    }

    fn matches_ports(&self, transport: Transport) -> bool {
        match (self.ports, transport) {
            (Ports::Any, _) => true,
            (Ports::Range { from, to }, Transport::Ports { destination, .. }) => {
                (from..=to).contains(&destination)
            }
            // The full range says nothing about ports, so that it also lets later fragments and portless protocols by.
            (Ports::Range { from, to }, Transport::Opaque) => from == 0 && to == u16::MAX,
            (Ports::Range { .. }, Transport::Icmp { .. }) => false,
            (Ports::Icmp { kind, code }, Transport::Icmp { kind: packet_kind, code: packet_code }) => {
                kind.is_none_or(|kind| kind == packet_kind) && code.is_none_or(|code| code == packet_code)
            }
            (Ports::Icmp { kind, .. }, Transport::Opaque) => kind.is_none(),
            (Ports::Icmp { .. }, Transport::Ports { .. }) => false,
        }
    }

    /// Whether the rule is for all ports of `protocol`: the half of AWS's test for untracked flows that is about
    /// ports ("for all ports (0-65535)", Security group connection tracking).
    pub fn covers_all_ports_of(&self, protocol: u8) -> bool {
        self.matches_protocol(protocol)
            && match self.ports {
                Ports::Any => true,
                Ports::Range { from, to } => from == 0 && to == u16::MAX,
                Ports::Icmp { kind, code } => kind.is_none() && code.is_none(),
            }
    }
}

impl fmt::Display for Traffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.protocol.fmt(f)?;
        match self.ports {
            Ports::Any => Ok(()),
            Ports::Range { from, to } if from == to => write!(f, " {from}"),
            Ports::Range { from: 0, to: u16::MAX } => Ok(()),
            Ports::Range { from, to } => write!(f, " {from}-{to}"),
            Ports::Icmp { kind: None, .. } => Ok(()),
            Ports::Icmp { kind: Some(kind), code: None } => write!(f, " type {kind}"),
            Ports::Icmp { kind: Some(kind), code: Some(code) } => write!(f, " type {kind} code {code}"),
        }
    }
}

/// Which way a packet goes, seen from the interface or subnet whose rules are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum Direction {
    /// Inbound.
    Ingress,
    /// Outbound.
    Egress,
}

impl Direction {
    /// The other way.
    pub fn opposite(self) -> Direction {
        match self {
            Direction::Ingress => Direction::Egress,
            Direction::Egress => Direction::Ingress,
        }
    }

    /// The far end's address of a packet that goes this way.
    pub fn remote(self, header: &Header) -> IpAddr {
        match self {
            Direction::Ingress => header.source,
            Direction::Egress => header.destination,
        }
    }

    /// The near end's address of a packet that goes this way.
    pub fn local(self, header: &Header) -> IpAddr {
        match self {
            Direction::Ingress => header.destination,
            Direction::Egress => header.source,
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Direction::Ingress => "ingress",
            Direction::Egress => "egress",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp(destination: u16) -> Header {
        Header {
            source: "10.0.0.1".parse().unwrap(),
            destination: "10.0.0.2".parse().unwrap(),
            protocol: protocol::TCP,
            transport: Transport::Ports { source: 40000, destination },
        }
    }

    #[test]
    fn a_port_range_matches_the_destination_port_of_its_protocol() {
        let web = Traffic { protocol: RuleProtocol::Number(6), ports: Ports::Range { from: 80, to: 81 } };
        assert!(web.matches(&tcp(80)) && web.matches(&tcp(81)));
        assert!(!web.matches(&tcp(82)) && !web.matches(&Header { protocol: 17, ..tcp(80) }));
        assert_eq!(web.to_string(), "tcp 80-81");
    }

    #[test]
    fn a_later_fragment_matches_only_rules_that_ask_for_no_port() {
        let fragment = Header { transport: Transport::Opaque, ..tcp(0) };
        let ssh = Traffic { protocol: RuleProtocol::Number(6), ports: Ports::Range { from: 22, to: 22 } };
        let all_tcp =
            Traffic { protocol: RuleProtocol::Number(6), ports: Ports::Range { from: 0, to: 65535 } };
        assert!(!ssh.matches(&fragment) && all_tcp.matches(&fragment) && Traffic::ALL.matches(&fragment));
    }
}
