//! Internet gateways. Follows CreateInternetGateway, AttachInternetGateway and their neighbours in the EC2 API
//! Reference.

use awsproto::{AwsError, Call, Filterable};
use model::{Link, World};
use std::borrow::Cow;

use crate::errors::refused;
use crate::request::{self, Describe, render_tags, required_id, text_values};
use crate::shapes::{self, *};

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateInternetGatewayRequest,
) -> Result<CreateInternetGatewayResult, AwsError> {
    let CreateInternetGatewayRequest { tag_specifications } = request;
    let scope = call.scope;
    let tags = awsproto::tags::specified(tag_specifications, "internet-gateway")?;
    let id = call.with_ids(|ids| world.create_internet_gateway(scope, tags, ids)).map_err(refused)?;
    let gateway = render(world.internet_gateway(scope, id).map_err(refused)?);
    Ok(CreateInternetGatewayResult { internet_gateway: Some(gateway) })
}

pub(crate) fn attach(
    call: &mut Call,
    world: &mut World,
    request: AttachInternetGatewayRequest,
) -> Result<(), AwsError> {
    let AttachInternetGatewayRequest { internet_gateway_id, vpc_id } = request;
    let gateway = required_id(internet_gateway_id.as_deref())?;
    let vpc = required_id(vpc_id.as_deref())?;
    world.attach_internet_gateway(call.scope, gateway, vpc).map_err(refused)
}

pub(crate) fn detach(
    call: &mut Call,
    world: &mut World,
    request: DetachInternetGatewayRequest,
) -> Result<(), AwsError> {
    let DetachInternetGatewayRequest { internet_gateway_id, vpc_id } = request;
    let gateway = required_id(internet_gateway_id.as_deref())?;
    let vpc = required_id(vpc_id.as_deref())?;
    world.detach_internet_gateway(call.scope, gateway, vpc).map_err(refused)
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteInternetGatewayRequest,
) -> Result<(), AwsError> {
    let DeleteInternetGatewayRequest { internet_gateway_id } = request;
    let id = required_id(internet_gateway_id.as_deref())?;
    world.delete_internet_gateway(call.scope, id).map_err(refused)
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeInternetGatewaysRequest,
) -> Result<DescribeInternetGatewaysResult, AwsError> {
    let DescribeInternetGatewaysRequest { filters, internet_gateway_ids, max_results, next_token } = request;
    let scope = call.scope;
    let own = world.network.internet_gateways.linked(Link::Scope(scope));
    let gateways = request::named_or_all(&internet_gateway_ids, own, |gateway| gateway.id)?;
    let describe =
        Describe { kind: "internetGateway", ids: &internet_gateway_ids, filters, max_results, next_token };
    let gateways = gateways.into_iter().map(render);
    let (internet_gateways, next_token) = describe.page(gateways, |it| it.internet_gateway_id.as_ref())?;
    Ok(DescribeInternetGatewaysResult { internet_gateways, next_token })
}

/// An internet gateway as answers show it. The attachment's state is `available`, although the shape's enumeration
/// knows only `attached`.
fn render(gateway: &model::InternetGateway) -> shapes::InternetGateway {
    let attachment = |vpc: model::VpcId| InternetGatewayAttachment {
        state: Some("available".to_owned()),
        vpc_id: Some(vpc.to_string()),
    };
    shapes::InternetGateway {
        internet_gateway_id: Some(gateway.id.to_string()),
        owner_id: Some(gateway.scope.account.to_string()),
        attachments: gateway.vpc.into_iter().map(attachment).collect(),
        tags: render_tags(&gateway.tags),
    }
}

impl Filterable for shapes::InternetGateway {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        Some(match name {
            "attachment.state" => self.attachments.iter().flat_map(|it| text_values(&it.state)).collect(),
            "attachment.vpc-id" => self.attachments.iter().flat_map(|it| text_values(&it.vpc_id)).collect(),
            "internet-gateway-id" => text_values(&self.internet_gateway_id),
            "owner-id" => text_values(&self.owner_id),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    #[test]
    fn one_gateway_one_vpc() {
        let mut caller = Caller::new();
        let mut vpc = || caller.ok("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]).text("vpcId");
        let (one, other) = (vpc(), vpc());
        let mut gateway = || caller.ok("CreateInternetGateway", &[]).text("internetGatewayId");
        let (first, second) = (gateway(), gateway());
        caller.ok("AttachInternetGateway", &[("InternetGatewayId", &first), ("VpcId", &one)]);
        assert_eq!(
            caller.refused("AttachInternetGateway", &[("InternetGatewayId", &first), ("VpcId", &other)]),
            format!("Resource.AlreadyAssociated: resource {first} is already attached to network {one}")
        );
        assert_eq!(
            caller.refused("AttachInternetGateway", &[("InternetGatewayId", &second), ("VpcId", &one)]),
            format!("InvalidParameterValue: Network {one} already has an internet gateway attached")
        );
        assert_eq!(
            caller.refused("DetachInternetGateway", &[("InternetGatewayId", &first), ("VpcId", &other)]),
            format!("Gateway.NotAttached: resource {first} is not attached to network {other}")
        );
        assert_eq!(
            caller.refused("DeleteInternetGateway", &[("InternetGatewayId", &first)]),
            format!(
                "DependencyViolation: The internetGateway '{first}' has dependencies and cannot be deleted."
            )
        );
        let shown = caller.ok(
            "DescribeInternetGateways",
            &[("Filter.1.Name", "attachment.vpc-id"), ("Filter.1.Value.1", &one)],
        );
        assert_eq!(
            (shown.texts("internetGatewayId"), shown.text("state")),
            (vec![first.clone()], "available".into())
        );
        caller.ok("DetachInternetGateway", &[("InternetGatewayId", &first), ("VpcId", &one)]);
        caller.ok("DeleteInternetGateway", &[("InternetGatewayId", &first)]);
        assert_eq!(
            caller.refused("DeleteInternetGateway", &[("InternetGatewayId", &first)]),
            format!("InvalidInternetGatewayID.NotFound: The internetGateway ID '{first}' does not exist")
        );
    }

    #[test]
    fn a_gateway_that_public_addresses_need_stays() {
        let mut caller = Caller::new();
        let shown = caller.ok("DescribeInternetGateways", &[]);
        let (gateway, vpc) = (shown.text("internetGatewayId"), shown.text("vpcId"));
        let subnet = caller.ok("DescribeSubnets", &[]).text("subnetId");
        let allocation = caller.ok("AllocateAddress", &[("Domain", "vpc")]).text("allocationId");
        let interface =
            caller.ok("CreateNetworkInterface", &[("SubnetId", &subnet)]).text("networkInterfaceId");
        let associate = [("AllocationId", allocation.as_str()), ("NetworkInterfaceId", &interface)];
        let association = caller.ok("AssociateAddress", &associate).text("associationId");
        let detach = [("InternetGatewayId", gateway.as_str()), ("VpcId", &vpc)];
        assert_eq!(
            caller.refused("DetachInternetGateway", &detach),
            format!(
                "DependencyViolation: Network {vpc} has some mapped public address(es). Please unmap those public \
                 address(es) before detaching the gateway."
            )
        );
        caller.ok("DisassociateAddress", &[("AssociationId", &association)]);
        caller.ok("DetachInternetGateway", &detach);
    }

    #[test]
    fn the_sixth_gateway_of_a_region_is_refused() {
        let mut caller = Caller::new();
        for _ in 0..4 {
            caller.ok("CreateInternetGateway", &[]);
        }
        assert_eq!(
            caller.refused("CreateInternetGateway", &[]),
            "InternetGatewayLimitExceeded: The maximum number of internet gateways has been reached."
        );
    }
}
