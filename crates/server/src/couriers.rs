//! Who brings to queues and topics what other services send them, and whether their policies let a service.

use std::sync::Arc;

use awsproto::AwsError;
use awsproto::delivery::{Courier, Delivery, Handing, Undelivered};
use model::tags::Tags;
use model::topic::Topic;
use model::{AccountId, Scope, World};
use policy::{Context, Document, Principal};
use sns::Publishing;

use crate::clock;
use crate::writer::State;

/// What is asked of a topic's policy.
const PUBLISH: &str = "sns:Publish";

/// Hands over to whatever an ARN names: a queue by who does that already, a topic by publishing to it.
pub(crate) struct ToTopicsAndQueues {
    /// Where topics are.
    pub(crate) state: State,
    /// Who publishes.
    pub(crate) publishing: Arc<Publishing>,
    /// Who hands over to queues.
    pub(crate) to_queues: Arc<dyn Courier>,
}

impl Courier for ToTopicsAndQueues {
    fn deliver(&self, delivery: Delivery) -> Handing {
        let Some((scope, name)) = topic_named(&delivery.to) else { return self.to_queues.deliver(delivery) };
        let (world, publishing) = (self.state.snapshot(), Arc::clone(&self.publishing));
        Box::pin(async move { publish(&world, &publishing, (scope, &name), delivery).await })
    }
}

async fn publish(
    world: &World,
    publishing: &Publishing,
    (scope, name): (Scope, &str),
    delivery: Delivery,
) -> Result<(), Undelivered> {
    let topic = world.topic(scope, name).map_err(|_| Undelivered::NotFound)?;
    if !lets(&wanted(topic), &delivery) {
        return Err(Undelivered::Denied);
    }
    let stamp = (clock::ids().uuid(), clock::now());
    let published = sns::deliver(publishing, world, topic, delivery, stamp).await;
    published.map_err(|error| undelivered(&error))
}

/// `arn:aws:sns:REGION:ACCOUNT:NAME`.
fn topic_named(arn: &str) -> Option<(Scope, String)> {
    let mut parts = arn.splitn(6, ':');
    let (_, _, service) = (parts.next()?, parts.next()?, parts.next()?);
    let (region, account, name) = (parts.next()?, parts.next()?, parts.next()?);
    let scope = Scope { account: account.parse().ok()?, region: region.parse().ok()? };
    (service == "sns").then(|| (scope, name.to_owned()))
}

fn wanted(topic: &Topic) -> Wanted<'_> {
    let (arn, account) = (topic.arn(), topic.scope.account);
    Wanted { action: PUBLISH, arn, account, policy: Some(&topic.policy), tags: &topic.tags }
}

/// What a service wants to do, and with what.
pub(crate) struct Wanted<'a> {
    /// The action.
    pub(crate) action: &'static str,
    /// The resource.
    pub(crate) arn: String,
    /// Whose it is.
    pub(crate) account: AccountId,
    /// The resource's own policy.
    pub(crate) policy: Option<&'a Document>,
    /// The resource's tags.
    pub(crate) tags: &'a Tags,
}

/// Whether a resource's policy lets a service do it for whom it does it: `aws:SourceArn` and `aws:SourceAccount` say who that
/// is.
pub(crate) fn lets(wanted: &Wanted<'_>, delivery: &Delivery) -> bool {
    let Some(document) = wanted.policy else { return false };
    let principal = Principal::Service(delivery.by);
    let account = wanted.account.to_string();
    let mut context = Context::new();
    principal.describe(&mut context);
    context.set("aws:SourceArn", delivery.source_arn.clone());
    context.set("aws:SourceAccount", delivery.source_account.to_string());
    context.set("aws:ResourceAccount", account.clone());
    context.set("aws:SecureTransport", "true");
    for (key, value) in wanted.tags {
        context.set(format!("aws:ResourceTag/{key}"), value.clone());
    }
    let request = policy::Request {
        action: wanted.action,
        resource: &wanted.arn,
        resource_account: Some(&account),
        principal: &principal,
        context: &context,
    };
    document.lets(&wanted.arn, &request)
}

/// What becomes of what a resource did not take.
pub(crate) fn undelivered(error: &AwsError) -> Undelivered {
    match error.status {
        500.. => Undelivered::NotStored,
        _ if matches!(&*error.code, "RequestThrottled" | "Throttled") => Undelivered::NotStored,
        _ => Undelivered::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_named_by_its_arn_and_nothing_else_is_one() {
        let (scope, name) = topic_named("arn:aws:sns:us-west-2:123456789012:news").unwrap();
        assert_eq!(
            (scope.account, scope.region.name(), name.as_str()),
            (AccountId::DEFAULT, "us-west-2", "news")
        );
        for other in
            ["arn:aws:sqs:us-west-2:123456789012:jobs", "arn:aws:sns:nowhere:123456789012:news", "news"]
        {
            assert!(topic_named(other).is_none(), "{other}");
        }
    }

    #[test]
    fn what_may_succeed_later_is_tried_again() {
        let of = |code: &'static str, status| undelivered(&AwsError::new(code, "").with_status(status));
        assert_eq!(of("ServiceUnavailable", 503), Undelivered::NotStored);
        assert_eq!(of("Throttled", 429), Undelivered::NotStored);
        assert_eq!(of("InvalidParameter", 400), Undelivered::Refused);
    }
}
