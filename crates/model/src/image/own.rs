//! Images of one's own: made from an instance, registered from a snapshot, or copied.
//!
//! Follows CreateImage, RegisterImage, CopyImage and DeregisterImage (EC2 API Reference), "Deprecate an AMI", "Disable an AMI"
//! and "Protect an AMI from deregistration" (EC2 User Guide).

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Distribution, distribution, find_anywhere};
use crate::ids::*;
use crate::instance_type::Architecture;
use crate::link::Link;
use crate::place::{Region, Scope};
use crate::quotas::Quota;
use crate::refusal::{ImageRefusal, Refusal};
use crate::sharing::{ChangeSharing, Sharing};
use crate::tags::Tags;
use crate::timestamp::Timestamp;
use crate::volume::Capacity;
use crate::world::World;

/// "A 24-hour cooldown period" (Protect an AMI from deregistration).
const COOLDOWN: Duration = Duration::from_secs(24 * 60 * 60);

/// An image of an account's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnImage {
    /// Its identifier.
    pub id: ImageId,
    /// Owner and Region.
    pub scope: Scope,
    /// What it is.
    pub described: ImageDescription,
    /// Who else may launch it.
    pub sharing: Sharing,
    /// When it was made.
    pub created: Timestamp,
    /// From when on it is only shown to those who ask for old ones.
    pub deprecated: Option<Timestamp>,
    /// Whether nobody can launch it for the time being.
    pub disabled: bool,
    /// Whether it can be deregistered.
    pub protection: DeregistrationProtection,
    /// Tags.
    pub tags: Tags,
}

/// What an image of one's own is, as whoever makes it says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageDescription {
    /// Its name, which the account has once in the Region.
    pub name: String,
    /// What its maker says of it.
    pub description: Option<String>,
    /// Instruction set of its programs.
    pub architecture: Architecture,
    /// The image that it began as, through all that it was made from: that decides about users and names.
    pub base: Option<ImageId>,
    /// `BootMode`.
    pub boot_mode: Option<String>,
    /// `EnaSupport`.
    pub ena: bool,
    /// Whether `SriovNetSupport` is `simple`.
    pub sriov: bool,
    /// Whether `ImdsSupport` is `v2.0`.
    pub imds_v2: bool,
    /// Where instances have the volume that they start from.
    pub root_device: String,
    /// Volumes of its instances.
    pub devices: Vec<ImageDevice>,
    /// The instance that it was made from.
    pub source_instance: Option<InstanceId>,
    /// The image that it was made from, and that one's Region.
    pub source_image: Option<SourceImage>,
}

/// What an image was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceImage {
    /// Where it is.
    pub region: Region,
    /// Which it is.
    pub id: ImageId,
}

/// A volume that instances of an image begin with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageDevice {
    /// Where they have it.
    pub device: String,
    /// Whether it goes with the instance.
    pub delete_on_termination: bool,
    /// What it is of and can do.
    pub capacity: Capacity,
    /// What it is made from, if not empty.
    pub snapshot: Option<SnapshotId>,
    /// The ARN of the key that it is encrypted with, if it is.
    pub kms_key: Option<String>,
}

/// Whether an image can be deregistered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum DeregistrationProtection {
    /// It can.
    #[default]
    Off,
    /// It cannot.
    On {
        /// Whether it cannot for a day after this has been taken back, either.
        with_cooldown: bool,
    },
    /// It can, from then on.
    CoolingDown {
        /// From when on.
        until: Timestamp,
    },
}

/// What is left of an image that has been deregistered: instances that were launched from it go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeregisteredImage {
    /// The image that it began as.
    pub base: Option<ImageId>,
}

impl OwnImage {
    /// What its content is of.
    pub fn distribution(&self) -> &'static Distribution {
        distribution_of(self.described.base)
    }
}

fn distribution_of(base: Option<ImageId>) -> &'static Distribution {
    let known = base.and_then(find_anywhere);
    known.map_or(&distribution::UNKNOWN, |image| image.release.distribution)
}

impl DeregistrationProtection {
    /// Whether it forbids at this moment.
    pub fn holds(self, now: Timestamp) -> bool {
        match self {
            DeregistrationProtection::Off => false,
            DeregistrationProtection::On { .. } => true,
            DeregistrationProtection::CoolingDown { until } => now < until,
        }
    }
}

impl World {
    /// An image of this scope's own.
    pub fn own_image(&self, scope: Scope, id: ImageId) -> Result<&OwnImage, Refusal> {
        if let Some(image) = self.images.get(&id).filter(|it| it.scope == scope) {
            return Ok(image);
        }
        let is_others = super::find(scope.region, id).is_some()
            || self.images.get(&id).is_some_and(|it| self.can_launch_image(scope, it));
        match is_others {
            true => Err(ImageRefusal::NotOwner(id).into()),
            false => Err(Refusal::NotFound(id.into())),
        }
    }

    /// The images that accounts have made and that this one can see: its own, and those that are shared with it.
    pub fn visible_images(&self, scope: Scope) -> impl Iterator<Item = Arc<OwnImage>> {
        let visible =
            self.images.values().filter(move |it| it.scope == scope || self.can_launch_image(scope, it));
        visible.filter_map(|it| self.images.get_shared(&it.id))
    }

    /// Whether an account can launch an image here. A disabled one is its owner's alone, and cannot be launched.
    pub fn can_launch_image(&self, scope: Scope, image: &OwnImage) -> bool {
        image.scope.region == scope.region
            && !image.disabled
            && (image.scope == scope || image.sharing.is_with(scope.account))
    }

    /// Makes an image. Its snapshots are there.
    pub fn create_image(
        &mut self,
        scope: Scope,
        id: ImageId,
        described: ImageDescription,
        tags: Tags,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.check_image_name(scope, &described.name)?;
        let image = OwnImage {
            id,
            scope,
            described,
            sharing: Sharing::default(),
            created: now,
            deprecated: None,
            disabled: false,
            protection: DeregistrationProtection::Off,
            tags,
        };
        self.images.insert(id, image);
        Ok(())
    }

    /// Whether an image can be called so.
    pub fn check_image_name(&self, scope: Scope, name: &str) -> Result<(), Refusal> {
        let mut same = self.images.linked(Link::name(scope, name));
        if let Some(other) = same.find(|it| it.scope == scope && it.described.name == name) {
            return Err(ImageRefusal::NameTaken(name.to_owned(), other.id).into());
        }
        let limit = self.limit(scope, Quota::Images);
        match self.images.count_linked(Link::Scope(scope)) < limit {
            true => Ok(()),
            false => Err(Refusal::QuotaReached(Quota::Images, limit)),
        }
    }

    /// Takes an image away, and tells which snapshots it had.
    pub fn deregister_image(
        &mut self,
        scope: Scope,
        id: ImageId,
        now: Timestamp,
    ) -> Result<Vec<SnapshotId>, Refusal> {
        let image = self.own_image(scope, id)?;
        if image.protection.holds(now) {
            return Err(ImageRefusal::Protected(id).into());
        }
        let snapshots = image.described.devices.iter().filter_map(|it| it.snapshot).collect();
        let left = DeregisteredImage { base: image.described.base };
        self.images.remove(&id);
        self.deregistered_images.insert(id, left);
        Ok(snapshots)
    }

    /// An image that volumes are made for from this snapshot.
    pub(crate) fn image_of_snapshot(&self, id: SnapshotId) -> Option<ImageId> {
        self.images.linked(Link::Snapshot(id)).next().map(|image| image.id)
    }

    /// Says who else may launch an image.
    pub fn share_image(&mut self, scope: Scope, id: ImageId, change: ChangeSharing) -> Result<(), Refusal> {
        let image = self.own_image(scope, id)?;
        if change.add.everybody && self.storage_defaults(scope).image_sharing_blocked {
            return Err(ImageRefusal::PublicAccessBlocked.into());
        }
        if change.add.everybody && image.described.devices.iter().any(|it| it.kms_key.is_some()) {
            return Err(ImageRefusal::EncryptedForEverybody(id).into());
        }
        self.change_image(scope, id, |image| image.sharing = image.sharing.clone().changed(change))
    }

    /// Says what an image is.
    pub fn describe_image(&mut self, scope: Scope, id: ImageId, text: String) -> Result<(), Refusal> {
        self.change_image(scope, id, |image| image.described.description = Some(text))
    }

    /// Says that instances of an image are asked for metadata with tokens, which cannot be taken back.
    pub fn require_imds_v2(&mut self, scope: Scope, id: ImageId) -> Result<(), Refusal> {
        self.change_image(scope, id, |image| image.described.imds_v2 = true)
    }

    /// Lets an image be launched, or not. One that is disabled is shared with nobody any longer.
    pub fn set_image_disabled(&mut self, scope: Scope, id: ImageId, disabled: bool) -> Result<(), Refusal> {
        self.change_image(scope, id, |image| {
            image.disabled = disabled;
            if disabled {
                image.sharing = Sharing::default();
            }
        })
    }

    /// Says from when on an image is old.
    pub fn set_image_deprecation(
        &mut self,
        scope: Scope,
        id: ImageId,
        at: Option<Timestamp>,
    ) -> Result<(), Refusal> {
        self.change_image(scope, id, |image| image.deprecated = at)
    }

    /// Protects an image from being deregistered.
    pub fn protect_image(&mut self, scope: Scope, id: ImageId, with_cooldown: bool) -> Result<(), Refusal> {
        self.change_image(scope, id, |image| {
            image.protection = DeregistrationProtection::On { with_cooldown }
        })
    }

    /// Takes protection back: at once, or in a day.
    pub fn unprotect_image(&mut self, scope: Scope, id: ImageId, now: Timestamp) -> Result<(), Refusal> {
        let protection = match self.own_image(scope, id)?.protection {
            DeregistrationProtection::On { with_cooldown: true } => {
                DeregistrationProtection::CoolingDown { until: now + COOLDOWN }
            }
            DeregistrationProtection::On { with_cooldown: false } | DeregistrationProtection::Off => {
                DeregistrationProtection::Off
            }
            cooling @ DeregistrationProtection::CoolingDown { .. } => cooling,
        };
        self.change_image(scope, id, |image| image.protection = protection)
    }

    fn change_image(
        &mut self,
        scope: Scope,
        id: ImageId,
        change: impl FnOnce(&mut OwnImage),
    ) -> Result<(), Refusal> {
        self.own_image(scope, id)?;
        if let Some(image) = self.images.get_mut(&id) {
            change(image);
        }
        Ok(())
    }
}
