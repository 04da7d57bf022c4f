//! Log groups come, go, and are listed. Follows CreateLogGroup, DeleteLogGroup, DescribeLogGroups, ListLogGroups, PutRetentionPolicy,
//! DeleteRetentionPolicy and PutLogGroupDeletionProtection (Amazon CloudWatch Logs API Reference).

use std::sync::Arc;

use awsproto::{AwsError, Call};
use model::World;
use model::log_group::{self, LogGroupClass, RETENTION_DAYS};

use crate::events::Events;
use crate::shapes::*;
use crate::{errors, names, paging, tags};

/// Log groups of a page.
const PAGE_MAX: i32 = 50;
const LIST_MAX: i32 = 1000;
const IDENTIFIERS_MAX: usize = 50;
const CLASSES: &str = "STANDARD, INFREQUENT_ACCESS, DELIVERY, ESSENTIALS";

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateLogGroupRequest,
) -> Result<(), AwsError> {
    let CreateLogGroupRequest {
        deletion_protection_enabled,
        kms_key_id,
        log_group_class,
        log_group_name,
        tags,
    } = request;
    let name = names::checked_group(&log_group_name, "logGroupName")?;
    if name.get(..4).is_some_and(|it| it.eq_ignore_ascii_case("aws/")) {
        return Err(errors::invalid("Log groups starting with AWS/ are reserved for AWS."));
    }
    if kms_key_id.is_some() {
        return Err(AwsError::not_implemented_yet("keys of KMS for log groups"));
    }
    let class = class(log_group_class.as_deref())?.unwrap_or_default();
    let tags = tags.map(tags::checked).transpose()?.unwrap_or_default();
    let (scope, now) = (call.scope, call.now);
    let group = call.with_ids(|ids| log_group::LogGroup::new(scope, name, now, ids));
    let deletion_protected = deletion_protection_enabled.unwrap_or_default();
    let group = log_group::LogGroup { class, tags, deletion_protected, ..group };
    world.create_log_group(group).map_err(errors::refused)
}

/// The class of a word, if there is one.
fn class(word: Option<&str>) -> Result<Option<LogGroupClass>, AwsError> {
    let Some(word) = word else { return Ok(None) };
    match LogGroupClass::ALL.into_iter().find(|it| it.as_str() == word) {
        Some(class) => Ok(Some(class)),
        None if word == "ESSENTIALS" => {
            Err(AwsError::not_implemented_yet("log groups of the class ESSENTIALS"))
        }
        None => Err(errors::violated(word, "logGroupClass", &format!("satisfy enum value set: [{CLASSES}]"))),
    }
}

/// The same of a list's: "If you specify either INFREQUENT_ACCESS or ESSENTIALS, the results include log groups in both".
fn listed_class(word: Option<&str>) -> Result<Option<LogGroupClass>, AwsError> {
    match word {
        Some("ESSENTIALS") => Ok(Some(LogGroupClass::InfrequentAccess)),
        word => class(word),
    }
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteLogGroupRequest,
) -> Result<(), AwsError> {
    let DeleteLogGroupRequest { log_group_name } = request;
    let name = names::checked_group(&log_group_name, "logGroupName")?;
    world.delete_log_group(call.scope, name).map_err(errors::refused)
}

pub(crate) async fn describe(
    call: Call,
    world: Arc<World>,
    events: Arc<Events>,
    request: DescribeLogGroupsRequest,
) -> Result<DescribeLogGroupsResponse, AwsError> {
    let DescribeLogGroupsRequest {
        account_identifiers,
        // Nobody is linked to an account for being observed.
        include_linked_accounts: _,
        limit,
        log_group_class,
        log_group_identifiers,
        log_group_name_pattern,
        log_group_name_prefix,
        next_token,
    } = request;
    if log_group_name_pattern.is_some() && log_group_name_prefix.is_some() {
        return Err(errors::invalid(
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
        ));
    }
    if let Some(prefix) = &log_group_name_prefix {
        names::checked_group(&Some(prefix.clone()), "logGroupNamePrefix")?;
    }
    if log_group_identifiers.len() > IDENTIFIERS_MAX {
        let rule = format!("have length less than or equal to {IDENTIFIERS_MAX}");
        return Err(errors::violated(format!("{log_group_identifiers:?}"), "logGroupIdentifiers", &rule));
    }
    let class = listed_class(log_group_class.as_deref())?;
    let own = call.scope.account.to_string();
    let is_asked = account_identifiers.is_empty() || account_identifiers.contains(&own);
    let named: Vec<&str> =
        log_group_identifiers.iter().filter_map(|it| names::of_identifier(call.scope, it)).collect();
    let is_meant = |group: &&log_group::LogGroup| {
        let name = &group.name;
        is_asked
            && log_group_name_prefix.as_ref().is_none_or(|it| name.starts_with(it))
            && log_group_name_pattern.as_ref().is_none_or(|it| name.contains(it))
            && class.is_none_or(|it| it == group.class)
            && (log_group_identifiers.is_empty() || named.contains(&name.as_str()))
    };
    let groups = world.log_groups_of(call.scope).into_iter().filter(is_meant);
    let (page, next_token) =
        paging::page(groups, |it| it.name.clone(), (limit, PAGE_MAX), next_token.as_deref())?;
    let is_short = log_group_name_pattern.is_some();
    let log_groups = page.into_iter().map(|it| shown(it, &events, is_short)).collect();
    Ok(DescribeLogGroupsResponse { log_groups, next_token })
}

/// A group as it is described; in short where a pattern was asked for.
fn shown(group: &log_group::LogGroup, events: &Events, is_short: bool) -> LogGroup {
    let arn = group.arn();
    let stored = i64::try_from(events.stored_bytes(group.id.number())).unwrap_or(i64::MAX);
    LogGroup {
        arn: Some(format!("{arn}:*")),
        bearer_token_authentication_enabled: None,
        creation_time: Some(group.created.0),
        data_protection_status: None,
        deletion_protection_enabled: (!is_short).then_some(group.deletion_protected),
        inherited_properties: Vec::new(),
        kms_key_id: None,
        log_group_arn: Some(arn),
        log_group_class: Some(group.class.as_str().to_owned()),
        log_group_name: Some(group.name.clone()),
        metric_filter_count: Some(i32::try_from(group.metric_filters.len()).unwrap_or(i32::MAX)),
        retention_in_days: group.retention_days.and_then(|it| i32::try_from(it).ok()),
        retention_policy_name: None,
        stored_bytes: (!is_short).then_some(stored),
    }
}

pub(crate) fn list(
    call: &mut Call,
    world: &World,
    request: ListLogGroupsRequest,
) -> Result<ListLogGroupsResponse, AwsError> {
    let ListLogGroupsRequest {
        account_identifiers,
        data_sources,
        field_index_names,
        // Nobody is linked to an account for being observed.
        include_linked_accounts: _,
        limit,
        log_group_class,
        log_group_name_pattern,
        log_group_tags,
        next_token,
    } = request;
    if !data_sources.is_empty() || !field_index_names.is_empty() {
        return Err(AwsError::not_implemented_yet("data sources and field indexes of log groups"));
    }
    let class = listed_class(log_group_class.as_deref())?;
    let own = call.scope.account.to_string();
    let is_asked = account_identifiers.is_empty() || account_identifiers.contains(&own);
    let has_tags = |group: &log_group::LogGroup| {
        log_group_tags.iter().all(|wanted| {
            let value = wanted.key.as_ref().and_then(|key| group.tags.get(key));
            value.is_some_and(|it| {
                wanted.values.is_empty() || wanted.values.iter().any(|word| is_like(it, word))
            })
        })
    };
    let is_meant = |group: &&log_group::LogGroup| {
        is_asked
            && log_group_name_pattern.as_ref().is_none_or(|it| is_named_like(&group.name, it))
            && class.is_none_or(|it| it == group.class)
            && has_tags(group)
    };
    let groups = world.log_groups_of(call.scope).into_iter().filter(is_meant);
    let page = (limit, LIST_MAX);
    // "The default is 50."
    let page = if limit.is_none() { (Some(PAGE_MAX), LIST_MAX) } else { page };
    let (page, next_token) = paging::page(groups, |it| it.name.clone(), page, next_token.as_deref())?;
    let log_groups = page.into_iter().map(|group| LogGroupSummary {
        log_group_arn: Some(group.arn()),
        log_group_class: Some(group.class.as_str().to_owned()),
        log_group_name: Some(group.name.clone()),
    });
    Ok(ListLogGroupsResponse { log_groups: log_groups.collect(), next_token })
}

/// Parts with `|` between them, any of which is in the name; one that begins with `^`, at its beginning.
fn is_named_like(name: &str, pattern: &str) -> bool {
    pattern.split('|').any(|part| match part.strip_prefix('^') {
        Some(part) => name.starts_with(part),
        None => name.contains(part),
    })
}

/// A value with asterisks at its ends; one with `!` before it is another one.
fn is_like(value: &str, word: &str) -> bool {
    if let Some(word) = word.strip_prefix('!') {
        return !is_like(value, word);
    }
    match (word.strip_prefix('*'), word.strip_suffix('*')) {
        (Some(_), Some(_)) => value.contains(word.trim_matches('*')),
        (Some(end), None) => value.ends_with(end),
        (None, Some(start)) => value.starts_with(start),
        (None, None) => value == word,
    }
}

pub(crate) fn put_retention(
    call: &mut Call,
    world: &mut World,
    request: PutRetentionPolicyRequest,
) -> Result<(), AwsError> {
    let PutRetentionPolicyRequest { log_group_name, retention_in_days } = request;
    let group = names::group_mut(call, world, &log_group_name)?;
    let said = retention_in_days.ok_or_else(|| errors::missing("retentionInDays"))?;
    let days = u32::try_from(said).ok().filter(|it| RETENTION_DAYS.contains(it)).ok_or_else(|| {
        let all: Vec<String> = RETENTION_DAYS.iter().map(u32::to_string).collect();
        errors::violated(said, "retentionInDays", &format!("satisfy enum value set: [{}]", all.join(", ")))
    })?;
    if group.class == LogGroupClass::Delivery {
        return Err(errors::not_of_class("The retention of log groups of the DELIVERY class is one day."));
    }
    group.retention_days = Some(days);
    Ok(())
}

pub(crate) fn delete_retention(
    call: &mut Call,
    world: &mut World,
    request: DeleteRetentionPolicyRequest,
) -> Result<(), AwsError> {
    let DeleteRetentionPolicyRequest { log_group_name } = request;
    names::group_mut(call, world, &log_group_name)?.retention_days = None;
    Ok(())
}

pub(crate) fn protect(
    call: &mut Call,
    world: &mut World,
    request: PutLogGroupDeletionProtectionRequest,
) -> Result<(), AwsError> {
    let PutLogGroupDeletionProtectionRequest { deletion_protection_enabled, log_group_identifier } = request;
    let name = names::identified(call, world, &None, &log_group_identifier)?.name.clone();
    let group = world.log_group_mut(call.scope, &name).map_err(errors::refused)?;
    group.deletion_protected = deletion_protection_enabled.unwrap_or_default();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_matched_by_their_ends() {
        assert!(is_named_like("/aws/vpc", "^/aws|zzz") && is_named_like("/aws/vpc", "vpc"));
        assert!(!is_named_like("/aws/vpc", "^vpc"));
        for (word, is) in
            [("web", true), ("w*", true), ("*b", true), ("*e*", true), ("!web", false), ("x*", false)]
        {
            assert_eq!(is_like("web", word), is, "{word}");
        }
    }
}
