//! The commands.

use super::Parser;
use crate::compile_error::CompileError;
use crate::syntax::{Command, CommandKind, Expr, ExprKind, Item, Parse, ParseBy, SortItem, Stats};
use crate::token::{Name, Span, Symbol, TokenKind};

/// What Logs Insights has and this does not run. A query that has one is refused, since its table would be another one.
const NOT_RUN: [&str; 23] = [
    "accum",
    "addtotals",
    "anomaly",
    "appendcols",
    "autoregress",
    "cidrlookup",
    "countfrequent",
    "diff",
    "estimate",
    "expand",
    "filldown",
    "fillmissing",
    "filterindex",
    "join",
    "json",
    "logcompare",
    "lookup",
    "outlier",
    "relevantfields",
    "sessionize",
    "source",
    "subqueries",
    "unmask",
];
/// Modes of `parse` that are not run.
const MODES_NOT_RUN: [&str; 2] = ["csv", "logfmt"];

impl Parser<'_> {
    /// One command, without the line before it.
    pub(super) fn command(&mut self) -> Result<Command, CompileError> {
        let span = self.next.span;
        let TokenKind::Name(name) = &self.next.kind else { return Err(self.unexpected()) };
        let Some(word) = name.word().map(str::to_ascii_lowercase) else { return Err(self.unexpected()) };
        let kind = match word.as_str() {
            "fields" => self.listed(CommandKind::Fields)?,
            "display" => self.listed(CommandKind::Display)?,
            "filter" | "where" => {
                self.advance()?;
                CommandKind::Filter(self.expression()?)
            }
            "stats" => CommandKind::Stats(self.stats()?),
            "sort" => self.sort()?,
            "limit" | "head" => self.limit()?,
            "parse" => CommandKind::Parse(self.parse()?),
            "dedup" => {
                self.advance()?;
                CommandKind::Dedup(self.list(Parser::name)?)
            }
            "pattern" => {
                self.advance()?;
                CommandKind::Pattern(self.name()?)
            }
            "unnest" => self.unnest()?,
            other if NOT_RUN.contains(&other) => return Err(self.not_run(span, other)),
            _ => return Err(self.unexpected()),
        };
        Ok(Command { kind, span })
    }

    fn not_run(&self, span: Span, command: &str) -> CompileError {
        self.error(span, format!("The command {command} of Logs Insights is not supported here"))
    }

    fn listed(&mut self, command: fn(Vec<Item>) -> CommandKind) -> Result<CommandKind, CompileError> {
        self.advance()?;
        Ok(command(self.list(Parser::item)?))
    }

    fn item(&mut self) -> Result<Item, CompileError> {
        let expression = self.expression()?;
        Ok(Item { expression, alias: self.alias()? })
    }

    fn alias(&mut self) -> Result<Option<String>, CompileError> {
        match self.take_word("as")? {
            true => Ok(Some(self.name()?.text())),
            false => Ok(None),
        }
    }

    fn stats(&mut self) -> Result<Stats, CompileError> {
        self.advance()?;
        let columns = self.list(Parser::item)?;
        let keys = match self.take_word("by")? {
            true => self.list(Parser::key)?,
            false => vec![],
        };
        Ok(Stats { columns, keys })
    }

    /// What is grouped by; behind `bin` its beginning may be moved.
    fn key(&mut self) -> Result<Item, CompileError> {
        let mut expression = self.expression()?;
        if self.take_word("offset")? {
            expression = self.shifted(expression)?;
        }
        Ok(Item { expression, alias: self.alias()? })
    }

    fn shifted(&mut self, bin: Expr) -> Result<Expr, CompileError> {
        let TokenKind::Period(by) = &self.next.kind else { return Err(self.unexpected()) };
        let by = by.clone();
        let by_span = self.advance()?.span;
        let (span, height) = (bin.span.to(by_span), bin.height);
        self.node(ExprKind::Shifted { bin: Box::new(bin), by, by_span }, span, height)
    }

    fn sort(&mut self) -> Result<CommandKind, CompileError> {
        self.advance()?;
        // AWS's sample for Lambda says `sort by @billedDuration desc`.
        self.take_word("by")?;
        Ok(CommandKind::Sort(self.list(Parser::sort_item)?))
    }

    fn sort_item(&mut self) -> Result<SortItem, CompileError> {
        let name = self.name()?;
        let descending = self.take_word("desc")?;
        if !descending {
            self.take_word("asc")?;
        }
        Ok(SortItem { name, descending })
    }

    fn limit(&mut self) -> Result<CommandKind, CompileError> {
        self.advance()?;
        // "any" allows AWS to stop early; which rows come is not said, so that the first ones do.
        self.take_word("any")?;
        let TokenKind::Number(number) = self.next.kind else { return Err(self.unexpected()) };
        let most = crate::ROWS_MAX as f64;
        if number.fract() != 0.0 || !(1.0..=most).contains(&number) {
            let message = format!("The limit must be a whole number between 1 and {most}");
            return Err(self.error(self.next.span, message));
        }
        self.advance()?;
        Ok(CommandKind::Limit(number as usize))
    }

    fn parse(&mut self) -> Result<Parse, CompileError> {
        self.advance()?;
        let from = match &self.next.kind {
            TokenKind::Name(_) => Some(self.name()?),
            _ => None,
        };
        let (by, by_span) = self.parse_by()?;
        let mut every_match = self.take_word("multi")?;
        let into = match self.take_word("as")? {
            true => self.list(Parser::name)?.iter().map(Name::text).collect(),
            false => vec![],
        };
        every_match |= self.take_word("multi")?;
        Ok(Parse { from, by, by_span, into, every_match })
    }

    fn parse_by(&mut self) -> Result<(ParseBy, Span), CompileError> {
        let span = self.next.span;
        if let Some(mode) = MODES_NOT_RUN.iter().find(|mode| self.at_word(mode)) {
            return Err(self.error(span, format!("The mode {mode} of parse is not supported here")));
        }
        match &self.next.kind {
            TokenKind::Text(glob) => {
                let glob = glob.clone();
                self.advance()?;
                Ok((ParseBy::Glob(glob), span))
            }
            TokenKind::Symbol(Symbol::Slash) => {
                let (pattern, span) = self.regular_expression()?;
                Ok((ParseBy::RegularExpression(pattern), span))
            }
            _ => Err(self.unexpected()),
        }
    }

    /// Reads the expression whose slash is the next word.
    pub(super) fn regular_expression(&mut self) -> Result<(String, Span), CompileError> {
        let read = self.lexer.regular_expression(self.next.span.start)?;
        self.next = self.lexer.next()?;
        Ok(read)
    }

    fn unnest(&mut self) -> Result<CommandKind, CompileError> {
        self.advance()?;
        let list = self.name()?;
        self.expect_word("into")?;
        Ok(CommandKind::Unnest { list, into: self.name()?.text() })
    }
}
