//! What a call touches: the queue that it names. Follows "Actions, resources, and condition keys for Amazon SQS" (Service
//! Authorization Reference).

use awsproto::{Action, Call, Input, OwnPolicy, Principal, Touched};
use model::World;
use model::queue_name::QueueName;

use crate::{list, move_task, url};

/// What no other account can be let do: "Cross-account permissions don't apply to the following actions" (Amazon SQS API
/// Reference).
const OWN: [&str; 10] = [
    "AddPermission",
    "CancelMessageMoveTask",
    "DeleteQueue",
    "ListMessageMoveTasks",
    "ListQueueTags",
    "RemovePermission",
    "SetQueueAttributes",
    "StartMessageMoveTask",
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
    let own = touched.under(policy.map(|document| OwnPolicy { arn: name.arn(), document }));
    std::iter::once(own).chain(moved_to(world, call, action.name, input)).collect()
}

/// "To start a task, you need … `sqs:SendMessage` on the destination queue", if one is named.
fn moved_to(world: &World, call: &Call, action: &str, input: &Input) -> Option<Touched> {
    let arn = input.text("DestinationArn").filter(|_| action == "StartMessageMoveTask")?;
    let name = QueueName::of_arn(arn).ok()?;
    let is_own = name.scope().account == call.scope.account;
    let policy = world.queue(&name).ok().and_then(|queue| queue.policy.clone());
    let touched = Touched::new(name.arn(), is_own.then_some(call.scope.account)).of_action("sqs:SendMessage");
    Some(touched.under(policy.map(|document| OwnPolicy { arn: name.arn(), document })))
}

fn named(call: &Call, action: &str, input: &Input) -> Option<QueueName> {
    match action {
        "CreateQueue" => list::named(call, input.text("QueueName")?, None),
        "StartMessageMoveTask" | "ListMessageMoveTasks" => QueueName::of_arn(input.text("SourceArn")?).ok(),
        "CancelMessageMoveTask" => {
            let (_, source) = move_task::read_handle(input.text("TaskHandle")?)?;
            QueueName::of_arn(&source).ok()
        }
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
