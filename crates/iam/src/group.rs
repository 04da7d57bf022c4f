//! Groups, and who is in them. Follows CreateGroup, AddUserToGroup and their neighbours in the IAM API Reference.

use awsproto::{AwsError, Call};
use model::World;

use crate::errors::refused;
use crate::listing::{Listed, asked};
use crate::shapes::{self, *};
use crate::{path, user};

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateGroupRequest,
) -> Result<CreateGroupResponse, AwsError> {
    let CreateGroupRequest { group_name, path } = request;
    let (account, now) = (call.scope.account, call.now);
    let (path, name) = (path::of_new(path), group_name.unwrap_or_default());
    let make = |ids: &mut model::Ids<'_>| world.create_group(account, &path, &name, ids, now);
    let id = call.with_ids(make).map_err(refused)?;
    Ok(CreateGroupResponse { group: world.groups.get(&id).map(|group| render(call, group)) })
}

pub(crate) fn get(
    call: &mut Call,
    world: &World,
    request: GetGroupRequest,
) -> Result<GetGroupResponse, AwsError> {
    let GetGroupRequest { group_name, marker, max_items } = request;
    let group = world.group_named(call.scope.account, &group_name.unwrap_or_default()).map_err(refused)?;
    let users: Vec<&model::User> = world.users_in(group.id).collect();
    let listed = Listed::page(users, asked(max_items, marker), |user| user.name.to_lowercase())?;
    let listed = listed.map(|user| user::render(call, user));
    Ok(GetGroupResponse {
        group: Some(render(call, group)),
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        users: listed.items,
    })
}

pub(crate) fn list(
    call: &mut Call,
    world: &World,
    request: ListGroupsRequest,
) -> Result<ListGroupsResponse, AwsError> {
    let ListGroupsRequest { marker, max_items, path_prefix } = request;
    let prefix = path::prefix(path_prefix);
    let groups = world.user_groups_of(call.scope.account).filter(|group| group.path.starts_with(&prefix));
    let listed = Listed::of_sorted(groups, asked(max_items, marker), |group| group.name.to_lowercase())?;
    let listed = listed.map(|group| render(call, group));
    Ok(ListGroupsResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        groups: listed.items,
    })
}

pub(crate) fn update(
    call: &mut Call,
    world: &mut World,
    request: UpdateGroupRequest,
) -> Result<(), AwsError> {
    let UpdateGroupRequest { group_name, new_group_name, new_path } = request;
    let name = group_name.unwrap_or_default();
    world.rename_group(call.scope.account, &name, new_group_name, new_path).map_err(refused)
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteGroupRequest,
) -> Result<(), AwsError> {
    let DeleteGroupRequest { group_name } = request;
    world.delete_group(call.scope.account, &group_name.unwrap_or_default()).map_err(refused)
}

pub(crate) fn add_user(
    call: &mut Call,
    world: &mut World,
    request: AddUserToGroupRequest,
) -> Result<(), AwsError> {
    let AddUserToGroupRequest { group_name, user_name } = request;
    let (group, user) = (group_name.unwrap_or_default(), user_name.unwrap_or_default());
    world.add_user_to_group(call.scope.account, &group, &user).map_err(refused)
}

pub(crate) fn remove_user(
    call: &mut Call,
    world: &mut World,
    request: RemoveUserFromGroupRequest,
) -> Result<(), AwsError> {
    let RemoveUserFromGroupRequest { group_name, user_name } = request;
    let (group, user) = (group_name.unwrap_or_default(), user_name.unwrap_or_default());
    world.remove_user_from_group(call.scope.account, &group, &user).map_err(refused)
}

pub(crate) fn list_for_user(
    call: &mut Call,
    world: &World,
    request: ListGroupsForUserRequest,
) -> Result<ListGroupsForUserResponse, AwsError> {
    let ListGroupsForUserRequest { marker, max_items, user_name } = request;
    let user = world.user_named(call.scope.account, &user_name.unwrap_or_default()).map_err(refused)?;
    let groups: Vec<&model::Group> = user.groups.iter().filter_map(|id| world.groups.get(id)).collect();
    let listed = Listed::page(groups, asked(max_items, marker), |group| group.name.to_lowercase())?;
    let listed = listed.map(|group| render(call, group));
    Ok(ListGroupsForUserResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        groups: listed.items,
    })
}

/// A group as answers show it.
pub(crate) fn render(call: &Call, group: &model::Group) -> shapes::Group {
    shapes::Group {
        path: Some(group.path.clone()),
        group_name: Some(group.name.clone()),
        group_id: Some(group.id.to_string()),
        arn: Some(group.arn(call.partition())),
        create_date: Some(group.created),
    }
}
