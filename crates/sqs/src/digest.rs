//! The MD5 sums by which SDKs see that messages came whole.
//!
//! Follows "Calculating the MD5 message digest for message attributes" (Amazon SQS Developer Guide): by name, each name, type and
//! value with its length before it, and of the value whether it is text or bytes.

use std::collections::BTreeMap;

use awsproto::delivery::AttributeValue;
use md5::{Digest, Md5};

use crate::message_attribute::MessageAttributes;

/// The sum of a body.
pub(crate) fn of_body(body: &str) -> String {
    hex(&Md5::digest(body.as_bytes()))
}

/// The sum of attributes; none has none.
pub(crate) fn of_attributes(attributes: &MessageAttributes) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    let mut sum = Md5::new();
    for (name, attribute) in attributes {
        with_length(&mut sum, name.as_bytes());
        with_length(&mut sum, attribute.data_type.as_bytes());
        let (kind, value) = match &attribute.value {
            AttributeValue::Text(text) => (1, text.as_bytes()),
            AttributeValue::Binary(bytes) => (2, bytes.as_slice()),
        };
        sum.update([kind]);
        with_length(&mut sum, value);
    }
    Some(hex(&sum.finalize()))
}

/// The sum of the one attribute that the system takes.
pub(crate) fn of_trace(trace: &str) -> Option<String> {
    let value = AttributeValue::Text(trace.to_owned());
    let attribute = awsproto::delivery::Attribute { data_type: "String".to_owned(), value };
    of_attributes(&BTreeMap::from([("AWSTraceHeader".to_owned(), attribute)]))
}

fn with_length(sum: &mut Md5, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).expect("a message is far shorter");
    sum.update(length.to_be_bytes());
    sum.update(bytes);
}

/// Bytes as digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use awsproto::delivery::Attribute;

    #[test]
    fn sums_are_those_that_aws_has() {
        assert_eq!(of_body("This is a test message"), "fafb00f5732ab283681e124bf8747ed1");
        let text = |data_type: &str, value: &str| Attribute {
            data_type: data_type.to_owned(),
            value: AttributeValue::Text(value.to_owned()),
        };
        // Moto's tests have this one of AWS's.
        let one = BTreeMap::from([("timestamp".to_owned(), text("Number", "1493147359900"))]);
        assert_eq!(of_attributes(&one).unwrap(), "235c5c510d26fb653d073faed50ae77c");
        assert_eq!(of_attributes(&BTreeMap::new()), None);
    }
}
