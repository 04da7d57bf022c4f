//! Events are read: of a stream, or those of a group that match a pattern. Follows GetLogEvents and FilterLogEvents (Amazon
//! CloudWatch Logs API Reference).

use std::sync::Arc;

use awsproto::{AwsError, Call};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::World;

use crate::events::{Direction, Events, Page, Position, Problem, Question, Wanted};
use crate::pattern::{PATTERN_MAX, Pattern};
use crate::shapes::*;
use crate::{errors, names, paging, position};

/// Events of a page at most, and of one whose length is not said.
const EVENTS_MAX: i32 = 10_000;
/// Bytes of a page.
const PAGE_BYTES_MAX: usize = 1 << 20;
/// Bytes of messages that are looked through for one page; what is further on is the next page's.
const SCAN_BYTES_MAX: usize = 256 << 20;
const STREAM_NAMES_MAX: usize = 100;

/// Reads a page on a thread that may wait.
async fn read(
    events: &Arc<Events>,
    ask: impl FnOnce(&Events) -> Result<Page, Problem> + Send + 'static,
) -> Result<Page, AwsError> {
    let events = Arc::clone(events);
    let page = tokio::task::spawn_blocking(move || ask(&events)).await;
    page.map_err(|error| errors::problem(Problem::Storage(error.to_string())))?.map_err(errors::problem)
}

fn check_time(time: Option<i64>, member: &str) -> Result<(), AwsError> {
    match time.filter(|it| *it < 0) {
        Some(time) => Err(errors::violated(time, member, "have value greater than or equal to 0")),
        None => Ok(()),
    }
}

pub(crate) async fn get(
    call: Call,
    world: Arc<World>,
    events: Arc<Events>,
    request: GetLogEventsRequest,
) -> Result<GetLogEventsResponse, AwsError> {
    let GetLogEventsRequest {
        end_time,
        limit,
        log_group_identifier,
        log_group_name,
        log_stream_name,
        next_token,
        start_from_head,
        start_time,
        // Nothing is masked.
        unmask: _,
    } = request;
    let stream = names::checked_stream(&log_stream_name, "logStreamName")?;
    let limit = paging::limit(limit, "limit", EVENTS_MAX)?;
    check_time(start_time, "startTime")?;
    check_time(end_time, "endTime")?;
    let group = names::identified(&call, &world, &log_group_name, &log_group_identifier)?;
    names::check_standard(group, "GetLogEvents")?;
    let id = group.id.number();
    let stream = events.stream(id, stream).ok_or_else(|| errors::problem(Problem::NoStream))?;
    let token = next_token.as_deref().map(|it| read_token(it, stream)).transpose()?;
    let direction = match (token, start_from_head) {
        (Some((direction, _)), _) => direction,
        (None, Some(true)) => Direction::Forward,
        (None, Some(false) | None) => Direction::Backward,
    };
    let after = token.map(|it| it.1);
    let from = start_time.unwrap_or(0).max(group.oldest(call.now).unwrap_or(0));
    // "Events with a timestamp equal to or later than this time are not included."
    let to = end_time.map_or(i64::MAX, |it| it - 1);
    let page = read(&events, move |events| {
        events.page(&Question {
            group: id,
            streams: Wanted::One(stream),
            from,
            to,
            direction,
            after,
            limit,
            bytes_max: PAGE_BYTES_MAX,
            scan_bytes_max: usize::MAX,
            matches: &|_| true,
        })
    })
    .await?;
    let (before, behind) = ends(&page, token, from);
    let shown = page.events.into_iter().map(|it| OutputLogEvent {
        ingestion_time: Some(it.ingested),
        message: Some(it.message),
        timestamp: Some(it.timestamp),
    });
    Ok(GetLogEventsResponse {
        events: shown.collect(),
        next_backward_token: Some(write_token(Direction::Backward, before, stream)),
        next_forward_token: Some(write_token(Direction::Forward, behind, stream)),
    })
}

/// From where a page goes on backwards and forwards. "If you have reached the end of the stream, it returns the same token you
/// passed in."
fn ends(page: &Page, token: Option<(Direction, Position)>, from: i64) -> (Position, Position) {
    let place = |it: &crate::events::Found| (it.timestamp, it.number);
    match (page.events.first(), page.events.last(), token) {
        (Some(first), Some(last), _) => (place(first), place(last)),
        (_, _, Some((Direction::Forward, (time, number)))) => {
            ((time, number.saturating_add(1)), (time, number))
        }
        (_, _, Some((Direction::Backward, (time, number)))) => {
            ((time, number), (time, number.saturating_sub(1)))
        }
        (_, _, None) => ((from, 0), (from, 0)),
    }
}

/// `f/` or `b/`, a place, `/s`.
fn write_token(direction: Direction, (time, number): Position, stream: u64) -> String {
    let letter = match direction {
        Direction::Forward => 'f',
        Direction::Backward => 'b',
    };
    format!("{letter}/{}/s", position::digits(time, stream, number))
}

fn read_token(token: &str, stream: u64) -> Result<(Direction, Position), AwsError> {
    let read = || {
        let (letter, rest) = token.split_once('/')?;
        let direction = match letter {
            "f" => Direction::Forward,
            "b" => Direction::Backward,
            _ => return None,
        };
        let (time, within, number) = position::read(rest.strip_suffix("/s")?)?;
        (within == stream).then_some((direction, (time, number)))
    };
    read().ok_or_else(errors::invalid_token)
}

pub(crate) async fn filter(
    call: Call,
    world: Arc<World>,
    events: Arc<Events>,
    request: FilterLogEventsRequest,
) -> Result<FilterLogEventsResponse, AwsError> {
    let FilterLogEventsRequest {
        end_time,
        filter_pattern,
        // "This parameter is ignored": they always are.
        interleaved: _,
        limit,
        log_group_identifier,
        log_group_name,
        log_stream_name_prefix,
        log_stream_names,
        next_token,
        start_from_head,
        start_time,
        // Nothing is masked.
        unmask: _,
    } = request;
    let limit = paging::limit(limit, "limit", EVENTS_MAX)?;
    check_time(start_time, "startTime")?;
    check_time(end_time, "endTime")?;
    let pattern = pattern(&filter_pattern)?;
    if log_stream_name_prefix.is_some() && !log_stream_names.is_empty() {
        return Err(errors::invalid(
            "logStreamNamePrefix and logStreamNames are mutually exclusive parameters.",
        ));
    }
    let group = names::identified(&call, &world, &log_group_name, &log_group_identifier)?;
    names::check_standard(group, "FilterLogEvents")?;
    let id = group.id.number();
    let streams = streams(&events, id, log_stream_names, log_stream_name_prefix)?;
    let token = next_token.as_deref().map(|it| read_filter_token(it, id)).transpose()?;
    let direction = match (token, start_from_head) {
        (Some((direction, _)), _) => direction,
        (None, Some(false)) => Direction::Backward,
        (None, Some(true) | None) => Direction::Forward,
    };
    let from = start_time.unwrap_or(0).max(group.oldest(call.now).unwrap_or(0));
    let to = end_time.unwrap_or(i64::MAX);
    let page = read(&events, move |events| {
        events.page(&Question {
            group: id,
            streams,
            from,
            to,
            direction,
            after: token.map(|it| it.1),
            limit,
            bytes_max: PAGE_BYTES_MAX,
            scan_bytes_max: SCAN_BYTES_MAX,
            matches: &|message| pattern.matches(message),
        })
    })
    .await?;
    let next_token = page.next.map(|it| write_filter_token(direction, it, id));
    let mut shown: Vec<FilteredLogEvent> = page
        .events
        .into_iter()
        .map(|it| FilteredLogEvent {
            event_id: Some(position::digits(it.timestamp, id, it.number)),
            ingestion_time: Some(it.ingested),
            log_stream_name: Some(it.stream.to_string()),
            message: Some(it.message),
            timestamp: Some(it.timestamp),
        })
        .collect();
    // "If the value is false, the latest log events are returned first."
    if direction == Direction::Backward {
        shown.reverse();
    }
    Ok(FilterLogEventsResponse { events: shown, next_token, searched_log_streams: Vec::new() })
}

/// A pattern as it was sent.
pub(crate) fn pattern(text: &Option<String>) -> Result<Pattern, AwsError> {
    let text = text.as_deref().unwrap_or_default();
    if text.chars().count() > PATTERN_MAX {
        let rule = format!("have length less than or equal to {PATTERN_MAX}");
        return Err(errors::violated(text, "filterPattern", &rule));
    }
    Pattern::parse(text).map_err(errors::pattern)
}

/// The streams that are asked for, each of which there is.
fn streams(
    events: &Events,
    group: u64,
    named: Vec<String>,
    prefix: Option<String>,
) -> Result<Wanted, AwsError> {
    if let Some(prefix) = prefix {
        names::checked_stream(&Some(prefix.clone()), "logStreamNamePrefix")?;
        return Ok(Wanted::These(events.streams_with(group, &prefix).into_iter().collect()));
    }
    if named.is_empty() {
        return Ok(Wanted::All);
    }
    if named.len() > STREAM_NAMES_MAX {
        let rule = format!("have length less than or equal to {STREAM_NAMES_MAX}");
        return Err(errors::violated(format!("[{}]", named.join(", ")), "logStreamNames", &rule));
    }
    let found = named.iter().map(|name| events.stream(group, name).ok_or(Problem::NoStream));
    found.collect::<Result<_, _>>().map(Wanted::These).map_err(errors::problem)
}

fn write_filter_token(direction: Direction, (time, number): Position, group: u64) -> String {
    let letter = if direction == Direction::Forward { 'f' } else { 'b' };
    URL_SAFE_NO_PAD.encode(format!("filter1:{letter}:{group}:{time}:{number}"))
}

fn read_filter_token(token: &str, group: u64) -> Result<(Direction, Position), AwsError> {
    let read = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
        let parts: Vec<&str> = text.strip_prefix("filter1:")?.split(':').collect();
        let [letter, within, time, number] = parts[..] else { return None };
        let direction = match letter {
            "f" => Direction::Forward,
            "b" => Direction::Backward,
            _ => return None,
        };
        let place = (time.parse().ok()?, number.parse().ok()?);
        (within.parse() == Ok(group)).then_some((direction, place))
    };
    read().ok_or_else(errors::invalid_token)
}
