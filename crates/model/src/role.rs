//! IAM roles: who may act as them, and for how long. They belong to an account, not to a Region.
//!
//! Follows "IAM roles" (IAM User Guide).

use policy::Document;
use serde::{Deserialize, Serialize};

use crate::iam_id::RoleId;
use crate::iam_name::NameKey;
use crate::iam_refusal::{IamNoun, IamRefusal};
use crate::ids::Ids;
use crate::last_access::{Access, Accessor};
use crate::managed_policy::PolicyRef;
use crate::partition::Partition;
use crate::permissions::{Entity, Permissions};
use crate::place::AccountId;
use crate::quotas::ROLES_MAX;
use crate::tags::Tags;
use crate::timestamp::Timestamp;
use crate::world::World;

/// A role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Its identifier.
    pub id: RoleId,
    /// Its owner.
    pub account: AccountId,
    /// The folder that its ARN shows: `/` or `/division/team/`.
    pub path: String,
    /// Its name, unique in the account.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Who may act as it.
    pub trust_policy: Document,
    /// How long a session of it may last.
    pub max_session_duration_s: u32,
    /// When it was made.
    pub created: Timestamp,
    /// Tags.
    pub tags: Tags,
    /// What it may do. Changed by methods of [`World`] alone.
    #[serde(default)]
    pub permissions: Permissions,
    /// When somebody last acted as it.
    #[serde(default)]
    pub last_used: Option<Access>,
}

/// What a new role is to be.
#[derive(Clone, Debug)]
pub struct NewRole {
    /// Its folder.
    pub path: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Who may act as it.
    pub trust_policy: Document,
    /// How long a session of it may last.
    pub max_session_duration_s: u32,
    /// What bounds what it may do.
    pub boundary: Option<PolicyRef>,
    /// Tags.
    pub tags: Tags,
}

/// Whose role an ARN is of, and the last part of its name.
pub fn account_and_name(arn: &str) -> Option<(AccountId, &str)> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", _, "iam", "", account, resource] = parts[..] else { return None };
    let name = resource.strip_prefix("role/")?.rsplit('/').next()?;
    Some((account.parse().ok()?, name)).filter(|_| !name.is_empty())
}

impl Role {
    /// Its name for everybody in a partition.
    pub fn arn(&self, partition: Partition) -> String {
        partition.arn("iam", self.account, format_args!("role{}{}", self.path, self.name))
    }
}

impl World {
    /// An account's roles, by name.
    pub fn roles_of(&self, account: AccountId) -> impl Iterator<Item = &Role> {
        let ids = self.role_by_name.range(NameKey::all_of(account));
        ids.filter_map(|(_, id)| self.roles.get(id))
    }

    /// The account's role of this name.
    pub fn role_named(&self, account: AccountId, name: &str) -> Result<&Role, IamRefusal> {
        let key = NameKey::new(account, name);
        let found = key.and_then(|key| self.roles.get(self.role_by_name.get(&key)?));
        found.ok_or_else(|| IamRefusal::NoSuch(IamNoun::Role, name.to_owned()))
    }

    /// The role of an ARN, if there is one. The folder is part of the ARN, and told apart by case; so is the name.
    pub fn role_of_arn(&self, partition: Partition, arn: &str) -> Option<&Role> {
        let (account, name) = account_and_name(arn)?;
        self.role_named(account, name).ok().filter(|role| role.arn(partition) == arn)
    }

    /// Writes a role down.
    pub fn create_role(
        &mut self,
        account: AccountId,
        new: NewRole,
        ids: &mut Ids<'_>,
        now: Timestamp,
    ) -> Result<RoleId, IamRefusal> {
        if self.role_named(account, &new.name).is_ok() {
            return Err(IamRefusal::Exists(IamNoun::Role, new.name));
        }
        if self.roles_of(account).count() >= ROLES_MAX {
            return Err(IamRefusal::QuotaReached("RolesPerAccount", ROLES_MAX));
        }
        let id = RoleId::fresh(ids);
        let NewRole { path, name, description, trust_policy, max_session_duration_s, boundary, tags } = new;
        self.put_role(Role {
            id,
            account,
            path,
            name,
            description,
            trust_policy,
            max_session_duration_s,
            created: now,
            tags,
            permissions: Permissions { boundary, ..Permissions::default() },
            last_used: None,
        });
        Ok(id)
    }

    /// The account's role of this name, to be changed in what nothing is looked up by.
    pub fn role_named_mut(&mut self, account: AccountId, name: &str) -> Result<&mut Role, IamRefusal> {
        let id = self.role_named(account, name)?.id;
        Ok(self.roles.get_mut(&id).expect("it was found"))
    }

    /// Notes that somebody has acted as a role.
    pub fn note_role_used(&mut self, id: RoleId, used: Access) {
        if self
            .roles
            .get(&id)
            .is_some_and(|role| Access::is_news(role.last_used.as_ref(), &used.region, used.at))
        {
            self.roles.get_mut(&id).expect("it was found").last_used = Some(used);
        }
    }

    /// Deletes a role without policies that no instance profile has.
    pub fn delete_role(&mut self, account: AccountId, name: &str) -> Result<(), IamRefusal> {
        let role = self.role_named(account, name)?;
        let id = role.id;
        match () {
            () if self.instance_profiles_with(account, id).next().is_some() => {
                return Err(IamRefusal::RoleInInstanceProfile);
            }
            () if !role.permissions.inline.is_empty() => return Err(IamRefusal::HasInlinePolicies),
            () if !role.permissions.attached.is_empty() => return Err(IamRefusal::HasAttachedPolicies),
            () => {}
        }
        self.forget_role(id);
        self.forget_access(Accessor::Role(id));
        self.roles.remove(&id);
        Ok(())
    }

    /// Puts a role in, or in its old row's place, together with what the indexes have of it.
    pub fn put_role(&mut self, role: Role) {
        self.forget_role(role.id);
        if let Some(key) = NameKey::new(role.account, &role.name) {
            self.role_by_name.insert(key, role.id);
        }
        self.note_policies_of(Entity::Role(role.id), &role.permissions);
        self.roles.insert(role.id, role);
    }

    fn forget_role(&mut self, id: RoleId) {
        let Some(role) = self.roles.get_shared(&id) else { return };
        if let Some(key) = NameKey::new(role.account, &role.name) {
            self.role_by_name.remove(&key);
        }
        self.forget_policies_of(Entity::Role(id));
    }
}
