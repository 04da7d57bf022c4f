//! What a request makes: it has no name yet, and the tags that it is to have.

use awsproto::Operation as _;
use awsproto::authorization::ConditionKey;
use awsproto::{ResourceUse, Touched};
use model::{ResourceId, Zone};

use super::asked::Asked;
use super::existing::{in_zone, one, peer_arn, snapshot_arn};
use super::is_made;
use crate::shapes::op;

/// Parameters that say what a condition key is about.
const SAID: [(&str, &str); 11] = [
    ("ec2:VolumeSize", "Size"),
    ("ec2:VolumeType", "VolumeType"),
    ("ec2:VolumeIops", "Iops"),
    ("ec2:VolumeThroughput", "Throughput"),
    ("ec2:Encrypted", "Encrypted"),
    ("ec2:KmsKeyId", "KmsKeyId"),
    ("ec2:KeyPairType", "KeyType"),
    ("ec2:PlacementGroupName", "GroupName"),
    ("ec2:PlacementGroupStrategy", "Strategy"),
    ("ec2:SubnetID", "SubnetId"),
    ("ec2:VpceServiceName", "ServiceName"),
];

/// What is made of a type.
pub(super) fn touched(asked: &Asked<'_>, resource: &ResourceUse, named: &[ResourceId]) -> Touched {
    let mut touched =
        Touched::new(asked.arn_of(resource, name(asked, resource)), Some(asked.scope().account));
    for (key, values) in keys(asked, named) {
        if resource.keys.has(&key) {
            touched.add(key, values);
        }
    }
    touched.add_request_tags(asked.parameters.specified_tags(resource.of.name));
    touched
}

/// Key pairs and placement groups have their names from the start.
fn name<'a>(asked: &'a Asked<'_>, resource: &ResourceUse) -> &'a str {
    let parameter = match resource.of.name {
        "key-pair" => "KeyName",
        "placement-group" => "GroupName",
        _ => return "*",
    };
    asked.parameters.text(parameter).unwrap_or("*")
}

/// Tags that come with what is made need a permission of their own: "users must have permission to use the
/// ec2:CreateTags action", of which `ec2:CreateAction` says what made it (EC2 User Guide, "Grant permission to tag Amazon
/// EC2 resources during creation").
pub(super) fn tagging(asked: &Asked<'_>) -> Vec<Touched> {
    let made = asked.authorization().resources.iter().filter(|resource| is_made(resource));
    let tagged = made.filter_map(|resource| {
        let mut tags = asked.parameters.specified_tags(resource.of.name).peekable();
        tags.peek()?;
        Some(tagged(asked, &asked.arn_of(resource, name(asked, resource)), tags))
    });
    tagged.collect()
}

/// The permission to tag what is made.
pub(super) fn tagged<'a>(
    asked: &Asked<'_>,
    arn: &str,
    tags: impl Iterator<Item = (&'a str, &'a str)>,
) -> Touched {
    let mut touched = Touched::new(arn.to_owned(), Some(asked.scope().account)).of_action("ec2:CreateTags");
    touched.add("ec2:CreateAction", vec![asked.action.name.to_owned()]);
    touched.add_request_tags(tags);
    touched
}

fn keys(asked: &Asked<'_>, named: &[ResourceId]) -> Vec<ConditionKey> {
    let said = SAID.iter().filter_map(|(key, parameter)| Some(one(key, asked.parameters.text(parameter)?)));
    let mut keys: Vec<ConditionKey> = said.collect();
    keys.extend(zone(asked).into_iter().flat_map(in_zone));
    keys.push(one("ec2:Owner", asked.scope().account));
    keys.extend(parents(asked, named));
    keys.extend(peers(asked, named));
    keys.extend(unsaid(asked));
    keys
}

/// The zone that it is made in.
fn zone(asked: &Asked<'_>) -> Option<Zone> {
    let said =
        ["AvailabilityZone", "AvailabilityZoneId"].into_iter().find_map(|name| asked.parameters.text(name));
    Zone::find(asked.scope().region, said?)
}

/// What it is made from.
fn parents(asked: &Asked<'_>, named: &[ResourceId]) -> Vec<ConditionKey> {
    let mut keys = Vec::new();
    for id in named {
        if let ResourceId::Snapshot(id) = id {
            keys.push(one("ec2:ParentSnapshot", snapshot_arn(asked, id)));
        }
        if let ResourceId::Volume(id) = id {
            keys.push(one("ec2:ParentVolume", asked.arn("volume", id)));
        }
    }
    // A snapshot is as large as its volume.
    let volume = named.iter().find_map(|id| {
        let ResourceId::Volume(id) = id else { return None };
        asked.world.volumes.get(id)
    });
    keys.extend(volume.into_iter().flat_map(|it| {
        [one("ec2:VolumeSize", it.capacity.size_gib), one("ec2:Encrypted", it.kms_key.is_some())]
    }));
    keys
}

/// Both sides of a peering that is asked for.
fn peers(asked: &Asked<'_>, named: &[ResourceId]) -> Vec<ConditionKey> {
    if asked.action.name != op::CreateVpcPeeringConnection::NAME {
        return Vec::new();
    }
    let parameters = &asked.parameters;
    let mut scope = asked.scope();
    let requester = named.iter().find_map(|id| {
        let ResourceId::Vpc(id) = id else { return None };
        Some(one("ec2:RequesterVpc", peer_arn(scope, *id)))
    });
    scope.account =
        parameters.text("PeerOwnerId").and_then(|text| text.parse().ok()).unwrap_or(scope.account);
    scope.region = parameters.text("PeerRegion").and_then(|text| text.parse().ok()).unwrap_or(scope.region);
    let accepter = parameters.text("PeerVpcId").and_then(|text| text.parse().ok());
    let accepter = accepter.map(|vpc| one("ec2:AccepterVpc", peer_arn(scope, vpc)));
    requester.into_iter().chain(accepter).collect()
}

/// What holds where the request does not say it.
fn unsaid(asked: &Asked<'_>) -> Vec<ConditionKey> {
    let defaults = asked.world.storage_defaults(asked.scope());
    match asked.action.name {
        op::CreateVolume::NAME => vec![one("ec2:VolumeType", "gp2"), one("ec2:Encrypted", defaults.encrypts)],
        // Only AWS's own services have endpoints here, and only in their own Region.
        op::CreateVpcEndpoint::NAME => vec![
            one("ec2:VpceServiceOwner", "amazon"),
            one("ec2:VpceServiceRegion", asked.scope().region),
            one("ec2:VpceMultiRegion", false),
        ],
        op::CreateKeyPair::NAME => vec![one("ec2:KeyPairType", "rsa")],
        _ => Vec::new(),
    }
}
