//! Actions on security groups, their rules apart.
//!
//! Follows "Security groups" (VPC User Guide) and the actions of that name in the EC2 API Reference.

use awsproto::filter::Filterable;
use awsproto::page::Page;
use awsproto::{AwsError, Call, tags};
use model::security_group::NewSecurityGroup;
use model::{Direction, Link, Scope, SecurityGroup, VpcId, World};
use std::borrow::Cow;

use crate::errors::refused;
use crate::ip_permission::{self, is_description, named_group};
use crate::request::{Describe, named_or_all, optional_id, parse_id, render_tags, required_id, text_values};
use crate::shapes::{self, *};

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateSecurityGroupRequest,
) -> Result<CreateSecurityGroupResult, AwsError> {
    let CreateSecurityGroupRequest { description, group_name, tag_specifications, vpc_id } = request;
    let scope = call.scope;
    let name = group_name.unwrap_or_default();
    let description = description.unwrap_or_default();
    check_text("GroupName", "name", &name)?;
    check_text("GroupDescription", "description", &description)?;
    let vpc = match optional_id(vpc_id.as_deref())? {
        Some(vpc) => vpc,
        None => default_vpc(world, scope)?,
    };
    let tags = tags::specified(tag_specifications, "security-group")?;
    let new = NewSecurityGroup { vpc, name, description, tags };
    let group = call.with_ids(|ids| world.create_security_group(scope, new, ids)).map_err(refused)?;
    Ok(CreateSecurityGroupResult {
        group_id: Some(group.id.to_string()),
        security_group_arn: Some(arn(group)),
        tags: render_tags(&group.tags),
    })
}

/// Checks a name or a description; `noun` is what a sentence calls it.
fn check_text(parameter: &str, noun: &str, text: &str) -> Result<(), AwsError> {
    if text.is_empty() {
        return Err(AwsError::missing_parameter(parameter));
    }
    if !text.is_ascii() {
        let reason = "Character sets beyond ASCII are not supported.";
        return Err(AwsError::invalid_value(parameter, text, reason));
    }
    match is_description(text) {
        true => Ok(()),
        false => Err(AwsError::invalid_parameter_value(format!(
            "Invalid security group {noun}. Valid {noun}s are strings less than 256 characters from the following \
             set:  a-zA-Z0-9. _-:/()#,@[]+=&;{{}}!$*"
        ))),
    }
}

fn default_vpc(world: &World, scope: Scope) -> Result<VpcId, AwsError> {
    let none = || AwsError::new("VPCIdNotSpecified", "No default VPC for this user");
    world.default_vpc(scope).map(|vpc| vpc.id).ok_or_else(none)
}

/// The group that a request is about: by identifier, or by name in the default VPC.
pub(crate) fn find<'a>(
    world: &'a World,
    scope: Scope,
    id: Option<&str>,
    name: Option<&str>,
) -> Result<&'a SecurityGroup, AwsError> {
    match (id.filter(|id| !id.is_empty()), name.filter(|name| !name.is_empty())) {
        (Some(id), _) => world.security_group(scope, parse_id(id)?).map_err(refused),
        (None, Some(name)) => named_group(world, default_vpc(world, scope)?, name),
        (None, None) => Err(AwsError::missing_parameter("groupName or groupId")),
    }
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteSecurityGroupRequest,
) -> Result<DeleteSecurityGroupResult, AwsError> {
    let DeleteSecurityGroupRequest { group_id, group_name } = request;
    let scope = call.scope;
    let id = find(world, scope, group_id.as_deref(), group_name.as_deref())?.id;
    world.delete_security_group(scope, id).map_err(refused)?;
    Ok(DeleteSecurityGroupResult { group_id: Some(id.to_string()), r#return: Some(true) })
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeSecurityGroupsRequest,
) -> Result<DescribeSecurityGroupsResult, AwsError> {
    let DescribeSecurityGroupsRequest { filters, group_ids, group_names, max_results, next_token } = request;
    let scope = call.scope;
    let own = world.network.security_groups.linked(Link::Scope(scope));
    let mut groups = named_or_all(&group_ids, own, |group| group.id)?;
    if !group_names.is_empty() {
        let vpc = default_vpc(world, scope)?;
        for name in &group_names {
            named_group(world, vpc, name)?;
        }
        let is_named =
            |group: &SecurityGroup| group_names.iter().any(|name| name.eq_ignore_ascii_case(&group.name));
        groups.retain(|group| group.vpc == vpc && is_named(group));
    }
    let describe = Describe { kind: "groupId", ids: &group_ids, filters, max_results, next_token };
    let sieve = describe.sieve();
    let groups = groups.into_iter().filter(|group| {
        sieve.lets_through(
            &[("vpc-id", &group.vpc), ("group-id", &group.id), ("group-name", &group.name)],
            &group.tags,
        )
    });
    let rows = groups.map(|group| render(world, group));
    let (security_groups, next_token) = describe.page(rows, |group| group.group_id.as_ref())?;
    Ok(DescribeSecurityGroupsResult { next_token, security_groups })
}

pub(crate) fn for_vpc(
    call: &mut Call,
    world: &World,
    request: GetSecurityGroupsForVpcRequest,
) -> Result<GetSecurityGroupsForVpcResult, AwsError> {
    let GetSecurityGroupsForVpcRequest { filters, max_results, next_token, vpc_id } = request;
    let scope = call.scope;
    let vpc = world.vpc(scope, required_id(vpc_id.as_deref())?).map_err(refused)?.id;
    let groups = world.network.security_groups.linked(Link::Vpc(vpc));
    let rows = groups.map(|group| SecurityGroupForVpc {
        description: Some(group.description.clone()),
        group_id: Some(group.id.to_string()),
        group_name: Some(group.name.clone()),
        owner_id: Some(group.scope.account.to_string()),
        primary_vpc_id: Some(group.vpc.to_string()),
        tags: render_tags(&group.tags),
    });
    let describe = Describe { kind: "groupId", ids: &[], filters, max_results, next_token };
    let (security_group_for_vpcs, next_token) = describe.page(rows, |group| group.group_id.as_ref())?;
    Ok(GetSecurityGroupsForVpcResult { next_token, security_group_for_vpcs })
}

/// Which VPCs on the other side of a peering connection name the given groups in their rules.
pub(crate) fn references(
    call: &mut Call,
    world: &World,
    request: DescribeSecurityGroupReferencesRequest,
) -> Result<DescribeSecurityGroupReferencesResult, AwsError> {
    let DescribeSecurityGroupReferencesRequest { group_id } = request;
    let scope = call.scope;
    let mut security_group_reference_set = Vec::new();
    for id in &group_id {
        let group = world.security_group(scope, parse_id(id)?).map_err(refused)?;
        security_group_reference_set.extend(references_to(world, group));
    }
    Ok(DescribeSecurityGroupReferencesResult { security_group_reference_set })
}

fn references_to(world: &World, group: &SecurityGroup) -> Vec<SecurityGroupReference> {
    let mut vpcs: Vec<VpcId> = world.groups_naming(group.id).map(|naming| naming.vpc).collect();
    vpcs.sort_unstable();
    vpcs.dedup();
    let reference = |vpc: VpcId| {
        let peering = world.network.active_peering(vpc, group.vpc)?;
        Some(SecurityGroupReference {
            group_id: Some(group.id.to_string()),
            referencing_vpc_id: Some(vpc.to_string()),
            vpc_peering_connection_id: Some(peering.to_string()),
            ..Default::default()
        })
    };
    vpcs.into_iter().filter(|vpc| *vpc != group.vpc).filter_map(reference).collect()
}

/// The groups of a VPC with rules that name groups which are gone, or no longer within reach.
pub(crate) fn stale(
    call: &mut Call,
    world: &World,
    request: DescribeStaleSecurityGroupsRequest,
) -> Result<DescribeStaleSecurityGroupsResult, AwsError> {
    let DescribeStaleSecurityGroupsRequest { max_results, next_token, vpc_id } = request;
    let scope = call.scope;
    let vpc = world.vpc(scope, required_id(vpc_id.as_deref())?).map_err(refused)?.id;
    let groups = world.network.security_groups.linked(Link::Vpc(vpc));
    let rows = groups.filter_map(|group| render_stale(world, group)).collect();
    let page = Page::new(max_results, next_token.as_deref(), 5..=255)?;
    let (stale_security_group_set, next_token) =
        page.cut(rows, |row: &StaleSecurityGroup| row.group_id.clone().unwrap_or_default());
    Ok(DescribeStaleSecurityGroupsResult { next_token, stale_security_group_set })
}

fn render_stale(world: &World, group: &SecurityGroup) -> Option<StaleSecurityGroup> {
    let mut only_stale = group.clone();
    only_stale.rules.retain(|_, rule| world.is_stale(group, rule));
    if only_stale.rules.is_empty() {
        return None;
    }
    let permissions = |direction| {
        let permissions = ip_permission::render(world, &only_stale, direction);
        permissions.into_iter().map(stale_permission).collect()
    };
    Some(StaleSecurityGroup {
        description: Some(group.description.clone()),
        group_id: Some(group.id.to_string()),
        group_name: Some(group.name.clone()),
        stale_ip_permissions: permissions(Direction::Ingress),
        stale_ip_permissions_egress: permissions(Direction::Egress),
        vpc_id: Some(group.vpc.to_string()),
    })
}

fn stale_permission(permission: IpPermission) -> StaleIpPermission {
    StaleIpPermission {
        from_port: permission.from_port,
        ip_protocol: permission.ip_protocol,
        to_port: permission.to_port,
        user_id_group_pairs: permission.user_id_group_pairs,
        ..Default::default()
    }
}

/// A group as describe calls show it.
pub(crate) fn render(world: &World, group: &SecurityGroup) -> shapes::SecurityGroup {
    shapes::SecurityGroup {
        description: Some(group.description.clone()),
        group_id: Some(group.id.to_string()),
        group_name: Some(group.name.clone()),
        ip_permissions: ip_permission::render(world, group, Direction::Ingress),
        ip_permissions_egress: ip_permission::render(world, group, Direction::Egress),
        owner_id: Some(group.scope.account.to_string()),
        security_group_arn: Some(arn(group)),
        tags: render_tags(&group.tags),
        vpc_id: Some(group.vpc.to_string()),
    }
}

fn arn(group: &SecurityGroup) -> String {
    let Scope { account, region } = group.scope;
    region.arn("ec2", account, format_args!("security-group/{}", group.id))
}

impl Filterable for shapes::SecurityGroup {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        if let Some(name) = name.strip_prefix("egress.ip-permission.") {
            return permission_values(&self.ip_permissions_egress, name);
        }
        if let Some(name) = name.strip_prefix("ip-permission.") {
            return permission_values(&self.ip_permissions, name);
        }
        Some(match name {
            "description" => text_values(&self.description),
            "group-id" => text_values(&self.group_id),
            "group-name" => text_values(&self.group_name),
            "owner-id" => text_values(&self.owner_id),
            "vpc-id" => text_values(&self.vpc_id),
            _ => return None,
        })
    }
}

/// The values of a filter that looks into permissions.
fn permission_values<'a>(permissions: &'a [IpPermission], name: &str) -> Option<Vec<Cow<'a, str>>> {
    let values = |of: fn(&IpPermission) -> Vec<Cow<'_, str>>| permissions.iter().flat_map(of).collect();
    let number = |of: fn(&IpPermission) -> Option<i32>| {
        permissions.iter().filter_map(of).map(|port| Cow::from(port.to_string())).collect()
    };
    Some(match name {
        "cidr" => values(|it| it.ip_ranges.iter().flat_map(|range| text_values(&range.cidr_ip)).collect()),
        "ipv6-cidr" => {
            values(|it| it.ipv6_ranges.iter().flat_map(|range| text_values(&range.cidr_ipv6)).collect())
        }
        "from-port" => number(|it| it.from_port),
        "to-port" => number(|it| it.to_port),
        "protocol" => values(|it| text_values(&it.ip_protocol)),
        "group-id" => {
            values(|it| it.user_id_group_pairs.iter().flat_map(|pair| text_values(&pair.group_id)).collect())
        }
        "group-name" => values(|it| {
            it.user_id_group_pairs.iter().flat_map(|pair| text_values(&pair.group_name)).collect()
        }),
        "user-id" => {
            values(|it| it.user_id_group_pairs.iter().flat_map(|pair| text_values(&pair.user_id)).collect())
        }
        "prefix-list-id" => values(|it| {
            it.prefix_list_ids.iter().flat_map(|list| text_values(&list.prefix_list_id)).collect()
        }),
        _ => return None,
    })
}

impl Filterable for SecurityGroupForVpc {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        Some(match name {
            "group-id" => text_values(&self.group_id),
            "description" => text_values(&self.description),
            "group-name" => text_values(&self.group_name),
            "owner-id" => text_values(&self.owner_id),
            "primary-vpc-id" => text_values(&self.primary_vpc_id),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;
    use model::peering_status::PeeringStatus;
    use model::vpc_peering_connection::PeeringSide;
    use model::{VpcPeeringConnection, VpcPeeringConnectionId};

    fn web(caller: &mut Caller) -> String {
        caller
            .ok("CreateSecurityGroup", &[("GroupName", "web"), ("GroupDescription", "web servers")])
            .text("groupId")
    }

    #[test]
    fn a_new_group_of_the_default_vpc_lets_nothing_in_and_everything_out() {
        let mut caller = Caller::new();
        let created = caller.ok(
            "CreateSecurityGroup",
            &[
                ("GroupName", "web"),
                ("GroupDescription", "web servers"),
                ("TagSpecification.1.ResourceType", "security-group"),
                ("TagSpecification.1.Tag.1.Key", "Name"),
                ("TagSpecification.1.Tag.1.Value", "shop"),
            ],
        );
        let id = created.text("groupId");
        let arn = format!("arn:aws:ec2:us-west-2:123456789012:security-group/{id}");
        assert_eq!((created.text("securityGroupArn"), created.text("value")), (arn, "shop".into()));
        let shown = caller.ok("DescribeSecurityGroups", &[("GroupId.1", &id)]);
        assert_eq!(shown.texts("ipProtocol"), ["-1"]);
        assert!(shown.text("ipPermissionsEgress").contains("<cidrIp>0.0.0.0/0</cidrIp>"));
        assert!(!shown.0.contains("<fromPort>"), "{}", shown.0);
    }

    #[test]
    fn names_are_refused_in_the_words_of_aws() {
        let mut caller = Caller::new();
        web(&mut caller);
        let vpc = caller.world.default_vpc(caller.scope()).unwrap().id;
        let mut refused = |name, description| {
            caller.refused("CreateSecurityGroup", &[("GroupName", name), ("GroupDescription", description)])
        };
        assert_eq!(
            refused("Web", "x"),
            format!("InvalidGroup.Duplicate: The security group 'Web' already exists for VPC '{vpc}'")
        );
        assert_eq!(
            refused("default", "x"),
            "InvalidParameterValue: Cannot use reserved security group name: default"
        );
        assert_eq!(
            refused("sg-web", "x"),
            "InvalidParameterValue: Value (sg-web) for parameter GroupName is invalid. Group names may not be in the \
             format sg-*."
        );
        assert_eq!(
            refused("db", "für"),
            "InvalidParameterValue: Value (für) for parameter GroupDescription is invalid. Character sets beyond \
             ASCII are not supported."
        );
        assert_eq!(
            refused("db", "Ada's"),
            "InvalidParameterValue: Invalid security group description. Valid descriptions are strings less than 256 \
             characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
        );
        let missing = caller.refused("CreateSecurityGroup", &[("GroupName", "db")]);
        assert!(
            missing.starts_with("MissingParameter: The request must contain the parameter "),
            "{missing}"
        );
    }

    #[test]
    fn without_a_default_vpc_the_vpc_must_be_named() {
        let mut caller = Caller::new();
        let vpc = caller.world.default_vpc(caller.scope()).unwrap().id;
        caller.world.network.vpcs.get_mut(&vpc).unwrap().is_default = false;
        let by_name = caller.refused("CreateSecurityGroup", &[("GroupName", "a"), ("GroupDescription", "b")]);
        assert_eq!(by_name, "VPCIdNotSpecified: No default VPC for this user");
    }

    #[test]
    fn a_group_that_is_used_or_default_or_unknown_is_not_deleted() {
        let mut caller = Caller::new();
        let default = caller.world.default_vpc(caller.scope()).unwrap().default_security_group.to_string();
        let web = web(&mut caller);
        let rule = [
            ("GroupId", default.as_str()),
            ("IpPermissions.1.IpProtocol", "-1"),
            ("IpPermissions.1.Groups.1.GroupId", &web),
        ];
        caller.ok("AuthorizeSecurityGroupIngress", &rule);
        assert_eq!(
            caller.refused("DeleteSecurityGroup", &[("GroupId", &web)]),
            format!("DependencyViolation: resource {web} has a dependent object")
        );
        assert_eq!(
            caller.refused("DeleteSecurityGroup", &[("GroupId", &default)]),
            format!(
                "CannotDelete: the specified group: \"{default}\" name: \"default\" cannot be deleted by a user"
            )
        );
        caller.ok("RevokeSecurityGroupIngress", &rule);
        let deleted = caller.ok("DeleteSecurityGroup", &[("GroupName", "web")]);
        assert_eq!((deleted.text("return"), deleted.text("groupId")), ("true".into(), web.clone()));
        assert_eq!(
            caller.refused("DescribeSecurityGroups", &[("GroupId.1", &web)]),
            format!("InvalidGroup.NotFound: The security group '{web}' does not exist")
        );
        assert_eq!(
            caller.refused("DeleteSecurityGroup", &[("GroupId", "web")]),
            "InvalidGroupId.Malformed: Invalid id: \"web\" (expecting \"sg-...\")"
        );
    }

    #[test]
    fn groups_are_found_by_what_their_rules_say() {
        let mut caller = Caller::new();
        let web = web(&mut caller);
        caller.ok(
            "AuthorizeSecurityGroupIngress",
            &[
                ("GroupId", &web),
                ("IpProtocol", "tcp"),
                ("FromPort", "22"),
                ("ToPort", "22"),
                ("CidrIp", "10.9.8.7/8"),
            ],
        );
        let mut found = |name, value| {
            caller
                .ok("DescribeSecurityGroups", &[("Filter.1.Name", name), ("Filter.1.Value.1", value)])
                .texts("groupName")
        };
        assert_eq!(found("ip-permission.cidr", "10.0.0.0/8"), ["web"]);
        assert_eq!(found("ip-permission.from-port", "22"), ["web"]);
        assert_eq!(found("egress.ip-permission.from-port", "22"), [""; 0]);
        assert_eq!(found("group-name", "nobody"), [""; 0], "an unknown name in a filter is no error");
        let unknown = caller
            .refused("DescribeSecurityGroups", &[("Filter.1.Name", "colour"), ("Filter.1.Value.1", "red")]);
        assert_eq!(unknown, "InvalidParameterValue: The filter 'colour' is invalid");
    }

    #[test]
    fn the_groups_of_a_vpc_come_with_the_vpc() {
        let mut caller = Caller::new();
        web(&mut caller);
        let vpc = caller.world.default_vpc(caller.scope()).unwrap().id.to_string();
        let groups = caller.ok("GetSecurityGroupsForVpc", &[("VpcId", &vpc)]);
        let mut names = groups.texts("groupName");
        names.sort();
        assert_eq!((names, groups.text("primaryVpcId")), (vec!["default".to_owned(), "web".to_owned()], vpc));
    }

    /// A group of the default VPC with a rule that names the default group of a VPC which is peered with it.
    fn peered() -> (Caller, String, String) {
        let mut caller = Caller::new();
        let web = web(&mut caller);
        let other = caller.ok("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]).text("vpcId");
        let scope = caller.scope();
        let vpc = caller.world.default_vpc(scope).unwrap().id;
        let side = |vpc| PeeringSide { scope, vpc, dns_resolution_from_peer: false };
        let peering = VpcPeeringConnection {
            id: VpcPeeringConnectionId::numbered(5),
            requester: side(vpc),
            accepter: side(other.parse().unwrap()),
            status: PeeringStatus::Active,
            expires: None,
            ended: None,
            tags: model::Tags::new(),
        };
        caller.world.network.vpc_peering_connections.insert(peering.id, peering);
        let parameters =
            [("GroupName", "far"), ("GroupDescription", "at the peer"), ("VpcId", other.as_str())];
        let far = caller.ok("CreateSecurityGroup", &parameters).text("groupId");
        let rule = [
            ("GroupId", web.as_str()),
            ("IpPermissions.1.IpProtocol", "-1"),
            ("IpPermissions.1.Groups.1.GroupId", &far),
        ];
        let pair = caller.ok("AuthorizeSecurityGroupIngress", &rule).text("referencedGroupInfo");
        assert!(pair.contains("<peeringStatus>active</peeringStatus>") && pair.contains(&other), "{pair}");
        (caller, web, far)
    }

    #[test]
    fn a_group_knows_the_peer_vpcs_whose_rules_name_it() {
        let (mut caller, web, far) = peered();
        let references =
            caller.ok("DescribeSecurityGroupReferences", &[("GroupId.1", &far), ("GroupId.2", &web)]);
        let vpc = caller.world.default_vpc(caller.scope()).unwrap().id.to_string();
        assert_eq!(references.texts("groupId"), [far]);
        assert_eq!(references.text("referencingVpcId"), vpc);
        assert_eq!(references.text("vpcPeeringConnectionId"), "pcx-00000000000000005");
    }

    #[test]
    fn a_rule_that_names_a_deleted_group_of_a_peer_is_stale_and_can_still_be_revoked() {
        let (mut caller, web, far) = peered();
        let vpc = caller.world.default_vpc(caller.scope()).unwrap().id.to_string();
        assert_eq!(caller.ok("DescribeStaleSecurityGroups", &[("VpcId", &vpc)]).texts("groupName"), [""; 0]);
        caller.ok("DeleteSecurityGroup", &[("GroupId", &far)]);
        let stale = caller.ok("DescribeStaleSecurityGroups", &[("VpcId", &vpc)]);
        assert_eq!(stale.texts("groupName"), ["web"]);
        assert!(stale.text("staleIpPermissions").contains(&far), "{}", stale.0);
        caller.ok(
            "RevokeSecurityGroupIngress",
            &[
                ("GroupId", &web),
                ("IpPermissions.1.IpProtocol", "-1"),
                ("IpPermissions.1.Groups.1.GroupId", &far),
                ("IpPermissions.1.Groups.1.UserId", "123456789012"),
            ],
        );
        assert_eq!(caller.ok("DescribeStaleSecurityGroups", &[("VpcId", &vpc)]).texts("groupName"), [""; 0]);
    }

    #[test]
    fn groups_are_named_only_in_the_default_vpc() {
        let mut caller = Caller::new();
        assert_eq!(
            caller.refused("DeleteSecurityGroup", &[("GroupName", "web")]),
            format!(
                "InvalidGroup.NotFound: The security group 'web' does not exist in default VPC '{}'",
                caller.world.default_vpc(caller.scope()).unwrap().id
            )
        );
        let vpc = caller.ok("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]).text("vpcId");
        let filter = [("Filter.1.Name", "vpc-id"), ("Filter.1.Value.1", vpc.as_str())];
        let group = caller.ok("DescribeSecurityGroups", &filter).text("groupId");
        let by_name = [("GroupId", group.as_str()), ("SourceSecurityGroupName", "default")];
        assert_eq!(
            caller.refused("AuthorizeSecurityGroupIngress", &by_name),
            "InvalidParameterValue: Invalid value 'default' for groupName. You may not reference Amazon VPC security \
             groups by name. Please use the corresponding id for this operation."
        );
    }
}
