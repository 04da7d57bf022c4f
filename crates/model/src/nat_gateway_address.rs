//! The secondary addresses of NAT gateways: each brings 55,000 ports towards a destination.
//!
//! Follows "NAT gateway basics" and "Edit secondary IP address associations" (VPC User Guide). They are private addresses of
//! the gateway's interface, and so nowhere else. One that is taken away goes at once: connections are not drained.

use std::net::Ipv4Addr;

use crate::elastic_ip::AddressAssociation;
use crate::ids::*;
use crate::link::Link;
use crate::nat_gateway::NatGateway;
use crate::network_interface::{NetworkInterface, Wish};
use crate::place::Scope;
use crate::quotas::{ELASTIC_IPS_PER_NAT_GATEWAY_MAX, PRIVATE_ADDRESSES_PER_NAT_GATEWAY_MAX};
use crate::refusal::{NatGatewayRefusal, Refusal};
use crate::subnet::Subnet;
use crate::world::World;

impl World {
    /// A NAT gateway's interface, with all of its addresses; the first is the primary one.
    pub fn interface_of_nat_gateway(&self, gateway: &NatGateway) -> Option<&NetworkInterface> {
        self.network.network_interfaces.get(&gateway.interface?)
    }

    /// Gives a public NAT gateway Elastic IP addresses, each with a private address: one of those named, or any.
    pub fn associate_nat_gateway_addresses(
        &mut self,
        scope: Scope,
        id: NatGatewayId,
        allocations: &[AllocationId],
        private: &[Ipv4Addr],
        ids: &mut Ids<'_>,
    ) -> Result<Vec<Ipv4Addr>, Refusal> {
        let (interface, subnet) = self.nat_gateway_place(scope, id, true)?;
        if !private.is_empty() && private.len() != allocations.len() {
            return Err(NatGatewayRefusal::AddressesDoNotMatch.into());
        }
        self.check_nat_gateway_room(interface, allocations.len(), ELASTIC_IPS_PER_NAT_GATEWAY_MAX)?;
        let wish = match private.is_empty() {
            true => Wish::Count(allocations.len()),
            false => Wish::Listed(private.to_vec()),
        };
        let added = self.add_private_addresses(interface, &subnet, wish, ids)?;
        for (allocation, private) in allocations.iter().zip(&added) {
            if self.elastic_ip(scope, *allocation)?.association.is_some() {
                return Err(NatGatewayRefusal::Associated(*allocation).into());
            }
            self.map_address(*allocation, interface, *private, ids)?;
        }
        Ok(added)
    }

    /// Gives a private NAT gateway more addresses.
    pub fn assign_nat_gateway_addresses(
        &mut self,
        scope: Scope,
        id: NatGatewayId,
        wish: Wish<Ipv4Addr>,
        ids: &mut Ids<'_>,
    ) -> Result<Vec<Ipv4Addr>, Refusal> {
        let (interface, subnet) = self.nat_gateway_place(scope, id, false)?;
        self.check_nat_gateway_room(interface, wish.count(), PRIVATE_ADDRESSES_PER_NAT_GATEWAY_MAX)?;
        self.add_private_addresses(interface, &subnet, wish, ids)
    }

    /// The private addresses of a public NAT gateway that these associations are with; none is the primary one.
    pub fn associated_with_nat_gateway(
        &self,
        scope: Scope,
        id: NatGatewayId,
        associations: &[AddressAssociationId],
    ) -> Result<Vec<Ipv4Addr>, Refusal> {
        let (interface, _) = self.nat_gateway_place(scope, id, true)?;
        let of_gateway = |wanted: &AddressAssociationId| -> Result<Ipv4Addr, Refusal> {
            let linked = self.network.elastic_ips.linked(Link::AddressAssociation(*wanted));
            let own = linked.filter_map(|elastic| elastic.association);
            let found =
                own.into_iter().find(|it: &AddressAssociation| it.id == *wanted && it.interface == interface);
            Ok(found.ok_or(NatGatewayRefusal::NoSuchAssociation(*wanted))?.private_ip)
        };
        let addresses = associations.iter().map(of_gateway).collect::<Result<Vec<_>, _>>()?;
        self.check_secondary(id, interface, &addresses)?;
        Ok(addresses)
    }

    /// Takes secondary addresses off a NAT gateway, whose Elastic IP addresses are free again then.
    pub fn take_nat_gateway_addresses(
        &mut self,
        scope: Scope,
        id: NatGatewayId,
        addresses: &[Ipv4Addr],
        public: bool,
    ) -> Result<(), Refusal> {
        let (interface, _) = self.nat_gateway_place(scope, id, public)?;
        self.check_secondary(id, interface, addresses)?;
        for address in addresses {
            self.forget_association(interface, *address);
        }
        self.update_network_interface(interface, |interface| {
            interface.private_addresses.retain(|own| !addresses.contains(&own.address));
        });
        Ok(())
    }

    fn check_secondary(
        &self,
        id: NatGatewayId,
        interface: NetworkInterfaceId,
        addresses: &[Ipv4Addr],
    ) -> Result<(), Refusal> {
        let own = self.network.network_interfaces.get(&interface);
        let own: Vec<Ipv4Addr> =
            own.iter().flat_map(|it| &it.private_addresses).map(|private| private.address).collect();
        for address in addresses {
            match own.iter().position(|it| it == address) {
                Some(0) => return Err(NatGatewayRefusal::Primary(id).into()),
                Some(_) => {}
                None => return Err(NatGatewayRefusal::NoSuchAddress(id, *address).into()),
            }
        }
        Ok(())
    }

    /// Interface and subnet of a NAT gateway that works and is of this connectivity.
    fn nat_gateway_place(
        &self,
        scope: Scope,
        id: NatGatewayId,
        public: bool,
    ) -> Result<(NetworkInterfaceId, Subnet), Refusal> {
        let gateway = self.nat_gateway(scope, id)?;
        let interface = gateway.interface.filter(|_| gateway.is_available());
        let interface = interface.ok_or(NatGatewayRefusal::NotAvailable(id))?;
        if gateway.public != public {
            return Err(NatGatewayRefusal::OtherConnectivity(id).into());
        }
        Ok((interface, self.subnet(scope, gateway.subnet)?.clone()))
    }

    fn check_nat_gateway_room(
        &self,
        interface: NetworkInterfaceId,
        more: usize,
        max: usize,
    ) -> Result<(), Refusal> {
        let has = self.network.network_interfaces.get(&interface).map_or(0, |it| it.private_addresses.len());
        match has + more > max {
            true => Err(NatGatewayRefusal::TooManyAddresses(max).into()),
            false => Ok(()),
        }
    }
}
