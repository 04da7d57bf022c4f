//! Acting as a role. Follows "AssumeRole" (STS API Reference) and "Methods to assume a role" (IAM User Guide).

use awsproto::{AwsError, Bearer, Call, Principal, Session};
use model::role::account_and_name;
use model::{Role, World};

use crate::credentials::{any_token_size, issue, session};
use crate::passed;
use crate::second_factor;
use crate::shapes::{AssumeRoleRequest, AssumeRoleResponse, AssumedRoleUser};

/// What a session lasts if nobody says how long, and what one that another role's session begins can last.
pub(crate) const DURATION_S: i32 = 60 * 60;
const CHAINED_DURATION_MAX_S: i32 = 60 * 60;

pub(crate) fn assume(
    call: &mut Call,
    world: &mut World,
    request: AssumeRoleRequest,
) -> Result<AssumeRoleResponse, AwsError> {
    let AssumeRoleRequest {
        duration_seconds,
        // Whoever is asked for it is asked by the role's trust policy.
        external_id: _,
        minimum_session_token_size,
        policy,
        policy_arns,
        provided_contexts,
        role_arn,
        role_session_name,
        serial_number,
        source_identity,
        tags,
        token_code,
        transitive_tag_keys,
    } = request;
    let asked = duration_seconds.unwrap_or(DURATION_S);
    any_token_size(minimum_session_token_size)?;
    if !provided_contexts.is_empty() {
        return Err(AwsError::not_implemented_yet("the parameter ProvidedContexts"));
    }
    no_root(call)?;
    let role = &role_of(call, world, &role_arn.unwrap_or_default())?.clone();
    let is_chained = matches!(call.principal, Principal::AssumedRole { .. });
    check_duration(asked, role, is_chained)?;
    let beginner = call.session.clone();
    let mfa = second_factor::take(call, world, serial_number, token_code)?;
    let mut session = Session { is_chained, mfa, ..session(call, asked) };
    session.source_identity = source_identity_after(beginner.as_deref(), source_identity)?;
    passed::bound(&mut session, world, role.account, policy, policy_arns)?;
    passed::tag(&mut session, beginner.as_deref(), tags, transitive_tag_keys)?;
    let packed_policy_size = passed::packed_size(&session)?;
    let name = role_session_name.unwrap_or_default();
    let credentials = issue(call, role.account, &Bearer::Role(role.id, name.clone()), &session);
    // What AWS says of the token's size is not published.
    Ok(AssumeRoleResponse {
        assumed_role_user: Some(assumed(call, role, name)),
        credentials: Some(credentials),
        packed_policy_size,
        session_token_size: None,
        session_token_utilization: None,
        source_identity: session.source_identity,
    })
}

/// Who one is by then.
pub(crate) fn assumed(call: &Call, role: &Role, session: String) -> AssumedRoleUser {
    let principal = Principal::AssumedRole {
        account: role.account,
        role: role.id,
        role_path: role.path.clone(),
        role_name: role.name.clone(),
        session,
    };
    AssumedRoleUser { arn: Some(principal.arn(call.partition())), assumed_role_id: Some(principal.user_id()) }
}

/// "You cannot use AWS account root user credentials to call AssumeRole." Whom open mode does not know is not the root, but
/// an administrator.
fn no_root(call: &Call) -> Result<(), AwsError> {
    match call.principal {
        Principal::Root(_) if !call.is_stranger => {
            Err(AwsError::new("AccessDenied", "Roles may not be assumed by root accounts."))
        }
        Principal::Root(_)
        | Principal::User { .. }
        | Principal::AssumedRole { .. }
        | Principal::FederatedUser { .. }
        | Principal::WebIdentity { .. } => Ok(()),
    }
}

/// The role of an ARN. Whether there is one is not for everybody to know: those who may not are told the same.
fn role_of<'a>(call: &Call, world: &'a World, arn: &str) -> Result<&'a Role, AwsError> {
    if account_and_name(arn).is_none() {
        return Err(AwsError::new("ValidationError", format!("{arn} is invalid")));
    }
    world.role_of_arn(call.partition(), arn).ok_or_else(|| {
        let who = call.principal_arn();
        let sentence = format!("User: {who} is not authorized to perform: sts:AssumeRole on resource: {arn}");
        AwsError::new("AccessDenied", sentence)
    })
}

pub(crate) fn check_duration(asked: i32, role: &Role, is_chained: bool) -> Result<(), AwsError> {
    let refused = |sentence: &str| Err(AwsError::new("ValidationError", sentence));
    if is_chained && asked > CHAINED_DURATION_MAX_S {
        return refused(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
        );
    }
    match i64::from(asked) <= i64::from(role.max_session_duration_s) {
        true => Ok(()),
        false => refused("The requested DurationSeconds exceeds the MaxSessionDuration set for this role."),
    }
}

/// "After the source identity is set, the value cannot be changed."
fn source_identity_after(
    beginner: Option<&Session>,
    asked: Option<String>,
) -> Result<Option<String>, AwsError> {
    let known = beginner.and_then(|session| session.source_identity.as_ref());
    match (known, asked) {
        (Some(known), Some(asked)) if *known != asked => {
            Err(AwsError::new("ValidationError", "The source identity of the session cannot be changed."))
        }
        (Some(known), _) => Ok(Some(known.clone())),
        (None, asked) => Ok(asked),
    }
}

#[cfg(test)]
mod tests;
