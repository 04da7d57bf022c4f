//! Why a change of volumes is refused.

use crate::ids::*;
use crate::volume::VolumeType;

/// What a volume cannot be.
#[derive(Clone, Debug, PartialEq)]
pub enum CapacityRefusal {
    /// It would be smaller than volumes of its type are.
    TooSmall {
        /// The type.
        volume_type: VolumeType,
        /// What was asked for.
        size_gib: u32,
        /// The smallest there is.
        min: u32,
    },
    /// It would be larger than volumes of its type are.
    TooLarge {
        /// The type.
        volume_type: VolumeType,
        /// What was asked for.
        size_gib: u32,
        /// The largest there is.
        max: u32,
    },
    /// Operations a second have to be said for this type.
    IopsMissing(VolumeType),
    /// Operations a second cannot be chosen for this type.
    IopsUnsupported(VolumeType),
    /// Fewer operations a second than there can be.
    IopsTooLow {
        /// What was asked for.
        iops: u32,
        /// The least.
        min: u32,
    },
    /// More operations a second than there can be.
    IopsTooHigh {
        /// What was asked for.
        iops: u32,
        /// The most.
        max: u32,
    },
    /// More operations a second than its size allows.
    IopsRatio {
        /// What was asked for.
        iops: u32,
        /// Its size.
        size_gib: u32,
        /// The most for each GiB.
        max: u32,
    },
    /// Throughput cannot be chosen for this type.
    ThroughputUnsupported(VolumeType),
    /// Less throughput than there can be.
    ThroughputTooLow {
        /// What was asked for.
        mibps: u32,
        /// The least.
        min: u32,
    },
    /// More throughput than there can be.
    ThroughputTooHigh {
        /// What was asked for.
        mibps: u32,
        /// The most.
        max: u32,
    },
    /// More throughput than its operations a second allow.
    ThroughputRatio {
        /// What was asked for.
        mibps: u32,
        /// Its operations a second.
        iops: u32,
    },
    /// Several instances cannot have a volume of this type.
    MultiAttachUnsupported(VolumeType),
    /// It would be smaller than what it is made from.
    SmallerThanSnapshot {
        /// What was asked for.
        size_gib: u32,
        /// What it is made from.
        snapshot: SnapshotId,
        /// The size of that.
        min: u32,
    },
    /// It would be smaller than it is.
    Shrinks {
        /// What was asked for.
        size_gib: u32,
        /// What it has.
        now: u32,
    },
}

/// A refused change of a volume, or of its attachment.
#[derive(Clone, Debug, PartialEq)]
pub enum VolumeRefusal {
    /// It cannot be what it is to be.
    Capacity(CapacityRefusal),
    /// It was modified too often lately.
    ModifiedTooOften(VolumeId),
    /// So much of this type cannot be stored: the limit in TiB.
    StorageFull(VolumeType, u64),
    /// It is attached to an instance, and so cannot be deleted.
    Attached(VolumeId, InstanceId),
    /// It is attached already.
    InUse(VolumeId),
    /// It has as many attachments as it can have.
    AttachmentsReached(VolumeId, usize),
    /// The instance has as many volumes as it can have.
    VolumesReached(InstanceId, usize),
    /// It is in another zone than the instance.
    OtherZone(VolumeId, InstanceId),
    /// The instance is not in a state in which volumes are attached.
    InstanceNotReady(InstanceId),
    /// No device can be called so.
    DeviceName(String),
    /// The instance has a volume there.
    DeviceTaken(String),
    /// It is attached to nothing.
    Available(VolumeId),
    /// It is not attached to this instance, or not there.
    NotAttached(VolumeId, Option<InstanceId>, Option<String>),
    /// It is attached to several instances, and nobody said which is meant.
    WhichInstance(VolumeId),
    /// The instance runs from it.
    Root(VolumeId, InstanceId),
    /// The instance has no volume to start from.
    NoRoot(InstanceId, String),
    /// No volume is there.
    NoDevice(InstanceId, String),
}

impl From<CapacityRefusal> for VolumeRefusal {
    fn from(refusal: CapacityRefusal) -> Self {
        VolumeRefusal::Capacity(refusal)
    }
}
