//! Expressions as a plan has them: names are slots, functions exist, patterns are compiled.

use crate::{Function, Period, Subnet};
use memchr::memmem;
use regex::bytes::Regex;
use std::sync::Arc;

/// What is computed for each event.
#[derive(Debug, Clone)]
pub enum Expression {
    /// What a slot holds.
    Slot(usize),
    /// What stood in the query.
    Literal(Literal),
    /// A part of a map or a list.
    Access(Box<Expression>, Vec<Step>),
    /// Whether one of them holds.
    Or(Vec<Expression>),
    /// Whether all of them hold.
    And(Vec<Expression>),
    /// Whether it does not hold.
    Not(Box<Expression>),
    /// The number with the other sign.
    Negative(Box<Expression>),
    /// Two numbers.
    Arithmetic(Arithmetic, Box<Expression>, Box<Expression>),
    /// Two values.
    Compare(Comparison, Box<Expression>, Box<Expression>),
    /// Whether a text has a pattern in it.
    Like {
        /// The text.
        value: Box<Expression>,
        /// What is looked for.
        pattern: Pattern,
        /// Whether it must not be there.
        negated: bool,
    },
    /// Whether a value is one of a list.
    In {
        /// The value.
        value: Box<Expression>,
        /// The list.
        list: Vec<Literal>,
        /// Whether it must not be one.
        negated: bool,
    },
    /// The beginning of the period that a time lies in.
    Floor {
        /// The time.
        time: Box<Expression>,
        /// The period.
        period: Period,
        /// How much later than usual periods begin.
        shift_ms: i64,
    },
    /// The end of the period that a time lies in.
    Ceil {
        /// The time.
        time: Box<Expression>,
        /// The period.
        period: Period,
    },
    /// Whether an address lies in a subnet.
    InSubnet(Box<Expression>, Subnet),
    /// A function.
    Call(Function, Vec<Expression>),
}

/// A part of a map or of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// What a map has under a name.
    Key(Arc<str>),
    /// What a list has at a place, from 0.
    Index(usize),
}

/// A value that stood in the query.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// No value: a field that there cannot be.
    Absent,
    /// A number.
    Number(f64),
    /// What stood between quotes.
    Text(Arc<str>),
    /// `true` or `false`.
    Boolean(bool),
}

/// What a text is searched for.
#[derive(Debug, Clone)]
pub enum Pattern {
    /// A text as it is.
    Substring(Box<memmem::Finder<'static>>),
    /// A regular expression.
    RegularExpression(Regex),
}

impl Pattern {
    /// Whether it is in the text.
    #[must_use]
    pub fn is_in(&self, text: &[u8]) -> bool {
        match self {
            Pattern::Substring(finder) => finder.find(text).is_some(),
            Pattern::RegularExpression(expression) => expression.is_match(text),
        }
    }
}

/// Operators between numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`, with the sign of the first
    Remainder,
    /// `^`
    Power,
}

/// Operators between values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Comparison {
    /// Whether two values that compare like this satisfy it.
    #[must_use]
    pub fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Comparison::Equal => ordering.is_eq(),
            Comparison::NotEqual => ordering.is_ne(),
            Comparison::Less => ordering.is_lt(),
            Comparison::LessOrEqual => ordering.is_le(),
            Comparison::Greater => ordering.is_gt(),
            Comparison::GreaterOrEqual => ordering.is_ge(),
        }
    }
}
