//! Subnets: a range of a VPC's addresses in one Availability Zone.
//!
//! Follows "Subnets for your VPC" and "Subnet CIDR blocks" (VPC User Guide). No Outposts, no local gateways.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::flow_log::Logged;
use crate::former_cidr::{self, FormerCidr, FormerSubnetCidrs};
use crate::ids::*;
use crate::link::Link;
use crate::network_interface::NetworkInterface;
use crate::network_interface_prefix::PrefixFamily;
use crate::place::{Scope, Zone};
use crate::public_access_block::Excluded;
use crate::quotas::Quota;
use crate::refusal::{Refusal, SubnetRefusal, VpcRefusal};
use crate::tags::Tags;
use crate::timestamp::Timestamp;
use crate::vpc::{NETMASKS, Vpc, overlap};
use crate::world::World;

/// A subnet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subnet {
    /// Its identifier.
    pub id: SubnetId,
    /// Owner and Region.
    pub scope: Scope,
    /// The VPC that it divides.
    pub vpc: VpcId,
    /// Its Availability Zone.
    pub zone: Zone,
    /// Its IPv4 block; `None` in an IPv6-only subnet.
    pub cidr: Option<Ipv4Net>,
    /// Its IPv6 block, mostly a /64.
    pub ipv6_cidr: Option<SubnetIpv6Cidr>,
    /// IPv6 blocks that were taken away a moment ago.
    #[serde(default)]
    pub former_ipv6_cidrs: FormerSubnetCidrs,
    /// The network ACL on its boundary. There is always exactly one.
    pub network_acl: NetworkAclId,
    /// The association with that network ACL.
    pub network_acl_association: NetworkAclAssociationId,
    /// Its own route table; without one, the VPC's main table applies.
    pub route_table: Option<SubnetRouteTable>,
    /// Whether the zone's default subnet.
    pub default_for_zone: bool,
    /// Whether instances launched here get a public IPv4 address.
    pub map_public_ip_on_launch: bool,
    /// Whether new interfaces get an IPv6 address.
    pub assign_ipv6_address_on_creation: bool,
    /// Whether the resolver makes up IPv6 addresses for IPv4-only names.
    pub dns64: bool,
    /// Whether host names are made from the address or from the instance id.
    pub hostname_type: HostnameType,
    /// Whether resource names resolve to IPv4 addresses.
    pub resource_name_dns_a_record: bool,
    /// Whether resource names resolve to IPv6 addresses.
    pub resource_name_dns_aaaa_record: bool,
    /// Address ranges kept back from automatic assignment.
    pub reservations: Vec<CidrReservation>,
    /// Tags.
    pub tags: Tags,
}

/// A subnet's IPv6 block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubnetIpv6Cidr {
    /// The association's identifier.
    pub id: SubnetCidrAssociationId,
    /// The block.
    pub cidr: Ipv6Net,
}

/// A subnet's explicit association with a route table.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubnetRouteTable {
    /// The association's identifier.
    pub association: RouteTableAssociationId,
    /// The route table.
    pub table: RouteTableId,
}

/// How instances' private host names are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum HostnameType {
    /// `ip-10-0-1-5.…`
    #[default]
    IpName,
    /// `i-0123456789abcdef0.…`
    ResourceName,
}

/// A subnet CIDR reservation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CidrReservation {
    /// Its identifier.
    pub id: SubnetCidrReservationId,
    /// The range.
    pub cidr: IpNet,
    /// `true` for `prefix`, `false` for `explicit`.
    pub prefix: bool,
    /// What it is for.
    pub description: String,
    /// Tags.
    pub tags: Tags,
}

/// How many addresses AWS keeps for itself in every subnet: the first four and the last.
pub const RESERVED_ADDRESSES: u32 = 5;

impl Subnet {
    /// Whether an address lies in the subnet.
    pub fn contains(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(v4) => self.cidr.is_some_and(|cidr| cidr.contains(&v4)),
            IpAddr::V6(v6) => self.ipv6_cidr.as_ref().is_some_and(|block| block.cidr.contains(&v6)),
        }
    }

    /// The implicit router's IPv4 address, base plus one.
    pub fn router(&self) -> Option<Ipv4Addr> {
        self.cidr.map(|cidr| Ipv4Addr::from(u32::from(cidr.network()) + 1))
    }

    /// The implicit router's address in the subnet's IPv6 block, base plus one.
    pub fn router_v6(&self) -> Option<Ipv6Addr> {
        self.ipv6_cidr.as_ref().map(|block| Ipv6Addr::from(u128::from(block.cidr.network()) + 1))
    }

    /// Whether AWS keeps the IPv4 address for itself ("The first four IP addresses and the last IP address in each
    /// subnet CIDR block are not available", Subnet CIDR blocks).
    pub fn is_reserved(&self, address: Ipv4Addr) -> bool {
        self.cidr.is_some_and(|cidr| {
            let offset = u32::from(address).wrapping_sub(u32::from(cidr.network()));
            offset < 4 || address == cidr.broadcast()
        })
    }
}

/// What a new subnet is made of.
#[derive(Clone, Debug)]
pub struct NewSubnet {
    /// The VPC that it divides.
    pub vpc: VpcId,
    /// Its zone; without one, the Region's first.
    pub zone: Option<Zone>,
    /// Its blocks.
    pub blocks: SubnetBlocks,
    /// Tags.
    pub tags: Tags,
}

/// Which families a subnet has addresses of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubnetBlocks {
    /// IPv4 alone.
    Ipv4(Ipv4Net),
    /// Both.
    DualStack(Ipv4Net, Ipv6Net),
    /// IPv6 alone (`Ipv6Native`).
    Ipv6Only(Ipv6Net),
}

/// What ModifySubnetAttribute sets, one at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubnetAttribute {
    /// `MapPublicIpOnLaunch`.
    MapPublicIpOnLaunch(bool),
    /// `AssignIpv6AddressOnCreation`.
    AssignIpv6AddressOnCreation(bool),
    /// `EnableDns64`.
    Dns64(bool),
    /// `PrivateDnsHostnameTypeOnLaunch`.
    HostnameType(HostnameType),
    /// `EnableResourceNameDnsARecordOnLaunch`.
    ResourceNameDnsARecord(bool),
    /// `EnableResourceNameDnsAAAARecordOnLaunch`.
    ResourceNameDnsAaaaRecord(bool),
}

/// What a new reservation is made of.
#[derive(Clone, Debug)]
pub struct NewReservation {
    /// The range.
    pub cidr: IpNet,
    /// Whether for prefixes of interfaces, or for addresses that are named explicitly.
    pub prefix: bool,
    /// What it is for.
    pub description: String,
    /// Tags.
    pub tags: Tags,
}

/// Netmask of a default subnet.
const DEFAULT_SUBNET_PREFIX: u8 = 20;
/// Netmasks of subnets' IPv6 blocks: "between /44 and /64 in increments of /4" (VPC User Guide, subnet sizing for IPv6).
const IPV6_NETMASKS: std::ops::RangeInclusive<u8> = 44..=64;
/// Their steps.
const IPV6_NETMASK_STEP: u8 = 4;

impl SubnetBlocks {
    /// The IPv4 block.
    pub fn ipv4(self) -> Option<Ipv4Net> {
        match self {
            SubnetBlocks::Ipv4(v4) | SubnetBlocks::DualStack(v4, _) => Some(v4.trunc()),
            SubnetBlocks::Ipv6Only(_) => None,
        }
    }

    /// The IPv6 block.
    pub fn ipv6(self) -> Option<Ipv6Net> {
        match self {
            SubnetBlocks::DualStack(_, v6) | SubnetBlocks::Ipv6Only(v6) => Some(v6.trunc()),
            SubnetBlocks::Ipv4(_) => None,
        }
    }
}

impl Subnet {
    /// Whether the subnet has no IPv4 addresses.
    pub fn is_ipv6_only(&self) -> bool {
        self.cidr.is_none()
    }

    /// Whether one of the subnet's blocks lies in `block`.
    pub(crate) fn lies_in(&self, block: IpNet) -> bool {
        self.blocks().any(|own| block.contains(&own))
    }

    /// The subnet's blocks of both families.
    pub fn blocks(&self) -> impl Iterator<Item = IpNet> {
        let v6 = self.ipv6_cidr.as_ref().map(|block| IpNet::V6(block.cidr));
        self.cidr.map(IpNet::V4).into_iter().chain(v6)
    }
}

impl World {
    /// The subnet with this identifier, if it is the caller's.
    pub fn subnet(&self, scope: Scope, id: SubnetId) -> Result<&Subnet, Refusal> {
        self.network
            .subnets
            .get(&id)
            .filter(|subnet| subnet.scope == scope)
            .ok_or(Refusal::NotFound(id.into()))
    }

    /// A VPC's subnets, by id.
    pub fn subnets_in(&self, vpc: VpcId) -> impl Iterator<Item = &Subnet> {
        self.network.subnets.linked(Link::Vpc(vpc))
    }

    /// Makes a subnet, behind the VPC's default network ACL and, without an association of its own, its main table.
    pub fn create_subnet(
        &mut self,
        scope: Scope,
        new: NewSubnet,
        ids: &mut Ids<'_>,
    ) -> Result<SubnetId, Refusal> {
        let vpc = self.vpc(scope, new.vpc)?;
        let network_acl = vpc.default_network_acl;
        if let Some(cidr) = new.blocks.ipv4() {
            self.check_subnet_cidr(vpc, cidr)?;
        }
        if let Some(cidr) = new.blocks.ipv6() {
            self.check_subnet_ipv6_cidr(vpc, cidr)?;
        }
        self.check_quota(scope, Quota::SubnetsPerVpc, self.subnets_in(new.vpc).count())?;
        let first_zone = || scope.region.zones().next().expect("every Region has zones");
        let ipv6_only = new.blocks.ipv4().is_none();
        let id = ids.fresh();
        let subnet = Subnet {
            id,
            scope,
            vpc: new.vpc,
            zone: new.zone.unwrap_or_else(first_zone),
            cidr: new.blocks.ipv4(),
            ipv6_cidr: new.blocks.ipv6().map(|cidr| SubnetIpv6Cidr { id: ids.fresh(), cidr }),
            former_ipv6_cidrs: Vec::new(),
            network_acl,
            network_acl_association: ids.fresh(),
            route_table: None,
            default_for_zone: false,
            map_public_ip_on_launch: false,
            assign_ipv6_address_on_creation: ipv6_only,
            dns64: false,
            hostname_type: if ipv6_only { HostnameType::ResourceName } else { HostnameType::IpName },
            resource_name_dns_a_record: false,
            resource_name_dns_aaaa_record: false,
            reservations: Vec::new(),
            tags: new.tags,
        };
        self.network.subnets.insert(id, subnet);
        Ok(id)
    }

    /// Makes a zone's default subnet: the first free /20 of the default VPC, giving public addresses on launch.
    pub fn create_default_subnet(
        &mut self,
        scope: Scope,
        zone: Zone,
        ids: &mut Ids<'_>,
    ) -> Result<SubnetId, Refusal> {
        let vpc = self.default_vpc(scope).ok_or(VpcRefusal::NoDefault)?;
        let vpc_id = vpc.id;
        if let Some(existing) = self.subnets_in(vpc_id).find(|it| it.default_for_zone && it.zone == zone) {
            return Err(SubnetRefusal::DefaultExists { subnet: existing.id, zone }.into());
        }
        let primary = vpc.primary_cidr();
        let free = |cidr: &Ipv4Net| self.check_subnet_cidr(vpc, *cidr).is_ok();
        let mut blocks = primary.subnets(DEFAULT_SUBNET_PREFIX).into_iter().flatten();
        let cidr = blocks.find(free).ok_or(SubnetRefusal::CidrConflict(primary.into()))?;
        let blocks = SubnetBlocks::Ipv4(cidr);
        let new = NewSubnet { vpc: vpc_id, zone: Some(zone), blocks, tags: Tags::new() };
        let id = self.create_subnet(scope, new, ids)?;
        let subnet = self.subnet_mut(id);
        subnet.default_for_zone = true;
        subnet.map_public_ip_on_launch = true;
        Ok(id)
    }

    /// Deletes a subnet in which no interface is left. Its associations go with it.
    pub fn delete_subnet(&mut self, scope: Scope, id: SubnetId) -> Result<(), Refusal> {
        self.subnet(scope, id)?;
        if self.network.network_interfaces.linked(Link::Subnet(id)).next().is_some() {
            return Err(Refusal::HasDependencies(id.into()));
        }
        self.forget_exclusions_of(Excluded::Subnet(id));
        self.forget_flow_logs_of(Logged::Subnet(id));
        self.network.subnets.remove(&id);
        Ok(())
    }

    /// Changes one attribute of a subnet.
    pub fn set_subnet_attribute(
        &mut self,
        scope: Scope,
        id: SubnetId,
        attribute: SubnetAttribute,
    ) -> Result<(), Refusal> {
        let has_ipv6 = self.subnet(scope, id)?.ipv6_cidr.is_some();
        let subnet = self.subnet_mut(id);
        match attribute {
            SubnetAttribute::MapPublicIpOnLaunch(on) => subnet.map_public_ip_on_launch = on,
            SubnetAttribute::AssignIpv6AddressOnCreation(true) | SubnetAttribute::Dns64(true)
                if !has_ipv6 =>
            {
                return Err(SubnetRefusal::WithoutIpv6(id).into());
            }
            SubnetAttribute::AssignIpv6AddressOnCreation(on) => subnet.assign_ipv6_address_on_creation = on,
            SubnetAttribute::Dns64(on) => subnet.dns64 = on,
            SubnetAttribute::HostnameType(hostname_type) => subnet.hostname_type = hostname_type,
            SubnetAttribute::ResourceNameDnsARecord(on) => subnet.resource_name_dns_a_record = on,
            SubnetAttribute::ResourceNameDnsAaaaRecord(on) => subnet.resource_name_dns_aaaa_record = on,
        }
        Ok(())
    }

    /// Gives a subnet its IPv6 block; it can have one.
    pub fn associate_subnet_ipv6_cidr(
        &mut self,
        scope: Scope,
        id: SubnetId,
        cidr: Ipv6Net,
        ids: &mut Ids<'_>,
    ) -> Result<SubnetIpv6Cidr, Refusal> {
        let subnet = self.subnet(scope, id)?;
        let vpc = self.vpc(scope, subnet.vpc)?;
        let cidr = cidr.trunc();
        self.check_subnet_ipv6_cidr(vpc, cidr)?;
        if subnet.ipv6_cidr.is_some() {
            return Err(SubnetRefusal::HasIpv6(id).into());
        }
        let block = SubnetIpv6Cidr { id: ids.fresh(), cidr };
        self.subnet_mut(id).ipv6_cidr = Some(block.clone());
        Ok(block)
    }

    /// Takes a subnet's IPv6 block away, unless an interface has an address of it.
    pub fn disassociate_subnet_ipv6_cidr(
        &mut self,
        scope: Scope,
        association: SubnetCidrAssociationId,
        now: Timestamp,
    ) -> Result<(SubnetId, SubnetIpv6Cidr), Refusal> {
        let find = |subnet: &Subnet| {
            let found = subnet.ipv6_cidr.clone().filter(|it| it.id == association)?;
            (subnet.scope == scope).then_some((subnet.id, found))
        };
        let found = self.network.subnets.linked(Link::Scope(scope)).find_map(find);
        let (id, block) = found.ok_or(SubnetRefusal::CidrNotFound(association))?;
        let has_ipv6 = |it: &NetworkInterface| it.places_taken(PrefixFamily::Ipv6) > 0;
        let in_use = self.network.network_interfaces.linked(Link::Subnet(id)).any(has_ipv6);
        if self.subnet(scope, id)?.is_ipv6_only() || in_use {
            return Err(SubnetRefusal::CidrInUse(association).into());
        }
        let subnet = self.subnet_mut(id);
        subnet.ipv6_cidr = None;
        let former = FormerCidr { id: association, cidr: block.cidr.into(), ended: now };
        former_cidr::remember(&mut subnet.former_ipv6_cidrs, former);
        subnet.assign_ipv6_address_on_creation = false;
        subnet.dns64 = false;
        subnet.reservations.retain(|reservation| matches!(reservation.cidr, IpNet::V4(_)));
        Ok((id, block))
    }

    /// Keeps a range back from automatic assignment. Addresses in it may be in use already.
    pub fn create_subnet_cidr_reservation(
        &mut self,
        scope: Scope,
        id: SubnetId,
        new: NewReservation,
        ids: &mut Ids<'_>,
    ) -> Result<CidrReservation, Refusal> {
        let subnet = self.subnet(scope, id)?;
        let cidr = new.cidr.trunc();
        if !subnet.blocks().any(|block| block.contains(&cidr)) {
            let v4 = matches!(cidr, IpNet::V4(_));
            let block = subnet.blocks().find(|block| matches!(block, IpNet::V4(_)) == v4);
            return Err(SubnetRefusal::ReservationOutside { subnet: block }.into());
        }
        if subnet.reservations.iter().any(|own| own.cidr.contains(&cidr) || cidr.contains(&own.cidr)) {
            return Err(SubnetRefusal::ReservationOverlaps(cidr).into());
        }
        self.check_quota(scope, Quota::ReservationsPerSubnet, subnet.reservations.len())?;
        let reservation = CidrReservation {
            id: ids.fresh(),
            cidr,
            prefix: new.prefix,
            description: new.description,
            tags: new.tags,
        };
        self.subnet_mut(id).reservations.push(reservation.clone());
        Ok(reservation)
    }

    /// Gives a reserved range back.
    pub fn delete_subnet_cidr_reservation(
        &mut self,
        scope: Scope,
        reservation: SubnetCidrReservationId,
    ) -> Result<(SubnetId, CidrReservation), Refusal> {
        let find = |subnet: &Subnet| {
            let found = subnet.reservations.iter().find(|it| it.id == reservation)?;
            (subnet.scope == scope).then(|| (subnet.id, found.clone()))
        };
        let found = self.network.subnets.linked(Link::Scope(scope)).find_map(find);
        let (id, found) = found.ok_or(Refusal::NotFound(reservation.into()))?;
        self.subnet_mut(id).reservations.retain(|it| it.id != reservation);
        Ok((id, found))
    }

    /// The row of a subnet that was found before.
    pub(crate) fn subnet_mut(&mut self, id: SubnetId) -> &mut Subnet {
        self.network.subnets.get_mut(&id).expect("the subnet was found before it is changed")
    }

    /// A subnet's block lies in one block of its VPC and overlaps no other subnet's.
    fn check_subnet_cidr(&self, vpc: &Vpc, cidr: Ipv4Net) -> Result<(), Refusal> {
        let inside = vpc.cidrs.iter().any(|block| block.cidr.contains(&cidr));
        if !inside || !NETMASKS.contains(&cidr.prefix_len()) {
            return Err(SubnetRefusal::Range(cidr.into()).into());
        }
        match self.subnets_in(vpc.id).filter_map(|subnet| subnet.cidr).any(|own| overlap(own, cidr)) {
            true => Err(SubnetRefusal::CidrConflict(cidr.into()).into()),
            false => Ok(()),
        }
    }

    fn check_subnet_ipv6_cidr(&self, vpc: &Vpc, cidr: Ipv6Net) -> Result<(), Refusal> {
        let inside = vpc.ipv6_cidrs.iter().any(|block| block.cidr.contains(&cidr));
        let netmask = cidr.prefix_len();
        if !inside || !IPV6_NETMASKS.contains(&netmask) || !netmask.is_multiple_of(IPV6_NETMASK_STEP) {
            return Err(SubnetRefusal::Range(cidr.into()).into());
        }
        let taken = self.subnets_in(vpc.id).filter_map(|subnet| subnet.ipv6_cidr.as_ref());
        match taken.map(|block| block.cidr).any(|own| own.contains(&cidr) || cidr.contains(&own)) {
            true => Err(SubnetRefusal::CidrConflict(cidr.into()).into()),
            false => Ok(()),
        }
    }
}
