//! What is told of a change, as those hear it who have asked for it.
//!
//! Follows "Event message structure" and "Supported event types" (Amazon S3 User Guide).

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::bucket_notifications::{Destination, Notification};
use model::place::{AccountId, Region};
use model::timestamp::Timestamp;
use s3s::crypto::{Checksum as _, Sha256};
use serde::Serialize;

use super::row::{Object, Version};

/// What has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// An object was written.
    Put,
    /// An object was written by a browser's form.
    Post,
    /// An object was copied.
    Copy,
    /// An upload has become an object.
    CompleteMultipartUpload,
    /// An object or a version was deleted.
    Delete,
    /// A delete marker was written in its place.
    DeleteMarkerCreated,
    /// It was given tags.
    TaggingPut,
    /// Its tags were taken away.
    TaggingDelete,
    /// A rule has ended it.
    Expired,
    /// A rule has written a delete marker.
    ExpiredByMarker,
    /// A rule has moved it into another storage class.
    Transition,
}

impl Event {
    /// Its name, as configurations have it behind `s3:`.
    pub fn name(self) -> &'static str {
        match self {
            Event::Put => "ObjectCreated:Put",
            Event::Post => "ObjectCreated:Post",
            Event::Copy => "ObjectCreated:Copy",
            Event::CompleteMultipartUpload => "ObjectCreated:CompleteMultipartUpload",
            Event::Delete => "ObjectRemoved:Delete",
            Event::DeleteMarkerCreated => "ObjectRemoved:DeleteMarkerCreated",
            Event::TaggingPut => "ObjectTagging:Put",
            Event::TaggingDelete => "ObjectTagging:Delete",
            Event::Expired => "LifecycleExpiration:Delete",
            Event::ExpiredByMarker => "LifecycleExpiration:DeleteMarkerCreated",
            Event::Transition => "LifecycleTransition",
        }
    }

    /// "2.3: lifecycle, S3 Intelligent-Tiering, object ACL, object tagging, and object restoration delete events."
    fn version(self) -> &'static str {
        match self {
            Event::Put
            | Event::Post
            | Event::Copy
            | Event::CompleteMultipartUpload
            | Event::Delete
            | Event::DeleteMarkerCreated => "2.1",
            Event::TaggingPut
            | Event::TaggingDelete
            | Event::Expired
            | Event::ExpiredByMarker
            | Event::Transition => "2.3",
        }
    }

    /// "Notifications from events that create objects (PUTs) and delete objects contain a sequencer."
    fn is_in_order(self) -> bool {
        !matches!(self, Event::TaggingPut | Event::TaggingDelete | Event::Transition)
    }

    /// Whether it leaves something of which the size can be told.
    fn creates(self) -> bool {
        matches!(self, Event::Put | Event::Post | Event::Copy | Event::CompleteMultipartUpload)
    }
}

/// In whose name a change is made, and who has asked to hear of such.
#[derive(Clone, Debug)]
pub struct Occasion {
    /// The bucket.
    pub bucket: String,
    /// Its ARN.
    pub bucket_arn: String,
    /// Whose it is.
    pub owner: AccountId,
    /// Where it is.
    pub region: Region,
    /// Who has asked.
    pub rules: Vec<Notification>,
    /// Who changes, as identifiers of IAM say it.
    pub principal: String,
    /// From which address.
    pub address: String,
    /// The request's number.
    pub request_id: String,
    /// The number of the machine that has answered.
    pub host_id: String,
    /// The moment.
    pub at: Timestamp,
}

/// An occasion that many changes have in common.
pub type Telling = Arc<Occasion>;

impl Occasion {
    /// Who hears of something that happens to a key.
    pub(super) fn hearing(&self, event: Event, key: &str) -> Vec<&Notification> {
        let encoded = encoded(key);
        let hears = |it: &&Notification| {
            it.kind != Destination::Function
                && hears(it, event)
                && [key, &encoded].iter().any(|key| is_about(it, key))
        };
        self.rules.iter().filter(hears).collect()
    }

    /// What one of them is told.
    pub(super) fn told(
        &self,
        event: Event,
        rule: &Notification,
        key: &str,
        of: &Version,
        sequence: u64,
    ) -> String {
        let object = of.object.as_ref();
        let class =
            object.and_then(|it| it.said.storage_class.as_deref()).filter(|_| event == Event::Transition);
        let record = Record {
            event_version: event.version(),
            event_source: "aws:s3",
            aws_region: self.region.name(),
            event_time: self.at.to_string(),
            event_name: event.name(),
            user_identity: Principal { principal_id: &self.principal },
            request_parameters: Parameters { address: &self.address },
            response_elements: Numbers { request_id: &self.request_id, host_id: &self.host_id },
            s3: About {
                s3_schema_version: "1.0",
                configuration_id: &rule.id,
                bucket: AboutBucket {
                    name: &self.bucket,
                    owner_identity: Owner { principal_id: owner(self.owner) },
                    arn: &self.bucket_arn,
                },
                object: AboutObject {
                    key: encoded(key),
                    size: object.filter(|_| event.creates()).map(|it| it.size),
                    e_tag: etag(event, object),
                    version_id: of.id.as_deref(),
                    sequencer: event.is_in_order().then(|| format!("{sequence:018X}")),
                },
            },
            lifecycle: class.map(|class| Lifecycle { transition: TransitionTo { class } }),
        };
        serde_json::to_string(&Records { records: [record] }).expect("a record is texts and numbers")
    }
}

/// Whether a configuration is about an event: `s3:ObjectCreated:*` is about all of its kind.
fn hears(rule: &Notification, event: Event) -> bool {
    let name = event.name();
    rule.events.iter().filter_map(|it| it.strip_prefix("s3:")).any(|it| match it.strip_suffix('*') {
        Some(kind) => name.starts_with(kind),
        None => it == name,
    })
}

fn is_about(rule: &Notification, key: &str) -> bool {
    rule.prefix.as_ref().is_none_or(|it| key.starts_with(it.as_str()))
        && rule.suffix.as_ref().is_none_or(|it| key.ends_with(it.as_str()))
}

fn etag(event: Event, object: Option<&Object>) -> Option<String> {
    match event {
        Event::Delete | Event::Expired => None,
        // That of nothing, which a delete marker has.
        Event::DeleteMarkerCreated | Event::ExpiredByMarker => {
            Some("d41d8cd98f00b204e9800998ecf8427e".to_owned())
        }
        Event::Put
        | Event::Post
        | Event::Copy
        | Event::CompleteMultipartUpload
        | Event::TaggingPut
        | Event::TaggingDelete
        | Event::Transition => object.map(|it| it.etag.clone()),
    }
}

/// "The key is URL encoded": as forms are, but for slashes.
fn encoded(key: &str) -> String {
    let mut out = String::with_capacity(key.len());
    for byte in key.bytes() {
        match byte {
            b' ' => out.push('+'),
            b'/' | b'-' | b'_' | b'.' | b'*' => out.push(char::from(byte)),
            plain if plain.is_ascii_alphanumeric() => out.push(char::from(plain)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

/// An account as it is called where nobody is to learn its number: `A3NL1KOZZKEXAMPLE` looks like this.
fn owner(account: AccountId) -> String {
    let digest = Sha256::checksum(account.to_string().as_bytes());
    let letters: String = URL_SAFE_NO_PAD
        .encode(digest)
        .to_ascii_uppercase()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    format!("A{}", &letters[..13])
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Records<'a> {
    records: [Record<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    event_version: &'a str,
    event_source: &'a str,
    aws_region: &'a str,
    event_time: String,
    event_name: &'a str,
    user_identity: Principal<'a>,
    request_parameters: Parameters<'a>,
    response_elements: Numbers<'a>,
    s3: About<'a>,
    #[serde(rename = "lifecycleEventData", skip_serializing_if = "Option::is_none")]
    lifecycle: Option<Lifecycle<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Principal<'a> {
    principal_id: &'a str,
}

#[derive(Serialize)]
struct Parameters<'a> {
    #[serde(rename = "sourceIPAddress")]
    address: &'a str,
}

#[derive(Serialize)]
struct Numbers<'a> {
    #[serde(rename = "x-amz-request-id")]
    request_id: &'a str,
    #[serde(rename = "x-amz-id-2")]
    host_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct About<'a> {
    #[serde(rename = "s3SchemaVersion")]
    s3_schema_version: &'a str,
    configuration_id: &'a str,
    bucket: AboutBucket<'a>,
    object: AboutObject<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AboutBucket<'a> {
    name: &'a str,
    owner_identity: Owner,
    arn: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Owner {
    principal_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AboutObject<'a> {
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    e_tag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequencer: Option<String>,
}

#[derive(Serialize)]
struct Lifecycle<'a> {
    #[serde(rename = "transitionEventData")]
    transition: TransitionTo<'a>,
}

#[derive(Serialize)]
struct TransitionTo<'a> {
    #[serde(rename = "destinationStorageClass")]
    class: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(events: &[&str], prefix: Option<&str>, suffix: Option<&str>) -> Notification {
        Notification {
            id: "new images".to_owned(),
            kind: Destination::Queue,
            arn: "arn:aws:sqs:eu-west-1:123456789012:jobs".to_owned(),
            events: events.iter().map(|it| (*it).to_owned()).collect(),
            prefix: prefix.map(str::to_owned),
            suffix: suffix.map(str::to_owned),
        }
    }

    fn occasion(rules: Vec<Notification>) -> Occasion {
        Occasion {
            bucket: "logs".to_owned(),
            bucket_arn: "arn:aws:s3:::logs".to_owned(),
            owner: AccountId::DEFAULT,
            region: "eu-west-1".parse().unwrap(),
            rules,
            principal: "AWS:AIDA".to_owned(),
            address: "192.0.2.1".to_owned(),
            request_id: "0123456789ABCDEF".to_owned(),
            host_id: "host".to_owned(),
            at: Timestamp(1_795_886_706_783),
        }
    }

    #[test]
    fn who_asks_for_a_kind_hears_of_all_of_it_and_only_of_keys_that_were_named() {
        let all = occasion(vec![rule(&["s3:ObjectCreated:*"], Some("in/"), Some(".jpg"))]);
        assert_eq!(all.hearing(Event::Copy, "in/a.jpg").len(), 1);
        assert!(all.hearing(Event::Delete, "in/a.jpg").is_empty());
        assert!(all.hearing(Event::Put, "out/a.jpg").is_empty());
        assert!(all.hearing(Event::Put, "in/a.png").is_empty());
        let one = occasion(vec![rule(&["s3:ObjectRemoved:Delete"], None, None)]);
        assert_eq!(one.hearing(Event::Delete, "a").len(), 1);
        assert!(one.hearing(Event::DeleteMarkerCreated, "a").is_empty());
        let spaced = occasion(vec![rule(&["s3:ObjectCreated:Put"], Some("red+f"), None)]);
        assert_eq!(spaced.hearing(Event::Put, "red flower").len(), 1, "keys are written as they are told");
        let function =
            Notification { kind: Destination::Function, ..rule(&["s3:ObjectCreated:*"], None, None) };
        assert!(occasion(vec![function]).hearing(Event::Put, "a").is_empty());
    }

    #[test]
    fn a_record_is_awss() {
        let told = occasion(vec![rule(&["s3:ObjectCreated:*"], None, None)]);
        let object = Object { size: 1024, etag: "d41d".to_owned(), ..Object::default() };
        let version = Version { id: Some("v1".to_owned()), written: told.at, object: Some(object) };
        let text = told.told(Event::Put, &told.rules[0], "a/red flower(1).jpg", &version, 255);
        assert_eq!(
            text,
            concat!(
                r#"{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"eu-west-1","#,
                r#""eventTime":"2026-11-28T17:25:06.783Z","eventName":"ObjectCreated:Put","#,
                r#""userIdentity":{"principalId":"AWS:AIDA"},"requestParameters":{"sourceIPAddress":"192.0.2.1"},"#,
                r#""responseElements":{"x-amz-request-id":"0123456789ABCDEF","x-amz-id-2":"host"},"#,
                r#""s3":{"s3SchemaVersion":"1.0","configurationId":"new images","bucket":{"name":"logs","#,
                r#""ownerIdentity":{"principalId":"OWNER"},"arn":"arn:aws:s3:::logs"},"object":{"#,
                r#""key":"a/red+flower%281%29.jpg","size":1024,"eTag":"d41d","versionId":"v1","#,
                r#""sequencer":"0000000000000000FF"}}}]}"#
            )
            .replace("OWNER", &owner(AccountId::DEFAULT))
        );
    }

    #[test]
    fn what_is_gone_has_no_size_and_what_is_no_change_of_bytes_no_order() {
        let told = occasion(vec![rule(&["s3:ObjectRemoved:*"], None, None)]);
        let object = Object { size: 5, etag: "tag".to_owned(), ..Object::default() };
        let version = Version { id: None, written: told.at, object: Some(object) };
        let about = |event| {
            let text = told.told(event, &told.rules[0], "a", &version, 1);
            let read: serde_json::Value = serde_json::from_str(&text).unwrap();
            read["Records"][0]["s3"]["object"].clone()
        };
        assert_eq!(about(Event::Delete), serde_json::json!({"key": "a", "sequencer": "000000000000000001"}));
        assert_eq!(about(Event::TaggingPut), serde_json::json!({"key": "a", "eTag": "tag"}));
    }
}
