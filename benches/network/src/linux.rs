//! What Linux itself does between two namespaces: a pair of interfaces, and a router with connection tracking.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::namespace::{Owned, run};
use crate::road::{Measured, Rival};

/// The addresses at both ends, and in between.
#[derive(Clone, Copy)]
pub(crate) struct Ends {
    client: IpAddr,
    /// On the client's link, for the pair without a router.
    neighbor: IpAddr,
    server: IpAddr,
    /// The router's, on either link.
    near: IpAddr,
    far: IpAddr,
    prefix_length: u8,
    mtu: u32,
    /// Whether the server cannot see the client, so that the router has to translate.
    masquerade: bool,
}

const VPC_MTU: u32 = 9001;
const INTERNET_MTU: u32 = 1500;

const fn v4(c: u8, d: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(10, 0, c, d))
}

const fn v6(subnet: u16, host: u16) -> IpAddr {
    IpAddr::V6(Ipv6Addr::new(0x2600, 0x1f14, 0, subnet, 0, 0, 0, host))
}

impl Ends {
    /// Two subnets.
    pub(crate) const IPV4: Ends = Ends {
        client: v4(1, 10),
        neighbor: v4(1, 20),
        server: v4(2, 10),
        near: v4(1, 1),
        far: v4(2, 1),
        prefix_length: 24,
        mtu: VPC_MTU,
        masquerade: false,
    };
    /// The same with IPv6.
    pub(crate) const IPV6: Ends = Ends {
        client: v6(0x101, 0x10),
        neighbor: v6(0x101, 0x20),
        server: v6(0x102, 0x10),
        near: v6(0x101, 1),
        far: v6(0x102, 1),
        prefix_length: 64,
        mtu: VPC_MTU,
        masquerade: false,
    };
    /// A private network and a host that does not know it.
    pub(crate) const INTERNET: Ends = Ends {
        server: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 20)),
        far: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
        mtu: INTERNET_MTU,
        masquerade: true,
        ..Ends::IPV4
    };

    fn connect(&self, a: (&Owned, &str, IpAddr), b: (&Owned, &str, IpAddr)) -> Result<(), String> {
        let mtu = self.mtu.to_string();
        let link = ["link", "add", a.1, "mtu", &mtu, "netns", a.0.name(), "type", "veth"];
        let peer = ["peer", "name", b.1, "mtu", &mtu, "netns", b.0.name()];
        run("ip", &[&link[..], &peer[..]].concat())?;
        for (namespace, interface, address) in [a, b] {
            // Nobody else has the address, and detecting that takes a second.
            let nodad = if address.is_ipv6() { " nodad" } else { "" };
            namespace.ip(&format!("addr add {address}/{} dev {interface}{nodad}", self.prefix_length))?;
            namespace.ip(&format!("link set {interface} up"))?;
        }
        Ok(())
    }
}

/// Two namespaces and a pair of interfaces: as fast as Linux can be.
pub(crate) fn veth(ends: Ends) -> Result<Rival, String> {
    let (client, server) = (Owned::new("veth-client")?, Owned::new("veth-server")?);
    ends.connect((&client, "eth0", ends.client), (&server, "eth0", ends.neighbor))?;
    let path = Measured { client: client.namespace(), server: server.namespace(), address: ends.neighbor };
    Ok(Rival { name: "veth", path, _parts: Box::new([client, server]) })
}

/// A namespace between them that forwards, tracks connections, and has a hundred rules for their first packets or
/// translates them.
pub(crate) fn router(ends: Ends) -> Result<Rival, String> {
    let (client, server) = (Owned::new("router-client")?, Owned::new("router-server")?);
    let router = Owned::new("router")?;
    ends.connect((&client, "eth0", ends.client), (&router, "left", ends.near))?;
    ends.connect((&server, "eth0", ends.server), (&router, "right", ends.far))?;
    let family = if ends.client.is_ipv6() { "-6 " } else { "" };
    client.ip(&format!("{family}route add default via {}", ends.near))?;
    if !ends.masquerade {
        server.ip(&format!("{family}route add default via {}", ends.far))?;
    }
    router.exec(&["sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"])?;
    let rules = if ends.masquerade { MASQUERADE.to_owned() } else { rules(&ends) };
    router.exec(&["nft", &rules])?;
    let path = Measured { client: client.namespace(), server: server.namespace(), address: ends.server };
    Ok(Rival { name: "router", path, _parts: Box::new([client, server, router]) })
}

const MASQUERADE: &str = "table ip nat {\nchain postrouting {\ntype nat hook postrouting priority 100\n\
                          oifname right masquerade\n}\n}";

fn rules(ends: &Ends) -> String {
    let (ip, refused_net, client) = match ends.client {
        IpAddr::V4(client) => ("ip", "192.0.2.", client.to_string()),
        IpAddr::V6(client) => ("ip6", "2001:db8::", client.to_string()),
    };
    let refused: String = (0..99)
        .map(|number| format!("{ip} saddr {refused_net}{number} tcp dport {} drop\n", 1000 + number))
        .collect();
    // Neighbour discovery is not forwarded, so that nothing else is let through.
    format!(
        "table {ip} filter {{\nchain forward {{\ntype filter hook forward priority 0; policy drop;\n\
         ct state established,related accept\n{refused}{ip} saddr {client} accept\n}}\n}}"
    )
}
