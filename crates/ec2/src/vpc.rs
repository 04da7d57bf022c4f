//! VPCs. Follows CreateVpc, DescribeVpcs and their neighbours in the EC2 API Reference. No IPAM pools, no BYOIP.

use awsproto::{AwsError, Call, Filterable};
use model::timestamp::Timestamp;
use model::vpc::{CidrAssociation, NewVpc, RemovedCidr, Tenancy, VpcAttribute};
use model::{IpNet, Ipv4Net, Ipv6Net, Region, Vpc, VpcCidrAssociationId, VpcId, World};
use std::borrow::Cow;

use crate::block_public_access;
use crate::errors::refused;
use crate::request::{self, Describe, bool_values, render_tags, required_id, text_values};
use crate::shapes::{self, *};

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateVpcRequest,
) -> Result<CreateVpcResult, AwsError> {
    let CreateVpcRequest {
        amazon_provided_ipv6_cidr_block,
        cidr_block,
        instance_tenancy,
        ipv4_ipam_pool_id,
        ipv4_netmask_length,
        ipv6_cidr_block,
        ipv6_cidr_block_network_border_group,
        ipv6_ipam_pool_id,
        ipv6_netmask_length,
        ipv6_pool,
        tag_specifications,
        vpc_encryption_control,
    } = request;
    request::refuse_unsupported(&[
        ("Ipv4IpamPoolId", ipv4_ipam_pool_id.is_some()),
        ("Ipv4NetmaskLength", ipv4_netmask_length.is_some()),
        ("Ipv6CidrBlock", ipv6_cidr_block.is_some()),
        ("Ipv6IpamPoolId", ipv6_ipam_pool_id.is_some()),
        ("Ipv6NetmaskLength", ipv6_netmask_length.is_some()),
        ("Ipv6Pool", ipv6_pool.is_some()),
        ("VpcEncryptionControl", vpc_encryption_control.is_some()),
    ])?;
    let scope = call.scope;
    check_border_group(scope.region, ipv6_cidr_block_network_border_group.as_deref())?;
    let cidr = cidr_block.ok_or_else(|| AwsError::missing_parameter("cidrBlock"))?;
    let new = NewVpc {
        cidr: request::ipv4_block("cidrBlock", &cidr)?,
        amazon_ipv6: amazon_provided_ipv6_cidr_block.unwrap_or(false),
        tenancy: instance_tenancy.as_deref().map(parse_tenancy).transpose()?.unwrap_or_default(),
        tags: awsproto::tags::specified(tag_specifications, "vpc")?,
    };
    let id = call.with_ids(|ids| world.create_vpc(scope, new, ids)).map_err(refused)?;
    let vpc = world.vpc(scope, id).map_err(refused)?;
    // "pending" in the answer, "available" ever after.
    let mut vpc = pending(render(world, vpc, call.now));
    for block in &mut vpc.ipv6_cidr_block_association_set {
        block.ipv6_cidr_block_state = block_state("associating");
    }
    Ok(CreateVpcResult { vpc: Some(vpc) })
}

pub(crate) fn create_default(
    call: &mut Call,
    world: &mut World,
    CreateDefaultVpcRequest {}: CreateDefaultVpcRequest,
) -> Result<CreateDefaultVpcResult, AwsError> {
    let scope = call.scope;
    let id = call.with_ids(|ids| world.create_default_vpc(scope, ids)).map_err(refused)?;
    let vpc = render(world, world.vpc(scope, id).map_err(refused)?, call.now);
    Ok(CreateDefaultVpcResult { vpc: Some(pending(vpc)) })
}

/// A VPC as the answer to its creation shows it: AWS does not say yet what VPC Block Public Access does to it.
fn pending(vpc: shapes::Vpc) -> shapes::Vpc {
    shapes::Vpc { state: Some("pending".to_owned()), block_public_access_states: None, ..vpc }
}

pub(crate) fn delete(call: &mut Call, world: &mut World, request: DeleteVpcRequest) -> Result<(), AwsError> {
    let DeleteVpcRequest { vpc_id } = request;
    let id = required_id(vpc_id.as_deref())?;
    world.delete_vpc(call.scope, id, call.now).map_err(refused)
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeVpcsRequest,
) -> Result<DescribeVpcsResult, AwsError> {
    let DescribeVpcsRequest { filters, max_results, next_token, vpc_ids } = request;
    let now = call.now;
    let vpcs = request::named_or_all(&vpc_ids, world.vpcs_of(call.scope), |vpc| vpc.id)?;
    let describe = Describe { kind: "vpc", ids: &vpc_ids, filters, max_results, next_token };
    let sieve = describe.sieve();
    let passes = |vpc: &&Vpc| sieve.lets_through(&[("vpc-id", &vpc.id)], &vpc.tags);
    let vpcs = vpcs.into_iter().filter(passes).map(|vpc| render(world, vpc, now));
    let (vpcs, next_token) = describe.page(vpcs, |vpc| vpc.vpc_id.as_ref())?;
    Ok(DescribeVpcsResult { vpcs, next_token })
}

pub(crate) fn describe_attribute(
    call: &mut Call,
    world: &World,
    request: DescribeVpcAttributeRequest,
) -> Result<DescribeVpcAttributeResult, AwsError> {
    let DescribeVpcAttributeRequest { attribute, vpc_id } = request;
    let id = required_id(vpc_id.as_deref())?;
    let vpc = world.vpc(call.scope, id).map_err(refused)?;
    let mut answer = DescribeVpcAttributeResult { vpc_id: Some(id.to_string()), ..Default::default() };
    let value = |on| Some(AttributeBooleanValue { value: Some(on) });
    match attribute.as_deref().unwrap_or_default() {
        "enableDnsSupport" => answer.enable_dns_support = value(vpc.dns_support),
        "enableDnsHostnames" => answer.enable_dns_hostnames = value(vpc.dns_hostnames),
        "enableNetworkAddressUsageMetrics" => {
            answer.enable_network_address_usage_metrics = value(vpc.network_address_usage_metrics);
        }
        other => return Err(AwsError::invalid_value("attribute", other, "Unknown attribute.")),
    }
    Ok(answer)
}

pub(crate) fn modify_attribute(
    call: &mut Call,
    world: &mut World,
    request: ModifyVpcAttributeRequest,
) -> Result<(), AwsError> {
    let ModifyVpcAttributeRequest {
        enable_dns_hostnames,
        enable_dns_support,
        enable_network_address_usage_metrics,
        vpc_id,
    } = request;
    let id = required_id(vpc_id.as_deref())?;
    let sent = [
        (VpcAttribute::DnsSupport, enable_dns_support),
        (VpcAttribute::DnsHostnames, enable_dns_hostnames),
        (VpcAttribute::NetworkAddressUsageMetrics, enable_network_address_usage_metrics),
    ];
    let mut sent = sent.into_iter().filter_map(|(attribute, value)| Some((attribute, value?.value?)));
    let (attribute, on) = request::only_attribute(&mut sent)?;
    world.set_vpc_attribute(call.scope, id, attribute, on).map_err(refused)
}

pub(crate) fn modify_tenancy(
    call: &mut Call,
    world: &mut World,
    request: ModifyVpcTenancyRequest,
) -> Result<ModifyVpcTenancyResult, AwsError> {
    let ModifyVpcTenancyRequest { instance_tenancy, vpc_id } = request;
    let id = required_id(vpc_id.as_deref())?;
    let tenancy = parse_tenancy(instance_tenancy.as_deref().unwrap_or_default())?;
    world.set_vpc_tenancy(call.scope, id, tenancy).map_err(refused)?;
    Ok(ModifyVpcTenancyResult { return_value: Some(true) })
}

pub(crate) fn associate_cidr_block(
    call: &mut Call,
    world: &mut World,
    request: AssociateVpcCidrBlockRequest,
) -> Result<AssociateVpcCidrBlockResult, AwsError> {
    let AssociateVpcCidrBlockRequest {
        amazon_provided_ipv6_cidr_block,
        cidr_block,
        ipv4_ipam_pool_id,
        ipv4_netmask_length,
        ipv6_cidr_block,
        ipv6_cidr_block_network_border_group,
        ipv6_ipam_pool_id,
        ipv6_netmask_length,
        ipv6_pool,
        vpc_id,
    } = request;
    request::refuse_unsupported(&[
        ("Ipv4IpamPoolId", ipv4_ipam_pool_id.is_some()),
        ("Ipv4NetmaskLength", ipv4_netmask_length.is_some()),
        ("Ipv6CidrBlock", ipv6_cidr_block.is_some()),
        ("Ipv6IpamPoolId", ipv6_ipam_pool_id.is_some()),
        ("Ipv6NetmaskLength", ipv6_netmask_length.is_some()),
        ("Ipv6Pool", ipv6_pool.is_some()),
    ])?;
    let scope = call.scope;
    check_border_group(scope.region, ipv6_cidr_block_network_border_group.as_deref())?;
    let id: VpcId = required_id(vpc_id.as_deref())?;
    let mut answer = AssociateVpcCidrBlockResult { vpc_id: Some(id.to_string()), ..Default::default() };
    match (cidr_block, amazon_provided_ipv6_cidr_block.unwrap_or(false)) {
        (Some(cidr), false) => {
            let cidr = request::ipv4_block("cidrBlock", &cidr)?;
            let now = call.now;
            let block =
                call.with_ids(|ids| world.associate_vpc_cidr(scope, id, cidr, now, ids)).map_err(refused)?;
            answer.cidr_block_association = Some(render_block(&block, "associating"));
        }
        (None, true) => {
            let block =
                call.with_ids(|ids| world.associate_vpc_amazon_ipv6_cidr(scope, id, ids)).map_err(refused)?;
            answer.ipv6_cidr_block_association = Some(render_ipv6_block(scope.region, &block, "associating"));
        }
        (None, false) => return Err(AwsError::missing_parameter("cidrBlock")),
        (Some(_), true) => {
            return Err(AwsError::invalid_parameter_combination(
                "The parameter cidrBlock cannot be used with the parameter amazonProvidedIpv6CidrBlock",
            ));
        }
    }
    Ok(answer)
}

pub(crate) fn disassociate_cidr_block(
    call: &mut Call,
    world: &mut World,
    request: DisassociateVpcCidrBlockRequest,
) -> Result<DisassociateVpcCidrBlockResult, AwsError> {
    let DisassociateVpcCidrBlockRequest { association_id } = request;
    let scope = call.scope;
    let association: VpcCidrAssociationId = required_id(association_id.as_deref())?;
    let (vpc, removed) = world.disassociate_vpc_cidr(scope, association, call.now).map_err(refused)?;
    let mut answer = DisassociateVpcCidrBlockResult { vpc_id: Some(vpc.to_string()), ..Default::default() };
    match removed {
        RemovedCidr::V4(block) => {
            answer.cidr_block_association = Some(render_block(&block, "disassociating"))
        }
        RemovedCidr::V6(block) => {
            answer.ipv6_cidr_block_association =
                Some(render_ipv6_block(scope.region, &block, "disassociating"));
        }
    }
    Ok(answer)
}

/// A VPC as answers show it.
pub(crate) fn render(world: &World, vpc: &model::Vpc, now: Timestamp) -> shapes::Vpc {
    let mode = world.network.public_access_mode_in(vpc.scope, vpc.id, None);
    let region = vpc.scope.region;
    let (former, former_ipv6) = former_blocks(vpc, now);
    let blocks = vpc.cidrs.iter().map(|block| render_block(block, "associated"));
    let ipv6_blocks = vpc.ipv6_cidrs.iter().map(|block| render_ipv6_block(region, block, "associated"));
    shapes::Vpc {
        vpc_id: Some(vpc.id.to_string()),
        owner_id: Some(vpc.scope.account.to_string()),
        state: Some("available".to_owned()),
        cidr_block: Some(vpc.primary_cidr().to_string()),
        cidr_block_association_set: blocks.chain(former).collect(),
        ipv6_cidr_block_association_set: ipv6_blocks.chain(former_ipv6).collect(),
        dhcp_options_id: Some(vpc.dhcp_options.map_or("default".to_owned(), |id| id.to_string())),
        instance_tenancy: Some(tenancy_name(vpc.tenancy).to_owned()),
        is_default: Some(vpc.is_default),
        block_public_access_states: Some(BlockPublicAccessStates {
            internet_gateway_block_mode: Some(block_public_access::mode_name(mode).to_owned()),
        }),
        encryption_control: None,
        tags: render_tags(&vpc.tags),
    }
}

/// The associations that ended a moment ago, by family.
fn former_blocks(
    vpc: &model::Vpc,
    now: Timestamp,
) -> (Vec<VpcCidrBlockAssociation>, Vec<VpcIpv6CidrBlockAssociation>) {
    let (mut v4, mut v6) = (Vec::new(), Vec::new());
    for former in vpc.former_cidrs.iter().filter(|it| it.is_shown(now)) {
        let id = former.id;
        match former.cidr {
            IpNet::V4(cidr) => v4.push(render_block(&CidrAssociation { id, cidr }, "disassociated")),
            IpNet::V6(cidr) => {
                let block = CidrAssociation { id, cidr };
                v6.push(render_ipv6_block(vpc.scope.region, &block, "disassociated"));
            }
        }
    }
    (v4, v6)
}

fn render_block(block: &CidrAssociation<Ipv4Net>, state: &str) -> VpcCidrBlockAssociation {
    VpcCidrBlockAssociation {
        association_id: Some(block.id.to_string()),
        cidr_block: Some(block.cidr.to_string()),
        cidr_block_state: block_state(state),
    }
}

fn render_ipv6_block(
    region: Region,
    block: &CidrAssociation<Ipv6Net>,
    state: &str,
) -> VpcIpv6CidrBlockAssociation {
    VpcIpv6CidrBlockAssociation {
        association_id: Some(block.id.to_string()),
        ipv6_cidr_block: Some(block.cidr.to_string()),
        ipv6_cidr_block_state: block_state(state),
        network_border_group: Some(region.name().to_owned()),
        ipv6_pool: Some("Amazon".to_owned()),
        ipv6_address_attribute: Some("public".to_owned()),
        ip_source: Some("amazon".to_owned()),
    }
}

fn block_state(state: &str) -> Option<VpcCidrBlockState> {
    Some(VpcCidrBlockState { state: Some(state.to_owned()), status_message: None })
}

pub(crate) fn tenancy_name(tenancy: Tenancy) -> &'static str {
    match tenancy {
        Tenancy::Default => "default",
        Tenancy::Dedicated => "dedicated",
        Tenancy::Host => "host",
    }
}

fn parse_tenancy(text: &str) -> Result<Tenancy, AwsError> {
    match text {
        "default" => Ok(Tenancy::Default),
        "dedicated" => Ok(Tenancy::Dedicated),
        "host" => Ok(Tenancy::Host),
        other => Err(AwsError::invalid_value("instanceTenancy", other, "Unknown tenancy.")),
    }
}

/// There are no Local Zones here: the Region's own border group is the only one.
fn check_border_group(region: Region, group: Option<&str>) -> Result<(), AwsError> {
    match group {
        Some(group) if group != region.name() => Err(AwsError::invalid_value(
            "ipv6CidrBlockNetworkBorderGroup",
            group,
            "Unknown network border group.",
        )),
        Some(_) | None => Ok(()),
    }
}

impl Filterable for shapes::Vpc {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        let blocks = &self.cidr_block_association_set;
        let ipv6_blocks = &self.ipv6_cidr_block_association_set;
        let state = |state: &'_ Option<VpcCidrBlockState>| state.as_ref().and_then(|it| it.state.clone());
        Some(match name {
            "cidr" | "cidr-block" | "cidrBlock" => text_values(&self.cidr_block),
            "cidr-block-association.cidr-block" => {
                blocks.iter().flat_map(|it| text_values(&it.cidr_block)).collect()
            }
            "cidr-block-association.association-id" => {
                blocks.iter().flat_map(|it| text_values(&it.association_id)).collect()
            }
            "cidr-block-association.state" => {
                blocks.iter().filter_map(|it| state(&it.cidr_block_state)).map(Cow::from).collect()
            }
            "dhcp-options-id" | "dhcpOptionsId" => text_values(&self.dhcp_options_id),
            "ipv6-cidr-block-association.ipv6-cidr-block" => {
                ipv6_blocks.iter().flat_map(|it| text_values(&it.ipv6_cidr_block)).collect()
            }
            "ipv6-cidr-block-association.ipv6-pool" => {
                ipv6_blocks.iter().flat_map(|it| text_values(&it.ipv6_pool)).collect()
            }
            "ipv6-cidr-block-association.association-id" => {
                ipv6_blocks.iter().flat_map(|it| text_values(&it.association_id)).collect()
            }
            "ipv6-cidr-block-association.state" => {
                ipv6_blocks.iter().filter_map(|it| state(&it.ipv6_cidr_block_state)).map(Cow::from).collect()
            }
            "instance-tenancy" => text_values(&self.instance_tenancy),
            "is-default" | "isDefault" => bool_values(self.is_default),
            "owner-id" => text_values(&self.owner_id),
            "state" => text_values(&self.state),
            "vpc-id" => text_values(&self.vpc_id),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    #[test]
    fn ec2_classic_is_no_more() {
        let mut caller = Caller::new();
        for action in ["DescribeVpcClassicLink", "EnableVpcClassicLinkDnsSupport", "AttachClassicLinkVpc"] {
            assert_eq!(
                caller.refused(action, &[]),
                "UnsupportedOperation: The functionality you requested is not available in this region."
            );
        }
    }

    #[test]
    fn a_new_vpc_has_its_block_and_is_available_at_the_next_look() {
        let mut caller = Caller::new();
        let tag = [
            ("CidrBlock", "10.0.0.0/16"),
            ("TagSpecification.1.ResourceType", "vpc"),
            ("TagSpecification.1.Tag.1.Key", "Name"),
            ("TagSpecification.1.Tag.1.Value", "project-vpc"),
        ];
        let created = caller.ok("CreateVpc", &tag);
        assert_eq!(created.texts("state"), ["associated", "pending"]);
        assert_eq!(created.text("isDefault"), "false");
        let id = created.text("vpcId");
        let found =
            caller.ok("DescribeVpcs", &[("Filter.1.Name", "tag:Name"), ("Filter.1.Value.1", "project-*")]);
        assert_eq!(found.texts("vpcId"), [id]);
        assert_eq!(found.texts("state"), ["associated", "available"]);
    }

    #[test]
    fn blocks_that_cannot_be_a_vpc_are_refused() {
        let mut caller = Caller::new();
        let mut create = |cidr: &str| caller.refused("CreateVpc", &[("CidrBlock", cidr)]);
        assert_eq!(create("10.0.0.0/8"), "InvalidVpc.Range: The CIDR '10.0.0.0/8' is invalid.");
        assert_eq!(create("10.0.0.0/29"), "InvalidVpc.Range: The CIDR '10.0.0.0/29' is invalid.");
        assert_eq!(create("169.254.0.0/16"), "InvalidVpc.Range: The CIDR '169.254.0.0/16' is invalid.");
        assert_eq!(
            create("10.0.0/16"),
            "InvalidParameterValue: Value (10.0.0/16) for parameter cidrBlock is invalid. This is not a valid CIDR block."
        );
        assert_eq!(
            caller.refused("CreateVpc", &[]),
            "MissingParameter: The request must contain the parameter cidrBlock"
        );
    }

    #[test]
    fn host_bits_are_cleared() {
        let mut caller = Caller::new();
        assert_eq!(
            caller.ok("CreateVpc", &[("CidrBlock", "100.68.0.18/18")]).text("cidrBlock"),
            "100.68.0.0/18"
        );
    }

    #[test]
    fn unknown_vpcs_are_refused_in_the_words_of_aws() {
        let mut caller = Caller::new();
        assert_eq!(
            caller.refused("DeleteVpc", &[("VpcId", "vpc-0123456789abcdef0")]),
            "InvalidVpcID.NotFound: The vpc ID 'vpc-0123456789abcdef0' does not exist"
        );
        assert_eq!(
            caller.refused("DescribeVpcs", &[("VpcId.1", "10.20.0.0/16")]),
            "InvalidVpcID.NotFound: The vpc ID '10.20.0.0/16' does not exist"
        );
        assert_eq!(
            caller.refused("DescribeVpcs", &[("VpcId.1", "vpc-00000001"), ("VpcId.2", "vpc-00000002")]),
            "InvalidVpcID.NotFound: The vpc IDs 'vpc-00000001, vpc-00000002' do not exist"
        );
    }

    #[test]
    fn the_sixth_vpc_of_a_region_is_refused() {
        let mut caller = Caller::new();
        for _ in 0..4 {
            caller.ok("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]);
        }
        assert_eq!(
            caller.refused("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]),
            "VpcLimitExceeded: The maximum number of VPCs has been reached."
        );
        caller.move_to("us-east-1");
        caller.ok("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]);
    }

    #[test]
    fn attributes_change_one_at_a_time() {
        let mut caller = Caller::new();
        let vpc = caller.ok("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]).text("vpcId");
        caller.ok("ModifyVpcAttribute", &[("VpcId", &vpc), ("EnableDnsHostnames.Value", "true")]);
        let shown =
            caller.ok("DescribeVpcAttribute", &[("VpcId", &vpc), ("Attribute", "enableDnsHostnames")]);
        assert!(
            shown.0.contains("<enableDnsHostnames><value>true</value></enableDnsHostnames>"),
            "{}",
            shown.0
        );
        assert!(!shown.0.contains("enableDnsSupport"), "{}", shown.0);
        let both = [
            ("VpcId", vpc.as_str()),
            ("EnableDnsHostnames.Value", "true"),
            ("EnableDnsSupport.Value", "true"),
        ];
        assert_eq!(
            caller.refused("ModifyVpcAttribute", &both),
            "InvalidParameterCombination: Fields for multiple attribute types specified"
        );
    }

    #[test]
    fn a_second_block_is_added_and_taken_away_and_the_first_stays() {
        let mut caller = Caller::new();
        let created = caller.ok("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]);
        let (vpc, primary) = (created.text("vpcId"), created.text("associationId"));
        let mut associate =
            |cidr: &str| caller.send("AssociateVpcCidrBlock", &[("VpcId", &vpc), ("CidrBlock", cidr)]);
        let added = awsproto::testing::XmlAnswer(associate("10.2.0.0/16").unwrap());
        assert_eq!(added.text("state"), "associating");
        let restricted = associate("192.168.0.0/16").unwrap_err();
        assert_eq!(restricted.code, "InvalidVpc.Range");
        assert!(
            restricted
                .message
                .starts_with("The CIDR '192.168.0.0/16' is restricted. Use a CIDR from the same")
        );
        assert_eq!(associate("10.0.0.0/24").unwrap_err().code, "InvalidVpc.Range");
        assert_eq!(associate("10.2.4.0/24").unwrap_err().code, "InvalidVpc.Conflict");
        for cidr in ["10.3.0.0/16", "100.64.0.0/16", "10.5.0.0/16"] {
            associate(cidr).unwrap();
        }
        assert_eq!(
            associate("10.6.0.0/16").unwrap_err().message,
            format!("This network {vpc} has met its maximum number of allowed CIDRs: 5")
        );
        let association = added.text("associationId");
        let gone = caller.ok("DisassociateVpcCidrBlock", &[("AssociationId", &association)]);
        assert_eq!(gone.text("state"), "disassociating");
        let shown = caller.ok("DescribeVpcs", &[("VpcId.1", &vpc)]);
        assert_eq!(shown.texts("associationId").last(), Some(&association));
        assert_eq!(shown.texts("state").iter().filter(|state| *state == "disassociated").count(), 1);
        caller.call.now = caller.call.now + std::time::Duration::from_secs(600);
        let shown = caller.ok("DescribeVpcs", &[("VpcId.1", &vpc)]);
        assert!(!shown.0.contains("disassociated"), "{}", shown.0);
        let now = caller.call.now;
        assert!(caller.world.has_expired(model::Expiring::FormerCidrs, now));
        caller.world.expire(now);
        assert!(!caller.world.has_expired(model::Expiring::FormerCidrs, now));
        assert_eq!(
            caller.refused("DisassociateVpcCidrBlock", &[("AssociationId", &primary)]),
            format!(
                "OperationNotPermitted: The vpc CIDR block with association ID {primary} may not be disassociated. It is \
                 the primary IPv4 CIDR block of the VPC"
            )
        );
        assert!(
            caller
                .refused("DisassociateVpcCidrBlock", &[("AssociationId", &association)])
                .starts_with("InvalidVpcCidrBlockAssociationID.NotFound")
        );
    }

    #[test]
    fn an_ipv6_block_is_a_slash_56_from_amazon() {
        let mut caller = Caller::new();
        let vpc = caller.ok("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]).text("vpcId");
        let added =
            caller.ok("AssociateVpcCidrBlock", &[("VpcId", &vpc), ("AmazonProvidedIpv6CidrBlock", "true")]);
        assert!(added.text("ipv6CidrBlock").ends_with("::/56"), "{}", added.0);
        let shown = caller.ok("DescribeVpcs", &[("VpcId.1", &vpc)]);
        assert_eq!(shown.text("ipv6Pool"), "Amazon");
        assert_eq!(shown.text("networkBorderGroup"), "us-west-2");
    }

    #[test]
    fn a_vpc_with_a_subnet_or_a_gateway_stays_and_an_empty_one_goes_with_what_it_came_with() {
        let mut caller = Caller::new();
        let default = caller.ok("DescribeVpcs", &[]).text("vpcId");
        assert_eq!(
            caller.refused("DeleteVpc", &[("VpcId", &default)]),
            format!("DependencyViolation: The vpc '{default}' has dependencies and cannot be deleted.")
        );
        let vpc = caller.ok("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]).text("vpcId");
        caller.ok("DeleteVpc", &[("VpcId", &vpc)]);
        let world = &caller.world;
        assert_eq!((world.network.vpcs.len(), world.network.route_tables.len()), (1, 1));
        assert_eq!((world.network.security_groups.len(), world.network.network_acls.len()), (1, 1));
    }

    #[test]
    fn there_is_one_default_vpc() {
        let mut caller = Caller::new();
        assert_eq!(
            caller.refused("CreateDefaultVpc", &[]),
            "DefaultVpcAlreadyExists: A Default VPC already exists for this account in this region."
        );
    }

    #[test]
    fn a_dry_run_says_what_would_happen_and_does_not_do_it() {
        let mut caller = Caller::new();
        assert_eq!(
            caller.refused("CreateVpc", &[("CidrBlock", "10.0.0.0/16"), ("DryRun", "true")]),
            "DryRunOperation: Request would have succeeded, but DryRun flag is set."
        );
        assert_eq!(caller.world.network.vpcs.len(), 1);
    }

    #[test]
    fn parameters_that_hamlet_lacks_are_refused_and_not_ignored() {
        let mut caller = Caller::new();
        assert!(
            caller
                .refused("CreateVpc", &[("Ipv4IpamPoolId", "ipam-pool-1"), ("Ipv4NetmaskLength", "16")])
                .starts_with("UnsupportedOperation: ")
        );
    }
}
