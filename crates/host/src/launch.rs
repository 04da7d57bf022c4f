//! The helper between the daemon and an instance: one thread, started afresh from the program's sealed copy.
//!
//! The daemon has many threads and must not fork. The helper has one: it makes the first process in its new
//! namespaces, writes its id maps, makes its interfaces from outside, tells the daemon about all of it and ends. The
//! first process is the daemon's own child, and starts the program afresh once more, so that it has nothing of the
//! helper and the kernel counts it among its own user namespace's.
//!
//! ```text
//!   helper                                     first process
//!   clone ───────────────────────────────────> waits
//!   id maps, then "mapped" ──────────────────> becomes root of the outer namespace, executes itself
//!   the order, with the layers' trees ───────> builds the root, enters the inner namespaces
//!          <──────────────────────── "entered" confines itself; waits
//!   interfaces in its network, then "linked" > goes on as `init` or `network_namespace`
//! ```

use std::ffi::OsString;
use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode, Stdio};

use rustix::process::{Signal, set_parent_process_death_signal};
use serde::{Deserialize, Serialize};

use crate::cgroup::Cgroup;
use crate::channel::{self, Report};
use crate::error::{Attempt, HostError, Result};
use crate::hostname::Hostname;
use crate::link;
use crate::mounts::Layers;
use crate::namespace::{Ids, NETWORK, OUTER, write_id_maps};
use crate::sealed;
use crate::spec::Order;
use crate::sys::{self, Born, Identity};
use crate::{boundary, init, measure, network_namespace, reaper, trees};

/// The hidden subcommand the daemon starts the helper with.
pub(crate) const LAUNCH: &str = "internal-launch";
/// What the first process executes itself with.
const FIRST_PROCESS: &str = "internal-first-process";
/// Of everything in an instance.
pub(crate) const OOM_SCORE_OF_GUESTS: &str = "500";

/// Runs what this process was started for, if that is one of this crate's purposes. To be called first in `main`,
/// while there is one thread.
pub fn internal_main(mut arguments: impl Iterator<Item = OsString>) -> Option<ExitCode> {
    let purpose = arguments.nth(1)?;
    match purpose.to_str()? {
        LAUNCH => Some(helper()),
        FIRST_PROCESS => Some(first_process()),
        reaper::REAPER => Some(reaper::run()),
        measure::MEASURE => Some(measure::run(arguments.next())),
        _ => None,
    }
}

fn helper() -> ExitCode {
    let Ok(socket) = std::io::stdin().as_fd().try_clone_to_owned() else {
        return ExitCode::FAILURE;
    };
    match carry_out(&socket) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // When this cannot be sent either, the daemon sees the socket close.
            let _ = channel::send(&socket, &Report::Failed(error.to_string()), &[]);
            ExitCode::FAILURE
        }
    }
}

fn carry_out(socket: &OwnedFd) -> Result<()> {
    let order = channel::receive::<Order>(socket).attempt("reading the order")?;
    let Some((order, carried)) = order else {
        return Err(HostError::Ended("the daemon".into()));
    };
    // Leaves the daemon's terminal alone: Ctrl-C is for the daemon, which then ends us.
    let _ = rustix::process::setsid();
    match order {
        Order::Probe { image, data } => {
            let found = boundary::look(&image, &data)?;
            channel::send(socket, &Report::Boundary(found), &[]).attempt("answering the daemon")
        }
        Order::Link { spec } => {
            let process =
                carried.first().ok_or_else(|| HostError::Ended("the instance's first process".into()))?;
            let (tap, made) = link::make_in_instance(process.as_fd(), &spec)?;
            channel::send(socket, &Report::Links(vec![made]), &[tap.as_fd()]).attempt("answering the daemon")
        }
        Order::Instance { .. } | Order::NetworkNamespace { .. } => make(socket, &order, carried),
    }
}

/// What the two say to each other.
#[derive(Debug, Serialize, Deserialize)]
enum Step {
    /// You have your ids.
    Mapped,
    /// This is what you are for.
    Begin(Box<Order>),
    /// I am in the network that is to have the interfaces.
    Entered,
    /// You have them, by these names.
    Linked(Vec<String>),
}

fn make(socket: &OwnedFd, order: &Order, carried: Vec<OwnedFd>) -> Result<()> {
    let (line, theirs) = channel::pair().attempt("making a socket pair")?;
    let (flags, ids) = match order {
        Order::Instance { ids, .. } => (OUTER, *ids),
        Order::NetworkNamespace { .. } | Order::Probe { .. } | Order::Link { .. } => (NETWORK, Ids::Same),
    };
    let born = sys::clone_sibling(flags).map_err(|source| HostError::System {
        attempt: "making namespaces (an ordinary user needs `sysctl user.max_user_namespaces` above 0)"
            .into(),
        source,
    })?;
    match born {
        Born::Child => {
            drop(line);
            become_first_process(socket, theirs, order)
        }
        Born::Parent { pid, pidfd } => {
            drop(theirs);
            // First: whatever fails from here on, the daemon has it to end.
            channel::send(socket, &Report::Born { pid }, &[pidfd.as_fd()]).attempt("answering the daemon")?;
            write_id_maps(pid, ids).attempt("writing the id maps of the user namespace")?;
            lead(socket, &line, (pid, pidfd.as_fd()), order, carried)
        }
    }
}

/// The helper's half. `carried` is what the daemon gives the first process.
fn lead(
    socket: &OwnedFd,
    line: &OwnedFd,
    (pid, process): (i32, BorrowedFd<'_>),
    order: &Order,
    mut carried: Vec<OwnedFd>,
) -> Result<()> {
    if let Order::Instance { cgroup: Some(cgroup), .. } = order {
        Cgroup::add(cgroup, pid).attempt("putting the instance into its cgroup")?;
    }
    if let Order::Instance { .. } = order {
        // When memory runs out, the guests go before the daemon. By root from outside: then they cannot take it back.
        let _ = std::fs::write(format!("/proc/{pid}/oom_score_adj"), OOM_SCORE_OF_GUESTS);
    }
    say(line, &Step::Mapped, &[])?;
    if let Order::Instance { directory, image, ids, .. } = order {
        carried.extend(trees::for_instance(pid, *ids, directory, image)?);
    }
    say(line, &Step::Begin(Box::new(order.clone())), &carried.iter().map(AsFd::as_fd).collect::<Vec<_>>())?;
    drop(carried);
    match hear(line)? {
        Some((Step::Entered, _)) => {}
        Some((step, _)) => return Err(HostError::Launch(format!("an unexpected step: {step:?}"))),
        None => return Err(HostError::Ended("the first process".into())),
    }
    let (taps, made) = link::make_all(process, &order.links())?;
    let names = made.iter().map(|made| made.name.clone()).collect();
    let descriptors: Vec<_> = taps.iter().map(AsFd::as_fd).collect();
    channel::send(socket, &Report::Links(made), &descriptors).attempt("handing over the interfaces")?;
    say(line, &Step::Linked(names), &[])
}

fn say(line: &OwnedFd, step: &Step, carried: &[BorrowedFd<'_>]) -> Result<()> {
    channel::send(line, step, carried).attempt("speaking between the helper and the first process")
}

fn hear(line: &OwnedFd) -> Result<Option<(Step, Vec<OwnedFd>)>> {
    channel::receive(line).attempt("speaking between the helper and the first process")
}

/// PID 1 of the new namespaces, still with the helper's memory. Never returns to the helper's code.
fn become_first_process(socket: &OwnedFd, line: OwnedFd, order: &Order) -> ! {
    let done = prepare(socket, &line, order).and_then(|()| match order {
        Order::Instance { .. } => Err(HostError::System {
            attempt: "starting the first process".into(),
            source: execute(socket, line),
        }),
        // Nobody in a network namespace is another than its user, who may lack the rights that executing would take
        // away.
        Order::NetworkNamespace { .. } | Order::Probe { .. } | Order::Link { .. } => {
            sys::close_all_except(&[socket, &line]);
            let_go_of_standard_streams().and_then(|()| begin(socket, line))
        }
    });
    if let Err(error) = &done {
        let _ = channel::send(socket, &Report::Failed(error.to_string()), &[]);
    }
    sys::exit_now(i32::from(done.is_err()))
}

fn prepare(socket: &OwnedFd, line: &OwnedFd, order: &Order) -> Result<()> {
    // Whatever happens to the daemon, even SIGKILL, happens to us, and so to everything in this pid namespace.
    die_with_the_daemon(socket)?;
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    sys::join_new_keyring();
    match hear(line)? {
        Some((Step::Mapped, _)) => {}
        Some(_) | None => return Err(HostError::Ended("the helper".into())),
    }
    if let Order::Instance { .. } = order {
        Identity::root().assume().attempt("becoming root of the instance")?;
        // Another user is another process to the kernel, which then forgets who it dies with.
        die_with_the_daemon(socket)?;
    }
    Ok(())
}

pub(crate) fn die_with_the_daemon(socket: &OwnedFd) -> Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL)).attempt("dying with the daemon")?;
    // It may have gone before.
    match channel::is_open(socket) {
        true => Ok(()),
        false => Err(HostError::Ended("the daemon".into())),
    }
}

/// Comes back only with an error.
fn execute(socket: &OwnedFd, line: OwnedFd) -> std::io::Error {
    let control = match socket.try_clone() {
        Ok(control) => control,
        Err(error) => return error,
    };
    Command::new("/proc/self/exe")
        .arg0(sealed::NAME)
        .arg(FIRST_PROCESS)
        .env_clear()
        .stdin(Stdio::from(control))
        .stdout(Stdio::from(line))
        .exec()
}

/// PID 1 of the new namespaces, with memory of its own.
fn first_process() -> ExitCode {
    let (control, line) = match standard_descriptors() {
        Ok(descriptors) => descriptors,
        Err(_) => return ExitCode::FAILURE,
    };
    // Before the daemon is told that we run, the helper listens for what goes wrong; then the daemon does.
    match begin(&control, line) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = channel::send(&control, &Report::Failed(error.to_string()), &[]);
            ExitCode::FAILURE
        }
    }
}

/// The channel to the daemon and the line to the helper; nothing else is left open.
fn standard_descriptors() -> Result<(OwnedFd, OwnedFd)> {
    let control = std::io::stdin().as_fd().try_clone_to_owned().attempt("finding the daemon")?;
    let line = std::io::stdout().as_fd().try_clone_to_owned().attempt("finding the helper")?;
    sys::close_all_except(&[&control, &line]);
    let_go_of_standard_streams()?;
    Ok((control, line))
}

fn let_go_of_standard_streams() -> Result<()> {
    let null = File::options().read(true).write(true).open("/dev/null").attempt("opening /dev/null")?;
    rustix::stdio::dup2_stdin(&null).attempt("closing standard input")?;
    rustix::stdio::dup2_stdout(&null).attempt("closing standard output")?;
    rustix::stdio::dup2_stderr(&null).attempt("closing standard error")
}

fn begin(control: &OwnedFd, line: OwnedFd) -> Result<()> {
    let Some((Step::Begin(order), carried)) = hear(&line)? else {
        return Err(HostError::Ended("the helper".into()));
    };
    let helper = Helper(line);
    match *order {
        Order::Instance { spec, directory, image, ids, nesting, .. } => {
            let mut carried = carried.into_iter();
            let (Some(names), Some(console)) = (carried.next(), carried.next()) else {
                return Err(HostError::Launch("the console is missing".into()));
            };
            let layers = layers(ids, directory, image, carried)?;
            let outside =
                init::Outside { control, helper, names: Hostname::new(names), console: console.into() };
            init::run(outside, &spec, layers, nesting)
        }
        Order::NetworkNamespace { spec, directory } => {
            helper.ask_for_links()?;
            helper.links()?;
            network_namespace::run(control, &spec, &directory)
        }
        Order::Probe { .. } | Order::Link { .. } => Err(HostError::Launch("no order for a process".into())),
    }
}

fn layers(
    ids: Ids,
    directory: std::path::PathBuf,
    image: std::path::PathBuf,
    mut carried: impl Iterator<Item = OwnedFd>,
) -> Result<Layers> {
    match ids {
        Ids::Private { .. } | Ids::SharedRoot => {}
        Ids::Daemon | Ids::Same => return Ok(Layers::InPlace { directory, image }),
    }
    let mut tree =
        || carried.next().ok_or_else(|| HostError::Launch("a layer of the root is missing".into()));
    Ok(Layers::Trees { disk: [tree()?, tree()?], image: tree()?, usr: tree()? })
}

/// What the first process still wants of the helper.
pub(crate) struct Helper(OwnedFd);

impl Helper {
    /// Says that we are in the network that is to have the interfaces.
    pub(crate) fn ask_for_links(&self) -> Result<()> {
        say(&self.0, &Step::Entered, &[])
    }

    /// Waits for the interfaces; their names, in the order of the spec.
    pub(crate) fn links(self) -> Result<Vec<String>> {
        match hear(&self.0)? {
            Some((Step::Linked(names), _)) => Ok(names),
            Some(_) | None => Err(HostError::Ended("the helper".into())),
        }
    }
}
