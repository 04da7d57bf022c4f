//! The service as its clients see it.

mod filters;
mod groups;
mod reading;
mod rig;
mod writing;
