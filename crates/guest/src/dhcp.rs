//! DHCP for IPv4: the network is the server on every link, and the lease is always the interface's primary address.
//!
//! Follows RFC 2131 and "DHCP option sets in Amazon VPC" (VPC User Guide). "Address in the lease always = primary private
//! IP of the ENI": secondary addresses are for the guest to configure. The server keeps no state, so that RELEASE and
//! DECLINE change nothing. Left out: BOOTP, relays, options spread over `file` and `sname`; for IPv6 see
//! [`crate::dhcpv6`].

use model::dhcp_options::AMAZON_PROVIDED_DNS;
use model::{DhcpOptions, Ipv4Net, NetworkInterface, Subnet, Vpc, World};
use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;

use crate::names;

/// How long a lease lasts.
const LEASE_S: u32 = 3600;
/// The MTU inside a VPC.
const MTU: u16 = 9001;
/// The limit of name servers and of NTP servers of each family in one set ("up to four", DHCP option sets).
pub(crate) const SERVERS_MAX: usize = 4;

const BOOT_REQUEST: u8 = 1;
const BOOT_REPLY: u8 = 2;
const ETHERNET: u8 = 1;
const COOKIE: [u8; 4] = [99, 130, 83, 99];
const BROADCAST_FLAG: u8 = 0x80;
/// Up to and with the cookie.
const FIXED_LEN: usize = 240;
/// Old clients drop anything shorter (RFC 1542, 2.1).
const REPLY_LEN_MIN: usize = 300;

mod option {
    pub(super) const PAD: u8 = 0;
    pub(super) const SUBNET_MASK: u8 = 1;
    pub(super) const ROUTER: u8 = 3;
    pub(super) const NAME_SERVERS: u8 = 6;
    pub(super) const HOST_NAME: u8 = 12;
    pub(super) const DOMAIN_NAME: u8 = 15;
    pub(super) const INTERFACE_MTU: u8 = 26;
    pub(super) const BROADCAST_ADDRESS: u8 = 28;
    pub(super) const NTP_SERVERS: u8 = 42;
    pub(super) const NETBIOS_NAME_SERVERS: u8 = 44;
    pub(super) const NETBIOS_NODE_TYPE: u8 = 46;
    pub(super) const REQUESTED_ADDRESS: u8 = 50;
    pub(super) const LEASE_TIME: u8 = 51;
    pub(super) const MESSAGE_TYPE: u8 = 53;
    pub(super) const SERVER_ID: u8 = 54;
    pub(super) const CLIENT_ID: u8 = 61;
    pub(super) const END: u8 = 255;
}

/// An answer to a DHCP client, from port 67 to port 68.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DhcpReply {
    /// The UDP payload.
    pub payload: Vec<u8>,
    /// Whether it goes to everyone on the link, because the client cannot take packets for its address yet.
    pub broadcast: bool,
    /// The source address: the subnet's router, which is the server of every lease.
    pub server: Ipv4Addr,
    /// The destination address: 255.255.255.255 when broadcast, the client's own otherwise.
    pub destination: Ipv4Addr,
}

/// Answers a DHCP message; `None` for those that get no answer.
pub fn answer(world: &World, interface: &NetworkInterface, payload: &[u8]) -> Option<DhcpReply> {
    let request = Request::parse(payload)?;
    if request.hardware_address() != interface.mac.0 || !request.relay().is_unspecified() {
        return None;
    }
    let lease = Lease::of(world, interface)?;
    let verdict = match request.kind()? {
        MessageKind::Discover => Verdict::Offer,
        MessageKind::Request => lease.judge(&request)?,
        MessageKind::Inform => Verdict::Inform,
        MessageKind::Offer
        | MessageKind::Decline
        | MessageKind::Ack
        | MessageKind::Nak
        | MessageKind::Release => return None,
    };
    Some(lease.reply(world, interface, &request, verdict))
}

/// The values of option 53 that have a meaning here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MessageKind {
    Discover = 1,
    Offer = 2,
    Request = 3,
    Decline = 4,
    Ack = 5,
    Nak = 6,
    Release = 7,
    Inform = 8,
}

/// What is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Offer,
    Lease,
    Refuse,
    /// Options without an address, for a client that has one.
    Inform,
}

impl Verdict {
    fn kind(self) -> MessageKind {
        match self {
            Verdict::Offer => MessageKind::Offer,
            Verdict::Lease | Verdict::Inform => MessageKind::Ack,
            Verdict::Refuse => MessageKind::Nak,
        }
    }
}

/// A client's message, its length and fixed fields checked.
struct Request<'a> {
    fixed: &'a [u8; FIXED_LEN],
    options: &'a [u8],
}

impl<'a> Request<'a> {
    fn parse(payload: &'a [u8]) -> Option<Self> {
        let (fixed, options) = payload.split_first_chunk::<FIXED_LEN>()?;
        let well_formed = fixed[0] == BOOT_REQUEST && fixed[1] == ETHERNET && fixed[2] == 6;
        (well_formed && fixed[236..] == COOKIE).then_some(Request { fixed, options })
    }

    fn hardware_address(&self) -> &[u8] {
        &self.fixed[28..34]
    }

    fn wants_broadcast(&self) -> bool {
        self.fixed[10] & BROADCAST_FLAG != 0
    }

    /// The address that the client already uses; 0.0.0.0 for none.
    fn client_address(&self) -> Ipv4Addr {
        address(&self.fixed[12..16]).unwrap_or(Ipv4Addr::UNSPECIFIED)
    }

    fn relay(&self) -> Ipv4Addr {
        address(&self.fixed[24..28]).unwrap_or(Ipv4Addr::UNSPECIFIED)
    }

    fn kind(&self) -> Option<MessageKind> {
        match self.option(option::MESSAGE_TYPE)? {
            [1] => Some(MessageKind::Discover),
            [2] => Some(MessageKind::Offer),
            [3] => Some(MessageKind::Request),
            [4] => Some(MessageKind::Decline),
            [5] => Some(MessageKind::Ack),
            [6] => Some(MessageKind::Nak),
            [7] => Some(MessageKind::Release),
            [8] => Some(MessageKind::Inform),
            _ => None,
        }
    }

    /// The first option with this code; options behind a broken one do not exist.
    fn option(&self, wanted: u8) -> Option<&'a [u8]> {
        let mut rest = self.options;
        loop {
            let (&code, behind) = rest.split_first()?;
            match code {
                option::PAD => rest = behind,
                option::END => return None,
                _ => {
                    let (&len, behind) = behind.split_first()?;
                    let (value, behind) = behind.split_at_checked(usize::from(len))?;
                    if code == wanted {
                        return Some(value);
                    }
                    rest = behind;
                }
            }
        }
    }
}

fn address(bytes: &[u8]) -> Option<Ipv4Addr> {
    <[u8; 4]>::try_from(bytes).ok().map(Ipv4Addr::from_octets)
}

/// What the link has to give: one address, the router, the subnet's mask.
struct Lease<'a> {
    address: Ipv4Addr,
    router: Ipv4Addr,
    cidr: Ipv4Net,
    subnet: &'a Subnet,
}

impl<'a> Lease<'a> {
    /// `None` in an IPv6-only subnet.
    fn of(world: &'a World, interface: &NetworkInterface) -> Option<Self> {
        let subnet = world.network.subnets.get(&interface.subnet)?;
        let address = interface.primary_address()?;
        Some(Lease { address, router: subnet.router()?, cidr: subnet.cidr?, subnet })
    }

    /// What a DHCPREQUEST gets (RFC 2131, 4.3.2).
    fn judge(&self, request: &Request<'_>) -> Option<Verdict> {
        let server = request.option(option::SERVER_ID).and_then(address);
        if server.is_some_and(|chosen| chosen != self.router) {
            // "Those servers not selected by the DHCPREQUEST message use the message as notification" (3.1).
            return None;
        }
        let in_use = Some(request.client_address()).filter(|address| !address.is_unspecified());
        let wanted = request.option(option::REQUESTED_ADDRESS).and_then(address).or(in_use)?;
        Some(if wanted == self.address { Verdict::Lease } else { Verdict::Refuse })
    }

    fn reply(
        &self,
        world: &World,
        interface: &NetworkInterface,
        request: &Request<'_>,
        verdict: Verdict,
    ) -> DhcpReply {
        let mut message = Message::answering(request, verdict, self);
        match verdict {
            Verdict::Offer | Verdict::Lease => {
                message.put(option::LEASE_TIME, &LEASE_S.to_be_bytes());
                self.put_configuration(world, interface, &mut message);
            }
            Verdict::Inform => self.put_configuration(world, interface, &mut message),
            Verdict::Refuse => {}
        }
        let broadcast = is_broadcast(request, verdict);
        let destination = if broadcast { Ipv4Addr::BROADCAST } else { self.destination(interface, request) };
        DhcpReply { payload: message.finish(), broadcast, server: self.router, destination }
    }

    /// The address that the client uses already, if it may, or the lease's.
    fn destination(&self, interface: &NetworkInterface, request: &Request<'_>) -> Ipv4Addr {
        let in_use = request.client_address();
        if interface.is_assigned(IpAddr::V4(in_use)) { in_use } else { self.address }
    }

    fn put_configuration(&self, world: &World, interface: &NetworkInterface, message: &mut Message) {
        message.put(option::SUBNET_MASK, &self.cidr.netmask().octets());
        message.put(option::ROUTER, &self.router.octets());
        message.put(option::BROADCAST_ADDRESS, &self.cidr.broadcast().octets());
        message.put(option::INTERFACE_MTU, &MTU.to_be_bytes());
        if let Some(label) = names::host_label(interface, self.subnet) {
            message.put(option::HOST_NAME, label.as_bytes());
        }
        if let Some((vpc, options)) = option_set(world, interface) {
            put_option_set(vpc, options, message);
        }
    }
}

/// RFC 2131, 4.1: a refusal always; otherwise when the client has no address and asks for it.
fn is_broadcast(request: &Request<'_>, verdict: Verdict) -> bool {
    match verdict {
        Verdict::Refuse => true,
        Verdict::Offer | Verdict::Lease | Verdict::Inform => {
            request.client_address().is_unspecified() && request.wants_broadcast()
        }
    }
}

/// The VPC's DHCP option set; `None` for the set `default`, which stands for no options at all.
pub(crate) fn option_set<'a>(
    world: &'a World,
    interface: &NetworkInterface,
) -> Option<(&'a Vpc, &'a DhcpOptions)> {
    let vpc = world.network.vpcs.get(&interface.vpc)?;
    let options = world.network.dhcp_options.get(&vpc.dhcp_options?)?;
    Some((vpc, options))
}

fn put_option_set(vpc: &Vpc, options: &DhcpOptions, message: &mut Message) {
    message.put_addresses(option::NAME_SERVERS, name_servers(vpc, options));
    message.put(option::DOMAIN_NAME, options.values("domain-name").join(" ").as_bytes());
    message.put_addresses(option::NTP_SERVERS, addresses(options.values("ntp-servers")));
    message.put_addresses(option::NETBIOS_NAME_SERVERS, addresses(options.values("netbios-name-servers")));
    let node_type = options.values("netbios-node-type").first().and_then(|value| value.parse::<u8>().ok());
    if let Some(node_type) = node_type {
        message.put(option::NETBIOS_NODE_TYPE, &[node_type]);
    }
}

/// `AmazonProvidedDNS` is the VPC resolver, which is not there while `enableDnsSupport` is off.
fn name_servers(vpc: &Vpc, options: &DhcpOptions) -> Vec<Ipv4Addr> {
    let values = options.values("domain-name-servers");
    if values.iter().any(|value| value == AMAZON_PROVIDED_DNS) {
        return vpc.dns_support.then(|| vpc.resolver()).into_iter().collect();
    }
    addresses(values)
}

/// The IPv4 ones among the values; IPv6 servers are for DHCPv6.
fn addresses(values: &[String]) -> Vec<Ipv4Addr> {
    values.iter().filter_map(|value| Ipv4Addr::from_str(value).ok()).take(SERVERS_MAX).collect()
}

/// A reply being written.
struct Message(Vec<u8>);

impl Message {
    fn answering(request: &Request<'_>, verdict: Verdict, lease: &Lease<'_>) -> Self {
        let mut fixed = [0; FIXED_LEN];
        fixed[..3].copy_from_slice(&[BOOT_REPLY, ETHERNET, 6]);
        // Transaction, flags, hardware address: the client knows its answer by them.
        fixed[4..8].copy_from_slice(&request.fixed[4..8]);
        fixed[10..12].copy_from_slice(&request.fixed[10..12]);
        fixed[28..44].copy_from_slice(&request.fixed[28..44]);
        fixed[236..].copy_from_slice(&COOKIE);
        match verdict {
            Verdict::Offer => fixed[16..20].copy_from_slice(&lease.address.octets()),
            Verdict::Lease => {
                fixed[12..16].copy_from_slice(&request.fixed[12..16]);
                fixed[16..20].copy_from_slice(&lease.address.octets());
            }
            Verdict::Inform => fixed[12..16].copy_from_slice(&request.fixed[12..16]),
            Verdict::Refuse => {}
        }
        let mut message = Message(fixed.to_vec());
        message.put(option::MESSAGE_TYPE, &[verdict.kind() as u8]);
        message.put(option::SERVER_ID, &lease.router.octets());
        // RFC 6842: a client identifier is repeated in every answer.
        message.put(option::CLIENT_ID, request.option(option::CLIENT_ID).unwrap_or_default());
        message
    }

    /// An option without a value, or with one that is too long to write, is left out.
    fn put(&mut self, code: u8, value: &[u8]) {
        match u8::try_from(value.len()) {
            Ok(0) | Err(_) => {}
            Ok(len) => {
                self.0.extend([code, len]);
                self.0.extend(value);
            }
        }
    }

    fn put_addresses(&mut self, code: u8, addresses: Vec<Ipv4Addr>) {
        let bytes: Vec<u8> = addresses.iter().flat_map(|address| address.octets()).collect();
        self.put(code, &bytes);
    }

    fn finish(mut self) -> Vec<u8> {
        self.0.push(option::END);
        if self.0.len() < REPLY_LEN_MIN {
            self.0.resize(REPLY_LEN_MIN, option::PAD);
        }
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{self, WEB_ETH0, eni};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    const DISCOVER: u8 = 1;
    const REQUEST: u8 = 3;
    const OFFER: u8 = 2;
    const ACK: u8 = 5;
    const NAK: u8 = 6;
    const OWN: [u8; 4] = [10, 0, 1, 10];
    const ROUTER: [u8; 4] = [10, 0, 1, 1];

    /// A message of web's, with its options.
    fn message(kind: u8, options: &[(u8, &[u8])]) -> Vec<u8> {
        let mut bytes = vec![0; FIXED_LEN];
        bytes[..8].copy_from_slice(&[1, 1, 6, 0, 0xde, 0xad, 0xbe, 0xef]);
        bytes[28..34].copy_from_slice(&[0x0a, 0, 0, 0, 0, 10]);
        bytes[236..].copy_from_slice(&COOKIE);
        bytes.extend([option::MESSAGE_TYPE, 1, kind]);
        for (code, value) in options {
            bytes.extend([*code, value.len() as u8]);
            bytes.extend(*value);
        }
        bytes.push(option::END);
        bytes
    }

    fn in_use(mut message: Vec<u8>, address: [u8; 4]) -> Vec<u8> {
        message[12..16].copy_from_slice(&address);
        message
    }

    fn asked(world: &World, message: &[u8]) -> Option<DhcpReply> {
        answer(world, &eni(world, WEB_ETH0), message)
    }

    fn options(reply: &DhcpReply) -> BTreeMap<u8, Vec<u8>> {
        let mut found = BTreeMap::new();
        let mut rest = &reply.payload[FIXED_LEN..];
        while rest[0] != option::END {
            let len = usize::from(rest[1]);
            found.insert(rest[0], rest[2..2 + len].to_vec());
            rest = &rest[2 + len..];
        }
        found
    }

    fn kind(reply: &DhcpReply) -> u8 {
        options(reply)[&option::MESSAGE_TYPE][0]
    }

    fn your_address(reply: &DhcpReply) -> [u8; 4] {
        reply.payload[16..20].try_into().unwrap()
    }

    #[test]
    fn discover_offer_request_ack() {
        let world = fixture::world();
        let offer = asked(&world, &message(DISCOVER, &[])).unwrap();
        assert_eq!((kind(&offer), your_address(&offer)), (OFFER, OWN));
        assert_eq!(offer.payload[4..8], [0xde, 0xad, 0xbe, 0xef], "the client's transaction");
        assert_eq!((offer.broadcast, offer.destination), (false, Ipv4Addr::from(OWN)));
        assert_eq!(offer.server, Ipv4Addr::from(ROUTER));

        let request = message(REQUEST, &[(option::SERVER_ID, &ROUTER), (option::REQUESTED_ADDRESS, &OWN)]);
        let ack = asked(&world, &request).unwrap();
        assert_eq!((kind(&ack), your_address(&ack)), (ACK, OWN));
        let given = options(&ack);
        for (code, value) in [
            (option::SUBNET_MASK, [255, 255, 255, 0].as_slice()),
            (option::ROUTER, &ROUTER),
            (option::NAME_SERVERS, &[10, 0, 0, 2]),
            (option::HOST_NAME, b"ip-10-0-1-10"),
            (option::DOMAIN_NAME, b"us-west-2.compute.internal"),
            (option::INTERFACE_MTU, &9001_u16.to_be_bytes()),
            (option::BROADCAST_ADDRESS, &[10, 0, 1, 255]),
            (option::LEASE_TIME, &3600_u32.to_be_bytes()),
            (option::SERVER_ID, &ROUTER),
        ] {
            assert_eq!(given[&code], value, "option {code}");
        }
        assert!(!given.contains_key(&option::NTP_SERVERS));
    }

    #[test]
    fn a_lease_is_renewed_for_the_right_address_and_refused_for_any_other() {
        let world = fixture::world();
        let renewal = asked(&world, &in_use(message(REQUEST, &[]), OWN)).unwrap();
        assert_eq!((kind(&renewal), renewal.broadcast), (ACK, false));
        for wrong in [
            in_use(message(REQUEST, &[]), [10, 0, 1, 11]),
            message(REQUEST, &[(option::REQUESTED_ADDRESS, &[192, 168, 0, 7])]),
        ] {
            let refusal = asked(&world, &wrong).unwrap();
            assert_eq!((kind(&refusal), refusal.broadcast), (NAK, true));
            assert_eq!((your_address(&refusal), refusal.payload.len()), ([0; 4], REPLY_LEN_MIN));
            assert!(!options(&refusal).contains_key(&option::LEASE_TIME));
        }
    }

    #[test]
    fn a_client_that_asks_for_a_broadcast_gets_one() {
        let world = fixture::world();
        let mut discover = message(DISCOVER, &[]);
        discover[10] = BROADCAST_FLAG;
        let offer = asked(&world, &discover).unwrap();
        assert_eq!((offer.broadcast, offer.destination), (true, Ipv4Addr::BROADCAST));
    }

    #[test]
    fn inform_gets_options_and_no_lease() {
        let world = fixture::world();
        let reply = asked(&world, &in_use(message(8, &[]), OWN)).unwrap();
        assert_eq!((kind(&reply), your_address(&reply)), (ACK, [0; 4]));
        let given = options(&reply);
        assert!(given.contains_key(&option::NAME_SERVERS) && !given.contains_key(&option::LEASE_TIME));
    }

    #[test]
    fn some_messages_get_no_answer() {
        let world = fixture::world();
        let other_server = message(REQUEST, &[(option::SERVER_ID, &[10, 0, 1, 9])]);
        let mut other_mac = message(DISCOVER, &[]);
        other_mac[33] = 11;
        let mut relayed = message(DISCOVER, &[]);
        relayed[24..28].copy_from_slice(&OWN);
        let bootp = vec![0; 300];
        for quiet in [other_server, other_mac, relayed, bootp, message(7, &[]), message(4, &[]), Vec::new()] {
            assert_eq!(asked(&world, &quiet), None);
        }
    }

    #[test]
    fn the_option_set_decides_what_else_is_told() {
        let mut world = fixture::world();
        fixture::set_option(&mut world, "domain-name-servers", &["10.0.9.9", "fd00::1", "10.0.9.10"]);
        fixture::set_option(&mut world, "domain-name", &["corp.example"]);
        fixture::set_option(&mut world, "ntp-servers", &["10.0.9.1"]);
        fixture::set_option(&mut world, "netbios-node-type", &["2"]);
        let given = options(&asked(&world, &message(DISCOVER, &[])).unwrap());
        assert_eq!(given[&option::NAME_SERVERS], [10, 0, 9, 9, 10, 0, 9, 10]);
        assert_eq!(given[&option::DOMAIN_NAME], b"corp.example");
        assert_eq!(given[&option::NTP_SERVERS], [10, 0, 9, 1]);
        assert_eq!(given[&option::NETBIOS_NODE_TYPE], [2]);

        world.network.vpcs.get_mut(&fixture::MAIN).unwrap().dhcp_options = None;
        let given = options(&asked(&world, &message(DISCOVER, &[])).unwrap());
        assert!(!given.contains_key(&option::NAME_SERVERS) && !given.contains_key(&option::DOMAIN_NAME));
        assert!(given.contains_key(&option::ROUTER), "address and router are not options of the set");
    }

    #[test]
    fn without_dns_support_the_vpc_resolver_is_not_told() {
        let mut world = fixture::world();
        world.network.vpcs.get_mut(&fixture::MAIN).unwrap().dns_support = false;
        let given = options(&asked(&world, &message(DISCOVER, &[])).unwrap());
        assert!(!given.contains_key(&option::NAME_SERVERS));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_server_panic_or_lease_another_address(
            kind in 0..10_u8,
            options in prop::collection::vec(any::<u8>(), 0..60),
            at in 0..FIXED_LEN,
            byte in any::<u8>(),
            len in 0..320_usize,
        ) {
            let world = fixture::world();
            let mut bytes = message(kind, &[]);
            bytes.pop();
            bytes.extend(options);
            bytes[at] = byte;
            bytes.truncate(len);
            if let Some(reply) = asked(&world, &bytes) {
                prop_assert!([OWN, [0; 4]].contains(&your_address(&reply)));
                prop_assert!(reply.payload.len() >= REPLY_LEN_MIN);
            }
        }
    }
}
