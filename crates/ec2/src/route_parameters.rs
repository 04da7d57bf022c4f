//! What requests about routes say: a destination and a target, each in the one of several parameters that fits its kind.

use awsproto::AwsError;
use model::{Destination, IpNet, NatGatewayId, Scope, Target, World};

use crate::errors::{gateway_not_found, nat_gateway_not_found, refused_for_route};
use crate::request;

/// What `GatewayId` says for the VPC itself.
const LOCAL: &str = "local";

/// What a parameter says that the target is.
enum TargetKind {
    Local,
    Gateway,
    EgressOnlyInternetGateway,
    NatGateway,
    NetworkInterface,
    Instance,
    VpcPeeringConnection,
    TransitGateway,
    VpcEndpoint,
}

/// The parameters that name a route's target, one of which is sent.
pub(crate) struct TargetParameters {
    pub(crate) carrier_gateway_id: Option<String>,
    pub(crate) core_network_arn: Option<String>,
    pub(crate) egress_only_internet_gateway_id: Option<String>,
    pub(crate) gateway_id: Option<String>,
    pub(crate) instance_id: Option<String>,
    pub(crate) local_gateway_id: Option<String>,
    pub(crate) nat_gateway_id: Option<String>,
    pub(crate) network_interface_id: Option<String>,
    pub(crate) odb_network_arn: Option<String>,
    pub(crate) transit_gateway_id: Option<String>,
    pub(crate) vpc_endpoint_id: Option<String>,
    pub(crate) vpc_peering_connection_id: Option<String>,
}

impl TargetParameters {
    /// Refuses targets that Hamlet has not.
    pub(crate) fn refuse_what_is_missing(&self) -> Result<(), AwsError> {
        request::refuse_unsupported(&[
            ("CarrierGatewayId", self.carrier_gateway_id.is_some()),
            ("CoreNetworkArn", self.core_network_arn.is_some()),
            ("LocalGatewayId", self.local_gateway_id.is_some()),
            ("OdbNetworkArn", self.odb_network_arn.is_some()),
        ])
    }

    /// The target.
    pub(crate) fn read(&self, world: &World, scope: Scope) -> Result<Target, AwsError> {
        let gateway = self.gateway_id.as_deref().map(|id| (TargetKind::Gateway, id));
        one_of(world, scope, gateway.into_iter().chain(self.others()))
    }

    /// The target, which may also be the VPC itself: by a parameter of its own, or as a gateway called `local`.
    pub(crate) fn read_or_local(
        &self,
        world: &World,
        scope: Scope,
        local_target: Option<bool>,
    ) -> Result<Target, AwsError> {
        let gateway = self.gateway_id.as_deref();
        let is_local = local_target == Some(true) || gateway == Some(LOCAL);
        let local = is_local.then_some((TargetKind::Local, LOCAL));
        let gateway = gateway.filter(|id| *id != LOCAL).map(|id| (TargetKind::Gateway, id));
        one_of(world, scope, local.into_iter().chain(gateway).chain(self.others()))
    }

    /// Those sent that are no gateways.
    fn others(&self) -> impl Iterator<Item = (TargetKind, &str)> {
        let all = [
            (TargetKind::EgressOnlyInternetGateway, &self.egress_only_internet_gateway_id),
            (TargetKind::NatGateway, &self.nat_gateway_id),
            (TargetKind::NetworkInterface, &self.network_interface_id),
            (TargetKind::Instance, &self.instance_id),
            (TargetKind::VpcPeeringConnection, &self.vpc_peering_connection_id),
            (TargetKind::TransitGateway, &self.transit_gateway_id),
            (TargetKind::VpcEndpoint, &self.vpc_endpoint_id),
        ];
        all.into_iter().filter_map(|(kind, id)| Some((kind, id.as_deref()?)))
    }
}

/// The one target among the parameters sent.
fn one_of<'a>(
    world: &World,
    scope: Scope,
    mut sent: impl Iterator<Item = (TargetKind, &'a str)>,
) -> Result<Target, AwsError> {
    match (sent.next(), sent.next()) {
        (Some((kind, id)), None) => target_of(world, scope, kind, id),
        (None, _) => Err(AwsError::new(
            "MissingParameter",
            "The request must contain exactly one of: gatewayId, natGatewayId, networkInterfaceId, instanceId, \
             vpcPeeringConnectionId, egressOnlyInternetGatewayId, transitGatewayId, vpcEndpointId",
        )),
        (Some(_), Some(_)) => {
            Err(AwsError::invalid_parameter_combination("The request must contain exactly one route target."))
        }
    }
}

fn target_of(world: &World, scope: Scope, kind: TargetKind, id: &str) -> Result<Target, AwsError> {
    match kind {
        TargetKind::Local => Ok(Target::Local),
        TargetKind::Gateway => gateway_target(world, scope, id),
        TargetKind::EgressOnlyInternetGateway => request::parse_id(id).map(Target::EgressOnlyInternetGateway),
        TargetKind::NatGateway => id.parse().map(Target::NatGateway).map_err(|_| nat_gateway_not_found(id)),
        TargetKind::NetworkInterface => request::parse_id(id).map(Target::NetworkInterface),
        TargetKind::Instance => {
            let interface =
                world.route_interface_of(scope, request::parse_id(id)?).map_err(refused_for_route)?;
            Ok(Target::NetworkInterface(interface))
        }
        TargetKind::VpcPeeringConnection => request::parse_id(id).map(Target::VpcPeeringConnection),
        TargetKind::TransitGateway => {
            Err(AwsError::not_found("InvalidTransitGatewayID.NotFound", "transitGateway", id))
        }
        TargetKind::VpcEndpoint => request::parse_id(id).map(Target::VpcEndpoint),
    }
}

/// The target that `GatewayId` names: an internet gateway, or a NAT or egress-only gateway or an endpoint, which AWS
/// knows by its identifier. Anything else is a gateway that does not exist, an interface and a NAT gateway that was deleted among it.
fn gateway_target(world: &World, scope: Scope, id: &str) -> Result<Target, AwsError> {
    if let Ok(gateway) = id.parse() {
        return Ok(Target::InternetGateway(gateway));
    }
    if let Ok(gateway) = id.parse() {
        return Ok(Target::EgressOnlyInternetGateway(gateway));
    }
    let endpoint = id.parse().ok().filter(|id| world.vpc_endpoint(scope, *id).is_ok());
    if let Some(endpoint) = endpoint {
        return Ok(Target::VpcEndpoint(endpoint));
    }
    let living = |gateway: &NatGatewayId| {
        world.nat_gateway(scope, *gateway).is_ok_and(|gateway| gateway.deleted.is_none())
    };
    let gateway = id.parse().ok().filter(living);
    gateway.map(Target::NatGateway).ok_or_else(|| gateway_not_found(id))
}

/// The one destination among the parameters sent.
pub(crate) fn read_destination(
    v4: Option<String>,
    v6: Option<String>,
    list: Option<String>,
) -> Result<Destination, AwsError> {
    match (v4.as_deref(), v6.as_deref(), list.as_deref()) {
        (Some(cidr), None, None) => {
            let cidr = request::ipv4_block("destinationCidrBlock", cidr)?;
            Ok(Destination::Cidr(IpNet::V4(cidr)))
        }
        (None, Some(cidr), None) => {
            let cidr = request::ipv6_block("destinationIpv6CidrBlock", cidr)?;
            Ok(Destination::Cidr(IpNet::V6(cidr)))
        }
        (None, None, Some(list)) => request::parse_id(list).map(Destination::PrefixList),
        (None, None, None) => Err(AwsError::new(
            "MissingParameter",
            "The request must contain exactly one of: destinationCidrBlock, destinationIpv6CidrBlock, \
             destinationPrefixListId",
        )),
        (_, _, _) => Err(AwsError::invalid_parameter_combination(
            "The request must contain exactly one of: destinationCidrBlock, destinationIpv6CidrBlock, \
             destinationPrefixListId",
        )),
    }
}
