//! Tags of zones. Follows ChangeTagsForResource and ListTagsForResource (Route 53 API Reference).

use awsproto::tags::TagMap;
use awsproto::{AwsError, Call};
use model::{AccountId, World};

use crate::errors::{invalid_input, no_such_zone, refused};
use crate::request::{check_len, zone_id};
use crate::shapes::*;

/// Tags, or keys, in one request.
const CHANGES_MAX: usize = 10;
const HOSTED_ZONE: &str = "hostedzone";

pub(crate) fn change(
    call: &mut Call,
    world: &mut World,
    request: ChangeTagsForResourceRequest,
) -> Result<ChangeTagsForResourceResponse, AwsError> {
    let ChangeTagsForResourceRequest { add_tags, remove_tag_keys, resource_id, resource_type } = request;
    let account = call.scope.account;
    check_type(resource_type.as_deref(), resource_id.as_deref())?;
    let id = zone_id(resource_id)?;
    if add_tags.is_empty() && remove_tag_keys.is_empty() {
        return Err(invalid_input("Tags to add or keys to remove are needed."));
    }
    if add_tags.len() > CHANGES_MAX || remove_tag_keys.len() > CHANGES_MAX {
        return Err(invalid_input(format!("A request changes up to {CHANGES_MAX} tags.")));
    }
    remove_tag_keys.iter().try_for_each(|key| check_len("RemoveTagKeys", key, 0, awsproto::tags::KEY_MAX))?;
    let mut tags = world.private_hosted_zone(account, id).map_err(refused)?.tags.clone();
    tags.retain(|key, _| !remove_tag_keys.contains(key));
    let added = add_tags.into_iter().map(|tag| (tag.key, tag.value.or_else(|| Some(String::new()))));
    let added: TagMap = awsproto::tags::checked(added).map_err(|error| invalid_input(error.message))?;
    awsproto::tags::merge(&mut tags, &added).map_err(|error| invalid_input(error.message))?;
    world.tag_private_hosted_zone(account, id, tags).map_err(refused)?;
    Ok(ChangeTagsForResourceResponse {})
}

pub(crate) fn list(
    call: &mut Call,
    world: &World,
    request: ListTagsForResourceRequest,
) -> Result<ListTagsForResourceResponse, AwsError> {
    let ListTagsForResourceRequest { resource_id, resource_type } = request;
    check_type(resource_type.as_deref(), resource_id.as_deref())?;
    let set = tags_of(call.scope.account, world, resource_id)?;
    Ok(ListTagsForResourceResponse { resource_tag_set: Some(set) })
}

pub(crate) fn list_several(
    call: &mut Call,
    world: &World,
    request: ListTagsForResourcesRequest,
) -> Result<ListTagsForResourcesResponse, AwsError> {
    let ListTagsForResourcesRequest { resource_ids, resource_type } = request;
    let account = call.scope.account;
    if !(1..=CHANGES_MAX).contains(&resource_ids.len()) {
        return Err(invalid_input(format!("A request is about 1 to {CHANGES_MAX} resources.")));
    }
    check_type(resource_type.as_deref(), resource_ids.first().map(String::as_str))?;
    let sets = resource_ids.into_iter().map(|id| tags_of(account, world, Some(id)));
    Ok(ListTagsForResourcesResponse { resource_tag_sets: sets.collect::<Result<_, _>>()? })
}

fn tags_of(account: AccountId, world: &World, id: Option<String>) -> Result<ResourceTagSet, AwsError> {
    let zone = world.private_hosted_zone(account, zone_id(id)?).map_err(refused)?;
    Ok(ResourceTagSet {
        resource_id: Some(zone.id.to_string()),
        resource_type: Some(HOSTED_ZONE.to_owned()),
        tags: awsproto::tags::shown(&zone.tags, |key, value| Tag { key, value }),
    })
}

/// Health checks have tags, too; there are none.
fn check_type(kind: Option<&str>, id: Option<&str>) -> Result<(), AwsError> {
    match kind.unwrap_or_default() {
        HOSTED_ZONE if id.unwrap_or_default().is_empty() => Err(no_such_zone("")),
        HOSTED_ZONE => Ok(()),
        "healthcheck" => {
            let sentence = format!("No health check exists with the ID: {}", id.unwrap_or_default());
            Err(AwsError::new("NoSuchHealthCheck", sentence).with_status(404))
        }
        other => {
            Err(invalid_input(format!("The resource type {other} is neither hostedzone nor healthcheck.")))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Caller, texts};

    #[test]
    fn tags_are_added_taken_away_and_listed() {
        let mut caller = Caller::new();
        let zone = caller.zone("corp.internal");
        let path = format!("tags/hostedzone/{zone}");
        let add = "<R><AddTags><Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>b</Key><Value/></Tag></AddTags></R>";
        caller.ok("POST", &path, add);
        caller.ok("POST", &path, "<R><RemoveTagKeys><Key>a</Key></RemoveTagKeys></R>");
        let listed = caller.ok("GET", &path, "");
        assert_eq!(
            (texts(&listed, "Key"), texts(&listed, "ResourceId")),
            (vec!["b".to_owned()], vec![zone.clone()])
        );
        let both = format!("<R><ResourceIds><ResourceId>{zone}</ResourceId></ResourceIds></R>");
        assert_eq!(texts(&caller.ok("POST", "tags/hostedzone", &both), "Key"), ["b"]);
        let reserved = add.replace("<Key>a<", "<Key>aws:a<");
        for (path, body) in [(path.as_str(), "<R/>"), (&path, &reserved), ("tags/ship/1", add)] {
            assert!(caller.refused("POST", path, body).starts_with("400 InvalidInput: "), "{path} {body}");
        }
        assert!(caller.refused("POST", "tags/healthcheck/1", add).starts_with("404 NoSuchHealthCheck: "));
        assert!(caller.refused("GET", "tags/hostedzone/Z1", "").starts_with("404 NoSuchHostedZone: "));
    }
}
