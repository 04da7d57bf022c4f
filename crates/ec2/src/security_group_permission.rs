//! The actions that add rules to security groups and take them out: authorize and revoke, by permissions, by flat
//! parameters and by rule identifier.
//!
//! Follows "Security group rules" (VPC User Guide), AuthorizeSecurityGroupIngress and its siblings (EC2 API Reference).

use awsproto::{AwsError, Call, tags};
use model::security_group_rules::RuleContent;
use model::{Direction, SecurityGroupId, SecurityGroupRule, SecurityGroupRuleId, World};

use crate::errors::refused;
use crate::ip_permission::{self, Naming, render_permission, render_ports, render_protocol};
use crate::request::parse_id;
use crate::security_group::find;
use crate::security_group_rule::{ipv4_block, ipv6_block, place_of, prefix_list, render};
use crate::shapes::{self, *};

/// One rule in parameters of its own, as requests had it before permissions.
#[derive(Default)]
struct FlatRule {
    cidr_ip: Option<String>,
    from_port: Option<i32>,
    to_port: Option<i32>,
    ip_protocol: Option<String>,
    source_security_group_name: Option<String>,
    source_security_group_owner_id: Option<String>,
}

impl FlatRule {
    fn is_absent(&self) -> bool {
        self.cidr_ip.is_none()
            && self.from_port.is_none()
            && self.to_port.is_none()
            && self.ip_protocol.is_none()
            && self.source_security_group_name.is_none()
            && self.source_security_group_owner_id.is_none()
    }

    /// The permission that says the same. "You can't specify a source security group and a CIDR IP address range"; a
    /// group given without a protocol is let in with everything.
    fn into_permission(self) -> Result<IpPermission, AwsError> {
        if self.cidr_ip.is_some() && self.source_security_group_name.is_some() {
            return Err(AwsError::invalid_parameter_combination(
                "The parameter 'cidrIp' may not be used in combination with 'sourceSecurityGroupName'",
            ));
        }
        let protocol = match (&self.ip_protocol, &self.source_security_group_name) {
            (None, Some(_)) => Some("-1".to_owned()),
            (None, None) => return Err(AwsError::missing_parameter("ipProtocol")),
            (Some(protocol), _) => Some(protocol.clone()),
        };
        let group = self.source_security_group_name.map(|name| UserIdGroupPair {
            group_name: Some(name),
            user_id: self.source_security_group_owner_id,
            ..Default::default()
        });
        Ok(IpPermission {
            from_port: self.from_port,
            ip_protocol: protocol,
            ip_ranges: self
                .cidr_ip
                .into_iter()
                .map(|cidr| IpRange { cidr_ip: Some(cidr), description: None })
                .collect(),
            to_port: self.to_port,
            user_id_group_pairs: group.into_iter().collect(),
            ..Default::default()
        })
    }
}

/// The permissions of a request, in whichever of the two ways they are written.
fn permissions_of(permissions: Vec<IpPermission>, flat: FlatRule) -> Result<Vec<IpPermission>, AwsError> {
    match (permissions.is_empty(), flat.is_absent()) {
        (false, true) => Ok(permissions),
        (true, false) => Ok(vec![flat.into_permission()?]),
        (true, true) => Err(AwsError::missing_parameter("ipPermissions")),
        (false, false) => Err(AwsError::invalid_parameter_combination(
            "The parameter 'ipPermissions' may not be used in combination with 'ipProtocol'",
        )),
    }
}

pub(crate) fn authorize_ingress(
    call: &mut Call,
    world: &mut World,
    request: AuthorizeSecurityGroupIngressRequest,
) -> Result<AuthorizeSecurityGroupIngressResult, AwsError> {
    let AuthorizeSecurityGroupIngressRequest {
        cidr_ip,
        from_port,
        group_id,
        group_name,
        ip_permissions,
        ip_protocol,
        source_security_group_name,
        source_security_group_owner_id,
        tag_specifications,
        to_port,
    } = request;
    let flat = FlatRule {
        cidr_ip,
        from_port,
        to_port,
        ip_protocol,
        source_security_group_name,
        source_security_group_owner_id,
    };
    let group = find(world, call.scope, group_id.as_deref(), group_name.as_deref())?.id;
    let permissions = permissions_of(ip_permissions, flat)?;
    let security_group_rules =
        authorize(call, world, group, Direction::Ingress, permissions, tag_specifications)?;
    Ok(AuthorizeSecurityGroupIngressResult { r#return: Some(true), security_group_rules })
}

pub(crate) fn authorize_egress(
    call: &mut Call,
    world: &mut World,
    request: AuthorizeSecurityGroupEgressRequest,
) -> Result<AuthorizeSecurityGroupEgressResult, AwsError> {
    let AuthorizeSecurityGroupEgressRequest {
        cidr_ip,
        from_port,
        group_id,
        ip_permissions,
        ip_protocol,
        source_security_group_name,
        source_security_group_owner_id,
        tag_specifications,
        to_port,
    } = request;
    let flat = FlatRule {
        cidr_ip,
        from_port,
        to_port,
        ip_protocol,
        source_security_group_name,
        source_security_group_owner_id,
    };
    let group = find(world, call.scope, group_id.as_deref(), None)?.id;
    let permissions = permissions_of(ip_permissions, flat)?;
    let security_group_rules =
        authorize(call, world, group, Direction::Egress, permissions, tag_specifications)?;
    Ok(AuthorizeSecurityGroupEgressResult { r#return: Some(true), security_group_rules })
}

fn authorize(
    call: &mut Call,
    world: &mut World,
    id: SecurityGroupId,
    direction: Direction,
    permissions: Vec<IpPermission>,
    specifications: Vec<TagSpecification>,
) -> Result<Vec<shapes::SecurityGroupRule>, AwsError> {
    let scope = call.scope;
    let place = place_of(world, scope, id)?;
    let contents = ip_permission::parse(permissions, place, Naming::Strict)?;
    let tags = tags::specified(specifications, "security-group-rule")?;
    let added =
        call.with_ids(|ids| world.authorize_security_group_rules(scope, id, direction, contents, tags, ids));
    let added = added.map_err(refused)?;
    let group = world.security_group(scope, id).map_err(refused)?;
    Ok(added.iter().map(|rule| render(world, group, rule)).collect())
}

pub(crate) fn revoke_ingress(
    call: &mut Call,
    world: &mut World,
    request: RevokeSecurityGroupIngressRequest,
) -> Result<RevokeSecurityGroupIngressResult, AwsError> {
    let RevokeSecurityGroupIngressRequest {
        cidr_ip,
        from_port,
        group_id,
        group_name,
        ip_permissions,
        ip_protocol,
        security_group_rule_ids,
        source_security_group_name,
        source_security_group_owner_id,
        to_port,
    } = request;
    let flat = FlatRule {
        cidr_ip,
        from_port,
        to_port,
        ip_protocol,
        source_security_group_name,
        source_security_group_owner_id,
    };
    let group = find(world, call.scope, group_id.as_deref(), group_name.as_deref())?.id;
    let which = which_rules(security_group_rule_ids, ip_permissions, flat)?;
    let (revoked_security_group_rules, unknown_ip_permissions) =
        revoke(call, world, group, Direction::Ingress, which)?;
    Ok(RevokeSecurityGroupIngressResult {
        r#return: Some(true),
        revoked_security_group_rules,
        unknown_ip_permissions,
    })
}

pub(crate) fn revoke_egress(
    call: &mut Call,
    world: &mut World,
    request: RevokeSecurityGroupEgressRequest,
) -> Result<RevokeSecurityGroupEgressResult, AwsError> {
    let RevokeSecurityGroupEgressRequest {
        cidr_ip,
        from_port,
        group_id,
        ip_permissions,
        ip_protocol,
        security_group_rule_ids,
        source_security_group_name,
        source_security_group_owner_id,
        to_port,
    } = request;
    let flat = FlatRule {
        cidr_ip,
        from_port,
        to_port,
        ip_protocol,
        source_security_group_name,
        source_security_group_owner_id,
    };
    let group = find(world, call.scope, group_id.as_deref(), None)?.id;
    let which = which_rules(security_group_rule_ids, ip_permissions, flat)?;
    let (revoked_security_group_rules, unknown_ip_permissions) =
        revoke(call, world, group, Direction::Egress, which)?;
    Ok(RevokeSecurityGroupEgressResult {
        r#return: Some(true),
        revoked_security_group_rules,
        unknown_ip_permissions,
    })
}

/// Which rules to revoke.
enum Which {
    /// Those with these identifiers.
    Ids(Vec<SecurityGroupRuleId>),
    /// Those that say this.
    Permissions(Vec<IpPermission>),
}

fn which_rules(ids: Vec<String>, permissions: Vec<IpPermission>, flat: FlatRule) -> Result<Which, AwsError> {
    match (ids.is_empty(), permissions.is_empty() && flat.is_absent()) {
        (true, false) => Ok(Which::Permissions(permissions_of(permissions, flat)?)),
        (false, true) => Ok(Which::Ids(ids.iter().map(|id| parse_id(id)).collect::<Result<_, _>>()?)),
        (true, true) => Err(AwsError::new(
            "MissingParameter",
            "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.",
        )),
        (false, false) => Err(AwsError::invalid_parameter_combination(
            "The parameter 'ipPermissions' may not be used in combination with 'securityGroupRuleIds'",
        )),
    }
}

fn revoke(
    call: &mut Call,
    world: &mut World,
    id: SecurityGroupId,
    direction: Direction,
    which: Which,
) -> Result<(Vec<RevokedSecurityGroupRule>, Vec<IpPermission>), AwsError> {
    let scope = call.scope;
    let place = place_of(world, scope, id)?;
    let vpc = place.vpc;
    let (revoked, unknown) = match which {
        Which::Ids(rules) => {
            let revoked = world.revoke_security_group_rules_by_id(scope, id, direction, &rules);
            (revoked.map_err(refused)?, Vec::new())
        }
        Which::Permissions(permissions) => {
            let contents = ip_permission::parse(permissions, place, Naming::Loose)?;
            let revocation =
                world.revoke_security_group_rules(scope, id, direction, contents).map_err(refused)?;
            (revocation.revoked, revocation.unknown)
        }
    };
    let permission = |content: RuleContent| render_permission(world, vpc, content.traffic, vec![content]);
    let revoked = revoked.iter().map(|rule| render_revoked(id, rule)).collect();
    Ok((revoked, unknown.into_iter().map(permission).collect()))
}

fn render_revoked(group: SecurityGroupId, rule: &SecurityGroupRule) -> RevokedSecurityGroupRule {
    let (from, to) = render_ports(rule.traffic.ports).unwrap_or((-1, -1));
    RevokedSecurityGroupRule {
        cidr_ipv4: ipv4_block(&rule.peer),
        cidr_ipv6: ipv6_block(&rule.peer),
        description: rule.description.clone(),
        from_port: Some(from),
        group_id: Some(group.to_string()),
        ip_protocol: Some(render_protocol(rule.traffic.protocol)),
        is_egress: Some(rule.direction == Direction::Egress),
        prefix_list_id: prefix_list(&rule.peer),
        referenced_group_id: rule.peer.group().map(|group| group.to_string()),
        security_group_rule_id: Some(rule.id.to_string()),
        to_port: Some(to),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Caller, ssh, web};
    use awsproto::testing::XmlAnswer;

    fn ingress(caller: &mut Caller, group: &str) -> XmlAnswer {
        let filter = [("Filter.1.Name", "group-id"), ("Filter.1.Value.1", group)];
        caller.ok("DescribeSecurityGroupRules", &filter)
    }

    #[test]
    fn the_flat_parameters_and_permissions_make_the_same_rule() {
        let (mut caller, web) = web();
        let flat = [
            ("GroupName", "web"),
            ("IpProtocol", "6"),
            ("FromPort", "22"),
            ("ToPort", "22"),
            ("CidrIp", "0.0.0.0/0"),
        ];
        let answer = caller.ok("AuthorizeSecurityGroupIngress", &flat);
        assert_eq!(answer.text("ipProtocol"), "tcp");
        assert_eq!((answer.text("fromPort"), answer.text("toPort")), ("22".into(), "22".into()));
        assert_eq!(
            (answer.text("isEgress"), answer.text("groupOwnerId")),
            ("false".into(), "123456789012".into())
        );
        assert_eq!(
            caller.refused("AuthorizeSecurityGroupIngress", &ssh(&web)),
            "InvalidPermission.Duplicate: the specified rule \"peer: 0.0.0.0/0, TCP, from port: 22, to port: 22, \
             ALLOW\" already exists"
        );
    }

    #[test]
    fn a_group_named_without_a_protocol_is_let_in_with_everything() {
        let (mut caller, web) = web();
        let flat = [("GroupId", web.as_str()), ("SourceSecurityGroupName", "web")];
        let answer = caller.ok("AuthorizeSecurityGroupIngress", &flat);
        assert_eq!((answer.text("ipProtocol"), answer.text("fromPort")), ("-1".into(), "-1".into()));
        assert!(answer.text("referencedGroupInfo").contains(&web));
        assert_eq!(
            caller.refused("AuthorizeSecurityGroupIngress", &flat),
            format!(
                "InvalidPermission.Duplicate: the specified rule \"peer: {web}, ALL, ALLOW\" already exists"
            )
        );
        let ping = [
            ("GroupId", web.as_str()),
            ("IpProtocol", "icmp"),
            ("FromPort", "-1"),
            ("ToPort", "-1"),
            ("CidrIp", "0.0.0.0/0"),
        ];
        caller.ok("AuthorizeSecurityGroupIngress", &ping);
        assert_eq!(
            caller.refused("AuthorizeSecurityGroupIngress", &ping),
            "InvalidPermission.Duplicate: the specified rule \"peer: 0.0.0.0/0, ICMP, type: ALL, code: ALL, ALLOW\" \
             already exists"
        );
    }

    #[test]
    fn wrong_permissions_are_refused_in_the_words_of_aws() {
        let (mut caller, web) = web();
        let mut refused = |parameters: &[(&str, &str)]| {
            let all: Vec<_> =
                [("GroupId", web.as_str())].into_iter().chain(parameters.iter().copied()).collect();
            caller.refused("AuthorizeSecurityGroupIngress", &all)
        };
        let (tcp, udp) = (("IpPermissions.1.IpProtocol", "tcp"), ("IpPermissions.1.IpProtocol", "udp"));
        let (from, to) = (("IpPermissions.1.FromPort", "80"), ("IpPermissions.1.ToPort", "22"));
        let anywhere = ("IpPermissions.1.IpRanges.1.CidrIp", "0.0.0.0/0");
        assert_eq!(
            refused(&[tcp, from, anywhere]),
            "InvalidParameterValue: Invalid value for portRange. Must specify both from and to ports with TCP/UDP."
        );
        assert_eq!(
            refused(&[udp, from, to, anywhere]),
            "InvalidParameterValue: Invalid UDP port range (80:22)"
        );
        assert_eq!(
            refused(&[anywhere]),
            "InvalidParameterValue: Invalid value 'null' for protocol. VPC security group rules must specify \
             protocols explicitly."
        );
        let ipx = ("IpPermissions.1.IpProtocol", "ipx");
        assert_eq!(
            refused(&[ipx, anywhere]),
            "InvalidParameterValue: Invalid value 'ipx' for IP protocol. Unknown protocol."
        );
        let all = ("IpPermissions.1.IpProtocol", "-1");
        assert_eq!(refused(&[all]), "MissingParameter: Source group ID missing.");
        assert_eq!(
            refused(&[all, ("IpPermissions.1.IpRanges.1.CidrIp", "10.0.0.0/33")]),
            "InvalidParameterValue: CIDR block 10.0.0.0/33 is malformed"
        );
        assert_eq!(
            refused(&[all, anywhere, ("IpPermissions.1.IpRanges.2.CidrIp", "0.0.0.0/0")]),
            "InvalidParameterValue: The same permission must not appear multiple times"
        );
        assert_eq!(
            refused(&[all, ("IpPermissions.1.Groups.1.GroupId", "sg-00000000000000001")]),
            "InvalidGroup.NotFound: The security group 'sg-00000000000000001' does not exist"
        );
        assert_eq!(refused(&[]), "MissingParameter: The request must contain the parameter ipPermissions");
    }

    #[test]
    fn a_group_of_a_vpc_that_is_not_peered_is_out_of_reach() {
        let (mut caller, web) = web();
        let vpc = caller.ok("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]).text("vpcId");
        let filter = [("Filter.1.Name", "vpc-id"), ("Filter.1.Value.1", vpc.as_str())];
        let far = caller.ok("DescribeSecurityGroups", &filter).text("groupId");
        let refused = caller.refused(
            "AuthorizeSecurityGroupIngress",
            &[
                ("GroupId", &web),
                ("IpPermissions.1.IpProtocol", "-1"),
                ("IpPermissions.1.Groups.1.GroupId", &far),
            ],
        );
        assert_eq!(
            refused,
            "InvalidGroup.NotFound: You have specified two resources that belong to different networks."
        );
    }

    #[test]
    fn what_was_not_there_to_revoke_is_shown_in_the_default_vpc_and_refused_elsewhere() {
        let (mut caller, web) = web();
        let unknown = caller.ok("RevokeSecurityGroupIngress", &ssh(&web));
        assert!(unknown.text("unknownIpPermissionSet").contains("<fromPort>22</fromPort>"), "{}", unknown.0);
        let vpc = caller.ok("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]).text("vpcId");
        let filter = [("Filter.1.Name", "vpc-id"), ("Filter.1.Value.1", vpc.as_str())];
        let far = caller.ok("DescribeSecurityGroups", &filter).text("groupId");
        assert_eq!(
            caller.refused("RevokeSecurityGroupIngress", &ssh(&far)),
            "InvalidPermission.NotFound: The specified rule does not exist in this security group."
        );
    }

    #[test]
    fn a_rule_is_revoked_by_its_identifier_in_its_own_direction() {
        let (mut caller, web) = web();
        let rule = caller.ok("AuthorizeSecurityGroupIngress", &ssh(&web)).text("securityGroupRuleId");
        let by_id = [("GroupId", web.as_str()), ("SecurityGroupRuleId.1", &rule)];
        let missing = format!(
            "InvalidSecurityGroupRuleId.NotFound: The security group rule ID '{rule}' does not exist"
        );
        assert_eq!(caller.refused("RevokeSecurityGroupEgress", &by_id), missing);
        let revoked = caller.ok("RevokeSecurityGroupIngress", &by_id);
        assert_eq!(
            (revoked.text("return"), revoked.text("securityGroupRuleId")),
            ("true".into(), rule.clone())
        );
        assert_eq!(caller.refused("RevokeSecurityGroupIngress", &by_id), missing);
        assert_eq!(
            caller.refused("RevokeSecurityGroupIngress", &[("GroupId", &web)]),
            "MissingParameter: Either 'ipPermissions' or 'securityGroupRuleIds' should be provided."
        );
    }

    #[test]
    fn the_last_way_out_can_be_closed() {
        let (mut caller, web) = web();
        let all_out = [
            ("GroupId", web.as_str()),
            ("IpPermissions.1.IpProtocol", "-1"),
            ("IpPermissions.1.IpRanges.1.CidrIp", "0.0.0.0/0"),
        ];
        caller.ok("RevokeSecurityGroupEgress", &all_out);
        assert_eq!(ingress(&mut caller, &web).texts("securityGroupRuleId"), [""; 0]);
        let opened = caller.ok("AuthorizeSecurityGroupEgress", &all_out);
        assert_eq!(opened.text("isEgress"), "true");
    }

    #[test]
    fn the_sixty_first_rule_is_refused() {
        let (mut caller, web) = web();
        let ranges: Vec<(String, String)> = (0..60)
            .map(|number| {
                (format!("IpPermissions.1.IpRanges.{}.CidrIp", number + 1), format!("10.{number}.0.0/16"))
            })
            .collect();
        let mut parameters = vec![("GroupId", web.as_str()), ("IpPermissions.1.IpProtocol", "-1")];
        parameters.extend(ranges.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        caller.ok("AuthorizeSecurityGroupIngress", &parameters);
        assert_eq!(
            caller.refused("AuthorizeSecurityGroupIngress", &ssh(&web)),
            "RulesPerSecurityGroupLimitExceeded: The maximum number of rules per security group has been reached."
        );
    }
}
