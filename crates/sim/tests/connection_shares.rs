//! The table of connections is everybody's: when it is scarce each interface has its share, and who has most gives way.
//!
//! The engine alone: the reference model remembers without end.

mod driver;

use driver::frames;
use engine::{DropReason, End, Engine, Limits, Moment, Now, Outgoing, PortId, PortKind, Verdict};
use model::{MacAddress, Timestamp};
use sim::Fixture;
use sim::random::Random;
use sim::reference::{Packet, Part};
use std::net::IpAddr;
use wire::{Flow, VnetHeader};

/// Two pairs in one VPC that want everything, and others that want little: in a VPC with the same addresses, behind a NAT
/// gateway, and over IPv6.
const NETWORK: &str = "
vpc greedy 10.0.0.0/16 2600:1f14:0:100::/56
  subnet one 10.0.0.0/24 2600:1f14:0:100::/64
    instance first 10.0.0.10 2600:1f14:0:100::10 sg(open)
    instance first-mate 10.0.0.11 2600:1f14:0:100::11 sg(open)
    instance second 10.0.0.20 2600:1f14:0:100::20 sg(open)
    instance second-mate 10.0.0.21 2600:1f14:0:100::21 sg(open)
vpc modest 10.0.0.0/16 2600:1f14:0:200::/56
  igw
  subnet public 10.0.9.0/24 routes(0.0.0.0/0 -> igw)
    nat gate 10.0.9.9 eip
  subnet one 10.0.0.0/24 2600:1f14:0:200::/64 routes(0.0.0.0/0 -> gate)
    instance third 10.0.0.10 2600:1f14:0:200::10 sg(shut)
    instance third-mate 10.0.0.11 2600:1f14:0:200::11 sg(shut)
sg open of greedy
sg open in all from 10.0.0.0/8
sg open in all from 2600::/16
sg shut of modest
sg shut in all from 10.0.0.0/8
sg shut in all from 2600::/16
";
const TABLE: usize = 8_000;
const INTERNET: MacAddress = MacAddress([2, 0, 0, 0, 0, 1]);
const SERVICES: MacAddress = MacAddress([2, 0, 0, 0, 0, 2]);

struct Lab {
    engine: Engine,
    fixture: Fixture,
    now: u64,
}

impl Lab {
    fn new() -> Lab {
        let fixture = Fixture::parse(NETWORK).unwrap();
        let limits = Limits { connections: TABLE, ..Limits::default() };
        let mut engine = Engine::new(fixture.world.clone(), Default::default(), limits, 3);
        let hosts = fixture.hosts.values().flatten().map(|address| (*address).into()).collect();
        engine.open_port(PortKind::Internet(hosts), INTERNET);
        engine.open_port(PortKind::Services, SERVICES);
        for interface in fixture.world.network.network_interfaces.values().filter(|it| it.requester.is_none())
        {
            engine.open_port(PortKind::Interface(interface.id), interface.mac);
        }
        Lab { engine, fixture, now: 1 }
    }

    fn port(&self, name: &str) -> (PortId, MacAddress) {
        let port = self.engine.ports().of_interface(self.fixture.interfaces[name]).unwrap();
        (port, self.engine.ports().get(port).unwrap().mac)
    }

    fn receive(&mut self, (port, mac): (PortId, MacAddress), packet: &Packet) -> Verdict {
        let mut frame = frames::build(packet, mac);
        let now = Now { moment: Moment(self.now), wall: Timestamp(0) };
        let mut out: Vec<Outgoing> = Vec::new();
        self.engine.receive(port, &mut frame, &mut VnetHeader::default(), now, &mut out)
    }

    /// Begins a connection, the one with this number between two addresses.
    fn begin(&mut self, from: &str, source: &str, destination: &str, number: u32) -> Verdict {
        self.receive(self.port(from), &datagram(source, destination, number))
    }

    fn answer(&mut self, from: &str, source: &str, destination: &str, number: u32) -> Verdict {
        let packet = datagram(source, destination, number);
        self.receive(self.port(from), &Packet { flow: packet.flow.reversed(), ..packet })
    }

    /// Both pairs begin all that they can; how many each holds.
    fn fill(&mut self) -> [usize; 2] {
        for number in 0..TABLE as u32 {
            self.begin("first", "10.0.0.10", "10.0.0.11", number);
            self.begin("second", "2600:1f14:0:100::20", "2600:1f14:0:100::21", number);
        }
        ["first", "second"].map(|name| self.held(name))
    }

    /// How many connections an interface began.
    fn held(&self, name: &str) -> usize {
        self.engine.connections().held_by(self.port(name).0)
    }

    fn refused(&self) -> u64 {
        self.engine.drops().get(DropReason::ConnectionShare)
    }

    fn check(&self) {
        assert!(self.engine.connections().len() <= TABLE);
        let sides = self.engine.connections().iter().flat_map(|it| {
            [End::Initiator, End::Responder].into_iter().filter_map(|end| it.port(end)).collect::<Vec<_>>()
        });
        let sides: Vec<PortId> = sides.collect();
        for port in self.engine.ports().iter() {
            let here = sides.iter().filter(|id| **id == port.id).count();
            assert_eq!(port.connections as usize, here, "{port:?}");
            let began =
                self.engine.connections().iter().filter(|it| it.port(End::Initiator) == Some(port.id));
            assert_eq!(self.engine.connections().held_by(port.id), began.count(), "{port:?}");
        }
    }
}

fn datagram(source: &str, destination: &str, number: u32) -> Packet {
    let (source, destination): (IpAddr, IpAddr) = (source.parse().unwrap(), destination.parse().unwrap());
    let (source_port, destination_port) = (1024 + (number % 50_000) as u16, 5000 + (number / 50_000) as u16);
    let flow = Flow { source, destination, protocol: 17, source_port, destination_port };
    let next_hop = MacAddress::ROUTER;
    Packet { flow, icmp: None, flags: 0, ttl: 64, about: None, length: 8, part: Part::Whole, next_hop }
}

fn arrives(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Forward(_))
}

#[test]
fn two_that_want_everything_leave_an_eighth_and_a_third_has_its_share() {
    let mut lab = Lab::new();
    let [first, second] = lab.fill();
    assert_eq!(first + second, TABLE - TABLE / 8);
    assert!(lab.refused() > 0, "they were refused the rest");
    let roads = [
        ("third", "10.0.0.10", "10.0.0.11"),
        ("third", "2600:1f14:0:200::10", "2600:1f14:0:200::11"),
        ("third", "10.0.0.10", "192.0.2.10"),
    ];
    let mut begun = 0;
    for number in 0..600 {
        for (name, source, destination) in roads {
            let verdict = lab.begin(name, source, destination, number);
            assert!(arrives(verdict), "{verdict:?}: connection {number} to {destination}");
            begun += 1;
        }
    }
    assert_eq!(lab.held("third"), begun);
    assert_eq!(lab.engine.connections().len(), TABLE);
    assert_eq!(lab.engine.displaced_connections() as usize, first + second + begun - TABLE);
    let [first, second] = ["first", "second"].map(|name| lab.held(name));
    assert!(
        first.abs_diff(second) <= 1 && first > begun,
        "{first} and {second}, who had most, have given way"
    );
    lab.check();
}

#[test]
fn nobody_has_more_than_its_share_when_there_are_few() {
    let mut lab = Lab::new();
    lab.fill();
    // Three hold any: a quarter for each, and one for the next to come.
    let share = TABLE / 4;
    for number in 0..2 * share as u32 {
        lab.begin("third", "10.0.0.10", "10.0.0.11", number);
    }
    assert_eq!(lab.held("third"), share);
    let before = lab.refused();
    assert_eq!(
        lab.begin("third", "10.0.0.10", "10.0.0.11", 40_000),
        Verdict::Dropped(DropReason::ConnectionShare)
    );
    assert_eq!(lab.refused(), before + 1);
    assert!(arrives(lab.begin("third", "10.0.0.10", "10.0.0.11", 0)), "what it has goes on");
    lab.check();
}

#[test]
fn what_nobody_has_answered_is_given_up_before_what_is_answered() {
    let mut lab = Lab::new();
    lab.fill();
    // The oldest of all are answered.
    for number in 0..20 {
        assert!(arrives(lab.answer("first-mate", "10.0.0.10", "10.0.0.11", number)));
        let second = lab.answer("second-mate", "2600:1f14:0:100::20", "2600:1f14:0:100::21", number);
        assert!(arrives(second));
    }
    for number in 0..1500 {
        assert!(arrives(lab.begin("third", "10.0.0.10", "10.0.0.11", number)));
    }
    assert!(lab.engine.displaced_connections() > 100);
    let answered = lab.engine.connections().iter().filter(|it| it.sent(End::Responder).packets > 0);
    assert_eq!(answered.count(), 40, "all of them are still there");
    lab.check();
}

#[test]
fn instance_metadata_is_never_refused() {
    let mut lab = Lab::new();
    lab.fill();
    let first = lab.held("first");
    for (number, service) in (0..500).zip(["169.254.169.254", "10.0.0.2"].iter().cycle()) {
        let mut asked = datagram("10.0.0.10", service, number);
        asked.flow.protocol = 6;
        asked.flow.destination_port = if *service == "10.0.0.2" { 53 } else { 80 };
        asked.flags = 2;
        for name in ["first", "third"] {
            let verdict = lab.receive(lab.port(name), &asked);
            assert!(arrives(verdict), "{verdict:?}: {name} asks {service}");
        }
        lab.now += 10;
    }
    assert!(lab.held("first") >= first, "whoever has its share has its services beside it");
    lab.check();
}

#[test]
fn what_nat_gateways_have_given_out_comes_back_with_the_connections_that_are_given_up() {
    let mut lab = Lab::new();
    for number in 0..TABLE as u32 {
        lab.begin("third", "10.0.0.10", "192.0.2.10", number);
        lab.begin("first", "10.0.0.10", "10.0.0.11", number);
    }
    for number in 0..1500 {
        let second = lab.begin("second", "2600:1f14:0:100::20", "2600:1f14:0:100::21", number);
        assert!(arrives(second));
    }
    let translated = |lab: &Lab| lab.engine.connections().iter().filter(|it| !it.nat().is_empty()).count();
    assert_eq!(lab.engine.nat_ports(), translated(&lab));
    assert!(translated(&lab) < TABLE / 2 && translated(&lab) > TABLE / 4);
    lab.check();
}

/// Whatever several want in whatever order: there are never too many, who is under its share is let in, and nobody who wants
/// it has less than an equal part in the end.
#[test]
fn random_crowds_share() {
    let names = ["first", "second", "third", "first-mate", "second-mate", "third-mate"];
    for seed in 1..6 {
        let (mut lab, mut random) = (Lab::new(), Random::new(seed));
        let eager: Vec<usize> = names.iter().map(|_| random.one(&[1, 3, 30])).collect();
        let all: Vec<usize> = (0..names.len()).flat_map(|who| vec![who; eager[who]]).collect();
        for number in 0..(80 * TABLE) as u32 / 10 {
            let name = names[random.one(&all)];
            let world = &lab.fixture.world;
            let own = world.network.network_interfaces.get(&lab.fixture.interfaces[name]).unwrap();
            let source = random.one(&own.addresses().collect::<Vec<_>>());
            let near = world
                .network
                .network_interfaces
                .values()
                .filter(|it| it.subnet == own.subnet && it.id != own.id);
            let mates: Vec<IpAddr> = near.flat_map(|it| it.addresses()).collect();
            let mates: Vec<IpAddr> =
                mates.into_iter().filter(|mate| mate.is_ipv4() == source.is_ipv4()).collect();
            let (source, mate) = (source.to_string(), random.one(&mates).to_string());
            let (held, full) = (lab.held(name), lab.engine.connections().len() >= TABLE - TABLE / 8);
            let verdict = lab.begin(name, &source, &mate, number);
            if held < TABLE / (names.len() + 1) || !full {
                assert_ne!(verdict, Verdict::Dropped(DropReason::ConnectionShare), "seed {seed}: {name}");
            }
            if random.percent(2) {
                lab.answer("first-mate", &source, &mate, number);
            }
        }
        lab.check();
    }
}
