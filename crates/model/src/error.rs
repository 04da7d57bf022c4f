//! Why the network refuses a change. One enum; which AWS code and sentence stand for a refusal is decided in ring 2.

use ipnet::IpNet;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use crate::ids::*;
use crate::instance_connect_endpoint_state::{EndpointState, IpAddressType};
use crate::instance_state::InstanceState;
use crate::peer::Peer;
use crate::peering_status::PeeringStatus;
use crate::place::{AccountId, Region, Zone};
use crate::resource::ResourceId;
use crate::route::{Destination, Target};
use crate::rule::Traffic;

/// A refused change. Variants are grouped by noun; the first ones serve all nouns.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// There is no such resource, or it belongs to somebody else.
    NotFound(ResourceId),
    /// Others still depend on the resource.
    HasDependencies(ResourceId),
    /// A quota is reached; what it counts, and the limit.
    QuotaReached(Quota, usize),

    /// A VPC's block must have a netmask between /16 and /28 and lie in a permitted range.
    VpcRange(IpNet),
    /// A subnet's block lies outside its VPC's blocks, or has a netmask outside /16 to /28.
    SubnetRange(IpNet),
    /// A subnet's block overlaps another subnet's.
    SubnetConflict(IpNet),

    // VPCs.
    /// A further block is of a range that the VPC's other blocks rule out.
    VpcRangeRestricted(IpNet),
    /// A further block overlaps one of the VPC's, or of a peer's.
    VpcConflict(IpNet),
    /// A further block is the same as, or larger than, the destination of a route.
    VpcCidrCoversRoute(IpNet),
    /// The VPC has as many blocks of the family as it may.
    VpcCidrQuotaReached(VpcId, usize),
    /// There is no such association of a block.
    VpcCidrNotFound(VpcCidrAssociationId),
    /// The primary block stays.
    PrimaryVpcCidr(VpcCidrAssociationId),
    /// Subnets lie in the block.
    VpcCidrInUse(VpcCidrAssociationId),
    /// Public host names need the VPC's resolver.
    DnsHostnamesNeedDnsSupport(VpcId),
    /// Tenancy changes only from dedicated to default.
    TenancyFixed(VpcId),
    /// The Region has its default VPC already.
    DefaultVpcExists,
    /// The Region has no default VPC.
    NoDefaultVpc,
    /// The zone has its default subnet already.
    DefaultSubnetExists {
        /// It.
        subnet: SubnetId,
        /// Its zone.
        zone: Zone,
    },

    // Subnets.
    /// What is asked for needs an IPv6 block.
    SubnetWithoutIpv6(SubnetId),
    /// A subnet has one IPv6 block at most.
    SubnetHasIpv6(SubnetId),
    /// There is no such association of a block.
    SubnetCidrNotFound(SubnetCidrAssociationId),
    /// Interfaces have addresses of the block, or the subnet has no other.
    SubnetCidrInUse(SubnetCidrAssociationId),
    /// A reservation lies outside its subnet, whose block of that family is told.
    ReservationOutsideSubnet {
        /// The subnet's block, if it has one of the family.
        subnet: Option<IpNet>,
    },
    /// A reservation overlaps another one.
    ReservationOverlaps(IpNet),

    // Internet gateways.
    /// The gateway is attached already.
    InternetGatewayAttached {
        /// The gateway.
        gateway: InternetGatewayId,
        /// Where it is attached.
        vpc: VpcId,
    },
    /// The VPC has an internet gateway already.
    VpcHasInternetGateway(VpcId),
    /// The VPC has an egress-only internet gateway already.
    VpcHasEgressOnlyInternetGateway(VpcId),
    /// The gateway is not attached to this VPC.
    InternetGatewayNotAttached {
        /// The gateway.
        gateway: InternetGatewayId,
        /// The VPC.
        vpc: VpcId,
    },
    /// Interfaces of the VPC are reached by public addresses.
    MappedPublicAddresses(VpcId),

    // Route tables.
    /// There is no such association.
    RouteTableAssociationNotFound(RouteTableAssociationId),
    /// The subnet, or gateway, has a table of its own already.
    RouteTableAssociated(RouteTableId),
    /// The main table can be replaced, but a VPC is never without one.
    MainRouteTableAssociation(RouteTableAssociationId),
    /// A route table and what it is to work with are not in one VPC.
    RouteTableElsewhere {
        /// The table.
        table: RouteTableId,
        /// The subnet, gateway or interface.
        other: ResourceId,
    },
    /// A gateway's table has a route that it cannot have.
    EdgeRoute {
        /// The table.
        table: RouteTableId,
        /// The route's destination.
        destination: Destination,
    },
    /// Inside the VPC a route can lead only to an interface or a NAT gateway.
    RouteInsideVpc(IpNet),
    /// Inside the VPC a route is for a whole subnet.
    RouteToPartOfSubnet(IpNet),
    /// The destination is for AWS's own services.
    RouteReserved(IpNet),
    /// The target takes no packets of the destination's family.
    RouteFamily {
        /// The destination.
        destination: Destination,
        /// The target.
        target: Target,
    },
    /// There is a route to the destination already.
    RouteExists(Destination),
    /// There is no route to the destination, to be replaced.
    NoRouteToReplace(Destination),
    /// There is no route to the destination, to be deleted.
    RouteNotFound {
        /// The table.
        table: RouteTableId,
        /// The destination.
        destination: Destination,
    },
    /// The route is local and stays.
    LocalRoute {
        /// The table.
        table: RouteTableId,
        /// The destination.
        destination: Destination,
    },

    // Network interfaces, and addresses in subnets.
    /// A subnet has no free IPv4 address left.
    NoFreeAddress(SubnetId),
    /// An address is not in the subnet's blocks.
    AddressOutsideSubnet(IpAddr),
    /// An address is one that AWS keeps for itself.
    AddressReserved(IpAddr),
    /// An interface has the address already.
    AddressInUse(IpAddr),
    /// An address is on another interface, and moving it was not allowed.
    AddressAssigned(IpAddr),
    /// Addresses to be taken from an interface are not among its secondary ones.
    AddressesNotAssigned(NetworkInterfaceId),
    /// IPv6 addresses to be taken from an interface are not on it.
    Ipv6AddressesNotAssigned(NetworkInterfaceId),
    /// The instance type allows fewer addresses per interface.
    TooManyPrivateAddresses,
    /// A group and a subnet are in different VPCs.
    GroupOfOtherVpc(SecurityGroupId, SubnetId),
    /// An interface has at least one group.
    NoGroups,
    /// An interface that is attached cannot be deleted.
    InterfaceAttached(NetworkInterfaceId),
    /// An interface that is attached cannot be attached again.
    InterfaceInUse(NetworkInterfaceId),
    /// An instance has an interface at this device index.
    DeviceIndexTaken(InstanceId, u16),
    /// The instance type allows fewer interfaces.
    TooManyInterfaces(usize, String),
    /// The primary interface stays with its instance.
    PrimaryInterfaceDetached,
    /// An interface and an instance are in different zones.
    InterfaceZone(NetworkInterfaceId, InstanceId),
    /// There is no such attachment.
    NoSuchAttachment(AttachmentId),
    /// The attachment belongs to a service.
    ServiceAttachment,
    /// The interface belongs to a service.
    ServiceInterface,

    // Elastic IP addresses.
    /// There is no such association.
    NoSuchAddressAssociation(AddressAssociationId),
    /// No address of this account.
    NoSuchAddress(Ipv4Addr),
    /// The address is associated, and moving it was not allowed.
    AddressAssociated(AllocationId, AddressAssociationId),
    /// An associated address cannot be released.
    ReleasedInUse(Ipv4Addr),
    /// A VPC has no internet gateway, and so no public address.
    NoInternetGateway(VpcId),
    /// The private address is not on the interface.
    NotOnInterface(NetworkInterfaceId, Ipv4Addr),
    /// Several interfaces: which one is meant?
    SeveralInterfaces(InstanceId),
    /// An instance that is being made has no use for an address yet.
    PendingInstance(NetworkInterfaceId),
    /// The public range is used up.
    NoPublicAddress,

    // Key pairs.
    /// The name is taken.
    KeyPairExists(String),
    /// There is no key pair of this name.
    NoSuchKeyPair(String),

    // Instances.
    /// The instance's state does not allow it: what was wanted.
    InstanceState(InstanceId, InstanceState, Wanted),
    /// `DisableApiTermination` is on.
    TerminationDisabled(InstanceId),
    /// `DisableApiStop` is on.
    StopDisabled(InstanceId),
    /// The instance has an association with an instance profile.
    InstanceProfileAssociated(InstanceId),
    /// No instance has this association.
    NoSuchInstanceProfileAssociation(InstanceProfileAssociationId),
    /// The instance of an association does not run.
    InstanceProfileAssociationInactive(InstanceProfileAssociationId),
    /// The default VPC has no subnets.
    NoDefaultSubnet(VpcId),

    // EC2 Instance Connect Endpoints.
    /// The endpoint's state does not allow it.
    EndpointState(InstanceConnectEndpointId, EndpointState),
    /// The subnet has no addresses for this type of endpoint.
    EndpointFamily(SubnetId, IpAddressType),

    // Security groups and their rules.
    /// Another group of the VPC has this name.
    GroupNameTaken(String, VpcId),
    /// `default` is the name of the VPC's own group.
    GroupNameReserved,
    /// A name may not look like an identifier.
    GroupNameLikeId(String),
    /// A VPC's own group goes only with its VPC.
    DefaultGroup(SecurityGroupId),
    /// The group has a rule for this far end and traffic already.
    RuleExists(Peer, Traffic),
    /// The request names one rule twice.
    RuleRepeated,
    /// The group has no such rule.
    NoSuchRule,
    /// The resource is in another VPC than the one it is to work with.
    DifferentNetworks(ResourceId),

    // Network ACLs.
    /// A VPC's own network ACL goes only with its VPC.
    DefaultNetworkAcl(NetworkAclId),
    /// The direction has a rule of this number already.
    EntryExists(u16),
    /// The direction has no rule of this number.
    NoSuchEntry(u16),
    /// No subnet has this association.
    NoSuchNetworkAclAssociation(NetworkAclAssociationId),

    // Prefix lists.
    /// AWS manages the list; nobody else may change it.
    ManagedByAws(PrefixListId),
    /// The change was made for another version than the current one, which is this.
    PrefixListVersion(u64),
    /// More entries than the list was made for.
    PrefixListFull,
    /// The list has had no such version.
    NoSuchPrefixListVersion(u64),
    /// A block of the other address family.
    PrefixListFamily(IpNet),
    /// The list has the block already, or the request names it twice.
    PrefixListEntryExists(IpNet),
    /// The list does not have the block.
    NoSuchPrefixListEntry(IpNet),

    // Peering connections.
    /// The two VPCs have a connection, or a request for one.
    PeeringExists(VpcPeeringConnectionId),
    /// The connection's status does not allow it.
    PeeringTransition {
        /// The connection.
        peering: VpcPeeringConnectionId,
        /// Its status.
        from: PeeringStatus,
        /// The status wanted.
        to: PeeringStatus,
    },
    /// It is for the accepter to do.
    PeeringSide {
        /// Who tried.
        account: AccountId,
        /// The connection.
        peering: VpcPeeringConnectionId,
    },
    /// A request is answered in the accepter's Region.
    PeeringRegion {
        /// Where it was tried.
        region: Region,
        /// The connection.
        peering: VpcPeeringConnectionId,
        /// The accepter's Region.
        right: Region,
    },
    /// Each side sets its own options.
    PeeringOptionsSide {
        /// Who tried.
        account: AccountId,
        /// The connection.
        peering: VpcPeeringConnectionId,
    },
    /// Options are for active connections.
    PeeringNotActive(VpcPeeringConnectionId),
    /// Both VPCs need DNS support and DNS hostnames.
    PeeringDnsHostnames(VpcPeeringConnectionId),
}

/// What was wanted of an instance whose state did not allow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// To start it.
    Start,
    /// To stop it.
    Stop,
    /// To reboot it.
    Reboot,
    /// To change what can only be changed while it is stopped.
    Stopped,
    /// To use it while it is not running.
    Running,
    /// Anything, while it is not gone.
    Present,
}

/// What is limited, see "Amazon VPC quotas" (VPC User Guide).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quota {
    /// VPCs per Region.
    Vpcs,
    /// Subnets per VPC.
    SubnetsPerVpc,
    /// Blocks per VPC.
    CidrsPerVpc,
    /// Internet gateways per Region.
    InternetGateways,
    /// Route tables per VPC.
    RouteTablesPerVpc,
    /// Routes per route table and family.
    RoutesPerTable,
    /// Security groups per Region.
    SecurityGroups,
    /// Rules per security group, direction and family.
    RulesPerGroup,
    /// Security groups per interface.
    GroupsPerInterface,
    /// Network ACLs per VPC.
    NetworkAclsPerVpc,
    /// Rules per network ACL and direction.
    RulesPerNetworkAcl,
    /// Network interfaces per Region.
    NetworkInterfaces,
    /// Elastic IP addresses per Region.
    ElasticIps,
    /// Key pairs per Region.
    KeyPairs,
    /// Instances per Region.
    Instances,
    /// EC2 Instance Connect Endpoints per Region.
    InstanceConnectEndpoints,
    /// EC2 Instance Connect Endpoints per VPC.
    InstanceConnectEndpointsPerVpc,
    /// Egress-only internet gateways per Region.
    EgressOnlyInternetGateways,
    /// NAT gateways per Availability Zone.
    NatGatewaysPerZone,
    /// DHCP option sets per Region.
    DhcpOptions,
    /// Reservations per subnet.
    ReservationsPerSubnet,
    /// Peering connections per VPC.
    PeeringConnectionsPerVpc,
    /// Unanswered peering requests per VPC.
    PeeringRequestsOutstanding,
    /// Customer-managed prefix lists per Region.
    PrefixLists,
    /// Versions kept of a prefix list.
    VersionsPerPrefixList,
    /// Tags per resource.
    TagsPerResource,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Refusal {}
