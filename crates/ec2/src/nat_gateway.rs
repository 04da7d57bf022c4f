//! NAT gateways. Follows CreateNatGateway, DescribeNatGateways and DeleteNatGateway (EC2 API Reference). Zonal
//! ones alone; their secondary addresses are in `nat_gateway_address`.

use awsproto::{AwsError, Call, Filterable};
use model::nat_gateway::{Connectivity, NatGatewayState, NewNatGateway};
use model::{Link, NatGatewayId, World};
use std::borrow::Cow;

use crate::errors::refused;
use crate::nat_gateway_address::{self, Secondary};
use crate::request::{self, Describe, render_tags, required_id, text_values};
use crate::shapes::{self, *};

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateNatGatewayRequest,
) -> Result<CreateNatGatewayResult, AwsError> {
    let CreateNatGatewayRequest {
        allocation_id,
        availability_mode,
        availability_zone_addresses,
        client_token,
        connectivity_type,
        private_ip_address,
        secondary_allocation_ids,
        secondary_private_ip_address_count,
        secondary_private_ip_addresses,
        subnet_id,
        tag_specifications,
        vpc_id,
    } = request;
    request::refuse_unsupported(&[
        ("AvailabilityMode", availability_mode.as_deref().is_some_and(|mode| mode != "zonal")),
        ("AvailabilityZoneAddress", !availability_zone_addresses.is_empty()),
        ("VpcId", vpc_id.is_some()),
    ])?;
    let secondary = Secondary::of_creation(
        &secondary_allocation_ids,
        &secondary_private_ip_addresses,
        secondary_private_ip_address_count,
    )?;
    let (scope, now) = (call.scope, call.now);
    let subnet = subnet_id.ok_or_else(|| AwsError::missing_parameter("subnetId"))?;
    let private_ip = private_ip_address.as_deref().map(|text| {
        let invalid = |_| AwsError::invalid_value("privateIpAddress", text, "Invalid IPv4 address.");
        text.parse().map_err(invalid)
    });
    let new = NewNatGateway {
        subnet: request::parse_id(&subnet)?,
        connectivity: wanted_connectivity(connectivity_type.as_deref(), allocation_id.as_deref())?,
        private_ip: private_ip.transpose()?,
        tags: awsproto::tags::specified(tag_specifications, "natgateway")?,
    };
    let id = call.with_ids(|ids| world.create_nat_gateway(scope, new, now, ids)).map_err(refused)?;
    let is_available = world.nat_gateway(scope, id).map_err(refused)?.is_available();
    if let Some(secondary) = secondary.filter(|_| is_available) {
        nat_gateway_address::add(call, world, id, secondary)?;
    }
    let gateway = world.nat_gateway(scope, id).map_err(refused)?;
    Ok(CreateNatGatewayResult { client_token, nat_gateway: Some(render_pending(world, gateway)) })
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteNatGatewayRequest,
) -> Result<DeleteNatGatewayResult, AwsError> {
    let DeleteNatGatewayRequest { nat_gateway_id } = request;
    let id: NatGatewayId = required_id(nat_gateway_id.as_deref())?;
    world.delete_nat_gateway(call.scope, id, call.now).map_err(refused)?;
    Ok(DeleteNatGatewayResult { nat_gateway_id: Some(id.to_string()) })
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeNatGatewaysRequest,
) -> Result<DescribeNatGatewaysResult, AwsError> {
    let DescribeNatGatewaysRequest { filter, max_results, nat_gateway_ids, next_token } = request;
    let (scope, now) = (call.scope, call.now);
    let own = world.network.nat_gateways.linked(Link::Scope(scope)).filter(|gateway| gateway.is_shown(now));
    let gateways = request::named_or_all(&nat_gateway_ids, own, |gateway| gateway.id)?;
    let describe =
        Describe { kind: "natGateway", ids: &nat_gateway_ids, filters: filter, max_results, next_token };
    let sieve = describe.sieve();
    let gateways = gateways.into_iter().filter(|gateway| {
        sieve.lets_through(
            &[("vpc-id", &gateway.vpc), ("subnet-id", &gateway.subnet), ("nat-gateway-id", &gateway.id)],
            &gateway.tags,
        )
    });
    let gateways = gateways.map(|gateway| render(world, gateway));
    let (nat_gateways, next_token) = describe.page(gateways, |it| it.nat_gateway_id.as_ref())?;
    Ok(DescribeNatGatewaysResult { nat_gateways, next_token })
}

fn wanted_connectivity(kind: Option<&str>, allocation: Option<&str>) -> Result<Connectivity, AwsError> {
    match (kind.unwrap_or("public"), allocation) {
        ("public", Some(allocation)) => request::parse_id(allocation).map(Connectivity::Public),
        ("public", None) => Err(AwsError::new(
            "MissingParameter",
            "The request must include the AllocationId parameter. Add the required parameter and retry the request.",
        )),
        ("private", None) => Ok(Connectivity::Private),
        ("private", Some(_)) => Err(AwsError::invalid_parameter_combination(
            "The parameter allocationId cannot be used with the connectivity type private",
        )),
        (other, _) => Err(AwsError::invalid_value("connectivityType", other, "Expected public or private.")),
    }
}

/// A NAT gateway as the answer to its creation shows it: nothing is known yet but what was asked for.
fn render_pending(world: &World, gateway: &model::NatGateway) -> shapes::NatGateway {
    let status = if gateway.public { "associating" } else { "assigning" };
    let on_its_way = |address: NatGatewayAddress| NatGatewayAddress {
        allocation_id: address.allocation_id,
        is_primary: address.is_primary,
        status: Some(status.to_owned()),
        ..Default::default()
    };
    shapes::NatGateway {
        state: Some("pending".to_owned()),
        nat_gateway_addresses: addresses(world, gateway).into_iter().map(on_its_way).collect(),
        ..render_frame(gateway)
    }
}

/// A NAT gateway as answers show it.
fn render(world: &World, gateway: &model::NatGateway) -> shapes::NatGateway {
    let mut shape = render_frame(gateway);
    let state = match &gateway.state {
        NatGatewayState::Pending => "pending",
        NatGatewayState::Available => "available",
        NatGatewayState::Deleting => "deleting",
        NatGatewayState::Deleted => "deleted",
        NatGatewayState::Failed { code, message } => {
            shape.failure_code = Some(code.clone());
            shape.failure_message = Some(message.clone());
            "failed"
        }
    };
    shape.state = Some(state.to_owned());
    shape.delete_time = gateway.deleted;
    shape.nat_gateway_addresses = addresses(world, gateway);
    shape
}

fn render_frame(gateway: &model::NatGateway) -> shapes::NatGateway {
    shapes::NatGateway {
        nat_gateway_id: Some(gateway.id.to_string()),
        vpc_id: Some(gateway.vpc.to_string()),
        subnet_id: Some(gateway.subnet.to_string()),
        create_time: Some(gateway.created),
        connectivity_type: Some(if gateway.public { "public" } else { "private" }.to_owned()),
        availability_mode: Some("zonal".to_owned()),
        tags: render_tags(&gateway.tags),
        ..Default::default()
    }
}

/// A NAT gateway's addresses, the primary one first.
pub(crate) fn addresses(world: &World, gateway: &model::NatGateway) -> Vec<NatGatewayAddress> {
    let interface = world.interface_of_nat_gateway(gateway);
    let secondary = interface.into_iter().flat_map(|it| it.private_addresses.iter().skip(1));
    let secondary = secondary.map(|private| {
        let allocation = private.public.and_then(|public| public.elastic);
        let elastic = allocation.and_then(|id| world.network.elastic_ips.get(&id));
        NatGatewayAddress {
            allocation_id: allocation.map(|id| id.to_string()),
            association_id: elastic.and_then(|it| it.association).map(|it| it.id.to_string()),
            public_ip: elastic.map(|it| it.public_ip.to_string()),
            network_interface_id: gateway.interface.map(|id| id.to_string()),
            private_ip: Some(private.address.to_string()),
            is_primary: Some(false),
            status: Some("succeeded".to_owned()),
            ..Default::default()
        }
    });
    [render_address(world, gateway)].into_iter().chain(secondary).collect()
}

fn render_address(world: &World, gateway: &model::NatGateway) -> NatGatewayAddress {
    let elastic = gateway.allocation.and_then(|id| world.network.elastic_ips.get(&id));
    // The Elastic IP address may serve another interface by now.
    let association =
        elastic.and_then(|it| it.association).filter(|it| Some(it.interface) == gateway.interface);
    NatGatewayAddress {
        allocation_id: gateway.allocation.map(|id| id.to_string()),
        association_id: association.map(|it| it.id.to_string()),
        public_ip: elastic.map(|it| it.public_ip.to_string()),
        network_interface_id: gateway.interface.map(|id| id.to_string()),
        private_ip: gateway.private_ip.map(|address| address.to_string()),
        is_primary: Some(true),
        status: Some(if gateway.private_ip.is_some() { "succeeded" } else { "failed" }.to_owned()),
        ..Default::default()
    }
}

impl Filterable for shapes::NatGateway {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        Some(match name {
            "nat-gateway-id" => text_values(&self.nat_gateway_id),
            "state" => text_values(&self.state),
            "subnet-id" => text_values(&self.subnet_id),
            "vpc-id" => text_values(&self.vpc_id),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;
    use std::time::Duration;

    /// A caller, a default subnet with a way to the internet, and an Elastic IP address.
    fn with_address() -> (Caller, String, String) {
        let mut caller = Caller::new();
        let subnet = caller.ok("DescribeSubnets", &[]).text("subnetId");
        let allocation = caller.ok("AllocateAddress", &[("Domain", "vpc")]).text("allocationId");
        (caller, subnet, allocation)
    }

    fn create(caller: &mut Caller, subnet: &str, allocation: &str) -> String {
        let created = caller.ok("CreateNatGateway", &[("SubnetId", subnet), ("AllocationId", allocation)]);
        assert_eq!((created.text("state"), created.text("status")), ("pending".into(), "associating".into()));
        created.text("natGatewayId")
    }

    #[test]
    fn a_public_one_stands_in_its_subnet_behind_its_elastic_address() {
        let (mut caller, subnet, allocation) = with_address();
        let id = create(&mut caller, &subnet, &allocation);
        let shown = caller.ok("DescribeNatGateways", &[("NatGatewayId.1", &id)]);
        assert_eq!((shown.text("state"), shown.text("status")), ("available".into(), "succeeded".into()));
        let interface = caller
            .ok("DescribeNetworkInterfaces", &[("NetworkInterfaceId.1", &shown.text("networkInterfaceId"))]);
        assert_eq!(interface.text("description"), format!("Interface for NAT Gateway {id}"));
        assert_eq!(interface.text("interfaceType"), "nat_gateway");
        assert_eq!(interface.text("sourceDestCheck"), "false");
        assert!(interface.texts("groupId").is_empty());
        let free = caller.ok("DescribeSubnets", &[("SubnetId.1", &subnet)]).text("availableIpAddressCount");
        assert_eq!(free, "4090");
        assert!(
            caller.refused("DeleteSubnet", &[("SubnetId", &subnet)]).starts_with("DependencyViolation: ")
        );
    }

    #[test]
    fn a_deleted_one_leaves_a_blackhole_and_a_free_address_and_is_shown_for_an_hour() {
        let (mut caller, subnet, allocation) = with_address();
        let id = create(&mut caller, &subnet, &allocation);
        let vpc = caller.ok("DescribeVpcs", &[]).text("vpcId");
        let table = caller.ok("CreateRouteTable", &[("VpcId", &vpc)]).text("routeTableId");
        let route =
            [("RouteTableId", table.as_str()), ("DestinationCidrBlock", "0.0.0.0/0"), ("NatGatewayId", &id)];
        caller.ok("CreateRoute", &route);
        assert_eq!(caller.ok("DeleteNatGateway", &[("NatGatewayId", &id)]).text("natGatewayId"), id);
        let shown =
            caller.ok("DescribeNatGateways", &[("Filter.1.Name", "state"), ("Filter.1.Value.1", "deleted")]);
        assert_eq!(shown.text("natGatewayId"), id);
        let routes = caller.ok("DescribeRouteTables", &[("RouteTableId.1", &table)]);
        assert!(routes.0.contains("<state>blackhole</state>"), "{}", routes.0);
        caller.ok("ReleaseAddress", &[("AllocationId", &allocation)]);
        caller.call.now = caller.call.now + Duration::from_secs(3600);
        assert_eq!(
            caller.refused("DescribeNatGateways", &[("NatGatewayId.1", &id)]),
            format!("NatGatewayNotFound: NatGateway {id} was not found")
        );
    }

    #[test]
    fn without_a_way_to_the_internet_it_fails_and_says_why() {
        let (mut caller, subnet, allocation) = with_address();
        let vpc = caller.ok("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]).text("vpcId");
        let inner =
            caller.ok("CreateSubnet", &[("VpcId", &vpc), ("CidrBlock", "10.0.0.0/24")]).text("subnetId");
        let id = create(&mut caller, &inner, &allocation);
        let shown = caller.ok("DescribeNatGateways", &[("NatGatewayId.1", &id)]);
        assert_eq!(
            (shown.text("state"), shown.text("failureCode")),
            ("failed".into(), "Gateway.NotAttached".into())
        );
        assert_eq!(shown.text("failureMessage"), format!("Network {vpc} has no Internet gateway attached"));
        caller.ok("DeleteNatGateway", &[("NatGatewayId", &id)]);
        let shown = caller.ok("DescribeNatGateways", &[("NatGatewayId.1", &id)]);
        assert_eq!(shown.text("state"), "deleted", "what waiters wait for, also after a failure");
        create(&mut caller, &subnet, &allocation);
        let id = create(&mut caller, &subnet, &allocation);
        let shown = caller.ok("DescribeNatGateways", &[("NatGatewayId.1", &id)]);
        assert_eq!(
            shown.text("failureMessage"),
            format!("Elastic IP address {allocation} is already associated")
        );
        let private = caller.ok("CreateNatGateway", &[("SubnetId", &inner), ("ConnectivityType", "private")]);
        let shown = caller.ok("DescribeNatGateways", &[("NatGatewayId.1", &private.text("natGatewayId"))]);
        assert_eq!(shown.text("state"), "available");
        assert!(shown.texts("publicIp").is_empty());
    }

    #[test]
    fn what_is_missing_or_unknown_is_refused_at_once() {
        let (mut caller, subnet, allocation) = with_address();
        assert_eq!(
            caller.refused("CreateNatGateway", &[("SubnetId", &subnet)]),
            "MissingParameter: The request must include the AllocationId parameter. Add the required parameter and retry \
             the request."
        );
        assert_eq!(
            caller
                .refused("CreateNatGateway", &[("SubnetId", &subnet), ("AllocationId", "eipalloc-00000001")]),
            "InvalidAllocationID.NotFound: The allocation ID 'eipalloc-00000001' does not exist"
        );
        let private =
            [("SubnetId", subnet.as_str()), ("ConnectivityType", "private"), ("AllocationId", &allocation)];
        assert!(caller.refused("CreateNatGateway", &private).starts_with("InvalidParameterCombination: "));
        assert!(
            caller
                .refused("DescribeNatGateways", &[("NatGatewayId.1", "nat")])
                .starts_with("NatGatewayMalformed")
        );
    }

    #[test]
    fn the_sixth_of_a_zone_is_refused() {
        let (mut caller, subnet, _) = with_address();
        let private = [("SubnetId", subnet.as_str()), ("ConnectivityType", "private")];
        for _ in 0..5 {
            caller.ok("CreateNatGateway", &private);
        }
        assert_eq!(
            caller.refused("CreateNatGateway", &private),
            "NatGatewayLimitExceeded: Performing this operation would exceed the limit of 5 NAT gateways"
        );
    }
}
