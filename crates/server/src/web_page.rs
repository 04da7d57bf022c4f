//! Keeps web pages of strangers out: any page in the world can have its visitor's browser send requests to this machine,
//! and in open mode no secret stands in the way.
//!
//! Browsers say for which page they ask: `Sec-Fetch-Site` (Fetch Metadata Request Headers, W3C) with every request to the
//! loopback, `Origin` (RFC 6454) with those that change something and with WebSockets. Other clients send neither. A page
//! of Hamlet's own would have its origin.

use awsproto::AwsError;
use hyper::HeaderMap;
use std::net::IpAddr;

/// Refuses what a browser asks for a page of another origin.
pub(crate) fn refuse_strangers(headers: &HeaderMap) -> Result<(), AwsError> {
    match is_for_a_stranger(headers) {
        false => Ok(()),
        true => {
            Err(AwsError::new("AccessDenied", "Web pages of other origins cannot call Hamlet.")
                .with_status(403))
        }
    }
}

fn is_for_a_stranger(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let host = text("host").unwrap_or_default();
    match (text("sec-fetch-site"), text("origin")) {
        (None, None) => false,
        // A stranger's name may be made to lead here after its page was loaded: then all is of one origin.
        _ if !is_this_machine(host) => true,
        (_, Some(origin)) => origin.strip_prefix("http://") != Some(host),
        // "none": typed into the address bar.
        (Some(site), None) => !["same-origin", "none"].contains(&site),
    }
}

/// Whether a host and port can only be reached under that name because somebody means this machine.
fn is_this_machine(host: &str) -> bool {
    let (name, port) = host.rsplit_once(':').unwrap_or((host, ""));
    let name = if port.bytes().all(|byte| byte.is_ascii_digit()) { name } else { host };
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(headers: &[(&'static str, &str)]) -> bool {
        let header = |(name, value): &(&'static str, &str)| (name.parse().unwrap(), value.parse().unwrap());
        refuse_strangers(&headers.iter().map(header).collect()).is_ok()
    }

    #[test]
    fn programs_and_the_address_bar_are_no_pages() {
        assert!(asked(&[("host", "127.0.0.1:4566")]));
        assert!(asked(&[("host", "ec2.us-east-1.amazonaws.com")]));
        assert!(asked(&[("host", "localhost:4566"), ("sec-fetch-site", "none")]));
    }

    #[test]
    fn a_page_from_here_may_ask_and_others_may_not() {
        let host = ("host", "127.0.0.1:4566");
        assert!(asked(&[host, ("origin", "http://127.0.0.1:4566"), ("sec-fetch-site", "same-origin")]));
        assert!(asked(&[("host", "[::1]:4566"), ("origin", "http://[::1]:4566")]));
        for stranger in [
            ("origin", "http://example.com"),
            ("origin", "http://127.0.0.1:8080"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-site", "\u{e9}"),
        ] {
            assert!(!asked(&[host, stranger]), "{stranger:?}");
        }
    }

    #[test]
    fn a_strangers_name_that_leads_here_is_a_strangers() {
        let host = ("host", "rebound.example.com:4566");
        assert!(!asked(&[host, ("sec-fetch-site", "same-origin")]));
        assert!(!asked(&[host, ("origin", "http://rebound.example.com:4566")]));
        assert!(!asked(&[("origin", "http://")]));
    }
}
