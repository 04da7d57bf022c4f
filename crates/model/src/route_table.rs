//! Route tables: where packets that leave a subnet go.
//!
//! Follows "Route tables" and "Route table concepts" (VPC User Guide). Longest prefix wins; what a route points to may
//! be gone, and then the route is a blackhole. No route propagation, no transit gateways; of VPC
//! endpoints those for gateways alone.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::ids::*;
use crate::link::Link;
use crate::place::Scope;
use crate::quotas::Quota;
use crate::refusal::{ElasticIpRefusal, Refusal, RouteRefusal, RouteTableRefusal};
use crate::resource::ResourceId;
use crate::route::{Destination, Route, RouteState, Target};
use crate::subnet::SubnetRouteTable;
use crate::tags::Tags;
use crate::vpc::Vpc;
use crate::world::{Network, World};

/// A route table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteTable {
    /// Its identifier.
    pub id: RouteTableId,
    /// Owner and Region.
    pub scope: Scope,
    /// The VPC that it belongs to.
    pub vpc: VpcId,
    /// Routes that were added, in the order in which they were. The local routes are not here: they follow from
    /// the VPC's blocks, see [`Network::routes`].
    pub routes: Vec<Route>,
    /// Where a local route's target was replaced: destination and new target.
    pub local_overrides: Vec<Route>,
    /// Tags.
    pub tags: Tags,
}

impl Network {
    /// All routes of a table: the local ones of its VPC's blocks first, then those that were added.
    pub fn routes<'a>(&'a self, table: &'a RouteTable) -> impl Iterator<Item = Route> + 'a {
        let blocks = self.vpcs.get(&table.vpc).into_iter().flat_map(|vpc| vpc.blocks());
        let local = blocks.map(|block| {
            let destination = Destination::Cidr(block);
            let replaced = table.local_overrides.iter().find(|route| route.destination == destination);
            replaced.copied().unwrap_or(Route { destination, target: Target::Local })
        });
        local.chain(table.routes.iter().copied())
    }

    /// The table that routes packets leaving a subnet: its own, or the VPC's main table as it is now.
    pub fn route_table_of(&self, subnet: &crate::Subnet) -> Option<&RouteTable> {
        let table = match subnet.route_table {
            Some(explicit) => explicit.table,
            None => self.vpcs.get(&subnet.vpc)?.main_route_table,
        };
        self.route_tables.get(&table)
    }

    /// The route that wins for a destination, with the block that matched.
    ///
    /// "Longest prefix match"; on equal length local routes win over static ones, static CIDR routes over prefix
    /// lists, and of two prefix lists the route that was created first (Route priority). A blackhole still wins.
    pub fn longest_match(&self, table: &RouteTable, destination: IpAddr) -> Option<(Route, IpNet)> {
        let mut best: Option<(Route, IpNet, (u8, u8))> = None;
        for route in self.routes(table) {
            for block in self.blocks_of(table.scope, route.destination) {
                let rank = (block.prefix_len(), priority(&route));
                if block.contains(&destination) && best.as_ref().is_none_or(|(_, _, best)| rank > *best) {
                    best = Some((route, block, rank));
                }
            }
        }
        best.map(|(route, block, _)| (route, block))
    }

    /// The address blocks that the destination of a route of `scope` stands for.
    pub fn blocks_of(&self, scope: Scope, destination: Destination) -> impl Iterator<Item = IpNet> + '_ {
        let (single, list) = match destination {
            Destination::Cidr(cidr) => (Some(cidr), None),
            Destination::PrefixList(id) => (None, Some(id)),
        };
        single.into_iter().chain(list.into_iter().flat_map(move |id| self.prefix_list_blocks(scope, id)))
    }

    /// Whether a route's target can take packets now. Derived, never stored: a gateway that is attached again makes
    /// its routes active again.
    pub fn route_state(&self, vpc: VpcId, target: Target) -> RouteState {
        let works = match target {
            Target::Local => true,
            Target::InternetGateway(id) => {
                self.internet_gateways.get(&id).is_some_and(|it| it.vpc == Some(vpc))
            }
            Target::EgressOnlyInternetGateway(id) => {
                self.egress_only_internet_gateways.get(&id).is_some_and(|it| it.vpc == vpc)
            }
            Target::NatGateway(id) => self.nat_gateways.get(&id).is_some_and(|it| it.is_available()),
            Target::NetworkInterface(id) => self.interface_forwards(id),
            Target::VpcEndpoint(id) => self.vpc_endpoints.get(&id).is_some_and(|it| it.vpc == vpc),
            Target::VpcPeeringConnection(id) => {
                self.vpc_peering_connections.get(&id).is_some_and(|it| it.is_active())
            }
        };
        if works { RouteState::Active } else { RouteState::Blackhole }
    }

    /// Whether an interface can be a next hop: attached to an instance that runs.
    fn interface_forwards(&self, id: NetworkInterfaceId) -> bool {
        let attachment = self.network_interfaces.get(&id).and_then(|interface| interface.attachment.as_ref());
        attachment
            .and_then(|attachment| self.instances.get(&attachment.instance?))
            .is_some_and(|instance| instance.state.is_up())
    }
}

fn priority(route: &Route) -> u8 {
    match (route.target, route.destination) {
        (Target::Local, _) => 2,
        (_, Destination::Cidr(_)) => 1,
        (_, Destination::PrefixList(_)) => 0,
    }
}

/// What a route table is associated with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteTableUser {
    /// The VPC itself: the main table.
    Main,
    /// A subnet, for packets that leave it.
    Subnet(SubnetId),
    /// A gateway, for packets that enter through it (edge association).
    InternetGateway(InternetGatewayId),
}

/// An association of a route table. Kept where it takes effect: at the VPC, the subnet or the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteTableAssociation {
    /// Its identifier.
    pub id: RouteTableAssociationId,
    /// The table.
    pub table: RouteTableId,
    /// What uses it.
    pub user: RouteTableUser,
}

/// Kept for AWS's own services: "You can't add routes to IPv4 addresses that are an exact match or a subset of …
/// 169.254.168.0/22", and fd00:ec2::/32 alike (Route tables, Destinations).
const RESERVED_IPV4: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::new(169, 254, 168, 0), 22);
const RESERVED_IPV6: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0), 32);

impl World {
    /// The route table with this identifier, if it is the caller's.
    pub fn route_table(&self, scope: Scope, id: RouteTableId) -> Result<&RouteTable, Refusal> {
        self.network
            .route_tables
            .get(&id)
            .filter(|table| table.scope == scope)
            .ok_or(Refusal::NotFound(id.into()))
    }

    /// Makes a route table. It starts with the local routes alone.
    pub fn create_route_table(
        &mut self,
        scope: Scope,
        vpc: VpcId,
        tags: Tags,
        ids: &mut Ids<'_>,
    ) -> Result<RouteTableId, Refusal> {
        self.vpc(scope, vpc)?;
        let in_vpc = self.network.route_tables.count_linked(Link::Vpc(vpc));
        self.check_quota(scope, Quota::RouteTablesPerVpc, in_vpc)?;
        Ok(self.insert_route_table(scope, vpc, tags, ids))
    }

    pub(crate) fn insert_route_table(
        &mut self,
        scope: Scope,
        vpc: VpcId,
        tags: Tags,
        ids: &mut Ids<'_>,
    ) -> RouteTableId {
        let id = ids.fresh();
        let table = RouteTable { id, scope, vpc, routes: Vec::new(), local_overrides: Vec::new(), tags };
        self.network.route_tables.insert(id, table);
        id
    }

    /// Deletes a table that nothing is associated with.
    pub fn delete_route_table(&mut self, scope: Scope, id: RouteTableId) -> Result<(), Refusal> {
        self.route_table(scope, id)?;
        if !self.route_table_associations(id).is_empty() {
            return Err(Refusal::HasDependencies(id.into()));
        }
        self.network.route_tables.remove(&id);
        Ok(())
    }

    /// A table's associations: as the main table first, then gateways, then subnets.
    pub fn route_table_associations(&self, table: RouteTableId) -> Vec<RouteTableAssociation> {
        self.associations_linked(Link::RouteTable(table))
            .filter(|association| association.table == table)
            .collect()
    }

    fn associations_linked(&self, link: Link) -> impl Iterator<Item = RouteTableAssociation> {
        let main = self.network.vpcs.linked(link).map(|vpc| RouteTableAssociation {
            id: vpc.main_association,
            table: vpc.main_route_table,
            user: RouteTableUser::Main,
        });
        let edges = self.network.internet_gateways.linked(link).filter_map(|gateway| {
            let user = RouteTableUser::InternetGateway(gateway.id);
            Some((gateway.route_table?, user))
        });
        let subnets = self
            .network
            .subnets
            .linked(link)
            .filter_map(|subnet| Some((subnet.route_table?, RouteTableUser::Subnet(subnet.id))));
        main.chain(edges.chain(subnets).map(|(it, user)| RouteTableAssociation {
            id: it.association,
            table: it.table,
            user,
        }))
    }

    /// The associations of every route table of a scope at once: one look at all that have one instead of one for each.
    pub fn associations_by_route_table(
        &self,
        scope: Scope,
    ) -> BTreeMap<RouteTableId, Vec<RouteTableAssociation>> {
        let mut found: BTreeMap<RouteTableId, Vec<RouteTableAssociation>> = BTreeMap::new();
        for association in self.associations_linked(Link::Scope(scope)) {
            found.entry(association.table).or_default().push(association);
        }
        found
    }

    /// The association with this identifier, if it is the caller's.
    fn route_table_association(
        &self,
        scope: Scope,
        id: RouteTableAssociationId,
    ) -> Result<RouteTableAssociation, Refusal> {
        let owned = |it: &RouteTableAssociation| self.route_table(scope, it.table).is_ok();
        let found = self.associations_linked(Link::RouteTableAssociation(id)).find(|it| it.id == id);
        found.filter(owned).ok_or(RouteTableRefusal::AssociationNotFound(id).into())
    }

    /// Gives a subnet a table of its own.
    pub fn associate_route_table(
        &mut self,
        scope: Scope,
        table: RouteTableId,
        subnet: SubnetId,
        ids: &mut Ids<'_>,
    ) -> Result<RouteTableAssociationId, Refusal> {
        self.check_user(scope, table, RouteTableUser::Subnet(subnet))?;
        if self.subnet(scope, subnet)?.route_table.is_some() {
            return Err(RouteTableRefusal::Associated(table).into());
        }
        let association = ids.fresh();
        self.set_table(RouteTableUser::Subnet(subnet), Some(SubnetRouteTable { association, table }));
        Ok(association)
    }

    /// Gives packets that enter through a gateway a table of their own.
    pub fn associate_gateway_route_table(
        &mut self,
        scope: Scope,
        table: RouteTableId,
        gateway: InternetGatewayId,
        ids: &mut Ids<'_>,
    ) -> Result<RouteTableAssociationId, Refusal> {
        self.check_user(scope, table, RouteTableUser::InternetGateway(gateway))?;
        if self.internet_gateway(scope, gateway)?.route_table.is_some() {
            return Err(RouteTableRefusal::Associated(table).into());
        }
        let association = ids.fresh();
        self.set_table(
            RouteTableUser::InternetGateway(gateway),
            Some(SubnetRouteTable { association, table }),
        );
        Ok(association)
    }

    /// Puts another table in an association's place. The main association's table becomes the VPC's main table;
    /// subnets with an association of their own stay where they are.
    pub fn replace_route_table_association(
        &mut self,
        scope: Scope,
        id: RouteTableAssociationId,
        table: RouteTableId,
        ids: &mut Ids<'_>,
    ) -> Result<RouteTableAssociationId, Refusal> {
        let association = self.route_table_association(scope, id)?;
        let vpc = self.route_table(scope, association.table)?.vpc;
        match association.user {
            RouteTableUser::Main if self.route_table(scope, table)?.vpc != vpc => {
                Err(RouteTableRefusal::Elsewhere { table, other: vpc.into() }.into())
            }
            RouteTableUser::Main => {
                let replacement = ids.fresh();
                let vpc = self.vpc_mut(vpc);
                vpc.main_association = replacement;
                vpc.main_route_table = table;
                Ok(replacement)
            }
            user @ (RouteTableUser::Subnet(_) | RouteTableUser::InternetGateway(_)) => {
                self.check_user(scope, table, user)?;
                let replacement = ids.fresh();
                self.set_table(user, Some(SubnetRouteTable { association: replacement, table }));
                Ok(replacement)
            }
        }
    }

    /// Ends an association: the subnet falls back to the main table, the gateway to the local routes.
    pub fn disassociate_route_table(
        &mut self,
        scope: Scope,
        id: RouteTableAssociationId,
    ) -> Result<(), Refusal> {
        let association = self.route_table_association(scope, id)?;
        match association.user {
            RouteTableUser::Main => Err(RouteTableRefusal::MainAssociation(id).into()),
            user @ (RouteTableUser::Subnet(_) | RouteTableUser::InternetGateway(_)) => {
                self.set_table(user, None);
                Ok(())
            }
        }
    }

    /// Whether a subnet or gateway can use a table.
    fn check_user(&self, scope: Scope, id: RouteTableId, user: RouteTableUser) -> Result<(), Refusal> {
        let table = self.route_table(scope, id)?;
        let (vpc, other): (Option<VpcId>, ResourceId) = match user {
            RouteTableUser::Main => (Some(table.vpc), table.vpc.into()),
            RouteTableUser::Subnet(subnet) => (Some(self.subnet(scope, subnet)?.vpc), subnet.into()),
            RouteTableUser::InternetGateway(gateway) => {
                (self.internet_gateway(scope, gateway)?.vpc, gateway.into())
            }
        };
        if vpc != Some(table.vpc) {
            return Err(RouteTableRefusal::Elsewhere { table: id, other }.into());
        }
        match user {
            RouteTableUser::Main | RouteTableUser::Subnet(_) => Ok(()),
            RouteTableUser::InternetGateway(_) => {
                let vpc = self.vpc(scope, table.vpc)?;
                table.routes.iter().try_for_each(|route| check_edge_route(vpc, id, route))
            }
        }
    }

    fn set_table(&mut self, user: RouteTableUser, table: Option<SubnetRouteTable>) {
        match user {
            RouteTableUser::Main => {}
            RouteTableUser::Subnet(id) => {
                if let Some(subnet) = self.network.subnets.get_mut(&id) {
                    subnet.route_table = table;
                }
            }
            RouteTableUser::InternetGateway(id) => self.internet_gateway_mut(id).route_table = table,
        }
    }

    /// Adds a route. The same route once more changes nothing.
    pub fn create_route(
        &mut self,
        scope: Scope,
        id: RouteTableId,
        destination: Destination,
        target: Target,
    ) -> Result<(), Refusal> {
        let destination = destination.trunc();
        let route = Route { destination, target };
        self.check_route(scope, id, &route)?;
        let table = self.route_table(scope, id)?;
        match self.network.routes(table).find(|existing| existing.destination == destination) {
            Some(existing) if existing.target == target => return Ok(()),
            Some(_) => return Err(RouteRefusal::Exists(destination).into()),
            None => {}
        }
        self.check_room_for_route(scope, table, destination)?;
        self.route_table_mut(id).routes.push(route);
        Ok(())
    }

    /// Whether a table's quota has room for one more route.
    pub(crate) fn check_room_for_route(
        &self,
        scope: Scope,
        table: &RouteTable,
        destination: Destination,
    ) -> Result<(), Refusal> {
        let ipv6 = self.is_ipv6(scope, destination);
        let counted = table.routes.iter().filter(|it| self.is_ipv6(scope, it.destination) == ipv6);
        let used: usize = counted.map(|it| self.route_weight(scope, it.destination)).sum();
        let limit = self.limit(scope, Quota::RoutesPerTable);
        match used + self.route_weight(scope, destination) > limit {
            true => Err(Refusal::QuotaReached(Quota::RoutesPerTable, limit)),
            false => Ok(()),
        }
    }

    /// Gives a route another target. A local route's packets may be sent to an interface or a NAT gateway, and back
    /// to `local`.
    pub fn replace_route(
        &mut self,
        scope: Scope,
        id: RouteTableId,
        destination: Destination,
        target: Target,
    ) -> Result<(), Refusal> {
        let destination = destination.trunc();
        let local = self.is_local(self.route_table(scope, id)?, destination);
        if target == Target::Local {
            self.route_table_mut(id).local_overrides.retain(|it| it.destination != destination);
            return if local { Ok(()) } else { Err(RouteRefusal::NoneToReplace(destination).into()) };
        }
        let route = Route { destination, target };
        self.check_route(scope, id, &route)?;
        let table = self.route_table_mut(id);
        if local {
            table.local_overrides.retain(|it| it.destination != destination);
            table.local_overrides.push(route);
            return Ok(());
        }
        let existing = table.routes.iter_mut().find(|it| it.destination == destination);
        let existing = existing.ok_or(RouteRefusal::NoneToReplace(destination))?;
        if existing.is_of_endpoint() {
            return Err(RouteRefusal::ToEndpoint(destination).into());
        }
        existing.target = target;
        Ok(())
    }

    /// Deletes a route that was added.
    pub fn delete_route(
        &mut self,
        scope: Scope,
        id: RouteTableId,
        destination: Destination,
    ) -> Result<(), Refusal> {
        let destination = destination.trunc();
        let table = self.route_table(scope, id)?;
        if self.is_local(table, destination) {
            return Err(RouteRefusal::Local { table: id, destination }.into());
        }
        match table.routes.iter().find(|route| route.destination == destination) {
            None => return Err(RouteRefusal::NotFound { table: id, destination }.into()),
            Some(route) if route.is_of_endpoint() => {
                return Err(RouteRefusal::OfEndpoint { table: id, destination }.into());
            }
            Some(_) => {}
        }
        self.route_table_mut(id).routes.retain(|route| route.destination != destination);
        Ok(())
    }

    /// The interface that a route to an instance leads to: its only one.
    pub fn route_interface_of(&self, scope: Scope, id: InstanceId) -> Result<NetworkInterfaceId, Refusal> {
        let known = self.network.instances.get(&id).is_some_and(|instance| instance.scope == scope);
        let mut interfaces = self.network.network_interfaces.linked(Link::Instance(id));
        match (known, interfaces.next(), interfaces.next()) {
            (true, Some(only), None) => Ok(only.id),
            (true, Some(_), Some(_)) => Err(ElasticIpRefusal::SeveralInterfaces(id).into()),
            (true, None, _) | (false, _, _) => Err(Refusal::NotFound(id.into())),
        }
    }

    /// Everything about a route but whether there is one to its destination already: the target exists, in the
    /// table's VPC, and may have packets to this destination.
    fn check_route(&self, scope: Scope, id: RouteTableId, route: &Route) -> Result<(), Refusal> {
        let table = self.route_table(scope, id)?;
        let vpc = self.vpc(scope, table.vpc)?;
        if let Destination::PrefixList(list) = route.destination {
            self.prefix_list_weight(scope, list).ok_or(Refusal::NotFound(list.into()))?;
        }
        self.check_target(scope, table, route.target)?;
        check_by_hand(route)?;
        self.check_family(scope, route)?;
        if let Destination::Cidr(cidr) = route.destination {
            check_reserved(cidr)?;
            self.check_inside_vpc(vpc, cidr, route.target)?;
        }
        match self.is_edge_table(id) {
            true => check_edge_route(vpc, id, route),
            false => Ok(()),
        }
    }

    /// Whether a gateway uses a table.
    pub(crate) fn is_edge_table(&self, id: RouteTableId) -> bool {
        let uses = self.route_table_associations(id);
        uses.iter().any(|it| matches!(it.user, RouteTableUser::InternetGateway(_)))
    }

    /// A route's target exists and belongs to the table's VPC.
    fn check_target(&self, scope: Scope, table: &RouteTable, target: Target) -> Result<(), Refusal> {
        let (vpc, other): (Option<VpcId>, ResourceId) = match target {
            Target::Local => return Ok(()),
            Target::InternetGateway(id) => (self.internet_gateway(scope, id)?.vpc, id.into()),
            Target::EgressOnlyInternetGateway(id) => {
                (Some(self.egress_only_internet_gateway(scope, id)?.vpc), id.into())
            }
            Target::NatGateway(id) => (Some(self.nat_gateway(scope, id)?.vpc), id.into()),
            Target::NetworkInterface(id) => {
                let interface = self.network.network_interfaces.get(&id).filter(|it| it.scope == scope);
                (Some(interface.ok_or(Refusal::NotFound(id.into()))?.vpc), id.into())
            }
            Target::VpcEndpoint(id) => (Some(self.vpc_endpoint(scope, id)?.vpc), id.into()),
            Target::VpcPeeringConnection(id) => {
                let peering = self.vpc_peering_connection(scope, id)?;
                (peering.peer_of(table.vpc).map(|_| table.vpc), id.into())
            }
        };
        match vpc == Some(table.vpc) {
            true => Ok(()),
            false => Err(RouteTableRefusal::Elsewhere { table: table.id, other }.into()),
        }
    }

    /// An egress-only internet gateway takes IPv6 alone.
    fn check_family(&self, scope: Scope, route: &Route) -> Result<(), Refusal> {
        let Route { destination, target } = *route;
        match target {
            Target::EgressOnlyInternetGateway(_) if !self.is_ipv6(scope, destination) => {
                Err(RouteRefusal::Family { destination, target }.into())
            }
            Target::EgressOnlyInternetGateway(_)
            | Target::Local
            | Target::InternetGateway(_)
            | Target::NatGateway(_)
            | Target::NetworkInterface(_)
            | Target::VpcEndpoint(_)
            | Target::VpcPeeringConnection(_) => Ok(()),
        }
    }

    /// Inside the VPC's own blocks only appliances can be put in the way, of a whole subnet or of the VPC ("the
    /// destination must match the entire IPv4 or IPv6 CIDR block of a subnet in your VPC", Route tables).
    fn check_inside_vpc(&self, vpc: &Vpc, cidr: IpNet, target: Target) -> Result<(), Refusal> {
        if !vpc.blocks().any(|block| block.contains(&cidr)) {
            return Ok(());
        }
        match target {
            Target::NetworkInterface(_) | Target::NatGateway(_) => {}
            Target::Local
            | Target::InternetGateway(_)
            | Target::EgressOnlyInternetGateway(_)
            | Target::VpcEndpoint(_)
            | Target::VpcPeeringConnection(_) => return Err(RouteRefusal::InsideVpc(cidr).into()),
        }
        let whole_vpc = vpc.blocks().any(|block| block == cidr);
        match whole_vpc || self.subnets_in(vpc.id).any(|subnet| subnet.blocks().any(|block| block == cidr)) {
            true => Ok(()),
            false => Err(RouteRefusal::ToPartOfSubnet(cidr).into()),
        }
    }

    /// Whether a destination is one of the VPC's own blocks.
    fn is_local(&self, table: &RouteTable, destination: Destination) -> bool {
        let mut blocks = self.network.vpcs.get(&table.vpc).into_iter().flat_map(|vpc| vpc.blocks());
        blocks.any(|block| destination == Destination::Cidr(block))
    }

    fn is_ipv6(&self, scope: Scope, destination: Destination) -> bool {
        match destination {
            Destination::Cidr(cidr) => matches!(cidr, IpNet::V6(_)),
            Destination::PrefixList(id) => {
                self.prefix_list_weight(scope, id).is_some_and(|weight| weight.ipv6)
            }
        }
    }

    /// How much a route counts against the quota: "the maximum number of entries for the prefix list" (Managed
    /// prefix lists).
    fn route_weight(&self, scope: Scope, destination: Destination) -> usize {
        match destination {
            Destination::Cidr(_) => 1,
            Destination::PrefixList(id) => {
                self.prefix_list_weight(scope, id).map_or(1, |weight| weight.entries)
            }
        }
    }

    /// Forgets where the local route of a block that goes was sent instead.
    pub(crate) fn forget_local_overrides(&mut self, vpc: VpcId, block: IpNet) {
        let destination = Destination::Cidr(block);
        let tables = self.network.route_tables.linked(Link::Vpc(vpc));
        let with_override =
            tables.filter(|table| table.local_overrides.iter().any(|it| it.destination == destination));
        for id in with_override.map(|table| table.id).collect::<Vec<_>>() {
            self.route_table_mut(id).local_overrides.retain(|it| it.destination != destination);
        }
    }

    pub(crate) fn route_table_mut(&mut self, id: RouteTableId) -> &mut RouteTable {
        self.network.route_tables.get_mut(&id).expect("the route table was found before it is changed")
    }
}

impl Route {
    /// Whether an endpoint has made it, which alone changes and removes it.
    fn is_of_endpoint(&self) -> bool {
        match self.target {
            Target::VpcEndpoint(_) => true,
            Target::Local
            | Target::InternetGateway(_)
            | Target::EgressOnlyInternetGateway(_)
            | Target::NatGateway(_)
            | Target::NetworkInterface(_)
            | Target::VpcPeeringConnection(_) => false,
        }
    }
}

/// No route to an endpoint is made by hand: the endpoint's own are all there are (Gateway endpoints, Routing).
fn check_by_hand(route: &Route) -> Result<(), Refusal> {
    match route.destination {
        _ if !route.is_of_endpoint() => Ok(()),
        Destination::PrefixList(_) => Err(RouteRefusal::ToEndpoint(route.destination).into()),
        Destination::Cidr(_) => Err(RouteRefusal::OutsideEndpoint(route.target).into()),
    }
}

impl Destination {
    /// With host bits cleared, as AWS stores it.
    fn trunc(self) -> Self {
        match self {
            Destination::Cidr(cidr) => Destination::Cidr(cidr.trunc()),
            Destination::PrefixList(_) => self,
        }
    }
}

fn check_reserved(cidr: IpNet) -> Result<(), Refusal> {
    let reserved = [IpNet::V4(RESERVED_IPV4), IpNet::V6(RESERVED_IPV6)];
    match reserved.iter().any(|range| range.contains(&cidr)) {
        true => Err(RouteRefusal::Reserved(cidr).into()),
        false => Ok(()),
    }
}

/// What a gateway's route table may hold: "You can't add … a route to a CIDR block that's outside of the ranges in
/// your VPC", and appliances are the only targets (Gateway route tables).
fn check_edge_route(vpc: &Vpc, table: RouteTableId, route: &Route) -> Result<(), Refusal> {
    let inside = match route.destination {
        Destination::Cidr(cidr) => vpc.blocks().any(|block| block.contains(&cidr)),
        Destination::PrefixList(_) => false,
    };
    let appliance = match route.target {
        Target::Local | Target::NetworkInterface(_) => true,
        Target::InternetGateway(_)
        | Target::EgressOnlyInternetGateway(_)
        | Target::NatGateway(_)
        | Target::VpcEndpoint(_)
        | Target::VpcPeeringConnection(_) => false,
    };
    match inside && appliance {
        true => Ok(()),
        false => Err(RouteRefusal::AtEdge { table, destination: route.destination }.into()),
    }
}
