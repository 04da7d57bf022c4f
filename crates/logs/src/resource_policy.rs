//! Policies about which services may write. Follows PutResourcePolicy, DescribeResourcePolicies and DeleteResourcePolicy (Amazon
//! CloudWatch Logs API Reference). Those of accounts; none of single log groups.

use awsproto::{AwsError, Call};
use model::World;
use model::log_settings::LogResourcePolicy;
use policy::{Document, Kind};

use crate::shapes::*;
use crate::{errors, paging};

/// Policies of a page.
const PAGE_MAX: i32 = 50;
/// Characters of a document of an account's.
const DOCUMENT_MAX: usize = 5120;

pub(crate) fn put(
    call: &mut Call,
    world: &mut World,
    request: PutResourcePolicyRequest,
) -> Result<PutResourcePolicyResponse, AwsError> {
    let PutResourcePolicyRequest { expected_revision_id, policy_document, policy_name, resource_arn } =
        request;
    refuse_of_groups(&resource_arn, &expected_revision_id)?;
    let name = policy_name.filter(|it| !it.is_empty()).ok_or_else(|| errors::missing("policyName"))?;
    let text = policy_document.ok_or_else(|| errors::missing("policyDocument"))?;
    if text.chars().count() > DOCUMENT_MAX {
        let rule = format!("have length less than or equal to {DOCUMENT_MAX}");
        return Err(errors::violated(text, "policyDocument", &rule));
    }
    let document = Document::parse(&text, Kind::Resource)
        .map_err(|_| errors::invalid("Unable to parse policy document. Please check the syntax."))?;
    let policy = LogResourcePolicy { document, updated: call.now };
    let shown = shown(&name, &policy);
    world
        .put_log_resource_policy(call.scope, &name, policy)
        .map_err(|it| errors::settings_refused(it, ""))?;
    Ok(PutResourcePolicyResponse { resource_policy: Some(shown), revision_id: None })
}

fn refuse_of_groups(arn: &Option<String>, revision: &Option<String>) -> Result<(), AwsError> {
    match arn.is_some() || revision.is_some() {
        true => Err(AwsError::not_implemented_yet("policies of single log groups")),
        false => Ok(()),
    }
}

fn shown(name: &str, policy: &LogResourcePolicy) -> ResourcePolicy {
    ResourcePolicy {
        last_updated_time: Some(policy.updated.0),
        policy_document: Some(policy.document.text().to_owned()),
        policy_name: Some(name.to_owned()),
        policy_scope: Some("ACCOUNT".to_owned()),
        resource_arn: None,
        revision_id: None,
    }
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeResourcePoliciesRequest,
) -> Result<DescribeResourcePoliciesResponse, AwsError> {
    let DescribeResourcePoliciesRequest { limit, next_token, policy_scope, resource_arn } = request;
    let is_of_account = match policy_scope.as_deref() {
        None | Some("ACCOUNT") => resource_arn.is_none(),
        // Log groups have none.
        Some("RESOURCE") => false,
        Some(other) => {
            return Err(errors::violated(
                other,
                "policyScope",
                "satisfy enum value set: [ACCOUNT, RESOURCE]",
            ));
        }
    };
    let rows = world.log_resource_policies(call.scope).filter(|_| is_of_account);
    let (page, next_token) = paging::page(rows, |it| it.0.clone(), (limit, PAGE_MAX), next_token.as_deref())?;
    let resource_policies = page.into_iter().map(|(name, policy)| shown(name, policy)).collect();
    Ok(DescribeResourcePoliciesResponse { next_token, resource_policies })
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteResourcePolicyRequest,
) -> Result<(), AwsError> {
    let DeleteResourcePolicyRequest { expected_revision_id, policy_name, resource_arn } = request;
    refuse_of_groups(&resource_arn, &expected_revision_id)?;
    let name = policy_name.ok_or_else(|| errors::missing("policyName"))?;
    let not_there = format!("Policy with name [{name}] does not exist.");
    world
        .delete_log_resource_policy(call.scope, &name)
        .map_err(|refusal| errors::settings_refused(refusal, not_there))
}
