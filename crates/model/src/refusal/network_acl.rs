//! Why a change of network ACLs is refused.

use crate::ids::*;

/// A refused change of a network ACL, of its entries or its associations.
#[derive(Clone, Debug, PartialEq)]
pub enum NetworkAclRefusal {
    /// A VPC's own network ACL goes only with its VPC.
    OfVpc(NetworkAclId),
    /// The direction has a rule of this number already.
    EntryExists(u16),
    /// The direction has no rule of this number.
    NoSuchEntry(u16),
    /// No subnet has this association.
    NoSuchAssociation(NetworkAclAssociationId),
}
