//! Whether a message is wanted.
//!
//! A message's attributes are values by name; those of bytes are not looked at. A body is looked at member by member; of a
//! list, one element is enough, and what is said of members of objects in a list must hold of one of them.

use std::collections::BTreeMap;

use awsproto::delivery::{Attribute, AttributeValue};
use model::subscription::FilterPolicyScope;
use serde_json::Value as Json;

use super::rule::{Rule, Value};
use super::{Fields, FilterPolicy, Wanted};

/// A message as filters look at it.
pub(crate) struct Filtered {
    attributes: BTreeMap<String, Json>,
    /// None where it is no object.
    body: Option<Json>,
}

impl Filtered {
    /// What is said, with what goes along.
    pub(crate) fn of(message: &str, attributes: &BTreeMap<String, Attribute>) -> Filtered {
        let read = attributes.iter().filter_map(|(name, it)| Some((name.clone(), value_of(it)?)));
        Filtered {
            attributes: read.collect(),
            body: serde_json::from_str(message).ok().filter(Json::is_object),
        }
    }
}

/// An attribute's value as JSON; none of bytes.
fn value_of(attribute: &Attribute) -> Option<Json> {
    let AttributeValue::Text(text) = &attribute.value else { return None };
    let kind = attribute.data_type.as_str();
    if kind == "String.Array" {
        // What is no list of them is a text.
        return Some(serde_json::from_str(text).unwrap_or_else(|_| Json::String(text.clone())));
    }
    match kind.split('.').next() {
        Some("Number") => {
            let number = text.trim().parse().ok().and_then(serde_json::Number::from_f64);
            Some(number.map_or_else(|| Json::String(text.clone()), Json::Number))
        }
        _ => Some(Json::String(text.clone())),
    }
}

impl FilterPolicy {
    /// Whether it wants a message.
    pub(crate) fn wants(&self, message: &Filtered, scope: FilterPolicyScope) -> bool {
        match scope {
            FilterPolicyScope::MessageAttributes => attributes_keep(&self.fields, &message.attributes),
            FilterPolicyScope::MessageBody => {
                message.body.as_ref().is_some_and(|body| keeps(&self.fields, Some(body)))
            }
        }
    }
}

fn attributes_keep(fields: &Fields, attributes: &BTreeMap<String, Json>) -> bool {
    let kept = |(name, wanted): &(String, Wanted)| {
        let Wanted::Rules(rules) = wanted else { return false };
        match attributes.get(name) {
            Some(value) => rules.iter().any(|rule| leaf_keeps(rule, value)),
            // As recorded: an attribute that is not there is null, too.
            None => rules.iter().any(|rule| rule.is_kept_by_absence() || *rule == Rule::Null),
        }
    };
    let mut either = fields.either.iter();
    fields.each.iter().all(kept) && either.all(|ways| ways.iter().any(|way| attributes_keep(way, attributes)))
}

/// Whether conditions hold of an object, of one in a list, or of nothing.
fn keeps(fields: &Fields, value: Option<&Json>) -> bool {
    if let Some(Json::Array(elements)) = value {
        return match elements.is_empty() {
            true => keeps(fields, None),
            false => elements.iter().any(|element| keeps(fields, Some(element))),
        };
    }
    let kept = |(name, wanted): &(String, Wanted)| {
        let member = value.and_then(|value| value.get(name));
        match wanted {
            Wanted::Fields(inner) => keeps(inner, member),
            Wanted::Rules(rules) => rules.iter().any(|rule| member_keeps(rule, member)),
        }
    };
    fields.each.iter().all(kept) && fields.either.iter().all(|ways| ways.iter().any(|way| keeps(way, value)))
}

/// "The exists operator works on leaf nodes only": an object, or a list of nothing, is none.
fn member_keeps(rule: &Rule, member: Option<&Json>) -> bool {
    match member {
        Some(value) if has_leaf(value) => leaf_keeps(rule, value),
        Some(_) | None => rule.is_kept_by_absence(),
    }
}

fn has_leaf(value: &Json) -> bool {
    match value {
        Json::Object(_) => false,
        Json::Array(elements) => elements.iter().any(has_leaf),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => true,
    }
}

fn leaf_keeps(rule: &Rule, value: &Json) -> bool {
    match value {
        Json::Null => rule.is_kept_by(Value::Null),
        Json::Bool(value) => rule.is_kept_by(Value::Bool(*value)),
        Json::Number(number) => number.as_f64().is_some_and(|it| rule.is_kept_by(Value::Number(it))),
        Json::String(text) => rule.is_kept_by(Value::Text(text)),
        Json::Array(elements) => elements.iter().any(|element| leaf_keeps(rule, element)),
        Json::Object(_) => false,
    }
}
