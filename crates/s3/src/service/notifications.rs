//! Who hears of what happens to objects, as it is sent and shown, and whether they can be reached at all.
//!
//! Follows PutBucketNotificationConfiguration (Amazon S3 API Reference) and "Event notification types and destinations" (Amazon
//! S3 User Guide).

use std::collections::BTreeMap;

use awsproto::delivery::{Delivery, Undelivered};
use hyper::http::Extensions;
use model::bucket::Bucket as Row;
use model::bucket_notifications::{Destination, Notification, Notifications};
use model::place::AccountId;
use s3s::dto::*;
use s3s::{S3Error, S3ErrorCode, S3Request, S3Response, S3Result};

use serde::Serialize;

use super::S3Service;
use super::answer::Numbers;
use super::errors::{error, invalid_argument, with};

/// Configurations of one bucket.
const CONFIGURATIONS_MAX: usize = 100;

/// What can be heard of.
const EVENTS: &[&str] = &[
    "s3:IntelligentTiering",
    "s3:LifecycleExpiration:*",
    "s3:LifecycleExpiration:Delete",
    "s3:LifecycleExpiration:DeleteMarkerCreated",
    "s3:LifecycleTransition",
    "s3:ObjectAcl:Put",
    "s3:ObjectCreated:*",
    "s3:ObjectCreated:CompleteMultipartUpload",
    "s3:ObjectCreated:Copy",
    "s3:ObjectCreated:Post",
    "s3:ObjectCreated:Put",
    "s3:ObjectRemoved:*",
    "s3:ObjectRemoved:Delete",
    "s3:ObjectRemoved:DeleteMarkerCreated",
    "s3:ObjectRestore:*",
    "s3:ObjectRestore:Completed",
    "s3:ObjectRestore:Delete",
    "s3:ObjectRestore:Post",
    "s3:ObjectTagging:*",
    "s3:ObjectTagging:Delete",
    "s3:ObjectTagging:Put",
    "s3:ReducedRedundancyLostObject",
    "s3:Replication:*",
    "s3:Replication:OperationFailedReplication",
    "s3:Replication:OperationMissedThreshold",
    "s3:Replication:OperationNotTracked",
    "s3:Replication:OperationReplicatedAfterThreshold",
];

/// What topics call it that S3 tells them something.
pub(super) const SUBJECT: &str = "Amazon S3 Notification";

/// One that was sent, of whichever kind.
struct Sent<'a> {
    id: Option<&'a String>,
    kind: Destination,
    arn: &'a str,
    events: &'a [Event],
    filter: Option<&'a NotificationConfigurationFilter>,
}

impl S3Service {
    pub(super) async fn set_notifications(
        &self,
        request: S3Request<PutBucketNotificationConfigurationInput>,
    ) -> S3Result<()> {
        let sent = &request.input.notification_configuration;
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        let all = all_of(sent);
        if all.len() > CONFIGURATIONS_MAX {
            let message = "The number of notification configurations exceeds the limit of 100.";
            return Err(error(S3ErrorCode::InvalidArgument, message));
        }
        let new_id = || format!("{:032x}", self.around.bits());
        let to = all.iter().map(|it| read(it, row.region.name(), new_id)).collect::<S3Result<Vec<_>>>()?;
        check_apart(&to)?;
        let event_bridge = sent.event_bridge_configuration.is_some();
        let bucket = request.input.bucket.clone();
        if request.input.skip_destination_validation != Some(true) {
            self.test(&request.extensions, &row, &to).await?;
        }
        let notifications = Notifications { to, event_bridge };
        self.set(&request, &bucket, move |row| row.notifications = notifications).await
    }
}

impl S3Service {
    /// Tells everybody that he will be told something: "When you configure an event notification … Amazon S3 sends a test
    /// message". Who cannot be reached is named.
    async fn test(&self, extensions: &Extensions, row: &Row, to: &[Notification]) -> S3Result<()> {
        let courier = self.around.courier();
        let tests = to.iter().map(|it| {
            let courier = courier.clone();
            async move {
                let outcome = match (it.kind, courier) {
                    (Destination::Function, _) => Err(Undelivered::NotFound),
                    (Destination::Topic | Destination::Queue, None) => Err(Undelivered::NotStored),
                    (Destination::Topic | Destination::Queue, Some(courier)) => {
                        courier.deliver(self.test_of(extensions, row, it)).await
                    }
                };
                outcome.err().map(|why| (it, why))
            }
        });
        let failed: Vec<_> = futures_util::future::join_all(tests).await.into_iter().flatten().collect();
        if failed.is_empty() {
            return Ok(());
        }
        if failed.iter().any(|(_, why)| *why == Undelivered::NotStored) {
            let message = "The test message could not be stored. Please try again.";
            return Err(error(S3ErrorCode::ServiceUnavailable, message));
        }
        let message = "Unable to validate the following destination configurations";
        let refused = error(S3ErrorCode::InvalidArgument, message);
        Err(failed.into_iter().enumerate().fold(refused, |refused, (at, (it, why))| {
            let named = with(refused, format_args!("ArgumentName{}", at + 1), &it.arn);
            with(named, format_args!("ArgumentValue{}", at + 1), unreachable(it, why))
        }))
    }

    fn test_of(&self, extensions: &Extensions, row: &Row, it: &Notification) -> Delivery {
        let numbers = extensions.get::<Numbers>().cloned();
        let (request_id, host_id) = numbers.map(|it| (it.request_id, it.host_id)).unzip();
        let test = TestEvent {
            service: "Amazon S3",
            event: "s3:TestEvent",
            time: self.around.now().to_string(),
            bucket: &row.name,
            request_id: request_id.unwrap_or_default(),
            host_id: host_id.unwrap_or_default(),
        };
        let body = serde_json::to_string(&test).expect("texts are JSON");
        let bucket = row.arn();
        delivery(it.arn.clone(), bucket, row.account, body)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TestEvent<'a> {
    service: &'a str,
    event: &'a str,
    time: String,
    bucket: &'a str,
    request_id: String,
    host_id: String,
}

/// Something that S3 tells for a bucket.
pub(super) fn delivery(to: String, bucket: String, owner: AccountId, body: String) -> Delivery {
    Delivery {
        to,
        by: "s3.amazonaws.com",
        source_arn: bucket,
        source_account: owner,
        subject: Some(SUBJECT.to_owned()),
        body,
        attributes: BTreeMap::new(),
        group: None,
        deduplication: None,
    }
}

/// Why somebody cannot be told.
fn unreachable(it: &Notification, why: Undelivered) -> String {
    let what = match it.kind {
        Destination::Topic => "topic",
        Destination::Queue => "queue",
        // There are no functions.
        Destination::Function => return format!("Not authorized to invoke function [{}]", it.arn),
    };
    match why {
        Undelivered::NotFound => format!("The destination {what} does not exist"),
        Undelivered::Denied => {
            format!(
                "Permissions on the destination {what} do not allow S3 to publish notifications from this bucket"
            )
        }
        Undelivered::Refused | Undelivered::NotStored => {
            format!("The destination {what} cannot take notifications")
        }
    }
}

pub(super) fn show(row: &Row) -> S3Response<GetBucketNotificationConfigurationOutput> {
    let of = |kind| row.notifications.to.iter().filter(move |it| it.kind == kind);
    let topics: Vec<_> = of(Destination::Topic)
        .map(|it| TopicConfiguration {
            id: Some(it.id.clone()),
            topic_arn: it.arn.clone(),
            events: events_of(it),
            filter: filter_of(it),
        })
        .collect();
    let queues: Vec<_> = of(Destination::Queue)
        .map(|it| QueueConfiguration {
            id: Some(it.id.clone()),
            queue_arn: it.arn.clone(),
            events: events_of(it),
            filter: filter_of(it),
        })
        .collect();
    let functions: Vec<_> = of(Destination::Function)
        .map(|it| LambdaFunctionConfiguration {
            id: Some(it.id.clone()),
            lambda_function_arn: it.arn.clone(),
            events: events_of(it),
            filter: filter_of(it),
        })
        .collect();
    S3Response::new(GetBucketNotificationConfigurationOutput {
        topic_configurations: Some(topics).filter(|it| !it.is_empty()),
        queue_configurations: Some(queues).filter(|it| !it.is_empty()),
        lambda_function_configurations: Some(functions).filter(|it| !it.is_empty()),
        event_bridge_configuration: row.notifications.event_bridge.then(EventBridgeConfiguration::default),
    })
}

fn all_of(sent: &NotificationConfiguration) -> Vec<Sent<'_>> {
    let topics = sent.topic_configurations.iter().flatten().map(|it| Sent {
        id: it.id.as_ref(),
        kind: Destination::Topic,
        arn: &it.topic_arn,
        events: &it.events,
        filter: it.filter.as_ref(),
    });
    let queues = sent.queue_configurations.iter().flatten().map(|it| Sent {
        id: it.id.as_ref(),
        kind: Destination::Queue,
        arn: &it.queue_arn,
        events: &it.events,
        filter: it.filter.as_ref(),
    });
    let functions = sent.lambda_function_configurations.iter().flatten().map(|it| Sent {
        id: it.id.as_ref(),
        kind: Destination::Function,
        arn: &it.lambda_function_arn,
        events: &it.events,
        filter: it.filter.as_ref(),
    });
    topics.chain(queues).chain(functions).collect()
}

fn read(sent: &Sent<'_>, region: &str, new_id: impl Fn() -> String) -> S3Result<Notification> {
    check_arn(sent, region)?;
    let mut events = Vec::with_capacity(sent.events.len());
    for it in sent.events {
        if !EVENTS.contains(&it.as_ref()) {
            let message = format!("The event '{}' is not supported for notifications", it.as_ref());
            return Err(invalid_argument("Event", it.as_ref(), message));
        }
        events.push(it.as_ref().to_owned());
    }
    if events.is_empty() {
        return Err(super::settings::malformed());
    }
    let (mut prefix, mut suffix) = (None, None);
    let rules = sent.filter.and_then(|it| it.key.as_ref()).and_then(|it| it.filter_rules.as_deref());
    for rule in rules.unwrap_or_default() {
        let name = rule.name.as_ref().map(|it| it.as_str()).unwrap_or_default();
        let part = match name.to_ascii_lowercase().as_str() {
            "prefix" => &mut prefix,
            "suffix" => &mut suffix,
            _ => {
                let message = "filter rule name must be either prefix or suffix";
                return Err(invalid_argument("FilterRule.Name", name, message));
            }
        };
        if part.is_some() {
            let message =
                format!("Cannot specify more than one {} rule in a filter.", name.to_ascii_lowercase());
            return Err(error(S3ErrorCode::InvalidArgument, message));
        }
        *part = Some(rule.value.clone().unwrap_or_default());
    }
    let id = sent.id.filter(|it| !it.is_empty()).cloned().unwrap_or_else(new_id);
    Ok(Notification { id, kind: sent.kind, arn: sent.arn.to_owned(), events, prefix, suffix })
}

/// Whether it is the ARN of something of its kind in the bucket's Region.
fn check_arn(sent: &Sent<'_>, region: &str) -> S3Result<()> {
    let parts: Vec<&str> = sent.arn.splitn(6, ':').collect();
    let ["arn", partition, named, place, account, resource] = parts[..] else {
        return Err(bad_arn(sent.arn, "The ARN could not be parsed"));
    };
    let service = match sent.kind {
        Destination::Topic => "sns",
        Destination::Queue => "sqs",
        Destination::Function => "lambda",
    };
    let is_account = account.len() == 12 && account.bytes().all(|it| it.is_ascii_digit());
    if named != service || !partition.starts_with("aws") || !is_account || resource.is_empty() {
        return Err(bad_arn(sent.arn, "The ARN is not well formed"));
    }
    if place != region {
        let message =
            "The notification destination service region is not valid for the bucket location constraint";
        return Err(bad_arn(sent.arn, message));
    }
    Ok(())
}

fn bad_arn(arn: &str, message: &'static str) -> S3Error {
    let refused = error(S3ErrorCode::InvalidArgument, message);
    with(with(refused, "ArgumentName1", arn), "ArgumentValue1", message)
}

/// Of one event about one key only one configuration may hear.
fn check_apart(all: &[Notification]) -> S3Result<()> {
    for (at, one) in all.iter().enumerate() {
        for other in &all[..at] {
            let meet = |a: &str, b: &str| a == b || a.strip_suffix('*').is_some_and(|it| b.starts_with(it));
            let same = |a: &String, b: &String| meet(a, b) || meet(b, a);
            if one.events.iter().any(|a| other.events.iter().any(|b| same(a, b))) && overlap(one, other) {
                let message = "Configurations overlap. Configurations on the same bucket cannot share a common event type.";
                return Err(error(S3ErrorCode::InvalidArgument, message));
            }
            if one.id == other.id {
                let message = "Same ID used for multiple configurations. IDs must be unique.";
                return Err(error(S3ErrorCode::InvalidArgument, message));
            }
        }
    }
    Ok(())
}

fn overlap(one: &Notification, other: &Notification) -> bool {
    let (a, b) = (one.prefix.as_deref().unwrap_or_default(), other.prefix.as_deref().unwrap_or_default());
    let by_prefix = a.starts_with(b) || b.starts_with(a);
    let (a, b) = (one.suffix.as_deref().unwrap_or_default(), other.suffix.as_deref().unwrap_or_default());
    by_prefix && (a.ends_with(b) || b.ends_with(a))
}

fn events_of(it: &Notification) -> EventList {
    it.events.iter().cloned().map(Event::from).collect()
}

fn filter_of(it: &Notification) -> Option<NotificationConfigurationFilter> {
    let rule = |name, value: &Option<String>| {
        let name = Some(FilterRuleName::from_static(name));
        value.clone().map(|value| FilterRule { name, value: Some(value) })
    };
    let rules: Vec<FilterRule> =
        [rule("Prefix", &it.prefix), rule("Suffix", &it.suffix)].into_iter().flatten().collect();
    let key = S3KeyFilter { filter_rules: Some(rules.clone()) };
    (!rules.is_empty()).then_some(NotificationConfigurationFilter { key: Some(key) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_one(arn: &str, kind: Destination, event: &'static str) -> Result<Notification, String> {
        let events = [Event::from(event.to_owned())];
        let sent = Sent { id: None, kind, arn, events: &events, filter: None };
        read(&sent, "eu-west-1", || "new".to_owned())
            .map_err(|it| it.message().unwrap_or_default().to_owned())
    }

    #[test]
    fn a_destination_is_an_arn_of_its_kind_in_the_buckets_region() {
        let topic = "arn:aws:sns:eu-west-1:111122223333:all";
        assert!(read_one(topic, Destination::Topic, "s3:ObjectCreated:*").is_ok());
        assert_eq!(
            read_one(topic, Destination::Queue, "s3:ObjectCreated:*").unwrap_err(),
            "The ARN is not well formed"
        );
        let elsewhere = "arn:aws:sns:us-east-1:111122223333:all";
        assert!(
            read_one(elsewhere, Destination::Topic, "s3:ObjectCreated:*").unwrap_err().contains("region")
        );
        assert!(read_one("topic", Destination::Topic, "s3:ObjectCreated:*").is_err());
        assert!(read_one(topic, Destination::Topic, "s3:Nothing").unwrap_err().contains("not supported"));
    }

    #[test]
    fn two_cannot_hear_of_the_same() {
        let of = |id: &str, event: &str, prefix: &str| Notification {
            id: id.to_owned(),
            kind: Destination::Queue,
            arn: String::new(),
            events: vec![event.to_owned()],
            prefix: Some(prefix.to_owned()),
            suffix: None,
        };
        let put = of("1", "s3:ObjectCreated:Put", "a/");
        assert!(check_apart(&[put.clone(), of("2", "s3:ObjectCreated:*", "a/b")]).is_err());
        assert!(check_apart(&[put.clone(), of("2", "s3:ObjectCreated:*", "b/")]).is_ok());
        assert!(check_apart(&[put.clone(), of("2", "s3:ObjectRemoved:*", "a/")]).is_ok());
        assert!(check_apart(&[put.clone(), of("1", "s3:ObjectRemoved:*", "a/")]).is_err());
    }
}
