//! A command inside an instance or a space: `hamlet exec`, `hamlet laptop`.
//!
//! The calling process joins the namespaces itself, so that the command has the caller's files, or a terminal of its own
//! that is relayed to the caller's. It must have one thread.

use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{OFlags, fcntl_setfl};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use rustix::pty::{OpenptFlags, ioctl_tiocgptpeer, openpt, ptsname, unlockpt};
use rustix::stdio::{stdin, stdout};
use rustix::termios::{OptionalActions, Termios, isatty, tcgetattr, tcgetwinsize, tcsetattr, tcsetwinsize};
use rustix::thread::{ThreadNameSpaceType, move_into_thread_name_spaces};

use crate::error::{Attempt, HostError, Result};
use crate::init::Account;
use crate::mounts;
use crate::namespace::{DROPPED_IN_INSTANCES, DROPPED_IN_SPACES};
use crate::sys::{self, Setup};

/// What to run, and where.
#[derive(Clone, Debug)]
pub enum Enter {
    /// In an instance, as `user` with a login's environment.
    Instance {
        /// `root`, `ec2-user`.
        user: String,
        /// The program and its arguments.
        command: Vec<OsString>,
    },
    /// In a space, as the calling user, with their environment and directory.
    Space {
        /// The program and its arguments.
        command: Vec<OsString>,
    },
}

impl Enter {
    fn command(&self) -> &[OsString] {
        match self {
            Self::Instance { command, .. } | Self::Space { command } => command,
        }
    }
}

/// Runs the command in the namespaces of process `pid` and returns its exit code: 128 + n when signal n ended it, 127
/// when it is not there. The calling process stays in those namespaces: it should end afterwards.
pub fn enter(pid: i32, what: &Enter) -> Result<u8> {
    let Some((program, arguments)) = what.command().split_first() else {
        return Err(HostError::Unsupported("there is no command to run".into()));
    };
    let directory = std::env::current_dir().ok();
    join(pid)?;
    let mut command = Command::new(program);
    command.args(arguments);
    let setup = match what {
        Enter::Instance { user, .. } => {
            mounts::bound_processes();
            as_user(&mut command, user)?
        }
        Enter::Space { .. } => {
            command.current_dir(directory.filter(|path| path.is_dir()).unwrap_or_else(|| PathBuf::from("/")));
            Setup::new(DROPPED_IN_SPACES)
        }
    };
    let setup = Setup { dies_with_parent: true, ..setup };
    let terminal = Terminal::of_caller();
    match &terminal {
        Some(terminal) => terminal.give_to(&mut command, setup)?,
        None => sys::before_exec(&mut command, setup),
    }
    // Before the command starts, so that no signal falls between.
    let signals = sys::signal_descriptor(FORWARDED).attempt("listening for signals")?;
    match command.spawn() {
        Ok(child) => {
            // Our copies of the command's side of the terminal.
            drop(command);
            attend(child, &signals, terminal)
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

fn join(pid: i32) -> Result<()> {
    let gone = || HostError::Unsupported("it is not running any more".into());
    let pid = Pid::from_raw(pid).ok_or_else(gone)?;
    let process = pidfd_open(pid, PidfdFlags::empty()).map_err(|_| gone())?;
    let all = ThreadNameSpaceType::USER
        | ThreadNameSpaceType::MOUNT
        | ThreadNameSpaceType::PROCESS_ID
        | ThreadNameSpaceType::NETWORK
        | ThreadNameSpaceType::HOST_NAME_AND_NIS_DOMAIN_NAME
        | ThreadNameSpaceType::INTER_PROCESS_COMMUNICATION;
    move_into_thread_name_spaces(process.as_fd(), all)
        .attempt("entering its namespaces (only the user who started Hamlet, or root, may)")
}

fn as_user(command: &mut Command, user: &str) -> Result<Setup> {
    let account = Account::named(user)
        .ok_or_else(|| HostError::Unsupported(format!("the instance has no user '{user}'")))?;
    let home = if account.home.is_dir() { account.home.clone() } else { PathBuf::from("/") };
    let terminal = std::env::var_os("TERM");
    command.env_clear().envs(account.environment()).current_dir(home);
    command.envs(terminal.map(|terminal| ("TERM", terminal)));
    // Root of the instance even where the caller's ids mean somebody else in it.
    Ok(Setup {
        identity: account.identity().or_else(|| Account::named("root")?.identity()),
        ..Setup::new(DROPPED_IN_INSTANCES)
    })
}

/// Passes signals on, and a terminal's bytes, until the command has ended.
fn attend(mut child: Child, signals: &OwnedFd, terminal: Option<Terminal>) -> Result<u8> {
    let mut terminal = terminal.map(Relay::start).transpose()?;
    loop {
        if let Some(status) = child.try_wait().attempt("waiting for the command")? {
            if let Some(relay) = &mut terminal {
                relay.show();
            }
            let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
            return Ok(u8::try_from(code).unwrap_or(255));
        }
        match &mut terminal {
            Some(relay) => relay.carry(signals),
            None => drop(poll(&mut [PollFd::new(signals, PollFlags::IN)], None)),
        }
        while let Some((signal, sender)) = sys::read_signal(signals) {
            match (signal, &terminal) {
                (libc::SIGCHLD, _) => {}
                (libc::SIGWINCH, Some(relay)) => relay.terminal.take_size(),
                // What the caller's terminal sends (sender 0) a command without one of its own gets from there itself.
                (_, None) if sender == 0 => {}
                (_, _) => sys::signal_process(&child, signal),
            }
        }
    }
}

/// A terminal inside for a caller who has one outside: with the caller's own, which belongs to a session the command
/// cannot see, there would be no job control.
struct Terminal {
    ours: OwnedFd,
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

    fn take_size(&self) {
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

/// Carries bytes between the caller's terminal, raw meanwhile, and the one inside.
struct Relay {
    terminal: Terminal,
    before: Termios,
    input_ended: bool,
}

impl Relay {
    fn start(terminal: Terminal) -> Result<Self> {
        let before = tcgetattr(stdin()).attempt("reading the terminal's settings")?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(stdin(), OptionalActions::Now, &raw).attempt("setting up the terminal")?;
        fcntl_setfl(&terminal.ours, OFlags::RDWR | OFlags::NONBLOCK).attempt("setting up the terminal")?;
        Ok(Self { terminal, before, input_ended: false })
    }

    /// Waits for bytes or a signal, and carries what there is.
    fn carry(&mut self, signals: &OwnedFd) {
        let input = if self.input_ended { PollFlags::empty() } else { PollFlags::IN };
        let mut waiting = [
            PollFd::new(signals, PollFlags::IN),
            PollFd::new(&self.terminal.ours, PollFlags::IN),
            PollFd::from_borrowed_fd(stdin(), input),
        ];
        if poll(&mut waiting, None).is_err() {
            return;
        }
        let [_, output, input] = waiting.map(|descriptor| descriptor.revents());
        if output.contains(PollFlags::IN) {
            self.show();
        } else if output.contains(PollFlags::HUP) {
            // Nobody has the terminal open; the command's end follows.
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        if input.intersects(PollFlags::IN | PollFlags::HUP) {
            self.type_in();
        }
    }

    fn show(&mut self) {
        let mut bytes = [0; 8192];
        while let Ok(length @ 1..) = rustix::io::read(&self.terminal.ours, &mut bytes) {
            write_all(stdout(), &bytes[..length]);
        }
    }

    fn type_in(&mut self) {
        let mut bytes = [0; 4096];
        match rustix::io::read(stdin(), &mut bytes) {
            Ok(length @ 1..) => write_all(self.terminal.ours.as_fd(), &bytes[..length]),
            Ok(_) | Err(_) => self.input_ended = true,
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = tcsetattr(stdin(), OptionalActions::Now, &self.before);
    }
}

/// Waits where the other side is slow; gives up where it has gone.
fn write_all(to: BorrowedFd<'_>, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        match rustix::io::write(to, bytes) {
            Ok(length) => bytes = &bytes[length..],
            Err(Errno::AGAIN) => drop(poll(&mut [PollFd::from_borrowed_fd(to, PollFlags::OUT)], None)),
            Err(Errno::INTR) => {}
            Err(_) => return,
        }
    }
}
