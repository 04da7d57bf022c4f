//! What an endpoint is asked that has to say whether it wants a topic's messages.
//!
//! Follows "HTTP/HTTPS subscription confirmation JSON format" and "Sending Amazon SNS messages to an Amazon SQS queue in a
//! different account" (Amazon SNS Developer Guide). Queues are asked; nobody outside of this machine is.

use awsproto::Timestamp;
use awsproto::delivery::Delivery;
use model::World;
use model::subscription::{Confirmation, Protocol, Subscription};

use super::envelope::{host, set_in_lines, written};
use super::{Publishing, version_name};

impl Publishing {
    /// Asks the queue of a subscription that waits for its owner's word. Whether it could be asked; what waits for somebody
    /// else is nobody's to ask.
    pub async fn ask_to_confirm(
        &self,
        world: &World,
        subscription: &Subscription,
        message_id: String,
        now: Timestamp,
    ) -> bool {
        let Confirmation::Pending { token } = &subscription.confirmation else { return true };
        let (Some(courier), Protocol::Sqs) = (&self.courier, subscription.protocol) else { return true };
        let topic_arn = subscription.topic_arn();
        let topic = world.topics.get(&subscription.topic);
        let version = topic.and_then(|topic| topic.signature_version).unwrap_or_default();
        let host = host(subscription.topic_scope.region);
        let message = format!(
            "You have chosen to subscribe to the topic {topic_arn}.\nTo confirm the subscription, visit the SubscribeURL \
             included in this message."
        );
        let url = format!("https://{host}/?Action=ConfirmSubscription&TopicArn={topic_arn}&Token={token}");
        let at = written(now);
        let mut members = vec![
            ("Type", "SubscriptionConfirmation"),
            ("MessageId", &message_id),
            ("Token", token),
            ("TopicArn", &topic_arn),
            ("Message", &message),
            ("SubscribeURL", &url),
            ("Timestamp", &at),
        ];
        let signed = self.signer.sign(version, to_be_signed(&members)).await;
        let certificate = signed.as_ref().map(|it| format!("https://{host}/{}", it.certificate));
        if let (Some(signed), Some(certificate)) = (&signed, &certificate) {
            members.extend([
                ("SignatureVersion", version_name(version)),
                ("Signature", signed.signature.as_str()),
                ("SigningCertURL", certificate.as_str()),
            ]);
        }
        let delivery = Delivery {
            to: subscription.endpoint.clone(),
            by: "sns.amazonaws.com",
            source_arn: topic_arn.clone(),
            source_account: subscription.topic_scope.account,
            subject: None,
            body: set_in_lines(&members),
            attributes: Default::default(),
            // Of queues that want a group, each topic is one.
            group: Some(subscription.topic_name.clone()).filter(|_| subscription.endpoint.ends_with(".fifo")),
            deduplication: Some(message_id.clone()).filter(|_| subscription.endpoint.ends_with(".fifo")),
        };
        courier.deliver(delivery).await.is_ok()
    }
}

/// Names and values, a line each, in alphabetical order.
fn to_be_signed(members: &[(&str, &str)]) -> String {
    let mut sorted = members.to_vec();
    sorted.sort_unstable();
    sorted.iter().map(|(name, value)| format!("{name}\n{value}\n")).collect()
}
