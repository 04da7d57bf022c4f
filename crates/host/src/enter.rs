//! A command inside an instance or a network namespace: `hamlet exec`, `hamlet shell`.
//!
//! The calling process joins the namespaces itself; it must have one thread. In a network namespace, which is the user's
//! own computer, the command has the caller's descriptors. In an instance it has nothing of the caller's: a session of
//! its own, and pipes or a terminal made inside, which we relay.

use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use rustix::pty::{OpenptFlags, ioctl_tiocgptpeer, openpt, ptsname, unlockpt};
use rustix::stdio::{stdin, stdout};
use rustix::termios::{isatty, tcgetwinsize, tcsetwinsize};
use rustix::thread::{ThreadNameSpaceType, move_into_thread_name_spaces};

use crate::cgroup::Cgroup;
use crate::confine::{confine, hide_from_the_guest};
use crate::error::{Attempt, HostError, Result};
use crate::init::Account;
use crate::launch::OOM_SCORE_OF_GUESTS;
use crate::namespace::Users;
use crate::relay::{PipeRelay, TerminalRelay};
use crate::spec::Nesting;
use crate::sys::{self, Identity, Setup};
use crate::{mounts, sealed};

/// What to run, and where.
#[derive(Clone, Debug)]
pub enum Enter {
    /// In an instance, as `user` with a login's environment.
    Instance {
        /// `root`, `ec2-user`.
        user: String,
        /// As the instance has it.
        nesting: Nesting,
        /// The program and its arguments.
        command: Vec<OsString>,
    },
    /// In a network namespace, as the calling user, with their environment and directory.
    NetworkNamespace {
        /// The program and its arguments.
        command: Vec<OsString>,
        /// What differs in their environment; without a value it is taken away.
        environment: Vec<(String, Option<String>)>,
    },
}

impl Enter {
    fn command(&self) -> &[OsString] {
        match self {
            Self::Instance { command, .. } | Self::NetworkNamespace { command, .. } => command,
        }
    }
}

/// Runs the command in the namespaces of process `pid` and returns its exit code: 128 + n when signal n ended it, 127
/// when it is not there. The calling process stays in those namespaces: it should end afterwards.
///
/// For an instance the calling process must have called [`crate::run_from_a_copy`].
pub fn enter(pid: i32, what: &Enter) -> Result<u8> {
    let Some((program, arguments)) = what.command().split_first() else {
        return Err(HostError::Unsupported("there is no command to run".into()));
    };
    let mut command = Command::new(program);
    command.args(arguments);
    let (setup, streams) = match what {
        Enter::Instance { user, nesting, .. } => {
            (enter_instance(pid, user, *nesting, &mut command)?, Streams::of_guest())
        }
        Enter::NetworkNamespace { environment, .. } => {
            for (name, value) in environment {
                match value {
                    Some(value) => command.env(name, value),
                    None => command.env_remove(name),
                };
            }
            (enter_network_namespace(pid, &mut command)?, Streams::of_caller())
        }
    };
    let setup = Setup { dies_with_parent: true, ..setup };
    streams.give_to(&mut command, setup)?;
    // Before the command starts, so that no signal falls between.
    let signals = sys::signal_descriptor(FORWARDED).attempt("listening for signals")?;
    match command.spawn() {
        Ok(child) => {
            // Our copies of the command's side of a terminal.
            drop(command);
            attend(child, &signals, streams)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("{}: command not found", program.to_string_lossy());
            Ok(127)
        }
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            eprintln!("{}: {error}", program.to_string_lossy());
            Ok(126)
        }
        Err(error) => Err(error).attempt(format!("starting {}", program.to_string_lossy())),
    }
}

/// Becomes a process of the instance, with the rights of its root. What follows may be seen and steered by the guest,
/// and has nothing of the caller.
fn enter_instance(pid: i32, user: &str, nesting: Nesting, command: &mut Command) -> Result<Setup> {
    sealed::demand_a_copy()?;
    // All that the host's `/proc` has to say, while it is in sight.
    let users = Users::of(&pid.to_string());
    let _ = std::fs::write("/proc/self/oom_score_adj", OOM_SCORE_OF_GUESTS);
    let cgroup = Cgroup::of(pid).map(|group| Cgroup::open(&group)).transpose();
    let cgroup = cgroup.attempt("finding the instance's cgroup")?.map(Arc::new);
    sys::join_new_keyring();
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    hide_from_the_guest().attempt("hiding from the guest")?;
    join(pid, ThreadNameSpaceType::CONTROL_GROUP)?;
    Identity::root().assume().attempt("becoming root of the instance")?;
    mounts::bound_processes();
    confine(&users, nesting).attempt("giving up the rights that no instance has")?;
    // The command is counted and ended with the instance; who relays its bytes is not.
    Ok(Setup { cgroup, ..as_user(command, user, &users)? })
}

/// Joins a network namespace, in which the caller is the caller.
fn enter_network_namespace(pid: i32, command: &mut Command) -> Result<Setup> {
    let directory = std::env::current_dir().ok();
    join(pid, ThreadNameSpaceType::empty())?;
    command.current_dir(directory.filter(|path| path.is_dir()).unwrap_or_else(|| PathBuf::from("/")));
    Ok(Setup::default())
}

/// Joins the network of a network namespace's first process, and nothing else of it: what the calling process opens from
/// here on is there, what it has open stays where it is. It must have one thread. What is returned is readable once the
/// namespace has ended.
pub fn join_network(pid: i32) -> Result<OwnedFd> {
    join_some(pid, ThreadNameSpaceType::USER | ThreadNameSpaceType::NETWORK)
}

/// What a user sends to us is meant for the command.
const FORWARDED: &[i32] = &[
    libc::SIGTERM,
    libc::SIGHUP,
    libc::SIGINT,
    libc::SIGQUIT,
    libc::SIGUSR1,
    libc::SIGUSR2,
    libc::SIGWINCH,
    libc::SIGCHLD,
];

fn join(pid: i32, more: ThreadNameSpaceType) -> Result<()> {
    let all = ThreadNameSpaceType::USER
        | ThreadNameSpaceType::MOUNT
        | ThreadNameSpaceType::PROCESS_ID
        | ThreadNameSpaceType::NETWORK
        | ThreadNameSpaceType::HOST_NAME_AND_NIS_DOMAIN_NAME
        | ThreadNameSpaceType::INTER_PROCESS_COMMUNICATION
        | more;
    join_some(pid, all).map(drop)
}

fn join_some(pid: i32, which: ThreadNameSpaceType) -> Result<OwnedFd> {
    let gone = || HostError::Unsupported("it is not running any more".into());
    let pid = Pid::from_raw(pid).ok_or_else(gone)?;
    let process = pidfd_open(pid, PidfdFlags::empty()).map_err(|_| gone())?;
    move_into_thread_name_spaces(process.as_fd(), which)
        .attempt("entering its namespaces (only the user who started Hamlet, or root, may)")?;
    Ok(process)
}

fn as_user(command: &mut Command, user: &str, users: &Users) -> Result<Setup> {
    let account = Account::named(user)
        .ok_or_else(|| HostError::Unsupported(format!("the instance has no user '{user}'")))?;
    let home = if account.home.is_dir() { account.home.clone() } else { PathBuf::from("/") };
    let terminal = std::env::var_os("TERM");
    command.env_clear().envs(account.environment()).current_dir(home);
    command.envs(terminal.map(|terminal| ("TERM", terminal)));
    let identity = account.identity(users).attempt("becoming that user")?;
    Ok(Setup { identity, nothing_inherited: true, ..Setup::default() })
}

/// What stands between the caller's standard descriptors and the command's.
enum Streams {
    /// Nothing: the command has the caller's own.
    Callers,
    /// A terminal inside, for a caller with a terminal outside.
    Terminal(Terminal),
    /// A pipe for each: a guest gets no file or terminal of the caller's into its hands.
    Pipes,
}

impl Streams {
    fn of_guest() -> Self {
        Terminal::of_caller().map_or(Self::Pipes, Self::Terminal)
    }

    fn of_caller() -> Self {
        Terminal::of_caller().map_or(Self::Callers, Self::Terminal)
    }

    fn give_to(&self, command: &mut Command, setup: Setup) -> Result<()> {
        match self {
            Self::Terminal(terminal) => return terminal.give_to(command, setup),
            Self::Callers => sys::before_exec(command, setup),
            Self::Pipes => {
                command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
                // Without a session of its own the command would share the caller's terminal.
                sys::before_exec(command, Setup { session: true, ..setup });
            }
        }
        Ok(())
    }
}

/// Passes signals on, and bytes, until the command has ended.
fn attend(mut child: Child, signals: &OwnedFd, streams: Streams) -> Result<u8> {
    let mut relay = match streams {
        Streams::Callers => Relay::None,
        Streams::Terminal(terminal) => Relay::Terminal(TerminalRelay::start(terminal)?),
        Streams::Pipes => Relay::Pipes(PipeRelay::start(&mut child).attempt("setting up the pipes")?),
    };
    let mut ended = None;
    loop {
        if ended.is_none() {
            ended = child.try_wait().attempt("waiting for the command")?;
        }
        if let Some(status) = ended
            && relay.is_done()
        {
            return Ok(exit_code(status));
        }
        relay.carry(signals);
        while let Some((signal, sender)) = sys::read_signal(signals) {
            match (signal, &relay) {
                (libc::SIGCHLD, _) => {}
                (libc::SIGWINCH, Relay::Terminal(relay)) => relay.terminal.take_size(),
                // Only others hold its output still.
                (_, _) if ended.is_some() => return Ok(ended.map_or(0, exit_code)),
                // What the caller's terminal sends (sender 0) a command without one of its own gets from there itself.
                (_, Relay::None) if sender == 0 => {}
                // There it would have gone to all that the command has started.
                (_, Relay::Pipes(_)) if sender == 0 => sys::signal_session(&child, signal),
                (_, _) => sys::signal_process(&child, signal),
            }
        }
    }
}

fn exit_code(status: ExitStatus) -> u8 {
    u8::try_from(status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0))).unwrap_or(255)
}

/// Who carries bytes while the command runs.
enum Relay {
    None,
    Terminal(TerminalRelay),
    Pipes(PipeRelay),
}

impl Relay {
    /// Waits for bytes or a signal, and carries what there is.
    fn carry(&mut self, signals: &OwnedFd) {
        match self {
            Self::None => drop(poll(&mut [PollFd::new(signals, PollFlags::IN)], None)),
            Self::Terminal(relay) => relay.carry(signals),
            Self::Pipes(relay) => relay.carry(signals),
        }
    }

    /// Once the command has ended: whether all that it printed has been carried. Who still holds its pipes may go on
    /// printing, as with ssh.
    fn is_done(&mut self) -> bool {
        match self {
            Self::None => true,
            Self::Terminal(relay) => {
                relay.show();
                true
            }
            Self::Pipes(relay) => relay.is_done(),
        }
    }
}

/// A terminal inside for a caller who has one outside: with the caller's own, which belongs to a session the command
/// cannot see, there would be no job control.
pub(crate) struct Terminal {
    pub(crate) ours: OwnedFd,
}

impl Terminal {
    /// Where input and output are both a terminal.
    fn of_caller() -> Option<Self> {
        if !isatty(stdin()) || !isatty(stdout()) {
            return None;
        }
        let ours = openpt(TERMINAL_FLAGS).ok()?;
        unlockpt(&ours).ok()?;
        let terminal = Self { ours };
        terminal.take_size();
        Some(terminal)
    }

    pub(crate) fn take_size(&self) {
        if let Ok(size) = tcgetwinsize(stdin()) {
            let _ = tcsetwinsize(&self.ours, size);
        }
    }

    fn give_to(&self, command: &mut Command, setup: Setup) -> Result<()> {
        let theirs = ioctl_tiocgptpeer(&self.ours, TERMINAL_FLAGS).attempt("opening a terminal inside")?;
        if let (Some(identity), Ok(name)) = (&setup.identity, ptsname(&self.ours, Vec::new())) {
            let _ = std::os::unix::fs::chown(OsStr::from_bytes(name.to_bytes()), Some(identity.uid), None);
        }
        let again = || theirs.try_clone().attempt("opening a terminal inside");
        command.stdin(again()?).stdout(again()?).stderr(again()?);
        sys::before_exec(command, Setup { controlling_terminal: true, ..setup });
        Ok(())
    }
}

const TERMINAL_FLAGS: OpenptFlags = OpenptFlags::RDWR.union(OpenptFlags::NOCTTY).union(OpenptFlags::CLOEXEC);
