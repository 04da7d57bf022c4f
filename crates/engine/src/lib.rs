//! The engine: a frame, a snapshot of the network, the connections and the time go in; a verdict comes out, and the
//! reason for it.
//!
//! [`stages`] is the list of what a packet passes; [`journey`] goes from place to place; [`targets`] are what routes point
//! to. [`Engine::receive`] applies it all to frames, and remembers what was decided so that the next packet of the same
//! connection costs one look-up. [`explain::trace`] asks the same stages and writes down what they say.
//!
//! Pure: no I/O, no clock, no randomness, no threads.

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

pub mod answer;
pub mod clock;
pub mod connection;
mod connection_index;
mod connection_key;
pub mod connection_table;
pub mod drop_reason;
pub mod explain;
mod fast_path;
mod forwarding;
pub mod fragments;
mod holders;
pub mod journey;
pub mod metric;
pub mod nat;
pub mod nat_metrics;
mod next_hop;
pub mod packet;
pub mod port;
pub mod receive;
pub mod render;
pub mod send_on;
pub mod stages;
pub mod targets;
pub mod trace;
mod tracking;

pub use clock::{Moment, Now};
pub use connection::{Connection, End, Sent, Side};
pub use connection_table::{ConnectionTable, Slot};
pub use drop_reason::{DropCounters, DropReason};
pub use explain::{Question, Story};
pub use metric::{Metric, Unit};
pub use packet::Packet;
pub use port::{Port, PortCounters, PortId, PortKind, PortTable};
pub use receive::{Engine, Limits, Outgoing, Verdict};
pub use trace::{Outcome, TraceStep};
