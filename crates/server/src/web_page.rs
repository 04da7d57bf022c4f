//! Keeps web pages of strangers out: any page in the world can have its visitor's browser send requests to this machine,
//! and in open mode no secret stands in the way. Three things do:
//!
//! - The name a request is spoken to is one of ours: [`HostNames`], always.
//! - Browsers say for which page they ask: `Sec-Fetch-Site` (Fetch Metadata Request Headers, W3C) with every request to the
//!   loopback's own addresses, `Origin` (RFC 6454) with all but GET and HEAD, and with WebSockets. Other clients send
//!   neither. A page of Hamlet's own would have its origin.
//! - What they send with neither, a GET for a picture or a link in a mail, changes nothing: see
//!   [`Proof`](crate::callers::Proof).

use hyper::http::request::Parts;

use crate::host_name::{HostNames, addressed};
use crate::refusal::{Reason, Refusal};

/// Why what a browser asks for a page of another origin is not answered, if this is that.
pub(crate) fn refusal(names: &HostNames, head: &Parts) -> Option<Refusal> {
    names.refusal(head).or_else(|| {
        is_for_a_stranger(head)
            .then(|| Refusal::new(Reason::WebPage, "Web pages of other origins cannot call Hamlet."))
    })
}

fn is_for_a_stranger(head: &Parts) -> bool {
    let text = |name: &str| head.headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match (text("sec-fetch-site"), text("origin")) {
        (None, None) => false,
        (site, Some(origin)) => {
            let own = addressed(head).map(|host| format!("http://{host}"));
            let is_own = own.is_ok_and(|own| own.eq_ignore_ascii_case(origin));
            !is_own || site.is_some_and(|site| site != "same-origin")
        }
        // "none": typed into the address bar.
        (Some(site), None) => !["same-origin", "none"].contains(&site),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Request;

    fn asked(headers: &[(&'static str, &str)]) -> bool {
        let request = headers.iter().fold(Request::builder(), |it, (name, value)| it.header(*name, *value));
        refusal(&HostNames::default(), &request.body(()).unwrap().into_parts().0).is_none()
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
            ("origin", "https://127.0.0.1:4566"),
            ("origin", "null"),
            ("origin", ""),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-site", "\u{e9}"),
        ] {
            assert!(!asked(&[host, stranger]), "{stranger:?}");
        }
        assert!(!asked(&[host, ("origin", "http://127.0.0.1:4566"), ("sec-fetch-site", "cross-site")]));
    }

    #[test]
    fn a_strangers_name_that_leads_here_is_a_strangers() {
        let host = ("host", "rebound.example.com:4566");
        assert!(!asked(&[host]), "without a word about a page");
        assert!(!asked(&[host, ("sec-fetch-site", "same-origin")]));
        assert!(!asked(&[host, ("origin", "http://rebound.example.com:4566")]));
        assert!(!asked(&[("origin", "http://")]));
    }
}
