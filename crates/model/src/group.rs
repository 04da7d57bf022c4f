//! IAM groups: users that have the same policies.
//!
//! Follows "IAM user groups" (IAM User Guide). Who is in a group is written down at its users.

use serde::{Deserialize, Serialize};

use crate::iam_id::{GroupId, UserId};
use crate::iam_name::NameKey;
use crate::iam_refusal::{IamNoun, IamRefusal};
use crate::ids::Ids;
use crate::partition::Partition;
use crate::permissions::{Entity, Permissions};
use crate::place::AccountId;
use crate::quotas::GROUPS_MAX;
use crate::timestamp::Timestamp;
use crate::user::User;
use crate::world::World;

/// A group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its identifier.
    pub id: GroupId,
    /// Its owner.
    pub account: AccountId,
    /// The folder that its ARN shows: `/` or `/division/team/`.
    pub path: String,
    /// Its name, unique in the account. Changed by [`World::rename_group`] alone.
    pub name: String,
    /// When it was made.
    pub created: Timestamp,
    /// What its users may do. Changed by methods of [`World`] alone.
    pub permissions: Permissions,
}

impl Group {
    /// Its name for everybody in a partition.
    pub fn arn(&self, partition: Partition) -> String {
        partition.arn("iam", self.account, format_args!("group{}{}", self.path, self.name))
    }
}

impl World {
    /// An account's groups, by name.
    pub fn user_groups_of(&self, account: AccountId) -> impl Iterator<Item = &Group> {
        let ids = self.group_by_name.range(NameKey::all_of(account));
        ids.filter_map(|(_, id)| self.groups.get(id))
    }

    /// The account's group of this name.
    pub fn group_named(&self, account: AccountId, name: &str) -> Result<&Group, IamRefusal> {
        let key = NameKey::new(account, name);
        let found = key.and_then(|key| self.groups.get(self.group_by_name.get(&key)?));
        found.ok_or_else(|| IamRefusal::NoSuch(IamNoun::Group, name.to_owned()))
    }

    /// The users in a group, by identifier.
    pub fn users_in(&self, group: GroupId) -> impl Iterator<Item = &User> {
        let members = self.user_by_group.range((group, UserId::FIRST)..=(group, UserId::LAST));
        members.filter_map(|((_, user), ())| self.users.get(&user))
    }

    /// Writes a group down.
    pub fn create_group(
        &mut self,
        account: AccountId,
        path: &str,
        name: &str,
        ids: &mut Ids<'_>,
        now: Timestamp,
    ) -> Result<GroupId, IamRefusal> {
        if self.group_named(account, name).is_ok() {
            return Err(IamRefusal::Exists(IamNoun::Group, name.to_owned()));
        }
        if self.user_groups_of(account).count() >= GROUPS_MAX {
            return Err(IamRefusal::QuotaReached("GroupsPerAccount", GROUPS_MAX));
        }
        let id = GroupId::fresh(ids);
        let (path, name) = (path.to_owned(), name.to_owned());
        self.put_group(Group { id, account, path, name, created: now, permissions: Permissions::default() });
        Ok(id)
    }

    /// Gives a group another name, another folder, or both.
    pub fn rename_group(
        &mut self,
        account: AccountId,
        name: &str,
        new_name: Option<String>,
        new_path: Option<String>,
    ) -> Result<(), IamRefusal> {
        let mut group = self.group_named(account, name)?.clone();
        if let Some(taken) = new_name.as_deref().and_then(|new| self.group_named(account, new).ok())
            && taken.id != group.id
        {
            return Err(IamRefusal::Exists(IamNoun::Group, new_name.unwrap_or_default()));
        }
        group.name = new_name.unwrap_or(group.name);
        group.path = new_path.unwrap_or(group.path);
        self.put_group(group);
        Ok(())
    }

    /// Deletes a group without users and policies: "The group must not contain any users or have any attached policies"
    /// (DeleteGroup).
    pub fn delete_group(&mut self, account: AccountId, name: &str) -> Result<(), IamRefusal> {
        let group = self.group_named(account, name)?;
        let id = group.id;
        match () {
            () if self.users_in(id).next().is_some() => return Err(IamRefusal::UserInGroup),
            () if !group.permissions.inline.is_empty() => return Err(IamRefusal::HasInlinePolicies),
            () if !group.permissions.attached.is_empty() => return Err(IamRefusal::HasAttachedPolicies),
            () => {}
        }
        self.forget_group(id);
        self.groups.remove(&id);
        Ok(())
    }

    /// Puts a group in, or in its old row's place, together with what the indexes have of it.
    pub fn put_group(&mut self, group: Group) {
        self.forget_group(group.id);
        if let Some(key) = NameKey::new(group.account, &group.name) {
            self.group_by_name.insert(key, group.id);
        }
        self.note_policies_of(Entity::Group(group.id), &group.permissions);
        self.groups.insert(group.id, group);
    }

    fn forget_group(&mut self, id: GroupId) {
        let Some(group) = self.groups.get_shared(&id) else { return };
        if let Some(key) = NameKey::new(group.account, &group.name) {
            self.group_by_name.remove(&key);
        }
        self.forget_policies_of(Entity::Group(id));
    }
}
