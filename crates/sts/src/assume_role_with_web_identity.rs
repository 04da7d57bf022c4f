//! Acting as a role without credentials, by the word of an identity provider.
//!
//! Follows "AssumeRoleWithWebIdentity" (STS API Reference). Whose word it is was looked at before ([`crate::web_identity`]).

use awsproto::{AwsError, Bearer, Call, Principal, Session};
use model::World;

use crate::assume_role::{DURATION_S, assumed, check_duration};
use crate::credentials::{any_token_size, issue, session};
use crate::passed;
use crate::shapes::{AssumeRoleWithWebIdentityRequest, AssumeRoleWithWebIdentityResponse, Tag};

pub(crate) fn assume(
    call: &mut Call,
    world: &World,
    request: AssumeRoleWithWebIdentityRequest,
) -> Result<AssumeRoleWithWebIdentityResponse, AwsError> {
    let AssumeRoleWithWebIdentityRequest {
        duration_seconds,
        minimum_session_token_size,
        policy,
        policy_arns,
        // What it is and who has made it, was looked at before.
        provider_id: _,
        role_arn,
        role_session_name,
        web_identity_token: _,
    } = request;
    let asked = duration_seconds.unwrap_or(DURATION_S);
    any_token_size(minimum_session_token_size)?;
    let Principal::WebIdentity { identity, .. } = call.principal.clone() else { return Err(denied()) };
    let arn = role_arn.unwrap_or_default();
    let role = world.role_of_arn(call.partition(), &arn).ok_or_else(denied)?;
    check_duration(asked, role, false)?;
    let mut session = Session {
        federation: Some(identity.federation.clone()),
        source_identity: identity.source_identity.clone(),
        ..session(call, asked)
    };
    passed::bound(&mut session, world, role.account, policy, policy_arns)?;
    let tags = identity.tags.iter().cloned();
    let tags = tags.map(|(key, value)| Tag { key: Some(key), value: Some(value) }).collect();
    passed::tag(&mut session, None, tags, identity.transitive_tag_keys.clone())?;
    let packed_policy_size = passed::packed_size(&session)?;
    let name = role_session_name.unwrap_or_default();
    let credentials = issue(call, role.account, &Bearer::Role(role.id, name.clone()), &session);
    // What AWS says of the token's size is not published.
    Ok(AssumeRoleWithWebIdentityResponse {
        assumed_role_user: Some(assumed(call, role, name)),
        audience: Some(identity.audience.clone()),
        credentials: Some(credentials),
        packed_policy_size,
        provider: Some(identity.federation.provider.clone()),
        session_token_size: None,
        session_token_utilization: None,
        source_identity: session.source_identity,
        subject_from_web_identity_token: Some(identity.subject.clone()),
    })
}

fn denied() -> AwsError {
    AwsError::new("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity").with_status(403)
}
