//! Network interfaces: addresses, groups and a place in a subnet; what an instance is connected by.
//!
//! Follows "Elastic network interfaces" (EC2 User Guide). No trunking.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::flow_log::Logged;
use crate::ids::*;
use crate::instance::Instance;
use crate::instance_state::InstanceState;
use crate::instance_type::InstanceType;
use crate::link::Link;
use crate::mac::MacAddress;
use crate::network_interface_permission::InterfacePermissionKind;
use crate::network_interface_prefix::{PrefixFamily, check_has_prefixes, check_places};
use crate::place::{AccountId, Scope, Zone};
use crate::quotas::Quota;
use crate::refusal::{InstanceRefusal, NetworkInterfaceRefusal, Refusal, SubnetRefusal, Wanted};
use crate::subnet::Subnet;
use crate::tags::Tags;
use crate::timestamp::Timestamp;
use crate::world::{Network, World};

/// A network interface.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkInterface {
    /// Its identifier.
    pub id: NetworkInterfaceId,
    /// Owner and Region.
    pub scope: Scope,
    /// The subnet that its addresses are from.
    pub subnet: SubnetId,
    /// The subnet's VPC.
    pub vpc: VpcId,
    /// The subnet's zone.
    pub zone: Zone,
    /// Its link-layer address.
    pub mac: MacAddress,
    /// Private IPv4 addresses; the first is the primary one. Empty only in an IPv6-only subnet.
    pub private_addresses: Vec<PrivateAddress>,
    /// IPv6 addresses.
    pub ipv6_addresses: Vec<Ipv6Addr>,
    /// Blocks whose addresses are delivered to it, too, of both families.
    #[serde(default)]
    pub prefixes: Vec<IpNet>,
    /// Security groups; empty only for interfaces of AWS services.
    pub groups: Vec<SecurityGroupId>,
    /// Whether packets whose source, or destination, is not the interface's own are dropped.
    pub source_dest_check: bool,
    /// What it is for.
    pub description: String,
    /// The instance, or service, it is attached to.
    pub attachment: Option<Attachment>,
    /// What it was made for.
    pub kind: InterfaceKind,
    /// Who made it: the caller of CreateNetworkInterface, or for whom a service manages it. `None` for what came with an
    /// instance.
    pub requester: Option<String>,
    /// Idle timeouts of tracked connections, where they differ from the defaults.
    pub connection_tracking: ConnectionTracking,
    /// Whether an auto-assigned public address comes back at the next start.
    pub auto_assign_public_ip: bool,
    /// Tags.
    pub tags: Tags,
}

/// A private IPv4 address and the public one that stands for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrivateAddress {
    /// The private address.
    pub address: Ipv4Addr,
    /// The public address mapped to it.
    pub public: Option<PublicAddress>,
}

/// A public IPv4 address mapped to a private one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicAddress {
    /// The public address.
    pub address: Ipv4Addr,
    /// The allocation, for an Elastic IP address; `None` for one that AWS lent at launch.
    pub elastic: Option<AllocationId>,
}

/// What an interface was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum InterfaceKind {
    /// For an instance.
    Interface,
    /// For a NAT gateway.
    NatGateway,
    /// For an EC2 Instance Connect Endpoint.
    InstanceConnectEndpoint,
    /// For an interface endpoint.
    VpcEndpoint,
}

/// An interface's attachment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// Its identifier.
    pub id: AttachmentId,
    /// The instance; `None` when a service holds the interface.
    pub instance: Option<InstanceId>,
    /// The instance's owner.
    pub instance_owner: AccountId,
    /// Position among the instance's interfaces; 0 is the primary one.
    pub device_index: u16,
    /// When it was attached.
    pub attached: Timestamp,
    /// Whether the interface goes when the instance does.
    pub delete_on_termination: bool,
}

/// Idle timeouts of tracked connections, in seconds; `None` is AWS's default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectionTracking {
    /// Established TCP connections: 60 to 432000, default 432000.
    pub tcp_established_timeout_s: Option<u32>,
    /// UDP flows with more than one exchange: 60 to 180, default 180.
    pub udp_stream_timeout_s: Option<u32>,
    /// UDP flows with packets one way, or a single exchange: 30 to 60, default 30.
    pub udp_timeout_s: Option<u32>,
}

/// Which private address a public one stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicMapping {
    /// The interface.
    pub interface: NetworkInterfaceId,
    /// The private address.
    pub private: Ipv4Addr,
}

impl NetworkInterface {
    /// The primary private IPv4 address.
    pub fn primary_address(&self) -> Option<Ipv4Addr> {
        self.private_addresses.first().map(|private| private.address)
    }

    /// All addresses of both families that are assigned one by one.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        let v4 = self.private_addresses.iter().map(|private| IpAddr::V4(private.address));
        v4.chain(self.ipv6_addresses.iter().copied().map(IpAddr::V6))
    }

    /// Whether packets to and from an address are the interface's own: it is assigned, or in a prefix that is.
    pub fn has_address(&self, address: IpAddr) -> bool {
        self.is_assigned(address) || self.prefixes.iter().any(|prefix| prefix.contains(&address))
    }

    /// Whether an address is assigned to the interface by itself.
    pub fn is_assigned(&self, address: IpAddr) -> bool {
        self.addresses().any(|own| own == address)
    }

    /// The public address mapped to one of its private addresses.
    pub fn public_address_of(&self, private: Ipv4Addr) -> Option<Ipv4Addr> {
        let entry = self.private_addresses.iter().find(|entry| entry.address == private)?;
        entry.public.map(|public| public.address)
    }

    /// The instance that it is attached to.
    pub fn instance(&self) -> Option<InstanceId> {
        self.attachment.as_ref().and_then(|attachment| attachment.instance)
    }

    /// Its position among the instance's interfaces.
    pub fn device_index(&self) -> Option<u16> {
        self.attachment.as_ref().map(|attachment| attachment.device_index)
    }

    /// Whether a service manages the interface, so that the user may not change it.
    pub fn is_requester_managed(&self) -> bool {
        match self.kind {
            InterfaceKind::Interface => false,
            InterfaceKind::NatGateway
            | InterfaceKind::InstanceConnectEndpoint
            | InterfaceKind::VpcEndpoint => true,
        }
    }
}

/// What a new interface is to be.
#[derive(Clone, Debug)]
pub struct NewNetworkInterface {
    /// The subnet that it is made in.
    pub subnet: SubnetId,
    /// Its groups; when empty, the VPC's default group.
    pub groups: Vec<SecurityGroupId>,
    /// What it is for.
    pub description: String,
    /// The primary private address, if the user wants a certain one.
    pub primary_address: Option<Ipv4Addr>,
    /// Secondary private addresses.
    pub secondary_addresses: Wish<Ipv4Addr>,
    /// IPv6 addresses; `None` leaves it to the subnet.
    pub ipv6_addresses: Option<Wish<Ipv6Addr>>,
    /// Prefixes, by family.
    pub prefixes: Vec<(PrefixFamily, Wish<IpNet>)>,
    /// What it is made for.
    pub kind: InterfaceKind,
    /// Who makes it.
    pub requester: Option<String>,
    /// Idle timeouts of tracked connections.
    pub connection_tracking: ConnectionTracking,
    /// Tags.
    pub tags: Tags,
}

/// Which addresses are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish<A> {
    /// So many, any.
    Count(usize),
    /// These.
    Listed(Vec<A>),
}

impl<A> Wish<A> {
    /// No address.
    pub const NONE: Wish<A> = Wish::Count(0);

    pub(crate) fn count(&self) -> usize {
        match self {
            Wish::Count(count) => *count,
            Wish::Listed(addresses) => addresses.len(),
        }
    }
}

impl NewNetworkInterface {
    /// An interface as a subnet makes it when nothing else is said.
    pub fn in_subnet(subnet: SubnetId) -> Self {
        NewNetworkInterface {
            subnet,
            groups: Vec::new(),
            description: String::new(),
            primary_address: None,
            secondary_addresses: Wish::NONE,
            ipv6_addresses: None,
            prefixes: Vec::new(),
            kind: InterfaceKind::Interface,
            requester: None,
            connection_tracking: ConnectionTracking::default(),
            tags: Tags::new(),
        }
    }
}

/// What assigning private addresses may do.
#[derive(Clone, Debug)]
pub struct AssignPrivateAddresses {
    /// Which ones.
    pub addresses: Wish<Ipv4Addr>,
    /// Whether an address that is a secondary one elsewhere in the subnet moves here.
    pub allow_reassignment: bool,
}

impl Network {
    /// The interface that has an address in a VPC, or the prefix that it is in.
    pub fn interface_at(&self, vpc: VpcId, address: IpAddr) -> Option<&NetworkInterface> {
        let assigned = self.interface_by_address.get(&(vpc, address)).copied();
        self.network_interfaces.get(&assigned.or_else(|| self.interface_with_prefix(vpc, address))?)
    }
}

/// Making, changing and deleting interfaces.
impl World {
    /// An interface of this scope.
    pub fn network_interface(
        &self,
        scope: Scope,
        id: NetworkInterfaceId,
    ) -> Result<&NetworkInterface, Refusal> {
        self.network
            .network_interfaces
            .get(&id)
            .filter(|interface| interface.scope == scope)
            .ok_or(Refusal::NotFound(id.into()))
    }

    /// Makes an interface with its addresses and groups.
    pub fn create_network_interface(
        &mut self,
        scope: Scope,
        new: NewNetworkInterface,
        ids: &mut Ids<'_>,
    ) -> Result<NetworkInterfaceId, Refusal> {
        let subnet = self.subnet(scope, new.subnet)?.clone();
        let groups = self.groups_for_interface(&subnet, &new.groups)?;
        let owned = self.network.network_interfaces.count_linked(Link::Scope(scope));
        self.check_quota(scope, Quota::NetworkInterfaces, owned)?;
        let id = ids.fresh();
        self.put_network_interface(NetworkInterface {
            id,
            scope,
            subnet: subnet.id,
            vpc: subnet.vpc,
            zone: subnet.zone,
            mac: MacAddress::from_random(ids.bits()),
            private_addresses: Vec::new(),
            ipv6_addresses: Vec::new(),
            prefixes: Vec::new(),
            groups,
            source_dest_check: true,
            description: new.description,
            attachment: None,
            kind: new.kind,
            requester: new.requester,
            connection_tracking: new.connection_tracking,
            auto_assign_public_ip: false,
            tags: new.tags,
        });
        if subnet.cidr.is_some() {
            let primary = new.primary_address.map_or(Wish::Count(1), |address| Wish::Listed(vec![address]));
            self.add_private_addresses(id, &subnet, primary, ids)?;
            self.add_private_addresses(id, &subnet, new.secondary_addresses, ids)?;
        } else if let Some(address) = new.primary_address {
            return Err(SubnetRefusal::AddressOutside(IpAddr::V4(address)).into());
        }
        let by_subnet = Wish::Count(usize::from(subnet.assign_ipv6_address_on_creation));
        self.add_ipv6_addresses(id, &subnet, new.ipv6_addresses.unwrap_or(by_subnet), ids)?;
        for (family, wish) in new.prefixes {
            self.add_prefixes(id, &subnet, family, wish, ids)?;
        }
        Ok(id)
    }

    /// The groups that an interface in a subnet gets: those asked for, or the VPC's default one.
    pub(crate) fn groups_for_interface(
        &self,
        subnet: &Subnet,
        wanted: &[SecurityGroupId],
    ) -> Result<Vec<SecurityGroupId>, Refusal> {
        let of_other_vpc = |id| NetworkInterfaceRefusal::GroupOfOtherVpc(id, subnet.id).into();
        self.groups_in_vpc((subnet.scope, subnet.vpc), wanted, of_other_vpc)
    }

    /// The groups that interfaces in a VPC get: those asked for, each once, or the VPC's default one.
    pub(crate) fn groups_in_vpc(
        &self,
        (scope, vpc): (Scope, VpcId),
        wanted: &[SecurityGroupId],
        of_other_vpc: impl Fn(SecurityGroupId) -> Refusal,
    ) -> Result<Vec<SecurityGroupId>, Refusal> {
        let mut groups: Vec<SecurityGroupId> = Vec::new();
        for id in wanted {
            let group = self.security_group(scope, *id)?;
            if !group.serves(vpc) {
                return Err(of_other_vpc(*id));
            }
            if !groups.contains(id) {
                groups.push(*id);
            }
        }
        if groups.is_empty() {
            groups.push(self.vpc(scope, vpc)?.default_security_group);
        }
        let limit = self.limit(scope, Quota::GroupsPerInterface);
        match groups.len() > limit {
            true => Err(Refusal::QuotaReached(Quota::GroupsPerInterface, limit)),
            false => Ok(groups),
        }
    }

    /// Gives an interface other groups.
    pub fn set_interface_groups(
        &mut self,
        scope: Scope,
        id: NetworkInterfaceId,
        groups: &[SecurityGroupId],
    ) -> Result<(), Refusal> {
        let interface = self.users_network_interface(scope, id)?;
        if groups.is_empty() {
            return Err(NetworkInterfaceRefusal::NoGroups.into());
        }
        let subnet = self.subnet(scope, interface.subnet)?.clone();
        let groups = self.groups_for_interface(&subnet, groups)?;
        self.update_network_interface(id, |interface| interface.groups = groups);
        Ok(())
    }

    /// An interface that the user may change: none that a service manages.
    pub fn users_network_interface(
        &self,
        scope: Scope,
        id: NetworkInterfaceId,
    ) -> Result<&NetworkInterface, Refusal> {
        let interface = self.network_interface(scope, id)?;
        match interface.is_requester_managed() {
            true => Err(NetworkInterfaceRefusal::OfService.into()),
            false => Ok(interface),
        }
    }

    /// Deletes an interface that is not attached; an Elastic IP address on it stays allocated.
    pub fn delete_network_interface(&mut self, scope: Scope, id: NetworkInterfaceId) -> Result<(), Refusal> {
        let interface = self.network_interface(scope, id)?;
        if interface.is_requester_managed() {
            return Err(NetworkInterfaceRefusal::OfService.into());
        }
        if interface.attachment.is_some() {
            return Err(NetworkInterfaceRefusal::Attached(id).into());
        }
        self.disassociate_addresses_of(id);
        self.remove_network_interface(id);
        Ok(())
    }

    /// Attaches an interface to an instance of the same zone, running or stopped.
    pub fn attach_network_interface(
        &mut self,
        scope: Scope,
        id: NetworkInterfaceId,
        instance: InstanceId,
        device_index: u16,
        now: Timestamp,
        ids: &mut Ids<'_>,
    ) -> Result<AttachmentId, Refusal> {
        let interface = self.permitted_interface(scope, id, InterfacePermissionKind::InstanceAttach)?;
        let host = self.instance(scope, instance)?;
        check_can_have_interfaces(host)?;
        if interface.attachment.is_some() {
            return Err(NetworkInterfaceRefusal::InUse(id).into());
        }
        if interface.zone != host.zone {
            return Err(NetworkInterfaceRefusal::OtherZone(id, instance).into());
        }
        if self.interface_of_device(host, device_index).is_some() {
            return Err(NetworkInterfaceRefusal::DeviceIndexTaken(instance, device_index).into());
        }
        check_interface_count(&host.instance_type, host.interfaces.len() + 1)?;
        check_address_count(&host.instance_type, interface)?;
        Ok(self.attach(id, instance, Device { index: device_index, delete_on_termination: false }, now, ids))
    }

    /// Attaches without asking whether it may be done.
    pub(crate) fn attach(
        &mut self,
        id: NetworkInterfaceId,
        instance: InstanceId,
        device: Device,
        now: Timestamp,
        ids: &mut Ids<'_>,
    ) -> AttachmentId {
        let attachment = ids.fresh();
        let owner = self.network.instances.get(&instance).map(|instance| instance.scope.account);
        self.update_network_interface(id, |interface| {
            interface.attachment = Some(Attachment {
                id: attachment,
                instance: Some(instance),
                instance_owner: owner.unwrap_or(interface.scope.account),
                device_index: device.index,
                attached: now,
                delete_on_termination: device.delete_on_termination,
            });
        });
        self.list_interfaces_of(instance);
        attachment
    }

    /// Detaches an interface from its instance.
    pub fn detach_network_interface(&mut self, scope: Scope, id: AttachmentId) -> Result<(), Refusal> {
        let interface = self.interface_with_attachment(scope, id)?;
        let attachment = interface.attachment.as_ref().expect("found by its attachment");
        if interface.is_requester_managed() {
            return Err(NetworkInterfaceRefusal::ServiceAttachment.into());
        }
        if attachment.device_index == 0 {
            return Err(NetworkInterfaceRefusal::PrimaryDetached.into());
        }
        let (interface, instance) = (interface.id, attachment.instance);
        self.update_network_interface(interface, |interface| interface.attachment = None);
        if let Some(instance) = instance {
            self.list_interfaces_of(instance);
        }
        Ok(())
    }

    /// The interface that has this attachment: the caller's own, or one at an instance of the caller's.
    pub fn interface_with_attachment(
        &self,
        scope: Scope,
        id: AttachmentId,
    ) -> Result<&NetworkInterface, Refusal> {
        self.network
            .network_interfaces
            .linked(Link::Attachment(id))
            .filter(|interface| interface.scope.region == scope.region)
            .find(|interface| {
                let is_callers = |it: &Attachment| {
                    it.id == id && [interface.scope.account, it.instance_owner].contains(&scope.account)
                };
                interface.attachment.as_ref().is_some_and(is_callers)
            })
            .ok_or(NetworkInterfaceRefusal::NoSuchAttachment(id).into())
    }

    /// Says whether an attached interface goes when its instance does.
    pub fn set_delete_on_termination(
        &mut self,
        scope: Scope,
        id: NetworkInterfaceId,
        attachment: AttachmentId,
        delete: bool,
    ) -> Result<(), Refusal> {
        let interface = self.users_network_interface(scope, id)?;
        if interface.attachment.as_ref().is_none_or(|own| own.id != attachment) {
            return Err(NetworkInterfaceRefusal::NoSuchAttachment(attachment).into());
        }
        self.update_network_interface(id, |interface| {
            interface.attachment.iter_mut().for_each(|own| own.delete_on_termination = delete);
        });
        Ok(())
    }

    /// The interface at a device index of an instance.
    fn interface_of_device<'a>(
        &'a self,
        instance: &'a Instance,
        device_index: u16,
    ) -> Option<&'a NetworkInterface> {
        self.interfaces_of(instance).find(|interface| interface.device_index() == Some(device_index))
    }

    /// An instance's interfaces, by device index.
    pub fn interfaces_of<'a>(&'a self, instance: &'a Instance) -> impl Iterator<Item = &'a NetworkInterface> {
        instance.interfaces.iter().filter_map(|id| self.network.network_interfaces.get(id))
    }

    /// Writes down at the instance which interfaces are attached to it.
    fn list_interfaces_of(&mut self, id: InstanceId) {
        let attached = self.network.network_interfaces.linked(Link::Instance(id));
        let mut attached: Vec<_> =
            attached.map(|interface| (interface.device_index(), interface.id)).collect();
        attached.sort_unstable();
        if let Some(instance) = self.network.instances.get_mut(&id) {
            instance.interfaces = attached.into_iter().map(|(_, interface)| interface).collect();
        }
    }
}

/// Where an interface sits in its instance, and whether it goes with it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Device {
    pub(crate) index: u16,
    pub(crate) delete_on_termination: bool,
}

/// Refuses to attach to an instance that is on its way out.
fn check_can_have_interfaces(instance: &Instance) -> Result<(), Refusal> {
    match instance.state {
        InstanceState::Pending
        | InstanceState::Running
        | InstanceState::Stopping
        | InstanceState::Stopped => Ok(()),
        InstanceState::ShuttingDown | InstanceState::Terminated => {
            Err(InstanceRefusal::State(instance.id, instance.state, Wanted::Present).into())
        }
    }
}

/// Refuses more interfaces than an instance type has room for.
pub(crate) fn check_interface_count(instance_type: &str, count: usize) -> Result<(), Refusal> {
    match InstanceType::find(instance_type) {
        Some(limit) if count > limit.interfaces_max => {
            Err(NetworkInterfaceRefusal::TooMany(count, instance_type.to_owned()).into())
        }
        Some(_) | None => Ok(()),
    }
}

/// Refuses an interface with more addresses than an instance type allows.
pub(crate) fn check_address_count(instance_type: &str, interface: &NetworkInterface) -> Result<(), Refusal> {
    for family in [PrefixFamily::Ipv4, PrefixFamily::Ipv6] {
        check_places(instance_type, family, interface.places_taken(family))?;
    }
    match interface.prefixes.is_empty() {
        true => Ok(()),
        false => check_has_prefixes(instance_type),
    }
}

/// Putting interfaces into the tables.
impl World {
    /// Puts an interface in, new or changed. The only way to do so: it keeps the indexes by address true.
    pub fn put_network_interface(&mut self, interface: NetworkInterface) {
        self.forget_addresses(interface.id);
        for address in interface.addresses() {
            self.network.interface_by_address.insert((interface.vpc, address), interface.id);
        }
        for private in &interface.private_addresses {
            if let Some(public) = private.public {
                let mapping = PublicMapping { interface: interface.id, private: private.address };
                self.network.public_addresses.insert(public.address, mapping);
            }
        }
        for address in &interface.ipv6_addresses {
            self.network.interface_by_ipv6.insert(*address, interface.id);
        }
        for prefix in &interface.prefixes {
            self.network.interface_by_prefix.insert((interface.vpc, prefix.network()), interface.id);
            if let IpNet::V6(prefix) = prefix {
                self.network.interface_by_ipv6_prefix.insert(prefix.network(), interface.id);
            }
        }
        self.network.network_interfaces.insert(interface.id, interface);
    }

    /// Changes an interface by `change`, keeping the indexes true.
    pub fn update_network_interface(
        &mut self,
        id: NetworkInterfaceId,
        change: impl FnOnce(&mut NetworkInterface),
    ) {
        if let Some(mut interface) = self.network.network_interfaces.get(&id).cloned() {
            change(&mut interface);
            self.put_network_interface(interface);
        }
    }

    /// Takes an interface out.
    pub fn remove_network_interface(&mut self, id: NetworkInterfaceId) {
        self.forget_permissions_of(id);
        self.forget_flow_logs_of(Logged::NetworkInterface(id));
        self.forget_addresses(id);
        self.network.network_interfaces.remove(&id);
    }

    fn forget_addresses(&mut self, id: NetworkInterfaceId) {
        let Some(interface) = self.network.network_interfaces.get_shared(&id) else { return };
        for address in interface.addresses() {
            self.network.interface_by_address.remove(&(interface.vpc, address));
        }
        for public in interface.private_addresses.iter().filter_map(|private| private.public) {
            self.network.public_addresses.remove(&public.address);
        }
        for address in &interface.ipv6_addresses {
            self.network.interface_by_ipv6.remove(address);
        }
        for prefix in &interface.prefixes {
            self.network.interface_by_prefix.remove(&(interface.vpc, prefix.network()));
            if let IpNet::V6(prefix) = prefix {
                self.network.interface_by_ipv6_prefix.remove(&prefix.network());
            }
        }
    }
}
