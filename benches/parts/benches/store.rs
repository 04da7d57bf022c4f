//! What a commit and an opening cost, with the fsync. `STORE_BENCH_DIR` says on which disk.

use divan::Bencher;
use divan::counter::ItemsCount;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use store::{Change, Options, Redb, Store};

/// The records already there, of about the size of an AWS resource.
const RECORDS: u64 = 10_000;
const VALUE_BYTES: usize = 400;

fn main() {
    divan::main();
}

/// One caller, one transaction per fsync.
#[divan::bench(sample_count = 300, sample_size = 1)]
fn single(bencher: Bencher) {
    let scratch = Scratch::filled("single");
    let store = scratch.open();
    let next = AtomicU64::new(0);
    bencher
        .counter(ItemsCount::new(1_u64))
        .bench(|| store.transaction(&[], &[put(next.fetch_add(1, Ordering::Relaxed))]).unwrap());
}

/// One caller, 32 changes in one transaction.
#[divan::bench(sample_count = 100, sample_size = 1)]
fn batch_of_32(bencher: Bencher) {
    let scratch = Scratch::filled("batch");
    let store = scratch.open();
    let next = AtomicU64::new(0);
    bencher.counter(ItemsCount::new(32_u64)).bench(|| {
        let first = next.fetch_add(32, Ordering::Relaxed);
        let changes: Vec<_> = (first..first + 32).map(put).collect();
        store.transaction(&[], &changes).unwrap()
    });
}

/// 32 callers, each its own transactions, one after another: group commit.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn callers_32(bencher: Bencher) {
    const EACH: u64 = 50;
    let scratch = Scratch::filled("callers");
    let store = scratch.open();
    bencher.counter(ItemsCount::new(32 * EACH)).bench(|| {
        thread::scope(|scope| {
            for caller in 0..32 {
                let store = &store;
                scope.spawn(move || {
                    for n in 0..EACH {
                        store.transaction(&[], &[put(caller * EACH + n)]).unwrap();
                    }
                });
            }
        });
    });
}

/// Opening after a clean close, to the first record read.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn open_after_close(bencher: Bencher) {
    let scratch = Scratch::filled("open");
    bencher.bench(|| {
        let store = scratch.open();
        store.snapshot().unwrap().get("10").unwrap()
    });
}

/// Opening what a killed process left, to the first record read.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn open_after_kill(bencher: Bencher) {
    let scratch = Scratch::filled("killed");
    let store = scratch.open();
    store.transaction(&[], &[put(1)]).unwrap();
    bencher
        .with_inputs(|| {
            let copy = Scratch::empty("killed-copy");
            std::fs::create_dir_all(&copy.0).unwrap();
            std::fs::copy(scratch.0.join("store.redb"), copy.0.join("store.redb")).unwrap();
            copy
        })
        .bench_refs(|copy| copy.open().snapshot().unwrap().get("10").unwrap());
}

/// All records, as a start reads them.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn read_all(bencher: Bencher) {
    let scratch = Scratch::filled("range");
    let store = scratch.open();
    bencher.bench(|| store.snapshot().unwrap().range("").unwrap().len());
}

fn put(number: u64) -> Change {
    Change::Put((number % RECORDS).to_string(), vec![number.to_le_bytes()[0]; VALUE_BYTES])
}

struct Scratch(PathBuf);

impl Scratch {
    fn empty(name: &str) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let root = std::env::var_os("STORE_BENCH_DIR").map_or_else(std::env::temp_dir, Into::into);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        Self(root.join(format!("store-bench-{name}-{}-{count}", std::process::id())))
    }

    fn filled(name: &str) -> Self {
        let scratch = Self::empty(name);
        let store = scratch.open();
        for first in (0..RECORDS).step_by(500) {
            let changes: Vec<_> = (first..first + 500).map(put).collect();
            store.transaction(&[], &changes).unwrap();
        }
        scratch
    }

    fn open(&self) -> Redb {
        Redb::open(&self.0, Options::new(1)).unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
