//! What becomes of received messages. Follows DeleteMessage, ChangeMessageVisibility, their batches, and PurgeQueue (Amazon SQS
//! API Reference).

use std::sync::Arc;

use awsproto::{AwsError, Call};
use model::World;

use crate::messages::{Messages, QueueOf, Receipt};
use crate::shapes::*;
use crate::{batch, errors, url};

/// Seconds in which nobody else gets a message.
const VISIBILITY_MAX: i32 = 43_200;

pub(crate) async fn delete(
    call: Call,
    world: Arc<World>,
    messages: Arc<Messages>,
    request: DeleteMessageRequest,
) -> Result<(), AwsError> {
    let DeleteMessageRequest { queue_url, receipt_handle } = request;
    let queue = url::queue(&call, &world, &queue_url)?;
    let handle = receipt_handle.unwrap_or_default();
    let receipt = receipt(&messages, &handle)?;
    let held = messages.delete(QueueOf::from(queue), vec![receipt], call.now).await;
    let held = held.map_err(|it| errors::problem(it, &handle))?;
    held.into_iter().collect::<Result<(), _>>().map_err(|it| errors::problem(it, &handle))
}

pub(crate) async fn delete_batch(
    call: Call,
    world: Arc<World>,
    messages: Arc<Messages>,
    request: DeleteMessageBatchRequest,
) -> Result<DeleteMessageBatchResult, AwsError> {
    let DeleteMessageBatchRequest { entries, queue_url } = request;
    let queue = url::queue(&call, &world, &queue_url)?;
    batch::check("DeleteMessageBatchRequestEntry", entries.iter().map(|it| &it.id))?;
    let mut answer = DeleteMessageBatchResult::default();
    let (mut receipts, mut said) = (Vec::new(), Vec::new());
    for DeleteMessageBatchRequestEntry { id, receipt_handle } in entries {
        let (id, handle) = (id.unwrap_or_default(), receipt_handle.unwrap_or_default());
        match receipt(&messages, &handle) {
            Ok(receipt) => {
                receipts.push(receipt);
                said.push((id, handle));
            }
            Err(error) => answer.failed.push(batch::failed(id, &error)),
        }
    }
    let held = messages.delete(QueueOf::from(queue), receipts, call.now).await;
    for (held, (id, handle)) in held.map_err(|it| errors::problem(it, ""))?.into_iter().zip(said) {
        match held {
            Ok(()) => answer.successful.push(DeleteMessageBatchResultEntry { id: Some(id) }),
            Err(problem) => answer.failed.push(batch::failed(id, &errors::problem(problem, &handle))),
        }
    }
    Ok(answer)
}

pub(crate) async fn change_visibility(
    call: Call,
    world: Arc<World>,
    messages: Arc<Messages>,
    request: ChangeMessageVisibilityRequest,
) -> Result<(), AwsError> {
    let ChangeMessageVisibilityRequest { queue_url, receipt_handle, visibility_timeout } = request;
    let queue = url::queue(&call, &world, &queue_url)?;
    let handle = receipt_handle.unwrap_or_default();
    change(&call, &messages, QueueOf::from(queue), (&handle, visibility_timeout))
}

pub(crate) async fn change_visibility_batch(
    call: Call,
    world: Arc<World>,
    messages: Arc<Messages>,
    request: ChangeMessageVisibilityBatchRequest,
) -> Result<ChangeMessageVisibilityBatchResult, AwsError> {
    let ChangeMessageVisibilityBatchRequest { entries, queue_url } = request;
    let queue = url::queue(&call, &world, &queue_url)?;
    batch::check("ChangeMessageVisibilityBatchRequestEntry", entries.iter().map(|it| &it.id))?;
    let mut answer = ChangeMessageVisibilityBatchResult::default();
    for ChangeMessageVisibilityBatchRequestEntry { id, receipt_handle, visibility_timeout } in entries {
        let (id, handle) = (id.unwrap_or_default(), receipt_handle.unwrap_or_default());
        match change(&call, &messages, QueueOf::from(queue), (&handle, visibility_timeout)) {
            Ok(()) => {
                answer.successful.push(ChangeMessageVisibilityBatchResultEntry { id: Some(id) });
            }
            Err(error) => answer.failed.push(batch::failed(id, &error)),
        }
    }
    Ok(answer)
}

fn change(
    call: &Call,
    messages: &Messages,
    queue: QueueOf,
    (handle, timeout): (&str, Option<i32>),
) -> Result<(), AwsError> {
    let timeout = timeout.ok_or_else(|| errors::missing("VisibilityTimeout"))?;
    if !(0..=VISIBILITY_MAX).contains(&timeout) {
        let reason = "VisibilityTimeout must be an integer between 0 and 43200";
        return Err(errors::invalid_parameter("VisibilityTimeout", &timeout.to_string(), reason));
    }
    let receipt = receipt(messages, handle)?;
    let changed = messages.change_visibility(queue, receipt, call.now, i64::from(timeout) * 1000);
    changed.map_err(|it| errors::problem(it, handle))
}

fn receipt(messages: &Messages, handle: &str) -> Result<Receipt, AwsError> {
    messages.handles.read(handle).ok_or_else(|| errors::no_handle(handle))
}

pub(crate) async fn purge(
    call: Call,
    world: Arc<World>,
    messages: Arc<Messages>,
    request: PurgeQueueRequest,
) -> Result<(), AwsError> {
    let PurgeQueueRequest { queue_url } = request;
    let queue = url::queue(&call, &world, &queue_url)?;
    messages.purge(QueueOf::from(queue), call.now).await.map_err(|it| match it {
        crate::messages::Problem::Purging => {
            let sentence =
                format!("Only one PurgeQueue operation on {} is allowed every 60 seconds.", queue.name);
            AwsError::new("PurgeQueueInProgress", sentence)
        }
        other => errors::problem(other, ""),
    })
}
