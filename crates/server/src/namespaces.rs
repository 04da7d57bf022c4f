//! The places around the VPCs: the services that answer inside them, a small internet, and the user's laptop on it.

use datapath::Datapath;
use engine::PortKind;
use guest::internet::Internet;
use guest::public_names;
pub use guest::public_names::{LAPTOP, LAPTOP_V6};
use host::{
    AnyAddress, Host, InterfaceAddress, LinkSpec, Neighbor, NetworkNamespace, NetworkNamespaceRole,
    NetworkNamespaceSpec,
};
use model::aws_prefix_list::{AwsPrefixList, AwsService};
use model::{IpNet, MacAddress, aws_range};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The laptop as a network of one address.
pub const LAPTOP_NET: IpNet = IpNet::V4(model::Ipv4Net::new_assert(LAPTOP, 32));
/// Next hop of every namespace. Nobody has the address: packets only need the router's link-layer address.
const NEXT_HOP: Ipv4Addr = Ipv4Addr::new(169, 254, 0, 1);
const NEXT_HOP_V6: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1);
/// The internet's largest packet.
const INTERNET_MTU: u32 = 1500;

/// The name of the namespace in which `hamlet shell` runs commands.
pub const LAPTOP_NAMESPACE: &str = "laptop";

/// All namespaces, open as long as this lives.
pub struct Namespaces {
    /// Where something is served.
    pub servers: Servers,
    /// The user's own computer.
    pub laptop: NetworkNamespace,
}

/// Those in which something is served.
pub struct Servers {
    /// Where instance metadata and DNS over TCP are served.
    pub services: NetworkNamespace,
    /// Where example.com and its neighbours are served.
    pub internet: NetworkNamespace,
    /// Where AWS's services answer to their public names.
    pub aws: NetworkNamespace,
}

/// The hosts of the simulated internet.
pub fn internet_hosts(internet: &Internet) -> Vec<IpNet> {
    internet.addresses().into_iter().map(IpNet::from).collect()
}

/// Where the services of all Regions answer. Blocks that lie side by side are one: the engine looks through them.
pub fn aws_hosts() -> Vec<IpNet> {
    IpNet::aggregate(&model::Region::all().flat_map(aws_range::of_services).collect())
}

/// Whether a link is that of AWS's services.
pub fn is_aws(kind: &PortKind) -> bool {
    matches!(kind, PortKind::Internet(hosts) if *hosts == aws_hosts())
}

/// The laptop's addresses: its own, and one of every Region's EC2 Instance Connect range, so that `hamlet connect` can
/// come from where the service comes from.
pub fn laptop_hosts() -> Vec<IpNet> {
    let own = [IpAddr::V4(LAPTOP), IpAddr::V6(LAPTOP_V6)];
    let connect = model::Region::all().filter_map(|region| instance_connect_source(region).map(IpAddr::V4));
    own.into_iter().chain(connect).map(IpNet::from).collect()
}

/// The address from which `hamlet connect` comes in a Region.
pub fn instance_connect_source(region: model::Region) -> Option<Ipv4Addr> {
    let list = AwsPrefixList { service: AwsService::InstanceConnect, region };
    list.blocks().find_map(|block| match block {
        IpNet::V4(block) => block.hosts().next(),
        IpNet::V6(_) => None,
    })
}

impl Servers {
    /// Makes the namespaces and connects them.
    pub fn open(host: &Host, datapath: &Datapath, internet: &Internet) -> anyhow::Result<Servers> {
        let hosts = internet_hosts(internet);
        let services = namespace(
            host,
            datapath,
            "services",
            NetworkNamespaceRole::Services,
            AnyAddress::Every,
            &[],
            PortKind::Services,
        )?;
        let internet = namespace(
            host,
            datapath,
            "internet",
            NetworkNamespaceRole::Services,
            AnyAddress::Every,
            // It would answer for these anyway, but ICMPv6 errors come only from addresses that are on the link.
            &hosts,
            PortKind::Internet(hosts.clone()),
        )?;
        let aws = namespace(
            host,
            datapath,
            "aws",
            NetworkNamespaceRole::Services,
            AnyAddress::Every,
            &[],
            PortKind::Internet(aws_hosts()),
        )?;
        Ok(Servers { services, internet, aws })
    }

    /// Makes the laptop as well, on which somebody may call at once: when something listens in the others. Programs there
    /// trust the authority with this certificate.
    pub fn with_laptop(
        self,
        host: &Host,
        datapath: &Datapath,
        authority: &str,
    ) -> anyhow::Result<Namespaces> {
        let laptop = namespace(
            host,
            datapath,
            LAPTOP_NAMESPACE,
            NetworkNamespaceRole::Laptop {
                resolver: IpAddr::V4(public_names::DNS),
                authority: authority.to_owned(),
            },
            AnyAddress::Own,
            &laptop_hosts(),
            PortKind::Internet(laptop_hosts()),
        )?;
        Ok(Namespaces { servers: self, laptop })
    }
}

fn namespace(
    host: &Host,
    datapath: &Datapath,
    name: &str,
    role: NetworkNamespaceRole,
    any_address: AnyAddress,
    addresses: &[IpNet],
    kind: PortKind,
) -> anyhow::Result<NetworkNamespace> {
    let number = name.bytes().fold(0u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
    let mac = [0x02, 0xec, 0x02, 0x01, 0x00, number];
    let router = MacAddress::ROUTER.0;
    let mut link = LinkSpec::new("eth0", mac);
    link.mtu = if kind == PortKind::Services { u32::from(engine::journey::VPC_MTU) } else { INTERNET_MTU };
    let spec = NetworkNamespaceSpec {
        name: name.to_owned(),
        role,
        link,
        addresses: addresses
            .iter()
            .map(|net| InterfaceAddress { address: net.addr(), prefix_length: net.prefix_len() })
            .collect(),
        gateways: vec![IpAddr::V4(NEXT_HOP), IpAddr::V6(NEXT_HOP_V6)],
        neighbors: vec![
            Neighbor { address: IpAddr::V4(NEXT_HOP), mac: router },
            Neighbor { address: IpAddr::V6(NEXT_HOP_V6), mac: router },
        ],
        any_address,
    };
    let namespace = host.network_namespace(&spec)?;
    let descriptor = namespace.tap.descriptor.try_clone()?;
    datapath.open(kind, MacAddress(mac), descriptor)?;
    Ok(namespace)
}

/// Any address of either family, at a port.
pub fn any(port: u16) -> [SocketAddr; 2] {
    [IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED)]
        .map(|any| SocketAddr::new(any, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_addresses_of_services_are_few_blocks_and_all_of_them() {
        let hosts = aws_hosts();
        assert!(hosts.len() < 20, "{hosts:?}");
        for block in model::Region::all().flat_map(aws_range::of_services) {
            assert!(hosts.iter().any(|it| it.contains(&block)), "{block}");
        }
    }
}
