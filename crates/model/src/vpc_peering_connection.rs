//! VPC peering connections: two VPCs that reach each other by their private addresses.
//!
//! Follows the VPC Peering Guide.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::ids::*;
use crate::link::Link;
use crate::peering_status::PeeringStatus;
use crate::place::{AccountId, Scope};
use crate::quotas::{PEERING_REQUEST_LIFETIME_MS, Quota};
use crate::refusal::{Refusal, VpcPeeringConnectionRefusal};
use crate::tags::Tags;
use crate::timestamp::Timestamp;
use crate::world::World;

/// A peering connection between two VPCs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VpcPeeringConnection {
    /// Its identifier.
    pub id: VpcPeeringConnectionId,
    /// The side that asked.
    pub requester: PeeringSide,
    /// The side that was asked.
    pub accepter: PeeringSide,
    /// Where it is in its life.
    pub status: PeeringStatus,
    /// When a pending request expires.
    pub expires: Option<Timestamp>,
    /// When it ended, if it has.
    pub ended: Option<Timestamp>,
    /// The requester's tags.
    pub tags: Tags,
}

/// One side of a peering connection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeeringSide {
    /// Owner and Region.
    pub scope: Scope,
    /// The VPC.
    pub vpc: VpcId,
    /// Whether the other side's queries for this side's public host names are answered with private addresses.
    pub dns_resolution_from_peer: bool,
}

impl VpcPeeringConnection {
    /// Whether packets may pass.
    pub fn is_active(&self) -> bool {
        self.status == PeeringStatus::Active
    }

    /// Whether it still waits or works; every other status is an end.
    pub fn is_open(&self, now: Timestamp) -> bool {
        match self.status_at(now) {
            PeeringStatus::PendingAcceptance | PeeringStatus::Active => true,
            PeeringStatus::Deleted(_)
            | PeeringStatus::Rejected
            | PeeringStatus::Failed
            | PeeringStatus::Expired => false,
        }
    }

    /// Ends it.
    pub(crate) fn end(&mut self, status: PeeringStatus, now: Timestamp) {
        self.status = status;
        self.expires = None;
        self.ended = Some(now);
    }

    /// The side opposite to `vpc`.
    pub fn peer_of(&self, vpc: VpcId) -> Option<&PeeringSide> {
        match vpc {
            vpc if vpc == self.requester.vpc => Some(&self.accepter),
            vpc if vpc == self.accepter.vpc => Some(&self.requester),
            _ => None,
        }
    }

    /// Whether both sides are in one Region.
    pub fn same_region(&self) -> bool {
        self.requester.scope.region == self.accepter.scope.region
    }
}

/// How long an ended connection is shown to those who ended it, or who share an account.
const SHOWN_SHORTLY_MS: i64 = 2 * 60 * 60 * 1000;
/// How long an ended connection is shown to the other side.
const SHOWN_LONG_MS: i64 = 2 * 24 * 60 * 60 * 1000;

/// What a new peering request is made of.
#[derive(Clone, Debug)]
pub struct NewVpcPeeringConnection {
    /// The requester's VPC.
    pub vpc: VpcId,
    /// Whose VPC is asked for, and where.
    pub peer_scope: Scope,
    /// The VPC that is asked for.
    pub peer_vpc: VpcId,
    /// Tags.
    pub tags: Tags,
}

/// The two sides of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeeringRole {
    /// Who asked.
    Requester,
    /// Who was asked.
    Accepter,
}

impl VpcPeeringConnection {
    /// The status at a moment: a request that nobody answered has expired by itself.
    pub fn status_at(&self, now: Timestamp) -> PeeringStatus {
        match (self.status, self.expires) {
            (PeeringStatus::PendingAcceptance, Some(expires)) if expires <= now => PeeringStatus::Expired,
            (status, _) => status,
        }
    }

    /// Whether nobody is shown it any more.
    pub(crate) fn is_forgotten(&self, now: Timestamp) -> bool {
        !self.is_shown(self.requester.scope.account, now) && !self.is_shown(self.accepter.scope.account, now)
    }

    /// Whether an account still sees it ("VPC peering connection lifecycle", VPC Peering Guide).
    pub fn is_shown(&self, account: AccountId, now: Timestamp) -> bool {
        let Some(ended) = self.ended.or(self.expires.filter(|expires| *expires <= now)) else { return true };
        let (requester, accepter) = (self.requester.scope.account, self.accepter.scope.account);
        let shown_ms = match self.status_at(now) {
            PeeringStatus::PendingAcceptance | PeeringStatus::Active => return true,
            PeeringStatus::Expired => SHOWN_LONG_MS,
            PeeringStatus::Failed if account != requester => return false,
            PeeringStatus::Failed => SHOWN_SHORTLY_MS,
            PeeringStatus::Rejected if account == accepter => SHOWN_SHORTLY_MS,
            PeeringStatus::Rejected => SHOWN_LONG_MS,
            PeeringStatus::Deleted(by) if by == account => SHOWN_SHORTLY_MS,
            PeeringStatus::Deleted(_) => SHOWN_LONG_MS,
        };
        now.is_within(shown_ms, ended)
    }
}

impl World {
    /// The peering connection with this identifier, if one of its sides is the caller's.
    pub fn vpc_peering_connection(
        &self,
        scope: Scope,
        id: VpcPeeringConnectionId,
    ) -> Result<&VpcPeeringConnection, Refusal> {
        let concerns = |it: &&VpcPeeringConnection| it.requester.scope == scope || it.accepter.scope == scope;
        self.network.vpc_peering_connections.get(&id).filter(concerns).ok_or(Refusal::NotFound(id.into()))
    }

    /// Asks for a connection. One that cannot be, since blocks overlap or the peer VPC does not exist, is made all
    /// the same and has failed from the beginning.
    pub fn create_vpc_peering_connection(
        &mut self,
        scope: Scope,
        new: NewVpcPeeringConnection,
        now: Timestamp,
        ids: &mut Ids<'_>,
    ) -> Result<VpcPeeringConnectionId, Refusal> {
        self.forget_ended_peerings(now);
        self.vpc(scope, new.vpc)?;
        if let Some(existing) = self.open_peering_between(new.vpc, new.peer_vpc, now) {
            return Err(VpcPeeringConnectionRefusal::Exists(existing).into());
        }
        self.check_peering_quotas(scope, new.vpc, now)?;
        let possible = self.can_peer(new.vpc, new.peer_scope, new.peer_vpc);
        let side = |scope, vpc| PeeringSide { scope, vpc, dns_resolution_from_peer: false };
        let id = ids.fresh();
        let connection = VpcPeeringConnection {
            id,
            requester: side(scope, new.vpc),
            accepter: side(new.peer_scope, new.peer_vpc),
            status: if possible { PeeringStatus::PendingAcceptance } else { PeeringStatus::Failed },
            expires: possible.then_some(Timestamp(now.0.saturating_add(PEERING_REQUEST_LIFETIME_MS))),
            ended: (!possible).then_some(now),
            tags: new.tags,
        };
        self.network.vpc_peering_connections.insert(id, connection);
        Ok(id)
    }

    /// Accepts a request, in the accepter's account and Region.
    pub fn accept_vpc_peering_connection(
        &mut self,
        scope: Scope,
        id: VpcPeeringConnectionId,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.check_accepter(scope, id)?;
        let connection =
            self.vpc_peering_connection_for_change(id, PeeringStatus::Active, now, |status| {
                status == PeeringStatus::PendingAcceptance
            })?;
        connection.status = PeeringStatus::Active;
        connection.expires = None;
        Ok(())
    }

    /// Rejects a request, in the accepter's account and Region.
    pub fn reject_vpc_peering_connection(
        &mut self,
        scope: Scope,
        id: VpcPeeringConnectionId,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.check_accepter(scope, id)?;
        let connection =
            self.vpc_peering_connection_for_change(id, PeeringStatus::Rejected, now, |status| {
                status == PeeringStatus::PendingAcceptance
            })?;
        connection.end(PeeringStatus::Rejected, now);
        Ok(())
    }

    /// Deletes a connection: either side an active one, the requester a request. Routes to it stay, as blackholes.
    pub fn delete_vpc_peering_connection(
        &mut self,
        scope: Scope,
        id: VpcPeeringConnectionId,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let requester = self.vpc_peering_connection(scope, id)?.requester.scope.account;
        let deleted = PeeringStatus::Deleted(scope.account);
        let connection = self.vpc_peering_connection_for_change(id, deleted, now, |status| match status {
            PeeringStatus::PendingAcceptance => requester == scope.account,
            PeeringStatus::Active => true,
            PeeringStatus::Deleted(_)
            | PeeringStatus::Rejected
            | PeeringStatus::Failed
            | PeeringStatus::Expired => false,
        })?;
        connection.end(deleted, now);
        Ok(())
    }

    /// Lets the peer resolve one side's public host names to private addresses, or no longer.
    pub fn set_peering_dns_resolution(
        &mut self,
        scope: Scope,
        id: VpcPeeringConnectionId,
        role: PeeringRole,
        on: bool,
    ) -> Result<(), Refusal> {
        let connection = self.vpc_peering_connection(scope, id)?;
        if !connection.is_active() {
            return Err(VpcPeeringConnectionRefusal::NotActive(id).into());
        }
        let side = match role {
            PeeringRole::Requester => &connection.requester,
            PeeringRole::Accepter => &connection.accepter,
        };
        if side.scope != scope {
            return Err(VpcPeeringConnectionRefusal::OptionsOfOtherSide {
                account: scope.account,
                peering: id,
            }
            .into());
        }
        let both = [connection.requester.vpc, connection.accepter.vpc];
        let named =
            |vpc: &VpcId| self.network.vpcs.get(vpc).is_some_and(|vpc| vpc.dns_support && vpc.dns_hostnames);
        if on && !both.iter().all(named) {
            return Err(VpcPeeringConnectionRefusal::DnsHostnames(id).into());
        }
        if let Some(connection) = self.network.vpc_peering_connections.get_mut(&id) {
            let side = match role {
                PeeringRole::Requester => &mut connection.requester,
                PeeringRole::Accepter => &mut connection.accepter,
            };
            side.dns_resolution_from_peer = on;
        }
        Ok(())
    }

    /// Fails the requests to a VPC whose new blocks overlap the requester's.
    pub(crate) fn fail_overlapping_requests(&mut self, vpc: VpcId, now: Timestamp) {
        let failing = self.network.vpc_peering_connections.linked(Link::Vpc(vpc)).filter(|it| {
            it.accepter.vpc == vpc
                && it.status_at(now) == PeeringStatus::PendingAcceptance
                && !self.can_peer(it.requester.vpc, it.accepter.scope, vpc)
        });
        for id in failing.map(|it| it.id).collect::<Vec<_>>() {
            if let Some(connection) = self.network.vpc_peering_connections.get_mut(&id) {
                connection.end(PeeringStatus::Failed, now);
            }
        }
    }

    /// Two VPCs that exist, are not one and the same, and share no address ("You cannot create a VPC peering
    /// connection between VPCs that have matching or overlapping IPv4 or IPv6 CIDR blocks").
    fn can_peer(&self, vpc: VpcId, peer_scope: Scope, peer: VpcId) -> bool {
        let (Some(one), Ok(other)) = (self.network.vpcs.get(&vpc), self.vpc(peer_scope, peer)) else {
            return false;
        };
        let apart = |block: IpNet| !other.blocks().any(|it| it.contains(&block) || block.contains(&it));
        vpc != peer && one.blocks().all(apart)
    }

    fn open_peering_between(
        &self,
        one: VpcId,
        other: VpcId,
        now: Timestamp,
    ) -> Option<VpcPeeringConnectionId> {
        let joins = |it: &VpcPeeringConnection| it.peer_of(one).is_some_and(|peer| peer.vpc == other);
        let mut all = self.network.vpc_peering_connections.linked(Link::Vpc(one));
        all.find(|it| it.is_open(now) && joins(it)).map(|it| it.id)
    }

    fn check_peering_quotas(&self, scope: Scope, vpc: VpcId, now: Timestamp) -> Result<(), Refusal> {
        let statuses = || {
            let own = self.network.vpc_peering_connections.linked(Link::Vpc(vpc));
            own.map(|it| it.status_at(now))
        };
        let waiting = statuses().filter(|status| *status == PeeringStatus::PendingAcceptance).count();
        self.check_quota(scope, Quota::PeeringRequestsOutstanding, waiting)?;
        let active = statuses().filter(|status| *status == PeeringStatus::Active).count();
        self.check_quota(scope, Quota::PeeringConnectionsPerVpc, waiting + active)
    }

    /// Only the accepter may answer a request, and only in its own Region.
    fn check_accepter(&self, scope: Scope, id: VpcPeeringConnectionId) -> Result<(), Refusal> {
        let connection = self.network.vpc_peering_connections.get(&id).ok_or(Refusal::NotFound(id.into()))?;
        let accepter = connection.accepter.scope;
        let party = scope.account == connection.requester.scope.account || scope.account == accepter.account;
        match scope {
            it if it == accepter => Ok(()),
            _ if !party => Err(Refusal::NotFound(id.into())),
            it if it.account != accepter.account => {
                Err(VpcPeeringConnectionRefusal::OtherSide { account: scope.account, peering: id }.into())
            }
            it => Err(VpcPeeringConnectionRefusal::OtherRegion {
                region: it.region,
                peering: id,
                right: accepter.region,
            }
            .into()),
        }
    }

    /// A connection that goes to status `to`, if it may from the one it has.
    fn vpc_peering_connection_for_change(
        &mut self,
        id: VpcPeeringConnectionId,
        to: PeeringStatus,
        now: Timestamp,
        may: impl FnOnce(PeeringStatus) -> bool,
    ) -> Result<&mut VpcPeeringConnection, Refusal> {
        let connection =
            self.network.vpc_peering_connections.get_mut(&id).ok_or(Refusal::NotFound(id.into()))?;
        let from = connection.status_at(now);
        match may(from) {
            true => Ok(connection),
            false => Err(VpcPeeringConnectionRefusal::Transition { peering: id, from, to }.into()),
        }
    }

    /// Takes out what nobody is shown any more. Nothing else happens by the clock: a request that has expired is known by
    /// its date, and carried nothing before either.
    pub(crate) fn forget_ended_peerings(&mut self, now: Timestamp) {
        let unseen = self.network.vpc_peering_connections.values().filter(|it| it.is_forgotten(now));
        for id in unseen.map(|it| it.id).collect::<Vec<_>>() {
            self.network.vpc_peering_connections.remove(&id);
        }
    }
}
