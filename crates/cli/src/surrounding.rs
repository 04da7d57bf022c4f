//! What differs in the environment of a program on the laptop from that of the user's own terminal.
//!
//! AWS has its own names there, so that no endpoint is needed; one at the API's port goes on working, others on this
//! machine's loopback lead nowhere and are taken away, as are proxies, which the laptop cannot reach. Who has no
//! credentials or no Region of AWS's, by any of the ways in which its tools look for them, gets what `hamlet env` prints.

use server::admin::{Environment, Status};
use server::laptop_api;
use std::collections::BTreeMap;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// Says to prompts and scripts where they are.
pub(crate) const INSIDE: &str = "HAMLET_SHELL";
/// Where a Hamlet is found, whichever the user has said.
const DATA: &str = "HAMLET_DATA";

/// Variables by which tools find credentials, or where they are.
const CREDENTIALS: [&str; 5] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_BEARER_TOKEN",
];
/// What in the file of settings leads to credentials.
const CREDENTIAL_SETTINGS: [&str; 6] = [
    "aws_access_key_id",
    "credential_process",
    "credential_source",
    "source_profile",
    "sso_session",
    "sso_start_url",
];
/// Variables that name a Region.
const REGIONS: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];
/// Variables that name a proxy, in either case.
const PROXIES: [&str; 3] = ["http_proxy", "https_proxy", "all_proxy"];

/// What the caller has.
#[derive(Debug, Default)]
pub(crate) struct Surrounding {
    variables: BTreeMap<String, String>,
    /// The text of their file of credentials, and of settings; empty where there is none.
    credentials: String,
    settings: String,
}

/// A variable, and what it is set to; without a value it is taken away.
pub(crate) type Change = (String, Option<String>);

/// Whether this program was started on the laptop.
pub(crate) fn is_inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

/// That of whoever called us.
pub(crate) fn of_caller() -> Surrounding {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    let variables: BTreeMap<_, _> = std::env::vars_os().filter_map(text).collect();
    let read = |variable: &str, name: &str| {
        let said = variables.get(variable).map(PathBuf::from);
        let own = || variables.get("HOME").map(|home| PathBuf::from(home).join(".aws").join(name));
        said.or_else(own).and_then(|path| fs::read_to_string(path).ok()).unwrap_or_default()
    };
    let credentials = read("AWS_SHARED_CREDENTIALS_FILE", "credentials");
    let settings = read("AWS_CONFIG_FILE", "config");
    Surrounding { variables, credentials, settings }
}

impl Surrounding {
    /// What a program on the laptop of a Hamlet gets instead.
    pub(crate) fn changes(&self, status: &Status, own: &Environment) -> Vec<Change> {
        let gone = |name: &String| (name.clone(), None);
        let mut changes: Vec<Change> =
            self.variables.iter().filter(|it| leads_nowhere(it, status.api)).map(|it| gone(it.0)).collect();
        changes.extend(self.missing(own));
        changes.push((INSIDE.to_owned(), Some("1".to_owned())));
        changes.push((DATA.to_owned(), Some(status.data.to_string_lossy().into_owned())));
        changes
    }

    fn missing<'a>(&'a self, own: &'a Environment) -> impl Iterator<Item = Change> + 'a {
        let (credentials, region) = (!self.has_credentials(), !self.has_region());
        let is_missing = move |name: &str| match name {
            "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => credentials,
            name if REGIONS.contains(&name) => region,
            _ => false,
        };
        own.variables
            .iter()
            .filter(move |(name, _)| is_missing(name))
            .map(|(name, value)| (name.clone(), Some(value.clone())))
    }

    fn has(&self, name: &str) -> bool {
        self.variables.get(name).is_some_and(|value| !value.is_empty())
    }

    fn has_credentials(&self) -> bool {
        CREDENTIALS.into_iter().any(|name| self.has(name))
            || says(&self.credentials, &CREDENTIAL_SETTINGS)
            || says(&self.settings, &CREDENTIAL_SETTINGS)
    }

    fn has_region(&self) -> bool {
        REGIONS.into_iter().any(|name| self.has(name))
            || says(&self.credentials, &["region"])
            || says(&self.settings, &["region"])
    }
}

/// Whether a file of settings, whose lines are `name = value`, has one of these names.
fn says(settings: &str, names: &[&str]) -> bool {
    let named = settings.lines().filter_map(|line| line.split_once('='));
    named.map(|(name, _)| name.trim()).any(|name| names.contains(&name))
}

/// Whether a variable names a place on this machine's own loopback, or a way to the real internet.
fn leads_nowhere((name, value): &(&String, &String), api: SocketAddr) -> bool {
    let is_endpoint = name.starts_with("AWS_ENDPOINT_URL") && is_on_loopback(value) && !is_api(value, api);
    is_endpoint || PROXIES.contains(&name.to_ascii_lowercase().as_str())
}

/// What of a URL names the host, and the port if it is said.
fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// A URL's host, and its port if it is said.
fn host_and_port(url: &str) -> (&str, Option<u16>) {
    let authority = authority(url);
    let (host, rest) = match authority.strip_prefix('[') {
        Some(v6) => v6.split_once(']').unwrap_or((v6, "")),
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    (host, rest.strip_prefix(':').and_then(|port| port.parse().ok()))
}

/// Whether a URL leads to the API as the laptop has it.
fn is_api(url: &str, api: SocketAddr) -> bool {
    let Some(here) = laptop_api::address(api) else { return false };
    let (host, port) = host_and_port(url);
    let leads_there = match host.parse::<IpAddr>() {
        Ok(address) if address.is_unspecified() => here.ip() == IpAddr::V4(Ipv4Addr::LOCALHOST),
        Ok(address) => address.to_canonical() == here.ip(),
        Err(_) => is_localhost(host),
    };
    leads_there && port == Some(here.port())
}

/// Whether a URL's host is this machine by any of its own names.
fn is_on_loopback(url: &str) -> bool {
    let (host, _) = host_and_port(url);
    let is_loopback = |address: IpAddr| address.to_canonical().is_loopback() || address.is_unspecified();
    is_localhost(host) || host.parse::<IpAddr>().is_ok_and(is_loopback)
}

fn is_localhost(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api() -> SocketAddr {
        "127.0.0.1:4566".parse().unwrap()
    }

    fn with(variables: &[(&str, &str)]) -> Surrounding {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Surrounding { variables: variables.collect(), ..Surrounding::default() }
    }

    /// Names and values, the ones that are always set left out.
    fn changes(of: &Surrounding) -> Vec<Change> {
        let own = [
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:4566"),
            ("AWS_ACCESS_KEY_ID", "AKIA"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_REGION", "us-west-2"),
            ("AWS_DEFAULT_REGION", "us-west-2"),
        ];
        let variables = own.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let status = Status { api: api(), ..crate::instance::tests::status(&[]) };
        let mut all = of.changes(&status, &Environment { variables });
        all.retain(|(name, _)| name != INSIDE && name != DATA);
        all
    }

    fn names(of: &Surrounding) -> Vec<String> {
        changes(of).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn who_has_nothing_gets_credentials_and_a_region_and_no_endpoint() {
        let all = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION"];
        assert_eq!(names(&with(&[])), all);
        assert_eq!(names(&with(&[("AWS_ACCESS_KEY_ID", ""), ("AWS_REGION", "")])), all, "empty is not set");
    }

    #[test]
    fn who_has_credentials_or_a_region_keeps_them_wherever_they_are() {
        let region = ["AWS_REGION", "AWS_DEFAULT_REGION"];
        for name in ["AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"] {
            assert_eq!(names(&with(&[(name, "mine")])), region, "{name}");
        }
        let file = Surrounding { credentials: "[default]\naws_access_key_id = A\n".into(), ..with(&[]) };
        assert_eq!(names(&file), region);
        let settings =
            Surrounding { settings: "[default]\nsso_session=a\nregion=eu-west-1\n".into(), ..with(&[]) };
        assert!(names(&settings).is_empty());
        let credentials = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
        assert_eq!(names(&with(&[("AWS_DEFAULT_REGION", "eu-west-1")])), credentials);
        let other = Surrounding { settings: "[default]\noutput = json\n".into(), ..with(&[]) };
        assert_eq!(names(&other).len(), 4, "other settings are none of these");
    }

    #[test]
    fn an_endpoint_at_the_apis_port_stays_and_others_of_this_machine_and_proxies_go() {
        let mine = [("AWS_ACCESS_KEY_ID", "A"), ("AWS_REGION", "us-west-2")];
        let changed = |name: &str, value: &str| changes(&with(&[mine.as_slice(), &[(name, value)]].concat()));
        for url in [
            "http://127.0.0.1:4566",
            "http://localhost:4566/",
            "https://x.localhost:4566",
            "http://0.0.0.0:4566",
        ] {
            assert_eq!(changed("AWS_ENDPOINT_URL", url), [], "{url}");
        }
        for url in ["http://127.0.0.1:9000", "http://localhost/", "http://[::1]:4566", "127.0.0.2"] {
            let gone = [("AWS_ENDPOINT_URL_S3".to_owned(), None)];
            assert_eq!(changed("AWS_ENDPOINT_URL_S3", url), gone, "{url}");
        }
        for url in [
            "https://sts.us-west-2.amazonaws.com",
            "http://192.0.2.1:4566",
            "http://localhost.example.com",
            "",
        ] {
            assert_eq!(changed("AWS_ENDPOINT_URL_STS", url), [], "{url}");
        }
        for name in ["http_proxy", "HTTPS_PROXY", "ALL_PROXY"] {
            assert_eq!(changed(name, "http://proxy.example:3128"), [(name.to_owned(), None)]);
        }
    }
}
