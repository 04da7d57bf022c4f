//! Managed policies. Follows CreatePolicy, GetPolicy, ListPolicies and their neighbours in the IAM API Reference.

use awsproto::{AwsError, Call};
use model::managed_policy::{NewManagedPolicy, aws};
use model::{AnyPolicy, ManagedPolicyId, PolicyRef, PolicyUsage, World};

use crate::errors::refused;
use crate::listing::{Listed, asked};
use crate::shapes::{self, *};
use crate::{document, entity, path, tags};

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreatePolicyRequest,
) -> Result<CreatePolicyResponse, AwsError> {
    let CreatePolicyRequest { description, path, policy_document, policy_name, tags } = request;
    let (account, now) = (call.scope.account, call.now);
    let new = NewManagedPolicy {
        path: path::of_new(path),
        name: policy_name.unwrap_or_default(),
        description,
        tags: tags::checked(tags)?,
        document: document::managed(policy_document)?,
    };
    let id = call.with_ids(|ids| world.create_managed_policy(account, new, ids, now)).map_err(refused)?;
    let made = world.managed_policies.get(&id).map(AnyPolicy::Own);
    // The answer to its creation is the one that leaves the description out, as documented for CreatePolicy's Policy.
    let shown = made.map(|policy| shapes::Policy { description: None, ..whole(call, world, policy) });
    Ok(CreatePolicyResponse { policy: shown })
}

pub(crate) fn get(
    call: &mut Call,
    world: &World,
    request: GetPolicyRequest,
) -> Result<GetPolicyResponse, AwsError> {
    let GetPolicyRequest { policy_arn } = request;
    let policy = entity::policy(call, world, policy_arn.as_deref())?;
    Ok(GetPolicyResponse { policy: Some(whole(call, world, policy)) })
}

pub(crate) fn list(
    call: &mut Call,
    world: &World,
    request: ListPoliciesRequest,
) -> Result<ListPoliciesResponse, AwsError> {
    let ListPoliciesRequest { marker, max_items, only_attached, path_prefix, policy_usage_filter, scope } =
        request;
    let prefix = path::prefix(path_prefix);
    let (with_own, with_aws) = match scope.as_deref() {
        Some("Local") => (true, false),
        Some("AWS") => (false, true),
        Some(_) | None => (true, true),
    };
    let own = world.managed_policies_of(call.scope.account).map(AnyPolicy::Own).filter(|_| with_own);
    let of_aws = aws::policies().iter().map(AnyPolicy::Aws).filter(|_| with_aws);
    let is_wanted = |policy: &AnyPolicy<'_>| {
        let (attached, bounding) = usages(call, world, policy.reference());
        let used = match policy_usage_filter.as_deref() {
            Some("PermissionsPolicy") => attached,
            Some("PermissionsBoundary") => return policy.path().starts_with(&prefix) && bounding > 0,
            Some(_) | None => attached + bounding,
        };
        policy.path().starts_with(&prefix) && (used > 0 || only_attached != Some(true))
    };
    let listed = Listed::of_sorted(own.chain(of_aws).filter(is_wanted), asked(max_items, marker), place)?;
    let listed = listed.map(|policy| render(call, world, policy));
    Ok(ListPoliciesResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        policies: listed.items,
    })
}

/// Where a policy is in lists: an account's own come first, each kind by name.
fn place(policy: &AnyPolicy<'_>) -> String {
    match policy {
        AnyPolicy::Own(policy) => format!("0{}", policy.name.to_lowercase()),
        AnyPolicy::Aws(policy) => format!("1{}", policy.name),
    }
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeletePolicyRequest,
) -> Result<(), AwsError> {
    let DeletePolicyRequest { policy_arn } = request;
    let id = own(call, world, policy_arn.as_deref(), "DeletePolicy")?;
    world.delete_managed_policy(id).map_err(refused)
}

pub(crate) fn tag(call: &mut Call, world: &mut World, request: TagPolicyRequest) -> Result<(), AwsError> {
    let TagPolicyRequest { policy_arn, tags } = request;
    let id = own(call, world, policy_arn.as_deref(), "TagPolicy")?;
    let old = world.managed_policies.get(&id).map(|policy| policy.tags.clone()).unwrap_or_default();
    let tags = tags::with(&old, tags::checked(tags)?)?;
    world.managed_policies.get_mut(&id).expect("it was found").tags = tags;
    Ok(())
}

pub(crate) fn untag(call: &mut Call, world: &mut World, request: UntagPolicyRequest) -> Result<(), AwsError> {
    let UntagPolicyRequest { policy_arn, tag_keys } = request;
    let id = own(call, world, policy_arn.as_deref(), "UntagPolicy")?;
    tags::remove(&mut world.managed_policies.get_mut(&id).expect("it was found").tags, &tag_keys);
    Ok(())
}

pub(crate) fn list_tags(
    call: &mut Call,
    world: &World,
    request: ListPolicyTagsRequest,
) -> Result<ListPolicyTagsResponse, AwsError> {
    let ListPolicyTagsRequest { marker, max_items, policy_arn } = request;
    let none = model::Tags::new();
    let tags = match entity::policy(call, world, policy_arn.as_deref())? {
        AnyPolicy::Own(policy) => &policy.tags,
        AnyPolicy::Aws(_) => &none,
    };
    let listed = tags::list(tags, asked(max_items, marker))?;
    Ok(ListPolicyTagsResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        tags: listed.items,
    })
}

/// The account's own policy with an ARN, to be changed: AWS's are changed by AWS alone.
pub(crate) fn own(
    call: &Call,
    world: &World,
    arn: Option<&str>,
    action: &str,
) -> Result<ManagedPolicyId, AwsError> {
    match entity::policy(call, world, arn)? {
        AnyPolicy::Own(policy) => Ok(policy.id),
        AnyPolicy::Aws(_) => {
            let (caller, arn) = (call.principal_arn(), arn.unwrap_or_default());
            let sentence = format!(
                "User: {caller} is not authorized to perform: iam:{action} on resource: policy {arn}"
            );
            Err(AwsError::new("AccessDenied", sentence).with_status(403))
        }
    }
}

/// How often the caller's account has a policy attached, and how often it is a boundary there.
fn usages(call: &Call, world: &World, policy: PolicyRef) -> (i32, i32) {
    let (mut attached, mut bounding) = (0, 0);
    for (entity, usage) in world.entities_with_policy(policy) {
        if world.account_of(entity) == Some(call.scope.account) {
            match usage {
                PolicyUsage::PermissionsPolicy => attached += 1,
                PolicyUsage::PermissionsBoundary => bounding += 1,
            }
        }
    }
    (attached, bounding)
}

/// A policy as lists show it, without description and tags.
pub(crate) fn render(call: &Call, world: &World, policy: AnyPolicy<'_>) -> shapes::Policy {
    let (attached, bounding) = usages(call, world, policy.reference());
    shapes::Policy {
        arn: Some(policy.arn(call.partition())),
        attachment_count: Some(attached),
        create_date: Some(policy.created()),
        default_version_id: Some(policy.default_version()),
        is_attachable: Some(true),
        path: Some(policy.path().to_owned()),
        permissions_boundary_usage_count: Some(bounding),
        policy_id: Some(policy.id()),
        policy_name: Some(policy.name().to_owned()),
        update_date: Some(policy.updated()),
        ..Default::default()
    }
}

fn whole(call: &Call, world: &World, policy: AnyPolicy<'_>) -> shapes::Policy {
    let tags = match policy {
        AnyPolicy::Own(policy) => tags::render(&policy.tags),
        AnyPolicy::Aws(_) => Vec::new(),
    };
    shapes::Policy {
        description: policy.description().map(str::to_owned),
        tags,
        ..render(call, world, policy)
    }
}
