//! Egress-only internet gateways: a VPC's one-way door to the IPv6 internet.
//!
//! Follows "Enable outbound IPv6 traffic using an egress-only internet gateway" (VPC User Guide).

use serde::{Deserialize, Serialize};

use crate::ids::*;
use crate::link::Link;
use crate::place::Scope;
use crate::quotas::Quota;
use crate::refusal::{InternetGatewayRefusal, Refusal};
use crate::tags::Tags;
use crate::world::World;

/// An egress-only internet gateway; attached to its VPC from creation to deletion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EgressOnlyInternetGateway {
    /// Its identifier.
    pub id: EgressOnlyInternetGatewayId,
    /// Owner and Region.
    pub scope: Scope,
    /// The VPC it is attached to.
    pub vpc: VpcId,
    /// Tags.
    pub tags: Tags,
}

impl World {
    /// The egress-only internet gateway with this identifier, if it is the caller's.
    pub fn egress_only_internet_gateway(
        &self,
        scope: Scope,
        id: EgressOnlyInternetGatewayId,
    ) -> Result<&EgressOnlyInternetGateway, Refusal> {
        let gateway = self.network.egress_only_internet_gateways.get(&id);
        gateway.filter(|it| it.scope == scope).ok_or(Refusal::NotFound(id.into()))
    }

    /// Makes a gateway and attaches it in one step.
    pub fn create_egress_only_internet_gateway(
        &mut self,
        scope: Scope,
        vpc: VpcId,
        tags: Tags,
        ids: &mut Ids<'_>,
    ) -> Result<EgressOnlyInternetGatewayId, Refusal> {
        self.vpc(scope, vpc)?;
        let own = self.network.egress_only_internet_gateways.linked(Link::Scope(scope));
        self.check_quota(scope, Quota::EgressOnlyInternetGateways, own.count())?;
        if self.network.egress_only_internet_gateways.linked(Link::Vpc(vpc)).next().is_some() {
            return Err(InternetGatewayRefusal::VpcHasEgressOnly(vpc).into());
        }
        let id = ids.fresh();
        self.network
            .egress_only_internet_gateways
            .insert(id, EgressOnlyInternetGateway { id, scope, vpc, tags });
        Ok(id)
    }

    /// Deletes a gateway. Routes to it stay, as blackholes.
    pub fn delete_egress_only_internet_gateway(
        &mut self,
        scope: Scope,
        id: EgressOnlyInternetGatewayId,
    ) -> Result<(), Refusal> {
        self.egress_only_internet_gateway(scope, id)?;
        self.network.egress_only_internet_gateways.remove(&id);
        Ok(())
    }
}
