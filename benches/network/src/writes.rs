//! Writes as the server makes them: the services' own handlers, the one writer, the store with its fsync.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use awsproto::{Api, Input};
use model::{SecurityGroupId, World};
use server::writer::State;
use store::{Options, Redb};

use crate::hamlet::Directory;

/// How many there are to be in a second.
const WRITES_PER_S: u32 = 1000;
/// Who write, one after the other each: when the disk is slow, their writes are made durable together.
const WRITERS: u32 = 4;
/// Of the fixtures' account and Region.
const REGION: &str = "us-west-2";
/// The format of a store that nobody opens again.
const FORMAT: u32 = 1;
const TRUST: &str = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C\
                     %22Principal%22%3A%7B%22Service%22%3A%22ec2.amazonaws.com%22%7D%2C\
                     %22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D";

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writes {
    /// Tags of IAM roles.
    Roles,
    /// Rules that open and close a port of this security group; nobody uses it.
    Rules(SecurityGroupId),
}

impl Writes {
    /// What one of the writers writes next: the service, the action, its form.
    fn next(self, writer: u32, number: u64) -> (&'static Api<World>, &'static str, String) {
        match self {
            Writes::Roles => {
                let tag = format!("Tags.member.1.Key=number&Tags.member.1.Value={number}");
                (&iam::API, "TagRole", format!("RoleName={}&{tag}", role(writer)))
            }
            Writes::Rules(group) => {
                let name = match number.is_multiple_of(2) {
                    true => "AuthorizeSecurityGroupIngress",
                    false => "RevokeSecurityGroupIngress",
                };
                let port = 20_000 + writer;
                let rule = format!("IpProtocol=tcp&FromPort={port}&ToPort={port}&CidrIp=192.0.2.0%2F24");
                (&ec2::API, name, format!("GroupId={group}&{rule}"))
            }
        }
    }
}

fn role(writer: u32) -> String {
    format!("writer-{writer}")
}

/// A network in the hands of a writer. Its store begins empty, and gets what changes.
pub(crate) fn state_of(network: &World, directory: &Directory) -> Result<State, String> {
    let store = Redb::open(&directory.0, Options::new(FORMAT)).map_err(|error| error.to_string())?;
    let home = "us-west-2".parse().expect("a Region of the table");
    let state = State::open(Arc::new(store), Default::default(), home).map_err(|error| error.to_string())?;
    let network = network.clone();
    state.change_blocking(move |world| *world = network).map_err(|error| error.to_string())?;
    for writer in 0..WRITERS {
        let form = format!("RoleName={}&AssumeRolePolicyDocument={TRUST}", role(writer));
        write(&state, writer, (&iam::API, "CreateRole", form))?;
    }
    Ok(state)
}

/// Makes a change, and returns when it is on disk.
fn write(
    state: &State,
    writer: u32,
    (api, action, form): (&'static Api<World>, &'static str, String),
) -> Result<(), String> {
    let input = Input::parse(api.service.protocol, "", form.as_bytes()).map_err(|error| error.to_string())?;
    let mut call = awsproto::testing::call(REGION, writer.into());
    let made = state.change_blocking(move |world| api.perform(action, &mut call, world, &input).map(|_| ()));
    let made = made.map_err(|error| error.to_string())?;
    made.map_err(|error| format!("{action}: {error}"))
}

/// Writers at work.
pub(crate) struct Writing {
    stop: Arc<AtomicBool>,
    written: Arc<AtomicU64>,
    threads: Vec<JoinHandle<Result<(), String>>>,
}

impl Writing {
    pub(crate) fn start(state: &State, writes: Writes) -> Writing {
        let (stop, written) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let start = |writer| {
            let (state, stop, written) = (state.clone(), Arc::clone(&stop), Arc::clone(&written));
            thread::spawn(move || keep_writing(&state, writes, writer, &stop, &written))
        };
        let threads = (0..WRITERS).map(start).collect();
        Writing { stop, written, threads }
    }

    /// How many writes are on disk.
    pub(crate) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    pub(crate) fn stop(self) -> Result<(), String> {
        self.stop.store(true, Ordering::Relaxed);
        let join = |thread: JoinHandle<_>| thread.join().map_err(|_| "a writer has panicked".to_owned())?;
        self.threads.into_iter().try_for_each(join)
    }
}

/// Writes in step with the clock; after a delay as fast as it can. Ends with an even number, so that what was opened is
/// closed again.
fn keep_writing(
    state: &State,
    writes: Writes,
    writer: u32,
    stop: &AtomicBool,
    written: &AtomicU64,
) -> Result<(), String> {
    let interval = Duration::from_secs(1) * WRITERS / WRITES_PER_S;
    let mut due = Instant::now() + interval * writer / WRITERS;
    let mut number = 0;
    while !stop.load(Ordering::Relaxed) || !u64::is_multiple_of(number, 2) {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        write(state, writer, writes.next(writer, number))?;
        written.fetch_add(1, Ordering::Relaxed);
        number += 1;
        due += interval;
    }
    Ok(())
}
