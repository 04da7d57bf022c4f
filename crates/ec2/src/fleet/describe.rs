//! Showing fleets and deleting them. Follows DescribeFleets, DescribeFleetInstances and DeleteFleets (EC2 API Reference).

use awsproto::filter::Tagged;
use awsproto::{AwsError, Call, Filterable};
use model::fleet::{Fleet, FleetPool};
use model::{FleetId, Id, IdKind, InstanceState, Link, World};
use std::borrow::Cow;

use crate::errors::{self, refused};
use crate::request::{self, Describe, bool_values, render_tags, required_id, text_values};
use crate::shapes::*;

const ON_DEMAND: &str = "on-demand";

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeFleetsRequest,
) -> Result<DescribeFleetsResult, AwsError> {
    let DescribeFleetsRequest { filters, fleet_ids, max_results, next_token } = request;
    let own = world.fleets.linked(Link::Scope(call.scope));
    let mut named = request::named_or_all(&fleet_ids, own, |it| it.id)?;
    // "If a fleet is of type instant, you must specify the fleet ID, otherwise it does not appear in the response"
    // (DescribeFleets).
    named.retain(|_| !fleet_ids.is_empty());
    let describe = Describe { kind: "fleet", ids: &fleet_ids, filters, max_results, next_token };
    let rows = named.into_iter().map(|it| render(world, it));
    let (fleets, next_token) = describe.page(rows, |it: &FleetData| it.fleet_id.as_ref())?;
    Ok(DescribeFleetsResult { fleets, next_token })
}

pub(crate) fn instances(
    call: &mut Call,
    world: &World,
    request: DescribeFleetInstancesRequest,
) -> Result<DescribeFleetInstancesResult, AwsError> {
    let DescribeFleetInstancesRequest { filters, fleet_id, max_results, next_token } = request;
    let id: FleetId = required_id(fleet_id.as_deref())?;
    let fleet = world.fleet(call.scope, id).map_err(refused)?;
    let running = fleet.instances().filter_map(|id| world.network.instances.get(&id));
    let running = running.filter(|it| matches!(it.state, InstanceState::Pending | InstanceState::Running));
    let shown = running.map(|it| ActiveInstance {
        instance_health: Some("healthy".to_owned()),
        instance_id: Some(it.id.to_string()),
        instance_type: Some(it.instance_type.clone()),
        spot_instance_request_id: None,
    });
    let describe = Describe { kind: "fleet", ids: &[], filters, max_results, next_token };
    let (active_instances, next_token) = describe.page(shown, |it| it.instance_id.as_ref())?;
    Ok(DescribeFleetInstancesResult { active_instances, fleet_id: Some(id.to_string()), next_token })
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteFleetsRequest,
) -> Result<DeleteFleetsResult, AwsError> {
    let DeleteFleetsRequest { fleet_ids, terminate_instances } = request;
    if terminate_instances == Some(false) {
        let message = "Fleets of the type instant can only be deleted together with their instances.";
        return Err(AwsError::invalid_parameter_value(message));
    }
    let mut result = DeleteFleetsResult::default();
    for text in fleet_ids {
        match delete_one(call, world, &text) {
            Ok(deleted) => result.successful_fleet_deletions.push(deleted),
            Err(error) => result
                .unsuccessful_fleet_deletions
                .push(DeleteFleetErrorItem { error: Some(error), fleet_id: Some(text) }),
        }
    }
    Ok(result)
}

fn delete_one(
    call: &Call,
    world: &mut World,
    text: &str,
) -> Result<DeleteFleetSuccessItem, DeleteFleetError> {
    let told = |code: &str, error: AwsError| DeleteFleetError {
        code: Some(code.to_owned()),
        message: Some(error.message),
    };
    let id: FleetId =
        text.parse().map_err(|_| told("fleetIdMalformed", errors::malformed(FleetId::KIND, text)))?;
    let missing = || told("fleetIdDoesNotExist", errors::not_found(IdKind::Fleet, &[text]));
    let fleet = world.fleet(call.scope, id).map_err(|_| missing())?;
    let previous = state(world, fleet).to_owned();
    let deleted = world.delete_fleet(call.scope, id, call.now);
    deleted.map_err(|refusal| told("unexpectedError", refused(refusal)))?;
    let fleet = world.fleet(call.scope, id).map_err(|_| missing())?;
    Ok(DeleteFleetSuccessItem {
        current_fleet_state: Some(state(world, fleet).to_owned()),
        fleet_id: Some(id.to_string()),
        previous_fleet_state: Some(previous),
    })
}

fn state(world: &World, fleet: &Fleet) -> &'static str {
    match (fleet.deleted.is_some(), world.living_instances_of_fleet(fleet).is_empty()) {
        (false, _) => "active",
        (true, false) => "deleted_terminating",
        (true, true) => "deleted",
    }
}

/// What a fleet could not launch, and why.
pub(super) fn errors(fleet: &Fleet) -> Vec<CreateFleetError> {
    let shown = fleet.errors.iter().filter_map(|error| {
        let pool = fleet.pools.get(usize::try_from(error.pool).ok()?)?;
        Some(CreateFleetError {
            error_code: Some(error.code.clone()),
            error_message: Some(error.message.clone()),
            launch_template_and_overrides: Some(template_and_overrides(pool)),
            lifecycle: Some(ON_DEMAND.to_owned()),
        })
    });
    shown.collect()
}

/// What a fleet launched, pool by pool.
pub(super) fn launched(world: &World, fleet: &Fleet) -> Vec<CreateFleetInstance> {
    let filled = fleet.pools.iter().filter(|pool| !pool.instances.is_empty());
    let shown = filled.map(|pool| {
        let first = pool.instances.first().and_then(|id| world.network.instances.get(id));
        CreateFleetInstance {
            availability_zone: first.map(|it| it.zone.to_string()),
            availability_zone_id: first.map(|it| it.zone.zone_id()),
            instance_ids: pool.instances.iter().map(ToString::to_string).collect(),
            instance_type: first.map(|it| it.instance_type.clone()),
            launch_template_and_overrides: Some(template_and_overrides(pool)),
            lifecycle: Some(ON_DEMAND.to_owned()),
            platform: None,
            subnet_id: first.and_then(|it| it.subnet).map(|subnet| subnet.to_string()),
        }
    });
    shown.collect()
}

fn template_and_overrides(pool: &FleetPool) -> LaunchTemplateAndOverridesResponse {
    LaunchTemplateAndOverridesResponse {
        launch_template_specification: Some(FleetLaunchTemplateSpecification {
            launch_template_id: Some(pool.template.to_string()),
            launch_template_name: None,
            version: Some(pool.version.clone()),
        }),
        overrides: Some(overrides(pool)),
    }
}

fn overrides(pool: &FleetPool) -> FleetLaunchTemplateOverrides {
    FleetLaunchTemplateOverrides {
        availability_zone: pool.zone.clone(),
        image_id: pool.image.clone(),
        instance_type: pool.instance_type.clone(),
        priority: pool.priority,
        subnet_id: pool.subnet.clone(),
        weighted_capacity: pool.weight,
        ..Default::default()
    }
}

fn render(world: &World, fleet: &Fleet) -> FleetData {
    let fulfilled: f64 =
        fleet.pools.iter().flat_map(|pool| pool.instances.iter().map(|_| pool.weight())).sum();
    let instances = launched(world, fleet).into_iter().map(|it| DescribeFleetsInstances {
        instance_ids: it.instance_ids,
        instance_type: it.instance_type,
        launch_template_and_overrides: it.launch_template_and_overrides,
        lifecycle: it.lifecycle,
        platform: it.platform,
    });
    let failed = errors(fleet).into_iter().map(|it| DescribeFleetError {
        error_code: it.error_code,
        error_message: it.error_message,
        launch_template_and_overrides: it.launch_template_and_overrides,
        lifecycle: it.lifecycle,
    });
    let strategy = if fleet.prioritized { "prioritized" } else { "lowest-price" };
    let total = i32::try_from(fleet.target_capacity).ok();
    FleetData {
        activity_status: Some(
            if fulfilled >= f64::from(fleet.target_capacity) { "fulfilled" } else { "error" }.to_owned(),
        ),
        client_token: fleet.client_token.clone(),
        create_time: Some(fleet.created),
        errors: failed.collect(),
        excess_capacity_termination_policy: Some("termination".to_owned()),
        fleet_id: Some(fleet.id.to_string()),
        fleet_state: Some(state(world, fleet).to_owned()),
        fulfilled_capacity: Some(fulfilled),
        fulfilled_on_demand_capacity: Some(fulfilled),
        instances: instances.collect(),
        launch_template_configs: configurations(fleet),
        on_demand_options: Some(OnDemandOptions {
            allocation_strategy: Some(strategy.to_owned()),
            ..Default::default()
        }),
        replace_unhealthy_instances: Some(false),
        tags: render_tags(&fleet.tags),
        target_capacity_specification: Some(TargetCapacitySpecification {
            default_target_capacity_type: Some(ON_DEMAND.to_owned()),
            on_demand_target_capacity: total,
            spot_target_capacity: Some(0),
            target_capacity_unit_type: None,
            total_target_capacity: total,
        }),
        terminate_instances_with_expiration: Some(false),
        r#type: Some("instant".to_owned()),
        ..Default::default()
    }
}

/// Pools of one template are one configuration, as they were sent.
fn configurations(fleet: &Fleet) -> Vec<FleetLaunchTemplateConfig> {
    let same =
        |one: &FleetPool, other: &FleetPool| (one.template, &one.version) == (other.template, &other.version);
    let shown = fleet.pools.chunk_by(same).map(|pools| FleetLaunchTemplateConfig {
        launch_template_specification: template_and_overrides(&pools[0]).launch_template_specification,
        overrides: pools.iter().map(overrides).collect(),
    });
    shown.collect()
}

impl Filterable for FleetData {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        let dashed = |text: &Option<String>| text.iter().map(|it| it.replace('_', "-").into()).collect();
        Some(match name {
            "activity-status" => dashed(&self.activity_status),
            "excess-capacity-termination-policy" => bool_values(Some(true)),
            "fleet-state" => dashed(&self.fleet_state),
            "replace-unhealthy-instances" => bool_values(self.replace_unhealthy_instances),
            "type" => text_values(&self.r#type),
            _ => return None,
        })
    }
}

impl Tagged for ActiveInstance {}

impl Filterable for ActiveInstance {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        Some(match name {
            "instance-type" => text_values(&self.instance_type),
            _ => return None,
        })
    }
}
