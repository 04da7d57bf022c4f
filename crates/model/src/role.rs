//! IAM roles: who may act as them, and for how long. They belong to an account, not to a Region.
//!
//! Follows "IAM roles" (IAM User Guide). No permissions: what a role may do is not asked yet, so that it may do everything.

use serde::{Deserialize, Serialize};

use crate::iam_id::RoleId;
use crate::iam_refusal::IamRefusal;
use crate::ids::Ids;
use crate::partition::Partition;
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
    /// Who may act as it: the policy document, as it was sent.
    pub trust_policy: String,
    /// How long a session of it may last.
    pub max_session_duration_s: u32,
    /// When it was made.
    pub created: Timestamp,
    /// Tags.
    pub tags: Tags,
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
    pub trust_policy: String,
    /// How long a session of it may last.
    pub max_session_duration_s: u32,
    /// Tags.
    pub tags: Tags,
}

impl Role {
    /// Its name for everybody in a partition.
    pub fn arn(&self, partition: Partition) -> String {
        partition.arn("iam", self.account, format_args!("role{}{}", self.path, self.name))
    }
}

impl World {
    /// An account's roles, by identifier.
    pub fn roles_of(&self, account: AccountId) -> impl Iterator<Item = &Role> {
        self.roles.values().filter(move |role| role.account == account)
    }

    /// The account's role of this name.
    pub fn role_named(&self, account: AccountId, name: &str) -> Result<&Role, IamRefusal> {
        let found = self.roles_of(account).find(|role| role.name.eq_ignore_ascii_case(name));
        found.ok_or_else(|| IamRefusal::NoSuchRole(name.to_owned()))
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
            return Err(IamRefusal::RoleExists(new.name));
        }
        if self.roles_of(account).count() >= ROLES_MAX {
            return Err(IamRefusal::QuotaReached("RolesPerAccount", ROLES_MAX));
        }
        let id = RoleId::fresh(ids);
        let NewRole { path, name, description, trust_policy, max_session_duration_s, tags } = new;
        let role = Role {
            id,
            account,
            path,
            name,
            description,
            trust_policy,
            max_session_duration_s,
            created: now,
            tags,
        };
        self.roles.insert(id, role);
        Ok(id)
    }

    /// The account's role of this name, to be changed.
    pub fn role_named_mut(&mut self, account: AccountId, name: &str) -> Result<&mut Role, IamRefusal> {
        let id = self.role_named(account, name)?.id;
        Ok(self.roles.get_mut(&id).expect("it was found"))
    }

    /// Deletes a role that no instance profile has.
    pub fn delete_role(&mut self, account: AccountId, name: &str) -> Result<(), IamRefusal> {
        let id = self.role_named(account, name)?.id;
        if self.instance_profiles_with(account, id).next().is_some() {
            return Err(IamRefusal::RoleInInstanceProfile);
        }
        self.roles.remove(&id);
        Ok(())
    }
}
