//! The words of refusals, as "Errors" of each action (Amazon SNS API Reference) and recorded answers have them.

use awsproto::AwsError;
use model::subscription::SubscriptionRefusal;
use model::topic::TopicRefusal;

/// A parameter is wrong: which, or what about it.
pub(crate) fn invalid(what: impl std::fmt::Display) -> AwsError {
    AwsError::new("InvalidParameter", format!("Invalid parameter: {what}"))
}

/// A parameter is wrong, and why.
pub(crate) fn invalid_because(what: &str, reason: impl std::fmt::Display) -> AwsError {
    invalid(format_args!("{what} Reason: {reason}"))
}

/// Something goes along with a message that must not.
pub(crate) fn invalid_value(sentence: impl Into<String>) -> AwsError {
    AwsError::new("ParameterValueInvalid", sentence)
}

/// A parameter that must be there is not.
pub(crate) fn missing(name: &str) -> AwsError {
    invalid_because(name, "no value for required parameter")
}

pub(crate) fn no_topic() -> AwsError {
    AwsError::new("NotFound", "Topic does not exist").with_status(404)
}

pub(crate) fn no_subscription() -> AwsError {
    AwsError::new("NotFound", "Subscription does not exist").with_status(404)
}

/// Of tags, topics are not found in other words.
pub(crate) fn no_resource() -> AwsError {
    AwsError::new("ResourceNotFound", "Resource does not exist").with_status(404)
}

pub(crate) fn of_topic(refusal: TopicRefusal) -> AwsError {
    match refusal {
        TopicRefusal::NotFound => no_topic(),
        TopicRefusal::TooMany => AwsError::new("TopicLimitExceeded", "Topic limit exceeded").with_status(403),
    }
}

pub(crate) fn of_subscription(refusal: SubscriptionRefusal) -> AwsError {
    match refusal {
        SubscriptionRefusal::NotFound => no_subscription(),
        SubscriptionRefusal::TooMany => {
            AwsError::new("SubscriptionLimitExceeded", "Subscription limit exceeded").with_status(403)
        }
    }
}

/// Somebody else's.
pub(crate) fn not_authorized(who: &str, action: &str, resource: &str) -> AwsError {
    let sentence = format!("User: {who} is not authorized to perform: SNS:{action} on resource: {resource}");
    AwsError::new("AuthorizationError", sentence).with_status(403)
}
