//! Messages are sent. Follows SendMessage and SendMessageBatch (Amazon SQS API Reference).

use std::sync::Arc;

use awsproto::delivery::Delivery;
use awsproto::{AwsError, Call, Timestamp};
use model::World;
use model::queue::{DeduplicationScope, Fifo, Queue};
use sha2::{Digest, Sha256};

use crate::message_attribute::{self, MessageAttributes};
use crate::messages::{Content, Messages, NewMessage, Problem, QueueOf, Sent, StoredAttribute};
use crate::shapes::*;
use crate::{batch, digest, errors, url};

/// Bytes of all messages of a batch.
const BATCH_BYTES_MAX: usize = 1_048_576;
/// Seconds that a message is held back.
const DELAY_MAX: i32 = 900;
/// Letters of a group, and of what copies are known by.
const ID_MAX: usize = 128;
/// Sequence numbers have twenty digits, as AWS's.
const FIRST_SEQUENCE: u128 = 18_850_000_000_000_000_000;

/// A message as it was sent, whichever way.
#[derive(Default)]
struct Wanted {
    body: String,
    delay_s: Option<i32>,
    attributes: MessageAttributes,
    trace: Option<String>,
    group: Option<String>,
    deduplication: Option<String>,
}

/// Who sends.
struct Sender {
    id: String,
    sender: String,
}

pub(crate) async fn send(
    mut call: Call,
    world: Arc<World>,
    messages: Arc<Messages>,
    request: SendMessageRequest,
) -> Result<SendMessageResult, AwsError> {
    let SendMessageRequest {
        delay_seconds,
        message_attributes,
        message_body,
        message_deduplication_id,
        message_group_id,
        message_system_attributes,
        queue_url,
    } = request;
    let queue = url::queue(&call, &world, &queue_url)?;
    let wanted = Wanted {
        body: message_body.unwrap_or_default(),
        delay_s: delay_seconds,
        attributes: message_attribute::read(message_attributes)?,
        trace: message_attribute::trace(message_system_attributes)?,
        group: message_group_id,
        deduplication: message_deduplication_id,
    };
    let sums = Sums::of(&wanted);
    let message = checked(queue, wanted, sender(&mut call))?;
    let sent = messages.send(QueueOf::from(queue), vec![message], call.now).await.map_err(not_sent)?;
    let Sent { id, number } = sent.into_iter().next().ok_or_else(|| not_sent(Problem::Gone))?;
    Ok(SendMessageResult {
        md5_of_message_attributes: sums.attributes,
        md5_of_message_body: Some(sums.body),
        md5_of_message_system_attributes: sums.trace,
        message_id: Some(id),
        sequence_number: queue.settings.fifo.map(|_| sequence(number)),
    })
}

pub(crate) async fn send_batch(
    mut call: Call,
    world: Arc<World>,
    messages: Arc<Messages>,
    request: SendMessageBatchRequest,
) -> Result<SendMessageBatchResult, AwsError> {
    let SendMessageBatchRequest { entries, queue_url } = request;
    let queue = url::queue(&call, &world, &queue_url)?;
    batch::check("SendMessageBatchRequestEntry", entries.iter().map(|it| &it.id))?;
    let mut answer = SendMessageBatchResult::default();
    let (mut checked_all, mut said) = (Vec::new(), Vec::new());
    let mut bytes = 0;
    for entry in entries {
        let id = entry.id.clone().unwrap_or_default();
        match wanted(entry) {
            Ok(wanted) => {
                bytes += wanted.bytes();
                let sums = Sums::of(&wanted);
                match checked(queue, wanted, sender(&mut call)) {
                    Ok(message) => {
                        checked_all.push(message);
                        said.push((id, sums));
                    }
                    Err(error) => answer.failed.push(batch::failed(id, &error)),
                }
            }
            Err(error) => answer.failed.push(batch::failed(id, &error)),
        }
    }
    if bytes > BATCH_BYTES_MAX {
        let sentence = format!(
            "Batch requests cannot be longer than {BATCH_BYTES_MAX} bytes. You have sent {bytes} bytes."
        );
        return Err(AwsError::new("BatchRequestTooLong", sentence));
    }
    if checked_all.is_empty() {
        return Ok(answer);
    }
    let sent = messages.send(QueueOf::from(queue), checked_all, call.now).await.map_err(not_sent)?;
    for (Sent { id: message, number }, (id, sums)) in sent.into_iter().zip(said) {
        answer.successful.push(SendMessageBatchResultEntry {
            id: Some(id),
            md5_of_message_attributes: sums.attributes,
            md5_of_message_body: Some(sums.body),
            md5_of_message_system_attributes: sums.trace,
            message_id: Some(message),
            sequence_number: queue.settings.fifo.map(|_| sequence(number)),
        });
    }
    Ok(answer)
}

fn wanted(entry: SendMessageBatchRequestEntry) -> Result<Wanted, AwsError> {
    let SendMessageBatchRequestEntry {
        delay_seconds,
        // Whose result it is.
        id: _,
        message_attributes,
        message_body,
        message_deduplication_id,
        message_group_id,
        message_system_attributes,
    } = entry;
    Ok(Wanted {
        body: message_body.unwrap_or_default(),
        delay_s: delay_seconds,
        attributes: message_attribute::read(message_attributes)?,
        trace: message_attribute::trace(message_system_attributes)?,
        group: message_group_id,
        deduplication: message_deduplication_id,
    })
}

/// What another service hands over, in its own name. Whether it may, was asked.
///
/// # Errors
/// The queue does not take it, or it could not be stored.
pub async fn deliver(
    messages: &Messages,
    queue: &Queue,
    delivery: Delivery,
    (id, now): (String, Timestamp),
) -> Result<(), AwsError> {
    let Delivery {
        to: _,
        by: _,
        source_arn: _,
        source_account,
        subject: _,
        body,
        attributes,
        group,
        deduplication,
    } = delivery;
    // A standard queue does not keep what order is kept by.
    let is_fifo = queue.settings.fifo.is_some();
    let wanted = Wanted {
        body,
        attributes,
        group: group.filter(|_| is_fifo),
        deduplication: deduplication.filter(|_| is_fifo),
        ..Wanted::default()
    };
    let message = checked(queue, wanted, Sender { id, sender: source_account.to_string() })?;
    messages.send(QueueOf::from(queue), vec![message], now).await.map(drop).map_err(not_sent)
}

impl Wanted {
    fn bytes(&self) -> usize {
        self.body.len() + message_attribute::bytes(&self.attributes)
    }
}

/// The sums that answers have of a message.
struct Sums {
    body: String,
    attributes: Option<String>,
    trace: Option<String>,
}

impl Sums {
    fn of(wanted: &Wanted) -> Sums {
        Sums {
            body: digest::of_body(&wanted.body),
            attributes: digest::of_attributes(&wanted.attributes),
            trace: wanted.trace.as_deref().and_then(digest::of_trace),
        }
    }
}

fn sender(call: &mut Call) -> Sender {
    Sender { id: call.ids.uuid(), sender: call.principal.user_id() }
}

/// A message that the queue takes.
fn checked(queue: &Queue, wanted: Wanted, by: Sender) -> Result<NewMessage, AwsError> {
    let settings = &queue.settings;
    let bytes = wanted.bytes();
    let Wanted { body, delay_s, attributes, trace, group, deduplication } = wanted;
    if body.is_empty() {
        return Err(errors::missing("MessageBody"));
    }
    if !is_written(&body) {
        return Err(illegal());
    }
    let most = settings.message_bytes_max;
    if usize::try_from(most).is_ok_and(|most| bytes > most) {
        let sentence =
            format!("One or more parameters are invalid. Reason: Message must be shorter than {most} bytes.");
        return Err(AwsError::invalid_parameter_value(sentence));
    }
    check_id("MessageGroupId", group.as_deref())?;
    check_id("MessageDeduplicationId", deduplication.as_deref())?;
    let delay_s = delay_of(queue, delay_s)?;
    let (deduplication, mark) = match settings.fifo {
        None => match deduplication {
            Some(text) => return Err(errors::not_of_this_type("MessageDeduplicationId", &text)),
            None => (None, None),
        },
        Some(fifo) => {
            let group = group.as_deref().ok_or_else(|| errors::missing("MessageGroupId"))?;
            let id = deduplication
                .or_else(|| fifo.by_content.then(|| digest::hex(&Sha256::digest(body.as_bytes()))));
            let id = id.ok_or_else(|| {
                AwsError::invalid_parameter_value(
                    "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided \
                     explicitly",
                )
            })?;
            let mark = mark(fifo, group, &id);
            (Some(id), Some(mark))
        }
    };
    let attributes = attributes.iter().map(|(name, it)| (name.clone(), StoredAttribute::from(it))).collect();
    let Sender { id, sender } = by;
    let content = Content { id, body, attributes, trace, sender, deduplication, source: None };
    Ok(NewMessage { content, group, delay_ms: i64::from(delay_s) * 1000, mark })
}

fn delay_of(queue: &Queue, said: Option<i32>) -> Result<u32, AwsError> {
    let Some(said) = said else { return Ok(queue.settings.delay_s) };
    // "When you set FifoQueue, you can't set DelaySeconds per message." Nothing is what it is anyway.
    if queue.settings.fifo.is_some() && said != 0 {
        return Err(errors::not_of_this_type("DelaySeconds", &said.to_string()));
    }
    match u32::try_from(said) {
        Ok(_) if queue.settings.fifo.is_some() => Ok(queue.settings.delay_s),
        Ok(delay) if said <= DELAY_MAX => Ok(delay),
        Ok(_) | Err(_) => {
            let reason = "DelaySeconds must be >= 0 and <= 900.";
            Err(errors::invalid_parameter("DelaySeconds", &said.to_string(), reason))
        }
    }
}

/// "can contain up to 128 … alphanumeric characters (a-z, A-Z, 0-9) and punctuation".
fn check_id(name: &str, id: Option<&str>) -> Result<(), AwsError> {
    match id {
        Some(id) if id.is_empty() || id.len() > ID_MAX || !id.bytes().all(|it| it.is_ascii_graphic()) => {
            let reason = format!(
                "{name} can only include alphanumeric and punctuation characters. 1 to 128 in length."
            );
            Err(errors::invalid_parameter(name, id, &reason))
        }
        Some(_) | None => Ok(()),
    }
}

/// By what copies of a message are known.
fn mark(fifo: Fifo, group: &str, id: &str) -> [u8; 32] {
    let among = match fifo.deduplication {
        DeduplicationScope::Queue => "",
        DeduplicationScope::MessageGroup => group,
    };
    // No group has a line in it.
    Sha256::digest(format!("{among}\n{id}").as_bytes()).into()
}

/// A message's sequence number as it is shown.
pub(crate) fn sequence(number: u64) -> String {
    (FIRST_SEQUENCE + u128::from(number)).to_string()
}

/// Whether a text has only characters that XML has: "#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF".
pub(crate) fn is_written(text: &str) -> bool {
    text.chars().all(|it| matches!(it, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..))
}

/// The error of a text that has others.
pub(crate) fn illegal() -> AwsError {
    let sentence = "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to \
                    #xFFFD | #x10000 to #x10FFFF.";
    AwsError::new("InvalidMessageContents", sentence)
}

fn not_sent(problem: Problem) -> AwsError {
    errors::problem(problem, "")
}
