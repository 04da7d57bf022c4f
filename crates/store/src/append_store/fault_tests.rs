//! The disk fails and the process lives on: full, failing once, not syncing, damaged.

use super::model_tests::{OPTIONS, all, name, open};
use super::simulated_folder::SimulatedFolder;
use super::{AppendOptions, AppendStore, Entry, NewEntry, Position};
use crate::StoreError;
use crate::simulated_disk::{Fault, How};
use redb::StorageBackend;
use std::io::ErrorKind;
use std::sync::Arc;

fn from_now(folder: &SimulatedFolder, how: How) {
    folder.fault(Some(Fault { at: folder.operations(), how }));
}

fn put(store: &AppendStore, stream: u8, bytes: &[u8]) -> Result<u64, StoreError> {
    store.append(&name(stream), &[NewEntry { time_ms: 0, bytes }])
}

fn texts(entries: &[Entry]) -> Vec<&[u8]> {
    entries.iter().map(|entry| &*entry.bytes).collect()
}

#[test]
fn a_full_disk_refuses_appends_keeps_reads_and_recovers() {
    for how in [How::CannotGrow, How::NoWrite] {
        let folder = SimulatedFolder::default();
        let store = open(&folder);
        // More than a journal holds, so that segments are read, too.
        for _ in 0..10 {
            put(&store, 0, &[1; 200]).unwrap();
        }
        from_now(&folder, how);
        for _ in 0..3 {
            assert_eq!(put(&store, 0, b"no"), Err(StoreError::DiskFull));
            assert_eq!(
                store.append_lazily(&name(1), &[NewEntry { time_ms: 0, bytes: b"no" }]),
                Err(StoreError::DiskFull)
            );
        }
        assert_eq!(all(&store, 0).len(), 10, "{how:?}");
        let crashed = open(&folder.after_crash(|| true));
        assert_eq!((all(&crashed, 0).len(), all(&crashed, 1).len()), (10, 0), "nothing refused is there");
        folder.fault(None);
        assert_eq!(put(&store, 0, b"yes"), Ok(11), "a refused append takes no number");
        drop(store);
        assert_eq!(all(&open(&folder), 0).len(), 11);
    }
}

#[test]
fn a_full_disk_after_a_crash_can_be_read() {
    let folder = SimulatedFolder::default();
    put(&open(&folder), 0, b"a").unwrap();
    let crashed = folder.after_crash(|| false);
    from_now(&crashed, How::NoWrite);
    let store = open(&crashed);
    assert_eq!(texts(&all(&store, 0)), [b"a"]);
    crashed.fault(None);
    assert_eq!(put(&store, 0, b"b"), Ok(2));
}

#[test]
fn one_failure_at_any_operation_leaves_the_answers_and_the_store_in_agreement() {
    let acts = |store: &AppendStore| -> Vec<Vec<u8>> {
        let mut acknowledged = Vec::new();
        for number in 0..20u8 {
            match put(store, 0, &[number; 150]) {
                Ok(_) => acknowledged.push(vec![number; 150]),
                Err(StoreError::Io(_) | StoreError::DiskFull) => {}
                Err(other) => panic!("{other}"),
            }
        }
        acknowledged
    };
    let rehearsal = SimulatedFolder::default();
    acts(&open(&rehearsal));
    let mut refused = 0;
    for kind in [ErrorKind::Other, ErrorKind::StorageFull] {
        for at in 3..rehearsal.operations() {
            let folder = SimulatedFolder::default();
            let store = open(&folder);
            folder.fault(Some(Fault { at, how: How::Once(kind) }));
            let acknowledged = acts(&store);
            refused += 20 - acknowledged.len();
            assert_eq!(texts(&all(&store, 0)), acknowledged, "a failure at {at}");
            for survives in [true, false] {
                let again = open(&folder.after_crash(|| survives));
                assert_eq!(texts(&all(&again, 0)), acknowledged, "a failure at {at}, and a crash");
            }
        }
    }
    assert!(refused > 0, "a write of the journal that fails is said");
}

#[test]
fn an_append_that_cannot_be_synced_is_uncertain_and_not_read_until_the_disk_works() {
    let folder = SimulatedFolder::default();
    let store = open(&folder);
    store.append_lazily(&name(0), &[NewEntry { time_ms: 0, bytes: b"lazy" }]).unwrap();
    from_now(&folder, How::NoSync);
    assert!(matches!(put(&store, 0, b"a"), Err(StoreError::Uncertain(_))));
    assert!(matches!(put(&store, 0, b"b"), Err(StoreError::Io(_))));
    assert_eq!(texts(&all(&store, 0)), [b"lazy"]);
    folder.fault(None);
    put(&store, 0, b"c").unwrap();
    // What was accepted before the failure was written again, and lasts.
    let again = open(&folder.after_crash(|| false));
    assert_eq!(texts(&all(&again, 0)), [b"lazy".as_slice(), b"c"]);
}

#[test]
fn a_damaged_segment_is_said_and_leaves_the_other_streams_alone() {
    let folder = SimulatedFolder::default();
    let store = open(&folder);
    for stream in [0, 1] {
        for _ in 0..20 {
            put(&store, stream, &[9; 150]).unwrap();
        }
    }
    drop(store);
    let segments: Vec<String> = super::folder::Folder::names(&folder).unwrap();
    let damaged =
        segments.iter().find(|name| name.starts_with("streams+0.") && name.ends_with("segment")).unwrap();
    folder.file(damaged).write(40, &[0xff; 3]).unwrap();
    let store = open(&folder);
    let said = store.read(&name(0), Position::START, usize::MAX).unwrap_err();
    assert!(matches!(&said, StoreError::Corrupt(what) if what.contains(damaged)), "{said}");
    assert_eq!(all(&store, 1).len(), 20);
    store.delete(&name(0)).unwrap();
    assert_eq!(put(&store, 0, b"anew"), Ok(1));
}

#[test]
fn a_journal_that_lost_what_was_acknowledged_says_so() {
    let folder = SimulatedFolder::default();
    let store = open(&folder);
    for text in [b"one", b"two", b"six"] {
        put(&store, 0, text).unwrap();
    }
    drop(store);
    let journal = super::folder::Folder::names(&folder).unwrap().remove(0);
    folder.file(&journal).write(20, &[0xff; 3]).unwrap();
    let store = open(&folder);
    assert!(store.damage().unwrap().contains(&journal), "{:?}", store.damage());
    assert_eq!(put(&store, 0, b"anew"), Ok(1));
}

#[test]
fn a_stream_keeps_its_newest_bytes_and_the_disk_no_more_than_a_segment_beyond_them() {
    let folder = SimulatedFolder::default();
    let options = AppendOptions { stream_bytes_max: Some(1000), ..OPTIONS };
    let store = AppendStore::on(Arc::new(folder.clone()), options, None).unwrap();
    for number in 0..500u16 {
        store
            .append_lazily(&name(0), &[NewEntry { time_ms: 0, bytes: &number.to_le_bytes().repeat(20) }])
            .unwrap();
    }
    let kept = store.read_back(&name(0), Position::END, 1000).unwrap();
    assert_eq!(kept.len(), 25, "the newest thousand bytes");
    assert_eq!(kept[0].sequence, 500);
    let names = super::folder::Folder::names(&folder).unwrap();
    let bytes: u64 = names.iter().map(|name| folder.file(name).len().unwrap()).sum();
    assert!(bytes < 1000 + 2 * 400 + 2 * 1500, "{bytes} bytes in {names:?}");
}

#[test]
fn limits_are_refused() {
    let store = open(&SimulatedFolder::default());
    let too_long = vec![0; super::ENTRY_BYTES_MAX + 1];
    assert!(matches!(put(&store, 0, &too_long), Err(StoreError::Invalid(_))));
    let many = vec![NewEntry { time_ms: 0, bytes: &too_long[1..] }; 5];
    assert!(matches!(store.append(&name(0), &many), Err(StoreError::Invalid(_))));
    assert!(store.streams().is_empty());
}
