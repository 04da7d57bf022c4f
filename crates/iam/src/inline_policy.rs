//! Policies that are a user's, a group's or a role's own. Follows PutUserPolicy, GetRolePolicy, ListGroupPolicies and their
//! neighbours in the IAM API Reference.

use awsproto::{AwsError, Call};
use model::{Entity, IamNoun, World};

use crate::errors::{no_such_entity, refused, word};
use crate::listing::{Asked, Listed, asked};
use crate::shapes::*;
use crate::{document, entity};

pub(crate) fn put_on_user(
    call: &mut Call,
    world: &mut World,
    request: PutUserPolicyRequest,
) -> Result<(), AwsError> {
    let PutUserPolicyRequest { policy_document, policy_name, user_name } = request;
    let user = entity::user(call, world, user_name.as_deref())?;
    let document = document::identity(policy_document)?;
    world.put_inline_policy(user, &policy_name.unwrap_or_default(), document).map_err(refused)
}

pub(crate) fn get_of_user(
    call: &mut Call,
    world: &World,
    request: GetUserPolicyRequest,
) -> Result<GetUserPolicyResponse, AwsError> {
    let GetUserPolicyRequest { policy_name, user_name } = request;
    let user = entity::user(call, world, user_name.as_deref())?;
    let policy_name = policy_name.unwrap_or_default();
    Ok(GetUserPolicyResponse {
        policy_document: Some(encoded(world, user, &policy_name)?),
        policy_name: Some(policy_name),
        user_name: Some(world.name_of(user)),
    })
}

pub(crate) fn delete_from_user(
    call: &mut Call,
    world: &mut World,
    request: DeleteUserPolicyRequest,
) -> Result<(), AwsError> {
    let DeleteUserPolicyRequest { policy_name, user_name } = request;
    let user = entity::user(call, world, user_name.as_deref())?;
    delete(world, user, &policy_name.unwrap_or_default())
}

pub(crate) fn list_of_user(
    call: &mut Call,
    world: &World,
    request: ListUserPoliciesRequest,
) -> Result<ListUserPoliciesResponse, AwsError> {
    let ListUserPoliciesRequest { marker, max_items, user_name } = request;
    let user = entity::user(call, world, user_name.as_deref())?;
    let listed = list(world, user, asked(max_items, marker))?;
    Ok(ListUserPoliciesResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        policy_names: listed.items,
    })
}

pub(crate) fn put_on_group(
    call: &mut Call,
    world: &mut World,
    request: PutGroupPolicyRequest,
) -> Result<(), AwsError> {
    let PutGroupPolicyRequest { policy_document, policy_name, group_name } = request;
    let group = entity::group(call, world, group_name.as_deref())?;
    let document = document::identity(policy_document)?;
    world.put_inline_policy(group, &policy_name.unwrap_or_default(), document).map_err(refused)
}

pub(crate) fn get_of_group(
    call: &mut Call,
    world: &World,
    request: GetGroupPolicyRequest,
) -> Result<GetGroupPolicyResponse, AwsError> {
    let GetGroupPolicyRequest { policy_name, group_name } = request;
    let group = entity::group(call, world, group_name.as_deref())?;
    let policy_name = policy_name.unwrap_or_default();
    Ok(GetGroupPolicyResponse {
        policy_document: Some(encoded(world, group, &policy_name)?),
        policy_name: Some(policy_name),
        group_name: Some(world.name_of(group)),
    })
}

pub(crate) fn delete_from_group(
    call: &mut Call,
    world: &mut World,
    request: DeleteGroupPolicyRequest,
) -> Result<(), AwsError> {
    let DeleteGroupPolicyRequest { policy_name, group_name } = request;
    let group = entity::group(call, world, group_name.as_deref())?;
    delete(world, group, &policy_name.unwrap_or_default())
}

pub(crate) fn list_of_group(
    call: &mut Call,
    world: &World,
    request: ListGroupPoliciesRequest,
) -> Result<ListGroupPoliciesResponse, AwsError> {
    let ListGroupPoliciesRequest { marker, max_items, group_name } = request;
    let group = entity::group(call, world, group_name.as_deref())?;
    let listed = list(world, group, asked(max_items, marker))?;
    Ok(ListGroupPoliciesResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        policy_names: listed.items,
    })
}

pub(crate) fn put_on_role(
    call: &mut Call,
    world: &mut World,
    request: PutRolePolicyRequest,
) -> Result<(), AwsError> {
    let PutRolePolicyRequest { policy_document, policy_name, role_name } = request;
    let role = entity::own_role(call, world, role_name.as_deref())?;
    let document = document::identity(policy_document)?;
    world.put_inline_policy(role, &policy_name.unwrap_or_default(), document).map_err(refused)
}

pub(crate) fn get_of_role(
    call: &mut Call,
    world: &World,
    request: GetRolePolicyRequest,
) -> Result<GetRolePolicyResponse, AwsError> {
    let GetRolePolicyRequest { policy_name, role_name } = request;
    let role = entity::role(call, world, role_name.as_deref())?;
    let policy_name = policy_name.unwrap_or_default();
    Ok(GetRolePolicyResponse {
        policy_document: Some(encoded(world, role, &policy_name)?),
        policy_name: Some(policy_name),
        role_name: Some(world.name_of(role)),
    })
}

pub(crate) fn delete_from_role(
    call: &mut Call,
    world: &mut World,
    request: DeleteRolePolicyRequest,
) -> Result<(), AwsError> {
    let DeleteRolePolicyRequest { policy_name, role_name } = request;
    let role = entity::own_role(call, world, role_name.as_deref())?;
    delete(world, role, &policy_name.unwrap_or_default())
}

pub(crate) fn list_of_role(
    call: &mut Call,
    world: &World,
    request: ListRolePoliciesRequest,
) -> Result<ListRolePoliciesResponse, AwsError> {
    let ListRolePoliciesRequest { marker, max_items, role_name } = request;
    let role = entity::role(call, world, role_name.as_deref())?;
    let listed = list(world, role, asked(max_items, marker))?;
    Ok(ListRolePoliciesResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        policy_names: listed.items,
    })
}

fn encoded(world: &World, entity: Entity, name: &str) -> Result<String, AwsError> {
    let policy = world.permissions(entity).and_then(|permissions| permissions.inline.get(name));
    policy.and_then(document::encoded).ok_or_else(|| no_such_policy(entity.noun(), name))
}

fn delete(world: &mut World, entity: Entity, name: &str) -> Result<(), AwsError> {
    match world.delete_inline_policy(entity, name) {
        true => Ok(()),
        false => Err(no_such_policy(entity.noun(), name)),
    }
}

fn list(world: &World, entity: Entity, asked: Asked) -> Result<Listed<String>, AwsError> {
    let names = world.permissions(entity).into_iter().flat_map(|it| it.inline.keys().cloned());
    Listed::of_sorted(names, asked, String::clone)
}

/// The policies of an entity's own, with what they say.
pub(crate) fn details(world: &World, entity: Entity) -> Vec<PolicyDetail> {
    let inline = world.permissions(entity).into_iter().flat_map(|it| &it.inline);
    let detail = |(name, policy): (&String, &policy::Document)| PolicyDetail {
        policy_document: document::encoded(policy),
        policy_name: Some(name.clone()),
    };
    inline.map(detail).collect()
}

fn no_such_policy(noun: IamNoun, name: &str) -> AwsError {
    no_such_entity(format!("The {} policy with name {name} cannot be found.", word(noun)))
}
