//! CloudWatch Logs' errors, in its codes and words. Follows the "Errors" of each action (Amazon CloudWatch Logs API Reference).

use awsproto::AwsError;
use model::log_group::LogGroupRefusal;
use model::log_settings::LogSettingsRefusal;

use crate::events::Problem;
use crate::pattern::InvalidPattern;

pub(crate) fn invalid(sentence: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterException", sentence)
}

pub(crate) fn validation(sentence: impl Into<String>) -> AwsError {
    AwsError::new("ValidationException", sentence)
}

pub(crate) fn not_found(sentence: impl Into<String>) -> AwsError {
    AwsError::new("ResourceNotFoundException", sentence)
}

/// What the class of a log group does not have.
pub(crate) fn not_of_class(sentence: impl Into<String>) -> AwsError {
    AwsError::new("InvalidOperationException", sentence)
}

pub(crate) fn too_many() -> AwsError {
    AwsError::new("LimitExceededException", "Resource limit exceeded.")
}

/// `1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint: Member must …`
pub(crate) fn violated(value: impl std::fmt::Display, member: &str, rule: &str) -> AwsError {
    invalid(format!(
        "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must {rule}"
    ))
}

/// A member that must be there, of an operation whose model says that it need not.
pub(crate) fn missing(member: &str) -> AwsError {
    invalid(format!(
        "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
    ))
}

pub(crate) fn invalid_token() -> AwsError {
    invalid("The specified nextToken is invalid.")
}

pub(crate) fn no_group() -> AwsError {
    not_found("The specified log group does not exist.")
}

/// A change of a log group that is refused.
pub(crate) fn refused(refusal: LogGroupRefusal) -> AwsError {
    match refusal {
        LogGroupRefusal::NotFound => no_group(),
        LogGroupRefusal::Exists => {
            AwsError::new("ResourceAlreadyExistsException", "The specified log group already exists")
        }
        LogGroupRefusal::TooMany => too_many(),
        LogGroupRefusal::Protected => is_protected(),
    }
}

/// "deletion protection blocks all deletion operations until it is explicitly disabled" (PutLogGroupDeletionProtection).
pub(crate) fn is_protected() -> AwsError {
    validation("The log group has deletion protection enabled. Disable deletion protection before deleting.")
}

/// A change of policies or kept queries that is refused; what is not there is told with its own sentence.
pub(crate) fn settings_refused(refusal: LogSettingsRefusal, not_there: impl Into<String>) -> AwsError {
    match refusal {
        LogSettingsRefusal::NotFound => not_found(not_there),
        LogSettingsRefusal::TooMany => too_many(),
    }
}

/// A filter pattern that is none.
pub(crate) fn pattern(problem: InvalidPattern) -> AwsError {
    match problem {
        InvalidPattern::Term(term) => invalid(format!("Invalid character(s) in term '{term}'")),
        InvalidPattern::Syntax => invalid("Invalid filter pattern"),
    }
}

/// What is wrong with streams or events.
pub(crate) fn problem(problem: Problem) -> AwsError {
    let unavailable = |sentence| AwsError::new("ServiceUnavailableException", sentence).with_status(503);
    match problem {
        Problem::NoStream => not_found("The specified log stream does not exist."),
        Problem::StreamExists => {
            AwsError::new("ResourceAlreadyExistsException", "The specified log stream already exists")
        }
        Problem::TooMany => too_many(),
        Problem::Full => unavailable("There is no room left on the disk for log events."),
        Problem::Storage(error) => {
            tracing::error!(%error, "log events were not stored or read");
            unavailable("The log events could not be stored or read.")
        }
    }
}
