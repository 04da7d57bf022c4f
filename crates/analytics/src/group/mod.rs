//! `stats`: events in groups, and what is computed for each.

mod keys;
mod states;
mod table;

use crate::SearchError;
use crate::evaluate::{Evaluator, Window, slots};
use crate::frame::{Column, Frame};
use keys::{KeyColumn, Keys};
use query::{Grouping, Origin};
use states::States;

/// The groups so far.
pub(crate) struct Groups<'p> {
    grouping: &'p Grouping,
    slots: Vec<usize>,
    keys: Keys,
    states: Vec<States>,
    /// The group of each row of the frame that is being added.
    rows: Vec<u32>,
}

impl<'p> Groups<'p> {
    pub(crate) fn new(grouping: &'p Grouping, seed: u64) -> Groups<'p> {
        let mut used = vec![];
        grouping.keys.iter().for_each(|key| slots(key, &mut used));
        grouping
            .aggregates
            .iter()
            .filter_map(|call| call.argument.as_ref())
            .for_each(|call| slots(call, &mut used));
        let states = grouping.aggregates.iter().map(|call| States::new(call.aggregate, seed)).collect();
        Groups { grouping, slots: used, keys: Keys::new(seed), states, rows: vec![] }
    }

    /// Adds rows.
    pub(crate) fn add(
        &mut self,
        frame: &mut Frame<'_>,
        origins: &[Origin],
        window: &Window,
    ) -> Result<(), SearchError> {
        if frame.rows() == 0 {
            return Ok(());
        }
        frame.read(origins, &self.slots);
        let frame: &Frame<'_> = frame;
        let evaluator = Evaluator::new(frame, window);
        let key = |key| match evaluator.words(key) {
            Some(words) => KeyColumn::Words(words),
            None => KeyColumn::Values(evaluator.column(key)),
        };
        let keys: Vec<_> = self.grouping.keys.iter().map(key).collect();
        self.keys.find(&keys, frame.rows(), &mut self.rows);
        for (state, call) in self.states.iter_mut().zip(&self.grouping.aggregates) {
            state.grow(self.keys.len());
            match &call.argument {
                Some(argument) if state.are_of_numbers() => {
                    state.add_numbers(&self.rows, &evaluator.numbers(argument));
                }
                argument => {
                    let argument = argument.as_ref().map(|argument| evaluator.column(argument));
                    state.add(&self.rows, argument.as_deref(), frame);
                }
            }
        }
        evaluator.finish()
    }

    /// Adds the groups of another, whose events came later.
    pub(crate) fn merge(&mut self, other: Groups<'p>) {
        let groups = self.keys.merge(&other.keys);
        for (state, others) in self.states.iter_mut().zip(other.states) {
            state.grow(self.keys.len());
            state.merge(&groups, others);
        }
    }

    /// What it takes of memory, about.
    pub(crate) fn bytes(&self) -> usize {
        self.keys.bytes() + self.states.iter().map(States::bytes).sum::<usize>()
    }

    /// The groups as the next phase's first columns.
    pub(crate) fn finish(self, slots: usize) -> Frame<'static> {
        let rows = self.keys.len();
        let mut columns: Vec<Column<'static>> = self.keys.columns(self.grouping.keys.len());
        columns.extend(self.states.into_iter().map(|states| Column::from(states.finish())));
        Frame::of_groups(rows, columns, slots)
    }

    /// How many columns the keys are.
    pub(crate) fn key_columns(grouping: &Grouping) -> usize {
        grouping.keys.len()
    }
}
