//! The DHCP client of an instance's interface.
//!
//! Follows RFC 2131 (states of §4.4) and RFC 2132. Asks for broadcast answers, so that an ordinary socket can hear
//! them before there is an address. Leaves out: INIT-REBOOT, DECLINE, RELEASE, several offers.

use std::fmt::Write as _;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use super::backoff::Backoff;
use super::source_routes::SourceRoutes;
use crate::files::write_guest_file;
use crate::netlink::{LinkChange, Netlink, Route, RouteKind, Table};
use crate::sys;

const SERVER_PORT: u16 = 67;
const CLIENT_PORT: u16 = 68;
const COOKIE: [u8; 4] = [99, 130, 83, 99];
/// The first answer comes from the same machine; a lost one is asked for again soon.
const FIRST_RETRY: Duration = Duration::from_millis(100);
/// "Up to a maximum of 64 seconds" (RFC 2131 §4.1).
const LAST_RETRY: Duration = Duration::from_secs(64);

const OPTION_SUBNET_MASK: u8 = 1;
const OPTION_ROUTER: u8 = 3;
const OPTION_DNS: u8 = 6;
const OPTION_HOST_NAME: u8 = 12;
const OPTION_DOMAIN_NAME: u8 = 15;
const OPTION_MTU: u8 = 26;
const OPTION_TIME_SERVERS: u8 = 42;
const OPTION_REQUESTED_ADDRESS: u8 = 50;
const OPTION_LEASE_TIME: u8 = 51;
const OPTION_MESSAGE_TYPE: u8 = 53;
const OPTION_SERVER: u8 = 54;
const OPTION_PARAMETERS: u8 = 55;
const OPTION_RENEWAL_TIME: u8 = 58;
const OPTION_REBINDING_TIME: u8 = 59;

const DISCOVER: u8 = 1;
const OFFER: u8 = 2;
const REQUEST: u8 = 3;
const ACK: u8 = 5;
const NAK: u8 = 6;

/// What a server grants.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Lease {
    address: Ipv4Addr,
    prefix_length: u8,
    server: Ipv4Addr,
    router: Option<Ipv4Addr>,
    resolvers: Vec<Ipv4Addr>,
    host_name: Option<String>,
    domain_name: Option<String>,
    time_servers: Vec<Ipv4Addr>,
    mtu: Option<u16>,
    lasts: Duration,
    renew_after: Duration,
    rebind_after: Duration,
}

impl Lease {
    fn network(&self) -> Ipv4Addr {
        let mask = u32::MAX.checked_shl(32 - u32::from(self.prefix_length)).unwrap_or(0);
        Ipv4Addr::from(u32::from(self.address) & mask)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Selecting,
    Requesting(Lease),
    Bound {
        lease: Lease,
        since: Instant,
    },
    /// Asks the server that gave the lease, and past the rebinding time any server.
    Renewing {
        lease: Lease,
        since: Instant,
    },
}

/// The client of one interface.
pub(super) struct Client {
    interface: String,
    index: u32,
    mac: [u8; 6],
    /// The first interface has the resolver, the host name and the best default route.
    position: u32,
    socket: UdpSocket,
    transaction: u32,
    state: State,
    deadline: Instant,
    retry: Backoff,
}

impl Client {
    /// Opens the client's socket; the first message goes out with the first [`Client::drive`].
    pub(super) fn start(interface: &str, index: u32, mac: [u8; 6], position: u32) -> io::Result<Self> {
        let socket = open_socket(interface)?;
        Ok(Self {
            interface: interface.to_owned(),
            index,
            mac,
            position,
            socket,
            transaction: random_u32()?,
            state: State::Selecting,
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

    /// Asks without waiting any longer: for a lease, or for the one there is again, since what comes with the address may
    /// have changed.
    pub(super) fn ask_now(&mut self) {
        match self.state {
            State::Selecting | State::Requesting(_) => self.retry.reset(),
            State::Bound { .. } | State::Renewing { .. } => {}
        }
        self.deadline = Instant::now();
    }

    /// Whether the interface has its address.
    pub(super) fn is_bound(&self) -> bool {
        self.address().is_some()
    }

    /// The interface's primary address.
    pub(super) fn address(&self) -> Option<Ipv4Addr> {
        self.lease().map(|lease| lease.address)
    }

    /// The host name that the first interface's lease brings.
    pub(super) fn host_name(&self) -> Option<String> {
        self.lease().filter(|_| self.position == 0).and_then(whole_name)
    }

    fn lease(&self) -> Option<&Lease> {
        match &self.state {
            State::Bound { lease, .. } | State::Renewing { lease, .. } => Some(lease),
            State::Selecting | State::Requesting(_) => None,
        }
    }

    /// Takes what has arrived and sends what is due. Returns lines for the console.
    pub(super) fn drive(&mut self, netlink: &Netlink) -> Vec<String> {
        let mut lines = Vec::new();
        let mut bytes = [0; 1500];
        while let Ok((length, _)) = self.socket.recv_from(&mut bytes) {
            if let Some(message) = Answer::parse(&bytes[..length], self.transaction, self.mac) {
                self.take(&message, netlink, &mut lines);
            }
        }
        if self.deadline <= Instant::now() {
            self.fall_due(netlink, &mut lines);
        }
        lines
    }

    fn take(&mut self, answer: &Answer<'_>, netlink: &Netlink, lines: &mut Vec<String>) {
        match (&self.state, answer.kind()) {
            (State::Selecting, Some(OFFER)) => {
                if let Some(lease) = answer.lease() {
                    self.retry.reset();
                    self.request(State::Requesting(lease), lines);
                }
            }
            (State::Requesting(_) | State::Renewing { .. }, Some(ACK)) => {
                if let Some(lease) = answer.lease() {
                    self.bind(lease, netlink, lines);
                }
            }
            (State::Requesting(_) | State::Renewing { .. }, Some(NAK)) => self.lose(netlink, lines),
            (_, _) => {}
        }
    }

    fn fall_due(&mut self, netlink: &Netlink, lines: &mut Vec<String>) {
        match self.state.clone() {
            State::Selecting => self.send(DISCOVER, None, None, lines),
            // The server may have gone since its offer: RFC 2131 §4.4.1 starts over after a few tries.
            State::Requesting(_) if self.retry.is_at_its_end() => self.start_over(),
            State::Requesting(lease) => self.request(State::Requesting(lease), lines),
            State::Bound { lease, since } => {
                self.retry.reset();
                self.request(State::Renewing { lease, since }, lines);
            }
            State::Renewing { lease, since } if since.elapsed() >= lease.lasts => self.lose(netlink, lines),
            State::Renewing { lease, since } => self.request(State::Renewing { lease, since }, lines),
        }
    }

    fn request(&mut self, state: State, lines: &mut Vec<String>) {
        match &state {
            State::Requesting(lease) => self.send(REQUEST, Some(lease), None, lines),
            State::Renewing { lease, since } => {
                let to = (since.elapsed() < lease.rebind_after).then_some(lease.server);
                let current = Some((lease.address, to));
                self.send(REQUEST, None, current, lines);
            }
            State::Selecting | State::Bound { .. } => {}
        }
        self.state = state;
    }

    /// Sends one message: to everyone, or when renewing to the server that gave the lease.
    fn send(
        &mut self,
        kind: u8,
        offer: Option<&Lease>,
        current: Option<(Ipv4Addr, Option<Ipv4Addr>)>,
        lines: &mut Vec<String>,
    ) {
        let message = question(kind, self.transaction, self.mac, offer, current.map(|(address, _)| address));
        let to = current.and_then(|(_, server)| server).unwrap_or(Ipv4Addr::BROADCAST);
        if let Err(error) = self.socket.send_to(&message, SocketAddr::from((to, SERVER_PORT))) {
            lines.push(format!("dhcp: {}: {error}", self.interface));
        }
        self.deadline = Instant::now() + self.retry.wait();
    }

    fn bind(&mut self, lease: Lease, netlink: &Netlink, lines: &mut Vec<String>) {
        let changed = match &self.state {
            State::Renewing { lease: old, .. } | State::Bound { lease: old, .. } => *old != lease,
            State::Selecting | State::Requesting(_) => true,
        };
        if changed {
            lines.push(format!(
                "dhcp: {}: {}/{} via {}",
                self.interface,
                lease.address,
                lease.prefix_length,
                lease.router.map_or("nothing".into(), |router| router.to_string())
            ));
            if let Err(error) = self.configure(&lease, netlink) {
                lines.push(format!("dhcp: {}: {error}", self.interface));
            }
        }
        let since = Instant::now();
        self.deadline = since + lease.renew_after;
        self.retry.reset();
        self.state = State::Bound { lease, since };
    }

    fn configure(&self, lease: &Lease, netlink: &Netlink) -> io::Result<()> {
        let change = LinkChange { up: true, mtu: lease.mtu.map(u32::from), ..LinkChange::default() };
        netlink.change_link(self.index, change)?;
        netlink.add_address(self.index, lease.address.into(), lease.prefix_length)?;
        if let Some(router) = lease.router {
            netlink.add_route(Route {
                destination: (IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0),
                gateway: Some(router.into()),
                interface: self.index,
                metric: 512 + self.position,
                kind: RouteKind::Unicast,
                table: Table::Main,
            })?;
        }
        if let Some(routes) = SourceRoutes::of(self.index, self.position) {
            routes.set_link(netlink, (lease.network().into(), lease.prefix_length))?;
            lease.router.map_or(Ok(()), |router| routes.set_router(netlink, router.into()))?;
            routes.add_source(netlink, lease.address.into())?;
        }
        if self.position == 0 {
            write_guest_file("/etc/resolv.conf", &resolver_file(lease))?;
            write_host_name(lease)?;
        }
        write_time_servers(&self.interface, &lease.time_servers)
    }

    /// The address is no longer ours.
    fn lose(&mut self, netlink: &Netlink, lines: &mut Vec<String>) {
        if let State::Renewing { lease, .. } = &self.state {
            lines.push(format!("dhcp: {}: lost {}", self.interface, lease.address));
            let _ = netlink.remove_address(self.index, lease.address.into(), lease.prefix_length);
            if let Some(routes) = SourceRoutes::of(self.index, self.position) {
                let _ = routes.remove_source(netlink, lease.address.into());
            }
        }
        self.start_over();
    }

    fn start_over(&mut self) {
        self.state = State::Selecting;
        self.retry.reset();
        self.deadline = Instant::now() + FIRST_RETRY;
    }
}

fn open_socket(interface: &str) -> io::Result<UdpSocket> {
    use rustix::net::{AddressFamily, SocketType, bind, socket, sockopt};
    let socket = socket(AddressFamily::INET, SocketType::DGRAM, None)?;
    // Several interfaces, one port.
    sockopt::set_socket_reuseaddr(&socket, true)?;
    sockopt::set_socket_broadcast(&socket, true)?;
    sys::bind_to_device(&socket, interface)?;
    bind(&socket, &SocketAddr::from((Ipv4Addr::UNSPECIFIED, CLIENT_PORT)))?;
    let socket = UdpSocket::from(socket);
    socket.set_nonblocking(true)?;
    Ok(socket)
}

pub(super) fn random_u32() -> io::Result<u32> {
    use std::io::Read;
    let mut bytes = [0; 4];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(u32::from_ne_bytes(bytes))
}

fn resolver_file(lease: &Lease) -> String {
    let mut text = String::from("# From DHCP.\n");
    if let Some(domain) = &lease.domain_name {
        let _ = writeln!(text, "search {domain}");
    }
    for resolver in &lease.resolvers {
        let _ = writeln!(text, "nameserver {resolver}");
    }
    text
}

/// Where chrony looks for the servers that DHCP names.
const TIME_SOURCES: &str = "/run/chrony-dhcp";

/// Tells chrony of time servers, one file for each interface that names some.
fn write_time_servers(interface: &str, servers: &[Ipv4Addr]) -> io::Result<()> {
    let file = format!("{TIME_SOURCES}/{interface}.sources");
    if servers.is_empty() {
        return match std::fs::remove_file(file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        };
    }
    std::fs::create_dir_all(TIME_SOURCES)?;
    write_guest_file(
        file,
        &servers.iter().map(|server| format!("server {server} iburst\n")).collect::<String>(),
    )
}

/// The whole name, as Amazon Linux sets it: `ip-10-0-1-10.ec2.internal`.
fn whole_name(lease: &Lease) -> Option<String> {
    let name = lease.host_name.as_ref()?;
    Some(match &lease.domain_name {
        // Several domains are a search list; the first is the instance's own.
        Some(domains) if !name.contains('.') => match domains.split(' ').next() {
            Some(domain) => format!("{name}.{domain}"),
            None => name.clone(),
        },
        Some(_) | None => name.clone(),
    })
}

/// For whoever asks files for it; the kernel is told by [`crate::hostname`].
fn write_host_name(lease: &Lease) -> io::Result<()> {
    let Some(whole) = whole_name(lease) else {
        return Ok(());
    };
    let short = whole.split('.').next().unwrap_or(&whole);
    write_guest_file("/etc/hostname", &format!("{whole}\n"))?;
    write_guest_file("/etc/hosts", &hosts_file(lease.address, &whole, short))
}

/// The instance's name stands for the address that others know it by, as the VPC's resolver says; here also where that is
/// switched off or is another's.
fn hosts_file(address: Ipv4Addr, whole: &str, short: &str) -> String {
    let names = if whole == short { whole.to_owned() } else { format!("{whole} {short}") };
    format!("127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n{address} {names}\n")
}

/// A message to a server.
fn question(
    kind: u8,
    transaction: u32,
    mac: [u8; 6],
    offer: Option<&Lease>,
    current: Option<Ipv4Addr>,
) -> Vec<u8> {
    // BOOTREQUEST on Ethernet; the broadcast flag unless we can be reached at an address.
    let mut message = vec![1, 1, 6, 0];
    message.extend_from_slice(&transaction.to_be_bytes());
    let flags = if current.is_some() { 0u16 } else { 0x8000 };
    message.extend_from_slice(&[0, 0]);
    message.extend_from_slice(&flags.to_be_bytes());
    message.extend_from_slice(&current.unwrap_or(Ipv4Addr::UNSPECIFIED).octets());
    message.extend_from_slice(&[0; 12]);
    message.extend_from_slice(&mac);
    message.resize(236, 0);
    message.extend_from_slice(&COOKIE);
    message.extend_from_slice(&[OPTION_MESSAGE_TYPE, 1, kind]);
    if let Some(offer) = offer {
        message.extend_from_slice(&[OPTION_REQUESTED_ADDRESS, 4]);
        message.extend_from_slice(&offer.address.octets());
        message.extend_from_slice(&[OPTION_SERVER, 4]);
        message.extend_from_slice(&offer.server.octets());
    }
    message.extend_from_slice(&[OPTION_PARAMETERS, 7, OPTION_SUBNET_MASK, OPTION_ROUTER, OPTION_DNS]);
    message.extend_from_slice(&[OPTION_HOST_NAME, OPTION_DOMAIN_NAME, OPTION_MTU, OPTION_TIME_SERVERS]);
    message.push(255);
    message.resize(message.len().max(300), 0);
    message
}

/// A server's message, checked to be for us.
struct Answer<'a> {
    address: Ipv4Addr,
    options: &'a [u8],
}

impl<'a> Answer<'a> {
    fn parse(bytes: &'a [u8], transaction: u32, mac: [u8; 6]) -> Option<Self> {
        let is_reply = bytes.first() == Some(&2);
        let ours = bytes.get(4..8)? == transaction.to_be_bytes() && bytes.get(28..34)? == mac;
        let cookie = bytes.get(236..240)? == COOKIE;
        let address = four(bytes.get(16..20)?)?;
        (is_reply && ours && cookie).then_some(Self { address, options: &bytes[240..] })
    }

    fn kind(&self) -> Option<u8> {
        self.option(OPTION_MESSAGE_TYPE)?.first().copied()
    }

    fn option(&self, wanted: u8) -> Option<&'a [u8]> {
        let mut rest = self.options;
        loop {
            match *rest {
                [0, ref after @ ..] => rest = after,
                [255, ..] | [] | [_] => return None,
                [code, length, ref after @ ..] => {
                    let value = after.get(..usize::from(length))?;
                    if code == wanted {
                        return Some(value);
                    }
                    rest = &after[usize::from(length)..];
                }
            }
        }
    }

    fn seconds(&self, code: u8) -> Option<Duration> {
        let bytes: [u8; 4] = self.option(code)?.try_into().ok()?;
        Some(Duration::from_secs(u32::from_be_bytes(bytes).into()))
    }

    fn addresses(&self, code: u8) -> Vec<Ipv4Addr> {
        self.option(code).map(|value| value.chunks_exact(4).filter_map(four).collect()).unwrap_or_default()
    }

    fn text(&self, code: u8) -> Option<String> {
        let text = std::str::from_utf8(self.option(code)?).ok()?;
        let text = text.trim_end_matches('\0');
        let good = |byte: u8| byte.is_ascii_alphanumeric() || b"-._ ".contains(&byte);
        (!text.is_empty() && text.len() <= 255 && text.bytes().all(good)).then(|| text.to_owned())
    }

    fn lease(&self) -> Option<Lease> {
        let mask = self.option(OPTION_SUBNET_MASK).and_then(four).unwrap_or(Ipv4Addr::new(255, 255, 255, 0));
        // A grant without an end is asked for again once a day.
        let lasts =
            self.seconds(OPTION_LEASE_TIME).unwrap_or(Duration::from_secs(3600)).max(Duration::from_secs(10));
        let lasts = lasts.min(Duration::from_secs(2 * 86_400));
        let renew_after = self.seconds(OPTION_RENEWAL_TIME).unwrap_or(lasts / 2).min(lasts);
        let rebind_after = self.seconds(OPTION_REBINDING_TIME).unwrap_or(lasts * 7 / 8).min(lasts);
        let usable =
            !self.address.is_unspecified() && !self.address.is_multicast() && !self.address.is_broadcast();
        usable.then_some(Lease {
            address: self.address,
            prefix_length: u8::try_from(u32::from(mask).leading_ones()).unwrap_or(24),
            server: self.option(OPTION_SERVER).and_then(four)?,
            router: self.option(OPTION_ROUTER).and_then(|value| four(value.get(..4)?)),
            resolvers: self.addresses(OPTION_DNS),
            host_name: self.text(OPTION_HOST_NAME).filter(|name| !name.contains(' ')),
            domain_name: self.text(OPTION_DOMAIN_NAME),
            time_servers: self.addresses(OPTION_TIME_SERVERS),
            mtu: self
                .option(OPTION_MTU)
                .and_then(|value| Some(u16::from_be_bytes(value.try_into().ok()?)))
                .filter(|&mtu| mtu >= 576),
            lasts,
            renew_after: renew_after.max(Duration::from_secs(5)),
            rebind_after,
        })
    }
}

fn four(bytes: &[u8]) -> Option<Ipv4Addr> {
    let octets: [u8; 4] = bytes.try_into().ok()?;
    Some(octets.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAC: [u8; 6] = [2, 0, 0, 0, 0, 7];

    #[test]
    fn an_offer_becomes_a_lease() {
        let offer = answer(&[
            &[53, 1, OFFER],
            &[1, 4, 255, 255, 240, 0],
            &[3, 4, 10, 0, 0, 1],
            &[6, 8, 10, 0, 0, 2, 10, 0, 0, 3],
            &[15, 12],
            b"ec2.internal",
            &[26, 2, 0x23, 0x29],
            &[42, 4, 10, 0, 9, 1],
            &[51, 4, 0, 0, 14, 16],
            &[54, 4, 10, 0, 0, 1],
            &[255],
        ]);
        let answer = Answer::parse(&offer, 77, MAC).expect("it is for us");
        let lease = answer.lease().expect("it is complete");
        assert_eq!(answer.kind(), Some(OFFER));
        assert_eq!((lease.address, lease.prefix_length), (Ipv4Addr::new(10, 0, 0, 5), 20));
        assert_eq!(lease.resolvers, [Ipv4Addr::new(10, 0, 0, 2), Ipv4Addr::new(10, 0, 0, 3)]);
        assert_eq!(lease.time_servers, [Ipv4Addr::new(10, 0, 9, 1)]);
        assert_eq!(lease.mtu, Some(9001));
        assert_eq!(lease.renew_after, Duration::from_secs(1800));
        assert_eq!(
            resolver_file(&lease),
            "# From DHCP.\nsearch ec2.internal\nnameserver 10.0.0.2\nnameserver 10.0.0.3\n"
        );
    }

    #[test]
    fn an_instances_name_stands_for_its_own_address() {
        let own = Ipv4Addr::new(10, 0, 0, 5);
        let file = hosts_file(own, "ip-10-0-0-5.ec2.internal", "ip-10-0-0-5");
        assert!(file.starts_with("127.0.0.1 localhost\n::1 localhost "));
        assert!(file.ends_with("\n10.0.0.5 ip-10-0-0-5.ec2.internal ip-10-0-0-5\n"));
        assert!(hosts_file(own, "web", "web").ends_with("\n10.0.0.5 web\n"), "without a domain");
    }

    #[test]
    fn an_answer_for_somebody_else_is_passed_over() {
        let offer = answer(&[&[53, 1, OFFER], &[54, 4, 10, 0, 0, 1], &[255]]);
        assert!(Answer::parse(&offer, 78, MAC).is_none(), "another transaction");
        assert!(Answer::parse(&offer, 77, [2; 6]).is_none(), "another interface");
    }

    #[test]
    fn no_answer_however_short_or_odd_ends_the_client() {
        let offer = answer(&[&[53, 1, OFFER], &[54, 4, 10, 0, 0, 1], &[12, 200, 1]]);
        for length in 0..offer.len() {
            if let Some(answer) = Answer::parse(&offer[..length], 77, MAC) {
                let _ = (answer.kind(), answer.lease());
            }
        }
        let evil = answer(&[&[53, 1, OFFER], &[54, 4, 10, 0, 0, 1], &[15, 8], b"a\nnames\n"]);
        let lease =
            Answer::parse(&evil, 77, MAC).and_then(|answer| answer.lease()).expect("the rest is fine");
        assert_eq!(lease.domain_name, None, "no line of ours is for a server to write");
    }

    fn answer(options: &[&[u8]]) -> Vec<u8> {
        let mut bytes = vec![2, 1, 6, 0];
        bytes.extend_from_slice(&77u32.to_be_bytes());
        bytes.resize(16, 0);
        bytes.extend_from_slice(&[10, 0, 0, 5]);
        bytes.resize(28, 0);
        bytes.extend_from_slice(&MAC);
        bytes.resize(236, 0);
        bytes.extend_from_slice(&COOKIE);
        bytes.extend(options.concat());
        bytes
    }
}
