//! What a call touches: a log group, or a stream of one.
//!
//! Follows "Actions, resources, and condition keys for Amazon CloudWatch Logs" (Service Authorization Reference) and "Overview of
//! managing access permissions" (Amazon CloudWatch Logs User Guide): policies name log groups with `:*` behind, but for tags by
//! today's calls. What is asked about a group is its ARN with an empty stream, as AWS's refusals show it.

use std::iter;

use awsproto::{Action, Call, Input, OwnPolicy, Touched};
use model::World;
use model::bucket_name::BucketName;
use model::log_group::log_group_arn;

use crate::{exports, names, queries, record};

/// What is about streams.
const OF_STREAMS: [&str; 4] = ["CreateLogStream", "DeleteLogStream", "GetLogEvents", "PutLogEvents"];
/// What whoever exports to a bucket must be allowed.
const PUT_OBJECT: &str = "s3:PutObject";
/// What is about all log groups, or those that are found.
const OF_ALL: [&str; 3] = ["DescribeLogGroups", "ListLogGroups", "DescribeMetricFilters"];

/// What a call touches.
pub(crate) fn touches(world: &World, call: &Call, action: &Action<World>, input: &Input) -> Vec<Touched> {
    if let Some(arn) = input.text("resourceArn").filter(|_| is_about_tags(action.name)) {
        let name = names::of_identifier(call.scope, arn).filter(|_| arn.starts_with("arn:"));
        return name.map(|name| touched(world, call, input, name, String::new())).into_iter().collect();
    }
    if action.name == "StartLiveTail" {
        let sent = input.json().ok().and_then(|it| it.get("logGroupIdentifiers")?.as_array());
        let names =
            sent.into_iter().flatten().filter_map(|it| names::of_identifier(call.scope, it.as_str()?));
        return names.map(|name| touched(world, call, input, name, ":log-stream:".to_owned())).collect();
    }
    if action.name == "StartQuery" {
        let names = input.json().map(|json| queries::group_names(call, world, json)).unwrap_or_default();
        return names
            .iter()
            .map(|name| touched(world, call, input, name, ":log-stream:".to_owned()))
            .collect();
    }
    let name = match action.name {
        "GetLogRecord" => input.text("logRecordPointer").and_then(|it| record::group_of(call, it)),
        _ => input
            .text("logGroupName")
            .or_else(|| input.text("logGroupIdentifier").and_then(|it| names::of_identifier(call.scope, it)))
            .map(str::to_owned),
    };
    let stream = match OF_STREAMS.contains(&action.name) {
        true => input.text("logStreamName").unwrap_or_default(),
        false => "",
    };
    match name {
        Some(name) => {
            let group = touched(world, call, input, &name, format!(":log-stream:{stream}"));
            let bucket = (action.name == "CreateExportTask").then(|| bucket_to_write(world, call, input));
            iter::once(group).chain(bucket.flatten()).collect()
        }
        None if OF_ALL.contains(&action.name) => {
            let arn = format!("{}:log-stream:", log_group_arn(call.scope, ""));
            vec![Touched::new(arn, Some(call.scope.account))]
        }
        None => Vec::new(),
    }
}

/// The bucket that a task exports to: "you must use credentials that have permission to write to the S3 bucket"
/// (CreateExportTask).
fn bucket_to_write(world: &World, call: &Call, input: &Input) -> Option<Touched> {
    let name = BucketName::new(call.partition(), input.text("destination")?).ok()?;
    let bucket = world.buckets.get(&name)?;
    let key = exports::test_key(input.text("destinationPrefix"));
    let mut touched =
        Touched::new(format!("{}/{key}", bucket.arn()), Some(bucket.account)).of_action(PUT_OBJECT);
    touched.add("s3:x-amz-acl", vec!["bucket-owner-full-control".to_owned()]);
    touched.policy = bucket.policy.clone().map(|document| OwnPolicy { arn: bucket.arn(), document });
    Some(touched)
}

fn is_about_tags(action: &str) -> bool {
    matches!(action, "TagResource" | "UntagResource" | "ListTagsForResource")
}

fn touched(world: &World, call: &Call, input: &Input, name: &str, behind: String) -> Touched {
    let arn = log_group_arn(call.scope, name) + &behind;
    let mut touched = Touched::new(arn, Some(call.scope.account));
    if let Ok(group) = world.log_group(call.scope, name) {
        for (key, value) in &group.tags {
            touched.add(format!("aws:ResourceTag/{key}"), vec![value.clone()]);
        }
    }
    let Ok(json) = input.json() else { return touched };
    let sent = json.get("tags").and_then(|it| it.as_object()).into_iter().flatten();
    let pairs = sent.filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)));
    touched.add_request_tags(pairs);
    let keys = json.get("tagKeys").or_else(|| json.get("tags")).and_then(|it| it.as_array());
    let keys: Vec<String> =
        keys.into_iter().flatten().filter_map(|it| it.as_str()).map(str::to_owned).collect();
    if !keys.is_empty() {
        touched.add("aws:TagKeys", keys);
    }
    touched
}
