//! Names of the simulated internet: what everybody resolves alike, inside and outside of VPCs.
//!
//! The addresses are documentation ones (RFC 5737, RFC 3849), so that nothing meant for the simulation can reach a real
//! host by mistake. Host names of instances are not here; they follow the network's state ([`crate::names`]).

use model::Region;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

/// example.com: a page over HTTP.
pub const EXAMPLE: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 10);
/// example.com on IPv6.
pub const EXAMPLE_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0xffff, 0, 0, 0, 0, 0x10);
/// redirect.example.net: a site that sends its visitors to example.com. It has no IPv6 address.
pub const REDIRECT: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 20);
/// The AWS APIs, for every Region.
pub const AWS: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 30);
/// The AWS APIs on IPv6, under their `api.aws` names.
pub const AWS_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0xffff, 0, 0, 0, 0, 0x30);
/// A public resolver, for those who do not use the VPC's.
pub const DNS: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 53);
/// A public time server, for those who do not use the link's.
pub const TIME: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 123);

/// The services whose endpoints have names.
const SERVICES: [&str; 4] = ["ec2", "ec2-instance-connect", "ssm", "sts"];

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

/// Names that everybody on the simulated internet can resolve.
#[derive(Clone, Debug, Default)]
pub struct PublicNames {
    /// Records by name, in lower case and without the final dot.
    records: BTreeMap<String, Vec<PublicRecord>>,
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
        let mut names = PublicNames::new([
            ("example.com", PublicRecord::A(EXAMPLE)),
            ("example.com", PublicRecord::Aaaa(EXAMPLE_V6)),
            ("www.example.com", PublicRecord::Cname("example.com".to_owned())),
            ("redirect.example.net", PublicRecord::A(REDIRECT)),
            ("dns.example.net", PublicRecord::A(DNS)),
            ("time.aws.com", PublicRecord::A(TIME)),
            ("pool.ntp.org", PublicRecord::A(TIME)),
            ("route53.amazonaws.com", PublicRecord::A(AWS)),
            ("route53.amazonaws.com.cn", PublicRecord::A(AWS)),
            ("route53.us-gov.amazonaws.com", PublicRecord::A(AWS)),
            ("sts.amazonaws.com", PublicRecord::A(AWS)),
        ]);
        for pool in ["0", "1", "2", "3"] {
            names.add(&format!("{pool}.amazon.pool.ntp.org"), PublicRecord::Cname("pool.ntp.org".to_owned()));
        }
        for region in Region::all() {
            names.add_endpoints(region);
        }
        names
    }

    /// Adds a record to a name.
    pub fn add(&mut self, name: &str, record: PublicRecord) {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        self.records.entry(name).or_default().push(record);
    }

    fn add_endpoints(&mut self, region: Region) {
        let partition = region.partition();
        for service in SERVICES {
            self.add(&format!("{service}.{region}.{}", partition.domain()), PublicRecord::A(AWS));
            let dual_stack = format!("{service}.{region}.{}", partition.dual_stack_domain());
            self.add(&dual_stack, PublicRecord::A(AWS));
            self.add(&dual_stack, PublicRecord::Aaaa(AWS_V6));
        }
    }

    /// What a name stands for; empty where only longer names exist, `None` where not even those do.
    pub fn get(&self, name: &str) -> Option<&[PublicRecord]> {
        match self.records.get(name) {
            Some(records) => Some(records),
            None => self.has_names_below(name).then_some(&[]),
        }
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
        assert_eq!(names.get("example.com").map(<[_]>::len), Some(2));
        assert_eq!(names.get("us-west-2.amazonaws.com"), Some([].as_slice()));
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
