//! Names of the simulated internet: what everybody resolves alike, inside and outside of VPCs.
//!
//! The addresses are documentation ones (RFC 5737, RFC 3849), so that nothing meant for the simulation can reach a real
//! host by mistake; those of AWS's services are AWS's own in kind ([`crate::service_endpoints`]). Host names of instances
//! are not here; they follow the network's state ([`crate::names`]).

use model::dns_record::RecordData;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::internet::{Host, Internet};
use crate::service_endpoints::{self, ServiceEndpoint};

/// example.com: a page over HTTP.
pub const EXAMPLE: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 10);
/// example.com on IPv6.
pub const EXAMPLE_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0xffff, 0, 0, 0, 0, 0x10);
/// A public resolver, for those who do not use the VPC's.
pub const DNS: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 53);
/// The laptop's public address.
pub const LAPTOP: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 10);
/// The laptop's public IPv6 address.
pub const LAPTOP_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0x1a97, 0, 0, 0, 0, 0x10);

/// Names that everybody on the simulated internet can resolve.
#[derive(Clone, Debug, Default)]
pub struct PublicNames {
    /// Records by name, in lower case and without the final dot.
    records: BTreeMap<String, Vec<RecordData>>,
    internet: Internet,
}

impl PublicNames {
    /// Names and what they stand for; a name that is given more than once has all its records.
    pub fn new<'a>(records: impl IntoIterator<Item = (&'a str, RecordData)>) -> Self {
        let mut names = PublicNames::default();
        for (name, record) in records {
            names.add(name, record);
        }
        names
    }

    /// The names of the internet that is always there.
    pub fn simulated() -> Self {
        PublicNames::of(Internet::simulated())
    }

    /// The names of an internet.
    pub fn of(internet: Internet) -> Self {
        let names = PublicNames::new(internet.records());
        PublicNames { internet, ..names }
    }

    /// Whose names they are.
    pub fn internet(&self) -> &Internet {
        &self.internet
    }

    /// Adds a record to a name.
    pub fn add(&mut self, name: &str, record: RecordData) {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        self.records.entry(name).or_default().push(record);
    }

    /// What a name stands for; empty where only longer names exist, `None` where not even those do.
    pub fn get(&self, name: &str) -> Option<Cow<'_, [RecordData]>> {
        if let Some(records) = self.records.get(name) {
            return Some(Cow::Borrowed(records));
        }
        if let Some(endpoint) = ServiceEndpoint::named(name) {
            return Some(endpoint.addresses().map(RecordData::from).collect());
        }
        let is_above = self.has_names_below(name) || service_endpoints::has_endpoints_below(name);
        is_above.then_some(Cow::Borrowed(&[]))
    }

    /// What the host at an address is called. Of names that share an address it is the first.
    pub fn host_at(&self, address: IpAddr) -> Option<&str> {
        self.internet.at(address, "").map(Host::name)
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
    use crate::internet::Service;

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
    fn the_addresses_that_others_count_on_are_the_tables() {
        let names = PublicNames::simulated();
        let example = names.internet().named("example.com").unwrap();
        assert_eq!(example.addresses, [IpAddr::V4(EXAMPLE), IpAddr::V6(EXAMPLE_V6)]);
        assert!(names.internet().serving(&Service::Dns).contains(&IpAddr::V4(DNS)));
        assert_eq!(names.host_at(DNS.into()), Some("dns.example.net"));
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
