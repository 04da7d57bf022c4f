//! NAT gateways: many private addresses behind one address, outwards only.
//!
//! Follows "NAT gateways" (VPC User Guide). Zonal only; no regional NAT gateways.

use serde::{Deserialize, Serialize};
use std::net::Ipv4Addr;

use crate::ids::*;
use crate::link::Link;
use crate::network_interface::{Attachment, InterfaceKind, NewNetworkInterface};
use crate::place::{Scope, Zone};
use crate::quotas::Quota;
use crate::refusal::{Refusal, SubnetRefusal};
use crate::subnet::Subnet;
use crate::tags::Tags;
use crate::timestamp::Timestamp;
use crate::world::World;

/// A NAT gateway.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NatGateway {
    /// Its identifier.
    pub id: NatGatewayId,
    /// Owner and Region.
    pub scope: Scope,
    /// The VPC.
    pub vpc: VpcId,
    /// The subnet it stands in, whose route table and network ACL apply to translated packets.
    pub subnet: SubnetId,
    /// Its network interface, managed by AWS. `None` once deleted, or when creation failed.
    pub interface: Option<NetworkInterfaceId>,
    /// Its primary private address.
    pub private_ip: Option<Ipv4Addr>,
    /// The Elastic IP address of a public NAT gateway; `None` for a private one.
    pub allocation: Option<AllocationId>,
    /// Whether it reaches the internet (`public`) or only other networks (`private`).
    pub public: bool,
    /// Where it is in its life.
    pub state: NatGatewayState,
    /// When it was created.
    pub created: Timestamp,
    /// When it was deleted.
    pub deleted: Option<Timestamp>,
    /// Tags.
    pub tags: Tags,
}

/// States of a NAT gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum NatGatewayState {
    /// Being made.
    Pending,
    /// Working.
    Available,
    /// Creation failed, with AWS's code and message.
    Failed {
        /// `FailureCode`.
        code: String,
        /// `FailureMessage`.
        message: String,
    },
    /// Being deleted.
    Deleting,
    /// Gone; shown for about an hour.
    Deleted,
}

impl NatGateway {
    /// Whether it translates packets.
    pub fn is_available(&self) -> bool {
        self.state == NatGatewayState::Available
    }
}

/// How long a NAT gateway is shown after it failed or was deleted: "for about an hour".
const SHOWN_AFTER_END_MS: i64 = 60 * 60 * 1000;

/// What a new NAT gateway is made of.
#[derive(Clone, Debug)]
pub struct NewNatGateway {
    /// The subnet to stand in.
    pub subnet: SubnetId,
    /// What it connects to.
    pub connectivity: Connectivity,
    /// Its primary private address, if the user wants a certain one.
    pub private_ip: Option<Ipv4Addr>,
    /// Tags.
    pub tags: Tags,
}

/// What a NAT gateway connects to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connectivity {
    /// The internet, by an Elastic IP address.
    Public(AllocationId),
    /// Other networks.
    Private,
}

impl NatGateway {
    /// Whether it is still shown: always, until an hour after its end.
    pub fn is_shown(&self, now: Timestamp) -> bool {
        let end = match self.state {
            NatGatewayState::Pending | NatGatewayState::Available | NatGatewayState::Deleting => return true,
            NatGatewayState::Failed { .. } | NatGatewayState::Deleted => self.deleted.unwrap_or(self.created),
        };
        now.is_within(SHOWN_AFTER_END_MS, end)
    }

    /// Whether it counts against the quota ("NAT gateways count toward your quota in the pending, active, and
    /// deleting states").
    pub(crate) fn counts(&self) -> bool {
        match self.state {
            NatGatewayState::Pending | NatGatewayState::Available | NatGatewayState::Deleting => true,
            NatGatewayState::Failed { .. } | NatGatewayState::Deleted => false,
        }
    }
}

impl World {
    /// The NAT gateway with this identifier, if it is the caller's.
    pub fn nat_gateway(&self, scope: Scope, id: NatGatewayId) -> Result<&NatGateway, Refusal> {
        self.network.nat_gateways.get(&id).filter(|it| it.scope == scope).ok_or(Refusal::NotFound(id.into()))
    }

    /// Makes a NAT gateway. What AWS finds out only while making one leaves a failed gateway that says why, and no
    /// error ("Troubleshoot NAT gateways", VPC User Guide).
    pub fn create_nat_gateway(
        &mut self,
        scope: Scope,
        new: NewNatGateway,
        now: Timestamp,
        ids: &mut Ids<'_>,
    ) -> Result<NatGatewayId, Refusal> {
        self.forget_ended_nat_gateways(now);
        let subnet = self.subnet(scope, new.subnet)?.clone();
        let allocation = match new.connectivity {
            Connectivity::Public(id) => Some(self.elastic_ip(scope, id)?.id),
            Connectivity::Private => None,
        };
        if let Some(address) = new.private_ip {
            self.check_address(&subnet, address)?;
        }
        self.check_nat_gateway_quota(scope, subnet.zone)?;
        let id: NatGatewayId = ids.fresh();
        let mut gateway = NatGateway {
            id,
            scope,
            vpc: subnet.vpc,
            subnet: subnet.id,
            interface: None,
            private_ip: None,
            allocation,
            public: allocation.is_some(),
            state: NatGatewayState::Available,
            created: now,
            deleted: None,
            tags: new.tags,
        };
        if let Some(failure) = self.nat_gateway_failure(&subnet, allocation) {
            gateway.state = failure;
            gateway.deleted = Some(now);
        } else {
            let (interface, private_ip) =
                self.create_nat_interface(scope, id, &subnet, new.private_ip, now, ids)?;
            gateway.interface = Some(interface);
            gateway.private_ip = Some(private_ip);
            if let Some(allocation) = allocation {
                self.map_address(allocation, interface, private_ip, ids)?;
            }
        }
        self.network.nat_gateways.insert(id, gateway);
        Ok(id)
    }

    /// Deletes a NAT gateway: its interface goes, its Elastic IP address is free again, routes to it stay as
    /// blackholes. One that failed ends as deleted, too, which is what waiters wait for; a deleted one stays as it is.
    pub fn delete_nat_gateway(
        &mut self,
        scope: Scope,
        id: NatGatewayId,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.forget_ended_nat_gateways(now);
        match self.nat_gateway(scope, id)?.state {
            NatGatewayState::Deleted => return Ok(()),
            NatGatewayState::Pending
            | NatGatewayState::Available
            | NatGatewayState::Failed { .. }
            | NatGatewayState::Deleting => {}
        }
        let gateway =
            self.network.nat_gateways.get_mut(&id).expect("the NAT gateway was found before it is changed");
        gateway.state = NatGatewayState::Deleted;
        gateway.deleted = Some(now);
        if let Some(interface) = gateway.interface.take() {
            self.disassociate_addresses_of(interface);
            self.remove_network_interface(interface);
        }
        Ok(())
    }

    /// Why a NAT gateway cannot be made here, with AWS's words for it.
    fn nat_gateway_failure(
        &self,
        subnet: &Subnet,
        allocation: Option<AllocationId>,
    ) -> Option<NatGatewayState> {
        let failed =
            |code: &str, message: String| Some(NatGatewayState::Failed { code: code.to_owned(), message });
        if subnet.cidr.is_none() || self.available_addresses(subnet.id) == 0 {
            let message = "Subnet has insufficient free addresses to create this NAT gateway";
            return failed("InsufficientFreeAddressesInSubnet", message.to_owned());
        }
        let allocation = allocation?;
        if self.internet_gateway_of(subnet.vpc).is_none() {
            let message = format!("Network {} has no Internet gateway attached", subnet.vpc);
            return failed("Gateway.NotAttached", message);
        }
        if self.network.elastic_ips.get(&allocation).is_some_and(|elastic| elastic.association.is_some()) {
            let message = format!("Elastic IP address {allocation} is already associated");
            return failed("Resource.AlreadyAssociated", message);
        }
        None
    }

    /// The interface through which a NAT gateway stands in its subnet: managed by AWS, without groups, and open to
    /// addresses that are not its own.
    fn create_nat_interface(
        &mut self,
        scope: Scope,
        gateway: NatGatewayId,
        subnet: &Subnet,
        wanted: Option<Ipv4Addr>,
        now: Timestamp,
        ids: &mut Ids<'_>,
    ) -> Result<(NetworkInterfaceId, Ipv4Addr), Refusal> {
        let new = NewNetworkInterface {
            description: format!("Interface for NAT Gateway {gateway}"),
            primary_address: wanted,
            kind: InterfaceKind::NatGateway,
            requester: Some(scope.account.to_string()),
            ..NewNetworkInterface::in_subnet(subnet.id)
        };
        let id = self.create_network_interface(scope, new, ids)?;
        let attachment = Attachment {
            id: ids.fresh(),
            instance: None,
            instance_owner: scope.account,
            device_index: 1,
            attached: now,
            delete_on_termination: false,
        };
        self.update_network_interface(id, |interface| {
            interface.groups.clear();
            interface.source_dest_check = false;
            interface.attachment = Some(attachment);
        });
        let address =
            self.network.network_interfaces.get(&id).and_then(|interface| interface.primary_address());
        address.map(|address| (id, address)).ok_or(SubnetRefusal::NoFreeAddress(subnet.id).into())
    }

    fn check_nat_gateway_quota(&self, scope: Scope, zone: Zone) -> Result<(), Refusal> {
        // Where there are fewer in all, there are not more in one zone.
        if self
            .check_quota(
                scope,
                Quota::NatGatewaysPerZone,
                self.network.nat_gateways.count_linked(Link::Counted(scope)),
            )
            .is_ok()
        {
            return Ok(());
        }
        let in_zone = |it: &&NatGateway| {
            it.counts() && self.network.subnets.get(&it.subnet).is_some_and(|it| it.zone == zone)
        };
        let count = self.network.nat_gateways.linked(Link::Scope(scope)).filter(in_zone).count();
        self.check_quota(scope, Quota::NatGatewaysPerZone, count)
    }

    pub(crate) fn forget_ended_nat_gateways(&mut self, now: Timestamp) {
        let ended = self.network.nat_gateways.linked(Link::Ended).filter(|gateway| !gateway.is_shown(now));
        for id in ended.map(|gateway| gateway.id).collect::<Vec<_>>() {
            self.network.nat_gateways.remove(&id);
        }
    }
}
