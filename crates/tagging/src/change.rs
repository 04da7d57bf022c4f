//! Tags put on and taken away: TagResources, UntagResources (Resource Groups Tagging API Reference). What fails with one
//! resource is told of that one, and done to the others.

use awsproto::{AwsError, Call, tags};
use model::tagged::{ArnProblem, Taggable};
use model::{Scope, Tags, World};
use std::collections::BTreeMap;

use crate::errors;
use crate::shapes::*;

/// How many resources a request is about.
const RESOURCES_MAX: usize = 20;
/// What a failure of the caller's is called, and its status.
const INVALID: &str = "InvalidParameterException";
const BAD_REQUEST: i32 = 400;

pub(crate) fn tag(
    call: &mut Call,
    world: &mut World,
    request: TagResourcesInput,
) -> Result<TagResourcesOutput, AwsError> {
    let TagResourcesInput { resource_arn_list, tags } = request;
    check_resources(&resource_arn_list)?;
    let new: Vec<(Option<String>, Option<String>)> =
        tags.unwrap_or_default().into_iter().map(|(key, value)| (Some(key), Some(value))).collect();
    if new.is_empty() {
        return Err(errors::invalid("Tags are needed."));
    }
    let new = tags::checked(new).map_err(|error| errors::invalid(error.message))?;
    let put = |arn: &Taggable, tags: &mut Tags| -> Result<(), String> {
        let mut merged = tags.clone();
        let new = spelled(arn, &merged, &new);
        tags::merge(&mut merged, &new).map_err(|error| error.message)?;
        *tags = merged;
        Ok(())
    };
    let failed_resources_map = each(world, call.scope, resource_arn_list, put);
    Ok(TagResourcesOutput { failed_resources_map: Some(failed_resources_map) })
}

pub(crate) fn untag(
    call: &mut Call,
    world: &mut World,
    request: UntagResourcesInput,
) -> Result<UntagResourcesOutput, AwsError> {
    let UntagResourcesInput { resource_arn_list, tag_keys } = request;
    check_resources(&resource_arn_list)?;
    if !(1..=tags::TAGS_MAX).contains(&tag_keys.len()) {
        return Err(errors::invalid(format!("TagKeys has 1 to {} members.", tags::TAGS_MAX)));
    }
    for key in &tag_keys {
        tags::check_key(key).map_err(|error| errors::invalid(error.message))?;
    }
    let take = |resource: &Taggable, tags: &mut Tags| -> Result<(), String> {
        tags.retain(|known, _| !tag_keys.iter().any(|key| is_same_key(resource, known, key)));
        Ok(())
    };
    let failed_resources_map = each(world, call.scope, resource_arn_list, take);
    Ok(UntagResourcesOutput { failed_resources_map: Some(failed_resources_map) })
}

fn check_resources(arns: &[String]) -> Result<(), AwsError> {
    if !(1..=RESOURCES_MAX).contains(&arns.len()) {
        return Err(errors::invalid(format!("ResourceARNList has 1 to {RESOURCES_MAX} members.")));
    }
    errors::check_arns(arns)
}

/// Changes the tags of each resource, and tells of those that failed.
fn each(
    world: &mut World,
    scope: Scope,
    arns: Vec<String>,
    change: impl Fn(&Taggable, &mut Tags) -> Result<(), String>,
) -> BTreeMap<String, FailureInfo> {
    let mut failed = BTreeMap::new();
    for arn in arns {
        if let Err(sentence) = one(world, scope, &arn, &change) {
            let info = FailureInfo {
                error_code: Some(INVALID.to_owned()),
                error_message: Some(sentence),
                status_code: Some(BAD_REQUEST),
            };
            failed.insert(arn, info);
        }
    }
    failed
}

fn one(
    world: &mut World,
    scope: Scope,
    arn: &str,
    change: impl Fn(&Taggable, &mut Tags) -> Result<(), String>,
) -> Result<(), String> {
    let resource = Taggable::of_arn(scope, arn).map_err(|problem| match problem {
        ArnProblem::Malformed => format!("{arn} is not a valid AmazonResourceName (ARN)"),
        ArnProblem::Elsewhere => format!("{arn} is of another account, Region or partition"),
        ArnProblem::OfNoKind => format!("{arn} is of a type that cannot be tagged here"),
    })?;
    let tags = world.tags_by_arn_mut(scope, arn).ok_or_else(|| format!("{arn} does not exist"))?;
    change(&resource, tags)
}

/// New tags, with those keys that are there in another spelling as they are there, where that is the same key.
fn spelled(resource: &Taggable, existing: &Tags, new: &Tags) -> Tags {
    let spelling = |key: &String| {
        let known = existing.keys().find(|known| is_same_key(resource, known, key));
        known.unwrap_or(key).clone()
    };
    new.iter().map(|(key, value)| (spelling(key), value.clone())).collect()
}

/// In IAM "tag keys are not case sensitive" (Tags for IAM resources).
fn is_same_key(resource: &Taggable, known: &str, key: &str) -> bool {
    match resource {
        Taggable::Iam(..) => known.eq_ignore_ascii_case(key),
        Taggable::Ec2(_)
        | Taggable::HostedZone(_)
        | Taggable::Queue(_)
        | Taggable::Topic(_)
        | Taggable::LogGroup(_) => known == key,
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;
    use serde_json::json;

    #[test]
    fn what_fails_with_one_is_done_to_the_others() {
        let mut caller = Caller::new();
        let [vpc, subnet] = caller.arns();
        let gone = vpc.replace("vpc/vpc-", "vpc/vpc-0").replace('1', "2");
        let elsewhere = vpc.replace("us-east-1", "us-west-2");
        let bucket = "arn:aws:s3:::bucket";
        let all = json!([vpc, gone, elsewhere, bucket, subnet]);
        let failed = caller.ok("TagResources", json!({"ResourceARNList": all, "Tags": {"a": "b"}}));
        let failed = failed["FailedResourcesMap"].as_object().unwrap();
        assert_eq!(failed.len(), 3, "{failed:?}");
        assert_eq!(failed[bucket]["StatusCode"], json!(400));
        assert_eq!(failed[&elsewhere]["ErrorCode"], json!("InvalidParameterException"));
        let shown = caller.ok("GetResources", json!({}));
        assert_eq!(shown["ResourceTagMappingList"].as_array().unwrap().len(), 2);
        let gone = json!({"ResourceARNList": [vpc, bucket], "TagKeys": ["a", "none"]});
        assert_eq!(caller.ok("UntagResources", gone)["FailedResourcesMap"].as_object().unwrap().len(), 1);
        let shown = caller.ok("GetResources", json!({}));
        assert_eq!(shown["ResourceTagMappingList"][0]["ResourceARN"], json!(subnet));
    }

    #[test]
    fn the_fifty_first_tag_fails_and_changes_nothing() {
        let mut caller = Caller::new();
        let [vpc, _] = caller.arns();
        let fifty: serde_json::Map<String, serde_json::Value> =
            (0..50).map(|key| (key.to_string(), json!(""))).collect();
        caller.ok("TagResources", json!({"ResourceARNList": [vpc], "Tags": fifty}));
        let failed =
            caller.ok("TagResources", json!({"ResourceARNList": [vpc], "Tags": {"0": "x", "more": ""}}));
        assert!(failed["FailedResourcesMap"][&vpc]["ErrorMessage"].is_string(), "{failed}");
        assert_eq!(caller.ok("GetTagValues", json!({"Key": "0"}))["TagValues"], json!([""]));
    }

    #[test]
    fn zones_and_what_iam_has_are_tagged_where_their_partition_is_at_home() {
        let mut caller = Caller::new();
        let profile = caller.instance_profile("web");
        caller.ok("TagResources", json!({"ResourceARNList": [profile], "Tags": {"Team": "blue"}}));
        // Keys of IAM that differ in case alone are one key.
        caller.ok("TagResources", json!({"ResourceARNList": [profile], "Tags": {"team": "red"}}));
        let found = caller.ok("GetResources", json!({"ResourceTypeFilters": ["iam:instance-profile"]}));
        assert_eq!(
            found["ResourceTagMappingList"],
            json!([{"ResourceARN": profile, "Tags": [{"Key": "Team", "Value": "red"}]}])
        );
        caller.move_to("us-west-2");
        assert_eq!(caller.ok("GetResources", json!({}))["ResourceTagMappingList"], json!([]));
    }

    #[test]
    fn requests_that_cannot_be_are_refused_as_a_whole() {
        let mut caller = Caller::new();
        let [vpc, _] = caller.arns();
        let many = vec![vpc.clone(); 21];
        for request in [
            json!({"ResourceARNList": [], "Tags": {"a": "b"}}),
            json!({"ResourceARNList": many, "Tags": {"a": "b"}}),
            json!({"ResourceARNList": [vpc], "Tags": {}}),
            json!({"ResourceARNList": [vpc], "Tags": {"aws:a": "b"}}),
            json!({"ResourceARNList": [vpc, "vpc-1"], "Tags": {"a": "b"}}),
        ] {
            let refused = caller.refused("TagResources", request.clone());
            assert!(refused.starts_with("InvalidParameterException: "), "{request}: {refused}");
        }
        let refused = caller.refused("UntagResources", json!({"ResourceARNList": [vpc], "TagKeys": []}));
        assert!(refused.starts_with("InvalidParameterException: "), "{refused}");
    }
}
