//! Ten million packets of which it is known beforehand how many there are of what: flow logs' records have each of them once,
//! and each byte.
//!
//! They go through the engine as links hand them over, most of them by its fast path, in windows of a minute that are taken as
//! the daemon takes them: between networks' ends, by groups and network ACLs or not, through a NAT gateway, from the internet,
//! of both families, some as one frame that is many segments.

mod driver;

use driver::lab::Lab;
use engine::{FlowAction, FlowWindow, Moment, Now, PortId, Verdict};
use model::{Direction, NetworkInterfaceId, Timestamp};
use sim::random::Random;
use sim::reference::Who;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use wire::{Flow, Gso, Link, Mac, TcpFlags, TcpSegment, UdpDatagram, VnetHeader};

const NETWORK: &str = "
vpc main 10.0.0.0/16 2600:1f14:0:100::/56
  igw
  subnet public 10.0.0.0/24 2600:1f14:0:100::/64 routes(0.0.0.0/0 -> igw)
    nat gate 10.0.0.220 eip(52.0.0.200)
    instance web 10.0.0.10 2600:1f14:0:100::10 eip(52.0.0.10) sg(web)
  subnet private 10.0.1.0/24 2600:1f14:0:101::/64 routes(0.0.0.0/0 -> gate)
    instance app 10.0.1.5 2600:1f14:0:101::5 sg(app)
    instance db 10.0.1.6 sg(app)
  subnet locked 10.0.2.0/24 nacl(locked)
    instance safe 10.0.2.5 sg(web)
sg web in all from 10.0.0.0/16
sg web in all from 192.0.2.0/24
sg web in all from 2600::/16
sg app in tcp 5432 from 10.0.0.0/16
nacl locked
  out 100 allow all to 0.0.0.0/0
  in 100 deny udp 1-65535 from 10.0.1.0/24
  in 200 allow all from 0.0.0.0/0
";

/// How many packets each conversation has in a round; which of them are requests is its own.
const OF_ROUND: u64 = 50;
const CONVERSATIONS: u64 = 2_000;
const ROUNDS: u64 = 100;
/// How long a round takes. All of them are more than eight minutes, and nothing that is tracked is forgotten meanwhile.
const ROUND_MS: u64 = 5_000;
/// How often the daemon looks whether a window is over.
const LOOK_MS: u64 = 250;
/// What a frame carries that is many segments, and how many.
const SEGMENT: usize = 1448;
const SEGMENTS: usize = 12;

/// What is counted of one flow at one interface: its name, the way, the flow, and whether it was let pass.
type Told = (String, Direction, Flow, bool);
/// Packets and bytes.
type Counts = BTreeMap<Told, (u64, u64)>;

/// Where a conversation goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Inside,
    InsideV6,
    /// Large frames from the one that asks.
    Segmented,
    RefusedByGroup,
    RefusedByAcl,
    ThroughNat,
    FromOutside,
}

/// As often as they are listed. What is refused is never on the fast path, and takes longest.
const WAYS: [Way; 12] = [
    Way::Inside,
    Way::ThroughNat,
    Way::InsideV6,
    Way::FromOutside,
    Way::Inside,
    Way::RefusedByGroup,
    Way::Segmented,
    Way::ThroughNat,
    Way::Inside,
    Way::RefusedByAcl,
    Way::InsideV6,
    Way::FromOutside,
];

/// Frames from one end to the other.
struct Side {
    from: PortId,
    /// The first, and those after it.
    frames: [Vec<u8>; 2],
    vnet: VnetHeader,
    /// Where each goes; none if it is refused.
    to: Option<PortId>,
    sent: u64,
}

struct Conversation {
    way: Way,
    /// Of each round's packets, those that ask.
    requests: u64,
    sides: [Side; 2],
    /// How many of this round's packets there were.
    said: u64,
}

/// Links by their names, and who is at them.
type Links = BTreeMap<&'static str, (PortId, Mac)>;

fn links(lab: &Lab) -> Links {
    let link = |name| {
        let who = lab.fixture.interfaces.get(name).map_or(Who::Internet, |id| Who::Interface(*id));
        let (port, mac) = lab.pair.port(who).unwrap();
        (name, (port, Mac(mac.0)))
    };
    ["web", "app", "db", "safe", "example.com"].map(link).into()
}

/// A frame, and how it is to be cut.
struct Kind {
    is_tcp: bool,
    carries: usize,
    /// Into pieces of that size.
    segment: Option<usize>,
}

impl Kind {
    fn frame(&self, mac: Mac, from: SocketAddr, to: SocketAddr, flags: TcpFlags) -> Vec<u8> {
        let link = Link { source: mac, destination: Mac(model::MacAddress::ROUTER.0) };
        let payload = vec![b'x'; self.carries];
        match self.is_tcp {
            true => TcpSegment { link, payload: &payload, ..TcpSegment::new(from, to, flags) }.build(),
            false => UdpDatagram { link, ..UdpDatagram::new(from, to, &payload) }.build(),
        }
    }

    fn vnet(&self) -> VnetHeader {
        match self.segment {
            None => VnetHeader::default(),
            Some(size) => VnetHeader {
                needs_checksum: true,
                gso: Gso::TcpV4,
                gso_size: size as u16,
                header_len: 54,
                checksum_start: 34,
                checksum_offset: 16,
                ..VnetHeader::default()
            },
        }
    }

    /// What one frame counts as: packets and bytes, headers of the network layer included.
    fn counts(&self, is_v6: bool) -> (u64, u64) {
        let packets = self.segment.map_or(1, |size| self.carries.div_ceil(size));
        let headers = if is_v6 { 40 } else { 20 } + if self.is_tcp { 20 } else { 8 };
        (packets as u64, (self.carries + packets * headers) as u64)
    }
}

fn reversed(flow: Flow) -> Flow {
    Flow {
        source: flow.destination,
        destination: flow.source,
        source_port: flow.destination_port,
        destination_port: flow.source_port,
        ..flow
    }
}

/// What there will be: the conversations, and what records must say of them when all is over.
struct Plan {
    conversations: Vec<Conversation>,
    expected: Counts,
    /// By conversation, what is added to `expected` when the NAT gateway has shown its port.
    behind_nat: BTreeMap<usize, (u64, (u64, u64))>,
}

fn plan(lab: &Lab, random: &mut Random) -> Plan {
    let links = links(lab);
    let mut plan = Plan { conversations: Vec::new(), expected: Counts::new(), behind_nat: BTreeMap::new() };
    for number in 0..CONVERSATIONS {
        plan.add(number, &links, random);
    }
    plan
}

impl Plan {
    fn add(&mut self, number: u64, links: &Links, random: &mut Random) {
        let way = WAYS[(number % WAYS.len() as u64) as usize];
        let port = 10_000 + number as u16;
        let (asks, answers, from, to) = match way {
            Way::Inside | Way::Segmented => ("app", "web", "10.0.1.5", "10.0.0.10"),
            Way::InsideV6 => ("app", "web", "2600:1f14:0:101::5", "2600:1f14:0:100::10"),
            Way::RefusedByGroup => ("web", "db", "10.0.0.10", "10.0.1.6"),
            Way::RefusedByAcl => ("app", "safe", "10.0.1.5", "10.0.2.5"),
            Way::ThroughNat => ("app", "example.com", "10.0.1.5", "192.0.2.10"),
            Way::FromOutside => ("example.com", "web", "192.0.2.10", "52.0.0.10"),
        };
        let kind = match way {
            Way::Segmented => Kind { is_tcp: true, carries: SEGMENT * SEGMENTS, segment: Some(SEGMENT) },
            Way::RefusedByAcl => Kind { is_tcp: false, carries: random.below(400), segment: None },
            _ => Kind { is_tcp: random.percent(50), carries: random.below(400), segment: None },
        };
        let answer = Kind { is_tcp: kind.is_tcp, carries: random.below(400), segment: None };
        let is_refused = matches!(way, Way::RefusedByGroup | Way::RefusedByAcl);
        let requests = if is_refused { OF_ROUND } else { 1 + random.below(OF_ROUND as usize - 1) as u64 };
        let address = |text: &str, port| SocketAddr::new(text.parse().unwrap(), port);
        let (from, to) = (address(from, port), address(to, 80));
        let side = |kind: &Kind, (a, b): (&str, &str), (from, to), flags: [TcpFlags; 2]| {
            let (link, mac) = links[a];
            Side {
                from: link,
                frames: flags.map(|flags| kind.frame(mac, from, to, flags)),
                vnet: kind.vnet(),
                to: (!is_refused).then(|| links[b].0),
                sent: 0,
            }
        };
        let (syn, ack) = (TcpFlags::SYN, TcpFlags::ACK);
        // Answers come from whoever has the public address by the private one.
        let inside = |it: SocketAddr| match it.ip() == "52.0.0.10".parse::<IpAddr>().unwrap() {
            true => address("10.0.0.10", it.port()),
            false => it,
        };
        // A large frame begins nothing: the connection is there by then.
        let mut sides = [
            side(&kind, (asks, answers), (from, to), [syn, ack]),
            side(&answer, (answers, asks), (inside(to), from), [TcpFlags(syn.0 | ack.0), ack]),
        ];
        if way == Way::Segmented {
            sides[0].frames[0] = sides[0].frames[1].clone();
        }
        let flow = Flow {
            source: from.ip(),
            destination: inside(to).ip(),
            protocol: if kind.is_tcp { 6 } else { 17 },
            source_port: from.port(),
            destination_port: to.port(),
        };
        let is_v6 = way == Way::InsideV6;
        self.expect(way, (asks, answers), flow, (ROUNDS * requests, kind.counts(is_v6)), true);
        let replies = ROUNDS * (OF_ROUND - requests);
        if !is_refused {
            self.expect(way, (asks, answers), flow, (replies, answer.counts(is_v6)), false);
        }
        self.conversations.push(Conversation { way, requests, sides, said: 0 });
    }

    /// What records say of so many frames, each of which counts as so much.
    fn expect(
        &mut self,
        way: Way,
        (asks, answers): (&str, &str),
        flow: Flow,
        (frames, (packets, bytes)): (u64, (u64, u64)),
        is_request: bool,
    ) {
        let counts = (frames * packets, frames * bytes);
        let (left, entered) = if is_request { (asks, answers) } else { (answers, asks) };
        let flow = if is_request { flow } else { reversed(flow) };
        let is_accepted = !matches!(way, Way::RefusedByGroup | Way::RefusedByAcl);
        let mut told = |name: &str, direction, flow, is_accepted| {
            // Nobody logs the internet.
            if name != "example.com" && counts.0 > 0 {
                self.expected.insert((name.to_owned(), direction, flow, is_accepted), counts);
            }
        };
        told(left, Direction::Egress, flow, true);
        told(entered, Direction::Ingress, flow, is_accepted);
        if way == Way::ThroughNat {
            // Towards those behind it, it is not seen.
            let direction = if is_request { Direction::Ingress } else { Direction::Egress };
            told("gate", direction, flow, true);
            let other = self.behind_nat.entry(self.conversations.len()).or_default();
            match is_request {
                true => other.0 = counts.0,
                false => other.1 = counts,
            }
        }
    }
}

impl Conversation {
    /// Whether the next packet of a round is a request: the first is, and they are spread over the round.
    fn next_is_request(&self) -> bool {
        let until = |said: u64| (said * self.requests).div_ceil(OF_ROUND);
        until(self.said + 1) > until(self.said)
    }
}

/// What the records of all windows come to.
#[derive(Default)]
struct Found {
    counts: Counts,
    windows: u64,
    end: Option<Timestamp>,
}

impl Found {
    fn add(&mut self, window: &FlowWindow, names: &BTreeMap<NetworkInterfaceId, String>) {
        assert!(window.skipped.is_empty(), "nothing was left out: {:?}", window.skipped);
        assert!(self.end.is_none_or(|end| end == window.start), "one follows the other");
        self.end = Some(window.end);
        self.windows += 1;
        for record in &window.records {
            let key = record.key;
            assert!(window.start <= record.first && record.last <= window.end, "{record:?}");
            let is_accepted = match key.action {
                FlowAction::Accept => true,
                FlowAction::Reject(None) => false,
                FlowAction::Reject(Some(_)) => panic!("nobody blocks public access: {record:?}"),
            };
            let told = (names[&key.interface].clone(), key.direction, key.flow, is_accepted);
            let found = self.counts.entry(told).or_default();
            *found = (found.0 + record.packets, found.1 + record.bytes);
        }
    }
}

#[test]
fn records_have_each_of_ten_million_packets_once() {
    let mut lab = Lab::new(NETWORK);
    lab.pair.log_everything();
    let seed = std::env::var("HAMLET_SEED").ok().and_then(|it| it.parse().ok()).unwrap_or(1);
    println!("seed {seed}");
    let mut random = Random::new(seed);
    let Plan { mut conversations, mut expected, behind_nat } = plan(&lab, &mut random);
    let network = &lab.pair.world.network;
    let names: BTreeMap<_, _> = network
        .network_interfaces
        .values()
        .map(|it| (it.id, lab.fixture.name(it.id.into()).to_string()))
        .collect();
    let (mut found, mut frame, mut out, mut packets) = (Found::default(), Vec::new(), Vec::new(), 0_u64);
    let mut turns: Vec<u32> =
        (0..CONVERSATIONS as u32).flat_map(|number| [number; OF_ROUND as usize]).collect();
    let mut looked = 0;
    for round in 0..ROUNDS {
        for place in (1..turns.len()).rev() {
            turns.swap(place, random.below(place + 1));
        }
        conversations.iter_mut().for_each(|it| it.said = 0);
        for (place, number) in turns.iter().enumerate() {
            let ms = 1 + round * ROUND_MS + place as u64 * ROUND_MS / turns.len() as u64;
            let now = Now { moment: Moment(ms), wall: Timestamp(ms as i64) };
            let conversation = &mut conversations[*number as usize];
            let side = usize::from(!conversation.next_is_request());
            conversation.said += 1;
            let Side { from, frames, vnet, to, sent } = &mut conversation.sides[side];
            frame.clear();
            frame.extend_from_slice(&frames[usize::from(*sent > 0)]);
            let verdict = lab.pair.engine.receive(*from, &mut frame, &mut vnet.clone(), now, &mut out);
            *sent += 1;
            packets += 1;
            match (*to, verdict) {
                (Some(to), Verdict::Forward(found)) if to == found => {}
                (None, Verdict::Dropped(_)) => {}
                (to, verdict) => panic!("{:?} {side} to {to:?}: {verdict:?}", conversation.way),
            }
            // Where answers go that come from behind a NAT gateway is seen in what it sends.
            if conversation.way == Way::ThroughNat && side == 0 && conversation.sides[0].sent == 1 {
                let seen = wire::parse(&frame).unwrap().flow();
                conversation.answer_to(seen, &lab);
                let gate = Flow { source: "10.0.0.220".parse().unwrap(), ..seen };
                let (requests, replies) = behind_nat[&(*number as usize)];
                let bytes = (frame.len() - wire::ethernet::HEADER_LEN) as u64;
                let told = |direction, flow| ("gate".to_owned(), direction, flow, true);
                expected.insert(told(Direction::Egress, gate), (requests, requests * bytes));
                expected.insert(told(Direction::Ingress, reversed(gate)), replies);
            }
            if ms / LOOK_MS != looked {
                looked = ms / LOOK_MS;
                lab.pair.now = ms;
                lab.pair.take_flow_windows().iter().for_each(|window| found.add(window, &names));
            }
        }
    }
    assert_eq!(packets, 10_000_000);
    lab.pair.now = 1 + ROUNDS * ROUND_MS + 60_000;
    lab.pair.take_flow_windows().iter().for_each(|window| found.add(window, &names));
    assert!(out.is_empty(), "the engine sends nothing of its own");
    assert!(found.windows >= ROUNDS * ROUND_MS / 60_000, "{} windows", found.windows);
    let interfaces: std::collections::BTreeSet<&str> = expected.keys().map(|it| it.0.as_str()).collect();
    assert_eq!(Vec::from_iter(interfaces), ["app", "db", "gate", "safe", "web"]);
    let wrong: Vec<_> =
        expected.iter().filter(|(told, counts)| found.counts.get(told) != Some(*counts)).collect();
    let first = wrong.first().map(|(told, counts)| (told, counts, found.counts.get(told)));
    assert!(wrong.is_empty(), "{} of {} differ; the first: {first:?}", wrong.len(), expected.len());
    assert_eq!(found.counts.len(), expected.len(), "and nothing else is told");
}

impl Conversation {
    /// Has answers go to where requests have come from.
    fn answer_to(&mut self, seen: Flow, lab: &Lab) {
        let (_, mac) = lab.pair.port(Who::Internet).unwrap();
        let from = SocketAddr::new(seen.destination, seen.destination_port);
        let to = SocketAddr::new(seen.source, seen.source_port);
        let side = &mut self.sides[1];
        let flags = [TcpFlags(TcpFlags::SYN.0 | TcpFlags::ACK.0), TcpFlags::ACK];
        let headers = wire::parse(&side.frames[0]).unwrap();
        let kind =
            Kind { is_tcp: seen.protocol == 6, carries: headers.payload_len() as usize, segment: None };
        side.frames = flags.map(|flags| kind.frame(Mac(mac.0), from, to, flags));
    }
}
