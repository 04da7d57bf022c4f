//! What looks at events as they come, once they last: metric filters, and whoever looks at a live tail.

mod counting;
mod patterns;
mod tails;
mod updates;

use std::sync::Arc;

use awsproto::Timestamp;
use awsproto::metering::{Measurement, Meter};
use model::log_group::LogGroup;

use patterns::Patterns;
pub(crate) use tails::{Looking, Session};
use tails::{Tail, Tails};
use tokio::time::Instant;
pub(crate) use updates::{Tailed, Update};

/// Who looks.
#[derive(Default)]
pub(crate) struct Watchers {
    /// Where numbers go; without one nothing is counted.
    pub(crate) meter: Option<Arc<dyn Meter>>,
    /// Sessions of live tail.
    pub(crate) tails: Tails,
    patterns: Patterns,
}

/// What will be told of events when they last.
pub(crate) struct News {
    measurements: Vec<Measurement>,
    tails: Vec<Tail>,
}

impl Watchers {
    /// What there is to be told of events that come to a group, before they are stored.
    pub(crate) fn look(
        &self,
        group: &LogGroup,
        stream: &str,
        now: Timestamp,
        events: &[(i64, String)],
    ) -> News {
        let counted = || {
            let filters = group.metric_filters.values();
            let read = filters.filter_map(|it| Some((self.patterns.read(&it.pattern)?, &it.transformation)));
            read.flat_map(|(pattern, of)| counting::count(group.scope, &pattern, of, events)).collect()
        };
        News {
            measurements: if self.meter.is_some() { counted() } else { Vec::new() },
            tails: self.tails.look(group, stream, now.0, events),
        }
    }

    /// Tells it.
    pub(crate) fn tell(&self, news: News) {
        let News { measurements, tails } = news;
        let at = Instant::now();
        tails.into_iter().for_each(|it| it.tell(at));
        if let Some(meter) = self.meter.as_ref().filter(|_| !measurements.is_empty()) {
            meter.measure(measurements);
        }
    }
}

/// The beginning of an event's minute.
fn minute(time: i64) -> Timestamp {
    Timestamp(time.div_euclid(60_000) * 60_000)
}
