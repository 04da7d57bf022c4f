//! Several messages at once: PublishBatch (Amazon SNS API Reference).

use std::collections::HashSet;
use std::sync::Arc;

use awsproto::{AwsError, Call, Timestamp};
use futures_util::future::join_all;
use model::World;
use model::topic::Topic;

use super::said::{BYTES_MAX, Request, Said};
use super::{Publishing, Taken, take};
use crate::arn;
use crate::errors::no_topic;
use crate::shapes::{
    BatchResultErrorEntry, PublishBatchInput, PublishBatchRequestEntry, PublishBatchResponse,
    PublishBatchResultEntry,
};

const ENTRIES_MAX: usize = 10;
/// "Identifiers … up to 80 characters: alphanumeric characters, hyphens and underscores."
const ID_MAX: usize = 80;

pub(crate) async fn publish_batch(
    mut call: Call,
    world: Arc<World>,
    publishing: Arc<Publishing>,
    request: PublishBatchInput,
) -> Result<PublishBatchResponse, AwsError> {
    let PublishBatchInput { publish_batch_request_entries: entries, topic_arn } = request;
    let named = arn::topic(&call, "TopicArn", topic_arn.as_deref())?;
    let topic = world.topic(named.scope, &named.name).map_err(|_| no_topic())?;
    check_entries(&entries)?;
    let said = all_said(&mut call, topic, entries)?;
    let taken = take_all(call.now, &world, &publishing, topic, said).await;
    let mut response = PublishBatchResponse::default();
    for (id, outcome) in taken {
        match outcome {
            Ok(Taken { message_id, sequence_number }) => response.successful.push(PublishBatchResultEntry {
                id: Some(id),
                message_id: Some(message_id),
                sequence_number,
            }),
            Err(error) => response.failed.push(BatchResultErrorEntry {
                code: Some(error.code.into_owned()),
                id: Some(id),
                message: Some(error.message),
                sender_fault: Some(error.status < 500),
            }),
        }
    }
    Ok(response)
}

/// A FIFO topic's in their order, others' side by side.
async fn take_all(
    now: Timestamp,
    world: &World,
    publishing: &Publishing,
    topic: &Topic,
    said: Vec<(String, Said)>,
) -> Vec<(String, Result<Taken, AwsError>)> {
    let each = said
        .into_iter()
        .map(|(id, said)| async move { (id, take(now, world, publishing, topic, said).await) });
    if topic.fifo.is_none() {
        return join_all(each).await;
    }
    let mut taken = Vec::new();
    for one in each {
        taken.push(one.await);
    }
    taken
}

fn check_entries(entries: &[PublishBatchRequestEntry]) -> Result<(), AwsError> {
    let refused = |code: &'static str, sentence: &str| Err(AwsError::new(code, sentence));
    if entries.is_empty() {
        return refused("EmptyBatchRequest", "The batch request doesn't contain any entries.");
    }
    if entries.len() > ENTRIES_MAX {
        let sentence = "The batch request contains more entries than permissible.";
        return refused("TooManyEntriesInBatchRequest", sentence);
    }
    let ids: Vec<&str> = entries.iter().map(|it| it.id.as_deref().unwrap_or_default()).collect();
    let is_letter = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_');
    if ids.iter().any(|id| !(1..=ID_MAX).contains(&id.len()) || !id.bytes().all(is_letter)) {
        let sentence = "The Id of a batch entry in a batch request doesn't abide by the specification.";
        return refused("InvalidBatchEntryId", sentence);
    }
    match ids.iter().collect::<HashSet<_>>().len() == ids.len() {
        true => Ok(()),
        false => {
            let sentence = "Two or more batch entries in the request have the same Id.";
            refused("BatchEntryIdsNotDistinct", sentence)
        }
    }
}

fn all_said(
    call: &mut Call,
    topic: &Topic,
    entries: Vec<PublishBatchRequestEntry>,
) -> Result<Vec<(String, Said)>, AwsError> {
    let lengths = entries.iter().map(|it| it.message.as_deref().unwrap_or_default().len());
    check_length(lengths.sum())?;
    let mut all = Vec::with_capacity(entries.len());
    for entry in entries {
        let PublishBatchRequestEntry {
            id,
            message,
            message_attributes,
            message_deduplication_id,
            message_group_id,
            message_structure,
            subject,
        } = entry;
        let request = Request {
            message,
            message_attributes,
            message_deduplication_id,
            message_group_id,
            message_structure,
            subject,
        };
        all.push((id.unwrap_or_default(), Said::of(call, topic, request)?));
    }
    check_length(all.iter().map(|(_, said)| said.bytes).sum())?;
    Ok(all)
}

/// "The total size of the batch … cannot exceed 256 KiB."
fn check_length(bytes: usize) -> Result<(), AwsError> {
    match bytes <= BYTES_MAX {
        true => Ok(()),
        false => {
            let sentence = "The length of all the messages put together is more than the limit.";
            Err(AwsError::new("BatchRequestTooLong", sentence))
        }
    }
}
