//! Waits for the end of processes, whose descriptors become readable with it.

use rustix::event::{PollFd, PollFlags};
use std::os::fd::BorrowedFd;

/// All that a thread needs that only waits.
const STACK_BYTES: usize = 32 << 10;

/// Has `then` called, on a thread of its own, when the process behind `descriptor` has ended. `whose` names the thread.
pub(crate) fn watch(
    descriptor: BorrowedFd<'_>,
    whose: impl std::fmt::Display,
    then: impl FnOnce() + Send + 'static,
) -> std::io::Result<()> {
    let descriptor = descriptor.try_clone_to_owned()?;
    let thread = std::thread::Builder::new().name(format!("watch {whose}")).stack_size(STACK_BYTES);
    thread.spawn(move || {
        let mut ended = [PollFd::new(&descriptor, PollFlags::IN)];
        while rustix::event::poll(&mut ended, None) == Err(rustix::io::Errno::INTR) {}
        then();
    })?;
    Ok(())
}
