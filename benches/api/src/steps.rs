//! What the steps of a call's life cost: calls with them and without, in turns, on one process.

use anyhow::{Context, Result, ensure};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::client::{Client, calls_per_second};
use crate::{median, row, straight_line};

/// More and shorter rounds than elsewhere: the difference is small.
const ROUNDS: usize = 15;
const CALLS_FOR: Duration = Duration::from_millis(500);
const READERS: u64 = 8;
const WRITERS: u64 = 32;

/// Prints the rows.
pub(crate) fn with_and_without() -> Result<()> {
    let both = Both::start()?;
    compare("DescribeVpcs", &both, READERS, |client, _| client.call("Action=DescribeVpcs"))?;
    let vpcs = (0..WRITERS)
        .map(|account| Client::new(both.whole, account)?.text_of("Action=DescribeVpcs", "vpcId"))
        .collect::<Result<Vec<String>>>()?;
    compare("CreateTags", &both, WRITERS, |client, number| {
        let vpc = usize::try_from(client.account).ok().and_then(|account| vpcs.get(account));
        let vpc = vpc.context("an account has no VPC")?;
        client.call(&format!("Action=CreateTags&ResourceId.1={vpc}&Tag.1.Key=number&Tag.1.Value={number}"))
    })
}

/// Two rows: how many a second, and what of its processors the process takes for one, which is the same however busy the
/// machine is. Ratios are medians of the rounds' own, with the middle half of them.
fn compare(
    what: &str,
    both: &Both,
    connections: u64,
    call: impl Fn(&mut Client, u64) -> Result<String> + Sync,
) -> Result<()> {
    let measure = |api| -> Result<Speed> {
        let before = both.processor_time()?;
        let per_second = calls_per_second(api, connections, CALLS_FOR, &call)?;
        let took = both.processor_time()? - before;
        Ok(Speed { per_second, each: took.as_secs_f64() / (per_second * CALLS_FOR.as_secs_f64()) })
    };
    // The first call of an account makes its default VPC, which the straight line does not.
    measure(both.whole)?;
    let mut rounds = Vec::new();
    for round in 0..ROUNDS {
        // Each is first in half of the rounds.
        rounds.push(match round.is_multiple_of(2) {
            true => (measure(both.whole)?, measure(both.straight)?),
            false => {
                let straight = measure(both.straight)?;
                (measure(both.whole)?, straight)
            }
        });
    }
    compared(&format!("{what}/s, all steps (straight line)"), &rounds, |it| it.per_second);
    compared("  a second of processor time", &rounds, |it| 1.0 / it.each);
    Ok(())
}

fn compared(what: &str, rounds: &[(Speed, Speed)], value: impl Fn(&Speed) -> f64) {
    let whole = median(rounds.iter().map(|(whole, _)| value(whole)).collect());
    let straight = median(rounds.iter().map(|(_, straight)| value(straight)).collect());
    let mut ratios: Vec<f64> =
        rounds.iter().map(|(whole, straight)| value(whole) / value(straight)).collect();
    ratios.sort_by(f64::total_cmp);
    let (low, high) = (ratios[ratios.len() / 4], ratios[ratios.len() - 1 - ratios.len() / 4]);
    let goal = format!(">= 0.95 (middle half {low:.2}-{high:.2})");
    row(what, format!("{whole:.0}"), format!("{straight:.0}"), Some(median(ratios)), &goal);
}

/// How fast calls are.
struct Speed {
    per_second: f64,
    /// Seconds of processor time that the process takes for one.
    each: f64,
}

/// A process that serves the API with and without the steps. Dropping it kills it.
struct Both {
    child: Child,
    data: PathBuf,
    whole: SocketAddr,
    straight: SocketAddr,
}

impl Both {
    fn start() -> Result<Both> {
        let data = std::env::temp_dir().join(format!("hamlet-bench-{}-both", std::process::id()));
        let mut command = Command::new(std::env::current_exe()?);
        let mut child = command
            .arg(straight_line::WORD)
            .arg(&data)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        let output = child.stdout.take().context("it has an output")?;
        let read = BufReader::new(output).read_line(&mut line);
        // From here on it is killed, whatever comes.
        let unknown = SocketAddr::from(([0, 0, 0, 0], 0));
        let mut both = Both { child, data, whole: unknown, straight: unknown };
        ensure!(read? > 0, "the process that serves both has ended");
        let (whole, straight) = line.trim().split_once(' ').context("it says two addresses")?;
        (both.whole, both.straight) = (whole.parse()?, straight.parse()?);
        Ok(both)
    }

    /// What its threads have had of the processors. They are the same from the first call on.
    fn processor_time(&self) -> Result<Duration> {
        let mut total = 0;
        for thread in std::fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let text = std::fs::read_to_string(thread?.path().join("schedstat"))?;
            let nanoseconds: u64 = text.split(' ').next().context("no time")?.parse()?;
            total += nanoseconds;
        }
        Ok(Duration::from_nanos(total))
    }
}

impl Drop for Both {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.data);
    }
}
