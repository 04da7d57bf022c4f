//! Subscriptions to topics of SNS: who has their messages, and which.
//!
//! Follows Subscribe, ConfirmSubscription and SetSubscriptionAttributes (Amazon SNS API Reference).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::link::Link;
use crate::place::{AccountId, Scope};
use crate::quotas::{SUBSCRIPTIONS_PER_FIFO_TOPIC_MAX, SUBSCRIPTIONS_PER_TOPIC_MAX};
use crate::timestamp::Timestamp;
use crate::topic::{TopicId, topic_arn};
use crate::uuid_id::uuid_id;
use crate::world::World;

/// "If the subscription is not confirmed within 48 hours, it is deleted" (Amazon SNS Developer Guide, subscriptions that
/// wait for confirmation).
pub const UNCONFIRMED_KEPT: Duration = Duration::from_secs(48 * 60 * 60);

uuid_id! {
    /// Which subscription: a UUID, the end of its ARN.
    SubscriptionId
}

/// A subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    /// Which.
    pub id: SubscriptionId,
    /// The topic.
    pub topic: TopicId,
    /// Where the topic is.
    pub topic_scope: Scope,
    /// What the topic is called.
    pub topic_name: String,
    /// Whose the subscription is: who asked for it.
    pub owner: AccountId,
    /// The ARN of who asked for it.
    pub principal: String,
    /// When.
    pub created: Timestamp,
    /// How messages are delivered.
    pub protocol: Protocol,
    /// Where to.
    pub endpoint: String,
    /// Whether the endpoint wants it.
    pub confirmation: Confirmation,
    /// Whether messages come as they were said, with nothing around them.
    pub raw: bool,
    /// Which messages it wants, as its owner wrote it; `None`: all.
    pub filter_policy: Option<String>,
    /// What the filter looks at; `None` until it is said.
    pub filter_policy_scope: Option<FilterPolicyScope>,
    /// What becomes of messages that cannot be delivered, as its owner wrote it.
    pub redrive_policy: Option<String>,
    /// How often deliveries to web servers are tried, as its owner wrote it.
    pub delivery_policy: Option<String>,
    /// The role by which messages go to a delivery stream.
    pub role_arn: Option<String>,
}

/// How messages are delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Protocol {
    /// To a queue.
    Sqs,
    /// To a web server.
    Http,
    /// The same, encrypted.
    Https,
    /// By mail.
    Email,
    /// By mail, as JSON.
    EmailJson,
    /// By text message.
    Sms,
    /// To an app.
    Application,
    /// To a function.
    Lambda,
    /// To a delivery stream.
    Firehose,
}

impl Protocol {
    /// All of them.
    pub const ALL: [Protocol; 9] = [
        Protocol::Sqs,
        Protocol::Http,
        Protocol::Https,
        Protocol::Email,
        Protocol::EmailJson,
        Protocol::Sms,
        Protocol::Application,
        Protocol::Lambda,
        Protocol::Firehose,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Protocol::Sqs => "sqs",
            Protocol::Http => "http",
            Protocol::Https => "https",
            Protocol::Email => "email",
            Protocol::EmailJson => "email-json",
            Protocol::Sms => "sms",
            Protocol::Application => "application",
            Protocol::Lambda => "lambda",
            Protocol::Firehose => "firehose",
        }
    }
}

/// Whether the endpoint wants it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Confirmation {
    /// It was asked.
    Pending {
        /// What it has to say.
        token: String,
    },
    /// It does.
    Confirmed {
        /// Whether who said so was authenticated.
        authenticated: bool,
        /// Whether only who is authenticated can end it.
        authenticate_on_unsubscribe: bool,
    },
}

/// What a filter looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum FilterPolicyScope {
    /// What goes with a message.
    #[default]
    MessageAttributes,
    /// The message, which is JSON.
    MessageBody,
}

/// A refused change of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubscriptionRefusal {
    /// There is none.
    NotFound,
    /// The topic has as many as it may.
    TooMany,
}

impl SubscriptionId {
    /// A new one: version 4, of these bits.
    pub fn of_bits(bits: u128) -> SubscriptionId {
        let without_marks = bits & !(0xf << 76) & !(0x3 << 62);
        SubscriptionId(without_marks | 0x4 << 76 | 0x2 << 62)
    }
}

impl Subscription {
    /// Its name for everybody.
    pub fn arn(&self) -> String {
        format!("{}:{}", self.topic_arn(), self.id)
    }

    /// The topic's name for everybody.
    pub fn topic_arn(&self) -> String {
        topic_arn(self.topic_scope, &self.topic_name)
    }

    /// Whether the endpoint has said that it wants it.
    pub fn is_confirmed(&self) -> bool {
        matches!(self.confirmation, Confirmation::Confirmed { .. })
    }

    /// Whether it was not confirmed in time, so that it is no more.
    pub fn has_lapsed(&self, now: Timestamp) -> bool {
        !self.is_confirmed() && now >= self.created.saturating_add(UNCONFIRMED_KEPT)
    }
}

impl World {
    /// A subscription by its ARN.
    pub fn subscription(&self, arn: &str) -> Result<&Subscription, SubscriptionRefusal> {
        let id = arn.rsplit(':').next().and_then(|id| id.parse().ok());
        let found = id.and_then(|id| self.subscriptions.get(&id)).filter(|it| it.arn() == arn);
        found.ok_or(SubscriptionRefusal::NotFound)
    }

    /// The same, to be changed.
    pub fn subscription_mut(&mut self, arn: &str) -> Result<&mut Subscription, SubscriptionRefusal> {
        let id = self.subscription(arn)?.id;
        self.subscriptions.get_mut(&id).ok_or(SubscriptionRefusal::NotFound)
    }

    /// A topic's subscriptions, in no order.
    pub fn subscriptions_to(&self, topic: TopicId) -> impl Iterator<Item = &Subscription> {
        self.subscriptions.linked(Link::Topic(topic))
    }

    /// An account's subscriptions to topics of a Region.
    pub fn subscriptions_of(&self, scope: Scope) -> impl Iterator<Item = &Subscription> {
        self.subscriptions.linked(Link::Scope(scope))
    }

    /// Subscribes.
    pub fn subscribe(&mut self, subscription: Subscription) -> Result<(), SubscriptionRefusal> {
        let is_fifo = self.topics.get(&subscription.topic).is_some_and(|topic| topic.fifo.is_some());
        let max = if is_fifo { SUBSCRIPTIONS_PER_FIFO_TOPIC_MAX } else { SUBSCRIPTIONS_PER_TOPIC_MAX };
        if self.subscriptions.count_linked(Link::Topic(subscription.topic)) >= max {
            return Err(SubscriptionRefusal::TooMany);
        }
        self.subscriptions.insert(subscription.id, subscription);
        Ok(())
    }

    /// Ends a subscription, which its topic counts.
    pub fn unsubscribe(&mut self, arn: &str) -> Result<(), SubscriptionRefusal> {
        let Subscription { id, topic, .. } = *self.subscription(arn)?;
        self.subscriptions.remove(&id);
        if let Some(topic) = self.topics.get_mut(&topic) {
            topic.subscriptions_deleted += 1;
        }
        Ok(())
    }

    /// Forgets a topic's subscriptions that were not confirmed in time.
    pub fn forget_unconfirmed(&mut self, topic: TopicId, now: Timestamp) {
        let lapsed: Vec<SubscriptionId> =
            self.subscriptions_to(topic).filter(|it| it.has_lapsed(now)).map(|it| it.id).collect();
        for id in lapsed {
            self.subscriptions.remove(&id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topic::tests::{made, scope};
    use crate::uuid_id::InvalidUuid;

    fn subscription(topic: TopicId, number: u128) -> Subscription {
        Subscription {
            id: SubscriptionId::of_bits(number),
            topic,
            topic_scope: scope("123456789012"),
            topic_name: "alarms".to_owned(),
            owner: "123456789012".parse().unwrap(),
            principal: "arn:aws:iam::123456789012:root".to_owned(),
            created: Timestamp::from_secs(1_000_000),
            protocol: Protocol::Email,
            endpoint: "someone@example.com".to_owned(),
            confirmation: Confirmation::Pending { token: "t".to_owned() },
            raw: false,
            filter_policy: None,
            filter_policy_scope: None,
            redrive_policy: None,
            delivery_policy: None,
            role_arn: None,
        }
    }

    #[test]
    fn an_identifier_is_a_uuid() {
        let id = SubscriptionId::of_bits(u128::MAX);
        assert_eq!(id.to_string(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(id.to_string().parse(), Ok(id));
        for bad in
            ["", "ffffffff-ffff-4fff-bfff-fffffffffff", "FFFFFFFF-ffff-4fff-bfff-ffffffffffff", "+-1-2-3-4"]
        {
            assert_eq!(bad.parse::<SubscriptionId>(), Err(InvalidUuid), "{bad}");
        }
    }

    #[test]
    fn a_subscription_ends_with_its_topic_or_is_counted() {
        let mut world = World::default();
        let topic = made(scope("123456789012"), "alarms", 1);
        let id = topic.id;
        world.create_topic(topic).unwrap();
        for number in 1..4 {
            world.subscribe(subscription(id, number)).unwrap();
        }
        let arn = subscription(id, 1).arn();
        assert!(arn.starts_with("arn:aws:sns:us-west-2:123456789012:alarms:"), "{arn}");
        world.unsubscribe(&arn).unwrap();
        assert_eq!(world.unsubscribe(&arn), Err(SubscriptionRefusal::NotFound));
        let topic = world.topic(scope("123456789012"), "alarms").unwrap();
        assert_eq!((topic.subscriptions_deleted, world.subscriptions_to(id).count()), (1, 2));
        assert!(world.subscription(&arn.replace("alarms", "others")).is_err());
        world.delete_topic(scope("123456789012"), "alarms").unwrap();
        assert_eq!(world.subscriptions_of(scope("123456789012")).count(), 0);
    }

    #[test]
    fn what_nobody_confirms_is_gone_after_two_days() {
        let mut world = World::default();
        let topic = made(scope("123456789012"), "alarms", 1);
        let id = topic.id;
        world.create_topic(topic).unwrap();
        let mut confirmed = subscription(id, 2);
        confirmed.confirmation =
            Confirmation::Confirmed { authenticated: true, authenticate_on_unsubscribe: false };
        world.subscribe(subscription(id, 1)).unwrap();
        world.subscribe(confirmed.clone()).unwrap();
        let end = Timestamp::from_secs(1_000_000 + 48 * 3600);
        world.forget_unconfirmed(id, Timestamp::from_millis(end.as_millis() - 1));
        assert_eq!(world.subscriptions_to(id).count(), 2);
        world.forget_unconfirmed(id, end);
        assert_eq!(world.subscriptions_to(id).collect::<Vec<_>>(), [&confirmed]);
    }
}
