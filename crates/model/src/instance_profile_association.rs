//! Associations of instance profiles with instances: at most one for an instance.
//!
//! Follows "Attach an IAM role to an instance" (EC2 User Guide). An association is part of its instance and goes when the
//! instance is terminated; it stays when its instance profile is deleted, and then gives no credentials any more.

use serde::{Deserialize, Serialize};

use crate::iam_id::InstanceProfileId;
use crate::ids::*;
use crate::instance::Instance;
use crate::instance_profile::InstanceProfile;
use crate::instance_state::InstanceState;
use crate::link::Link;
use crate::partition::Partition;
use crate::place::Scope;
use crate::refusal::{InstanceRefusal, Refusal, Wanted};
use crate::timestamp::Timestamp;
use crate::world::World;

/// An instance's association with an instance profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstanceProfileAssociation {
    /// Its identifier.
    pub id: InstanceProfileAssociationId,
    /// The instance profile.
    pub profile: InstanceProfileId,
    /// The instance profile's ARN.
    pub arn: String,
    /// Since when.
    pub since: Timestamp,
}

impl InstanceProfileAssociation {
    /// A new one, of an instance in a partition.
    pub fn with(profile: &InstanceProfile, partition: Partition, ids: &mut Ids<'_>, now: Timestamp) -> Self {
        let arn = profile.arn(partition);
        InstanceProfileAssociation { id: ids.fresh(), profile: profile.id, arn, since: now }
    }
}

impl World {
    /// The instance of this scope that has an association.
    pub fn instance_with_profile_association(
        &self,
        scope: Scope,
        id: InstanceProfileAssociationId,
    ) -> Result<(&Instance, &InstanceProfileAssociation), Refusal> {
        let mut all = self.instance_profile_associations_of(scope);
        let found = all.find(|(_, association)| association.id == id);
        found.ok_or(InstanceRefusal::NoSuchProfileAssociation(id).into())
    }

    /// All associations of a scope, each with its instance.
    pub fn instance_profile_associations_of(
        &self,
        scope: Scope,
    ) -> impl Iterator<Item = (&Instance, &InstanceProfileAssociation)> {
        let own = self.network.instances.linked(Link::Scope(scope));
        own.filter_map(|instance| Some((instance, instance.profile_association.as_ref()?)))
    }

    /// The instance profile that an instance is associated with, while there is one.
    pub fn instance_profile_of(&self, instance: &Instance) -> Option<&InstanceProfile> {
        self.instance_profiles.get(&instance.profile_association.as_ref()?.profile)
    }

    /// Associates an instance that has no association. "You cannot associate more than one IAM instance profile with an
    /// instance" (AssociateIamInstanceProfile).
    pub fn associate_instance_profile(
        &mut self,
        scope: Scope,
        instance: InstanceId,
        profile: InstanceProfileId,
        ids: &mut Ids<'_>,
        now: Timestamp,
    ) -> Result<InstanceProfileAssociation, Refusal> {
        let found = self.instance(scope, instance)?;
        match found.state {
            InstanceState::Pending
            | InstanceState::Running
            | InstanceState::Stopping
            | InstanceState::Stopped => {}
            InstanceState::ShuttingDown | InstanceState::Terminated => {
                return Err(InstanceRefusal::State(instance, found.state, Wanted::Present).into());
            }
        }
        if found.profile_association.is_some() {
            return Err(InstanceRefusal::ProfileAssociated(instance).into());
        }
        Ok(self.put_profile_association(instance, profile, ids, now))
    }

    /// Puts another instance profile in the place of the one that a running instance has.
    pub fn replace_instance_profile(
        &mut self,
        scope: Scope,
        id: InstanceProfileAssociationId,
        profile: InstanceProfileId,
        ids: &mut Ids<'_>,
        now: Timestamp,
    ) -> Result<(InstanceId, InstanceProfileAssociation), Refusal> {
        let (instance, _) = self.instance_with_profile_association(scope, id)?;
        let (instance, state) = (instance.id, instance.state);
        // "Replaces an IAM instance profile for the specified running instance" (ReplaceIamInstanceProfileAssociation).
        if !state.is_up() {
            return Err(InstanceRefusal::ProfileAssociationInactive(id).into());
        }
        Ok((instance, self.put_profile_association(instance, profile, ids, now)))
    }

    /// Ends an association, and gives back what it was.
    pub fn disassociate_instance_profile(
        &mut self,
        scope: Scope,
        id: InstanceProfileAssociationId,
    ) -> Result<(InstanceId, InstanceProfileAssociation), Refusal> {
        let (instance, association) = self.instance_with_profile_association(scope, id)?;
        let (instance, association) = (instance.id, association.clone());
        self.network.instances.get_mut(&instance).expect("it was found").profile_association = None;
        Ok((instance, association))
    }

    fn put_profile_association(
        &mut self,
        instance: InstanceId,
        profile: InstanceProfileId,
        ids: &mut Ids<'_>,
        now: Timestamp,
    ) -> InstanceProfileAssociation {
        let partition = self.network.instances.get(&instance).expect("it was found").scope.region.partition();
        let profile = self.instance_profiles.get(&profile).expect("the caller has found it");
        let association = InstanceProfileAssociation::with(profile, partition, ids, now);
        let instance = self.network.instances.get_mut(&instance).expect("it was found");
        instance.profile_association = Some(association.clone());
        association
    }
}
