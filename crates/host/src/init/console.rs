//! The console: what an instance prints, on its way to the daemon, which keeps the latest of it.
//!
//! Whoever prints never waits. What the daemon does not take at once is kept here, the newest of it; what is older is lost,
//! as on a serial port that nobody reads fast enough.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Write;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// How long the last words may take.
const LAST_WORDS: Duration = Duration::from_millis(500);

pub(super) struct Console {
    /// Does not block.
    pipe: File,
    /// What the pipe has no room for.
    waiting: VecDeque<u8>,
    waiting_max: usize,
    started: Instant,
}

impl Console {
    /// A console that keeps so many bytes at most for a daemon that is slow.
    pub(super) fn new(pipe: File, waiting_max: usize) -> Self {
        Self { pipe, waiting: VecDeque::new(), waiting_max, started: Instant::now() }
    }

    /// One line of our own, with the time since boot as the kernel prints it.
    pub(super) fn print(&mut self, line: &str) {
        let time = self.started.elapsed();
        self.write(format!("[{:5}.{:06}] {line}\r\n", time.as_secs(), time.subsec_micros()).as_bytes());
    }

    /// What the instance printed.
    pub(super) fn write(&mut self, bytes: &[u8]) {
        self.waiting.extend(bytes);
        self.hand_over();
        self.waiting.drain(..self.waiting.len().saturating_sub(self.waiting_max));
    }

    /// What is to be polled until it takes more, if something waits.
    pub(super) fn waits_for(&self) -> Option<BorrowedFd<'_>> {
        (!self.waiting.is_empty()).then(|| self.pipe.as_fd())
    }

    /// Hands over as much as there is room for. A daemon that is gone takes nothing more.
    pub(super) fn hand_over(&mut self) {
        while !self.waiting.is_empty() {
            let (first, _) = self.waiting.as_slices();
            match self.pipe.write(first) {
                Ok(count) => drop(self.waiting.drain(..count)),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return,
                Err(_) => return self.waiting.clear(),
            }
        }
    }

    /// Waits a little for the daemon to take the rest.
    pub(super) fn finish(&mut self) {
        let end = Instant::now() + LAST_WORDS;
        while let (Some(pipe), Some(left)) = (self.waits_for(), end.checked_duration_since(Instant::now())) {
            let left = Timespec::try_from(left).ok();
            let _ = poll(&mut [PollFd::from_borrowed_fd(pipe, PollFlags::OUT)], left.as_ref());
            self.hand_over();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::os::fd::OwnedFd;

    #[test]
    fn whoever_prints_never_waits_and_the_newest_is_kept() {
        let (mut daemon, pipe) = crate::supervisor::console_pipe().unwrap();
        let mut console = Console::new(OwnedFd::from(pipe).into(), 1000);
        for number in 0..100_000 {
            console.write(format!("line {number:05}\n").as_bytes());
        }
        assert!(console.waits_for().is_some() && console.waiting.len() <= 1000);
        let reader = std::thread::spawn(move || {
            let mut text = String::new();
            daemon.read_to_string(&mut text).unwrap();
            text
        });
        console.finish();
        assert!(console.waits_for().is_none());
        drop(console);
        let text = reader.join().unwrap();
        assert!(text.starts_with("line 00000\n") && text.ends_with("line 99998\nline 99999\n"));
    }

    #[test]
    fn nobody_waits_for_a_daemon_that_is_gone() {
        let (daemon, pipe) = crate::supervisor::console_pipe().unwrap();
        drop(daemon);
        let mut console = Console::new(OwnedFd::from(pipe).into(), 1000);
        console.print("nobody hears this");
        assert!(console.waits_for().is_none());
        console.finish();
    }
}
