//! How large policies may be.
//!
//! Follows "IAM and AWS STS quotas" (IAM User Guide). White space does not count, except in what a request may carry.

/// Objects and lists in each other. No policy needs a tenth of it.
pub const NESTING_MAX: usize = 64;
/// The text of any policy in a request, as the API has it.
pub const TEXT_MAX: usize = 131_072;
/// A managed policy.
pub const MANAGED_POLICY_MAX: usize = 6_144;
/// All inline policies of one user.
pub const USER_INLINE_MAX: usize = 2_048;
/// All inline policies of one group.
pub const GROUP_INLINE_MAX: usize = 5_120;
/// All inline policies of one role.
pub const ROLE_INLINE_MAX: usize = 10_240;
/// A role's trust policy, unless the quota was raised.
pub const TRUST_POLICY_MAX: usize = 2_048;
/// A session policy in a request.
pub const SESSION_POLICY_MAX: usize = 2_048;
/// Values that an explanation lists of one element of a statement.
pub const EXPLAINED_VALUES_MAX: usize = 20;
