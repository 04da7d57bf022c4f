//! Permissions boundaries of users and roles. Follows PutUserPermissionsBoundary, DeleteRolePermissionsBoundary and their
//! neighbours in the IAM API Reference.

use awsproto::{AwsError, Call};
use model::World;

use crate::entity;
use crate::shapes::*;

pub(crate) fn put_on_user(
    call: &mut Call,
    world: &mut World,
    request: PutUserPermissionsBoundaryRequest,
) -> Result<(), AwsError> {
    let PutUserPermissionsBoundaryRequest { permissions_boundary, user_name } = request;
    let user = entity::user(call, world, user_name.as_deref())?;
    let boundary = entity::boundary(call, world, permissions_boundary.as_deref())?;
    world.set_permissions_boundary(user, boundary);
    Ok(())
}

pub(crate) fn delete_from_user(
    call: &mut Call,
    world: &mut World,
    request: DeleteUserPermissionsBoundaryRequest,
) -> Result<(), AwsError> {
    let DeleteUserPermissionsBoundaryRequest { user_name } = request;
    let user = entity::user(call, world, user_name.as_deref())?;
    world.set_permissions_boundary(user, None);
    Ok(())
}

pub(crate) fn put_on_role(
    call: &mut Call,
    world: &mut World,
    request: PutRolePermissionsBoundaryRequest,
) -> Result<(), AwsError> {
    let PutRolePermissionsBoundaryRequest { permissions_boundary, role_name } = request;
    let role = entity::own_role(call, world, role_name.as_deref())?;
    let boundary = entity::boundary(call, world, permissions_boundary.as_deref())?;
    world.set_permissions_boundary(role, boundary);
    Ok(())
}

pub(crate) fn delete_from_role(
    call: &mut Call,
    world: &mut World,
    request: DeleteRolePermissionsBoundaryRequest,
) -> Result<(), AwsError> {
    let DeleteRolePermissionsBoundaryRequest { role_name } = request;
    let role = entity::own_role(call, world, role_name.as_deref())?;
    world.set_permissions_boundary(role, None);
    Ok(())
}
