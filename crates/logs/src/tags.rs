//! Log groups' tags, by today's calls and those of before.
//!
//! Follows TagResource, TagLogGroup and their siblings (Amazon CloudWatch Logs API Reference).

use std::collections::BTreeMap;

use awsproto::{AwsError, Call};
use model::World;
use model::log_group::LogGroup;

use crate::shapes::*;
use crate::{errors, names};

/// Checks tags.
pub(crate) fn checked(tags: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, AwsError> {
    let checked = awsproto::tags::checked(tags.into_iter().map(|(key, value)| (Some(key), Some(value))));
    checked.map_err(|error| errors::invalid(error.message))
}

fn put(group: &mut LogGroup, tags: Option<BTreeMap<String, String>>) -> Result<(), AwsError> {
    let tags = checked(tags.ok_or_else(|| errors::missing("tags"))?)?;
    awsproto::tags::merge(&mut group.tags, &tags)
        .map_err(|error| AwsError::new("TooManyTagsException", error.message))
}

/// The name of the group that an ARN without `:*` names.
fn name<'a>(call: &Call, arn: &'a Option<String>) -> Result<&'a str, AwsError> {
    let arn = arn.as_deref().ok_or_else(|| errors::missing("resourceArn"))?;
    let is_arn = arn.starts_with("arn:") && arn.split(':').nth(2) == Some("logs");
    if !is_arn || arn.ends_with(":*") {
        return Err(errors::invalid(format!(
            "The ARN '{arn}' is not one of a resource of CloudWatch Logs that has tags."
        )));
    }
    names::of_identifier(call.scope, arn)
        .ok_or_else(|| errors::not_found("The specified resource does not exist."))
}

fn no_resource() -> AwsError {
    errors::not_found("The specified resource does not exist.")
}

pub(crate) fn tag(call: &mut Call, world: &mut World, request: TagResourceRequest) -> Result<(), AwsError> {
    let TagResourceRequest { resource_arn, tags } = request;
    let name = name(call, &resource_arn)?;
    put(world.log_group_mut(call.scope, name).map_err(|_| no_resource())?, tags)
}

pub(crate) fn untag(
    call: &mut Call,
    world: &mut World,
    request: UntagResourceRequest,
) -> Result<(), AwsError> {
    let UntagResourceRequest { resource_arn, tag_keys } = request;
    let name = name(call, &resource_arn)?;
    let group = world.log_group_mut(call.scope, name).map_err(|_| no_resource())?;
    group.tags.retain(|key, _| !tag_keys.contains(key));
    Ok(())
}

pub(crate) fn list(
    call: &mut Call,
    world: &World,
    request: ListTagsForResourceRequest,
) -> Result<ListTagsForResourceResponse, AwsError> {
    let ListTagsForResourceRequest { resource_arn } = request;
    let name = name(call, &resource_arn)?;
    let group = world.log_group(call.scope, name).map_err(|_| no_resource())?;
    Ok(ListTagsForResourceResponse { tags: Some(group.tags.clone()) })
}

pub(crate) fn tag_group(
    call: &mut Call,
    world: &mut World,
    request: TagLogGroupRequest,
) -> Result<(), AwsError> {
    let TagLogGroupRequest { log_group_name, tags } = request;
    put(names::group_mut(call, world, &log_group_name)?, tags)
}

pub(crate) fn untag_group(
    call: &mut Call,
    world: &mut World,
    request: UntagLogGroupRequest,
) -> Result<(), AwsError> {
    let UntagLogGroupRequest { log_group_name, tags } = request;
    let group = names::group_mut(call, world, &log_group_name)?;
    group.tags.retain(|key, _| !tags.contains(key));
    Ok(())
}

pub(crate) fn list_of_group(
    call: &mut Call,
    world: &World,
    request: ListTagsLogGroupRequest,
) -> Result<ListTagsLogGroupResponse, AwsError> {
    let ListTagsLogGroupRequest { log_group_name } = request;
    let group = names::group(call, world, &log_group_name)?;
    Ok(ListTagsLogGroupResponse { tags: Some(group.tags.clone()) })
}
