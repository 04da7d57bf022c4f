//! Every service that AWS has: which one a request is for that is for none of Hamlet's, so that it is told so by the
//! service's name and in the service's protocol; or that there are none of what it asks for, where the service has
//! operations that say so (`crate::vacant`).

mod services;

use crate::incoming::Incoming;
use crate::service::{Protocol, Service};

/// A service in one of its protocols.
struct Entry {
    described: Service,
    /// The service as its vacant operations know it, if it has some.
    vacant: Option<&'static Service>,
    /// What its paths begin with, where that tells it from others of its name.
    roots: &'static [&'static str],
}

const fn entry(
    name: &'static str,
    title: &'static str,
    protocol: Protocol,
    api_version: &'static str,
    target_prefix: &'static str,
    roots: &'static [&'static str],
) -> Entry {
    let service = Service {
        name,
        title,
        protocol,
        api_version,
        xml_namespace: "",
        target_prefix,
        known_operations: &[],
        routes: &[],
    };
    Entry { described: service, vacant: None, roots }
}

/// A service with vacant operations.
const fn vacant(service: &'static Service, roots: &'static [&'static str]) -> Entry {
    let Service { name, title, protocol, api_version, target_prefix, .. } = *service;
    Entry { vacant: Some(service), ..entry(name, title, protocol, api_version, target_prefix, roots) }
}

/// For requests that name no service: the form that their clients expect.
static UNNAMED_FORM: Entry = entry("", "", Protocol::Ec2, "", "", &[]);
static UNNAMED_JSON: Entry = entry("", "", Protocol::Json11, "", "", &[]);
static UNNAMED_REST: Entry = entry("", "", Protocol::RestJson, "", "", &[]);
static UNNAMED_CBOR: Entry = entry("", "", Protocol::RpcCbor, "", "", &[]);

/// The service of AWS's that a request names by target, signature or host, or else by the version of its form.
pub(crate) fn find(incoming: &Incoming<'_>) -> Option<&'static Service> {
    let shape = Shape::of(incoming);
    if let Shape::Target(prefix) = shape {
        return best(&shape, |service| service.is_targeted_by(prefix));
    }
    if let Some(name) = name(incoming) {
        return best(&shape, |service| service.name == name);
    }
    let labels = incoming.host.into_iter().flat_map(|host| host.split(['.', ':']));
    let by_host = labels.into_iter().find_map(|label| best(&shape, |service| service.name == label));
    by_host.or_else(|| of_version(incoming))
}

/// Whether a request's path is one of the protocol in CBOR.
pub(crate) fn is_cbor(incoming: &Incoming<'_>) -> bool {
    matches!(Shape::of(incoming), Shape::Cbor(_))
}

/// Another service of the name that a signature gives, if the path is one of that alone.
pub(crate) fn namesake(incoming: &Incoming<'_>, of: &Service) -> Option<&'static Service> {
    let Shape::Rest(root) = Shape::of(incoming) else { return None };
    let of_name = services::ALL.iter().filter(|entry| entry.described.name == of.name);
    let mut others = of_name.filter(|entry| entry.described.protocol != of.protocol);
    others.find(|entry| entry.roots.contains(&root)).map(Entry::service)
}

/// Stands for the service of a request that names none.
pub(crate) fn unnamed(incoming: &Incoming<'_>) -> &'static Service {
    match Shape::of(incoming) {
        Shape::Target(_) => &UNNAMED_JSON.described,
        Shape::Cbor(_) => &UNNAMED_CBOR.described,
        Shape::Form(_) => &UNNAMED_FORM.described,
        Shape::Rest("") if incoming.method == "POST" => &UNNAMED_FORM.described,
        Shape::Rest(_) => &UNNAMED_REST.described,
    }
}

/// The name in the signature. Links to Amazon S3 are signed in an older way, which names nothing and which nothing else has
/// in common with them.
fn name<'a>(incoming: &Incoming<'a>) -> Option<&'a str> {
    if let Some(scope) = incoming.scope {
        return Some(&scope.service);
    }
    let has = |name| incoming.form_value(name).is_some();
    let is_link = has("AWSAccessKeyId") && has("Signature") && has("Expires") && !has("Action");
    is_link.then_some("s3")
}

/// The one service whose forms have this version.
fn of_version(incoming: &Incoming<'_>) -> Option<&'static Service> {
    let version = incoming.form_value("Version")?;
    let is_query = |service: &Service| service.protocol.has_forms();
    let all = services::ALL.iter().map(Entry::service);
    let mut found = all.filter(|service| is_query(service) && service.api_version == version);
    found.next().filter(|_| found.next().is_none())
}

/// Of several that will do, the one that the request's shape fits best; the first if it fits several.
fn best(shape: &Shape<'_>, will_do: impl Fn(&Service) -> bool) -> Option<&'static Service> {
    let candidates = services::ALL.iter().filter(|entry| will_do(&entry.described));
    // The last of the best is taken, hence from the end.
    candidates.rev().max_by_key(|entry| entry.fit(shape)).map(Entry::service)
}

/// What tells the protocol of a request, and with it services of the same name.
enum Shape<'a> {
    /// What precedes the dot in `X-Amz-Target`.
    Target(&'a str),
    /// `/service/…/operation/…`.
    Cbor(&'a str),
    /// The version of a form that names an action.
    Form(Option<String>),
    /// What the path begins with.
    Rest(&'a str),
}

impl<'a> Shape<'a> {
    fn of(incoming: &Incoming<'a>) -> Self {
        if let Some(prefix) = incoming.targeted_service() {
            return Shape::Target(prefix);
        }
        let mut segments = incoming.path.trim_start_matches('/').split('/');
        match (segments.next(), segments.next(), segments.next()) {
            (Some("service"), Some(name), Some("operation")) => Shape::Cbor(name),
            _ if incoming.form_value("Action").is_some() => Shape::Form(incoming.form_value("Version")),
            (root, _, _) => Shape::Rest(root.unwrap_or_default()),
        }
    }
}

/// How well a request's shape fits a service.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// It is of another protocol.
    Stranger,
    /// Its protocol is the service's, though something says that another is meant.
    Protocol,
    /// Nothing speaks against it.
    Possible,
    /// It names the service.
    Named,
}

impl Entry {
    fn service(&'static self) -> &'static Service {
        self.vacant.unwrap_or(&self.described)
    }

    fn fit(&self, shape: &Shape<'_>) -> Fit {
        let named = |is_named| if is_named { Fit::Named } else { Fit::Protocol };
        match (self.described.protocol, shape) {
            (Protocol::Json10 | Protocol::Json11, Shape::Target(prefix)) => {
                named(self.described.is_targeted_by(prefix))
            }
            (Protocol::RpcCbor, Shape::Cbor(name)) => named(self.described.target_prefix == *name),
            (
                Protocol::Ec2 | Protocol::Query | Protocol::SqsQuery | Protocol::CloudWatchQuery,
                Shape::Form(version),
            ) => named(version.as_deref() == Some(self.described.api_version)),
            (Protocol::RestJson | Protocol::RestXml | Protocol::S3, Shape::Rest(_))
                if self.roots.is_empty() =>
            {
                Fit::Possible
            }
            (Protocol::RestJson | Protocol::RestXml | Protocol::S3, Shape::Rest(root)) => {
                named(self.roots.contains(root))
            }
            (
                Protocol::Ec2
                | Protocol::Query
                | Protocol::Json10
                | Protocol::Json11
                | Protocol::RestJson
                | Protocol::RestXml
                | Protocol::S3
                | Protocol::RpcCbor
                | Protocol::SqsQuery
                | Protocol::CloudWatchQuery,
                Shape::Target(_) | Shape::Cbor(_) | Shape::Form(_) | Shape::Rest(_),
            ) => Fit::Stranger,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sigv4::CredentialScope;

    #[test]
    fn the_signature_names_the_service_and_the_shape_its_protocol() {
        for (name, incoming, title, protocol) in [
            ("s3", get("/"), "Amazon S3", Protocol::S3),
            ("s3", get("/bucket/key"), "Amazon S3", Protocol::S3),
            ("s3", get("/v20180820/accesspoint"), "AWS S3 Control", Protocol::RestXml),
            ("lambda", get("/2015-03-31/functions"), "AWS Lambda", Protocol::RestJson),
            ("es", get("/2015-01-01/domain"), "Amazon Elasticsearch Service", Protocol::RestJson),
            ("es", get("/2021-01-01/domain"), "Amazon OpenSearch Service", Protocol::RestJson),
            ("ses", form(b"Action=ListIdentities&Version=2010-12-01"), "Amazon SES", Protocol::Query),
            ("ses", get("/v2/email/identities"), "Amazon SES V2", Protocol::RestJson),
            ("dynamodb", target("DynamoDB_20120810.ListTables"), "DynamoDB", Protocol::Json10),
            ("codebuild", target("CodeBuild_20161006.ListBuilds"), "AWS CodeBuild", Protocol::Json11),
            (
                "codebuild",
                cbor("/service/CodeBuild_20161006/operation/Any"),
                "AWS CodeBuild",
                Protocol::RpcCbor,
            ),
            ("events", cbor("/service/AWSEventsV2/operation/Any"), "Amazon EventBridgeV2", Protocol::RpcCbor),
            ("events", target("AWSEvents.ListRules"), "Amazon EventBridge", Protocol::Json11),
        ] {
            let scope =
                CredentialScope::parse(&format!("AKID/20260101/us-east-1/{name}/aws4_request")).unwrap();
            let found = find(&Incoming { scope: Some(&scope), ..incoming }).unwrap();
            assert_eq!((found.title, found.protocol), (title, protocol), "{name}");
        }
    }

    #[test]
    fn without_a_signature_a_target_a_host_a_link_or_a_version_may_name_it() {
        let titled = |incoming: &Incoming<'_>| find(incoming).map(|service| service.title);
        assert_eq!(titled(&target("AmazonML_20141212.DescribeMLModels")), Some("Amazon Machine Learning"));
        let host = Incoming { host: Some("bucket.s3.us-east-1.amazonaws.com:443"), ..get("/key") };
        assert_eq!(titled(&host), Some("Amazon S3"));
        let link = Incoming { query: "AWSAccessKeyId=AKID&Signature=x&Expires=1", ..get("/bucket/key") };
        assert_eq!(titled(&link), Some("Amazon S3"));
        assert_eq!(titled(&form(b"Action=ListDomains&Version=2009-04-15")), Some("Amazon SimpleDB"));
        // Three services have this version.
        assert_eq!(titled(&form(b"Action=DescribeDBInstances&Version=2014-10-31")), None);
        assert_eq!(titled(&Incoming { host: Some("localhost:4566"), ..get("/key") }), None);
    }

    #[test]
    fn a_request_that_names_nothing_is_answered_in_the_form_that_it_has() {
        let protocol = |incoming: &Incoming<'_>| unnamed(incoming).protocol;
        assert_eq!(protocol(&target("Coffee.Pour")), Protocol::Json11);
        assert_eq!(protocol(&form(b"Action=Pour")), Protocol::Ec2);
        assert_eq!(protocol(&form(b"")), Protocol::Ec2);
        assert_eq!(protocol(&get("/")), Protocol::RestJson);
        assert_eq!(protocol(&get("/federation/credentials")), Protocol::RestJson);
        assert_eq!(protocol(&cbor("/service/Coffee/operation/Any")), Protocol::RpcCbor);
    }

    fn get(path: &str) -> Incoming<'_> {
        Incoming { method: "GET", path, ..Incoming::default() }
    }

    fn form(body: &[u8]) -> Incoming<'_> {
        Incoming { method: "POST", path: "/", body, ..Incoming::default() }
    }

    fn target(target: &str) -> Incoming<'_> {
        Incoming { target: Some(target), ..form(b"{}") }
    }

    fn cbor(path: &str) -> Incoming<'_> {
        Incoming { method: "POST", path, ..Incoming::default() }
    }
}
