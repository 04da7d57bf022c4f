//! Drives the engine and the reference model side by side.
#![allow(dead_code)]

pub(crate) mod case;
pub(crate) mod change;
pub(crate) mod errand;
pub(crate) mod frames;
pub(crate) mod lab;
pub(crate) mod pair;
pub(crate) mod traffic;
