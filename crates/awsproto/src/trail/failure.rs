//! `errorCode`: a failure, named as CloudTrail does.

use crate::error::AwsError;
use crate::service::{Protocol, Service};

/// EC2's codes tell whose fault it was; the others are the names of exceptions, but for a denied access, which is
/// `AccessDenied` whatever the service says to its caller.
pub(super) fn code(service: &Service, error: &AwsError) -> String {
    match service.protocol {
        Protocol::Ec2 => format!("{}.{}", side(error.status), error.code),
        Protocol::Query => exception(&error.code),
        Protocol::Json10
        | Protocol::Json11
        | Protocol::RestJson
        | Protocol::RestXml
        | Protocol::S3
        | Protocol::RpcCbor
        | Protocol::SqsQuery
        | Protocol::CloudWatchQuery => match error.code.as_ref() {
            "AccessDeniedException" => "AccessDenied".to_owned(),
            code => code.to_owned(),
        },
    }
}

fn side(status: u16) -> &'static str {
    match status {
        500.. => "Server",
        _ => "Client",
    }
}

/// `NoSuchEntity` to callers, `NoSuchEntityException` here.
fn exception(code: &str) -> String {
    match code {
        "AccessDenied" => code.to_owned(),
        "ValidationError" => "ValidationException".to_owned(),
        _ if code.ends_with("Exception") => code.to_owned(),
        _ => format!("{code}Exception"),
    }
}
