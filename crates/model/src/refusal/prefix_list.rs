//! Why a change of prefix lists is refused.

use ipnet::IpNet;

use crate::ids::*;

/// A refused change of a prefix list.
#[derive(Clone, Debug, PartialEq)]
pub enum PrefixListRefusal {
    /// AWS manages the list; nobody else may change it.
    ManagedByAws(PrefixListId),
    /// The change was made for another version than the current one, which is this.
    Version(u64),
    /// More entries than the list was made for.
    Full,
    /// The list has had no such version.
    NoSuchVersion(u64),
    /// A block of the other address family.
    Family(IpNet),
    /// The list has the block already, or the request names it twice.
    EntryExists(IpNet),
    /// The list does not have the block.
    NoSuchEntry(IpNet),
}
