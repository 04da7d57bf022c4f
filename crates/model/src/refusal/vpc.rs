//! Why a change of VPCs is refused.

use ipnet::IpNet;

use crate::ids::*;

/// A refused change of a VPC.
#[derive(Clone, Debug, PartialEq)]
pub enum VpcRefusal {
    /// The VPC or subnet has an exclusion from VPC Block Public Access.
    Excluded(PublicAccessExclusionId),
    /// A VPC's block must have a netmask between /16 and /28 and lie in a permitted range.
    Range(IpNet),
    /// A further block is of a range that the VPC's other blocks rule out.
    RangeRestricted(IpNet),
    /// A further block overlaps one of the VPC's, or of a peer's.
    CidrConflict(IpNet),
    /// A further block is the same as, or larger than, the destination of a route.
    CidrCoversRoute(IpNet),
    /// The VPC has as many blocks of the family as it may.
    CidrQuotaReached(VpcId, usize),
    /// There is no such association of a block.
    CidrNotFound(VpcCidrAssociationId),
    /// The primary block stays.
    PrimaryCidr(VpcCidrAssociationId),
    /// Subnets lie in the block.
    CidrInUse(VpcCidrAssociationId),
    /// Public host names need the VPC's resolver.
    DnsHostnamesNeedDnsSupport(VpcId),
    /// Tenancy changes only from dedicated to default.
    TenancyFixed(VpcId),
    /// The Region has its default VPC already.
    DefaultExists,
    /// The Region has no default VPC.
    NoDefault,
}
