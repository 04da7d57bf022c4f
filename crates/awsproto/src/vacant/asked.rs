//! What a vacant operation is asked: read in whatever protocol, and checked as far as that does not depend on what there is.

use super::{Member, Shape, Vacant, form, json, xml};
use crate::error::AwsError;
use crate::filter::{Filter, Filterable, Filters, Tagged};
use crate::input::Input;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// In what an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notation {
    Xml,
    Json,
}

/// The members of a request, by the API's names.
pub(super) type Values = BTreeMap<&'static str, Value>;

/// A request.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) values: Values,
    pub(super) notation: Notation,
}

impl Asked {
    /// Reads a request, refusing what is missing, unknown or malformed.
    pub(super) fn read(operation: &Vacant, input: &Input) -> Result<Asked, AwsError> {
        let (values, notation) = match input {
            Input::Form(form) => (form::read(operation, form)?, Notation::Xml),
            Input::Json(value) => (json::read(operation, value)?, Notation::Json),
            Input::Xml(element) => (xml::read(operation, element)?, Notation::Xml),
        };
        let asked = Asked { values, notation };
        asked.check_unsupported(operation)?;
        asked.check_filters(operation)?;
        asked.check_token(operation)?;
        Ok(asked)
    }

    /// The texts of a parameter, of which there may be several.
    pub(super) fn texts(&self, parameter: &str) -> Vec<&str> {
        match self.values.get(parameter) {
            Some(Value::Array(members)) => members.iter().filter_map(Value::as_str).collect(),
            Some(value) => value.as_str().into_iter().collect(),
            None => Vec::new(),
        }
    }

    fn check_unsupported(&self, operation: &Vacant) -> Result<(), AwsError> {
        match operation.unsupported.iter().find(|name| self.values.contains_key(*name)) {
            None => Ok(()),
            Some(name) => Err(AwsError::new(
                "UnsupportedOperation",
                format!("Hamlet does not support the parameter {name} yet."),
            )),
        }
    }

    fn check_filters(&self, operation: &Vacant) -> Result<(), AwsError> {
        let Some((parameter, names)) = operation.filters else { return Ok(()) };
        let filters = self.values.get(parameter).and_then(Value::as_array).into_iter().flatten();
        Filters::new(filters.map(filter))?.matches(&Nobody(names)).map(|_| ())
    }

    /// There never was a page whose end a token could be.
    fn check_token(&self, operation: &Vacant) -> Result<(), AwsError> {
        let Some((parameter, code)) = operation.token else { return Ok(()) };
        match self.texts(parameter).iter().all(|token| token.is_empty()) {
            true => Ok(()),
            false => Err(AwsError::new(code, "The specified pagination token is invalid.")),
        }
    }
}

fn filter(value: &Value) -> Filter {
    let values = value.get("Values").and_then(Value::as_array);
    Filter {
        name: value.get("Name").and_then(Value::as_str).map(str::to_owned),
        values: values.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
    }
}

/// One of those that there are none of: it tells which filters its kind has.
struct Nobody(&'static [&'static str]);

impl Tagged for Nobody {}

impl Filterable for Nobody {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        self.0.contains(&name).then(Vec::new)
    }
}

/// The whole number within its bounds, or what a protocol says of one that is not.
pub(super) fn within(
    number: i64,
    bounds: RangeInclusive<i64>,
    refused: impl FnOnce(&RangeInclusive<i64>) -> AwsError,
) -> Result<Value, AwsError> {
    match bounds.contains(&number) {
        true => Ok(Value::from(number)),
        false => Err(refused(&bounds)),
    }
}

/// What services of most protocols say of a number beyond its bounds.
pub(super) fn beyond(code: &'static str, name: &str, number: i64, bounds: &RangeInclusive<i64>) -> AwsError {
    let (comparison, bound) = match number < *bounds.start() {
        true => ("greater", bounds.start()),
        false => ("less", bounds.end()),
    };
    AwsError::new(
        code,
        format!(
            "1 validation error detected: Value '{number}' at '{}' failed to satisfy constraint: Member must have \
             value {comparison} than or equal to {bound}",
            lower_first(name)
        ),
    )
}

/// `MaxResults` to `maxResults`, as AWS names members in its sentences.
pub(super) fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_lowercase().to_string() + letters.as_str())
}

/// A text of path or query string as what it stands for; `None` if it does not.
pub(super) fn of_text(text: &str, shape: &Shape) -> Option<Value> {
    match shape {
        Shape::Flag => text.parse::<bool>().ok().map(Value::from),
        Shape::Whole(..) => text.parse::<i64>().ok().map(Value::from),
        Shape::Number => text.parse::<f64>().ok().map(Value::from),
        Shape::Text | Shape::Moment | Shape::Bytes | Shape::Structure(_) | Shape::List(..) | Shape::Any => {
            Some(Value::from(text))
        }
    }
}

/// The members that must be there and are not.
pub(super) fn missing<'a>(members: &'a [Member], values: &Values) -> Option<&'a Member> {
    members.iter().find(|member| member.is_required && !values.contains_key(member.name))
}
