//! What bounds the reading and the telling of policies. How long they may be is a quota of whoever has them.

/// Objects and lists in each other. No policy needs a tenth of it.
pub(crate) const NESTING_MAX: usize = 64;
/// Values that an explanation lists of one element of a statement.
pub(crate) const EXPLAINED_VALUES_MAX: usize = 20;
