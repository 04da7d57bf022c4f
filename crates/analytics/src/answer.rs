//! What comes out of a query.

use std::sync::Arc;

/// A table, and what it has cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The columns' names.
    pub columns: Vec<Arc<str>>,
    /// The rows.
    pub rows: Vec<Row>,
    /// What was looked at.
    pub statistics: Statistics,
}

/// A row of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// A value for each column; none where there is none, which results leave out.
    pub values: Vec<Option<String>>,
    /// `@ptr`, if the row is an event.
    pub pointer: Option<String>,
}

/// What was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Events that passed the filters.
    pub records_matched: u64,
    /// Events within the times.
    pub records_scanned: u64,
    /// What their messages have of bytes.
    pub bytes_scanned: u64,
}

impl Statistics {
    pub(crate) fn add(&mut self, other: Statistics) {
        self.records_matched += other.records_matched;
        self.records_scanned += other.records_scanned;
        self.bytes_scanned += other.bytes_scanned;
    }
}
