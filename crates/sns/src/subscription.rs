//! Subscriptions: Subscribe, ConfirmSubscription, Unsubscribe, ListSubscriptions, ListSubscriptionsByTopic (Amazon SNS API
//! Reference).
//!
//! Nobody is written to outside of this machine: whoever would have to confirm by mail, or as a web server, is not asked, and
//! such subscriptions wait until they lapse.

use awsproto::{AwsError, Call, Input, Provided, SecretBits};
use model::World;
use model::subscription::{Confirmation, Protocol, Subscription, SubscriptionId};
use model::topic::Topic;

use crate::endpoint::{self, Holder};
use crate::errors::{
    invalid, invalid_because, missing, no_subscription, no_topic, not_authorized, of_subscription, of_topic,
};
use crate::shapes::{
    ConfirmSubscriptionInput, ConfirmSubscriptionResponse, ListSubscriptionsByTopicInput,
    ListSubscriptionsByTopicResponse, ListSubscriptionsInput, ListSubscriptionsResponse, SubscribeInput,
    SubscribeResponse, Subscription as Listed, UnsubscribeInput,
};
use crate::{arn, listing, subscription_attributes};

/// Hexadecimal digits of what confirms a subscription.
const TOKEN_DIGITS: usize = 64;
/// What is answered in place of an ARN.
const PENDING: &str = "pending confirmation";
/// What lists show in place of an ARN.
const PENDING_IN_LISTS: &str = "PendingConfirmation";

/// What confirms a new subscription, if it has to be: nobody else can guess it.
pub(crate) fn token(_: &Input, bits: &SecretBits) -> Vec<u8> {
    bits.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect()
}

pub(crate) fn subscribe(
    call: &mut Call,
    world: &mut World,
    request: SubscribeInput,
) -> Result<SubscribeResponse, AwsError> {
    let SubscribeInput { attributes, endpoint, protocol, return_subscription_arn, topic_arn } = request;
    let named = arn::topic(call, "TopicArn", topic_arn.as_deref())?;
    let protocol = endpoint::protocol(&protocol.unwrap_or_default())?;
    let endpoint = endpoint.filter(|it| !it.is_empty()).ok_or_else(|| missing("Endpoint"))?;
    let topic = world.topic(named.scope, &named.name).map_err(|_| no_topic())?;
    let holder = endpoint::check(protocol, &endpoint, topic.fifo.is_some())?;
    let topic_id = topic.id;
    let mut wanted = wanted(call, topic, protocol, endpoint, holder);
    let attributes = attributes.unwrap_or_default();
    subscription_attributes::set_all(&mut wanted, &attributes)?;
    if protocol == Protocol::Firehose && wanted.role_arn.is_none() {
        let reason = "SubscriptionRoleArn is required for the firehose protocol";
        return Err(invalid_because("Attributes", reason));
    }
    world.forget_unconfirmed(topic_id, call.now);
    let is_same = |it: &&Subscription| {
        (it.protocol, &it.endpoint, it.owner) == (wanted.protocol, &wanted.endpoint, wanted.owner)
    };
    let there = world.subscriptions_to(topic_id).find(is_same).cloned();
    let subscription = match there {
        Some(there) if subscription_attributes::differ(&there, &wanted, &attributes) => {
            return Err(invalid_because(
                "Attributes",
                "Subscription already exists with different attributes",
            ));
        }
        Some(there) => there,
        None => {
            subscription_attributes::check_filters(world, &wanted)?;
            world.subscribe(wanted.clone()).map_err(of_subscription)?;
            wanted
        }
    };
    // "If the subscription requires endpoint confirmation", the ARN is told to those alone who ask for it.
    let is_told = subscription.is_confirmed() || return_subscription_arn == Some(true);
    let arn = if is_told { subscription.arn() } else { PENDING.to_owned() };
    Ok(SubscribeResponse { subscription_arn: Some(arn) })
}

fn wanted(
    call: &mut Call,
    topic: &Topic,
    protocol: Protocol,
    endpoint: String,
    holder: Holder,
) -> Subscription {
    let owner = call.principal.account();
    // "If the account that owns the queue creates the subscription, it doesn't have to be confirmed" (sending messages to a
    // queue in a different account).
    let confirmation = match holder {
        Holder::Telephone => confirmed(false),
        Holder::Account(account) if account == owner => confirmed(false),
        Holder::Account(_) | Holder::Unknown => Confirmation::Pending { token: made_token(call) },
    };
    Subscription {
        id: SubscriptionId::of_bits(u128::from(call.ids.u64()) << 64 | u128::from(call.ids.u64())),
        topic: topic.id,
        topic_scope: topic.scope,
        topic_name: topic.name.clone(),
        owner,
        principal: call.principal_arn(),
        created: call.now,
        protocol,
        endpoint,
        confirmation,
        raw: false,
        filter_policy: None,
        filter_policy_scope: None,
        redrive_policy: None,
        delivery_policy: None,
        role_arn: None,
    }
}

fn confirmed(authenticate_on_unsubscribe: bool) -> Confirmation {
    Confirmation::Confirmed { authenticated: true, authenticate_on_unsubscribe }
}

fn made_token(call: &Call) -> String {
    match &call.provided {
        Provided::Secret { made, .. } => String::from_utf8_lossy(made).into_owned(),
        Provided::Nothing | Provided::ConsoleOutput(_) | Provided::Events(_) => {
            unreachable!("the row needs a secret")
        }
    }
}

pub(crate) fn confirm(
    call: &mut Call,
    world: &mut World,
    request: ConfirmSubscriptionInput,
) -> Result<ConfirmSubscriptionResponse, AwsError> {
    let ConfirmSubscriptionInput { authenticate_on_unsubscribe, token, topic_arn } = request;
    let named = arn::topic(call, "TopicArn", topic_arn.as_deref()).map_err(|_| invalid("Topic"))?;
    let token = token.unwrap_or_default();
    if token.len() != TOKEN_DIGITS || !token.bytes().all(|it| it.is_ascii_hexdigit()) {
        return Err(AwsError::new("InvalidParameter", "Invalid token"));
    }
    let topic = world.topic(named.scope, &named.name).map_err(|_| invalid("Token"))?;
    let waits = |it: &&Subscription| {
        !it.has_lapsed(call.now)
            && matches!(&it.confirmation, Confirmation::Pending { token: own } if *own == token)
    };
    let arn = world.subscriptions_to(topic.id).find(waits).map(Subscription::arn);
    let arn = arn.ok_or_else(|| invalid("Token"))?;
    let guarded = authenticate_on_unsubscribe.is_some_and(|it| it == "true");
    world.subscription_mut(&arn).map_err(of_subscription)?.confirmation = confirmed(guarded);
    Ok(ConfirmSubscriptionResponse { subscription_arn: Some(arn) })
}

pub(crate) fn unsubscribe(
    call: &mut Call,
    world: &mut World,
    request: UnsubscribeInput,
) -> Result<(), AwsError> {
    let UnsubscribeInput { subscription_arn } = request;
    let arn = arn::check_subscription(call, subscription_arn.as_deref())?;
    match found(call, world, arn, "Unsubscribe") {
        Ok(_) => world.unsubscribe(arn).map_err(of_subscription),
        // As of topics: who ends what is over has what they want.
        Err(error) if error.code == "NotFound" => Ok(()),
        Err(error) => Err(error),
    }
}

/// A subscription of the caller's account's, or to a topic of it.
pub(crate) fn found<'a>(
    call: &Call,
    world: &'a World,
    arn: &str,
    action: &str,
) -> Result<&'a Subscription, AwsError> {
    let found = world.subscription(arn).map_err(of_subscription)?;
    if found.has_lapsed(call.now) {
        return Err(no_subscription());
    }
    let caller = call.principal.account();
    match [found.owner, found.topic_scope.account].contains(&caller) {
        true => Ok(found),
        false => Err(not_authorized(&call.principal_arn(), action, arn)),
    }
}

pub(crate) fn list(
    call: &mut Call,
    world: &World,
    request: ListSubscriptionsInput,
) -> Result<ListSubscriptionsResponse, AwsError> {
    let ListSubscriptionsInput { next_token } = request;
    let all = world.subscriptions_of(call.scope).filter(|it| !it.has_lapsed(call.now)).collect();
    let (subscriptions, next_token) = listing::page(all, next_token.as_deref(), |it| it.id.to_string())?;
    let subscriptions = subscriptions.into_iter().map(listed).collect();
    Ok(ListSubscriptionsResponse { next_token, subscriptions })
}

pub(crate) fn list_by_topic(
    call: &mut Call,
    world: &World,
    request: ListSubscriptionsByTopicInput,
) -> Result<ListSubscriptionsByTopicResponse, AwsError> {
    let ListSubscriptionsByTopicInput { next_token, topic_arn } = request;
    let named = arn::topic(call, "TopicArn", topic_arn.as_deref())?;
    let topic = world.topic(named.scope, &named.name).map_err(of_topic)?;
    let all = world.subscriptions_to(topic.id).filter(|it| !it.has_lapsed(call.now)).collect();
    let (subscriptions, next_token) = listing::page(all, next_token.as_deref(), |it| it.id.to_string())?;
    let subscriptions = subscriptions.into_iter().map(listed).collect();
    Ok(ListSubscriptionsByTopicResponse { next_token, subscriptions })
}

fn listed(it: &Subscription) -> Listed {
    let arn = if it.is_confirmed() { it.arn() } else { PENDING_IN_LISTS.to_owned() };
    Listed {
        endpoint: Some(it.endpoint.clone()),
        owner: Some(it.owner.to_string()),
        protocol: Some(it.protocol.name().to_owned()),
        subscription_arn: Some(arn),
        topic_arn: Some(it.topic_arn()),
    }
}
