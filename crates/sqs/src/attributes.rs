//! The attributes of queues: set by texts, and shown as such.
//!
//! Follows CreateQueue, SetQueueAttributes and GetQueueAttributes (Amazon SQS API Reference).

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use awsproto::AwsError;
use model::World;
use model::queue::{DeduplicationScope, Fifo, Queue, QueueSettings, ThroughputLimit};
use model::queue_name::QueueName;
use policy::Document;

use crate::{errors, queue_policy, redrive};

/// Texts by the attributes' names.
pub(crate) type Attributes = BTreeMap<String, String>;

/// What numbers may be.
const DELAY_S: RangeInclusive<u32> = 0..=900;
const MESSAGE_BYTES: RangeInclusive<u32> = 1_024..=1_048_576;
const RETENTION_S: RangeInclusive<u32> = 60..=1_209_600;
const WAIT_S: RangeInclusive<u32> = 0..=20;
const VISIBILITY_S: RangeInclusive<u32> = 0..=43_200;
const KEY_REUSE_S: RangeInclusive<u32> = 60..=86_400;

/// All that can be asked for.
const NAMES: [&str; 22] = [
    "All",
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
    "ContentBasedDeduplication",
    "CreatedTimestamp",
    "DeduplicationScope",
    "DelaySeconds",
    "FifoQueue",
    "FifoThroughputLimit",
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "LastModifiedTimestamp",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "Policy",
    "QueueArn",
    "ReceiveMessageWaitTimeSeconds",
    "RedriveAllowPolicy",
    "RedrivePolicy",
    "SqsManagedSseEnabled",
    "VisibilityTimeout",
];

/// Whether there is an attribute of this name.
pub(crate) fn is_known(name: &str) -> bool {
    NAMES.contains(&name)
}

/// What a queue is set to after texts were read.
#[derive(Clone, Debug)]
pub(crate) struct Changed {
    /// Its settings.
    pub(crate) settings: QueueSettings,
    /// Its policy.
    pub(crate) policy: Option<Document>,
}

/// Who sets what.
pub(crate) struct Setting<'a> {
    /// The state.
    pub(crate) world: &'a World,
    /// The queue that is set.
    pub(crate) queue: QueueName,
}

impl Setting<'_> {
    /// Reads texts.
    pub(crate) fn apply(&self, mut to: Changed, texts: &Attributes) -> Result<Changed, AwsError> {
        for (name, text) in texts {
            self.apply_one(&mut to, name, text)?;
        }
        match to.settings.fifo {
            Some(Fifo {
                throughput: ThroughputLimit::PerMessageGroupId,
                deduplication: DeduplicationScope::Queue,
                ..
            }) => Err(errors::invalid_attribute_because(
                "FifoThroughputLimit",
                "perMessageGroupId",
                "It can be set to perMessageGroupId only when DeduplicationScope is messageGroup.",
            )),
            Some(_) | None => Ok(to),
        }
    }

    fn apply_one(&self, to: &mut Changed, name: &str, text: &str) -> Result<(), AwsError> {
        let settings = &mut to.settings;
        match name {
            "DelaySeconds" => settings.delay_s = number(name, text, DELAY_S)?,
            "MaximumMessageSize" => settings.message_bytes_max = number(name, text, MESSAGE_BYTES)?,
            "MessageRetentionPeriod" => settings.retention_s = number(name, text, RETENTION_S)?,
            "ReceiveMessageWaitTimeSeconds" => settings.wait_s = number(name, text, WAIT_S)?,
            "VisibilityTimeout" => settings.visibility_s = number(name, text, VISIBILITY_S)?,
            "KmsDataKeyReusePeriodSeconds" => settings.key_reuse_s = Some(number(name, text, KEY_REUSE_S)?),
            "KmsMasterKeyId" if text.is_empty() => {}
            "KmsMasterKeyId" => {
                return Err(AwsError::not_implemented_yet("queues that are encrypted by KMS"));
            }
            "SqsManagedSseEnabled" => settings.is_encrypted = truth(name, text)?,
            "Policy" => to.policy = queue_policy::read(self.world, self.queue.scope(), text)?,
            "RedrivePolicy" => {
                settings.redrive = redrive::redrive(text)?;
                if let Some(set) = &settings.redrive {
                    redrive::check(self.world, &self.queue, set)?;
                }
            }
            "RedriveAllowPolicy" => settings.redrive_allow = redrive::allow(text)?,
            "FifoQueue" | "ContentBasedDeduplication" | "DeduplicationScope" | "FifoThroughputLimit" => {
                let fifo = settings.fifo.as_mut().ok_or_else(|| errors::unknown_attribute(name))?;
                apply_to_fifo(fifo, name, text)?;
            }
            _ => return Err(errors::unknown_attribute(name)),
        }
        Ok(())
    }
}

fn apply_to_fifo(fifo: &mut Fifo, name: &str, text: &str) -> Result<(), AwsError> {
    let invalid = || errors::invalid_attribute(name);
    match name {
        // What it is, it was made as.
        "FifoQueue" => return if truth(name, text)? { Ok(()) } else { Err(invalid()) },
        "ContentBasedDeduplication" => fifo.by_content = truth(name, text)?,
        "DeduplicationScope" => {
            fifo.deduplication = match text {
                "queue" => DeduplicationScope::Queue,
                "messageGroup" => DeduplicationScope::MessageGroup,
                _ => return Err(invalid()),
            }
        }
        _ => {
            fifo.throughput = match text {
                "perQueue" => ThroughputLimit::PerQueue,
                "perMessageGroupId" => ThroughputLimit::PerMessageGroupId,
                _ => return Err(invalid()),
            }
        }
    }
    Ok(())
}

fn number(name: &str, text: &str, within: RangeInclusive<u32>) -> Result<u32, AwsError> {
    let number = text.parse().ok().filter(|it| within.contains(it));
    number.ok_or_else(|| errors::invalid_attribute(name))
}

fn truth(name: &str, text: &str) -> Result<bool, AwsError> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(errors::invalid_attribute(name)),
    }
}

/// What a queue is set to, in texts.
pub(crate) fn settings(settings: &QueueSettings) -> Attributes {
    let mut texts: Vec<(&str, String)> = vec![
        ("DelaySeconds", settings.delay_s.to_string()),
        ("MaximumMessageSize", settings.message_bytes_max.to_string()),
        ("MessageRetentionPeriod", settings.retention_s.to_string()),
        ("ReceiveMessageWaitTimeSeconds", settings.wait_s.to_string()),
        ("VisibilityTimeout", settings.visibility_s.to_string()),
        ("SqsManagedSseEnabled", settings.is_encrypted.to_string()),
    ];
    texts.extend(settings.key_reuse_s.map(|it| ("KmsDataKeyReusePeriodSeconds", it.to_string())));
    texts.extend(settings.redrive.iter().map(|it| ("RedrivePolicy", it.text.clone())));
    texts.extend(settings.redrive_allow.iter().map(|it| ("RedriveAllowPolicy", it.text.clone())));
    if let Some(Fifo { by_content, deduplication, throughput }) = settings.fifo {
        let scope = match deduplication {
            DeduplicationScope::Queue => "queue",
            DeduplicationScope::MessageGroup => "messageGroup",
        };
        let limit = match throughput {
            ThroughputLimit::PerQueue => "perQueue",
            ThroughputLimit::PerMessageGroupId => "perMessageGroupId",
        };
        texts.extend([
            ("FifoQueue", "true".to_owned()),
            ("ContentBasedDeduplication", by_content.to_string()),
            ("DeduplicationScope", scope.to_owned()),
            ("FifoThroughputLimit", limit.to_owned()),
        ]);
    }
    texts.into_iter().map(|(name, text)| (name.to_owned(), text)).collect()
}

/// All that is known of a queue but for its messages, in texts.
pub(crate) fn of(world: &World, queue: &Queue) -> Attributes {
    let mut all = settings(&queue.settings);
    let partition = queue.scope.region.partition();
    let policy = queue.policy.as_ref().map(|it| world.with_principal_arns(it, partition).text().to_owned());
    all.extend(policy.map(|it| ("Policy".to_owned(), it)));
    all.insert("QueueArn".to_owned(), queue.arn());
    all.insert("CreatedTimestamp".to_owned(), queue.created.as_secs().to_string());
    all.insert("LastModifiedTimestamp".to_owned(), queue.modified.as_secs().to_string());
    all
}
