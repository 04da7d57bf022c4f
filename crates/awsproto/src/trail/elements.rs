//! `responseElements`: what a change was answered with, as CloudTrail shows it.

use super::parameters::{of_json, of_xml};
use super::{has_item_lists, hidden, lower_camel};
use crate::service::Protocol;
use crate::xml_reader::{self, Element};
use serde_json::{Map, Value, json};

/// The element; null if the answer says nothing.
pub(super) fn of(protocol: Protocol, body: &str, request_id: &str) -> Value {
    match protocol {
        Protocol::Json10
        | Protocol::Json11
        | Protocol::RestJson
        | Protocol::RpcCbor
        | Protocol::SqsQuery
        | Protocol::CloudWatchQuery => some(of_json(&serde_json::from_str(body).unwrap_or(Value::Null))),
        Protocol::Ec2 | Protocol::Query | Protocol::RestXml | Protocol::S3 => {
            let element = xml_reader::parse(&format!("<answer>{body}</answer>")).unwrap_or_default();
            match has_item_lists(protocol) {
                true => of_ec2(&element, request_id),
                false => some(of_answer(element)),
            }
        }
    }
}

fn some(value: Value) -> Value {
    match &value {
        Value::Object(members) if members.is_empty() => Value::Null,
        Value::String(text) if text.is_empty() => Value::Null,
        _ => value,
    }
}

/// The members are in an element of their own, named after the operation.
fn of_answer(element: Element) -> Value {
    let mut inner = element;
    if inner.children.len() == 1
        && ["Result", "Response"].iter().any(|it| inner.children[0].name.ends_with(it))
    {
        inner = inner.children.remove(0);
    }
    of_xml(&inner)
}

fn of_ec2(element: &Element, request_id: &str) -> Value {
    let mut members = structure(element);
    members.insert("requestId".to_owned(), request_id.into());
    members.into()
}

fn structure(element: &Element) -> Map<String, Value> {
    let mut members = Map::new();
    for child in &element.children {
        let name = match child.name.as_str() {
            // Java has the word for itself, and AWS's services are written in it.
            "return" => "_return".to_owned(),
            name => lower_camel(name),
        };
        match hidden(&child.name) {
            Some(shown) => members.extend(shown.map(|it| (name, it.into()))),
            None => drop(members.insert(name, member(child))),
        }
    }
    members
}

fn member(element: &Element) -> Value {
    if element.children.is_empty() {
        return match element.text.as_str() {
            "true" => true.into(),
            "false" => false.into(),
            text => text.into(),
        };
    }
    if element.children.iter().all(|child| child.name == "item") {
        let items: Vec<Value> = element.children.iter().map(member).collect();
        return json!({ "items": items });
    }
    structure(element).into()
}
