//! One session channel: a command, a shell or sftp, with or without a terminal (RFC 4254 §6).

use std::net::SocketAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::chown;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use russh::server::{Handle, Msg};
use russh::{Channel, ChannelMsg, ChannelReadHalf, ChannelWriteHalf, Sig};
use rustix::process::{Pid, Signal, kill_process_group};
use rustix::pty::OpenptFlags;
use rustix::termios::{Winsize, tcsetwinsize};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::unix::pipe;
use tokio::process::Child;
use tokio::sync::mpsc;

use super::gate::Backlog;
use crate::init::Account;
use crate::namespace::Users;
use crate::sys::{self, Setup};

/// How long output may still come on a terminal whose command has ended.
const LAST_WORDS: Duration = Duration::from_millis(100);
/// How many variables a client may set.
const VARIABLES_MAX: usize = 64;

/// Where the client comes from, for the session's environment.
#[derive(Clone, Copy)]
pub(super) struct Origin {
    pub(super) peer: SocketAddr,
    pub(super) local: SocketAddr,
}

/// What the client asked for so far.
#[derive(Default)]
struct Wish {
    variables: Vec<(String, String)>,
    terminal: Option<Terminal>,
}

impl Wish {
    fn set_variable(&mut self, name: String, value: String) {
        let has_room = self.variables.len() < VARIABLES_MAX;
        if has_room && is_accepted_variable(&name) && !value.contains('\0') {
            self.variables.push((name, value));
        }
    }
}

struct Terminal {
    name: String,
    size: Winsize,
}

/// What starts.
enum Start {
    Shell,
    Command(String),
}

/// As Debian's `AcceptEnv LANG LC_*`.
pub(super) fn is_accepted_variable(name: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_uppercase() || byte == b'_';
    (name == "LANG" || name.starts_with("LC_")) && name.len() < 64 && name.bytes().all(good)
}

/// The program behind a subsystem; nothing where the image does not have it.
pub(super) fn subsystem(name: &str) -> Option<&'static str> {
    let places =
        ["/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server", "/usr/lib/ssh/sftp-server"];
    (name == "sftp").then(|| places.into_iter().find(|place| Path::new(place).exists()))?
}

/// Serves the channel until its command has ended or the client has gone.
pub(super) async fn serve(
    channel: Channel<Msg>,
    handle: Handle,
    account: Account,
    origin: Origin,
    backlog: Backlog,
) {
    let id = channel.id();
    let (mut from_client, to_client) = channel.split();
    let Some((start, wish)) = hear_wish(&mut from_client).await else {
        return;
    };
    let status = match spawn(&start, &wish, &account, origin) {
        Ok(running) => run(running, &mut from_client, &to_client, backlog).await,
        Err(error) => {
            let _ = to_client.extended_data_bytes(1, format!("{error}\r\n").into_bytes()).await;
            Some(ExitStatus::from_raw(127 << 8))
        }
    };
    if let Some(status) = status {
        let _ = to_client.eof().await;
        match (status.code().map(u32::try_from), status.signal()) {
            (Some(Ok(code)), _) => drop(to_client.exit_status(code).await),
            (_, Some(signal)) => {
                let dumped = status.core_dumped();
                let _ = handle
                    .exit_signal_request(id, signal_name(signal), dumped, String::new(), String::new())
                    .await;
            }
            (_, None) => {}
        }
    }
    let _ = to_client.close().await;
}

async fn hear_wish(from_client: &mut ChannelReadHalf) -> Option<(Start, Wish)> {
    let mut wish = Wish::default();
    loop {
        match from_client.wait().await? {
            ChannelMsg::SetEnv { variable_name, variable_value, .. } => {
                wish.set_variable(variable_name, variable_value);
            }
            ChannelMsg::RequestPty { term, col_width, row_height, pix_width, pix_height, .. } => {
                let size = window_size(col_width, row_height, pix_width, pix_height);
                wish.terminal = Some(Terminal { name: term.replace('\0', ""), size });
            }
            ChannelMsg::WindowChange { col_width, row_height, pix_width, pix_height } => {
                if let Some(terminal) = &mut wish.terminal {
                    terminal.size = window_size(col_width, row_height, pix_width, pix_height);
                }
            }
            ChannelMsg::RequestShell { .. } => return Some((Start::Shell, wish)),
            ChannelMsg::Exec { command, .. } => {
                return Some((Start::Command(String::from_utf8_lossy(&command).into_owned()), wish));
            }
            ChannelMsg::RequestSubsystem { name, .. } => {
                if let Some(program) = subsystem(&name) {
                    return Some((Start::Command(format!("exec {program}")), wish));
                }
            }
            ChannelMsg::Close => return None,
            _ => {}
        }
    }
}

fn window_size(columns: u32, rows: u32, width: u32, height: u32) -> Winsize {
    let short = |value: u32| u16::try_from(value).unwrap_or(u16::MAX);
    Winsize { ws_col: short(columns), ws_row: short(rows), ws_xpixel: short(width), ws_ypixel: short(height) }
}

/// A command that runs, and how to talk to it.
struct Running {
    child: Child,
    process: Option<Pid>,
    input: Box<dyn AsyncWrite + Send + Unpin>,
    output: Box<dyn AsyncRead + Send + Unpin>,
    errors: Option<Box<dyn AsyncRead + Send + Unpin>>,
    terminal: Option<OwnedFd>,
}

fn spawn(start: &Start, wish: &Wish, account: &Account, origin: Origin) -> std::io::Result<Running> {
    let mut command = command(start, account);
    command.env_clear().envs(account.environment()).envs(wish.variables.iter().cloned());
    let (peer, local) = (origin.peer, origin.local);
    let (from, to) = (peer.ip().to_canonical(), local.ip().to_canonical());
    command.env("SSH_CLIENT", format!("{from} {} {}", peer.port(), local.port()));
    command.env("SSH_CONNECTION", format!("{from} {} {to} {}", peer.port(), local.port()));
    command.current_dir(if account.home.is_dir() { &account.home } else { Path::new("/") });
    let setup = Setup { identity: account.identity(&Users::ours())?, ..Setup::default() };
    match &wish.terminal {
        Some(terminal) => spawn_on_terminal(command, terminal, account, setup),
        None => spawn_on_pipes(command, setup),
    }
}

fn command(start: &Start, account: &Account) -> Command {
    let mut command = Command::new(&account.shell);
    match start {
        Start::Shell => {
            // A name that begins with a dash makes it a login shell.
            let name = account.shell.file_name().unwrap_or_default().to_string_lossy().into_owned();
            command.arg0(format!("-{name}"));
        }
        Start::Command(line) => drop(command.arg("-c").arg(line.replace('\0', ""))),
    }
    command
}

fn spawn_on_pipes(mut command: Command, setup: Setup) -> std::io::Result<Running> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    sys::before_exec(&mut command, Setup { session: true, ..setup });
    let mut child = tokio::process::Command::from(command).spawn()?;
    let lost = || std::io::Error::other("a pipe is missing");
    Ok(Running {
        process: process(&child),
        input: Box::new(child.stdin.take().ok_or_else(lost)?),
        output: Box::new(child.stdout.take().ok_or_else(lost)?),
        errors: child.stderr.take().map(|errors| Box::new(errors) as Box<dyn AsyncRead + Send + Unpin>),
        terminal: None,
        child,
    })
}

fn spawn_on_terminal(
    mut command: Command,
    wish: &Terminal,
    account: &Account,
    setup: Setup,
) -> std::io::Result<Running> {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let ours = rustix::pty::openpt(flags)?;
    rustix::pty::unlockpt(&ours)?;
    let name = rustix::pty::ptsname(&ours, Vec::new())?.to_string_lossy().into_owned();
    let theirs = rustix::pty::ioctl_tiocgptpeer(&ours, flags)?;
    let _ = tcsetwinsize(&ours, wish.size);
    let _ = chown(&name, Some(account.uid), None);
    command.stdin(theirs.try_clone()?).stdout(theirs.try_clone()?).stderr(theirs);
    command.env("TERM", &wish.name).env("SSH_TTY", &name);
    sys::before_exec(&mut command, Setup { controlling_terminal: true, ..setup });
    rustix::fs::fcntl_setfl(&ours, rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::RDWR)?;
    let (reading, writing) = (ours.try_clone()?, ours.try_clone()?);
    let child = tokio::process::Command::from(command).spawn()?;
    Ok(Running {
        process: process(&child),
        // Not pipes, but as far as reading, writing and waiting go the same.
        input: Box::new(pipe::Sender::from_owned_fd_unchecked(writing)?),
        output: Box::new(pipe::Receiver::from_owned_fd_unchecked(reading)?),
        errors: None,
        terminal: Some(ours),
        child,
    })
}

fn process(child: &Child) -> Option<Pid> {
    child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?))
}

/// Carries bytes both ways. The command's status, unless the client went first.
async fn run(
    running: Running,
    from_client: &mut ChannelReadHalf,
    to_client: &ChannelWriteHalf<Msg>,
    backlog: Backlog,
) -> Option<ExitStatus> {
    let Running { mut child, process, input, mut output, errors, terminal } = running;
    let input = queue_input(input, backlog);
    let has_terminal = terminal.is_some();
    let hear = async {
        while let Some(message) = from_client.wait().await {
            match message {
                ChannelMsg::Data { data } => input.push(data.to_vec()),
                // A terminal has no end of input: the client sends the character for it.
                ChannelMsg::Eof if !has_terminal => input.end(),
                ChannelMsg::WindowChange { col_width, row_height, pix_width, pix_height } => {
                    let size = window_size(col_width, row_height, pix_width, pix_height);
                    let _ = terminal.as_ref().map(|terminal| tcsetwinsize(terminal.as_fd(), size));
                }
                ChannelMsg::Signal { signal } => deliver(process, &signal),
                ChannelMsg::Close => break,
                _ => {}
            }
        }
    };
    let speak = async {
        let mut out = to_client.make_writer();
        let mut err = to_client.make_writer_ext(Some(1));
        let errors = async {
            if let Some(mut errors) = errors {
                copy(&mut errors, &mut err).await;
            }
        };
        if has_terminal {
            // Whatever was left running may hold the terminal open for ever.
            let wait = async {
                let status = child.wait().await;
                tokio::time::sleep(LAST_WORDS).await;
                status
            };
            let mut copied = false;
            tokio::pin!(wait);
            loop {
                tokio::select! {
                    status = &mut wait => return status.ok(),
                    () = copy(&mut output, &mut out), if !copied => copied = true,
                }
            }
        }
        tokio::join!(copy(&mut output, &mut out), errors);
        child.wait().await.ok()
    };
    tokio::select! {
        status = speak => status,
        () = hear => None,
    }
}

/// Until the end; a terminal ends with EIO.
async fn copy(from: &mut (impl AsyncRead + Unpin), to: &mut (impl AsyncWrite + Unpin)) {
    let mut bytes = vec![0; 32 * 1024];
    while let Ok(length @ 1..) = from.read(&mut bytes).await {
        if to.write_all(&bytes[..length]).await.is_err() {
            return;
        }
    }
}

fn deliver(process: Option<Pid>, signal: &Sig) {
    let signal = match signal {
        Sig::ABRT => Signal::ABORT,
        Sig::ALRM => Signal::ALARM,
        Sig::FPE => Signal::FPE,
        Sig::HUP => Signal::HUP,
        Sig::ILL => Signal::ILL,
        Sig::INT => Signal::INT,
        Sig::KILL => Signal::KILL,
        Sig::PIPE => Signal::PIPE,
        Sig::QUIT => Signal::QUIT,
        Sig::SEGV => Signal::SEGV,
        Sig::TERM => Signal::TERM,
        Sig::USR1 => Signal::USR1,
        Sig::Custom(_) => return,
    };
    if let Some(process) = process {
        let _ = kill_process_group(process, signal);
    }
}

fn signal_name(signal: i32) -> Sig {
    match signal {
        libc::SIGABRT => Sig::ABRT,
        libc::SIGALRM => Sig::ALRM,
        libc::SIGFPE => Sig::FPE,
        libc::SIGHUP => Sig::HUP,
        libc::SIGILL => Sig::ILL,
        libc::SIGINT => Sig::INT,
        libc::SIGKILL => Sig::KILL,
        libc::SIGPIPE => Sig::PIPE,
        libc::SIGQUIT => Sig::QUIT,
        libc::SIGSEGV => Sig::SEGV,
        libc::SIGTERM => Sig::TERM,
        libc::SIGUSR1 => Sig::USR1,
        other => Sig::Custom(format!("SIG{other}@hamlet")),
    }
}

/// Input on its way to a command or a connection; counted, see `gate`.
pub(super) struct Input {
    queue: std::sync::Mutex<Option<mpsc::UnboundedSender<Vec<u8>>>>,
    backlog: Backlog,
    ended: tokio::sync::watch::Receiver<bool>,
}

/// Starts writing what is pushed to `writer`, in order.
pub(super) fn queue_input(mut writer: impl AsyncWrite + Send + Unpin + 'static, backlog: Backlog) -> Input {
    let (queue, mut pieces) = mpsc::unbounded_channel::<Vec<u8>>();
    let (end, ended) = tokio::sync::watch::channel(false);
    let counted = backlog.clone();
    tokio::spawn(async move {
        let mut broken = false;
        while let Some(piece) = pieces.recv().await {
            // A command that closed its input: the rest is thrown away, as a pipe would.
            broken = broken || writer.write_all(&piece).await.is_err();
            counted.remove(piece.len());
        }
        let _ = writer.shutdown().await;
        drop(writer);
        let _ = end.send(true);
    });
    Input { queue: std::sync::Mutex::new(Some(queue)), backlog, ended }
}

impl Input {
    pub(super) fn push(&self, bytes: Vec<u8>) {
        let queue = self.queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let length = bytes.len();
        self.backlog.add(length);
        if queue.as_ref().is_none_or(|queue| queue.send(bytes).is_err()) {
            self.backlog.remove(length);
        }
    }

    /// No more comes.
    pub(super) fn end(&self) {
        self.queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
    }

    /// Once everything has been written and the writer closed.
    pub(super) async fn ended(&self) {
        let mut ended = self.ended.clone();
        let _ = ended.wait_for(|ended| *ended).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_language_comes_from_the_client() {
        assert!(is_accepted_variable("LANG") && is_accepted_variable("LC_ALL"));
        for name in ["LD_PRELOAD", "PATH", "LC_\0", "LANGUAGE", "lc_all"] {
            assert!(!is_accepted_variable(name), "{name} was taken");
        }
    }
}
