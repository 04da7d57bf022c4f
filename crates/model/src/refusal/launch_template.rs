//! Why a change of launch templates is refused.

use crate::ids::LaunchTemplateId;

/// A refused change of a launch template.
#[derive(Clone, Debug, PartialEq)]
pub enum LaunchTemplateRefusal {
    /// The name is taken.
    Exists(String),
    /// There is no launch template of this name.
    NoneOfName(String),
    /// It has no such version.
    NoVersion(LaunchTemplateId, u64),
    /// The version is the default one.
    DefaultVersion(LaunchTemplateId, u64),
}
