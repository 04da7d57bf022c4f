//! What goes with a message: attributes as requests have them, and as answers show them.
//!
//! Follows "Message attributes" (Amazon SQS Developer Guide).

use std::collections::BTreeMap;

use awsproto::AwsError;
use awsproto::delivery::{Attribute, AttributeValue};

use crate::shapes::{MessageAttributeValue, MessageSystemAttributeValue};

/// By name.
pub(crate) type MessageAttributes = BTreeMap<String, Attribute>;

/// Attributes of a message at most.
const ATTRIBUTES_MAX: usize = 10;
/// Letters of a name, and of a type.
const LETTERS_MAX: usize = 256;

/// Reads attributes.
pub(crate) fn read(
    sent: Option<BTreeMap<String, MessageAttributeValue>>,
) -> Result<MessageAttributes, AwsError> {
    let sent = sent.unwrap_or_default();
    if sent.len() > ATTRIBUTES_MAX {
        let sentence = format!(
            "Number of message attributes [{}] exceeds the allowed maximum [{ATTRIBUTES_MAX}].",
            sent.len()
        );
        return Err(AwsError::invalid_parameter_value(sentence));
    }
    sent.into_iter().map(|(name, value)| Ok((name.clone(), one(&name, value)?))).collect()
}

fn one(name: &str, sent: MessageAttributeValue) -> Result<Attribute, AwsError> {
    let MessageAttributeValue {
        binary_list_values,
        binary_value,
        data_type,
        string_list_values,
        string_value,
    } = sent;
    check_name(name)?;
    if !binary_list_values.is_empty() || !string_list_values.is_empty() {
        // "Not implemented. Reserved for future use." (MessageAttributeValue)
        let sentence = "Message attribute list values in SendMessage operation are not supported.";
        return Err(AwsError::new("UnsupportedOperation", sentence));
    }
    let invalid = |sentence: String| AwsError::invalid_parameter_value(sentence);
    let data_type = data_type.filter(|it| !it.is_empty()).ok_or_else(|| {
        invalid(format!("The message attribute '{name}' must contain non-empty message attribute type."))
    })?;
    let kind = data_type.split('.').next().unwrap_or_default();
    if !["String", "Number", "Binary"].contains(&kind)
        || data_type.len() > LETTERS_MAX
        || data_type.ends_with('.')
    {
        return Err(invalid(format!(
            "The type of message (user) attribute '{name}' is invalid. You must use only the following supported type \
             prefixes: Binary, Number, String."
        )));
    }
    let empty = || {
        invalid(format!(
            "The message attribute '{name}' must contain non-empty message attribute value for message attribute type \
             '{data_type}'."
        ))
    };
    let wrong_field = |field: &str| {
        invalid(format!("The message attribute '{name}' with type '{data_type}' must use field '{field}'."))
    };
    let value = match (kind, string_value, binary_value) {
        ("Binary", None, Some(bytes)) if !bytes.is_empty() => AttributeValue::Binary(bytes),
        ("Binary", None, _) => return Err(empty()),
        ("Binary", Some(_), _) => return Err(wrong_field("Binary")),
        (_, Some(text), None) if !text.is_empty() => AttributeValue::Text(text),
        (_, _, None) => return Err(empty()),
        (_, _, Some(_)) => return Err(wrong_field("String")),
    };
    match &value {
        AttributeValue::Text(text) if kind == "Number" && text.trim().parse::<f64>().is_err() => {
            Err(invalid(format!("Can't cast the value of message (user) attribute '{name}' to a number.")))
        }
        AttributeValue::Text(text) if !crate::send::is_written(text) => Err(crate::send::illegal()),
        AttributeValue::Text(_) | AttributeValue::Binary(_) => Ok(Attribute { data_type, value }),
    }
}

/// "The name can contain alphanumeric characters and the underscore, hyphen, and period", and does not begin as AWS's own do.
fn check_name(name: &str) -> Result<(), AwsError> {
    let is_letter = |it: char| it.is_ascii_alphanumeric() || "_-.".contains(it);
    let start = name.to_ascii_lowercase();
    let sentence = if name.is_empty() || name.len() > LETTERS_MAX {
        "Length of message attribute name must be less than 256 bytes."
    } else if !name.chars().all(is_letter) {
        "Invalid non-alphanumeric character was found in the message attribute name. Can only include alphanumeric \
         characters, hyphens, underscores, or dots."
    } else if start.starts_with("aws.") || start.starts_with("amazon.") {
        "You cannot use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are reserved for internal \
         use."
    } else if name.starts_with('.') || name.ends_with('.') {
        "You cannot start or end a message attribute name with a dot."
    } else if name.contains("..") {
        "You cannot use consecutive dots in a message attribute name."
    } else {
        return Ok(());
    };
    Err(AwsError::invalid_parameter_value(sentence))
}

/// Reads the one attribute that the system takes, which traces a message.
pub(crate) fn trace(
    sent: Option<BTreeMap<String, MessageSystemAttributeValue>>,
) -> Result<Option<String>, AwsError> {
    let mut trace = None;
    for (name, value) in sent.unwrap_or_default() {
        let MessageSystemAttributeValue {
            binary_list_values,
            binary_value,
            data_type,
            string_list_values,
            string_value,
        } = value;
        if name != "AWSTraceHeader" {
            let sentence = format!("Message system attribute name '{name}' is invalid.");
            return Err(AwsError::invalid_parameter_value(sentence));
        }
        let is_text =
            binary_value.is_none() && binary_list_values.is_empty() && string_list_values.is_empty();
        let text =
            string_value.filter(|it| is_text && data_type.as_deref() == Some("String") && !it.is_empty());
        trace = Some(text.ok_or_else(|| {
            let sentence = format!("The message system attribute '{name}' must be a non-empty String.");
            AwsError::invalid_parameter_value(sentence)
        })?);
    }
    Ok(trace)
}

/// Bytes of attributes, which count as a body's.
pub(crate) fn bytes(attributes: &MessageAttributes) -> usize {
    let value = |it: &AttributeValue| match it {
        AttributeValue::Text(text) => text.len(),
        AttributeValue::Binary(bytes) => bytes.len(),
    };
    attributes.iter().map(|(name, it)| name.len() + it.data_type.len() + value(&it.value)).sum()
}

/// As an answer shows one.
pub(crate) fn show(attribute: &Attribute) -> MessageAttributeValue {
    let data_type = Some(attribute.data_type.clone());
    match &attribute.value {
        AttributeValue::Text(text) => {
            MessageAttributeValue { data_type, string_value: Some(text.clone()), ..Default::default() }
        }
        AttributeValue::Binary(bytes) => {
            MessageAttributeValue { data_type, binary_value: Some(bytes.clone()), ..Default::default() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(data_type: &str, value: &str) -> MessageAttributeValue {
        let (data_type, string_value) = (Some(data_type.to_owned()), Some(value.to_owned()));
        MessageAttributeValue { data_type, string_value, ..Default::default() }
    }

    #[test]
    fn attributes_have_a_type_and_a_value_of_it() {
        let read = |name: &str, value| {
            read(Some(BTreeMap::from([(name.to_owned(), value)]))).map_err(|it| it.message)
        };
        assert!(read("a.b-c_1", text("Number.int", "-1.5e3")).is_ok());
        assert!(read("a", text("Number", "x")).unwrap_err().starts_with("Can't cast"));
        assert!(read("a", text("String", "")).unwrap_err().contains("non-empty message attribute value"));
        assert!(read("a", text("Text", "x")).unwrap_err().contains("supported type prefixes"));
        assert!(read("a", text("Binary", "x")).unwrap_err().contains("must use field 'Binary'"));
        for name in ["", "a b", "AWS.x", "amazon.x", ".a", "a.", "a..b", &"a".repeat(257)] {
            assert!(read(name, text("String", "x")).is_err(), "{name}");
        }
        let binary = MessageAttributeValue {
            data_type: Some("Binary".to_owned()),
            binary_value: Some(vec![0]),
            ..Default::default()
        };
        assert_eq!(show(&read("a", binary.clone()).unwrap()["a"]), binary);
    }

    #[test]
    fn there_are_ten_at_most() {
        let many =
            |count: usize| Some((0..count).map(|it| (format!("a{it}"), text("String", "x"))).collect());
        assert!(read(many(10)).is_ok());
        let sentence = read(many(11)).unwrap_err().message;
        assert_eq!(sentence, "Number of message attributes [11] exceeds the allowed maximum [10].");
    }
}
