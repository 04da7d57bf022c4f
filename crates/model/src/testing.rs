//! Fixtures that the unit tests of several nouns share.

use crate::instance_lifecycle::LaunchVolume;
use crate::volume::{Capacity, NewVolume, VolumeType, Wish};
use crate::vpc::{NewVpc, Tenancy};
use crate::{AccountId, Ids, Scope, Tags, VpcId, World};

/// A world with one VPC, which has its own security group and network ACL.
pub(crate) fn world_with_vpc() -> (World, Scope, VpcId) {
    let mut world = World::default();
    let scope = Scope { account: AccountId::DEFAULT, region: "us-west-2".parse().unwrap() };
    let vpc = add_vpc(&mut world, scope, 1);
    (world, scope, vpc)
}

/// Adds a VPC; identifiers are numbered from a million times `number`.
pub(crate) fn add_vpc(world: &mut World, scope: Scope, number: u128) -> VpcId {
    let mut next = number * 1_000_000;
    let mut source = || {
        next += 1;
        next
    };
    let cidr = "10.0.0.0/16".parse().unwrap();
    let new = NewVpc { cidr, amazon_ipv6: false, tenancy: Tenancy::Default, tags: Tags::new() };
    world.create_vpc(scope, new, &mut Ids::new(&mut source)).unwrap()
}

/// A volume of 8 GiB at `/dev/xvda` that goes with its instance.
pub(crate) fn root_volume() -> LaunchVolume {
    LaunchVolume { device: "/dev/xvda".into(), delete_on_termination: true, volume: new_volume(8) }
}

/// A gp3 volume of a size.
pub(crate) fn new_volume(size_gib: u32) -> NewVolume {
    NewVolume {
        capacity: Capacity::checked(VolumeType::Gp3, size_gib, Wish::default()).unwrap(),
        snapshot: None,
        kms_key: None,
        multi_attach: false,
        tags: Tags::new(),
    }
}
