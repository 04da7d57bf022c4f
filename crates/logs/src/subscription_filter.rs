//! Subscription filters: who is told of events. Follows PutSubscriptionFilter, DescribeSubscriptionFilters and
//! DeleteSubscriptionFilter (Amazon CloudWatch Logs API Reference). They are kept; none of the services that could be told is here.

use awsproto::{AwsError, Call};
use model::World;
use model::log_filter::{self, Distribution};
use model::quotas::SUBSCRIPTION_FILTERS_MAX;

use crate::metric_filter::refuse_transformed;
use crate::quotas::check_regexes;
use crate::shapes::*;
use crate::{errors, get, names, paging};

/// Filters of a page.
const PAGE_MAX: i32 = 50;

pub(crate) fn put(
    call: &mut Call,
    world: &mut World,
    request: PutSubscriptionFilterRequest,
) -> Result<(), AwsError> {
    let PutSubscriptionFilterRequest {
        apply_on_transformed_logs,
        destination_arn,
        distribution,
        emit_system_fields,
        field_selection_criteria,
        filter_name,
        filter_pattern,
        log_group_name,
        role_arn,
    } = request;
    refuse_transformed(apply_on_transformed_logs, &field_selection_criteria, &emit_system_fields)?;
    let name = names::checked_stream(&filter_name, "filterName")?.to_owned();
    let read = get::pattern(&filter_pattern)?;
    let destination = destination_arn.ok_or_else(|| errors::missing("destinationArn"))?;
    check_destination(&destination, role_arn.as_deref())?;
    let distribution = match distribution.as_deref() {
        None | Some("ByLogStream") => Distribution::ByLogStream,
        Some("Random") => Distribution::Random,
        Some(other) => {
            return Err(errors::violated(
                other,
                "distribution",
                "satisfy enum value set: [Random, ByLogStream]",
            ));
        }
    };
    let now = call.now;
    let group = names::group_mut(call, world, &log_group_name)?;
    names::check_standard(group, "PutSubscriptionFilter")?;
    check_regexes(group, &name, &read)?;
    let is_new = !group.subscription_filters.contains_key(&name);
    if is_new && group.subscription_filters.len() >= SUBSCRIPTION_FILTERS_MAX {
        return Err(errors::too_many());
    }
    let pattern = filter_pattern.unwrap_or_default();
    let filter =
        log_filter::SubscriptionFilter { pattern, created: now, destination, role: role_arn, distribution };
    group.subscription_filters.insert(name, filter);
    Ok(())
}

/// A function, a stream or a destination; streams are written to in a role.
fn check_destination(arn: &str, role: Option<&str>) -> Result<(), AwsError> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let vendor = match parts[..] {
        ["arn", _, vendor @ ("lambda" | "kinesis" | "firehose" | "logs"), _, _, resource]
            if !resource.is_empty() =>
        {
            vendor
        }
        _ => return Err(errors::invalid(format!("'{arn}' is no ARN that events can be sent to."))),
    };
    match (vendor, role) {
        ("kinesis" | "firehose", None) => {
            Err(errors::invalid(format!("destinationArn for vendor {vendor} cannot be used without roleArn")))
        }
        ("lambda", Some(_)) => {
            Err(errors::invalid(format!("destinationArn for vendor {vendor} cannot be used with roleArn")))
        }
        _ => Ok(()),
    }
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeSubscriptionFiltersRequest,
) -> Result<DescribeSubscriptionFiltersResponse, AwsError> {
    let DescribeSubscriptionFiltersRequest { filter_name_prefix, limit, log_group_name, next_token } =
        request;
    let group = names::group(call, world, &log_group_name)?;
    let prefix = filter_name_prefix.unwrap_or_default();
    let rows = group.subscription_filters.iter().filter(|it| it.0.starts_with(&prefix));
    let (page, next_token) = paging::page(rows, |it| it.0.clone(), (limit, PAGE_MAX), next_token.as_deref())?;
    let subscription_filters =
        page.into_iter().map(|(name, filter)| shown(&group.name, name, filter)).collect();
    Ok(DescribeSubscriptionFiltersResponse { next_token, subscription_filters })
}

fn shown(group: &str, name: &str, filter: &log_filter::SubscriptionFilter) -> SubscriptionFilter {
    let log_filter::SubscriptionFilter { pattern, created, destination, role, distribution } = filter;
    let distribution = match distribution {
        Distribution::ByLogStream => "ByLogStream",
        Distribution::Random => "Random",
    };
    SubscriptionFilter {
        apply_on_transformed_logs: Some(false),
        creation_time: Some(created.0),
        destination_arn: Some(destination.clone()),
        distribution: Some(distribution.to_owned()),
        emit_system_fields: Vec::new(),
        field_selection_criteria: None,
        filter_name: Some(name.to_owned()),
        filter_pattern: Some(pattern.clone()),
        log_group_name: Some(group.to_owned()),
        role_arn: role.clone(),
    }
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteSubscriptionFilterRequest,
) -> Result<(), AwsError> {
    let DeleteSubscriptionFilterRequest { filter_name, log_group_name } = request;
    let name = names::checked_stream(&filter_name, "filterName")?;
    let gone = names::group_mut(call, world, &log_group_name)?.subscription_filters.remove(name);
    gone.map(drop).ok_or_else(|| errors::not_found("The specified subscription filter does not exist."))
}
