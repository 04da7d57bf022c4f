//! What subscriptions are set to: GetSubscriptionAttributes, SetSubscriptionAttributes (Amazon SNS API Reference).

use std::collections::BTreeMap;

use awsproto::{AwsError, Call};
use model::World;
use model::quotas::FILTER_POLICIES_PER_TOPIC_MAX;
use model::subscription::{Confirmation, FilterPolicyScope, Protocol, Subscription};
use model::topic::FIFO_SUFFIX;

use crate::errors::{invalid, of_subscription};
use crate::filter::{FilterPolicy, json};
use crate::shapes::{
    GetSubscriptionAttributesInput, GetSubscriptionAttributesResponse, SetSubscriptionAttributesInput,
};
use crate::{arn, delivery_policy, subscription};

/// "The maximum size of a filter policy is 256 KB."
const FILTER_BYTES_MAX: usize = 256 << 10;

/// The attributes that a request may set, the scope of filters first: it decides which filters there can be.
const NAMES: [&str; 7] = [
    "FilterPolicyScope",
    "FilterPolicy",
    "RawMessageDelivery",
    "RedrivePolicy",
    "DeliveryPolicy",
    "SubscriptionRoleArn",
    "ReplayPolicy",
];

pub(crate) fn get(
    call: &mut Call,
    world: &World,
    request: GetSubscriptionAttributesInput,
) -> Result<GetSubscriptionAttributesResponse, AwsError> {
    let GetSubscriptionAttributesInput { subscription_arn } = request;
    let arn = arn::check_subscription(call, subscription_arn.as_deref())?;
    let found = subscription::found(call, world, arn, "GetSubscriptionAttributes")?;
    Ok(GetSubscriptionAttributesResponse { attributes: Some(shown(world, found)) })
}

pub(crate) fn set(
    call: &mut Call,
    world: &mut World,
    request: SetSubscriptionAttributesInput,
) -> Result<(), AwsError> {
    let SetSubscriptionAttributesInput { attribute_name, attribute_value, subscription_arn } = request;
    let arn = arn::check_subscription(call, subscription_arn.as_deref())?;
    let mut changed = subscription::found(call, world, arn, "SetSubscriptionAttributes")?.clone();
    let (name, value) = (attribute_name.unwrap_or_default(), attribute_value.unwrap_or_default());
    if !NAMES.contains(&name.as_str()) {
        return Err(invalid("AttributeName"));
    }
    set_one(&mut changed, &name, &value, "")?;
    check_filters(world, &changed)?;
    *world.subscription_mut(arn).map_err(of_subscription)? = changed;
    Ok(())
}

/// Sets what somebody who subscribes wants.
pub(crate) fn set_all(
    subscription: &mut Subscription,
    attributes: &BTreeMap<String, String>,
) -> Result<(), AwsError> {
    if let Some(unknown) = attributes.keys().find(|name| !NAMES.contains(&name.as_str())) {
        return Err(invalid(format_args!("Attributes Reason: Unknown attribute: {unknown}")));
    }
    for name in NAMES {
        if let Some(value) = attributes.get(name) {
            set_one(subscription, name, value, "Attributes Reason: ")?;
        }
    }
    Ok(())
}

/// Refuses a topic's two hundred and first filter.
pub(crate) fn check_filters(world: &World, changed: &Subscription) -> Result<(), AwsError> {
    let others = world.subscriptions_to(changed.topic).filter(|it| it.id != changed.id);
    let filters = others.filter(|it| it.filter_policy.is_some()).count();
    match changed.filter_policy.is_some() && filters >= FILTER_POLICIES_PER_TOPIC_MAX {
        true => {
            Err(AwsError::new("FilterPolicyLimitExceeded", "Filter policy limit exceeded").with_status(403))
        }
        false => Ok(()),
    }
}

fn set_one(it: &mut Subscription, name: &str, value: &str, prefix: &str) -> Result<(), AwsError> {
    match name {
        "FilterPolicyScope" => set_scope(it, value, prefix),
        "FilterPolicy" => set_filter(it, value, prefix),
        "RawMessageDelivery" => {
            it.raw = match value.to_ascii_lowercase().as_str() {
                "true" => true,
                "false" => false,
                _ => {
                    let sentence = format!("Invalid value [{value}]. Must be true or false.");
                    return Err(invalid(format_args!("{prefix}RawMessageDelivery: {sentence}")));
                }
            };
            Ok(())
        }
        "RedrivePolicy" => set_redrive(it, value, prefix),
        "DeliveryPolicy" if value.is_empty() => {
            it.delivery_policy = None;
            Ok(())
        }
        "DeliveryPolicy" if !matches!(it.protocol, Protocol::Http | Protocol::Https) => {
            Err(invalid(format_args!("{prefix}DeliveryPolicy: protocol {} has none", it.protocol.name())))
        }
        "DeliveryPolicy" => {
            it.delivery_policy = Some(delivery_policy::of_subscription(value, prefix)?);
            Ok(())
        }
        "SubscriptionRoleArn" => {
            if !(value.starts_with("arn:") && value.contains(":role/")) {
                return Err(invalid(format_args!("{prefix}SubscriptionRoleArn")));
            }
            it.role_arn = Some(value.to_owned());
            Ok(())
        }
        _ if value.is_empty() => Ok(()),
        _ => Err(AwsError::not_implemented_yet("archives of topics' messages, and their replay")),
    }
}

fn set_scope(it: &mut Subscription, value: &str, prefix: &str) -> Result<(), AwsError> {
    let scope = match value {
        "MessageAttributes" => FilterPolicyScope::MessageAttributes,
        "MessageBody" => FilterPolicyScope::MessageBody,
        other => {
            let sentence =
                format!("Invalid value [{other}]. Please use either MessageBody or MessageAttributes");
            return Err(invalid(format_args!("{prefix}FilterPolicyScope: {sentence}")));
        }
    };
    if let Some(text) = &it.filter_policy {
        FilterPolicy::parse(text, scope).map_err(|problem| invalid(format_args!("{prefix}{problem}")))?;
    }
    it.filter_policy_scope = Some(scope);
    Ok(())
}

fn set_filter(it: &mut Subscription, value: &str, prefix: &str) -> Result<(), AwsError> {
    let is_none = value.is_empty() || value.chars().filter(|it| !it.is_whitespace()).eq("{}".chars());
    if is_none {
        it.filter_policy = None;
        return Ok(());
    }
    if value.len() > FILTER_BYTES_MAX {
        return Err(invalid(format_args!("{prefix}FilterPolicy: Filter policy is too long")));
    }
    let scope = it.filter_policy_scope.unwrap_or_default();
    FilterPolicy::parse(value, scope).map_err(|problem| invalid(format_args!("{prefix}{problem}")))?;
    it.filter_policy = Some(value.to_owned());
    Ok(())
}

/// "The Amazon SNS subscription and Amazon SQS queue must be under the same AWS account and Region" (dead-letter queues).
fn set_redrive(it: &mut Subscription, value: &str, prefix: &str) -> Result<(), AwsError> {
    if value.is_empty() {
        it.redrive_policy = None;
        return Ok(());
    }
    let refused = |sentence: String| Err(invalid(format_args!("{prefix}RedrivePolicy: {sentence}")));
    if let Err(problem) = json::events(value) {
        return refused(problem.to_string());
    }
    let Some(target) = dead_letter_target(value) else {
        return refused("deadLetterTargetArn is an invalid arn".to_owned());
    };
    let region = it.topic_scope.region;
    let begin = region.arn("sqs", it.owner, "");
    if target.strip_prefix(begin.as_str()).is_none_or(str::is_empty) {
        return refused("deadLetterTargetArn is an invalid arn".to_owned());
    }
    let is_fifo = it.topic_name.ends_with(FIFO_SUFFIX) && it.endpoint.ends_with(FIFO_SUFFIX);
    if is_fifo && !target.ends_with(FIFO_SUFFIX) {
        let sentence = "must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.";
        return refused(sentence.to_owned());
    }
    it.redrive_policy = Some(value.to_owned());
    Ok(())
}

/// The queue for what cannot be delivered.
pub(crate) fn dead_letter_target(redrive_policy: &str) -> Option<String> {
    let read: serde_json::Value = serde_json::from_str(redrive_policy).ok()?;
    read.get("deadLetterTargetArn")?.as_str().map(str::to_owned)
}

fn shown(world: &World, it: &Subscription) -> BTreeMap<String, String> {
    let mut shown = BTreeMap::new();
    let mut put = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            shown.insert(name.to_owned(), value);
        }
    };
    put("SubscriptionArn", Some(it.arn()));
    put("TopicArn", Some(it.topic_arn()));
    put("Owner", Some(it.owner.to_string()));
    put("Protocol", Some(it.protocol.name().to_owned()));
    put("Endpoint", Some(it.endpoint.clone()));
    put("SubscriptionPrincipal", Some(it.principal.clone()));
    put("RawMessageDelivery", Some(it.raw.to_string()));
    put("PendingConfirmation", Some((!it.is_confirmed()).to_string()));
    let authenticated = matches!(it.confirmation, Confirmation::Confirmed { authenticated: true, .. });
    put("ConfirmationWasAuthenticated", Some(authenticated.to_string()));
    put("FilterPolicy", it.filter_policy.clone());
    put("FilterPolicyScope", it.filter_policy.as_ref().map(|_| scope_name(it).to_owned()));
    put("RedrivePolicy", it.redrive_policy.clone());
    put("SubscriptionRoleArn", it.role_arn.clone());
    put("DeliveryPolicy", it.delivery_policy.clone());
    if matches!(it.protocol, Protocol::Http | Protocol::Https) {
        let topic = world.topics.get(&it.topic).and_then(|topic| topic.delivery_policy.as_deref());
        let effective = delivery_policy::effective_of_subscription(it.delivery_policy.as_deref(), topic);
        put("EffectiveDeliveryPolicy", Some(effective));
    }
    shown
}

fn scope_name(it: &Subscription) -> &'static str {
    match it.filter_policy_scope.unwrap_or_default() {
        FilterPolicyScope::MessageAttributes => "MessageAttributes",
        FilterPolicyScope::MessageBody => "MessageBody",
    }
}

/// Whether two are set to the same, as far as a request says.
pub(crate) fn differ(
    there: &Subscription,
    wanted: &Subscription,
    attributes: &BTreeMap<String, String>,
) -> bool {
    attributes.keys().any(|name| match name.as_str() {
        "FilterPolicyScope" => {
            there.filter_policy_scope.unwrap_or_default() != wanted.filter_policy_scope.unwrap_or_default()
        }
        "FilterPolicy" => there.filter_policy != wanted.filter_policy,
        "RawMessageDelivery" => there.raw != wanted.raw,
        "RedrivePolicy" => there.redrive_policy != wanted.redrive_policy,
        "DeliveryPolicy" => there.delivery_policy != wanted.delivery_policy,
        "SubscriptionRoleArn" => there.role_arn != wanted.role_arn,
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_what_the_policy_says() {
        let of = dead_letter_target;
        assert_eq!(of(r#"{"deadLetterTargetArn": "x"}"#).as_deref(), Some("x"));
        for bad in ["{}", "[]", "x", r#"{"deadLetterTargetArn": 1}"#] {
            assert_eq!(of(bad), None);
        }
    }
}
