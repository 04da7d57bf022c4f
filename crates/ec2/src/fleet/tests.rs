//! Fleets, as the `aws` CLI asks for them.

use crate::testing::Caller;

fn caller() -> Caller {
    let mut caller = Caller::new();
    let image = caller.image();
    caller.ok(
        "CreateLaunchTemplate",
        &[
            ("LaunchTemplateName", "web"),
            ("LaunchTemplateData.ImageId", &image),
            ("LaunchTemplateData.InstanceType", "t3.micro"),
        ],
    );
    caller
}

const TEMPLATE: &str = "LaunchTemplateConfigs.1.LaunchTemplateSpecification.LaunchTemplateName";
const VERSION: &str = "LaunchTemplateConfigs.1.LaunchTemplateSpecification.Version";

fn of_three<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let fleet = [
        ("Type", "instant"),
        (TEMPLATE, "web"),
        (VERSION, "$Latest"),
        ("TargetCapacitySpecification.TotalTargetCapacity", "3"),
        ("TargetCapacitySpecification.DefaultTargetCapacityType", "on-demand"),
    ];
    fleet.into_iter().chain(more.iter().copied()).collect()
}

#[test]
fn a_fleet_launches_at_once_and_is_shown_when_it_is_asked_for() {
    let mut caller = caller();
    let made = caller.ok("CreateFleet", &of_three(&[]));
    let id = made.text("fleetId");
    assert_eq!((made.text("instanceType"), made.text("lifecycle")), ("t3.micro".into(), "on-demand".into()));
    caller.settle();
    let tagged = [("Filter.1.Name", "tag:aws:ec2:fleet-id"), ("Filter.1.Value.1", &*id)];
    assert_eq!(caller.ok("DescribeInstances", &tagged).texts("instanceId").len(), 3);
    assert!(caller.ok("DescribeFleets", &[]).texts("fleetId").is_empty(), "instant ones only by their ids");
    let shown = caller.ok("DescribeFleets", &[("FleetId.1", &id)]);
    assert_eq!(
        (shown.text("fleetState"), shown.text("activityStatus")),
        ("active".into(), "fulfilled".into())
    );
    assert_eq!(caller.ok("DescribeFleetInstances", &[("FleetId", &id)]).texts("instanceId").len(), 3);
    let deleted = caller.ok("DeleteFleets", &[("FleetId.1", &id), ("TerminateInstances", "true")]);
    assert_eq!(deleted.text("currentFleetState"), "deleted_terminating");
    caller.settle();
    let shown = caller.ok("DescribeFleets", &[("FleetId.1", &id)]);
    assert_eq!(shown.text("fleetState"), "deleted");
    let unknown = [("FleetId.1", "fleet-00000001"), ("TerminateInstances", "true")];
    assert_eq!(caller.ok("DeleteFleets", &unknown).text("code"), "fleetIdDoesNotExist");
}

#[test]
fn a_pool_that_cannot_be_had_is_told_and_the_next_gives_what_is_missing() {
    let mut caller = caller();
    let made = caller.ok(
        "CreateFleet",
        &of_three(&[
            ("LaunchTemplateConfigs.1.Overrides.1.InstanceType", "m6g.large"),
            ("LaunchTemplateConfigs.1.Overrides.1.Priority", "1"),
            ("LaunchTemplateConfigs.1.Overrides.2.InstanceType", "t3.small"),
            ("LaunchTemplateConfigs.1.Overrides.2.Priority", "3"),
            ("LaunchTemplateConfigs.1.Overrides.3.InstanceType", "t3.large"),
            ("LaunchTemplateConfigs.1.Overrides.3.Priority", "2"),
            ("LaunchTemplateConfigs.1.Overrides.3.WeightedCapacity", "2"),
            ("OnDemandOptions.AllocationStrategy", "prioritized"),
        ]),
    );
    assert_eq!(made.text("errorCode"), "InvalidParameterValue", "of another architecture");
    let all = caller.ok("DescribeInstances", &[]);
    assert_eq!(all.texts("instanceType"), ["t3.large", "t3.large"], "two of them are enough for three");
}

#[test]
fn less_than_the_least_is_nothing() {
    let mut caller = caller();
    let made = caller.ok(
        "CreateFleet",
        &of_three(&[
            ("LaunchTemplateConfigs.1.Overrides.1.InstanceType", "m6g.large"),
            ("OnDemandOptions.MinTargetCapacity", "1"),
        ]),
    );
    assert!(made.texts("instanceId").is_empty());
    assert!(caller.ok("DescribeInstances", &[]).texts("instanceId").is_empty());
    let shown = caller.ok("DescribeFleets", &[("FleetId.1", &made.text("fleetId"))]);
    assert_eq!(shown.text("activityStatus"), "error");
}

#[test]
fn what_is_no_instant_fleet_of_on_demand_instances_is_refused() {
    let mut caller = caller();
    let mut refused = |without: &str, more: (&'static str, &'static str)| {
        let mut parameters = of_three(&[]);
        parameters.retain(|(name, _)| *name != without);
        parameters.push(more);
        caller.refused("CreateFleet", &parameters)
    };
    for kind in ["request", "maintain"] {
        assert!(refused("Type", ("Type", kind)).starts_with("UnsupportedOperation"));
    }
    let default = "TargetCapacitySpecification.DefaultTargetCapacityType";
    assert!(refused(default, (default, "spot")).starts_with("UnsupportedOperation"));
    let spot = ("TargetCapacitySpecification.SpotTargetCapacity", "1");
    assert!(refused("", spot).starts_with("UnsupportedOperation"));
    let total = "TargetCapacitySpecification.TotalTargetCapacity";
    assert!(refused(total, (total, "0")).starts_with("InvalidParameterValue"));
    assert!(refused(TEMPLATE, (TEMPLATE, "none")).starts_with("InvalidLaunchTemplateName"));
}
