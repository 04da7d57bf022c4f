//! What a bucket's website answers for a path.
//!
//! Follows "Website endpoints", "Configuring an index document", "Configuring a custom error document" and "Configuring a
//! webpage redirect" (Amazon S3 User Guide).

use model::bucket_website::{Replacement, RoutingRule, Website};

/// What is there under a key, for who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// An object that he may read.
    There,
    /// An object or nothing, and he may not know.
    Denied,
    /// Nothing.
    Missing,
}

/// What a website answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// An object, with status 200; its own redirection goes before.
    Object(String),
    /// The error document, with this status; the page of S3's own if there is none or it cannot be read.
    Error {
        /// 403 or 404.
        status: u16,
        /// The error document's key.
        document: Option<String>,
    },
    /// It is elsewhere.
    Redirect {
        /// The status.
        status: u16,
        /// Where.
        location: String,
    },
}

/// How a website was asked.
#[derive(Clone, Copy, Debug)]
pub struct Visit<'a> {
    /// `http` or `https`.
    pub protocol: &'a str,
    /// The name of the host that was asked.
    pub host: &'a str,
    /// The path, decoded, with its first slash.
    pub path: &'a str,
}

/// What a website answers for a path.
pub fn answer(website: &Website, visit: Visit<'_>, look: impl Fn(&str) -> Look) -> Answer {
    let key = visit.path.strip_prefix('/').unwrap_or(visit.path);
    if let Some(all) = &website.redirect_all {
        let protocol = all.protocol.as_deref().unwrap_or(visit.protocol);
        let location = format!("{protocol}://{}/{}", all.host, encoded(key));
        return Answer::Redirect { status: 301, location };
    }
    let moved = |error: Option<u16>| website.rules.iter().find(|it| is_meant(it, key, error));
    if let Some(rule) = moved(None) {
        return redirected(rule, visit, key);
    }
    let index = website.index.as_deref().unwrap_or_default();
    let is_folder = key.is_empty() || key.ends_with('/');
    let shown = if is_folder { format!("{key}{index}") } else { key.to_owned() };
    let status = match look(&shown) {
        Look::There => return Answer::Object(shown),
        // Without the slash it may be a folder all the same: then it has an index.
        _ if !is_folder && look(&format!("{key}/{index}")) == Look::There => {
            return Answer::Redirect { status: 302, location: format!("/{}/", encoded(key)) };
        }
        Look::Denied => 403,
        Look::Missing => 404,
    };
    match moved(Some(status)) {
        Some(rule) => redirected(rule, visit, key),
        None => Answer::Error { status, document: website.error.clone() },
    }
}

fn is_meant(rule: &RoutingRule, key: &str, error: Option<u16>) -> bool {
    rule.error_code == error && rule.key_prefix.as_ref().is_none_or(|it| key.starts_with(it.as_str()))
}

fn redirected(rule: &RoutingRule, visit: Visit<'_>, key: &str) -> Answer {
    let key = match &rule.key {
        None => key.to_owned(),
        Some(Replacement::Whole(whole)) => whole.clone(),
        Some(Replacement::Prefix(begin)) => {
            let rest = key.strip_prefix(rule.key_prefix.as_deref().unwrap_or_default()).unwrap_or(key);
            format!("{begin}{rest}")
        }
    };
    let protocol = rule.protocol.as_deref().unwrap_or(visit.protocol);
    let host = rule.host.as_deref().unwrap_or(visit.host);
    let location = format!("{protocol}://{host}/{}", encoded(&key));
    Answer::Redirect { status: rule.status.unwrap_or(301), location }
}

/// A key as a URL has it. What would end a header, or the path, is written otherwise.
fn encoded(key: &str) -> String {
    let mut out = String::with_capacity(key.len());
    for byte in key.bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'~' | b'!' | b'*' | b'(' | b')' | b'\'' => {
                out.push(char::from(byte))
            }
            plain if plain.is_ascii_alphanumeric() => out.push(char::from(plain)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::bucket_website::Elsewhere;

    fn rule(key_prefix: Option<&str>, error_code: Option<u16>, key: Option<Replacement>) -> RoutingRule {
        let key_prefix = key_prefix.map(str::to_owned);
        RoutingRule { key_prefix, error_code, key, protocol: None, host: None, status: None }
    }

    fn website(rules: Vec<RoutingRule>) -> Website {
        let (index, error) = (Some("index.html".to_owned()), Some("error.html".to_owned()));
        Website { redirect_all: None, index, error, rules }
    }

    fn of(website: &Website, path: &str) -> Answer {
        let look = |key: &str| match key {
            "index.html" | "docs/index.html" | "a" => Look::There,
            "secret" => Look::Denied,
            _ => Look::Missing,
        };
        answer(website, Visit { protocol: "http", host: "site", path }, look)
    }

    fn to(status: u16, location: &str) -> Answer {
        Answer::Redirect { status, location: location.to_owned() }
    }

    #[test]
    fn a_folder_shows_its_index_and_a_file_itself() {
        let site = website(Vec::new());
        assert_eq!(of(&site, "/"), Answer::Object("index.html".to_owned()));
        assert_eq!(of(&site, "/docs/"), Answer::Object("docs/index.html".to_owned()));
        assert_eq!(of(&site, "/docs"), to(302, "/docs/"));
        assert_eq!(of(&site, "/a"), Answer::Object("a".to_owned()));
        let document = Some("error.html".to_owned());
        assert_eq!(of(&site, "/b"), Answer::Error { status: 404, document: document.clone() });
        assert_eq!(of(&site, "/secret"), Answer::Error { status: 403, document });
    }

    #[test]
    fn what_is_elsewhere_is_said_to_be_there() {
        let by_prefix = rule(Some("old/"), None, Some(Replacement::Prefix("new/".to_owned())));
        let host = Some("other".to_owned());
        let lost = RoutingRule { host, status: Some(302), ..rule(None, Some(404), None) };
        let site = website(vec![by_prefix, lost]);
        assert_eq!(of(&site, "/old/x y"), to(301, "http://site/new/x%20y"));
        assert_eq!(of(&site, "/nothing"), to(302, "http://other/nothing"));
        assert_eq!(of(&site, "/a"), Answer::Object("a".to_owned()));
        let all = Elsewhere { host: "new".to_owned(), protocol: Some("https".to_owned()) };
        let site = Website { redirect_all: Some(all), index: None, error: None, rules: Vec::new() };
        assert_eq!(of(&site, "/a\r\nb"), to(301, "https://new/a%0D%0Ab"));
    }
}
