//! A call of one account that uses another's role is an event of both.
//!
//! Follows "Logging IAM and AWS STS API calls with AWS CloudTrail" (IAM User Guide), its example of a cross-account
//! AssumeRole, and `sharedEventID` in "CloudTrail record contents" (CloudTrail User Guide).

use super::Finished;
use crate::principal::Principal;
use model::AccountId;
use serde_json::{Value, json};

/// The role that somebody wants to act as, as `resources` lists it.
pub(super) fn role(call: &Finished) -> Option<Value> {
    let (arn, account) = role_of(call)?;
    Some(json!({ "accountId": account.to_string(), "type": "AWS::IAM::Role", "ARN": arn }))
}

/// The account of the role that was acted as, if the caller is of another one. Who was refused is not told of there.
pub(super) fn owner(call: &Finished) -> Option<AccountId> {
    let (_, account) = role_of(call)?;
    (call.outcome.is_ok() && account != call.scope.account).then_some(account)
}

fn role_of(call: &Finished) -> Option<(&str, AccountId)> {
    if call.service.name != "sts" || !call.operation.starts_with("AssumeRole") {
        return None;
    }
    let arn = call.input.as_ref()?.text("RoleArn")?;
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", _, "iam", "", account, _] = parts[..] else { return None };
    Some((arn, account.parse().ok()?))
}

/// The caller's event, and the owner's, who knows of the caller no more than their account and identifier.
pub(super) fn both(call: &Finished, own: Value, owner: AccountId, id: &str, shared: &str) -> [Value; 2] {
    let mut own = own;
    own["sharedEventID"] = shared.into();
    let mut other = own.clone();
    other["eventID"] = id.into();
    other["recipientAccountId"] = owner.to_string().into();
    other["userIdentity"] = stranger(&call.actor.principal);
    [own, other]
}

fn stranger(principal: &Principal) -> Value {
    json!({
        "type": "AWSAccount",
        "principalId": principal.user_id(),
        "accountId": principal.account().to_string(),
    })
}
