//! The categories under `meta-data/`: an instance's own facts, from the snapshot.
//!
//! Follows "Instance metadata categories" (EC2 User Guide). A category without a value is not there, as on AWS:
//! `public-ipv4` of an instance without one is not found, not empty.

use model::network_interface_prefix::PrefixFamily;
use model::volume::is_same_device;
use model::{Instance, NetworkInterface, SecurityGroupId, Subnet, Timestamp, Vpc, World};

use super::tree::Tree;
use crate::names;

/// Puts all categories in.
pub(super) fn plant(tree: &mut Tree, world: &World, instance: &Instance, now: Timestamp) {
    plant_instance(tree, world, instance);
    plant_placement(tree, world, instance);
    plant_keys(tree, instance, now);
    plant_tags(tree, instance);
    if let Some(interface) = names::primary_interface(world, instance) {
        plant_primary(tree, world, interface);
    }
    for interface in world.interfaces_of(instance) {
        plant_interface(tree, world, interface);
    }
}

fn plant_instance(tree: &mut Tree, world: &World, instance: &Instance) {
    let root_device = instance.root_device.as_str();
    tree.put("meta-data/ami-id", instance.image.to_string());
    tree.put("meta-data/ami-launch-index", instance.launch_index.to_string());
    tree.put("meta-data/ami-manifest-path", "(unknown)");
    tree.put("meta-data/block-device-mapping/ami", root_device);
    tree.put("meta-data/block-device-mapping/root", root_device);
    plant_volumes(tree, world, instance);
    tree.put("meta-data/events/maintenance/history", "[]");
    tree.put("meta-data/events/maintenance/scheduled", "[]");
    tree.put("meta-data/instance-action", "none");
    tree.put("meta-data/instance-id", instance.id.to_string());
    tree.put("meta-data/instance-life-cycle", "on-demand");
    tree.put("meta-data/instance-type", instance.instance_type.as_str());
    tree.put("meta-data/metrics/vhostmd", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    tree.put("meta-data/profile", "default-hvm");
    tree.put("meta-data/reservation-id", instance.reservation.to_string());
    let partition = instance.scope.region.partition();
    tree.put("meta-data/services/domain", partition.domain());
    tree.put("meta-data/services/partition", partition.name());
}

/// "ebsN: The virtual devices associated with any Amazon EBS volumes. Amazon EBS volumes are only available in metadata if
/// they were present at launch time or when the instance was last started" (Instance metadata categories).
fn plant_volumes(tree: &mut Tree, world: &World, instance: &Instance) {
    let held = world.volumes_of(instance.id).into_iter().map(|(_, held)| held);
    let present = held.filter(|it| it.attached <= instance.launched);
    let others = present.filter(|it| !is_same_device(&it.device, &instance.root_device));
    for (place, held) in others.enumerate() {
        tree.put(format!("meta-data/block-device-mapping/ebs{}", place + 1), held.device.as_str());
    }
}

fn plant_placement(tree: &mut Tree, world: &World, instance: &Instance) {
    if let Some(group) = instance.placement.group.and_then(|id| world.placement_groups.get(&id)) {
        tree.put("meta-data/placement/group-name", group.name.as_str());
    }
    if let Some(number) = instance.placement.partition {
        tree.put("meta-data/placement/partition-number", number.to_string());
    }
    tree.put("meta-data/placement/availability-zone", instance.zone.to_string());
    tree.put("meta-data/placement/availability-zone-id", instance.zone.zone_id());
    tree.put("meta-data/placement/region", instance.zone.region().to_string());
}

/// The key pair's public key, and those that EC2 Instance Connect pushed and that have not expired.
fn plant_keys(tree: &mut Tree, instance: &Instance, now: Timestamp) {
    if let (Some(name), Some(key)) = (&instance.key_name, &instance.public_key) {
        tree.put("meta-data/public-keys/0/openssh-key", key.as_str());
        tree.spell("meta-data/public-keys/0", format!("0={name}"));
    }
    let active = || instance.pushed_keys.iter().filter(|key| key.holds(now));
    for user in active().map(|key| &key.os_user).filter(|user| is_path_part(user)) {
        let keys = active().filter(|key| key.os_user == *user).map(|key| &key.public_key);
        tree.put_lines(format!("meta-data/managed-ssh-keys/active-keys/{user}"), keys);
    }
}

fn plant_tags(tree: &mut Tree, instance: &Instance) {
    if !instance.metadata_options.instance_tags {
        return;
    }
    for (key, value) in instance.tags.iter().filter(|(key, _)| is_path_part(key)) {
        tree.put(format!("meta-data/tags/instance/{key}"), value.as_str());
    }
}

/// Whether a text can be the last part of a path; AWS does not let tags into metadata whose keys cannot.
fn is_path_part(text: &str) -> bool {
    !text.is_empty() && text != "." && text != ".." && !text.contains(['/', ' ', '?', '#'])
}

/// What the primary interface gives to the instance itself.
fn plant_primary(tree: &mut Tree, world: &World, interface: &NetworkInterface) {
    let hostname = local_hostname(world, interface);
    let private = interface.primary_address();
    tree.put_some("meta-data/hostname", hostname.as_ref());
    tree.put_some("meta-data/ipv6", interface.ipv6_addresses.first());
    tree.put_some("meta-data/local-hostname", hostname.as_ref());
    tree.put_some("meta-data/local-ipv4", private);
    tree.put("meta-data/mac", interface.mac.to_string());
    tree.put_some("meta-data/public-hostname", names::public_name_of(world, interface));
    tree.put_some("meta-data/public-ipv4", private.and_then(|private| interface.public_address_of(private)));
    tree.put_lines("meta-data/security-groups", group_names(world, &interface.groups));
}

fn plant_interface(tree: &mut Tree, world: &World, interface: &NetworkInterface) {
    let at = |leaf: &str| format!("meta-data/network/interfaces/macs/{}/{leaf}", interface.mac);
    tree.put_some(at("device-number"), interface.device_index());
    tree.put(at("interface-id"), interface.id.to_string());
    tree.put_some(at("local-hostname"), local_hostname(world, interface));
    tree.put(at("mac"), interface.mac.to_string());
    tree.put(at("network-card-index"), "0");
    tree.put(at("owner-id"), interface.scope.account.to_string());
    tree.put_lines(at("security-group-ids"), &interface.groups);
    tree.put_lines(at("security-groups"), group_names(world, &interface.groups));
    plant_addresses(tree, world, interface, &at);
    if let Some(subnet) = world.network.subnets.get(&interface.subnet) {
        plant_subnet(tree, subnet, &at);
    }
    if let Some(vpc) = world.network.vpcs.get(&interface.vpc) {
        plant_vpc(tree, vpc, &at);
    }
}

fn plant_addresses(
    tree: &mut Tree,
    world: &World,
    interface: &NetworkInterface,
    at: &dyn Fn(&str) -> String,
) {
    let addresses = &interface.private_addresses;
    tree.put_lines(at("ipv6s"), &interface.ipv6_addresses);
    tree.put_lines(at("ipv4-prefix"), interface.prefixes_of(PrefixFamily::Ipv4));
    tree.put_lines(at("ipv6-prefix"), interface.prefixes_of(PrefixFamily::Ipv6));
    tree.put_lines(at("local-ipv4s"), addresses.iter().map(|entry| entry.address));
    tree.put_some(at("public-hostname"), names::public_name_of(world, interface));
    let publics = || addresses.iter().filter_map(|entry| Some((entry.public?.address, entry.address)));
    tree.put_lines(at("public-ipv4s"), publics().map(|(public, _)| public));
    for (public, private) in publics() {
        tree.put(at(&format!("ipv4-associations/{public}")), private.to_string());
    }
}

fn plant_subnet(tree: &mut Tree, subnet: &Subnet, at: &dyn Fn(&str) -> String) {
    tree.put(at("subnet-id"), subnet.id.to_string());
    tree.put_some(at("subnet-ipv4-cidr-block"), subnet.cidr);
    tree.put_some(at("subnet-ipv6-cidr-blocks"), subnet.ipv6_cidr.as_ref().map(|block| block.cidr));
}

fn plant_vpc(tree: &mut Tree, vpc: &Vpc, at: &dyn Fn(&str) -> String) {
    tree.put(at("vpc-id"), vpc.id.to_string());
    tree.put(at("vpc-ipv4-cidr-block"), vpc.primary_cidr().to_string());
    tree.put_lines(at("vpc-ipv4-cidr-blocks"), vpc.cidrs.iter().map(|block| block.cidr));
    tree.put_lines(at("vpc-ipv6-cidr-blocks"), vpc.ipv6_cidrs.iter().map(|block| block.cidr));
}

/// The host name with the domain that DHCP gives: a custom one shows here too.
fn local_hostname(world: &World, interface: &NetworkInterface) -> Option<String> {
    let label = names::host_label(interface, world.network.subnets.get(&interface.subnet)?)?;
    let options = world
        .network
        .vpcs
        .get(&interface.vpc)?
        .dhcp_options
        .and_then(|id| world.network.dhcp_options.get(&id));
    let custom = options.and_then(|options| options.values("domain-name").first());
    let domain = custom.cloned().unwrap_or_else(|| interface.scope.region.private_domain());
    Some(format!("{label}.{domain}"))
}

fn group_names<'a>(world: &'a World, groups: &'a [SecurityGroupId]) -> impl Iterator<Item = &'a String> {
    groups.iter().filter_map(|id| world.network.security_groups.get(id)).map(|group| &group.name)
}
