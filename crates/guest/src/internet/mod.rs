//! The simulated internet: its hosts, what they are called, where they are, and what they answer.
//!
//! It is a table in a text (`simulated.txt`), to which a user adds hosts by a file of the same form ([`Internet::with`]).

mod host;
mod table;

pub use host::{HTTP, HTTPS, Host, Service, ServicePort, WebAnswer};
pub use table::{FILE_BYTES_MAX, HOSTS_MAX, TableError};

use model::dns_record::RecordData;
use std::collections::BTreeSet;
use std::net::IpAddr;

const SIMULATED: &str = include_str!("simulated.txt");

/// All hosts.
#[derive(Clone, Debug, Default)]
pub struct Internet {
    hosts: Vec<Host>,
    /// How many of them are a user's own.
    added: usize,
}

impl Internet {
    /// The internet that is always there.
    pub fn simulated() -> Internet {
        let none = |file: &str| Err(format!("{file}: no files here"));
        // A test reads it: it has no fault.
        let hosts = table::hosts(SIMULATED, &none).unwrap_or_default();
        Internet { hosts, added: 0 }
    }

    /// The same with a user's own hosts, as a text has them; files that it names are read by `read`. Who takes a name that is
    /// there already has it alone.
    ///
    /// # Errors
    ///
    /// What is wrong, and in which line.
    pub fn with(
        self,
        text: &str,
        read: &dyn Fn(&str) -> Result<Vec<u8>, String>,
    ) -> Result<Internet, TableError> {
        let added = table::hosts(text, read)?;
        let names: BTreeSet<&str> = added.iter().flat_map(Host::names).collect();
        let mut hosts = self.hosts;
        for host in &mut hosts {
            host.names.retain(|name| !names.contains(name.as_str()));
        }
        hosts.retain(|host| !host.names.is_empty());
        table::check_addresses(&hosts, &added)?;
        let count = added.len();
        hosts.extend(added);
        Ok(Internet { hosts, added: count })
    }

    /// All hosts, in the table's order, a user's own after those that are always there.
    pub fn hosts(&self) -> &[Host] {
        &self.hosts
    }

    /// How many of them are a user's own.
    pub fn added(&self) -> usize {
        self.added
    }

    /// The one of a name in lower case.
    pub fn named(&self, name: &str) -> Option<&Host> {
        self.hosts.iter().find(|host| host.names().any(|it| it == name))
    }

    /// The one that a visitor means who has come to an address and asks for a name, or for none that is there.
    pub fn at(&self, address: IpAddr, name: &str) -> Option<&Host> {
        let mut here = self.hosts.iter().filter(|host| host.addresses.contains(&address));
        let named = here.clone().find(|host| host.names().any(|it| it == name));
        named.or_else(|| here.next())
    }

    /// Every address that somebody has, each once.
    pub fn addresses(&self) -> BTreeSet<IpAddr> {
        self.hosts.iter().flat_map(|host| host.addresses.iter().copied()).collect()
    }

    /// The addresses at which a service is served, each once.
    pub fn serving(&self, service: &Service) -> BTreeSet<IpAddr> {
        let serves = |host: &&Host| host.services.iter().any(|(_, it)| it == service);
        self.hosts.iter().filter(serves).flat_map(|host| host.addresses.iter().copied()).collect()
    }

    /// Every name with what it stands for. A name that is a domain of its own has its host's addresses itself (RFC 1034,
    /// section 3.6.2), as has the host's first; what is below a domain is an alias of the first.
    pub fn records(&self) -> impl Iterator<Item = (&str, RecordData)> {
        self.hosts.iter().flat_map(Host::records)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn no_files(file: &str) -> Result<Vec<u8>, String> {
        Err(format!("{file} cannot be read"))
    }

    fn with(text: &str) -> Result<Internet, String> {
        Internet::simulated().with(text, &no_files).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_always_there_has_no_fault_and_every_name_is_one_hosts() {
        let hosts = table::hosts(SIMULATED, &no_files).unwrap();
        assert!(hosts.len() > 25, "{}", hosts.len());
        let internet = Internet::simulated();
        for host in &hosts {
            for name in host.names() {
                for address in &host.addresses {
                    let found = internet.at(*address, name).unwrap();
                    assert_eq!(found.names, host.names, "{name}");
                }
            }
            for answer in host.web.values() {
                let WebAnswer::Elsewhere(place) = answer else { continue };
                let (_, name) = place.split_once("://").unwrap();
                assert!(internet.named(name).is_some(), "{place} leads nowhere");
            }
        }
    }

    #[test]
    fn a_users_own_hosts_stand_beside_those_that_are_there_and_take_their_names() {
        let internet = with(
            "# ours\nhost partner.example api.partner.example\n  address 203.0.113.80 2001:db8:80::1\n  http echo\n  \
             https forward 127.0.0.1:8443\n  tcp 5432 forward [::1]:5432\n  udp 7 echo\n  record partner.example MX 10 \
             mail.partner.example\n\nhost example.com\n  address 203.0.113.81\n",
        )
        .unwrap();
        assert_eq!(internet.added(), 2);
        let partner = internet.named("api.partner.example").unwrap();
        assert_eq!(*partner.web(HTTP), WebAnswer::Echo);
        assert_eq!(*partner.web(HTTPS), WebAnswer::Forward("127.0.0.1:8443".parse().unwrap()));
        assert_eq!(
            partner.tcp().collect::<Vec<_>>(),
            [(5432, &Service::Forward("[::1]:5432".parse().unwrap()))]
        );
        assert_eq!(
            internet.named("example.com").unwrap().addresses,
            ["203.0.113.81".parse::<IpAddr>().unwrap()]
        );
        assert_eq!(internet.named("www.example.com").unwrap().name(), "www.example.com");
        let of_partner: Vec<_> =
            internet.records().filter(|(name, _)| name.ends_with("partner.example")).collect();
        assert_eq!(of_partner.len(), 4, "two addresses, an alias, where mail goes: {of_partner:?}");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, line, told) in [
            ("address 203.0.113.1", 1, "no host before it"),
            ("host a.example\n  http page", 1, "a.example has no address"),
            ("host a.example\n address 10.0.0.1", 2, "10.0.0.1 is no public address"),
            ("host a.example\n address 127.0.0.1", 2, "127.0.0.1 is no public address"),
            ("host a.example\n address fe80::1", 2, "fe80::1 is no public address"),
            ("host a.example\n address 8.8.8.8", 1, "8.8.8.8 is dns.google's"),
            ("host a.example\n address 54.144.0.1", 2, "54.144.0.1 is AWS's"),
            ("host a.example\n address 198.51.100.10", 2, "198.51.100.10 is the laptop's"),
            ("host a.example\n address 1.2.3", 2, "'1.2.3' is no address"),
            ("host a.example\n address", 2, "address wants"),
            ("host", 1, "host wants"),
            ("host ec2.us-west-2.amazonaws.com\n address 203.0.113.1", 1, "is AWS's"),
            ("host a..example\n address 203.0.113.1", 1, "not a domain name"),
            ("host a.example a.example\n address 203.0.113.1", 1, "a.example is there twice"),
            (
                "host a.example\n address 203.0.113.1\nhost a.example\n address 203.0.113.2",
                3,
                "a.example is there twice",
            ),
            ("host a.example\n address 203.0.113.1\n gopher page", 3, "'gopher' is not known"),
            ("host a.example\n address 203.0.113.1\n http sing", 3, "'sing' is not known"),
            ("host a.example\n address 203.0.113.1\n http page\n http page", 4, "http is there twice"),
            ("host a.example\n address 203.0.113.1\n http file gone.html", 3, "gone.html cannot be read"),
            (
                "host a.example\n address 203.0.113.1\n http forward 10.0.0.1:80",
                3,
                "only ports of this machine's own loopback",
            ),
            (
                "host a.example\n address 203.0.113.1\n http forward 127.0.0.1",
                3,
                "'127.0.0.1' is no address with a port",
            ),
            (
                "host a.example\n address 203.0.113.1\n http redirect example.com",
                3,
                "'example.com' is no address of a page",
            ),
            ("host a.example\n address 203.0.113.1\n https secure", 3, "would lead to itself"),
            ("host a.example\n address 203.0.113.1\n tcp 80 echo", 3, "80 is said by http"),
            ("host a.example\n address 203.0.113.1\n tcp 0 echo", 3, "'0' is no port"),
            ("host a.example\n address 203.0.113.1\n tcp 7 echo\n tcp 7 echo", 4, "tcp 7 is there twice"),
            ("host a.example\n address 203.0.113.1\n udp 7 forward 127.0.0.1:7", 3, "udp is only echoed"),
            ("host a.example\n address 203.0.113.1\n record a.example MX mail", 3, "is no value of MX"),
            ("host a.example\n address 203.0.113.1\n record a.example LOC 1", 3, "'LOC' is no type"),
            (
                "host a.example\n address 203.0.113.1\n  tcp 9 forward 127.0.0.1:9\nhost b.example\n  address 203.0.113.1",
                4,
                "203.0.113.1 is a.example's",
            ),
        ] {
            let error = with(text).unwrap_err();
            assert!(
                error.starts_with(&format!("line {line}: ")) && error.contains(told),
                "{text:?}: {error}"
            );
        }
    }
}
