//! Back pressure for a whole connection.
//!
//! The ssh library grants the client a new window when data arrives, not when somebody has taken it, and holds the whole
//! connection when a channel's queue is full: a command that reads nothing would stop its own output. So input is
//! queued outside the library, without a limit of its own, and the connection is read only while all queues together
//! are below one.
//!
//! That the client can take more output it says behind the input it has sent, of which there is at most one window. Ours
//! is small, so that a command which copies input to output frees more of the queue than stands before that message.
//! What stays is a command that prints more than the client's window without reading, with a full queue: it waits.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Input that commands have not taken yet, per connection.
const BACKLOG_BYTES_MAX: usize = 16 * 1024 * 1024;

/// What a client may send before it hears from us: less than any client's own window (PuTTY's, 16 KiB, apart).
pub(super) const WINDOW_BYTES: u32 = 128 * 1024;

/// How much input waits.
#[derive(Clone, Default)]
pub(super) struct Backlog(Arc<Inner>);

#[derive(Default)]
struct Inner {
    bytes: AtomicUsize,
    waiting: Mutex<Option<Waker>>,
}

impl Backlog {
    pub(super) fn add(&self, bytes: usize) {
        self.0.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn remove(&self, bytes: usize) {
        self.0.bytes.fetch_sub(bytes, Ordering::Relaxed);
        if let Some(waker) = self.waiting().take() {
            waker.wake();
        }
    }

    fn is_full(&self) -> bool {
        self.0.bytes.load(Ordering::Relaxed) > BACKLOG_BYTES_MAX
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Option<Waker>> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that is not read while too much of it waits.
pub(super) struct Gated {
    stream: TcpStream,
    backlog: Backlog,
}

impl Gated {
    pub(super) fn new(stream: TcpStream) -> (Self, Backlog) {
        let backlog = Backlog::default();
        (Self { stream, backlog: backlog.clone() }, backlog)
    }
}

impl AsyncRead for Gated {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.backlog.is_full() {
            *self.backlog.waiting() = Some(cx.waker().clone());
            return Poll::Pending;
        }
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Gated {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
