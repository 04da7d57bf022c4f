//! Users. Follows CreateUser, GetUser, UpdateUser and their neighbours in the IAM API Reference.

use awsproto::{AwsError, Call, Timestamp};
use model::user::NewUser;
use model::{AccountId, UserId, World};

use crate::errors::refused;
use crate::listing::{Listed, asked};
use crate::shapes::{self, *};
use crate::{entity, path, tags};

/// When accounts were made, as far as anybody can say: 2020-01-01.
pub(crate) const ACCOUNT_CREATED: Timestamp = Timestamp(1_577_836_800_000);

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateUserRequest,
) -> Result<CreateUserResponse, AwsError> {
    let CreateUserRequest { path, permissions_boundary, tags, user_name } = request;
    let (account, now) = (call.scope.account, call.now);
    let new = NewUser {
        path: path::of_new(path),
        name: user_name.unwrap_or_default(),
        boundary: entity::boundary(call, world, permissions_boundary.as_deref())?,
        tags: tags::checked(tags)?,
    };
    let id = call.with_ids(|ids| world.create_user(account, new, ids, now)).map_err(refused)?;
    Ok(CreateUserResponse { user: world.users.get(&id).map(|user| whole(call, world, user)) })
}

/// "If you do not specify a user name, IAM determines the user name implicitly" (GetUser).
pub(crate) fn get(
    call: &mut Call,
    world: &World,
    request: GetUserRequest,
) -> Result<GetUserResponse, AwsError> {
    let GetUserRequest { user_name } = request;
    let owner = entity::owner(call, world, user_name.as_deref())?;
    let user = owner.and_then(|id| world.users.get(&id)).map(|user| whole(call, world, user));
    Ok(GetUserResponse { user: Some(user.unwrap_or_else(|| root(call))) })
}

/// The root, as it is shown to itself.
pub(crate) fn root(call: &Call) -> shapes::User {
    let account = call.scope.account;
    shapes::User {
        user_id: Some(account.to_string()),
        arn: Some(call.partition().arn("iam", account, "root")),
        create_date: Some(ACCOUNT_CREATED),
        ..Default::default()
    }
}

pub(crate) fn list(
    call: &mut Call,
    world: &World,
    request: ListUsersRequest,
) -> Result<ListUsersResponse, AwsError> {
    let ListUsersRequest { marker, max_items, path_prefix } = request;
    let prefix = path::prefix(path_prefix);
    let users = world.users_of(call.scope.account).filter(|user| user.path.starts_with(&prefix));
    let listed = Listed::of_sorted(users, asked(max_items, marker), |user| user.name.to_lowercase())?;
    let listed = listed.map(|user| render(call, user));
    Ok(ListUsersResponse { is_truncated: listed.is_truncated(), marker: listed.marker, users: listed.items })
}

pub(crate) fn update(call: &mut Call, world: &mut World, request: UpdateUserRequest) -> Result<(), AwsError> {
    let UpdateUserRequest { new_path, new_user_name, user_name } = request;
    let name = user_name.unwrap_or_default();
    world.rename_user(call.scope.account, &name, new_user_name, new_path).map_err(refused)
}

pub(crate) fn delete(call: &mut Call, world: &mut World, request: DeleteUserRequest) -> Result<(), AwsError> {
    let DeleteUserRequest { user_name } = request;
    world.delete_user(call.scope.account, &user_name.unwrap_or_default()).map_err(refused)
}

pub(crate) fn tag(call: &mut Call, world: &mut World, request: TagUserRequest) -> Result<(), AwsError> {
    let TagUserRequest { tags, user_name } = request;
    let found = world.user_named(call.scope.account, user_name.as_deref().unwrap_or_default());
    let tags = tags::with(&found.map_err(refused)?.tags, tags::checked(tags)?)?;
    named_mut(call.scope.account, world, user_name)?.tags = tags;
    Ok(())
}

pub(crate) fn untag(call: &mut Call, world: &mut World, request: UntagUserRequest) -> Result<(), AwsError> {
    let UntagUserRequest { tag_keys, user_name } = request;
    tags::remove(&mut named_mut(call.scope.account, world, user_name)?.tags, &tag_keys);
    Ok(())
}

pub(crate) fn list_tags(
    call: &mut Call,
    world: &World,
    request: ListUserTagsRequest,
) -> Result<ListUserTagsResponse, AwsError> {
    let ListUserTagsRequest { marker, max_items, user_name } = request;
    let found = world.user_named(call.scope.account, &user_name.unwrap_or_default());
    let listed = tags::list(&found.map_err(refused)?.tags, asked(max_items, marker))?;
    Ok(ListUserTagsResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        tags: listed.items,
    })
}

fn named_mut(
    account: AccountId,
    world: &mut World,
    name: Option<String>,
) -> Result<&mut model::User, AwsError> {
    world.user_named_mut(account, &name.unwrap_or_default()).map_err(refused)
}

/// The name of whose credentials something is; the root has none.
pub(crate) fn name_of(world: &World, owner: Option<UserId>) -> Option<String> {
    owner.and_then(|id| world.users.get(&id)).map(|user| user.name.clone())
}

/// A user as lists show it, without boundary and tags.
pub(crate) fn render(call: &Call, user: &model::User) -> shapes::User {
    shapes::User {
        path: Some(user.path.clone()),
        user_name: Some(user.name.clone()),
        user_id: Some(user.id.to_string()),
        arn: Some(user.arn(call.partition())),
        create_date: Some(user.created),
        password_last_used: user.password_last_used,
        ..Default::default()
    }
}

fn whole(call: &Call, world: &World, user: &model::User) -> shapes::User {
    shapes::User {
        permissions_boundary: entity::shown_boundary(call, world, user.permissions.boundary),
        tags: tags::render(&user.tags),
        ..render(call, user)
    }
}
