//! Tells the service and the operation.

use awsproto::Service;
use awsproto::route::{Route, route};
use awsproto::sigv4::SignatureError;

use super::{Ended, Exchange};
use crate::api::Api;
use crate::service_endpoints;

pub(super) fn step(api: &Api, exchange: &mut Exchange<'_>) -> Result<(), Ended> {
    if let Some((service, error)) = misdirected(api, exchange) {
        exchange.route = Some(Route { service, operation: String::new(), region: None });
        return Err(error.to_aws(service.protocol).into());
    }
    let route = route(&exchange.incoming(), &api.descriptions);
    exchange.route = Some(route.map_err(|nowhere| nowhere.error)?);
    Ok(())
}

/// A call that is spoken to one service's name and signed for another.
fn misdirected(api: &Api, exchange: &Exchange<'_>) -> Option<(&'static Service, SignatureError)> {
    exchange.client.endpoint?;
    let scope = &exchange.authorization.as_ref().ok()?.scope;
    service_endpoints::wrong_scope(exchange.head, scope, &api.descriptions)
}
