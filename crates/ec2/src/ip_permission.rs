//! `IpPermissions`: security group rules grouped by protocol and ports, as older requests and most answers write them.
//!
//! Follows "IpPermission" (EC2 API Reference): both readings, from a request and for an answer, so that they cannot
//! drift apart.

use awsproto::AwsError;
use model::rule::protocol;
use model::security_group_rules::RuleContent;
use model::{
    AccountId, Direction, IpNet, Peer, Ports, RuleProtocol, Scope, SecurityGroup, SecurityGroupRule, Traffic,
    VpcId, World,
};
use std::collections::BTreeMap;

use crate::errors::refused;
use crate::request::parse_id;
use crate::shapes;

/// Longest description of a rule or a group, in characters.
const DESCRIPTION_LENGTH_MAX: usize = 255;

/// Where rules of a request belong: groups that they name are looked for from here.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    /// What there is.
    pub world: &'a World,
    /// The caller.
    pub scope: Scope,
    /// The VPC of the group whose rules they are.
    pub vpc: VpcId,
}

/// What to do about groups that a request names.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Naming {
    /// They must be there and within reach, since a rule is made of them.
    Strict,
    /// They may be gone: the rule that names them is to be found.
    Loose,
}

/// Reads the rules that a list of permissions stands for, in order.
pub(crate) fn parse(
    permissions: Vec<shapes::IpPermission>,
    place: Place<'_>,
    naming: Naming,
) -> Result<Vec<RuleContent>, AwsError> {
    let mut contents = Vec::new();
    for permission in permissions {
        let traffic =
            parse_traffic(permission.ip_protocol.as_deref(), permission.from_port, permission.to_port)?;
        let before = contents.len();
        let mut add = |peer, description| -> Result<(), AwsError> {
            contents.push(RuleContent { traffic, peer, description: parse_description(description)? });
            Ok(())
        };
        for range in permission.ip_ranges {
            add(parse_cidr(range.cidr_ip.as_deref().unwrap_or_default(), Family::Ipv4)?, range.description)?;
        }
        for range in permission.ipv6_ranges {
            add(
                parse_cidr(range.cidr_ipv6.as_deref().unwrap_or_default(), Family::Ipv6)?,
                range.description,
            )?;
        }
        for list in permission.prefix_list_ids {
            let peer = parse_prefix_list(list.prefix_list_id.as_deref().unwrap_or_default(), place, naming)?;
            add(peer, list.description)?;
        }
        for pair in permission.user_id_group_pairs {
            let description = pair.description.clone();
            add(parse_group(pair, place, naming)?, description)?;
        }
        if contents.len() == before {
            return Err(AwsError::new("MissingParameter", "Source group ID missing."));
        }
    }
    Ok(contents)
}

/// Reads protocol and ports, or ICMP type and code.
pub(crate) fn parse_traffic(
    name: Option<&str>,
    from: Option<i32>,
    to: Option<i32>,
) -> Result<Traffic, AwsError> {
    let name = name.filter(|name| !name.is_empty()).ok_or_else(|| {
        AwsError::invalid_parameter_value(
            "Invalid value 'null' for protocol. VPC security group rules must specify protocols explicitly.",
        )
    })?;
    let unknown = || {
        AwsError::invalid_parameter_value(format!(
            "Invalid value '{name}' for IP protocol. Unknown protocol."
        ))
    };
    let parsed = parse_protocol(name).ok_or_else(unknown)?;
    let ports = match parsed {
        RuleProtocol::Number(number @ (protocol::TCP | protocol::UDP)) => parse_ports(number, from, to)?,
        RuleProtocol::Number(protocol::ICMP | protocol::ICMPV6) => {
            parse_icmp(from.unwrap_or(-1), to.unwrap_or(-1))?
        }
        // "If you specify -1 or another protocol, traffic on all ports is allowed, regardless of any ports you
        // specify" (IpPermission).
        RuleProtocol::All | RuleProtocol::Number(_) => Ports::Any,
    };
    Ok(Traffic { protocol: parsed, ports })
}

/// Reads a protocol: a name, a number, or `-1` for all.
pub(crate) fn parse_protocol(name: &str) -> Option<RuleProtocol> {
    match name.to_ascii_lowercase().as_str() {
        "-1" | "all" => Some(RuleProtocol::All),
        "tcp" => Some(RuleProtocol::Number(protocol::TCP)),
        "udp" => Some(RuleProtocol::Number(protocol::UDP)),
        "icmp" => Some(RuleProtocol::Number(protocol::ICMP)),
        "icmpv6" => Some(RuleProtocol::Number(protocol::ICMPV6)),
        number => number.parse().ok().map(RuleProtocol::Number),
    }
}

fn parse_ports(number: u8, from: Option<i32>, to: Option<i32>) -> Result<Ports, AwsError> {
    let (Some(from), Some(to)) = (from, to) else {
        return Err(AwsError::invalid_parameter_value(
            "Invalid value for portRange. Must specify both from and to ports with TCP/UDP.",
        ));
    };
    match (u16::try_from(from), u16::try_from(to)) {
        (Ok(first), Ok(last)) if first <= last => Ok(Ports::Range { from: first, to: last }),
        _ => {
            let name = protocol::name(number).to_ascii_uppercase();
            Err(AwsError::invalid_parameter_value(format!("Invalid {name} port range ({from}:{to})")))
        }
    }
}

/// Reads ICMP type and code, `-1` standing for all of them.
pub(crate) fn parse_icmp(kind: i32, code: i32) -> Result<Ports, AwsError> {
    let of = |name: &str, value: i32| match value {
        -1 => Ok(None),
        value => u8::try_from(value)
            .map(Some)
            .map_err(|_| AwsError::invalid_parameter_value(format!("ICMP {name} ({value}) out of range"))),
    };
    let (kind, code) = (of("type", kind)?, of("code", code)?);
    if kind.is_none() && code.is_some() {
        return Err(AwsError::invalid_parameter_value(
            "Invalid value for ICMP code. If all ICMP types are specified, all ICMP codes must be specified.",
        ));
    }
    Ok(Ports::Icmp { kind, code })
}

/// The two address families, which have members of their own in requests.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Family {
    /// `CidrIp`.
    Ipv4,
    /// `CidrIpv6`.
    Ipv6,
}

/// Reads a block of one family and clears its host bits.
pub(crate) fn parse_cidr(text: &str, family: Family) -> Result<Peer, AwsError> {
    let malformed = || AwsError::invalid_parameter_value(format!("CIDR block {text} is malformed"));
    let block: IpNet = text.parse().map_err(|_| malformed())?;
    match (block, family) {
        (IpNet::V4(_), Family::Ipv4) | (IpNet::V6(_), Family::Ipv6) => Ok(Peer::Cidr(block.trunc())),
        (IpNet::V4(_), Family::Ipv6) | (IpNet::V6(_), Family::Ipv4) => Err(malformed()),
    }
}

/// Reads a prefix list, the caller's or AWS's own.
pub(crate) fn parse_prefix_list(text: &str, place: Place<'_>, naming: Naming) -> Result<Peer, AwsError> {
    let id = parse_id(text)?;
    if naming == Naming::Strict && place.world.prefix_list_weight(place.scope, id).is_none() {
        return Err(refused(model::Refusal::NotFound(id.into())));
    }
    Ok(Peer::PrefixList(id))
}

/// Reads a group by identifier, or by its name in the VPC.
pub(crate) fn parse_group(
    pair: shapes::UserIdGroupPair,
    place: Place<'_>,
    naming: Naming,
) -> Result<Peer, AwsError> {
    let group = match (pair.group_id.filter(|id| !id.is_empty()), pair.group_name) {
        (Some(id), _) => parse_id(&id)?,
        (None, Some(name)) => named_group(place.world, place.vpc, &name)?.id,
        (None, None) => return Err(AwsError::new("MissingParameter", "Source group ID missing.")),
    };
    let not_found = || refused(model::Refusal::NotFound(group.into()));
    let owner: Option<AccountId> = match pair.user_id.filter(|id| !id.is_empty()) {
        Some(user) => Some(user.parse().map_err(|_| not_found())?),
        None => None,
    };
    match naming {
        Naming::Strict => place.world.group_as_peer(place.scope, place.vpc, group, owner).map_err(refused),
        Naming::Loose => {
            Ok(Peer::Group { group, account: owner.unwrap_or(place.scope.account), peering: None })
        }
    }
}

/// The group of the default VPC with this name. Elsewhere groups are named by identifier only.
pub(crate) fn named_group<'a>(
    world: &'a World,
    vpc: VpcId,
    name: &str,
) -> Result<&'a SecurityGroup, AwsError> {
    if world.network.vpcs.get(&vpc).is_none_or(|vpc| !vpc.is_default) {
        return Err(AwsError::invalid_parameter_value(format!(
            "Invalid value '{name}' for groupName. You may not reference Amazon VPC security groups by name. Please \
             use the corresponding id for this operation."
        )));
    }
    let missing = || {
        let message = format!("The security group '{name}' does not exist in default VPC '{vpc}'");
        AwsError::new("InvalidGroup.NotFound", message)
    };
    world.security_group_named(vpc, name).ok_or_else(missing)
}

/// Checks the description of a rule.
pub(crate) fn parse_description(text: Option<String>) -> Result<Option<String>, AwsError> {
    match text {
        Some(text) if !is_description(&text) => Err(AwsError::invalid_parameter_value(
            "Invalid rule description. Valid descriptions are strings less than 256 characters from the following \
             set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
        )),
        text => Ok(text.filter(|text| !text.is_empty())),
    }
}

/// Whether a text has the length and the characters that AWS takes for names and descriptions of groups and rules.
pub(crate) fn is_description(text: &str) -> bool {
    let permitted = |c: char| c.is_ascii_alphanumeric() || ". _-:/()#,@[]+=&;{}!$*".contains(c);
    text.chars().count() <= DESCRIPTION_LENGTH_MAX && text.chars().all(permitted)
}

/// The protocol as security groups write it: four by name, all as `-1`, others by number.
pub(crate) fn render_protocol(of: RuleProtocol) -> String {
    match of {
        RuleProtocol::All => "-1".to_owned(),
        RuleProtocol::Number(number) => protocol::name(number).into_owned(),
    }
}

/// First and last port, or ICMP type and code; nothing where every port is meant.
pub(crate) fn render_ports(ports: Ports) -> Option<(i32, i32)> {
    let or_all = |value: Option<u8>| value.map_or(-1, i32::from);
    match ports {
        Ports::Any => None,
        Ports::Range { from, to } => Some((from.into(), to.into())),
        Ports::Icmp { kind, code } => Some((or_all(kind), or_all(code))),
    }
}

/// Rules of a group as permissions, in the order of protocol and ports, and within them of far ends.
pub(crate) fn render(
    world: &World,
    group: &SecurityGroup,
    direction: Direction,
) -> Vec<shapes::IpPermission> {
    let mut by_traffic: BTreeMap<Traffic, Vec<RuleContent>> = BTreeMap::new();
    for rule in group.rules_of(direction) {
        by_traffic.entry(rule.traffic).or_default().push(content_of(rule));
    }
    let permission = |(traffic, mut contents): (Traffic, Vec<RuleContent>)| {
        contents.sort_by_key(|content| content.peer);
        render_permission(world, group.vpc, traffic, contents)
    };
    by_traffic.into_iter().map(permission).collect()
}

/// What a rule says.
pub(crate) fn content_of(rule: &SecurityGroupRule) -> RuleContent {
    RuleContent { traffic: rule.traffic, peer: rule.peer, description: rule.description.clone() }
}

/// Rules of one kind of traffic as one permission.
pub(crate) fn render_permission(
    world: &World,
    vpc: VpcId,
    traffic: Traffic,
    contents: Vec<RuleContent>,
) -> shapes::IpPermission {
    let ports = render_ports(traffic.ports);
    let mut permission = shapes::IpPermission {
        ip_protocol: Some(render_protocol(traffic.protocol)),
        from_port: ports.map(|(from, _)| from),
        to_port: ports.map(|(_, to)| to),
        ..Default::default()
    };
    for RuleContent { peer, description, .. } in contents {
        match peer {
            Peer::Cidr(IpNet::V4(cidr)) => {
                permission.ip_ranges.push(shapes::IpRange { cidr_ip: Some(cidr.to_string()), description });
            }
            Peer::Cidr(IpNet::V6(cidr)) => {
                permission
                    .ipv6_ranges
                    .push(shapes::Ipv6Range { cidr_ipv6: Some(cidr.to_string()), description });
            }
            Peer::PrefixList(id) => permission
                .prefix_list_ids
                .push(shapes::PrefixListId { prefix_list_id: Some(id.to_string()), description }),
            Peer::Group { .. } => {
                let pair = shapes::UserIdGroupPair { description, ..render_group(world, vpc, &peer) };
                permission.user_id_group_pairs.push(pair);
            }
        }
    }
    permission
}

/// A group as the far end of a rule, with the peering connection that it is reached by. Nothing for other far ends.
pub(crate) fn render_group(world: &World, vpc: VpcId, peer: &Peer) -> shapes::UserIdGroupPair {
    let Peer::Group { group, account, peering } = peer else { return Default::default() };
    let mut pair = shapes::UserIdGroupPair {
        group_id: Some(group.to_string()),
        user_id: Some(account.to_string()),
        ..Default::default()
    };
    if let Some(id) = peering {
        let connection = world.network.vpc_peering_connections.get(id);
        let active = connection.is_some_and(|connection| connection.is_active());
        let far_side = connection.and_then(|connection| connection.peer_of(vpc));
        pair.vpc_id = far_side.map(|side| side.vpc.to_string());
        pair.vpc_peering_connection_id = Some(id.to_string());
        pair.peering_status = Some(if active { "active" } else { "deleted" }.to_owned());
    }
    pair
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Caller;
    use proptest::prelude::*;

    fn any_ports() -> impl Strategy<Value = Traffic> {
        let range = (any::<u16>(), any::<u16>())
            .prop_map(|(one, other)| Ports::Range { from: one.min(other), to: one.max(other) });
        let icmp = (any::<Option<u8>>(), any::<Option<u8>>())
            .prop_map(|(kind, code)| Ports::Icmp { kind, code: code.filter(|_| kind.is_some()) });
        let with_ports = (prop_oneof![Just(6), Just(17)], range);
        let with_types = (prop_oneof![Just(1), Just(58)], icmp);
        let others = any::<u8>().prop_filter("has ports or types", |number| ![1, 6, 17, 58].contains(number));
        let of = |(number, ports)| Traffic { protocol: RuleProtocol::Number(number), ports };
        prop_oneof![
            Just(Traffic::ALL),
            with_ports.prop_map(of),
            with_types.prop_map(of),
            others.prop_map(move |number| of((number, Ports::Any))),
        ]
    }

    fn any_peer(group: model::SecurityGroupId, account: AccountId) -> impl Strategy<Value = Peer> {
        let ipv4 = (any::<u32>(), 0u8..=32).prop_map(|(address, length)| {
            IpNet::V4(model::Ipv4Net::new_assert(address.into(), length).trunc())
        });
        let ipv6 = (any::<u128>(), 0u8..=128).prop_map(|(address, length)| {
            IpNet::V6(model::Ipv6Net::new_assert(address.into(), length).trunc())
        });
        prop_oneof![
            ipv4.prop_map(Peer::Cidr),
            ipv6.prop_map(Peer::Cidr),
            Just(Peer::Group { group, account, peering: None }),
            Just(Peer::PrefixList(model::PrefixListId::short(0x68a5_4001))),
        ]
    }

    proptest! {
        /// What the answer shows is, read as a request, the rules that there are.
        #[test]
        fn permissions_and_rules_are_two_views_of_the_same(
            drawn in prop::collection::vec(
                (any_ports(), any_peer(model::SecurityGroupId::numbered(9), AccountId::DEFAULT)), 0..12,
            ),
        ) {
            let mut caller = Caller::new();
            let scope = caller.scope();
            let vpc = caller.world.default_vpc(scope).unwrap();
            let (vpc, id) = (vpc.id, vpc.default_security_group);
            let group = caller.world.network.security_groups.get_mut(&id).unwrap();
            group.rules.clear();
            for (number, (traffic, peer)) in (1..).zip(drawn) {
                let content = RuleContent { traffic, peer, description: Some(format!("rule {number}")) };
                if group.rule_like(Direction::Egress, &content).is_none() {
                    let id = model::SecurityGroupRuleId::numbered(number);
                    let RuleContent { traffic, peer, description } = content;
                    let direction = Direction::Egress;
                    let tags = model::Tags::new();
                    group.rules.insert(id, SecurityGroupRule { id, direction, traffic, peer, description, tags });
                }
            }
            let group = caller.world.security_group(scope, id).unwrap();
            let shown = render(&caller.world, group, Direction::Egress);
            let mut kinds: Vec<_> =
                shown.iter().map(|it| (it.ip_protocol.clone(), it.from_port, it.to_port)).collect();
            let count = kinds.len();
            kinds.sort();
            kinds.dedup();
            prop_assert_eq!(kinds.len(), count, "each kind of traffic is one permission");

            let place = Place { world: &caller.world, scope, vpc };
            let mut read = parse(shown, place, Naming::Loose).unwrap();
            let mut rules: Vec<_> = group.rules.values().map(content_of).collect();
            read.sort_by_key(|content| (content.traffic, content.peer));
            rules.sort_by_key(|content| (content.traffic, content.peer));
            prop_assert_eq!(read, rules);
            prop_assert_eq!(render(&caller.world, group, Direction::Ingress), vec![]);
        }
    }

    #[test]
    fn protocols_are_read_by_name_and_number_and_written_in_one_way() {
        for (text, written) in [
            ("6", "tcp"),
            ("TCP", "tcp"),
            ("17", "udp"),
            ("1", "icmp"),
            ("58", "icmpv6"),
            ("-1", "-1"),
            ("50", "50"),
        ] {
            assert_eq!(parse_protocol(text).map(render_protocol).as_deref(), Some(written));
        }
        for text in ["256", "-2", "tcpp", "", "0x6", "６"] {
            assert_eq!(parse_protocol(text), None, "{text}");
        }
    }

    #[test]
    fn an_icmp_code_needs_a_type() {
        assert_eq!(parse_icmp(-1, -1), Ok(Ports::Icmp { kind: None, code: None }));
        assert_eq!(parse_icmp(8, -1), Ok(Ports::Icmp { kind: Some(8), code: None }));
        assert!(parse_icmp(-1, 0).is_err() && parse_icmp(256, 0).is_err() && parse_icmp(3, -2).is_err());
    }
}
