//! VPC Block Public Access and its exclusions. Follows the actions of that name in the EC2 API Reference.

use awsproto::filter::Filterable;
use awsproto::{AwsError, Call, tags};
use model::public_access_block::{Excluded, ExclusionMode, PublicAccessMode};
use model::timestamp::Timestamp;
use model::world::ScopeKey;
use model::{PublicAccessExclusionId, Scope, World};
use std::borrow::Cow;

use crate::errors::refused;
use crate::request::{self, Describe, render_tags, required_id, text_values};
use crate::shapes::{self, *};

pub(crate) fn describe_options(
    call: &mut Call,
    world: &World,
    request: DescribeVpcBlockPublicAccessOptionsRequest,
) -> Result<DescribeVpcBlockPublicAccessOptionsResult, AwsError> {
    let DescribeVpcBlockPublicAccessOptionsRequest {} = request;
    let options = Some(render_options(world, call.scope, "update-complete"));
    Ok(DescribeVpcBlockPublicAccessOptionsResult { vpc_block_public_access_options: options })
}

pub(crate) fn modify_options(
    call: &mut Call,
    world: &mut World,
    request: ModifyVpcBlockPublicAccessOptionsRequest,
) -> Result<ModifyVpcBlockPublicAccessOptionsResult, AwsError> {
    let ModifyVpcBlockPublicAccessOptionsRequest { internet_gateway_block_mode } = request;
    let mode = parse_mode(internet_gateway_block_mode.as_deref().unwrap_or_default())?;
    world.set_public_access_block(call.scope, mode, call.now);
    let options = Some(render_options(world, call.scope, "update-in-progress"));
    Ok(ModifyVpcBlockPublicAccessOptionsResult { vpc_block_public_access_options: options })
}

fn parse_mode(text: &str) -> Result<PublicAccessMode, AwsError> {
    match text {
        "off" => Ok(PublicAccessMode::Off),
        "block-bidirectional" => Ok(PublicAccessMode::Bidirectional),
        "block-ingress" => Ok(PublicAccessMode::IngressOnly),
        other => {
            let reason = "Valid values are off, block-bidirectional and block-ingress.";
            Err(AwsError::invalid_value("internetGatewayBlockMode", other, reason))
        }
    }
}

/// A mode as answers write it.
pub(crate) fn mode_name(mode: PublicAccessMode) -> &'static str {
    match mode {
        PublicAccessMode::Off => "off",
        PublicAccessMode::Bidirectional => "block-bidirectional",
        PublicAccessMode::IngressOnly => "block-ingress",
    }
}

/// The switch as answers show it: in `state` once it has been set, before that in the state that it has by itself.
fn render_options(world: &World, scope: Scope, state: &str) -> VpcBlockPublicAccessOptions {
    let block = world.network.public_access_blocks.get(&ScopeKey(scope));
    VpcBlockPublicAccessOptions {
        aws_account_id: Some(scope.account.to_string()),
        aws_region: Some(scope.region.name().to_owned()),
        state: Some(block.map_or("default-state", |_| state).to_owned()),
        internet_gateway_block_mode: Some(
            mode_name(block.map_or_else(Default::default, |it| it.mode)).to_owned(),
        ),
        reason: None,
        last_update_timestamp: block.map(|block| block.updated),
        managed_by: Some("account".to_owned()),
        exclusions_allowed: Some("allowed".to_owned()),
    }
}

pub(crate) fn create_exclusion(
    call: &mut Call,
    world: &mut World,
    request: CreateVpcBlockPublicAccessExclusionRequest,
) -> Result<CreateVpcBlockPublicAccessExclusionResult, AwsError> {
    let CreateVpcBlockPublicAccessExclusionRequest {
        internet_gateway_exclusion_mode,
        subnet_id,
        tag_specifications,
        vpc_id,
    } = request;
    let (scope, now) = (call.scope, call.now);
    let of = match (vpc_id.as_deref(), subnet_id.as_deref()) {
        (Some(vpc), None) => Excluded::Vpc(request::parse_id(vpc)?),
        (None, Some(subnet)) => Excluded::Subnet(request::parse_id(subnet)?),
        (None, None) => return Err(AwsError::missing_parameter("vpcId")),
        (Some(_), Some(_)) => {
            let message = "The parameter vpcId cannot be used with the parameter subnetId";
            return Err(AwsError::invalid_parameter_combination(message));
        }
    };
    let mode = parse_exclusion_mode(internet_gateway_exclusion_mode.as_deref().unwrap_or_default())?;
    let tags = tags::specified(tag_specifications, "vpc-block-public-access-exclusion")?;
    let id = call.with_ids(|ids| world.create_public_access_exclusion(scope, of, mode, tags, now, ids));
    let exclusion = shown(world, scope, id.map_err(refused)?, "create-in-progress")?;
    Ok(CreateVpcBlockPublicAccessExclusionResult { vpc_block_public_access_exclusion: Some(exclusion) })
}

pub(crate) fn modify_exclusion(
    call: &mut Call,
    world: &mut World,
    request: ModifyVpcBlockPublicAccessExclusionRequest,
) -> Result<ModifyVpcBlockPublicAccessExclusionResult, AwsError> {
    let ModifyVpcBlockPublicAccessExclusionRequest { exclusion_id, internet_gateway_exclusion_mode } =
        request;
    let id = required_id(exclusion_id.as_deref())?;
    let mode = parse_exclusion_mode(internet_gateway_exclusion_mode.as_deref().unwrap_or_default())?;
    world.modify_public_access_exclusion(call.scope, id, mode, call.now).map_err(refused)?;
    let exclusion = shown(world, call.scope, id, "update-in-progress")?;
    Ok(ModifyVpcBlockPublicAccessExclusionResult { vpc_block_public_access_exclusion: Some(exclusion) })
}

pub(crate) fn delete_exclusion(
    call: &mut Call,
    world: &mut World,
    request: DeleteVpcBlockPublicAccessExclusionRequest,
) -> Result<DeleteVpcBlockPublicAccessExclusionResult, AwsError> {
    let DeleteVpcBlockPublicAccessExclusionRequest { exclusion_id } = request;
    let id = required_id(exclusion_id.as_deref())?;
    world.delete_public_access_exclusion(call.scope, id, call.now).map_err(refused)?;
    let exclusion = shown(world, call.scope, id, "delete-in-progress")?;
    Ok(DeleteVpcBlockPublicAccessExclusionResult { vpc_block_public_access_exclusion: Some(exclusion) })
}

pub(crate) fn describe_exclusions(
    call: &mut Call,
    world: &World,
    request: DescribeVpcBlockPublicAccessExclusionsRequest,
) -> Result<DescribeVpcBlockPublicAccessExclusionsResult, AwsError> {
    let DescribeVpcBlockPublicAccessExclusionsRequest { exclusion_ids, filters, max_results, next_token } =
        request;
    let (scope, now) = (call.scope, call.now);
    let own = world.network.public_access_exclusions.values();
    let own = own.filter(|it| it.scope == scope && it.is_shown(now));
    let rows = request::named_or_all(&exclusion_ids, own, |it| it.id)?;
    let describe = Describe {
        kind: "vpcBlockPublicAccessExclusion",
        ids: &exclusion_ids,
        filters,
        max_results,
        next_token,
    };
    let rows = rows.into_iter().map(|it| render(it, settled_state(it)));
    let (exclusions, next_token) = describe.page(rows, |it| it.exclusion_id.as_ref())?;
    Ok(DescribeVpcBlockPublicAccessExclusionsResult {
        vpc_block_public_access_exclusions: exclusions,
        next_token,
    })
}

fn parse_exclusion_mode(text: &str) -> Result<ExclusionMode, AwsError> {
    match text {
        "allow-bidirectional" => Ok(ExclusionMode::AllowBidirectional),
        "allow-egress" => Ok(ExclusionMode::AllowEgress),
        other => {
            let reason = "Valid values are allow-bidirectional and allow-egress.";
            Err(AwsError::invalid_value("internetGatewayExclusionMode", other, reason))
        }
    }
}

fn exclusion_mode_name(mode: ExclusionMode) -> &'static str {
    match mode {
        ExclusionMode::AllowBidirectional => "allow-bidirectional",
        ExclusionMode::AllowEgress => "allow-egress",
    }
}

fn shown(
    world: &World,
    scope: Scope,
    id: PublicAccessExclusionId,
    state: &str,
) -> Result<VpcBlockPublicAccessExclusion, AwsError> {
    Ok(render(world.public_access_exclusion(scope, id).map_err(refused)?, state))
}

/// The state of an exclusion about which nothing is in progress.
fn settled_state(exclusion: &model::PublicAccessExclusion) -> &'static str {
    match (exclusion.deleted, exclusion.updated) {
        (Some(_), _) => "delete-complete",
        (None, Some(_)) => "update-complete",
        (None, None) => "create-complete",
    }
}

fn render(exclusion: &model::PublicAccessExclusion, state: &str) -> VpcBlockPublicAccessExclusion {
    let Scope { account, region } = exclusion.scope;
    let resource = match exclusion.of {
        Excluded::Vpc(vpc) => format!("vpc/{vpc}"),
        Excluded::Subnet(subnet) => format!("subnet/{subnet}"),
    };
    VpcBlockPublicAccessExclusion {
        exclusion_id: Some(exclusion.id.to_string()),
        internet_gateway_exclusion_mode: Some(exclusion_mode_name(exclusion.mode).to_owned()),
        resource_arn: Some(region.arn("ec2", account, resource)),
        state: Some(state.to_owned()),
        reason: None,
        creation_timestamp: Some(exclusion.created),
        last_update_timestamp: Some(last_change(exclusion)),
        deletion_timestamp: exclusion.deleted,
        tags: render_tags(&exclusion.tags),
    }
}

fn last_change(exclusion: &model::PublicAccessExclusion) -> Timestamp {
    exclusion.deleted.or(exclusion.updated).unwrap_or(exclusion.created)
}

impl Filterable for shapes::VpcBlockPublicAccessExclusion {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        Some(match name {
            "resource-arn" => text_values(&self.resource_arn),
            "internet-gateway-exclusion-mode" => text_values(&self.internet_gateway_exclusion_mode),
            "state" => text_values(&self.state),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;
    use std::time::Duration;

    #[test]
    fn the_switch_is_off_until_it_is_set_and_vpcs_and_subnets_show_it() {
        let mut caller = Caller::new();
        let options = caller.ok("DescribeVpcBlockPublicAccessOptions", &[]);
        assert_eq!(
            (options.text("state"), options.text("internetGatewayBlockMode")),
            ("default-state".into(), "off".into())
        );
        let ingress = [("InternetGatewayBlockMode", "block-ingress")];
        let changed = caller.ok("ModifyVpcBlockPublicAccessOptions", &ingress);
        assert_eq!(changed.text("state"), "update-in-progress");
        let options = caller.ok("DescribeVpcBlockPublicAccessOptions", &[]);
        assert_eq!(
            (options.text("state"), options.text("internetGatewayBlockMode")),
            ("update-complete".into(), "block-ingress".into())
        );
        for describe in ["DescribeVpcs", "DescribeSubnets"] {
            assert_eq!(caller.ok(describe, &[]).text("internetGatewayBlockMode"), "block-ingress");
        }
        caller.move_to("us-east-1");
        assert_eq!(caller.ok("DescribeVpcs", &[]).text("internetGatewayBlockMode"), "off");
        assert!(
            caller
                .refused("ModifyVpcBlockPublicAccessOptions", &[("InternetGatewayBlockMode", "on")])
                .starts_with("InvalidParameterValue: Value (on)")
        );
    }

    #[test]
    fn an_exclusion_is_made_changed_and_deleted_and_then_shown_for_a_while() {
        let mut caller = Caller::new();
        let vpc = caller.ok("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]).text("vpcId");
        let egress = ("InternetGatewayExclusionMode", "allow-egress");
        let exclude = [("VpcId", vpc.as_str()), egress];
        let made = caller.ok("CreateVpcBlockPublicAccessExclusion", &exclude);
        assert_eq!(made.text("state"), "create-in-progress");
        assert_eq!(made.text("resourceArn"), format!("arn:aws:ec2:us-west-2:123456789012:vpc/{vpc}"));
        let id = made.text("exclusionId");
        assert!(id.starts_with("vpcbpa-exclude-"), "{id}");
        assert!(
            caller
                .refused("CreateVpcBlockPublicAccessExclusion", &exclude)
                .starts_with("InvalidParameterValue: ")
        );
        let of = [("ExclusionId", id.as_str())];
        let all = [of[0], ("InternetGatewayExclusionMode", "allow-bidirectional")];
        caller.ok("ModifyVpcBlockPublicAccessExclusion", &all);
        caller
            .ok("ModifyVpcBlockPublicAccessOptions", &[("InternetGatewayBlockMode", "block-bidirectional")]);
        let shown = caller.ok("DescribeVpcs", &[("VpcId.1", &vpc)]);
        assert_eq!(shown.text("internetGatewayBlockMode"), "off");
        caller.ok("DeleteVpcBlockPublicAccessExclusion", &of);
        let shown = caller.ok("DescribeVpcs", &[("VpcId.1", &vpc)]);
        assert_eq!(shown.text("internetGatewayBlockMode"), "block-bidirectional");
        let named = [("ExclusionId.1", id.as_str())];
        assert_eq!(
            caller.ok("DescribeVpcBlockPublicAccessExclusions", &named).text("state"),
            "delete-complete"
        );
        let unknown = format!(
            "InvalidVpcBlockPublicAccessExclusionId.NotFound: The vpcBlockPublicAccessExclusion ID '{id}' does not \
             exist"
        );
        assert_eq!(caller.refused("DeleteVpcBlockPublicAccessExclusion", &of), unknown);
        caller.call.now = caller.call.now + Duration::from_secs(3600);
        assert_eq!(caller.refused("DescribeVpcBlockPublicAccessExclusions", &named), unknown);
        let now = caller.call.now;
        caller.world.expire(now);
        assert_eq!(caller.world.network.public_access_exclusions.len(), 0);
    }

    #[test]
    fn an_exclusion_is_of_a_vpc_or_of_a_subnet_and_goes_with_it() {
        let mut caller = Caller::new();
        let vpc = caller.ok("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]).text("vpcId");
        let subnet =
            caller.ok("CreateSubnet", &[("VpcId", &vpc), ("CidrBlock", "10.0.0.0/24")]).text("subnetId");
        let mode = ("InternetGatewayExclusionMode", "allow-egress");
        let both = [("VpcId", vpc.as_str()), ("SubnetId", subnet.as_str()), mode];
        let create = "CreateVpcBlockPublicAccessExclusion";
        assert!(caller.refused(create, &both).starts_with("InvalidParameterCombination: "));
        assert!(caller.refused(create, &[mode]).starts_with("MissingParameter: "));
        let unknown = [("SubnetId", "subnet-00000001"), mode];
        assert!(caller.refused(create, &unknown).starts_with("InvalidSubnetID.NotFound: "));
        caller.ok(create, &[both[0], mode]);
        caller.ok(create, &[both[1], mode]);
        let by_arn = [("Filter.1.Name", "resource-arn"), ("Filter.1.Value.1", "*/subnet-*")];
        let found = caller.ok("DescribeVpcBlockPublicAccessExclusions", &by_arn);
        assert_eq!(found.texts("exclusionId").len(), 1);
        caller.ok("DeleteSubnet", &[("SubnetId", &subnet)]);
        caller.ok("DeleteVpc", &[("VpcId", &vpc)]);
        assert_eq!(caller.world.network.public_access_exclusions.len(), 0);
    }
}
