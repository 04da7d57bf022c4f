//! What people call things: Name tags, identifiers, addresses, and the places outside every VPC.

use guest::internet::Internet;
use guest::public_names;
use guest::service_endpoints::ServiceEndpoint;
use model::vpc_endpoint_name::VpcEndpointName;
use model::{
    Instance, InstanceConnectEndpointId, InstanceId, InstanceState, NetworkInterface, NetworkInterfaceId,
    Region, ResourceId, World, aws_range,
};
use std::net::IpAddr;

use crate::namespaces;

/// One end of a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Endpoint {
    /// The interface, for ends inside a VPC.
    pub interface: Option<NetworkInterfaceId>,
    /// The address it was named by, or its own.
    pub addresses: Vec<IpAddr>,
    /// Whether it was named by an address, which is then to be used as it is.
    pub literal: bool,
}

/// Where names are looked up: among what there is, and in the internet around it.
#[derive(Clone, Copy, Debug)]
pub struct Directory<'a> {
    /// What there is.
    pub world: &'a World,
    /// The internet.
    pub internet: &'a Internet,
}

/// The instance that has this identifier or Name tag, of those that are not terminated.
pub fn find_instance<'a>(world: &'a World, name: &str) -> Result<&'a Instance, String> {
    let alive = |instance: &&Instance| instance.state != InstanceState::Terminated;
    if let Ok(id) = name.parse::<InstanceId>() {
        let found = world.network.instances.get(&id).filter(alive);
        return found.ok_or_else(|| format!("The instance ID '{name}' does not exist"));
    }
    let named = |instance: &&Instance| model::tags::name(&instance.tags) == Some(name);
    let mut found = world.network.instances.values().filter(alive).filter(named);
    match (found.next(), found.next()) {
        (Some(instance), None) => Ok(instance),
        (Some(_), Some(_)) => Err(format!("several instances are named '{name}'; use the instance ID")),
        (None, _) => Err(format!("no instance has the ID or Name tag '{name}'")),
    }
}

/// The end that a name stands for.
pub fn find(Directory { world, internet }: Directory<'_>, name: &str) -> Result<Endpoint, String> {
    let outside = |addresses: Vec<IpAddr>| Ok(Endpoint { interface: None, addresses, literal: false });
    match name {
        "laptop" => return outside(vec![IpAddr::V4(namespaces::LAPTOP), IpAddr::V6(namespaces::LAPTOP_V6)]),
        "internet" => {
            return outside(vec![IpAddr::V4(public_names::EXAMPLE), IpAddr::V6(public_names::EXAMPLE_V6)]);
        }
        _ => {}
    }
    if let Some(host) = internet.named(name) {
        return outside(host.addresses.clone());
    }
    if let Some(door) = VpcEndpointName::parse(name) {
        let found = door.addresses(&world.network);
        return found.map_or_else(|| Err(format!("no VPC endpoint has the name {name}")), outside);
    }
    if let Some(endpoint) = ServiceEndpoint::named(name) {
        return outside(endpoint.addresses().collect());
    }
    if let Ok(address) = name.parse::<IpAddr>() {
        return Ok(Endpoint { interface: None, addresses: vec![address], literal: true });
    }
    if let Ok(id) = name.parse::<NetworkInterfaceId>() {
        let found = world.network.network_interfaces.get(&id);
        return found.map(inside).ok_or_else(|| format!("The networkInterface ID '{name}' does not exist"));
    }
    if let Ok(id) = name.parse::<InstanceConnectEndpointId>() {
        let endpoint = world.instance_connect_endpoints.get(&id);
        let found = endpoint.and_then(|endpoint| world.network.network_interfaces.get(&endpoint.interface?));
        return found
            .map(inside)
            .ok_or_else(|| format!("no EC2 Instance Connect Endpoint has the ID '{name}'"));
    }
    let instance = find_instance(world, name)?;
    let primary = instance.interfaces.first().and_then(|id| world.network.network_interfaces.get(id));
    primary.map(inside).ok_or_else(|| format!("{name} has no network interface"))
}

fn inside(interface: &NetworkInterface) -> Endpoint {
    Endpoint { interface: Some(interface.id), addresses: interface.addresses().collect(), literal: false }
}

/// The addresses between which two ends talk: from outside a VPC, and between VPCs that are not peered, an instance is
/// known by its public address.
pub fn addresses(
    world: &World,
    from: &Endpoint,
    to: &Endpoint,
    ipv6: bool,
) -> Result<(IpAddr, IpAddr), String> {
    let of_family = |end: &Endpoint| end.addresses.iter().copied().find(|address| address.is_ipv6() == ipv6);
    let missing = || format!("no {} address", if ipv6 { "IPv6" } else { "IPv4" });
    let wants_v6 = ipv6 || to.literal && to.addresses.iter().all(IpAddr::is_ipv6);
    let of_wanted = |end: &Endpoint| end.addresses.iter().copied().find(|it| it.is_ipv6() == wants_v6);
    let source = of_wanted(from).ok_or_else(missing)?;
    let destination = of_wanted(to).or_else(|| of_family(to)).ok_or_else(missing)?;
    let (IpAddr::V4(private), Some(target), false) = (destination, to.interface, to.literal) else {
        return Ok((source, destination));
    };
    if from.interface.is_some_and(|sender| knows_privately(world, sender, target)) {
        return Ok((source, destination));
    }
    let public = world.network.network_interfaces.get(&target).and_then(|it| it.public_address_of(private));
    if let Some(public) = public {
        return Ok((source, IpAddr::V4(public)));
    }
    // From another VPC the private address leads nowhere; the packet's way says where it ends.
    if from.interface.is_some() {
        return Ok((source, destination));
    }
    // IPv6 addresses are public ones.
    let over_ipv6 = |end: &Endpoint| end.addresses.iter().copied().find(IpAddr::is_ipv6);
    let both = over_ipv6(from).zip(over_ipv6(to));
    both.ok_or_else(|| "the destination has no public address, and the source is outside its VPC".to_owned())
}

fn knows_privately(world: &World, sender: NetworkInterfaceId, target: NetworkInterfaceId) -> bool {
    let vpc = |id| world.network.network_interfaces.get(&id).map(|it: &NetworkInterface| it.vpc);
    let (Some(a), Some(b)) = (vpc(sender), vpc(target)) else { return false };
    a == b
        || world
            .network
            .vpc_peering_connections
            .values()
            .any(|it| it.peer_of(a).is_some_and(|side| side.vpc == b))
}

/// The Name tag of an interface's instance, or an identifier; for an endpoint's interface the endpoint's.
pub fn of_interface(world: &World, id: NetworkInterfaceId) -> String {
    if let Some(endpoint) = world.endpoint_of_interface(id) {
        return model::tags::name(&endpoint.tags).map_or_else(|| endpoint.id.to_string(), str::to_owned);
    }
    let interface = world.network.network_interfaces.get(&id);
    let instance =
        interface.and_then(NetworkInterface::instance).and_then(|id| world.network.instances.get(&id));
    let name = instance.and_then(|instance| model::tags::name(&instance.tags));
    match (name, instance) {
        (Some(name), _) => name.to_owned(),
        (None, Some(instance)) => instance.id.to_string(),
        (None, None) => id.to_string(),
    }
}

/// The Name tag of a resource, or its identifier.
pub fn of_resource(world: &World, id: ResourceId) -> String {
    if let ResourceId::NetworkInterface(interface) = id {
        return of_interface(world, interface);
    }
    if let ResourceId::SecurityGroup(group) = id {
        return world
            .network
            .security_groups
            .get(&group)
            .map_or_else(|| id.to_string(), |group| group.name.clone());
    }
    let tags = world.scopes.values().find_map(|scope| world.tags(*scope, id));
    tags.and_then(model::tags::name).map_or_else(|| id.to_string(), str::to_owned)
}

/// Who has an address outside every VPC.
pub fn of_outside(internet: &Internet, address: IpAddr) -> Option<String> {
    if [IpAddr::V4(namespaces::LAPTOP), IpAddr::V6(namespaces::LAPTOP_V6)].contains(&address) {
        return Some("laptop".to_owned());
    }
    if let Some(host) = internet.at(address, "") {
        return Some(host.name().to_owned());
    }
    let is_connect =
        |region: &Region| namespaces::instance_connect_source(*region).map(IpAddr::V4) == Some(address);
    if let Some(region) = Region::all().find(is_connect) {
        return Some(format!("ec2-instance-connect.{region}"));
    }
    let region = Region::all().find(|it| aws_range::of_services(*it).any(|block| block.contains(&address)));
    let region = region?;
    let is_s3 = matches!(address, IpAddr::V4(v4) if aws_range::of_service(region, "s3").contains(&v4));
    Some(format!("{}.{region}", if is_s3 { "s3" } else { "aws" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_outside_has_a_name_if_anybody_is_there() {
        let internet = Internet::simulated();
        let name = |address: &str| of_outside(&internet, address.parse().unwrap());
        assert_eq!(name("198.51.100.10").as_deref(), Some("laptop"));
        assert_eq!(name("192.0.2.10").as_deref(), Some("example.com"));
        assert_eq!(name("8.8.8.8").as_deref(), Some("dns.google"));
        assert_eq!(name("10.9.9.9"), None);
        let region: Region = "us-west-2".parse().unwrap();
        let s3 = aws_range::of_service(region, "s3").hosts().next().unwrap();
        assert_eq!(of_outside(&internet, s3.into()).as_deref(), Some("s3.us-west-2"));
        let other = aws_range::of_service(region, "sqs").hosts().next().unwrap();
        assert_eq!(of_outside(&internet, other.into()).as_deref(), Some("aws.us-west-2"));
    }
}
