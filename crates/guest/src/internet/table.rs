//! The table of hosts as a text.
//!
//! A line is a word and what it says; one that begins with `#` is a comment. `host` begins a host with its names, and what follows is its:
//!
//! ```text
//! host partner.example www.partner.example
//!   address 203.0.113.80 2001:db8:80::1
//!   http file index.html
//!   https forward 127.0.0.1:8080
//!   tcp 5432 forward 127.0.0.1:5432
//!   record partner.example MX 10 mail.partner.example
//! ```

use model::dns_record::{RecordData, RecordType};
use model::domain_name::DomainName;
use model::rule::protocol::{TCP, UDP};
use model::{IpNet, Ipv6Net, Region, aws_range};
use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::host::{HTTP, HTTPS, Host, Service, ServicePort, WebAnswer};
use crate::public_names::{LAPTOP, LAPTOP_V6};
use crate::service_endpoints::ServiceEndpoint;

/// How many hosts a table has at most.
pub const HOSTS_MAX: usize = 1_000;
/// How long a file is at most that a host answers with, in bytes.
pub const FILE_BYTES_MAX: usize = 4 << 20;
const DNS_PORT: u16 = 53;
const NTP_PORT: u16 = 123;

/// What is wrong with a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableError {
    /// In which line, from 1.
    pub line: usize,
    /// What.
    pub told: String,
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.told)
    }
}

impl std::error::Error for TableError {}

/// Reads the file that a host answers with.
type Read<'a> = &'a dyn Fn(&str) -> Result<Vec<u8>, String>;

/// The hosts of a table, each with an address, and each name once.
pub(super) fn hosts(text: &str, read: Read<'_>) -> Result<Vec<Host>, TableError> {
    let mut hosts: Vec<Host> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let said = line.trim();
        if said.is_empty() || said.starts_with('#') {
            continue;
        }
        let at_line = |told| TableError { line: number, told };
        match said.split_once(char::is_whitespace).unwrap_or((said, "")) {
            ("host", names) => {
                let host = begun(number, names, &hosts).map_err(at_line)?;
                hosts.push(host);
            }
            (word, rest) => {
                let host = hosts.last_mut().ok_or_else(|| at_line("no host before it".to_owned()))?;
                say(host, word, rest.trim(), read).map_err(at_line)?;
            }
        }
    }
    if hosts.len() > HOSTS_MAX {
        let line = hosts.get(HOSTS_MAX).map_or(1, |host| host.line);
        return Err(TableError { line, told: format!("more than {HOSTS_MAX} hosts") });
    }
    match hosts.iter().find(|host| host.addresses.is_empty()) {
        Some(host) => Err(TableError { line: host.line, told: format!("{} has no address", host.name()) }),
        None => Ok(hosts),
    }
}

/// Nobody has an address that somebody has who answers otherwise there: of hosts that share one, the name tells, which only
/// HTTP has.
pub(super) fn check_addresses(there: &[Host], added: &[Host]) -> Result<(), TableError> {
    for (index, host) in added.iter().enumerate() {
        let earlier = added.iter().take(index);
        let mut others = there.iter().map(|other| (other, true)).chain(earlier.map(|other| (other, false)));
        let shares = |other: &Host| other.addresses.iter().find(|it| host.addresses.contains(it)).copied();
        let taken = others.find_map(|(other, is_there)| {
            let is_own = is_there || host.is_more_than_pages() || other.is_more_than_pages();
            shares(other).filter(|_| is_own).map(|address| (address, other))
        });
        if let Some((address, other)) = taken {
            return Err(TableError { line: host.line, told: format!("{address} is {}'s", other.name()) });
        }
    }
    Ok(())
}

fn begun(line: usize, names: &str, before: &[Host]) -> Result<Host, String> {
    let mut own: Vec<String> = Vec::new();
    for name in names.split_whitespace() {
        let name = host_name(name)?;
        if own.contains(&name) || before.iter().flat_map(Host::names).any(|it| it == name) {
            return Err(format!("{name} is there twice"));
        }
        own.push(name);
    }
    if own.is_empty() {
        return Err("host wants a name, or several".to_owned());
    }
    Ok(Host {
        names: own,
        addresses: Vec::new(),
        web: BTreeMap::new(),
        services: BTreeMap::new(),
        records: Vec::new(),
        line,
    })
}

/// A name that nobody of AWS has.
fn host_name(text: &str) -> Result<String, String> {
    let name: DomainName = text.parse().map_err(|error| format!("{error}"))?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if !name.as_str().bytes().all(is_plain) {
        return Err(format!("not a domain name: {text}"));
    }
    match ServiceEndpoint::spoken_to(name.as_str()) {
        Some(_) => Err(format!("{name} is AWS's")),
        None => Ok(name.as_str().to_owned()),
    }
}

fn say(host: &mut Host, word: &str, rest: &str, read: Read<'_>) -> Result<(), String> {
    match word {
        "address" => add_addresses(host, rest),
        "http" => add_answer(host, HTTP, rest, read),
        "https" => add_answer(host, HTTPS, rest, read),
        "tcp" => add_port(host, TCP, rest),
        "udp" => add_port(host, UDP, rest),
        "serve" => serve(host, rest),
        "record" => add_record(host, rest),
        _ => Err(format!("'{word}' is not known: address, http, https, tcp, udp, serve and record are")),
    }
}

fn add_addresses(host: &mut Host, rest: &str) -> Result<(), String> {
    if rest.is_empty() {
        return Err("address wants one, or several".to_owned());
    }
    for text in rest.split_whitespace() {
        let address: IpAddr = text.parse().map_err(|_| format!("'{text}' is no address"))?;
        check_address(address)?;
        if !host.addresses.contains(&address) {
            host.addresses.push(address);
        }
    }
    Ok(())
}

/// An address outside of AWS that the internet would route.
fn check_address(address: IpAddr) -> Result<(), String> {
    let is_public = match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => v6.segments()[0] & 0xe000 == 0x2000,
    };
    if !is_public {
        return Err(format!("{address} is no public address"));
    }
    if [IpAddr::V4(LAPTOP), IpAddr::V6(LAPTOP_V6)].contains(&address) {
        return Err(format!("{address} is the laptop's"));
    }
    let is_aws = AWS_V6.contains(&address)
        || Region::all().any(|region| aws_range::all(region).any(|range| range.block.contains(&address)));
    if is_aws { Err(format!("{address} is AWS's")) } else { Ok(()) }
}

/// What VPCs have their IPv6 blocks from.
const AWS_V6: IpNet = IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::new(0x2600, 0x1f00, 0, 0, 0, 0, 0, 0), 24));

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    let is_shared = first == 100 && second & 0xc0 == 64;
    let is_special = address.is_private() || address.is_loopback() || address.is_link_local() || is_shared;
    !is_special && first != 0 && first < 224
}

fn add_answer(host: &mut Host, port: u16, rest: &str, read: Read<'_>) -> Result<(), String> {
    let (word, about) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let about = about.trim();
    let answer = match (word, about) {
        ("page", "") => WebAnswer::Page,
        ("echo", "") => WebAnswer::Echo,
        ("secure", "") if port == HTTP => WebAnswer::Secured,
        ("secure", "") => return Err("over TLS, secure would lead to itself".to_owned()),
        ("address", "") => WebAnswer::Address,
        ("address-line", "") => WebAnswer::AddressLine,
        ("address-json", "") => WebAnswer::AddressJson,
        ("address-ranges", "") => WebAnswer::AddressRanges,
        ("redirect", place) => WebAnswer::Elsewhere(place_of(place)?),
        ("forward", to) => WebAnswer::Forward(loopback(to)?),
        ("file", file) if !file.is_empty() => WebAnswer::File(read(file)?.into(), media_type(file)),
        _ => return Err(format!("'{rest}' is not known: {WEB_ANSWERS}")),
    };
    match host.web.insert(port, answer) {
        Some(_) => Err(format!("{} is there twice", if port == HTTP { "http" } else { "https" })),
        None => Ok(()),
    }
}

const WEB_ANSWERS: &str = "page, file FILE, redirect URL, secure, echo, forward 127.0.0.1:PORT, address, address-line and \
     address-json are";

/// Where visitors are sent: what comes before the path.
fn place_of(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#');
    match rest {
        Some(rest) if !rest.is_empty() && rest.bytes().all(is_plain) => {
            Ok(text.trim_end_matches('/').to_owned())
        }
        _ => Err(format!("'{text}' is no address of a page: http://NAME or https://NAME")),
    }
}

/// A port of this machine that a table may lead to. Others, the user's own network among them, stay out of reach of what is
/// inside.
fn loopback(text: &str) -> Result<SocketAddr, String> {
    let to: SocketAddr = text.parse().map_err(|_| format!("'{text}' is no address with a port"))?;
    match to.ip().is_loopback() && to.port() != 0 {
        true => Ok(to),
        false => {
            Err(format!("{text}: only ports of this machine's own loopback, 127.0.0.1:PORT, are led to"))
        }
    }
}

fn media_type(file: &str) -> &'static str {
    match file.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html" | "htm") => "text/html; charset=utf-8",
        Some("txt") => "text/plain; charset=utf-8",
        Some("json") => "application/json",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("xml") => "application/xml",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}

fn add_port(host: &mut Host, protocol: u8, rest: &str) -> Result<(), String> {
    let name = if protocol == TCP { "tcp" } else { "udp" };
    let (number, what) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let port = number.parse().ok().filter(|port: &u16| *port != 0);
    let port = port.ok_or_else(|| format!("'{number}' is no port"))?;
    let service = match what.trim().split_once(char::is_whitespace) {
        None if what.trim() == "echo" => Service::Echo,
        Some(("forward", _)) if protocol == UDP => return Err("udp is only echoed".to_owned()),
        Some(("forward", to)) => Service::Forward(loopback(to.trim())?),
        _ => return Err(format!("'{}' is not known: echo and forward 127.0.0.1:PORT are", what.trim())),
    };
    match port {
        HTTP | HTTPS if protocol == TCP => {
            let word = if port == HTTP { "http" } else { "https" };
            Err(format!("what is served at {port} is said by {word}"))
        }
        _ => add_service(host, (protocol, port), service, &format!("{name} {port}")),
    }
}

fn serve(host: &mut Host, rest: &str) -> Result<(), String> {
    match rest {
        "dns" => {
            add_service(host, (TCP, DNS_PORT), Service::Dns, "dns")?;
            add_service(host, (UDP, DNS_PORT), Service::Dns, "dns")
        }
        "time" => add_service(host, (UDP, NTP_PORT), Service::Time, "time"),
        // It has no port.
        "knocks" => add_service(host, (TCP, 0), Service::Knocks, "knocks"),
        _ => Err(format!("'{rest}' is not known: dns, time and knocks are")),
    }
}

fn add_service(host: &mut Host, at: ServicePort, service: Service, said: &str) -> Result<(), String> {
    match host.services.insert(at, service) {
        Some(_) => Err(format!("{said} is there twice")),
        None => Ok(()),
    }
}

/// `record NAME TYPE VALUE`, the value as Route 53 has it.
fn add_record(host: &mut Host, rest: &str) -> Result<(), String> {
    let mut words = rest.splitn(3, char::is_whitespace);
    let (Some(name), Some(kind), Some(value)) = (words.next(), words.next(), words.next()) else {
        return Err("record wants a name, a type and a value".to_owned());
    };
    let name = host_name(name)?;
    let kind: RecordType =
        kind.parse().map_err(|_| format!("'{kind}' is no type of record, or none that is here"))?;
    let data =
        RecordData::read(kind, value.trim()).ok_or_else(|| format!("'{value}' is no value of {kind}"))?;
    host.records.push((name, data));
    Ok(())
}
