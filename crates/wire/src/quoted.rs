//! The packet that an ICMP error is about, as the error quotes it.
//!
//! Follows RFC 792 and RFC 4443. The quote may end after 8 bytes of transport, so only addresses,
//! protocol and ports (or the echo identifier) are read. Left out: quotes of later fragments,
//! which have no ports and so belong to no flow.

use std::net::IpAddr;

use crate::field;
use crate::flow::Flow;
use crate::headers::{Fragment, Headers, IcmpKind, Layer3, is_echo};
use crate::icmp;
use crate::ipv4::Ipv4Header;
use crate::ipv6::{self, Ipv6Header};
use crate::protocol;
use crate::transport::Transport;

/// A packet quoted in an ICMP error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QuotedPacket {
    /// The quoted packet's flow, in the direction in which it was sent.
    pub flow: Flow,
    /// Type and code, if the quoted packet is itself ICMP or ICMPv6.
    pub icmp: Option<IcmpKind>,
    /// Where its IP header begins in the frame.
    pub network_offset: u16,
    /// Where its transport header begins in the frame.
    pub transport_offset: u16,
    /// Does the quote reach its transport checksum, and where does that lie in the frame?
    pub checksum_offset: Option<u16>,
}

/// Reads the packet quoted by an ICMP or ICMPv6 error; nothing if this is no such error, or a senseless one.
pub fn quoted(frame: &[u8], headers: &Headers) -> Option<QuotedPacket> {
    if !headers.is_icmp_error() || headers.fragment != Fragment::None {
        return None;
    }
    let network_offset = headers.transport_offset + field::length(icmp::HEADER_LEN);
    let quote = frame.get(usize::from(network_offset)..headers.end())?;
    let network = match headers.layer3 {
        Layer3::Ipv4 => Network::parse_ipv4(quote)?,
        Layer3::Ipv6 => Network::parse_ipv6(quote)?,
        Layer3::Arp => return None,
    };
    let transport = &quote[usize::from(network.len)..];
    let (source_port, destination_port, icmp) = ports(network.protocol, transport)?;
    let transport_offset = network_offset + network.len;
    Some(QuotedPacket {
        flow: Flow {
            source: network.source,
            destination: network.destination,
            protocol: network.protocol,
            source_port,
            destination_port,
        },
        icmp,
        network_offset,
        transport_offset,
        checksum_offset: protocol::checksum_offset(network.protocol)
            .filter(|&at| usize::from(at) + 2 <= transport.len())
            .map(|at| transport_offset + at),
    })
}

struct Network {
    source: IpAddr,
    destination: IpAddr,
    protocol: u8,
    len: u16,
}

impl Network {
    fn parse_ipv4(quote: &[u8]) -> Option<Network> {
        let header = Ipv4Header::parse_quoted(quote).ok()?;
        if matches!(header.fragment, Fragment::Later { .. }) {
            return None;
        }
        Some(Network {
            source: IpAddr::V4(header.source),
            destination: IpAddr::V4(header.destination),
            protocol: header.protocol,
            len: header.header_len,
        })
    }

    fn parse_ipv6(quote: &[u8]) -> Option<Network> {
        let header = Ipv6Header::parse_quoted(quote).ok()?;
        let chain = ipv6::walk(quote.get(ipv6::HEADER_LEN..)?, header.next_header).ok()?;
        if matches!(chain.fragment, Fragment::Later { .. }) {
            return None;
        }
        Some(Network {
            source: IpAddr::V6(header.source),
            destination: IpAddr::V6(header.destination),
            protocol: chain.protocol,
            len: field::length(ipv6::HEADER_LEN) + chain.len,
        })
    }
}

fn ports(protocol: u8, transport: &[u8]) -> Option<(u16, u16, Option<IcmpKind>)> {
    match protocol {
        protocol::TCP | protocol::UDP => {
            let &[s0, s1, d0, d1, ..] = transport.first_chunk::<8>()?;
            Some((u16::from_be_bytes([s0, s1]), u16::from_be_bytes([d0, d1]), None))
        }
        protocol::ICMP | protocol::ICMPV6 => {
            let message = Transport::parse_icmp(protocol, transport).ok()?;
            Some((message.source_port, message.destination_port, message.icmp))
        }
        _ => Some((0, 0, None)),
    }
}

impl QuotedPacket {
    /// Is the quoted packet an echo, which has an identifier?
    pub fn is_echo(&self) -> bool {
        self.icmp.is_some_and(|kind| is_echo(self.flow.protocol, kind.icmp_type))
    }
}
