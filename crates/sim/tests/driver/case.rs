//! A run: a network and what happens in it. It can be made at random, run again, and made smaller.

use engine::{DropReason, Limits};
use sim::Fixture;
use sim::network::random_network;
use sim::random::Random;
use sim::reference::{Fate, Packet, Who};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::IpAddr;

use super::change;
use super::pair::Pair;
use super::traffic::Generator;

#[derive(Clone, Debug)]
pub(crate) enum Event {
    Send(Who, Packet),
    Change(u64),
    Wait(u64),
    Sweep,
}

pub(crate) struct Case {
    pub(crate) network: String,
    pub(crate) limits: Limits,
    /// Whether everything is logged.
    pub(crate) is_logged: bool,
    pub(crate) events: Vec<Event>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Count {
    /// How many packets died of what.
    pub(crate) drops: BTreeMap<DropReason, u64>,
    pub(crate) sent: u64,
    pub(crate) delivered: u64,
    /// How many arrived in the other address family.
    pub(crate) translated: u64,
}

impl Case {
    /// A random case, run while it is made.
    pub(crate) fn generate(seed: u64, packets: u64) -> (Case, Result<Count, String>) {
        let mut random = Random::new(seed);
        let network = random_network(&mut random);
        let fixture = Fixture::parse(&network).unwrap_or_else(|problem| panic!("{problem}\n{network}"));
        let limits = limits(&mut random);
        let is_logged = random.below(2) == 0;
        let mut pair = pair(&fixture, limits, is_logged);
        let hosts: Vec<IpAddr> = fixture.hosts.values().flatten().copied().collect();
        let mut traffic = Generator::new(hosts);
        let mut case = Case { network, limits, is_logged, events: Vec::new() };
        let mut count = Count::default();
        while count.sent < packets {
            let event = match random.below(100) {
                0..=1 => Event::Change(random.bits()),
                2..=5 => {
                    Event::Wait(random.one(&[10, 1_000, 9_000, 20_000, 31_000, 121_000, 200_000, 351_000]))
                }
                6 => Event::Sweep,
                _ => {
                    let (who, packet) = traffic.next(&pair.world, &mut random);
                    Event::Send(who, packet)
                }
            };
            case.events.push(event.clone());
            match step(&mut pair, &event) {
                Ok(None) => {}
                Ok(Some(fate)) => {
                    count.sent += 1;
                    match fate {
                        Fate::Delivered { packet: arrived, .. } => {
                            let was_ipv4 =
                                matches!(&event, Event::Send(_, sent) if sent.flow.source.is_ipv4());
                            count.delivered += 1;
                            count.translated += u64::from(was_ipv4 != arrived.flow.source.is_ipv4());
                        }
                        Fate::TooBig { .. } => *count.drops.entry(DropReason::TooBig).or_default() += 1,
                        Fate::Dropped(reason) => *count.drops.entry(reason).or_default() += 1,
                    }
                    if let Event::Send(who, packet) = event {
                        traffic.note(who, packet, &fate);
                    }
                }
                Err(problem) => return (case, Err(problem)),
            }
        }
        let remembered = pair.compare_memory();
        (case, remembered.map(|()| count))
    }

    /// What goes wrong, if anything does.
    fn problem(&self) -> Option<String> {
        let fixture = Fixture::parse(&self.network).ok()?;
        let mut pair = pair(&fixture, self.limits, self.is_logged);
        for event in &self.events {
            if let Err(problem) = step(&mut pair, event) {
                return Some(problem);
            }
        }
        pair.compare_memory().err()
    }

    /// The case as text, without the events and lines of the network that are not needed for it to fail.
    pub(crate) fn minimised(mut self) -> String {
        for chunk in [100, 25, 5, 1] {
            let mut at = self.events.len().saturating_sub(1);
            loop {
                let from = at.saturating_sub(chunk - 1);
                let without =
                    [&self.events[..from], &self.events[at.min(self.events.len() - 1) + 1..]].concat();
                let smaller = Case {
                    network: self.network.clone(),
                    limits: self.limits,
                    is_logged: self.is_logged,
                    events: without,
                };
                if !smaller.events.is_empty() && smaller.problem().is_some() {
                    self = smaller;
                }
                if from == 0 {
                    break;
                }
                at = (from - 1).min(self.events.len() - 1);
            }
        }
        self.drop_lines();
        self.text()
    }

    fn drop_lines(&mut self) {
        let mut at = 0;
        while at < self.network.lines().count() {
            let lines = self.network.lines().enumerate().filter(|(line, _)| *line != at);
            let network: String = lines.map(|(_, line)| format!("{line}\n")).collect();
            let smaller =
                Case { network, limits: self.limits, is_logged: self.is_logged, events: self.events.clone() };
            // Identifiers are numbered: only lines that give none may go.
            let gives_none = self.network.lines().nth(at).is_some_and(|line| {
                line.starts_with("sg ") && !line.contains(" of ")
                    || line.starts_with("  in ")
                    || line.starts_with("  out ")
            });
            if gives_none && smaller.problem().is_some() {
                *self = smaller;
            } else {
                at += 1;
            }
        }
    }

    fn text(&self) -> String {
        let Ok(fixture) = Fixture::parse(&self.network) else { return self.network.clone() };
        let mut pair = pair(&fixture, self.limits, self.is_logged);
        let mut text = self.network.clone();
        let _ = writeln!(text, "{:?}, {}", self.limits, if self.is_logged { "logged" } else { "not logged" });
        text.push('\n');
        let mut now = 1;
        for event in &self.events {
            let _ = match event {
                Event::Send(Who::Interface(id), packet) => {
                    writeln!(text, "{now} ms: {} sends {packet:?}", fixture.name((*id).into()))
                }
                Event::Send(Who::Internet, packet) => writeln!(text, "{now} ms: internet sends {packet:?}"),
                Event::Change(number) => {
                    writeln!(text, "{now} ms: {}", change::apply(&pair.world, *number).1)
                }
                Event::Wait(ms) => {
                    now += ms;
                    Ok(())
                }
                Event::Sweep => writeln!(text, "{now} ms: sweep"),
            };
            match step(&mut pair, event) {
                Ok(Some(fate)) => {
                    let _ = writeln!(text, "    {fate:?}");
                }
                Ok(None) => {}
                Err(problem) => {
                    let _ = writeln!(text, "{problem}");
                    return text;
                }
            }
        }
        let _ = writeln!(text, "{:?}", pair.compare_memory());
        text
    }
}

fn pair(fixture: &Fixture, limits: Limits, is_logged: bool) -> Pair {
    let mut pair = Pair::with_limits(fixture, limits);
    if is_logged {
        pair.log_everything();
    }
    pair
}

/// Often too few of something.
fn limits(random: &mut Random) -> Limits {
    let few = |random: &mut Random, most: usize, many: u32| match random.percent(20) {
        true => 1 + random.below(most) as u32,
        false => many,
    };
    let default = Limits::default();
    Limits {
        nat_connections_per_destination: few(random, 2, default.nat_connections_per_destination),
        tracked_per_interface: few(random, 8, default.tracked_per_interface),
        ..default
    }
}

fn step(pair: &mut Pair, event: &Event) -> Result<Option<Fate>, String> {
    match event {
        Event::Send(who, packet) => pair.send(*who, packet).map(Some),
        Event::Change(number) => {
            let (world, _) = change::apply(&pair.world, *number);
            pair.publish(world);
            Ok(None)
        }
        Event::Wait(ms) => {
            pair.wait(*ms);
            Ok(None)
        }
        Event::Sweep => {
            pair.sweep();
            Ok(None)
        }
    }
}
