//! Which AWS code and sentence stand for what the model refuses.
//!
//! Codes follow "Error codes for the Amazon EC2 API" (EC2 API Reference); sentences are those AWS sends, since
//! programs match on them. Where AWS's own words are not known, ours say the same in AWS's manner.

mod elastic_ip;
mod identifier;
mod image;
mod instance;
mod instance_connect_endpoint;
mod internet_gateway;
mod key_pair;
mod launch_template;
mod nat_gateway;
mod network_acl;
mod network_interface;
mod placement_group;
mod prefix_list;
mod quota;
mod route;
mod route_table;
mod security_group;
mod snapshot;
mod subnet;
mod volume;
mod vpc;
mod vpc_endpoint;
mod vpc_peering_connection;

pub(crate) use identifier::{has_malformed_code, malformed, not_found};
pub(crate) use route::{gateway_not_found, nat_gateway_not_found, refused_for_route};
pub(crate) use vpc_endpoint::{invalid_service_name, refused_for_endpoint};

use awsproto::AwsError;
use model::refusal::FlowLogRefusal;
use model::{Refusal, ResourceId};

/// What AWS says of two resources that cannot work together.
const OF_DIFFERENT_NETWORKS: &str = "You have specified two resources that belong to different networks.";

/// What AWS says when the model refuses a change.
pub(crate) fn refused(refusal: impl Into<Refusal>) -> AwsError {
    match refusal.into() {
        Refusal::NotFound(id) => not_found(id.kind(), &[&id.to_string()]),
        Refusal::HasDependencies(id) => has_dependencies(id),
        Refusal::QuotaReached(quota, limit) => quota::reached(quota, limit),
        Refusal::DifferentNetworks(ResourceId::SecurityGroup(_)) => {
            AwsError::new("InvalidGroup.NotFound", OF_DIFFERENT_NETWORKS)
        }
        Refusal::DifferentNetworks(_) => invalid(OF_DIFFERENT_NETWORKS),
        Refusal::Vpc(refusal) => vpc::refused(refusal),
        Refusal::Subnet(refusal) => subnet::refused(refusal),
        Refusal::InternetGateway(refusal) => internet_gateway::refused(refusal),
        Refusal::RouteTable(refusal) => route_table::refused(refusal),
        Refusal::Route(refusal) => route::refused(refusal),
        Refusal::NetworkInterface(refusal) => network_interface::refused(refusal),
        Refusal::ElasticIp(refusal) => elastic_ip::refused(refusal),
        Refusal::NatGateway(refusal) => nat_gateway::refused(refusal),
        Refusal::KeyPair(refusal) => key_pair::refused(refusal),
        Refusal::LaunchTemplate(refusal) => launch_template::refused(refusal),
        Refusal::Instance(refusal) => instance::refused(refusal),
        Refusal::Volume(refusal) => volume::refused(refusal),
        Refusal::Snapshot(refusal) => snapshot::refused(refusal),
        Refusal::Image(refusal) => image::refused(refusal),
        Refusal::InstanceConnectEndpoint(refusal) => instance_connect_endpoint::refused(refusal),
        Refusal::SecurityGroup(refusal) => security_group::refused(refusal),
        Refusal::NetworkAcl(refusal) => network_acl::refused(refusal),
        Refusal::PlacementGroup(refusal) => placement_group::refused(refusal),
        Refusal::PrefixList(refusal) => prefix_list::refused(refusal),
        Refusal::FlowLog(FlowLogRefusal::Exists(_)) => AwsError::new(
            "FlowLogAlreadyExists",
            "Error. There is an existing Flow Log with the same configuration and log destination.",
        ),
        Refusal::VpcEndpoint(refusal) => vpc_endpoint::refused(refusal),
        Refusal::VpcPeeringConnection(refusal) => vpc_peering_connection::refused(refusal),
    }
}

fn has_dependencies(id: ResourceId) -> AwsError {
    let noun = match id {
        ResourceId::SecurityGroup(_) => {
            return AwsError::dependency_violation(format!("resource {id} has a dependent object"));
        }
        ResourceId::DhcpOptions(_) => "dhcpOptions",
        other => other.noun(),
    };
    AwsError::dependency_violation(format!("The {noun} '{id}' has dependencies and cannot be deleted."))
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::invalid_parameter_value(message)
}
