//! An ordered map in pieces, whose copies share all pieces that have not changed since.
//!
//! A copy is one pointer. The first change after it copies the list of pieces and the one piece that is changed, some
//! hundred pointers in a map of ten thousand, where a `BTreeMap` behind one pointer is copied whole. Two binary searches
//! find a key, each in memory that lies together.

use std::cmp::Ordering;
use std::ops::{Bound, RangeBounds};
use std::sync::Arc;

/// How many entries a piece has at most. A larger one costs more to copy, a smaller one makes the list of pieces longer.
const PIECE_MAX: usize = 64;
/// Neighbours that have no more than this together become one, so that there are few pieces after much was taken out.
const PIECES_TOGETHER_MAX: usize = PIECE_MAX / 2;

/// Values by key, in key order.
#[derive(Clone, Debug)]
pub(crate) struct SharedMap<K, V> {
    pieces: Arc<Vec<Piece<K, V>>>,
    len: usize,
}

/// Neighbouring entries, never none.
#[derive(Clone, Debug)]
struct Piece<K, V> {
    /// The key of the first entry, so that a search does not look into every piece on its way.
    first: K,
    entries: Arc<Vec<(K, V)>>,
}

impl<K, V> Default for SharedMap<K, V> {
    fn default() -> Self {
        SharedMap { pieces: Arc::new(Vec::new()), len: 0 }
    }
}

impl<K: Ord + Copy, V> Piece<K, V> {
    /// Where a key is, or where it would be.
    fn find(&self, key: &K) -> Result<usize, usize> {
        self.entries.binary_search_by(|(it, _)| it.cmp(key))
    }

    /// The entries whose keys compare as equal.
    fn equal(&self, compare: impl Fn(&K) -> Ordering) -> &[(K, V)] {
        let from = self.entries.partition_point(|(key, _)| compare(key).is_lt());
        let to = self.entries.partition_point(|(key, _)| compare(key).is_le());
        self.entries.get(from..to).unwrap_or_default()
    }
}

impl<K: Ord + Copy, V> SharedMap<K, V> {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        let piece = self.pieces.get(self.piece_of(key))?;
        let at = piece.find(key).ok()?;
        piece.entries.get(at).map(|(_, value)| value)
    }

    pub(crate) fn iter(&self) -> Entries<'_, K, V> {
        Entries { front: [].iter(), pieces: self.pieces.iter(), back: [].iter() }
    }

    /// The entries whose keys lie in a range, in key order.
    pub(crate) fn range(&self, range: (Bound<K>, Bound<K>)) -> Entries<'_, K, V> {
        self.equal(move |key| match (range.0, Bound::Unbounded).contains(key) {
            false => Ordering::Less,
            true if range.contains(key) => Ordering::Equal,
            true => Ordering::Greater,
        })
    }

    /// The entries whose keys compare as equal, in key order. They lie together: first come all that are less.
    pub(crate) fn equal(&self, compare: impl Fn(&K) -> Ordering) -> Entries<'_, K, V> {
        // The last piece that begins before them may end with them.
        let from = self.pieces.partition_point(|piece| compare(&piece.first).is_lt()).saturating_sub(1);
        let to = self.pieces.partition_point(|piece| compare(&piece.first).is_le());
        let (front, pieces, back) = match self.pieces.get(from..to).unwrap_or_default() {
            [] => (&[][..], &[][..], &[][..]),
            [only] => (only.equal(compare), &[][..], &[][..]),
            // All of what lies between two that have some is equal.
            [first, between @ .., last] => (first.equal(&compare), between, last.equal(&compare)),
        };
        Entries { front: front.iter(), pieces: pieces.iter(), back: back.iter() }
    }

    /// The piece in which a key is if it is anywhere: the last that begins with it or before.
    fn piece_of(&self, key: &K) -> usize {
        self.pieces.partition_point(|piece| piece.first <= *key).saturating_sub(1)
    }
}

impl<K: Ord + Copy, V: Clone> SharedMap<K, V> {
    /// The value of a key, to be changed in place.
    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let piece = self.piece_of(key);
        let at = self.pieces.get(piece)?.find(key).ok()?;
        let piece = Arc::make_mut(&mut self.pieces).get_mut(piece)?;
        Arc::make_mut(&mut piece.entries).get_mut(at).map(|(_, value)| value)
    }

    /// Puts a value in, and returns the one that was there.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        if let Some(there) = self.get_mut(&key) {
            return Some(std::mem::replace(there, value));
        }
        self.len += 1;
        let at = self.piece_of(&key);
        let pieces = Arc::make_mut(&mut self.pieces);
        match pieces.get_mut(at) {
            None => pieces.push(Piece { first: key, entries: Arc::new(vec![(key, value)]) }),
            Some(piece) => {
                let place = piece.find(&key).unwrap_or_else(|place| place);
                piece.first = piece.first.min(key);
                let entries = Arc::make_mut(&mut piece.entries);
                entries.insert(place, (key, value));
                if entries.len() > PIECE_MAX {
                    let second = entries.split_off(PIECE_MAX / 2);
                    let first = second.first().expect("half of many is not none").0;
                    pieces.insert(at + 1, Piece { first, entries: Arc::new(second) });
                }
            }
        }
        None
    }

    /// Takes a value out.
    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let at = self.piece_of(key);
        let place = self.pieces.get(at)?.find(key).ok()?;
        self.len -= 1;
        let pieces = Arc::make_mut(&mut self.pieces);
        let piece = pieces.get_mut(at)?;
        let entries = Arc::make_mut(&mut piece.entries);
        let (_, value) = entries.remove(place);
        match entries.first() {
            Some((first, _)) => {
                piece.first = *first;
                join_with_next(pieces, at);
            }
            None => {
                pieces.remove(at);
            }
        }
        Some(value)
    }
}

/// Entries that lie together, in key order.
///
/// A type of its own, where the standard library's adapters would do, since it has little code: it is made anew for every
/// type of keys.
#[derive(Clone, Debug)]
pub(crate) struct Entries<'a, K, V> {
    /// What is left of the piece in which the next entry is.
    front: std::slice::Iter<'a, (K, V)>,
    /// The pieces between.
    pieces: std::slice::Iter<'a, Piece<K, V>>,
    /// What is left of the piece in which the last entry is.
    back: std::slice::Iter<'a, (K, V)>,
}

impl<'a, K, V> Iterator for Entries<'a, K, V> {
    type Item = &'a (K, V);

    fn next(&mut self) -> Option<&'a (K, V)> {
        loop {
            if let Some(entry) = self.front.next() {
                return Some(entry);
            }
            match self.pieces.next() {
                Some(piece) => self.front = piece.entries.iter(),
                None => return self.back.next(),
            }
        }
    }
}

impl<'a, K, V> DoubleEndedIterator for Entries<'a, K, V> {
    fn next_back(&mut self) -> Option<&'a (K, V)> {
        loop {
            if let Some(entry) = self.back.next_back() {
                return Some(entry);
            }
            match self.pieces.next_back() {
                Some(piece) => self.back = piece.entries.iter(),
                None => return self.front.next_back(),
            }
        }
    }
}

/// Makes one of a piece and the next where both are small.
fn join_with_next<K: Ord + Copy, V: Clone>(pieces: &mut Vec<Piece<K, V>>, at: usize) {
    let [Some(one), Some(next)] = [at, at + 1].map(|at| pieces.get(at)) else { return };
    if one.entries.len() + next.entries.len() <= PIECES_TOGETHER_MAX {
        let next = pieces.remove(at + 1);
        let one = pieces.get_mut(at).expect("it is before the one that was removed");
        Arc::make_mut(&mut one.entries).extend(next.entries.iter().cloned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    /// What is done to a map: the value is put in under the key, or `None` takes the key out.
    fn changes() -> impl Strategy<Value = Vec<(u16, Option<u32>)>> {
        prop::collection::vec((0..700_u16, prop::option::weighted(0.6, any::<u32>())), 0..1500)
    }

    fn change(map: &mut SharedMap<u16, u32>, (key, value): (u16, Option<u32>)) -> Option<u32> {
        match value {
            Some(value) => map.insert(key, value),
            None => map.remove(&key),
        }
    }

    fn pairs<'a>(entries: impl Iterator<Item = (&'a u16, &'a u32)>) -> Vec<(u16, u32)> {
        entries.map(|(key, value)| (*key, *value)).collect()
    }

    fn range(from: Bound<u16>, to: Bound<u16>, map: &SharedMap<u16, u32>) -> Vec<(u16, u32)> {
        map.range((from, to)).copied().collect()
    }

    fn backwards(from: Bound<u16>, to: Bound<u16>, map: &SharedMap<u16, u32>) -> Vec<(u16, u32)> {
        map.range((from, to)).rev().copied().collect()
    }

    proptest! {
        #[test]
        fn it_has_what_an_ordinary_map_has_and_copies_keep_what_they_had(
            first in changes(), then in changes(), from in 0..700_u16, to in 0..700_u16,
        ) {
            let (mut map, mut ordinary) = (SharedMap::default(), BTreeMap::new());
            let mut copies = Vec::new();
            for changes in [first, then] {
                for (key, value) in changes {
                    let before = match value {
                        Some(value) => ordinary.insert(key, value),
                        None => ordinary.remove(&key),
                    };
                    prop_assert_eq!(change(&mut map, (key, value)), before);
                }
                copies.push((map.clone(), ordinary.clone()));
            }
            for (map, ordinary) in copies {
                prop_assert_eq!(map.len(), ordinary.len());
                prop_assert_eq!(map.iter().copied().collect::<Vec<_>>(), pairs(ordinary.iter()));
                prop_assert_eq!(map.iter().rev().copied().collect::<Vec<_>>(), pairs(ordinary.iter().rev()));
                let [from, to] = [from.min(to), from.max(to)];
                let (with, without) = (Bound::Included, Bound::Excluded);
                prop_assert_eq!(range(with(from), without(to), &map), pairs(ordinary.range(from..to)));
                prop_assert_eq!(backwards(with(from), with(to), &map), pairs(ordinary.range(from..=to).rev()));
                prop_assert_eq!(range(Bound::Unbounded, without(to), &map), pairs(ordinary.range(..to)));
                let mut meeting = map.range((with(from), with(to)));
                let front: Vec<_> = meeting.by_ref().take(40).copied().collect();
                let mut back: Vec<_> = meeting.rev().copied().collect();
                back.reverse();
                prop_assert_eq!([front, back].concat(), pairs(ordinary.range(from..=to)));
                for key in [from, to] {
                    prop_assert_eq!(map.get(&key), ordinary.get(&key));
                    prop_assert_eq!(map.clone().get_mut(&key).copied(), ordinary.get(&key).copied());
                }
                let sizes = || map.pieces.iter().map(|piece| piece.entries.len());
                prop_assert!(sizes().all(|size| (1..=PIECE_MAX).contains(&size)));
            }
        }
    }

    #[test]
    fn a_change_copies_one_piece_and_much_taken_out_leaves_few() {
        let mut map = SharedMap::default();
        (0..10_000).for_each(|key| assert_eq!(map.insert(key, key), None));
        let copy = map.clone();
        map.insert(5_000, 1);
        let shared = map.pieces.iter().zip(copy.pieces.iter());
        let own = shared.filter(|(one, other)| !Arc::ptr_eq(&one.entries, &other.entries)).count();
        assert_eq!(own, 1);
        (0..9_900).for_each(|key| assert!(map.remove(&key).is_some()));
        assert!(map.pieces.len() <= 8, "{}", map.pieces.len());
    }
}
