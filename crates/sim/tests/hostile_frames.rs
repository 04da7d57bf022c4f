//! Guests that send rubbish: nothing panics, every frame is accounted for, and nobody else notices.
//!
//! `HAMLET_FRAMES` sets how many frames are sent, `HAMLET_SEED` where the randomness begins.

mod driver;

use driver::frames;
use engine::{Engine, Limits, Moment, Now, Outgoing, PortId, PortKind, Verdict};
use model::{MacAddress, Timestamp};
use sim::Fixture;
use sim::random::Random;
use sim::reference::{Packet, Part};
use wire::{Arp, Flow, Gso, Mac, VnetHeader};

const NETWORK: &str = "
vpc main 10.0.0.0/16 2600:1f14:0:100::/56
  igw
  subnet public 10.0.0.0/24 2600:1f14:0:100::/64 routes(0.0.0.0/0 -> igw, ::/0 -> igw)
    nat gate 10.0.0.200 eip
    instance victim 10.0.0.10 2600:1f14:0:100::10 eip sg(open)
    instance rogue 10.0.0.66 2600:1f14:0:100::66 eip sg(open)
  subnet private 10.0.1.0/24 2600:1f14:0:101::/64 routes(0.0.0.0/0 -> gate)
    instance peer 10.0.1.10 2600:1f14:0:101::10 sg(open)
sg open in all from 10.0.0.10/32
sg open in all from 10.0.1.10/32
sg open in all from 192.0.2.0/24
";

const INTERNET: MacAddress = MacAddress([2, 0, 0, 0, 0, 1]);

struct Lab {
    engine: Engine,
    now: u64,
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

impl Lab {
    fn new() -> (Lab, Fixture) {
        let fixture = Fixture::parse(NETWORK).unwrap();
        let mut engine = Engine::new(fixture.world.clone(), Default::default(), Limits::default(), 3);
        let hosts = fixture.hosts.values().flatten().map(|address| (*address).into()).collect();
        engine.open_port(PortKind::Internet(hosts), INTERNET);
        for interface in fixture.world.network.network_interfaces.values().filter(|it| it.requester.is_none())
        {
            engine.open_port(PortKind::Interface(interface.id), interface.mac);
        }
        (Lab { engine, now: 1 }, fixture)
    }

    fn port(&self, fixture: &Fixture, name: &str) -> (PortId, MacAddress) {
        let port = self.engine.ports().of_interface(fixture.interfaces[name]).unwrap();
        (port, self.engine.ports().get(port).unwrap().mac)
    }

    fn drops(&self) -> u64 {
        self.engine.drops().nonzero().map(|(_, count)| count).sum()
    }

    fn receive(&mut self, port: PortId, frame: &mut [u8], mut vnet: VnetHeader) -> (Verdict, Vec<Outgoing>) {
        let mut out = Vec::new();
        let now = Now { moment: Moment(self.now), wall: Timestamp(0) };
        let before = self.drops();
        let verdict = self.engine.receive(port, frame, &mut vnet, now, &mut out);
        let counted = self.drops() - before;
        assert_eq!(counted, u64::from(matches!(verdict, Verdict::Dropped(_))), "{verdict:?} of {frame:02x?}");
        (verdict, out)
    }
}

/// A frame that some guest could send, with more or less sense.
fn rubbish(random: &mut Random, mac: MacAddress) -> (Vec<u8>, VnetHeader) {
    let mut frame = match random.below(6) {
        0 => (0..random.below(200)).map(|_| random.bits() as u8).collect(),
        1 => arp(random, mac),
        _ => frames::build(&packet(random), mac),
    };
    for _ in 0..random.one(&[0, 0, 1, 1, 2, 8]) {
        mutate(&mut frame, random);
    }
    let vnet = if random.percent(25) { offload(random) } else { VnetHeader::default() };
    (frame, vnet)
}

fn arp(random: &mut Random, mac: MacAddress) -> Vec<u8> {
    let addresses =
        ["10.0.0.1", "10.0.0.10", "10.0.0.66", "10.0.0.99", "0.0.0.0"].map(|it| it.parse().unwrap());
    let question = Arp::request(Mac(mac.0), random.one(&addresses), random.one(&addresses));
    let lie = question.answered_by(Mac(mac.0));
    if random.percent(50) { question.build() } else { lie.build() }
}

fn packet(random: &mut Random) -> Packet {
    let v4 =
        ["10.0.0.66", "10.0.0.10", "10.0.1.10", "10.0.0.200", "192.0.2.10", "255.255.255.255", "224.0.0.251"];
    let more =
        ["169.254.169.254", "169.254.169.253", "10.0.0.1", "10.0.0.2", "52.0.0.1", "52.0.0.2", "52.0.0.3"];
    let v6 = [
        "2600:1f14:0:100::66",
        "2600:1f14:0:100::10",
        "2600:1f14:0:101::10",
        "ff02::1",
        "ff02::2",
        "fe80::1",
    ];
    let v4 = [v4, more].concat();
    let choices = if random.percent(70) { &v4[..] } else { &v6[..] };
    let own = if random.percent(60) { choices[0] } else { random.one(choices) };
    let (source, destination) = (own.parse().unwrap(), random.one(choices).parse().unwrap());
    let protocol = random.one(&[6, 17, 1, 58, 47, 0, 60]);
    let icmp = matches!(protocol, 1 | 58)
        .then(|| (random.one(&[0, 3, 8, 11, 128, 129, 133, 134, 135, 136, 137]), 0));
    let ports = (random.one(&[40_000, 68, 5353]), random.one(&[22, 53, 67, 80, 123, 547]));
    let flow = Flow { source, destination, protocol, source_port: ports.0, destination_port: ports.1 };
    let about = (icmp.is_some() && random.percent(50)).then(|| Flow { protocol: 6, ..flow.reversed() });
    Packet {
        flow,
        icmp,
        flags: random.bits() as u8 & 0x3f,
        ttl: random.one(&[0, 1, 2, 64, 255]),
        about,
        length: 8,
        part: Part::Whole,
        next_hop: MacAddress::ROUTER,
    }
}

fn mutate(frame: &mut Vec<u8>, random: &mut Random) {
    let length = frame.len();
    match random.below(8) {
        0 => frame.truncate(random.below(length + 1)),
        1 => frame.extend((0..random.below(40)).map(|_| random.bits() as u8)),
        // Flags and offset of fragments, header length, total length, ethertype and link-layer addresses.
        2 if length > 21 => frame[20] = random.one(&[0x20, 0x00, 0x40, 0x1f]),
        3 if length > 14 => frame[14] = random.one(&[0x45, 0x46, 0x4f, 0x60, 0x41]),
        4 if length > 17 => frame[17] = random.bits() as u8,
        5 if length > 13 => frame[12 + random.below(2)] = random.bits() as u8,
        6 if length > 11 => frame[random.below(12)] ^= 1 << random.below(8),
        _ if length > 0 => {
            let at = random.below(length);
            frame[at] = random.bits() as u8;
        }
        _ => {}
    }
}

fn offload(random: &mut Random) -> VnetHeader {
    VnetHeader {
        needs_checksum: random.percent(60),
        data_valid: random.percent(50),
        gso: random.one(&[Gso::None, Gso::TcpV4, Gso::TcpV6, Gso::Udp, Gso::UdpL4]),
        ecn: random.percent(10),
        header_len: random.one(&[0, 54, 65535]),
        gso_size: random.one(&[0, 1, 8, 1448, 65535]),
        checksum_start: random.one(&[34, 54, 0, 65535]),
        checksum_offset: random.one(&[16, 6, 0, 65535]),
    }
}

#[test]
fn no_frame_makes_the_engine_panic_and_each_is_forwarded_answered_or_counted_once() {
    let (mut lab, fixture) = Lab::new();
    let seed = number("HAMLET_SEED", 1);
    println!("seed {seed}");
    let mut random = Random::new(seed);
    let names = ["victim", "rogue", "peer"];
    for _ in 0..number("HAMLET_FRAMES", 200_000) {
        let (port, mac) = lab.port(&fixture, random.one(&names));
        let (mut frame, vnet) = rubbish(&mut random, mac);
        let (verdict, out) = lab.receive(port, &mut frame, vnet);
        if let Verdict::Forward(to) = verdict {
            assert!(lab.engine.ports().get(to).is_some());
        }
        for told in out {
            assert!(wire::parse(&told.frame).is_ok(), "the engine made a frame that it would not accept");
        }
        lab.now += random.below(50) as u64;
    }
}

/// What a guest sends with another's link-layer or IP address goes nowhere.
#[test]
fn only_frames_under_its_own_addresses_leave_an_interface() {
    let (mut lab, fixture) = Lab::new();
    let seed = number("HAMLET_SEED", 1);
    println!("seed {seed}");
    let mut random = Random::new(seed);
    let (port, mac) = lab.port(&fixture, "rogue");
    let own = fixture.world.network.network_interfaces.get(&fixture.interfaces["rogue"]).unwrap();
    for _ in 0..100_000 {
        let (mut frame, vnet) = rubbish(&mut random, mac);
        let sent = wire::parse(&frame);
        let (verdict, out) = lab.receive(port, &mut frame, vnet);
        let elsewhere = match verdict {
            Verdict::Forward(to) => to != port,
            Verdict::Done | Verdict::Dropped(_) => out.iter().any(|told| told.port != port),
        };
        if elsewhere {
            let sent = sent.expect("only frames that can be read are forwarded");
            assert_eq!(sent.source_mac.0, mac.0);
            assert!(own.has_address(sent.source), "{} left the interface", sent.source);
        }
    }
}

/// The same conversation between others, with and without a guest that sends rubbish beside it.
#[test]
fn a_guest_that_sends_rubbish_changes_nothing_for_others() {
    let seed = number("HAMLET_SEED", 1);
    println!("seed {seed}");
    let quiet = conversation(seed, false);
    let noisy = conversation(seed, true);
    assert!(quiet.iter().any(|(verdict, _)| matches!(verdict, Verdict::Forward(_))));
    assert_eq!(quiet.len(), noisy.len());
    for (position, (quiet, noisy)) in quiet.iter().zip(&noisy).enumerate() {
        assert_eq!(quiet, noisy, "frame {position} of the conversation");
    }
}

fn conversation(seed: u64, noisy: bool) -> Vec<(Verdict, Vec<u8>)> {
    let (mut lab, fixture) = Lab::new();
    let mut random = Random::new(seed);
    let mut noise = Random::new(seed ^ 0xbad);
    let rogue = lab.port(&fixture, "rogue");
    let ends = [("victim", "10.0.0.10"), ("peer", "10.0.1.10")];
    let mut heard = Vec::new();
    for _ in 0..20_000 {
        let (name, source) = random.one(&ends);
        let (port, mac) = lab.port(&fixture, name);
        let destination = random.one(&["10.0.0.10", "10.0.1.10", "192.0.2.10", "52.0.0.2"]);
        let flow = Flow {
            source: source.parse().unwrap(),
            destination: destination.parse().unwrap(),
            protocol: random.one(&[6, 17]),
            source_port: 1000 + random.below(5) as u16,
            destination_port: 1000 + random.below(5) as u16,
        };
        let flags = if random.percent(30) { 0x02 } else { 0x10 };
        let flags = if flow.protocol == 6 { flags } else { 0 };
        let mut frame = frames::build(
            &Packet {
                flow,
                icmp: None,
                flags,
                ttl: 64,
                about: None,
                length: 8,
                part: Part::Whole,
                next_hop: MacAddress::ROUTER,
            },
            mac,
        );
        let (verdict, _) = lab.receive(port, &mut frame, VnetHeader::default());
        heard.push((verdict, frame));
        for _ in 0..if noisy { 3 } else { 0 } {
            let (mut frame, vnet) = rubbish(&mut noise, rogue.1);
            lab.receive(rogue.0, &mut frame, vnet);
        }
        lab.now += 5;
    }
    heard
}
