//! Route tables and their associations; the routes themselves are in `route`. Follows CreateRouteTable,
//! AssociateRouteTable, ReplaceRouteTableAssociation and their neighbours in the EC2 API Reference.

use awsproto::{AwsError, Call, Filterable};
use model::route_table::{RouteTableAssociation, RouteTableUser};
use model::{InternetGatewayId, Link, Refusal, RouteTableAssociationId, RouteTableId, World};
use std::borrow::Cow;

use crate::errors::{gateway_not_found, refused, refused_for_route};
use crate::request::{self, Describe, bool_values, render_tags, required_id, text_values};
use crate::route;
use crate::shapes::{self, *};

/// The bounds of `MaxResults`.
const PAGE: std::ops::RangeInclusive<i32> = 5..=100;

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateRouteTableRequest,
) -> Result<CreateRouteTableResult, AwsError> {
    let CreateRouteTableRequest { client_token, tag_specifications, vpc_id } = request;
    let scope = call.scope;
    let vpc = required_id(vpc_id.as_deref())?;
    let tags = awsproto::tags::specified(tag_specifications, "route-table")?;
    let id = call.with_ids(|ids| world.create_route_table(scope, vpc, tags, ids)).map_err(refused)?;
    let associations = world.route_table_associations(id);
    let table = render(world, world.route_table(scope, id).map_err(refused)?, &associations);
    Ok(CreateRouteTableResult { route_table: Some(table), client_token })
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteRouteTableRequest,
) -> Result<(), AwsError> {
    let DeleteRouteTableRequest { route_table_id } = request;
    let id = required_id(route_table_id.as_deref())?;
    world.delete_route_table(call.scope, id).map_err(refused)
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeRouteTablesRequest,
) -> Result<DescribeRouteTablesResult, AwsError> {
    let DescribeRouteTablesRequest { filters, max_results, next_token, route_table_ids } = request;
    let scope = call.scope;
    let own = world.network.route_tables.linked(Link::Scope(scope));
    let tables = request::named_or_all(&route_table_ids, own, |table| table.id)?;
    let describe = Describe { kind: "routeTable", ids: &route_table_ids, filters, max_results, next_token };
    let sieve = describe.sieve();
    let tables = tables.into_iter().filter(|table| {
        sieve.lets_through(&[("vpc-id", &table.vpc), ("route-table-id", &table.id)], &table.tags)
    });
    let associations = world.associations_by_route_table(scope);
    let of = |table: &model::RouteTable| associations.get(&table.id).map_or(&[][..], Vec::as_slice);
    let tables = tables.map(|table| render(world, table, of(table)));
    let (route_tables, next_token) = describe.page_within(PAGE, tables, |it| it.route_table_id.as_ref())?;
    Ok(DescribeRouteTablesResult { route_tables, next_token })
}

pub(crate) fn associate(
    call: &mut Call,
    world: &mut World,
    request: AssociateRouteTableRequest,
) -> Result<AssociateRouteTableResult, AwsError> {
    let AssociateRouteTableRequest { gateway_id, public_ipv4_pool, route_table_id, subnet_id } = request;
    request::refuse_unsupported(&[("PublicIpv4Pool", public_ipv4_pool.is_some())])?;
    let scope = call.scope;
    let table: RouteTableId = required_id(route_table_id.as_deref())?;
    let id = match (subnet_id.as_deref(), gateway_id.as_deref()) {
        (Some(subnet), None) => {
            let subnet = request::parse_id(subnet)?;
            call.with_ids(|ids| world.associate_route_table(scope, table, subnet, ids)).map_err(refused)?
        }
        (None, Some(gateway)) => {
            let gateway: InternetGatewayId = gateway.parse().map_err(|_| gateway_not_found(gateway))?;
            call.with_ids(|ids| world.associate_gateway_route_table(scope, table, gateway, ids))
                .map_err(refused_for_route)?
        }
        (None, None) => {
            let message = "The request must contain exactly one of subnetId or gatewayId";
            return Err(AwsError::new("MissingParameter", message));
        }
        (Some(_), Some(_)) => {
            return Err(AwsError::invalid_parameter_combination(
                "The parameter subnetId cannot be used with the parameter gatewayId",
            ));
        }
    };
    Ok(AssociateRouteTableResult {
        association_id: Some(id.to_string()),
        association_state: association_state("associated"),
    })
}

pub(crate) fn disassociate(
    call: &mut Call,
    world: &mut World,
    request: DisassociateRouteTableRequest,
) -> Result<(), AwsError> {
    let DisassociateRouteTableRequest { association_id } = request;
    let association = required_id(association_id.as_deref())?;
    world.disassociate_route_table(call.scope, association).map_err(refused)
}

pub(crate) fn replace_association(
    call: &mut Call,
    world: &mut World,
    request: ReplaceRouteTableAssociationRequest,
) -> Result<ReplaceRouteTableAssociationResult, AwsError> {
    let ReplaceRouteTableAssociationRequest { association_id, route_table_id } = request;
    let scope = call.scope;
    let association: RouteTableAssociationId = required_id(association_id.as_deref())?;
    let table = required_id(route_table_id.as_deref())?;
    let replaced: Result<RouteTableAssociationId, Refusal> =
        call.with_ids(|ids| world.replace_route_table_association(scope, association, table, ids));
    Ok(ReplaceRouteTableAssociationResult {
        new_association_id: Some(replaced.map_err(refused)?.to_string()),
        association_state: association_state("associated"),
    })
}

/// A route table as answers show it.
fn render(
    world: &World,
    table: &model::RouteTable,
    associations: &[RouteTableAssociation],
) -> shapes::RouteTable {
    shapes::RouteTable {
        route_table_id: Some(table.id.to_string()),
        vpc_id: Some(table.vpc.to_string()),
        owner_id: Some(table.scope.account.to_string()),
        routes: route::render_all(world, table),
        associations: associations.iter().map(render_association).collect(),
        propagating_vgws: Vec::new(),
        tags: render_tags(&table.tags),
    }
}

fn render_association(association: &RouteTableAssociation) -> shapes::RouteTableAssociation {
    let mut shape = shapes::RouteTableAssociation {
        route_table_association_id: Some(association.id.to_string()),
        route_table_id: Some(association.table.to_string()),
        main: Some(false),
        association_state: association_state("associated"),
        ..Default::default()
    };
    match association.user {
        RouteTableUser::Main => shape.main = Some(true),
        RouteTableUser::Subnet(subnet) => shape.subnet_id = Some(subnet.to_string()),
        RouteTableUser::InternetGateway(gateway) => shape.gateway_id = Some(gateway.to_string()),
    }
    shape
}

fn association_state(state: &str) -> Option<RouteTableAssociationState> {
    Some(RouteTableAssociationState { state: Some(state.to_owned()), status_message: None })
}

/// The values of one member of all elements.
fn each<'a, T>(elements: &'a [T], member: impl Fn(&'a T) -> &'a Option<String>) -> Vec<Cow<'a, str>> {
    elements.iter().flat_map(|element| text_values(member(element))).collect()
}

impl Filterable for shapes::RouteTable {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        let (uses, routes) = (&self.associations, &self.routes);
        Some(match name {
            "association.gateway-id" => each(uses, |it| &it.gateway_id),
            "association.route-table-association-id" => each(uses, |it| &it.route_table_association_id),
            "association.route-table-id" => each(uses, |it| &it.route_table_id),
            "association.subnet-id" => each(uses, |it| &it.subnet_id),
            "association.main" => uses.iter().flat_map(|it| bool_values(it.main)).collect(),
            "owner-id" => text_values(&self.owner_id),
            "route-table-id" => text_values(&self.route_table_id),
            "route.destination-cidr-block" => each(routes, |it| &it.destination_cidr_block),
            "route.destination-ipv6-cidr-block" => each(routes, |it| &it.destination_ipv6_cidr_block),
            "route.destination-prefix-list-id" => each(routes, |it| &it.destination_prefix_list_id),
            "route.egress-only-internet-gateway-id" => each(routes, |it| &it.egress_only_internet_gateway_id),
            "route.gateway-id" => each(routes, |it| &it.gateway_id),
            "route.instance-id" => each(routes, |it| &it.instance_id),
            "route.nat-gateway-id" => each(routes, |it| &it.nat_gateway_id),
            "route.transit-gateway-id" => each(routes, |it| &it.transit_gateway_id),
            "route.origin" => each(routes, |it| &it.origin),
            "route.state" => each(routes, |it| &it.state),
            "route.vpc-peering-connection-id" => each(routes, |it| &it.vpc_peering_connection_id),
            "vpc-id" => text_values(&self.vpc_id),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    fn with_subnet() -> (Caller, String, String) {
        let mut caller = Caller::new();
        let vpc = caller.ok("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]).text("vpcId");
        let subnet =
            caller.ok("CreateSubnet", &[("VpcId", &vpc), ("CidrBlock", "10.0.0.0/24")]).text("subnetId");
        (caller, vpc, subnet)
    }

    fn main_table(caller: &mut Caller, vpc: &str) -> (String, String) {
        let filters = [
            ("Filter.1.Name", "vpc-id"),
            ("Filter.1.Value.1", vpc),
            ("Filter.2.Name", "association.main"),
            ("Filter.2.Value.1", "true"),
        ];
        let shown = caller.ok("DescribeRouteTables", &filters);
        (shown.text("routeTableId"), shown.text("routeTableAssociationId"))
    }

    #[test]
    fn a_new_vpc_has_a_main_table_with_the_local_route_alone() {
        let (mut caller, vpc, _) = with_subnet();
        let shown =
            caller.ok("DescribeRouteTables", &[("Filter.1.Name", "vpc-id"), ("Filter.1.Value.1", &vpc)]);
        assert_eq!(shown.texts("destinationCidrBlock"), ["10.0.0.0/16"]);
        assert_eq!(shown.text("gatewayId"), "local");
        assert_eq!(shown.text("origin"), "CreateRouteTable");
        assert_eq!(shown.text("main"), "true");
        assert!(shown.texts("subnetId").is_empty());
    }

    #[test]
    fn the_same_client_token_makes_one_table() {
        let (mut caller, vpc, _) = with_subnet();
        let request = [("VpcId", vpc.as_str()), ("ClientToken", "once")];
        let first = caller.ok("CreateRouteTable", &request);
        assert_eq!(caller.ok("CreateRouteTable", &request).0, first.0);
        assert_eq!(first.text("clientToken"), "once");
        let tagged = [
            request[0],
            request[1],
            ("TagSpecification.1.ResourceType", "route-table"),
            ("TagSpecification.1.Tag.1.Key", "Name"),
        ];
        assert!(caller.refused("CreateRouteTable", &tagged).starts_with("IdempotentParameterMismatch: "));
    }

    #[test]
    fn tables_come_in_pages_and_not_with_identifiers_at_once() {
        let (mut caller, vpc, _) = with_subnet();
        for _ in 0..7 {
            caller.ok("CreateRouteTable", &[("VpcId", &vpc)]);
        }
        let first = caller.ok("DescribeRouteTables", &[("MaxResults", "5")]);
        let next = [("MaxResults", "5"), ("NextToken", &first.text("nextToken"))];
        let second = caller.ok("DescribeRouteTables", &next);
        assert!(second.texts("nextToken").is_empty());
        // The default VPC's main table, this one's, and seven more.
        let tables = |answer: &awsproto::testing::XmlAnswer| answer.texts("ownerId").len();
        assert_eq!((tables(&first), tables(&second)), (5, 4));
        let (table, _) = main_table(&mut caller, &vpc);
        assert_eq!(
            caller.refused("DescribeRouteTables", &[("MaxResults", "5"), ("RouteTableId.1", &table)]),
            "InvalidParameterCombination: The parameter routeTableSet cannot be used with the parameter maxResults"
        );
    }

    #[test]
    fn a_subnet_has_one_table_of_its_own() {
        let (mut caller, vpc, subnet) = with_subnet();
        let mut table = || caller.ok("CreateRouteTable", &[("VpcId", &vpc)]).text("routeTableId");
        let (one, other) = (table(), table());
        let association = caller
            .ok("AssociateRouteTable", &[("RouteTableId", &one), ("SubnetId", &subnet)])
            .text("associationId");
        for table in [&one, &other] {
            assert_eq!(
                caller.refused("AssociateRouteTable", &[("RouteTableId", table), ("SubnetId", &subnet)]),
                format!(
                    "Resource.AlreadyAssociated: the specified association for route table {table} conflicts with an \
                     existing association"
                )
            );
        }
        assert_eq!(
            caller.refused("DeleteRouteTable", &[("RouteTableId", &one)]),
            format!("DependencyViolation: The routeTable '{one}' has dependencies and cannot be deleted.")
        );
        let moved = [("AssociationId", association.as_str()), ("RouteTableId", &other)];
        let association = caller.ok("ReplaceRouteTableAssociation", &moved).text("newAssociationId");
        caller.ok("DeleteRouteTable", &[("RouteTableId", &one)]);
        assert_eq!(
            caller.refused("DeleteRouteTable", &[("RouteTableId", &one)]),
            format!("InvalidRouteTableID.NotFound: The routeTable ID '{one}' does not exist")
        );
        caller.ok("DisassociateRouteTable", &[("AssociationId", &association)]);
        assert_eq!(
            caller.refused("DisassociateRouteTable", &[("AssociationId", &association)]),
            format!("InvalidAssociationID.NotFound: The association ID '{association}' does not exist")
        );
    }

    #[test]
    fn the_main_table_can_be_another_one_but_not_none() {
        let (mut caller, vpc, _) = with_subnet();
        let (old, association) = main_table(&mut caller, &vpc);
        assert_eq!(
            caller.refused("DisassociateRouteTable", &[("AssociationId", &association)]),
            format!(
                "InvalidParameterValue: cannot disassociate the main route table association {association}"
            )
        );
        let new = caller.ok("CreateRouteTable", &[("VpcId", &vpc)]).text("routeTableId");
        let replace = [("AssociationId", association.as_str()), ("RouteTableId", &new)];
        let replaced = caller.ok("ReplaceRouteTableAssociation", &replace).text("newAssociationId");
        assert_eq!(main_table(&mut caller, &vpc), (new, replaced));
        caller.ok("DeleteRouteTable", &[("RouteTableId", &old)]);
    }

    #[test]
    fn a_table_of_another_vpc_is_refused() {
        let (mut caller, _, subnet) = with_subnet();
        let other = caller.ok("CreateVpc", &[("CidrBlock", "10.1.0.0/16")]).text("vpcId");
        let (table, _) = main_table(&mut caller, &other);
        assert_eq!(
            caller.refused("AssociateRouteTable", &[("RouteTableId", &table), ("SubnetId", &subnet)]),
            format!(
                "InvalidParameterValue: route table {table} and subnet {subnet} belong to different networks"
            )
        );
    }

    #[test]
    fn a_gateway_takes_a_table_without_ways_out() {
        let (mut caller, vpc, _) = with_subnet();
        let gateway = caller.ok("CreateInternetGateway", &[]).text("internetGatewayId");
        caller.ok("AttachInternetGateway", &[("InternetGatewayId", &gateway), ("VpcId", &vpc)]);
        let table = caller.ok("CreateRouteTable", &[("VpcId", &vpc)]).text("routeTableId");
        let out = [
            ("RouteTableId", table.as_str()),
            ("DestinationCidrBlock", "0.0.0.0/0"),
            ("GatewayId", &gateway),
        ];
        caller.ok("CreateRoute", &out);
        let associate = [("RouteTableId", table.as_str()), ("GatewayId", &gateway)];
        assert!(
            caller
                .refused("AssociateRouteTable", &associate)
                .starts_with("InvalidParameterValue: The route 0.0.0.0/0")
        );
        caller.ok("DeleteRoute", &out[..2]);
        caller.ok("AssociateRouteTable", &associate);
        assert!(
            caller.refused("CreateRoute", &out).starts_with("InvalidParameterValue: The route 0.0.0.0/0")
        );
        let shown = caller.ok(
            "DescribeRouteTables",
            &[("Filter.1.Name", "association.gateway-id"), ("Filter.1.Value.1", &gateway)],
        );
        assert_eq!(shown.texts("routeTableId").first(), Some(&table));
    }
}
