//! Fields of a line with spaces between them: `[ip, user, ..., status=4*, bytes > 1000]`.

use std::collections::BTreeMap;

use super::InvalidPattern;
use super::expression::Expression;
use super::scanner::Scanner;
use super::value::Condition;

/// Fields of the longest pattern.
const FIELDS_MAX: usize = 256;

/// What a line has to have.
#[derive(Debug)]
pub(super) struct Fields {
    /// Before any number of others, or all there are.
    before: Vec<Field>,
    /// Behind them.
    behind: Option<Vec<Field>>,
}

#[derive(Debug)]
struct Field {
    name: String,
    wanted: Option<Expression<Condition>>,
}

impl Fields {
    pub(super) fn parse(pattern: &str) -> Result<Fields, InvalidPattern> {
        let mut scanner = Scanner::new(pattern);
        scanner.expect("[")?;
        let mut fields = Fields { before: Vec::new(), behind: None };
        let mut count = 0;
        loop {
            scanner.skip_spaces();
            if scanner.eat("...") {
                if fields.behind.replace(Vec::new()).is_some() {
                    return Err(InvalidPattern::Syntax);
                }
            } else {
                let field = field(&mut scanner)?;
                fields.behind.as_mut().unwrap_or(&mut fields.before).push(field);
            }
            count += 1;
            scanner.skip_spaces();
            if scanner.eat("]") && scanner.rest().is_empty() {
                return Ok(fields);
            }
            scanner.expect(",")?;
            if count == FIELDS_MAX {
                return Err(InvalidPattern::Syntax);
            }
        }
    }

    pub(super) fn matches(&self, message: &str) -> bool {
        let words = words(message);
        let Some((before, between)) = words.split_at_checked(self.before.len()) else { return false };
        let holds = |fields: &[Field], words: &[&str]| {
            fields.iter().zip(words).all(|(field, word)| field.holds(word))
        };
        if !holds(&self.before, before) {
            return false;
        }
        match &self.behind {
            None => between.is_empty(),
            Some(fields) => {
                let behind = between.len().checked_sub(fields.len());
                behind.is_some_and(|at| holds(fields, &between[at..]))
            }
        }
    }

    /// What a line that matches has, by `$name`; what has none by `$number`.
    pub(super) fn extract(&self, message: &str) -> BTreeMap<String, String> {
        let words = words(message);
        let behind = self.behind.as_deref().unwrap_or_default();
        let unnamed = words.len().saturating_sub(self.before.len() + behind.len());
        let named = self.before.iter().map(|it| it.name.clone());
        let numbered = (0..unnamed).map(|it| (self.before.len() + it + 1).to_string());
        let names = named.chain(numbered).chain(behind.iter().map(|it| it.name.clone()));
        names.zip(&words).map(|(name, word)| (format!("${name}"), (*word).to_owned())).collect()
    }

    pub(super) fn regexes(&self) -> usize {
        let mut count = 0;
        for field in self.before.iter().chain(self.behind.iter().flatten()) {
            if let Some(wanted) = &field.wanted {
                wanted.each(&mut |it| count += usize::from(it.has_regex()));
            }
        }
        count
    }
}

impl Field {
    fn holds(&self, word: &str) -> bool {
        self.wanted.as_ref().is_none_or(|wanted| wanted.holds(&mut |it| it.holds_for_field(word)))
    }
}

fn name<'a>(scanner: &mut Scanner<'a>) -> Result<&'a str, InvalidPattern> {
    let name = scanner.take(|it| it.is_alphanumeric() || it == '_' || it == '-');
    if name.is_empty() { Err(InvalidPattern::Syntax) } else { Ok(name) }
}

fn field(scanner: &mut Scanner<'_>) -> Result<Field, InvalidPattern> {
    // The name is read again with its conditions, each of which has it.
    let named = Scanner::new(scanner.rest().trim_start_matches(['(', ' ']));
    let name = { named }.take(|it| it.is_alphanumeric() || it == '_' || it == '-').to_owned();
    if name.is_empty() {
        return Err(InvalidPattern::Syntax);
    }
    let mut alone = Scanner::new(scanner.rest());
    self::name(&mut alone).ok();
    alone.skip_spaces();
    if alone.rest().starts_with([',', ']']) {
        *scanner = alone;
        return Ok(Field { name, wanted: None });
    }
    let wanted = Expression::read(scanner, &mut |scanner| {
        if self::name(scanner)? != name {
            return Err(InvalidPattern::Syntax);
        }
        scanner.skip_spaces();
        Condition::read(scanner)
    })?;
    Ok(Field { name, wanted: Some(wanted) })
}

/// The fields of a line: between spaces, or between quotation marks or brackets.
fn words(message: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = message.trim_start();
    while let Some(first) = rest.chars().next() {
        let close = match first {
            '"' => Some('"'),
            '[' => Some(']'),
            _ => None,
        };
        let inside = close.and_then(|close| rest[1..].split_once(close));
        let (word, after) = match inside {
            Some(found) => found,
            None => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        words.push(word);
        rest = after.trim_start();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_quotation_marks_or_brackets_is_one_field() {
        assert_eq!(words(r#"a "b c" [d e] f"#), ["a", "b c", "d e", "f"]);
        assert_eq!(words("  a   b "), ["a", "b"]);
        assert_eq!(words("\"open x"), ["\"open", "x"]);
        assert_eq!(words(""), Vec::<&str>::new());
    }

    #[test]
    fn what_is_left_out_has_numbers() {
        let fields = Fields::parse("[a, ..., z]").unwrap();
        let found = fields.extract("1 2 3 4");
        let pairs: Vec<(&str, &str)> = found.iter().map(|(name, it)| (name.as_str(), it.as_str())).collect();
        assert_eq!(pairs, [("$2", "2"), ("$3", "3"), ("$a", "1"), ("$z", "4")]);
    }
}
