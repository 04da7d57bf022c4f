//! Amazon Simple Notification Service: topics, who has subscribed to them, and what is said to them.
//!
//! Follows the Amazon SNS API Reference. Other services say something to topics by [`deliver`]. Messages are delivered to queues of SQS. Subscriptions of other protocols can be
//! made, and nothing is sent to them: neither web servers nor mailboxes nor telephones outside are this machine's to write
//! to, and there are no functions, delivery streams or apps. No archives, no data protection, no encryption by KMS.

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

mod arn;
mod data_protection;
mod delivery_policy;
mod endpoint;
mod errors;
mod filter;
mod listing;
mod message;
mod permission;
mod policy;
pub mod shapes;
mod subscription;
mod subscription_attributes;
mod tags;
#[cfg(test)]
mod tests;
mod topic;
mod topic_attributes;
mod touches;
#[rustfmt::skip]
mod vacant;

use awsproto::{Action, Api, Need, read, write, write_beside};
use model::World;
use shapes::op;

pub use message::{Publishing, Signed, Signer, Signing, deliver};

/// The service.
pub static API: Api<World> = Api {
    service: &shapes::SERVICE,
    actions: ACTIONS,
    vacant: vacant::ROWS,
    tokens: &(),
    first_use: None,
    touches: touches::touches,
};

/// What the service can do.
static ACTIONS: &[Action<World>] = &[
    write!(AddPermission, permission::add).asks_resource(),
    write!(ConfirmSubscription, subscription::confirm),
    write!(CreateTopic, topic::create),
    write!(DeleteTopic, topic::delete).asks_resource(),
    read!(GetDataProtectionPolicy, data_protection::get).asks_resource(),
    read!(GetSubscriptionAttributes, subscription_attributes::get),
    read!(GetTopicAttributes, topic_attributes::get).asks_resource(),
    read!(ListSubscriptions, subscription::list),
    read!(ListSubscriptionsByTopic, subscription::list_by_topic).asks_resource(),
    read!(ListTagsForResource, tags::list).asks_resource(),
    read!(ListTopics, topic::list),
    write_beside!(Publish, message::publish).asks_resource(),
    write_beside!(PublishBatch, message::publish_batch).asks_resource(),
    write!(RemovePermission, permission::remove).asks_resource(),
    write!(SetSubscriptionAttributes, subscription_attributes::set),
    write!(SetTopicAttributes, topic_attributes::set).asks_resource(),
    write!(Subscribe, subscription::subscribe).asks_resource().needs(Need::Secret(subscription::token)),
    write!(TagResource, tags::tag).asks_resource(),
    write!(Unsubscribe, subscription::unsubscribe),
    write!(UntagResource, tags::untag).asks_resource(),
];
