//! What instances print, kept: the latest of it, also when they have stopped and after a restart of Hamlet.
//!
//! Follows GetConsoleOutput (EC2 API Reference): the latest 64 KiB since the last start, for some time after the instance was
//! terminated. It is appended lazily: what was printed survives the end of Hamlet, however sudden, and a power cut but for
//! the last of it. Guests that print without end are read as fast as said here and no faster; their first process keeps
//! the newest for us and lets nobody wait.

use model::{InstanceId, World};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use store::{AppendOptions, AppendStore, NewEntry, Position, StoreError, StreamName};

use crate::clock;
use crate::writer::State;

/// "The returned content is Base64-encoded … the most recent 64 KB" (GetConsoleOutput).
const LATEST_BYTES: usize = 64 << 10;
/// How often what is over is forgotten.
const HOUSEKEEPING: Duration = Duration::from_secs(60);
/// How much is read at once.
const CHUNK_BYTES: usize = 16 << 10;
/// How fast one instance's output is taken, and that of all of them.
const BYTES_PER_SECOND: u64 = 1 << 20;
const BYTES_PER_SECOND_OF_ALL: u64 = 4 << 20;
/// How long it is let to collect at least: each reading costs, however little it brings.
const PAUSE_MIN: Duration = Duration::from_millis(10);
/// Short lines take more room than their bytes: enough for the latest of them, too.
const OPTIONS: AppendOptions =
    AppendOptions { journal_bytes: 1 << 20, segment_bytes: 64 << 10, stream_bytes_max: Some(192 << 10) };

/// The consoles of all instances.
pub struct Consoles {
    store: AppendStore,
    /// When the output of any instance may be taken next.
    next: Mutex<Instant>,
    /// How often each instance was started, so that nothing of an earlier start is kept after a later one began.
    starts: Mutex<BTreeMap<InstanceId, u64>>,
}

impl Consoles {
    /// Those kept in a data directory.
    pub fn kept_in(data: &Path) -> Result<Consoles, StoreError> {
        let store = AppendStore::open(&data.join("consoles"), OPTIONS)?;
        if let Some(damage) = store.damage() {
            tracing::warn!("some of what instances have printed is lost: {damage}");
        }
        Ok(Consoles { store, next: Mutex::new(Instant::now()), starts: Mutex::default() })
    }

    /// Keeps what an instance prints from its start on, in place of what it printed before.
    pub fn follow(self: &Arc<Self>, id: InstanceId, printed: File) -> std::io::Result<()> {
        let start = self.begin(id);
        let consoles = Arc::clone(self);
        let keep = move || consoles.keep(id, start, printed);
        std::thread::Builder::new().name(format!("console {id}")).spawn(keep).map(drop)
    }

    /// Begins anew, and answers which start this is.
    fn begin(&self, id: InstanceId) -> u64 {
        let mut starts = lock(&self.starts);
        let start = starts.entry(id).or_default();
        *start += 1;
        let stream = stream(id);
        let begun = match self.store.compact(&stream, Position::END) {
            Err(StoreError::Corrupt(_)) => self.store.delete(&stream),
            done => done,
        };
        if let Err(error) = begun {
            tracing::warn!(instance = %id, %error, "its console still has what it printed before");
        }
        *start
    }

    fn keep(&self, id: InstanceId, start: u64, mut printed: File) {
        let mut fails = false;
        let mut bytes = vec![0; CHUNK_BYTES];
        while let Ok(count @ 1..) = printed.read(&mut bytes) {
            let kept = self.keep_some(id, start, &bytes[..count]);
            if let (Err(error), false) = (&kept, fails) {
                tracing::warn!(instance = %id, %error, "what it prints is lost");
            }
            fails = kept.is_err();
            std::thread::sleep(self.pause(count as u64));
        }
    }

    fn keep_some(&self, id: InstanceId, start: u64, bytes: &[u8]) -> Result<(), StoreError> {
        let starts = lock(&self.starts);
        if starts.get(&id) != Some(&start) {
            return Ok(());
        }
        let entry = NewEntry { time_ms: clock::now().0, bytes };
        self.store.append_lazily(&stream(id), &[entry]).map(drop)
    }

    /// How long not to take more from an instance of which so much was taken.
    fn pause(&self, bytes: u64) -> Duration {
        let now = Instant::now();
        let mut next = lock(&self.next);
        *next = (*next).max(now) + Duration::from_micros(bytes * 1_000_000 / BYTES_PER_SECOND_OF_ALL);
        let of_all = next.saturating_duration_since(now);
        of_all.max(Duration::from_micros(bytes * 1_000_000 / BYTES_PER_SECOND)).max(PAUSE_MIN)
    }

    /// The latest that an instance has printed since its last start.
    pub fn latest(&self, id: InstanceId) -> Result<Vec<u8>, StoreError> {
        let newest_first = self.store.read_back(&stream(id), Position::END, LATEST_BYTES)?;
        let bytes: Vec<u8> =
            newest_first.iter().rev().flat_map(|entry| entry.bytes.iter().copied()).collect();
        Ok(bytes[bytes.len().saturating_sub(LATEST_BYTES)..].to_vec())
    }

    /// Takes over what an earlier program kept elsewhere, if nothing is here.
    pub fn adopt(&self, id: InstanceId, printed: &[u8]) -> Result<(), StoreError> {
        if printed.is_empty() || !self.latest(id)?.is_empty() {
            return Ok(());
        }
        self.store.append(&stream(id), &[NewEntry { time_ms: clock::now().0, bytes: printed }]).map(drop)
    }

    /// Forgets, from time to time, what instances printed that nobody remembers.
    pub async fn keep_house(self: Arc<Self>, state: State) {
        let mut time = tokio::time::interval(HOUSEKEEPING);
        loop {
            time.tick().await;
            let (consoles, state) = (Arc::clone(&self), state.clone());
            // First what there is, then who is known: an instance is, before it has a console.
            let forget = move || consoles.forget_gone(consoles.store.streams(), &state.snapshot());
            let _ = tokio::task::spawn_blocking(forget).await;
        }
    }

    /// Forgets the consoles of instances that nobody remembers.
    fn forget_gone(&self, streams: Vec<StreamName>, world: &World) {
        for name in streams {
            let id = name.as_str().strip_prefix(PREFIX).and_then(|id| id.parse::<InstanceId>().ok());
            if id.is_some_and(|id| world.network.instances.contains(&id)) {
                continue;
            }
            lock(&self.starts).retain(|other, _| Some(*other) != id);
            if let Err(error) = self.store.delete(&name) {
                tracing::warn!(%name, %error, "a console could not be removed");
            }
        }
    }
}

const PREFIX: &str = "console/";

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn stream(id: InstanceId) -> StreamName {
    StreamName::new(&format!("{PREFIX}{id}")).expect("identifiers are letters, digits and hyphens")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::os::fd::OwnedFd;
    use std::path::PathBuf;

    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Scratch {
            let scratch = Scratch(std::env::temp_dir().join(format!("hamlet-{name}-{}", std::process::id())));
            std::fs::create_dir_all(&scratch.0).unwrap();
            scratch
        }

        fn consoles(&self) -> Arc<Consoles> {
            Arc::new(Consoles::kept_in(&self.0).unwrap())
        }

        fn bytes(&self) -> u64 {
            let files = std::fs::read_dir(self.0.join("consoles")).unwrap();
            files.map(|file| file.unwrap().metadata().unwrap().len()).sum()
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    const ID: InstanceId = InstanceId::numbered(1);

    /// Has an instance print, and waits until that ends with `end`.
    fn print(consoles: &Arc<Consoles>, text: &str, end: &str) {
        let (printed, mut instance) = std::io::pipe().unwrap();
        consoles.follow(ID, OwnedFd::from(printed).into()).unwrap();
        instance.write_all(text.as_bytes()).unwrap();
        drop(instance);
        let begun = Instant::now();
        while !consoles.latest(ID).unwrap().ends_with(end.as_bytes()) {
            assert!(begun.elapsed() < Duration::from_secs(20), "it never was {end:?}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn what_was_printed_outlives_the_instance_and_hamlet_and_a_start_begins_anew() {
        let scratch = Scratch::new("console-kept");
        print(&scratch.consoles(), "the first boot\n", "the first boot\n");
        let consoles = loop {
            // The thread that followed lets go of the store a little later.
            match Consoles::kept_in(&scratch.0) {
                Ok(consoles) => break Arc::new(consoles),
                Err(StoreError::InUse { .. }) => std::thread::sleep(Duration::from_millis(5)),
                Err(other) => panic!("{other}"),
            }
        };
        assert_eq!(consoles.latest(ID).unwrap(), b"the first boot\n");
        consoles.adopt(ID, b"of an earlier program").unwrap();
        // One that is still printing when the next one starts says nothing more.
        let (printed, mut second) = std::io::pipe().unwrap();
        consoles.follow(ID, OwnedFd::from(printed).into()).unwrap();
        assert!(consoles.latest(ID).unwrap().is_empty());
        print(&consoles, "the third boot\n", "the third boot\n");
        second.write_all(b"the second boot\n").unwrap();
        drop(second);
        print(&consoles, "the fourth boot\n", "the fourth boot\n");
        assert_eq!(consoles.latest(ID).unwrap(), b"the fourth boot\n");
        consoles.adopt(InstanceId::numbered(2), b"of an earlier program").unwrap();
        assert_eq!(consoles.latest(InstanceId::numbered(2)).unwrap(), b"of an earlier program");
    }

    #[test]
    fn a_chatty_guest_fills_no_disk_and_its_latest_64_kib_are_there() {
        let scratch = Scratch::new("console-chatty");
        let consoles = scratch.consoles();
        let text: String = (0..250_000).map(|number| format!("line {number:06}\n")).collect();
        print(&consoles, &text, "line 249999\n");
        let latest = consoles.latest(ID).unwrap();
        assert_eq!(latest, &text.as_bytes()[text.len() - LATEST_BYTES..]);
        assert!(scratch.bytes() < 2 << 20, "{} bytes", scratch.bytes());
    }

    #[test]
    fn a_console_goes_with_the_last_memory_of_its_instance() {
        let scratch = Scratch::new("console-gone");
        let consoles = scratch.consoles();
        print(&consoles, "hello\n", "hello\n");
        consoles.forget_gone(consoles.store.streams(), &World::default());
        assert!(consoles.latest(ID).unwrap().is_empty());
    }
}
