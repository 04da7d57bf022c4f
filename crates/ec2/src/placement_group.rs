//! Placement groups. Follows CreatePlacementGroup and its neighbours (EC2 API Reference). No Outposts, no groups that are
//! linked with others.

use awsproto::{AwsError, Call, Filterable, Filters};
use model::placement_group::{PARTITIONS_DEFAULT, PARTITIONS_MAX, PlacementGroup, PlacementStrategy};
use model::{Link, PlacementGroupId, World};
use std::borrow::Cow;

use crate::errors::refused;
use crate::request::{self, refuse_unsupported, render_tags, text_values};
use crate::shapes::{self, *};

/// "Up to 255 ASCII characters" (CreatePlacementGroup).
const NAME_MAX: usize = 255;

/// What `Strategy` can say.
const STRATEGIES: [&str; 3] = ["cluster", "spread", "partition"];

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreatePlacementGroupRequest,
) -> Result<CreatePlacementGroupResult, AwsError> {
    let CreatePlacementGroupRequest {
        group_name,
        linked_group_id,
        operator,
        parent_group_id,
        partition_count,
        spread_level,
        strategy,
        tag_specifications,
    } = request;
    refuse_unsupported(&[
        ("LinkedGroupId", linked_group_id.is_some()),
        ("Operator", operator.is_some()),
        ("ParentGroupId", parent_group_id.is_some()),
        ("SpreadLevel of hosts", spread_level.as_deref() == Some("host")),
        ("Strategy precision-time", strategy.as_deref() == Some("precision-time")),
    ])?;
    let name = checked_name(group_name)?;
    let strategy = checked_strategy(strategy.as_deref(), partition_count, spread_level.as_deref())?;
    let tags = awsproto::tags::specified(tag_specifications, "placement-group")?;
    let scope = call.scope;
    let id = call.with_ids(|ids| world.create_placement_group(scope, name, strategy, tags, ids));
    let group = world.placement_group(scope, id.map_err(refused)?).map_err(refused)?;
    Ok(CreatePlacementGroupResult { placement_group: Some(render(group)) })
}

fn checked_name(name: Option<String>) -> Result<String, AwsError> {
    let name = name.ok_or_else(|| AwsError::missing_parameter("groupName"))?;
    match (1..=NAME_MAX).contains(&name.len()) && name.is_ascii() {
        true => Ok(name),
        false => Err(AwsError::invalid_value("groupName", &name, "Up to 255 ASCII characters are allowed.")),
    }
}

fn checked_strategy(
    strategy: Option<&str>,
    partitions: Option<i32>,
    spread_level: Option<&str>,
) -> Result<PlacementStrategy, AwsError> {
    if let Some(other) = strategy.filter(|it| !STRATEGIES.contains(it)) {
        return Err(AwsError::invalid_value("strategy", other, "Unknown placement strategy."));
    }
    if let Some(other) = spread_level.filter(|level| *level != "rack") {
        return Err(AwsError::invalid_value("spreadLevel", other, "Expecting host or rack."));
    }
    if partitions.is_some() && strategy != Some("partition") {
        let message = "The parameter partitionCount may be specified only for the strategy 'partition'.";
        return Err(AwsError::invalid_parameter_combination(message));
    }
    if spread_level.is_some() && strategy != Some("spread") {
        let message = "The parameter spreadLevel may be specified only for the strategy 'spread'.";
        return Err(AwsError::invalid_parameter_combination(message));
    }
    match strategy {
        Some("spread") => Ok(PlacementStrategy::Spread),
        Some("partition") => Ok(PlacementStrategy::Partition { count: partition_count(partitions)? }),
        _ => Ok(PlacementStrategy::Cluster),
    }
}

fn partition_count(wanted: Option<i32>) -> Result<u32, AwsError> {
    let Some(wanted) = wanted else { return Ok(PARTITIONS_DEFAULT) };
    let count = u32::try_from(wanted).ok().filter(|count| (1..=PARTITIONS_MAX).contains(count));
    let reason = format!("Expecting a value between 1 and {PARTITIONS_MAX}.");
    count.ok_or_else(|| AwsError::invalid_value("partitionCount", &wanted.to_string(), &reason))
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeletePlacementGroupRequest,
) -> Result<(), AwsError> {
    let DeletePlacementGroupRequest { group_name } = request;
    world.delete_placement_group(call.scope, &group_name.unwrap_or_default()).map_err(refused)
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribePlacementGroupsRequest,
) -> Result<DescribePlacementGroupsResult, AwsError> {
    let DescribePlacementGroupsRequest { filters, group_ids, group_names } = request;
    let scope = call.scope;
    for name in &group_names {
        world.placement_group_named(scope, name).map_err(refused)?;
    }
    let all = world.placement_groups.linked(Link::Scope(scope));
    let mut groups = request::named_or_all(&group_ids, all, |it| it.id)?;
    groups.retain(|it| group_names.is_empty() || group_names.contains(&it.name));
    let placement_groups = Filters::new(filters)?.select(groups.into_iter().map(render))?;
    Ok(DescribePlacementGroupsResult { placement_groups })
}

/// The group that is named, or identified.
pub(crate) fn named(
    call: &Call,
    world: &World,
    name: Option<&str>,
    id: Option<&str>,
) -> Result<Option<PlacementGroupId>, AwsError> {
    let name = name.filter(|name| !name.is_empty());
    let by_name = name.map(|name| world.placement_group_named(call.scope, name)).transpose();
    let by_name = by_name.map_err(refused)?.map(|group| group.id);
    let by_id: Option<PlacementGroupId> = request::optional_id(id)?;
    if let Some(id) = by_id {
        world.placement_group(call.scope, id).map_err(refused)?;
    }
    match (by_name, by_id) {
        (Some(one), Some(other)) if one != other => Err(AwsError::invalid_parameter_combination(
            "The parameters groupName and groupId name different placement groups.",
        )),
        (one, other) => Ok(one.or(other)),
    }
}

fn render(group: &PlacementGroup) -> shapes::PlacementGroup {
    let (strategy, partitions, spread_level) = match group.strategy {
        PlacementStrategy::Cluster => ("cluster", None, None),
        PlacementStrategy::Spread => ("spread", None, Some("rack")),
        PlacementStrategy::Partition { count } => ("partition", Some(count), None),
    };
    let model::Scope { account, region } = group.scope;
    shapes::PlacementGroup {
        group_arn: Some(region.arn("ec2", account, format_args!("placement-group/{}", group.name))),
        group_id: Some(group.id.to_string()),
        group_name: Some(group.name.clone()),
        partition_count: partitions.and_then(|count| i32::try_from(count).ok()),
        spread_level: spread_level.map(str::to_owned),
        state: Some("available".to_owned()),
        strategy: Some(strategy.to_owned()),
        tags: render_tags(&group.tags),
        ..Default::default()
    }
}

impl Filterable for shapes::PlacementGroup {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        Some(match name {
            "group-arn" => text_values(&self.group_arn),
            "group-name" => text_values(&self.group_name),
            "spread-level" => text_values(&self.spread_level),
            "state" => text_values(&self.state),
            "strategy" => text_values(&self.strategy),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    #[test]
    fn a_group_has_its_strategy_and_is_found_by_name_and_by_id() {
        let mut caller = Caller::new();
        let made = caller.ok("CreatePlacementGroup", &[("GroupName", "near"), ("Strategy", "cluster")]);
        assert!(made.text("groupId").starts_with("pg-"));
        assert_eq!(made.text("groupArn"), "arn:aws:ec2:us-west-2:123456789012:placement-group/near");
        caller.ok("CreatePlacementGroup", &[("GroupName", "apart"), ("Strategy", "spread")]);
        caller.ok(
            "CreatePlacementGroup",
            &[("GroupName", "racks"), ("Strategy", "partition"), ("PartitionCount", "3")],
        );
        let by_name = caller.ok("DescribePlacementGroups", &[("GroupName.1", "racks")]);
        assert_eq!((by_name.text("groupName"), by_name.text("partitionCount")), ("racks".into(), "3".into()));
        let by_id = caller.ok("DescribePlacementGroups", &[("GroupId.1", &made.text("groupId"))]);
        assert_eq!(by_id.texts("groupName"), ["near"]);
        let spread = [("Filter.1.Name", "spread-level"), ("Filter.1.Value.1", "rack")];
        assert_eq!(caller.ok("DescribePlacementGroups", &spread).texts("groupName"), ["apart"]);
        caller.ok("DeletePlacementGroup", &[("GroupName", "near")]);
        assert_eq!(
            caller.refused("DescribePlacementGroups", &[("GroupName.1", "near")]),
            "InvalidPlacementGroup.Unknown: The Placement Group 'near' is unknown."
        );
        assert_eq!(
            caller.refused("DescribePlacementGroups", &[("GroupId.1", &made.text("groupId"))]),
            format!(
                "InvalidPlacementGroup.Unknown: The Placement Group '{}' is unknown.",
                made.text("groupId")
            )
        );
    }

    #[test]
    fn what_makes_no_group_is_refused() {
        let mut caller = Caller::new();
        let near = [("GroupName", "near"), ("Strategy", "cluster")];
        caller.ok("CreatePlacementGroup", &near);
        assert_eq!(
            caller.refused("CreatePlacementGroup", &near),
            "InvalidPlacementGroup.Duplicate: The placement group 'near' already exists."
        );
        for (parameters, code) in [
            (vec![("GroupName", "a"), ("PartitionCount", "2")], "InvalidParameterCombination"),
            (
                vec![("GroupName", "a"), ("Strategy", "spread"), ("PartitionCount", "2")],
                "InvalidParameterCombination",
            ),
            (
                vec![("GroupName", "a"), ("Strategy", "partition"), ("PartitionCount", "8")],
                "InvalidParameterValue",
            ),
            (vec![("GroupName", "a"), ("SpreadLevel", "rack")], "InvalidParameterCombination"),
            (vec![("GroupName", "a"), ("Strategy", "heap")], "InvalidParameterValue"),
            (vec![("GroupName", "a"), ("Strategy", "precision-time")], "UnsupportedOperation"),
            (vec![("Strategy", "spread")], "MissingParameter"),
        ] {
            let refused = caller.refused("CreatePlacementGroup", &parameters);
            assert!(refused.starts_with(code), "{parameters:?}: {refused}");
        }
    }
}
