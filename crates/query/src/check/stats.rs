//! `stats`: what is grouped by, and what is computed for each group.

use super::{Checker, STATS_MAX};
use crate::Aggregate;
use crate::Expression;
use crate::check::phase::Draft;
use crate::compile_error::CompileError;
use crate::plan::{AggregateCall, End, Grouping, Output};
use crate::syntax::{Expr, ExprKind, Item, Stats};
use crate::token::Span;

/// What the columns of a `stats` may name: its keys, and what is aggregated, which is added as it is met.
pub(super) struct Groups {
    keys: Vec<Key>,
    pub aggregates: Vec<AggregateCall>,
}

struct Key {
    name: String,
    text: String,
}

impl Groups {
    /// The slot of the key that is called or written so.
    pub(super) fn key(&self, text: &str) -> Option<usize> {
        self.keys.iter().position(|key| key.name == text || key.text == text)
    }

    /// The slot that the next aggregate gets.
    pub(super) fn add(&mut self, call: AggregateCall) -> usize {
        self.aggregates.push(call);
        self.keys.len() + self.aggregates.len() - 1
    }
}

impl Checker<'_> {
    pub(super) fn stats(&mut self, stats: &Stats, span: Span) -> Result<(), CompileError> {
        if self.stats == STATS_MAX {
            return Err(CompileError::unexpected(self.text, span));
        }
        let mut groups = Groups { keys: vec![], aggregates: vec![] };
        let mut keys = vec![];
        for item in &stats.keys {
            keys.push(self.value(&item.expression)?);
            groups.keys.push(Key { name: self.column_name(item), text: self.written(&item.expression) });
        }
        let columns: Result<Vec<(String, Expression)>, CompileError> =
            stats.columns.iter().map(|item| self.column(item, &mut groups)).collect();
        self.stats += 1;
        self.begin_groups(keys, groups, columns?);
        Ok(())
    }

    fn column(&mut self, item: &Item, groups: &mut Groups) -> Result<(String, Expression), CompileError> {
        let expression = self.grouped(&item.expression, groups)?;
        Ok((self.column_name(item), expression))
    }

    /// Keys come first, then the columns; a key that is a column as well is shown once.
    fn begin_groups(&mut self, keys: Vec<Expression>, groups: Groups, columns: Vec<(String, Expression)>) {
        let names: Vec<String> = groups.keys.into_iter().map(|key| key.name).collect();
        let mut next = Draft::given(&names);
        for _ in &groups.aggregates {
            next.new_slot();
        }
        for (name, expression) in columns {
            let slot = next.slot_of(expression);
            next.define(&name, slot);
            next.show(Output { name: name.into(), slot });
        }
        next.fresh.clear();
        self.end_phase(End::Group(Grouping { keys, aggregates: groups.aggregates }), next);
    }

    fn written(&self, expression: &Expr) -> String {
        self.text[expression.span.start..expression.span.end].to_owned()
    }

    /// An expression over groups: aggregates, keys, and what is computed from them.
    pub(super) fn grouped(
        &mut self,
        expression: &Expr,
        groups: &mut Groups,
    ) -> Result<Expression, CompileError> {
        if let Some(slot) = groups.key(&self.written(expression)) {
            return Ok(Expression::Slot(slot));
        }
        match &expression.kind {
            ExprKind::Name(name) => match groups.key(&name.text()) {
                Some(slot) => Ok(Expression::Slot(slot)),
                None => {
                    let message =
                        format!("{} must be aggregated or be one of the fields after by", name.text());
                    Err(self.error(expression.span, message))
                }
            },
            ExprKind::Call { function, arguments, .. } if Aggregate::find(function).is_some() => {
                let call = self.aggregate(expression, function, arguments)?;
                Ok(Expression::Slot(groups.add(call)))
            }
            _ => self.composed(expression, &mut |checker, inner| checker.grouped(inner, groups)),
        }
    }

    fn aggregate(
        &mut self,
        whole: &Expr,
        function: &str,
        arguments: &[Expr],
    ) -> Result<AggregateCall, CompileError> {
        let wrong = || self.error(whole.span, format!("Invalid number of arguments for {function}"));
        let aggregate = Aggregate::find(function).ok_or_else(wrong)?;
        let (aggregate, argument) = match (aggregate, arguments) {
            (Aggregate::CountPresent, []) => (Aggregate::Count, None),
            (Aggregate::CountPresent, [star]) if star.kind == ExprKind::Star => (Aggregate::Count, None),
            (Aggregate::Percentile(_), [argument, percent]) if function.eq_ignore_ascii_case("pct") => {
                (Aggregate::Percentile(self.percent(percent)?), Some(argument))
            }
            (Aggregate::Percentile(_), [_]) if function.eq_ignore_ascii_case("pct") => return Err(wrong()),
            (other, [argument]) => (other, Some(argument)),
            _ => return Err(wrong()),
        };
        let needs_time = matches!(aggregate, Aggregate::Earliest | Aggregate::Latest);
        if needs_time && !self.draft.of_events {
            return Err(
                self.error(whole.span, format!("{function} needs events, which the second stats has not"))
            );
        }
        let argument = argument.map(|argument| self.value(argument)).transpose()?;
        Ok(AggregateCall { aggregate, argument })
    }

    fn percent(&self, expression: &Expr) -> Result<f64, CompileError> {
        match expression.kind {
            ExprKind::Number(percent) if (0.0..=100.0).contains(&percent) => Ok(percent),
            _ => Err(self.error(expression.span, "A percentile is a number between 0 and 100".to_owned())),
        }
    }
}
