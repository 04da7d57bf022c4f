//! One interface of an instance: its DHCP client, and where the kernel has IPv6 its router discovery and DHCPv6 client.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

use super::router::Solicitor;
use super::source_routes::SourceRoutes;
use super::{dhcp, dhcpv6};
use crate::files::write_guest_file;
use crate::netlink::{LinkChange, Netlink};

/// How long an interface that has its IPv6 address waits for one of IPv4 before it counts as set up.
const OTHER_FAMILY: Duration = Duration::from_millis(500);

/// An interface and its clients.
pub(super) struct Interface {
    name: String,
    /// The first interface has the resolver.
    position: u32,
    index: u32,
    mac: [u8; 6],
    dhcp: dhcp::Client,
    ipv6: Option<Ipv6>,
    /// What of the IPv6 lease is in the resolver's file.
    resolver_file: String,
    /// Beside the lease's, from the instance metadata.
    secondary: BTreeSet<Ipv4Addr>,
}

struct Ipv6 {
    routers: Solicitor,
    dhcp: dhcpv6::Client,
    bound_since: Option<Instant>,
}

impl Interface {
    /// Brings the interface up and makes its clients; they begin with the first [`Interface::drive`].
    pub(super) fn start(name: &str, mac: [u8; 6], position: u32, netlink: &Netlink) -> io::Result<Self> {
        let index = netlink.index(name)?;
        leave_ipv6_to_us(name);
        netlink.change_link(index, LinkChange { up: true, ..LinkChange::default() })?;
        let dhcp = dhcp::Client::start(name, index, mac, position)?;
        let ipv6 = Ipv6::start(name, index, mac, position)?;
        let (resolver_file, secondary) = (String::new(), BTreeSet::new());
        Ok(Self { name: name.to_owned(), position, index, mac, dhcp, ipv6, resolver_file, secondary })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Its hardware address.
    pub(super) fn mac(&self) -> [u8; 6] {
        self.mac
    }

    /// What may become readable.
    pub(super) fn sockets(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let ipv6 = self.ipv6.iter().flat_map(|ipv6| [ipv6.routers.socket(), ipv6.dhcp.socket()]);
        std::iter::once(self.dhcp.socket()).chain(ipv6)
    }

    /// When something must be done by the clock.
    pub(super) fn deadline(&self) -> Instant {
        let ipv6 = self.ipv6.iter().map(|ipv6| ipv6.deadline(self.dhcp.is_bound()));
        ipv6.fold(self.dhcp.deadline(), Instant::min)
    }

    /// Whether the interface has the addresses that it is going to have.
    pub(super) fn is_set_up(&self) -> bool {
        let only_ipv6 = self.ipv6.as_ref().and_then(|ipv6| ipv6.bound_since);
        self.dhcp.is_bound() || only_ipv6.is_some_and(|since| since.elapsed() >= OTHER_FAMILY)
    }

    /// What the instance is to be called, if this interface's lease says so.
    pub(super) fn host_name(&self) -> Option<String> {
        self.dhcp.host_name()
    }

    /// Takes what has arrived and sends what is due. Returns lines for the console.
    pub(super) fn drive(&mut self, netlink: &Netlink) -> Vec<String> {
        let mut lines = self.dhcp.drive(netlink);
        let Some(ipv6) = &mut self.ipv6 else {
            return lines;
        };
        ipv6.drive(netlink, &mut lines);
        // With both families the resolver is that of IPv4.
        let lease = ipv6.dhcp.lease().filter(|_| self.position == 0 && !self.dhcp.is_bound());
        let file = lease.map(dhcpv6::Lease::resolver_file).unwrap_or_default();
        if !file.is_empty() && file != self.resolver_file {
            if let Err(error) = write_guest_file("/etc/resolv.conf", &file) {
                lines.push(format!("dhcpv6: /etc/resolv.conf: {error}"));
            }
            self.resolver_file = file;
        }
        lines
    }

    /// Asks anew for what can change: a router, the leases that are not there yet, and what both leases say.
    pub(super) fn renew(&mut self) {
        self.dhcp.ask_now();
        if let Some(ipv6) = &mut self.ipv6 {
            ipv6.routers.ask_now();
            ipv6.dhcp.renew_now();
        }
    }

    /// Gives the interface the addresses that the instance metadata names, and takes others away. Returns lines for the
    /// console.
    pub(super) fn set_addresses(&mut self, named: &[Ipv4Addr], netlink: &Netlink) -> Vec<String> {
        let Some(primary) = self.dhcp.address() else {
            return Vec::new();
        };
        let wanted: BTreeSet<Ipv4Addr> =
            named.iter().copied().filter(|address| *address != primary).collect();
        let routes = SourceRoutes::of(self.index, self.position);
        let mut lines = Vec::new();
        for &gone in self.secondary.difference(&wanted) {
            lines.push(format!("addresses: {}: lost {gone}", self.name));
            let _ = netlink.remove_address(self.index, IpAddr::V4(gone), 32);
            let _ = routes.map(|routes| routes.remove_source(netlink, IpAddr::V4(gone)));
        }
        for &new in wanted.difference(&self.secondary) {
            lines.push(format!("addresses: {}: {new}", self.name));
            let added = netlink
                .add_address(self.index, IpAddr::V4(new), 32)
                .and_then(|()| routes.map_or(Ok(()), |routes| routes.add_source(netlink, IpAddr::V4(new))));
            if let Err(error) = added {
                lines.push(format!("addresses: {}: {error}", self.name));
            }
        }
        self.secondary = wanted;
        lines
    }

    /// The interface has gone; with it went its addresses and routes, but not the rules.
    pub(super) fn clean_up(&self, netlink: &Netlink) {
        let Some(routes) = SourceRoutes::of(self.index, self.position) else {
            return;
        };
        let ipv6 = self.ipv6.iter().filter_map(|ipv6| ipv6.dhcp.lease()).flat_map(dhcpv6::Lease::addresses);
        let ipv4 = self.secondary.iter().copied().chain(self.dhcp.address()).map(IpAddr::V4);
        for address in ipv4.chain(ipv6) {
            let _ = routes.remove_source(netlink, address);
        }
    }
}

impl Ipv6 {
    /// Nothing where the kernel has no IPv6.
    fn start(name: &str, index: u32, mac: [u8; 6], position: u32) -> io::Result<Option<Self>> {
        let routers = match Solicitor::start(name, index, mac, position) {
            Ok(routers) => routers,
            Err(error) if error.raw_os_error() == Some(libc::EAFNOSUPPORT) => return Ok(None),
            Err(error) => return Err(error),
        };
        let dhcp = dhcpv6::Client::start(name, index, mac, position)?;
        Ok(Some(Self { routers, dhcp, bound_since: None }))
    }

    fn deadline(&self, has_ipv4: bool) -> Instant {
        let mut deadline = self.routers.deadline();
        if self.is_wanted() {
            deadline = deadline.min(self.dhcp.deadline());
        }
        match self.bound_since.map(|since| since + OTHER_FAMILY) {
            Some(alone) if !has_ipv4 && alone > Instant::now() => deadline.min(alone),
            Some(_) | None => deadline,
        }
    }

    /// A lease is kept until its end, even where no router speaks any more.
    fn is_wanted(&self) -> bool {
        self.routers.is_managed() || self.dhcp.lease().is_some()
    }

    fn drive(&mut self, netlink: &Netlink, lines: &mut Vec<String>) {
        lines.extend(self.routers.drive(netlink));
        if self.is_wanted() {
            lines.extend(self.dhcp.drive(netlink));
        }
        self.bound_since = self.dhcp.lease().map(|_| self.bound_since.unwrap_or_else(Instant::now));
    }
}

/// Addresses are leases, so that nobody else can have them, and routers are ours to find.
fn leave_ipv6_to_us(name: &str) {
    for setting in ["accept_ra", "accept_dad", "autoconf"] {
        let _ = fs::write(format!("/proc/sys/net/ipv6/conf/{name}/{setting}"), "0");
    }
}
