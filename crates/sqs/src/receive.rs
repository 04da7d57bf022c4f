//! Messages are received. Follows ReceiveMessage (Amazon SQS API Reference).

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use awsproto::{AwsError, Call, Timestamp};
use model::World;
use model::queue::Queue;
use tokio::time::Instant;

use crate::messages::{Asking, Delivered, Messages, Move, Problem, QueueOf};
use crate::shapes::{Message, ReceiveMessageRequest, ReceiveMessageResult};
use crate::{dead_letters, digest, errors, message_attribute, select, send, url};

const COUNT: RangeInclusive<i32> = 1..=10;
const WAIT_S: RangeInclusive<i32> = 0..=20;
const VISIBILITY_S: RangeInclusive<i32> = 0..=43_200;

pub(crate) async fn receive(
    call: Call,
    world: Arc<World>,
    messages: Arc<Messages>,
    request: ReceiveMessageRequest,
) -> Result<ReceiveMessageResult, AwsError> {
    let ReceiveMessageRequest {
        mut attribute_names,
        max_number_of_messages,
        message_attribute_names,
        message_system_attribute_names,
        queue_url,
        // With it AWS answers an attempt that was lost in the same way again. Here its messages come again in time.
        receive_request_attempt_id: _,
        visibility_timeout,
        wait_time_seconds,
    } = request;
    let queue = url::queue(&call, &world, &queue_url)?;
    let settings = &queue.settings;
    let count = within("MaxNumberOfMessages", max_number_of_messages, COUNT)?.unwrap_or(1);
    let wait_s = within("WaitTimeSeconds", wait_time_seconds, WAIT_S)?.unwrap_or(settings.wait_s);
    let visibility_s =
        within("VisibilityTimeout", visibility_timeout, VISIBILITY_S)?.unwrap_or(settings.visibility_s);
    attribute_names.extend(message_system_attribute_names);
    select::check_system(&attribute_names)?;
    let dead_letters = dead_letters::of(&world, queue);
    let asking = Asking {
        count: usize::try_from(count).unwrap_or(1),
        visibility_ms: i64::from(visibility_s) * 1000,
        receives_max: dead_letters.map(|(most, _)| most),
        retention_ms: i64::from(settings.retention_s) * 1000,
    };
    let way = dead_letters.map(|(_, to)| Move { from: QueueOf::from(queue), to, source: Some(queue.arn()) });
    let question = Question { messages: &messages, queue: QueueOf::from(queue), asking, way };
    let patience = Duration::from_secs(u64::from(wait_s));
    let delivered = question.wait(call.now, patience).await.map_err(|it| errors::problem(it, ""))?;
    let show = |it| shown(queue, it, &attribute_names, &message_attribute_names);
    Ok(ReceiveMessageResult { messages: delivered.into_iter().map(show).collect() })
}

/// A number that may be said.
fn within(name: &str, said: Option<i32>, range: RangeInclusive<i32>) -> Result<Option<u32>, AwsError> {
    match said {
        None => Ok(None),
        Some(said) => match u32::try_from(said) {
            Ok(number) if range.contains(&said) => Ok(Some(number)),
            Ok(_) | Err(_) => {
                let (least, most) = range.into_inner();
                let reason = format!("Must be between {least} and {most}, if provided.");
                Err(errors::invalid_parameter(name, &said.to_string(), &reason))
            }
        },
    }
}

/// What is asked, and of which queue.
struct Question<'a> {
    messages: &'a Messages,
    queue: QueueOf,
    asking: Asking,
    /// Where messages go that were received too often.
    way: Option<Move>,
}

impl Question<'_> {
    /// Asks again until there is something, or nobody wants to wait any longer.
    async fn wait(&self, began: Timestamp, patience: Duration) -> Result<Vec<Delivered>, Problem> {
        let start = Instant::now();
        let end = start + patience;
        let bell = self.messages.bell(self.queue);
        let mut place = None;
        loop {
            // Before it is looked, so that nothing that comes in between is missed.
            let told = bell.notified();
            let elapsed = i64::try_from(start.elapsed().as_millis()).unwrap_or(i64::MAX);
            let now = Timestamp(began.0.saturating_add(elapsed));
            let delivered = self.ask(now).await?;
            if !delivered.is_empty() || Instant::now() >= end {
                return Ok(delivered);
            }
            if place.is_none() {
                place = Some(self.messages.place()?);
            }
            self.messages.news(self.queue, told, now, end).await;
        }
    }

    async fn ask(&self, now: Timestamp) -> Result<Vec<Delivered>, Problem> {
        let answer = self.messages.receive(self.queue, self.asking, now).await?;
        if let Some(way) = &self.way {
            self.messages.shift(way.clone(), answer.leaving, now).await?;
        }
        Ok(answer.delivered)
    }
}

fn shown(queue: &Queue, message: Delivered, system: &[String], named: &[String]) -> Message {
    let Delivered { picked, handle, content } = message;
    let entry = picked.entry;
    let all = content.attributes.iter().map(|(name, it)| (name.clone(), it.into())).collect();
    let attributes = select::of(all, named);
    let is_fifo = queue.settings.fifo.is_some();
    let of_the_system = [
        ("SenderId", Some(content.sender)),
        ("SentTimestamp", Some(entry.sent.0.to_string())),
        ("ApproximateReceiveCount", Some(entry.receives.to_string())),
        ("ApproximateFirstReceiveTimestamp", entry.first_receive.map(|it| it.0.to_string())),
        ("MessageGroupId", entry.group.map(|it| it.to_string())),
        ("MessageDeduplicationId", content.deduplication),
        ("SequenceNumber", is_fifo.then(|| send::sequence(picked.number))),
        ("AWSTraceHeader", content.trace),
        ("DeadLetterQueueSourceArn", content.source),
    ];
    let wanted = of_the_system.into_iter().filter(|(name, _)| select::wants(system, name));
    let of_the_system: BTreeMap<String, String> =
        wanted.filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    let shown = attributes.iter().map(|(name, it)| (name.clone(), message_attribute::show(it)));
    Message {
        attributes: Some(of_the_system).filter(|it| !it.is_empty()),
        md5_of_body: Some(digest::of_body(&content.body)),
        body: Some(content.body),
        md5_of_message_attributes: digest::of_attributes(&attributes),
        message_attributes: Some(shown.collect()).filter(|it: &BTreeMap<_, _>| !it.is_empty()),
        message_id: Some(content.id),
        receipt_handle: Some(handle),
    }
}
