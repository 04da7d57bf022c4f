//! Prefixes of interfaces, as requests name or count them. Follows "Prefix delegation" (EC2 User Guide).

use awsproto::{AwsError, Call};
use ipnet::{Ipv4Net, Ipv6Net};
use model::network_interface::Wish;
use model::network_interface_prefix::PrefixFamily;
use model::{IpNet, NetworkInterfaceId, World};

use super::{address_count, list_and_count};
use crate::errors::refused;

/// What requests call the list of one family, and the count.
fn parameters(family: PrefixFamily) -> [&'static str; 2] {
    match family {
        PrefixFamily::Ipv4 => ["ipv4Prefixes", "ipv4PrefixCount"],
        PrefixFamily::Ipv6 => ["ipv6Prefixes", "ipv6PrefixCount"],
    }
}

/// The prefixes that a request asks for, if it asks for any.
pub(super) fn wish(
    family: PrefixFamily,
    listed: &[String],
    count: Option<i32>,
) -> Result<Option<Wish<IpNet>>, AwsError> {
    let [list_name, count_name] = parameters(family);
    match (listed.is_empty(), count) {
        (true, None) => Ok(None),
        (true, Some(count)) => Ok(Some(Wish::Count(address_count(count_name, count)?))),
        (false, None) => Ok(Some(Wish::Listed(parse(family, listed)?))),
        (false, Some(_)) => Err(list_and_count(list_name, count_name)),
    }
}

/// Reads prefixes.
pub(super) fn parse(family: PrefixFamily, texts: &[String]) -> Result<Vec<IpNet>, AwsError> {
    let read = |text: &String| {
        let (prefix, version) = match family {
            PrefixFamily::Ipv4 => (text.parse::<Ipv4Net>().map(IpNet::V4), "IPv4"),
            PrefixFamily::Ipv6 => (text.parse::<Ipv6Net>().map(IpNet::V6), "IPv6"),
        };
        let reason = format!("This is not a valid {version} prefix.");
        prefix.map_err(|_| AwsError::invalid_value(parameters(family)[0], text, &reason))
    };
    texts.iter().map(read).collect()
}

/// Refuses prefixes beside what cannot be asked for in the same request.
pub(super) fn alone(
    parameter: &str,
    wish: Option<Wish<IpNet>>,
    others: &[(&str, bool)],
) -> Result<Wish<IpNet>, AwsError> {
    let Some(wish) = wish.filter(|wish| *wish != Wish::NONE) else { return Ok(Wish::NONE) };
    match others.iter().find(|(_, is_there)| *is_there) {
        Some((other, _)) => Err(list_and_count(parameter, other)),
        None => Ok(wish),
    }
}

/// Assigns prefixes, if any are asked for; as answers show them.
pub(super) fn assign(
    call: &mut Call,
    world: &mut World,
    id: NetworkInterfaceId,
    family: PrefixFamily,
    wish: Option<Wish<IpNet>>,
) -> Result<Vec<String>, AwsError> {
    let Some(wish) = wish else { return Ok(Vec::new()) };
    let scope = call.scope;
    let assigned = call.with_ids(|ids| world.assign_prefixes(scope, id, family, wish, ids));
    Ok(assigned.map_err(refused)?.iter().map(IpNet::to_string).collect())
}

#[cfg(test)]
mod tests {
    use super::super::tests::with_subnet;
    use crate::testing::Caller;

    #[test]
    fn an_interface_gets_prefixes_when_it_is_made_and_later() {
        let (mut caller, subnet) = with_subnet();
        let made = caller.ok(
            "CreateNetworkInterface",
            &[("SubnetId", &subnet), ("Ipv4Prefix.1.Ipv4Prefix", "10.0.0.16/28")],
        );
        assert_eq!(made.texts("ipv4Prefix"), ["10.0.0.16/28"]);
        let id = made.text("networkInterfaceId");
        let one = ("NetworkInterfaceId", &*id);
        let more =
            caller.ok("AssignPrivateIpAddresses", &[one, ("Ipv4PrefixCount", "2")]).texts("ipv4Prefix");
        assert_eq!(more.len(), 2);
        let shown = caller.ok("DescribeNetworkInterfaces", &[("NetworkInterfaceId.1", &id)]);
        assert_eq!(shown.texts("ipv4Prefix").len(), 3);
        let free = caller.ok("DescribeSubnets", &[("SubnetId.1", &subnet)]).text("availableIpAddressCount");
        assert_eq!(free, (251 - 1 - 3 * 16).to_string());
        caller.ok("UnassignPrivateIpAddresses", &[one, ("Ipv4Prefix.1", "10.0.0.16/28")]);
        assert_eq!(
            caller.refused("UnassignPrivateIpAddresses", &[one, ("Ipv4Prefix.1", "10.0.0.16/28")]),
            format!(
                "InvalidParameterValue: Some of the specified prefixes are not assigned to the network interface '{id}'"
            )
        );
        let shown = caller.ok("DescribeNetworkInterfaces", &[("NetworkInterfaceId.1", &id)]);
        assert_eq!(shown.texts("ipv4Prefix"), more);
    }

    #[test]
    fn a_subnet_without_room_says_so() {
        let (mut caller, subnet) = with_subnet();
        let made = [("SubnetId", &*subnet), ("Ipv4PrefixCount", "15")];
        assert_eq!(
            caller.refused("CreateNetworkInterface", &made),
            "InsufficientCidrBlocks: The specified subnet does not have enough free cidr blocks to satisfy the request."
        );
    }

    #[test]
    fn ipv6_prefixes_are_out_of_the_subnets_block() {
        let mut caller = Caller::new();
        let vpc = [("CidrBlock", "10.0.0.0/16"), ("AmazonProvidedIpv6CidrBlock", "true")];
        let vpc = caller.ok("CreateVpc", &vpc).text("vpcId");
        let block =
            caller.ok("DescribeVpcs", &[("VpcId.1", &vpc)]).text("ipv6CidrBlock").replace("/56", "/64");
        let subnet = [("VpcId", &*vpc), ("CidrBlock", "10.0.0.0/24"), ("Ipv6CidrBlock", &*block)];
        let subnet = caller.ok("CreateSubnet", &subnet).text("subnetId");
        let made = caller.ok("CreateNetworkInterface", &[("SubnetId", &subnet), ("Ipv6PrefixCount", "1")]);
        let id = made.text("networkInterfaceId");
        let first = made.text("ipv6Prefix");
        assert!(
            first.ends_with("/80") && first.starts_with(block.trim_end_matches("::/64")),
            "{first} of {block}"
        );
        let one = ("NetworkInterfaceId", &*id);
        let assigned =
            caller.ok("AssignIpv6Addresses", &[one, ("Ipv6PrefixCount", "1"), ("Ipv6AddressCount", "1")]);
        assert_eq!(assigned.texts("item").len(), 2, "{}", assigned.0);
        caller.ok("UnassignIpv6Addresses", &[one, ("Ipv6Prefix.1", &first)]);
        let shown = caller.ok("DescribeNetworkInterfaces", &[("NetworkInterfaceId.1", &id)]);
        assert_eq!(shown.texts("ipv6Prefix").len(), 1);
    }

    #[test]
    fn what_goes_not_together_is_refused() {
        let (mut caller, subnet) = with_subnet();
        let mut refused = |name, value, other, other_value| {
            let parameters = [("SubnetId", &*subnet), (name, value), (other, other_value)];
            caller.refused("CreateNetworkInterface", &parameters)
        };
        let both =
            "InvalidParameterCombination: The parameter ipv4Prefixes cannot be used with the parameter ";
        assert_eq!(
            refused("Ipv4PrefixCount", "1", "SecondaryPrivateIpAddressCount", "1"),
            format!("{both}secondaryPrivateIpAddressCount")
        );
        assert_eq!(
            refused("Ipv4PrefixCount", "1", "Ipv4Prefix.1.Ipv4Prefix", "10.0.0.16/28"),
            format!("{both}ipv4PrefixCount")
        );
        assert!(
            refused("Ipv6PrefixCount", "1", "Ipv6AddressCount", "1")
                .starts_with("InvalidParameterCombination: ")
        );
        assert_eq!(
            refused("Ipv4Prefix.1.Ipv4Prefix", "10.0.0.16/27", "Description", "x"),
            "InvalidParameterValue: The prefix '10.0.0.16/27' is not valid. IPv4 prefixes are /28 blocks, IPv6 prefixes are \
             /80 blocks."
        );
        assert!(
            refused("Ipv4Prefix.1.Ipv4Prefix", "fd00::/80", "Description", "x")
                .starts_with("InvalidParameterValue: ")
        );
    }

    #[test]
    fn prefixes_count_as_addresses_of_a_type_and_only_some_types_have_any() {
        let mut caller = Caller::new();
        caller.running(&[("InstanceType", "t3.micro")]);
        let id = caller.ok("DescribeInstances", &[]).text("networkInterfaceId");
        let one = [("NetworkInterfaceId", &*id), ("Ipv4PrefixCount", "1")];
        caller.ok("AssignPrivateIpAddresses", &one);
        assert_eq!(caller.ok("DescribeInstances", &[]).texts("ipv4Prefix").len(), 1);
        assert_eq!(
            caller.refused("AssignPrivateIpAddresses", &one),
            "PrivateIpAddressLimitExceeded: Number of private addresses will exceed limit."
        );
        let mut caller = Caller::new();
        caller.running(&[("InstanceType", "t2.micro")]);
        let id = caller.ok("DescribeInstances", &[]).text("networkInterfaceId");
        let one = [("NetworkInterfaceId", &*id), ("Ipv4PrefixCount", "1")];
        assert!(caller.refused("AssignPrivateIpAddresses", &one).starts_with("UnsupportedOperation: "));
    }

    #[test]
    fn an_instance_is_launched_with_a_prefix() {
        let mut caller = Caller::new();
        let interface = [
            ("InstanceType", "t3.micro"),
            ("NetworkInterface.1.DeviceIndex", "0"),
            ("NetworkInterface.1.Ipv4PrefixCount", "1"),
        ];
        caller.running(&interface);
        let shown = caller.ok("DescribeInstances", &[]);
        assert_eq!(shown.texts("ipv4Prefix").len(), 1, "{}", shown.0);
    }
}
