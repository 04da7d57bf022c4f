//! The DHCPv6 client of an instance's interface.
//!
//! Follows RFC 8415 (§18.2) in its shortest form: SOLICIT with rapid commit, RENEW, REBIND. Addresses that a renewal no
//! longer names are taken from the interface, new ones are added. Leaves out servers without rapid commit, CONFIRM,
//! RELEASE, DECLINE, delegated prefixes.

use std::fmt::Write as _;
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddrV6, UdpSocket};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use super::backoff::Backoff;
use super::dhcp::random_u32;
use super::source_routes::SourceRoutes;
use crate::netlink::Netlink;
use crate::sys;

const SERVERS: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 1, 2);
const SERVER_PORT: u16 = 547;
const CLIENT_PORT: u16 = 546;
const FIRST_RETRY: Duration = Duration::from_millis(100);
/// RFC 8415 goes on to an hour; an address that is assigned later should be noticed sooner.
const LAST_RETRY: Duration = Duration::from_secs(120);
/// How many addresses a lease may have; an instance's interface has at most fifty.
const ADDRESSES_MAX: usize = 64;

const SOLICIT: u8 = 1;
const RENEW: u8 = 5;
const REBIND: u8 = 6;
const REPLY: u8 = 7;

const OPTION_CLIENT: u16 = 1;
const OPTION_SERVER: u16 = 2;
const OPTION_ASSOCIATION: u16 = 3;
const OPTION_ADDRESS: u16 = 5;
const OPTION_WANTED: u16 = 6;
const OPTION_ELAPSED: u16 = 8;
const OPTION_RAPID_COMMIT: u16 = 14;
const OPTION_RESOLVERS: u16 = 23;
const OPTION_DOMAINS: u16 = 24;

/// What a server grants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lease {
    server: Vec<u8>,
    addresses: Vec<Ipv6Addr>,
    resolvers: Vec<Ipv6Addr>,
    domains: Vec<String>,
    lasts: Duration,
    renew_after: Duration,
    rebind_after: Duration,
}

#[derive(Clone, Debug)]
enum State {
    Soliciting,
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
    routes: Option<SourceRoutes>,
    socket: UdpSocket,
    transaction: [u8; 3],
    state: State,
    deadline: Instant,
    retry: Backoff,
}

impl Client {
    /// Opens the client's socket; the first message goes out with the first [`Client::drive`].
    pub(super) fn start(interface: &str, index: u32, mac: [u8; 6], position: u32) -> io::Result<Self> {
        let [a, b, c, _] = random_u32()?.to_ne_bytes();
        Ok(Self {
            interface: interface.to_owned(),
            index,
            mac,
            routes: SourceRoutes::of(index, position),
            socket: open_socket(interface)?,
            transaction: [a, b, c],
            state: State::Soliciting,
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

    /// What the interface has, if it has anything.
    pub(super) fn lease(&self) -> Option<&Lease> {
        match &self.state {
            State::Bound { lease, .. } | State::Renewing { lease, .. } => Some(lease),
            State::Soliciting => None,
        }
    }

    /// Asks for the lease anew.
    pub(super) fn renew_now(&mut self) {
        self.retry.reset();
        self.deadline = Instant::now();
    }

    /// Takes what has arrived and sends what is due. Returns lines for the console.
    pub(super) fn drive(&mut self, netlink: &Netlink) -> Vec<String> {
        let mut lines = Vec::new();
        let mut bytes = [0; 4096];
        while let Ok((length, _)) = self.socket.recv_from(&mut bytes) {
            if let Some(lease) = parse_reply(&bytes[..length], self.transaction, self.mac) {
                self.take(lease, netlink, &mut lines);
            }
        }
        if self.deadline <= Instant::now() {
            self.fall_due(netlink, &mut lines);
        }
        lines
    }

    fn take(&mut self, lease: Lease, netlink: &Netlink, lines: &mut Vec<String>) {
        let before = self.lease().map(|lease| lease.addresses.clone()).unwrap_or_default();
        self.change_addresses(&before, &lease.addresses, netlink, lines);
        if lease.addresses.is_empty() {
            // Nothing to be had now; perhaps later.
            self.state = State::Soliciting;
            return;
        }
        let since = Instant::now();
        self.deadline = since + lease.renew_after;
        self.retry.reset();
        self.state = State::Bound { lease, since };
    }

    fn change_addresses(
        &self,
        before: &[Ipv6Addr],
        after: &[Ipv6Addr],
        netlink: &Netlink,
        lines: &mut Vec<String>,
    ) {
        for &gone in before.iter().filter(|address| !after.contains(address)) {
            lines.push(format!("dhcpv6: {}: lost {gone}", self.interface));
            let _ = netlink.remove_address(self.index, IpAddr::V6(gone), 128);
            let _ = self.routes.map(|routes| routes.remove_source(netlink, IpAddr::V6(gone)));
        }
        for &new in after.iter().filter(|address| !before.contains(address)) {
            lines.push(format!("dhcpv6: {}: {new}/128", self.interface));
            let added = netlink.add_address(self.index, IpAddr::V6(new), 128).and_then(|()| {
                self.routes.map_or(Ok(()), |routes| routes.add_source(netlink, IpAddr::V6(new)))
            });
            if let Err(error) = added {
                lines.push(format!("dhcpv6: {}: {error}", self.interface));
            }
        }
    }

    fn fall_due(&mut self, netlink: &Netlink, lines: &mut Vec<String>) {
        match self.state.clone() {
            State::Soliciting => self.send(SOLICIT, None),
            State::Bound { lease, since } => {
                self.retry.reset();
                self.renew(lease, since);
            }
            State::Renewing { lease, since } if since.elapsed() >= lease.lasts => {
                self.change_addresses(&lease.addresses, &[], netlink, lines);
                self.state = State::Soliciting;
                self.retry.reset();
            }
            State::Renewing { lease, since } => self.renew(lease, since),
        }
    }

    fn renew(&mut self, lease: Lease, since: Instant) {
        let kind = if since.elapsed() < lease.rebind_after { RENEW } else { REBIND };
        self.send(kind, Some(&lease));
        self.state = State::Renewing { lease, since };
    }

    fn send(&mut self, kind: u8, lease: Option<&Lease>) {
        let to = SocketAddrV6::new(SERVERS, SERVER_PORT, 0, self.index);
        // Fails while the interface has no address yet; the next time is soon.
        let _ = self.socket.send_to(&question(kind, self.transaction, self.mac, lease), to);
        self.deadline = Instant::now() + self.retry.wait();
    }
}

impl Lease {
    /// The interface's addresses.
    pub(super) fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.addresses.iter().copied().map(IpAddr::V6)
    }

    /// The file that names the resolvers, for an instance that has no IPv4.
    pub(super) fn resolver_file(&self) -> String {
        let mut text = String::from("# From DHCPv6.\n");
        if !self.domains.is_empty() {
            let _ = writeln!(text, "search {}", self.domains.join(" "));
        }
        for resolver in &self.resolvers {
            let _ = writeln!(text, "nameserver {resolver}");
        }
        text
    }
}

fn open_socket(interface: &str) -> io::Result<UdpSocket> {
    use rustix::net::{AddressFamily, SocketType, bind, socket, sockopt};
    let socket = socket(AddressFamily::INET6, SocketType::DGRAM, None)?;
    sockopt::set_socket_reuseaddr(&socket, true)?;
    sockopt::set_ipv6_v6only(&socket, true)?;
    sys::bind_to_device(&socket, interface)?;
    bind(&socket, &SocketAddrV6::new(Ipv6Addr::UNSPECIFIED, CLIENT_PORT, 0, 0))?;
    let socket = UdpSocket::from(socket);
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// A DUID made from the link-layer address (RFC 8415 §11.4).
fn client_id(mac: [u8; 6]) -> [u8; 10] {
    let [a, b, c, d, e, f] = mac;
    [0, 3, 0, 1, a, b, c, d, e, f]
}

/// One interface has one association; its number is as good as any that stays the same.
fn association_id(mac: [u8; 6]) -> [u8; 4] {
    let [_, _, c, d, e, f] = mac;
    [c, d, e, f]
}

fn question(kind: u8, transaction: [u8; 3], mac: [u8; 6], lease: Option<&Lease>) -> Vec<u8> {
    let mut message = vec![kind];
    message.extend_from_slice(&transaction);
    put(&mut message, OPTION_CLIENT, &client_id(mac));
    match lease {
        Some(lease) if kind == RENEW => put(&mut message, OPTION_SERVER, &lease.server),
        Some(_) => {}
        None => put(&mut message, OPTION_RAPID_COMMIT, &[]),
    }
    let mut association = association_id(mac).to_vec();
    association.extend_from_slice(&[0; 8]);
    for address in lease.iter().flat_map(|lease| &lease.addresses) {
        // The lifetimes are the server's to say.
        let value = [address.octets().as_slice(), &[0; 8]].concat();
        put(&mut association, OPTION_ADDRESS, &value);
    }
    put(&mut message, OPTION_ASSOCIATION, &association);
    put(&mut message, OPTION_WANTED, &[OPTION_RESOLVERS, OPTION_DOMAINS].map(u16::to_be_bytes).concat());
    put(&mut message, OPTION_ELAPSED, &[0, 0]);
    message
}

fn put(message: &mut Vec<u8>, code: u16, value: &[u8]) {
    let length = u16::try_from(value.len()).expect("a lease has a bounded number of addresses");
    message.extend_from_slice(&code.to_be_bytes());
    message.extend_from_slice(&length.to_be_bytes());
    message.extend_from_slice(value);
}

/// The options of a message or of an option, up to a broken one.
fn options(mut rest: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let (&[c0, c1, l0, l1], behind) = rest.split_first_chunk()?;
        let (value, behind) = behind.split_at_checked(usize::from(u16::from_be_bytes([l0, l1])))?;
        rest = behind;
        Some((u16::from_be_bytes([c0, c1]), value))
    })
}

fn option(message: &[u8], wanted: u16) -> Option<&[u8]> {
    options(message).find(|(code, _)| *code == wanted).map(|(_, value)| value)
}

/// A server's reply, checked to be for us. Its lease may be empty.
fn parse_reply(bytes: &[u8], transaction: [u8; 3], mac: [u8; 6]) -> Option<Lease> {
    let (&[kind, a, b, c], body) = bytes.split_first_chunk()?;
    let is_ours = kind == REPLY && [a, b, c] == transaction && option(body, OPTION_CLIENT)? == client_id(mac);
    let server = option(body, OPTION_SERVER).filter(|server| server.len() <= 130)?;
    let mut associations =
        options(body).filter(|(code, _)| *code == OPTION_ASSOCIATION).map(|(_, value)| value);
    let association = associations.find(|value| value.starts_with(&association_id(mac)))?;
    let granted = granted(association.get(12..)?);
    let lasts = granted.iter().map(|(_, valid)| *valid).max().unwrap_or_default();
    let renew_after = seconds(association.get(4..8)?).filter(|it| !it.is_zero()).unwrap_or(lasts / 4);
    let rebind_after = seconds(association.get(8..12)?).filter(|it| !it.is_zero()).unwrap_or(lasts / 2);
    let resolvers = option(body, OPTION_RESOLVERS).unwrap_or_default().chunks_exact(16);
    is_ours.then(|| Lease {
        server: server.to_vec(),
        addresses: granted.iter().map(|(address, _)| *address).collect(),
        resolvers: resolvers.filter_map(sixteen).collect(),
        domains: domains(option(body, OPTION_DOMAINS).unwrap_or_default()),
        lasts,
        renew_after: renew_after.clamp(Duration::from_secs(5), Duration::from_secs(86_400)),
        rebind_after,
    })
}

/// Addresses and how long they are valid; those of no time at all are taken back.
fn granted(inner: &[u8]) -> Vec<(Ipv6Addr, Duration)> {
    options(inner)
        .filter(|(code, _)| *code == OPTION_ADDRESS)
        .filter_map(|(_, value)| Some((sixteen(value.get(..16)?)?, seconds(value.get(20..24)?)?)))
        .filter(|(address, valid)| !valid.is_zero() && !address.is_multicast() && !address.is_unspecified())
        .take(ADDRESSES_MAX)
        .collect()
}

fn sixteen(bytes: &[u8]) -> Option<Ipv6Addr> {
    bytes.try_into().ok().map(Ipv6Addr::from_octets)
}

fn seconds(bytes: &[u8]) -> Option<Duration> {
    Some(Duration::from_secs(u32::from_be_bytes(bytes.try_into().ok()?).into()))
}

/// Names as length and letters of each label; only letters that a name may have reach the file.
fn domains(mut rest: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    let mut labels: Vec<String> = Vec::new();
    while let Some((&length, behind)) = rest.split_first() {
        let Some((label, behind)) = behind.split_at_checked(usize::from(length)) else { break };
        rest = behind;
        let good = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
        match std::str::from_utf8(label) {
            Ok("") => found.push(std::mem::take(&mut labels).join(".")),
            Ok(text) if label.iter().all(good) => labels.push(text.to_owned()),
            Ok(_) | Err(_) => break,
        }
    }
    found.retain(|name| !name.is_empty() && name.len() <= 253);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAC: [u8; 6] = [2, 0, 0, 0, 0, 7];
    const OWN: Ipv6Addr = Ipv6Addr::new(0x2600, 0x1f13, 0xa, 1, 0, 0, 0, 0x10);
    const RESOLVER: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x253);

    fn reply(addresses: &[(Ipv6Addr, u32)]) -> Vec<u8> {
        let mut association = association_id(MAC).to_vec();
        association.extend_from_slice(&70u32.to_be_bytes());
        association.extend_from_slice(&112u32.to_be_bytes());
        for (address, valid) in addresses {
            let value = [address.octets().as_slice(), &140u32.to_be_bytes(), &valid.to_be_bytes()].concat();
            put(&mut association, OPTION_ADDRESS, &value);
        }
        let mut message = vec![REPLY, 1, 2, 3];
        put(&mut message, OPTION_CLIENT, &client_id(MAC));
        put(&mut message, OPTION_SERVER, &[9; 10]);
        put(&mut message, OPTION_ASSOCIATION, &association);
        put(&mut message, OPTION_RESOLVERS, &RESOLVER.octets());
        put(&mut message, OPTION_DOMAINS, b"\x03ec2\x08internal\x00\x07example\x00");
        message
    }

    #[test]
    fn a_reply_becomes_a_lease() {
        let lease = parse_reply(&reply(&[(OWN, 450)]), [1, 2, 3], MAC).expect("it is for us");
        assert_eq!(lease.addresses, [OWN]);
        assert_eq!(
            (lease.renew_after.as_secs(), lease.rebind_after.as_secs(), lease.lasts.as_secs()),
            (70, 112, 450)
        );
        assert_eq!(
            lease.resolver_file(),
            "# From DHCPv6.\nsearch ec2.internal example\nnameserver fd00:ec2::253\n"
        );
    }

    #[test]
    fn an_address_without_a_lifetime_is_no_longer_ours() {
        let gone = "2600:1f13:a:1::99".parse().unwrap();
        let lease = parse_reply(&reply(&[(OWN, 450), (gone, 0)]), [1, 2, 3], MAC).expect("it is for us");
        assert_eq!(lease.addresses, [OWN]);
    }

    #[test]
    fn a_reply_for_somebody_else_is_passed_over() {
        let reply = reply(&[(OWN, 450)]);
        assert_eq!(parse_reply(&reply, [1, 2, 4], MAC), None, "another transaction");
        assert_eq!(parse_reply(&reply, [1, 2, 3], [2; 6]), None, "another interface");
    }

    #[test]
    fn no_reply_however_short_or_odd_ends_the_client() {
        let whole = reply(&[(OWN, 450)]);
        for length in 0..whole.len() {
            let _ = parse_reply(&whole[..length], [1, 2, 3], MAC);
        }
        assert_eq!(domains(b"\x01a\x00\x05b\nc d\x00"), ["a"], "no line of ours is for a server to write");
    }

    #[test]
    fn a_renewal_names_the_server_and_what_is_held() {
        let lease = parse_reply(&reply(&[(OWN, 450)]), [1, 2, 3], MAC).expect("it is for us");
        let renewal = question(RENEW, [1, 2, 3], MAC, Some(&lease));
        assert_eq!(option(&renewal[4..], OPTION_SERVER), Some([9; 10].as_slice()));
        let held = option(&renewal[4..], OPTION_ASSOCIATION).and_then(|it| option(&it[12..], OPTION_ADDRESS));
        assert_eq!(held.map(|it| &it[..16]), Some(OWN.octets().as_slice()));
        assert_eq!(
            option(&question(SOLICIT, [1, 2, 3], MAC, None)[4..], OPTION_RAPID_COMMIT),
            Some([].as_slice())
        );
    }
}
