//! Managed prefix lists: named sets of address blocks, for routes and security group rules.
//!
//! Follows "Managed prefix lists" (VPC User Guide).

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::aws_prefix_list::AwsPrefixList;
use crate::ids::*;
use crate::link::Link;
use crate::place::Scope;
use crate::quotas::{Quota, VERSIONS_PER_PREFIX_LIST_MAX};
use crate::refusal::{PrefixListRefusal, Refusal};
use crate::resource::ResourceId;
use crate::tags::Tags;
use crate::world::{Network, World};

/// A customer-managed prefix list, in its current version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrefixList {
    /// Its identifier.
    pub id: PrefixListId,
    /// Owner and Region.
    pub scope: Scope,
    /// Its name.
    pub name: String,
    /// Whether its entries are IPv6 blocks.
    pub ipv6: bool,
    /// How many entries it may have; also how much it counts against quotas.
    pub max_entries: u32,
    /// Grows with every change of the entries, from 1.
    pub version: u64,
    /// The blocks.
    pub entries: Vec<PrefixListEntry>,
    /// Earlier versions' entries, oldest first.
    pub history: Vec<Vec<PrefixListEntry>>,
    /// What was done to it last.
    #[serde(default)]
    pub last_change: LastChange,
    /// Tags.
    pub tags: Tags,
}

/// What was done to a prefix list last, which its state tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum LastChange {
    /// It was created. Of records from before there was this field, only those in version 1 mean it.
    #[default]
    Created,
    /// Its entries, its name or its size were changed.
    Modified,
    /// An earlier version was restored.
    Restored,
    /// It was to be deleted while something used it, and is still there.
    DeletionFailed,
}

/// One block of a prefix list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrefixListEntry {
    /// The block.
    pub cidr: IpNet,
    /// What it is.
    pub description: String,
}

/// A prefix list to be made.
#[derive(Clone, Debug)]
pub struct NewPrefixList {
    /// Its name.
    pub name: String,
    /// Whether its entries are IPv6 blocks.
    pub ipv6: bool,
    /// How many entries it may have.
    pub max_entries: u32,
    /// The first version's entries.
    pub entries: Vec<PrefixListEntry>,
    /// Tags.
    pub tags: Tags,
}

/// A change of a prefix list; what is `None` or empty stays.
#[derive(Clone, Debug, Default)]
pub struct PrefixListChange {
    /// A new name.
    pub name: Option<String>,
    /// Room for more entries, or for fewer.
    pub max_entries: Option<u32>,
    /// The version that the change of entries was made for.
    pub current_version: Option<u64>,
    /// Blocks to add.
    pub add: Vec<PrefixListEntry>,
    /// Blocks to take out.
    pub remove: Vec<IpNet>,
}

/// How much a prefix list counts against the quotas of those that use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight {
    /// As many as this many entries.
    pub entries: usize,
    /// Of IPv6 rather than IPv4.
    pub ipv6: bool,
}

impl PrefixList {
    /// The entries of a version, the current one or an earlier one.
    pub fn entries_of(&self, version: u64) -> Option<&[PrefixListEntry]> {
        if version == self.version {
            return Some(&self.entries);
        }
        // The oldest kept version is as many before the current one as there are earlier ones.
        let oldest = self.version.checked_sub(u64::try_from(self.history.len()).ok()?)?;
        let position = usize::try_from(version.checked_sub(oldest)?).ok()?;
        self.history.get(position).map(Vec::as_slice)
    }

    fn add(&mut self, entries: Vec<PrefixListEntry>) -> Result<(), Refusal> {
        for entry in entries {
            if entry.cidr.addr().is_ipv6() != self.ipv6 {
                return Err(PrefixListRefusal::Family(entry.cidr).into());
            }
            if self.entries.iter().any(|other| other.cidr == entry.cidr) {
                return Err(PrefixListRefusal::EntryExists(entry.cidr).into());
            }
            self.entries.push(entry);
        }
        self.check_size()
    }

    fn remove(&mut self, blocks: &[IpNet]) -> Result<(), Refusal> {
        for block in blocks {
            let found = self.entries.iter().position(|entry| entry.cidr == *block);
            self.entries.remove(found.ok_or(PrefixListRefusal::NoSuchEntry(*block))?);
        }
        Ok(())
    }

    fn check_size(&self) -> Result<(), Refusal> {
        match u32::try_from(self.entries.len()) {
            Ok(count) if count <= self.max_entries => Ok(()),
            Ok(_) | Err(_) => Err(PrefixListRefusal::Full.into()),
        }
    }

    /// Makes changed entries the next version.
    fn next_version(&mut self, before: Vec<PrefixListEntry>) -> Result<(), Refusal> {
        if self.history.len() + 1 >= VERSIONS_PER_PREFIX_LIST_MAX {
            return Err(Refusal::QuotaReached(Quota::VersionsPerPrefixList, VERSIONS_PER_PREFIX_LIST_MAX));
        }
        self.history.push(before);
        self.version += 1;
        Ok(())
    }
}

impl Network {
    /// The blocks of a list as rules and routes of `scope` see them, AWS's own lists included. None, if there is no such
    /// list.
    pub fn prefix_list_blocks(&self, scope: Scope, id: PrefixListId) -> impl Iterator<Item = IpNet> + '_ {
        let aws = AwsPrefixList::find(scope.region, id).into_iter().flat_map(AwsPrefixList::blocks);
        let own = self
            .prefix_lists
            .get(&id)
            .into_iter()
            .flat_map(|list| list.entries.iter().map(|entry| entry.cidr));
        aws.chain(own)
    }
}

impl World {
    /// The customer-managed list with this identifier, to be changed or shown. AWS's own lists are not among them.
    pub fn prefix_list(&self, scope: Scope, id: PrefixListId) -> Result<&PrefixList, Refusal> {
        if AwsPrefixList::find(scope.region, id).is_some() {
            return Err(PrefixListRefusal::ManagedByAws(id).into());
        }
        self.network
            .prefix_lists
            .get(&id)
            .filter(|list| list.scope == scope)
            .ok_or(Refusal::NotFound(id.into()))
    }

    /// How much a list counts for, AWS's own lists included; `None` if there is no such list.
    pub fn prefix_list_weight(&self, scope: Scope, id: PrefixListId) -> Option<Weight> {
        if let Some(list) = AwsPrefixList::find(scope.region, id) {
            return Some(Weight { entries: usize::try_from(list.weight()).ok()?, ipv6: false });
        }
        let list = self.network.prefix_lists.get(&id).filter(|list| list.scope == scope)?;
        Some(Weight { entries: usize::try_from(list.max_entries).ok()?, ipv6: list.ipv6 })
    }

    /// Who uses a list: security groups and route tables of `scope`.
    pub fn prefix_list_users(&self, scope: Scope, id: PrefixListId) -> Vec<ResourceId> {
        let names = Link::PrefixList(id);
        let groups = self.network.security_groups.linked(names).filter(|group| group.scope == scope);
        let tables = self.network.route_tables.linked(names).filter(|table| table.scope == scope);
        groups.map(|group| group.id.into()).chain(tables.map(|table| table.id.into())).collect()
    }

    /// Makes a prefix list in version 1.
    pub fn create_prefix_list(
        &mut self,
        scope: Scope,
        new: NewPrefixList,
        ids: &mut Ids<'_>,
    ) -> Result<&PrefixList, Refusal> {
        let owned = self.network.prefix_lists.count_linked(Link::Scope(scope));
        self.check_quota(scope, Quota::PrefixLists, owned)?;
        let id = ids.fresh();
        let mut list = PrefixList {
            id,
            scope,
            name: new.name,
            ipv6: new.ipv6,
            max_entries: new.max_entries,
            version: 1,
            entries: Vec::new(),
            history: Vec::new(),
            last_change: LastChange::Created,
            tags: new.tags,
        };
        list.add(new.entries)?;
        self.network.prefix_lists.insert(id, list);
        self.prefix_list(scope, id)
    }

    /// Changes a prefix list. Other entries make another version.
    pub fn modify_prefix_list(
        &mut self,
        scope: Scope,
        id: PrefixListId,
        change: PrefixListChange,
    ) -> Result<&PrefixList, Refusal> {
        let mut list = self.prefix_list(scope, id)?.clone();
        if change.current_version.is_some_and(|version| version != list.version) {
            return Err(PrefixListRefusal::Version(list.version).into());
        }
        if !change.add.is_empty() || !change.remove.is_empty() {
            let before = list.entries.clone();
            list.remove(&change.remove)?;
            list.add(change.add)?;
            list.next_version(before)?;
        }
        list.name = change.name.unwrap_or(list.name);
        list.max_entries = change.max_entries.unwrap_or(list.max_entries);
        list.check_size()?;
        list.last_change = LastChange::Modified;
        self.network.prefix_lists.insert(id, list);
        self.check_users_of(scope, id)?;
        self.prefix_list(scope, id)
    }

    /// A list that grew counts for more in every group that uses it.
    fn check_users_of(&self, scope: Scope, id: PrefixListId) -> Result<(), Refusal> {
        for user in self.prefix_list_users(scope, id) {
            if let ResourceId::SecurityGroup(group) = user {
                self.check_rule_quota(self.security_group(scope, group)?)?;
            }
        }
        Ok(())
    }

    /// Makes the entries of an earlier version those of a new one.
    pub fn restore_prefix_list_version(
        &mut self,
        scope: Scope,
        id: PrefixListId,
        previous: u64,
        current: u64,
    ) -> Result<&PrefixList, Refusal> {
        let mut list = self.prefix_list(scope, id)?.clone();
        if current != list.version {
            return Err(PrefixListRefusal::Version(list.version).into());
        }
        let entries = list.entries_of(previous).ok_or(PrefixListRefusal::NoSuchVersion(previous))?.to_vec();
        let before = std::mem::replace(&mut list.entries, entries);
        list.next_version(before)?;
        list.check_size()?;
        list.last_change = LastChange::Restored;
        self.network.prefix_lists.insert(id, list);
        self.prefix_list(scope, id)
    }

    /// Takes out a prefix list, and returns it. One that something uses stays, with its deletion failed.
    pub fn delete_prefix_list(&mut self, scope: Scope, id: PrefixListId) -> Result<PrefixList, Refusal> {
        let mut list = self.prefix_list(scope, id)?.clone();
        if self.prefix_list_users(scope, id).is_empty() {
            self.network.prefix_lists.remove(&id);
        } else {
            list.last_change = LastChange::DeletionFailed;
            self.network.prefix_lists.insert(id, list.clone());
        }
        Ok(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::world_with_vpc;

    fn entry(cidr: &str) -> PrefixListEntry {
        PrefixListEntry { cidr: cidr.parse().unwrap(), description: String::new() }
    }

    fn offices(max_entries: u32, blocks: &[&str]) -> NewPrefixList {
        let entries = blocks.iter().map(|cidr| entry(cidr)).collect();
        NewPrefixList { name: "offices".into(), ipv6: false, max_entries, entries, tags: Tags::new() }
    }

    fn create(world: &mut World, scope: Scope, new: NewPrefixList) -> Result<PrefixListId, Refusal> {
        let mut source = || 4242;
        world.create_prefix_list(scope, new, &mut Ids::new(&mut source)).map(|list| list.id)
    }

    #[test]
    fn every_change_of_the_entries_is_a_version_that_can_be_looked_at_and_restored() {
        let (mut world, scope, _) = world_with_vpc();
        let id = create(&mut world, scope, offices(2, &["10.1.0.0/16"])).unwrap();
        let add = PrefixListChange {
            current_version: Some(1),
            add: vec![entry("10.2.0.0/16")],
            ..Default::default()
        };
        assert_eq!(world.modify_prefix_list(scope, id, add.clone()).unwrap().version, 2);
        assert_eq!(
            world.modify_prefix_list(scope, id, add).unwrap_err(),
            PrefixListRefusal::Version(2).into()
        );
        let restored = world.restore_prefix_list_version(scope, id, 1, 2).unwrap();
        assert_eq!((restored.version, restored.entries.len()), (3, 1));
        assert_eq!(restored.entries_of(2).map(<[_]>::len), Some(2));
        assert_eq!((restored.entries_of(0), restored.entries_of(4)), (None, None));
    }

    #[test]
    fn a_list_has_room_for_as_many_entries_as_it_was_made_for() {
        let (mut world, scope, _) = world_with_vpc();
        let too_many = offices(1, &["10.1.0.0/16", "10.2.0.0/16"]);
        assert_eq!(create(&mut world, scope, too_many), Err(PrefixListRefusal::Full.into()));
        let id = create(&mut world, scope, offices(2, &["10.1.0.0/16", "10.2.0.0/16"])).unwrap();
        let shrink = PrefixListChange { max_entries: Some(1), ..Default::default() };
        assert_eq!(world.modify_prefix_list(scope, id, shrink).unwrap_err(), PrefixListRefusal::Full.into());
    }

    #[test]
    fn a_list_has_blocks_of_one_family_and_each_once() {
        let (mut world, scope, _) = world_with_vpc();
        let ipv6 = create(&mut world, scope, offices(3, &["2001:db8::/32"]));
        assert_eq!(ipv6, Err(PrefixListRefusal::Family("2001:db8::/32".parse().unwrap()).into()));
        let twice = create(&mut world, scope, offices(3, &["10.0.0.0/8", "10.0.0.0/8"]));
        assert_eq!(twice, Err(PrefixListRefusal::EntryExists("10.0.0.0/8".parse().unwrap()).into()));
    }

    #[test]
    fn the_lists_of_aws_can_be_used_but_not_changed() {
        let (mut world, scope, _) = world_with_vpc();
        let s3 = PrefixListId::short(0x68a5_4001);
        assert_eq!(
            world.delete_prefix_list(scope, s3).unwrap_err(),
            PrefixListRefusal::ManagedByAws(s3).into()
        );
        assert_eq!(world.network.prefix_list_blocks(scope, s3).count(), 1);
    }
}
