//! DHCP for IPv6: the lease is the interface's addresses, and the server is the router on the link.
//!
//! Follows RFC 8415 and "DHCP option sets in Amazon VPC" (VPC User Guide). Router advertisements send clients here
//! ("managed"). All of the interface's addresses are leased, each as a /128. The server keeps no state. Left out: prefix
//! delegation, temporary addresses, relays, authentication and reconfiguration.

use model::dhcp_options::AMAZON_PROVIDED_DNS;
use model::{DhcpOptions, MacAddress, NetworkInterface, Vpc, World};
use std::net::Ipv6Addr;
use std::str::FromStr;

use crate::dhcp::{SERVERS_MAX, option_set};
use crate::link;

/// How long an address is preferred unless the option set says otherwise ("the default is 140 seconds").
const PREFERRED_LIFETIME_S: u32 = 140;
/// How long an address is valid after it is no longer preferred.
const VALID_AFTER_PREFERRED_S: u32 = 310;
/// How many identity associations, and addresses in each, one message is answered for.
const ASSOCIATIONS_MAX: usize = 8;

/// The server's identifier: a DUID made from the router's link-layer address (DUID-LL, Ethernet).
const SERVER_ID: [u8; 10] = {
    let [a, b, c, d, e, f] = MacAddress::ROUTER.0;
    [0, 3, 0, 1, a, b, c, d, e, f]
};

mod option {
    pub(super) const CLIENT_ID: u16 = 1;
    pub(super) const SERVER_ID: u16 = 2;
    pub(super) const ADDRESSES: u16 = 3;
    pub(super) const ADDRESS: u16 = 5;
    pub(super) const STATUS: u16 = 13;
    pub(super) const RAPID_COMMIT: u16 = 14;
    pub(super) const NAME_SERVERS: u16 = 23;
    pub(super) const DOMAIN_LIST: u16 = 24;
    pub(super) const NTP_SERVER: u16 = 56;
}

/// What clients send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Question {
    Solicit,
    Request,
    Confirm,
    Renew,
    Rebind,
    Release,
    Decline,
    InformationRequest,
}

/// What is sent back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AnswerKind {
    Advertise = 2,
    Reply = 7,
}

/// Status codes of RFC 8415, 21.13.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Success = 0,
    NoAddresses = 2,
    NotOnLink = 4,
}

/// Answers a DHCPv6 message; `None` for those that get no answer. The answer goes from the router's link-local address,
/// port 547, to the client's address and port.
pub fn answer(world: &World, interface: &NetworkInterface, payload: &[u8]) -> Option<Vec<u8>> {
    world.network.subnets.get(&interface.subnet)?.ipv6_cidr.as_ref()?;
    let message = Message::parse(payload)?;
    if !message.is_for_this_server() {
        return None;
    }
    let lease = Lease { interface, lifetime_s: preferred_lifetime_s(world, interface) };
    let mut answer = Answer::to(&message);
    match message.question {
        Question::Solicit | Question::Request | Question::Renew | Question::Rebind => {
            lease.put_addresses(&message, &mut answer);
            put_configuration(world, interface, &mut answer);
        }
        Question::Confirm => answer.put_status(lease.confirm(&message)?),
        Question::Release | Question::Decline => answer.put_status(Status::Success),
        Question::InformationRequest => put_configuration(world, interface, &mut answer),
    }
    Some(answer.0)
}

/// A client's message with its type and its options' extents checked.
struct Message<'a> {
    question: Question,
    transaction: [u8; 3],
    options: Vec<(u16, &'a [u8])>,
}

impl<'a> Message<'a> {
    fn parse(payload: &'a [u8]) -> Option<Self> {
        let (&[kind, a, b, c], rest) = payload.split_first_chunk()?;
        let question = match kind {
            1 => Question::Solicit,
            3 => Question::Request,
            4 => Question::Confirm,
            5 => Question::Renew,
            6 => Question::Rebind,
            8 => Question::Release,
            9 => Question::Decline,
            11 => Question::InformationRequest,
            _ => return None,
        };
        Some(Message { question, transaction: [a, b, c], options: options(rest)? })
    }

    fn option(&self, wanted: u16) -> Option<&'a [u8]> {
        self.options.iter().find(|(code, _)| *code == wanted).map(|(_, value)| *value)
    }

    /// Which identifiers a message must have, and must not (RFC 8415, 16).
    fn is_for_this_server(&self) -> bool {
        let server = self.option(option::SERVER_ID);
        let client = self.option(option::CLIENT_ID).is_some();
        match self.question {
            Question::Solicit | Question::Confirm | Question::Rebind => client && server.is_none(),
            Question::Request | Question::Renew | Question::Release | Question::Decline => {
                client && server == Some(&SERVER_ID)
            }
            Question::InformationRequest => server.is_none_or(|server| server == SERVER_ID),
        }
    }

    fn associations(&self) -> impl Iterator<Item = Association> {
        let values = self.options.iter().filter(|(code, _)| *code == option::ADDRESSES);
        values.filter_map(|(_, value)| Association::parse(value)).take(ASSOCIATIONS_MAX)
    }

    /// A client that is in a hurry skips the offer.
    fn answer_kind(&self) -> AnswerKind {
        let hurry = self.option(option::RAPID_COMMIT).is_some();
        if self.question == Question::Solicit && !hurry { AnswerKind::Advertise } else { AnswerKind::Reply }
    }
}

/// Options by code; `None` when one is cut short.
fn options(mut rest: &[u8]) -> Option<Vec<(u16, &[u8])>> {
    let mut found = Vec::new();
    while !rest.is_empty() {
        let (&[c0, c1, l0, l1], behind) = rest.split_first_chunk()?;
        let (value, behind) = behind.split_at_checked(usize::from(u16::from_be_bytes([l0, l1])))?;
        found.push((u16::from_be_bytes([c0, c1]), value));
        rest = behind;
    }
    Some(found)
}

/// An IA_NA: a number that the client chose, and the addresses it has or wants under it.
struct Association {
    id: [u8; 4],
    addresses: Vec<Ipv6Addr>,
}

impl Association {
    fn parse(value: &[u8]) -> Option<Self> {
        let (fixed, rest) = value.split_first_chunk::<12>()?;
        let id = fixed.first_chunk().copied()?;
        let inner = options(rest)?;
        let addresses = inner.iter().filter(|(code, _)| *code == option::ADDRESS).take(ASSOCIATIONS_MAX);
        let addresses = addresses.filter_map(|(_, value)| value.first_chunk::<16>().copied());
        Some(Association { id, addresses: addresses.map(Ipv6Addr::from_octets).collect() })
    }
}

/// What the link has to give.
struct Lease<'a> {
    interface: &'a NetworkInterface,
    lifetime_s: u32,
}

impl Lease<'_> {
    /// The interface's addresses, under the first association; others get none.
    fn put_addresses(&self, message: &Message<'_>, answer: &mut Answer) {
        for (index, association) in message.associations().enumerate() {
            let given = if index == 0 { self.interface.ipv6_addresses.as_slice() } else { &[] };
            answer.put(option::ADDRESSES, &self.association(&association, given));
        }
    }

    fn association(&self, asked: &Association, given: &[Ipv6Addr]) -> Vec<u8> {
        // Renew after half of the preferred lifetime, ask anybody after four fifths (RFC 8415, 21.4).
        let (renew_s, rebind_s) = (self.lifetime_s / 2, self.lifetime_s / 5 * 4);
        let mut value = asked.id.to_vec();
        value.extend(renew_s.to_be_bytes());
        value.extend(rebind_s.to_be_bytes());
        for address in given {
            put_address(&mut value, *address, self.lifetime_s, self.valid_s());
        }
        // An address that is no longer the interface's ends now (RFC 8415, 18.3.4).
        for gone in asked.addresses.iter().filter(|address| !given.contains(address)) {
            put_address(&mut value, *gone, 0, 0);
        }
        if given.is_empty() {
            put_option(&mut value, option::STATUS, &status(Status::NoAddresses));
        }
        value
    }

    fn valid_s(&self) -> u32 {
        self.lifetime_s.saturating_add(VALID_AFTER_PREFERRED_S)
    }

    /// Whether all addresses of a client that comes back are still its own; no answer to one that names none.
    fn confirm(&self, message: &Message<'_>) -> Option<Status> {
        let named: Vec<Ipv6Addr> = message.associations().flat_map(|asked| asked.addresses).collect();
        let own = named.iter().all(|address| self.interface.ipv6_addresses.contains(address));
        (!named.is_empty()).then_some(if own { Status::Success } else { Status::NotOnLink })
    }
}

fn put_address(value: &mut Vec<u8>, address: Ipv6Addr, preferred_s: u32, valid_s: u32) {
    let mut inner = address.octets().to_vec();
    inner.extend(preferred_s.to_be_bytes());
    inner.extend(valid_s.to_be_bytes());
    put_option(value, option::ADDRESS, &inner);
}

fn status(status: Status) -> [u8; 2] {
    (status as u16).to_be_bytes()
}

fn preferred_lifetime_s(world: &World, interface: &NetworkInterface) -> u32 {
    let options = option_set(world, interface).map(|(_, options)| options);
    let value = options.and_then(|options| options.values("ipv6-address-preferred-lease-time").first());
    value.and_then(|value| value.parse().ok()).unwrap_or(PREFERRED_LIFETIME_S)
}

fn put_configuration(world: &World, interface: &NetworkInterface, answer: &mut Answer) {
    let Some((vpc, options)) = option_set(world, interface) else { return };
    answer.put_addresses(option::NAME_SERVERS, &name_servers(vpc, options));
    let domains = options.values("domain-name").iter().flat_map(|value| value.split_ascii_whitespace());
    let list: Vec<u8> = domains.filter_map(encoded_name).flatten().collect();
    answer.put_some(option::DOMAIN_LIST, &list);
    for server in addresses(options.values("ntp-servers")) {
        // Suboption 1: the server's address (RFC 5908, 4.1).
        let mut value = vec![0, 1, 0, 16];
        value.extend(server.octets());
        answer.put(option::NTP_SERVER, &value);
    }
}

/// `AmazonProvidedDNS` is the VPC resolver, which is not there while `enableDnsSupport` is off.
fn name_servers(vpc: &Vpc, options: &DhcpOptions) -> Vec<Ipv6Addr> {
    let values = options.values("domain-name-servers");
    if values.iter().any(|value| value == AMAZON_PROVIDED_DNS) {
        return vpc.dns_support.then_some(link::RESOLVER_V6).into_iter().collect();
    }
    addresses(values)
}

/// The IPv6 ones among the values.
fn addresses(values: &[String]) -> Vec<Ipv6Addr> {
    values.iter().filter_map(|value| Ipv6Addr::from_str(value).ok()).take(SERVERS_MAX).collect()
}

/// A domain name as length and letters of each label; `None` for what is not one.
fn encoded_name(name: &str) -> Option<Vec<u8>> {
    let mut encoded = Vec::new();
    for label in name.trim_end_matches('.').split('.') {
        let len = u8::try_from(label.len()).ok().filter(|len| (1..64).contains(len))?;
        encoded.push(len);
        encoded.extend(label.bytes());
    }
    encoded.push(0);
    (encoded.len() <= 255).then_some(encoded)
}

/// An answer being written.
struct Answer(Vec<u8>);

impl Answer {
    fn to(message: &Message<'_>) -> Self {
        let kind = message.answer_kind();
        let mut answer = Answer(vec![kind as u8]);
        answer.0.extend(message.transaction);
        answer.put_some(option::CLIENT_ID, message.option(option::CLIENT_ID).unwrap_or_default());
        answer.put(option::SERVER_ID, &SERVER_ID);
        if message.question == Question::Solicit && kind == AnswerKind::Reply {
            answer.put(option::RAPID_COMMIT, &[]);
        }
        answer
    }

    fn put(&mut self, code: u16, value: &[u8]) {
        put_option(&mut self.0, code, value);
    }

    /// An option that would be empty is left out.
    fn put_some(&mut self, code: u16, value: &[u8]) {
        if !value.is_empty() {
            self.put(code, value);
        }
    }

    fn put_addresses(&mut self, code: u16, addresses: &[Ipv6Addr]) {
        let bytes: Vec<u8> = addresses.iter().flat_map(|address| address.octets()).collect();
        self.put_some(code, &bytes);
    }

    fn put_status(&mut self, code: Status) {
        self.put(option::STATUS, &status(code));
    }
}

/// A value that is too long to write is left out with its option; a client's own identifier is the only one that could be.
fn put_option(bytes: &mut Vec<u8>, code: u16, value: &[u8]) {
    if let Ok(len) = u16::try_from(value.len()) {
        bytes.extend(code.to_be_bytes());
        bytes.extend(len.to_be_bytes());
        bytes.extend(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{self, DB_ETH0, SPARE, WEB_ETH0, eni};
    use proptest::prelude::*;

    const CLIENT: [u8; 4] = [0, 4, 0xaa, 0xbb];
    const OWN: &str = "2600:1f13:a:1::10";

    fn message(kind: u8, given: &[(u16, &[u8])]) -> Vec<u8> {
        let mut bytes = vec![kind, 1, 2, 3];
        put_option(&mut bytes, option::CLIENT_ID, &CLIENT);
        for (code, value) in given {
            put_option(&mut bytes, *code, value);
        }
        bytes
    }

    fn association(addresses: &[&str]) -> Vec<u8> {
        let mut value = vec![9, 9, 9, 9, 0, 0, 0, 0, 0, 0, 0, 0];
        for address in addresses {
            put_address(&mut value, address.parse().unwrap(), 0, 0);
        }
        value
    }

    fn asked(world: &World, message: &[u8]) -> Option<Vec<u8>> {
        answer(world, &eni(world, WEB_ETH0), message)
    }

    fn value(answer: &[u8], code: u16) -> Option<&[u8]> {
        let found = options(&answer[4..]).unwrap();
        found.into_iter().find(|(known, _)| *known == code).map(|(_, value)| value)
    }

    /// Leased addresses with their preferred and valid lifetimes.
    fn leased(answer: &[u8]) -> Vec<(Ipv6Addr, u32, u32)> {
        let inner = options(&value(answer, option::ADDRESSES).unwrap()[12..]).unwrap();
        let addresses = inner.into_iter().filter(|(code, _)| *code == option::ADDRESS);
        let number = |bytes: &[u8]| u32::from_be_bytes(bytes.try_into().unwrap());
        addresses
            .map(|(_, value)| {
                let address = Ipv6Addr::from_octets(value[..16].try_into().unwrap());
                (address, number(&value[16..20]), number(&value[20..]))
            })
            .collect()
    }

    #[test]
    fn solicit_advertise_request_reply() {
        let world = fixture::world();
        let advertise = asked(&world, &message(1, &[(option::ADDRESSES, &association(&[]))])).unwrap();
        assert_eq!(advertise[..4], [2, 1, 2, 3]);
        assert_eq!(value(&advertise, option::CLIENT_ID), Some(CLIENT.as_slice()));
        let server = value(&advertise, option::SERVER_ID).unwrap();
        let wanted = association(&[OWN]);
        let request = message(3, &[(option::SERVER_ID, server), (option::ADDRESSES, &wanted)]);
        let reply = asked(&world, &request).unwrap();
        assert_eq!(reply[0], 7);
        assert_eq!(leased(&reply), [(OWN.parse().unwrap(), 140, 450)]);
        let resolver: Ipv6Addr = "fd00:ec2::253".parse().unwrap();
        assert_eq!(value(&reply, option::NAME_SERVERS), Some(resolver.octets().as_slice()));
        let domain = b"\x09us-west-2\x07compute\x08internal\0";
        assert_eq!(value(&reply, option::DOMAIN_LIST), Some(domain.as_slice()));
    }

    #[test]
    fn a_hurried_client_gets_its_lease_at_once() {
        let world = fixture::world();
        let solicit = message(1, &[(option::RAPID_COMMIT, &[]), (option::ADDRESSES, &association(&[]))]);
        let reply = asked(&world, &solicit).unwrap();
        assert_eq!((reply[0], value(&reply, option::RAPID_COMMIT)), (7, Some([].as_slice())));
        assert_eq!(leased(&reply).len(), 1);
    }

    #[test]
    fn an_address_that_is_not_the_interfaces_ends_now() {
        let world = fixture::world();
        let held = association(&["2600:1f13:a:1::99", OWN]);
        let renewal = message(5, &[(option::SERVER_ID, &SERVER_ID), (option::ADDRESSES, &held)]);
        let own = (OWN.parse().unwrap(), 140, 450);
        let gone = ("2600:1f13:a:1::99".parse().unwrap(), 0, 0);
        assert_eq!(leased(&asked(&world, &renewal).unwrap()), [own, gone]);
    }

    #[test]
    fn confirm_says_whether_the_addresses_are_still_the_clients() {
        let world = fixture::world();
        let confirm = |addresses: &[&str]| {
            let reply = asked(&world, &message(4, &[(option::ADDRESSES, &association(addresses))]))?;
            value(&reply, option::STATUS).map(<[u8]>::to_vec)
        };
        assert_eq!(confirm(&[OWN]), Some(vec![0, 0]));
        assert_eq!(confirm(&[OWN, "2600:1f13:b::1"]), Some(vec![0, 4]));
        assert_eq!(confirm(&[]), None);
    }

    #[test]
    fn an_interface_without_addresses_is_told_so_and_one_without_ipv6_nothing() {
        let world = fixture::world();
        let solicit = message(1, &[(option::ADDRESSES, &association(&[]))]);
        let reply = answer(&world, &eni(&world, SPARE), &solicit).unwrap();
        assert_eq!(leased(&reply), []);
        let inner = options(&value(&reply, option::ADDRESSES).unwrap()[12..]).unwrap();
        assert_eq!(inner, [(option::STATUS, [0, 2].as_slice())]);
        assert_eq!(answer(&world, &eni(&world, DB_ETH0), &solicit), None);
    }

    #[test]
    fn information_only_and_the_lifetime_of_the_option_set() {
        let mut world = fixture::world();
        fixture::set_option(&mut world, "ipv6-address-preferred-lease-time", &["3600"]);
        fixture::set_option(&mut world, "domain-name-servers", &["10.0.9.9", "fd00::1"]);
        let information = asked(&world, &message(11, &[])).unwrap();
        let server: Ipv6Addr = "fd00::1".parse().unwrap();
        assert_eq!(value(&information, option::NAME_SERVERS), Some(server.octets().as_slice()));
        assert_eq!(value(&information, option::ADDRESSES), None);
        let solicit = message(1, &[(option::ADDRESSES, &association(&[]))]);
        assert_eq!(leased(&asked(&world, &solicit).unwrap())[0].1, 3600);
    }

    #[test]
    fn some_messages_get_no_answer() {
        let world = fixture::world();
        let nameless = vec![1, 1, 2, 3];
        let mut cut = message(1, &[]);
        cut.pop();
        let other_server = message(3, &[(option::SERVER_ID, &[1, 2, 3])]);
        let answers = [message(2, &[]), message(7, &[]), message(12, &[])];
        for quiet in [nameless, cut, other_server, message(3, &[]), Vec::new()].into_iter().chain(answers) {
            assert_eq!(asked(&world, &quiet), None, "{quiet:?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_server_panic_and_every_answer_can_be_read(
            kind in 0..14_u8,
            code in prop::sample::select(vec![option::ADDRESSES, option::SERVER_ID, option::RAPID_COMMIT]),
            inner in prop::collection::vec(any::<u8>(), 0..60),
            tail in prop::collection::vec(any::<u8>(), 0..20),
        ) {
            let world = fixture::world();
            let mut bytes = message(kind, &[(code, &inner)]);
            bytes.extend(tail);
            if let Some(reply) = asked(&world, &bytes) {
                prop_assert!(options(&reply[4..]).is_some());
            }
        }
    }
}
