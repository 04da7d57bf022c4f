//! Routes. Follows CreateRoute, ReplaceRoute and DeleteRoute (EC2 API Reference). No transit gateways,
//! virtual private, carrier or local gateways: none of them can exist here, so none is found.

use awsproto::{AwsError, Call};
use model::{Destination, IpNet, RouteState, Target, World};

use crate::errors::refused_for_route as refused;
use crate::request::required_id;
use crate::route_parameters::{TargetParameters, read_destination};
use crate::shapes::{self, *};

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateRouteRequest,
) -> Result<CreateRouteResult, AwsError> {
    let CreateRouteRequest {
        carrier_gateway_id,
        core_network_arn,
        destination_cidr_block,
        destination_ipv6_cidr_block,
        destination_prefix_list_id,
        egress_only_internet_gateway_id,
        gateway_id,
        instance_id,
        local_gateway_id,
        nat_gateway_id,
        network_interface_id,
        odb_network_arn,
        route_table_id,
        transit_gateway_id,
        vpc_endpoint_id,
        vpc_peering_connection_id,
    } = request;
    let target = TargetParameters {
        carrier_gateway_id,
        core_network_arn,
        egress_only_internet_gateway_id,
        gateway_id,
        instance_id,
        local_gateway_id,
        nat_gateway_id,
        network_interface_id,
        odb_network_arn,
        transit_gateway_id,
        vpc_endpoint_id,
        vpc_peering_connection_id,
    };
    target.refuse_what_is_missing()?;
    let scope = call.scope;
    let table = required_id(route_table_id.as_deref())?;
    world.route_table(scope, table).map_err(refused)?;
    let destination =
        read_destination(destination_cidr_block, destination_ipv6_cidr_block, destination_prefix_list_id)?;
    let target = target.read(world, scope)?;
    world.create_route(scope, table, destination, target).map_err(refused)?;
    Ok(CreateRouteResult { r#return: Some(true) })
}

pub(crate) fn replace(
    call: &mut Call,
    world: &mut World,
    request: ReplaceRouteRequest,
) -> Result<(), AwsError> {
    let ReplaceRouteRequest {
        carrier_gateway_id,
        core_network_arn,
        destination_cidr_block,
        destination_ipv6_cidr_block,
        destination_prefix_list_id,
        egress_only_internet_gateway_id,
        gateway_id,
        instance_id,
        local_gateway_id,
        local_target,
        nat_gateway_id,
        network_interface_id,
        odb_network_arn,
        route_table_id,
        transit_gateway_id,
        vpc_endpoint_id,
        vpc_peering_connection_id,
    } = request;
    let target = TargetParameters {
        carrier_gateway_id,
        core_network_arn,
        egress_only_internet_gateway_id,
        gateway_id,
        instance_id,
        local_gateway_id,
        nat_gateway_id,
        network_interface_id,
        odb_network_arn,
        transit_gateway_id,
        vpc_endpoint_id,
        vpc_peering_connection_id,
    };
    target.refuse_what_is_missing()?;
    let scope = call.scope;
    let table = required_id(route_table_id.as_deref())?;
    world.route_table(scope, table).map_err(refused)?;
    let destination =
        read_destination(destination_cidr_block, destination_ipv6_cidr_block, destination_prefix_list_id)?;
    let target = target.read_or_local(world, scope, local_target)?;
    world.replace_route(scope, table, destination, target).map_err(refused)
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteRouteRequest,
) -> Result<(), AwsError> {
    let DeleteRouteRequest {
        destination_cidr_block,
        destination_ipv6_cidr_block,
        destination_prefix_list_id,
        route_table_id,
    } = request;
    let scope = call.scope;
    let table = required_id(route_table_id.as_deref())?;
    world.route_table(scope, table).map_err(refused)?;
    let destination =
        read_destination(destination_cidr_block, destination_ipv6_cidr_block, destination_prefix_list_id)?;
    world.delete_route(scope, table, destination).map_err(refused)
}

/// All routes of a table as answers show them.
pub(crate) fn render_all(world: &World, table: &model::RouteTable) -> Vec<shapes::Route> {
    world.network.routes(table).map(|route| render(world, table, &route)).collect()
}

fn render(world: &World, table: &model::RouteTable, route: &model::Route) -> shapes::Route {
    let state = match world.network.route_state(table.vpc, route.target) {
        RouteState::Active => "active",
        RouteState::Blackhole => "blackhole",
    };
    let added = table.routes.iter().any(|it| it.destination == route.destination);
    let mut shape = shapes::Route {
        origin: Some(if added { "CreateRoute" } else { "CreateRouteTable" }.to_owned()),
        state: Some(state.to_owned()),
        ..Default::default()
    };
    let destination = Some(route.destination.to_string());
    match route.destination {
        Destination::Cidr(IpNet::V4(_)) => shape.destination_cidr_block = destination,
        Destination::Cidr(IpNet::V6(_)) => shape.destination_ipv6_cidr_block = destination,
        Destination::PrefixList(_) => shape.destination_prefix_list_id = destination,
    }
    let target = Some(route.target.to_string());
    match route.target {
        Target::Local | Target::InternetGateway(_) | Target::VpcEndpoint(_) => shape.gateway_id = target,
        Target::EgressOnlyInternetGateway(_) => shape.egress_only_internet_gateway_id = target,
        Target::NatGateway(_) => shape.nat_gateway_id = target,
        Target::VpcPeeringConnection(_) => shape.vpc_peering_connection_id = target,
        Target::NetworkInterface(id) => {
            shape.network_interface_id = target;
            let attachment = world.network.network_interfaces.get(&id).and_then(|it| it.attachment.as_ref());
            if let Some((attachment, instance)) = attachment.and_then(|it| Some((it, it.instance?))) {
                shape.instance_id = Some(instance.to_string());
                shape.instance_owner_id = Some(attachment.instance_owner.to_string());
            }
        }
    }
    shape
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    /// A VPC 10.0.0.0/16 with an attached gateway: caller, table, gateway.
    fn with_gateway() -> (Caller, String, String) {
        let mut caller = Caller::new();
        let vpc = caller.ok("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]).text("vpcId");
        let gateway = caller.ok("CreateInternetGateway", &[]).text("internetGatewayId");
        caller.ok("AttachInternetGateway", &[("InternetGatewayId", &gateway), ("VpcId", &vpc)]);
        let table = caller.ok("CreateRouteTable", &[("VpcId", &vpc)]).text("routeTableId");
        (caller, table, gateway)
    }

    fn to<'a>(table: &'a str, destination: &'a str, gateway: &'a str) -> [(&'a str, &'a str); 3] {
        [("RouteTableId", table), ("DestinationCidrBlock", destination), ("GatewayId", gateway)]
    }

    #[test]
    fn a_default_route_is_added_once() {
        let (mut caller, table, gateway) = with_gateway();
        assert_eq!(caller.ok("CreateRoute", &to(&table, "0.0.0.0/0", &gateway)).text("return"), "true");
        caller.ok("CreateRoute", &to(&table, "0.0.0.0/0", &gateway));
        let shown = caller.ok("DescribeRouteTables", &[("RouteTableId.1", &table)]);
        assert_eq!(shown.texts("destinationCidrBlock"), ["10.0.0.0/16", "0.0.0.0/0"]);
        assert_eq!(shown.texts("origin"), ["CreateRouteTable", "CreateRoute"]);
        assert!(!shown.0.contains("blackhole"));
        let vpc = shown.text("vpcId");
        let exit = caller
            .ok("CreateEgressOnlyInternetGateway", &[("VpcId", &vpc)])
            .text("egressOnlyInternetGatewayId");
        let v6 =
            [("RouteTableId", table.as_str()), ("DestinationIpv6CidrBlock", "::/0"), ("GatewayId", &gateway)];
        caller.ok("CreateRoute", &v6);
        let other = [v6[0], v6[1], ("EgressOnlyInternetGatewayId", exit.as_str())];
        assert_eq!(
            caller.refused("CreateRoute", &other),
            "RouteAlreadyExists: The route identified by ::/0 already exists."
        );
        let v4 = [v6[0], ("DestinationCidrBlock", "1.2.3.0/24"), other[2]];
        assert!(
            caller.refused("CreateRoute", &v4).starts_with("InvalidParameterValue: The route 1.2.3.0/24")
        );
        caller.ok("ReplaceRoute", &other);
    }

    #[test]
    fn the_vpcs_own_addresses_go_to_no_gateway() {
        let (mut caller, table, gateway) = with_gateway();
        for cidr in ["10.0.0.0/16", "10.0.7.0/24"] {
            assert_eq!(
                caller.refused("CreateRoute", &to(&table, cidr, &gateway)),
                format!(
                    "InvalidParameterValue: The destination CIDR block {cidr} is equal to or more specific than one of \
                     this VPC's CIDR blocks. This route can target only an interface or an instance."
                )
            );
        }
        caller.ok("CreateRoute", &to(&table, "10.0.0.0/8", &gateway));
        assert!(
            caller
                .refused("CreateRoute", &to(&table, "169.254.169.0/24", &gateway))
                .starts_with("InvalidParameterValue: ")
        );
        caller.ok("CreateRoute", &to(&table, "169.254.0.0/16", &gateway));
    }

    #[test]
    fn what_does_not_exist_is_refused_by_its_own_name() {
        let (mut caller, table, gateway) = with_gateway();
        let mut with = |parameter, id| {
            caller.refused(
                "CreateRoute",
                &[("RouteTableId", &table), ("DestinationCidrBlock", "0.0.0.0/0"), (parameter, id)],
            )
        };
        let cases = [
            (
                "GatewayId",
                "igw-00000001",
                "InvalidGatewayID.NotFound: The gateway ID 'igw-00000001' does not exist",
            ),
            (
                "GatewayId",
                "nat-00000001",
                "InvalidGatewayID.NotFound: The gateway ID 'nat-00000001' does not exist",
            ),
            (
                "EgressOnlyInternetGatewayId",
                "eigw-00000001",
                "InvalidGatewayID.NotFound: The gateway ID 'eigw-00000001' does not exist",
            ),
            (
                "NatGatewayId",
                "nat-00000001",
                "InvalidNatGatewayID.NotFound: The natGateway ID 'nat-00000001' does not exist",
            ),
            (
                "NetworkInterfaceId",
                "eni-00000001",
                "InvalidNetworkInterfaceID.NotFound: The networkInterface ID 'eni-00000001' does not exist",
            ),
            (
                "InstanceId",
                "i-00000001",
                "InvalidInstanceID.NotFound: The instance ID 'i-00000001' does not exist",
            ),
            ("InstanceId", "web", "InvalidInstanceID.Malformed: Invalid id: \"web\""),
            (
                "VpcPeeringConnectionId",
                "pcx-00000001",
                "InvalidVpcPeeringConnectionID.NotFound: The vpcPeeringConnection ID 'pcx-00000001' does not exist",
            ),
            (
                "TransitGatewayId",
                "tgw-00000001",
                "InvalidTransitGatewayID.NotFound: The transitGateway ID 'tgw-00000001' does not exist",
            ),
        ];
        for (parameter, id, sentence) in cases {
            assert_eq!(with(parameter, id), sentence);
        }
        assert_eq!(
            caller.refused("CreateRoute", &to("rtb-00000001", "0.0.0.0/0", &gateway)),
            "InvalidRouteTableID.NotFound: The routeTable ID 'rtb-00000001' does not exist"
        );
        assert_eq!(
            caller.refused("CreateRoute", &to(&table, "everywhere", &gateway)),
            "InvalidParameterValue: Value (everywhere) for parameter destinationCidrBlock is invalid. This is not a \
             valid CIDR block."
        );
    }

    /// A NAT gateway in a subnet of the table's VPC.
    fn with_nat_gateway(caller: &mut Caller, table: &str) -> String {
        let (subnet, _) = with_interface(caller, table);
        let parameters = [("SubnetId", subnet.as_str()), ("ConnectivityType", "private")];
        caller.ok("CreateNatGateway", &parameters).text("natGatewayId")
    }

    #[test]
    fn a_gateway_is_known_by_its_identifier() {
        let (mut caller, table, internet) = with_gateway();
        let nat = with_nat_gateway(&mut caller, &table);
        let vpc = caller.ok("DescribeRouteTables", &[("RouteTableId.1", &table)]).text("vpcId");
        let egress_only = caller
            .ok("CreateEgressOnlyInternetGateway", &[("VpcId", &vpc)])
            .text("egressOnlyInternetGatewayId");
        let everywhere = [("DestinationCidrBlock", "0.0.0.0/0"), ("DestinationIpv6CidrBlock", "::/0")];
        let cases = [
            (&internet, "gatewayId", &everywhere[..]),
            (&nat, "natGatewayId", &everywhere[..]),
            (&egress_only, "egressOnlyInternetGatewayId", &everywhere[1..]),
        ];
        for (gateway, member, destinations) in cases {
            for destination in destinations {
                let to = [("RouteTableId", table.as_str()), *destination, ("GatewayId", gateway)];
                caller.ok("CreateRoute", &to);
                caller.ok("ReplaceRoute", &to);
                let shown = caller.ok("DescribeRouteTables", &[("RouteTableId.1", &table)]);
                assert!(shown.texts(member).contains(gateway), "{destination:?} {member}: {}", shown.0);
                caller.ok("DeleteRoute", &to[..2]);
            }
        }
        let v4 = &to(&table, "0.0.0.0/0", &egress_only);
        assert!(caller.refused("CreateRoute", v4).starts_with("InvalidParameterValue: "));
    }

    #[test]
    fn what_is_no_gateway_or_gone_is_no_gateway_that_exists() {
        let (mut caller, table, gateway) = with_gateway();
        let nat = with_nat_gateway(&mut caller, &table);
        caller.ok("DeleteNatGateway", &[("NatGatewayId", &nat)]);
        caller.ok("CreateRoute", &to(&table, "0.0.0.0/0", &gateway));
        let mut others = vec![nat];
        let kinds = ["eni", "i", "pcx", "tgw", "vgw", "vpce", "eigw", "cagw", "lgw"];
        others.extend(kinds.map(|kind| format!("{kind}-00000001")));
        for id in others {
            let sentence = format!("InvalidGatewayID.NotFound: The gateway ID '{id}' does not exist");
            for action in ["CreateRoute", "ReplaceRoute"] {
                assert_eq!(caller.refused(action, &to(&table, "0.0.0.0/0", &id)), sentence, "{action}");
            }
            let associate = [("RouteTableId", table.as_str()), ("GatewayId", &id)];
            assert_eq!(caller.refused("AssociateRouteTable", &associate), sentence);
        }
    }

    #[test]
    fn a_gateway_of_another_vpc_or_of_none_is_refused() {
        let (mut caller, table, _) = with_gateway();
        let loose = caller.ok("CreateInternetGateway", &[]).text("internetGatewayId");
        assert_eq!(
            caller.refused("CreateRoute", &to(&table, "0.0.0.0/0", &loose)),
            format!(
                "InvalidParameterValue: route table {table} and network gateway {loose} belong to different networks"
            )
        );
    }

    #[test]
    fn a_detached_gateway_leaves_a_blackhole_that_heals() {
        let (mut caller, table, gateway) = with_gateway();
        caller.ok("CreateRoute", &to(&table, "0.0.0.0/0", &gateway));
        let vpc = caller.ok("DescribeRouteTables", &[("RouteTableId.1", &table)]).text("vpcId");
        let both = [("InternetGatewayId", gateway.as_str()), ("VpcId", vpc.as_str())];
        caller.ok("DetachInternetGateway", &both);
        let shown = caller.ok("DescribeRouteTables", &[("RouteTableId.1", &table)]);
        assert!(shown.0.contains("<state>blackhole</state>"), "{}", shown.0);
        caller.ok("AttachInternetGateway", &both);
        let shown = caller.ok("DescribeRouteTables", &[("RouteTableId.1", &table)]);
        assert!(!shown.0.contains("blackhole"), "{}", shown.0);
    }

    /// A subnet of the table's VPC and an interface in it.
    fn with_interface(caller: &mut Caller, table: &str) -> (String, String) {
        let vpc = caller.ok("DescribeRouteTables", &[("RouteTableId.1", table)]).text("vpcId");
        let subnet =
            caller.ok("CreateSubnet", &[("VpcId", &vpc), ("CidrBlock", "10.0.7.0/24")]).text("subnetId");
        let interface =
            caller.ok("CreateNetworkInterface", &[("SubnetId", &subnet)]).text("networkInterfaceId");
        (subnet, interface)
    }

    #[test]
    fn an_appliance_can_stand_before_a_whole_subnet_and_not_before_a_part_of_one() {
        let (mut caller, table, _) = with_gateway();
        let (_, interface) = with_interface(&mut caller, &table);
        let to = |cidr| {
            [
                ("RouteTableId", table.as_str()),
                ("DestinationCidrBlock", cidr),
                ("NetworkInterfaceId", &interface),
            ]
        };
        caller.ok("CreateRoute", &to("10.0.7.0/24"));
        assert_eq!(
            caller.refused("CreateRoute", &to("10.0.7.0/25")),
            "InvalidParameterValue: The destination CIDR block 10.0.7.0/25 is more specific than one of this VPC's CIDR \
             blocks but does not match the entire CIDR block of a subnet in this VPC."
        );
        assert_eq!(
            caller.refused("CreateRoute", &to("10.0.0.0/16")),
            "RouteAlreadyExists: The route identified by 10.0.0.0/16 already exists."
        );
        let shown = caller.ok("DescribeRouteTables", &[("RouteTableId.1", &table)]);
        assert_eq!(shown.text("networkInterfaceId"), interface);
        // Nobody forwards behind an interface that is attached to nothing.
        assert_eq!(shown.texts("state"), ["active", "blackhole"]);
    }

    #[test]
    fn the_local_route_can_lead_through_an_appliance_and_back_to_local() {
        let (mut caller, table, gateway) = with_gateway();
        let (_, interface) = with_interface(&mut caller, &table);
        let local = [("RouteTableId", table.as_str()), ("DestinationCidrBlock", "10.0.0.0/16")];
        caller.ok("ReplaceRoute", &[local[0], local[1], ("NetworkInterfaceId", &interface)]);
        let shown = caller.ok("DescribeRouteTables", &[("RouteTableId.1", &table)]);
        assert_eq!(shown.texts("networkInterfaceId"), [interface]);
        assert!(shown.texts("gatewayId").is_empty());
        assert!(
            caller
                .refused("ReplaceRoute", &[local[0], local[1], ("GatewayId", &gateway)])
                .contains("This route can target only an interface or an instance.")
        );
        caller.ok("ReplaceRoute", &[local[0], local[1], ("LocalTarget", "true")]);
        let shown = caller.ok("DescribeRouteTables", &[("RouteTableId.1", &table)]);
        assert_eq!((shown.texts("gatewayId"), shown.text("state")), (vec!["local".into()], "active".into()));
        assert!(
            caller
                .refused(
                    "ReplaceRoute",
                    &[local[0], ("DestinationCidrBlock", "0.0.0.0/0"), ("LocalTarget", "true")]
                )
                .contains("There is no route defined for '0.0.0.0/0'")
        );
    }

    #[test]
    fn an_interface_of_another_vpc_is_refused() {
        let (mut caller, table, _) = with_gateway();
        let subnet = caller.ok("DescribeSubnets", &[]).text("subnetId");
        let interface =
            caller.ok("CreateNetworkInterface", &[("SubnetId", &subnet)]).text("networkInterfaceId");
        assert_eq!(
            caller.refused(
                "CreateRoute",
                &[
                    ("RouteTableId", &table),
                    ("DestinationCidrBlock", "0.0.0.0/0"),
                    ("NetworkInterfaceId", &interface)
                ]
            ),
            format!(
                "InvalidParameterValue: route table {table} and interface {interface} belong to different networks"
            )
        );
    }

    #[test]
    fn a_prefix_list_counts_as_many_routes_as_it_may_have_entries() {
        let (mut caller, table, gateway) = with_gateway();
        let list =
            |entries| [("PrefixListName", "offices"), ("AddressFamily", "IPv4"), ("MaxEntries", entries)];
        let mut route_to = |entries| {
            let id = caller.ok("CreateManagedPrefixList", &list(entries)).text("prefixListId");
            caller.send(
                "CreateRoute",
                &[("RouteTableId", &table), ("DestinationPrefixListId", &id), ("GatewayId", &gateway)],
            )
        };
        assert_eq!(route_to("51").unwrap_err().code, "RouteLimitExceeded");
        route_to("30").unwrap();
        assert_eq!(route_to("21").unwrap_err().code, "RouteLimitExceeded");
        route_to("20").unwrap();
        let shown = caller.ok("DescribeRouteTables", &[("RouteTableId.1", &table)]);
        assert_eq!(shown.texts("destinationPrefixListId").len(), 2);
    }

    #[test]
    fn an_aws_managed_prefix_list_is_a_destination_in_its_own_region_alone() {
        let (mut caller, table, gateway) = with_gateway();
        let mut route_to = |list| {
            caller.send(
                "CreateRoute",
                &[("RouteTableId", &table), ("DestinationPrefixListId", list), ("GatewayId", &gateway)],
            )
        };
        let [s3_of_oregon, s3_of_ohio] = ["pl-68a54001", "pl-7ba54012"];
        route_to(s3_of_oregon).unwrap();
        assert_eq!(route_to(s3_of_ohio).unwrap_err().code, "InvalidPrefixListID.NotFound");
        let shown = caller.ok("DescribeRouteTables", &[("RouteTableId.1", &table)]);
        assert_eq!(shown.texts("destinationPrefixListId"), [s3_of_oregon]);
    }

    #[test]
    fn routes_that_are_not_there_can_be_neither_replaced_nor_deleted() {
        let (mut caller, table, gateway) = with_gateway();
        assert_eq!(
            caller.refused("ReplaceRoute", &to(&table, "0.0.0.0/0", &gateway)),
            "InvalidParameterValue: There is no route defined for '0.0.0.0/0' in the route table. Use CreateRoute instead."
        );
        assert_eq!(
            caller.refused("DeleteRoute", &to(&table, "0.0.0.0/0", &gateway)[..2]),
            format!(
                "InvalidRoute.NotFound: no route with destination-cidr-block 0.0.0.0/0 in route table {table}"
            )
        );
        let v6 = [("RouteTableId", table.as_str()), ("DestinationIpv6CidrBlock", "::/0")];
        assert_eq!(
            caller.refused("DeleteRoute", &v6),
            format!(
                "InvalidRoute.NotFound: no route with destination-ipv6-cidr-block ::/0 in route table {table}"
            )
        );
        assert_eq!(
            caller.refused("DeleteRoute", &to(&table, "10.0.0.0/16", &gateway)[..2]),
            format!("InvalidParameterValue: cannot remove local route 10.0.0.0/16 in route table {table}")
        );
    }

    #[test]
    fn one_destination_and_one_target() {
        let (mut caller, table, gateway) = with_gateway();
        assert!(
            caller
                .refused("CreateRoute", &to(&table, "0.0.0.0/0", &gateway)[..2])
                .starts_with("MissingParameter: ")
        );
        let two = [&to(&table, "0.0.0.0/0", &gateway)[..], &[("NatGatewayId", "nat-00000001")]].concat();
        assert!(caller.refused("CreateRoute", &two).starts_with("InvalidParameterCombination: "));
        let none = [("RouteTableId", table.as_str()), ("GatewayId", &gateway)];
        assert!(caller.refused("CreateRoute", &none).starts_with("MissingParameter: "));
    }

    #[test]
    fn the_fifty_first_route_is_refused() {
        let (mut caller, table, gateway) = with_gateway();
        for n in 0..50 {
            caller.ok("CreateRoute", &to(&table, &format!("192.168.{n}.0/24"), &gateway));
        }
        assert_eq!(
            caller.refused("CreateRoute", &to(&table, "0.0.0.0/0", &gateway)),
            "RouteLimitExceeded: The maximum number of routes has been reached."
        );
    }

    #[test]
    fn host_bits_are_cleared() {
        let (mut caller, table, gateway) = with_gateway();
        caller.ok("CreateRoute", &to(&table, "10.1.2.3/16", &gateway));
        let shown = caller.ok("DescribeRouteTables", &[("RouteTableId.1", &table)]);
        assert_eq!(shown.texts("destinationCidrBlock"), ["10.0.0.0/16", "10.1.0.0/16"]);
    }
}
