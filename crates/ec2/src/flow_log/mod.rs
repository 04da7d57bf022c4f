//! Flow logs. Follows CreateFlowLogs and its neighbours (EC2 API Reference).
//!
//! Of VPCs, subnets and network interfaces, to CloudWatch Logs and S3. None of transit gateways and regional NAT gateways, and
//! none to Firehose.

mod bucket_policy;
mod wanted;

use awsproto::{AwsError, Call, Filterable};
use model::flow_log::{DeliveryProblem, FlowLogDestination, Logged, TrafficType};
use model::{FlowLogId, Link, World};
use std::borrow::Cow;

use crate::errors::refused;
use crate::request::{Describe, named_or_all, render_tags};
use crate::shapes::{self, *};

/// The bounds of `MaxResults`.
const PAGE: std::ops::RangeInclusive<i32> = 5..=1000;

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateFlowLogsRequest,
) -> Result<CreateFlowLogsResult, AwsError> {
    let client_token = Some(request.client_token.clone().unwrap_or_else(|| call.ids.uuid()));
    let wanted = wanted::Wanted::read(call, world, request)?;
    let (scope, now) = (call.scope, call.now);
    let (mut flow_log_ids, mut unsuccessful) = (Vec::new(), Vec::new());
    for of in wanted.of {
        if let Some(problem) = &wanted.destination_problem {
            unsuccessful.push(failed(of, problem.clone()));
            continue;
        }
        let (settings, tags) = (wanted.settings.of(of), wanted.tags.clone());
        let id =
            call.with_ids(|ids| world.create_flow_log(scope, settings, tags, now, ids)).map_err(refused)?;
        let log = world.flow_log(scope, id).map_err(refused)?.clone();
        if wanted::needs_role(&log) && world.delivery_role(&log, now).is_none() {
            return Err(wanted::invalid("Unable to assume given IAM role"));
        }
        if !wanted::needs_role(&log)
            && let Err(problem) = bucket_policy::ensure(world, &log)
        {
            world.delete_flow_log(scope, id).map_err(refused)?;
            unsuccessful.push(failed(of, problem));
            continue;
        }
        flow_log_ids.push(id.to_string());
    }
    Ok(CreateFlowLogsResult { client_token, flow_log_ids, unsuccessful })
}

fn failed(of: Logged, problem: String) -> UnsuccessfulItem {
    let error = UnsuccessfulItemError { code: Some("400".to_owned()), message: Some(problem) };
    UnsuccessfulItem { error: Some(error), resource_id: Some(of.to_string()) }
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteFlowLogsRequest,
) -> Result<DeleteFlowLogsResult, AwsError> {
    let DeleteFlowLogsRequest { flow_log_ids } = request;
    let own = world.network.flow_logs.linked(Link::Scope(call.scope));
    let named: Vec<FlowLogId> =
        named_or_all(&flow_log_ids, own, |log| log.id)?.into_iter().map(|log| log.id).collect();
    // Without a name the call is refused before; it would delete all.
    for id in named {
        world.delete_flow_log(call.scope, id).map_err(refused)?;
    }
    Ok(DeleteFlowLogsResult { unsuccessful: Vec::new() })
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeFlowLogsRequest,
) -> Result<DescribeFlowLogsResult, AwsError> {
    let DescribeFlowLogsRequest { filter, flow_log_ids, max_results, next_token } = request;
    let own = world.network.flow_logs.linked(Link::Scope(call.scope));
    let logs = named_or_all(&flow_log_ids, own, |log| log.id)?;
    let describe = Describe { kind: "flowLog", ids: &flow_log_ids, filters: filter, max_results, next_token };
    let rows = logs.into_iter().map(|log| render(world, log));
    let (flow_logs, next_token) = describe.page_within(PAGE, rows, |it| it.flow_log_id.as_ref())?;
    Ok(DescribeFlowLogsResult { flow_logs, next_token })
}

fn render(world: &World, log: &model::flow_log::FlowLog) -> FlowLog {
    let settings = &log.settings;
    let problem = world.flow_log_problem(log.id);
    let (mut group, mut role, mut cross_account_role, mut options) = (None, None, None, None);
    let (destination_type, destination) = match &settings.destination {
        FlowLogDestination::CloudWatchLogs { group: name, arn, role: own, cross_account_role: other } => {
            group = Some(name.clone());
            role = Some(own.clone());
            cross_account_role.clone_from(other);
            ("cloud-watch-logs", arn.clone())
        }
        FlowLogDestination::S3 { arn, file_format, hive_compatible_partitions, per_hour_partition } => {
            options = Some(DestinationOptionsResponse {
                file_format: Some(file_format.name().to_owned()),
                hive_compatible_partitions: Some(*hive_compatible_partitions),
                per_hour_partition: Some(*per_hour_partition),
            });
            ("s3", Some(arn.clone()))
        }
    };
    FlowLog {
        creation_time: Some(log.created),
        deliver_cross_account_role: cross_account_role,
        deliver_logs_error_message: problem.map(|it| message(it).to_owned()),
        deliver_logs_permission_arn: role,
        deliver_logs_status: Some(if problem.is_some() { "FAILED" } else { "SUCCESS" }.to_owned()),
        destination_options: options,
        flow_log_id: Some(log.id.to_string()),
        flow_log_status: Some("ACTIVE".to_owned()),
        log_destination: destination,
        log_destination_type: Some(destination_type.to_owned()),
        log_format: Some(settings.format.clone()),
        log_group_name: group,
        max_aggregation_interval: i32::try_from(settings.interval_s).ok(),
        resource_id: Some(settings.of.to_string()),
        tag_field_specifications: Vec::new(),
        tags: render_tags(&log.tags),
        traffic_type: Some(traffic(settings.traffic).to_owned()),
    }
}

fn traffic(of: TrafficType) -> &'static str {
    match of {
        TrafficType::Accept => "ACCEPT",
        TrafficType::Reject => "REJECT",
        TrafficType::All => "ALL",
    }
}

/// "Access error", "Rate limited" and "Unknown error" (Troubleshoot VPC Flow Logs).
fn message(problem: DeliveryProblem) -> &'static str {
    match problem {
        DeliveryProblem::Access => "Access error",
        DeliveryProblem::RateLimited => "Rate limited",
        DeliveryProblem::Unknown => "Unknown error",
    }
}

impl Filterable for shapes::FlowLog {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        fn one(value: &Option<String>) -> Vec<Cow<'_, str>> {
            value.iter().map(|it| Cow::Borrowed(it.as_str())).collect()
        }
        Some(match name {
            "deliver-log-status" => one(&self.deliver_logs_status),
            "log-destination-type" => one(&self.log_destination_type),
            "flow-log-id" => one(&self.flow_log_id),
            "log-group-name" => one(&self.log_group_name),
            "resource-id" => one(&self.resource_id),
            "traffic-type" => one(&self.traffic_type),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests;
