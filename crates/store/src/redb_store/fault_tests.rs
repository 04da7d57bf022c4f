//! The disk fails and the process lives on: full, failing once, damaged, or in use.

use super::{Options, Redb, engine};
use crate::simulated_disk::{Fault, How, SimulatedDisk};
use crate::{Change, Compare, Revision, Store, StoreError};
use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::Duration;

const OPTIONS: Options =
    Options { format_version: 1, upgrade: None, log_revisions_max: 1000, log_bytes_max: 1 << 20 };

fn new_disk() -> SimulatedDisk {
    let disk = SimulatedDisk::default();
    engine::initialise(&disk, OPTIONS.format_version).unwrap();
    disk
}

fn open(disk: &SimulatedDisk) -> Result<Redb, StoreError> {
    Redb::on(Box::new(disk.clone()), OPTIONS, None)
}

fn put(key: &str, length: usize) -> [Change; 1] {
    [Change::Put(key.into(), vec![7; length])]
}

fn from_now(disk: &SimulatedDisk, how: How) {
    disk.fault(Some(Fault { at: disk.operations(), how }));
}

/// Writes until the disk is full, and answers how many of them were acknowledged.
fn fill(store: &Redb) -> usize {
    for number in 0..200 {
        match store.transaction(&[], &put(&format!("fill/{number:03}"), 300_000)) {
            Ok(_) => {}
            Err(StoreError::DiskFull) => return number,
            Err(other) => panic!("{other}"),
        }
    }
    panic!("the disk never got full");
}

#[test]
fn a_full_disk_refuses_writes_keeps_reads_and_recovers() {
    for how in [How::CannotGrow, How::NoWrite] {
        let disk = new_disk();
        let store = open(&disk).unwrap();
        store.transaction(&[], &put("before", 10)).unwrap();

        from_now(&disk, how);
        let written = fill(&store);
        assert_eq!(store.transaction(&[], &put("big", 900_000)), Err(StoreError::DiskFull));
        let snapshot = store.snapshot().unwrap();
        assert_eq!(snapshot.get("before").unwrap().unwrap().value, [7; 10]);
        assert_eq!(snapshot.range("fill/").unwrap().len(), written, "{how:?}");
        assert_eq!(snapshot.get("big").unwrap(), None);

        disk.fault(None);
        let next = store.transaction(&[], &put("after", 10)).unwrap();
        assert_eq!(next.0, 2 + written as u64, "a refused write takes no revision");
        let mut watch = store.watch(Revision(next.0 - 1)).unwrap();
        assert_eq!(watch.next(Duration::ZERO).unwrap().unwrap().revision, next);

        drop(store);
        let store = open(&disk).unwrap();
        assert_eq!(store.snapshot().unwrap().revision(), next);
    }
}

#[test]
fn a_full_disk_after_a_crash_can_be_read() {
    let disk = new_disk();
    let store = open(&disk).unwrap();
    store.transaction(&[], &put("a", 10)).unwrap();
    let crashed = disk.after_crash(|| false);
    from_now(&crashed, How::NoWrite);
    let store = open(&crashed).unwrap();
    assert!(store.snapshot().unwrap().get("a").unwrap().is_some());
    assert_eq!(store.transaction(&[], &put("b", 10)), Err(StoreError::DiskFull));
    crashed.fault(None);
    assert_eq!(store.transaction(&[], &put("b", 10)), Ok(Revision(2)));
}

#[test]
fn one_failure_at_any_operation_leaves_the_answer_and_the_store_in_agreement() {
    let rehearsal = new_disk();
    let begin = {
        let store = open(&rehearsal).unwrap();
        let begin = rehearsal.operations();
        store.transaction(&[], &put("a", 50_000)).unwrap();
        begin..rehearsal.operations()
    };
    for kind in [ErrorKind::Other, ErrorKind::StorageFull] {
        for at in begin.clone() {
            let disk = new_disk();
            let store = open(&disk).unwrap();
            disk.fault(Some(Fault { at, how: How::Once(kind) }));
            let answer = store.transaction(&[], &put("a", 50_000));
            let found = store.snapshot().unwrap().get("a").unwrap();
            match answer {
                Ok(_) => assert!(found.is_some(), "acknowledged at {at} and not there"),
                Err(StoreError::Io(_) | StoreError::DiskFull) => {
                    assert_eq!(found, None, "refused at {at} and there");
                }
                Err(other) => panic!("at {at}: {other}"),
            }
            store.transaction(&[], &put("b", 10)).expect("the next one is written");
            drop(store);
            let again = open(&disk.after_crash(|| false)).unwrap();
            assert_eq!(again.snapshot().unwrap().get("a").unwrap(), found);
        }
    }
}

#[test]
fn a_commit_that_cannot_be_synced_is_uncertain_until_the_disk_works() {
    let disk = new_disk();
    let store = open(&disk).unwrap();
    let mut watch = store.watch(Revision(0)).unwrap();
    from_now(&disk, How::NoSync);
    let answer = store.transaction(&[], &put("a", 10));
    assert!(matches!(answer, Err(StoreError::Uncertain(_))), "{answer:?}");
    assert!(matches!(store.transaction(&[], &put("b", 10)), Err(StoreError::Io(_))));
    assert_eq!(watch.next(Duration::ZERO), Ok(None), "nothing is announced that may be lost");

    disk.fault(None);
    assert_eq!(store.transaction(&[], &put("c", 10)), Ok(Revision(2)));
    for (revision, key) in [(1, "a"), (2, "c")] {
        let event = watch.next(Duration::ZERO).unwrap().unwrap();
        assert_eq!((event.revision.0, event.changes[0].key()), (revision, key));
    }
}

#[test]
fn the_log_is_bounded_in_bytes_and_keeps_the_newest() {
    let options = Options { log_bytes_max: 10_000, ..OPTIONS };
    let store = Redb::on(Box::new(new_disk()), options, None).unwrap();
    for _ in 0..20 {
        store.transaction(&[], &put("a", 2400)).unwrap();
    }
    let compacted = |oldest| Some(StoreError::Compacted { oldest: Revision(oldest) });
    assert_eq!(store.watch(Revision(15)).err(), compacted(16), "four entries are under 10,000 bytes");
    store.transaction(&[], &put("a", 50_000)).unwrap();
    assert_eq!(store.watch(Revision(19)).err(), compacted(20));
    let mut watch = store.watch(Revision(20)).unwrap();
    assert_eq!(watch.next(Duration::ZERO).unwrap().unwrap().changes, put("a", 50_000));
}

#[test]
fn an_old_snapshot_says_that_it_is_lost() {
    let disk = new_disk();
    let store = open(&disk).unwrap();
    for number in 0..30 {
        store.transaction(&[], &put(&format!("{number}"), 1000)).unwrap();
    }
    let snapshot = store.snapshot().unwrap();
    from_now(&disk, How::NoWrite);
    assert_eq!(store.transaction(&[], &put("a", 10)), Err(StoreError::DiskFull));
    match snapshot.range("") {
        // What is cached may still be read: it is what it was.
        Ok(records) => assert_eq!(records.len(), 30),
        Err(error) => assert_eq!(error, StoreError::SnapshotLost),
    }
}

#[test]
fn a_conflict_is_told_apart_from_a_failing_disk() {
    let disk = new_disk();
    let store = open(&disk).unwrap();
    from_now(&disk, How::NoWrite);
    let compare = [Compare::Present("a".into())];
    let refused = store.transaction(&compare, &put("b", 1));
    assert!(matches!(refused, Err(StoreError::Conflict { .. })), "{refused:?}");
}

#[test]
fn damaged_files_are_refused_or_read_and_never_panic() {
    let disk = new_disk();
    let store = open(&disk).unwrap();
    for number in 0..50 {
        store.transaction(&[], &put(&format!("{number}"), 500)).unwrap();
    }
    drop(store);
    let good = disk.bytes();
    let mut refused = 0;
    for page in (0..good.len()).step_by(4096) {
        let mut bytes = good.clone();
        bytes[page..page + 64].fill(0xa5);
        match open(&SimulatedDisk::with(bytes)) {
            Ok(store) => drop(store.snapshot().map(|snapshot| snapshot.range(""))),
            Err(_) => refused += 1,
        }
    }
    assert!(refused > 0, "damage to the header is noticed");
    for bytes in [vec![1; 10], vec![0; 8192], vec![0xff; 100_000], good[..5000].to_vec()] {
        let opened = open(&SimulatedDisk::with(bytes)).map(|_| ());
        assert!(matches!(opened, Err(StoreError::Corrupt(_))), "{opened:?}");
    }
}

/// A directory that is removed at the end of the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let name = format!("store-{name}-{}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_directory_in_use_names_the_process_and_is_free_again_when_closed() {
    let dir = Scratch::new("in-use");
    let store = Redb::open(&dir.0, OPTIONS).unwrap();
    let watch = store.watch(Revision(0)).unwrap();
    let pid = Some(std::process::id());
    let refused = Redb::open(&dir.0, OPTIONS).err().unwrap();
    assert_eq!(refused, StoreError::InUse { path: dir.0.clone(), pid });
    assert!(refused.to_string().contains(&format!("in use by process {}", std::process::id())));
    drop(store);
    Redb::open(&dir.0, OPTIONS).expect("a watch does not keep the directory");
    drop(watch);
}

#[test]
fn a_process_that_has_ended_is_waited_for_until_it_lets_go() {
    let dir = Scratch::new("ending");
    drop(Redb::open(&dir.0, OPTIONS).unwrap());
    let lock = dir.0.join(crate::LOCK_FILE);
    // No process has this number: the kernel gives none above 2^22.
    std::fs::write(&lock, "4999999\n").unwrap();
    let held = std::fs::File::open(&lock).unwrap();
    held.lock().unwrap();
    let ending = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        drop(held);
    });
    Redb::open(&dir.0, OPTIONS).expect("it is waited for");
    ending.join().unwrap();
}

/// As after kill -9, with each page that the last commit has written damaged in turn.
#[test]
fn a_damaged_commit_is_refused_or_the_store_says_how_far_it_fell_back() {
    let dir = Scratch::new("fell-back");
    let file = dir.0.join("store.redb");
    let store = Redb::open(&dir.0, OPTIONS).unwrap();
    store.transaction(&[], &put("a", 1000)).unwrap();
    let before = std::fs::read(&file).unwrap();
    let noted = store.transaction(&[], &put("b", 1000)).unwrap();
    let (after, note) = (std::fs::read(&file).unwrap(), std::fs::read(dir.0.join("store.revision")).unwrap());
    drop(store);
    let pages = before.chunks(4096).zip(after.chunks(4096)).enumerate().skip(1);
    let changed: Vec<usize> = pages.filter(|(_, (old, new))| old != new).map(|(number, _)| number).collect();
    let mut fell_back = 0;
    for page in changed {
        let mut damaged = after.clone();
        damaged[page * 4096 + 20] ^= 0xff;
        std::fs::write(&file, &damaged).unwrap();
        std::fs::write(dir.0.join("store.revision"), &note).unwrap();
        let Ok(store) = Redb::open(&dir.0, OPTIONS) else { continue };
        let found = store.snapshot().unwrap().revision();
        let expected = (found < noted).then_some(crate::FellBack { noted, found });
        assert_eq!(store.fell_back(), expected, "page {page}");
        fell_back += usize::from(expected.is_some());
        drop(store);
        assert_eq!(Redb::open(&dir.0, OPTIONS).unwrap().fell_back(), None, "it is said once");
    }
    assert!(fell_back > 0, "no damage made it fall back");
}

/// Every file, but for the number of the process in the lock.
fn files(dir: &Scratch) -> Vec<(PathBuf, Vec<u8>)> {
    let paths = std::fs::read_dir(&dir.0).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = paths.filter(|path| !path.ends_with(crate::LOCK_FILE)).collect();
    files.sort();
    files.into_iter().map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

#[test]
fn another_format_is_refused_and_left_as_it_was() {
    let dir = Scratch::new("format");
    let format = |format_version, upgrade| Options { format_version, upgrade, ..OPTIONS };
    Redb::open(&dir.0, format(2, None)).unwrap().transaction(&[], &put("a", 1)).unwrap();
    let before = files(&dir);
    let refused = |options| Redb::open(&dir.0, options).err();
    let newer = StoreError::OtherVersion { found: 2, expected: 1 };
    assert_eq!(refused(format(1, None)), Some(newer.clone()));
    assert_eq!(refused(format(1, Some(doubled))), Some(newer));
    assert_eq!(refused(format(3, None)), Some(StoreError::OtherVersion { found: 2, expected: 3 }));
    assert_eq!(files(&dir), before);
    let store = Redb::open(&dir.0, format(2, None)).unwrap();
    assert!(store.snapshot().unwrap().get("a").unwrap().is_some());
}

/// Records of the test's format 2 have each byte twice; keys that begin with `b` are as they were, `c` is broken, and `m`
/// makes another one.
fn doubled(from: u32, key: &str, value: &[u8]) -> Result<Vec<(String, Vec<u8>)>, String> {
    assert_eq!(from, 1);
    let twice = || (key.to_owned(), value.iter().flat_map(|byte| [*byte, *byte]).collect());
    match &key[..1] {
        "b" => Ok(Vec::new()),
        "c" => Err("it is a c".into()),
        "m" => Ok(vec![twice(), ("a0".into(), vec![1])]),
        _ => Ok(vec![twice()]),
    }
}

const UPGRADED: Options = Options { format_version: 2, upgrade: Some(doubled), ..OPTIONS };

#[test]
fn an_older_format_is_rewritten_once() {
    let disk = new_disk();
    let store = open(&disk).unwrap();
    for key in ["a1", "b", "m"] {
        store.transaction(&[], &put(key, 3)).unwrap();
    }
    drop(store);
    for _ in 0..2 {
        let store = Redb::on(Box::new(disk.clone()), UPGRADED, None).unwrap();
        let snapshot = store.snapshot().unwrap();
        let found = snapshot.range("").unwrap();
        let found: Vec<_> =
            found.iter().map(|(key, it)| (key.as_str(), it.revision.0, it.value.len())).collect();
        assert_eq!(found, [("a0", 4, 1), ("a1", 4, 6), ("b", 2, 3), ("m", 4, 6)]);
        assert_eq!(store.watch(Revision(3)).err(), Some(StoreError::Compacted { oldest: Revision(4) }));
        assert_eq!(store.watch(Revision(4)).unwrap().next(Duration::ZERO), Ok(None));
    }
    assert_eq!(open(&disk).err(), Some(StoreError::OtherVersion { found: 2, expected: 1 }));
}

#[test]
fn a_record_that_cannot_be_rewritten_is_named_and_nothing_is_changed() {
    let disk = new_disk();
    let store = open(&disk).unwrap();
    for key in ["a", "c"] {
        store.transaction(&[], &put(key, 3)).unwrap();
    }
    drop(store);
    let refused = Redb::on(Box::new(disk.clone()), UPGRADED, None).err().unwrap();
    let named = StoreError::NotUpgraded { from: 1, to: 2, key: "c".into(), problem: "it is a c".into() };
    assert_eq!(refused, named);
    let store = open(&disk).unwrap();
    assert_eq!(store.snapshot().unwrap().get("a").unwrap().unwrap().value, [7; 3]);
}

/// Killed in the middle, or on a disk that fails there: all of the old format or all of the new one.
#[test]
fn an_upgrade_that_is_interrupted_anywhere_leaves_the_old_or_the_new_whole() {
    let before = new_disk();
    let store = open(&before).unwrap();
    for number in 0..10 {
        store.transaction(&[], &put(&format!("a{number}"), 700)).unwrap();
    }
    drop(store);
    let whole = |disk: &SimulatedDisk| {
        let (options, length) = match open(disk) {
            Ok(_) => (OPTIONS, 700),
            Err(StoreError::OtherVersion { found: 2, .. }) => (UPGRADED, 1400),
            Err(other) => panic!("{other}"),
        };
        let store = Redb::on(Box::new(disk.clone()), options, None).unwrap();
        let records = store.snapshot().unwrap().range("").unwrap();
        assert!(records.len() == 10 && records.iter().all(|(_, it)| it.value.len() == length));
        length
    };
    let rehearsal = before.copy();
    drop(Redb::on(Box::new(rehearsal.clone()), UPGRADED, None).unwrap());
    let mut lengths = Vec::new();
    for how in [How::Crash, How::NoWrite, How::NoSync, How::Once(ErrorKind::Other)] {
        for at in 0..rehearsal.operations() {
            let disk = before.copy();
            disk.fault(Some(Fault { at, how }));
            drop(Redb::on(Box::new(disk.clone()), UPGRADED, None));
            let mut every_other = false;
            lengths.push(whole(&disk.after_crash(|| false)));
            lengths.push(whole(&disk.after_crash(|| true)));
            lengths.push(whole(&disk.after_crash(|| {
                every_other = !every_other;
                every_other
            })));
        }
    }
    assert!(lengths.contains(&700) && lengths.contains(&1400));
}

#[test]
fn an_unfinished_creation_is_begun_anew_and_an_empty_file_is_corrupt() {
    let dir = Scratch::new("unfinished");
    std::fs::create_dir_all(&dir.0).unwrap();
    std::fs::write(dir.0.join("store.redb.new"), "half a file").unwrap();
    drop(Redb::open(&dir.0, OPTIONS).unwrap());
    std::fs::write(dir.0.join("store.redb"), "").unwrap();
    assert!(matches!(Redb::open(&dir.0, OPTIONS), Err(StoreError::Corrupt(_))));
}

#[test]
fn a_closed_store_ends_its_watches_and_snapshots() {
    let disk = new_disk();
    let store = open(&disk).unwrap();
    let mut watch = store.watch(Revision(0)).unwrap();
    drop(store);
    assert_eq!(watch.next(Duration::from_secs(60)), Err(StoreError::Closed));
}
