//! What a model says of the members of requests: lengths, bounds, counts, patterns, words.

use serde_json::Value;

/// One rule for one member, as Rust.
pub(super) struct Constraint {
    way: String,
    rule: String,
}

impl Constraint {
    /// Whether CloudWatch Logs tells otherwise what breaks it, so that the action looks itself: lengths of names, events, of which
    /// there are many in a call, and transformations.
    pub(super) fn is_said_otherwise(&self) -> bool {
        let is_name = ["logGroupName", "logStreamName"].contains(&self.way.as_str());
        is_name && self.rule.starts_with("Length")
            || self.way.starts_with("logEvents")
            || self.way == "metricTransformations"
    }

    /// The Rust that makes it.
    pub(super) fn rust(&self) -> String {
        format!("Constraint {{ way: {:?}, rule: Rule::{} }}", self.way, self.rule)
    }
}

/// The rules for all members of a request, to its depths.
pub(super) fn of(shapes: &Value, shape: &str) -> Vec<Constraint> {
    let mut found = Vec::new();
    collect(shapes, shape, "", &mut found);
    found
}

fn collect(shapes: &Value, shape: &str, way: &str, found: &mut Vec<Constraint>) {
    let definition = &shapes[shape];
    found.extend(rules(definition).into_iter().map(|rule| Constraint { way: way.to_owned(), rule }));
    let inner = |of: &Value| of["shape"].as_str().unwrap_or_default().to_owned();
    let below = |step: &str| if way.is_empty() { step.to_owned() } else { format!("{way}.{step}") };
    for (name, member) in definition["members"].as_object().into_iter().flatten() {
        collect(shapes, &inner(member), &below(name), found);
    }
    if definition["type"] == "list" {
        collect(shapes, &inner(&definition["member"]), &below("*"), found);
    }
}

fn rules(definition: &Value) -> Vec<String> {
    let bounds = |largest: &str| {
        let bound = |key: &str| definition[key].as_i64();
        let has_any = bound("min").is_some() || bound("max").is_some();
        let max = bound("max").map_or_else(|| largest.to_owned(), |max| max.to_string());
        has_any.then(|| format!("({}, {max})", bound("min").unwrap_or(0)))
    };
    match definition["type"].as_str().unwrap_or_default() {
        "string" => {
            let length = bounds("usize::MAX").map(|bounds| format!("Length{bounds}"));
            let pattern = definition["pattern"].as_str().map(|pattern| format!("Pattern({pattern:?})"));
            let words = definition["enum"].as_array();
            let words = words.map(|words| {
                let words: Vec<String> = words.iter().map(Value::to_string).collect();
                format!("Words(&[{}])", words.join(", "))
            });
            [length, pattern, words].into_iter().flatten().collect()
        }
        "integer" | "long" => bounds("i64::MAX").map(|bounds| format!("Range{bounds}")).into_iter().collect(),
        "list" => bounds("usize::MAX").map(|bounds| format!("Members{bounds}")).into_iter().collect(),
        _ => Vec::new(),
    }
}
