//! The steps of a phase over a frame.

use crate::SearchError;
use crate::evaluate::{Evaluator, Window, from_json, slots};
use crate::frame::Frame;
use crate::keep::keep_rows;
use crate::value::Value;
use query::{Captures, Expression, Extraction, Glob, Origin, Step};
use regex::bytes::CaptureLocations;
use std::borrow::Cow;

/// What a step may ask, and what it may take of memory.
pub(crate) struct Limits<'w> {
    pub window: &'w Window,
    pub memory_bytes: usize,
}

/// A step over rows that are there: events of one batch, or all rows that there are.
pub(crate) fn apply<'a>(
    step: &Step,
    frame: &mut Frame<'a>,
    origins: &[Origin],
    limits: &Limits<'_>,
) -> Result<(), SearchError> {
    match step {
        Step::Compute { slot, expression } => {
            let values = evaluate(expression, frame, origins, limits)?;
            frame.set(*slot, values);
        }
        Step::Filter(condition) => {
            read(condition, frame, origins);
            let evaluator = Evaluator::new(frame, limits.window);
            let stays = evaluator.mask(condition);
            evaluator.finish()?;
            frame.retain(&stays);
        }
        Step::Extract { from, by, into } => {
            let texts = evaluate(from, frame, origins, limits)?;
            extract(texts, by, into, frame, limits)?;
        }
        Step::Unnest { list, into } => {
            let lists = evaluate(list, frame, origins, limits)?;
            unnest(lists, *into, frame, limits)?;
        }
        Step::Keep(keep) => keep_rows(frame, keep),
    }
    Ok(())
}

/// Puts rows where one had been, some of them several times: as far as there is memory for that.
struct Multiplied {
    rows: Vec<usize>,
    bytes: usize,
    bytes_of_row: usize,
    bytes_max: usize,
}

impl Multiplied {
    fn new(limits: &Limits<'_>) -> Multiplied {
        Multiplied { rows: vec![], bytes: 0, bytes_of_row: 0, bytes_max: limits.memory_bytes }
    }

    fn begin(&mut self, frame: &Frame<'_>, row: usize) {
        self.bytes_of_row = frame.row_bytes(row) + size_of::<usize>();
    }

    fn push(&mut self, row: usize, beside: usize) -> Result<(), SearchError> {
        self.rows.push(row);
        self.bytes += self.bytes_of_row + beside;
        if self.bytes > self.bytes_max { Err(SearchError::TooLarge) } else { Ok(()) }
    }
}

fn read(expression: &Expression, frame: &mut Frame<'_>, origins: &[Origin]) {
    let mut used = vec![];
    slots(expression, &mut used);
    frame.read(origins, &used);
}

fn evaluate<'a>(
    expression: &Expression,
    frame: &mut Frame<'a>,
    origins: &[Origin],
    limits: &Limits<'_>,
) -> Result<Vec<Value<'a>>, SearchError> {
    read(expression, frame, origins);
    let evaluator = Evaluator::new(frame, limits.window);
    let values = evaluator.column(expression).into_owned();
    evaluator.finish()?;
    Ok(values)
}

fn extract<'a>(
    texts: Vec<Value<'a>>,
    by: &Extraction,
    into: &[usize],
    frame: &mut Frame<'a>,
    limits: &Limits<'_>,
) -> Result<(), SearchError> {
    let mut columns = vec![vec![Value::Absent; texts.len()]; into.len()];
    match by {
        Extraction::Glob(glob) => {
            for (row, text) in texts.into_iter().enumerate() {
                by_glob(&text, glob, row, &mut columns);
            }
        }
        Extraction::RegularExpression(captures) => {
            let mut locations = captures.expression.capture_locations();
            for (row, text) in texts.into_iter().enumerate() {
                by_expression(&text, captures, &mut locations, row, &mut columns);
            }
        }
        Extraction::EveryMatch(captures) => columns = every_match(&texts, captures, frame, limits)?,
    }
    into.iter().zip(columns).for_each(|(slot, column)| frame.set(*slot, column));
    Ok(())
}

/// A part of a text, which is lent as long as the text is.
fn part<'a>(text: &Cow<'a, [u8]>, start: usize, end: usize) -> Value<'a> {
    match text {
        Cow::Borrowed(text) => Value::text(&text[start..end]),
        Cow::Owned(text) => Value::owned_text(&text[start..end]),
    }
}

fn by_glob<'a>(text: &Value<'a>, glob: &Glob, row: usize, columns: &mut [Vec<Value<'a>>]) {
    match text {
        Value::Text(Cow::Borrowed(text)) => {
            glob.captures(text, &mut |star, value| columns[star][row] = Value::text(value));
        }
        other => {
            if let Some(text) = other.as_text() {
                glob.captures(&text, &mut |star, value| columns[star][row] = Value::owned_text(value));
            }
        }
    }
}

fn by_expression<'a>(
    text: &Value<'a>,
    captures: &Captures,
    locations: &mut CaptureLocations,
    row: usize,
    columns: &mut [Vec<Value<'a>>],
) {
    let Some(text) = lent(text) else { return };
    if captures.expression.captures_read(locations, &text).is_none() {
        return;
    }
    for (column, group) in columns.iter_mut().zip(&captures.groups) {
        if let Some((start, end)) = locations.get(*group) {
            column[row] = part(&text, start, end);
        }
    }
}

/// A value's text, for as long as it can be had.
fn lent<'a>(value: &Value<'a>) -> Option<Cow<'a, [u8]>> {
    match value {
        Value::Text(text) => Some(text.clone()),
        other => other.as_text().map(|text| Cow::Owned(text.into_owned())),
    }
}

/// A row for each place where the expression fits; one without values where it fits nowhere.
fn every_match<'a>(
    texts: &[Value<'a>],
    captures: &Captures,
    frame: &mut Frame<'a>,
    limits: &Limits<'_>,
) -> Result<Vec<Vec<Value<'a>>>, SearchError> {
    let mut columns: Vec<Vec<Value<'a>>> = vec![vec![]; captures.groups.len()];
    let mut multiplied = Multiplied::new(limits);
    for (row, value) in texts.iter().enumerate() {
        multiplied.begin(frame, row);
        let before = multiplied.rows.len();
        let text = lent(value).unwrap_or_default();
        for found in captures.expression.captures_iter(&text) {
            multiplied.push(row, found[0].len() + columns.len() * size_of::<Value<'_>>())?;
            for (column, group) in columns.iter_mut().zip(&captures.groups) {
                let place = found.get(*group).map(|place| (place.start(), place.end()));
                column.push(place.map_or(Value::Absent, |(start, end)| part(&text, start, end)));
            }
        }
        if multiplied.rows.len() == before {
            multiplied.push(row, 0)?;
            columns.iter_mut().for_each(|column| column.push(Value::Absent));
        }
    }
    frame.take(&multiplied.rows);
    Ok(columns)
}

/// A row for each element. "Any other types, such as MAP, String and numbers, are treated as a list with one item" (unnest).
fn unnest<'a>(
    lists: Vec<Value<'a>>,
    into: usize,
    frame: &mut Frame<'a>,
    limits: &Limits<'_>,
) -> Result<(), SearchError> {
    let (mut multiplied, mut elements) = (Multiplied::new(limits), vec![]);
    for (row, value) in lists.into_iter().enumerate() {
        multiplied.begin(frame, row);
        match &value {
            Value::Structure(structure) if structure.is_array() => {
                for element in structure.as_array().into_iter().flatten() {
                    let element = from_json(element);
                    multiplied.push(row, element.bytes())?;
                    elements.push(element);
                }
            }
            _ => {
                multiplied.push(row, 0)?;
                elements.push(value);
            }
        }
    }
    frame.take(&multiplied.rows);
    frame.set(into, elements);
    Ok(())
}
