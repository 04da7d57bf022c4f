//! GetLogGroupFields: which fields are discovered in a group's events, and in how many of a hundred.

use std::ops::ControlFlow;
use std::sync::Arc;

use analytics::{FieldCounter, Source};
use awsproto::{AwsError, Call};
use model::World;

use super::Queries;
use crate::GroupSource;
use crate::events::Problem;
use crate::shapes::*;
use crate::{errors, names};

const MINUTE_MS: i64 = 60_000;
/// How many events are looked at.
const EVENTS_MAX: u64 = 10_000;

pub(crate) async fn fields(
    call: Call,
    world: Arc<World>,
    queries: Arc<Queries>,
    request: GetLogGroupFieldsRequest,
) -> Result<GetLogGroupFieldsResponse, AwsError> {
    let GetLogGroupFieldsRequest { log_group_identifier, log_group_name, time } = request;
    let group = names::identified(&call, &world, &log_group_name, &log_group_identifier)?;
    if let Some(time) = time.filter(|time| *time < 0) {
        return Err(errors::violated(time, "time", "have value greater than or equal to 0"));
    }
    // "The 8 minutes before and 8 minutes after this time are searched. If you omit time, the most recent 15 minutes."
    let (from, to) = match time {
        Some(time) => {
            let time = time.saturating_mul(1000);
            (time.saturating_sub(8 * MINUTE_MS), time.saturating_add(8 * MINUTE_MS))
        }
        None => (call.now.0 - 15 * MINUTE_MS, call.now.0),
    };
    let source = GroupSource::new(Arc::clone(&queries.events), group, call.now);
    let counted = tokio::task::spawn_blocking(move || {
        let mut counter = FieldCounter::default();
        let scanned = source.scan(from, to, &mut |batch| {
            counter.add(batch);
            if counter.events() < EVENTS_MAX { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        scanned.map(|()| counter).map_err(|error| Problem::Storage(error.to_string()))
    });
    let counted = counted.await.map_err(|error| errors::problem(Problem::Storage(error.to_string())))?;
    let percent = counted.map_err(errors::problem)?.percent().into_iter();
    let field = |(name, percent)| LogGroupField {
        name: Some(name),
        percent: Some(i32::try_from(percent).unwrap_or(100)),
    };
    Ok(GetLogGroupFieldsResponse { log_group_fields: percent.map(field).collect() })
}
