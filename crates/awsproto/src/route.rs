//! Which service and operation a request is for.
//!
//! One address serves all services (`--endpoint-url`), so that the host alone does not tell.
//! In this order: `X-Amz-Target`, the signature's scope, the host, the version of a form. REST services name the operation
//! by method and path.

use crate::error::AwsError;
pub use crate::incoming::Incoming;
use crate::input::Input;
use crate::service::{Protocol, Service};

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

/// Why a request goes nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteError {
    /// No service of ours; its name as far as the request tells.
    UnknownService(Option<String>),
    /// The service is known, its operation is not named.
    NoOperation(&'static Service, AwsError),
}

/// Tells where a request goes, among the services there are.
pub fn route(incoming: &Incoming<'_>, services: &[&'static Service]) -> Result<Route, RouteError> {
    let service = service(incoming, services)?;
    Ok(Route {
        service,
        operation: service.operation(incoming).map_err(|error| RouteError::NoOperation(service, error))?,
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
    if let Some(target) = incoming.target {
        let prefix = target.rsplit_once('.').map_or(target, |(prefix, _)| prefix);
        let found = services.iter().find(|service| service.is_targeted_by(prefix));
        return found.copied().ok_or_else(|| RouteError::UnknownService(Some(prefix.to_owned())));
    }
    let named = |name: &str| services.iter().find(|service| service.name == name).copied();
    if let Some(scope) = incoming.scope {
        return named(&scope.service).ok_or_else(|| RouteError::UnknownService(Some(scope.service.clone())));
    }
    let label = incoming.host.and_then(|host| host.split(['.', ':']).next());
    if let Some(service) = label.and_then(named) {
        return Ok(service);
    }
    let version = incoming.form_value("Version");
    let found = services.iter().find(|service| {
        matches!(service.protocol, Protocol::Ec2 | Protocol::Query)
            && version.as_deref() == Some(service.api_version)
    });
    found.copied().ok_or(RouteError::UnknownService(None))
}

/// `ec2.us-east-1.amazonaws.com` names a region; `sts.amazonaws.com` does not.
fn region(incoming: &Incoming<'_>) -> Option<String> {
    if let Some(scope) = incoming.scope {
        return Some(scope.region.clone());
    }
    let host = incoming.host?.split(':').next()?;
    let mut labels = host.strip_suffix(".amazonaws.com")?.split('.').skip(1);
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
        let stranger = Incoming { target: Some("Logs_20140328.GetLogEvents"), ..Incoming::default() };
        assert_eq!(go(&stranger).unwrap_err(), RouteError::UnknownService(Some("Logs_20140328".to_owned())));
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
        let nothing = Incoming { host: Some("localhost"), ..Incoming::default() };
        assert_eq!(go(&nothing).unwrap_err(), RouteError::UnknownService(None));
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
        let Err(RouteError::NoOperation(_, error)) = go(&Incoming { method: "PUT", ..incoming }) else {
            panic!("a method without an operation went somewhere");
        };
        assert_eq!((error.code.as_ref(), error.status), ("UnknownOperationException", 404));
    }

    #[test]
    fn a_request_without_an_action_is_told_so() {
        let scope = CredentialScope::parse("AKID/20260101/eu-west-1/ec2/aws4_request").unwrap();
        let Err(RouteError::NoOperation(_, error)) =
            go(&Incoming { scope: Some(&scope), ..Incoming::default() })
        else {
            panic!("a request without an action went somewhere");
        };
        assert_eq!(error.code, "MissingAction");
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
            protocol,
            api_version,
            xml_namespace: "",
            target_prefix,
            known_operations: &[],
            routes,
        }
    }
}
