//! Managed policies: policies that stand by themselves and are attached to users, groups and roles.
//!
//! Follows "Managed policies and inline policies" and "Versioning IAM policies" (IAM User Guide). An account has its own;
//! AWS's are everybody's, in the catalogue [`aws`].

pub mod aws;

use std::fmt;
use std::str::FromStr;

use policy::Document;
use serde::{Deserialize, Serialize};

use crate::as_text::as_text;
use crate::iam_id::{MalformedIamId, ManagedPolicyId};
use crate::iam_name::NameKey;
use crate::iam_refusal::{IamNoun, IamRefusal};
use crate::ids::Ids;
use crate::partition::Partition;
use crate::place::AccountId;
use crate::quotas::{MANAGED_POLICIES_MAX, MANAGED_POLICY_VERSIONS_MAX};
use crate::tags::Tags;
use crate::timestamp::Timestamp;
use crate::world::World;
use aws::AwsManagedPolicy;

/// How AWS's own policies are written where they are stored.
const AWS_PREFIX: &str = "aws:";

/// A managed policy of an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManagedPolicy {
    /// Its identifier.
    pub id: ManagedPolicyId,
    /// Its owner.
    pub account: AccountId,
    /// The folder that its ARN shows: `/` or `/division/team/`.
    pub path: String,
    /// Its name, unique in the account. It never changes.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Its versions, the oldest first; five at most.
    pub versions: Vec<PolicyVersion>,
    /// The number of the version that holds.
    pub default_version: u32,
    /// How many versions it ever had: numbers are not used again.
    pub versions_made: u32,
    /// When it was made.
    pub created: Timestamp,
    /// When it last got a version, or another one to hold.
    pub updated: Timestamp,
    /// Tags.
    pub tags: Tags,
}

/// One version of a managed policy. It never changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyVersion {
    /// Its number; `v1` is the first.
    pub number: u32,
    /// What it says.
    pub document: Document,
    /// When it was made.
    pub created: Timestamp,
}

/// What a new managed policy is to be.
#[derive(Clone, Debug)]
pub struct NewManagedPolicy {
    /// Its folder.
    pub path: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// What its first version says.
    pub document: Document,
    /// Tags.
    pub tags: Tags,
}

/// Which managed policy: an account's by its identifier, one of AWS's by its name, which is the same in every partition.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PolicyRef {
    /// An account's own.
    Own(ManagedPolicyId),
    /// One of AWS's.
    Aws(&'static str),
}

/// A managed policy, whosoever it is.
#[derive(Clone, Copy, Debug)]
pub enum AnyPolicy<'a> {
    /// An account's own.
    Own(&'a ManagedPolicy),
    /// One of AWS's.
    Aws(&'static AwsManagedPolicy),
}

impl fmt::Display for PolicyRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PolicyRef::Own(id) => id.fmt(f),
            PolicyRef::Aws(name) => write!(f, "{AWS_PREFIX}{name}"),
        }
    }
}

impl FromStr for PolicyRef {
    type Err = MalformedIamId;
    fn from_str(text: &str) -> Result<Self, MalformedIamId> {
        let Some(name) = text.strip_prefix(AWS_PREFIX) else { return text.parse().map(PolicyRef::Own) };
        let known = aws::named(name).ok_or_else(|| MalformedIamId(text.to_owned()))?;
        Ok(PolicyRef::Aws(known.name))
    }
}

as_text! { PolicyRef }

impl ManagedPolicy {
    /// The version of this number.
    pub fn version(&self, number: u32) -> Option<&PolicyVersion> {
        self.versions.iter().find(|version| version.number == number)
    }

    /// The version that holds.
    pub fn default(&self) -> &PolicyVersion {
        self.version(self.default_version).expect("the version that holds cannot be deleted")
    }
}

impl<'a> AnyPolicy<'a> {
    /// Which one it is.
    pub fn reference(self) -> PolicyRef {
        match self {
            AnyPolicy::Own(policy) => PolicyRef::Own(policy.id),
            AnyPolicy::Aws(policy) => PolicyRef::Aws(policy.name),
        }
    }

    /// Its identifier.
    pub fn id(self) -> String {
        match self {
            AnyPolicy::Own(policy) => policy.id.to_string(),
            AnyPolicy::Aws(policy) => policy.id.to_owned(),
        }
    }

    /// Its name.
    pub fn name(self) -> &'a str {
        match self {
            AnyPolicy::Own(policy) => &policy.name,
            AnyPolicy::Aws(policy) => policy.name,
        }
    }

    /// The folder that its ARN shows.
    pub fn path(self) -> &'a str {
        match self {
            AnyPolicy::Own(policy) => &policy.path,
            AnyPolicy::Aws(policy) => policy.path,
        }
    }

    /// What it is for, where that is known.
    pub fn description(self) -> Option<&'a str> {
        match self {
            AnyPolicy::Own(policy) => policy.description.as_deref(),
            AnyPolicy::Aws(_) => None,
        }
    }

    /// When it was made.
    pub fn created(self) -> Timestamp {
        match self {
            AnyPolicy::Own(policy) => policy.created,
            AnyPolicy::Aws(policy) => policy.created,
        }
    }

    /// When it was last changed.
    pub fn updated(self) -> Timestamp {
        match self {
            AnyPolicy::Own(policy) => policy.updated,
            AnyPolicy::Aws(policy) => policy.updated,
        }
    }

    /// The version that holds: `v1`.
    pub fn default_version(self) -> String {
        match self {
            AnyPolicy::Own(policy) => format!("v{}", policy.default_version),
            AnyPolicy::Aws(policy) => policy.default_version.to_owned(),
        }
    }

    /// What the version says that holds; AWS's policies, in a partition.
    pub fn document(self, partition: Partition) -> &'a Document {
        match self {
            AnyPolicy::Own(policy) => &policy.default().document,
            AnyPolicy::Aws(policy) => policy.document(partition),
        }
    }

    /// Its name for everybody in a partition.
    pub fn arn(self, partition: Partition) -> String {
        let resource = format!("policy{}{}", self.path(), self.name());
        match self {
            AnyPolicy::Own(policy) => partition.arn("iam", policy.account, resource),
            AnyPolicy::Aws(_) => partition.arn("iam", "aws", resource),
        }
    }
}

/// The managed policy with an ARN, as an account knows it: its own, or one of AWS's.
pub fn find<'a>(world: &'a World, account: AccountId, arn: &str) -> Result<AnyPolicy<'a>, IamRefusal> {
    let missing = || IamRefusal::NoSuch(IamNoun::Policy, arn.to_owned());
    let (owner, name) = owner_and_name(arn).ok_or(IamRefusal::MalformedArn)?;
    let found = match owner {
        "aws" => aws::named(name).map(AnyPolicy::Aws),
        owner if owner == account.to_string() => {
            world.managed_policy_named(account, name).map(AnyPolicy::Own)
        }
        _ => None,
    };
    // The folder is part of the ARN, and told apart by case; so is the rest.
    let found = found.filter(|policy| Partition::ALL.iter().any(|partition| policy.arn(*partition) == arn));
    found.ok_or_else(missing)
}

/// Whose policy an ARN speaks of, and the last part of its name.
fn owner_and_name(arn: &str) -> Option<(&str, &str)> {
    let mut parts = arn.splitn(6, ':');
    let (first, partition, service, region) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let (owner, resource) = (parts.next()?, parts.next()?);
    let known = Partition::ALL.iter().any(|it| it.name() == partition);
    let is_policy = first == "arn" && known && service == "iam" && region.is_empty();
    let name = resource.strip_prefix("policy/")?.rsplit('/').next()?;
    is_policy.then_some((owner, name))
}

impl World {
    /// A managed policy; `None` if there is none any more.
    pub fn managed_policy(&self, policy: PolicyRef) -> Option<AnyPolicy<'_>> {
        match policy {
            PolicyRef::Own(id) => self.managed_policies.get(&id).map(AnyPolicy::Own),
            PolicyRef::Aws(name) => aws::named(name).map(AnyPolicy::Aws),
        }
    }

    /// An account's own managed policies, by name.
    pub fn managed_policies_of(&self, account: AccountId) -> impl Iterator<Item = &ManagedPolicy> {
        let ids = self.managed_policy_by_name.range(NameKey::all_of(account));
        ids.filter_map(|(_, id)| self.managed_policies.get(id))
    }

    fn managed_policy_named(&self, account: AccountId, name: &str) -> Option<&ManagedPolicy> {
        let id = self.managed_policy_by_name.get(&NameKey::new(account, name)?)?;
        self.managed_policies.get(id)
    }

    /// Writes a managed policy down, with its first version.
    pub fn create_managed_policy(
        &mut self,
        account: AccountId,
        new: NewManagedPolicy,
        ids: &mut Ids<'_>,
        now: Timestamp,
    ) -> Result<ManagedPolicyId, IamRefusal> {
        if self.managed_policy_named(account, &new.name).is_some() {
            return Err(IamRefusal::Exists(IamNoun::Policy, new.name));
        }
        if self.managed_policies_of(account).count() >= MANAGED_POLICIES_MAX {
            return Err(IamRefusal::QuotaReached("PoliciesPerAccount", MANAGED_POLICIES_MAX));
        }
        let id = ManagedPolicyId::fresh(ids);
        let NewManagedPolicy { path, name, description, document, tags } = new;
        self.put_managed_policy(ManagedPolicy {
            id,
            account,
            path,
            name,
            description,
            versions: vec![PolicyVersion { number: 1, document, created: now }],
            default_version: 1,
            versions_made: 1,
            created: now,
            updated: now,
            tags,
        });
        Ok(id)
    }

    /// Adds a version to a policy, which holds from now on if it is to; gives its number.
    pub fn create_policy_version(
        &mut self,
        id: ManagedPolicyId,
        document: Document,
        holds: bool,
        now: Timestamp,
    ) -> Result<u32, IamRefusal> {
        let known = self.managed_policies.get(&id).map_or(0, |policy| policy.versions.len());
        if known >= MANAGED_POLICY_VERSIONS_MAX {
            return Err(IamRefusal::TooManyPolicyVersions(MANAGED_POLICY_VERSIONS_MAX));
        }
        let policy = self.managed_policy_mut(id);
        policy.versions_made += 1;
        let number = policy.versions_made;
        policy.versions.push(PolicyVersion { number, document, created: now });
        policy.updated = now;
        if holds {
            policy.default_version = number;
        }
        Ok(number)
    }

    /// Lets another version of a policy hold.
    pub fn set_default_policy_version(
        &mut self,
        id: ManagedPolicyId,
        number: u32,
        now: Timestamp,
    ) -> Result<(), IamRefusal> {
        self.check_policy_version(id, number)?;
        let policy = self.managed_policy_mut(id);
        policy.default_version = number;
        policy.updated = now;
        Ok(())
    }

    /// Deletes a version of a policy that does not hold.
    pub fn delete_policy_version(
        &mut self,
        id: ManagedPolicyId,
        number: u32,
        now: Timestamp,
    ) -> Result<(), IamRefusal> {
        self.check_policy_version(id, number)?;
        if self.managed_policies.get(&id).is_some_and(|policy| policy.default_version == number) {
            return Err(IamRefusal::DefaultPolicyVersion);
        }
        let policy = self.managed_policy_mut(id);
        policy.versions.retain(|version| version.number != number);
        policy.updated = now;
        Ok(())
    }

    /// Deletes a policy that nobody uses and that has one version.
    pub fn delete_managed_policy(&mut self, id: ManagedPolicyId) -> Result<(), IamRefusal> {
        if self.entities_with_policy(PolicyRef::Own(id)).next().is_some() {
            return Err(IamRefusal::PolicyInUse);
        }
        if self.managed_policies.get(&id).is_some_and(|policy| policy.versions.len() > 1) {
            return Err(IamRefusal::HasPolicyVersions);
        }
        self.forget_managed_policy(id);
        self.managed_policies.remove(&id);
        Ok(())
    }

    fn check_policy_version(&self, id: ManagedPolicyId, number: u32) -> Result<(), IamRefusal> {
        let found = self.managed_policies.get(&id).and_then(|policy| policy.version(number));
        let missing = || IamRefusal::NoSuch(IamNoun::PolicyVersion, format!("v{number}"));
        found.map(drop).ok_or_else(missing)
    }

    fn managed_policy_mut(&mut self, id: ManagedPolicyId) -> &mut ManagedPolicy {
        self.managed_policies.get_mut(&id).expect("whoever changes a policy has found it")
    }

    /// Puts a managed policy in, or in its old row's place, together with what the index has of it.
    pub fn put_managed_policy(&mut self, policy: ManagedPolicy) {
        self.forget_managed_policy(policy.id);
        if let Some(key) = NameKey::new(policy.account, &policy.name) {
            self.managed_policy_by_name.insert(key, policy.id);
        }
        self.managed_policies.insert(policy.id, policy);
    }

    fn forget_managed_policy(&mut self, id: ManagedPolicyId) {
        let key = self.managed_policies.get(&id).and_then(|it| NameKey::new(it.account, &it.name));
        if let Some(key) = key {
            self.managed_policy_by_name.remove(&key);
        }
    }
}
