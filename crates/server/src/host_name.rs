//! The names under which this API is spoken to.
//!
//! A web page can be made of any name whose owner lets it lead to this machine after the page was loaded (DNS rebinding):
//! the browser then takes both for one origin, and sends and reads what the page wants. The name is in every request, and
//! tells them apart. Nobody but this machine's owner can let an address, `localhost` or a name of AWS lead here:
//!
//! - addresses, since nothing is looked up for them;
//! - `localhost` and what is below it, which lead to the loopback by RFC 6761;
//! - what is below AWS's own domains, for clients that are redirected to here;
//! - what `--host-name` names.
//!
//! A request without a name is refused as well. No browser sends one, but HTTP/1.1 demands it, every signature covers it,
//! and so no client of AWS needs the exception.

use anyhow::ensure;
use hyper::http::request::Parts;
use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::refusal::{Reason, Refusal};

/// Leads to the loopback, and so does everything below it.
const LOCALHOST: &str = "localhost";
/// Domains in which AWS alone makes names: <https://docs.aws.amazon.com/general/latest/gr/rande.html>.
const OF_AWS: [&str; 4] = ["amazonaws.com", "amazonaws.com.cn", "api.aws", "api.amazonwebservices.com.cn"];
/// The longest name that DNS has (RFC 1035).
const NAME_BYTES_MAX: usize = 253;

/// The names that are ours.
#[derive(Clone, Debug, Default)]
pub(crate) struct HostNames(BTreeSet<String>);

impl HostNames {
    /// Those that everybody has, and these.
    pub(crate) fn of(names: &[String]) -> anyhow::Result<HostNames> {
        let checked = names.iter().map(|name| {
            let plain = plain_name(name);
            ensure!(
                plain.is_some(),
                "'{name}' is no host name: letters, digits and hyphens, in labels with dots between"
            );
            Ok(plain.unwrap_or_default())
        });
        Ok(HostNames(checked.collect::<anyhow::Result<_>>()?))
    }

    fn has(&self, host: &Host) -> bool {
        let below =
            |name: &str, domain: &str| name.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
        match host {
            Host::Address => true,
            Host::Name(name) => {
                name == LOCALHOST
                    || below(name, LOCALHOST)
                    || OF_AWS.iter().any(|domain| below(name, domain))
                    || self.0.contains(name)
            }
        }
    }

    /// Why a request is not answered, if it is spoken to somebody else.
    pub(crate) fn refusal(&self, head: &Parts) -> Option<Refusal> {
        let text = match addressed(head) {
            Ok(text) => text,
            Err(refusal) => return Some(refusal),
        };
        match Host::parse(&text) {
            Some(host) if self.has(&host) => None,
            Some(Host::Name(name)) => Some(refusal(format!(
                "The name {name} does not stand for Hamlet: use its address or localhost, or start it with --host-name {name}."
            ))),
            Some(Host::Address) | None => {
                Some(refusal("The Host header of this request is not well-formed."))
            }
        }
    }
}

fn refusal(sentence: impl Into<String>) -> Refusal {
    Refusal::new(Reason::UnknownHost, sentence)
}

/// The host and port that a request is spoken to: the target's own (always so in HTTP/2, `:authority`), or the header's.
/// Where there are several they must agree, since others may look at another one than we.
pub(crate) fn addressed(head: &Parts) -> Result<String, Refusal> {
    let headers = head.headers.get_all("host").iter().map(|value| value.to_str().unwrap_or_default());
    let mut all = head.uri.authority().map(|authority| authority.as_str()).into_iter().chain(headers);
    let Some(first) = all.next() else {
        return Err(refusal("A request must say in its Host header whom it is spoken to."));
    };
    match all.all(|other| other.eq_ignore_ascii_case(first)) {
        true => Ok(first.to_owned()),
        false => Err(refusal("This request is spoken to several hosts at once.")),
    }
}

/// The name in what a request is spoken to, in small letters; `None` if that is an address or not well-formed.
pub(crate) fn name_in(host: &str) -> Option<String> {
    match Host::parse(host)? {
        Host::Name(name) => Some(name),
        Host::Address => None,
    }
}

/// Whom a request is spoken to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Host {
    /// An address.
    Address,
    /// A name, in small letters and without the dot of the root.
    Name(String),
}

impl Host {
    /// Reads `name`, `name:port`, `address`, `[address]:port` and nothing else: no user, no zone, no other ways to write
    /// an address. Browsers send an address as it is written here, however the page has written it.
    fn parse(text: &str) -> Option<Host> {
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => rest.split_once(']')?,
            None => text.split_at(text.find(':').unwrap_or(text.len())),
        };
        let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
        let port_is_good = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
        match (port_is_good, text.starts_with('[')) {
            (false, _) => None,
            (true, true) => host.parse::<Ipv6Addr>().ok().map(|_| Host::Address),
            (true, false) if host.parse::<Ipv4Addr>().is_ok() => Some(Host::Address),
            (true, false) => plain_name(host).map(Host::Name),
        }
    }
}

/// A name as it is compared. Underscores are in no host name, and yet in some that people use.
fn plain_name(text: &str) -> Option<String> {
    let name = text.strip_suffix('.').unwrap_or(text);
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let is_label = |label: &str| !label.is_empty() && label.bytes().all(is_letter);
    let is_good = name.len() <= NAME_BYTES_MAX && name.split('.').all(is_label);
    is_good.then(|| name.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Request;

    fn refused(uri: &str, hosts: &[&str]) -> Option<Refusal> {
        let names = HostNames::of(&["hamlet".to_owned(), "Cloud.Example.".to_owned()]).unwrap();
        let request = hosts.iter().fold(Request::builder().uri(uri), |it, host| it.header("host", *host));
        names.refusal(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn addresses_localhost_aws_and_named_ones_are_ours() {
        for host in [
            "127.0.0.1:4566",
            "127.0.0.1",
            "[::1]:4566",
            "[::1]",
            "0.0.0.0:1",
            "localhost:4566",
            "LOCALHOST.",
            "a.b.localhost",
            "ec2.us-east-1.amazonaws.com",
            "EC2.us-east-1.amazonaws.com.:443",
            "ec2.cn-north-1.amazonaws.com.cn",
            "ec2.cn-north-1.api.amazonwebservices.com.cn",
            "ec2.us-east-1.api.aws",
            "hamlet:4566",
            "cloud.example",
        ] {
            assert_eq!(refused("/", &[host]), None, "{host}");
            assert_eq!(refused(&format!("http://{host}/"), &[]), None, "{host} as :authority");
        }
    }

    #[test]
    fn everything_else_is_a_strangers() {
        for host in [
            "evil.example:4566",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "evillocalhost",
            "xamazonaws.com",
            "amazonaws.com",
            "api.aws",
            "amazonaws.com.evil.example",
            "amazonaws.com.",
            ".amazonaws.com",
            "x..localhost",
            "localhost..",
            "",
            ".",
            ":4566",
            "127.0.0.1:x",
            "127.0.0.1:4566:4566",
            "::1",
            "[::1",
            "[::1]x",
            "[fe80::1%25eth0]",
            "[127.0.0.1]",
            "[localhost]",
            "127.1",
            "2130706433",
            "0x7f000001",
            "127.0.0.1.",
            "user@localhost",
            "localhost@evil.example",
            "evil.example#localhost",
            "localhost, evil.example",
            "localhost evil.example",
            "evil.example/.localhost",
            "evil.example\\.localhost",
            "%6cocalhost",
            "cloud.example.evil",
            "a.hamlet",
        ] {
            assert_eq!(refused("/", &[host]).map(|it| it.reason), Some(Reason::UnknownHost), "{host}");
        }
        let longest = format!("{}.localhost", "a.".repeat(122));
        assert!(refused("/", &[&longest]).is_some());
    }

    #[test]
    fn one_request_has_one_host() {
        assert!(refused("/", &[]).unwrap().sentence.contains("must say"));
        assert!(refused("/", &["localhost", "evil.example"]).unwrap().sentence.contains("several"));
        assert!(refused("http://localhost/", &["evil.example"]).unwrap().sentence.contains("several"));
        assert!(refused("http://evil.example/", &["localhost"]).unwrap().sentence.contains("several"));
        assert!(refused("http://localhost@evil.example/", &[]).is_some());
        assert!(refused("http://evil.example@localhost/", &[]).is_some());
        assert_eq!(refused("http://localhost:1/", &["Localhost:1"]), None);
    }

    #[test]
    fn a_refused_name_hears_how_it_can_be_taken() {
        let sentence = refused("/", &["Cloud.Internal:4566"]).unwrap().sentence;
        assert!(sentence.ends_with("--host-name cloud.internal."), "{sentence}");
        for bad in ["", "a b", "a:1", "http://a", "*.a"] {
            assert!(HostNames::of(&[bad.to_owned()]).is_err(), "{bad}");
        }
    }
}
