//! `requestParameters`: what was asked for, as CloudTrail shows it.
//!
//! Members are spelled with a small first letter. EC2's lists are `{"items": […]}` of structures, most under a name with
//! `Set`; AWS names each operation's by hand, of which the common ones are in a table here and the others follow its rule.

use super::{hidden, lower_camel};
use crate::input::Input;
use crate::params::Node;
use crate::xml_reader::Element;
use serde_json::{Map, Value, json};

/// The element; null if nothing was asked for.
pub(super) fn of(input: &Input) -> Value {
    let members = match input {
        Input::Form(form) => of_form(form),
        Input::Json(value) => of_json(value),
        Input::Xml(element) => of_xml(element),
    };
    match members {
        Value::Object(members) if members.is_empty() => Value::Null,
        members => members,
    }
}

/// Lists of EC2's whose names in events do not follow from those in requests: the set's, and the members'.
const SETS: [(&str, &str, &str); 6] = [
    ("InstanceId", "instancesSet", "instanceId"),
    ("ResourceId", "resourcesSet", "resourceId"),
    ("SecurityGroupId", "groupSet", "groupId"),
    ("SecurityGroup", "groupSet", "groupName"),
    ("IpPermissions", "ipPermissions", ""),
    ("Value", "valueSet", "value"),
];

fn of_form(node: &Node) -> Value {
    let mut members = Map::new();
    for (name, child) in node.below() {
        if let Some(shown) = hidden(name) {
            members.extend(shown.map(|it| (lower_camel(name), it.into())));
            continue;
        }
        match numbered(child) {
            Numbered::No => members.insert(lower_camel(name), value(name, child)),
            Numbered::Flat(list) => {
                let (set, member) = names(name, &list);
                members.insert(set, json!({ "items": items(&list, &member) }))
            }
            Numbered::Members(list) => {
                let list: Vec<Value> = list.into_iter().map(|it| value(name, it)).collect();
                members.insert(lower_camel(name), list.into())
            }
        };
    }
    members.into()
}

fn value(name: &str, node: &Node) -> Value {
    match node.own_text() {
        Some(text) if node.below().next().is_none() => scalar(name, text),
        Some(_) | None => of_form(node),
    }
}

/// Whether what is below a key is a list.
enum Numbered<'a> {
    /// It is not.
    No,
    /// EC2's: `VpcId.1`.
    Flat(Vec<&'a Node>),
    /// The query protocol's: `Tags.member.1`.
    Members(Vec<&'a Node>),
}

fn numbered(node: &Node) -> Numbered<'_> {
    let members = node.members();
    if !members.is_empty() {
        return Numbered::Members(members.into_iter().map(|(_, member)| member).collect());
    }
    let mut list: Vec<(u32, &Node)> =
        node.below().filter_map(|(key, child)| Some((key.parse().ok()?, child))).collect();
    if list.is_empty() || list.len() != node.below().count() {
        return Numbered::No;
    }
    list.sort_by_key(|(number, _)| *number);
    Numbered::Flat(list.into_iter().map(|(_, child)| child).collect())
}

/// The name of a list's set, and that of its members where they are no structures.
fn names(name: &str, list: &[&Node]) -> (String, String) {
    if let Some((_, set, member)) = SETS.iter().find(|(key, _, _)| *key == name) {
        return ((*set).to_owned(), (*member).to_owned());
    }
    let member = lower_camel(name);
    let is_of_structures = list.iter().all(|it| it.own_text().is_none());
    let set = match member.ends_with('s') && is_of_structures {
        true => member.clone(),
        false => format!("{}Set", member.strip_suffix("Id").unwrap_or(&member)),
    };
    (set, member)
}

fn items(list: &[&Node], member: &str) -> Vec<Value> {
    let item = |node: &&Node| match node.own_text() {
        Some(text) => json!({ member: text }),
        None => of_form(node),
    };
    list.iter().map(item).collect()
}

/// Forms have nothing but text; of what is true or false or a number, events have that.
fn scalar(name: &str, text: &str) -> Value {
    const NUMBERS: [&str; 10] = [
        "Count",
        "Port",
        "Seconds",
        "Size",
        "Iops",
        "Throughput",
        "Results",
        "Items",
        "RuleNumber",
        "Length",
    ];
    let is_free = ["Key", "Value", "Name", "Description"].iter().any(|it| name.ends_with(it));
    match text {
        "true" if !is_free => true.into(),
        "false" if !is_free => false.into(),
        _ if NUMBERS.iter().any(|it| name.ends_with(it)) => {
            text.parse::<i64>().map_or_else(|_| text.into(), Value::from)
        }
        _ => text.into(),
    }
}

/// JSON's members.
pub(super) fn of_json(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let shown = members.iter().filter_map(|(name, value)| match hidden(name) {
                Some(hidden) => hidden.map(|it| (lower_camel(name), it.into())),
                None => Some((lower_camel(name), of_json(value))),
            });
            Value::Object(shown.collect())
        }
        Value::Array(list) => list.iter().map(of_json).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// Lists are elements whose members are all named like them, but for the plural.
pub(super) fn of_xml(element: &Element) -> Value {
    if element.children.is_empty() {
        return scalar(&element.name, &element.text);
    }
    let is_member =
        |child: &Element| element.name.strip_suffix('s') == Some(&child.name) || child.name == "member";
    if element.children.iter().all(is_member) {
        return element.children.iter().map(of_xml).collect();
    }
    let mut members = Map::new();
    for child in &element.children {
        match hidden(&child.name) {
            Some(shown) => members.extend(shown.map(|it| (lower_camel(&child.name), it.into()))),
            None => drop(members.insert(lower_camel(&child.name), of_xml(child))),
        }
    }
    members.into()
}
