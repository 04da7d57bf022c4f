//! Policies of roles, of which there are none: they cannot be put or attached yet. Whoever removes a role asks for them.
//!
//! Follows ListRolePolicies and ListAttachedRolePolicies (IAM API Reference).

use awsproto::{AwsError, Call};
use model::World;

use crate::constraint;
use crate::errors::refused;
use crate::listing::Listed;
use crate::shapes::*;

/// The names of the policies that are a role's own.
pub(crate) fn list_inline(
    call: &mut Call,
    world: &World,
    request: ListRolePoliciesRequest,
) -> Result<ListRolePoliciesResponse, AwsError> {
    let ListRolePoliciesRequest { marker, max_items, role_name } = request;
    check_role(call, world, role_name.as_deref())?;
    let listed = Listed::page(Vec::new(), max_items, marker.as_deref(), String::clone)?;
    Ok(ListRolePoliciesResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        policy_names: listed.items,
    })
}

/// The managed policies that are attached to a role.
pub(crate) fn list_attached(
    call: &mut Call,
    world: &World,
    request: ListAttachedRolePoliciesRequest,
) -> Result<ListAttachedRolePoliciesResponse, AwsError> {
    let ListAttachedRolePoliciesRequest { marker, max_items, path_prefix, role_name } = request;
    constraint::path_prefix(path_prefix.as_deref())?;
    check_role(call, world, role_name.as_deref())?;
    let name = |policy: &AttachedPolicy| policy.policy_name.clone().unwrap_or_default();
    let listed = Listed::page(Vec::new(), max_items, marker.as_deref(), name)?;
    Ok(ListAttachedRolePoliciesResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        attached_policies: listed.items,
    })
}

fn check_role(call: &Call, world: &World, name: Option<&str>) -> Result<(), AwsError> {
    let name = constraint::role_name(name)?;
    world.role_named(call.scope.account, name).map(drop).map_err(refused)
}

#[cfg(test)]
mod tests {
    use crate::testing::{TRUST, root};

    #[test]
    fn a_role_has_no_policies_and_one_that_is_not_there_is_not_found() {
        let mut caller = root();
        caller.ok("CreateRole", &[("RoleName", "web"), ("AssumeRolePolicyDocument", TRUST)]);
        for action in ["ListRolePolicies", "ListAttachedRolePolicies"] {
            let listed = caller.ok(action, &[("RoleName", "web")]);
            assert_eq!(listed.text("IsTruncated"), "false");
            assert_eq!(listed.texts("member"), [""; 0]);
            assert_eq!(
                caller.refused_with_status(action, &[("RoleName", "db")]),
                "404 NoSuchEntity: The role with name db cannot be found."
            );
        }
    }
}
