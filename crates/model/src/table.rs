//! A table of resources that can be shared as a snapshot, changed cheaply, and taken back.
//!
//! Readers hold a clone (three pointers); the one writer changes its own copy. What a change touches is copied, a few
//! dozen rows' pointers (`shared_map`), and the row itself. Every change remembers the row it replaced, so that a
//! request that fails half-way leaves nothing behind ([`Table::roll_back`]) and one that succeeds can say what it touched
//! ([`Table::commit`]).
//!
//! Which rows refer to something is known without looking through all ([`Table::linked`]): of what is committed by an
//! index, which each commit keeps up with the rows, of what is not by looking at those few rows. So a row can be changed in
//! place, and what is taken back never was in the index.

use std::collections::BTreeMap;
use std::ops::RangeBounds;
use std::sync::Arc;

use crate::link::Link;
use crate::row::Row;
use crate::shared_map::SharedMap;

/// Rows by key, in key order.
#[derive(Debug)]
pub struct Table<K, V> {
    rows: SharedMap<K, Arc<V>>,
    /// The links of every row, as of the last commit.
    links: SharedMap<(Link, K), ()>,
    /// Keys touched since the last commit, each with the row that was there before.
    replaced: BTreeMap<K, Option<Arc<V>>>,
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

impl<K: Clone, V> Clone for Table<K, V> {
    /// A snapshot: shares all rows and has nothing uncommitted.
    fn clone(&self) -> Self {
        Table { rows: self.rows.clone(), links: self.links.clone(), replaced: BTreeMap::new() }
    }
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Table { rows: SharedMap::default(), links: SharedMap::default(), replaced: BTreeMap::new() }
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
        self.rows.get(key).is_some()
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.len() == 0
    }

    /// All rows, in key order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.rows.iter().map(|(key, row)| (key, &**row))
    }

    /// All rows, in key order, without their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> {
        self.rows.iter().map(|(_, row)| &**row)
    }

    /// The rows whose keys lie in `range`, in key order.
    pub fn range(&self, range: impl RangeBounds<K>) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.rows.range(range).map(|(key, row)| (key, &**row))
    }

    /// Puts a row in, replacing the one that was there.
    pub fn insert(&mut self, key: K, row: V) {
        let before = self.rows.insert(key, Arc::new(row));
        self.replaced.entry(key).or_insert(before);
    }

    /// Takes a row out.
    pub fn remove(&mut self, key: &K) -> Option<Arc<V>> {
        let before = self.rows.remove(key)?;
        self.replaced.entry(*key).or_insert_with(|| Some(Arc::clone(&before)));
        Some(before)
    }

    /// The row with this key, to be changed in place.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let row = self.rows.get_mut(key)?;
        self.replaced.entry(*key).or_insert_with(|| Some(Arc::clone(row)));
        Some(Arc::make_mut(row))
    }

    /// Takes all changes since the last commit back.
    pub fn roll_back(&mut self) {
        for (key, before) in std::mem::take(&mut self.replaced) {
            match before {
                Some(row) => self.rows.insert(key, row),
                None => self.rows.remove(&key),
            };
        }
    }

    /// As [`Table::commit`], for a table that is itself an index: nothing asks for its links.
    pub(crate) fn commit_index(&mut self) -> Vec<Change<K, V>> {
        let replaced = std::mem::take(&mut self.replaced);
        let change = |(key, before)| Change { key, before, after: self.get_shared(&key) };
        replaced.into_iter().map(change).collect()
    }
}

impl<K: Ord + Copy, V: Row> Table<K, V> {
    /// Makes the changes since the last commit final and returns what became of each touched key, each key once.
    pub fn commit(&mut self) -> Vec<Change<K, V>> {
        let changes = self.commit_index();
        for change in &changes {
            let [before, after] = [&change.before, &change.after].map(|row| links_of(row.as_deref()));
            for link in before.iter().filter(|link| !after.contains(link)) {
                self.links.remove(&(*link, change.key));
            }
            for link in after.iter().filter(|link| !before.contains(link)) {
                self.links.insert((*link, change.key), ());
            }
        }
        changes
    }
}

fn links_of<V: Row>(row: Option<&V>) -> Vec<Link> {
    let mut links = Vec::new();
    if let Some(row) = row {
        row.put_links(&mut |link| links.push(link));
    }
    links
}

impl<K: Ord + Copy, V: Row> Table<K, V> {
    /// The rows that have this link, in key order.
    pub fn linked(&self, link: Link) -> impl Iterator<Item = &V> {
        let mut committed = self.committed_keys(link).peekable();
        let mut touched = self.touched_keys(link).peekable();
        let keys = std::iter::from_fn(move || match (committed.peek(), touched.peek()) {
            (Some(one), Some(other)) if other < one => touched.next(),
            (Some(_), _) => committed.next(),
            (None, _) => touched.next(),
        });
        keys.filter_map(|key| self.get(&key))
    }

    /// How many rows have this link.
    pub fn count_linked(&self, link: Link) -> usize {
        self.committed_keys(link).count() + self.touched_keys(link).count()
    }

    fn committed_keys(&self, link: Link) -> impl Iterator<Item = K> {
        let all = self.links.equal(move |(it, _)| it.cmp(&link)).map(|((_, key), ())| *key);
        all.filter(|key| self.replaced.is_empty() || !self.replaced.contains_key(key))
    }

    fn touched_keys(&self, link: Link) -> impl Iterator<Item = K> {
        let has = move |key: &K| self.get(key).is_some_and(|row| row.has_link(link));
        self.replaced.keys().copied().filter(has)
    }

    /// Whether the index says what the rows say. Only tests ask.
    #[cfg(test)]
    pub(crate) fn links_are_those_of_the_rows(&self) -> bool {
        let mut derived = std::collections::BTreeSet::new();
        for (key, row) in self.iter().filter(|(key, _)| !self.replaced.contains_key(key)) {
            row.put_links(&mut |link| {
                derived.insert((link, *key));
            });
        }
        let kept = self.links.iter().map(|(link, ())| *link);
        derived == kept.filter(|(_, key)| !self.replaced.contains_key(key)).collect()
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
        assert_eq!(table.commit_index().len(), 2);

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
            table.commit_index().into_iter().map(|it| (it.key, text(it.before), text(it.after))).collect();
        assert_eq!(touched, [(1, Some("one"), Some("un")), (2, Some("two"), None)]);
        assert!(table.commit_index().is_empty());
    }

    use crate::link::Linked;
    use crate::place::Scope;
    use crate::{InternetGateway, InternetGatewayId, Link, VpcId};
    use proptest::prelude::*;

    #[derive(Clone, Copy, Debug)]
    enum Step {
        /// Puts a gateway in, attached or not.
        Insert(u64, Option<u64>),
        /// Attaches it elsewhere, in place.
        Attach(u64, Option<u64>),
        Remove(u64),
        Commit,
        RollBack,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let vpc = || prop::option::of(0..3_u64);
        let step = prop_oneof![
            4 => (0..9_u64, vpc()).prop_map(|(id, vpc)| Step::Insert(id, vpc)),
            4 => (0..9_u64, vpc()).prop_map(|(id, vpc)| Step::Attach(id, vpc)),
            2 => (0..9_u64).prop_map(Step::Remove),
            2 => Just(Step::Commit),
            1 => Just(Step::RollBack),
        ];
        prop::collection::vec(step, 0..60)
    }

    fn take(table: &mut Table<InternetGatewayId, InternetGateway>, step: Step) {
        let scope = Scope { account: crate::AccountId::DEFAULT, region: "us-west-2".parse().unwrap() };
        let vpc = |number: Option<u64>| number.map(VpcId::numbered);
        match step {
            Step::Insert(id, to) => {
                let id = InternetGatewayId::numbered(id);
                let tags = crate::Tags::new();
                table.insert(id, InternetGateway { id, scope, vpc: vpc(to), route_table: None, tags });
            }
            Step::Attach(id, to) => {
                if let Some(gateway) = table.get_mut(&InternetGatewayId::numbered(id)) {
                    gateway.vpc = vpc(to);
                }
            }
            Step::Remove(id) => drop(table.remove(&InternetGatewayId::numbered(id))),
            Step::Commit => drop(table.commit()),
            Step::RollBack => table.roll_back(),
        }
    }

    proptest! {
        #[test]
        fn what_has_a_link_is_found_whether_committed_changed_or_taken_back(steps in steps()) {
            let mut table = Table::default();
            for step in steps {
                take(&mut table, step);
                prop_assert!(table.links_are_those_of_the_rows());
                for link in (0..3).map(|vpc| Link::Vpc(VpcId::numbered(vpc))) {
                    let looked: Vec<_> = table.values().filter(|row| row.has_link(link)).collect();
                    prop_assert_eq!(table.count_linked(link), looked.len());
                    prop_assert_eq!(table.linked(link).collect::<Vec<_>>(), looked);
                }
            }
        }
    }
}
