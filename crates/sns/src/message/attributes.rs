//! What goes along with a message. Follows "Amazon SNS message attributes" (Amazon SNS Developer Guide).

use std::collections::BTreeMap;

use awsproto::AwsError;
use awsproto::delivery::{Attribute, AttributeValue};

use crate::errors::invalid_value;
use crate::shapes::MessageAttributeValue;

/// "The message attribute name … can be up to 256 characters long".
const NAME_BYTES_MAX: usize = 256;
const TYPES: [&str; 3] = ["Binary", "Number", "String"];

/// Attributes that somebody sent, by name.
pub(super) fn checked(
    sent: Option<BTreeMap<String, MessageAttributeValue>>,
) -> Result<BTreeMap<String, Attribute>, AwsError> {
    let sent = sent.unwrap_or_default().into_iter();
    sent.map(|(name, value)| {
        check_name(&name)?;
        let attribute = attribute(&name, value)?;
        Ok((name, attribute))
    })
    .collect()
}

/// Bytes that they count for.
pub(super) fn bytes(attributes: &BTreeMap<String, Attribute>) -> usize {
    let each = attributes.iter().map(|(name, attribute)| {
        let value = match &attribute.value {
            AttributeValue::Text(text) => text.len(),
            AttributeValue::Binary(bytes) => bytes.len(),
        };
        name.len() + attribute.data_type.len() + value
    });
    each.sum()
}

fn check_name(name: &str) -> Result<(), AwsError> {
    if name.len() >= NAME_BYTES_MAX || name.is_empty() {
        return Err(invalid_value("Length of message attribute name must be less than 256 bytes."));
    }
    let is_good = |it: &char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '.');
    if let Some(bad) = name.chars().find(|it| !is_good(it)) {
        return Err(invalid_value(format!(
            "Invalid non-alphanumeric character '#x{:X}' was found in the message attribute name. Can only include \
             alphanumeric characters, hyphens, underscores, or dots.",
            u32::from(bad)
        )));
    }
    if name.starts_with('.') {
        return Err(invalid_value("Invalid message attribute name starting with character '.' was found."));
    }
    if name.ends_with('.') {
        return Err(invalid_value("Invalid message attribute name ending with character '.' was found."));
    }
    match name.contains("..") {
        true => Err(invalid_value("Message attribute name can not have successive '.' character.")),
        false => Ok(()),
    }
}

fn attribute(name: &str, sent: MessageAttributeValue) -> Result<Attribute, AwsError> {
    let MessageAttributeValue { binary_value, data_type, string_value } = sent;
    let data_type = data_type.unwrap_or_default();
    let kind = data_type.split('.').next().unwrap_or_default();
    if !TYPES.contains(&kind) {
        return Err(invalid_value(format!(
            "The message attribute '{name}' has an invalid message attribute type, the set of supported type prefixes is \
             Binary, Number, and String."
        )));
    }
    let is_binary = kind == "Binary";
    let (text, bytes) = (string_value.filter(|it| !it.is_empty()), binary_value.filter(|it| !it.is_empty()));
    let value = match (text, bytes) {
        (None, None) => {
            return Err(invalid_value(format!(
                "The message attribute '{name}' must contain non-empty message attribute value for message attribute type \
                 '{data_type}'."
            )));
        }
        (Some(text), None) if !is_binary => AttributeValue::Text(text),
        (None, Some(bytes)) if is_binary => AttributeValue::Binary(bytes),
        (_, _) => {
            let field = if is_binary { "Binary" } else { "String" };
            return Err(invalid_value(format!(
                "The message attribute '{name}' with type '{data_type}' must use field '{field}'."
            )));
        }
    };
    if let (AttributeValue::Text(text), "Number") = (&value, kind) {
        let is_number = text.trim().parse::<f64>().is_ok_and(f64::is_finite);
        if !is_number {
            let sentence = format!("Could not cast message attribute '{name}' value to number.");
            return Err(invalid_value(sentence));
        }
    }
    Ok(Attribute { data_type, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(name: &str, data_type: &str, text: Option<&str>, bytes: Option<&[u8]>) -> String {
        let value = MessageAttributeValue {
            binary_value: bytes.map(<[u8]>::to_vec),
            data_type: Some(data_type.to_owned()),
            string_value: text.map(str::to_owned),
        };
        checked(Some(BTreeMap::from([(name.to_owned(), value)])))
            .map_or_else(|it| it.message, |_| String::new())
    }

    #[test]
    fn values_are_of_the_kind_that_they_say() {
        for (data_type, text, bytes) in [
            ("String", Some("x"), None),
            ("String.Array", Some("[]"), None),
            ("Number", Some(" 1.5e3"), None),
            ("Number.int", Some("1"), None),
            ("Binary", None, Some(&b"x"[..])),
            ("Binary.jpeg", None, Some(&b"x"[..])),
        ] {
            assert_eq!(refused("a", data_type, text, bytes), "", "{data_type}");
        }
        assert_eq!(
            refused("attr1", "String", Some(""), None),
            "The message attribute 'attr1' must contain non-empty message attribute value for message attribute type \
             'String'."
        );
        assert_eq!(
            refused("attr1", "Number", None, Some(b"1")),
            "The message attribute 'attr1' with type 'Number' must use field 'String'."
        );
        assert_eq!(
            refused("attr1", "Binary", Some("x"), None),
            "The message attribute 'attr1' with type 'Binary' must use field 'Binary'."
        );
        assert_eq!(
            refused("attr1", "InvalidType", Some("x"), None),
            "The message attribute 'attr1' has an invalid message attribute type, the set of supported type prefixes is \
             Binary, Number, and String."
        );
        assert_eq!(
            refused("price", "Number", Some("cheap"), None),
            "Could not cast message attribute 'price' value to number."
        );
    }

    #[test]
    fn names_are_letters_and_single_points() {
        let of = |name: &str| refused(name, "String", Some("x"), None);
        assert_eq!(of("a.b-c_D9"), "");
        assert_eq!(of(&"a".repeat(256)), "Length of message attribute name must be less than 256 bytes.");
        assert!(of("attr^").contains("character '#x5E' was found"));
        assert!(of(".a").contains("starting with character '.'"));
        assert!(of("a.").contains("ending with character '.'"));
        assert_eq!(of("a..b"), "Message attribute name can not have successive '.' character.");
    }
}
