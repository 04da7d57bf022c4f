//! What the tests of golden records need.

pub(crate) mod coverage;
pub(crate) mod file;
