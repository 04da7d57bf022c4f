//! Names of the simulated internet: what everybody resolves alike, inside and outside of VPCs.
//!
//! The addresses are documentation ones (RFC 5737, RFC 3849), so that nothing meant for the simulation can reach a real
//! host by mistake; those of AWS's services are AWS's own in kind ([`crate::service_endpoints`]). Host names of instances
//! are not here; they follow the network's state ([`crate::names`]).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::internet::{self, Site};
use crate::service_endpoints::{self, ServiceEndpoint};

/// example.com: a page over HTTP.
pub const EXAMPLE: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 10);
/// example.com on IPv6.
pub const EXAMPLE_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0xffff, 0, 0, 0, 0, 0x10);
/// redirect.example.net: a site that sends its visitors to example.com. It has no IPv6 address.
pub const REDIRECT: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 20);
/// A public resolver, for those who do not use the VPC's.
pub const DNS: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 53);
/// A public time server, for those who do not use the link's.
pub const TIME: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 123);

/// What a public name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicRecord {
    /// An IPv4 address.
    A(Ipv4Addr),
    /// An IPv6 address.
    Aaaa(Ipv6Addr),
    /// Another name.
    Cname(String),
}

impl PublicRecord {
    /// The record of an address.
    fn of(address: IpAddr) -> PublicRecord {
        match address {
            IpAddr::V4(v4) => PublicRecord::A(v4),
            IpAddr::V6(v6) => PublicRecord::Aaaa(v6),
        }
    }
}

/// Names that everybody on the simulated internet can resolve.
#[derive(Clone, Debug, Default)]
pub struct PublicNames {
    /// Records by name, in lower case and without the final dot.
    records: BTreeMap<String, Vec<PublicRecord>>,
    /// What hosts are called, by their addresses: the way back.
    hosts: BTreeMap<IpAddr, String>,
}

impl PublicNames {
    /// Names and what they stand for; a name that is given more than once has all its records.
    pub fn new<'a>(records: impl IntoIterator<Item = (&'a str, PublicRecord)>) -> Self {
        let mut names = PublicNames::default();
        for (name, record) in records {
            names.add(name, record);
        }
        names
    }

    /// The names of the simulated internet.
    pub fn simulated() -> Self {
        let times = ["time.aws.com", "pool.ntp.org"].map(|name| (name, PublicRecord::A(TIME)));
        let resolvers = internet::NAMES_OF_RESOLVERS.map(|(name, address)| (name, PublicRecord::of(address)));
        let mut names = PublicNames::new(times.into_iter().chain(resolvers));
        internet::SITES.iter().for_each(|site| names.add_site(site));
        for (name, address) in internet::hosts() {
            names.hosts.entry(address).or_insert_with(|| name.to_owned());
        }
        for pool in ["0", "1", "2", "3"] {
            names.add(&format!("{pool}.amazon.pool.ntp.org"), PublicRecord::Cname("pool.ntp.org".to_owned()));
        }
        names
    }

    /// A site by its first name, and by others: what is a domain of its own has the addresses itself (RFC 1034, section
    /// 3.6.2), what is below one is an alias.
    fn add_site(&mut self, site: &Site) {
        let Some((first, others)) = site.names.split_first() else { return };
        let own = others.iter().filter(|name| name.split('.').count() == 2);
        for name in own.chain([first]) {
            site.addresses().for_each(|address| self.add(name, PublicRecord::of(address)));
        }
        for name in others.iter().filter(|name| name.split('.').count() != 2) {
            self.add(name, PublicRecord::Cname((*first).to_owned()));
        }
    }

    /// Adds a record to a name.
    pub fn add(&mut self, name: &str, record: PublicRecord) {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        self.records.entry(name).or_default().push(record);
    }

    /// What a name stands for; empty where only longer names exist, `None` where not even those do.
    pub fn get(&self, name: &str) -> Option<Cow<'_, [PublicRecord]>> {
        if let Some(records) = self.records.get(name) {
            return Some(Cow::Borrowed(records));
        }
        if let Some(endpoint) = ServiceEndpoint::named(name) {
            return Some(endpoint.addresses().map(PublicRecord::of).collect());
        }
        let is_above = self.has_names_below(name) || service_endpoints::has_endpoints_below(name);
        is_above.then_some(Cow::Borrowed(&[]))
    }

    /// What the host at an address is called. Of names that share an address it is the first.
    pub fn host_at(&self, address: IpAddr) -> Option<&str> {
        self.hosts.get(&address).map(String::as_str)
    }

    /// The zone that answers for a name: its last two labels where something is known there, the root otherwise.
    pub(crate) fn zone_of<'n>(&self, name: &'n str) -> &'n str {
        let start = name.rmatch_indices('.').nth(1).map_or(0, |(dot, _)| dot + 1);
        let zone = &name[start..];
        if zone.contains('.') && self.get(zone).is_some() { zone } else { "" }
    }

    fn has_names_below(&self, name: &str) -> bool {
        name.is_empty() || self.records.keys().any(|known| is_below(known, name))
    }
}

/// Whether a name lies strictly below a zone.
fn is_below(name: &str, zone: &str) -> bool {
    name.strip_suffix(zone).is_some_and(|rest| rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_between_others_exists_and_stands_for_nothing() {
        let names = PublicNames::simulated();
        assert_eq!(names.get("example.com").map(|records| records.len()), Some(2));
        assert_eq!(names.get("us-west-2.amazonaws.com").map(|records| records.len()), Some(0));
        assert_eq!(names.get("iam.amazonaws.com").map(|records| records.len()), Some(1));
        assert_eq!(names.get("ec2.us-west-2.api.aws").map(|records| records.len()), Some(2));
        assert_eq!(names.get("ample.com"), None, "a suffix of letters is not a parent");
        assert_eq!(names.get("nowhere.example.com"), None);
    }

    #[test]
    fn a_zone_is_the_last_two_labels_or_the_root() {
        let names = PublicNames::simulated();
        assert_eq!(names.zone_of("a.b.example.com"), "example.com");
        assert_eq!(names.zone_of("example.com"), "example.com");
        for elsewhere in ["nowhere.org.invalid", "com", ""] {
            assert_eq!(names.zone_of(elsewhere), "", "{elsewhere}");
        }
    }
}
