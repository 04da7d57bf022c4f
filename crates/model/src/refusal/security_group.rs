//! Why a change of security groups is refused.

use crate::ids::*;
use crate::peer::Peer;
use crate::rule::Traffic;

/// A refused change of a security group, or of its rules.
#[derive(Clone, Debug, PartialEq)]
pub enum SecurityGroupRefusal {
    /// Another group of the VPC has this name.
    NameTaken(String, VpcId),
    /// `default` is the name of the VPC's own group.
    NameReserved,
    /// A name may not look like an identifier.
    NameLikeId(String),
    /// A VPC's own group goes only with its VPC.
    OfVpc(SecurityGroupId),
    /// A VPC's own group serves no other VPC.
    AssociationOfVpcsOwn(SecurityGroupId),
    /// Groups are not associated with a default VPC, nor those of one with others.
    AssociationWithDefaultVpc(SecurityGroupId),
    /// The group is of this very VPC.
    AssociationWithOwnVpc(SecurityGroupId, VpcId),
    /// The group is not associated with this VPC.
    NotAssociated(SecurityGroupId, VpcId),
    /// The group has a rule for this far end and traffic already.
    RuleExists(Peer, Traffic),
    /// The request names one rule twice.
    RuleRepeated,
    /// The group has no such rule.
    NoSuchRule,
}
