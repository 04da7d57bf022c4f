//! What AWS says when a change of placement groups, or a placement, is refused.

use awsproto::AwsError;
use model::placement_group::SPREAD_INSTANCES_PER_ZONE_MAX;
use model::refusal::PlacementGroupRefusal as Refusal;

pub(super) fn refused(refusal: Refusal) -> AwsError {
    match refusal {
        Refusal::Exists(name) => AwsError::new(
            "InvalidPlacementGroup.Duplicate",
            format!("The placement group '{name}' already exists."),
        ),
        Refusal::NoneOfName(name) => unknown(&name),
        Refusal::InUse(name) => AwsError::new(
            "InvalidPlacementGroup.InUse",
            format!("The placement group '{name}' is in use and may not be deleted."),
        ),
        Refusal::OtherZone(name, zone) => AwsError::new(
            "InvalidPlacementGroup.InUse",
            format!("The placement group '{name}' is in use in another availability zone: {zone}"),
        ),
        Refusal::TypeNotForClusters(instance_type) => AwsError::invalid_parameter_combination(format!(
            "Placement groups may not be used with instances of type '{instance_type}'."
        )),
        Refusal::ZoneFull(name, zone) => AwsError::new(
            "InstanceLimitExceeded",
            format!(
                "The spread placement group '{name}' has {SPREAD_INSTANCES_PER_ZONE_MAX} running instances in the \
                 availability zone {zone}, which is the maximum."
            ),
        ),
        Refusal::NoSuchPartition(name, number) => AwsError::invalid_value(
            "partitionNumber",
            &number.to_string(),
            &format!("The placement group '{name}' has no such partition."),
        ),
        Refusal::NoPartitions => AwsError::invalid_parameter_combination(
            "A partition number may be specified only for a placement group whose strategy is 'partition'.",
        ),
        Refusal::Dedicated(name) => AwsError::invalid_parameter_combination(format!(
            "The placement group '{name}' does not support instances whose tenancy is not 'default'."
        )),
        Refusal::OtherTenancy(instance) => AwsError::new(
            "InvalidRequest",
            format!("The tenancy of the instance '{instance}' cannot be changed so."),
        ),
    }
}

fn unknown(name: &str) -> AwsError {
    AwsError::new("InvalidPlacementGroup.Unknown", format!("The Placement Group '{name}' is unknown."))
}
