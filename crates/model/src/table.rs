//! A table of resources that can be shared as a snapshot, changed cheaply, and taken back.
//!
//! Readers hold a clone (two pointers); the one writer changes its own copy. What a change touches is copied, a few
//! dozen rows' pointers (`shared_map`), and the row itself. Every change remembers the row it replaced, so that a
//! request that fails half-way leaves nothing behind ([`Table::roll_back`]) and one that succeeds can say what it touched
//! ([`Table::commit`]).
//!
//! Which rows refer to something is known without looking through all ([`Table::linked`]): of what is committed by an
//! index, which each commit keeps up with the rows, of what is not by looking at those few rows. So a row can be changed in
//! place, and what is taken back never was in the index.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Bound, RangeBounds};
use std::sync::Arc;

use crate::link::Link;
use crate::row::Row;
use crate::table_key::TableKey;
use crate::untyped_table::{AnyRow, UntypedChange, UntypedTable};

/// Rows by key, in key order.
pub struct Table<K: TableKey, V> {
    rows: UntypedTable<K::Kept>,
    types: PhantomData<fn() -> (K, V)>,
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

impl<K: TableKey, V> Clone for Table<K, V> {
    /// A snapshot: shares all rows and has nothing uncommitted.
    fn clone(&self) -> Self {
        Table { rows: self.rows.snapshot(), types: PhantomData }
    }
}

impl<K: TableKey, V> Default for Table<K, V> {
    fn default() -> Self {
        Table { rows: UntypedTable::default(), types: PhantomData }
    }
}

impl<K: TableKey + fmt::Debug, V: TableValue + fmt::Debug> fmt::Debug for Table<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// What can be in a table: any plain value.
pub trait TableValue: Clone + Send + Sync + 'static {}

impl<V: Clone + Send + Sync + 'static> TableValue for V {}

/// The row as what it is.
fn typed<V: TableValue>(row: &AnyRow) -> &V {
    row.downcast_ref().expect("a table's rows are of one type")
}

fn shared<V: TableValue>(row: AnyRow) -> Arc<V> {
    row.downcast().expect("a table's rows are of one type")
}

impl<K: TableKey, V: TableValue> Table<K, V> {
    /// The row with this key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.rows.get(&key.kept()).map(typed)
    }

    /// The row with this key, shared.
    pub fn get_shared(&self, key: &K) -> Option<Arc<V>> {
        self.rows.get(&key.kept()).cloned().map(shared)
    }

    /// Whether there is a row with this key.
    pub fn contains(&self, key: &K) -> bool {
        self.rows.get(&key.kept()).is_some()
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
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (K, &V)> {
        self.rows.iter().map(|(key, row)| (K::of_kept(*key), typed(row)))
    }

    /// All rows, in key order, without their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> {
        self.rows.iter().map(|(_, row)| typed(row))
    }

    /// The rows whose keys lie in `range`, in key order.
    pub fn range(&self, range: impl RangeBounds<K>) -> impl DoubleEndedIterator<Item = (K, &V)> {
        let kept = |bound: Bound<&K>| bound.map(|key| key.kept());
        let rows = self.rows.range((kept(range.start_bound()), kept(range.end_bound())));
        rows.map(|(key, row)| (K::of_kept(*key), typed(row)))
    }

    /// Puts a row in, replacing the one that was there.
    pub fn insert(&mut self, key: K, row: V) {
        self.rows.insert(key.kept(), Arc::new(row));
    }

    /// Takes a row out.
    pub fn remove(&mut self, key: &K) -> Option<Arc<V>> {
        self.rows.remove(&key.kept()).map(shared)
    }

    /// The row with this key, to be changed in place.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let row = self.rows.get_mut(&key.kept())?;
        if Arc::get_mut(row).is_none() {
            *row = Arc::new(typed::<V>(row).clone());
        }
        Arc::get_mut(row).and_then(|row| row.downcast_mut())
    }

    /// Takes all rows out.
    pub(crate) fn clear(&mut self) {
        self.rows.clear();
    }

    /// Takes all changes since the last commit back.
    pub fn roll_back(&mut self) {
        self.rows.roll_back();
    }

    /// As [`Table::commit`], for a table that is itself an index: nothing asks for its links.
    pub(crate) fn commit_index(&mut self) -> Vec<Change<K, V>> {
        self.rows.commit_index().into_iter().map(Change::of).collect()
    }
}

impl<K: TableKey, V: TableValue> Change<K, V> {
    fn of(change: UntypedChange<K::Kept>) -> Self {
        let UntypedChange { key, before, after } = change;
        Change { key: K::of_kept(key), before: before.map(shared), after: after.map(shared) }
    }
}

impl<K: TableKey, V: Row> Table<K, V> {
    /// Makes the changes since the last commit final and returns what became of each touched key, each key once.
    pub fn commit(&mut self) -> Vec<Change<K, V>> {
        self.rows.commit(links_of::<V>).into_iter().map(Change::of).collect()
    }

    /// The rows that have this link, in key order.
    pub fn linked(&self, link: Link) -> impl Iterator<Item = &V> {
        self.rows.linked(link, has_link::<V>).filter_map(|key| self.rows.get(&key).map(typed))
    }

    /// How many rows have this link.
    pub fn count_linked(&self, link: Link) -> usize {
        self.rows.linked(link, has_link::<V>).count()
    }

    /// Whether the index says what the rows say. Only tests ask.
    #[cfg(test)]
    pub(crate) fn links_are_those_of_the_rows(&self) -> bool {
        let mut derived = std::collections::BTreeSet::new();
        for (key, row) in self.rows.iter().filter(|(key, _)| !self.rows.is_touched(key)) {
            derived.extend(links_of::<V>(row).into_iter().map(|link| (link, *key)));
        }
        derived == self.rows.committed_links().collect()
    }
}

fn links_of<V: Row>(row: &AnyRow) -> Vec<Link> {
    let mut links = Vec::new();
    typed::<V>(row).put_links(&mut |link| links.push(link));
    links
}

fn has_link<V: Row>(row: &AnyRow, link: Link) -> bool {
    typed::<V>(row).has_link(link)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table_key::kept_as_they_are;

    kept_as_they_are! { i32 }

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
        assert_eq!(table.iter().map(|(key, row)| (key, *row)).collect::<Vec<_>>(), [(1, "one"), (2, "two")]);

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
