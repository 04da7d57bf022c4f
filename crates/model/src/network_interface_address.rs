//! The addresses of network interfaces: assigned, moved from one to another, and taken away.
//!
//! Follows "IP addresses per network interface" and "Secondary IP addresses" (EC2 User Guide).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::ids::*;
use crate::network_interface::{AssignPrivateAddresses, NetworkInterface, PrivateAddress, Wish};
use crate::network_interface_prefix::PrefixFamily;
use crate::place::Scope;
use crate::refusal::{NetworkInterfaceRefusal, Refusal, SubnetRefusal};
use crate::subnet::Subnet;
use crate::world::World;

impl World {
    /// Gives an interface secondary private addresses; returns them.
    pub fn assign_private_addresses(
        &mut self,
        scope: Scope,
        id: NetworkInterfaceId,
        assign: AssignPrivateAddresses,
        ids: &mut Ids<'_>,
    ) -> Result<Vec<Ipv4Addr>, Refusal> {
        let interface = self.users_network_interface(scope, id)?.clone();
        let subnet = self.subnet(scope, interface.subnet)?.clone();
        let wanted = match &assign.addresses {
            Wish::Count(count) => *count,
            Wish::Listed(addresses) => {
                lacking(addresses, |address| interface.is_assigned(IpAddr::V4(*address))).len()
            }
        };
        self.check_room(&interface, PrefixFamily::Ipv4, wanted)?;
        let Wish::Listed(addresses) = assign.addresses else {
            return self.add_private_addresses(id, &subnet, assign.addresses, ids);
        };
        let moved = self.take_from_others(&interface, &addresses, assign.allow_reassignment)?;
        let others = lacking(&addresses, |address| interface.is_assigned(IpAddr::V4(*address)));
        self.add_private_addresses(id, &subnet, Wish::Listed(others), ids)?;
        for private in moved {
            self.move_public_address(id, private);
        }
        Ok(addresses)
    }

    /// Takes addresses off other interfaces that have them as secondary ones; returns what was taken.
    fn take_from_others(
        &mut self,
        interface: &NetworkInterface,
        addresses: &[Ipv4Addr],
        allow_reassignment: bool,
    ) -> Result<Vec<PrivateAddress>, Refusal> {
        let mut taken = Vec::new();
        let mut kept = Vec::new();
        for address in addresses {
            let holder = self.network.interface_at(interface.vpc, IpAddr::V4(*address));
            let Some(holder) = holder.filter(|holder| holder.id != interface.id) else { continue };
            if holder.primary_address() == Some(*address)
                || !holder.is_assigned(IpAddr::V4(*address))
                || holder.is_requester_managed()
                || !allow_reassignment
            {
                kept.push(*address);
                continue;
            }
            let holder = holder.id;
            self.update_network_interface(holder, |holder| {
                taken.extend(holder.private_addresses.iter().filter(|own| own.address == *address).cloned());
                holder.private_addresses.retain(|own| own.address != *address);
            });
        }
        match kept.is_empty() {
            true => Ok(taken),
            false => Err(NetworkInterfaceRefusal::AddressesAssigned(kept).into()),
        }
    }

    /// Takes secondary private addresses off an interface. An Elastic IP address on one is disassociated.
    pub fn unassign_private_addresses(
        &mut self,
        scope: Scope,
        id: NetworkInterfaceId,
        addresses: &[Ipv4Addr],
    ) -> Result<(), Refusal> {
        let interface = self.users_network_interface(scope, id)?;
        let secondary = |address: &Ipv4Addr| {
            interface.private_addresses.iter().skip(1).any(|private| private.address == *address)
        };
        if !addresses.iter().all(secondary) {
            return Err(NetworkInterfaceRefusal::AddressesNotAssigned(id).into());
        }
        for address in addresses {
            self.forget_association(id, *address);
        }
        self.update_network_interface(id, |interface| {
            interface.private_addresses.retain(|private| !addresses.contains(&private.address));
        });
        Ok(())
    }

    /// Gives an interface IPv6 addresses; returns them.
    pub fn assign_ipv6_addresses(
        &mut self,
        scope: Scope,
        id: NetworkInterfaceId,
        addresses: Wish<Ipv6Addr>,
        ids: &mut Ids<'_>,
    ) -> Result<Vec<Ipv6Addr>, Refusal> {
        let interface = self.users_network_interface(scope, id)?.clone();
        let subnet = self.subnet(scope, interface.subnet)?.clone();
        let Wish::Listed(addresses) = addresses else {
            self.check_room(&interface, PrefixFamily::Ipv6, addresses.count())?;
            return self.add_ipv6_addresses(id, &subnet, addresses, ids);
        };
        let others = lacking(&addresses, |address| interface.is_assigned(IpAddr::V6(*address)));
        self.check_room(&interface, PrefixFamily::Ipv6, others.len())?;
        self.add_ipv6_addresses(id, &subnet, Wish::Listed(others), ids)?;
        Ok(addresses)
    }

    /// Takes IPv6 addresses off an interface.
    pub fn unassign_ipv6_addresses(
        &mut self,
        scope: Scope,
        id: NetworkInterfaceId,
        addresses: &[Ipv6Addr],
    ) -> Result<(), Refusal> {
        let interface = self.users_network_interface(scope, id)?;
        if !addresses.iter().all(|address| interface.ipv6_addresses.contains(address)) {
            return Err(NetworkInterfaceRefusal::Ipv6AddressesNotAssigned(id).into());
        }
        self.update_network_interface(id, |interface| {
            interface.ipv6_addresses.retain(|address| !addresses.contains(address));
        });
        Ok(())
    }

    pub(crate) fn add_private_addresses(
        &mut self,
        id: NetworkInterfaceId,
        subnet: &Subnet,
        wish: Wish<Ipv4Addr>,
        ids: &mut Ids<'_>,
    ) -> Result<Vec<Ipv4Addr>, Refusal> {
        let mut added = Vec::new();
        for next in wished(wish) {
            let address = match next {
                Some(address) => self.check_address(subnet, address).map(|()| address)?,
                None => self.free_address(subnet.id, ids)?,
            };
            self.update_network_interface(id, |interface| {
                interface.private_addresses.push(PrivateAddress { address, public: None });
            });
            added.push(address);
        }
        Ok(added)
    }

    pub(crate) fn add_ipv6_addresses(
        &mut self,
        id: NetworkInterfaceId,
        subnet: &Subnet,
        wish: Wish<Ipv6Addr>,
        ids: &mut Ids<'_>,
    ) -> Result<Vec<Ipv6Addr>, Refusal> {
        let mut added = Vec::new();
        for next in wished(wish) {
            if subnet.ipv6_cidr.is_none() {
                return Err(SubnetRefusal::WithoutIpv6(subnet.id).into());
            }
            let address = match next {
                Some(address) => self.check_ipv6_address(subnet, address).map(|()| address)?,
                None => self.free_ipv6_address(subnet.id, ids)?,
            };
            self.update_network_interface(id, |interface| interface.ipv6_addresses.push(address));
            added.push(address);
        }
        Ok(added)
    }
}

/// The addresses that an interface is to get: those it has are not assigned again, and nobody minds.
pub(crate) fn lacking<A: Copy>(addresses: &[A], has: impl Fn(&A) -> bool) -> Vec<A> {
    addresses.iter().filter(|address| !has(address)).copied().collect()
}

/// A wish as a list: `None` where any address will do.
pub(crate) fn wished<A>(wish: Wish<A>) -> Vec<Option<A>> {
    match wish {
        Wish::Count(count) => std::iter::repeat_with(|| None).take(count).collect(),
        Wish::Listed(addresses) => addresses.into_iter().map(Some).collect(),
    }
}
