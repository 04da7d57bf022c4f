//! Prefixes of network interfaces: whole blocks of addresses that are delivered to an interface.
//!
//! Follows "Prefix delegation for Amazon EC2 network interfaces" (EC2 User Guide). What the instance does with the addresses,
//! such as giving them to containers, is its own business: nothing is configured in it.

use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::ids::*;
use crate::instance_type::{Hypervisor, InstanceType};
use crate::network_interface::{NetworkInterface, Wish};
use crate::network_interface_address::{lacking, wished};
use crate::place::Scope;
use crate::refusal::{NetworkInterfaceRefusal, Refusal, SubnetRefusal};
use crate::subnet::Subnet;
use crate::world::{Network, World};

/// "IPv4 prefixes are /28 CIDR".
pub const IPV4_PREFIX_LENGTH: u8 = 28;
/// "IPv6 prefixes are /80 CIDR".
pub const IPV6_PREFIX_LENGTH: u8 = 80;
/// How many IPv4 addresses a prefix has.
pub const ADDRESSES_PER_IPV4_PREFIX: u32 = 1 << (32 - IPV4_PREFIX_LENGTH);

/// Which addresses a prefix has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrefixFamily {
    /// IPv4.
    Ipv4,
    /// IPv6.
    Ipv6,
}

impl PrefixFamily {
    fn of(prefix: IpNet) -> Self {
        match prefix {
            IpNet::V4(_) => PrefixFamily::Ipv4,
            IpNet::V6(_) => PrefixFamily::Ipv6,
        }
    }

    fn length(self) -> u8 {
        match self {
            PrefixFamily::Ipv4 => IPV4_PREFIX_LENGTH,
            PrefixFamily::Ipv6 => IPV6_PREFIX_LENGTH,
        }
    }
}

/// The first address of the prefix that an address would lie in.
fn prefix_around(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(v4) => IpAddr::V4(Ipv4Addr::from(u32::from(v4) & !(ADDRESSES_PER_IPV4_PREFIX - 1))),
        IpAddr::V6(v6) => ipv6_prefix_around(v6).into(),
    }
}

fn ipv6_prefix_around(address: Ipv6Addr) -> Ipv6Addr {
    let host_bits = 128 - u32::from(IPV6_PREFIX_LENGTH);
    Ipv6Addr::from(u128::from(address) >> host_bits << host_bits)
}

impl NetworkInterface {
    /// Its prefixes of one family.
    pub fn prefixes_of(&self, family: PrefixFamily) -> impl Iterator<Item = IpNet> {
        self.prefixes.iter().copied().filter(move |prefix| PrefixFamily::of(*prefix) == family)
    }

    /// How much of what an instance type allows it has: "each prefix counts as one" address of its family.
    pub(crate) fn places_taken(&self, family: PrefixFamily) -> usize {
        let addresses = match family {
            PrefixFamily::Ipv4 => self.private_addresses.len(),
            PrefixFamily::Ipv6 => self.ipv6_addresses.len(),
        };
        addresses + self.prefixes_of(family).count()
    }
}

impl Network {
    /// The interface that has the prefix an address of a VPC is in.
    pub(crate) fn interface_with_prefix(&self, vpc: VpcId, address: IpAddr) -> Option<NetworkInterfaceId> {
        self.interface_by_prefix.get(&(vpc, prefix_around(address))).copied()
    }

    /// The interface that has an IPv6 address, or the prefix that it is in.
    pub fn interface_with_ipv6(&self, address: Ipv6Addr) -> Option<&NetworkInterface> {
        let by_prefix = || self.interface_by_ipv6_prefix.get(&ipv6_prefix_around(address));
        self.network_interfaces.get(self.interface_by_ipv6.get(&address).or_else(by_prefix)?)
    }

    /// How many IPv4 addresses between two of a VPC are in interfaces' prefixes.
    pub(crate) fn addresses_in_prefixes(&self, vpc: VpcId, first: Ipv4Addr, last: Ipv4Addr) -> u32 {
        let prefixes = self.interface_by_prefix.range((vpc, IpAddr::V4(first))..=(vpc, IpAddr::V4(last)));
        u32::try_from(prefixes.count()).unwrap_or(u32::MAX).saturating_mul(ADDRESSES_PER_IPV4_PREFIX)
    }
}

impl World {
    /// Gives an interface prefixes of one family; returns them.
    pub fn assign_prefixes(
        &mut self,
        scope: Scope,
        id: NetworkInterfaceId,
        family: PrefixFamily,
        wish: Wish<IpNet>,
        ids: &mut Ids<'_>,
    ) -> Result<Vec<IpNet>, Refusal> {
        let interface = self.users_network_interface(scope, id)?.clone();
        let subnet = self.subnet(scope, interface.subnet)?.clone();
        let others = match &wish {
            Wish::Count(count) => Wish::Count(*count),
            Wish::Listed(prefixes) => Wish::Listed(lacking(prefixes, |it| interface.prefixes.contains(it))),
        };
        self.check_room(&interface, family, others.count())?;
        if let Some(instance) = interface.instance().and_then(|id| self.network.instances.get(&id)) {
            check_has_prefixes(&instance.instance_type)?;
        }
        let added = self.add_prefixes(id, &subnet, family, others, ids)?;
        Ok(match wish {
            Wish::Count(_) => added,
            Wish::Listed(prefixes) => prefixes,
        })
    }

    /// Refuses more addresses and prefixes of one family than the type of the attached instance allows.
    pub(crate) fn check_room(
        &self,
        interface: &NetworkInterface,
        family: PrefixFamily,
        more: usize,
    ) -> Result<(), Refusal> {
        let instance = interface.instance().and_then(|id| self.network.instances.get(&id));
        instance.map_or(Ok(()), |instance| {
            check_places(&instance.instance_type, family, interface.places_taken(family) + more)
        })
    }

    /// Takes prefixes off an interface.
    pub fn unassign_prefixes(
        &mut self,
        scope: Scope,
        id: NetworkInterfaceId,
        prefixes: &[IpNet],
    ) -> Result<(), Refusal> {
        let interface = self.users_network_interface(scope, id)?;
        if !prefixes.iter().all(|prefix| interface.prefixes.contains(prefix)) {
            return Err(NetworkInterfaceRefusal::PrefixesNotAssigned(id).into());
        }
        self.update_network_interface(id, |it| it.prefixes.retain(|own| !prefixes.contains(own)));
        Ok(())
    }

    pub(crate) fn add_prefixes(
        &mut self,
        id: NetworkInterfaceId,
        subnet: &Subnet,
        family: PrefixFamily,
        wish: Wish<IpNet>,
        ids: &mut Ids<'_>,
    ) -> Result<Vec<IpNet>, Refusal> {
        let mut added = Vec::new();
        for next in wished(wish) {
            let prefix = match next {
                Some(prefix) => self.check_prefix(subnet, prefix).map(|()| prefix)?,
                None => self.free_prefix(subnet, family, ids)?,
            };
            self.update_network_interface(id, |interface| interface.prefixes.push(prefix));
            added.push(prefix);
        }
        Ok(added)
    }

    /// Refuses a prefix that the user named and that an interface in this subnet cannot have.
    fn check_prefix(&self, subnet: &Subnet, prefix: IpNet) -> Result<(), Refusal> {
        if prefix.prefix_len() != PrefixFamily::of(prefix).length() || prefix.trunc() != prefix {
            return Err(NetworkInterfaceRefusal::NoPrefix(prefix).into());
        }
        if !subnet.blocks().any(|block| block.contains(&prefix)) {
            return Err(SubnetRefusal::AddressOutside(prefix.network()).into());
        }
        if has_reserved(subnet, prefix) {
            return Err(SubnetRefusal::AddressReserved(prefix.network()).into());
        }
        match self.is_prefix_taken(subnet, prefix) {
            true => Err(SubnetRefusal::AddressInUse(prefix.network()).into()),
            false => Ok(()),
        }
    }

    /// A free prefix of a subnet: one out of a reservation for prefixes, if there is any, else one that no reservation
    /// touches.
    fn free_prefix(
        &self,
        subnet: &Subnet,
        family: PrefixFamily,
        ids: &mut Ids<'_>,
    ) -> Result<IpNet, Refusal> {
        let blocks = subnet.blocks().filter(|block| PrefixFamily::of(*block) == family);
        let Some(block) = blocks.last() else { return Err(SubnetRefusal::NoFreePrefix(subnet.id).into()) };
        let reserved = subnet.reservations.iter().filter(|it| it.prefix && block.contains(&it.cidr));
        let reserved = reserved.flat_map(|it| prefixes_in(it.cidr));
        let is_free =
            |prefix: &IpNet| !has_reserved(subnet, *prefix) && !self.is_prefix_taken(subnet, *prefix);
        let found = reserved.into_iter().find(is_free).or_else(|| {
            let is_unreserved = |prefix: &IpNet| {
                !subnet.reservations.iter().any(|it| it.cidr.contains(prefix) || prefix.contains(&it.cidr))
            };
            any_prefixes(block, ids).find(|prefix| is_unreserved(prefix) && is_free(prefix))
        });
        found.ok_or(SubnetRefusal::NoFreePrefix(subnet.id).into())
    }

    /// Whether an interface has one of a prefix's addresses, or the prefix.
    fn is_prefix_taken(&self, subnet: &Subnet, prefix: IpNet) -> bool {
        let addresses = (subnet.vpc, prefix.network())..=(subnet.vpc, prefix.broadcast());
        self.network.interface_by_address.range(addresses).next().is_some()
            || self.network.interface_by_prefix.contains(&(subnet.vpc, prefix.network()))
    }
}

/// Refuses more addresses and prefixes of one family than an instance type allows on an interface.
pub(crate) fn check_places(instance_type: &str, family: PrefixFamily, count: usize) -> Result<(), Refusal> {
    let max = |limit: &InstanceType| match family {
        PrefixFamily::Ipv4 => limit.addresses_per_interface,
        PrefixFamily::Ipv6 => limit.ipv6_addresses_per_interface,
    };
    match InstanceType::find(instance_type) {
        Some(limit) if count > max(limit) => Err(NetworkInterfaceRefusal::TooManyPrivateAddresses.into()),
        Some(_) | None => Ok(()),
    }
}

/// Refuses prefixes at an instance that cannot have any: "You can assign prefixes to … instances built on the Nitro System".
pub(crate) fn check_has_prefixes(instance_type: &str) -> Result<(), Refusal> {
    match InstanceType::find(instance_type).and_then(|it| it.hypervisor) {
        Some(Hypervisor::Xen) => Err(NetworkInterfaceRefusal::NoPrefixesOn(instance_type.to_owned()).into()),
        Some(Hypervisor::Nitro) | None => Ok(()),
    }
}

/// Whether AWS keeps one of a prefix's addresses for itself: they are the first and the last of a subnet.
fn has_reserved(subnet: &Subnet, prefix: IpNet) -> bool {
    [prefix.network(), prefix.broadcast()].into_iter().any(|address| match address {
        IpAddr::V4(v4) => subnet.is_reserved(v4),
        IpAddr::V6(v6) => subnet.is_reserved_v6(v6),
    })
}

/// The prefixes that a block consists of; none if it is smaller than one.
fn prefixes_in(block: IpNet) -> Box<dyn Iterator<Item = IpNet>> {
    match block {
        IpNet::V4(v4) => Box::new(v4.subnets(IPV4_PREFIX_LENGTH).into_iter().flatten().map(IpNet::V4)),
        IpNet::V6(v6) => Box::new(v6.subnets(IPV6_PREFIX_LENGTH).into_iter().flatten().map(IpNet::V6)),
    }
}

/// The prefixes of a block, beginning with any.
fn any_prefixes(block: IpNet, ids: &mut Ids<'_>) -> Box<dyn Iterator<Item = IpNet>> {
    match block {
        IpNet::V4(_) => {
            let mut all: Vec<IpNet> = prefixes_in(block).collect();
            let start = ids.bits() as usize % all.len().max(1);
            all.rotate_left(start);
            Box::new(all.into_iter())
        }
        // Too many for a list.
        IpNet::V6(v6) => {
            let mask = u128::MAX.checked_shr(u32::from(v6.prefix_len())).unwrap_or(0);
            let (first, start) = (u128::from(v6.network()), ids.bits());
            let step = 1u128 << (128 - IPV6_PREFIX_LENGTH);
            let count = 1u32.checked_shl(u32::from(IPV6_PREFIX_LENGTH.saturating_sub(v6.prefix_len())));
            Box::new((0..count.unwrap_or(u32::MAX)).filter_map(move |number| {
                let offset = start.wrapping_add(step.wrapping_mul(u128::from(number))) & mask;
                let around = ipv6_prefix_around(Ipv6Addr::from(first | offset));
                IpNet::new(around.into(), IPV6_PREFIX_LENGTH).ok()
            }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network_interface::NewNetworkInterface;
    use crate::subnet::{NewReservation, NewSubnet, SubnetBlocks};
    use crate::tags::Tags;
    use crate::testing::world_with_vpc;

    struct Fixture {
        world: World,
        scope: Scope,
        subnet: SubnetId,
        interface: NetworkInterfaceId,
        next: u128,
    }

    impl Fixture {
        /// An interface in a subnet of 64 addresses, whose own one lies in the third prefix.
        fn new() -> Self {
            let (world, scope, vpc) = world_with_vpc();
            let id = |number| NetworkInterfaceId::numbered(number);
            let mut it =
                Fixture { world, scope, subnet: SubnetId::numbered(0), interface: id(0), next: 1 << 40 };
            let cidr = it.world.vpc(scope, vpc).unwrap().cidrs[0].cidr;
            let blocks = SubnetBlocks::Ipv4(ipnet::Ipv4Net::new(cidr.network(), 26).unwrap());
            let new = NewSubnet { vpc, zone: None, blocks, tags: Tags::new() };
            it.subnet = it.with_ids(|world, ids| world.create_subnet(scope, new, ids).unwrap());
            let primary = it.address(40);
            it.interface = it.interface_at(primary);
            it
        }

        fn with_ids<T>(&mut self, make: impl FnOnce(&mut World, &mut Ids<'_>) -> T) -> T {
            let next = &mut self.next;
            let mut source = || {
                *next += 1;
                *next
            };
            make(&mut self.world, &mut Ids::new(&mut source))
        }

        fn address(&self, last: u32) -> Ipv4Addr {
            let cidr = self.world.subnet(self.scope, self.subnet).unwrap().cidr.unwrap();
            Ipv4Addr::from(u32::from(cidr.network()) + last)
        }

        fn prefix(&self, first: u32) -> IpNet {
            IpNet::new(self.address(first).into(), IPV4_PREFIX_LENGTH).unwrap()
        }

        fn interface_at(&mut self, address: Ipv4Addr) -> NetworkInterfaceId {
            let new = NewNetworkInterface {
                primary_address: Some(address),
                ..NewNetworkInterface::in_subnet(self.subnet)
            };
            let scope = self.scope;
            self.with_ids(|world, ids| world.create_network_interface(scope, new, ids).unwrap())
        }

        fn assign(&mut self, wish: Wish<IpNet>) -> Result<Vec<IpNet>, Refusal> {
            let (scope, id) = (self.scope, self.interface);
            self.with_ids(|world, ids| world.assign_prefixes(scope, id, PrefixFamily::Ipv4, wish, ids))
        }

        fn reserve(&mut self, cidr: IpNet, prefix: bool) {
            let new = NewReservation { cidr, prefix, description: String::new(), tags: Tags::new() };
            let (scope, subnet) = (self.scope, self.subnet);
            self.with_ids(|world, ids| {
                world.create_subnet_cidr_reservation(scope, subnet, new, ids).unwrap()
            });
        }
    }

    #[test]
    fn a_prefix_is_any_free_block_without_addresses_that_aws_keeps() {
        let mut it = Fixture::new();
        // The first has the router's address, the third the interface's own, the fourth the last one of the subnet.
        assert_eq!(it.assign(Wish::Count(1)), Ok(vec![it.prefix(16)]));
        let full = SubnetRefusal::NoFreePrefix(it.subnet).into();
        assert_eq!(it.assign(Wish::Count(1)), Err(full));
        assert_eq!(it.world.available_addresses(it.subnet), 64 - 5 - 1 - 16);
        let inside = IpAddr::V4(it.address(20));
        let vpc = it.world.subnet(it.scope, it.subnet).unwrap().vpc;
        let holder = |it: &Fixture| it.world.network.interface_at(vpc, inside).map(|holder| holder.id);
        assert_eq!(holder(&it), Some(it.interface));
        assert!(it.world.network_interface(it.scope, it.interface).unwrap().has_address(inside));
        it.world.unassign_prefixes(it.scope, it.interface, &[it.prefix(16)]).unwrap();
        assert_eq!(holder(&it), None);
        assert_eq!(
            it.world.unassign_prefixes(it.scope, it.interface, &[it.prefix(16)]),
            Err(NetworkInterfaceRefusal::PrefixesNotAssigned(it.interface).into())
        );
    }

    #[test]
    fn a_prefix_that_is_named_is_checked() {
        let mut it = Fixture::new();
        let mut refused = |prefix: IpNet| it.assign(Wish::Listed(vec![prefix])).unwrap_err();
        let (first, third, beyond) =
            (Fixture::new().prefix(0), Fixture::new().prefix(32), Fixture::new().prefix(64));
        assert_eq!(refused(first), SubnetRefusal::AddressReserved(first.network()).into());
        assert_eq!(refused(third), SubnetRefusal::AddressInUse(third.network()).into());
        assert_eq!(refused(beyond), SubnetRefusal::AddressOutside(beyond.network()).into());
        let wide = IpNet::new(beyond.network(), 27).unwrap();
        assert_eq!(refused(wide), NetworkInterfaceRefusal::NoPrefix(wide).into());
        let prefix = it.prefix(16);
        assert_eq!(it.assign(Wish::Listed(vec![prefix])), Ok(vec![prefix]));
        assert_eq!(it.assign(Wish::Listed(vec![prefix])), Ok(vec![prefix]), "it has it already");
        let refused =
            it.world.check_address(&it.world.subnet(it.scope, it.subnet).unwrap().clone(), it.address(17));
        assert_eq!(refused, Err(SubnetRefusal::AddressInUse(it.address(17).into()).into()));
    }

    #[test]
    fn reservations_give_prefixes_or_keep_them() {
        let mut it = Fixture::new();
        it.reserve(it.prefix(16), false);
        assert_eq!(it.assign(Wish::Count(1)), Err(SubnetRefusal::NoFreePrefix(it.subnet).into()));
        let mut it = Fixture::new();
        it.reserve(it.prefix(16), true);
        assert_eq!(it.assign(Wish::Count(1)), Ok(vec![it.prefix(16)]));
    }

    #[test]
    fn an_ipv6_prefix_is_found_wherever_the_search_begins() {
        for start in [0, 5, u128::MAX] {
            let mut source = || start;
            let block: IpNet = "2600:1f13:a:1::/64".parse().unwrap();
            let mut found = any_prefixes(block, &mut Ids::new(&mut source));
            let first = found.next().unwrap();
            assert!(
                block.contains(&first) && first.prefix_len() == IPV6_PREFIX_LENGTH && first.trunc() == first
            );
            assert_eq!(found.count(), (1 << 16) - 1);
        }
    }
}
