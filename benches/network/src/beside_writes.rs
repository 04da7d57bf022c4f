//! What packets lose to writes that are made meanwhile: changes that are no network's, and changes of the network.
//!
//! Writes need a processor as well, and where there are two, packets need both. So the data plane's thread has one for
//! itself, and all else (sender, writer, store) shares another; the sender sends more than can arrive, also with what the
//! writes leave it. What they still take away (memory, the disk's interrupts) is what the same writes take in a world that
//! the data plane does not hear of.
//!
//! One connection is decided again a thousand times a second at most, whatever changes. There are so many that the next
//! change has come between two packets of each.

use std::thread;
use std::time::{Duration, Instant};

use datapath::Datapath;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use rustix::time::{ClockId, clock_gettime};
use server::writer::State;

use crate::flood::Flood;
use crate::hamlet::{self, Directory, Observed};
use crate::table;
use crate::writes::{self, Writes, Writing};

/// For the command line.
pub(crate) const KEY: &str = "writes";
const CONNECTIONS: usize = 512;
/// Until writers are in step, and the connections there.
const SETTLING: Duration = Duration::from_millis(100);

/// What is written meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meanwhile {
    Nothing,
    /// Roles, in a world that the data plane does not hear of.
    Elsewhere,
    Roles,
    Rules,
}

impl Meanwhile {
    const ALL: [Meanwhile; 4] =
        [Meanwhile::Nothing, Meanwhile::Elsewhere, Meanwhile::Roles, Meanwhile::Rules];

    fn name(self) -> &'static str {
        match self {
            Meanwhile::Nothing => "no writes",
            Meanwhile::Elsewhere => "TagRole elsewhere",
            Meanwhile::Roles => "TagRole",
            Meanwhile::Rules => "security group rules",
        }
    }
}

/// Measures and prints. On a thread of its own, because what it starts runs on the processor where it runs.
pub(crate) fn measure(rounds: usize, duration: Duration) -> Result<(), String> {
    println!("between two subnets, {CONNECTIONS} UDP connections, 64 bytes; 1000 writes/s meanwhile");
    let thread = thread::spawn(move || measure_here(rounds, duration));
    thread.join().map_err(|_| "the measurement has panicked".to_owned())?
}

fn measure_here(rounds: usize, duration: Duration) -> Result<(), String> {
    let allowed = sched_getaffinity(None).map_err(|error| format!("asking for processors: {error}"))?;
    let mut processors = (0..CpuSet::MAX_CPU).filter(|processor| allowed.is_set(*processor));
    let two = processors.next().zip(processors.next());
    if let Some((_, shared)) = two {
        pin(shared)?;
    }
    let hamlet = Hamlet::new()?;
    match two {
        Some((own, _)) => hamlet.observed.datapath.with_engine(move |_| pin(own))?,
        None => println!("there is one processor: what the writes need of it is lost to the packets"),
    }
    let mut results = [const { Vec::new() }; Meanwhile::ALL.len()];
    let mut idle = [const { Vec::new() }; Meanwhile::ALL.len()];
    each_in_turn(rounds, |place, meanwhile| {
        idle[place].push(hamlet.sample(meanwhile, duration)?);
        Ok(())
    })?;
    let flood = Flood::start(&hamlet.observed.path, CONNECTIONS)?;
    each_in_turn(rounds, |place, meanwhile| {
        results[place].push(hamlet.sample(meanwhile, duration)?);
        Ok(())
    })?;
    flood.stop()?;
    print(&results, &idle);
    Ok(())
}

/// Everything is first in some round.
fn each_in_turn(
    rounds: usize,
    mut take: impl FnMut(usize, Meanwhile) -> Result<(), String>,
) -> Result<(), String> {
    for round in 0..rounds {
        for turn in 0..Meanwhile::ALL.len() {
            let place = (round + turn) % Meanwhile::ALL.len();
            take(place, Meanwhile::ALL[place])?;
        }
    }
    Ok(())
}

/// Has the calling thread, and those that it starts from now on, run on this processor alone.
fn pin(processor: usize) -> Result<(), String> {
    let mut one = CpuSet::new();
    one.set(processor);
    sched_setaffinity(None, &one).map_err(|error| format!("choosing processor {processor}: {error}"))
}

/// Two subnets, their world in the hands of a writer, and once more in those of one whom the data plane does not hear.
struct Hamlet {
    observed: Observed,
    state: State,
    elsewhere: State,
    rules: Writes,
    _directories: [Directory; 2],
}

impl Hamlet {
    fn new() -> Result<Hamlet, String> {
        let observed = hamlet::observed(KEY)?;
        let directories = [Directory::new("state"), Directory::new("elsewhere")];
        let [state, elsewhere] =
            [0, 1].map(|place: usize| writes::state_of(&observed.fixture.world, &directories[place]));
        let state = state?;
        server::surroundings::publish_to(&observed.datapath, &state);
        let groups = &observed.fixture.world.network.security_groups;
        let group =
            groups.values().find(|group| group.name == "server").ok_or("no group is called server")?;
        Ok(Hamlet {
            rules: Writes::Rules(group.id),
            state,
            elsewhere: elsewhere?,
            observed,
            _directories: directories,
        })
    }

    fn start(&self, meanwhile: Meanwhile) -> Option<Writing> {
        match meanwhile {
            Meanwhile::Nothing => None,
            Meanwhile::Elsewhere => Some(Writing::start(&self.elsewhere, Writes::Roles)),
            Meanwhile::Roles => Some(Writing::start(&self.state, Writes::Roles)),
            Meanwhile::Rules => Some(Writing::start(&self.state, self.rules)),
        }
    }

    fn sample(&self, meanwhile: Meanwhile, duration: Duration) -> Result<Sample, String> {
        let writing = self.start(meanwhile);
        let count = || {
            let written = writing.as_ref().map_or(0, Writing::written);
            (Instant::now(), written, Worked::so_far(&self.observed.datapath))
        };
        thread::sleep(SETTLING);
        let before = count();
        thread::sleep(duration);
        let after = count();
        writing.map_or(Ok(()), Writing::stop)?;
        let seconds = (after.0 - before.0).as_secs_f64();
        Ok(Sample {
            written_per_s: (after.1 - before.1) as f64 / seconds,
            packets_per_s: (after.2.packets - before.2.packets) as f64 / seconds,
            thread: (after.2.thread - before.2.thread).as_secs_f64() / seconds,
        })
    }
}

/// What the data plane has done since its start.
struct Worked {
    /// Packets that it has delivered.
    packets: u64,
    /// How long its thread has worked.
    thread: Duration,
}

impl Worked {
    fn so_far(datapath: &Datapath) -> Worked {
        datapath.with_engine(|engine| Worked {
            packets: engine.ports().iter().map(|port| port.counters.packets_out).sum(),
            thread: clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap_or_default(),
        })
    }
}

/// What happened in a while.
struct Sample {
    packets_per_s: f64,
    written_per_s: f64,
    /// Which part of the time the data plane's thread worked.
    thread: f64,
}

fn print(busy: &[Vec<Sample>], idle: &[Vec<Sample>]) {
    let names: String = Meanwhile::ALL.iter().map(|meanwhile| format!("{:>30}", meanwhile.name())).collect();
    println!("{:24}{names}", "median (lowest-highest)");
    row("1000 packets/s", busy, |it, _| it.packets_per_s / 1e3);
    row("  to the same round's", busy, |it, still| it.packets_per_s / still.packets_per_s);
    row("  while its thread runs", busy, |it, _| it.packets_per_s / it.thread / 1e3);
    row("  to the same round's", busy, |it, still| {
        (it.packets_per_s / it.thread) / (still.packets_per_s / still.thread)
    });
    row("writes/s", busy, |it, _| it.written_per_s);
    row("no packets: writes/s", idle, |it, _| it.written_per_s);
    row("  data plane, us/s", idle, |it, _| it.thread * 1e6);
}

/// A value of each sample, which is given with that of the same round without writes.
fn row(name: &str, samples: &[Vec<Sample>], value: impl Fn(&Sample, &Sample) -> f64) {
    let still = &samples[0];
    let cells = samples.iter().map(|samples| {
        let values: Vec<f64> = samples.iter().zip(still).map(|(it, still)| value(it, still)).collect();
        format!("{:>30}", table::cell(&values, None))
    });
    println!("{name:24}{}", cells.collect::<String>());
}
