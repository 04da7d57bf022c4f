//! What CreateFleet is asked for, less what Hamlet has not: that is refused here, member by member.

use awsproto::{AwsError, Call};
use model::fleet::FleetPool;
use model::launch_template::VersionName;
use model::{LaunchTemplateId, Tags, World};
use std::cmp::Ordering;

use crate::errors::refused;
use crate::instance_type;
use crate::launch_template;
use crate::request::{check_words, refuse_unsupported};
use crate::shapes::*;

/// What else can be tagged by a request for a fleet.
const TAGGED: [&str; 4] = ["fleet", "instance", "volume", "network-interface"];
/// What `AllocationStrategy` of Spot Instances can say.
const SPOT_STRATEGIES: &[&str] = &[
    "lowest-price",
    "diversified",
    "capacity-optimized",
    "capacity-optimized-prioritized",
    "price-capacity-optimized",
];
/// "Constraints: Maximum 50" (CreateFleet).
const CONFIGURATIONS_MAX: usize = 50;

/// What a fleet is to be.
pub(super) struct Wanted {
    pub(super) client_token: Option<String>,
    pub(super) target_capacity: u32,
    /// The least that is launched, if anything is.
    pub(super) least: u32,
    pub(super) prioritized: bool,
    pub(super) pools: Vec<FleetPool>,
    pub(super) tags: Tags,
    /// Tags of what is launched.
    launched_tags: Vec<TagSpecification>,
}

impl Wanted {
    pub(super) fn read(call: &Call, world: &World, request: CreateFleetRequest) -> Result<Wanted, AwsError> {
        let CreateFleetRequest {
            client_token,
            context,
            excess_capacity_termination_policy,
            launch_template_configs,
            on_demand_options,
            replace_unhealthy_instances: _,
            reserved_capacity_options,
            spot_options,
            tag_specifications,
            target_capacity_specification,
            terminate_instances_with_expiration: _,
            r#type,
            valid_from,
            valid_until,
        } = request;
        let kind = r#type.as_deref().unwrap_or("maintain");
        refuse_unsupported(&[
            ("Type of a fleet other than instant", kind != "instant"),
            ("Context", context.is_some()),
            ("ReservedCapacityOptions", reserved_capacity_options.is_some()),
            ("ValidFrom", valid_from.is_some()),
            ("ValidUntil", valid_until.is_some()),
        ])?;
        let policies = &["no-termination", "termination"];
        check_words("excessCapacityTerminationPolicy", &excess_capacity_termination_policy, policies)?;
        check_spot_options(spot_options.unwrap_or_default())?;
        let (prioritized, least) = on_demand(on_demand_options)?;
        let mut tags = awsproto::tags::specified_by_type(tag_specifications.clone(), &TAGGED)?;
        let is_of_launched = |it: &TagSpecification| it.resource_type.as_deref() != Some("fleet");
        Ok(Wanted {
            client_token,
            target_capacity: capacity(target_capacity_specification.unwrap_or_default())?,
            least,
            prioritized,
            pools: pools(call, world, launch_template_configs)?,
            tags: tags.remove("fleet").unwrap_or_default(),
            launched_tags: tag_specifications.into_iter().filter(is_of_launched).collect(),
        })
    }

    /// Which pool is tried when: by their priorities, or as they were listed, since nothing has a price here.
    pub(super) fn order(&self) -> Vec<usize> {
        let mut places: Vec<usize> = (0..self.pools.len()).collect();
        if self.prioritized {
            // "If no priority is set, it has the lowest priority" (FleetLaunchTemplateOverridesRequest).
            let priority = |place: &usize| self.pools[*place].priority.unwrap_or(f64::INFINITY);
            places
                .sort_by(|one, other| priority(one).partial_cmp(&priority(other)).unwrap_or(Ordering::Equal));
        }
        places
    }

    /// The launch of some instances of a pool.
    pub(super) fn launch(&self, pool: &FleetPool, count: i32) -> RunInstancesRequest {
        let placement = pool
            .zone
            .as_ref()
            .map(|zone| Placement { availability_zone: Some(zone.clone()), ..Default::default() });
        RunInstancesRequest {
            image_id: pool.image.clone(),
            instance_type: pool.instance_type.clone(),
            launch_template: Some(LaunchTemplateSpecification {
                launch_template_id: Some(pool.template.to_string()),
                launch_template_name: None,
                version: Some(pool.version.clone()),
            }),
            max_count: Some(count),
            min_count: Some(1),
            placement,
            subnet_id: pool.subnet.clone(),
            tag_specifications: self.launched_tags.clone(),
            ..Default::default()
        }
    }
}

/// Nothing is bid for: what is said of Spot Instances is read, and has no effect.
fn check_spot_options(sent: SpotOptionsRequest) -> Result<(), AwsError> {
    let SpotOptionsRequest {
        allocation_strategy,
        instance_interruption_behavior,
        instance_pools_to_use_count: _,
        maintenance_strategies,
        max_total_price: _,
        min_target_capacity: _,
        single_availability_zone: _,
        single_instance_type: _,
    } = sent;
    let rebalance = maintenance_strategies.and_then(|it| it.capacity_rebalance);
    let replacement = rebalance.and_then(|it| it.replacement_strategy);
    check_words("allocationStrategy", &allocation_strategy, SPOT_STRATEGIES)?;
    check_words("replacementStrategy", &replacement, &["launch", "launch-before-terminate"])?;
    let behaviors = &["hibernate", "stop", "terminate"];
    check_words("instanceInterruptionBehavior", &instance_interruption_behavior, behaviors)
}

/// Whether priorities count, and how much there must be at least.
fn on_demand(sent: Option<OnDemandOptionsRequest>) -> Result<(bool, u32), AwsError> {
    let OnDemandOptionsRequest {
        allocation_strategy,
        capacity_reservation_options,
        max_total_price,
        min_target_capacity,
        single_availability_zone,
        single_instance_type,
    } = sent.unwrap_or_default();
    refuse_unsupported(&[
        ("OnDemandOptions.CapacityReservationOptions", capacity_reservation_options.is_some()),
        ("OnDemandOptions.MaxTotalPrice", max_total_price.is_some()),
        ("OnDemandOptions.SingleAvailabilityZone", single_availability_zone == Some(true)),
        ("OnDemandOptions.SingleInstanceType", single_instance_type == Some(true)),
    ])?;
    let prioritized = match allocation_strategy.as_deref() {
        None | Some("lowest-price" | "lowestPrice") => false,
        Some("prioritized") => true,
        Some(other) => {
            return Err(AwsError::invalid_value("allocationStrategy", other, "Unknown allocation strategy."));
        }
    };
    Ok((prioritized, min_target_capacity.map_or(Ok(0), |it| whole("minTargetCapacity", it))?))
}

fn whole(parameter: &str, value: i32) -> Result<u32, AwsError> {
    let refused =
        || AwsError::invalid_value(parameter, &value.to_string(), "Expecting a value of at least 1.");
    u32::try_from(value).ok().filter(|it| *it > 0).ok_or_else(refused)
}

/// How much of On-Demand Instances; "The default value for DefaultTargetCapacityType" is `spot` (CreateFleet).
fn capacity(sent: TargetCapacitySpecificationRequest) -> Result<u32, AwsError> {
    let TargetCapacitySpecificationRequest {
        default_target_capacity_type,
        on_demand_target_capacity,
        spot_target_capacity,
        target_capacity_unit_type,
        total_target_capacity,
    } = sent;
    let total = total_target_capacity.unwrap_or_default();
    let all_on_demand = on_demand_target_capacity == Some(total);
    let by_default = on_demand_target_capacity.is_none_or(|it| it < total) && !all_on_demand;
    let of_default = default_target_capacity_type.as_deref().unwrap_or("spot");
    refuse_unsupported(&[
        ("SpotTargetCapacity", spot_target_capacity.is_some_and(|it| it != 0)),
        ("DefaultTargetCapacityType other than on-demand", by_default && of_default != "on-demand"),
        (
            "TargetCapacityUnitType other than units",
            target_capacity_unit_type.is_some_and(|it| it != "units"),
        ),
    ])?;
    whole("totalTargetCapacity", total)
}

fn pools(
    call: &Call,
    world: &World,
    configurations: Vec<FleetLaunchTemplateConfigRequest>,
) -> Result<Vec<FleetPool>, AwsError> {
    if configurations.len() > CONFIGURATIONS_MAX {
        let reason = format!("At most {CONFIGURATIONS_MAX} launch template configurations can be specified.");
        let count = configurations.len().to_string();
        return Err(AwsError::invalid_value("LaunchTemplateConfigs", &count, &reason));
    }
    let mut pools = Vec::new();
    for FleetLaunchTemplateConfigRequest { launch_template_specification, overrides } in configurations {
        let (template, version) = template(call, world, launch_template_specification)?;
        let plain = || vec![FleetLaunchTemplateOverridesRequest::default()];
        for one in if overrides.is_empty() { plain() } else { overrides } {
            pools.push(pool(template, &version, one)?);
        }
    }
    match pools.is_empty() {
        true => Err(AwsError::missing_parameter("LaunchTemplateConfigs")),
        false => Ok(pools),
    }
}

fn template(
    call: &Call,
    world: &World,
    sent: Option<FleetLaunchTemplateSpecificationRequest>,
) -> Result<(LaunchTemplateId, String), AwsError> {
    let FleetLaunchTemplateSpecificationRequest {
        launch_template_id,
        launch_template_name,
        launch_template_specification_user_data,
        version,
    } = sent.unwrap_or_default();
    let user_data = launch_template_specification_user_data.is_some();
    refuse_unsupported(&[("LaunchTemplateSpecificationUserData", user_data)])?;
    let id =
        launch_template::named(call, world, launch_template_id.as_deref(), launch_template_name.as_deref())?;
    let template = world.launch_template(call.scope, id).map_err(refused)?;
    let name = version.as_deref().map_or(Ok(VersionName::Default), launch_template::version_name)?;
    // What is meant by it now is kept, whatever becomes of the template.
    let version = template.version(name).map_err(refused)?;
    Ok((id, version.number.to_string()))
}

fn pool(
    template: LaunchTemplateId,
    version: &str,
    sent: FleetLaunchTemplateOverridesRequest,
) -> Result<FleetPool, AwsError> {
    let FleetLaunchTemplateOverridesRequest {
        availability_zone,
        availability_zone_id,
        block_device_mappings,
        iam_instance_profile,
        image_id,
        instance_requirements,
        instance_type,
        key_name,
        max_price,
        metadata_options,
        placement,
        priority,
        subnet_id,
        weighted_capacity,
    } = sent;
    refuse_unsupported(&[
        ("Overrides.BlockDeviceMapping", !block_device_mappings.is_empty()),
        ("Overrides.IamInstanceProfile", iam_instance_profile.is_some()),
        ("Overrides.InstanceRequirements", instance_requirements.is_some()),
        ("Overrides.KeyName", key_name.is_some()),
        ("Overrides.MaxPrice", max_price.is_some()),
        ("Overrides.MetadataOptions", metadata_options.is_some()),
        ("Overrides.Placement", placement.is_some()),
    ])?;
    instance_type.as_deref().map(instance_type::find).transpose()?;
    if let Some(weight) = weighted_capacity.filter(|it| !it.is_finite() || *it < 1.0) {
        let reason = "Expecting a value of at least 1.";
        return Err(AwsError::invalid_value("weightedCapacity", &weight.to_string(), reason));
    }
    Ok(FleetPool {
        template,
        version: version.to_owned(),
        image: image_id,
        instance_type,
        subnet: subnet_id,
        zone: availability_zone.or(availability_zone_id),
        priority,
        weight: weighted_capacity,
        instances: Vec::new(),
    })
}
