//! Log streams come, go, and are listed. Follows CreateLogStream, DeleteLogStream and DescribeLogStreams (Amazon CloudWatch Logs API
//! Reference).

use std::sync::Arc;

use awsproto::{AwsError, Call};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::World;
use model::log_group::LogGroup;

use crate::events::{Events, StreamOrder, StreamShown};
use crate::shapes::*;
use crate::{errors, names, paging, position};

/// Streams of a page.
const PAGE_MAX: i32 = 50;

pub(crate) async fn create(
    call: Call,
    world: Arc<World>,
    events: Arc<Events>,
    request: CreateLogStreamRequest,
) -> Result<(), AwsError> {
    let CreateLogStreamRequest { log_group_name, log_stream_name } = request;
    let stream = names::checked_stream(&log_stream_name, "logStreamName")?;
    let group = names::group(&call, &world, &log_group_name)?;
    events.create_stream(group.id.number(), stream, call.now.0).await.map_err(errors::problem)
}

pub(crate) async fn delete(
    call: Call,
    world: Arc<World>,
    events: Arc<Events>,
    request: DeleteLogStreamRequest,
) -> Result<(), AwsError> {
    let DeleteLogStreamRequest { log_group_name, log_stream_name } = request;
    let stream = names::checked_stream(&log_stream_name, "logStreamName")?;
    let group = names::group(&call, &world, &log_group_name)?;
    if group.deletion_protected {
        return Err(errors::is_protected());
    }
    events.delete_stream(group.id.number(), stream).await.map_err(errors::problem)
}

pub(crate) async fn describe(
    call: Call,
    world: Arc<World>,
    events: Arc<Events>,
    request: DescribeLogStreamsRequest,
) -> Result<DescribeLogStreamsResponse, AwsError> {
    let DescribeLogStreamsRequest {
        descending,
        limit,
        log_group_identifier,
        log_group_name,
        log_stream_name_prefix,
        next_token,
        order_by,
    } = request;
    let order = match order_by.as_deref() {
        None | Some("LogStreamName") => StreamOrder::Name,
        Some("LastEventTime") => StreamOrder::LastEvent,
        Some(other) => {
            let rule = "satisfy enum value set: [LogStreamName, LastEventTime]";
            return Err(errors::violated(other, "orderBy", rule));
        }
    };
    if let Some(prefix) = &log_stream_name_prefix {
        names::checked_stream(&Some(prefix.clone()), "logStreamNamePrefix")?;
        if order == StreamOrder::LastEvent {
            return Err(errors::invalid("Cannot order by LastEventTime with a logStreamNamePrefix."));
        }
    }
    let limit = paging::limit(limit, "limit", PAGE_MAX)?;
    let group = names::identified(&call, &world, &log_group_name, &log_group_identifier)?;
    let after = next_token.as_deref().map(read_token).transpose()?;
    let prefix = log_stream_name_prefix.unwrap_or_default();
    let after = after.as_ref().map(|(time, name)| (*time, name.as_str()));
    let way = (order, descending.unwrap_or_default());
    let (streams, more) = events.list_streams(group.id.number(), &prefix, way, after, limit);
    let last = streams.last().filter(|_| more);
    let next_token =
        last.map(|it| write_token(if order == StreamOrder::Name { 0 } else { it.last_event() }, &it.name));
    Ok(DescribeLogStreamsResponse {
        log_streams: streams.iter().map(|it| shown(group, it)).collect(),
        next_token,
    })
}

fn shown(group: &LogGroup, stream: &StreamShown) -> LogStream {
    LogStream {
        arn: Some(names::stream_arn(group, &stream.name)),
        creation_time: Some(stream.created),
        first_event_timestamp: stream.seen.map(|it| it.0),
        last_event_timestamp: stream.seen.map(|it| it.1),
        last_ingestion_time: stream.seen.map(|it| it.2),
        log_stream_name: Some(stream.name.to_string()),
        // "this value is always zero since June 17, 2019".
        stored_bytes: Some(0),
        upload_sequence_token: stream.seen.map(|it| position::digits(it.1, group.id.number(), 0)),
    }
}

fn write_token(time: i64, name: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("streams1:{time}:{name}"))
}

fn read_token(token: &str) -> Result<(i64, String), AwsError> {
    let text = URL_SAFE_NO_PAD.decode(token).ok().and_then(|it| String::from_utf8(it).ok());
    let read = |text: String| {
        let (time, name) = text.strip_prefix("streams1:")?.split_once(':')?;
        Some((time.parse().ok()?, name.to_owned()))
    };
    text.and_then(read).ok_or_else(errors::invalid_token)
}
