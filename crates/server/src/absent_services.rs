//! Requests for services that are not here: they are told so in a form that their client seems to read.

use awsproto::route::{self, Incoming, RouteError};
use awsproto::{AwsError, Service};

/// What a request that goes nowhere is told.
pub(crate) fn error(error: RouteError) -> AwsError {
    match error {
        RouteError::NoOperation(_, error) => error,
        RouteError::UnknownService(Some(name)) => {
            let sentence =
                format!("Hamlet has no service '{name}' yet; see docs/coverage.md for what it has.");
            AwsError::new("NotImplemented", sentence).with_status(501)
        }
        RouteError::UnknownService(None) => {
            AwsError::new("MissingAuthenticationToken", "Request is missing Authentication Token")
                .with_status(403)
        }
    }
}

/// The service that a request is for, or else one whose form it seems to expect.
pub(crate) fn meant(incoming: &Incoming<'_>, services: &[&'static Service]) -> &'static Service {
    route::service(incoming, services).unwrap_or(match incoming.target.is_some() {
        true => &ssm::shapes::SERVICE,
        false => &ec2::SERVICE,
    })
}
