//! The hosts of the simulated internet: what they are called, where they are, and what they answer.
//!
//! They are those that people reach for to see whether they are on the internet, and from which address: names and
//! addresses are the real ones' in kind, and nothing is ever sent to them. A page says whose it is not.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::public_names::{DNS, EXAMPLE, EXAMPLE_V6, REDIRECT, TIME};

/// A host.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    /// Its names. The first has its addresses; those below another domain's are aliases of it.
    pub names: &'static [&'static str],
    /// Where it is.
    pub v4: Ipv4Addr,
    /// Where it is in IPv6, if it is there.
    pub v6: Option<Ipv6Addr>,
    /// What it answers on port 80.
    pub http: Answer,
    /// What it answers on port 443.
    pub https: Answer,
}

/// What a visitor is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A small page.
    Page,
    /// The same path at another place, for good: what is before the path.
    Elsewhere(&'static str),
    /// The same name and path, over TLS.
    Secured,
    /// The address that the visitor is seen with, as a line.
    AddressLine,
    /// The same without a line's end.
    Address,
    /// The same in JSON at `/json`, and at `/` for who asks for JSON; the address alone at `/ip`.
    AddressJson,
    /// AWS's address ranges, under their own path alone.
    AddressRanges,
}

const fn v4(a: u8, b: u8, c: u8, d: u8) -> Ipv4Addr {
    Ipv4Addr::new(a, b, c, d)
}

const fn v6(a: u16, b: u16, c: u16, last: u16) -> Option<Ipv6Addr> {
    Some(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, last))
}

const fn site(
    names: &'static [&'static str],
    v4: Ipv4Addr,
    v6: Option<Ipv6Addr>,
    http: Answer,
    https: Answer,
) -> Site {
    Site { names, v4, v6, http, https }
}

use Answer::{Address, AddressJson, AddressLine, AddressRanges, Elsewhere, Page, Secured};

/// All of them. Two may share an address: the name tells.
#[rustfmt::skip]
pub static SITES: &[Site] = &[
    site(&["example.com", "www.example.com", "example.org", "www.example.org"], EXAMPLE, Some(EXAMPLE_V6), Page, Page),
    site(&["redirect.example.net"], REDIRECT, None, Elsewhere("http://example.com"), Elsewhere("https://example.com")),
    site(&["www.google.com"], v4(142, 250, 72, 100), v6(0x2607, 0xf8b0, 0x400a, 0x2004), Page, Page),
    site(&["google.com"], v4(142, 250, 72, 110), v6(0x2607, 0xf8b0, 0x400a, 0x200e), Elsewhere("http://www.google.com"), Elsewhere("https://www.google.com")),
    site(&["www.amazon.com"], v4(205, 251, 242, 103), None, Secured, Page),
    site(&["amazon.com"], v4(205, 251, 242, 104), None, Secured, Elsewhere("https://www.amazon.com")),
    site(&["aws.amazon.com"], v4(18, 65, 3, 20), v6(0x2600, 0x9000, 0x2355, 0x20), Secured, Page),
    site(&["github.com"], v4(140, 82, 112, 3), None, Secured, Page),
    site(&["www.github.com"], v4(140, 82, 112, 4), None, Secured, Elsewhere("https://github.com")),
    site(&["www.wikipedia.org", "en.wikipedia.org"], v4(198, 35, 26, 96), v6(0x2620, 0, 0x863, 1), Secured, Page),
    site(&["wikipedia.org"], v4(198, 35, 26, 97), v6(0x2620, 0, 0x863, 2), Secured, Elsewhere("https://www.wikipedia.org")),
    site(&["nextwork.org", "www.nextwork.org", "learn.nextwork.org"], v4(76, 76, 21, 21), None, Secured, Page),
    site(&["checkip.amazonaws.com"], v4(52, 44, 25, 10), None, AddressLine, AddressLine),
    site(&["ip-ranges.amazonaws.com"], v4(18, 65, 3, 30), v6(0x2600, 0x9000, 0x2355, 0x30), AddressRanges, AddressRanges),
    site(&["icanhazip.com"], v4(104, 16, 184, 241), v6(0x2606, 0x4700, 0, 0xb8f1), AddressLine, AddressLine),
    site(&["ipv4.icanhazip.com"], v4(104, 16, 184, 242), None, AddressLine, AddressLine),
    site(&["ifconfig.me"], v4(34, 160, 111, 145), v6(0x2600, 0x1901, 0, 0xb2bd), Address, Address),
    site(&["api.ipify.org"], v4(104, 26, 12, 205), None, Address, Address),
    site(&["api64.ipify.org"], v4(104, 26, 12, 206), v6(0x2606, 0x4700, 0x20, 0xccd), Address, Address),
    site(&["ipinfo.io"], v4(34, 117, 59, 81), v6(0x2600, 0x1901, 0, 0x3b51), AddressJson, AddressJson),
    site(&["ipecho.net"], v4(34, 160, 111, 146), None, Address, Address),
    site(&["whatismyip.akamai.com"], v4(23, 200, 128, 10), None, Address, Address),
];

/// Public resolvers, for those who do not use their VPC's.
pub const RESOLVERS: [IpAddr; 8] = [
    IpAddr::V4(DNS),
    IpAddr::V4(v4(8, 8, 8, 8)),
    IpAddr::V4(v4(8, 8, 4, 4)),
    IpAddr::V4(v4(1, 1, 1, 1)),
    IpAddr::V4(v4(1, 0, 0, 1)),
    IpAddr::V4(v4(9, 9, 9, 9)),
    IpAddr::V6(Ipv6Addr::new(0x2001, 0x4860, 0x4860, 0, 0, 0, 0, 0x8888)),
    IpAddr::V6(Ipv6Addr::new(0x2606, 0x4700, 0x4700, 0, 0, 0, 0, 0x1111)),
];
/// Their names.
pub(crate) const NAMES_OF_RESOLVERS: [(&str, IpAddr); RESOLVERS.len()] = [
    ("dns.example.net", RESOLVERS[0]),
    ("dns.google", RESOLVERS[1]),
    ("dns.google", RESOLVERS[2]),
    ("one.one.one.one", RESOLVERS[3]),
    ("one.one.one.one", RESOLVERS[4]),
    ("dns.quad9.net", RESOLVERS[5]),
    ("dns.google", RESOLVERS[6]),
    ("one.one.one.one", RESOLVERS[7]),
];

/// Every host's own name, with each of its addresses.
pub(crate) fn hosts() -> impl Iterator<Item = (&'static str, IpAddr)> {
    let sites = SITES.iter().flat_map(|site| site.addresses().map(|address| (site.names[0], address)));
    sites.chain(NAMES_OF_RESOLVERS).chain([("time.aws.com", IpAddr::V4(TIME))])
}

impl Site {
    /// The one of a name in lower case.
    pub fn named(name: &str) -> Option<&'static Site> {
        SITES.iter().find(|site| site.names.contains(&name))
    }

    /// The one that a visitor means who has come to an address and asks for a name, or for none that is there.
    pub fn at(address: IpAddr, name: &str) -> Option<&'static Site> {
        let mut here = SITES.iter().filter(|site| site.addresses().any(|it| it == address));
        let named = here.clone().find(|site| site.names.contains(&name));
        named.or_else(|| here.next())
    }

    /// Its addresses.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        [IpAddr::V4(self.v4)].into_iter().chain(self.v6.map(IpAddr::V6))
    }
}

/// Every address of a host.
pub fn addresses() -> impl Iterator<Item = IpAddr> {
    hosts().map(|(_, address)| address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_name_is_one_sites_and_is_found_at_its_addresses() {
        let mut names = BTreeSet::new();
        for site in SITES {
            for name in site.names {
                assert!(names.insert(*name), "{name} is there twice");
                for address in site.addresses() {
                    assert_eq!(Site::at(address, name).map(|it| it.names), Some(site.names), "{name}");
                }
            }
            let answers = [site.http, site.https];
            for place in answers.into_iter().filter_map(|answer| match answer {
                Elsewhere(place) => Some(place),
                Page | Secured | AddressLine | Address | AddressJson | AddressRanges => None,
            }) {
                let (_, host) = place.split_once("://").unwrap();
                assert!(Site::named(host).is_some(), "{place} leads nowhere");
            }
            assert_ne!(site.https, Secured, "{:?} would lead to itself", site.names);
        }
        assert!(addresses().count() > 30);
    }
}
