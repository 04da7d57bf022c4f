//! Actions on network ACLs, their entries and their associations with subnets.
//!
//! Follows "Network ACLs" (VPC User Guide) and the actions of that name in the EC2 API Reference.

use awsproto::filter::Filterable;
use awsproto::{AwsError, Call, tags};
use model::network_acl::{FINAL_IPV6_RULE, FINAL_RULE};
use model::rule::protocol;
use model::{
    Direction, IpNet, Link, NetworkAcl, NetworkAclEntry, Ports, RuleAction, RuleProtocol, Subnet, Traffic,
    World,
};
use std::borrow::Cow;

use crate::errors::refused;
use crate::ip_permission::{parse_icmp, parse_protocol};
use crate::request::{
    Describe, bool_values, ipv4_block, ipv6_block, named_or_all, render_tags, required_id, text_values,
};
use crate::shapes::{self, *};

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateNetworkAclRequest,
) -> Result<CreateNetworkAclResult, AwsError> {
    let CreateNetworkAclRequest { client_token, tag_specifications, vpc_id } = request;
    let scope = call.scope;
    let vpc = required_id(vpc_id.as_deref())?;
    let tags = tags::specified(tag_specifications, "network-acl")?;
    let created = call.with_ids(|ids| world.create_network_acl(scope, vpc, tags, ids).map(|acl| acl.id));
    let acl = world.network_acl(scope, created.map_err(refused)?).map_err(refused)?;
    let subnets: Vec<&Subnet> = world.subnets_of_network_acl(acl.id).collect();
    Ok(CreateNetworkAclResult { client_token, network_acl: Some(render(world, acl, &subnets)) })
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteNetworkAclRequest,
) -> Result<(), AwsError> {
    let DeleteNetworkAclRequest { network_acl_id } = request;
    let id = required_id(network_acl_id.as_deref())?;
    world.delete_network_acl(call.scope, id).map_err(refused)
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeNetworkAclsRequest,
) -> Result<DescribeNetworkAclsResult, AwsError> {
    let DescribeNetworkAclsRequest { filters, max_results, network_acl_ids, next_token } = request;
    let scope = call.scope;
    let own = world.network.network_acls.linked(Link::Scope(scope));
    let acls = named_or_all(&network_acl_ids, own, |acl| acl.id)?;
    let describe = Describe { kind: "networkAcl", ids: &network_acl_ids, filters, max_results, next_token };
    let subnets = world.subnets_by_network_acl(scope);
    let of = |acl: &NetworkAcl| subnets.get(&acl.id).map_or(&[][..], Vec::as_slice);
    let sieve = describe.sieve();
    let acls = acls
        .into_iter()
        .filter(|acl| sieve.lets_through(&[("vpc-id", &acl.vpc), ("network-acl-id", &acl.id)], &acl.tags));
    let rows = acls.map(|acl| render(world, acl, of(acl)));
    let (network_acls, next_token) = describe.page(rows, |acl| acl.network_acl_id.as_ref())?;
    Ok(DescribeNetworkAclsResult { network_acls, next_token })
}

/// An entry as the requests write it that create and replace one.
struct EntryParameters {
    cidr_block: Option<String>,
    ipv6_cidr_block: Option<String>,
    icmp_type_code: Option<IcmpTypeCode>,
    port_range: Option<PortRange>,
    protocol: Option<String>,
    rule_action: Option<String>,
    rule_number: Option<i32>,
}

pub(crate) fn create_entry(
    call: &mut Call,
    world: &mut World,
    request: CreateNetworkAclEntryRequest,
) -> Result<(), AwsError> {
    let CreateNetworkAclEntryRequest {
        cidr_block,
        egress,
        icmp_type_code,
        ipv6_cidr_block,
        network_acl_id,
        port_range,
        protocol,
        rule_action,
        rule_number,
    } = request;
    let id = required_id(network_acl_id.as_deref())?;
    let direction = direction_of(egress);
    let entry = parse_entry(EntryParameters {
        cidr_block,
        icmp_type_code,
        ipv6_cidr_block,
        port_range,
        protocol,
        rule_action,
        rule_number,
    })?;
    world.create_network_acl_entry(call.scope, id, direction, entry).map_err(refused)
}

pub(crate) fn replace_entry(
    call: &mut Call,
    world: &mut World,
    request: ReplaceNetworkAclEntryRequest,
) -> Result<(), AwsError> {
    let ReplaceNetworkAclEntryRequest {
        cidr_block,
        egress,
        icmp_type_code,
        ipv6_cidr_block,
        network_acl_id,
        port_range,
        protocol,
        rule_action,
        rule_number,
    } = request;
    let id = required_id(network_acl_id.as_deref())?;
    let direction = direction_of(egress);
    let entry = parse_entry(EntryParameters {
        cidr_block,
        icmp_type_code,
        ipv6_cidr_block,
        port_range,
        protocol,
        rule_action,
        rule_number,
    })?;
    world.replace_network_acl_entry(call.scope, id, direction, entry).map_err(refused)
}

pub(crate) fn delete_entry(
    call: &mut Call,
    world: &mut World,
    request: DeleteNetworkAclEntryRequest,
) -> Result<(), AwsError> {
    let DeleteNetworkAclEntryRequest { egress, network_acl_id, rule_number } = request;
    let id = required_id(network_acl_id.as_deref())?;
    let number = parse_number(rule_number)?;
    let direction = direction_of(egress);
    world.delete_network_acl_entry(call.scope, id, direction, number).map_err(refused)
}

pub(crate) fn replace_association(
    call: &mut Call,
    world: &mut World,
    request: ReplaceNetworkAclAssociationRequest,
) -> Result<ReplaceNetworkAclAssociationResult, AwsError> {
    let ReplaceNetworkAclAssociationRequest { association_id, network_acl_id } = request;
    let scope = call.scope;
    let association = required_id(association_id.as_deref())?;
    let id = required_id(network_acl_id.as_deref())?;
    let replaced = call.with_ids(|ids| world.replace_network_acl_association(scope, association, id, ids));
    let new_association_id = Some(replaced.map_err(refused)?.to_string());
    Ok(ReplaceNetworkAclAssociationResult { new_association_id })
}

fn direction_of(egress: Option<bool>) -> Direction {
    match egress {
        Some(true) => Direction::Egress,
        Some(false) | None => Direction::Ingress,
    }
}

fn parse_entry(parameters: EntryParameters) -> Result<NetworkAclEntry, AwsError> {
    let number = parse_number(parameters.rule_number)?;
    let action = parse_action(parameters.rule_action.as_deref().unwrap_or_default())?;
    let cidr = match (parameters.cidr_block, parameters.ipv6_cidr_block) {
        (Some(cidr), None) => IpNet::V4(ipv4_block("cidrBlock", &cidr)?),
        (None, Some(cidr)) => IpNet::V6(ipv6_block("ipv6CidrBlock", &cidr)?),
        (None, None) => return Err(AwsError::missing_parameter("cidrBlock")),
        (Some(_), Some(_)) => {
            return Err(AwsError::invalid_parameter_combination(
                "The parameter 'cidrBlock' may not be used in combination with 'ipv6CidrBlock'",
            ));
        }
    };
    let protocol = parameters.protocol.unwrap_or_default();
    let parsed = parse_protocol(&protocol)
        .ok_or_else(|| AwsError::invalid_value("protocol", &protocol, "Unknown protocol."))?;
    let ports = parse_entry_ports(parsed, cidr, parameters.port_range, parameters.icmp_type_code)?;
    Ok(NetworkAclEntry { number, traffic: Traffic { protocol: parsed, ports }, cidr, action })
}

/// "Positive integer from 1 to 32766. The range 32767 to 65535 is reserved for internal use" (CreateNetworkAclEntry).
fn parse_number(number: Option<i32>) -> Result<u16, AwsError> {
    let number = number.unwrap_or_default();
    let within = u16::try_from(number).ok().filter(|number| (1..FINAL_RULE).contains(number));
    within.ok_or_else(|| {
        let reason = "The rule number must be between 1 and 32766.";
        AwsError::invalid_value("ruleNumber", &number.to_string(), reason)
    })
}

/// Reads an action, in letters of either case.
fn parse_action(text: &str) -> Result<RuleAction, AwsError> {
    match text.to_ascii_lowercase().as_str() {
        "allow" => Ok(RuleAction::Allow),
        "deny" => Ok(RuleAction::Deny),
        _ => Err(AwsError::invalid_value("ruleAction", text, "The rule action must be allow or deny.")),
    }
}

fn parse_entry_ports(
    of: RuleProtocol,
    cidr: IpNet,
    range: Option<PortRange>,
    icmp: Option<IcmpTypeCode>,
) -> Result<Ports, AwsError> {
    match of {
        RuleProtocol::Number(protocol::TCP | protocol::UDP) => {
            let range = range.ok_or_else(|| AwsError::missing_parameter("portRange"))?;
            let (from, to) = (range.from.unwrap_or(-1), range.to.unwrap_or(-1));
            match (u16::try_from(from), u16::try_from(to)) {
                (Ok(first), Ok(last)) if first <= last => Ok(Ports::Range { from: first, to: last }),
                _ => {
                    let value = format!("{from}-{to}");
                    Err(AwsError::invalid_value(
                        "portRange",
                        &value,
                        "It must be a range of ports from 0 to 65535.",
                    ))
                }
            }
        }
        // "If you specify protocol 58 (ICMPv6) and specify an IPv4 CIDR block, traffic for all ICMP types and codes
        // allowed, regardless of any that you specify" (CreateNetworkAclEntry).
        RuleProtocol::Number(protocol::ICMPV6) if cidr.addr().is_ipv4() => Ok(Ports::Any),
        RuleProtocol::Number(protocol::ICMP | protocol::ICMPV6) => {
            let icmp = icmp.ok_or_else(|| AwsError::missing_parameter("icmpTypeCode"))?;
            parse_icmp(icmp.r#type.unwrap_or(-1), icmp.code.unwrap_or(-1))
        }
        RuleProtocol::All | RuleProtocol::Number(_) => Ok(Ports::Any),
    }
}

/// A network ACL as describe calls show it: outbound entries first, and in each direction the final denies last.
fn render(world: &World, acl: &NetworkAcl, subnets: &[&Subnet]) -> shapes::NetworkAcl {
    let ipv6 = world.network.vpcs.get(&acl.vpc).is_some_and(|vpc| !vpc.ipv6_cidrs.is_empty());
    let mut entries = Vec::new();
    for direction in [Direction::Egress, Direction::Ingress] {
        entries.extend(acl.entries(direction).values().map(|entry| render_entry(direction, entry)));
        entries.push(final_deny(direction, FINAL_RULE));
        if ipv6 {
            entries.push(final_deny(direction, FINAL_IPV6_RULE));
        }
    }
    shapes::NetworkAcl {
        associations: subnets.iter().map(|subnet| render_association(subnet)).collect(),
        entries,
        is_default: Some(acl.is_default),
        network_acl_id: Some(acl.id.to_string()),
        owner_id: Some(acl.scope.account.to_string()),
        tags: render_tags(&acl.tags),
        vpc_id: Some(acl.vpc.to_string()),
    }
}

fn render_association(subnet: &Subnet) -> NetworkAclAssociation {
    NetworkAclAssociation {
        network_acl_association_id: Some(subnet.network_acl_association.to_string()),
        network_acl_id: Some(subnet.network_acl.to_string()),
        subnet_id: Some(subnet.id.to_string()),
    }
}

fn render_entry(direction: Direction, entry: &NetworkAclEntry) -> shapes::NetworkAclEntry {
    let (cidr_block, ipv6_cidr_block) = match entry.cidr {
        IpNet::V4(cidr) => (Some(cidr.to_string()), None),
        IpNet::V6(cidr) => (None, Some(cidr.to_string())),
    };
    let (port_range, icmp_type_code) = match entry.traffic.ports {
        Ports::Any => (None, None),
        Ports::Range { from, to } => (Some(PortRange { from: Some(from.into()), to: Some(to.into()) }), None),
        Ports::Icmp { kind, code } => {
            let or_all = |value: Option<u8>| Some(value.map_or(-1, i32::from));
            (None, Some(IcmpTypeCode { code: or_all(code), r#type: or_all(kind) }))
        }
    };
    let number = match entry.traffic.protocol {
        RuleProtocol::All => "-1".to_owned(),
        RuleProtocol::Number(number) => number.to_string(),
    };
    let action = match entry.action {
        RuleAction::Allow => "allow",
        RuleAction::Deny => "deny",
    };
    shapes::NetworkAclEntry {
        cidr_block,
        egress: Some(direction == Direction::Egress),
        icmp_type_code,
        ipv6_cidr_block,
        port_range,
        protocol: Some(number),
        rule_action: Some(action.to_owned()),
        rule_number: Some(entry.number.into()),
    }
}

/// The entry that AWS shows as `*`: what no other entry matched is denied.
fn final_deny(direction: Direction, number: u16) -> shapes::NetworkAclEntry {
    let (cidr_block, ipv6_cidr_block) = match number {
        FINAL_IPV6_RULE => (None, Some("::/0".to_owned())),
        _ => (Some("0.0.0.0/0".to_owned()), None),
    };
    shapes::NetworkAclEntry {
        cidr_block,
        egress: Some(direction == Direction::Egress),
        ipv6_cidr_block,
        protocol: Some("-1".to_owned()),
        rule_action: Some("deny".to_owned()),
        rule_number: Some(number.into()),
        ..Default::default()
    }
}

impl Filterable for shapes::NetworkAcl {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        if let Some(name) = name.strip_prefix("association.") {
            let values = |of: fn(&NetworkAclAssociation) -> &Option<String>| {
                self.associations.iter().flat_map(|association| text_values(of(association))).collect()
            };
            return Some(match name {
                "association-id" => values(|it| &it.network_acl_association_id),
                "network-acl-id" => values(|it| &it.network_acl_id),
                "subnet-id" => values(|it| &it.subnet_id),
                _ => return None,
            });
        }
        if let Some(name) = name.strip_prefix("entry.") {
            return entry_values(&self.entries, name);
        }
        Some(match name {
            "default" => bool_values(self.is_default),
            "network-acl-id" => text_values(&self.network_acl_id),
            "owner-id" => text_values(&self.owner_id),
            "vpc-id" => text_values(&self.vpc_id),
            _ => return None,
        })
    }
}

/// The values of a filter that looks into entries.
fn entry_values<'a>(entries: &'a [shapes::NetworkAclEntry], name: &str) -> Option<Vec<Cow<'a, str>>> {
    let texts = |of: fn(&shapes::NetworkAclEntry) -> &Option<String>| {
        entries.iter().flat_map(|entry| text_values(of(entry))).collect()
    };
    let numbers = |of: fn(&shapes::NetworkAclEntry) -> Option<i32>| {
        entries.iter().filter_map(of).map(|number| Cow::from(number.to_string())).collect()
    };
    Some(match name {
        "cidr" => texts(|it| &it.cidr_block),
        "ipv6-cidr" => texts(|it| &it.ipv6_cidr_block),
        "protocol" => texts(|it| &it.protocol),
        "rule-action" => texts(|it| &it.rule_action),
        "egress" => entries.iter().flat_map(|entry| bool_values(entry.egress)).collect(),
        "rule-number" => numbers(|it| it.rule_number),
        "icmp.code" => numbers(|it| it.icmp_type_code.as_ref()?.code),
        "icmp.type" => numbers(|it| it.icmp_type_code.as_ref()?.r#type),
        "port-range.from" => numbers(|it| it.port_range.as_ref()?.from),
        "port-range.to" => numbers(|it| it.port_range.as_ref()?.to),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    /// A caller and a network ACL of the default VPC.
    fn guarded() -> (Caller, String) {
        let mut caller = Caller::new();
        let vpc = caller.world.default_vpc(caller.scope()).unwrap().id.to_string();
        let acl = caller.ok("CreateNetworkAcl", &[("VpcId", &vpc)]).text("networkAclId");
        (caller, acl)
    }

    fn web(acl: &str) -> Vec<(&str, &str)> {
        vec![
            ("NetworkAclId", acl),
            ("RuleNumber", "100"),
            ("Protocol", "6"),
            ("RuleAction", "allow"),
            ("Egress", "false"),
            ("CidrBlock", "10.1.2.3/8"),
            ("PortRange.From", "80"),
            ("PortRange.To", "443"),
        ]
    }

    fn with<'a>(
        mut parameters: Vec<(&'a str, &'a str)>,
        changed: &[(&'a str, &'a str)],
    ) -> Vec<(&'a str, &'a str)> {
        parameters.retain(|(name, _)| changed.iter().all(|(other, _)| other != name));
        parameters.extend(changed.iter().filter(|(_, value)| !value.is_empty()));
        parameters
    }

    #[test]
    fn a_new_network_acl_has_only_the_final_denies() {
        let (mut caller, acl) = guarded();
        let shown = caller.ok("DescribeNetworkAcls", &[("NetworkAclId.1", &acl)]);
        assert_eq!(shown.texts("ruleNumber"), ["32767", "32767"]);
        assert_eq!(shown.texts("ruleAction"), ["deny", "deny"]);
        assert_eq!((shown.text("default"), shown.text("ownerId")), ("false".into(), "123456789012".into()));
    }

    #[test]
    fn an_entry_is_created_once_replaced_and_deleted() {
        let (mut caller, acl) = guarded();
        assert_eq!(caller.ok("CreateNetworkAclEntry", &web(&acl)).text("return"), "true");
        assert_eq!(
            caller.refused("CreateNetworkAclEntry", &with(web(&acl), &[("RuleAction", "deny")])),
            "NetworkAclEntryAlreadyExists: The network acl entry identified by 100 already exists."
        );
        caller.ok("CreateNetworkAclEntry", &with(web(&acl), &[("RuleAction", "Allow")]));
        caller.ok("CreateNetworkAclEntry", &with(web(&acl), &[("Egress", "true")]));
        caller.ok("ReplaceNetworkAclEntry", &with(web(&acl), &[("RuleAction", "DENY")]));
        let filter = [("Filter.1.Name", "entry.cidr"), ("Filter.1.Value.1", "10.0.0.0/8")];
        let shown = caller.ok("DescribeNetworkAcls", &filter);
        assert_eq!(shown.texts("ruleNumber"), ["100", "32767", "100", "32767"]);
        assert_eq!(shown.texts("ruleAction"), ["allow", "deny", "deny", "deny"]);
        assert_eq!((shown.text("from"), shown.text("to")), ("80".into(), "443".into()));
        let one = [("NetworkAclId", acl.as_str()), ("RuleNumber", "100"), ("Egress", "false")];
        caller.ok("DeleteNetworkAclEntry", &one);
        let missing =
            "InvalidNetworkAclEntry.NotFound: The network acl entry identified by 100 does not exist";
        assert_eq!(caller.refused("DeleteNetworkAclEntry", &one), missing);
        assert_eq!(caller.refused("ReplaceNetworkAclEntry", &web(&acl)), missing);
    }

    #[test]
    fn tcp_needs_ports_and_icmp_a_type_and_the_last_numbers_are_reserved() {
        let (mut caller, acl) = guarded();
        let mut refused = |changed: &[(&str, &str)]| {
            let parameters: Vec<_> = with(web(&acl), changed);
            caller.refused("CreateNetworkAclEntry", &parameters)
        };
        let no_ports = [("PortRange.From", ""), ("PortRange.To", "")];
        assert_eq!(refused(&no_ports), "MissingParameter: The request must contain the parameter portRange");
        assert_eq!(
            refused(&[("Protocol", "1")]),
            "MissingParameter: The request must contain the parameter icmpTypeCode"
        );
        let icmpv6 = [("Protocol", "58"), ("CidrBlock", ""), ("Ipv6CidrBlock", "::/0")];
        assert_eq!(refused(&icmpv6), "MissingParameter: The request must contain the parameter icmpTypeCode");
        for number in ["0", "32767", "-1", "65536"] {
            let refused = refused(&[("RuleNumber", number)]);
            let start =
                format!("InvalidParameterValue: Value ({number}) for parameter ruleNumber is invalid. ");
            assert!(refused.starts_with(&start), "{refused}");
        }
        assert!(
            refused(&[("CidrBlock", "10.0.0.0")]).starts_with("InvalidParameterValue: Value (10.0.0.0) for")
        );
        assert!(refused(&[("Ipv6CidrBlock", "::/0")]).starts_with("InvalidParameterCombination"));
    }

    #[test]
    fn a_subnet_always_has_exactly_one() {
        let (mut caller, acl) = guarded();
        let filter = [("Filter.1.Name", "default"), ("Filter.1.Value.1", "true")];
        let default = caller.ok("DescribeNetworkAcls", &filter);
        let old = default.text("networkAclAssociationId");
        let replace = [("AssociationId", old.as_str()), ("NetworkAclId", &acl)];
        let new = caller.ok("ReplaceNetworkAclAssociation", &replace).text("newAssociationId");
        assert_ne!(new, old);
        assert_eq!(
            caller.refused("ReplaceNetworkAclAssociation", &replace),
            format!("InvalidAssociationID.NotFound: The association ID '{old}' does not exist")
        );
        assert_eq!(
            caller.refused("DeleteNetworkAcl", &[("NetworkAclId", &acl)]),
            format!("DependencyViolation: The networkAcl '{acl}' has dependencies and cannot be deleted.")
        );
        let default = default.text("networkAclId");
        caller.ok("ReplaceNetworkAclAssociation", &[("AssociationId", &new), ("NetworkAclId", &default)]);
        caller.ok("DeleteNetworkAcl", &[("NetworkAclId", &acl)]);
        assert_eq!(
            caller.refused("DeleteNetworkAcl", &[("NetworkAclId", &default)]),
            format!("InvalidParameterValue: cannot delete default network ACL {default}")
        );
        assert_eq!(
            caller.refused("DescribeNetworkAcls", &[("NetworkAclId.1", &acl)]),
            format!("InvalidNetworkAclID.NotFound: The networkAcl ID '{acl}' does not exist")
        );
    }

    #[test]
    fn the_twentieth_rule_of_a_direction_is_refused() {
        let (mut caller, acl) = guarded();
        for number in 1..20 {
            caller.ok("CreateNetworkAclEntry", &with(web(&acl), &[("RuleNumber", &number.to_string())]));
        }
        assert_eq!(
            caller.refused("CreateNetworkAclEntry", &web(&acl)),
            "NetworkAclEntryLimitExceeded: The maximum number of network ACL entries has been reached."
        );
    }
}
