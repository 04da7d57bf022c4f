//! The service as its clients see it.

mod exports;
mod filters;
mod groups;
mod live_tail;
mod queries;
mod reading;
mod rig;
mod writing;
