//! What routes point to: each takes a packet that a route table sent to it and says where it goes next.

use model::Target;

use crate::journey::{Crossing, Journey, Step};
use crate::stage::Stage;

pub mod appliance;
pub mod egress_only_internet_gateway;
pub mod endpoint_passage;
pub mod interface_endpoint;
pub mod internet;
pub mod internet_gateway;
pub mod local;
pub mod nat_gateway;
mod public_access;
pub mod vpc_endpoint;
pub mod vpc_peering_connection;

/// Takes a packet to a route's target.
pub fn reach<'a>(journey: &mut Journey<'a, '_>, target: Target, crossing: Crossing<'a>) -> Step<'a> {
    match target {
        Target::Local => local::reach(journey, crossing),
        Target::InternetGateway(id) => internet_gateway::leave(journey, id, crossing),
        Target::EgressOnlyInternetGateway(id) => egress_only_internet_gateway::leave(journey, id, crossing),
        Target::NatGateway(id) => nat_gateway::reach(journey, id, crossing),
        Target::NetworkInterface(id) => appliance::reach(journey, id, crossing),
        Target::VpcEndpoint(id) => vpc_endpoint::leave(journey, id, crossing),
        Target::VpcPeeringConnection(id) => vpc_peering_connection::cross(journey, id, crossing),
    }
}

/// The stage that a route's target is.
pub fn stage(target: Target) -> Stage {
    match target {
        Target::Local => Stage::Local,
        Target::InternetGateway(_) => Stage::InternetGateway,
        Target::EgressOnlyInternetGateway(_) => Stage::EgressOnlyInternetGateway,
        Target::NatGateway(_) => Stage::NatGateway,
        Target::NetworkInterface(_) => Stage::Appliance,
        Target::VpcEndpoint(_) => Stage::VpcEndpoint,
        Target::VpcPeeringConnection(_) => Stage::VpcPeeringConnection,
    }
}
