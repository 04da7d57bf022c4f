//! What is stored of messages: what they say, and what is known of them. Both are JSON with defaults, so that what was once
//! written is read for ever.

use std::collections::BTreeMap;

use awsproto::delivery::{Attribute, AttributeValue};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// What a message says, and who sent it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Content {
    /// Its identifier.
    pub id: String,
    /// The body.
    pub body: String,
    /// What goes with it, by name.
    pub attributes: BTreeMap<String, StoredAttribute>,
    /// `AWSTraceHeader`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
    /// Who sent it: `SenderId`.
    pub sender: String,
    /// By which copies of it are known, where it was said or follows from the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deduplication: Option<String>,
    /// The ARN of the queue in which it was received too often.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// An attribute of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StoredAttribute {
    /// Its type.
    pub data_type: String,
    /// Its value, if that is text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Its value in Base64, if that is bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub binary: Option<String>,
}

impl From<&Attribute> for StoredAttribute {
    fn from(attribute: &Attribute) -> StoredAttribute {
        let data_type = attribute.data_type.clone();
        match &attribute.value {
            AttributeValue::Text(text) => {
                StoredAttribute { data_type, text: Some(text.clone()), binary: None }
            }
            AttributeValue::Binary(bytes) => {
                StoredAttribute { data_type, text: None, binary: Some(STANDARD.encode(bytes)) }
            }
        }
    }
}

impl From<&StoredAttribute> for Attribute {
    fn from(stored: &StoredAttribute) -> Attribute {
        let bytes = || STANDARD.decode(stored.binary.as_deref().unwrap_or_default()).unwrap_or_default();
        let value = match &stored.text {
            Some(text) => AttributeValue::Text(text.clone()),
            None => AttributeValue::Binary(bytes()),
        };
        Attribute { data_type: stored.data_type.clone(), value }
    }
}

/// What is known of a message from its beginning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Head {
    /// When it was sent, in milliseconds.
    pub(super) sent: i64,
    /// From when on it can be received.
    pub(super) from: i64,
    /// Its group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) group: Option<String>,
    /// Whether its queue keeps the order.
    pub(super) in_order: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_before_are_read_and_attributes_come_back() {
        let content: Content = serde_json::from_str(r#"{"id":"m","body":"hello"}"#).unwrap();
        assert_eq!((content.body.as_str(), content.trace), ("hello", None));
        let head: Head = serde_json::from_str("{\"sent\":5}").unwrap();
        assert_eq!(head, Head { sent: 5, ..Head::default() });
        for value in [AttributeValue::Text("1".to_owned()), AttributeValue::Binary(vec![0, 255])] {
            let attribute = Attribute { data_type: "Number".to_owned(), value };
            assert_eq!(Attribute::from(&StoredAttribute::from(&attribute)), attribute);
        }
    }
}
