//! What a table does that does not depend on the type of its rows.
//!
//! There are some seventy tables. Made of ordinary generic maps, they were two fifths of what the compiler had to make of
//! this crate: the same searches, insertions and copies, seventy times. Here a row is a pointer to anything, and
//! [`crate::Table`] puts its type on again, one comparison for each row that is asked for.

use std::any::Any;
use std::collections::{BTreeMap, btree_map};
use std::ops::Bound;
use std::sync::Arc;

use crate::link::Link;
use crate::shared_map::{Entries, SharedMap};

/// A row of any type.
pub(crate) type AnyRow = Arc<dyn Any + Send + Sync>;
/// What links a row has.
pub(crate) type LinksOf = fn(&AnyRow) -> Vec<Link>;
/// Whether a row has a link.
pub(crate) type HasLink = fn(&AnyRow, Link) -> bool;

/// Rows by key, as keys are kept ([`crate::table_key`]).
pub(crate) struct UntypedTable<K> {
    rows: SharedMap<K, AnyRow>,
    /// The links of every row, as of the last commit.
    links: SharedMap<(Link, K), ()>,
    /// Keys touched since the last commit, each with the row that was there before.
    replaced: BTreeMap<K, Option<AnyRow>>,
}

/// What became of a row between two commits.
pub(crate) struct UntypedChange<K> {
    pub(crate) key: K,
    pub(crate) before: Option<AnyRow>,
    pub(crate) after: Option<AnyRow>,
}

impl<K> Default for UntypedTable<K> {
    fn default() -> Self {
        UntypedTable { rows: SharedMap::default(), links: SharedMap::default(), replaced: BTreeMap::new() }
    }
}

impl<K: Ord + Copy> UntypedTable<K> {
    /// Shares all rows, and has nothing uncommitted.
    pub(crate) fn snapshot(&self) -> Self {
        UntypedTable { rows: self.rows.clone(), links: self.links.clone(), replaced: BTreeMap::new() }
    }

    pub(crate) fn get(&self, key: &K) -> Option<&AnyRow> {
        self.rows.get(key)
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn iter(&self) -> Entries<'_, K, AnyRow> {
        self.rows.iter()
    }

    pub(crate) fn range(&self, range: (Bound<K>, Bound<K>)) -> Entries<'_, K, AnyRow> {
        self.rows.range(range)
    }

    pub(crate) fn insert(&mut self, key: K, row: AnyRow) {
        let before = self.rows.insert(key, row);
        self.replaced.entry(key).or_insert(before);
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<AnyRow> {
        let before = self.rows.remove(key)?;
        self.replaced.entry(*key).or_insert_with(|| Some(Arc::clone(&before)));
        Some(before)
    }

    /// The row with this key, for a changed one to be put in its place: it is noted as touched.
    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut AnyRow> {
        let row = self.rows.get_mut(key)?;
        self.replaced.entry(*key).or_insert_with(|| Some(Arc::clone(row)));
        Some(row)
    }

    pub(crate) fn clear(&mut self) {
        let keys: Vec<K> = self.rows.iter().map(|(key, _)| *key).collect();
        for key in keys {
            self.remove(&key);
        }
    }

    pub(crate) fn roll_back(&mut self) {
        for (key, before) in std::mem::take(&mut self.replaced) {
            match before {
                Some(row) => self.rows.insert(key, row),
                None => self.rows.remove(&key),
            };
        }
    }

    /// Makes the changes since the last commit final, and brings the index of links up to them.
    pub(crate) fn commit(&mut self, links_of: LinksOf) -> Vec<UntypedChange<K>> {
        let changes = self.commit_index();
        for change in &changes {
            let [before, after] =
                [&change.before, &change.after].map(|row| row.as_ref().map(links_of).unwrap_or_default());
            for link in before.iter().filter(|link| !after.contains(link)) {
                self.links.remove(&(*link, change.key));
            }
            for link in after.iter().filter(|link| !before.contains(link)) {
                self.links.insert((*link, change.key), ());
            }
        }
        changes
    }

    /// As [`UntypedTable::commit`], for a table that is itself an index: nothing asks for its links.
    pub(crate) fn commit_index(&mut self) -> Vec<UntypedChange<K>> {
        let replaced = std::mem::take(&mut self.replaced);
        let change = |(key, before)| UntypedChange { key, before, after: self.rows.get(&key).cloned() };
        replaced.into_iter().map(change).collect()
    }

    /// The keys of the rows that have this link, in key order.
    pub(crate) fn linked(&self, link: Link, has_link: HasLink) -> Linked<'_, K> {
        let committed = self.links.equal(|(it, _)| it.cmp(&link));
        let mut linked = Linked {
            table: self,
            link,
            has_link,
            committed,
            touched: self.replaced.keys(),
            next_committed: None,
            next_touched: None,
        };
        linked.next_committed = linked.find_committed();
        linked.next_touched = linked.find_touched();
        linked
    }

    /// The index of links, without what was touched since the last commit. Only tests ask.
    #[cfg(test)]
    pub(crate) fn committed_links(&self) -> impl Iterator<Item = (Link, K)> {
        self.links.iter().map(|(link, ())| *link).filter(|(_, key)| !self.is_touched(key))
    }

    /// Whether a row was touched since the last commit.
    pub(crate) fn is_touched(&self, key: &K) -> bool {
        !self.replaced.is_empty() && self.replaced.contains_key(key)
    }
}

/// The keys of the rows that have a link: those which the index knows, and those among the touched, in key order.
pub(crate) struct Linked<'a, K> {
    table: &'a UntypedTable<K>,
    link: Link,
    has_link: HasLink,
    committed: Entries<'a, (Link, K), ()>,
    touched: btree_map::Keys<'a, K, Option<AnyRow>>,
    next_committed: Option<K>,
    next_touched: Option<K>,
}

impl<K: Ord + Copy> Linked<'_, K> {
    fn find_committed(&mut self) -> Option<K> {
        let table = self.table;
        self.committed.by_ref().map(|((_, key), ())| *key).find(|key| !table.is_touched(key))
    }

    fn find_touched(&mut self) -> Option<K> {
        let (table, link, has_link) = (self.table, self.link, self.has_link);
        let has = |key: &K| table.get(key).is_some_and(|row| has_link(row, link));
        self.touched.by_ref().copied().find(has)
    }
}

impl<K: Ord + Copy> Iterator for Linked<'_, K> {
    type Item = K;

    fn next(&mut self) -> Option<K> {
        let touched_is_next = match (self.next_committed, self.next_touched) {
            (Some(committed), Some(touched)) => touched < committed,
            (committed, _) => committed.is_none(),
        };
        match touched_is_next {
            true => {
                let next = self.find_touched();
                std::mem::replace(&mut self.next_touched, next)
            }
            false => {
                let next = self.find_committed();
                std::mem::replace(&mut self.next_committed, next)
            }
        }
    }
}
