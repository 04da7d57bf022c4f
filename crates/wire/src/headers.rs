//! What a decision needs to know about a packet: a small copy of what its headers say.
//!
//! ```text
//!  frame  | Ethernet | IP header, options or extension headers | TCP/UDP/ICMP | payload | padding |
//!         0          network_offset                            transport_offset         end()
//!                                                                             payload_offset
//! ```

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::ethernet::{Link, Mac};
use crate::flow::Flow;
use crate::tcp_flags::TcpFlags;
use crate::{icmp_types, icmpv6_types, protocol};

/// What the Ethernet frame carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer3 {
    /// Address resolution for IPv4.
    Arp,
    /// IPv4.
    Ipv4,
    /// IPv6.
    Ipv6,
}

/// Whether the packet is a part of a larger one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fragment {
    /// The packet is whole.
    None,
    /// The first part, which has the transport header.
    First {
        /// What all parts of a packet share.
        identification: u32,
    },
    /// A later part: no transport header, so no ports.
    Later {
        /// What all parts of a packet share.
        identification: u32,
        /// Where its bytes belong in the whole packet's payload.
        offset: u16,
        /// Do more parts follow this one?
        more: bool,
    },
}

/// Type and code of an ICMP or ICMPv6 message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IcmpKind {
    /// The message type.
    pub icmp_type: u8,
    /// The code within the type.
    pub code: u8,
}

/// Everything a decision needs to know about a packet. For ARP, the protocol addresses and nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Headers {
    /// Who should take the frame.
    pub destination_mac: Mac,
    /// Who says it sent the frame.
    pub source_mac: Mac,
    /// What the frame carries.
    pub layer3: Layer3,
    /// The sender's address (ARP: the sender's protocol address).
    pub source: IpAddr,
    /// The receiver's address (ARP: the target's protocol address).
    pub destination: IpAddr,
    /// The transport protocol, after any IPv6 extension headers.
    pub protocol: u8,
    /// The sender's port; for an ICMP echo its identifier; otherwise zero.
    pub source_port: u16,
    /// The receiver's port; for an ICMP echo its identifier; otherwise zero.
    pub destination_port: u16,
    /// Type and code, if this is ICMP or ICMPv6 and not a later fragment.
    pub icmp: Option<IcmpKind>,
    /// The flags, if this is TCP.
    pub tcp_flags: TcpFlags,
    /// TTL or hop limit.
    pub ttl: u8,
    /// Whether this is a part of a packet.
    pub fragment: Fragment,
    /// May nobody on the way fragment it? Always so for IPv6.
    pub dont_fragment: bool,
    /// Does it ask to be routed by way of other addresses (IPv4 options, IPv6 routing header)?
    pub source_route: bool,
    /// Where the IP header begins in the frame.
    pub network_offset: u16,
    /// Where the transport header begins (for a later fragment, its bytes).
    pub transport_offset: u16,
    /// Where the payload of TCP, UDP or ICMP begins; without such a header, where the transport begins.
    pub payload_offset: u16,
    /// The length of the IP packet, header included; without Ethernet header and padding.
    pub total_len: u32,
}

#[inline]
pub(crate) fn is_echo(protocol: u8, icmp_type: u8) -> bool {
    match protocol {
        protocol::ICMP => icmp_type == icmp_types::ECHO_REQUEST || icmp_type == icmp_types::ECHO_REPLY,
        protocol::ICMPV6 => icmp_type == icmpv6_types::ECHO_REQUEST || icmp_type == icmpv6_types::ECHO_REPLY,
        _ => false,
    }
}

impl Headers {
    /// What identifies the conversation this packet belongs to.
    #[inline]
    pub fn flow(&self) -> Flow {
        Flow {
            source: self.source,
            destination: self.destination,
            protocol: self.protocol,
            source_port: self.source_port,
            destination_port: self.destination_port,
        }
    }

    /// The hardware addresses.
    #[inline]
    pub fn link(&self) -> Link {
        Link { source: self.source_mac, destination: self.destination_mac }
    }

    /// Where the IP packet ends in the frame; what follows is padding.
    #[inline]
    pub fn end(&self) -> usize {
        usize::from(self.network_offset) + self.total_len as usize
    }

    /// Does the packet have its transport header, that is, is it not a later fragment (or ARP)?
    #[inline]
    pub fn has_transport(&self) -> bool {
        self.layer3 != Layer3::Arp && !matches!(self.fragment, Fragment::Later { .. })
    }

    /// Does the packet have ports?
    #[inline]
    pub fn has_ports(&self) -> bool {
        self.has_transport() && (self.protocol == protocol::TCP || self.protocol == protocol::UDP)
    }

    /// The length of the transport header and its payload.
    #[inline]
    pub fn transport_len(&self) -> u32 {
        self.total_len - u32::from(self.transport_offset - self.network_offset)
    }

    /// The length of the payload.
    #[inline]
    pub fn payload_len(&self) -> u32 {
        self.total_len - u32::from(self.payload_offset - self.network_offset)
    }

    /// The payload of the frame these headers were read from; nothing of any shorter frame.
    #[inline]
    pub fn payload<'a>(&self, frame: &'a [u8]) -> &'a [u8] {
        frame.get(usize::from(self.payload_offset)..self.end()).unwrap_or_default()
    }

    /// The identifier of an ICMP or ICMPv6 echo request or reply.
    #[inline]
    pub fn echo_identifier(&self) -> Option<u16> {
        let kind = self.icmp?;
        is_echo(self.protocol, kind.icmp_type).then_some(self.source_port)
    }

    /// Where the transport checksum lies in the frame, if the packet has one that we keep right.
    #[inline]
    pub fn checksum_offset(&self) -> Option<usize> {
        if !self.has_transport() {
            return None;
        }
        protocol::checksum_offset(self.protocol).map(|at| usize::from(self.transport_offset + at))
    }

    /// Is this an ICMP or ICMPv6 error, which quotes the packet it is about?
    #[inline]
    pub fn is_icmp_error(&self) -> bool {
        let Some(kind) = self.icmp else { return false };
        match self.layer3 {
            Layer3::Ipv4 => self.protocol == protocol::ICMP && icmp_types::is_error(kind.icmp_type),
            Layer3::Ipv6 => self.protocol == protocol::ICMPV6 && icmpv6_types::is_error(kind.icmp_type),
            Layer3::Arp => false,
        }
    }

    pub(crate) fn network_len(&self) -> usize {
        usize::from(self.transport_offset - self.network_offset)
    }

    pub(crate) fn ipv4_ends(&self) -> Option<(Ipv4Addr, Ipv4Addr)> {
        match (self.layer3, self.source, self.destination) {
            (Layer3::Ipv4, IpAddr::V4(source), IpAddr::V4(destination)) => Some((source, destination)),
            (Layer3::Arp | Layer3::Ipv4 | Layer3::Ipv6, _, _) => None,
        }
    }
}

/// One line for people: `10.0.1.10:40000 -> 10.0.2.20:22 tcp SYN`.
impl fmt::Display for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.layer3 == Layer3::Arp {
            return write!(f, "{} -> {} arp", self.source, self.destination);
        }
        self.write_ends(f)?;
        write!(f, " {}", protocol::Name(self.protocol))?;
        if self.protocol == protocol::TCP && self.has_transport() {
            write!(f, " {}", self.tcp_flags)?;
        }
        if let Some(kind) = self.icmp {
            self.write_icmp(f, kind)?;
        }
        match self.fragment {
            Fragment::None => Ok(()),
            Fragment::First { .. } => f.write_str(" first fragment"),
            Fragment::Later { offset, .. } => write!(f, " fragment at {offset}"),
        }
    }
}

impl Headers {
    fn write_ends(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.has_ports() {
            return write!(f, "{} -> {}", self.source, self.destination);
        }
        let source = SocketAddr::new(self.source, self.source_port);
        write!(f, "{source} -> {}", SocketAddr::new(self.destination, self.destination_port))
    }

    fn write_icmp(&self, f: &mut fmt::Formatter<'_>, kind: IcmpKind) -> fmt::Result {
        let name = match self.protocol {
            protocol::ICMPV6 => icmpv6_types::name(kind),
            _ => icmp_types::name(kind),
        };
        match name {
            Some(name) => write!(f, " {name}")?,
            None => write!(f, " type {} code {}", kind.icmp_type, kind.code)?,
        }
        match self.echo_identifier() {
            Some(identifier) => write!(f, " id {identifier}"),
            None => Ok(()),
        }
    }
}
