//! The events of log groups: opened, and kept in order by and by.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use awsproto::metering::Meter;
use cloudwatch::Metrics;
use logs::Events;
use logs::events::Kept;
use model::World;

use crate::clock;
use crate::writer::State;

/// How often what is too old goes, and what is of streams and groups that are gone.
const HOUSEKEEPING: Duration = Duration::from_secs(20);
/// After how many of these what is in the journal goes into segments, from which it can be given back, however little it is.
const FLUSH: u32 = 45;

/// The events of a data directory; without them there are log groups, but nothing in them.
pub(crate) fn events(data: &Path, metrics: &Arc<Metrics>) -> Option<Arc<Events>> {
    match Events::open(&data.join("logs")) {
        Ok(events) => Some(Arc::new(events.metered_by(Arc::clone(metrics) as Arc<dyn Meter>))),
        Err(problem) => {
            tracing::error!(
                ?problem,
                "the events of log groups cannot be read: none can be written or looked for"
            );
            None
        }
    }
}

/// What queries hash with, so that nobody who writes logs knows which keys fall together.
pub(crate) fn seed() -> u64 {
    u64::from_le_bytes(clock::random())
}

/// Keeps them in order for ever.
pub(crate) async fn keep_house_for_ever(events: Arc<Events>, state: State) {
    let mut round = 0_u32;
    loop {
        tokio::time::sleep(HOUSEKEEPING).await;
        round = round.wrapping_add(1);
        let flushed = match round.is_multiple_of(FLUSH) {
            true => events.flush().await,
            false => Ok(()),
        };
        let kept = events.keep_house(|| kept(&state.snapshot())).await;
        if let Err(problem) = flushed.and(kept) {
            tracing::warn!(?problem, "log events were not put in order");
        }
    }
}

fn kept(world: &World) -> HashMap<u64, Kept> {
    let now = clock::now();
    world.log_groups.values().map(|group| (group.id.number(), Kept { oldest: group.oldest(now) })).collect()
}
