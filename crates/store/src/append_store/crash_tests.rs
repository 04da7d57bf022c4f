//! The machine stops at any write: the store is as it was after some act, none before the last that was acknowledged to
//! last and none that was not begun.

use super::AppendStore;
use super::model_tests::{Act, Model, OPTIONS, act, acts, all, name, open};
use super::simulated_folder::SimulatedFolder;
use crate::simulated_disk::{Fault, How};
use crate::{Entry, NewEntry, StoreError};
use proptest::prelude::*;
use std::sync::Arc;

/// How far a store came before the disk stopped.
struct Came {
    /// So many acts last for certain.
    durable: usize,
    /// So many were begun.
    begun: usize,
}

fn run(folder: &SimulatedFolder, acts: &[Act]) -> Came {
    let mut came = Came { durable: 0, begun: 0 };
    let Ok(store) = AppendStore::on(Arc::new(folder.clone()), OPTIONS, None) else { return came };
    for (number, one) in acts.iter().enumerate() {
        came.begun = number + 1;
        if act(&store, one, number).is_err() {
            return came;
        }
        let lazily = matches!(one, Act::Append { lazily: true, .. });
        if !lazily {
            came.durable = number + 1;
        }
    }
    came
}

fn histories(acts: &[Act]) -> Vec<Model> {
    let mut now = Model::default();
    let mut all = vec![now.clone()];
    for (number, act) in acts.iter().enumerate() {
        now.act(act, number);
        all.push(now.clone());
    }
    all
}

fn check(folder: &SimulatedFolder, came: &Came, histories: &[Model]) {
    let store = open(folder);
    assert_eq!(store.damage(), None);
    let found: Vec<_> = (0..3).map(|stream| all(&store, stream)).collect();
    let is_as_after =
        |model: &Model| (0..3).all(|stream| found[usize::from(stream)] == model.entries(stream));
    assert!(
        histories[came.durable..=came.begun].iter().any(is_as_after),
        "{} last, {} were begun, and there is\n{}after the last there should be\n{}after all that were begun\n{}",
        came.durable,
        came.begun,
        brief(&found),
        brief(&[0, 1, 2].map(|stream| histories[came.durable].entries(stream))),
        brief(&[0, 1, 2].map(|stream| histories[came.begun].entries(stream))),
    );
    let next = store.append(&name(0), &[NewEntry { time_ms: 0, bytes: b"after" }]).expect("writable again");
    let last = all(&store, 0).pop().unwrap();
    assert_eq!((last.sequence, &*last.bytes), (next, b"after".as_slice()));
}

/// The numbers and lengths of the entries of each stream.
fn brief<S: AsRef<[Entry]>>(streams: &[S]) -> String {
    let one = |entry: &Entry| format!(" {}:{}", entry.sequence, entry.bytes.len());
    streams.iter().map(|it| it.as_ref().iter().map(one).collect::<String>() + "\n").collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_was_acknowledged_survives_a_crash_at_any_write(
        acts in acts(),
        at in any::<prop::sample::Index>(),
        survivors in proptest::collection::vec(any::<bool>(), 1..64),
    ) {
        let rehearsal = SimulatedFolder::default();
        run(&rehearsal, &acts);
        let crash_at = at.index(usize::try_from(rehearsal.operations()).unwrap()) as u64;

        let folder = SimulatedFolder::default();
        folder.fault(Some(Fault { at: crash_at, how: How::Crash }));
        let came = run(&folder, &acts);
        let histories = histories(&acts);

        // Nothing, everything, or any part of what was not synced may be on the disk.
        check(&folder.after_crash(|| false), &came, &histories);
        check(&folder.after_crash(|| true), &came, &histories);
        let mut survives = survivors.iter().copied().cycle();
        check(&folder.after_crash(|| survives.next().unwrap_or(false)), &came, &histories);
    }

    /// A crash while the crash is being repaired is just another crash.
    #[test]
    fn a_crash_during_the_repair_loses_nothing(
        acts in acts(),
        at in any::<prop::sample::Index>(),
        again in any::<prop::sample::Index>(),
        survivors in proptest::collection::vec(any::<bool>(), 1..64),
    ) {
        let rehearsal = SimulatedFolder::default();
        run(&rehearsal, &acts);
        let folder = SimulatedFolder::default();
        let crash_at = at.index(usize::try_from(rehearsal.operations()).unwrap()) as u64;
        folder.fault(Some(Fault { at: crash_at, how: How::Crash }));
        let came = run(&folder, &acts);
        let mut survives = survivors.iter().copied().cycle();
        let crashed = folder.after_crash(|| survives.next().unwrap_or(false));

        let rehearsal = crashed.copy();
        drop(open(&rehearsal));
        let crash_at = again.index(usize::try_from(rehearsal.operations().max(1)).unwrap()) as u64;
        crashed.fault(Some(Fault { at: crash_at, how: How::Crash }));
        drop(AppendStore::on(Arc::new(crashed.clone()), OPTIONS, None));
        let twice = crashed.after_crash(|| survives.next().unwrap_or(false));
        check(&twice, &came, &histories(&acts));
    }
}

/// What survives a crash at an uncertain moment is the same each time it is looked at.
#[test]
fn an_entry_that_was_refused_does_not_come_back() {
    let folder = SimulatedFolder::default();
    let store = open(&folder);
    store.append(&name(0), &[NewEntry { time_ms: 1, bytes: b"kept" }]).unwrap();
    folder.fault(Some(Fault { at: folder.operations(), how: How::Once(std::io::ErrorKind::StorageFull) }));
    let refused = store.append(&name(0), &[NewEntry { time_ms: 2, bytes: b"refused" }]);
    assert_eq!(refused, Err(StoreError::DiskFull));
    for survives in [true, false] {
        let store = open(&folder.after_crash(|| survives));
        assert_eq!(all(&store, 0).len(), 1);
    }
}
