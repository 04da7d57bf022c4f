//! Statuses of a VPC peering connection.
//!
//! Follows "VPC peering connection lifecycle" (VPC Peering Guide).

use serde::{Deserialize, Serialize};

use crate::place::AccountId;

/// Status of a peering connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PeeringStatus {
    /// Waits for the accepter.
    PendingAcceptance,
    /// Works.
    Active,
    /// Deleted by that account.
    Deleted(AccountId),
    /// Refused by the accepter.
    Rejected,
    /// Overlapping blocks, or no such VPC.
    Failed,
    /// Not answered within seven days.
    Expired,
}
