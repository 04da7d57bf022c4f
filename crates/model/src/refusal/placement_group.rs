//! Why a change of placement groups, or a placement, is refused.

use crate::ids::InstanceId;
use crate::place::Zone;

/// A refused change of a placement group, or of an instance's place.
#[derive(Clone, Debug, PartialEq)]
pub enum PlacementGroupRefusal {
    /// The name is taken.
    Exists(String),
    /// There is no placement group of this name.
    NoneOfName(String),
    /// Instances are in the group.
    InUse(String),
    /// The group of one zone has instances in this other one.
    OtherZone(String, Zone),
    /// Instances of this type cannot be in a cluster.
    TypeNotForClusters(&'static str),
    /// The group has as many instances in the zone as it may have.
    ZoneFull(String, Zone),
    /// The group has no partition of this number.
    NoSuchPartition(String, u32),
    /// A partition is wanted where there are none.
    NoPartitions,
    /// The group takes no instances on hardware of their own.
    Dedicated(String),
    /// The instance's tenancy cannot become what is wanted.
    OtherTenancy(InstanceId),
}
