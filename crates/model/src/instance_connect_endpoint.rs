//! EC2 Instance Connect Endpoints: a way to instances that have no public address, for those who may sign a request.
//!
//! Follows "Connect to your instances using a private IP address and EC2 Instance Connect Endpoint" (EC2 User Guide). That
//! clients' addresses are to be preserved is kept and shown, and changes nothing: see docs/facts.md.

use serde::{Deserialize, Serialize};

use crate::ids::*;
use crate::instance_connect_endpoint_state::{EndpointState, IpAddressType};
use crate::link::Link;
use crate::network_interface::{Attachment, InterfaceKind, NewNetworkInterface, Wish};
use crate::place::Scope;
use crate::quotas::Quota;
use crate::refusal::{InstanceConnectEndpointRefusal, Refusal};
use crate::subnet::Subnet;
use crate::tags::Tags;
use crate::timestamp::Timestamp;
use crate::world::World;

/// An EC2 Instance Connect Endpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstanceConnectEndpoint {
    /// Its identifier.
    pub id: InstanceConnectEndpointId,
    /// Owner and Region.
    pub scope: Scope,
    /// The VPC.
    pub vpc: VpcId,
    /// The subnet that its interface is in.
    pub subnet: SubnetId,
    /// Its network interface, managed by AWS, from which it connects. `None` once it is gone.
    pub interface: Option<NetworkInterfaceId>,
    /// Its groups, which are its interface's.
    pub groups: Vec<SecurityGroupId>,
    /// Which families of addresses it connects to.
    pub ip_address_type: IpAddressType,
    /// Whether it is to connect under its clients' addresses. Here these have none that a target could answer to, so that it
    /// is kept and shown alone.
    #[serde(default)]
    pub preserve_client_ip: bool,
    /// The part of its host name that nobody can guess.
    pub dns_label: u32,
    /// Where it is in its life.
    pub state: EndpointState,
    /// When it was created.
    pub created: Timestamp,
    /// When it was deleted, or could not be made.
    pub ended: Option<Timestamp>,
    /// Tags.
    pub tags: Tags,
}

/// How long an endpoint is shown after its end.
const SHOWN_AFTER_END_MS: i64 = 60 * 60 * 1000;

/// The tag that tells the interface's endpoint (Service-linked role for EC2 Instance Connect Endpoint).
const INTERFACE_TAG: &str = "InstanceConnectEndpointId";

/// What a new endpoint is made of.
#[derive(Clone, Debug)]
pub struct NewInstanceConnectEndpoint {
    /// The subnet to stand in.
    pub subnet: SubnetId,
    /// Its groups; when empty, the VPC's default one.
    pub groups: Vec<SecurityGroupId>,
    /// Which families it is to connect to; `None` leaves it to the subnet.
    pub ip_address_type: Option<IpAddressType>,
    /// Whether it is to connect under its clients' addresses.
    pub preserve_client_ip: bool,
    /// Tags.
    pub tags: Tags,
}

/// What is to be different about an endpoint; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct InstanceConnectEndpointChange {
    /// Other groups, at least one.
    pub groups: Option<Vec<SecurityGroupId>>,
    /// Other families.
    pub ip_address_type: Option<IpAddressType>,
    /// Whether it is to connect under its clients' addresses.
    pub preserve_client_ip: Option<bool>,
}

impl InstanceConnectEndpoint {
    /// Whether it is still shown: always, until an hour after its end.
    pub fn is_shown(&self, now: Timestamp) -> bool {
        match self.state.has_ended() {
            true => now.is_within(SHOWN_AFTER_END_MS, self.ended.unwrap_or(self.created)),
            false => true,
        }
    }

    /// The name under which clients reach it.
    pub fn dns_name(&self) -> String {
        let (id, label, region) = (self.id, self.dns_label, self.scope.region);
        let domain = region.partition().domain();
        format!("{id}.{label:08x}.ec2-instance-connect-endpoint.{region}.{domain}")
    }
}

impl World {
    /// The endpoint whose interface this is.
    pub fn endpoint_of_interface(&self, id: NetworkInterfaceId) -> Option<&InstanceConnectEndpoint> {
        self.instance_connect_endpoints.linked(Link::NetworkInterface(id)).next()
    }

    /// The endpoint with this identifier, if it is the caller's.
    pub fn instance_connect_endpoint(
        &self,
        scope: Scope,
        id: InstanceConnectEndpointId,
    ) -> Result<&InstanceConnectEndpoint, Refusal> {
        let found = self.instance_connect_endpoints.get(&id).filter(|endpoint| endpoint.scope == scope);
        found.ok_or(Refusal::NotFound(id.into()))
    }

    /// Begins an endpoint: its interface is there at once.
    pub fn create_instance_connect_endpoint(
        &mut self,
        scope: Scope,
        new: NewInstanceConnectEndpoint,
        now: Timestamp,
        ids: &mut Ids<'_>,
    ) -> Result<InstanceConnectEndpointId, Refusal> {
        self.forget_ended_endpoints(now);
        let subnet = self.subnet(scope, new.subnet)?.clone();
        let ip_address_type =
            new.ip_address_type.unwrap_or(default_ip_address_type(&subnet, new.preserve_client_ip));
        check_family(&subnet, ip_address_type)?;
        check_preserved(ip_address_type, new.preserve_client_ip)?;
        self.check_endpoint_quotas(scope, subnet.vpc)?;
        let id: InstanceConnectEndpointId = ids.fresh();
        let addresses = Wish::Count(usize::from(ip_address_type.has_ipv6()));
        let interface = NewNetworkInterface {
            groups: new.groups,
            description: format!("EC2 Instance Connect Endpoint {id}"),
            ipv6_addresses: Some(addresses),
            kind: InterfaceKind::InstanceConnectEndpoint,
            requester: Some(scope.account.to_string()),
            tags: [(INTERFACE_TAG.to_owned(), id.to_string())].into(),
            ..NewNetworkInterface::in_subnet(subnet.id)
        };
        let interface = self.create_network_interface(scope, interface, ids)?;
        self.hold_for_endpoint(interface, scope, now, ids);
        let endpoint = InstanceConnectEndpoint {
            id,
            scope,
            vpc: subnet.vpc,
            subnet: subnet.id,
            interface: Some(interface),
            groups: self.groups_of(interface),
            ip_address_type,
            preserve_client_ip: new.preserve_client_ip,
            dns_label: ids.bits() as u32,
            state: EndpointState::CreateInProgress,
            created: now,
            ended: None,
            tags: new.tags,
        };
        self.instance_connect_endpoints.insert(id, endpoint);
        Ok(id)
    }

    /// Attaches an endpoint's interface to the service.
    pub(crate) fn hold_for_endpoint(
        &mut self,
        interface: NetworkInterfaceId,
        scope: Scope,
        now: Timestamp,
        ids: &mut Ids<'_>,
    ) {
        let attachment = Attachment {
            id: ids.fresh(),
            instance: None,
            instance_owner: scope.account,
            device_index: 1,
            attached: now,
            delete_on_termination: false,
        };
        self.update_network_interface(interface, |interface| interface.attachment = Some(attachment));
    }

    fn groups_of(&self, interface: NetworkInterfaceId) -> Vec<SecurityGroupId> {
        self.network
            .network_interfaces
            .get(&interface)
            .map(|interface| interface.groups.clone())
            .unwrap_or_default()
    }

    /// Changes an endpoint that works.
    pub fn modify_instance_connect_endpoint(
        &mut self,
        scope: Scope,
        id: InstanceConnectEndpointId,
        change: InstanceConnectEndpointChange,
        ids: &mut Ids<'_>,
    ) -> Result<(), Refusal> {
        let endpoint = self.instance_connect_endpoint(scope, id)?.clone();
        let interface = endpoint.interface.filter(|_| endpoint.state.takes_tunnels());
        let interface = interface.ok_or(InstanceConnectEndpointRefusal::State(id, endpoint.state))?;
        let subnet = self.subnet(scope, endpoint.subnet)?.clone();
        let ip_address_type = change.ip_address_type.unwrap_or(endpoint.ip_address_type);
        check_family(&subnet, ip_address_type)?;
        let preserve_client_ip = change.preserve_client_ip.unwrap_or(endpoint.preserve_client_ip);
        check_preserved(ip_address_type, preserve_client_ip)?;
        if let Some(groups) = &change.groups {
            let groups = self.groups_for_interface(&subnet, groups)?;
            self.update_network_interface(interface, |interface| interface.groups = groups);
        }
        self.set_ipv6_of_endpoint(interface, &subnet, ip_address_type.has_ipv6(), ids)?;
        let groups = self.groups_of(interface);
        let endpoint = self.endpoint_mut(id).expect("the endpoint was found before it is changed");
        endpoint.groups = groups;
        endpoint.ip_address_type = ip_address_type;
        endpoint.preserve_client_ip = preserve_client_ip;
        endpoint.state = EndpointState::UpdateInProgress;
        Ok(())
    }

    /// Gives an endpoint's interface an IPv6 address, or takes it away.
    pub(crate) fn set_ipv6_of_endpoint(
        &mut self,
        interface: NetworkInterfaceId,
        subnet: &Subnet,
        wanted: bool,
        ids: &mut Ids<'_>,
    ) -> Result<(), Refusal> {
        let has =
            self.network.network_interfaces.get(&interface).is_some_and(|it| !it.ipv6_addresses.is_empty());
        match (has, wanted) {
            (false, true) => self.add_ipv6_addresses(interface, subnet, Wish::Count(1), ids).map(drop),
            (true, false) => {
                self.update_network_interface(interface, |interface| interface.ipv6_addresses.clear());
                Ok(())
            }
            (true, true) | (false, false) => Ok(()),
        }
    }

    /// Begins the end of an endpoint. One that has ended already stays as it is.
    pub fn delete_instance_connect_endpoint(
        &mut self,
        scope: Scope,
        id: InstanceConnectEndpointId,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.forget_ended_endpoints(now);
        let ends = !self.instance_connect_endpoint(scope, id)?.state.has_ended();
        if let Some(endpoint) = self.endpoint_mut(id).filter(|_| ends) {
            endpoint.state = EndpointState::DeleteInProgress;
        }
        Ok(())
    }

    fn endpoint_mut(&mut self, id: InstanceConnectEndpointId) -> Option<&mut InstanceConnectEndpoint> {
        self.instance_connect_endpoints.get_mut(&id)
    }

    /// "You can create only 1 EC2 Instance Connect Endpoint per VPC and per subnet." One that is being deleted counts.
    fn check_endpoint_quotas(&self, scope: Scope, vpc: VpcId) -> Result<(), Refusal> {
        let own = self.instance_connect_endpoints.linked(Link::Scope(scope));
        let vpcs: Vec<VpcId> = own.filter(|it| !it.state.has_ended()).map(|it| it.vpc).collect();
        let in_vpc = vpcs.iter().filter(|it| **it == vpc).count();
        self.check_quota(scope, Quota::InstanceConnectEndpointsPerVpc, in_vpc)?;
        self.check_quota(scope, Quota::InstanceConnectEndpoints, vpcs.len())
    }

    pub(crate) fn forget_ended_endpoints(&mut self, now: Timestamp) {
        let ended = self.instance_connect_endpoints.values().filter(|endpoint| !endpoint.is_shown(now));
        for id in ended.map(|endpoint| endpoint.id).collect::<Vec<_>>() {
            self.instance_connect_endpoints.remove(&id);
        }
    }
}

/// What whoever makes endpoints real has to report.
impl World {
    /// An endpoint has its place in the network, as it is now wanted.
    pub fn endpoint_is_ready(&mut self, id: InstanceConnectEndpointId) {
        let done = self.instance_connect_endpoints.get(&id).and_then(|endpoint| endpoint.state.done());
        let Some(state) = done else { return };
        if let Some(endpoint) = self.endpoint_mut(id) {
            endpoint.state = state;
        }
    }

    /// An endpoint could not get its place. One that has worked before goes on being tried.
    pub fn endpoint_could_not_be_made(
        &mut self,
        id: InstanceConnectEndpointId,
        reason: String,
        now: Timestamp,
    ) {
        let is_new = self
            .instance_connect_endpoints
            .get(&id)
            .is_some_and(|it| it.state == EndpointState::CreateInProgress);
        if is_new {
            self.end_endpoint(id, EndpointState::CreateFailed(reason), now);
        }
    }

    /// A deleted endpoint has left the network; its interface goes with it.
    pub fn endpoint_is_gone(&mut self, id: InstanceConnectEndpointId, now: Timestamp) {
        let deleted = self
            .instance_connect_endpoints
            .get(&id)
            .is_some_and(|it| it.state == EndpointState::DeleteInProgress);
        if deleted {
            self.end_endpoint(id, EndpointState::DeleteComplete, now);
        }
    }

    fn end_endpoint(&mut self, id: InstanceConnectEndpointId, state: EndpointState, now: Timestamp) {
        let Some(endpoint) = self.endpoint_mut(id) else { return };
        endpoint.state = state;
        endpoint.ended = Some(now);
        if let Some(interface) = endpoint.interface.take() {
            self.remove_network_interface(interface);
        }
    }
}

/// "The default value is determined by the IP address type of the subnet" (CreateInstanceConnectEndpoint).
fn default_ip_address_type(subnet: &Subnet, preserve_client_ip: bool) -> IpAddressType {
    match (subnet.cidr.is_some(), subnet.ipv6_cidr.is_some()) {
        // The one that can preserve them; clients that always ask for it say nothing of families.
        (true, true) if preserve_client_ip => IpAddressType::Ipv4,
        (true, true) => IpAddressType::Dualstack,
        (false, true) => IpAddressType::Ipv6,
        (true, false) | (false, false) => IpAddressType::Ipv4,
    }
}

/// "The IP address type of the endpoint" must be one that its subnet has addresses for.
fn check_family(subnet: &Subnet, wanted: IpAddressType) -> Result<(), Refusal> {
    let fits = match wanted {
        IpAddressType::Ipv4 => subnet.cidr.is_some(),
        IpAddressType::Dualstack => subnet.cidr.is_some() && subnet.ipv6_cidr.is_some(),
        IpAddressType::Ipv6 => subnet.ipv6_cidr.is_some(),
    };
    match fits {
        true => Ok(()),
        false => Err(InstanceConnectEndpointRefusal::Family(subnet.id, wanted).into()),
    }
}

/// "PreserveClientIp is only supported on IPv4 EC2 Instance Connect Endpoints" (CreateInstanceConnectEndpoint).
fn check_preserved(family: IpAddressType, preserve: bool) -> Result<(), Refusal> {
    match (family, preserve) {
        (IpAddressType::Ipv4, _) | (IpAddressType::Dualstack | IpAddressType::Ipv6, false) => Ok(()),
        (IpAddressType::Dualstack | IpAddressType::Ipv6, true) => {
            Err(InstanceConnectEndpointRefusal::PreservedFamily(family).into())
        }
    }
}
