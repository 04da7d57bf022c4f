//! Roles. Follows CreateRole, GetRole, UpdateRole and their neighbours in the IAM API Reference.

use awsproto::{AwsError, Call};
use model::World;
use model::role::NewRole;

use crate::errors::refused;
use crate::listing::{Listed, asked};
use crate::shapes::{self, *};
use crate::{document, entity, path, tags};

/// How long sessions last at most unless the role says so.
const MAX_SESSION_DURATION_S: i32 = 3600;

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateRoleRequest,
) -> Result<CreateRoleResponse, AwsError> {
    let CreateRoleRequest {
        assume_role_policy_document,
        description,
        max_session_duration,
        path,
        permissions_boundary,
        role_name,
        tags,
    } = request;
    let (account, now) = (call.scope.account, call.now);
    let new = NewRole {
        path: path::of_new(path),
        name: role_name.unwrap_or_default(),
        description: description.filter(|text| !text.is_empty()),
        max_session_duration_s: max_session_duration.unwrap_or(MAX_SESSION_DURATION_S).unsigned_abs(),
        boundary: entity::boundary(call, world, permissions_boundary.as_deref())?,
        tags: tags::checked(tags)?,
        trust_policy: document::trust(call, world, assume_role_policy_document)?,
    };
    let id = call.with_ids(|ids| world.create_role(account, new, ids, now)).map_err(refused)?;
    Ok(CreateRoleResponse { role: world.roles.get(&id).map(|role| whole(call, world, role)) })
}

pub(crate) fn get(
    call: &mut Call,
    world: &World,
    request: GetRoleRequest,
) -> Result<GetRoleResponse, AwsError> {
    let GetRoleRequest { role_name } = request;
    let role = named(call, world, role_name.as_deref())?;
    // "role_last_used … is returned by GetRole" alone, and is there when it is empty.
    let last_used = Some(last_used(role));
    Ok(GetRoleResponse { role: Some(shapes::Role { role_last_used: last_used, ..whole(call, world, role) }) })
}

pub(crate) fn list(
    call: &mut Call,
    world: &World,
    request: ListRolesRequest,
) -> Result<ListRolesResponse, AwsError> {
    let ListRolesRequest { marker, max_items, path_prefix } = request;
    let prefix = path::prefix(path_prefix);
    let roles = world.roles_of(call.scope.account).filter(|role| role.path.starts_with(&prefix));
    let listed = Listed::of_sorted(roles, asked(max_items, marker), |role| role.name.to_lowercase())?;
    let listed = listed.map(|role| render(call, world, role));
    Ok(ListRolesResponse { is_truncated: listed.is_truncated(), marker: listed.marker, roles: listed.items })
}

pub(crate) fn update(
    call: &mut Call,
    world: &mut World,
    request: UpdateRoleRequest,
) -> Result<UpdateRoleResponse, AwsError> {
    let UpdateRoleRequest { description, max_session_duration, role_name } = request;
    let role = own_mut(call, world, role_name)?;
    // An empty description takes the old one away; none leaves it.
    if let Some(description) = description {
        role.description = Some(description).filter(|text| !text.is_empty());
    }
    role.max_session_duration_s = max_session_duration.map_or(role.max_session_duration_s, i32::unsigned_abs);
    Ok(UpdateRoleResponse {})
}

/// "Use UpdateRole instead" (UpdateRoleDescription).
pub(crate) fn update_description(
    call: &mut Call,
    world: &mut World,
    request: UpdateRoleDescriptionRequest,
) -> Result<UpdateRoleDescriptionResponse, AwsError> {
    let UpdateRoleDescriptionRequest { description, role_name } = request;
    let name = role_name.unwrap_or_default();
    let role = world.role_named_mut(call.scope.account, &name).map_err(refused)?;
    role.description = description.filter(|text| !text.is_empty());
    let role = named(call, world, Some(&name))?;
    Ok(UpdateRoleDescriptionResponse { role: Some(whole(call, world, role)) })
}

pub(crate) fn update_trust_policy(
    call: &mut Call,
    world: &mut World,
    request: UpdateAssumeRolePolicyRequest,
) -> Result<(), AwsError> {
    let UpdateAssumeRolePolicyRequest { policy_document, role_name } = request;
    entity::own_role(call, world, role_name.as_deref())?;
    let document = document::trust(call, world, policy_document)?;
    own_mut(call, world, role_name)?.trust_policy = document;
    Ok(())
}

pub(crate) fn delete(call: &mut Call, world: &mut World, request: DeleteRoleRequest) -> Result<(), AwsError> {
    let DeleteRoleRequest { role_name } = request;
    let role = named(call, world, role_name.as_deref())?;
    entity::check_is_own(role)?;
    world.delete_role(call.scope.account, &role_name.unwrap_or_default()).map_err(refused)
}

pub(crate) fn tag(call: &mut Call, world: &mut World, request: TagRoleRequest) -> Result<(), AwsError> {
    let TagRoleRequest { role_name, tags } = request;
    let tags = tags::with(&named(call, world, role_name.as_deref())?.tags, tags::checked(tags)?)?;
    named_mut(call, world, role_name)?.tags = tags;
    Ok(())
}

pub(crate) fn untag(call: &mut Call, world: &mut World, request: UntagRoleRequest) -> Result<(), AwsError> {
    let UntagRoleRequest { role_name, tag_keys } = request;
    tags::remove(&mut named_mut(call, world, role_name)?.tags, &tag_keys);
    Ok(())
}

pub(crate) fn list_tags(
    call: &mut Call,
    world: &World,
    request: ListRoleTagsRequest,
) -> Result<ListRoleTagsResponse, AwsError> {
    let ListRoleTagsRequest { marker, max_items, role_name } = request;
    let listed = tags::list(&named(call, world, role_name.as_deref())?.tags, asked(max_items, marker))?;
    Ok(ListRoleTagsResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        tags: listed.items,
    })
}

fn named<'a>(call: &Call, world: &'a World, name: Option<&str>) -> Result<&'a model::Role, AwsError> {
    world.role_named(call.scope.account, name.unwrap_or_default()).map_err(refused)
}

fn named_mut<'a>(
    call: &Call,
    world: &'a mut World,
    name: Option<String>,
) -> Result<&'a mut model::Role, AwsError> {
    world.role_named_mut(call.scope.account, &name.unwrap_or_default()).map_err(refused)
}

/// The same, if it is not a service's.
fn own_mut<'a>(
    call: &Call,
    world: &'a mut World,
    name: Option<String>,
) -> Result<&'a mut model::Role, AwsError> {
    entity::check_is_own(named(call, world, name.as_deref())?)?;
    named_mut(call, world, name)
}

/// When and where a role was last acted as, if it ever was.
pub(crate) fn last_used(role: &model::Role) -> RoleLastUsed {
    let used = role.last_used.as_ref();
    RoleLastUsed { last_used_date: used.map(|used| used.at), region: used.map(|used| used.region.clone()) }
}

/// A role as lists show it, without boundary, last use and tags.
pub(crate) fn render(call: &Call, world: &World, role: &model::Role) -> shapes::Role {
    shapes::Role {
        path: Some(role.path.clone()),
        role_name: Some(role.name.clone()),
        role_id: Some(role.id.to_string()),
        arn: Some(role.arn(call.partition())),
        create_date: Some(role.created),
        assume_role_policy_document: document::encoded_trust(call, world, role),
        description: role.description.clone(),
        max_session_duration: i32::try_from(role.max_session_duration_s).ok(),
        ..Default::default()
    }
}

fn whole(call: &Call, world: &World, role: &model::Role) -> shapes::Role {
    shapes::Role {
        permissions_boundary: entity::shown_boundary(call, world, role.permissions.boundary),
        tags: tags::render(&role.tags),
        ..render(call, world, role)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{TRUST, root};

    #[test]
    fn a_role_is_shown_as_it_was_made() {
        let mut caller = root();
        let made = caller.ok(
            "CreateRole",
            &[
                ("RoleName", "web"),
                ("Path", "/servers/"),
                ("AssumeRolePolicyDocument", TRUST),
                ("Description", "for the web"),
                ("MaxSessionDuration", "7200"),
                ("Tags.member.1.Key", "team"),
                ("Tags.member.1.Value", "blue"),
            ],
        );
        assert_eq!(made.text("Arn"), "arn:aws:iam::123456789012:role/servers/web");
        assert!(made.text("RoleId").starts_with("AROA") && made.text("RoleId").len() == 21);
        assert!(made.text("AssumeRolePolicyDocument").starts_with("%7B%22Version%22%3A%222012-10-17%22"));
        let shown = caller.ok("GetRole", &[("RoleName", "WEB")]);
        let as_made = shown.text("Role").replace("<RoleLastUsed/>", "");
        assert_eq!(as_made, made.text("Role"), "names are the same in either case");
        assert_eq!(shown.text("MaxSessionDuration"), "7200");
        assert_eq!(caller.ok("ListRoleTags", &[("RoleName", "web")]).text("Value"), "blue");
        caller.ok("UpdateRole", &[("RoleName", "web"), ("Description", "")]);
        assert!(caller.ok("GetRole", &[("RoleName", "web")]).texts("Description").is_empty());
    }

    #[test]
    fn refusals_have_the_codes_and_words_of_aws() {
        let mut caller = root();
        let create = |name: &'static str, policy: &'static str| {
            [("RoleName", name), ("AssumeRolePolicyDocument", policy)]
        };
        caller.ok("CreateRole", &create("web", TRUST));
        for (parameters, expected) in [
            (create("WEB", TRUST), "409 EntityAlreadyExists: Role with name WEB already exists."),
            (create("db", "hello"), "400 MalformedPolicyDocument: This policy contains invalid Json"),
            (create("db", "{}"), "400 MalformedPolicyDocument: Syntax errors in policy."),
            (
                create("d b", TRUST),
                r"400 ValidationError: 1 validation error detected: Value 'd b' at 'roleName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]+",
            ),
        ] {
            assert_eq!(caller.refused_with_status("CreateRole", &parameters), expected);
        }
        for action in ["GetRole", "DeleteRole", "ListRoleTags", "ListInstanceProfilesForRole", "UpdateRole"] {
            assert_eq!(
                caller.refused_with_status(action, &[("RoleName", "none")]),
                "404 NoSuchEntity: The role with name none cannot be found.",
                "{action}"
            );
        }
    }

    #[test]
    fn whom_a_trust_policy_names_is_there_and_is_trusted_by_identifier() {
        let mut caller = root();
        let trust = |principal: &str| {
            format!(
                r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":"sts:AssumeRole"}}]}}"#
            )
        };
        let bob = "arn:aws:iam::123456789012:user/dev/bob";
        let create = [("RoleName", "web"), ("AssumeRolePolicyDocument", &*trust(bob))];
        let nobody = format!("400 MalformedPolicyDocument: Invalid principal in policy: \"AWS\":\"{bob}\"");
        assert_eq!(caller.refused_with_status("CreateRole", &create), nobody);
        let user = [("UserName", "bob"), ("Path", "/dev/")];
        let id = caller.ok("CreateUser", &user).text("UserId");
        let shown = |answer: awsproto::testing::XmlAnswer| answer.text("AssumeRolePolicyDocument");
        let encoded = |policy: String| awsproto::encode_uri_component(&policy);
        assert_eq!(shown(caller.ok("CreateRole", &create)), encoded(trust(bob)));
        caller.ok("DeleteUser", &user[..1]);
        let get = [("RoleName", "web")];
        assert_eq!(shown(caller.ok("GetRole", &get)), encoded(trust(&id)));
        let again = caller.ok("CreateUser", &user).text("UserId");
        assert_ne!(again, id);
        for action in ["ListRoles", "GetAccountAuthorizationDetails"] {
            assert_eq!(
                shown(caller.ok(action, &[])),
                encoded(trust(&id)),
                "{action}: another bob is not trusted"
            );
        }
        let gone = trust(&id);
        let update = |policy: &'static str| [("RoleName", "web"), ("PolicyDocument", policy)];
        assert_eq!(
            caller.refused("UpdateAssumeRolePolicy", &update(gone.leak())),
            format!("MalformedPolicyDocument: Invalid principal in policy: \"AWS\":\"{id}\"")
        );
        caller.ok("UpdateAssumeRolePolicy", &update(trust(bob).leak()));
        assert_eq!(shown(caller.ok("GetRole", &get)), encoded(trust(bob)));
        // A service's name is looked at for what it ends with.
        let typo = TRUST.replace("amazonaws.com", "amazonaws.con");
        assert_eq!(
            caller.refused("UpdateAssumeRolePolicy", &update(typo.leak())),
            "MalformedPolicyDocument: Invalid principal in policy: \"SERVICE\":\"ec2.amazonaws.con\""
        );
    }

    #[test]
    fn lists_come_in_pages_and_by_path() {
        let mut caller = root();
        for (name, path) in [("a", "/"), ("b", "/x/"), ("c", "/x/y/")] {
            caller
                .ok("CreateRole", &[("RoleName", name), ("Path", path), ("AssumeRolePolicyDocument", TRUST)]);
        }
        let first = caller.ok("ListRoles", &[("MaxItems", "2")]);
        assert_eq!(
            (first.texts("RoleName"), first.text("IsTruncated")),
            (vec!["a".into(), "b".into()], "true".into())
        );
        let second = caller.ok("ListRoles", &[("MaxItems", "2"), ("Marker", &first.text("Marker"))]);
        assert_eq!(
            (second.texts("RoleName"), second.text("IsTruncated")),
            (vec!["c".into()], "false".into())
        );
        assert_eq!(caller.ok("ListRoles", &[("PathPrefix", "/x/")]).texts("RoleName"), ["b", "c"]);
        assert!(
            caller
                .refused_with_status("ListRoles", &[("MaxItems", "0")])
                .starts_with("400 ValidationError: ")
        );
        assert!(
            caller.refused_with_status("ListRoles", &[("Marker", "x")]).starts_with("400 ValidationError: ")
        );
    }

    #[test]
    fn tags_that_differ_in_case_alone_are_one() {
        let mut caller = root();
        caller.ok("CreateRole", &[("RoleName", "web"), ("AssumeRolePolicyDocument", TRUST)]);
        let tag = |key| [("RoleName", "web"), ("Tags.member.1.Key", key), ("Tags.member.1.Value", "1")];
        caller.ok("TagRole", &tag("team"));
        caller.ok("TagRole", &tag("Team"));
        assert_eq!(caller.ok("ListRoleTags", &[("RoleName", "web")]).texts("Key"), ["team"]);
        assert!(caller.refused_with_status("TagRole", &tag("aws:x")).starts_with("400 InvalidInput: "));
        caller.ok("UntagRole", &[("RoleName", "web"), ("TagKeys.member.1", "TEAM")]);
        assert!(caller.ok("ListRoleTags", &[("RoleName", "web")]).texts("Key").is_empty());
    }
}
