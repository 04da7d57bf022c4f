//! Instance profiles. Follows CreateInstanceProfile, AddRoleToInstanceProfile and their neighbours in the IAM API
//! Reference.

use awsproto::{AwsError, Call};
use model::World;

use crate::errors::refused;
use crate::listing::{Listed, asked};
use crate::shapes::{self, *};
use crate::{path, role, tags};

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateInstanceProfileRequest,
) -> Result<CreateInstanceProfileResponse, AwsError> {
    let CreateInstanceProfileRequest { instance_profile_name, path, tags } = request;
    let (path, name) = (path::of_new(path), instance_profile_name.unwrap_or_default());
    let tags = tags::checked(tags)?;
    let (account, now) = (call.scope.account, call.now);
    let make =
        |ids: &mut model::Ids<'_>| world.create_instance_profile(account, &path, &name, tags, ids, now);
    let id = call.with_ids(make).map_err(refused)?;
    let made = world.instance_profiles.get(&id).map(|profile| whole(call, world, profile));
    Ok(CreateInstanceProfileResponse { instance_profile: made })
}

pub(crate) fn get(
    call: &mut Call,
    world: &World,
    request: GetInstanceProfileRequest,
) -> Result<GetInstanceProfileResponse, AwsError> {
    let GetInstanceProfileRequest { instance_profile_name } = request;
    let profile = named(call, world, instance_profile_name.as_deref())?;
    Ok(GetInstanceProfileResponse { instance_profile: Some(whole(call, world, profile)) })
}

pub(crate) fn list(
    call: &mut Call,
    world: &World,
    request: ListInstanceProfilesRequest,
) -> Result<ListInstanceProfilesResponse, AwsError> {
    let ListInstanceProfilesRequest { marker, max_items, path_prefix } = request;
    let prefix = path::prefix(path_prefix);
    let found = world.instance_profiles_of(call.scope.account).filter(|it| it.path.starts_with(&prefix));
    let listed = Listed::of_sorted(found, asked(max_items, marker), name_of)?;
    let listed = listed.map(|profile| render(call, world, profile));
    Ok(ListInstanceProfilesResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        instance_profiles: listed.items,
    })
}

pub(crate) fn list_for_role(
    call: &mut Call,
    world: &World,
    request: ListInstanceProfilesForRoleRequest,
) -> Result<ListInstanceProfilesForRoleResponse, AwsError> {
    let ListInstanceProfilesForRoleRequest { marker, max_items, role_name } = request;
    let account = call.scope.account;
    let role = world.role_named(account, &role_name.unwrap_or_default()).map_err(refused)?;
    let found = world.instance_profiles_with(account, role.id);
    let listed = Listed::of_sorted(found, asked(max_items, marker), name_of)?;
    let listed = listed.map(|profile| render(call, world, profile));
    Ok(ListInstanceProfilesForRoleResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        instance_profiles: listed.items,
    })
}

pub(crate) fn add_role(
    call: &mut Call,
    world: &mut World,
    request: AddRoleToInstanceProfileRequest,
) -> Result<(), AwsError> {
    let AddRoleToInstanceProfileRequest { instance_profile_name, role_name } = request;
    let (name, role) = (instance_profile_name.unwrap_or_default(), role_name.unwrap_or_default());
    world.add_role_to_instance_profile(call.scope.account, &name, &role).map_err(refused)
}

pub(crate) fn remove_role(
    call: &mut Call,
    world: &mut World,
    request: RemoveRoleFromInstanceProfileRequest,
) -> Result<(), AwsError> {
    let RemoveRoleFromInstanceProfileRequest { instance_profile_name, role_name } = request;
    let (name, role) = (instance_profile_name.unwrap_or_default(), role_name.unwrap_or_default());
    world.remove_role_from_instance_profile(call.scope.account, &name, &role).map_err(refused)
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteInstanceProfileRequest,
) -> Result<(), AwsError> {
    let DeleteInstanceProfileRequest { instance_profile_name } = request;
    let name = instance_profile_name.unwrap_or_default();
    world.delete_instance_profile(call.scope.account, &name).map_err(refused)
}

pub(crate) fn tag(
    call: &mut Call,
    world: &mut World,
    request: TagInstanceProfileRequest,
) -> Result<(), AwsError> {
    let TagInstanceProfileRequest { instance_profile_name, tags } = request;
    let profile = named(call, world, instance_profile_name.as_deref())?;
    let tags = tags::with(&profile.tags, tags::checked(tags)?)?;
    named_mut(call, world, instance_profile_name)?.tags = tags;
    Ok(())
}

pub(crate) fn untag(
    call: &mut Call,
    world: &mut World,
    request: UntagInstanceProfileRequest,
) -> Result<(), AwsError> {
    let UntagInstanceProfileRequest { instance_profile_name, tag_keys } = request;
    tags::remove(&mut named_mut(call, world, instance_profile_name)?.tags, &tag_keys);
    Ok(())
}

pub(crate) fn list_tags(
    call: &mut Call,
    world: &World,
    request: ListInstanceProfileTagsRequest,
) -> Result<ListInstanceProfileTagsResponse, AwsError> {
    let ListInstanceProfileTagsRequest { instance_profile_name, marker, max_items } = request;
    let profile = named(call, world, instance_profile_name.as_deref())?;
    let listed = tags::list(&profile.tags, asked(max_items, marker))?;
    Ok(ListInstanceProfileTagsResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        tags: listed.items,
    })
}

fn named<'a>(
    call: &Call,
    world: &'a World,
    name: Option<&str>,
) -> Result<&'a model::InstanceProfile, AwsError> {
    world.instance_profile_named(call.scope.account, name.unwrap_or_default()).map_err(refused)
}

fn named_mut<'a>(
    call: &Call,
    world: &'a mut World,
    name: Option<String>,
) -> Result<&'a mut model::InstanceProfile, AwsError> {
    world.instance_profile_named_mut(call.scope.account, &name.unwrap_or_default()).map_err(refused)
}

fn name_of(profile: &&model::InstanceProfile) -> String {
    profile.name.to_lowercase()
}

/// An instance profile as lists show it, with its role and without its tags.
pub(crate) fn render(
    call: &Call,
    world: &World,
    profile: &model::InstanceProfile,
) -> shapes::InstanceProfile {
    shapes::InstanceProfile {
        path: Some(profile.path.clone()),
        instance_profile_name: Some(profile.name.clone()),
        instance_profile_id: Some(profile.id.to_string()),
        arn: Some(profile.arn(call.partition())),
        create_date: Some(profile.created),
        roles: world.role_of(profile).map(|role| role::render(call, world, role)).into_iter().collect(),
        tags: Vec::new(),
    }
}

fn whole(call: &Call, world: &World, profile: &model::InstanceProfile) -> shapes::InstanceProfile {
    shapes::InstanceProfile { tags: tags::render(&profile.tags), ..render(call, world, profile) }
}

#[cfg(test)]
mod tests {
    use crate::testing::{TRUST, root};
    use awsproto::testing::Caller;

    #[test]
    fn a_profile_has_one_role_and_says_which() {
        let mut caller = root();
        for name in ["web", "db"] {
            caller.ok("CreateRole", &[("RoleName", name), ("AssumeRolePolicyDocument", TRUST)]);
        }
        let made = caller.ok("CreateInstanceProfile", &[("InstanceProfileName", "servers")]);
        assert_eq!(made.text("Arn"), "arn:aws:iam::123456789012:instance-profile/servers");
        assert!(made.text("InstanceProfileId").starts_with("AIPA"));
        let both = |role| [("InstanceProfileName", "servers"), ("RoleName", role)];
        caller.ok("AddRoleToInstanceProfile", &both("web"));
        assert_eq!(
            caller.refused_with_status("AddRoleToInstanceProfile", &both("db")),
            "409 LimitExceeded: Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"
        );
        let shown = caller.ok("GetInstanceProfile", &[("InstanceProfileName", "servers")]);
        assert_eq!(shown.texts("RoleName"), ["web"]);
        let of_role = |caller: &mut Caller, role| {
            caller.ok("ListInstanceProfilesForRole", &[("RoleName", role)]).texts("InstanceProfileName")
        };
        assert_eq!(of_role(&mut caller, "web"), ["servers"]);
        assert!(of_role(&mut caller, "db").is_empty());
        let conflict =
            "409 DeleteConflict: Cannot delete entity, must remove roles from instance profile first.";
        assert_eq!(caller.refused_with_status("DeleteRole", &[("RoleName", "web")]), conflict);
        assert_eq!(
            caller.refused_with_status("DeleteInstanceProfile", &[("InstanceProfileName", "servers")]),
            conflict
        );
        caller.ok("RemoveRoleFromInstanceProfile", &both("web"));
        caller.ok("DeleteInstanceProfile", &[("InstanceProfileName", "servers")]);
        caller.ok("DeleteRole", &[("RoleName", "web")]);
        assert_eq!(
            caller.refused_with_status("GetInstanceProfile", &[("InstanceProfileName", "servers")]),
            "404 NoSuchEntity: Instance Profile servers cannot be found."
        );
    }

    #[test]
    fn names_are_unique_and_tags_are_kept() {
        let mut caller = root();
        let named = [("InstanceProfileName", "web")];
        let tagged =
            [("InstanceProfileName", "web"), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "")];
        caller.ok("CreateInstanceProfile", &tagged);
        assert_eq!(
            caller.refused_with_status("CreateInstanceProfile", &named),
            "409 EntityAlreadyExists: Instance Profile web already exists."
        );
        assert_eq!(caller.ok("ListInstanceProfileTags", &named).texts("Key"), ["team"]);
        caller.ok("UntagInstanceProfile", &[("InstanceProfileName", "web"), ("TagKeys.member.1", "team")]);
        caller.ok("TagInstanceProfile", &tagged);
        assert_eq!(caller.ok("GetInstanceProfile", &named).texts("Key"), ["team"]);
        assert_eq!(caller.ok("ListInstanceProfiles", &[]).texts("InstanceProfileName"), ["web"]);
    }
}
