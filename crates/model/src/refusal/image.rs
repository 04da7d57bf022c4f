//! Why a change of images is refused.

use crate::ids::*;

/// A refused change of an image.
#[derive(Clone, Debug, PartialEq)]
pub enum ImageRefusal {
    /// It is somebody else's.
    NotOwner(ImageId),
    /// The account has an image of this name.
    NameTaken(String, ImageId),
    /// It is protected from being deregistered.
    Protected(ImageId),
    /// The account lets nobody share images with everybody in this Region.
    PublicAccessBlocked,
    /// Everybody could launch it, and a volume of it is encrypted.
    EncryptedForEverybody(ImageId),
}
