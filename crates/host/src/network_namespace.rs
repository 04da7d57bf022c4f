//! The first process of a network namespace: sets up its network, then makes the sockets the daemon asks for.
//!
//! A daemon with many threads, or of an ordinary user, cannot enter a namespace. A socket made inside one works
//! anywhere, so that this process makes them and hands them over.

use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::mount::{MountFlags, mount, mount_bind};
use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, connect, listen, socket_with, sockopt};

use crate::channel::{self, Report, Request};
use crate::error::{Attempt, Result};
use crate::image::NSSWITCH;
use crate::mounts;
use crate::netlink::{LinkChange, Netlink, Route, RouteKind, Rule, Table};
use crate::spec::{AnyAddress, NetworkNamespaceRole, NetworkNamespaceSpec};
use crate::{sys, trust};

/// How many connections wait to be accepted: as many as the kernel allows unless told otherwise, so that a guest's burst
/// costs nobody else's first packet.
const BACKLOG: i32 = 4096;

/// Sets the namespace up, tells the daemon, and serves it until it goes.
pub(crate) fn run(control: &OwnedFd, spec: &NetworkNamespaceSpec, directory: &Path) -> Result<()> {
    let _ = rustix::system::sethostname(spec.name.as_bytes());
    mounts::make_private()?;
    remount_proc();
    set_up_network(spec).attempt(format!("setting up the network of the {}", spec.name))?;
    match &spec.role {
        NetworkNamespaceRole::Laptop { resolver, authority } => {
            use_resolver(directory, *resolver)?;
            trust_authority(directory, authority)?;
        }
        NetworkNamespaceRole::Services => {}
    }
    channel::send(control, &Report::Ready, &[]).attempt("telling the daemon that we run")?;
    serve(control);
    Ok(())
}

/// Commands in the namespace see the processes of the namespace.
fn remount_proc() {
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    let _ = mount("proc", "/proc", "proc", flags, None);
}

fn set_up_network(spec: &NetworkNamespaceSpec) -> io::Result<()> {
    let netlink = Netlink::open()?;
    let up = LinkChange { up: true, ..LinkChange::default() };
    netlink.change_link(netlink.index("lo")?, up)?;
    // The addresses are ours alone: no detection of others, no router's advice.
    for setting in ["accept_ra", "accept_dad", "autoconf"] {
        let _ = fs::write(format!("/proc/sys/net/ipv6/conf/{}/{setting}", spec.link.name), "0");
    }
    allow_ping();
    for name in ["all", &spec.link.name] {
        let _ = fs::write(format!("/proc/sys/net/ipv4/conf/{name}/rp_filter"), "0");
    }
    let index = netlink.index(&spec.link.name)?;
    netlink.change_link(index, up)?;
    for address in &spec.addresses {
        netlink.add_address(index, address.address, address.prefix_length)?;
    }
    for neighbor in &spec.neighbors {
        netlink.add_neighbor(index, neighbor.address, neighbor.mac)?;
    }
    for &gateway in &spec.gateways {
        netlink.add_route(default_route(gateway, index))?;
    }
    match spec.any_address {
        AnyAddress::Own => Ok(()),
        AnyAddress::Every => answer_for_every_address(&netlink, &spec.link.name),
    }
}

/// Whoever the commands run as, `ping` needs no privilege.
fn allow_ping() {
    let gid = rustix::process::getegid().as_raw();
    let everyone = fs::write("/proc/sys/net/ipv4/ping_group_range", "0 2147483647");
    if everyone.is_err() {
        let _ = fs::write("/proc/sys/net/ipv4/ping_group_range", format!("{gid} {gid}"));
    }
}

fn default_route(gateway: IpAddr, interface: u32) -> Route {
    Route {
        destination: (unspecified(gateway), 0),
        gateway: Some(gateway),
        interface,
        metric: 0,
        kind: RouteKind::Unicast,
        table: Table::Main,
    }
}

fn unspecified(like: IpAddr) -> IpAddr {
    match like {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    }
}

/// Whatever arrives on the link is for us, whatever we send goes out of it.
///
/// The table of local addresses gets a route for everything. It is then asked first for what arrives, and last for what
/// we send: otherwise every answer would turn round on `lo`. It must be that table and no other, because the kernel
/// looks there whether a source address is ours.
fn answer_for_every_address(netlink: &Netlink, interface: &str) -> io::Result<()> {
    let loopback_index = netlink.index("lo")?;
    answer_for_every(netlink, interface, loopback_index, Ipv4Addr::LOCALHOST.into(), 8)?;
    // A kernel without IPv6 answers for IPv4 alone.
    match answer_for_every(netlink, interface, loopback_index, Ipv6Addr::LOCALHOST.into(), 128) {
        Err(error)
            if error.raw_os_error() != Some(libc::EAFNOSUPPORT)
                && error.raw_os_error() != Some(libc::EOPNOTSUPP) =>
        {
            Err(error)
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

fn answer_for_every(
    netlink: &Netlink,
    interface: &str,
    loopback_index: u32,
    localhost: IpAddr,
    length: u8,
) -> io::Result<()> {
    netlink.add_route(Route {
        destination: (unspecified(localhost), 0),
        gateway: None,
        interface: loopback_index,
        metric: 0,
        kind: RouteKind::Local,
        table: Table::Local,
    })?;
    let rule = |priority, table, arriving_on, destination| Rule {
        priority,
        table,
        arriving_on,
        source: None,
        destination,
    };
    netlink.add_rule(localhost, rule(100, Table::Local, Some(interface), None))?;
    netlink.add_rule(localhost, rule(101, Table::Local, None, Some((localhost, length))))?;
    netlink.add_rule(localhost, rule(102, Table::Main, None, None))?;
    netlink.add_rule(localhost, rule(103, Table::Local, None, None))?;
    netlink.remove_rule(localhost, rule(0, Table::Local, None, None))
}

/// Names come from `resolver`, and neither from the host's own nor from a daemon of the host.
fn use_resolver(directory: &Path, resolver: IpAddr) -> Result<()> {
    let name_servers = directory.join("resolv.conf");
    let services = directory.join("nsswitch.conf");
    fs::write(&name_servers, format!("nameserver {resolver}\n"))
        .attempt("writing the laptop's resolv.conf")?;
    fs::write(&services, NSSWITCH).attempt("writing the laptop's nsswitch.conf")?;
    cover(&name_servers, "/etc/resolv.conf")?;
    cover(&services, "/etc/nsswitch.conf")
}

/// Programs trust an authority besides those of the host.
fn trust_authority(directory: &Path, authority: &str) -> Result<()> {
    let own = directory.join(trust::LAPTOP_BUNDLE);
    let found = trust::BUNDLES.into_iter().map(Path::new).find(|path| path.is_file());
    let text = trust::with_authority(found.unwrap_or(Path::new("")), authority);
    fs::write(&own, text).attempt("writing whom the laptop trusts")?;
    trust::BUNDLES.into_iter().try_for_each(|bundle| cover(&own, bundle))
}

/// A host without the file has nothing to be covered.
fn cover(with: &Path, path: &str) -> Result<()> {
    if !Path::new(path).exists() {
        return Ok(());
    }
    mount_bind(with, path).attempt(format!("covering {path}"))
}

fn serve(control: &OwnedFd) {
    let Ok(signals) = sys::signal_descriptor(&[libc::SIGCHLD, libc::SIGTERM, libc::SIGINT]) else {
        return;
    };
    loop {
        use rustix::event::{PollFd, PollFlags, poll};
        let mut descriptors = [PollFd::new(control, PollFlags::IN), PollFd::new(&signals, PollFlags::IN)];
        if poll(&mut descriptors, None).is_err() {
            continue;
        }
        let asked = !descriptors[0].revents().is_empty();
        while let Some((signal, _)) = sys::read_signal(&signals) {
            if signal != libc::SIGCHLD {
                return;
            }
            while let Ok(Some(_)) = rustix::process::wait(rustix::process::WaitOptions::NOHANG) {}
        }
        if asked && !answer(control) {
            return;
        }
    }
}

/// Whether the daemon is still there.
fn answer(control: &OwnedFd) -> bool {
    let Ok(Some((request, _))) = channel::receive::<Request>(control) else {
        return false;
    };
    match make_socket(&request) {
        Ok(socket) => channel::send(control, &Report::Done, &[socket.as_fd()]).is_ok(),
        Err(error) => channel::send(control, &Report::Failed(format!("{request:?}: {error}")), &[]).is_ok(),
    }
}

fn make_socket(request: &Request) -> io::Result<OwnedFd> {
    match request {
        Request::ListenTcp(address) => {
            let socket = open(*address, SocketType::STREAM)?;
            bind(&socket, address)?;
            listen(&socket, BACKLOG)?;
            Ok(socket)
        }
        Request::BindUdp(address) => {
            let socket = open(*address, SocketType::DGRAM)?;
            bind(&socket, address)?;
            Ok(socket)
        }
        Request::SocketTcp { local, remote } => {
            let socket = open(*remote, SocketType::STREAM)?;
            if let Some(local) = local {
                bind(&socket, local)?;
            }
            match connect(&socket, remote) {
                Ok(()) | Err(rustix::io::Errno::INPROGRESS) => Ok(socket),
                Err(errno) => Err(errno.into()),
            }
        }
        Request::Attach(_) | Request::Detach(_) | Request::Renew => {
            Err(io::Error::other("a namespace has the one interface it was made with"))
        }
    }
}

/// A non-blocking socket that may use any address.
fn open(address: SocketAddr, kind: SocketType) -> io::Result<OwnedFd> {
    let family = if address.is_ipv6() { AddressFamily::INET6 } else { AddressFamily::INET };
    let socket = socket_with(family, kind, SocketFlags::CLOEXEC | SocketFlags::NONBLOCK, None)?;
    sockopt::set_socket_reuseaddr(&socket, true)?;
    if address.is_ipv6() {
        sockopt::set_ipv6_v6only(&socket, true)?;
    }
    sys::set_transparent(&socket, address.is_ipv6())?;
    Ok(socket)
}
