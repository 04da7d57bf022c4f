//! The query protocol as Amazon CloudWatch speaks it to older clients: forms in, XML out, of requests and answers that are JSON to
//! everything but this file.
//!
//! Follows "Making API requests" (Amazon CloudWatch API Reference). Lists are `Dimensions.member.1.Name`; no map is in a request.

use super::dialect::Dialect;
use super::{form, query_compatible, rpc_cbor};
use crate::error::AwsError;
use crate::incoming::Incoming;
use crate::input::Input;
use crate::json::FromJson as _;
use crate::params::Node;
use crate::reply::{Output, Reply};
use crate::rest::HttpRoute;
use crate::service::Service;
use crate::xml::XmlWriter;
use model::Timestamp;
use serde_json::{Map, Value};

/// What the numbered parts of a list are under.
const MEMBER: &str = "member";

/// Parameters that are numbers, or lists of them.
const NUMBERS: [&str; 10] = [
    "Counts",
    "MaxDatapoints",
    "MaxRecords",
    "Maximum",
    "Minimum",
    "Period",
    "SampleCount",
    "StorageResolution",
    "Sum",
    "Values",
];
/// A number in what is measured, and text in a dimension.
const VALUE: &str = "Value";
const DIMENSIONS: &str = "Dimensions";
/// Parameters that are true or false.
const FLAGS: [&str; 3] = ["IncludeLinkedAccounts", "ReturnData", "StrictEntityValidation"];

pub(super) struct CloudWatchQuery;

impl Dialect for CloudWatchQuery {
    fn operation(&self, _: &Service, incoming: &Incoming<'_>) -> Result<String, AwsError> {
        form::operation(incoming)
    }

    fn read(&self, _: &'static [HttpRoute], incoming: &Incoming<'_>) -> Result<Input, AwsError> {
        let read = form::read(incoming)?;
        let mut members = structure("", read.form()?);
        // What names the operation is no member of it.
        members.retain(|name, _| !["Action", "Version"].contains(&name.as_str()));
        Ok(Input::Json(Value::Object(members)))
    }

    fn write(&self, service: &Service, operation: &str, request_id: &str, output: &Output) -> Reply {
        let moments = rpc_cbor::moments(service);
        let write = |xml: &mut XmlWriter, members: &Map<String, Value>| write_members(xml, members, moments);
        query_compatible::answer(service, operation, request_id, output, false, write)
    }

    fn write_error(&self, service: &Service, error: &AwsError, request_id: &str) -> Reply {
        query_compatible::failure(service, error, request_id)
    }

    fn unknown_action(&self, service: &Service, action: &str) -> AwsError {
        super::query::Query.unknown_action(service, action)
    }
}

/// The members of what a parameter of this name has.
fn structure(within: &str, node: &Node) -> Map<String, Value> {
    node.below().map(|(name, node)| (name.to_owned(), value(within, name, node))).collect()
}

/// What a parameter is; `within` is the list that it is in.
fn value(within: &str, name: &str, node: &Node) -> Value {
    if node.child(MEMBER).is_some() {
        return node.members().into_iter().map(|(_, member)| element(name, member)).collect();
    }
    if node.below().next().is_some() {
        return Value::Object(structure(name, node));
    }
    leaf(name, node, NUMBERS.contains(&name) || name == VALUE && within != DIMENSIONS)
}

/// A member of the list of this name.
fn element(list: &str, node: &Node) -> Value {
    match node.below().next() {
        Some(_) => Value::Object(structure(list, node)),
        None => leaf(list, node, NUMBERS.contains(&list)),
    }
}

/// A text, or the number or truth that it is; what is none of these stays a text, and is refused as one.
fn leaf(name: &str, node: &Node, is_number: bool) -> Value {
    let text = node.own_text().unwrap_or_default();
    match text {
        "true" | "false" if FLAGS.contains(&name) => Value::from(text == "true"),
        _ if is_number => {
            let whole = text.parse::<i64>().ok().map(Value::from);
            whole.or_else(|| text.parse::<f64>().ok().map(Value::from)).unwrap_or_else(|| text.into())
        }
        _ => text.into(),
    }
}

fn write_members(xml: &mut XmlWriter, members: &Map<String, Value>, moments: &[&str]) {
    for (name, value) in members {
        let is_moment = moments.contains(&name.as_str());
        match value {
            Value::Array(all) => xml.element(name, |xml| {
                all.iter().for_each(|one| write(xml, MEMBER, one, is_moment, moments));
            }),
            // The one map there is: statistics by name.
            Value::Object(entries) if name == "ExtendedStatistics" => xml.element(name, |xml| {
                for (key, value) in entries {
                    xml.element("entry", |xml| {
                        xml.text("key", key);
                        xml.text("value", &plain(value, false));
                    });
                }
            }),
            one => write(xml, name, one, is_moment, moments),
        }
    }
}

fn write(xml: &mut XmlWriter, name: &str, value: &Value, is_moment: bool, moments: &[&str]) {
    match value {
        Value::Object(members) => xml.element(name, |xml| write_members(xml, members, moments)),
        plain_value => xml.text(name, &plain(plain_value, is_moment)),
    }
}

fn plain(value: &Value, is_moment: bool) -> String {
    match value {
        Value::String(text) => text.clone(),
        number if is_moment => {
            Timestamp::from_json(number).map_or_else(|_| number.to_string(), |it| it.to_the_second())
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Protocol;
    use serde_json::json;

    #[test]
    fn forms_become_what_their_members_are() {
        let body = "Action=PutMetricData&Version=2010-08-01&Namespace=app&MetricData.member.1.MetricName=m\
                    &MetricData.member.1.Value=1.5&MetricData.member.1.Dimensions.member.1.Name=size\
                    &MetricData.member.1.Dimensions.member.1.Value=10&MetricData.member.1.Timestamp=2024-09-24T12:00:00Z\
                    &MetricData.member.2.MetricName=n&MetricData.member.2.Values.member.1=1&MetricData.member.2.Counts.member.1=2";
        let incoming = Incoming { body: body.as_bytes(), ..Incoming::default() };
        let Input::Json(read) = SERVICE.read(&incoming).unwrap() else { panic!("it is JSON") };
        let expected = json!({"Namespace": "app", "MetricData": [
            {"MetricName": "m", "Value": 1.5, "Timestamp": "2024-09-24T12:00:00Z", "Dimensions": [{"Name": "size", "Value": "10"}]},
            {"MetricName": "n", "Values": [1], "Counts": [2]},
        ]});
        assert_eq!(read, expected);
    }

    #[test]
    fn answers_are_members_and_moments_dates() {
        let answer = json!({"Datapoints": [{"Sum": 1.0, "Timestamp": 1_727_179_200}], "Metrics": []});
        let output = Output { body: answer.to_string(), headers: Vec::new() };
        let text = output.render(&SERVICE, "GetMetricStatistics", "r-1").text().into_owned();
        let inside = "<GetMetricStatisticsResult><Datapoints><member><Sum>1.0</Sum>\
                      <Timestamp>2024-09-24T12:00:00Z</Timestamp></member></Datapoints><Metrics></Metrics>";
        assert!(text.replace("<Metrics/>", "<Metrics></Metrics>").contains(inside), "{text}");
    }

    #[test]
    fn errors_have_the_codes_of_before() {
        let error = AwsError::new("InvalidParameterValueException", "No.");
        assert!(error.render(&SERVICE, "r-1").text().contains("<Code>InvalidParameterValue</Code>"));
    }

    const SERVICE: Service = Service {
        name: "monitoring",
        title: "x",
        protocol: Protocol::CloudWatchQuery,
        api_version: "2010-08-01",
        xml_namespace: "http://monitoring.amazonaws.com/doc/2010-08-01/",
        target_prefix: "",
        known_operations: &[],
        routes: &[],
    };
}
