//! Secondary addresses of NAT gateways. Follows AssociateNatGatewayAddress, AssignPrivateNatGatewayAddress and their
//! opposites (EC2 API Reference). Nothing is drained: an address goes at once, with its connections.

use awsproto::{AwsError, Call};
use model::network_interface::Wish;
use model::{AddressAssociationId, AllocationId, NatGatewayId, Scope, World};
use std::net::Ipv4Addr;

use crate::errors::refused;
use crate::nat_gateway::addresses;
use crate::network_interface::{ipv4_addresses, list_and_count};
use crate::request::{self, parse_id, required_id};
use crate::shapes::*;

/// How many private addresses one call assigns.
const ADDRESSES_AT_ONCE: std::ops::RangeInclusive<usize> = 1..=31;
/// "The maximum amount of time to wait (in seconds)": 1 to 4000.
const DRAIN_SECONDS: std::ops::RangeInclusive<i32> = 1..=4000;

pub(crate) fn associate(
    call: &mut Call,
    world: &mut World,
    request: AssociateNatGatewayAddressRequest,
) -> Result<AssociateNatGatewayAddressResult, AwsError> {
    let AssociateNatGatewayAddressRequest {
        allocation_ids,
        availability_zone,
        availability_zone_id,
        nat_gateway_id,
        private_ip_addresses,
    } = request;
    // Of regional NAT gateways.
    request::refuse_unsupported(&[
        ("AvailabilityZone", availability_zone.is_some()),
        ("AvailabilityZoneId", availability_zone_id.is_some()),
    ])?;
    let id: NatGatewayId = required_id(nat_gateway_id.as_deref())?;
    let secondary = Secondary::Public {
        allocations: parse_allocations(&allocation_ids)?,
        private: ipv4_addresses("privateIpAddress", &private_ip_addresses)?,
    };
    let added = add(call, world, id, secondary)?;
    let associating = shown(world, call.scope, id, &added, "associating")?;
    Ok(AssociateNatGatewayAddressResult {
        nat_gateway_addresses: associating.into_iter().map(not_yet_associated).collect(),
        nat_gateway_id: Some(id.to_string()),
    })
}

pub(crate) fn assign(
    call: &mut Call,
    world: &mut World,
    request: AssignPrivateNatGatewayAddressRequest,
) -> Result<AssignPrivateNatGatewayAddressResult, AwsError> {
    let AssignPrivateNatGatewayAddressRequest {
        nat_gateway_id,
        private_ip_address_count,
        private_ip_addresses,
    } = request;
    let id: NatGatewayId = required_id(nat_gateway_id.as_deref())?;
    let wish = private_wish("privateIpAddressCount", private_ip_address_count, &private_ip_addresses)?;
    let wish =
        wish.ok_or_else(|| AwsError::missing_parameter("privateIpAddressCount or privateIpAddresses"))?;
    let added = add(call, world, id, Secondary::Private(wish))?;
    Ok(AssignPrivateNatGatewayAddressResult {
        nat_gateway_addresses: shown(world, call.scope, id, &added, "assigning")?,
        nat_gateway_id: Some(id.to_string()),
    })
}

pub(crate) fn disassociate(
    call: &mut Call,
    world: &mut World,
    request: DisassociateNatGatewayAddressRequest,
) -> Result<DisassociateNatGatewayAddressResult, AwsError> {
    let DisassociateNatGatewayAddressRequest { association_ids, max_drain_duration_seconds, nat_gateway_id } =
        request;
    check_drain(max_drain_duration_seconds)?;
    let (scope, id) = (call.scope, required_id(nat_gateway_id.as_deref())?);
    let associations: Vec<AddressAssociationId> =
        association_ids.iter().map(|text| parse_id(text)).collect::<Result<_, _>>()?;
    let taken = world.associated_with_nat_gateway(scope, id, &associations).map_err(refused)?;
    let nat_gateway_addresses = shown(world, scope, id, &taken, "disassociating")?;
    world.take_nat_gateway_addresses(scope, id, &taken, true).map_err(refused)?;
    Ok(DisassociateNatGatewayAddressResult { nat_gateway_addresses, nat_gateway_id: Some(id.to_string()) })
}

pub(crate) fn unassign(
    call: &mut Call,
    world: &mut World,
    request: UnassignPrivateNatGatewayAddressRequest,
) -> Result<UnassignPrivateNatGatewayAddressResult, AwsError> {
    let UnassignPrivateNatGatewayAddressRequest {
        max_drain_duration_seconds,
        nat_gateway_id,
        private_ip_addresses,
    } = request;
    check_drain(max_drain_duration_seconds)?;
    let (scope, id) = (call.scope, required_id(nat_gateway_id.as_deref())?);
    let taken = ipv4_addresses("privateIpAddress", &private_ip_addresses)?;
    let nat_gateway_addresses = shown(world, scope, id, &taken, "unassigning")?;
    world.take_nat_gateway_addresses(scope, id, &taken, false).map_err(refused)?;
    Ok(UnassignPrivateNatGatewayAddressResult { nat_gateway_addresses, nat_gateway_id: Some(id.to_string()) })
}

/// An address whose association is under way: AWS does not say yet which private address it will have.
fn not_yet_associated(address: NatGatewayAddress) -> NatGatewayAddress {
    NatGatewayAddress { private_ip: None, public_ip: None, association_id: None, ..address }
}

/// The secondary addresses that a NAT gateway is to get.
pub(crate) enum Secondary {
    /// Elastic IP addresses, and the private ones for them, if they are named.
    Public { allocations: Vec<AllocationId>, private: Vec<Ipv4Addr> },
    /// Private addresses alone.
    Private(Wish<Ipv4Addr>),
}

impl Secondary {
    /// What CreateNatGateway asks for, if it asks for any.
    pub(crate) fn of_creation(
        allocations: &[String],
        private: &[String],
        count: Option<i32>,
    ) -> Result<Option<Secondary>, AwsError> {
        if allocations.is_empty() {
            let wish = private_wish("secondaryPrivateIpAddressCount", count, private)?;
            return Ok(wish.map(Secondary::Private));
        }
        if count.is_some() {
            return Err(list_and_count("secondaryAllocationIds", "secondaryPrivateIpAddressCount"));
        }
        let private = ipv4_addresses("secondaryPrivateIpAddresses", private)?;
        Ok(Some(Secondary::Public { allocations: parse_allocations(allocations)?, private }))
    }
}

/// Gives a NAT gateway secondary addresses; the private ones.
pub(crate) fn add(
    call: &mut Call,
    world: &mut World,
    id: NatGatewayId,
    secondary: Secondary,
) -> Result<Vec<Ipv4Addr>, AwsError> {
    let scope = call.scope;
    let added = call.with_ids(|ids| match secondary {
        Secondary::Public { allocations, private } => {
            world.associate_nat_gateway_addresses(scope, id, &allocations, &private, ids)
        }
        Secondary::Private(wish) => world.assign_nat_gateway_addresses(scope, id, wish, ids),
    });
    added.map_err(refused)
}

fn parse_allocations(texts: &[String]) -> Result<Vec<AllocationId>, AwsError> {
    texts.iter().map(|text| parse_id(text)).collect()
}

fn private_wish(
    parameter: &str,
    count: Option<i32>,
    listed: &[String],
) -> Result<Option<Wish<Ipv4Addr>>, AwsError> {
    Ok(match (listed.is_empty(), count) {
        (true, None) => None,
        (true, Some(count)) => Some(Wish::Count(checked_count(parameter, count)?)),
        (false, None) => Some(Wish::Listed(ipv4_addresses("privateIpAddress", listed)?)),
        (false, Some(_)) => return Err(list_and_count("privateIpAddresses", parameter)),
    })
}

/// "Valid values: 1-31" (`PrivateIpAddressCount` of AssignPrivateNatGatewayAddress).
fn checked_count(parameter: &str, count: i32) -> Result<usize, AwsError> {
    let (least, most) = (ADDRESSES_AT_ONCE.start(), ADDRESSES_AT_ONCE.end());
    let reason = format!("Expecting a value between {least} and {most}.");
    let refused = || AwsError::invalid_value(parameter, &count.to_string(), &reason);
    usize::try_from(count).ok().filter(|count| ADDRESSES_AT_ONCE.contains(count)).ok_or_else(refused)
}

fn check_drain(seconds: Option<i32>) -> Result<(), AwsError> {
    match seconds.filter(|seconds| !DRAIN_SECONDS.contains(seconds)) {
        Some(other) => Err(AwsError::invalid_value(
            "maxDrainDurationSeconds",
            &other.to_string(),
            "Expecting a value between 1 and 4000.",
        )),
        None => Ok(()),
    }
}

/// Some of a gateway's addresses, on their way.
fn shown(
    world: &World,
    scope: Scope,
    id: NatGatewayId,
    which: &[Ipv4Addr],
    status: &str,
) -> Result<Vec<NatGatewayAddress>, AwsError> {
    let gateway = world.nat_gateway(scope, id).map_err(refused)?;
    let named = |it: &NatGatewayAddress| {
        it.private_ip.as_ref().is_some_and(|text| which.iter().any(|address| address.to_string() == *text))
    };
    let all = addresses(world, gateway).into_iter().filter(named);
    Ok(all.map(|it| NatGatewayAddress { status: Some(status.to_owned()), ..it }).collect())
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    fn public() -> (Caller, String, String) {
        let mut caller = Caller::new();
        let subnet = caller.ok("DescribeSubnets", &[]).text("subnetId");
        let first = caller.ok("AllocateAddress", &[]).text("allocationId");
        let made = caller.ok("CreateNatGateway", &[("SubnetId", &subnet), ("AllocationId", &first)]);
        let second = caller.ok("AllocateAddress", &[]).text("allocationId");
        (caller, made.text("natGatewayId"), second)
    }

    #[test]
    fn a_public_gateway_gets_a_second_elastic_address_and_gives_it_back() {
        let (mut caller, id, second) = public();
        let parameters = [("NatGatewayId", id.as_str()), ("AllocationId.1", &second)];
        let made = caller.ok("AssociateNatGatewayAddress", &parameters);
        assert_eq!((made.text("status"), made.text("isPrimary")), ("associating".into(), "false".into()));
        let shown = caller.ok("DescribeNatGateways", &[]);
        assert_eq!(shown.texts("isPrimary"), ["true", "false"]);
        assert_eq!(shown.texts("status"), ["succeeded", "succeeded"]);
        assert_eq!(shown.texts("publicIp").len(), 2);
        let third = caller.ok("AllocateAddress", &[]).text("allocationId");
        assert_eq!(
            caller
                .refused("AssociateNatGatewayAddress", &[("NatGatewayId", &id), ("AllocationId.1", &third)]),
            "NatGatewayAddressLimitExceeded: Performing this operation would exceed the limit of 2 addresses per NAT \
             gateway"
        );
        let associations = shown.texts("associationId");
        let take = |association: &str| {
            vec![("NatGatewayId", id.clone()), ("AssociationId.1", association.to_owned())]
        };
        let primary = take(&associations[0]);
        let primary: Vec<(&str, &str)> =
            primary.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert!(
            caller.refused("DisassociateNatGatewayAddress", &primary).starts_with("InvalidParameterValue: ")
        );
        let other = take(&associations[1]);
        let other: Vec<(&str, &str)> = other.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let taken = caller.ok("DisassociateNatGatewayAddress", &other);
        assert_eq!(
            (taken.text("status"), taken.text("allocationId")),
            ("disassociating".into(), second.clone())
        );
        assert_eq!(caller.ok("DescribeNatGateways", &[]).texts("isPrimary"), ["true"]);
        caller.ok("ReleaseAddress", &[("AllocationId", &second)]);
    }

    #[test]
    fn a_private_gateway_has_up_to_eight_addresses() {
        let mut caller = Caller::new();
        let subnet = caller.ok("DescribeSubnets", &[]).text("subnetId");
        let made = caller.ok(
            "CreateNatGateway",
            &[
                ("SubnetId", &subnet),
                ("ConnectivityType", "private"),
                ("SecondaryPrivateIpAddressCount", "2"),
            ],
        );
        let id = made.text("natGatewayId");
        let one = ("NatGatewayId", id.as_str());
        let assigned = caller.ok("AssignPrivateNatGatewayAddress", &[one, ("PrivateIpAddressCount", "5")]);
        assert_eq!(assigned.texts("status"), ["assigning"; 5]);
        assert_eq!(caller.ok("DescribeNatGateways", &[]).texts("privateIp").len(), 8);
        assert!(
            caller
                .refused("AssignPrivateNatGatewayAddress", &[one, ("PrivateIpAddressCount", "1")])
                .starts_with("NatGatewayAddressLimitExceeded: ")
        );
        let address = assigned.texts("privateIp")[0].clone();
        let taken = [one, ("PrivateIpAddress.1", address.as_str()), ("MaxDrainDurationSeconds", "1")];
        assert_eq!(caller.ok("UnassignPrivateNatGatewayAddress", &taken).text("status"), "unassigning");
        assert_eq!(
            caller.refused("UnassignPrivateNatGatewayAddress", &taken),
            format!(
                "InvalidParameterValue: The address {address} is not assigned to the NAT gateway '{id}'."
            )
        );
        let elastic = caller.ok("AllocateAddress", &[]).text("allocationId");
        assert!(
            caller
                .refused("AssociateNatGatewayAddress", &[one, ("AllocationId.1", &elastic)])
                .starts_with("InvalidParameter: ")
        );
    }
}
