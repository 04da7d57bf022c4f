//! What topics are set to: GetTopicAttributes, SetTopicAttributes (Amazon SNS API Reference).

use std::collections::BTreeMap;

use awsproto::{AwsError, Call};
use model::World;
use model::topic::{SignatureVersion, ThroughputScope, Topic, Tracing};

use crate::errors::{invalid, no_topic, of_topic};
use crate::shapes::{GetTopicAttributesInput, GetTopicAttributesResponse, SetTopicAttributesInput};
use crate::{arn, delivery_policy, policy};

/// What follows the protocols' names where deliveries are logged.
const FEEDBACK: [&str; 3] = ["SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate", "FailureFeedbackRoleArn"];
/// The protocols whose deliveries are logged.
const LOGGED: [&str; 5] = ["HTTP", "Firehose", "Lambda", "Application", "SQS"];
/// "Maximum display name length: 100 characters" (Amazon SNS endpoints and quotas).
const DISPLAY_NAME_MAX: usize = 100;

/// One attribute that is to be set.
pub(crate) struct Setting<'a> {
    pub(crate) attribute: &'a str,
    pub(crate) value: &'a str,
    /// What stands before the words of a refusal.
    pub(crate) prefix: &'static str,
}

impl Setting<'_> {
    fn refused(&self) -> AwsError {
        let Setting { attribute, value, prefix } = self;
        invalid(format_args!("{prefix}{attribute}: Invalid value [{value}]."))
    }

    fn is_true(&self) -> Result<bool, AwsError> {
        let Setting { attribute, value, prefix } = self;
        match *value {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(invalid(format_args!(
                "{prefix}{attribute}: Invalid value [{value}]. Must be true or false."
            ))),
        }
    }

    fn unknown(&self) -> AwsError {
        match self.prefix.is_empty() {
            true => invalid("AttributeName"),
            false => invalid(format_args!("{}Unknown attribute: {}", self.prefix, self.attribute)),
        }
    }
}

pub(crate) fn get(
    call: &mut Call,
    world: &World,
    request: GetTopicAttributesInput,
) -> Result<GetTopicAttributesResponse, AwsError> {
    let GetTopicAttributesInput { topic_arn } = request;
    let named = arn::topic(call, "TopicArn", topic_arn.as_deref())?;
    let topic = world.topic(named.scope, &named.name).map_err(of_topic)?;
    let mut attributes = shown(topic);
    let there = world.subscriptions_to(topic.id).filter(|it| !it.has_lapsed(call.now));
    let (confirmed, pending): (Vec<_>, Vec<_>) = there.partition(|it| it.is_confirmed());
    attributes.insert("SubscriptionsConfirmed".to_owned(), confirmed.len().to_string());
    attributes.insert("SubscriptionsPending".to_owned(), pending.len().to_string());
    Ok(GetTopicAttributesResponse { attributes: Some(attributes) })
}

pub(crate) fn set(
    call: &mut Call,
    world: &mut World,
    request: SetTopicAttributesInput,
) -> Result<(), AwsError> {
    let SetTopicAttributesInput { attribute_name, attribute_value, topic_arn } = request;
    let named = arn::topic(call, "TopicArn", topic_arn.as_deref())?;
    let topic = world.topic_mut(named.scope, &named.name).map_err(|_| no_topic())?;
    let (attribute, value) = (attribute_name.unwrap_or_default(), attribute_value.unwrap_or_default());
    set_one(topic, &Setting { attribute: &attribute, value: &value, prefix: "" })
}

/// Sets one attribute, on creation or later.
pub(crate) fn set_one(topic: &mut Topic, setting: &Setting<'_>) -> Result<(), AwsError> {
    let Setting { attribute, value, prefix } = *setting;
    match attribute {
        "DisplayName" => {
            if value.chars().count() > DISPLAY_NAME_MAX {
                return Err(invalid(format_args!(
                    "{prefix}DisplayName: must be at most 100 characters long"
                )));
            }
            value.clone_into(&mut topic.display_name);
        }
        "Policy" => topic.policy = policy::read(value)?,
        "DeliveryPolicy" if value.is_empty() => topic.delivery_policy = None,
        "DeliveryPolicy" => topic.delivery_policy = Some(delivery_policy::of_topic(value, prefix)?),
        "SignatureVersion" => {
            topic.signature_version = Some(match value {
                "1" => SignatureVersion::Sha1,
                "2" => SignatureVersion::Sha256,
                _ => return Err(setting.refused()),
            });
        }
        "TracingConfig" => {
            topic.tracing = Some(match value {
                "PassThrough" => Tracing::PassThrough,
                "Active" => Tracing::Active,
                _ => return Err(setting.refused()),
            });
        }
        "ContentBasedDeduplication" | "FifoThroughputScope" => set_fifo(topic, setting)?,
        // No key there is to take away.
        "KmsMasterKeyId" if value.is_empty() => {}
        "KmsMasterKeyId" => {
            return Err(AwsError::not_implemented_yet("topics that are encrypted by a key of KMS"));
        }
        "ArchivePolicy" if value.is_empty() || value == "{}" => {}
        "ArchivePolicy" => return Err(AwsError::not_implemented_yet("archives of topics' messages")),
        feedback if is_feedback(feedback) => set_feedback(topic, setting)?,
        _ => return Err(setting.unknown()),
    }
    Ok(())
}

fn set_fifo(topic: &mut Topic, setting: &Setting<'_>) -> Result<(), AwsError> {
    let Some(fifo) = &mut topic.fifo else {
        let Setting { attribute, prefix, .. } = setting;
        let sentence = format!("{prefix}Unknown attribute {attribute} for a standard topic");
        return Err(if prefix.is_empty() { invalid("AttributeName") } else { invalid(sentence) });
    };
    if setting.attribute == "ContentBasedDeduplication" {
        fifo.by_content = setting.is_true()?;
        return Ok(());
    }
    fifo.throughput = Some(match setting.value {
        "Topic" => ThroughputScope::Topic,
        "MessageGroup" => ThroughputScope::MessageGroup,
        _ => return Err(setting.refused()),
    });
    Ok(())
}

fn is_feedback(attribute: &str) -> bool {
    let rest = LOGGED.iter().find_map(|protocol| attribute.strip_prefix(protocol));
    rest.is_some_and(|rest| FEEDBACK.contains(&rest))
}

fn set_feedback(topic: &mut Topic, setting: &Setting<'_>) -> Result<(), AwsError> {
    let Setting { attribute, value, .. } = *setting;
    if value.is_empty() {
        topic.feedback.remove(attribute);
        return Ok(());
    }
    let is_good = match attribute.ends_with("SampleRate") {
        true => value.parse::<u8>().is_ok_and(|it| it <= 100),
        false => value.starts_with("arn:") && value.contains(":role/"),
    };
    if !is_good {
        return Err(setting.refused());
    }
    topic.feedback.insert(attribute.to_owned(), value.to_owned());
    Ok(())
}

/// Everything that a topic is set to.
fn shown(topic: &Topic) -> BTreeMap<String, String> {
    let own = |names: &[&str]| -> BTreeMap<String, String> {
        names.iter().filter_map(|name| Some(((*name).to_owned(), shown_one(topic, name)?))).collect()
    };
    let mut attributes = own(&[
        "TopicArn",
        "Owner",
        "Policy",
        "DisplayName",
        "DeliveryPolicy",
        "EffectiveDeliveryPolicy",
        "SubscriptionsDeleted",
        "FifoTopic",
        "ContentBasedDeduplication",
        "FifoThroughputScope",
        "SignatureVersion",
        "TracingConfig",
    ]);
    attributes.extend(topic.feedback.clone());
    attributes
}

/// One of the attributes of a topic, if it has it.
pub(crate) fn shown_one(topic: &Topic, name: &str) -> Option<String> {
    match name {
        "TopicArn" => Some(topic.arn()),
        "Owner" => Some(topic.scope.account.to_string()),
        "Policy" => Some(topic.policy.text().to_owned()),
        "DisplayName" => Some(topic.display_name.clone()),
        "DeliveryPolicy" => topic.delivery_policy.clone(),
        "EffectiveDeliveryPolicy" => {
            Some(delivery_policy::effective_of_topic(topic.delivery_policy.as_deref()))
        }
        "SubscriptionsDeleted" => Some(topic.subscriptions_deleted.to_string()),
        // A standard topic does not say what it is not.
        "FifoTopic" => topic.fifo.map(|_| "true".to_owned()),
        "ContentBasedDeduplication" => topic.fifo.map(|it| it.by_content.to_string()),
        "FifoThroughputScope" => topic.fifo.and_then(|it| it.throughput).map(|it| {
            match it {
                ThroughputScope::Topic => "Topic",
                ThroughputScope::MessageGroup => "MessageGroup",
            }
            .to_owned()
        }),
        "SignatureVersion" => topic.signature_version.map(|it| {
            match it {
                SignatureVersion::Sha1 => "1",
                SignatureVersion::Sha256 => "2",
            }
            .to_owned()
        }),
        "TracingConfig" => topic.tracing.map(|it| {
            match it {
                Tracing::PassThrough => "PassThrough",
                Tracing::Active => "Active",
            }
            .to_owned()
        }),
        other => topic.feedback.get(other).cloned(),
    }
}
