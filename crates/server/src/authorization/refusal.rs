//! A refusal in the service's own code and words.
//!
//! Follows "Troubleshoot access denied error messages" (IAM User Guide) and, for EC2, "Decode an authorization message".

use awsproto::{AwsError, Call, ErrorNames, Service};
use policy::Decision;

use super::{Question, message};

/// The error that a caller is told.
pub(crate) fn refusal(call: &Call, service: &Service, question: &Question, decision: &Decision) -> AwsError {
    if question.asker.is_web_identity() {
        // They have no ARN, and are not told whose policy it was.
        return AwsError::new("AccessDenied", format!("Not authorized to perform {}", question.action))
            .with_status(403);
    }
    let sentence = sentence(question, decision, |resource| resource.to_owned());
    // SQS says actions in small letters: "sqs:sendmessage".
    let sentence = match service.name {
        "sqs" => sentence.replace(question.action, &question.action.to_ascii_lowercase()),
        _ => sentence,
    };
    if service.name == "sns" {
        return of_sns(question, &sentence);
    }
    match service.protocol.error_names() {
        ErrorNames::Ec2 => {
            let encoded = message::encoded(call, question, decision);
            let text = format!(
                "You are not authorized to perform this operation. {sentence}. Encoded authorization failure message: {encoded}"
            );
            AwsError::new("UnauthorizedOperation", text)
        }
        ErrorNames::Plain => AwsError::new("AccessDenied", sentence).with_status(403),
        ErrorNames::Exceptions => AwsError::new("AccessDeniedException", sentence),
    }
}

/// SNS has a code of its own, and says its actions in the way of policies' first examples: `SNS:Publish`.
fn of_sns(question: &Question, sentence: &str) -> AwsError {
    let written = question.action.replacen("sns:", "SNS:", 1);
    AwsError::new("AuthorizationError", sentence.replace(question.action, &written)).with_status(403)
}

/// `User: arn… is not authorized to perform: ec2:RunInstances on resource: arn… because no identity-based policy allows the
/// ec2:RunInstances action`. Services write ARNs differently, S3 in quotes.
pub(crate) fn sentence(
    question: &Question,
    decision: &Decision,
    write: impl FnOnce(&str) -> String,
) -> String {
    let (action, resource) = (question.action, &question.resource);
    // Services leave out a resource that is none.
    let on = if &**resource == "*" { String::new() } else { format!(" on resource: {}", write(resource)) };
    let reason = decision.reason(action).map(|reason| format!(" {reason}")).unwrap_or_default();
    format!("User: {} is not authorized to perform: {action}{on}{reason}", question.asker.arn)
}
