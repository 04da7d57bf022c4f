//! Tells the service and the operation.

use awsproto::route::{Route, route};

use super::{Ended, Exchange};
use crate::api::Api;
use crate::service_endpoints;

pub(super) fn step(api: &Api, exchange: &mut Exchange<'_>) -> Result<(), Ended> {
    if let Some((service, error)) = exchange.client.endpoint.and_then(|_| {
        let scope = &exchange.authorization.as_ref().ok()?.scope;
        service_endpoints::wrong_scope(exchange.head, scope, &api.descriptions)
    }) {
        exchange.route = Some(Route { service, operation: String::new(), region: None });
        return Err(error.to_aws(service.protocol).into());
    }
    let route = route(&exchange.incoming(), &api.descriptions);
    exchange.route = Some(route.map_err(|nowhere| nowhere.error)?);
    Ok(())
}
