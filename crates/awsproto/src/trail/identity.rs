//! `userIdentity`: who called. Follows "CloudTrail userIdentity element" (CloudTrail User Guide).

use super::Actor;
use crate::principal::Principal;
use crate::session::Session;
use model::Partition;
use serde_json::{Map, Value, json};

/// The element.
pub(super) fn of(actor: &Actor, partition: Partition) -> Value {
    let principal = &actor.principal;
    if let Principal::WebIdentity { identity, .. } = principal {
        return json!({
            "type": kind(principal),
            "principalId": identity.id(),
            "userName": identity.subject,
            "identityProvider": identity.federation.provider,
        });
    }
    let mut identity = json!({
        "type": kind(principal),
        "principalId": principal.user_id(),
        "arn": principal.arn(partition),
        "accountId": principal.account().to_string(),
        "accessKeyId": actor.access_key_id,
    });
    if let Principal::User { name, .. } = principal {
        identity["userName"] = name.as_str().into();
    }
    let context = context(actor, partition);
    if !context.is_empty() {
        identity["sessionContext"] = context.into();
    }
    identity
}

fn kind(principal: &Principal) -> &'static str {
    match principal {
        Principal::Root(_) => "Root",
        Principal::User { .. } => "IAMUser",
        Principal::AssumedRole { .. } => "AssumedRole",
        Principal::FederatedUser { .. } => "FederatedUser",
        Principal::WebIdentity { .. } => "WebIdentityUser",
    }
}

/// Who has issued temporary credentials, and when.
fn context(actor: &Actor, partition: Partition) -> Map<String, Value> {
    let mut context = Map::new();
    if let Principal::AssumedRole { account, role, role_name, .. } = &actor.principal {
        let issuer = json!({
            "type": "Role",
            "principalId": role.to_string(),
            "arn": actor.principal.principal_arn(partition),
            "accountId": account.to_string(),
            "userName": role_name,
        });
        context.insert("sessionIssuer".to_owned(), issuer);
    }
    if let Some(session) = &actor.session {
        if let Some(federation) = &session.federation {
            let data = json!({ "federatedProvider": federation.provider, "attributes": {} });
            context.insert("webIdFederationData".to_owned(), data);
        }
        context.insert("attributes".to_owned(), attributes(session));
        if let Some(source) = &session.source_identity {
            context.insert("sourceIdentity".to_owned(), source.as_str().into());
        }
    }
    context
}

/// `mfaAuthenticated` is a text, as AWS writes it.
fn attributes(session: &Session) -> Value {
    json!({
        "creationDate": session.issued.to_the_second(),
        "mfaAuthenticated": session.mfa.is_some().to_string(),
    })
}

/// What LookupEvents shows as the user's name: a user's, `root`, or a session's.
pub(super) fn username(identity: &Value) -> Option<String> {
    let session = || identity["principalId"].as_str()?.split_once(':').map(|(_, name)| name);
    match identity["type"].as_str()? {
        "Root" => Some("root"),
        "IAMUser" | "WebIdentityUser" => identity["userName"].as_str(),
        _ => session(),
    }
    .map(str::to_owned)
}
