//! A packet as the network's rules see it, changed by translation on its way.

use model::{Header, NetworkInterfaceId, Transport, rule::protocol};
use std::net::IpAddr;
use wire::{Flow, Fragment, Headers};

/// The parts of a packet that decisions read and translations change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Addresses, protocol and ports; for an ICMP echo its identifier in both ports.
    pub flow: Flow,
    /// Type and code, if this is ICMP.
    pub icmp: Option<(u8, u8)>,
    /// Whether it is a part of a packet, and which.
    pub part: Part,
    /// Time to live.
    pub ttl: u8,
    /// Whether it is an ICMP error about another packet.
    pub is_error: bool,
    /// Whether it can only be a part of a TCP connection that was opened before.
    pub continues: bool,
    /// The neighbour that it is addressed to on the sender's link, where that has not its destination address.
    pub via: Option<NetworkInterfaceId>,
}

/// The time to live that systems give to what they send.
const IMAGINED_TTL: u8 = 64;

/// Whether a packet is a fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Not a fragment.
    Whole,
    /// The first fragment, which has the transport header.
    First,
    /// A later one, which has not.
    Later,
}

impl Packet {
    /// What a frame's headers say.
    #[inline]
    pub fn new(headers: &Headers) -> Packet {
        Packet {
            flow: headers.flow(),
            icmp: headers.icmp.map(|icmp| (icmp.icmp_type, icmp.code)),
            part: match headers.fragment {
                Fragment::None => Part::Whole,
                Fragment::First { .. } => Part::First,
                Fragment::Later { .. } => Part::Later,
            },
            ttl: headers.ttl,
            is_error: headers.is_icmp_error(),
            continues: headers.protocol == protocol::TCP
                && headers.has_transport()
                && !headers.tcp_flags.opens(),
            via: None,
        }
    }

    /// A packet for a question: what would happen if it were sent?
    pub fn imagined(flow: Flow, icmp: Option<(u8, u8)>, part: Part) -> Packet {
        Packet { flow, icmp, part, ttl: IMAGINED_TTL, is_error: false, continues: false, via: None }
    }

    /// What a plain server sends back to a packet that has arrived as this; none where there is nothing to answer.
    pub fn answer(&self) -> Option<Packet> {
        let icmp = match self.icmp {
            None => None,
            Some((8, code)) if self.flow.protocol == protocol::ICMP => Some((0, code)),
            Some((128, code)) if self.flow.protocol == protocol::ICMPV6 => Some((129, code)),
            Some(_) => return None,
        };
        let continues = self.flow.protocol == protocol::TCP;
        Some(Packet { continues, ..Packet::imagined(self.flow.reversed(), icmp, self.part) })
    }

    /// What rules look at.
    pub fn header(&self) -> Header {
        let transport = match (self.part, self.flow.protocol, self.icmp) {
            (Part::Later, _, _) => Transport::Opaque,
            (_, _, Some((kind, code))) => Transport::Icmp { kind, code },
            (_, protocol::TCP | protocol::UDP, None) => {
                Transport::Ports { source: self.flow.source_port, destination: self.flow.destination_port }
            }
            (_, _, None) => Transport::Opaque,
        };
        Header {
            source: self.flow.source,
            destination: self.flow.destination,
            protocol: self.flow.protocol,
            transport,
        }
    }

    /// Whether this is the answer to an ICMP echo.
    pub fn is_echo(&self) -> bool {
        matches!(
            (self.flow.protocol, self.icmp),
            (protocol::ICMP, Some((0 | 8, _))) | (protocol::ICMPV6, Some((128 | 129, _)))
        )
    }
}

/// Addresses that are not used on the internet: RFC 1918 and RFC 6598.
pub fn is_private_range(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_private() || (v4.octets()[0] == 100 && v4.octets()[1] & 0xc0 == 64),
        IpAddr::V6(v6) => v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

/// "169.254.168.0/22 and fd00:ec2::/32 are reserved for AWS services": routes never carry packets there.
pub fn is_reserved_for_services(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => u32::from(v4) >> 10 == u32::from(std::net::Ipv4Addr::new(169, 254, 168, 0)) >> 10,
        IpAddr::V6(v6) => v6.segments()[..2] == [0xfd00, 0x0ec2],
    }
}
