//! The VPC resolver: DNS as an instance sees it, at the VPC's base plus two and at 169.254.169.253.
//!
//! Follows "Understanding Amazon DNS" and "DNS64 and NAT64" (VPC User Guide), RFC 1035, 2308 (negative answers), 6147
//! (DNS64) and 6891 (EDNS). What a name stands for is in `lookup`; here is the protocol around it. Left out: DNSSEC,
//! DNS cookies, zone transfers, and reverse lookups under the DNS64 prefix.

mod lookup;
mod message;

#[cfg(test)]
mod tests;

use model::dns_record::RecordData;
use model::{NetworkInterface, Subnet, World};
use std::net::IpAddr;

use crate::nat64;
use crate::public_names::PublicNames;
use lookup::{Value, View, Zone};
use message::{Code, Data, Edns, Header, Name, Query, Question, Record, Response, class, kind};

/// How long answers may be kept that follow the network's state, those without a record too.
const TTL_S: u32 = 60;
/// The longest answer over UDP, whatever the client takes.
const UDP_PAYLOAD_MAX: u16 = 4096;
/// The longest answer over UDP to a client that does not say what it takes (RFC 1035).
const UDP_PAYLOAD_DEFAULT: u16 = 512;
/// How many aliases are followed before a name is given up.
const ALIASES_MAX: usize = 8;

/// Who asks; names mean different things to different askers.
#[derive(Clone, Copy, Debug)]
pub enum Asker<'a> {
    /// An interface: its VPC is the view.
    Interface(&'a NetworkInterface),
    /// Somebody on the internet, who sees public names only.
    Internet {
        /// Where the query came from.
        source: IpAddr,
    },
}

/// How a query came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DnsTransport {
    /// One datagram; an answer that is too long is truncated.
    Udp,
    /// A stream; the two bytes of length before each message are the caller's.
    Tcp,
}

/// Answers a DNS query; `None` when there is nothing to say, as for every query while the VPC's `enableDnsSupport` is
/// off.
pub fn answer(
    world: &World,
    asker: Asker<'_>,
    internet: &PublicNames,
    query: &[u8],
    transport: DnsTransport,
) -> Option<Vec<u8>> {
    let (view, dns64) = view(world, asker, internet)?;
    let header = Header::parse(query)?;
    if header.operation != message::STANDARD_QUERY {
        return Some(message::refusal(header, Code::NotImplemented));
    }
    let Some(query) = Query::parse(header, query) else {
        return Some(message::refusal(header, Code::FormatError));
    };
    let resolution = match judge(&query) {
        Ok(question) => resolve(&view, dns64, question),
        Err(code) => Resolution::without_records(code),
    };
    Some(resolution.into_response().to_bytes(&query, UDP_PAYLOAD_MAX, len_max(&query, transport)))
}

/// The addresses of one family that a name leads to; `None` where nobody answers, while the VPC's `enableDnsSupport` is off.
pub fn addresses_of(
    world: &World,
    asker: Asker<'_>,
    internet: &PublicNames,
    name: &str,
    ipv6: bool,
) -> Option<Vec<IpAddr>> {
    let (view, dns64) = view(world, asker, internet)?;
    let Some(name) = Name::new(name) else { return Some(Vec::new()) };
    let kind = if ipv6 { kind::AAAA } else { kind::A };
    let found = resolve(&view, dns64, &Question { name, kind, class: class::INTERNET }).answers;
    let address = |record: Record| match record.data {
        Data::A(address) => Some(IpAddr::V4(address)),
        Data::Aaaa(address) => Some(IpAddr::V6(address)),
        _ => None,
    };
    Some(found.into_iter().filter_map(address).collect())
}

/// The names that the asker sees, and whether IPv6 addresses are made up for it.
fn view<'a>(world: &'a World, asker: Asker<'a>, internet: &'a PublicNames) -> Option<(View<'a>, Dns64)> {
    let Asker::Interface(interface) = asker else {
        return Some((View { world, vpc: None, internet }, Dns64::Off));
    };
    let vpc = world.network.vpcs.get(&interface.vpc).filter(|vpc| vpc.dns_support)?;
    let dns64 = Dns64::of(world.network.subnets.get(&interface.subnet)?);
    Some((View { world, vpc: Some(vpc), internet }, dns64))
}

/// Whether AAAA records are made up for names that have an IPv4 address alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dns64 {
    On,
    Off,
}

impl Dns64 {
    fn of(subnet: &Subnet) -> Self {
        if subnet.dns64 { Dns64::On } else { Dns64::Off }
    }
}

/// The question, or why there is no answer to it.
fn judge(query: &Query) -> Result<&Question, Code> {
    let question = &query.question;
    if query.edns.is_some_and(|edns| edns.version > 0) {
        return Err(Code::BadVersion);
    }
    let known_class = matches!(question.class, class::INTERNET | class::ANY);
    let transfer = matches!(question.kind, kind::AXFR | kind::IXFR);
    if known_class && !transfer { Ok(question) } else { Err(Code::Refused) }
}

fn len_max(query: &Query, transport: DnsTransport) -> usize {
    let taken = query.edns.map_or(UDP_PAYLOAD_DEFAULT, |Edns { payload_max, .. }| payload_max);
    usize::from(match transport {
        DnsTransport::Udp => taken.clamp(UDP_PAYLOAD_DEFAULT, UDP_PAYLOAD_MAX),
        DnsTransport::Tcp => u16::MAX,
    })
}

/// What a question leads to.
struct Resolution {
    answers: Vec<Record>,
    code: Code,
    /// The start of authority behind an answer without records.
    authority: Option<Record>,
}

impl Resolution {
    fn without_records(code: Code) -> Self {
        Resolution { answers: Vec::new(), code, authority: None }
    }

    fn into_response(self) -> Response {
        Response { code: self.code, answers: self.answers, authority: self.authority }
    }
}

/// Follows aliases, from zone to zone, from the question to the records that it asks for, or to their absence.
fn resolve(view: &View<'_>, dns64: Dns64, question: &Question) -> Resolution {
    let mut owner = question.name.clone();
    let mut answers = Vec::new();
    for _ in 0..ALIASES_MAX {
        let name = owner.plain();
        let zone = view.zone_of(&name);
        let Some(values) = view.lookup(&zone, &name) else {
            // A zone exists even when nothing is known under its own name.
            let code = if zone.name() == name { Code::NoError } else { Code::NoSuchName };
            return Resolution { answers, code, authority: authority(&zone) };
        };
        let found = records_at(&owner, &zone, &values, question.kind, dns64);
        if !found.is_empty() {
            answers.extend(found);
            return Resolution { answers, code: Code::NoError, authority: None };
        }
        let Some((target, ttl_s)) = alias(&values) else {
            return Resolution { answers, code: Code::NoError, authority: authority(&zone) };
        };
        answers.push(Record { owner, ttl_s, data: Data::Cname(target.clone()) });
        owner = target;
    }
    Resolution::without_records(Code::ServerFailure)
}

/// What is known under a name and was asked for; IPv6 addresses are made up where there are none and the asker needs them.
fn records_at(owner: &Name, zone: &Zone<'_>, values: &[Value], wanted: u16, dns64: Dns64) -> Vec<Record> {
    let record = |(data, ttl_s)| Record { owner: owner.clone(), ttl_s, data };
    let apex = if owner.plain() == zone.name() { apex(zone) } else { Vec::new() };
    let known = values.iter().filter_map(|value| Some((data(&value.data)?, value.ttl_s)));
    let all = known.chain(apex.into_iter().map(|data| (data, TTL_S)));
    let found: Vec<Record> = all.filter(|(data, _)| is_wanted(data, wanted)).map(record).collect();
    if found.is_empty() && wanted == kind::AAAA && dns64 == Dns64::On {
        return values.iter().filter_map(made_up).map(record).collect();
    }
    found
}

fn is_wanted(data: &Data, wanted: u16) -> bool {
    wanted == kind::ANY || data.kind() == wanted
}

/// A record as messages carry it; `None` for a name that no message can carry.
fn data(known: &RecordData) -> Option<Data> {
    Some(match known {
        RecordData::A(address) => Data::A(*address),
        RecordData::Aaaa(address) => Data::Aaaa(*address),
        RecordData::Caa { flags, tag, value } => {
            Data::Caa { flags: *flags, tag: tag.clone(), value: value.clone() }
        }
        RecordData::Cname(name) => Data::Cname(Name::new(name)?),
        RecordData::Mx { preference, exchange } => {
            Data::Mx { preference: *preference, exchange: Name::new(exchange)? }
        }
        RecordData::Ns(name) => Data::Ns(Name::new(name)?),
        RecordData::Ptr(name) => Data::Ptr(Name::new(name)?),
        RecordData::Soa { server, mailbox, numbers } => {
            Data::Soa { server: Name::new(server)?, mailbox: Name::new(mailbox)?, numbers: *numbers }
        }
        RecordData::Spf(strings) => Data::Spf(strings.clone()),
        RecordData::Srv { priority, weight, port, target } => {
            Data::Srv { numbers: [*priority, *weight, *port], target: Name::new(target)? }
        }
        RecordData::Txt(strings) => Data::Txt(strings.clone()),
    })
}

fn alias(values: &[Value]) -> Option<(Name, u32)> {
    values.iter().find_map(|value| {
        let RecordData::Cname(name) = &value.data else { return None };
        Some((Name::new(name)?, value.ttl_s))
    })
}

/// The IPv6 address that stands for an IPv4 one behind NAT64.
fn made_up(value: &Value) -> Option<(Data, u32)> {
    let RecordData::A(address) = &value.data else { return None };
    Some((Data::Aaaa(nat64::embed(*address)), value.ttl_s))
}

/// What a provided zone has under its own name: its server and its start of authority. A private hosted zone has them
/// among its records.
fn apex(zone: &Zone<'_>) -> Vec<Data> {
    match zone {
        Zone::Hosted(_) => Vec::new(),
        Zone::Endpoint(_, name) | Zone::Provided(name) => {
            let server = Name::new(&zone_names(name).0).map(Data::Ns);
            server.into_iter().chain(provided_authority(name)).collect()
        }
    }
}

/// The start of a zone's authority, kept for as long as absence holds: "the minimum of the MINIMUM field of the SOA record
/// and the TTL of the SOA itself" (RFC 2308, 3).
fn authority(zone: &Zone<'_>) -> Option<Record> {
    let (data, ttl_s) = match zone {
        Zone::Hosted(zone) => {
            let set = zone.start_of_authority()?;
            (set.data().next().as_ref().and_then(data)?, set.ttl_s)
        }
        Zone::Endpoint(_, name) | Zone::Provided(name) => (provided_authority(name)?, TTL_S),
    };
    let Data::Soa { numbers: [.., absence_s], .. } = data else { return None };
    Some(Record { owner: Name::new(zone.name())?, ttl_s: ttl_s.min(absence_s), data })
}

/// The start of a provided zone's authority, with the numbers that AWS's own zones show.
fn provided_authority(zone: &str) -> Option<Data> {
    let (server, mailbox) = zone_names(zone);
    let numbers = [2_012_103_100, 3600, 3600, 3600, TTL_S];
    Some(Data::Soa { server: Name::new(&server)?, mailbox: Name::new(mailbox)?, numbers })
}

/// A zone's server and its keeper's mailbox.
fn zone_names(zone: &str) -> (String, &'static str) {
    match zone {
        "" => ("a.root-servers.net".to_owned(), "nstld.verisign-grs.com"),
        zone => (format!("ns0.{zone}"), "hostmaster.amazon.com"),
    }
}
