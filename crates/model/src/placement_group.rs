//! Placement groups: how instances are placed with respect to each other.
//!
//! Follows "Placement groups for your Amazon EC2 instances" (EC2 User Guide). Nothing is nearer or farther here; what is
//! kept are the rules about which instances may be in a group. No groups of hosts on Outposts, no groups shared with others.

use serde::{Deserialize, Serialize};

use crate::ids::*;
use crate::instance::Instance;
use crate::instance_state::InstanceState;
use crate::instance_type::{Feature, InstanceType};
use crate::link::Link;
use crate::place::{Scope, Zone};
use crate::quotas::Quota;
use crate::refusal::{PlacementGroupRefusal, Refusal};
use crate::tags::Tags;
use crate::vpc::Tenancy;
use crate::world::World;

/// "You can have a maximum of seven running instances per Availability Zone per group" (Placement strategies).
pub const SPREAD_INSTANCES_PER_ZONE_MAX: usize = 7;
/// "A partition placement group supports a maximum of seven partitions per Availability Zone" (the same page).
pub const PARTITIONS_MAX: u32 = 7;
/// How many partitions a group has unless told otherwise.
pub const PARTITIONS_DEFAULT: u32 = 2;
/// "A partition placement group with Dedicated Instances can have a maximum of two partitions" (the same page).
const PARTITIONS_OF_DEDICATED_MAX: u32 = 2;

/// A placement group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlacementGroup {
    /// Its identifier.
    pub id: PlacementGroupId,
    /// Owner and Region.
    pub scope: Scope,
    /// Its name, unique in account and Region.
    pub name: String,
    /// How it places instances.
    pub strategy: PlacementStrategy,
    /// Tags.
    pub tags: Tags,
}

/// How a group places instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum PlacementStrategy {
    /// Close together, in one zone.
    Cluster,
    /// Each on a rack of its own.
    Spread,
    /// In partitions that share no rack.
    Partition {
        /// How many.
        count: u32,
    },
}

/// Where an instance is placed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstancePlacement {
    /// Its group.
    pub group: Option<PlacementGroupId>,
    /// Its partition, counted from one, in a group that has some.
    pub partition: Option<u32>,
    /// Whether it runs on hardware of its own; shown and without effect.
    pub tenancy: Tenancy,
}

/// Where an instance is to be placed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WantedPlacement {
    /// The group.
    pub group: Option<PlacementGroupId>,
    /// The partition; any when `None`.
    pub partition: Option<u32>,
    /// Whether on hardware of its own; by the VPC when `None`.
    pub tenancy: Option<Tenancy>,
}

/// What a group asks of somebody who is to be in it.
struct Candidate {
    instance_type: &'static InstanceType,
    zone: Zone,
    tenancy: Tenancy,
    /// The instance, if it is there already: it is not counted among the others.
    id: Option<InstanceId>,
}

impl World {
    /// A placement group of this scope.
    pub fn placement_group(&self, scope: Scope, id: PlacementGroupId) -> Result<&PlacementGroup, Refusal> {
        self.placement_groups.get(&id).filter(|it| it.scope == scope).ok_or(Refusal::NotFound(id.into()))
    }

    /// The placement group of this scope with this name.
    pub fn placement_group_named(&self, scope: Scope, name: &str) -> Result<&PlacementGroup, Refusal> {
        self.placement_groups
            .linked(Link::name(scope, name))
            .find(|it| it.scope == scope && it.name == name)
            .ok_or_else(|| PlacementGroupRefusal::NoneOfName(name.to_owned()).into())
    }

    /// Makes a placement group.
    pub fn create_placement_group(
        &mut self,
        scope: Scope,
        name: String,
        strategy: PlacementStrategy,
        tags: Tags,
        ids: &mut Ids<'_>,
    ) -> Result<PlacementGroupId, Refusal> {
        if self.placement_group_named(scope, &name).is_ok() {
            return Err(PlacementGroupRefusal::Exists(name).into());
        }
        let owned = self.placement_groups.count_linked(Link::Scope(scope));
        self.check_quota(scope, Quota::PlacementGroups, owned)?;
        let id = ids.fresh();
        self.placement_groups.insert(id, PlacementGroup { id, scope, name, strategy, tags });
        Ok(id)
    }

    /// Takes a group out. "You must terminate all instances in the placement group before you can delete" it
    /// (DeletePlacementGroup); stopped ones are still in it.
    pub fn delete_placement_group(&mut self, scope: Scope, name: &str) -> Result<(), Refusal> {
        let group = self.placement_group_named(scope, name)?;
        let id = group.id;
        if self.members_of(id).next().is_some() {
            return Err(PlacementGroupRefusal::InUse(name.to_owned()).into());
        }
        self.placement_groups.remove(&id);
        Ok(())
    }

    /// The instances of a group, stopped ones included.
    fn members_of(&self, group: PlacementGroupId) -> impl Iterator<Item = &Instance> {
        let is_there = |it: &&Instance| it.state != InstanceState::Terminated;
        self.network.instances.linked(Link::PlacementGroup(group)).filter(is_there)
    }

    /// Where an instance that is launched gets its place.
    pub(crate) fn placement_for_launch(
        &self,
        scope: Scope,
        wanted: WantedPlacement,
        instance_type: &'static InstanceType,
        zone: Zone,
        vpc: VpcId,
    ) -> Result<InstancePlacement, Refusal> {
        let of_vpc = self.vpc(scope, vpc)?.tenancy;
        let tenancy = match of_vpc {
            // "Instances in the VPC always run as Dedicated Instances, regardless of the tenancy that is specified at launch"
            // (Dedicated Instances).
            Tenancy::Dedicated | Tenancy::Host => of_vpc,
            Tenancy::Default => wanted.tenancy.unwrap_or_default(),
        };
        let candidate = Candidate { instance_type, zone, tenancy, id: None };
        self.placement_among_others(scope, wanted, &candidate)
    }

    /// Moves a stopped instance into a group, into another partition, or out of its group.
    pub fn set_instance_placement(
        &mut self,
        scope: Scope,
        id: InstanceId,
        wanted: WantedPlacement,
    ) -> Result<(), Refusal> {
        let instance = self.instance(scope, id)?;
        let tenancy = instance.placement.tenancy;
        // "You can't change the tenancy of an instance from default to dedicated or host after launch", nor back
        // (Change the tenancy of an instance). There are no hosts.
        if wanted.tenancy.is_some_and(|it| it != tenancy) {
            return Err(PlacementGroupRefusal::OtherTenancy(id).into());
        }
        let found = InstanceType::find(&instance.instance_type);
        let instance_type = found.ok_or(Refusal::NotFound(id.into()))?;
        let candidate = Candidate { instance_type, zone: instance.zone, tenancy, id: Some(id) };
        let placement = self.placement_among_others(scope, wanted, &candidate)?;
        self.set_instance_attribute(
            scope,
            id,
            crate::instance_lifecycle::InstanceAttribute::Placement(placement),
        )
    }

    /// Refuses a type that cannot be in the instance's group.
    pub(crate) fn check_type_in_group(
        &self,
        instance: &Instance,
        to: &'static InstanceType,
    ) -> Result<(), Refusal> {
        let group = instance.placement.group.and_then(|id| self.placement_groups.get(&id));
        match group.map(|it| it.strategy) {
            Some(PlacementStrategy::Cluster) if !to.has(Feature::ClusterPlacement) => {
                Err(PlacementGroupRefusal::TypeNotForClusters(to.name).into())
            }
            Some(
                PlacementStrategy::Cluster | PlacementStrategy::Spread | PlacementStrategy::Partition { .. },
            )
            | None => Ok(()),
        }
    }

    /// Refuses to start an instance for which its group has no room.
    pub(crate) fn check_room_in_group(&self, instance: &Instance) -> Result<(), Refusal> {
        let group = instance.placement.group.and_then(|id| self.placement_groups.get(&id));
        match group.map(|it| (it, it.strategy)) {
            Some((group, PlacementStrategy::Spread)) => {
                self.check_spread(group, instance.zone, Some(instance.id))
            }
            Some((_, PlacementStrategy::Cluster | PlacementStrategy::Partition { .. })) | None => Ok(()),
        }
    }

    fn placement_among_others(
        &self,
        scope: Scope,
        wanted: WantedPlacement,
        candidate: &Candidate,
    ) -> Result<InstancePlacement, Refusal> {
        let tenancy = candidate.tenancy;
        let Some(id) = wanted.group else {
            return match wanted.partition {
                None => Ok(InstancePlacement { group: None, partition: None, tenancy }),
                Some(_) => Err(PlacementGroupRefusal::NoPartitions.into()),
            };
        };
        let group = self.placement_group(scope, id)?;
        let partition = match group.strategy {
            PlacementStrategy::Cluster => self.check_cluster(group, candidate).map(|()| None)?,
            PlacementStrategy::Spread => {
                if tenancy != Tenancy::Default {
                    return Err(PlacementGroupRefusal::Dedicated(group.name.clone()).into());
                }
                self.check_spread(group, candidate.zone, candidate.id).map(|()| None)?
            }
            PlacementStrategy::Partition { count } => {
                if tenancy != Tenancy::Default && count > PARTITIONS_OF_DEDICATED_MAX {
                    return Err(PlacementGroupRefusal::Dedicated(group.name.clone()).into());
                }
                Some(self.partition_for(group, count, wanted.partition, candidate)?)
            }
        };
        match wanted.partition.is_some() && partition.is_none() {
            true => Err(PlacementGroupRefusal::NoPartitions.into()),
            false => Ok(InstancePlacement { group: Some(id), partition, tenancy }),
        }
    }

    /// "A cluster placement group can't span multiple Availability Zones", and not every type can be in one (Placement
    /// strategies).
    fn check_cluster(&self, group: &PlacementGroup, candidate: &Candidate) -> Result<(), Refusal> {
        if !candidate.instance_type.has(Feature::ClusterPlacement) {
            return Err(PlacementGroupRefusal::TypeNotForClusters(candidate.instance_type.name).into());
        }
        let mut others = self.members_of(group.id).filter(|it| Some(it.id) != candidate.id);
        match others.find(|it| it.zone != candidate.zone) {
            Some(other) => Err(PlacementGroupRefusal::OtherZone(group.name.clone(), other.zone).into()),
            None => Ok(()),
        }
    }

    fn check_spread(
        &self,
        group: &PlacementGroup,
        zone: Zone,
        own: Option<InstanceId>,
    ) -> Result<(), Refusal> {
        let runs = |it: &&Instance| matches!(it.state, InstanceState::Pending | InstanceState::Running);
        let others =
            self.members_of(group.id).filter(runs).filter(|it| it.zone == zone && Some(it.id) != own);
        match others.count() < SPREAD_INSTANCES_PER_ZONE_MAX {
            true => Ok(()),
            false => Err(PlacementGroupRefusal::ZoneFull(group.name.clone(), zone).into()),
        }
    }

    /// The partition that is wanted, or else the emptiest of the zone.
    fn partition_for(
        &self,
        group: &PlacementGroup,
        count: u32,
        wanted: Option<u32>,
        candidate: &Candidate,
    ) -> Result<u32, Refusal> {
        if let Some(number) = wanted {
            return match (1..=count).contains(&number) {
                true => Ok(number),
                false => Err(PlacementGroupRefusal::NoSuchPartition(group.name.clone(), number).into()),
            };
        }
        let others = || self.members_of(group.id).filter(|it| Some(it.id) != candidate.id);
        let held = |number: &u32| {
            others().filter(|it| it.zone == candidate.zone && it.placement.partition == Some(*number)).count()
        };
        Ok((1..=count).min_by_key(held).unwrap_or(1))
    }
}
