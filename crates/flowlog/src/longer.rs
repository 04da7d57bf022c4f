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
    /// Adds a window. Returns the long one if it is complete: if this one ends at, or after, the next multiple of its
    /// length, in milliseconds.
    pub fn add(&mut self, window: FlowWindow, length_ms: i64) -> Option<FlowWindow> {
        let FlowWindow { start, end, records, skipped } = window;
        let begun = *self.start.get_or_insert(start);
        for record in records {
            self.records.entry(record.key).and_modify(|sum| add(sum, &record)).or_insert(record);
        }
        for (interface, count) in skipped {
            *self.skipped.entry(interface).or_default() += count;
        }
        let length = length_ms.max(1);
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

#[cfg(test)]
mod tests {
    use super::*;
    use engine::FlowAction;
    use model::Direction;

    fn minute(number: i64, packets: u64) -> FlowWindow {
        let flow = wire::Flow {
            source: "10.0.0.1".parse().unwrap(),
            destination: "10.0.0.2".parse().unwrap(),
            protocol: 6,
            source_port: 4000,
            destination_port: 22,
        };
        let interface = NetworkInterfaceId::numbered(1);
        let key = FlowKey { interface, direction: Direction::Egress, flow, action: FlowAction::Accept };
        let (start, end) = (Timestamp(number * 60_000), Timestamp((number + 1) * 60_000));
        let record = FlowRecord {
            key,
            path: None,
            peer: None,
            packets,
            bytes: 100 * packets,
            first: start,
            last: end,
            tcp_flags: u8::try_from(1 << (number % 3)).unwrap(),
        };
        FlowWindow { start, end, records: vec![record], skipped: BTreeMap::from([(interface, 1)]) }
    }

    #[test]
    fn ten_minutes_are_added_up_to_one_record_that_ends_with_the_clock_s_ten_minutes() {
        let mut longer = Longer::default();
        for number in 17..19 {
            assert_eq!(longer.add(minute(number, 2), 600_000), None);
        }
        let whole = longer.add(minute(19, 5), 600_000).unwrap();
        assert_eq!((whole.start, whole.end), (Timestamp(17 * 60_000), Timestamp(20 * 60_000)));
        let [record] = whole.records[..] else { panic!("{whole:?}") };
        assert_eq!((record.packets, record.bytes, record.tcp_flags), (9, 900, 7));
        assert_eq!((record.first, record.last), (whole.start, whole.end));
        assert_eq!(whole.skipped[&NetworkInterfaceId::numbered(1)], 3);
        assert_eq!(longer.add(minute(20, 1), 600_000), None, "the next one");
    }
}
