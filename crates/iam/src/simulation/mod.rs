//! What somebody might do: policies tried without doing anything.
//!
//! Follows SimulateCustomPolicy and SimulatePrincipalPolicy (IAM API Reference) and "Testing IAM policies with the IAM policy
//! simulator" (IAM User Guide). What is tried is decided by [`policy::simulate`], which is the evaluator that every call is
//! decided by. Organizations' policies are refused: no account is in one.
//!
//! | file | what |
//! |---|---|
//! | `caller` | who is taken to call |
//! | `tried` | the policies that are tried |
//! | `resources` | with what: whose they are, and those that a scenario needs |
//! | `context` | what is taken to be known of the call |
//! | `results` | what came of it |
//! | `context_keys` | what policies have to be told |

mod caller;
mod context;
pub(crate) mod context_keys;
mod resources;
mod results;
#[cfg(test)]
mod tests;
mod tried;

use awsproto::{AwsError, Call};
use model::World;

use crate::listing::{Listed, asked};
use crate::shapes::*;
use caller::Caller;
use resources::Resources;
use results::Trial;
use tried::Tried;

/// What a wildcard in an action would make of a simulation, nobody says.
const WILDCARDS: [char; 2] = ['*', '?'];
/// How many combinations of an action and a resource a page has at most: "IAM might return fewer results, even when there are
/// more results available" (SimulateCustomPolicy).
const COMBINATIONS_MAX: usize = 10_000;

pub(crate) fn custom(
    call: &mut Call,
    world: &World,
    request: SimulateCustomPolicyRequest,
) -> Result<SimulatePolicyResponse, AwsError> {
    let SimulateCustomPolicyRequest {
        action_names,
        caller_arn,
        context_entries,
        marker,
        max_items,
        ordered_organization_policy_input_list,
        permissions_boundary_policy_input_list,
        policy_input_list,
        resource_arns,
        resource_handling_option,
        resource_owner,
        resource_policy,
    } = request;
    refuse_unsupported(
        "OrderedOrganizationPolicyInputList",
        !ordered_organization_policy_input_list.is_empty(),
    )?;
    let caller = match caller_arn {
        Some(arn) => Caller::named(world, &arn)?,
        None => Caller::nobody(call),
    };
    let mut tried = Tried::default();
    tried.add_given(policy_input_list)?;
    tried.bound_by(permissions_boundary_policy_input_list)?;
    tried.add_resource_policy(resource_policy, &caller, &action_names)?;
    let resources = Resources::new(resource_arns, resource_owner, resource_handling_option)?;
    let context = context::of(world, &caller, context_entries)?;
    simulate(Simulated { action_names, max_items, marker }, &Trial { caller, tried, resources, context })
}

pub(crate) fn principal(
    call: &mut Call,
    world: &World,
    request: SimulatePrincipalPolicyRequest,
) -> Result<SimulatePolicyResponse, AwsError> {
    let SimulatePrincipalPolicyRequest {
        action_names,
        caller_arn,
        context_entries,
        marker,
        max_items,
        permissions_boundary_policy_input_list,
        policy_exclusion_list,
        policy_input_list,
        policy_source_arn,
        resource_arns,
        resource_handling_option,
        resource_owner,
        resource_policy,
    } = request;
    refuse_unsupported("PolicyExclusionList", !policy_exclusion_list.is_empty())?;
    let source_arn = policy_source_arn.unwrap_or_default();
    let source = caller::source(call, world, &source_arn)?;
    // "If you do not specify a CallerArn, it defaults to the ARN of the user, group, or role that you specify in
    // PolicySourceArn" (SimulatePrincipalPolicy).
    let caller = Caller::named(world, &caller_arn.unwrap_or(source_arn))?;
    let mut tried = Tried::of(call, world, source);
    tried.add_given(policy_input_list)?;
    tried.bound_by(permissions_boundary_policy_input_list)?;
    tried.add_resource_policy(resource_policy, &caller, &action_names)?;
    let resources = Resources::new(resource_arns, resource_owner, resource_handling_option)?;
    let context = context::of(world, &caller, context_entries)?;
    simulate(Simulated { action_names, max_items, marker }, &Trial { caller, tried, resources, context })
}

/// Which actions, and which page of them.
struct Simulated {
    action_names: Vec<String>,
    max_items: Option<i32>,
    marker: Option<String>,
}

fn simulate(simulated: Simulated, trial: &Trial) -> Result<SimulatePolicyResponse, AwsError> {
    let Simulated { action_names, max_items, marker } = simulated;
    action_names.iter().try_for_each(|action| check_action(action))?;
    let most = i32::try_from(COMBINATIONS_MAX / trial.resources.count().max(1)).unwrap_or(i32::MAX).max(1);
    let limit = max_items.unwrap_or(crate::listing::ITEMS).min(most);
    // In the order in which they were asked for: a page goes on behind a place, not behind a name.
    let numbered = action_names.into_iter().enumerate();
    let page = Listed::of_sorted(numbered, asked(Some(limit), marker), |(place, _)| format!("{place:09}"))?;
    let page = page.map(|(_, action)| trial.of_action(action));
    Ok(SimulatePolicyResponse {
        is_truncated: page.is_truncated(),
        marker: page.marker,
        evaluation_results: page.items,
    })
}

/// "Each operation must include the service identifier … This operation does not support using wildcards (*) in an action name"
/// (SimulateCustomPolicy).
fn check_action(action: &str) -> Result<(), AwsError> {
    let is_whole =
        action.split_once(':').is_some_and(|(vendor, name)| !vendor.is_empty() && !name.is_empty());
    match is_whole && !action.contains(WILDCARDS) {
        true => Ok(()),
        false => Err(invalid(format!("Invalid Input Actions: \"{action}\""))),
    }
}

/// What AWS has and Hamlet does not act upon.
fn refuse_unsupported(parameter: &str, was_sent: bool) -> Result<(), AwsError> {
    match was_sent {
        true => Err(AwsError::not_implemented_yet(&format!("the parameter {parameter}"))),
        false => Ok(()),
    }
}

/// `InvalidInput`.
fn invalid(sentence: impl Into<String>) -> AwsError {
    AwsError::new("InvalidInput", sentence)
}
