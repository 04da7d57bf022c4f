//! SQS's errors, in its codes and words. Follows the "Errors" of each action (Amazon SQS API Reference); the codes of the query
//! protocol are `awsproto`'s to say.

use awsproto::AwsError;
use model::queue::QueueRefusal;

use crate::messages::Problem;

/// There is no such queue.
pub(crate) fn no_queue() -> AwsError {
    AwsError::new("QueueDoesNotExist", "The specified queue does not exist.")
}

/// A change of a queue that is refused.
pub(crate) fn refused(refusal: QueueRefusal) -> AwsError {
    match refusal {
        QueueRefusal::NotFound => no_queue(),
        QueueRefusal::Exists => {
            AwsError::new("QueueNameExists", "A queue already exists with the same name.")
        }
        QueueRefusal::DeletedRecently => AwsError::new(
            "QueueDeletedRecently",
            "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
        ),
        QueueRefusal::TooMany => {
            AwsError::new("OverLimit", "The account has as many queues in this Region as Hamlet keeps.")
        }
    }
}

/// Something that is wrong with messages; of a handle, with that.
pub(crate) fn problem(problem: Problem, handle: &str) -> AwsError {
    let invalid = |reason| invalid_parameter("ReceiptHandle", handle, reason);
    match problem {
        Problem::OverLimit => AwsError::new("OverLimit", "Too many messages in flight."),
        Problem::TooMany => AwsError::new(
            "RequestThrottled",
            "There are as many messages, or questions that wait for some, as Hamlet keeps.",
        )
        .with_status(403),
        Problem::Expired => invalid("The receipt handle has expired."),
        Problem::Gone => invalid("Message does not exist or is not available for visibility timeout change."),
        Problem::NotInFlight => {
            AwsError::new("MessageNotInflight", "The message referred to isn't in flight.")
        }
        Problem::Purging => AwsError::new(
            "PurgeQueueInProgress",
            "Only one PurgeQueue operation is allowed every 60 seconds.",
        ),
        Problem::Full => {
            AwsError::new("ServiceUnavailable", "There is no room left on the disk for messages.")
                .with_status(503)
        }
        Problem::Storage(error) => {
            tracing::error!(%error, "messages were not stored or read");
            AwsError::new("InternalFailure", "The message could not be stored or read.").with_status(500)
        }
    }
}

/// A handle that is none.
pub(crate) fn no_handle(handle: &str) -> AwsError {
    let sentence = format!("The input receipt handle \"{handle}\" is not a valid receipt handle.");
    AwsError::new("ReceiptHandleIsInvalid", sentence)
}

/// `Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.`
pub(crate) fn invalid_parameter(name: &str, value: &str, reason: &str) -> AwsError {
    AwsError::invalid_parameter_value(format!(
        "Value {value} for parameter {name} is invalid. Reason: {reason}"
    ))
}

/// `The request must contain the parameter MessageGroupId.`
pub(crate) fn missing(name: &str) -> AwsError {
    AwsError::new("MissingParameter", format!("The request must contain the parameter {name}."))
}

/// `Invalid value for the parameter VisibilityTimeout.`
pub(crate) fn invalid_attribute(name: &str) -> AwsError {
    AwsError::new("InvalidAttributeValue", format!("Invalid value for the parameter {name}."))
}

/// The same with a reason.
pub(crate) fn invalid_attribute_because(name: &str, value: &str, reason: &str) -> AwsError {
    let sentence = format!("Value {value} for parameter {name} is invalid. Reason: {reason}");
    AwsError::invalid_parameter_value(sentence)
}

/// `Unknown Attribute Colour.`
pub(crate) fn unknown_attribute(name: &str) -> AwsError {
    AwsError::new("InvalidAttributeName", format!("Unknown Attribute {name}."))
}

/// What the kind of queue has not.
pub(crate) fn not_of_this_type(name: &str, value: &str) -> AwsError {
    invalid_parameter(name, value, "The request include parameter that is not valid for this queue type")
}
