//! The book of flows: records of the window that is open, and those of windows that have closed.
//!
//! Only interfaces that somebody logs have records, and only packets off the fast path are counted one by one. A connection
//! counts its own packets anyway; what passed on the fast path is the difference, added to the records that its last packet
//! off it was counted in ([`Watched`]). With each window a connection's first packet is off the fast path, so that a record
//! says when its first packet came. So the fast path costs the same with flow logs as without.
//!
//! The book is bounded. Who would have more records in a window than there may be has packets left out, and is told so.

use indexmap::IndexMap;
use model::{NetworkInterfaceId, Timestamp};
use std::collections::BTreeMap;

use crate::clock::{Moment, Now};
use crate::connection::{End, Sent};
use crate::flow_record::{FlowKey, FlowRecord, FlowWindow, Observation, TrafficPath};
use crate::nat_metrics::Sizes;
use crate::slot::Slot;

/// How many records there may be, and for how long they are added up.
#[derive(Clone, Copy, Debug)]
pub struct FlowLimits {
    /// How long a window is at the most, in milliseconds. It ends with a multiple of that on the clock.
    pub window_ms: u64,
    /// Records of one window.
    pub records: usize,
    /// Records of one window and interface.
    pub records_per_interface: u32,
}

impl Default for FlowLimits {
    fn default() -> Self {
        FlowLimits { window_ms: 60_000, records: 2_000_000, records_per_interface: 500_000 }
    }
}

/// How many windows wait for whoever takes them. Of older ones no more is told than that something is left out.
const CLOSED_WINDOWS_MAX: usize = 4;
/// At how many logged interfaces the packets of one connection are added up. What passes more stays off the fast path.
pub(crate) const WATCHED_RECORDS_MAX: usize = 6;

/// The records of a course, by their places in their window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Places([Option<Place>; WATCHED_RECORDS_MAX]);

/// A record's place in its window, one more than that.
type Place = std::num::NonZeroU32;

/// Where a connection's packets from one end are added up: in which window, and where in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WatchedAt {
    window: u32,
    index: u32,
}

/// A connection of which packets pass on the fast path, uncounted by the book.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watched {
    /// The connection.
    pub(crate) slot: Slot,
    /// Which end's packets.
    pub(crate) end: End,
    /// What of that end's packets is in records already.
    counted: Sent,
    places: Places,
}

#[derive(Clone, Copy, Debug)]
struct Counted {
    packets: u64,
    bytes: u64,
    first: Moment,
    last: Moment,
    path: Option<TrafficPath>,
    peer: Option<NetworkInterfaceId>,
    tcp_flags: u8,
}

#[derive(Debug)]
struct Window {
    number: u32,
    start: Timestamp,
    opened: Moment,
    ends: Moment,
    records: IndexMap<FlowKey, Counted>,
    per_interface: BTreeMap<NetworkInterfaceId, u32>,
    skipped: BTreeMap<NetworkInterfaceId, u64>,
    watched: Vec<Watched>,
    /// How many of `watched` have been looked at since it closed.
    settled: usize,
}

/// A window that has closed, as the engine has it. To tell what is in it takes a while for each record: that is for others
/// than the thread that moves packets.
#[derive(Debug)]
pub struct ClosedFlows(Window);

/// The book.
#[derive(Debug)]
pub(crate) struct FlowBook {
    limits: FlowLimits,
    open: Option<Window>,
    /// Its time is over; what passed on the fast path is being added.
    closing: Option<Window>,
    closed: Vec<ClosedFlows>,
    number: u32,
}

impl FlowBook {
    pub(crate) fn new(limits: FlowLimits) -> FlowBook {
        FlowBook { limits, open: None, closing: None, closed: Vec::new(), number: 0 }
    }

    /// Whether it holds anything.
    pub(crate) fn is_used(&self) -> bool {
        self.open.is_some() || self.closing.is_some()
    }

    /// Time passes. Opens a window if none is, and closes one whose time is over, unless the one before is still being added
    /// up. When nobody logs, it forgets everything: nobody would take it.
    pub(crate) fn roll(&mut self, is_logged: bool, now: Now) {
        if !is_logged {
            *self = FlowBook { number: self.number, ..FlowBook::new(self.limits) };
            return;
        }
        let is_over = self.open.as_ref().is_some_and(|open| now.moment >= open.ends);
        if is_over && self.closing.is_none() {
            self.closing = self.open.take();
        }
        if self.open.is_none() {
            self.number = self.number.wrapping_add(1);
            let follows = self.closing.as_ref().map(Window::end);
            self.open = Some(Window::new(self.number, self.limits.window_ms, follows, now));
        }
    }

    /// Whether there is a window whose time is over.
    pub(crate) fn is_closing(&self) -> bool {
        self.closing.is_some()
    }

    /// Counts a packet in the records of its course, and says where they are.
    pub(crate) fn count(
        &mut self,
        course: &[Observation],
        sizes: &Sizes,
        tcp_flags: u8,
        now: Moment,
    ) -> Places {
        let (limits, mut places) = (self.limits, Places::default());
        let Some(open) = &mut self.open else { return places };
        let mut free = places.0.iter_mut();
        for observation in course {
            let size = if observation.as_sent { sizes.sent } else { sizes.arrives };
            let place = open.count(&limits, observation, size, tcp_flags, now);
            if let Some(free) = free.next() {
                *free = place;
            }
        }
        places
    }

    /// Goes on adding up what one end of a connection sends on the fast path, in these records. `sent` is in them already.
    /// `None` if there are as many that it does so for as there may be: then nothing of it must go there.
    pub(crate) fn watch(
        &mut self,
        before: Option<WatchedAt>,
        (slot, end): (Slot, End),
        sent: Sent,
        places: Places,
    ) -> Option<WatchedAt> {
        let open = self.open.as_mut()?;
        let fresh = Watched { slot, end, counted: sent, places };
        let known = before.filter(|at| at.window == open.number);
        if let Some((at, watched)) = known.and_then(|at| Some((at, open.watched.get_mut(at.index as usize)?)))
        {
            *watched = fresh;
            return Some(at);
        }
        // Connections that come and go share records, as pings do; so these are more than those.
        let index =
            u32::try_from(open.watched.len()).ok().filter(|_| open.watched.len() < self.limits.records)?;
        open.watched.push(fresh);
        Some(WatchedAt { window: open.number, index })
    }

    /// What one end has sent up to now is in records.
    pub(crate) fn set_counted(&mut self, at: WatchedAt, sent: Sent) {
        if let Some(watched) = self.window_mut(at).and_then(|it| it.watched.get_mut(at.index as usize)) {
            watched.counted = sent;
        }
    }

    fn window_mut(&mut self, at: WatchedAt) -> Option<&mut Window> {
        let windows = [&mut self.open, &mut self.closing];
        windows.into_iter().flatten().find(|window| window.number == at.window)
    }

    /// Adds what one end has sent on the fast path since it was added last, the latest of it at `last`.
    pub(crate) fn settle(&mut self, at: WatchedAt, sent: Sent, tcp_flags: u8, last: Moment) {
        if let Some(window) = self.window_mut(at) {
            window.settle(at.index as usize, sent, tcp_flags, last);
        }
    }

    /// The next connections whose packets are to be added to the window that closes, each with where that is.
    pub(crate) fn next_to_settle(&mut self, steps: usize) -> Vec<(WatchedAt, Watched)> {
        let Some(closing) = &mut self.closing else { return Vec::new() };
        let from = closing.settled;
        closing.settled = closing.watched.len().min(from + steps);
        let number = closing.number;
        let at = |index: usize| u32::try_from(index).ok().map(|index| WatchedAt { window: number, index });
        (from..closing.settled).filter_map(|index| Some((at(index)?, closing.watched[index]))).collect()
    }

    /// Puts the window that closes with those that have, if everything has been added.
    pub(crate) fn close(&mut self) {
        let Some(closing) = self.closing.take_if(|it| it.settled >= it.watched.len()) else { return };
        self.closed.push(ClosedFlows(closing));
        if self.closed.len() > CLOSED_WINDOWS_MAX {
            let ClosedFlows(given_up) = self.closed.remove(0);
            let next = &mut self.closed[0].0;
            for (interface, records) in &given_up.per_interface {
                *next.skipped.entry(*interface).or_default() += u64::from(*records);
            }
        }
    }

    /// The windows that have closed since they were taken last, oldest first.
    pub(crate) fn take_closed(&mut self) -> Vec<ClosedFlows> {
        std::mem::take(&mut self.closed)
    }
}

impl Window {
    /// A window that begins now; with the end of the one before where they meet, whatever the clock was set to since.
    fn new(number: u32, length_ms: u64, follows: Option<Timestamp>, now: Now) -> Window {
        let length = i64::try_from(length_ms.max(1)).unwrap_or(i64::MAX);
        let meets = follows.filter(|end| end.is_within(length, now.wall));
        let into = u64::try_from(now.wall.0.rem_euclid(length)).unwrap_or_default();
        let start = meets.unwrap_or(now.wall);
        // A moment before now where the window before has ended: packets are counted from there.
        let opened = Moment(now.moment.0.saturating_sub(u64::try_from(now.wall.0 - start.0).unwrap_or(0)));
        let ends = Moment(now.moment.0 + length_ms - into);
        Window {
            number,
            start,
            opened,
            ends,
            records: IndexMap::new(),
            per_interface: BTreeMap::new(),
            skipped: BTreeMap::new(),
            watched: Vec::new(),
            settled: 0,
        }
    }

    /// A moment by the clock as it was when the window began.
    fn time(&self, moment: Moment) -> Timestamp {
        Timestamp(self.start.0 + i64::try_from(moment.since(self.opened)).unwrap_or(i64::MAX / 2))
    }

    fn end(&self) -> Timestamp {
        self.time(self.ends)
    }

    fn count(
        &mut self,
        limits: &FlowLimits,
        observation: &Observation,
        size: Sent,
        tcp_flags: u8,
        now: Moment,
    ) -> Option<Place> {
        let Observation { key, path, peer, .. } = *observation;
        if let Some((index, _, counted)) = self.records.get_full_mut(&key) {
            counted.add(size, tcp_flags, now);
            counted.path = path;
            counted.peer = peer;
            return place(index);
        }
        let of_interface = self.per_interface.entry(key.interface).or_default();
        if self.records.len() >= limits.records || *of_interface >= limits.records_per_interface {
            *self.skipped.entry(key.interface).or_default() += size.packets;
            return None;
        }
        *of_interface += 1;
        let Sent { packets, bytes } = size;
        let counted = Counted { packets, bytes, first: now, last: now, path, peer, tcp_flags };
        place(self.records.insert_full(key, counted).0)
    }

    fn settle(&mut self, index: usize, sent: Sent, tcp_flags: u8, last: Moment) {
        let Some(watched) = self.watched.get_mut(index) else { return };
        let more = Sent {
            packets: sent.packets.saturating_sub(watched.counted.packets),
            bytes: sent.bytes.saturating_sub(watched.counted.bytes),
        };
        watched.counted = sent;
        if more.packets == 0 {
            return;
        }
        for place in watched.places.0.into_iter().flatten() {
            if let Some((_, counted)) = self.records.get_index_mut(place.get() as usize - 1) {
                counted.add(more, tcp_flags, last);
            }
        }
    }

    fn told(&self) -> FlowWindow {
        let end = self.end();
        let time = |moment| self.time(moment).min(end);
        let record = |(key, counted): (&FlowKey, &Counted)| FlowRecord {
            key: *key,
            path: counted.path,
            peer: counted.peer,
            packets: counted.packets,
            bytes: counted.bytes,
            first: time(counted.first),
            last: time(counted.last),
            tcp_flags: counted.tcp_flags,
        };
        let records = self.records.iter().map(record).collect();
        FlowWindow { start: self.start, end, records, skipped: self.skipped.clone() }
    }
}

impl ClosedFlows {
    /// What was counted.
    pub fn window(&self) -> FlowWindow {
        self.0.told()
    }
}

impl Counted {
    fn add(&mut self, more: Sent, tcp_flags: u8, last: Moment) {
        self.packets += more.packets;
        self.bytes += more.bytes;
        self.last = self.last.max(last);
        self.tcp_flags |= tcp_flags;
    }
}

fn place(index: usize) -> Option<Place> {
    Place::new(u32::try_from(index).ok()?.checked_add(1)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow_record::FlowAction;
    use model::Direction;
    use wire::Flow;

    fn observation(port: u16) -> Observation {
        let flow = Flow {
            source: "10.0.0.1".parse().unwrap(),
            destination: "10.0.0.2".parse().unwrap(),
            protocol: 6,
            source_port: port,
            destination_port: 22,
        };
        let interface = NetworkInterfaceId::numbered(1);
        let key = FlowKey { interface, direction: Direction::Ingress, flow, action: FlowAction::Accept };
        Observation { key, path: None, peer: None, as_sent: true }
    }

    fn at(ms: u64) -> Now {
        Now { moment: Moment(ms), wall: Timestamp(1_000_000_000_000 + i64::try_from(ms).unwrap()) }
    }

    fn size(packets: u64) -> Sizes {
        let sent = Sent { packets, bytes: 100 * packets };
        Sizes { sent, arrives: sent }
    }

    /// The window that is open ends: everything watched has sent this.
    fn close(book: &mut FlowBook, now: Now, sent: u64) -> FlowWindow {
        book.roll(true, now);
        for (at, _) in book.next_to_settle(usize::MAX) {
            book.settle(at, size(sent).sent, 1, now.moment);
        }
        book.close();
        let closed = book.take_closed();
        assert_eq!(closed.len(), 1);
        closed[0].window()
    }

    #[test]
    fn what_passed_uncounted_is_added_when_the_window_closes() {
        let mut book = FlowBook::new(FlowLimits::default());
        // 20 seconds before a full minute.
        book.roll(true, at(0));
        let places = book.count(&[observation(1)], &size(1), 2, Moment(5));
        book.watch(None, (Slot::from_number(7), End::Initiator), size(1).sent, places).unwrap();
        let window = close(&mut book, at(20_500), 4);
        assert_eq!((window.end.0 - window.start.0, window.end.0 % 60_000), (20_000, 0));
        let [record] = window.records[..] else { panic!("{window:?}") };
        assert_eq!((record.packets, record.bytes, record.tcp_flags), (4, 400, 3));
        assert_eq!((record.first.0 - window.start.0, record.last), (5, window.end));
        let next = close(&mut book, at(80_000), 9);
        assert_eq!((next.start, next.end.0 - next.start.0, next.records.len()), (window.end, 60_000, 0));
    }

    #[test]
    fn a_connection_that_is_decided_anew_is_added_to_other_records_from_then_on() {
        let mut book = FlowBook::new(FlowLimits::default());
        book.roll(true, at(0));
        let connection = (Slot::from_number(7), End::Initiator);
        let one = book.count(&[observation(1)], &size(1), 0, Moment(0));
        let watched = book.watch(None, connection, size(1).sent, one).unwrap();
        book.settle(watched, size(3).sent, 0, Moment(1));
        let other = book.count(&[observation(2)], &size(1), 0, Moment(2));
        assert_eq!(book.watch(Some(watched), connection, size(4).sent, other), Some(watched));
        let packets = |window: &FlowWindow| window.records.iter().map(|it| it.packets).collect::<Vec<_>>();
        assert_eq!(packets(&close(&mut book, at(20_000), 9)), [3, 6]);
    }

    #[test]
    fn records_are_bounded_for_each_interface_and_what_is_left_out_is_told() {
        let limits = FlowLimits { records_per_interface: 2, ..FlowLimits::default() };
        let mut book = FlowBook::new(limits);
        book.roll(true, at(0));
        for port in 0..5 {
            book.count(&[observation(port)], &size(2), 0, Moment(0));
        }
        let window = close(&mut book, at(20_000), 0);
        assert_eq!(window.records.len(), 2);
        assert_eq!(window.skipped[&NetworkInterfaceId::numbered(1)], 6);
    }

    #[test]
    fn connections_that_are_added_up_are_bounded_too() {
        let mut book = FlowBook::new(FlowLimits { records: 2, ..FlowLimits::default() });
        book.roll(true, at(0));
        let places = book.count(&[observation(1)], &size(1), 0, Moment(0));
        let mut watch = |slot| {
            let connection = (Slot::from_number(slot), End::Initiator);
            book.watch(None, connection, size(1).sent, places)
        };
        assert!(watch(1).is_some() && watch(2).is_some());
        assert_eq!(watch(3), None);
    }

    #[test]
    fn of_windows_that_nobody_takes_the_oldest_are_skipped() {
        let mut book = FlowBook::new(FlowLimits::default());
        for minute in 0..7 {
            book.roll(true, at(60_000 * minute));
            book.close();
            book.count(&[observation(1)], &size(1), 0, Moment(60_000 * minute));
        }
        let closed = book.take_closed();
        assert_eq!(closed.len(), CLOSED_WINDOWS_MAX);
        assert_eq!(closed[0].window().skipped[&NetworkInterfaceId::numbered(1)], 1);
        assert!(closed[1].window().skipped.is_empty());
    }

    #[test]
    fn when_nobody_logs_nothing_is_kept() {
        let mut book = FlowBook::new(FlowLimits::default());
        book.roll(true, at(0));
        book.count(&[observation(1)], &size(1), 0, Moment(0));
        book.roll(true, at(20_000));
        assert!(book.is_used() && book.is_closing());
        book.roll(false, at(20_001));
        assert!(!book.is_used() && book.take_closed().is_empty());
    }

    #[test]
    fn a_clock_that_steps_moves_no_packet_into_another_time() {
        let mut book = FlowBook::new(FlowLimits::default());
        book.roll(true, at(0));
        let back = Now { moment: Moment(20_000), wall: Timestamp(900_000_000_000) };
        let before = close(&mut book, back, 0);
        book.count(&[observation(1)], &size(1), 0, Moment(20_010));
        let after = close(&mut book, Now { moment: Moment(80_000), wall: Timestamp(900_000_060_000) }, 0);
        assert_eq!(before.end.0 - before.start.0, 20_000);
        assert_eq!(after.start, back.wall);
        assert_eq!(after.records[0].first.0 - after.start.0, 10);
    }

    #[test]
    fn a_record_takes_less_than_half_of_what_it_may() {
        let each = size_of::<FlowKey>() + size_of::<Counted>() + 2 * size_of::<usize>();
        assert!(each + size_of::<Watched>() <= 220, "{each} + {}", size_of::<Watched>());
    }
}
