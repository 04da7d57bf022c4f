//! The messages of queues: opened, kept in order by and by, and taken from services that send in their own name.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use awsproto::delivery::{Courier, Delivery, Handing, Undelivered};
use model::World;
use model::queue::Queue;
use model::queue_name::QueueName;
use sqs::messages::{Kept, Messages, QueueOf};

use crate::clock;
use crate::couriers::{Wanted, lets, undelivered};
use crate::writer::State;

/// How often it is stored what was received lately: a crash has messages of so long received again.
const STATES: Duration = Duration::from_secs(1);
/// After how many of these what is too old goes.
const HOUSEKEEPING: u32 = 20;
/// What is asked of a queue's policy.
const SEND: &str = "sqs:SendMessage";

/// The messages of a data directory; without them there are queues, but nothing can be sent.
pub(crate) fn messages(data: &Path) -> Option<Arc<Messages>> {
    match Messages::open(&data.join("messages")) {
        Ok(messages) => Some(Arc::new(messages)),
        Err(problem) => {
            tracing::error!(?problem, "the messages of queues cannot be read: none can be sent or received");
            None
        }
    }
}

/// Keeps them in order for ever.
pub(crate) async fn keep_house_for_ever(messages: Arc<Messages>, state: State) {
    let mut round = 0_u32;
    loop {
        let stored = messages.store_states().await;
        let kept = match round.is_multiple_of(HOUSEKEEPING) {
            true => messages.keep_house(clock::now(), || kept(&state.snapshot())).await,
            false => Ok(()),
        };
        if let Err(problem) = stored.and(kept) {
            tracing::warn!(?problem, "messages of queues were not put in order");
        }
        round = round.wrapping_add(1);
        tokio::time::sleep(STATES).await;
    }
}

/// Has the tasks that move messages go on for ever.
pub(crate) async fn move_for_ever(messages: Arc<Messages>, state: State) {
    loop {
        let world = state.snapshot();
        let find = |arn: &str| Some(QueueOf::from(world.queue(&QueueName::of_arn(arn).ok()?).ok()?));
        match messages.go_on(clock::now(), find).await {
            true => tokio::time::sleep(sqs::messages::PAUSE).await,
            false => messages.task_news().await,
        }
    }
}

fn kept(world: &World) -> HashMap<u64, Kept> {
    let of = |queue: &Queue| Kept { retention_ms: i64::from(queue.settings.retention_s) * 1000 };
    world.queues.values().map(|queue| (queue.messages, of(queue))).collect()
}

fn wanted(queue: &Queue) -> Wanted<'_> {
    let (arn, account) = (queue.arn(), queue.scope.account);
    Wanted { action: SEND, arn, account, policy: queue.policy.as_ref(), tags: &queue.tags }
}

/// Hands over to queues what other services send them.
pub(crate) struct ToQueues {
    /// Where queues are.
    pub(crate) state: State,
    /// Where messages go.
    pub(crate) messages: Arc<Messages>,
}

impl Courier for ToQueues {
    fn deliver(&self, delivery: Delivery) -> Handing {
        let (world, messages) = (self.state.snapshot(), Arc::clone(&self.messages));
        Box::pin(async move {
            let name = QueueName::of_arn(&delivery.to).map_err(|_| Undelivered::NotFound)?;
            let queue = world.queue(&name).map_err(|_| Undelivered::NotFound)?;
            if !lets(&wanted(queue), &delivery) {
                return Err(Undelivered::Denied);
            }
            let stamp = (clock::ids().uuid(), clock::now());
            sqs::deliver(&messages, queue, delivery, stamp).await.map_err(|error| undelivered(&error))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::queue::QueueSettings;
    use model::{AccountId, Ids, Scope, Timestamp};

    #[test]
    fn a_queue_s_policy_says_which_topics_may_send() {
        let name = QueueName::new(scope(), "jobs").unwrap();
        let settings = QueueSettings::new(false);
        let mut queue = Queue::new(&name, settings, Timestamp(1), &mut Ids::new(&mut || 7 << 64));
        let topic = "arn:aws:sns:us-west-2:123456789012:news";
        assert!(!lets(&wanted(&queue), &delivery(topic)));
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"Service":"sns.amazonaws.com"}},
            "Action":"sqs:SendMessage","Resource":"{}","Condition":{{"ArnEquals":{{"aws:SourceArn":"{topic}"}}}}}}}}"#,
            queue.arn()
        );
        queue.policy = Some(policy::Document::parse(&text, policy::Kind::Resource).unwrap());
        assert!(lets(&wanted(&queue), &delivery(topic)));
        assert!(!lets(&wanted(&queue), &delivery("arn:aws:sns:us-west-2:123456789012:other")));
        assert!(!lets(&wanted(&queue), &Delivery { by: "events.amazonaws.com", ..delivery(topic) }));
    }

    fn scope() -> Scope {
        Scope { account: AccountId::DEFAULT, region: "us-west-2".parse().unwrap() }
    }

    fn delivery(source: &str) -> Delivery {
        Delivery {
            to: "arn:aws:sqs:us-west-2:123456789012:jobs".to_owned(),
            by: "sns.amazonaws.com",
            source_arn: source.to_owned(),
            source_account: AccountId::DEFAULT,
            subject: None,
            body: "hello".to_owned(),
            attributes: Default::default(),
            group: None,
            deduplication: None,
        }
    }
}
