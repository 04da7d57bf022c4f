//! The helper between the daemon and an instance: one thread, started afresh from the program itself.
//!
//! The daemon has many threads and must not fork. The helper has one: it makes the first process in its new
//! namespaces, writes its id maps, tells the daemon about it and ends. The first process is the daemon's own child.

use std::ffi::OsString;
use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::process::ExitCode;

use rustix::process::{Signal, set_parent_process_death_signal};

use crate::channel::{self, Report};
use crate::error::{Attempt, HostError, Result};
use crate::namespace::{IdMap, NAMESPACES, write_id_maps};
use crate::netlink::{LinkChange, Netlink};
use crate::spec::{LinkSpec, Order};
use crate::sys::{self, Born};
use crate::tap::{self, Offloads};
use crate::{init, space};

/// The hidden subcommand the daemon starts the helper with.
pub(crate) const LAUNCH: &str = "internal-launch";

/// Runs what this process was started for, if that is one of this crate's purposes. To be called first in `main`,
/// while there is one thread.
pub fn internal_main(mut arguments: impl Iterator<Item = OsString>) -> Option<ExitCode> {
    let program = arguments.next()?;
    if std::path::Path::new(&program).file_name() == Some("sudo".as_ref()) {
        return Some(init::sudo(arguments.collect()));
    }
    (arguments.next()? == LAUNCH).then(helper)
}

fn helper() -> ExitCode {
    let Ok(socket) = std::io::stdin().as_fd().try_clone_to_owned() else {
        return ExitCode::FAILURE;
    };
    match make(&socket) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // When this cannot be sent either, the daemon sees the socket close.
            let _ = channel::send(&socket, &Report::Failed(error.to_string()), &[]);
            ExitCode::FAILURE
        }
    }
}

fn make(socket: &OwnedFd) -> Result<()> {
    let order = channel::receive::<Order>(socket).attempt("reading the order")?;
    let Some((order, _)) = order else {
        return Err(HostError::Ended("the daemon".into()));
    };
    // Leaves the daemon's terminal alone: Ctrl-C is for the daemon, which then ends us.
    let _ = rustix::process::setsid();
    let (wait, go) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).attempt("making a pipe")?;
    let born = sys::clone_sibling(NAMESPACES).map_err(|source| HostError::System {
        attempt: "making namespaces (an ordinary user needs `sysctl user.max_user_namespaces` above 0)"
            .into(),
        source,
    })?;
    match born {
        Born::Child => {
            drop(go);
            first_process(socket, wait, order)
        }
        Born::Parent { pid, pidfd } => {
            let map = match order {
                Order::Instance { .. } => IdMap::Instance,
                Order::Space { .. } => IdMap::Identity,
            };
            write_id_maps(pid, map).attempt("writing the id maps of the user namespace")?;
            channel::send(socket, &Report::Born { pid }, &[pidfd.as_fd()]).attempt("answering the daemon")?;
            rustix::io::write(&go, b"!").attempt("starting the first process").map(drop)
        }
    }
}

/// PID 1 of the new namespaces. Never returns to the helper's code.
fn first_process(socket: &OwnedFd, wait: OwnedFd, order: Order) -> ! {
    // Whatever happens to the daemon, even SIGKILL, happens to us, and so to everything in this pid namespace.
    let bound = set_parent_process_death_signal(Some(Signal::KILL)).is_ok();
    let started = rustix::io::read(&wait, &mut [0u8; 1]) == Ok(1);
    if !bound || !started {
        sys::exit_now(1);
    }
    sys::close_all_except(&[socket]);
    part_from_the_daemon(&order);
    let error = match run(socket, order) {
        Ok(()) => sys::exit_now(0),
        Err(error) => error,
    };
    let _ = channel::send(socket, &Report::Failed(error.to_string()), &[]);
    sys::exit_now(1)
}

/// Lets go of what else a process inherits. Each is a precaution; none is needed for the instance to work.
fn part_from_the_daemon(order: &Order) {
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    sys::join_new_keyring();
    match order {
        // When memory runs out, the guests go before the daemon.
        Order::Instance { .. } => drop(std::fs::write("/proc/self/oom_score_adj", "500")),
        Order::Space { .. } => {}
    }
}

fn run(socket: &OwnedFd, order: Order) -> Result<()> {
    // The ids just mapped; everything made from here on belongs to them.
    let tun = open_tun_node()?;
    let (taps, offloads) = make_links(&tun, &order.links())?;
    let descriptors: Vec<_> = taps.iter().map(AsFd::as_fd).collect();
    channel::send(socket, &Report::Links(offloads), &descriptors).attempt("handing over the interfaces")?;
    drop(taps);
    match order {
        Order::Instance { spec, directory, image } => init::run(socket, &tun, &spec, &directory, &image),
        Order::Space { spec, directory } => space::run(socket, &spec, &directory),
    }
}

/// The device node, held so that interfaces can still be made after the host's `/dev` is out of sight.
fn open_tun_node() -> Result<OwnedFd> {
    let node = tap::node();
    let flags = rustix::fs::OFlags::PATH | rustix::fs::OFlags::CLOEXEC;
    rustix::fs::open(&node, flags, rustix::fs::Mode::empty()).attempt(format!("finding {}", node.display()))
}

fn make_links(tun: &OwnedFd, links: &[LinkSpec]) -> Result<(Vec<OwnedFd>, Vec<Offloads>)> {
    let made: Result<Vec<_>> = links.iter().map(|link| make_link(tun, link)).collect();
    Ok(made?.into_iter().unzip())
}

/// Makes one interface, down, with its hardware address and MTU.
pub(crate) fn make_link(tun: &OwnedFd, link: &LinkSpec) -> Result<(OwnedFd, Offloads)> {
    use std::os::fd::AsRawFd;
    let node = format!("/proc/self/fd/{}", tun.as_raw_fd());
    let (tap, offloads) = tap::create(node.as_ref(), &link.name).map_err(|source| HostError::System {
        attempt: format!(
            "making interface {} from {} (it must be readable and writable by you: `sudo chmod 0666 {}`)",
            link.name,
            tap::node().display(),
            tap::node().display()
        ),
        source,
    })?;
    let netlink = Netlink::open().attempt("opening netlink")?;
    let index = netlink.index(&link.name).attempt("finding the new interface")?;
    let change = LinkChange {
        up: false,
        mtu: Some(link.mtu),
        mac: Some(link.mac),
        queue_length: Some(link.queue_length),
    };
    netlink.change_link(index, change).attempt(format!("setting up interface {}", link.name))?;
    Ok((tap, offloads))
}

/// Replaces standard input and output of a first process, which are the helper's, by nothing.
pub(crate) fn detach_standard_streams() -> Result<()> {
    let null = File::options().read(true).write(true).open("/dev/null").attempt("opening /dev/null")?;
    rustix::stdio::dup2_stdin(&null).attempt("closing standard input")?;
    rustix::stdio::dup2_stdout(&null).attempt("closing standard output")?;
    rustix::stdio::dup2_stderr(&null).attempt("closing standard error")
}
