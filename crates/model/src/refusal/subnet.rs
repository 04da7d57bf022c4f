//! Why a change of subnets is refused.

use ipnet::IpNet;
use std::net::IpAddr;

use crate::ids::*;
use crate::place::Zone;

/// A refused change of a subnet, or of an address in it.
#[derive(Clone, Debug, PartialEq)]
pub enum SubnetRefusal {
    /// A subnet's block lies outside its VPC's blocks, or has a netmask outside /16 to /28.
    Range(IpNet),
    /// A subnet's block overlaps another subnet's.
    CidrConflict(IpNet),
    /// The zone has its default subnet already.
    DefaultExists {
        /// It.
        subnet: SubnetId,
        /// Its zone.
        zone: Zone,
    },
    /// What is asked for needs an IPv6 block.
    WithoutIpv6(SubnetId),
    /// A subnet has one IPv6 block at most.
    HasIpv6(SubnetId),
    /// There is no such association of a block.
    CidrNotFound(SubnetCidrAssociationId),
    /// Interfaces have addresses of the block, or the subnet has no other.
    CidrInUse(SubnetCidrAssociationId),
    /// A reservation lies outside its subnet, whose block of that family is told.
    ReservationOutside {
        /// The subnet's block, if it has one of the family.
        subnet: Option<IpNet>,
    },
    /// A reservation overlaps another one.
    ReservationOverlaps(IpNet),
    /// A subnet has no free IPv4 address left.
    NoFreeAddress(SubnetId),
    /// No block for a prefix is free in the subnet.
    NoFreePrefix(SubnetId),
    /// An address is not in the subnet's blocks.
    AddressOutside(IpAddr),
    /// An address is one that AWS keeps for itself.
    AddressReserved(IpAddr),
    /// An interface has the address already.
    AddressInUse(IpAddr),
    /// The default VPC has no subnets.
    NoDefault(VpcId),
}
