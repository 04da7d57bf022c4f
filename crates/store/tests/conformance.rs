//! What every [`Store`] must do, whatever keeps it. A new backend adds one test at the end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use store::{Change, Compare, Event, Options, Record, Redb, Revision, Store, StoreError};

const ABSENT: Revision = Revision(0);
const NO_WAIT: Duration = Duration::ZERO;
const LOG_MAX: u64 = 10;

/// Runs all of it, each on a new, empty store whose log keeps [`LOG_MAX`] revisions.
fn conformance<S: Store + 'static>(new: impl Fn() -> S) {
    a_new_store_is_empty(&new());
    a_put_is_read_back_with_its_revision(&new());
    a_transaction_is_all_or_nothing(&new());
    comparisons_hold_or_name_what_was_found(&new());
    a_transaction_that_changes_nothing_has_no_revision(&new());
    limits_are_refused(&new());
    a_range_has_the_prefix_and_is_in_order(&new());
    a_snapshot_does_not_move(&new());
    a_watch_replays_then_follows(&new());
    a_watch_waits_for_the_next_transaction(Arc::new(new()));
    a_watch_beyond_the_log_is_compacted(&new());
    of_racing_creators_one_wins(Arc::new(new()));
    racing_increments_are_all_counted(Arc::new(new()));
    watchers_see_every_revision_once(Arc::new(new()));
}

fn a_new_store_is_empty(store: &impl Store) {
    let snapshot = store.snapshot().unwrap();
    assert_eq!(snapshot.revision(), ABSENT);
    assert_eq!(snapshot.range("").unwrap(), []);
    assert_eq!(snapshot.get("vpc").unwrap(), None);
    assert_eq!(store.watch(ABSENT).unwrap().next(NO_WAIT), Ok(None));
}

fn a_put_is_read_back_with_its_revision(store: &impl Store) {
    assert_eq!(store.transaction(&[], &[put("a", "1"), put("b", "2")]), Ok(Revision(1)));
    assert_eq!(store.transaction(&[], &[put("b", "3")]), Ok(Revision(2)));
    let snapshot = store.snapshot().unwrap();
    assert_eq!(snapshot.get("a").unwrap(), Some(record(1, "1")));
    assert_eq!(snapshot.get("b").unwrap(), Some(record(2, "3")));
    assert_eq!(snapshot.revision(), Revision(2));
}

fn a_transaction_is_all_or_nothing(store: &impl Store) {
    store.transaction(&[], &[put("a", "1")]).unwrap();
    let changes = [put("a", "2"), put("b", "2"), Change::Delete("a2".into())];
    let refused = store.transaction(&[Compare::Present("zone".into())], &changes);
    assert!(matches!(refused, Err(StoreError::Conflict { .. })));
    let records = store.snapshot().unwrap().range("").unwrap();
    assert_eq!(records, [("a".into(), record(1, "1"))]);
}

fn comparisons_hold_or_name_what_was_found(store: &impl Store) {
    store.transaction(&[], &[put("a", "1")]).unwrap();
    store.transaction(&[], &[put("b", "1")]).unwrap();
    let revision = |key: &str, at| Compare::Revision(key.into(), Revision(at));
    for holds in [
        revision("a", 1),
        revision("absent", 0),
        Compare::Present("b".into()),
        Compare::StoreRevision(Revision(2)),
    ] {
        assert_eq!(store.transaction(&[holds], &[]), Ok(Revision(2)));
    }
    for (fails, found) in [
        (revision("a", 2), 1),
        (revision("a", 0), 1),
        (revision("absent", 1), 0),
        (Compare::Present("absent".into()), 0),
        (Compare::StoreRevision(Revision(1)), 2),
    ] {
        let conflict = StoreError::Conflict { failed: fails.clone(), found: Revision(found) };
        let compare = [Compare::Present("a".into()), fails];
        assert_eq!(store.transaction(&compare, &[put("c", "1")]), Err(conflict));
    }
    assert_eq!(store.snapshot().unwrap().get("c").unwrap(), None);
}

fn a_transaction_that_changes_nothing_has_no_revision(store: &impl Store) {
    assert_eq!(store.transaction(&[], &[put("a", "1")]), Ok(Revision(1)));
    assert_eq!(store.transaction(&[], &[]), Ok(Revision(1)));
    assert_eq!(store.transaction(&[], &[Change::Delete("b".into())]), Ok(Revision(1)));
    let both = [Change::Delete("b".into()), Change::Delete("a".into())];
    assert_eq!(store.transaction(&[], &both), Ok(Revision(2)));
    let mut watch = store.watch(Revision(1)).unwrap();
    let deleted = event(2, [Change::Delete("a".into())]);
    assert_eq!(watch.next(NO_WAIT), Ok(Some(deleted)), "the absent key is not in it");
    assert_eq!(store.transaction(&[Compare::Revision("a".into(), ABSENT)], &[]), Ok(Revision(2)));
}

fn limits_are_refused(store: &impl Store) {
    let many = |count: usize| (0..count).map(|n| put(&n.to_string(), "")).collect::<Vec<_>>();
    let large = |count: usize| {
        let value = vec![0; store::VALUE_BYTES_MAX];
        (0..count).map(|n| Change::Put(n.to_string(), value.clone())).collect::<Vec<_>>()
    };
    for changes in [
        vec![put("", "1")],
        vec![put("a", "1"), Change::Delete("a".into())],
        vec![put(&"k".repeat(store::KEY_BYTES_MAX + 1), "1")],
        vec![Change::Put("a".into(), vec![0; store::VALUE_BYTES_MAX + 1])],
        many(store::CHANGES_MAX + 1),
        large(store::TRANSACTION_BYTES_MAX / store::VALUE_BYTES_MAX),
    ] {
        let refused = store.transaction(&[], &changes);
        assert!(matches!(refused, Err(StoreError::Invalid(_))), "{refused:?}");
    }
    assert_eq!(store.snapshot().unwrap().revision(), ABSENT);
    store.transaction(&[], &many(store::CHANGES_MAX)).unwrap();
    store.transaction(&[], &large(1)).unwrap();
}

fn a_range_has_the_prefix_and_is_in_order(store: &impl Store) {
    for key in ["b/2", "b", "b/10", "c", "a", "b/é", "b0", "b/"] {
        store.transaction(&[], &[put(key, key)]).unwrap();
    }
    let keys = |prefix| {
        let found = store.snapshot().unwrap().range(prefix).unwrap();
        found.into_iter().map(|(key, _)| key).collect::<Vec<_>>()
    };
    assert_eq!(keys("b/"), ["b/", "b/10", "b/2", "b/é"]);
    assert_eq!(keys(""), ["a", "b", "b/", "b/10", "b/2", "b/é", "b0", "c"]);
    assert_eq!(keys("d"), [""; 0]);
}

fn a_snapshot_does_not_move(store: &impl Store) {
    store.transaction(&[], &[put("a", "1"), put("b", "1")]).unwrap();
    let snapshot = store.snapshot().unwrap();
    for round in 0..50 {
        let value = round.to_string();
        store.transaction(&[], &[put("a", &value), put(&value, "")]).unwrap();
    }
    store.transaction(&[], &[Change::Delete("b".into())]).unwrap();
    assert_eq!(snapshot.revision(), Revision(1));
    let records = [("a".into(), record(1, "1")), ("b".into(), record(1, "1"))];
    assert_eq!(snapshot.range("").unwrap(), records);
}

fn a_watch_replays_then_follows(store: &impl Store) {
    store.transaction(&[], &[put("a", "1")]).unwrap();
    store.transaction(&[], &[put("b", "1"), put("a", "2")]).unwrap();
    let mut watch = store.watch(Revision(1)).unwrap();
    let second = event(2, [put("b", "1"), put("a", "2")]);
    assert_eq!(watch.next(NO_WAIT), Ok(Some(second)));
    assert_eq!(watch.next(NO_WAIT), Ok(None));
    store.transaction(&[], &[Change::Delete("a".into())]).unwrap();
    assert_eq!(watch.next(NO_WAIT), Ok(Some(event(3, [Change::Delete("a".into())]))));
    let begun = Instant::now();
    assert_eq!(watch.next(Duration::from_millis(20)), Ok(None));
    assert!(begun.elapsed() >= Duration::from_millis(20));
}

fn a_watch_waits_for_the_next_transaction(store: Arc<impl Store + 'static>) {
    let mut watch = store.watch(ABSENT).unwrap();
    let writer = thread::spawn(move || {
        thread::sleep(Duration::from_millis(20));
        store.transaction(&[], &[put("a", "1")]).unwrap();
        store
    });
    let seen = watch.next(Duration::from_secs(60));
    assert_eq!(seen, Ok(Some(event(1, [put("a", "1")]))));
    writer.join().unwrap();
}

fn a_watch_beyond_the_log_is_compacted(store: &impl Store) {
    let mut slow = store.watch(ABSENT).unwrap();
    for _ in 0..LOG_MAX + 5 {
        store.transaction(&[], &[put("a", "1")]).unwrap();
    }
    let oldest = Revision(5);
    assert_eq!(slow.next(NO_WAIT), Err(StoreError::Compacted { oldest }));
    assert_eq!(store.watch(Revision(4)).err(), Some(StoreError::Compacted { oldest }));
    let mut watch = store.watch(oldest).unwrap();
    for revision in 6..=LOG_MAX + 5 {
        assert_eq!(watch.next(NO_WAIT), Ok(Some(event(revision, [put("a", "1")]))));
    }
    assert_eq!(watch.next(NO_WAIT), Ok(None));
}

fn of_racing_creators_one_wins(store: Arc<impl Store + 'static>) {
    let created = race(8, move |_| {
        let absent = Compare::Revision("a".into(), ABSENT);
        store.transaction(&[absent], &[put("a", "1")]).is_ok()
    });
    assert_eq!(created.into_iter().filter(|won| *won).count(), 1);
}

fn racing_increments_are_all_counted(store: Arc<impl Store + 'static>) {
    store.transaction(&[], &[put("count", "0")]).unwrap();
    let counted = store.clone();
    race(8, move |_| (0..10).for_each(|_| increment(&*counted)));
    let count = store.snapshot().unwrap().get("count").unwrap().unwrap();
    assert_eq!(count.value, b"80");
}

fn increment(store: &impl Store) {
    loop {
        let now = store.snapshot().unwrap().get("count").unwrap().unwrap();
        let count: u64 = String::from_utf8(now.value).unwrap().parse().unwrap();
        let unchanged = Compare::Revision("count".into(), now.revision);
        match store.transaction(&[unchanged], &[put("count", &(count + 1).to_string())]) {
            Ok(_) => return,
            Err(StoreError::Conflict { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

/// Watchers here fall behind and begin again from a snapshot, as a program must.
fn watchers_see_every_revision_once(store: Arc<impl Store + 'static>) {
    let wanted = 4 * 25;
    let done = Arc::new(AtomicU64::new(0));
    race(6, move |member| {
        if member < 4 {
            (0..25).for_each(|n| {
                store.transaction(&[], &[put(&format!("{member}/{n}"), "")]).unwrap();
            });
            done.fetch_add(25, Ordering::SeqCst);
            return;
        }
        let mut seen = store.snapshot().unwrap().revision();
        let mut watch = store.watch(seen).unwrap();
        while seen.0 < wanted {
            match watch.next(Duration::from_secs(60)) {
                Ok(Some(event)) => {
                    assert_eq!(event.revision.0, seen.0 + 1);
                    seen = event.revision;
                }
                Err(StoreError::Compacted { .. }) => {
                    seen = store.snapshot().unwrap().revision();
                    watch = store.watch(seen).unwrap();
                }
                other => panic!("{other:?} after {}", done.load(Ordering::SeqCst)),
            }
        }
    });
}

fn race<T: Send + 'static>(members: usize, run: impl Fn(usize) -> T + Send + Sync + 'static) -> Vec<T> {
    let run = Arc::new(run);
    let begin = |member| {
        let run = run.clone();
        thread::spawn(move || run(member))
    };
    let threads: Vec<_> = (0..members).map(begin).collect();
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}

fn put(key: &str, value: &str) -> Change {
    Change::Put(key.into(), value.into())
}

fn record(revision: u64, value: &str) -> Record {
    Record { revision: Revision(revision), value: value.into() }
}

fn event(revision: u64, changes: impl Into<Vec<Change>>) -> Event {
    Event { revision: Revision(revision), changes: changes.into() }
}

#[test]
fn redb_conforms() {
    let root = std::env::temp_dir().join(format!("store-conformance-{}", std::process::id()));
    let count = AtomicU64::new(0);
    conformance(|| {
        let dir = root.join(count.fetch_add(1, Ordering::SeqCst).to_string());
        Redb::open(&dir, Options { log_revisions_max: LOG_MAX, ..Options::new(1) }).unwrap()
    });
    std::fs::remove_dir_all(root).unwrap();
}
