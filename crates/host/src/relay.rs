//! Bytes between a caller and a command that has none of the caller's descriptors.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::process::Child;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;
use rustix::stdio::{stderr, stdin, stdout};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::enter::Terminal;
use crate::error::{Attempt, Result};

/// What is carried at once: a pipe's worth.
const CHUNK: usize = 64 * 1024;

/// Carries bytes between the caller's descriptors and pipes of the command's.
pub(crate) struct PipeRelay {
    /// The command's standard input; nothing once there is no more.
    input: Option<File>,
    /// Read from the caller and not yet taken by the command.
    pending: Vec<u8>,
    output: [Output; 2],
}

/// One of the command's outputs.
struct Output {
    from: Option<File>,
    to: BorrowedFd<'static>,
}

impl PipeRelay {
    pub(crate) fn start(child: &mut Child) -> io::Result<Self> {
        let input = child.stdin.take().map(|it| File::from(OwnedFd::from(it)));
        let output = child.stdout.take().map(|it| File::from(OwnedFd::from(it)));
        let errors = child.stderr.take().map(|it| File::from(OwnedFd::from(it)));
        for pipe in [&input, &output, &errors].into_iter().flatten() {
            fcntl_setfl(pipe, fcntl_getfl(pipe)? | OFlags::NONBLOCK)?;
        }
        let output = [Output { from: output, to: stdout() }, Output { from: errors, to: stderr() }];
        Ok(Self { input, pending: Vec::new(), output })
    }

    /// Waits for bytes or a signal, and carries what there is.
    pub(crate) fn carry(&mut self, signals: &OwnedFd) {
        let (reads, writes) = (self.input.is_some() && self.pending.is_empty(), !self.pending.is_empty());
        let mut waiting = vec![PollFd::new(signals, PollFlags::IN)];
        if reads {
            waiting.push(PollFd::from_borrowed_fd(stdin(), PollFlags::IN));
        }
        if let Some(input) = self.input.as_ref() {
            // Without bytes for it, only to hear that nobody reads any more.
            waiting.push(PollFd::new(input, if writes { PollFlags::OUT } else { PollFlags::empty() }));
        }
        let outputs = self.output.iter().filter_map(|it| it.from.as_ref());
        waiting.extend(outputs.map(|from| PollFd::new(from, PollFlags::IN)));
        if poll(&mut waiting, None).is_err() {
            return;
        }
        let mut events: Vec<PollFlags> = waiting.iter().map(PollFd::revents).collect();
        drop(waiting);
        events.remove(0);
        let mut events = events.into_iter();
        let typed = reads && events.next().is_some_and(|it| !it.is_empty());
        let taken = self.input.is_some().then(|| events.next()).flatten().unwrap_or(PollFlags::empty());
        for output in self.output.iter_mut().filter(|it| it.from.is_some()) {
            if events.next().is_some_and(|it| !it.is_empty()) {
                output.carry();
            }
        }
        if taken.intersects(PollFlags::ERR) {
            self.end_input();
        } else if taken.contains(PollFlags::OUT) {
            self.push();
        }
        if typed {
            self.pull();
        }
    }

    /// The command has ended: it takes no more. Whether its outputs have ended, too.
    pub(crate) fn is_done(&mut self) -> bool {
        self.end_input();
        self.output.iter().all(|output| output.from.is_none())
    }

    fn end_input(&mut self) {
        self.input = None;
        self.pending.clear();
    }

    /// From the caller.
    fn pull(&mut self) {
        let mut bytes = vec![0; CHUNK];
        match rustix::io::read(stdin(), &mut bytes) {
            Ok(length @ 1..) => {
                bytes.truncate(length);
                self.pending = bytes;
                self.push();
            }
            Err(Errno::AGAIN | Errno::INTR) => {}
            Ok(_) | Err(_) => self.end_input(),
        }
    }

    /// To the command.
    fn push(&mut self) {
        let Some(input) = &mut self.input else { return };
        match input.write(&self.pending) {
            Ok(length) => drop(self.pending.drain(..length)),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
            Err(_) => self.end_input(),
        }
    }
}

impl Output {
    /// Carries what is there.
    fn carry(&mut self) {
        let Some(from) = &self.from else { return };
        let mut bytes = vec![0; CHUNK];
        match rustix::io::read(from, &mut bytes) {
            Ok(length @ 1..) if write_all(self.to, &bytes[..length]) => {}
            Err(Errno::AGAIN | Errno::INTR) => {}
            // The end, or nobody out there who reads: then the command hears of it, as from any pipe.
            Ok(_) | Err(_) => self.from = None,
        }
    }
}

/// Carries bytes between the caller's terminal, raw meanwhile, and the one inside.
pub(crate) struct TerminalRelay {
    pub(crate) terminal: Terminal,
    before: Termios,
    /// Typed and not yet taken by the command: no more is read until it is.
    pending: Vec<u8>,
    input_ended: bool,
}

impl TerminalRelay {
    pub(crate) fn start(terminal: Terminal) -> Result<Self> {
        let before = tcgetattr(stdin()).attempt("reading the terminal's settings")?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(stdin(), OptionalActions::Now, &raw).attempt("setting up the terminal")?;
        fcntl_setfl(&terminal.ours, OFlags::RDWR | OFlags::NONBLOCK).attempt("setting up the terminal")?;
        Ok(Self { terminal, before, pending: Vec::new(), input_ended: false })
    }

    /// Waits for bytes or a signal, and carries what there is.
    pub(crate) fn carry(&mut self, signals: &OwnedFd) {
        let (typing, taking) = match self.pending.is_empty() {
            true if self.input_ended => (PollFlags::empty(), PollFlags::IN),
            true => (PollFlags::IN, PollFlags::IN),
            false => (PollFlags::empty(), PollFlags::IN | PollFlags::OUT),
        };
        let mut waiting = [
            PollFd::new(signals, PollFlags::IN),
            PollFd::new(&self.terminal.ours, taking),
            PollFd::from_borrowed_fd(stdin(), typing),
        ];
        if poll(&mut waiting, None).is_err() {
            return;
        }
        let [_, inside, typed] = waiting.map(|descriptor| descriptor.revents());
        if inside.contains(PollFlags::OUT) {
            self.push();
        }
        if inside.contains(PollFlags::IN) {
            self.show();
        } else if inside.contains(PollFlags::HUP) {
            // Nobody has the terminal open; the command's end follows.
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        if !typing.is_empty() && typed.intersects(PollFlags::IN | PollFlags::HUP) {
            self.type_in();
        }
    }

    pub(crate) fn show(&mut self) {
        let mut bytes = [0; 8192];
        while let Ok(length @ 1..) = rustix::io::read(&self.terminal.ours, &mut bytes) {
            write_all(stdout(), &bytes[..length]);
        }
    }

    fn type_in(&mut self) {
        let mut bytes = [0; 4096];
        match rustix::io::read(stdin(), &mut bytes) {
            Ok(length @ 1..) => {
                self.pending.extend_from_slice(&bytes[..length]);
                self.push();
            }
            Ok(_) | Err(_) => self.input_ended = true,
        }
    }

    fn push(&mut self) {
        match rustix::io::write(&self.terminal.ours, &self.pending) {
            Ok(length) => drop(self.pending.drain(..length)),
            Err(Errno::AGAIN | Errno::INTR) => {}
            // Nobody reads there any more.
            Err(_) => self.pending.clear(),
        }
    }
}

impl Drop for TerminalRelay {
    fn drop(&mut self) {
        let _ = tcsetattr(stdin(), OptionalActions::Now, &self.before);
    }
}

/// Waits where the other side is slow; false where it has gone.
fn write_all(to: BorrowedFd<'_>, mut bytes: &[u8]) -> bool {
    while !bytes.is_empty() {
        match rustix::io::write(to, bytes) {
            Ok(length) => bytes = &bytes[length..],
            Err(Errno::AGAIN) => drop(poll(&mut [PollFd::from_borrowed_fd(to, PollFlags::OUT)], None)),
            Err(Errno::INTR) => {}
            Err(_) => return false,
        }
    }
    true
}
