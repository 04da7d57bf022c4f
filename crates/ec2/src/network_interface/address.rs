//! The addresses of interfaces. Follows AssignPrivateIpAddresses, AssignIpv6Addresses and their opposites (EC2 API
//! Reference), and what CreateNetworkInterface and RunInstances say of addresses.

use awsproto::{AwsError, Call};
use model::IpNet;
use model::World;
use model::network_interface::{AssignPrivateAddresses, Wish};
use model::network_interface_prefix::PrefixFamily;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::prefix;
use crate::errors::refused;
use crate::request::{self, required_id};
use crate::shapes::*;

pub(crate) fn assign_private(
    call: &mut Call,
    world: &mut World,
    request: AssignPrivateIpAddressesRequest,
) -> Result<AssignPrivateIpAddressesResult, AwsError> {
    let AssignPrivateIpAddressesRequest {
        allow_reassignment,
        ipv4_prefix_count,
        ipv4_prefixes,
        network_interface_id,
        private_ip_addresses,
        secondary_private_ip_address_count,
    } = request;
    let (scope, id) = (call.scope, required_id(network_interface_id.as_deref())?);
    let prefixes = prefix::wish(PrefixFamily::Ipv4, &ipv4_prefixes, ipv4_prefix_count)?;
    let addresses = match (private_ip_addresses.is_empty(), secondary_private_ip_address_count) {
        (true, None) if prefixes.is_some() => Wish::NONE,
        (true, None) => {
            return Err(AwsError::missing_parameter("secondaryPrivateIpAddressCount or privateIpAddresses"));
        }
        (false, Some(_)) => {
            return Err(list_and_count("privateIpAddresses", "secondaryPrivateIpAddressCount"));
        }
        (true, Some(count)) => Wish::Count(address_count("secondaryPrivateIpAddressCount", count)?),
        (false, None) => Wish::Listed(ipv4_addresses("privateIpAddress", &private_ip_addresses)?),
    };
    let assign =
        AssignPrivateAddresses { addresses, allow_reassignment: allow_reassignment.unwrap_or(false) };
    let added =
        call.with_ids(|ids| world.assign_private_addresses(scope, id, assign, ids)).map_err(refused)?;
    let assigned = prefix::assign(call, world, id, PrefixFamily::Ipv4, prefixes)?;
    let render =
        |address: Ipv4Addr| AssignedPrivateIpAddress { private_ip_address: Some(address.to_string()) };
    Ok(AssignPrivateIpAddressesResult {
        network_interface_id: Some(id.to_string()),
        assigned_private_ip_addresses: added.into_iter().map(render).collect(),
        assigned_ipv4_prefixes: assigned
            .into_iter()
            .map(|prefix| Ipv4PrefixSpecification { ipv4_prefix: Some(prefix) })
            .collect(),
    })
}

pub(crate) fn unassign_private(
    call: &mut Call,
    world: &mut World,
    request: UnassignPrivateIpAddressesRequest,
) -> Result<(), AwsError> {
    let UnassignPrivateIpAddressesRequest { ipv4_prefixes, network_interface_id, private_ip_addresses } =
        request;
    let id = required_id(network_interface_id.as_deref())?;
    if private_ip_addresses.is_empty() && ipv4_prefixes.is_empty() {
        return Err(AwsError::missing_parameter("privateIpAddress"));
    }
    let addresses = ipv4_addresses("privateIpAddress", &private_ip_addresses)?;
    let prefixes = prefix::parse(PrefixFamily::Ipv4, &ipv4_prefixes)?;
    world.unassign_private_addresses(call.scope, id, &addresses).map_err(refused)?;
    world.unassign_prefixes(call.scope, id, &prefixes).map_err(refused)
}

pub(crate) fn assign_ipv6(
    call: &mut Call,
    world: &mut World,
    request: AssignIpv6AddressesRequest,
) -> Result<AssignIpv6AddressesResult, AwsError> {
    let AssignIpv6AddressesRequest {
        ipv6_address_count,
        ipv6_addresses,
        ipv6_prefix_count,
        ipv6_prefixes,
        network_interface_id,
    } = request;
    let (scope, id) = (call.scope, required_id(network_interface_id.as_deref())?);
    let prefixes = prefix::wish(PrefixFamily::Ipv6, &ipv6_prefixes, ipv6_prefix_count)?;
    let addresses = match (ipv6_addresses.is_empty(), ipv6_address_count) {
        (true, None) if prefixes.is_some() => Wish::NONE,
        (true, None) => return Err(AwsError::missing_parameter("ipv6AddressCount or ipv6Addresses")),
        (false, Some(_)) => return Err(list_and_count("ipv6Addresses", "ipv6AddressCount")),
        (true, Some(count)) => Wish::Count(address_count("ipv6AddressCount", count)?),
        (false, None) => Wish::Listed(parse_ipv6_addresses(&ipv6_addresses)?),
    };
    let added =
        call.with_ids(|ids| world.assign_ipv6_addresses(scope, id, addresses, ids)).map_err(refused)?;
    let assigned_ipv6_prefixes = prefix::assign(call, world, id, PrefixFamily::Ipv6, prefixes)?;
    Ok(AssignIpv6AddressesResult {
        network_interface_id: Some(id.to_string()),
        assigned_ipv6_addresses: added.iter().map(Ipv6Addr::to_string).collect(),
        assigned_ipv6_prefixes,
    })
}

pub(crate) fn unassign_ipv6(
    call: &mut Call,
    world: &mut World,
    request: UnassignIpv6AddressesRequest,
) -> Result<UnassignIpv6AddressesResult, AwsError> {
    let UnassignIpv6AddressesRequest { ipv6_addresses, ipv6_prefixes, network_interface_id } = request;
    let id = required_id(network_interface_id.as_deref())?;
    let addresses = parse_ipv6_addresses(&ipv6_addresses)?;
    let prefixes = prefix::parse(PrefixFamily::Ipv6, &ipv6_prefixes)?;
    world.unassign_ipv6_addresses(call.scope, id, &addresses).map_err(refused)?;
    world.unassign_prefixes(call.scope, id, &prefixes).map_err(refused)?;
    Ok(UnassignIpv6AddressesResult {
        network_interface_id: Some(id.to_string()),
        unassigned_ipv6_addresses: addresses.iter().map(Ipv6Addr::to_string).collect(),
        unassigned_ipv6_prefixes: prefixes.iter().map(IpNet::to_string).collect(),
    })
}

/// The addresses that a new interface is to have, as CreateNetworkInterface and RunInstances take them.
#[derive(Default)]
pub(crate) struct Addresses {
    /// `PrivateIpAddress`.
    pub primary: Option<String>,
    /// `PrivateIpAddresses`, of which one may be marked as primary.
    pub listed: Vec<PrivateIpAddressSpecification>,
    /// `SecondaryPrivateIpAddressCount`.
    pub secondary_count: Option<i32>,
    /// `Ipv6Addresses`.
    pub ipv6: Vec<InstanceIpv6Address>,
    /// `Ipv6AddressCount`.
    pub ipv6_count: Option<i32>,
    /// `Ipv4Prefixes`.
    pub ipv4_prefixes: Vec<Ipv4PrefixSpecificationRequest>,
    /// `Ipv4PrefixCount`.
    pub ipv4_prefix_count: Option<i32>,
    /// `Ipv6Prefixes`.
    pub ipv6_prefixes: Vec<Ipv6PrefixSpecificationRequest>,
    /// `Ipv6PrefixCount`.
    pub ipv6_prefix_count: Option<i32>,
}

/// The same, read.
pub(crate) struct ReadAddresses {
    pub primary: Option<Ipv4Addr>,
    pub secondary: Wish<Ipv4Addr>,
    pub ipv6: Option<Wish<Ipv6Addr>>,
    pub prefixes: Vec<(PrefixFamily, Wish<IpNet>)>,
}

impl Addresses {
    pub(crate) fn read(mut self) -> Result<ReadAddresses, AwsError> {
        let prefixes = vec![
            (PrefixFamily::Ipv4, self.read_ipv4_prefixes()?),
            (PrefixFamily::Ipv6, self.read_ipv6_prefixes()?),
        ];
        let (primaries, others): (Vec<_>, Vec<_>) =
            self.listed.into_iter().partition(|address| address.primary == Some(true));
        let texts = |list: Vec<PrivateIpAddressSpecification>| -> Vec<String> {
            list.into_iter().filter_map(|address| address.private_ip_address).collect()
        };
        let (mut primaries, others) = (texts(primaries), texts(others));
        primaries.extend(self.primary);
        if primaries.len() > 1 {
            return Err(AwsError::invalid_parameter_combination(
                "Only one primary private IP address can be specified.",
            ));
        }
        let secondary = match (others.is_empty(), self.secondary_count) {
            (true, None) => Wish::NONE,
            (true, Some(count)) => Wish::Count(address_count("secondaryPrivateIpAddressCount", count)?),
            (false, None) => Wish::Listed(ipv4_addresses("privateIpAddresses", &others)?),
            (false, Some(_)) => {
                return Err(list_and_count("privateIpAddresses", "secondaryPrivateIpAddressCount"));
            }
        };
        let is_primary = self.ipv6.iter().any(|address| address.is_primary_ipv6 == Some(true));
        request::refuse_unsupported(&[("Ipv6Addresses.IsPrimaryIpv6", is_primary)])?;
        let ipv6: Vec<String> = self.ipv6.into_iter().filter_map(|address| address.ipv6_address).collect();
        let ipv6 = match (ipv6.is_empty(), self.ipv6_count) {
            (true, None) => None,
            (true, Some(count)) => Some(Wish::Count(address_count("ipv6AddressCount", count)?)),
            (false, None) => Some(Wish::Listed(parse_ipv6_addresses(&ipv6)?)),
            (false, Some(_)) => return Err(list_and_count("ipv6Addresses", "ipv6AddressCount")),
        };
        let primary = primaries.first().map(|text| ipv4_address("privateIpAddress", text)).transpose()?;
        Ok(ReadAddresses { primary, secondary, ipv6, prefixes })
    }

    /// "You can't specify IPv4 prefixes if you've specified … specific private IPv4 addresses, or a count of private IPv4
    /// addresses" (CreateNetworkInterface).
    fn read_ipv4_prefixes(&mut self) -> Result<Wish<IpNet>, AwsError> {
        let listed = std::mem::take(&mut self.ipv4_prefixes).into_iter();
        let listed: Vec<String> = listed.filter_map(|it| it.ipv4_prefix).collect();
        let wish = prefix::wish(PrefixFamily::Ipv4, &listed, self.ipv4_prefix_count)?;
        let has_secondary = self.listed.iter().any(|it| it.primary != Some(true));
        let others = [
            ("privateIpAddresses", has_secondary),
            ("secondaryPrivateIpAddressCount", self.secondary_count.is_some()),
        ];
        prefix::alone("ipv4Prefixes", wish, &others)
    }

    fn read_ipv6_prefixes(&mut self) -> Result<Wish<IpNet>, AwsError> {
        let listed = std::mem::take(&mut self.ipv6_prefixes).into_iter();
        let listed: Vec<String> = listed.filter_map(|it| it.ipv6_prefix).collect();
        let wish = prefix::wish(PrefixFamily::Ipv6, &listed, self.ipv6_prefix_count)?;
        let others =
            [("ipv6Addresses", !self.ipv6.is_empty()), ("ipv6AddressCount", self.ipv6_count.is_some())];
        prefix::alone("ipv6Prefixes", wish, &others)
    }
}

pub(crate) fn list_and_count(list: &str, count: &str) -> AwsError {
    AwsError::invalid_parameter_combination(format!(
        "The parameter {list} cannot be used with the parameter {count}"
    ))
}

/// Reads an IPv4 address.
pub(crate) fn ipv4_address(parameter: &str, text: &str) -> Result<Ipv4Addr, AwsError> {
    text.parse().map_err(|_| AwsError::invalid_value(parameter, text, "This is not a valid IPv4 address."))
}

pub(crate) fn ipv4_addresses(parameter: &str, texts: &[String]) -> Result<Vec<Ipv4Addr>, AwsError> {
    texts.iter().map(|text| ipv4_address(parameter, text)).collect()
}

fn parse_ipv6_addresses(texts: &[String]) -> Result<Vec<Ipv6Addr>, AwsError> {
    let read = |text: &String| {
        text.parse()
            .map_err(|_| AwsError::invalid_value("ipv6Addresses", text, "This is not a valid IPv6 address."))
    };
    texts.iter().map(read).collect()
}

/// How many addresses one request can ask for; no instance type allows more on an interface.
const ADDRESSES_MAX: usize = 50;

pub(crate) fn address_count(parameter: &str, count: i32) -> Result<usize, AwsError> {
    let reason = format!("Expecting a value between 0 and {ADDRESSES_MAX}.");
    let refused = || AwsError::invalid_value(parameter, &count.to_string(), &reason);
    usize::try_from(count).ok().filter(|count| *count <= ADDRESSES_MAX).ok_or_else(refused)
}

#[cfg(test)]
mod tests {
    use super::super::tests::with_subnet;
    use crate::testing::Caller;

    #[test]
    fn addresses_that_cannot_be_had_are_refused_in_aws_words() {
        let (mut caller, subnet) = with_subnet();
        let mut refused = |address| {
            caller.refused("CreateNetworkInterface", &[("SubnetId", &subnet), ("PrivateIpAddress", address)])
        };
        let reserved = "InvalidParameterValue: Address is in subnet's reserved address range";
        assert_eq!(refused("10.0.0.3"), reserved);
        assert_eq!(refused("10.0.0.255"), reserved);
        assert_eq!(
            refused("10.0.1.4"),
            "InvalidParameterValue: Address does not fall within the subnet's address range"
        );
        caller.ok("CreateNetworkInterface", &[("SubnetId", &subnet), ("PrivateIpAddress", "10.0.0.4")]);
        assert_eq!(
            caller.refused(
                "CreateNetworkInterface",
                &[("SubnetId", &subnet), ("PrivateIpAddress", "10.0.0.4")]
            ),
            "InvalidIPAddress.InUse: The specified address is already in use."
        );
    }

    #[test]
    fn secondary_addresses_come_and_go_within_the_types_limit() {
        let mut caller = Caller::new();
        caller.running(&[]);
        let id = caller.ok("DescribeInstances", &[]).text("networkInterfaceId");
        let one = [("NetworkInterfaceId", &*id), ("SecondaryPrivateIpAddressCount", "1")];
        let address = caller.ok("AssignPrivateIpAddresses", &one).text("privateIpAddress");
        assert_eq!(
            caller.refused("AssignPrivateIpAddresses", &one),
            "PrivateIpAddressLimitExceeded: Number of private addresses will exceed limit."
        );
        let unassign = [("NetworkInterfaceId", &*id), ("PrivateIpAddress.1", &*address)];
        caller.ok("UnassignPrivateIpAddresses", &unassign);
        assert_eq!(
            caller.refused("UnassignPrivateIpAddresses", &unassign),
            format!(
                "InvalidParameterValue: Some of the specified private IP addresses are not assigned to the network \
                 interface '{id}'"
            )
        );
        assert!(
            caller
                .refused("AssignIpv6Addresses", &[("NetworkInterfaceId", &id), ("Ipv6AddressCount", "1")])
                .starts_with("InvalidParameterValue: The subnet ")
        );
    }

    #[test]
    fn an_address_is_not_taken_from_another_interface_unasked() {
        let (mut caller, subnet) = with_subnet();
        let mut made = |address| {
            let parameters = [("SubnetId", &*subnet), ("PrivateIpAddress", address)];
            caller.ok("CreateNetworkInterface", &parameters).text("networkInterfaceId")
        };
        let (one, two) = (made("10.0.0.10"), made("10.0.0.20"));
        fn to<'a>(interface: &'a str, address: &'a str) -> [(&'a str, &'a str); 2] {
            [("NetworkInterfaceId", interface), ("PrivateIpAddress.1", address)]
        }
        let answer = caller.ok("AssignPrivateIpAddresses", &to(&one, "10.0.0.50"));
        assert_eq!(answer.text("privateIpAddress"), "10.0.0.50");
        let kept = "InvalidParameterValue: [10.0.0.50] assigned, but move is not allowed.";
        assert_eq!(caller.refused("AssignPrivateIpAddresses", &to(&two, "10.0.0.50")), kept);
        let both = [
            to(&two, "10.0.0.50")[0],
            ("PrivateIpAddress.1", "10.0.0.10"),
            ("PrivateIpAddress.2", "10.0.0.50"),
        ];
        assert_eq!(
            caller.refused("AssignPrivateIpAddresses", &both),
            "InvalidParameterValue: [10.0.0.10, 10.0.0.50] assigned, but move is not allowed."
        );
        let allowed = ("AllowReassignment", "true");
        let primary = [to(&two, "10.0.0.10").as_slice(), &[allowed]].concat();
        assert_eq!(
            caller.refused("AssignPrivateIpAddresses", &primary),
            "InvalidParameterValue: [10.0.0.10] assigned, but move is not allowed.",
            "a primary address never moves"
        );
        caller.ok("AssignPrivateIpAddresses", &[to(&two, "10.0.0.50").as_slice(), &[allowed]].concat());
        let shown = caller.ok("DescribeNetworkInterfaces", &[("NetworkInterfaceId.1", &one)]);
        assert!(!shown.0.contains("10.0.0.50"), "{}", shown.0);
    }

    #[test]
    fn what_an_interface_has_already_may_be_assigned_again() {
        let (mut caller, subnet) = with_subnet();
        let made = caller.ok(
            "CreateNetworkInterface",
            &[
                ("SubnetId", &subnet),
                ("PrivateIpAddress", "10.0.0.10"),
                ("SecondaryPrivateIpAddressCount", "1"),
            ],
        );
        let id = made.text("networkInterfaceId");
        let mut addresses = made.texts("privateIpAddress");
        addresses.dedup();
        for address in &addresses {
            for allowed in ["false", "true"] {
                let again = [
                    ("NetworkInterfaceId", &*id),
                    ("PrivateIpAddress.1", &**address),
                    ("AllowReassignment", allowed),
                ];
                let answer = caller.ok("AssignPrivateIpAddresses", &again);
                assert_eq!(&answer.text("privateIpAddress"), address);
            }
        }
        let shown = caller.ok("DescribeNetworkInterfaces", &[("NetworkInterfaceId.1", &id)]);
        assert_eq!(shown.texts("primary").len(), 2);
    }
}
