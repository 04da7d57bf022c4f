//! Which packet comes next: most belong to what was sent before.

use model::{Destination, MacAddress, NetworkInterface, NetworkInterfaceId, VpcId, World};
use sim::random::Random;
use sim::reference::{Fate, Packet, Part, Who};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use wire::Flow;

use super::frames::LATER_LENGTH;

/// What was sent and what became of it.
#[derive(Default)]
pub(crate) struct Generator {
    sent: Vec<(Who, Packet)>,
    delivered: Vec<(Who, Packet)>,
    hosts: Vec<IpAddr>,
}

const SYN: u8 = 0x02;
const ACK: u8 = 0x10;

impl Generator {
    pub(crate) fn new(hosts: Vec<IpAddr>) -> Generator {
        Generator { hosts, ..Generator::default() }
    }

    /// Remembers a packet, for others to follow it.
    pub(crate) fn note(&mut self, from: Who, packet: Packet, fate: &Fate) {
        self.sent.push((from, packet));
        if let Fate::Delivered { to, packet, .. } = fate {
            self.delivered.push((*to, *packet));
        }
    }

    pub(crate) fn next(&mut self, world: &World, random: &mut Random) -> (Who, Packet) {
        let (who, packet) = self.next_by_router(world, random);
        (who, Packet { next_hop: next_hop(world, who, &packet, random), ..packet })
    }

    fn next_by_router(&mut self, world: &World, random: &mut Random) -> (Who, Packet) {
        let recent = |list: &[(Who, Packet)], random: &mut Random| {
            let last = list.len().min(if random.percent(70) { 8 } else { 60 });
            random.pick(&list[list.len() - last..]).copied()
        };
        if random.percent(6) {
            let chosen = recent(&self.sent, random).filter(|(_, it)| it.about.is_none());
            if let Some((who, packet)) = chosen.filter(|(who, _)| has_link(world, *who)) {
                return (who, part(&packet, random));
            }
        }
        let chosen = match random.below(20) {
            0..=7 => recent(&self.delivered, random)
                .filter(|(_, it)| !is_later(it))
                .map(|(who, packet)| (who, reply(&packet, random))),
            8..=11 => recent(&self.sent, random).map(|(who, packet)| (who, again(&packet, random))),
            12 => recent(&self.delivered, random)
                .filter(|(_, it)| it.about.is_none() && !is_later(it))
                .map(|(who, it)| (who, error(&it, random))),
            13..=14 => {
                recent(&self.delivered, random).and_then(|(who, packet)| forwarded(world, who, &packet))
            }
            _ => None,
        };
        chosen.filter(|(who, _)| has_link(world, *who)).unwrap_or_else(|| self.fresh(world, random))
    }

    fn fresh(&self, world: &World, random: &mut Random) -> (Who, Packet) {
        let interfaces: Vec<NetworkInterfaceId> = world
            .network
            .network_interfaces
            .values()
            .filter(|interface| interface.requester.is_none())
            .map(|interface| interface.id)
            .collect();
        let from_internet = random.percent(25);
        let ipv6 = random.percent(30);
        let interface = world.network.network_interfaces.get(&random.one(&interfaces)).unwrap();
        let own: Vec<IpAddr> = usable(interface).filter(|address| address.is_ipv6() == ipv6).collect();
        let hosts: Vec<IpAddr> = self.hosts.iter().copied().filter(|host| host.is_ipv6() == ipv6).collect();
        let somebody = random.one(&hosts);
        let (who, mut source) = match (from_internet, random.pick(&own)) {
            (false, Some(own)) => (Who::Interface(interface.id), *own),
            _ => (Who::Internet, somebody),
        };
        let destination = self.destination(world, who, source.is_ipv6(), random);
        if random.percent(3) {
            source = self.destination(world, who, source.is_ipv6(), random);
        }
        (who, packet(source, destination, random))
    }

    fn destination(&self, world: &World, who: Who, ipv6: bool, random: &mut Random) -> IpAddr {
        let interfaces: Vec<_> = world.network.network_interfaces.values().collect();
        let other = *random.pick(&interfaces).unwrap();
        let vpc = match who {
            Who::Interface(id) => world.network.network_interfaces.get(&id).map(|interface| interface.vpc),
            Who::Internet => None,
        };
        let hosts: Vec<IpAddr> = self.hosts.iter().copied().filter(|host| host.is_ipv6() == ipv6).collect();
        let private: Vec<IpAddr> = usable(other).filter(|address| address.is_ipv6() == ipv6).collect();
        let publics = other.private_addresses.iter().filter_map(|entry| entry.public);
        let public: Vec<IpAddr> =
            publics.map(|public| IpAddr::V4(public.address)).filter(|_| !ipv6).collect();
        let wants_private = vpc.is_some() && random.percent(60) || ipv6 && random.percent(70);
        let chosen = match random.below(20) {
            _ if ipv6 && random.percent(if has_nat64(world, vpc) { 40 } else { 3 }) => {
                self.in_ipv6(other, random)
            }
            0 if !ipv6 => random
                .one(&["10.0.0.77", "172.16.0.1", "203.0.113.5", "169.254.170.9", "10.2.1.10"])
                .parse()
                .ok(),
            0 => random.one(&["2600:1f14:0:0::77", "2001:db8:1::1", "fd00:ec2::9"]).parse().ok(),
            1..=14 if wants_private => random.pick(&private).copied(),
            1..=12 if !ipv6 => random.pick(&public).copied(),
            _ => None,
        };
        chosen.unwrap_or_else(|| random.one(&hosts))
    }
}

impl Generator {
    /// An address that stands for an IPv4 one, of a host or an interface.
    fn in_ipv6(&self, other: &NetworkInterface, random: &mut Random) -> Option<IpAddr> {
        let ipv4 = |address: &IpAddr| match address {
            IpAddr::V4(ipv4) => Some(*ipv4),
            IpAddr::V6(_) => None,
        };
        let hosts: Vec<Ipv4Addr> = self.hosts.iter().filter_map(ipv4).collect();
        let address = if random.percent(70) { random.pick(&hosts).copied() } else { other.primary_address() };
        Some(IpAddr::V6(Ipv6Addr::from(0x0064_ff9b << 96 | u128::from(address?.to_bits()))))
    }
}

/// Whether any route of the VPC carries addresses that stand for IPv4 ones.
fn has_nat64(world: &World, vpc: Option<VpcId>) -> bool {
    let prefix = Destination::Cidr("64:ff9b::/96".parse().unwrap());
    let tables = world.network.route_tables.values().filter(|table| Some(table.vpc) == vpc);
    tables.flat_map(|table| &table.routes).any(|route| route.destination == prefix)
}

fn has_link(world: &World, who: Who) -> bool {
    match who {
        Who::Internet => true,
        Who::Interface(id) => {
            world.network.network_interfaces.get(&id).is_some_and(|it| it.requester.is_none())
        }
    }
}

fn packet(source: IpAddr, destination: IpAddr, random: &mut Random) -> Packet {
    let ipv6 = source.is_ipv6();
    let port = 1024 + random.below(3) as u16;
    let service = random.one(&[22, 80, 443, 53, 8080]);
    let (echo, other) = if ipv6 { ((128, 0), (127, 0)) } else { ((8, 0), (13, 0)) };
    let icmp = if ipv6 { 58 } else { 1 };
    let (protocol, ports, kind, flags) = match random.below(20) {
        0..=8 => (6, (port, service), None, if random.percent(85) { SYN } else { ACK }),
        // Port 53 of the public resolver and of links is answered on the link; here it is an ordinary port.
        9..=13 => (17, (port, service), None, 0),
        14..=17 => (icmp, (port, port), Some(echo), 0),
        18 => (icmp, (0, 0), Some(other), 0),
        _ => (47, (0, 0), None, 0),
    };
    let flow = Flow { source, destination, protocol, source_port: ports.0, destination_port: ports.1 };
    let length = if random.percent(6) { random.one(&[1452, 1473, 3000, 8465, 8472, 8973, 8974]) } else { 8 };
    Packet {
        flow,
        icmp: kind,
        flags,
        ttl: if random.percent(3) { 1 } else { 64 },
        about: None,
        length,
        part: Part::Whole,
        next_hop: MacAddress::ROUTER,
    }
}

fn reply(packet: &Packet, random: &mut Random) -> Packet {
    let icmp = packet.icmp.map(|kind| match kind {
        (8, code) => (0, code),
        (128, code) => (129, code),
        other => other,
    });
    let flags = match packet.flow.protocol {
        6 if packet.flags & SYN != 0 => SYN | ACK,
        6 => tcp_flags(random),
        _ => 0,
    };
    Packet {
        flow: packet.flow.reversed(),
        icmp,
        flags,
        ttl: 64,
        about: packet.about.map(|about| about.reversed()),
        length: packet.length,
        part: Part::Whole,
        next_hop: MacAddress::ROUTER,
    }
}

fn tcp_flags(random: &mut Random) -> u8 {
    match random.below(20) {
        0..=1 => ACK | 0x01,
        2 => 0x04,
        3 => SYN,
        _ => ACK,
    }
}

/// A first part with the same headers, or a later part of what perhaps had a first one.
fn part(packet: &Packet, random: &mut Random) -> Packet {
    if is_later(packet) {
        return *packet;
    }
    let number = random.below(2) as u16;
    // Parts but the last are made of eight bytes each: a TCP header is twenty long.
    let first = Packet {
        length: if packet.flow.protocol == 6 { 12 } else { 8 },
        part: Part::First(number),
        ..*packet
    };
    if random.percent(40) {
        return first;
    }
    let number = match packet.part {
        Part::First(number) if random.percent(80) => number,
        Part::Whole | Part::First(_) | Part::Later(_) => number,
    };
    later(&first, number)
}

fn later(packet: &Packet, number: u16) -> Packet {
    let flow = Flow { source_port: 0, destination_port: 0, ..packet.flow };
    Packet { flow, icmp: None, flags: 0, length: LATER_LENGTH, part: Part::Later(number), ..*packet }
}

fn is_later(packet: &Packet) -> bool {
    matches!(packet.part, Part::Later(_))
}

fn again(packet: &Packet, random: &mut Random) -> Packet {
    if is_later(packet) {
        return *packet;
    }
    let flags = if packet.flow.protocol == 6 { tcp_flags(random) } else { 0 };
    Packet { flags, ..*packet }
}

/// An error about a packet that arrived.
fn error(packet: &Packet, random: &mut Random) -> Packet {
    let flow = packet.flow;
    let (protocol, kinds) = match flow.source {
        IpAddr::V4(_) => (1, [(11, 0), (3, 1), (3, 3), (3, 4), (3, 13), (4, 0)]),
        IpAddr::V6(_) => (58, [(3, 0), (1, 0), (1, 1), (1, 4), (2, 0), (4, 2)]),
    };
    let kind = random.one(&kinds);
    let flow = Flow {
        source: flow.destination,
        destination: flow.source,
        protocol,
        source_port: 0,
        destination_port: 0,
    };
    Packet {
        flow,
        icmp: Some(kind),
        flags: 0,
        ttl: 64,
        about: Some(packet.flow),
        length: 0,
        part: Part::Whole,
        next_hop: MacAddress::ROUTER,
    }
}

/// Mostly the router or the neighbour that a sender would find; sometimes another, that perhaps forwards; seldom nobody.
fn next_hop(world: &World, who: Who, packet: &Packet, random: &mut Random) -> MacAddress {
    const NOBODY: MacAddress = MacAddress([2, 9, 9, 9, 9, 9]);
    let sender = match who {
        Who::Interface(id) => world.network.network_interfaces.get(&id),
        Who::Internet => None,
    };
    let Some(sender) = sender else {
        return if random.percent(1) { NOBODY } else { MacAddress::ROUTER };
    };
    let all: Vec<_> = world.network.network_interfaces.values().collect();
    let near: Vec<_> = all.iter().filter(|it| it.subnet == sender.subnet).collect();
    let owner = near.iter().find(|it| it.has_address(packet.flow.destination));
    match random.below(100) {
        0..=59 => MacAddress::ROUTER,
        // As before, for what is one of several parts or packets.
        60..=69 => packet.next_hop,
        70..=89 => owner.map_or(MacAddress::ROUTER, |owner| owner.mac),
        90..=97 => random.pick(&near).map_or(MacAddress::ROUTER, |it| it.mac),
        98 => random.pick(&all).map_or(MacAddress::ROUTER, |it| it.mac),
        _ => NOBODY,
    }
}

/// A router sends on what is not for itself.
fn forwarded(world: &World, who: Who, packet: &Packet) -> Option<(Who, Packet)> {
    let Who::Interface(id) = who else { return None };
    let interface = world.network.network_interfaces.get(&id)?;
    let foreign = !interface.has_address(packet.flow.destination) && packet.ttl > 1;
    foreign.then_some((who, Packet { ttl: packet.ttl - 1, ..*packet }))
}

/// Addresses under which an interface can send: assigned ones, and one out of each of its prefixes.
pub(crate) fn usable(interface: &model::NetworkInterface) -> impl Iterator<Item = IpAddr> {
    let in_prefixes = interface.prefixes.iter().filter_map(|prefix| prefix.hosts().nth(2));
    interface.addresses().chain(in_prefixes)
}
