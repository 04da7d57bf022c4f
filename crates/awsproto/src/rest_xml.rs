//! The REST protocol with XML bodies: which operation a method and a path stand for, and requests into structures.
//!
//! Follows "AWS restXml protocol" (Smithy). A request's members come in its path, its query string and its body; here they
//! are one tree, since no operation has two of the same name. Members in request headers are not read yet.

use crate::error::AwsError;
use crate::percent;
use crate::timestamp::Timestamp;
use crate::xml_reader::{self, Element};

/// Members in one list.
pub const LIST_MEMBERS_MAX: usize = 5_000;

/// How an operation appears in HTTP. Generated.
#[derive(Debug, PartialEq, Eq)]
pub struct HttpRoute {
    /// `GetHostedZone`.
    pub operation: &'static str,
    /// `GET`.
    pub method: &'static str,
    /// `/2013-04-01/hostedzone/{Id}`.
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

/// The route that a request takes: of several the one with the fewest parameters, so that a word is not taken for an
/// identifier.
pub(crate) fn find<'a>(routes: &'static [HttpRoute], method: &str, path: &'a str) -> Option<Matched<'a>> {
    let of_method = routes.iter().filter(|route| route.method == method);
    let matching =
        of_method.filter_map(|route| Some(Matched { route, parameters: parameters(route.path, path)? }));
    matching.min_by_key(|matched| matched.parameters.len())
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

/// Puts a request's members together.
pub(crate) fn parse(matched: &Matched<'_>, query: &str, body: &[u8]) -> Result<Element, AwsError> {
    let mut request = match body.trim_ascii().is_empty() {
        true => Element::default(),
        false => document(body)?,
    };
    for (name, segment) in &matched.parameters {
        let text = String::from_utf8(percent::decode(segment.as_bytes(), false))
            .map_err(|_| invalid("The path is not UTF-8."))?;
        request.children.push(leaf(name, text));
    }
    for pair in query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("X-Amz-")) {
        let (name, text) = percent::decode_pair(pair.as_bytes())
            .ok_or_else(|| invalid("The query string contains a syntax error."))?;
        request.children.push(leaf(&name, text));
    }
    Ok(request)
}

fn document(body: &[u8]) -> Result<Element, AwsError> {
    let text = std::str::from_utf8(body).map_err(|_| invalid("Invalid XML ; the body is not UTF-8."))?;
    xml_reader::parse(text).map_err(|problem| invalid(format!("Invalid XML ; {problem}")))
}

fn leaf(name: &str, text: String) -> Element {
    Element { name: name.to_owned(), text, children: Vec::new() }
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidInput", message)
}

/// Something that can be read from an element.
pub trait FromXml: Sized {
    /// Reads the element.
    fn from_xml(element: &Element) -> Result<Self, AwsError>;
}

/// The members of one structure: asked for by name, then closed, so that what was sent and not asked for is noticed.
pub struct Elements<'a> {
    element: &'a Element,
    names: Vec<&'static str>,
}

impl<'a> Elements<'a> {
    /// The members of this element.
    pub fn of(element: &'a Element) -> Self {
        Elements { element, names: Vec::new() }
    }

    fn child(&mut self, name: &'static str) -> Result<Option<&'a Element>, AwsError> {
        self.names.push(name);
        let mut found = self.element.children.iter().filter(|child| child.name == name);
        match (found.next(), found.next()) {
            (first, None) => Ok(first),
            (_, Some(_)) => Err(invalid(format!("Invalid XML ; the element {name} appears twice."))),
        }
    }

    /// A member that may be absent.
    pub fn optional<T: FromXml>(&mut self, name: &'static str) -> Result<Option<T>, AwsError> {
        self.child(name)?.map(T::from_xml).transpose()
    }

    /// A member that must be there.
    pub fn required<T: FromXml>(&mut self, name: &'static str) -> Result<Option<T>, AwsError> {
        match self.optional(name)? {
            Some(value) => Ok(Some(value)),
            None => Err(missing(name)),
        }
    }

    /// A list in an element of its own, which may be absent.
    pub fn list<T: FromXml>(&mut self, name: &'static str, item: &'static str) -> Result<Vec<T>, AwsError> {
        self.child(name)?.map_or(Ok(Vec::new()), |list| members(list, item))
    }

    /// A list that must be there.
    pub fn required_list<T: FromXml>(
        &mut self,
        name: &'static str,
        item: &'static str,
    ) -> Result<Vec<T>, AwsError> {
        members(self.child(name)?.ok_or_else(|| missing(name))?, item)
    }

    /// Refuses what was sent and not asked for.
    pub fn close(self) -> Result<(), AwsError> {
        let stranger = self.element.children.iter().find(|child| !self.names.contains(&child.name.as_str()));
        match stranger {
            Some(child) => Err(unexpected(&child.name)),
            None => Ok(()),
        }
    }
}

fn members<T: FromXml>(list: &Element, item: &str) -> Result<Vec<T>, AwsError> {
    if list.children.len() > LIST_MEMBERS_MAX {
        return Err(invalid(format!("The list {} has more than {LIST_MEMBERS_MAX} members.", list.name)));
    }
    let member = |child: &Element| match child.name == item {
        true => T::from_xml(child),
        false => Err(unexpected(&child.name)),
    };
    list.children.iter().map(member).collect()
}

fn missing(name: &str) -> AwsError {
    invalid(format!(
        "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"
    ))
}

fn unexpected(name: &str) -> AwsError {
    let shown: String = name.chars().take(64).collect();
    invalid(format!("Invalid XML ; the element {shown} is not expected here."))
}

impl FromXml for String {
    fn from_xml(element: &Element) -> Result<Self, AwsError> {
        match element.children.first() {
            None => Ok(element.text.clone()),
            Some(child) => Err(unexpected(&child.name)),
        }
    }
}

impl FromXml for Timestamp {
    fn from_xml(element: &Element) -> Result<Self, AwsError> {
        let text = String::from_xml(element)?;
        Timestamp::parse(text.trim()).ok_or_else(|| not_a(element, "a timestamp"))
    }
}

macro_rules! parsed {
    ($($plain:ty: $kind:literal)*) => {$(
        impl FromXml for $plain {
            fn from_xml(element: &Element) -> Result<Self, AwsError> {
                let text = String::from_xml(element)?;
                text.trim().parse().map_err(|_| not_a(element, $kind))
            }
        }
    )*};
}

parsed! { bool: "true or false" i32: "a whole number" i64: "a whole number" f64: "a number" }

fn not_a(element: &Element, kind: &str) -> AwsError {
    invalid(format!("Invalid XML ; the element {} is not {kind}.", element.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    static ROUTES: &[HttpRoute] = &[
        HttpRoute { operation: "Get", method: "GET", path: "/v/zone/{Id}", status: 200 },
        HttpRoute { operation: "Change", method: "POST", path: "/v/zone/{Id}/rrset/", status: 200 },
        HttpRoute { operation: "Count", method: "GET", path: "/v/zone/count", status: 200 },
    ];

    struct Change {
        id: Option<String>,
        ttl: Option<i64>,
        items: Vec<String>,
    }

    impl FromXml for Change {
        fn from_xml(element: &Element) -> Result<Self, AwsError> {
            let mut members = Elements::of(element);
            let value = Change {
                id: members.required("Id")?,
                ttl: members.optional("TTL")?,
                items: members.list("Items", "Item")?,
            };
            members.close()?;
            Ok(value)
        }
    }

    #[test]
    fn method_and_path_name_the_operation() {
        let found = |method, path| find(ROUTES, method, path).map(|matched| matched.route.operation);
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

    #[test]
    fn members_come_from_path_query_and_body() {
        let change =
            read("/v/zone/a%20b/rrset", "TTL=5&X-Amz-Date=x", "<R><Items><Item>1</Item><Item/></Items></R>")
                .unwrap();
        assert_eq!((change.id.as_deref(), change.ttl), (Some("a b"), Some(5)));
        assert_eq!(change.items, ["1", ""]);
        assert!(read("/v/zone/a/rrset", "", "").unwrap().items.is_empty());
    }

    #[test]
    fn what_is_malformed_or_not_asked_for_is_refused() {
        for (query, body) in [
            ("", "<R>"),
            ("", "<R><Colour/></R>"),
            ("", "<R><Items><Thing/></Items></R>"),
            ("", "<R><TTL>x</TTL></R>"),
            ("", "<R><TTL>1</TTL><TTL>2</TTL></R>"),
            ("", "<R><TTL><One/></TTL></R>"),
            ("Colour=red", ""),
            ("TTL=%ff", ""),
        ] {
            let error = read("/v/zone/a/rrset", query, body).map(|change| change.ttl).unwrap_err();
            assert_eq!((error.code.as_ref(), error.status), ("InvalidInput", 400), "{query} {body}");
        }
    }

    fn read(path: &str, query: &str, body: &str) -> Result<Change, AwsError> {
        let matched = find(ROUTES, "POST", path).unwrap();
        Change::from_xml(&parse(&matched, query, body.as_bytes())?)
    }
}
