//! Why a text is no policy. The services' codes and sentences for it are decided in ring 2.

use std::fmt;

/// Why a text is not a policy of the wanted kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyProblem {
    /// It is not JSON.
    NotJson,
    /// It is JSON, but not a policy.
    Syntax,
    /// It has something that other kinds of policies may have.
    ProhibitedField(&'static str),
    /// A trust policy speaks of other actions than those of acting as a role.
    OtherActions,
}

impl fmt::Display for PolicyProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for PolicyProblem {}
