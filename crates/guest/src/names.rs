//! Host names that AWS gives to instances, and the way back from a name to what it names.
//!
//! Follows "EC2 instance hostnames and domains" (EC2 User Guide). A name is written here in lower case and without the
//! final dot; whoever reads one from a packet lowers it first.

use model::subnet::HostnameType;
use model::{Instance, InstanceId, NetworkInterface, Region, Subnet, World};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The first label of an address's private name: `ip-10-0-0-5`.
pub fn ip_label(address: Ipv4Addr) -> String {
    format!("ip-{}", dashed(address))
}

/// An address's private name: `ip-10-0-0-5.ec2.internal`.
pub fn ip_name(address: Ipv4Addr, region: Region) -> String {
    format!("{}.{}", ip_label(address), region.private_domain())
}

/// An instance's private name: `i-0123456789abcdef0.ec2.internal`.
pub fn resource_name(instance: InstanceId, region: Region) -> String {
    format!("{instance}.{}", region.private_domain())
}

/// An address's public name: `ec2-203-0-113-25.compute-1.amazonaws.com`.
pub fn public_name(address: Ipv4Addr, region: Region) -> String {
    format!("ec2-{}.{}", dashed(address), region.public_domain())
}

/// The first label of an interface's host name, of the type that its subnet asks for; `None` when it has neither an
/// IPv4 address nor an instance to be named after.
pub fn host_label(interface: &NetworkInterface, subnet: &Subnet) -> Option<String> {
    let by_address = interface.primary_address().map(ip_label);
    let by_instance = interface.instance().map(|instance| instance.to_string());
    match subnet.hostname_type {
        HostnameType::IpName => by_address.or(by_instance),
        HostnameType::ResourceName => by_instance.or(by_address),
    }
}

/// An interface's private host name, whole.
pub fn private_name(world: &World, interface: &NetworkInterface) -> Option<String> {
    let subnet = world.network.subnets.get(&interface.subnet)?;
    let label = host_label(interface, subnet)?;
    Some(format!("{label}.{}", interface.scope.region.private_domain()))
}

/// The public host name of an interface: that of the public address of its primary address. There is one only while
/// both DNS attributes of the VPC are on.
pub fn public_name_of(world: &World, interface: &NetworkInterface) -> Option<String> {
    let public = interface.public_address_of(interface.primary_address()?)?;
    has_names(world, interface).then(|| public_name(public, interface.scope.region))
}

/// Whether AWS names what is in an interface's VPC ("If both attributes are set to true, …", DNS attributes in your VPC).
pub(crate) fn has_names(world: &World, interface: &NetworkInterface) -> bool {
    world.network.vpcs.get(&interface.vpc).is_some_and(|vpc| vpc.dns_support && vpc.dns_hostnames)
}

/// The address in a label such as `ip-10-0-0-5` or `ec2-203-0-113-25`, behind its prefix.
pub fn labelled_address(label: &str, prefix: &str) -> Option<Ipv4Addr> {
    let text = label.strip_prefix(prefix)?;
    let address: Ipv4Addr = text.replace('-', ".").parse().ok()?;
    (dashed(address) == text).then_some(address)
}

/// The Region and the first label of a public host name.
pub fn split_public_name(name: &str) -> Option<(Region, &str)> {
    let (label, domain) = name.split_once('.')?;
    Region::all().find(|region| region.public_domain() == domain).map(|region| (region, label))
}

/// The address in the name of a reverse lookup: `5.0.0.10.in-addr.arpa`, or its IPv6 counterpart under `ip6.arpa`.
pub fn reversed_address(name: &str) -> Option<IpAddr> {
    if let Some(digits) = name.strip_suffix(".in-addr.arpa") {
        return reversed_v4(digits).map(IpAddr::V4);
    }
    name.strip_suffix(".ip6.arpa").and_then(reversed_v6).map(IpAddr::V6)
}

fn reversed_v4(labels: &str) -> Option<Ipv4Addr> {
    let forward: Vec<&str> = labels.rsplit('.').collect();
    forward.join(".").parse().ok()
}

fn reversed_v6(labels: &str) -> Option<Ipv6Addr> {
    let mut address: u128 = 0;
    let mut digits = 0;
    for label in labels.rsplit('.') {
        let digit = label.chars().next().filter(|_| label.len() == 1)?.to_digit(16)?;
        address = address << 4 | u128::from(digit);
        digits += 1;
    }
    (digits == 32).then(|| Ipv6Addr::from(address))
}

/// The primary interface of an instance.
pub(crate) fn primary_interface<'a>(
    world: &'a World,
    instance: &'a Instance,
) -> Option<&'a NetworkInterface> {
    world.interfaces_of(instance).next()
}

fn dashed(address: Ipv4Addr) -> String {
    address.to_string().replace('.', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_in_its_own_name_only() {
        let address = Ipv4Addr::new(10, 0, 0, 5);
        assert_eq!(labelled_address("ip-10-0-0-5", "ip-"), Some(address));
        assert_eq!(labelled_address(&ip_label(address), "ip-"), Some(address));
        for wrong in ["ip-10-0-0", "ip-10-0-0-05", "ip-10-0-0-256", "ip-10.0.0.5", "ec2-10-0-0-5", "ip-", ""]
        {
            assert_eq!(labelled_address(wrong, "ip-"), None, "{wrong}");
        }
    }

    #[test]
    fn names_in_us_east_1_have_no_region_in_them() {
        let (virginia, oregon) = ("us-east-1".parse().unwrap(), "us-west-2".parse().unwrap());
        let address = Ipv4Addr::new(203, 0, 113, 25);
        assert_eq!(public_name(address, virginia), "ec2-203-0-113-25.compute-1.amazonaws.com");
        assert_eq!(public_name(address, oregon), "ec2-203-0-113-25.us-west-2.compute.amazonaws.com");
        assert_eq!(ip_name(address, virginia), "ip-203-0-113-25.ec2.internal");
        let name = public_name(address, oregon);
        assert_eq!(split_public_name(&name), Some((oregon, "ec2-203-0-113-25")));
    }

    #[test]
    fn reverse_names_are_read_in_both_families() {
        assert_eq!(reversed_address("5.0.0.10.in-addr.arpa"), Some("10.0.0.5".parse().unwrap()));
        assert_eq!(reversed_address("0.0.10.in-addr.arpa"), None);
        let name = format!("1.{}8.b.d.0.1.0.0.2.ip6.arpa", "0.".repeat(23));
        assert_eq!(reversed_address(&name), Some("2001:db8::1".parse().unwrap()));
        assert_eq!(reversed_address("1.0.ip6.arpa"), None);
    }
}
