//! ICMPv6: names, the errors a router sends, and neighbor and router discovery.
//!
//! Follows RFC 4443 and RFC 4861. Left out: redirects, multicast listener reports.

use std::net::{IpAddr, Ipv6Addr};

use crate::compose::IpPacket;
use crate::ethernet::Link;
use crate::ethernet::Mac;
use crate::headers::{Fragment, Headers, IcmpKind, Layer3};
use crate::icmp::is_one_station;
use crate::{icmpv6_types, protocol};

/// All nodes on the link.
pub const ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);

const OPTION_SOURCE_MAC: u8 = 1;
const OPTION_TARGET_MAC: u8 = 2;
const OPTION_PREFIX: u8 = 3;
const OPTION_MTU: u8 = 5;

/// "Packet too big", with the MTU that would have done.
pub fn packet_too_big(router: Ipv6Addr, mtu: u32, frame: &[u8], headers: &Headers) -> Option<Vec<u8>> {
    error(router, [icmpv6_types::PACKET_TOO_BIG, 0], mtu.to_be_bytes(), frame, headers)
}

/// "Destination unreachable" with this code.
pub fn destination_unreachable(
    router: Ipv6Addr,
    code: u8,
    frame: &[u8],
    headers: &Headers,
) -> Option<Vec<u8>> {
    error(router, [icmpv6_types::DESTINATION_UNREACHABLE, code], [0; 4], frame, headers)
}

/// "Hop limit exceeded in transit": what traceroute looks for.
pub fn time_exceeded(router: Ipv6Addr, frame: &[u8], headers: &Headers) -> Option<Vec<u8>> {
    error(router, [icmpv6_types::TIME_EXCEEDED, 0], [0; 4], frame, headers)
}

// "As much of invoking packet as possible without the ICMPv6 packet exceeding the minimum IPv6
// MTU" (RFC 4443, section 3).
const QUOTE_LEN_MAX: usize = 1280 - 40 - 8;

fn error(
    router: Ipv6Addr,
    kind: [u8; 2],
    detail: [u8; 4],
    frame: &[u8],
    headers: &Headers,
) -> Option<Vec<u8>> {
    let [icmp_type, code] = kind;
    if headers.layer3 != Layer3::Ipv6 || !may_be_answered(icmp_type, headers) {
        return None;
    }
    let packet = frame.get(usize::from(headers.network_offset)..headers.end())?;
    let quote = &packet[..packet.len().min(QUOTE_LEN_MAX)];
    let answer = IpPacket {
        link: headers.link().reversed(),
        payload: &[&[icmp_type, code, 0, 0], &detail, quote],
        ..IpPacket::new(IpAddr::V6(router), headers.source, protocol::ICMPV6)
    };
    Some(answer.build())
}

// RFC 4443, section 2.4 (e): not about an error or a redirect, not to anyone but a single node, and
// about a multicast packet only that it was too big.
fn may_be_answered(icmp_type: u8, headers: &Headers) -> bool {
    let redirect = headers.icmp.is_some_and(|kind| kind.icmp_type == icmpv6_types::REDIRECT);
    let multicast = headers.destination.is_multicast() || headers.destination_mac.is_multicast();
    !headers.is_icmp_error()
        && !redirect
        && is_one_station(headers.source)
        && (!multicast || icmp_type == icmpv6_types::PACKET_TOO_BIG)
}

/// The question who has an IPv6 address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NeighborSolicitation {
    /// The hardware addresses.
    pub link: Link,
    /// Who asks; unspecified while the asker checks that nobody else has the address.
    pub source: Ipv6Addr,
    /// The address asked about.
    pub target: Ipv6Addr,
    /// The asker's hardware address, unless the asker is unspecified.
    pub source_mac: Option<Mac>,
}

impl NeighborSolicitation {
    /// Reads a neighbor solicitation; nothing if it is none, or one to be ignored (RFC 4861, section 7.1.1).
    ///
    /// The checksum is left to [`crate::checksum::transport_is_valid`].
    pub fn parse(frame: &[u8], headers: &Headers) -> Option<NeighborSolicitation> {
        let (body, options) =
            discovery(frame, headers, icmpv6_types::NEIGHBOR_SOLICITATION)?.split_first_chunk::<16>()?;
        let (target, source) = (Ipv6Addr::from(*body), ipv6(headers.source)?);
        let source_mac = find_mac(options, OPTION_SOURCE_MAC)?;
        if target.is_multicast() || (source.is_unspecified() && source_mac.is_some()) {
            return None;
        }
        Some(NeighborSolicitation { link: headers.link(), source, target, source_mac })
    }

    /// Builds the frame, to the target's solicited-node group.
    pub fn build(&self) -> Vec<u8> {
        let options = self.source_mac.map_or([0; 8], |mac| mac_option(OPTION_SOURCE_MAC, mac));
        let options: &[u8] = if self.source_mac.is_some() { &options } else { &[] };
        let group = solicited_node(self.target);
        let body: [&[u8]; 4] =
            [&[icmpv6_types::NEIGHBOR_SOLICITATION, 0, 0, 0], &[0; 4], &self.target.octets(), options];
        message(self.link, self.source, group, &body)
    }

    /// The answer: `mac`, a router's or not, has the address.
    pub fn answered_by(&self, mac: Mac, router: bool) -> NeighborAdvertisement {
        let probe = self.source.is_unspecified();
        let (destination, destination_mac) = if probe {
            (ALL_NODES, group_mac(ALL_NODES))
        } else {
            (self.source, self.source_mac.unwrap_or(self.link.source))
        };
        NeighborAdvertisement {
            link: Link { source: mac, destination: destination_mac },
            destination,
            target: self.target,
            target_mac: mac,
            router,
            solicited: !probe,
        }
    }
}

/// The answer who has an IPv6 address, to build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NeighborAdvertisement {
    /// The hardware addresses.
    pub link: Link,
    /// Who asked, or all nodes.
    pub destination: Ipv6Addr,
    /// The address in question, also the sender's.
    pub target: Ipv6Addr,
    /// Who has it.
    pub target_mac: Mac,
    /// Is it a router?
    pub router: bool,
    /// Was it asked for?
    pub solicited: bool,
}

impl NeighborAdvertisement {
    /// Builds the frame.
    pub fn build(&self) -> Vec<u8> {
        // The third bit says that this overrides what the asker knew.
        let flags = u8::from(self.router) << 7 | u8::from(self.solicited) << 6 | 1 << 5;
        let option = mac_option(OPTION_TARGET_MAC, self.target_mac);
        let body: [&[u8]; 4] = [
            &[icmpv6_types::NEIGHBOR_ADVERTISEMENT, 0, 0, 0],
            &[flags, 0, 0, 0],
            &self.target.octets(),
            &option,
        ];
        message(self.link, self.target, self.destination, &body)
    }
}

/// Is this a router solicitation that deserves an answer (RFC 4861, section 6.1.1)?
pub fn is_router_solicitation(frame: &[u8], headers: &Headers) -> bool {
    discovery(frame, headers, icmpv6_types::ROUTER_SOLICITATION)
        .is_some_and(|options| find_mac(options, OPTION_SOURCE_MAC).is_some())
}

/// A prefix announced to a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrefixInformation {
    /// The prefix; bits past its length are zero.
    pub prefix: Ipv6Addr,
    /// Its length in bits.
    pub prefix_len: u8,
    /// Are its addresses on this link?
    pub on_link: bool,
    /// May stations make themselves an address from it?
    pub autonomous: bool,
    /// For how long it is valid.
    pub valid_lifetime_s: u32,
    /// For how long addresses from it are preferred.
    pub preferred_lifetime_s: u32,
}

/// A router's announcement of itself, to build.
#[derive(Clone, Copy, Debug)]
pub struct RouterAdvertisement<'a> {
    /// The hardware addresses; the source is announced too.
    pub link: Link,
    /// The router's link-local address.
    pub source: Ipv6Addr,
    /// Who asked, or [`ALL_NODES`].
    pub destination: Ipv6Addr,
    /// The hop limit stations should use.
    pub hop_limit: u8,
    /// Are addresses to be had by DHCPv6?
    pub managed: bool,
    /// Is other configuration to be had by DHCPv6?
    pub other_configuration: bool,
    /// For how long this is a default router; zero for not at all.
    pub router_lifetime_s: u16,
    /// The link's MTU.
    pub mtu: Option<u32>,
    /// The link's prefixes.
    pub prefixes: &'a [PrefixInformation],
}

impl RouterAdvertisement<'_> {
    /// Builds the frame.
    pub fn build(&self) -> Vec<u8> {
        let flags = u8::from(self.managed) << 7 | u8::from(self.other_configuration) << 6;
        let [l0, l1] = self.router_lifetime_s.to_be_bytes();
        let mut options = mac_option(OPTION_SOURCE_MAC, self.link.source).to_vec();
        if let Some(mtu) = self.mtu {
            options.extend_from_slice(&[OPTION_MTU, 1, 0, 0]);
            options.extend_from_slice(&mtu.to_be_bytes());
        }
        for prefix in self.prefixes {
            write_prefix(prefix, &mut options);
        }
        let body: [&[u8]; 4] = [
            &[icmpv6_types::ROUTER_ADVERTISEMENT, 0, 0, 0],
            &[self.hop_limit, flags, l0, l1],
            &[0; 8],
            &options,
        ];
        message(self.link, self.source, self.destination, &body)
    }
}

fn write_prefix(prefix: &PrefixInformation, options: &mut Vec<u8>) {
    let flags = u8::from(prefix.on_link) << 7 | u8::from(prefix.autonomous) << 6;
    options.extend_from_slice(&[OPTION_PREFIX, 4, prefix.prefix_len, flags]);
    options.extend_from_slice(&prefix.valid_lifetime_s.to_be_bytes());
    options.extend_from_slice(&prefix.preferred_lifetime_s.to_be_bytes());
    options.extend_from_slice(&[0; 4]);
    options.extend_from_slice(&prefix.prefix.octets());
}

/// The multicast group in which a station listens for questions about its address.
pub fn solicited_node(address: Ipv6Addr) -> Ipv6Addr {
    let [.., a, b, c] = address.octets();
    Ipv6Addr::new(0xff02, 0, 0, 0, 0, 1, 0xff00 | u16::from(a), u16::from_be_bytes([b, c]))
}

/// The hardware address of an IPv6 multicast group (RFC 2464, section 7).
pub fn group_mac(group: Ipv6Addr) -> Mac {
    let [.., a, b, c, d] = group.octets();
    Mac([0x33, 0x33, a, b, c, d])
}

// Hop limit 255 proves that no router has passed it on (RFC 4861, section 3.1).
const DISCOVERY_HOP_LIMIT: u8 = 255;

fn message(link: Link, source: Ipv6Addr, destination: Ipv6Addr, pieces: &[&[u8]]) -> Vec<u8> {
    IpPacket {
        link,
        ttl: DISCOVERY_HOP_LIMIT,
        payload: pieces,
        ..IpPacket::new(IpAddr::V6(source), IpAddr::V6(destination), protocol::ICMPV6)
    }
    .build()
}

/// The bytes after the first eight of a discovery message of this type, if it is a sound one.
fn discovery<'a>(frame: &'a [u8], headers: &Headers, icmp_type: u8) -> Option<&'a [u8]> {
    let sound = headers.protocol == protocol::ICMPV6
        && headers.icmp == Some(IcmpKind { icmp_type, code: 0 })
        && headers.ttl == DISCOVERY_HOP_LIMIT
        && headers.fragment == Fragment::None;
    sound.then(|| headers.payload(frame))
}

/// The hardware address in the option of this kind, if there is one; nothing at all if the options are broken.
fn find_mac(options: &[u8], kind: u8) -> Option<Option<Mac>> {
    let mut found = None;
    let mut rest = options;
    while !rest.is_empty() {
        let [option, len, ..] = rest else { return None };
        // "Nodes MUST silently discard an ND packet that contains an option with length zero."
        let (this, after) = rest.split_at_checked(usize::from(*len) * 8).filter(|_| *len > 0)?;
        if let (true, [_, _, a, b, c, d, e, f]) = (*option == kind, this) {
            found = Some(Mac([*a, *b, *c, *d, *e, *f]));
        }
        rest = after;
    }
    Some(found)
}

fn mac_option(kind: u8, Mac([a, b, c, d, e, f]): Mac) -> [u8; 8] {
    [kind, 1, a, b, c, d, e, f]
}

fn ipv6(address: IpAddr) -> Option<Ipv6Addr> {
    match address {
        IpAddr::V4(_) => None,
        IpAddr::V6(address) => Some(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{UdpDatagram, checksum, parse, quoted};

    const ASKER: Mac = Mac([2, 0, 0, 0, 0, 1]);
    const ROUTER: Mac = Mac([2, 0, 0, 0, 0, 2]);

    fn address(text: &str) -> Ipv6Addr {
        text.parse().unwrap()
    }

    fn question(source: &str, source_mac: Option<Mac>) -> NeighborSolicitation {
        let target = address("fe80::1");
        let link = Link { source: ASKER, destination: group_mac(solicited_node(target)) };
        NeighborSolicitation { link, source: address(source), target, source_mac }
    }

    fn valid(frame: &[u8]) -> Headers {
        let headers = parse(frame).unwrap();
        assert!(checksum::transport_is_valid(frame, &headers));
        headers
    }

    #[test]
    fn a_question_and_its_answer() {
        let question = question("fe80::aa", Some(ASKER));
        let frame = question.build();
        let headers = valid(&frame);
        assert_eq!(headers.to_string(), "fe80::aa -> ff02::1:ff00:1 icmpv6 neighbor solicitation");
        assert_eq!(NeighborSolicitation::parse(&frame, &headers), Some(question));

        let answer = question.answered_by(ROUTER, true).build();
        let headers = valid(&answer);
        assert_eq!(headers.to_string(), "fe80::1 -> fe80::aa icmpv6 neighbor advertisement");
        assert_eq!(headers.destination_mac, ASKER);
        assert_eq!(answer[58], 0xe0, "router, solicited, override");
    }

    #[test]
    fn a_probe_for_a_duplicate_is_answered_to_all() {
        let answer = question("::", None).answered_by(ROUTER, false).build();
        let headers = valid(&answer);
        assert_eq!(headers.to_string(), "fe80::1 -> ff02::1 icmpv6 neighbor advertisement");
        assert_eq!(headers.destination_mac, Mac([0x33, 0x33, 0, 0, 0, 1]));
        assert_eq!(answer[58], 0x20);
    }

    #[test]
    fn a_question_from_off_the_link_or_out_of_nowhere_is_ignored() {
        let mut routed = question("fe80::aa", Some(ASKER)).build();
        routed[21] = 254;
        assert_eq!(NeighborSolicitation::parse(&routed, &parse(&routed).unwrap()), None);
        let nowhere = question("::", Some(ASKER)).build();
        assert_eq!(NeighborSolicitation::parse(&nowhere, &parse(&nowhere).unwrap()), None);
        let mut broken = question("fe80::aa", Some(ASKER)).build();
        broken[79] = 0;
        assert_eq!(NeighborSolicitation::parse(&broken, &parse(&broken).unwrap()), None);
    }

    #[test]
    fn a_router_is_asked_for_and_announces_itself() {
        let all_routers = address("ff02::2");
        let link = Link { source: ASKER, destination: group_mac(all_routers) };
        let option = mac_option(OPTION_SOURCE_MAC, ASKER);
        let body: [&[u8]; 3] = [&[icmpv6_types::ROUTER_SOLICITATION, 0, 0, 0], &[0; 4], &option];
        let frame = message(link, address("fe80::aa"), all_routers, &body);
        assert!(is_router_solicitation(&frame, &valid(&frame)));
        let prefix = PrefixInformation {
            prefix: address("2001:db8::"),
            prefix_len: 64,
            on_link: true,
            autonomous: false,
            valid_lifetime_s: 3600,
            preferred_lifetime_s: 1800,
        };
        let announcement = RouterAdvertisement {
            link: Link { source: ROUTER, destination: ASKER },
            source: address("fe80::1"),
            destination: address("fe80::aa"),
            hop_limit: 64,
            managed: true,
            other_configuration: false,
            router_lifetime_s: 1800,
            mtu: Some(9001),
            prefixes: &[prefix],
        };
        let frame = announcement.build();
        assert_eq!(valid(&frame).to_string(), "fe80::1 -> fe80::aa icmpv6 router advertisement");
        assert_eq!(frame.len(), 54 + 16 + 8 + 8 + 32);
        assert_eq!(frame[58..62], [64, 0x80, 0x07, 0x08]);
        assert_eq!(frame[78..86], [5, 1, 0, 0, 0, 0, 0x23, 0x29]);
        assert_eq!(frame[86..90], [3, 4, 64, 0x80]);
    }

    #[test]
    fn too_big_quotes_up_to_the_smallest_mtu() {
        let (a, b) = ("[fd00::1]:1".parse().unwrap(), "[fd00::2]:2".parse().unwrap());
        let frame = UdpDatagram::new(a, b, &[7; 2000]).build();
        let headers = parse(&frame).unwrap();
        let answer = packet_too_big(address("fe80::1"), 1500, &frame, &headers).unwrap();
        let outer = valid(&answer);
        assert_eq!(outer.to_string(), "fe80::1 -> fd00::1 icmpv6 packet too big");
        assert_eq!(outer.total_len, 1280);
        assert_eq!(quoted(&answer, &outer).unwrap().flow, headers.flow());
        assert_eq!(time_exceeded(address("fe80::1"), &answer, &outer), None, "an error is not answered");
    }
}
