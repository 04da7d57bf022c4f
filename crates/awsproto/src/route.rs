//! Which service and operation a request is for.
//!
//! One address serves all services (`--endpoint-url`), so that the host alone does not tell.
//! In this order: `X-Amz-Target`, the signature's scope, the host, the version of a form. REST services name the operation
//! by method and path.

use model::Partition;

use crate::absent;
use crate::error::AwsError;
pub use crate::incoming::Incoming;
use crate::input::Input;
use crate::rest;
use crate::service::{Protocol, Service};
use crate::sigv4::SignatureError;

/// Where a request goes.
#[derive(Clone, Debug)]
pub struct Route {
    /// The service.
    pub service: &'static Service,
    /// The operation's name as the client wrote it; it may not exist.
    pub operation: String,
    /// The region, as far as signature or host tell.
    pub region: Option<String>,
}

/// A request that goes nowhere: what it is told, in the form of the service that it is for or seems to be for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteError {
    /// The service, which Hamlet may not have, or a nameless one of the protocol that the request seems to speak.
    pub service: &'static Service,
    /// Why.
    pub error: AwsError,
}

/// Tells where a request goes, among the services there are.
pub fn route(incoming: &Incoming<'_>, services: &[&'static Service]) -> Result<Route, RouteError> {
    let service = service(incoming, services)?;
    Ok(Route {
        service,
        operation: service.operation(incoming).map_err(|error| RouteError { service, error })?,
        region: region(incoming),
    })
}

impl Route {
    /// Reads the parameters.
    pub fn input(&self, incoming: &Incoming<'_>) -> Result<Input, AwsError> {
        self.service.read(incoming)
    }
}

/// The service alone. Without the body, what names it by the version of a form is not seen.
pub fn service(
    incoming: &Incoming<'_>,
    services: &[&'static Service],
) -> Result<&'static Service, RouteError> {
    let absent = match served(incoming, services) {
        None => absent::find(incoming),
        Some(service) => match absent::namesake(incoming, service) {
            None => return Ok(service),
            namesake => namesake,
        },
    };
    Err(match absent {
        Some(service) if service.is_described() => return Ok(service),
        Some(service) => RouteError { service, error: AwsError::service_not_implemented(service) },
        None => unknown(incoming, services),
    })
}

/// The service of Hamlet's that a request names.
fn served(incoming: &Incoming<'_>, services: &[&'static Service]) -> Option<&'static Service> {
    let found =
        |is_named: &dyn Fn(&Service) -> bool| services.iter().find(|service| is_named(service)).copied();
    if let Some(prefix) = incoming.targeted_service() {
        return found(&|service| service.is_targeted_by(prefix));
    }
    let is_cbor = absent::is_cbor(incoming);
    // A service of several protocols is here once for each.
    let spoken = |service: &Service| match service.protocol {
        Protocol::RpcCbor => is_cbor,
        // These have a target.
        Protocol::Json10 | Protocol::Json11 => false,
        Protocol::Ec2
        | Protocol::Query
        | Protocol::RestJson
        | Protocol::RestXml
        | Protocol::S3
        | Protocol::SqsQuery
        | Protocol::CloudWatchQuery => !is_cbor,
    };
    if let Some(scope) = incoming.scope {
        let is_named = |service: &Service| service.name == scope.service;
        return found(&|service| is_named(service) && spoken(service)).or_else(|| found(&is_named));
    }
    let label = incoming.host.and_then(|host| host.split(['.', ':']).next());
    let is_named = |service: &Service| Some(service.name) == label;
    let by_host = found(&|service| is_named(service) && spoken(service)).or_else(|| found(&is_named));
    let version = incoming.form_value("Version");
    by_host.or_else(|| {
        found(&|service| service.protocol.has_forms() && version.as_deref() == Some(service.api_version))
    })
}

/// A request that names no service, or none that AWS has.
fn unknown(incoming: &Incoming<'_>, services: &[&'static Service]) -> RouteError {
    // Its path may tell at least whose clients send it.
    let mut like = services.iter().filter(|service| {
        rest::find(service.routes, incoming.method, incoming.path, incoming.query).is_some()
    });
    let service = like.next().copied().unwrap_or_else(|| absent::unnamed(incoming));
    let signed = incoming.scope.map(|scope| scope.service.as_str());
    let error = match incoming.targeted_service().or(signed) {
        Some(name) => AwsError::unknown_service(service, name),
        None => SignatureError::Unsigned.to_aws(service.protocol).with_status(403),
    };
    RouteError { service, error }
}

/// `ec2.us-east-1.amazonaws.com` names a region; `sts.amazonaws.com` does not.
fn region(incoming: &Incoming<'_>) -> Option<String> {
    if let Some(scope) = incoming.scope {
        return Some(scope.region.clone());
    }
    let host = incoming.host?.split(':').next()?;
    let domains = Partition::ALL.map(Partition::domain);
    let below = |domain: &str| host.strip_suffix(domain)?.strip_suffix('.');
    let mut labels = domains.into_iter().find_map(below)?.split('.').skip(1);
    labels.next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rest::HttpRoute;
    use crate::sigv4::CredentialScope;

    static EC2: Service = service("ec2", Protocol::Ec2, "2016-11-15", "", &[]);
    static STS: Service = service("sts", Protocol::Query, "2011-06-15", "", &[]);
    static SSM: Service = service("ssm", Protocol::Json11, "2014-11-06", "AmazonSSM", &[]);
    static ROUTE53: Service = service("route53", Protocol::RestXml, "2013-04-01", "", ROUTES);
    const ROUTES: &[HttpRoute] =
        &[HttpRoute { operation: "GetZone", method: "GET", path: "/2013-04-01/zone/{Id}", status: 200 }];

    #[test]
    fn the_scope_of_the_signature_names_the_service() {
        let scope = CredentialScope::parse("AKID/20260101/eu-west-1/sts/aws4_request").unwrap();
        let found =
            go(&Incoming { scope: Some(&scope), body: b"Action=GetCallerIdentity", ..Incoming::default() });
        assert_eq!(found.unwrap(), ("sts", "GetCallerIdentity".to_owned(), Some("eu-west-1".to_owned())));
    }

    #[test]
    fn the_target_names_service_and_operation() {
        let incoming =
            Incoming { target: Some("AmazonSSM.GetParameter"), body: b"{}", ..Incoming::default() };
        assert_eq!(go(&incoming).unwrap(), ("ssm", "GetParameter".to_owned(), None));
        let stranger =
            go(&Incoming { target: Some("Coffee_20140328.Pour"), ..Incoming::default() }).unwrap_err();
        assert_eq!(stranger.service.protocol, Protocol::Json11);
        assert_eq!((stranger.error.code.as_ref(), stranger.error.status), ("NotImplementedException", 501));
        assert!(stranger.error.message.contains("'Coffee_20140328'"), "{}", stranger.error);
    }

    #[test]
    fn unsigned_requests_go_by_host_then_by_version() {
        let host = Incoming {
            host: Some("ec2.us-east-2.amazonaws.com:443"),
            query: "Action=DescribeVpcs",
            ..Incoming::default()
        };
        assert_eq!(go(&host).unwrap(), ("ec2", "DescribeVpcs".to_owned(), Some("us-east-2".to_owned())));
        let version = Incoming {
            host: Some("localhost:4566"),
            query: "Action=DescribeVpcs&Version=2016-11-15",
            ..Incoming::default()
        };
        assert_eq!(go(&version).unwrap(), ("ec2", "DescribeVpcs".to_owned(), None));
        let nothing = Incoming { host: Some("localhost"), method: "POST", ..Incoming::default() };
        let nothing = go(&nothing).unwrap_err();
        assert_eq!((nothing.error.code.as_ref(), nothing.error.status), ("MissingAuthenticationToken", 403));
    }

    #[test]
    fn method_and_path_name_the_operation_of_a_rest_service() {
        let scope = CredentialScope::parse("AKID/20260101/us-east-1/route53/aws4_request").unwrap();
        let incoming = Incoming {
            scope: Some(&scope),
            method: "GET",
            path: "/2013-04-01/zone/Z1",
            query: "comment=x",
            ..Incoming::default()
        };
        assert_eq!(go(&incoming).unwrap(), ("route53", "GetZone".to_owned(), Some("us-east-1".to_owned())));
        let route = route(&incoming, &[&ROUTE53]).unwrap();
        let input = route.input(&incoming).unwrap();
        assert_eq!((input.text("Id"), input.text("comment")), (Some("Z1"), Some("x")));
        let RouteError { service, error } = go(&Incoming { method: "PUT", ..incoming }).unwrap_err();
        assert_eq!(service.name, "route53");
        assert_eq!((error.code.as_ref(), error.status), ("UnknownOperationException", 404));
    }

    #[test]
    fn a_service_of_two_protocols_is_asked_in_the_one_that_is_spoken() {
        static JSON: Service = service("sqs", Protocol::Json10, "2012-11-05", "AmazonSQS", &[]);
        static FORMS: Service = service("sqs", Protocol::SqsQuery, "2012-11-05", "", &[]);
        let scope = CredentialScope::parse("AKID/20260101/us-east-1/sqs/aws4_request").unwrap();
        let of = |incoming: &Incoming<'_>| route(incoming, &[&JSON, &FORMS]).unwrap().service.protocol;
        let signed = Incoming { scope: Some(&scope), path: "/1/jobs", ..Incoming::default() };
        assert_eq!(of(&Incoming { target: Some("AmazonSQS.SendMessage"), ..signed }), Protocol::Json10);
        let body = b"Action=SendMessage&Version=2012-11-05";
        assert_eq!(of(&Incoming { body, ..signed }), Protocol::SqsQuery);
        let host = Some("sqs.us-east-1.amazonaws.com");
        assert_eq!(of(&Incoming { body, host, ..Incoming::default() }), Protocol::SqsQuery);
    }

    #[test]
    fn a_request_without_an_action_is_told_so() {
        let scope = CredentialScope::parse("AKID/20260101/eu-west-1/ec2/aws4_request").unwrap();
        let nothing = go(&Incoming { scope: Some(&scope), ..Incoming::default() }).unwrap_err();
        assert_eq!((nothing.service.name, nothing.error.code.as_ref()), ("ec2", "MissingAction"));
    }

    fn go(incoming: &Incoming<'_>) -> Result<(&'static str, String, Option<String>), RouteError> {
        let route = route(incoming, &[&EC2, &STS, &SSM, &ROUTE53])?;
        Ok((route.service.name, route.operation, route.region))
    }

    const fn service(
        name: &'static str,
        protocol: Protocol,
        api_version: &'static str,
        target_prefix: &'static str,
        routes: &'static [HttpRoute],
    ) -> Service {
        Service {
            name,
            title: "x",
            protocol,
            api_version,
            xml_namespace: "",
            target_prefix,
            known_operations: &[],
            routes,
        }
    }
}
