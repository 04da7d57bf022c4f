//! What a trace says is what packets do: random networks, random questions, each asked of the engine's explanations and with
//! real frames, there and back, through instances that forward. The engine and the reference model must agree about every
//! packet on the way, and the trace with both: how it ends, what of, and by whom it came.
//!
//! `HAMLET_QUESTIONS` sets how many questions are asked, `HAMLET_SEED` where the randomness begins. A disagreement is made
//! smaller and printed as a fixture.

mod driver;

use driver::errand::{End, Errand, Outcome};
use driver::traffic::usable;
use engine::explain::{trace, trace_assuming};
use engine::{Forwarding, Story};
use model::{Network, ResourceId, SubnetId};
use sim::Fixture;
use sim::network::random_network_of_routers;
use sim::random::Random;
use std::collections::BTreeMap;
use std::net::IpAddr;

const BEHAVIOURS: [Forwarding; 3] = [Forwarding::Unchanged, Forwarding::FromOwnAddress, Forwarding::Kept];

/// What the trace says that happens.
fn told(network: &Network, story: &Story) -> Outcome {
    let end = match (story.forward_drop, story.reply_drop) {
        (Some(reason), _) => End::Lost(reason),
        (None, Some(reason)) => End::NoReply(reason),
        (None, None) if story.reply.is_empty() => End::Delivered,
        (None, None) => End::Answered,
    };
    let steps = story.forward.iter().chain(&story.reply);
    let place = steps.rev().filter_map(|step| subnet_of(network, step.at?)).next();
    Outcome::new(end, story.forwarders.clone(), place)
}

/// The subnet that a place of a trace is in.
fn subnet_of(network: &Network, at: ResourceId) -> Option<SubnetId> {
    if let ResourceId::NetworkInterface(id) = at {
        return Some(network.network_interfaces.get(&id)?.subnet);
    }
    if let ResourceId::NatGateway(id) = at {
        return Some(network.nat_gateways.get(&id)?.subnet);
    }
    if let ResourceId::Subnet(id) = at { Some(id) } else { None }
}

/// The last step of a leg that is lost says what it died of; of others none does.
fn steps_agree(story: &Story) -> bool {
    [(&story.forward, story.forward_drop), (&story.reply, story.reply_drop)].into_iter().all(
        |(steps, drop)| {
            let denied = steps.iter().filter_map(|step| match step.outcome {
                engine::Outcome::Deny(reason) => Some(reason),
                engine::Outcome::Allow | engine::Outcome::Pass => None,
            });
            let denied: Vec<_> = denied.collect();
            let is_silent = drop.is_some_and(|reason| reason.stages().is_empty());
            denied.as_slice() == drop.as_slice() || is_silent && denied.is_empty()
        },
    )
}

/// How trace and packets differ about a question, whatever instances do; none if they do not.
fn difference(network: &str, line: &str) -> Option<String> {
    let fixture = Fixture::parse(network).ok()?;
    let question = fixture.question(line).ok()?;
    let mut ends = Vec::new();
    for behaviour in BEHAVIOURS {
        let story = trace_assuming(&fixture.world, &fixture.internet(), &question, behaviour);
        let found = match Errand::run(&fixture, &question, behaviour) {
            Ok(found) => found,
            Err(problem) => return Some(format!("{behaviour:?}: {problem}")),
        };
        if told(&fixture.world.network, &story) != found || !steps_agree(&story) {
            let text = engine::render::story(&story, &|id| fixture.name(id));
            return Some(format!(
                "{behaviour:?}: trace {:?}\npackets {found:?}\n{text}",
                told(&fixture.world.network, &story)
            ));
        }
        ends.push(found.end);
    }
    let story = trace(&fixture.world, &fixture.internet(), &question);
    let arrives = |end: &End| matches!(end, End::Answered | End::Delivered);
    let one_of_the_first_arrives = ends[..2].iter().any(arrives);
    (one_of_the_first_arrives && !story.reachable()).then(|| {
        format!(
            "an instance that forwards makes it arrive, and the trace says {:?}",
            told(&fixture.world.network, &story)
        )
    })
}

/// A question about the network, as its line.
fn question(fixture: &Fixture, random: &mut Random) -> String {
    // Nobody sends anything from a NAT gateway or an interface endpoint.
    let names: Vec<&String> =
        fixture.interfaces.keys().filter(|name| !name.starts_with(['n', 'd'])).collect();
    let ipv6 = random.percent(35);
    let world = &fixture.world.network;
    let of_family = |address: &IpAddr| address.is_ipv6() == ipv6;
    let mut addresses: Vec<IpAddr> =
        world.network_interfaces.values().flat_map(|it| usable(it).collect::<Vec<_>>()).collect();
    addresses.extend(world.public_addresses.iter().map(|(address, _)| IpAddr::V4(address)));
    addresses.extend(fixture.hosts.values().flatten());
    // Nobody's, behind somebody's; and IPv4 hosts in IPv6.
    let odd = [
        "192.168.100.1",
        "10.0.0.77",
        "172.16.0.1",
        "203.0.113.5",
        "10.2.1.10",
        "fd01::1",
        "2600:1f14:0:0::77",
    ];
    let nat64 = ["64:ff9b::192.0.2.10", "64:ff9b::198.51.100.10", "64:ff9b::10.0.1.10", "64:ff9b::52.0.0.1"];
    let some_odd: Vec<IpAddr> = odd.iter().chain(&nat64).map(|it| it.parse().unwrap()).collect();
    let choices = if random.percent(20) { &some_odd } else { &addresses };
    let choices: Vec<IpAddr> = choices.iter().copied().filter(of_family).collect();
    let destination = random.one(&choices);
    let from = if random.percent(15) { "laptop".to_owned() } else { random.one(&names).clone() };
    let mut line = from.clone();
    let sender = fixture.interfaces.get(&from).and_then(|id| world.network_interfaces.get(id));
    if let Some(sender) = sender {
        let own: Vec<IpAddr> = usable(sender).filter(of_family).collect();
        let foreign: Vec<IpAddr> = addresses.iter().chain(&some_odd).copied().filter(of_family).collect();
        match random.below(20) {
            0..=2 if !own.is_empty() => line += &format!(" as {}", random.one(&own)),
            3 => line += &format!(" as {}", random.one(&foreign)),
            _ => {}
        }
        let is_near = |name: &&&String| {
            let other = world.network_interfaces.get(&fixture.interfaces[name.as_str()]).unwrap();
            other.subnet == sender.subnet && other.id != sender.id
        };
        let near: Vec<&String> = names.iter().filter(is_near).copied().collect();
        if let Some(neighbour) = random.pick(&near).filter(|_| random.percent(20)) {
            line += &format!(" by {neighbour}");
        }
    }
    let port = random.one(&[22, 80, 443, 53, 8080]);
    let what = match random.below(20) {
        0..=8 => format!("tcp {port}"),
        9..=13 => format!("udp {port}"),
        14..=17 if ipv6 => "icmpv6 echo".to_owned(),
        14..=17 => "icmp echo".to_owned(),
        18 if !ipv6 => "icmp type 13 code 0".to_owned(),
        _ => "protocol 47".to_owned(),
    };
    let parts = if random.percent(10) { " fragmented" } else { "" };
    format!("{line} -> {destination} {what}{parts}")
}

/// The disagreement as a fixture, without what is not needed for it.
fn minimised(mut network: String, line: &str) -> String {
    loop {
        let before = network.len();
        for smaller in smaller(&network) {
            if smaller.len() < network.len() && difference(&smaller, line).is_some() {
                network = smaller;
                break;
            }
        }
        if network.len() == before {
            let what = difference(&network, line).unwrap_or_default();
            return format!("{network}\n{line}\n{what}");
        }
    }
}

/// The network without one of its lines and what belongs to it, or without one route.
fn smaller(network: &str) -> Vec<String> {
    let lines: Vec<&str> = network.lines().collect();
    let indentation = |line: &str| line.len() - line.trim_start().len();
    let mut all = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let children =
            lines[at + 1..].iter().take_while(|child| indentation(child) > indentation(line)).count();
        let rest = [&lines[..at], &lines[at + 1 + children..]].concat();
        all.push(rest.join("\n") + "\n");
        if let Some((head, routes)) = line.split_once("routes(")
            && let Some((routes, tail)) = routes.split_once(')')
        {
            let routes: Vec<&str> = routes.split(", ").collect();
            for gone in 0..routes.len() {
                let fewer = [&routes[..gone], &routes[gone + 1..]].concat().join(", ");
                let shorter = format!("{head}routes({fewer}){tail}");
                let changed = [&lines[..at], &[shorter.as_str()], &lines[at + 1..]].concat();
                all.push(changed.join("\n") + "\n");
            }
        }
        for word in [" eip", " nocheck", " public"] {
            if let Some((head, tail)) = line.split_once(word) {
                let shorter = format!("{head}{tail}");
                let changed = [&lines[..at], &[shorter.as_str()], &lines[at + 1..]].concat();
                all.push(changed.join("\n") + "\n");
            }
        }
    }
    all
}

/// The same network with open groups and fewer checks and network ACLs: so much more gets through, and comes by instances that
/// forward.
fn opened(network: &str, random: &mut Random) -> String {
    let (mut text, mut gone, mut in_gone) = (String::new(), Vec::new(), false);
    for line in network.lines() {
        let is_instance = ["    instance ", "    interface "].iter().any(|begin| line.starts_with(begin));
        in_gone =
            line.strip_prefix("nacl ").map_or(in_gone && line.starts_with(' '), |acl| gone.contains(&acl));
        if in_gone {
            continue;
        }
        let line = match line.split_once(" nacl(").filter(|_| random.percent(70)) {
            Some((head, acl)) => {
                gone.push(acl.trim_end_matches(')'));
                head
            }
            None => line,
        };
        text += line.strip_suffix(" stopped").filter(|_| is_instance).unwrap_or(line);
        if is_instance && !line.contains(" nocheck") && random.percent(50) {
            text += " nocheck";
        }
        text += "\n";
        if let Some((group, _)) = line.strip_prefix("sg ").and_then(|rest| rest.split_once(" of ")) {
            for far in ["0.0.0.0/0", "::/0"].iter().filter(|_| random.percent(85)) {
                text += &format!("sg {group} in all from {far}\nsg {group} out all to {far}\n");
            }
        }
    }
    text
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// How many questions are asked of each network.
const QUESTIONS: u64 = 60;

#[test]
fn a_trace_says_what_packets_do() {
    let (questions, first) = (number("HAMLET_QUESTIONS", 6_000), number("HAMLET_SEED", 1));
    let mut ends: BTreeMap<String, u64> = BTreeMap::new();
    let (mut asked, mut seed) = (0, first);
    while asked < questions {
        let mut random = Random::new(seed);
        let closed = random_network_of_routers(&mut random);
        let network = if random.percent(60) { opened(&closed, &mut random) } else { closed };
        let fixture = Fixture::parse(&network).unwrap_or_else(|problem| panic!("{problem}\n{network}"));
        for _ in 0..QUESTIONS {
            let line = question(&fixture, &mut random);
            let Ok(question) = fixture.question(&line) else { continue };
            asked += 1;
            if difference(&network, &line).is_some() {
                panic!("seed {seed}:\n{}", minimised(network, &line));
            }
            let story = trace(&fixture.world, &fixture.internet(), &question);
            let forwarded = if story.forwarders.is_empty() { "" } else { ", forwarded" };
            *ends.entry(format!("{:?}{forwarded}", told(&fixture.world.network, &story).end)).or_default() +=
                1;
        }
        seed += 1;
    }
    println!("seeds {first}..{seed}: {asked} questions");
    ends.iter().for_each(|(end, questions)| println!("{questions:>7} {end}"));
    let share = |wanted: &str| {
        ends.iter().filter(|(end, _)| end.contains(wanted)).map(|(_, count)| count).sum::<u64>()
    };
    assert!(share("Answered") * 20 > asked, "too few questions are answered for the test to mean anything");
    for wanted in
        ["Answered, forwarded", "NoReply", "UnexpectedAnswer", "Delivered", "RoutingLoop", "DestinationMac"]
    {
        assert!(questions < 6_000 || share(wanted) > 0, "no question ends with {wanted}: the test misses it");
    }
}
