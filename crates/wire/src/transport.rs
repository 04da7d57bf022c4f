//! The transport header of a packet, as far as [`crate::Headers`] have it.

use crate::field;
use crate::headers::{Fragment, IcmpKind, is_echo};
use crate::malformed::Malformed;
use crate::tcp_flags::TcpFlags;
use crate::{icmp, protocol, tcp, udp};

/// What the transport header adds; also read from the packets that ICMP errors quote.
#[derive(Clone, Copy, Default)]
pub(crate) struct Transport {
    pub(crate) source_port: u16,
    pub(crate) destination_port: u16,
    pub(crate) icmp: Option<IcmpKind>,
    pub(crate) tcp_flags: TcpFlags,
    pub(crate) header_len: u16,
}

impl Transport {
    #[inline(always)]
    pub(crate) fn parse(protocol: u8, bytes: &[u8], fragment: Fragment) -> Result<Transport, Malformed> {
        match (fragment, protocol) {
            (Fragment::Later { .. }, _) => Ok(Transport::default()),
            (_, protocol::TCP) => Transport::parse_tcp(bytes),
            (_, protocol::UDP) => Transport::parse_udp(bytes, fragment),
            (_, protocol::ICMP | protocol::ICMPV6) => Transport::parse_icmp(protocol, bytes),
            (Fragment::None | Fragment::First { .. }, _) => Ok(Transport::default()),
        }
    }

    #[inline(always)]
    fn parse_tcp(bytes: &[u8]) -> Result<Transport, Malformed> {
        let Some(header) = bytes.first_chunk::<{ tcp::HEADER_LEN }>() else {
            return Err(Malformed::TruncatedTransport);
        };
        let header_len = u16::from(header[12] >> 4) * 4;
        if usize::from(header_len) < tcp::HEADER_LEN || usize::from(header_len) > bytes.len() {
            return Err(Malformed::BadTransportLength);
        }
        Ok(Transport {
            source_port: field::word::<0, _>(header),
            destination_port: field::word::<2, _>(header),
            icmp: None,
            tcp_flags: TcpFlags(header[13]),
            header_len,
        })
    }

    #[inline(always)]
    fn parse_udp(bytes: &[u8], fragment: Fragment) -> Result<Transport, Malformed> {
        let Some(header) = bytes.first_chunk::<{ udp::HEADER_LEN }>() else {
            return Err(Malformed::TruncatedTransport);
        };
        let len = usize::from(field::word::<4, _>(header));
        let fits = len <= bytes.len() || fragment != Fragment::None;
        if len < udp::HEADER_LEN || !fits {
            return Err(Malformed::BadTransportLength);
        }
        Ok(Transport {
            source_port: field::word::<0, _>(header),
            destination_port: field::word::<2, _>(header),
            icmp: None,
            tcp_flags: TcpFlags::default(),
            header_len: field::length(udp::HEADER_LEN),
        })
    }

    #[inline(always)]
    pub(crate) fn parse_icmp(protocol: u8, bytes: &[u8]) -> Result<Transport, Malformed> {
        let Some(&[icmp_type, code, _, _, i0, i1, _, _]) = bytes.first_chunk::<{ icmp::HEADER_LEN }>() else {
            return Err(Malformed::TruncatedTransport);
        };
        let identifier = if is_echo(protocol, icmp_type) { u16::from_be_bytes([i0, i1]) } else { 0 };
        Ok(Transport {
            source_port: identifier,
            destination_port: identifier,
            icmp: Some(IcmpKind { icmp_type, code }),
            tcp_flags: TcpFlags::default(),
            header_len: field::length(icmp::HEADER_LEN),
        })
    }
}
