//! The audit trail: who did what, as CloudTrail writes it down.
//!
//! A call leaves what is to be written in memory and goes on. A thread makes events of it every second, and appends them
//! lazily to a store of their own: they survive a restart; a sudden end of the program takes the last second, a power cut
//! some more. Whoever looks events up has all of them: what waits is written down first. Under load calls that only read are
//! left out, and counted (`hamlet status`). Who comes last for room loses the oldest of whoever has most.

use awsproto::trail::{Event, Finished};
use model::{Scope, Timestamp};
use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use store::{AppendOptions, AppendStore, Entry, NewEntry, Position, StoreError, StreamName};

use crate::clock;

/// "You can look up events that occurred in a Region within the last 90 days" (LookupEvents).
const KEPT: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// How many events of one account and Region are kept.
const EVENTS_OF_A_PLACE_MAX: usize = 10_000;
/// About how much memory all events take, and how much of the disk.
const KEPT_BYTES_MAX: usize = 32 << 20;
/// How often what waits is written down.
const PERIOD: Duration = Duration::from_secs(1);
/// How many calls that only read wait to be written down: making events takes time from other calls.
const READS_WAITING_MAX: usize = 1_000;
/// About how much memory calls that wait take.
const WAITING_BYTES_MAX: usize = 16 << 20;
/// How many bytes of events are appended, or read, at once.
const BATCH_BYTES: usize = 1 << 20;

const OPTIONS: AppendOptions = AppendOptions {
    journal_bytes: 1 << 20,
    segment_bytes: 4 << 20,
    stream_bytes_max: Some(KEPT_BYTES_MAX as u64),
};

/// The trail of all accounts and Regions.
pub struct Trail {
    waiting: Mutex<Waiting>,
    /// Says that the end has come.
    told: Condvar,
    kept: Mutex<Kept>,
    /// None if there is none: then events are gone with the program.
    store: Option<AppendStore>,
    dropped: AtomicU64,
    writer: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct Waiting {
    calls: Vec<Finished>,
    reads: usize,
    bytes: usize,
    is_ending: bool,
}

/// The events there are, by account and Region, each with its place.
#[derive(Default)]
struct Kept {
    of_place: BTreeMap<Scope, VecDeque<(u64, Arc<Event>)>>,
    bytes: usize,
    next: u64,
    is_loaded: bool,
    /// Whether the store did not take the last.
    fails: bool,
}

impl Trail {
    /// The one kept in a data directory. What was written down before is read by its thread, so that nobody waits.
    pub fn kept_in(data: &Path) -> Arc<Trail> {
        let store = AppendStore::open(&data.join("trail"), OPTIONS).inspect_err(|error| {
            tracing::warn!(%error, "the audit trail is kept in memory only");
        });
        let trail = Arc::new(Trail::on(store.ok()));
        trail.start();
        trail
    }

    fn on(store: Option<AppendStore>) -> Trail {
        if let Some(damage) = store.as_ref().and_then(AppendStore::damage) {
            tracing::warn!("some of the audit trail is lost: {damage}");
        }
        Trail {
            waiting: Mutex::default(),
            told: Condvar::new(),
            kept: Mutex::default(),
            store,
            dropped: AtomicU64::new(0),
            writer: Mutex::default(),
        }
    }

    fn start(self: &Arc<Self>) {
        let trail = Arc::clone(self);
        let write = move || trail.write_until_the_end();
        match std::thread::Builder::new().name("audit trail".to_owned()).spawn(write) {
            Ok(thread) => *lock(&self.writer) = Some(thread),
            Err(error) => tracing::warn!(%error, "the audit trail is written only when somebody looks"),
        }
    }

    fn write_until_the_end(&self) {
        loop {
            drop(self.write_down());
            let waiting = lock(&self.waiting);
            let goes_on = |waiting: &mut Waiting| !waiting.is_ending;
            let (waiting, _) = self
                .told
                .wait_timeout_while(waiting, PERIOD, goes_on)
                .unwrap_or_else(PoisonError::into_inner);
            if waiting.is_ending {
                return;
            }
        }
    }

    /// Leaves a call of about so many bytes to be written down.
    pub(crate) fn record(&self, call: Finished, bytes: usize) {
        let bytes = size_of::<Finished>() + bytes;
        let mut waiting = lock(&self.waiting);
        let has_room = waiting.bytes + bytes <= WAITING_BYTES_MAX
            && (call.is_write || waiting.reads < READS_WAITING_MAX);
        if !has_room {
            drop(waiting);
            self.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        waiting.bytes += bytes;
        waiting.reads += usize::from(!call.is_write);
        waiting.calls.push(call);
    }

    /// The events of an account in a Region, the newest first.
    pub(crate) fn events(&self, scope: Scope, now: Timestamp) -> Vec<(u64, Arc<Event>)> {
        let kept = self.write_down();
        let oldest = now.saturating_sub(KEPT);
        let events = kept.of_place.get(&scope).into_iter().flatten().rev();
        events.filter(|(_, event)| event.time >= oldest).cloned().collect()
    }

    /// How many events there are, and how many calls were left out since the start.
    pub fn counts(&self) -> BTreeMap<String, u64> {
        let kept = self.write_down();
        let events: usize = kept.of_place.values().map(VecDeque::len).sum();
        let dropped = self.dropped.load(Ordering::Relaxed);
        [("events kept", u64::try_from(events).unwrap_or(u64::MAX)), ("calls left out", dropped)]
            .into_iter()
            .map(|(name, count)| (name.to_owned(), count))
            .collect()
    }

    /// Writes the rest down; nothing is after that.
    pub(crate) fn end(&self) {
        lock(&self.waiting).is_ending = true;
        self.told.notify_all();
        let writer = lock(&self.writer).take();
        writer.map(JoinHandle::join);
        drop(self.write_down());
        if let Some(Err(error)) = self.store.as_ref().map(AppendStore::sync) {
            tracing::warn!(%error, "the end of the audit trail may be lost");
        }
    }

    /// Makes events of what waits, and gives all that there are.
    fn write_down(&self) -> MutexGuard<'_, Kept> {
        let mut kept = lock(&self.kept);
        if !kept.is_loaded {
            self.load(&mut kept);
        }
        let calls = {
            let mut waiting = lock(&self.waiting);
            (waiting.bytes, waiting.reads) = (0, 0);
            std::mem::take(&mut waiting.calls)
        };
        let mut ids = clock::ids();
        let events: Vec<Event> = calls.iter().flat_map(|call| call.events(|| ids.uuid())).collect();
        let stored = self.store(&events);
        if let (Err(error), false) = (&stored, kept.fails) {
            tracing::warn!(%error, "some of the audit trail is kept in memory only");
        }
        kept.fails = stored.is_err();
        events.into_iter().for_each(|event| kept.keep(event));
        kept
    }

    fn store(&self, events: &[Event]) -> Result<(), StoreError> {
        let Some(store) = &self.store else { return Ok(()) };
        let (mut batch, mut bytes) = (Vec::new(), 0);
        for event in events {
            batch.push(NewEntry { time_ms: event.time.0, bytes: event.text.as_bytes() });
            bytes += event.text.len();
            if bytes >= BATCH_BYTES {
                store.append_lazily(&stream(), &batch)?;
                (batch, bytes) = (Vec::new(), 0);
            }
        }
        match batch.is_empty() {
            true => Ok(()),
            false => store.append_lazily(&stream(), &batch).map(drop),
        }
    }

    fn load(&self, kept: &mut Kept) {
        kept.is_loaded = true;
        let Some(store) = &self.store else { return };
        let loaded = load(store, |entry| {
            let event = std::str::from_utf8(&entry.bytes).ok().and_then(Event::read);
            event.into_iter().for_each(|event| kept.keep(event));
        });
        if let Err(error) = loaded {
            tracing::warn!(%error, "the audit trail begins anew");
            let _ = store.delete(&stream());
        }
    }
}

/// Reads what was written down of the time that counts; the rest is dropped.
fn load(store: &AppendStore, mut each: impl FnMut(&Entry)) -> Result<(), StoreError> {
    store.compact(&stream(), Position::Time(clock::now().saturating_sub(KEPT).0))?;
    let mut from = Position::START;
    loop {
        let entries = store.read(&stream(), from, BATCH_BYTES)?;
        let Some(last) = entries.last() else { return Ok(()) };
        from = Position::Sequence(last.sequence + 1);
        entries.iter().for_each(&mut each);
    }
}

impl Kept {
    fn keep(&mut self, event: Event) {
        let place = self.of_place.entry(event.scope).or_default();
        self.next += 1;
        self.bytes += event.cost();
        place.push_back((self.next, Arc::new(event)));
        let scope = (place.len() > EVENTS_OF_A_PLACE_MAX).then(|| place.back().map(|(_, event)| event.scope));
        if let Some(Some(scope)) = scope {
            self.drop_oldest_of(scope);
        }
        while self.bytes > KEPT_BYTES_MAX {
            let Some(scope) = self.largest() else { return };
            self.drop_oldest_of(scope);
        }
    }

    /// The account and Region with the most events.
    fn largest(&self) -> Option<Scope> {
        self.of_place.iter().max_by_key(|(_, events)| events.len()).map(|(scope, _)| *scope)
    }

    fn drop_oldest_of(&mut self, scope: Scope) {
        let Some(events) = self.of_place.get_mut(&scope) else { return };
        if let Some((_, event)) = events.pop_front() {
            self.bytes -= event.cost();
        }
        if events.is_empty() {
            self.of_place.remove(&scope);
        }
    }
}

fn stream() -> StreamName {
    StreamName::new("events").expect("it is a name")
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
