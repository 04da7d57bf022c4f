//! Router discovery of an instance's interface: which router there is, and whether addresses are to be had by DHCPv6.
//!
//! Follows RFC 4861 (§6.3), and RFC 7559 where nobody answers: asks on, but ever more seldom, because whether a subnet has
//! IPv6 can change while the instance runs. A router that nobody confirms is forgotten. Instead of the kernel, because that
//! asks only when a link comes up. Leaves out prefixes (every address here is a lease of its own), redirects, and the choice
//! between several routers.

use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddrV6};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, ipproto, recvfrom, sendto, socket_with,
    sockopt,
};

use super::backoff::Backoff;
use super::source_routes::SourceRoutes;
use crate::netlink::{Netlink, Route, RouteKind, Table};
use crate::sys;

const ALL_ROUTERS: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 2);
const SOLICITATION: u8 = 133;
const ADVERTISEMENT: u8 = 134;
/// "Managed address configuration", among the flags.
const MANAGED: u8 = 0x80;
const OPTION_SOURCE_LINK: u8 = 1;
/// The interface's own address takes a moment to become usable.
const FIRST_RETRY: Duration = Duration::from_millis(10);
/// RFC 7559 goes on to an hour; a subnet's new IPv6 block should be noticed sooner.
const LAST_RETRY: Duration = Duration::from_secs(120);
/// A router is asked to confirm itself when this part of its lifetime is over (RFC 4861 §6.2.1: it would speak by itself).
const CONFIRMATIONS_IN_A_LIFETIME: u32 = 3;

/// What a router says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Advertisement {
    managed: bool,
    lifetime: Duration,
}

/// A router that advertised itself.
#[derive(Clone, Copy, Debug)]
struct Router {
    address: Ipv6Addr,
    managed: bool,
    until: Instant,
}

/// Asks for the routers of one interface.
pub(super) struct Solicitor {
    interface: String,
    index: u32,
    mac: [u8; 6],
    /// The first interface has the best default route.
    position: u32,
    socket: OwnedFd,
    router: Option<Router>,
    deadline: Instant,
    retry: Backoff,
}

impl Solicitor {
    /// Opens the socket; the first question goes out with the first [`Solicitor::drive`].
    pub(super) fn start(interface: &str, index: u32, mac: [u8; 6], position: u32) -> io::Result<Self> {
        Ok(Self {
            interface: interface.to_owned(),
            index,
            mac,
            position,
            socket: open_socket(interface)?,
            router: None,
            deadline: Instant::now(),
            retry: Backoff::new(FIRST_RETRY, LAST_RETRY),
        })
    }

    pub(super) fn socket(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    /// When something must be sent.
    pub(super) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Asks anew, whoever has answered or not.
    pub(super) fn ask_now(&mut self) {
        self.retry.reset();
        self.deadline = Instant::now();
    }

    /// Whether a router says that addresses are to be had by DHCPv6.
    pub(super) fn is_managed(&self) -> bool {
        self.router.is_some_and(|router| router.managed)
    }

    /// Takes what has arrived and sends what is due. Returns lines for the console.
    pub(super) fn drive(&mut self, netlink: &Netlink) -> Vec<String> {
        let mut lines = Vec::new();
        let mut bytes = [0; 1500];
        while let Ok((length, _, from)) = recvfrom(&self.socket, &mut bytes[..], RecvFlags::empty()) {
            let from = from.and_then(|from| SocketAddrV6::try_from(from).ok()).map(|from| *from.ip());
            // A router speaks from its link-local address; whatever came from further away would not.
            let router = from.filter(Ipv6Addr::is_unicast_link_local);
            if let (Some(router), Some(said)) = (router, Advertisement::parse(&bytes[..length])) {
                self.hear(router, said, netlink, &mut lines);
            }
        }
        let now = Instant::now();
        if self.router.is_some_and(|router| router.until <= now) {
            self.forget(netlink, &mut lines);
        }
        if self.deadline <= now {
            self.ask(now);
        }
        lines
    }

    fn hear(&mut self, address: Ipv6Addr, said: Advertisement, netlink: &Netlink, lines: &mut Vec<String>) {
        if said.lifetime.is_zero() {
            return self.forget(netlink, lines);
        }
        let now = Instant::now();
        if self.router.map(|router| router.address) != Some(address) {
            lines.push(format!("ipv6: {}: router {address}", self.interface));
            let own = SourceRoutes::of(self.index, self.position);
            let added = netlink
                .add_route(self.default_route(address))
                .and_then(|()| own.map_or(Ok(()), |routes| routes.set_router(netlink, address.into())));
            if let Err(error) = added {
                lines.push(format!("ipv6: {}: {error}", self.interface));
            }
        }
        self.router = Some(Router { address, managed: said.managed, until: now + said.lifetime });
        self.retry.reset();
        self.deadline = now + said.lifetime / CONFIRMATIONS_IN_A_LIFETIME;
    }

    fn forget(&mut self, netlink: &Netlink, lines: &mut Vec<String>) {
        if let Some(router) = self.router.take() {
            lines.push(format!("ipv6: {}: router {} has gone", self.interface, router.address));
            let _ = netlink.remove_route(self.default_route(router.address));
        }
    }

    fn default_route(&self, router: Ipv6Addr) -> Route {
        Route {
            destination: (IpAddr::V6(Ipv6Addr::UNSPECIFIED), 0),
            gateway: Some(router.into()),
            interface: self.index,
            metric: 512 + self.position,
            kind: RouteKind::Unicast,
            table: Table::Main,
        }
    }

    fn ask(&mut self, now: Instant) {
        let to = SocketAddrV6::new(ALL_ROUTERS, 0, 0, self.index);
        // Fails while the interface has no address yet; the next time is soon.
        let _ = sendto(&self.socket, &solicitation(self.mac), SendFlags::empty(), &to);
        self.deadline = now + self.retry.wait();
    }
}

fn open_socket(interface: &str) -> io::Result<OwnedFd> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = socket_with(AddressFamily::INET6, SocketType::RAW, flags, Some(ipproto::ICMPV6))?;
    sys::bind_to_device(&socket, interface)?;
    sys::hear_icmpv6_only(&socket, ADVERTISEMENT)?;
    // The neighbours' proof that a message was never forwarded (RFC 4861 §6.1).
    sockopt::set_ipv6_multicast_hops(&socket, 255)?;
    Ok(socket)
}

/// The kernel fills in the checksum.
fn solicitation(mac: [u8; 6]) -> Vec<u8> {
    let mut message = vec![SOLICITATION, 0, 0, 0, 0, 0, 0, 0, OPTION_SOURCE_LINK, 1];
    message.extend_from_slice(&mac);
    message
}

impl Advertisement {
    fn parse(message: &[u8]) -> Option<Self> {
        let &[kind, code, _, _, _, flags, high, low, ..] = message else {
            return None;
        };
        let lifetime = Duration::from_secs(u16::from_be_bytes([high, low]).into());
        let is_whole = message.len() >= 16;
        (kind == ADVERTISEMENT && code == 0 && is_whole)
            .then_some(Self { managed: flags & MANAGED != 0, lifetime })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: [u8; 16] = [ADVERTISEMENT, 0, 1, 2, 64, 0xc0, 0x07, 0x08, 0, 0, 0, 0, 0, 0, 0, 0];

    #[test]
    fn an_advertisement_says_how_long_and_how() {
        let said = Advertisement::parse(&SAID);
        assert_eq!(said, Some(Advertisement { managed: true, lifetime: Duration::from_secs(1800) }));
    }

    #[test]
    fn no_message_however_short_or_odd_is_taken_for_one() {
        for length in 0..SAID.len() {
            assert_eq!(Advertisement::parse(&SAID[..length]), None);
        }
        let mut other = SAID;
        other[0] = 136;
        assert_eq!(Advertisement::parse(&other), None, "a neighbour advertisement");
    }

    #[test]
    fn a_question_names_the_asker() {
        assert_eq!(solicitation([2, 0, 0, 0, 0, 7]), [133, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 0, 0, 0, 0, 7]);
    }
}
