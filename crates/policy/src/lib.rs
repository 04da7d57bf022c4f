//! IAM policies as AWS reads them.
//!
//! Follows "IAM JSON policy reference" and "Policy evaluation logic" (IAM User Guide). A [`Document`] is a policy's text as
//! it was given, beside what it means: it is parsed once, where it is written down or loaded, and never again.

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

mod document;
mod problem;

pub use document::{Document, Kind};
pub use problem::PolicyProblem;
