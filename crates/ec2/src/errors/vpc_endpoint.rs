//! What AWS says when a change of VPC endpoints is refused.

use awsproto::AwsError;
use model::refusal::VpcEndpointRefusal;
use model::{Refusal, ResourceId};

pub(super) fn refused(refusal: VpcEndpointRefusal) -> AwsError {
    match refusal {
        VpcEndpointRefusal::RouteExists(table, destination) => AwsError::new(
            "RouteAlreadyExists",
            format!("route table {table} already has a route with destination-prefix-list-id {destination}"),
        ),
        VpcEndpointRefusal::NotInTable { endpoint, table } => AwsError::new(
            "InvalidParameter",
            format!("route table {table} is not associated with the VPC endpoint {endpoint}"),
        ),
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
