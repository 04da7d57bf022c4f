//! Volumes: disks that instances have, and that stay when instances go.
//!
//! Follows "Amazon EBS volumes" (EBS User Guide), CreateVolume, AttachVolume, DetachVolume and ModifyVolume (EC2 API
//! Reference). A volume is a record: what an instance has under a device's name holds no data of its own. Whether it is
//! available or in use follows from its attachments, and every change of one is over with the call that asked for it.

mod device_name;
mod modification;
mod volume_type;

pub use device_name::{is_device_name, is_same_device};
pub use modification::{Modification, ModifyVolume};
pub use volume_type::{Capacity, GP3_IOPS_BASELINE, GP3_THROUGHPUT_BASELINE_MIBPS, VolumeType, Wish};

use serde::{Deserialize, Serialize};

use crate::ids::*;
use crate::instance_state::InstanceState;
use crate::place::{Scope, Zone};
use crate::quotas::{STORAGE_PER_VOLUME_TYPE_TIB_MAX, VOLUME_ATTACHMENTS_MAX, VOLUMES_PER_INSTANCE_MAX};
use crate::refusal::{CapacityRefusal, Refusal, VolumeRefusal};
use crate::tags::Tags;
use crate::timestamp::Timestamp;
use crate::world::World;

/// A volume.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Volume {
    /// Its identifier.
    pub id: VolumeId,
    /// Owner and Region.
    pub scope: Scope,
    /// Its zone, which is that of every instance that has it.
    pub zone: Zone,
    /// What it is of and can do.
    pub capacity: Capacity,
    /// What it was made from.
    pub snapshot: Option<SnapshotId>,
    /// The ARN of the key that it is encrypted with, if it is.
    pub kms_key: Option<String>,
    /// Whether several instances can have it at once.
    pub multi_attach: bool,
    /// `AutoEnableIO`, shown and without effect.
    pub auto_enable_io: bool,
    /// Which instances have it.
    pub attachments: Vec<VolumeAttachment>,
    /// The last modifications, the newest last.
    pub modifications: Vec<Modification>,
    /// When it was made.
    pub created: Timestamp,
    /// Tags.
    pub tags: Tags,
}

/// An instance's hold of a volume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VolumeAttachment {
    /// The instance.
    pub instance: InstanceId,
    /// Where it has it, such as `/dev/sdf`.
    pub device: String,
    /// Whether the volume goes with the instance.
    pub delete_on_termination: bool,
    /// Since when.
    pub attached: Timestamp,
}

/// What a new volume is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct NewVolume {
    /// What it is of and can do.
    pub capacity: Capacity,
    /// What it is made from.
    pub snapshot: Option<SnapshotId>,
    /// The ARN of the key that it is encrypted with, if it is.
    pub kms_key: Option<String>,
    /// Whether several instances can have it at once.
    pub multi_attach: bool,
    /// Tags.
    pub tags: Tags,
}

impl Volume {
    /// Its attachment to an instance.
    pub fn attachment_to(&self, instance: InstanceId) -> Option<&VolumeAttachment> {
        self.attachments.iter().find(|it| it.instance == instance)
    }
}

const GIB_PER_TIB: u64 = 1_024;

impl World {
    /// A volume of this scope.
    pub fn volume(&self, scope: Scope, id: VolumeId) -> Result<&Volume, Refusal> {
        self.volumes.get(&id).filter(|it| it.scope == scope).ok_or(Refusal::NotFound(id.into()))
    }

    /// What an instance has, each with where and since when: what it starts from first, then in the order in which
    /// it got them.
    pub fn volumes_of(&self, instance: InstanceId) -> Vec<(&Volume, &VolumeAttachment)> {
        let all = (instance, VolumeId::MIN)..=(instance, VolumeId::MAX);
        let volumes = self.volume_by_instance.range(all).filter_map(|((_, id), ())| self.volumes.get(&id));
        let mut held: Vec<_> = volumes.filter_map(|it| Some((it, it.attachment_to(instance)?))).collect();
        let root = self.network.instances.get(&instance).map(|it| it.root_device.as_str());
        let is_root = |it: &VolumeAttachment| root.is_some_and(|root| is_same_device(root, &it.device));
        held.sort_by_key(|(_, it)| (!is_root(it), it.attached, it.device.clone()));
        held
    }

    /// The volume that an instance has at a device.
    pub fn volume_at(&self, instance: InstanceId, device: &str) -> Option<&Volume> {
        let held = self.volumes_of(instance).into_iter();
        held.filter(|(_, it)| is_same_device(&it.device, device)).map(|(volume, _)| volume).next()
    }

    /// Makes a volume, which nobody has.
    pub fn create_volume(
        &mut self,
        scope: Scope,
        zone: Zone,
        new: NewVolume,
        ids: &mut Ids<'_>,
        now: Timestamp,
    ) -> Result<VolumeId, Refusal> {
        let NewVolume { capacity, snapshot, kms_key, multi_attach, tags } = new;
        if multi_attach && !capacity.volume_type.can_multi_attach() {
            return Err(CapacityRefusal::MultiAttachUnsupported(capacity.volume_type).into());
        }
        self.check_storage(scope, capacity.volume_type, capacity.size_gib)?;
        let id = ids.fresh();
        self.put_volume(Volume {
            id,
            scope,
            zone,
            capacity,
            snapshot,
            kms_key,
            multi_attach,
            auto_enable_io: false,
            attachments: Vec::new(),
            modifications: Vec::new(),
            created: now,
            tags,
        });
        Ok(id)
    }

    /// Whether there is room for so much more of a type.
    fn check_storage(
        &self,
        scope: Scope,
        volume_type: VolumeType,
        more_gib: u32,
    ) -> Result<(), VolumeRefusal> {
        let stored = self.stored_gib.get(&(scope, volume_type)).copied().unwrap_or_default();
        let max = STORAGE_PER_VOLUME_TYPE_TIB_MAX;
        match stored + u64::from(more_gib) > max * GIB_PER_TIB {
            true => Err(VolumeRefusal::StorageFull(volume_type, max)),
            false => Ok(()),
        }
    }

    /// Deletes a volume that nobody has.
    pub fn delete_volume(&mut self, scope: Scope, id: VolumeId) -> Result<(), Refusal> {
        match self.volume(scope, id)?.attachments.first() {
            Some(attachment) => Err(VolumeRefusal::Attached(id, attachment.instance).into()),
            None => {
                self.remove_volume(id);
                Ok(())
            }
        }
    }

    /// Gives a volume to an instance that runs or is stopped.
    pub fn attach_volume(
        &mut self,
        scope: Scope,
        id: VolumeId,
        instance: InstanceId,
        device: &str,
        now: Timestamp,
    ) -> Result<VolumeAttachment, Refusal> {
        self.volume(scope, id)?;
        let state = self.instance(scope, instance)?.state;
        if !matches!(state, InstanceState::Running | InstanceState::Stopped) {
            return Err(VolumeRefusal::InstanceNotReady(instance).into());
        }
        let attachment = VolumeAttachment {
            instance,
            device: device.to_owned(),
            delete_on_termination: false,
            attached: now,
        };
        self.hold_volume(id, attachment.clone())?;
        Ok(attachment)
    }

    /// The part of attaching that a launch has, too.
    pub(crate) fn hold_volume(&mut self, id: VolumeId, attachment: VolumeAttachment) -> Result<(), Refusal> {
        let volume = self.volumes.get(&id).ok_or(Refusal::NotFound(id.into()))?;
        let instance = attachment.instance;
        let zone = self.network.instances.get(&instance).map(|it| it.zone);
        if !is_device_name(&attachment.device) {
            return Err(VolumeRefusal::DeviceName(attachment.device).into());
        }
        if zone != Some(volume.zone) {
            return Err(VolumeRefusal::OtherZone(id, instance).into());
        }
        if volume.attachment_to(instance).is_some()
            || (!volume.multi_attach && !volume.attachments.is_empty())
        {
            return Err(VolumeRefusal::InUse(id).into());
        }
        if volume.attachments.len() >= VOLUME_ATTACHMENTS_MAX {
            return Err(VolumeRefusal::AttachmentsReached(id, VOLUME_ATTACHMENTS_MAX).into());
        }
        if self.volume_at(instance, &attachment.device).is_some() {
            return Err(VolumeRefusal::DeviceTaken(attachment.device).into());
        }
        if self.volumes_of(instance).len() >= VOLUMES_PER_INSTANCE_MAX {
            return Err(VolumeRefusal::VolumesReached(instance, VOLUMES_PER_INSTANCE_MAX).into());
        }
        self.change_volume(id, |volume| volume.attachments.push(attachment));
        Ok(())
    }

    /// Takes a volume from an instance; from the only one that has it if none is named.
    pub fn detach_volume(
        &mut self,
        scope: Scope,
        id: VolumeId,
        instance: Option<InstanceId>,
        device: Option<&str>,
    ) -> Result<VolumeAttachment, Refusal> {
        if let Some(instance) = instance {
            self.instance(scope, instance)?;
        }
        let volume = self.volume(scope, id)?;
        let attachment = match (&volume.attachments[..], instance) {
            ([], _) => return Err(VolumeRefusal::Available(id).into()),
            ([only], None) => Some(only),
            ([_, _, ..], None) => return Err(VolumeRefusal::WhichInstance(id).into()),
            ([..], Some(instance)) => volume.attachment_to(instance),
        };
        let attachment =
            attachment.filter(|it| device.is_none_or(|device| is_same_device(device, &it.device)));
        let not_attached = || VolumeRefusal::NotAttached(id, instance, device.map(str::to_owned));
        let attachment = attachment.ok_or_else(not_attached)?.clone();
        if self.is_root_in_use(&attachment) {
            return Err(VolumeRefusal::Root(id, attachment.instance).into());
        }
        self.let_go_of_volume(id, attachment.instance);
        Ok(attachment)
    }

    /// "If an EBS volume is the root device of an instance, it can't be detached while the instance is running"
    /// (DetachVolume).
    fn is_root_in_use(&self, attachment: &VolumeAttachment) -> bool {
        self.network.instances.get(&attachment.instance).is_some_and(|instance| {
            instance.state != InstanceState::Stopped
                && is_same_device(&instance.root_device, &attachment.device)
        })
    }

    /// Says whether the volume at a device goes with the instance.
    pub(crate) fn set_volume_delete_on_termination(
        &mut self,
        instance: InstanceId,
        device: &str,
        on: bool,
    ) -> Result<(), Refusal> {
        let at = self.volume_at(instance, device).map(|volume| volume.id);
        let id = at.ok_or_else(|| VolumeRefusal::NoDevice(instance, device.to_owned()))?;
        self.change_volume(id, |volume| {
            for held in volume.attachments.iter_mut().filter(|it| it.instance == instance) {
                held.delete_on_termination = on;
            }
        });
        Ok(())
    }

    /// Says whether operations go on by themselves after what could have damaged the volume.
    pub fn set_auto_enable_io(&mut self, scope: Scope, id: VolumeId, on: bool) -> Result<(), Refusal> {
        self.volume(scope, id)?;
        self.change_volume(id, |volume| volume.auto_enable_io = on);
        Ok(())
    }

    /// An instance is gone: so are the volumes that go with it, and the others are free.
    pub(crate) fn part_with_volumes(&mut self, instance: InstanceId) {
        let held = self.volumes_of(instance).into_iter();
        let held: Vec<_> = held.map(|(volume, it)| (volume.id, it.delete_on_termination)).collect();
        for (id, goes) in held {
            self.let_go_of_volume(id, instance);
            let is_free = self.volumes.get(&id).is_some_and(|it| it.attachments.is_empty());
            if goes && is_free {
                self.remove_volume(id);
            }
        }
    }

    fn let_go_of_volume(&mut self, id: VolumeId, instance: InstanceId) {
        self.change_volume(id, |volume| volume.attachments.retain(|it| it.instance != instance));
    }

    pub(crate) fn change_volume(&mut self, id: VolumeId, change: impl FnOnce(&mut Volume)) {
        if let Some(mut volume) = self.volumes.get(&id).cloned() {
            change(&mut volume);
            self.put_volume(volume);
        }
    }

    /// Puts a volume in, or in its old row's place, together with what the index has of it.
    pub fn put_volume(&mut self, volume: Volume) {
        self.forget_indexed(volume.id);
        self.change_stored(&volume, |stored, size| stored + size);
        for attachment in &volume.attachments {
            self.volume_by_instance.insert((attachment.instance, volume.id), ());
        }
        self.volumes.insert(volume.id, volume);
    }

    fn remove_volume(&mut self, id: VolumeId) {
        self.forget_indexed(id);
        self.volumes.remove(&id);
    }

    fn forget_indexed(&mut self, id: VolumeId) {
        let Some(volume) = self.volumes.get_shared(&id) else { return };
        for attachment in &volume.attachments {
            self.volume_by_instance.remove(&(attachment.instance, id));
        }
        self.change_stored(&volume, |stored, size| stored - size);
    }

    fn change_stored(&mut self, volume: &Volume, change: impl Fn(u64, u64) -> u64) {
        let key = (volume.scope, volume.capacity.volume_type);
        let stored = self.stored_gib.get(&key).copied().unwrap_or_default();
        self.stored_gib.insert(key, change(stored, volume.capacity.size_gib.into()));
    }
}
