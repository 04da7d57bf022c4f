//! Host names that AWS makes from addresses and instance ids.
//!
//! Follows "DNS attributes for your VPC" (VPC User Guide) and "Amazon EC2 instance hostname types" (EC2 User Guide).

use model::subnet::HostnameType;
use model::{Instance, NetworkInterface, Region, Vpc, World};
use std::net::Ipv4Addr;

fn dashed(address: Ipv4Addr) -> String {
    address.to_string().replace('.', "-")
}

/// The name of a private address: `ip-10-0-1-5.us-west-2.compute.internal`.
pub(crate) fn of_private_address(region: Region, address: Ipv4Addr) -> String {
    format!("ip-{}.{}", dashed(address), region.private_domain())
}

/// The name of a public address: `ec2-52-1-2-3.us-west-2.compute.amazonaws.com`. Only VPCs with
/// `enableDnsHostnames` have them.
pub(crate) fn of_public_address(vpc: &Vpc, address: Ipv4Addr) -> Option<String> {
    let domain = vpc.scope.region.public_domain();
    vpc.dns_hostnames.then(|| format!("ec2-{}.{domain}", dashed(address)))
}

/// The private name of one of an interface's addresses; none without `enableDnsHostnames`.
pub(crate) fn on_interface(world: &World, interface: &NetworkInterface, address: Ipv4Addr) -> Option<String> {
    let vpc = world.network.vpcs.get(&interface.vpc)?;
    vpc.dns_hostnames.then(|| of_private_address(vpc.scope.region, address))
}

/// An instance's own name, made from its address or its id, as its subnet says.
pub(crate) fn of_instance(world: &World, instance: &Instance) -> Option<String> {
    let subnet = world.network.subnets.get(&instance.subnet?)?;
    let region = instance.scope.region;
    let address = world.interfaces_of(instance).next().and_then(NetworkInterface::primary_address);
    match (subnet.hostname_type, address) {
        (HostnameType::IpName, Some(address)) => Some(of_private_address(region, address)),
        (HostnameType::IpName | HostnameType::ResourceName, _) => {
            Some(format!("{}.{}", instance.id, region.private_domain()))
        }
    }
}
