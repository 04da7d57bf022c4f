//! Principals of a policy replaced in its text, with every other character left as it was given.
//!
//! "IAM transforms the ARN to the user's unique principal ID when you save the policy" (AWS JSON policy elements: Principal), and
//! back when it is shown.

use std::ops::Range;

use crate::document::Document;
use crate::json::{self, Node, Value};

impl Document {
    /// The same policy with other values under `"AWS"`, where there is another.
    #[must_use]
    pub fn with_principals(&self, other: impl Fn(&str) -> Option<String>) -> Document {
        let Ok(whole) = json::read(self.text()) else { return self.clone() };
        let mut named = Vec::new();
        for statement in members(whole, &["Statement"]).flat_map(each) {
            for value in members(statement, &["Principal", "NotPrincipal"]) {
                named.extend(members(value, &["AWS"]).flat_map(each).filter_map(text));
            }
        }
        let replaced: Vec<(Range<usize>, String)> =
            named.into_iter().filter_map(|(span, value)| Some((span, other(&value)?))).collect();
        match replaced.is_empty() {
            true => self.clone(),
            false => Document::stored(&rewritten(self.text(), replaced)),
        }
    }
}

/// The values of an object's members of these names.
fn members<'n>(node: Node, names: &'n [&'n str]) -> impl Iterator<Item = Node> + 'n {
    let members = match node.value {
        Value::Object(members) => members,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::List(_) => Vec::new(),
    };
    members.into_iter().filter(move |(name, _)| names.contains(&name.as_str())).map(|(_, node)| node)
}

/// What a list has, or the one that stands for a list.
fn each(node: Node) -> Vec<Node> {
    match node.value {
        Value::List(several) => several,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Object(_) => vec![node],
    }
}

fn text(node: Node) -> Option<(Range<usize>, String)> {
    match node.value {
        Value::Text(text) => Some((node.span, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Object(_) => None,
    }
}

/// Places are in the order of the text: an object's members are.
fn rewritten(text: &str, replaced: Vec<(Range<usize>, String)>) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut at = 0;
    for (span, value) in replaced {
        whole.push_str(&text[at..span.start]);
        whole.push_str(&serde_json::Value::String(value).to_string());
        at = span.end;
    }
    whole + &text[at..]
}
