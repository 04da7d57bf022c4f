//! Changing a packet in place: addresses, ports, echo identifier, TTL, hardware addresses.
//!
//! Every change adjusts the checksums that cover it by the difference (RFC 1624), so a packet
//! that was damaged before is still damaged after, and the payload is never read. Follows RFC 3022
//! section 4 for NAT, and RFC 5508 section 4 for NAT of the packets that ICMP errors quote.

use std::fmt;
use std::net::IpAddr;

use crate::checksum::Difference;
use crate::ethernet::Link;
use crate::flow::Flow;
use crate::headers::{Headers, Layer3};
use crate::offload::ChecksumState;
use crate::protocol;
use crate::quoted::QuotedPacket;

/// An IPv4 address was to be put in an IPv6 packet, or the other way round, or any in ARP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongFamily;

impl fmt::Display for WrongFamily {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the address is not of the packet's family")
    }
}

impl std::error::Error for WrongFamily {}

/// The packet has used up its TTL or hop limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expired;

impl fmt::Display for Expired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("time to live exceeded")
    }
}

impl std::error::Error for Expired {}

/// A packet being changed, and its headers, which follow.
#[derive(Debug)]
pub struct Rewrite<'a> {
    frame: &'a mut [u8],
    headers: &'a mut Headers,
    checksum: ChecksumState,
}

impl<'a> Rewrite<'a> {
    /// Begins to change a frame. The headers are those [`crate::parse`] read from this very frame.
    #[inline]
    pub fn new(frame: &'a mut [u8], headers: &'a mut Headers, checksum: ChecksumState) -> Rewrite<'a> {
        assert!(headers.end() <= frame.len(), "these headers were read from a longer frame");
        Rewrite { frame, headers, checksum }
    }

    /// Sets both hardware addresses.
    #[inline]
    pub fn set_link(&mut self, link: Link) {
        self.frame[0..6].copy_from_slice(&link.destination.0);
        self.frame[6..12].copy_from_slice(&link.source.0);
        self.headers.destination_mac = link.destination;
        self.headers.source_mac = link.source;
    }

    /// Sets the sender's address.
    #[inline]
    pub fn set_source(&mut self, address: IpAddr) -> Result<(), WrongFamily> {
        let at = address_offsets(self.headers.layer3).0 + usize::from(self.headers.network_offset);
        self.set_address(at, address)?;
        self.headers.source = address;
        Ok(())
    }

    /// Sets the receiver's address.
    #[inline]
    pub fn set_destination(&mut self, address: IpAddr) -> Result<(), WrongFamily> {
        let at = address_offsets(self.headers.layer3).1 + usize::from(self.headers.network_offset);
        self.set_address(at, address)?;
        self.headers.destination = address;
        Ok(())
    }

    /// Sets the sender's port; a packet without ports stays as it is.
    #[inline]
    pub fn set_source_port(&mut self, port: u16) {
        if self.headers.has_ports() {
            self.set_transport_word(0, port);
            self.headers.source_port = port;
        }
    }

    /// Sets the receiver's port; a packet without ports stays as it is.
    #[inline]
    pub fn set_destination_port(&mut self, port: u16) {
        if self.headers.has_ports() {
            self.set_transport_word(2, port);
            self.headers.destination_port = port;
        }
    }

    /// Sets the identifier of an ICMP echo; any other packet stays as it is.
    #[inline]
    pub fn set_echo_identifier(&mut self, identifier: u16) {
        if self.headers.echo_identifier().is_some() {
            self.set_transport_word(4, identifier);
            self.headers.source_port = identifier;
            self.headers.destination_port = identifier;
        }
    }

    /// Sets TTL or hop limit.
    #[inline]
    pub fn set_ttl(&mut self, ttl: u8) {
        let network = usize::from(self.headers.network_offset);
        match self.headers.layer3 {
            Layer3::Ipv4 => {
                let protocol = self.frame[network + 9];
                let change = overwrite(self.frame, network + 8, [ttl, protocol]);
                adjust(self.frame, network + 10, change);
            }
            Layer3::Ipv6 => self.frame[network + 7] = ttl,
            Layer3::Arp => return,
        }
        self.headers.ttl = ttl;
    }

    /// Takes one from TTL or hop limit, as a router does. At one or zero the packet goes no further.
    #[inline]
    pub fn decrement_ttl(&mut self) -> Result<(), Expired> {
        if self.headers.ttl <= 1 {
            return Err(Expired);
        }
        self.set_ttl(self.headers.ttl - 1);
        Ok(())
    }

    /// Makes the packet belong to this flow: addresses, and ports or echo identifier, where they differ.
    ///
    /// Of an echo's two equal ports the source port is taken. The protocol stays as it is.
    #[inline]
    pub fn set_flow(&mut self, flow: &Flow) -> Result<(), WrongFamily> {
        let layer3 = self.headers.layer3;
        if !is_of_family(layer3, flow.source) || !is_of_family(layer3, flow.destination) {
            return Err(WrongFamily);
        }
        if flow.source != self.headers.source {
            self.set_source(flow.source)?;
        }
        if flow.destination != self.headers.destination {
            self.set_destination(flow.destination)?;
        }
        if flow.source_port != self.headers.source_port {
            self.set_source_port(flow.source_port);
            self.set_echo_identifier(flow.source_port);
        }
        if flow.destination_port != self.headers.destination_port {
            self.set_destination_port(flow.destination_port);
        }
        Ok(())
    }

    /// Makes the packet that this ICMP error quotes belong to this flow, as if it had been sent so.
    ///
    /// The quote is the one [`crate::quoted()`] read from this frame. Its own checksums are kept right
    /// where the quote reaches them, and so is the error's.
    pub fn set_quoted_flow(&mut self, quote: &mut QuotedPacket, flow: &Flow) -> Result<(), WrongFamily> {
        let layer3 = self.headers.layer3;
        if !is_of_family(layer3, flow.source) || !is_of_family(layer3, flow.destination) {
            return Err(WrongFamily);
        }
        let (source, destination) = address_offsets(layer3);
        let network = usize::from(quote.network_offset);
        let mut change = self.set_quoted_address(quote, network + source, flow.source)?;
        quote.flow.source = flow.source;
        change = change.and(self.set_quoted_address(quote, network + destination, flow.destination)?);
        quote.flow.destination = flow.destination;
        change = change.and(self.set_quoted_ports(quote, flow));
        self.adjust_transport(change);
        Ok(())
    }

    #[inline]
    fn set_address(&mut self, at: usize, new: IpAddr) -> Result<(), WrongFamily> {
        let change = self.overwrite_address(at, new)?;
        if self.headers.layer3 == Layer3::Ipv4 {
            adjust(self.frame, usize::from(self.headers.network_offset) + 10, change);
        }
        if protocol::has_pseudo_header(self.headers.protocol) {
            self.adjust_pseudo_header(change);
        }
        Ok(())
    }

    #[inline]
    fn overwrite_address(&mut self, at: usize, new: IpAddr) -> Result<Difference, WrongFamily> {
        match (self.headers.layer3, new) {
            (Layer3::Ipv4, IpAddr::V4(new)) => Ok(overwrite(self.frame, at, new.octets())),
            (Layer3::Ipv6, IpAddr::V6(new)) => Ok(overwrite(self.frame, at, new.octets())),
            (Layer3::Arp | Layer3::Ipv4 | Layer3::Ipv6, _) => Err(WrongFamily),
        }
    }

    #[inline]
    fn set_transport_word(&mut self, offset: usize, word: u16) {
        let at = usize::from(self.headers.transport_offset) + offset;
        let change = overwrite(self.frame, at, word.to_be_bytes());
        self.adjust_transport(change);
    }

    /// The pseudo-header changed: a half-computed checksum holds its sum and changes too.
    #[inline]
    fn adjust_pseudo_header(&mut self, change: Difference) {
        let Some(at) = self.headers.checksum_offset() else { return };
        match self.checksum {
            ChecksumState::Complete => adjust_complete(self.frame, at, self.headers.protocol, change),
            ChecksumState::Partial => {
                let sum = change.adjust_sum(read_word(self.frame, at));
                self.frame[at..at + 2].copy_from_slice(&sum.to_be_bytes());
            }
        }
    }

    /// The transport itself changed: a half-computed checksum does not cover it yet.
    #[inline]
    fn adjust_transport(&mut self, change: Difference) {
        match (self.checksum, self.headers.checksum_offset()) {
            (ChecksumState::Complete, Some(at)) => {
                adjust_complete(self.frame, at, self.headers.protocol, change)
            }
            (ChecksumState::Complete | ChecksumState::Partial, _) => {}
        }
    }

    fn set_quoted_address(
        &mut self,
        quote: &QuotedPacket,
        at: usize,
        new: IpAddr,
    ) -> Result<Difference, WrongFamily> {
        let change = self.overwrite_address(at, new)?;
        let mut all = change;
        if self.headers.layer3 == Layer3::Ipv4 {
            all = all.and(adjust(self.frame, usize::from(quote.network_offset) + 10, change));
        }
        if protocol::has_pseudo_header(quote.flow.protocol) {
            all = all.and(self.adjust_quoted_checksum(quote, change));
        }
        Ok(all)
    }

    fn set_quoted_ports(&mut self, quote: &mut QuotedPacket, flow: &Flow) -> Difference {
        let at = usize::from(quote.transport_offset);
        let change = match quote.flow.protocol {
            protocol::TCP | protocol::UDP => {
                quote.flow.destination_port = flow.destination_port;
                overwrite(self.frame, at, flow.source_port.to_be_bytes()).and(overwrite(
                    self.frame,
                    at + 2,
                    flow.destination_port.to_be_bytes(),
                ))
            }
            protocol::ICMP | protocol::ICMPV6 if quote.is_echo() => {
                quote.flow.destination_port = flow.source_port;
                overwrite(self.frame, at + 4, flow.source_port.to_be_bytes())
            }
            _ => return Difference::default(),
        };
        quote.flow.source_port = flow.source_port;
        change.and(self.adjust_quoted_checksum(quote, change))
    }

    fn adjust_quoted_checksum(&mut self, quote: &QuotedPacket, change: Difference) -> Difference {
        let Some(at) = quote.checksum_offset.map(usize::from) else {
            return Difference::default();
        };
        let before = read_word(self.frame, at);
        adjust_complete(self.frame, at, quote.flow.protocol, change);
        Difference::between(before.to_be_bytes(), read_word(self.frame, at).to_be_bytes())
    }
}

#[inline]
fn is_of_family(layer3: Layer3, address: IpAddr) -> bool {
    match layer3 {
        Layer3::Ipv4 => address.is_ipv4(),
        Layer3::Ipv6 => address.is_ipv6(),
        Layer3::Arp => false,
    }
}

/// Where source and destination lie in the network header.
#[inline]
fn address_offsets(layer3: Layer3) -> (usize, usize) {
    match layer3 {
        Layer3::Ipv6 => (8, 24),
        Layer3::Ipv4 | Layer3::Arp => (12, 16),
    }
}

#[inline]
fn overwrite<const N: usize>(frame: &mut [u8], at: usize, new: [u8; N]) -> Difference {
    let field = frame[at..].first_chunk_mut::<N>().expect("the field is within the headers that were read");
    let change = Difference::between(*field, new);
    *field = new;
    change
}

#[inline]
fn read_word(frame: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([frame[at], frame[at + 1]])
}

/// Adjusts a checksum and says what that changed, for a checksum around it.
#[inline]
fn adjust(frame: &mut [u8], at: usize, change: Difference) -> Difference {
    let adjusted = change.adjust(read_word(frame, at));
    overwrite(frame, at, adjusted.to_be_bytes())
}

/// Adjusts a transport checksum; one that a UDP sender left out stays left out.
#[inline]
fn adjust_complete(frame: &mut [u8], at: usize, protocol: u8, change: Difference) {
    let old = read_word(frame, at);
    if protocol == protocol::UDP && old == 0 {
        return;
    }
    let new = crate::checksum::nonzero_for_udp(protocol, change.adjust(old));
    frame[at..at + 2].copy_from_slice(&new.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{IcmpEcho, Mac, TcpFlags, TcpSegment, UdpDatagram, checksum, icmp, parse, quoted};

    fn syn() -> Vec<u8> {
        let (inside, outside) = ("10.0.1.10:40000".parse().unwrap(), "198.51.100.7:80".parse().unwrap());
        TcpSegment::new(inside, outside, TcpFlags::SYN).build()
    }

    /// Changes a frame, and checks that headers and checksums followed.
    fn rewrite(mut frame: Vec<u8>, change: impl FnOnce(&mut Rewrite<'_>)) -> Vec<u8> {
        let mut headers = parse(&frame).unwrap();
        change(&mut Rewrite::new(&mut frame, &mut headers, ChecksumState::Complete));
        assert_eq!(parse(&frame), Ok(headers));
        assert!(checksum::network_is_valid(&frame, &headers));
        assert!(checksum::transport_is_valid(&frame, &headers));
        frame
    }

    fn summary(frame: &[u8]) -> String {
        parse(frame).unwrap().to_string()
    }

    #[test]
    fn a_nat_gateway_changes_the_sender_and_back() {
        let out = rewrite(syn(), |packet| {
            packet.set_source("10.0.0.5".parse().unwrap()).unwrap();
            packet.set_source_port(1024);
            packet.decrement_ttl().unwrap();
        });
        assert_eq!(summary(&out), "10.0.0.5:1024 -> 198.51.100.7:80 tcp SYN");
        assert_eq!(parse(&out).unwrap().ttl, 63);
        let before = parse(&syn()).unwrap().flow();
        let back = rewrite(out, |packet| packet.set_flow(&before).unwrap());
        assert_eq!(summary(&back), "10.0.1.10:40000 -> 198.51.100.7:80 tcp SYN");
    }

    #[test]
    fn an_echo_keeps_one_identifier() {
        for (a, b) in [("10.0.1.10", "198.51.100.7"), ("fd00::1", "2001:db8::7")] {
            let frame = IcmpEcho::request(a.parse().unwrap(), b.parse().unwrap(), 7, 1).build();
            let frame = rewrite(frame, |packet| packet.set_echo_identifier(0));
            let frame = rewrite(frame, |packet| {
                packet.set_echo_identifier(1024);
                packet.set_source_port(99);
            });
            assert!(summary(&frame).ends_with("echo request id 1024"));
        }
    }

    #[test]
    fn a_hop_too_many() {
        let mut frame = syn();
        let mut headers = parse(&frame).unwrap();
        let mut packet = Rewrite::new(&mut frame, &mut headers, ChecksumState::Complete);
        packet.set_ttl(2);
        assert_eq!(packet.decrement_ttl(), Ok(()));
        assert_eq!(packet.decrement_ttl(), Err(Expired));
        assert_eq!(parse(&frame).unwrap().ttl, 1);
    }

    #[test]
    fn an_address_of_the_other_family_is_refused_and_nothing_changes() {
        let mut frame = syn();
        let mut headers = parse(&frame).unwrap();
        let flow = Flow { destination: "fd00::1".parse().unwrap(), source_port: 9, ..headers.flow() };
        let mut packet = Rewrite::new(&mut frame, &mut headers, ChecksumState::Complete);
        assert_eq!(packet.set_source("fd00::1".parse().unwrap()), Err(WrongFamily));
        assert_eq!(packet.set_destination("fd00::1".parse().unwrap()), Err(WrongFamily));
        assert_eq!(packet.set_flow(&flow), Err(WrongFamily));
        assert_eq!(frame, syn());
    }

    #[test]
    fn a_checksum_left_out_stays_left_out() {
        let (a, b) = ("10.0.1.10:5353".parse().unwrap(), "10.0.0.2:53".parse().unwrap());
        let mut frame = UdpDatagram::new(a, b, b"?").build();
        frame[40..42].fill(0);
        let frame = rewrite(frame, |packet| {
            packet.set_source("10.9.9.9".parse().unwrap()).unwrap();
            packet.set_destination_port(54);
        });
        assert_eq!(frame[40..42], [0, 0]);
    }

    #[test]
    fn a_later_fragment_has_no_transport_to_change() {
        let (a, b) = ("10.0.0.1:1".parse().unwrap(), "10.0.0.2:2".parse().unwrap());
        let mut frame = UdpDatagram::new(a, b, &[7; 8]).build();
        frame[21] = 4;
        let mut headers = parse(&frame).unwrap();
        let transport = frame[34..].to_vec();
        let mut packet = Rewrite::new(&mut frame, &mut headers, ChecksumState::Complete);
        packet.set_destination("10.0.0.3".parse().unwrap()).unwrap();
        packet.set_source_port(99);
        assert_eq!(frame[34..], transport);
        assert_eq!(summary(&frame), "10.0.0.1 -> 10.0.0.3 udp fragment at 32");
    }

    #[test]
    fn the_link_changes_alone() {
        let link = Link { source: Mac([2, 0, 0, 0, 0, 1]), destination: Mac([2, 0, 0, 0, 0, 2]) };
        let frame = rewrite(syn(), |packet| packet.set_link(link));
        assert_eq!(parse(&frame).unwrap().link(), link);
        assert_eq!(frame[12..], syn()[12..]);
    }

    #[test]
    fn a_nat_gateway_takes_an_error_back_to_the_sender() {
        // Outside, a router complains about the packet as the NAT gateway sent it.
        let inside = parse(&syn()).unwrap().flow();
        let translated = Flow { source: "10.0.0.5".parse().unwrap(), source_port: 1024, ..inside };
        let sent = rewrite(syn(), |packet| packet.set_flow(&translated).unwrap());
        let mut error =
            icmp::fragmentation_needed("203.0.113.1".parse().unwrap(), 1400, &sent, &parse(&sent).unwrap())
                .unwrap();
        let mut headers = parse(&error).unwrap();
        let mut quote = quoted(&error, &headers).unwrap();
        assert_eq!(quote.flow, translated);

        // The gateway gives it the sender's address, outside and inside.
        let mut packet = Rewrite::new(&mut error, &mut headers, ChecksumState::Complete);
        packet.set_destination(inside.source).unwrap();
        packet.set_quoted_flow(&mut quote, &inside).unwrap();
        assert_eq!(headers.to_string(), "203.0.113.1 -> 10.0.1.10 icmp fragmentation needed");
        assert_eq!(quote.flow, inside);
        assert_eq!(quoted(&error, &headers), Some(quote));
        assert!(checksum::transport_is_valid(&error, &headers));
        assert_eq!(error[usize::from(quote.network_offset)..], syn()[14..], "the very packet it sent");
    }
}
