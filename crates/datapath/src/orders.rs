//! Orders to the thread from other threads: closures, carried out in order before the next frame.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use model::World;
use rustix::event::{EventfdFlags, eventfd};

use crate::switch::Switch;

/// Something the thread is to do.
pub(crate) type Order = Box<dyn FnOnce(&mut Switch) + Send>;

/// What waits for the thread.
#[derive(Default)]
pub(crate) struct Waiting {
    /// The world to be read from now on, if there is another. First, so that orders see it.
    pub world: Option<Arc<World>>,
    /// Oldest first.
    pub orders: Vec<Order>,
}

/// Orders that have been given and not yet been carried out.
pub(crate) struct Orders {
    waiting: Mutex<Waiting>,
    /// Whether any wait: what the thread looks at after each frame it reads.
    any: AtomicBool,
    bell: OwnedFd,
}

impl Orders {
    pub(crate) fn new() -> io::Result<Orders> {
        let bell = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        Ok(Orders { waiting: Mutex::default(), any: AtomicBool::new(false), bell })
    }

    /// Gives an order. Frames that are sent after this returns are read after it has been carried out.
    pub(crate) fn give(&self, order: Order) {
        self.lock().orders.push(order);
        self.wake();
    }

    /// Has this world read from the next frame on, and before the next order is carried out.
    pub(crate) fn give_world(&self, world: Arc<World>) {
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
        // It can only be full of rings that were not heard yet, and one is enough.
        let _ = rustix::io::write(&self.bell, &1u64.to_ne_bytes());
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

    /// What becomes readable when an order is given.
    pub(crate) fn bell(&self) -> BorrowedFd<'_> {
        self.bell.as_fd()
    }

    /// Makes the bell unreadable until the next order.
    pub(crate) fn silence(&self) {
        // EAGAIN: it was silent.
        let _ = rustix::io::read(&self.bell, &mut [0; 8]);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
