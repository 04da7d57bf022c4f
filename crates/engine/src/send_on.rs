//! What becomes of the frame of a packet that arrives: it is rewritten in place, cut to fit its way, or made anew in the
//! other address family (NAT64, RFC 7915).

use model::MacAddress;
use wire::{ChecksumState, Flow, Fragment, Headers, Layer3, Link, Mac, Onward, Rewrite, translate};

use crate::answer;
use crate::clock::Moment;
use crate::connection::Sent;
use crate::drop_reason::DropReason;
use crate::engine::Engine;
use crate::nat_metrics::Sizes;
use crate::passage::{Passage, Sending, size};
use crate::port::PortId;
use crate::verdict::{Outgoing, Verdict};

impl Engine {
    /// Sends a packet where it was decided to go. A later fragment goes as the first one did.
    pub(crate) fn send_on(
        &mut self,
        packet: &mut Sending<'_>,
        passage: &Passage,
        now: Moment,
        out: &mut Vec<Outgoing>,
    ) -> Verdict {
        // A later fragment that has less time to live than the first one.
        if packet.headers.ttl <= passage.way.hops {
            return Verdict::Dropped(DropReason::TimeToLive);
        }
        if passage.flow.source.is_ipv4() != packet.headers.source.is_ipv4() {
            return self.change_family(packet, passage, now, out);
        }
        if packet.exceeds(passage.way.mtu) {
            return self.too_big(packet, passage, now, out);
        }
        if packet.headers.is_icmp_error() {
            self.rewrite_quote(packet, now);
        }
        let (transfer, sent) = (packet.transfer(passage), size(packet.headers, packet.vnet));
        self.record(packet.port, packet.headers, &transfer, now);
        self.count_passage(packet, passage, &Sizes::of(sent), now);
        match self.deliver(packet.frame, packet.headers, packet.checksum, transfer) {
            Some(()) => Verdict::Forward(passage.to),
            None => Verdict::Dropped(DropReason::Malformed),
        }
    }

    /// Counts a packet where it passes, besides its links and its connection.
    fn count_passage(&mut self, packet: &Sending<'_>, passage: &Passage, sizes: &Sizes, now: Moment) {
        self.count_nat_visits(&passage.nat_visits, sizes);
        self.count_and_watch_flow(packet.port, passage, packet.headers, sizes, now);
    }

    /// As what the receiver of an ICMP error has sent the packet that the error quotes as `quoted`.
    fn sent_by_receiver(&mut self, port: PortId, quoted: &Flow, now: Moment) -> Option<Flow> {
        let (slot, end) = self.live_connection(port, &quoted.reversed(), false, now)?;
        self.connections.get(slot)?.flow(end.other())
    }

    /// Makes the packet that an ICMP error quotes what the receiver of the error once sent.
    fn rewrite_quote(&mut self, packet: &mut Sending<'_>, now: Moment) {
        let Some(mut quote) = wire::quoted(packet.frame, packet.headers) else { return };
        let sent = self.sent_by_receiver(packet.port, &quote.flow, now);
        if let Some(sent) = sent.filter(|sent| *sent != quote.flow) {
            let mut rewrite = Rewrite::new(packet.frame, packet.headers, packet.checksum);
            // A quote of the other family cannot be: both were read from one packet.
            let _ = rewrite.set_quoted_flow(&mut quote, &sent);
        }
    }

    /// A packet larger than its way can carry: cut to fit, if it may be; otherwise its sender is told.
    fn too_big(
        &mut self,
        packet: &Sending<'_>,
        passage: &Passage,
        now: Moment,
        out: &mut Vec<Outgoing>,
    ) -> Verdict {
        let mtu = passage.way.mtu;
        if !packet.may_be_cut() {
            return self.refuse(packet, mtu, out);
        }
        let Ok(packets) = wire::segment(packet.frame, packet.headers, packet.vnet) else {
            return Verdict::Dropped(DropReason::BadOffload);
        };
        let sent = size(packet.headers, packet.vnet);
        self.count_passage(packet, passage, &Sizes::of(sent), now);
        for mut whole in packets {
            let Ok(mut headers) = wire::parse(&whole) else { continue };
            let transfer = passage.transfer(packet.port, 1, u64::from(headers.total_len));
            if self.deliver(&mut whole, &mut headers, ChecksumState::Complete, transfer).is_none() {
                continue;
            }
            match wire::fragment(&whole, &headers, mtu) {
                Ok(parts) => out.extend(parts.into_iter().map(|frame| Outgoing { port: passage.to, frame })),
                Err(_) => out.push(Outgoing { port: passage.to, frame: whole }),
            }
        }
        Verdict::Done
    }

    /// Tells the sender of a packet how large it may be.
    fn refuse(&self, packet: &Sending<'_>, mtu: u16, out: &mut Vec<Outgoing>) -> Verdict {
        let told = answer::too_big(self, packet.port, packet.frame, packet.headers, mtu);
        out.extend(told.map(|frame| Outgoing { port: packet.port, frame }));
        Verdict::Dropped(DropReason::TooBig)
    }

    /// NAT64: the packet goes on in the other address family, made anew, packet by packet.
    fn change_family(
        &mut self,
        packet: &mut Sending<'_>,
        passage: &Passage,
        now: Moment,
        out: &mut Vec<Outgoing>,
    ) -> Verdict {
        let is_too_big = packet.exceeds(mtu_of(packet.headers, passage.way.mtu));
        if is_too_big && !packet.may_be_cut() {
            return self.refuse(packet, passage.way.mtu, out);
        }
        let mtu = match is_too_big {
            true => passage.mtu_in_other_family.min(passage.way.mtu.saturating_add(translate::GROWTH)),
            false => passage.mtu_in_other_family,
        };
        let Some(destination) = self.ports.get(passage.to).map(|link| Mac(link.mac.0)) else {
            return Verdict::Dropped(DropReason::InterfaceDown);
        };
        let link = Link { source: Mac(MacAddress::ROUTER.0), destination };
        let Ok(packets) = wire::segment(packet.frame, packet.headers, packet.vnet) else {
            return Verdict::Dropped(DropReason::BadOffload);
        };
        let mut translated = Vec::new();
        for whole in packets {
            self.identification = self.identification.wrapping_add(1);
            let onward = Onward {
                flow: passage.flow,
                link,
                hops: passage.way.hops,
                identification: self.identification,
                mtu,
            };
            let Some(parts) = self.translate(packet.port, &whole, &onward, now) else {
                return Verdict::Dropped(DropReason::NatProtocol);
            };
            translated.extend(parts);
        }
        let transfer = packet.transfer(passage);
        self.record(packet.port, packet.headers, &transfer, now);
        self.count(&transfer);
        let ip_bytes = |frame: &Vec<u8>| frame.len().saturating_sub(wire::ethernet::HEADER_LEN) as u64;
        let arrives = Sent { packets: translated.len() as u64, bytes: translated.iter().map(ip_bytes).sum() };
        let sizes = Sizes { sent: size(packet.headers, packet.vnet), arrives };
        self.count_passage(packet, passage, &sizes, now);
        out.extend(translated.into_iter().map(|frame| Outgoing { port: passage.to, frame }));
        Verdict::Done
    }

    /// One packet in the other family, in as many parts as it takes; an ICMP error about what its receiver has sent.
    fn translate(
        &mut self,
        port: PortId,
        frame: &[u8],
        onward: &Onward,
        now: Moment,
    ) -> Option<Vec<Vec<u8>>> {
        let headers = wire::parse(frame).ok()?;
        if !headers.is_icmp_error() {
            return wire::translate(frame, &headers, onward);
        }
        let quote = wire::quoted(frame, &headers)?;
        let sent = self.sent_by_receiver(port, &quote.flow, now)?;
        Some(vec![wire::translate_error(frame, &headers, &quote, &sent, onward)?])
    }
}

/// How long this may be on a way that carries `mtu` bytes of a whole packet as it was sent: a fragment in IPv6 has a header
/// that it has not in IPv4.
fn mtu_of(headers: &Headers, mtu: u16) -> u16 {
    match (headers.layer3, headers.fragment) {
        (Layer3::Ipv6, Fragment::First { .. } | Fragment::Later { .. }) => {
            mtu.saturating_add(translate::FRAGMENT_HEADER_LEN)
        }
        (Layer3::Ipv6, Fragment::None) | (Layer3::Ipv4 | Layer3::Arp, _) => mtu,
    }
}
