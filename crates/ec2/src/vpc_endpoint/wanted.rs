//! What requests want of endpoints, read and checked as far as that needs no state.

use awsproto::AwsError;
use model::Id;
use model::Region;
use model::endpoint_service::EndpointService;
use model::instance_connect_endpoint_state::IpAddressType;
use model::interface_endpoint::{DnsRecordType, EndpointSubnet};
use model::quotas::VPC_ENDPOINT_POLICY_MAX;
use model::vpc_endpoint::GatewayService;
use policy::{Document, Kind};

use crate::errors::invalid_service_name;
use crate::request::parse_id;
use crate::shapes::{DnsOptionsSpecification, SubnetConfiguration};

/// The types that AWS has besides.
const OTHER_TYPES: [&str; 4] = ["GatewayLoadBalancer", "Resource", "ServiceNetwork", "Tunnel"];

/// The types of endpoints that can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EndpointType {
    Gateway,
    Interface,
}

impl EndpointType {
    /// "Default: Gateway".
    pub(super) fn read(text: Option<&str>) -> Result<EndpointType, AwsError> {
        match text {
            None | Some("Gateway") => Ok(EndpointType::Gateway),
            Some("Interface") => Ok(EndpointType::Interface),
            Some(other) if OTHER_TYPES.contains(&other) => {
                Err(AwsError::not_implemented_yet(&format!("VPC endpoints of the type {other}")))
            }
            Some(other) => Err(AwsError::new(
                "InvalidVpcEndpointType",
                format!("The specified VPC endpoint type '{other}' is not valid."),
            )),
        }
    }
}

/// The service of a name such as `com.amazonaws.us-west-2.s3`. Gateway endpoints reach no other Region's.
pub(super) fn gateway_service(region: Region, name: &str) -> Result<GatewayService, AwsError> {
    let found = GatewayService::ALL.into_iter().find(|it| it.prefix_list(region).name() == name);
    found.ok_or_else(|| match EndpointService::named(region, name) {
        // Terraform's users forget the type, and know this sentence.
        Some(_) => AwsError::new(
            "InvalidParameter",
            format!(
                "Endpoint type (Gateway) does not match available service types ([Interface]) of {name}."
            ),
        ),
        None => invalid_service_name(name),
    })
}

/// The service of a name, for an interface endpoint.
pub(super) fn interface_service(region: Region, name: &str) -> Result<EndpointService, AwsError> {
    EndpointService::named(region, name).ok_or_else(|| invalid_service_name(name))
}

/// Refuses what only interface endpoints have.
pub(super) fn refuse_of_interfaces(parameters: &[(&str, bool)]) -> Result<(), AwsError> {
    match parameters.iter().find(|(_, sent)| *sent) {
        Some((what, _)) => Err(AwsError::new(
            "InvalidParameter",
            format!("{what} only supported for Interface type VPC Endpoint."),
        )),
        None => Ok(()),
    }
}

/// Refuses what only gateway endpoints have.
pub(super) fn refuse_of_gateways(has_tables: bool) -> Result<(), AwsError> {
    match has_tables {
        true => Err(AwsError::new(
            "InvalidParameter",
            "Route table IDs are only supported for Gateway type VPC Endpoint.",
        )),
        false => Ok(()),
    }
}

pub(super) fn family(text: Option<&str>) -> Result<Option<IpAddressType>, AwsError> {
    let Some(text) = text else { return Ok(None) };
    let found = IpAddressType::ALL.into_iter().find(|it| it.name() == text);
    found
        .map(Some)
        .ok_or_else(|| AwsError::invalid_value("ipAddressType", text, "Expected ipv4, dualstack or ipv6."))
}

/// Gateway endpoints are of IPv4 alone here.
pub(super) fn check_gateway_family(family: Option<IpAddressType>) -> Result<(), AwsError> {
    match family {
        None | Some(IpAddressType::Ipv4) => Ok(()),
        Some(other @ (IpAddressType::Dualstack | IpAddressType::Ipv6)) => Err(AwsError::new(
            "InvalidParameter",
            format!("The VPC endpoint service does not support the IP address type {}.", other.name()),
        )),
    }
}

/// What DNS options say, where they say anything.
#[derive(Default)]
pub(super) struct DnsWish {
    pub(super) records: Option<DnsRecordType>,
    pub(super) inbound_resolver_only: Option<bool>,
}

pub(super) fn dns_options(options: Option<DnsOptionsSpecification>) -> Result<DnsWish, AwsError> {
    let Some(options) = options else { return Ok(DnsWish::default()) };
    let DnsOptionsSpecification {
        dns_record_ip_type,
        private_dns_only_for_inbound_resolver_endpoint: inbound_resolver_only,
        private_dns_preference,
        private_dns_specified_domains,
    } = options;
    if private_dns_preference.is_some() || !private_dns_specified_domains.is_empty() {
        return Err(AwsError::new(
            "InvalidParameter",
            "Private DNS preferences are only supported for Resource and ServiceNetwork type VPC Endpoint.",
        ));
    }
    let read = |text: String| {
        let found = DnsRecordType::ALL.into_iter().find(|it| it.name() == text);
        found.ok_or_else(|| {
            AwsError::invalid_value(
                "DnsRecordIpType",
                &text,
                "Expected ipv4, dualstack, ipv6 or service-defined.",
            )
        })
    };
    Ok(DnsWish { records: dns_record_ip_type.map(read).transpose()?, inbound_resolver_only })
}

/// The subnets that are named, with the addresses that are wished for in them.
pub(super) fn subnets(
    named: &[String],
    configurations: Vec<SubnetConfiguration>,
) -> Result<Vec<EndpointSubnet>, AwsError> {
    let mut subnets: Vec<EndpointSubnet> = ids(named)?.into_iter().map(EndpointSubnet::any).collect();
    for configuration in configurations {
        let SubnetConfiguration { ipv4, ipv6, subnet_id } = configuration;
        let subnet = parse_id(&subnet_id.ok_or_else(|| AwsError::missing_parameter("SubnetId"))?)?;
        let wanted = EndpointSubnet { subnet, ipv4: address("Ipv4", ipv4)?, ipv6: address("Ipv6", ipv6)? };
        match subnets.iter_mut().find(|it| it.subnet == subnet) {
            Some(known) => *known = wanted,
            None => subnets.push(wanted),
        }
    }
    Ok(subnets)
}

fn address<A: std::str::FromStr>(parameter: &str, text: Option<String>) -> Result<Option<A>, AwsError> {
    let read = |text: String| {
        text.parse().map_err(|_| AwsError::invalid_value(parameter, &text, "It is not a valid IP address."))
    };
    text.map(read).transpose()
}

pub(super) fn policy(text: Option<&str>) -> Result<Option<Document>, AwsError> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let invalid = |problem: String| AwsError::new("InvalidPolicyDocument", problem);
    if text.chars().count() > VPC_ENDPOINT_POLICY_MAX {
        return Err(invalid(format!(
            "The policy document is longer than {VPC_ENDPOINT_POLICY_MAX} characters."
        )));
    }
    let read = Document::parse(text, Kind::Resource);
    read.map(Some).map_err(|problem| invalid(format!("The policy document is not valid: {problem}")))
}

pub(super) fn ids<I: Id>(texts: &[String]) -> Result<Vec<I>, AwsError> {
    texts.iter().map(|text| parse_id(text)).collect()
}
