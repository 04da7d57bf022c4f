//! Streams are looked up and listed.

use std::ops::Bound;
use std::sync::Arc;

use super::{Events, Stream};

/// In which order streams are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StreamOrder {
    Name,
    LastEvent,
}

/// A stream as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StreamShown {
    pub(crate) name: Arc<str>,
    pub(crate) created: i64,
    /// The time of the first event and of the last one, and when the last one came.
    pub(crate) seen: Option<(i64, i64, i64)>,
}

impl StreamShown {
    fn of(stream: &Stream) -> StreamShown {
        let seen = stream.seen.map(|it| (it.first, it.last, it.ingested));
        StreamShown { name: Arc::clone(&stream.name), created: stream.created, seen }
    }

    /// By which it is sorted among those by last event: what has none comes first.
    pub(crate) fn last_event(&self) -> i64 {
        self.seen.map_or(0, |(_, last, _)| last)
    }
}

impl Events {
    /// Whether a group has a stream of a name.
    pub(crate) fn has_stream(&self, group: u64, name: &str) -> bool {
        self.stream(group, name).is_some()
    }

    /// The number of a stream.
    pub(crate) fn stream(&self, group: u64, name: &str) -> Option<u64> {
        self.shared.state().groups.get(&group)?.by_name.get(name).copied()
    }

    /// The name of a stream that is there.
    pub(crate) fn stream_name(&self, group: u64, stream: u64) -> Option<Arc<str>> {
        let state = self.shared.state();
        Some(Arc::clone(&state.groups.get(&group)?.streams.get(&stream)?.name))
    }

    /// The numbers of the streams whose names begin so.
    pub(crate) fn streams_with(&self, group: u64, prefix: &str) -> Vec<u64> {
        let state = self.shared.state();
        let Some(of) = state.groups.get(&group) else { return Vec::new() };
        let from = (Bound::Included(prefix), Bound::Unbounded);
        of.by_name.range::<str, _>(from).take_while(|it| it.0.starts_with(prefix)).map(|it| *it.1).collect()
    }

    /// A page of streams whose names begin so, behind the one of this time and name; and whether there are more.
    pub(crate) fn list_streams(
        &self,
        group: u64,
        prefix: &str,
        (order, descending): (StreamOrder, bool),
        after: Option<(i64, &str)>,
        limit: usize,
    ) -> (Vec<StreamShown>, bool) {
        let state = self.shared.state();
        let Some(of) = state.groups.get(&group) else { return (Vec::new(), false) };
        let key = |it: &StreamShown| match order {
            StreamOrder::Name => 0,
            StreamOrder::LastEvent => it.last_event(),
        };
        let is_behind = |it: &StreamShown| {
            after.is_none_or(|after| match descending {
                false => (key(it), &*it.name) > after,
                true => (key(it), &*it.name) < after,
            })
        };
        let named = of.by_name.range::<str, _>((Bound::Included(prefix), Bound::Unbounded));
        let named = named.take_while(|it| it.0.starts_with(prefix)).filter_map(|it| of.streams.get(it.1));
        let mut all: Vec<StreamShown> = named.map(StreamShown::of).filter(is_behind).collect();
        if order == StreamOrder::LastEvent {
            all.sort_by(|one, other| (key(one), &one.name).cmp(&(key(other), &other.name)));
        }
        if descending {
            all.reverse();
        }
        let more = all.len() > limit;
        all.truncate(limit);
        (all, more)
    }

    /// What the messages of a group take, as AWS counts it.
    pub(crate) fn stored_bytes(&self, group: u64) -> u64 {
        self.shared.state().groups.get(&group).map_or(0, |it| it.bytes)
    }
}
