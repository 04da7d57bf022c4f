//! Linux: namespaces, links, processes and instance images.
//!
//! The only crate with `unsafe`, all of it in `sys.rs`. Everything here blocks and is short; nothing in the daemon's
//! path needs an async runtime.
//!
//! ```text
//!   daemon (many threads)                      instance (own user, net, mount, pid, uts, ipc namespaces)
//!   Host::launch ── sealed copy ──> helper ── clone ──> PID 1: mounts, inner namespaces, pivot_root, confine, init
//!        │  <── TAP descriptors, pidfd ──┘
//!        ├ Running { taps, pidfd, console }    control socket: interfaces that came or go, open listeners
//!        └ reaper, a process outside: ends all of them when the daemon has gone, sets host names
//! ```
//!
//! # For the daemon
//!
//! - [`probe()`]: what this machine lacks, each with one sentence that says what to do.
//! - [`Host::new`]`(data_dir, program)`: one per daemon. Dropping it (or losing the process, even to `kill -9`) ends
//!   every instance and namespace it started.
//! - [`Host::launch`]`(&InstanceSpec) -> Running`: the instance's first process runs and its interfaces exist; its
//!   frames can be read from [`Running::taps`].
//! - [`Host::network_namespace`]`(&NetworkNamespaceSpec) -> NetworkNamespace`: a network without a machine: the laptop,
//!   or the place where the daemon itself listens ([`NetworkNamespace::listen_tcp`], [`NetworkNamespace::bind_udp`],
//!   [`NetworkNamespace::connect_tcp`]).
//! - [`Running::stop`], [`Running::kill`], [`Running::kill_all`]; [`Running::ended`] is readable once an instance ended by
//!   itself. [`Host::attach_interface`], [`Running::detach_interface`] while it runs.
//! - [`Tap::remove_all`]: closing a TAP makes the kernel wait for some 30 ms; not on a thread that moves packets.
//! - [`Host::reconcile`]`(keep)`: on start, removes what an earlier run left behind, keeps the disks of `keep`.
//! - [`Host::remove_instance`]`(id)`: the disk of a terminated instance.
//! - [`Running::take_console`]: what an instance prints.
//! - [`Peers::of`]`(connection) -> Peer`: whose process is at the other end of a connection over the loopback.
//!
//! # For the program's `main`
//!
//! Before any thread starts, `main` hands over when it was started for one of these purposes:
//!
//! ```ignore
//! if let Some(code) = host::internal_main(std::env::args_os()) { return code; } // "internal-launch" and others
//! ```
//!
//! - [`enter()`]`(pid, &Enter) -> exit code`: `hamlet exec`, `hamlet shell`. The calling process, which must be
//!   single-threaded, joins the namespaces of `pid` ([`instance_pid`], [`namespace_pid`] find it) and runs a command
//!   there. [`join_network`]`(pid)`: `hamlet forward`, which only opens connections there.
//!
//! # A TAP descriptor
//!
//! Non-blocking, close-on-exec. Every frame read or written starts with [`VNET_HEADER_LENGTH`] bytes of
//! `virtio_net_hdr` (little endian), then the Ethernet frame, up to 64 KiB of TCP payload when a GSO type is set.
//! Partial checksums (`VIRTIO_NET_HDR_F_NEEDS_CSUM`) are normal both ways.

mod aws_cli;
mod boundary;
mod cgroup;
mod channel;
mod confine;
mod disk;
mod enter;
mod error;
mod files;
mod hostname;
mod image;
mod init;
mod launch;
mod link;
mod measure;
mod mounts;
mod namespace;
mod netlink;
mod network_namespace;
mod peer;
mod private_ids;
mod probe;
mod reaper;
mod relay;
mod sealed;
mod seccomp;
mod spec;
mod supervisor;
mod sys;
mod tap;
mod tree;
mod trees;
mod trust;

pub use aws_cli::AwsCli;
pub use boundary::Barrier;
pub use enter::{Enter, enter, join_network};
pub use error::HostError;
pub use files::{instance_pid, namespace_pid};
pub use launch::internal_main;
pub use measure::{Costs, measure};
pub use peer::{Peer, Peers};
pub use probe::{Finding, probe};
pub use sealed::run_from_a_copy;
pub use spec::{
    AnyAddress, InstanceSize, InstanceSpec, InterfaceAddress, LinkSpec, Neighbor, Nesting,
    NetworkNamespaceRole, NetworkNamespaceSpec,
};
pub use supervisor::{Host, NetworkNamespace, Running};
pub use sys::peer_user;
pub use tap::{Offloads, Tap, VNET_HEADER_LENGTH};
pub use trust::laptop_variables;

/// The interface through which everything in a network namespace talks. Those of instances are called as their images call
/// them.
pub const FIRST_INTERFACE: &str = "eth0";
