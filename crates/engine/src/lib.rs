//! The engine: a frame, a snapshot of the network, the connections and the time go in; a verdict comes out, and the
//! reason for it.
//!
//! [`stages`] is the list of what a packet passes; [`journey`] goes from place to place; [`targets`] are what routes point
//! to. [`Engine::receive`] applies it all to frames, and remembers what was decided so that the next packet of the same
//! connection costs one look-up. [`explain::trace`] asks the same stages and writes down what they say.
//!
//! Pure: no I/O, no clock, no randomness, no threads.

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods, clippy::wildcard_enum_match_arm)]
#![deny(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::cast_lossless
)]

pub mod answer;
pub mod clock;
pub mod connection;
mod connection_index;
mod connection_key;
pub mod connection_table;
mod decide;
mod deliver;
pub mod drop_reason;
pub mod engine;
pub mod explain;
mod fast_path;
pub mod findings;
mod flow_book;
mod flow_logging;
mod flow_noting;
pub mod flow_record;
mod flow_ring;
mod forwarding;
pub mod fragments;
mod holders;
pub mod journey;
pub mod metric;
pub mod nat;
pub mod nat_metrics;
mod next_hop;
mod on_link;
pub mod origin;
pub mod packet;
pub mod passage;
pub mod port;
mod receive;
pub mod render;
mod send_on;
mod slot;
mod slow_path;
pub mod stage;
pub mod stages;
pub mod targets;
pub mod trace;
mod tracking;
mod travel;
pub mod verdict;
mod waypoints;

pub use clock::{Moment, Now};
pub use connection::{Connection, End, Sent, Side};
pub use connection_table::ConnectionTable;
pub use drop_reason::{DropCounters, DropReason};
pub use engine::{Engine, Limits};
pub use explain::{Question, Story};
pub use flow_book::{ClosedFlows, FlowLimits};
pub use flow_record::{FlowAction, FlowKey, FlowRecord, FlowWindow, RejectReason, TrafficPath};
pub use flow_ring::{DecidedFlow, FLOW_DECISIONS_MAX, FlowDecision, FlowDecisions, Ruling};
pub use forwarding::Forwarding;
pub use metric::{Metric, Unit};
pub use origin::Origin;
pub use packet::Packet;
pub use port::{Port, PortCounters, PortId, PortKind, PortTable};
pub use slot::Slot;
pub use stage::Stage;
pub use trace::{Outcome, TraceStep};
pub use verdict::{Outgoing, Verdict};
