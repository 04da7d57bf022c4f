//! Where instances are placed: what launches ask for, moving them, and what is shown. Follows Placement and
//! ModifyInstancePlacement (EC2 API Reference). No hosts.

use awsproto::{AwsError, Call};
use model::placement_group::WantedPlacement;
use model::vpc::Tenancy;
use model::{Instance, World};

use crate::errors::refused;
use crate::placement_group::named;
use crate::request::{refuse_unsupported, required_id};
use crate::shapes::*;
use crate::vpc::tenancy_name;

/// What a launch asks for, beside the zone.
pub(crate) fn of_launch(
    call: &Call,
    world: &World,
    placement: Placement,
) -> Result<WantedPlacement, AwsError> {
    let Placement {
        affinity,
        // Read with the subnet.
        availability_zone: _,
        availability_zone_id: _,
        group_id,
        group_name,
        host_id,
        host_resource_group_arn,
        partition_number,
        spread_domain,
        tenancy,
    } = placement;
    refuse_unsupported(&[
        ("Placement.Affinity", affinity.is_some()),
        ("Placement.HostId", host_id.is_some()),
        ("Placement.HostResourceGroupArn", host_resource_group_arn.is_some()),
        ("Placement.SpreadDomain", spread_domain.is_some()),
    ])?;
    Ok(WantedPlacement {
        group: named(call, world, group_name.as_deref(), group_id.as_deref())?,
        partition: partition(partition_number)?,
        tenancy: tenancy.as_deref().map(tenancy_of).transpose()?,
    })
}

fn partition(number: Option<i32>) -> Result<Option<u32>, AwsError> {
    let Some(number) = number else { return Ok(None) };
    let reason = "Expecting the number of a partition.";
    let refused = |_| AwsError::invalid_value("partitionNumber", &number.to_string(), reason);
    u32::try_from(number).map(Some).map_err(refused)
}

/// There are no hosts to run on.
fn tenancy_of(text: &str) -> Result<Tenancy, AwsError> {
    refuse_unsupported(&[("Placement.Tenancy of hosts", text == "host")])?;
    match text {
        "default" => Ok(Tenancy::Default),
        "dedicated" => Ok(Tenancy::Dedicated),
        other => Err(AwsError::invalid_value("tenancy", other, "Expecting default or dedicated.")),
    }
}

pub(crate) fn modify(
    call: &mut Call,
    world: &mut World,
    request: ModifyInstancePlacementRequest,
) -> Result<ModifyInstancePlacementResult, AwsError> {
    let ModifyInstancePlacementRequest {
        affinity,
        group_id,
        group_name,
        host_id,
        host_resource_group_arn,
        instance_id,
        partition_number,
        tenancy,
    } = request;
    refuse_unsupported(&[
        ("Affinity", affinity.is_some()),
        ("HostId", host_id.is_some()),
        ("HostResourceGroupArn", host_resource_group_arn.is_some()),
    ])?;
    let id = required_id(instance_id.as_deref())?;
    let instance = world.instance(call.scope, id).map_err(refused)?;
    // "To remove an instance from a placement group, specify an empty string" (ModifyInstancePlacement).
    let group = match group_name.is_none() && group_id.is_none() {
        true => instance.placement.group,
        false => named(call, world, group_name.as_deref(), group_id.as_deref())?,
    };
    let wanted = WantedPlacement {
        group,
        partition: partition(partition_number)?,
        tenancy: tenancy.as_deref().map(tenancy_of).transpose()?,
    };
    world.set_instance_placement(call.scope, id, wanted).map_err(refused)?;
    Ok(ModifyInstancePlacementResult { r#return: Some(true) })
}

/// Where an instance is, as answers show it.
pub(crate) fn render(world: &World, instance: &Instance) -> Placement {
    let place = instance.placement;
    let group = place.group.and_then(|id| world.placement_groups.get(&id));
    Placement {
        availability_zone: Some(instance.zone.to_string()),
        availability_zone_id: Some(instance.zone.zone_id()),
        group_id: group.map(|group| group.id.to_string()),
        group_name: Some(group.map(|group| group.name.clone()).unwrap_or_default()),
        partition_number: place.partition.and_then(|number| i32::try_from(number).ok()),
        tenancy: Some(tenancy_name(place.tenancy).to_owned()),
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    fn group(caller: &mut Caller, name: &str, strategy: &str) {
        caller.ok("CreatePlacementGroup", &[("GroupName", name), ("Strategy", strategy)]);
    }

    #[test]
    fn a_cluster_is_in_one_zone_and_takes_types_that_can_be_near() {
        let mut caller = Caller::new();
        group(&mut caller, "near", "cluster");
        let near = ("Placement.GroupName", "near");
        let zone = |zone| ("Placement.AvailabilityZone", zone);
        let large = ("InstanceType", "m5.large");
        let shown = caller.launch(&[near, large, zone("us-west-2a")]);
        assert!(shown.texts("groupName").contains(&"near".to_owned()), "{}", shown.0);
        assert_eq!(
            caller.refused_launch(&[near, large, zone("us-west-2b")]),
            "InvalidPlacementGroup.InUse: The placement group 'near' is in use in another availability zone: us-west-2a"
        );
        assert_eq!(
            caller.refused_launch(&[near, ("InstanceType", "t3.micro"), zone("us-west-2a")]),
            "InvalidParameterCombination: Placement groups may not be used with instances of type 't3.micro'."
        );
        assert_eq!(
            caller.refused("DeletePlacementGroup", &[("GroupName", "near")]),
            "InvalidPlacementGroup.InUse: The placement group 'near' is in use and may not be deleted."
        );
        assert_eq!(
            caller.refused_launch(&[("Placement.GroupName", "far")]),
            "InvalidPlacementGroup.Unknown: The Placement Group 'far' is unknown."
        );
        let filter = [("Filter.1.Name", "placement-group-name"), ("Filter.1.Value.1", "near")];
        assert_eq!(caller.ok("DescribeInstances", &filter).texts("instanceId").len(), 1);
    }

    #[test]
    fn seven_of_a_spread_group_run_in_a_zone() {
        let mut caller = Caller::new();
        group(&mut caller, "apart", "spread");
        let apart = ("Placement.GroupName", "apart");
        let zone = ("Placement.AvailabilityZone", "us-west-2a");
        for _ in 0..7 {
            caller.launch(&[apart, zone]);
        }
        assert!(caller.refused_launch(&[apart, zone]).starts_with("InstanceLimitExceeded"));
        caller.launch(&[apart, ("Placement.AvailabilityZone", "us-west-2b")]);
        let dedicated = caller.refused_launch(&[apart, ("Placement.Tenancy", "dedicated")]);
        assert!(dedicated.starts_with("InvalidParameterCombination"), "{dedicated}");
    }

    #[test]
    fn partitions_fill_evenly_unless_one_is_named() {
        let mut caller = Caller::new();
        group(&mut caller, "racks", "partition");
        let racks = ("Placement.GroupName", "racks");
        let zone = ("Placement.AvailabilityZone", "us-west-2a");
        let mut partition = |more: &[(&'static str, &'static str)]| {
            caller.launch(&[&[racks, zone], more].concat()).text("partitionNumber")
        };
        assert_eq!((partition(&[]), partition(&[]), partition(&[])), ("1".into(), "2".into(), "1".into()));
        assert_eq!(partition(&[("Placement.PartitionNumber", "2")]), "2");
        let three = ("Placement.PartitionNumber", "3");
        assert!(caller.refused_launch(&[racks, three]).starts_with("InvalidParameterValue"));
        assert!(caller.refused_launch(&[three]).starts_with("InvalidParameterCombination"));
    }

    #[test]
    fn a_stopped_instance_moves_into_a_group_and_out_of_it() {
        let mut caller = Caller::new();
        group(&mut caller, "racks", "partition");
        let id = caller.running(&[]);
        let into = [("InstanceId", &*id), ("GroupName", "racks"), ("PartitionNumber", "2")];
        assert!(caller.refused("ModifyInstancePlacement", &into).starts_with("IncorrectInstanceState"));
        caller.ok("StopInstances", &[("InstanceId.1", &id)]);
        caller.settle();
        caller.ok("ModifyInstancePlacement", &into);
        let shown = caller.ok("DescribeInstances", &[("InstanceId.1", &id)]);
        assert_eq!(shown.text("partitionNumber"), "2");
        let tenancy = [("InstanceId", &*id), ("Tenancy", "dedicated")];
        assert!(caller.refused("ModifyInstancePlacement", &tenancy).starts_with("InvalidRequest"));
        caller.ok("ModifyInstancePlacement", &[("InstanceId", &*id), ("GroupName", "")]);
        let shown = caller.ok("DescribeInstances", &[("InstanceId.1", &id)]);
        assert!(shown.texts("partitionNumber").is_empty());
        caller.ok("DeletePlacementGroup", &[("GroupName", "racks")]);
    }

    #[test]
    fn dedicated_hardware_is_by_the_launch_or_by_the_vpc() {
        let mut caller = Caller::new();
        assert_eq!(caller.launch(&[]).text("tenancy"), "default");
        assert_eq!(caller.launch(&[("Placement.Tenancy", "dedicated")]).text("tenancy"), "dedicated");
        let parameters = [("CidrBlock", "10.0.0.0/16"), ("InstanceTenancy", "dedicated")];
        let vpc = caller.ok("CreateVpc", &parameters).text("vpcId");
        let subnet = [("VpcId", &*vpc), ("CidrBlock", "10.0.0.0/24")];
        let subnet = caller.ok("CreateSubnet", &subnet).text("subnetId");
        let launched = caller.launch(&[("SubnetId", &subnet), ("Placement.Tenancy", "default")]);
        assert_eq!(launched.text("tenancy"), "dedicated");
        assert!(caller.refused_launch(&[("Placement.Tenancy", "host")]).starts_with("UnsupportedOperation"));
    }
}
