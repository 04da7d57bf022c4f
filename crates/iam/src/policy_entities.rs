//! Who has a managed policy. Follows ListEntitiesForPolicy in the IAM API Reference.

use awsproto::{AwsError, Call};
use model::{Entity, PolicyUsage, World};

use crate::listing::{Listed, asked};
use crate::shapes::*;
use crate::{entity, path};

pub(crate) fn list(
    call: &mut Call,
    world: &World,
    request: ListEntitiesForPolicyRequest,
) -> Result<ListEntitiesForPolicyResponse, AwsError> {
    let ListEntitiesForPolicyRequest {
        entity_filter,
        marker,
        max_items,
        path_prefix,
        policy_arn,
        policy_usage_filter,
    } = request;
    let policy = entity::policy(call, world, policy_arn.as_deref())?.reference();
    let prefix = path::prefix(path_prefix);
    let usage = policy_usage_filter.as_deref().map(|usage| match usage {
        "PermissionsBoundary" => PolicyUsage::PermissionsBoundary,
        _ => PolicyUsage::PermissionsPolicy,
    });
    let is_wanted = |entity: &Entity, used: PolicyUsage| {
        let of_kind = match entity_filter.as_deref() {
            Some("User") => matches!(entity, Entity::User(_)),
            Some("Group") => matches!(entity, Entity::Group(_)),
            Some("Role") => matches!(entity, Entity::Role(_)),
            // Policies are attached to no policies.
            Some(_) => false,
            None => true,
        };
        let is_own = world.account_of(*entity) == Some(call.scope.account);
        let in_folder = world.path_of(*entity).is_some_and(|path| path.starts_with(&prefix));
        of_kind && is_own && in_folder && usage.is_none_or(|usage| usage == used)
    };
    let using = world.entities_with_policy(policy).filter(|(entity, used)| is_wanted(entity, *used));
    let mut entities: Vec<Entity> = using.map(|(entity, _)| entity).collect();
    // One that has it for both is in the list once.
    entities.dedup();
    let listed = Listed::page(entities, asked(max_items, marker), |it| place(world, *it))?;
    let mut answer = ListEntitiesForPolicyResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        ..Default::default()
    };
    for entity in listed.items {
        put(&mut answer, entity, Some(world.name_of(entity)));
    }
    Ok(answer)
}

/// Where an entity is in the list: by kind, and then by name.
fn place(world: &World, entity: Entity) -> String {
    let kind = match entity {
        Entity::Group(_) => 0,
        Entity::User(_) => 1,
        Entity::Role(_) => 2,
    };
    format!("{kind}{}", world.name_of(entity).to_lowercase())
}

fn put(answer: &mut ListEntitiesForPolicyResponse, entity: Entity, name: Option<String>) {
    match entity {
        Entity::User(id) => {
            answer.policy_users.push(PolicyUser { user_id: Some(id.to_string()), user_name: name });
        }
        Entity::Group(id) => {
            answer.policy_groups.push(PolicyGroup { group_id: Some(id.to_string()), group_name: name });
        }
        Entity::Role(id) => {
            answer.policy_roles.push(PolicyRole { role_id: Some(id.to_string()), role_name: name });
        }
    }
}
