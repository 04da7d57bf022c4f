//! Why the network refuses a change: an enum for each noun, and the sum of them. Which AWS code and sentence stand for a
//! refusal is decided in ring 2.
//!
//! The enums know identifiers and plain values, not the nouns themselves: these import the refusals.

mod elastic_ip;
mod flow_log;
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
mod route;
mod route_table;
mod security_group;
mod snapshot;
mod subnet;
mod volume;
mod vpc;
mod vpc_endpoint;
mod vpc_peering_connection;

pub use elastic_ip::ElasticIpRefusal;
pub use flow_log::FlowLogRefusal;
pub use image::ImageRefusal;
pub use instance::{InstanceRefusal, Wanted};
pub use instance_connect_endpoint::InstanceConnectEndpointRefusal;
pub use internet_gateway::InternetGatewayRefusal;
pub use key_pair::KeyPairRefusal;
pub use launch_template::LaunchTemplateRefusal;
pub use nat_gateway::NatGatewayRefusal;
pub use network_acl::NetworkAclRefusal;
pub use network_interface::NetworkInterfaceRefusal;
pub use placement_group::PlacementGroupRefusal;
pub use prefix_list::PrefixListRefusal;
pub use route::RouteRefusal;
pub use route_table::RouteTableRefusal;
pub use security_group::SecurityGroupRefusal;
pub use snapshot::SnapshotRefusal;
pub use subnet::SubnetRefusal;
pub use volume::{CapacityRefusal, VolumeRefusal};
pub use vpc::VpcRefusal;
pub use vpc_endpoint::VpcEndpointRefusal;
pub use vpc_peering_connection::VpcPeeringConnectionRefusal;

use std::fmt;

use crate::quotas::Quota;
use crate::resource::ResourceId;

/// A refused change. The first ones serve all nouns.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// There is no such resource, or it belongs to somebody else.
    NotFound(ResourceId),
    /// Others still depend on the resource.
    HasDependencies(ResourceId),
    /// A quota is reached; what it counts, and the limit.
    QuotaReached(Quota, usize),
    /// The resource is in another VPC than the one it is to work with.
    DifferentNetworks(ResourceId),

    /// A refused change of a VPC.
    Vpc(VpcRefusal),
    /// A refused change of a subnet, or of an address in it.
    Subnet(SubnetRefusal),
    /// A refused change of an internet gateway, or of an egress-only one.
    InternetGateway(InternetGatewayRefusal),
    /// A refused change of a route table, or of its associations.
    RouteTable(RouteTableRefusal),
    /// A refused change of a route.
    Route(RouteRefusal),
    /// A refused change of a network interface, its addresses or its attachment.
    NetworkInterface(NetworkInterfaceRefusal),
    /// A refused change of an Elastic IP address, or of its association.
    ElasticIp(ElasticIpRefusal),
    /// A refused change of a flow log.
    FlowLog(FlowLogRefusal),
    /// A refused change of the addresses of a NAT gateway.
    NatGateway(NatGatewayRefusal),
    /// A refused change of a key pair.
    KeyPair(KeyPairRefusal),
    /// A refused change of a launch template.
    LaunchTemplate(LaunchTemplateRefusal),
    /// A refused change of an instance, or of its association with an instance profile.
    Instance(InstanceRefusal),
    /// A refused change of a volume, or of its attachment.
    Volume(VolumeRefusal),
    /// A refused change of an image.
    Image(ImageRefusal),
    /// A refused change of a snapshot.
    Snapshot(SnapshotRefusal),
    /// A refused change of an EC2 Instance Connect Endpoint.
    InstanceConnectEndpoint(InstanceConnectEndpointRefusal),
    /// A refused change of a security group, or of its rules.
    SecurityGroup(SecurityGroupRefusal),
    /// A refused change of a network ACL, of its entries or its associations.
    NetworkAcl(NetworkAclRefusal),
    /// A refused change of a placement group, or of an instance's place.
    PlacementGroup(PlacementGroupRefusal),
    /// A refused change of a prefix list.
    PrefixList(PrefixListRefusal),
    /// A refused change of a VPC endpoint.
    VpcEndpoint(VpcEndpointRefusal),
    /// A refused change of a peering connection.
    VpcPeeringConnection(VpcPeeringConnectionRefusal),
}

/// Makes `?` and `into` work from every noun's refusals to the sum.
macro_rules! sum_of {
    ($($noun:ident($refusal:ident);)*) => {$(
        impl From<$refusal> for Refusal {
            fn from(refusal: $refusal) -> Self {
                Refusal::$noun(refusal)
            }
        }
    )*};
}

sum_of! {
    Vpc(VpcRefusal);
    Subnet(SubnetRefusal);
    InternetGateway(InternetGatewayRefusal);
    RouteTable(RouteTableRefusal);
    Route(RouteRefusal);
    NetworkInterface(NetworkInterfaceRefusal);
    ElasticIp(ElasticIpRefusal);
    FlowLog(FlowLogRefusal);
    NatGateway(NatGatewayRefusal);
    KeyPair(KeyPairRefusal);
    LaunchTemplate(LaunchTemplateRefusal);
    Instance(InstanceRefusal);
    Volume(VolumeRefusal);
    Snapshot(SnapshotRefusal);
    Image(ImageRefusal);
    InstanceConnectEndpoint(InstanceConnectEndpointRefusal);
    SecurityGroup(SecurityGroupRefusal);
    NetworkAcl(NetworkAclRefusal);
    PlacementGroup(PlacementGroupRefusal);
    PrefixList(PrefixListRefusal);
    VpcEndpoint(VpcEndpointRefusal);
    VpcPeeringConnection(VpcPeeringConnectionRefusal);
}

impl From<CapacityRefusal> for Refusal {
    fn from(refusal: CapacityRefusal) -> Self {
        VolumeRefusal::from(refusal).into()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Refusal {}
