//! What the daemon asks for: instances, namespaces and their links. Sent as JSON to the helper that builds them.

use std::net::IpAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::namespace::Ids;

/// One Ethernet interface of an instance or a network namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkSpec {
    /// The interface's name inside the namespace: `eth0`, `ens5`…
    pub name: String,
    /// Its device index: 0 for the primary one.
    pub position: u32,
    /// Its hardware address.
    pub mac: [u8; 6],
    /// Largest IP packet, 9001 in a VPC.
    pub mtu: u32,
    /// Frames the kernel keeps for the engine before it drops.
    pub queue_length: u32,
}

impl LinkSpec {
    /// The primary link of something in a VPC: 9001 bytes, 1000 frames.
    pub fn new(name: &str, mac: [u8; 6]) -> Self {
        Self { name: name.to_owned(), position: 0, mac, mtu: 9001, queue_length: 1000 }
    }
}

/// An instance to be started. Its addresses, user data and keys are not here: it asks for them over DHCP and from the
/// instance metadata service, as on AWS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceSpec {
    /// `i-…`; also the name of its directory under `<data>/instances`.
    pub id: String,
    /// The host name until DHCP brings one.
    pub hostname: String,
    /// Its interfaces, the primary one first.
    pub links: Vec<LinkSpec>,
    /// The users that the key pair's key is for, the one that is meant unless said otherwise first.
    pub users: Vec<String>,
    /// What its image does at each boot, before user data: a shell script for root.
    pub boot_script: Option<String>,
    /// What its type has.
    pub size: InstanceSize,
}

/// What of the machine an instance may use, where the machine can bound it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceSize {
    /// Main memory, in MiB.
    pub memory_mib: u64,
    /// Virtual processors: its share when they are scarce.
    pub vcpus: u32,
}

/// Whether programs in an instance may make namespaces of their own, as containers need them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Nesting {
    /// No namespaces and no mounts: what the kernel has about them is out of a guest's reach.
    #[default]
    Refused,
    /// User, mount and all other namespaces: a program in its own has every right there, and the kernel's code for
    /// mounts, file systems and networks before it.
    Allowed,
}

/// A network without a machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkNamespaceSpec {
    /// A short name, unique in the data directory: `laptop`, `services`.
    pub name: String,
    /// What it is for.
    pub role: NetworkNamespaceRole,
    /// Its one interface.
    pub link: LinkSpec,
    /// Addresses of the interface.
    pub addresses: Vec<InterfaceAddress>,
    /// Next hops of the default routes, at most one per family. On-link: they need not be inside a prefix above.
    pub gateways: Vec<IpAddr>,
    /// Permanent neighbour entries, so that no ARP is needed for them.
    pub neighbors: Vec<Neighbor>,
    /// Whether the namespace answers for every address that is sent to it.
    pub any_address: AnyAddress,
}

/// What a network namespace is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NetworkNamespaceRole {
    /// The daemon listens and connects in it; no command runs there.
    Services,
    /// Commands run in it as the user, with the host's files; names are asked at `resolver`.
    Laptop {
        /// The DNS server written to the namespace's own `/etc/resolv.conf`.
        resolver: IpAddr,
        /// The certificate of an authority that programs trust besides the host's, as PEM.
        authority: String,
    },
}

/// An address with its prefix length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterfaceAddress {
    /// The address.
    pub address: IpAddr,
    /// Its prefix length.
    pub prefix_length: u8,
}

/// A neighbour whose hardware address is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Neighbor {
    /// Its address on the link.
    pub address: IpAddr,
    /// Its hardware address.
    pub mac: [u8; 6],
}

/// Whether a network namespace answers for addresses that it does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AnyAddress {
    /// Only for its own.
    Own,
    /// For every address, ICMP echo included: a packet that arrives on the link is local.
    Every,
}

/// The order the daemon gives the helper.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Order {
    Instance {
        spec: InstanceSpec,
        /// `<data>/instances/<id>`
        directory: PathBuf,
        /// `<data>/images/host-userland`
        image: PathBuf,
        ids: Ids,
        nesting: Nesting,
        /// Where its processes are counted and ended together.
        cgroup: Option<PathBuf>,
    },
    NetworkNamespace {
        spec: NetworkNamespaceSpec,
        /// `<data>/spaces/<name>`
        directory: PathBuf,
    },
    /// One more interface for a running instance, whose first process's pidfd comes along.
    Link { spec: LinkSpec },
    /// Which boundary this machine allows around instances.
    Probe {
        /// `<data>/images/host-userland`
        image: PathBuf,
        data: PathBuf,
    },
}

impl Order {
    pub(crate) fn links(&self) -> Vec<LinkSpec> {
        match self {
            Self::Instance { spec, .. } => spec.links.clone(),
            Self::NetworkNamespace { spec, .. } => vec![spec.link.clone()],
            Self::Link { spec, .. } => vec![spec.clone()],
            Self::Probe { .. } => Vec::new(),
        }
    }
}
