//! What a browser is told about whether a page's script may call.
//!
//! Follows "Using cross-origin resource sharing (CORS)" (Amazon S3 User Guide): "Amazon S3 evaluates the CORS configuration for
//! the bucket and uses the first CORSRule rule that matches the incoming browser request".

use hyper::HeaderMap;
use hyper::header::{self, HeaderName, HeaderValue};
use model::bucket::CorsRule;

/// What a browser says of a call.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Where the page is from.
    pub origin: &'a str,
    /// The method: of the call itself, or of the one that is asked about before it.
    pub method: &'a str,
    /// The headers that a call would have, where a browser asks before it.
    pub headers: Option<&'a str>,
}

/// The headers by which a browser is told that the page may; `None` if no rule says so.
pub fn answer(rules: &[CorsRule], call: Call<'_>) -> Option<HeaderMap> {
    let asked = headers_of(call);
    let allows = |rule: &&CorsRule| {
        rule.methods.iter().any(|it| it == call.method)
            && rule.origins.iter().any(|it| fits(it, call.origin))
            && asked.iter().all(|name| rule.headers.iter().any(|it| fits(&it.to_ascii_lowercase(), name)))
    };
    rules.iter().find(allows).map(|rule| told(rule, call.origin, &asked))
}

fn headers_of(call: Call<'_>) -> Vec<String> {
    let names = call.headers.unwrap_or_default().split(',').map(str::trim);
    names.filter(|it| !it.is_empty()).map(str::to_ascii_lowercase).collect()
}

fn told(rule: &CorsRule, origin: &str, asked: &[String]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut tell = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    let is_anyone = rule.origins.iter().find(|it| fits(it, origin)).is_some_and(|it| it == "*");
    if is_anyone {
        tell(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    } else {
        tell(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        tell(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
    tell(header::ACCESS_CONTROL_ALLOW_METHODS, &rule.methods.join(", "));
    if !asked.is_empty() {
        tell(header::ACCESS_CONTROL_ALLOW_HEADERS, &asked.join(", "));
    }
    if !rule.exposed.is_empty() {
        tell(header::ACCESS_CONTROL_EXPOSE_HEADERS, &rule.exposed.join(", "));
    }
    if let Some(seconds) = rule.max_age_s {
        tell(header::ACCESS_CONTROL_MAX_AGE, &seconds.to_string());
    }
    tell(header::VARY, "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
    headers
}

/// Whether a text is as a rule says, in which one `*` is anything.
fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((begin, end)) => {
            text.len() >= begin.len() + end.len() && text.starts_with(begin) && text.ends_with(end)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Vec<CorsRule> {
        let text = |them: &[&str]| them.iter().map(|it| (*it).to_owned()).collect();
        let pages = CorsRule {
            origins: text(&["https://*.example.com"]),
            methods: text(&["PUT", "POST"]),
            headers: text(&["Content-*", "x-amz-date"]),
            exposed: text(&["ETag"]),
            max_age_s: Some(600),
            ..CorsRule::default()
        };
        let anyone = CorsRule { origins: text(&["*"]), methods: text(&["GET"]), ..CorsRule::default() };
        vec![pages, anyone]
    }

    fn told<'h>(answer: &'h Option<HeaderMap>, name: &str) -> Option<&'h str> {
        answer.as_ref()?.get(name)?.to_str().ok()
    }

    #[test]
    fn the_first_rule_that_fits_says_what_a_browser_may() {
        let origin = "https://app.example.com";
        let asked = Call { origin, method: "PUT", headers: Some("Content-Type, X-Amz-Date") };
        let may = answer(&rules(), asked);
        assert_eq!(told(&may, "access-control-allow-origin"), Some(origin));
        assert_eq!(told(&may, "access-control-allow-credentials"), Some("true"));
        assert_eq!(told(&may, "access-control-allow-methods"), Some("PUT, POST"));
        assert_eq!(told(&may, "access-control-allow-headers"), Some("content-type, x-amz-date"));
        assert_eq!(told(&may, "access-control-max-age"), Some("600"));
        let may = answer(&rules(), Call { origin: "null", method: "GET", headers: None });
        assert_eq!(told(&may, "access-control-allow-origin"), Some("*"));
        assert_eq!(told(&may, "access-control-allow-credentials"), None);
    }

    #[test]
    fn what_no_rule_allows_is_answered_with_nothing() {
        let call = Call { origin: "https://app.example.com", method: "PUT", headers: None };
        assert!(answer(&rules(), call).is_some());
        assert!(answer(&rules(), Call { headers: Some("x-other"), ..call }).is_none());
        assert!(answer(&rules(), Call { method: "DELETE", ..call }).is_none());
        assert!(answer(&rules(), Call { origin: "https://example.com", ..call }).is_none());
        assert!(answer(&rules(), Call { origin: "https://.example.com", ..call }).is_some());
        assert!(answer(&[], call).is_none());
    }
}
