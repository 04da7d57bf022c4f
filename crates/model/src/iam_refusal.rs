//! Why IAM refuses a change. Which code and sentence stand for a refusal is decided in ring 2.

/// A refused change of a role or an instance profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IamRefusal {
    /// There is no role of this name.
    NoSuchRole(String),
    /// There is no instance profile of this name.
    NoSuchInstanceProfile(String),
    /// The role's name is taken; upper and lower case are the same there.
    RoleExists(String),
    /// The instance profile's name is taken.
    InstanceProfileExists(String),
    /// A quota is reached: its name at AWS, and the limit.
    QuotaReached(&'static str, usize),
    /// The role is in an instance profile, or the instance profile has a role.
    RoleInInstanceProfile,
}

impl std::fmt::Display for IamRefusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for IamRefusal {}
