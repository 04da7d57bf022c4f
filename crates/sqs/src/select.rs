//! Which attributes of messages somebody wants to see.
//!
//! Follows ReceiveMessage (Amazon SQS API Reference): `All`, `.*`, names, and what names begin with, as `bar.*`.

use awsproto::AwsError;

use crate::errors;
use crate::message_attribute::MessageAttributes;

/// Attributes of the system, by the names of before and of today.
const OF_THE_SYSTEM: [&str; 10] = [
    "All",
    "AWSTraceHeader",
    "ApproximateFirstReceiveTimestamp",
    "ApproximateReceiveCount",
    "DeadLetterQueueSourceArn",
    "MessageDeduplicationId",
    "MessageGroupId",
    "SenderId",
    "SentTimestamp",
    "SequenceNumber",
];

/// Refuses names that the system has not. Those of queues were once allowed here, and mean nothing.
pub(crate) fn check_system(names: &[String]) -> Result<(), AwsError> {
    let is_known = |it: &&String| OF_THE_SYSTEM.contains(&it.as_str()) || crate::attributes::is_known(it);
    match names.iter().find(|it| !is_known(it)) {
        Some(name) => Err(errors::unknown_attribute(name)),
        None => Ok(()),
    }
}

/// Whether an attribute of the system is wanted.
pub(crate) fn wants(names: &[String], name: &str) -> bool {
    names.iter().any(|it| it == "All" || it == name)
}

/// The attributes that are wanted.
pub(crate) fn of(attributes: MessageAttributes, names: &[String]) -> MessageAttributes {
    let is_wanted = |name: &str| {
        names.iter().any(|wanted| match wanted.strip_suffix(".*") {
            Some(start) => name.starts_with(start),
            None => wanted == "All" || wanted == name,
        })
    };
    attributes.into_iter().filter(|(name, _)| is_wanted(name)).collect()
}
