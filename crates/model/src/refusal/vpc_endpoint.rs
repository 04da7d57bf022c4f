//! Why a change of VPC endpoints is refused.

use crate::ids::*;
use crate::instance_connect_endpoint_state::IpAddressType;
use crate::interface_endpoint::DnsRecordType;
use crate::route::Destination;

/// A refused change of a VPC endpoint.
#[derive(Clone, Debug, PartialEq)]
pub enum VpcEndpointRefusal {
    /// The route table has a route to the service's addresses already.
    RouteExists(RouteTableId, Destination),
    /// The route table has no route to the endpoint, to be removed.
    NotInTable {
        /// The endpoint.
        endpoint: VpcEndpointId,
        /// The table.
        table: RouteTableId,
    },
    /// What is to change is of the other type of endpoints: routes of an interface endpoint, subnets of a gateway endpoint.
    NotOfType(VpcEndpointId),
    /// The subnet is not in the endpoint's VPC.
    SubnetElsewhere {
        /// The subnet.
        subnet: SubnetId,
        /// The endpoint's VPC.
        vpc: VpcId,
    },
    /// The endpoint has an interface in the subnet's zone already.
    SameZone(SubnetId),
    /// The endpoint has no interface in the subnet.
    NotInSubnet {
        /// The endpoint.
        endpoint: VpcEndpointId,
        /// The subnet.
        subnet: SubnetId,
    },
    /// The group is not of the endpoint's VPC.
    GroupElsewhere {
        /// The group.
        group: SecurityGroupId,
        /// The endpoint's VPC.
        vpc: VpcId,
    },
    /// The endpoint does not have the group that it is to lose.
    NotItsGroup {
        /// The endpoint.
        endpoint: VpcEndpointId,
        /// The group.
        group: SecurityGroupId,
    },
    /// An endpoint keeps a group.
    NoGroups,
    /// The subnet has not the families that the endpoint is to have.
    Family(SubnetId, IpAddressType),
    /// Names cannot have records of families that the endpoint has not.
    Records(DnsRecordType, IpAddressType),
    /// Private DNS needs both DNS attributes of the VPC.
    NeedsDns(VpcId),
    /// Another endpoint of the VPC has private DNS for the name.
    PrivateDnsTaken {
        /// The name.
        name: String,
        /// The VPC.
        vpc: VpcId,
    },
    /// Private DNS for resolver endpoints alone needs a gateway endpoint for the service in the VPC.
    NeedsGateway(VpcId),
}
