//! The addresses of a subnet: which are reserved, which are in use, and which is given out next.
//!
//! Follows "Subnet CIDR blocks" and "Subnet CIDR reservations" (VPC User Guide). AWS gives out free addresses in no
//! order that one may rely on; here the search begins at a random place.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::ids::*;
use crate::refusal::{Refusal, SubnetRefusal};
use crate::subnet::{RESERVED_ADDRESSES, Subnet};
use crate::world::World;

/// How many IPv6 addresses AWS keeps for itself at the beginning of every subnet. It keeps the last one, too.
const RESERVED_IPV6_ADDRESSES: u128 = 4;

/// How often a random IPv6 address is drawn before a subnet counts as full.
const IPV6_DRAWS: u32 = 1000;

impl Subnet {
    /// Whether a reservation keeps an address from being given out unasked ("AWS will not assign addresses from the
    /// range unless you ask for it", Subnet CIDR reservations).
    fn is_set_aside(&self, address: IpAddr) -> bool {
        self.reservations.iter().any(|reservation| reservation.cidr.contains(&address))
    }

    /// Whether AWS keeps an IPv6 address for itself: the first four and the last of the block.
    pub(crate) fn is_reserved_v6(&self, address: Ipv6Addr) -> bool {
        self.ipv6_cidr.as_ref().is_some_and(|block| {
            let offset = u128::from(address).wrapping_sub(u128::from(block.cidr.network()));
            offset < RESERVED_IPV6_ADDRESSES || address == block.cidr.broadcast()
        })
    }
}

impl World {
    /// How many IPv4 addresses of a subnet are free: its size, less the five reserved, less those on interfaces
    /// (also of stopped instances).
    pub fn available_addresses(&self, subnet: SubnetId) -> u32 {
        let Some(cidr) = self.network.subnets.get(&subnet).and_then(|subnet| subnet.cidr) else { return 0 };
        let size = 1u32.checked_shl(32 - u32::from(cidr.prefix_len())).unwrap_or(u32::MAX);
        size.saturating_sub(RESERVED_ADDRESSES).saturating_sub(self.addresses_in_use(subnet))
    }

    /// How many of a subnet's IPv4 addresses are on interfaces.
    fn addresses_in_use(&self, subnet: SubnetId) -> u32 {
        let Some(subnet) = self.network.subnets.get(&subnet) else { return 0 };
        let Some(cidr) = subnet.cidr else { return 0 };
        let (first, last) = (IpAddr::V4(cidr.network()), IpAddr::V4(cidr.broadcast()));
        let used = self.network.interface_by_address.range((subnet.vpc, first)..=(subnet.vpc, last)).count();
        let in_prefixes = self.network.addresses_in_prefixes(subnet.vpc, cidr.network(), cidr.broadcast());
        u32::try_from(used).unwrap_or(u32::MAX).saturating_add(in_prefixes)
    }

    /// A free IPv4 address of a subnet: not AWS's own, on no interface and in no reservation.
    pub fn free_address(&self, subnet: SubnetId, ids: &mut Ids<'_>) -> Result<Ipv4Addr, Refusal> {
        let subnet = self.network.subnets.get(&subnet).ok_or(Refusal::NotFound(subnet.into()))?;
        let cidr = subnet.cidr.ok_or(SubnetRefusal::NoFreeAddress(subnet.id))?;
        let first = u32::from(cidr.network());
        let size = 1u64 << (32 - u32::from(cidr.prefix_len()));
        let start = ids.bits() as u64 % size;
        (0..size)
            .map(|step| Ipv4Addr::from(first + ((start + step) % size) as u32))
            .find(|address| self.is_free(subnet, *address) && !subnet.is_set_aside(IpAddr::V4(*address)))
            .ok_or(SubnetRefusal::NoFreeAddress(subnet.id).into())
    }

    /// A free IPv6 address of a subnet.
    pub fn free_ipv6_address(&self, subnet: SubnetId, ids: &mut Ids<'_>) -> Result<Ipv6Addr, Refusal> {
        let subnet = self.network.subnets.get(&subnet).ok_or(Refusal::NotFound(subnet.into()))?;
        let block = subnet.ipv6_cidr.as_ref().ok_or(SubnetRefusal::WithoutIpv6(subnet.id))?.cidr;
        let host_bits = 128 - u32::from(block.prefix_len());
        let mask = u128::MAX.checked_shr(128 - host_bits).unwrap_or(0);
        // A /64 never fills up: a second draw is as rare as two equal random addresses. A subnet that is wholly
        // reserved has none to give.
        (0..IPV6_DRAWS)
            .map(|_| Ipv6Addr::from(u128::from(block.network()) | (ids.bits() & mask)))
            .find(|address| {
                let taken = self.network.interface_with_ipv6(*address).is_some();
                let taken = taken || subnet.is_reserved_v6(*address);
                !taken && !subnet.is_set_aside(IpAddr::V6(*address))
            })
            .ok_or(SubnetRefusal::NoFreeAddress(subnet.id).into())
    }

    /// Refuses an IPv4 address that the user named and that an interface in this subnet cannot have.
    pub(crate) fn check_address(&self, subnet: &Subnet, address: Ipv4Addr) -> Result<(), Refusal> {
        if !subnet.contains(IpAddr::V4(address)) {
            return Err(SubnetRefusal::AddressOutside(IpAddr::V4(address)).into());
        }
        if subnet.is_reserved(address) {
            return Err(SubnetRefusal::AddressReserved(IpAddr::V4(address)).into());
        }
        match self.network.interface_at(subnet.vpc, IpAddr::V4(address)) {
            Some(_) => Err(SubnetRefusal::AddressInUse(IpAddr::V4(address)).into()),
            None => Ok(()),
        }
    }

    /// Refuses an IPv6 address that the user named and that an interface in this subnet cannot have.
    pub(crate) fn check_ipv6_address(&self, subnet: &Subnet, address: Ipv6Addr) -> Result<(), Refusal> {
        if !subnet.contains(IpAddr::V6(address)) {
            return Err(SubnetRefusal::AddressOutside(IpAddr::V6(address)).into());
        }
        if subnet.is_reserved_v6(address) {
            return Err(SubnetRefusal::AddressReserved(IpAddr::V6(address)).into());
        }
        match self.network.interface_with_ipv6(address) {
            Some(_) => Err(SubnetRefusal::AddressInUse(IpAddr::V6(address)).into()),
            None => Ok(()),
        }
    }

    fn is_free(&self, subnet: &Subnet, address: Ipv4Addr) -> bool {
        !subnet.is_reserved(address) && self.network.interface_at(subnet.vpc, IpAddr::V4(address)).is_none()
    }
}
