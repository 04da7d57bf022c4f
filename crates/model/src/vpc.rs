//! VPCs: an address range of one's own, in which subnets lie.
//!
//! Follows "VPC CIDR blocks" and "How Amazon VPC works" (VPC User Guide). No IPAM, no dedicated hosts.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::flow_log::Logged;
use crate::former_cidr::{self, FormerCidr, FormerVpcCidrs};
use crate::ids::*;
use crate::link::Link;
use crate::peering_status::PeeringStatus;
use crate::place::Scope;
use crate::public_access_block::Excluded;
use crate::quotas::Quota;
use crate::refusal::{Refusal, VpcRefusal};
use crate::route::{Destination, Route, Target};
use crate::tags::Tags;
use crate::timestamp::Timestamp;
use crate::world::{ScopeKey, World};

/// A virtual private cloud.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vpc {
    /// Its identifier.
    pub id: VpcId,
    /// Owner and Region.
    pub scope: Scope,
    /// IPv4 blocks; the first is the primary one and is never empty.
    pub cidrs: Vec<CidrAssociation<Ipv4Net>>,
    /// IPv6 blocks, a /56 each.
    pub ipv6_cidrs: Vec<CidrAssociation<Ipv6Net>>,
    /// Blocks of either family that were taken away a moment ago.
    #[serde(default)]
    pub former_cidrs: FormerVpcCidrs,
    /// The DHCP options given to its instances; `None` for the `default` set, which is no options at all.
    pub dhcp_options: Option<DhcpOptionsId>,
    /// Instance tenancy.
    pub tenancy: Tenancy,
    /// Whether it is the Region's default VPC.
    pub is_default: bool,
    /// `enableDnsSupport`: whether the VPC resolver answers.
    pub dns_support: bool,
    /// `enableDnsHostnames`: whether instances with public addresses get public host names.
    pub dns_hostnames: bool,
    /// `enableNetworkAddressUsageMetrics`.
    pub network_address_usage_metrics: bool,
    /// The route table of every subnet that has no association of its own.
    pub main_route_table: RouteTableId,
    /// The association that makes it the main table.
    pub main_association: RouteTableAssociationId,
    /// The group of interfaces for which none was named.
    pub default_security_group: SecurityGroupId,
    /// The network ACL of new subnets.
    pub default_network_acl: NetworkAclId,
    /// Tags.
    pub tags: Tags,
}

/// One address block of a VPC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CidrAssociation<N> {
    /// The association's identifier.
    pub id: VpcCidrAssociationId,
    /// The block.
    pub cidr: N,
}

/// Whether instances run on hardware of their own. Recorded and shown, without effect here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tenancy {
    /// Shared hardware.
    #[default]
    Default,
    /// Single-tenant hardware.
    Dedicated,
    /// A dedicated host.
    Host,
}

impl Vpc {
    /// The primary IPv4 block.
    pub fn primary_cidr(&self) -> Ipv4Net {
        self.cidrs.first().expect("a VPC always has its primary block").cidr
    }

    /// All address blocks of both families.
    pub fn blocks(&self) -> impl Iterator<Item = IpNet> {
        let v4 = self.cidrs.iter().map(|association| IpNet::V4(association.cidr));
        v4.chain(self.ipv6_cidrs.iter().map(|association| IpNet::V6(association.cidr)))
    }

    /// Whether an address lies in one of the VPC's blocks.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.blocks().any(|block| block.contains(&address))
    }

    /// The VPC resolver's address inside the VPC: the primary block's base plus two.
    pub fn resolver(&self) -> Ipv4Addr {
        Ipv4Addr::from(u32::from(self.primary_cidr().network()).wrapping_add(2))
    }
}

/// What a new VPC is made of.
#[derive(Clone, Debug)]
pub struct NewVpc {
    /// Its primary IPv4 block.
    pub cidr: Ipv4Net,
    /// Whether AWS is asked for an IPv6 block too.
    pub amazon_ipv6: bool,
    /// Instance tenancy.
    pub tenancy: Tenancy,
    /// Tags.
    pub tags: Tags,
}

/// A switch of a VPC, as ModifyVpcAttribute sets one at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VpcAttribute {
    /// `enableDnsSupport`.
    DnsSupport,
    /// `enableDnsHostnames`.
    DnsHostnames,
    /// `enableNetworkAddressUsageMetrics`.
    NetworkAddressUsageMetrics,
}

/// An association that was taken away, as the answer shows it.
#[derive(Clone, Debug, PartialEq)]
pub enum RemovedCidr {
    /// An IPv4 block.
    V4(CidrAssociation<Ipv4Net>),
    /// An IPv6 block.
    V6(CidrAssociation<Ipv6Net>),
}

/// The block of default VPCs.
const DEFAULT_VPC_CIDR: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::new(172, 31, 0, 0), 16);
/// Netmasks a block of a VPC or a subnet may have.
pub(crate) const NETMASKS: std::ops::RangeInclusive<u8> = 16..=28;
/// Where Amazon-provided IPv6 blocks are taken from. On AWS every Region has ranges of its own.
const AMAZON_IPV6_POOL: u128 = 0x2600_1f14 << 96;
/// Bits of a /56 that are not given by the pool.
const AMAZON_IPV6_POOL_BITS: u32 = 24;

impl World {
    /// The VPC with this identifier, if it is the caller's.
    pub fn vpc(&self, scope: Scope, id: VpcId) -> Result<&Vpc, Refusal> {
        self.network.vpcs.get(&id).filter(|vpc| vpc.scope == scope).ok_or(Refusal::NotFound(id.into()))
    }

    /// The scope's VPCs, by id.
    pub fn vpcs_of(&self, scope: Scope) -> impl Iterator<Item = &Vpc> {
        self.network.vpcs.linked(Link::Scope(scope))
    }

    /// The VPC that is meant when none is named.
    pub fn default_vpc(&self, scope: Scope) -> Option<&Vpc> {
        self.network.vpcs.linked(Link::Default(scope)).next()
    }

    /// Gives an account its default VPC in a Region when it is used there for the first time. What the user does
    /// with that VPC later, deleting it included, is not undone.
    pub fn ensure_scope(&mut self, scope: Scope, ids: &mut Ids<'_>) {
        if self.scopes.contains(&ScopeKey(scope)) {
            return;
        }
        self.scopes.insert(ScopeKey(scope), scope);
        self.create_default_vpc(scope, ids)
            .expect("a scope that was never used has nothing to stand in the way");
    }

    /// Makes a VPC with its main route table, default security group and default network ACL.
    pub fn create_vpc(&mut self, scope: Scope, new: NewVpc, ids: &mut Ids<'_>) -> Result<VpcId, Refusal> {
        check_vpc_range(new.cidr)?;
        self.check_quota(scope, Quota::Vpcs, self.network.vpcs.count_linked(Link::Scope(scope)))?;
        let id: VpcId = ids.fresh();
        let ipv6_cidrs = match new.amazon_ipv6 {
            true => vec![CidrAssociation { id: ids.fresh(), cidr: self.free_amazon_ipv6_block(ids) }],
            false => Vec::new(),
        };
        let vpc = Vpc {
            id,
            scope,
            cidrs: vec![CidrAssociation { id: ids.fresh(), cidr: new.cidr.trunc() }],
            ipv6_cidrs,
            former_cidrs: Vec::new(),
            dhcp_options: Some(self.ensure_default_dhcp_options(scope, ids)),
            tenancy: new.tenancy,
            is_default: false,
            dns_support: true,
            dns_hostnames: false,
            network_address_usage_metrics: false,
            main_route_table: self.insert_route_table(scope, id, Tags::new(), ids),
            main_association: ids.fresh(),
            default_security_group: self.create_default_security_group(scope, id, ids),
            default_network_acl: self.create_default_network_acl(scope, id, new.amazon_ipv6, ids),
            tags: new.tags,
        };
        self.network.vpcs.insert(id, vpc);
        if new.amazon_ipv6 {
            self.allow_ipv6_by_default(id, ids);
        }
        Ok(id)
    }

    /// Makes the default VPC: 172.31.0.0/16 with an internet gateway, a route to it, and a /20 subnet in every zone
    /// ("Default VPC components", VPC User Guide).
    pub fn create_default_vpc(&mut self, scope: Scope, ids: &mut Ids<'_>) -> Result<VpcId, Refusal> {
        if self.default_vpc(scope).is_some() {
            return Err(VpcRefusal::DefaultExists.into());
        }
        let new = NewVpc {
            cidr: DEFAULT_VPC_CIDR,
            amazon_ipv6: false,
            tenancy: Tenancy::Default,
            tags: Tags::new(),
        };
        let id = self.create_vpc(scope, new, ids)?;
        let vpc = self.vpc_mut(id);
        vpc.is_default = true;
        vpc.dns_hostnames = true;
        let main = vpc.main_route_table;

        let gateway = self.create_internet_gateway(scope, Tags::new(), ids)?;
        self.attach_internet_gateway(scope, gateway, id)?;
        let everywhere = Destination::Cidr(IpNet::V4(Ipv4Net::default()));
        self.create_route(scope, main, everywhere, Target::InternetGateway(gateway))?;
        for zone in scope.region.zones() {
            self.create_default_subnet(scope, zone, ids)?;
        }
        Ok(id)
    }

    /// Deletes a VPC and what came with it. Anything that was added to it stands in the way, but for peering
    /// connections, which end.
    pub fn delete_vpc(&mut self, scope: Scope, id: VpcId, now: Timestamp) -> Result<(), Refusal> {
        let vpc = self.vpc(scope, id)?.clone();
        if self.has_additions(&vpc) {
            return Err(Refusal::HasDependencies(id.into()));
        }
        self.end_peerings_of(&vpc, now);
        self.forget_exclusions_of(Excluded::Vpc(id));
        self.forget_flow_logs_of(Logged::Vpc(id));
        self.network.security_groups.remove(&vpc.default_security_group);
        self.network.network_acls.remove(&vpc.default_network_acl);
        self.network.route_tables.remove(&vpc.main_route_table);
        self.network.vpcs.remove(&id);
        Ok(())
    }

    /// Whether there is anything in a VPC that it did not come with.
    fn has_additions(&self, vpc: &Vpc) -> bool {
        let (network, own) = (&self.network, Link::Vpc(vpc.id));
        network.subnets.linked(own).next().is_some()
            || network.security_groups.linked(own).any(|it| it.id != vpc.default_security_group)
            || network.network_acls.linked(own).any(|it| it.id != vpc.default_network_acl)
            || network.route_tables.linked(own).any(|it| it.id != vpc.main_route_table)
            || network.internet_gateways.linked(own).next().is_some()
            || network.egress_only_internet_gateways.linked(own).next().is_some()
            || network.vpc_endpoints.linked(own).next().is_some()
            || network.network_interfaces.linked(own).next().is_some()
    }

    /// Ends the peering connections of a VPC that goes.
    fn end_peerings_of(&mut self, vpc: &Vpc, now: Timestamp) {
        let open = self
            .network
            .vpc_peering_connections
            .linked(Link::Vpc(vpc.id))
            .filter(|it| it.peer_of(vpc.id).is_some() && it.is_open(now));
        let open: Vec<VpcPeeringConnectionId> = open.map(|it| it.id).collect();
        for id in open {
            if let Some(peering) = self.network.vpc_peering_connections.get_mut(&id) {
                peering.end(PeeringStatus::Deleted(vpc.scope.account), now);
            }
        }
    }

    /// Turns a switch of a VPC on or off. Public host names need the resolver: "you can enable DNS hostnames only if
    /// you've enabled DNS support" (ModifyVpcAttribute).
    pub fn set_vpc_attribute(
        &mut self,
        scope: Scope,
        id: VpcId,
        attribute: VpcAttribute,
        on: bool,
    ) -> Result<(), Refusal> {
        let dns_support = self.vpc(scope, id)?.dns_support;
        let vpc = self.vpc_mut(id);
        match attribute {
            VpcAttribute::DnsSupport => vpc.dns_support = on,
            VpcAttribute::DnsHostnames if on && !dns_support => {
                return Err(VpcRefusal::DnsHostnamesNeedDnsSupport(id).into());
            }
            VpcAttribute::DnsHostnames => vpc.dns_hostnames = on,
            VpcAttribute::NetworkAddressUsageMetrics => vpc.network_address_usage_metrics = on,
        }
        Ok(())
    }

    /// Changes the tenancy of instances to come. Only the way back to shared hardware is open.
    pub fn set_vpc_tenancy(&mut self, scope: Scope, id: VpcId, tenancy: Tenancy) -> Result<(), Refusal> {
        let current = self.vpc(scope, id)?.tenancy;
        match (current, tenancy) {
            (Tenancy::Default | Tenancy::Dedicated, Tenancy::Default) => {
                self.vpc_mut(id).tenancy = tenancy;
                Ok(())
            }
            (_, Tenancy::Default | Tenancy::Dedicated | Tenancy::Host) => {
                Err(VpcRefusal::TenancyFixed(id).into())
            }
        }
    }

    /// Adds an IPv4 block. Every route table of the VPC thereby has a new local route.
    pub fn associate_vpc_cidr(
        &mut self,
        scope: Scope,
        id: VpcId,
        cidr: Ipv4Net,
        now: Timestamp,
        ids: &mut Ids<'_>,
    ) -> Result<CidrAssociation<Ipv4Net>, Refusal> {
        let cidr = cidr.trunc();
        let vpc = self.vpc(scope, id)?;
        check_vpc_range(cidr)?;
        check_secondary_range(vpc, cidr)?;
        if vpc.cidrs.iter().any(|own| overlap(own.cidr, cidr)) {
            return Err(VpcRefusal::CidrConflict(cidr.into()).into());
        }
        let limit = self.limit(scope, Quota::Ipv4CidrsPerVpc);
        if vpc.cidrs.len() >= limit {
            return Err(VpcRefusal::CidrQuotaReached(id, limit).into());
        }
        self.check_peers_allow(id, cidr, now)?;
        self.check_routes_allow(id, cidr)?;
        let association = CidrAssociation { id: ids.fresh(), cidr };
        self.vpc_mut(id).cidrs.push(association.clone());
        self.fail_overlapping_requests(id, now);
        Ok(association)
    }

    /// Adds an IPv6 block from Amazon's pool.
    pub fn associate_vpc_amazon_ipv6_cidr(
        &mut self,
        scope: Scope,
        id: VpcId,
        ids: &mut Ids<'_>,
    ) -> Result<CidrAssociation<Ipv6Net>, Refusal> {
        let limit = self.limit(scope, Quota::Ipv6CidrsPerVpc);
        if self.vpc(scope, id)?.ipv6_cidrs.len() >= limit {
            return Err(VpcRefusal::CidrQuotaReached(id, limit).into());
        }
        let association = CidrAssociation { id: ids.fresh(), cidr: self.free_amazon_ipv6_block(ids) };
        let vpc = self.vpc_mut(id);
        vpc.ipv6_cidrs.push(association.clone());
        if vpc.ipv6_cidrs.len() == 1 {
            self.allow_ipv6_by_default(id, ids);
        }
        Ok(association)
    }

    /// Takes a block away, unless it is the primary one or subnets lie in it.
    pub fn disassociate_vpc_cidr(
        &mut self,
        scope: Scope,
        association: VpcCidrAssociationId,
        now: Timestamp,
    ) -> Result<(VpcId, RemovedCidr), Refusal> {
        let (vpc, removed) = self
            .vpcs_of(scope)
            .find_map(|vpc| vpc.block_of(association).map(|block| (vpc, block)))
            .ok_or(VpcRefusal::CidrNotFound(association))?;
        if vpc.cidrs.first().is_some_and(|primary| primary.id == association) {
            return Err(VpcRefusal::PrimaryCidr(association).into());
        }
        let id = vpc.id;
        let block = removed.cidr();
        if self.subnets_in(id).any(|subnet| subnet.lies_in(block)) {
            return Err(VpcRefusal::CidrInUse(association).into());
        }
        let vpc = self.vpc_mut(id);
        vpc.cidrs.retain(|it| it.id != association);
        vpc.ipv6_cidrs.retain(|it| it.id != association);
        let former = FormerCidr { id: association, cidr: block, ended: now };
        former_cidr::remember(&mut vpc.former_cidrs, former);
        self.forget_local_overrides(id, block);
        Ok((id, removed))
    }

    /// The row of a VPC that was found before.
    pub(crate) fn vpc_mut(&mut self, id: VpcId) -> &mut Vpc {
        self.network.vpcs.get_mut(&id).expect("the VPC was found before it is changed")
    }

    /// A /56 that no VPC has.
    fn free_amazon_ipv6_block(&self, ids: &mut Ids<'_>) -> Ipv6Net {
        loop {
            let chosen = ids.bits() & ((1 << AMAZON_IPV6_POOL_BITS) - 1);
            let network = Ipv6Addr::from(AMAZON_IPV6_POOL | chosen << 72);
            let block = Ipv6Net::new(network, 56).expect("56 is a prefix length");
            if !self.network.vpcs.values().any(|vpc| vpc.ipv6_cidrs.iter().any(|own| own.cidr == block)) {
                return block;
            }
        }
    }

    /// A new block must not overlap an active peer's, and a VPC that waits for an answer to its request adds none
    /// ("Add IPv4 CIDR blocks to a VPC").
    fn check_peers_allow(&self, id: VpcId, cidr: Ipv4Net, now: Timestamp) -> Result<(), Refusal> {
        for peering in self.network.vpc_peering_connections.linked(Link::Vpc(id)) {
            let Some(peer) = peering.peer_of(id) else { continue };
            let waiting = peering.status_at(now) == PeeringStatus::PendingAcceptance;
            if waiting && peering.requester.vpc == id {
                return Err(VpcRefusal::CidrConflict(cidr.into()).into());
            }
            let peer_blocks = self.network.vpcs.get(&peer.vpc).into_iter().flat_map(|vpc| &vpc.cidrs);
            if peering.is_active() && peer_blocks.map(|block| block.cidr).any(|block| overlap(block, cidr)) {
                return Err(VpcRefusal::CidrConflict(cidr.into()).into());
            }
        }
        Ok(())
    }

    /// "The CIDR block must not be the same or larger than a destination CIDR range in a route in any of the VPC
    /// route tables."
    fn check_routes_allow(&self, id: VpcId, cidr: Ipv4Net) -> Result<(), Refusal> {
        let tables = self.network.route_tables.linked(Link::Vpc(id));
        let mut routes = tables.flat_map(|table| &table.routes);
        let covered = |route: &Route| match route.destination {
            Destination::Cidr(destination) => IpNet::V4(cidr).contains(&destination),
            Destination::PrefixList(_) => false,
        };
        match routes.any(covered) {
            true => Err(VpcRefusal::CidrCoversRoute(cidr.into()).into()),
            false => Ok(()),
        }
    }
}

impl Vpc {
    fn block_of(&self, association: VpcCidrAssociationId) -> Option<RemovedCidr> {
        let v4 = self.cidrs.iter().find(|it| it.id == association).cloned().map(RemovedCidr::V4);
        v4.or_else(|| self.ipv6_cidrs.iter().find(|it| it.id == association).cloned().map(RemovedCidr::V6))
    }
}

impl RemovedCidr {
    /// The block.
    pub fn cidr(&self) -> IpNet {
        match self {
            RemovedCidr::V4(association) => association.cidr.into(),
            RemovedCidr::V6(association) => association.cidr.into(),
        }
    }
}

/// Whether two blocks share an address.
pub(crate) fn overlap(one: Ipv4Net, other: Ipv4Net) -> bool {
    one.contains(&other) || other.contains(&one)
}

const fn block(a: u8, b: u8, length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, 0, 0), length)
}

/// Never part of a VPC: this host, loopback, link local, multicast and above.
const FORBIDDEN: [Ipv4Net; 4] = [block(0, 0, 8), block(127, 0, 8), block(169, 254, 16), block(224, 0, 3)];

fn check_vpc_range(cidr: Ipv4Net) -> Result<(), Refusal> {
    let permitted = NETMASKS.contains(&cidr.prefix_len()) && !FORBIDDEN.iter().any(|it| it.contains(&cidr));
    if permitted { Ok(()) } else { Err(VpcRefusal::Range(cidr.into()).into()) }
}

const TEN: Ipv4Net = block(10, 0, 8);
const TEN_LOW: Ipv4Net = block(10, 0, 15);
const TEN_ZERO: Ipv4Net = block(10, 0, 16);
const ONE_SEVEN_TWO: Ipv4Net = block(172, 16, 12);
const ONE_SEVEN_TWO_DEFAULT: Ipv4Net = block(172, 31, 16);
const ONE_NINE_TWO: Ipv4Net = block(192, 168, 16);
const BENCHMARK: Ipv4Net = block(198, 19, 16);

/// The table of "IPv4 CIDR block association restrictions" (VPC User Guide): what the primary block's range rules
/// out for further blocks.
fn check_secondary_range(vpc: &Vpc, cidr: Ipv4Net) -> Result<(), Refusal> {
    let primary = vpc.primary_cidr();
    let restricted: &[Ipv4Net] = match primary {
        it if TEN.contains(&it) => &[ONE_SEVEN_TWO, ONE_NINE_TWO, BENCHMARK],
        it if ONE_SEVEN_TWO.contains(&it) => &[TEN, ONE_NINE_TWO, ONE_SEVEN_TWO_DEFAULT, BENCHMARK],
        it if ONE_NINE_TWO.contains(&it) => &[TEN, ONE_SEVEN_TWO, BENCHMARK],
        it if BENCHMARK.contains(&it) => &[TEN, ONE_SEVEN_TWO, ONE_NINE_TWO],
        _ => &[TEN, ONE_SEVEN_TWO, ONE_NINE_TWO, BENCHMARK],
    };
    // "If any of the CIDR blocks associated with the VPC are from the 10.0.0.0/15 range, you cannot add a CIDR block
    // from the 10.0.0.0/16 range."
    let low = vpc.cidrs.iter().any(|own| TEN_LOW.contains(&own.cidr)) && TEN_ZERO.contains(&cidr);
    match low || restricted.iter().any(|it| it.contains(&cidr)) {
        true => Err(VpcRefusal::RangeRestricted(cidr.into()).into()),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::AccountId;
    use crate::vpc_peering_connection::NewVpcPeeringConnection;

    const NOON: Timestamp = Timestamp(1_727_179_200_000);

    #[test]
    fn an_account_has_a_default_vpc_with_a_subnet_per_zone_and_a_way_out() {
        let mut city = City::new();
        city.used();
        let vpc = city.world.default_vpc(city.scope).unwrap().clone();
        assert_eq!(vpc.primary_cidr().to_string(), "172.31.0.0/16");
        assert!(vpc.dns_support && vpc.dns_hostnames);
        let subnets: Vec<_> = city.world.subnets_in(vpc.id).collect();
        assert_eq!(subnets.len(), 4);
        assert!(subnets.iter().all(|subnet| subnet.default_for_zone && subnet.map_public_ip_on_launch));
        let main = city.world.network.route_table_of(subnets[0]).unwrap();
        assert_eq!(main.id, vpc.main_route_table);
        let routes: Vec<String> =
            city.world.network.routes(main).map(|route| route.destination.to_string()).collect();
        assert_eq!(routes, ["172.31.0.0/16", "0.0.0.0/0"]);
        let gateway = city.world.internet_gateway_of(vpc.id).unwrap();
        let out = city.world.network.longest_match(main, "198.51.100.1".parse().unwrap()).unwrap().0;
        assert_eq!(out.target, Target::InternetGateway(gateway.id));
    }

    #[test]
    fn a_default_vpc_that_was_deleted_stays_deleted() {
        let mut city = City::new();
        city.used();
        let vpc = city.world.default_vpc(city.scope).unwrap().id;
        let gateway = city.world.internet_gateway_of(vpc).unwrap().id;
        city.world.detach_internet_gateway(city.scope, gateway, vpc).unwrap();
        for subnet in city.world.subnets_in(vpc).map(|subnet| subnet.id).collect::<Vec<_>>() {
            city.world.delete_subnet(city.scope, subnet).unwrap();
        }
        city.world.delete_vpc(city.scope, vpc, NOON).unwrap();
        city.used();
        assert_eq!(city.world.default_vpc(city.scope), None);
        city.change(|world, scope, ids| world.create_default_vpc(scope, ids)).unwrap();
        assert!(city.world.default_vpc(city.scope).is_some());
    }

    #[test]
    fn a_vpc_comes_with_a_table_a_group_and_a_network_acl_and_takes_them_along() {
        let mut city = City::new();
        let vpc = city.vpc("10.0.0.0/16").unwrap();
        let made = city.world.vpc(city.scope, vpc).unwrap().clone();
        assert!(city.world.network.route_tables.contains(&made.main_route_table));
        assert!(city.world.network.security_groups.contains(&made.default_security_group));
        assert!(city.world.network.network_acls.contains(&made.default_network_acl));
        city.world.delete_vpc(city.scope, vpc, NOON).unwrap();
        assert!(city.world.network.route_tables.is_empty());
        assert!(city.world.network.security_groups.is_empty());
        assert!(city.world.network.network_acls.is_empty());
        assert_eq!(city.world.delete_vpc(city.scope, vpc, NOON), Err(Refusal::NotFound(vpc.into())));
    }

    #[test]
    fn a_vpc_of_somebody_else_is_not_found() {
        let mut city = City::new();
        let vpc = city.vpc("10.0.0.0/16").unwrap();
        let stranger = Scope { account: "000000000042".parse().unwrap(), ..city.scope };
        let elsewhere = Scope { region: "us-east-1".parse().unwrap(), ..city.scope };
        for scope in [stranger, elsewhere] {
            assert_eq!(city.world.vpc(scope, vpc), Err(Refusal::NotFound(vpc.into())));
        }
    }

    #[test]
    fn further_blocks_follow_the_table_of_restrictions() {
        let cases = [
            ("10.0.0.0/16", "10.0.0.0/24", false),
            ("10.2.0.0/16", "10.0.0.0/24", true),
            ("10.1.0.0/16", "10.0.0.0/24", false),
            ("10.2.0.0/16", "172.16.0.0/16", false),
            ("10.2.0.0/16", "100.64.0.0/16", true),
            ("10.2.0.0/16", "8.8.0.0/16", true),
            ("172.16.0.0/16", "172.17.0.0/16", true),
            ("172.16.0.0/16", "172.31.0.0/16", false),
            ("172.16.0.0/16", "10.0.0.0/16", false),
            ("192.168.0.0/24", "192.168.1.0/24", true),
            ("192.168.0.0/24", "172.16.0.0/16", false),
            ("198.19.0.0/24", "10.0.0.0/16", false),
            ("198.19.0.0/24", "198.19.1.0/24", true),
            ("100.64.0.0/16", "10.0.0.0/16", false),
            ("100.64.0.0/16", "198.19.0.0/16", false),
            ("8.8.0.0/16", "100.64.0.0/16", true),
        ];
        for (primary, further, allowed) in cases {
            let mut city = City::new();
            let vpc = city.vpc(primary).unwrap();
            let cidr = further.parse().unwrap();
            let added =
                city.change(|world, scope, ids| world.associate_vpc_cidr(scope, vpc, cidr, NOON, ids));
            assert_eq!(added.is_ok(), allowed, "{primary} and {further}: {added:?}");
        }
    }

    #[test]
    fn a_block_that_covers_a_route_is_refused_and_one_inside_is_not() {
        let mut city = City::new();
        let vpc = city.vpc("10.2.0.0/16").unwrap();
        let peer = city.vpc("10.9.0.0/16").unwrap();
        let peer_scope = city.scope;
        let ask = NewVpcPeeringConnection { vpc, peer_scope, peer_vpc: peer, tags: Tags::new() };
        let peering =
            city.change(|world, scope, ids| world.create_vpc_peering_connection(scope, ask, NOON, ids));
        let peering = peering.unwrap();
        city.world.accept_vpc_peering_connection(city.scope, peering, NOON).unwrap();
        let main = city.world.vpc(city.scope, vpc).unwrap().main_route_table;
        let to = Destination::Cidr("10.64.0.0/16".parse().unwrap());
        city.world.create_route(city.scope, main, to, Target::VpcPeeringConnection(peering)).unwrap();
        let mut add = |cidr: &str| {
            let cidr = cidr.parse().unwrap();
            city.change(|world, scope, ids| world.associate_vpc_cidr(scope, vpc, cidr, NOON, ids))
        };
        let whole = "10.64.0.0/16";
        assert_eq!(add(whole), Err(VpcRefusal::CidrCoversRoute(whole.parse().unwrap()).into()));
        assert!(add("10.64.8.0/24").is_ok());
    }

    #[test]
    fn amazons_blocks_are_all_different() {
        let mut city = City::new();
        let mut zero = || 0;
        let ids = &mut Ids::new(&mut zero);
        let first = city.world.free_amazon_ipv6_block(ids);
        assert_eq!(first.to_string(), "2600:1f14::/56");
        let vpc = city.vpc("10.0.0.0/16").unwrap();
        city.world
            .vpc_mut(vpc)
            .ipv6_cidrs
            .push(CidrAssociation { id: VpcCidrAssociationId::numbered(1), cidr: first });
        let mut numbers = [0, 1].into_iter();
        let mut source = move || numbers.next().unwrap();
        assert_eq!(
            city.world.free_amazon_ipv6_block(&mut Ids::new(&mut source)).to_string(),
            "2600:1f14:0:100::/56"
        );
    }

    #[test]
    fn dns_hostnames_need_dns_support() {
        let mut city = City::new();
        let vpc = city.vpc("10.0.0.0/16").unwrap();
        let scope = city.scope;
        city.world.set_vpc_attribute(scope, vpc, VpcAttribute::DnsSupport, false).unwrap();
        assert_eq!(
            city.world.set_vpc_attribute(scope, vpc, VpcAttribute::DnsHostnames, true),
            Err(VpcRefusal::DnsHostnamesNeedDnsSupport(vpc).into())
        );
        city.world.set_vpc_attribute(scope, vpc, VpcAttribute::DnsSupport, true).unwrap();
        city.world.set_vpc_attribute(scope, vpc, VpcAttribute::DnsHostnames, true).unwrap();
    }

    /// A world and somebody who builds in it.
    struct City {
        world: World,
        scope: Scope,
        next_id: u128,
    }

    impl City {
        fn new() -> Self {
            let scope = Scope { account: AccountId::DEFAULT, region: "us-west-2".parse().unwrap() };
            City { world: World::default(), scope, next_id: 0 }
        }

        fn change<T>(&mut self, change: impl FnOnce(&mut World, Scope, &mut Ids<'_>) -> T) -> T {
            let mut count = || {
                self.next_id += 1;
                self.next_id
            };
            change(&mut self.world, self.scope, &mut Ids::new(&mut count))
        }

        fn used(&mut self) {
            self.change(|world, scope, ids| world.ensure_scope(scope, ids));
        }

        fn vpc(&mut self, cidr: &str) -> Result<VpcId, Refusal> {
            let cidr = cidr.parse().unwrap();
            let new = NewVpc { cidr, amazon_ipv6: false, tenancy: Tenancy::Default, tags: Tags::new() };
            self.change(|world, scope, ids| world.create_vpc(scope, new, ids))
        }
    }
}
