//! Users, groups and roles as requests name them.

use awsproto::{AwsError, Call, Principal};
use model::managed_policy;
use model::{AccountId, AnyPolicy, Entity, IamNoun, IamRefusal, PolicyRef, User, UserId, World};

use crate::arn::{EntityArn, EntityKind};
use crate::errors::refused;
use crate::shapes::AttachedPermissionsBoundary;

/// The entity that an ARN of the account names.
pub(crate) fn of_arn(call: &Call, world: &World, arn: &EntityArn<'_>) -> Result<Entity, AwsError> {
    let noun = match arn.kind {
        EntityKind::User => IamNoun::User,
        EntityKind::Group => IamNoun::Group,
        EntityKind::Role => IamNoun::Role,
    };
    let missing = || refused(IamRefusal::NoSuch(noun, arn.name.to_owned()));
    known(world, call.scope.account, arn).ok_or_else(missing)
}

/// The entity of an account that an ARN names, folder and all.
pub(crate) fn known(world: &World, account: AccountId, arn: &EntityArn<'_>) -> Option<Entity> {
    let entity = match arn.kind {
        EntityKind::User => Entity::User(world.user_named(account, arn.name).ok()?.id),
        EntityKind::Group => Entity::Group(world.group_named(account, arn.name).ok()?.id),
        EntityKind::Role => Entity::Role(world.role_named(account, arn.name).ok()?.id),
    };
    let is_it = world.path_of(entity) == Some(arn.path) && world.name_of(entity) == arn.name;
    is_it.then_some(entity)
}

/// Where service-linked roles are.
const SERVICE_LINKED_PATH: &str = "/aws-service-role/";

/// The user of a name.
pub(crate) fn user(call: &Call, world: &World, name: Option<&str>) -> Result<Entity, AwsError> {
    let found = world.user_named(call.scope.account, name.unwrap_or_default());
    found.map(|user| Entity::User(user.id)).map_err(refused)
}

/// The group of a name.
pub(crate) fn group(call: &Call, world: &World, name: Option<&str>) -> Result<Entity, AwsError> {
    let found = world.group_named(call.scope.account, name.unwrap_or_default());
    found.map(|group| Entity::Group(group.id)).map_err(refused)
}

/// The role of a name.
pub(crate) fn role(call: &Call, world: &World, name: Option<&str>) -> Result<Entity, AwsError> {
    let found = world.role_named(call.scope.account, name.unwrap_or_default());
    found.map(|role| Entity::Role(role.id)).map_err(refused)
}

/// The role of a name, to be changed: service-linked ones are changed by their services alone.
pub(crate) fn own_role(call: &Call, world: &World, name: Option<&str>) -> Result<Entity, AwsError> {
    let found = world.role_named(call.scope.account, name.unwrap_or_default()).map_err(refused)?;
    check_is_own(found)?;
    Ok(Entity::Role(found.id))
}

/// Refuses to change a service-linked role.
pub(crate) fn check_is_own(role: &model::Role) -> Result<(), AwsError> {
    match is_service_linked(role) {
        false => Ok(()),
        true => {
            let sentence = format!(
                "Cannot perform the operation on the protected role '{}' - this role is only modifiable by AWS",
                role.name
            );
            Err(AwsError::new("UnmodifiableEntity", sentence))
        }
    }
}

/// Whether a role belongs to an AWS service.
pub(crate) fn is_service_linked(role: &model::Role) -> bool {
    role.path.starts_with(SERVICE_LINKED_PATH)
}

/// Whose credentials a request is about: those of the user that it names, or else the caller's own; `None` is the root.
///
/// "If you do not specify a user name, IAM determines the user name implicitly based on the AWS access key ID used to sign
/// the request" (CreateAccessKey).
pub(crate) fn owner(call: &Call, world: &World, name: Option<&str>) -> Result<Option<UserId>, AwsError> {
    if let Some(name) = name {
        return world.user_named(call.scope.account, name).map(|user| Some(user.id)).map_err(refused);
    }
    match &call.principal {
        Principal::Root(_) => Ok(None),
        Principal::User { user, .. } => Ok(Some(*user)),
        Principal::AssumedRole { .. } | Principal::FederatedUser { .. } | Principal::WebIdentity { .. } => {
            Err(no_user())
        }
    }
}

/// The user whose credentials a request is about, where the root has none of the kind.
pub(crate) fn own_user<'a>(call: &Call, world: &'a World, name: Option<&str>) -> Result<&'a User, AwsError> {
    let owner = owner(call, world, name)?;
    owner.and_then(|id| world.users.get(&id)).ok_or_else(no_user)
}

fn no_user() -> AwsError {
    AwsError::new("ValidationError", "Must specify userName when calling with non-User credentials")
}

/// The managed policy with an ARN.
pub(crate) fn policy<'a>(
    call: &Call,
    world: &'a World,
    arn: Option<&str>,
) -> Result<AnyPolicy<'a>, AwsError> {
    managed_policy::find(world, call.scope.account, arn.unwrap_or_default()).map_err(refused)
}

/// The managed policy with an ARN, to be used as a permissions boundary.
pub(crate) fn boundary(call: &Call, world: &World, arn: Option<&str>) -> Result<Option<PolicyRef>, AwsError> {
    let Some(arn) = arn else { return Ok(None) };
    let found = managed_policy::find(world, call.scope.account, arn);
    found.map(|policy| Some(policy.reference())).map_err(|refusal| match refusal {
        model::IamRefusal::NoSuch(_, arn) => {
            crate::errors::no_such_entity(format!("Scope ARN: {arn} does not exist or is not attachable."))
        }
        other => refused(other),
    })
}

/// A permissions boundary as answers show it.
pub(crate) fn shown_boundary(
    call: &Call,
    world: &World,
    boundary: Option<PolicyRef>,
) -> Option<AttachedPermissionsBoundary> {
    let policy = world.managed_policy(boundary?)?;
    Some(AttachedPermissionsBoundary {
        permissions_boundary_arn: Some(policy.arn(call.partition())),
        permissions_boundary_type: Some("Policy".to_owned()),
    })
}
