//! Expressions over frames, a column at a time.

use crate::SearchError;
use crate::frame::{Frame, Words};
use crate::functions;
use crate::value::{Value, compare};
use query::{AccessStep, Arithmetic, Comparison, Expression, Literal};
use std::borrow::Cow;
use std::cell::Cell;
use std::net::IpAddr;
use std::sync::Arc;

/// What an expression may ask beside the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The beginning of the times that are asked for, in milliseconds since 1970.
    pub from_ms: i64,
    /// Their end, which belongs to them.
    pub to_ms: i64,
    /// When the query was started.
    pub now_ms: i64,
}

/// The slots that an expression looks at.
pub(crate) fn slots(expression: &Expression, slots: &mut Vec<usize>) {
    let mut all = |expressions: &[Expression]| expressions.iter().for_each(|inner| self::slots(inner, slots));
    match expression {
        Expression::Slot(slot) => slots.push(*slot),
        Expression::Literal(_) => {}
        Expression::Or(operands) | Expression::And(operands) | Expression::Call(_, operands) => all(operands),
        Expression::Access(inner, _)
        | Expression::Not(inner)
        | Expression::Negative(inner)
        | Expression::Like { value: inner, .. }
        | Expression::In { value: inner, .. }
        | Expression::Floor { time: inner, .. }
        | Expression::Ceil { time: inner, .. }
        | Expression::InSubnet(inner, _) => self::slots(inner, slots),
        Expression::Arithmetic(_, left, right) | Expression::Compare(_, left, right) => {
            self::slots(left, slots);
            self::slots(right, slots);
        }
    }
}

/// What the texts that a function makes of one frame may have together. A query could make gigabytes of a message otherwise.
pub(crate) const TEXTS_BYTES_MAX: usize = 64 << 20;

/// A frame whose slots have been read.
pub(crate) struct Evaluator<'f, 'a> {
    frame: &'f Frame<'a>,
    window: &'f Window,
    too_large: Cell<bool>,
}

impl<'f, 'a> Evaluator<'f, 'a> {
    pub(crate) fn new(frame: &'f Frame<'a>, window: &'f Window) -> Evaluator<'f, 'a> {
        Evaluator { frame, window, too_large: Cell::new(false) }
    }

    /// To be asked when everything is computed: whether it was too much.
    pub(crate) fn finish(&self) -> Result<(), SearchError> {
        if self.too_large.get() { Err(SearchError::TooLarge) } else { Ok(()) }
    }

    /// The values of an expression, one for each row.
    pub(crate) fn column(&self, expression: &Expression) -> Cow<'f, [Value<'a>]> {
        match expression {
            Expression::Slot(slot) => match self.frame.column(*slot) {
                Some(column) => Cow::Borrowed(column),
                None => Cow::Owned(self.everywhere(Value::Absent)),
            },
            Expression::Literal(literal) => Cow::Owned(self.everywhere(Value::literal(literal))),
            Expression::Access(inner, steps) => self.each(inner, |value| access(value, steps)),
            Expression::Negative(inner) => self.each(inner, |value| {
                value.as_number().map_or(Value::Absent, |number| Value::number(-number))
            }),
            Expression::Arithmetic(operator, left, right) => self.arithmetic(*operator, left, right),
            Expression::Floor { time, period, shift_ms } => self.each(time, |value| {
                value.as_time().map_or(Value::Absent, |time| Value::Time(period.floor(time, *shift_ms)))
            }),
            Expression::Ceil { time, period } => self.each(time, |value| {
                value.as_time().map_or(Value::Absent, |time| Value::Time(period.ceil(time)))
            }),
            Expression::Call(function, arguments) => self.call(*function, arguments),
            Expression::Or(_)
            | Expression::And(_)
            | Expression::Not(_)
            | Expression::Compare(..)
            | Expression::Like { .. }
            | Expression::In { .. }
            | Expression::InSubnet(..) => {
                Cow::Owned(self.mask(expression).into_iter().map(Value::Boolean).collect())
            }
        }
    }

    /// The same as numbers, NaN where there is none.
    pub(crate) fn numbers(&self, expression: &Expression) -> Vec<f64> {
        match expression {
            Expression::Slot(slot) => self.frame.numbers(*slot),
            other => self.column(other).iter().map(|it| it.as_number().unwrap_or(f64::NAN)).collect(),
        }
    }

    /// For which rows a condition holds.
    pub(crate) fn mask(&self, condition: &Expression) -> Vec<bool> {
        match condition {
            Expression::Or(operands) => self.joined(operands, false, |one, other| one | other),
            Expression::And(operands) => self.joined(operands, true, |one, other| one & other),
            Expression::Not(operand) => self.mask(operand).into_iter().map(|holds| !holds).collect(),
            Expression::Compare(comparison, left, right) => self.compare(*comparison, left, right),
            Expression::Like { value, pattern, negated } => self.test(value, |value| match value.as_text() {
                Some(text) => pattern.is_in(&text) != *negated,
                None => false,
            }),
            Expression::In { value, list, negated } => {
                let list: Vec<Value<'_>> = list.iter().map(Value::literal).collect();
                self.test(value, |value| is_in(value, &list, *negated))
            }
            Expression::InSubnet(value, subnet) => self.test(value, |value| {
                functions::address(value).is_some_and(|address: IpAddr| subnet.contains(address))
            }),
            other => self.column(other).iter().map(Value::is_true).collect(),
        }
    }

    fn everywhere(&self, value: Value<'a>) -> Vec<Value<'a>> {
        vec![value; self.frame.rows()]
    }

    fn each(&self, inner: &Expression, function: impl Fn(&Value<'a>) -> Value<'a>) -> Cow<'f, [Value<'a>]> {
        if let Some(words) = self.words(inner) {
            let of_words: Vec<Value<'a>> = words.words.iter().map(function).collect();
            return Cow::Owned(words.each(&of_words));
        }
        Cow::Owned(self.column(inner).iter().map(function).collect())
    }

    /// The few values that an expression has, if it is a slot that has them so: each is looked at once.
    pub(crate) fn words(&self, expression: &Expression) -> Option<&'f Words<'a>> {
        match expression {
            Expression::Slot(slot) => self.frame.words(*slot),
            _ => None,
        }
    }

    fn test(&self, inner: &Expression, holds: impl Fn(&Value<'a>) -> bool) -> Vec<bool> {
        if let Some(words) = self.words(inner) {
            let of_words: Vec<bool> = words.words.iter().map(holds).collect();
            return words.each(&of_words);
        }
        self.column(inner).iter().map(holds).collect()
    }

    fn joined(&self, operands: &[Expression], first: bool, join: impl Fn(bool, bool) -> bool) -> Vec<bool> {
        let mut joined = vec![first; self.frame.rows()];
        for operand in operands {
            let mask = self.mask(operand);
            joined.iter_mut().zip(mask).for_each(|(joined, holds)| *joined = join(*joined, holds));
        }
        joined
    }

    fn compare(&self, comparison: Comparison, left: &Expression, right: &Expression) -> Vec<bool> {
        if let Expression::Literal(literal) = right {
            let (right, quoted) = (Value::literal(literal), matches!(literal, Literal::Text(_)));
            return self.test(left, |left| holds(comparison, left, &right, quoted));
        }
        let quoted = matches!(left, Expression::Literal(Literal::Text(_)));
        let (left, right) = (self.column(left), self.column(right));
        left.iter().zip(right.iter()).map(|(left, right)| holds(comparison, left, right, quoted)).collect()
    }

    fn arithmetic(
        &self,
        operator: Arithmetic,
        left: &Expression,
        right: &Expression,
    ) -> Cow<'f, [Value<'a>]> {
        let (left, right) = (self.column(left), self.column(right));
        let value = |(left, right): (&Value<'a>, &Value<'a>)| match (left.as_number(), right.as_number()) {
            (Some(left), Some(right)) => Value::number(calculate(operator, left, right)),
            _ => Value::Absent,
        };
        Cow::Owned(left.iter().zip(right.iter()).map(value).collect())
    }

    fn call(&self, function: query::Function, arguments: &[Expression]) -> Cow<'f, [Value<'a>]> {
        let columns: Vec<Cow<'f, [Value<'a>]>> =
            arguments.iter().map(|argument| self.column(argument)).collect();
        let mut row_of: Vec<&Value<'a>> = Vec::with_capacity(columns.len());
        let mut values = Vec::with_capacity(self.frame.rows());
        let mut bytes = 0;
        for row in 0..self.frame.rows() {
            row_of.clear();
            row_of.extend(columns.iter().map(|column| &column[row]));
            let value = match bytes < TEXTS_BYTES_MAX {
                true => functions::apply(function, &row_of, self.window),
                false => None,
            };
            self.too_large.set(self.too_large.get() || value.is_none());
            let value = value.unwrap_or(Value::Absent);
            bytes += value.owned_bytes();
            values.push(value);
        }
        Cow::Owned(values)
    }
}

fn holds(comparison: Comparison, left: &Value<'_>, right: &Value<'_>, quoted: bool) -> bool {
    compare(left, right, quoted).is_some_and(|compared| compared.holds(comparison))
}

fn is_in(value: &Value<'_>, list: &[Value<'_>], negated: bool) -> bool {
    if value.is_absent() {
        return false;
    }
    list.iter().any(|item| holds(Comparison::Equal, value, item, matches!(item, Value::Text(_)))) != negated
}

fn calculate(operator: Arithmetic, left: f64, right: f64) -> f64 {
    match operator {
        Arithmetic::Add => left + right,
        Arithmetic::Subtract => left - right,
        Arithmetic::Multiply => left * right,
        Arithmetic::Divide => left / right,
        Arithmetic::Remainder => left % right,
        Arithmetic::Power => left.powf(right),
    }
}

/// A part of a map or of a list; nothing where there is none.
fn access<'a>(value: &Value<'a>, steps: &[AccessStep]) -> Value<'a> {
    let Value::Structure(structure) = value else { return Value::Absent };
    let mut part: &serde_json::Value = structure;
    for step in steps {
        let next = match step {
            AccessStep::Key(key) => part.get(&**key).or_else(|| element(part, key)),
            AccessStep::Index(index) => part.get(*index),
        };
        let Some(next) = next else { return Value::Absent };
        part = next;
    }
    from_json(part)
}

/// `a.0` is `a[0]`.
fn element<'j>(part: &'j serde_json::Value, key: &str) -> Option<&'j serde_json::Value> {
    part.as_array()?.get(key.parse::<usize>().ok()?)
}

pub(crate) fn from_json<'a>(json: &serde_json::Value) -> Value<'a> {
    match json {
        serde_json::Value::Null => Value::Absent,
        serde_json::Value::Bool(boolean) => Value::Boolean(*boolean),
        serde_json::Value::Number(number) => number.as_f64().map_or(Value::Absent, Value::number),
        serde_json::Value::String(text) => Value::owned_text(text.as_bytes()),
        serde_json::Value::Array(_) | serde_json::Value::Object(_) => {
            Value::Structure(Arc::new(json.clone()))
        }
    }
}
