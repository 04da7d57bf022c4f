//! Queues, and what they are set to. What is in them is not here: messages are bulk data.
//!
//! Follows "Amazon SQS queue types" (Amazon SQS Developer Guide), CreateQueue and SetQueueAttributes (Amazon SQS API
//! Reference). No keys of KMS.

use policy::Document;
use serde::{Deserialize, Serialize};

use crate::ids::Ids;
use crate::link::Link;
use crate::place::Scope;
use crate::queue_name::QueueName;
use crate::quotas::QUEUES_MAX;
use crate::tags::Tags;
use crate::timestamp::Timestamp;
use crate::world::World;

/// For how long the name of a deleted queue is nobody's: "You must wait 60 seconds after deleting a queue before you can
/// create another with the same name."
const DELETED_MS: i64 = 60_000;

/// A queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    /// Its name; the key has the place, too.
    pub name: String,
    /// Whose it is, and where.
    pub scope: Scope,
    /// Under what its messages are kept. A queue that is made again has another one.
    pub messages: u64,
    /// When it was made.
    pub created: Timestamp,
    /// When it was set to what it is.
    pub modified: Timestamp,
    /// What it is set to.
    pub settings: QueueSettings,
    /// Who may do what.
    pub policy: Option<Document>,
    /// Tags.
    pub tags: Tags,
}

/// What a queue is set to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueueSettings {
    /// How long messages that do not say it are held back.
    pub delay_s: u32,
    /// Bytes of the longest message.
    pub message_bytes_max: u32,
    /// How long messages are kept.
    pub retention_s: u32,
    /// How long questions that do not say it wait for a message.
    pub wait_s: u32,
    /// How long nobody else gets what somebody has received.
    pub visibility_s: u32,
    /// Where messages go that are received too often.
    pub redrive: Option<Redrive>,
    /// Whose messages may come here.
    pub redrive_allow: Option<RedriveAllow>,
    /// What keeps the order, if it is kept.
    pub fifo: Option<Fifo>,
    /// Whether SQS's own keys encrypt messages.
    pub is_encrypted: bool,
    /// For how long a key of KMS would be used again, if that is said.
    pub key_reuse_s: Option<u32>,
}

impl QueueSettings {
    /// As AWS makes queues.
    pub fn new(fifo: bool) -> QueueSettings {
        QueueSettings {
            delay_s: 0,
            message_bytes_max: 1_048_576,
            retention_s: 345_600,
            wait_s: 0,
            visibility_s: 30,
            redrive: None,
            redrive_allow: None,
            fifo: fifo.then(Fifo::default),
            is_encrypted: true,
            key_reuse_s: None,
        }
    }
}

/// Where messages go that are received too often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redrive {
    /// The ARN of the queue that gets them.
    pub target: String,
    /// How often a message is received before.
    pub receives_max: u32,
    /// As its owner wrote it.
    pub text: String,
}

/// Whose messages a queue takes that were received too often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedriveAllow {
    /// Whose.
    pub from: RedriveSources,
    /// As its owner wrote it.
    pub text: String,
}

/// Whose messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RedriveSources {
    /// Those of every queue.
    All,
    /// Nobody's.
    None,
    /// Those of the queues of these ARNs.
    These(Vec<String>),
}

impl RedriveSources {
    /// Whether a queue's may come.
    pub fn allow(&self, source: &str) -> bool {
        match self {
            RedriveSources::All => true,
            RedriveSources::None => false,
            RedriveSources::These(arns) => arns.iter().any(|it| it == source),
        }
    }
}

/// What a queue that keeps the order is set to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fifo {
    /// Whether equal bodies are copies of each other.
    pub by_content: bool,
    /// Among which messages copies are looked for.
    pub deduplication: DeduplicationScope,
    /// What is counted against the limit of calls.
    pub throughput: ThroughputLimit,
}

/// Among which messages copies are looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeduplicationScope {
    /// All of the queue's.
    #[default]
    Queue,
    /// Those of a group.
    MessageGroup,
}

/// What is counted against the limit of calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ThroughputLimit {
    /// All calls.
    #[default]
    PerQueue,
    /// Those about a group.
    PerMessageGroupId,
}

/// That there was a queue lately.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeletedQueue {
    /// Whose it was, and where.
    pub scope: Scope,
    /// When it was deleted.
    pub deleted: Timestamp,
}

/// A refused change of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueRefusal {
    /// There is none.
    NotFound,
    /// It is there already.
    Exists,
    /// One of the name was deleted just now.
    DeletedRecently,
    /// The account has as many as it may.
    TooMany,
}

impl Queue {
    /// One as AWS makes it.
    pub fn new(name: &QueueName, settings: QueueSettings, now: Timestamp, ids: &mut Ids<'_>) -> Queue {
        let bits = ids.bits().to_be_bytes();
        Queue {
            name: name.as_str().to_owned(),
            scope: name.scope(),
            messages: u64::from_be_bytes(bits[8..].try_into().expect("eight of sixteen bytes")),
            created: now,
            modified: now,
            settings,
            policy: None,
            tags: Tags::new(),
        }
    }

    /// Its name, with its place.
    pub fn key(&self) -> QueueName {
        QueueName::new(self.scope, &self.name).expect("a queue has a name")
    }

    /// Its ARN.
    pub fn arn(&self) -> String {
        self.key().arn()
    }
}

impl World {
    /// A queue, whosever it is.
    pub fn queue(&self, name: &QueueName) -> Result<&Queue, QueueRefusal> {
        self.queues.get(name).ok_or(QueueRefusal::NotFound)
    }

    /// The same, to be changed.
    pub fn queue_mut(&mut self, name: &QueueName) -> Result<&mut Queue, QueueRefusal> {
        self.queues.get_mut(name).ok_or(QueueRefusal::NotFound)
    }

    /// An account's queues in a Region, by name.
    pub fn queues_of(&self, scope: Scope) -> impl Iterator<Item = &Queue> {
        self.queues.linked(Link::Scope(scope))
    }

    /// The queues of an account whose messages go to a queue of it when they are received too often.
    pub fn queues_redriving_to(&self, target: &QueueName) -> impl Iterator<Item = &Queue> {
        let arn = target.arn();
        let linked = self.queues.linked(Link::name(target.scope().account, &arn));
        linked.filter(move |it| it.settings.redrive.as_ref().is_some_and(|redrive| redrive.target == arn))
    }

    /// Makes a queue.
    pub fn create_queue(&mut self, queue: Queue, now: Timestamp) -> Result<(), QueueRefusal> {
        let name = queue.key();
        if self.queues.get(&name).is_some() {
            return Err(QueueRefusal::Exists);
        }
        let is_recent = |it: &DeletedQueue| now.is_within(DELETED_MS, it.deleted);
        if self.deleted_queues.get(&name).is_some_and(is_recent) {
            return Err(QueueRefusal::DeletedRecently);
        }
        if self.queues.count_linked(Link::Scope(name.scope())) >= QUEUES_MAX {
            return Err(QueueRefusal::TooMany);
        }
        self.deleted_queues.remove(&name);
        self.queues.insert(name, queue);
        Ok(())
    }

    /// Takes a queue away. Its messages are given back where they are.
    pub fn delete_queue(&mut self, name: &QueueName, now: Timestamp) -> Result<(), QueueRefusal> {
        self.queues.remove(name).ok_or(QueueRefusal::NotFound)?;
        let former: Vec<QueueName> = self
            .deleted_queues
            .iter()
            .filter(|(_, it)| !now.is_within(DELETED_MS, it.deleted))
            .map(|(name, _)| name)
            .collect();
        for name in former {
            self.deleted_queues.remove(&name);
        }
        self.deleted_queues.insert(*name, DeletedQueue { scope: name.scope(), deleted: now });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::AccountId;

    fn name(text: &str) -> QueueName {
        let region = "us-west-2".parse().unwrap();
        QueueName::new(Scope { account: AccountId::DEFAULT, region }, text).unwrap()
    }

    fn made(text: &str) -> Queue {
        Queue::new(&name(text), QueueSettings::new(false), Timestamp(1), &mut Ids::new(&mut || 7 << 64))
    }

    #[test]
    fn a_name_is_free_a_minute_after_its_queue_was_deleted() {
        let mut world = World::default();
        world.create_queue(made("jobs"), Timestamp(1)).unwrap();
        assert_eq!(world.create_queue(made("jobs"), Timestamp(1)), Err(QueueRefusal::Exists));
        world.delete_queue(&name("jobs"), Timestamp(10)).unwrap();
        assert_eq!(world.delete_queue(&name("jobs"), Timestamp(10)), Err(QueueRefusal::NotFound));
        let soon = world.create_queue(made("jobs"), Timestamp(60_009));
        assert_eq!(soon, Err(QueueRefusal::DeletedRecently));
        world.create_queue(made("jobs"), Timestamp(60_010)).unwrap();
        assert_eq!(world.deleted_queues.len(), 0);
    }

    #[test]
    fn names_that_are_free_again_are_forgotten() {
        let mut world = World::default();
        for (number, text) in ["one", "two"].into_iter().enumerate() {
            world.create_queue(made(text), Timestamp(1)).unwrap();
            world.delete_queue(&name(text), Timestamp(100_000 * number as i64)).unwrap();
        }
        assert_eq!(world.deleted_queues.len(), 1);
    }

    #[test]
    fn a_queue_knows_whose_messages_come_to_it() {
        let mut world = World::default();
        let mut source = made("jobs");
        let (target, text) = (name("dead").arn(), String::new());
        source.settings.redrive = Some(Redrive { target, receives_max: 3, text });
        world.create_queue(source, Timestamp(1)).unwrap();
        world.create_queue(made("dead"), Timestamp(1)).unwrap();
        world.commit();
        let names: Vec<&str> = world.queues_redriving_to(&name("dead")).map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["jobs"]);
        assert_eq!(world.queues_redriving_to(&name("jobs")).count(), 0);
        assert_eq!(world.queues_of(name("jobs").scope()).count(), 2);
    }
}
