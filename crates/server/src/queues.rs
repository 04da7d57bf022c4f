//! The messages of queues: opened, kept in order by and by, and taken from services that send in their own name.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use awsproto::delivery::{Courier, Delivery, Handing, Undelivered};
use model::World;
use model::queue::Queue;
use model::queue_name::QueueName;
use policy::{Attached, Context, Decision, Origin, Policies, Principal, ResourcePolicy};
use sqs::messages::{Kept, Messages};

use crate::clock;
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

fn kept(world: &World) -> HashMap<u64, Kept> {
    let of = |queue: &Queue| Kept { retention_ms: i64::from(queue.settings.retention_s) * 1000 };
    world.queues.values().map(|queue| (queue.messages, of(queue))).collect()
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
            if !lets(queue, &delivery) {
                return Err(Undelivered::Denied);
            }
            let stamp = (clock::ids().uuid(), clock::now());
            sqs::deliver(&messages, queue, delivery, stamp).await.map_err(|error| match error.status {
                500.. => Undelivered::NotStored,
                _ if &*error.code == "RequestThrottled" => Undelivered::NotStored,
                _ => Undelivered::Refused,
            })
        })
    }
}

/// Whether a queue's policy lets a service send for whom it sends: `aws:SourceArn` and `aws:SourceAccount` say who that is.
fn lets(queue: &Queue, delivery: &Delivery) -> bool {
    let principal = Principal::Service(delivery.by);
    let mut context = Context::new();
    principal.describe(&mut context);
    context.set("aws:SourceArn", delivery.source_arn.clone());
    context.set("aws:SourceAccount", delivery.source_account.to_string());
    context.set("aws:ResourceAccount", queue.scope.account.to_string());
    context.set("aws:SecureTransport", "true");
    let (arn, account) = (queue.arn(), queue.scope.account.to_string());
    for (key, value) in &queue.tags {
        context.set(format!("aws:ResourceTag/{key}"), value.clone());
    }
    let Some(document) = &queue.policy else { return false };
    let request = policy::Request {
        action: SEND,
        resource: &arn,
        resource_account: Some(&account),
        principal: &principal,
        context: &context,
    };
    let attached = Attached { document, origin: Origin::Resource { arn: &arn } };
    let resource = Some(ResourcePolicy { attached, must_allow: true });
    matches!(policy::decide(&request, &Policies { resource, ..Policies::default() }), Decision::Allowed(_))
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
        assert!(!lets(&queue, &delivery(topic)));
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"Service":"sns.amazonaws.com"}},
            "Action":"sqs:SendMessage","Resource":"{}","Condition":{{"ArnEquals":{{"aws:SourceArn":"{topic}"}}}}}}}}"#,
            queue.arn()
        );
        queue.policy = Some(policy::Document::parse(&text, policy::Kind::Resource).unwrap());
        assert!(lets(&queue, &delivery(topic)));
        assert!(!lets(&queue, &delivery("arn:aws:sns:us-west-2:123456789012:other")));
        assert!(!lets(&queue, &Delivery { by: "events.amazonaws.com", ..delivery(topic) }));
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
            body: "hello".to_owned(),
            attributes: Default::default(),
            group: None,
            deduplication: None,
        }
    }
}
