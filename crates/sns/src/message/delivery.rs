//! To whom a message goes: each subscription that wants it, and where it cannot be delivered, to the queue for that.
//!
//! Follows "Fanout to Amazon SQS queues", "Amazon SNS raw message delivery" and "Amazon SNS dead-letter queues" (Amazon SNS
//! Developer Guide).

use std::collections::HashMap;
use std::sync::Arc;

use awsproto::delivery::{Courier, Delivery, Undelivered};
use awsproto::{AwsError, Timestamp};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use model::World;
use model::subscription::{Protocol, Subscription};
use model::topic::{FIFO_SUFFIX, Topic};

use super::envelope::Envelope;
use super::said::Said;
use super::{Publishing, Signed, version_name};
use crate::filter::{FilterPolicy, Filtered};
use crate::subscription_attributes::dead_letter_target;

/// Deliveries of one message that are under way at once.
const AT_ONCE: usize = 64;
/// How often what could not be stored is tried.
const ATTEMPTS: usize = 3;

/// Delivers, and returns when all that can be delivered is.
pub(super) async fn deliver(
    now: Timestamp,
    world: &World,
    publishing: &Publishing,
    topic: &Topic,
    said: &Said,
    sequence_number: Option<&str>,
) -> Result<(), AwsError> {
    let wanting = wanting(world, topic, said);
    if wanting.is_empty() {
        return Ok(());
    }
    let Some(courier) = &publishing.courier else {
        return Err(AwsError::not_implemented_yet("the delivery of topics' messages to queues"));
    };
    let topic_arn = topic.arn();
    let envelope = |protocol: Protocol| Envelope {
        message_id: &said.message_id,
        sequence_number,
        topic_arn: &topic_arn,
        subject: said.subject.as_deref(),
        message: said.text(protocol),
        at: now,
        attributes: &said.attributes,
    };
    let version = topic.signature_version.unwrap_or_default();
    let mut signatures: HashMap<&str, Signed> = HashMap::new();
    if topic.fifo.is_none() {
        for subscription in wanting.iter().filter(|it| !it.raw) {
            let envelope = envelope(subscription.protocol);
            if signatures.contains_key(envelope.message) {
                continue;
            }
            if let Some(signed) = publishing.signer.sign(version, envelope.to_be_signed()).await {
                signatures.insert(envelope.message, signed);
            }
        }
    }
    // Bodies are made when it is their turn: there are as many as subscriptions.
    let mut turns = wanting.iter();
    let mut next = || {
        let subscription = turns.next()?;
        let envelope = envelope(subscription.protocol);
        let signed = signatures.get(envelope.message).map(|signed| (version_name(version), signed));
        let body = match subscription.raw {
            true => envelope.message.to_owned(),
            false => envelope.written(topic.scope.region, signed, &subscription.arn()),
        };
        let delivery = addressed(topic, said, subscription, body);
        let redrive = subscription.redrive_policy.as_deref().and_then(dead_letter_target);
        Some(hand_over(Arc::clone(courier), subscription.protocol, redrive, delivery))
    };
    let mut under_way: FuturesUnordered<_> = std::iter::from_fn(&mut next).take(AT_ONCE).collect();
    let mut all = Ok(());
    while let Some(stored) = under_way.next().await {
        // One that fails keeps nobody else from having it.
        all = all.and(stored);
        under_way.extend(next());
    }
    all
}

/// The subscriptions that a message goes to.
fn wanting<'a>(world: &'a World, topic: &Topic, said: &Said) -> Vec<&'a Subscription> {
    let mut filtered: HashMap<Protocol, Filtered> = HashMap::new();
    let mut wants = |it: &Subscription| {
        let Some(policy) = &it.filter_policy else { return true };
        // One that cannot be read any more lets nothing through, rather than everything.
        let Some(policy) = FilterPolicy::stored(policy) else { return false };
        let message = filtered
            .entry(it.protocol)
            .or_insert_with(|| Filtered::of(said.text(it.protocol), &said.attributes));
        policy.wants(message, it.filter_policy_scope.unwrap_or_default())
    };
    let reachable = |it: &&Subscription| it.is_confirmed() && is_delivered(it);
    world.subscriptions_to(topic.id).filter(reachable).filter(|it| wants(it)).collect()
}

/// Whether anything becomes of a message. There are neither functions nor delivery streams: what is for one is not delivered,
/// and goes to the queue for that, if there is one.
fn is_delivered(it: &Subscription) -> bool {
    match it.protocol {
        Protocol::Sqs => true,
        Protocol::Lambda | Protocol::Firehose => it.redrive_policy.is_some(),
        Protocol::Http
        | Protocol::Https
        | Protocol::Email
        | Protocol::EmailJson
        | Protocol::Sms
        | Protocol::Application => false,
    }
}

fn addressed(topic: &Topic, said: &Said, to: &Subscription, body: String) -> Delivery {
    let mut delivery = Delivery {
        to: to.endpoint.clone(),
        by: "sns.amazonaws.com",
        source_arn: topic.arn(),
        source_account: topic.scope.account,
        subject: None,
        body,
        // Otherwise they are in the body.
        attributes: if to.raw { said.attributes.clone() } else { Default::default() },
        group: None,
        deduplication: None,
    };
    set_order(&mut delivery, topic, said);
    delivery
}

/// A FIFO topic's standard queues know of no groups; a standard topic's do.
fn set_order(delivery: &mut Delivery, topic: &Topic, said: &Said) {
    let keeps_order = topic.fifo.is_none() || delivery.to.ends_with(FIFO_SUFFIX);
    delivery.group = said.group.clone().filter(|_| keeps_order);
    delivery.deduplication = said.deduplication.clone().filter(|_| delivery.to.ends_with(FIFO_SUFFIX));
}

/// Hands over; what is refused goes to the queue for that, or nowhere, as on AWS. What could not be stored is an error of the
/// service, so that whoever publishes says it again.
async fn hand_over(
    courier: Arc<dyn Courier>,
    protocol: Protocol,
    redrive: Option<String>,
    delivery: Delivery,
) -> Result<(), AwsError> {
    let first = match protocol {
        Protocol::Sqs => attempt(courier.as_ref(), &delivery).await,
        _ => Err(Undelivered::NotFound),
    };
    let Err(why) = first else { return Ok(()) };
    let redriven = match redrive {
        Some(to) => attempt(courier.as_ref(), &redirected(delivery, to)).await,
        None => Err(why),
    };
    match redriven {
        Err(Undelivered::NotStored) => {
            Err(AwsError::new("InternalError", "The message could not be stored.").with_status(500))
        }
        Ok(()) | Err(Undelivered::NotFound | Undelivered::Denied | Undelivered::Refused) => Ok(()),
    }
}

fn redirected(delivery: Delivery, to: String) -> Delivery {
    let is_fifo = to.ends_with(FIFO_SUFFIX);
    let deduplication = delivery.deduplication.filter(|_| is_fifo);
    Delivery { to, deduplication, ..delivery }
}

async fn attempt(courier: &dyn Courier, delivery: &Delivery) -> Result<(), Undelivered> {
    let mut last = Err(Undelivered::NotStored);
    for _ in 0..ATTEMPTS {
        last = courier.deliver(delivery.clone()).await;
        if last != Err(Undelivered::NotStored) {
            break;
        }
    }
    last
}
