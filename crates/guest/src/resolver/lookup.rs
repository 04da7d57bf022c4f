//! What a name stands for, to one asker.
//!
//! Follows "DNS attributes for your VPC" (VPC User Guide), "EC2 instance hostnames and domains" (EC2 User Guide),
//! "Working with private hosted zones" (Route 53 Developer Guide) and "Enable DNS resolution for a VPC peering
//! connection". The order is the resolver's own: the VPC's private hosted zones, the most specific first, among them those
//! that services keep for endpoints with private DNS; Amazon's private names; its public names, those of endpoints among them; the internet; then
//! public hosted zones, each as if the internet led to it. Forwarding rules are not here yet.

use model::dns_record::{RecordData, RecordSet};
use model::domain_name::is_in;
use model::interface_endpoint::InterfaceEndpoint;
use model::vpc_endpoint_name::{self, VpcEndpointName};
use model::{Instance, Link, NetworkInterface, PrivateHostedZone, Vpc, World};
use std::net::{IpAddr, Ipv4Addr};

use super::TTL_S;
use crate::names;
use crate::public_names::PublicNames;

/// One thing that a name stands for, and how long that may be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) data: RecordData,
    pub(super) ttl_s: u32,
}

impl Value {
    /// Of a name that follows the network's state.
    fn provided(data: RecordData) -> Self {
        Value { data, ttl_s: TTL_S }
    }
}

/// Who answers for a name, or for its absence.
#[derive(Clone, Debug)]
pub(super) enum Zone<'a> {
    /// A hosted zone. Nothing outside of it is looked at.
    Hosted(&'a PrivateHostedZone),
    /// What a service keeps for an endpoint of the VPC with private DNS, under this name.
    Endpoint(&'a InterfaceEndpoint, String),
    /// Amazon or the internet, under this name; empty for the root.
    Provided(String),
}

impl Zone<'_> {
    pub(super) fn name(&self) -> &str {
        match self {
            Zone::Hosted(zone) => zone.name.as_str(),
            Zone::Endpoint(_, name) | Zone::Provided(name) => name,
        }
    }
}

/// The names that one asker sees.
pub(super) struct View<'a> {
    pub(super) world: &'a World,
    /// The asker's VPC; `None` on the internet.
    pub(super) vpc: Option<&'a Vpc>,
    pub(super) internet: &'a PublicNames,
}

impl<'a> View<'a> {
    /// The zone whose authority stands behind a name, or behind its absence.
    pub(super) fn zone_of(&self, name: &str) -> Zone<'a> {
        let hosted = self.vpc.and_then(|vpc| self.world.private_hosted_zone_for(vpc.id, name));
        if let Some((own, zone)) = self.private_dns_zone(name)
            && hosted.is_none_or(|hosted| hosted.name.as_str().len() < zone.len())
        {
            return Zone::Endpoint(own, zone);
        }
        let hosted = hosted.or_else(|| self.public_zone_of(name));
        hosted.map_or_else(|| Zone::Provided(self.provided_zone_of(name)), Zone::Hosted)
    }

    /// The zone that a service keeps for an endpoint of the VPC with private DNS, if that answers for a name.
    fn private_dns_zone(&self, name: &str) -> Option<(&'a InterfaceEndpoint, String)> {
        let vpc = self.vpc?;
        let own = self.world.network.private_dns_endpoint(vpc.id, name)?;
        Some((own, own.service.zone(vpc.scope.region)))
    }

    /// The public hosted zone that answers for a name that is nobody else's: no account takes names from Amazon or from the
    /// simulated internet.
    fn public_zone_of(&self, name: &str) -> Option<&'a PrivateHostedZone> {
        let zone = self.world.public_hosted_zone_for(name)?;
        let is_provided = self.private_domain().is_some_and(|domain| is_in(name, &domain))
            || names::split_public_name(name).is_some()
            || ["in-addr.arpa", "ip6.arpa"].into_iter().any(|reverse| is_in(name, reverse))
            || VpcEndpointName::parse(name).is_some()
            || self.internet.get(name).is_some();
        (!is_provided).then_some(zone)
    }

    /// What a name stands for in its zone; `None` when there is no such name, empty when there is but it stands for
    /// nothing.
    pub(super) fn lookup(&self, zone: &Zone<'_>, name: &str) -> Option<Vec<Value>> {
        match zone {
            Zone::Hosted(zone) => zone.lookup(name).map(values),
            Zone::Endpoint(own, _) => Some(addresses(self.world.network.addresses_of_endpoint(own, None))),
            Zone::Provided(_) => self.provided(name),
        }
    }

    fn provided(&self, name: &str) -> Option<Vec<Value>> {
        if let Some(domain) = self.private_domain().filter(|domain| is_in(name, domain)) {
            return self.private_values(name, &domain);
        }
        if let Some(door) = VpcEndpointName::parse(name) {
            return door.addresses(&self.world.network).map(|found| addresses(found.into_iter()));
        }
        if vpc_endpoint_name::are_below(name) {
            return Some(Vec::new());
        }
        if let Some((region, label)) = names::split_public_name(name) {
            let public = names::labelled_address(label, "ec2-")?;
            return self.instance_values(public, &names::public_name(public, region));
        }
        if let Some(address) = names::reversed_address(name) {
            return self.name_of(address).map(|name| vec![Value::provided(RecordData::Ptr(name))]);
        }
        self.internet.get(name).map(|records| records.iter().cloned().map(Value::provided).collect())
    }

    fn provided_zone_of(&self, name: &str) -> String {
        if let Some(domain) = self.private_domain().filter(|domain| is_in(name, domain)) {
            return domain;
        }
        if let Some((region, _)) = names::split_public_name(name) {
            return region.public_domain();
        }
        let reverse = ["in-addr.arpa", "ip6.arpa"].into_iter().find(|zone| is_in(name, zone));
        reverse.unwrap_or_else(|| self.internet.zone_of(name)).to_owned()
    }

    /// The domain of the VPC's private names. "If at least one of the attributes is set to false", there are none.
    fn private_domain(&self) -> Option<String> {
        let vpc = self.vpc.filter(|vpc| vpc.dns_support && vpc.dns_hostnames)?;
        Some(vpc.scope.region.private_domain())
    }

    fn private_values(&self, name: &str, domain: &str) -> Option<Vec<Value>> {
        if name == domain {
            return Some(Vec::new());
        }
        let label = name.strip_suffix(domain)?.strip_suffix('.')?;
        if let Some(address) = names::labelled_address(label, "ip-") {
            return self.is_named(address).then(|| vec![Value::provided(RecordData::A(address))]);
        }
        self.resource_values(label)
    }

    /// Whether an address has a private name here: every address of RFC 1918 has, whichever VPC of the Region it is in, since
    /// the name itself says which address it is; others only in their own VPC.
    fn is_named(&self, address: Ipv4Addr) -> bool {
        address.is_private() || self.vpc.is_some_and(|vpc| vpc.contains(IpAddr::V4(address)))
    }

    /// A resource name exists while its subnet gives it a record of either type.
    fn resource_values(&self, label: &str) -> Option<Vec<Value>> {
        let instance = self.world.network.instances.get(&label.parse().ok()?)?;
        let interface = self.primary_interface(instance)?;
        let subnet = self.world.network.subnets.get(&interface.subnet)?;
        if !subnet.resource_name_dns_a_record && !subnet.resource_name_dns_aaaa_record {
            return None;
        }
        let v4 = interface.primary_address().filter(|_| subnet.resource_name_dns_a_record);
        let v6 = interface.ipv6_addresses.first().filter(|_| subnet.resource_name_dns_aaaa_record);
        let records = v4.map(RecordData::A).into_iter().chain(v6.copied().map(RecordData::Aaaa));
        Some(records.map(Value::provided).collect())
    }

    fn primary_interface<'s>(&'s self, instance: &'s Instance) -> Option<&'s NetworkInterface> {
        let interface = names::primary_interface(self.world, instance)?;
        self.vpc.is_some_and(|vpc| vpc.id == interface.vpc).then_some(interface)
    }

    /// Split horizon: inside, the name of a public address stands for the private one behind it.
    fn instance_values(&self, public: Ipv4Addr, name: &str) -> Option<Vec<Value>> {
        let mapping = self.world.network.public_addresses.get(&public)?;
        let interface = self.world.network.network_interfaces.get(&mapping.interface)?;
        let exists = names::has_names(self.world, interface)
            && names::public_name(public, interface.scope.region) == name;
        let seen = if self.sees_private(interface) { mapping.private } else { public };
        exists.then(|| vec![Value::provided(RecordData::A(seen))])
    }

    fn sees_private(&self, interface: &NetworkInterface) -> bool {
        let Some(vpc) = self.vpc else { return false };
        vpc.id == interface.vpc || self.peer_shows_private(vpc, interface)
    }

    /// "AllowDnsResolutionFromRemoteVpc" of the side that the interface is on.
    fn peer_shows_private(&self, vpc: &Vpc, interface: &NetworkInterface) -> bool {
        self.world.network.vpc_peering_connections.values().filter(|peering| peering.is_active()).any(
            |peering| {
                let other_side = peering.peer_of(vpc.id);
                other_side.is_some_and(|side| side.vpc == interface.vpc && side.dns_resolution_from_peer)
            },
        )
    }

    /// The name of an address: the private one inside its VPC, the public one everywhere.
    fn name_of(&self, address: IpAddr) -> Option<String> {
        let inside = self.vpc.filter(|vpc| vpc.dns_support && vpc.dns_hostnames && vpc.contains(address));
        match (address, inside) {
            (IpAddr::V4(v4), Some(vpc)) => Some(names::ip_name(v4, vpc.scope.region)),
            (IpAddr::V4(v4), None) => self.public_name_of(v4).or_else(|| self.host_at(address)),
            (IpAddr::V6(_), Some(vpc)) => self.resource_name_of(vpc, address),
            (IpAddr::V6(_), None) => self.host_at(address),
        }
    }

    fn host_at(&self, address: IpAddr) -> Option<String> {
        self.internet.host_at(address).map(str::to_owned)
    }

    /// The name that its holder has set, or the one that AWS makes of an address in use.
    fn public_name_of(&self, public: Ipv4Addr) -> Option<String> {
        let elastic = self.world.network.elastic_ips.linked(Link::PublicAddress(public)).next();
        if let Some(name) = elastic.and_then(|elastic| elastic.domain_name.as_ref()) {
            return Some(name.to_string());
        }
        let mapping = self.world.network.public_addresses.get(&public)?;
        let interface = self.world.network.network_interfaces.get(&mapping.interface)?;
        let exists = names::has_names(self.world, interface);
        exists.then(|| names::public_name(public, interface.scope.region))
    }

    fn resource_name_of(&self, vpc: &Vpc, address: IpAddr) -> Option<String> {
        let interface = self.world.network.interface_at(vpc.id, address)?;
        let subnet = self.world.network.subnets.get(&interface.subnet)?;
        let instance = interface.instance().filter(|_| subnet.resource_name_dns_aaaa_record)?;
        Some(names::resource_name(instance, vpc.scope.region))
    }
}

fn addresses(found: impl Iterator<Item = IpAddr>) -> Vec<Value> {
    found.map(RecordData::from).map(Value::provided).collect()
}

fn values(sets: &[RecordSet]) -> Vec<Value> {
    sets.iter().flat_map(|set| set.data().map(|data| Value { data, ttl_s: set.ttl_s })).collect()
}
