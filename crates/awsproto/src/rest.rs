//! REST: which operation a method and a path stand for, and the members that path and query string carry.
//!
//! Follows "HTTP binding traits" (Smithy). Members in request headers are not read yet.

use crate::percent;

/// How an operation appears in HTTP. Generated.
#[derive(Debug, PartialEq, Eq)]
pub struct HttpRoute {
    /// `GetHostedZone`.
    pub operation: &'static str,
    /// `GET`.
    pub method: &'static str,
    /// `/2013-04-01/hostedzone/{Id}`; what follows a `?` must be in the query string.
    pub path: &'static str,
    /// The status of its answers.
    pub status: u16,
}

/// A route, and what its path says.
#[derive(Debug)]
pub(crate) struct Matched<'a> {
    pub(crate) route: &'static HttpRoute,
    parameters: Vec<(&'static str, &'a str)>,
}

/// The route that a request takes: of several the one that asks for something in the query string, or else the one with the
/// fewest parameters, so that a word is not taken for an identifier.
pub(crate) fn find<'a>(
    routes: &'static [HttpRoute],
    method: &str,
    path: &'a str,
    query: &str,
) -> Option<Matched<'a>> {
    let of_method = routes.iter().filter(|route| route.method == method);
    let matching = of_method.filter_map(|route| {
        let (template, asked) = route.path.split_once('?').unwrap_or((route.path, ""));
        let is_asked = asked.is_empty() || query.split('&').any(|pair| pair == asked);
        let parameters = parameters(template, path).filter(|_| is_asked)?;
        Some((asked.is_empty(), Matched { route, parameters }))
    });
    let best = matching.min_by_key(|(is_plain, matched)| (*is_plain, matched.parameters.len()));
    best.map(|(_, matched)| matched)
}

/// What a path has in the places of a template's `{…}`; `None` if it does not fit.
fn parameters<'a>(template: &'static str, path: &'a str) -> Option<Vec<(&'static str, &'a str)>> {
    let (mut expected, mut found) = (segments(template), segments(path));
    let mut parameters = Vec::new();
    loop {
        let (wanted, segment) = match (expected.next(), found.next()) {
            (None, None) => return Some(parameters),
            (Some(wanted), Some(segment)) => (wanted, segment),
            (Some(_), None) | (None, Some(_)) => return None,
        };
        match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) if !segment.is_empty() => parameters.push((name, segment)),
            None if wanted == segment => {}
            Some(_) | None => return None,
        }
    }
}

fn segments(path: &str) -> std::str::Split<'_, char> {
    path.trim_end_matches('/').split('/')
}

/// The members in path and query string, by name; what is wrong with them otherwise.
pub(crate) fn members(matched: &Matched<'_>, query: &str) -> Result<Vec<(String, String)>, &'static str> {
    let mut members = Vec::new();
    for (name, segment) in &matched.parameters {
        let text = String::from_utf8(percent::decode(segment.as_bytes(), false));
        members.push(((*name).to_owned(), text.map_err(|_| "The path is not UTF-8.")?));
    }
    for pair in query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("X-Amz-")) {
        let pair = percent::decode_pair(pair.as_bytes());
        members.push(pair.ok_or("The query string contains a syntax error.")?);
    }
    Ok(members)
}

/// The status of an operation's answers.
pub(crate) fn status(routes: &[HttpRoute], operation: &str) -> u16 {
    routes.iter().find(|route| route.operation == operation).map_or(200, |route| route.status)
}

#[cfg(test)]
mod tests {
    use super::*;

    static ROUTES: &[HttpRoute] = &[
        HttpRoute { operation: "Get", method: "GET", path: "/v/zone/{Id}", status: 200 },
        HttpRoute { operation: "Change", method: "POST", path: "/v/zone/{Id}/rrset/", status: 200 },
        HttpRoute { operation: "Named", method: "GET", path: "/v/zones?find=Name", status: 200 },
        HttpRoute { operation: "List", method: "GET", path: "/v/zones", status: 200 },
        HttpRoute { operation: "Count", method: "GET", path: "/v/zone/count", status: 200 },
    ];

    #[test]
    fn method_and_path_name_the_operation() {
        let asked = |path, query| find(ROUTES, "GET", path, query).map(|matched| matched.route.operation);
        assert_eq!(asked("/v/zones", "a=b&find=Name"), Some("Named"));
        assert_eq!(asked("/v/zones", "find=Names"), Some("List"));
        let found = |method, path| find(ROUTES, method, path, "").map(|matched| matched.route.operation);
        assert_eq!(found("GET", "/v/zone/Z1"), Some("Get"));
        assert_eq!(found("GET", "/v/zone/count"), Some("Count"));
        assert_eq!(found("POST", "/v/zone/Z1/rrset/"), Some("Change"));
        assert_eq!(found("POST", "/v/zone/Z1/rrset"), Some("Change"));
        for (method, path) in
            [("PUT", "/v/zone/Z1"), ("GET", "/v/zone//"), ("GET", "/v/zone/a/b"), ("GET", "")]
        {
            assert_eq!(found(method, path), None, "{method} {path}");
        }
    }
}
