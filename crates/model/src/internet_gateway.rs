//! Internet gateways: a VPC's way to and from the internet, translating one private address to one public address.
//!
//! Follows "Connect to the internet using an internet gateway" (VPC User Guide).

use serde::{Deserialize, Serialize};

use crate::ids::*;
use crate::link::Link;
use crate::network_interface::NetworkInterface;
use crate::place::Scope;
use crate::quotas::Quota;
use crate::refusal::{InternetGatewayRefusal, Refusal};
use crate::subnet::SubnetRouteTable;
use crate::tags::Tags;
use crate::world::World;

/// An internet gateway.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InternetGateway {
    /// Its identifier.
    pub id: InternetGatewayId,
    /// Owner and Region.
    pub scope: Scope,
    /// The VPC it is attached to.
    pub vpc: Option<VpcId>,
    /// The route table for packets that enter through it (edge association).
    pub route_table: Option<SubnetRouteTable>,
    /// Tags.
    pub tags: Tags,
}

impl World {
    /// The internet gateway with this identifier, if it is the caller's.
    pub fn internet_gateway(&self, scope: Scope, id: InternetGatewayId) -> Result<&InternetGateway, Refusal> {
        self.network
            .internet_gateways
            .get(&id)
            .filter(|it| it.scope == scope)
            .ok_or(Refusal::NotFound(id.into()))
    }

    /// The internet gateway that is attached to a VPC.
    pub fn internet_gateway_of(&self, vpc: VpcId) -> Option<&InternetGateway> {
        self.network.internet_gateways.linked(Link::Vpc(vpc)).next()
    }

    /// Makes an internet gateway, attached to nothing.
    pub fn create_internet_gateway(
        &mut self,
        scope: Scope,
        tags: Tags,
        ids: &mut Ids<'_>,
    ) -> Result<InternetGatewayId, Refusal> {
        let owned = self.network.internet_gateways.count_linked(Link::Scope(scope));
        self.check_quota(scope, Quota::InternetGateways, owned)?;
        let id = ids.fresh();
        self.network
            .internet_gateways
            .insert(id, InternetGateway { id, scope, vpc: None, route_table: None, tags });
        Ok(id)
    }

    /// Attaches a gateway to a VPC: one gateway, one VPC, both ways.
    pub fn attach_internet_gateway(
        &mut self,
        scope: Scope,
        id: InternetGatewayId,
        vpc: VpcId,
    ) -> Result<(), Refusal> {
        let gateway = self.internet_gateway(scope, id)?;
        self.vpc(scope, vpc)?;
        if let Some(attached) = gateway.vpc {
            return Err(InternetGatewayRefusal::Attached { gateway: id, vpc: attached }.into());
        }
        if self.internet_gateway_of(vpc).is_some() {
            return Err(InternetGatewayRefusal::VpcHasOne(vpc).into());
        }
        self.internet_gateway_mut(id).vpc = Some(vpc);
        Ok(())
    }

    /// Detaches a gateway, unless an interface of the VPC is reached by a public address. Routes to it stay, as
    /// blackholes.
    pub fn detach_internet_gateway(
        &mut self,
        scope: Scope,
        id: InternetGatewayId,
        vpc: VpcId,
    ) -> Result<(), Refusal> {
        let gateway = self.internet_gateway(scope, id)?;
        self.vpc(scope, vpc)?;
        if gateway.vpc != Some(vpc) {
            return Err(InternetGatewayRefusal::NotAttached { gateway: id, vpc }.into());
        }
        let mapped =
            |it: &NetworkInterface| it.private_addresses.iter().any(|private| private.public.is_some());
        if self.network.network_interfaces.linked(Link::Vpc(vpc)).any(mapped) {
            return Err(InternetGatewayRefusal::MappedPublicAddresses(vpc).into());
        }
        let gateway = self.internet_gateway_mut(id);
        gateway.vpc = None;
        gateway.route_table = None;
        Ok(())
    }

    /// Deletes a gateway that is attached to nothing.
    pub fn delete_internet_gateway(&mut self, scope: Scope, id: InternetGatewayId) -> Result<(), Refusal> {
        if self.internet_gateway(scope, id)?.vpc.is_some() {
            return Err(Refusal::HasDependencies(id.into()));
        }
        self.network.internet_gateways.remove(&id);
        Ok(())
    }

    pub(crate) fn internet_gateway_mut(&mut self, id: InternetGatewayId) -> &mut InternetGateway {
        self.network.internet_gateways.get_mut(&id).expect("the gateway was found before it is changed")
    }
}
