//! Changes of what a volume is of and can do, while it is used.
//!
//! Follows "Amazon EBS Elastic Volumes" (EBS User Guide) and ModifyVolume (EC2 API Reference). A modification is over with
//! the call that asked for it.

use serde::{Deserialize, Serialize};

use super::{Capacity, Volume, VolumeType, Wish};
use crate::ids::VolumeId;
use crate::place::Scope;
use crate::refusal::{CapacityRefusal, Refusal, VolumeRefusal};
use crate::timestamp::Timestamp;
use crate::world::World;

/// "You can modify a volume up to four times within a rolling 24-hour period" (ModifyVolume).
const MODIFICATIONS_PER_DAY_MAX: usize = 4;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// "The default is 3,000" for types whose operations a second are provisioned (ModifyVolume).
const IOPS_OF_A_NEW_TYPE: u32 = 3_000;

/// A modification that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Modification {
    /// When.
    pub started: Timestamp,
    /// What the volume was before.
    pub original: Capacity,
    /// Whether several instances could have it before.
    pub original_multi_attach: bool,
    /// What it is since.
    pub target: Capacity,
    /// Whether several instances can have it since.
    pub target_multi_attach: bool,
}

/// What a volume is to become; what is not said stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ModifyVolume {
    /// Its size.
    pub size_gib: Option<u32>,
    /// Its type.
    pub volume_type: Option<VolumeType>,
    /// Its operations a second.
    pub iops: Option<u32>,
    /// Its throughput.
    pub throughput_mibps: Option<u32>,
    /// Whether several instances can have it.
    pub multi_attach: Option<bool>,
}

impl World {
    /// Modifies a volume.
    pub fn modify_volume(
        &mut self,
        scope: Scope,
        id: VolumeId,
        wish: ModifyVolume,
        now: Timestamp,
    ) -> Result<Modification, Refusal> {
        let volume = self.volume(scope, id)?;
        let recent = volume.modifications.iter().filter(|it| now.is_within(DAY_MS, it.started));
        if recent.count() >= MODIFICATIONS_PER_DAY_MAX {
            return Err(VolumeRefusal::ModifiedTooOften(id).into());
        }
        let modification = Modification {
            started: now,
            original: volume.capacity,
            original_multi_attach: volume.multi_attach,
            target: target(volume.capacity, wish)?,
            target_multi_attach: wish.multi_attach.unwrap_or(volume.multi_attach),
        };
        check_multi_attach(volume, &modification)?;
        let (before, after) = (modification.original, modification.target);
        let more_gib = match before.volume_type == after.volume_type {
            true => after.size_gib - before.size_gib,
            false => after.size_gib,
        };
        self.check_storage(scope, after.volume_type, more_gib)?;
        let made = modification.clone();
        self.change_volume(id, |volume| volume.take_over(made));
        Ok(modification)
    }
}

impl Volume {
    fn take_over(&mut self, modification: Modification) {
        self.capacity = modification.target;
        self.multi_attach = modification.target_multi_attach;
        let excess = (self.modifications.len() + 1).saturating_sub(MODIFICATIONS_PER_DAY_MAX);
        self.modifications.drain(..excess);
        self.modifications.push(modification);
    }
}

fn target(now: Capacity, wish: ModifyVolume) -> Result<Capacity, CapacityRefusal> {
    let size_gib = wish.size_gib.unwrap_or(now.size_gib);
    if size_gib < now.size_gib {
        return Err(CapacityRefusal::Shrinks { size_gib, now: now.size_gib });
    }
    let volume_type = wish.volume_type.unwrap_or(now.volume_type);
    let stays = volume_type == now.volume_type;
    let iops = match (stays, volume_type) {
        (true, _) => now.iops,
        (false, VolumeType::Gp3 | VolumeType::Io1 | VolumeType::Io2) => Some(IOPS_OF_A_NEW_TYPE),
        (false, VolumeType::Standard | VolumeType::Gp2 | VolumeType::St1 | VolumeType::Sc1) => None,
    };
    let wish = Wish {
        iops: wish.iops.or(iops),
        throughput_mibps: wish.throughput_mibps.or(now.throughput_mibps.filter(|_| stays)),
    };
    Capacity::checked(volume_type, size_gib, wish)
}

fn check_multi_attach(volume: &Volume, modification: &Modification) -> Result<(), VolumeRefusal> {
    let Modification { target, target_multi_attach, .. } = modification;
    match (target_multi_attach, volume.attachments.len()) {
        (true, _) if !target.volume_type.can_multi_attach() => {
            Err(CapacityRefusal::MultiAttachUnsupported(target.volume_type).into())
        }
        (false, 2..) => Err(VolumeRefusal::InUse(volume.id)),
        (true | false, _) => Ok(()),
    }
}
