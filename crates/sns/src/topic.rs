//! Topics: CreateTopic, DeleteTopic, ListTopics (Amazon SNS API Reference).

use std::collections::BTreeMap;

use awsproto::{AwsError, Call};
use model::topic::{FIFO_SUFFIX, Fifo, Topic, TopicId, is_topic_name};
use model::{Scope, Tags, World};

use crate::errors::{invalid, invalid_because, of_topic};
use crate::shapes::{
    CreateTopicInput, CreateTopicResponse, DeleteTopicInput, ListTopicsInput, ListTopicsResponse,
    Topic as ListedTopic,
};
use crate::topic_attributes::{self, Setting};
use crate::{arn, listing, policy, tags};

/// Before what is wrong with an attribute of a creation.
const PREFIX: &str = "Attributes Reason: ";

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateTopicInput,
) -> Result<CreateTopicResponse, AwsError> {
    let CreateTopicInput { attributes, data_protection_policy, name, tags } = request;
    if data_protection_policy.is_some_and(|it| !it.is_empty()) {
        return Err(AwsError::not_implemented_yet("data protection policies of topics"));
    }
    let name = name.unwrap_or_default();
    let attributes = attributes.unwrap_or_default();
    let is_fifo = is_fifo(&name, &attributes)?;
    let tags = tags::checked(tags)?;
    let wanted = wanted(call, &name, is_fifo, &attributes)?;
    if let Ok(there) = world.topic(call.scope, &name) {
        return same(there, &wanted, &attributes, &tags);
    }
    let topic = Topic { tags, ..wanted };
    let arn = topic.arn();
    world.create_topic(topic).map_err(of_topic)?;
    Ok(CreateTopicResponse { topic_arn: Some(arn) })
}

/// "For a FIFO topic, the name must end with the .fifo suffix", and no other's does.
fn is_fifo(name: &str, attributes: &BTreeMap<String, String>) -> Result<bool, AwsError> {
    let asked = attributes.get("FifoTopic").map(String::as_str);
    let is_fifo = match asked {
        None | Some("false" | "") => false,
        Some("true") => true,
        Some(other) => {
            let sentence = format!("FifoTopic: Invalid value [{other}]. Must be true or false.");
            return Err(invalid_because("Attributes", sentence));
        }
    };
    if is_fifo && !is_topic_name(name, true) {
        let sentence = format!(
            "Fifo Topic names must end with {FIFO_SUFFIX} and must be made up of only uppercase and lowercase ASCII letters, \
             numbers, underscores, and hyphens, and must be between 1 and 256 characters long."
        );
        return Err(AwsError::new("InvalidParameter", sentence));
    }
    match is_topic_name(name, is_fifo) {
        true => Ok(is_fifo),
        false => Err(invalid("Topic Name")),
    }
}

/// The topic that a request describes, but for its tags.
fn wanted(
    call: &mut Call,
    name: &str,
    is_fifo: bool,
    attributes: &BTreeMap<String, String>,
) -> Result<Topic, AwsError> {
    let mut topic = Topic {
        id: call.with_ids(TopicId::fresh),
        scope: call.scope,
        name: name.to_owned(),
        created: call.now,
        fifo: is_fifo.then_some(Fifo { by_content: false, throughput: None }),
        display_name: String::new(),
        policy: policy::at_first(call.scope, name),
        delivery_policy: None,
        signature_version: None,
        tracing: None,
        feedback: BTreeMap::new(),
        tags: Tags::new(),
        subscriptions_deleted: 0,
    };
    for (attribute, value) in attributes.iter().filter(|(name, _)| *name != "FifoTopic") {
        let setting = Setting { attribute, value, prefix: PREFIX };
        topic_attributes::set_one(&mut topic, &setting)?;
    }
    Ok(topic)
}

/// "If the requester already owns a topic with the specified name, that topic's ARN is returned without creating a new topic",
/// as long as what is asked for is what there is.
fn same(
    there: &Topic,
    wanted: &Topic,
    attributes: &BTreeMap<String, String>,
    tags: &Tags,
) -> Result<CreateTopicResponse, AwsError> {
    let differs = |(name, _): (&String, &String)| {
        topic_attributes::shown_one(there, name) != topic_attributes::shown_one(wanted, name)
    };
    if attributes.iter().any(differs) {
        return Err(invalid_because("Attributes", "Topic already exists with different attributes"));
    }
    if !tags.is_empty() && *tags != there.tags {
        return Err(invalid_because("Tags", "Topic already exists with different tags"));
    }
    Ok(CreateTopicResponse { topic_arn: Some(there.arn()) })
}

pub(crate) fn delete(call: &mut Call, world: &mut World, request: DeleteTopicInput) -> Result<(), AwsError> {
    let DeleteTopicInput { topic_arn } = request;
    let topic = arn::topic(call, "TopicArn", topic_arn.as_deref())?;
    // "This action is idempotent, so deleting a topic that does not exist does not result in an error."
    let _ = world.delete_topic(topic.scope, &topic.name);
    Ok(())
}

pub(crate) fn list(
    call: &mut Call,
    world: &World,
    request: ListTopicsInput,
) -> Result<ListTopicsResponse, AwsError> {
    let ListTopicsInput { next_token } = request;
    let all = arns(world, call.scope);
    let (topics, next_token) = listing::page(all, next_token.as_deref(), String::clone)?;
    let topics = topics.into_iter().map(|arn| ListedTopic { topic_arn: Some(arn) }).collect();
    Ok(ListTopicsResponse { next_token, topics })
}

fn arns(world: &World, scope: Scope) -> Vec<String> {
    world.topics_of(scope).map(Topic::arn).collect()
}
