//! Runs queries of CloudWatch Logs Insights over batches of log events.

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

mod layout;
mod source;

pub use layout::Layout;
pub use source::{Batch, Source, SourceError, Streams, Strings};
