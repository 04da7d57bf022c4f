//! What is compared: three ways to connect a client with a server, each in its own namespaces.

use std::any::Any;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;

use datapath::{Datapath, Options};
use engine::{Engine, Limits, PortKind};
use host::{AnyAddress, Host, InterfaceAddress, LinkSpec, Space, SpaceRole, SpaceSpec};
use model::World;
use sim::Fixture;

use crate::namespace::{Namespace, Owned, run};

/// Where a measurement runs.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    pub(crate) client: Namespace,
    pub(crate) server: Namespace,
    /// The server's address.
    pub(crate) address: Ipv4Addr,
}

/// One way to connect them.
pub(crate) struct Rival {
    pub(crate) name: &'static str,
    pub(crate) path: Measured,
    /// Namespaces, instances and threads, for as long as they are needed.
    _parts: Box<dyn Any>,
}

type Build = Box<dyn FnOnce() -> Result<Rival, String>>;

const MTU: u32 = 9001;

/// All, with the bare pair first: the others are measured against it.
pub(crate) fn all(other: Option<Options>) -> Vec<(&'static str, Build)> {
    let mut rivals: Vec<(&'static str, Build)> = vec![
        ("veth", Box::new(veth)),
        ("router", Box::new(router)),
        ("hamlet", Box::new(|| hamlet("hamlet", Options::default()))),
    ];
    if let Some(options) = other {
        rivals.push(("other", Box::new(move || hamlet("other", options))));
    }
    rivals
}

fn connect(a: &Owned, name_a: &str, b: &Owned, name_b: &str) -> Result<(), String> {
    let mtu = MTU.to_string();
    let link = ["link", "add", name_a, "mtu", &mtu, "netns", a.name(), "type", "veth"];
    let peer = ["peer", "name", name_b, "mtu", &mtu, "netns", b.name()];
    run("ip", &[&link[..], &peer[..]].concat())
}

fn address(space: &Owned, interface: &str, address: &str) -> Result<(), String> {
    space.ip(&format!("addr add {address} dev {interface}"))?;
    space.ip(&format!("link set {interface} up"))
}

/// Two namespaces and a pair of interfaces: as fast as Linux can be.
fn veth() -> Result<Rival, String> {
    let (client, server) = (Owned::new("veth-client")?, Owned::new("veth-server")?);
    connect(&client, "eth0", &server, "eth0")?;
    address(&client, "eth0", "10.0.1.10/24")?;
    address(&server, "eth0", "10.0.1.20/24")?;
    let address = Ipv4Addr::new(10, 0, 1, 20);
    let path = Measured { client: client.namespace(), server: server.namespace(), address };
    Ok(Rival { name: "veth", path, _parts: Box::new([client, server]) })
}

/// A namespace between them that forwards, tracks connections and has a hundred rules for their first packets.
fn router() -> Result<Rival, String> {
    let (client, server) = (Owned::new("router-client")?, Owned::new("router-server")?);
    let router = Owned::new("router")?;
    connect(&client, "eth0", &router, "left")?;
    connect(&server, "eth0", &router, "right")?;
    address(&client, "eth0", "10.0.1.10/24")?;
    address(&server, "eth0", "10.0.2.10/24")?;
    address(&router, "left", "10.0.1.1/24")?;
    address(&router, "right", "10.0.2.1/24")?;
    client.ip("route add default via 10.0.1.1")?;
    server.ip("route add default via 10.0.2.1")?;
    router.exec(&["sysctl", "-qw", "net.ipv4.ip_forward=1"])?;
    router.exec(&["nft", &rules()])?;
    let address = Ipv4Addr::new(10, 0, 2, 10);
    let path = Measured { client: client.namespace(), server: server.namespace(), address };
    Ok(Rival { name: "router", path, _parts: Box::new([client, server, router]) })
}

fn rules() -> String {
    let refused: String = (0..99)
        .map(|number| format!("ip saddr 192.0.2.{number} tcp dport {} drop\n", 1000 + number))
        .collect();
    format!(
        "table ip filter {{\nchain forward {{\ntype filter hook forward priority 0; policy drop;\n\
         ct state established,related accept\n{refused}ip saddr 10.0.1.0/24 accept\n}}\n}}"
    )
}

/// Two instances in two subnets of a VPC, with security groups and a network ACL that lets them through.
const NETWORK: &str = "
vpc main 10.0.0.0/16
  subnet left 10.0.1.0/24
    instance client 10.0.1.10 sg(client)
  subnet right 10.0.2.0/24
    instance server 10.0.2.10 sg(server)
sg client out all to 0.0.0.0/0
sg server in tcp 1-65535 from sg client
sg server in udp 1-65535 from sg client
sg server in icmp from 10.0.0.0/16
sg server out all to 0.0.0.0/0
";

fn hamlet(name: &'static str, options: Options) -> Result<Rival, String> {
    let fixture = Fixture::parse(NETWORK).map_err(|problem| problem.to_string())?;
    let mut world = World::clone(&fixture.world);
    world.generation = world.generation.max(1);
    let world = Arc::new(world);
    let engine = Engine::new(Arc::clone(&world), Arc::default(), Limits::default(), 0x5eed);
    let datapath = Datapath::start(engine, options).map_err(|error| error.to_string())?;
    let directory = std::env::temp_dir().join(format!("hamlet-bench-{}-{name}", std::process::id()));
    let host = Host::new(&directory, Path::new("/proc/self/exe")).map_err(|error| error.to_string())?;
    let directory = Directory(directory);
    let spaces = ["client", "server"].map(|name| instance(&host, &datapath, &fixture, name));
    let [client, server] = spaces;
    let (client, server) = (client?, server?);
    let path = Measured {
        client: Namespace::of_process(client.pid),
        server: Namespace::of_process(server.pid),
        address: Ipv4Addr::new(10, 0, 2, 10),
    };
    Ok(Rival { name, path, _parts: Box::new((client, server, host, datapath, directory)) })
}

/// A space instead of a whole machine: the generators run in it, and its link is an instance's.
fn instance(host: &Host, datapath: &Datapath, fixture: &Fixture, name: &str) -> Result<Space, String> {
    let id = fixture.interfaces[name];
    let interface = fixture.world.network_interfaces.get(&id).expect("the fixture has just named it");
    let address = interface.primary_address().expect("it has an IPv4 address");
    let router = Ipv4Addr::from(u32::from(address) & 0xffff_ff00 | 1);
    let spec = SpaceSpec {
        name: name.to_owned(),
        role: SpaceRole::Services,
        link: LinkSpec { mtu: MTU, ..LinkSpec::new("eth0", interface.mac.0) },
        addresses: vec![InterfaceAddress { address: IpAddr::V4(address), prefix_length: 24 }],
        gateways: vec![IpAddr::V4(router)],
        neighbors: Vec::new(),
        any_address: AnyAddress::Own,
    };
    let space = host.space(&spec).map_err(|error| error.to_string())?;
    let tap = space.tap.descriptor.try_clone().map_err(|error| error.to_string())?;
    datapath.open(PortKind::Interface(id), interface.mac, tap).map_err(|error| error.to_string())?;
    Ok(space)
}

/// Removed when dropped.
struct Directory(std::path::PathBuf);

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
