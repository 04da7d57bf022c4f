//! Everybody in an account and all that they may do, at once. Follows GetAccountAuthorizationDetails in the IAM API
//! Reference.

use std::collections::BTreeMap;

use awsproto::{AwsError, Call};
use model::{AnyPolicy, Entity, World};

use crate::listing::{Listed, asked};
use crate::shapes::*;
use crate::{
    attachment, document, entity, inline_policy, instance_profile, managed_policy, policy_version, tags,
};

/// What the answer is made of.
#[derive(Clone, Copy)]
enum Item<'a> {
    User(&'a model::User),
    Group(&'a model::Group),
    Role(&'a model::Role),
    Policy(AnyPolicy<'a>),
}

pub(crate) fn get(
    call: &mut Call,
    world: &World,
    request: GetAccountAuthorizationDetailsRequest,
) -> Result<GetAccountAuthorizationDetailsResponse, AwsError> {
    let GetAccountAuthorizationDetailsRequest { filter, marker, max_items } = request;
    let is_wanted = |kind: &str| filter.is_empty() || filter.iter().any(|wanted| wanted == kind);
    let mut items: Vec<Item<'_>> = Vec::new();
    let account = call.scope.account;
    if is_wanted("User") {
        items.extend(world.users_of(account).map(Item::User));
    }
    if is_wanted("Group") {
        items.extend(world.user_groups_of(account).map(Item::Group));
    }
    if is_wanted("Role") {
        items.extend(world.roles_of(account).map(Item::Role));
    }
    if is_wanted("LocalManagedPolicy") {
        items.extend(world.managed_policies_of(account).map(|it| Item::Policy(AnyPolicy::Own(it))));
    }
    if is_wanted("AWSManagedPolicy") {
        items.extend(of_aws_in_use(call, world).into_iter().map(Item::Policy));
    }
    let listed = Listed::page(items, asked(max_items, marker), place)?;
    let mut answer = GetAccountAuthorizationDetailsResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        ..Default::default()
    };
    for item in listed.items {
        match item {
            Item::User(it) => answer.user_detail_list.push(user(call, world, it)),
            Item::Group(it) => answer.group_detail_list.push(group(call, world, it)),
            Item::Role(it) => answer.role_detail_list.push(role(call, world, it)),
            Item::Policy(it) => answer.policies.push(policy(call, world, it)),
        }
    }
    Ok(answer)
}

/// AWS's policies that somebody in the account has.
fn of_aws_in_use<'a>(call: &Call, world: &'a World) -> Vec<AnyPolicy<'a>> {
    let account = call.scope.account;
    let users = world.users_of(account).map(|it| &it.permissions);
    let groups = world.user_groups_of(account).map(|it| &it.permissions);
    let roles = world.roles_of(account).map(|it| &it.permissions);
    let used = users.chain(groups).chain(roles).flat_map(|it| it.managed().map(|(policy, _)| policy));
    let policies = used.filter_map(|policy| world.managed_policy(policy));
    let of_aws = policies.filter(|policy| matches!(policy, AnyPolicy::Aws(_)));
    let by_name: BTreeMap<&str, AnyPolicy<'_>> = of_aws.map(|policy| (policy.name(), policy)).collect();
    by_name.into_values().collect()
}

/// Where something is in the list: by kind, and then by name.
fn place(item: &Item<'_>) -> String {
    let (kind, name) = match item {
        Item::User(it) => (0, it.name.as_str()),
        Item::Group(it) => (1, it.name.as_str()),
        Item::Role(it) => (2, it.name.as_str()),
        Item::Policy(AnyPolicy::Own(it)) => (3, it.name.as_str()),
        Item::Policy(AnyPolicy::Aws(it)) => (4, it.name),
    };
    format!("{kind}{}", name.to_lowercase())
}

fn user(call: &Call, world: &World, user: &model::User) -> UserDetail {
    let entity = Entity::User(user.id);
    let groups = user.groups.iter().filter_map(|id| world.groups.get(id));
    UserDetail {
        path: Some(user.path.clone()),
        user_name: Some(user.name.clone()),
        user_id: Some(user.id.to_string()),
        arn: Some(user.arn(call.partition())),
        create_date: Some(user.created),
        user_policy_list: inline_policy::details(world, entity),
        group_list: groups.map(|group| group.name.clone()).collect(),
        attached_managed_policies: attachment::attached(call, world, entity, ""),
        permissions_boundary: entity::shown_boundary(call, world, user.permissions.boundary),
        tags: tags::render(&user.tags),
    }
}

fn group(call: &Call, world: &World, group: &model::Group) -> GroupDetail {
    let entity = Entity::Group(group.id);
    GroupDetail {
        path: Some(group.path.clone()),
        group_name: Some(group.name.clone()),
        group_id: Some(group.id.to_string()),
        arn: Some(group.arn(call.partition())),
        create_date: Some(group.created),
        group_policy_list: inline_policy::details(world, entity),
        attached_managed_policies: attachment::attached(call, world, entity, ""),
    }
}

fn role(call: &Call, world: &World, role: &model::Role) -> RoleDetail {
    let entity = Entity::Role(role.id);
    let profiles = world.instance_profiles_with(role.account, role.id);
    RoleDetail {
        path: Some(role.path.clone()),
        role_name: Some(role.name.clone()),
        role_id: Some(role.id.to_string()),
        arn: Some(role.arn(call.partition())),
        create_date: Some(role.created),
        assume_role_policy_document: document::encoded_trust(call, world, role),
        instance_profile_list: profiles.map(|it| instance_profile::render(call, world, it)).collect(),
        role_policy_list: inline_policy::details(world, entity),
        attached_managed_policies: attachment::attached(call, world, entity, ""),
        permissions_boundary: entity::shown_boundary(call, world, role.permissions.boundary),
        tags: tags::render(&role.tags),
        role_last_used: Some(crate::role::last_used(role)),
    }
}

fn policy(call: &Call, world: &World, policy: AnyPolicy<'_>) -> ManagedPolicyDetail {
    let shown = managed_policy::render(call, world, policy);
    ManagedPolicyDetail {
        arn: shown.arn,
        attachment_count: shown.attachment_count,
        create_date: shown.create_date,
        default_version_id: shown.default_version_id,
        description: policy.description().map(str::to_owned),
        is_attachable: shown.is_attachable,
        path: shown.path,
        permissions_boundary_usage_count: shown.permissions_boundary_usage_count,
        policy_id: shown.policy_id,
        policy_name: shown.policy_name,
        policy_version_list: policy_version::versions(call, policy),
        update_date: shown.update_date,
    }
}
