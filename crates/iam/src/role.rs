//! Roles. Follows CreateRole, GetRole, UpdateRole and their neighbours in the IAM API Reference. No permissions boundary.

use awsproto::{AwsError, Call};
use model::role::NewRole;
use model::{AccountId, World};

use crate::constraint::{self, role_name};
use crate::errors::refused;
use crate::listing::Listed;
use crate::shapes::{self, *};
use crate::tags;

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
    if permissions_boundary.is_some() {
        return Err(AwsError::not_implemented_yet("PermissionsBoundary of CreateRole"));
    }
    let (account, now) = (call.scope.account, call.now);
    let new = NewRole {
        path: constraint::path(path.as_deref())?.to_owned(),
        name: constraint::role_name(role_name.as_deref())?.to_owned(),
        description: constraint::description(description)?,
        max_session_duration_s: constraint::max_session_duration_s(
            max_session_duration.unwrap_or(MAX_SESSION_DURATION_S),
        )?,
        boundary: None,
        tags: tags::checked(tags)?,
        trust_policy: constraint::trust_policy(assume_role_policy_document, "assumeRolePolicyDocument")?,
    };
    let id = call.with_ids(|ids| world.create_role(account, new, ids, now)).map_err(refused)?;
    Ok(CreateRoleResponse { role: world.roles.get(&id).map(|role| whole(call, role)) })
}

pub(crate) fn get(
    call: &mut Call,
    world: &World,
    request: GetRoleRequest,
) -> Result<GetRoleResponse, AwsError> {
    let GetRoleRequest { role_name } = request;
    let role = named(call, world, role_name.as_deref())?;
    Ok(GetRoleResponse { role: Some(whole(call, role)) })
}

pub(crate) fn list(
    call: &mut Call,
    world: &World,
    request: ListRolesRequest,
) -> Result<ListRolesResponse, AwsError> {
    let ListRolesRequest { marker, max_items, path_prefix } = request;
    let prefix = constraint::path_prefix(path_prefix.as_deref())?;
    let roles = world.roles_of(call.scope.account).filter(|role| role.path.starts_with(prefix));
    let roles = roles.map(|role| render(call, role)).collect();
    let listed = Listed::page(roles, max_items, marker.as_deref(), name_of)?;
    Ok(ListRolesResponse { is_truncated: listed.is_truncated(), marker: listed.marker, roles: listed.items })
}

pub(crate) fn update(
    call: &mut Call,
    world: &mut World,
    request: UpdateRoleRequest,
) -> Result<UpdateRoleResponse, AwsError> {
    let UpdateRoleRequest { description, max_session_duration, role_name } = request;
    let describes = description.is_some();
    let description = constraint::description(description)?;
    let duration = max_session_duration.map(constraint::max_session_duration_s).transpose()?;
    let (account, name) = target(call, role_name.as_deref())?;
    let role = world.role_named_mut(account, name).map_err(refused)?;
    // An empty description takes the old one away; none leaves it.
    if describes {
        role.description = description;
    }
    role.max_session_duration_s = duration.unwrap_or(role.max_session_duration_s);
    Ok(UpdateRoleResponse {})
}

pub(crate) fn update_trust_policy(
    call: &mut Call,
    world: &mut World,
    request: UpdateAssumeRolePolicyRequest,
) -> Result<(), AwsError> {
    let UpdateAssumeRolePolicyRequest { policy_document, role_name } = request;
    let policy = constraint::trust_policy(policy_document, "policyDocument")?;
    let (account, name) = target(call, role_name.as_deref())?;
    world.role_named_mut(account, name).map_err(refused)?.trust_policy = policy;
    Ok(())
}

pub(crate) fn delete(call: &mut Call, world: &mut World, request: DeleteRoleRequest) -> Result<(), AwsError> {
    let DeleteRoleRequest { role_name } = request;
    let (account, name) = target(call, role_name.as_deref())?;
    world.delete_role(account, name).map_err(refused)
}

pub(crate) fn tag(call: &mut Call, world: &mut World, request: TagRoleRequest) -> Result<(), AwsError> {
    let TagRoleRequest { role_name, tags } = request;
    let new = tags::checked(tags)?;
    let (account, name) = target(call, role_name.as_deref())?;
    let tags = tags::with(&world.role_named(account, name).map_err(refused)?.tags, new)?;
    world.role_named_mut(account, name).map_err(refused)?.tags = tags;
    Ok(())
}

pub(crate) fn untag(call: &mut Call, world: &mut World, request: UntagRoleRequest) -> Result<(), AwsError> {
    let UntagRoleRequest { role_name, tag_keys } = request;
    tags::check_keys(&tag_keys)?;
    let (account, name) = target(call, role_name.as_deref())?;
    tags::remove(&mut world.role_named_mut(account, name).map_err(refused)?.tags, &tag_keys);
    Ok(())
}

pub(crate) fn list_tags(
    call: &mut Call,
    world: &World,
    request: ListRoleTagsRequest,
) -> Result<ListRoleTagsResponse, AwsError> {
    let ListRoleTagsRequest { marker, max_items, role_name } = request;
    let tags = tags::render(&named(call, world, role_name.as_deref())?.tags);
    let key = |tag: &Tag| tag.key.clone().unwrap_or_default();
    let listed = Listed::page(tags, max_items, marker.as_deref(), key)?;
    Ok(ListRoleTagsResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        tags: listed.items,
    })
}

/// Which role a request is about.
fn target<'a>(call: &Call, name: Option<&'a str>) -> Result<(AccountId, &'a str), AwsError> {
    Ok((call.scope.account, role_name(name)?))
}

fn named<'a>(call: &Call, world: &'a World, name: Option<&str>) -> Result<&'a model::Role, AwsError> {
    let (account, name) = target(call, name)?;
    world.role_named(account, name).map_err(refused)
}

fn name_of(role: &Role) -> String {
    role.role_name.clone().unwrap_or_default()
}

/// A role as lists show it, without its tags.
pub(crate) fn render(call: &Call, role: &model::Role) -> shapes::Role {
    shapes::Role {
        path: Some(role.path.clone()),
        role_name: Some(role.name.clone()),
        role_id: Some(role.id.to_string()),
        arn: Some(role.arn(call.partition())),
        create_date: Some(role.created),
        // "The returned policy is URL-encoded compliant with RFC 3986" (GetRole).
        assume_role_policy_document: Some(awsproto::encode_uri_component(role.trust_policy.text())),
        description: role.description.clone(),
        max_session_duration: i32::try_from(role.max_session_duration_s).ok(),
        ..Default::default()
    }
}

fn whole(call: &Call, role: &model::Role) -> shapes::Role {
    shapes::Role { tags: tags::render(&role.tags), ..render(call, role) }
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
        assert_eq!(shown.text("Role"), made.text("Role"), "names are the same in either case");
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
        let boundary = [
            ("RoleName", "db"),
            ("AssumeRolePolicyDocument", TRUST),
            ("PermissionsBoundary", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
        ];
        assert!(caller.refused_with_status("CreateRole", &boundary).starts_with("501 NotImplemented: "));
        let put = [("RoleName", "web"), ("PolicyName", "p"), ("PolicyDocument", "{}")];
        assert!(caller.refused_with_status("PutRolePolicy", &put).starts_with("501 NotImplemented: "));
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
