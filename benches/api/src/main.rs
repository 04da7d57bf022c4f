//! Measures a Hamlet that this program starts: start-up, API calls, instances, a large network. `api-bench PROGRAM
//! [start|api|permissions|steps|describe|many|instances|scale]…`, everything without a word.
//!
//! Every figure stands beside a limit measured in the same run: a call that does nothing, a bare fsync, a bare process.
//! Medians of five; the load of the machine is printed, because figures from a busy one say little.

mod client;
mod describe;
mod hamlet;
mod many;
mod permissions;
mod scale;
mod steps;
mod straight_line;

use anyhow::{Context, Result};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use client::{Client, calls_per_second};
use hamlet::Hamlet;

const ROUNDS: usize = 5;
const CALLS_FOR: Duration = Duration::from_millis(1500);

fn main() -> Result<()> {
    let program =
        std::env::args_os().nth(1).map(PathBuf::from).context("usage: api-bench PROGRAM [WORD]…")?;
    if program.as_os_str() == straight_line::WORD {
        let data = std::env::args_os().nth(2).context("there is no directory to serve from")?;
        return straight_line::serve(data.into());
    }
    let words: Vec<String> = std::env::args().skip(2).collect();
    let wanted = |word: &str| words.is_empty() || words.iter().any(|wanted| wanted == word);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load before: {}", load.trim());
    println!("{:<46} {:>14} {:>14} {:>8}  goal", "", "measured", "limit", "ratio");
    if wanted("start") {
        start_up(&program)?;
    }
    if wanted("api") {
        api(&program)?;
    }
    if wanted("permissions") {
        permissions::user_beside_root(&program)?;
    }
    if wanted("steps") {
        steps::with_and_without()?;
    }
    if wanted("describe") {
        describe::ten_thousand_interfaces();
    }
    if wanted("many") {
        many::ten_thousand_of_each();
    }
    if wanted("instances") {
        instances(&program)?;
    }
    if wanted("scale") {
        scale::large_network(&program)?;
    }
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load after: {}", load.trim());
    Ok(())
}

fn row(what: &str, measured: String, limit: String, ratio: Option<f64>, goal: &str) {
    let ratio = ratio.map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}"));
    println!("{what:<46} {measured:>14} {limit:>14} {ratio:>8}  {goal}");
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

/// Start to first answer, and memory when idle; the limit is a process that only says its version.
fn start_up(program: &Path) -> Result<()> {
    let (mut starts, mut bare, mut memory) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        Command::new(program).arg("--version").output()?;
        bare.push(milliseconds(begun));
        let begun = Instant::now();
        let hamlet = Hamlet::start(program, "none")?;
        starts.push(milliseconds(begun));
        hamlet.stop()?;
    }
    for backing in ["none", "namespace"] {
        let hamlet = Hamlet::start(program, backing)?;
        std::thread::sleep(Duration::from_millis(1000));
        memory.push(hamlet.resident_mib()?);
        hamlet.stop()?;
    }
    let (start, bare) = (median(starts), median(bare));
    row(
        "start to first answer, ms",
        format!("{start:.1}"),
        format!("{bare:.1}"),
        Some(start / bare),
        "<= 50 ms",
    );
    row("idle memory, control plane only, MiB", format!("{:.1}", memory[0]), "-".into(), None, "<= 30 MiB");
    row("idle memory with the data plane, MiB", format!("{:.1}", memory[1]), "-".into(), None, "<= 30 MiB");
    Ok(())
}

fn api(program: &Path) -> Result<()> {
    let hamlet = Hamlet::start(program, "none")?;
    let (mut reads, mut nothing) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        nothing.push(calls_per_second(hamlet.api(), 8, CALLS_FOR, |client, _| client.get("/health"))?);
        reads.push(calls_per_second(hamlet.api(), 8, CALLS_FOR, |client, _| {
            client.call("Action=DescribeVpcs")
        })?);
    }
    let (reads, nothing) = (median(reads), median(nothing));
    row(
        "DescribeVpcs/s, 8 connections (limit: no call)",
        format!("{reads:.0}"),
        format!("{nothing:.0}"),
        Some(reads / nothing),
        ">= 10000",
    );
    let (mut writes, mut syncs) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        syncs.push(fsyncs_per_second(hamlet.data())?);
        writes.push(calls_per_second(hamlet.api(), 32, CALLS_FOR, |client, number| {
            client
                .call(&format!("Action=CreateSecurityGroup&GroupName=g-{round}-{number}&GroupDescription=d"))
        })?);
    }
    let (writes, syncs) = (median(writes), median(syncs));
    row(
        "CreateSecurityGroup/s, 32 connections (fsync/s)",
        format!("{writes:.0}"),
        format!("{syncs:.0}"),
        Some(writes / syncs),
        ">= 1000",
    );
    hamlet.stop()
}

/// One writer, one block, one fsync at a time.
fn fsyncs_per_second(directory: &Path) -> Result<f64> {
    let path = directory.join("bench-fsync");
    let mut file = File::create(&path)?;
    let begun = Instant::now();
    let mut count = 0;
    while begun.elapsed() < Duration::from_millis(500) {
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
        count += 1;
    }
    let per_second = f64::from(count) / begun.elapsed().as_secs_f64();
    std::fs::remove_file(path)?;
    Ok(per_second)
}

fn instances(program: &Path) -> Result<()> {
    let hamlet = Hamlet::start(program, "namespace")?;
    let mut client = Client::new(hamlet.api(), 0)?;
    let group = client.text_of("Action=DescribeSecurityGroups", "groupId")?;
    client.call(&format!(
        "Action=AuthorizeSecurityGroupIngress&GroupId={group}&IpProtocol=icmp&FromPort=-1&ToPort=-1&CidrIp=0.0.0.0%2F0"
    ))?;
    // The image is built with the first launch; later ones are what users wait for.
    first_ping(&hamlet, &mut client)?;
    let mut pings = Vec::new();
    for _ in 0..ROUNDS {
        pings.push(first_ping(&hamlet, &mut client)?);
    }
    row(
        "RunInstances to first ping reply, ms",
        format!("{:.1}", median(pings)),
        "-".into(),
        None,
        "<= 50 ms",
    );
    first_calls(&hamlet, &mut client)?;
    let free = available_mib()?;
    let begun = Instant::now();
    client.call(&hamlet::run_instances(100))?;
    while client.count_of("Action=DescribeInstances&MaxResults=1000", "<name>running</name>")?
        < 100 + ROUNDS + 1
    {
        std::thread::sleep(Duration::from_millis(5));
        anyhow::ensure!(
            begun.elapsed() < Duration::from_secs(120),
            "100 instances did not come up in two minutes"
        );
    }
    row(
        "100 instances running, s",
        format!("{:.2}", begun.elapsed().as_secs_f64()),
        "-".into(),
        None,
        "<= 3 s",
    );
    // Until they have booted.
    std::thread::sleep(Duration::from_secs(5));
    let each = (free - available_mib()?) / 100.0;
    row("memory of one idle instance, MiB", format!("{each:.2}"), "-".into(), None, "-");
    hamlet.stop()?;
    boundary(program)
}

/// From an instance to services that nobody has spoken to before: the name, the connection, a certificate made for it, an
/// answer. Beside the same call of an instance that finds the certificate made.
fn first_calls(hamlet: &Hamlet, client: &mut Client) -> Result<()> {
    let instance = client.text_of("Action=DescribeInstances", "instanceId")?;
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for service in ["ec2", "sts", "ssm", "logs", "sqs"] {
        let url = format!("https://{service}.us-west-2.amazonaws.com/?Action=GetCallerIdentity");
        for calls in [&mut first, &mut second] {
            let words =
                ["curl", "-sS", "-m", "10", "-o", "/dev/null", "-w", "%{time_total} %{http_code}", &url];
            let called = hamlet.exec(&instance, &words).output()?;
            let said = String::from_utf8_lossy(&called.stdout).into_owned();
            let (seconds, status) = said.split_once(' ').with_context(|| format!("{url}: {called:?}"))?;
            anyhow::ensure!(status != "000", "{url}: {called:?}");
            calls.push(seconds.parse::<f64>()? * 1000.0);
        }
    }
    let (first, second) = (median(first), median(second));
    row(
        "first call of a service from an instance, ms",
        format!("{first:.1}"),
        format!("{second:.1}"),
        Some(first / second),
        "<= 30 ms",
    );
    Ok(())
}

/// What of a start goes into the boundary.
fn boundary(program: &Path) -> Result<()> {
    let costs = host::measure(program, &std::env::temp_dir())?;
    let milliseconds = |it: Duration| format!("{:.3}", it.as_secs_f64() * 1000.0);
    row("seccomp filters of an instance, ms", milliseconds(costs.seccomp), "-".into(), None, "-");
    let mounts = costs.idmapped_mounts.map_or("only as root".into(), milliseconds);
    row("idmapped mounts of an instance, ms", mounts, "-".into(), None, "-");
    row("sealed copy of the program, ms", milliseconds(costs.sealed_copy), "-".into(), None, "-");
    Ok(())
}

/// What the machine could still give to programs.
fn available_mib() -> Result<f64> {
    let text = std::fs::read_to_string("/proc/meminfo")?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:")).context("no MemAvailable")?;
    let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kib / 1024.0)
}

/// From the call to the first echo reply at the new instance's public address.
fn first_ping(hamlet: &Hamlet, client: &mut Client) -> Result<f64> {
    let begun = Instant::now();
    let answer = client.call(&hamlet::run_instances(1))?;
    let id = client::text(&answer, "instanceId").context("RunInstances names no instance")?;
    let address = loop {
        let described = client.call(&format!("Action=DescribeInstances&InstanceId.1={id}"))?;
        if let Some(address) = client::text(&described, "ipAddress") {
            break address;
        }
        anyhow::ensure!(begun.elapsed() < Duration::from_secs(30), "the instance has no public address");
    };
    // One process that sends an echo every 2 ms until the first reply.
    let ping =
        hamlet.laptop(&["ping", "-c", "1", "-i", "0.002", "-W", "10", "-w", "20", &address]).output()?;
    anyhow::ensure!(ping.status.success(), "no reply: {}", String::from_utf8_lossy(&ping.stdout));
    Ok(milliseconds(begun))
}
