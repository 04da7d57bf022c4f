//! Commands to the thread from other threads: closures, run in order before the next frame.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use model::World;
use rustix::event::{EventfdFlags, eventfd};

use crate::switch::Switch;

/// Something for the thread to run.
pub(crate) type Command = Box<dyn FnOnce(&mut Switch) + Send>;

/// What waits for the thread.
#[derive(Default)]
pub(crate) struct Waiting {
    /// The world to be read from now on, if there is another. First, so that commands see it.
    pub world: Option<Arc<World>>,
    /// Oldest first.
    pub commands: Vec<Command>,
}

/// Commands that were sent and have not run yet.
pub(crate) struct Commands {
    waiting: Mutex<Waiting>,
    /// Whether any wait: what the thread looks at after each frame it reads.
    any: AtomicBool,
    /// Wakes the thread from its waiting: an eventfd.
    wake: OwnedFd,
}

impl Commands {
    pub(crate) fn new() -> io::Result<Commands> {
        let wake = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        Ok(Commands { waiting: Mutex::default(), any: AtomicBool::new(false), wake })
    }

    /// Sends a command. Frames that are sent after this returns are read after it has run.
    pub(crate) fn send(&self, command: Command) {
        self.lock().commands.push(command);
        self.wake();
    }

    /// Has this world read from the next frame on, and before the next command runs.
    pub(crate) fn send_world(&self, world: Arc<World>) {
        self.leave_world(world);
        self.wake();
    }

    /// The same; nobody is woken for it, and one that waits is replaced.
    pub(crate) fn leave_world(&self, world: Arc<World>) {
        let replaced = self.lock().world.replace(world);
        self.any.store(true, Ordering::Release);
        drop(replaced);
    }

    fn wake(&self) {
        self.any.store(true, Ordering::Release);
        // It can only be full of wakes that were not seen yet, and one is enough.
        let _ = rustix::io::write(&self.wake, &1u64.to_ne_bytes());
    }

    #[inline]
    pub(crate) fn any(&self) -> bool {
        self.any.load(Ordering::Acquire)
    }

    /// All that waits.
    pub(crate) fn take(&self) -> Waiting {
        let mut waiting = self.lock();
        self.any.store(false, Ordering::Release);
        std::mem::take(&mut *waiting)
    }

    /// The descriptor that becomes readable when the thread is woken.
    pub(crate) fn wake_descriptor(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }

    /// Makes that descriptor unreadable until the thread is woken again.
    pub(crate) fn clear_wake(&self) {
        // EAGAIN: nobody has woken it.
        let _ = rustix::io::read(&self.wake, &mut [0; 8]);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
