//! What a request says to a topic, checked. Follows Publish (Amazon SNS API Reference).

use std::collections::BTreeMap;

use awsproto::delivery::{Attribute, Delivery};
use awsproto::{AwsError, Call};
use model::subscription::Protocol;
use model::topic::{Fifo, Topic};
use rsa::sha2::{Digest as _, Sha256};
use serde_json::Value;

use super::attributes;
use crate::errors::{invalid, invalid_because};
use crate::shapes::MessageAttributeValue;

/// "Messages can be a maximum of 256 KiB": "262,144 bytes, not 262,144 characters".
pub(super) const BYTES_MAX: usize = 256 << 10;
/// "Less than 100 characters long".
const SUBJECT_MAX: usize = 100;
/// Letters of a group's name, and of what copies are known by.
const NAME_MAX: usize = 128;

/// What both operations' requests have.
pub(super) struct Request {
    pub(super) message: Option<String>,
    pub(super) message_attributes: Option<BTreeMap<String, MessageAttributeValue>>,
    pub(super) message_deduplication_id: Option<String>,
    pub(super) message_group_id: Option<String>,
    pub(super) message_structure: Option<String>,
    pub(super) subject: Option<String>,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) message_id: String,
    pub(super) subject: Option<String>,
    pub(super) attributes: BTreeMap<String, Attribute>,
    /// The group within which order is kept.
    pub(super) group: Option<String>,
    /// By which a copy is known, of FIFO topics.
    pub(super) deduplication: Option<String>,
    /// What is counted against limits.
    pub(super) bytes: usize,
    text: Text,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Text {
    /// The same for everybody.
    One(String),
    /// By protocol, and for the others.
    ByProtocol(BTreeMap<String, String>, String),
}

impl Said {
    /// Checks what is said to a topic.
    pub(super) fn of(call: &mut Call, topic: &Topic, request: Request) -> Result<Said, AwsError> {
        let Request {
            message,
            message_attributes,
            message_deduplication_id,
            message_group_id,
            message_structure,
            subject,
        } = request;
        let message = message.filter(|it| !it.is_empty()).ok_or_else(|| invalid("Empty message"))?;
        let attributes = attributes::checked(message_attributes)?;
        let bytes = message.len() + attributes::bytes(&attributes);
        if let Some(subject) = &subject {
            check_subject(subject)?;
        }
        check_name("MessageGroupId", message_group_id.as_deref())?;
        check_name("MessageDeduplicationId", message_deduplication_id.as_deref())?;
        let deduplication = match topic.fifo {
            Some(fifo) => {
                Some(of_fifo(fifo, &message, message_group_id.as_deref(), message_deduplication_id)?)
            }
            None if message_deduplication_id.is_some() => {
                let reason = "The request includes MessageDeduplicationId parameter that is not valid for this topic type";
                return Err(invalid_because("MessageDeduplicationId", reason));
            }
            None => None,
        };
        Ok(Said {
            message_id: call.ids.uuid(),
            subject,
            attributes,
            group: message_group_id,
            deduplication,
            text: text(message, message_structure.as_deref())?,
            bytes: within(bytes)?,
        })
    }

    /// What another service hands over: the same for everybody.
    pub(super) fn handed(topic: &Topic, delivery: Delivery, message_id: String) -> Result<Said, AwsError> {
        let Delivery {
            to: _,
            by: _,
            source_arn: _,
            source_account: _,
            subject,
            body,
            attributes,
            group,
            deduplication,
        } = delivery;
        let bytes = within(body.len() + attributes::bytes(&attributes))?;
        let deduplication = match topic.fifo {
            Some(fifo) => Some(of_fifo(fifo, &body, group.as_deref(), deduplication)?),
            None => None,
        };
        Ok(Said { message_id, subject, attributes, group, deduplication, text: Text::One(body), bytes })
    }

    /// What subscribers of a protocol are told.
    pub(super) fn text(&self, protocol: Protocol) -> &str {
        match &self.text {
            Text::One(text) => text,
            Text::ByProtocol(texts, rest) => texts.get(protocol.name()).unwrap_or(rest),
        }
    }
}

fn within(bytes: usize) -> Result<usize, AwsError> {
    match bytes <= BYTES_MAX {
        true => Ok(bytes),
        false => Err(invalid("Message too long")),
    }
}

/// "Text that begins with a letter, number, or punctuation mark … must not include line breaks or control characters; must be
/// less than 100 characters long."
fn check_subject(subject: &str) -> Result<(), AwsError> {
    let begins_well = subject.chars().next().is_some_and(|it| !it.is_whitespace());
    let is_plain = !subject.chars().any(char::is_control);
    match begins_well && is_plain && subject.chars().count() <= SUBJECT_MAX {
        true => Ok(()),
        false => Err(invalid("Subject")),
    }
}

/// "Can contain alphanumeric characters (a-z, A-Z, 0-9) and punctuation", up to 128.
fn check_name(parameter: &str, name: Option<&str>) -> Result<(), AwsError> {
    let is_good =
        |name: &str| (1..=NAME_MAX).contains(&name.len()) && name.bytes().all(|it| it.is_ascii_graphic());
    match name.is_none_or(is_good) {
        true => Ok(()),
        false => {
            let reason = format!(
                "{parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length"
            );
            Err(invalid_because(parameter, reason))
        }
    }
}

/// What a copy is known by.
fn of_fifo(
    fifo: Fifo,
    message: &str,
    group: Option<&str>,
    deduplication: Option<String>,
) -> Result<String, AwsError> {
    if group.is_none() {
        return Err(invalid("The MessageGroupId parameter is required for FIFO topics"));
    }
    match deduplication {
        Some(given) => Ok(given),
        // "Amazon SNS uses a SHA-256 hash to generate the MessageDeduplicationId using the body of the message."
        None if fifo.by_content => {
            Ok(Sha256::digest(message).iter().map(|byte| format!("{byte:02x}")).collect())
        }
        None => Err(invalid(
            "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
        )),
    }
}

fn text(message: String, structure: Option<&str>) -> Result<Text, AwsError> {
    match structure {
        None | Some("") => Ok(Text::One(message)),
        Some("json") => by_protocol(&message),
        Some(_) => Err(invalid("MessageStructure")),
    }
}

/// "The value must be a JSON object … contain at least a top-level JSON key of default with a value that is a string."
fn by_protocol(message: &str) -> Result<Text, AwsError> {
    let refused = |reason: &str| invalid(format_args!("Message Structure - {reason}"));
    let read: Value =
        serde_json::from_str(message).map_err(|_| refused("JSON message body failed to parse"))?;
    let members = read.as_object().ok_or_else(|| refused("No default entry in JSON message body"))?;
    // "Non-string values will cause the key to be ignored."
    let texts = members.iter().filter_map(|(name, it)| Some((name.clone(), it.as_str()?.to_owned())));
    let mut texts: BTreeMap<String, String> = texts.collect();
    let rest = texts.remove("default").ok_or_else(|| refused("No default entry in JSON message body"))?;
    Ok(Text::ByProtocol(texts, rest))
}
