//! Why a change of snapshots is refused.

use crate::ids::*;

/// A refused change of a snapshot.
#[derive(Clone, Debug, PartialEq)]
pub enum SnapshotRefusal {
    /// An image's volumes are made from it.
    InUse(SnapshotId, ImageId),
    /// Everybody could read it, and it is encrypted.
    EncryptedForEverybody(SnapshotId),
    /// Others could read it, and it is encrypted with the key that only its owner has.
    EncryptedWithDefaultKey(SnapshotId),
    /// The account lets nobody share snapshots with everybody in this Region.
    PublicAccessBlocked,
}
