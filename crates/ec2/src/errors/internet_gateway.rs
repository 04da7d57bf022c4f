//! What AWS says when a change of internet gateways, egress-only ones too is refused.

use awsproto::AwsError;
use model::refusal::InternetGatewayRefusal;

use super::invalid;

pub(super) fn refused(refusal: InternetGatewayRefusal) -> AwsError {
    match refusal {
        InternetGatewayRefusal::Attached { gateway, vpc } => AwsError::new(
            "Resource.AlreadyAssociated",
            format!("resource {gateway} is already attached to network {vpc}"),
        ),
        InternetGatewayRefusal::VpcHasOne(vpc) => {
            invalid(format!("Network {vpc} already has an internet gateway attached"))
        }
        InternetGatewayRefusal::VpcHasEgressOnly(vpc) => {
            invalid(format!("Network {vpc} already has an egress-only internet gateway attached"))
        }
        InternetGatewayRefusal::NotAttached { gateway, vpc } => AwsError::new(
            "Gateway.NotAttached",
            format!("resource {gateway} is not attached to network {vpc}"),
        ),
        InternetGatewayRefusal::MappedPublicAddresses(vpc) => AwsError::dependency_violation(format!(
            "Network {vpc} has some mapped public address(es). Please unmap those public address(es) before \
             detaching the gateway."
        )),
    }
}
