//! Permissions by labels: statements of the queue's policy.
//!
//! Follows AddPermission and RemovePermission (Amazon SQS API Reference).

use awsproto::{AwsError, Call};
use model::queue::Queue;
use model::{AccountId, World};
use serde_json::{Value, json};

use crate::shapes::{AddPermissionRequest, RemovePermissionRequest};
use crate::{errors, queue_policy, url};

/// Actions of one permission.
const ACTIONS_MAX: usize = 7;
/// Letters of a label.
const LABEL_MAX: usize = 80;
/// What others can be permitted.
const ACTIONS: [&str; 9] = [
    "*",
    "ChangeMessageVisibility",
    "DeleteMessage",
    "GetQueueAttributes",
    "GetQueueUrl",
    "ListDeadLetterSourceQueues",
    "PurgeQueue",
    "ReceiveMessage",
    "SendMessage",
];

pub(crate) fn add(call: &mut Call, world: &mut World, request: AddPermissionRequest) -> Result<(), AwsError> {
    let AddPermissionRequest { aws_account_ids, actions, label, queue_url } = request;
    let queue = url::queue(call, world, &queue_url)?.clone();
    let label = checked(label)?;
    if actions.is_empty() {
        return Err(errors::missing("Actions"));
    }
    if aws_account_ids.is_empty() {
        return Err(errors::missing("AWSAccountIds"));
    }
    if actions.len() > ACTIONS_MAX {
        let sentence = format!("{} Actions were found, maximum allowed is {ACTIONS_MAX}.", actions.len());
        return Err(AwsError::new("OverLimit", sentence));
    }
    if let Some(action) = actions.iter().find(|it| !ACTIONS.contains(&it.as_str())) {
        let reason = "Only the queue owner is allowed to invoke this action.";
        return Err(errors::invalid_parameter("ActionName", &format!("SQS:{action}"), reason));
    }
    if let Some(account) = aws_account_ids.iter().find(|it| it.parse::<AccountId>().is_err()) {
        let reason = format!("Unable to verify. {account} is no account.");
        return Err(errors::invalid_parameter("PrincipalId", account, &reason));
    }
    let mut policy = read(world, &queue);
    let statements = statements(&mut policy);
    if statements.iter().any(|it| it["Sid"] == *label) {
        return Err(errors::invalid_parameter("Label", &label, "Already exists."));
    }
    let partition = queue.scope.region.partition();
    let roots = aws_account_ids.iter().map(|account| partition.arn("iam", account, "root"));
    statements.push(json!({
        "Sid": label,
        "Effect": "Allow",
        "Principal": {"AWS": one_or_more(roots.collect())},
        "Action": one_or_more(actions.iter().map(|it| format!("SQS:{it}")).collect()),
        "Resource": queue.arn(),
    }));
    write(call, world, &queue, &policy)
}

pub(crate) fn remove(
    call: &mut Call,
    world: &mut World,
    request: RemovePermissionRequest,
) -> Result<(), AwsError> {
    let RemovePermissionRequest { label, queue_url } = request;
    let queue = url::queue(call, world, &queue_url)?.clone();
    let label = checked(label)?;
    let mut policy = read(world, &queue);
    let statements = statements(&mut policy);
    let before = statements.len();
    statements.retain(|it| it["Sid"] != *label);
    if statements.len() == before {
        return Err(errors::invalid_parameter("Label", &label, "can't find label on existing policy."));
    }
    write(call, world, &queue, &policy)
}

fn checked(label: Option<String>) -> Result<String, AwsError> {
    let label = label.filter(|it| !it.is_empty()).ok_or_else(|| errors::missing("Label"))?;
    let is_letter = |it: char| it.is_ascii_alphanumeric() || it == '-' || it == '_';
    match label.len() <= LABEL_MAX && label.chars().all(is_letter) {
        true => Ok(label),
        false => {
            let reason =
                "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length";
            Err(errors::invalid_parameter("Label", &label, reason))
        }
    }
}

fn read(world: &World, queue: &Queue) -> Value {
    let shown = queue.policy.as_ref().map(|it| world.with_principal_arns(it, queue.scope.region.partition()));
    let read = shown.and_then(|it| serde_json::from_str(it.text()).ok());
    read.unwrap_or_else(|| {
        json!({"Version": "2008-10-17", "Id": format!("{}/SQSDefaultPolicy", queue.arn()), "Statement": []})
    })
}

/// The statements; one alone may be written without a list.
fn statements(policy: &mut Value) -> &mut Vec<Value> {
    let statements = &mut policy["Statement"];
    if !statements.is_array() {
        *statements = match statements.take() {
            Value::Null => json!([]),
            one => json!([one]),
        };
    }
    statements.as_array_mut().expect("it was made a list")
}

fn one_or_more(mut texts: Vec<String>) -> Value {
    if texts.len() == 1 { texts.swap_remove(0).into() } else { texts.into() }
}

fn write(call: &Call, world: &mut World, queue: &Queue, policy: &Value) -> Result<(), AwsError> {
    let is_empty = policy["Statement"].as_array().is_some_and(Vec::is_empty);
    let text = if is_empty { String::new() } else { policy.to_string() };
    let kept = queue_policy::read(world, queue.scope, &text)?;
    let row = world.queue_mut(&queue.key()).map_err(errors::refused)?;
    row.policy = kept;
    row.modified = call.now;
    Ok(())
}
