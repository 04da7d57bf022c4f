//! What a service's model says of each member of a request: how long, how large, how many, of which letters, which words.
//!
//! Follows "Constraint traits" (Smithy): services of the query protocol check them before anything else, and tell of all
//! that is wrong in one sentence. The tables are generated; requests are looked at as they were sent.

use crate::error::AwsError;
use crate::json::Value;
use crate::params::{Node, lower_first};
use crate::pattern;
use std::borrow::Cow;

/// One rule for one member of a request.
#[derive(Clone, Copy, Debug)]
pub struct Constraint {
    /// Which member: `RoleName`, `Tags.*.Key`.
    pub way: &'static str,
    /// What it keeps.
    pub rule: Rule,
}

/// What a member keeps.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// A text has so many letters at least, and at most.
    Length(usize, usize),
    /// A number is so large at least, and at most.
    Range(i64, i64),
    /// A list has so many members at least, and at most.
    Members(usize, usize),
    /// A text is matched whole.
    Pattern(&'static str),
    /// A text is one of these words.
    Words(&'static [&'static str]),
}

/// Whether a pattern of a model can be matched here.
pub fn is_known_pattern(pattern: &str) -> bool {
    pattern::is_known(pattern)
}

/// `ValidationError`, if anything of a form does not keep its rules.
pub(crate) fn check(request: &Node, constraints: &[Constraint]) -> Result<(), AwsError> {
    let broken = broken(request, constraints);
    if broken.is_empty() { Ok(()) } else { Err(violated("ValidationError", &broken)) }
}

/// `ValidationException`, or its like, if anything of a request in JSON does not keep its rules.
pub(crate) fn check_json(
    request: &Value,
    constraints: &[Constraint],
    code: &'static str,
) -> Result<(), AwsError> {
    let broken = broken(request, constraints);
    if broken.is_empty() { Ok(()) } else { Err(violated(code, &broken)) }
}

fn broken(request: &impl Tree, constraints: &[Constraint]) -> Vec<String> {
    let mut broken = Vec::new();
    for Constraint { way, rule } in constraints {
        let steps: Vec<&str> = way.split('.').collect();
        look(request, &steps, String::new(), *rule, &mut broken);
    }
    broken
}

/// `ValidationError` about one parameter that breaks a rule: of an action's own, beyond the model's.
pub fn violation(value: &str, place: &str, rule: &str) -> AwsError {
    violated("ValidationError", &[sentence(value, place, rule)])
}

fn violated(code: &'static str, broken: &[String]) -> AwsError {
    let errors = if broken.len() == 1 { "error" } else { "errors" };
    let sentence = format!("{} validation {errors} detected: {}", broken.len(), broken.join("; "));
    AwsError::new(code, sentence)
}

/// Parameters as they were sent: a form, or JSON.
trait Tree {
    /// The member of this name.
    fn child(&self, name: &str) -> Option<&Self>;
    /// The members of a list, numbered from 1.
    fn members(&self) -> Vec<(u32, &Self)>;
    /// What it says itself.
    fn text(&self) -> Option<Cow<'_, str>>;
}

impl Tree for Node {
    fn child(&self, name: &str) -> Option<&Self> {
        self.child(name)
    }

    fn members(&self) -> Vec<(u32, &Self)> {
        self.members()
    }

    fn text(&self) -> Option<Cow<'_, str>> {
        self.own_text().map(Cow::Borrowed)
    }
}

impl Tree for Value {
    fn child(&self, name: &str) -> Option<&Self> {
        self.get(name).filter(|value| !value.is_null())
    }

    fn members(&self) -> Vec<(u32, &Self)> {
        (1..).zip(self.as_array().into_iter().flatten()).collect()
    }

    fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Value::String(text) => Some(Cow::Borrowed(text)),
            Value::Number(number) => Some(Cow::Owned(number.to_string())),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }
}

fn sentence(value: &str, place: &str, rule: &str) -> String {
    format!("Value '{value}' at '{place}' failed to satisfy constraint: Member must {rule}")
}

/// Follows the way to every member that it leads to, and notes what breaks the rule there.
fn look<T: Tree>(node: &T, way: &[&str], place: String, rule: Rule, broken: &mut Vec<String>) {
    let Some((step, rest)) = way.split_first() else {
        broken.extend(problem(node, rule).map(|(value, rule)| sentence(&value, &place, &rule)));
        return;
    };
    if *step == "*" {
        for (number, member) in node.members() {
            look(member, rest, format!("{place}.{number}.member"), rule, broken);
        }
        return;
    }
    let name = lower_first(step);
    let place = if place.is_empty() { name } else { format!("{place}.{name}") };
    if let Some(child) = node.child(step) {
        look(child, rest, place, rule, broken);
    }
}

/// The value that breaks a rule, and the rule in words.
fn problem<T: Tree>(node: &T, rule: Rule) -> Option<(String, String)> {
    let text = node.text().unwrap_or_default();
    let text = text.as_ref();
    let words = match rule {
        Rule::Length(min, max) => out_of(text.chars().count(), min, max, "length"),
        Rule::Range(min, max) => out_of(text.parse::<i64>().ok()?, min, max, "value"),
        Rule::Members(min, max) => {
            let broken = out_of(node.members().len(), min, max, "length")?;
            let members: Vec<Cow<'_, str>> =
                node.members().into_iter().map(|(_, it)| it.text().unwrap_or("…".into())).collect();
            return Some((format!("[{}]", members.join(", ")), broken));
        }
        Rule::Pattern(pattern) => (!pattern::matches(pattern, text))
            .then(|| format!("satisfy regular expression pattern: {pattern}")),
        Rule::Words(words) => {
            (!words.contains(&text)).then(|| format!("satisfy enum value set: [{}]", words.join(", ")))
        }
    };
    words.map(|words| (text.to_owned(), words))
}

fn out_of<N: PartialOrd + std::fmt::Display>(value: N, min: N, max: N, what: &str) -> Option<String> {
    if value < min {
        return Some(format!("have {what} greater than or equal to {min}"));
    }
    (value > max).then(|| format!("have {what} less than or equal to {max}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONSTRAINTS: &[Constraint] = &[
        Constraint { way: "RoleName", rule: Rule::Length(1, 5) },
        Constraint { way: "RoleName", rule: Rule::Pattern(r"[\w+=,.@-]+") },
        Constraint { way: "MaxItems", rule: Rule::Range(1, 1000) },
        Constraint { way: "Status", rule: Rule::Words(&["Active", "Inactive"]) },
        Constraint { way: "Tags", rule: Rule::Members(0, 2) },
        Constraint { way: "Tags.*.Key", rule: Rule::Length(1, 128) },
    ];

    fn told(form: &str) -> String {
        let checked = check(&Node::parse_form(form.as_bytes()).unwrap(), CONSTRAINTS);
        checked.err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn json_keeps_the_same_rules_under_another_code() {
        let told = |json: Value| {
            check_json(&json, CONSTRAINTS, "ValidationException").err().map(|error| error.to_string())
        };
        let good =
            serde_json::json!({"RoleName": "web", "MaxItems": 1, "Status": null, "Tags": [{"Key": "a"}]});
        assert_eq!(told(good), None);
        assert_eq!(
            told(serde_json::json!({"MaxItems": 0})).unwrap(),
            "ValidationException: 1 validation error detected: Value '0' at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1"
        );
        assert!(told(serde_json::json!({"Tags": [{"Key": ""}]})).unwrap().contains("at 'tags.1.member.key'"));
    }

    #[test]
    fn what_is_good_and_what_is_not_there_is_taken() {
        assert_eq!(told(""), "");
        assert_eq!(
            told("RoleName=web&MaxItems=1000&Status=Active&Tags.member.1.Key=a&Tags.member.1.Value="),
            ""
        );
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        assert_eq!(
            told("RoleName=d+b&MaxItems=0"),
            r"ValidationError: 2 validation errors detected: Value 'd b' at 'roleName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]+; Value '0' at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1"
        );
        assert_eq!(
            told("Status=Sleepy"),
            "ValidationError: 1 validation error detected: Value 'Sleepy' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]"
        );
        assert_eq!(
            told("Tags.member.1.Key="),
            "ValidationError: 1 validation error detected: Value '' at 'tags.1.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1"
        );
        let three = "Tags.member.1.Key=a&Tags.member.2.Key=b&Tags.member.3.Key=c";
        assert!(told(three).ends_with(
            "at 'tags' failed to satisfy constraint: Member must have length less than or equal to 2"
        ));
    }
}
