//! Resources in `hamlet status`: how many there are of each type.

use model::image::Image;
use model::private_hosted_zone::ZoneOwner;
use model::{Instance, InstanceState, World};
use std::collections::BTreeMap;

/// What users have made, by type: what comes with default VPCs, and what every VPC has, does not count.
pub(super) fn resources(world: &World) -> BTreeMap<String, usize> {
    let default = |vpc: &model::VpcId| world.network.vpcs.get(vpc).is_none_or(|vpc| vpc.is_default);
    let is_main = |table: &model::RouteTable| {
        world.network.vpcs.get(&table.vpc).is_some_and(|vpc| vpc.main_route_table == table.id)
    };
    let alive = || world.network.instances.values().filter(|it| it.state != InstanceState::Terminated);
    let is_unknown = |it: &&Instance| matches!(world.image_of(it), Image::Unknown(_));
    let counts = [
        ("vpcs", world.network.vpcs.values().filter(|it| !it.is_default).count()),
        ("subnets", world.network.subnets.values().filter(|it| !it.default_for_zone).count()),
        ("route tables", world.network.route_tables.values().filter(|it| !is_main(it)).count()),
        (
            "internet gateways",
            world
                .network
                .internet_gateways
                .values()
                .filter(|it| it.vpc.is_none_or(|vpc| !default(&vpc)))
                .count(),
        ),
        ("flow logs", world.network.flow_logs.len()),
        ("egress-only internet gateways", world.network.egress_only_internet_gateways.len()),
        (
            "exclusions from blocked public access",
            world.network.public_access_exclusions.values().filter(|it| it.deleted.is_none()).count(),
        ),
        ("nat gateways", world.network.nat_gateways.values().filter(|it| it.is_available()).count()),
        ("vpc endpoints", world.network.vpc_endpoints.len()),
        (
            "peering connections",
            world.network.vpc_peering_connections.values().filter(|it| it.is_active()).count(),
        ),
        ("prefix lists", world.network.prefix_lists.len()),
        (
            "private hosted zones",
            world
                .private_hosted_zones
                .values()
                .filter(|it| matches!(it.owner, ZoneOwner::Account(_)))
                .count(),
        ),
        ("security groups", world.network.security_groups.values().filter(|it| !it.is_default()).count()),
        ("network acls", world.network.network_acls.values().filter(|it| !it.is_default).count()),
        (
            "instance connect endpoints",
            world.instance_connect_endpoints.values().filter(|it| !it.state.has_ended()).count(),
        ),
        ("network interfaces", world.network.network_interfaces.len()),
        ("elastic ips", world.network.elastic_ips.len()),
        ("volumes", world.volumes.len()),
        ("snapshots", world.snapshots.len()),
        ("images", world.images.len()),
        ("key pairs", world.key_pairs.len()),
        ("network interface permissions", world.network_interface_permissions.len()),
        ("launch templates", world.launch_templates.len()),
        ("fleets", world.fleets.values().filter(|it| it.deleted.is_none()).count()),
        ("placement groups", world.placement_groups.len()),
        ("roles", world.roles.len()),
        ("instance profiles", world.instance_profiles.len()),
        ("users", world.users.len()),
        ("user groups", world.groups.len()),
        ("access keys", world.access_keys.len()),
        ("mfa devices", world.mfa_devices.len()),
        ("ssh public keys", world.ssh_public_keys.len()),
        ("signing certificates", world.signing_certificates.len()),
        ("server certificates", world.server_certificates.len()),
        ("buckets", world.buckets.len()),
        ("log groups", world.log_groups.len()),
        ("queues", world.queues.len()),
        ("topics", world.topics.len()),
        ("subscriptions", world.subscriptions.len()),
        ("saml providers", world.saml_providers.len()),
        ("service-specific credentials", world.service_specific_credentials.len()),
        ("managed policies", world.managed_policies.len()),
        ("instances", alive().count()),
        ("instances of unknown images", alive().filter(is_unknown).count()),
    ];
    counts.into_iter().filter(|(_, count)| *count > 0).map(|(name, count)| (name.to_owned(), count)).collect()
}
