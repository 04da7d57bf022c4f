//! The REST protocol with XML bodies: the operation in method and path. Route 53.
//!
//! Follows "AWS restXml protocol" (Smithy). A request's members come in its path, its query string and its body; here they
//! are one tree, since no operation has two of the same name.

use super::dialect::Dialect;
use super::xml_error;
use crate::elements::FromXml;
use crate::error::AwsError;
use crate::incoming::Incoming;
use crate::input::Input;
use crate::reply::{Output, Reply};
use crate::rest::{self, HttpRoute};
use crate::service::Service;
use crate::xml::{self, ToXml, XmlWriter};
use crate::xml_reader::{self, Element};

const CONTENT_TYPE: &str = "text/xml";

/// Reads a request, for generated decoders.
pub fn decode<T: FromXml>(input: &Input) -> Result<T, AwsError> {
    T::from_xml(input.xml()?)
}

/// The inside of an answer.
pub fn encode<T: ToXml>(operation: &'static str, answer: &T) -> Output {
    Output::of(xml::inside_answer_of(operation, answer))
}

/// The answer of operations for which the model has none.
pub fn encode_nothing(_: &()) -> Output {
    Output::default()
}

pub(super) struct RestXml;

impl Dialect for RestXml {
    fn operation(&self, service: &Service, incoming: &Incoming<'_>) -> Result<String, AwsError> {
        let matched = rest::find(service.routes, incoming.method, incoming.path, incoming.query);
        let matched = matched.ok_or_else(|| self.unknown_action(service, ""))?;
        Ok(matched.route.operation.to_owned())
    }

    fn read(&self, routes: &'static [HttpRoute], incoming: &Incoming<'_>) -> Result<Input, AwsError> {
        let matched =
            rest::find(routes, incoming.method, incoming.path, incoming.query).ok_or_else(no_such_path)?;
        let mut request = match incoming.body.trim_ascii().is_empty() {
            true => Element::default(),
            false => document(incoming.body)?,
        };
        let members = rest::members(&matched, incoming.query).map_err(invalid)?;
        let leaf = |(name, text)| Element { name, text, ..Element::default() };
        request.children.extend(members.into_iter().map(leaf));
        Ok(Input::Xml(request))
    }

    fn write(&self, service: &Service, operation: &str, _: &str, output: &Output) -> Reply {
        let mut xml = XmlWriter::document();
        xml.element_in(&format!("{operation}Response"), service.xml_namespace, |xml| xml.raw(&output.body));
        Reply::new(rest::status(service.routes, operation), CONTENT_TYPE, xml.finish())
    }

    fn write_error(&self, service: &Service, error: &AwsError, request_id: &str) -> Reply {
        let body = xml_error::error_response(service, error, request_id);
        Reply::new(error.status, CONTENT_TYPE, body)
    }

    fn unknown_action(&self, _: &Service, _: &str) -> AwsError {
        no_such_path()
    }
}

fn no_such_path() -> AwsError {
    AwsError::new("UnknownOperationException", "").with_status(404)
}

fn document(body: &[u8]) -> Result<Element, AwsError> {
    let text = std::str::from_utf8(body).map_err(|_| invalid("Invalid XML ; the body is not UTF-8."))?;
    xml_reader::parse(text).map_err(|problem| invalid(format!("Invalid XML ; {problem}")))
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidInput", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elements::Elements;

    static ROUTES: &[HttpRoute] =
        &[HttpRoute { operation: "Change", method: "POST", path: "/v/zone/{Id}/rrset/", status: 200 }];

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
        let body = body.as_bytes();
        decode(&RestXml.read(ROUTES, &Incoming { method: "POST", path, query, body, ..Incoming::default() })?)
    }
}
