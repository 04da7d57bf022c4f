//! The store against the plainest model of it: a list for each stream.

use super::entry::{Entry, NewEntry, Position};
use super::simulated_folder::SimulatedFolder;
use super::stream_name::StreamName;
use super::{AppendOptions, AppendStore};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Small, so that a few entries fill them.
pub(super) const OPTIONS: AppendOptions =
    AppendOptions { journal_bytes: 1500, segment_bytes: 400, stream_bytes_max: None };

/// Something that is done to a store.
#[derive(Clone, Debug)]
pub(super) enum Act {
    Append { stream: u8, times: Vec<i64>, bytes: usize, lazily: bool },
    DropBefore { stream: u8, place: Position },
    Delete { stream: u8 },
    Sync,
}

pub(super) fn acts() -> impl Strategy<Value = Vec<Act>> {
    let stream = 0u8..3;
    let times = proptest::collection::vec(0i64..100, 1..5);
    let bytes = prop_oneof![8 => 0usize..60, 1 => 100usize..3000];
    let place = prop_oneof![(0u64..30).prop_map(Position::Sequence), (0i64..110).prop_map(Position::Time)];
    let act = prop_oneof![
        12 => (stream.clone(), times, bytes, any::<bool>())
            .prop_map(|(stream, times, bytes, lazily)| Act::Append { stream, times, bytes, lazily }),
        2 => (stream.clone(), place).prop_map(|(stream, place)| Act::DropBefore { stream, place }),
        1 => stream.prop_map(|stream| Act::Delete { stream }),
        1 => Just(Act::Sync),
    ];
    proptest::collection::vec(act, 1..40)
}

/// What streams hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Model(BTreeMap<u8, Vec<Entry>>, BTreeMap<u8, (u64, i64)>);

impl Model {
    pub(super) fn act(&mut self, act: &Act, number: usize) {
        match act {
            Act::Append { stream, times, bytes, .. } => {
                let (next, last) = self.1.entry(*stream).or_insert((1, i64::MIN));
                for time in times {
                    *last = (*time).max(*last);
                    let entry = Entry { sequence: *next, time_ms: *last, bytes: content(number, *bytes) };
                    self.0.entry(*stream).or_default().push(entry);
                    *next += 1;
                }
            }
            Act::DropBefore { stream, place } => {
                if let Some(entries) = self.0.get_mut(stream) {
                    entries.retain(|entry| place.precedes(entry.sequence, entry.time_ms));
                }
            }
            Act::Delete { stream } => {
                self.0.remove(stream);
                self.1.remove(stream);
            }
            Act::Sync => {}
        }
    }

    pub(super) fn entries(&self, stream: u8) -> &[Entry] {
        self.0.get(&stream).map_or(&[], Vec::as_slice)
    }
}

fn content(number: usize, bytes: usize) -> Arc<[u8]> {
    vec![number as u8; bytes].into()
}

pub(super) fn name(stream: u8) -> StreamName {
    StreamName::new(&format!("streams/{stream}")).unwrap()
}

/// Does it, and answers whether it was acknowledged.
pub(super) fn act(store: &AppendStore, act: &Act, number: usize) -> Result<(), crate::StoreError> {
    match act {
        Act::Append { stream, times, bytes, lazily } => {
            let content = content(number, *bytes);
            let entries: Vec<_> =
                times.iter().map(|time_ms| NewEntry { time_ms: *time_ms, bytes: &content }).collect();
            let append = if *lazily { AppendStore::append_lazily } else { AppendStore::append };
            append(store, &name(*stream), &entries).map(drop)
        }
        Act::DropBefore { stream, place } => store.compact(&name(*stream), *place),
        Act::Delete { stream } => store.delete(&name(*stream)),
        Act::Sync => store.sync(),
    }
}

pub(super) fn open(folder: &SimulatedFolder) -> AppendStore {
    AppendStore::on(Arc::new(folder.clone()), OPTIONS, None).expect("the store opens")
}

pub(super) fn all(store: &AppendStore, stream: u8) -> Vec<Entry> {
    store.read(&name(stream), Position::START, usize::MAX).unwrap()
}

/// Every way of reading says what the model says.
fn check(store: &AppendStore, model: &Model, place: Position, bytes_max: usize) {
    for stream in 0..3 {
        let expected = model.entries(stream);
        let (before, after): (Vec<Entry>, Vec<Entry>) =
            expected.iter().cloned().partition(|entry| !place.precedes(entry.sequence, entry.time_ms));
        assert_eq!(all(store, stream), expected);
        assert_eq!(store.read(&name(stream), place, usize::MAX).unwrap(), after);
        let backwards: Vec<Entry> = before.iter().rev().cloned().collect();
        assert_eq!(store.read_back(&name(stream), place, usize::MAX).unwrap(), backwards);
        check_part(&store.read(&name(stream), place, bytes_max).unwrap(), &after, bytes_max);
        check_part(&store.read_back(&name(stream), place, bytes_max).unwrap(), &backwards, bytes_max);
    }
}

/// A part is a beginning, not empty without need, and not longer than one entry beyond its limit.
fn check_part(part: &[Entry], whole: &[Entry], bytes_max: usize) {
    assert_eq!(part, &whole[..part.len()]);
    let bytes = |entries: &[Entry]| entries.iter().map(|entry| entry.bytes.len().max(1)).sum::<usize>();
    assert!(part.len() == whole.len() || bytes(part) >= bytes_max);
    assert!(part.is_empty() || bytes(&part[..part.len() - 1]) < bytes_max);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn every_reading_says_what_the_model_says_also_after_reopening(
        acts in acts(),
        sequence in 0u64..40,
        time in 0i64..110,
        bytes_max in 1usize..500,
        reopen_every in 1usize..20,
    ) {
        let folder = SimulatedFolder::default();
        let mut store = open(&folder);
        let mut model = Model::default();
        for (number, one) in acts.iter().enumerate() {
            act(&store, one, number).unwrap();
            model.act(one, number);
            if number % reopen_every == 0 {
                drop(store);
                store = open(&folder);
            }
            check(&store, &model, Position::Sequence(sequence), bytes_max);
            check(&store, &model, Position::Time(time), bytes_max);
        }
    }
}
