//! Whose process is at the other end of a connection over the loopback: the kernel knows, and nobody can lie to it.
//!
//! Follows sock_diag(7): the client's own socket is looked up by the connection's two ends (no dump), and the answer has
//! the user it belongs to. Where the kernel has no such interface, `/proc/net/tcp` and `tcp6` say the same (proc(5)).
//!
//! What is not believed:
//! - A socket without an inode. Its process has closed it, and the kernel then says user 0 of it: whoever sends a request
//!   and closes at once would be root.
//! - A socket that is not connected, such as one that has just taken over a port that was given up.
//! - An answer about a connection that has ended by the time of the answer: its port may be another's.
//! - The user that stands for all whom our user namespace has no number for.

use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Mutex;

use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, getpeername, getsockname, netlink, recv,
    send, socket_with,
};

const SOCK_DIAG_BY_FAMILY: u16 = 20;
const NLM_F_REQUEST: u16 = 1;
const NLMSG_ERROR: u16 = 2;
const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;
const IPPROTO_TCP: u8 = 6;

/// Length of `struct nlmsghdr`.
const HEADER: usize = 16;
/// Length of `struct inet_diag_sockid`, and where it stands in a request and in an answer behind the header.
const SOCKET_ID: usize = 48;
const ID_IN_ANSWER: usize = HEADER + 4;
/// Behind the identity in an answer: three numbers about queues, then the user and the inode.
const USER_IN_ANSWER: usize = ID_IN_ANSWER + SOCKET_ID + 12;
const INODE_IN_ANSWER: usize = USER_IN_ANSWER + 4;
/// The two ports and addresses of an identity; behind them are the interface and the cookie.
const ENDS: usize = 36;

/// Established, and half closed from either side: `enum` in `net/tcp_states.h`.
const CONNECTED: [u8; 4] = [1, 4, 5, 8];

/// How many answers to questions of others are passed over before ours must come.
const STRAY_ANSWERS_MAX: usize = 8;

/// Whoever is at the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// A process of this user has the other end.
    User(u32),
    /// The kernel does not tell.
    Unknown,
}

/// Asks the kernel about connections.
pub struct Peers {
    /// A question and its answer, one after the other; `None` where the kernel has no such interface.
    kernel: Option<Mutex<Questions>>,
    /// Stands for users without a number here; `None` where every user has one.
    nobody: Option<u32>,
}

impl Peers {
    /// Finds out how this kernel is asked, by a connection of our own: it says of an interface that it does not have
    /// what it says of a socket that is not there.
    pub fn open() -> Peers {
        let tried = Questions::open().and_then(|mut questions| {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
            let _client = TcpStream::connect(listener.local_addr()?)?;
            let (accepted, _) = listener.accept()?;
            questions.ask(&Ends::of(&accepted)?)?;
            Ok(questions)
        });
        Peers { kernel: tried.ok().map(Mutex::new), nobody: nobody() }
    }

    /// Asks by `/proc/net` alone, as where sock_diag(7) is missing.
    pub fn by_proc() -> Peers {
        Peers { kernel: None, nobody: nobody() }
    }

    /// Whose process holds the other end of an accepted connection of this network namespace.
    pub fn of(&self, connection: impl AsFd) -> Peer {
        let Ok(ends) = Ends::of(&connection) else { return Peer::Unknown };
        let Some(found) = self.look_up(&ends) else { return Peer::Unknown };
        // Fails once the connection was reset, and the socket that was found may be another's.
        let goes_on = getpeername(&connection).is_ok();
        match goes_on && found.is_held() && Some(found.user) != self.nobody {
            true => Peer::User(found.user),
            false => Peer::Unknown,
        }
    }

    fn look_up(&self, ends: &Ends) -> Option<Found> {
        match &self.kernel {
            Some(questions) => {
                questions.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).ask(ends).ok()
            }
            None => ends.in_proc(),
        }
    }
}

/// The user whom the kernel names where a user namespace has no number for the true one.
fn nobody() -> Option<u32> {
    let map = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    let is_whole = map.split_whitespace().eq(["0", "0", "4294967295"]);
    let said = || fs::read_to_string("/proc/sys/kernel/overflowuid").ok()?.trim().parse().ok();
    (!is_whole).then(|| said().unwrap_or(65534))
}

/// What the kernel says of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Found {
    state: u8,
    user: u32,
    inode: u64,
}

impl Found {
    fn is_held(&self) -> bool {
        self.inode != 0 && CONNECTED.contains(&self.state)
    }
}

/// A connection as its client's socket has it: from there to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ends {
    client: SocketAddr,
    server: SocketAddr,
}

impl Ends {
    fn of(connection: impl AsFd) -> io::Result<Ends> {
        let address = |name: rustix::net::SocketAddrAny| SocketAddr::try_from(name).map(plain);
        let (client, server) = (getpeername(&connection)?, getsockname(&connection)?);
        let client = client.ok_or(io::ErrorKind::NotConnected)?;
        Ok(Ends { client: address(client)?, server: address(server)? })
    }

    /// The same as the kernel keeps it: ports and addresses as they are on the wire.
    fn bytes(&self) -> [u8; ENDS] {
        let mut bytes = [0; ENDS];
        bytes[0..2].copy_from_slice(&self.client.port().to_be_bytes());
        bytes[2..4].copy_from_slice(&self.server.port().to_be_bytes());
        put(&mut bytes[4..20], self.client.ip());
        put(&mut bytes[20..36], self.server.ip());
        bytes
    }

    /// The client's line in the kernel's lists of sockets. A socket of either family may carry IPv4.
    fn in_proc(&self) -> Option<Found> {
        let files = ["/proc/net/tcp", "/proc/net/tcp6"];
        files.iter().find_map(|file| {
            let text = fs::read_to_string(file).ok()?;
            text.lines().find_map(|line| self.in_line(line))
        })
    }

    fn in_line(&self, line: &str) -> Option<Found> {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [_, local, remote, state, _, _, _, user, _, inode, ..] = fields.as_slice() else { return None };
        let ours = written(local) == Some(self.client) && written(remote) == Some(self.server);
        let state = u8::from_str_radix(state, 16).ok().filter(|_| ours)?;
        Some(Found { state, user: user.parse().ok()?, inode: inode.parse().ok()? })
    }
}

/// Without what only one of the two ends may know: the interface, and that IPv4 is written as IPv6.
fn plain(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

fn put(bytes: &mut [u8], address: IpAddr) {
    match address {
        IpAddr::V4(v4) => bytes[..4].copy_from_slice(&v4.octets()),
        IpAddr::V6(v6) => bytes.copy_from_slice(&v6.octets()),
    }
}

/// `0100007F:1F90`: an address in words of the machine's own order, a port.
fn written(text: &str) -> Option<SocketAddr> {
    let (address, port) = text.split_once(':')?;
    let words = address.as_bytes().chunks(8).map(|word| {
        let word = u32::from_str_radix(std::str::from_utf8(word).ok()?, 16).ok()?;
        Some(word.to_ne_bytes())
    });
    let bytes = words.collect::<Option<Vec<_>>>()?.concat();
    let address = match <[u8; 4]>::try_from(bytes.as_slice()) {
        Ok(v4) => IpAddr::from(v4),
        Err(_) => IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?)),
    };
    Some(plain(SocketAddr::new(address, u16::from_str_radix(port, 16).ok()?)))
}

/// A conversation with the kernel about sockets.
struct Questions {
    socket: OwnedFd,
    asked: u32,
}

impl Questions {
    fn open() -> io::Result<Questions> {
        let (flags, protocol) = (SocketFlags::CLOEXEC, Some(netlink::SOCK_DIAG));
        let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, protocol)?;
        Ok(Questions { socket, asked: 0 })
    }

    fn ask(&mut self, ends: &Ends) -> io::Result<Found> {
        self.asked = self.asked.wrapping_add(1);
        send(&self.socket, &request(ends, self.asked), SendFlags::empty())?;
        let mut answer = [0; 1024];
        for _ in 0..STRAY_ANSWERS_MAX {
            // The answer is there when the question has been sent.
            let (length, _) = recv(&self.socket, &mut answer[..], RecvFlags::DONTWAIT)?;
            if let Some(found) = found(&answer[..length], ends, self.asked) {
                return found;
            }
        }
        Err(io::Error::other("netlink answers other questions than ours"))
    }
}

/// `struct nlmsghdr` and `struct inet_diag_req_v2`.
fn request(ends: &Ends, number: u32) -> Vec<u8> {
    let family = if ends.client.is_ipv4() { AF_INET } else { AF_INET6 };
    let no_cookie = [0xff; 8];
    let body = [
        &[family, IPPROTO_TCP, 0, 0][..],
        &u32::MAX.to_ne_bytes(),
        &ends.bytes(),
        &0u32.to_ne_bytes(),
        &no_cookie,
    ]
    .concat();
    let length = u32::try_from(HEADER + body.len()).expect("a request is short");
    [
        &length.to_ne_bytes()[..],
        &SOCK_DIAG_BY_FAMILY.to_ne_bytes(),
        &NLM_F_REQUEST.to_ne_bytes(),
        &number.to_ne_bytes(),
        &0u32.to_ne_bytes(),
        &body,
    ]
    .concat()
}

/// What an answer says; `None` if it answers another question.
fn found(answer: &[u8], ends: &Ends, number: u32) -> Option<io::Result<Found>> {
    let u16_at = |at: usize| Some(u16::from_ne_bytes(answer.get(at..at + 2)?.try_into().ok()?));
    let u32_at = |at: usize| Some(u32::from_ne_bytes(answer.get(at..at + 4)?.try_into().ok()?));
    if u32_at(8) != Some(number) {
        return None;
    }
    if u16_at(4) == Some(NLMSG_ERROR) {
        let code = u32_at(HEADER).map_or(0, |code| code.wrapping_neg().cast_signed());
        return Some(Err(io::Error::from_raw_os_error(code)));
    }
    let is_ours = u16_at(4) == Some(SOCK_DIAG_BY_FAMILY) && same_ends(answer.get(ID_IN_ANSWER..)?, ends);
    let read = || {
        let (user, inode) = (u32_at(USER_IN_ANSWER)?, u32_at(INODE_IN_ANSWER)?.into());
        Some(Found { state: *answer.get(HEADER + 1)?, user, inode })
    };
    let found = if is_ours { read() } else { None };
    Some(found.ok_or_else(|| io::Error::other("an answer of netlink that is none")))
}

/// Whether an answer is about these ends. A socket of IPv6 that carries IPv4 is named by IPv6 addresses.
fn same_ends(id: &[u8], ends: &Ends) -> bool {
    let mapped = |address: SocketAddr| match address.ip() {
        IpAddr::V4(v4) => SocketAddr::new(v4.to_ipv6_mapped().into(), address.port()),
        IpAddr::V6(_) => address,
    };
    let as_ipv6 = Ends { client: mapped(ends.client), server: mapped(ends.server) };
    id.starts_with(&ends.bytes()) || id.starts_with(&as_ipv6.bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::process::geteuid;
    use std::io::Write;
    use std::net::Shutdown;

    /// Both ways to ask must answer alike.
    fn both(connection: &TcpStream) -> [Peer; 2] {
        let kernel = Peers::open();
        if kernel.kernel.is_none() {
            eprintln!("CANNOT RUN the half that asks the kernel itself: it has no sock_diag(7)");
        }
        [kernel.of(connection), Peers::by_proc().of(connection)]
    }

    fn connected(listen: &str, connect: Option<&str>) -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind(listen).unwrap();
        let own = listener.local_addr().unwrap();
        let to = connect.map_or(own, |ip| SocketAddr::new(ip.parse().unwrap(), own.port()));
        let client = TcpStream::connect(to).unwrap();
        (client, listener.accept().unwrap().0)
    }

    fn has_ipv6() -> bool {
        TcpListener::bind("[::1]:0").is_ok()
    }

    #[test]
    fn a_connection_of_ones_own_is_ones_own_in_either_family() {
        let own = Peer::User(geteuid().as_raw());
        let (_client, accepted) = connected("127.0.0.1:0", None);
        assert_eq!(both(&accepted), [own; 2]);
        if !has_ipv6() {
            eprintln!("CANNOT RUN the half over IPv6: this kernel has none");
            return;
        }
        let (_client, accepted) = connected("[::1]:0", None);
        assert_eq!(both(&accepted), [own; 2]);
        // A listener of both families, and a client whose socket is of the other one.
        let (_client, accepted) = connected("[::]:0", Some("127.0.0.1"));
        assert_eq!(both(&accepted), [own; 2]);
        let (_client, accepted) = connected("127.0.0.1:0", Some("::ffff:127.0.0.1"));
        assert_eq!(both(&accepted), [own; 2]);
    }

    #[test]
    fn half_a_connection_still_has_an_owner() {
        let (client, accepted) = connected("127.0.0.1:0", None);
        client.shutdown(Shutdown::Write).unwrap();
        assert_eq!(both(&accepted), [Peer::User(geteuid().as_raw()); 2]);
    }

    /// The kernel says user 0 of a socket that its process has closed.
    #[test]
    fn who_sends_and_closes_at_once_is_nobody() {
        let (mut client, accepted) = connected("127.0.0.1:0", None);
        client.write_all(b"POST / HTTP/1.1\r\n\r\n").unwrap();
        let ends = Ends::of(&accepted).unwrap();
        drop(client);
        let said = ends.in_proc().unwrap();
        assert_eq!((said.user, said.inode, said.is_held()), (0, 0, false), "{said:?}");
        assert_eq!(both(&accepted), [Peer::Unknown; 2]);
    }

    #[test]
    fn a_connection_that_was_reset_is_nobodys() {
        let (client, mut accepted) = connected("127.0.0.1:0", None);
        // Closing with something unread resets.
        accepted.write_all(b"x").unwrap();
        client.peek(&mut [0]).unwrap();
        drop(client);
        assert_eq!(both(&accepted), [Peer::Unknown; 2]);
    }

    #[test]
    fn a_user_without_a_number_here_is_nobody() {
        let (_client, accepted) = connected("127.0.0.1:0", None);
        let peers = Peers { kernel: None, nobody: Some(geteuid().as_raw()) };
        assert_eq!(peers.of(&accepted), Peer::Unknown);
    }

    #[test]
    fn the_kernels_list_is_read_as_it_writes_it() {
        let line = "   1: 0100007F:A21E 0100007F:1F90 01 00000000:00000000 00:00000000 00000000    33        0 4711 1 0";
        let ends =
            Ends { client: "127.0.0.1:41502".parse().unwrap(), server: "127.0.0.1:8080".parse().unwrap() };
        // The words are in the machine's own order; this line is of a little-endian one.
        let expected = cfg!(target_endian = "little").then_some(Found { state: 1, user: 33, inode: 4711 });
        assert_eq!(ends.in_line(line), expected);
        let other_way = Ends { client: ends.server, server: ends.client };
        assert_eq!(other_way.in_line(line), None);
        for rubbish in ["", "1: x y z", "1: 0100007F:A21E 0100007F 01 0 0 0 33 0 4711"] {
            assert_eq!(ends.in_line(rubbish), None);
        }
    }

    #[test]
    fn an_answer_about_something_else_is_none() {
        let ends = Ends { client: "127.0.0.1:1".parse().unwrap(), server: "127.0.0.1:2".parse().unwrap() };
        let mut answer = request(&ends, 7);
        answer.resize(124, 0);
        assert!(found(&answer, &ends, 8).is_none(), "another's number");
        answer[ID_IN_ANSWER..ID_IN_ANSWER + ENDS].copy_from_slice(&ends.bytes());
        assert!(found(&answer, &ends, 7).unwrap().is_ok());
        answer[ID_IN_ANSWER] ^= 1;
        assert!(found(&answer, &ends, 7).unwrap().is_err(), "other ends");
        assert!(found(&answer[..40], &ends, 7).is_none_or(|found| found.is_err()), "cut short");
    }
}
