//! What a million active flows take in memory: their connections, and their records in flow logs' open window.
//!
//! The engine alone, in this process: what it has resident afterwards, less what it had before, for each flow. A flow that is
//! logged at one interface has a record there; between two interfaces of a logged VPC it has two.

use engine::{Engine, FlowLimits, Limits, Moment, Now, PortId, PortKind, Verdict};
use model::flow_log::{FlowLog, FlowLogDestination, FlowLogSettings, Logged, TrafficType};
use model::{FlowLogId, MacAddress, NetworkInterface, Tags, Timestamp, World};
use sim::Fixture;
use std::net::SocketAddr;
use std::sync::Arc;
use wire::{Link, Mac, UdpDatagram, VnetHeader};

const FLOWS: u32 = 1_000_000;
const PORTS: u32 = 50_000;
/// What a record may take, in bytes.
const RECORD_BYTES_MAX: usize = 300;
const NETWORK: &str = "
vpc main 10.0.0.0/16
  igw
  subnet one 10.0.1.0/24
    instance client 10.0.1.10 sg(all)
    instance server 10.0.1.20 sg(all)
sg all in all from 10.0.0.0/16
sg all out all to 0.0.0.0/0
";

/// Says to a process of this program's what is logged in it: each is measured in one of its own, in which nothing was freed.
const LOGGED: &str = "FLOW_RECORDS_LOGGED";

fn main() {
    if let Ok(logged) = std::env::var(LOGGED) {
        let logged = |world: &World| match logged.as_str() {
            "interface" => Some(Logged::NetworkInterface(interface(world, "10.0.1.10").id)),
            "vpc" => Some(Logged::Vpc(interface(world, "10.0.1.10").vpc)),
            _ => None,
        };
        return println!("{}", measure(logged));
    }
    println!("{FLOWS} flows, bytes of memory for each {:>26} {:>10}", "measured", "goal");
    let without = measured("nothing");
    row("its connection", without, None);
    let one = measured("interface");
    row("its record at one interface", one.saturating_sub(without), Some(RECORD_BYTES_MAX));
    let both = measured("vpc");
    row("its two records, one at either end", both.saturating_sub(without), Some(2 * RECORD_BYTES_MAX));
}

fn measured(logged: &str) -> usize {
    let own = std::env::current_exe().expect("this program's own file");
    let output = std::process::Command::new(own).env(LOGGED, logged).output().expect("it starts");
    let text = String::from_utf8(output.stdout).expect("a number");
    text.trim().parse().expect("a number")
}

fn row(title: &str, bytes: usize, goal: Option<usize>) {
    let goal = goal.map_or_else(|| "–".to_owned(), |goal| goal.to_string());
    println!("{title:<57} {bytes:>10} {goal:>10}");
}

/// What each flow takes where this is logged.
fn measure(logged: impl Fn(&World) -> Option<Logged>) -> usize {
    let fixture = Fixture::parse(NETWORK).expect("the benchmark's network is a fixture");
    let mut world = World::clone(&fixture.world);
    if let Some(of) = logged(&world) {
        log(&mut world, of);
    }
    let client = interface(&world, "10.0.1.10").clone();
    let limits = Limits {
        connections: 2 * FLOWS as usize,
        connections_per_port: 2 * FLOWS,
        tracked_per_interface: 2 * FLOWS,
        flows: FlowLimits {
            records: 4 * FLOWS as usize,
            records_per_interface: 2 * FLOWS,
            ..FlowLimits::default()
        },
        ..Limits::default()
    };
    let world = Arc::new(world);
    let mut engine = Engine::new(Arc::clone(&world), Default::default(), limits, 0x5eed);
    let ends = [&client, interface(&world, "10.0.1.20")];
    let [port, _] =
        ends.map(|it| engine.open_port(PortKind::Interface(it.id), it.mac).expect("ports enough"));
    engine.take_flow_windows(now());
    let before = resident();
    for number in 0..FLOWS {
        send(&mut engine, port, client.mac, number);
    }
    (resident() - before) / FLOWS as usize
}

fn log(world: &mut World, of: Logged) {
    let destination = FlowLogDestination::CloudWatchLogs {
        group: "flows".to_owned(),
        arn: None,
        role: String::new(),
        cross_account_role: None,
    };
    let settings = FlowLogSettings {
        of,
        traffic: TrafficType::All,
        destination,
        format: String::new(),
        interval_s: 600,
    };
    let scope = world.network.vpcs.values().next().expect("the VPC").scope;
    let id = FlowLogId::numbered(1);
    let row = FlowLog { id, scope, settings, created: Timestamp(0), tags: Tags::new() };
    world.network.flow_logs.insert(id, row);
}

fn interface<'a>(world: &'a World, address: &str) -> &'a NetworkInterface {
    let address = address.parse().expect("an address");
    let vpc = world.network.vpcs.values().next().expect("the VPC").id;
    world.network.interface_at(vpc, address).expect("an interface has it")
}

/// The first packet of a flow of its own.
fn send(engine: &mut Engine, port: PortId, mac: MacAddress, number: u32) {
    let port_of = |number: u32| 1024 + u16::try_from(number).expect("below the number of ports");
    let source = SocketAddr::from(([10, 0, 1, 10], port_of(number % PORTS)));
    let destination = SocketAddr::from(([10, 0, 1, 20], port_of(number / PORTS)));
    let link = Link { source: Mac(mac.0), destination: Mac(MacAddress::ROUTER.0) };
    let mut frame = UdpDatagram { link, ..UdpDatagram::new(source, destination, &[0; 22]) }.build();
    let verdict = engine.receive(port, &mut frame, &mut VnetHeader::default(), now(), &mut Vec::new());
    assert!(matches!(verdict, Verdict::Forward(_)), "{verdict:?}");
}

fn now() -> Now {
    Now { moment: Moment(1), wall: Timestamp(0) }
}

/// What of this process is in memory, in bytes (proc(5), `statm`: pages).
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").expect("the kernel's word");
    let pages: usize = pages.split(' ').nth(1).and_then(|it| it.parse().ok()).expect("a number of pages");
    pages * 4096
}
