//! What a log group has at most, beyond what is counted where it is made.

use awsproto::AwsError;
use model::log_group::LogGroup;

use crate::errors;
use crate::pattern::Pattern;

/// "There is a maximum of 5 filter patterns containing regex for each log group".
const REGEX_PATTERNS_MAX: usize = 5;

/// Whether a filter's pattern may have regular expressions, besides those of the group's other filters.
pub(crate) fn check_regexes(group: &LogGroup, name: &str, pattern: &Pattern) -> Result<(), AwsError> {
    let metric = group.metric_filters.iter().map(|(name, it)| (name, &it.pattern));
    let subscribed = group.subscription_filters.iter().map(|(name, it)| (name, &it.pattern));
    let others = metric.chain(subscribed).filter(|(other, _)| *other != name);
    let has_regex = |text: &str| Pattern::parse(text).is_ok_and(|it| it.has_regex());
    let count = others.filter(|(_, pattern)| has_regex(pattern)).count();
    match pattern.has_regex() && count >= REGEX_PATTERNS_MAX {
        true => Err(errors::too_many()),
        false => Ok(()),
    }
}
