//! What the audit trail has of S3: management events, as CloudTrail's event history. What is done with objects are data
//! events, which it does not have.
//!
//! Follows "Amazon S3 CloudTrail events" (Amazon S3 User Guide).

use awsproto::trail::{Actor, Finished};
use awsproto::{AwsError, Input};
use hyper::Response;
use s3::operations::{Level, Operation};
use s3s::Body;
use serde_json::{Value, json};

use super::SERVICE;
use super::asker::{Noted, Visitor};
use crate::api::Api;

/// Operations about a bucket that are about its objects.
const OF_DATA: [&str; 4] = ["ListMultipartUploads", "ListObjectVersions", "ListObjects", "ListObjectsV2"];
/// Names that events have, where they are others than the operations'.
const NAMES: [(&str, &str); 6] = [
    ("DeletePublicAccessBlock", "DeleteBucketPublicAccessBlock"),
    ("GetBucketLifecycleConfiguration", "GetBucketLifecycle"),
    ("GetObjectLockConfiguration", "GetBucketObjectLockConfiguration"),
    ("GetPublicAccessBlock", "GetBucketPublicAccessBlock"),
    ("PutBucketLifecycleConfiguration", "PutBucketLifecycle"),
    ("PutPublicAccessBlock", "PutBucketPublicAccessBlock"),
];

/// Writes a request down, if it is one of management and of somebody known.
pub(super) fn record(api: &Api, visitor: &Visitor, response: &Response<Body>) {
    let (Some(noted), Some(call)) = (visitor.asked.get(), visitor.call()) else { return };
    tracing::debug!(
        target: "api",
        request = %visitor.request_id,
        origin = %visitor.client.origin,
        principal = call.principal_arn(),
        service = SERVICE.name,
        operation = noted.operation.name,
        status = response.status().as_u16(),
    );
    if !is_management(noted.operation) {
        return;
    }
    let parameters = parameters(noted);
    let bytes = parameters.to_string().len();
    let finished = Finished {
        request_id: visitor.request_id.clone(),
        actor: Actor::of(call),
        scope: call.scope,
        is_global: false,
        at: visitor.now,
        origin: visitor.client.origin,
        user_agent: visitor.user_agent.clone(),
        service: &SERVICE,
        operation: event_name(noted.operation.name).to_owned(),
        is_write: !noted.operation.is_read(),
        input: Some(Input::Json(parameters)),
        outcome: error_in(response).map_or(Ok(None), Err),
    };
    api.trail.record(finished, bytes);
}

pub(super) fn is_management(operation: &Operation) -> bool {
    match operation.level {
        Level::Account | Level::Bucket => !OF_DATA.contains(&operation.name),
        Level::Object | Level::EachObject => false,
    }
}

pub(super) fn event_name(operation: &'static str) -> &'static str {
    NAMES.iter().find(|(name, _)| *name == operation).map_or(operation, |(_, name)| name)
}

fn parameters(noted: &Noted) -> Value {
    let mut parameters = json!({});
    for (name, value) in [("bucketName", &noted.bucket), ("key", &noted.key)] {
        if let Some(value) = value {
            parameters[name] = value.as_str().into();
        }
    }
    parameters
}

/// The error that a caller was told.
pub(super) fn error_in(response: &Response<Body>) -> Option<AwsError> {
    let status = response.status();
    if status.is_success() || status.is_redirection() && status.as_u16() != 301 {
        return None;
    }
    let text = response.body().bytes().unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let element = |name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        rest.split_once(&format!("</{name}>")).map(|(value, _)| value.to_owned())
    };
    let code = element("Code").unwrap_or_else(|| status.as_u16().to_string());
    let message = element("Message").unwrap_or_default();
    Some(AwsError::new(code, message).with_status(status.as_u16()))
}
