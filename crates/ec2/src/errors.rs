//! Which AWS code and sentence stand for what the model refuses.
//!
//! Codes follow "Error codes for the Amazon EC2 API" (EC2 API Reference); sentences are those AWS sends, since
//! programs match on them. Where AWS's own words are not known, ours say the same in AWS's manner.

use awsproto::AwsError;
use model::error::Wanted;
use model::rule::protocol;
use model::{Destination, IpNet, Ports, Quota, Refusal, ResourceId, RuleProtocol, Traffic};

use crate::vpc_peering_connection;

/// How AWS speaks of identifiers of one kind.
struct Family {
    /// Before the dash.
    prefix: &'static str,
    /// The code for one that does not exist.
    not_found: &'static str,
    /// The code for one that is not written as identifiers are; without one, AWS says that it does not exist.
    malformed: Option<&'static str>,
    /// What it does not exist as.
    sentence: Sentence,
}

/// The forms of "does not exist".
enum Sentence {
    /// "The vpc ID 'vpc-1' does not exist"; several: "The vpc IDs 'vpc-1, vpc-2' do not exist".
    Id(&'static str),
    /// "The security group 'sg-1' does not exist".
    Plain(&'static str),
    /// "The image id '[ami-1]' does not exist".
    Bracketed(&'static str),
    /// "NatGateway nat-1 was not found".
    WasNotFound(&'static str),
    /// "An invalid association-id of 'iip-assoc-1' was given".
    WasGiven(&'static str),
}

const fn family(
    prefix: &'static str,
    not_found: &'static str,
    malformed: Option<&'static str>,
    sentence: Sentence,
) -> Family {
    Family { prefix, not_found, malformed, sentence }
}

use Sentence::{Bracketed, Id, Plain, WasGiven, WasNotFound};

static FAMILIES: &[Family] = &[
    family("vpc", "InvalidVpcID.NotFound", None, Id("vpc")),
    family(
        "vpc-cidr-assoc",
        "InvalidVpcCidrBlockAssociationID.NotFound",
        None,
        Id("vpc CIDR block association"),
    ),
    family("subnet", "InvalidSubnetID.NotFound", None, Id("subnet")),
    family(
        "subnet-cidr-assoc",
        "InvalidSubnetCidrBlockAssociationID.NotFound",
        None,
        Id("subnet CIDR block association"),
    ),
    family("scr", "InvalidSubnetCidrReservationID.NotFound", None, Id("subnetCidrReservation")),
    family("rtb", "InvalidRouteTableID.NotFound", None, Id("routeTable")),
    family("rtbassoc", "InvalidAssociationID.NotFound", None, Id("association")),
    family("igw", "InvalidInternetGatewayID.NotFound", None, Id("internetGateway")),
    family("eigw", "InvalidGatewayID.NotFound", None, Id("gateway")),
    family("nat", "NatGatewayNotFound", Some("NatGatewayMalformed"), WasNotFound("NatGateway")),
    family("pcx", "InvalidVpcPeeringConnectionID.NotFound", None, Id("vpcPeeringConnection")),
    family("sg", "InvalidGroup.NotFound", Some("InvalidGroupId.Malformed"), Plain("security group")),
    family("sgr", "InvalidSecurityGroupRuleId.NotFound", None, Id("security group rule")),
    family("acl", "InvalidNetworkAclID.NotFound", None, Id("networkAcl")),
    family("aclassoc", "InvalidAssociationID.NotFound", None, Id("association")),
    family("eni", "InvalidNetworkInterfaceID.NotFound", None, Id("networkInterface")),
    family("eni-attach", "InvalidAttachmentID.NotFound", None, Id("attachment")),
    family("eipalloc", "InvalidAllocationID.NotFound", None, Id("allocation")),
    family("eipassoc", "InvalidAssociationID.NotFound", None, Id("association")),
    family("pl", "InvalidPrefixListID.NotFound", None, Id("prefix list")),
    family("dopt", "InvalidDhcpOptionID.NotFound", None, Id("dhcpOption")),
    family("key", "InvalidKeyPair.NotFound", None, Plain("key pair")),
    family("i", "InvalidInstanceID.NotFound", Some("InvalidInstanceID.Malformed"), Id("instance")),
    family("iip-assoc", "InvalidAssociationID.NotFound", None, WasGiven("association-id")),
    family("r", "InvalidReservationID.NotFound", Some("InvalidReservationID.Malformed"), Id("reservation")),
    family("ami", "InvalidAMIID.NotFound", Some("InvalidAMIID.Malformed"), Bracketed("image")),
    family("vol", "InvalidVolume.NotFound", None, Plain("volume")),
    family("snap", "InvalidSnapshot.NotFound", None, Plain("snapshot")),
    family(
        "eice",
        "InvalidInstanceConnectEndpointId.NotFound",
        Some("InvalidInstanceConnectEndpointId.Malformed"),
        Id("instanceConnectEndpoint"),
    ),
];

fn family_of(prefix: &str) -> &'static Family {
    let found = FAMILIES.iter().find(|family| family.prefix == prefix);
    found.expect("every kind of identifier is in the list")
}

/// Whether AWS tells identifiers of this kind that are wrongly written from those that do not exist.
pub(crate) fn has_malformed_code(prefix: &str) -> bool {
    family_of(prefix).malformed.is_some()
}

/// An identifier that is not written as identifiers of its kind are.
pub(crate) fn malformed(prefix: &str, text: &str) -> AwsError {
    let Some(code) = family_of(prefix).malformed else {
        return not_found(prefix, &[text]);
    };
    match prefix {
        "ami" | "sg" => AwsError::new(code, format!("Invalid id: \"{text}\" (expecting \"{prefix}-...\")")),
        _ => AwsError::malformed_id(code, text),
    }
}

/// Identifiers that do not exist.
pub(crate) fn not_found(prefix: &str, ids: &[&str]) -> AwsError {
    let family = family_of(prefix);
    let list = ids.join(", ");
    let (s, does) = if ids.len() == 1 { ("", "does") } else { ("s", "do") };
    let message = match family.sentence {
        Id(noun) => format!("The {noun} ID{s} '{list}' {does} not exist"),
        Plain(noun) => format!("The {noun}{s} '{list}' {does} not exist"),
        Bracketed(noun) => format!("The {noun} id{s} '[{list}]' {does} not exist"),
        WasNotFound(noun) => format!("{noun} {list} was not found"),
        WasGiven(noun) => format!("An invalid {noun} of '{list}' was given"),
    };
    AwsError::new(family.not_found, message)
}

fn resource_not_found(id: ResourceId) -> AwsError {
    let text = id.to_string();
    let prefix = text.rsplit_once('-').map_or(text.as_str(), |(prefix, _)| prefix);
    not_found(prefix, &[&text])
}

fn association_not_found(id: impl ToString) -> AwsError {
    AwsError::not_found("InvalidAssociationID.NotFound", "association", &id.to_string())
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

fn different_networks(table: model::RouteTableId, other: ResourceId) -> AwsError {
    let noun = match other {
        ResourceId::InternetGateway(_)
        | ResourceId::EgressOnlyInternetGateway(_)
        | ResourceId::NatGateway(_) => "network gateway",
        ResourceId::NetworkInterface(_) => "interface",
        ResourceId::Vpc(_) => "network",
        ResourceId::VpcPeeringConnection(_) => "peering connection",
        other => other.type_name(),
    };
    invalid(format!("route table {table} and {noun} {other} belong to different networks"))
}

/// The parameter name that a destination is called by in sentences about routes.
fn destination_parameter(destination: Destination) -> &'static str {
    match destination {
        Destination::Cidr(IpNet::V4(_)) => "destination-cidr-block",
        Destination::Cidr(IpNet::V6(_)) => "destination-ipv6-cidr-block",
        Destination::PrefixList(_) => "destination-prefix-list-id",
    }
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::invalid_parameter_value(message)
}

fn quota_reached(quota: Quota, limit: usize) -> AwsError {
    let (code, what) = match quota {
        Quota::Vpcs => ("VpcLimitExceeded", "VPCs"),
        Quota::SubnetsPerVpc => ("SubnetLimitExceeded", "subnets"),
        Quota::CidrsPerVpc => ("CidrLimitExceeded", "CIDR blocks"),
        Quota::InternetGateways => ("InternetGatewayLimitExceeded", "internet gateways"),
        Quota::EgressOnlyInternetGateways => {
            ("EgressOnlyInternetGatewayLimitExceeded", "egress-only internet gateways")
        }
        Quota::RouteTablesPerVpc => ("RouteTableLimitExceeded", "route tables"),
        Quota::RoutesPerTable => ("RouteLimitExceeded", "routes"),
        Quota::SecurityGroups => ("SecurityGroupLimitExceeded", "security groups"),
        Quota::RulesPerGroup => ("RulesPerSecurityGroupLimitExceeded", "rules per security group"),
        Quota::GroupsPerInterface => {
            ("SecurityGroupsPerInterfaceLimitExceeded", "security groups per interface")
        }
        Quota::NetworkAclsPerVpc => ("NetworkAclLimitExceeded", "network ACLs"),
        Quota::RulesPerNetworkAcl => ("NetworkAclEntryLimitExceeded", "network ACL entries"),
        Quota::NetworkInterfaces => ("NetworkInterfaceLimitExceeded", "network interfaces"),
        Quota::ElasticIps => ("AddressLimitExceeded", "addresses"),
        Quota::KeyPairs => ("KeyPairLimitExceeded", "key pairs"),
        Quota::Instances => ("InstanceLimitExceeded", "instances"),
        Quota::InstanceConnectEndpoints => ("ResourceLimitExceeded", "EC2 Instance Connect Endpoints"),
        Quota::InstanceConnectEndpointsPerVpc => {
            ("ResourceLimitExceeded", "EC2 Instance Connect Endpoints per VPC")
        }
        Quota::DhcpOptions => ("DhcpOptionsLimitExceeded", "DHCP option sets"),
        Quota::ReservationsPerSubnet => ("SubnetCidrReservationLimitExceeded", "subnet CIDR reservations"),
        Quota::PeeringConnectionsPerVpc => {
            ("VpcPeeringConnectionsPerVpcLimitExceeded", "VPC peering connections")
        }
        Quota::PeeringRequestsOutstanding => {
            ("OutstandingVpcPeeringConnectionLimitExceeded", "outstanding VPC peering connection requests")
        }
        Quota::PrefixLists => ("PrefixListLimitExceeded", "prefix lists"),
        Quota::VersionsPerPrefixList => ("PrefixListVersionLimitExceeded", "prefix list versions"),
        Quota::TagsPerResource => ("TagLimitExceeded", "Tags for a resource"),
        Quota::NatGatewaysPerZone => {
            let message = format!("Performing this operation would exceed the limit of {limit} NAT gateways");
            return AwsError::new("NatGatewayLimitExceeded", message);
        }
    };
    AwsError::new(code, format!("The maximum number of {what} has been reached."))
}

/// What AWS says of two resources that cannot work together.
const OF_DIFFERENT_NETWORKS: &str = "You have specified two resources that belong to different networks.";

/// What AWS says when the model refuses a change.
pub(crate) fn refused(refusal: Refusal) -> AwsError {
    match refusal {
        Refusal::NotFound(id) => resource_not_found(id),
        Refusal::HasDependencies(id) => has_dependencies(id),
        Refusal::QuotaReached(quota, limit) => quota_reached(quota, limit),

        // VPCs.
        Refusal::VpcRange(cidr) => {
            AwsError::new("InvalidVpc.Range", format!("The CIDR '{cidr}' is invalid."))
        }
        Refusal::VpcRangeRestricted(cidr) => AwsError::new(
            "InvalidVpc.Range",
            format!(
                "The CIDR '{cidr}' is restricted. Use a CIDR from the same private address range as the current VPC \
                 CIDR, or use a publicly-routable CIDR. For additional restrictions, see \
                 https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Subnets.html#VPC_Sizing"
            ),
        ),
        Refusal::VpcConflict(cidr) => {
            AwsError::new("InvalidVpc.Conflict", format!("The CIDR '{cidr}' conflicts with another CIDR"))
        }
        Refusal::VpcCidrCoversRoute(cidr) => invalid(format!(
            "The CIDR '{cidr}' is equal to or less specific than the destination of a route in one of the VPC's \
             route tables."
        )),
        Refusal::VpcCidrQuotaReached(vpc, limit) => AwsError::new(
            "CidrLimitExceeded",
            format!("This network {vpc} has met its maximum number of allowed CIDRs: {limit}"),
        ),
        Refusal::VpcCidrNotFound(id) => not_found("vpc-cidr-assoc", &[&id.to_string()]),
        Refusal::PrimaryVpcCidr(id) => AwsError::new(
            "OperationNotPermitted",
            format!(
                "The vpc CIDR block with association ID {id} may not be disassociated. It is the primary IPv4 CIDR \
                 block of the VPC"
            ),
        ),
        Refusal::VpcCidrInUse(id) => AwsError::dependency_violation(format!(
            "The vpc CIDR block with association ID {id} has dependencies and cannot be disassociated."
        )),
        Refusal::DnsHostnamesNeedDnsSupport(vpc) => {
            invalid(format!("DNS hostnames cannot be enabled for {vpc}: DNS support is not enabled."))
        }
        Refusal::TenancyFixed(vpc) => AwsError::new(
            "UnsupportedTenancy",
            format!("The tenancy of {vpc} can be changed from dedicated to default only."),
        ),
        Refusal::DefaultVpcExists => AwsError::new(
            "DefaultVpcAlreadyExists",
            "A Default VPC already exists for this account in this region.",
        ),
        Refusal::NoDefaultVpc => {
            AwsError::new("DefaultVpcDoesNotExist", "No default VPC exists for this account in this region.")
        }
        Refusal::DefaultSubnetExists { subnet, zone } => AwsError::new(
            "DefaultSubnetAlreadyExistsInAvailabilityZone",
            format!("'{subnet}' is already the default subnet in {zone}."),
        ),

        // Subnets.
        Refusal::SubnetRange(cidr) => {
            AwsError::new("InvalidSubnet.Range", format!("The CIDR '{cidr}' is invalid."))
        }
        Refusal::SubnetConflict(cidr) => AwsError::new(
            "InvalidSubnet.Conflict",
            format!("The CIDR '{cidr}' conflicts with another subnet"),
        ),
        Refusal::SubnetWithoutIpv6(subnet) => {
            invalid(format!("The subnet '{subnet}' does not have an IPv6 CIDR block."))
        }
        Refusal::SubnetHasIpv6(subnet) => {
            invalid(format!("The subnet '{subnet}' already has an IPv6 CIDR block."))
        }
        Refusal::SubnetCidrNotFound(id) => not_found("subnet-cidr-assoc", &[&id.to_string()]),
        Refusal::SubnetCidrInUse(id) => AwsError::dependency_violation(format!(
            "The subnet CIDR block with association ID {id} has dependencies and cannot be disassociated."
        )),
        Refusal::ReservationOutsideSubnet { subnet: Some(block) } => {
            invalid(format!("Reservation CIDR should be within subnet CIDR block ({block})"))
        }
        Refusal::ReservationOutsideSubnet { subnet: None } => {
            invalid("Reservation CIDR should be within subnet CIDR block")
        }
        Refusal::ReservationOverlaps(cidr) => {
            invalid(format!("Reservation CIDR {cidr} has overlap with existing reserved CIDR block"))
        }

        // Internet gateways.
        Refusal::InternetGatewayAttached { gateway, vpc } => AwsError::new(
            "Resource.AlreadyAssociated",
            format!("resource {gateway} is already attached to network {vpc}"),
        ),
        Refusal::VpcHasInternetGateway(vpc) => {
            invalid(format!("Network {vpc} already has an internet gateway attached"))
        }
        Refusal::VpcHasEgressOnlyInternetGateway(vpc) => {
            invalid(format!("Network {vpc} already has an egress-only internet gateway attached"))
        }
        Refusal::InternetGatewayNotAttached { gateway, vpc } => AwsError::new(
            "Gateway.NotAttached",
            format!("resource {gateway} is not attached to network {vpc}"),
        ),
        Refusal::MappedPublicAddresses(vpc) => AwsError::dependency_violation(format!(
            "Network {vpc} has some mapped public address(es). Please unmap those public address(es) before \
             detaching the gateway."
        )),

        // Route tables.
        Refusal::RouteTableAssociationNotFound(id) => association_not_found(id),
        Refusal::RouteTableAssociated(table) => AwsError::new(
            "Resource.AlreadyAssociated",
            format!(
                "the specified association for route table {table} conflicts with an existing association"
            ),
        ),
        Refusal::MainRouteTableAssociation(id) => {
            invalid(format!("cannot disassociate the main route table association {id}"))
        }
        Refusal::RouteTableElsewhere { table, other } => different_networks(table, other),
        Refusal::EdgeRoute { table, destination } => invalid(format!(
            "The route {destination} in route table {table} is not supported in a gateway route table."
        )),
        Refusal::RouteInsideVpc(cidr) => invalid(format!(
            "The destination CIDR block {cidr} is equal to or more specific than one of this VPC's CIDR blocks. This \
             route can target only an interface or an instance."
        )),
        Refusal::RouteToPartOfSubnet(cidr) => invalid(format!(
            "The destination CIDR block {cidr} is more specific than one of this VPC's CIDR blocks but does not match \
             the entire CIDR block of a subnet in this VPC."
        )),
        Refusal::RouteReserved(cidr) => invalid(format!(
            "The destination CIDR block {cidr} is equal to or more specific than a CIDR block reserved for AWS \
             services."
        )),
        Refusal::RouteFamily { destination, target } => {
            invalid(format!("The route {destination} cannot target {target}: it carries IPv6 traffic only."))
        }
        Refusal::RouteExists(destination) => AwsError::new(
            "RouteAlreadyExists",
            format!("The route identified by {destination} already exists."),
        ),
        Refusal::NoRouteToReplace(destination) => invalid(format!(
            "There is no route defined for '{destination}' in the route table. Use CreateRoute instead."
        )),
        Refusal::RouteNotFound { table, destination } => {
            let parameter = destination_parameter(destination);
            let message = format!("no route with {parameter} {destination} in route table {table}");
            AwsError::new("InvalidRoute.NotFound", message)
        }
        Refusal::LocalRoute { table, destination } => {
            invalid(format!("cannot remove local route {destination} in route table {table}"))
        }

        // Network interfaces, and addresses in subnets.
        Refusal::NoFreeAddress(_) => AwsError::new(
            "InsufficientFreeAddressesInSubnet",
            "The specified subnet does not have enough free addresses to satisfy the request.",
        ),
        Refusal::AddressOutsideSubnet(_) => {
            invalid("Address does not fall within the subnet's address range")
        }
        Refusal::AddressReserved(_) => invalid("Address is in subnet's reserved address range"),
        Refusal::AddressInUse(_) => {
            AwsError::new("InvalidIPAddress.InUse", "The specified address is already in use.")
        }
        Refusal::AddressAssigned(address) => AwsError::new(
            "Resource.AlreadyAssigned",
            format!("The IP address {address} is already assigned to another interface."),
        ),
        Refusal::AddressesNotAssigned(id) => invalid(format!(
            "Some of the specified private IP addresses are not assigned to the network interface '{id}'"
        )),
        Refusal::Ipv6AddressesNotAssigned(id) => invalid(format!(
            "Some of the specified IPv6 addresses are not assigned to the network interface '{id}'"
        )),
        Refusal::TooManyPrivateAddresses => {
            AwsError::new("PrivateIpAddressLimitExceeded", "Number of private addresses will exceed limit.")
        }
        Refusal::GroupOfOtherVpc(group, subnet) => AwsError::new(
            "InvalidParameter",
            format!("Security group {group} and subnet {subnet} belong to different networks."),
        ),
        Refusal::NoGroups => invalid("A network interface must have at least one security group."),
        Refusal::InterfaceAttached(id) => invalid(format!("Network interface '{id}' is currently in use.")),
        Refusal::InterfaceInUse(id) => {
            AwsError::new("InvalidNetworkInterface.InUse", format!("Interface: [{id}] in use."))
        }
        Refusal::DeviceIndexTaken(instance, index) => invalid(format!(
            "Instance '{instance}' already has an interface attached at device index '{index}'."
        )),
        Refusal::TooManyInterfaces(count, instance_type) => AwsError::new(
            "AttachmentLimitExceeded",
            format!("Interface count {count} exceeds the limit for {instance_type}"),
        ),
        Refusal::PrimaryInterfaceDetached => AwsError::new(
            "OperationNotPermitted",
            "The network interface at device index 0 and networkCard index 0 cannot be detached.",
        ),
        Refusal::InterfaceZone(interface, instance) => invalid(format!(
            "Network interface '{interface}' and instance '{instance}' are in different availability zones."
        )),
        Refusal::NoSuchAttachment(id) => not_found("eni-attach", &[&id.to_string()]),
        Refusal::ServiceAttachment => {
            AwsError::new("OperationNotPermitted", "You are not allowed to manage 'ela-attach' attachments.")
        }
        Refusal::ServiceInterface => {
            AwsError::new("AuthFailure", "You do not have permission to access the specified resource.")
                .with_status(400)
        }

        // Elastic IP addresses.
        Refusal::NoSuchAddressAssociation(id) => association_not_found(id),
        Refusal::NoSuchAddress(address) => {
            AwsError::new("InvalidAddress.NotFound", format!("Address '{address}' not found."))
        }
        Refusal::AddressAssociated(allocation, association) => AwsError::new(
            "Resource.AlreadyAssociated",
            format!("resource {allocation} is already associated with associate-id {association}"),
        ),
        Refusal::ReleasedInUse(address) => {
            AwsError::new("InvalidIPAddress.InUse", format!("Address {address} is in use."))
        }
        Refusal::NoInternetGateway(vpc) => AwsError::new(
            "Gateway.NotAttached",
            format!("Network {vpc} is not attached to any internet gateway"),
        ),
        Refusal::NotOnInterface(interface, address) => {
            invalid(format!("The address {address} is not assigned to the network interface '{interface}'"))
        }
        Refusal::SeveralInterfaces(instance) => AwsError::new(
            "InvalidInstanceID",
            format!(
                "There are multiple interfaces attached to instance '{instance}'. Please specify an interface ID for \
                 the operation instead."
            ),
        ),
        Refusal::PendingInstance(interface) => AwsError::new(
            "IncorrectInstanceState",
            format!(
                "The pending-instance-creation instance to which '{interface}' is attached is not in a valid state \
                 for this operation"
            ),
        ),
        Refusal::NoPublicAddress => {
            AwsError::new("InsufficientAddressCapacity", "Insufficient capacity to complete the request.")
        }

        // Key pairs.
        Refusal::KeyPairExists(name) => {
            AwsError::new("InvalidKeyPair.Duplicate", format!("The keypair '{name}' already exists."))
        }
        Refusal::NoSuchKeyPair(name) => not_found("key", &[&name]),

        // Instances.
        Refusal::InstanceProfileAssociated(instance) => AwsError::new(
            "IncorrectState",
            format!("There is an existing association for instance {instance}"),
        ),
        Refusal::NoSuchInstanceProfileAssociation(id) => not_found("iip-assoc", &[&id.to_string()]),
        Refusal::InstanceProfileAssociationInactive(id) => {
            AwsError::new("IncorrectState", format!("The association {id} is not the active association"))
        }
        Refusal::InstanceState(instance, _, wanted) => incorrect_state(instance, wanted),
        Refusal::TerminationDisabled(instance) => AwsError::new(
            "OperationNotPermitted",
            format!(
                "The instance '{instance}' may not be terminated. Modify its 'disableApiTermination' instance \
                 attribute and try again."
            ),
        ),
        Refusal::StopDisabled(instance) => AwsError::new(
            "OperationNotPermitted",
            format!(
                "The instance '{instance}' may not be stopped. Modify its 'disableApiStop' instance attribute and \
                 try again."
            ),
        ),
        Refusal::NoDefaultSubnet(vpc) => AwsError::new(
            "MissingInput",
            format!("No subnets found for the default VPC '{vpc}'. Please specify a subnet."),
        ),

        // EC2 Instance Connect Endpoints.
        Refusal::EndpointState(endpoint, state) => AwsError::new(
            "IncorrectState",
            format!(
                "The EC2 Instance Connect Endpoint '{endpoint}' cannot be modified while it is in the state '{}'.",
                state.name()
            ),
        ),
        Refusal::EndpointFamily(subnet, wanted) => invalid(format!(
            "The IP address type '{}' is not supported by the subnet '{subnet}': it has no addresses of that type.",
            wanted.name()
        )),

        // Security groups and their rules.
        Refusal::GroupNameTaken(name, vpc) => AwsError::new(
            "InvalidGroup.Duplicate",
            format!("The security group '{name}' already exists for VPC '{vpc}'"),
        ),
        Refusal::GroupNameReserved => invalid("Cannot use reserved security group name: default"),
        Refusal::GroupNameLikeId(name) => {
            AwsError::invalid_value("GroupName", &name, "Group names may not be in the format sg-*.")
        }
        Refusal::DefaultGroup(group) => AwsError::new(
            "CannotDelete",
            format!("the specified group: \"{group}\" name: \"default\" cannot be deleted by a user"),
        ),
        Refusal::RuleExists(peer, traffic) => AwsError::new(
            "InvalidPermission.Duplicate",
            format!("the specified rule \"peer: {peer}, {}, ALLOW\" already exists", rule_traffic(traffic)),
        ),
        Refusal::RuleRepeated => invalid("The same permission must not appear multiple times"),
        Refusal::NoSuchRule => AwsError::new(
            "InvalidPermission.NotFound",
            "The specified rule does not exist in this security group.",
        ),
        Refusal::DifferentNetworks(ResourceId::SecurityGroup(_)) => {
            AwsError::new("InvalidGroup.NotFound", OF_DIFFERENT_NETWORKS)
        }
        Refusal::DifferentNetworks(_) => invalid(OF_DIFFERENT_NETWORKS),

        // Network ACLs.
        Refusal::DefaultNetworkAcl(acl) => invalid(format!("cannot delete default network ACL {acl}")),
        Refusal::EntryExists(number) => AwsError::new(
            "NetworkAclEntryAlreadyExists",
            format!("The network acl entry identified by {number} already exists."),
        ),
        Refusal::NoSuchEntry(number) => AwsError::new(
            "InvalidNetworkAclEntry.NotFound",
            format!("The network acl entry identified by {number} does not exist"),
        ),
        Refusal::NoSuchNetworkAclAssociation(id) => association_not_found(id),

        // Peering connections.
        Refusal::PeeringExists(peering) => AwsError::new(
            "VpcPeeringConnectionAlreadyExists",
            format!("A VPC peering connection between these VPCs already exists: {peering}"),
        ),
        Refusal::PeeringTransition { peering, from, to } => {
            let (from, to) =
                (vpc_peering_connection::status_code(from), vpc_peering_connection::status_code(to));
            AwsError::new(
                "InvalidStateTransition",
                format!(
                    "Invalid state transition for {peering}, attempted to transition from {from} to {to}"
                ),
            )
        }
        Refusal::PeeringSide { account, peering } => AwsError::new(
            "OperationNotPermitted",
            format!("User ({account}) cannot accept peering {peering}"),
        ),
        Refusal::PeeringRegion { region, peering, right } => AwsError::new(
            "OperationNotPermitted",
            format!(
                "Incorrect region ({region}) specified for this request. VPC peering connection {peering} must be \
                 accepted in region {right}"
            ),
        ),
        Refusal::PeeringOptionsSide { account, peering } => AwsError::new(
            "OperationNotPermitted",
            format!("User ({account}) cannot modify the peering options of the other side of {peering}"),
        ),
        Refusal::PeeringNotActive(peering) => AwsError::new(
            "OperationNotPermitted",
            format!("Peering {peering} is not active. Peering options can be added only to active peerings."),
        ),
        Refusal::PeeringDnsHostnames(peering) => AwsError::new(
            "InvalidVpcPeeringConnectionState.DnsHostnamesDisabled",
            format!("DNS hostnames are not enabled for both VPCs of the peering connection {peering}."),
        ),

        // Prefix lists.
        Refusal::ManagedByAws(list) => AwsError::new(
            "UnsupportedOperation",
            format!("The prefix list {list} is managed by AWS and cannot be changed."),
        ),
        Refusal::PrefixListVersion(_) => {
            AwsError::new("PrefixListVersionMismatch", "The prefix list has the incorrect version number.")
        }
        Refusal::PrefixListFull => AwsError::new(
            "PrefixListMaxEntriesExceeded",
            "You've reached the maximum number of entries for the prefix list.",
        ),
        Refusal::NoSuchPrefixListVersion(version) => {
            invalid(format!("The prefix list version {version} does not exist."))
        }
        Refusal::PrefixListFamily(cidr) => {
            invalid(format!("The CIDR {cidr} is not of the prefix list's address family."))
        }
        Refusal::PrefixListEntryExists(cidr) => {
            invalid(format!("The prefix list already has an entry for the CIDR {cidr}."))
        }
        Refusal::NoSuchPrefixListEntry(cidr) => {
            invalid(format!("The prefix list has no entry for the CIDR {cidr}."))
        }
    }
}

fn incorrect_state(instance: model::InstanceId, wanted: Wanted) -> AwsError {
    let message = match wanted {
        Wanted::Start => format!("The instance '{instance}' is not in a state from which it can be started."),
        Wanted::Stop => format!("This instance '{instance}' is not in a state from which it can be stopped."),
        Wanted::Reboot => {
            format!("The instance '{instance}' is not in a state from which it can be rebooted.")
        }
        Wanted::Stopped => format!("The instance '{instance}' is not in the 'stopped' state."),
        Wanted::Running => format!("The instance '{instance}' is not in the 'running' state."),
        Wanted::Present => format!("The instance '{instance}' is not in a valid state for this operation."),
    };
    AwsError::new("IncorrectInstanceState", message)
}

/// The middle of the sentence about a rule that exists: `TCP, from port: 22, to port: 22`.
fn rule_traffic(traffic: Traffic) -> String {
    let protocol = match traffic.protocol {
        RuleProtocol::All => return "ALL".to_owned(),
        RuleProtocol::Number(number) => protocol::name(number).to_uppercase(),
    };
    let or_all = |value: Option<u8>| value.map_or("ALL".to_owned(), |value| value.to_string());
    match traffic.ports {
        Ports::Any => protocol,
        Ports::Range { from, to } => format!("{protocol}, from port: {from}, to port: {to}"),
        Ports::Icmp { kind, code } => format!("{protocol}, type: {}, code: {}", or_all(kind), or_all(code)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Id as _;
    use model::ids::*;

    #[test]
    fn aws_has_words_for_every_kind_of_identifier_that_does_not_exist() {
        let prefixes = [
            VpcId::PREFIX,
            VpcCidrAssociationId::PREFIX,
            SubnetId::PREFIX,
            SubnetCidrAssociationId::PREFIX,
            SubnetCidrReservationId::PREFIX,
            RouteTableId::PREFIX,
            RouteTableAssociationId::PREFIX,
            InternetGatewayId::PREFIX,
            EgressOnlyInternetGatewayId::PREFIX,
            NatGatewayId::PREFIX,
            VpcPeeringConnectionId::PREFIX,
            SecurityGroupId::PREFIX,
            SecurityGroupRuleId::PREFIX,
            NetworkAclId::PREFIX,
            NetworkAclAssociationId::PREFIX,
            NetworkInterfaceId::PREFIX,
            AttachmentId::PREFIX,
            AllocationId::PREFIX,
            AddressAssociationId::PREFIX,
            PrefixListId::PREFIX,
            DhcpOptionsId::PREFIX,
            KeyPairId::PREFIX,
            InstanceId::PREFIX,
            InstanceProfileAssociationId::PREFIX,
            ReservationId::PREFIX,
            ImageId::PREFIX,
            VolumeId::PREFIX,
            SnapshotId::PREFIX,
            InstanceConnectEndpointId::PREFIX,
        ];
        for prefix in prefixes {
            let message = not_found(prefix, &["x-1"]).message;
            assert!(message.contains("x-1"), "{message}");
            assert!(malformed(prefix, "x-1").message.contains("x-1"));
        }
        assert_eq!(prefixes.len(), FAMILIES.len());
    }

    #[test]
    fn images_are_in_brackets_and_groups_are_no_ids() {
        let words = |prefix, ids: &[&str]| not_found(prefix, ids).to_string();
        assert_eq!(words("ami", &["ami-1"]), "InvalidAMIID.NotFound: The image id '[ami-1]' does not exist");
        assert_eq!(
            words("ami", &["ami-1", "ami-2"]),
            "InvalidAMIID.NotFound: The image ids '[ami-1, ami-2]' do not exist"
        );
        assert_eq!(words("sg", &["sg-1"]), "InvalidGroup.NotFound: The security group 'sg-1' does not exist");
        assert_eq!(
            malformed("ami", "x").to_string(),
            "InvalidAMIID.Malformed: Invalid id: \"x\" (expecting \"ami-...\")"
        );
    }

    #[test]
    fn a_rule_that_exists_is_named_as_aws_names_it() {
        let rule = |traffic| {
            refused(Refusal::RuleExists(model::Peer::Cidr("0.0.0.0/0".parse().unwrap()), traffic)).message
        };
        let number = RuleProtocol::Number;
        assert_eq!(
            rule(Traffic { protocol: number(protocol::TCP), ports: Ports::Range { from: 22, to: 22 } }),
            "the specified rule \"peer: 0.0.0.0/0, TCP, from port: 22, to port: 22, ALLOW\" already exists"
        );
        assert_eq!(
            rule(Traffic { protocol: number(protocol::ICMP), ports: Ports::Icmp { kind: None, code: None } }),
            "the specified rule \"peer: 0.0.0.0/0, ICMP, type: ALL, code: ALL, ALLOW\" already exists"
        );
        assert_eq!(rule(Traffic::ALL), "the specified rule \"peer: 0.0.0.0/0, ALL, ALLOW\" already exists");
    }
}
