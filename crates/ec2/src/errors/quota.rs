//! What AWS says when a quota is reached.

use awsproto::AwsError;
use model::Quota;

/// The error for a quota that is reached.
pub(super) fn reached(quota: Quota, limit: usize) -> AwsError {
    let (code, what) = match quota {
        Quota::Vpcs => ("VpcLimitExceeded", "VPCs"),
        Quota::SubnetsPerVpc => ("SubnetLimitExceeded", "subnets"),
        Quota::Ipv4CidrsPerVpc | Quota::Ipv6CidrsPerVpc => ("CidrLimitExceeded", "CIDR blocks"),
        Quota::InternetGateways => ("InternetGatewayLimitExceeded", "internet gateways"),
        Quota::EgressOnlyInternetGateways => {
            ("EgressOnlyInternetGatewayLimitExceeded", "egress-only internet gateways")
        }
        Quota::PublicAccessExclusions => {
            ("VpcBlockPublicAccessExclusionLimitExceeded", "VPC Block Public Access exclusions")
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
        Quota::Images => ("AmiLimitExceeded", "images"),
        Quota::Snapshots => ("SnapshotLimitExceeded", "snapshots"),
        Quota::LaunchTemplates => ("MaxTemplateLimitExceeded", "launch templates"),
        Quota::Fleets => ("FleetLimitExceeded", "fleets"),
        Quota::PlacementGroups => ("PlacementGroupLimitExceeded", "placement groups"),
        Quota::VersionsPerLaunchTemplate => {
            ("MaxTemplateVersionLimitExceeded", "versions of the launch template")
        }
        Quota::InstanceConnectEndpoints => ("ResourceLimitExceeded", "EC2 Instance Connect Endpoints"),
        Quota::InstanceConnectEndpointsPerVpc => {
            ("ResourceLimitExceeded", "EC2 Instance Connect Endpoints per VPC")
        }
        Quota::DhcpOptions => ("DhcpOptionsLimitExceeded", "DHCP option sets"),
        Quota::ReservationsPerSubnet => ("SubnetCidrReservationLimitExceeded", "subnet CIDR reservations"),
        Quota::FlowLogsPerResource => ("FlowLogsLimitExceeded", "flow logs per resource"),
        Quota::GatewayEndpoints => ("VpcEndpointLimitExceeded", "gateway VPC endpoints"),
        Quota::InterfaceEndpointsPerVpc => ("VpcEndpointLimitExceeded", "interface VPC endpoints per VPC"),
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
