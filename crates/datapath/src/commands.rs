//! Commands to the thread from other threads: closures, run in order before the next frame.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use model::World;
use rustix::event::{EventfdFlags, eventfd};

/// Something for the thread to run, on what it owns.
pub(crate) type Command<T> = Box<dyn FnOnce(&mut T) + Send>;

/// What waits for the thread.
pub(crate) struct Waiting<T> {
    /// The world to be read from now on, if there is another. First, so that commands see it.
    pub world: Option<Arc<World>>,
    /// Oldest first.
    pub commands: Vec<Command<T>>,
}

/// Commands that were sent and have not run yet.
pub(crate) struct Commands<T> {
    waiting: Mutex<Waiting<T>>,
    /// Whether any wait: what the thread looks at after each frame it reads.
    any: AtomicBool,
    /// Wakes the thread from its waiting: an eventfd.
    wake: OwnedFd,
}

impl<T> Default for Waiting<T> {
    fn default() -> Self {
        Waiting { world: None, commands: Vec::new() }
    }
}

impl<T> Commands<T> {
    pub(crate) fn new() -> io::Result<Commands<T>> {
        let wake = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        Ok(Commands { waiting: Mutex::default(), any: AtomicBool::new(false), wake })
    }

    /// Sends a command. Frames that are sent after this returns are read after it has run.
    pub(crate) fn send(&self, command: Command<T>) {
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
    pub(crate) fn take(&self) -> Waiting<T> {
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

    fn lock(&self) -> std::sync::MutexGuard<'_, Waiting<T>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
