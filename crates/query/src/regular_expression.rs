//! Regular expressions, bounded in what they cost.

use regex::bytes::{Regex, RegexBuilder};

/// What a compiled expression may take of memory, and the automaton that it becomes while it searches.
const COMPILED_BYTES_MAX: usize = 1 << 20;
const AUTOMATON_BYTES_MAX: usize = 2 << 20;
/// How deep groups may be nested.
const NESTED_MAX: u32 = 64;

/// An expression for `like` or `parse`. What AWS refuses as flags behind the slash is refused by the parser already; `(?i)`
/// works. It never takes longer than the text is long.
pub(crate) fn compile(pattern: &str) -> Result<Regex, String> {
    let mut builder = RegexBuilder::new(pattern);
    builder.size_limit(COMPILED_BYTES_MAX).dfa_size_limit(AUTOMATON_BYTES_MAX).nest_limit(NESTED_MAX);
    builder.build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "The regular expression is too large".to_owned(),
        error => format!("The regular expression is not valid: {}", reason(&error)),
    })
}

/// The last line of the crate's explanation, without the drawing before it.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

/// What is taken out by an expression: which group goes into which field.
#[derive(Debug, Clone)]
pub struct Captures {
    /// The expression, its groups without names.
    pub expression: Regex,
    /// The group for each field, in the order of the fields.
    pub groups: Vec<usize>,
}

impl Captures {
    /// Reads an expression whose groups are named, or get their names from `into` in their order. The names come back.
    pub(crate) fn new(pattern: &str, into: &[String]) -> Result<(Captures, Vec<String>), String> {
        let Groups { pattern, names, count } = unnamed(pattern);
        let expression = compile(&pattern)?;
        let (groups, names): (Vec<usize>, Vec<String>) = match names.is_empty() {
            true if into.is_empty() => {
                return Err(
                    "A regular expression of parse needs a named group, like (?<name>pattern)".to_owned()
                );
            }
            true if into.len() != count => {
                return Err(format!("The regular expression has {count} groups for {} fields", into.len()));
            }
            true => (1..).zip(into.iter().cloned()).unzip(),
            false => names.into_iter().unzip(),
        };
        Ok((Captures { expression, groups }, names))
    }
}

struct Groups {
    pattern: String,
    names: Vec<(usize, String)>,
    count: usize,
}

/// Takes the names out of the groups, since AWS allows others than the crate: `(?<@user>…)`.
fn unnamed(pattern: &str) -> Groups {
    let mut groups = Groups { pattern: String::with_capacity(pattern.len()), names: vec![], count: 0 };
    let mut rest = pattern;
    let mut in_class = false;
    while let Some(character) = rest.chars().next() {
        let mut length = character.len_utf8();
        match character {
            '\\' => length += rest[length..].chars().next().map_or(0, char::len_utf8),
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => {
                if let Some((name, taken)) = group_name(rest) {
                    groups.count += 1;
                    groups.names.push((groups.count, name.to_owned()));
                    groups.pattern.push('(');
                    rest = &rest[taken..];
                    continue;
                }
                groups.count += usize::from(!rest.starts_with("(?"));
            }
            _ => {}
        }
        groups.pattern.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    groups
}

/// The name in `(?<name>` or `(?P<name>`, and how long that is.
fn group_name(rest: &str) -> Option<(&str, usize)> {
    let begun = rest.strip_prefix("(?<").or_else(|| rest.strip_prefix("(?P<"))?;
    let name = &begun[..begun.find('>')?];
    let plain = !name.is_empty()
        && name
            .chars()
            .all(|character| character.is_alphanumeric() || matches!(character, '@' | '_' | '.' | '-'));
    plain.then(|| (name, rest.len() - begun.len() + name.len() + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(pattern: &str) -> Vec<(usize, String)> {
        unnamed(pattern).names
    }

    #[test]
    fn groups_have_names_that_fields_have() {
        assert_eq!(
            names(r"(a)(?<@user>\w+) \(?<no> [(?<no>] (?P<b.c>x)"),
            [(2, "@user".into()), (3, "b.c".into())]
        );
        let (captures, names) = Captures::new(r"(?:x)(?<@id>\d+)", &[]).unwrap();
        assert_eq!((captures.groups, names), (vec![1], vec!["@id".to_owned()]));
    }

    #[test]
    fn groups_without_names_need_as_many_fields() {
        let fields = ["a".to_owned()];
        assert_eq!(Captures::new(r"(\d+)", &fields).unwrap().0.groups, [1]);
        assert_eq!(
            Captures::new(r"(\d+)(x)", &fields).unwrap_err(),
            "The regular expression has 2 groups for 1 fields"
        );
        assert!(Captures::new(r"\d+", &[]).unwrap_err().contains("named group"));
    }

    #[test]
    fn what_is_too_large_or_wrong_is_refused_at_once() {
        assert_eq!(compile(r"(\w{900}){900}").unwrap_err(), "The regular expression is too large");
        assert!(compile("(").unwrap_err().contains("unclosed group"));
        assert!(compile(&"(".repeat(5000)).is_err());
        assert!(compile("(?<=a)b").is_err());
    }
}
