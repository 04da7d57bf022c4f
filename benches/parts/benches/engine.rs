//! Nanoseconds for each packet in `Engine::receive`, with policy, translation and counters, at so many connections.
//!
//! One iteration is 1,000 packets of connections in random order, as they come from a card: the frame is in the cache, the
//! connection need not be. Frames are written a few packets ahead, as they wait in a card's
//! ring. `compose` is what the benchmark itself takes to write the frame.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use engine::{Engine, Limits, Moment, Now, PortId, PortKind, Verdict};
use model::{IpNet, MacAddress, Timestamp};
use sim::Fixture;
use std::fmt::Write;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use wire::{Link, Mac, UdpDatagram, VnetHeader};

const CLIENTS: u32 = 20;
const SERVERS: u32 = 20;
const PACKETS: u32 = 1000;
/// Frames that wait, as in a card's ring.
const FRAMES: usize = 50;
const CONNECTIONS: [u32; 3] = [1_000, 100_000, 1_000_000];

fn main() {
    divan::main();
}

/// Clients and servers in two subnets, with groups that reference each other and rules in the network ACLs.
fn network() -> Fixture {
    let mut text = String::from(
        "vpc main 10.0.0.0/16 2600:1f14:0:100::/56\n  igw\n  subnet public 10.0.9.0/24 routes(0.0.0.0/0 -> igw)\n    nat gate 10.0.9.9 eip\n",
    );
    text.push_str("  subnet clients 10.0.1.0/24 2600:1f14:0:101::/64 nacl(wide) routes(0.0.0.0/0 -> gate)\n");
    for client in 0..CLIENTS {
        let (v4, v6) = (10 + client, ipv6(1, client));
        let _ = writeln!(text, "    instance client{client} 10.0.1.{v4} {v6} sg(clients)");
    }
    text.push_str("  subnet servers 10.0.2.0/24 2600:1f14:0:102::/64 nacl(wide)\n");
    for server in 0..SERVERS {
        let (v4, v6) = (10 + server, ipv6(2, server));
        let _ = writeln!(text, "    instance server{server} 10.0.2.{v4} {v6} sg(servers)");
    }
    text.push_str(
        "sg clients out all to 0.0.0.0/0\nsg clients out all to ::/0\nsg servers in udp 53 from sg clients\n",
    );
    text.push_str("nacl wide\n");
    for number in 1..20 {
        let _ = writeln!(
            text,
            "  in {number} deny tcp {number} from 0.0.0.0/0\n  out {number} deny tcp {number} to 0.0.0.0/0"
        );
    }
    text.push_str("  in 100 allow all from 0.0.0.0/0\n  out 100 allow all to 0.0.0.0/0\n");
    text.push_str("  in 101 allow all from ::/0\n  out 101 allow all to ::/0\n");
    Fixture::parse(&text).expect("the benchmark's network is a fixture")
}

fn ipv6(subnet: u16, host: u32) -> Ipv6Addr {
    Ipv6Addr::new(0x2600, 0x1f14, 0, 0x100 + subnet, 0, 0, 0, 0x10 + host as u16)
}

/// Where packets go.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Subnets,
    Ipv6,
    Nat,
}

struct Bench {
    engine: Engine,
    clients: Vec<(PortId, MacAddress)>,
    frames: [Vec<u8>; FRAMES],
    connections: u32,
    way: Way,
    random: u64,
}

const SOURCE: usize = 14 + 12;
const DESTINATION: usize = 14 + 16;
const TTL: usize = 14 + 8;
const PORTS: usize = 14 + 20;
const V6_HOP_LIMIT: usize = 14 + 7;
const V6_SOURCE: usize = 14 + 8;
const V6_PORTS: usize = 14 + 40;

impl Bench {
    fn new(connections: u32, way: Way) -> Bench {
        let fixture = network();
        let world = fixture.world.clone();
        let limits = Limits {
            connections: 2_000_000,
            connections_per_port: 2_000_000,
            tracked_per_interface: 2_000_000,
            ..Limits::default()
        };
        let mut engine = Engine::new(world.clone(), Default::default(), limits, 0x5eed);
        let internet: IpNet = "192.0.2.0/24".parse().expect("an address block");
        engine.open_port(PortKind::Internet(vec![internet]), MacAddress([2, 0, 0, 0, 0, 1]));
        let mut clients = Vec::new();
        for interface in world.network.network_interfaces.values().filter(|it| it.requester.is_none()) {
            let port =
                engine.open_port(PortKind::Interface(interface.id), interface.mac).expect("ports enough");
            clients.push((port, interface.mac));
        }
        clients.truncate(CLIENTS as usize);
        let any = match way {
            Way::Subnets | Way::Nat => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
            Way::Ipv6 => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
        };
        let link = Link { source: Mac::default(), destination: Mac(MacAddress::ROUTER.0) };
        let frame = UdpDatagram { link, ..UdpDatagram::new(any, any, &[0; 22]) }.build();
        let frames = std::array::from_fn(|_| frame.clone());
        let mut bench = Bench { engine, clients, frames, connections, way, random: 1 };
        for number in 0..connections {
            let port = bench.compose(number, 0);
            assert!(bench.receive(port, 0), "the connection is begun");
        }
        bench
    }

    /// Writes a frame of a connection at this place; says which link it comes from.
    fn compose(&mut self, number: u32, place: usize) -> PortId {
        let client = number % CLIENTS;
        let other = number / CLIENTS % SERVERS;
        let source_port = 1024 + (number / (CLIENTS * SERVERS)) as u16;
        let (port, mac) = self.clients[client as usize];
        let frame = &mut self.frames[place];
        frame[..6].copy_from_slice(&MacAddress::ROUTER.0);
        frame[6..12].copy_from_slice(&mac.0);
        let destination = match self.way {
            Way::Subnets => Ipv4Addr::new(10, 0, 2, 10 + other as u8),
            Way::Nat => Ipv4Addr::new(192, 0, 2, 60 + other as u8),
            Way::Ipv6 => {
                frame[V6_HOP_LIMIT] = 64;
                frame[V6_SOURCE..V6_SOURCE + 16].copy_from_slice(&ipv6(1, client).octets());
                frame[V6_SOURCE + 16..V6_SOURCE + 32].copy_from_slice(&ipv6(2, other).octets());
                frame[V6_PORTS..V6_PORTS + 2].copy_from_slice(&source_port.to_be_bytes());
                frame[V6_PORTS + 2..V6_PORTS + 4].copy_from_slice(&53u16.to_be_bytes());
                return port;
            }
        };
        frame[TTL] = 64;
        frame[SOURCE..SOURCE + 4].copy_from_slice(&[10, 0, 1, 10 + client as u8]);
        frame[DESTINATION..DESTINATION + 4].copy_from_slice(&destination.octets());
        frame[PORTS..PORTS + 2].copy_from_slice(&source_port.to_be_bytes());
        frame[PORTS + 2..PORTS + 4].copy_from_slice(&53u16.to_be_bytes());
        port
    }

    fn receive(&mut self, port: PortId, place: usize) -> bool {
        let now = Now { moment: Moment(1), wall: Timestamp(0) };
        let mut out = Vec::new();
        let frame = &mut self.frames[place];
        let verdict = self.engine.receive(port, frame, &mut VnetHeader::default(), now, &mut out);
        matches!(verdict, Verdict::Forward(_))
    }

    fn next(&mut self) -> u32 {
        self.random =
            self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.random >> 33) % u64::from(self.connections)) as u32
    }
}

/// As the datapath does: takes what waits at the links, looks at all of it, and then moves one frame after the other.
fn measure(bencher: Bencher<'_, '_>, mut bench: Bench) {
    bencher.counter(ItemsCount::new(PACKETS)).bench_local(move || {
        let mut ports = [PortId(0); FRAMES];
        for _ in 0..PACKETS as usize / FRAMES {
            for (place, port) in ports.iter_mut().enumerate() {
                let number = bench.next();
                *port = bench.compose(number, place);
            }
            let frames = bench.frames.iter().map(Vec::as_slice);
            bench.engine.prefetch(ports.iter().copied().zip(frames));
            for (place, port) in ports.iter().enumerate() {
                assert!(bench.receive(black_box(*port), place));
            }
        }
    });
}

#[divan::bench(args = CONNECTIONS, sample_size = 20)]
fn between_subnets(bencher: Bencher<'_, '_>, connections: u32) {
    measure(bencher, Bench::new(connections, Way::Subnets));
}

#[divan::bench(args = CONNECTIONS, sample_size = 20)]
fn over_ipv6(bencher: Bencher<'_, '_>, connections: u32) {
    measure(bencher, Bench::new(connections, Way::Ipv6));
}

#[divan::bench(args = CONNECTIONS, sample_size = 20)]
fn through_a_nat_gateway(bencher: Bencher<'_, '_>, connections: u32) {
    measure(bencher, Bench::new(connections, Way::Nat));
}

#[divan::bench(sample_size = 20)]
fn compose(bencher: Bencher<'_, '_>) {
    let mut bench = Bench::new(1000, Way::Subnets);
    bencher.counter(ItemsCount::new(PACKETS)).bench_local(move || {
        for _ in 0..PACKETS {
            let number = bench.next();
            black_box(bench.compose(number, 0));
            black_box(&bench.frames);
        }
    });
}

/// The VPC's resolver, asked from an instance for the name of one of AWS's services: a question every millisecond, which is
/// below what an interface may ask.
#[divan::bench]
fn answer_a_question(bencher: Bencher<'_, '_>) {
    let mut bench = Bench::new(1, Way::Subnets);
    let (port, mac) = bench.clients[0];
    let link = Link { source: Mac(mac.0), destination: Mac(MacAddress::ROUTER.0) };
    let (client, resolver) =
        (SocketAddr::from(([10, 0, 1, 10], 5353)), SocketAddr::from(([10, 0, 0, 2], 53)));
    let frame = UdpDatagram { link, ..UdpDatagram::new(client, resolver, QUESTION) }.build();
    let mut moment = 1;
    bencher.counter(ItemsCount::new(PACKETS)).bench_local(move || {
        for _ in 0..PACKETS {
            moment += 1;
            let now = Now { moment: Moment(moment), wall: Timestamp(0) };
            let (mut asked, mut out) = (frame.clone(), Vec::new());
            let verdict = bench.engine.receive(port, &mut asked, &mut VnetHeader::default(), now, &mut out);
            // With an address at its end, it is longer than the question.
            assert!(verdict == Verdict::Done && out.len() == 1 && out[0].frame.len() > frame.len());
        }
    });
}

/// ec2.us-west-2.amazonaws.com, in IPv4.
const QUESTION: &[u8] =
    b"\x12\x34\x01\x00\0\x01\0\0\0\0\0\0\x03ec2\x09us-west-2\x09amazonaws\x03com\0\0\x01\0\x01";

#[divan::bench]
fn first_packet_and_expiry(bencher: Bencher<'_, '_>) {
    let mut bench = Bench::new(1, Way::Subnets);
    let mut number = 0;
    bencher.counter(ItemsCount::new(PACKETS)).bench_local(move || {
        for _ in 0..PACKETS {
            number = (number + 1) % 10_000_000;
            let port = bench.compose(number, 0);
            assert!(bench.receive(black_box(port), 0));
        }
        bench.engine.expire(Moment(1_000_000), 2000);
    });
}
