//! Interface endpoints: a service of AWS's at private addresses, one in each of the subnets that are chosen.
//!
//! Follows "Access an AWS service using an interface VPC endpoint" (AWS PrivateLink Guide) and CreateVpcEndpoint. Nothing has
//! to be made real for them: they are available, and gone, with the change that says so.

use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::endpoint_service::EndpointService;
use crate::ids::*;
use crate::instance_connect_endpoint_state::IpAddressType;
use crate::link::Link;
use crate::network_interface::{InterfaceKind, NetworkInterface, NewNetworkInterface, Wish};
use crate::place::{Scope, Zone};
use crate::quotas::Quota;
use crate::refusal::{Refusal, VpcEndpointRefusal};
use crate::subnet::Subnet;
use crate::timestamp::Timestamp;
use crate::vpc_endpoint::{VpcEndpoint, VpcEndpointKind};
use crate::world::{Network, World};

/// What only interface endpoints have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InterfaceEndpoint {
    /// The service.
    pub service: EndpointService,
    /// The part of its names that nobody can guess.
    pub dns_label: u32,
    /// Its interfaces, one for each of its subnets.
    pub interfaces: Vec<NetworkInterfaceId>,
    /// Its groups, which are its interfaces'.
    pub groups: Vec<SecurityGroupId>,
    /// Which families its interfaces have addresses of.
    pub ip_address_type: IpAddressType,
    /// Which of them its names lead to.
    pub dns_records: DnsRecordType,
    /// Whether the service's own name leads to it, in its VPC.
    pub private_dns: bool,
    /// Whether that name does so for resolver endpoints alone, as with S3's beside a gateway endpoint.
    pub private_dns_for_inbound_resolver_only: bool,
}

/// Which records an endpoint's names have (DnsOptionsSpecification, `DnsRecordIpType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DnsRecordType {
    /// `ipv4`: A.
    Ipv4,
    /// `dualstack`: both.
    Dualstack,
    /// `ipv6`: AAAA.
    Ipv6,
    /// `service-defined`: both, here.
    ServiceDefined,
}

impl DnsRecordType {
    /// All types.
    pub const ALL: [DnsRecordType; 4] =
        [DnsRecordType::Ipv4, DnsRecordType::Dualstack, DnsRecordType::Ipv6, DnsRecordType::ServiceDefined];

    /// The type as AWS writes it.
    pub fn name(self) -> &'static str {
        match self {
            DnsRecordType::Ipv4 => "ipv4",
            DnsRecordType::Dualstack => "dualstack",
            DnsRecordType::Ipv6 => "ipv6",
            DnsRecordType::ServiceDefined => "service-defined",
        }
    }

    /// What names have if nothing is said.
    pub fn of(family: IpAddressType) -> DnsRecordType {
        match family {
            IpAddressType::Ipv4 => DnsRecordType::Ipv4,
            IpAddressType::Dualstack => DnsRecordType::Dualstack,
            IpAddressType::Ipv6 => DnsRecordType::Ipv6,
        }
    }

    /// Whether names have a record for an address.
    fn has(self, address: IpAddr) -> bool {
        match self {
            DnsRecordType::Ipv4 => address.is_ipv4(),
            DnsRecordType::Ipv6 => address.is_ipv6(),
            DnsRecordType::Dualstack | DnsRecordType::ServiceDefined => true,
        }
    }

    /// Whether interfaces of a type have what it asks for.
    fn fits(self, family: IpAddressType) -> bool {
        match (self, family) {
            (DnsRecordType::ServiceDefined, _) | (_, IpAddressType::Dualstack) => true,
            (DnsRecordType::Ipv4, family) => family == IpAddressType::Ipv4,
            (DnsRecordType::Ipv6, family) => family == IpAddressType::Ipv6,
            (DnsRecordType::Dualstack, IpAddressType::Ipv4 | IpAddressType::Ipv6) => false,
        }
    }
}

/// A subnet that an endpoint is to have an interface in, and the addresses that it is to have there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndpointSubnet {
    /// The subnet.
    pub subnet: SubnetId,
    /// The IPv4 address; `None` for any.
    pub ipv4: Option<Ipv4Addr>,
    /// The IPv6 address; `None` for any.
    pub ipv6: Option<Ipv6Addr>,
}

impl EndpointSubnet {
    /// A subnet, whatever the addresses.
    pub fn any(subnet: SubnetId) -> EndpointSubnet {
        EndpointSubnet { subnet, ipv4: None, ipv6: None }
    }
}

/// What a new interface endpoint is made of.
#[derive(Clone, Debug)]
pub struct NewInterfaceEndpoint {
    /// The service.
    pub service: EndpointService,
    /// Where it gets interfaces.
    pub subnets: Vec<EndpointSubnet>,
    /// Its groups; when empty, the VPC's default one.
    pub groups: Vec<SecurityGroupId>,
    /// Which families; `None` leaves it to the subnets.
    pub ip_address_type: Option<IpAddressType>,
    /// Which records; `None` leaves it to the families.
    pub dns_records: Option<DnsRecordType>,
    /// Whether the service's own name leads to it; `None` leaves it to the VPC.
    pub private_dns: Option<bool>,
    /// Whether it does for resolver endpoints alone; `None` for what the service has by default.
    pub private_dns_for_inbound_resolver_only: Option<bool>,
}

/// What is to be different about an interface endpoint.
#[derive(Clone, Debug, Default)]
pub struct InterfaceEndpointChange {
    /// Where it gets interfaces, or, where it has one, another.
    pub add_subnets: Vec<EndpointSubnet>,
    /// Where it loses them.
    pub remove_subnets: Vec<SubnetId>,
    /// Groups that it gets.
    pub add_groups: Vec<SecurityGroupId>,
    /// Groups that it loses.
    pub remove_groups: Vec<SecurityGroupId>,
    /// Other families.
    pub ip_address_type: Option<IpAddressType>,
    /// Other records.
    pub dns_records: Option<DnsRecordType>,
    /// Whether the service's own name leads to it.
    pub private_dns: Option<bool>,
    /// Whether it does for resolver endpoints alone.
    pub private_dns_for_inbound_resolver_only: Option<bool>,
}

impl InterfaceEndpointChange {
    /// Whether nothing is to change.
    pub fn is_empty(&self) -> bool {
        self.add_subnets.is_empty()
            && self.remove_subnets.is_empty()
            && self.add_groups.is_empty()
            && self.remove_groups.is_empty()
            && self.ip_address_type.is_none()
            && self.dns_records.is_none()
            && self.private_dns.is_none()
            && self.private_dns_for_inbound_resolver_only.is_none()
    }
}

impl VpcEndpoint {
    /// What it has as an interface endpoint, if it is one.
    pub fn interface_endpoint(&self) -> Option<&InterfaceEndpoint> {
        match &self.kind {
            VpcEndpointKind::Interface(own) => Some(own),
            VpcEndpointKind::Gateway { .. } => None,
        }
    }
}

/// Finding them.
impl Network {
    /// The interface endpoint whose interface this is.
    pub fn endpoint_of_interface(
        &self,
        id: NetworkInterfaceId,
    ) -> Option<(&VpcEndpoint, &InterfaceEndpoint)> {
        let endpoint = self.vpc_endpoints.linked(Link::NetworkInterface(id)).next()?;
        Some((endpoint, endpoint.interface_endpoint()?))
    }

    /// An endpoint's interfaces.
    pub fn interfaces_of_endpoint<'a>(
        &'a self,
        own: &'a InterfaceEndpoint,
    ) -> impl Iterator<Item = &'a NetworkInterface> {
        own.interfaces.iter().filter_map(|id| self.network_interfaces.get(id))
    }

    /// Where an endpoint's names lead: those of all its zones, or of one.
    pub fn addresses_of_endpoint<'a>(
        &'a self,
        own: &'a InterfaceEndpoint,
        zone: Option<Zone>,
    ) -> impl Iterator<Item = IpAddr> + 'a {
        let interfaces = self.interfaces_of_endpoint(own);
        let here = interfaces.filter(move |interface| zone.is_none_or(|zone| interface.zone == zone));
        here.flat_map(NetworkInterface::addresses)
            .filter(|address| own.dns_records.has(*address) && own.ip_address_type.has(*address))
    }

    /// The endpoint of a VPC to which a service's own name leads there: "private DNS".
    pub fn private_dns_endpoint(&self, vpc: VpcId, name: &str) -> Option<&InterfaceEndpoint> {
        let of_vpc = self.vpcs.get(&vpc).filter(|vpc| vpc.dns_support && vpc.dns_hostnames)?;
        self.vpc_endpoints.linked(Link::Vpc(vpc)).filter_map(VpcEndpoint::interface_endpoint).find(|own| {
            own.private_dns
                && !own.private_dns_for_inbound_resolver_only
                && own.service.answers_for(of_vpc.scope.region, name)
        })
    }
}

/// Whose an endpoint is, and where.
#[derive(Clone, Copy)]
pub(crate) struct Home {
    pub(crate) id: VpcEndpointId,
    pub(crate) scope: Scope,
    pub(crate) vpc: VpcId,
    pub(crate) created: Timestamp,
}

impl VpcEndpoint {
    fn home(&self) -> Home {
        Home { id: self.id, scope: self.scope, vpc: self.vpc, created: self.created }
    }
}

/// Making, changing and deleting them.
impl World {
    /// What a new endpoint of the kind has, its interfaces made. Its row is the caller's to put in.
    pub(crate) fn make_interface_endpoint(
        &mut self,
        home: Home,
        new: NewInterfaceEndpoint,
        ids: &mut Ids<'_>,
    ) -> Result<InterfaceEndpoint, Refusal> {
        let scope = home.scope;
        self.check_interface_endpoint_quota(home)?;
        let subnets: Vec<SubnetId> = new.subnets.iter().map(|it| it.subnet).collect();
        let ip_address_type = match new.ip_address_type {
            Some(wanted) => wanted,
            None => self.family_of_subnets(scope, &subnets)?,
        };
        let private_dns = new.private_dns.unwrap_or(self.may_have_private_dns(home, new.service)?);
        let mut own = InterfaceEndpoint {
            service: new.service,
            dns_label: ids.bits() as u32,
            interfaces: Vec::new(),
            groups: self.groups_for_endpoint(home, &new.groups)?,
            ip_address_type,
            dns_records: new.dns_records.unwrap_or(DnsRecordType::of(ip_address_type)),
            private_dns,
            private_dns_for_inbound_resolver_only: new
                .private_dns_for_inbound_resolver_only
                .unwrap_or(private_dns && self.shares_with_gateway(home, new.service)),
        };
        self.check_interface_endpoint(home, &own)?;
        for subnet in new.subnets {
            self.add_endpoint_interface(home, &mut own, subnet, ids)?;
        }
        Ok(own)
    }

    /// Changes an interface endpoint.
    pub fn modify_interface_endpoint(
        &mut self,
        scope: Scope,
        id: VpcEndpointId,
        change: InterfaceEndpointChange,
        ids: &mut Ids<'_>,
    ) -> Result<(), Refusal> {
        let endpoint = self.vpc_endpoint(scope, id)?.clone();
        let home = endpoint.home();
        let Some(own) = endpoint.interface_endpoint() else {
            return Err(VpcEndpointRefusal::NotOfType(id).into());
        };
        let mut own = own.clone();
        let InterfaceEndpointChange { add_subnets, remove_subnets, add_groups, remove_groups, .. } = change;
        for subnet in remove_subnets {
            self.remove_endpoint_interface(id, &mut own, subnet)?;
        }
        let stays = own.groups.iter().filter(|group| !remove_groups.contains(group));
        let groups: Vec<SecurityGroupId> = stays.copied().chain(add_groups).collect();
        if let Some(unknown) = remove_groups.iter().find(|group| !own.groups.contains(group)) {
            return Err(VpcEndpointRefusal::NotItsGroup { endpoint: id, group: *unknown }.into());
        }
        if groups.is_empty() {
            return Err(VpcEndpointRefusal::NoGroups.into());
        }
        own.groups = self.groups_for_endpoint(home, &groups)?;
        let groups = own.groups.clone();
        for interface in &own.interfaces {
            self.update_network_interface(*interface, |interface| interface.groups.clone_from(&groups));
        }
        if let Some(wanted) = change.ip_address_type.filter(|it| *it != own.ip_address_type) {
            own.ip_address_type = wanted;
            own.dns_records = DnsRecordType::of(wanted);
        }
        own.dns_records = change.dns_records.unwrap_or(own.dns_records);
        own.private_dns = change.private_dns.unwrap_or(own.private_dns);
        own.private_dns_for_inbound_resolver_only =
            change.private_dns_for_inbound_resolver_only.unwrap_or(own.private_dns_for_inbound_resolver_only);
        self.check_interface_endpoint(home, &own)?;
        self.give_endpoint_families(&own, ids)?;
        for subnet in add_subnets {
            self.add_endpoint_interface(home, &mut own, subnet, ids)?;
        }
        self.network
            .vpc_endpoints
            .insert(id, VpcEndpoint { kind: VpcEndpointKind::Interface(own), ..endpoint });
        Ok(())
    }

    /// Takes an endpoint's interfaces away.
    pub(crate) fn remove_endpoint_interfaces(&mut self, own: &InterfaceEndpoint) {
        for interface in &own.interfaces {
            self.remove_network_interface(*interface);
        }
    }

    fn groups_for_endpoint(
        &self,
        home: Home,
        wanted: &[SecurityGroupId],
    ) -> Result<Vec<SecurityGroupId>, Refusal> {
        let elsewhere = |group| VpcEndpointRefusal::GroupElsewhere { group, vpc: home.vpc }.into();
        self.groups_in_vpc((home.scope, home.vpc), wanted, elsewhere)
    }

    /// Makes an endpoint's interface in a subnet of its VPC, in a zone where it has none.
    fn add_endpoint_interface(
        &mut self,
        home: Home,
        own: &mut InterfaceEndpoint,
        wanted: EndpointSubnet,
        ids: &mut Ids<'_>,
    ) -> Result<(), Refusal> {
        let (id, scope) = (home.id, home.scope);
        let subnet = self.subnet(scope, wanted.subnet)?.clone();
        if subnet.vpc != home.vpc {
            return Err(VpcEndpointRefusal::SubnetElsewhere { subnet: subnet.id, vpc: home.vpc }.into());
        }
        if self.network.interfaces_of_endpoint(own).any(|it| it.zone == subnet.zone) {
            return Err(VpcEndpointRefusal::SameZone(subnet.id).into());
        }
        check_family(&subnet, own.ip_address_type)?;
        let ipv6 = match wanted.ipv6 {
            Some(address) => Wish::Listed(vec![address]),
            None => Wish::Count(usize::from(own.ip_address_type.has_ipv6())),
        };
        let interface = NewNetworkInterface {
            groups: own.groups.clone(),
            description: format!("VPC Endpoint Interface {id}"),
            primary_address: wanted.ipv4,
            ipv6_addresses: Some(ipv6),
            kind: InterfaceKind::VpcEndpoint,
            requester: Some(scope.account.to_string()),
            ..NewNetworkInterface::in_subnet(subnet.id)
        };
        let interface = self.create_network_interface(scope, interface, ids)?;
        self.hold_for_endpoint(interface, scope, home.created, ids);
        own.interfaces.push(interface);
        Ok(())
    }

    fn remove_endpoint_interface(
        &mut self,
        id: VpcEndpointId,
        own: &mut InterfaceEndpoint,
        subnet: SubnetId,
    ) -> Result<(), Refusal> {
        let found = self.network.interfaces_of_endpoint(own).find(|it| it.subnet == subnet).map(|it| it.id);
        let interface = found.ok_or(VpcEndpointRefusal::NotInSubnet { endpoint: id, subnet })?;
        own.interfaces.retain(|it| *it != interface);
        self.remove_network_interface(interface);
        Ok(())
    }

    /// Gives the interfaces that an endpoint has the families that it is to have now.
    fn give_endpoint_families(&mut self, own: &InterfaceEndpoint, ids: &mut Ids<'_>) -> Result<(), Refusal> {
        for id in &own.interfaces {
            let Some(interface) = self.network.network_interfaces.get(id) else { continue };
            let Some(subnet) = self.network.subnets.get(&interface.subnet).cloned() else { continue };
            check_family(&subnet, own.ip_address_type)?;
            self.set_ipv6_of_endpoint(*id, &subnet, own.ip_address_type.has_ipv6(), ids)?;
        }
        Ok(())
    }

    /// What an endpoint is to be must fit its VPC and itself.
    fn check_interface_endpoint(&self, home: Home, own: &InterfaceEndpoint) -> Result<(), Refusal> {
        if !own.dns_records.fits(own.ip_address_type) {
            return Err(VpcEndpointRefusal::Records(own.dns_records, own.ip_address_type).into());
        }
        if own.private_dns {
            let vpc = self.vpc(home.scope, home.vpc)?;
            if !vpc.dns_support || !vpc.dns_hostnames {
                return Err(VpcEndpointRefusal::NeedsDns(home.vpc).into());
            }
            if self.has_other_private_dns(home, own.service) {
                let name = own.service.private_name(home.scope.region);
                return Err(VpcEndpointRefusal::PrivateDnsTaken { name, vpc: home.vpc }.into());
            }
        }
        let needs_gateway = own.private_dns && own.private_dns_for_inbound_resolver_only;
        if needs_gateway && !self.shares_with_gateway(home, own.service) {
            return Err(VpcEndpointRefusal::NeedsGateway(home.vpc).into());
        }
        Ok(())
    }

    /// Whether a new endpoint gets private DNS if nothing is said: the VPC's names are on, and nobody's lead elsewhere.
    fn may_have_private_dns(&self, home: Home, service: EndpointService) -> Result<bool, Refusal> {
        let vpc = self.vpc(home.scope, home.vpc)?;
        // S3 and DynamoDB have gateway endpoints for that; "private DNS" must be asked for.
        let by_default = !service.has_gateway_endpoints();
        Ok(by_default && vpc.dns_support && vpc.dns_hostnames && !self.has_other_private_dns(home, service))
    }

    fn has_other_private_dns(&self, home: Home, service: EndpointService) -> bool {
        let others = self.network.vpc_endpoints.linked(Link::Vpc(home.vpc)).filter(|it| it.id != home.id);
        let mut others = others.filter_map(VpcEndpoint::interface_endpoint);
        others.any(|other| other.private_dns && other.service == service)
    }

    /// Whether the VPC has a gateway endpoint for the same service.
    fn shares_with_gateway(&self, home: Home, service: EndpointService) -> bool {
        let name = service.name(home.scope.region);
        self.network.vpc_endpoints.linked(Link::Vpc(home.vpc)).any(|other| match &other.kind {
            VpcEndpointKind::Gateway { service } => service.prefix_list(home.scope.region).name() == name,
            VpcEndpointKind::Interface(_) => false,
        })
    }

    /// "The default value is determined by the subnets": the families that all of them have.
    fn family_of_subnets(&self, scope: Scope, subnets: &[SubnetId]) -> Result<IpAddressType, Refusal> {
        for id in subnets {
            let subnet = self.subnet(scope, *id)?;
            if subnet.cidr.is_none() && subnet.ipv6_cidr.is_some() {
                return Ok(IpAddressType::Ipv6);
            }
        }
        Ok(IpAddressType::Ipv4)
    }

    fn check_interface_endpoint_quota(&self, home: Home) -> Result<(), Refusal> {
        let in_vpc = self.network.vpc_endpoints.linked(Link::Vpc(home.vpc));
        let count = in_vpc.filter(|it| it.interface_endpoint().is_some()).count();
        self.check_quota(home.scope, Quota::InterfaceEndpointsPerVpc, count)
    }
}

/// "The IP address type of an interface endpoint must be compatible with the subnets for the interface endpoint".
fn check_family(subnet: &Subnet, wanted: IpAddressType) -> Result<(), Refusal> {
    let fits = match wanted {
        IpAddressType::Ipv4 => subnet.cidr.is_some(),
        IpAddressType::Dualstack => subnet.cidr.is_some() && subnet.ipv6_cidr.is_some(),
        IpAddressType::Ipv6 => subnet.cidr.is_none() && subnet.ipv6_cidr.is_some(),
    };
    match fits {
        true => Ok(()),
        false => Err(VpcEndpointRefusal::Family(subnet.id, wanted).into()),
    }
}
