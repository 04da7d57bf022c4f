//! A host, and what it answers.

use model::dns_record::RecordData;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// The port of HTTP.
pub const HTTP: u16 = 80;
/// The port of HTTP over TLS.
pub const HTTPS: u16 = 443;

/// A host.
#[derive(Clone, Debug, PartialEq)]
pub struct Host {
    /// Its names, in lower case. The first has its addresses.
    pub(super) names: Vec<String>,
    /// Where it is.
    pub addresses: Vec<IpAddr>,
    /// What it answers over HTTP, by port, 80 and over TLS 443; a page, where nothing is said.
    pub(super) web: BTreeMap<u16, WebAnswer>,
    /// What else it serves, by protocol and port.
    pub(super) services: BTreeMap<ServicePort, Service>,
    /// What other names of its owner's stand for.
    pub(super) records: Vec<(String, RecordData)>,
    /// Where it is written.
    pub(super) line: usize,
}

/// What a visitor of a web site is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebAnswer {
    /// A small page that says whose it is not.
    Page,
    /// A file's content, and what it is.
    File(Arc<[u8]>, &'static str),
    /// The same path at another place, for good: what is before the path.
    Elsewhere(String),
    /// The same name and path, over TLS.
    Secured,
    /// The request itself, as text.
    Echo,
    /// Whatever a port of this machine's loopback answers.
    Forward(SocketAddr),
    /// The address that the visitor is seen with, as a line.
    AddressLine,
    /// The same without a line's end.
    Address,
    /// The same in JSON; as a line at `/ip`.
    AddressJson,
    /// AWS's address ranges, under their own path alone.
    AddressRanges,
}

/// Where a service is reached: its protocol, 6 or 17, and its port.
pub type ServicePort = (u8, u16);

/// What a host serves beside its web site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Service {
    /// The names of the internet, as a resolver.
    Dns,
    /// The time.
    Time,
    /// Nothing: it is from there that strangers knock on public addresses, where the internet is lively.
    Knocks,
    /// What it is sent, back.
    Echo,
    /// Whatever a port of this machine's loopback answers.
    Forward(SocketAddr),
}

impl fmt::Display for WebAnswer {
    /// As the table has it; of a file its size.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WebAnswer::Page => f.write_str("page"),
            WebAnswer::File(content, _) => write!(f, "file ({} bytes)", content.len()),
            WebAnswer::Elsewhere(place) => write!(f, "redirect {place}"),
            WebAnswer::Secured => f.write_str("secure"),
            WebAnswer::Echo => f.write_str("echo"),
            WebAnswer::Forward(to) => write!(f, "forward {to}"),
            WebAnswer::AddressLine => f.write_str("address-line"),
            WebAnswer::Address => f.write_str("address"),
            WebAnswer::AddressJson => f.write_str("address-json"),
            WebAnswer::AddressRanges => f.write_str("address-ranges"),
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Service::Dns => f.write_str("dns"),
            Service::Time => f.write_str("time"),
            Service::Knocks => f.write_str("knocks"),
            Service::Echo => f.write_str("echo"),
            Service::Forward(to) => write!(f, "forward {to}"),
        }
    }
}

impl Host {
    /// Its first name.
    pub fn name(&self) -> &str {
        self.names.first().map_or("", String::as_str)
    }

    /// All of its names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// What it answers over HTTP at a port.
    pub fn web(&self, port: u16) -> &WebAnswer {
        self.web.get(&port).unwrap_or(&WebAnswer::Page)
    }

    /// All that is said of what it answers over HTTP.
    pub fn web_answers(&self) -> impl Iterator<Item = &WebAnswer> {
        self.web.values()
    }

    /// What it serves over TCP beside its web site, by port. Resolvers and time servers listen by themselves.
    pub fn tcp(&self) -> impl Iterator<Item = (u16, &Service)> {
        self.own_services(model::rule::protocol::TCP)
    }

    /// The same over UDP.
    pub fn udp(&self) -> impl Iterator<Item = (u16, &Service)> {
        self.own_services(model::rule::protocol::UDP)
    }

    /// What it answers, in the words of the table.
    pub fn answers(&self) -> Vec<String> {
        let web = [("http", HTTP), ("https", HTTPS)].map(|(word, port)| format!("{word} {}", self.web(port)));
        let own = |word: &str, (port, service): (u16, &Service)| format!("{word} {port} {service}");
        let tcp = self.tcp().map(|it| own("tcp", it));
        let udp = self.udp().map(|it| own("udp", it));
        let served: BTreeSet<String> = self
            .services
            .values()
            .filter(|it| matches!(it, Service::Dns | Service::Time | Service::Knocks))
            .map(|it| format!("serve {it}"))
            .collect();
        web.into_iter().chain(tcp).chain(udp).chain(served).collect()
    }

    fn own_services(&self, protocol: u8) -> impl Iterator<Item = (u16, &Service)> {
        let own = self.services.iter().filter(move |((its, _), service)| {
            *its == protocol && matches!(service, Service::Echo | Service::Forward(_))
        });
        own.map(|((_, port), service)| (*port, service))
    }

    /// Whether somebody may come to it who does not say whom they want: then its addresses are its alone.
    pub(super) fn is_more_than_pages(&self) -> bool {
        !self.services.is_empty() || self.web.values().any(|answer| matches!(answer, WebAnswer::Forward(_)))
    }

    /// What its names stand for.
    pub(super) fn records(&self) -> impl Iterator<Item = (&str, RecordData)> {
        let named = self.names().enumerate().flat_map(move |(index, name)| {
            let is_domain = index == 0 || name.split('.').count() == 2;
            let data: Vec<RecordData> = match is_domain {
                true => self.addresses.iter().map(|address| RecordData::from(*address)).collect(),
                false => vec![RecordData::Cname(self.name().to_owned())],
            };
            data.into_iter().map(move |data| (name, data))
        });
        named.chain(self.records.iter().map(|(name, data)| (name.as_str(), data.clone())))
    }
}
