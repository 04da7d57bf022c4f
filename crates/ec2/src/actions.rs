//! The one list of actions, by noun. What is not here is answered as "not implemented" if AWS has it.

use awsproto::{Action, read, write};
use model::World;

use crate::shapes::op;
use crate::{
    address_attribute, address_transfer, block_public_access, cpu_options, credit_specification,
    dhcp_options, egress_only_internet_gateway, elastic_ip, fleet, flow_log, id_format, image, instance,
    instance_attribute, instance_connect_endpoint, instance_defaults, instance_image_metadata,
    instance_maintenance, instance_profile, instance_type, internet_gateway, key_pair, launch_template,
    nat_gateway, nat_gateway_address, network_acl, network_interface, passing, place, placement,
    placement_group, prefix_list, route, route_table, run_instances, security_group,
    security_group_association, security_group_permission, security_group_rule, snapshot, storage_defaults,
    subnet, tags, volume, vpc, vpc_endpoint, vpc_peering_connection,
};

/// Every action of EC2 that Hamlet has.
pub(crate) static ACTIONS: &[Action<World>] = &[
    // VPCs.
    write!(CreateVpc, vpc::create),
    write!(CreateDefaultVpc, vpc::create_default),
    write!(DeleteVpc, vpc::delete),
    read!(DescribeVpcs, vpc::describe),
    read!(DescribeVpcAttribute, vpc::describe_attribute),
    write!(ModifyVpcAttribute, vpc::modify_attribute),
    write!(ModifyVpcTenancy, vpc::modify_tenancy),
    write!(AssociateVpcCidrBlock, vpc::associate_cidr_block),
    write!(DisassociateVpcCidrBlock, vpc::disassociate_cidr_block),
    // Subnets.
    write!(CreateSubnet, subnet::create),
    write!(CreateDefaultSubnet, subnet::create_default),
    write!(DeleteSubnet, subnet::delete),
    read!(DescribeSubnets, subnet::describe),
    write!(ModifySubnetAttribute, subnet::modify_attribute),
    write!(AssociateSubnetCidrBlock, subnet::associate_cidr_block),
    write!(DisassociateSubnetCidrBlock, subnet::disassociate_cidr_block),
    write!(CreateSubnetCidrReservation, subnet::create_cidr_reservation),
    write!(DeleteSubnetCidrReservation, subnet::delete_cidr_reservation),
    read!(GetSubnetCidrReservations, subnet::get_cidr_reservations),
    // Internet gateways.
    write!(CreateInternetGateway, internet_gateway::create),
    write!(AttachInternetGateway, internet_gateway::attach),
    write!(DetachInternetGateway, internet_gateway::detach),
    write!(DeleteInternetGateway, internet_gateway::delete),
    read!(DescribeInternetGateways, internet_gateway::describe),
    // Egress-only internet gateways.
    read!(DescribeVpcBlockPublicAccessOptions, block_public_access::describe_options),
    write!(ModifyVpcBlockPublicAccessOptions, block_public_access::modify_options),
    write!(CreateVpcBlockPublicAccessExclusion, block_public_access::create_exclusion),
    write!(ModifyVpcBlockPublicAccessExclusion, block_public_access::modify_exclusion),
    write!(DeleteVpcBlockPublicAccessExclusion, block_public_access::delete_exclusion),
    read!(DescribeVpcBlockPublicAccessExclusions, block_public_access::describe_exclusions),
    write!(CreateEgressOnlyInternetGateway, egress_only_internet_gateway::create),
    write!(DeleteEgressOnlyInternetGateway, egress_only_internet_gateway::delete),
    read!(DescribeEgressOnlyInternetGateways, egress_only_internet_gateway::describe),
    // Route tables and routes.
    write!(CreateRouteTable, route_table::create),
    write!(DeleteRouteTable, route_table::delete),
    read!(DescribeRouteTables, route_table::describe),
    write!(AssociateRouteTable, route_table::associate),
    write!(DisassociateRouteTable, route_table::disassociate),
    write!(ReplaceRouteTableAssociation, route_table::replace_association),
    write!(CreateRoute, route::create),
    write!(ReplaceRoute, route::replace),
    write!(DeleteRoute, route::delete),
    // NAT gateways.
    write!(CreateNatGateway, nat_gateway::create),
    write!(DeleteNatGateway, nat_gateway::delete),
    write!(AssociateNatGatewayAddress, nat_gateway_address::associate),
    write!(DisassociateNatGatewayAddress, nat_gateway_address::disassociate),
    write!(AssignPrivateNatGatewayAddress, nat_gateway_address::assign),
    write!(UnassignPrivateNatGatewayAddress, nat_gateway_address::unassign),
    read!(DescribeNatGateways, nat_gateway::describe).waits_out(passing::nat_gateways),
    // VPC endpoints.
    write!(CreateVpcEndpoint, vpc_endpoint::create),
    write!(DeleteVpcEndpoints, vpc_endpoint::delete),
    read!(DescribeVpcEndpoints, vpc_endpoint::describe),
    read!(DescribeVpcEndpointServices, vpc_endpoint::describe_services),
    write!(ModifyVpcEndpoint, vpc_endpoint::modify),
    // EC2 Instance Connect Endpoints.
    write!(CreateInstanceConnectEndpoint, instance_connect_endpoint::create),
    write!(DeleteInstanceConnectEndpoint, instance_connect_endpoint::delete),
    read!(DescribeInstanceConnectEndpoints, instance_connect_endpoint::describe)
        .waits_out(passing::instance_connect_endpoints),
    write!(ModifyInstanceConnectEndpoint, instance_connect_endpoint::modify),
    // VPC peering connections.
    write!(CreateVpcPeeringConnection, vpc_peering_connection::create),
    write!(AcceptVpcPeeringConnection, vpc_peering_connection::accept),
    write!(RejectVpcPeeringConnection, vpc_peering_connection::reject),
    write!(DeleteVpcPeeringConnection, vpc_peering_connection::delete),
    read!(DescribeVpcPeeringConnections, vpc_peering_connection::describe),
    write!(ModifyVpcPeeringConnectionOptions, vpc_peering_connection::modify_options),
    // DHCP options.
    write!(CreateDhcpOptions, dhcp_options::create),
    write!(AssociateDhcpOptions, dhcp_options::associate),
    write!(DeleteDhcpOptions, dhcp_options::delete),
    read!(DescribeDhcpOptions, dhcp_options::describe),
    // Regions, zones, the account.
    read!(DescribeRegions, place::describe_regions),
    read!(DescribeAvailabilityZones, place::describe_availability_zones),
    read!(DescribeAccountAttributes, place::describe_account_attributes),
    read!(DescribeIdFormat, id_format::describe),
    read!(DescribeAggregateIdFormat, id_format::describe_aggregate),
    read!(DescribeIdentityIdFormat, id_format::describe_identity),
    read!(DescribePrincipalIdFormat, id_format::describe_principals),
    write!(ModifyIdFormat, id_format::modify),
    write!(ModifyIdentityIdFormat, id_format::modify_identity),
    // Security groups and their rules.
    write!(CreateSecurityGroup, security_group::create),
    write!(DeleteSecurityGroup, security_group::delete),
    read!(DescribeSecurityGroups, security_group::describe),
    read!(GetSecurityGroupsForVpc, security_group::for_vpc),
    read!(DescribeSecurityGroupReferences, security_group::references),
    read!(DescribeStaleSecurityGroups, security_group::stale),
    write!(AssociateSecurityGroupVpc, security_group_association::associate),
    write!(DisassociateSecurityGroupVpc, security_group_association::disassociate),
    read!(DescribeSecurityGroupVpcAssociations, security_group_association::describe),
    write!(AuthorizeSecurityGroupIngress, security_group_permission::authorize_ingress),
    write!(AuthorizeSecurityGroupEgress, security_group_permission::authorize_egress),
    write!(RevokeSecurityGroupIngress, security_group_permission::revoke_ingress),
    write!(RevokeSecurityGroupEgress, security_group_permission::revoke_egress),
    write!(ModifySecurityGroupRules, security_group_rule::modify),
    write!(UpdateSecurityGroupRuleDescriptionsIngress, security_group_rule::update_ingress_descriptions),
    write!(UpdateSecurityGroupRuleDescriptionsEgress, security_group_rule::update_egress_descriptions),
    read!(DescribeSecurityGroupRules, security_group_rule::describe),
    // Network ACLs.
    write!(CreateNetworkAcl, network_acl::create),
    write!(DeleteNetworkAcl, network_acl::delete),
    read!(DescribeNetworkAcls, network_acl::describe),
    write!(CreateNetworkAclEntry, network_acl::create_entry),
    write!(ReplaceNetworkAclEntry, network_acl::replace_entry),
    write!(DeleteNetworkAclEntry, network_acl::delete_entry),
    write!(ReplaceNetworkAclAssociation, network_acl::replace_association),
    // Tags.
    write!(CreateTags, tags::create),
    write!(DeleteTags, tags::delete),
    read!(DescribeTags, tags::describe),
    // Flow logs.
    write!(CreateFlowLogs, flow_log::create),
    write!(DeleteFlowLogs, flow_log::delete),
    read!(DescribeFlowLogs, flow_log::describe),
    // Prefix lists.
    write!(CreateManagedPrefixList, prefix_list::create),
    write!(ModifyManagedPrefixList, prefix_list::modify),
    write!(RestoreManagedPrefixListVersion, prefix_list::restore_version),
    write!(DeleteManagedPrefixList, prefix_list::delete),
    read!(DescribeManagedPrefixLists, prefix_list::describe),
    read!(GetManagedPrefixListEntries, prefix_list::entries),
    read!(GetManagedPrefixListAssociations, prefix_list::associations),
    read!(DescribePrefixLists, prefix_list::describe_aws),
    // Network interfaces.
    write!(CreateNetworkInterface, network_interface::create),
    write!(DeleteNetworkInterface, network_interface::delete),
    read!(DescribeNetworkInterfaces, network_interface::describe).waits_out(passing::network_interfaces),
    read!(DescribeNetworkInterfaceAttribute, network_interface::describe_attribute),
    write!(ModifyNetworkInterfaceAttribute, network_interface::modify_attribute),
    write!(ResetNetworkInterfaceAttribute, network_interface::reset_attribute),
    write!(AttachNetworkInterface, network_interface::attach),
    write!(DetachNetworkInterface, network_interface::detach),
    write!(CreateNetworkInterfacePermission, network_interface::create_permission),
    write!(DeleteNetworkInterfacePermission, network_interface::delete_permission),
    read!(DescribeNetworkInterfacePermissions, network_interface::describe_permissions),
    write!(AssignPrivateIpAddresses, network_interface::assign_private),
    write!(UnassignPrivateIpAddresses, network_interface::unassign_private),
    write!(AssignIpv6Addresses, network_interface::assign_ipv6),
    write!(UnassignIpv6Addresses, network_interface::unassign_ipv6),
    // Elastic IP addresses.
    write!(AllocateAddress, elastic_ip::allocate),
    write!(ReleaseAddress, elastic_ip::release),
    write!(AssociateAddress, elastic_ip::associate),
    write!(DisassociateAddress, elastic_ip::disassociate),
    read!(DescribeAddresses, elastic_ip::describe),
    write!(ModifyAddressAttribute, address_attribute::modify),
    write!(ResetAddressAttribute, address_attribute::reset),
    read!(DescribeAddressesAttribute, address_attribute::describe),
    write!(EnableAddressTransfer, address_transfer::enable),
    write!(DisableAddressTransfer, address_transfer::disable),
    write!(AcceptAddressTransfer, address_transfer::accept),
    read!(DescribeAddressTransfers, address_transfer::describe),
    read!(DescribeMovingAddresses, address_transfer::describe_moving),
    // Key pairs.
    write!(CreateKeyPair, key_pair::create).needs(key_pair::MATERIAL),
    write!(ImportKeyPair, key_pair::import),
    write!(DeleteKeyPair, key_pair::delete),
    read!(DescribeKeyPairs, key_pair::describe),
    // Launch templates.
    write!(CreateLaunchTemplate, launch_template::create),
    write!(CreateLaunchTemplateVersion, launch_template::create_version),
    read!(DescribeLaunchTemplates, launch_template::describe),
    read!(DescribeLaunchTemplateVersions, launch_template::describe_versions),
    write!(ModifyLaunchTemplate, launch_template::modify),
    write!(DeleteLaunchTemplate, launch_template::delete),
    write!(DeleteLaunchTemplateVersions, launch_template::delete_versions),
    read!(GetLaunchTemplateData, launch_template::of_instance),
    // Instances.
    write!(RunInstances, run_instances::run),
    read!(DescribeInstances, instance::describe).waits_out(passing::instances),
    read!(DescribeInstanceStatus, instance::describe_status).waits_out(passing::instances),
    write!(StartInstances, instance::start),
    write!(StopInstances, instance::stop),
    write!(RebootInstances, instance::reboot),
    write!(TerminateInstances, instance::terminate),
    write!(MonitorInstances, instance::monitor),
    write!(UnmonitorInstances, instance::unmonitor),
    read!(GetConsoleOutput, instance::console_output).needs(instance::CONSOLE),
    read!(DescribeInstanceAttribute, instance_attribute::describe),
    write!(ModifyInstanceAttribute, instance_attribute::modify),
    write!(ResetInstanceAttribute, instance_attribute::reset),
    write!(ModifyInstanceMetadataOptions, instance_attribute::modify_metadata_options),
    write!(AssociateIamInstanceProfile, instance_profile::associate),
    write!(DisassociateIamInstanceProfile, instance_profile::disassociate),
    write!(ReplaceIamInstanceProfileAssociation, instance_profile::replace_association),
    read!(DescribeIamInstanceProfileAssociations, instance_profile::describe),
    read!(DescribeInstanceCreditSpecifications, credit_specification::describe),
    write!(ModifyInstanceCreditSpecification, credit_specification::modify),
    read!(GetDefaultCreditSpecification, instance_defaults::get_credits),
    write!(ModifyDefaultCreditSpecification, instance_defaults::modify_credits),
    read!(GetInstanceMetadataDefaults, instance_defaults::get_metadata),
    write!(ModifyInstanceMetadataDefaults, instance_defaults::modify_metadata),
    write!(ModifyInstanceMaintenanceOptions, instance_maintenance::modify),
    write!(ModifyInstanceCpuOptions, cpu_options::modify),
    read!(GetPasswordData, instance::password_data),
    // Fleets.
    write!(CreateFleet, fleet::create),
    read!(DescribeFleets, fleet::describe),
    read!(DescribeFleetInstances, fleet::instances),
    write!(DeleteFleets, fleet::delete),
    // Placement groups.
    write!(CreatePlacementGroup, placement_group::create),
    read!(DescribePlacementGroups, placement_group::describe),
    write!(DeletePlacementGroup, placement_group::delete),
    write!(ModifyInstancePlacement, placement::modify),
    // Volumes.
    write!(CreateVolume, volume::create),
    write!(DeleteVolume, volume::delete),
    read!(DescribeVolumes, volume::describe).waits_out(passing::volumes),
    read!(DescribeVolumeStatus, volume::status::describe),
    read!(DescribeVolumeAttribute, volume::describe_attribute),
    write!(ModifyVolumeAttribute, volume::modify_attribute),
    write!(EnableVolumeIO, volume::enable_io),
    write!(ModifyVolume, volume::modification::modify),
    read!(DescribeVolumesModifications, volume::modification::describe),
    write!(AttachVolume, volume::attachment::attach),
    write!(DetachVolume, volume::attachment::detach),
    // Snapshots.
    write!(CreateSnapshot, snapshot::create),
    write!(CreateSnapshots, snapshot::create_of_instance),
    write!(CopySnapshot, snapshot::copy),
    write!(DeleteSnapshot, snapshot::delete),
    read!(DescribeSnapshots, snapshot::describe),
    read!(DescribeSnapshotAttribute, snapshot::attribute::describe),
    write!(ModifySnapshotAttribute, snapshot::attribute::modify),
    write!(ResetSnapshotAttribute, snapshot::attribute::reset),
    // What is settled for all volumes, snapshots and images.
    read!(GetEbsEncryptionByDefault, storage_defaults::encryption),
    write!(EnableEbsEncryptionByDefault, storage_defaults::enable_encryption),
    write!(DisableEbsEncryptionByDefault, storage_defaults::disable_encryption),
    read!(GetEbsDefaultKmsKeyId, storage_defaults::key),
    write!(ModifyEbsDefaultKmsKeyId, storage_defaults::modify_key),
    write!(ResetEbsDefaultKmsKeyId, storage_defaults::reset_key),
    read!(GetSnapshotBlockPublicAccessState, storage_defaults::snapshot_sharing),
    write!(EnableSnapshotBlockPublicAccess, storage_defaults::block_snapshot_sharing),
    write!(DisableSnapshotBlockPublicAccess, storage_defaults::unblock_snapshot_sharing),
    read!(GetImageBlockPublicAccessState, storage_defaults::image_sharing),
    write!(EnableImageBlockPublicAccess, storage_defaults::block_image_sharing),
    write!(DisableImageBlockPublicAccess, storage_defaults::unblock_image_sharing),
    // Images and instance types.
    read!(DescribeImages, image::describe),
    read!(DescribeImageAttribute, image::attribute::describe),
    write!(CreateImage, image::create::create),
    write!(RegisterImage, image::create::register),
    write!(CopyImage, image::create::copy),
    write!(DeregisterImage, image::life::deregister),
    write!(ModifyImageAttribute, image::attribute::modify),
    write!(ResetImageAttribute, image::attribute::reset),
    write!(EnableImage, image::life::enable),
    write!(DisableImage, image::life::disable),
    write!(EnableImageDeprecation, image::life::enable_deprecation),
    write!(DisableImageDeprecation, image::life::disable_deprecation),
    write!(EnableImageDeregistrationProtection, image::life::protect),
    write!(DisableImageDeregistrationProtection, image::life::unprotect),
    read!(DescribeInstanceImageMetadata, instance_image_metadata::describe),
    read!(DescribeInstanceTypes, instance_type::describe),
    read!(DescribeInstanceTypeOfferings, instance_type::describe_offerings),
    read!(GetInstanceTypesFromInstanceRequirements, instance_type::from_requirements),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Caller;
    use proptest::prelude::*;
    use std::collections::BTreeSet;
    use std::sync::LazyLock;

    #[test]
    fn every_row_is_an_operation_of_aws_and_is_there_once() {
        let names: BTreeSet<&str> = ACTIONS.iter().map(|action| action.name).collect();
        assert_eq!(names.len(), ACTIONS.len());
        let stranger = names.iter().find(|name| !crate::SERVICE.knows(name));
        assert_eq!(stranger, None);
    }

    #[test]
    fn every_action_refuses_what_aws_does_not_know() {
        let mut caller = Caller::new();
        for action in ACTIONS {
            let refused = caller.refused(action.name, &[("Colour", "red")]);
            let complains = [
                "UnknownParameter: The parameter Colour is not recognized",
                "MissingParameter: ",
                NO_INSTANCES,
            ];
            assert!(complains.iter().any(|start| refused.starts_with(start)), "{}: {refused}", action.name);
        }
    }

    #[test]
    fn a_dry_run_of_any_writing_action_stops_before_the_change() {
        let mut caller = Caller::new();
        for action in ACTIONS.iter().filter(|action| action.is_write()) {
            let refused = caller.refused(action.name, &[("DryRun", "true")]);
            // Some need parameters first, and some have no dry run.
            let stops = [
                "DryRunOperation: Request would have succeeded, but DryRun flag is set.",
                "MissingParameter: ",
                NO_INSTANCES,
                "UnknownParameter: The parameter DryRun is not recognized",
            ];
            assert!(stops.iter().any(|start| refused.starts_with(start)), "{}: {refused}", action.name);
        }
    }

    /// What is said instead of a missing parameter by those that want instances.
    const NO_INSTANCES: &str = "InvalidParameterCombination: No instances specified";

    /// Names that parameters of many actions have.
    const NAMES: [&str; 44] = [
        "AllocationId",
        "AmazonProvidedIpv6CidrBlock",
        "AssociationId",
        "AvailabilityZone",
        "Cidr",
        "CidrBlock",
        "Description",
        "DestinationCidrBlock",
        "DestinationIpv6CidrBlock",
        "DestinationPrefixListId",
        "DhcpConfiguration.1.Key",
        "DhcpConfiguration.1.Value.1",
        "DhcpOptionsId",
        "EgressOnlyInternetGatewayId",
        "EnableDnsHostnames.Value",
        "Filter.1.Name",
        "Filter.1.Value.1",
        "GatewayId",
        "GroupId",
        "InstanceId",
        "InstanceId.1",
        "InternetGatewayId",
        "Ipv6CidrBlock",
        "Ipv6Native",
        "LocalTarget",
        "MapPublicIpOnLaunch.Value",
        "MaxResults",
        "NatGatewayId",
        "NetworkInterfaceId",
        "NextToken",
        "PeerVpcId",
        "PrivateIpAddress",
        "ReservationType",
        "ResourceId.1",
        "RouteTableId",
        "RouteTableId.1",
        "SubnetId",
        "SubnetId.1",
        "Tag.1.Key",
        "Tag.1.Value",
        "TagSpecification.1.ResourceType",
        "TagSpecification.1.Tag.1.Key",
        "VpcId",
        "VpcPeeringConnectionId",
    ];

    /// What may be sent besides identifiers that exist.
    const VALUES: [&str; 22] = [
        "",
        "true",
        "x",
        "é\u{0}😀",
        "0",
        "-1",
        "99999999999999999999",
        "10.1.0.0/16",
        "10.1.0.0/24",
        "0.0.0.0/0",
        "10.0.0.0/99",
        "::/0",
        "2600:1f14::/64",
        "10.1.0.7",
        "us-west-2b",
        "vpc-",
        "vpc-00000001",
        "default",
        "local",
        "explicit",
        "vpc-id",
        "vpc",
    ];

    /// Which of the names each action knows.
    static KNOWN: LazyLock<Vec<(&'static str, Vec<&'static str>)>> = LazyLock::new(|| {
        let mut caller = Caller::new();
        let mut knows = |action, name: &str| match caller.send(action, &[(name, "")]) {
            Ok(_) => true,
            Err(error) => error.code != "UnknownParameter",
        };
        ACTIONS
            .iter()
            .map(|action| (action.name, NAMES.into_iter().filter(|name| knows(action.name, name)).collect()))
            .collect()
    });

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn whatever_is_sent_is_answered(
            requests in prop::collection::vec(
                (any::<prop::sample::Index>(), prop::collection::vec(any::<(prop::sample::Index, prop::sample::Index)>(), 0..5)),
                1..80,
            )
        ) {
            let mut caller = Caller::new();
            let mut ids: Vec<String> = Vec::new();
            for (action, parameters) in requests {
                let (action, names) = action.get(&KNOWN);
                let value = |index: &prop::sample::Index| {
                    let n = index.index(VALUES.len() + ids.len());
                    VALUES.get(n).map_or_else(|| ids[n - VALUES.len()].clone(), |text| (*text).to_owned())
                };
                let chosen: std::collections::BTreeMap<&str, String> = match names.is_empty() {
                    true => Default::default(),
                    false => parameters.iter().map(|(name, index)| (*name.get(names), value(index))).collect(),
                };
                let sent: Vec<(&str, &str)> = chosen.iter().map(|(name, value)| (*name, value.as_str())).collect();
                if let Ok(body) = caller.send(action, &sent) {
                    let words = body.split(['<', '>', ' ']).filter(|word| word.parse::<model::ResourceId>().is_ok());
                    ids.extend(words.map(str::to_owned));
                    ids.truncate(60);
                }
            }
        }
    }
}
