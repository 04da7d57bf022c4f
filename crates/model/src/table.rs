//! A table of resources that can be shared as a snapshot, changed cheaply, and taken back.
//!
//! Readers hold a clone (two pointers); the one writer changes its own copy. A map is copied at most once between two
//! snapshots, a row only when it changes. Every change remembers the row it replaced, so that a request that fails
//! half-way leaves nothing behind ([`Table::roll_back`]) and one that succeeds can say what it touched
//! ([`Table::commit`]).

use std::collections::BTreeMap;
use std::ops::RangeBounds;
use std::sync::Arc;

/// Rows by key, in key order.
#[derive(Debug)]
pub struct Table<K, V> {
    rows: Arc<BTreeMap<K, Arc<V>>>,
    /// Keys touched since the last commit, each with the row that was there before.
    replaced: Vec<(K, Option<Arc<V>>)>,
}

/// What became of a row between two commits; `None` where there was or is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change<K, V> {
    /// Its key.
    pub key: K,
    /// The row at the earlier commit.
    pub before: Option<Arc<V>>,
    /// The row now.
    pub after: Option<Arc<V>>,
}

impl<K, V> Clone for Table<K, V> {
    /// A snapshot: shares all rows and has nothing uncommitted.
    fn clone(&self) -> Self {
        Table { rows: Arc::clone(&self.rows), replaced: Vec::new() }
    }
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Table { rows: Arc::new(BTreeMap::new()), replaced: Vec::new() }
    }
}

impl<K: Ord + Copy, V: Clone> Table<K, V> {
    /// The row with this key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.rows.get(key).map(|row| &**row)
    }

    /// The row with this key, shared.
    pub fn get_shared(&self, key: &K) -> Option<Arc<V>> {
        self.rows.get(key).cloned()
    }

    /// Whether there is a row with this key.
    pub fn contains(&self, key: &K) -> bool {
        self.rows.contains_key(key)
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// All rows, in key order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.rows.iter().map(|(key, row)| (key, &**row))
    }

    /// All rows, in key order, without their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> {
        self.rows.values().map(|row| &**row)
    }

    /// The rows whose keys lie in `range`, in key order.
    pub fn range(&self, range: impl RangeBounds<K>) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.rows.range(range).map(|(key, row)| (key, &**row))
    }

    /// Puts a row in, replacing the one that was there.
    pub fn insert(&mut self, key: K, row: V) {
        let before = Arc::make_mut(&mut self.rows).insert(key, Arc::new(row));
        self.replaced.push((key, before));
    }

    /// Takes a row out.
    pub fn remove(&mut self, key: &K) -> Option<Arc<V>> {
        let before = Arc::make_mut(&mut self.rows).remove(key)?;
        self.replaced.push((*key, Some(Arc::clone(&before))));
        Some(before)
    }

    /// The row with this key, to be changed in place.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let row = Arc::make_mut(&mut self.rows).get_mut(key)?;
        self.replaced.push((*key, Some(Arc::clone(row))));
        Some(Arc::make_mut(row))
    }

    /// Makes the changes since the last commit final and returns what became of each touched key, each key once.
    pub fn commit(&mut self) -> Vec<Change<K, V>> {
        let mut replaced = std::mem::take(&mut self.replaced);
        // Stable: of several changes of one key the first has the row of before them all.
        replaced.sort_by_key(|(key, _)| *key);
        replaced.dedup_by_key(|(key, _)| *key);
        let change = |(key, before)| Change { key, before, after: self.get_shared(&key) };
        replaced.into_iter().map(change).collect()
    }

    /// Takes all changes since the last commit back.
    pub fn roll_back(&mut self) {
        while let Some((key, before)) = self.replaced.pop() {
            let rows = Arc::make_mut(&mut self.rows);
            match before {
                Some(row) => rows.insert(key, row),
                None => rows.remove(&key),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_does_not_see_later_changes() {
        let mut table = Table::default();
        table.insert(1, "one");
        let snapshot = table.clone();
        table.insert(2, "two");
        *table.get_mut(&1).unwrap() = "uno";
        assert_eq!((snapshot.get(&1), snapshot.get(&2)), (Some(&"one"), None));
        assert_eq!((table.get(&1), table.get(&2)), (Some(&"uno"), Some(&"two")));
    }

    #[test]
    fn rolling_back_restores_every_row_and_commit_names_each_touched_key_once() {
        let mut table = Table::default();
        table.insert(1, "one");
        table.insert(2, "two");
        assert_eq!(table.commit().len(), 2);

        *table.get_mut(&1).unwrap() = "uno";
        *table.get_mut(&1).unwrap() = "ein";
        table.remove(&2);
        table.insert(3, "three");
        table.roll_back();
        assert_eq!(table.iter().map(|(k, v)| (*k, *v)).collect::<Vec<_>>(), [(1, "one"), (2, "two")]);

        *table.get_mut(&1).unwrap() = "uno";
        table.remove(&2);
        table.remove(&9);
        *table.get_mut(&1).unwrap() = "un";
        let text = |row: Option<Arc<&'static str>>| row.map(|row| *row);
        let touched: Vec<_> =
            table.commit().into_iter().map(|it| (it.key, text(it.before), text(it.after))).collect();
        assert_eq!(touched, [(1, Some("one"), Some("un")), (2, Some("two"), None)]);
        assert!(table.commit().is_empty());
    }
}
