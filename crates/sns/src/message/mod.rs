//! What is said to topics: Publish, PublishBatch (Amazon SNS API Reference).
//!
//! | file | what |
//! |---|---|
//! | `said` | what a request says, checked |
//! | `attributes` | what goes along with it |
//! | `envelope` | how subscribers get it |
//! | `fifo` | order, and each message once |
//! | `delivery` | to whom it goes |
//! | `batch` | several at once |
//! | `confirmation` | what an endpoint is asked first |

mod attributes;
mod batch;
mod confirmation;
mod delivery;
mod envelope;
mod fifo;
mod said;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use awsproto::delivery::{Courier, Delivery};
use awsproto::{AwsError, Call, Timestamp};
use model::World;
use model::topic::{SignatureVersion, Topic};

use crate::arn;
use crate::endpoint::is_telephone;
use crate::errors::{invalid, invalid_because, no_topic};
use crate::shapes::{PublishInput, PublishResponse};
use fifo::FifoTopics;
use said::{Request, Said};

pub(crate) use batch::publish_batch;

/// Signs notifications.
pub trait Signer: Send + Sync {
    /// Signs a text; none if there is no key to sign with.
    fn sign(&self, version: SignatureVersion, text: String) -> Signing;
}

/// A signing that goes on.
pub type Signing = Pin<Box<dyn Future<Output = Option<Signed>> + Send>>;

/// A signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// RSASSA-PKCS1-v1_5, as base64.
    pub signature: String,
    /// The name of the certificate's file: `SimpleNotificationService-….pem`.
    pub certificate: String,
}

/// What publishing needs besides the state.
pub struct Publishing {
    courier: Option<Arc<dyn Courier>>,
    signer: Arc<dyn Signer>,
    fifo: FifoTopics,
}

impl Publishing {
    /// By whom messages are delivered, if there is somebody, and who signs them.
    pub fn new(courier: Option<Arc<dyn Courier>>, signer: Arc<dyn Signer>) -> Publishing {
        Publishing { courier, signer, fifo: FifoTopics::default() }
    }
}

pub(crate) async fn publish(
    mut call: Call,
    world: Arc<World>,
    publishing: Arc<Publishing>,
    request: PublishInput,
) -> Result<PublishResponse, AwsError> {
    let PublishInput {
        message,
        message_attributes,
        message_deduplication_id,
        message_group_id,
        message_structure,
        phone_number,
        subject,
        target_arn,
        topic_arn,
    } = request;
    if let Some(number) = phone_number {
        return Err(to_telephone(&number));
    }
    let topic = target(&call, &world, topic_arn.as_deref(), target_arn.as_deref())?;
    let request = Request {
        message,
        message_attributes,
        message_deduplication_id,
        message_group_id,
        message_structure,
        subject,
    };
    let said = Said::of(&mut call, topic, request)?;
    let taken = take(call.now, &world, &publishing, topic, said).await?;
    Ok(PublishResponse { message_id: Some(taken.message_id), sequence_number: taken.sequence_number })
}

/// What another service says to a topic, in its own name. Whether it may, was asked.
///
/// # Errors
/// The topic does not take it, or it could not be stored.
pub async fn deliver(
    publishing: &Publishing,
    world: &World,
    topic: &Topic,
    delivery: Delivery,
    (message_id, now): (String, Timestamp),
) -> Result<(), AwsError> {
    let said = Said::handed(topic, delivery, message_id)?;
    take(now, world, publishing, topic, said).await.map(drop)
}

/// A message that a topic has taken.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Taken {
    message_id: String,
    /// Of FIFO topics.
    sequence_number: Option<String>,
}

/// Delivers, once if the topic says so.
async fn take(
    now: Timestamp,
    world: &World,
    publishing: &Publishing,
    topic: &Topic,
    said: Said,
) -> Result<Taken, AwsError> {
    let Some(fifo) = topic.fifo else {
        let taken = Taken { message_id: said.message_id.clone(), sequence_number: None };
        delivery::deliver(now, world, publishing, topic, &said, None).await?;
        return Ok(taken);
    };
    // One after the other, so that everybody has the messages of a topic in the same order.
    let turn = publishing.fifo.of(topic.id, world);
    let mut order = turn.lock().await;
    let copy = fifo::Copy::of(fifo, &said);
    if let Some(taken) = order.known(&copy, now) {
        return Ok(taken);
    }
    let sequence_number = order.next(now)?;
    let taken = Taken { message_id: said.message_id.clone(), sequence_number: Some(sequence_number) };
    delivery::deliver(now, world, publishing, topic, &said, taken.sequence_number.as_deref()).await?;
    order.remember(copy, taken.clone(), now);
    Ok(taken)
}

/// The topic that is spoken to.
fn target<'a>(
    call: &Call,
    world: &'a World,
    topic_arn: Option<&str>,
    target_arn: Option<&str>,
) -> Result<&'a Topic, AwsError> {
    let (parameter, arn) = match (topic_arn, target_arn) {
        (Some(arn), None) => ("TopicArn", arn),
        (None, Some(arn)) => ("TargetArn", arn),
        (None, None) => {
            return Err(invalid_because("TopicArn or TargetArn", "no value for required parameter"));
        }
        (Some(_), Some(_)) => {
            return Err(invalid_because("TopicArn or TargetArn", "only one of them can be given"));
        }
    };
    if parameter == "TargetArn" && arn.contains(":endpoint/") {
        return Err(invalid_because("TargetArn", "No endpoint found for the target arn specified"));
    }
    let named = arn::topic(call, parameter, Some(arn))?;
    world.topic(named.scope, &named.name).map_err(|_| no_topic())
}

fn to_telephone(number: &str) -> AwsError {
    match is_telephone(number) && number.starts_with('+') {
        true => AwsError::not_implemented_yet("text messages"),
        false => invalid(format_args!("PhoneNumber Reason: {number} is not valid to publish to")),
    }
}

/// As messages and attributes say it.
fn version_name(version: SignatureVersion) -> &'static str {
    match version {
        SignatureVersion::Sha1 => "1",
        SignatureVersion::Sha256 => "2",
    }
}
