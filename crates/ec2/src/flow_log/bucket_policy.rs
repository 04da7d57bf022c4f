//! What a bucket's policy must say so that flow logs come into it.
//!
//! Follows "Amazon S3 bucket permissions for flow logs" (VPC User Guide): where the caller's account owns the bucket, the service
//! adds it by itself; where it does not, its owner must have.

use model::World;
use model::bucket::Bucket;
use model::flow_log::{FlowLog, LOG_DELIVERY};
use policy::{Document, Kind};
use serde_json::{Value, json};

/// "Bucket policies are limited to 20 KB in size".
const POLICY_MAX: usize = 20 * 1024;

/// Sees to it that a flow log's files are let into its bucket; a sentence for the resource if they are not.
pub(super) fn ensure(world: &mut World, log: &FlowLog) -> Result<(), String> {
    let name = log.bucket_name().ok_or_else(|| "LogDestination is undeliverable".to_owned())?;
    let missing = || format!("LogDestination: {} does not exist", name.as_str());
    let bucket = world.buckets.get(&name).ok_or_else(missing)?;
    let folder = log.files_folder().unwrap_or_default();
    let may_write = |bucket: &Bucket| log.may_write(bucket, &format!("{folder}x"));
    if may_write(bucket) {
        return Ok(());
    }
    let denied = || {
        format!("Access Denied for LogDestination: {}. Please check LogDestination permission", name.as_str())
    };
    if bucket.account != log.scope.account {
        return Err(denied());
    }
    let text = with_statements(bucket.policy.as_ref(), log, &name.arn(), &folder);
    if text.len() > POLICY_MAX {
        return Err("LogDestinationPermissionIssueException".to_owned());
    }
    let document = Document::parse(&text, Kind::Resource).map_err(|_| denied())?;
    let with_policy = Bucket { policy: Some(document), ..bucket.clone() };
    // A statement of the owner's may deny what these allow: then nothing is changed.
    if !may_write(&with_policy) {
        return Err(denied());
    }
    world.buckets.insert(name, with_policy);
    Ok(())
}

/// The policy with the service's two statements.
fn with_statements(policy: Option<&Document>, log: &FlowLog, bucket_arn: &str, folder: &str) -> String {
    let (account, region) = (log.scope.account, log.scope.region);
    let service = region.partition().service_principals(LOG_DELIVERY).pop().unwrap_or_default();
    let source = json!({ "aws:SourceArn": log.delivery_source() });
    let write = json!({
        "Sid": "AWSLogDeliveryWrite",
        "Effect": "Allow",
        "Principal": { "Service": service },
        "Action": "s3:PutObject",
        "Resource": format!("{bucket_arn}/{folder}*"),
        "Condition": {
            "StringEquals": {
                "aws:SourceAccount": account.to_string(),
                "s3:x-amz-acl": "bucket-owner-full-control",
            },
            "ArnLike": source,
        },
    });
    let check = json!({
        "Sid": "AWSLogDeliveryAclCheck",
        "Effect": "Allow",
        "Principal": { "Service": service },
        "Action": ["s3:GetBucketAcl", "s3:ListBucket"],
        "Resource": bucket_arn,
        "Condition": { "StringEquals": { "aws:SourceAccount": account.to_string() }, "ArnLike": source },
    });
    let own = policy.and_then(|it| serde_json::from_str::<Value>(it.text()).ok());
    let mut all =
        own.unwrap_or_else(|| json!({ "Version": "2012-10-17", "Id": "AWSLogDeliveryWrite20150319" }));
    let statements = all.get_mut("Statement").map(Value::take);
    let mut statements = match statements {
        Some(Value::Array(statements)) => statements,
        Some(one) => vec![one],
        None => Vec::new(),
    };
    let is_ours = |it: &Value| it["Sid"] == "AWSLogDeliveryAclCheck";
    if !statements.iter().any(is_ours) {
        statements.push(check);
    }
    // Statements of one policy are told apart by their names: a second flow log's has a number.
    let taken = |sid: &str| statements.iter().any(|it| it["Sid"] == sid);
    let sid = (1..).map(|number| format!("AWSLogDeliveryWrite{number}")).find(|sid| !taken(sid));
    let mut write = write;
    if taken("AWSLogDeliveryWrite") {
        write["Sid"] = json!(sid);
    }
    statements.push(write);
    all["Statement"] = Value::Array(statements);
    all.to_string()
}
