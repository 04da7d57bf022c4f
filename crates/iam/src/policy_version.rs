//! Versions of managed policies. Follows CreatePolicyVersion, SetDefaultPolicyVersion and their neighbours in the IAM API
//! Reference. Of AWS's own policies there is the version that holds.

use awsproto::{AwsError, Call};
use model::managed_policy::PolicyVersion as Version;
use model::{AnyPolicy, World};

use crate::errors::{no_such_entity, refused};
use crate::listing::{Listed, asked};
use crate::managed_policy::own;
use crate::shapes::{self, *};
use crate::{document, entity};

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreatePolicyVersionRequest,
) -> Result<CreatePolicyVersionResponse, AwsError> {
    let CreatePolicyVersionRequest { policy_arn, policy_document, set_as_default } = request;
    let id = own(call, world, policy_arn.as_deref(), "CreatePolicyVersion")?;
    let document = document::managed(policy_document)?;
    let holds = set_as_default.unwrap_or(false);
    let number = world.create_policy_version(id, document, holds, call.now).map_err(refused)?;
    let version = shapes::PolicyVersion {
        create_date: Some(call.now),
        is_default_version: Some(holds),
        version_id: Some(format!("v{number}")),
        document: None,
    };
    Ok(CreatePolicyVersionResponse { policy_version: Some(version) })
}

pub(crate) fn get(
    call: &mut Call,
    world: &World,
    request: GetPolicyVersionRequest,
) -> Result<GetPolicyVersionResponse, AwsError> {
    let GetPolicyVersionRequest { policy_arn, version_id } = request;
    let policy = entity::policy(call, world, policy_arn.as_deref())?;
    let version_id = version_id.unwrap_or_default();
    let mut versions = versions(call, policy).into_iter();
    let found = versions.find(|version| version.version_id.as_deref() == Some(version_id.as_str()));
    let found = found.ok_or_else(|| no_such_version(policy_arn.as_deref(), &version_id))?;
    Ok(GetPolicyVersionResponse { policy_version: Some(found) })
}

pub(crate) fn list(
    call: &mut Call,
    world: &World,
    request: ListPolicyVersionsRequest,
) -> Result<ListPolicyVersionsResponse, AwsError> {
    let ListPolicyVersionsRequest { marker, max_items, policy_arn } = request;
    let mut versions = versions(call, entity::policy(call, world, policy_arn.as_deref())?);
    // The newest first.
    versions.reverse();
    let place = |version: &shapes::PolicyVersion| {
        format!("{:010}", u32::MAX - number(version.version_id.as_deref()).unwrap_or_default())
    };
    let listed = Listed::page(versions, asked(max_items, marker), place)?;
    let listed = listed.map(|version| shapes::PolicyVersion { document: None, ..version });
    Ok(ListPolicyVersionsResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        versions: listed.items,
    })
}

pub(crate) fn set_default(
    call: &mut Call,
    world: &mut World,
    request: SetDefaultPolicyVersionRequest,
) -> Result<(), AwsError> {
    let SetDefaultPolicyVersionRequest { policy_arn, version_id } = request;
    let id = own(call, world, policy_arn.as_deref(), "SetDefaultPolicyVersion")?;
    let version_id = version_id.unwrap_or_default();
    let missing = || no_such_version(policy_arn.as_deref(), &version_id);
    let number = number(Some(&version_id)).ok_or_else(missing)?;
    world.set_default_policy_version(id, number, call.now).map_err(|_| missing())
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeletePolicyVersionRequest,
) -> Result<(), AwsError> {
    let DeletePolicyVersionRequest { policy_arn, version_id } = request;
    let id = own(call, world, policy_arn.as_deref(), "DeletePolicyVersion")?;
    let version_id = version_id.unwrap_or_default();
    let missing = || no_such_version(policy_arn.as_deref(), &version_id);
    let number = number(Some(&version_id)).ok_or_else(missing)?;
    world.delete_policy_version(id, number, call.now).map_err(|refusal| match refusal {
        model::IamRefusal::NoSuch(..) => missing(),
        other => refused(other),
    })
}

/// The number of `v12`.
fn number(version_id: Option<&str>) -> Option<u32> {
    version_id?.strip_prefix('v')?.parse().ok()
}

fn no_such_version(arn: Option<&str>, version: &str) -> AwsError {
    let arn = arn.unwrap_or_default();
    no_such_entity(format!("Policy {arn} version {version} does not exist or is not attachable."))
}

/// A policy's versions, the oldest first.
pub(crate) fn versions(call: &Call, policy: AnyPolicy<'_>) -> Vec<shapes::PolicyVersion> {
    match policy {
        AnyPolicy::Own(policy) => {
            let show = |version: &Version| shapes::PolicyVersion {
                create_date: Some(version.created),
                document: document::encoded(&version.document),
                is_default_version: Some(version.number == policy.default_version),
                version_id: Some(format!("v{}", version.number)),
            };
            policy.versions.iter().map(show).collect()
        }
        AnyPolicy::Aws(_) => vec![shapes::PolicyVersion {
            create_date: Some(policy.updated()),
            document: document::encoded(policy.document(call.partition())),
            is_default_version: Some(true),
            version_id: Some(policy.default_version()),
        }],
    }
}
