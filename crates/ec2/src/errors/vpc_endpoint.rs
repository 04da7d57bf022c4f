//! What AWS says when a change of VPC endpoints is refused.

use awsproto::AwsError;
use model::refusal::VpcEndpointRefusal;
use model::{Refusal, ResourceId};

pub(super) fn refused(refusal: VpcEndpointRefusal) -> AwsError {
    let invalid = |sentence: String| AwsError::new("InvalidParameter", sentence);
    match refusal {
        VpcEndpointRefusal::RouteExists(table, destination) => AwsError::new(
            "RouteAlreadyExists",
            format!("route table {table} already has a route with destination-prefix-list-id {destination}"),
        ),
        VpcEndpointRefusal::NotInTable { endpoint, table } => {
            invalid(format!("route table {table} is not associated with the VPC endpoint {endpoint}"))
        }
        VpcEndpointRefusal::NotOfType(id) => {
            invalid(format!("The VPC endpoint {id} is of a type that has no such property."))
        }
        VpcEndpointRefusal::SubnetElsewhere { subnet, vpc } => AwsError::new(
            "InvalidSubnetId.NotFound",
            format!("The subnet ID '{subnet}' does not exist in the VPC {vpc}"),
        ),
        VpcEndpointRefusal::SameZone(subnet) => AwsError::new(
            "DuplicateSubnetsInSameZone",
            format!("Found another VPC endpoint subnet in the availability zone of {subnet}."),
        ),
        VpcEndpointRefusal::NotInSubnet { endpoint, subnet } => AwsError::new(
            "InvalidSubnetId.NotFound",
            format!("The subnet {subnet} is not associated with the VPC endpoint {endpoint}"),
        ),
        VpcEndpointRefusal::GroupElsewhere { group, vpc } => {
            invalid(format!("Security group {group} does not belong to the VPC {vpc}."))
        }
        VpcEndpointRefusal::NotItsGroup { endpoint, group } => {
            invalid(format!("Security group {group} is not associated with the VPC endpoint {endpoint}"))
        }
        VpcEndpointRefusal::NoGroups => {
            invalid("A VPC endpoint must be associated with at least one security group.".to_owned())
        }
        VpcEndpointRefusal::Family(subnet, family) => invalid(format!(
            "The subnet {subnet} does not support the IP address type {} of the VPC endpoint.",
            family.name()
        )),
        VpcEndpointRefusal::Records(records, family) => invalid(format!(
            "The DNS record IP type {} is not compatible with the IP address type {}.",
            records.name(),
            family.name()
        )),
        VpcEndpointRefusal::NeedsDns(vpc) => invalid(format!(
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for \
             {vpc}"
        )),
        VpcEndpointRefusal::PrivateDnsTaken { name, vpc } => invalid(format!(
            "private-dns-enabled cannot be set because there is already a conflicting DNS domain for {name} in the VPC \
             {vpc}"
        )),
        VpcEndpointRefusal::NeedsGateway(vpc) => invalid(format!(
            "To set PrivateDnsOnlyForInboundResolverEndpoint to true, the VPC {vpc} must have a Gateway endpoint for the \
             service."
        )),
    }
}

/// As everywhere, but for VPCs and route tables, which requests about endpoints know by codes of their own.
pub(crate) fn refused_for_endpoint(refusal: Refusal) -> AwsError {
    match refusal {
        Refusal::NotFound(ResourceId::Vpc(id)) => {
            AwsError::not_found("InvalidVpcId.NotFound", "vpc", &id.to_string())
        }
        Refusal::NotFound(ResourceId::RouteTable(id)) => {
            AwsError::not_found("InvalidRouteTableId.NotFound", "routeTable", &id.to_string())
        }
        other => super::refused(other),
    }
}

/// A service that has no endpoints.
pub(crate) fn invalid_service_name(name: &str) -> AwsError {
    AwsError::new("InvalidServiceName", format!("The Vpc Endpoint Service '{name}' does not exist"))
}
