//! How subscribers get a message: as JSON that says where it comes from, signed.
//!
//! Follows "Parsing Amazon SNS message formats" and "Verifying the signatures of Amazon SNS messages" (Amazon SNS Developer
//! Guide). What FIFO topics say is not signed, as recorded.

use std::collections::BTreeMap;

use awsproto::Timestamp;
use awsproto::delivery::{Attribute, AttributeValue};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::Region;

use super::Signed;

/// A message on its way to one subscriber.
pub(super) struct Envelope<'a> {
    pub(super) message_id: &'a str,
    pub(super) sequence_number: Option<&'a str>,
    pub(super) topic_arn: &'a str,
    pub(super) subject: Option<&'a str>,
    pub(super) message: &'a str,
    pub(super) at: Timestamp,
    pub(super) attributes: &'a BTreeMap<String, Attribute>,
}

/// The name of where a Region's topics are spoken to.
pub(super) fn host(region: Region) -> String {
    format!("sns.{region}.{}", region.partition().domain())
}

impl Envelope<'_> {
    /// What is signed: names and values, a line each, in alphabetical order.
    pub(super) fn to_be_signed(&self) -> String {
        let at = written(self.at);
        let mut lines = vec!["Message", self.message, "MessageId", self.message_id];
        if let Some(subject) = self.subject {
            lines.extend(["Subject", subject]);
        }
        lines.extend(["Timestamp", at.as_str(), "TopicArn", self.topic_arn, "Type", "Notification"]);
        lines.iter().map(|line| format!("{line}\n")).collect()
    }

    /// The JSON, as AWS sets its lines.
    pub(super) fn written(
        &self,
        region: Region,
        signature: Option<(&str, &Signed)>,
        subscription_arn: &str,
    ) -> String {
        let host = host(region);
        let mut members: Vec<(&str, String)> = vec![("Type", quoted("Notification"))];
        let mut put = |name, text: &str| members.push((name, quoted(text)));
        put("MessageId", self.message_id);
        if let Some(number) = self.sequence_number {
            put("SequenceNumber", number);
        }
        put("TopicArn", self.topic_arn);
        if let Some(subject) = self.subject {
            put("Subject", subject);
        }
        put("Message", self.message);
        put("Timestamp", &written(self.at));
        if let Some((version, signed)) = signature {
            put("SignatureVersion", version);
            put("Signature", &signed.signature);
            put("SigningCertURL", &format!("https://{host}/{}", signed.certificate));
        }
        put(
            "UnsubscribeURL",
            &format!("https://{host}/?Action=Unsubscribe&SubscriptionArn={subscription_arn}"),
        );
        if !self.attributes.is_empty() {
            members.push(("MessageAttributes", attributes(self.attributes)));
        }
        in_lines(&members)
    }
}

/// Members whose values are texts, as AWS sets their lines.
pub(super) fn set_in_lines(members: &[(&str, &str)]) -> String {
    let quoted: Vec<(&str, String)> = members.iter().map(|(name, text)| (*name, quoted(text))).collect();
    in_lines(&quoted)
}

fn in_lines(members: &[(&str, String)]) -> String {
    let lines: Vec<String> = members.iter().map(|(name, value)| format!("  \"{name}\" : {value}")).collect();
    format!("{{\n{}\n}}", lines.join(",\n"))
}

fn attributes(all: &BTreeMap<String, Attribute>) -> String {
    let lines: Vec<String> = all
        .iter()
        .map(|(name, it)| {
            let value = match &it.value {
                AttributeValue::Text(text) => quoted(text),
                AttributeValue::Binary(bytes) => quoted(&STANDARD.encode(bytes)),
            };
            format!("    {} : {{\"Type\":{},\"Value\":{value}}}", quoted(name), quoted(&it.data_type))
        })
        .collect();
    format!("{{\n{}\n  }}", lines.join(",\n"))
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("every text can be written as JSON")
}

/// With thousandths of a second.
pub(super) fn written(at: Timestamp) -> String {
    let seconds = at.to_the_second();
    let thousandths = at.as_millis().rem_euclid(1000);
    format!("{}.{thousandths:03}Z", seconds.trim_end_matches('Z'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope<'a>(attributes: &'a BTreeMap<String, Attribute>, subject: Option<&'a str>) -> Envelope<'a> {
        Envelope {
            message_id: "m",
            sequence_number: None,
            topic_arn: "arn:aws:sns:us-west-2:123456789012:alarms",
            subject,
            message: "a \"b\"\nc",
            at: Timestamp::from_millis(1_727_179_200_007),
            attributes,
        }
    }

    #[test]
    fn lines_are_set_as_awss_are() {
        let text = |text: &str| AttributeValue::Text(text.to_owned());
        let attributes = BTreeMap::from([
            (
                "a".to_owned(),
                Attribute { data_type: "Binary".to_owned(), value: AttributeValue::Binary(vec![2, 3, 4]) },
            ),
            ("b".to_owned(), Attribute { data_type: "Number".to_owned(), value: text("99.12") }),
        ]);
        let signed =
            Signed { signature: "s".to_owned(), certificate: "SimpleNotificationService-0.pem".to_owned() };
        let region: Region = "us-west-2".parse().unwrap();
        let written = envelope(&attributes, Some("hello")).written(region, Some(("1", &signed)), "arn:x");
        assert_eq!(
            written,
            r#"{
  "Type" : "Notification",
  "MessageId" : "m",
  "TopicArn" : "arn:aws:sns:us-west-2:123456789012:alarms",
  "Subject" : "hello",
  "Message" : "a \"b\"\nc",
  "Timestamp" : "2024-09-24T12:00:00.007Z",
  "SignatureVersion" : "1",
  "Signature" : "s",
  "SigningCertURL" : "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-0.pem",
  "UnsubscribeURL" : "https://sns.us-west-2.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=arn:x",
  "MessageAttributes" : {
    "a" : {"Type":"Binary","Value":"AgME"},
    "b" : {"Type":"Number","Value":"99.12"}
  }
}"#
        );
    }

    #[test]
    fn what_is_signed_is_a_line_for_each_name_and_value() {
        let none = BTreeMap::new();
        assert_eq!(
            envelope(&none, Some("hello")).to_be_signed(),
            "Message\na \"b\"\nc\nMessageId\nm\nSubject\nhello\nTimestamp\n2024-09-24T12:00:00.007Z\nTopicArn\n\
             arn:aws:sns:us-west-2:123456789012:alarms\nType\nNotification\n"
        );
        assert!(!envelope(&none, None).to_be_signed().contains("Subject"));
    }
}
