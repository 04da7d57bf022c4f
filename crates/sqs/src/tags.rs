//! Queues' tags. Follows "Amazon SQS cost allocation tags" (Amazon SQS Developer Guide).

use std::collections::BTreeMap;

use awsproto::{AwsError, Call};
use model::World;

use crate::shapes::{ListQueueTagsRequest, ListQueueTagsResult, TagQueueRequest, UntagQueueRequest};
use crate::{errors, url};

/// Checks the tags of a new queue.
pub(crate) fn checked(tags: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, AwsError> {
    awsproto::tags::checked(tags.into_iter().map(|(key, value)| (Some(key), Some(value))))
}

pub(crate) fn tag(call: &mut Call, world: &mut World, request: TagQueueRequest) -> Result<(), AwsError> {
    let TagQueueRequest { queue_url, tags } = request;
    let name = url::name(call, world, &queue_url)?;
    let tags = tags.filter(|it| !it.is_empty()).ok_or_else(|| errors::missing("Tags"))?;
    let tags = checked(tags)?;
    let row = world.queue_mut(&name).map_err(errors::refused)?;
    awsproto::tags::merge(&mut row.tags, &tags)
}

pub(crate) fn untag(call: &mut Call, world: &mut World, request: UntagQueueRequest) -> Result<(), AwsError> {
    let UntagQueueRequest { queue_url, tag_keys } = request;
    let name = url::name(call, world, &queue_url)?;
    if tag_keys.is_empty() {
        return Err(errors::missing("TagKeys"));
    }
    let row = world.queue_mut(&name).map_err(errors::refused)?;
    row.tags.retain(|key, _| !tag_keys.contains(key));
    Ok(())
}

pub(crate) fn list(
    call: &mut Call,
    world: &World,
    request: ListQueueTagsRequest,
) -> Result<ListQueueTagsResult, AwsError> {
    let ListQueueTagsRequest { queue_url } = request;
    let queue = url::queue(call, world, &queue_url)?;
    Ok(ListQueueTagsResult { tags: Some(queue.tags.clone()).filter(|it| !it.is_empty()) })
}
