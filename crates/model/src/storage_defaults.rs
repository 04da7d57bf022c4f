//! What an account has settled for all of its volumes, snapshots and images in a Region.
//!
//! Follows "Amazon EBS encryption", "Block public access for snapshots" (EBS User Guide) and "Block public access to your
//! AMIs" (EC2 User Guide).

use serde::{Deserialize, Serialize};

use crate::image::hash;
use crate::place::Scope;
use crate::world::{ScopeKey, World};

/// What an account has settled in a Region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StorageDefaults {
    /// Whether new volumes and copies of snapshots are encrypted although nobody asks for it.
    pub encrypts: bool,
    /// The ARN of the key that is taken where none is named, if it is not the one that AWS keeps for the account.
    pub kms_key: Option<String>,
    /// Whether snapshots can be shared with everybody.
    pub snapshot_sharing: SnapshotSharing,
    /// Whether images cannot be shared with everybody. "Enabled by default" for accounts that had no public images in 2023.
    pub image_sharing_blocked: bool,
}

/// What `BlockPublicAccess` of snapshots does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SnapshotSharing {
    /// Whoever has a snapshot can share it with everybody.
    #[default]
    Unblocked,
    /// No more snapshots than before are shared with everybody.
    NewBlocked,
    /// Those that are shared with everybody are treated as if they were not.
    AllBlocked,
}

impl Default for StorageDefaults {
    fn default() -> Self {
        StorageDefaults {
            encrypts: false,
            kms_key: None,
            snapshot_sharing: SnapshotSharing::default(),
            image_sharing_blocked: true,
        }
    }
}

impl World {
    /// What an account has settled in a Region.
    pub fn storage_defaults(&self, scope: Scope) -> StorageDefaults {
        self.storage_defaults.get(&ScopeKey(scope)).cloned().unwrap_or_default()
    }

    /// Settles something.
    pub fn change_storage_defaults(&mut self, scope: Scope, change: impl FnOnce(&mut StorageDefaults)) {
        let mut settled = self.storage_defaults(scope);
        change(&mut settled);
        self.storage_defaults.insert(ScopeKey(scope), settled);
    }
}

/// The identifier of the key that AWS keeps for an account's volumes in a Region, `alias/aws/ebs`: a UUID, the same in every
/// run.
pub fn managed_key_id(scope: Scope) -> String {
    let Scope { account, region } = scope;
    let part = |number: &str| hash(&["key", &account.to_string(), region.name(), number]);
    let (high, low) = (part("1"), part("2"));
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        0x8000 | (low >> 48) & 0x3fff,
        low & 0xffff_ffff_ffff
    )
}
