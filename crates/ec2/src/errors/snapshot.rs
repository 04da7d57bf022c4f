//! What AWS says when a change of snapshots is refused.

use awsproto::AwsError;
use model::refusal::SnapshotRefusal;

pub(super) fn refused(refusal: SnapshotRefusal) -> AwsError {
    use SnapshotRefusal::*;
    match refusal {
        InUse(snapshot, image) => AwsError::new(
            "InvalidSnapshot.InUse",
            format!("The snapshot {snapshot} is currently in use by {image}"),
        ),
        EncryptedForEverybody(_) => {
            AwsError::new("OperationNotPermitted", "Encrypted snapshots cannot be shared publicly")
        }
        EncryptedWithDefaultKey(_) => AwsError::new(
            "OperationNotPermitted",
            "Encrypted snapshots with EBS default key cannot be shared",
        ),
        PublicAccessBlocked => AwsError::new(
            "OperationNotPermitted",
            "You can't publicly share this snapshot because block public access for snapshots is enabled for this account \
             in this Region.",
        ),
    }
}
