//! Events as they come. Follows StartLiveTail (Amazon CloudWatch Logs API Reference) and "Use Live Tail to view logs in near
//! real time" (User Guide). Log groups of other accounts, which monitoring accounts may look at, are none here.

use std::sync::Arc;
use std::time::Duration;

use awsproto::event_stream::{self, Coming, EventSource};
use awsproto::json::ToJson;
use awsproto::{AwsError, Call};
use model::World;
use tokio::time::Instant;

use crate::events::Events;
use crate::shapes::*;
use crate::watching::{Looking, Session, Tailed, Update};
use crate::{errors, get, names};

/// "Live Tail sessions time out after three hours."
const SESSION_MAX: Duration = Duration::from_secs(3 * 60 * 60);

/// The events of a session.
struct LiveTail {
    session: Arc<Session>,
    /// When it times out.
    end: Instant,
    stage: Stage,
}

/// What comes next.
enum Stage {
    Response(LiveTailSessionStart),
    Start(LiveTailSessionStart),
    Updates,
    Over,
}

pub(crate) async fn start(
    mut call: Call,
    world: Arc<World>,
    events: Arc<Events>,
    request: StartLiveTailRequest,
) -> Result<Box<dyn EventSource>, AwsError> {
    let looking = looking(&call, &world, &request)?;
    let StartLiveTailRequest {
        log_event_filter_pattern,
        log_group_identifiers,
        log_stream_name_prefixes,
        log_stream_names,
    } = request;
    let start = LiveTailSessionStart {
        log_event_filter_pattern,
        log_group_identifiers,
        log_stream_name_prefixes,
        log_stream_names,
        request_id: Some(call.request_id.clone()),
        session_id: Some(call.ids.uuid()),
    };
    let now = Instant::now();
    let session = events.watchers.tails.begin(looking, now).map_err(|_| errors::too_many())?;
    Ok(Box::new(LiveTail { session, end: now + SESSION_MAX, stage: Stage::Response(start) }))
}

/// What is asked for, if it can be.
fn looking(call: &Call, world: &World, request: &StartLiveTailRequest) -> Result<Looking, AwsError> {
    let StartLiveTailRequest {
        log_event_filter_pattern,
        log_group_identifiers,
        log_stream_name_prefixes: prefixes,
        log_stream_names: streams,
    } = request;
    let pattern = get::pattern(log_event_filter_pattern)?;
    if !streams.is_empty() && !prefixes.is_empty() {
        return Err(errors::invalid(
            "logStreamNames and logStreamNamePrefixes are mutually exclusive parameters.",
        ));
    }
    // "You can specify this parameter only if you specify only one log group".
    if !(streams.is_empty() && prefixes.is_empty()) && log_group_identifiers.len() != 1 {
        return Err(errors::invalid(
            "logStreamNames and logStreamNamePrefixes can only be specified with one log group.",
        ));
    }
    let mut groups: Vec<(u64, Arc<str>)> = Vec::with_capacity(log_group_identifiers.len());
    for identifier in log_group_identifiers {
        if !identifier.starts_with("arn:") {
            return Err(errors::invalid("logGroupIdentifiers must be ARNs of log groups."));
        }
        let name = names::of_identifier(call.scope, identifier).ok_or_else(errors::no_group)?;
        let group = names::group(call, world, &Some(name.to_owned()))?;
        names::check_standard(group, "StartLiveTail")?;
        groups.push((group.id.number(), identifier.as_str().into()));
    }
    Ok(Looking { scope: call.scope, groups, streams: streams.clone(), prefixes: prefixes.clone(), pattern })
}

impl EventSource for LiveTail {
    fn next(&mut self) -> Coming<'_> {
        Box::pin(async {
            match std::mem::replace(&mut self.stage, Stage::Over) {
                Stage::Response(start) => {
                    self.stage = Stage::Start(start);
                    Some(event_stream::initial_response())
                }
                Stage::Start(start) => {
                    self.stage = Stage::Updates;
                    Some(event_stream::event("sessionStart", &start.to_json().to_string()))
                }
                Stage::Updates => Some(self.update().await),
                Stage::Over => None,
            }
        })
    }
}

impl LiveTail {
    /// The next update, or the end.
    async fn update(&mut self) -> Vec<u8> {
        loop {
            let now = Instant::now();
            if now >= self.end {
                let told = r#"{"message":"The session has timed out after 3 hours."}"#;
                return event_stream::exception("SessionTimeoutException", told);
            }
            match self.session.take(now) {
                Ok(update) => {
                    self.stage = Stage::Updates;
                    return event_stream::event("sessionUpdate", &shown(update).to_json().to_string());
                }
                Err(due) => tokio::time::sleep_until(due).await,
            }
        }
    }
}

fn shown(update: Update) -> LiveTailSessionUpdate {
    let event = |Tailed { group, stream, time, ingested, message }| LiveTailSessionLogEvent {
        ingestion_time: Some(ingested),
        log_group_identifier: Some(group.to_string()),
        log_stream_name: Some(stream.to_string()),
        message: Some(message),
        timestamp: Some(time),
    };
    LiveTailSessionUpdate {
        session_metadata: Some(LiveTailSessionMetadata { sampled: Some(update.is_sampled) }),
        session_results: update.events.into_iter().map(event).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::testing::Folder;

    #[tokio::test]
    async fn a_session_that_times_out_says_so_and_ends() {
        let folder = Folder::new();
        let events = Events::open(folder.path()).unwrap();
        let call = awsproto::testing::call("us-west-2", 1);
        let pattern = get::pattern(&None).unwrap();
        let looking = Looking {
            scope: call.scope,
            groups: Vec::new(),
            streams: Vec::new(),
            prefixes: Vec::new(),
            pattern,
        };
        let now = Instant::now();
        let session = events.watchers.tails.begin(looking, now).unwrap();
        let mut tail = LiveTail { session, end: now + Duration::from_millis(1_500), stage: Stage::Updates };
        let said = |frame: Option<Vec<u8>>| String::from_utf8_lossy(&frame.unwrap()).into_owned();
        assert!(said(tail.next().await).contains("sessionUpdate"));
        let last = said(tail.next().await);
        assert!(last.contains(":exception-type") && last.contains("SessionTimeoutException"), "{last}");
        assert!(tail.next().await.is_none());
        assert_eq!(SESSION_MAX.as_secs(), 10_800);
    }
}
