//! VPC endpoints: a private way from a VPC to a service.
//!
//! Follows "Gateway endpoints" and "Gateway endpoints for Amazon S3" (AWS PrivateLink Guide). Gateway endpoints are here, of
//! IPv4: the prefix lists that they route to have no other blocks. What interface endpoints have besides is in
//! [`crate::interface_endpoint`]. None of load balancers, resources and service networks.

use policy::Document;
use serde::{Deserialize, Serialize};

use crate::aws_prefix_list::{AwsPrefixList, AwsService};
use crate::ids::*;
use crate::interface_endpoint::{Home, InterfaceEndpoint, NewInterfaceEndpoint};
use crate::link::Link;
use crate::place::{Region, Scope};
use crate::quotas::{GATEWAY_ENDPOINTS_PER_VPC_MAX, Quota};
use crate::refusal::{Refusal, RouteRefusal, RouteTableRefusal, VpcEndpointRefusal};
use crate::route::{Destination, Route, Target};
use crate::route_table::RouteTable;
use crate::tags::Tags;
use crate::timestamp::Timestamp;
use crate::world::{Network, World};

/// A VPC endpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VpcEndpoint {
    /// Its identifier.
    pub id: VpcEndpointId,
    /// Owner and Region.
    pub scope: Scope,
    /// The VPC that it serves.
    pub vpc: VpcId,
    /// Of which type it is, and what only that type has.
    pub kind: VpcEndpointKind,
    /// What may be asked through it; `None` for everything, by everybody.
    pub policy: Option<Document>,
    /// When it was made.
    pub created: Timestamp,
    /// Tags.
    pub tags: Tags,
}

/// Types of endpoints, each with what only it has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum VpcEndpointKind {
    /// A target of routes to a service's addresses. The route tables that it is in are those that have such a route.
    Gateway {
        /// The service.
        service: GatewayService,
    },
    /// Interfaces in subnets at which a service answers.
    Interface(InterfaceEndpoint),
}

/// A service that has gateway endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum GatewayService {
    /// Amazon S3.
    S3,
    /// Amazon DynamoDB.
    DynamoDb,
}

impl GatewayService {
    /// All of them.
    pub const ALL: [GatewayService; 2] = [GatewayService::S3, GatewayService::DynamoDb];

    /// The service's prefix list in a Region: the addresses that an endpoint leads to.
    pub fn prefix_list(self, region: Region) -> AwsPrefixList {
        let service = match self {
            GatewayService::S3 => AwsService::S3,
            GatewayService::DynamoDb => AwsService::DynamoDb,
        };
        AwsPrefixList { service, region }
    }
}

impl VpcEndpoint {
    /// The name of its service: `com.amazonaws.us-west-2.s3`.
    pub fn service_name(&self) -> String {
        let region = self.scope.region;
        match &self.kind {
            VpcEndpointKind::Gateway { service } => service.prefix_list(region).name(),
            VpcEndpointKind::Interface(own) => own.service.name(region),
        }
    }

    /// The destination of the routes to it; `None` if it is the target of none.
    pub fn route_destination(&self) -> Option<Destination> {
        match self.kind {
            VpcEndpointKind::Gateway { service } => {
                Some(Destination::PrefixList(service.prefix_list(self.scope.region).id()))
            }
            VpcEndpointKind::Interface(_) => None,
        }
    }

    /// The route that a table has for it.
    fn route(&self) -> Option<Route> {
        Some(Route { destination: self.route_destination()?, target: Target::VpcEndpoint(self.id) })
    }
}

/// An endpoint to be made.
#[derive(Clone, Debug)]
pub struct NewVpcEndpoint {
    /// The VPC that it is to serve.
    pub vpc: VpcId,
    /// Of which type it is to be.
    pub kind: NewVpcEndpointKind,
    /// What may be asked through it; `None` for everything, by everybody.
    pub policy: Option<Document>,
    /// Tags.
    pub tags: Tags,
}

/// The types that can be made.
#[derive(Clone, Debug)]
pub enum NewVpcEndpointKind {
    /// A gateway endpoint.
    Gateway {
        /// The service.
        service: GatewayService,
        /// The route tables that get a route to it.
        route_tables: Vec<RouteTableId>,
    },
    /// An interface endpoint.
    Interface(NewInterfaceEndpoint),
}

/// What is to change of an endpoint.
#[derive(Clone, Debug, Default)]
pub struct VpcEndpointChange {
    /// Another policy: `Some(None)` for the one that allows everything.
    pub policy: Option<Option<Document>>,
    /// Route tables that get a route to it.
    pub add: Vec<RouteTableId>,
    /// Route tables that lose theirs.
    pub remove: Vec<RouteTableId>,
}

impl Network {
    /// The route tables that have a route to an endpoint.
    pub fn route_tables_of_endpoint(&self, id: VpcEndpointId) -> impl Iterator<Item = &RouteTable> {
        self.route_tables.linked(Link::VpcEndpoint(id))
    }
}

impl World {
    /// The endpoint with this identifier, if it is the caller's.
    pub fn vpc_endpoint(&self, scope: Scope, id: VpcEndpointId) -> Result<&VpcEndpoint, Refusal> {
        let endpoint = self.network.vpc_endpoints.get(&id);
        endpoint.filter(|it| it.scope == scope).ok_or(Refusal::NotFound(id.into()))
    }

    /// Makes an endpoint, and the routes to it.
    pub fn create_vpc_endpoint(
        &mut self,
        scope: Scope,
        new: NewVpcEndpoint,
        now: Timestamp,
        ids: &mut Ids<'_>,
    ) -> Result<VpcEndpointId, Refusal> {
        self.vpc(scope, new.vpc)?;
        let id = ids.fresh();
        let NewVpcEndpoint { vpc, kind, policy, tags } = new;
        let endpoint = |kind| VpcEndpoint { id, scope, vpc, kind, policy, created: now, tags };
        let endpoint = match kind {
            NewVpcEndpointKind::Gateway { service, route_tables } => {
                self.check_gateway_endpoint_quotas(scope, vpc)?;
                let endpoint = endpoint(VpcEndpointKind::Gateway { service });
                self.add_endpoint_routes(&endpoint, &route_tables)?;
                endpoint
            }
            NewVpcEndpointKind::Interface(new) => {
                let home = Home { id, scope, vpc, created: now };
                endpoint(VpcEndpointKind::Interface(self.make_interface_endpoint(home, new, ids)?))
            }
        };
        self.network.vpc_endpoints.insert(id, endpoint);
        Ok(id)
    }

    fn check_gateway_endpoint_quotas(&self, scope: Scope, vpc: VpcId) -> Result<(), Refusal> {
        let gateways = |link| {
            self.network.vpc_endpoints.linked(link).filter(|it| it.interface_endpoint().is_none()).count()
        };
        self.check_quota(scope, Quota::GatewayEndpoints, gateways(Link::Scope(scope)))?;
        match gateways(Link::Vpc(vpc)) >= GATEWAY_ENDPOINTS_PER_VPC_MAX {
            true => Err(Refusal::QuotaReached(Quota::GatewayEndpoints, GATEWAY_ENDPOINTS_PER_VPC_MAX)),
            false => Ok(()),
        }
    }

    /// Changes an endpoint's policy, and which tables have a route to it.
    pub fn modify_vpc_endpoint(
        &mut self,
        scope: Scope,
        id: VpcEndpointId,
        change: VpcEndpointChange,
    ) -> Result<(), Refusal> {
        let mut endpoint = self.vpc_endpoint(scope, id)?.clone();
        match endpoint.route() {
            Some(route) => self.change_endpoint_routes(&endpoint, &route, &change)?,
            None if change.add.is_empty() && change.remove.is_empty() => {}
            None => return Err(VpcEndpointRefusal::NotOfType(id).into()),
        }
        if let Some(policy) = change.policy {
            endpoint.policy = policy;
            self.network.vpc_endpoints.insert(id, endpoint);
        }
        Ok(())
    }

    fn change_endpoint_routes(
        &mut self,
        endpoint: &VpcEndpoint,
        route: &Route,
        change: &VpcEndpointChange,
    ) -> Result<(), Refusal> {
        for table in &change.remove {
            if !self.route_table(endpoint.scope, *table)?.routes.contains(route) {
                return Err(VpcEndpointRefusal::NotInTable { endpoint: endpoint.id, table: *table }.into());
            }
        }
        self.add_endpoint_routes(endpoint, &change.add)?;
        change.remove.iter().for_each(|table| self.remove_endpoint_route(*table, route));
        Ok(())
    }

    /// Deletes an endpoint: "When you delete a gateway endpoint, we delete the endpoint routes for the endpoint […]. When you
    /// delete an interface endpoint, we delete the endpoint network interfaces" (DeleteVpcEndpoints).
    pub fn delete_vpc_endpoint(&mut self, scope: Scope, id: VpcEndpointId) -> Result<(), Refusal> {
        let endpoint = self.vpc_endpoint(scope, id)?.clone();
        let tables: Vec<RouteTableId> =
            self.network.route_tables_of_endpoint(id).map(|table| table.id).collect();
        if let Some(route) = endpoint.route() {
            tables.into_iter().for_each(|table| self.remove_endpoint_route(table, &route));
        }
        if let Some(own) = endpoint.interface_endpoint() {
            self.remove_endpoint_interfaces(own);
        }
        self.network.vpc_endpoints.remove(&id);
        Ok(())
    }

    /// Adds an endpoint's route to tables, to all of them or to none.
    fn add_endpoint_routes(
        &mut self,
        endpoint: &VpcEndpoint,
        tables: &[RouteTableId],
    ) -> Result<(), Refusal> {
        let Some(route) = endpoint.route() else { return Ok(()) };
        for (place, table) in tables.iter().enumerate() {
            self.check_endpoint_route(endpoint, &route, *table)?;
            if tables[..place].contains(table) {
                return Err(VpcEndpointRefusal::RouteExists(*table, route.destination).into());
            }
        }
        for table in tables {
            self.route_table_mut(*table).routes.push(route);
        }
        Ok(())
    }

    /// Whether a table can have an endpoint's route: one for each service, and no other to the service's prefix list
    /// (Gateway endpoints, Routing).
    fn check_endpoint_route(
        &self,
        endpoint: &VpcEndpoint,
        route: &Route,
        id: RouteTableId,
    ) -> Result<(), Refusal> {
        let scope = endpoint.scope;
        let table = self.route_table(scope, id)?;
        if table.vpc != endpoint.vpc {
            return Err(RouteTableRefusal::Elsewhere { table: id, other: endpoint.vpc.into() }.into());
        }
        if self.is_edge_table(id) {
            return Err(RouteRefusal::AtEdge { table: id, destination: route.destination }.into());
        }
        if table.routes.iter().any(|it| it.destination == route.destination) {
            return Err(VpcEndpointRefusal::RouteExists(id, route.destination).into());
        }
        self.check_room_for_route(scope, table, route.destination)
    }

    fn remove_endpoint_route(&mut self, table: RouteTableId, route: &Route) {
        self.route_table_mut(table).routes.retain(|it| it != route);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{add_vpc, world_with_vpc};

    const NOON: Timestamp = Timestamp(0);

    struct Town {
        world: World,
        scope: Scope,
        vpc: VpcId,
        next: u128,
    }

    impl Town {
        fn new() -> Town {
            let (world, scope, vpc) = world_with_vpc();
            Town { world, scope, vpc, next: 77 }
        }

        fn change<T>(&mut self, change: impl FnOnce(&mut World, Scope, &mut Ids<'_>) -> T) -> T {
            let next = &mut self.next;
            let mut source = || {
                *next += 1;
                *next
            };
            change(&mut self.world, self.scope, &mut Ids::new(&mut source))
        }

        fn main_table(&self) -> RouteTableId {
            self.world.vpc(self.scope, self.vpc).unwrap().main_route_table
        }

        fn create(
            &mut self,
            service: GatewayService,
            tables: &[RouteTableId],
        ) -> Result<VpcEndpointId, Refusal> {
            let new = NewVpcEndpoint {
                vpc: self.vpc,
                kind: NewVpcEndpointKind::Gateway { service, route_tables: tables.to_vec() },
                policy: None,
                tags: Tags::new(),
            };
            self.change(|world, scope, ids| world.create_vpc_endpoint(scope, new, NOON, ids))
        }

        fn tables_of(&self, id: VpcEndpointId) -> Vec<RouteTableId> {
            self.world.network.route_tables_of_endpoint(id).map(|table| table.id).collect()
        }
    }

    #[test]
    fn its_routes_come_and_go_with_it_alone() {
        let mut town = Town::new();
        let table = town.main_table();
        let id = town.create(GatewayService::S3, &[table]).unwrap();
        let destination = Destination::PrefixList(PrefixListId::short(0x68a5_4001));
        assert_eq!(
            town.world.route_table(town.scope, table).unwrap().routes,
            [Route { destination, target: Target::VpcEndpoint(id) }]
        );
        assert_eq!(
            town.world.network.route_state(town.vpc, Target::VpcEndpoint(id)),
            crate::RouteState::Active
        );
        let scope = town.scope;
        assert_eq!(
            town.world.delete_route(scope, table, destination),
            Err(RouteRefusal::OfEndpoint { table, destination }.into())
        );
        let by_hand = Err(RouteRefusal::ToEndpoint(destination).into());
        assert_eq!(
            town.world.create_route(scope, table, destination, Target::VpcEndpoint(id)),
            by_hand,
            "not even the same route once more"
        );
        assert_eq!(town.world.replace_route(scope, table, destination, Target::VpcEndpoint(id)), by_hand);
        town.world.delete_vpc_endpoint(scope, id).unwrap();
        assert!(town.world.route_table(scope, table).unwrap().routes.is_empty());
        assert_eq!(town.world.delete_vpc_endpoint(scope, id), Err(Refusal::NotFound(id.into())));
    }

    #[test]
    fn no_other_route_takes_the_place_of_its_own() {
        let mut town = Town::new();
        let (scope, vpc, table) = (town.scope, town.vpc, town.main_table());
        let gateway = town.change(|world, scope, ids| world.create_internet_gateway(scope, Tags::new(), ids));
        let gateway = gateway.unwrap();
        town.world.attach_internet_gateway(scope, gateway, vpc).unwrap();
        town.create(GatewayService::S3, &[table]).unwrap();
        let destination = Destination::PrefixList(PrefixListId::short(0x68a5_4001));
        assert_eq!(
            town.world.replace_route(scope, table, destination, Target::InternetGateway(gateway)),
            Err(RouteRefusal::ToEndpoint(destination).into())
        );
        let other = Destination::PrefixList(PrefixListId::short(0x00a5_4069));
        town.world.create_route(scope, table, other, Target::InternetGateway(gateway)).unwrap();
        assert_eq!(
            town.create(GatewayService::DynamoDb, &[table]),
            Err(VpcEndpointRefusal::RouteExists(table, other).into())
        );
    }

    #[test]
    fn a_table_has_one_endpoint_for_a_service_and_a_vpc_may_have_more() {
        let mut town = Town::new();
        let (scope, vpc, table) = (town.scope, town.vpc, town.main_table());
        let s3 = town.create(GatewayService::S3, &[table]).unwrap();
        let destination = town.world.vpc_endpoint(scope, s3).unwrap().route_destination().unwrap();
        let refused = Err(VpcEndpointRefusal::RouteExists(table, destination).into());
        assert_eq!(town.create(GatewayService::S3, &[table]), refused);
        town.create(GatewayService::DynamoDb, &[table]).unwrap();
        let second = town.change(|world, scope, ids| world.create_route_table(scope, vpc, Tags::new(), ids));
        let second = second.unwrap();
        let other = town.create(GatewayService::S3, &[second]).unwrap();
        assert_eq!((town.tables_of(s3), town.tables_of(other)), (vec![table], vec![second]));
        let add = VpcEndpointChange { add: vec![second], ..Default::default() };
        assert_eq!(
            town.world.modify_vpc_endpoint(scope, s3, add),
            Err(VpcEndpointRefusal::RouteExists(second, destination).into())
        );
        town.world.delete_route_table(scope, second).unwrap();
        assert_eq!(town.tables_of(other), []);
    }

    #[test]
    fn tables_of_other_vpcs_and_tables_without_its_route_are_refused_and_nothing_is_changed() {
        let mut town = Town::new();
        let (scope, vpc, table) = (town.scope, town.vpc, town.main_table());
        let elsewhere = add_vpc(&mut town.world, scope, 2);
        let other = town.world.vpc(scope, elsewhere).unwrap().main_route_table;
        let refused = RouteTableRefusal::Elsewhere { table: other, other: vpc.into() };
        assert_eq!(town.create(GatewayService::S3, &[table, other]), Err(refused.into()));
        assert!(town.world.network.vpc_endpoints.is_empty());
        assert!(town.world.route_table(scope, table).unwrap().routes.is_empty());
        let id = town.create(GatewayService::S3, &[]).unwrap();
        let remove = VpcEndpointChange { remove: vec![table], ..Default::default() };
        assert_eq!(
            town.world.modify_vpc_endpoint(scope, id, remove.clone()),
            Err(VpcEndpointRefusal::NotInTable { endpoint: id, table }.into())
        );
        let add = VpcEndpointChange { add: vec![table], ..Default::default() };
        town.world.modify_vpc_endpoint(scope, id, add).unwrap();
        assert_eq!(town.tables_of(id), [table]);
        town.world.modify_vpc_endpoint(scope, id, remove).unwrap();
        assert_eq!(town.tables_of(id), []);
    }

    #[test]
    fn a_vpc_with_an_endpoint_stays_and_there_are_twenty_in_a_region() {
        let mut town = Town::new();
        let (scope, vpc) = (town.scope, town.vpc);
        let id = town.create(GatewayService::S3, &[]).unwrap();
        assert_eq!(town.world.delete_vpc(scope, vpc, NOON), Err(Refusal::HasDependencies(vpc.into())));
        for _ in 1..20 {
            town.create(GatewayService::S3, &[]).unwrap();
        }
        assert_eq!(
            town.create(GatewayService::S3, &[]),
            Err(Refusal::QuotaReached(Quota::GatewayEndpoints, 20))
        );
        town.world.delete_vpc_endpoint(scope, id).unwrap();
        town.create(GatewayService::S3, &[]).unwrap();
    }

    #[test]
    fn a_policy_decides_about_no_packet() {
        let mut town = Town::new();
        let id = town.create(GatewayService::S3, &[]).unwrap();
        let before = town.world.vpc_endpoint(town.scope, id).unwrap().clone();
        let policy = Some(Some(Document::stored("{}")));
        let change = VpcEndpointChange { policy, ..Default::default() };
        town.world.modify_vpc_endpoint(town.scope, id, change).unwrap();
        let after = town.world.vpc_endpoint(town.scope, id).unwrap();
        assert_ne!(*after, before);
        assert!(crate::row::Row::differs_by_tags_alone(after, &before));
    }
}
