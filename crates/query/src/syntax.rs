//! A query as it was written.

use crate::plan::LogGroups;
use crate::token::{Name, Span};

/// Commands in their order.
pub(crate) struct Query {
    pub source: Option<LogGroups>,
    pub commands: Vec<Command>,
}

/// A command, and where its name stands.
pub(crate) struct Command {
    pub kind: CommandKind,
    pub span: Span,
}

pub(crate) enum CommandKind {
    Fields(Vec<Item>),
    Display(Vec<Item>),
    Filter(Expr),
    Stats(Stats),
    Sort(Vec<SortItem>),
    Limit(usize),
    Parse(Parse),
    Dedup(Vec<Name>),
    Pattern(Name),
    Unnest { list: Name, into: String },
}

/// An expression in a list, with the name that it gets.
pub(crate) struct Item {
    pub expression: Expr,
    pub alias: Option<String>,
}

pub(crate) struct Stats {
    pub columns: Vec<Item>,
    pub keys: Vec<Item>,
}

pub(crate) struct SortItem {
    pub name: Name,
    pub descending: bool,
}

/// `parse`: from which field, by what, into which fields.
pub(crate) struct Parse {
    pub from: Option<Name>,
    pub by: ParseBy,
    pub by_span: Span,
    pub into: Vec<String>,
    pub every_match: bool,
}

pub(crate) enum ParseBy {
    Glob(String),
    RegularExpression(String),
}

/// An expression, where it stands, and how high it is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Expr {
    pub kind: ExprKind,
    pub span: Span,
    pub height: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ExprKind {
    Name(Name),
    Number(f64),
    Text(String),
    Boolean(bool),
    Period(String),
    /// `*`, which only `count` takes.
    Star,
    Or(Vec<Expr>),
    And(Vec<Expr>),
    Not(Box<Expr>),
    Negative(Box<Expr>),
    Binary(BinaryOperator, Box<Expr>, Box<Expr>),
    Like {
        value: Box<Expr>,
        pattern: PatternText,
        pattern_span: Span,
        negated: bool,
    },
    In {
        value: Box<Expr>,
        list: Vec<Expr>,
        negated: bool,
    },
    Call {
        function: String,
        function_span: Span,
        arguments: Vec<Expr>,
    },
    /// `bin(1h) offset 10m`.
    Shifted {
        bin: Box<Expr>,
        by: String,
        by_span: Span,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum PatternText {
    Substring(String),
    RegularExpression(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BinaryOperator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
}
