//! What a queue is set to is shown and changed. Follows GetQueueAttributes and SetQueueAttributes (Amazon SQS API Reference).

use std::sync::Arc;

use awsproto::{AwsError, Call};
use model::World;

use crate::attributes::{Changed, Setting};
use crate::messages::{Counts, Messages, QueueOf};
use crate::shapes::{GetQueueAttributesRequest, GetQueueAttributesResult, SetQueueAttributesRequest};
use crate::{attributes, errors, url};

pub(crate) async fn get(
    call: Call,
    world: Arc<World>,
    messages: Arc<Messages>,
    request: GetQueueAttributesRequest,
) -> Result<GetQueueAttributesResult, AwsError> {
    let GetQueueAttributesRequest { attribute_names, queue_url } = request;
    let queue = url::queue(&call, &world, &queue_url)?;
    if let Some(name) = attribute_names.iter().find(|it| !attributes::is_known(it)) {
        return Err(errors::unknown_attribute(name));
    }
    let mut all = attributes::of(&world, queue);
    let Counts { waiting, in_flight, delayed } = messages.counts(QueueOf::from(queue), call.now);
    all.insert("ApproximateNumberOfMessages".to_owned(), waiting.to_string());
    all.insert("ApproximateNumberOfMessagesNotVisible".to_owned(), in_flight.to_string());
    all.insert("ApproximateNumberOfMessagesDelayed".to_owned(), delayed.to_string());
    if !attribute_names.iter().any(|it| it == "All") {
        all.retain(|name, _| attribute_names.contains(name));
    }
    Ok(GetQueueAttributesResult { attributes: Some(all).filter(|it| !it.is_empty()) })
}

pub(crate) fn set(
    call: &mut Call,
    world: &mut World,
    request: SetQueueAttributesRequest,
) -> Result<(), AwsError> {
    let SetQueueAttributesRequest { attributes, queue_url } = request;
    let queue = url::queue(call, world, &queue_url)?;
    let attributes =
        attributes.filter(|it| !it.is_empty()).ok_or_else(|| errors::missing("Attribute.Name"))?;
    let before = Changed { settings: queue.settings.clone(), policy: queue.policy.clone() };
    let name = queue.key();
    let Changed { settings, policy } = Setting { world, queue: name }.apply(before, &attributes)?;
    let row = world.queue_mut(&name).map_err(errors::refused)?;
    row.settings = settings;
    row.policy = policy;
    row.modified = call.now;
    Ok(())
}
