//! Snapshots: what volumes held at a moment, to make volumes and images from.
//!
//! Follows "Amazon EBS snapshots" (EBS User Guide), CreateSnapshot, CopySnapshot, DeleteSnapshot and ModifySnapshotAttribute
//! (EC2 API Reference). The snapshots of the catalogue's images belong to those who publish these, and everybody can make
//! volumes from them.

use serde::{Deserialize, Serialize};

use crate::ids::*;
use crate::image;
use crate::link::Link;
use crate::place::{Region, Scope};
use crate::quotas::Quota;
use crate::refusal::{Refusal, SnapshotRefusal};
use crate::sharing::{ChangeSharing, Sharing};
use crate::storage_defaults::{SnapshotSharing, managed_key_id};
use crate::tags::Tags;
use crate::timestamp::Timestamp;
use crate::world::World;

/// A snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// Its identifier.
    pub id: SnapshotId,
    /// Owner and Region.
    pub scope: Scope,
    /// What it was made of; `None` for a copy.
    pub volume: Option<VolumeId>,
    /// The size of that, and the least of what is made from it.
    pub size_gib: u32,
    /// What its maker says of it.
    pub description: String,
    /// The ARN of the key that it is encrypted with, if it is.
    pub kms_key: Option<String>,
    /// Who else may make volumes from it.
    pub sharing: Sharing,
    /// The image that an instance was started from whose root volume it shows.
    pub image: Option<ImageId>,
    /// When it was begun.
    pub started: Timestamp,
    /// Tags.
    pub tags: Tags,
}

/// What a volume made from a snapshot begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotContent {
    /// The snapshot.
    pub id: SnapshotId,
    /// The least size of the volume.
    pub size_gib: u32,
    /// The key that it is encrypted with, if it is.
    pub kms_key: Option<String>,
    /// The image that what it holds began as.
    pub image: Option<ImageId>,
}

/// What a new snapshot is to be.
struct NewSnapshot {
    volume: Option<VolumeId>,
    size_gib: u32,
    description: String,
    kms_key: Option<String>,
    image: Option<ImageId>,
    tags: Tags,
}

/// A snapshot to be copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopySnapshot {
    /// Where it is.
    pub region: Region,
    /// Which it is.
    pub source: SnapshotId,
    /// What is said of the copy.
    pub description: String,
    /// The ARN of the key that the copy is encrypted with, if it is.
    pub kms_key: Option<String>,
    /// The copy's tags.
    pub tags: Tags,
}

impl Snapshot {
    /// What a volume made from it begins with.
    pub fn content(&self) -> SnapshotContent {
        SnapshotContent {
            id: self.id,
            size_gib: self.size_gib,
            kms_key: self.kms_key.clone(),
            image: self.image,
        }
    }

    /// Whether it is encrypted with the key that AWS keeps for its owner.
    fn has_managed_key(&self) -> bool {
        self.kms_key.as_ref().is_some_and(|key| key.ends_with(&managed_key_id(self.scope)))
    }
}

impl World {
    /// A snapshot of this scope.
    pub fn snapshot(&self, scope: Scope, id: SnapshotId) -> Result<&Snapshot, Refusal> {
        self.snapshots.get(&id).filter(|it| it.scope == scope).ok_or(Refusal::NotFound(id.into()))
    }

    /// The snapshots that an account can see: its own, and those that others share with it.
    pub fn readable_snapshots(&self, scope: Scope) -> impl Iterator<Item = &Snapshot> {
        let in_region = self.snapshots.values().filter(move |it| it.scope.region == scope.region);
        in_region.filter(move |it| self.can_read_snapshot(scope, it))
    }

    fn can_read_snapshot(&self, scope: Scope, snapshot: &Snapshot) -> bool {
        let Sharing { everybody, accounts } = &snapshot.sharing;
        let is_public = || {
            self.storage_defaults(snapshot.scope).snapshot_sharing != SnapshotSharing::AllBlocked
                && *everybody
        };
        snapshot.scope.region == scope.region
            && (snapshot.scope == scope || accounts.contains(&scope.account) || is_public())
    }

    /// What a volume of this scope begins with that is made from a snapshot: of its own, of one shared with it, or of an
    /// image of the catalogue.
    pub fn snapshot_content(&self, scope: Scope, id: SnapshotId) -> Result<SnapshotContent, Refusal> {
        if let Some(row) = self.snapshots.get(&id).filter(|it| self.can_read_snapshot(scope, it)) {
            return Ok(row.content());
        }
        let public = image::find_snapshot(scope.region, id).ok_or(Refusal::NotFound(id.into()))?;
        let size_gib = public.release.root_volume_gib;
        Ok(SnapshotContent { id, size_gib, kms_key: None, image: Some(public.id()) })
    }

    /// Makes a snapshot of a volume.
    pub fn create_snapshot(
        &mut self,
        scope: Scope,
        volume: VolumeId,
        description: String,
        tags: Tags,
        ids: &mut Ids<'_>,
        now: Timestamp,
    ) -> Result<SnapshotId, Refusal> {
        let source = self.volume(scope, volume)?;
        let (size_gib, kms_key) = (source.capacity.size_gib, source.kms_key.clone());
        let image = self.image_on(volume);
        let new = NewSnapshot { volume: Some(volume), size_gib, description, kms_key, image, tags };
        self.add_snapshot(scope, new, ids, now)
    }

    /// Copies a snapshot that the account can see, from its Region or another.
    pub fn copy_snapshot(
        &mut self,
        scope: Scope,
        copy: CopySnapshot,
        ids: &mut Ids<'_>,
        now: Timestamp,
    ) -> Result<SnapshotId, Refusal> {
        let CopySnapshot { region, source, description, kms_key, tags } = copy;
        let SnapshotContent { size_gib, image, .. } =
            self.snapshot_content(Scope { region, ..scope }, source)?;
        let new = NewSnapshot { volume: None, size_gib, description, kms_key, image, tags };
        self.add_snapshot(scope, new, ids, now)
    }

    fn add_snapshot(
        &mut self,
        scope: Scope,
        new: NewSnapshot,
        ids: &mut Ids<'_>,
        now: Timestamp,
    ) -> Result<SnapshotId, Refusal> {
        let limit = self.limit(scope, Quota::Snapshots);
        if self.snapshots.count_linked(Link::Scope(scope)) >= limit {
            return Err(Refusal::QuotaReached(Quota::Snapshots, limit));
        }
        let NewSnapshot { volume, size_gib, description, kms_key, image, tags } = new;
        let (id, sharing) = (ids.fresh(), Sharing::default());
        let row = Snapshot {
            id,
            scope,
            volume,
            size_gib,
            description,
            kms_key,
            sharing,
            image,
            started: now,
            tags,
        };
        self.snapshots.insert(id, row);
        Ok(id)
    }

    /// The image of the instance that starts from this volume, if one does.
    fn image_on(&self, volume: VolumeId) -> Option<ImageId> {
        let attachments = &self.volumes.get(&volume)?.attachments;
        let instances = attachments.iter().filter_map(|it| self.network.instances.get(&it.instance));
        let mut started = instances
            .filter(|it| self.volume_at(it.id, &it.root_device).is_some_and(|root| root.id == volume));
        started.next().map(|it| it.image)
    }

    /// Deletes a snapshot. What was made from it stays.
    pub fn delete_snapshot(&mut self, scope: Scope, id: SnapshotId) -> Result<(), Refusal> {
        self.snapshot(scope, id)?;
        if let Some(image) = self.image_of_snapshot(id) {
            return Err(SnapshotRefusal::InUse(id, image).into());
        }
        self.snapshots.remove(&id);
        Ok(())
    }

    /// Says who else may make volumes from a snapshot.
    pub fn share_snapshot(
        &mut self,
        scope: Scope,
        id: SnapshotId,
        change: ChangeSharing,
    ) -> Result<(), Refusal> {
        let row = self.snapshot(scope, id)?;
        let settled = self.storage_defaults(scope).snapshot_sharing;
        if change.add.everybody && settled != SnapshotSharing::Unblocked {
            return Err(SnapshotRefusal::PublicAccessBlocked.into());
        }
        let sharing = row.sharing.clone().changed(change);
        let is_more = sharing.everybody || !sharing.accounts.is_empty();
        if row.kms_key.is_some() && sharing.everybody {
            return Err(SnapshotRefusal::EncryptedForEverybody(id).into());
        }
        if row.has_managed_key() && is_more {
            return Err(SnapshotRefusal::EncryptedWithDefaultKey(id).into());
        }
        if let Some(row) = self.snapshots.get_mut(&id) {
            row.sharing = sharing;
        }
        Ok(())
    }
}
