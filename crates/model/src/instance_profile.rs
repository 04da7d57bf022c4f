//! Instance profiles: what hands a role to an instance.
//!
//! Follows "Use instance profiles" (IAM User Guide): an instance profile has one role at most, a role may be in several
//! instance profiles.

use serde::{Deserialize, Serialize};

use crate::iam_id::{InstanceProfileId, RoleId};
use crate::iam_name::NameKey;
use crate::iam_refusal::{IamNoun, IamRefusal};
use crate::ids::Ids;
use crate::link::Link;
use crate::partition::Partition;
use crate::place::AccountId;
use crate::quotas::{INSTANCE_PROFILES_MAX, ROLES_PER_INSTANCE_PROFILE_MAX};
use crate::role::Role;
use crate::tags::Tags;
use crate::timestamp::Timestamp;
use crate::world::World;

/// An instance profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstanceProfile {
    /// Its identifier.
    pub id: InstanceProfileId,
    /// Its owner.
    pub account: AccountId,
    /// The folder that its ARN shows: `/` or `/division/team/`.
    pub path: String,
    /// Its name, unique in the account.
    pub name: String,
    /// Its role.
    pub role: Option<RoleId>,
    /// When it was made.
    pub created: Timestamp,
    /// Tags.
    pub tags: Tags,
}

impl InstanceProfile {
    /// Its name for everybody in a partition.
    pub fn arn(&self, partition: Partition) -> String {
        partition.arn("iam", self.account, format_args!("instance-profile{}{}", self.path, self.name))
    }
}

impl World {
    /// An account's instance profiles, by name.
    pub fn instance_profiles_of(&self, account: AccountId) -> impl Iterator<Item = &InstanceProfile> {
        let ids = self.instance_profile_by_name.range(NameKey::all_of(account));
        ids.filter_map(|(_, id)| self.instance_profiles.get(id))
    }

    /// The instance profiles that have a role, by name.
    pub fn instance_profiles_with(
        &self,
        account: AccountId,
        role: RoleId,
    ) -> impl Iterator<Item = &InstanceProfile> {
        let with =
            self.instance_profiles.linked(Link::Role(role)).filter(|profile| profile.account == account);
        let mut with: Vec<&InstanceProfile> = with.collect();
        with.sort_by_cached_key(|profile| NameKey::new(account, &profile.name));
        with.into_iter()
    }

    /// The account's instance profile of this name.
    pub fn instance_profile_named(
        &self,
        account: AccountId,
        name: &str,
    ) -> Result<&InstanceProfile, IamRefusal> {
        let key = NameKey::new(account, name);
        let found = key.and_then(|key| self.instance_profiles.get(self.instance_profile_by_name.get(&key)?));
        found.ok_or_else(|| IamRefusal::NoSuch(IamNoun::InstanceProfile, name.to_owned()))
    }

    /// The account's instance profile of this name, to be changed.
    pub fn instance_profile_named_mut(
        &mut self,
        account: AccountId,
        name: &str,
    ) -> Result<&mut InstanceProfile, IamRefusal> {
        let id = self.instance_profile_named(account, name)?.id;
        Ok(self.instance_profiles.get_mut(&id).expect("it was found"))
    }

    /// The role of an instance profile.
    pub fn role_of(&self, profile: &InstanceProfile) -> Option<&Role> {
        self.roles.get(&profile.role?)
    }

    /// Writes an instance profile down, without a role.
    pub fn create_instance_profile(
        &mut self,
        account: AccountId,
        path: &str,
        name: &str,
        tags: Tags,
        ids: &mut Ids<'_>,
        now: Timestamp,
    ) -> Result<InstanceProfileId, IamRefusal> {
        if self.instance_profile_named(account, name).is_ok() {
            return Err(IamRefusal::Exists(IamNoun::InstanceProfile, name.to_owned()));
        }
        if self.instance_profiles_of(account).count() >= INSTANCE_PROFILES_MAX {
            return Err(IamRefusal::QuotaReached("InstanceProfilesPerAccount", INSTANCE_PROFILES_MAX));
        }
        let id = InstanceProfileId::fresh(ids);
        let (path, name) = (path.to_owned(), name.to_owned());
        let profile = InstanceProfile { id, account, path, name, role: None, created: now, tags };
        self.put_instance_profile(profile);
        Ok(id)
    }

    /// Puts a role into an instance profile that has none.
    pub fn add_role_to_instance_profile(
        &mut self,
        account: AccountId,
        profile: &str,
        role: &str,
    ) -> Result<(), IamRefusal> {
        let found = self.instance_profile_named(account, profile)?;
        let role = self.role_named(account, role)?.id;
        if found.role.is_some() {
            let quota = "InstanceSessionsPerInstanceProfile";
            return Err(IamRefusal::QuotaReached(quota, ROLES_PER_INSTANCE_PROFILE_MAX));
        }
        self.instance_profile_named_mut(account, profile)?.role = Some(role);
        Ok(())
    }

    /// Takes a role out of an instance profile.
    pub fn remove_role_from_instance_profile(
        &mut self,
        account: AccountId,
        profile: &str,
        role: &str,
    ) -> Result<(), IamRefusal> {
        let profile = self.instance_profile_named(account, profile)?;
        let (id, has) = (profile.id, profile.role);
        let wanted = self.role_named(account, role)?.id;
        if has != Some(wanted) {
            return Err(IamRefusal::NoSuch(IamNoun::Role, role.to_owned()));
        }
        self.instance_profiles.get_mut(&id).expect("it was found").role = None;
        Ok(())
    }

    /// Deletes an instance profile without a role. Instances may still be associated with it, and lose their credentials.
    pub fn delete_instance_profile(&mut self, account: AccountId, name: &str) -> Result<(), IamRefusal> {
        let profile = self.instance_profile_named(account, name)?;
        let (id, has_role) = (profile.id, profile.role.is_some());
        if has_role {
            return Err(IamRefusal::RoleInInstanceProfile);
        }
        self.forget_instance_profile(id);
        self.instance_profiles.remove(&id);
        Ok(())
    }

    /// Puts an instance profile in, or in its old row's place, together with what the index has of it.
    pub fn put_instance_profile(&mut self, profile: InstanceProfile) {
        self.forget_instance_profile(profile.id);
        if let Some(key) = NameKey::new(profile.account, &profile.name) {
            self.instance_profile_by_name.insert(key, profile.id);
        }
        self.instance_profiles.insert(profile.id, profile);
    }

    fn forget_instance_profile(&mut self, id: InstanceProfileId) {
        let key = self.instance_profiles.get(&id).and_then(|it| NameKey::new(it.account, &it.name));
        if let Some(key) = key {
            self.instance_profile_by_name.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::NewRole;

    const ACCOUNT: AccountId = AccountId::DEFAULT;
    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    fn world() -> World {
        let mut world = World::default();
        for name in ["web", "db"] {
            let new = NewRole {
                path: "/".into(),
                name: name.into(),
                description: None,
                trust_policy: policy::Document::stored("{}"),
                max_session_duration_s: 3600,
                boundary: None,
                tags: Tags::new(),
            };
            world.create_role(ACCOUNT, new, &mut Ids::new(&mut counter(name)), NOW).unwrap();
        }
        let ids = &mut counter("profile");
        world.create_instance_profile(ACCOUNT, "/", "web", Tags::new(), &mut Ids::new(ids), NOW).unwrap();
        world
    }

    /// Other numbers for every seed.
    fn counter(seed: &str) -> impl FnMut() -> u128 {
        let mut next = seed.bytes().fold(0, |sum, byte| sum << 8 | u128::from(byte));
        move || {
            next += 1;
            next
        }
    }

    #[test]
    fn a_role_in_use_and_a_profile_with_a_role_stay() {
        let mut world = world();
        world.add_role_to_instance_profile(ACCOUNT, "web", "web").unwrap();
        assert_eq!(world.delete_role(ACCOUNT, "web"), Err(IamRefusal::RoleInInstanceProfile));
        assert_eq!(world.delete_instance_profile(ACCOUNT, "web"), Err(IamRefusal::RoleInInstanceProfile));
        let second = world.add_role_to_instance_profile(ACCOUNT, "web", "db");
        assert_eq!(second, Err(IamRefusal::QuotaReached("InstanceSessionsPerInstanceProfile", 1)));
        let other = world.remove_role_from_instance_profile(ACCOUNT, "web", "db");
        assert_eq!(other, Err(IamRefusal::NoSuch(IamNoun::Role, "db".into())));
        world.remove_role_from_instance_profile(ACCOUNT, "web", "web").unwrap();
        world.delete_role(ACCOUNT, "web").unwrap();
        world.delete_instance_profile(ACCOUNT, "web").unwrap();
        assert_eq!(world.role_named(ACCOUNT, "web"), Err(IamRefusal::NoSuch(IamNoun::Role, "web".into())));
    }

    #[test]
    fn names_are_an_accounts_own_and_the_same_in_either_case() {
        let mut world = world();
        assert!(world.role_named(ACCOUNT, "WEB").is_ok());
        let other: AccountId = "222222222222".parse().unwrap();
        assert!(world.role_named(other, "web").is_err());
        let mut ids = counter("more");
        let mut make = |account, name: &str| {
            world.create_instance_profile(account, "/", name, Tags::new(), &mut Ids::new(&mut ids), NOW)
        };
        assert_eq!(make(ACCOUNT, "Web"), Err(IamRefusal::Exists(IamNoun::InstanceProfile, "Web".into())));
        assert!(make(other, "web").is_ok());
    }

    #[test]
    fn roles_and_profiles_are_the_same_after_they_were_stored_and_loaded() {
        let mut world = world();
        world.add_role_to_instance_profile(ACCOUNT, "web", "db").unwrap();
        let records = world.commit().records;
        let stored = records.iter().map(|record| (record.key.as_str(), record.value.as_deref().unwrap()));
        let loaded = World::load(1, stored).unwrap();
        assert!(loaded.roles_of(ACCOUNT).eq(world.roles_of(ACCOUNT)));
        assert!(loaded.instance_profiles_of(ACCOUNT).eq(world.instance_profiles_of(ACCOUNT)));
    }
}
