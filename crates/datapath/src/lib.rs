//! Moves frames between links and the engine, keeps time, captures packets.
//!
//! ```text
//!   instance ── TAP ──┐                                    ┌── TAP ── instance
//!   instance ── TAP ──┤ epoll ─> read ─> engine ─> write ──┼── TAP ── services
//!     laptop ── TAP ──┘       one thread, one buffer       └── TAP ── laptop
//!                                     ^
//!                  publish, open, close, capture, status: commands from any thread
//! ```
//!
//! One thread does all of it, so that the engine needs no lock and a frame is in the processor's cache from its reading
//! to its writing. [`Datapath`] is the handle: what it asks for is a command, which the thread runs before it
//! looks at another frame. A change of the network is thus enforced on every frame sent after
//! [`Datapath::publish`] has returned.
//!
//! Links take turns. In its turn a link's frames are read, up to a bound, then decided and written; a link that has more
//! waits for its next turn. Frames are super-frames where the sender's kernel made them (up to 64 KiB, see
//! [`wire::VnetHeader`]): they are rewritten in the buffer they were read into, and written from it.
//!
//! Left out: several queues per link, and more than one thread. Of the thread's time the engine takes a few per cent;
//! the rest are the kernel's copies, the receivers' TCP and waking them up. `cargo run --release -p network-bench`
//! measures it.

#![forbid(unsafe_code)]

mod capture;
mod clock;
mod commands;
mod datapath;
mod link;
mod options;
mod pcapng;
mod retired;
mod status;
mod switch;

pub use capture::{CaptureId, CaptureScope};
pub use datapath::Datapath;
pub use options::Options;
pub use status::{LinkStatus, Metrics, Status};
