//! What a user, a group or a role may do: its own policies, the managed ones attached to it, and its boundary.
//!
//! Follows "Managed policies and inline policies" and "Permissions boundaries for IAM entities" (IAM User Guide).

use std::collections::{BTreeMap, BTreeSet};

use policy::Document;
use serde::{Deserialize, Serialize};

use crate::iam_id::{GroupId, RoleId, UserId};
use crate::iam_refusal::{IamNoun, IamRefusal};
use crate::managed_policy::PolicyRef;
use crate::partition::Partition;
use crate::place::AccountId;
use crate::quotas::{
    ATTACHED_POLICIES_MAX, GROUP_INLINE_POLICIES_MAX, ROLE_INLINE_POLICIES_MAX, USER_INLINE_POLICIES_MAX,
};
use crate::table_key::kept_as_they_are;
use crate::tags::Tags;
use crate::user::User;
use crate::world::World;

/// A user, a group or a role: what policies are attached to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entity {
    /// A user.
    User(UserId),
    /// A group.
    Group(GroupId),
    /// A role.
    Role(RoleId),
}

/// What a managed policy is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PolicyUsage {
    /// It says what an entity may do.
    PermissionsPolicy,
    /// It says what an entity may do at most.
    PermissionsBoundary,
}

kept_as_they_are! { (PolicyRef, Entity, PolicyUsage) }

/// The policies of a user, a group or a role.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Permissions {
    /// Its own policies, by name.
    pub inline: BTreeMap<String, Document>,
    /// The managed policies that are attached to it.
    pub attached: BTreeSet<PolicyRef>,
    /// The managed policy that bounds what it may do. Groups have none.
    pub boundary: Option<PolicyRef>,
}

/// Where a policy that decides comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyOrigin<'a> {
    /// It is the entity's own, of this name.
    Inline(Entity, &'a str),
    /// It is attached to the entity.
    Attached(Entity, PolicyRef),
}

impl Entity {
    /// Of which kind it is.
    pub fn noun(self) -> IamNoun {
        match self {
            Entity::User(_) => IamNoun::User,
            Entity::Group(_) => IamNoun::Group,
            Entity::Role(_) => IamNoun::Role,
        }
    }

    /// Its unique identifier: `AIDA…`.
    pub fn unique_id(self) -> String {
        match self {
            Entity::User(id) => id.to_string(),
            Entity::Group(id) => id.to_string(),
            Entity::Role(id) => id.to_string(),
        }
    }

    /// AWS's name for how many policies may be attached to one.
    fn attachments_quota(self) -> &'static str {
        match self {
            Entity::User(_) => "PoliciesPerUser",
            Entity::Group(_) => "PoliciesPerGroup",
            Entity::Role(_) => "PoliciesPerRole",
        }
    }

    /// Characters of all its own policies together, white space left out.
    fn inline_characters_max(self) -> usize {
        match self {
            Entity::User(_) => USER_INLINE_POLICIES_MAX,
            Entity::Group(_) => GROUP_INLINE_POLICIES_MAX,
            Entity::Role(_) => ROLE_INLINE_POLICIES_MAX,
        }
    }
}

impl Permissions {
    /// Each managed policy that is used, and for what.
    pub fn managed(&self) -> impl Iterator<Item = (PolicyRef, PolicyUsage)> {
        let attached = self.attached.iter().map(|policy| (*policy, PolicyUsage::PermissionsPolicy));
        attached.chain(self.boundary.map(|policy| (policy, PolicyUsage::PermissionsBoundary)))
    }
}

impl World {
    /// The policies of a user, a group or a role.
    pub fn permissions(&self, entity: Entity) -> Option<&Permissions> {
        match entity {
            Entity::User(id) => self.users.get(&id).map(|user| &user.permissions),
            Entity::Group(id) => self.groups.get(&id).map(|group| &group.permissions),
            Entity::Role(id) => self.roles.get(&id).map(|role| &role.permissions),
        }
    }

    /// What says what an entity may do in a partition: a user's policies and its groups', a group's, a role's.
    pub fn policies_for(&self, entity: Entity, partition: Partition) -> Vec<(PolicyOrigin<'_>, &Document)> {
        match entity {
            Entity::User(id) => {
                self.users.get(&id).map(|user| self.policies_of_user(user, partition)).unwrap_or_default()
            }
            Entity::Group(_) | Entity::Role(_) => self.policies_of(entity, partition),
        }
    }

    /// A user's own policies and its groups'.
    fn policies_of_user(&self, user: &User, partition: Partition) -> Vec<(PolicyOrigin<'_>, &Document)> {
        let mut policies = self.policies_of(Entity::User(user.id), partition);
        policies
            .extend(user.groups.iter().flat_map(|group| self.policies_of(Entity::Group(*group), partition)));
        policies
    }

    /// What bounds what an entity may do, if anything does.
    pub fn boundary_of(&self, entity: Entity, partition: Partition) -> Option<(PolicyRef, &Document)> {
        let boundary = self.permissions(entity)?.boundary?;
        Some((boundary, self.managed_policy(boundary)?.document(partition)))
    }

    fn policies_of(&self, entity: Entity, partition: Partition) -> Vec<(PolicyOrigin<'_>, &Document)> {
        let Some(permissions) = self.permissions(entity) else { return Vec::new() };
        let inline = permissions.inline.iter();
        let mut policies: Vec<_> =
            inline.map(|(name, document)| (PolicyOrigin::Inline(entity, name), document)).collect();
        for policy in &permissions.attached {
            let document = self.managed_policy(*policy).map(|policy| policy.document(partition));
            policies.extend(document.map(|document| (PolicyOrigin::Attached(entity, *policy), document)));
        }
        policies
    }

    /// Attaches a managed policy; nothing happens if it is attached.
    pub fn attach_policy(&mut self, entity: Entity, policy: PolicyRef) -> Result<(), IamRefusal> {
        let mut permissions = self.permissions_to_change(entity);
        permissions.attached.insert(policy);
        if permissions.attached.len() > ATTACHED_POLICIES_MAX {
            return Err(IamRefusal::QuotaReached(entity.attachments_quota(), ATTACHED_POLICIES_MAX));
        }
        self.put_permissions(entity, permissions);
        Ok(())
    }

    /// Detaches a managed policy, and says whether it was attached.
    pub fn detach_policy(&mut self, entity: Entity, policy: PolicyRef) -> bool {
        let mut permissions = self.permissions_to_change(entity);
        let was_attached = permissions.attached.remove(&policy);
        if was_attached {
            self.put_permissions(entity, permissions);
        }
        was_attached
    }

    /// Sets what an entity may do at most; `None` takes the bound away.
    pub fn set_permissions_boundary(&mut self, entity: Entity, boundary: Option<PolicyRef>) {
        let mut permissions = self.permissions_to_change(entity);
        permissions.boundary = boundary;
        self.put_permissions(entity, permissions);
    }

    /// Gives an entity a policy of its own, in the place of the one with that name.
    pub fn put_inline_policy(
        &mut self,
        entity: Entity,
        name: &str,
        document: Document,
    ) -> Result<(), IamRefusal> {
        let mut permissions = self.permissions_to_change(entity);
        permissions.inline.insert(name.to_owned(), document);
        let limit = entity.inline_characters_max();
        if permissions.inline.values().map(Document::counted_length).sum::<usize>() > limit {
            return Err(IamRefusal::InlinePoliciesTooLong(entity.noun(), self.name_of(entity), limit));
        }
        self.put_permissions(entity, permissions);
        Ok(())
    }

    /// Takes a policy of an entity's own away, and says whether there was one of that name.
    pub fn delete_inline_policy(&mut self, entity: Entity, name: &str) -> bool {
        let mut permissions = self.permissions_to_change(entity);
        let was_there = permissions.inline.remove(name).is_some();
        if was_there {
            self.put_permissions(entity, permissions);
        }
        was_there
    }

    /// The name of an entity.
    pub fn name_of(&self, entity: Entity) -> String {
        let name = match entity {
            Entity::User(id) => self.users.get(&id).map(|user| &user.name),
            Entity::Group(id) => self.groups.get(&id).map(|group| &group.name),
            Entity::Role(id) => self.roles.get(&id).map(|role| &role.name),
        };
        name.cloned().unwrap_or_default()
    }

    /// The ARN of an entity; `None` if it is gone.
    pub fn arn_of(&self, entity: Entity, partition: Partition) -> Option<String> {
        match entity {
            Entity::User(id) => self.users.get(&id).map(|user| user.arn(partition)),
            Entity::Group(id) => self.groups.get(&id).map(|group| group.arn(partition)),
            Entity::Role(id) => self.roles.get(&id).map(|role| role.arn(partition)),
        }
    }

    /// Whose an entity is.
    pub fn account_of(&self, entity: Entity) -> Option<AccountId> {
        match entity {
            Entity::User(id) => self.users.get(&id).map(|user| user.account),
            Entity::Group(id) => self.groups.get(&id).map(|group| group.account),
            Entity::Role(id) => self.roles.get(&id).map(|role| role.account),
        }
    }

    /// The tags of an entity. Groups have none.
    pub fn tags_of_entity(&self, entity: Entity) -> Option<&Tags> {
        match entity {
            Entity::User(id) => self.users.get(&id).map(|user| &user.tags),
            Entity::Group(_) => None,
            Entity::Role(id) => self.roles.get(&id).map(|role| &role.tags),
        }
    }

    /// The folder of an entity.
    pub fn path_of(&self, entity: Entity) -> Option<&str> {
        match entity {
            Entity::User(id) => self.users.get(&id).map(|user| user.path.as_str()),
            Entity::Group(id) => self.groups.get(&id).map(|group| group.path.as_str()),
            Entity::Role(id) => self.roles.get(&id).map(|role| role.path.as_str()),
        }
    }

    fn permissions_to_change(&self, entity: Entity) -> Permissions {
        self.permissions(entity).expect("whoever changes an entity has found it").clone()
    }

    fn put_permissions(&mut self, entity: Entity, permissions: Permissions) {
        self.forget_policies_of(entity);
        self.note_policies_of(entity, &permissions);
        let place = match entity {
            Entity::User(id) => self.users.get_mut(&id).map(|user| &mut user.permissions),
            Entity::Group(id) => self.groups.get_mut(&id).map(|group| &mut group.permissions),
            Entity::Role(id) => self.roles.get_mut(&id).map(|role| &mut role.permissions),
        };
        *place.expect("it was found") = permissions;
    }

    /// Who uses a managed policy, and for what.
    pub fn entities_with_policy(&self, policy: PolicyRef) -> impl Iterator<Item = (Entity, PolicyUsage)> {
        let first = (policy, Entity::User(UserId::FIRST), PolicyUsage::PermissionsPolicy);
        let all = self.entity_by_policy.range(first..);
        all.map(|(key, ())| key)
            .take_while(move |(of, _, _)| *of == policy)
            .map(|(_, entity, usage)| (entity, usage))
    }

    /// Writes into the index which managed policies an entity uses.
    pub(crate) fn note_policies_of(&mut self, entity: Entity, permissions: &Permissions) {
        for (policy, usage) in permissions.managed() {
            self.entity_by_policy.insert((policy, entity, usage), ());
        }
    }

    /// Takes out of the index which managed policies an entity used.
    pub(crate) fn forget_policies_of(&mut self, entity: Entity) {
        let used: Vec<_> = self.permissions(entity).into_iter().flat_map(Permissions::managed).collect();
        for (policy, usage) in used {
            self.entity_by_policy.remove(&(policy, entity, usage));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Ids;
    use crate::managed_policy::{self, NewManagedPolicy};
    use crate::timestamp::Timestamp;
    use crate::user::NewUser;

    const ACCOUNT: AccountId = AccountId::DEFAULT;
    const NOW: Timestamp = Timestamp(1_700_000_000_000);
    const ADMINISTRATOR: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

    /// A world with the user `alice`, in the group `admins`, and the managed policy `Describe`.
    fn world() -> (World, UserId, GroupId, PolicyRef) {
        let (mut world, mut number) = (World::default(), 0);
        let mut bits = || {
            number += 1;
            number
        };
        let ids = &mut Ids::new(&mut bits);
        let new = NewUser { path: "/".into(), name: "alice".into(), boundary: None, tags: Tags::new() };
        let alice = world.create_user(ACCOUNT, new, ids, NOW).unwrap();
        let admins = world.create_group(ACCOUNT, "/", "admins", ids, NOW).unwrap();
        world.add_user_to_group(ACCOUNT, "admins", "Alice").unwrap();
        let new = NewManagedPolicy {
            path: "/teams/".into(),
            name: "Describe".into(),
            description: None,
            document: Document::stored("describe"),
            tags: Tags::new(),
        };
        let describe = world.create_managed_policy(ACCOUNT, new, ids, NOW).unwrap();
        (world, alice, admins, PolicyRef::Own(describe))
    }

    fn texts<'a>(policies: &[(PolicyOrigin<'_>, &'a Document)]) -> Vec<&'a str> {
        policies.iter().map(|(_, document)| document.text()).collect()
    }

    #[test]
    fn a_user_has_its_own_policies_those_attached_and_those_of_its_groups() {
        let (mut world, alice, admins, describe) = world();
        world.put_inline_policy(Entity::User(alice), "own", Document::stored("own")).unwrap();
        world.attach_policy(Entity::User(alice), describe).unwrap();
        world.attach_policy(Entity::Group(admins), PolicyRef::Aws("AdministratorAccess")).unwrap();
        let all = world.policies_for(Entity::User(alice), Partition::Commercial);
        assert_eq!(texts(&all)[..2], ["own", "describe"]);
        assert_eq!(all[0].0, PolicyOrigin::Inline(Entity::User(alice), "own"));
        let of_group = PolicyOrigin::Attached(Entity::Group(admins), PolicyRef::Aws("AdministratorAccess"));
        assert_eq!((all[2].0, all.len()), (of_group, 3));

        world.set_permissions_boundary(Entity::User(alice), Some(describe));
        assert_eq!(
            world.boundary_of(Entity::User(alice), Partition::Commercial).unwrap().1.text(),
            "describe"
        );
        assert_eq!(texts(&world.policies_for(Entity::User(alice), Partition::Commercial)).len(), 3);

        world.remove_user_from_group(ACCOUNT, "admins", "alice").unwrap();
        assert_eq!(
            texts(&world.policies_for(Entity::User(alice), Partition::Commercial)),
            ["own", "describe"]
        );
    }

    #[test]
    fn a_policy_knows_who_uses_it_also_after_it_was_stored_and_loaded() {
        let (mut world, alice, admins, describe) = world();
        world.attach_policy(Entity::User(alice), describe).unwrap();
        world.attach_policy(Entity::Group(admins), describe).unwrap();
        world.set_permissions_boundary(Entity::User(alice), Some(describe));
        let expected = [
            (Entity::User(alice), PolicyUsage::PermissionsPolicy),
            (Entity::User(alice), PolicyUsage::PermissionsBoundary),
            (Entity::Group(admins), PolicyUsage::PermissionsPolicy),
        ];
        assert_eq!(world.entities_with_policy(describe).collect::<Vec<_>>(), expected);
        let records = world.commit().records;
        let stored = records.iter().map(|record| (record.key.as_str(), record.value.as_deref().unwrap()));
        let loaded = World::load(1, stored).unwrap();
        assert_eq!(loaded.entities_with_policy(describe).collect::<Vec<_>>(), expected);
        assert_eq!(loaded.user_named(ACCOUNT, "ALICE").unwrap().id, alice);
        assert_eq!(loaded.users_in(admins).count(), 1);

        let PolicyRef::Own(id) = describe else { panic!("it is the account's own") };
        assert_eq!(world.delete_managed_policy(id), Err(IamRefusal::PolicyInUse));
        assert!(world.detach_policy(Entity::User(alice), describe));
        assert!(!world.detach_policy(Entity::User(alice), describe));
        world.detach_policy(Entity::Group(admins), describe);
        assert_eq!(world.delete_managed_policy(id), Err(IamRefusal::PolicyInUse), "it is a boundary");
        world.set_permissions_boundary(Entity::User(alice), None);
        world.delete_managed_policy(id).unwrap();
    }

    #[test]
    fn there_are_ten_attached_policies_and_so_many_characters_at_most() {
        let (mut world, alice, _, _) = world();
        let alice = Entity::User(alice);
        for number in 0..10 {
            world.attach_policy(alice, PolicyRef::Own(crate::ManagedPolicyId::numbered(number))).unwrap();
        }
        let eleventh = world.attach_policy(alice, PolicyRef::Aws("AdministratorAccess"));
        assert_eq!(eleventh, Err(IamRefusal::QuotaReached("PoliciesPerUser", 10)));
        let long = Document::stored(&"x ".repeat(2_000));
        world.put_inline_policy(alice, "long", long.clone()).unwrap();
        world.put_inline_policy(alice, "long", long).unwrap();
        let more = world.put_inline_policy(alice, "more", Document::stored(&"x".repeat(49)));
        assert_eq!(more, Err(IamRefusal::InlinePoliciesTooLong(IamNoun::User, "alice".into(), 2_048)));
    }

    #[test]
    fn a_policy_is_found_by_its_whole_arn() {
        let (world, _, _, describe) = world();
        let find = |arn: &str| managed_policy::find(&world, ACCOUNT, arn).map(|policy| policy.reference());
        assert_eq!(find("arn:aws:iam::123456789012:policy/teams/Describe"), Ok(describe));
        assert_eq!(find("arn:aws-cn:iam::123456789012:policy/teams/Describe"), Ok(describe));
        assert_eq!(find(ADMINISTRATOR), Ok(PolicyRef::Aws("AdministratorAccess")));
        for missing in [
            "arn:aws:iam::123456789012:policy/Describe",
            "arn:aws:iam::123456789012:policy/teams/describe",
            "arn:aws:iam::222222222222:policy/teams/Describe",
            "arn:aws:iam::aws:policy/teams/Describe",
            "arn:aws:iam::aws:policy/job-function/AdministratorAccess",
        ] {
            assert_eq!(find(missing), Err(IamRefusal::NoSuch(IamNoun::Policy, missing.into())), "{missing}");
        }
        for malformed in ["Describe", "arn:aws:iam::aws:role/x", "arn:aws:s3::aws:policy/x", "arn:aws:iam"] {
            assert_eq!(find(malformed), Err(IamRefusal::MalformedArn), "{malformed}");
        }
    }
}
