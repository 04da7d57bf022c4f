//! EC2 Fleets of the type `instant`: one request for instances of several kinds, tried one after the other.
//!
//! Follows "EC2 Fleet request types" (EC2 User Guide). On-Demand Instances only; a fleet launches once and keeps nothing going.

use serde::{Deserialize, Serialize};

use crate::ids::*;
use crate::instance_state::InstanceState;
use crate::link::Link;
use crate::place::Scope;
use crate::quotas::Quota;
use crate::refusal::{InstanceRefusal, Refusal};
use crate::tags::Tags;
use crate::timestamp::Timestamp;
use crate::world::World;

/// How long a deleted fleet is still shown.
const DELETED_VISIBLE_MS: i64 = 60 * 60 * 1000;

/// A fleet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fleet {
    /// Its identifier.
    pub id: FleetId,
    /// Owner and Region.
    pub scope: Scope,
    /// When it was asked for.
    pub created: Timestamp,
    /// The token that made the request idempotent.
    pub client_token: Option<String>,
    /// How much was asked for, in the units that pools weigh instances by.
    pub target_capacity: u32,
    /// Whether pools were tried by their priorities.
    pub prioritized: bool,
    /// What instances could be made of.
    pub pools: Vec<FleetPool>,
    /// Why pools could not give what they were asked for.
    pub errors: Vec<FleetError>,
    /// When it was deleted.
    pub deleted: Option<Timestamp>,
    /// Tags.
    pub tags: Tags,
}

/// A kind of instances that a fleet can be made of: a launch template, and what takes the place of what it says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetPool {
    /// The template.
    pub template: LaunchTemplateId,
    /// Its version.
    pub version: String,
    /// The image.
    pub image: Option<String>,
    /// The type.
    pub instance_type: Option<String>,
    /// The subnet.
    pub subnet: Option<String>,
    /// The zone.
    pub zone: Option<String>,
    /// How early it is tried; the lowest number first.
    pub priority: Option<f64>,
    /// How much of the capacity an instance is.
    pub weight: Option<f64>,
    /// What was launched from it.
    pub instances: Vec<InstanceId>,
}

/// Why a pool could not give what it was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetError {
    /// The pool, by its place in the list.
    pub pool: u32,
    /// AWS's code.
    pub code: String,
    /// What it says.
    pub message: String,
}

impl FleetPool {
    /// How much of the capacity an instance is.
    pub fn weight(&self) -> f64 {
        self.weight.unwrap_or(1.0)
    }
}

impl Fleet {
    /// Everything that it launched.
    pub fn instances(&self) -> impl Iterator<Item = InstanceId> {
        self.pools.iter().flat_map(|pool| pool.instances.iter().copied())
    }

    pub(crate) fn is_shown(&self, now: Timestamp) -> bool {
        self.deleted.is_none_or(|at| now.is_within(DELETED_VISIBLE_MS, at))
    }
}

impl World {
    /// A fleet of this scope.
    pub fn fleet(&self, scope: Scope, id: FleetId) -> Result<&Fleet, Refusal> {
        self.fleets.get(&id).filter(|it| it.scope == scope).ok_or(Refusal::NotFound(id.into()))
    }

    /// Refuses one fleet too many.
    pub fn check_fleet_quota(&self, scope: Scope) -> Result<(), Refusal> {
        let owned = self.fleets.linked(Link::Scope(scope)).filter(|it| it.deleted.is_none());
        self.check_quota(scope, Quota::Fleets, owned.count())
    }

    /// Writes down a fleet that was launched.
    pub fn put_fleet(&mut self, fleet: Fleet) {
        self.fleets.insert(fleet.id, fleet);
    }

    /// Those of a fleet's instances that are not terminated.
    pub fn living_instances_of_fleet(&self, fleet: &Fleet) -> Vec<InstanceId> {
        let lives = |id: &InstanceId| {
            self.network.instances.get(id).is_some_and(|it| it.state != InstanceState::Terminated)
        };
        fleet.instances().filter(lives).collect()
    }

    /// Deletes a fleet with its instances: "A deleted instant fleet with running instances is not supported" (DeleteFleets).
    pub fn delete_fleet(&mut self, scope: Scope, id: FleetId, now: Timestamp) -> Result<(), Refusal> {
        let living = self.living_instances_of_fleet(self.fleet(scope, id)?);
        let is_protected = |it: &&InstanceId| {
            self.network.instances.get(it).is_some_and(|instance| instance.disable_api_termination)
        };
        if let Some(protected) = living.iter().find(is_protected) {
            return Err(InstanceRefusal::TerminationDisabled(*protected).into());
        }
        for instance in living {
            self.terminate_instance(scope, instance, now)?;
        }
        if let Some(fleet) = self.fleets.get_mut(&id) {
            fleet.deleted = fleet.deleted.or(Some(now));
        }
        Ok(())
    }

    pub(crate) fn forget_deleted_fleets(&mut self, now: Timestamp) {
        let over = self.fleets.values().filter(|it| !it.is_shown(now));
        for id in over.map(|it| it.id).collect::<Vec<_>>() {
            self.fleets.remove(&id);
        }
    }
}
