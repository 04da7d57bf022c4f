//! What is to be done: slots, steps, and what comes out.
//!
//! ```text
//!   events ──> steps ──> groups ──> steps ──> rows        stats count(*) as n by srcAddr | sort n desc | limit 10
//!              phase 0              phase 1
//! ```
//!
//! A phase works on rows of slots. In the first one a row is an event, and some slots are its fields; each `stats` (or
//! `pattern`) ends a phase and begins another, whose first slots are the keys and what was computed for them. No slot is ever
//! filled twice.

use crate::{Aggregate, Captures, Expression, Glob};
use std::sync::Arc;

/// A query that can be run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Which groups, where the query says it itself: `SOURCE`.
    pub source: Option<LogGroups>,
    /// One more than there are commands `stats` and `pattern`.
    pub phases: Vec<Phase>,
    /// The columns that are shown, as slots of the last phase.
    pub outputs: Vec<Output>,
    /// Whether a row is an event, so that it has a hidden `@ptr`.
    pub of_events: bool,
}

/// What `SOURCE logGroups(…)` selects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogGroups {
    /// Groups whose names begin so.
    pub name_prefixes: Vec<String>,
    /// Accounts; none is the caller's own.
    pub account_identifiers: Vec<String>,
    /// Classes; none is STANDARD.
    pub classes: Vec<String>,
}

/// Steps over rows of the same slots.
#[derive(Debug, Clone)]
pub struct Phase {
    /// Where each slot's value comes from.
    pub slots: Vec<Origin>,
    /// What is done, in this order.
    pub steps: Vec<Step>,
    /// What becomes of the rows.
    pub end: End,
}

/// Where a slot's value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It is a field of the event.
    Event(Input),
    /// The phase before has given it, or a step computes it.
    Computed,
}

/// A field of an event.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Input {
    /// `@timestamp`
    Timestamp,
    /// `@ingestionTime`
    IngestionTime,
    /// `@message`
    Message,
    /// `@logStream`
    LogStream,
    /// `@log`
    Log,
    /// `@ptr`
    Pointer,
    /// A field that is found in the message.
    Discovered(Arc<str>),
}

impl Input {
    /// The field of that name.
    pub(crate) fn named(name: &str) -> Input {
        match name {
            "@timestamp" => Input::Timestamp,
            "@ingestionTime" => Input::IngestionTime,
            "@message" => Input::Message,
            "@logStream" => Input::LogStream,
            "@log" => Input::Log,
            "@ptr" => Input::Pointer,
            other => Input::Discovered(other.into()),
        }
    }
}

/// What is done with rows.
#[derive(Debug, Clone)]
pub enum Step {
    /// A slot gets a value.
    Compute {
        /// Which one.
        slot: usize,
        /// The value.
        expression: Expression,
    },
    /// Rows for which it does not hold go.
    Filter(Expression),
    /// Slots get parts of a text, or nothing where it does not fit.
    Extract {
        /// The text.
        from: Expression,
        /// How it is taken apart.
        by: Extraction,
        /// The slots.
        into: Vec<usize>,
    },
    /// A row for each element of a list.
    Unnest {
        /// The list.
        list: Expression,
        /// The slot that gets the element.
        into: usize,
    },
    /// Rows are put in order, and some go.
    Keep(Keep),
}

/// How a text is taken apart.
#[derive(Debug, Clone)]
pub enum Extraction {
    /// By a pattern with stars.
    Glob(Box<Glob>),
    /// By the groups of an expression where it fits first.
    RegularExpression(Captures),
    /// By the groups wherever it fits, with a row for each place.
    EveryMatch(Captures),
}

/// `sort`, `dedup` and `limit`, which is their order if several are there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keep {
    /// By what rows are put in order; if by nothing, events are by their times, the newest first.
    pub order: Vec<SortKey>,
    /// Of rows that are equal in all these slots the first one stays. "Log events with null values are retained" (dedup).
    pub distinct: Option<Vec<usize>>,
    /// How many stay.
    pub limit: Option<usize>,
}

/// By what rows are put in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SortKey {
    /// By this slot.
    pub slot: usize,
    /// The greatest first.
    pub descending: bool,
}

/// What becomes of a phase's rows.
#[derive(Debug, Clone)]
pub enum End {
    /// They are counted and summed up in groups.
    Group(Grouping),
    /// The texts in a slot are sorted into patterns: `@pattern`, `@ratio`, `@sampleCount` and `@severityLabel` come out.
    Patterns(usize),
    /// They are the answer.
    Rows,
}

/// `stats`. The next phase's slots are the keys, then what was aggregated.
#[derive(Debug, Clone)]
pub struct Grouping {
    /// What rows of one group have in common.
    pub keys: Vec<Expression>,
    /// What is computed for each group.
    pub aggregates: Vec<AggregateCall>,
}

/// An aggregation and over what.
#[derive(Debug, Clone)]
pub struct AggregateCall {
    /// The aggregation.
    pub aggregate: Aggregate,
    /// Over what; nothing for `count(*)`.
    pub argument: Option<Expression>,
}

/// A column that is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Its name.
    pub name: Arc<str>,
    /// Where its values are.
    pub slot: usize,
}
