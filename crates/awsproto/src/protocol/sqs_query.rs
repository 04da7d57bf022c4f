//! The query protocol as Amazon SQS speaks it to older clients: forms in, XML out, of requests and answers that are JSON to
//! everything but this file.
//!
//! Follows "Making Query API requests for Amazon SQS" (Amazon SQS Developer Guide). Lists and maps are flat (`Attribute.1.Name`),
//! under names that the present model has no longer; the queue is named by `QueueUrl`, or by the request's path.

use super::dialect::Dialect;
use super::{form, query_compatible};
use crate::error::AwsError;
use crate::incoming::Incoming;
use crate::input::Input;
use crate::params::Node;
use crate::reply::{Output, Reply};
use crate::rest::HttpRoute;
use crate::service::Service;
use crate::xml::XmlWriter;
use serde_json::{Map, Value};

/// Parameters that are numbers.
const NUMBERS: [&str; 6] = [
    "DelaySeconds",
    "MaxNumberOfMessages",
    "MaxNumberOfMessagesPerSecond",
    "MaxResults",
    "VisibilityTimeout",
    "WaitTimeSeconds",
];

/// What a parameter with numbered parts is.
#[derive(Clone, Copy)]
enum Flat {
    /// A list of texts.
    Texts,
    /// A list of structures.
    Structures,
    /// A map; what the key is called, and the value.
    Map(&'static str, &'static str),
}

/// Parameters with numbered parts: what they are called in forms, what in JSON, and what they are.
const FLAT: [(&str, &str, Flat); 13] = [
    ("ActionName", "Actions", Flat::Texts),
    ("Attribute", "Attributes", Flat::Map("Name", "Value")),
    ("AttributeName", "AttributeNames", Flat::Texts),
    ("AWSAccountId", "AWSAccountIds", Flat::Texts),
    ("ChangeMessageVisibilityBatchRequestEntry", "Entries", Flat::Structures),
    ("DeleteMessageBatchRequestEntry", "Entries", Flat::Structures),
    ("MessageAttribute", "MessageAttributes", Flat::Map("Name", "Value")),
    ("MessageAttributeName", "MessageAttributeNames", Flat::Texts),
    ("MessageSystemAttribute", "MessageSystemAttributes", Flat::Map("Name", "Value")),
    ("MessageSystemAttributeName", "MessageSystemAttributeNames", Flat::Texts),
    ("SendMessageBatchRequestEntry", "Entries", Flat::Structures),
    ("Tag", "Tags", Flat::Map("Key", "Value")),
    ("TagKey", "TagKeys", Flat::Texts),
];

pub(super) struct SqsQuery;

impl Dialect for SqsQuery {
    fn operation(&self, _: &Service, incoming: &Incoming<'_>) -> Result<String, AwsError> {
        form::operation(incoming)
    }

    fn read(&self, _: &'static [HttpRoute], incoming: &Incoming<'_>) -> Result<Input, AwsError> {
        let read = form::read(incoming)?;
        let mut members = structure(read.form()?);
        if incoming.path.len() > 1 && !members.contains_key("QueueUrl") {
            members.insert("QueueUrl".to_owned(), incoming.path.into());
        }
        // One operation has them in lower case.
        if incoming.form_value("Action").as_deref() == Some("CreateQueue")
            && let Some(tags) = members.remove("Tags")
        {
            members.insert("tags".to_owned(), tags);
        }
        Ok(Input::Json(Value::Object(members)))
    }

    fn write(&self, service: &Service, operation: &str, request_id: &str, output: &Output) -> Reply {
        let write =
            |xml: &mut XmlWriter, members: &Map<String, Value>| write_members(xml, operation, members);
        query_compatible::answer(service, operation, request_id, output, has_result(operation), write)
    }

    fn write_error(&self, service: &Service, error: &AwsError, request_id: &str) -> Reply {
        let message = match error.code.as_ref() {
            "QueueDoesNotExist" => "The specified queue does not exist for this wsdl version.".to_owned(),
            _ => error.message.clone(),
        };
        query_compatible::failure(service, &AwsError { message, ..error.clone() }, request_id)
    }

    fn unknown_action(&self, _: &Service, action: &str) -> AwsError {
        AwsError::new("InvalidAction", format!("The action {action} is not valid for this endpoint."))
    }
}

/// Operations whose answers have an element of their own, be there something in it or not.
fn has_result(operation: &str) -> bool {
    ["Get", "List", "Receive", "Create", "Send"].iter().any(|verb| operation.starts_with(verb))
        || operation.ends_with("Batch")
}

fn structure(node: &Node) -> Map<String, Value> {
    node.below().map(|(name, node)| member(name, node)).collect()
}

fn member(name: &str, node: &Node) -> (String, Value) {
    if let Some((_, json, flat)) = FLAT.iter().find(|(form, ..)| *form == name) {
        return ((*json).to_owned(), parts(node, *flat));
    }
    if node.below().next().is_some() {
        return (name.to_owned(), Value::Object(structure(node)));
    }
    let text = node.own_text().unwrap_or_default();
    let number = NUMBERS.contains(&name).then(|| text.parse::<i64>().ok()).flatten();
    (name.to_owned(), number.map_or_else(|| text.into(), Value::from))
}

fn parts(node: &Node, flat: Flat) -> Value {
    let mut parts: Vec<(u32, &Node)> =
        node.below().filter_map(|(number, node)| Some((number.parse().ok()?, node))).collect();
    parts.sort_by_key(|(number, _)| *number);
    let parts = parts.into_iter().map(|(_, node)| node);
    match flat {
        Flat::Texts => parts.map(|it| Value::from(it.own_text().unwrap_or_default())).collect(),
        Flat::Structures => parts.map(|it| Value::Object(structure(it))).collect(),
        Flat::Map(key, value) => Value::Object(parts.filter_map(|it| entry(it, key, value)).collect()),
    }
}

fn entry(node: &Node, key: &str, value: &str) -> Option<(String, Value)> {
    let value = node.child(value).map_or(Value::from(""), |it| member("Value", it).1);
    Some((node.text(key)?.to_owned(), value))
}

fn write_members(xml: &mut XmlWriter, operation: &str, members: &Map<String, Value>) {
    members.iter().for_each(|(name, value)| write(xml, operation, name, value));
}

fn write(xml: &mut XmlWriter, operation: &str, name: &str, value: &Value) {
    match value {
        Value::Array(all) => {
            let element = element_of(operation, name);
            for one in all {
                match one {
                    Value::Object(members) => {
                        xml.element(&element, |xml| write_members(xml, operation, members));
                    }
                    one => xml.text(&element, &plain(one)),
                }
            }
        }
        Value::Object(members) => match FLAT.iter().find(|(_, json, _)| *json == name) {
            Some((element, _, Flat::Map(key, value_name))) => {
                for (one, value) in members {
                    xml.element(element, |xml| {
                        xml.text(key, one);
                        write(xml, operation, value_name, value);
                    });
                }
            }
            _ => xml.element(name, |xml| write_members(xml, operation, members)),
        },
        Value::Null => {}
        value => xml.text(name, &plain(value)),
    }
}

/// What the members of a list are called.
fn element_of(operation: &str, name: &str) -> String {
    match name {
        "QueueUrls" | "queueUrls" => "QueueUrl".to_owned(),
        "Messages" => "Message".to_owned(),
        "Failed" => "BatchResultErrorEntry".to_owned(),
        // Of batches, "Successful"; of tasks, "Results".
        _ => format!("{operation}ResultEntry"),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Protocol;
    use serde_json::json;

    #[test]
    fn a_form_is_read_as_the_json_of_today() {
        let body = b"Action=SendMessage&Version=2012-11-05&MessageBody=hello&DelaySeconds=5\
            &MessageAttribute.1.Name=n&MessageAttribute.1.Value.DataType=Number&MessageAttribute.1.Value.StringValue=1";
        let read = SqsQuery.read(&[], &Incoming { path: "/123456789012/jobs", body, ..Incoming::default() });
        let sent = json!({
            "QueueUrl": "/123456789012/jobs",
            "MessageBody": "hello",
            "DelaySeconds": 5,
            "MessageAttributes": {"n": {"DataType": "Number", "StringValue": "1"}},
        });
        assert_eq!(read.unwrap().json().unwrap(), &sent);
    }

    #[test]
    fn batches_lists_and_maps_are_in_order() {
        let body = b"Action=SendMessageBatch&QueueUrl=u&SendMessageBatchRequestEntry.10.Id=b\
            &SendMessageBatchRequestEntry.2.Id=a&AttributeName.1=All&Attribute.1.Name=DelaySeconds&Attribute.1.Value=3";
        let read = SqsQuery.read(&[], &Incoming { path: "/", body, ..Incoming::default() }).unwrap();
        let sent = json!({
            "QueueUrl": "u",
            "Entries": [{"Id": "a"}, {"Id": "b"}],
            "AttributeNames": ["All"],
            "Attributes": {"DelaySeconds": "3"},
        });
        assert_eq!(read.json().unwrap(), &sent);
        let body = b"Action=CreateQueue&QueueName=q&Tag.1.Key=k&Tag.1.Value=v";
        let read = SqsQuery.read(&[], &Incoming { path: "/", body, ..Incoming::default() }).unwrap();
        assert_eq!(read.json().unwrap(), &json!({"QueueName": "q", "tags": {"k": "v"}}));
    }

    #[test]
    fn answers_are_flat_and_errors_have_the_codes_of_before() {
        let answer = json!({
            "Messages": [{"Body": "a<b", "Attributes": {"SentTimestamp": "1"}}],
        });
        let reply = Output { body: answer.to_string(), headers: Vec::new() }.render(
            &SERVICE,
            "ReceiveMessage",
            "r-1",
        );
        assert_eq!(
            reply.text().split_once('\n').unwrap().1,
            "<ReceiveMessageResponse xmlns=\"urn:x\"><ReceiveMessageResult><Message><Attribute><Name>SentTimestamp</Name>\
             <Value>1</Value></Attribute><Body>a&lt;b</Body></Message></ReceiveMessageResult><ResponseMetadata>\
             <RequestId>r-1</RequestId></ResponseMetadata></ReceiveMessageResponse>"
        );
        let gone =
            AwsError::new("QueueDoesNotExist", "The specified queue does not exist.").render(&SERVICE, "r-1");
        let said = "<Code>AWS.SimpleQueueService.NonExistentQueue</Code>\
                    <Message>The specified queue does not exist for this wsdl version.</Message>";
        assert!(gone.text().contains(said), "{}", gone.text());
    }

    static SERVICE: Service = Service {
        name: "sqs",
        title: "x",
        protocol: Protocol::SqsQuery,
        api_version: "1",
        xml_namespace: "urn:x",
        target_prefix: "",
        known_operations: &[],
        routes: &[],
    };
}
