//! Runs queries of CloudWatch Logs Insights over batches of log events.
//!
//! A store offers its events as a [`Source`], in columns that are lent. A [`Search`] takes the plan of a query (`query`) and
//! gives [`Worker`]s, which scan; what they have found is put together to an [`Answer`]. There are no threads in here: who
//! wants several runs several workers.
//!
//! Nothing is made of an event that is not asked for. Fields are read when a step first wants one of them, which is after the
//! filters before it; a column holds 24 bytes for each row, and texts are those of the store. Where the store has a field as a few
//! words and which of them each event has, what is asked of the field is asked of the words.
//!
//! | file | what |
//! |---|---|
//! | `source`, `layout` | where events come from, and how records of flow logs are written |
//! | `search`, `answer`, `pointer` | the query that is run, what comes out, and `@ptr` |
//! | `frame`, `discovered`, `json` | rows in columns, and the fields of messages |
//! | `value`, `order` | values: as numbers, texts and conditions, printed, compared, put in order |
//! | `evaluate`, `functions` | expressions |
//! | `steps` | fields, filter, parse, unnest |
//! | `group`, `keep`, `patterns` | stats; sort, dedup and limit; pattern |

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

mod answer;
mod discovered;
mod evaluate;
mod frame;
mod functions;
mod group;
mod json;
mod keep;
mod layout;
mod order;
mod patterns;
pub mod pointer;
mod search;
mod source;
mod steps;
#[cfg(test)]
mod tests;
mod value;

pub use answer::{Answer, Row, Statistics};
pub use discovered::{FieldCounter, fields};
pub use evaluate::Window;
pub use layout::Layout;
pub use search::{MEMORY_BYTES_DEFAULT, Search, SearchError, Worker};
pub use source::{Batch, Columns, FieldColumn, Lent, Source, SourceError, Streams, Strings};
