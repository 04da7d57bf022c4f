//! What a call touches: the queue that it names. Follows "Actions, resources, and condition keys for Amazon SQS" (Service
//! Authorization Reference).

use awsproto::{Action, Call, Input, OwnPolicy, Principal, Touched};
use model::World;
use model::queue_name::QueueName;

use crate::{list, url};

/// What no other account can be let do: "Cross-account permissions don't apply to the following actions" (Amazon SQS API
/// Reference).
const OWN: [&str; 9] = [
    "AddPermission",
    "CancelMessageMoveTask",
    "DeleteQueue",
    "ListMessageMoveTasks",
    "ListQueueTags",
    "RemovePermission",
    "SetQueueAttributes",
    "TagQueue",
    "UntagQueue",
];
/// What the owner's root can do whatever the queue's policy says, so that one that locks everybody out can be repaired.
const REPAIRS: [&str; 3] = ["GetQueueAttributes", "GetQueueUrl", "SetQueueAttributes"];

/// What a call touches.
pub(crate) fn touches(world: &World, call: &Call, action: &Action<World>, input: &Input) -> Vec<Touched> {
    let Some(name) = named(call, action.name, input) else { return Vec::new() };
    let account = name.scope().account;
    let is_own = account == call.scope.account;
    let Ok(queue) = world.queue(&name) else {
        let owner = is_own.then_some(account);
        let mut touched = Touched::new(name.arn(), owner);
        touched
            .add_request_tags(request_tags(input).iter().map(|(key, value)| (key.as_str(), value.as_str())));
        return vec![touched];
    };
    let mut touched = Touched::new(name.arn(), Some(account));
    for (key, value) in &queue.tags {
        touched.add(format!("aws:ResourceTag/{key}"), vec![value.clone()]);
    }
    touched.add_request_tags(request_tags(input).iter().map(|(key, value)| (key.as_str(), value.as_str())));
    let is_root = is_own && matches!(call.principal, Principal::Root(_));
    let is_asked = !(OWN.contains(&action.name) && !is_own || is_root && REPAIRS.contains(&action.name));
    let policy = queue.policy.clone().filter(|_| is_asked);
    vec![touched.under(policy.map(|document| OwnPolicy { arn: name.arn(), document }))]
}

fn named(call: &Call, action: &str, input: &Input) -> Option<QueueName> {
    match action {
        "CreateQueue" => list::named(call, input.text("QueueName")?, None),
        "GetQueueUrl" => list::named(call, input.text("QueueName")?, input.text("QueueOwnerAWSAccountId")),
        _ => url::read(call, input.text("QueueUrl")?),
    }
}

/// The tags that are asked for.
fn request_tags(input: &Input) -> Vec<(String, String)> {
    let Ok(json) = input.json() else { return Vec::new() };
    let tags = json.get("tags").or_else(|| json.get("Tags")).and_then(|it| it.as_object());
    let text =
        |(key, value): (&String, &awsproto::json::Value)| Some((key.clone(), value.as_str()?.to_owned()));
    tags.into_iter().flatten().filter_map(text).collect()
}
