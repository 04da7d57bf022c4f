//! Egress-only internet gateways. Follows CreateEgressOnlyInternetGateway and its neighbours in the EC2 API Reference.

use awsproto::{AwsError, Call, Filterable};
use model::{Link, World};
use std::borrow::Cow;

use crate::errors::refused;
use crate::request::{Describe, render_tags, required_id};
use crate::shapes::{self, *};

/// The bounds of `MaxResults`.
const PAGE: std::ops::RangeInclusive<i32> = 5..=255;

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateEgressOnlyInternetGatewayRequest,
) -> Result<CreateEgressOnlyInternetGatewayResult, AwsError> {
    let CreateEgressOnlyInternetGatewayRequest { client_token, tag_specifications, vpc_id } = request;
    let scope = call.scope;
    let vpc = required_id(vpc_id.as_deref())?;
    let tags = awsproto::tags::specified(tag_specifications, "egress-only-internet-gateway")?;
    let id = call.with_ids(|ids| world.create_egress_only_internet_gateway(scope, vpc, tags, ids));
    let gateway = world.egress_only_internet_gateway(scope, id.map_err(refused)?).map_err(refused)?;
    Ok(CreateEgressOnlyInternetGatewayResult {
        client_token,
        egress_only_internet_gateway: Some(render(gateway)),
    })
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteEgressOnlyInternetGatewayRequest,
) -> Result<DeleteEgressOnlyInternetGatewayResult, AwsError> {
    let DeleteEgressOnlyInternetGatewayRequest { egress_only_internet_gateway_id } = request;
    let id = required_id(egress_only_internet_gateway_id.as_deref())?;
    world.delete_egress_only_internet_gateway(call.scope, id).map_err(refused)?;
    Ok(DeleteEgressOnlyInternetGatewayResult { return_code: Some(true) })
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeEgressOnlyInternetGatewaysRequest,
) -> Result<DescribeEgressOnlyInternetGatewaysResult, AwsError> {
    let DescribeEgressOnlyInternetGatewaysRequest {
        egress_only_internet_gateway_ids,
        filters,
        max_results,
        next_token,
    } = request;
    let scope = call.scope;
    let own = world.network.egress_only_internet_gateways.linked(Link::Scope(scope));
    // One that does not exist is not shown, and no error.
    let named = |id: &str| egress_only_internet_gateway_ids.iter().any(|it| it == id);
    let all = egress_only_internet_gateway_ids.is_empty();
    let gateways = own.filter(|gateway| all || named(&gateway.id.to_string()));
    let describe = Describe {
        kind: "egressOnlyInternetGateway",
        ids: &egress_only_internet_gateway_ids,
        filters,
        max_results,
        next_token,
    };
    let gateways = gateways.map(render);
    let (gateways, next_token) =
        describe.page_within(PAGE, gateways, |it| it.egress_only_internet_gateway_id.as_ref())?;
    Ok(DescribeEgressOnlyInternetGatewaysResult { egress_only_internet_gateways: gateways, next_token })
}

fn render(gateway: &model::EgressOnlyInternetGateway) -> shapes::EgressOnlyInternetGateway {
    shapes::EgressOnlyInternetGateway {
        egress_only_internet_gateway_id: Some(gateway.id.to_string()),
        attachments: vec![InternetGatewayAttachment {
            state: Some("attached".to_owned()),
            vpc_id: Some(gateway.vpc.to_string()),
        }],
        tags: render_tags(&gateway.tags),
    }
}

impl Filterable for shapes::EgressOnlyInternetGateway {
    /// AWS has tag filters alone.
    fn filter_values(&self, _: &str) -> Option<Vec<Cow<'_, str>>> {
        None
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    #[test]
    fn it_is_attached_from_creation_to_deletion() {
        let mut caller = Caller::new();
        let vpc = caller.ok("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]).text("vpcId");
        let made = caller.ok("CreateEgressOnlyInternetGateway", &[("VpcId", &vpc), ("ClientToken", "once")]);
        assert_eq!((made.text("state"), made.text("vpcId")), ("attached".into(), vpc.clone()));
        assert_eq!(made.text("clientToken"), "once");
        let id = made.text("egressOnlyInternetGatewayId");
        assert!(caller.refused("DeleteVpc", &[("VpcId", &vpc)]).starts_with("DependencyViolation: "));
        let gone = caller.ok("DeleteEgressOnlyInternetGateway", &[("EgressOnlyInternetGatewayId", &id)]);
        assert_eq!(gone.text("returnCode"), "true");
        assert_eq!(
            caller.refused("DeleteEgressOnlyInternetGateway", &[("EgressOnlyInternetGatewayId", &id)]),
            format!("InvalidGatewayID.NotFound: The gateway ID '{id}' does not exist")
        );
        let other = caller
            .ok("CreateEgressOnlyInternetGateway", &[("VpcId", &vpc)])
            .text("egressOnlyInternetGatewayId");
        let mut shown = |parameters: &[(&str, &str)]| {
            let shown = caller.ok("DescribeEgressOnlyInternetGateways", parameters);
            shown.texts("egressOnlyInternetGatewayId")
        };
        assert_eq!(shown(&[("EgressOnlyInternetGatewayId.1", &id)]), [] as [String; 0]);
        assert_eq!(shown(&[("EgressOnlyInternetGatewayId.1", "here")]), [] as [String; 0]);
        let both =
            [("EgressOnlyInternetGatewayId.1", id.as_str()), ("EgressOnlyInternetGatewayId.2", &other)];
        assert_eq!(shown(&both), [other.as_str()]);
    }
}
