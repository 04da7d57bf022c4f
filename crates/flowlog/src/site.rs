//! What records say of the interface itself, as it was when its packets passed.

use model::instance_type::{Hypervisor, InstanceType};
use model::network_interface::InterfaceKind;
use model::{InstanceId, Network, NetworkInterface, NetworkInterfaceId, Scope, SubnetId, VpcId, Zone};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An interface as records know it.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// The interface.
    pub interface: NetworkInterfaceId,
    /// Its owner and Region.
    pub scope: Scope,
    /// Its VPC.
    pub vpc: VpcId,
    /// Its subnet.
    pub subnet: SubnetId,
    /// Its Availability Zone.
    pub zone: Zone,
    /// The instance that it is attached to; none where a service manages it.
    pub instance: Option<InstanceId>,
    /// What it was made for.
    pub kind: InterfaceKind,
    /// Whether its instance is built on the Nitro System, which has other numbers for ways, and windows of a minute at most.
    pub is_nitro: bool,
    pub(crate) primary: Option<Ipv4Addr>,
    pub(crate) ipv6: Vec<Ipv6Addr>,
}

impl Site {
    /// What there is to say of an interface.
    pub fn of(network: &Network, interface: &NetworkInterface) -> Site {
        let instance = interface.instance();
        let row = instance.and_then(|id| network.instances.get(&id));
        let hypervisor = row.and_then(|it| InstanceType::find(&it.instance_type)?.hypervisor);
        Site {
            interface: interface.id,
            scope: interface.scope,
            vpc: interface.vpc,
            subnet: interface.subnet,
            zone: interface.zone,
            instance,
            kind: interface.kind,
            is_nitro: instance.is_some() && hypervisor != Some(Hypervisor::Xen),
            primary: interface.private_addresses.first().map(|it| it.address),
            ipv6: interface.ipv6_addresses.clone(),
        }
    }

    /// The address that records have on the interface's own side: "the primary private IPv4 address", whichever of its
    /// addresses a packet had, also where it had none of them. Of IPv6 it is the packet's own, if it is the interface's.
    pub(crate) fn own_address(&self, packets: IpAddr) -> IpAddr {
        match packets {
            IpAddr::V4(_) => self.primary.map_or(packets, IpAddr::V4),
            IpAddr::V6(address) if self.ipv6.contains(&address) => packets,
            IpAddr::V6(_) => self.ipv6.first().map_or(packets, |first| IpAddr::V6(*first)),
        }
    }
}
