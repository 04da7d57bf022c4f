//! Topics of SNS, and what they are set to.
//!
//! Follows CreateTopic and SetTopicAttributes (Amazon SNS API Reference). What is said to a topic is kept by whom it is
//! delivered to. No archive of messages, no message data protection, no keys of KMS.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use policy::Document;
use serde::{Deserialize, Serialize};

use crate::as_text::as_text;
use crate::ids::Ids;
use crate::link::Link;
use crate::place::Scope;
use crate::quotas::{FIFO_TOPICS_MAX, TOPICS_MAX};
use crate::subscription::Subscription;
use crate::table_key::kept_as_number;
use crate::tags::Tags;
use crate::timestamp::Timestamp;
use crate::world::World;

/// What names of FIFO topics end in.
pub const FIFO_SUFFIX: &str = ".fifo";
/// Letters of the longest name, the ending included.
const NAME_MAX: usize = 256;

/// Which topic: nobody sees it, since topics have names. A topic that is made again has another one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicId(u64);

impl TopicId {
    /// A new one.
    pub fn fresh(ids: &mut Ids<'_>) -> TopicId {
        let bits = ids.bits().to_be_bytes();
        TopicId(u64::from_be_bytes(bits[8..].try_into().expect("eight of sixteen bytes")))
    }
}

impl fmt::Display for TopicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for TopicId {
    type Err = std::num::ParseIntError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u64::from_str_radix(text, 16).map(TopicId)
    }
}

as_text! { TopicId }
kept_as_number! { TopicId of u64 }

/// A topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// Which.
    pub id: TopicId,
    /// Account and Region.
    pub scope: Scope,
    /// Its name, with the ending of FIFO topics.
    pub name: String,
    /// When it was made.
    pub created: Timestamp,
    /// Whether it keeps the order within groups, and takes each message once; how.
    pub fifo: Option<Fifo>,
    /// What it is called in mails and text messages.
    pub display_name: String,
    /// Who may do what.
    pub policy: Document,
    /// How often deliveries to web servers are tried, as its owner wrote it.
    pub delivery_policy: Option<String>,
    /// How notifications are signed; `None` until it is said.
    pub signature_version: Option<SignatureVersion>,
    /// Whether traces are passed on; `None` until it is said.
    pub tracing: Option<Tracing>,
    /// Where deliveries are logged, by AWS's name of the attribute. Nobody logs them here.
    pub feedback: BTreeMap<String, String>,
    /// Tags.
    pub tags: Tags,
    /// So many of its subscriptions were deleted.
    pub subscriptions_deleted: u64,
}

/// How a FIFO topic takes each message once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fifo {
    /// Whether what is said twice is the same message, where nothing else is said.
    pub by_content: bool,
    /// Within what a message is taken once; `None` until it is said.
    pub throughput: Option<ThroughputScope>,
}

/// Within what a message is taken once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ThroughputScope {
    /// The topic.
    Topic,
    /// Its group.
    MessageGroup,
}

/// With which digest notifications are signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignatureVersion {
    /// SHA-1: "By default, SignatureVersion is set to 1".
    #[default]
    Sha1,
    /// SHA-256.
    Sha256,
}

/// Whether traces are passed on to subscribers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tracing {
    /// They are, if there are any.
    PassThrough,
    /// They are begun, too.
    Active,
}

/// A refused change of a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TopicRefusal {
    /// There is none.
    NotFound,
    /// The account has as many as it may.
    TooMany,
}

/// Whether a text can be the name of a topic of this kind.
pub fn is_topic_name(name: &str, fifo: bool) -> bool {
    let stem = if fifo { name.strip_suffix(FIFO_SUFFIX).unwrap_or_default() } else { name };
    let is_letter = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_');
    !stem.is_empty() && name.len() <= NAME_MAX && stem.bytes().all(is_letter)
}

impl Topic {
    /// Its name for everybody.
    pub fn arn(&self) -> String {
        topic_arn(self.scope, &self.name)
    }
}

/// The ARN of a topic by its name.
pub fn topic_arn(scope: Scope, name: &str) -> String {
    scope.region.arn("sns", scope.account, name)
}

impl World {
    /// A topic by its name.
    pub fn topic(&self, scope: Scope, name: &str) -> Result<&Topic, TopicRefusal> {
        let mut named = self.topics.linked(Link::name(scope, name));
        named.find(|it| it.scope == scope && it.name == name).ok_or(TopicRefusal::NotFound)
    }

    /// The same, to be changed.
    pub fn topic_mut(&mut self, scope: Scope, name: &str) -> Result<&mut Topic, TopicRefusal> {
        let id = self.topic(scope, name)?.id;
        self.topics.get_mut(&id).ok_or(TopicRefusal::NotFound)
    }

    /// A scope's topics, in no order.
    pub fn topics_of(&self, scope: Scope) -> impl Iterator<Item = &Topic> {
        self.topics.linked(Link::Scope(scope))
    }

    /// Makes a topic, whose name nobody has.
    pub fn create_topic(&mut self, topic: Topic) -> Result<(), TopicRefusal> {
        let (all, fifo) = (Link::Scope(topic.scope), Link::Counted(topic.scope));
        let is_full = self.topics.count_linked(all) >= TOPICS_MAX;
        if is_full || topic.fifo.is_some() && self.topics.count_linked(fifo) >= FIFO_TOPICS_MAX {
            return Err(TopicRefusal::TooMany);
        }
        self.topics.insert(topic.id, topic);
        Ok(())
    }

    /// "Deletes a topic and all its subscriptions" (DeleteTopic).
    pub fn delete_topic(&mut self, scope: Scope, name: &str) -> Result<(), TopicRefusal> {
        let id = self.topic(scope, name)?.id;
        let subscribed: Vec<_> = self.subscriptions_to(id).map(|it: &Subscription| it.id).collect();
        for subscription in subscribed {
            self.subscriptions.remove(&subscription);
        }
        self.topics.remove(&id);
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn scope(account: &str) -> Scope {
        Scope { account: account.parse().unwrap(), region: "us-west-2".parse().unwrap() }
    }

    pub(crate) fn made(scope: Scope, name: &str, number: u64) -> Topic {
        Topic {
            id: TopicId(number),
            scope,
            name: name.to_owned(),
            created: Timestamp(1),
            fifo: None,
            display_name: String::new(),
            policy: Document::stored("{}"),
            delivery_policy: None,
            signature_version: None,
            tracing: None,
            feedback: BTreeMap::new(),
            tags: Tags::new(),
            subscriptions_deleted: 0,
        }
    }

    #[test]
    fn a_name_is_of_letters_and_fifo_topics_say_what_they_are() {
        for good in ["a", "My_topic-1", &"x".repeat(256)] {
            assert!(is_topic_name(good, false), "{good}");
        }
        for bad in ["", "a b", "a.fifo", "ä", "a/b", &"x".repeat(257)] {
            assert!(!is_topic_name(bad, false), "{bad}");
        }
        assert!(is_topic_name("a.fifo", true) && is_topic_name(&("x".repeat(251) + ".fifo"), true));
        for bad in ["a", ".fifo", "a.b.fifo", &("x".repeat(252) + ".fifo")] {
            assert!(!is_topic_name(bad, true), "{bad}");
        }
    }

    #[test]
    fn a_topic_is_found_by_its_very_name_in_its_own_place() {
        let mut world = World::default();
        let own = scope("123456789012");
        world.create_topic(made(own, "alarms", 1)).unwrap();
        world.create_topic(made(own, "Alarms", 2)).unwrap();
        assert_eq!(world.topic(own, "Alarms").unwrap().id, TopicId(2));
        assert_eq!(world.topic(scope("222222222222"), "alarms"), Err(TopicRefusal::NotFound));
        assert_eq!(world.topics_of(own).count(), 2);
        world.delete_topic(own, "alarms").unwrap();
        assert_eq!(world.delete_topic(own, "alarms"), Err(TopicRefusal::NotFound));
        assert_eq!(world.topic(own, "Alarms").unwrap().arn(), "arn:aws:sns:us-west-2:123456789012:Alarms");
    }

    #[test]
    fn an_account_has_so_many_fifo_topics() {
        let mut world = World::default();
        let fifo = |number: u64| Topic {
            fifo: Some(Fifo { by_content: false, throughput: None }),
            ..made(scope("123456789012"), &format!("t{number}.fifo"), number)
        };
        for number in 0..FIFO_TOPICS_MAX as u64 {
            world.create_topic(fifo(number)).unwrap();
        }
        assert_eq!(world.create_topic(fifo(u64::MAX)), Err(TopicRefusal::TooMany));
        world.create_topic(made(scope("123456789012"), "plain", u64::MAX)).unwrap();
    }
}
