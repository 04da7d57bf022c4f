//! IAM users: people and programs of an account, with credentials that last.
//!
//! Follows "IAM users" (IAM User Guide).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::iam_id::{GroupId, UserId};
use crate::iam_name::NameKey;
use crate::iam_refusal::{IamNoun, IamRefusal};
use crate::ids::Ids;
use crate::last_access::Accessor;
use crate::login_profile::LoginProfile;
use crate::managed_policy::PolicyRef;
use crate::partition::Partition;
use crate::permissions::{Entity, Permissions};
use crate::place::AccountId;
use crate::quotas::{GROUPS_PER_USER_MAX, USERS_MAX};
use crate::tags::Tags;
use crate::timestamp::Timestamp;
use crate::world::World;

/// A user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// Its identifier.
    pub id: UserId,
    /// Its owner.
    pub account: AccountId,
    /// The folder that its ARN shows: `/` or `/division/team/`.
    pub path: String,
    /// Its name, unique in the account. Changed by [`World::rename_user`] alone.
    pub name: String,
    /// When it was made.
    pub created: Timestamp,
    /// Tags.
    pub tags: Tags,
    /// What it may do. Changed by methods of [`World`] alone.
    pub permissions: Permissions,
    /// The groups that it is in. Changed by methods of [`World`] alone.
    pub groups: BTreeSet<GroupId>,
    /// Its password, if it has one.
    pub login_profile: Option<LoginProfile>,
    /// When somebody last signed in with the password.
    pub password_last_used: Option<Timestamp>,
}

/// What a new user is to be.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Its folder.
    pub path: String,
    /// Its name.
    pub name: String,
    /// What bounds what it may do.
    pub boundary: Option<PolicyRef>,
    /// Tags.
    pub tags: Tags,
}

impl User {
    /// Its name for everybody in a partition.
    pub fn arn(&self, partition: Partition) -> String {
        partition.arn("iam", self.account, format_args!("user{}{}", self.path, self.name))
    }
}

impl World {
    /// Notes that somebody has signed in with a user's password.
    pub fn note_password_used(&mut self, id: UserId, at: Timestamp) {
        if let Some(user) = self.users.get_mut(&id) {
            user.password_last_used = Some(at);
        }
    }

    /// An account's users, by name.
    pub fn users_of(&self, account: AccountId) -> impl Iterator<Item = &User> {
        let ids = self.user_by_name.range(NameKey::all_of(account));
        ids.filter_map(|(_, id)| self.users.get(id))
    }

    /// The account's user of this name.
    pub fn user_named(&self, account: AccountId, name: &str) -> Result<&User, IamRefusal> {
        let key = NameKey::new(account, name);
        let found = key.and_then(|key| self.users.get(self.user_by_name.get(&key)?));
        found.ok_or_else(|| IamRefusal::NoSuch(IamNoun::User, name.to_owned()))
    }

    /// The account's user of this name, to be changed in what nothing is looked up by.
    pub fn user_named_mut(&mut self, account: AccountId, name: &str) -> Result<&mut User, IamRefusal> {
        let id = self.user_named(account, name)?.id;
        Ok(self.users.get_mut(&id).expect("it was found"))
    }

    /// Writes a user down.
    pub fn create_user(
        &mut self,
        account: AccountId,
        new: NewUser,
        ids: &mut Ids<'_>,
        now: Timestamp,
    ) -> Result<UserId, IamRefusal> {
        if self.user_named(account, &new.name).is_ok() {
            return Err(IamRefusal::Exists(IamNoun::User, new.name));
        }
        if self.users_of(account).count() >= USERS_MAX {
            return Err(IamRefusal::QuotaReached("UsersPerAccount", USERS_MAX));
        }
        let id = UserId::fresh(ids);
        let NewUser { path, name, boundary, tags } = new;
        self.put_user(User {
            id,
            account,
            path,
            name,
            created: now,
            tags,
            permissions: Permissions { boundary, ..Permissions::default() },
            groups: BTreeSet::new(),
            login_profile: None,
            password_last_used: None,
        });
        Ok(id)
    }

    /// Gives a user another name, another folder, or both. Its identifier stays, and with it all that it has.
    pub fn rename_user(
        &mut self,
        account: AccountId,
        name: &str,
        new_name: Option<String>,
        new_path: Option<String>,
    ) -> Result<(), IamRefusal> {
        let mut user = self.user_named(account, name)?.clone();
        if let Some(taken) = new_name.as_deref().and_then(|new| self.user_named(account, new).ok())
            && taken.id != user.id
        {
            return Err(IamRefusal::Exists(IamNoun::User, new_name.unwrap_or_default()));
        }
        user.name = new_name.unwrap_or(user.name);
        user.path = new_path.unwrap_or(user.path);
        self.put_user(user);
        Ok(())
    }

    /// Puts a user into a group; nothing happens if it is in there.
    pub fn add_user_to_group(
        &mut self,
        account: AccountId,
        group: &str,
        user: &str,
    ) -> Result<(), IamRefusal> {
        let group = self.group_named(account, group)?.id;
        let mut user = self.user_named(account, user)?.clone();
        user.groups.insert(group);
        if user.groups.len() > GROUPS_PER_USER_MAX {
            return Err(IamRefusal::QuotaReached("GroupsPerUser", GROUPS_PER_USER_MAX));
        }
        self.put_user(user);
        Ok(())
    }

    /// Takes a user out of a group; nothing happens if it is not in there.
    pub fn remove_user_from_group(
        &mut self,
        account: AccountId,
        group: &str,
        user: &str,
    ) -> Result<(), IamRefusal> {
        let group = self.group_named(account, group)?.id;
        let mut user = self.user_named(account, user)?.clone();
        user.groups.remove(&group);
        self.put_user(user);
        Ok(())
    }

    /// Deletes a user that has nothing any more.
    pub fn delete_user(&mut self, account: AccountId, name: &str) -> Result<(), IamRefusal> {
        let user = self.user_named(account, name)?;
        let id = user.id;
        self.check_user_has_nothing(user)?;
        self.remove_user(id);
        Ok(())
    }

    /// "When deleting an IAM user programmatically, you must delete the items attached to the user manually, or the deletion
    /// fails" (DeleteUser).
    fn check_user_has_nothing(&self, user: &User) -> Result<(), IamRefusal> {
        let has_keys = self.access_keys_of(user.account, Some(user.id)).next().is_some();
        let has_devices = !self.mfa_devices_with(user.account, Some(user.id)).is_empty();
        let has_certificates = self.signing_certificates_of(user.account, Some(user.id)).next().is_some();
        let has_others = self.ssh_public_keys_of(user.id).next().is_some()
            || self.service_specific_credentials_of(user.id).next().is_some();
        match () {
            () if user.login_profile.is_some() => Err(IamRefusal::HasLoginProfile),
            () if has_certificates => Err(IamRefusal::HasSigningCertificates),
            () if has_others => Err(IamRefusal::HasOtherCredentials),
            () if has_devices => Err(IamRefusal::HasMfaDevices),
            () if has_keys => Err(IamRefusal::HasAccessKeys),
            () if !user.permissions.inline.is_empty() => Err(IamRefusal::HasInlinePolicies),
            () if !user.permissions.attached.is_empty() => Err(IamRefusal::HasAttachedPolicies),
            () if !user.groups.is_empty() => Err(IamRefusal::UserInGroup),
            () => Ok(()),
        }
    }

    /// Puts a user in, or in its old row's place, together with what the indexes have of it.
    pub fn put_user(&mut self, user: User) {
        self.forget_user(user.id);
        if let Some(key) = NameKey::new(user.account, &user.name) {
            self.user_by_name.insert(key, user.id);
        }
        for group in &user.groups {
            self.user_by_group.insert((*group, user.id), ());
        }
        self.note_policies_of(Entity::User(user.id), &user.permissions);
        self.users.insert(user.id, user);
    }

    fn remove_user(&mut self, id: UserId) {
        self.forget_user(id);
        self.forget_access(Accessor::User(id));
        self.users.remove(&id);
    }

    fn forget_user(&mut self, id: UserId) {
        let Some(user) = self.users.get_shared(&id) else { return };
        if let Some(key) = NameKey::new(user.account, &user.name) {
            self.user_by_name.remove(&key);
        }
        for group in &user.groups {
            self.user_by_group.remove(&(*group, id));
        }
        self.forget_policies_of(Entity::User(id));
    }
}
