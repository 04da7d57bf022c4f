//! rtnetlink, as little as an interface needs: up, MTU, hardware address, addresses, routes, neighbours, rules.
//!
//! Follows rtnetlink(7). One request, one acknowledgement, no dumps. Works on the network namespace of the caller.

use std::io;
use std::net::IpAddr;
use std::os::fd::OwnedFd;

use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send, socket_with};

const NLM_F_REQUEST: u16 = 1;
const NLM_F_ACK: u16 = 4;
const NLM_F_REPLACE: u16 = 0x100;
const NLM_F_CREATE: u16 = 0x400;
const NLMSG_ERROR: u16 = 2;

const RTM_NEWLINK: u16 = 16;
const RTM_NEWADDR: u16 = 20;
const RTM_DELADDR: u16 = 21;
const RTM_NEWROUTE: u16 = 24;
const RTM_DELROUTE: u16 = 25;
const RTM_NEWNEIGH: u16 = 28;
const RTM_NEWRULE: u16 = 32;
const RTM_DELRULE: u16 = 33;

const TABLE_MAIN: u8 = 254;
/// The kernel's table of its own addresses.
pub(crate) const TABLE_LOCAL: u8 = 255;

/// A route to be added.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Route {
    /// `(network, prefix length)`.
    pub(crate) destination: (IpAddr, u8),
    pub(crate) gateway: Option<IpAddr>,
    pub(crate) interface: u32,
    /// Lower wins; tells the default routes of several interfaces apart.
    pub(crate) metric: u32,
    pub(crate) kind: RouteKind,
    pub(crate) table: Table,
}

/// Where a route leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RouteKind {
    /// Out of the interface.
    Unicast,
    /// To ourselves.
    Local,
}

/// Which table decides for which packets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule<'a> {
    pub(crate) priority: u32,
    pub(crate) table: Table,
    pub(crate) arriving_on: Option<&'a str>,
    pub(crate) source: Option<(IpAddr, u8)>,
    pub(crate) destination: Option<(IpAddr, u8)>,
}

/// The tables that routes here are in and rules here lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Table {
    Main,
    Local,
    /// One that the kernel has no use of its own for.
    Own(u8),
}

impl Table {
    fn number(self) -> u8 {
        match self {
            Self::Main => TABLE_MAIN,
            Self::Local => TABLE_LOCAL,
            Self::Own(number) => number,
        }
    }
}

/// What to change about an interface.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LinkChange {
    pub(crate) up: bool,
    pub(crate) mtu: Option<u32>,
    pub(crate) mac: Option<[u8; 6]>,
    pub(crate) queue_length: Option<u32>,
}

/// A conversation with the kernel about one network namespace.
pub(crate) struct Netlink {
    socket: OwnedFd,
}

impl Netlink {
    pub(crate) fn open() -> io::Result<Self> {
        let flags = SocketFlags::CLOEXEC;
        // Protocol 0 is NETLINK_ROUTE.
        let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, None)?;
        Ok(Self { socket })
    }

    /// The number of an interface.
    pub(crate) fn index(&self, name: &str) -> io::Result<u32> {
        let socket = rustix::net::socket(AddressFamily::INET, SocketType::DGRAM, None)?;
        Ok(rustix::net::netdevice::name_to_index(&socket, name)?)
    }

    pub(crate) fn change_link(&self, index: u32, change: LinkChange) -> io::Result<()> {
        let up = u32::from(change.up);
        let mut message = Message::new(RTM_NEWLINK, 0);
        message.bytes(&[0, 0, 0, 0]).u32(index).u32(up).u32(up);
        if let Some(mac) = change.mac {
            message.attribute(1, &mac);
        }
        if let Some(mtu) = change.mtu {
            message.attribute(4, &mtu.to_ne_bytes());
        }
        if let Some(length) = change.queue_length {
            message.attribute(13, &length.to_ne_bytes());
        }
        self.talk(message)
    }

    /// Gives an interface that is down another name. EEXIST where another one has it.
    pub(crate) fn rename_link(&self, index: u32, name: &str) -> io::Result<()> {
        let mut message = Message::new(RTM_NEWLINK, 0);
        message.bytes(&[0, 0, 0, 0]).u32(index).u32(0).u32(0);
        message.attribute(3, &[name.as_bytes(), &[0]].concat());
        self.talk(message)
    }

    pub(crate) fn add_address(&self, index: u32, address: IpAddr, prefix_length: u8) -> io::Result<()> {
        self.talk(address_message(RTM_NEWADDR, index, address, prefix_length))
    }

    pub(crate) fn remove_address(&self, index: u32, address: IpAddr, prefix_length: u8) -> io::Result<()> {
        self.talk(address_message(RTM_DELADDR, index, address, prefix_length))
    }

    pub(crate) fn add_route(&self, route: Route) -> io::Result<()> {
        self.talk(route_message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, route))
    }

    pub(crate) fn remove_route(&self, route: Route) -> io::Result<()> {
        self.talk(route_message(RTM_DELROUTE, 0, route))
    }

    /// A permanent neighbour entry.
    pub(crate) fn add_neighbor(&self, index: u32, address: IpAddr, mac: [u8; 6]) -> io::Result<()> {
        const NUD_PERMANENT: u16 = 0x80;
        let [low, high] = NUD_PERMANENT.to_ne_bytes();
        let mut message = Message::new(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE);
        message.bytes(&[family(address), 0, 0, 0]).u32(index).bytes(&[low, high, 0, 0]);
        message.address(1, address).attribute(2, &mac);
        self.talk(message)
    }

    pub(crate) fn add_rule(&self, family_of: IpAddr, rule: Rule<'_>) -> io::Result<()> {
        self.talk(rule_message(RTM_NEWRULE, NLM_F_CREATE, family_of, rule))
    }

    pub(crate) fn remove_rule(&self, family_of: IpAddr, rule: Rule<'_>) -> io::Result<()> {
        self.talk(rule_message(RTM_DELRULE, 0, family_of, rule))
    }

    fn talk(&self, message: Message) -> io::Result<()> {
        send(&self.socket, &message.finish(), SendFlags::empty())?;
        let mut answer = [0u8; 4096];
        let (length, _) = recv(&self.socket, &mut answer[..], RecvFlags::empty())?;
        let answer = &answer[..length];
        let kind = answer.get(4..6).map(|b| u16::from_ne_bytes([b[0], b[1]]));
        let code = answer.get(16..20).map(|b| i32::from_ne_bytes([b[0], b[1], b[2], b[3]]));
        match (kind, code) {
            (Some(NLMSG_ERROR), Some(0)) => Ok(()),
            (Some(NLMSG_ERROR), Some(code)) => Err(io::Error::from_raw_os_error(-code)),
            (_, _) => Err(io::Error::other("an answer from netlink that is no acknowledgement")),
        }
    }
}

fn family(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 2,
        IpAddr::V6(_) => 10,
    }
}

fn address_message(kind: u16, index: u32, address: IpAddr, prefix_length: u8) -> Message {
    // Without duplicate address detection an IPv6 address can be used at once.
    const IFA_F_NODAD: u8 = 2;
    let flags = if address.is_ipv6() { IFA_F_NODAD } else { 0 };
    let flags_of_request = if kind == RTM_NEWADDR { NLM_F_CREATE | NLM_F_REPLACE } else { 0 };
    let mut message = Message::new(kind, flags_of_request);
    message.bytes(&[family(address), prefix_length, flags, 0]).u32(index);
    message.address(1, address).address(2, address);
    message
}

fn route_message(message_kind: u16, flags: u16, route: Route) -> Message {
    const RTNH_F_ONLINK: u32 = 4;
    const RTPROT_BOOT: u8 = 3;
    let (kind, scope) = match route.kind {
        RouteKind::Unicast if route.gateway.is_none() => (1, 253),
        RouteKind::Unicast => (1, 0),
        RouteKind::Local => (2, 254),
    };
    let (network, prefix_length) = route.destination;
    let next_hop = if route.gateway.is_some() { RTNH_F_ONLINK } else { 0 };
    let mut message = Message::new(message_kind, flags);
    message
        .bytes(&[family(network), prefix_length, 0, 0, route.table.number(), RTPROT_BOOT, scope, kind])
        .u32(next_hop);
    if prefix_length > 0 {
        message.address(1, network);
    }
    message.attribute(4, &route.interface.to_ne_bytes());
    if let Some(gateway) = route.gateway {
        message.address(5, gateway);
    }
    if route.metric > 0 {
        message.attribute(6, &route.metric.to_ne_bytes());
    }
    message
}

fn rule_message(kind: u16, flags: u16, family_of: IpAddr, rule: Rule<'_>) -> Message {
    const FR_ACT_TO_TBL: u8 = 1;
    let length = |network: Option<(IpAddr, u8)>| network.map_or(0, |(_, length)| length);
    let (to, from) = (length(rule.destination), length(rule.source));
    let mut message = Message::new(kind, flags);
    message.bytes(&[family(family_of), to, from, 0, rule.table.number(), 0, 0, FR_ACT_TO_TBL]).u32(0);
    if let Some((network, _)) = rule.destination {
        message.address(1, network);
    }
    if let Some((network, _)) = rule.source {
        message.address(2, network);
    }
    if let Some(name) = rule.arriving_on {
        message.attribute(3, &[name.as_bytes(), &[0]].concat());
    }
    message.attribute(6, &rule.priority.to_ne_bytes());
    message
}

/// A netlink message under construction.
struct Message {
    bytes: Vec<u8>,
}

impl Message {
    fn new(kind: u16, flags: u16) -> Self {
        let mut message = Self { bytes: vec![0; 4] };
        message.bytes.extend_from_slice(&kind.to_ne_bytes());
        message.bytes.extend_from_slice(&(flags | NLM_F_REQUEST | NLM_F_ACK).to_ne_bytes());
        message.bytes.extend_from_slice(&[0; 8]);
        message
    }

    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    fn u32(&mut self, value: u32) -> &mut Self {
        self.bytes(&value.to_ne_bytes())
    }

    fn address(&mut self, kind: u16, address: IpAddr) -> &mut Self {
        match address {
            IpAddr::V4(v4) => self.attribute(kind, &v4.octets()),
            IpAddr::V6(v6) => self.attribute(kind, &v6.octets()),
        }
    }

    /// One attribute: length, kind, value, padded to four bytes. Values here are at most 16 bytes.
    fn attribute(&mut self, kind: u16, value: &[u8]) -> &mut Self {
        let length = u16::try_from(value.len() + 4).expect("attributes are short");
        self.bytes.extend_from_slice(&length.to_ne_bytes());
        self.bytes.extend_from_slice(&kind.to_ne_bytes());
        self.bytes.extend_from_slice(value);
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
        self
    }

    fn finish(mut self) -> Vec<u8> {
        let length = u32::try_from(self.bytes.len()).expect("messages are short");
        self.bytes[0..4].copy_from_slice(&length.to_ne_bytes());
        self.bytes
    }
}
