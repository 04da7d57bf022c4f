//! Everything that is not the fast path: link services, first packets, fragments, errors, changed networks.

use wire::{BadOffload, ChecksumState, Fragment, Gso, Headers, VnetHeader};

use crate::answer::{self, LinkAnswer};
use crate::clock::{Moment, Now};
use crate::drop_reason::DropReason;
use crate::engine::Engine;
use crate::findings::Findings;
use crate::flow_noting::{Ending, Noted};
use crate::fragments::{Decided, FragmentKey};
use crate::journey::Arrival;
use crate::nat_metrics::Sizes;
use crate::packet::Packet;
use crate::passage::{Passage, Sending, size};
use crate::port::PortId;
use crate::verdict::{Outgoing, Verdict};

impl Engine {
    /// Takes a frame that the fast path does not.
    pub(crate) fn slow_path(
        &mut self,
        port: PortId,
        frame: &mut [u8],
        headers: &mut Headers,
        vnet: &mut VnetHeader,
        now: Now,
        out: &mut Vec<Outgoing>,
    ) -> Verdict {
        self.roll_flows(now);
        let Some(checksum) = checksum_state(frame, headers, vnet) else {
            return Verdict::Dropped(DropReason::BadOffload);
        };
        let Some(link) = self.ports.get(port) else { return Verdict::Dropped(DropReason::InterfaceDown) };
        if headers.source_mac.0 != link.mac.0 {
            return Verdict::Dropped(DropReason::SourceMac);
        }
        let via = match answer::on_link(self, port, frame, headers, now) {
            LinkAnswer::Frame(frame) => {
                out.push(Outgoing { port, frame });
                return Verdict::Done;
            }
            LinkAnswer::Drop(reason) => return Verdict::Dropped(reason),
            LinkAnswer::ForNobody(told) => {
                out.extend(told.map(|frame| Outgoing { port, frame }));
                return Verdict::Dropped(DropReason::DestinationMac);
            }
            LinkAnswer::NotForLink(via) => via,
        };
        if headers.source_route {
            return Verdict::Dropped(DropReason::SourceRoute);
        }
        if let Some(passage) = self.passage_of_first_fragment(port, headers, now.moment) {
            let mut packet = Sending { port, frame, headers, vnet, checksum };
            return self.send_on(&mut packet, &passage, now.moment, out);
        }
        let quote = wire::quoted(frame, headers);
        let sent = Packet { via, ..Packet::new(headers) };
        let mut noting = self.noting(port, &sent, now.moment);
        let steps = noting.as_mut().and_then(|noting| noting.steps.as_mut());
        let decision = self.decide(port, sent, quote.as_ref(), now.moment, steps);
        let noted = Noted { packet: &sent, quote: quote.as_ref(), size: size(headers, vnet) };
        let ending = Ending::of(&decision);
        let to = match decision.arrival {
            Arrival::At(to) => to,
            Arrival::Dropped(reason) => {
                let sent = noted.size;
                self.count_nat_visits(&decision.findings.nat_visits, &Sizes::of(sent));
                self.count_flow(&decision.course, headers, &Sizes::of(sent), now.moment);
                if let Some(noting) = noting {
                    self.note_flow(noting, noted, ending, now);
                }
                let told = self.told_of_death(port, reason, &decision.findings, frame, headers);
                out.extend(told.map(|frame| Outgoing { port, frame }));
                return Verdict::Dropped(reason);
            }
        };
        let passage = Passage {
            to,
            flow: decision.flow,
            way: decision.findings.way(),
            mtu_in_other_family: decision.findings.mtu_in_other_family,
            nat_visits: decision.findings.nat_visits,
            course: decision.course,
        };
        self.remember_first_fragment(port, headers, &passage, now.moment);
        let verdict =
            self.send_on(&mut Sending { port, frame, headers, vnet, checksum }, &passage, now.moment, out);
        if !passage.course.is_empty() && matches!(verdict, Verdict::Dropped(_)) {
            self.decide_next_again(port, &sent.flow);
        }
        if let Some(noting) = noting {
            let ending = match verdict {
                Verdict::Dropped(reason) => ending.but_refused(reason),
                Verdict::Forward(_) | Verdict::Done => ending,
            };
            self.note_flow(noting, noted, ending, now);
        }
        verdict
    }

    /// What the network tells the sender of a packet that died. It is silent but for two reasons, both of NAT gateways.
    fn told_of_death(
        &self,
        port: PortId,
        reason: DropReason,
        findings: &Findings,
        frame: &[u8],
        headers: &Headers,
    ) -> Option<Vec<u8>> {
        if reason == DropReason::TimeToLive {
            return answer::time_exceeded(self, port, findings, frame, headers);
        }
        if reason == DropReason::NatIdle {
            return answer::reset(self, port, findings, frame, headers);
        }
        None
    }

    fn passage_of_first_fragment(&self, port: PortId, headers: &Headers, now: Moment) -> Option<Passage> {
        let Fragment::Later { identification, .. } = headers.fragment else { return None };
        self.fragments.passage(
            &fragment_key(port, headers, identification),
            self.world.network.generation,
            now,
        )
    }

    fn remember_first_fragment(&mut self, port: PortId, headers: &Headers, passage: &Passage, now: Moment) {
        if let Fragment::First { identification } = headers.fragment {
            let decided =
                Decided { passage: passage.clone(), generation: self.world.network.generation, at: now };
            self.fragments.remember(fragment_key(port, headers, identification), decided);
        }
    }
}

/// How far a frame's checksum is computed. A partial one that is not where its transport has it, such as that of a packet
/// inside a tunnel, is finished here: what is rewritten around it must not disturb it.
fn checksum_state(frame: &mut [u8], headers: &Headers, vnet: &mut VnetHeader) -> Option<ChecksumState> {
    match vnet.validate(frame, headers) {
        Ok(state) => Some(state),
        Err(BadOffload::ChecksumElsewhere) if vnet.gso == Gso::None => {
            wire::finish_checksum(frame, vnet).ok()?;
            Some(ChecksumState::Complete)
        }
        Err(_) => None,
    }
}

fn fragment_key(port: PortId, headers: &Headers, identification: u32) -> FragmentKey {
    FragmentKey {
        port,
        next_hop: headers.destination_mac,
        source: headers.source,
        destination: headers.destination,
        protocol: headers.protocol,
        identification,
    }
}
