//! What AWS says when a change of route tables and their associations is refused.

use awsproto::AwsError;
use model::refusal::RouteTableRefusal;
use model::{ResourceId, RouteTableId};

use super::{identifier::unknown, invalid};

pub(super) fn refused(refusal: RouteTableRefusal) -> AwsError {
    match refusal {
        RouteTableRefusal::AssociationNotFound(id) => unknown(id),
        RouteTableRefusal::Associated(table) => AwsError::new(
            "Resource.AlreadyAssociated",
            format!(
                "the specified association for route table {table} conflicts with an existing association"
            ),
        ),
        RouteTableRefusal::MainAssociation(id) => {
            invalid(format!("cannot disassociate the main route table association {id}"))
        }
        RouteTableRefusal::Elsewhere { table, other } => different_networks(table, other),
    }
}

fn different_networks(table: RouteTableId, other: ResourceId) -> AwsError {
    let noun = match other {
        ResourceId::InternetGateway(_)
        | ResourceId::EgressOnlyInternetGateway(_)
        | ResourceId::FlowLog(_)
        | ResourceId::NatGateway(_)
        | ResourceId::VpcEndpoint(_)
        | ResourceId::VpcPeeringConnection(_) => "network gateway",
        ResourceId::NetworkInterface(_) => "interface",
        ResourceId::Vpc(_) => "network",
        other => other.type_name(),
    };
    invalid(format!("route table {table} and {noun} {other} belong to different networks"))
}
