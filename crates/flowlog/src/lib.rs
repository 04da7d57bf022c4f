//! VPC flow logs: the fields that records can have, the formats that say which, and records as they are written, as
//! lines of text and in Parquet.
//!
//! Follows "Flow log records" (VPC User Guide). What is written comes from [`engine::FlowRecord`], which the same decisions
//! make that move packets, and from the network as it is. Versions 2 to 10, and of 11 what needs no tags.
//!
//! Pure: no I/O, no clock, no randomness.

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

mod field;
mod format;
mod line;
mod longer;
mod parquet;
mod parquet_file;
mod site;

pub use field::{Field, FieldType};
pub use format::{Format, MalformedFormat};
pub use line::{Line, LogStatus};
pub use longer::Longer;
pub use parquet_file::ParquetFile;
pub use site::Site;
