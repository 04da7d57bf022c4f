//! Hamlet's data plane with two ends: the same engine and threads as in the program, without API and instances.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use datapath::{Datapath, Options};
use engine::{Engine, Limits, PortKind};
use host::{
    AnyAddress, Host, InterfaceAddress, LinkSpec, Neighbor, NetworkNamespace, NetworkNamespaceRole,
    NetworkNamespaceSpec,
};
use model::flow_log::{FlowLog, FlowLogDestination, FlowLogSettings, Logged, TrafficType};
use model::{FlowLogId, IpNet, MacAddress, Tags, Timestamp, Vpc, World};
use sim::Fixture;

use crate::namespace::Namespace;
use crate::road::{Measured, Rival};

/// A network with the instances `client` and `server`.
pub(crate) struct Network {
    /// In the fixture language.
    text: &'static str,
    ipv6: bool,
}

/// Two subnets of a VPC, with security groups and a network ACL that lets them through.
pub(crate) const SUBNETS: Network = Network {
    text: "
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
",
    ipv6: false,
};

/// Two VPCs, and a group that is named across.
pub(crate) const PEERING: Network = Network {
    text: "
vpc one 10.1.0.0/16
  subnet left 10.1.1.0/24 routes(10.2.0.0/16 -> link)
    instance client 10.1.1.10 sg(client)
vpc two 10.2.0.0/16
  subnet right 10.2.2.0/24 routes(10.1.0.0/16 -> link)
    instance server 10.2.2.10 sg(server)
peering link one two
sg client out all to 0.0.0.0/0
sg server in tcp 1-65535 from sg client
sg server in udp 1-65535 from sg client
sg server out all to 0.0.0.0/0
",
    ipv6: false,
};

/// Two subnets with IPv6.
pub(crate) const IPV6: Network = Network {
    text: "
vpc main 10.0.0.0/16 2600:1f14:0:100::/56
  subnet left 10.0.1.0/24 2600:1f14:0:101::/64
    instance client 10.0.1.10 2600:1f14:0:101::10 sg(client)
  subnet right 10.0.2.0/24 2600:1f14:0:102::/64
    instance server 10.0.2.10 2600:1f14:0:102::10 sg(server)
sg client out all to ::/0
sg server in tcp 1-65535 from sg client
sg server in udp 1-65535 from sg client
sg server out all to ::/0
",
    ipv6: true,
};

/// A private instance behind a NAT gateway.
const NAT: &str = "
vpc main 10.0.0.0/16
  igw
  subnet public 10.0.2.0/24 routes(0.0.0.0/0 -> igw)
    nat gate 10.0.2.10 eip
  subnet private 10.0.1.0/24 routes(0.0.0.0/0 -> gate)
    instance client 10.0.1.10 sg(client)
sg client out all to 0.0.0.0/0
";
const INTERNET_SERVER: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 20);
const VPC_MTU: u32 = 9001;
const INTERNET_MTU: u32 = 1500;
/// Next hop on the internet. Nobody has the address: packets only need the router's link-layer address.
const NEXT_HOP: Ipv4Addr = Ipv4Addr::new(169, 254, 0, 1);

/// Everything a Hamlet is made of, for as long as it is measured.
struct Parts {
    fixture: Fixture,
    datapath: Datapath,
    host: Host,
    _directory: Directory,
}

impl Parts {
    fn new(name: &str, text: &str, options: Options) -> Result<Parts, String> {
        Parts::of(name, Fixture::parse(text).map_err(|problem| problem.to_string())?, options)
    }

    fn of(name: &str, fixture: Fixture, options: Options) -> Result<Parts, String> {
        let mut world = World::clone(&fixture.world);
        world.network.generation = world.network.generation.max(1);
        let engine = Engine::new(Arc::new(world), Arc::default(), Limits::default(), 0x5eed);
        let datapath = Datapath::start(engine, options).map_err(|error| error.to_string())?;
        let directory = Directory::new(name);
        let host = Host::new(&directory.0, Path::new("/proc/self/exe")).map_err(|error| error.to_string())?;
        Ok(Parts { fixture, datapath, host, _directory: directory })
    }

    /// A namespace instead of a whole machine: the generators run in it, and its link is an instance's.
    fn instance(&self, name: &str) -> Result<NetworkNamespace, String> {
        let id = self.fixture.interfaces[name];
        let interface =
            self.fixture.world.network.network_interfaces.get(&id).expect("the fixture has just named it");
        let v4 = interface.primary_address().expect("it has an IPv4 address");
        let router = Ipv4Addr::from(u32::from(v4) & 0xffff_ff00 | 1);
        let v6 = interface.ipv6_addresses.first();
        let mut addresses = vec![InterfaceAddress { address: IpAddr::V4(v4), prefix_length: 24 }];
        addresses.extend(v6.map(|v6| InterfaceAddress { address: IpAddr::V6(*v6), prefix_length: 64 }));
        let mut gateways = vec![IpAddr::V4(router)];
        gateways.extend(v6.map(|_| IpAddr::V6(guest::neighbor::ROUTER_LINK_LOCAL)));
        let spec = NetworkNamespaceSpec {
            name: name.to_owned(),
            role: NetworkNamespaceRole::Services,
            link: LinkSpec { mtu: VPC_MTU, ..LinkSpec::new("eth0", interface.mac.0) },
            addresses,
            gateways,
            neighbors: Vec::new(),
            any_address: AnyAddress::Own,
        };
        self.namespace(&spec, PortKind::Interface(id))
    }

    /// From `client` to `server`.
    fn path(&self, network: &Network, ends: &(NetworkNamespace, NetworkNamespace)) -> Measured {
        let interface = self.fixture.world.network.network_interfaces.get(&self.fixture.interfaces["server"]);
        let address =
            interface.and_then(|it| it.addresses().find(|address| address.is_ipv6() == network.ipv6));
        Measured {
            client: Namespace::of_process(ends.0.pid),
            server: Namespace::of_process(ends.1.pid),
            address: address.expect("the network gives the server an address of each family"),
        }
    }

    fn internet_host(&self) -> Result<NetworkNamespace, String> {
        let mac = [0x02, 0xec, 0x02, 0x01, 0x00, 0x01];
        let spec = NetworkNamespaceSpec {
            name: "internet".to_owned(),
            role: NetworkNamespaceRole::Services,
            link: LinkSpec { mtu: INTERNET_MTU, ..LinkSpec::new("eth0", mac) },
            addresses: vec![InterfaceAddress { address: IpAddr::V4(INTERNET_SERVER), prefix_length: 32 }],
            gateways: vec![IpAddr::V4(NEXT_HOP)],
            neighbors: vec![Neighbor { address: IpAddr::V4(NEXT_HOP), mac: MacAddress::ROUTER.0 }],
            any_address: AnyAddress::Own,
        };
        self.namespace(&spec, PortKind::Internet(vec![IpNet::from(IpAddr::V4(INTERNET_SERVER))]))
    }

    fn namespace(&self, spec: &NetworkNamespaceSpec, kind: PortKind) -> Result<NetworkNamespace, String> {
        let namespace = self.host.network_namespace(spec).map_err(|error| error.to_string())?;
        let tap = namespace.tap.descriptor.try_clone().map_err(|error| error.to_string())?;
        let mac = MacAddress(spec.link.mac);
        self.datapath.open(kind, mac, tap).map_err(|error| error.to_string())?;
        Ok(namespace)
    }
}

/// From one instance to another.
pub(crate) fn between_instances(
    name: &'static str,
    network: &Network,
    options: Options,
) -> Result<Rival, String> {
    let parts = Parts::new(name, network.text, options)?;
    let ends = (parts.instance("client")?, parts.instance("server")?);
    Ok(Rival { name, path: parts.path(network, &ends), _parts: Box::new((ends, parts)) })
}

/// The same between subnets whose VPC has a flow log, from which somebody takes the windows that are over.
pub(crate) fn with_flow_log(name: &'static str, options: Options) -> Result<Rival, String> {
    let mut fixture = Fixture::parse(SUBNETS.text).map_err(|problem| problem.to_string())?;
    let world = Arc::make_mut(&mut fixture.world);
    let logs: Vec<FlowLog> =
        world.network.vpcs.values().zip(1..).map(|(vpc, number)| flow_log(vpc, number)).collect();
    for log in logs {
        world.network.flow_logs.insert(log.id, log);
    }
    let parts = Parts::of(name, fixture, options)?;
    let ends = (parts.instance("client")?, parts.instance("server")?);
    let (datapath, end) = (parts.datapath.clone(), Arc::new(()));
    let is_over = Arc::downgrade(&end);
    std::thread::spawn(move || {
        while is_over.upgrade().is_some() {
            drop(datapath.flow_windows());
            std::thread::sleep(Duration::from_secs(1));
        }
    });
    Ok(Rival { name, path: parts.path(&SUBNETS, &ends), _parts: Box::new((end, ends, parts)) })
}

/// All of a VPC, in windows of a minute.
fn flow_log(vpc: &Vpc, number: u64) -> FlowLog {
    let destination = FlowLogDestination::CloudWatchLogs {
        group: "flows".to_owned(),
        arn: None,
        role: String::new(),
        cross_account_role: None,
    };
    FlowLog {
        id: FlowLogId::numbered(number),
        scope: vpc.scope,
        settings: FlowLogSettings {
            of: Logged::Vpc(vpc.id),
            traffic: TrafficType::All,
            destination,
            format: String::new(),
            interval_s: 60,
        },
        created: Timestamp(0),
        tags: Tags::new(),
    }
}

/// From a private instance to a host on the internet.
pub(crate) fn to_the_internet(name: &'static str, options: Options) -> Result<Rival, String> {
    let parts = Parts::new(name, NAT, options)?;
    let (client, server) = (parts.instance("client")?, parts.internet_host()?);
    let path = Measured {
        client: Namespace::of_process(client.pid),
        server: Namespace::of_process(server.pid),
        address: IpAddr::V4(INTERNET_SERVER),
    };
    Ok(Rival { name, path, _parts: Box::new((client, server, parts)) })
}

/// Two subnets whose datapath can be spoken to.
pub(crate) struct Observed {
    pub(crate) path: Measured,
    pub(crate) datapath: Datapath,
    pub(crate) fixture: Fixture,
    _ends: (NetworkNamespace, NetworkNamespace),
    _parts: Parts,
}

/// Two subnets, for those who measure the data plane's thread as well.
pub(crate) fn observed(name: &str) -> Result<Observed, String> {
    let parts = Parts::new(name, SUBNETS.text, Options::default())?;
    let ends = (parts.instance("client")?, parts.instance("server")?);
    Ok(Observed {
        path: parts.path(&SUBNETS, &ends),
        datapath: parts.datapath.clone(),
        fixture: parts.fixture.clone(),
        _ends: ends,
        _parts: parts,
    })
}

/// Removed when dropped.
pub(crate) struct Directory(pub(crate) PathBuf);

impl Directory {
    pub(crate) fn new(name: &str) -> Directory {
        Directory(std::env::temp_dir().join(format!("hamlet-bench-{}-{name}", std::process::id())))
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
