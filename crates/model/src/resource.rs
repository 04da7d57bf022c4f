//! A resource of any kind, by its identifier: what tags are put on and what errors name.

use std::fmt;
use std::str::FromStr;

use crate::ids::*;

macro_rules! resources {
    ($($variant:ident($id:ty) $type_name:literal $noun:literal;)*) => {
        /// The identifier of a resource of any kind.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ResourceId {
            $(#[doc = concat!("`", $type_name, "`.")] $variant($id),)*
        }

        impl ResourceId {
            /// What kind of identifier it is.
            pub fn kind(&self) -> IdKind {
                match self { $(ResourceId::$variant(_) => <$id as Id>::KIND,)* }
            }

            /// The type as tags and ARNs write it, such as `route-table`.
            pub fn type_name(&self) -> &'static str {
                match self { $(ResourceId::$variant(_) => $type_name,)* }
            }

            /// The type as error texts write it, such as `routeTable`.
            pub fn noun(&self) -> &'static str {
                match self { $(ResourceId::$variant(_) => $noun,)* }
            }
        }

        impl fmt::Display for ResourceId {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self { $(ResourceId::$variant(id) => id.fmt(f),)* }
            }
        }

        impl FromStr for ResourceId {
            type Err = MalformedId;
            fn from_str(text: &str) -> Result<Self, MalformedId> {
                $(if let Ok(id) = text.parse::<$id>() {
                    return Ok(ResourceId::$variant(id));
                })*
                Err(MalformedId { text: text.to_owned(), expected: "resource" })
            }
        }

        $(impl From<$id> for ResourceId {
            fn from(id: $id) -> Self {
                ResourceId::$variant(id)
            }
        })*
    };
}

resources! {
    Vpc(VpcId) "vpc" "vpc";
    Subnet(SubnetId) "subnet" "subnet";
    RouteTable(RouteTableId) "route-table" "routeTable";
    InternetGateway(InternetGatewayId) "internet-gateway" "internetGateway";
    EgressOnlyInternetGateway(EgressOnlyInternetGatewayId) "egress-only-internet-gateway" "gateway";
    PublicAccessExclusion(PublicAccessExclusionId) "vpc-block-public-access-exclusion" "vpcBlockPublicAccessExclusion";
    NatGateway(NatGatewayId) "natgateway" "natGateway";
    VpcEndpoint(VpcEndpointId) "vpc-endpoint" "vpcEndpoint";
    VpcPeeringConnection(VpcPeeringConnectionId) "vpc-peering-connection" "vpcPeeringConnection";
    PrefixList(PrefixListId) "prefix-list" "prefixList";
    SecurityGroup(SecurityGroupId) "security-group" "securityGroup";
    SecurityGroupRule(SecurityGroupRuleId) "security-group-rule" "securityGroupRule";
    NetworkAcl(NetworkAclId) "network-acl" "networkAcl";
    NetworkInterface(NetworkInterfaceId) "network-interface" "networkInterface";
    ElasticIp(AllocationId) "elastic-ip" "allocation";
    KeyPair(KeyPairId) "key-pair" "keyPair";
    DhcpOptions(DhcpOptionsId) "dhcp-options" "dhcpOption";
    Instance(InstanceId) "instance" "instance";
    InstanceConnectEndpoint(InstanceConnectEndpointId) "instance-connect-endpoint" "instanceConnectEndpoint";
    FlowLog(FlowLogId) "vpc-flow-log" "flowLog";
    LaunchTemplate(LaunchTemplateId) "launch-template" "launchTemplate";
    Fleet(FleetId) "fleet" "fleet";
    PlacementGroup(PlacementGroupId) "placement-group" "placementGroup";
    Reservation(ReservationId) "reservation" "reservation";
    Volume(VolumeId) "volume" "volume";
    Snapshot(SnapshotId) "snapshot" "snapshot";
    Image(ImageId) "image" "image";
    SubnetCidrReservation(SubnetCidrReservationId) "subnet-cidr-reservation" "subnetCidrReservation";
}
