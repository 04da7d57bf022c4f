//! What appending and reading costs, with the fsync. `STORE_BENCH_DIR` says on which disk.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use store::{AppendOptions, AppendStore, NewEntry, Position, StreamName};

/// About what a log event, or a line of a console, has.
const ENTRY_BYTES: usize = 200;
const SECONDS: Duration = Duration::from_secs(3);

fn main() {
    println!("{:<44} {:>12} {:>12} {:>12}", "", "entries/s", "p50", "max");
    for (callers, batch, streams) in [(1, 1, 1), (64, 1, 64), (1, 1000, 1), (8, 100, 8), (8, 100, 1000)] {
        let title = format!("append: {callers} callers, {batch} at once, {streams} streams");
        measure(&title, callers, batch, streams, AppendStore::append);
    }
    measure("append_lazily: 1 caller, 1 at once", 1, 1, 1, AppendStore::append_lazily);
    measure("append_lazily: 8 callers, 100 at once", 8, 100, 8, AppendStore::append_lazily);
    read();
}

type Append = fn(&AppendStore, &StreamName, &[NewEntry<'_>]) -> Result<u64, store::StoreError>;

fn measure(title: &str, callers: u64, batch: usize, streams: u64, append: Append) {
    let scratch = Scratch::new();
    let store = AppendStore::open(&scratch.0, AppendOptions::default()).unwrap();
    let count = AtomicU64::new(0);
    let begun = Instant::now();
    let mut took: Vec<Duration> = std::thread::scope(|scope| {
        let one = |caller| {
            let (store, count) = (&store, &count);
            move || appender(store, count, append, (caller, callers, streams), batch)
        };
        let callers: Vec<_> = (0..callers).map(|caller| scope.spawn(one(caller))).collect();
        callers.into_iter().flat_map(|caller| caller.join().unwrap()).collect()
    });
    let rate = count.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64();
    took.sort_unstable();
    let (middle, max) = (took[took.len() / 2], took[took.len() - 1]);
    println!("{title:<44} {rate:>12.0} {middle:>12.0?} {max:>12.0?}");
}

fn appender(
    store: &AppendStore,
    count: &AtomicU64,
    append: Append,
    (caller, callers, streams): (u64, u64, u64),
    batch: usize,
) -> Vec<Duration> {
    let bytes = [7; ENTRY_BYTES];
    let entries = vec![NewEntry { time_ms: 0, bytes: &bytes }; batch];
    let begun = Instant::now();
    let mut took = Vec::new();
    let mut stream = caller % streams;
    while begun.elapsed() < SECONDS {
        let asked = Instant::now();
        append(store, &name(stream), &entries).unwrap();
        took.push(asked.elapsed());
        count.fetch_add(batch as u64, Ordering::Relaxed);
        stream = (stream + callers) % streams;
    }
    took
}

fn read() {
    let scratch = Scratch::new();
    let store = AppendStore::open(&scratch.0, AppendOptions::default()).unwrap();
    let bytes = [7; ENTRY_BYTES];
    let entries = vec![NewEntry { time_ms: 0, bytes: &bytes }; 1000];
    for _ in 0..500 {
        store.append_lazily(&name(0), &entries).unwrap();
    }
    let begun = Instant::now();
    let (mut from, mut count) = (1, 0);
    while let Some(last) = store.read(&name(0), Position::Sequence(from), 4 << 20).unwrap().last() {
        count += last.sequence + 1 - from;
        from = last.sequence + 1;
    }
    println!("{:<44} {:>12.0}", "read forwards, 4 MiB at once", count as f64 / begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    store.read_back(&name(0), Position::END, 64 << 10).unwrap();
    println!("{:<44} {:>12} {:>12.0?}", "read back the last 64 KiB", "", begun.elapsed());
    drop(store);
    let begun = Instant::now();
    AppendStore::open(&scratch.0, AppendOptions::default()).unwrap();
    println!("{:<44} {:>12} {:>12.0?}", "open, 100 MB", "", begun.elapsed());
}

fn name(stream: u64) -> StreamName {
    StreamName::new(&format!("bench/{stream}")).unwrap()
}

/// A folder that is removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        let dir = std::env::var_os("STORE_BENCH_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
        let path = Path::new(&dir).join(format!("store-append-bench-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
