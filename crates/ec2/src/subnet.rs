//! Subnets and their CIDR reservations. Follows CreateSubnet, ModifySubnetAttribute, CreateSubnetCidrReservation and
//! their neighbours in the EC2 API Reference. No IPAM pools, no Outposts.

use awsproto::{AwsError, Call, Filterable};
use model::subnet::{
    CidrReservation, HostnameType, NewReservation, NewSubnet, SubnetAttribute, SubnetBlocks, SubnetIpv6Cidr,
};
use model::timestamp::Timestamp;
use model::{
    IpNet, Link, Region, Scope, SubnetCidrAssociationId, SubnetCidrReservationId, SubnetId, World, Zone,
};
use std::borrow::Cow;

use crate::block_public_access;
use crate::errors::refused;
use crate::request::{self, Describe, bool_values, render_tags, required_id, text_values};
use crate::shapes::{self, *};

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateSubnetRequest,
) -> Result<CreateSubnetResult, AwsError> {
    let CreateSubnetRequest {
        availability_zone,
        availability_zone_id,
        cidr_block,
        ipv4_ipam_pool_id,
        ipv4_netmask_length,
        ipv6_cidr_block,
        ipv6_ipam_pool_id,
        ipv6_native,
        ipv6_netmask_length,
        outpost_arn,
        tag_specifications,
        vpc_id,
    } = request;
    request::refuse_unsupported(&[
        ("Ipv4IpamPoolId", ipv4_ipam_pool_id.is_some()),
        ("Ipv4NetmaskLength", ipv4_netmask_length.is_some()),
        ("Ipv6IpamPoolId", ipv6_ipam_pool_id.is_some()),
        ("Ipv6NetmaskLength", ipv6_netmask_length.is_some()),
        ("OutpostArn", outpost_arn.is_some()),
    ])?;
    let scope = call.scope;
    let new = NewSubnet {
        vpc: required_id(vpc_id.as_deref())?,
        zone: wanted_zone(scope, availability_zone.as_deref(), availability_zone_id.as_deref())?,
        blocks: wanted_blocks(
            cidr_block.as_deref(),
            ipv6_cidr_block.as_deref(),
            ipv6_native.unwrap_or(false),
        )?,
        tags: awsproto::tags::specified(tag_specifications, "subnet")?,
    };
    let id = call.with_ids(|ids| world.create_subnet(scope, new, ids)).map_err(refused)?;
    let subnet = render(world, world.subnet(scope, id).map_err(refused)?, call.now);
    Ok(CreateSubnetResult { subnet: Some(subnet) })
}

pub(crate) fn create_default(
    call: &mut Call,
    world: &mut World,
    request: CreateDefaultSubnetRequest,
) -> Result<CreateDefaultSubnetResult, AwsError> {
    let CreateDefaultSubnetRequest { availability_zone, availability_zone_id, ipv6_native } = request;
    request::refuse_unsupported(&[("Ipv6Native", ipv6_native == Some(true))])?;
    let scope = call.scope;
    let zone = wanted_zone(scope, availability_zone.as_deref(), availability_zone_id.as_deref())?;
    let zone = zone.ok_or_else(|| AwsError::missing_parameter("availabilityZone"))?;
    let id = call.with_ids(|ids| world.create_default_subnet(scope, zone, ids)).map_err(refused)?;
    let subnet = render(world, world.subnet(scope, id).map_err(refused)?, call.now);
    Ok(CreateDefaultSubnetResult { subnet: Some(subnet) })
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteSubnetRequest,
) -> Result<(), AwsError> {
    let DeleteSubnetRequest { subnet_id } = request;
    let id = required_id(subnet_id.as_deref())?;
    world.delete_subnet(call.scope, id).map_err(refused)
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeSubnetsRequest,
) -> Result<DescribeSubnetsResult, AwsError> {
    let DescribeSubnetsRequest { filters, max_results, next_token, subnet_ids } = request;
    let (scope, now) = (call.scope, call.now);
    let own = world.network.subnets.linked(Link::Scope(scope));
    let subnets = request::named_or_all(&subnet_ids, own, |subnet| subnet.id)?;
    let describe = Describe { kind: "subnet", ids: &subnet_ids, filters, max_results, next_token };
    let sieve = describe.sieve();
    let subnets = subnets.into_iter().filter(|subnet| {
        sieve.lets_through(&[("vpc-id", &subnet.vpc), ("subnet-id", &subnet.id)], &subnet.tags)
    });
    let subnets = subnets.map(|subnet| render(world, subnet, now));
    let (subnets, next_token) = describe.page(subnets, |subnet| subnet.subnet_id.as_ref())?;
    Ok(DescribeSubnetsResult { subnets, next_token })
}

pub(crate) fn modify_attribute(
    call: &mut Call,
    world: &mut World,
    request: ModifySubnetAttributeRequest,
) -> Result<(), AwsError> {
    let ModifySubnetAttributeRequest {
        assign_ipv6_address_on_creation,
        customer_owned_ipv4_pool,
        disable_lni_at_device_index,
        enable_dns64,
        enable_lni_at_device_index,
        enable_resource_name_dns_aaaa_record_on_launch,
        enable_resource_name_dns_a_record_on_launch,
        map_customer_owned_ip_on_launch,
        map_public_ip_on_launch,
        private_dns_hostname_type_on_launch,
        subnet_id,
    } = request;
    request::refuse_unsupported(&[
        ("CustomerOwnedIpv4Pool", customer_owned_ipv4_pool.is_some()),
        ("MapCustomerOwnedIpOnLaunch", map_customer_owned_ip_on_launch.is_some()),
        ("EnableLniAtDeviceIndex", enable_lni_at_device_index.is_some()),
        ("DisableLniAtDeviceIndex", disable_lni_at_device_index.is_some()),
    ])?;
    let id = required_id(subnet_id.as_deref())?;
    let hostname_type =
        private_dns_hostname_type_on_launch.as_deref().map(parse_hostname_type).transpose()?;
    let switch = |value: Option<AttributeBooleanValue>, attribute: fn(bool) -> SubnetAttribute| {
        value.and_then(|value| value.value).map(attribute)
    };
    let sent = [
        switch(map_public_ip_on_launch, SubnetAttribute::MapPublicIpOnLaunch),
        switch(assign_ipv6_address_on_creation, SubnetAttribute::AssignIpv6AddressOnCreation),
        switch(enable_dns64, SubnetAttribute::Dns64),
        switch(enable_resource_name_dns_a_record_on_launch, SubnetAttribute::ResourceNameDnsARecord),
        switch(enable_resource_name_dns_aaaa_record_on_launch, SubnetAttribute::ResourceNameDnsAaaaRecord),
        hostname_type.map(SubnetAttribute::HostnameType),
    ];
    let attribute = request::only_attribute(&mut sent.into_iter().flatten())?;
    world.set_subnet_attribute(call.scope, id, attribute).map_err(refused)
}

pub(crate) fn associate_cidr_block(
    call: &mut Call,
    world: &mut World,
    request: AssociateSubnetCidrBlockRequest,
) -> Result<AssociateSubnetCidrBlockResult, AwsError> {
    let AssociateSubnetCidrBlockRequest {
        ipv6_cidr_block,
        ipv6_ipam_pool_id,
        ipv6_netmask_length,
        subnet_id,
    } = request;
    request::refuse_unsupported(&[
        ("Ipv6IpamPoolId", ipv6_ipam_pool_id.is_some()),
        ("Ipv6NetmaskLength", ipv6_netmask_length.is_some()),
    ])?;
    let scope = call.scope;
    let id: SubnetId = required_id(subnet_id.as_deref())?;
    let cidr = ipv6_cidr_block.ok_or_else(|| AwsError::missing_parameter("ipv6CidrBlock"))?;
    let cidr = request::ipv6_block("ipv6CidrBlock", &cidr)?;
    let block =
        call.with_ids(|ids| world.associate_subnet_ipv6_cidr(scope, id, cidr, ids)).map_err(refused)?;
    Ok(AssociateSubnetCidrBlockResult {
        subnet_id: Some(id.to_string()),
        ipv6_cidr_block_association: Some(render_ipv6_block(&block, "associating")),
    })
}

pub(crate) fn disassociate_cidr_block(
    call: &mut Call,
    world: &mut World,
    request: DisassociateSubnetCidrBlockRequest,
) -> Result<DisassociateSubnetCidrBlockResult, AwsError> {
    let DisassociateSubnetCidrBlockRequest { association_id } = request;
    let association: SubnetCidrAssociationId = required_id(association_id.as_deref())?;
    let (subnet, block) =
        world.disassociate_subnet_ipv6_cidr(call.scope, association, call.now).map_err(refused)?;
    Ok(DisassociateSubnetCidrBlockResult {
        subnet_id: Some(subnet.to_string()),
        ipv6_cidr_block_association: Some(render_ipv6_block(&block, "disassociating")),
    })
}

pub(crate) fn create_cidr_reservation(
    call: &mut Call,
    world: &mut World,
    request: CreateSubnetCidrReservationRequest,
) -> Result<CreateSubnetCidrReservationResult, AwsError> {
    let CreateSubnetCidrReservationRequest {
        cidr,
        description,
        reservation_type,
        subnet_id,
        tag_specifications,
    } = request;
    let scope = call.scope;
    let subnet: SubnetId = required_id(subnet_id.as_deref())?;
    let cidr = cidr.unwrap_or_default();
    let new = NewReservation {
        cidr: cidr.parse().map_err(|_| request::not_a_block("cidr", &cidr))?,
        prefix: is_prefix_reservation(reservation_type.as_deref().unwrap_or_default())?,
        description: description.unwrap_or_default(),
        tags: awsproto::tags::specified(tag_specifications, "subnet-cidr-reservation")?,
    };
    let reservation = call
        .with_ids(|ids| world.create_subnet_cidr_reservation(scope, subnet, new, ids))
        .map_err(refused)?;
    Ok(CreateSubnetCidrReservationResult {
        subnet_cidr_reservation: Some(render_reservation(scope, subnet, &reservation)),
    })
}

pub(crate) fn delete_cidr_reservation(
    call: &mut Call,
    world: &mut World,
    request: DeleteSubnetCidrReservationRequest,
) -> Result<DeleteSubnetCidrReservationResult, AwsError> {
    let DeleteSubnetCidrReservationRequest { subnet_cidr_reservation_id } = request;
    let scope = call.scope;
    let id: SubnetCidrReservationId = required_id(subnet_cidr_reservation_id.as_deref())?;
    let (subnet, reservation) = world.delete_subnet_cidr_reservation(scope, id).map_err(refused)?;
    Ok(DeleteSubnetCidrReservationResult {
        deleted_subnet_cidr_reservation: Some(render_reservation(scope, subnet, &reservation)),
    })
}

pub(crate) fn get_cidr_reservations(
    call: &mut Call,
    world: &World,
    request: GetSubnetCidrReservationsRequest,
) -> Result<GetSubnetCidrReservationsResult, AwsError> {
    let GetSubnetCidrReservationsRequest { filters, max_results, next_token, subnet_id } = request;
    let scope = call.scope;
    let subnet = world.subnet(scope, required_id(subnet_id.as_deref())?).map_err(refused)?;
    let reservations = subnet.reservations.iter().map(|it| render_reservation(scope, subnet.id, it));
    let describe = Describe { kind: "subnetCidrReservation", ids: &[], filters, max_results, next_token };
    let (page, next_token) = describe.page(reservations, |it| it.subnet_cidr_reservation_id.as_ref())?;
    let is_ipv6 =
        |it: &shapes::SubnetCidrReservation| it.cidr.as_ref().is_some_and(|cidr| cidr.contains(':'));
    let (ipv6, ipv4) = page.into_iter().partition(is_ipv6);
    Ok(GetSubnetCidrReservationsResult {
        subnet_ipv4_cidr_reservations: ipv4,
        subnet_ipv6_cidr_reservations: ipv6,
        next_token,
    })
}

/// A subnet as answers show it.
pub(crate) fn render(world: &World, subnet: &model::Subnet, now: Timestamp) -> shapes::Subnet {
    let Scope { account, region } = subnet.scope;
    let free = world.available_addresses(subnet.id);
    let mode = world.network.public_access_mode_in(subnet.scope, subnet.vpc, Some(subnet.id));
    let blocks = subnet.ipv6_cidr.iter().map(|block| render_ipv6_block(block, "associated"));
    shapes::Subnet {
        subnet_id: Some(subnet.id.to_string()),
        subnet_arn: Some(region.arn("ec2", account, format_args!("subnet/{}", subnet.id))),
        vpc_id: Some(subnet.vpc.to_string()),
        owner_id: Some(account.to_string()),
        state: Some("available".to_owned()),
        availability_zone: Some(subnet.zone.to_string()),
        availability_zone_id: Some(subnet.zone.zone_id()),
        cidr_block: subnet.cidr.map(|cidr| cidr.to_string()),
        ipv6_cidr_block_association_set: blocks.chain(former_blocks(subnet, now)).collect(),
        available_ip_address_count: Some(i32::try_from(free).unwrap_or(i32::MAX)),
        default_for_az: Some(subnet.default_for_zone),
        map_public_ip_on_launch: Some(subnet.map_public_ip_on_launch),
        map_customer_owned_ip_on_launch: Some(false),
        assign_ipv6_address_on_creation: Some(subnet.assign_ipv6_address_on_creation),
        ipv6_native: Some(subnet.is_ipv6_only()),
        enable_dns64: Some(subnet.dns64),
        private_dns_name_options_on_launch: Some(PrivateDnsNameOptionsOnLaunch {
            hostname_type: Some(hostname_type_name(subnet.hostname_type).to_owned()),
            enable_resource_name_dns_a_record: Some(subnet.resource_name_dns_a_record),
            enable_resource_name_dns_aaaa_record: Some(subnet.resource_name_dns_aaaa_record),
        }),
        block_public_access_states: Some(BlockPublicAccessStates {
            internet_gateway_block_mode: Some(block_public_access::mode_name(mode).to_owned()),
        }),
        tags: render_tags(&subnet.tags),
        ..Default::default()
    }
}

/// The IPv6 blocks that were taken away a moment ago.
fn former_blocks(
    subnet: &model::Subnet,
    now: Timestamp,
) -> impl Iterator<Item = SubnetIpv6CidrBlockAssociation> {
    subnet.former_ipv6_cidrs.iter().filter(move |it| it.is_shown(now)).filter_map(|former| {
        match former.cidr {
            IpNet::V4(_) => None,
            IpNet::V6(cidr) => {
                Some(render_ipv6_block(&SubnetIpv6Cidr { id: former.id, cidr }, "disassociated"))
            }
        }
    })
}

fn render_ipv6_block(block: &SubnetIpv6Cidr, state: &str) -> SubnetIpv6CidrBlockAssociation {
    SubnetIpv6CidrBlockAssociation {
        association_id: Some(block.id.to_string()),
        ipv6_cidr_block: Some(block.cidr.to_string()),
        ipv6_cidr_block_state: Some(SubnetCidrBlockState {
            state: Some(state.to_owned()),
            status_message: None,
        }),
        ipv6_address_attribute: Some("public".to_owned()),
        ip_source: Some("amazon".to_owned()),
    }
}

fn render_reservation(
    scope: Scope,
    subnet: SubnetId,
    reservation: &CidrReservation,
) -> shapes::SubnetCidrReservation {
    shapes::SubnetCidrReservation {
        subnet_cidr_reservation_id: Some(reservation.id.to_string()),
        subnet_id: Some(subnet.to_string()),
        cidr: Some(reservation.cidr.to_string()),
        reservation_type: Some(if reservation.prefix { "prefix" } else { "explicit" }.to_owned()),
        owner_id: Some(scope.account.to_string()),
        description: Some(reservation.description.clone()),
        tags: render_tags(&reservation.tags),
    }
}

fn is_prefix_reservation(text: &str) -> Result<bool, AwsError> {
    match text {
        "prefix" => Ok(true),
        "explicit" => Ok(false),
        other => Err(AwsError::invalid_value("reservationType", other, "Expected prefix or explicit.")),
    }
}

fn hostname_type_name(hostname_type: HostnameType) -> &'static str {
    match hostname_type {
        HostnameType::IpName => "ip-name",
        HostnameType::ResourceName => "resource-name",
    }
}

fn parse_hostname_type(text: &str) -> Result<HostnameType, AwsError> {
    match text {
        "ip-name" => Ok(HostnameType::IpName),
        "resource-name" => Ok(HostnameType::ResourceName),
        other => {
            let reason = "Expected ip-name or resource-name.";
            Err(AwsError::invalid_value("privateDnsHostnameTypeOnLaunch", other, reason))
        }
    }
}

/// The zone asked for, by name or by id.
fn wanted_zone(scope: Scope, name: Option<&str>, id: Option<&str>) -> Result<Option<Zone>, AwsError> {
    let (parameter, text) = match (name, id) {
        (None, None) => return Ok(None),
        (Some(name), None) => ("availabilityZone", name),
        (None, Some(id)) => ("availabilityZoneId", id),
        (Some(_), Some(_)) => {
            return Err(AwsError::invalid_parameter_combination(
                "The parameter availabilityZone cannot be used with the parameter availabilityZoneId",
            ));
        }
    };
    let named = |zone: &Zone| if id.is_some() { zone.zone_id() == text } else { zone.to_string() == text };
    match scope.region.zones().find(named) {
        Some(zone) => Ok(Some(zone)),
        None => Err(AwsError::invalid_value(parameter, text, &zones_for_subnets(scope.region))),
    }
}

fn zones_for_subnets(region: Region) -> String {
    let zones: Vec<String> = region.zones().map(|zone| zone.to_string()).collect();
    format!(
        "Subnets can currently only be created in the following availability zones: {}.",
        zones.join(", ")
    )
}

/// The families asked for.
fn wanted_blocks(v4: Option<&str>, v6: Option<&str>, ipv6_only: bool) -> Result<SubnetBlocks, AwsError> {
    let v4 = v4.map(|text| request::ipv4_block("cidrBlock", text)).transpose()?;
    let v6 = v6.map(|text| request::ipv6_block("ipv6CidrBlock", text)).transpose()?;
    match (v4, v6, ipv6_only) {
        (Some(_), Some(_), true) => Err(AwsError::invalid_parameter_combination(
            "When specifying ipv4 parameters, cidrBlock or ipv4IpamPoolId, you cannot set ipv6Native to true.",
        )),
        (_, None, true) => Err(AwsError::new(
            "MissingParameter",
            "Either 'ipv6CidrBlock' or 'ipv6IpamPoolId' should be provided.",
        )),
        (None, _, false) => Err(AwsError::new(
            "MissingParameter",
            "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.",
        )),
        (None, Some(v6), true) => Ok(SubnetBlocks::Ipv6Only(v6)),
        (Some(v4), None, false) => Ok(SubnetBlocks::Ipv4(v4)),
        (Some(v4), Some(v6), false) => Ok(SubnetBlocks::DualStack(v4, v6)),
    }
}

impl Filterable for shapes::Subnet {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        let ipv6 = &self.ipv6_cidr_block_association_set;
        let names = self.private_dns_name_options_on_launch.as_ref();
        Some(match name {
            "availability-zone" | "availabilityZone" => text_values(&self.availability_zone),
            "availability-zone-id" | "availabilityZoneId" => text_values(&self.availability_zone_id),
            "available-ip-address-count" => {
                self.available_ip_address_count.iter().map(|count| Cow::from(count.to_string())).collect()
            }
            "cidr-block" | "cidr" | "cidrBlock" => text_values(&self.cidr_block),
            "customer-owned-ipv4-pool" => text_values(&self.customer_owned_ipv4_pool),
            "default-for-az" | "defaultForAz" => bool_values(self.default_for_az),
            "enable-dns64" => bool_values(self.enable_dns64),
            "enable-lni-at-device-index" => Vec::new(),
            "ipv6-cidr-block-association.ipv6-cidr-block" => {
                ipv6.iter().flat_map(|block| text_values(&block.ipv6_cidr_block)).collect()
            }
            "ipv6-cidr-block-association.association-id" => {
                ipv6.iter().flat_map(|block| text_values(&block.association_id)).collect()
            }
            "ipv6-cidr-block-association.state" => {
                let states = ipv6.iter().filter_map(|block| block.ipv6_cidr_block_state.as_ref());
                states.flat_map(|state| text_values(&state.state)).collect()
            }
            "ipv6-native" => bool_values(self.ipv6_native),
            "map-customer-owned-ip-on-launch" => bool_values(self.map_customer_owned_ip_on_launch),
            "map-public-ip-on-launch" => bool_values(self.map_public_ip_on_launch),
            "outpost-arn" => text_values(&self.outpost_arn),
            "owner-id" => text_values(&self.owner_id),
            "private-dns-name-options-on-launch.hostname-type" => {
                names.map_or_else(Vec::new, |names| text_values(&names.hostname_type))
            }
            "private-dns-name-options-on-launch.enable-resource-name-dns-a-record" => {
                bool_values(names.and_then(|names| names.enable_resource_name_dns_a_record))
            }
            "private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record" => {
                bool_values(names.and_then(|names| names.enable_resource_name_dns_aaaa_record))
            }
            "state" => text_values(&self.state),
            "subnet-arn" => text_values(&self.subnet_arn),
            "subnet-id" => text_values(&self.subnet_id),
            "vpc-id" => text_values(&self.vpc_id),
            _ => return None,
        })
    }
}

impl Filterable for shapes::SubnetCidrReservation {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        Some(match name {
            "reservationType" => text_values(&self.reservation_type),
            "subnet-id" => text_values(&self.subnet_id),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    fn with_vpc() -> (Caller, String) {
        let mut caller = Caller::new();
        let vpc = caller.ok("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]).text("vpcId");
        (caller, vpc)
    }

    #[test]
    fn a_slash_24_has_251_free_addresses() {
        let (mut caller, vpc) = with_vpc();
        let subnet = caller.ok("CreateSubnet", &[("VpcId", &vpc), ("CidrBlock", "10.0.0.0/24")]);
        assert_eq!(subnet.text("availableIpAddressCount"), "251");
        assert_eq!(subnet.text("availabilityZone"), "us-west-2a");
        assert_eq!(subnet.text("state"), "available");
        assert_eq!(subnet.text("mapPublicIpOnLaunch"), "false");
    }

    #[test]
    fn a_block_outside_the_vpc_or_of_another_subnet_is_refused_by_name() {
        let (mut caller, vpc) = with_vpc();
        caller.ok("CreateSubnet", &[("VpcId", &vpc), ("CidrBlock", "10.0.0.0/24")]);
        let mut create = |cidr: &str| caller.refused("CreateSubnet", &[("VpcId", &vpc), ("CidrBlock", cidr)]);
        assert_eq!(
            create("10.0.0.0/24"),
            "InvalidSubnet.Conflict: The CIDR '10.0.0.0/24' conflicts with another subnet"
        );
        assert_eq!(
            create("10.0.0.128/25"),
            "InvalidSubnet.Conflict: The CIDR '10.0.0.128/25' conflicts with another subnet"
        );
        assert_eq!(create("10.1.0.0/24"), "InvalidSubnet.Range: The CIDR '10.1.0.0/24' is invalid.");
        assert_eq!(create("10.0.1.0/29"), "InvalidSubnet.Range: The CIDR '10.0.1.0/29' is invalid.");
        assert_eq!(
            caller.refused("CreateSubnet", &[("VpcId", "10.20.0.0/16"), ("CidrBlock", "10.0.0.0/24")]),
            "InvalidVpcID.NotFound: The vpc ID '10.20.0.0/16' does not exist"
        );
    }

    #[test]
    fn zones_are_named_or_told_by_id_and_unknown_ones_are_refused() {
        let (mut caller, vpc) = with_vpc();
        let by_id =
            [("VpcId", vpc.as_str()), ("CidrBlock", "10.0.1.0/24"), ("AvailabilityZoneId", "usw2-az2")];
        assert_eq!(caller.ok("CreateSubnet", &by_id).text("availabilityZone"), "us-west-2b");
        let elsewhere =
            [("VpcId", vpc.as_str()), ("CidrBlock", "10.0.2.0/24"), ("AvailabilityZone", "us-east-1a")];
        assert_eq!(
            caller.refused("CreateSubnet", &elsewhere),
            "InvalidParameterValue: Value (us-east-1a) for parameter availabilityZone is invalid. Subnets can currently \
             only be created in the following availability zones: us-west-2a, us-west-2b, us-west-2c, us-west-2d."
        );
    }

    #[test]
    fn every_zone_of_a_new_account_has_a_default_subnet() {
        let mut caller = Caller::new();
        let subnets = caller
            .ok("DescribeSubnets", &[("Filter.1.Name", "default-for-az"), ("Filter.1.Value.1", "true")]);
        let mut cidrs = subnets.texts("cidrBlock");
        cidrs.sort();
        assert_eq!(cidrs, ["172.31.0.0/20", "172.31.16.0/20", "172.31.32.0/20", "172.31.48.0/20"]);
        assert!(subnets.texts("mapPublicIpOnLaunch").iter().all(|on| on == "true"));
        let id = subnets.texts("subnetId").remove(0);
        let zone = subnets.texts("availabilityZone").remove(0);
        assert_eq!(
            caller.refused("CreateDefaultSubnet", &[("AvailabilityZone", &zone)]),
            format!(
                "DefaultSubnetAlreadyExistsInAvailabilityZone: '{id}' is already the default subnet in {zone}."
            )
        );
        caller.ok("DeleteSubnet", &[("SubnetId", &id)]);
        let again = caller.ok("CreateDefaultSubnet", &[("AvailabilityZone", &zone)]);
        assert_eq!(again.text("defaultForAz"), "true");
    }

    #[test]
    fn attributes_change_one_at_a_time() {
        let (mut caller, vpc) = with_vpc();
        let id = caller.ok("CreateSubnet", &[("VpcId", &vpc), ("CidrBlock", "10.0.0.0/24")]).text("subnetId");
        caller.ok("ModifySubnetAttribute", &[("SubnetId", &id), ("MapPublicIpOnLaunch.Value", "true")]);
        let shown = caller.ok("DescribeSubnets", &[("SubnetId.1", &id)]);
        assert_eq!(shown.text("mapPublicIpOnLaunch"), "true");
        let two =
            [("SubnetId", id.as_str()), ("MapPublicIpOnLaunch.Value", "true"), ("EnableDns64.Value", "true")];
        assert!(caller.refused("ModifySubnetAttribute", &two).starts_with("InvalidParameterCombination: "));
        let ipv6 = [("SubnetId", id.as_str()), ("AssignIpv6AddressOnCreation.Value", "true")];
        assert_eq!(
            caller.refused("ModifySubnetAttribute", &ipv6),
            format!("InvalidParameterValue: The subnet '{id}' does not have an IPv6 CIDR block.")
        );
    }

    #[test]
    fn ipv6_blocks_are_of_several_sizes_and_do_not_overlap() {
        let mut caller = Caller::new();
        let vpc =
            caller.ok("CreateVpc", &[("CidrBlock", "10.0.0.0/16"), ("AmazonProvidedIpv6CidrBlock", "true")]);
        let (id, block) = (vpc.text("vpcId"), vpc.text("ipv6CidrBlock"));
        let sized = |size: &str| block.replace("/56", size);
        let mut number = 0;
        let mut create = |caller: &mut Caller, size: &str| {
            number += 1;
            let (cidr, v6) = (format!("10.0.{number}.0/24"), sized(size));
            let asked =
                [("VpcId", id.as_str()), ("CidrBlock", cidr.as_str()), ("Ipv6CidrBlock", v6.as_str())];
            caller.send("CreateSubnet", &asked)
        };
        for size in ["/58", "/61", "/68", "/52"] {
            let refused = create(&mut caller, size).unwrap_err();
            assert_eq!(refused.code, "InvalidSubnet.Range", "{size}");
        }
        create(&mut caller, "/60").unwrap();
        for size in ["/56", "/60", "/64"] {
            assert_eq!(
                create(&mut caller, size).unwrap_err().to_string(),
                format!(
                    "InvalidSubnet.Conflict: The IPv6 CIDR '{}' conflicts with another subnet",
                    sized(size)
                )
            );
        }
    }

    #[test]
    fn ipv6_only_subnets_need_their_block_and_no_other() {
        let mut caller = Caller::new();
        let vpc =
            caller.ok("CreateVpc", &[("CidrBlock", "10.0.0.0/16"), ("AmazonProvidedIpv6CidrBlock", "true")]);
        let (id, block) = (vpc.text("vpcId"), vpc.text("ipv6CidrBlock"));
        let subnet_block = block.replace("/56", "/64");
        let both = [("VpcId", id.as_str()), ("CidrBlock", "10.0.0.0/24"), ("Ipv6CidrBlock", &subnet_block)];
        assert_eq!(
            caller.refused("CreateSubnet", &[both[0], both[1], both[2], ("Ipv6Native", "true")]),
            "InvalidParameterCombination: When specifying ipv4 parameters, cidrBlock or ipv4IpamPoolId, you cannot set \
             ipv6Native to true."
        );
        for without in [&[both[0], ("Ipv6Native", "true")][..], &[both[0], both[1], ("Ipv6Native", "true")]] {
            assert_eq!(
                caller.refused("CreateSubnet", without),
                "MissingParameter: Either 'ipv6CidrBlock' or 'ipv6IpamPoolId' should be provided."
            );
        }
        let only = caller.ok("CreateSubnet", &[both[0], both[2], ("Ipv6Native", "true")]);
        assert_eq!(only.text("assignIpv6AddressOnCreation"), "true");
        assert_eq!(only.text("hostnameType"), "resource-name");
        assert!(only.texts("cidrBlock").is_empty());
        assert!(caller.refused("CreateSubnet", &both).starts_with("InvalidSubnet.Conflict: "));
        assert!(
            caller
                .refused("CreateSubnet", &[both[0], ("CidrBlock", "10.0.0.0/24"), ("Ipv6CidrBlock", &block)])
                .starts_with("InvalidSubnet.Conflict: The IPv6 CIDR ")
        );
    }

    #[test]
    fn an_ipv6_block_can_be_added_and_taken_away() {
        let mut caller = Caller::new();
        let vpc =
            caller.ok("CreateVpc", &[("CidrBlock", "10.0.0.0/16"), ("AmazonProvidedIpv6CidrBlock", "true")]);
        let block = vpc.text("ipv6CidrBlock").replace("/56", "/64");
        let subnet = caller
            .ok("CreateSubnet", &[("VpcId", &vpc.text("vpcId")), ("CidrBlock", "10.0.0.0/24")])
            .text("subnetId");
        let added =
            caller.ok("AssociateSubnetCidrBlock", &[("SubnetId", &subnet), ("Ipv6CidrBlock", &block)]);
        assert_eq!(added.text("state"), "associating");
        caller.ok("DisassociateSubnetCidrBlock", &[("AssociationId", &added.text("associationId"))]);
        let shown = caller.ok("DescribeSubnets", &[("SubnetId.1", &subnet)]);
        assert_eq!(shown.texts("associationId"), [added.text("associationId")]);
        assert!(shown.0.contains("<state>disassociated</state>"), "{}", shown.0);
        let again =
            caller.ok("AssociateSubnetCidrBlock", &[("SubnetId", &subnet), ("Ipv6CidrBlock", &block)]);
        let shown = caller.ok("DescribeSubnets", &[("SubnetId.1", &subnet)]);
        assert_eq!(shown.texts("associationId"), [again.text("associationId"), added.text("associationId")]);
        caller.call.now = caller.call.now + std::time::Duration::from_secs(600);
        let shown = caller.ok("DescribeSubnets", &[("SubnetId.1", &subnet)]);
        assert_eq!(shown.texts("associationId"), [again.text("associationId")]);
    }

    #[test]
    fn reservations_lie_in_the_subnet_and_apart_from_each_other() {
        let (mut caller, vpc) = with_vpc();
        let id = caller.ok("CreateSubnet", &[("VpcId", &vpc), ("CidrBlock", "10.0.0.0/24")]).text("subnetId");
        let reserve = |cidr| [("SubnetId", id.as_str()), ("ReservationType", "explicit"), ("Cidr", cidr)];
        let made = caller.ok("CreateSubnetCidrReservation", &reserve("10.0.0.64/28"));
        assert_eq!(
            caller.refused("CreateSubnetCidrReservation", &reserve("10.0.1.0/28")),
            "InvalidParameterValue: Reservation CIDR should be within subnet CIDR block (10.0.0.0/24)"
        );
        assert_eq!(
            caller.refused("CreateSubnetCidrReservation", &reserve("10.0.0.64/27")),
            "InvalidParameterValue: Reservation CIDR 10.0.0.64/27 has overlap with existing reserved CIDR block"
        );
        let shown = caller.ok("GetSubnetCidrReservations", &[("SubnetId", &id)]);
        assert_eq!(shown.texts("cidr"), ["10.0.0.64/28"]);
        let reservation = made.text("subnetCidrReservationId");
        caller.ok("DeleteSubnetCidrReservation", &[("SubnetCidrReservationId", &reservation)]);
        assert!(
            caller
                .refused("DeleteSubnetCidrReservation", &[("SubnetCidrReservationId", &reservation)])
                .starts_with("InvalidSubnetCidrReservationID.NotFound: ")
        );
    }

    #[test]
    fn unknown_subnets_are_refused_in_the_words_of_aws() {
        let mut caller = Caller::new();
        assert_eq!(
            caller.refused("DeleteSubnet", &[("SubnetId", "subnet-0123456789abcdef0")]),
            "InvalidSubnetID.NotFound: The subnet ID 'subnet-0123456789abcdef0' does not exist"
        );
    }

    #[test]
    fn subnets_of_another_region_are_not_seen() {
        let (mut caller, vpc) = with_vpc();
        let id = caller.ok("CreateSubnet", &[("VpcId", &vpc), ("CidrBlock", "10.0.0.0/24")]).text("subnetId");
        caller.move_to("eu-west-1");
        assert!(
            caller.refused("DescribeSubnets", &[("SubnetId.1", &id)]).starts_with("InvalidSubnetID.NotFound")
        );
    }
}
