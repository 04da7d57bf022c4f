//! What AWS says when a change of VPC peering connections is refused.

use awsproto::AwsError;
use model::peering_status::PeeringStatus;
use model::refusal::VpcPeeringConnectionRefusal;

use crate::vpc_peering_connection;

pub(super) fn refused(refusal: VpcPeeringConnectionRefusal) -> AwsError {
    match refusal {
        VpcPeeringConnectionRefusal::Exists(peering) => AwsError::new(
            "VpcPeeringConnectionAlreadyExists",
            format!("A VPC peering connection between these VPCs already exists: {peering}"),
        ),
        VpcPeeringConnectionRefusal::Transition { peering, from, to } => {
            let (from, to) = (vpc_peering_connection::status_code(from), passing_code(to));
            AwsError::new(
                "InvalidStateTransition",
                format!(
                    "Invalid state transition for {peering}, attempted to transition from {from} to {to}"
                ),
            )
        }
        VpcPeeringConnectionRefusal::OtherSide { account, peering } => AwsError::new(
            "OperationNotPermitted",
            format!("User ({account}) cannot accept peering {peering}"),
        ),
        VpcPeeringConnectionRefusal::OtherRegion { region, peering, right } => AwsError::new(
            "OperationNotPermitted",
            format!(
                "Incorrect region ({region}) specified for this request. VPC peering connection {peering} must be \
                 accepted in region {right}"
            ),
        ),
        VpcPeeringConnectionRefusal::OptionsOfOtherSide { account, peering } => AwsError::new(
            "OperationNotPermitted",
            format!("User ({account}) cannot modify the peering options of the other side of {peering}"),
        ),
        VpcPeeringConnectionRefusal::NotActive(peering) => AwsError::new(
            "OperationNotPermitted",
            format!("Peering {peering} is not active. Peering options can be added only to active peerings."),
        ),
        VpcPeeringConnectionRefusal::DnsHostnames(peering) => AwsError::new(
            "InvalidVpcPeeringConnectionState.DnsHostnamesDisabled",
            format!("DNS hostnames are not enabled for both VPCs of the peering connection {peering}."),
        ),
    }
}

/// How the status is called that a refused change would have begun with: what is to be deleted is `deleting` at first.
fn passing_code(to: PeeringStatus) -> &'static str {
    match to {
        PeeringStatus::Deleted(_) => "deleting",
        PeeringStatus::PendingAcceptance
        | PeeringStatus::Active
        | PeeringStatus::Rejected
        | PeeringStatus::Failed
        | PeeringStatus::Expired => vpc_peering_connection::status_code(to),
    }
}
