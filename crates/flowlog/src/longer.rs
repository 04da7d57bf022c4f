//! Longer windows: records of a minute added up to records of ten.

use engine::{FlowKey, FlowRecord, FlowWindow};
use model::{NetworkInterfaceId, Timestamp};
use std::collections::BTreeMap;
use std::collections::HashMap;

/// A long window that is being added up.
#[derive(Clone, Debug, Default)]
pub struct Longer {
    start: Option<Timestamp>,
    records: HashMap<FlowKey, FlowRecord>,
    skipped: BTreeMap<NetworkInterfaceId, u64>,
}

impl Longer {
    /// Adds a window. Returns the long one if it is complete: if this one ends at, or after, the next multiple of its length.
    pub fn add(&mut self, window: FlowWindow, length_s: u32) -> Option<FlowWindow> {
        let FlowWindow { start, end, records, skipped } = window;
        let begun = *self.start.get_or_insert(start);
        for record in records {
            self.records.entry(record.key).and_modify(|sum| add(sum, &record)).or_insert(record);
        }
        for (interface, count) in skipped {
            *self.skipped.entry(interface).or_default() += count;
        }
        let length = i64::from(length_s.max(1)) * 1000;
        // A clock that was set back begins a new one, too.
        let is_complete = begun.0.div_euclid(length) != end.0.div_euclid(length) || end < begun;
        is_complete.then(|| {
            let Longer { records, skipped, .. } = std::mem::take(self);
            FlowWindow { start: begun, end, records: records.into_values().collect(), skipped }
        })
    }
}

fn add(sum: &mut FlowRecord, more: &FlowRecord) {
    sum.packets += more.packets;
    sum.bytes += more.bytes;
    sum.first = sum.first.min(more.first);
    sum.last = sum.last.max(more.last);
    sum.tcp_flags |= more.tcp_flags;
    sum.path = more.path;
    sum.peer = more.peer;
}
