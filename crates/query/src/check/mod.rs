//! From commands to a plan: which names there are, and which command may follow which.

mod expression;
mod phase;
mod stats;

use crate::compile_error::CompileError;
use crate::plan::{End, Extraction, Keep, Output, Plan, Step};
use crate::regular_expression::Captures;
use crate::syntax::{Command, CommandKind, Expr, ExprKind, Item, Parse, ParseBy, Query, SortItem};
use crate::token::{Name, Span};
use crate::{Expression, Glob, Literal, ROWS_DEFAULT, SortKey};
use phase::Draft;

/// "A query can have a maximum of two stats commands" (stats).
const STATS_MAX: usize = 2;
/// How many columns and intermediate values a phase may have.
const SLOTS_MAX: usize = 1000;

/// Makes the plan.
pub(crate) fn check(text: &str, query: Query, limit: Option<usize>) -> Result<Plan, CompileError> {
    let two_stats =
        query.commands.iter().filter(|command| matches!(command.kind, CommandKind::Stats(_))).count() > 1;
    let mut checker =
        Checker { text, draft: Draft::of_events(), phases: vec![], stats: 0, two_stats, deduplicated: false };
    for command in query.commands {
        checker.command(command)?;
    }
    Ok(checker.finish(query.source, limit))
}

struct Checker<'a> {
    text: &'a str,
    draft: Draft,
    phases: Vec<crate::Phase>,
    /// How many `stats` there have been, and whether there are two in all.
    stats: usize,
    two_stats: bool,
    /// Whether there has been a `dedup`.
    deduplicated: bool,
}

impl Checker<'_> {
    fn command(&mut self, command: Command) -> Result<(), CompileError> {
        // "The only query command that you can use in a query after the dedup command is limit" (dedup).
        if self.deduplicated && !matches!(command.kind, CommandKind::Limit(_)) {
            return Err(CompileError::unexpected(self.text, command.span));
        }
        self.draft.fresh.clear();
        match command.kind {
            CommandKind::Fields(items) => self.fields(&items),
            CommandKind::Display(items) => self.display(&items),
            CommandKind::Filter(condition) => self.filter(&condition),
            CommandKind::Stats(stats) => self.stats(&stats, command.span),
            CommandKind::Sort(items) => self.sort(&items, command.span),
            CommandKind::Limit(limit) => {
                self.refuse_between_stats(command.span)?;
                self.draft.limit(limit);
                Ok(())
            }
            CommandKind::Parse(parse) => self.parse(&parse),
            CommandKind::Dedup(names) => self.dedup(&names, command.span),
            CommandKind::Pattern(name) => self.pattern(&name, command.span),
            CommandKind::Unnest { list, into } => self.unnest(&list, &into),
        }?;
        match self.draft.slots.len() <= SLOTS_MAX {
            true => Ok(()),
            false => Err(self.error(command.span, format!("The query has more than {SLOTS_MAX} fields"))),
        }
    }

    fn fields(&mut self, items: &[Item]) -> Result<(), CompileError> {
        for item in items {
            let output = self.item(item)?;
            self.draft.show(output);
        }
        self.draft.fields_given = true;
        Ok(())
    }

    fn display(&mut self, items: &[Item]) -> Result<(), CompileError> {
        let outputs: Result<Vec<Output>, CompileError> = items.iter().map(|item| self.item(item)).collect();
        self.draft.displayed = Some(outputs?);
        Ok(())
    }

    /// A column: a field that is there, or one that is computed.
    fn item(&mut self, item: &Item) -> Result<Output, CompileError> {
        let expression = self.value(&item.expression)?;
        let name = self.column_name(item);
        let slot = self.draft.slot_of(expression);
        if item.alias.is_some() || !matches!(item.expression.kind, ExprKind::Name(_)) {
            self.draft.define(&name, slot);
        }
        Ok(Output { name: name.into(), slot })
    }

    /// "An expression without an alias is called as it is written": `count(*)`.
    fn column_name(&self, item: &Item) -> String {
        match (&item.alias, &item.expression.kind) {
            (Some(alias), _) => alias.clone(),
            (None, ExprKind::Name(name)) => name.text(),
            (None, _) => self.text[item.expression.span.start..item.expression.span.end].to_owned(),
        }
    }

    fn filter(&mut self, condition: &Expr) -> Result<(), CompileError> {
        let condition = self.condition(condition)?;
        self.draft.push(Step::Filter(condition));
        Ok(())
    }

    /// "sort, limit before the second stats command: the query is not valid" (stats).
    fn refuse_between_stats(&self, span: Span) -> Result<(), CompileError> {
        match self.two_stats && self.stats < STATS_MAX {
            true => Err(CompileError::unexpected(self.text, span)),
            false => Ok(()),
        }
    }

    fn sort(&mut self, items: &[SortItem], span: Span) -> Result<(), CompileError> {
        self.refuse_between_stats(span)?;
        let mut order = vec![];
        for SortItem { name, descending } in items {
            // What is not there is the same for all, so that it puts nothing in order.
            if let Some(slot) = self.existing_slot(name) {
                order.push(SortKey { slot, descending: *descending });
            }
        }
        self.draft.sort(order);
        Ok(())
    }

    fn existing_slot(&mut self, name: &Name) -> Option<usize> {
        match self.draft.resolve(name) {
            Some(Expression::Literal(Literal::Absent)) | None => None,
            Some(expression) => Some(self.draft.slot_of(expression)),
        }
    }

    fn dedup(&mut self, names: &[Name], span: Span) -> Result<(), CompileError> {
        self.refuse_between_stats(span)?;
        let slots = names.iter().filter_map(|name| self.existing_slot(name)).collect();
        self.draft.dedup(slots);
        self.deduplicated = true;
        Ok(())
    }

    fn parse(&mut self, parse: &Parse) -> Result<(), CompileError> {
        let from = match &parse.from {
            Some(name) => self.draft.resolve(name).unwrap_or(Expression::Literal(Literal::Absent)),
            None => self.draft.field("@message"),
        };
        let (by, names) = self.extraction(parse)?;
        let into: Vec<usize> = names.iter().map(|_| self.draft.new_slot()).collect();
        for (name, slot) in names.iter().zip(&into) {
            self.draft.define(name, *slot);
            self.draft.show(Output { name: name.as_str().into(), slot: *slot });
        }
        self.draft.push(Step::Extract { from, by, into });
        Ok(())
    }

    fn extraction(&self, parse: &Parse) -> Result<(Extraction, Vec<String>), CompileError> {
        let wrong = |message| self.error(parse.by_span, message);
        match &parse.by {
            ParseBy::Glob(_) if parse.every_match => {
                Err(wrong("multi goes with a regular expression only".to_owned()))
            }
            ParseBy::Glob(pattern) => {
                let stars = pattern.matches('*').count();
                let glob = Glob::new(pattern).filter(|_| stars == parse.into.len()).ok_or_else(|| {
                    wrong(format!("The pattern has {stars} wildcards for {} fields", parse.into.len()))
                })?;
                Ok((Extraction::Glob(Box::new(glob)), parse.into.clone()))
            }
            ParseBy::RegularExpression(pattern) => {
                let (captures, names) = Captures::new(pattern, &parse.into).map_err(wrong)?;
                let extraction = match parse.every_match {
                    true => Extraction::EveryMatch(captures),
                    false => Extraction::RegularExpression(captures),
                };
                Ok((extraction, names))
            }
        }
    }

    fn unnest(&mut self, list: &Name, into: &str) -> Result<(), CompileError> {
        let list = self.draft.resolve(list).unwrap_or(Expression::Literal(Literal::Absent));
        let slot = self.draft.new_slot();
        self.draft.define(into, slot);
        self.draft.show(Output { name: into.into(), slot });
        self.draft.push(Step::Unnest { list, into: slot });
        Ok(())
    }

    /// Clusters texts; what comes out are rows of their own.
    fn pattern(&mut self, name: &Name, span: Span) -> Result<(), CompileError> {
        if !self.draft.of_events {
            return Err(CompileError::unexpected(self.text, span));
        }
        let text = self.draft.resolve(name).unwrap_or(Expression::Literal(Literal::Absent));
        let slot = self.draft.slot_of(text);
        let next = Draft::given(&["@pattern", "@ratio", "@sampleCount", "@severityLabel"].map(str::to_owned));
        self.end_phase(End::Patterns(slot), next);
        Ok(())
    }

    fn end_phase(&mut self, end: End, next: Draft) {
        let draft = std::mem::replace(&mut self.draft, next);
        self.phases.push(draft.finish(end));
    }

    fn finish(mut self, source: Option<crate::LogGroups>, limit: Option<usize>) -> Plan {
        let outputs = self.draft.outputs();
        self.draft.limit(limit.unwrap_or(ROWS_DEFAULT));
        let of_events = self.draft.of_events;
        self.end_phase(End::Rows, Draft::of_events());
        Plan { source, phases: self.phases, outputs, of_events }
    }

    fn error(&self, span: Span, message: String) -> CompileError {
        CompileError::at(self.text, span, message)
    }
}

/// How `Keep`s come together is `Draft`'s.
impl Keep {
    fn only_orders(&self) -> bool {
        self.distinct.is_none() && self.limit.is_none()
    }
}
