//! Elastic IP addresses: public IPv4 addresses that belong to an account until they are released.
//!
//! Follows "Elastic IP addresses" (EC2 User Guide).

use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr};

use crate::account::ReleasedAddress;
use crate::address_transfer::{AcceptedTransfer, TransferOffer};
use crate::domain_name::DomainName;
use crate::ids::*;
use crate::instance_state::InstanceState;
use crate::link::Link;
use crate::network_interface::{PrivateAddress, PublicAddress};
use crate::network_interface_permission::InterfacePermissionKind;
use crate::place::Scope;
use crate::quotas::Quota;
use crate::refusal::{ElasticIpRefusal, Refusal, SubnetRefusal};
use crate::tags::Tags;
use crate::world::World;

/// An Elastic IP address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ElasticIp {
    /// Its allocation.
    pub id: AllocationId,
    /// Owner and Region.
    pub scope: Scope,
    /// The public address.
    pub public_ip: Ipv4Addr,
    /// What it stands for.
    pub association: Option<AddressAssociation>,
    /// The name that its reverse lookup finds, when its holder has set one.
    #[serde(default)]
    pub domain_name: Option<DomainName>,
    /// The last offer to another account.
    #[serde(default)]
    pub offer: Option<TransferOffer>,
    /// How it came from another account.
    #[serde(default)]
    pub accepted: Option<AcceptedTransfer>,
    /// Tags.
    pub tags: Tags,
}

/// An Elastic IP address's association with a private address.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddressAssociation {
    /// Its identifier.
    pub id: AddressAssociationId,
    /// The interface.
    pub interface: NetworkInterfaceId,
    /// The private address.
    pub private_ip: Ipv4Addr,
}

/// What an address is to be associated with.
#[derive(Clone, Copy, Debug)]
pub struct AssociateAddress {
    /// The interface.
    pub interface: NetworkInterfaceId,
    /// One of its private addresses; the primary one when `None`.
    pub private_ip: Option<Ipv4Addr>,
    /// Whether an address that is associated elsewhere may be moved.
    pub allow_reassociation: bool,
}

impl World {
    /// An Elastic IP address of this scope.
    pub fn elastic_ip(&self, scope: Scope, id: AllocationId) -> Result<&ElasticIp, Refusal> {
        self.network.elastic_ips.get(&id).filter(|it| it.scope == scope).ok_or(Refusal::NotFound(id.into()))
    }

    /// The Elastic IP address of this scope that is this public address.
    pub fn elastic_ip_at(&self, scope: Scope, public_ip: Ipv4Addr) -> Result<&ElasticIp, Refusal> {
        self.network
            .elastic_ips
            .values()
            .find(|elastic| elastic.scope == scope && elastic.public_ip == public_ip)
            .ok_or(ElasticIpRefusal::NoSuchAddress(public_ip).into())
    }

    /// Allocates an address to the account.
    pub fn allocate_address(
        &mut self,
        scope: Scope,
        tags: Tags,
        ids: &mut Ids<'_>,
    ) -> Result<AllocationId, Refusal> {
        self.check_address_quota(scope)?;
        let public_ip = self.free_public_address(scope.region, ids)?;
        Ok(self.give_address(scope, public_ip, tags, ids))
    }

    /// Gives an address back to the account that has released it: "you can't recover it if it has been allocated to another
    /// AWS account" (Recover an Elastic IP address, EC2 User Guide). Its tags are gone.
    pub fn recover_address(
        &mut self,
        scope: Scope,
        address: Ipv4Addr,
        tags: Tags,
        ids: &mut Ids<'_>,
    ) -> Result<AllocationId, Refusal> {
        self.check_address_quota(scope)?;
        let released = ReleasedAddress { region: scope.region, address };
        if !self.has_released(scope.account, released) || self.is_public_address_taken(address) {
            return Err(ElasticIpRefusal::NoSuchAddress(address).into());
        }
        self.forget_released_address(scope.account, released);
        Ok(self.give_address(scope, address, tags, ids))
    }

    fn give_address(
        &mut self,
        scope: Scope,
        public_ip: Ipv4Addr,
        tags: Tags,
        ids: &mut Ids<'_>,
    ) -> AllocationId {
        let id = ids.fresh();
        let elastic = ElasticIp {
            id,
            scope,
            public_ip,
            association: None,
            domain_name: None,
            offer: None,
            accepted: None,
            tags,
        };
        self.network.elastic_ips.insert(id, elastic);
        id
    }

    /// Refuses another address to an account that has as many as it may have.
    pub(crate) fn check_address_quota(&self, scope: Scope) -> Result<(), Refusal> {
        let owned = self.network.elastic_ips.count_linked(Link::Scope(scope));
        self.check_quota(scope, Quota::ElasticIps, owned)
    }

    /// Sets the name that an address's reverse lookup finds, or has it be AWS's own again.
    pub fn set_address_name(
        &mut self,
        scope: Scope,
        id: AllocationId,
        name: Option<DomainName>,
    ) -> Result<(), Refusal> {
        self.elastic_ip(scope, id)?;
        self.change_address(id, |elastic| elastic.domain_name = name);
        Ok(())
    }

    /// Gives an address back. One that is in use is refused, except in a default VPC ("Releasing an Elastic IP address
    /// automatically disassociates it", ReleaseAddress).
    pub fn release_address(
        &mut self,
        scope: Scope,
        id: AllocationId,
        ids: &mut Ids<'_>,
    ) -> Result<(), Refusal> {
        let elastic = self.elastic_ip(scope, id)?;
        let released = ReleasedAddress { region: scope.region, address: elastic.public_ip };
        if let Some(association) = elastic.association {
            let interface = self.network.network_interfaces.get(&association.interface);
            let own = interface.filter(|interface| !interface.is_requester_managed());
            let vpc = own.and_then(|interface| self.network.vpcs.get(&interface.vpc));
            if !vpc.is_some_and(|vpc| vpc.is_default) {
                return Err(ElasticIpRefusal::ReleasedInUse(elastic.public_ip).into());
            }
            self.disassociate_address(scope, association.id, ids)?;
        }
        self.network.elastic_ips.remove(&id);
        self.note_released_address(scope.account, released);
        Ok(())
    }

    /// Maps an address to a private one. What was mapped there before stays allocated; an address that AWS lent is
    /// given back.
    pub fn associate_address(
        &mut self,
        scope: Scope,
        id: AllocationId,
        associate: AssociateAddress,
        ids: &mut Ids<'_>,
    ) -> Result<AddressAssociationId, Refusal> {
        let elastic = self.elastic_ip(scope, id)?.clone();
        let eip = InterfacePermissionKind::EipAssociate;
        let interface = self.permitted_interface(scope, associate.interface, eip)?;
        let instance = interface.instance().and_then(|id| self.network.instances.get(&id));
        if instance.is_some_and(|instance| instance.state == InstanceState::Pending) {
            return Err(ElasticIpRefusal::PendingInstance(interface.id).into());
        }
        let private_ip = associate.private_ip.or(interface.primary_address());
        let private_ip = private_ip.ok_or(SubnetRefusal::NoFreeAddress(interface.subnet))?;
        if let Some(current) = elastic.association {
            if (current.interface, current.private_ip) == (interface.id, private_ip) {
                return Ok(current.id);
            }
            if !associate.allow_reassociation {
                return Err(ElasticIpRefusal::Associated(id, current.id).into());
            }
            self.disassociate_address(scope, current.id, ids)?;
        }
        self.map_address(id, associate.interface, private_ip, ids)
    }

    /// Maps an address that is free to a private address, whoever the interface belongs to.
    pub(crate) fn map_address(
        &mut self,
        id: AllocationId,
        interface: NetworkInterfaceId,
        private_ip: Ipv4Addr,
        ids: &mut Ids<'_>,
    ) -> Result<AddressAssociationId, Refusal> {
        let holder =
            self.network.network_interfaces.get(&interface).ok_or(Refusal::NotFound(interface.into()))?;
        if !holder.is_assigned(IpAddr::V4(private_ip)) {
            return Err(ElasticIpRefusal::NotOnInterface(interface, private_ip).into());
        }
        if self.internet_gateway_of(holder.vpc).is_none() {
            return Err(ElasticIpRefusal::NoInternetGateway(holder.vpc).into());
        }
        self.forget_association(interface, private_ip);
        let association = AddressAssociation { id: ids.fresh(), interface, private_ip };
        let elastic = self.network.elastic_ips.get_mut(&id).ok_or(Refusal::NotFound(id.into()))?;
        elastic.association = Some(association);
        let public = PublicAddress { address: elastic.public_ip, elastic: Some(id) };
        self.map_public_address(interface, private_ip, Some(public));
        Ok(association.id)
    }

    /// Ends an association. The address stays allocated; a running instance that had a lent address before gets
    /// another one.
    pub fn disassociate_address(
        &mut self,
        scope: Scope,
        id: AddressAssociationId,
        ids: &mut Ids<'_>,
    ) -> Result<(), Refusal> {
        let association = self
            .network
            .elastic_ips
            .linked(Link::AddressAssociation(id))
            .filter(|elastic| elastic.scope == scope)
            .filter_map(|elastic| elastic.association)
            .find(|association| association.id == id)
            .ok_or(ElasticIpRefusal::NoSuchAssociation(id))?;
        let interface = self.users_network_interface(scope, association.interface)?;
        let running = interface.instance().filter(|id| {
            self.network.instances.get(id).is_some_and(|instance| instance.state == InstanceState::Running)
        });
        self.forget_association(association.interface, association.private_ip);
        match running {
            Some(instance) => self.lend_public_address(instance, ids),
            None => Ok(()),
        }
    }

    /// Takes the public address off a private one, and ends the association if it is an Elastic one.
    pub(crate) fn forget_association(&mut self, interface: NetworkInterfaceId, private_ip: Ipv4Addr) {
        let Some(holder) = self.network.network_interfaces.get(&interface) else { return };
        let private = holder.private_addresses.iter().find(|private| private.address == private_ip);
        let elastic = private.and_then(|private| private.public).and_then(|public| public.elastic);
        if let Some(elastic) = elastic.and_then(|id| self.network.elastic_ips.get_mut(&id)) {
            elastic.association = None;
        }
        self.map_public_address(interface, private_ip, None);
    }

    /// Ends all associations with an interface.
    pub(crate) fn disassociate_addresses_of(&mut self, interface: NetworkInterfaceId) {
        let Some(holder) = self.network.network_interfaces.get_shared(&interface) else { return };
        for private in &holder.private_addresses {
            self.forget_association(interface, private.address);
        }
    }

    /// "If the private IP address is reassigned, its Elastic IP address moves with it" (AssignPrivateIpAddresses).
    pub(crate) fn move_public_address(&mut self, to: NetworkInterfaceId, private: PrivateAddress) {
        let elastic = private.public.and_then(|public| public.elastic);
        let Some(elastic) = elastic.and_then(|id| self.network.elastic_ips.get_mut(&id)) else { return };
        if let Some(association) = &mut elastic.association {
            association.interface = to;
        }
        self.map_public_address(to, private.address, private.public);
    }

    fn map_public_address(
        &mut self,
        interface: NetworkInterfaceId,
        private_ip: Ipv4Addr,
        public: Option<PublicAddress>,
    ) {
        self.update_network_interface(interface, |interface| {
            let private =
                interface.private_addresses.iter_mut().find(|private| private.address == private_ip);
            if let Some(private) = private {
                private.public = public;
            }
        });
    }
}
