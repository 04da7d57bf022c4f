//! VPC Block Public Access: one switch for an account's Region that closes its internet gateways and egress-only internet
//! gateways, and exclusions from it.
//!
//! Follows "Block public access to VPCs and subnets" (VPC User Guide). No declarative policies of organizations.

use serde::{Deserialize, Serialize};

use crate::ids::*;
use crate::link::Link;
use crate::network_interface::NetworkInterface;
use crate::place::Scope;
use crate::quotas::Quota;
use crate::refusal::{Refusal, VpcRefusal};
use crate::tags::Tags;
use crate::timestamp::Timestamp;
use crate::world::{Network, ScopeKey, World};

/// What is closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PublicAccessMode {
    /// Nothing.
    #[default]
    Off,
    /// "Block all traffic to and from internet gateways and egress-only internet gateways in this Region."
    Bidirectional,
    /// "Block all internet traffic to the VPCs in this Region. Only traffic to and from NAT gateways and egress-only
    /// internet gateways is allowed because these gateways only allow outbound connections to be established."
    IngressOnly,
}

/// The switch of an account in a Region, once it has been set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicAccessBlock {
    /// Owner and Region.
    pub scope: Scope,
    /// What is closed.
    pub mode: PublicAccessMode,
    /// When it was set last.
    pub updated: Timestamp,
}

/// What an exclusion leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExclusionMode {
    /// Everything.
    AllowBidirectional,
    /// What ingress-only blocking leaves open: "only applies when VPC Block Public Access is set to Bidirectional".
    AllowEgress,
}

/// What is excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Excluded {
    /// A VPC with all of its subnets.
    Vpc(VpcId),
    /// One subnet.
    Subnet(SubnetId),
}

/// An exclusion of a VPC or a subnet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicAccessExclusion {
    /// Its identifier.
    pub id: PublicAccessExclusionId,
    /// Owner and Region.
    pub scope: Scope,
    /// What is excluded.
    pub of: Excluded,
    /// What it leaves open.
    pub mode: ExclusionMode,
    /// When it was made.
    pub created: Timestamp,
    /// When it was changed last, if it was.
    pub updated: Option<Timestamp>,
    /// When it was deleted, if it was.
    pub deleted: Option<Timestamp>,
    /// Tags.
    pub tags: Tags,
}

/// How long a deleted exclusion is shown. AWS does not say.
const SHOWN_AFTER_END_MS: i64 = 60 * 60 * 1000;

impl PublicAccessExclusion {
    /// Whether it is still shown.
    pub fn is_shown(&self, now: Timestamp) -> bool {
        self.deleted.is_none_or(|deleted| now.is_within(SHOWN_AFTER_END_MS, deleted))
    }
}

impl Network {
    /// What is closed for an interface.
    pub fn public_access_mode(&self, interface: &NetworkInterface) -> PublicAccessMode {
        self.public_access_mode_in(interface.scope, interface.vpc, Some(interface.subnet))
    }

    /// What is closed for a VPC, or for one of its subnets: a subnet's own exclusion goes before its VPC's.
    pub fn public_access_mode_in(
        &self,
        scope: Scope,
        vpc: VpcId,
        subnet: Option<SubnetId>,
    ) -> PublicAccessMode {
        let block = self.public_access_blocks.get(&ScopeKey(scope));
        let mode = block.map_or(PublicAccessMode::Off, |block| block.mode);
        if mode == PublicAccessMode::Off {
            return mode;
        }
        let of_subnet = subnet.and_then(|subnet| self.public_access_exclusion_of(Excluded::Subnet(subnet)));
        let exclusion = of_subnet.or_else(|| self.public_access_exclusion_of(Excluded::Vpc(vpc)));
        match exclusion.map(|exclusion| exclusion.mode) {
            Some(ExclusionMode::AllowBidirectional) => PublicAccessMode::Off,
            Some(ExclusionMode::AllowEgress) => PublicAccessMode::IngressOnly,
            None => mode,
        }
    }

    /// The exclusion of a VPC or subnet that holds.
    fn public_access_exclusion_of(&self, of: Excluded) -> Option<&PublicAccessExclusion> {
        self.public_access_exclusions.linked(of.link()).find(|it| it.deleted.is_none())
    }
}

impl Excluded {
    /// By which its exclusions are found.
    pub(crate) fn link(self) -> Link {
        match self {
            Excluded::Vpc(id) => Link::Vpc(id),
            Excluded::Subnet(id) => Link::Subnet(id),
        }
    }
}

impl World {
    /// The exclusion with this identifier, if it is the caller's.
    pub fn public_access_exclusion(
        &self,
        scope: Scope,
        id: PublicAccessExclusionId,
    ) -> Result<&PublicAccessExclusion, Refusal> {
        let exclusion = self.network.public_access_exclusions.get(&id);
        exclusion.filter(|it| it.scope == scope).ok_or(Refusal::NotFound(id.into()))
    }

    /// Sets the switch of an account in a Region.
    pub fn set_public_access_block(&mut self, scope: Scope, mode: PublicAccessMode, now: Timestamp) {
        let row = PublicAccessBlock { scope, mode, updated: now };
        self.network.public_access_blocks.insert(ScopeKey(scope), row);
    }

    /// Excludes a VPC or a subnet, also while nothing is closed.
    pub fn create_public_access_exclusion(
        &mut self,
        scope: Scope,
        of: Excluded,
        mode: ExclusionMode,
        tags: Tags,
        now: Timestamp,
        ids: &mut Ids<'_>,
    ) -> Result<PublicAccessExclusionId, Refusal> {
        match of {
            Excluded::Vpc(vpc) => drop(self.vpc(scope, vpc)?),
            Excluded::Subnet(subnet) => drop(self.subnet(scope, subnet)?),
        }
        if let Some(existing) = self.network.public_access_exclusion_of(of) {
            return Err(VpcRefusal::Excluded(existing.id).into());
        }
        let own = self.network.public_access_exclusions.linked(Link::Scope(scope));
        let count = own.filter(|it| it.deleted.is_none()).count();
        self.check_quota(scope, Quota::PublicAccessExclusions, count)?;
        let id = ids.fresh();
        let row =
            PublicAccessExclusion { id, scope, of, mode, created: now, updated: None, deleted: None, tags };
        self.network.public_access_exclusions.insert(id, row);
        Ok(id)
    }

    /// Changes what an exclusion leaves open.
    pub fn modify_public_access_exclusion(
        &mut self,
        scope: Scope,
        id: PublicAccessExclusionId,
        mode: ExclusionMode,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let row = self.open_exclusion(scope, id)?;
        row.mode = mode;
        row.updated = Some(now);
        Ok(())
    }

    /// Ends an exclusion.
    pub fn delete_public_access_exclusion(
        &mut self,
        scope: Scope,
        id: PublicAccessExclusionId,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.open_exclusion(scope, id)?.deleted = Some(now);
        Ok(())
    }

    fn open_exclusion(
        &mut self,
        scope: Scope,
        id: PublicAccessExclusionId,
    ) -> Result<&mut PublicAccessExclusion, Refusal> {
        let missing = || Refusal::NotFound(id.into());
        if self.public_access_exclusion(scope, id)?.deleted.is_some() {
            return Err(missing());
        }
        self.network.public_access_exclusions.get_mut(&id).ok_or_else(missing)
    }

    /// What is deleted needs no exclusion.
    pub(crate) fn forget_exclusions_of(&mut self, of: Excluded) {
        let over = self.network.public_access_exclusions.linked(of.link());
        for id in over.map(|it| it.id).collect::<Vec<_>>() {
            self.network.public_access_exclusions.remove(&id);
        }
    }

    /// Whether there is a deleted exclusion that is shown no more.
    pub(crate) fn has_exclusions_to_forget(&self, now: Timestamp) -> bool {
        self.network.public_access_exclusions.values().any(|it| !it.is_shown(now))
    }

    /// Forgets the exclusions that are shown no more.
    pub(crate) fn forget_ended_exclusions(&mut self, now: Timestamp) {
        let over = self.network.public_access_exclusions.values().filter(|it| !it.is_shown(now));
        for id in over.map(|it| it.id).collect::<Vec<_>>() {
            self.network.public_access_exclusions.remove(&id);
        }
    }
}
