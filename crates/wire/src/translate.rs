//! The same packet in the other address family, as a NAT64 router sends it on.
//!
//! Follows RFC 7915: the IP header is made anew, the transport is kept, ICMP echoes and errors change their numbers, and
//! checksums are adjusted by the difference, so that a damaged packet stays damaged. Fragments of UDP stay fragments. Left
//! out: options and extension headers, which are lost; fragments of TCP and ICMP, whose checksums would need all parts.

mod error;

use std::net::IpAddr;

use crate::checksum::{self, Difference, nonzero_for_udp};
use crate::compose::IpPacket;
use crate::ethernet::{self, Link};
use crate::field;
use crate::flow::Flow;
use crate::headers::{Fragment, Headers};
use crate::{icmp_types, icmpv6_types, ipv4, ipv6, protocol};

pub use error::{error_in_other_family, translate_error};

/// How a packet goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Onward {
    /// As what, in the other family.
    pub flow: Flow,
    /// The hardware addresses.
    pub link: Link,
    /// How many routers further.
    pub hops: u8,
    /// Tells its fragments apart, should it be cut here or on its way.
    pub identification: u16,
    /// The longest packet that its way carries.
    pub mtu: u16,
}

/// The kind of an ICMP echo, request or reply, in the other family.
pub fn echo_in_other_family(kind: u8) -> Option<u8> {
    match kind {
        icmp_types::ECHO_REQUEST => Some(icmpv6_types::ECHO_REQUEST),
        icmp_types::ECHO_REPLY => Some(icmpv6_types::ECHO_REPLY),
        icmpv6_types::ECHO_REQUEST => Some(icmp_types::ECHO_REQUEST),
        icmpv6_types::ECHO_REPLY => Some(icmp_types::ECHO_REPLY),
        _ => None,
    }
}

/// By how much a packet grows that becomes IPv6; what becomes IPv4 shrinks as much.
pub const GROWTH: u16 = field::length(ipv6::HEADER_LEN - ipv4::HEADER_LEN);
/// What a fragment has more in IPv6.
pub const FRAGMENT_HEADER_LEN: u16 = 8;
const IPV6_FRAGMENT: u8 = 44;

/// "If the size of the translated IPv4 packet is less than or equal to 1260 bytes, DF is set to 0" (RFC 7915, section 5.1):
/// an IPv6 sender may not be asked to send less than 1280.
const FRAGMENTABLE_MAX: usize = 1260;

/// Frames with the packet that goes on, which is no ICMP error: more than one where an IPv4 packet that may be fragmented
/// becomes a longer IPv6 packet than its way carries. `None` for what has no counterpart in the other family, or no time left
/// to live. Its checksum must be complete.
pub fn translate(frame: &[u8], headers: &Headers, onward: &Onward) -> Option<Vec<Vec<u8>>> {
    let ttl = headers.ttl.checked_sub(onward.hops).filter(|ttl| *ttl > 0)?;
    let mut transport = frame.get(usize::from(headers.transport_offset)..headers.end())?.to_vec();
    match headers.fragment {
        Fragment::None => {
            translate_transport(&mut transport, Extent::Whole, &headers.flow(), &onward.flow)?;
        }
        Fragment::First { .. } | Fragment::Later { .. } if headers.protocol != protocol::UDP => return None,
        Fragment::First { .. } => {
            // "A fragmented UDP IPv4 packet that does not contain a UDP checksum ... SHOULD be dropped" (section 4.5).
            if checksum_of(&transport, protocol::UDP)? == 0 && headers.source.is_ipv4() {
                return None;
            }
            // Its length counts on both sides and does not matter.
            let extent = Extent::BeginningOf(headers.transport_len());
            translate_transport(&mut transport, extent, &headers.flow(), &onward.flow)?;
        }
        Fragment::Later { .. } => {}
    }
    let (source, destination) = (onward.flow.source, onward.flow.destination);
    let packet =
        IpPacket { link: onward.link, ttl, ..IpPacket::new(source, destination, onward.flow.protocol) };
    Some(match source {
        IpAddr::V4(_) => vec![build_ipv4(&packet, headers.fragment, &transport, onward.identification)],
        IpAddr::V6(_) if fits_ipv6(headers.fragment, &transport, onward.mtu) => {
            vec![build_ipv6(&packet, place(headers.fragment), &transport)]
        }
        IpAddr::V6(_) => cut_ipv6(&packet, headers.fragment, &transport, onward)?,
    })
}

fn fits_ipv6(fragment: Fragment, transport: &[u8], mtu: u16) -> bool {
    let header = if fragment == Fragment::None { 0 } else { usize::from(FRAGMENT_HEADER_LEN) };
    ipv6::HEADER_LEN + header + transport.len() <= usize::from(mtu)
}

/// Cuts what is too long into fragments.
fn cut_ipv6(
    packet: &IpPacket<'_>,
    fragment: Fragment,
    transport: &[u8],
    onward: &Onward,
) -> Option<Vec<Vec<u8>>> {
    let len =
        usize::from(onward.mtu.checked_sub(FRAGMENT_HEADER_LEN)?).checked_sub(ipv6::HEADER_LEN)? / 8 * 8;
    let whole = (u32::from(onward.identification), 0, false);
    let (identification, base, last_has_more) = place(fragment).unwrap_or(whole);
    if len == 0 {
        return None;
    }
    let last = transport.len().div_ceil(len).checked_sub(1)?;
    let part = |(index, bytes): (usize, &[u8])| {
        let offset = base.checked_add(u16::try_from(index * len).ok()?)?;
        let more = index < last || last_has_more;
        Some(build_ipv6(packet, Some((identification, offset, more)), bytes))
    };
    transport.chunks(len).enumerate().map(part).collect()
}

/// Where a fragment belongs, and what all parts of its packet share.
fn place(fragment: Fragment) -> Option<(u32, u16, bool)> {
    match fragment {
        Fragment::None => None,
        Fragment::First { identification } => Some((identification, 0, true)),
        Fragment::Later { identification, offset, more } => Some((identification, offset, more)),
    }
}

fn build_ipv4(packet: &IpPacket<'_>, fragment: Fragment, transport: &[u8], identification: u16) -> Vec<u8> {
    let whole = IpPacket { payload: &[transport], identification, ..*packet };
    let Some((identification, offset, more)) = place(fragment) else {
        let dont_fragment = ipv4::HEADER_LEN + transport.len() > FRAGMENTABLE_MAX;
        return IpPacket { dont_fragment, ..whole }.build_around();
    };
    // "Copied from the low-order 16 bits in the Identification field in the Fragment Header" (RFC 7915, section 5.1.1).
    let identification = (identification & 0xffff) as u16;
    let mut frame = IpPacket { identification, ..whole }.build_around();
    let header = &mut frame[ethernet::HEADER_LEN..][..ipv4::HEADER_LEN];
    let flags = (offset / 8) | if more { ipv4::MORE_FRAGMENTS } else { 0 };
    header[6..8].copy_from_slice(&flags.to_be_bytes());
    header[10..12].fill(0);
    let sum = checksum::checksum(header);
    header[10..12].copy_from_slice(&sum.to_be_bytes());
    frame
}

fn build_ipv6(packet: &IpPacket<'_>, place: Option<(u32, u16, bool)>, transport: &[u8]) -> Vec<u8> {
    let Some((identification, offset, more)) = place else {
        return IpPacket { payload: &[transport], ..*packet }.build_around();
    };
    let mut header = [0; FRAGMENT_HEADER_LEN as usize];
    header[0] = packet.protocol;
    header[2..4].copy_from_slice(&(offset | u16::from(more)).to_be_bytes());
    header[4..8].copy_from_slice(&identification.to_be_bytes());
    IpPacket { protocol: IPV6_FRAGMENT, payload: &[&header, transport], ..*packet }.build_around()
}

fn checksum_of(transport: &[u8], protocol: u8) -> Option<u16> {
    let at = usize::from(protocol::checksum_offset(protocol)?);
    transport.get(at..)?.first_chunk().copied().map(u16::from_be_bytes)
}

/// How much of a transport there is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// All of it.
    Whole,
    /// Its beginning, of so many bytes.
    BeginningOf(u32),
}

/// Makes a transport that belongs to `old` belong to `new`, which is of the other family: its ports, or what an echo has,
/// and its checksum, if there is one.
fn translate_transport(transport: &mut [u8], extent: Extent, old: &Flow, new: &Flow) -> Option<()> {
    let len = match extent {
        Extent::Whole => u32::try_from(transport.len()).ok()?,
        Extent::BeginningOf(len) => len,
    };
    let mut change = pseudo_header_change(old, new, len);
    match old.protocol {
        protocol::TCP | protocol::UDP => {
            change = change.and(overwrite(transport, 0, new.source_port)?);
            change = change.and(overwrite(transport, 2, new.destination_port)?);
        }
        protocol::ICMP | protocol::ICMPV6 => {
            let [kind, code, ..] = *transport else { return None };
            let kind = echo_in_other_family(kind)?;
            change = change.and(overwrite(transport, 0, u16::from_be_bytes([kind, code]))?);
            change = change.and(overwrite(transport, 4, new.source_port)?);
        }
        _ => return None,
    }
    let Some(sum) = checksum_of(transport, new.protocol) else { return Some(()) };
    let sum = match (new.protocol, sum, extent) {
        // IPv6 has no datagrams without a checksum.
        (protocol::UDP, 0, Extent::Whole) => {
            checksum::pseudo_header(new.source, new.destination, new.protocol, len).plus(transport).checksum()
        }
        (protocol::UDP, 0, Extent::BeginningOf(_)) => return Some(()),
        (_, sum, _) => change.adjust(sum),
    };
    overwrite(
        transport,
        usize::from(protocol::checksum_offset(new.protocol)?),
        nonzero_for_udp(new.protocol, sum),
    )?;
    Some(())
}

fn pseudo_header_change(old: &Flow, new: &Flow, len: u32) -> Difference {
    let sum = |flow: &Flow| match protocol::has_pseudo_header(flow.protocol) {
        true => checksum::pseudo_header(flow.source, flow.destination, flow.protocol, len).folded(),
        false => 0,
    };
    Difference::between(sum(old).to_be_bytes(), sum(new).to_be_bytes())
}

fn overwrite(transport: &mut [u8], at: usize, new: u16) -> Option<Difference> {
    let field: &mut [u8; 2] = transport.get_mut(at..)?.first_chunk_mut()?;
    let change = Difference::between(*field, new.to_be_bytes());
    *field = new.to_be_bytes();
    Some(change)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{IcmpEcho, TcpFlags, TcpSegment, UdpDatagram, checksum, fragment, parse};
    use std::net::SocketAddr;

    const LINK: Link = Link { source: crate::Mac([2; 6]), destination: crate::Mac([4; 6]) };

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn onward(flow: Flow) -> Onward {
        Onward { flow, link: LINK, hops: 1, identification: 77, mtu: 9001 }
    }

    /// The frame on the other side, with its headers; its checksums are right.
    fn across(frame: &[u8], flow: Flow) -> (Vec<u8>, Headers) {
        let [there] = translate(frame, &parse(frame).unwrap(), &onward(flow)).unwrap().try_into().unwrap();
        let headers = parse(&there).unwrap();
        assert!(checksum::network_is_valid(&there, &headers));
        assert!(headers.fragment != Fragment::None || checksum::transport_is_valid(&there, &headers));
        (there, headers)
    }

    fn inside() -> SocketAddr {
        "[2600::7]:50000".parse().unwrap()
    }

    fn site() -> SocketAddr {
        "[64:ff9b::c000:20a]:80".parse().unwrap()
    }

    /// What IPv6 packets from inside to the site become.
    fn outside(protocol: u8) -> Flow {
        Flow {
            source: address("10.0.0.9"),
            destination: address("192.0.2.10"),
            protocol,
            source_port: 1024,
            destination_port: if protocol == protocol::ICMP { 1024 } else { 80 },
        }
    }

    #[test]
    fn a_tcp_segment_keeps_all_but_its_ends() {
        let segment = TcpSegment::new(inside(), site(), TcpFlags::PSH | TcpFlags::ACK);
        let frame = TcpSegment { payload: b"GET /", ..segment }.build();
        let headers = parse(&frame).unwrap();
        let (translated, there) = across(&frame, outside(protocol::TCP));
        assert_eq!((there.flow(), there.ttl), (outside(protocol::TCP), headers.ttl - 1));
        assert_eq!((there.tcp_flags, there.payload(&translated)), (headers.tcp_flags, &b"GET /"[..]));
        assert!(!there.dont_fragment, "so small a packet may be fragmented");
        assert_eq!(translated[18..20], [0, 77]);
        let (back, here) = across(&translated, headers.flow());
        assert_eq!((here.flow(), here.payload(&back)), (headers.flow(), &b"GET /"[..]));
        let large = TcpSegment { payload: &[7; 1400], ..segment }.build();
        assert!(across(&large, outside(protocol::TCP)).1.dont_fragment);
    }

    #[test]
    fn an_echo_changes_its_number_and_back() {
        let frame = IcmpEcho::request(inside().ip(), site().ip(), 77, 1).build();
        let headers = parse(&frame).unwrap();
        let (translated, there) = across(&frame, outside(protocol::ICMP));
        assert_eq!(there.flow(), outside(protocol::ICMP));
        assert_eq!(there.icmp.map(|it| it.icmp_type), Some(icmp_types::ECHO_REQUEST));
        let (_, back) = across(&translated, headers.flow());
        assert_eq!(back.flow(), headers.flow());
    }

    #[test]
    fn a_damaged_packet_stays_damaged() {
        let mut frame = UdpDatagram::new(inside(), site(), b"hello").build();
        *frame.last_mut().unwrap() ^= 1;
        let translated = translate(&frame, &parse(&frame).unwrap(), &onward(outside(protocol::UDP))).unwrap();
        assert!(!checksum::transport_is_valid(&translated[0], &parse(&translated[0]).unwrap()));
    }

    #[test]
    fn a_datagram_without_a_checksum_gets_the_one_that_ipv6_needs() {
        let (from, to) = ("192.0.2.10:80".parse().unwrap(), "10.0.0.9:1024".parse().unwrap());
        let mut frame = UdpDatagram::new(from, to, b"hello").build();
        frame[40..42].fill(0);
        across(&frame, outside(protocol::UDP).reversed());
        let long = UdpDatagram::new(from, to, &[7; 4000]).build();
        let mut parts = fragments(&long, 1500);
        parts[0][40..42].fill(0);
        let first = parse(&parts[0]).unwrap();
        assert_eq!(translate(&parts[0], &first, &onward(outside(protocol::UDP).reversed())), None);
    }

    fn fragments(frame: &[u8], mtu: u16) -> Vec<Vec<u8>> {
        let mut frame = frame.to_vec();
        frame[20] &= !0x40;
        fragment(&frame, &parse(&frame).unwrap(), mtu).unwrap()
    }

    #[test]
    fn fragments_of_udp_go_both_ways_and_make_the_whole_again() {
        let (from, to) = ("192.0.2.10:80".parse().unwrap(), "10.0.0.9:1024".parse().unwrap());
        let payload: Vec<u8> = (0..=u8::MAX).cycle().take(4000).collect();
        let whole = UdpDatagram::new(from, to, &payload).build();
        let inwards = Flow {
            source: site().ip(),
            destination: inside().ip(),
            source_port: 80,
            destination_port: 50000,
            protocol: protocol::UDP,
        };
        let mut transport = Vec::new();
        for part in fragments(&whole, 1500) {
            let before = parse(&part).unwrap();
            let (there, headers) = across(&part, inwards);
            assert_eq!(place(headers.fragment), place(before.fragment));
            assert_eq!(headers.total_len, before.total_len + u32::from(GROWTH + FRAGMENT_HEADER_LEN));
            transport.extend_from_slice(&there[usize::from(headers.transport_offset)..headers.end()]);
            let (back, headers) = across(&there, outside(protocol::UDP).reversed());
            assert_eq!(back[14 + 20..], part[14 + 20..], "and back");
            assert_eq!((headers.total_len, headers.dont_fragment), (before.total_len, false));
        }
        let all =
            IpPacket { payload: &[&transport], ..IpPacket::new(inwards.source, inwards.destination, 17) };
        let all = all.build_around();
        assert!(checksum::transport_is_valid(&all, &parse(&all).unwrap()), "of the whole datagram");
        let tcp = TcpSegment { payload: &[7; 4000], ..TcpSegment::new(from, to, TcpFlags::ACK) }.build();
        let part = &fragments(&tcp, 1500)[0];
        assert_eq!(translate(part, &parse(part).unwrap(), &onward(inwards)), None, "only UDP's");
    }

    #[test]
    fn what_may_be_fragmented_and_grows_too_long_is_cut() {
        let (from, to) = ("192.0.2.10:80".parse().unwrap(), "10.0.0.9:1024".parse().unwrap());
        let mut frame =
            TcpSegment { payload: &[7; 1460], ..TcpSegment::new(from, to, TcpFlags::ACK) }.build();
        frame[20] &= !0x40;
        let inwards =
            Flow { source: site().ip(), destination: inside().ip(), ..parse(&frame).unwrap().flow() };
        let narrow = Onward { mtu: 1500, ..onward(inwards) };
        let parts = translate(&frame, &parse(&frame).unwrap(), &narrow).unwrap();
        let headers: Vec<_> = parts.iter().map(|part| parse(part).unwrap()).collect();
        assert_eq!(headers.iter().map(|it| it.total_len).collect::<Vec<_>>(), [1496, 80]);
        let places = headers.iter().map(|it| place(it.fragment).unwrap()).collect::<Vec<_>>();
        assert_eq!(places, [(77, 0, true), (77, 1448, false)]);
    }

    #[test]
    fn what_has_no_time_to_live_or_no_counterpart_ends_here() {
        let frame = IcmpEcho::request(inside().ip(), site().ip(), 77, 1).build();
        let headers = parse(&frame).unwrap();
        let last = Onward { hops: headers.ttl, ..onward(outside(protocol::ICMP)) };
        assert_eq!(translate(&frame, &headers, &last), None);
        let esp = IpPacket { payload: &[&[0; 32]], ..IpPacket::new(inside().ip(), site().ip(), 50) }.build();
        assert_eq!(translate(&esp, &parse(&esp).unwrap(), &onward(outside(50))), None);
    }
}
