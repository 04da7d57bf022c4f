//! What exists, and what conditions can be about.

use awsproto::authorization::ConditionKey;
use awsproto::{ResourceUse, Touched};
use model::image::{self, Image};
use model::key_pair::KeyKind;
use model::placement_group::PlacementStrategy;
use model::{AccountId, ResourceId, SecurityGroupId, Zone};

use super::asked::Asked;
use super::{REQUEST_TAG, is_made};

/// A resource that the request names.
pub(super) fn touched(asked: &Asked<'_>, resource: &ResourceUse, id: ResourceId) -> Touched {
    let name = arn_name(asked, id);
    let mut touched = Touched::new(asked.arn_of(resource, &name), owner(asked, id));
    for (key, values) in keys(asked, id).into_iter().chain(tags(asked, id)).chain(attributes(asked)) {
        if resource.keys.has(&key) {
            touched.add(key, values);
        }
    }
    if resource.keys.iter().any(|key| key == REQUEST_TAG) && !is_made(resource) {
        touched.add_request_tags(asked.parameters.tags());
    }
    touched
}

/// The resources of a type that the request names by their names, which it may do for four types.
pub(super) fn by_name(asked: &Asked<'_>, resource: &ResourceUse) -> Vec<Touched> {
    let (world, scope, parameters) = (asked.world, asked.scope(), &asked.parameters);
    let found: Vec<ResourceId> = match resource.of.name {
        "key-pair" => {
            let names = parameters.texts("KeyName");
            names.filter_map(|name| world.key_pair_named(scope, name).ok()).map(|it| it.id.into()).collect()
        }
        "placement-group" => {
            let names = parameters.texts("GroupName");
            names
                .filter_map(|name| world.placement_group_named(scope, name).ok())
                .map(|it| it.id.into())
                .collect()
        }
        "launch-template" => {
            let names = parameters.texts("LaunchTemplateName");
            names
                .filter_map(|name| world.launch_template_named(scope, name).ok())
                .map(|it| it.id.into())
                .collect()
        }
        "security-group" => parameters
            .texts("GroupName")
            .filter_map(|name| group_named(asked, name))
            .map(Into::into)
            .collect(),
        "elastic-ip" => {
            let addresses = parameters.texts("PublicIp").chain(parameters.texts("Address"));
            let addresses = addresses.filter_map(|text| text.parse().ok());
            addresses.filter_map(|at| world.elastic_ip_at(scope, at).ok()).map(|it| it.id.into()).collect()
        }
        _ => Vec::new(),
    };
    found.into_iter().map(|id| touched(asked, resource, id)).collect()
}

/// A group of the default VPC by its name.
pub(super) fn group_named(asked: &Asked<'_>, name: &str) -> Option<SecurityGroupId> {
    let vpc = asked.world.default_vpc(asked.scope())?.id;
    let mut groups = asked.world.network.security_groups.values();
    groups.find(|group| group.vpc == vpc && group.name == name).map(|group| group.id)
}

/// What ARNs call it: key pairs and placement groups by their names.
fn arn_name(asked: &Asked<'_>, id: ResourceId) -> String {
    let (world, scope) = (asked.world, asked.scope());
    if let ResourceId::KeyPair(key) = id
        && let Ok(key) = world.key_pair(scope, key)
    {
        return key.name.clone();
    }
    if let ResourceId::PlacementGroup(group) = id
        && let Ok(group) = world.placement_group(scope, group)
    {
        return group.name.clone();
    }
    id.to_string()
}

/// Whose it is. What is public may be somebody else's.
fn owner(asked: &Asked<'_>, id: ResourceId) -> Option<AccountId> {
    match matches!(id, ResourceId::Image(_) | ResourceId::Snapshot(_)) {
        true => owner_name(asked, id)?.parse().ok(),
        false => Some(asked.scope().account),
    }
}

/// `ec2:Owner`: the account that an image or a snapshot is of.
fn owner_name(asked: &Asked<'_>, id: ResourceId) -> Option<String> {
    let (world, scope) = (asked.world, asked.scope());
    if let ResourceId::Image(id) = id {
        return Some(match world.image(scope, id, asked.call.unknown_images)? {
            Image::Own(image) => image.scope.account.to_string(),
            image @ (Image::Public(_) | Image::Unknown(_)) => image.distribution().owner.to_owned(),
        });
    }
    let ResourceId::Snapshot(id) = id else { return None };
    Some(match world.snapshots.get(&id) {
        Some(snapshot) => snapshot.scope.account.to_string(),
        None => image::find_snapshot(scope.region, id)?.release.distribution.owner.to_owned(),
    })
}

/// Its tags, under both names that they have in conditions.
fn tags(asked: &Asked<'_>, id: ResourceId) -> Vec<ConditionKey> {
    let tags = asked.world.tags(asked.scope(), id).into_iter().flatten();
    let both = |(key, value): (&String, &String)| {
        ["aws", "ec2"].map(|prefix| (format!("{prefix}:ResourceTag/{key}").into(), vec![value.clone()]))
    };
    tags.flat_map(both).collect()
}

/// Which attributes are changed: `ec2:Attribute`, and each with its value as `ec2:Attribute/DisableApiTermination`.
fn attributes(asked: &Asked<'_>) -> Vec<ConditionKey> {
    if !asked.action.name.starts_with("Modify") {
        return Vec::new();
    }
    let is_attribute = |(name, text): &(&str, &str)| text.parse::<ResourceId>().is_err() && *name != "DryRun";
    let changed: Vec<(&str, &str)> =
        asked.parameters.first_names().into_iter().filter(is_attribute).collect();
    let names: Vec<String> = changed.iter().map(|(name, _)| (*name).to_owned()).collect();
    let each =
        changed.iter().map(|(name, text)| (format!("ec2:Attribute/{name}").into(), vec![(*text).to_owned()]));
    let all = (!names.is_empty()).then(|| ("ec2:Attribute".into(), names));
    all.into_iter().chain(each).collect()
}

/// What else there is to say of it.
fn keys(asked: &Asked<'_>, id: ResourceId) -> Vec<ConditionKey> {
    let mut keys = of_kind(asked, id).unwrap_or_default();
    keys.extend(id_key(id).map(|name| one(name, id)));
    keys
}

/// The key that has a resource's own identifier.
fn id_key(id: ResourceId) -> Option<&'static str> {
    Some(match id {
        ResourceId::Vpc(_) => "ec2:VpcID",
        ResourceId::Subnet(_) => "ec2:SubnetID",
        ResourceId::RouteTable(_) => "ec2:RouteTableID",
        ResourceId::InternetGateway(_) => "ec2:InternetGatewayID",
        ResourceId::VpcPeeringConnection(_) => "ec2:VpcPeeringConnectionID",
        ResourceId::SecurityGroup(_) => "ec2:SecurityGroupID",
        ResourceId::NetworkAcl(_) => "ec2:NetworkAclID",
        ResourceId::NetworkInterface(_) => "ec2:NetworkInterfaceID",
        ResourceId::ElasticIp(_) => "ec2:AllocationId",
        ResourceId::DhcpOptions(_) => "ec2:DhcpOptionsID",
        ResourceId::Instance(_) => "ec2:InstanceID",
        ResourceId::Volume(_) => "ec2:VolumeID",
        ResourceId::Snapshot(_) => "ec2:SnapshotID",
        ResourceId::Image(_) => "ec2:ImageID",
        ResourceId::EgressOnlyInternetGateway(_)
        | ResourceId::PublicAccessExclusion(_)
        | ResourceId::VpcEndpoint(_)
        | ResourceId::NatGateway(_)
        | ResourceId::PrefixList(_)
        | ResourceId::SecurityGroupRule(_)
        | ResourceId::KeyPair(_)
        | ResourceId::InstanceConnectEndpoint(_)
        | ResourceId::FlowLog(_)
        | ResourceId::LaunchTemplate(_)
        | ResourceId::Fleet(_)
        | ResourceId::PlacementGroup(_)
        | ResourceId::Reservation(_)
        | ResourceId::SubnetCidrReservation(_) => return None,
    })
}

fn of_kind(asked: &Asked<'_>, id: ResourceId) -> Option<Vec<ConditionKey>> {
    let (world, network, scope) = (asked.world, &asked.world.network, asked.scope());
    let in_vpc = |vpc| one("ec2:Vpc", asked.arn("vpc", vpc));
    let in_subnet = |subnet| one("ec2:Subnet", asked.arn("subnet", subnet));
    Some(match id {
        ResourceId::Vpc(id) => {
            vec![one("ec2:Tenancy", crate::vpc::tenancy_name(network.vpcs.get(&id)?.tenancy))]
        }
        ResourceId::Subnet(id) => {
            let subnet = network.subnets.get(&id)?;
            vec![in_vpc(subnet.vpc)].into_iter().chain(in_zone(subnet.zone)).collect()
        }
        ResourceId::RouteTable(id) => vec![in_vpc(network.route_tables.get(&id)?.vpc)],
        ResourceId::NetworkAcl(id) => vec![in_vpc(network.network_acls.get(&id)?.vpc)],
        ResourceId::SecurityGroup(id) => vec![in_vpc(network.security_groups.get(&id)?.vpc)],
        ResourceId::NatGateway(id) => {
            let gateway = network.nat_gateways.get(&id)?;
            vec![in_vpc(gateway.vpc), in_subnet(gateway.subnet)]
        }
        ResourceId::NetworkInterface(id) => {
            let interface = network.network_interfaces.get(&id)?;
            let place = vec![in_vpc(interface.vpc), in_subnet(interface.subnet)];
            place.into_iter().chain(in_zone(interface.zone)).collect()
        }
        ResourceId::InstanceConnectEndpoint(id) => {
            vec![in_subnet(world.instance_connect_endpoints.get(&id)?.subnet)]
        }
        ResourceId::VpcEndpoint(id) => {
            let endpoint = network.vpc_endpoints.get(&id)?;
            let region = endpoint.scope.region;
            vec![
                one("ec2:VpceServiceName", endpoint.service_name()),
                one("ec2:VpceServiceOwner", "amazon"),
                one("ec2:VpceServiceRegion", region),
                one("ec2:VpceMultiRegion", false),
            ]
        }
        ResourceId::VpcPeeringConnection(id) => {
            let peering = network.vpc_peering_connections.get(&id)?;
            let (requester, accepter) = (&peering.requester, &peering.accepter);
            vec![
                one("ec2:RequesterVpc", peer_arn(requester.scope, requester.vpc)),
                one("ec2:AccepterVpc", peer_arn(accepter.scope, accepter.vpc)),
            ]
        }
        ResourceId::ElasticIp(id) => {
            let address = network.elastic_ips.get(&id)?;
            vec![one("ec2:PublicIpAddress", address.public_ip), one("ec2:Domain", "vpc")]
        }
        ResourceId::KeyPair(id) => {
            let key = world.key_pair(scope, id).ok()?;
            let kind = match key.kind {
                KeyKind::Rsa => "rsa",
                KeyKind::Ed25519 => "ed25519",
            };
            vec![one("ec2:KeyPairName", &key.name), one("ec2:KeyPairType", kind)]
        }
        ResourceId::PlacementGroup(id) => {
            let group = world.placement_group(scope, id).ok()?;
            let strategy = match group.strategy {
                PlacementStrategy::Cluster => "cluster",
                PlacementStrategy::Spread => "spread",
                PlacementStrategy::Partition { .. } => "partition",
            };
            vec![one("ec2:PlacementGroupName", &group.name), one("ec2:PlacementGroupStrategy", strategy)]
        }
        ResourceId::Instance(id) => of_instance(asked, network.instances.get(&id)?),
        ResourceId::Volume(id) => of_volume(asked, world.volumes.get(&id)?),
        ResourceId::Snapshot(id) => of_snapshot(asked, id),
        ResourceId::Image(id) => of_image(asked, id),
        ResourceId::InternetGateway(_)
        | ResourceId::EgressOnlyInternetGateway(_)
        | ResourceId::PublicAccessExclusion(_)
        | ResourceId::PrefixList(_)
        | ResourceId::SecurityGroupRule(_)
        | ResourceId::DhcpOptions(_)
        | ResourceId::FlowLog(_)
        | ResourceId::LaunchTemplate(_)
        | ResourceId::Fleet(_)
        | ResourceId::Reservation(_)
        | ResourceId::SubnetCidrReservation(_) => Vec::new(),
    })
}

/// The ARN of a side of a peering, which may be another account's and in another Region.
pub(super) fn peer_arn(scope: model::Scope, vpc: model::VpcId) -> String {
    scope.region.arn("ec2", scope.account, format_args!("vpc/{vpc}"))
}

fn of_instance(asked: &Asked<'_>, instance: &model::Instance) -> Vec<ConditionKey> {
    let options = instance.metadata_options;
    let mut keys = vec![
        one("ec2:InstanceType", &instance.instance_type),
        one("ec2:EbsOptimized", instance.ebs_optimized),
        one("ec2:RootDeviceType", "ebs"),
        one("ec2:Tenancy", crate::vpc::tenancy_name(instance.placement.tenancy)),
    ];
    keys.extend(in_zone(instance.zone));
    keys.extend(metadata(options));
    keys.extend(instance.profile_association.as_ref().map(|it| one("ec2:InstanceProfile", &it.arn)));
    let group = instance.placement.group.and_then(|id| asked.world.placement_groups.get(&id));
    keys.extend(group.map(|group| one("ec2:PlacementGroup", asked.arn("placement-group", &group.name))));
    keys
}

/// How an instance's metadata can be read.
pub(super) fn metadata(options: model::instance::MetadataOptions) -> [ConditionKey; 4] {
    let is_on = |on| if on { "enabled" } else { "disabled" };
    [
        one("ec2:MetadataHttpEndpoint", is_on(options.enabled)),
        one("ec2:MetadataHttpPutResponseHopLimit", options.hop_limit),
        one("ec2:MetadataHttpTokens", if options.tokens_required { "required" } else { "optional" }),
        one("ec2:InstanceMetadataTags", is_on(options.instance_tags)),
    ]
}

fn of_volume(asked: &Asked<'_>, volume: &model::Volume) -> Vec<ConditionKey> {
    let mut keys = capacity(&volume.capacity, volume.kms_key.as_deref());
    keys.extend(in_zone(volume.zone));
    keys.extend(volume.snapshot.map(|id| one("ec2:ParentSnapshot", snapshot_arn(asked, id))));
    keys
}

/// What a volume is.
pub(super) fn capacity(capacity: &model::volume::Capacity, kms_key: Option<&str>) -> Vec<ConditionKey> {
    let mut keys = vec![
        one("ec2:Encrypted", kms_key.is_some()),
        one("ec2:VolumeSize", capacity.size_gib),
        one("ec2:VolumeType", capacity.volume_type.name()),
    ];
    keys.extend(kms_key.map(|key| one("ec2:KmsKeyId", key)));
    keys.extend(capacity.iops.map(|iops| one("ec2:VolumeIops", iops)));
    keys.extend(capacity.throughput_mibps.map(|throughput| one("ec2:VolumeThroughput", throughput)));
    keys
}

fn of_snapshot(asked: &Asked<'_>, id: model::SnapshotId) -> Vec<ConditionKey> {
    let mut keys: Vec<ConditionKey> =
        owner_name(asked, id.into()).map(|owner| one("ec2:Owner", owner)).into_iter().collect();
    if let Some(snapshot) = asked.world.snapshots.get(&id) {
        keys.push(one("ec2:Encrypted", snapshot.kms_key.is_some()));
        keys.push(one("ec2:VolumeSize", snapshot.size_gib));
        keys.push(one("ec2:SnapshotTime", snapshot.started));
        keys.extend(snapshot.volume.map(|id| one("ec2:ParentVolume", asked.arn("volume", id))));
    }
    keys
}

fn of_image(asked: &Asked<'_>, id: model::ImageId) -> Vec<ConditionKey> {
    let Some(image) = asked.world.image(asked.scope(), id, asked.call.unknown_images) else {
        return Vec::new();
    };
    let is_public = match &image {
        Image::Own(image) => image.sharing.everybody,
        Image::Public(_) | Image::Unknown(_) => true,
    };
    let mut keys =
        vec![one("ec2:ImageType", "machine"), one("ec2:Public", is_public), one("ec2:RootDeviceType", "ebs")];
    keys.extend(owner_name(asked, id.into()).map(|owner| one("ec2:Owner", owner)));
    keys
}

/// Snapshots have no account in their ARNs.
pub(super) fn snapshot_arn(asked: &Asked<'_>, id: impl std::fmt::Display) -> String {
    asked.scope().region.arn("ec2", "", format_args!("snapshot/{id}"))
}

/// The zone, by both of its names.
pub(super) fn in_zone(zone: Zone) -> [ConditionKey; 2] {
    [one("ec2:AvailabilityZone", zone), one("ec2:AvailabilityZoneId", zone.zone_id())]
}

/// A key with one value.
pub(super) fn one(key: &'static str, value: impl ToString) -> ConditionKey {
    (key.into(), vec![value.to_string()])
}
