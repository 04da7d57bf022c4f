//! Actions on security group rules that there are: describe, modify, change descriptions.
//!
//! Follows "Security group rules" (VPC User Guide) and the actions of that name in the EC2 API Reference.

use awsproto::filter::Filterable;
use awsproto::{AwsError, Call};
use model::refusal::SecurityGroupRefusal;
use model::security_group_rules::RuleContent;
use model::{
    Direction, IpNet, Link, Peer, Scope, SecurityGroup, SecurityGroupId, SecurityGroupRule,
    SecurityGroupRuleId, World,
};
use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::errors::refused;
use crate::ip_permission::{
    self, Family, Naming, Place, parse_cidr, parse_description, parse_group, parse_prefix_list,
    parse_traffic, render_group, render_ports, render_protocol,
};
use crate::request::{Describe, named_or_all, parse_id, render_tags, required_id, text_values};
use crate::security_group::find;
use crate::shapes::{self, *};

/// Where the rules of a group belong.
pub(crate) fn place_of(world: &World, scope: Scope, id: SecurityGroupId) -> Result<Place<'_>, AwsError> {
    let vpc = world.security_group(scope, id).map_err(refused)?.vpc;
    Ok(Place { world, scope, vpc })
}

pub(crate) fn modify(
    call: &mut Call,
    world: &mut World,
    request: ModifySecurityGroupRulesRequest,
) -> Result<ModifySecurityGroupRulesResult, AwsError> {
    let ModifySecurityGroupRulesRequest { group_id, security_group_rules } = request;
    let scope = call.scope;
    let group = find(world, scope, group_id.as_deref(), None)?.id;
    for update in security_group_rules {
        let rule = required_id(update.security_group_rule_id.as_deref())?;
        let content = update.security_group_rule.unwrap_or_default();
        let content = parse_content(content, place_of(world, scope, group)?)?;
        world.modify_security_group_rule(scope, group, rule, content).map_err(refused)?;
    }
    Ok(ModifySecurityGroupRulesResult { r#return: Some(true) })
}

/// Reads what a rule is to say from now on: all of it, since nothing of the old content stays.
fn parse_content(rule: SecurityGroupRuleRequest, place: Place<'_>) -> Result<RuleContent, AwsError> {
    let traffic = parse_traffic(rule.ip_protocol.as_deref(), rule.from_port, rule.to_port)?;
    let peer = match (rule.cidr_ipv4, rule.cidr_ipv6, rule.prefix_list_id, rule.referenced_group_id) {
        (Some(cidr), None, None, None) => parse_cidr(&cidr, Family::Ipv4)?,
        (None, Some(cidr), None, None) => parse_cidr(&cidr, Family::Ipv6)?,
        (None, None, Some(list), None) => parse_prefix_list(&list, place, Naming::Strict)?,
        (None, None, None, Some(group)) => {
            // The request has no room for the owner of a group in a peered VPC of somebody else.
            let owner = parse_id(&group).ok().and_then(|id| place.world.network.security_groups.get(&id));
            let user_id = owner.map(|group| group.scope.account.to_string());
            parse_group(
                UserIdGroupPair { group_id: Some(group), user_id, ..Default::default() },
                place,
                Naming::Strict,
            )?
        }
        (None, None, None, None) => {
            return Err(AwsError::new(
                "MissingParameter",
                "The request must contain exactly one of: cidrIp, cidrIpv6, prefixListId, or referencedGroupId",
            ));
        }
        (_, _, _, _) => {
            return Err(AwsError::invalid_parameter_combination(
                "Only one of cidrIp, cidrIpv6, prefixListId, or referencedGroupId can be specified",
            ));
        }
    };
    Ok(RuleContent { traffic, peer, description: parse_description(rule.description)? })
}

pub(crate) fn update_ingress_descriptions(
    call: &mut Call,
    world: &mut World,
    request: UpdateSecurityGroupRuleDescriptionsIngressRequest,
) -> Result<UpdateSecurityGroupRuleDescriptionsIngressResult, AwsError> {
    let UpdateSecurityGroupRuleDescriptionsIngressRequest {
        group_id,
        group_name,
        ip_permissions,
        security_group_rule_descriptions,
    } = request;
    let group = find(world, call.scope, group_id.as_deref(), group_name.as_deref())?.id;
    let by_id = security_group_rule_descriptions;
    update_descriptions(call, world, group, Direction::Ingress, ip_permissions, by_id)?;
    Ok(UpdateSecurityGroupRuleDescriptionsIngressResult { r#return: Some(true) })
}

pub(crate) fn update_egress_descriptions(
    call: &mut Call,
    world: &mut World,
    request: UpdateSecurityGroupRuleDescriptionsEgressRequest,
) -> Result<UpdateSecurityGroupRuleDescriptionsEgressResult, AwsError> {
    let UpdateSecurityGroupRuleDescriptionsEgressRequest {
        group_id,
        group_name,
        ip_permissions,
        security_group_rule_descriptions,
    } = request;
    let group = find(world, call.scope, group_id.as_deref(), group_name.as_deref())?.id;
    let by_id = security_group_rule_descriptions;
    update_descriptions(call, world, group, Direction::Egress, ip_permissions, by_id)?;
    Ok(UpdateSecurityGroupRuleDescriptionsEgressResult { r#return: Some(true) })
}

/// Changes descriptions of rules that are named by what they say, or by identifier.
fn update_descriptions(
    call: &mut Call,
    world: &mut World,
    id: SecurityGroupId,
    direction: Direction,
    permissions: Vec<IpPermission>,
    by_id: Vec<SecurityGroupRuleDescription>,
) -> Result<(), AwsError> {
    let scope = call.scope;
    if permissions.is_empty() == by_id.is_empty() {
        return Err(AwsError::new(
            "MissingParameter",
            "Either 'ipPermissions' or 'securityGroupRuleDescriptions' should be provided.",
        ));
    }
    let mut descriptions = Vec::new();
    for named in by_id {
        let rule = required_id(named.security_group_rule_id.as_deref())?;
        descriptions.push((rule, parse_description(named.description)?));
    }
    for content in ip_permission::parse(permissions, place_of(world, scope, id)?, Naming::Loose)? {
        let group = world.security_group(scope, id).map_err(refused)?;
        let rule =
            group.rule_like(direction, &content).ok_or_else(|| refused(SecurityGroupRefusal::NoSuchRule))?;
        descriptions.push((rule.id, content.description));
    }
    for (rule, description) in descriptions {
        world.describe_security_group_rule(scope, id, direction, rule, description).map_err(refused)?;
    }
    Ok(())
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeSecurityGroupRulesRequest,
) -> Result<DescribeSecurityGroupRulesResult, AwsError> {
    let DescribeSecurityGroupRulesRequest { filters, max_results, next_token, security_group_rule_ids } =
        request;
    let scope = call.scope;
    check_group_filter(&filters)?;
    let groups = || world.network.security_groups.linked(Link::Scope(scope));
    let all = groups().flat_map(|group| group.rules.values());
    let named = named_or_all(&security_group_rule_ids, all, |rule| rule.id)?;
    let wanted: BTreeSet<SecurityGroupRuleId> = named.into_iter().map(|rule| rule.id).collect();
    let describe = Describe {
        kind: "securityGroupRuleId",
        ids: &security_group_rule_ids,
        filters,
        max_results,
        next_token,
    };
    let sieve = describe.sieve();
    let groups = groups().filter(|group| sieve.passes("group-id", &group.id));
    let rows = groups.flat_map(|group| group.rules.values().map(move |rule| (group, rule)));
    let rows = rows.filter(|(_, rule)| {
        wanted.contains(&rule.id) && sieve.lets_through(&[("security-group-rule-id", &rule.id)], &rule.tags)
    });
    let rows = rows.map(|(group, rule)| render(world, group, rule));
    let (security_group_rules, next_token) =
        describe.page(rows, |rule| rule.security_group_rule_id.as_ref())?;
    Ok(DescribeSecurityGroupRulesResult { next_token, security_group_rules })
}

/// A filter by group wants identifiers of groups, as no other filter does: AWS refuses any other text.
fn check_group_filter(filters: &[shapes::Filter]) -> Result<(), AwsError> {
    let by_group = filters.iter().filter(|filter| filter.name.as_deref() == Some("group-id"));
    let mut exact =
        by_group.flat_map(|filter| &filter.values).filter(|value| !value.contains(['*', '?', '\\']));
    exact.try_for_each(|value| parse_id::<SecurityGroupId>(value).map(drop))
}

/// A rule as describe and authorize calls show it.
pub(crate) fn render(
    world: &World,
    group: &SecurityGroup,
    rule: &SecurityGroupRule,
) -> shapes::SecurityGroupRule {
    let (from, to) = render_ports(rule.traffic.ports).unwrap_or((-1, -1));
    let (region, owner, id) = (group.scope.region, group.scope.account, rule.id);
    let referenced_group_info = rule.peer.group().map(|_| {
        let pair = render_group(world, group.vpc, &rule.peer);
        ReferencedSecurityGroup {
            group_id: pair.group_id,
            peering_status: pair.peering_status,
            user_id: pair.user_id,
            vpc_id: pair.vpc_id,
            vpc_peering_connection_id: pair.vpc_peering_connection_id,
        }
    });
    shapes::SecurityGroupRule {
        cidr_ipv4: ipv4_block(&rule.peer),
        cidr_ipv6: ipv6_block(&rule.peer),
        description: rule.description.clone(),
        from_port: Some(from),
        group_id: Some(group.id.to_string()),
        group_owner_id: Some(owner.to_string()),
        ip_protocol: Some(render_protocol(rule.traffic.protocol)),
        is_egress: Some(rule.direction == Direction::Egress),
        prefix_list_id: prefix_list(&rule.peer),
        referenced_group_info,
        security_group_rule_arn: Some(region.arn("ec2", owner, format_args!("security-group-rule/{id}"))),
        security_group_rule_id: Some(id.to_string()),
        tags: render_tags(&rule.tags),
        to_port: Some(to),
    }
}

/// The far end, if it is an IPv4 block.
pub(crate) fn ipv4_block(peer: &Peer) -> Option<String> {
    match peer {
        Peer::Cidr(IpNet::V4(cidr)) => Some(cidr.to_string()),
        Peer::Cidr(IpNet::V6(_)) | Peer::Group { .. } | Peer::PrefixList(_) => None,
    }
}

/// The far end, if it is an IPv6 block.
pub(crate) fn ipv6_block(peer: &Peer) -> Option<String> {
    match peer {
        Peer::Cidr(IpNet::V6(cidr)) => Some(cidr.to_string()),
        Peer::Cidr(IpNet::V4(_)) | Peer::Group { .. } | Peer::PrefixList(_) => None,
    }
}

/// The far end, if it is a prefix list.
pub(crate) fn prefix_list(peer: &Peer) -> Option<String> {
    match peer {
        Peer::PrefixList(id) => Some(id.to_string()),
        Peer::Cidr(_) | Peer::Group { .. } => None,
    }
}

impl Filterable for shapes::SecurityGroupRule {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        Some(match name {
            "group-id" => text_values(&self.group_id),
            "security-group-rule-id" => text_values(&self.security_group_rule_id),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{ssh, web};

    #[test]
    fn a_modified_rule_keeps_its_identifier_and_needs_a_protocol_and_one_far_end() {
        let (mut caller, web) = web();
        let rule = caller.ok("AuthorizeSecurityGroupIngress", &ssh(&web)).text("securityGroupRuleId");
        let of = |rest: &[(&str, &str)]| -> Vec<(String, String)> {
            let mut all = vec![
                ("GroupId".to_owned(), web.clone()),
                ("SecurityGroupRule.1.SecurityGroupRuleId".to_owned(), rule.clone()),
            ];
            all.extend(rest.iter().map(|(name, value)| {
                (format!("SecurityGroupRule.1.SecurityGroupRule.{name}"), (*value).to_owned())
            }));
            all
        };
        let mut send = |rest: &[(&str, &str)]| {
            let all = of(rest);
            let pairs: Vec<_> = all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            caller
                .send("ModifySecurityGroupRules", &pairs)
                .map_err(|error| format!("{}: {}", error.code, error.message))
        };
        assert_eq!(
            send(&[("CidrIpv4", "10.0.0.0/8")]).unwrap_err(),
            "InvalidParameterValue: Invalid value 'null' for protocol. VPC security group rules must specify \
             protocols explicitly."
        );
        let exactly_one = "MissingParameter: The request must contain exactly one of: cidrIp, cidrIpv6, prefixListId, \
                           or referencedGroupId";
        assert_eq!(send(&[("IpProtocol", "-1")]).unwrap_err(), exactly_one);
        let both = [("IpProtocol", "-1"), ("CidrIpv4", "10.0.0.0/8"), ("CidrIpv6", "::/0")];
        assert_eq!(
            send(&both).unwrap_err(),
            "InvalidParameterCombination: Only one of cidrIp, cidrIpv6, prefixListId, or referencedGroupId can be \
             specified"
        );
        send(&[("IpProtocol", "udp"), ("FromPort", "53"), ("ToPort", "53"), ("CidrIpv6", "::/0")]).unwrap();
        let shown = caller.ok("DescribeSecurityGroupRules", &[("SecurityGroupRuleId.1", &rule)]);
        assert_eq!((shown.text("ipProtocol"), shown.text("cidrIpv6")), ("udp".into(), "::/0".into()));
    }

    #[test]
    fn a_description_is_changed_by_content_and_by_identifier() {
        let (mut caller, web) = web();
        let rule = caller.ok("AuthorizeSecurityGroupIngress", &ssh(&web)).text("securityGroupRuleId");
        let mut by_content = ssh(&web);
        by_content.push(("IpPermissions.1.IpRanges.1.Description", "from everywhere"));
        caller.ok("UpdateSecurityGroupRuleDescriptionsIngress", &by_content);
        let shown = caller.ok("DescribeSecurityGroupRules", &[("SecurityGroupRuleId.1", &rule)]);
        assert_eq!(shown.text("description"), "from everywhere");
        let by_id = [
            ("GroupId", web.as_str()),
            ("SecurityGroupRuleDescription.1.SecurityGroupRuleId", &rule),
            ("SecurityGroupRuleDescription.1.Description", "ünsafe"),
        ];
        assert!(caller.refused("UpdateSecurityGroupRuleDescriptionsIngress", &by_id).starts_with(
            "InvalidParameterValue: Invalid rule description. Valid descriptions are strings less than 256"
        ));
        assert!(
            caller
                .refused("UpdateSecurityGroupRuleDescriptionsEgress", &ssh(&web))
                .starts_with("InvalidPermission.NotFound")
        );
    }
}
