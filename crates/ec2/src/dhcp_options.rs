//! DHCP option sets. Follows CreateDhcpOptions, AssociateDhcpOptions and their neighbours in the EC2 API Reference.

use awsproto::{AwsError, Call, Filterable};
use model::dhcp_options::{AMAZON_PROVIDED_DNS, DOMAIN_NAME, DOMAIN_NAME_SERVERS};
use model::{Link, World};
use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr};

use crate::errors::refused;
use crate::request::{self, Describe, render_tags, required_id, text_values};
use crate::shapes::{self, *};

/// Servers of one kind and family.
const SERVERS_MAX: usize = 4;
/// Stands for no set at all in AssociateDhcpOptions.
const NO_OPTIONS: &str = "default";

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateDhcpOptionsRequest,
) -> Result<CreateDhcpOptionsResult, AwsError> {
    let CreateDhcpOptionsRequest { dhcp_configurations, tag_specifications } = request;
    let scope = call.scope;
    let mut configurations: Vec<(String, Vec<String>)> = Vec::new();
    for configuration in dhcp_configurations {
        let Some((key, values)) = read_configuration(configuration)? else { continue };
        if configurations.iter().any(|(existing, _)| *existing == key) {
            return Err(AwsError::invalid_value("key", &key, "The DHCP option is specified more than once."));
        }
        configurations.push((key, values));
    }
    if configurations.is_empty() {
        return Err(AwsError::missing_parameter("dhcpConfiguration"));
    }
    let tags = awsproto::tags::specified(tag_specifications, "dhcp-options")?;
    let id =
        call.with_ids(|ids| world.create_dhcp_options(scope, configurations, tags, ids)).map_err(refused)?;
    let options = render(world.dhcp_options(scope, id).map_err(refused)?);
    Ok(CreateDhcpOptionsResult { dhcp_options: Some(options) })
}

pub(crate) fn associate(
    call: &mut Call,
    world: &mut World,
    request: AssociateDhcpOptionsRequest,
) -> Result<(), AwsError> {
    let AssociateDhcpOptionsRequest { dhcp_options_id, vpc_id } = request;
    let options = match dhcp_options_id.as_deref() {
        Some(NO_OPTIONS) => None,
        id => Some(required_id(id)?),
    };
    let vpc = required_id(vpc_id.as_deref())?;
    world.associate_dhcp_options(call.scope, options, vpc).map_err(refused)
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteDhcpOptionsRequest,
) -> Result<(), AwsError> {
    let DeleteDhcpOptionsRequest { dhcp_options_id } = request;
    let id = required_id(dhcp_options_id.as_deref())?;
    world.delete_dhcp_options(call.scope, id).map_err(refused)
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeDhcpOptionsRequest,
) -> Result<DescribeDhcpOptionsResult, AwsError> {
    let DescribeDhcpOptionsRequest { dhcp_options_ids, filters, max_results, next_token } = request;
    let scope = call.scope;
    let own = world.network.dhcp_options.linked(Link::Scope(scope));
    let sets = request::named_or_all(&dhcp_options_ids, own, |options| options.id)?;
    let describe = Describe { kind: "dhcpOptions", ids: &dhcp_options_ids, filters, max_results, next_token };
    let sets = sets.into_iter().map(render);
    let (dhcp_options, next_token) = describe.page(sets, |it| it.dhcp_options_id.as_ref())?;
    Ok(DescribeDhcpOptionsResult { dhcp_options, next_token })
}

/// One option, its values split where several were written as one with commas. Empty values are none, and an option whose
/// values are all empty is not meant: Terraform sends one for each option that is left open.
fn read_configuration(
    configuration: NewDhcpConfiguration,
) -> Result<Option<(String, Vec<String>)>, AwsError> {
    let key = configuration.key.unwrap_or_default();
    if configuration.values.is_empty() {
        return Err(AwsError::missing_parameter("dhcpConfiguration.value"));
    }
    let split = configuration.values.iter().flat_map(|value| value.split(','));
    let values: Vec<String> =
        split.map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned).collect();
    if values.is_empty() {
        return Ok(None);
    }
    check_values(&key, &values)?;
    Ok(Some((key, values)))
}

fn check_values(key: &str, values: &[String]) -> Result<(), AwsError> {
    match key {
        DOMAIN_NAME => Ok(()),
        DOMAIN_NAME_SERVERS if values == [AMAZON_PROVIDED_DNS] => Ok(()),
        DOMAIN_NAME_SERVERS | "ntp-servers" => check_servers(key, values),
        "netbios-name-servers" => {
            check_each(key, values, "Invalid IPv4 address.", |value| value.parse::<Ipv4Addr>().is_ok())?;
            check_count(key, values.len())
        }
        "netbios-node-type" => {
            check_single(key, values)?;
            let known = |value: &str| ["1", "2", "4", "8"].contains(&value);
            check_each(key, values, "Invalid NetBIOS node type.", known)
        }
        "ipv6-address-preferred-lease-time" => {
            check_single(key, values)?;
            check_each(key, values, "Invalid lease time.", |value| value.parse::<u32>().is_ok())
        }
        other => Err(AwsError::invalid_value("key", other, "Unknown DHCP option.")),
    }
}

/// Up to four addresses of each family.
fn check_servers(key: &str, values: &[String]) -> Result<(), AwsError> {
    check_each(key, values, "Invalid IP address.", |value| value.parse::<IpAddr>().is_ok())?;
    let v6 = values.iter().filter(|value| value.contains(':')).count();
    check_count(key, v6)?;
    check_count(key, values.len() - v6)
}

fn check_count(key: &str, count: usize) -> Result<(), AwsError> {
    match count <= SERVERS_MAX {
        true => Ok(()),
        false => {
            Err(AwsError::invalid_value(key, &count.to_string(), "Up to four servers can be specified."))
        }
    }
}

fn check_single(key: &str, values: &[String]) -> Result<(), AwsError> {
    match values {
        [_] => Ok(()),
        several => Err(AwsError::invalid_value(key, &several.join(", "), "One value can be specified.")),
    }
}

fn check_each(
    key: &str,
    values: &[String],
    reason: &str,
    valid: impl Fn(&str) -> bool,
) -> Result<(), AwsError> {
    match values.iter().find(|value| !valid(value)) {
        Some(value) => Err(AwsError::invalid_value(key, value, reason)),
        None => Ok(()),
    }
}

fn render(options: &model::DhcpOptions) -> shapes::DhcpOptions {
    let value = |value: &String| AttributeValue { value: Some(value.clone()) };
    let configuration = |(key, values): &(String, Vec<String>)| DhcpConfiguration {
        key: Some(key.clone()),
        values: values.iter().map(value).collect(),
    };
    shapes::DhcpOptions {
        dhcp_options_id: Some(options.id.to_string()),
        owner_id: Some(options.scope.account.to_string()),
        dhcp_configurations: options.configurations.iter().map(configuration).collect(),
        tags: render_tags(&options.tags),
    }
}

impl Filterable for shapes::DhcpOptions {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        let configurations = self.dhcp_configurations.iter();
        Some(match name {
            "dhcp-options-id" => text_values(&self.dhcp_options_id),
            "key" => configurations.flat_map(|it| text_values(&it.key)).collect(),
            "value" => {
                configurations.flat_map(|it| &it.values).flat_map(|it| text_values(&it.value)).collect()
            }
            "owner-id" => text_values(&self.owner_id),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    #[test]
    fn a_region_has_a_set_that_names_its_domain_and_the_resolver() {
        let mut caller = Caller::new();
        let shown = caller.ok("DescribeDhcpOptions", &[]);
        assert_eq!(shown.texts("key"), ["domain-name", "domain-name-servers"]);
        assert!(shown.0.contains("us-west-2.compute.internal") && shown.0.contains("AmazonProvidedDNS"));
        let vpc = caller.ok("DescribeVpcs", &[]);
        assert_eq!(vpc.text("dhcpOptionsId"), shown.text("dhcpOptionsId"));
        caller.move_to("us-east-1");
        assert!(caller.ok("DescribeDhcpOptions", &[]).0.contains("<value>ec2.internal</value>"));
    }

    #[test]
    fn a_set_in_use_stays() {
        let mut caller = Caller::new();
        let options = [
            ("DhcpConfiguration.1.Key", "domain-name-servers"),
            ("DhcpConfiguration.1.Value.1", "10.2.5.1"),
            ("DhcpConfiguration.1.Value.2", "10.2.5.2"),
        ];
        let id = caller.ok("CreateDhcpOptions", &options).text("dhcpOptionsId");
        let vpc = caller.ok("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]).text("vpcId");
        caller.ok("AssociateDhcpOptions", &[("DhcpOptionsId", &id), ("VpcId", &vpc)]);
        assert_eq!(
            caller.refused("DeleteDhcpOptions", &[("DhcpOptionsId", &id)]),
            format!("DependencyViolation: The dhcpOptions '{id}' has dependencies and cannot be deleted.")
        );
        caller.ok("AssociateDhcpOptions", &[("DhcpOptionsId", "default"), ("VpcId", &vpc)]);
        assert_eq!(caller.ok("DescribeVpcs", &[("VpcId.1", &vpc)]).text("dhcpOptionsId"), "default");
        caller.ok("DeleteDhcpOptions", &[("DhcpOptionsId", &id)]);
        assert_eq!(
            caller.refused("DeleteDhcpOptions", &[("DhcpOptionsId", &id)]),
            format!("InvalidDhcpOptionID.NotFound: The dhcpOption ID '{id}' does not exist")
        );
    }

    #[test]
    fn an_option_that_was_left_empty_is_not_meant() {
        let mut caller = Caller::new();
        let options = [
            ("DhcpConfiguration.1.Key", "domain-name"),
            ("DhcpConfiguration.1.Value.1", ""),
            ("DhcpConfiguration.2.Key", "domain-name-servers"),
            ("DhcpConfiguration.2.Value.1", "10.2.5.1"),
            ("DhcpConfiguration.2.Value.2", ""),
        ];
        let made = caller.ok("CreateDhcpOptions", &options);
        assert_eq!(
            (made.texts("key"), made.texts("value")),
            (vec!["domain-name-servers".into()], vec!["10.2.5.1".into()])
        );
        assert_eq!(
            caller.refused("CreateDhcpOptions", &options[..2]),
            "MissingParameter: The request must contain the parameter dhcpConfiguration"
        );
    }

    #[test]
    fn options_that_no_client_would_understand_are_refused() {
        let mut caller = Caller::new();
        let mut create = |key, value| {
            caller.refused(
                "CreateDhcpOptions",
                &[("DhcpConfiguration.1.Key", key), ("DhcpConfiguration.1.Value.1", value)],
            )
        };
        for (key, value) in [
            ("colour", "red"),
            ("domain-name-servers", "resolver"),
            ("domain-name-servers", "10.0.0.1,10.0.0.2,10.0.0.3,10.0.0.4,10.0.0.5"),
            ("netbios-node-type", "3"),
            ("ntp-servers", "AmazonProvidedDNS"),
        ] {
            assert!(create(key, value).starts_with("InvalidParameterValue: Value ("), "{key} {value}");
        }
    }
}
