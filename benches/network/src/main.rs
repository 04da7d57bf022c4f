//! How fast is the network, compared with what Linux itself does between two namespaces on this machine?
//!
//! `cargo run --release -p network-bench` prints one table for each road: between subnets and over a peering connection,
//! over IPv6, through a NAT gateway. In each stand a bare veth pair, a Linux router with connection tracking, and
//! Hamlet, measured in turns, so that a busy machine is busy for all; what counts are the ratios. Needs root, `ip` and
//! `nft`; makes namespaces of its own and removes them. Arguments, all optional: `--road NAMES` (subnets, ipv6, nat,
//! flow-log, and writes: the same packets while others write),
//! `--rounds N`, `--seconds S`, `--only NAMES` (veth, router, hamlet, peering, other), `--metric NAMES` (tcp1, tcp4,
//! udp, connect, rtt, https, https1), `--congestion NAME` (the machine's own by default; ratios differ much, because an algorithm that
//! paces is slower for all), `--spin MICROSECONDS` (Hamlet once more with this option, to be compared).

#![forbid(unsafe_code)]

mod beside_writes;
mod flood;
mod hamlet;
mod https;
mod linux;
mod measure;
mod namespace;
mod road;
mod table;
mod writes;

use std::process::ExitCode;
use std::time::Duration;

use crate::measure::Metric;
use crate::road::{Rival, Road};

/// What was asked for.
struct Arguments {
    rounds: usize,
    duration: Duration,
    road: Option<String>,
    only: Option<String>,
    metric: Option<String>,
    congestion: Option<String>,
    /// Hamlet once more, with these.
    other: Option<datapath::Options>,
}

fn main() -> ExitCode {
    if let Some(code) = host::internal_main(std::env::args_os()) {
        return code;
    }
    match arguments().and_then(|arguments| run(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("network-bench: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn arguments() -> Result<Arguments, String> {
    let mut found = Arguments {
        rounds: 5,
        duration: Duration::from_millis(700),
        road: None,
        only: None,
        metric: None,
        congestion: None,
        other: None,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        let number = || value.parse::<f64>().map_err(|_| format!("{word} needs a number, not {value}"));
        match word.as_str() {
            "--rounds" => found.rounds = number()?.max(1.0) as usize,
            "--seconds" => found.duration = Duration::from_secs_f64(number()?.clamp(0.1, 60.0)),
            "--spin" => {
                let spin = Duration::from_secs_f64(number()?.clamp(0.0, 1e6) / 1e6);
                found.other.get_or_insert_default().spin = spin;
            }
            "--congestion" => found.congestion = Some(value),
            "--road" => found.road = Some(value),
            "--only" => found.only = Some(value),
            "--metric" => found.metric = Some(value),
            other => return Err(format!("there is no argument {other}")),
        }
    }
    Ok(found)
}

fn run(arguments: &Arguments) -> Result<(), String> {
    if !rustix::process::geteuid().is_root() {
        return Err("namespaces are entered from threads here, which needs root".into());
    }
    let started = load();
    measure::choose_congestion(arguments.congestion.clone());
    namespace::remove_left_over();
    let roads = Road::ALL.into_iter().filter(|road| named(&arguments.road, road.key()));
    for road in roads {
        println!("{}", road.title());
        measure_road(road, arguments)?;
        println!();
    }
    if named(&arguments.road, beside_writes::KEY) {
        beside_writes::measure(arguments.rounds, arguments.duration)?;
        println!();
    }
    println!("congestion control: {}", arguments.congestion.clone().unwrap_or_else(congestion));
    println!("load average at the start {started}, at the end {}; {} processors", load(), processors());
    Ok(())
}

/// Whether a list names it; all are meant without one.
fn named(list: &Option<String>, key: &str) -> bool {
    list.as_ref().is_none_or(|list| list.split(',').any(|name| name == key))
}

fn measure_road(road: Road, arguments: &Arguments) -> Result<(), String> {
    let mut rivals: Vec<Rival> = Vec::new();
    for (name, build) in road.rivals(arguments.other) {
        if !named(&arguments.only, name) {
            continue;
        }
        match build() {
            Ok(rival) => rivals.push(rival),
            // Such as a machine without nft. What the others are compared with must be there.
            Err(problem) if !rivals.is_empty() => println!("CANNOT MEASURE {name}: {problem}"),
            Err(problem) => return Err(format!("{name}: {problem}")),
        }
    }
    let metrics: Vec<Metric> =
        Metric::ALL.iter().filter(|metric| named(&arguments.metric, metric.key())).copied().collect();
    let mut results = table::Results::new(&rivals, &metrics);
    for round in 0..arguments.rounds {
        for metric in &metrics {
            for turn in 0..rivals.len() {
                // Everybody is first in some round.
                let place = (round + turn) % rivals.len();
                let value = metric
                    .measure(&rivals[place].path, arguments.duration)
                    .map_err(|problem| format!("{}, {}: {problem}", rivals[place].name, metric.name()))?;
                results.add(place, *metric, value);
            }
        }
    }
    results.print();
    Ok(())
}

fn congestion() -> String {
    let known = std::fs::read_to_string("/proc/sys/net/ipv4/tcp_congestion_control").unwrap_or_default();
    format!("{}, this machine's own", known.trim())
}

fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(2).collect::<Vec<_>>().join(" ")
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(0, |count| count.get())
}
