//! Tells the service and the operation.

use super::{Ended, Exchange};
use crate::api::Api;

pub(super) fn step(api: &Api, exchange: &mut Exchange<'_>) -> Result<(), Ended> {
    let route = awsproto::route::route(&exchange.incoming(), &api.descriptions);
    exchange.route = Some(route.map_err(|nowhere| nowhere.error)?);
    Ok(())
}
