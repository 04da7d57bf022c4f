//! Which private ids each instance has: another range for each, the same as long as it has a disk.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use crate::disk;
use crate::error::Result;
use crate::files::{self, Layout};
use crate::namespace::{IDS_OF_AN_INSTANCE, Ids};

/// Private ids begin here: above those that systemd hands to users and containers ("Users, Groups, UIDs and GIDs on
/// systemd Systems"), below those that old programs take for negative.
pub(crate) const FIRST_PRIVATE_ID: u32 = 0x7000_0000;
/// How many instances can have ids of their own: 65,536 each, up to 0x7fff_ffff.
const PRIVATE_RANGES: u32 = 4_096;

/// The ranges that this daemon has given away.
pub(crate) struct PrivateIds {
    /// Daemons of other data directories on the machine most likely begin elsewhere.
    start: u32,
    /// Read from the disks at first need.
    taken: Option<BTreeSet<u32>>,
}

impl PrivateIds {
    pub(crate) fn of(data: &Path) -> Self {
        let mut hash = DefaultHasher::new();
        data.hash(&mut hash);
        let start = u32::try_from(hash.finish() % u64::from(PRIVATE_RANGES)).unwrap_or(0);
        Self { start, taken: None }
    }

    /// The first id of the instance with this directory.
    pub(crate) fn of_instance(&mut self, layout: &Layout, directory: &Path) -> Result<u32> {
        let known = [disk::recorded(directory), disk::intended(directory)];
        if let Some(Ids::Private { first }) = known.into_iter().flatten().find(is_private) {
            return Ok(first);
        }
        let taken = match &mut self.taken {
            Some(taken) => taken,
            None => self.taken.insert(recorded(layout)?),
        };
        let range = choose(self.start, taken);
        taken.insert(range);
        Ok(first_of(range))
    }

    /// The instance with these ids has no disk any more.
    pub(crate) fn free(&mut self, ids: Ids) {
        if let (Some(taken), Some(range)) = (&mut self.taken, range_of(ids)) {
            taken.remove(&range);
        }
    }
}

fn recorded(layout: &Layout) -> Result<BTreeSet<u32>> {
    let instances = layout.instances();
    let directories = files::names_in(&instances)?.into_iter().map(|name| instances.join(name));
    let ids = directories.flat_map(|it| [disk::recorded(&it), disk::intended(&it)]);
    Ok(ids.flatten().filter_map(range_of).collect())
}

fn is_private(ids: &Ids) -> bool {
    match ids {
        Ids::Private { .. } => true,
        Ids::SharedRoot | Ids::Daemon | Ids::Same => false,
    }
}

fn range_of(ids: Ids) -> Option<u32> {
    match ids {
        Ids::Private { first } => Some(first.checked_sub(FIRST_PRIVATE_ID)? / IDS_OF_AN_INSTANCE),
        Ids::SharedRoot | Ids::Daemon | Ids::Same => None,
    }
}

fn first_of(range: u32) -> u32 {
    FIRST_PRIVATE_ID + range * IDS_OF_AN_INSTANCE
}

/// The first free range from `start` on; with more instances than ranges, some share one.
fn choose(start: u32, taken: &BTreeSet<u32>) -> u32 {
    let ranges = (0..PRIVATE_RANGES).map(|step| (start + step) % PRIVATE_RANGES);
    ranges.into_iter().find(|range| !taken.contains(range)).unwrap_or(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_shares_a_range_while_there_are_free_ones() {
        let mut taken = BTreeSet::new();
        for _ in 0..PRIVATE_RANGES {
            assert!(taken.insert(choose(PRIVATE_RANGES - 2, &taken)));
        }
        assert_eq!(choose(7, &taken), 7);
        assert_eq!(first_of(PRIVATE_RANGES - 1), 0x7fff_0000);
        assert_eq!(range_of(Ids::Private { first: 0x7fff_0000 }), Some(PRIVATE_RANGES - 1));
    }
}
