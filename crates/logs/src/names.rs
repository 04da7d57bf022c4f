//! How requests name log groups and streams: by names, and groups by ARNs of either form.
//!
//! Follows CreateLogGroup, CreateLogStream and "LogGroup" (Amazon CloudWatch Logs API Reference): the `arn` ends in `:*`, the
//! `logGroupArn` does not.

use awsproto::{AwsError, Call};
use model::log_group::{LOG_GROUP_NAME_MAX, LogGroup, LogGroupClass, is_log_group_name, log_group_arn};
use model::{Scope, World};

use crate::errors;

/// What names of log groups look like.
const GROUP_PATTERN: &str = r"[\.\-_/#A-Za-z0-9]+";
/// What names of streams and filters look like.
const STREAM_PATTERN: &str = "[^:*]*";
const TOO_LONG: &str = "Invalid LogGroup or LogStream, both must have length less than or equal to 512.";

/// The name of a log group, if it can be one.
pub(crate) fn checked_group<'a>(name: &'a Option<String>, member: &str) -> Result<&'a str, AwsError> {
    let name = name.as_deref().ok_or_else(|| errors::missing(member))?;
    if name.len() > LOG_GROUP_NAME_MAX {
        return Err(errors::invalid(TOO_LONG));
    }
    if name.is_empty() {
        return Err(errors::violated("", member, "have length greater than or equal to 1"));
    }
    if !is_log_group_name(name) {
        let rule = format!("satisfy regular expression pattern: {GROUP_PATTERN}");
        return Err(errors::violated(name, member, &rule));
    }
    Ok(name)
}

/// The name of a stream, or a filter, if it can be one.
pub(crate) fn checked_stream<'a>(name: &'a Option<String>, member: &str) -> Result<&'a str, AwsError> {
    let name = name.as_deref().ok_or_else(|| errors::missing(member))?;
    if name.chars().count() > LOG_GROUP_NAME_MAX {
        return Err(errors::invalid(TOO_LONG));
    }
    if name.is_empty() {
        return Err(errors::violated("", member, "have length greater than or equal to 1"));
    }
    if name.contains([':', '*']) {
        let rule = format!("satisfy regular expression pattern: {STREAM_PATTERN}");
        return Err(errors::violated(name, member, &rule));
    }
    Ok(name)
}

/// The log group of a name.
pub(crate) fn group<'w>(
    call: &Call,
    world: &'w World,
    name: &Option<String>,
) -> Result<&'w LogGroup, AwsError> {
    let name = checked_group(name, "logGroupName")?;
    world.log_group(call.scope, name).map_err(errors::refused)
}

/// The same, to be changed.
pub(crate) fn group_mut<'w>(
    call: &Call,
    world: &'w mut World,
    name: &Option<String>,
) -> Result<&'w mut LogGroup, AwsError> {
    let name = checked_group(name, "logGroupName")?;
    world.log_group_mut(call.scope, name).map_err(errors::refused)
}

/// The name in an identifier, which is one or an ARN; none if it is another account's or Region's.
pub(crate) fn of_identifier(scope: Scope, identifier: &str) -> Option<&str> {
    if !identifier.starts_with("arn:") {
        return Some(identifier);
    }
    let name = identifier.splitn(6, ':').nth(5)?.strip_prefix("log-group:")?;
    let name = name.strip_suffix(":*").unwrap_or(name);
    let arn = log_group_arn(scope, name);
    identifier.strip_prefix(arn.as_str()).is_some_and(|rest| rest.is_empty() || rest == ":*").then_some(name)
}

/// The log group of a name or an identifier, exactly one of which there is.
pub(crate) fn identified<'w>(
    call: &Call,
    world: &'w World,
    name: &Option<String>,
    identifier: &Option<String>,
) -> Result<&'w LogGroup, AwsError> {
    match (name, identifier) {
        (Some(_), Some(_)) => {
            Err(errors::validation("LogGroup name and LogGroup ARN are mutually exclusive parameters."))
        }
        (Some(_), None) => group(call, world, name),
        (None, Some(identifier)) => {
            let name = of_identifier(call.scope, identifier).ok_or_else(errors::no_group)?;
            group(call, world, &Some(name.to_owned()))
        }
        (None, None) => Err(errors::invalid("Either logGroupName or logGroupIdentifier must be given.")),
    }
}

/// The ARN of a stream.
pub(crate) fn stream_arn(group: &LogGroup, stream: &str) -> String {
    format!("{}:log-stream:{stream}", group.arn())
}

/// Refuses what only groups of the standard class have.
pub(crate) fn check_standard(group: &LogGroup, operation: &str) -> Result<(), AwsError> {
    match group.class {
        LogGroupClass::Standard => Ok(()),
        class @ (LogGroupClass::InfrequentAccess | LogGroupClass::Delivery) => Err(errors::not_of_class(
            format!("{operation} is not supported for log groups of the {} class.", class.as_str()),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use awsproto::testing;

    #[test]
    fn an_identifier_is_a_name_or_an_arn_of_either_form_of_this_place() {
        let scope = testing::call("us-west-2", 1).scope;
        let arn = "arn:aws:logs:us-west-2:123456789012:log-group:/a/b";
        assert_eq!(of_identifier(scope, "/a/b"), Some("/a/b"));
        assert_eq!(of_identifier(scope, arn), Some("/a/b"));
        assert_eq!(of_identifier(scope, &format!("{arn}:*")), Some("/a/b"));
        for other in [
            "arn:aws:logs:us-east-1:123456789012:log-group:/a/b",
            "arn:aws:logs:us-west-2:222222222222:log-group:/a/b",
            "arn:aws:sqs:us-west-2:123456789012:jobs",
            "arn:",
        ] {
            assert_eq!(of_identifier(scope, other), None, "{other}");
        }
    }
}
