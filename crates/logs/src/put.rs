//! Events come. Follows PutLogEvents (Amazon CloudWatch Logs API Reference).

use std::sync::Arc;

use awsproto::{AwsError, Call, Timestamp};
use model::World;
use model::log_group::LogGroup;

use crate::events::{EVENT_OVERHEAD_BYTES, Events, NewEvents};
use crate::shapes::*;
use crate::{errors, names, position};

/// Bytes of a batch: "the sum of all event messages in UTF-8, plus 26 bytes for each log event".
const BATCH_BYTES_MAX: usize = 1_048_576;
/// "Each log event can be no larger than 1 MB."
const EVENT_BYTES_MAX: usize = 1_048_576;
const BATCH_EVENTS_MAX: usize = 10_000;
const HOUR_MS: i64 = 60 * 60 * 1000;
/// "more than 2 hours in the future".
const TOO_NEW_MS: i64 = 2 * HOUR_MS;
/// "older than 14 days".
const TOO_OLD_MS: i64 = 14 * 24 * HOUR_MS;
/// "the time span in a single batch cannot exceed 24 hours".
const SPAN_MS: i64 = 24 * HOUR_MS;

pub(crate) async fn put(
    call: Call,
    world: Arc<World>,
    events: Arc<Events>,
    request: PutLogEventsRequest,
) -> Result<PutLogEventsResponse, AwsError> {
    let PutLogEventsRequest {
        // What it is that writes is shown by no action that is here.
        entity: _,
        log_events,
        log_group_name,
        log_stream_name,
        // "The sequence token is now ignored".
        sequence_token: _,
    } = request;
    let stream = names::checked_stream(&log_stream_name, "logStreamName")?;
    let mut batch = checked(log_events)?;
    let group = names::group(&call, &world, &log_group_name)?;
    if !events.has_stream(group.id.number(), stream) {
        return Err(errors::problem(crate::events::Problem::NoStream));
    }
    let sorted = Sorted::of(group, &batch, call.now);
    let rejected_log_events_info = sorted.rejected(batch.len());
    batch.truncate(sorted.end);
    batch.drain(..sorted.first);
    if let (Some(first), Some(last)) = (batch.first(), batch.last())
        && last.0 - first.0 > SPAN_MS
    {
        return Err(errors::invalid(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
        ));
    }
    let last = batch.last().map_or(call.now.0, |it| it.0);
    let news = events.watchers.look(group, stream, call.now, &batch);
    let new =
        NewEvents { stream: stream.to_owned(), make: false, layout: None, now: call.now.0, events: batch };
    events.put(group.id.number(), new).await.map_err(errors::problem)?;
    events.watchers.tell(news);
    let token = position::digits(last, group.id.number(), 0);
    Ok(PutLogEventsResponse {
        next_sequence_token: Some(token),
        rejected_entity_info: None,
        rejected_log_events_info,
    })
}

/// Times and messages of a batch that is as AWS wants it.
fn checked(events: Vec<InputLogEvent>) -> Result<Vec<(i64, String)>, AwsError> {
    if events.is_empty() {
        return Err(errors::violated("[]", "logEvents", "have length greater than or equal to 1"));
    }
    if events.len() > BATCH_EVENTS_MAX {
        let rule = format!("have length less than or equal to {BATCH_EVENTS_MAX}");
        return Err(errors::violated("[…]", "logEvents", &rule));
    }
    let mut batch = Vec::with_capacity(events.len());
    let mut bytes = 0;
    for (place, InputLogEvent { message, timestamp }) in (1..).zip(events) {
        let at = |member: &str| format!("logEvents.{place}.member.{member}");
        let message = message.ok_or_else(|| errors::missing(&at("message")))?;
        let timestamp = timestamp.ok_or_else(|| errors::missing(&at("timestamp")))?;
        if message.is_empty() {
            return Err(errors::violated("", &at("message"), "have length greater than or equal to 1"));
        }
        if timestamp < 0 {
            return Err(errors::violated(
                timestamp,
                &at("timestamp"),
                "have value greater than or equal to 0",
            ));
        }
        if message.len() > EVENT_BYTES_MAX {
            let sentence =
                format!("Log event too large: {} bytes exceeds limit of {EVENT_BYTES_MAX}", message.len());
            return Err(errors::invalid(sentence));
        }
        bytes += message.len() + EVENT_OVERHEAD_BYTES;
        batch.push((timestamp, message));
    }
    if bytes > BATCH_BYTES_MAX {
        let sentence = format!("Upload too large: {bytes} bytes exceeds limit of {BATCH_BYTES_MAX}");
        return Err(errors::invalid(sentence));
    }
    if !batch.is_sorted_by_key(|it| it.0) {
        return Err(errors::invalid(
            "Log events in a single PutLogEvents request must be in chronological order.",
        ));
    }
    Ok(batch)
}

/// Which events of a batch are taken: those before are too old, those behind too new.
struct Sorted {
    first: usize,
    end: usize,
    too_old: usize,
}

impl Sorted {
    fn of(group: &LogGroup, batch: &[(i64, String)], now: Timestamp) -> Sorted {
        let before = |time: i64| batch.partition_point(|it| it.0 < time);
        let too_old = before(now.0 - TOO_OLD_MS);
        let expired = group.oldest(now).map_or(0, before);
        let end = batch.partition_point(|it| it.0 <= now.0 + TOO_NEW_MS);
        Sorted { first: too_old.max(expired).min(end), end, too_old }
    }

    /// What is told of those that are not.
    fn rejected(&self, count: usize) -> Option<RejectedLogEventsInfo> {
        let index = |it: usize| i32::try_from(it).unwrap_or(i32::MAX);
        let info = RejectedLogEventsInfo {
            too_old_log_event_end_index: (self.too_old > 0).then(|| index(self.too_old)),
            expired_log_event_end_index: (self.first > self.too_old).then(|| index(self.first)),
            too_new_log_event_start_index: (self.end < count).then(|| index(self.end)),
        };
        (self.first > 0 || self.end < count).then_some(info)
    }
}

/// What a service writes in its own name.
#[derive(Clone, Debug)]
pub struct LogDelivery {
    /// Into which stream, which is made if it is not there.
    pub stream: String,
    /// The format of flow logs that the messages are written in, if they are flow logs': `${version} ${account-id} …`.
    pub layout: Option<String>,
    /// When each happened, in milliseconds since 1970, and what it says; in any order.
    pub events: Vec<(i64, String)>,
}

/// Takes what a service writes into a log group. Whether it may, was asked; the group is there, or [`ensure_group`] makes it.
/// Gives how many events were stored: those that PutLogEvents would have taken. When this is done, they last.
///
/// # Errors
/// A name that no stream can have, too many streams, or they could not be stored: then some of them may be.
pub async fn deliver(
    events: &Events,
    group: &LogGroup,
    delivery: LogDelivery,
    now: Timestamp,
) -> Result<usize, AwsError> {
    let LogDelivery { stream, layout, events: mut batch } = delivery;
    names::checked_stream(&Some(stream.clone()), "logStreamName")?;
    batch.sort_by_key(|it| it.0);
    batch.retain(|it| !it.1.is_empty() && it.1.len() + EVENT_OVERHEAD_BYTES <= BATCH_BYTES_MAX);
    let Sorted { first, end, .. } = Sorted::of(group, &batch, now);
    batch.truncate(end);
    batch.drain(..first);
    let stored = batch.len();
    for events_of_one in split(batch) {
        let news = events.watchers.look(group, &stream, now, &events_of_one);
        let new = NewEvents {
            stream: stream.clone(),
            make: true,
            layout: layout.clone(),
            now: now.0,
            events: events_of_one,
        };
        events.put(group.id.number(), new).await.map_err(errors::problem)?;
        events.watchers.tell(news);
    }
    Ok(stored)
}

/// Parts that are as long as a call's may be. Nothing is one part, which makes the stream.
fn split(batch: Vec<(i64, String)>) -> Vec<Vec<(i64, String)>> {
    let mut parts = vec![Vec::new()];
    let mut bytes = 0;
    for event in batch {
        let takes = event.1.len() + EVENT_OVERHEAD_BYTES;
        let last = parts.last().map_or(0, Vec::len);
        if last == BATCH_EVENTS_MAX || bytes + takes > BATCH_BYTES_MAX {
            parts.push(Vec::new());
            bytes = 0;
        }
        bytes += takes;
        parts.last_mut().expect("there is a part").push(event);
    }
    parts
}

/// Makes a log group as a service makes it that finds none, unless it is there. A change of the state, for its writer.
///
/// # Errors
/// A name that no group can have, or there are too many.
pub fn ensure_group(
    world: &mut World,
    scope: model::Scope,
    name: &str,
    now: Timestamp,
    ids: &mut model::Ids<'_>,
) -> Result<(), AwsError> {
    names::checked_group(&Some(name.to_owned()), "logGroupName")?;
    if world.log_group(scope, name).is_ok() {
        return Ok(());
    }
    world.create_log_group(LogGroup::new(scope, name, now, ids)).map_err(errors::refused)
}
