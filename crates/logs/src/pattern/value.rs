//! What fields and members are compared with.

use super::InvalidPattern;
use super::regex::Regex;
use super::scanner::Scanner;

/// How.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// With what.
#[derive(Debug)]
pub(super) enum Value {
    Number(f64),
    /// The parts between asterisks, each of which stands for anything.
    Text(Vec<String>),
    Regex(Regex),
}

/// Both.
#[derive(Debug)]
pub(super) struct Condition {
    pub(super) operator: Operator,
    pub(super) value: Value,
    /// A number as it was written, for what is no number.
    written: Option<String>,
}

impl Operator {
    pub(super) fn read(scanner: &mut Scanner<'_>) -> Option<Operator> {
        // The longer ones first.
        let all = [
            ("!=", Operator::Unequal),
            ("<=", Operator::LessOrEqual),
            (">=", Operator::GreaterOrEqual),
            ("=", Operator::Equal),
            ("<", Operator::Less),
            (">", Operator::Greater),
        ];
        all.into_iter().find(|(sign, _)| scanner.eat(sign)).map(|it| it.1)
    }

    fn is_about_order(self) -> bool {
        match self {
            Operator::Equal | Operator::Unequal => false,
            Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => true,
        }
    }

    fn holds(self, one: f64, other: f64) -> bool {
        match self {
            Operator::Equal => one == other,
            Operator::Unequal => one != other,
            Operator::Less => one < other,
            Operator::LessOrEqual => one <= other,
            Operator::Greater => one > other,
            Operator::GreaterOrEqual => one >= other,
        }
    }
}

impl Condition {
    /// Reads an operator and a value.
    pub(super) fn read(scanner: &mut Scanner<'_>) -> Result<Condition, InvalidPattern> {
        let operator = Operator::read(scanner).ok_or(InvalidPattern::Syntax)?;
        scanner.skip_spaces();
        let (value, written) = value(scanner)?;
        if operator.is_about_order() && !matches!(value, Value::Number(_)) {
            return Err(InvalidPattern::Syntax);
        }
        Ok(Condition { operator, value, written })
    }

    /// Whether it holds for a number.
    pub(super) fn holds_for_number(&self, number: f64, written: &str) -> bool {
        match &self.value {
            Value::Number(other) => self.operator.holds(number, *other),
            Value::Text(_) | Value::Regex(_) => self.holds_for_text(written),
        }
    }

    /// Whether it holds for a text that is no number, wherever it is from.
    pub(super) fn holds_for_text(&self, text: &str) -> bool {
        let is_equal = match &self.value {
            Value::Number(_) if self.operator.is_about_order() => return false,
            Value::Number(_) => self.written.as_deref() == Some(text),
            Value::Text(parts) => is_like(text, parts),
            Value::Regex(regex) => regex.matches(text),
        };
        is_equal == (self.operator == Operator::Equal)
    }

    /// Whether it holds for a text that may be a number.
    pub(super) fn holds_for_field(&self, text: &str) -> bool {
        match (&self.value, text.parse::<f64>()) {
            (Value::Number(_), Ok(number)) => self.holds_for_number(number, text),
            (Value::Number(_) | Value::Text(_) | Value::Regex(_), _) => self.holds_for_text(text),
        }
    }

    pub(super) fn has_regex(&self) -> bool {
        matches!(self.value, Value::Regex(_))
    }
}

/// A value, and a number as it was written.
fn value(scanner: &mut Scanner<'_>) -> Result<(Value, Option<String>), InvalidPattern> {
    match scanner.rest().as_bytes().first() {
        Some(b'"') => Ok((Value::Text(parts(&scanner.quoted()?)), None)),
        Some(b'%') => Ok((Value::Regex(Regex::parse(scanner.between_percents()?)?), None)),
        Some(_) | None => {
            let is_letter = |it: char| it.is_alphanumeric() || "*._-+:/@#$".contains(it);
            let word = scanner.take(is_letter);
            if word.is_empty() {
                return Err(InvalidPattern::Syntax);
            }
            // "inf" and "nan" are words.
            let is_number = word.bytes().any(|it| it.is_ascii_digit());
            Ok(match word.parse::<f64>().ok().filter(|it| it.is_finite() && is_number) {
                Some(number) => (Value::Number(number), Some(word.to_owned())),
                None => (Value::Text(parts(word)), None),
            })
        }
    }
}

fn parts(text: &str) -> Vec<String> {
    text.split('*').map(str::to_owned).collect()
}

/// Whether a text is the parts in their order, with anything between them.
fn is_like(text: &str, parts: &[String]) -> bool {
    let [first, middle @ .., last] = parts else { return parts.first().is_some_and(|it| it == text) };
    let Some(rest) = text.strip_prefix(first.as_str()) else { return false };
    let Some(mut rest) = rest.strip_suffix(last.as_str()) else { return false };
    for part in middle {
        let Some(at) = rest.find(part.as_str()) else { return false };
        rest = &rest[at + part.len()..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_asterisk_stands_for_anything_anywhere() {
        for (pattern, good, bad) in [
            ("4*", "404", "504"),
            ("*.html*", "GET /a.html HTTP", "GET /a.htm"),
            ("a*b*c", "aXbYc", "acb"),
            ("a*a", "aa", "a"),
            ("*", "", "\u{0}never"),
            ("abc", "abc", "abcd"),
        ] {
            assert!(is_like(good, &parts(pattern)), "{pattern} {good}");
            assert!(!is_like(bad, &parts(pattern)) || pattern == "*", "{pattern} {bad}");
        }
    }
}
