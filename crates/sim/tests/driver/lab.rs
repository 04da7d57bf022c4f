//! A network in which single packets are sent by name. Each goes through the engine and the reference model, which must
//! agree.

use engine::{DropReason, Limits, Moment};
use model::{Direction, MacAddress, World};
use sim::Fixture;
use sim::reference::{Fate, Packet, Part, Who};
use std::net::SocketAddr;
use wire::Flow;

use super::pair::Pair;

pub(crate) const FIN: u8 = 0x01;
pub(crate) const SYN: u8 = 0x02;
pub(crate) const RST: u8 = 0x04;
pub(crate) const ACK: u8 = 0x10;

pub(crate) struct Lab {
    pub(crate) fixture: Fixture,
    pub(crate) pair: Pair,
}

impl Lab {
    pub(crate) fn new(network: &str) -> Lab {
        Lab::with_limits(network, Limits::default())
    }

    pub(crate) fn with_limits(network: &str, limits: Limits) -> Lab {
        let fixture = Fixture::parse(network).unwrap();
        let pair = Pair::with_limits(&fixture, limits);
        Lab { fixture, pair }
    }

    fn who(&self, name: &str) -> Who {
        self.fixture.interfaces.get(name).map_or(Who::Internet, |id| Who::Interface(*id))
    }

    /// Sends a TCP segment between addresses with ports; what arrives.
    pub(crate) fn tcp(
        &mut self,
        from: &str,
        flags: u8,
        source: &str,
        destination: &str,
    ) -> Result<Packet, DropReason> {
        self.send(from, segment(flags, source, destination))
    }

    /// Sends the first fragment of a TCP segment.
    pub(crate) fn fragment(
        &mut self,
        from: &str,
        source: &str,
        destination: &str,
    ) -> Result<Packet, DropReason> {
        self.send(from, Packet { part: Part::First(7), ..segment(ACK, source, destination) })
    }

    /// Sends a datagram.
    pub(crate) fn udp(&mut self, from: &str, source: &str, destination: &str) -> Result<Packet, DropReason> {
        let flow = flow(17, source, destination);
        self.send(
            from,
            Packet {
                flow,
                icmp: None,
                flags: 0,
                ttl: 64,
                about: None,
                length: 8,
                part: Part::Whole,
                next_hop: MacAddress::ROUTER,
            },
        )
    }

    pub(crate) fn send(&mut self, from: &str, packet: Packet) -> Result<Packet, DropReason> {
        match self.pair.send(self.who(from), &packet).unwrap() {
            Fate::Delivered { packet, .. } => Ok(packet),
            Fate::Dropped(reason) => Err(reason),
            Fate::TooBig { .. } => Err(DropReason::TooBig),
        }
    }

    /// Sends a packet; the name of the interface that it arrives at.
    pub(crate) fn send_to(&mut self, from: &str, packet: Packet) -> Result<String, DropReason> {
        match self.pair.send(self.who(from), &packet).unwrap() {
            Fate::Delivered { to: Who::Interface(id), .. } => Ok(self.fixture.name(id.into()).to_string()),
            Fate::Delivered { to: Who::Internet, .. } => Ok("internet".to_owned()),
            Fate::Dropped(reason) => Err(reason),
            Fate::TooBig { .. } => Err(DropReason::TooBig),
        }
    }

    pub(crate) fn change(&mut self, change: impl FnOnce(&mut World)) {
        let mut world = World::clone(&self.pair.world);
        change(&mut world);
        self.pair.publish(world);
    }

    pub(crate) fn remove_inbound_rules(&mut self) {
        self.change(|world| {
            let groups: Vec<_> = world.network.security_groups.values().map(|group| group.id).collect();
            for group in groups {
                let group = world.network.security_groups.get_mut(&group).unwrap();
                group.rules.retain(|_, rule| rule.direction == Direction::Egress);
            }
        });
    }

    /// What a NAT gateway or an interface has counted under a name.
    pub(crate) fn metric(&mut self, resource: &str, name: &str) -> u64 {
        let now = Moment(self.pair.now);
        let fixture = &self.fixture;
        let gateways = self.pair.engine.nat_gateway_metrics(now).into_iter();
        let gateways = gateways.map(|(id, metrics)| (fixture.name(id.into()), metrics));
        let interfaces = self.pair.engine.interface_metrics().into_iter();
        let interfaces = interfaces.map(|(id, metrics)| (fixture.name(id.into()), metrics));
        let (_, metrics) = gateways.chain(interfaces).find(|(found, _)| found == resource).unwrap();
        metrics.iter().find(|metric| metric.name == name).unwrap().value
    }
}

fn segment(flags: u8, source: &str, destination: &str) -> Packet {
    Packet {
        flow: flow(6, source, destination),
        icmp: None,
        flags,
        ttl: 64,
        about: None,
        length: 4,
        part: Part::Whole,
        next_hop: MacAddress::ROUTER,
    }
}

fn flow(protocol: u8, source: &str, destination: &str) -> Flow {
    let (source, destination): (SocketAddr, SocketAddr) =
        (source.parse().unwrap(), destination.parse().unwrap());
    Flow {
        source: source.ip(),
        destination: destination.ip(),
        protocol,
        source_port: source.port(),
        destination_port: destination.port(),
    }
}
