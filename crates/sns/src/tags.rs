//! Tags of topics: TagResource, UntagResource, ListTagsForResource (Amazon SNS API Reference).

use awsproto::{AwsError, Call, tags};
use model::{Tags, World};

use crate::arn;
use crate::errors::{invalid, no_resource};
use crate::shapes::{
    ListTagsForResourceRequest, ListTagsForResourceResponse, Tag, TagResourceRequest, TagResourceResponse,
    UntagResourceRequest, UntagResourceResponse,
};

/// Tags that somebody sent.
pub(crate) fn checked(sent: Vec<Tag>) -> Result<Tags, AwsError> {
    let mut keys: Vec<&str> = sent.iter().filter_map(|tag| tag.key.as_deref()).collect();
    keys.sort_unstable();
    if keys.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(invalid("Duplicated keys are not allowed."));
    }
    tags::checked(sent.into_iter().map(|tag| (tag.key, tag.value))).map_err(refused)
}

fn refused(error: AwsError) -> AwsError {
    match &*error.code {
        "TagLimitExceeded" => AwsError::new(
            "TagLimitExceeded",
            "Could not complete request: tag quota of per resource exceeded",
        ),
        _ => invalid(error.message),
    }
}

pub(crate) fn tag(
    call: &mut Call,
    world: &mut World,
    request: TagResourceRequest,
) -> Result<TagResourceResponse, AwsError> {
    let TagResourceRequest { resource_arn, tags } = request;
    let named = arn::topic(call, "ResourceArn", resource_arn.as_deref())?;
    let new = checked(tags)?;
    let topic = world.topic_mut(named.scope, &named.name).map_err(|_| no_resource())?;
    tags::merge(&mut topic.tags, &new).map_err(refused)?;
    Ok(TagResourceResponse {})
}

pub(crate) fn untag(
    call: &mut Call,
    world: &mut World,
    request: UntagResourceRequest,
) -> Result<UntagResourceResponse, AwsError> {
    let UntagResourceRequest { resource_arn, tag_keys } = request;
    let named = arn::topic(call, "ResourceArn", resource_arn.as_deref())?;
    let topic = world.topic_mut(named.scope, &named.name).map_err(|_| no_resource())?;
    topic.tags.retain(|key, _| !tag_keys.contains(key));
    Ok(UntagResourceResponse {})
}

pub(crate) fn list(
    call: &mut Call,
    world: &World,
    request: ListTagsForResourceRequest,
) -> Result<ListTagsForResourceResponse, AwsError> {
    let ListTagsForResourceRequest { resource_arn } = request;
    let named = arn::topic(call, "ResourceArn", resource_arn.as_deref())?;
    let topic = world.topic(named.scope, &named.name).map_err(|_| no_resource())?;
    Ok(ListTagsForResourceResponse { tags: tags::shown(&topic.tags, |key, value| Tag { key, value }) })
}
