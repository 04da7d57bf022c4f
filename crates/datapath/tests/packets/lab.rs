//! A network written as text, with a network namespace in place of each instance.

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use datapath::{Datapath, Options, Status};
use engine::{DropReason, Engine, Limits, PortId, PortKind};
use host::{
    AnyAddress, Enter, Host, InterfaceAddress, LinkSpec, NetworkNamespace, NetworkNamespaceRole,
    NetworkNamespaceSpec,
};
use model::{MacAddress, World};
use sim::Fixture;

pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// The network and what runs in it.
pub(crate) struct Lab {
    pub(crate) datapath: Datapath,
    pub(crate) fixture: Fixture,
    host: Host,
    data: PathBuf,
}

/// A namespace in place of an instance.
pub(crate) struct Member {
    pub(crate) namespace: NetworkNamespace,
    pub(crate) port: PortId,
    pub(crate) address: Ipv4Addr,
}

impl Lab {
    pub(crate) fn new(text: &str) -> Lab {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let data = std::env::temp_dir().join(format!("hamlet-datapath-{}-{number}", std::process::id()));
        let fixture = Fixture::parse(text).unwrap();
        let engine = Engine::new(generation(&fixture, 1), Arc::default(), Limits::default(), 0x5eed);
        let datapath = Datapath::start(engine, Options::default()).unwrap();
        let host = Host::new(&data, Path::new("/proc/self/exe")).unwrap();
        Lab { datapath, fixture, host, data }
    }

    /// Publishes another network, in which everybody has the same names.
    pub(crate) fn publish(&self, text: &str, number: u64) {
        self.datapath.publish(generation(&Fixture::parse(text).unwrap(), number));
    }

    pub(crate) fn member(&self, name: &str) -> Member {
        let id = self.fixture.interfaces[name];
        let interface = self.fixture.world.network.network_interfaces.get(&id).unwrap();
        let address = interface.primary_address().unwrap();
        let router = Ipv4Addr::from(u32::from(address) & 0xffff_ff00 | 1);
        let (kind, mac) = (PortKind::Interface(id), interface.mac);
        self.connect(name, kind, mac, (address, 24), router, AnyAddress::Own)
    }

    /// The services inside every VPC.
    pub(crate) fn services(&self) -> Member {
        let (address, router) = ([192, 0, 2, 1].into(), [169, 254, 0, 1].into());
        let mac = MacAddress([2, 0, 0, 1, 0, 1]);
        self.connect("services", PortKind::Services, mac, (address, 32), router, AnyAddress::Every)
    }

    /// A host of the internet.
    pub(crate) fn internet(&self, address: Ipv4Addr) -> Member {
        let mac = MacAddress([2, 0, 0, 1, 0, 2]);
        let router = Ipv4Addr::from(u32::from(address) & 0xffff_ff00 | 1);
        let kind = PortKind::Internet(vec![IpAddr::V4(address).into()]);
        self.connect("internet", kind, mac, (address, 24), router, AnyAddress::Own)
    }

    /// What the NAT gateway has counted under a name.
    pub(crate) fn metric(&self, name: &str) -> u64 {
        let metrics = self.datapath.metrics().nat_gateways.remove(0).1;
        metrics.iter().find(|metric| metric.name == name).unwrap().value
    }

    fn connect(
        &self,
        name: &str,
        kind: PortKind,
        mac: MacAddress,
        (address, prefix_length): (Ipv4Addr, u8),
        router: Ipv4Addr,
        any_address: AnyAddress,
    ) -> Member {
        let spec = NetworkNamespaceSpec {
            name: name.to_owned(),
            role: NetworkNamespaceRole::Services,
            link: LinkSpec::new("eth0", mac.0),
            addresses: vec![InterfaceAddress { address: IpAddr::V4(address), prefix_length }],
            gateways: vec![IpAddr::V4(router)],
            neighbors: Vec::new(),
            any_address,
        };
        let mut namespace = self.host.network_namespace(&spec).unwrap();
        // The descriptor is the datapath's alone: closing the link removes the interface.
        let nothing = std::fs::File::open("/dev/null").unwrap().into();
        let tap = std::mem::replace(&mut namespace.tap.descriptor, nothing);
        let port = self.datapath.open(kind, mac, tap).unwrap();
        Member { namespace, port, address }
    }

    /// How many packets died of `reason`.
    pub(crate) fn drops(&self, reason: DropReason) -> u64 {
        let Status { drops, .. } = self.datapath.status();
        drops.into_iter().find(|(known, _)| *known == reason).map_or(0, |(_, count)| count)
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.data);
    }
}

fn generation(fixture: &Fixture, number: u64) -> Arc<World> {
    let mut world = World::clone(&fixture.world);
    world.network.generation = number;
    Arc::new(world)
}

impl Member {
    pub(crate) fn listen(&self, port: u16) -> TcpListener {
        let listener = self.namespace.listen_tcp((self.address, port).into()).unwrap();
        listener.set_nonblocking(false).unwrap();
        listener
    }

    pub(crate) fn bind(&self, port: u16) -> UdpSocket {
        let socket = self.namespace.bind_udp((self.address, port).into()).unwrap();
        socket.set_nonblocking(false).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        socket
    }

    /// A connection that stands after at most `patience`.
    pub(crate) fn connect(&self, to: SocketAddr, patience: Duration) -> Option<TcpStream> {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let stream = self.namespace.connect_tcp(None, to).unwrap();
        let timeout = Timespec::try_from(patience).unwrap();
        let ready = poll(&mut [PollFd::new(&stream, PollFlags::OUT)], Some(&timeout)).unwrap();
        if ready == 0 || stream.take_error().unwrap().is_some() {
            return None;
        }
        stream.set_nonblocking(false).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Some(stream)
    }

    /// Runs a command in the namespace.
    pub(crate) fn run(&self, command: &[&str]) -> Output {
        let pid = self.namespace.pid.to_string();
        Command::new("/proc/self/exe").args(["inside", &pid]).args(command).output().unwrap()
    }
}

/// The program again, to run a command in a network namespace.
pub(crate) fn enter(pid: &str, command: &[&str]) -> ExitCode {
    let command = command.iter().map(OsString::from).collect();
    match host::enter(pid.parse().unwrap(), &Enter::NetworkNamespace { command, environment: Vec::new() }) {
        Ok(code) => ExitCode::from(code),
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}
