//! What volumes of each type can be: sizes, operations a second, throughput.
//!
//! Follows "Amazon EBS volume types" (EBS User Guide) and CreateVolume (EC2 API Reference).

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::refusal::CapacityRefusal;

/// Types of volumes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VolumeType {
    /// Magnetic, of the previous generation.
    Standard,
    /// General purpose SSD, whose performance follows from its size.
    Gp2,
    /// General purpose SSD.
    Gp3,
    /// Provisioned IOPS SSD.
    Io1,
    /// Provisioned IOPS SSD, Block Express.
    Io2,
    /// Throughput optimized HDD.
    St1,
    /// Cold HDD.
    Sc1,
}

/// What can be chosen of a performance, and within which bounds.
struct Limits {
    size_gib: RangeInclusive<u32>,
    iops: Option<IopsLimits>,
}

struct IopsLimits {
    range: RangeInclusive<u32>,
    per_gib_max: u32,
}

/// What a gp3 volume has unless more is asked for, in operations a second.
pub const GP3_IOPS_BASELINE: u32 = 3_000;
/// What a gp3 volume has unless more is asked for, in MiB a second.
pub const GP3_THROUGHPUT_BASELINE_MIBPS: u32 = 125;
/// What a gp3 volume can have at most, in MiB a second.
const GP3_THROUGHPUT_MAX_MIBPS: u32 = 2_000;
/// "The maximum ratio of provisioned throughput to provisioned IOPS is .25 MiB/s per IOPS": so many operations for each MiB.
const GP3_IOPS_PER_MIBPS_MIN: u32 = 4;

impl VolumeType {
    /// All types.
    pub const ALL: [VolumeType; 7] = [
        VolumeType::Standard,
        VolumeType::Gp2,
        VolumeType::Gp3,
        VolumeType::Io1,
        VolumeType::Io2,
        VolumeType::St1,
        VolumeType::Sc1,
    ];

    /// Its name, as in `VolumeType`.
    pub fn name(self) -> &'static str {
        match self {
            VolumeType::Standard => "standard",
            VolumeType::Gp2 => "gp2",
            VolumeType::Gp3 => "gp3",
            VolumeType::Io1 => "io1",
            VolumeType::Io2 => "io2",
            VolumeType::St1 => "st1",
            VolumeType::Sc1 => "sc1",
        }
    }

    /// The type of this name.
    pub fn named(name: &str) -> Option<VolumeType> {
        VolumeType::ALL.into_iter().find(|it| it.name() == name)
    }

    /// Whether instances start from it: "st1 and sc1 volumes can't be used as boot volumes" (CreateVolume).
    pub fn can_boot(self) -> bool {
        !matches!(self, VolumeType::St1 | VolumeType::Sc1)
    }

    /// Whether several instances can have it: "supported with io1 and io2 volumes only" (CreateVolume).
    pub fn can_multi_attach(self) -> bool {
        self.needs_iops()
    }

    /// Whether its operations a second have to be said.
    pub fn needs_iops(self) -> bool {
        matches!(self, VolumeType::Io1 | VolumeType::Io2)
    }

    fn limits(self) -> Limits {
        let iops = |range, per_gib_max| Some(IopsLimits { range, per_gib_max });
        let (size_gib, iops) = match self {
            VolumeType::Standard => (1..=1_024, None),
            VolumeType::Gp2 => (1..=16_384, None),
            VolumeType::Gp3 => (1..=65_536, iops(GP3_IOPS_BASELINE..=80_000, 500)),
            VolumeType::Io1 => (4..=16_384, iops(100..=64_000, 50)),
            VolumeType::Io2 => (4..=65_536, iops(100..=256_000, 1_000)),
            VolumeType::St1 | VolumeType::Sc1 => (125..=16_384, None),
        };
        Limits { size_gib, iops }
    }
}

/// What a volume is of and can do. Checked when it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    /// Its type.
    pub volume_type: VolumeType,
    /// Its size.
    pub size_gib: u32,
    /// The operations a second that it was provisioned with, where its type has that.
    pub iops: Option<u32>,
    /// The throughput that it was provisioned with, where its type has that.
    pub throughput_mibps: Option<u32>,
}

/// What is asked of a volume's capacity, besides its size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// Operations a second.
    pub iops: Option<u32>,
    /// Throughput.
    pub throughput_mibps: Option<u32>,
}

impl Capacity {
    /// A volume of this type and size, with what was asked for and the defaults of its type.
    pub fn checked(volume_type: VolumeType, size_gib: u32, wish: Wish) -> Result<Capacity, CapacityRefusal> {
        let limits = volume_type.limits();
        let (min, max) = (*limits.size_gib.start(), *limits.size_gib.end());
        if size_gib < min {
            return Err(CapacityRefusal::TooSmall { volume_type, size_gib, min });
        }
        if size_gib > max {
            return Err(CapacityRefusal::TooLarge { volume_type, size_gib, max });
        }
        let iops = checked_iops(volume_type, size_gib, wish.iops, limits.iops)?;
        let throughput_mibps = checked_throughput(volume_type, iops, wish.throughput_mibps)?;
        Ok(Capacity { volume_type, size_gib, iops, throughput_mibps })
    }

    /// A volume of this type and size with the defaults of a type that has any.
    pub(crate) const fn with_defaults(volume_type: VolumeType, size_gib: u32) -> Capacity {
        let (iops, throughput_mibps) = match volume_type {
            VolumeType::Gp3 => (Some(GP3_IOPS_BASELINE), Some(GP3_THROUGHPUT_BASELINE_MIBPS)),
            VolumeType::Gp2
            | VolumeType::Io1
            | VolumeType::Io2
            | VolumeType::Standard
            | VolumeType::St1
            | VolumeType::Sc1 => (None, None),
        };
        Capacity { volume_type, size_gib, iops, throughput_mibps }
    }

    /// The operations a second that answers show. "For gp2 volumes, this represents the baseline performance of the volume"
    /// (Volume): three for each GiB, at least 100 and at most 16,000.
    pub fn iops_shown(&self) -> Option<u32> {
        match self.volume_type {
            VolumeType::Gp2 => Some(self.size_gib.saturating_mul(3).clamp(100, 16_000)),
            VolumeType::Gp3 | VolumeType::Io1 | VolumeType::Io2 => self.iops,
            VolumeType::Standard | VolumeType::St1 | VolumeType::Sc1 => None,
        }
    }
}

fn checked_iops(
    volume_type: VolumeType,
    size_gib: u32,
    wanted: Option<u32>,
    limits: Option<IopsLimits>,
) -> Result<Option<u32>, CapacityRefusal> {
    let Some(limits) = limits else {
        return match wanted {
            Some(_) => Err(CapacityRefusal::IopsUnsupported(volume_type)),
            None => Ok(None),
        };
    };
    let Some(iops) = wanted else {
        return match volume_type.needs_iops() {
            true => Err(CapacityRefusal::IopsMissing(volume_type)),
            false => Ok(Some(*limits.range.start())),
        };
    };
    let (min, max) = (*limits.range.start(), *limits.range.end());
    if iops < min {
        return Err(CapacityRefusal::IopsTooLow { iops, min });
    }
    if iops > max {
        return Err(CapacityRefusal::IopsTooHigh { iops, max });
    }
    // The baseline of a gp3 volume is there whatever its size.
    let is_baseline = volume_type == VolumeType::Gp3 && iops == GP3_IOPS_BASELINE;
    match !is_baseline && iops > size_gib.saturating_mul(limits.per_gib_max) {
        true => Err(CapacityRefusal::IopsRatio { iops, size_gib, max: limits.per_gib_max }),
        false => Ok(Some(iops)),
    }
}

fn checked_throughput(
    volume_type: VolumeType,
    iops: Option<u32>,
    wanted: Option<u32>,
) -> Result<Option<u32>, CapacityRefusal> {
    if volume_type != VolumeType::Gp3 {
        return match wanted {
            Some(_) => Err(CapacityRefusal::ThroughputUnsupported(volume_type)),
            None => Ok(None),
        };
    }
    let mibps = wanted.unwrap_or(GP3_THROUGHPUT_BASELINE_MIBPS);
    if mibps < GP3_THROUGHPUT_BASELINE_MIBPS {
        return Err(CapacityRefusal::ThroughputTooLow { mibps, min: GP3_THROUGHPUT_BASELINE_MIBPS });
    }
    if mibps > GP3_THROUGHPUT_MAX_MIBPS {
        return Err(CapacityRefusal::ThroughputTooHigh { mibps, max: GP3_THROUGHPUT_MAX_MIBPS });
    }
    let iops = iops.unwrap_or(GP3_IOPS_BASELINE);
    match mibps * GP3_IOPS_PER_MIBPS_MIN > iops {
        true => Err(CapacityRefusal::ThroughputRatio { mibps, iops }),
        false => Ok(Some(mibps)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(
        volume_type: VolumeType,
        size_gib: u32,
        iops: Option<u32>,
    ) -> Result<Capacity, CapacityRefusal> {
        Capacity::checked(volume_type, size_gib, Wish { iops, ..Wish::default() })
    }

    #[test]
    fn a_gp3_volume_has_its_baseline_whatever_its_size() {
        let smallest = checked(VolumeType::Gp3, 1, None).unwrap();
        assert_eq!((smallest.iops, smallest.throughput_mibps), (Some(3_000), Some(125)));
        assert_eq!(checked(VolumeType::Gp3, 1, Some(3_000)), Ok(smallest));
        let ratio = CapacityRefusal::IopsRatio { iops: 3_001, size_gib: 1, max: 500 };
        assert_eq!(checked(VolumeType::Gp3, 1, Some(3_001)), Err(ratio));
        assert!(checked(VolumeType::Gp3, 160, Some(80_000)).is_ok());
    }

    #[test]
    fn throughput_is_for_gp3_and_within_a_quarter_of_its_iops() {
        let wish = |iops, mibps| Wish { iops, throughput_mibps: Some(mibps) };
        let gp3 = |wish| Capacity::checked(VolumeType::Gp3, 100, wish);
        assert_eq!(gp3(wish(None, 750)).unwrap().throughput_mibps, Some(750));
        let ratio = CapacityRefusal::ThroughputRatio { mibps: 751, iops: 3_000 };
        assert_eq!(gp3(wish(None, 751)), Err(ratio));
        assert_eq!(gp3(wish(Some(8_000), 2_000)).unwrap().throughput_mibps, Some(2_000));
        assert!(matches!(gp3(wish(Some(9_000), 2_001)), Err(CapacityRefusal::ThroughputTooHigh { .. })));
        assert!(matches!(gp3(wish(None, 124)), Err(CapacityRefusal::ThroughputTooLow { .. })));
        let gp2 = Capacity::checked(VolumeType::Gp2, 100, wish(None, 125));
        assert_eq!(gp2, Err(CapacityRefusal::ThroughputUnsupported(VolumeType::Gp2)));
    }

    #[test]
    fn each_type_has_its_sizes_and_iops() {
        use VolumeType::{Gp2, Io1, Io2, Sc1, St1, Standard};
        for (volume_type, smallest, largest) in
            [(Standard, 1, 1_024), (Gp2, 1, 16_384), (St1, 125, 16_384), (Sc1, 125, 16_384)]
        {
            assert!(
                checked(volume_type, smallest, None).is_ok() && checked(volume_type, largest, None).is_ok()
            );
            let small = checked(volume_type, smallest - 1, None);
            assert!(matches!(small, Err(CapacityRefusal::TooSmall { .. })), "{volume_type:?}");
            let large = checked(volume_type, largest + 1, None);
            assert!(matches!(large, Err(CapacityRefusal::TooLarge { .. })), "{volume_type:?}");
            let iops = checked(volume_type, smallest, Some(100));
            assert_eq!(iops, Err(CapacityRefusal::IopsUnsupported(volume_type)));
        }
        assert_eq!(checked(Io1, 100, None), Err(CapacityRefusal::IopsMissing(Io1)));
        assert_eq!(checked(Io1, 4, Some(99)), Err(CapacityRefusal::IopsTooLow { iops: 99, min: 100 }));
        let ratio = CapacityRefusal::IopsRatio { iops: 201, size_gib: 4, max: 50 };
        assert_eq!(checked(Io1, 4, Some(201)), Err(ratio));
        assert!(checked(Io2, 4, Some(4_000)).is_ok());
        assert!(matches!(checked(Io2, 500, Some(256_001)), Err(CapacityRefusal::IopsTooHigh { .. })));
    }

    #[test]
    fn a_gp2_volume_shows_the_baseline_of_its_size() {
        for (size_gib, iops) in [(1, 100), (33, 100), (100, 300), (16_384, 16_000)] {
            assert_eq!(checked(VolumeType::Gp2, size_gib, None).unwrap().iops_shown(), Some(iops));
        }
        assert_eq!(checked(VolumeType::St1, 125, None).unwrap().iops_shown(), None);
    }
}
