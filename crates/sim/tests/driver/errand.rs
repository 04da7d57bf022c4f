//! A question asked with packets: the packet is sent, everybody whom it comes to does with it what Linux does, and so with the
//! answer. Written apart from the engine's explanations, which are compared with it.

use engine::{DropReason, Forwarding, Question};
use model::{InstanceId, MacAddress, NetworkInterface, NetworkInterfaceId, SubnetId, World};
use sim::Fixture;
use sim::reference::{Fate, Packet, Part, Who};
use std::net::IpAddr;
use wire::Flow;

use super::frames::LATER_LENGTH;
use super::lab::{ACK, SYN};
use super::pair::Pair;

/// How it ended.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) end: End,
    /// The interfaces by which it came to instances that it was not addressed to, each once.
    pub(crate) by: Vec<NetworkInterfaceId>,
    /// The subnet in which it ended, or the last one before; of what goes round, anywhere.
    pub(crate) place: Option<SubnetId>,
}

impl Outcome {
    pub(crate) fn new(end: End, by: Vec<NetworkInterfaceId>, place: Option<SubnetId>) -> Outcome {
        let goes_round =
            matches!(end, End::Lost(DropReason::RoutingLoop) | End::NoReply(DropReason::RoutingLoop));
        Outcome { end, by, place: place.filter(|_| !goes_round) }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum End {
    /// The packet died.
    Lost(DropReason),
    /// It arrived, and the answer died, or is not what was waited for.
    NoReply(DropReason),
    /// Both arrived.
    Answered,
    /// It arrived, and nobody answers such a packet.
    Delivered,
}

/// More instances than a packet goes through.
const PATIENCE: usize = 16;

pub(crate) struct Errand<'a> {
    pair: Pair,
    fixture: &'a Fixture,
    question: &'a Question,
    behaviour: Forwarding,
    /// What instances have sent under their own address: from which interface, the packet before, and after.
    masqueraded: Vec<(NetworkInterfaceId, Flow, Flow)>,
    by: Vec<NetworkInterfaceId>,
}

/// What a leg of the way comes to.
type Arrived = Result<(Who, Packet), DropReason>;

impl<'a> Errand<'a> {
    /// Runs it; an error if the engine and the reference model do not agree about a packet.
    pub(crate) fn run(
        fixture: &'a Fixture,
        question: &'a Question,
        behaviour: Forwarding,
    ) -> Result<Outcome, String> {
        let (pair, masqueraded, by) = (Pair::new(fixture), Vec::new(), Vec::new());
        let mut errand = Errand { pair, fixture, question, behaviour, masqueraded, by };
        let end = errand.there_and_back()?;
        let sender = question.sender.map(|id| errand.interface(id).subnet);
        let place = errand.pair.reference.last_place.or(sender);
        Ok(Outcome::new(end, errand.by, place))
    }

    fn world(&self) -> &'a World {
        &self.fixture.world
    }

    fn interface(&self, id: NetworkInterfaceId) -> &'a NetworkInterface {
        self.world().network.network_interfaces.get(&id).expect("a link is an interface's")
    }

    fn there_and_back(&mut self) -> Result<End, String> {
        let question = self.question;
        let sender = question.sender.map_or(Who::Internet, Who::Interface);
        if question.sender.is_some_and(|id| !self.runs(id)) {
            return Ok(End::Lost(DropReason::InterfaceDown));
        }
        let next_hop = match question.next_hop {
            Some(neighbour) => self.interface(neighbour).mac,
            None => self.next_hop(sender, question.flow.destination),
        };
        let part = if question.is_fragmented { Part::First(7) } else { Part::Whole };
        let packet = self.packet(question.flow, question.icmp, SYN, part, next_hop);
        let (at, arrived) = match self.carry(sender, packet, None)? {
            Ok(arrived) => arrived,
            Err(reason) => return Ok(End::Lost(reason)),
        };
        let Some((flow, icmp)) = answer_to(&arrived) else { return Ok(End::Delivered) };
        let from = self.answers_from(at, &arrived);
        let part = if question.is_fragmented { Part::First(8) } else { Part::Whole };
        let next_hop = self.hop_back(sender, at).unwrap_or_else(|| self.next_hop(from, flow.destination));
        let answer = self.packet(flow, icmp, SYN | ACK, part, next_hop);
        let awaited = question.flow.reversed();
        let (at, arrived) = match self.carry(from, answer, Some((sender, awaited)))? {
            Ok(arrived) => arrived,
            Err(reason) => return Ok(End::NoReply(reason)),
        };
        let is_own = match sender {
            Who::Interface(id) => self.local(id, question.flow.source).is_some(),
            Who::Internet => true,
        };
        // Linux takes what is for an address of its own by any interface.
        let at = self.answers_from(at, &arrived);
        let is_back = arrived.flow == awaited && (at == sender || !is_own);
        Ok(if is_back { End::Answered } else { End::NoReply(DropReason::UnexpectedAnswer) })
    }

    /// A neighbour that was used as a router answers who has used it, where nobody else would know the way.
    fn hop_back(&self, sender: Who, at: Who) -> Option<MacAddress> {
        let (Who::Interface(sender), Who::Interface(at)) = (sender, at) else { return None };
        let is_stranger = self.local(sender, self.question.flow.source).is_none();
        (self.question.next_hop == Some(at) && is_stranger).then(|| self.interface(sender).mac)
    }

    fn packet(
        &self,
        flow: Flow,
        icmp: Option<(u8, u8)>,
        flags: u8,
        part: Part,
        next_hop: MacAddress,
    ) -> Packet {
        let flags = if flow.protocol == 6 { flags } else { 0 };
        // Parts but the last are made of eight bytes each: a TCP header is twenty long.
        let length = if flow.protocol == 6 { 12 } else { 8 };
        Packet { flow, icmp, flags, ttl: 64, about: None, length, part, next_hop }
    }

    /// Carries a packet until somebody takes it.
    fn carry(&mut self, from: Who, packet: Packet, awaited: Option<(Who, Flow)>) -> Result<Arrived, String> {
        let behaviour = if awaited.is_some() { Forwarding::Unchanged } else { self.behaviour };
        let (mut from, mut packet, mut seen) = (from, packet, Vec::new());
        loop {
            let (at, arrived) = match self.pair.send(from, &packet)? {
                Fate::Delivered { to, packet, .. } => (to, packet),
                Fate::Dropped(reason) => return Ok(Err(reason)),
                Fate::TooBig { .. } => return Ok(Err(DropReason::TooBig)),
            };
            self.send_the_rest(from, &packet, at)?;
            let Who::Interface(id) = at else { return Ok(Ok((at, arrived))) };
            if awaited == Some((at, arrived.flow)) {
                return Ok(Ok((at, arrived)));
            }
            let restored =
                self.masqueraded.iter().find(|(by, _, own)| *by == id && own.reversed() == arrived.flow);
            let restored = restored.map(|(_, original, _)| original.reversed());
            if restored.is_none() && self.local(id, arrived.flow.destination).is_some() {
                return Ok(Ok((at, arrived)));
            }
            if !self.by.contains(&id) {
                self.by.push(id);
            }
            if restored.is_none() && behaviour == Forwarding::Kept {
                return Ok(Ok((at, arrived)));
            }
            if seen.contains(&(id, arrived.flow)) || seen.len() == PATIENCE {
                return Ok(Err(DropReason::RoutingLoop));
            }
            seen.push((id, arrived.flow));
            let mut flow = restored.unwrap_or(arrived.flow);
            let out = self.way_out(id, flow.destination);
            let own = out.addresses().find(|own| own.is_ipv4() == flow.source.is_ipv4());
            if let Some(source) =
                own.filter(|_| restored.is_none() && behaviour == Forwarding::FromOwnAddress)
            {
                self.masqueraded.push((out.id, flow, Flow { source, ..flow }));
                flow.source = source;
            }
            from = Who::Interface(out.id);
            let next_hop = self.next_hop(from, flow.destination);
            packet = Packet { flow, ttl: arrived.ttl - 1, next_hop, ..arrived };
        }
    }

    /// The later parts of a packet come where the first one did.
    fn send_the_rest(&mut self, from: Who, first: &Packet, at: Who) -> Result<(), String> {
        let Part::First(number) = first.part else { return Ok(()) };
        let flow = Flow { source_port: 0, destination_port: 0, ..first.flow };
        let part = Part::Later(number);
        match self
            .pair
            .send(from, &Packet { flow, icmp: None, flags: 0, length: LATER_LENGTH, part, ..*first })?
        {
            Fate::Delivered { to, .. } if to == at => Ok(()),
            fate @ (Fate::Delivered { .. } | Fate::Dropped(_) | Fate::TooBig { .. }) => {
                Err(format!("the first part comes to {at:?}, the second: {fate:?}"))
            }
        }
    }

    fn instance(&self, id: NetworkInterfaceId) -> Option<InstanceId> {
        self.interface(id).attachment.as_ref().and_then(|attachment| attachment.instance)
    }

    fn runs(&self, id: NetworkInterfaceId) -> bool {
        let instance = self.instance(id).and_then(|id| self.world().network.instances.get(&id));
        instance.is_some_and(|instance| matches!(instance.state.name(), "pending" | "running"))
    }

    /// All interfaces of the instance that has this one, by their device index.
    fn beside(&self, id: NetworkInterfaceId) -> Vec<&'a NetworkInterface> {
        let instance = self.instance(id);
        let index = |it: &NetworkInterface| it.attachment.as_ref().map(|attachment| attachment.device_index);
        let all = self.world().network.network_interfaces.values();
        let same = |it: &&NetworkInterface| {
            it.id == id
                || instance.is_some() && it.attachment.as_ref().and_then(|its| its.instance) == instance
        };
        let mut all: Vec<&NetworkInterface> = all.filter(same).collect();
        all.sort_by_key(|it| index(it));
        all
    }

    /// The interface by which an instance has an address: Linux takes a packet for it by any of them.
    fn local(&self, id: NetworkInterfaceId, address: IpAddr) -> Option<&'a NetworkInterface> {
        self.beside(id).into_iter().find(|it| it.has_address(address))
    }

    /// Answers leave by the interface that has the address which was asked.
    fn answers_from(&self, at: Who, arrived: &Packet) -> Who {
        match at {
            Who::Interface(id) => {
                let own = self.local(id, arrived.flow.destination);
                Who::Interface(own.map_or(id, |own| own.id))
            }
            Who::Internet => Who::Internet,
        }
    }

    /// By its subnet's interface to an IPv4 neighbour; else by the first one that has the family.
    fn way_out(&self, id: NetworkInterfaceId, destination: IpAddr) -> &'a NetworkInterface {
        let all = self.beside(id);
        let near = |it: &&&NetworkInterface| match destination {
            IpAddr::V4(v4) => {
                let subnet = self.world().network.subnets.get(&it.subnet);
                subnet.and_then(|subnet| subnet.cidr).is_some_and(|block| block.contains(&v4))
            }
            IpAddr::V6(_) => false,
        };
        let by_family =
            |it: &&&NetworkInterface| it.addresses().any(|own| own.is_ipv4() == destination.is_ipv4());
        let found = all.iter().find(near).or_else(|| all.iter().find(by_family));
        found.copied().unwrap_or_else(|| self.interface(id))
    }

    /// Whom a sender finds on its link: the neighbour that has an IPv4 address, else the router.
    fn next_hop(&self, from: Who, destination: IpAddr) -> MacAddress {
        let Who::Interface(id) = from else { return MacAddress::ROUTER };
        let subnet = self.interface(id).subnet;
        let mut near = self.world().network.network_interfaces.values().filter(|it| it.subnet == subnet);
        let owner = near.find(|it| destination.is_ipv4() && it.has_address(destination));
        owner.map_or(MacAddress::ROUTER, |owner| owner.mac)
    }
}

/// What a plain server sends back: everything but ICMP that asks nothing.
fn answer_to(packet: &Packet) -> Option<(Flow, Option<(u8, u8)>)> {
    let icmp = match packet.icmp {
        None => None,
        Some((8, code)) if packet.flow.protocol == 1 => Some((0, code)),
        Some((128, code)) if packet.flow.protocol == 58 => Some((129, code)),
        Some(_) => return None,
    };
    Some((packet.flow.reversed(), icmp))
}
