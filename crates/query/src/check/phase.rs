//! A phase that is being made: its slots, and the names that they have so far.

use crate::plan::{End, Input, Keep, Origin, Output, Phase, SortKey, Step};
use crate::token::{Name, Segment};
use crate::{AccessStep, Expression, Literal};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub(super) struct Draft {
    pub slots: Vec<Origin>,
    steps: Vec<Step>,
    /// What the query has named.
    names: BTreeMap<String, usize>,
    /// Fields of events that it asks for.
    inputs: BTreeMap<String, usize>,
    /// Names of the command that is being read. Parts of their maps cannot be asked for yet: AWS shows nothing then.
    pub fresh: BTreeSet<String>,
    shown: Vec<Output>,
    pub fields_given: bool,
    pub displayed: Option<Vec<Output>>,
    /// Whether rows are events.
    pub of_events: bool,
}

impl Draft {
    pub(super) fn of_events() -> Draft {
        Draft { of_events: true, ..Draft::default() }
    }

    /// A phase whose first slots have these names, and are shown.
    pub(super) fn given(names: &[String]) -> Draft {
        let mut draft = Draft { fields_given: true, ..Draft::default() };
        for name in names {
            let slot = draft.new_slot();
            draft.define(name, slot);
            draft.show(Output { name: name.as_str().into(), slot });
        }
        draft.fresh.clear();
        draft
    }

    pub(super) fn new_slot(&mut self) -> usize {
        self.slots.push(Origin::Computed);
        self.slots.len() - 1
    }

    /// The slot that holds a value: the one that it comes from, or a new one that gets it.
    pub(super) fn slot_of(&mut self, expression: Expression) -> usize {
        match expression {
            Expression::Slot(slot) => slot,
            expression => {
                let slot = self.new_slot();
                self.push(Step::Compute { slot, expression });
                slot
            }
        }
    }

    pub(super) fn define(&mut self, name: &str, slot: usize) {
        self.names.insert(name.to_owned(), slot);
        self.fresh.insert(name.to_owned());
    }

    /// Whether the query itself has given something this name.
    pub(super) fn defines(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    /// What a name means: what the query has called so, a part of such a map, or a field of the event. None if nothing can be
    /// called so.
    pub(super) fn resolve(&mut self, name: &Name) -> Option<Expression> {
        let text = name.text();
        if let Some(slot) = self.names.get(&text) {
            return Some(Expression::Slot(*slot));
        }
        for length in (1..name.segments.len()).rev() {
            let (first, rest) = name.segments.split_at(length);
            let first = Name { segments: first.to_vec(), quoted: false }.text();
            if self.fresh.contains(&first) {
                return Some(Expression::Literal(Literal::Absent));
            }
            if let Some(slot) = self.names.get(&first) {
                let steps = rest.iter().map(access).collect();
                return Some(Expression::Access(Box::new(Expression::Slot(*slot)), steps));
            }
        }
        self.of_events.then(|| self.field(&text))
    }

    /// A field of the event; in later phases there are none.
    pub(super) fn field(&mut self, name: &str) -> Expression {
        if let Some(slot) = self.names.get(name).or_else(|| self.inputs.get(name)) {
            return Expression::Slot(*slot);
        }
        if !self.of_events {
            return Expression::Literal(Literal::Absent);
        }
        self.slots.push(Origin::Event(Input::named(name)));
        self.inputs.insert(name.to_owned(), self.slots.len() - 1);
        Expression::Slot(self.slots.len() - 1)
    }

    pub(super) fn show(&mut self, output: Output) {
        match self.shown.iter_mut().find(|shown| shown.name == output.name) {
            Some(shown) => *shown = output,
            None => self.shown.push(output),
        }
    }

    /// The columns that the query shows: "if display is not there, what fields has named"; the time and the message if there
    /// is neither.
    pub(super) fn outputs(&mut self) -> Vec<Output> {
        if let Some(displayed) = self.displayed.take() {
            return displayed;
        }
        let mut outputs = vec![];
        if !self.fields_given {
            for name in ["@timestamp", "@message"] {
                let expression = self.field(name);
                outputs.push(Output { name: name.into(), slot: self.slot_of(expression) });
            }
        }
        outputs.append(&mut self.shown);
        outputs
    }

    /// Adds a step. Where rows have only been put in order it comes before that, which makes no difference, so that `sort` and
    /// `limit` come together.
    pub(super) fn push(&mut self, step: Step) {
        let ordered = matches!(self.steps.last(), Some(Step::Keep(keep)) if keep.only_orders());
        let place = match step {
            Step::Compute { .. } | Step::Filter(_) | Step::Extract { .. } if ordered => self.steps.len() - 1,
            _ => self.steps.len(),
        };
        self.steps.insert(place, step);
    }

    /// Among rows that are equal in what is asked for last, what was asked for before decides.
    pub(super) fn sort(&mut self, mut order: Vec<SortKey>) {
        let keep = self.keep();
        order.append(&mut keep.order);
        keep.order = order;
    }

    pub(super) fn dedup(&mut self, slots: Vec<usize>) {
        self.keep().distinct = Some(slots);
    }

    pub(super) fn limit(&mut self, limit: usize) {
        if !matches!(self.steps.last(), Some(Step::Keep(_))) {
            self.steps.push(Step::Keep(Keep::default()));
        }
        if let Some(Step::Keep(keep)) = self.steps.last_mut() {
            keep.limit = Some(keep.limit.map_or(limit, |already| already.min(limit)));
        }
    }

    /// The last step, if that only puts in order, or a new one.
    fn keep(&mut self) -> &mut Keep {
        if !matches!(self.steps.last(), Some(Step::Keep(keep)) if keep.only_orders()) {
            self.steps.push(Step::Keep(Keep::default()));
        }
        match self.steps.last_mut() {
            Some(Step::Keep(keep)) => keep,
            _ => unreachable!("the last step has just been made to be one that keeps"),
        }
    }

    /// The phase. In which order rows come to be counted does not matter.
    pub(super) fn finish(mut self, end: End) -> Phase {
        let useless = matches!(self.steps.last(), Some(Step::Keep(keep)) if keep.only_orders());
        if useless && !matches!(end, End::Rows) {
            self.steps.pop();
        }
        Phase { slots: self.slots, steps: self.steps, end }
    }
}

fn access(segment: &Segment) -> AccessStep {
    match segment {
        Segment::Key(key) => AccessStep::Key(key.as_str().into()),
        Segment::Index(index) => AccessStep::Index(*index),
    }
}
