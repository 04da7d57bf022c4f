//! What AWS says when a change of routes is refused.

use awsproto::AwsError;
use model::refusal::RouteRefusal;
use model::{Destination, IpNet, Refusal, ResourceId};

use super::invalid;

pub(super) fn refused(refusal: RouteRefusal) -> AwsError {
    match refusal {
        RouteRefusal::AtEdge { table, destination } => invalid(format!(
            "The route {destination} in route table {table} is not supported in a gateway route table."
        )),
        RouteRefusal::InsideVpc(cidr) => invalid(format!(
            "The destination CIDR block {cidr} is equal to or more specific than one of this VPC's CIDR blocks. This \
             route can target only an interface or an instance."
        )),
        RouteRefusal::ToPartOfSubnet(cidr) => invalid(format!(
            "The destination CIDR block {cidr} is more specific than one of this VPC's CIDR blocks but does not match \
             the entire CIDR block of a subnet in this VPC."
        )),
        RouteRefusal::Reserved(cidr) => invalid(format!(
            "The destination CIDR block {cidr} is equal to or more specific than a CIDR block reserved for AWS \
             services."
        )),
        RouteRefusal::Family { destination, target } => {
            invalid(format!("The route {destination} cannot target {target}: it carries IPv6 traffic only."))
        }
        RouteRefusal::Exists(destination) => AwsError::new(
            "RouteAlreadyExists",
            format!("The route identified by {destination} already exists."),
        ),
        RouteRefusal::NoneToReplace(destination) => invalid(format!(
            "There is no route defined for '{destination}' in the route table. Use CreateRoute instead."
        )),
        RouteRefusal::NotFound { table, destination } => {
            let parameter = destination_parameter(destination);
            let message = format!("no route with {parameter} {destination} in route table {table}");
            AwsError::new("InvalidRoute.NotFound", message)
        }
        RouteRefusal::ToEndpoint(_) => {
            invalid("Cannot create or replace a prefix list route targeting a VPC Endpoint.")
        }
        RouteRefusal::OutsideEndpoint(target) => invalid(format!(
            "{target} is a gateway endpoint, which only the prefix list of its service can be routed to."
        )),
        RouteRefusal::OfEndpoint { table, destination } => {
            invalid(format!("cannot remove VPC endpoint route {destination} in route table {table}"))
        }
        RouteRefusal::Local { table, destination } => {
            invalid(format!("cannot remove local route {destination} in route table {table}"))
        }
    }
}

/// As everywhere, but for gateways: routes know internet gateways as "gateway" and NAT gateways by another code.
pub(crate) fn refused_for_route(refusal: Refusal) -> AwsError {
    match refusal {
        Refusal::NotFound(ResourceId::InternetGateway(id)) => gateway_not_found(&id.to_string()),
        Refusal::NotFound(ResourceId::NatGateway(id)) => nat_gateway_not_found(&id.to_string()),
        other => super::refused(other),
    }
}

pub(crate) fn gateway_not_found(id: &str) -> AwsError {
    AwsError::not_found("InvalidGatewayID.NotFound", "gateway", id)
}

pub(crate) fn nat_gateway_not_found(id: &str) -> AwsError {
    AwsError::not_found("InvalidNatGatewayID.NotFound", "natGateway", id)
}

/// The parameter name that a destination is called by in sentences about routes.
fn destination_parameter(destination: Destination) -> &'static str {
    match destination {
        Destination::Cidr(IpNet::V4(_)) => "destination-cidr-block",
        Destination::Cidr(IpNet::V6(_)) => "destination-ipv6-cidr-block",
        Destination::PrefixList(_) => "destination-prefix-list-id",
    }
}
