//! The reference model: what AWS does with a packet, slowly and obviously.
//!
//! Written from the documentation, not from the engine: plain loops over lists, no indexes, no caches, no stages. It reads
//! the network's rows as data and nothing of their behaviour. Where AWS publishes nothing, the choices are:
//!
//! - a connection is what its two ends remember of it together; it is refreshed by packets that arrive;
//! - an end whose groups let a tracked packet out remembers it even if it dies later;
//! - times of connections that are not established are Hamlet's own ([`connections`]).
//!
//! Left out: services of the link.

pub mod connections;
mod journey;
mod rules;

use engine::DropReason;
use model::{Direction, IpNet, MacAddress, NetworkInterfaceId, SubnetId, World};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use wire::Flow;

use connections::{Connection, Memory};

/// Who sends or receives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// An instance, by an interface.
    Interface(NetworkInterfaceId),
    /// A host of the internet.
    Internet,
}

/// A packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Addresses, protocol, ports; an echo's identifier in both ports.
    pub flow: Flow,
    /// ICMP type and code.
    pub icmp: Option<(u8, u8)>,
    /// TCP flags.
    pub flags: u8,
    /// Time to live.
    pub ttl: u8,
    /// For an ICMP error: the packet that it is about.
    pub about: Option<Flow>,
    /// How many bytes it carries behind its transport header. Nothing, for an error: what it quotes does not count.
    pub length: u16,
    /// Whether it is a part of a packet.
    pub part: Part,
    /// To whom it is addressed on its sender's link.
    pub next_hop: MacAddress,
}

/// Whether a packet is a part of one, by the number that all its parts have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// It is not.
    Whole,
    /// It is the first part.
    First(u16),
    /// It is a later one, which shows no ports.
    Later(u16),
}

/// Where the first part of a packet went.
#[derive(Clone, Copy, Debug)]
struct Fragmented {
    /// Who sent it, and as what; of the flow only addresses and protocol count.
    from: Who,
    sent: Flow,
    next_hop: MacAddress,
    number: u16,
    when: u64,
    to: Who,
    arrived: Flow,
    hops: u8,
    neighbours: bool,
}

impl Packet {
    /// How long it is, with its headers.
    fn ip_length(&self) -> usize {
        let network = if self.flow.source.is_ipv4() { 20 } else { 40 };
        let transport = match self.flow.protocol {
            6 => 20,
            17 | 1 | 58 => 8,
            _ => 0,
        };
        network + transport + usize::from(self.length)
    }
}

/// What becomes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It arrives.
    Delivered {
        /// At whom.
        to: Who,
        /// As what.
        packet: Packet,
        /// Whether it came straight from a neighbour of the same subnet.
        neighbours: bool,
    },
    /// It dies.
    Dropped(DropReason),
    /// It is too long, and its sender is told how long it may be, if the network ACL lets that in.
    TooBig {
        /// So long.
        mtu: Option<u16>,
    },
}

impl Fragmented {
    fn is(&self, from: Who, sent: &Packet, number: u16) -> bool {
        let ends = |flow: &Flow| (flow.source, flow.destination, flow.protocol);
        self.from == from
            && self.number == number
            && self.next_hop == sent.next_hop
            && ends(&self.sent) == ends(&sent.flow)
    }
}

/// The model: a network, the hosts of the internet, and what was remembered.
#[derive(Clone)]
pub struct Reference {
    world: Arc<World>,
    hosts: Vec<IpNet>,
    now: u64,
    connections: Vec<Connection>,
    fragmented: Vec<Fragmented>,
    /// The subnet that the last packet was in at the end; none if it never was in one.
    pub last_place: Option<SubnetId>,
    /// How many connections the groups of one interface may track.
    pub tracked_max: usize,
    /// How many connections a NAT gateway keeps to one destination: address, port and protocol.
    pub nat_max: usize,
    /// Under which address each interface is seen by a service behind an endpoint, in IPv4 (true) and IPv6; whatever, but
    /// each its own.
    pub stand_ins: BTreeMap<(NetworkInterfaceId, bool), IpAddr>,
}

impl Reference {
    /// A network in which no packet has been sent.
    pub fn new(world: Arc<World>, hosts: Vec<IpNet>) -> Reference {
        Reference {
            world,
            hosts,
            now: 0,
            connections: Vec::new(),
            fragmented: Vec::new(),
            last_place: None,
            tracked_max: usize::MAX,
            nat_max: 55_000,
            stand_ins: BTreeMap::new(),
        }
    }

    /// The network changes.
    pub fn publish(&mut self, world: Arc<World>) {
        self.world = world;
        self.fragmented.clear();
    }

    /// Time passes.
    pub fn wait(&mut self, ms: u64) {
        self.now += ms;
        let now = self.now;
        self.connections.retain(|connection| !connection.is_over(now));
    }

    /// How many connections are remembered.
    pub fn connections(&self) -> usize {
        self.connections.len()
    }

    /// A packet is sent. Which port a NAT gateway takes for a new connection is its own choice: `nat_port` is taken if it
    /// is free.
    pub fn send(&mut self, from: Who, packet: Packet, nat_port: Option<u16>) -> Fate {
        if let Some(fate) = self.follow(from, &packet) {
            return fate;
        }
        let key = packet.about.map_or(packet.flow, |about| about.reversed());
        let own = self.find(from, &key);
        let mut journey = journey::Journey {
            world: &self.world,
            hosts: &self.hosts,
            connections: &self.connections,
            own,
            from,
            packet,
            sent_as_ipv4: packet.flow.source.is_ipv4(),
            nat_port,
            nat_max: self.nat_max,
            stand_ins: &self.stand_ins,
            memory: Memory::default(),
            here: None,
            neighbour: None,
        };
        let end = journey.run();
        // What comes from the internet and dies at the gateway has been nowhere: the leg before it counts.
        self.last_place = journey.here.or(self.last_place);
        let (arrived, memory) = (journey.packet, journey.memory.clone());
        let fate = match end {
            Ok(_) if packet.ip_length() > usize::from(memory.mtu) => {
                Fate::TooBig { mtu: Some(memory.mtu).filter(|_| self.is_told_the_mtu(from, &packet)) }
            }
            Ok(to) => {
                let about = own
                    .and_then(|(index, initiator)| self.connections[index].end(!initiator))
                    .map(|end| end.flow)
                    // A router before the gateway that translates it sees what was sent to the gateway.
                    .filter(|sent| sent.source.is_ipv4() == arrived.flow.source.is_ipv4());
                let quoted = packet.about.map(|quoted| about.unwrap_or(quoted));
                let is_in_family =
                    quoted.is_none_or(|it| it.source.is_ipv4() == arrived.flow.source.is_ipv4());
                let ttl = packet.ttl - memory.hops;
                let packet = Packet { about: quoted, ttl, next_hop: MacAddress::ROUTER, ..arrived };
                match is_in_family {
                    true => Fate::Delivered { to, packet, neighbours: memory.neighbours },
                    // Nobody knows any more as what the other family has sent what is quoted.
                    false => Fate::Dropped(DropReason::NatProtocol),
                }
            }
            Err(reason) => Fate::Dropped(reason),
        };
        if packet.about.is_some() || matches!(packet.part, Part::Later(_)) {
            return fate;
        }
        let arrived = end.ok().map(|to| (to, arrived.flow.reversed()));
        if !self.remember(from, &packet, own, (arrived, &fate), memory) {
            return Fate::Dropped(DropReason::ConnectionLimit);
        }
        self.remember_first_part(from, &packet, &fate);
        fate
    }

    /// "Fragmentation needed" and "packet too big" come from the subnet's router, across the subnet's boundary.
    fn is_told_the_mtu(&self, who: Who, sent: &Packet) -> bool {
        let Who::Interface(id) = who else { return true };
        let interface = self.world.network.network_interfaces.get(&id);
        let subnet = interface.and_then(|interface| self.world.network.subnets.get(&interface.subnet));
        let Some(subnet) = subnet else { return false };
        let router = match sent.flow.source {
            IpAddr::V4(_) => subnet.cidr.map(|block| IpAddr::V4((block.network().to_bits() + 1).into())),
            IpAddr::V6(_) => {
                let block = subnet.ipv6_cidr.as_ref().map(|block| block.cidr);
                block.map(|block| IpAddr::V6((block.network().to_bits() + 1).into()))
            }
        };
        let Some(router) = router else { return false };
        let (protocol, kind) = if router.is_ipv4() { (1, (3, 4)) } else { (58, (2, 0)) };
        let destination = sent.flow.source;
        let flow = Flow { source: router, destination, protocol, source_port: 0, destination_port: 0 };
        let told = Packet { flow, icmp: Some(kind), part: Part::Whole, ..*sent };
        rules::acl_allows(&self.world, subnet, Direction::Ingress, &told)
    }

    fn remember_first_part(&mut self, from: Who, packet: &Packet, fate: &Fate) {
        let Part::First(number) = packet.part else { return };
        let Fate::Delivered { to, packet: arrived, neighbours } = *fate else { return };
        self.fragmented.retain(|it| !it.is(from, packet, number));
        let (sent, when, hops) = (packet.flow, self.now, packet.ttl - arrived.ttl);
        let (arrived, next_hop) = (arrived.flow, packet.next_hop);
        self.fragmented.push(Fragmented {
            from,
            sent,
            next_hop,
            number,
            when,
            to,
            arrived,
            hops,
            neighbours,
        });
    }

    /// A later part goes as the first one did, for thirty seconds.
    fn follow(&self, from: Who, packet: &Packet) -> Option<Fate> {
        let Part::Later(number) = packet.part else { return None };
        let first = self.fragmented.iter().find(|it| it.is(from, packet, number))?;
        if self.now - first.when > 30_000 {
            return None;
        }
        if packet.ttl <= first.hops {
            return Some(Fate::Dropped(DropReason::TimeToLive));
        }
        let flow = Flow { source_port: 0, destination_port: 0, ..first.arrived };
        let ttl = packet.ttl - first.hops;
        let packet = Packet { flow, ttl, next_hop: MacAddress::ROUTER, ..*packet };
        Some(Fate::Delivered { to: first.to, packet, neighbours: first.neighbours })
    }

    /// Whether an interface may track one more connection.
    fn may_track(&self, who: Who) -> bool {
        let ends = self.connections.iter().flat_map(|it| [it.end(true), it.end(false)]).flatten();
        who == Who::Internet || ends.filter(|end| end.who == who && end.tracked).count() < self.tracked_max
    }

    /// The connection of which `who` sends packets like these, and whether it began it.
    fn find(&self, who: Who, flow: &Flow) -> Option<(usize, bool)> {
        connections::find(&self.connections, who, flow)
    }

    /// Remembers a packet; false if that would be one connection too many.
    fn remember(
        &mut self,
        from: Who,
        packet: &Packet,
        own: Option<(usize, bool)>,
        (arrived, fate): (Option<(Who, Flow)>, &Fate),
        memory: Memory,
    ) -> bool {
        let (mut index, initiator) = match own {
            Some(own) => own,
            None if arrived.is_some() || memory.sender_tracks == Some(true) => {
                let tracked = memory.sender_tracks.unwrap_or(true) || memory.always_tracked;
                if tracked && !self.may_track(from) {
                    return false;
                }
                self.connections.push(Connection::begin(from, packet.flow, tracked, self.now));
                (self.connections.len() - 1, true)
            }
            None => return true,
        };
        let Some((to, reversed)) = arrived else { return true };
        let tracked = memory.receiver_tracks.unwrap_or(true) || memory.always_tracked;
        let known = self.connections[index].end(!initiator).copied();
        let same = known.is_some_and(|end| end.who == to && end.flow == reversed);
        let itself = from == to && packet.flow == reversed;
        let settled = match (same, known) {
            (true, _) => true,
            (false, Some(_)) if !initiator => false,
            (false, _) if tracked && !self.may_track(to) => return false,
            (false, _) if itself => false,
            (false, _) => {
                index = self.take_key(to, &reversed, index);
                self.connections[index]
                    .set_end(!initiator, connections::End { who: to, flow: reversed, tracked });
                true
            }
        };
        let connection = &mut self.connections[index];
        if settled && initiator {
            connection.nat = memory.nat.clone();
            connection.endpoint = memory.endpoint;
            connection.set_tracked(memory.sender_tracks, memory.receiver_tracks, memory.always_tracked);
        }
        connection.through_egress_only |= settled && memory.through_egress_only;
        if matches!(fate, Fate::Delivered { .. }) {
            connection.refresh(initiator, packet.flags, self.now);
        }
        true
    }

    /// Takes a key from the connection that has it, other than the one at `index`, whose new position is returned.
    fn take_key(&mut self, who: Who, flow: &Flow, index: usize) -> usize {
        let Some((other, initiator)) = self.find(who, flow) else { return index };
        if other == index {
            return index;
        }
        if self.connections[other].end(!initiator).is_some() {
            self.connections[other].clear_end(initiator);
            return index;
        }
        self.connections.remove(other);
        if other < index { index - 1 } else { index }
    }
}

/// Addresses that are not used on the internet.
pub(crate) fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            a == 10
                || (a == 172 && (16..32).contains(&b))
                || (a == 192 && b == 168)
                || (a == 100 && (64..128).contains(&b))
        }
        IpAddr::V6(v6) => {
            v6.octets()[0] & 0xfe == 0xfc || (v6.octets()[0] == 0xfe && v6.octets()[1] & 0xc0 == 0x80)
        }
    }
}
