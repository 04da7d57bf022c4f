//! What a call touches: the topic, under its own policy.
//!
//! Follows "Actions, resources, and condition keys for Amazon SNS" (Service Authorization Reference).

use awsproto::{Action, Call, Input, Operation as _, OwnPolicy, Touched, tags};
use model::World;
use model::topic::{is_topic_name, topic_arn};

use crate::arn::{self, TopicName};
use crate::shapes::op;

/// Where requests name a topic.
const PARAMETERS: [&str; 3] = ["TopicArn", "TargetArn", "ResourceArn"];
/// Parameters, and the condition keys that show them.
const KEYS: [(&str, &str); 2] = [("Endpoint", "sns:Endpoint"), ("Protocol", "sns:Protocol")];

/// What a call touches. What names no topic is about none; the action says then what is wrong with it.
pub(crate) fn touches(world: &World, call: &Call, action: &Action<World>, input: &Input) -> Vec<Touched> {
    let Some(TopicName { scope, name }) = named(call, action, input) else { return Vec::new() };
    let arn = topic_arn(scope, &name);
    let topic = world.topic(scope, &name).ok();
    // Who makes a topic that is there already does nothing to it.
    let policy = topic.filter(|_| action.asks_resource).map(|topic| topic.policy.clone());
    let mut touched = Touched::new(arn.clone(), Some(scope.account))
        .under(policy.map(|document| OwnPolicy { arn, document }));
    for (parameter, key) in KEYS {
        if let Some(value) = input.text(parameter).filter(|_| action.name == op::Subscribe::NAME) {
            touched.add(key, vec![value.to_owned()]);
        }
    }
    for (key, value) in topic.iter().flat_map(|topic| &topic.tags) {
        touched.add(format!("aws:ResourceTag/{key}"), vec![value.clone()]);
    }
    let sent = input.form().map(tags::of_query).unwrap_or_default();
    touched.add_request_tags(sent.iter().map(|(key, value)| (key.as_str(), value.as_str())));
    let keys = input.form().ok().and_then(|form| form.child("TagKeys"));
    let keys: Vec<String> = keys.into_iter().flat_map(|it| it.texts("member")).map(str::to_owned).collect();
    if !keys.is_empty() {
        touched.add("aws:TagKeys", keys);
    }
    vec![touched]
}

fn named(call: &Call, action: &Action<World>, input: &Input) -> Option<TopicName> {
    if action.name == op::CreateTopic::NAME {
        let name = input.text("Name").filter(|it| is_topic_name(it, false) || is_topic_name(it, true))?;
        return Some(TopicName { scope: call.scope, name: name.to_owned() });
    }
    let arn = PARAMETERS.iter().find_map(|parameter| input.text(parameter))?;
    arn::topic(call, "TopicArn", Some(arn)).ok()
}
