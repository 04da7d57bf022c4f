//! What an account has of Amazon EBS in a Region before it makes a volume.
//!
//! Follows "Amazon EBS encryption" (EBS User Guide).

use crate::image::hash;
use crate::place::Scope;

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
