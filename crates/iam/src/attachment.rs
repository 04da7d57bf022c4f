//! Managed policies that are attached to users, groups and roles. Follows AttachUserPolicy, DetachRolePolicy,
//! ListAttachedGroupPolicies and their neighbours in the IAM API Reference.

use awsproto::{AwsError, Call};
use model::{Entity, IamRefusal, World, managed_policy};

use crate::errors::{no_such_entity, refused};
use crate::listing::{Asked, Listed, asked};
use crate::shapes::*;
use crate::{entity, path};

/// Where the policies of service-linked roles are.
const SERVICE_LINKED_PATH: &str = "/aws-service-role/";

pub(crate) fn attach_to_user(
    call: &mut Call,
    world: &mut World,
    request: AttachUserPolicyRequest,
) -> Result<(), AwsError> {
    let AttachUserPolicyRequest { policy_arn, user_name } = request;
    let user = entity::user(call, world, user_name.as_deref())?;
    attach(call, world, user, &policy_arn.unwrap_or_default())
}

pub(crate) fn detach_from_user(
    call: &mut Call,
    world: &mut World,
    request: DetachUserPolicyRequest,
) -> Result<(), AwsError> {
    let DetachUserPolicyRequest { policy_arn, user_name } = request;
    let user = entity::user(call, world, user_name.as_deref())?;
    detach(call, world, user, &policy_arn.unwrap_or_default())
}

pub(crate) fn list_of_user(
    call: &mut Call,
    world: &World,
    request: ListAttachedUserPoliciesRequest,
) -> Result<ListAttachedUserPoliciesResponse, AwsError> {
    let ListAttachedUserPoliciesRequest { marker, max_items, path_prefix, user_name } = request;
    let user = entity::user(call, world, user_name.as_deref())?;
    let listed = list(call, world, user, path_prefix, asked(max_items, marker))?;
    Ok(ListAttachedUserPoliciesResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        attached_policies: listed.items,
    })
}

pub(crate) fn attach_to_group(
    call: &mut Call,
    world: &mut World,
    request: AttachGroupPolicyRequest,
) -> Result<(), AwsError> {
    let AttachGroupPolicyRequest { policy_arn, group_name } = request;
    let group = entity::group(call, world, group_name.as_deref())?;
    attach(call, world, group, &policy_arn.unwrap_or_default())
}

pub(crate) fn detach_from_group(
    call: &mut Call,
    world: &mut World,
    request: DetachGroupPolicyRequest,
) -> Result<(), AwsError> {
    let DetachGroupPolicyRequest { policy_arn, group_name } = request;
    let group = entity::group(call, world, group_name.as_deref())?;
    detach(call, world, group, &policy_arn.unwrap_or_default())
}

pub(crate) fn list_of_group(
    call: &mut Call,
    world: &World,
    request: ListAttachedGroupPoliciesRequest,
) -> Result<ListAttachedGroupPoliciesResponse, AwsError> {
    let ListAttachedGroupPoliciesRequest { marker, max_items, path_prefix, group_name } = request;
    let group = entity::group(call, world, group_name.as_deref())?;
    let listed = list(call, world, group, path_prefix, asked(max_items, marker))?;
    Ok(ListAttachedGroupPoliciesResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        attached_policies: listed.items,
    })
}

pub(crate) fn attach_to_role(
    call: &mut Call,
    world: &mut World,
    request: AttachRolePolicyRequest,
) -> Result<(), AwsError> {
    let AttachRolePolicyRequest { policy_arn, role_name } = request;
    let role = entity::own_role(call, world, role_name.as_deref())?;
    attach(call, world, role, &policy_arn.unwrap_or_default())
}

pub(crate) fn detach_from_role(
    call: &mut Call,
    world: &mut World,
    request: DetachRolePolicyRequest,
) -> Result<(), AwsError> {
    let DetachRolePolicyRequest { policy_arn, role_name } = request;
    let role = entity::own_role(call, world, role_name.as_deref())?;
    detach(call, world, role, &policy_arn.unwrap_or_default())
}

pub(crate) fn list_of_role(
    call: &mut Call,
    world: &World,
    request: ListAttachedRolePoliciesRequest,
) -> Result<ListAttachedRolePoliciesResponse, AwsError> {
    let ListAttachedRolePoliciesRequest { marker, max_items, path_prefix, role_name } = request;
    let role = entity::role(call, world, role_name.as_deref())?;
    let listed = list(call, world, role, path_prefix, asked(max_items, marker))?;
    Ok(ListAttachedRolePoliciesResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        attached_policies: listed.items,
    })
}

fn attach(call: &Call, world: &mut World, entity: Entity, arn: &str) -> Result<(), AwsError> {
    let policy = managed_policy::find(world, call.scope.account, arn).map_err(|refusal| match refusal {
        IamRefusal::NoSuch(_, arn) => {
            no_such_entity(format!("Policy {arn} does not exist or is not attachable."))
        }
        other => refused(other),
    })?;
    if policy.path().starts_with(SERVICE_LINKED_PATH) {
        let sentence = "Cannot attach a Service Role Policy to a Customer Role.";
        return Err(AwsError::new("PolicyNotAttachable", sentence));
    }
    let policy = policy.reference();
    world.attach_policy(entity, policy).map_err(refused)
}

fn detach(call: &Call, world: &mut World, entity: Entity, arn: &str) -> Result<(), AwsError> {
    let policy = entity::policy(call, world, Some(arn))?.reference();
    match world.detach_policy(entity, policy) {
        true => Ok(()),
        false => Err(no_such_entity(format!("Policy {arn} was not found."))),
    }
}

fn list(
    call: &Call,
    world: &World,
    entity: Entity,
    path_prefix: Option<String>,
    asked: Asked,
) -> Result<Listed<AttachedPolicy>, AwsError> {
    let prefix = path::prefix(path_prefix);
    let attached = attached(call, world, entity, &prefix);
    Listed::page(attached, asked, |policy| policy.policy_name.clone().unwrap_or_default().to_lowercase())
}

/// The managed policies that are attached to an entity, of a folder.
pub(crate) fn attached(call: &Call, world: &World, entity: Entity, prefix: &str) -> Vec<AttachedPolicy> {
    let attached = world.permissions(entity).into_iter().flat_map(|it| &it.attached);
    let policies = attached.filter_map(|policy| world.managed_policy(*policy));
    let policies = policies.filter(|policy| policy.path().starts_with(prefix));
    policies
        .map(|policy| AttachedPolicy {
            policy_arn: Some(policy.arn(call.partition())),
            policy_name: Some(policy.name().to_owned()),
        })
        .collect()
}
