//! Ends the instances when the daemon has gone, however it went.
//!
//! A process of its own, outside every instance, that holds a pidfd of each first process. An instance also dies with
//! the daemon by itself (PR_SET_PDEATHSIG), but that is a setting of a process in the instance; what holds even when the
//! guest has got hold of that process is what somebody outside does. For the same reason it does what nobody in an
//! instance has the right to: setting its host name.

use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::process::{Child, ExitCode, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Resource, Rlimit, Signal, getrlimit, pidfd_send_signal, setrlimit};
use serde::{Deserialize, Serialize};

use crate::cgroup::{self, Cgroup};
use crate::channel;
use crate::error::{Attempt, HostError, Result};
use crate::hostname;
use crate::sealed::Sealed;
use crate::sys;

/// The hidden subcommand.
pub(crate) const REAPER: &str = "internal-reaper";
/// How often an instance may be renamed.
const BETWEEN_NAMES: Duration = Duration::from_millis(200);
/// How long it waits for what it has killed to be gone, to remove the groups.
const LAST_WAIT: Duration = Duration::from_secs(5);

/// One instance to look after; its first process's pidfd comes along, and where it asks for names.
#[derive(Debug, Serialize, Deserialize)]
struct Watch {
    cgroup: Option<PathBuf>,
}

/// The daemon's side.
pub(crate) struct Reaper {
    socket: Mutex<Option<OwnedFd>>,
    process: Mutex<Child>,
}

impl Reaper {
    pub(crate) fn start(program: &Sealed) -> Result<Self> {
        let (socket, theirs) = channel::pair().attempt("making a socket pair")?;
        let mut command = program.command();
        command.arg(REAPER).env_clear().current_dir("/");
        command.stdin(Stdio::from(theirs)).stdout(Stdio::null()).stderr(Stdio::null());
        let process = Mutex::new(command.spawn().attempt("starting the process that ends instances")?);
        Ok(Self { socket: Mutex::new(Some(socket)), process })
    }

    /// From now on the instance ends with us.
    pub(crate) fn watch(&self, process: &OwnedFd, names: &OwnedFd, cgroup: Option<PathBuf>) -> Result<()> {
        let attempt = "handing the instance to its reaper";
        let socket = self.socket.lock().unwrap_or_else(PoisonError::into_inner);
        let socket = socket.as_ref().expect("open until dropped");
        channel::send(socket, &Watch { cgroup }, &[process.as_fd(), names.as_fd()]).attempt(attempt)?;
        match channel::receive::<bool>(socket).attempt(attempt)? {
            Some((true, _)) => Ok(()),
            Some((false, _)) => {
                Err(HostError::Launch("the reaper can take no more instances: ulimit -n".into()))
            }
            None => Err(HostError::Ended("the process that ends instances".into())),
        }
    }
}

impl Drop for Reaper {
    fn drop(&mut self) {
        drop(self.socket.get_mut().unwrap_or_else(PoisonError::into_inner).take());
        let _ = self.process.get_mut().unwrap_or_else(PoisonError::into_inner).wait();
    }
}

/// The process.
pub(crate) fn run() -> ExitCode {
    let Ok(socket) = std::io::stdin().as_fd().try_clone_to_owned() else {
        return ExitCode::FAILURE;
    };
    // Ctrl-C is for the daemon.
    let _ = rustix::process::setsid();
    // Two descriptors for each instance.
    let limit = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
    sys::close_all_except(&[&socket]);
    let mut watched = Vec::new();
    while hear(&socket, &mut watched) {}
    end(&watched);
    ExitCode::SUCCESS
}

struct Watched {
    process: OwnedFd,
    cgroup: Option<PathBuf>,
    names: Option<OwnedFd>,
    /// Until when it is not listened to.
    rests: Instant,
}

impl Watched {
    /// Where to listen for names now.
    fn asking(&self, now: Instant) -> Option<&OwnedFd> {
        self.names.as_ref().filter(|_| self.rests <= now)
    }

    fn take_name(&mut self, now: Instant) {
        self.rests = now + BETWEEN_NAMES;
        if self.names.as_ref().is_some_and(|names| !hostname::serve(names, &self.process)) {
            self.names = None;
        }
    }
}

/// Waits for whatever comes next. False once the daemon has gone.
fn hear(socket: &OwnedFd, watched: &mut Vec<Watched>) -> bool {
    let now = Instant::now();
    let resting = watched.iter().filter(|it| it.names.is_some() && it.rests > now).map(|it| it.rests).min();
    let timeout = resting.and_then(|until| Timespec::try_from(until - now).ok());
    let mut waiting = vec![PollFd::new(socket, PollFlags::IN)];
    waiting.extend(watched.iter().map(|it| PollFd::new(&it.process, PollFlags::IN)));
    waiting.extend(watched.iter().filter_map(|it| it.asking(now)).map(|it| PollFd::new(it, PollFlags::IN)));
    if poll(&mut waiting, timeout.as_ref()).is_err() {
        return true;
    }
    let ready: Vec<bool> = waiting.iter().map(|it| !it.revents().is_empty()).collect();
    drop(waiting);
    let (daemon, instances) = (ready[0], &ready[1..]);
    let (ended, asked) = instances.split_at(watched.len());
    let mut asked = asked.iter();
    for it in watched.iter_mut().filter(|it| it.asking(now).is_some()) {
        if asked.next() == Some(&true) {
            it.take_name(now);
        }
    }
    let mut ended = ended.iter();
    watched.retain(|_| ended.next() != Some(&true));
    !daemon || take(socket, watched)
}

/// Takes the next instance, and says whether it could. False once the daemon has gone.
fn take(socket: &OwnedFd, watched: &mut Vec<Watched>) -> bool {
    let Ok(Some((watch, descriptors))) = channel::receive::<Watch>(socket) else {
        return false;
    };
    let mut descriptors = descriptors.into_iter();
    // Where descriptors are at an end, the kernel leaves out what is too much.
    let taken = match (descriptors.next(), descriptors.next()) {
        (Some(process), Some(names)) => {
            let Watch { cgroup } = watch;
            watched.push(Watched { process, cgroup, names: Some(names), rests: Instant::now() });
            true
        }
        (_, _) => false,
    };
    channel::send(socket, &taken, &[]).is_ok()
}

fn end(watched: &[Watched]) {
    for it in watched {
        it.cgroup.as_deref().map(Cgroup::kill);
        let _ = pidfd_send_signal(&it.process, Signal::KILL);
    }
    let deadline = Instant::now() + LAST_WAIT;
    for it in watched {
        let left = deadline.saturating_duration_since(Instant::now());
        let timeout = Timespec::try_from(left).ok();
        let _ = poll(&mut [PollFd::new(&it.process, PollFlags::IN)], timeout.as_ref());
    }
    let mut roots: Vec<_> =
        watched.iter().filter_map(|it| it.cgroup.as_deref()?.parent()).map(PathBuf::from).collect();
    roots.dedup();
    roots.iter().for_each(|root| cgroup::remove_all(root));
}
