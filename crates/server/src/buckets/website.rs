//! Buckets as websites, by the names of their website endpoints.
//!
//! Follows "Website endpoints" (Amazon S3 User Guide): `BUCKET.s3-website-REGION.amazonaws.com`, with a dot in place of the last
//! dash in newer Regions; both are read everywhere. Plain HTTP, nobody signs, GET and HEAD alone; what people see is HTML. What is
//! answered to a path is [`s3::website`]'s; each object that this looks for is a request of nobody's, so that policies, ACLs and
//! public access blocks decide as about any other.

use awsproto::{decode_uri_component, encode_uri_component};
use hyper::http::request::Parts;
use hyper::{Method, Request, Response, StatusCode, Uri, header};
use s3::service::{S3Service, Visit};
use s3::website::{Answer, Look, Visit as Asked, answer as decide};
use s3s::Body;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::asker::Visitor;
use super::{Addressed, bucket_called, request_id};
use crate::api::{Api, Client};

/// Where an object says that it is elsewhere ("Configuring a webpage redirect").
const REDIRECT: &str = "x-amz-website-redirect-location";
/// What goes on from a visitor's request to those for objects.
const PASSED: [header::HeaderName; 5] = [
    header::RANGE,
    header::IF_MATCH,
    header::IF_NONE_MATCH,
    header::IF_MODIFIED_SINCE,
    header::IF_UNMODIFIED_SINCE,
];

/// One visit.
pub(super) struct Visited<'a> {
    pub(super) api: &'a Arc<Api>,
    pub(super) client: &'a Client,
    pub(super) s3: S3Service,
    pub(super) head: &'a Parts,
    pub(super) host: &'a str,
    pub(super) bucket: &'a str,
}

impl Visited<'_> {
    pub(super) async fn answer(self) -> Response<Body> {
        if !matches!(self.head.method, Method::GET | Method::HEAD) {
            let resource = "The specified method is not allowed against this resource.";
            return self.page(405, "MethodNotAllowed", resource, &[("Method", self.head.method.as_str())]);
        }
        let world = self.api.state.snapshot();
        let Some(row) = bucket_called(&world, self.bucket) else {
            let sentence = "The specified bucket does not exist";
            return self.page(404, "NoSuchBucket", sentence, &[("BucketName", self.bucket)]);
        };
        let Some(website) = &row.website else {
            let sentence = "The specified bucket does not have a website configuration";
            return self.page(404, "NoSuchWebsiteConfiguration", sentence, &[("BucketName", self.bucket)]);
        };
        let path = decode_uri_component(self.head.uri.path());
        let protocol = if self.client.origin.is_secure { "https" } else { "http" };
        let asked = Asked { protocol, host: self.host, path: &path };
        match self.decided(website, asked).await {
            Answer::Redirect { status, location } => self.redirect(status, &location),
            Answer::Object(key) => self.shown(self.fetch(&self.head.method, &key, true).await, None),
            Answer::Error { status, document } => self.error(status, document, &path).await,
        }
    }

    /// What is answered, once everything is known that decides it: what is missing is looked for, and it is decided again.
    async fn decided(&self, website: &model::bucket_website::Website, asked: Asked<'_>) -> Answer {
        let mut known: BTreeMap<String, Look> = BTreeMap::new();
        loop {
            let unknown: RefCell<Option<String>> = RefCell::default();
            let answer = decide(website, asked, |key| {
                known.get(key).copied().unwrap_or_else(|| {
                    unknown.borrow_mut().get_or_insert_with(|| key.to_owned());
                    Look::Missing
                })
            });
            let Some(key) = unknown.into_inner() else { return answer };
            let look = self.look(&key).await;
            known.insert(key, look);
        }
    }

    async fn look(&self, key: &str) -> Look {
        match self.fetch(&Method::HEAD, key, false).await.status().as_u16() {
            404 => Look::Missing,
            200..300 => Look::There,
            _ => Look::Denied,
        }
    }

    /// An object as nobody gets it from S3.
    async fn fetch(&self, method: &Method, key: &str, is_conditional: bool) -> Response<Body> {
        let mut request = Request::builder().method(method).uri(path_of(self.bucket, key));
        let headers = request.headers_mut().expect("method and path are well-formed");
        headers.insert(header::HOST, header::HeaderValue::from_static("localhost"));
        let passed = PASSED.iter().filter(|_| is_conditional);
        for (name, value) in passed.filter_map(|name| Some((name, self.head.headers.get(name)?))) {
            headers.insert(name, value.clone());
        }
        let (head, ()) = request.body(()).expect("method and path are well-formed").into_parts();
        let request_id = request_id();
        let addressed = Addressed { host: None, scope: None };
        let visitor = Arc::new(Visitor::of(self.api, self.client, &head, &addressed, &request_id));
        let visit = Visit { asker: visitor.clone() as _, partition: visitor.region.partition(), request_id };
        self.s3.answer(Request::from_parts(head, Body::empty()), visit).await
    }

    /// An object, or where it says that it is; with another status, as the document of an error.
    fn shown(&self, mut response: Response<Body>, status: Option<u16>) -> Response<Body> {
        if let Some(location) = response.headers().get(REDIRECT).and_then(|it| it.to_str().ok()) {
            return self.redirect(301, location);
        }
        if let Some(status) = status.and_then(|it| StatusCode::from_u16(it).ok()) {
            *response.status_mut() = status;
        }
        response
    }

    /// The website's own document for errors, or the page that S3 has.
    async fn error(&self, status: u16, document: Option<String>, path: &str) -> Response<Body> {
        if let Some(document) = document {
            let response = self.fetch(&self.head.method, &document, false).await;
            if response.status().is_success() {
                return self.shown(response, Some(status));
            }
        }
        let key = path.strip_prefix('/').unwrap_or(path);
        match status {
            404 => {
                let sentence = "The specified key does not exist.";
                self.page(404, "NoSuchKey", sentence, &[("Key", key)])
            }
            _ => self.page(403, "AccessDenied", "Access Denied", &[]),
        }
    }

    fn redirect(&self, status: u16, location: &str) -> Response<Body> {
        let mut response = self.page(status, "Moved", "Resource Found", &[("Location", location)]);
        match header::HeaderValue::from_str(location) {
            Ok(value) => drop(response.headers_mut().insert(header::LOCATION, value)),
            Err(_) => return self.page(500, "InternalError", "We encountered an internal error.", &[]),
        }
        response
    }

    /// A page of S3's own.
    fn page(&self, status: u16, code: &str, message: &str, details: &[(&str, &str)]) -> Response<Body> {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let request_id = request_id();
        let own = [("Code", code), ("Message", message)];
        let numbered = [("RequestId", request_id.as_str())];
        let all = own.iter().chain(details).chain(&numbered);
        let items: String =
            all.map(|(name, value)| format!("<li>{name}: {}</li>\n", escaped(value))).collect();
        let text = format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or_default());
        let html = format!(
            "<html>\n<head><title>{text}</title></head>\n<body>\n<h1>{text}</h1>\n<ul>\n{items}</ul>\n<hr/>\n</body>\n</html>\n"
        );
        let html = if self.head.method == Method::HEAD { String::new() } else { html };
        let response = Response::builder()
            .status(status)
            .header(header::CONTENT_TYPE, "text/html; charset=utf-8")
            .header("x-amz-request-id", &request_id)
            .header("x-amz-error-code", code)
            .header("x-amz-error-message", message);
        response.body(Body::from(html)).expect("codes and sentences are headers'")
    }
}

/// A bucket and a key as a path has them.
fn path_of(bucket: &str, key: &str) -> Uri {
    let path = format!("/{}/{}", encode_uri_component(bucket), encode_uri_component(key));
    path.parse().expect("everything that could be wrong is in digits")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_anything_make_paths_and_html_stays_text() {
        assert_eq!(path_of("logs", "a/ü?#").to_string(), "/logs/a%2F%C3%BC%3F%23");
        assert_eq!(escaped("<b>&\""), "&lt;b&gt;&amp;&quot;");
    }
}
