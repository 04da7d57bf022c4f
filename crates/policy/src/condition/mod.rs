//! Conditions: when a statement is in effect.
//!
//! Follows "IAM JSON policy elements: Condition operators", "Conditions with multiple context keys or values" and "Set operators
//! for multivalued context keys" (IAM User Guide).

mod address;
mod date;
mod operator;
mod value;

use std::borrow::Cow;

pub use operator::{Operator, Order, SetOperator, Test};
pub(crate) use value::{Expected, MalformedValue};

use crate::context::Context;
use crate::variable::Unresolved;

/// One key of one operator, with the values that the policy has for it.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub(crate) operator: Operator,
    /// As it is written.
    pub(crate) key: Box<str>,
    /// As they are written.
    pub(crate) values: Box<[Box<str>]>,
    expected: Expected,
}

impl Condition {
    /// Reads one.
    pub(crate) fn new(
        operator: Operator,
        key: &str,
        values: Vec<String>,
        variables: bool,
    ) -> Result<Condition, MalformedValue> {
        let expected = Expected::new(operator.test, &values, variables)?;
        let values = values.into_iter().map(String::into_boxed_str).collect();
        Ok(Condition { operator, key: key.into(), values, expected })
    }

    /// Whether it is met.
    pub(crate) fn is_met(&self, context: &Context) -> bool {
        let found = context.get(&self.key).filter(|values| !values.is_empty());
        match (found, self.operator.test) {
            (found, Test::Null) => self.expected.wants_absence(found.is_none()),
            (None, _) => self.operator.is_met_without_key(),
            (Some(found), _) => self.is_met_by(found, context),
        }
    }

    fn is_met_by(&self, found: &[Cow<'static, str>], context: &Context) -> bool {
        let met = |value: &str| self.is_met_by_value(value, context);
        match (self.operator.set, self.operator.negated) {
            (Some(SetOperator::ForAllValues), _) => found.iter().all(|value| met(value)),
            (Some(SetOperator::ForAnyValue), _) => found.iter().any(|value| met(value)),
            // Several values where one is expected: AWS tells people not to. Any may match, and none must be what is excluded.
            (None, false) => found.iter().any(|value| met(value)),
            (None, true) => found.iter().all(|value| met(value)),
        }
    }

    /// The policy's values are alternatives; for a negated operator none of them may match. A value whose variable is unknown
    /// never makes the condition be met.
    fn is_met_by_value(&self, value: &str, context: &Context) -> bool {
        match self.expected.matches(value, context) {
            Ok(matches) => matches != self.operator.negated,
            Err(Unresolved) => false,
        }
    }

    /// The keys that it asks for: its own, and its variables'.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&*self.key).chain(self.expected.keys())
    }
}
