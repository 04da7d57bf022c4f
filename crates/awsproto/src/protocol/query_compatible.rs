//! Services that once spoke the query protocol and speak JSON now: by which codes their errors are known to programs that were
//! written for the former. And those programs' own answers, in XML.
//!
//! Follows "AWS query compatible trait" (Smithy): `x-amzn-query-error` has the code of before, and whose fault it was. Such
//! services here are Amazon SQS and CloudWatch; codes and statuses are those of the "Errors" of each action (their API References).

use super::xml_error;
use crate::error::AwsError;
use crate::json::{self, Value};
use crate::reply::{Output, Reply};
use crate::service::Service;
use crate::xml::XmlWriter;
use serde_json::Map;

const CONTENT_TYPE: &str = "text/xml";

/// What precedes exceptions' names in answers, of services that are so.
const NAMESPACES: [(&str, &str); 2] =
    [("monitoring", "com.amazonaws.cloudwatch"), ("sqs", "com.amazonaws.sqs")];

/// An error as a service that is so tells it, and what the header says; `None` of other services.
pub(super) fn told(service: &Service, error: &AwsError) -> Option<(AwsError, String)> {
    let (_, namespace) = NAMESPACES.iter().find(|(name, _)| *name == service.name)?;
    let status = status(error);
    let said = format!("{};{}", code(error), fault(status));
    Some((AwsError { code: format!("{namespace}#{}", error.code).into(), status, ..error.clone() }, said))
}

/// Exceptions, what they are called in the query protocol where that is something else, and their statuses.
const CODES: [(&str, &str, u16); 22] = [
    ("AccessDeniedException", "AccessDenied", 403),
    ("BatchEntryIdsNotDistinct", "AWS.SimpleQueueService.BatchEntryIdsNotDistinct", 400),
    ("BatchRequestTooLong", "AWS.SimpleQueueService.BatchRequestTooLong", 400),
    ("EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest", 400),
    ("ExpiredTokenException", "ExpiredToken", 403),
    ("IncompleteSignatureException", "IncompleteSignature", 403),
    ("InvalidBatchEntryId", "AWS.SimpleQueueService.InvalidBatchEntryId", 400),
    ("InvalidParameterCombinationException", "InvalidParameterCombination", 400),
    ("InvalidParameterValueException", "InvalidParameterValue", 400),
    ("InvalidSignatureException", "SignatureDoesNotMatch", 403),
    ("LimitExceededFault", "LimitExceeded", 400),
    ("MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight", 400),
    ("MissingAuthenticationTokenException", "MissingAuthenticationToken", 403),
    ("MissingRequiredParameterException", "MissingParameter", 400),
    ("OverLimit", "OverLimit", 403),
    ("PurgeQueueInProgress", "AWS.SimpleQueueService.PurgeQueueInProgress", 403),
    ("QueueDeletedRecently", "AWS.SimpleQueueService.QueueDeletedRecently", 400),
    ("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", 400),
    ("QueueNameExists", "QueueAlreadyExists", 400),
    ("TooManyEntriesInBatchRequest", "AWS.SimpleQueueService.TooManyEntriesInBatchRequest", 400),
    ("UnrecognizedClientException", "InvalidClientTokenId", 403),
    ("UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation", 400),
];

/// The code of an error in the query protocol.
fn code(error: &AwsError) -> &str {
    CODES.iter().find(|(name, ..)| *name == error.code).map_or(&error.code, |(_, code, _)| code)
}

/// Its status.
fn status(error: &AwsError) -> u16 {
    CODES.iter().find(|(name, ..)| *name == error.code).map_or(error.status, |(.., status)| *status)
}

/// An answer to a program of before. `write` writes the members of its result; without members it has one only if
/// `has_empty_result`.
pub(super) fn answer(
    service: &Service,
    operation: &str,
    request_id: &str,
    output: &Output,
    has_empty_result: bool,
    write: impl FnOnce(&mut XmlWriter, &Map<String, Value>),
) -> Reply {
    let answer = json::parse(output.body.as_bytes()).expect("an answer of ours is JSON");
    let mut xml = XmlWriter::document();
    xml.element_in(&format!("{operation}Response"), service.xml_namespace, |xml| {
        if let Some(members) = answer.as_object().filter(|it| !it.is_empty() || has_empty_result) {
            xml.element(&format!("{operation}Result"), |xml| write(xml, members));
        }
        xml.element("ResponseMetadata", |xml| xml.text("RequestId", request_id));
    });
    Reply::new(200, CONTENT_TYPE, xml.finish())
}

/// An error, as a program of before is told it.
pub(super) fn failure(service: &Service, error: &AwsError, request_id: &str) -> Reply {
    let told = AwsError {
        code: code(error).to_owned().into(),
        status: status(error),
        members: None,
        message: error.message.clone(),
    };
    Reply::new(told.status, CONTENT_TYPE, xml_error::error_response(service, &told, request_id))
}

/// Whose fault it is.
fn fault(status: u16) -> &'static str {
    if status < 500 { "Sender" } else { "Receiver" }
}
