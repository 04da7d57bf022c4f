//! A large network: how soon a rule change holds for packets, how much memory it takes, how fast it starts again.
//!
//! 10,000 interfaces in 200 VPCs with 500 rules each, made through the API within AWS's default quotas, which is why
//! there are forty accounts. Two instances among them are machines: one sends probes without a pause, each a connection of
//! its own so that no tracked one lets it by, the other notes which arrive. A change is enforced when, after an
//! authorization, the first probe arrives; after a revocation, when the last that arrives was sent. Both are counted from
//! the moment before the request leaves, so that signature, fsync and publication are in it.

use anyhow::{Context, Result, ensure};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::fs::File;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::time::{Duration, Instant};

use crate::client::Client;
use crate::hamlet::{self, Hamlet, Machine};
use crate::{fsyncs_per_second, milliseconds, row};

const ACCOUNTS: u64 = 40;
const VPCS_PER_ACCOUNT: usize = 5;
const GROUPS_PER_VPC: usize = 10;
const RULES_PER_GROUP: usize = 50;
const INTERFACES_PER_VPC: usize = 50;
/// An authorization and a revocation each.
const CHANGES: u16 = 150;
/// The first port that is opened and closed again; every change has one of its own.
const FIRST_PORT: u16 = 20_000;
const BETWEEN_PROBES: Duration = Duration::from_micros(50);
/// How long the world is left in peace between two changes.
const PAUSE: Duration = Duration::from_millis(3);
/// However badly it goes: nobody waits longer for a probe.
const PATIENCE: Duration = Duration::from_secs(2);

/// Prints the rows.
pub(crate) fn large_network(program: &Path) -> Result<()> {
    let mut hamlet = Hamlet::start(program, "namespace")?;
    let begun = Instant::now();
    build(&hamlet)?;
    let seconds = begun.elapsed().as_secs_f64();
    let calls = ACCOUNTS as f64 * VPCS_PER_ACCOUNT as f64 * (INTERFACES_PER_VPC + 2 * GROUPS_PER_VPC) as f64;
    let (enforced, fsync) = match rustix::process::geteuid().is_root() {
        true => (Some(changes(&hamlet)?), 1000.0 / fsyncs_per_second(hamlet.data())?),
        false => (None, 0.0),
    };
    let memory = hamlet.resident_mib()?;
    let begun = Instant::now();
    hamlet.restart("namespace")?;
    let found =
        Client::new(hamlet.api(), 0)?.count_of("Action=DescribeNetworkInterfaces", "<networkInterfaceId>")?;
    let start = milliseconds(begun);
    ensure!(found >= VPCS_PER_ACCOUNT * INTERFACES_PER_VPC, "{found} interfaces after the start");

    println!(
        "10,000 interfaces in 200 VPCs with 500 rules each, made in {seconds:.0} s ({:.0} calls/s)",
        calls / seconds
    );
    match enforced {
        Some(times) => {
            let (p50, p99) = (percentile(&times, 50), percentile(&times, 99));
            row(
                "  rule change enforced, p50, ms (limit: fsync)",
                format!("{p50:.2}"),
                format!("{fsync:.2}"),
                Some(p50 / fsync),
                "",
            );
            row(
                "  rule change enforced, p99, ms",
                format!("{p99:.2}"),
                format!("{fsync:.2}"),
                Some(p99 / fsync),
                "<= 5 ms",
            );
        }
        None => println!("CANNOT MEASURE rule changes: entering an instance's namespace needs root"),
    }
    row("  memory, MiB", format!("{memory:.0}"), "-".into(), None, "<= 500 MiB");
    row("  killed, started again, first answer, ms", format!("{start:.0}"), "-".into(), None, "<= 2000 ms");
    hamlet.stop()
}

/// Every account on a connection of its own, all at once.
fn build(hamlet: &Hamlet) -> Result<()> {
    std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..ACCOUNTS).map(|account| scope.spawn(move || build_account(hamlet, account))).collect();
        threads.into_iter().try_for_each(|thread| thread.join().expect("no client panics"))
    })
}

fn build_account(hamlet: &Hamlet, account: u64) -> Result<()> {
    let mut client = Client::new(hamlet.api(), account)?;
    // The default VPC is one of the five that an account may have.
    let vpc = client.text_of("Action=DescribeVpcs", "vpcId")?;
    let subnet = client.text_of("Action=DescribeSubnets", "subnetId")?;
    fill(&mut client, &vpc, &subnet)?;
    for number in 1..VPCS_PER_ACCOUNT {
        // The same block in every account.
        let vpc = client.text_of(&format!("Action=CreateVpc&CidrBlock=10.{number}.0.0%2F16"), "vpcId")?;
        let subnet = format!("Action=CreateSubnet&VpcId={vpc}&CidrBlock=10.{number}.1.0%2F24");
        let subnet = client.text_of(&subnet, "subnetId")?;
        fill(&mut client, &vpc, &subnet)?;
    }
    Ok(())
}

fn fill(client: &mut Client, vpc: &str, subnet: &str) -> Result<()> {
    let mut groups = Vec::new();
    for number in 0..GROUPS_PER_VPC {
        let create = format!("Action=CreateSecurityGroup&GroupName=g{number}&GroupDescription=d&VpcId={vpc}");
        let group = client.text_of(&create, "groupId")?;
        let rules: String = (0..RULES_PER_GROUP).map(|rule| permission(rule + 1, number, rule)).collect();
        client.call(&format!("Action=AuthorizeSecurityGroupIngress&GroupId={group}{rules}"))?;
        groups.push(group);
    }
    for number in 0..INTERFACES_PER_VPC {
        let (a, b) = (&groups[number % GROUPS_PER_VPC], &groups[(number + 1) % GROUPS_PER_VPC]);
        client.call(&format!(
            "Action=CreateNetworkInterface&SubnetId={subnet}&SecurityGroupId.1={a}&SecurityGroupId.2={b}"
        ))?;
    }
    Ok(())
}

fn permission(place: usize, group: usize, rule: usize) -> String {
    let at = format!("&IpPermissions.{place}");
    let port = 1000 + rule;
    format!(
        "{at}.IpProtocol=tcp{at}.FromPort={port}{at}.ToPort={port}{at}.IpRanges.1.CidrIp=192.0.{group}.{rule}%2F32"
    )
}

/// How long each change took to hold, in milliseconds.
fn changes(hamlet: &Hamlet) -> Result<Vec<f64>> {
    let mut client = Client::new(hamlet.api(), 0)?;
    let vpc =
        client.text_of("Action=DescribeVpcs&Filter.1.Name=is-default&Filter.1.Value.1=true", "vpcId")?;
    let create = format!("Action=CreateSecurityGroup&GroupName=gate&GroupDescription=d&VpcId={vpc}");
    let group = client.text_of(&create, "groupId")?;
    client.call(&format!("{}&SecurityGroupId.1={group}", hamlet::run_instances(2)))?;
    let [sender, receiver] = two_machines(hamlet)?;
    let target = receiver.address;
    let sockets = in_namespace(receiver.pid, move || {
        (0..CHANGES)
            .map(|change| {
                let socket = UdpSocket::bind((target, FIRST_PORT + change))?;
                socket.set_read_timeout(Some(PATIENCE))?;
                Ok(socket)
            })
            .collect::<Result<Vec<UdpSocket>>>()
    })?;
    let origin = Instant::now();
    let (port, stop) = (AtomicU16::new(FIRST_PORT), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let prober = scope.spawn(|| in_namespace(sender.pid, || probe(target, &port, &stop, origin)));
        let mut times = Vec::new();
        let measured = sockets.iter().zip(FIRST_PORT..).try_for_each(|(socket, number)| {
            port.store(number, Ordering::Relaxed);
            std::thread::sleep(PAUSE);
            times.extend(change(&mut client, &group, number, socket, origin)?);
            anyhow::Ok(())
        });
        stop.store(true, Ordering::Relaxed);
        prober.join().expect("the prober does not panic")?;
        measured.map(|()| times)
    })
}

/// Opens a port and closes it again.
fn change(
    client: &mut Client,
    group: &str,
    port: u16,
    socket: &UdpSocket,
    origin: Instant,
) -> Result<[f64; 2]> {
    let rule = format!("&GroupId={group}&IpProtocol=udp&FromPort={port}&ToPort={port}&CidrIp=0.0.0.0%2F0");
    socket.set_nonblocking(true)?;
    ensure!(socket.recv(&mut [0; 8]).is_err(), "a probe arrived before its port was open");
    socket.set_nonblocking(false)?;

    let begun = Instant::now();
    client.call(&format!("Action=AuthorizeSecurityGroupIngress{rule}"))?;
    socket.recv(&mut [0; 8]).context("no probe arrives through an open port")?;
    let opened = milliseconds(begun);

    std::thread::sleep(PAUSE);
    let begun = origin.elapsed();
    client.call(&format!("Action=RevokeSecurityGroupIngress{rule}"))?;
    std::thread::sleep(PAUSE);
    let (mut last, mut bytes) = (Duration::ZERO, [0; 8]);
    socket.set_nonblocking(true)?;
    while socket.recv(&mut bytes).is_ok() {
        last = Duration::from_nanos(u64::from_le_bytes(bytes));
    }
    std::thread::sleep(PAUSE);
    ensure!(socket.recv(&mut bytes).is_err(), "a probe arrives through a closed port");
    Ok([opened, last.saturating_sub(begun).as_secs_f64() * 1000.0])
}

/// Sends the time to the port that is looked at, each time from another port.
fn probe(target: Ipv4Addr, port: &AtomicU16, stop: &AtomicBool, origin: Instant) -> Result<()> {
    while !stop.load(Ordering::Relaxed) {
        let socket = UdpSocket::bind("0.0.0.0:0")?;
        let now = u64::try_from(origin.elapsed().as_nanos())?;
        // A full queue loses a probe; the next one follows at once.
        let _ = socket
            .send_to(&now.to_le_bytes(), SocketAddr::new(IpAddr::V4(target), port.load(Ordering::Relaxed)));
        std::thread::sleep(BETWEEN_PROBES);
    }
    Ok(())
}

fn two_machines(hamlet: &Hamlet) -> Result<[Machine; 2]> {
    let begun = Instant::now();
    loop {
        if let Ok(machines) = <[Machine; 2]>::try_from(hamlet.machines()?) {
            return Ok(machines);
        }
        ensure!(begun.elapsed() < Duration::from_secs(30), "the two instances do not run");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Works in a process's network namespace, on a thread of its own.
fn in_namespace<T: Send>(pid: i32, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let file = File::open(format!("/proc/{pid}/ns/net"))?;
            move_into_link_name_space(file.as_fd(), Some(LinkNameSpaceType::Network))?;
            work()
        });
        thread.join().expect("the work does not panic")
    })
}

fn percentile(values: &[f64], percent: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get((sorted.len() * percent / 100).min(sorted.len() - 1)).copied().unwrap_or_default()
}
