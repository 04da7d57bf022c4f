//! Members of JSON: `{ ($.user.id = 1) && ($.sourceIPAddress != 123.123.*) }`.

use std::collections::BTreeMap;

use serde_json::Value as Found;

use super::InvalidPattern;
use super::expression::Expression;
use super::scanner::Scanner;
use super::value::{Condition, Operator};

/// What a message has to have.
#[derive(Debug)]
pub(super) struct Json(Expression<Member>);

/// A member, and what it has to be.
#[derive(Debug)]
struct Member {
    /// As it was written.
    selector: String,
    way: Vec<Step>,
    wanted: Wanted,
}

#[derive(Debug)]
enum Step {
    Name(String),
    Place(usize),
}

#[derive(Debug)]
enum Wanted {
    Compared(Condition),
    Null,
    True,
    False,
    Absent,
}

impl Json {
    pub(super) fn parse(pattern: &str) -> Result<Json, InvalidPattern> {
        let mut scanner = Scanner::new(pattern);
        scanner.expect("{")?;
        let expression = Expression::read(&mut scanner, &mut member)?;
        scanner.skip_spaces();
        scanner.expect("}")?;
        if scanner.rest().is_empty() { Ok(Json(expression)) } else { Err(InvalidPattern::Syntax) }
    }

    pub(super) fn matches(&self, message: &str) -> bool {
        if !message.trim_start().starts_with(['{', '[']) {
            return false;
        }
        let Ok(found) = serde_json::from_str::<Found>(message) else { return false };
        self.0.holds(&mut |member| member.holds(&found))
    }

    /// What a message has of the members that are asked for.
    pub(super) fn extract(&self, message: &str) -> BTreeMap<String, String> {
        let found: Found = serde_json::from_str(message).unwrap_or_default();
        let mut values = BTreeMap::new();
        self.0.each(&mut |member| {
            let value = member.find(&found).and_then(as_text);
            values.extend(value.map(|it| (member.selector.clone(), it)));
        });
        values
    }

    pub(super) fn regexes(&self) -> usize {
        let mut count = 0;
        self.0.each(&mut |member| {
            count += usize::from(matches!(&member.wanted, Wanted::Compared(it) if it.has_regex()));
        });
        count
    }
}

/// Where in a message of JSON a value is: `$.a.b[0]`.
#[derive(Debug)]
pub(crate) struct Selector(Vec<Step>);

impl Selector {
    pub(crate) fn parse(text: &str) -> Option<Selector> {
        let mut scanner = Scanner::new(text);
        let way = way(&mut scanner).ok()?;
        scanner.rest().is_empty().then_some(Selector(way))
    }

    /// What is there, unless it is more than a value.
    pub(crate) fn find(&self, message: &Found) -> Option<String> {
        find(&self.0, message).filter(|it| !it.is_null()).and_then(as_text)
    }
}

fn find<'v>(way: &[Step], value: &'v Found) -> Option<&'v Found> {
    way.iter().try_fold(value, |value, step| match step {
        Step::Name(name) => value.get(name),
        Step::Place(place) => value.get(place),
    })
}

fn as_text(value: &Found) -> Option<String> {
    match value {
        Found::String(text) => Some(text.clone()),
        Found::Number(_) | Found::Bool(_) | Found::Null => Some(value.to_string()),
        Found::Array(_) | Found::Object(_) => None,
    }
}

impl Member {
    fn find<'v>(&self, value: &'v Found) -> Option<&'v Found> {
        find(&self.way, value)
    }

    fn holds(&self, message: &Found) -> bool {
        let found = self.find(message);
        match &self.wanted {
            Wanted::Absent => found.is_none(),
            Wanted::Null => found.is_some_and(Found::is_null),
            Wanted::True => found == Some(&Found::Bool(true)),
            Wanted::False => found == Some(&Found::Bool(false)),
            Wanted::Compared(condition) => match found {
                // What is not there is not equal to anything.
                None | Some(Found::Null) => condition.operator == Operator::Unequal,
                Some(Found::Number(number)) => {
                    number.as_f64().is_some_and(|it| condition.holds_for_number(it, &number.to_string()))
                }
                Some(Found::String(text)) => condition.holds_for_text(text),
                Some(Found::Bool(truth)) => condition.holds_for_text(&truth.to_string()),
                // "A selector that points to an array or an object does not match."
                Some(Found::Array(_) | Found::Object(_)) => false,
            },
        }
    }
}

fn member(scanner: &mut Scanner<'_>) -> Result<Member, InvalidPattern> {
    let before = scanner.rest();
    let way = way(scanner)?;
    let selector = before[..before.len() - scanner.rest().len()].to_owned();
    scanner.skip_spaces();
    let wanted = if scanner.eat_keyword("IS") {
        scanner.skip_spaces();
        if scanner.eat_keyword("NULL") {
            Wanted::Null
        } else if scanner.eat_keyword("TRUE") {
            Wanted::True
        } else if scanner.eat_keyword("FALSE") {
            Wanted::False
        } else {
            return Err(InvalidPattern::Syntax);
        }
    } else if scanner.eat_keyword("NOT") {
        scanner.skip_spaces();
        if !scanner.eat_keyword("EXISTS") {
            return Err(InvalidPattern::Syntax);
        }
        Wanted::Absent
    } else {
        Wanted::Compared(Condition::read(scanner)?)
    };
    Ok(Member { selector, way, wanted })
}

/// `$.a.b[0]`, `$.['a.b']`, `$['a.b'].c`.
fn way(scanner: &mut Scanner<'_>) -> Result<Vec<Step>, InvalidPattern> {
    scanner.expect("$")?;
    let mut way = Vec::new();
    loop {
        let has_dot = scanner.eat(".");
        if scanner.eat("[") {
            way.push(bracketed(scanner)?);
        } else if has_dot {
            let name = scanner.take(|it| it.is_alphanumeric() || "_-@:".contains(it));
            if name.is_empty() {
                return Err(InvalidPattern::Syntax);
            }
            way.push(Step::Name(name.to_owned()));
        } else if way.is_empty() {
            return Err(InvalidPattern::Syntax);
        } else {
            return Ok(way);
        }
    }
}

fn bracketed(scanner: &mut Scanner<'_>) -> Result<Step, InvalidPattern> {
    let quote = ["'", "\""].into_iter().find(|it| scanner.eat(it));
    let step = match quote {
        Some(quote) => {
            let name = scanner.take(|it| !quote.contains(it)).to_owned();
            scanner.expect(quote)?;
            Step::Name(name)
        }
        None => {
            Step::Place(scanner.take(|it| it.is_ascii_digit()).parse().map_err(|_| InvalidPattern::Syntax)?)
        }
    };
    scanner.expect("]")?;
    Ok(step)
}

#[cfg(test)]
mod tests {
    use crate::pattern::tests::check;

    #[test]
    fn closer_things_bind_closer() {
        let message = |a: u8, b: u8, c: u8| format!(r#"{{"a":{a},"b":{b},"c":{c}}}"#);
        let one = message(1, 0, 0);
        check("{ $.a = 1 || $.b = 1 && $.c = 1 }", &[&one], &[&message(0, 1, 0)]);
        check("{ ($.a = 1 || $.b = 1) && $.c = 1 }", &[&message(0, 1, 1)], &[&one]);
    }

    #[test]
    fn what_is_absent_is_unequal_and_what_is_more_than_a_value_is_nothing() {
        check("{ $.a != 1 }", &["{}", r#"{"a":2}"#, r#"{"a":null}"#], &[r#"{"a":1}"#, r#"{"a":[2]}"#, "x"]);
        check("{ $.a NOT EXISTS }", &["{}"], &[r#"{"a":null}"#]);
        check("{ $.a IS TRUE }", &[r#"{"a":true}"#], &[r#"{"a":"true"}"#, "{}"]);
        check("{ $.a IS FALSE }", &[r#"{"a":false}"#], &[r#"{"a":true}"#]);
    }

    #[test]
    fn numbers_are_numbers_and_texts_are_texts() {
        check("{ $.a = 404 }", &[r#"{"a":404}"#, r#"{"a":404.0}"#, r#"{"a":"404"}"#], &[r#"{"a":"4040"}"#]);
        check("{ $.a = \"404\" }", &[r#"{"a":"404"}"#, r#"{"a":404}"#], &[]);
        check("{ $.a > 1 }", &[r#"{"a":1.5}"#], &[r#"{"a":"2"}"#, "{}"]);
    }
}
