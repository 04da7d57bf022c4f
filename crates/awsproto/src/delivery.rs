//! What a service hands to a resource of another one in its own name: a topic's message to a queue, a bucket's to a topic.
//!
//! Services do not know each other. Whoever serves them brings one [`Courier`], which finds the resource, asks its policy
//! whether the service may, and hands over.

use model::AccountId;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// Something to be handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The ARN of the resource that is to have it.
    pub to: String,
    /// The service that brings it, as policies name it: `sns.amazonaws.com`.
    pub by: &'static str,
    /// The ARN of the resource that it comes from: `aws:SourceArn`.
    pub source_arn: String,
    /// Whose that is: `aws:SourceAccount`.
    pub source_account: AccountId,
    /// What a topic calls it.
    pub subject: Option<String>,
    /// What is said.
    pub body: String,
    /// What goes with it, by name.
    pub attributes: BTreeMap<String, Attribute>,
    /// The group within which order is kept, where the resource keeps one.
    pub group: Option<String>,
    /// By which a second copy is known, where the resource takes each once.
    pub deduplication: Option<String>,
}

/// An attribute of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// `String`, `Number`, `Binary`, each with an own word after a dot: `Number.int`.
    pub data_type: String,
    /// Its value.
    pub value: AttributeValue,
}

/// The value of a message's attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttributeValue {
    /// Text, numbers too.
    Text(String),
    /// Bytes.
    Binary(Vec<u8>),
}

/// Why something was not handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undelivered {
    /// There is no such resource.
    NotFound,
    /// Its policy does not let the service.
    Denied,
    /// It cannot take this: too long, or without a group where it wants one.
    Refused,
    /// It could not be stored; another attempt may succeed.
    NotStored,
}

/// Hands over.
pub trait Courier: Send + Sync {
    /// Hands over, and returns when that is durable.
    fn deliver(&self, delivery: Delivery) -> Handing;
}

/// A handing over that goes on.
pub type Handing = Pin<Box<dyn Future<Output = Result<(), Undelivered>> + Send>>;

/// The courier as actions get it ([`Beside`](crate::beside::Beside)).
pub struct Couriers(pub Arc<dyn Courier>);
