//! The machine stops at any write: what was acknowledged is there, and nothing is there by half.

use super::{Options, Redb, engine};
use crate::simulated_disk::{Fault, How, SimulatedDisk};
use crate::{Change, Event, Revision, Store};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::time::Duration;

const OPTIONS: Options =
    Options { format_version: 1, upgrade: None, log_revisions_max: 1000, log_bytes_max: 1 << 20 };

/// A transaction of the test: what it puts (a length) or deletes, by a small key.
type Transaction = Vec<(u8, Option<usize>)>;

fn transactions() -> impl Strategy<Value = Vec<Transaction>> {
    let length = prop_oneof![8 => 0usize..200, 2 => 1000usize..20_000];
    let change = (0u8..40, proptest::option::weighted(0.8, length));
    let transaction = proptest::collection::vec(change, 1..6);
    proptest::collection::vec(transaction, 1..24)
}

fn changes(number: usize, transaction: &Transaction) -> Vec<Change> {
    let by_key: BTreeMap<_, _> = transaction.iter().copied().collect();
    let change = |(key, length): (u8, Option<usize>)| match length {
        Some(length) => Change::Put(format!("key/{key}"), vec![number as u8; length]),
        None => Change::Delete(format!("key/{key}")),
    };
    // One key that every transaction puts, so that each has a revision.
    let marker = Change::Put("marker".into(), number.to_le_bytes().to_vec());
    by_key.into_iter().map(change).chain([marker]).collect()
}

type Contents = BTreeMap<String, Vec<u8>>;

/// What the records are after each of the transactions.
fn histories(transactions: &[Transaction]) -> Vec<Contents> {
    let mut now = Contents::new();
    let mut all = vec![now.clone()];
    for (number, transaction) in transactions.iter().enumerate() {
        for change in changes(number, transaction) {
            match change {
                Change::Put(key, value) => now.insert(key, value),
                Change::Delete(key) => now.remove(&key),
            };
        }
        all.push(now.clone());
    }
    all
}

fn contents(store: &Redb) -> Contents {
    let records = store.snapshot().unwrap().range("").unwrap();
    records.into_iter().map(|(key, record)| (key, record.value)).collect()
}

fn open(disk: &SimulatedDisk) -> Redb {
    Redb::on(Box::new(disk.clone()), OPTIONS, None).expect("the store opens")
}

/// How many transactions were acknowledged before the disk stopped.
fn run(disk: &SimulatedDisk, transactions: &[Transaction]) -> usize {
    let Ok(store) = Redb::on(Box::new(disk.clone()), OPTIONS, None) else {
        return 0;
    };
    let acknowledged = |(number, transaction): &(usize, &Transaction)| {
        store.transaction(&[], &changes(*number, transaction)).is_ok()
    };
    transactions.iter().enumerate().take_while(acknowledged).count()
}

fn new_disk() -> SimulatedDisk {
    let disk = SimulatedDisk::default();
    engine::initialise(&disk, OPTIONS.format_version).unwrap();
    disk.copy()
}

/// The log says the same as the records: replayed, it gives them.
fn replayed(store: &Redb) -> Contents {
    let mut watch = store.watch(Revision(0)).unwrap();
    let mut records = Contents::new();
    while let Some(Event { changes, .. }) = watch.next(Duration::ZERO).unwrap() {
        for change in changes {
            match change {
                Change::Put(key, value) => records.insert(key, value),
                Change::Delete(key) => records.remove(&key),
            };
        }
    }
    records
}

fn check(disk: &SimulatedDisk, acknowledged: usize, histories: &[Contents]) {
    let store = open(disk);
    let revision = store.snapshot().unwrap().revision();
    let found = usize::try_from(revision.0).unwrap();
    // The one in flight may have become durable; none after it was begun.
    assert!(
        found == acknowledged || found == acknowledged + 1,
        "{acknowledged} were acknowledged and {found} are there"
    );
    assert_eq!(contents(&store), histories[found], "a transaction is there by half");
    assert_eq!(replayed(&store), histories[found], "the log differs from the records");
    store.transaction(&[], &[Change::Put("after".into(), vec![1])]).expect("writable again");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_was_acknowledged_survives_a_crash_at_any_write(
        transactions in transactions(),
        at in any::<prop::sample::Index>(),
        survivors in proptest::collection::vec(any::<bool>(), 1..64),
    ) {
        let fresh = new_disk();
        let rehearsal = fresh.copy();
        run(&rehearsal, &transactions);
        let crash_at = at.index(usize::try_from(rehearsal.operations()).unwrap()) as u64;

        let disk = fresh.copy();
        disk.fault(Some(Fault { at: crash_at, how: How::Crash }));
        let acknowledged = run(&disk, &transactions);
        let histories = histories(&transactions);

        // Nothing, everything, or any part of what was not synced may be on the disk.
        check(&disk.after_crash(|| false), acknowledged, &histories);
        check(&disk.after_crash(|| true), acknowledged, &histories);
        let mut survives = survivors.iter().copied().cycle();
        let torn = disk.after_crash(|| survives.next().unwrap_or(false));
        check(&torn, acknowledged, &histories);
    }
}

/// A crash while the crash is being repaired is just another crash.
#[test]
fn a_crash_during_the_repair_loses_nothing() {
    let transactions: Vec<Transaction> = (0..6).map(|key| vec![(key, Some(3000))]).collect();
    let disk = new_disk();
    disk.fault(Some(Fault { at: 12, how: How::Crash }));
    let acknowledged = run(&disk, &transactions);
    assert!(acknowledged > 0, "the crash comes after some transactions");
    let crashed = disk.after_crash(|| true);
    let rehearsal = crashed.copy();
    drop(open(&rehearsal));
    for at in 0..rehearsal.operations() {
        let again = crashed.copy();
        again.fault(Some(Fault { at, how: How::Crash }));
        drop(Redb::on(Box::new(again.clone()), OPTIONS, None));
        check(&again.after_crash(|| true), acknowledged, &histories(&transactions));
        check(&again.after_crash(|| false), acknowledged, &histories(&transactions));
    }
}
