//! What is known of those who called lately, gathered once for each state of the world.
//!
//! Gathering it costs more than deciding by it. Any change throws all of it away: what a user may do follows from many rows,
//! and nobody could say cheaply that none of them has changed.

use awsproto::{Call, Principal};
use model::permissions::Entity;
use model::{Partition, UserId, World};
use policy::Context;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::context;
use super::standing::{Asker, Own};

/// How many users and roles are kept; the next one begins anew.
const KEPT_MAX: usize = 1_000;

/// What is kept.
#[derive(Debug, Default)]
pub(crate) struct Standings {
    own: ByRevision<(Entity, Partition), Arc<Own>>,
    users: ByRevision<(UserId, Partition), Known>,
}

/// Who asks, and the condition keys that follow from who it is.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) asker: Arc<Asker>,
    pub(super) described: Arc<Context>,
}

impl Known {
    fn of(world: &World, call: &Call) -> Known {
        let asker = Asker::of(call);
        let described = Arc::new(context::of_asker(world, call, &asker));
        Known { asker: Arc::new(asker), described }
    }
}

impl Standings {
    /// The policies that a user or a role has in this world.
    pub(super) fn own(&self, world: &World, entity: Entity, partition: Partition) -> Arc<Own> {
        let gather = || Arc::new(Own::of(world, entity, partition));
        self.own.get(world.revision, (entity, partition), gather)
    }

    /// Who asks. A session is its own: it has a name, tags and a time.
    pub(super) fn known(&self, world: &World, call: &Call) -> Known {
        let gather = || Known::of(world, call);
        match (&call.principal, &call.session) {
            (Principal::User { user, .. }, None) => {
                self.users.get(world.revision, (*user, call.partition()), gather)
            }
            (_, _) => gather(),
        }
    }
}

/// Values that follow from the world of one revision.
#[derive(Debug)]
struct ByRevision<K, V>(Mutex<(u64, BTreeMap<K, V>)>);

impl<K, V> Default for ByRevision<K, V> {
    fn default() -> Self {
        ByRevision(Mutex::default())
    }
}

impl<K: Copy + Ord, V: Clone> ByRevision<K, V> {
    fn get(&self, revision: u64, key: K, gather: impl FnOnce() -> V) -> V {
        if let Some(value) = self.kept(revision, key) {
            return value;
        }
        let value = gather();
        self.keep(revision, key, value.clone());
        value
    }

    fn kept(&self, revision: u64, key: K) -> Option<V> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.1.get(&key).filter(|_| kept.0 == revision).cloned()
    }

    fn keep(&self, revision: u64, key: K, value: V) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A call that began before a change must not bring back what was.
        if revision < kept.0 {
            return;
        }
        if revision > kept.0 || kept.1.len() == KEPT_MAX {
            *kept = (revision, BTreeMap::new());
        }
        kept.1.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_holds_for_its_revision_and_an_older_one_never_comes_back() {
        let kept = ByRevision::default();
        assert_eq!(kept.get(1, 'a', || "first"), "first");
        assert_eq!(kept.get(1, 'a', || "again"), "first");
        assert_eq!(kept.get(2, 'a', || "second"), "second");
        assert_eq!(kept.get(1, 'a', || "old"), "old");
        assert_eq!(kept.get(2, 'a', || "again"), "second");
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let kept = ByRevision::default();
        (0..=KEPT_MAX).for_each(|key| assert_eq!(kept.get(1, key, || key), key));
        assert_eq!(kept.0.lock().unwrap().1.len(), 1);
    }
}
